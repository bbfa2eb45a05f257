-- For an operator.  Out: what this database is, and how it does, as JSON.  Replicas, and
-- how long transactions have been open, are seen by a superuser or a member of
-- pg_monitor; to others these are null.
CREATE OR REPLACE FUNCTION pay.admin_status() RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp AS $$
DECLARE
    r pay.relay;
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    said constant text := obj_description('pay'::regnamespace, 'pg_namespace');
BEGIN
    SELECT * INTO STRICT r FROM pay.relay;

    RETURN jsonb_build_object(
        'database', current_database(),
        'server_version', current_setting('server_version'),
        'standby', pg_is_in_recovery(),
        'schema', substring(said FROM 'schema (\d+)')::int,
        'functions', substring(said FROM 'functions ([0-9a-f]+)'),
        'restored_at', (SELECT max(e.restored_at) FROM pay.restores e),
        'merchants', (SELECT count(*) FROM pay.merchants m
                       WHERE pay.shows_merchant(m.merchant_id)),
        'buckets', (SELECT bit_count(o.buckets) FROM pay.ownership o),
        'moves', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                             'subject', p.subject, 'state', p.state,
                             'since', p.since) ORDER BY p.since), '[]')
                    FROM pay.placements p
                   WHERE p.state IN ('leaving', 'frozen', 'arriving')),
        'days_ahead', (SELECT count(*)
                         FROM generate_series(today, today + 60,
                                              interval '1 day') d
                        WHERE to_regclass('pay.journal_'
                                          || to_char(d, 'YYYYMMDD'))
                              IS NOT NULL),
        'background_seconds', (SELECT extract(epoch FROM now() - l.until)::bigint
                                      + 5
                                 FROM pay.leases l
                                WHERE l.task = 'background'),
        'other_cluster', r.xid > pg_snapshot_xmax(pg_current_snapshot()),
        'events_wait_seconds', (SELECT extract(epoch FROM now()
                                               - min(j.created_at))::bigint
                                  FROM pay.journal j
                                 WHERE j.xid >= r.xid
                                   AND j.event_type IS NOT NULL
                                   AND j.position > r.done_position),
        'unbalanced', (SELECT count(*) FROM (
                           SELECT FROM pay.account_sums s
                            GROUP BY s.merchant_id, s.livemode, s.currency
                           HAVING sum(s.debits) <> sum(s.credits)) u),
        'replicas', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                                'name', a.application_name,
                                'state', a.state, 'sync', a.sync_state,
                                'lag_seconds', extract(epoch FROM a.replay_lag),
                                'lag_bytes', pg_wal_lsn_diff(
                                    CASE WHEN pg_is_in_recovery()
                                    THEN pg_last_wal_replay_lsn()
                                    ELSE pg_current_wal_lsn() END,
                                    a.replay_lsn))), '[]')
                       FROM pg_stat_replication a),
        'oldest_transaction_seconds',
            (SELECT extract(epoch FROM now() - min(a.xact_start))::bigint
               FROM pg_stat_activity a
              WHERE a.datname = current_database()
                AND a.pid <> pg_backend_pid()),
        'connections', (SELECT count(*) FROM pg_stat_activity a
                         WHERE a.usename = 'pay_api'),
        'connection_limit', (SELECT nullif(o.rolconnlimit, -1) FROM pg_roles o
                              WHERE o.rolname = 'pay_api'));
END $$;

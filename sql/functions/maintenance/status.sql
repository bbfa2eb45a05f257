-- How this database does, for GET /v1/status and for metrics: all of it bounded, since
-- it is asked every other second, also when things are bad.

-- In: an endpoint.  Out: its URL without a user, a path and a query, any of which may
-- be a secret.
CREATE OR REPLACE FUNCTION pay.endpoint_origin(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(substring(url FROM '^[a-z]+://[^/?#]*'), '//.*@', '//')
$$;

-- Out: endpoints that failed when last asked, for the longest first, 20 at most: a JSON
-- array.
CREATE OR REPLACE FUNCTION pay.failing_endpoints() RETURNS json
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp SET enable_seqscan = off AS $$
BEGIN
    RETURN (SELECT coalesce(json_agg(json_build_object(
        'id', pay.id_text('we_', e.endpoint_id),
        'merchant_id', pay.id_text('mer_', m.public_id),
        'livemode', e.livemode,
        'origin', pay.endpoint_origin(e.url),
        'status', e.status,
        'disabled_reason', e.disabled_reason,
        'failures', e.failures,
        'behind', greatest(0, coalesce(
            (SELECT c.last FROM pay.event_counters c
              WHERE c.merchant_id = e.merchant_id AND c.livemode = e.livemode),
            0) - e.cursor),
        'failing_since', pay.json_time(e.failing_since)::json,
        'next_attempt_at', CASE WHEN e.status = 'enabled' THEN
            pay.json_time(e.paused_until)::json END) ORDER BY e.failing_since), '[]')
      FROM (SELECT * FROM pay.webhook_endpoints w
             WHERE w.failing_since IS NOT NULL
             ORDER BY w.failing_since LIMIT 20) e
      JOIN pay.merchants m USING (merchant_id));
END $$;

-- Out: of each acquirer how many attempts have no known end, and since when the oldest
-- one; of the first 10,000 of them.
CREATE OR REPLACE FUNCTION pay.unknown_attempts() RETURNS json
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT coalesce(json_agg(json_build_object('processor', p.name, 'unknown', p.n,
               'oldest_at', pay.json_time(p.oldest)::json) ORDER BY p.name), '[]')
      FROM (SELECT pay.attempt_processor(f.args) AS name, count(*) AS n,
                   min(f.begun_at) AS oldest
              FROM (SELECT * FROM pay.followups e WHERE NOT e.ended
                     ORDER BY e.due LIMIT 10000) f
             GROUP BY 1) p
$$;

-- Out: what pay.status() says, but for who is connected; times are ages in ms.
CREATE OR REPLACE FUNCTION pay.status_here()
RETURNS TABLE (days int, events_ms bigint, background_ms bigint, ledger_ms bigint,
    unbalanced bigint, background uuid, webhooks uuid, body json)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pay, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    r pay.relay;
    b pay.leases;
    w pay.leases;
    k pay.ledger_check;
    oldest timestamptz;
BEGIN
    SELECT * INTO r FROM pay.relay;
    SELECT * INTO b FROM pay.leases WHERE task = 'background';
    SELECT * INTO w FROM pay.leases WHERE task = 'webhooks' AND until > now();
    SELECT * INTO k FROM pay.ledger_check;

    -- the first of those without a sequence, which is about the oldest
    SELECT j.created_at INTO oldest FROM pay.journal j
     WHERE j.xid >= r.xid AND j.event_type IS NOT NULL
       AND j.position > r.done_position
     ORDER BY j.xid, j.event_id LIMIT 1;

    RETURN QUERY SELECT
        (SELECT count(*)::int FROM generate_series(today, today + 30,
                                                   interval '1 day') d
          WHERE to_regclass('pay.journal_' || to_char(d, 'YYYYMMDD')) IS NOT NULL),
        pay.age_ms(oldest),
        -- a lease lasts 5 s from its holder's last call
        pay.age_ms(b.until - interval '5 seconds'),
        pay.age_ms(k.checked_at),
        k.unbalanced, CASE WHEN b.until > now() THEN b.holder END, w.holder,
        json_build_object(
            'server_version', current_setting('server_version'),
            'standby', pg_is_in_recovery(),
            'restored', coalesce(r.xid > pg_snapshot_xmax(pg_current_snapshot()),
                                 false),
            'moves', (SELECT coalesce(json_agg(json_build_object(
                          'subject', p.subject, 'state', p.state,
                          'since', pay.json_time(p.since)::json)
                          ORDER BY p.since), '[]')
                        FROM (SELECT * FROM pay.placements q
                               WHERE q.state IN ('leaving', 'frozen', 'arriving')
                               ORDER BY q.since LIMIT 20) p),
            'unknown_attempts', pay.unknown_attempts(),
            'retries_due', (SELECT count(*) FROM (
                SELECT FROM pay.webhook_retries t WHERE t.due <= now()
                 LIMIT 10000) t),
            'failing_endpoints', pay.failing_endpoints());
END $$;

-- In: a time, or NULL.  Out: how long ago it was, ms; 0: it is still to come; NULL.
CREATE OR REPLACE FUNCTION pay.age_ms(t timestamptz) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT greatest(0, extract(epoch FROM now() - t) * 1000)::bigint
     WHERE t IS NOT NULL
$$;

-- In: tags.  Out: each tag; days from today on that the journal has partitions for; ages
-- in ms, NULL where there is nothing: of the oldest event without a sequence, of the
-- last background call, of the last whole check of the books; how many books that found
-- unbalanced; who holds the leases of background and webhooks; and the rest as JSON.
-- With the rights of its caller, who alone sees where its sessions come from.
CREATE OR REPLACE FUNCTION pay.status(item uuid[])
RETURNS TABLE (o_item uuid, o_days int, o_events_ms bigint, o_background_ms bigint,
    o_ledger_ms bigint, o_unbalanced bigint, o_background uuid, o_webhooks uuid,
    o_clients text, o_body text)
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT u, s.days, s.events_ms, s.background_ms, s.ledger_ms, s.unbalanced,
           s.background, s.webhooks,
           (SELECT coalesce(json_agg(json_build_object('address', c.address,
                       'connections', c.n) ORDER BY c.address), '[]')::text
              FROM (SELECT coalesce(host(a.client_addr), 'local') AS address,
                           count(*) AS n
                      FROM pg_stat_activity a
                     WHERE a.usename = session_user
                       AND a.datname = current_database()
                     GROUP BY 1 ORDER BY 2 DESC LIMIT 32) c),
           s.body::text
      FROM unnest(item) AS u, pay.status_here() s
$$;

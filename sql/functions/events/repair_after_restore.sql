-- Mends what belongs to the cluster where a dump was restored into a younger one:
-- called by sql/apply.  Every event that has none gets its sequence, the mark is
-- today's, the sums are to be started again, and sequences are above what there is.
-- Writes wait meanwhile.  Out: how many events were given; NULL: the mark is this
-- cluster's, and nothing was done.
CREATE OR REPLACE FUNCTION pay.repair_after_restore() RETURNS int
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    given int;
BEGIN
    IF (SELECT r.xid <= pg_snapshot_xmax(pg_current_snapshot())
          FROM pay.relay r)
    THEN
        RETURN NULL;
    END IF;

    -- a write holds the lock of its bucket, shared, until it ends
    PERFORM pg_advisory_xact_lock(7001, b) FROM generate_series(0, 4095) AS b;
    PERFORM pg_advisory_xact_lock(7002, 2);

    -- another call was faster
    IF (SELECT r.xid <= pg_snapshot_xmax(pg_current_snapshot())
          FROM pay.relay r)
    THEN
        RETURN NULL;
    END IF;

    WITH due AS MATERIALIZED (
        SELECT j.merchant_id, j.livemode, j.position, j.event_id, j.day,
               j.key_hash, j.generation, j.event_type
          FROM pay.journal j
         WHERE j.event_type IS NOT NULL
           AND NOT EXISTS (SELECT FROM pay.events e
                            WHERE e.merchant_id = j.merchant_id
                              AND e.event_id = j.event_id)),
    counted AS MATERIALIZED (
        SELECT d.merchant_id, d.livemode, count(*) AS n
          FROM due d GROUP BY d.merchant_id, d.livemode),
    raised AS (
        INSERT INTO pay.event_counters AS c
        SELECT merchant_id, livemode, n FROM counted
            ON CONFLICT (merchant_id, livemode)
            DO UPDATE SET last = c.last + excluded.last
        RETURNING c.merchant_id, c.livemode, c.last),
    numbered AS (
        INSERT INTO pay.events
        SELECT due.merchant_id, due.livemode,
               raised.last - counted.n
               + row_number() OVER (PARTITION BY due.merchant_id,
                   due.livemode ORDER BY due.position, due.event_id),
               due.event_id, due.day, due.key_hash, due.generation, due.event_type
          FROM due JOIN raised USING (merchant_id, livemode)
          JOIN counted USING (merchant_id, livemode))
    INSERT INTO pay.relay_batches
    SELECT r.batch + 1, (now() AT TIME ZONE 'UTC')::date, now(), NULL, NULL,
           s.merchants, s.livemodes, s.firsts, s.counts
      FROM pay.relay r,
           (SELECT array_agg(merchant_id) AS merchants,
                   array_agg(livemode) AS livemodes,
                   array_agg(raised.last - n + 1) AS firsts,
                   array_agg(n) AS counts
              FROM counted JOIN raised USING (merchant_id, livemode)) s
     WHERE s.merchants IS NOT NULL
    RETURNING (SELECT sum(n) FROM unnest(counts) AS n) INTO given;

    given := coalesce(given, 0);

    -- attempts of the other cluster's numbers are looked at now, whatever they are
    UPDATE pay.begun_mark SET xid = '0';
    PERFORM pay.find_orphans('18446744073709551615', '0');
    UPDATE pay.begun_mark SET xid = pg_snapshot_xmin(pg_current_snapshot());

    PERFORM setval('pay.journal_position',
                   greatest(nextval('pay.journal_position'), max(j.position)))
       FROM pay.journal j;
    PERFORM setval('pay.merchant_sequence',
                   greatest(nextval('pay.merchant_sequence'),
                            max(m.merchant_id) >> 12))
       FROM pay.merchants m;

    DELETE FROM pay.account_sums;
    UPDATE pay.relay
       SET xid = pg_snapshot_xmin(pg_current_snapshot()), summed = false,
           batch = batch + (given > 0)::int,
           done_position = coalesce((SELECT max(j.position)
                                       FROM pay.journal j), 0);

    RETURN given;
END $$;

-- Gives every event its sequence that is due: those of all transactions below
-- the oldest one that is still under way.  None can come later that would
-- stand before them, so a reader who goes on from a sequence misses none.
-- What was numbered is noted as one batch, in the order of these batches.
-- Their movements are added to the sums of accounts in the same transaction.
-- Waits for another relay at work, but not longer than lock_timeout.  Out: how
-- many events.
--
-- What is due is a handful of rows at the end of the log, which the planner
-- cannot know: it would read whole days for them.  Hence no seqscan, here and
-- below.
CREATE OR REPLACE FUNCTION pay.relay_events() RETURNS int
LANGUAGE plpgsql SET search_path = pay, pg_temp SET enable_seqscan = off AS $$
DECLARE
    low xid8;
    high xid8;
    done bigint;
    given int;
    folded int;
BEGIN
    PERFORM pg_advisory_xact_lock(7002, 2);

    SELECT r.xid, r.done_position, pg_snapshot_xmin(pg_current_snapshot())
      INTO low, done, high FROM pay.relay r;

    -- the mark of another cluster, whose dump was restored here: pay.repair_after_restore() has to
    -- be called.  What is written now is below the mark, and would never be in the
    -- sums
    IF low > pg_snapshot_xmax(pg_current_snapshot()) THEN
        UPDATE pay.relay SET summed = false WHERE summed;
        RETURN 0;
    END IF;

    WITH due AS MATERIALIZED (
        SELECT j.merchant_id, j.livemode, j.position, j.event_id, j.day,
               j.key_hash, j.generation, j.event_type
          FROM pay.journal j
         WHERE j.xid >= low AND j.xid < high AND j.event_type IS NOT NULL
           AND j.position > done),
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
    SELECT r.batch + 1, (now() AT TIME ZONE 'UTC')::date, now(), low, high,
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
    folded := pay.add_to_sums(low, high, done);

    IF given + folded > 0 THEN
        UPDATE pay.relay SET xid = high, batch = batch + (given > 0)::int;
    END IF;

    RETURN given;
END $$;

-- Relays until every event of these merchants that has committed has its
-- sequence, and every movement is in the sums; a transaction of somebody else
-- that is older and still under way may hold that up, for half a second at most.
CREATE OR REPLACE FUNCTION pay.relay_for(merchants bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp SET lock_timeout = '500ms'
SET enable_seqscan = off AS $$
DECLARE
    tries int := 0;
BEGIN
    LOOP
        EXIT WHEN NOT EXISTS (
            SELECT FROM pay.journal j
             WHERE j.xid >= (SELECT r.xid FROM pay.relay r)
               AND j.xid < pg_snapshot_xmax(pg_current_snapshot())
               AND j.position > (SELECT r.done_position FROM pay.relay r)
               AND j.merchant_id = ANY (merchants)
               AND (j.event_type IS NOT NULL OR j.movement IS NOT NULL)
               AND j.xid >= pg_snapshot_xmin(pg_current_snapshot()));
        tries := tries + 1;
        EXIT WHEN tries > 100;
        PERFORM pg_sleep(0.005);
    END LOOP;

    IF EXISTS (SELECT FROM pay.journal j
                WHERE j.xid >= (SELECT r.xid FROM pay.relay r)
                  AND j.xid < pg_snapshot_xmax(pg_current_snapshot())
                  AND j.position > (SELECT r.done_position FROM pay.relay r)
                  AND j.merchant_id = ANY (merchants)
                  AND (j.event_type IS NOT NULL OR j.movement IS NOT NULL))
    THEN
        PERFORM pay.relay_events();
    END IF;
END $$;

-- Before events are read: whatever these merchants have committed gets its
-- sequence, by a call of its own, so that no write waits for a reader.  In: tags and
-- merchants.  Out: each tag.  An older transaction that is still under way may hold
-- that up: after 50 ms it is not waited for.
CREATE OR REPLACE FUNCTION pay.relay(item uuid[], merchant bigint[])
RETURNS TABLE (o_item uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    FOR i IN 1 .. 10 LOOP
        EXIT WHEN NOT EXISTS (
            SELECT FROM pay.journal j
             WHERE j.xid >= (SELECT r.xid FROM pay.relay r)
               AND j.xid < pg_snapshot_xmax(pg_current_snapshot())
               AND j.position > (SELECT r.done_position FROM pay.relay r)
               AND j.merchant_id = ANY (merchant) AND j.event_type IS NOT NULL);

        -- no call is held up, and no other call does it
        IF NOT EXISTS (
            SELECT FROM pay.journal j
             WHERE j.xid >= pg_snapshot_xmin(pg_current_snapshot())
               AND j.xid < pg_snapshot_xmax(pg_current_snapshot())
               AND j.position > (SELECT r.done_position FROM pay.relay r)
               AND j.merchant_id = ANY (merchant) AND j.event_type IS NOT NULL)
           AND pg_try_advisory_xact_lock(7002, 2)
        THEN
            PERFORM pay.relay_events();
            EXIT;
        END IF;

        PERFORM pg_sleep(0.005);
    END LOOP;

    RETURN QUERY SELECT i FROM unnest(item) AS i;
END $$;

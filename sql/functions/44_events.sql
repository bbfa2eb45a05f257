-- In: an event and its row of the journal.  Out: the event as JSON.
CREATE OR REPLACE FUNCTION pay.event_body(e pay.events, j pay.journal)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('evt_', e.event_id)
        || '","object":"event","type":"' || e.event_type
        || '","sequence":' || e.sequence::text
        || ',"livemode":' || e.livemode::text
        || ',"created_at":' || pay.json_time(j.created_at)
        || ',"timestamp":' || pay.json_time(j.created_at)
        || ',"data":{"object":' || coalesce(j.event_body, j.body)
        || ',"previous_attributes":' || coalesce(j.previous, 'null')
        || '},"object_type":"'
        || split_part(e.event_type, '.', 1)
        || '","object_id":"' || pay.id_text(left(e.event_type, 3) || '_',
                                            j.object_id)
        || '","object_version":' || j.object_version::text
        || ',"request":{"id":'
        || CASE WHEN j.fingerprint IS NULL THEN 'null'
                ELSE '"' || pay.id_text('req_', j.request_id) || '"' END
        || ',"idempotency_key":' || pay.json_text(j.key) || '}}'
$$;

-- Gives every event its sequence that is due: those of all transactions below
-- the oldest one that is still under way.  None can come later that would
-- stand before them, so a reader who goes on from a sequence misses none.
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

    -- the mark of another cluster, whose dump was restored here: pay.mend() has to
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
        RETURNING c.merchant_id, c.livemode, c.last)
    INSERT INTO pay.events
    SELECT due.merchant_id, due.livemode,
           raised.last - counted.n
           + row_number() OVER (PARTITION BY due.merchant_id,
               due.livemode ORDER BY due.position, due.event_id),
           due.event_id, due.day, due.key_hash, due.generation, due.event_type
      FROM due JOIN raised USING (merchant_id, livemode)
      JOIN counted USING (merchant_id, livemode);

    GET DIAGNOSTICS given = ROW_COUNT;

    folded := pay.fold(low, high, done);

    IF given + folded > 0 THEN
        UPDATE pay.relay SET xid = high;
    END IF;

    RETURN given;
END $$;

-- Mends what belongs to the cluster where a dump was restored into a younger one:
-- called by sql/apply.  Every event that has none gets its sequence, the mark is
-- today's, the sums are to be started again, and sequences are above what there is.
-- Nobody writes meanwhile.  Out: how many events were given; NULL: the mark is this
-- cluster's, and nothing was done.
CREATE OR REPLACE FUNCTION pay.mend() RETURNS int
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    given int;
BEGIN
    IF (SELECT r.xid <= pg_snapshot_xmax(pg_current_snapshot())
          FROM pay.relay r)
    THEN
        RETURN NULL;
    END IF;

    -- who writes holds his bucket, shared, to his end
    PERFORM pg_advisory_xact_lock(7001, b) FROM generate_series(0, 4095) AS b;
    PERFORM pg_advisory_xact_lock(7002, 2);

    -- somebody else was faster
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
        RETURNING c.merchant_id, c.livemode, c.last)
    INSERT INTO pay.events
    SELECT due.merchant_id, due.livemode,
           raised.last - counted.n
           + row_number() OVER (PARTITION BY due.merchant_id,
               due.livemode ORDER BY due.position, due.event_id),
           due.event_id, due.day, due.key_hash, due.generation, due.event_type
      FROM due JOIN raised USING (merchant_id, livemode)
      JOIN counted USING (merchant_id, livemode);

    GET DIAGNOSTICS given = ROW_COUNT;

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
           done_position = coalesce((SELECT max(j.position)
                                       FROM pay.journal j), 0);

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
-- sequence, by a call of its own, so that nobody waits for who reads.  In: tags and
-- merchants.  Out: each tag.  A transaction of somebody else that is older and still
-- under way may hold that up: after 50 ms it is not waited for.
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

        -- no call is held up, and nobody else is at it
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

-- Events that have their sequence.  In and out as pay.list_objects, with the same
-- bounds; the filter has "types" (names separated by commas, each may end with *),
-- "object_id" (uuid), "created_at" (as there) and "after" (a sequence).  An "id" here is a sequence, written as the end of a UUID.
CREATE OR REPLACE FUNCTION pay.list_events(item uuid[], merchant bigint[],
    livemode boolean[], kind text[], filter text[], after uuid[],
    ascending boolean[], size bigint[])
RETURNS TABLE (o_item uuid, o_more boolean, o_last uuid, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET jit = off SET lock_timeout = '500ms' AS $$
#variable_conflict use_variable
DECLARE
    rows_read constant int := 2000;
    bytes constant int := 1048576 - 4096;
    i int;
    f jsonb;
    types text[];
    object uuid;
    since timestamptz;
    before timestamptz;
    low bigint;
    high bigint;
    last bigint;
    found_rows int;
    shown int;
    edge bigint;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        f := filter[i]::jsonb;
        low := coalesce((f->>'after')::bigint, 0);
        high := 9223372036854775807;
        object := (f->>'object_id')::uuid;

        -- both as bounds that are reached; a time has microseconds
        since := greatest((f->'created_at'->>'gte')::timestamptz,
            (f->'created_at'->>'gt')::timestamptz + interval '1 microsecond');
        before := least((f->'created_at'->>'lte')::timestamptz,
            (f->'created_at'->>'lt')::timestamptz - interval '1 microsecond');

        SELECT array_agg(replace(replace(t, '_', E'\\_'), '*', '%'))
          INTO types
          FROM unnest(string_to_array(f->>'types', ',')) AS t;

        IF after[i] IS NOT NULL AND ascending[i] THEN
            low := ('x' || right(replace(after[i]::text, '-', ''), 16))
                   ::bit(64)::bigint;
        ELSIF after[i] IS NOT NULL THEN
            high := ('x' || right(replace(after[i]::text, '-', ''), 16))
                    ::bit(64)::bigint;
        END IF;

        -- as many as one MiB holds, which lengths of columns tell without reading
        -- them; of those alone the objects are made
        SELECT count(*), count(*) FILTER (WHERE x.shown),
               max(x.sequence * CASE WHEN ascending[i] THEN 1 ELSE -1 END)
                   FILTER (WHERE x.shown),
               string_agg(pay.event_body(x.e, x.j), ',' ORDER BY x.n)
                   FILTER (WHERE x.shown)
          INTO found_rows, shown, last, o_body
          FROM (SELECT w.*, w.n <= size[i]
                       AND (w.n = 1 OR sum(w.weight) OVER (ORDER BY w.n) <= bytes)
                       AS shown
                  FROM (
                SELECT y.e, j, y.sequence,
                       600 + octet_length(coalesce(j.event_body, j.body))
                       + coalesce(octet_length(j.previous), 0) AS weight,
                       row_number() OVER (ORDER BY CASE WHEN ascending[i]
                           THEN y.sequence ELSE -y.sequence END) AS n
                  FROM (
                    -- one of the two has nothing, and does nothing
                    (SELECT s.*
                       FROM (SELECT t AS e, t.* FROM pay.events t
                              WHERE ascending[i] AND t.merchant_id = merchant[i]
                                AND t.livemode = livemode[i]
                                AND t.sequence > low AND t.sequence < high
                              ORDER BY t.sequence LIMIT rows_read) s
                      WHERE (types IS NULL OR s.event_type LIKE ANY (types))
                        AND (object IS NULL AND since IS NULL AND before IS NULL
                             OR EXISTS (
                                SELECT FROM pay.journal j
                                 WHERE j.merchant_id = s.merchant_id
                                   AND j.key_hash = s.key_hash AND j.day = s.day
                                   AND j.generation = s.generation
                                   AND (object IS NULL OR j.object_id = object)
                                   AND (since IS NULL OR j.created_at >= since)
                                   AND (before IS NULL
                                        OR j.created_at <= before)))
                      ORDER BY s.sequence LIMIT size[i] + 1)
                    UNION ALL
                    (SELECT s.*
                       FROM (SELECT t AS e, t.* FROM pay.events t
                              WHERE NOT ascending[i] AND t.merchant_id = merchant[i]
                                AND t.livemode = livemode[i]
                                AND t.sequence > low AND t.sequence < high
                              ORDER BY t.sequence DESC LIMIT rows_read) s
                      WHERE (types IS NULL OR s.event_type LIKE ANY (types))
                        AND (object IS NULL AND since IS NULL AND before IS NULL
                             OR EXISTS (
                                SELECT FROM pay.journal j
                                 WHERE j.merchant_id = s.merchant_id
                                   AND j.key_hash = s.key_hash AND j.day = s.day
                                   AND j.generation = s.generation
                                   AND (object IS NULL OR j.object_id = object)
                                   AND (since IS NULL OR j.created_at >= since)
                                   AND (before IS NULL
                                        OR j.created_at <= before)))
                      ORDER BY s.sequence DESC LIMIT size[i] + 1)) y
                  JOIN pay.journal j
                    ON j.merchant_id = y.merchant_id
                   AND j.key_hash = y.key_hash AND j.day = y.day
                   AND j.generation = y.generation) w) x;

        last := abs(last);
        o_more := found_rows > shown;

        IF NOT o_more AND f - 'after' <> '{}' THEN
            -- all that match of those that were read; were these all there are?
            IF ascending[i] THEN
                SELECT t.sequence INTO edge FROM pay.events t
                 WHERE t.merchant_id = merchant[i] AND t.livemode = livemode[i]
                   AND t.sequence > low AND t.sequence < high
                 ORDER BY t.sequence LIMIT 1 OFFSET rows_read - 1;
            ELSE
                SELECT t.sequence INTO edge FROM pay.events t
                 WHERE t.merchant_id = merchant[i] AND t.livemode = livemode[i]
                   AND t.sequence > low AND t.sequence < high
                 ORDER BY t.sequence DESC LIMIT 1 OFFSET rows_read - 1;
            END IF;

            o_more := edge IS NOT NULL;
            last := coalesce(edge, last);
        END IF;

        o_item := item[i];
        o_last := lpad(to_hex(last), 32, '0')::uuid;
        o_body := coalesce(o_body, '');
        RETURN NEXT;
    END LOOP;
END $$;

-- In: tag, merchant, mode and id of each event.  Out: tag; it as JSON, or NULL
-- where this merchant has no such event.
CREATE OR REPLACE FUNCTION pay.get_events(item uuid[], merchant bigint[],
    livemode boolean[], id uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    i int;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        o_item := item[i];
        o_version := 0;
        o_body := NULL;
        SELECT pay.event_body(e, j) INTO o_body
          FROM pay.events e
          JOIN pay.journal j
            ON j.merchant_id = e.merchant_id AND j.key_hash = e.key_hash
           AND j.day = e.day AND j.generation = e.generation
         WHERE e.merchant_id = merchant[i] AND e.event_id = id[i]
           AND e.livemode = livemode[i];
        RETURN NEXT;
    END LOOP;
END $$;

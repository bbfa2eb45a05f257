-- Events that have their sequence.  In and out as pay.list_objects, with the same
-- bounds; the filter has "types" (names separated by commas, each may end with *),
-- "object_id" (uuid), "created_at" (as there) and "after" (a sequence).  An "id" here is a sequence, written as the end of a UUID.
CREATE OR REPLACE FUNCTION pay.list_events(item uuid[], merchant bigint[],
    livemode boolean[], kind text[], filter text[], after uuid[],
    ascending boolean[], size bigint[])
RETURNS TABLE (o_item uuid, o_more boolean, o_last uuid, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET jit = off SET lock_timeout = '500ms'
SET enable_seqscan = off AS $$
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

        -- as many as one MiB holds, by the lengths of columns, which are not read
        -- for that; of those alone the objects are made
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

-- Events that have their sequence.  In as pay.list_objects, with the same bounds; the
-- filter has "types" (names separated by commas, each may end with *), "object_id"
-- (uuid), "created_at" (as there) and "after" (a sequence).  Out: for each item its
-- tag and a row of columns for each event, in order, then one whose event is NULL,
-- with whether there are more and the last one's "id", which is a sequence, written as
-- the end of a UUID.  The request is NULL where none made the change.
CREATE OR REPLACE FUNCTION pay.list_events(item uuid[], merchant bigint[],
    livemode boolean[], kind text[], filter text[], after uuid[],
    ascending boolean[], size bigint[])
RETURNS TABLE (o_item uuid, o_event uuid, o_type text, o_sequence bigint,
    o_livemode boolean, o_created_at timestamptz, o_object uuid, o_version int,
    o_request uuid, o_key text, o_previous text, o_body text, o_more boolean,
    o_last uuid)
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
    weight bigint;
    edge bigint;
    size_of_row int;
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

        o_item := item[i];
        o_more := NULL;
        o_last := NULL;
        last := NULL;
        found_rows := 0;
        weight := 0;

        FOR o_event, o_type, o_sequence, o_livemode, o_created_at, o_object,
            o_version, o_request, o_key, o_previous, o_body, size_of_row IN
            SELECT y.event_id, y.event_type, y.sequence, y.livemode, j.created_at,
                   j.object_id, j.object_version,
                   CASE WHEN j.fingerprint IS NOT NULL THEN j.request_id END, j.key,
                   j.previous, coalesce(j.event_body, j.body),
                   600 + octet_length(coalesce(j.event_body, j.body))
                   + coalesce(octet_length(j.previous), 0)
              FROM (
                -- one of the two has nothing, and does nothing
                (SELECT s.*
                   FROM (SELECT t.* FROM pay.events t
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
                   FROM (SELECT t.* FROM pay.events t
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
               AND j.generation = y.generation
             ORDER BY CASE WHEN ascending[i] THEN y.sequence ELSE -y.sequence END
        LOOP
            found_rows := found_rows + 1;
            weight := weight + size_of_row;

            -- as many as one MiB holds, by the lengths of columns, which are not
            -- read for that
            IF found_rows > size[i] OR (found_rows > 1 AND weight > bytes) THEN
                o_more := true;
                EXIT;
            END IF;

            last := o_sequence;
            RETURN NEXT;
        END LOOP;

        o_more := coalesce(o_more, false);

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

        o_last := lpad(to_hex(last), 32, '0')::uuid;
        o_event := NULL;
        o_type := NULL;
        o_sequence := NULL;
        o_livemode := NULL;
        o_created_at := NULL;
        o_object := NULL;
        o_version := NULL;
        o_request := NULL;
        o_key := NULL;
        o_previous := NULL;
        o_body := NULL;
        RETURN NEXT;
    END LOOP;
END $$;

-- A sink takes the events of all merchants of this shard, in the order of the relay's
-- batches; within a batch merchant by merchant, each merchant's in the order of its
-- sequences, so that all events of an object are in their order.  A place is a batch,
-- all before it and so many events of it; behind the last event of a batch it is the
-- beginning of the next one.  One holder at a time reads and moves the place: a lease of
-- 6 s after the holder's last call of pay.take_sinks().

-- In: the sink, and a holder's name.  Out: whether the lease is its, until this
-- transaction ends.
CREATE OR REPLACE FUNCTION pay.holds_sink(name text, who uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pay, pg_temp AS $$
BEGIN
    PERFORM FROM pay.sinks s
      WHERE s.sink = name AND s.holder = who AND s.until > now()
        FOR SHARE;
    RETURN FOUND;
END $$;

-- Takes the lease of each sink, or keeps it.  In: tags; names, in one order everywhere;
-- the caller's name, a random UUID; whether a sink that is new begins with the oldest
-- event that is kept, not with the next one.  Out: for each item its tag and
--   held       whether the lease is the caller's
--   batch, position   the sink's place
--   batches    how many batches it is behind
--   seconds    the age of the first event behind its place; 0 where there is no event
--   lost       events that went with their day, and that it had not taken
CREATE OR REPLACE FUNCTION pay.take_sinks(item uuid[], name text[], holder uuid[],
    oldest boolean[])
RETURNS TABLE (o_item uuid, o_held boolean, o_batch bigint, o_position bigint,
    o_batches bigint, o_seconds bigint, o_lost bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '100ms' SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    last bigint;
BEGIN
    SELECT r.batch INTO last FROM pay.relay r;

    FOR i IN 1 .. array_length(item, 1) LOOP
        INSERT INTO pay.sinks AS s (sink, holder, until, batch, position)
        VALUES (name[i], holder[i], now() + interval '6 seconds',
                CASE WHEN oldest[i]
                     THEN coalesce((SELECT min(b.batch) FROM pay.relay_batches b),
                                   last + 1)
                     ELSE last + 1 END, 0)
        ON CONFLICT (sink) DO UPDATE SET holder = excluded.holder,
                                         until = excluded.until
         WHERE s.holder = excluded.holder OR s.until < now();

        o_item := item[i];
        o_held := FOUND;

        SELECT s.batch, s.position, greatest(last + 1 - s.batch, 0), s.lost
          INTO o_batch, o_position, o_batches, o_lost
          FROM pay.sinks s WHERE s.sink = name[i];

        o_seconds := coalesce((SELECT extract(epoch FROM now() - b.at)::bigint
                                 FROM pay.relay_batches b
                                WHERE b.batch >= o_batch
                                ORDER BY b.batch LIMIT 1), 0);
        RETURN NEXT;
    END LOOP;
END $$;

-- The events behind a place, up to so many and one MiB.  In: tags, names, the holder,
-- the place (the sink's own, or one further on), how many, 1 or more.  Out: for each
-- item its events, as from pay.list_events(), each with its merchant's public id and the
-- place behind it; then a row whose event is NULL with the place behind all of these,
-- which is NULL where the lease is not the holder's.  Where that place is another one
-- there may be more.  Events whose rows are gone, with their day or with a merchant that
-- has moved, are passed over.
CREATE OR REPLACE FUNCTION pay.read_sinks(item uuid[], name text[], holder uuid[],
    batch bigint[], place bigint[], size bigint[])
RETURNS TABLE (o_item uuid, o_event uuid, o_type text, o_sequence bigint,
    o_livemode boolean, o_created_at timestamptz, o_object uuid, o_version int,
    o_request uuid, o_key text, o_previous text, o_body text, o_merchant uuid,
    o_batch bigint, o_position bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET jit = off SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
#variable_conflict use_variable
DECLARE
    bytes constant int := 1048576 - 4096;
    b record;
    since date;
    low bigint;                          -- of this batch, those behind this place
    high bigint;                         -- up to this one
    n int;
    weight bigint;
    size_of_row int;
    ordinal bigint;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        o_item := item[i];
        o_batch := NULL;
        o_position := NULL;
        n := 0;
        weight := 0;

        IF pay.holds_sink(name[i], holder[i]) THEN
            o_batch := batch[i];
            o_position := place[i];

            <<batches>>
            FOR b IN SELECT r.*, (SELECT sum(c)::bigint FROM unnest(r.counts) AS c) AS total
                       FROM pay.relay_batches r
                      WHERE r.batch >= batch[i] ORDER BY r.batch LIMIT size[i]
            LOOP
                low := CASE WHEN b.batch = batch[i] THEN place[i] ELSE 0 END;
                high := least(b.total, low + size[i] - n);

                -- mostly they are of the batch's day or the one before; where some are
                -- missing there, all days are looked into
                SELECT CASE WHEN count(*) >= high - low THEN b.day - 1
                            ELSE '-infinity' END INTO since
                  FROM (SELECT *, sum(c) OVER (ORDER BY k) - c AS done
                          FROM unnest(b.merchants, b.livemodes, b.firsts, b.counts)
                               WITH ORDINALITY AS u (m, l, f, c, k)) AS u,
                       LATERAL (SELECT FROM pay.events v
                                 WHERE v.merchant_id = u.m AND v.livemode = u.l
                                   AND v.sequence >= u.f + greatest(low - u.done, 0)
                                   AND v.sequence < u.f + least(high - u.done, u.c)
                                   AND v.day >= b.day - 1
                                 OFFSET 0) AS v
                 WHERE u.done + u.c > low AND u.done < high;

                FOR o_event, o_type, o_sequence, o_livemode, o_created_at, o_object,
                    o_version, o_request, o_key, o_previous, o_body, o_merchant,
                    ordinal, size_of_row IN
                    SELECT v.event_id, v.event_type, v.sequence, v.livemode,
                           j.created_at, j.object_id, j.object_version,
                           CASE WHEN j.fingerprint IS NOT NULL THEN j.request_id END,
                           j.key, j.previous, coalesce(j.event_body, j.body),
                           m.public_id, u.done + v.sequence - u.f + 1,
                           600 + octet_length(coalesce(j.event_body, j.body))
                           + coalesce(octet_length(j.previous), 0)
                      FROM (SELECT *, sum(c) OVER (ORDER BY k) - c AS done
                              FROM unnest(b.merchants, b.livemodes, b.firsts, b.counts)
                                   WITH ORDINALITY AS u (m, l, f, c, k)) AS u,
                           LATERAL (SELECT * FROM pay.events v
                                     WHERE v.merchant_id = u.m AND v.livemode = u.l
                                       AND v.sequence >= u.f + greatest(low - u.done, 0)
                                       AND v.sequence < u.f + least(high - u.done, u.c)
                                       AND v.day >= since
                                     OFFSET 0) AS v,
                           LATERAL (SELECT * FROM pay.journal j
                                     WHERE j.merchant_id = v.merchant_id
                                       AND j.key_hash = v.key_hash AND j.day = v.day
                                       AND j.generation = v.generation
                                     OFFSET 0) AS j,
                           LATERAL (SELECT m.public_id FROM pay.merchants m
                                     WHERE m.merchant_id = v.merchant_id OFFSET 0) AS m
                     WHERE u.done + u.c > low AND u.done < high
                     ORDER BY u.k, v.sequence
                LOOP
                    weight := weight + size_of_row;
                    EXIT batches WHEN n > 0 AND weight > bytes;
                    n := n + 1;
                    o_batch := b.batch;
                    o_position := ordinal;
                    RETURN NEXT;
                END LOOP;

                o_batch := b.batch + (high = b.total)::int;
                o_position := CASE WHEN high = b.total THEN 0 ELSE high END;
                EXIT WHEN n >= size[i] OR high < b.total;
            END LOOP;
        END IF;

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
        o_merchant := NULL;
        RETURN NEXT;
    END LOOP;
END $$;

-- The place is moved, never back.  In: tags, names, the holder, the place up to which
-- all was taken, whether the holder gives up its lease.  Out: each tag, and whether it was
-- done: not where the lease is another's.
CREATE OR REPLACE FUNCTION pay.ack_sinks(item uuid[], name text[], holder uuid[],
    batch bigint[], place bigint[], leave boolean[])
RETURNS TABLE (o_item uuid, o_done boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '500ms' AS $$
#variable_conflict use_variable
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        UPDATE pay.sinks s
           SET until = CASE WHEN leave[i] THEN now() ELSE s.until END,
               acked_at = CASE WHEN (batch[i], place[i]) > (s.batch, s.position)
                               THEN now() ELSE s.acked_at END,
               batch = CASE WHEN (batch[i], place[i]) > (s.batch, s.position)
                            THEN batch[i] ELSE s.batch END,
               position = CASE WHEN (batch[i], place[i]) > (s.batch, s.position)
                               THEN place[i] ELSE s.position END
         WHERE s.sink = name[i] AND s.holder = holder[i] AND s.until > now();

        o_item := item[i];
        o_done := FOUND;
        RETURN NEXT;
    END LOOP;
END $$;

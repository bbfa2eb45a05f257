-- Events are sent to endpoints by the one who holds the lease of this shard, and
-- whatever was sent counts only while the lease is held: two at once would send twice,
-- and never lose.  A lease ends 5 s after its holder's last call of pay.deliver_due().

-- In: a holder's name.  Out: whether the lease is its, until this transaction ends.
CREATE OR REPLACE FUNCTION pay.holds_webhooks(holder uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    PERFORM FROM pay.leases l
      WHERE l.task = 'webhooks' AND l.holder = holder AND l.until > now()
        FOR SHARE;
    RETURN FOUND;
END $$;

-- Which endpoints may have something to be sent.  In: tags; the caller's name, a random
-- UUID; the last batch of the relay that it has seen, 0: none, which looks at all
-- endpoints.  Out: for each item a row for each endpoint, with whether it has yet to
-- show that it takes what is sent, then one whose endpoint is NULL with the last batch,
-- or -1: somebody else holds the lease.
CREATE OR REPLACE FUNCTION pay.deliver_due(item uuid[], holder uuid[], seen bigint[])
RETURNS TABLE (o_item uuid, o_merchant bigint, o_endpoint uuid, o_failing boolean,
    o_batch bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '100ms' SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    last bigint;
BEGIN
    INSERT INTO pay.leases AS l VALUES ('webhooks', holder[1],
                                        now() + interval '5 seconds')
    ON CONFLICT (task) DO UPDATE SET holder = excluded.holder,
                                     until = excluded.until
     WHERE l.holder = excluded.holder OR l.until < now();

    IF NOT FOUND THEN
        RETURN QUERY SELECT u, NULL::bigint, NULL::uuid, NULL::boolean, -1::bigint
                       FROM unnest(item) u;
        RETURN;
    END IF;

    SELECT r.batch INTO last FROM pay.relay r;

    RETURN QUERY
    SELECT item[1], e.merchant_id, e.endpoint_id, NOT e.takes, NULL::bigint
      FROM (SELECT w.merchant_id, w.endpoint_id FROM pay.webhook_endpoints w
             WHERE seen[1] = 0
             UNION
            SELECT w.merchant_id, w.endpoint_id FROM pay.webhook_endpoints w
             WHERE seen[1] > 0
               AND w.merchant_id IN (
                   SELECT unnest(b.merchants) FROM pay.relay_batches b
                    WHERE b.batch > seen[1] AND b.day >= today - 1)
             UNION
            SELECT w.merchant_id, w.endpoint_id FROM pay.webhook_endpoints w
             WHERE w.paused_until <= now()
             UNION
            SELECT r.merchant_id, r.endpoint_id FROM pay.webhook_retries r
             WHERE r.due <= now()) d
      JOIN pay.webhook_endpoints e USING (merchant_id, endpoint_id)
     WHERE e.status = 'enabled'
       AND (e.paused_until IS NULL OR e.paused_until <= now());

    RETURN QUERY SELECT u, NULL::bigint, NULL::uuid, NULL::boolean, last
                   FROM unnest(item) u;
END $$;

-- Where events that an endpoint has not had are kept no longer: its cursor is put
-- behind them, and an event of its own says so: after the sequence in
-- "previous_attributes", up to the one that the endpoint shows.  In: the endpoint; the
-- sequence before the first one that is lost, and the last one.  Out: the endpoint.
CREATE OR REPLACE FUNCTION pay.lose_events(e pay.webhook_endpoints, before bigint,
    lost bigint) RETURNS pay.webhook_endpoints
LANGUAGE plpgsql VOLATILE SET search_path = pay, pg_temp AS $$
DECLARE
    l pay.webhook_endpoints;
BEGIN
    UPDATE pay.webhook_endpoints w
       SET cursor = greatest(w.cursor, lost), version = w.version + 1,
           updated_at = now()
     WHERE w.merchant_id = e.merchant_id AND w.endpoint_id = e.endpoint_id
    RETURNING * INTO STRICT l;

    PERFORM pay.journal_background(l.merchant_id, l.livemode, l.endpoint_id, NULL,
        l.version, pay.endpoint_body(l), 'webhook_endpoint.events_lost',
        '{"sequence":' || before || '}', NULL, NULL, NULL);

    RETURN l;
END $$;

-- What an endpoint is to be sent now: events that failed and are due, and those behind
-- its cursor, up to 64 and 256 KiB; one while it fails.  In: tags, merchants, the
-- holder's name, endpoints.  Out: for each item its events, as from pay.list_events(),
-- then a row whose event is NULL:
--   url         NULL: nothing is to be sent, or the lease is another's, or the merchant
--               is about to move
--   secret, old_secret   encrypted; the latter NULL: there is none
--   last        where the cursor is once all of these events have been seen to
--   ordered     one after the other
--   cursor      where it is now
CREATE OR REPLACE FUNCTION pay.deliver_page(item uuid[], merchant bigint[],
    holder uuid[], endpoint uuid[])
RETURNS TABLE (o_item uuid, o_event uuid, o_type text, o_sequence bigint,
    o_livemode boolean, o_created_at timestamptz, o_object uuid, o_version int,
    o_request uuid, o_key text, o_previous text, o_body text,
    o_url text, o_secret bytea, o_old_secret bytea, o_last bigint,
    o_ordered boolean, o_cursor bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '500ms' SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    rows_read constant int := 500;
    bytes constant int := 262144;
    e pay.webhook_endpoints;
    patterns text[];
    edge bigint;
    bottom bigint;
    gone bigint;
    most int;
    n int;
    weight bigint;
    size_of_row int;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        o_item := item[i];
        o_url := NULL;
        n := 0;
        weight := 0;

        SELECT * INTO e FROM pay.webhook_endpoints w
         WHERE w.merchant_id = merchant[i] AND w.endpoint_id = endpoint[i]
           AND w.status = 'enabled'
           AND (w.paused_until IS NULL OR w.paused_until <= now())
           AND pay.holds_webhooks(holder[i])
           AND pay.try_lock_and_check_owner(merchant[i]);

        IF FOUND THEN
            most := CASE WHEN e.failures >= 5 THEN 1 ELSE 64 END;
            gone := NULL;

            IF EXISTS (SELECT FROM pay.webhook_retries r
                        WHERE r.merchant_id = e.merchant_id
                          AND r.endpoint_id = e.endpoint_id
                          AND r.due <= now())
            THEN
                FOR o_event, o_type, o_sequence, o_livemode, o_created_at, o_object,
                    o_version, o_request, o_key, o_previous, o_body IN
                    SELECT v.event_id, v.event_type, v.sequence, v.livemode,
                           j.created_at, j.object_id, j.object_version,
                           CASE WHEN j.fingerprint IS NOT NULL THEN j.request_id END,
                           j.key, j.previous, coalesce(j.event_body, j.body)
                      FROM pay.webhook_retries r
                      JOIN pay.events v
                        ON v.merchant_id = r.merchant_id AND v.livemode = e.livemode
                       AND v.sequence = r.sequence
                      JOIN pay.journal j
                        ON j.merchant_id = v.merchant_id
                       AND j.key_hash = v.key_hash AND j.day = v.day
                       AND j.generation = v.generation
                     WHERE r.merchant_id = e.merchant_id
                       AND r.endpoint_id = e.endpoint_id AND r.due <= now()
                     ORDER BY r.due LIMIT least(most, 8)
                LOOP
                    n := n + 1;
                    weight := weight + octet_length(o_body);
                    RETURN NEXT;
                END LOOP;

                -- what was dropped with its day is not sent any more
                IF n = 0 THEN
                    WITH dropped AS (
                        DELETE FROM pay.webhook_retries r
                         WHERE r.merchant_id = e.merchant_id
                           AND r.endpoint_id = e.endpoint_id AND r.due <= now()
                        RETURNING r.sequence)
                    SELECT min(d.sequence) - 1 INTO gone FROM dropped d;
                END IF;
            END IF;

            SELECT array_agg(replace(replace(t, '_', E'\\_'), '*', '%'))
              INTO patterns FROM unnest(e.types) AS t;

            -- sequences have no gaps: what is not there was dropped.  One statement,
            -- since the relay may add some behind it
            SELECT max(s.sequence),
                   coalesce(min(s.sequence), 1 + (
                       SELECT c.last FROM pay.event_counters c
                        WHERE c.merchant_id = e.merchant_id
                          AND c.livemode = e.livemode))
              INTO edge, bottom
              FROM (SELECT v.sequence FROM pay.events v
                     WHERE v.merchant_id = e.merchant_id
                       AND v.livemode = e.livemode AND v.sequence > e.cursor
                     ORDER BY v.sequence LIMIT rows_read) s;

            IF bottom > e.cursor + 1 OR gone IS NOT NULL THEN
                e := pay.lose_events(e, least(e.cursor, gone), bottom - 1);
            END IF;

            o_cursor := e.cursor;
            o_last := coalesce(edge, e.cursor);

            FOR o_event, o_type, o_sequence, o_livemode, o_created_at, o_object,
                o_version, o_request, o_key, o_previous, o_body, size_of_row IN
                SELECT v.event_id, v.event_type, v.sequence, v.livemode,
                       j.created_at, j.object_id, j.object_version,
                       CASE WHEN j.fingerprint IS NOT NULL THEN j.request_id END,
                       j.key, j.previous, coalesce(j.event_body, j.body),
                       octet_length(coalesce(j.event_body, j.body))
                       + coalesce(octet_length(j.previous), 0)
                  FROM pay.events v
                  JOIN pay.journal j
                    ON j.merchant_id = v.merchant_id
                   AND j.key_hash = v.key_hash AND j.day = v.day
                   AND j.generation = v.generation
                 WHERE v.merchant_id = e.merchant_id AND v.livemode = e.livemode
                   AND v.sequence > e.cursor AND v.sequence <= edge
                   AND CASE WHEN v.event_type = 'webhook.ping'
                            THEN j.object_id = e.endpoint_id
                            ELSE v.event_type LIKE ANY (patterns) END
                 ORDER BY v.sequence LIMIT 65
            LOOP
                weight := weight + size_of_row;

                IF n >= most OR (n > 0 AND weight > bytes) THEN
                    o_last := o_sequence - 1;
                    EXIT;
                END IF;

                n := n + 1;
                RETURN NEXT;
            END LOOP;

            -- or its turn has come, and that is to be noted
            IF n > 0 OR o_last > e.cursor OR e.paused_until IS NOT NULL THEN
                o_url := e.url;
            END IF;

            o_secret := e.secret;
            o_old_secret := CASE WHEN e.overlap_until > now()
                                 THEN e.old_secret END;
            o_ordered := e.ordered;
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
        RETURN NEXT;
    END LOOP;
END $$;

-- In: how often an event has failed, 1 or more.  Out: how long until it is sent again,
-- without the fifth by which that is put off at random; NULL: never.
CREATE OR REPLACE FUNCTION pay.retry_after(attempts int) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('{5 seconds,5 minutes,30 minutes,2 hours,5 hours,10 hours,14 hours,'
            '20 hours,24 hours}'::interval[])[attempts]
$$;

-- In: a pause.  Out: when it ends, a fifth later at most: those who failed together do
-- not come back together.
CREATE OR REPLACE FUNCTION pay.retry_at(pause interval) RETURNS timestamptz
LANGUAGE sql VOLATILE PARALLEL RESTRICTED AS $$
    SELECT now() + pause * (1 + 0.2 * random())
$$;

-- In: the endpoint as it was before these attempts; their sequences and, of each by its
-- place, the answer, how many ms before now it began, how many it took.  Adds them to
-- the log.
CREATE OR REPLACE FUNCTION pay.log_attempts(e pay.webhook_endpoints,
    sequences bigint[], answers int[], began int[], took int[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    INSERT INTO pay.webhook_attempts
    SELECT e.merchant_id, e.endpoint_id, u.n,
           1 + pay.webhook_tries(e.merchant_id, e.endpoint_id, u.n), today,
           now() - u.b * interval '1 millisecond', u.a, u.t
      FROM unnest(sequences, answers, began, took) AS u (n, a, b, t)
     WHERE u.n <= e.sent
        ON CONFLICT DO NOTHING;

    INSERT INTO pay.webhook_pages
    SELECT e.merchant_id, e.endpoint_id, x.first, today, now(),
           array_agg(u.n - x.first ORDER BY u.n), array_agg(u.a ORDER BY u.n),
           array_agg(u.b ORDER BY u.n), array_agg(u.t ORDER BY u.n)
      FROM unnest(sequences, answers, began, took) AS u (n, a, b, t),
           (SELECT min(s) AS first FROM unnest(sequences) AS s
             WHERE s > e.sent) x
     WHERE u.n > e.sent
     GROUP BY x.first
        ON CONFLICT DO NOTHING;
END $$;

-- What became of a page.  In: tags, merchants, the holder's name, endpoints; "cursor" and
-- "last" of the page, the latter less where events are taken in their order and one was
-- not; then by the same place, each separated by spaces: sequences of its events, the
-- answer to each (a status; below 0: none came, as of pay.delivery_error()), how many
-- ms before this call it was sent, how many ms it took; seconds for which the endpoint
-- has asked not to be sent anything.  Out: for each item its tag and whether the
-- endpoint may have more to be sent now.
--
-- An endpoint that has taken none of five in a row is asked again with one event
-- after a pause, and its cursor stays; one that takes some gets the others again
-- by their schedule.  In order nothing passes what has failed.  What a merchant has
-- asked for again counts for neither.  Where the cursor was put back meanwhile it
-- stays there.
CREATE OR REPLACE FUNCTION pay.deliver_done(item uuid[], merchant bigint[],
    holder uuid[], endpoint uuid[], cursor bigint[], last bigint[],
    sequences text[], answers text[], began text[], took text[], pause bigint[])
RETURNS TABLE (o_item uuid, o_again boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '500ms' AS $$
#variable_conflict use_variable
DECLARE
    e pay.webhook_endpoints;
    numbers bigint[];
    statuses int[];
    taken int;
    missed int;
    stands boolean;
    moved boolean;
    ended boolean;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        o_item := item[i];
        o_again := false;

        IF NOT pay.try_lock_and_check_owner(merchant[i])
           OR NOT pay.holds_webhooks(holder[i])
        THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        SELECT * INTO e FROM pay.webhook_endpoints w
         WHERE w.merchant_id = merchant[i] AND w.endpoint_id = endpoint[i]
           FOR UPDATE;

        IF NOT FOUND THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- this very call, whose answer was lost
        IF e.noted = item[i] THEN
            o_again := e.status = 'enabled' AND e.paused_until IS NULL;
            RETURN NEXT;
            CONTINUE;
        END IF;

        numbers := string_to_array(sequences[i], ' ')::bigint[];
        statuses := string_to_array(answers[i], ' ')::int[];
        moved := e.cursor < cursor[i];
        ended := false;

        PERFORM pay.log_attempts(e, numbers, statuses,
            string_to_array(began[i], ' ')::int[],
            string_to_array(took[i], ' ')::int[]);

        SELECT count(*) FILTER (WHERE u.a BETWEEN 200 AND 299),
               count(*) FILTER (WHERE u.a NOT BETWEEN 200 AND 299)
          INTO taken, missed
          FROM unnest(numbers, statuses) AS u (n, a)
         WHERE NOT EXISTS (
            SELECT FROM pay.webhook_retries r
             WHERE r.merchant_id = e.merchant_id
               AND r.endpoint_id = e.endpoint_id AND r.sequence = u.n
               AND r.manual);

        e.paused_until := NULL;

        IF taken > 0 THEN
            e.failures := CASE WHEN e.ordered THEN missed ELSE 0 END;
            e.failing_since := CASE WHEN e.ordered AND missed > 0 THEN now() END;
        ELSIF missed > 0 THEN
            e.failures := e.failures + missed;
            e.failing_since := coalesce(e.failing_since, now());
        END IF;

        IF taken + missed > 0 THEN
            e.takes := taken > 0;
        END IF;

        stands := taken = 0 AND missed > 0 AND e.failures >= 5;

        DELETE FROM pay.webhook_retries r
         WHERE r.merchant_id = e.merchant_id AND r.endpoint_id = e.endpoint_id
           AND r.sequence IN (
               SELECT u.n FROM unnest(numbers, statuses) AS u (n, a)
                WHERE u.a BETWEEN 200 AND 299
                   OR (r.attempts >= 9 AND (r.manual OR NOT stands)));

        UPDATE pay.webhook_retries r
           SET attempts = r.attempts + 1,
               due = pay.retry_at(pay.retry_after(r.attempts + 1))
          FROM unnest(numbers, statuses) AS u (n, a)
         WHERE r.merchant_id = e.merchant_id
           AND r.endpoint_id = e.endpoint_id AND r.sequence = u.n
           AND u.a NOT BETWEEN 200 AND 299
           AND (r.manual OR NOT e.ordered AND NOT stands);

        IF NOT e.ordered AND NOT stands AND NOT moved THEN
            INSERT INTO pay.webhook_retries
            SELECT e.merchant_id, e.endpoint_id, u.n, 1,
                   pay.retry_at(pay.retry_after(1))
              FROM unnest(numbers, statuses) AS u (n, a)
             WHERE u.n > e.cursor AND u.a NOT BETWEEN 200 AND 299
                ON CONFLICT DO NOTHING;
        END IF;

        IF NOT stands AND NOT moved THEN
            e.cursor := greatest(e.cursor, last[i]);
        END IF;

        IF missed > 0 AND (stands OR e.ordered) THEN
            e.paused_until := pay.retry_at(least(interval '5 minutes',
                interval '5 seconds' * power(2, least(10, greatest(0,
                    CASE WHEN e.ordered THEN e.failures - 1
                         ELSE e.failures - 5 END)))));
        END IF;

        IF pause[i] > 0 THEN
            e.paused_until := greatest(e.paused_until,
                now() + least(pause[i], 3600) * interval '1 second');
        END IF;

        IF e.status = 'enabled' AND 410 = ANY (statuses) THEN
            e.status := 'disabled';
            e.disabled_reason := 'gone';
            ended := true;
        ELSIF e.status = 'enabled'
              AND e.failing_since < now() - interval '5 days'
        THEN
            e.status := 'disabled';
            e.disabled_reason := 'failing';
            ended := true;
        END IF;

        -- what waits for the endpoint is not looked at meanwhile
        IF e.paused_until IS NOT NULL OR e.status = 'disabled' THEN
            UPDATE pay.webhook_retries r
               SET due = CASE WHEN e.status = 'disabled' THEN 'infinity'
                              ELSE e.paused_until END
             WHERE r.merchant_id = e.merchant_id
               AND r.endpoint_id = e.endpoint_id
               AND r.due < CASE WHEN e.status = 'disabled' THEN 'infinity'
                                ELSE e.paused_until END;
        END IF;

        UPDATE pay.webhook_endpoints w
           SET cursor = e.cursor, failures = e.failures,
               failing_since = e.failing_since, paused_until = e.paused_until,
               status = e.status, disabled_reason = e.disabled_reason,
               takes = e.takes, noted = item[i],
               sent = greatest(e.sent, (SELECT max(s) FROM unnest(numbers) AS s)),
               version = w.version + ended::int,
               updated_at = CASE WHEN ended THEN now() ELSE w.updated_at END
         WHERE w.merchant_id = e.merchant_id AND w.endpoint_id = e.endpoint_id
        RETURNING * INTO STRICT e;

        -- so that its merchant hears of it
        IF ended THEN
            PERFORM pay.journal_background(e.merchant_id, e.livemode,
                e.endpoint_id, NULL, e.version, pay.endpoint_body(e),
                'webhook_endpoint.disabled',
                '{"status":"enabled","disabled_reason":null}', NULL, NULL, NULL);
        END IF;

        o_again := e.status = 'enabled' AND e.paused_until IS NULL;
        RETURN NEXT;
    END LOOP;
END $$;

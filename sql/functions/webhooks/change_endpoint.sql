-- A new endpoint, which gets events from now on.  In: as pay.change_endpoints().
-- Out: as from pay.create_key().
CREATE OR REPLACE FUNCTION pay.create_endpoint(merchant bigint, mode boolean,
    object uuid, url text, types text[], ordered boolean, description text,
    metadata text, secret bytea, request text, OUT outcome smallint,
    OUT status smallint, OUT object_id uuid, OUT version int, OUT body text,
    OUT event_type text, OUT event_body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    e pay.webhook_endpoints;
BEGIN
    outcome := pay.outcome('executed');
    status := 201;
    object_id := object;

    -- two at once would both find a place
    PERFORM pg_advisory_xact_lock(hashint8extended(merchant, 7003));

    IF (SELECT count(*) FROM pay.webhook_endpoints w
         WHERE w.merchant_id = merchant AND w.livemode = mode) >= 64
    THEN
        SELECT r.status, r.body INTO STRICT status, body
          FROM pay.refusal('too_many_webhook_endpoints', request, NULL, '') r;
        RETURN;
    END IF;

    INSERT INTO pay.webhook_endpoints (merchant_id, endpoint_id, livemode, url,
           types, ordered, description, metadata, secret, cursor, sent,
           created_at, updated_at)
    SELECT merchant, object, mode, url, types, coalesce(ordered, false),
           description, coalesce(metadata, '{}'), secret, c.last, c.last, now(),
           now()
      FROM (SELECT coalesce(max(n.last), 0) AS last FROM pay.event_counters n
             WHERE n.merchant_id = merchant AND n.livemode = mode) c
    RETURNING * INTO STRICT e;

    version := e.version;
    body := pay.endpoint_body(e);
END $$;

-- The event of a test, for that endpoint alone: it becomes one of the request's row in
-- the journal.  In: the endpoint, the event's id.  Out: the delivery as JSON.  One that
-- is paused is tried at once.
CREATE OR REPLACE FUNCTION pay.test_endpoint(e pay.webhook_endpoints, event uuid)
RETURNS text LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    UPDATE pay.webhook_endpoints w SET paused_until = now()
     WHERE w.merchant_id = e.merchant_id AND w.endpoint_id = e.endpoint_id
       AND w.status = 'enabled';

    RETURN pay.delivery_body(e.endpoint_id, event, 0, 'pending', NULL, NULL, NULL,
                             CASE WHEN e.status = 'enabled' THEN now() END);
END $$;

-- Changes an endpoint, deletes it, gives it another secret, tests it, or puts its cursor
-- back.  In: as pay.change_endpoints(); NULL: as it is; the id that the event of a test
-- has.  Out: body NULL: there is no such endpoint; what the journal is to hold.
CREATE OR REPLACE FUNCTION pay.change_endpoint(merchant bigint, mode boolean,
    action text, target uuid, if_match text, new_url text, new_types text[],
    new_status text, new_ordered boolean, new_description text, new_metadata text,
    new_secret bytea, overlap bigint, after bigint, event uuid, OUT outcome smallint,
    OUT status smallint, OUT object_id uuid, OUT version int, OUT body text,
    OUT event_type text, OUT event_body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    e pay.webhook_endpoints;
BEGIN
    outcome := pay.outcome('executed');
    status := 404;
    object_id := target;
    version := 0;

    SELECT * INTO e FROM pay.webhook_endpoints w
     WHERE w.merchant_id = merchant AND w.endpoint_id = target
       AND w.livemode = mode
       FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM pay.webhook_endpoints w
                    WHERE w.merchant_id = merchant AND w.endpoint_id = target
                      AND w.livemode = mode)
        THEN
            outcome := pay.outcome('busy');
        END IF;

        RETURN;
    END IF;

    IF e.version <> ALL (string_to_array(if_match, ',')::int[]) THEN
        outcome := pay.outcome('stale');
        version := e.version;
        RETURN;
    END IF;

    IF action = 'delete_endpoint' THEN
        DELETE FROM pay.webhook_retries r
         WHERE r.merchant_id = merchant AND r.endpoint_id = target;
        DELETE FROM pay.webhook_endpoints w
         WHERE w.merchant_id = merchant AND w.endpoint_id = target;
        status := 204;
        body := '';
        RETURN;
    END IF;

    IF action = 'test_endpoint' THEN
        status := 202;
        version := e.version;
        body := pay.test_endpoint(e, event);
        event_type := 'webhook.ping';
        event_body := pay.endpoint_body(e);
        RETURN;
    END IF;

    status := 200;

    IF action = 'replay_endpoint' THEN
        IF after > e.cursor THEN
            outcome := pay.outcome('invalid');
            body := pay.violation('/after', 'maximum',
                                  'must be <= the endpoint''s sequence, which is '
                                  || e.cursor);
            RETURN;
        END IF;

        -- what failed comes with the others
        DELETE FROM pay.webhook_retries r
         WHERE r.merchant_id = merchant AND r.endpoint_id = target
           AND r.sequence > after;
        e.cursor := after;
    ELSIF action = 'rotate_secret' THEN
        e.old_secret := CASE WHEN overlap > 0 THEN e.secret END;
        e.overlap_until := CASE WHEN overlap > 0
                                THEN now() + overlap * interval '1 second' END;
        e.secret := new_secret;
    ELSE
        e.metadata := coalesce(pay.merge_metadata(e.metadata, new_metadata),
                               e.metadata);

        IF (SELECT count(*) FROM jsonb_object_keys(e.metadata::jsonb)) > 50 THEN
            outcome := pay.outcome('invalid');
            body := pay.violation('/metadata', 'max_properties',
                'the endpoint would have more than 50 pairs of metadata');
            RETURN;
        END IF;

        -- what waits for one that is disabled is not looked at
        IF new_status <> e.status THEN
            UPDATE pay.webhook_retries r
               SET due = CASE new_status WHEN 'disabled' THEN 'infinity'
                                         ELSE now() END
             WHERE r.merchant_id = merchant AND r.endpoint_id = target;
        END IF;

        -- who is told to go on, or goes elsewhere, is tried at once
        IF new_url <> e.url OR (new_status = 'enabled' AND e.status = 'disabled')
        THEN
            e.failures := 0;
            e.failing_since := NULL;
            e.paused_until := NULL;
        END IF;

        -- another server has yet to show what it takes
        IF new_url <> e.url THEN
            e.takes := false;
        END IF;

        e.url := coalesce(new_url, e.url);
        e.types := coalesce(new_types, e.types);
        e.ordered := coalesce(new_ordered, e.ordered);
        e.description := coalesce(new_description, e.description);
        e.disabled_reason := CASE WHEN coalesce(new_status, e.status) = 'enabled'
                                  THEN NULL
                                  ELSE coalesce(e.disabled_reason, 'merchant') END;
        e.status := coalesce(new_status, e.status);
    END IF;

    -- its turn comes with the next look at what is paused
    IF e.status = 'enabled' AND action <> 'rotate_secret' THEN
        e.paused_until := coalesce(e.paused_until, now());
    END IF;

    UPDATE pay.webhook_endpoints w
       SET url = e.url, types = e.types, status = e.status,
           disabled_reason = e.disabled_reason, ordered = e.ordered,
           description = e.description, metadata = e.metadata,
           secret = e.secret, old_secret = e.old_secret,
           overlap_until = e.overlap_until, cursor = e.cursor,
           failures = e.failures, takes = e.takes,
           failing_since = e.failing_since, paused_until = e.paused_until,
           updated_at = now(), version = w.version + 1
     WHERE w.merchant_id = merchant AND w.endpoint_id = target
    RETURNING * INTO STRICT e;

    version := e.version;
    body := pay.endpoint_body(e);
END $$;

-- Sends an event again, to one endpoint or to all that want its type.  In: merchant,
-- mode, the event; the endpoint, or NULL.  Out: as of pay.change_endpoint(); the body is
-- a list of deliveries.  One that waits for its next attempt gets it now; one that the
-- endpoint has not come to yet comes in its turn.
CREATE OR REPLACE FUNCTION pay.redeliver_event(merchant bigint, mode boolean,
    event uuid, target uuid, OUT outcome smallint, OUT status smallint,
    OUT object_id uuid, OUT version int, OUT body text, OUT event_type text,
    OUT event_body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    v record;
    e pay.webhook_endpoints;
    tries int;
    deliveries text[] := '{}';
BEGIN
    outcome := pay.outcome('executed');
    status := 404;
    object_id := event;
    version := 0;

    SELECT n.sequence, n.event_type, j.object_id INTO v
      FROM pay.events n
      JOIN pay.journal j
        ON j.merchant_id = n.merchant_id AND j.key_hash = n.key_hash
       AND j.day = n.day AND j.generation = n.generation
     WHERE n.merchant_id = merchant AND n.event_id = event AND n.livemode = mode;

    IF NOT FOUND THEN
        RETURN;
    END IF;

    FOR e IN SELECT w.* FROM pay.webhook_endpoints w
              WHERE w.merchant_id = merchant AND w.livemode = mode
                AND CASE WHEN target IS NOT NULL THEN w.endpoint_id = target
                         WHEN w.status <> 'enabled' THEN false
                         WHEN v.event_type = 'webhook.ping'
                              THEN w.endpoint_id = v.object_id
                         ELSE v.event_type LIKE ANY (ARRAY(
                              SELECT replace(replace(t, '_', E'\\_'), '*', '%')
                                FROM unnest(w.types) AS t)) END
              ORDER BY w.endpoint_id
    LOOP
        tries := pay.webhook_tries(merchant, e.endpoint_id, v.sequence);

        -- what is ahead of the cursor comes in its turn: a row for it would take
        -- the cursor past what stands between
        IF v.sequence <= e.cursor THEN
            INSERT INTO pay.webhook_retries AS r
            VALUES (merchant, e.endpoint_id, v.sequence, tries,
                    CASE WHEN e.status = 'enabled' THEN now()
                         ELSE 'infinity' END, true)
                ON CONFLICT (merchant_id, endpoint_id, sequence)
                DO UPDATE SET due = excluded.due;
        END IF;

        deliveries := deliveries || pay.delivery_body(e.endpoint_id, event, tries,
            'pending', NULL, NULL, NULL,
            CASE WHEN e.status = 'enabled' THEN now() END);
    END LOOP;

    IF target IS NOT NULL AND deliveries = '{}' THEN
        RETURN;
    END IF;

    status := 202;
    body := '{"object":"list","data":[' || array_to_string(deliveries, ',')
        || '],"has_more":false,"next_cursor":null,'
        || '"url":"/v1/webhook_deliveries"}';
END $$;

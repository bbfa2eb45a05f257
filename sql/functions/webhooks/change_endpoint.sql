-- A new endpoint, which gets events from now on.  In: as pay.change_endpoints().
-- Out: as from pay.create_key().
CREATE OR REPLACE FUNCTION pay.create_endpoint(merchant bigint, mode boolean,
    object uuid, url text, types text[], ordered boolean, description text,
    metadata text, secret bytea, request text, OUT outcome smallint,
    OUT status smallint, OUT object_id uuid, OUT body text)
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
           types, ordered, description, metadata, secret, cursor, created_at,
           updated_at)
    VALUES (merchant, object, mode, url, types, coalesce(ordered, false),
            description, coalesce(metadata, '{}'), secret,
            coalesce((SELECT c.last FROM pay.event_counters c
                       WHERE c.merchant_id = merchant AND c.livemode = mode), 0),
            now(), now())
    RETURNING * INTO STRICT e;

    body := pay.endpoint_body(e);
END $$;

-- Changes an endpoint, deletes it, or gives it another secret.  In: as
-- pay.change_endpoints(); NULL: as it is.  Out: body NULL: there is no such endpoint.
CREATE OR REPLACE FUNCTION pay.change_endpoint(merchant bigint, mode boolean,
    action text, target uuid, new_url text, new_types text[], new_status text,
    new_ordered boolean, new_description text, new_metadata text,
    new_secret bytea, overlap bigint, OUT outcome smallint, OUT status smallint,
    OUT object_id uuid, OUT body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    e pay.webhook_endpoints;
BEGIN
    outcome := pay.outcome('executed');
    status := 404;
    object_id := target;

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

    IF action = 'delete_endpoint' THEN
        DELETE FROM pay.webhook_retries r
         WHERE r.merchant_id = merchant AND r.endpoint_id = target;
        DELETE FROM pay.webhook_endpoints w
         WHERE w.merchant_id = merchant AND w.endpoint_id = target;
        status := 204;
        body := '';
        RETURN;
    END IF;

    status := 200;

    IF action = 'rotate_secret' THEN
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

        e.url := coalesce(new_url, e.url);
        e.types := coalesce(new_types, e.types);
        e.ordered := coalesce(new_ordered, e.ordered);
        e.description := coalesce(new_description, e.description);
        e.disabled_reason := CASE WHEN coalesce(new_status, e.status) = 'enabled'
                                  THEN NULL
                                  ELSE coalesce(e.disabled_reason, 'merchant') END;
        e.status := coalesce(new_status, e.status);

        -- its turn comes with the next look at what is paused
        IF e.status = 'enabled' THEN
            e.paused_until := coalesce(e.paused_until, now());
        END IF;
    END IF;

    UPDATE pay.webhook_endpoints w
       SET url = e.url, types = e.types, status = e.status,
           disabled_reason = e.disabled_reason, ordered = e.ordered,
           description = e.description, metadata = e.metadata,
           secret = e.secret, old_secret = e.old_secret,
           overlap_until = e.overlap_until, failures = e.failures,
           failing_since = e.failing_since, paused_until = e.paused_until,
           updated_at = now(), version = w.version + 1
     WHERE w.merchant_id = merchant AND w.endpoint_id = target
    RETURNING * INTO STRICT e;

    body := pay.endpoint_body(e);
END $$;

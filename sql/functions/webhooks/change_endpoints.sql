-- Makes and changes webhook endpoints: n requests, one call, one transaction, an
-- outcome each.
--
-- In: arrays of one length, an element for each request:
--   item, merchant, livemode, key_hash, key, fingerprint, request_id, request
--               as in pay.administer()
--   action      create_endpoint, update_endpoint, delete_endpoint, rotate_secret,
--               test_endpoint, replay_endpoint, redeliver_event
--   object      a UUIDv7 for what is made, or the endpoint, or the event, of the path
--   if_match    versions of which the endpoint must have one, or NULL
--   url, types (separated by spaces), status, ordered, description, metadata
--               as the object's members; NULL: unchanged
--   secret      encrypted, of create_endpoint and rotate_secret
--   overlap     of rotate_secret: seconds for which the old one signs as well
--   after       of replay_endpoint: the sequence behind which it goes on
--   target      of redeliver_event: an endpoint, or NULL
--   ttl         how long a key is remembered
--
-- Out: as from pay.administer().  The encrypted secret stands in the stored answer, in
-- hexadecimal, for the secret.
CREATE OR REPLACE FUNCTION pay.change_endpoints(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    action text[], object uuid[], if_match text[], url text[], types text[], status text[],
    ordered boolean[], description text[], metadata text[], secret bytea[],
    overlap bigint[], after bigint[], target uuid[], ttl interval)
RETURNS TABLE (o_item uuid, outcome smallint, o_status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms' AS $$
#variable_conflict use_variable
DECLARE
    k record;
    c record;
    i int;
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    FOR i IN SELECT u.n FROM unnest(merchant, object) WITH ORDINALITY
                                  AS u (m, o, n) ORDER BY u.m, u.o
    LOOP
        o_item := item[i];
        SELECT * INTO k FROM pay.claim_key(merchant[i], key_hash[i],
                                           fingerprint[i], ttl);

        outcome := k.outcome;
        o_status := (k.j).status;
        o_request_id := (k.j).request_id;
        o_object_id := (k.j).object_id;
        -- that of a test is the endpoint's, and its answer shows a delivery
        o_version := CASE WHEN (k.j).event_type IS NULL
                          THEN (k.j).object_version ELSE 0 END;
        o_created_at := (k.j).created_at;
        o_request := (k.j).request;
        o_body := CASE WHEN outcome <> pay.outcome('reused')
                       THEN (k.j).body END;

        IF outcome IS NOT NULL THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        IF action[i] = 'create_endpoint' THEN
            SELECT * INTO c FROM pay.create_endpoint(merchant[i], livemode[i],
                object[i], url[i], string_to_array(types[i], ' '), ordered[i],
                description[i], metadata[i], secret[i],
                pay.id_text('req_', request_id[i]));
        ELSIF action[i] = 'redeliver_event' THEN
            SELECT * INTO c FROM pay.redeliver_event(merchant[i], livemode[i],
                object[i], target[i]);
        ELSE
            SELECT * INTO c FROM pay.change_endpoint(merchant[i], livemode[i],
                action[i], object[i], if_match[i], url[i],
                string_to_array(types[i], ' '), status[i], ordered[i],
                description[i], metadata[i], secret[i], overlap[i], after[i],
                item[i]);
        END IF;

        outcome := c.outcome;
        o_body := c.body;
        o_version := c.version;

        IF outcome <> pay.outcome('executed') THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        o_status := c.status;
        o_request_id := request_id[i];
        o_object_id := c.object_id;
        o_version := CASE WHEN action[i] IN ('create_endpoint', 'update_endpoint',
                                             'rotate_secret', 'replay_endpoint')
                          THEN coalesce(c.version, 0) ELSE 0 END;
        o_created_at := now();

        -- a problem names the request
        IF o_body IS NULL THEN
            SELECT r.status, r.body INTO STRICT o_status, o_body
              FROM pay.refusal('resource_not_found',
                   pay.id_text('req_', request_id[i]), NULL, '') r;
        END IF;

        IF secret[i] IS NOT NULL AND o_status < 300 THEN
            o_body := left(o_body, -1) || ',"secret":"'
                      || encode(secret[i], 'hex') || '"}';
        END IF;

        INSERT INTO pay.journal (merchant_id, key_hash, day, generation,
               status, object_version, livemode, request_id, event_id,
               object_id, created_at, fingerprint, request, body, event_type,
               event_body, key)
        VALUES (merchant[i], key_hash[i],
                (now() AT TIME ZONE 'UTC')::date, k.generation, o_status,
                CASE WHEN c.event_type IS NULL THEN o_version ELSE c.version END,
                livemode[i], o_request_id, o_item, o_object_id, now(),
                fingerprint[i], request[i], o_body, c.event_type, c.event_body,
                key[i]);

        RETURN NEXT;
    END LOOP;
END $$;

-- Changes API keys and merchants: n requests, one call, one transaction, an
-- outcome each.
--
-- In: arrays of one length, an element for each request:
--   item, merchant, livemode, key_hash, key, fingerprint, request_id, request
--               as in create_payments; key NULL: the request had none
--   action      create_key, update_key, rotate_key, revoke_key,
--               create_merchant, update_merchant
--   object      a UUIDv7 for what is made
--   target      the key or merchant of the path, or NULL
--   owner       of create_key: the public id of the merchant that gets the
--               key; NULL: the caller
--   allowed     the caller's scopes, separated by spaces
--   name, status   as the object's members; NULL: unchanged
--   scopes      of create_key, separated by spaces
--   expires_at  of create_key and update_key, or NULL
--   overlap     of rotate_key: seconds for which the old key stays good
--   secret_hash SHA-256 of the new key without its merchant's 13 characters
--   kind        its first eight, as "sk_test_", without the s or r
--   seal        what its secret can be made of again, with the secret file
--               file: stands for the secret in the stored answer
--   if_match    of update_key, rotate_key, revoke_key and update_merchant: versions
--               of which the object must have one, with commas between, or NULL
--   ttl         how long a key is remembered
--
-- Out: as from change_payments; outcome escalation: the key has a scope that the
-- caller lacks.
--
-- Nothing is waited for: try-locks and SKIP LOCKED decide.
CREATE OR REPLACE FUNCTION pay.administer(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    action text[], object uuid[], target uuid[], owner uuid[],
    allowed text[], name text[], status text[], scopes text[],
    expires_at timestamptz[], overlap bigint[], secret_hash bytea[],
    kind text[], seal text[], if_match text[], ttl interval)
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
    -- whom it is about; who asks may be in another shard
    PERFORM pay.lock_and_check_owner(array_agg(coalesce(m.merchant_id, u.m)))
       FROM unnest(merchant, owner, target, action) AS u (m, o, t, a)
       LEFT JOIN pay.merchants m
         ON m.public_id = CASE WHEN u.a = 'update_merchant' THEN u.t ELSE u.o
                          END;

    FOR i IN SELECT u.n FROM unnest(merchant, target) WITH ORDINALITY
                                  AS u (m, t, n) ORDER BY u.m, u.t
    LOOP
        o_item := item[i];
        SELECT * INTO k FROM pay.claim_key(merchant[i], key_hash[i],
                                           fingerprint[i], ttl);

        outcome := k.outcome;
        o_status := (k.j).status;
        o_request_id := (k.j).request_id;
        o_object_id := (k.j).object_id;
        o_version := (k.j).object_version;
        o_created_at := (k.j).created_at;
        o_request := (k.j).request;
        o_body := CASE WHEN outcome <> pay.outcome('reused')
                       THEN (k.j).body END;

        IF outcome IS NOT NULL THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        CASE
        WHEN action[i] IN ('create_merchant', 'update_merchant') THEN
            SELECT * INTO c FROM pay.administer_merchant(action[i], object[i],
                target[i], if_match[i], name[i], status[i], merchant[i]);
        WHEN action[i] = 'create_key' THEN
            SELECT * INTO c FROM pay.create_key(merchant[i], livemode[i],
                object[i], owner[i], name[i], scopes[i], expires_at[i],
                secret_hash[i], kind[i], seal[i]);
        ELSE
            SELECT * INTO c FROM pay.change_key(merchant[i], livemode[i],
                action[i], object[i], target[i], if_match[i], allowed[i],
                overlap[i], secret_hash[i], kind[i], seal[i], name[i],
                expires_at[i]);
        END CASE;

        outcome := c.outcome;
        o_version := c.version;
        o_body := c.body;

        IF outcome <> pay.outcome('executed') THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        o_status := c.status;
        o_request_id := request_id[i];
        o_object_id := c.object_id;
        o_created_at := now();

        -- a problem names the request
        IF o_body IS NULL THEN
            SELECT r.status, r.body INTO STRICT o_status, o_body
              FROM pay.refusal('resource_not_found',
                   pay.id_text('req_', request_id[i]), NULL, '') r;
        END IF;

        INSERT INTO pay.journal (merchant_id, key_hash, day, generation,
               status, object_version, livemode, request_id, event_id,
               object_id, created_at, fingerprint, request, body, key)
        VALUES (merchant[i], key_hash[i],
                (now() AT TIME ZONE 'UTC')::date, k.generation, o_status,
                o_version, livemode[i], o_request_id, o_item, o_object_id, now(),
                fingerprint[i], request[i], o_body, key[i]);

        RETURN NEXT;
    END LOOP;
END $$;

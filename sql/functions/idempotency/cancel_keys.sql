-- Cancels keys: what a key has made is undone; one that has made nothing yet is
-- burnt, so that a request with it that is late is refused.
--
-- In: arrays of one length, an element for each request:
--   item, merchant, livemode, key_hash, key, fingerprint, request_id, request
--               of the request that cancels, as in create_payments
--   target, target_key   hash and text of the key that is canceled
--   refund, transfer, transfer2   UUIDv7 for what undoing makes
--   at          the caller's clock
--   may_refund  whether the caller has the scope for a refund
--   burn        whether a key that was not seen is burnt; false where it may have
--               been used in another shard
--   ttl         how long keys are kept
-- Out: as from change_payments.  Outcome busy: the key, or its payment, is in use
-- by a transaction under way; invalid: it cannot be undone, as o_body says; scope:
-- it needs the one that o_body names.
CREATE OR REPLACE FUNCTION pay.cancel_keys(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    target uuid[], target_key text[], refund uuid[], transfer uuid[],
    transfer2 uuid[], at timestamptz[], may_refund boolean[],
    burn boolean[], ttl interval)
RETURNS TABLE (o_item uuid, outcome smallint, o_status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms' AS $$
#variable_conflict use_variable
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    c record;
    i int;
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    FOR i IN SELECT u.n FROM unnest(merchant, target) WITH ORDINALITY
                                  AS u (m, t, n) ORDER BY u.m, u.t
    LOOP
        SELECT * INTO c FROM pay.claim_key(merchant[i], key_hash[i],
                                           fingerprint[i], ttl);

        IF c.outcome IS NOT NULL THEN
            RETURN QUERY SELECT item[i], c.outcome, (c.j).status,
                (c.j).request_id, (c.j).object_id, (c.j).object_version,
                (c.j).created_at, (c.j).request,
                CASE WHEN c.outcome <> pay.outcome('reused')
                     THEN (c.j).body END;
            CONTINUE;
        END IF;

        SELECT * INTO c FROM pay.cancel_key(item[i], merchant[i], livemode[i],
            key_hash[i], request_id[i], request[i], fingerprint[i], target[i],
            target_key[i], refund[i], transfer[i], transfer2[i], at[i], ttl,
            may_refund[i], burn[i],
            c.generation);

        IF c.outcome = pay.outcome('executed') THEN
            INSERT INTO pay.journal (merchant_id, key_hash, day, generation,
                   status, object_version, livemode, request_id, event_id,
                   object_id, created_at, fingerprint, request, body, key)
            VALUES (merchant[i], key_hash[i], today, c.generation, c.status, 0,
                   livemode[i], request_id[i], item[i], c.object_id, now(),
                   fingerprint[i], request[i], c.body, key[i]);
        END IF;

        RETURN QUERY SELECT item[i], c.outcome, c.status, request_id[i],
            c.object_id, 0, now(), NULL::text, c.body;
    END LOOP;
END $$;

-- Idempotency keys as objects: looked at, and canceled.

-- What became of the money of a key that was canceled.  In: its row of the journal.
-- Out: nothing  it has moved none, or it went back by itself;
--      pending  a refund waits for the processor;
--      failed   something is still paid: cancel the key again;
--      done     all that it authorized or captured was given back.
CREATE OR REPLACE FUNCTION pay.key_undo(j pay.journal) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT CASE
               WHEN EXISTS (SELECT FROM pay.refunds r
                             WHERE r.merchant_id = p.merchant_id
                               AND r.payment_id = p.payment_id
                               AND r.status = 'pending') THEN 'pending'
               WHEN p.status = 'processing' THEN 'pending'
               WHEN p.amount_authorized > p.amount_captured + p.amount_canceled
                    OR p.amount_captured > p.amount_refunded
                                           + p.amount_disputed THEN 'failed'
               WHEN p.status IN ('failed', 'expired') THEN 'nothing'
               WHEN p.amount_disputed > 0 AND p.amount_refunded = 0
                    THEN 'failed'
               ELSE 'done' END
          FROM pay.payments p
         WHERE j.request = 'POST /v1/payments' AND j.status IN (201, 202)
           AND p.merchant_id = j.merchant_id AND p.payment_id = j.object_id),
        'nothing')
$$;

-- In: a key's row of the journal; how long keys are kept; whether it was
-- canceled.  Out: the record as JSON.
CREATE OR REPLACE FUNCTION pay.key_body(j pay.journal, ttl interval,
    canceled boolean) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"object":"idempotency_record","key":' || pay.json_text(j.key)
        || ',"method":"' || split_part(j.request, ' ', 1)
        || '","path":' || pay.json_text(split_part(j.request, ' ', 2))
        || ',"state":"' || CASE WHEN canceled THEN 'canceled'
                                ELSE 'completed' END
        || '","fingerprint":'
        || coalesce('"' || encode(j.fingerprint, 'hex') || '"', 'null')
        || ',"status_code":' || j.status::text
        || ',"resource_type":' || coalesce('"' || r.kind || '"', 'null')
        || ',"resource_id":'
        || coalesce('"' || pay.id_text(r.prefix, j.object_id) || '"', 'null')
        || ',"request_id":"' || pay.id_text('req_', j.request_id)
        || '","undo":'
        || CASE WHEN canceled THEN '"' || pay.key_undo(j) || '"'
                ELSE 'null' END
        || ',"created_at":' || pay.json_time(j.created_at)
        || ',"completed_at":' || pay.json_time(j.created_at)
        || ',"expires_at":' || pay.json_time(j.created_at + ttl) || '}'
      FROM (SELECT 1) one
      -- a refusal has made nothing, but for a payment that was declined
      LEFT JOIN (VALUES
        (1, '% /v1/payments/%/refunds', 'refund', 'ref_'),
        (1, '% /v1/refunds/%', 'refund', 'ref_'),
        (1, '% /v1/test_helpers/payments/%/dispute', 'dispute', 'dis_'),
        (1, '% /v1/test_helpers/disputes/%', 'dispute', 'dis_'),
        (2, '% /v1/payments%', 'payment', 'pay_'),
        (2, '% /v1/test_helpers/payments%', 'payment', 'pay_'),
        (2, '% /v1/api_keys%', 'api_key', 'key_'),
        (2, '% /v1/merchants%', 'merchant', 'mer_'))
           AS r (n, line, kind, prefix)
        ON j.request LIKE r.line AND (j.status < 400 OR j.status = 402)
     ORDER BY r.n LIMIT 1
$$;

-- In: a key's merchant and hash, and how long keys are kept.  Out: its row of
-- the journal, or NULLs where it has not been used.
CREATE OR REPLACE FUNCTION pay.key_row(merchant bigint, hash uuid,
    ttl interval) RETURNS pay.journal
LANGUAGE sql STABLE AS $$
    SELECT * FROM pay.journal e
     WHERE e.merchant_id = merchant AND e.key_hash = hash
       AND e.day BETWEEN ((now() - ttl) AT TIME ZONE 'UTC')::date
                     AND (now() AT TIME ZONE 'UTC')::date + 1
       AND e.created_at > now() - ttl
     ORDER BY e.created_at DESC, e.generation DESC LIMIT 1
$$;

-- In: likewise.  Out: whether the key was canceled since it was last new.
CREATE OR REPLACE FUNCTION pay.key_canceled(merchant bigint, hash uuid,
    since timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM pay.canceled_keys c
                    WHERE c.merchant_id = merchant AND c.key_hash = hash
                      AND c.day BETWEEN (since AT TIME ZONE 'UTC')::date
                          AND (now() AT TIME ZONE 'UTC')::date + 1
                      AND c.canceled_at >= since)
$$;

-- In: tag and merchant, hash and text of each key; its mode is in the hash; how
-- long keys are kept.  Out: tag;
-- the record as JSON, NULL where the key has not been used.  One that a
-- transaction under way has is in progress, and more is not known of it.
CREATE OR REPLACE FUNCTION pay.get_keys(item uuid[], merchant bigint[],
    unused boolean[], key_hash uuid[], key text[], ttl interval)
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    j pay.journal;
    free boolean;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        free := pg_try_advisory_xact_lock_shared(
                    uuid_hash_extended(key_hash[i], merchant[i]));
        j := pay.key_row(merchant[i], key_hash[i], ttl);
        o_item := item[i];
        o_version := 0;
        o_body := CASE
            WHEN j.status IS NOT NULL THEN
                pay.key_body(j, ttl, pay.key_canceled(merchant[i], key_hash[i],
                                                      j.created_at))
            WHEN NOT free THEN
                '{"object":"idempotency_record","key":' || pay.json_text(key[i])
                || ',"method":null,"path":null,"state":"in_progress",'
                   '"fingerprint":null,"status_code":null,"resource_type":null,'
                   '"resource_id":null,"request_id":null,"undo":null,'
                   '"created_at":null,'
                   '"completed_at":null,"expires_at":null}' END;
        RETURN NEXT;
    END LOOP;
END $$;

-- Undoes what a payment's key has made: what is authorized is canceled, what is
-- captured refunded.  In: the payment, locked by the caller; ids for a refund
-- and the ledger; the caller's clock, request and fingerprint.  Out: the code of
-- a refusal, or NULL.  Each change has its event and its row of the journal,
-- under a key that no request can have.
CREATE OR REPLACE FUNCTION pay.undo_payment(p pay.payments, refund uuid,
    transfer uuid, transfer2 uuid, at timestamptz, request_id uuid,
    request text, fingerprint bytea) RETURNS text
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    act text;
    c record;
BEGIN
    IF p.status = 'processing' THEN
        RETURN 'payment_processing';
    END IF;

    FOREACH act IN ARRAY ARRAY['cancel', 'refund'] LOOP
        SELECT * INTO STRICT p FROM pay.payments e
         WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id;

        CONTINUE WHEN act = 'cancel'
                      AND p.status NOT IN ('authorized', 'partially_captured')
                   OR act = 'refund'
                      AND p.amount_captured - p.amount_refunded
                          - p.amount_disputed = 0;

        SELECT * INTO c FROM pay.change_payment(p, p.payment_id, act, refund,
            transfer, transfer2, NULL, NULL, true, NULL, NULL, NULL, NULL,
            false, at, request_id);

        IF c.status >= 400 THEN
            RETURN c.body::json->>'code';
        END IF;

        INSERT INTO pay.journal (merchant_id, key_hash, day, status,
               object_version, livemode, request_id, event_id, object_id,
               parent_id, created_at, fingerprint, request, body, event_type,
               previous, movement, moved, moved_currency)
        VALUES (p.merchant_id, gen_random_uuid(),
               (now() AT TIME ZONE 'UTC')::date, c.status, c.version,
               p.livemode, request_id, pay.uuid7(), c.object_id, c.parent_id,
               now(), fingerprint, request, c.body, c.event_type, c.previous,
               c.movement, c.moved,
               CASE WHEN c.movement IS NOT NULL THEN p.currency END);
    END LOOP;

    RETURN NULL;
END $$;

-- Cancels keys: what a key has made is undone; one that has made nothing yet is
-- burnt, so that a request with it that is late is refused.
--
-- In: arrays of one length, an element for each request:
--   item, merchant, livemode, key_hash, key, fingerprint, request_id, request
--               of the request that cancels, as in create_payments
--   target, target_key   hash and text of the key that is canceled
--   refund, transfer, transfer2   UUIDv7 for what undoing makes
--   at          the caller's clock;   ttl  how long keys are kept
--   may_refund  whether the caller has the scope for a refund
--   burn        whether a key that was not seen is burnt; false where it may have
--               been used in another shard; both NULL: a worker of an earlier
--               version asks, and may
-- Out: as from change_payments.  Outcome 5: the key, or its payment, is in use
-- by a transaction under way; 8: it cannot be undone, as o_body says; 11: it
-- needs the scope that o_body names.
CREATE OR REPLACE FUNCTION pay.cancel_keys(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    target uuid[], target_key text[], refund uuid[], transfer uuid[],
    transfer2 uuid[], at timestamptz[], ttl interval,
    may_refund boolean[] DEFAULT NULL, burn boolean[] DEFAULT NULL)
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
    PERFORM pay.enter(merchant);

    FOR i IN SELECT u.n FROM unnest(merchant, target) WITH ORDINALITY
                                  AS u (m, t, n) ORDER BY u.m, u.t
    LOOP
        SELECT * INTO c FROM pay.claim_key(merchant[i], key_hash[i],
                                           fingerprint[i], ttl);

        IF c.outcome IS NOT NULL THEN
            RETURN QUERY SELECT item[i], c.outcome, (c.j).status,
                (c.j).request_id, (c.j).object_id, (c.j).object_version,
                (c.j).created_at, (c.j).request,
                CASE WHEN c.outcome IN (1, 10) THEN (c.j).body END;
            CONTINUE;
        END IF;

        SELECT * INTO c FROM pay.cancel_key(item[i], merchant[i], livemode[i],
            key_hash[i], request_id[i], request[i], fingerprint[i], target[i],
            target_key[i], refund[i], transfer[i], transfer2[i], at[i], ttl,
            coalesce(may_refund[i], true), coalesce(burn[i], true),
            c.generation);

        IF c.outcome = 0 THEN
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

-- One of them.  In: as above, and the generation of the request's own key, which
-- comes back.  Out: outcome, and what the journal is to hold.
CREATE OR REPLACE FUNCTION pay.cancel_key(item uuid, merchant bigint,
    livemode boolean, key_hash uuid, request_id uuid, request text,
    fingerprint bytea, target uuid, target_key text, refund uuid,
    transfer uuid, transfer2 uuid, at timestamptz, ttl interval,
    may_refund boolean, burn boolean, INOUT generation smallint, OUT outcome smallint, OUT status smallint,
    OUT object_id uuid, OUT body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    j pay.journal;
    p pay.payments;
    t record;
    refusal text;
BEGIN
    outcome := 0;
    object_id := request_id;

    IF target = key_hash THEN
        outcome := 8;
        body := pay.violation('key', 'self',
            'a request cannot cancel its own Idempotency-Key');
        RETURN;
    END IF;

    -- any fingerprint: only whether it is used, and who has it
    SELECT * INTO t FROM pay.claim_key(merchant, target, '', ttl);
    j := t.j;

    IF t.outcome = 2 THEN
        outcome := 5;
        RETURN;
    END IF;

    IF t.outcome IS NULL AND NOT burn THEN
        outcome := 8;
        body := pay.violation('key', 'unknown',
            'the key has not been used by this merchant, and the key of an '
            'administrator, which may have been used in another shard, is not '
            'burnt');
        RETURN;
    END IF;

    IF t.outcome IS NULL THEN
        INSERT INTO pay.journal AS e (merchant_id, key_hash, day, generation,
               status, object_version, livemode, request_id, event_id,
               object_id, created_at, request, body, key)
        SELECT merchant, target, (now() AT TIME ZONE 'UTC')::date,
               t.generation, r.status, 0, livemode, request_id,
               gen_random_uuid(), request_id, now(), request, r.body,
               target_key
          FROM pay.refusal('idempotency_key_canceled',
                           pay.id_text('req_', request_id), NULL, '') r
        RETURNING e.* INTO j;

    -- also one that was canceled: its refund may have failed since
    ELSIF j.status < 400 THEN
        IF j.request <> 'POST /v1/payments' THEN
            outcome := 8;
            body := pay.violation('key', 'state',
                'the key has made no payment, and what it did cannot be undone');
            RETURN;
        END IF;

        SELECT * INTO p FROM pay.payments e
         WHERE e.merchant_id = merchant AND e.payment_id = j.object_id
           FOR UPDATE SKIP LOCKED;

        -- one whose authorization is over is about to be captured or canceled
        IF NOT FOUND OR p.status IN ('authorized', 'partially_captured')
                        AND p.authorization_expires_at <= now() THEN
            outcome := 5;
            RETURN;
        END IF;

        IF p.amount_captured > p.amount_refunded + p.amount_disputed
           AND NOT may_refund
        THEN
            outcome := 11;
            body := 'refunds:write';
            RETURN;
        END IF;

        -- all that was captured is disputed: nothing can be given back
        IF p.amount_disputed > 0
           AND p.amount_captured = p.amount_refunded + p.amount_disputed
           AND p.amount_authorized = p.amount_captured + p.amount_canceled
           AND NOT pay.key_canceled(merchant, target, j.created_at)
        THEN
            refusal := 'refund_amount_exceeds_refundable';
        ELSE
            refusal := pay.undo_payment(p, refund, transfer, transfer2, at,
                                        request_id, request, fingerprint);
        END IF;

        IF refusal IS NOT NULL THEN
            SELECT r.status, r.body INTO STRICT status, body
              FROM pay.refusal(refusal, pay.id_text('req_', request_id), NULL,
                               ',"payment_id":"'
                               || pay.id_text('pay_', j.object_id) || '"') r;
            RETURN;
        END IF;
    END IF;

    IF NOT pay.key_canceled(merchant, target, j.created_at) THEN
        INSERT INTO pay.canceled_keys
        VALUES (merchant, target, (now() AT TIME ZONE 'UTC')::date, now(),
                request_id)
            ON CONFLICT ON CONSTRAINT canceled_keys_pkey
            DO UPDATE SET canceled_at = excluded.canceled_at,
                          request_id = excluded.request_id;
    END IF;

    status := 200;
    body := pay.key_body(j, ttl, true);
END $$;

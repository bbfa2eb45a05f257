-- Cancels one key.  In: as pay.cancel_keys(), and the generation of the request's own key, which
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
    outcome := pay.outcome('executed');
    object_id := request_id;

    IF target = key_hash THEN
        outcome := pay.outcome('invalid');
        body := pay.violation('key', 'self',
            'a request cannot cancel its own Idempotency-Key');
        RETURN;
    END IF;

    -- any fingerprint: only whether the key is used, and by which request
    SELECT * INTO t FROM pay.claim_key(merchant, target, '', ttl);
    j := t.j;

    IF t.outcome IN (pay.outcome('in_use'), pay.outcome('begun')) THEN
        outcome := pay.outcome('busy');
        RETURN;
    END IF;

    IF t.outcome IS NULL AND NOT burn THEN
        outcome := pay.outcome('invalid');
        body := pay.violation('key', 'unknown',
            'the key is not known in this shard; an administrator''s key may '
            'have been used in another one, so it is not burnt');
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
            outcome := pay.outcome('invalid');
            body := pay.violation('key', 'state',
                'the key has made no payment, and what it did cannot be undone');
            RETURN;
        END IF;

        SELECT * INTO p FROM pay.payments e
         WHERE e.merchant_id = merchant AND e.payment_id = j.object_id
           FOR UPDATE SKIP LOCKED;

        -- one whose authorization is over is about to be captured or canceled, one
        -- whose acquirer is asked changes anyway
        IF NOT FOUND OR p.operation IS NOT NULL OR p.status IN ('authorized', 'partially_captured')
                        AND p.authorization_expires_at <= now() THEN
            outcome := pay.outcome('busy');
            RETURN;
        END IF;

        IF p.amount_captured > p.amount_refunded + p.amount_disputed
           AND NOT may_refund
        THEN
            outcome := pay.outcome('scope');
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
                      AND p.status NOT IN ('authorized', 'partially_captured',
                                           'requires_action')
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

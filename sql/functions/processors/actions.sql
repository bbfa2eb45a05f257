-- Payments that wait for what an acquirer, or the customer, decides (3-D Secure).

-- In: a payment, locked by the caller, that is processing or requires_action; what its
-- acquirer has said: approved, declined, pending or action; the head with what is known
-- now and the acquirer's reference, or NULLs; of action what the customer must do, as
-- payments.action, and the attempt that was answered so, NULL: the same as before; code
-- and message of a decline; what the acquirer keeps, or NULL; UUIDv7 for the ledger; the
-- caller's clock.
-- Out: the payment as it is then, written; its event is "payment." and its status.
CREATE OR REPLACE FUNCTION pay.decide_payment(p pay.payments, verdict text,
    head text, processor_reference text, next_action text, attempt text,
    failure text, failure_message text, fee bigint, transfer uuid,
    at timestamptz)
RETURNS pay.payments
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    at := greatest(at, p.updated_at);
    p.head := coalesce(head, p.head);
    p.processor_reference := coalesce(processor_reference,
                                      p.processor_reference);
    p.updated_at := at;
    p.version := p.version + 1;

    CASE verdict
    WHEN 'declined' THEN
        p.status := 'failed';
        p.failure_code := failure;
        p.failure_message := failure_message;

    WHEN 'pending' THEN
        p.status := 'processing';

    WHEN 'action' THEN
        p.status := 'requires_action';
        p.action := next_action;
        p.action_expires_at := pay.action_expires_at(next_action);
        p.action_attempt := coalesce(p.action_attempt, attempt);

    WHEN 'approved' THEN
        p.amount_authorized := p.amount;
        p.authorized_at := at;
        p.status := 'authorized';

        IF p.head LIKE '%"capture_method":"automatic"%' THEN
            p.status := 'captured';
            p.amount_captured := p.amount;
            p.captured_at := at;
            PERFORM pay.post_movement('capture', p.merchant_id, transfer,
                p.payment_id, p.amount, at, p.livemode, p.currency);

            -- a statement may have booked one already
            IF fee IS NOT NULL THEN
                p.fee := coalesce(p.fee, 0) + fee;
                PERFORM pay.book_fee('fee', p.merchant_id, transfer,
                    p.payment_id, fee, at, p.livemode, p.currency);
            END IF;
        END IF;
    END CASE;

    UPDATE pay.payments e
       SET head = p.head, processor_reference = p.processor_reference,
           updated_at = p.updated_at, version = p.version, status = p.status,
           failure_code = p.failure_code,
           failure_message = p.failure_message,
           amount_authorized = p.amount_authorized,
           amount_captured = p.amount_captured,
           authorized_at = p.authorized_at, captured_at = p.captured_at,
           action = p.action, action_expires_at = p.action_expires_at,
           action_attempt = p.action_attempt, operation = p.operation,
           fee = p.fee
     WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id;

    RETURN p;
END $$;

-- The same without a request: with its row of the journal.
CREATE OR REPLACE FUNCTION pay.end_payment(p pay.payments, verdict text,
    head text, processor_reference text, next_action text, attempt text,
    failure text, failure_message text, fee bigint, transfer uuid,
    at timestamptz)
RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    before constant text := pay.payment_body(p);
    body text;
    captured boolean;
BEGIN
    p := pay.decide_payment(p, verdict, head, processor_reference, next_action,
                            attempt, failure, failure_message, fee, transfer,
                            at);
    body := pay.payment_body(p);
    captured := p.status = 'captured';

    PERFORM pay.journal_background(p.merchant_id, p.livemode, p.payment_id,
        NULL, p.version, body, 'payment.' || p.status,
        pay.previous_attributes(before, body),
        CASE WHEN captured THEN pay.movement('capture') END,
        CASE WHEN captured THEN p.amount END, p.currency);
END $$;

-- The problem that a payment has failed by.  In: the payment; the request's id.  Out:
-- HTTP status and problem, as where it is declined at once.
CREATE OR REPLACE FUNCTION pay.payment_declined(p pay.payments, request_id uuid,
    OUT status smallint, OUT body text)
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT r.status, r.body
      FROM pay.refusal('card_declined', pay.id_text('req_', request_id),
               p.failure_message, ',"failure":{"code":"' || p.failure_code
               || '","message":' || pay.json_text(p.failure_message)
               || ',"category":"' || pay.decline_category(p.failure_code)
               || '"},"payment_id":"' || pay.id_text('pay_', p.payment_id)
               || '"') r
$$;

-- What pay.change_payments() stores of a confirmation whose acquirer has answered.
-- In: the payment, locked by the caller; what the acquirer has said, as of
-- pay.decide_payment(); the text of the attempt; and of the request what a follow-up
-- needs to end it.
-- Out: what the journal is to hold, as of pay.change_payment().  Where the payment has
-- gone on meanwhile, by a notification or a look-up, it is as it is.
CREATE OR REPLACE FUNCTION pay.confirm_payment(p pay.payments, verdict text,
    args text, next_action text, failure text, failure_message text,
    fee bigint, transfer uuid, key_hash uuid, key text, fingerprint bytea, request_id uuid,
    request text, at timestamptz,
    OUT status smallint, OUT body text, OUT object_id uuid, OUT version int,
    OUT parent_id uuid, OUT event_type text, OUT previous text,
    OUT movement smallint, OUT moved bigint, OUT event_body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    before constant text := pay.payment_body(p);
    c record;
BEGIN
    object_id := p.payment_id;
    p.operation := NULL;

    IF p.status <> 'requires_action' THEN
        UPDATE pay.payments e SET operation = NULL
         WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id;

        SELECT * INTO c FROM pay.change_payment(p, p.payment_id, 'confirm', NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, at,
            request_id);
        status := c.status;
        body := c.body;
        version := c.version;
        RETURN;
    END IF;

    p := pay.decide_payment(p, verdict, NULL, NULL, next_action, NULL, failure,
                            failure_message, fee, transfer, at);
    version := p.version;
    body := pay.payment_body(p);
    event_type := 'payment.' || p.status;
    previous := pay.previous_attributes(before, body);
    status := CASE verdict WHEN 'approved' THEN 200 ELSE 202 END;

    IF p.status = 'captured' THEN
        movement := pay.movement('capture');
        moved := p.amount;
    END IF;

    IF verdict = 'pending' THEN
        INSERT INTO pay.followups (merchant_id, attempt, livemode, key_hash,
               key, fingerprint, request_id, request, object_id, begun_at,
               args, due)
        VALUES (p.merchant_id, pay.attempt_key(args), p.livemode, key_hash,
                key, fingerprint, request_id, request, p.payment_id, at, args,
                now() + pay.attempt_patience())
            ON CONFLICT ON CONSTRAINT followups_pkey DO NOTHING;
    END IF;

    IF verdict = 'declined' THEN
        event_body := body;
        SELECT d.status, d.body INTO STRICT status, body
          FROM pay.payment_declined(p, request_id) d;
    END IF;
END $$;

-- Ends an attempt to authorize, or to go on after an action, whose client has its
-- answer.  In: the payment, locked by the caller, that waits for it; its follow-up; the
-- rest as of pay.end_attempts().
--
-- An action ends when its acquirer, asked after that time, still waits for the customer
-- and says nothing of a later end: the acquirer is then asked to void it.
CREATE OR REPLACE FUNCTION pay.end_authorization(p pay.payments,
    f pay.followups, verdict text, head text, processor_reference text,
    next_action text, failure text, failure_message text, fee bigint,
    transfer uuid, at timestamptz, asked_at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    c record;
BEGIN
    CASE
    -- by a void that is on its way here, too, and decides
    WHEN verdict = 'declined' AND failure = 'canceled'
         AND p.operation IS NOT NULL
    THEN
        NULL;

    WHEN verdict IN ('approved', 'declined')
         -- a confirmation or a void that is on its way decides
         OR verdict = 'pending' AND p.status = 'requires_action'
            AND p.operation IS NULL
         OR verdict = 'action' AND p.status = 'processing'
            AND next_action IS NOT NULL
            AND (p.action IS NULL OR pay.attempt_action(f.args) = 'continue')
         OR verdict = 'action' AND p.status = 'requires_action'
            AND asked_at > p.action_expires_at
            AND pay.action_expires_at(next_action) > asked_at
    THEN
        PERFORM pay.end_payment(p, verdict, head, processor_reference,
            next_action, f.attempt, failure, failure_message, fee, transfer, at);

    WHEN verdict = 'action' AND p.status = 'requires_action'
         AND asked_at > p.action_expires_at AND p.operation IS NULL
    THEN
        SELECT * INTO c FROM pay.change_payment(p, p.payment_id, 'expire', NULL,
            transfer, NULL, NULL, NULL, true, NULL, NULL, NULL, NULL, false, at,
            NULL);
        PERFORM pay.journal_background(p.merchant_id, p.livemode, p.payment_id,
            NULL, c.version, c.body, c.event_type, c.previous, NULL, NULL,
            p.currency);

    -- what was to go on did not: the customer may try again, or the action ends
    WHEN verdict = 'not_executed' AND p.status = 'processing' THEN
        PERFORM pay.end_payment(p, 'action', NULL, NULL, p.action, NULL, NULL,
                                NULL, NULL, transfer, at);
    ELSE
        NULL;
    END CASE;
END $$;

-- The simulator's page, where a customer would be asked.  In: arrays of one length: the
-- caller's tags; of the page its merchant and payment; what the customer does: approve,
-- fail, or NULL: only looks; UUIDv7 for the ledger; the caller's clock.
-- Out: of each item an outcome: executed; unused: there is no such page; busy: the
-- payment is locked, nothing was done.  And the payment's amount in minor units,
-- currency, exponent, status, and where the browser goes afterwards, or NULL.
-- A payment that has gone on stays as it is.
CREATE OR REPLACE FUNCTION pay.act_on_payments(item uuid[], merchant bigint[],
    payment uuid[], act text[], transfer uuid[], at timestamptz[])
RETURNS TABLE (o_item uuid, outcome smallint, o_amount bigint, o_currency text,
               o_exponent int, o_status text, o_return_url text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms' AS $$
#variable_conflict use_variable
DECLARE
    p pay.payments;
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    FOR i IN 1 .. cardinality(item) LOOP
        o_item := item[i];
        outcome := pay.outcome('executed');

        IF act[i] IS NOT NULL THEN
            SELECT * INTO p FROM pay.payments e
             WHERE e.merchant_id = merchant[i] AND e.payment_id = payment[i]
               AND NOT e.livemode AND e.processor IS NULL
               AND e.status = 'requires_action' AND e.action_expires_at > now()
               FOR UPDATE SKIP LOCKED;

            IF FOUND THEN
                PERFORM pay.end_payment(p,
                    CASE WHEN act[i] = 'approve' AND p.token <> 'tok_3ds_fail'
                         THEN 'approved' ELSE 'declined' END,
                    NULL, NULL, NULL, NULL, 'authentication_failed',
                    'The customer did not approve.', NULL, transfer[i], at[i]);
            ELSE
                outcome := pay.outcome('busy');
            END IF;
        END IF;

        SELECT * INTO p FROM pay.payments e
         WHERE e.merchant_id = merchant[i] AND e.payment_id = payment[i]
           AND NOT e.livemode AND e.processor IS NULL AND e.action IS NOT NULL;

        IF NOT FOUND THEN
            outcome := pay.outcome('unused');

        ELSIF outcome = pay.outcome('busy')
              AND (p.status <> 'requires_action' OR p.action_expires_at <= now())
        THEN
            outcome := pay.outcome('executed');
        END IF;

        o_amount := p.amount;
        o_currency := p.currency;
        o_exponent := substring(p.head FROM '"exponent":([0-9])')::int;
        o_status := p.status;
        o_return_url := nullif(split_part(p.action, E'\n', 2), '');
        RETURN NEXT;
    END LOOP;
END $$;

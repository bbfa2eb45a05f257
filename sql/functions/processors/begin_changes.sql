-- Marks keys as begun before an acquirer is asked to capture, to void, or to go on
-- after an action: n requests, one call, one transaction, an outcome each.
--
-- In: arrays of one length, an element for each request:
--   item, merchant, livemode, key_hash, key, fingerprint, request_id, request, payment,
--   action, amount, final, if_match, at   as in change_payments
--   args, takeover, ttl   as in begin_payments
-- Out: one row for each item, as from begin_payments, and
--   outcome     busy, stale, or executed with the refusal that is stored, or of a
--               confirmation the payment that needs none, as from
--               change_payments; the body of what is begun is its args with what the
--               acquirer has to know
--
-- Until the attempt has ended no other one changes the payment's money.
CREATE OR REPLACE FUNCTION pay.begin_changes(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    payment uuid[], action text[], amount bigint[], final boolean[],
    if_match text[], at timestamptz[], args text[], takeover boolean[],
    ttl interval)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms'
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    p pay.payments;
    j pay.journal;
    k record;
    c record;
    i int;
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    FOR i IN SELECT u.n FROM unnest(merchant, payment) WITH ORDINALITY
                                  AS u (m, p, n) ORDER BY u.m, u.p
    LOOP
        o_item := item[i];
        outcome := pay.outcome('executed');
        status := NULL;
        o_request_id := NULL;
        o_object_id := NULL;
        o_version := NULL;
        o_created_at := NULL;
        o_request := NULL;
        o_body := NULL;

        SELECT * INTO k FROM pay.claim_key(merchant[i], key_hash[i],
                                           fingerprint[i], ttl);

        IF k.outcome IS NOT NULL THEN
            j := k.j;
            outcome := k.outcome;

            IF outcome = pay.outcome('begun') THEN
                j := pay.begun_row(merchant[i], key_hash[i]);
                outcome := pay.begun_outcome(j, request_id[i], args[i],
                                             takeover[i]);
            END IF;

            status := CASE WHEN j.status = 0 THEN 202 ELSE j.status END;
            o_request_id := j.request_id;
            o_object_id := j.object_id;
            o_version := j.object_version;
            o_created_at := j.created_at;
            o_request := j.request;
            o_body := CASE WHEN outcome <> pay.outcome('reused')
                           THEN j.body END;
            RETURN NEXT;
            CONTINUE;
        END IF;

        SELECT * INTO p FROM pay.payments e
         WHERE e.merchant_id = merchant[i] AND e.payment_id = payment[i]
           AND e.livemode = livemode[i]
           FOR UPDATE SKIP LOCKED;

        IF p.operation IS NOT NULL
           OR NOT FOUND AND EXISTS (
            SELECT FROM pay.payments e
             WHERE e.merchant_id = merchant[i] AND e.payment_id = payment[i]
               AND e.livemode = livemode[i])
        THEN
            outcome := pay.outcome('busy');
            RETURN NEXT;
            CONTINUE;
        END IF;

        IF p.version <> ALL (string_to_array(if_match[i], ',')::int[]) THEN
            outcome := pay.outcome('stale');
            o_version := p.version;
            RETURN NEXT;
            CONTINUE;
        END IF;

        SELECT * INTO c FROM pay.change_payment(p, payment[i], action[i], NULL,
            NULL, NULL, amount[i], NULL, final[i], NULL, NULL, NULL, NULL,
            false, at[i], request_id[i], ask => true);

        status := c.status;
        o_request_id := request_id[i];
        o_object_id := payment[i];
        o_version := c.version;
        o_created_at := now();
        o_request := request[i];
        o_body := c.body;

        -- it is possible
        IF status = 0 THEN
            o_body := pay.attempt_of(p, args[i], c.moved, final[i]);

            UPDATE pay.payments e SET operation = pay.attempt_key(args[i])
             WHERE e.merchant_id = merchant[i] AND e.payment_id = payment[i];
        END IF;

        INSERT INTO pay.journal (merchant_id, key_hash, day, generation,
               status, object_version, livemode, request_id, event_id,
               object_id, created_at, fingerprint, request, body, key)
        VALUES (merchant[i], key_hash[i], today, k.generation, status,
                o_version, livemode[i], o_request_id, o_item, o_object_id, now(),
                fingerprint[i], o_request, o_body, key[i]);

        status := CASE WHEN status = 0 THEN 202 ELSE status END;
        RETURN NEXT;
    END LOOP;
END $$;

-- What pay.change_payments() stores of a change that its acquirer has not done.
-- In: the payment, locked; declined or pending; the text of the attempt; why it is
-- declined; and of the request what a follow-up needs to end it.
-- Out: what the journal is to hold, as of pay.change_payment().  The payment is as it
-- was, but for pending_action and its version.
CREATE OR REPLACE FUNCTION pay.hold_change(p pay.payments, verdict text,
    args text, failure text, failure_message text, key_hash uuid, key text,
    fingerprint bytea, request_id uuid, request text, at timestamptz,
    OUT status smallint, OUT body text, OUT object_id uuid, OUT version int,
    OUT parent_id uuid, OUT event_type text, OUT previous text,
    OUT movement smallint, OUT moved bigint, OUT event_body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    before constant text := pay.payment_body(p);
BEGIN
    object_id := p.payment_id;
    p := pay.end_operation(p, CASE WHEN verdict = 'pending' THEN args END, at);
    version := p.version;

    IF verdict = 'pending' THEN
        status := 202;
        body := pay.payment_body(p);
        event_type := 'payment.updated';
        previous := pay.previous_attributes(before, body);

        INSERT INTO pay.followups (merchant_id, attempt, livemode, key_hash,
               key, fingerprint, request_id, request, object_id, begun_at,
               args, due)
        VALUES (p.merchant_id, pay.attempt_key(args), p.livemode, key_hash,
                key, fingerprint, request_id, request, p.payment_id, at, args,
                now() + pay.attempt_patience())
            ON CONFLICT ON CONSTRAINT followups_pkey DO NOTHING;
        RETURN;
    END IF;

    event_type := pay.failed_event(args);
    event_body := pay.payment_body(p);
    previous := pay.previous_attributes(before, event_body);

    SELECT r.status, r.body INTO STRICT status, body
      FROM pay.refusal('capture_declined', pay.id_text('req_', request_id),
               failure_message, ',"failure":{"code":"' || failure
               || '","message":' || pay.json_text(failure_message)
               || ',"category":"' || pay.decline_category(failure)
               || '"},"payment_id":"' || pay.id_text('pay_', p.payment_id)
               || '"') r;
END $$;

-- In: the text of an attempt.  Out: the event that says that its acquirer refused it.
CREATE OR REPLACE FUNCTION pay.failed_event(args text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE pay.attempt_action(args) WHEN 'capture'
                THEN 'payment.capture_failed' ELSE 'payment.cancel_failed' END
$$;

-- In: a payment, locked; the text of the attempt that goes on, as everybody may see, or
-- NULL: no attempt does; the caller's clock.  Out: the payment as it is then.
CREATE OR REPLACE FUNCTION pay.end_operation(p pay.payments, args text,
    at timestamptz) RETURNS pay.payments
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    UPDATE pay.payments e
       SET operation = pay.attempt_key(args),
           pending_action = CASE WHEN args IS NOT NULL THEN
               '{"type":"' || CASE pay.attempt_action(args)
                                   WHEN 'void' THEN 'cancel'
                                   ELSE pay.attempt_action(args) END
               || '","amount":' || split_part(split_part(args, E'\n', 1), ' ', 9)
               || ',"since":' || pay.json_time(greatest(at, e.updated_at))
               || '}' END,
           version = e.version + 1,
           updated_at = greatest(at, e.updated_at)
     WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id
    RETURNING e.* INTO STRICT p;

    RETURN p;
END $$;

-- In: an object of strings, and one of strings and nulls.  Out: the first
-- with the members of the second, without those that it sets to null.
CREATE OR REPLACE FUNCTION pay.merge_metadata(old text, patch text)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{' || coalesce(string_agg(to_json(m.key)::text || ':'
                                      || to_json(m.value)::text, ','
                                      ORDER BY m.key COLLATE "C"), '') || '}'
      FROM jsonb_each_text(old::jsonb || patch::jsonb) AS m
     WHERE m.value IS NOT NULL
$$;

-- One change of one payment, which the caller has locked.  In: the payment
-- (NULLs: there is none), the id of the request (NULL: there was none), and the
-- rest as in pay.change_payments(): transfer and transfer2 are the ids of ledger
-- transactions that it may make.  Out: what the journal is to
-- hold: HTTP status, body, object and its version, the payment of a refund's
-- event, the event, if it is one, what that changed, and which movement of the
-- ledger (pay.movements) it has made of how much.  Status NULL: what was asked for is not
-- valid.
-- ask: only whether the change is possible: status 0, and moved is its amount.
-- fee: what the acquirer keeps of a capture, if it said so; attempt: by which it was
-- asked.
-- told: its acquirer has done it already.  Of a payment of an acquirer that was not,
-- the acquirer is asked to void or to refund later (pay.send_later()).
-- refunded_by: what the key of a refund is made from; NULL: its id.
CREATE OR REPLACE FUNCTION pay.change_payment(p pay.payments, payment uuid,
    action text, object uuid, transfer uuid, transfer2 uuid, amount bigint,
    currency text, final boolean, reason text, reference text, metadata text,
    description text, described boolean, at timestamptz, request uuid,
    ask boolean DEFAULT false, told boolean DEFAULT false,
    fee bigint DEFAULT NULL, attempt text DEFAULT NULL,
    refunded_by uuid DEFAULT NULL,
    OUT status smallint, OUT body text, OUT object_id uuid, OUT version int,
    OUT parent_id uuid, OUT event_type text, OUT previous text,
    OUT movement smallint, OUT moved bigint)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    capturable constant bigint := p.amount_authorized - p.amount_captured
                                  - p.amount_canceled;
    refundable constant bigint := p.amount_captured - p.amount_refunded
                                  - p.amount_disputed;
    most constant bigint := CASE WHEN action IN ('refund', 'dispute')
                                 THEN refundable
                                 ELSE capturable END;
    a bigint := coalesce(amount, most);
    r pay.refunds;
    d pay.disputes;
    refusal text;
    detail text;
    more text := '';
    n bigint;
    before text;
    -- of what the change makes: its ids are of that time, and lists go by ids
    made constant timestamptz := at;
BEGIN
    object_id := payment;
    version := 0;

    -- it was declined while its customer acted: so is who confirms that
    IF action = 'confirm' AND p.status = 'failed' AND p.action IS NOT NULL THEN
        SELECT x.status, x.body INTO STRICT status, body
          FROM pay.payment_declined(p, request) x;
        RETURN;
    END IF;

    IF p.payment_id IS NULL THEN
        refusal := 'resource_not_found';
    ELSE
        SELECT t.refusal INTO STRICT refusal FROM pay.transitions t
         WHERE t.status = p.status AND t.action = action;
    END IF;

    -- the background may be late, the authorization has ended nevertheless; an acquirer
    -- that was asked in time has done it
    IF refusal IS NULL AND NOT told AND action IN ('capture', 'cancel')
       AND p.status <> 'requires_action' AND p.authorization_expires_at <= now()
    THEN
        refusal := CASE WHEN p.status = 'authorized'
                             AND p.expiry_action = 'cancel'
                        THEN 'authorization_expired'
                        ELSE 'payment_already_captured' END;
    END IF;

    -- the payment is locked: of two at once the second sees the first
    IF refusal IS NULL AND action = 'refund' AND reference IS NOT NULL THEN
        SELECT e.* INTO r FROM pay.refunds e
         WHERE e.merchant_id = p.merchant_id AND e.payment_id = payment
           AND e.reference = reference AND e.status <> 'failed' LIMIT 1;

        IF FOUND THEN
            refusal := 'reference_already_used';
            more := ',"existing_id":"' || pay.id_text('ref_', r.refund_id)
                    || '"';
            r := NULL;
        END IF;
    END IF;

    IF refusal IS NULL AND currency <> p.currency THEN
        refusal := 'currency_mismatch';
        more := ',"errors":[{"pointer":"/currency","code":"currency","detail":'
                || '"must be ' || p.currency || '"}]';

    ELSIF refusal IS NULL AND action = 'dispute'
          AND (a > refundable OR a = 0)
    THEN
        refusal := 'refund_amount_exceeds_refundable';

    ELSIF refusal IS NULL AND action IN ('capture', 'refund')
          AND (a > most OR a = 0)
    THEN
        refusal := CASE action
                   WHEN 'refund' THEN 'refund_amount_exceeds_refundable'
                   ELSE 'capture_amount_exceeds_capturable' END;
        detail := 'amount ' || a::text || ' is greater than '
            || CASE action WHEN 'refund' THEN 'amount_refundable '
               ELSE 'amount_capturable ' END || most::text;
    END IF;

    IF refusal IS NOT NULL THEN
        IF p.payment_id IS NOT NULL THEN
            more := more || ',"payment_id":"' || pay.id_text('pay_', payment)
                    || '"';
        END IF;

        IF detail IS NOT NULL THEN
            more := ',"errors":[{"pointer":"/amount","code":"maximum","detail":'
                || '"must be <= ' || most::text || '"}]' || more
                || CASE action WHEN 'refund' THEN ',"amount_refundable":'
                   ELSE ',"amount_capturable":' END || most::text;
        END IF;

        SELECT x.status, x.body INTO STRICT status, body
          FROM pay.refusal(refusal, pay.id_text('req_', request),
               CASE WHEN a > most THEN detail END, more) x;
        RETURN;
    END IF;

    -- what goes on by itself, or has; the simulator's page decides
    IF action = 'confirm'
       AND (p.status <> 'requires_action' OR p.processor IS NULL)
    THEN
        status := CASE p.status WHEN 'requires_action' THEN 202 ELSE 200 END;
        version := p.version;
        body := pay.payment_body(p);
        RETURN;
    END IF;

    IF ask THEN
        status := 0;
        moved := CASE p.status WHEN 'requires_action' THEN p.amount ELSE a END;
        RETURN;
    END IF;

    -- what changes nothing is no change: no version, no event
    IF action = 'update' AND metadata IS NOT NULL THEN
        metadata := pay.merge_metadata(p.metadata, metadata);
    END IF;

    IF (action = 'update' AND coalesce(metadata::jsonb = p.metadata::jsonb, true)
        AND (NOT described OR description IS NOT DISTINCT FROM p.description))
       OR (action = 'resolve'
           AND p.status NOT IN ('processing', 'requires_action'))
    THEN
        status := 200;
        version := p.version;
        body := pay.payment_body(p);
        RETURN;
    END IF;

    before := pay.payment_body(p);
    at := greatest(at, p.updated_at);
    p.updated_at := at;
    p.version := p.version + 1;
    status := 200;

    IF p.processor IS NOT NULL AND NOT told
       AND action IN ('cancel', 'expire')
       AND (capturable > 0 OR p.status = 'requires_action')
    THEN
        PERFORM pay.send_later(p, 'void', transfer,
            CASE p.status WHEN 'requires_action' THEN p.amount
                          ELSE capturable END, true, payment, request);
    END IF;

    IF told THEN
        p.operation := NULL;
        p.pending_action := NULL;
    END IF;

    CASE action

    WHEN 'capture' THEN
        p.amount_captured := p.amount_captured + a;
        p.captured_at := at;
        p.failure_code := NULL;  -- of a capture that was reversed
        p.failure_message := NULL;

        IF final THEN
            p.amount_canceled := p.amount_authorized - p.amount_captured;
        END IF;

        p.status := CASE WHEN p.amount_captured + p.amount_canceled
                              = p.amount_authorized
                         THEN 'captured' ELSE 'partially_captured' END;
        event_type := 'payment.' || p.status;

        INSERT INTO pay.captures VALUES (p.merchant_id, object, payment, a,
               p.status = 'captured', made, 0, fee, attempt);
        PERFORM pay.post_movement('capture', p.merchant_id, transfer, payment,
                                  a, made, p.livemode, p.currency);
        movement := pay.movement('capture');
        moved := a;

        IF fee IS NOT NULL THEN
            p.fee := coalesce(p.fee, 0) + fee;
            PERFORM pay.book_fee('fee', p.merchant_id, transfer, payment, fee,
                                 made, p.livemode, p.currency);
        END IF;

    WHEN 'cancel' THEN
        p.amount_canceled := p.amount_authorized - p.amount_captured;
        p.cancellation_reason := reason;

        -- "payment.captured" says that money was: here the rest is given back
        IF p.status IN ('authorized', 'requires_action') THEN
            p.status := 'canceled';
            p.canceled_at := at;
            event_type := 'payment.canceled';
        ELSE
            p.status := 'captured';
            event_type := 'payment.updated';
        END IF;

    WHEN 'expire' THEN
        IF p.status = 'requires_action' THEN
            p.status := 'expired';
            event_type := 'payment.expired';

        ELSIF p.expiry_action = 'capture' THEN
            p.amount_captured := p.amount_captured + capturable;
            p.captured_at := at;
            p.status := 'captured';
            event_type := 'payment.captured';
            INSERT INTO pay.captures VALUES (p.merchant_id, object, payment,
                   capturable, true, made);
            PERFORM pay.post_movement('capture', p.merchant_id, transfer,
                payment, capturable, made, p.livemode, p.currency);
            movement := pay.movement('capture');
            moved := capturable;
        ELSE
            p.amount_canceled := p.amount_authorized - p.amount_captured;
            event_type := CASE p.status WHEN 'authorized'
                               THEN 'payment.expired'
                               ELSE 'payment.updated' END;
            p.status := CASE p.status WHEN 'authorized' THEN 'expired'
                                      ELSE 'captured' END;
        END IF;

    WHEN 'refund' THEN
        p.amount_refunded := p.amount_refunded + a;
        status := 201;

        INSERT INTO pay.refunds AS e (merchant_id, refund_id, payment_id,
               amount, created_at, updated_at, exponent, livemode, currency,
               status, metadata, reason, reference)
        VALUES (p.merchant_id, object, payment, a, made, made,
                substring(p.head FROM '"exponent":([0-9])')::smallint,
                p.livemode, p.currency,
                CASE WHEN p.processor IS NOT NULL
                          OR p.token IN ('tok_refund_pending', 'tok_refund_fail')
                     THEN 'pending' ELSE 'succeeded' END,
                coalesce(metadata, '{}'), reason, reference)
        RETURNING e.* INTO r;

        IF p.processor IS NOT NULL THEN
            PERFORM pay.send_later(p, 'refund', coalesce(refunded_by, object), a,
                                   false, object, request);
        END IF;

        PERFORM pay.post_movement('refund', p.merchant_id, transfer, object, a,
                                  made, p.livemode, p.currency);
        movement := pay.movement('refund');
        moved := a;

        IF r.status = 'succeeded' THEN
            PERFORM pay.post_movement('refund_succeeded', p.merchant_id,
                transfer2, object, a, made, p.livemode, p.currency);
            movement := pay.movement('refund, succeeded');
        END IF;

        event_type := CASE r.status WHEN 'succeeded' THEN 'refund.succeeded'
                                    ELSE 'refund.created' END;

    WHEN 'update' THEN
        IF metadata IS NOT NULL THEN
            p.metadata := metadata;

            IF (SELECT count(*) FROM jsonb_object_keys(p.metadata::jsonb)) > 50
            THEN
                status := NULL;
                RETURN;
            END IF;
        END IF;

        IF described THEN
            p.description := description;
        END IF;

        event_type := 'payment.updated';

    WHEN 'resolve' THEN
        -- the processor's answer
        IF p.token = 'tok_pending_fail' THEN
            p.status := 'failed';
            p.failure_code := 'generic_decline';
            p.failure_message := 'The card was declined.';
        ELSIF p.token = 'tok_3ds_fail' THEN
            p.status := 'failed';
            p.failure_code := 'authentication_failed';
            p.failure_message := 'The customer did not approve.';
        ELSE
            p.amount_authorized := p.amount;
            p.authorized_at := at;
            p.status := 'authorized';
        END IF;

        IF p.status = 'authorized'
           AND p.head LIKE '%"capture_method":"automatic"%'
        THEN
            p.status := 'captured';
            p.amount_captured := p.amount;
            p.captured_at := at;
            PERFORM pay.post_movement('capture', p.merchant_id, transfer,
                payment, p.amount, made, p.livemode, p.currency);
            movement := pay.movement('capture');
            moved := p.amount;
        END IF;

        event_type := 'payment.' || p.status;

    WHEN 'settle' THEN
        -- what was captured and has not been settled; the payment stays
        SELECT p.amount_captured - coalesce(sum(t.amount), 0) INTO n
          FROM pay.ledger_transfers t
         WHERE t.merchant_id = p.merchant_id AND t.source_id = payment
           AND t.kind = 'settlement'
           AND t.debit = pay.account('merchant_pending');

        IF n > 0 THEN
            PERFORM pay.post_movement('settlement', p.merchant_id, transfer,
                payment, n, made, p.livemode, p.currency);
            movement := pay.movement('settlement');
            moved := n;
        END IF;

        version := p.version - 1;
        p.version := version;
        SELECT pay.payment_body(e) INTO body FROM pay.payments e
         WHERE e.merchant_id = p.merchant_id AND e.payment_id = payment;
        RETURN;

    WHEN 'dispute' THEN
        p.amount_disputed := p.amount_disputed + a;
        p.dispute := object;
        event_type := 'dispute.created';
        PERFORM pay.post_movement('dispute', p.merchant_id, transfer, payment,
                                  a, made, p.livemode, p.currency);
        movement := pay.movement('dispute');
        moved := a;

        INSERT INTO pay.disputes AS e (merchant_id, dispute_id, payment_id,
               amount, created_at, updated_at, livemode, currency, reason)
        VALUES (p.merchant_id, object, payment, a, made, made,
                p.livemode, p.currency, coalesce(reason, 'general'))
        RETURNING e.* INTO d;
    END CASE;

    UPDATE pay.payments e
       SET amount_authorized = p.amount_authorized,
           authorized_at = p.authorized_at, failure_code = p.failure_code,
           failure_message = p.failure_message,
           amount_captured = p.amount_captured,
           amount_refunded = p.amount_refunded,
           amount_canceled = p.amount_canceled,
           amount_disputed = p.amount_disputed,
           updated_at = p.updated_at, captured_at = p.captured_at,
           canceled_at = p.canceled_at, version = p.version,
           status = p.status, metadata = p.metadata,
           description = p.description,
           cancellation_reason = p.cancellation_reason,
           operation = p.operation, pending_action = p.pending_action,
           fee = p.fee, dispute = p.dispute
     WHERE e.merchant_id = p.merchant_id AND e.payment_id = payment
       AND e.version = p.version - 1
    RETURNING e.version INTO STRICT version;

    IF r.refund_id IS NOT NULL THEN
        object_id := object;
        parent_id := payment;
        version := r.version;
        body := pay.refund_body(r);
    ELSIF d.dispute_id IS NOT NULL THEN
        object_id := object;
        parent_id := payment;
        version := d.version;
        body := pay.dispute_body(d);
    ELSE
        -- as the row is now: an expression of its own is made ready once in a
        -- transaction, one of RETURNING for each statement
        body := pay.payment_body(p);
        previous := pay.previous_attributes(before, body);
    END IF;
END $$;

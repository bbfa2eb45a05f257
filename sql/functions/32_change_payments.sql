-- Changes payments: n requests, one call, one transaction, an outcome each.
--
-- In: arrays of one length, an element for each request:
--   item, merchant, livemode, key_hash, key, fingerprint, request_id, request
--               as in create_payments; key NULL: the request had none
--   payment     which one;   action  as in pay.transitions, or update_refund, of
--               the refund with that id, or win_dispute and lose_dispute, of the
--               dispute
--   object      a UUIDv7 for what the change makes (refund, capture)
--   transfer, transfer2   UUIDv7 for the ledger
--   amount      minor units; NULL: all that is possible
--   currency    of a refund, or NULL;   final  of a capture
--   reason      of a cancellation or refund;   reference  of a refund
--   metadata    of a refund; of an update: what changes, null deletes; or NULL
--   description, described   of an update: new value, and whether there is one
--   if_match    versions parted by commas, one of which it must have; or NULL
--   at          the caller's clock
--   ttl         how long a key is remembered
--
-- Out: one row for each item, as from create_payments, and
--   outcome     5 the payment is locked by a transaction under way,
--               7 it has another version than if_match, which version shows,
--               8 what was asked for is not valid, as o_body says
--
-- Neither waits for a key nor for a payment: try-locks and SKIP LOCKED decide.
-- What it refuses for good (the state, the amount) is stored under the key.
CREATE OR REPLACE FUNCTION pay.change_payments(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    payment uuid[], action text[], object uuid[], transfer uuid[],
    transfer2 uuid[], amount bigint[], currency text[], final boolean[],
    reason text[], reference text[], metadata text[], description text[],
    described boolean[], if_match text[], at timestamptz[], ttl interval)
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
    PERFORM pay.enter(merchant);

    FOR i IN SELECT u.n FROM unnest(merchant, payment) WITH ORDINALITY
                                  AS u (m, p, n) ORDER BY u.m, u.p
    LOOP
        o_item := item[i];
        outcome := 0;
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
            status := j.status;
            o_request_id := j.request_id;
            o_object_id := j.object_id;
            o_version := j.object_version;
            o_created_at := j.created_at;
            o_request := j.request;
            o_body := CASE WHEN outcome IN (1, 10) THEN j.body END;
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- of what a payment has
        IF action[i] IN ('win_dispute', 'lose_dispute', 'update_refund') THEN
            IF action[i] = 'update_refund' THEN
                SELECT * INTO c FROM pay.update_refund(merchant[i],
                    livemode[i], payment[i], if_match[i], reference[i],
                    metadata[i], at[i], request_id[i]);
            ELSE
                SELECT * INTO c FROM pay.end_dispute(merchant[i],
                    livemode[i], payment[i], action[i] = 'win_dispute',
                    if_match[i], transfer[i], at[i], request_id[i]);
            END IF;

            outcome := c.outcome;
            o_version := c.version;
            o_body := c.body;

            IF outcome = 0 THEN
                status := c.status;
                o_request_id := request_id[i];
                o_object_id := payment[i];
                o_created_at := now();

                INSERT INTO pay.journal (merchant_id, key_hash, day,
                       generation, status, object_version, livemode,
                       request_id, event_id, object_id, parent_id, created_at,
                       fingerprint, request, body, event_type, previous, key,
                       movement, moved, moved_currency)
                VALUES (merchant[i], key_hash[i], today, k.generation, status,
                        o_version, livemode[i], o_request_id, o_item,
                        o_object_id, c.parent_id, now(), fingerprint[i],
                        request[i], o_body, c.event_type, c.previous, key[i],
                        c.movement, c.moved, c.currency);
            END IF;

            RETURN NEXT;
            CONTINUE;
        END IF;

        SELECT * INTO p FROM pay.payments e
         WHERE e.merchant_id = merchant[i] AND e.payment_id = payment[i]
           AND e.livemode = livemode[i]
           FOR UPDATE SKIP LOCKED;

        IF NOT FOUND AND EXISTS (
            SELECT FROM pay.payments e
             WHERE e.merchant_id = merchant[i] AND e.payment_id = payment[i]
               AND e.livemode = livemode[i])
        THEN
            outcome := 5;
            RETURN NEXT;
            CONTINUE;
        END IF;

        IF p.version <> ALL (string_to_array(if_match[i], ',')::int[]) THEN
            outcome := 7;
            o_version := p.version;
            RETURN NEXT;
            CONTINUE;
        END IF;

        SELECT * INTO c FROM pay.change_payment(p, payment[i], action[i],
            object[i], transfer[i], transfer2[i], amount[i], currency[i],
            final[i], reason[i], reference[i], metadata[i], description[i],
            described[i], at[i], request_id[i]);

        IF c.status IS NULL THEN
            outcome := 8;
            o_body := pay.violation('/metadata', 'max_properties',
                'the payment would have more than 50 pairs of metadata');
            RETURN NEXT;
            CONTINUE;
        END IF;

        status := c.status;
        o_request_id := request_id[i];
        o_object_id := c.object_id;
        o_version := c.version;
        o_created_at := now();
        o_body := c.body;

        INSERT INTO pay.journal (merchant_id, key_hash, day, generation,
               status, object_version, livemode, request_id, event_id,
               object_id, parent_id, created_at, fingerprint, request, body,
               event_type, previous, key, movement, moved, moved_currency)
        VALUES (merchant[i], key_hash[i], today, k.generation, status, o_version,
                livemode[i], o_request_id, o_item, o_object_id, c.parent_id,
                now(), fingerprint[i], request[i], o_body, c.event_type,
                c.previous, key[i], c.movement, c.moved,
                CASE WHEN c.movement IS NOT NULL THEN p.currency END);

        RETURN NEXT;
    END LOOP;
END $$;

-- How a dispute ends: won, the money is the merchant's again; lost, it is gone.  One that
-- has ended stays as it is.  In: the dispute; whether it is won; versions of which it
-- must have one, or NULL; an id for the ledger.  Out: outcome as above, and what the
-- journal is to hold.
CREATE OR REPLACE FUNCTION pay.end_dispute(merchant bigint, livemode boolean,
    dispute uuid, won boolean, if_match text, transfer uuid, at timestamptz,
    request uuid, OUT outcome smallint, OUT status smallint, OUT body text,
    OUT version int, OUT parent_id uuid, OUT event_type text, OUT previous text,
    OUT movement smallint, OUT moved bigint, OUT currency text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    d pay.disputes;
    before text;
BEGIN
    outcome := 0;
    version := 0;

    SELECT e.* INTO d FROM pay.disputes e
     WHERE e.merchant_id = merchant AND e.dispute_id = dispute
       AND e.livemode = livemode;

    IF NOT FOUND THEN
        SELECT x.status, x.body INTO STRICT status, body
          FROM pay.refusal('resource_not_found', pay.id_text('req_', request),
                           NULL, '') x;
        RETURN;
    END IF;

    -- the payment's lock is that of all it has
    PERFORM FROM pay.payments e
      WHERE e.merchant_id = merchant AND e.payment_id = d.payment_id
        FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        outcome := 5;
        RETURN;
    END IF;

    SELECT e.* INTO STRICT d FROM pay.disputes e
     WHERE e.merchant_id = merchant AND e.dispute_id = dispute;

    IF d.version <> ALL (string_to_array(if_match, ',')::int[]) THEN
        outcome := 7;
        version := d.version;
        RETURN;
    END IF;

    status := 200;

    IF d.status <> 'open' THEN
        version := d.version;
        body := pay.dispute_body(d);
        RETURN;
    END IF;

    before := pay.dispute_body(d);
    parent_id := d.payment_id;
    event_type := CASE WHEN won THEN 'dispute.won' ELSE 'dispute.lost' END;
    movement := CASE WHEN won THEN 8 ELSE 9 END;
    moved := d.amount;
    currency := d.currency;

    UPDATE pay.disputes e
       SET status = CASE WHEN won THEN 'won' ELSE 'lost' END,
           version = e.version + 1, updated_at = greatest(at, e.updated_at)
     WHERE e.merchant_id = merchant AND e.dispute_id = dispute
    RETURNING e.* INTO STRICT d;

    UPDATE pay.payments e
       SET amount_disputed = e.amount_disputed
                             - CASE WHEN won THEN d.amount ELSE 0 END,
           version = e.version + 1, updated_at = greatest(at, e.updated_at)
     WHERE e.merchant_id = merchant AND e.payment_id = d.payment_id;

    INSERT INTO pay.ledger_transfers
    VALUES (merchant, transfer, d.payment_id, d.amount, at, 1, 4,
            CASE WHEN won THEN 3 ELSE 1 END, livemode, d.currency,
            CASE WHEN won THEN 'dispute_won' ELSE 'dispute_lost' END);

    version := d.version;
    body := pay.dispute_body(d);
    previous := pay.previous_attributes(before, body);
END $$;

-- What a merchant notes of a refund: no change of state, and no event.  In: the refund;
-- versions of which it must have one, or NULL; reference and metadata, NULL: as they
-- are.  Out: as of pay.end_dispute(), NULLs where nothing has moved.
CREATE OR REPLACE FUNCTION pay.update_refund(merchant bigint, livemode boolean,
    refund uuid, if_match text, new_reference text, new_metadata text,
    at timestamptz, request uuid, OUT outcome smallint, OUT status smallint,
    OUT body text, OUT version int, OUT parent_id uuid, OUT event_type text,
    OUT previous text, OUT movement smallint, OUT moved bigint,
    OUT currency text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    r pay.refunds;
    other uuid;
BEGIN
    outcome := 0;
    version := 0;

    SELECT e.* INTO r FROM pay.refunds e
     WHERE e.merchant_id = merchant AND e.refund_id = refund
       AND e.livemode = livemode;

    IF NOT FOUND THEN
        SELECT x.status, x.body INTO STRICT status, body
          FROM pay.refusal('resource_not_found', pay.id_text('req_', request),
                           NULL, '') x;
        RETURN;
    END IF;

    -- the payment first, as everywhere: of two that take one reference the second
    -- sees the first
    PERFORM FROM pay.payments e
      WHERE e.merchant_id = merchant AND e.payment_id = r.payment_id
        FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        outcome := 5;
        RETURN;
    END IF;

    SELECT e.* INTO r FROM pay.refunds e
     WHERE e.merchant_id = merchant AND e.refund_id = refund
       FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        outcome := 5;
        RETURN;
    END IF;

    IF r.version <> ALL (string_to_array(if_match, ',')::int[]) THEN
        outcome := 7;
        version := r.version;
        RETURN;
    END IF;

    SELECT e.refund_id INTO other FROM pay.refunds e
     WHERE e.merchant_id = merchant AND e.payment_id = r.payment_id
       AND e.refund_id <> refund AND e.reference = new_reference
       AND e.status <> 'failed' LIMIT 1;

    -- what is as it was, or of a refund that has failed, takes it from nobody
    IF FOUND AND r.status <> 'failed'
       AND new_reference IS DISTINCT FROM r.reference
    THEN
        SELECT x.status, x.body INTO STRICT status, body
          FROM pay.refusal('reference_already_used',
               pay.id_text('req_', request), NULL,
               ',"existing_id":"' || pay.id_text('ref_', other) || '"') x;
        RETURN;
    END IF;

    new_metadata := coalesce(pay.merge_metadata(r.metadata, new_metadata),
                             r.metadata);
    new_reference := coalesce(new_reference, r.reference);

    IF (SELECT count(*) FROM jsonb_object_keys(new_metadata::jsonb)) > 50 THEN
        outcome := 8;
        body := pay.violation('/metadata', 'max_properties',
            'the refund would have more than 50 pairs of metadata');
        RETURN;
    END IF;

    IF new_metadata::jsonb <> r.metadata::jsonb
       OR new_reference IS DISTINCT FROM r.reference
    THEN
        UPDATE pay.refunds e
           SET metadata = new_metadata, reference = new_reference,
               version = e.version + 1, updated_at = greatest(at, e.updated_at)
         WHERE e.merchant_id = merchant AND e.refund_id = refund
        RETURNING e.* INTO STRICT r;
    END IF;

    status := 200;
    version := r.version;
    body := pay.refund_body(r);
END $$;

-- One change of one payment, which the caller has locked.  In: the payment
-- (NULLs: there is none), the id of the request (NULL: nobody has asked), and the
-- rest as above.  Out: what the journal is to
-- hold: HTTP status, body, object and its version, the payment of a refund's
-- event, the event, if it is one, what that changed, and which movement of the
-- ledger (pay.movements) it has made of how much.  Status NULL: outcome 8.
CREATE OR REPLACE FUNCTION pay.change_payment(p pay.payments, payment uuid,
    action text, object uuid, transfer uuid, transfer2 uuid, amount bigint,
    currency text, final boolean, reason text, reference text, metadata text,
    description text, described boolean, at timestamptz, request uuid,
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
    most constant bigint := CASE WHEN action = 'refund' THEN refundable
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

    IF p.payment_id IS NULL THEN
        refusal := 'resource_not_found';
    ELSE
        SELECT t.refusal INTO STRICT refusal FROM pay.transitions t
         WHERE t.status = p.status AND t.action = action;
    END IF;

    -- the background may be late, the authorization has ended nevertheless
    IF refusal IS NULL AND action IN ('capture', 'cancel')
       AND p.authorization_expires_at <= now()
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

    ELSIF refusal IS NULL AND action = 'dispute' AND refundable = 0 THEN
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

    -- what changes nothing is no change: no version, no event
    IF action = 'update' AND metadata IS NOT NULL THEN
        metadata := pay.merge_metadata(p.metadata, metadata);
    END IF;

    IF (action = 'update' AND coalesce(metadata::jsonb = p.metadata::jsonb, true)
        AND (NOT described OR description IS NOT DISTINCT FROM p.description))
       OR (action = 'resolve' AND p.status <> 'processing')
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

    CASE action

    WHEN 'capture' THEN
        p.amount_captured := p.amount_captured + a;
        p.captured_at := at;

        IF final THEN
            p.amount_canceled := p.amount_authorized - p.amount_captured;
        END IF;

        p.status := CASE WHEN p.amount_captured + p.amount_canceled
                              = p.amount_authorized
                         THEN 'captured' ELSE 'partially_captured' END;
        event_type := 'payment.' || p.status;

        INSERT INTO pay.captures VALUES (p.merchant_id, object, payment, a,
               p.status = 'captured', made);
        INSERT INTO pay.ledger_transfers VALUES (p.merchant_id, transfer,
               payment, a, made, 1, 1, 2, p.livemode, p.currency, 'capture');
        movement := 1;
        moved := a;

    WHEN 'cancel' THEN
        p.amount_canceled := p.amount_authorized - p.amount_captured;
        p.cancellation_reason := reason;

        -- "payment.captured" says that money was: here the rest is given back
        IF p.status = 'authorized' THEN
            p.status := 'canceled';
            p.canceled_at := at;
            event_type := 'payment.canceled';
        ELSE
            p.status := 'captured';
            event_type := 'payment.updated';
        END IF;

    WHEN 'expire' THEN
        IF p.expiry_action = 'capture' THEN
            p.amount_captured := p.amount_captured + capturable;
            p.captured_at := at;
            p.status := 'captured';
            event_type := 'payment.captured';
            INSERT INTO pay.captures VALUES (p.merchant_id, object, payment,
                   capturable, true, made);
            INSERT INTO pay.ledger_transfers VALUES (p.merchant_id, transfer,
                   payment, capturable, made, 1, 1, 2, p.livemode,
                   p.currency, 'capture');
            movement := 1;
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
                CASE WHEN p.token IN ('tok_refund_pending', 'tok_refund_fail')
                     THEN 'pending' ELSE 'succeeded' END,
                coalesce(metadata, '{}'), reason, reference)
        RETURNING e.* INTO r;

        INSERT INTO pay.ledger_transfers VALUES (p.merchant_id, transfer,
               object, a, made, 1, 3, 4, p.livemode, p.currency, 'refund');

        movement := 2;
        moved := a;

        IF r.status = 'succeeded' THEN
            movement := 3;
            INSERT INTO pay.ledger_transfers VALUES (p.merchant_id, transfer2,
                   object, a, made, 1, 4, 1, p.livemode, p.currency,
                   'refund_succeeded');
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
            INSERT INTO pay.ledger_transfers VALUES (p.merchant_id, transfer,
                   payment, p.amount, made, 1, 1, 2, p.livemode, p.currency,
                   'capture');
            movement := 1;
            moved := p.amount;
        END IF;

        event_type := 'payment.' || p.status;

    WHEN 'settle' THEN
        -- what was captured and has not been settled; the payment stays
        SELECT p.amount_captured - coalesce(sum(t.amount), 0) INTO n
          FROM pay.ledger_transfers t
         WHERE t.merchant_id = p.merchant_id AND t.source_id = payment
           AND t.kind = 'settlement' AND t.leg = 1;

        IF n > 0 THEN
            INSERT INTO pay.ledger_transfers VALUES
                (p.merchant_id, transfer, payment, n, made, 1, 2, 3, p.livemode,
                 p.currency, 'settlement'),
                (p.merchant_id, transfer, payment, n, made, 2, 6, 1, p.livemode,
                 p.currency, 'settlement');
            movement := 6;
            moved := n;
        END IF;

        version := p.version - 1;
        p.version := version;
        SELECT pay.payment_body(e) INTO body FROM pay.payments e
         WHERE e.merchant_id = p.merchant_id AND e.payment_id = payment;
        RETURN;

    WHEN 'dispute' THEN
        p.amount_disputed := p.amount_disputed + refundable;
        event_type := 'dispute.created';
        movement := 7;
        moved := refundable;

        INSERT INTO pay.ledger_transfers VALUES (p.merchant_id, transfer,
               payment, refundable, made, 1, 3, 4, p.livemode, p.currency,
               'dispute');
        INSERT INTO pay.disputes AS e (merchant_id, dispute_id, payment_id,
               amount, created_at, updated_at, livemode, currency, reason)
        VALUES (p.merchant_id, object, payment, refundable, made, made,
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
           cancellation_reason = p.cancellation_reason
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

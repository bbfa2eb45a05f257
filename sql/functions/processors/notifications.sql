-- How an attempt has ended, as far as that is known.  In: its begun row.  Out: open: it
-- has not; approved; declined, which is also what surely was not executed; ended.
CREATE OR REPLACE FUNCTION pay.attempt_end(j pay.journal) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp AS $$
DECLARE
    ended int;
BEGIN
    SELECT e.status INTO ended FROM pay.journal e
     WHERE e.merchant_id = j.merchant_id AND e.key_hash = j.key_hash
       AND e.day >= j.day AND (e.day, e.generation) > (j.day, j.generation)
     ORDER BY e.day, e.generation LIMIT 1;

    -- its client was answered before it was known
    IF ended = 202 AND pay.attempt_action(j.body) IN ('authorize', 'continue')
    THEN
        ended := (SELECT CASE WHEN p.status IN ('processing', 'requires_action')
                              THEN NULL
                              WHEN p.status = 'failed'
                                   OR p.amount_authorized = 0 THEN 402
                              ELSE 201 END
                    FROM pay.payments p
                   WHERE p.merchant_id = j.merchant_id
                     AND p.payment_id = j.object_id);
    END IF;

    RETURN CASE WHEN ended IS NULL THEN 'open'
                WHEN ended IN (200, 201) THEN 'approved'
                WHEN ended IN (1, 402) THEN 'declined'
                ELSE 'ended' END;
END $$;

-- What is known of an attempt.  In: its processor and key.  Out: whose it is, or NULLs;
-- a state as of pay.attempt_end(), or waits: its client was answered, and its end is
-- waited for, with the text of the attempt and what it is about.
CREATE OR REPLACE FUNCTION pay.find_attempt(processor text, attempt text,
    OUT merchant bigint, OUT state text, OUT args text, OUT object_id uuid)
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    f pay.followups;
    j pay.journal;
    waits boolean;
BEGIN
    SELECT e.* INTO f FROM pay.followups e, pay.ownership o
     WHERE e.attempt = attempt AND pay.attempt_processor(e.args) = processor
       AND pay.owns_merchant(e.merchant_id, o, false) LIMIT 1;

    IF FOUND THEN
        waits := pay.followup_state(f);

        IF waits OR waits IS NULL OR f.fingerprint IS NULL THEN
            merchant := f.merchant_id;
            args := f.args;
            object_id := f.object_id;
            state := CASE WHEN waits THEN 'waits' WHEN waits IS NULL THEN 'open'
                     ELSE coalesce((SELECT CASE r.status
                                    WHEN 'succeeded' THEN 'approved'
                                    WHEN 'failed' THEN 'declined' END
                               FROM pay.refunds r
                              WHERE r.merchant_id = f.merchant_id
                                AND r.refund_id = f.object_id), 'ended') END;
            RETURN;
        END IF;
    END IF;

    SELECT e.* INTO j FROM pay.journal e, pay.ownership o
     WHERE split_part(e.body, ' ', 3) = attempt AND e.status = 0
       AND pay.attempt_processor(e.body) = processor
       AND pay.owns_merchant(e.merchant_id, o, false)
     ORDER BY e.day DESC, e.generation DESC LIMIT 1;

    IF FOUND THEN
        merchant := j.merchant_id;
        state := pay.attempt_end(j);
        args := j.body;
        object_id := j.object_id;
    END IF;
END $$;

-- What a notification is about.  It is asked of every shard, since acquirers know no
-- merchants: one has it.  In: tags; of nobody's merchant and mode; the processor; what
-- has happened, as docs/processors.md 8.2 calls it; attempt, reference and chargeback
-- as they were said, or NULL.
-- Out: of each item the merchant, and the state: of a result's attempt as of
-- pay.find_attempt(), with its text and the payment or refund; of all else payment, or
-- ambiguous where several payments have this reference.  NULLs: it is not here.
CREATE OR REPLACE FUNCTION pay.find_notified(item uuid[], merchant bigint[],
    livemode boolean[], processor text[], kind text[], attempt text[],
    reference text[], chargeback text[])
RETURNS TABLE (o_item uuid, o_merchant bigint, o_state text, o_args text,
               o_object_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pay, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_variable
BEGIN
    FOR i IN 1 .. cardinality(item) LOOP
        o_item := item[i];
        o_merchant := NULL;
        o_state := NULL;
        o_args := NULL;
        o_object_id := NULL;

        IF kind[i] = 'result' THEN
            SELECT a.merchant, a.state, a.args, a.object_id
              INTO o_merchant, o_state, o_args, o_object_id
              FROM pay.find_attempt(processor[i], attempt[i]) a;
        ELSE
            SELECT p.merchant_id, p.payment_id,
                   CASE count(*) OVER () WHEN 1 THEN 'payment'
                                         ELSE 'ambiguous' END
              INTO o_merchant, o_object_id, o_state
              FROM pay.payments p, pay.ownership o
             WHERE p.processor_reference = reference[i]
               AND p.processor = processor[i]
               AND pay.owns_merchant(p.merchant_id, o, false)
               AND (kind[i] IN ('capture_reversed', 'chargeback')
                    OR EXISTS (
                    SELECT FROM pay.disputes d
                     WHERE d.merchant_id = p.merchant_id
                       AND d.payment_id = p.payment_id
                       AND d.processor = processor[i]
                       AND d.chargeback = chargeback[i]))
             LIMIT 1;
        END IF;

        RETURN NEXT;
    END LOOP;
END $$;

-- An acquirer has taken the money of a capture back: what was captured is authorized
-- again.  In: the payment, locked by the caller; how much; UUIDv7 for the ledger; the
-- caller's clock.  Out: executed; invalid: it cannot be, since more was refunded or
-- disputed than would be left, or no capture has so much.
CREATE OR REPLACE FUNCTION pay.reverse_capture(p pay.payments, amount bigint,
    currency text, transfer uuid, at timestamptz) RETURNS smallint
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    before constant text := pay.payment_body(p);
    c pay.captures;
    body text;
    back bigint := 0;
BEGIN
    IF currency <> p.currency
       OR amount > p.amount_captured - p.amount_refunded - p.amount_disputed
    THEN
        RETURN pay.outcome('invalid');
    END IF;

    -- the one of this amount, or the newest that has so much
    SELECT * INTO c FROM pay.captures e
     WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id
       AND e.amount - e.reversed >= amount
     ORDER BY e.amount - e.reversed = amount DESC, e.capture_id DESC LIMIT 1;

    IF FOUND THEN
        UPDATE pay.captures e SET reversed = e.reversed + amount
         WHERE e.merchant_id = c.merchant_id AND e.capture_id = c.capture_id;
        back := coalesce(pay.reversed_fee(c, amount), 0);

    ELSIF EXISTS (SELECT FROM pay.captures e
                   WHERE e.merchant_id = p.merchant_id
                     AND e.payment_id = p.payment_id)
    THEN
        RETURN pay.outcome('invalid');

    ELSE
        -- captured with the authorization, which has no row of its own
        INSERT INTO pay.captures (merchant_id, capture_id, payment_id, amount,
               final, created_at, reversed, fee)
        VALUES (p.merchant_id, pay.uuid7(), p.payment_id, p.amount_captured,
                true, p.captured_at, amount, pay.capture_fee(p))
        RETURNING * INTO c;
        c.reversed := 0;
        back := coalesce(pay.reversed_fee(c, amount), 0);
    END IF;

    at := greatest(at, p.updated_at);

    UPDATE pay.payments e
       SET amount_captured = e.amount_captured - amount,
           status = CASE WHEN e.amount_captured = amount THEN 'authorized'
                         ELSE 'partially_captured' END,
           captured_at = CASE WHEN e.amount_captured > amount
                              THEN e.captured_at END,
           failure_code = 'capture_failed',
           failure_message = 'The acquirer has taken the money of a capture '
                             'back.',
           fee = e.fee - back, version = e.version + 1, updated_at = at
     WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id
    RETURNING e.* INTO STRICT p;

    PERFORM pay.post_movement('capture_reversed', p.merchant_id, transfer,
        p.payment_id, amount, at, p.livemode, p.currency);
    PERFORM pay.book_fee('fee_reversed', p.merchant_id, transfer, p.payment_id,
                         back, at, p.livemode, p.currency);

    body := pay.payment_body(p);
    PERFORM pay.journal_background(p.merchant_id, p.livemode, p.payment_id,
        NULL, p.version, body, 'payment.capture_failed',
        pay.previous_attributes(before, body), pay.movement('capture_reversed'),
        amount, p.currency);

    RETURN pay.outcome('executed');
END $$;

-- A card holder has taken money back through the bank: a dispute.  In: the payment,
-- locked by the caller; the processor, and its name for it; how much; why, or NULL;
-- UUIDv7 of the dispute and for the ledger.  Out: executed; unused: it is known;
-- invalid: so much was not captured, or is not the merchant's any more.
CREATE OR REPLACE FUNCTION pay.charge_back(p pay.payments, processor text,
    chargeback text, amount bigint, currency text, reason text, object uuid,
    transfer uuid, at timestamptz) RETURNS smallint
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    c record;
BEGIN
    IF EXISTS (SELECT FROM pay.disputes d
                WHERE d.merchant_id = p.merchant_id AND d.processor = processor
                  AND d.chargeback = chargeback)
    THEN
        RETURN pay.outcome('unused');
    END IF;

    IF currency <> p.currency THEN
        RETURN pay.outcome('invalid');
    END IF;

    SELECT * INTO c FROM pay.change_payment(p, p.payment_id, 'dispute', object,
        transfer, NULL, amount, NULL, true, reason, NULL, NULL, NULL, false, at,
        NULL);

    IF c.event_type IS NULL THEN
        RETURN pay.outcome('invalid');
    END IF;

    UPDATE pay.disputes d SET processor = processor, chargeback = chargeback
     WHERE d.merchant_id = p.merchant_id AND d.dispute_id = object;

    PERFORM pay.journal_background(p.merchant_id, p.livemode, c.object_id,
        c.parent_id, c.version, c.body, c.event_type, c.previous, c.movement,
        c.moved, p.currency);

    RETURN pay.outcome('executed');
END $$;

-- How a chargeback has ended: won, or lost.  In: as above.  Out: executed; unused: that
-- is known; invalid: it has ended in the other way, or is of another amount; busy.
CREATE OR REPLACE FUNCTION pay.end_chargeback(p pay.payments, processor text,
    chargeback text, amount bigint, currency text, won boolean, transfer uuid,
    at timestamptz) RETURNS smallint
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    d pay.disputes;
    c record;
BEGIN
    SELECT * INTO d FROM pay.disputes e
     WHERE e.merchant_id = p.merchant_id AND e.processor = processor
       AND e.chargeback = chargeback;

    IF NOT FOUND OR d.amount <> amount OR d.currency <> currency
       OR d.status = (CASE WHEN won THEN 'lost' ELSE 'won' END)
    THEN
        RETURN pay.outcome('invalid');
    END IF;

    IF d.status <> 'open' THEN
        RETURN pay.outcome('unused');
    END IF;

    SELECT * INTO c FROM pay.end_dispute(p.merchant_id, p.livemode,
        d.dispute_id, won, NULL, transfer, at, NULL);

    IF c.event_type IS NULL THEN
        RETURN c.outcome;
    END IF;

    PERFORM pay.journal_background(p.merchant_id, p.livemode, d.dispute_id,
        c.parent_id, c.version, c.body, c.event_type, c.previous, c.movement,
        c.moved, c.currency);

    RETURN pay.outcome('executed');
END $$;

-- Does what acquirers say has happened to payments: once for each notification.
--
-- In: arrays of one length: item; merchant and payment, of pay.find_notified(); the
-- processor, and its name for the notification; what has happened: capture_reversed,
-- chargeback, chargeback_reversed, chargeback_lost, or result: the fee of an attempt that
-- was approved before; the acquirer's name for the chargeback, of a result the attempt's
-- key, or NULL; how much; why, of a result the attempt's action, or NULL; a UUIDv7 for a dispute that it makes, and
-- one for the ledger; the caller's clock.
-- Out: of each item an outcome: executed; unused: it was done before; invalid: it
-- cannot be, and an operator has to look; busy: the payment is locked, or its acquirer
-- is being asked for something else.
CREATE OR REPLACE FUNCTION pay.apply_notifications(item uuid[],
    merchant bigint[], payment uuid[], processor text[], notification text[],
    kind text[], chargeback text[], amount bigint[], currency text[],
    reason text[], object uuid[], transfer uuid[], at timestamptz[])
RETURNS TABLE (o_item uuid, outcome smallint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms' AS $$
#variable_conflict use_variable
DECLARE
    p pay.payments;
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    FOR i IN 1 .. cardinality(item) LOOP
        o_item := item[i];

        SELECT * INTO p FROM pay.payments e
         WHERE e.merchant_id = merchant[i] AND e.payment_id = payment[i]
           FOR UPDATE SKIP LOCKED;

        IF NOT FOUND
           OR kind[i] = 'capture_reversed' AND p.operation IS NOT NULL
        THEN
            outcome := pay.outcome('busy');

        ELSIF EXISTS (SELECT FROM pay.notifications n
                       WHERE n.merchant_id = merchant[i]
                         AND n.processor = processor[i]
                         AND n.notification = notification[i])
        THEN
            outcome := pay.outcome('unused');

        ELSE
            outcome := CASE kind[i]
                WHEN 'capture_reversed' THEN
                    pay.reverse_capture(p, amount[i], currency[i], transfer[i],
                                        at[i])
                WHEN 'result' THEN
                    CASE WHEN currency[i] = p.currency
                         THEN pay.tell_fee(p, reason[i], chargeback[i],
                                           amount[i], transfer[i], at[i])
                         ELSE pay.outcome('invalid') END
                WHEN 'chargeback' THEN
                    pay.charge_back(p, processor[i], chargeback[i], amount[i],
                        currency[i], reason[i], object[i], transfer[i], at[i])
                ELSE
                    pay.end_chargeback(p, processor[i], chargeback[i],
                        amount[i], currency[i], kind[i] = 'chargeback_reversed',
                        transfer[i], at[i]) END;
        END IF;

        IF outcome IN (pay.outcome('executed'), pay.outcome('invalid')) THEN
            INSERT INTO pay.notifications VALUES (merchant[i], processor[i],
                notification[i], payment[i], kind[i],
                outcome = pay.outcome('executed'), amount[i], currency[i],
                now());
        END IF;

        RETURN NEXT;
    END LOOP;
END $$;

-- What an acquirer keeps of a capture.  pay.payments.fee is the sum of what is known,
-- pay.captures.fee that of one capture; an authorization that was captured at once has no
-- row there, and its fee is the payment's.

-- Books a fee in the same transaction of the ledger as the capture, or the reversal, that
-- it belongs to, and says so in the journal, from which the sums of accounts come.  In:
-- fee or fee_reversed; whose; that transaction; the payment; minor units; the rest as in
-- the row.  A fee of 0 is known and moves nothing.
CREATE OR REPLACE FUNCTION pay.book_fee(name text, merchant bigint,
    transaction uuid, payment uuid, amount bigint, at timestamptz,
    livemode boolean, currency text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    IF amount = 0 THEN
        RETURN;
    END IF;

    INSERT INTO pay.ledger_transfers (merchant_id, transaction_id, source_id,
           amount, created_at, leg, debit, credit, livemode, currency, kind)
    SELECT merchant, transaction, payment, amount, at, 2, m.debit, m.credit,
           livemode, currency, name
      FROM pay.movements m WHERE m.name = name;

    PERFORM pay.journal_background(merchant, livemode, payment, NULL, 0, '',
        NULL, NULL, pay.movement(name), amount, currency);
END $$;

-- A fee that was not known when the capture was booked: a transaction of its own, of kind
-- "fee", and an event.  In: the payment, locked by the caller; minor units; the
-- movement: fee, or "fee, settled" where the acquirer has taken it from what it pays
-- out; UUIDv7 for the ledger; the caller's clock.  Out: the payment as it is then.
CREATE OR REPLACE FUNCTION pay.add_fee(p pay.payments, amount bigint,
    name text, transfer uuid, at timestamptz) RETURNS pay.payments
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    before constant text := pay.payment_body(p);
    body text;
BEGIN
    at := greatest(at, p.updated_at);

    UPDATE pay.payments e
       SET fee = coalesce(e.fee, 0) + amount, version = e.version + 1,
           updated_at = at
     WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id
    RETURNING e.* INTO STRICT p;

    IF amount > 0 THEN
        PERFORM pay.post_movement(name, p.merchant_id, transfer, p.payment_id,
                                  amount, at, p.livemode, p.currency);
    END IF;

    body := pay.payment_body(p);
    PERFORM pay.journal_background(p.merchant_id, p.livemode, p.payment_id,
        NULL, p.version, body, 'payment.updated',
        pay.previous_attributes(before, body),
        CASE WHEN amount > 0 THEN pay.movement(name) END, amount, p.currency);

    RETURN p;
END $$;

-- In: a payment.  Out: what is known of the fee of its captures, without what its
-- acquirer has taken for refunds and the like; NULL: nothing.
CREATE OR REPLACE FUNCTION pay.capture_fee(p pay.payments) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp AS $$
DECLARE
    others bigint;
BEGIN
    SELECT sum(s.fee) INTO others FROM pay.settlements s
     WHERE s.merchant_id = p.merchant_id AND s.payment_id = p.payment_id
       AND s.state = 'booked' AND s.type <> 'charge';

    RETURN CASE WHEN others IS NULL OR p.fee > others
                THEN p.fee - coalesce(others, 0) END;
END $$;

-- The fee of a capture, told after the capture was booked.  In: the payment, locked by
-- the caller; the attempt that captured, its action; minor units; UUIDv7 for the ledger;
-- the caller's clock.  Out: executed; unused: it is known; invalid: another one is.
CREATE OR REPLACE FUNCTION pay.tell_fee(p pay.payments, action text,
    attempt text, amount bigint, transfer uuid, at timestamptz)
RETURNS smallint LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    c pay.captures;
    known bigint := pay.capture_fee(p);
BEGIN
    SELECT * INTO c FROM pay.captures e
     WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id
       AND (e.attempt = attempt OR action = 'authorize')
     ORDER BY e.capture_id LIMIT 1;

    IF FOUND THEN
        known := c.fee;
    ELSIF action <> 'authorize' OR p.amount_captured = 0 THEN
        RETURN pay.outcome('unused');
    END IF;

    -- of an authorization that was captured by others, or of what was taken back
    IF c.reversed > 0 OR action = 'authorize' AND c.attempt IS NOT NULL THEN
        RETURN pay.outcome('unused');
    END IF;

    IF known IS NOT NULL THEN
        RETURN CASE WHEN known = amount THEN pay.outcome('unused')
                    ELSE pay.outcome('invalid') END;
    END IF;

    UPDATE pay.captures e SET fee = amount
     WHERE e.merchant_id = c.merchant_id AND e.capture_id = c.capture_id;
    PERFORM pay.add_fee(p, amount, 'fee', transfer, at);

    RETURN pay.outcome('executed');
END $$;

-- In: a capture that is taken back; how much of it.  Out: which part of its fee goes with
-- it, minor units, rounded down: the last part has the rest.
CREATE OR REPLACE FUNCTION pay.reversed_fee(c pay.captures, amount bigint)
RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (div(c.fee::numeric * (c.reversed + amount), c.amount)
            - div(c.fee::numeric * c.reversed, c.amount))::bigint
$$;

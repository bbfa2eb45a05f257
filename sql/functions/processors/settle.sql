-- Statements of acquirers: what they say they have paid, and what they have kept.

-- The payment that a line of a statement is about.  In: the processor; the attempt's key
-- and the acquirer's reference, or NULL.  Out: a state, NULL: it is found: unknown_here,
-- ambiguous; whose it is, the payment, and of a refund's attempt the refund.
CREATE OR REPLACE FUNCTION pay.find_settled(processor text, attempt text,
    reference text, OUT state text, OUT merchant bigint, OUT payment uuid,
    OUT refund uuid)
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    a record;
    n int;
BEGIN
    IF attempt IS NOT NULL THEN
        SELECT * INTO a FROM pay.find_attempt(processor, attempt);
        merchant := a.merchant;
        payment := a.object_id;

        IF pay.attempt_action(a.args) = 'refund' THEN
            refund := a.object_id;
            SELECT r.payment_id INTO payment FROM pay.refunds r
             WHERE r.merchant_id = merchant AND r.refund_id = refund;
        END IF;
    END IF;

    IF payment IS NULL THEN
        refund := NULL;
        SELECT count(*), min(p.merchant_id), min(p.payment_id::text)::uuid
          INTO n, merchant, payment
          FROM pay.payments p, pay.ownership o
         WHERE p.processor_reference = reference AND p.processor = processor
           AND pay.owns_merchant(p.merchant_id, o, false);

        IF n > 1 THEN
            merchant := NULL;
        END IF;
    END IF;

    state := CASE WHEN n > 1 THEN 'ambiguous'
                  WHEN payment IS NULL THEN 'unknown_here' END;
END $$;

-- Books what a line says of a movement of cash.  In: the payment; the movement; minor
-- units; the database's clock.
CREATE OR REPLACE FUNCTION pay.book_settled(p pay.payments, name text,
    amount bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    IF amount = 0 THEN
        RETURN;
    END IF;

    PERFORM pay.post_movement(name, p.merchant_id, pay.uuid7(), p.payment_id,
                              amount, at, p.livemode, p.currency);
    PERFORM pay.journal_background(p.merchant_id, p.livemode, p.payment_id,
        NULL, 0, '', NULL, NULL, pay.movement(name), amount, p.currency);
END $$;

-- Whether a line of this type has been booked for an object.
CREATE OR REPLACE FUNCTION pay.is_settled(p pay.payments, object uuid,
    type text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pay.settlements s
                    WHERE s.merchant_id = p.merchant_id
                      AND s.payment_id = p.payment_id AND s.object_id = object
                      AND s.type = is_settled.type AND s.state = 'booked')
$$;

-- A capture that was paid.  In: the payment, locked by the caller; the line.  Out: booked,
-- with the capture; or why it is not: nothing of it is captured, so much is not, it was
-- paid before, or its fee is another one than the acquirer has said.
CREATE OR REPLACE FUNCTION pay.settle_charge(p pay.payments, s pay.settlements,
    OUT state text, OUT object uuid)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    c pay.captures;
    paid bigint;
    known bigint;
BEGIN
    SELECT coalesce(sum(e.gross), 0) INTO paid FROM pay.settlements e
     WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id
       AND e.type = 'charge' AND e.state = 'booked';

    SELECT e.* INTO c FROM pay.captures e
     WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id
       AND e.amount - e.reversed = s.gross AND s.gross > 0
       AND NOT pay.is_settled(p, e.capture_id, 'charge')
     ORDER BY e.attempt = s.attempt DESC NULLS LAST, e.capture_id LIMIT 1;

    -- captured with the authorization, or all captures in one line
    IF FOUND AND p.amount_captured - paid >= s.gross THEN
        object := c.capture_id;
        known := c.fee;
    ELSIF paid = 0 AND s.gross > 0 AND s.gross = p.amount_captured THEN
        object := p.payment_id;
        known := pay.capture_fee(p);
    ELSE
        state := CASE WHEN p.amount_captured = 0 THEN 'not_captured'
                      WHEN paid >= p.amount_captured THEN 'already_settled'
                      ELSE 'amount_differs' END;
        RETURN;
    END IF;

    IF known <> s.fee THEN
        state := 'fee_differs';
        object := NULL;
        RETURN;
    END IF;

    IF known IS NULL THEN
        p := pay.add_fee(p, s.fee, 'fee', pay.uuid7(), s.updated_at);
        UPDATE pay.captures e SET fee = s.fee
         WHERE e.merchant_id = p.merchant_id AND e.capture_id = object;
    END IF;

    PERFORM pay.book_settled(p, CASE WHEN s.net > 0 THEN 'settlement'
                                     ELSE 'settlement, owed' END,
                             abs(s.net), s.updated_at);
    state := 'booked';
END $$;

-- What an acquirer has deducted, or given back.  In: the payment, locked by the caller;
-- the line; the refund where it is known.  Out: likewise.
CREATE OR REPLACE FUNCTION pay.settle_back(p pay.payments, s pay.settlements,
    refund uuid, OUT state text, OUT object uuid)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    its text;
BEGIN
    CASE s.type
    WHEN 'fee' THEN
        object := p.payment_id;
        its := 'succeeded';
    WHEN 'refund' THEN
        SELECT r.refund_id, r.status INTO object, its FROM pay.refunds r
         WHERE r.merchant_id = p.merchant_id AND r.payment_id = p.payment_id
           AND r.amount = s.gross AND r.refund_id = coalesce(refund, r.refund_id)
           AND NOT pay.is_settled(p, r.refund_id, 'refund')
         ORDER BY r.status = 'succeeded' DESC, r.refund_id LIMIT 1;
    ELSE
        SELECT d.dispute_id, CASE WHEN s.type = 'chargeback' OR d.status = 'won'
                                  THEN 'succeeded' ELSE 'not_won' END
          INTO object, its FROM pay.disputes d
         WHERE d.merchant_id = p.merchant_id AND d.payment_id = p.payment_id
           AND d.amount = s.gross
           AND NOT pay.is_settled(p, d.dispute_id, s.type)
         ORDER BY d.status = 'won' DESC, d.dispute_id LIMIT 1;
    END CASE;

    IF object IS NULL THEN
        state := CASE s.type WHEN 'refund' THEN 'not_refunded'
                             ELSE 'not_disputed' END;
        RETURN;
    END IF;

    IF its <> 'succeeded' THEN
        state := CASE s.type WHEN 'refund' THEN 'refund_' || its
                             ELSE 'dispute_' || its END;
        object := NULL;
        RETURN;
    END IF;

    PERFORM pay.book_settled(p, CASE s.type WHEN 'chargeback_reversed'
                                     THEN 'settlement, returned'
                                     ELSE 'settlement, taken' END,
                             s.gross, s.updated_at);

    IF s.fee > 0 THEN
        PERFORM pay.add_fee(p, s.fee, 'fee, settled', pay.uuid7(),
                            s.updated_at);
    END IF;

    state := 'booked';
END $$;

-- One line.  In: it, with what the file says.  Out: what became of it, as in
-- pay.settlements, or known: it was booked before; line_differs: it was, with other
-- content, which stays; busy: its payment is locked, or its merchant moves.
CREATE OR REPLACE FUNCTION pay.settle_line(s pay.settlements, keep boolean)
RETURNS text LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    old pay.settlements;
    p pay.payments;
    f record;
    r record;
BEGIN
    SELECT * INTO old FROM pay.settlements e
     WHERE e.processor = s.processor AND e.line = s.line
     ORDER BY e.merchant_id DESC LIMIT 1;

    IF old.state IN ('booked', 'noted') THEN
        RETURN CASE WHEN (old.type, old.gross, old.fee, old.net, old.currency,
                          old.settled_on) = (s.type, s.gross, s.fee, s.net,
                                             s.currency, s.settled_on)
                     AND old.attempt IS NOT DISTINCT FROM s.attempt
                     AND old.reference IS NOT DISTINCT FROM s.reference
                    THEN 'known' ELSE 'line_differs' END;
    END IF;

    s.merchant_id := 0;
    s.updated_at := now();

    IF s.type = 'payout' THEN
        s.state := 'noted';
    ELSIF s.net <> (CASE WHEN s.type IN ('charge', 'chargeback_reversed')
                         THEN s.gross ELSE -s.gross END) - s.fee
          OR s.type = 'fee' AND s.gross <> 0
    THEN
        s.state := 'net_differs';
    ELSE
        f := pay.find_settled(s.processor, s.attempt, s.reference);
        s.state := f.state;
    END IF;

    IF s.state IS NULL THEN
        IF NOT pay.try_lock_and_check_owner(f.merchant) THEN
            RETURN 'busy';
        END IF;

        SELECT * INTO p FROM pay.payments e
         WHERE e.merchant_id = f.merchant AND e.payment_id = f.payment
           FOR UPDATE SKIP LOCKED;

        IF NOT FOUND THEN
            RETURN 'busy';
        END IF;

        s.merchant_id := p.merchant_id;
        s.payment_id := p.payment_id;

        IF s.currency <> p.currency THEN
            s.state := 'currency_differs';
        ELSE
            IF s.type = 'charge' THEN
                r := pay.settle_charge(p, s);
            ELSE
                r := pay.settle_back(p, s, f.refund);
            END IF;

            s.state := r.state;
            s.object_id := r.object;
        END IF;
    END IF;

    DELETE FROM pay.settlements e
     WHERE e.merchant_id = old.merchant_id AND e.processor = old.processor
       AND e.line = old.line;

    IF keep OR s.state <> 'unknown_here' THEN
        INSERT INTO pay.settlements SELECT s.*;
    END IF;

    RETURN s.state;
END $$;

-- Takes lines of an acquirer's statement: each is booked once, whatever file it comes in.
-- What was not booked is tried again when it comes again.
-- In: the processor; the lines, a JSON array of objects with line, type, attempt,
-- reference, gross, fee, net, currency, date; whether what is not known here is kept as
-- such (another shard may have it).
-- Out: of each line what became of it, as of pay.settle_line().
CREATE OR REPLACE FUNCTION pay.settle(processor text, lines json, keep boolean)
RETURNS TABLE (o_line text, o_state text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    s pay.settlements;
    l record;
BEGIN
    -- two files at once would wait for each other's payments
    PERFORM pg_advisory_xact_lock(7002, 6);

    FOR l IN SELECT * FROM json_to_recordset(lines)
                 AS x (line text, type text, attempt text, reference text,
                       gross bigint, fee bigint, net bigint, currency text,
                       date date)
    LOOP
        s := NULL;
        s.processor := settle.processor;
        s.line := l.line;
        s.type := l.type;
        s.attempt := l.attempt;
        s.reference := l.reference;
        s.gross := l.gross;
        s.fee := l.fee;
        s.net := l.net;
        s.currency := l.currency;
        s.settled_on := l.date;
        o_line := l.line;
        o_state := pay.settle_line(s, keep);
        RETURN NEXT;
    END LOOP;
END $$;

-- Forgets that lines were not known here: another shard has them.
CREATE OR REPLACE FUNCTION pay.settled_elsewhere(processor text, lines text[])
RETURNS void LANGUAGE sql SET search_path = pay, pg_temp AS $$
    DELETE FROM pay.settlements s
     WHERE s.merchant_id = 0 AND s.processor = settled_elsewhere.processor
       AND s.line = ANY (lines) AND s.state = 'unknown_here'
$$;

-- What an operator has to look at.  In: days after which a capture should have been paid;
-- NULL: those are not asked for.  Out: JSON: lines that match nothing or something
-- else, and captures of the last 90 days without their line (missing_there).
CREATE OR REPLACE FUNCTION pay.admin_unreconciled(days int) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT json_build_object('reason', u.reason, 'processor', u.processor,
               'line', u.line, 'type', u.type,
               'payment', pay.id_text('pay_', u.payment_id),
               'reference', u.reference, 'attempt', u.attempt,
               'gross', u.gross, 'fee', u.fee, 'net', u.net,
               'currency', u.currency, 'date', u.settled_on)::text
      FROM (SELECT * FROM pay.unreconciled ORDER BY updated_at, line) u
     UNION ALL
    SELECT json_build_object('reason', 'missing_there', 'processor', p.processor,
               'line', NULL, 'type', 'charge',
               'payment', pay.id_text('pay_', p.payment_id),
               'reference', p.processor_reference, 'attempt', NULL,
               'gross', p.amount_captured - coalesce(s.paid, 0), 'fee', NULL,
               'net', NULL, 'currency', p.currency,
               'date', p.captured_at::date)::text
      FROM pay.payments p
      LEFT JOIN (SELECT e.merchant_id, e.payment_id, sum(e.gross) AS paid
                   FROM pay.settlements e
                  WHERE e.type = 'charge' AND e.state = 'booked'
                  GROUP BY 1, 2) s USING (merchant_id, payment_id)
     WHERE p.processor_reference IS NOT NULL
       AND p.payment_id >= pay.uuid7_floor(now() - interval '90 days')
       AND p.captured_at < now() - days * interval '1 day'
       AND p.amount_captured > coalesce(s.paid, 0)
$$;

-- What must hold in a payment and in a movement of the ledger, as a function of
-- each.  PostgreSQL reads the text of a table's CHECKs anew for each statement that
-- writes, a quarter of what an insert of one payment cost; a function is read once in
-- a session.

-- In: a payment's columns, amounts in minor units.  Out: whether they can be
-- together; false for a status that there is not.
CREATE FUNCTION pay.payment_holds(status text, amount bigint, authorized bigint,
    captured bigint, canceled bigint, refunded bigint, disputed bigint,
    failure_code text, version int, currency text, expiry_action text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN amount BETWEEN 1 AND 999999999999 AND authorized <= amount
       AND captured >= 0 AND canceled >= 0 AND captured + canceled <= authorized
       AND refunded >= 0 AND disputed >= 0 AND refunded + disputed <= captured
       AND version > 0 AND octet_length(currency) = 3
       AND expiry_action IN ('cancel', 'capture')
       AND CASE status
           WHEN 'processing' THEN authorized = 0
           WHEN 'failed' THEN authorized = 0 AND failure_code IS NOT NULL
           WHEN 'authorized' THEN authorized > 0 AND captured = 0 AND canceled = 0
           WHEN 'partially_captured' THEN captured > 0
                                  AND captured + canceled < authorized
           WHEN 'captured' THEN captured > 0 AND captured + canceled = authorized
           WHEN 'canceled' THEN captured = 0
           WHEN 'expired' THEN captured = 0
           ELSE false END;
END $$;

-- In: of a movement its amount in minor units, its accounts, and what it is for.
-- Out: whether they can be together.
CREATE FUNCTION pay.transfer_holds(amount bigint, debit smallint, credit smallint,
    kind text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN amount > 0 AND credit <> debit
       AND kind IN ('capture', 'settlement', 'refund', 'refund_succeeded',
                    'refund_failed', 'dispute');
END $$;

-- whoever may write the tables
GRANT EXECUTE ON FUNCTION pay.payment_holds, pay.transfer_holds TO PUBLIC;

-- for what is written from now on, so that nobody waits; the next migration looks
-- at what is there, beside those who read and write, and only then the old ones go
ALTER TABLE pay.payments
    ADD CONSTRAINT payments_holds CHECK (pay.payment_holds(status, amount,
        amount_authorized, amount_captured, amount_canceled, amount_refunded,
        amount_disputed, failure_code, version, currency, expiry_action))
        NOT VALID;
ALTER TABLE pay.ledger_transfers
    ADD CONSTRAINT ledger_transfers_holds CHECK (pay.transfer_holds(amount, debit,
        credit, kind)) NOT VALID;

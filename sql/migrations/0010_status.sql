-- What a status says about the amounts, as a function.  PostgreSQL reads the
-- text of a CHECK anew for each statement that writes: this one was half of all
-- that an insert of one payment read, and a function is read once in a session.

-- In: a payment's status, amounts in minor units, and failure code.  Out: whether
-- they can be together; false for a status that there is not.
CREATE FUNCTION pay.status_holds(status text, authorized bigint,
    captured bigint, canceled bigint, failure_code text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE status
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

-- whoever may write the table
GRANT EXECUTE ON FUNCTION pay.status_holds TO PUBLIC;

-- for what is written from now on, so that nobody waits; the next migration looks
-- at what is there, beside those who read and write
ALTER TABLE pay.payments DROP CONSTRAINT payments_status,
    ADD CONSTRAINT payments_status CHECK (pay.status_holds(status,
        amount_authorized, amount_captured, amount_canceled, failure_code))
        NOT VALID;

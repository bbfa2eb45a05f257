-- What acquirers say without being asked (docs/processors.md, 8).

-- An attempt is found by its key alone, begun or waited for, and a payment by the
-- acquirer's name for it: the acquirer does not know the merchant's number.  Rows of
-- the simulator's are in none of these.
CREATE INDEX journal_attempt ON pay.journal (split_part(body, ' ', 3))
 WHERE status = 0;
CREATE INDEX followups_attempt ON pay.followups (attempt);
CREATE INDEX payments_processor_reference ON pay.payments (processor_reference)
 WHERE processor_reference IS NOT NULL;

-- A follow-up that no begun row stands behind (a refund's, a void's of what has ended)
-- stays for a while when it has ended, so that what is said of it later is known.
ALTER TABLE pay.followups ADD COLUMN ended boolean NOT NULL DEFAULT false;

-- How much of a capture its acquirer has taken back.
ALTER TABLE pay.captures
    ADD COLUMN reversed bigint NOT NULL DEFAULT 0
    CHECK (reversed BETWEEN 0 AND amount);

-- The acquirer's name for what a customer disputes.
ALTER TABLE pay.disputes ADD COLUMN processor text, ADD COLUMN chargeback text;
CREATE UNIQUE INDEX disputes_chargeback
    ON pay.disputes (merchant_id, processor, chargeback)
 WHERE chargeback IS NOT NULL;

-- Notifications that have moved money, or that an operator has to look at ("applied"
-- is false), by the acquirer's name for them: a second one does nothing.  They are as
-- rare as what they tell, and kept as long.
CREATE TABLE pay.notifications (
    merchant_id  bigint NOT NULL,
    processor    text NOT NULL,
    notification text NOT NULL,
    payment_id   uuid NOT NULL,
    kind         text NOT NULL,
    applied      boolean NOT NULL,
    amount       bigint NOT NULL,
    currency     text NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, processor, notification)
);

INSERT INTO pay.movements VALUES (10, 1, 2, 1, 'capture_reversed');

-- as before, with one kind more
CREATE OR REPLACE FUNCTION pay.transfer_is_valid(amount bigint, debit smallint,
    credit smallint, kind text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN amount > 0 AND credit <> debit
       AND kind IN ('capture', 'settlement', 'refund', 'refund_succeeded',
                    'refund_failed', 'dispute', 'dispute_won', 'dispute_lost',
                    'capture_reversed');
END $$;

-- as before, but for "authorized": where a capture released the rest and then was
-- reversed, what is left is authorized again, and less than it was
CREATE OR REPLACE FUNCTION pay.payment_is_valid(status text, amount bigint,
    authorized bigint, captured bigint, canceled bigint, refunded bigint,
    disputed bigint, failure_code text, version int, currency text,
    expiry_action text)
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
           WHEN 'authorized' THEN captured = 0 AND canceled < authorized
           WHEN 'partially_captured' THEN captured > 0
                                  AND captured + canceled < authorized
           WHEN 'captured' THEN captured > 0 AND captured + canceled = authorized
           WHEN 'canceled' THEN captured = 0
           WHEN 'expired' THEN captured = 0
           ELSE false END;
END $$;

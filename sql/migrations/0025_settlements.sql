-- What acquirers keep of a payment, what they say in their statements, and what an
-- operator decides where an acquirer says nothing.

-- fee NULL: it is not known.  dispute: the newest one.
ALTER TABLE pay.payments
    ADD COLUMN fee bigint,
    ADD COLUMN dispute uuid;

UPDATE pay.payments p
   SET dispute = d.dispute_id
  FROM (SELECT DISTINCT ON (e.merchant_id, e.payment_id)
               e.merchant_id, e.payment_id, e.dispute_id
          FROM pay.disputes e
         ORDER BY e.merchant_id, e.payment_id, e.dispute_id DESC) d
 WHERE p.merchant_id = d.merchant_id AND p.payment_id = d.payment_id;

-- Of one capture; the attempt by which its acquirer was asked, NULL: none was.
ALTER TABLE pay.captures
    ADD COLUMN fee bigint CHECK (fee >= 0),
    ADD COLUMN attempt text;

-- A fee reduces what the merchant gets.  One that an acquirer takes from money that was
-- settled already comes from what is available, and from the cash.
--   settlement, owed      the fee was more than the capture: the merchant owes the rest
--   settlement, taken     a refund or a chargeback that the acquirer has deducted
--   settlement, returned  a chargeback that it has given back
INSERT INTO pay.movements VALUES
    (11, 1, 2, 5, 'fee'),
    (12, 1, 5, 2, 'fee_reversed'),
    (13, 1, 3, 5, 'fee, settled'), (13, 2, 1, 6, 'fee, settled'),
    (14, 1, 3, 2, 'settlement, owed'), (14, 2, 1, 6, 'settlement, owed'),
    (15, 1, 1, 6, 'settlement, taken'),
    (16, 1, 6, 1, 'settlement, returned');

-- as before, with two kinds more
CREATE OR REPLACE FUNCTION pay.transfer_is_valid(amount bigint, debit smallint,
    credit smallint, kind text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN amount > 0 AND credit <> debit
       AND kind IN ('capture', 'settlement', 'refund', 'refund_succeeded',
                    'refund_failed', 'dispute', 'dispute_won', 'dispute_lost',
                    'capture_reversed', 'fee', 'fee_reversed');
END $$;

-- Lines of acquirers' statements (docs/processors.md, 13), by the acquirer's name for
-- each: a line is booked once.  merchant_id 0: no merchant of this shard has it.
-- state: booked; noted, where there is nothing to book; else why it is not.
CREATE TABLE pay.settlements (
    merchant_id  bigint NOT NULL,
    processor    text NOT NULL,
    line         text NOT NULL,
    type         text NOT NULL
                 CHECK (type IN ('charge', 'refund', 'fee', 'chargeback',
                                 'chargeback_reversed', 'payout')),
    attempt      text,
    reference    text,
    gross        bigint NOT NULL CHECK (gross >= 0),
    fee          bigint NOT NULL CHECK (fee >= 0),
    net          bigint NOT NULL,
    currency     text NOT NULL,
    settled_on   date NOT NULL,
    payment_id   uuid,
    object_id    uuid,                       -- the capture, refund or dispute of it
    state        text NOT NULL,
    updated_at   timestamptz NOT NULL,       -- of the database's clock
    PRIMARY KEY (merchant_id, processor, line)
);

CREATE INDEX settlements_line ON pay.settlements (processor, line);
CREATE INDEX settlements_payment ON pay.settlements (merchant_id, payment_id)
 WHERE payment_id IS NOT NULL;
CREATE INDEX settlements_open ON pay.settlements (updated_at)
 WHERE state NOT IN ('booked', 'noted');

-- What an operator has to look at: lines that match nothing, or something else.
CREATE VIEW pay.unreconciled AS
SELECT s.processor, s.line, s.type, s.state AS reason, s.merchant_id,
       s.payment_id, s.attempt, s.reference, s.gross, s.fee, s.net, s.currency,
       s.settled_on, s.updated_at
  FROM pay.settlements s
 WHERE s.state NOT IN ('booked', 'noted');

-- The attempts of a payment whose end is waited for.
CREATE INDEX followups_object ON pay.followups (merchant_id, object_id);

-- What an operator has decided of an attempt whose acquirer has not: who, when, why.
CREATE TABLE pay.resolutions (
    merchant_id  bigint NOT NULL,
    attempt      text NOT NULL,
    payment_id   uuid NOT NULL,
    action       text NOT NULL,
    verdict      text NOT NULL
                 CHECK (verdict IN ('approved', 'declined', 'not_executed')),
    reference    text,
    reason       text,
    actor        text NOT NULL,              -- an API key's id, or a role
    request_id   uuid NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (merchant_id, attempt, request_id)
);

CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON pay.resolutions
    FOR EACH ROW EXECUTE FUNCTION pay.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pay.resolutions
    FOR EACH STATEMENT EXECUTE FUNCTION pay.refuse_change();

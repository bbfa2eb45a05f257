-- Disputes as objects: what a customer disputes, and how that ends.
CREATE TABLE pay.disputes (
    merchant_id  bigint NOT NULL,
    dispute_id   uuid NOT NULL,
    payment_id   uuid NOT NULL,
    amount       bigint NOT NULL CHECK (amount BETWEEN 1 AND 999999999999),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    version      integer NOT NULL DEFAULT 1 CHECK (version > 0),
    livemode     boolean NOT NULL,
    currency     text NOT NULL CHECK (octet_length(currency) = 3),
    status       text NOT NULL DEFAULT 'open'
                 CHECK (status IN ('open', 'won', 'lost')),
    reason       text NOT NULL,
    PRIMARY KEY (merchant_id, dispute_id)
);

CREATE INDEX disputes_payment ON pay.disputes (merchant_id, payment_id, dispute_id);

INSERT INTO pay.movements VALUES
    (8, 1, 4, 3, 'dispute_won'), (9, 1, 4, 1, 'dispute_lost');

-- as before, with two kinds more
CREATE OR REPLACE FUNCTION pay.transfer_holds(amount bigint, debit smallint,
    credit smallint, kind text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN amount > 0 AND credit <> debit
       AND kind IN ('capture', 'settlement', 'refund', 'refund_succeeded',
                    'refund_failed', 'dispute', 'dispute_won', 'dispute_lost');
END $$;

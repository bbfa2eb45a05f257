-- What each account of a merchant comes to, so that a balance does not read every
-- movement that there ever was: sums up to the events' mark, and the journal after
-- it.  A row of the journal says what it has moved.
ALTER TABLE pay.journal
    ADD COLUMN movement smallint,            -- pay.movements; NULL: nothing
    ADD COLUMN moved bigint,                 -- minor units
    ADD COLUMN moved_currency text;

-- A movement of the ledger as a change makes it, all of whose legs have its amount.
CREATE TABLE pay.movements (
    movement     smallint NOT NULL,
    leg          smallint NOT NULL,
    debit        smallint NOT NULL,          -- pay.accounts
    credit       smallint NOT NULL,
    name         text NOT NULL,
    PRIMARY KEY (movement, leg)
);

INSERT INTO pay.movements VALUES
    (1, 1, 1, 2, 'capture'),
    (2, 1, 3, 4, 'refund'),
    (3, 1, 3, 4, 'refund, succeeded'), (3, 2, 4, 1, 'refund, succeeded'),
    (4, 1, 4, 1, 'refund_succeeded'),
    (5, 1, 4, 3, 'refund_failed'),
    (6, 1, 2, 3, 'settlement'), (6, 2, 6, 1, 'settlement'),
    (7, 1, 3, 4, 'dispute');

-- Written by pay.relay_events(), once by pay.start_sums(), and by a merchant's move.
CREATE TABLE pay.account_sums (
    merchant_id  bigint NOT NULL,
    livemode     boolean NOT NULL,
    currency     text NOT NULL,
    account      smallint NOT NULL,
    debits       numeric NOT NULL,
    credits      numeric NOT NULL,
    PRIMARY KEY (merchant_id, livemode, currency, account)
) WITH (fillfactor = 50);

-- Whether they hold all movements up to the mark: pay.start_sums().
ALTER TABLE pay.relay ADD COLUMN summed boolean NOT NULL DEFAULT false;

-- The newest refunds and captures of a payment, without the others.
DROP INDEX pay.refunds_payment;
CREATE INDEX refunds_payment ON pay.refunds (merchant_id, payment_id, refund_id);
DROP INDEX pay.captures_payment;
CREATE INDEX captures_payment ON pay.captures (merchant_id, payment_id, capture_id);

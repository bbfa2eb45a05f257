-- Words of the field where private ones were.
ALTER FUNCTION pay.payment_holds(text, bigint, bigint, bigint, bigint, bigint,
    bigint, text, int, text, text) RENAME TO payment_is_valid;
ALTER FUNCTION pay.transfer_holds(bigint, smallint, smallint, text)
    RENAME TO transfer_is_valid;
ALTER TABLE pay.payments
    RENAME CONSTRAINT payments_holds TO payments_valid;
ALTER TABLE pay.ledger_transfers
    RENAME CONSTRAINT ledger_transfers_holds TO ledger_transfers_valid;

ALTER TABLE pay.beats RENAME TO heartbeats;
ALTER TABLE pay.heartbeats RENAME CONSTRAINT beats_pkey TO heartbeats_pkey;
ALTER TABLE pay.heartbeats RENAME CONSTRAINT beats_one_check
    TO heartbeats_one_check;
ALTER TABLE pay.heartbeats RENAME COLUMN blind_until TO pinned_until;

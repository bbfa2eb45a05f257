-- pay.movements is the one table of what the ledger books: a name, its number in
-- pay.journal, and of each leg which account is debited and which is credited.  A row
-- of pay.ledger_transfers is a leg and has the name as its kind, up to a comma.
--
-- The two functions below give its numbers by name.  The planner makes a constant of
-- each, so that a statement that is planned once in a session pays nothing for them.
-- A join with pay.movements in pay.create_payments() was counted: 0.9 % more for one
-- payment in a call, 3.8 % more for each of 64.  A name that there is not gives NULL,
-- which no row of the ledger takes.  sql/tests/layout.sql compares them with the tables.

-- In: the name of an account.  Out: its number in pay.accounts.
CREATE OR REPLACE FUNCTION pay.account(name text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (CASE name WHEN 'processor_receivable' THEN 1
                      WHEN 'merchant_pending' THEN 2
                      WHEN 'merchant_available' THEN 3
                      WHEN 'merchant_reserved' THEN 4
                      WHEN 'fees' THEN 5
                      WHEN 'cash' THEN 6 END)::smallint
$$;

-- In: the name of a movement.  Out: its number in pay.movements.
CREATE OR REPLACE FUNCTION pay.movement(name text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (CASE name WHEN 'capture' THEN 1
                      WHEN 'refund' THEN 2
                      WHEN 'refund, succeeded' THEN 3
                      WHEN 'refund_succeeded' THEN 4
                      WHEN 'refund_failed' THEN 5
                      WHEN 'settlement' THEN 6
                      WHEN 'dispute' THEN 7
                      WHEN 'dispute_won' THEN 8
                      WHEN 'dispute_lost' THEN 9
                      WHEN 'capture_reversed' THEN 10
                      WHEN 'fee' THEN 11
                      WHEN 'fee_reversed' THEN 12
                      WHEN 'fee, settled' THEN 13
                      WHEN 'settlement, owed' THEN 14
                      WHEN 'settlement, taken' THEN 15
                      WHEN 'settlement, returned' THEN 16 END)::smallint
$$;

-- Books a movement: one transaction of the ledger, a row for each leg.  In: the name;
-- whose; UUIDv7 of the transaction; the payment or refund that it is for; minor units;
-- the rest as in the row.  Errors: P0002, there is no such movement.
-- Not called by pay.create_payments(), which writes the rows of all its payments in
-- one statement.
CREATE OR REPLACE FUNCTION pay.post_movement(name text, merchant bigint,
    transaction uuid, source uuid, amount bigint, at timestamptz,
    livemode boolean, currency text) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
BEGIN
    INSERT INTO pay.ledger_transfers (merchant_id, transaction_id, source_id,
           amount, created_at, leg, debit, credit, livemode, currency, kind)
    SELECT merchant, transaction, source, amount, at, m.leg, m.debit, m.credit,
           livemode, currency, split_part(name, ',', 1)
      FROM pay.movements m WHERE m.name = name;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no movement %', name
            USING ERRCODE = 'no_data_found';
    END IF;
END $$;

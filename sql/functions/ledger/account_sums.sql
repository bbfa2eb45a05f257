-- What the accounts of merchants come to.  Where pay.relay.summed is true,
-- pay.account_sums holds all movements of the transactions below pay.relay.xid, each
-- once; what has moved since is in the journal.  Both are read in one snapshot, so that
-- a balance is exact.

-- Adds what the transactions from low on and below high have moved, above the
-- position up to which all is done (pay.relay).  All of them
-- have ended.  The caller holds the relay's lock, and moves its mark in the same
-- transaction.  Out: how many accounts have changed.
CREATE OR REPLACE FUNCTION pay.add_to_sums(low xid8, high xid8, done bigint)
RETURNS int
LANGUAGE plpgsql SET search_path = pay, pg_temp SET enable_seqscan = off AS $$
DECLARE
    changed int;
BEGIN
    WITH moved AS MATERIALIZED (
        SELECT j.merchant_id, j.livemode, j.moved_currency AS currency,
               j.movement, sum(j.moved) AS amount
          FROM pay.journal j
         WHERE j.xid >= low AND j.xid < high AND j.movement IS NOT NULL
           AND j.position > done
         GROUP BY 1, 2, 3, 4)
    INSERT INTO pay.account_sums AS s
    SELECT d.merchant_id, d.livemode, d.currency, e.account, sum(e.debit),
           sum(e.credit)
      FROM moved d
      JOIN pay.movements v USING (movement)
     CROSS JOIN LATERAL (VALUES (v.debit, d.amount, 0), (v.credit, 0, d.amount))
           AS e (account, debit, credit)
     GROUP BY 1, 2, 3, 4
     ORDER BY 1, 2, 3, 4
        ON CONFLICT ON CONSTRAINT account_sums_pkey
        DO UPDATE SET debits = s.debits + excluded.debits,
                      credits = s.credits + excluded.credits;

    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END $$;

-- In: a merchant and a mode.  Out: what each account of each currency has been
-- debited and credited, exact for the snapshot of the statement that asks.
--
-- Where the sums have not been started, or the mark is one of another cluster (a
-- dump was restored), every movement is read.
CREATE OR REPLACE FUNCTION pay.accounts_of(merchant bigint, livemode boolean)
RETURNS TABLE (o_currency text, o_account smallint, o_debits numeric,
               o_credits numeric)
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    mark xid8;
    done bigint;
BEGIN
    SELECT r.xid, r.done_position INTO mark, done FROM pay.relay r
     WHERE r.summed AND r.xid <= pg_snapshot_xmax(pg_current_snapshot());

    IF mark IS NULL THEN
        RETURN QUERY
        SELECT t.currency, e.account, sum(e.debit), sum(e.credit)
          FROM pay.ledger_transfers t
         CROSS JOIN LATERAL (VALUES (t.debit, t.amount, 0), (t.credit, 0, t.amount))
               AS e (account, debit, credit)
         WHERE t.merchant_id = merchant AND t.livemode = livemode
         GROUP BY t.currency, e.account;
        RETURN;
    END IF;

    RETURN QUERY
    SELECT a.currency, a.account, sum(a.debits), sum(a.credits)
      FROM (SELECT s.currency, s.account, s.debits, s.credits
              FROM pay.account_sums s
             WHERE s.merchant_id = merchant AND s.livemode = livemode
             UNION ALL
            SELECT j.moved_currency, e.account, e.debit, e.credit
              FROM pay.journal j
              JOIN pay.movements v ON v.movement = j.movement
             CROSS JOIN LATERAL (VALUES (v.debit, j.moved, 0),
                                        (v.credit, 0, j.moved))
                   AS e (account, debit, credit)
             WHERE j.xid >= mark
               AND j.xid < pg_snapshot_xmax(pg_current_snapshot())
               AND j.position > done AND j.merchant_id = merchant
               AND j.livemode = livemode AND j.movement IS NOT NULL) a
     GROUP BY a.currency, a.account;
END $$;

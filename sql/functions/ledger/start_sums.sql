-- Starts the sums of a schema that had none, from the ledger: run by sql/apply once
-- the functions are those that say what they have moved.  Out: whether the sums
-- hold; false where a transaction that began before goes on for longer than 30
-- seconds: run it again.  Payments go on meanwhile, events wait.
CREATE OR REPLACE FUNCTION pay.start_sums() RETURNS boolean
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    old text[];
BEGIN
    IF (SELECT r.summed FROM pay.relay r) THEN
        RETURN true;
    END IF;

    -- the mark of another cluster: it bounds nothing in this one
    IF (SELECT r.xid > pg_snapshot_xmax(pg_current_snapshot())
          FROM pay.relay r)
    THEN
        RAISE WARNING 'pay.relay has the mark of another cluster: no event gets '
            'a sequence, and balances read the whole ledger; see pay.repair_after_restore()';
        RETURN true;
    END IF;

    -- who may still run a function that does not say what it has moved; not who
    -- waits to apply this schema
    old := ARRAY(SELECT l.virtualtransaction FROM pg_locks l
                   JOIN pg_stat_activity a ON a.pid = l.pid
                  WHERE l.locktype = 'virtualxid' AND l.pid <> pg_backend_pid()
                    AND a.datname = current_database()
                    AND NOT EXISTS (
                        SELECT FROM pg_locks w
                         WHERE w.pid = l.pid AND w.locktype = 'advisory'
                           AND w.classid = 7002 AND w.objid = 0));

    FOR i IN 1 .. 3000 LOOP
        EXIT WHEN NOT EXISTS (SELECT FROM pg_locks l
                               WHERE l.locktype = 'virtualxid'
                                 AND l.virtualtransaction = ANY (old));
        IF i = 3000 THEN
            RETURN false;
        END IF;
        PERFORM pg_sleep(0.01);
    END LOOP;

    PERFORM pg_advisory_xact_lock(7002, 2);

    -- all that there is, without what will be folded, and what already was
    INSERT INTO pay.account_sums AS s
    SELECT a.merchant_id, a.livemode, a.currency, a.account, sum(a.debit),
           sum(a.credit)
      FROM (SELECT t.merchant_id, t.livemode, t.currency, e.account, e.debit,
                   e.credit
              FROM pay.ledger_transfers t
             CROSS JOIN LATERAL (VALUES (t.debit, t.amount::numeric, 0::numeric),
                                        (t.credit, 0, t.amount))
                   AS e (account, debit, credit)
             UNION ALL
            SELECT j.merchant_id, j.livemode, j.moved_currency, e.account,
                   -e.debit, -e.credit
              FROM pay.journal j
              JOIN pay.movements v ON v.movement = j.movement
             CROSS JOIN LATERAL (VALUES (v.debit, j.moved::numeric, 0::numeric),
                                        (v.credit, 0, j.moved))
                   AS e (account, debit, credit)
             WHERE j.xid >= (SELECT r.xid FROM pay.relay r)
               AND j.xid < pg_snapshot_xmax(pg_current_snapshot())
               AND j.position > (SELECT r.done_position FROM pay.relay r)
             UNION ALL
            SELECT o.merchant_id, o.livemode, o.currency, o.account, -o.debits,
                   -o.credits
              FROM pay.account_sums o) a
     GROUP BY 1, 2, 3, 4
        ON CONFLICT ON CONSTRAINT account_sums_pkey
        DO UPDATE SET debits = s.debits + excluded.debits,
                      credits = s.credits + excluded.credits;

    UPDATE pay.relay SET summed = true;
    RETURN true;
END $$;

-- What must hold at any time: each row that comes out is a violation.
-- Run after every scenario; the numbers are those of docs/invariants.md.

-- I1, I2: one payment for a key, one execution for a key at a time
SELECT 'I2: key executed twice: ' || merchant_id || ' ' || key
  FROM pay.journal
 WHERE key IS NOT NULL
 GROUP BY merchant_id, livemode, key, day
HAVING count(*) > 1 AND max(generation) = 0;

SELECT 'I2: payment created twice: ' || object_id
  FROM pay.journal WHERE request = 'POST /v1/payments' AND status IN (201, 402)
 GROUP BY merchant_id, object_id HAVING count(*) > 1;

-- I3: amounts (constraints hold them too; this checks the constraints)
SELECT 'I3: amounts: ' || payment_id FROM pay.payments
 WHERE NOT (amount_captured + amount_canceled <= amount_authorized
            AND amount_authorized <= amount
            AND amount_refunded + amount_disputed <= amount_captured);

-- I4: the ledger agrees with the payments, and sums to zero
SELECT 'I4: captured and ledger differ: ' || p.payment_id
  FROM pay.payments p
  LEFT JOIN (SELECT merchant_id, source_id,
                    sum(CASE kind WHEN 'capture' THEN amount ELSE -amount END) AS amount
               FROM pay.ledger_transfers WHERE kind IN ('capture', 'capture_reversed')
              GROUP BY merchant_id, source_id) l
    ON l.merchant_id = p.merchant_id AND l.source_id = p.payment_id
 WHERE p.amount_captured <> coalesce(l.amount, 0);

SELECT 'I4: ledger does not sum to zero: ' || merchant_id || ' ' || currency
  FROM pay.ledger_entries GROUP BY merchant_id, livemode, currency
HAVING sum(signed_amount) <> 0;

SELECT 'I4: ledger without its payment: ' || l.source_id
  FROM pay.ledger_transfers l
  LEFT JOIN pay.payments p
    ON p.merchant_id = l.merchant_id AND p.payment_id = l.source_id
 WHERE l.kind IN ('capture', 'capture_reversed') AND p.payment_id IS NULL;

SELECT 'I4: fee and ledger differ: ' || p.payment_id
  FROM pay.payments p
  LEFT JOIN (SELECT merchant_id, source_id,
                    sum(CASE WHEN kind = 'fee' THEN amount ELSE -amount END) AS amount
               FROM pay.ledger_transfers
              WHERE kind = 'fee' AND credit = pay.account('fees') OR kind = 'fee_reversed'
              GROUP BY merchant_id, source_id) l
    ON l.merchant_id = p.merchant_id AND l.source_id = p.payment_id
 WHERE coalesce(p.fee, 0) <> coalesce(l.amount, 0);

-- what a statement's lines came to is what the ledger moved for them
SELECT 'I4: settled and ledger differ: ' || s.payment_id
  FROM (SELECT merchant_id, payment_id, sum(net) AS net
          FROM pay.settlements WHERE state = 'booked'
         GROUP BY merchant_id, payment_id) s
  LEFT JOIN (SELECT merchant_id, source_id,
                    sum(CASE WHEN debit = pay.account('cash') THEN amount
                             ELSE -amount END) AS amount
               FROM pay.ledger_transfers
              WHERE pay.account('cash') IN (debit, credit)
              GROUP BY merchant_id, source_id) l
    ON l.merchant_id = s.merchant_id AND l.source_id = s.payment_id
 WHERE s.net <> coalesce(l.amount, 0);

SELECT 'I4: refunded and refunds differ: ' || p.payment_id
  FROM pay.payments p
  LEFT JOIN (SELECT merchant_id, payment_id, sum(amount) AS amount
               FROM pay.refunds WHERE status <> 'failed'
              GROUP BY merchant_id, payment_id) r
    ON r.merchant_id = p.merchant_id AND r.payment_id = p.payment_id
 WHERE p.amount_refunded <> coalesce(r.amount, 0);

SELECT 'I4: refund and ledger differ: ' || r.refund_id
  FROM pay.refunds r
  LEFT JOIN (SELECT merchant_id, source_id,
                    sum(amount) FILTER (WHERE kind = 'refund') AS reserved,
                    sum(amount) FILTER (WHERE kind = 'refund_succeeded') AS paid,
                    sum(amount) FILTER (WHERE kind = 'refund_failed') AS back
               FROM pay.ledger_transfers GROUP BY merchant_id, source_id) l
    ON l.merchant_id = r.merchant_id AND l.source_id = r.refund_id
 WHERE l.reserved IS DISTINCT FROM r.amount
    OR l.paid IS DISTINCT FROM CASE r.status WHEN 'succeeded' THEN r.amount END
    OR l.back IS DISTINCT FROM CASE r.status WHEN 'failed' THEN r.amount END;

SELECT 'I4: captures and captured differ: ' || c.payment_id
  FROM (SELECT merchant_id, payment_id, sum(amount - reversed) AS amount
          FROM pay.captures GROUP BY merchant_id, payment_id) c
  JOIN pay.payments p USING (merchant_id, payment_id)
 WHERE c.amount <> p.amount_captured;

-- I5: each payment has exactly one event for each version, counting those of
-- its refunds, and the versions have no gap; of payments whose first days the
-- journal still has
SELECT 'I5: payment without its events: ' || p.payment_id
  FROM pay.payments p
  LEFT JOIN (SELECT merchant_id, coalesce(parent_id, object_id) AS payment_id,
                    count(*) AS events
               FROM pay.journal WHERE event_type IS NOT NULL
              GROUP BY 1, 2) j
    ON j.merchant_id = p.merchant_id AND j.payment_id = p.payment_id
 WHERE coalesce(j.events, 0) <> p.version
   AND p.created_at >= (SELECT min(right(c.relname, 8))::date::timestamp
                               AT TIME ZONE 'UTC'
                          FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                         WHERE i.inhparent = 'pay.journal'::regclass);

SELECT 'I5: version twice: ' || object_id || ' ' || object_version
  FROM pay.journal WHERE event_type IS NOT NULL
 GROUP BY merchant_id, object_id, object_version HAVING count(*) > 1;

SELECT 'I5: event twice: ' || event_id FROM pay.journal
 GROUP BY event_id HAVING count(*) > 1;

-- I8: the answer that is stored shows its own payment
SELECT 'I8: body of another payment: ' || j.object_id
  FROM pay.journal j
  JOIN pay.payments p
    ON p.merchant_id = j.merchant_id AND p.payment_id = j.object_id
 WHERE j.status = 201 AND left(j.body, 40) <> left(p.head, 40);

SELECT 'I8: payment with another id: ' || payment_id
  FROM (SELECT * FROM pay.payments ORDER BY created_at DESC LIMIT 1000) p
 WHERE head NOT LIKE '{"id":"' || pay.id_text('pay_', payment_id) || '"%';

-- a reference belongs to the payment that shows it
SELECT 'reference of another payment: ' || r.reference
  FROM pay.payment_references r
  LEFT JOIN pay.payments p USING (merchant_id, payment_id)
 WHERE p.reference IS DISTINCT FROM r.reference;

-- I9: the sums of accounts, with what the journal has moved since, are the sums of
-- the ledger
SELECT 'I9: sums and ledger differ: ' || merchant_id || ' ' || currency || ' ' || account
  FROM (SELECT merchant_id, livemode, currency, account, debits, credits
          FROM pay.account_sums
         UNION ALL
        SELECT j.merchant_id, j.livemode, j.moved_currency, e.account, e.debit, e.credit
          FROM pay.journal j
          JOIN pay.movements v ON v.movement = j.movement
         CROSS JOIN LATERAL (VALUES (v.debit, j.moved, 0), (v.credit, 0, j.moved))
               AS e (account, debit, credit)
         WHERE j.xid >= (SELECT xid FROM pay.relay)
           AND j.xid < pg_snapshot_xmax(pg_current_snapshot())
           AND j.position > (SELECT done_position FROM pay.relay)
         UNION ALL
        SELECT t.merchant_id, t.livemode, t.currency, e.account, -e.debit, -e.credit
          FROM pay.ledger_transfers t
         CROSS JOIN LATERAL (VALUES (t.debit, t.amount, 0), (t.credit, 0, t.amount))
               AS e (account, debit, credit)) s
 GROUP BY merchant_id, livemode, currency, account
HAVING sum(debits) <> 0 OR sum(credits) <> 0;

-- I10: what was numbered here since there are batches is in one of them, once; what came
-- from another shard has no transaction, and what was restored is up to done_position
WITH announced AS MATERIALIZED (
    SELECT u.merchant, u.livemode, u.first + i AS sequence
      FROM pay.relay_batches b
     CROSS JOIN LATERAL unnest(b.merchants, b.livemodes, b.firsts, b.counts)
           AS u (merchant, livemode, first, n)
     CROSS JOIN LATERAL generate_series(0, u.n - 1) AS i)
SELECT 'I10: event in two batches: ' || merchant || ' ' || sequence
  FROM announced GROUP BY merchant, livemode, sequence HAVING count(*) > 1
 UNION ALL
SELECT 'I10: event in no batch: ' || merchant_id || ' ' || sequence
  FROM (SELECT e.merchant_id, e.livemode, e.sequence
          FROM pay.events e
          JOIN pay.journal j
            ON j.merchant_id = e.merchant_id AND j.key_hash = e.key_hash
           AND j.day = e.day AND j.generation = e.generation
         WHERE j.xid >= (SELECT min(low) FROM pay.relay_batches)
           AND j.position > (SELECT done_position FROM pay.relay)
        -- hashed; a join would be planned for a handful of rows
        EXCEPT SELECT merchant, livemode, sequence FROM announced) e;

SELECT 'I10: batches are not one after the other: ' || batch
  FROM (SELECT batch, low, lag(batch) OVER w AS batch_before, lag(high) OVER w AS high_before
          FROM pay.relay_batches WINDOW w AS (ORDER BY batch)) b
 WHERE batch <> batch_before + 1 OR low < high_before;

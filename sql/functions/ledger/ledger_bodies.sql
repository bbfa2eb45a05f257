-- In: a merchant, ids of ledger transactions, which may not exist.  Out: those that
-- the merchant has, each as JSON.  An entry is what the transaction does to an account:
-- of a capture with its fee the merchant's money is what the fee leaves.
-- As it stands it becomes a part of the statement that asks, and is planned with it.
CREATE OR REPLACE FUNCTION pay.ledger_bodies(merchant bigint, ids uuid[])
RETURNS TABLE (o_id uuid, o_body text) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT e.transaction_id,
        '{"id":"' || pay.id_text('lt_', e.transaction_id)
        || '","object":"ledger_transaction","kind":"' || min(e.kind)
        || '","source_type":"'
        || CASE WHEN min(e.kind) LIKE 'refund%' THEN 'refund' ELSE 'payment' END
        || '","source_id":"'
        || pay.id_text(CASE WHEN min(e.kind) LIKE 'refund%' THEN 'ref_'
                            ELSE 'pay_' END, (min(e.source_id))::uuid)
        || '","currency":"' || min(e.currency)
        || '","created_at":' || pay.json_time(min(e.created_at))
        || ',"entries":[' || string_agg(
               '{"id":"' || pay.id_text('le_', encode(set_byte(
                   uuid_send(e.transaction_id), 15,
                   get_byte(uuid_send(e.transaction_id), 15)
                   # e.n), 'hex')::uuid)
               || '","account":"' || a.name || '","direction":"'
               || CASE WHEN e.amount > 0 THEN 'debit' ELSE 'credit' END
               || '","amount":' || abs(e.amount)::text || '}', ','
               ORDER BY e.n) FILTER (WHERE e.amount <> 0) || ']}'
      FROM (SELECT t.transaction_id, s.account, min(t.kind) AS kind,
                   min(t.source_id::text) AS source_id,
                   min(t.currency) AS currency, min(t.created_at) AS created_at,
                   min(t.leg * 2 + s.n) AS n, sum(s.sign * t.amount) AS amount
              FROM pay.ledger_transfers t
             CROSS JOIN LATERAL (VALUES (0, t.debit, 1), (1, t.credit, -1))
                   AS s (n, account, sign)
             WHERE t.merchant_id = merchant AND t.transaction_id = ANY (ids)
             GROUP BY t.transaction_id, s.account) e
      JOIN pay.accounts a ON a.account = e.account
     GROUP BY e.transaction_id
$$;

-- In: a merchant, ids of ledger transactions.  Out: those of the merchant's that there
-- are, as JSON, separated by commas, in this order; NULL: there are none.
CREATE OR REPLACE FUNCTION pay.render_ledger_transactions(merchant bigint,
    ids uuid[])
RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg(b.o_body, ',' ORDER BY array_position(ids, b.o_id))
          FROM pay.ledger_bodies(merchant, ids) AS b);
END $$;

-- In: a merchant, ids of ledger transactions, which may not exist.  Out: those that
-- the merchant has, each as JSON, two entries for each leg.
-- As it stands it becomes a part of the statement that asks, and is planned with it.
CREATE OR REPLACE FUNCTION pay.ledger_bodies(merchant bigint, ids uuid[])
RETURNS TABLE (o_id uuid, o_body text) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.transaction_id,
        '{"id":"' || pay.id_text('lt_', t.transaction_id)
        || '","object":"ledger_transaction","kind":"' || min(t.kind)
        || '","source_type":"'
        || CASE WHEN min(t.kind) LIKE 'refund%' THEN 'refund' ELSE 'payment' END
        || '","source_id":"'
        || pay.id_text(CASE WHEN min(t.kind) LIKE 'refund%' THEN 'ref_'
                            ELSE 'pay_' END, (min(t.source_id::text))::uuid)
        || '","currency":"' || min(t.currency)
        || '","created_at":' || pay.json_time(min(t.created_at))
        || ',"entries":[' || string_agg(
               '{"id":"' || pay.id_text('le_', encode(set_byte(
                   uuid_send(t.transaction_id), 15,
                   get_byte(uuid_send(t.transaction_id), 15)
                   # (t.leg * 2 + s.n)), 'hex')::uuid)
               || '","account":"' || a.name || '","direction":"' || s.direction
               || '","amount":' || t.amount::text || '}', ','
               ORDER BY t.leg, s.n) || ']}'
      FROM pay.ledger_transfers t
     CROSS JOIN LATERAL (VALUES (0, 'debit', t.debit), (1, 'credit', t.credit))
           AS s (n, direction, account)
      JOIN pay.accounts a ON a.account = s.account
     WHERE t.merchant_id = merchant AND t.transaction_id = ANY (ids)
     GROUP BY t.transaction_id
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

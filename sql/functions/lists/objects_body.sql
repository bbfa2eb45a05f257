-- In: a kind of pay.list_objects, a merchant, ids of such objects of his.  Out:
-- these objects as JSON, parted by commas, in this order; NULL: there are none.
CREATE OR REPLACE FUNCTION pay.objects_body(kind text, merchant bigint, ids uuid[])
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp AS $$
DECLARE
    body text;
BEGIN
    CASE kind
    WHEN 'payments' THEN
        SELECT string_agg((SELECT pay.payment_body(p) FROM pay.payments p
                            WHERE p.merchant_id = merchant AND p.payment_id = u.id),
                          ',' ORDER BY u.n)
          INTO body FROM unnest(ids) WITH ORDINALITY AS u(id, n);
    WHEN 'refunds' THEN
        SELECT string_agg((SELECT pay.refund_body(r) FROM pay.refunds r
                            WHERE r.merchant_id = merchant AND r.refund_id = u.id),
                          ',' ORDER BY u.n)
          INTO body FROM unnest(ids) WITH ORDINALITY AS u(id, n);
    WHEN 'disputes' THEN
        SELECT string_agg((SELECT pay.dispute_body(d) FROM pay.disputes d
                            WHERE d.merchant_id = merchant AND d.dispute_id = u.id),
                          ',' ORDER BY u.n)
          INTO body FROM unnest(ids) WITH ORDINALITY AS u(id, n);
    WHEN 'api_keys' THEN
        SELECT string_agg((SELECT pay.api_key_body(k) FROM pay.api_keys k
                            WHERE k.merchant_id = merchant AND k.key_id = u.id),
                          ',' ORDER BY u.n)
          INTO body FROM unnest(ids) WITH ORDINALITY AS u(id, n);
    WHEN 'merchants' THEN
        SELECT string_agg((SELECT pay.merchant_body(m) FROM pay.merchants m
                            WHERE m.public_id = u.id), ',' ORDER BY u.n)
          INTO body FROM unnest(ids) WITH ORDINALITY AS u(id, n);
    WHEN 'ledger_transactions' THEN
        SELECT string_agg(b.o_body, ',' ORDER BY array_position(ids, b.o_id))
          INTO body FROM pay.ledger_bodies(merchant, ids) AS b;
    END CASE;

    RETURN body;
END $$;

-- In: a row of refunds.  Out: the refund as JSON, without white space.
CREATE OR REPLACE FUNCTION pay.refund_body(r pay.refunds) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('ref_', r.refund_id)
        || '","object":"refund","livemode":' || r.livemode::text
        || ',"payment_id":"' || pay.id_text('pay_', r.payment_id)
        || '","amount":' || r.amount::text
        || ',"currency":"' || r.currency
        || '","exponent":' || r.exponent::text
        || ',"status":"' || r.status
        || '","reason":' || pay.json_text(r.reason)
        || ',"reference":' || pay.json_text(r.reference)
        || ',"failure":'
        || CASE WHEN r.failure_code IS NULL THEN 'null'
                ELSE '{"code":"' || r.failure_code || '","message":'
                     || pay.json_text(r.failure_message) || ',"category":"'
                     || pay.decline_category(r.failure_code) || '"}' END
        || ',"metadata":' || r.metadata
        || ',"version":' || r.version::text
        || ',"created_at":' || pay.json_time(r.created_at)
        || ',"updated_at":' || pay.json_time(r.updated_at) || '}'
$$;

-- In: merchant, mode and id of a refund.  Out: its version and body, or no row
-- where this merchant has no such refund.
CREATE OR REPLACE FUNCTION pay.read_refund(merchant bigint, livemode boolean,
    id uuid)
RETURNS TABLE (o_version int, o_body text)
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT r.version, pay.refund_body(r)
      FROM pay.refunds r
     WHERE r.merchant_id = merchant AND r.refund_id = id
       AND r.livemode = read_refund.livemode
$$;

-- In: a merchant, ids of refunds.  Out: those of the merchant's that there are, as
-- JSON, separated by commas, in this order; NULL: there are none.
CREATE OR REPLACE FUNCTION pay.render_refunds(merchant bigint, ids uuid[])
RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg((SELECT pay.refund_body(r) FROM pay.refunds r
                            WHERE r.merchant_id = merchant
                              AND r.refund_id = u.id),
                          ',' ORDER BY u.n)
          FROM unnest(ids) WITH ORDINALITY AS u(id, n));
END $$;

-- In: a row of merchants.  Out: the merchant as JSON.
CREATE OR REPLACE FUNCTION pay.merchant_body(m pay.merchants) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('mer_', m.public_id)
        || '","object":"merchant","name":' || pay.json_text(m.name)
        || ',"status":"' || m.status
        || '","created_at":' || pay.json_time(m.created_at) || '}'
$$;

-- In: a merchant, which is not looked at, ids of merchants.  Out: those that there are,
-- as JSON, separated by commas, in this order; NULL: there are none.
CREATE OR REPLACE FUNCTION pay.render_merchants(merchant bigint, ids uuid[])
RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg((SELECT pay.merchant_body(m) FROM pay.merchants m
                            WHERE m.public_id = u.id), ',' ORDER BY u.n)
          FROM unnest(ids) WITH ORDINALITY AS u(id, n));
END $$;

-- In: a row of merchants.  Out: the merchant as JSON.
CREATE OR REPLACE FUNCTION pay.merchant_body(m pay.merchants) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('mer_', m.public_id)
        || '","object":"merchant","name":' || pay.json_text(m.name)
        || ',"status":"' || m.status
        || '","created_at":' || pay.json_time(m.created_at) || '}'
$$;

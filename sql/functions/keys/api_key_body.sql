-- In: a merchant's number.  Out: the 13 characters that stand for it in an API
-- key, Crockford base32.
CREATE OR REPLACE FUNCTION pay.key_merchant(merchant bigint) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ',
                             ((merchant >> (60 - 5 * i)) & 31)::int + 1, 1), ''
                      ORDER BY i)
      FROM generate_series(0, 12) AS i
$$;

-- In: a row of api_keys.  Out: the key as JSON, without its secret.
CREATE OR REPLACE FUNCTION pay.api_key_body(k pay.api_keys) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('key_', k.key_id)
        || '","object":"api_key","name":' || pay.json_text(k.name)
        || ',"prefix":"' || k.prefix
        || '","scopes":' || array_to_json(k.scopes)::text
        || ',"merchant_id":"'
        || (SELECT pay.id_text('mer_', m.public_id) FROM pay.merchants m
             WHERE m.merchant_id = k.merchant_id)
        || '","livemode":' || k.livemode::text
        || ',"expires_at":' || pay.json_time(k.expires_at)
        || ',"last_used_at":' || pay.json_time(k.last_used_at)
        || ',"created_at":' || pay.json_time(k.created_at)
        || ',"revoked_at":' || pay.json_time(k.revoked_at) || '}'
$$;

-- In: a merchant, ids of API keys.  Out: those of the merchant's that there are, as
-- JSON, separated by commas, in this order; NULL: there are none.
CREATE OR REPLACE FUNCTION pay.render_api_keys(merchant bigint, ids uuid[])
RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg((SELECT pay.api_key_body(k) FROM pay.api_keys k
                            WHERE k.merchant_id = merchant
                              AND k.key_id = u.id),
                          ',' ORDER BY u.n)
          FROM unnest(ids) WITH ORDINALITY AS u(id, n));
END $$;

-- In: a merchant's public id.  Out: its number, where this shard shows it.
CREATE OR REPLACE FUNCTION pay.admin_merchant(id uuid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT m.merchant_id FROM pay.merchants m
     WHERE m.public_id = id AND pay.shows_merchant(m.merchant_id)
$$;

-- Reads, as pay.get_payments().  In: tag, merchant, mode and id of each key.  Out:
-- tag; its version and it as JSON, or NULLs where this merchant has no such key.
CREATE OR REPLACE FUNCTION pay.get_api_keys(item uuid[], merchant bigint[],
    livemode boolean[], id uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT u.i, k.version, pay.api_key_body(k)
      FROM unnest(item, merchant, livemode, id) AS u(i, m, l, id)
      LEFT JOIN pay.api_keys k
        ON k.merchant_id = u.m AND k.key_id = u.id AND k.livemode = u.l
$$;

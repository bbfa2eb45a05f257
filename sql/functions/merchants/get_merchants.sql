-- In: tag, caller (not looked at: its scope lets it see every merchant) and id
-- of each merchant.  Out: tag; its version and it as JSON, or NULLs where there is
-- none.
CREATE OR REPLACE FUNCTION pay.get_merchants(item uuid[], merchant bigint[],
    livemode boolean[], id uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT u.i, m.version, pay.merchant_body(m)
      FROM unnest(item, id) AS u(i, id)
      LEFT JOIN pay.merchants m
        ON m.public_id = u.id AND pay.shows_merchant(m.merchant_id)
$$;

-- In: a merchant; mode and id are not looked at.  Out: no version, since what is shown
-- with it, the API key, has another one; and the merchant's body.
CREATE OR REPLACE FUNCTION pay.read_account(merchant bigint, livemode boolean,
    id uuid)
RETURNS TABLE (o_version int, o_body text)
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT 0, pay.merchant_body(m) FROM pay.merchants m
     WHERE m.merchant_id = merchant
$$;

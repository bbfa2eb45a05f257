-- For an operator: payments-admin calls these, as the database's superuser or a member
-- of pay_owner; pay_api may not.

-- Errors: P0001, this shard has no bucket for a new merchant.
CREATE OR REPLACE FUNCTION pay.admin_has_bucket() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp AS $$
BEGIN
    IF pay.buckets_for_new_merchants() IS NULL THEN
        RAISE EXCEPTION 'this shard has no bucket for a new merchant';
    END IF;
END $$;

-- In: a name.  Out: the merchant that was made, in one of this shard's buckets, as
-- JSON.  Errors: 22023, and as above.
CREATE OR REPLACE FUNCTION pay.admin_create_merchant(name text) RETURNS text
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    c record;
BEGIN
    IF length(admin_create_merchant.name) NOT BETWEEN 1 AND 100 THEN
        RAISE EXCEPTION 'a name has 1 to 100 characters'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    PERFORM pay.admin_has_bucket();
    SELECT * INTO STRICT c FROM pay.administer_merchant('create_merchant',
        pay.uuid7(), NULL, NULL, admin_create_merchant.name, NULL, NULL);
    RETURN c.body;
END $$;

-- In: a merchant's public id, active or suspended.  Out: the merchant as JSON; NULL:
-- there is none here.
CREATE OR REPLACE FUNCTION pay.admin_set_merchant(id uuid, status text) RETURNS text
LANGUAGE plpgsql SET search_path = pay, pg_temp
SET lock_timeout = '1500ms' AS $$
DECLARE
    m constant bigint := pay.admin_merchant(id);
    c record;
BEGIN
    IF m IS NULL THEN
        RETURN NULL;
    END IF;

    PERFORM pay.lock_and_check_owner(ARRAY[m]);
    SELECT * INTO STRICT c FROM pay.administer_merchant('update_merchant',
        NULL, id, NULL, NULL, admin_set_merchant.status, NULL);
    RETURN c.body;
END $$;

-- In: the public id after which to go on, NULL: from the first one; how many.
-- Out: this shard's merchants as JSON, in the order of their ids.
CREATE OR REPLACE FUNCTION pay.admin_merchants(after uuid, size int)
RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT pay.merchant_body(m) FROM pay.merchants m
     WHERE (after IS NULL OR m.public_id > after)
       AND pay.shows_merchant(m.merchant_id)
     ORDER BY m.public_id LIMIT size
$$;

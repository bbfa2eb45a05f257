-- Out: all scopes that an API key can have, as domain/scope.c has them.
CREATE OR REPLACE FUNCTION pay.all_scopes() RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT '{payments:read,payments:write,refunds:read,refunds:write,
             balances:read,ledger:read,events:read,webhooks:read,webhooks:write,
             idempotency:read,keys:write,admin}'::text[]
$$;

-- In: a merchant's public id, whether the key is for live mode, its name, its scopes
-- (NULL: all), until when it is good (NULL: for ever), and SHA-256 of "k_test_" or
-- "k_live_" with the characters of its secret.  Out: the key as JSON; "secret" is what
-- stands before those characters.  NULL: there is no such merchant here.
-- Errors: 22023.
CREATE OR REPLACE FUNCTION pay.admin_create_key(merchant uuid, live boolean,
    name text, scopes text[], expires_at timestamptz, hash bytea) RETURNS text
LANGUAGE plpgsql SET search_path = pay, pg_temp
SET lock_timeout = '1500ms' AS $$
DECLARE
    m constant bigint := pay.admin_merchant(merchant);
    wanted constant text[] := coalesce(scopes, pay.all_scopes());
    c record;
BEGIN
    IF m IS NULL THEN
        RETURN NULL;
    END IF;

    IF NOT wanted <@ pay.all_scopes() OR wanted = '{}' THEN
        RAISE EXCEPTION 'scopes are some of %',
            array_to_string(pay.all_scopes(), ', ')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF length(name) NOT BETWEEN 1 AND 100 THEN
        RAISE EXCEPTION 'a name has 1 to 100 characters'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF admin_create_key.expires_at <= now() THEN
        RAISE EXCEPTION 'the key would have expired already'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    PERFORM pay.lock_and_check_owner(ARRAY[m]);
    SELECT * INTO STRICT c FROM pay.create_key(m, live, pay.uuid7(), NULL,
        admin_create_key.name, array_to_string(wanted, ' '),
        admin_create_key.expires_at, hash,
        CASE WHEN live THEN 'k_live_' ELSE 'k_test_' END, '');
    RETURN c.body;
END $$;

-- The first merchant, and the first API key, which can do all and give all to others.
-- In: the merchant's name, the key's mode and hash as above.  Out: the key as JSON.
-- Errors: P0001, there is a key with the scope admin that is good.  Two at once: one
-- waits for the other, and is refused.
CREATE OR REPLACE FUNCTION pay.admin_init(name text, live boolean, hash bytea)
RETURNS text
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    known record;
    made record;
BEGIN
    PERFORM FROM pay.ownership FOR UPDATE;

    SELECT pay.id_text('key_', k.key_id) AS key,
           pay.id_text('mer_', m.public_id) AS merchant INTO known
      FROM pay.api_keys k JOIN pay.merchants m USING (merchant_id)
     WHERE 'admin' = ANY (k.scopes) AND k.revoked_at IS NULL
       AND coalesce(k.expires_at > now(), true)
     LIMIT 1;

    IF FOUND THEN
        RAISE EXCEPTION 'there is an administrator already: % of %', known.key,
            known.merchant;
    END IF;

    PERFORM pay.admin_has_bucket();
    SELECT * INTO STRICT made FROM pay.administer_merchant('create_merchant',
        pay.uuid7(), NULL, NULL, name, NULL, NULL);
    RETURN pay.admin_create_key(made.object_id, live, 'first', NULL, NULL,
                                hash);
END $$;

-- In: a merchant's public id.  Out: its API keys as JSON, without secrets, the
-- oldest first.
CREATE OR REPLACE FUNCTION pay.admin_keys(merchant uuid) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT pay.api_key_body(k) FROM pay.api_keys k
     WHERE k.merchant_id = pay.admin_merchant(merchant)
     ORDER BY k.key_id
$$;

-- In: the id of an API key.  Out: the key as JSON, revoked; NULL: there is none here.
CREATE OR REPLACE FUNCTION pay.admin_revoke_key(id uuid) RETURNS text
LANGUAGE plpgsql SET search_path = pay, pg_temp
SET lock_timeout = '1500ms' AS $$
DECLARE
    k pay.api_keys;
BEGIN
    SELECT * INTO k FROM pay.api_keys e
     WHERE e.key_id = id AND pay.shows_merchant(e.merchant_id);

    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    PERFORM pay.lock_and_check_owner(ARRAY[k.merchant_id]);
    UPDATE pay.api_keys e SET revoked_at = now(), version = e.version + 1,
           written_version = e.version + 1
     WHERE e.merchant_id = k.merchant_id AND e.key_hash = k.key_hash
       AND e.revoked_at IS NULL;
    RETURN (SELECT pay.api_key_body(e) FROM pay.api_keys e
             WHERE e.merchant_id = k.merchant_id AND e.key_hash = k.key_hash);
END $$;

-- A new key.  Out: body NULL: there is no such owner.
CREATE OR REPLACE FUNCTION pay.create_key(merchant bigint, mode boolean,
    object uuid, owner uuid, new_name text, new_scopes text,
    expires timestamptz, hash bytea, kind text, seal text,
    OUT outcome smallint, OUT status smallint, OUT object_id uuid,
    OUT version int, OUT body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_column
DECLARE
    k pay.api_keys;
    whole constant text[] := '{payments:read,payments:write,refunds:read,'
        'refunds:write,balances:read,ledger:read,events:read,webhooks:read,'
        'webhooks:write,idempotency:read,keys:write}';
    scopes constant text[] := string_to_array(new_scopes, ' ');
    start text;
BEGIN
    outcome := pay.outcome('executed');
    status := 201;
    object_id := object;
    version := 0;

    IF expires <= now() THEN
        outcome := pay.outcome('invalid');
        body := pay.violation('/expires_at', 'minimum',
                              'expires_at has passed already');
        RETURN;
    END IF;

    IF owner IS NOT NULL THEN
        SELECT m.merchant_id INTO merchant FROM pay.merchants m
         WHERE m.public_id = owner;

        IF NOT FOUND THEN
            status := 404;
            RETURN;
        END IF;
    END IF;

    -- what cannot do all is a restricted key
    start := CASE WHEN whole <@ scopes THEN 's' ELSE 'r' END || kind
             || pay.key_merchant(merchant);

    INSERT INTO pay.api_keys AS e (merchant_id, key_hash, key_id, name, prefix,
           livemode, scopes, expires_at)
    VALUES (merchant, hash, object, new_name, left(start, 12), mode, scopes,
            expires)
    RETURNING e.* INTO STRICT k;

    version := k.version;
    body := left(pay.api_key_body(k), -1) || ',"secret":"' || start || seal
            || '"}';
END $$;

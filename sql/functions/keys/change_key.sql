-- Updates, rotates or revokes a key.  Out: body NULL: there is no such key.
CREATE OR REPLACE FUNCTION pay.change_key(merchant bigint, mode boolean,
    action text, object uuid, target uuid, allowed text, overlap bigint,
    hash bytea, kind text, seal text, new_name text, new_expiry timestamptz,
    OUT outcome smallint, OUT status smallint, OUT object_id uuid,
    OUT body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_column
DECLARE
    k pay.api_keys;
BEGIN
    outcome := pay.outcome('executed');
    status := 404;
    object_id := target;

    SELECT * INTO k FROM pay.api_keys e
     WHERE e.merchant_id = merchant AND e.livemode = mode AND e.key_id = target
       FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM pay.api_keys e WHERE e.merchant_id = merchant
                      AND e.livemode = mode AND e.key_id = target)
        THEN
            outcome := pay.outcome('busy');
        END IF;

        RETURN;
    END IF;

    IF action = 'revoke_key' THEN
        UPDATE pay.api_keys e SET revoked_at = coalesce(e.revoked_at, now())
         WHERE e.merchant_id = merchant AND e.key_hash = k.key_hash;
        status := 204;
        body := '';
        RETURN;
    END IF;

    IF action = 'update_key' THEN
        IF new_expiry <= now() THEN
            outcome := pay.outcome('invalid');
            body := pay.violation('/expires_at', 'minimum',
                'expires_at has passed already; to end a key now, revoke it');
            RETURN;
        END IF;

        -- one that has ended is not brought back
        IF new_expiry IS NOT NULL
           AND (k.revoked_at IS NOT NULL OR k.expires_at <= now())
        THEN
            outcome := pay.outcome('invalid');
            body := pay.violation('id', 'state',
                'the key was revoked or has expired; create a new one');
            RETURN;
        END IF;

        -- who lets it live on gives its scopes for longer
        IF new_expiry > k.expires_at
           AND NOT k.scopes <@ string_to_array(allowed, ' ')
        THEN
            outcome := pay.outcome('escalation');
            RETURN;
        END IF;

        UPDATE pay.api_keys e
           SET name = coalesce(new_name, e.name),
               expires_at = coalesce(new_expiry, e.expires_at)
         WHERE e.merchant_id = merchant AND e.key_hash = k.key_hash
        RETURNING e.* INTO STRICT k;
        status := 200;
        body := pay.api_key_body(k);
        RETURN;
    END IF;

    -- whoever rotates a key has it then
    IF NOT k.scopes <@ string_to_array(allowed, ' ') THEN
        outcome := pay.outcome('escalation');
        RETURN;
    END IF;

    IF k.revoked_at IS NOT NULL OR k.expires_at <= now() THEN
        outcome := pay.outcome('invalid');
        body := pay.violation('id', 'state',
            'the key was revoked or has expired; create a new one');
        RETURN;
    END IF;

    IF overlap > 0 THEN
        UPDATE pay.api_keys e
           SET expires_at = least(e.expires_at,
                                  now() + overlap * interval '1 second')
         WHERE e.merchant_id = merchant AND e.key_hash = k.key_hash;
    ELSE
        UPDATE pay.api_keys e SET revoked_at = now()
         WHERE e.merchant_id = merchant AND e.key_hash = k.key_hash;
    END IF;

    SELECT c.status, c.object_id, c.body INTO status, object_id, body
      FROM pay.create_key(merchant, mode, object, NULL, k.name,
           array_to_string(k.scopes, ' '), k.expires_at, hash, kind, seal) c;
END $$;

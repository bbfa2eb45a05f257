-- Updates, rotates or revokes a key.  In: if_match, versions of which it must have one,
-- or NULL.  Out: version, the key's, also where the outcome is stale; body NULL: there
-- is no such key.
CREATE OR REPLACE FUNCTION pay.change_key(merchant bigint, mode boolean,
    action text, object uuid, target uuid, if_match text, allowed text,
    overlap bigint, hash bytea, kind text, seal text, new_name text,
    new_expiry timestamptz,
    OUT outcome smallint, OUT status smallint, OUT object_id uuid,
    OUT version int, OUT body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_column
DECLARE
    k pay.api_keys;
    was pay.api_keys;
BEGIN
    outcome := pay.outcome('executed');
    status := 404;
    object_id := target;
    version := 0;

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

    was := k;
    version := k.version;

    -- that it was used since is no reason to decide again
    IF if_match IS NOT NULL AND NOT EXISTS (
        SELECT FROM unnest(string_to_array(if_match, ',')::int[]) AS v
         WHERE v BETWEEN k.written_version AND k.version)
    THEN
        outcome := pay.outcome('stale');
        RETURN;
    END IF;

    CASE action
    WHEN 'revoke_key' THEN
        k.revoked_at := coalesce(k.revoked_at, now());
        status := 204;
        body := '';

    WHEN 'update_key' THEN
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

        k.name := coalesce(new_name, k.name);
        k.expires_at := coalesce(new_expiry, k.expires_at);
        status := 200;

    WHEN 'rotate_key' THEN
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

        SELECT c.status, c.object_id, c.version, c.body
          INTO status, object_id, version, body
          FROM pay.create_key(merchant, mode, object, NULL, k.name,
               array_to_string(k.scopes, ' '), k.expires_at, hash, kind,
               seal) c;

        IF overlap > 0 THEN
            k.expires_at := least(k.expires_at,
                                  now() + overlap * interval '1 second');
        ELSE
            k.revoked_at := now();
        END IF;
    END CASE;

    -- what changes nothing makes no version
    IF k IS DISTINCT FROM was THEN
        UPDATE pay.api_keys e
           SET name = k.name, expires_at = k.expires_at,
               revoked_at = k.revoked_at, version = e.version + 1,
               written_version = e.version + 1
         WHERE e.merchant_id = merchant AND e.key_hash = k.key_hash
        RETURNING e.* INTO STRICT k;
    END IF;

    IF action <> 'rotate_key' THEN
        version := k.version;
        body := coalesce(body, pay.api_key_body(k));
    END IF;
END $$;

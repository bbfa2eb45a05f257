-- Changes API keys and merchants: n requests, one call, one transaction, an
-- outcome each.
--
-- In: arrays of one length, an element for each request:
--   item, merchant, livemode, key_hash, key, fingerprint, request_id, request
--               as in create_payments; key NULL: the request had none
--   action      create_key, update_key, rotate_key, revoke_key,
--               create_merchant, update_merchant
--   object      a UUIDv7 for what is made
--   target      the key or merchant of the path, or NULL
--   owner       of create_key: the public id of the merchant that gets the
--               key; NULL: the caller
--   allowed     the caller's scopes, parted by spaces
--   name, status   as the object's members; NULL: unchanged
--   scopes      of create_key, parted by spaces
--   expires_at  of create_key and update_key, or NULL
--   overlap     of rotate_key: seconds for which the old key stays good
--   secret_hash SHA-256 of the new key without its merchant's 13 characters
--   kind        its first eight, as "sk_test_", without the s or r
--   seal        what its secret can be made of again, by who has the secret
--               file: stands for the secret in the stored answer
--   ttl         how long a key is remembered
--
-- Out: as from change_payments, and
--   outcome     9 the key has a scope that the caller lacks
--
-- Nothing is waited for: try-locks and SKIP LOCKED decide.
CREATE OR REPLACE FUNCTION pay.administer(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    action text[], object uuid[], target uuid[], owner uuid[],
    allowed text[], name text[], status text[], scopes text[],
    expires_at timestamptz[], overlap bigint[], secret_hash bytea[],
    kind text[], seal text[], ttl interval)
RETURNS TABLE (o_item uuid, outcome smallint, o_status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms' AS $$
#variable_conflict use_variable
DECLARE
    k record;
    c record;
    i int;
BEGIN
    -- whom it is about; who asks may be in another shard
    PERFORM pay.enter(array_agg(coalesce(m.merchant_id, u.m)))
       FROM unnest(merchant, owner, target, action) AS u (m, o, t, a)
       LEFT JOIN pay.merchants m
         ON m.public_id = CASE WHEN u.a = 'update_merchant' THEN u.t ELSE u.o
                          END;

    FOR i IN SELECT u.n FROM unnest(merchant, target) WITH ORDINALITY
                                  AS u (m, t, n) ORDER BY u.m, u.t
    LOOP
        o_item := item[i];
        SELECT * INTO k FROM pay.claim_key(merchant[i], key_hash[i],
                                           fingerprint[i], ttl);

        outcome := k.outcome;
        o_status := (k.j).status;
        o_request_id := (k.j).request_id;
        o_object_id := (k.j).object_id;
        o_version := (k.j).object_version;
        o_created_at := (k.j).created_at;
        o_request := (k.j).request;
        o_body := CASE WHEN outcome IN (1, 10) THEN (k.j).body END;

        IF outcome IS NOT NULL THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        CASE
        WHEN action[i] IN ('create_merchant', 'update_merchant') THEN
            SELECT * INTO c FROM pay.administer_merchant(action[i], object[i],
                target[i], name[i], status[i], merchant[i]);
        WHEN action[i] = 'create_key' THEN
            SELECT * INTO c FROM pay.create_key(merchant[i], livemode[i],
                object[i], owner[i], name[i], scopes[i], expires_at[i],
                secret_hash[i], kind[i], seal[i]);
        ELSE
            SELECT * INTO c FROM pay.change_key(merchant[i], livemode[i],
                action[i], object[i], target[i], allowed[i], overlap[i],
                secret_hash[i], kind[i], seal[i], name[i], expires_at[i]);
        END CASE;

        outcome := c.outcome;
        o_body := c.body;

        IF outcome <> 0 THEN
            RETURN NEXT;
            CONTINUE;
        END IF;

        o_status := c.status;
        o_request_id := request_id[i];
        o_object_id := c.object_id;
        o_version := 0;
        o_created_at := now();

        -- a problem names the request
        IF o_body IS NULL THEN
            SELECT r.status, r.body INTO STRICT o_status, o_body
              FROM pay.refusal('resource_not_found',
                   pay.id_text('req_', request_id[i]), NULL, '') r;
        END IF;

        INSERT INTO pay.journal (merchant_id, key_hash, day, generation,
               status, object_version, livemode, request_id, event_id,
               object_id, created_at, fingerprint, request, body, key)
        VALUES (merchant[i], key_hash[i],
                (now() AT TIME ZONE 'UTC')::date, k.generation, o_status, 0,
                livemode[i], o_request_id, o_item, o_object_id, now(),
                fingerprint[i], request[i], o_body, key[i]);

        RETURN NEXT;
    END LOOP;
END $$;

-- One change of merchants.  Out: body NULL: there is no such merchant.  Nobody
-- suspends the merchant of his own key, who could not undo it.
CREATE OR REPLACE FUNCTION pay.administer_merchant(action text, object uuid,
    target uuid, new_name text, new_status text, caller bigint,
    OUT outcome smallint,
    OUT status smallint, OUT object_id uuid, OUT body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_column
DECLARE
    m pay.merchants;
    n bigint;
BEGIN
    outcome := 0;

    IF action = 'create_merchant' THEN
        n := nextval('pay.merchant_sequence');
        status := 201;

        -- in one of this shard's buckets, whose numbers nobody else gives
        INSERT INTO pay.merchants AS e (merchant_id, public_id, name)
        SELECT (n << 12) | b.own[1 + (hashint8(n) & 2147483647)
                                     % array_length(b.own, 1)],
               object, new_name
          FROM pay.own_buckets() AS b (own)
        RETURNING e.* INTO STRICT m;
    ELSE
        status := 200;

        IF new_status = 'suspended' AND EXISTS (
            SELECT FROM pay.merchants e
             WHERE e.public_id = target AND e.merchant_id = caller)
        THEN
            outcome := 8;
            body := pay.violation('/status', 'own_merchant',
                'the merchant of the API key that asks cannot be suspended');
            RETURN;
        END IF;

        UPDATE pay.merchants e
           SET name = coalesce(new_name, e.name),
               status = coalesce(new_status, e.status)
         WHERE e.public_id = target
        RETURNING e.* INTO m;
    END IF;

    object_id := coalesce(m.public_id, target);
    body := CASE WHEN m.merchant_id IS NOT NULL THEN pay.merchant_body(m) END;
END $$;

-- A new key.  Out: body NULL: there is no such owner.
CREATE OR REPLACE FUNCTION pay.create_key(merchant bigint, mode boolean,
    object uuid, owner uuid, new_name text, new_scopes text,
    expires timestamptz, hash bytea, kind text, seal text,
    OUT outcome smallint, OUT status smallint, OUT object_id uuid,
    OUT body text)
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
    outcome := 0;
    status := 201;
    object_id := object;

    IF expires <= now() THEN
        outcome := 8;
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

    -- what can not do all is a restricted key
    start := CASE WHEN whole <@ scopes THEN 's' ELSE 'r' END || kind
             || pay.key_merchant(merchant);

    INSERT INTO pay.api_keys AS e (merchant_id, key_hash, key_id, name, prefix,
           livemode, scopes, expires_at)
    VALUES (merchant, hash, object, new_name, left(start, 12), mode, scopes,
            expires)
    RETURNING e.* INTO k;

    body := left(pay.api_key_body(k), -1) || ',"secret":"' || start || seal
            || '"}';
END $$;

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
    outcome := 0;
    status := 404;
    object_id := target;

    SELECT * INTO k FROM pay.api_keys e
     WHERE e.merchant_id = merchant AND e.livemode = mode AND e.key_id = target
       FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM pay.api_keys e WHERE e.merchant_id = merchant
                      AND e.livemode = mode AND e.key_id = target)
        THEN
            outcome := 5;
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
            outcome := 8;
            body := pay.violation('/expires_at', 'minimum',
                'expires_at has passed already; to end a key now, revoke it');
            RETURN;
        END IF;

        -- one that has ended is not brought back
        IF new_expiry IS NOT NULL
           AND (k.revoked_at IS NOT NULL OR k.expires_at <= now())
        THEN
            outcome := 8;
            body := pay.violation('id', 'state',
                'the key was revoked or has expired; create a new one');
            RETURN;
        END IF;

        -- who lets it live on gives its scopes for longer
        IF new_expiry > k.expires_at
           AND NOT k.scopes <@ string_to_array(allowed, ' ')
        THEN
            outcome := 9;
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
        outcome := 9;
        RETURN;
    END IF;

    IF k.revoked_at IS NOT NULL OR k.expires_at <= now() THEN
        outcome := 8;
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

-- Reads, as in 40_read.sql.  In: tag, merchant, mode and id of each key.  Out:
-- tag; it as JSON, or NULL where this merchant has no such key.
CREATE OR REPLACE FUNCTION pay.get_api_keys(item uuid[], merchant bigint[],
    livemode boolean[], id uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT u.i, 0, pay.api_key_body(k)
      FROM unnest(item, merchant, livemode, id) AS u(i, m, l, id)
      LEFT JOIN pay.api_keys k
        ON k.merchant_id = u.m AND k.key_id = u.id AND k.livemode = u.l
$$;

-- In: tag, caller (not looked at: its scope lets it see every merchant) and id
-- of each merchant.  Out: tag; it as JSON, or NULL where there is none.
CREATE OR REPLACE FUNCTION pay.get_merchants(item uuid[], merchant bigint[],
    livemode boolean[], id uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT u.i, 0, pay.merchant_body(m)
      FROM unnest(item, id) AS u(i, id)
      LEFT JOIN pay.merchants m
        ON m.public_id = u.id AND pay.lists(m.merchant_id)
$$;

-- In: a time, and the filter of a list.  Out: whether it is within created_at.
CREATE OR REPLACE FUNCTION pay.created_within(t timestamptz, filter text)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(t >= (f->>'gte')::timestamptz, true)
       AND coalesce(t > (f->>'gt')::timestamptz, true)
       AND coalesce(t <= (f->>'lte')::timestamptz, true)
       AND coalesce(t < (f->>'lt')::timestamptz, true)
      FROM (SELECT filter::jsonb->'created_at') AS x(f)
$$;

-- All merchants of this shard.  In: as of pay.list_objects(), of which kind is
-- not looked at, and of the filter created_at alone.  Out: the tag; whether
-- there are more; their ids, one after the other, how many bytes each one's JSON
-- has, as numbers of 4 bytes, and their JSON.
CREATE OR REPLACE FUNCTION pay.list_merchants(item uuid[], merchant bigint[],
    livemode boolean[], kind text[], filter text[], after uuid[],
    ascending boolean[], size bigint[])
RETURNS TABLE (o_item uuid, o_more boolean, o_ids bytea, o_lengths bytea,
               o_bodies text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT u.i, count(*) > u.s,
           string_agg(uuid_send(x.id), '' ORDER BY x.n)
               FILTER (WHERE x.n <= u.s),
           string_agg(int4send(octet_length(x.body)), '' ORDER BY x.n)
               FILTER (WHERE x.n <= u.s),
           string_agg(x.body, '' ORDER BY x.n) FILTER (WHERE x.n <= u.s)
      FROM unnest(item, filter, after, ascending, size) AS u(i, f, a, up, s)
      LEFT JOIN LATERAL (
           SELECT y.id, pay.merchant_body(y.m) AS body,
                  row_number() OVER (ORDER BY CASE WHEN u.up THEN y.id END,
                                     y.id DESC) AS n
             FROM (
               (SELECT m, m.public_id AS id FROM pay.merchants m
                 WHERE u.up AND (u.a IS NULL OR m.public_id > u.a)
                   AND pay.lists(m.merchant_id)
                   AND pay.created_within(m.created_at, u.f)
                 ORDER BY m.public_id LIMIT u.s + 1)
               UNION ALL
               (SELECT m, m.public_id AS id FROM pay.merchants m
                 WHERE NOT u.up AND (u.a IS NULL OR m.public_id < u.a)
                   AND pay.lists(m.merchant_id)
                   AND pay.created_within(m.created_at, u.f)
                 ORDER BY m.public_id DESC LIMIT u.s + 1)) y) x ON true
     GROUP BY u.i, u.s
$$;


-- When keys were last used, to the minute.  In: a tag for each, merchant and
-- hash of the keys that were used within the last minute.  Out: the tags.
CREATE OR REPLACE FUNCTION pay.touch_keys(item uuid[], merchant bigint[],
    key_hash bytea[])
RETURNS TABLE (o_item uuid, o_touched boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '100ms' AS $$
BEGIN
    PERFORM pay.enter(merchant);

    WITH due AS (
        SELECT k.merchant_id, k.key_hash FROM pay.api_keys k
          JOIN (SELECT DISTINCT m, h FROM unnest(merchant, $3) AS u(m, h)) u
            ON k.merchant_id = u.m AND k.key_hash = u.h
         WHERE k.last_used_at IS NULL
            OR k.last_used_at < date_trunc('minute', now())
           FOR UPDATE OF k SKIP LOCKED)
    UPDATE pay.api_keys k SET last_used_at = date_trunc('minute', now())
      FROM due
     WHERE k.merchant_id = due.merchant_id AND k.key_hash = due.key_hash;

    RETURN QUERY SELECT i, true FROM unnest(item) AS i;
END $$;

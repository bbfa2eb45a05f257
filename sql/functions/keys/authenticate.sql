-- In: tag, merchant and SHA-256 of each API key.  Out: tag; where there is
-- such a key, its merchant's public id and status, mode, scopes separated by
-- spaces, and whether it was revoked or has expired; and always the database's
-- clock, which decides that.
CREATE OR REPLACE FUNCTION pay.authenticate(item uuid[], merchant bigint[],
    key_hash bytea[])
RETURNS TABLE (o_item uuid, public_id uuid, active boolean, livemode boolean,
               scopes text, revoked boolean, expired boolean,
               o_clock timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan SET lock_timeout = '500ms' AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT u.i, m.public_id, m.status = 'active', k.livemode,
           array_to_string(k.scopes, ' '), k.revoked_at IS NOT NULL,
           coalesce(k.expires_at <= clock_timestamp(), false),
           clock_timestamp()
      FROM unnest(item, merchant, key_hash) AS u(i, m, h)
      LEFT JOIN (pay.api_keys k JOIN pay.merchants m USING (merchant_id))
        ON k.merchant_id = u.m AND k.key_hash = u.h;
END $$;

-- When keys were last used, to the minute.  In: a tag for each, merchant and
-- hash of the keys that were used within the last minute.  Out: the tags.
CREATE OR REPLACE FUNCTION pay.touch_keys(item uuid[], merchant bigint[],
    key_hash bytea[])
RETURNS TABLE (o_item uuid, o_touched boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '100ms' AS $$
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    WITH due AS (
        SELECT k.merchant_id, k.key_hash FROM pay.api_keys k
          JOIN (SELECT DISTINCT m, h FROM unnest(merchant, $3) AS u(m, h)) u
            ON k.merchant_id = u.m AND k.key_hash = u.h
         WHERE k.last_used_at IS NULL
            OR k.last_used_at < date_trunc('minute', now())
           FOR UPDATE OF k SKIP LOCKED)
    UPDATE pay.api_keys k
       SET last_used_at = date_trunc('minute', now()),
           version = k.version + 1
      FROM due
     WHERE k.merchant_id = due.merchant_id AND k.key_hash = due.key_hash;

    RETURN QUERY SELECT i, true FROM unnest(item) AS i;
END $$;

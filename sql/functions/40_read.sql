-- Reads.  Each takes arrays and gives exactly one row for each item, so that
-- the reads of many requests share one call.  VOLATILE on purpose: each
-- statement inside then sees what has committed before it, which a replica's
-- freshness test needs.

-- In: tag, merchant, mode and id of each payment.  Out: tag; the payment's
-- version and body, or NULLs where this merchant has no such payment.
CREATE OR REPLACE FUNCTION pay.get_payments(item uuid[], merchant bigint[],
    livemode boolean[], payment uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT u.i, p.version, pay.payment_body(p)
      FROM unnest(item, merchant, livemode, payment) AS u(i, m, l, id)
      LEFT JOIN pay.payments p
        ON p.merchant_id = u.m AND p.payment_id = u.id AND p.livemode = u.l
$$;

-- In: tag, merchant and SHA-256 of each API key.  Out: tag; where there is
-- such a key, its merchant's public id and status, mode, scopes parted by
-- spaces, and whether it was revoked or has expired (the database's clock).
CREATE OR REPLACE FUNCTION pay.authenticate(item uuid[], merchant bigint[],
    key_hash bytea[])
RETURNS TABLE (o_item uuid, public_id uuid, active boolean, livemode boolean,
               scopes text, revoked boolean, expired boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT u.i, m.public_id, m.status = 'active', k.livemode,
           array_to_string(k.scopes, ' '), k.revoked_at IS NOT NULL,
           coalesce(k.expires_at <= clock_timestamp(), false)
      FROM unnest(item, merchant, key_hash) AS u(i, m, h)
      LEFT JOIN (pay.api_keys k JOIN pay.merchants m USING (merchant_id))
        ON k.merchant_id = u.m AND k.key_hash = u.h
$$;

-- In: tags.  Out: each tag and whether this server takes writes.
CREATE OR REPLACE FUNCTION pay.ping(item uuid[])
RETURNS TABLE (o_item uuid, writable boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT i, NOT pg_is_in_recovery() FROM unnest(item) AS i
$$;

-- Makes partitions ahead for each item (one, in practice).  Out: the tag and
-- the number of days for which the journal has partitions from now on.
CREATE OR REPLACE FUNCTION pay.maintain(item uuid[])
RETURNS TABLE (o_item uuid, days_ahead int)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    PERFORM pay.make_partitions(14);
    RETURN QUERY
    SELECT i, (SELECT count(*)::int
                 FROM generate_series(today, today + 60, interval '1 day') d
                WHERE to_regclass('pay.journal_' || to_char(d, 'YYYYMMDD'))
                      IS NOT NULL)
      FROM unnest(item) AS i;
END $$;

-- Who has a key, without using it.  In: tag, merchant, hash of mode and key,
-- fingerprint of the request that asks; ttl as in create_payments.  Out: tag;
-- outcome replayed, and the columns show how that ended; in_use, which may be the
-- same request or another one; reused, and they show that one's id and line; unused;
-- canceled.
CREATE OR REPLACE FUNCTION pay.find_keys(item uuid[], merchant bigint[],
    key_hash uuid[], fingerprint bytea[], ttl interval)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '500ms' AS $$
#variable_conflict use_variable
DECLARE
    act boolean[];
BEGIN
    -- shared: two who ask do not take each other for one who executes
    SELECT array_agg(pg_try_advisory_xact_lock_shared(
                         uuid_hash_extended(u.k, u.m)) ORDER BY u.n)
      INTO act FROM unnest(merchant, key_hash) WITH ORDINALITY u(m, k, n);

    -- as in create_payments: what has not reached its standby is no answer
    IF current_setting('synchronous_standby_names') <> '' THEN
        PERFORM pg_logical_emit_message(true, 'payments', '');
    END IF;

    RETURN QUERY
    SELECT u.i,
           CASE WHEN NOT act[u.n] THEN pay.outcome('in_use')
                WHEN j.key_hash IS NULL THEN pay.outcome('unused')
                WHEN j.fingerprint IS NULL THEN pay.outcome('canceled')
                WHEN j.fingerprint = u.f THEN pay.outcome('replayed')
                ELSE pay.outcome('reused') END,
           j.status, j.request_id, j.object_id, j.object_version, j.created_at,
           j.request, CASE WHEN coalesce(j.fingerprint, u.f) = u.f THEN j.body END
      FROM unnest(item, merchant, key_hash, fingerprint)
           WITH ORDINALITY AS u(i, m, k, f, n)
      LEFT JOIN LATERAL (
           SELECT * FROM pay.journal e
            WHERE act[u.n] AND e.merchant_id = u.m AND e.key_hash = u.k
              AND e.day BETWEEN ((now() - ttl) AT TIME ZONE 'UTC')::date
                            AND (now() AT TIME ZONE 'UTC')::date + 1
              AND e.created_at > now() - ttl
            ORDER BY e.created_at DESC LIMIT 1) j ON true;
END $$;

-- Idempotency keys as objects of the API.

-- What became of the money of a key that was canceled.  In: its row of the journal.
-- Out: nothing  it has moved none, or it went back by itself;
--      pending  a refund, or a void, waits for the processor;
--      failed   something is still paid: cancel the key again;
--      done     all that it authorized or captured was given back.
CREATE OR REPLACE FUNCTION pay.key_undo(j pay.journal) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT CASE
               WHEN EXISTS (SELECT FROM pay.refunds r
                             WHERE r.merchant_id = p.merchant_id
                               AND r.payment_id = p.payment_id
                               AND r.status = 'pending') THEN 'pending'
               WHEN p.status = 'processing' THEN 'pending'
               WHEN p.processor IS NOT NULL AND EXISTS (
                    SELECT FROM pay.followups f
                     WHERE f.merchant_id = p.merchant_id
                       AND f.object_id = p.payment_id) THEN 'pending'
               WHEN p.amount_authorized > p.amount_captured + p.amount_canceled
                    OR p.amount_captured > p.amount_refunded
                                           + p.amount_disputed THEN 'failed'
               WHEN p.status IN ('failed', 'expired')
                    OR p.amount_authorized = 0 THEN 'nothing'
               WHEN p.amount_disputed > 0 AND p.amount_refunded = 0
                    THEN 'failed'
               ELSE 'done' END
          FROM pay.payments p
         WHERE j.request = 'POST /v1/payments' AND j.status IN (201, 202)
           AND p.merchant_id = j.merchant_id AND p.payment_id = j.object_id),
        'nothing')
$$;

-- In: a key's row of the journal; how long keys are kept; whether it was
-- canceled.  Out: the record as JSON.
CREATE OR REPLACE FUNCTION pay.key_body(j pay.journal, ttl interval,
    canceled boolean) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"object":"idempotency_record","key":' || pay.json_text(j.key)
        || ',"method":"' || split_part(j.request, ' ', 1)
        || '","path":' || pay.json_text(split_part(j.request, ' ', 2))
        || ',"state":"' || CASE WHEN canceled THEN 'canceled'
                                WHEN j.status = 0 THEN 'in_progress'
                                ELSE 'completed' END
        || '","fingerprint":'
        || coalesce('"' || encode(j.fingerprint, 'hex') || '"', 'null')
        || ',"status_code":' || coalesce(nullif(j.status, 0)::text, 'null')
        || ',"resource_type":' || coalesce('"' || r.kind || '"', 'null')
        || ',"resource_id":'
        || coalesce('"' || pay.id_text(r.prefix, j.object_id) || '"', 'null')
        || ',"request_id":"' || pay.id_text('req_', j.request_id)
        || '","undo":'
        || CASE WHEN canceled THEN '"' || pay.key_undo(j) || '"'
                ELSE 'null' END
        || ',"created_at":' || pay.json_time(j.created_at)
        || ',"completed_at":' || CASE WHEN j.status = 0 THEN 'null'
                                      ELSE pay.json_time(j.created_at) END
        || ',"expires_at":' || pay.json_time(j.created_at + ttl) || '}'
      FROM (SELECT 1) one
      -- a refusal has made nothing, but for a payment that was declined
      LEFT JOIN (VALUES
        (1, '% /v1/payments/%/refunds', 'refund', 'ref_'),
        (1, '% /v1/refunds/%', 'refund', 'ref_'),
        (1, '% /v1/test_helpers/payments/%/dispute', 'dispute', 'dis_'),
        (1, '% /v1/test_helpers/disputes/%', 'dispute', 'dis_'),
        (2, '% /v1/payments%', 'payment', 'pay_'),
        (2, '% /v1/test_helpers/payments%', 'payment', 'pay_'),
        (2, '% /v1/api_keys%', 'api_key', 'key_'),
        (2, '% /v1/webhook_endpoints%', 'webhook_endpoint', 'we_'),
        (2, '% /v1/merchants%', 'merchant', 'mer_'))
           AS r (n, line, kind, prefix)
        ON j.request LIKE r.line
       AND (j.status BETWEEN 200 AND 399 OR j.status = 402)
     ORDER BY r.n LIMIT 1
$$;

-- In: a key's merchant and hash, and how long keys are kept.  Out: its row of
-- the journal, or NULLs where it has not been used, or what it began was undone.
CREATE OR REPLACE FUNCTION pay.key_row(merchant bigint, hash uuid,
    ttl interval) RETURNS pay.journal
LANGUAGE sql STABLE AS $$
    SELECT j.* FROM (
        SELECT * FROM pay.journal e
         WHERE e.merchant_id = merchant AND e.key_hash = hash
           AND e.day BETWEEN ((now() - ttl) AT TIME ZONE 'UTC')::date
                         AND (now() AT TIME ZONE 'UTC')::date + 1
         ORDER BY e.day DESC, e.generation DESC LIMIT 1) j
     WHERE j.status = 0 OR j.status > 1 AND j.created_at > now() - ttl
$$;

-- In: likewise.  Out: whether the key was canceled since it was last new.
CREATE OR REPLACE FUNCTION pay.key_canceled(merchant bigint, hash uuid,
    since timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM pay.canceled_keys c
                    WHERE c.merchant_id = merchant AND c.key_hash = hash
                      AND c.day BETWEEN (since AT TIME ZONE 'UTC')::date
                          AND (now() AT TIME ZONE 'UTC')::date + 1
                      AND c.canceled_at >= since)
$$;

-- In: tag and merchant, hash and text of each key; its mode is in the hash; how
-- long keys are kept.  Out: tag;
-- the record as JSON, NULL where the key has not been used.  One that a
-- transaction under way has is in progress, and more is not known of it.
CREATE OR REPLACE FUNCTION pay.get_keys(item uuid[], merchant bigint[],
    unused boolean[], key_hash uuid[], key text[], ttl interval)
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    j pay.journal;
    free boolean;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        free := pg_try_advisory_xact_lock_shared(
                    uuid_hash_extended(key_hash[i], merchant[i]));
        j := pay.key_row(merchant[i], key_hash[i], ttl);
        o_item := item[i];
        o_version := 0;
        o_body := CASE
            WHEN j.status IS NOT NULL THEN
                pay.key_body(j, ttl, pay.key_canceled(merchant[i], key_hash[i],
                                                      j.created_at))
            WHEN NOT free THEN
                '{"object":"idempotency_record","key":' || pay.json_text(key[i])
                || ',"method":null,"path":null,"state":"in_progress",'
                   '"fingerprint":null,"status_code":null,"resource_type":null,'
                   '"resource_id":null,"request_id":null,"undo":null,'
                   '"created_at":null,'
                   '"completed_at":null,"expires_at":null}' END;
        RETURN NEXT;
    END LOOP;
END $$;

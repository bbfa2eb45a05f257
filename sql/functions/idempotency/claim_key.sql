-- Takes an Idempotency-Key for this transaction, unless somebody has it.
--
-- In: merchant, hash of mode and key, fingerprint of the request, and how long
-- a key is remembered.
-- Out: outcome  NULL: the key is this transaction's: go on, with that generation;
--               in_use: nothing was waited for;
--               replayed, reused, canceled: j is the row of the journal.
CREATE OR REPLACE FUNCTION pay.claim_key(merchant bigint, key_hash uuid,
    fingerprint bytea, ttl interval, OUT outcome smallint,
    OUT generation smallint, OUT j pay.journal)
LANGUAGE plpgsql SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    oldest constant timestamptz := now() - ttl;
    oldest_day constant date := (oldest AT TIME ZONE 'UTC')::date;
    tomorrow constant date := (now() AT TIME ZONE 'UTC')::date + 1;
BEGIN
    generation := 0;

    IF NOT pg_try_advisory_xact_lock(uuid_hash_extended(key_hash, merchant))
    THEN
        outcome := pay.outcome('in_use');
        RETURN;
    END IF;

    SELECT * INTO j FROM pay.journal e
     WHERE e.merchant_id = merchant AND e.key_hash = key_hash
       AND e.day BETWEEN oldest_day AND tomorrow
     ORDER BY e.created_at DESC, e.generation DESC LIMIT 1;

    IF NOT FOUND THEN
        RETURN;
    END IF;

    IF j.created_at > oldest THEN
        outcome := CASE WHEN j.fingerprint IS NULL
                             THEN pay.outcome('canceled')
                        WHEN j.fingerprint = fingerprint
                             THEN pay.outcome('replayed')
                        ELSE pay.outcome('reused') END;

        -- what has not reached its standby is no answer yet
        IF current_setting('synchronous_standby_names') <> '' THEN
            PERFORM pg_logical_emit_message(true, 'payments', '');
        END IF;

    ELSIF j.day = (now() AT TIME ZONE 'UTC')::date THEN
        generation := j.generation + 1;
    END IF;
END $$;

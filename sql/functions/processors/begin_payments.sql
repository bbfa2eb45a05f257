-- Marks keys as begun, durably, before an acquirer is asked: n requests, one call, one
-- transaction, an outcome each.
--
-- In: arrays of one length, an element for each request:
--   item, merchant, livemode, key_hash, key, fingerprint, request_id, request, payment,
--   reference   as in create_payments
--   args        the text of the attempt (attempts.sql)
--   takeover    this caller alone has the key on its node: if it was begun there, by
--               another one, that one has died and is not waited for
--   ttl         how long a key is remembered
--
-- Out: one row for each item, as from create_payments, and
--   outcome     executed: it is begun now, or was by this very request;
--               resume: somebody else began it and has died: request_id, object_id,
--               created_at are those of that one, and the body is its args;
--               begun: somebody else has begun it and may be alive
--
-- A reference is taken for the payment that will be.
CREATE OR REPLACE FUNCTION pay.begin_payments(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    payment uuid[], reference text[], args text[], takeover boolean[],
    ttl interval)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms'
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    items constant int := cardinality(item);
    begin_it constant int := -1;
    refuse_it constant int := -2;  -- its reference is taken
    act int[];
    gen smallint[];
    c record;
    b pay.journal;
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    c := pay.claim_keys(merchant, key_hash, fingerprint, ttl);
    gen := c.generation;
    act := c.outcome;

    FOR i IN 1 .. items LOOP
        IF act[i] IS NULL THEN
            act[i] := CASE
                WHEN reference[i] IS NULL
                     OR pg_try_advisory_xact_lock(
                            hashtextextended(reference[i], merchant[i]))
                THEN begin_it ELSE pay.outcome('busy') END;

        ELSIF act[i] = pay.outcome('begun') THEN
            b := pay.begun_row(merchant[i], key_hash[i]);
            act[i] := pay.begun_outcome(b, request_id[i], args[i], takeover[i]);

            RETURN QUERY
            SELECT item[i], act[i]::smallint, 202::smallint, b.request_id,
                   b.object_id, 0, b.created_at, b.request, b.body;
        END IF;
    END LOOP;

    IF array_remove(reference, NULL) <> '{}' THEN
        act := pay.take_references(merchant, livemode, reference, payment,
                                   array_fill(NULL::text, ARRAY[items]), act,
                                   begin_it, refuse_it);
    END IF;

    IF c.day IS NOT NULL THEN
        RETURN QUERY
        SELECT u.i, act[u.n]::smallint, j.status, j.request_id, j.object_id,
               j.object_version, j.created_at, j.request,
               CASE WHEN act[u.n] <> pay.outcome('reused') THEN j.body END
          FROM unnest(item, c.day) WITH ORDINALITY u(i, d, n)
          JOIN pay.journal j
            ON j.merchant_id = merchant[u.n] AND j.key_hash = key_hash[u.n]
           AND j.day = u.d AND j.generation = gen[u.n];
    END IF;

    IF begin_it = ANY (act) THEN
        RETURN QUERY
        INSERT INTO pay.journal AS j (merchant_id, key_hash, day, generation,
               status, object_version, livemode, request_id, event_id,
               object_id, created_at, fingerprint, request, body, key)
        SELECT merchant[u.n], key_hash[u.n], today, gen[u.n], 0, 0,
               livemode[u.n], request_id[u.n], item[u.n], u.p, now(),
               fingerprint[u.n], request[u.n], args[u.n], key[u.n]
          FROM unnest(payment) WITH ORDINALITY u(p, n)
         WHERE act[u.n] = begin_it
        RETURNING j.event_id, pay.outcome('executed'), 202::smallint,
                  j.request_id, j.object_id, 0, j.created_at, j.request, j.body;
    END IF;

    IF refuse_it = ANY (act) THEN
        RETURN QUERY
        SELECT * FROM pay.refuse_references(item, merchant, livemode, key_hash,
            key, fingerprint, request_id, request, reference, gen, act,
            refuse_it);
    END IF;

    IF pay.outcome('in_use') = ANY (act) OR pay.outcome('busy') = ANY (act)
    THEN
        RETURN QUERY
        SELECT u.i, act[u.n]::smallint, NULL::smallint, NULL::uuid, NULL::uuid,
               NULL::int, NULL::timestamptz, NULL::text, NULL::text
          FROM unnest(item) WITH ORDINALITY u(i, n)
         WHERE act[u.n] IN (pay.outcome('in_use'), pay.outcome('busy'));
    END IF;
END $$;

-- In: a begun row; the request, the text and the takeover of who asks.  Out: executed,
-- resume or begun, as above.
CREATE OR REPLACE FUNCTION pay.begun_outcome(j pay.journal, request_id uuid,
    args text, takeover boolean) RETURNS smallint
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN j.request_id = request_id THEN pay.outcome('executed')
                WHEN takeover AND pay.attempt_node(j.body)
                                  = pay.attempt_node(args)
                     OR j.created_at < now() - pay.attempt_patience()
                THEN pay.outcome('resume') ELSE pay.outcome('begun') END
$$;

-- In: a key that is begun.  Out: its row of the journal, the newest with status 0.
CREATE OR REPLACE FUNCTION pay.begun_row(merchant bigint, hash uuid)
RETURNS pay.journal LANGUAGE sql STABLE AS $$
    SELECT * FROM pay.journal e
     WHERE e.merchant_id = merchant AND e.key_hash = hash AND e.status = 0
     ORDER BY e.day DESC, e.generation DESC LIMIT 1
$$;

-- The acquirers surely did nothing: the key is free again, and so is the reference.
-- In: item and merchant as above; key_hash and request_id of the begun row.  Out: one
-- row for each item, outcome undone; begun where the key is not that request's any more.
CREATE OR REPLACE FUNCTION pay.undo_attempts(item uuid[], merchant bigint[],
    key_hash uuid[], request_id uuid[])
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms' AS $$
#variable_conflict use_variable
DECLARE
    j pay.journal;
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    FOR i IN 1 .. cardinality(item) LOOP
        o_item := item[i];
        outcome := pay.outcome('in_use');

        IF pg_try_advisory_xact_lock(uuid_hash_extended(key_hash[i],
                                                        merchant[i]))
        THEN
            j := pay.begun_row(merchant[i], key_hash[i]);

            IF j.request_id = request_id[i] AND pay.attempt_is_open(j) THEN
                PERFORM pay.undo_attempt(j);
            END IF;

            outcome := pay.outcome('undone');
        END IF;

        RETURN NEXT;
    END LOOP;
END $$;

-- In: a begun row of the journal without an end, whose key the caller has locked.
CREATE OR REPLACE FUNCTION pay.undo_attempt(j pay.journal) RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    wanted constant text := pay.attempt_body(j.body)->>'reference';
BEGIN
    UPDATE pay.payments e SET operation = NULL
     WHERE e.merchant_id = j.merchant_id AND e.payment_id = j.object_id
       AND e.operation = pay.attempt_key(j.body);

    INSERT INTO pay.journal (merchant_id, key_hash, day, generation, status,
           object_version, livemode, request_id, event_id, object_id,
           created_at, fingerprint, request, body, key)
    VALUES (j.merchant_id, j.key_hash, greatest(today, j.day),
            CASE WHEN j.day >= today THEN j.generation + 1 ELSE 0 END, 1, 0,
            j.livemode, j.request_id, gen_random_uuid(), j.object_id, now(),
            j.fingerprint, j.request, '', j.key);

    -- the reference goes back to who had it last, if anybody had
    DELETE FROM pay.payment_references e
     WHERE e.merchant_id = j.merchant_id AND e.livemode = j.livemode
       AND e.reference = wanted AND e.payment_id = j.object_id
       AND coalesce(cardinality(e.earlier), 0) = 0;
    UPDATE pay.payment_references e
       SET payment_id = e.earlier[cardinality(e.earlier)],
           earlier = e.earlier[:cardinality(e.earlier) - 1]
     WHERE e.merchant_id = j.merchant_id AND e.livemode = j.livemode
       AND e.reference = wanted AND e.payment_id = j.object_id;
    DELETE FROM pay.followups f
     WHERE f.merchant_id = j.merchant_id
       AND f.attempt = pay.attempt_key(j.body);
END $$;

-- In: payments that had a reference.  Out: the newest 1000 of them.
CREATE OR REPLACE FUNCTION pay.newest_ids(ids uuid[]) RETURNS uuid[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ids[greatest(1, coalesce(cardinality(ids), 0) - 999):]
$$;


-- Takes references for payments that are about to be, one of each.  In: as in
-- pay.create_payments(), failure of those that are declined; what is to become of each
-- item, and the two numbers in it that mean: take its reference, if it has one; refuse
-- it.  The caller has locked the references.  Out: what is to become of each, with
-- "refuse" where another payment has the reference that has not ended without money.
CREATE OR REPLACE FUNCTION pay.take_references(merchant bigint[],
    livemode boolean[], reference text[], payment uuid[], failure text[],
    act int[], take_it int, refuse_it int) RETURNS int[]
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    taken int[];
BEGIN
    -- one of each; the row of a payment that has ended without money is
    -- taken over
    WITH won AS (
        INSERT INTO pay.payment_references AS e
               (merchant_id, livemode, reference, payment_id)
        SELECT DISTINCT ON (1, 2, 3) merchant[u.n], livemode[u.n], u.r,
               payment[u.n]
          FROM unnest(reference) WITH ORDINALITY u(r, n)
         WHERE act[u.n] = take_it AND u.r IS NOT NULL AND failure[u.n] IS NULL
         ORDER BY 1, 2, 3, u.n
        ON CONFLICT ON CONSTRAINT payment_references_pkey DO UPDATE
           SET payment_id = excluded.payment_id,
               earlier = pay.newest_ids(e.earlier || e.payment_id)
         WHERE EXISTS (
               SELECT FROM pay.payments p
                WHERE p.merchant_id = e.merchant_id
                  AND p.payment_id = e.payment_id
                  AND p.status IN ('failed', 'canceled', 'expired'))
        RETURNING payment_id)
    SELECT array_agg(u.n) INTO taken
      FROM unnest(reference) WITH ORDINALITY u(r, n)
     WHERE act[u.n] = take_it AND u.r IS NOT NULL AND failure[u.n] IS NULL
       AND payment[u.n] NOT IN (SELECT payment_id FROM won);

    -- what is declined takes none, but is refused where a payment has it that
    -- has not ended; one of this call is not there yet
    IF array_remove(failure, NULL) <> '{}' THEN
        SELECT taken || array_agg(u.n) INTO taken
          FROM unnest(reference) WITH ORDINALITY u(r, n)
          JOIN pay.payment_references e
            ON e.merchant_id = merchant[u.n] AND e.livemode = livemode[u.n]
           AND e.reference = u.r
         WHERE act[u.n] = take_it AND failure[u.n] IS NOT NULL
           AND NOT EXISTS (
               SELECT FROM pay.payments p
                WHERE p.merchant_id = e.merchant_id
                  AND p.payment_id = e.payment_id
                  AND p.status IN ('failed', 'canceled', 'expired'));

        INSERT INTO pay.payment_references AS e
               (merchant_id, livemode, reference, payment_id, earlier)
        SELECT merchant[u.n], livemode[u.n], u.r,
               (array_agg(payment[u.n]))[1],
               pay.newest_ids((array_agg(payment[u.n]))[2:])
          FROM unnest(reference) WITH ORDINALITY u(r, n)
         WHERE act[u.n] = take_it AND u.r IS NOT NULL
           AND failure[u.n] IS NOT NULL
           AND u.n <> ALL (coalesce(taken, '{}'))
         GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT ON CONSTRAINT payment_references_pkey DO UPDATE
           SET earlier = pay.newest_ids(e.earlier || excluded.payment_id
                                    || excluded.earlier);
    END IF;

    FOR i IN 1 .. coalesce(cardinality(taken), 0) LOOP
        act[taken[i]] := refuse_it;
    END LOOP;

    RETURN act;
END $$;

-- Stores the refusals of requests whose reference another payment has.  In: as above,
-- and the generation of each key.  Out: their rows, as pay.create_payments() gives
-- them.
CREATE OR REPLACE FUNCTION pay.refuse_references(item uuid[],
    merchant bigint[], livemode boolean[], key_hash uuid[], key text[],
    fingerprint bytea[], request_id uuid[], request text[], reference text[],
    generation smallint[], act int[], refuse_it int)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    RETURN QUERY
    INSERT INTO pay.journal AS j (merchant_id, key_hash, day, generation,
           status, object_version, livemode, request_id, event_id,
           object_id, created_at, fingerprint, request, body, key)
    SELECT e.merchant_id, key_hash[u.n], today, generation[u.n], 409,
           0, e.livemode, request_id[u.n], item[u.n], e.payment_id, now(),
           fingerprint[u.n], request[u.n],
           pay.problem_body('reference_already_used',
               'Reference already used', 409,
               'another payment of this merchant and mode has this '
               'reference', pay.id_text('req_', request_id[u.n]),
               'new_key', ',"existing_id":"'
               || pay.id_text('pay_', e.payment_id) || '"'), key[u.n]
      FROM unnest(reference) WITH ORDINALITY u(r, n)
      JOIN pay.payment_references e
        ON e.merchant_id = merchant[u.n] AND e.livemode = livemode[u.n]
       AND e.reference = u.r
     WHERE act[u.n] = refuse_it
    RETURNING j.event_id, pay.outcome('executed'), j.status,
              j.request_id, j.object_id, 0, j.created_at, NULL::text, j.body;
END $$;

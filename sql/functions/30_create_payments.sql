-- Creates payments: n requests, one call, one transaction, an outcome each.
--
-- In: arrays of one length, an element for each request:
--   item        the caller's tag, unique in the call; also the event's id
--   merchant, livemode, key_hash, key, fingerprint   who asks, and his key
--   request_id  of the request;   request  its line, "POST /v1/payments"
--   payment, transfer    UUIDv7 made by the caller
--   amount      minor units, 1 .. 999999999999;   currency  ISO 4217
--   capture     true: captured at once, false: authorized
--   token       of the simulator; tok_pending, tok_pending_fail, tok_timeout
--               leave the payment processing (202)
--   head, metadata, customer, reference, description   as in payments
--   failure, failure_message, failed_body   of a declined payment: its code,
--               its message and the answer; NULL: approved
--   at          the caller's clock;   expires, expiry_action  of the authorization
--   ttl         how long a key is remembered
--
-- Out: one row for each item:
--   outcome     0 executed now, 1 replayed, 2 the key is in use by a
--               transaction under way, 3 the key was used with another request,
--               5 the reference is in use by a transaction under way,
--               10 the key was canceled before it was used
--   status, body, request_id, object_id, object_version, created_at
--               of the execution, now or then; for 3 the original request's
--               id and line (method and path) only, for 2 and 5 nothing
--
-- Errors: none by design.  What violates a constraint is a bug of the caller
-- and aborts the call; the caller then sends each request alone.
--
-- Never waits for a key or a reference: try-locks (transaction scope) decide,
-- so a call neither waits for another one nor deadlocks with it.  After the
-- locks each statement takes a new snapshot (READ COMMITTED), so a key's
-- earlier execution is seen if it has committed.
--
-- What an earlier call has committed may not have reached the standby yet that
-- it had to wait for, if that wait was cut short.  With synchronous standbys a
-- replay therefore writes a word to the log and waits like the first one did.
CREATE OR REPLACE FUNCTION pay.create_payments(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    payment uuid[], transfer uuid[], amount bigint[], currency text[],
    capture boolean[], token text[], head text[], metadata text[],
    customer text[], reference text[], description text[], failure text[],
    failure_message text[], failed_body text[], at timestamptz[],
    expires timestamptz[], expiry_action text[], ttl interval)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms'
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    oldest constant timestamptz := now() - ttl;
    oldest_day constant date := (oldest AT TIME ZONE 'UTC')::date;
    -- -1 execute, 2 and 5 as above, 4 the reference is taken, 9 answered
    act int[];
    wait boolean[];                -- the processor answers later
    gen smallint[] := NULL;
    taken uuid[];
    r record;
BEGIN
    PERFORM pay.enter(merchant);

    SELECT array_agg(CASE WHEN NOT pg_try_advisory_xact_lock(
                                       uuid_hash_extended(u.k, u.m))
                          THEN 2
                          WHEN u.r IS NOT NULL
                               AND NOT pg_try_advisory_xact_lock(
                                       hashtextextended(u.r, u.m))
                          THEN 5 ELSE -1 END ORDER BY u.n)
      INTO act
      FROM unnest(merchant, key_hash, reference) WITH ORDINALITY u(m, k, r, n);

    SELECT array_agg(u.t IN ('tok_pending', 'tok_pending_fail', 'tok_timeout')
                     ORDER BY u.n)
      INTO wait FROM unnest(token) WITH ORDINALITY u(t, n);

    -- known keys, also of a day that has not begun for this transaction's
    -- clock; an expired row of today makes the new one its successor
    FOR r IN SELECT DISTINCT ON (u.n) u.n, u.i, u.f, j.*
               FROM unnest(item, merchant, key_hash, fingerprint)
                    WITH ORDINALITY u(i, m, k, f, n)
               JOIN pay.journal j
                 ON j.merchant_id = u.m AND j.key_hash = u.k
                AND j.day >= oldest_day
              WHERE act[u.n] = -1
              ORDER BY u.n, j.created_at DESC, j.generation DESC
    LOOP
        IF r.created_at <= oldest THEN
            IF r.day = today THEN
                gen := coalesce(gen, array_fill(0::smallint,
                                     ARRAY[array_length(item, 1)]));
                gen[r.n] := r.generation + 1;
            END IF;
            CONTINUE;
        END IF;

        act[r.n] := 9;
        o_item := r.i;
        outcome := CASE WHEN r.fingerprint IS NULL THEN 10
                        WHEN r.fingerprint = r.f THEN 1 ELSE 3 END;
        status := r.status;
        o_request_id := r.request_id;
        o_object_id := r.object_id;
        o_version := r.object_version;
        o_created_at := r.created_at;
        o_request := r.request;
        o_body := CASE WHEN outcome IN (1, 10) THEN r.body END;
        RETURN NEXT;
    END LOOP;

    IF 9 = ANY (act) AND current_setting('synchronous_standby_names') <> ''
    THEN
        PERFORM pg_logical_emit_message(true, 'payments', '');
    END IF;

    -- references, if there are any
    IF array_remove(reference, NULL) <> '{}' THEN
        WITH won AS (
            INSERT INTO pay.payment_references
            SELECT u.m, u.l, u.r, u.p
              FROM unnest(merchant, livemode, reference, payment)
                   WITH ORDINALITY u(m, l, r, p, n)
             WHERE act[u.n] = -1 AND u.r IS NOT NULL
             ORDER BY u.m, u.l, u.r
            ON CONFLICT DO NOTHING RETURNING payment_id)
        SELECT array_agg(u.p) INTO taken
          FROM unnest(reference, payment) WITH ORDINALITY u(r, p, n)
         WHERE act[u.n] = -1 AND u.r IS NOT NULL
           AND u.p NOT IN (SELECT payment_id FROM won);

        FOR r IN SELECT u.n
                   FROM unnest(payment) WITH ORDINALITY u(p, n)
                  WHERE taken IS NOT NULL AND u.p = ANY (taken)
        LOOP
            act[r.n] := 4;
        END LOOP;
    END IF;

    IF -1 = ANY (act) THEN
        INSERT INTO pay.ledger_transfers
        SELECT u.m, u.t, u.p, u.a, u.c, 1, 1, 2, u.l, u.cur, 'capture'
          FROM unnest(merchant, transfer, payment, amount, at, livemode,
                      currency, capture, failure)
               WITH ORDINALITY u(m, t, p, a, c, l, cur, cap, f, n)
         WHERE act[u.n] = -1 AND u.cap AND u.f IS NULL AND NOT wait[u.n];

        RETURN QUERY
        WITH p AS (
            INSERT INTO pay.payments AS p (merchant_id, payment_id, amount,
                   amount_authorized, amount_captured, created_at, updated_at,
                   authorized_at, captured_at, authorization_expires_at,
                   livemode, currency, status, expiry_action, token, head,
                   metadata, customer, reference, description, failure_code,
                   failure_message)
            SELECT u.m, u.p, u.a,
                   CASE WHEN u.f IS NULL AND NOT wait[u.n] THEN u.a ELSE 0 END,
                   CASE WHEN u.f IS NULL AND u.cap AND NOT wait[u.n]
                        THEN u.a ELSE 0 END,
                   u.at, u.at,
                   CASE WHEN u.f IS NULL AND NOT wait[u.n] THEN u.at END,
                   CASE WHEN u.f IS NULL AND u.cap AND NOT wait[u.n]
                        THEN u.at END,
                   u.x, u.l, u.cur,
                   CASE WHEN wait[u.n] THEN 'processing'
                        WHEN u.f IS NOT NULL THEN 'failed'
                        WHEN u.cap THEN 'captured' ELSE 'authorized' END,
                   u.xa, u.tok, u.h, u.meta, u.cus, u.ref, u.des, u.f, u.fm
              FROM unnest(merchant, payment, amount, capture, at, expires,
                          livemode, currency, expiry_action, token, head,
                          metadata, customer, reference, description, failure,
                          failure_message)
                   WITH ORDINALITY u(m, p, a, cap, at, x, l, cur, xa, tok, h,
                                     meta, cus, ref, des, f, fm, n)
             WHERE act[u.n] = -1
            RETURNING p.payment_id, p.status, pay.payment_body(p) AS body),
        j AS (
            INSERT INTO pay.journal AS j (merchant_id, key_hash, day,
                   generation, status, object_version, livemode, request_id,
                   event_id, object_id, created_at, fingerprint, request,
                   body, event_type, event_body, key)
            SELECT u.m, u.kh, today, coalesce(gen[u.n], 0),
                   CASE WHEN wait[u.n] THEN 202
                        WHEN u.fb IS NULL THEN 201 ELSE 402 END, 1, u.l,
                   u.rq, u.i, u.p, now(), u.fp, u.line,
                   coalesce(u.fb, p.body), 'payment.' || p.status,
                   CASE WHEN u.fb IS NOT NULL THEN p.body END, u.k
              FROM unnest(item, merchant, livemode, key_hash, key,
                          fingerprint, request_id, request, payment,
                          failed_body)
                   WITH ORDINALITY u(i, m, l, kh, k, fp, rq, line, p, fb, n)
              JOIN p ON p.payment_id = u.p
            RETURNING j.event_id, j.status, j.request_id, j.object_id, j.body)
        SELECT j.event_id, 0::smallint, j.status, j.request_id, j.object_id,
               1, now(), NULL::text, j.body
          FROM j;
    END IF;

    IF 4 = ANY (act) THEN
        RETURN QUERY
        INSERT INTO pay.journal AS j (merchant_id, key_hash, day, generation,
               status, object_version, livemode, request_id, event_id,
               object_id, created_at, fingerprint, request, body, key)
        SELECT u.m, u.kh, today, coalesce(gen[u.n], 0), 409, 0, u.l, u.rq,
               u.i, e.payment_id, now(), u.fp, u.line,
               pay.problem_body('reference_already_used',
                   'Reference already used', 409,
                   'another payment of this merchant and mode has this '
                   'reference', pay.id_text('req_', u.rq), 'new_key',
                   ',"existing_id":"' || pay.id_text('pay_', e.payment_id)
                   || '"'), u.k
          FROM unnest(item, merchant, livemode, key_hash, key, fingerprint,
                      request_id, request, reference)
               WITH ORDINALITY u(i, m, l, kh, k, fp, rq, line, ref, n)
          JOIN pay.payment_references e
            ON e.merchant_id = u.m AND e.livemode = u.l
           AND e.reference = u.ref
         WHERE act[u.n] = 4
        RETURNING j.event_id, 0::smallint, j.status, j.request_id,
                  j.object_id, 0, j.created_at, NULL::text, j.body;
    END IF;

    IF 2 = ANY (act) OR 5 = ANY (act) THEN
        RETURN QUERY
        SELECT u.i, act[u.n]::smallint, NULL::smallint, NULL::uuid, NULL::uuid,
               NULL::int, NULL::timestamptz, NULL::text, NULL::text
          FROM unnest(item) WITH ORDINALITY u(i, n)
         WHERE act[u.n] IN (2, 5);
    END IF;
END $$;

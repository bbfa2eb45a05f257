-- Creates payments: n requests, one call, one transaction, an outcome each.
--
-- In: arrays of one length, an element for each request:
--   item        the caller's tag, unique in the call; also the event's id
--   merchant, livemode, key_hash, key, fingerprint   who asks, and its key
--   request_id  of the request;   request  its line, "POST /v1/payments"
--   payment, transfer    UUIDv7 made by the caller
--   amount      minor units, 1 .. 999999999999;   currency  ISO 4217
--   capture     true: captured at once, false: authorized
--   token       what paid: of the simulator, or what is shown of an acquirer's
--   head, metadata, customer, reference, description   as in payments
--   failure, failure_message, failed_body   of a declined payment: its code,
--               its message and the answer; NULL: approved
--   at          the caller's clock;   expires, expiry_action  of the authorization
--   pending     the processor answers later: the payment is processing (202)
--   action      what the customer must do first, as payments.action: the payment
--               requires it (202); NULL: nothing
--   processor, processor_reference   of an acquirer; NULL: the simulator
--   followup    the text of an attempt that has to be looked up until it has ended, or
--               NULL
--   fee         what the acquirer keeps of what it has captured, minor units, or NULL
--   ttl         how long a key is remembered
--
-- Out: one row for each item:
--   outcome     executed, replayed, in_use, reused, canceled; busy: the reference
--               is in use by a transaction under way
--   status, body, request_id, object_id, object_version, created_at
--               of the execution, now or then; for reused the original request's
--               id and line (method and path) only, for in_use and busy nothing
--
-- A key that is begun (pay.begin_payments()) is ended by this: only its own request
-- has its fingerprint.  Its reference was taken then.
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
    expires timestamptz[], expiry_action text[], pending boolean[],
    processor text[], processor_reference text[], followup text[],
    fee bigint[], action text[], ttl interval)
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
    -- what becomes of each item: one of these, or an outcome
    create_it constant int := -1;
    refuse_it constant int := -2;  -- its reference is taken
    end_it constant int := -3;     -- it was begun: it is created, come what may
    act int[];
    gen smallint[];
    ends date[];
    c record;
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    c := pay.claim_keys(merchant, key_hash, fingerprint, ttl);
    gen := c.generation;
    ends := c.ends;
    act := c.outcome;

    -- What follows looks into the arrays by number: to join them as columns
    -- makes a table of each, for every call.

    FOR i IN 1 .. items LOOP
        IF act[i] = pay.outcome('begun') THEN
            act[i] := end_it;
        ELSIF act[i] IS NOT NULL THEN
            CONTINUE;
        ELSIF reference[i] IS NOT NULL
              AND NOT pg_try_advisory_xact_lock(hashtextextended(reference[i],
                                                                 merchant[i]))
        THEN
            act[i] := pay.outcome('busy');
        ELSE
            act[i] := create_it;
        END IF;
    END LOOP;

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

    -- references, if there are any
    IF array_remove(reference, NULL) <> '{}' THEN
        act := pay.take_references(merchant, livemode, reference, payment,
                                   failure, act, create_it, refuse_it);

        -- the row may have stayed where the merchant was when it was begun
        INSERT INTO pay.payment_references AS e
               (merchant_id, livemode, reference, payment_id)
        SELECT merchant[u.n], livemode[u.n], u.r, payment[u.n]
          FROM unnest(reference) WITH ORDINALITY u(r, n)
         WHERE act[u.n] = end_it AND u.r IS NOT NULL
            ON CONFLICT ON CONSTRAINT payment_references_pkey DO NOTHING;
    END IF;

    IF create_it = ANY (act) OR end_it = ANY (act) THEN
        -- each payment as it will be, and rendered, once: what RETURNING renders
        -- is compiled for the table and again for each of its partitions
        RETURN QUERY
        WITH v AS MATERIALIZED (
            SELECT w.*, pay.payment_text(w.head, w.amount_authorized,
                       w.amount_captured, 0, 0, 0, w.status, w.description,
                       w.metadata, w.failure_code, w.failure_message, NULL, 1, w.time,
                       CASE WHEN w.authorized_at IS NULL THEN 'null' ELSE w.time END,
                       CASE WHEN w.captured_at IS NULL THEN 'null' ELSE w.time END,
                       'null', pay.action_shown(action[w.n]), NULL, w.fee,
                       NULL) AS body
              FROM (SELECT u.n, merchant[u.n] AS merchant_id,
                           u.p AS payment_id, amount[u.n] AS amount,
                           CASE WHEN a.approved THEN amount[u.n] ELSE 0 END
                               AS amount_authorized,
                           CASE WHEN a.approved AND capture[u.n]
                                THEN amount[u.n] ELSE 0 END AS amount_captured,
                           at[u.n] AS at, pay.json_time(at[u.n]) AS time,
                           CASE WHEN a.approved THEN at[u.n] END
                               AS authorized_at,
                           CASE WHEN a.approved AND capture[u.n] THEN at[u.n] END
                               AS captured_at,
                           livemode[u.n] AS livemode,
                           currency[u.n] AS currency,
                           CASE WHEN pending[u.n] THEN 'processing'
                                WHEN action[u.n] IS NOT NULL
                                THEN 'requires_action'
                                WHEN NOT a.approved THEN 'failed'
                                WHEN capture[u.n] THEN 'captured'
                                ELSE 'authorized' END AS status,
                           head[u.n] AS head, metadata[u.n] AS metadata,
                           description[u.n] AS description,
                           failure[u.n] AS failure_code,
                           failure_message[u.n] AS failure_message,
                           CASE WHEN a.approved AND capture[u.n]
                                THEN fee[u.n] END AS fee
                      FROM unnest(payment) WITH ORDINALITY u(p, n),
                           LATERAL (SELECT failure[u.n] IS NULL
                                           AND NOT pending[u.n]
                                           AND action[u.n] IS NULL AS approved) a
                     WHERE act[u.n] IN (create_it, end_it) OFFSET 0) w),
        t AS (
            INSERT INTO pay.ledger_transfers (merchant_id, transaction_id,
                   source_id, amount, created_at, debit, credit, livemode,
                   currency, kind)
            SELECT v.merchant_id, transfer[v.n], v.payment_id,
                   v.amount_captured, v.at,
                   pay.account('processor_receivable'),
                   pay.account('merchant_pending'), v.livemode, v.currency,
                   'capture'
              FROM v WHERE v.amount_captured > 0),
        p AS (
            INSERT INTO pay.payments (merchant_id, payment_id, amount,
                   amount_authorized, amount_captured, created_at, updated_at,
                   authorized_at, captured_at, authorization_expires_at,
                   livemode, currency, status, expiry_action, token, head,
                   metadata, customer, reference, description, failure_code,
                   failure_message, processor, processor_reference, fee,
                   action, action_expires_at, action_attempt)
            SELECT v.merchant_id, v.payment_id, v.amount, v.amount_authorized,
                   v.amount_captured, v.at, v.at, v.authorized_at,
                   v.captured_at, expires[v.n], v.livemode, v.currency,
                   v.status, expiry_action[v.n], token[v.n], v.head, v.metadata,
                   customer[v.n], reference[v.n], v.description,
                   v.failure_code, v.failure_message, processor[v.n],
                   processor_reference[v.n], v.fee, action[v.n],
                   pay.action_expires_at(action[v.n]),
                   CASE WHEN action[v.n] IS NOT NULL
                        THEN pay.attempt_key(followup[v.n]) END
              FROM v),
        j AS (
            INSERT INTO pay.journal AS j (merchant_id, key_hash, day,
                   generation, status, object_version, livemode, request_id,
                   event_id, object_id, created_at, fingerprint, request,
                   body, event_type, event_body, key, movement, moved,
                   moved_currency)
            SELECT v.merchant_id, key_hash[v.n], coalesce(ends[v.n], today),
                   gen[v.n],
                   CASE WHEN pending[v.n] OR action[v.n] IS NOT NULL THEN 202
                        WHEN failed_body[v.n] IS NULL THEN 201 ELSE 402 END,
                   1, v.livemode, request_id[v.n], item[v.n], v.payment_id,
                   now(), fingerprint[v.n], request[v.n],
                   coalesce(failed_body[v.n], v.body), 'payment.' || v.status,
                   CASE WHEN failed_body[v.n] IS NOT NULL THEN v.body END,
                   key[v.n],
                   CASE WHEN v.amount_captured > 0
                        THEN pay.movement('capture') END,
                   CASE WHEN v.amount_captured > 0 THEN v.amount_captured END,
                   CASE WHEN v.amount_captured > 0 THEN v.currency END
              FROM v
            RETURNING j.event_id, j.status, j.request_id, j.object_id, j.body)
        SELECT j.event_id, pay.outcome('executed'), j.status, j.request_id, j.object_id,
               1, now(), NULL::text, j.body
          FROM j;
    END IF;

    -- of acquirers; one expression, since each is made ready once in a transaction
    IF array_remove(followup, NULL) <> '{}' OR array_remove(fee, NULL) <> '{}' THEN
        PERFORM pay.book_fee('fee', merchant[u.n], transfer[u.n], payment[u.n],
                             u.f, at[u.n], livemode[u.n], currency[u.n])
           FROM unnest(fee) WITH ORDINALITY u(f, n)
          WHERE act[u.n] IN (create_it, end_it) AND u.f > 0 AND capture[u.n]
            AND failure[u.n] IS NULL AND NOT pending[u.n]
            AND action[u.n] IS NULL;

        INSERT INTO pay.followups (merchant_id, attempt, livemode, key_hash,
               key, fingerprint, request_id, request, object_id, begun_at,
               args, due)
        SELECT merchant[u.n], pay.attempt_key(u.f), livemode[u.n],
               key_hash[u.n], key[u.n], fingerprint[u.n], request_id[u.n],
               request[u.n], payment[u.n], at[u.n], u.f,
               least(now() + pay.attempt_patience(),
                     pay.action_expires_at(action[u.n]) + interval '1 second')
          FROM unnest(followup) WITH ORDINALITY u(f, n)
         WHERE act[u.n] IN (create_it, end_it) AND u.f IS NOT NULL
            ON CONFLICT ON CONSTRAINT followups_pkey DO NOTHING;
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

-- Changes payments: n requests, one call, one transaction, an outcome each.
--
-- In: arrays of one length, an element for each request:
--   item, merchant, livemode, key_hash, key, fingerprint, request_id, request
--               as in create_payments; key NULL: the request had none
--   payment     which one;   action  as in pay.transitions, or update_refund, of
--               the refund with that id, or win_dispute and lose_dispute, of the
--               dispute
--   object      a UUIDv7 for what the change makes (refund, capture)
--   transfer, transfer2   UUIDv7 for the ledger
--   amount      minor units; NULL: all that is possible
--   currency    of a refund, or NULL;   final  of a capture
--   reason      of a cancellation or refund;   reference  of a refund
--   metadata    of a refund; of an update: what changes, null deletes; or NULL
--   description, described   of an update: new value, and whether there is one
--   if_match    versions separated by commas, one of which it must have; or NULL
--   at          the caller's clock
--   args        of a payment of an acquirer: the text of the attempt, or NULL
--   verdict     approved, declined or pending: what the acquirer has said of it; of a
--               confirmation also action
--   failure, failure_message   of what is declined
--   fee         what the acquirer keeps of a capture, minor units, or NULL
--   next_action   of verdict action: what the customer must do, as payments.action
--   ttl         how long a key is remembered
--
-- Out: one row for each item, as from create_payments, and
--   outcome     busy: the payment is locked by a transaction under way, or an acquirer
--               is asked for something else of it;
--               stale: it has another version than if_match, which version shows;
--               invalid: what was asked for is not valid, as o_body says
--
-- Neither waits for a key nor for a payment: try-locks and SKIP LOCKED decide.
-- What it refuses for good (the state, the amount) is stored under the key.
CREATE OR REPLACE FUNCTION pay.change_payments(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    payment uuid[], action text[], object uuid[], transfer uuid[],
    transfer2 uuid[], amount bigint[], currency text[], final boolean[],
    reason text[], reference text[], metadata text[], description text[],
    described boolean[], if_match text[], at timestamptz[], args text[],
    verdict text[], failure text[], failure_message text[], fee bigint[],
    next_action text[], ttl interval)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms'
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    p pay.payments;
    j pay.journal;
    k record;
    c record;
    i int;
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    FOR i IN SELECT u.n FROM unnest(merchant, payment) WITH ORDINALITY
                                  AS u (m, p, n) ORDER BY u.m, u.p
    LOOP
        o_item := item[i];
        outcome := pay.outcome('executed');
        status := NULL;
        o_request_id := NULL;
        o_object_id := NULL;
        o_version := NULL;
        o_created_at := NULL;
        o_request := NULL;
        o_body := NULL;

        SELECT * INTO k FROM pay.claim_key(merchant[i], key_hash[i],
                                           fingerprint[i], ttl);

        -- what this very request has begun it ends
        IF k.outcome IS NOT NULL
           AND (k.outcome <> pay.outcome('begun') OR verdict[i] IS NULL)
        THEN
            j := k.j;
            outcome := k.outcome;
            status := j.status;
            o_request_id := j.request_id;
            o_object_id := j.object_id;
            o_version := j.object_version;
            o_created_at := j.created_at;
            o_request := j.request;
            o_body := CASE WHEN outcome <> pay.outcome('reused')
                           THEN j.body END;
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- of what a payment has
        IF action[i] IN ('win_dispute', 'lose_dispute', 'update_refund') THEN
            IF action[i] = 'update_refund' THEN
                SELECT * INTO c FROM pay.update_refund(merchant[i],
                    livemode[i], payment[i], if_match[i], reference[i],
                    metadata[i], at[i], request_id[i]);
            ELSE
                SELECT * INTO c FROM pay.end_dispute(merchant[i],
                    livemode[i], payment[i], action[i] = 'win_dispute',
                    if_match[i], transfer[i], at[i], request_id[i]);
            END IF;

            outcome := c.outcome;
            o_version := c.version;
            o_body := c.body;

            IF outcome = pay.outcome('executed') THEN
                status := c.status;
                o_request_id := request_id[i];
                o_object_id := payment[i];
                o_created_at := now();

                INSERT INTO pay.journal (merchant_id, key_hash, day,
                       generation, status, object_version, livemode,
                       request_id, event_id, object_id, parent_id, created_at,
                       fingerprint, request, body, event_type, previous, key,
                       movement, moved, moved_currency)
                VALUES (merchant[i], key_hash[i], today, k.generation, status,
                        o_version, livemode[i], o_request_id, o_item,
                        o_object_id, c.parent_id, now(), fingerprint[i],
                        request[i], o_body, c.event_type, c.previous, key[i],
                        c.movement, c.moved, c.currency);
            END IF;

            RETURN NEXT;
            CONTINUE;
        END IF;

        SELECT * INTO p FROM pay.payments e
         WHERE e.merchant_id = merchant[i] AND e.payment_id = payment[i]
           AND e.livemode = livemode[i]
           FOR UPDATE SKIP LOCKED;

        IF NOT FOUND AND EXISTS (
            SELECT FROM pay.payments e
             WHERE e.merchant_id = merchant[i] AND e.payment_id = payment[i]
               AND e.livemode = livemode[i])
        THEN
            outcome := pay.outcome('busy');
            RETURN NEXT;
            CONTINUE;
        END IF;

        IF p.operation IS NOT NULL AND action[i] <> 'update'
           AND p.operation IS DISTINCT FROM pay.attempt_key(args[i])
        THEN
            outcome := pay.outcome('busy');
            RETURN NEXT;
            CONTINUE;
        END IF;

        IF p.version <> ALL (string_to_array(if_match[i], ',')::int[]) THEN
            outcome := pay.outcome('stale');
            o_version := p.version;
            RETURN NEXT;
            CONTINUE;
        END IF;

        IF action[i] = 'confirm' AND verdict[i] IS NOT NULL THEN
            SELECT * INTO c FROM pay.confirm_payment(p, verdict[i], args[i],
                next_action[i], failure[i], failure_message[i], fee[i],
                transfer[i],
                key_hash[i], key[i], fingerprint[i], request_id[i], request[i],
                at[i]);
        ELSIF verdict[i] IN ('declined', 'pending') THEN
            SELECT * INTO c FROM pay.hold_change(p, verdict[i], args[i],
                failure[i], failure_message[i], key_hash[i], key[i],
                fingerprint[i], request_id[i], request[i], at[i]);
        ELSE
            SELECT *, NULL::text AS event_body INTO c FROM pay.change_payment(p,
                payment[i], action[i], object[i], transfer[i], transfer2[i],
                amount[i], currency[i], final[i], reason[i], reference[i],
                metadata[i], description[i], described[i], at[i],
                request_id[i], told => verdict[i] IS NOT NULL,
                fee => fee[i], attempt => pay.attempt_key(args[i]),
                refunded_by => CASE WHEN action[i] = 'refund'
                                         AND p.processor IS NOT NULL
                    THEN pay.refund_attempt(merchant[i], key_hash[i],
                             fingerprint[i], at[i], ttl) END);

            -- what its acquirer has done does not fit any more; others may go on
            UPDATE pay.payments e SET operation = NULL, pending_action = NULL
             WHERE c.status >= 400 AND e.merchant_id = merchant[i]
               AND e.payment_id = payment[i]
               AND e.operation = pay.attempt_key(args[i]);
        END IF;

        IF c.status IS NULL THEN
            outcome := pay.outcome('invalid');
            o_body := pay.violation('/metadata', 'max_properties',
                'the payment would have more than 50 pairs of metadata');
            RETURN NEXT;
            CONTINUE;
        END IF;

        status := c.status;
        o_request_id := request_id[i];
        o_object_id := c.object_id;
        o_version := c.version;
        o_created_at := now();
        o_body := c.body;

        INSERT INTO pay.journal (merchant_id, key_hash, day, generation,
               status, object_version, livemode, request_id, event_id,
               object_id, parent_id, created_at, fingerprint, request, body,
               event_type, event_body, previous, key, movement, moved,
               moved_currency)
        VALUES (merchant[i], key_hash[i], coalesce(k.ends, today), k.generation,
                status, o_version, livemode[i], o_request_id, o_item,
                o_object_id, c.parent_id, now(), fingerprint[i], request[i],
                o_body, c.event_type, c.event_body, c.previous, key[i], c.movement, c.moved,
                CASE WHEN c.movement IS NOT NULL THEN p.currency END);

        RETURN NEXT;
    END LOOP;
END $$;

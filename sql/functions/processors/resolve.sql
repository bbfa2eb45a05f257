-- Attempts whose acquirer does not say what became of them, and what an operator
-- decides.

-- How often an attempt was looked up when it is in review: about three days, then it is
-- looked up daily.
CREATE OR REPLACE FUNCTION pay.review_tries() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 77 $$;

-- Ends the attempt of a payment that waits, as its acquirer's verdict would.
-- In: merchant, mode, payment; the attempt's key, NULL: the one that waits; approved,
-- declined or not_executed; the acquirer's reference and why, or NULL; who decides; the
-- request; the caller's clock.
-- Out: an outcome: executed, with HTTP status, the payment's version and body; busy: the
-- payment is locked, or a client still waits for the attempt; invalid, as the body says.
-- Where nothing waits the payment stays as it is: who comes second finds what the first
-- has come to.
CREATE OR REPLACE FUNCTION pay.resolve_attempt(merchant bigint,
    livemode boolean, payment uuid, attempt text, verdict text, reference text,
    reason text, actor text, request uuid, at timestamptz,
    OUT outcome smallint, OUT status smallint, OUT version int, OUT body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    p pay.payments;
    f pay.followups;
    waiting text[];
    action text;
BEGIN
    outcome := pay.outcome('executed');
    status := 200;
    version := 0;

    SELECT * INTO p FROM pay.payments e
     WHERE e.merchant_id = merchant AND e.payment_id = payment
       AND e.livemode = livemode
       FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM pay.payments e
                    WHERE e.merchant_id = merchant AND e.payment_id = payment
                      AND e.livemode = livemode)
        THEN
            outcome := pay.outcome('busy');
        ELSE
            SELECT x.status, x.body INTO STRICT status, body
              FROM pay.refusal('resource_not_found',
                               pay.id_text('req_', request), NULL, '') x;
        END IF;
        RETURN;
    END IF;

    version := p.version;
    body := pay.payment_body(p);
    waiting := ARRAY(
        SELECT e.attempt FROM pay.followups e
         WHERE e.merchant_id = merchant AND NOT e.ended
           AND e.object_id IN (SELECT payment UNION ALL
                               SELECT r.refund_id FROM pay.refunds r
                                WHERE r.merchant_id = merchant
                                  AND r.payment_id = payment
                                  AND r.status = 'pending')
           AND pay.followup_state(e) IS NOT FALSE
           AND e.attempt = coalesce(attempt, e.attempt)
         ORDER BY e.attempt);

    IF cardinality(waiting) = 0 THEN
        IF p.operation IS NOT NULL THEN
            outcome := pay.outcome('busy');
        END IF;
        RETURN;
    END IF;

    IF cardinality(waiting) > 1 THEN
        outcome := pay.outcome('invalid');
        body := pay.violation('/attempt', 'required', 'several attempts wait: '
                              || array_to_string(waiting, ', '));
        RETURN;
    END IF;

    SELECT * INTO STRICT f FROM pay.followups e
     WHERE e.merchant_id = merchant AND e.attempt = waiting[1];
    action := pay.attempt_action(f.args);

    -- its key has no end: the follow-up that is due gives it one
    IF pay.followup_state(f) IS NULL THEN
        outcome := pay.outcome('busy');
        RETURN;
    END IF;

    -- another one of this payment, a confirmation say, is on its way
    IF p.operation <> f.attempt THEN
        outcome := pay.outcome('busy');
        RETURN;
    END IF;

    IF action = 'authorize' AND verdict = 'approved' THEN
        IF coalesce(p.processor_reference, reference) IS NULL THEN
            outcome := pay.outcome('invalid');
            body := pay.violation('/reference', 'required', 'the acquirer''s '
                'name for the authorization: captures and refunds need it');
            RETURN;
        ELSIF p.processor_reference <> reference THEN
            outcome := pay.outcome('invalid');
            body := pay.violation('/reference', 'reference', 'the acquirer has '
                                  'said ' || p.processor_reference);
            RETURN;
        ELSIF EXISTS (SELECT FROM pay.payments e
                       WHERE e.processor_reference = reference
                         AND e.processor = p.processor
                         AND (e.merchant_id, e.payment_id) <> (merchant, payment))
        THEN
            outcome := pay.outcome('invalid');
            body := pay.violation('/reference', 'reference',
                                  'it is that of another payment');
            RETURN;
        END IF;
    END IF;

    outcome := pay.end_attempt(merchant, f.attempt,
        -- what did not go on after an action says nothing of the payment
        CASE WHEN verdict = 'approved' OR action = 'continue' THEN verdict
             ELSE 'declined' END,
        CASE WHEN action = 'authorize'
             THEN pay.head_with_reference(p, reference) END,
        CASE WHEN action = 'authorize' THEN reference END,
        CASE verdict WHEN 'declined' THEN 'generic_decline'
                     WHEN 'not_executed' THEN 'processing_error' END,
        CASE verdict WHEN 'declined' THEN 'The acquirer has declined it.'
                     WHEN 'not_executed'
                     THEN 'The acquirer has not executed it.' END,
        NULL, pay.uuid7(), at);

    IF outcome <> pay.outcome('executed') THEN
        RETURN;
    END IF;

    INSERT INTO pay.resolutions (merchant_id, attempt, payment_id, action,
           verdict, reference, reason, actor, request_id)
    VALUES (merchant, f.attempt, payment, action, verdict, reference, reason,
            actor, request);

    SELECT e.version, pay.payment_body(e) INTO STRICT version, body
      FROM pay.payments e
     WHERE e.merchant_id = merchant AND e.payment_id = payment;
END $$;

-- In: a payment; its acquirer's name for it, or NULL.  Out: its head with that, where it
-- has none yet.
CREATE OR REPLACE FUNCTION pay.head_with_reference(p pay.payments,
    reference text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT replace(p.head,
                   '"processor":{"name":"' || p.processor || '","reference":null}',
                   '"processor":{"name":"' || p.processor || '","reference":'
                   || pay.json_text(reference) || '}')
$$;

-- What an operator has decided: n requests, one call, one transaction, an outcome each.
-- In: arrays of one length: item, merchant, livemode, key_hash, key, fingerprint,
-- request_id, request, payment, at and ttl as in pay.change_payments(); attempt,
-- verdict, reference and reason as above; the hash of the API key that decides.
-- Out: one row for each item, as from pay.change_payments().
CREATE OR REPLACE FUNCTION pay.resolve_attempts(
    item uuid[], merchant bigint[], livemode boolean[], key_hash uuid[],
    key text[], fingerprint bytea[], request_id uuid[], request text[],
    payment uuid[], attempt text[], verdict text[], reference text[],
    reason text[], api_key bytea[], at timestamptz[], ttl interval)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms' AS $$
#variable_conflict use_variable
DECLARE
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

        SELECT * INTO k FROM pay.claim_key(merchant[i], key_hash[i],
                                           fingerprint[i], ttl);

        IF k.outcome IS NOT NULL THEN
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

        SELECT * INTO c FROM pay.resolve_attempt(merchant[i], livemode[i],
            payment[i], attempt[i], verdict[i], reference[i], reason[i],
            (SELECT pay.id_text('key_', e.key_id) FROM pay.api_keys e
              WHERE e.merchant_id = merchant[i] AND e.key_hash = api_key[i]),
            request_id[i], at[i]);

        outcome := c.outcome;
        status := c.status;
        o_request_id := request_id[i];
        o_object_id := payment[i];
        o_version := c.version;
        o_created_at := now();
        o_request := request[i];
        o_body := c.body;

        -- the verdict's own row has the event
        IF outcome = pay.outcome('executed') THEN
            INSERT INTO pay.journal (merchant_id, key_hash, day, generation,
                   status, object_version, livemode, request_id, event_id,
                   object_id, created_at, fingerprint, request, body, key)
            VALUES (merchant[i], key_hash[i],
                    (now() AT TIME ZONE 'UTC')::date, k.generation, status,
                    o_version, livemode[i], o_request_id, o_item, o_object_id,
                    now(), fingerprint[i], o_request, o_body, key[i]);
        END IF;

        RETURN NEXT;
    END LOOP;
END $$;

-- How many attempts wait for their end, for /metrics.  In: the caller's tag; the
-- processors that it knows, with commas between them.  Out: a row for each of them: its
-- name, how many wait, how many of them are in review, seconds since the oldest was
-- begun.
CREATE OR REPLACE FUNCTION pay.count_attempts(item uuid[], processors text[])
RETURNS TABLE (o_item uuid, o_processor text, o_waiting bigint,
               o_review bigint, o_seconds bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '100ms' SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT item[1], u.name, count(f.attempt),
           count(f.attempt) FILTER (WHERE f.tries >= pay.review_tries()),
           coalesce(max(extract(epoch FROM now() - f.begun_at))::bigint, 0)
      FROM unnest(string_to_array(processors[1], ',')) AS u (name)
      LEFT JOIN pay.followups f
        ON pay.attempt_processor(f.args) = u.name AND NOT f.ended AND f.tries > 0
       -- those that have ended are due a month later
       AND f.due < now() + interval '25 hours'
     GROUP BY u.name;
END $$;

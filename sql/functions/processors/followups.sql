-- When an attempt is looked at again.  In: how often it was.  Out: how long until then.
-- The first pause is longer than a call may take.
CREATE OR REPLACE FUNCTION pay.followup_pause(tries int) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN tries < 2 THEN interval '30 seconds'
                WHEN tries = 2 THEN interval '2 minutes'
                WHEN tries = 3 THEN interval '10 minutes'
                WHEN tries = 4 THEN interval '30 minutes'
                WHEN tries < 77 THEN interval '1 hour'
                ELSE interval '1 day' END
$$;

-- Makes follow-ups of the attempts whose worker has died: begun rows of the journal
-- without an end.  In: up to which transaction all has ended; how old a row has to be.
-- Each row is looked at once; one that is too young bounds the mark.
CREATE OR REPLACE FUNCTION pay.find_orphans(high xid8, age interval) RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp SET enable_seqscan = off AS $$
DECLARE
    low xid8;
    young xid8;
BEGIN
    SELECT m.xid INTO low FROM pay.begun_mark m FOR UPDATE SKIP LOCKED;

    -- somebody else is at it
    IF NOT FOUND THEN
        RETURN;
    END IF;

    SELECT j.xid INTO young FROM pay.journal j
     WHERE j.status = 0 AND j.xid >= low AND j.xid < high
       AND j.created_at >= now() - age
     ORDER BY j.xid LIMIT 1;

    high := coalesce(young, high);

    INSERT INTO pay.followups (merchant_id, attempt, livemode, key_hash, key,
           fingerprint, request_id, request, object_id, begun_at, args, due)
    SELECT j.merchant_id, pay.attempt_key(j.body), j.livemode, j.key_hash,
           j.key, j.fingerprint, j.request_id, j.request, j.object_id,
           j.created_at, j.body, now()
      FROM pay.journal j
     WHERE j.status = 0 AND j.xid >= low AND j.xid < high
       AND pay.attempt_is_open(j)
        ON CONFLICT ON CONSTRAINT followups_pkey DO NOTHING;

    UPDATE pay.begun_mark SET xid = high WHERE xid < high;
END $$;

-- Makes follow-ups of the attempts of merchants that move: a begun row that has come from
-- another shard has no number of a transaction, so pay.find_orphans() would not find it
-- there.  In: merchants, of whom nothing is written until the caller's transaction ends.
-- An attempt whose worker lives has ended when its follow-up is due.
CREATE OR REPLACE FUNCTION pay.follow_begun(merchants bigint[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pay, pg_temp SET enable_seqscan = off AS $$
    INSERT INTO pay.followups (merchant_id, attempt, livemode, key_hash, key,
           fingerprint, request_id, request, object_id, begun_at, args, due)
    SELECT j.merchant_id, pay.attempt_key(j.body), j.livemode, j.key_hash,
           j.key, j.fingerprint, j.request_id, j.request, j.object_id,
           j.created_at, j.body, j.created_at + pay.attempt_patience()
      FROM pay.journal j
     WHERE j.status = 0 AND j.xid >= (SELECT m.xid FROM pay.begun_mark m)
       AND j.merchant_id = ANY (merchants) AND pay.attempt_is_open(j)
        ON CONFLICT ON CONSTRAINT followups_pkey DO NOTHING
$$;

-- Whether an attempt still has to end.  In: the follow-up.  Out: NULL: its key has no
-- end at all, which it must get; true: it is waited for; false: it has ended.
CREATE OR REPLACE FUNCTION pay.followup_state(f pay.followups) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp AS $$
DECLARE
    j pay.journal;
BEGIN
    IF f.ended THEN
        RETURN false;
    END IF;

    -- a client's, not one of pay.send_later()
    IF f.fingerprint IS NOT NULL THEN
        j := pay.begun_row(f.merchant_id, f.key_hash);

        IF pay.attempt_key(j.body) = f.attempt AND pay.attempt_is_open(j) THEN
            RETURN NULL;
        END IF;
    END IF;

    RETURN CASE pay.attempt_action(f.args)
        WHEN 'refund' THEN EXISTS (
            SELECT FROM pay.refunds r
             WHERE r.merchant_id = f.merchant_id AND r.refund_id = f.object_id
               AND r.status = 'pending')
        WHEN 'authorize' THEN EXISTS (
            SELECT FROM pay.payments p
             WHERE p.merchant_id = f.merchant_id AND p.payment_id = f.object_id
               AND p.status IN ('processing', 'requires_action'))
        WHEN 'continue' THEN EXISTS (
            SELECT FROM pay.payments p
             WHERE p.merchant_id = f.merchant_id AND p.payment_id = f.object_id
               AND p.status = 'processing')
        ELSE f.fingerprint IS NULL AND pay.attempt_action(f.args) = 'void'
             OR EXISTS (
            SELECT FROM pay.payments p
             WHERE p.merchant_id = f.merchant_id AND p.payment_id = f.object_id
               AND p.operation = f.attempt) END;
END $$;

-- Takes a follow-up whose attempt has ended away.  One that no begun row stands behind
-- goes a month later: until then its key is known.  In: it.
CREATE OR REPLACE FUNCTION pay.end_followup(f pay.followups) RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
BEGIN
    UPDATE pay.followups e SET ended = true, due = now() + interval '30 days'
     WHERE e.merchant_id = f.merchant_id AND e.attempt = f.attempt
       AND e.fingerprint IS NULL AND NOT e.ended;

    IF NOT FOUND THEN
        DELETE FROM pay.followups e
         WHERE e.merchant_id = f.merchant_id AND e.attempt = f.attempt;
    END IF;
END $$;

-- Gives out attempts that are due, one for each item, and says when they are due
-- again.  In: the caller's tags; the processors that it knows, with commas between them.
-- Out: of each item the attempt, or NULLs; open: the
-- key is begun and has no end; tries: how often it was given out before; acts: the
-- customer must act, until a time at which it is due, too.
CREATE OR REPLACE FUNCTION pay.claim_followups(item uuid[], processors text[])
RETURNS TABLE (o_item uuid, o_merchant bigint, o_livemode boolean,
               o_key_hash uuid, o_key text, o_fingerprint bytea,
               o_request_id uuid, o_request text, o_object_id uuid,
               o_begun_at timestamptz, o_args text, o_open boolean,
               o_tries int, o_acts boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '100ms' AS $$
#variable_conflict use_variable
DECLARE
    i int := 0;
    f pay.followups;
    waits boolean;
    ends timestamptz;
    known constant text[] := string_to_array(processors[1], ',');
BEGIN
    PERFORM pay.find_orphans(pg_snapshot_xmin(pg_current_snapshot()),
                             pay.attempt_patience());

    FOR f IN SELECT e.* FROM pay.followups e, pay.ownership o
              WHERE e.due <= now()
                AND pay.attempt_processor(e.args) = ANY (known)
                AND pay.owns_merchant(e.merchant_id, o, false)
              ORDER BY e.due LIMIT 2 * cardinality(item)
                FOR UPDATE OF e SKIP LOCKED
    LOOP
        EXIT WHEN i = cardinality(item);
        CONTINUE WHEN NOT pay.try_lock_and_check_owner(f.merchant_id);

        waits := pay.followup_state(f);

        IF NOT waits THEN
            PERFORM pay.end_followup(f);
            CONTINUE;
        END IF;

        ends := (SELECT p.action_expires_at FROM pay.payments p
                  WHERE p.merchant_id = f.merchant_id
                    AND p.payment_id = f.object_id
                    AND p.status = 'requires_action'
                    -- a void that did not arrive is sent again
                    AND pay.attempt_action(f.args) IN ('authorize', 'continue'));

        UPDATE pay.followups e
           SET tries = e.tries + 1,
               due = least(now() + pay.followup_pause(e.tries),
                           CASE WHEN ends > now() THEN ends + interval '1 second'
                                WHEN ends <= now()
                                THEN now() + interval '10 minutes' END)
         WHERE e.merchant_id = f.merchant_id AND e.attempt = f.attempt;

        i := i + 1;
        RETURN QUERY SELECT item[i], f.merchant_id, f.livemode, f.key_hash,
            f.key, f.fingerprint, f.request_id, f.request, f.object_id,
            f.begun_at, f.args, waits IS NULL, f.tries,
            ends IS NOT NULL;
    END LOOP;

    RETURN QUERY
    SELECT u, NULL::bigint, NULL::boolean, NULL::uuid, NULL::text, NULL::bytea,
           NULL::uuid, NULL::text, NULL::uuid, NULL::timestamptz, NULL::text,
           NULL::boolean, NULL::int, NULL::boolean
      FROM unnest(item[i + 1:]) u;
END $$;

-- Ends attempts whose clients have their answers: what an acquirer has said after all.
--
-- In: arrays of one length: item; merchant and key of the attempt; approved or declined,
-- of an authorization and what goes on with one also pending, action, or not_executed; of
-- an authorization the head of the payment with what is known now, and the
-- acquirer's reference; code and message of a decline; what the acquirer keeps of a
-- capture, or NULL; UUIDv7 for the ledger; the caller's clock; of an action what the
-- customer must do, as payments.action; when the acquirer was asked.
-- Out: of each item an outcome: executed; busy: the payment is locked; unused: there is
-- nothing to end, since it has ended.
CREATE OR REPLACE FUNCTION pay.end_attempts(item uuid[], merchant bigint[],
    attempt text[], verdict text[], head text[],
    processor_reference text[], failure text[], failure_message text[],
    fee bigint[], transfer uuid[], at timestamptz[], next_action text[],
    asked_at timestamptz[])
RETURNS TABLE (o_item uuid, outcome smallint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '1500ms' AS $$
#variable_conflict use_variable
BEGIN
    PERFORM pay.lock_and_check_owner(merchant);

    FOR i IN 1 .. cardinality(item) LOOP
        o_item := item[i];
        outcome := pay.end_attempt(merchant[i], attempt[i], verdict[i],
            head[i], processor_reference[i], failure[i], failure_message[i],
            fee[i], transfer[i], at[i], next_action[i], asked_at[i]);
        RETURN NEXT;
    END LOOP;
END $$;

-- Ends an attempt: whoever knows its end calls this, a follow-up, a notification or an
-- operator, and whoever comes second finds it ended.  In and out: of one item as above.
CREATE OR REPLACE FUNCTION pay.end_attempt(merchant bigint, attempt text,
    verdict text, head text, processor_reference text, failure text,
    failure_message text, fee bigint, transfer uuid, at timestamptz,
    next_action text DEFAULT NULL, asked_at timestamptz DEFAULT NULL)
RETURNS smallint LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    f pay.followups;
    p pay.payments;
    r pay.refunds;
    approved constant boolean := verdict = 'approved';
    goes_on boolean := false;
    outcome smallint := pay.outcome('unused');
BEGIN
    SELECT * INTO f FROM pay.followups e
     WHERE e.merchant_id = merchant AND e.attempt = attempt;

    IF FOUND AND pay.followup_state(f) THEN
        SELECT * INTO r FROM pay.refunds e
         WHERE e.merchant_id = f.merchant_id AND e.refund_id = f.object_id;

        SELECT * INTO p FROM pay.payments e
         WHERE e.merchant_id = f.merchant_id
           AND e.payment_id = coalesce(r.payment_id, f.object_id)
           FOR UPDATE SKIP LOCKED;

        -- as it is under the lock
        outcome := CASE WHEN NOT FOUND THEN pay.outcome('busy')
                        WHEN pay.followup_state(f) THEN pay.outcome('executed')
                        ELSE outcome END;
    END IF;

    IF outcome = pay.outcome('executed') THEN
        CASE pay.attempt_action(f.args)
        WHEN 'authorize', 'continue' THEN
            PERFORM pay.end_authorization(p, f, verdict, head,
                processor_reference, next_action, failure, failure_message, fee,
                transfer, at, asked_at);
            goes_on := pay.followup_state(f);
        WHEN 'refund' THEN
            PERFORM pay.resolve_refund(r, approved, failure, failure_message);
        ELSE
            IF p.operation = f.attempt THEN
                PERFORM pay.end_change(p, f, approved, fee, transfer, at);
            END IF;
        END CASE;
    END IF;

    IF outcome <> pay.outcome('busy') AND NOT f.ended AND NOT goes_on THEN
        PERFORM pay.end_followup(f);
    END IF;

    RETURN outcome;
END $$;

-- Ends a capture or a void that was pending.  In: the payment, locked by the caller; its
-- follow-up; and the rest as above.
CREATE OR REPLACE FUNCTION pay.end_change(p pay.payments, f pay.followups,
    approved boolean, fee bigint, transfer uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    before constant text := pay.payment_body(p);
    words constant text[] := string_to_array(split_part(f.args, E'\n', 1), ' ');
    c record;
BEGIN
    IF approved THEN
        SELECT * INTO c FROM pay.change_payment(p, p.payment_id,
            CASE words[1] WHEN 'void' THEN 'cancel' ELSE words[1] END,
            pay.uuid7(), transfer, pay.uuid7(),
            CASE words[1] WHEN 'capture' THEN words[9]::bigint END, NULL,
            words[12] = 'true' OR words[12] = 't', NULL, NULL, NULL, NULL,
            false, at, f.request_id, told => true, fee => fee,
            attempt => f.attempt);

        -- else what was done does not fit any more: the payment is let go
        IF c.status < 400 THEN
            PERFORM pay.journal_background(p.merchant_id, p.livemode,
                c.object_id, c.parent_id, c.version, c.body, c.event_type,
                c.previous, c.movement, c.moved, p.currency);
            RETURN;
        END IF;
    END IF;

    p := pay.end_operation(p, NULL, at);
    PERFORM pay.journal_background(p.merchant_id, p.livemode, p.payment_id,
        NULL, p.version, pay.payment_body(p), pay.failed_event(f.args),
        pay.previous_attributes(before, pay.payment_body(p)), NULL, NULL,
        p.currency);
END $$;

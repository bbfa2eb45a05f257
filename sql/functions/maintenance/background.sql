-- The journal row of a change without a request, with what it has moved (NULLs:
-- nothing).  It has a key of its own that no request can have, and no fingerprint.
CREATE OR REPLACE FUNCTION pay.journal_background(merchant bigint,
    livemode boolean, object uuid, parent uuid, version int, body text,
    event_type text, previous text, movement smallint, moved bigint,
    currency text) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pay, pg_temp AS $$
    INSERT INTO pay.journal (merchant_id, key_hash, day, status,
           object_version, livemode, request_id, event_id, object_id,
           parent_id, created_at, request, body, event_type, previous,
           movement, moved, moved_currency)
    VALUES (merchant, gen_random_uuid(), (now() AT TIME ZONE 'UTC')::date,
            200, version, livemode, pay.uuid7(), pay.uuid7(), object, parent,
            now(), 'background', body, event_type, previous, movement, moved,
            CASE WHEN movement IS NOT NULL THEN currency END)
$$;

-- Does what is due, at most 100 of a kind: payments and refunds that the
-- simulator answers late, about a second after they were made, authorizations
-- and the simulator's actions that have expired; then events get their sequences,
-- and who was left frozen is served again.  In: for each item (one, in practice) its tag
-- and the caller's name, a random UUID.  Out: the tag and how many were changed
-- or got their sequence, after which more will be due soon; -1 where somebody
-- else holds the lease; -2 where events get no sequence, since their mark is another
-- cluster's (pay.repair_after_restore()).
--
-- A session plans this once, perhaps when the month's partition was still empty: a
-- scan of it must never be the plan.
--
-- The lease only saves work: what is due is locked and guarded, so two at once
-- do nothing twice.  It ends by itself 5 s after its holder's last call.
CREATE OR REPLACE FUNCTION pay.background(item uuid[], holder uuid[])
RETURNS TABLE (o_item uuid, o_changed int)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '100ms' SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    p pay.payments;
    r pay.refunds;
    c record;
    n int := 0;
    i uuid;
    act text;
BEGIN
    INSERT INTO pay.leases AS l VALUES ('background', holder[1],
                                        now() + interval '5 seconds')
    ON CONFLICT (task) DO UPDATE SET holder = excluded.holder,
                                     until = excluded.until
     WHERE l.holder = excluded.holder OR l.until < now();

    IF NOT FOUND THEN
        RETURN QUERY SELECT u, -1 FROM unnest(item) u;
        RETURN;
    END IF;

    FOR p IN SELECT e.* FROM pay.payments e, pay.ownership o
              WHERE pay.owns_merchant(e.merchant_id, o, false)
                AND ((e.status = 'processing' AND e.processor IS NULL AND e.token IN ('tok_pending',
                         'tok_pending_fail')
                     AND e.created_at < now() - interval '1 second')
                 OR (e.status = 'requires_action' AND e.processor IS NULL
                     AND e.action_expires_at < now())
                 OR (e.status IN ('authorized', 'partially_captured')
                     AND e.operation IS NULL
                     AND e.authorization_expires_at < now()))
              LIMIT 100 FOR UPDATE OF e SKIP LOCKED
    LOOP
        CONTINUE WHEN NOT pay.try_lock_and_check_owner(p.merchant_id);

        -- it is captured when its acquirer says so
        IF p.processor IS NOT NULL AND p.expiry_action = 'capture' THEN
            PERFORM pay.capture_later(p);
            CONTINUE;
        END IF;

        act := CASE p.status WHEN 'processing' THEN 'resolve'
                             ELSE 'expire' END;

        SELECT * INTO c FROM pay.change_payment(p, p.payment_id, act,
            pay.uuid7(), pay.uuid7(), pay.uuid7(), NULL, NULL, true, NULL,
            NULL, NULL, NULL, false, now(), NULL);

        IF c.event_type IS NOT NULL THEN
            PERFORM pay.journal_background(p.merchant_id, p.livemode,
                c.object_id, c.parent_id, c.version, c.body, c.event_type,
                c.previous, c.movement, c.moved, p.currency);
            n := n + 1;
        END IF;
    END LOOP;

    FOR r IN SELECT e.* FROM pay.refunds e, pay.ownership o
              WHERE e.status = 'pending'
                AND e.created_at < now() - interval '1 second'
                AND pay.owns_merchant(e.merchant_id, o, false)
              LIMIT 100 FOR UPDATE OF e SKIP LOCKED
    LOOP
        CONTINUE WHEN NOT pay.try_lock_and_check_owner(r.merchant_id);

        SELECT * INTO p FROM pay.payments e
         WHERE e.merchant_id = r.merchant_id AND e.payment_id = r.payment_id
           FOR UPDATE SKIP LOCKED;

        IF FOUND AND p.processor IS NULL THEN
            PERFORM pay.resolve_refund(r, p.token <> 'tok_refund_fail');
            n := n + 1;
        END IF;
    END LOOP;

    -- who lists events may be at it just now
    IF pg_try_advisory_xact_lock(7002, 2) THEN
        n := n + pay.relay_events();
    END IF;

    IF (SELECT e.xid > pg_snapshot_xmax(pg_current_snapshot())
          FROM pay.relay e)
    THEN
        n := -2;
    END IF;

    PERFORM pay.thaw();

    RETURN QUERY SELECT u, n FROM unnest(item) u;
END $$;

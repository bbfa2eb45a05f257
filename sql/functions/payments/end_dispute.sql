-- How a dispute ends: won, the money is the merchant's again; lost, it is gone.  One that
-- has ended stays as it is.  In: the dispute; whether it is won; versions of which it
-- must have one, or NULL; an id for the ledger.  Out: outcome as of
-- pay.change_payments(), and what the journal is to hold.
CREATE OR REPLACE FUNCTION pay.end_dispute(merchant bigint, livemode boolean,
    dispute uuid, won boolean, if_match text, transfer uuid, at timestamptz,
    request uuid, OUT outcome smallint, OUT status smallint, OUT body text,
    OUT version int, OUT parent_id uuid, OUT event_type text, OUT previous text,
    OUT movement smallint, OUT moved bigint, OUT currency text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    d pay.disputes;
    before text;
    name constant text := CASE WHEN won THEN 'dispute_won'
                               ELSE 'dispute_lost' END;
BEGIN
    outcome := pay.outcome('executed');
    version := 0;

    SELECT e.* INTO d FROM pay.disputes e
     WHERE e.merchant_id = merchant AND e.dispute_id = dispute
       AND e.livemode = livemode;

    IF NOT FOUND THEN
        SELECT x.status, x.body INTO STRICT status, body
          FROM pay.refusal('resource_not_found', pay.id_text('req_', request),
                           NULL, '') x;
        RETURN;
    END IF;

    -- the payment's lock is that of all it has
    PERFORM FROM pay.payments e
      WHERE e.merchant_id = merchant AND e.payment_id = d.payment_id
        FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        outcome := pay.outcome('busy');
        RETURN;
    END IF;

    SELECT e.* INTO STRICT d FROM pay.disputes e
     WHERE e.merchant_id = merchant AND e.dispute_id = dispute;

    IF d.version <> ALL (string_to_array(if_match, ',')::int[]) THEN
        outcome := pay.outcome('stale');
        version := d.version;
        RETURN;
    END IF;

    status := 200;

    IF d.status <> 'open' THEN
        version := d.version;
        body := pay.dispute_body(d);
        RETURN;
    END IF;

    before := pay.dispute_body(d);
    parent_id := d.payment_id;
    event_type := CASE WHEN won THEN 'dispute.won' ELSE 'dispute.lost' END;
    movement := pay.movement(name);
    moved := d.amount;
    currency := d.currency;

    UPDATE pay.disputes e
       SET status = CASE WHEN won THEN 'won' ELSE 'lost' END,
           version = e.version + 1, updated_at = greatest(at, e.updated_at)
     WHERE e.merchant_id = merchant AND e.dispute_id = dispute
    RETURNING e.* INTO STRICT d;

    UPDATE pay.payments e
       SET amount_disputed = e.amount_disputed
                             - CASE WHEN won THEN d.amount ELSE 0 END,
           version = e.version + 1, updated_at = greatest(at, e.updated_at)
     WHERE e.merchant_id = merchant AND e.payment_id = d.payment_id;

    PERFORM pay.post_movement(name, merchant, transfer, d.payment_id, d.amount,
                              at, livemode, d.currency);

    version := d.version;
    body := pay.dispute_body(d);
    previous := pay.previous_attributes(before, body);
END $$;

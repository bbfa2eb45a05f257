-- What a merchant notes of a refund: no change of state, and no event.  In: the refund;
-- versions of which it must have one, or NULL; reference and metadata, NULL: as they
-- are.  Out: as of pay.end_dispute(), NULLs where nothing has moved.
CREATE OR REPLACE FUNCTION pay.update_refund(merchant bigint, livemode boolean,
    refund uuid, if_match text, new_reference text, new_metadata text,
    at timestamptz, request uuid, OUT outcome smallint, OUT status smallint,
    OUT body text, OUT version int, OUT parent_id uuid, OUT event_type text,
    OUT previous text, OUT movement smallint, OUT moved bigint,
    OUT currency text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    r pay.refunds;
    other uuid;
BEGIN
    outcome := pay.outcome('executed');
    version := 0;

    SELECT e.* INTO r FROM pay.refunds e
     WHERE e.merchant_id = merchant AND e.refund_id = refund
       AND e.livemode = livemode;

    IF NOT FOUND THEN
        SELECT x.status, x.body INTO STRICT status, body
          FROM pay.refusal('resource_not_found', pay.id_text('req_', request),
                           NULL, '') x;
        RETURN;
    END IF;

    -- the payment first, as everywhere: of two that take one reference the second
    -- sees the first
    PERFORM FROM pay.payments e
      WHERE e.merchant_id = merchant AND e.payment_id = r.payment_id
        FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        outcome := pay.outcome('busy');
        RETURN;
    END IF;

    SELECT e.* INTO r FROM pay.refunds e
     WHERE e.merchant_id = merchant AND e.refund_id = refund
       FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        outcome := pay.outcome('busy');
        RETURN;
    END IF;

    IF r.version <> ALL (string_to_array(if_match, ',')::int[]) THEN
        outcome := pay.outcome('stale');
        version := r.version;
        RETURN;
    END IF;

    SELECT e.refund_id INTO other FROM pay.refunds e
     WHERE e.merchant_id = merchant AND e.payment_id = r.payment_id
       AND e.refund_id <> refund AND e.reference = new_reference
       AND e.status <> 'failed' LIMIT 1;

    -- an unchanged reference, or that of a failed refund, conflicts with no other
    IF FOUND AND r.status <> 'failed'
       AND new_reference IS DISTINCT FROM r.reference
    THEN
        SELECT x.status, x.body INTO STRICT status, body
          FROM pay.refusal('reference_already_used',
               pay.id_text('req_', request), NULL,
               ',"existing_id":"' || pay.id_text('ref_', other) || '"') x;
        RETURN;
    END IF;

    new_metadata := coalesce(pay.merge_metadata(r.metadata, new_metadata),
                             r.metadata);
    new_reference := coalesce(new_reference, r.reference);

    IF (SELECT count(*) FROM jsonb_object_keys(new_metadata::jsonb)) > 50 THEN
        outcome := pay.outcome('invalid');
        body := pay.violation('/metadata', 'max_properties',
            'the refund would have more than 50 pairs of metadata');
        RETURN;
    END IF;

    IF new_metadata::jsonb <> r.metadata::jsonb
       OR new_reference IS DISTINCT FROM r.reference
    THEN
        UPDATE pay.refunds e
           SET metadata = new_metadata, reference = new_reference,
               version = e.version + 1, updated_at = greatest(at, e.updated_at)
         WHERE e.merchant_id = merchant AND e.refund_id = refund
        RETURNING e.* INTO STRICT r;
    END IF;

    status := 200;
    version := r.version;
    body := pay.refund_body(r);
END $$;

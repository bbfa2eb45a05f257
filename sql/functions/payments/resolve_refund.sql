-- A refund whose processor has answered.  In: the refund, locked with its
-- payment by the caller; whether it succeeded; else why not.
CREATE OR REPLACE FUNCTION pay.resolve_refund(r pay.refunds, ok boolean,
    failure text DEFAULT 'generic_decline',
    failure_message text DEFAULT 'The processor refused the refund.')
RETURNS void LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    before constant text := pay.refund_body(r);
    name constant text := CASE WHEN ok THEN 'refund_succeeded'
                               ELSE 'refund_failed' END;
BEGIN
    UPDATE pay.refunds e
       SET status = CASE WHEN ok THEN 'succeeded' ELSE 'failed' END,
           failure_code = CASE WHEN NOT ok THEN failure END,
           failure_message = CASE WHEN NOT ok THEN failure_message END,
           version = e.version + 1,
           updated_at = greatest(now(), e.updated_at)
     WHERE e.merchant_id = r.merchant_id AND e.refund_id = r.refund_id
       AND e.status = 'pending'
    RETURNING e.* INTO STRICT r;

    UPDATE pay.payments p
       SET amount_refunded = p.amount_refunded
                             - CASE WHEN ok THEN 0 ELSE r.amount END,
           version = p.version + 1,
           updated_at = greatest(now(), p.updated_at)
     WHERE p.merchant_id = r.merchant_id AND p.payment_id = r.payment_id;

    PERFORM pay.post_movement(name, r.merchant_id, pay.uuid7(), r.refund_id,
                              r.amount, now(), r.livemode, r.currency);

    PERFORM pay.journal_background(r.merchant_id, r.livemode, r.refund_id,
        r.payment_id, r.version, pay.refund_body(r), 'refund.' || r.status,
        pay.previous_attributes(before, pay.refund_body(r)),
        pay.movement(name), r.amount, r.currency);
END $$;

-- In: whether all attempts that wait are wanted, or those in review.  Out: each, JSON,
-- the oldest first: who is asked for what, since when, and how often it was looked up.
CREATE OR REPLACE FUNCTION pay.admin_review(everything boolean)
RETURNS SETOF text LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT json_build_object('payment', pay.id_text('pay_', p.payment_id),
               'attempt', f.attempt, 'action', pay.attempt_action(f.args),
               'merchant', pay.id_text('mer_', m.public_id),
               'processor', pay.attempt_processor(f.args),
               'reference', p.processor_reference,
               'amount', coalesce(r.amount, CASE pay.attempt_action(f.args)
                   WHEN 'authorize' THEN p.amount
                   ELSE split_part(split_part(f.args, E'\n', 1), ' ', 9)::bigint
                   END),
               'currency', p.currency, 'since', f.begun_at, 'tries', f.tries,
               'next', f.due, 'in_review', f.tries >= pay.review_tries())::text
      FROM pay.followups f
      LEFT JOIN pay.refunds r
        ON r.merchant_id = f.merchant_id AND r.refund_id = f.object_id
      JOIN pay.payments p
        ON p.merchant_id = f.merchant_id
       AND p.payment_id = coalesce(r.payment_id, f.object_id)
      JOIN pay.merchants m ON m.merchant_id = f.merchant_id
     WHERE NOT f.ended AND f.tries >= CASE WHEN everything THEN 1
                                          ELSE pay.review_tries() END
       AND pay.followup_state(f) IS NOT FALSE
     ORDER BY f.begun_at, f.attempt
$$;

-- What an operator decides of an attempt, as pay.resolve_attempt().  In: the payment,
-- the attempt or NULL, the verdict, the acquirer's reference and why, or NULL.
-- Out: the payment, JSON; NULL: no attempt of this payment waits in this database.
-- Errors: 22023, what was asked for is not valid; 55006, the payment is being changed.
CREATE OR REPLACE FUNCTION pay.admin_resolve(payment uuid, attempt text,
    verdict text, reference text, reason text) RETURNS text
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    p pay.payments;
    c record;
BEGIN
    IF verdict NOT IN ('approved', 'declined', 'not_executed') THEN
        RAISE EXCEPTION 'a verdict is approved, declined or not_executed'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT e.* INTO p
      FROM pay.followups f
      LEFT JOIN pay.refunds r
        ON r.merchant_id = f.merchant_id AND r.refund_id = f.object_id
      JOIN pay.payments e
        ON e.merchant_id = f.merchant_id
       AND e.payment_id = coalesce(r.payment_id, f.object_id)
     WHERE coalesce(r.payment_id, f.object_id) = payment AND NOT f.ended
       AND (attempt IS NULL OR f.attempt = attempt) LIMIT 1;

    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    PERFORM pay.lock_and_check_owner(ARRAY[p.merchant_id]);
    SELECT * INTO c FROM pay.resolve_attempt(p.merchant_id, p.livemode, payment,
        attempt, verdict, reference, reason, session_user::text, pay.uuid7(),
        now());

    IF c.outcome = pay.outcome('invalid') THEN
        RAISE EXCEPTION '%', array_to_string(string_to_array(c.body, E'\t'), ' ')
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF c.outcome = pay.outcome('busy') THEN
        RAISE EXCEPTION 'the payment is being changed: try it again'
            USING ERRCODE = 'object_in_use';
    END IF;

    RETURN c.body;
END $$;

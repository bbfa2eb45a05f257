-- In: a row of refunds.  Out: the refund as JSON, without white space.
CREATE OR REPLACE FUNCTION pay.refund_body(r pay.refunds) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('ref_', r.refund_id)
        || '","object":"refund","livemode":' || r.livemode::text
        || ',"payment_id":"' || pay.id_text('pay_', r.payment_id)
        || '","amount":' || r.amount::text
        || ',"currency":"' || r.currency
        || '","exponent":' || r.exponent::text
        || ',"status":"' || r.status
        || '","reason":' || pay.json_text(r.reason)
        || ',"reference":' || pay.json_text(r.reference)
        || ',"failure":'
        || CASE WHEN r.failure_code IS NULL THEN 'null'
                ELSE '{"code":"' || r.failure_code || '","message":'
                     || pay.json_text(r.failure_message) || ',"category":"'
                     || pay.decline_category(r.failure_code) || '"}' END
        || ',"metadata":' || r.metadata
        || ',"version":' || r.version::text
        || ',"created_at":' || pay.json_time(r.created_at)
        || ',"updated_at":' || pay.json_time(r.updated_at) || '}'
$$;

-- In: a row of disputes.  Out: the dispute as JSON, without white space.
CREATE OR REPLACE FUNCTION pay.dispute_body(d pay.disputes) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('dis_', d.dispute_id)
        || '","object":"dispute","payment_id":"'
        || pay.id_text('pay_', d.payment_id)
        || '","amount":' || d.amount::text
        || ',"currency":"' || d.currency
        || '","status":"' || d.status
        || '","reason":' || pay.json_text(d.reason)
        || ',"created_at":' || pay.json_time(d.created_at)
        || ',"updated_at":' || pay.json_time(d.updated_at) || '}'
$$;

-- In: a row of captures.  Out: the capture as JSON, without white space.
CREATE OR REPLACE FUNCTION pay.capture_body(c pay.captures) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('cap_', c.capture_id)
        || '","object":"capture","amount":' || c.amount::text
        || ',"final":' || c.final::text
        || ',"created_at":' || pay.json_time(c.created_at) || '}'
$$;

-- In: an object of strings, and one of strings and nulls.  Out: the first
-- with the members of the second, without those that it sets to null.
CREATE OR REPLACE FUNCTION pay.merge_metadata(old text, patch text)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{' || coalesce(string_agg(to_json(m.key)::text || ':'
                                      || to_json(m.value)::text, ','
                                      ORDER BY m.key COLLATE "C"), '') || '}'
      FROM jsonb_each_text(old::jsonb || patch::jsonb) AS m
     WHERE m.value IS NOT NULL
$$;

-- The words of a refusal that is decided inside a transaction.  In: its code;
-- the request's public id; what is wrong in particular, or NULL; more members
-- as JSON text with a leading comma, or ''.  Out: HTTP status and problem.
CREATE OR REPLACE FUNCTION pay.refusal(code text, request text, detail text,
    more text, OUT status smallint, OUT body text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT p.status, pay.problem_body(code, p.title, p.status,
                                      coalesce(refusal.detail, p.detail),
                                      request, p.retry, more)
      FROM (VALUES
        ('resource_not_found', 404::smallint, 'never', 'Resource not found',
         'there is no such resource'),
        ('payment_processing', 409, 'new_key', 'Payment processing',
         'the processor has not answered yet'),
        ('payment_not_captured', 409, 'new_key', 'Payment not captured',
         'nothing has been captured'),
        ('payment_already_captured', 409, 'new_key',
         'Payment already captured', 'all of it has been captured'),
        ('payment_canceled', 409, 'new_key', 'Payment canceled',
         'the payment was canceled'),
        ('authorization_expired', 409, 'new_key', 'Authorization expired',
         'the authorization has expired'),
        ('payment_failed', 409, 'new_key', 'Payment failed',
         'the payment has failed'),
        ('reference_already_used', 409, 'new_key', 'Reference already used',
         'another refund of this payment has this reference'),
        ('capture_amount_exceeds_capturable', 422, 'new_key',
         'Capture exceeds capturable amount',
         'the amount is greater than amount_capturable'),
        ('refund_amount_exceeds_refundable', 422, 'new_key',
         'Refund exceeds refundable amount',
         'the amount is greater than amount_refundable'),
        ('currency_mismatch', 422, 'new_key', 'Currency mismatch',
         'the currency is not the payment''s'),
        ('idempotency_key_canceled', 409, 'never',
         'Idempotency key canceled',
         'this key was canceled before its request came')
      ) AS p (code, status, retry, title, detail)
     WHERE p.code = refusal.code
$$;

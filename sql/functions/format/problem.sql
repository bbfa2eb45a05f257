-- A problem (RFC 9457) that is decided inside a transaction and stored with
-- it.  In: code, title, HTTP status, detail; the request's public id; retry
-- (never, same_key or new_key); more members as JSON text with a leading
-- comma, or ''.  Out: the problem as JSON.  The module's catalogue has the
-- same codes; a test holds the two together.
CREATE OR REPLACE FUNCTION pay.problem_body(code text, title text,
    status int, detail text, request text, retry text, more text)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"type":"urn:payments:problem:' || code
        || '","title":' || to_json(title)::text
        || ',"status":' || status::text
        || ',"detail":' || to_json(detail)::text
        || ',"instance":"urn:payments:request:' || request
        || '","code":"' || code
        || '","request_id":"' || request
        || '","retry":"' || retry || '"' || more || '}'
$$;

-- What is wrong in a request, found out inside a transaction: the
-- outcome is invalid.  In: the
-- JSON pointer of the member, or the name of the path's parameter; the code, as in
-- "errors"; what is wrong.  Out: as the module takes it, with tabs between.
CREATE OR REPLACE FUNCTION pay.violation(place text, code text, detail text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT concat_ws(E'\t', place, code, detail)
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
        ('payment_requires_action', 409, 'new_key',
         'Payment requires action', 'the customer has to act first'),
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
        ('card_declined', 402, 'new_key', 'Card declined',
         'the card was declined'),
        ('capture_declined', 402, 'new_key', 'Capture declined',
         'the processor has refused it'),
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
        ('too_many_webhook_endpoints', 422, 'new_key',
         'Too many webhook endpoints',
         'a merchant has 64 endpoints in each mode at most'),
        ('idempotency_key_canceled', 409, 'never',
         'Idempotency key canceled',
         'this key was canceled before its request came')
      ) AS p (code, status, retry, title, detail)
     WHERE p.code = refusal.code
$$;

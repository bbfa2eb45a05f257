-- How values and objects look in JSON.  payment_body() is the one place that
-- renders a payment: create, read, list, event and webhook give its bytes.

-- In: a time.  Out: RFC 3339, UTC, six fractional digits, in quotes; NULL
-- gives the token null.
CREATE OR REPLACE FUNCTION pay.json_time(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce('"' || to_char(t AT TIME ZONE 'UTC',
                                   'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"',
                    'null')
$$;

-- In: a text.  Out: a JSON string; NULL gives the token null.
CREATE OR REPLACE FUNCTION pay.json_text(t text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t IS NULL THEN 'null' ELSE to_json(t)::text END
$$;

-- In: a prefix with its underscore and a UUID.  Out: the public id, the
-- prefix and 26 characters of Crockford base32.
CREATE OR REPLACE FUNCTION pay.id_text(prefix text, id uuid) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT prefix || string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ',
               substring(b FROM 1 + i * 5 FOR 5)::bit(5)::int + 1, 1), ''
               ORDER BY i)
      FROM (SELECT (B'00' || ('x' || replace(id::text, '-', ''))::bit(128))
                   ::bit(130) AS b) v, generate_series(0, 25) AS i
$$;

-- In: a row of payments.  Out: the payment as JSON, without white space.
CREATE OR REPLACE FUNCTION pay.payment_body(p pay.payments) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT p.head
        || ',"amount_authorized":' || p.amount_authorized::text
        || ',"amount_captured":' || p.amount_captured::text
        || ',"amount_refunded":' || p.amount_refunded::text
        || ',"amount_canceled":' || p.amount_canceled::text
        || ',"amount_disputed":' || p.amount_disputed::text
        || ',"amount_capturable":' || (p.amount_authorized - p.amount_captured
                                       - p.amount_canceled)::text
        || ',"amount_refundable":' || (p.amount_captured - p.amount_refunded
                                       - p.amount_disputed)::text
        || ',"status":"' || p.status
        || '","refund_status":"'
        || CASE WHEN p.amount_refunded = 0 THEN 'none'
                WHEN p.amount_refunded < p.amount_captured THEN 'partial'
                ELSE 'full' END
        || '","description":' || pay.json_text(p.description)
        || ',"metadata":' || p.metadata
        || ',"failure":'
        || CASE WHEN p.failure_code IS NULL THEN 'null'
                ELSE '{"code":"' || p.failure_code || '","message":'
                     || pay.json_text(p.failure_message) || '}' END
        || ',"cancellation_reason":' || pay.json_text(p.cancellation_reason)
        || ',"version":' || p.version::text
        || ',"updated_at":' || pay.json_time(p.updated_at)
        || ',"authorized_at":' || pay.json_time(p.authorized_at)
        || ',"captured_at":' || pay.json_time(p.captured_at)
        || ',"canceled_at":' || pay.json_time(p.canceled_at) || '}'
$$;

-- In: an object as it was and as it is, JSON.  Out: the members that differ, as
-- they were, a JSON object.
CREATE OR REPLACE FUNCTION pay.previous_attributes(before text, after text)
RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT '{' || coalesce(string_agg(to_json(b.key)::text || ':'
                                      || b.value::text, ',' ORDER BY b.n), '')
               || '}'
      FROM json_each(before::json) WITH ORDINALITY AS b (key, value, n)
      JOIN json_each(after::json) AS a USING (key)
     WHERE a.value::text <> b.value::text
$$;

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

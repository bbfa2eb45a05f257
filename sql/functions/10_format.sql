-- How values and objects look in JSON.  payment_text() is the one place that
-- renders a payment: create, read, list, event and webhook give its bytes.

-- In: a time.  Out: RFC 3339, UTC, six fractional digits, in quotes; NULL
-- gives the token null.
CREATE OR REPLACE FUNCTION pay.json_time(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(to_char(t AT TIME ZONE 'UTC',
                            E'\\"YYYY-MM-DD"T"HH24:MI:SS.US"Z"\\"'), 'null')
$$;

-- In: a text.  Out: a JSON string; NULL gives the token null.
CREATE OR REPLACE FUNCTION pay.json_text(t text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t IS NULL THEN 'null' ELSE to_json(t)::text END
$$;

-- In: a prefix with its underscore and a UUID.  Out: the public id, the
-- prefix and 26 characters of Crockford base32: two bits of 0 and the UUID's 128,
-- five for each.
-- It is part of every object, so without a loop: the 5 bits of each character are
-- spread over 6, in three steps that part them in two, and base64 makes a character
-- of each 6.  The first byte has two characters, two of 0 before them fill a group.
CREATE OR REPLACE FUNCTION pay.id_text(prefix text, id uuid) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    h constant text := replace(id::text, '-', '');
    a constant bigint := ('x' || left(h, 2))::bit(8)::int;
    b bigint := ('x' || substr(h, 3, 10))::bit(40)::bigint;
    c bigint := ('x' || substr(h, 13, 10))::bit(40)::bigint;
    d bigint := ('x' || substr(h, 23, 10))::bit(40)::bigint;
BEGIN
    b := ((b & 1099510579200) << 4) | (b & 1048575);
    c := ((c & 1099510579200) << 4) | (c & 1048575);
    d := ((d & 1099510579200) << 4) | (d & 1048575);
    b := ((b & 17575007222784) << 2) | (b & 17163092991);
    c := ((c & 17575007222784) << 2) | (c & 17163092991);
    d := ((d & 17575007222784) << 2) | (d & 17163092991);
    b := ((b & 68186367984608) << 1) | (b & 2130823999519);
    c := ((c & 68186367984608) << 1) | (c & 2130823999519);
    d := ((d & 68186367984608) << 1) | (d & 2130823999519);

    RETURN prefix || translate(substr(encode(
               substr(int8send(((a >> 5) << 6) | (a & 31)), 6)
               || substr(int8send(b), 3) || substr(int8send(c), 3)
               || substr(int8send(d), 3), 'base64'), 3),
           'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef',
           '0123456789ABCDEFGHJKMNPQRSTVWXYZ');
END $$;

-- In: the code of a decline.  Out: hard, where no retry with this card can help, or
-- soft.  The simulator's table in domain/card.c has the same; a test holds the two
-- together.
CREATE OR REPLACE FUNCTION pay.decline_category(code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN code IN ('expired_card', 'lost_card') THEN 'hard'
                ELSE 'soft' END
$$;

-- In: what a payment's JSON is made of: its head, its amounts in minor units, and
-- what else may change; its times as pay.json_time() gives them, since most of them
-- are the same one.  Out: the payment as JSON, without white space; NULL where
-- there is no head.  concat() writes it in one go; a chain of || would copy its
-- beginning some forty times.
CREATE OR REPLACE FUNCTION pay.payment_text(head text, authorized bigint,
    captured bigint, refunded bigint, canceled bigint, disputed bigint,
    status text, description text, metadata text, failure_code text,
    failure_message text, cancellation_reason text, version int,
    updated_at text, authorized_at text, captured_at text, canceled_at text)
    RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT head || concat(
        ',"amount_authorized":', authorized,
        ',"amount_captured":', captured,
        ',"amount_refunded":', refunded,
        ',"amount_canceled":', canceled,
        ',"amount_disputed":', disputed,
        ',"amount_capturable":', authorized - captured - canceled,
        ',"amount_refundable":', captured - refunded - disputed,
        ',"status":"', status,
        '","refund_status":"',
        CASE WHEN refunded = 0 THEN 'none'
             WHEN refunded < captured THEN 'partial' ELSE 'full' END,
        '","description":', pay.json_text(description),
        ',"metadata":', metadata,
        ',"failure":',
        CASE WHEN failure_code IS NULL THEN 'null'
             ELSE concat('{"code":"', failure_code, '","message":',
                         pay.json_text(failure_message), ',"category":"',
                         pay.decline_category(failure_code), '"}') END,
        ',"cancellation_reason":', pay.json_text(cancellation_reason),
        ',"version":', version,
        ',"updated_at":', updated_at, ',"authorized_at":', authorized_at,
        ',"captured_at":', captured_at, ',"canceled_at":', canceled_at, '}')
$$;

-- In: a row of payments.  Out: it as JSON; NULL where there is none.
CREATE OR REPLACE FUNCTION pay.payment_body(p pay.payments) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT pay.payment_text(p.head, p.amount_authorized, p.amount_captured,
        p.amount_refunded, p.amount_canceled, p.amount_disputed, p.status,
        p.description, p.metadata, p.failure_code, p.failure_message,
        p.cancellation_reason, p.version, pay.json_time(p.updated_at),
        pay.json_time(p.authorized_at), pay.json_time(p.captured_at),
        pay.json_time(p.canceled_at))
$$;

-- In: an object as it was and as it is, JSON.  Out: the members that differ, as
-- they were, a JSON object.  In plpgsql, as is every function here that is more than
-- an expression and is called from one: its plan is kept, that of one in SQL is made
-- in each transaction.
CREATE OR REPLACE FUNCTION pay.previous_attributes(before text, after text)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT '{' || coalesce(string_agg(to_json(b.key)::text || ':'
                                          || b.value::text, ',' ORDER BY b.n), '')
                   || '}'
          FROM json_each(before::json) WITH ORDINALITY AS b (key, value, n)
          JOIN json_each(after::json) AS a USING (key)
         WHERE a.value::text <> b.value::text);
END $$;

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

-- What is wrong in a request, found out inside a transaction: outcome 8.  In: the
-- JSON pointer of the member, or the name of the path's parameter; the code, as in
-- "errors"; what is wrong.  Out: as the module takes it, with tabs between.
CREATE OR REPLACE FUNCTION pay.violation(place text, code text, detail text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT concat_ws(E'\t', place, code, detail)
$$;

-- payment_text() is the one place that renders a payment: create, read, list and
-- event give its bytes.

-- In: the code of a decline.  Out: hard, where no retry with this card can help, or
-- soft.  domain/decline.c has the same; a test holds the two together.
CREATE OR REPLACE FUNCTION pay.decline_category(code text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN code IN ('expired_card', 'lost_card', 'stolen_card',
                    'fraud_suspected', 'card_not_supported',
                    'currency_not_supported', 'amount_not_supported',
                    'invalid_token', 'unknown_reference',
                    'authorization_expired', 'not_capturable', 'not_voidable',
                    'not_refundable')
                THEN 'hard' ELSE 'soft' END
$$;

-- In: what a customer must do, as it is stored (payments.action), or NULL.  Out: what is
-- shown of it, JSON, or when it ends.
CREATE OR REPLACE FUNCTION pay.action_shown(action text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT split_part(action, E'\n', 1) $$;

CREATE OR REPLACE FUNCTION pay.action_expires_at(action text)
RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (pay.action_shown(action)::json->>'expires_at')::timestamptz
$$;

-- In: what a payment's JSON is made of: its head, its amounts in minor units, and
-- what else may change; its times as pay.json_time() gives them, since most of them
-- are the same one.  Out: the payment as JSON, without white space; NULL where
-- there is no head.  concat() writes it in one go; a chain of || would copy its
-- beginning some forty times.  Chains are what a new payment does not have: the planner
-- makes one constant of each.
CREATE OR REPLACE FUNCTION pay.payment_text(head text, authorized bigint,
    captured bigint, refunded bigint, canceled bigint, disputed bigint,
    status text, description text, metadata text, failure_code text,
    failure_message text, cancellation_reason text, version int,
    updated_at text, authorized_at text, captured_at text, canceled_at text,
    next_action text, pending_action text, fee bigint, dispute uuid)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT head || concat(
        ',"amount_authorized":', authorized,
        ',"amount_captured":', captured,
        ',"amount_refunded":' || refunded || ',"amount_canceled":' || canceled
            || ',"amount_disputed":' || disputed,
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
        coalesce(',"fee":' || fee, ',"fee":null'),
        coalesce(',"next_action":' || next_action, ',"next_action":null'),
        ',"cancellation_reason":' || pay.json_text(cancellation_reason)
            || ',"pending_action":' || coalesce(pending_action, 'null')
            || ',"dispute":' || coalesce('"' || pay.id_text('dis_', dispute)
                                         || '"', 'null')
            || ',"version":' || version,
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
        pay.json_time(p.canceled_at),
        CASE WHEN p.status = 'requires_action'
             THEN pay.action_shown(p.action) END,
        p.pending_action, p.fee, p.dispute)
$$;

-- In: a merchant, ids of payments.  Out: those of the merchant's that there are, as
-- JSON, separated by commas, in this order; NULL: there are none.
CREATE OR REPLACE FUNCTION pay.render_payments(merchant bigint, ids uuid[])
RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg((SELECT pay.payment_body(p) FROM pay.payments p
                            WHERE p.merchant_id = merchant
                              AND p.payment_id = u.id),
                          ',' ORDER BY u.n)
          FROM unnest(ids) WITH ORDINALITY AS u(id, n));
END $$;

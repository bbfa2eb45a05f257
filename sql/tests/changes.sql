-- pgTAP: pay.change_payments and what is under it, in one transaction that is
-- rolled back.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(38);

SET search_path = public, pay;

INSERT INTO pay.merchants (merchant_id, public_id, name)
VALUES (4097, '01930000-0000-7000-8000-0000000000aa', 'T');

CREATE FUNCTION pg_temp.payment(p_status text DEFAULT 'authorized',
    p_amount bigint DEFAULT 1000) RETURNS uuid LANGUAGE sql AS $$
    INSERT INTO pay.payments (merchant_id, payment_id, amount,
        amount_authorized, amount_captured, amount_canceled, created_at,
        updated_at, livemode, currency, status, expiry_action, token, head,
        metadata, failure_code)
    VALUES (4097, pay.uuid7(), p_amount,
        CASE WHEN p_status IN ('processing', 'failed') THEN 0 ELSE p_amount END,
        CASE p_status WHEN 'captured' THEN p_amount
                      WHEN 'partially_captured' THEN p_amount / 2 ELSE 0 END,
        CASE WHEN p_status IN ('canceled', 'expired') THEN p_amount ELSE 0 END,
        now(), now(), false, 'EUR', p_status, 'cancel', 'tok_visa',
        '{"id":"x","exponent":2,"capture_method":"automatic"', '{"a":"1"}',
        CASE p_status WHEN 'failed' THEN 'generic_decline' END)
    RETURNING payment_id
$$;

CREATE FUNCTION pg_temp.change(p_payment uuid, p_action text,
    p_amount bigint DEFAULT NULL, p_final boolean DEFAULT true,
    p_key text DEFAULT NULL, p_body text DEFAULT 'x',
    p_currency text DEFAULT NULL, p_metadata text DEFAULT NULL,
    p_match text DEFAULT NULL)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE sql AS $$
    SELECT * FROM pay.change_payments(ARRAY[gen_random_uuid()], ARRAY[4097::bigint],
        ARRAY[false], ARRAY[coalesce(md5(p_key)::uuid, gen_random_uuid())],
        ARRAY[p_key], ARRAY[sha256(p_body::bytea)], ARRAY[gen_random_uuid()],
        ARRAY['POST /x'], ARRAY[p_payment], ARRAY[p_action], ARRAY[pay.uuid7()],
        ARRAY[pay.uuid7()], ARRAY[pay.uuid7()], ARRAY[p_amount], ARRAY[p_currency],
        ARRAY[p_final], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[p_metadata],
        ARRAY[NULL::text], ARRAY[false], ARRAY[p_match], ARRAY[now()],
        ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::bigint],
        ARRAY[NULL::text], '24 hours')
$$;

-- the table: every status with every action
SELECT is((SELECT count(*) FROM pay.transitions), 72::bigint, 'eight states, nine actions');
SELECT is((SELECT count(*) FROM pay.transitions t WHERE NOT EXISTS (
    SELECT FROM (VALUES (0, 0, 0), (9, 0, 0), (9, 5, 0), (9, 9, 0), (9, 0, 9))
                AS a (authorized, captured, canceled)
     WHERE pay.payment_is_valid(t.status, 9, authorized, captured, canceled, 0, 0, 'x', 1,
                             'EUR', 'cancel'))),
    0::bigint, 'each state is one that a payment can have');
-- each of what a payment must hold, broken alone
SELECT is((SELECT count(*) FROM (VALUES
        ('captured', 9, 9, 9, 0, 0, 0, NULL, 1, 'EUR', 'cancel', true),
        ('captured', 0, 0, 0, 0, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('captured', 1000000000000, 9, 9, 0, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('captured', 8, 9, 9, 0, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('canceled', 9, 9, -1, 9, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('captured', 9, 8, 9, -1, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('captured', 9, 9, 9, 1, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('captured', 9, 9, 9, 0, -1, 0, NULL, 1, 'EUR', 'cancel', false),
        ('captured', 9, 9, 9, 0, 0, -1, NULL, 1, 'EUR', 'cancel', false),
        ('captured', 9, 9, 9, 0, 5, 5, NULL, 1, 'EUR', 'cancel', false),
        ('captured', 9, 9, 9, 0, 0, 0, NULL, 0, 'EUR', 'cancel', false),
        ('captured', 9, 9, 9, 0, 0, 0, NULL, 1, 'EURO', 'cancel', false),
        ('captured', 9, 9, 9, 0, 0, 0, NULL, 1, 'EUR', 'keep', false),
        ('captured', 9, 9, 5, 0, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('partially_captured', 9, 9, 9, 0, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('authorized', 9, 9, 0, 0, 0, 0, NULL, 1, 'EUR', 'capture', true),
        ('authorized', 9, 0, 0, 0, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('failed', 9, 0, 0, 0, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('failed', 9, 0, 0, 0, 0, 0, 'x', 1, 'EUR', 'cancel', true),
        ('processing', 9, 9, 0, 0, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('expired', 9, 9, 9, 0, 0, 0, NULL, 1, 'EUR', 'cancel', false),
        ('else', 9, 9, 9, 0, 0, 0, NULL, 1, 'EUR', 'cancel', false))
    AS p (status, amount, authorized, captured, canceled, refunded, disputed, failure,
          version, currency, expiry, holds)
    WHERE pay.payment_is_valid(status, amount, authorized, captured, canceled, refunded,
                            disputed, failure, version, currency, expiry)
          IS DISTINCT FROM holds), 0::bigint, 'what a payment must hold, each alone');
SELECT is((SELECT count(*) FROM (VALUES
        (1, 1, 2, 'capture', true), (0, 1, 2, 'capture', false), (1, 2, 2, 'refund', false),
        (1, 1, 2, 'gift', false)) AS t (amount, debit, credit, kind, holds)
    WHERE pay.transfer_is_valid(amount, debit::smallint, credit::smallint, kind)
          IS DISTINCT FROM holds), 0::bigint, 'what a movement must hold, each alone');
SELECT is((SELECT array_agg(conname ORDER BY conname) FROM pg_constraint WHERE contype = 'c'
    AND conrelid IN ('pay.payments'::regclass, 'pay.ledger_transfers'::regclass)
    AND convalidated), '{ledger_transfers_valid,payments_valid}'::name[],
    'and the tables ask for it, once, of each row');
SELECT is((SELECT count(*) FROM pay.transitions t,
    LATERAL pay.refusal(t.refusal, 'req_x', NULL, '') r
     WHERE t.refusal IS NOT NULL AND r.status IS DISTINCT FROM 409), 0::bigint,
    'each refusal has its words, and is 409');

-- captures
CREATE TEMP TABLE c AS SELECT pg_temp.payment() AS id;
SELECT is((SELECT status FROM pg_temp.change((SELECT id FROM c), 'capture', 300, false)), 200::smallint, 'capture');
SELECT is((SELECT p.status FROM pay.payments p, c WHERE payment_id = id), 'partially_captured', 'partially captured');
SELECT is((SELECT amount FROM pay.captures, c WHERE payment_id = id), 300::bigint, 'a capture');
SELECT is((SELECT amount FROM pay.ledger_transfers, c WHERE source_id = id), 300::bigint, 'and its ledger');
SELECT is((SELECT status FROM pg_temp.change((SELECT id FROM c), 'capture', 701)), 422::smallint, 'too much');
SELECT is((SELECT status FROM pg_temp.change((SELECT id FROM c), 'capture', 200)), 200::smallint, 'the last one');
SELECT is((SELECT p.status || ' ' || amount_captured || ' ' || amount_canceled FROM pay.payments p, c WHERE payment_id = id), 'captured 500 500', 'releases the rest');
SELECT is((SELECT version FROM pay.payments p, c WHERE payment_id = id), 3, 'two changes, two versions');
SELECT is((SELECT count(*) FROM pay.journal, c WHERE object_id = id AND event_type IS NOT NULL), 2::bigint, 'and two events');

-- refunds
SELECT is((SELECT status FROM pg_temp.change((SELECT id FROM c), 'refund', 501)), 422::smallint, 'a refund too large');
SELECT ok((SELECT o_body LIKE '%"amount_refundable":500}' FROM pg_temp.change((SELECT id FROM c), 'refund', 501)), 'says what is left');
SELECT is((SELECT status FROM pg_temp.change((SELECT id FROM c), 'refund', 200)), 201::smallint, 'a refund');
SELECT is((SELECT amount_refunded FROM pay.payments p, c WHERE payment_id = id), 200::bigint, 'is counted');
SELECT is((SELECT count(*) FROM pay.ledger_transfers t JOIN pay.refunds r ON r.refund_id = t.source_id, c WHERE r.payment_id = c.id), 2::bigint, 'in the ledger: reserved and paid');
SELECT is((SELECT status FROM pg_temp.change((SELECT id FROM c), 'refund', 1, true, NULL, 'x', 'USD')), 422::smallint, 'another currency');
CREATE TEMP TABLE rest AS SELECT * FROM pg_temp.change((SELECT id FROM c), 'refund');
SELECT is((SELECT amount FROM pay.refunds, rest WHERE refund_id = o_object_id), 300::bigint, 'without an amount: the rest');
SELECT is((SELECT status FROM pg_temp.change((SELECT id FROM c), 'refund')), 422::smallint, 'nothing is left');

-- keys
CREATE TEMP TABLE k AS SELECT pg_temp.payment('captured') AS id;
CREATE TEMP TABLE first AS SELECT * FROM pg_temp.change((SELECT id FROM k), 'refund', 10, true, 'key');
SELECT is((SELECT outcome FROM pg_temp.change((SELECT id FROM k), 'refund', 10, true, 'key')), 1::smallint, 'a key: replayed');
SELECT is((SELECT o_body FROM pg_temp.change((SELECT id FROM k), 'refund', 10, true, 'key')), (SELECT o_body FROM first), 'with the same bytes');
SELECT is((SELECT outcome FROM pg_temp.change((SELECT id FROM k), 'refund', 10, true, 'key', 'y')), 3::smallint, 'a key: reused');
SELECT is((SELECT amount_refunded FROM pay.payments, k WHERE payment_id = id), 10::bigint, 'refunded once');
SELECT is((SELECT outcome FROM pg_temp.change((SELECT id FROM k), 'refund', 1, true, NULL, 'x', NULL, NULL, '1,9')), 7::smallint, 'another version');
SELECT is((SELECT outcome FROM pg_temp.change((SELECT id FROM k), 'refund', 1, true, NULL, 'x', NULL, NULL, '1,2')), 0::smallint, 'this version');
SELECT is((SELECT status FROM pg_temp.change(gen_random_uuid(), 'cancel')), 404::smallint, 'no such payment');

-- the ledger has what pay.movements says
SELECT is((SELECT array_agg(DISTINCT t.kind) FROM pay.ledger_transfers t
            WHERE NOT EXISTS (SELECT FROM pay.movements m
                   WHERE m.name = t.kind AND m.leg = t.leg AND m.debit = t.debit
                     AND m.credit = t.credit)), NULL, 'each leg is one of its movement');
SELECT throws_ok($$SELECT pay.post_movement('gift', 4097, pay.uuid7(), pay.uuid7(), 1, now(), false, 'EUR')$$, 'P0002', NULL, 'what there is not is not booked');

-- metadata
SELECT is(pay.merge_metadata('{"a":"1","b":"2"}', '{"a":null,"c":"\u00e4\""}'), '{"b":"2","c":"ä\""}', 'merged');
SELECT is((SELECT outcome FROM pg_temp.change((SELECT id FROM k), 'update', NULL, true, NULL, 'x', NULL, (SELECT '{' || string_agg('"k' || i || '":"v"', ',') || '}' FROM generate_series(1, 50) i))), 8::smallint, 'too many');
CREATE TEMP TABLE v AS SELECT version FROM pay.payments, k WHERE payment_id = id;
SELECT is((SELECT o_version FROM pg_temp.change((SELECT id FROM k), 'update', NULL, true, NULL, 'x', NULL, '{"nosuch":null}')), (SELECT version FROM v), 'what changes nothing is no change');

-- the last line of defence
SELECT throws_ok($$UPDATE pay.payments SET amount_captured = amount_authorized + 1 WHERE status = 'captured'$$, '23514', NULL, 'constraints hold for a superuser as well');
SELECT throws_ok($$UPDATE pay.refunds SET status = 'failed'$$, '23514', NULL, 'a refund that failed says why');
SELECT throws_ok($$UPDATE pay.payments SET status = 'authorized' WHERE status = 'captured'$$, '23514', NULL, 'a state and its amounts belong together');

SELECT * FROM finish();
ROLLBACK;

-- pgTAP: pay.cancel_keys, pay.get_keys and the days that come and go, in one
-- transaction that is rolled back.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(30);

SET search_path = public, pay;

INSERT INTO pay.merchants (merchant_id, public_id, name)
VALUES (4097, '01930000-0000-7000-8000-0000000000aa', 'T');

CREATE FUNCTION pg_temp.hash(p_key text) RETURNS uuid LANGUAGE sql AS $$ SELECT md5(p_key)::uuid $$;

CREATE FUNCTION pg_temp.pay(p_key text, p_capture boolean DEFAULT true, p_token text DEFAULT 'tok_visa',
    p_body text DEFAULT 'x')
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE sql AS $$
    SELECT * FROM pay.create_payments(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[false],
        ARRAY[pg_temp.hash(p_key)], ARRAY[p_key], ARRAY[sha256(p_body::bytea)], ARRAY[pay.uuid7()],
        ARRAY['POST /v1/payments'], ARRAY[pay.uuid7()], ARRAY[pay.uuid7()], ARRAY[1000::bigint],
        ARRAY['EUR'], ARRAY[p_capture], ARRAY[p_token],
        ARRAY['{"id":"x","exponent":2,"capture_method":"manual"'], ARRAY['{}'], ARRAY[NULL::text],
        ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text],
        ARRAY[now()], ARRAY[now() + interval '7 days'], ARRAY['cancel'],
        ARRAY[p_token LIKE 'tok_timeout'], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::bigint],
        ARRAY[NULL::text], '24 hours')
$$;

CREATE FUNCTION pg_temp.cancel(p_target text, p_key text DEFAULT gen_random_uuid()::text)
RETURNS TABLE (o_item uuid, outcome smallint, o_status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE sql AS $$
    SELECT * FROM pay.cancel_keys(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[false],
        ARRAY[pg_temp.hash(p_key)], ARRAY[p_key], ARRAY[sha256(p_target::bytea)], ARRAY[pay.uuid7()],
        ARRAY['POST /v1/idempotency_keys/x/cancel'], ARRAY[pg_temp.hash(p_target)], ARRAY[p_target],
        ARRAY[pay.uuid7()], ARRAY[pay.uuid7()], ARRAY[pay.uuid7()], ARRAY[now()],
        ARRAY[true], ARRAY[true], '24 hours')
$$;

CREATE FUNCTION pg_temp.look(p_key text) RETURNS json LANGUAGE sql AS $$
    SELECT o_body::json FROM pay.get_keys(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[false],
        ARRAY[pg_temp.hash(p_key)], ARRAY[p_key], '24 hours')
$$;

CREATE FUNCTION pg_temp.paid(p_key text) RETURNS text LANGUAGE sql AS $$
    SELECT p.status || ' ' || p.amount_canceled || ' ' || p.amount_refunded
      FROM pay.journal j JOIN pay.payments p ON p.payment_id = j.object_id
     WHERE j.key = p_key AND j.request = 'POST /v1/payments'
$$;

-- a key that was not used
SELECT is(pg_temp.look('new')::text, NULL, 'a key that was not used');
SELECT is((SELECT outcome || o_status::text FROM pg_temp.cancel('new', 'own')), '0200', 'it is burnt');
SELECT is((SELECT outcome || status::text FROM pg_temp.pay('new')), '10409', 'a create with it is refused');
SELECT is((SELECT outcome || status::text FROM pg_temp.pay('new', p_body => 'y')), '10409', 'whatever its body');
SELECT is((SELECT o_body::json->>'code' FROM pg_temp.pay('new')), 'idempotency_key_canceled', 'with its code');
SELECT is((SELECT outcome FROM pay.begin_payments(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[false],
    ARRAY[pg_temp.hash('new')], ARRAY['new'], ARRAY[sha256('z')], ARRAY[pay.uuid7()], ARRAY['POST /v1/payments'],
    ARRAY[pay.uuid7()], ARRAY[NULL::text], ARRAY['authorize acme att_x mer_x 1 0 n'], ARRAY[false], '24 hours')),
    10::smallint, 'so is what an acquirer would be asked for');
SELECT is((SELECT (c).outcome FROM (SELECT pay.claim_key(4097, pg_temp.hash('new'), 'x', '24 hours') AS c) x),
    10::smallint, 'and every other operation');
SELECT is(pg_temp.look('new')->>'state', 'canceled', 'it shows it');
SELECT is(pg_temp.look('new')->>'status_code', '409', 'and how');
SELECT is((SELECT outcome || o_status::text FROM pg_temp.cancel('new', 'own')), '1200', 'the same request: a replay');
SELECT is((SELECT outcome || o_status::text FROM pg_temp.cancel('new', 'other')), '0200', 'another one: nothing more');
SELECT is((SELECT count(*) FROM pay.canceled_keys WHERE key_hash = pg_temp.hash('new')), 1::bigint, 'once');

-- keys that have made something
SELECT is((SELECT outcome || status::text FROM pg_temp.pay('authorized', false)), '0201', 'an authorization');
SELECT is(pg_temp.look('authorized')->>'state', 'completed', 'its key is completed');
SELECT is((SELECT o_status FROM pg_temp.cancel('authorized')), 200::smallint, 'canceled');
SELECT is(pg_temp.paid('authorized'), 'canceled 1000 0', 'the authorization is void');
SELECT is((SELECT outcome FROM pg_temp.pay('captured')), 0::smallint, 'a capture');
SELECT is((SELECT o_status FROM pg_temp.cancel('captured')), 200::smallint, 'canceled');
SELECT is(pg_temp.paid('captured'), 'captured 0 1000', 'it is refunded');
SELECT is((SELECT count(*) FROM pay.journal WHERE event_type LIKE 'refund.%'), 1::bigint, 'by an event of its own');
SELECT is((SELECT outcome || o_status::text FROM pg_temp.cancel('captured')), '0200', 'again: nothing more');
SELECT is((SELECT count(*) FROM pay.refunds), 1::bigint, 'one refund');
SELECT is((SELECT outcome || status::text FROM pg_temp.pay('waiting', true, 'tok_timeout')), '0202', 'one that is processing');
SELECT is((SELECT o_status || (o_body::json->>'code') FROM pg_temp.cancel('waiting')), '409payment_processing', 'it is too early');
SELECT is((SELECT outcome FROM pg_temp.cancel('self', 'self')), 8::smallint, 'a key does not cancel itself');
SELECT is((SELECT outcome FROM pg_temp.cancel('own')), 8::smallint, 'nor what cannot be undone');

SELECT is((SELECT outcome || status::text FROM pg_temp.pay('late', false)), '0201', 'an authorization whose time is over');
UPDATE pay.payments SET authorization_expires_at = now() WHERE status = 'authorized';
SELECT is((SELECT outcome FROM pg_temp.cancel('late')), 5::smallint, 'busy until it has been captured or canceled');

-- days
SELECT throws_ok('SELECT pay.drop_partitions(86400)', '22023', NULL, 'no day that a key may need');
SELECT is((SELECT count(*) FROM pg_class WHERE relnamespace = 'pay'::regnamespace
             AND relname = ANY (SELECT t || '_' || to_char((now() AT TIME ZONE 'UTC')::date, 'YYYYMMDD')
                                  FROM unnest(pay.day_tables()) t)), 6::bigint, 'today is there');

SELECT * FROM finish();
ROLLBACK;

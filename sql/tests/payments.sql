-- pgTAP: pay.create_payments and its surroundings.  Runs in a transaction
-- that is rolled back.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(52);

SET search_path = public, pay;

INSERT INTO pay.merchants (merchant_id, public_id, name)
VALUES (4097, '01930000-0000-7000-8000-0000000000aa', 'T');

-- one request as a row of arguments; everything else by default
CREATE FUNCTION pg_temp.create_one(p_key text, p_body text DEFAULT 'x',
    p_amount bigint DEFAULT 100, p_reference text DEFAULT NULL,
    p_failure text DEFAULT NULL, p_capture boolean DEFAULT true,
    p_copies int DEFAULT 1, p_ttl interval DEFAULT '24 hours',
    p_live boolean DEFAULT false)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE sql AS $$
    SELECT c.* FROM (
        SELECT array_agg(gen_random_uuid()) AS i,
               array_agg(4097::bigint) AS m, array_agg(p_live) AS l,
               array_agg(md5(p_live::text || p_key)::uuid) AS kh,
               array_agg(p_key) AS k,
               array_agg(sha256(p_body::bytea)) AS fp,
               array_agg(gen_random_uuid()) AS rq,
               array_agg('POST /v1/payments'::text) AS line,
               array_agg((left(pay.uuid7_floor(now())::text, 14)
                          || substr(gen_random_uuid()::text, 15))::uuid) AS p,
               array_agg((left(pay.uuid7_floor(now())::text, 14)
                          || substr(gen_random_uuid()::text, 15))::uuid) AS t,
               array_agg(p_amount) AS a, array_agg('EUR'::text) AS c,
               array_agg(p_capture) AS cap, array_agg('tok_visa'::text) AS tok,
               array_agg('{"id":"x"'::text) AS h, array_agg('{}'::text) AS me,
               array_agg(NULL::text) AS n, array_agg(p_reference) AS r,
               array_agg(p_failure) AS f,
               array_agg(CASE WHEN p_failure IS NOT NULL THEN 'no' END) AS fm,
               array_agg(CASE WHEN p_failure IS NOT NULL THEN '{402}' END) AS fb,
               array_agg(now()) AS at, array_agg(NULL::timestamptz) AS x,
               array_agg('cancel'::text) AS xa, array_agg(false) AS wait,
               array_agg(NULL::bigint) AS fee
          FROM generate_series(1, p_copies)) s,
        LATERAL pay.create_payments(i, m, l, kh, k, fp, rq, line, p, t, a, c,
            cap, tok, h, me, n, r, n, f, fm, fb, at, x, xa, wait, n, n, n, fee, n, p_ttl) c
$$;

-- the executed, the replayed, the reused
CREATE TEMP TABLE first AS SELECT * FROM pg_temp.create_one('k1');
SELECT is((SELECT outcome FROM first), 0::smallint, 'executed');
SELECT is((SELECT status FROM first), 201::smallint, '201');
SELECT is((SELECT count(*) FROM pay.payments WHERE payment_id = (SELECT o_object_id FROM first)), 1::bigint, 'the payment is there');
SELECT is((SELECT amount FROM pay.ledger_transfers WHERE source_id = (SELECT o_object_id FROM first)), 100::bigint, 'and its ledger');
SELECT is((SELECT event_type FROM pay.journal WHERE object_id = (SELECT o_object_id FROM first)), 'payment.captured', 'and its event');
CREATE TEMP TABLE again AS SELECT * FROM pg_temp.create_one('k1');
SELECT is((SELECT outcome FROM again), 1::smallint, 'replayed');
SELECT is((SELECT o_body FROM again), (SELECT o_body FROM first), 'with the same bytes');
SELECT is((SELECT o_request_id FROM again), (SELECT o_request_id FROM first), 'and the first request');
SELECT is((SELECT o_object_id FROM again), (SELECT o_object_id FROM first), 'and the same object');
SELECT is((SELECT o_body FROM pay.get_payments(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[false], ARRAY[(SELECT o_object_id FROM first)], ARRAY[0::bigint])), (SELECT o_body FROM first), 'a read gives the same bytes');
CREATE TEMP TABLE other AS SELECT * FROM pg_temp.create_one('k1', 'y');
SELECT is((SELECT outcome FROM other), 3::smallint, 'another request: reused');
SELECT is((SELECT o_body FROM other), NULL, 'which shows nothing');
SELECT is((SELECT o_request FROM other), 'POST /v1/payments', 'but the line');
SELECT is((SELECT outcome FROM pg_temp.create_one('k1', p_live => true)), 0::smallint, 'the other mode has its own keys');
SELECT is((SELECT count(*) FROM pay.payments), 2::bigint, 'nothing else was made');

SELECT is((SELECT string_agg(DISTINCT concat_ws('/', leg, debit, credit, kind), ' ') FROM pay.ledger_transfers),
          (SELECT string_agg(concat_ws('/', leg, debit, credit, name), ' ') FROM pay.movements WHERE name = 'capture'),
          'the ledger has what pay.movements says of a capture');

-- authorized, declined
SELECT is((SELECT o_body ~ '"status":"authorized"' AND o_body ~ '"amount_capturable":100' FROM pg_temp.create_one('k2', p_capture => false)), true, 'authorized');
SELECT is((SELECT count(*) FROM pay.ledger_transfers), 2::bigint, 'without ledger');
CREATE TEMP TABLE declined AS SELECT * FROM pg_temp.create_one('k3', p_failure => 'generic_decline');
SELECT is((SELECT status FROM declined), 402::smallint, 'declined: 402');
SELECT is((SELECT o_body FROM declined), '{402}', 'with the answer given');
SELECT is((SELECT p.status FROM pay.payments p, declined d WHERE p.payment_id = d.o_object_id), 'failed', 'kept as failed');
SELECT is((SELECT j.event_type || (j.event_body ~ '"status":"failed"')::text FROM pay.journal j, declined d WHERE j.object_id = d.o_object_id), 'payment.failedtrue', 'its event shows the payment');
SELECT is((SELECT o_body FROM pg_temp.create_one('k3', p_failure => 'generic_decline')), '{402}', 'replayed');
SELECT is((SELECT count(*) FROM pay.ledger_transfers), 2::bigint, 'without ledger');

-- references
SELECT is((SELECT status FROM pg_temp.create_one('k4', p_reference => 'r1')), 201::smallint, 'a reference');
CREATE TEMP TABLE taken AS SELECT * FROM pg_temp.create_one('k5', p_reference => 'r1');
SELECT is((SELECT outcome || '/' || status FROM taken), '0/409', 'used again: 409, stored');
SELECT is((SELECT o_body FROM taken) ~ ('"existing_id":"' || (SELECT pay.id_text('pay_', payment_id) FROM pay.payment_references WHERE reference = 'r1')), true, 'naming the first');
SELECT is((SELECT outcome || '/' || status FROM pg_temp.create_one('k5', p_reference => 'r1')), '1/409', 'and replayed');
SELECT is((SELECT event_type FROM pay.journal WHERE key = 'k5'), NULL, 'a refusal is no event');
SELECT is((SELECT status FROM pg_temp.create_one('k6', p_reference => 'r1', p_live => true)), 201::smallint, 'the other mode has its own');
SELECT is((SELECT status FROM pg_temp.create_one('k6a', p_reference => 'r2', p_failure => 'generic_decline')), 402::smallint, 'a reference of a declined payment');
SELECT is((SELECT status FROM pg_temp.create_one('k6b', p_reference => 'r2', p_failure => 'generic_decline')), 402::smallint, 'is free for another one that is declined');
SELECT is((SELECT status FROM pg_temp.create_one('k6c', p_reference => 'r2')), 201::smallint, 'and for one that is paid');
SELECT is((SELECT status FROM pg_temp.create_one('k6d', p_reference => 'r2', p_failure => 'generic_decline')), 409::smallint, 'then it is taken, also for what would be declined');
SELECT is((SELECT cardinality(earlier) FROM pay.payment_references WHERE reference = 'r2'), 2, 'who had it before is known');

-- duplicates inside a call
SELECT throws_ok($$SELECT * FROM pg_temp.create_one('k7', p_copies => 3)$$, '23505', NULL, 'the same key three times in a call is the caller''s bug');
SELECT is((SELECT count(*) FROM pay.journal WHERE key = 'k7'), 0::bigint, 'and leaves nothing');

-- expiry: a row as old as its time to live is no record any more
INSERT INTO pay.journal (merchant_id, key_hash, day, status, object_version, livemode, request_id, event_id, object_id, created_at, fingerprint, request, body, key)
SELECT 4097, md5('falseold')::uuid, (now() AT TIME ZONE 'UTC')::date, 201, 1, false, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now() - interval '61 seconds', sha256('x'), 'POST /v1/payments', 'old', 'old';
SELECT is((SELECT outcome || o_body FROM pg_temp.create_one('old', p_ttl => '62 seconds')), '1old', 'younger than its time to live: replayed');
SELECT is((SELECT outcome FROM pg_temp.create_one('old', p_ttl => '60 seconds')), 0::smallint, 'older: the key is new');
SELECT is((SELECT outcome FROM pg_temp.create_one('old', p_ttl => '60 seconds')), 1::smallint, 'and taken again');
SELECT is((SELECT max(generation) FROM pay.journal WHERE key = 'old'), 1::smallint, 'in its next generation');

-- midnight: yesterday's and tomorrow's rows are found
INSERT INTO pay.journal (merchant_id, key_hash, day, status, object_version, livemode, request_id, event_id, object_id, created_at, fingerprint, request, body, key)
SELECT 4097, md5('false' || k)::uuid, (now() AT TIME ZONE 'UTC')::date + d, 201, 1, false, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now() + d * interval '1 second', sha256('x'), 'POST /v1/payments', k, k
  FROM (VALUES ('before', -1), ('after', 1)) v (k, d);
SELECT is((SELECT outcome || o_body FROM pg_temp.create_one('before')), '1before', 'executed before midnight, retried after');
SELECT is((SELECT outcome || o_body FROM pg_temp.create_one('after')), '1after', 'executed after midnight by a faster clock');

-- what cannot be
SELECT throws_ok($$UPDATE pay.journal SET body = 'z'$$, '42501', NULL, 'the journal is insert-only');
SELECT throws_ok($$DELETE FROM pay.ledger_transfers$$, '42501', NULL, 'so is the ledger');
SELECT throws_ok($$TRUNCATE pay.ledger_transfers$$, '42501', NULL, 'as a whole, too');
SELECT throws_ok($$UPDATE pay.payments SET amount_refunded = amount_captured + 1$$, '23514', NULL, 'no refund above what was captured');
SELECT throws_ok($$UPDATE pay.payments SET amount_captured = amount + 1 WHERE status = 'captured'$$, '23514', NULL, 'no capture above what was authorized');

-- rights
SELECT is((SELECT count(*) FROM information_schema.role_table_grants WHERE grantee IN ('pay_api', 'PUBLIC') AND table_schema = 'pay'), 0::bigint, 'pay_api has no table');
SELECT is((SELECT string_agg(p.proname, ' ' ORDER BY p.proname) FROM pg_proc p WHERE p.pronamespace = 'pay'::regnamespace AND has_function_privilege('pay_api', p.oid, 'EXECUTE')), 'ack_sinks act_on_payments administer apply_notifications authenticate background begin_changes begin_payments cancel_keys change_endpoints change_payments check_ledger claim_followups claims count_attempts create_payments database deliver_done deliver_due deliver_page end_attempts find_notified fresh get_api_keys get_balances get_events get_keys get_ledger_transactions get_merchants get_payments heartbeat last_events list_deliveries list_events list_merchants list_objects maintain owns_merchants ping probe read_objects read_sinks relay resolve_attempts shown_heartbeat status status_here take_sinks token touch_keys trial_balance undo_attempts', 'pay_api may call these functions only');

-- partitions
SELECT is((SELECT days_ahead >= 14 FROM pay.maintain(ARRAY[gen_random_uuid()], ARRAY[30 * 86400::bigint])), true, 'partitions are there for two weeks');
SELECT is(pay.id_text('pay_', 'ffffffff-ffff-ffff-ffff-ffffffffffff'), 'pay_7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'ids in SQL as in C');

SELECT * FROM finish();
ROLLBACK;

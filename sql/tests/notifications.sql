-- pgTAP: what acquirers say without being asked.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(54);

SET search_path = public, pay;

INSERT INTO pay.merchants (merchant_id, public_id, name)
VALUES (4097, '01930000-0000-7000-8000-0000000000aa', 'T');

CREATE FUNCTION pg_temp.id(p int) RETURNS uuid LANGUAGE sql AS $$
    SELECT (left(pay.uuid7_floor(date_trunc('month', now()))::text, 24) || lpad(p::text, 12, '0'))::uuid $$;

CREATE FUNCTION pg_temp.pay(p int, p_amount bigint, p_captured bigint, p_canceled bigint, p_status text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pay.payments (merchant_id, payment_id, amount, amount_authorized, amount_captured, amount_canceled,
           created_at, updated_at, captured_at, livemode, currency, status, expiry_action, token, head, metadata,
           processor, processor_reference)
    SELECT 4097, u, p_amount, p_amount, p_captured, p_canceled, now(), now(), now(), true, 'EUR', p_status, 'cancel', 't',
           '{"id":"' || pay.id_text('pay_', u) || '","exponent":2', '{}', 'acme', 'ch_' || p FROM pg_temp.id(p) u
$$;

CREATE FUNCTION pg_temp.apply(p int, p_kind text, p_amount bigint, p_name text, p_chargeback text DEFAULT NULL, p_currency text DEFAULT 'EUR')
RETURNS text LANGUAGE sql AS $$
    SELECT CASE a.outcome WHEN pay.outcome('executed') THEN 'executed' WHEN pay.outcome('unused') THEN 'unused'
                WHEN pay.outcome('invalid') THEN 'invalid' WHEN pay.outcome('busy') THEN 'busy' END
      FROM pay.apply_notifications(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[pg_temp.id(p)], ARRAY['acme'], ARRAY[p_name],
        ARRAY[p_kind], ARRAY[p_chargeback], ARRAY[p_amount], ARRAY[p_currency], ARRAY[NULL::text], ARRAY[pay.uuid7()],
        ARRAY[pay.uuid7()], ARRAY[now()]) a
$$;

CREATE FUNCTION pg_temp.state(p int) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', e.status, e.amount_captured, e.amount_canceled, e.amount_disputed, e.failure_code)
      FROM pay.payments e WHERE e.payment_id = pg_temp.id(p)
$$;

CREATE FUNCTION pg_temp.find(p_kind text, p_attempt text, p_reference text, p_chargeback text DEFAULT NULL, p_processor text DEFAULT 'acme')
RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(f.o_state, '-') FROM pay.find_notified(ARRAY[gen_random_uuid()], ARRAY[0::bigint], ARRAY[false], ARRAY[p_processor],
        ARRAY[p_kind], ARRAY[p_attempt], ARRAY[p_reference], ARRAY[p_chargeback]) f
$$;

-- reversals
SELECT pg_temp.pay(1, 1000, 1000, 0, 'captured');
SELECT is(pg_temp.apply(1, 'capture_reversed', 1001, 'n0'), 'invalid', 'more than was captured is not reversed');
SELECT is((SELECT applied FROM pay.notifications WHERE notification = 'n0'), false, 'and is kept for an operator');
SELECT is(pg_temp.apply(1, 'capture_reversed', 1001, 'n0'), 'unused', 'once');
SELECT is(pg_temp.apply(1, 'capture_reversed', 10, 'n1', p_currency => 'USD'), 'invalid', 'nor is another currency');
SELECT is(pg_temp.state(1), 'captured 1000 0 0', 'it is as it was');
SELECT is(pg_temp.apply(1, 'capture_reversed', 400, 'n2'), 'executed', 'a part is');
SELECT is(pg_temp.state(1), 'partially_captured 600 0 0 capture_failed', 'the rest stays captured');
SELECT is(pg_temp.apply(1, 'capture_reversed', 400, 'n2'), 'unused', 'and not again');
SELECT is(pg_temp.apply(1, 'capture_reversed', 600, 'n3'), 'executed', 'the rest is, by another notification');
SELECT is(pg_temp.state(1), 'authorized 0 0 0 capture_failed', 'it is authorized again');
SELECT is((SELECT captured_at FROM pay.payments WHERE payment_id = pg_temp.id(1)), NULL, 'and not captured at any time');
SELECT is((SELECT string_agg(amount || ' ' || reversed || ' ' || final, ',') FROM pay.captures WHERE payment_id = pg_temp.id(1)), '1000 1000 true',
          'the capture with the authorization has a row now');
SELECT is((SELECT sum(amount) FROM pay.ledger_transfers WHERE source_id = pg_temp.id(1) AND kind = 'capture_reversed'
              AND debit = pay.account('merchant_pending') AND credit = pay.account('processor_receivable')), 1000::numeric, 'the ledger has it');
SELECT is((SELECT string_agg(event_type || ' ' || moved || ' ' || (movement = pay.movement('capture_reversed')), ',' ORDER BY position)
             FROM pay.journal WHERE object_id = pg_temp.id(1)), 'payment.capture_failed 400 true,payment.capture_failed 600 true', 'an event each');

SELECT pg_temp.pay(2, 1000, 400, 600, 'captured');
INSERT INTO pay.captures VALUES (4097, pay.uuid7(), pg_temp.id(2), 150, false, now()), (4097, pay.uuid7(), pg_temp.id(2), 250, true, now());
SELECT is(pg_temp.apply(2, 'capture_reversed', 300, 'n4'), 'invalid', 'more than any capture has is not reversed');
SELECT is(pg_temp.apply(2, 'capture_reversed', 150, 'n5'), 'executed', 'a capture is');
SELECT is((SELECT string_agg(amount || ' ' || reversed, ',' ORDER BY amount) FROM pay.captures WHERE payment_id = pg_temp.id(2)), '150 150,250 0',
          'the one of this amount');
SELECT is(pg_temp.apply(2, 'capture_reversed', 250, 'n6'), 'executed', 'the other one is');
SELECT is(pg_temp.state(2), 'authorized 0 600 0 capture_failed', 'what was released stays so');

UPDATE pay.payments SET operation = 'att_x' WHERE payment_id = pg_temp.id(1);
SELECT is(pg_temp.apply(1, 'capture_reversed', 1, 'n7'), 'busy', 'while the acquirer is asked for something else it has to come again');
SELECT is((SELECT count(*) FROM pay.notifications WHERE notification = 'n7'), 0::bigint, 'and is not kept');
SELECT is(pg_temp.apply(99, 'capture_reversed', 1, 'n7'), 'busy', 'so is a payment that is locked, or has just gone');

-- chargebacks
SELECT pg_temp.pay(3, 1000, 1000, 0, 'captured');
SELECT is(pg_temp.find('chargeback', NULL, 'ch_3', 'cb1'), 'payment', 'a payment is found by its reference');
SELECT is(pg_temp.find('chargeback', NULL, 'ch_3', 'cb1', 'other'), '-', 'of this processor');
SELECT is(pg_temp.find('chargeback_lost', NULL, 'ch_3', 'cb1'), '-', 'and its chargeback where it must be there');
SELECT is(pg_temp.apply(3, 'chargeback', 1001, 'c0', 'cb0'), 'invalid', 'more than was captured is not disputed');
SELECT is(pg_temp.apply(3, 'chargeback', 300, 'c1', 'cb1'), 'executed', 'a chargeback');
SELECT is(pg_temp.apply(3, 'chargeback', 300, 'c1', 'cb1'), 'unused', 'once more');
SELECT is(pg_temp.apply(3, 'chargeback', 300, 'c2', 'cb1'), 'unused', 'under another id');
SELECT is(pg_temp.state(3), 'captured 1000 0 300', 'it is disputed once');
SELECT is(pg_temp.find('chargeback_lost', NULL, 'ch_3', 'cb1'), 'payment', 'it is there now');
SELECT is(pg_temp.apply(3, 'capture_reversed', 701, 'c3'), 'invalid', 'a reversal does not take what is disputed');
SELECT is(pg_temp.apply(3, 'chargeback_lost', 299, 'c4', 'cb1'), 'invalid', 'it ends with its own amount');
SELECT is(pg_temp.apply(3, 'chargeback_reversed', 300, 'c5', 'cb1'), 'executed', 'won');
SELECT is(pg_temp.apply(3, 'chargeback_reversed', 300, 'c6', 'cb1'), 'unused', 'once more');
SELECT is(pg_temp.apply(3, 'chargeback_lost', 300, 'c7', 'cb1'), 'invalid', 'and is not lost then');
SELECT is(pg_temp.state(3), 'captured 1000 0 0', 'the money is back');
SELECT is(pg_temp.apply(3, 'chargeback', 300, 'c8', 'cb2'), 'executed', 'another one');
SELECT is(pg_temp.apply(3, 'chargeback_lost', 300, 'c9', 'cb2'), 'executed', 'lost');
SELECT is(pg_temp.state(3), 'captured 1000 0 300', 'it is gone');
SELECT is((SELECT version FROM pay.payments WHERE payment_id = pg_temp.id(3)), 5, 'a version each');
SELECT pg_temp.pay(4, 1000, 0, 0, 'authorized');
SELECT is(pg_temp.apply(4, 'chargeback', 300, 'c10', 'cb3'), 'invalid', 'what was not captured cannot be disputed');
UPDATE pay.payments SET processor_reference = 'ch_3' WHERE payment_id = pg_temp.id(4);
SELECT is(pg_temp.find('chargeback', NULL, 'ch_3', 'cb4'), 'ambiguous', 'two payments with one reference: it is not guessed which');

-- attempts
CREATE FUNCTION pg_temp.begun(p int, p_status int, p_generation int, p_action text DEFAULT 'authorize') RETURNS void LANGUAGE sql AS $$
    INSERT INTO pay.journal (merchant_id, key_hash, day, generation, status, object_version, livemode, request_id, event_id,
           object_id, created_at, fingerprint, request, body, key)
    VALUES (4097, pg_temp.id(1000 + p), (now() AT TIME ZONE 'UTC')::date, p_generation, p_status, 0, true, pg_temp.id(p), gen_random_uuid(), pg_temp.id(p),
            now(), sha256('x'), 'POST', CASE p_status WHEN 0 THEN p_action || ' acme att_' || p || ' mer_x 1 0 n' || E'\n{}' ELSE '' END, 'k' || p)
$$;
SELECT is(pg_temp.find('result', 'att_10', NULL), '-', 'an attempt that nobody knows');
SELECT pg_temp.begun(10, 0, 0);
SELECT is(pg_temp.find('result', 'att_10', NULL), 'open', 'one that has no end');
SELECT is(pg_temp.find('result', 'att_10', NULL, NULL, 'other'), '-', 'and is of another processor');
SELECT pg_temp.begun(10, 1, 1);
SELECT is(pg_temp.find('result', 'att_10', NULL), 'declined', 'one that surely was not executed');
SELECT pg_temp.begun(10, 0, 2);
SELECT is(pg_temp.find('result', 'att_10', NULL), 'open', 'and was begun again');
SELECT pg_temp.begun(11, 0, 0), pg_temp.begun(11, 201, 1);
SELECT is(pg_temp.find('result', 'att_11', NULL), 'approved', 'one that was approved');
SELECT pg_temp.begun(12, 0, 0, 'capture'), pg_temp.begun(12, 402, 1);
SELECT is(pg_temp.find('result', 'att_12', NULL), 'declined', 'one that was declined');
SELECT pg_temp.begun(13, 0, 0, 'capture'), pg_temp.begun(13, 202, 1);
SELECT is(pg_temp.find('result', 'att_13', NULL), 'ended', 'one that has ended somehow');

-- an outbox's
SELECT pay.send_later(p, 'void', pg_temp.id(500), 100, true, p.payment_id, NULL) FROM pay.payments p WHERE p.payment_id = pg_temp.id(4);
SELECT is(pg_temp.find('result', pay.id_text('att_', pg_temp.id(500)), NULL), 'waits', 'a void that is waited for');
SELECT pay.end_followup(f) FROM pay.followups f;
SELECT is(pg_temp.find('result', pay.id_text('att_', pg_temp.id(500)), NULL), 'ended', 'is known when it has ended');
UPDATE pay.followups SET due = now();
SELECT count(*) FROM pay.claim_followups(ARRAY[gen_random_uuid()], ARRAY['acme']);
SELECT is((SELECT count(*) FROM pay.followups), 0::bigint, 'until a month later');

SELECT * FROM finish();
ROLLBACK;

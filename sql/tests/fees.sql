-- pgTAP: what acquirers keep of captures.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(31);

SET search_path = public, pay;

INSERT INTO pay.merchants (merchant_id, public_id, name)
VALUES (4097, '01930000-0000-7000-8000-0000000000aa', 'T');

CREATE FUNCTION pg_temp.id(p int) RETURNS uuid LANGUAGE sql AS $$
    SELECT (left(pay.uuid7_floor(date_trunc('month', now()))::text, 24) || lpad(p::text, 12, '0'))::uuid $$;

-- a live payment, as its acquirer's answer makes it
CREATE FUNCTION pg_temp.make(p int, p_amount bigint, p_capture boolean, p_fee bigint, p_failure text DEFAULT NULL, p_pending boolean DEFAULT false)
RETURNS text LANGUAGE sql AS $$
    SELECT c.o_body FROM pay.create_payments(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[true],
        ARRAY[gen_random_uuid()], ARRAY['k' || p], ARRAY[sha256('x')], ARRAY[pay.uuid7()], ARRAY['POST /v1/payments'],
        ARRAY[pg_temp.id(p)], ARRAY[pg_temp.id(1000 + p)], ARRAY[p_amount], ARRAY['EUR'], ARRAY[p_capture],
        ARRAY['tok'], ARRAY['{"id":"' || pay.id_text('pay_', pg_temp.id(p)) || '","exponent":2'], ARRAY['{}'], ARRAY[NULL::text],
        ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[p_failure], ARRAY[p_failure],
        ARRAY[CASE WHEN p_failure IS NOT NULL THEN '{402}' END], ARRAY[now()],
        ARRAY[NULL::timestamptz], ARRAY['cancel'], ARRAY[p_pending], ARRAY['acme'], ARRAY['ch_' || p],
        ARRAY[NULL::text], ARRAY[p_fee], ARRAY[NULL::text], '24 hours') c
$$;

CREATE FUNCTION pg_temp.capture(p int, p_amount bigint, p_final boolean, p_fee bigint, p_attempt text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    e pay.payments;
    c record;
BEGIN
    SELECT * INTO e FROM pay.payments x WHERE x.payment_id = pg_temp.id(p);
    SELECT * INTO c FROM pay.change_payment(e, e.payment_id, 'capture', pay.uuid7(), pay.uuid7(), NULL, p_amount, NULL, p_final,
        NULL, NULL, NULL, NULL, false, now(), pay.uuid7(), told => true, fee => p_fee, attempt => p_attempt);
    PERFORM pay.journal_background(4097, true, c.object_id, NULL, c.version, c.body, c.event_type, c.previous, c.movement, c.moved, 'EUR');
    RETURN c.body::json->>'fee';
END $$;

CREATE FUNCTION pg_temp.apply(p int, p_kind text, p_amount bigint, p_name text, p_what text DEFAULT NULL, p_reason text DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
    SELECT CASE a.outcome WHEN pay.outcome('executed') THEN 'executed' WHEN pay.outcome('unused') THEN 'unused'
                WHEN pay.outcome('invalid') THEN 'invalid' WHEN pay.outcome('busy') THEN 'busy' END
      FROM pay.apply_notifications(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[pg_temp.id(p)], ARRAY['acme'], ARRAY[p_name],
        ARRAY[p_kind], ARRAY[p_what], ARRAY[p_amount], ARRAY['EUR'], ARRAY[p_reason], ARRAY[pay.uuid7()], ARRAY[pay.uuid7()], ARRAY[now()]) a
$$;

CREATE FUNCTION pg_temp.fee(p int) RETURNS bigint LANGUAGE sql AS $$ SELECT fee FROM pay.payments WHERE payment_id = pg_temp.id(p) $$;

-- what an account has, credits less debits
CREATE FUNCTION pg_temp.has(p int, p_account text) RETURNS bigint LANGUAGE sql AS $$
    SELECT -sum(signed_amount)::bigint FROM pay.ledger_entries WHERE source_id = pg_temp.id(p) AND account = p_account $$;

CREATE FUNCTION pg_temp.entries(p_transaction uuid) RETURNS text LANGUAGE sql AS $$
    SELECT (b.o_body::json->>'kind') || ': ' || string_agg(concat_ws(' ', e->>'account', e->>'direction', e->>'amount'), ', ' ORDER BY n)
      FROM pay.ledger_bodies(4097, ARRAY[p_transaction]) b, json_array_elements(b.o_body::json->'entries') WITH ORDINALITY x (e, n)
     GROUP BY b.o_body::json->>'kind' $$;

-- with the answer
SELECT is(pg_temp.make(1, 1000, true, 31)::json->>'fee', '31', 'a payment shows its fee');
SELECT is(pg_temp.entries(pg_temp.id(1001)), 'capture: processor_receivable debit 1000, merchant_pending credit 969, fees credit 31',
          'it is booked with its capture');
SELECT is(pg_temp.make(2, 1000, true, NULL)::json->>'fee', NULL, 'no fee is known');
SELECT is(pg_temp.entries(pg_temp.id(1002)), 'capture: processor_receivable debit 1000, merchant_pending credit 1000', 'and none booked');
SELECT is(pg_temp.make(3, 1000, true, 0)::json->>'fee', '0', 'a fee of nothing is known');
SELECT is((SELECT count(*) FROM pay.ledger_transfers WHERE source_id = pg_temp.id(3)), 1::bigint, 'and moves nothing');
SELECT is(pg_temp.make(4, 10, true, 25)::json->>'fee', '25', 'one that is more than the payment');
SELECT is(pg_temp.entries(pg_temp.id(1004)), 'capture: processor_receivable debit 10, merchant_pending debit 15, fees credit 25',
          'leaves the merchant owing');
SELECT is(pg_temp.make(5, 25, true, 25)::json->>'fee', '25', 'one that is all of it');
SELECT is(pg_temp.entries(pg_temp.id(1005)), 'capture: processor_receivable debit 25, fees credit 25', 'leaves nothing');
SELECT is(pg_temp.make(6, 1000, false, 31)::json->>'fee', NULL, 'an authorization has none');
SELECT is(pg_temp.make(7, 1000, true, 31, 'lost_card'), '{402}', 'nor has a decline');
SELECT is((SELECT count(*) FROM pay.ledger_transfers WHERE source_id = pg_temp.id(7)), 0::bigint, 'which books nothing');

-- with captures
SELECT is(pg_temp.capture(6, 400, false, 12, 'att_a'), '12', 'of a capture');
SELECT is(pg_temp.capture(6, 600, true, NULL, 'att_b'), '12', 'and of another one nothing is known');
SELECT is(pg_temp.has(6, 'merchant_pending'), 988::bigint, 'the merchant has what it leaves');

-- later
SELECT is(pg_temp.apply(6, 'result', 12, 'r1', 'att_a', 'capture'), 'unused', 'what is known already');
SELECT is(pg_temp.apply(6, 'result', 13, 'r2', 'att_a', 'capture'), 'invalid', 'another fee is for an operator');
SELECT is(pg_temp.apply(6, 'result', 18, 'r3', 'att_b', 'capture'), 'executed', 'the other one''s comes later');
SELECT is(pg_temp.apply(6, 'result', 18, 'r4', 'att_b', 'capture'), 'unused', 'once');
SELECT is(pg_temp.fee(6), 30::bigint, 'the payment has both');
SELECT is((SELECT event_type || ' ' || previous FROM pay.journal WHERE object_id = pg_temp.id(6) AND event_type IS NOT NULL ORDER BY position DESC LIMIT 1)
          , 'payment.updated {"fee":12,"version":3}', 'an event says so');
SELECT is(pg_temp.apply(2, 'result', 9, 'r5', 'att_2', 'authorize'), 'executed', 'of what was captured at once');
SELECT is(pg_temp.fee(2), 9::bigint, 'the payment has it');

-- reversals
SELECT is(pg_temp.apply(1, 'capture_reversed', 300, 'v1'), 'executed', 'a part of a capture is taken back');
SELECT is(pg_temp.fee(1), 22::bigint, 'and that part of its fee');
SELECT is(pg_temp.apply(1, 'capture_reversed', 700, 'v2'), 'executed', 'the rest is');
SELECT is(concat_ws(' ', pg_temp.fee(1), pg_temp.has(1, 'fees'), pg_temp.has(1, 'merchant_pending')), '0 0 0', 'all of it');
SELECT is(pg_temp.apply(6, 'capture_reversed', 600, 'v3'), 'executed', 'one of two captures');
SELECT is(pg_temp.fee(6), 12::bigint, 'takes its own fee');

-- the sums of accounts
SELECT is((SELECT string_agg(format('%s %s', a.name, coalesce(s.o_credits - s.o_debits, 0)), ', ' ORDER BY a.account)
             FROM pay.accounts a JOIN (SELECT j.merchant_id, e.account, sum(e.credit) AS o_credits, sum(e.debit) AS o_debits
                    FROM pay.journal j JOIN pay.movements v USING (movement)
                   CROSS JOIN LATERAL (VALUES (v.debit, j.moved, 0), (v.credit, 0, j.moved)) AS e (account, debit, credit)
                   WHERE j.merchant_id = 4097 GROUP BY 1, 2) s USING (account)),
          (SELECT string_agg(format('%s %s', account, amount), ', ' ORDER BY n)
             FROM (SELECT e.account, -sum(signed_amount) AS amount, min(a.account) AS n FROM pay.ledger_entries e JOIN pay.accounts a ON a.name = e.account
                    WHERE e.merchant_id = 4097 GROUP BY 1) x), 'the journal moves what the ledger does');

SELECT * FROM finish();
ROLLBACK;

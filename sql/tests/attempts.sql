-- pgTAP: keys that are begun before an acquirer is asked, and what becomes of them.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(72);

SET search_path = public, pay;

INSERT INTO pay.merchants (merchant_id, public_id, name)
VALUES (4097, '01930000-0000-7000-8000-0000000000aa', 'T');

CREATE FUNCTION pg_temp.hash(p_key text) RETURNS uuid LANGUAGE sql AS $$ SELECT md5(p_key)::uuid $$;

CREATE FUNCTION pg_temp.args(p_key text, p_node text, p_reference text) RETURNS text LANGUAGE sql AS $$
    SELECT 'authorize acme att_' || p_key || ' mer_x 1 0 ' || p_node || E'\n'
        || json_build_object('amount', 100, 'reference', p_reference)::text
$$;

CREATE FUNCTION pg_temp.begin_one(p_key text, p_request uuid, p_body text DEFAULT 'x',
    p_reference text DEFAULT NULL, p_node text DEFAULT 'n1', p_takeover boolean DEFAULT false)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint, o_request_id uuid, o_object_id uuid,
               o_version int, o_created_at timestamptz, o_request text, o_body text)
LANGUAGE sql AS $$
    SELECT * FROM pay.begin_payments(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[true],
        ARRAY[pg_temp.hash(p_key)], ARRAY[p_key], ARRAY[sha256(p_body::bytea)], ARRAY[p_request],
        ARRAY['POST /v1/payments'], ARRAY[pay.uuid7()], ARRAY[p_reference],
        ARRAY[pg_temp.args(p_key, p_node, p_reference)], ARRAY[p_takeover], '24 hours')
$$;

-- ends the key that is begun
CREATE FUNCTION pg_temp.end_one(p_key text, p_failure text DEFAULT NULL, p_pending boolean DEFAULT false, p_fee bigint DEFAULT NULL)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint, o_request_id uuid, o_object_id uuid,
               o_version int, o_created_at timestamptz, o_request text, o_body text)
LANGUAGE sql AS $$
    SELECT c.* FROM (SELECT * FROM pay.begun_row(4097, pg_temp.hash(p_key))) b,
    LATERAL pay.create_payments(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[true],
        ARRAY[b.key_hash], ARRAY[b.key], ARRAY[b.fingerprint], ARRAY[b.request_id], ARRAY[b.request],
        ARRAY[b.object_id], ARRAY[pay.uuid7()], ARRAY[100::bigint], ARRAY['EUR'], ARRAY[true],
        ARRAY['tok'], ARRAY['{"id":"x","capture_method":"automatic"'], ARRAY['{}'], ARRAY[NULL::text],
        ARRAY[pay.attempt_body(b.body)->>'reference'], ARRAY[NULL::text], ARRAY[p_failure],
        ARRAY[CASE WHEN p_failure IS NOT NULL THEN 'no' END],
        ARRAY[CASE WHEN p_failure IS NOT NULL THEN '{402}' END], ARRAY[now()],
        ARRAY[NULL::timestamptz], ARRAY['cancel'], ARRAY[p_pending], ARRAY['acme'], ARRAY['ch_1'],
        ARRAY[CASE WHEN p_pending THEN b.body END], ARRAY[p_fee], ARRAY[NULL::text], '24 hours') c
$$;

-- as if it had been begun some time ago
CREATE FUNCTION pg_temp.age(p_key text, p_by interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE pay.journal DISABLE TRIGGER insert_only;
    UPDATE pay.journal SET created_at = created_at - p_by WHERE key = p_key;
    ALTER TABLE pay.journal ENABLE TRIGGER insert_only;
END $$;

CREATE FUNCTION pg_temp.events(p_key text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(j.event_type, ' ' ORDER BY j.position) FROM pay.journal j
     WHERE j.event_type IS NOT NULL
       AND j.object_id = (SELECT (pay.begun_row(4097, pg_temp.hash(p_key))).object_id)
$$;

-- begun once, by one
SELECT is((SELECT outcome || status::text FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000a')), '0202', 'begun');
SELECT is((SELECT count(*) FROM pay.payments WHERE merchant_id = 4097), 0::bigint, 'there is no payment yet');
SELECT is((SELECT outcome FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000a')), 0::smallint, 'its own request again: go on');
SELECT is((SELECT outcome FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000b')), 12::smallint, 'somebody else: it is begun');
SELECT is((SELECT outcome FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000b', 'y')), 3::smallint, 'another body: reused, at once');
SELECT is((SELECT outcome FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000b', p_takeover => true)), 13::smallint, 'its node has lost it: resume');
SELECT is((SELECT outcome FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000b', p_takeover => true, p_node => 'n2')), 12::smallint, 'another node waits');
SELECT is((SELECT (c).outcome FROM (SELECT pay.claim_key(4097, pg_temp.hash('a'), 'x', '24 hours') AS c) x), 3::smallint, 'for other operations it is another request''s');
SELECT is((SELECT o_body::json->>'state' FROM pay.get_keys(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[true], ARRAY[pg_temp.hash('a')], ARRAY['a'], '24 hours')), 'in_progress', 'the key shows it');
SELECT is((SELECT o_body::json->>'completed_at' FROM pay.get_keys(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[true], ARRAY[pg_temp.hash('a')], ARRAY['a'], '24 hours')), NULL, 'and no end');
SELECT pg_temp.age('a', '13 seconds');
SELECT is((SELECT outcome FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000b', p_node => 'n2')), 13::smallint, 'after 12 seconds anybody resumes it');
SELECT is((SELECT o_request_id FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000b', p_node => 'n2')), '00000000-0000-7000-8000-00000000000a'::uuid, 'with its ids');
SELECT matches((SELECT o_body FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000b', p_node => 'n2')), '^authorize acme att_a ', 'and its text');
SELECT pg_temp.age('a', '3 days');
SELECT is((SELECT outcome FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000b', p_node => 'n2')), 13::smallint, 'it does not expire');

-- the end
SELECT is((SELECT outcome || status::text FROM pg_temp.end_one('a')), '0201', 'ended');
SELECT is((SELECT status || processor || processor_reference FROM pay.payments WHERE merchant_id = 4097), 'capturedacmech_1', 'the payment is there');
SELECT is((SELECT outcome || status::text FROM pg_temp.end_one('a')), '1201', 'the second end replays');
SELECT is((SELECT outcome || status::text FROM pg_temp.begin_one('a', '00000000-0000-7000-8000-00000000000b')), '1201', 'and so does who asks again');
SELECT is((SELECT count(*) FROM pay.ledger_transfers WHERE merchant_id = 4097), 1::bigint, 'money once');
SELECT is(pg_temp.events('a'), 'payment.captured', 'one event');

-- declined
SELECT is((SELECT outcome FROM pg_temp.begin_one('d', pay.uuid7(), p_reference => 'r1')), 0::smallint, 'with a reference: begun');
SELECT is((SELECT outcome || status::text FROM pg_temp.begin_one('d2', pay.uuid7(), p_reference => 'r1')), '0409', 'which is taken meanwhile');
SELECT is((SELECT outcome || status::text FROM pg_temp.end_one('d', 'generic_decline')), '0402', 'declined');
SELECT is((SELECT outcome || status::text FROM pg_temp.begin_one('d3', pay.uuid7(), p_reference => 'r1')), '0202', 'and free again');

-- undone
SELECT is((SELECT outcome FROM pay.undo_attempts(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[pg_temp.hash('d3')],
    ARRAY[(pay.begun_row(4097, pg_temp.hash('d3'))).request_id])), 14::smallint, 'undone');
SELECT is((SELECT o_body FROM pay.get_keys(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[true], ARRAY[pg_temp.hash('d3')], ARRAY['d3'], '24 hours')), NULL, 'the key was not used');
SELECT is((SELECT outcome || status::text FROM pg_temp.begin_one('d3', pay.uuid7(), 'y', 'r1')), '0202', 'key and reference are free');
SELECT is((SELECT outcome FROM pay.undo_attempts(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[pg_temp.hash('d3')], ARRAY[pay.uuid7()])), 14::smallint, 'who is late');
SELECT is((SELECT outcome FROM pg_temp.begin_one('d3', pay.uuid7(), 'y', 'r1')), 12::smallint, 'undoes nothing of the next one');

-- pending, and its end
SELECT is((SELECT outcome FROM pg_temp.begin_one('p', pay.uuid7())), 0::smallint, 'begun');
SELECT is((SELECT outcome || status::text FROM pg_temp.end_one('p', p_pending => true)), '0202', 'pending');
SELECT is((SELECT status FROM pay.payments WHERE payment_id = (pay.begun_row(4097, pg_temp.hash('p'))).object_id), 'processing', 'the payment is processing');
SELECT is((SELECT count(*) FROM pay.followups WHERE attempt = 'att_p'), 1::bigint, 'and will be looked up');
SELECT is((SELECT count(*) FROM pay.claim_followups(ARRAY[pay.uuid7(), pay.uuid7()], ARRAY['simulator,acme', 'simulator,acme']) WHERE o_args IS NOT NULL), 0::bigint, 'not yet');
UPDATE pay.followups SET due = now();
SELECT is((SELECT string_agg(coalesce(o_open::text, '-'), ' ') FROM pay.claim_followups(ARRAY[pay.uuid7(), pay.uuid7()], ARRAY['simulator,acme', 'simulator,acme'])), 'false -', 'now, once');
SELECT is((SELECT tries || ' ' || (due = now() + interval '30 seconds') FROM pay.followups), '1 true', 'and later again');
SELECT is((SELECT outcome FROM pay.end_attempts(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY['att_p'], ARRAY['approved'],
    ARRAY['{"id":"y","capture_method":"automatic"'], ARRAY['ch_2'], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[7::bigint], ARRAY[pay.uuid7()], ARRAY[now()], ARRAY[NULL::text], ARRAY[now()])), 0::smallint, 'approved after all');
SELECT is((SELECT status || version || processor_reference || left(head, 9) FROM pay.payments WHERE payment_id = (pay.begun_row(4097, pg_temp.hash('p'))).object_id), 'captured2ch_2{"id":"y"', 'captured, with what is known now');
SELECT is(pg_temp.events('p'), 'payment.processing payment.captured', 'and an event');
SELECT is((SELECT outcome FROM pay.end_attempts(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY['att_p'], ARRAY['declined'],
    ARRAY['{}'], ARRAY['ch_2'], ARRAY['generic_decline'], ARRAY['no'], ARRAY[NULL::bigint], ARRAY[pay.uuid7()], ARRAY[now()], ARRAY[NULL::text], ARRAY[now()])), 6::smallint, 'a second verdict ends nothing');
SELECT is((SELECT status FROM pg_temp.end_one('p')), 202::smallint, 'the key still has its first answer');

-- one whose worker has died
SELECT is((SELECT outcome FROM pg_temp.begin_one('o', pay.uuid7())), 0::smallint, 'begun');
SELECT pg_temp.age(key, '13 seconds') FROM (SELECT DISTINCT key FROM pay.journal WHERE status = 0) k;
SELECT pay.find_orphans((pg_current_xact_id()::text::bigint + 1)::text::xid8, pay.attempt_patience());
SELECT is((SELECT string_agg(attempt, ' ' ORDER BY attempt) FROM pay.followups), 'att_d3 att_o', 'is found, and no other that has an end');
SELECT is((SELECT string_agg(coalesce(o_open::text, '-'), ' ') FROM pay.claim_followups(ARRAY[pay.uuid7(), pay.uuid7(), pay.uuid7()], ARRAY['simulator,acme', 'simulator,acme', 'simulator,acme'])), 'true true -', 'as such that have no end');

-- what changes a payment of an acquirer
CREATE FUNCTION pg_temp.held(p_key text, p_payment uuid, p_action text, p_amount bigint DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
    SELECT outcome || coalesce(status::text, '') || CASE WHEN status = 202 THEN split_part(o_body, E'\n', 1) ELSE '' END
      FROM pay.begin_changes(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[true],
        ARRAY[pg_temp.hash(p_key)], ARRAY[p_key], ARRAY[sha256('x')], ARRAY[pg_temp.hash('r' || p_key)],
        ARRAY['POST /x'], ARRAY[p_payment], ARRAY[p_action], ARRAY[p_amount], ARRAY[true], ARRAY[NULL::text],
        ARRAY[now()], ARRAY[CASE p_action WHEN 'cancel' THEN 'void' ELSE p_action END || ' - att_' || p_key
                            || E' mer_x 1 0 n\n{}'], ARRAY[false], '24 hours')
$$;
CREATE FUNCTION pg_temp.told(p_key text, p_payment uuid, p_action text, p_verdict text, p_amount bigint DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
    SELECT c.outcome || coalesce(c.status::text, '')
      FROM (SELECT (pay.begun_row(4097, pg_temp.hash(p_key))).body AS args) b,
        LATERAL pay.change_payments(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[true],
        ARRAY[pg_temp.hash(p_key)], ARRAY[p_key], ARRAY[sha256('x')], ARRAY[pg_temp.hash('r' || p_key)],
        ARRAY['POST /x'], ARRAY[p_payment], ARRAY[p_action], ARRAY[pay.uuid7()], ARRAY[pay.uuid7()],
        ARRAY[pay.uuid7()], ARRAY[p_amount], ARRAY[NULL::text], ARRAY[true], ARRAY[NULL::text], ARRAY[NULL::text],
        ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[false], ARRAY[NULL::text], ARRAY[now()], ARRAY[b.args],
        ARRAY[p_verdict], ARRAY[CASE p_verdict WHEN 'declined' THEN 'not_capturable' END],
        ARRAY[CASE p_verdict WHEN 'declined' THEN 'No.' END], ARRAY[3::bigint], ARRAY[NULL::text], '24 hours') c
$$;
CREATE FUNCTION pg_temp.late(p_attempt text, p_approved boolean) RETURNS smallint LANGUAGE sql AS $$
    SELECT outcome FROM pay.end_attempts(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[p_attempt],
        ARRAY[CASE WHEN p_approved THEN 'approved' ELSE 'declined' END],
        ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[CASE WHEN NOT p_approved THEN 'not_refundable' END],
        ARRAY[CASE WHEN NOT p_approved THEN 'No.' END], ARRAY[4::bigint], ARRAY[pay.uuid7()], ARRAY[now()],
        ARRAY[NULL::text], ARRAY[now()])
$$;
DELETE FROM pay.followups;
INSERT INTO pay.payments (merchant_id, payment_id, amount, amount_authorized, amount_captured, created_at, updated_at,
    authorized_at, authorization_expires_at, livemode, currency, status, expiry_action, token, head, metadata,
    processor, processor_reference)
SELECT 4097, (left(pay.uuid7_floor(now())::text, 14) || substr(md5(n::text)::uuid::text, 15))::uuid, 100, 100, 0, now(), now(), now(),
       now() + interval '1 day', true, 'EUR', 'authorized', CASE n WHEN 3 THEN 'capture' ELSE 'cancel' END, 'tok',
       '{"id":"' || n || '","merchant_id":"mer_01JC000000E0080000000000ZZ","exponent":2', '{}', 'acme', 'ch_' || n
  FROM generate_series(1, 4) n;
CREATE TEMP TABLE one AS SELECT payment_id AS id, head::text AS h FROM pay.payments WHERE status = 'authorized' ORDER BY h;
CREATE FUNCTION pg_temp.nth(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT id FROM one ORDER BY h OFFSET n - 1 LIMIT 1 $$;
CREATE FUNCTION pg_temp.state(n int) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', status, amount_captured, amount_canceled, version, operation, pending_action::json->>'type')
      FROM pay.payments WHERE payment_id = pg_temp.nth(n)
$$;

SELECT matches(pg_temp.held('c1', pg_temp.nth(1), 'capture', 40), '^0202capture acme att_c1 mer_x 1 0 n ch_1 40 EUR 2 t pay_', 'a capture is begun, with what its acquirer has to know');
SELECT is(pg_temp.state(1), 'authorized 0 0 1 att_c1', 'which nobody sees but who else would change it');
SELECT is(pg_temp.held('c2', pg_temp.nth(1), 'cancel'), '5', 'who is busy');
SELECT is(pg_temp.held('c3', pg_temp.nth(2), 'capture', 101), '0422', 'what is not possible is refused before anybody is asked');
SELECT is(pg_temp.told('c1', pg_temp.nth(1), 'capture', 'approved', 40), '0200', 'approved');
SELECT is(pg_temp.state(1), 'captured 40 60 2', 'captured');
SELECT is(pg_temp.told('c1', pg_temp.nth(1), 'capture', 'approved', 40), '1200', 'once');

SELECT matches(pg_temp.held('v1', pg_temp.nth(2), 'capture'), '^0202', 'another one');
SELECT is(pg_temp.told('v1', pg_temp.nth(2), 'capture', 'declined'), '0402', 'is declined');
SELECT is(pg_temp.state(2), 'authorized 0 0 2', 'the payment is as it was, and free');
SELECT is((SELECT event_type FROM pay.journal WHERE object_id = pg_temp.nth(2) AND event_type IS NOT NULL), 'payment.capture_failed', 'with an event');

SELECT matches(pg_temp.held('v2', pg_temp.nth(2), 'cancel'), '^0202void acme att_v2 mer_x 1 0 n ch_2 100 EUR', 'a void');
SELECT is(pg_temp.told('v2', pg_temp.nth(2), 'cancel', 'pending'), '0202', 'is pending');
SELECT is(pg_temp.state(2), 'authorized 0 0 3 att_v2 cancel', 'which everybody sees');
SELECT is(pg_temp.late('att_v2', true), 0::smallint, 'and done after all');
SELECT is(pg_temp.state(2), 'canceled 0 100 4', 'canceled');

-- what is asked later
SELECT pay.capture_later(p) FROM pay.payments p WHERE payment_id = pg_temp.nth(3);
SELECT is((SELECT pg_temp.state(3) LIKE 'authorized 0 0 1 att_%' AND count(*) = 1 FROM pay.followups WHERE pay.attempt_action(args) = 'capture'), true, 'an authorization that is captured when it ends: its acquirer is asked first');
SELECT is((SELECT pg_temp.late(attempt, true) FROM pay.followups), 0::smallint, 'it has done it');
SELECT is(pg_temp.state(3), 'captured 100 0 2', 'captured');
SELECT is((SELECT count(*) FROM pay.claim_followups(ARRAY[pay.uuid7()], ARRAY['simulator']) WHERE o_args IS NOT NULL), 0::bigint, 'a node gets no attempt of an acquirer that it does not know');

-- an acquirer that was asked in time
SELECT matches(pg_temp.held('e1', pg_temp.nth(4), 'capture'), '^0202', 'a capture');
UPDATE pay.payments SET authorization_expires_at = now() - interval '1 second' WHERE payment_id = pg_temp.nth(4);
SELECT is(pg_temp.told('e1', pg_temp.nth(4), 'capture', 'approved'), '0200', 'that is approved after the authorization would have ended');
SELECT is(pg_temp.state(4), 'captured 100 0 2', 'is one');

-- those of a merchant that moves
SELECT is((SELECT string_agg(outcome::text, ' ') FROM (SELECT outcome FROM pg_temp.begin_one('m1', pay.uuid7()) UNION ALL SELECT outcome FROM pg_temp.begin_one('m2', pay.uuid7())) b), '0 0', 'two are begun');
SELECT pg_temp.end_one('m2');
UPDATE pay.begun_mark SET xid = '0';
SELECT pay.follow_begun(ARRAY[4098::bigint]);
SELECT is((SELECT count(*) FROM pay.followups WHERE attempt LIKE 'att_m%'), 0::bigint, 'another one moves');
SELECT pay.follow_begun(ARRAY[4097::bigint]);
SELECT is((SELECT string_agg(attempt || ' ' || (due = begun_at + pay.attempt_patience()), ' ') FROM pay.followups WHERE attempt LIKE 'att_m%'),
          'att_m1 true', 'what has no end is followed up, when its worker has had its time');

-- the key of a refund
SELECT is(pay.refund_attempt(4097, pg_temp.hash('r'), sha256('x'), '2026-11-30 10:00+00', '24 hours'),
          pay.refund_attempt(4097, pg_temp.hash('r'), sha256('x'), '2026-11-30 10:09+00', '24 hours'), 'a retry has the same');
SELECT is((SELECT count(DISTINCT pay.refund_attempt(m, pg_temp.hash(k), sha256(f::bytea), t, '24 hours'))
             FROM (VALUES (4097, 'r', 'x', timestamptz '2026-11-30 10:00+00'), (4098, 'r', 'x', '2026-11-30 10:00+00'), (4097, 'q', 'x', '2026-11-30 10:00+00'),
                          (4097, 'r', 'y', '2026-11-30 10:00+00'), (4097, 'r', 'x', '2026-12-01 10:00+00')) v (m, k, f, t)), 5::bigint, 'another merchant, key, request, time have others');

SELECT * FROM finish();
ROLLBACK;

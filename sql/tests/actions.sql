-- pgTAP: payments whose customer must act, and whoever ends that, in each order.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(56);

SET search_path = public, pay;

INSERT INTO pay.merchants (merchant_id, public_id, name)
VALUES (4097, '01930000-0000-7000-8000-0000000000aa', 'T');

CREATE FUNCTION pg_temp.hash(p_key text) RETURNS uuid LANGUAGE sql AS $$ SELECT md5(p_key)::uuid $$;
CREATE FUNCTION pg_temp.action(p_for interval) RETURNS text LANGUAGE sql AS $$
    SELECT '{"type":"redirect","url":"https://bank.example/","expires_at":' || pay.json_time(now() + p_for) || '}'
$$;

-- an acquirer's payment that has been answered with an action; its id is the key's hash
CREATE FUNCTION pg_temp.acting(p_key text, p_for interval DEFAULT '1 hour', p_live boolean DEFAULT true, p_token text DEFAULT 'tok')
RETURNS text LANGUAGE sql AS $$
    SELECT c.outcome || c.status::text || (c.o_body::json->>'status')
      FROM (SELECT 'authorize acme att_' || p_key || E' mer_x 1 0 n1\n{}' AS args) b,
    LATERAL pay.create_payments(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[p_live],
        ARRAY[pg_temp.hash(p_key)], ARRAY[p_key], ARRAY[sha256('x')], ARRAY[pay.uuid7()], ARRAY['POST /v1/payments'],
        ARRAY[(left(pay.uuid7_floor(now())::text, 14) || substr(pg_temp.hash(p_key)::text, 15))::uuid],
        ARRAY[pay.uuid7()], ARRAY[100::bigint], ARRAY['EUR'], ARRAY[true],
        ARRAY[p_token], ARRAY['{"id":"x","merchant_id":"mer_01JC000000E0080000000000ZZ","exponent":2,"capture_method":"automatic"'],
        ARRAY['{}'], ARRAY[NULL::text],
        ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[now()],
        ARRAY[NULL::timestamptz], ARRAY['cancel'], ARRAY[false], ARRAY[CASE WHEN p_live THEN 'acme' END],
        ARRAY[CASE WHEN p_live THEN 'ch_' || p_key END], ARRAY[CASE WHEN p_live THEN b.args END],
        ARRAY[NULL::bigint], ARRAY[pg_temp.action(p_for) || CASE WHEN p_live THEN '' ELSE E'\nhttps://shop.example/' END], '24 hours') c
$$;
CREATE FUNCTION pg_temp.id(p_key text) RETURNS uuid LANGUAGE sql AS $$
    SELECT object_id FROM pay.journal WHERE key_hash = pg_temp.hash(p_key) LIMIT 1
$$;
CREATE FUNCTION pg_temp.state(p_key text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', status, amount_captured, version, fee, operation, failure_code,
                     (pay.payment_body(p)::json->'next_action'->>'type'))
      FROM pay.payments p WHERE payment_id = pg_temp.id(p_key)
$$;
CREATE FUNCTION pg_temp.events(p_key text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(substr(event_type, 9), ' ' ORDER BY object_version) FROM pay.journal
     WHERE event_type IS NOT NULL AND object_id = pg_temp.id(p_key)
$$;
CREATE FUNCTION pg_temp.waits(p_attempt text) RETURNS boolean LANGUAGE sql AS $$
    SELECT EXISTS (SELECT FROM pay.followups WHERE attempt = p_attempt AND NOT ended)
$$;

-- what a client begins, and its acquirer's answer
CREATE FUNCTION pg_temp.held(p_key text, p_of text, p_action text DEFAULT 'confirm') RETURNS text LANGUAGE sql AS $$
    SELECT outcome || coalesce(status::text, '') || CASE WHEN status = 202 THEN split_part(o_body, E'\n', 1) ELSE '' END
      FROM pay.begin_changes(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[true],
        ARRAY[pg_temp.hash(p_key)], ARRAY[p_key], ARRAY[sha256('x')], ARRAY[pg_temp.hash('r' || p_key)],
        ARRAY['POST /x'], ARRAY[pg_temp.id(p_of)], ARRAY[p_action], ARRAY[NULL::bigint], ARRAY[true], ARRAY[NULL::text],
        ARRAY[now()], ARRAY[CASE p_action WHEN 'cancel' THEN 'void' ELSE 'continue' END || ' - att_' || p_key
                            || E' mer_x 1 0 n\n{}'], ARRAY[false], '24 hours')
$$;
CREATE FUNCTION pg_temp.told(p_key text, p_of text, p_verdict text, p_action text DEFAULT 'confirm',
    p_next text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT c.outcome || coalesce(c.status::text, '')
      FROM (SELECT (pay.begun_row(4097, pg_temp.hash(p_key))).body AS args) b,
        LATERAL pay.change_payments(ARRAY[gen_random_uuid()], ARRAY[4097::bigint], ARRAY[true],
        ARRAY[pg_temp.hash(p_key)], ARRAY[p_key], ARRAY[sha256('x')], ARRAY[pg_temp.hash('r' || p_key)],
        ARRAY['POST /x'], ARRAY[pg_temp.id(p_of)], ARRAY[p_action], ARRAY[pay.uuid7()], ARRAY[pay.uuid7()],
        ARRAY[pay.uuid7()], ARRAY[NULL::bigint], ARRAY[NULL::text], ARRAY[true], ARRAY[NULL::text], ARRAY[NULL::text],
        ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[false], ARRAY[NULL::text], ARRAY[now()], ARRAY[b.args],
        ARRAY[p_verdict], ARRAY[CASE p_verdict WHEN 'declined' THEN 'authentication_failed' END],
        ARRAY[CASE p_verdict WHEN 'declined' THEN 'No.' END], ARRAY[CASE p_verdict WHEN 'approved' THEN 5::bigint END],
        ARRAY[p_next], '24 hours') c
$$;
-- what is said without a client
CREATE FUNCTION pg_temp.late(p_attempt text, p_verdict text, p_code text DEFAULT 'authentication_failed',
    p_next text DEFAULT NULL, p_asked timestamptz DEFAULT now()) RETURNS smallint LANGUAGE sql AS $$
    SELECT outcome FROM pay.end_attempts(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[p_attempt], ARRAY[p_verdict],
        ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[CASE p_verdict WHEN 'declined' THEN p_code END],
        ARRAY[CASE p_verdict WHEN 'declined' THEN 'No.' END], ARRAY[CASE p_verdict WHEN 'approved' THEN 4::bigint END], ARRAY[pay.uuid7()], ARRAY[now()],
        ARRAY[p_next], ARRAY[p_asked])
$$;

-- created
SELECT is(pg_temp.acting('a'), '0202requires_action', 'an action: 202');
SELECT is(pg_temp.state('a'), 'requires_action 0 1 redirect', 'nothing is authorized');
SELECT is((SELECT action_attempt || ' ' || (action_expires_at = now() + interval '1 hour') FROM pay.payments WHERE payment_id = pg_temp.id('a')), 'att_a true', 'who said so, and until when');
SELECT is(pg_temp.waits('att_a'), true, 'it will be looked up');
SELECT is((SELECT string_agg(a || ' ' || coalesce(t.refusal, 'yes'), ', ' ORDER BY a) FROM unnest(ARRAY['cancel', 'capture', 'confirm', 'expire', 'refund', 'update']) a
    JOIN pay.transitions t ON t.action = a AND t.status = 'requires_action'), 'cancel yes, capture payment_requires_action, confirm yes, expire yes, refund payment_requires_action, update yes', 'what can be done');

-- confirmed
SELECT matches(pg_temp.held('c1', 'a'), '^0202continue acme att_c1 mer_x 1 0 n ch_a 100 EUR 2 t pay_\S+ att_a$', 'a confirmation is begun, with what its acquirer has to know');
SELECT is(pg_temp.held('c2', 'a'), '5', 'another one waits');
SELECT is(pg_temp.told('c1', 'a', 'approved'), '0200', 'approved');
SELECT is(pg_temp.state('a'), 'captured 100 2 5', 'captured, and free, with its fee');
SELECT is(pg_temp.events('a'), 'requires_action captured', 'its events');
SELECT is(pg_temp.held('c2', 'a'), '0200', 'the other one finds it done, and asks nobody');
SELECT is(pg_temp.late('att_a', 'approved'), 6::smallint, 'a notification finds it ended');
SELECT is(pg_temp.waits('att_a'), false, 'nothing is looked up any more');

SELECT is(pg_temp.acting('d'), '0202requires_action', 'another one');
SELECT matches(pg_temp.held('d1', 'd'), '^0202', 'confirmed');
SELECT is(pg_temp.told('d1', 'd', 'declined'), '0402', 'declined');
SELECT is(pg_temp.state('d'), 'failed 0 2 authentication_failed', 'failed');
SELECT is(pg_temp.held('d2', 'd'), '0402', 'whoever comes later hears the same');

-- the acquirer tells it while it is asked
SELECT is(pg_temp.acting('n'), '0202requires_action', 'another one');
SELECT matches(pg_temp.held('n1', 'n'), '^0202', 'confirmed');
SELECT is(pg_temp.late('att_n', 'approved'), 0::smallint, 'a notification comes first');
SELECT is(pg_temp.state('n'), 'captured 100 2 4 att_n1', 'captured; nobody else changes it yet');
SELECT is(pg_temp.told('n1', 'n', 'approved'), '0200', 'then the answer');
SELECT is(pg_temp.state('n'), 'captured 100 2 4', 'which changes nothing, and lets it go');
SELECT is((SELECT string_agg(kind || ' ' || amount, ', ' ORDER BY leg) FROM pay.ledger_transfers WHERE source_id = pg_temp.id('n')), 'capture 100, fee 4', 'money once');

-- pending, another action, not executed
SELECT is(pg_temp.acting('p'), '0202requires_action', 'another one');
SELECT matches(pg_temp.held('p1', 'p'), '^0202', 'confirmed');
SELECT is(pg_temp.told('p1', 'p', 'pending'), '0202', 'pending');
SELECT is(pg_temp.state('p'), 'processing 0 2', 'processing');
SELECT is(pg_temp.late('att_p', 'action', p_next => pg_temp.action('1 hour')), 0::smallint, 'the authorization still waits');
SELECT is(pg_temp.state('p'), 'processing 0 2', 'which says nothing of what is under way');
SELECT is(pg_temp.late('att_p1', 'not_executed'), 0::smallint, 'it did not go on');
SELECT is(pg_temp.state('p'), 'requires_action 0 3 redirect', 'the customer may try again');
SELECT is(pg_temp.waits('att_p') || ' ' || pg_temp.waits('att_p1'), 'true false', 'the authorization alone is looked up');
SELECT matches(pg_temp.held('p2', 'p'), '^0202', 'again');
SELECT is(pg_temp.told('p2', 'p', 'action', p_next => pg_temp.action('2 hours')), '0202', 'another action');
SELECT is(pg_temp.late('att_p', 'pending'), 0::smallint, 'pending at last');
SELECT is(pg_temp.late('att_p', 'approved'), 0::smallint, 'approved');
SELECT is(pg_temp.events('p'), 'requires_action processing requires_action requires_action processing captured', 'its events');

-- canceled
SELECT is(pg_temp.acting('v'), '0202requires_action', 'another one');
SELECT matches(pg_temp.held('v1', 'v', 'cancel'), '^0202void acme att_v1 mer_x 1 0 n ch_v 100 EUR', 'a void of all that would be authorized');
SELECT is(pg_temp.late('att_v', 'declined', 'canceled'), 0::smallint, 'the cancellation is known first');
SELECT is(pg_temp.state('v'), 'requires_action 0 1 att_v1 redirect', 'the void decides');
SELECT is(pg_temp.told('v1', 'v', 'approved', 'cancel'), '0200', 'it is done');
SELECT is(pg_temp.state('v'), 'canceled 0 2', 'canceled');

-- its time
SELECT is(pg_temp.acting('x', '-1 second'), '0202requires_action', 'one whose time is over');
SELECT is(pg_temp.late('att_x', 'action', p_asked => now() - interval '1 minute'), 0::smallint, 'the acquirer was asked before');
SELECT is(pg_temp.state('x'), 'requires_action 0 1 redirect', 'that is no last look-up');
SELECT is(pg_temp.late('att_x', 'action', p_next => pg_temp.action('1 minute')), 0::smallint, 'it names a later end');
SELECT is((SELECT action_expires_at > now() FROM pay.payments WHERE payment_id = pg_temp.id('x')), true, 'which counts');
SELECT is(pg_temp.late('att_x', 'action', p_asked => now() + interval '2 minutes'), 0::smallint, 'and then it still waits');
SELECT is(pg_temp.state('x'), 'expired 0 3', 'expired');
SELECT is((SELECT count(*) FROM pay.followups WHERE object_id = pg_temp.id('x') AND pay.attempt_action(args) = 'void'), 1::bigint, 'and voided at the acquirer');

-- the simulator's page
SELECT is(pg_temp.acting('s', p_live => false), '0202requires_action', 'of the simulator');
SELECT is((SELECT concat_ws(' ', outcome, o_amount, o_currency, o_exponent, o_status, o_return_url) FROM pay.act_on_payments(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[pg_temp.id('s')], ARRAY['approve'], ARRAY[pay.uuid7()], ARRAY[now()])),
    '0 100 EUR 2 captured https://shop.example/', 'approved');
SELECT is((SELECT outcome FROM pay.act_on_payments(ARRAY[pay.uuid7()], ARRAY[4097::bigint], ARRAY[pg_temp.id('a')], ARRAY['fail'], ARRAY[pay.uuid7()], ARRAY[now()])), 6::smallint, 'an acquirer''s payment has no such page');

SELECT * FROM finish();
ROLLBACK;

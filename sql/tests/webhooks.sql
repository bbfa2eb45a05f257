-- pgTAP: what is noted of a delivery, and by whom.  Events are made by hand: the relay
-- numbers what has been committed, and nothing is here.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(33);

SET search_path = public, pay;

INSERT INTO pay.merchants (merchant_id, public_id, name) VALUES (4096, gen_random_uuid(), 'm');
INSERT INTO pay.journal (merchant_id, key_hash, day, status, object_version, livemode, request_id, event_id, object_id,
       created_at, fingerprint, request, body, event_type, key)
SELECT 4096, gen_random_uuid(), (now() AT TIME ZONE 'UTC')::date, 201, 1, false, pay.uuid7(), pay.uuid7(), pay.uuid7(),
       now(), sha256('x'), 'POST /v1/payments', '{}', CASE WHEN n % 2 = 0 THEN 'payment.captured' ELSE 'refund.created' END, n::text
  FROM generate_series(1, 160) AS n;
INSERT INTO pay.events
SELECT 4096, false, row_number() OVER (ORDER BY j.key::int), j.event_id, j.day, j.key_hash, 0, j.event_type FROM pay.journal j;
INSERT INTO pay.event_counters VALUES (4096, false, 160);
INSERT INTO pay.webhook_endpoints (merchant_id, endpoint_id, livemode, url, types, ordered, metadata, secret, cursor, created_at, updated_at)
SELECT 4096, id, false, 'https://example.com/', types, ordered, '{}', '\x00', 0, now(), now()
  FROM (VALUES ('00000000-0000-7000-8000-000000000001'::uuid, '{*}'::text[], false),
               ('00000000-0000-7000-8000-000000000002', '{payment.*}', false),
               ('00000000-0000-7000-8000-000000000003', '{*}', true)) AS e (id, types, ordered);

CREATE FUNCTION pg_temp.e(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid $$;
CREATE FUNCTION pg_temp.me() RETURNS uuid LANGUAGE sql AS $$ SELECT '00000000-0000-0000-0000-00000000000a'::uuid $$;
CREATE FUNCTION pg_temp.page(n int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(coalesce(o_sequence::text, '-> ' || o_last), ' ')
      FROM pay.deliver_page(ARRAY[gen_random_uuid()], ARRAY[4096], ARRAY[pg_temp.me()], ARRAY[pg_temp.e(n)])
     WHERE o_event IS NOT NULL OR o_url IS NOT NULL $$;
CREATE FUNCTION pg_temp.done(n int, last bigint, sequences text, answers text, pause bigint DEFAULT 0) RETURNS boolean LANGUAGE sql AS $$
    SELECT o_again FROM pay.deliver_done(ARRAY[gen_random_uuid()], ARRAY[4096], ARRAY[pg_temp.me()], ARRAY[pg_temp.e(n)],
        ARRAY[last], ARRAY[sequences], ARRAY[answers], ARRAY[pause]) $$;
CREATE FUNCTION pg_temp.state(n int) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', cursor, failures, status, CASE WHEN paused_until IS NOT NULL
           THEN 'paused ' || round(extract(epoch FROM paused_until - now())) END)
      FROM pay.webhook_endpoints WHERE endpoint_id = pg_temp.e(n) $$;
CREATE FUNCTION pg_temp.retries(n int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(sequence || ':' || attempts || ':' || round(extract(epoch FROM due - now())), ' ' ORDER BY sequence)
      FROM pay.webhook_retries WHERE endpoint_id = pg_temp.e(n) $$;

-- the lease
SELECT is(pg_temp.page(1), NULL, 'without the lease there is no page');
SELECT is(pg_temp.done(1, 16, '1', '200'), false, '... and nothing is noted');
SELECT is(pg_temp.state(1), '0 0 enabled', '... at all');
SELECT is((SELECT count(o_endpoint)::int || ' ' || max(o_batch) FROM pay.deliver_due(ARRAY[gen_random_uuid()], ARRAY[pg_temp.me()], ARRAY[0])),
          '3 ' || (SELECT batch FROM pay.relay), 'who takes the lease looks at all endpoints');
SELECT is((SELECT max(o_batch) FROM pay.deliver_due(ARRAY[gen_random_uuid()], ARRAY[gen_random_uuid()], ARRAY[0])), -1::bigint,
          'nobody else has it');

-- pages
SELECT is(pg_temp.page(1), (SELECT string_agg(n::text, ' ') || ' -> 64' FROM generate_series(1, 64) n), '64 events');
SELECT is(pg_temp.page(2), (SELECT string_agg(n::text, ' ') || ' -> 129' FROM generate_series(2, 128, 2) n), 'of the types that are wanted');
SELECT is(pg_temp.done(2, 129, '2 4', '200 204'), true, 'what was taken is noted');
SELECT is(pg_temp.state(2), '129 0 enabled', '... up to the end of the page');
SELECT is(pg_temp.page(2), (SELECT string_agg(n::text, ' ') || ' -> 160' FROM generate_series(130, 160, 2) n), 'the rest of them');
SELECT is(pg_temp.done(2, 160, '130 132', '200 500'), true, 'one of them failed');
SELECT is(pg_temp.state(2), '160 0 enabled', 'others pass it');
SELECT is(pg_temp.retries(2), '132:1:5', '... and it comes again');
SELECT is(pg_temp.page(2), NULL, 'when it is due');
UPDATE pay.webhook_retries SET due = now();
SELECT is(pg_temp.page(2), '132 -> 160', 'then it does');
SELECT is(pg_temp.done(2, 160, '132', '0'), true, 'it fails again');
SELECT is(pg_temp.retries(2), '132:2:300', '... and waits for longer');

-- an endpoint that takes nothing
SELECT is(pg_temp.done(1, 16, '1 2 3 4 5', '500 500 0 0 302'), false, 'five in a row: it stands');
SELECT is(pg_temp.state(1), '0 5 enabled paused 5', '... for a while');
SELECT is(pg_temp.retries(1), NULL, '... and nothing is behind it');
SELECT is(pg_temp.page(1), NULL, '... meanwhile nothing is sent');
UPDATE pay.webhook_endpoints SET paused_until = now();
SELECT is(pg_temp.page(1), '1 -> 1', 'then one event is tried');
SELECT is(pg_temp.done(1, 1, '1', '500'), false, 'in vain');
SELECT is(pg_temp.state(1), '0 6 enabled paused 10', '... for twice as long');
UPDATE pay.webhook_endpoints SET paused_until = now();
SELECT is(pg_temp.done(1, 1, '1', '200'), true, 'one is taken');
SELECT is(pg_temp.state(1), '1 0 enabled', '... and all is well');

-- in order
SELECT is(pg_temp.done(3, 2, '1 2 3', '200 200 500', 60), false, 'in order, and the third fails');
SELECT is(pg_temp.state(3), '2 1 enabled paused 60', 'it stands behind the second, for as long as was asked');
SELECT is(pg_temp.retries(3), NULL, 'none passes another');

-- what ends it
UPDATE pay.webhook_endpoints SET paused_until = NULL;
SELECT is(pg_temp.done(2, 160, '', '410'), false, '410');
SELECT is(pg_temp.state(2), '160 2 disabled', '... disables it');
SELECT is((SELECT due FROM pay.webhook_retries WHERE endpoint_id = pg_temp.e(2)), 'infinity'::timestamptz, 'what waits for it waits');
SELECT is((SELECT o_endpoint FROM pay.deliver_due(ARRAY[gen_random_uuid()], ARRAY[pg_temp.me()], ARRAY[0]) WHERE o_endpoint = pg_temp.e(2)), NULL,
          '... and it is not looked at');

SELECT * FROM finish();
ROLLBACK;

-- pgTAP: what is noted of a delivery, and by whom.  Events are made by hand: the relay
-- numbers what has been committed, and nothing is here.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(68);

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
CREATE FUNCTION pg_temp.done(n int, last bigint, sequences text, answers text, pause bigint DEFAULT 0, tag uuid DEFAULT gen_random_uuid(),
    start bigint DEFAULT 0, holder uuid DEFAULT pg_temp.me()) RETURNS boolean LANGUAGE sql AS $$
    SELECT o_again FROM pay.deliver_done(ARRAY[tag], ARRAY[4096], ARRAY[holder], ARRAY[pg_temp.e(n)],
        ARRAY[start], ARRAY[last], ARRAY[sequences], ARRAY[answers], ARRAY[regexp_replace(sequences, '\d+', '20', 'g')],
        ARRAY[regexp_replace(sequences, '\d+', '7', 'g')], ARRAY[pause]) $$;
-- a time from now, without what it was put off at random
CREATE FUNCTION pg_temp.pause(at timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT max(s)::text FROM (VALUES (5), (10), (60), (300), (1800)) AS v (s) WHERE extract(epoch FROM at - now()) BETWEEN s AND s * 1.2 $$;
CREATE FUNCTION pg_temp.state(n int) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', cursor, failures, status, CASE WHEN paused_until IS NOT NULL
           THEN 'paused ' || pg_temp.pause(paused_until) END)
      FROM pay.webhook_endpoints WHERE endpoint_id = pg_temp.e(n) $$;
CREATE FUNCTION pg_temp.retries(n int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(sequence || ':' || attempts || ':' || coalesce(pg_temp.pause(due), due::text), ' ' ORDER BY sequence)
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
SELECT is(pg_temp.done(2, 160, '132', '-1'), true, 'it fails again');
SELECT is(pg_temp.retries(2), '132:2:300', '... and waits for longer');

-- an endpoint that takes nothing
SELECT is(pg_temp.done(1, 16, '1 2 3 4 5', '500 500 -1 -2 302'), false, 'five in a row: it stands');
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
SELECT is(pg_temp.done(2, 160, '134', '410'), false, '410');
SELECT is(pg_temp.state(2), '160 2 disabled', '... disables it');
SELECT is((SELECT due FROM pay.webhook_retries WHERE endpoint_id = pg_temp.e(2)), 'infinity'::timestamptz, 'what waits for it waits');
SELECT is((SELECT o_endpoint FROM pay.deliver_due(ARRAY[gen_random_uuid()], ARRAY[pg_temp.me()], ARRAY[0]) WHERE o_endpoint = pg_temp.e(2)), NULL,
          '... and it is not looked at');

SELECT is((SELECT event_type || ' ' || previous || ' ' || (body::json->>'disabled_reason') || ' ' || object_version || ' ' || (livemode OR object_id <> pg_temp.e(2))
             FROM pay.journal WHERE event_type LIKE 'webhook%'),
          'webhook_endpoint.disabled {"status":"enabled","disabled_reason":null} gone 2 false', 'an event says that it was disabled');

-- the log
CREATE FUNCTION pg_temp.log(n int, filter text DEFAULT '{}', after uuid DEFAULT NULL, ascending boolean DEFAULT true, size int DEFAULT 100)
RETURNS text LANGUAGE sql AS $$
    SELECT coalesce((SELECT string_agg(concat_ws(':', v.sequence, d->>'attempt', d->>'status', coalesce(d->>'response_status', d->>'error')), ' ' ORDER BY k)
                       FROM json_array_elements(('[' || o_body || ']')::json) WITH ORDINALITY AS x (d, k)
                       JOIN pay.events v ON pay.id_text('evt_', v.event_id) = d->>'event_id'), 'none') || CASE WHEN o_more THEN ' ' || o_last ELSE '' END
      FROM pay.list_deliveries(ARRAY[pay.uuid7()], ARRAY[4096], ARRAY[false], ARRAY['webhook_deliveries'],
           ARRAY[(filter::jsonb || CASE WHEN n > 0 THEN jsonb_build_object('endpoint', pg_temp.e(n)) ELSE '{}' END)::text], ARRAY[after], ARRAY[ascending], ARRAY[size]) $$;
SELECT is(pg_temp.log(2), '2:1:succeeded:200 4:1:succeeded:204 130:1:succeeded:200 132:2:pending:timeout 134:1:failed:410', 'the log has each event once, as its last attempt');
SELECT is(pg_temp.log(2, ascending => false), '134:1:failed:410 132:2:pending:timeout 130:1:succeeded:200 4:1:succeeded:204 2:1:succeeded:200', '... in both orders');
SELECT is(pg_temp.log(1), '1:3:succeeded:200 2:1:pending:500 3:1:pending:timeout 4:1:pending:connection_failed 5:1:pending:302', 'what stands before the cursor is not given up');
SELECT is(pg_temp.log(2, '{"status":["pending","failed"]}'), '132:2:pending:timeout 134:1:failed:410', 'by status');
SELECT is(pg_temp.log(0, jsonb_build_object('event', (SELECT event_id FROM pay.events WHERE sequence = 2))::text), '2:1:succeeded:200 2:1:succeeded:200 2:1:pending:500',
          'by event, of all endpoints');
-- a walk has each once, whatever the size of its pages
CREATE FUNCTION pg_temp.walk(ascending boolean, size int, filter text DEFAULT '{}') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    r record;
    last uuid;
    seen text[] := '{}';
BEGIN
    LOOP
        SELECT * INTO r FROM pay.list_deliveries(ARRAY[pay.uuid7()], ARRAY[4096], ARRAY[false], ARRAY['webhook_deliveries'], ARRAY[filter], ARRAY[last], ARRAY[ascending], ARRAY[size]);
        seen := seen || ARRAY(SELECT d->>'id' FROM json_array_elements(('[' || r.o_body || ']')::json) d);
        EXIT WHEN NOT r.o_more OR cardinality(seen) > 1000;
        last := r.o_last;
    END LOOP;
    RETURN CASE WHEN (SELECT count(DISTINCT s) FROM unnest(seen) s) = cardinality(seen) THEN cardinality(seen) ELSE -1 END;
END $$;
SELECT is(ARRAY(SELECT pg_temp.walk(a, s) FROM unnest('{1,2,3,13,100}'::int[]) s, unnest('{t,f}'::boolean[]) a), array_fill(13::bigint, ARRAY[10]), 'a walk');
-- and one over more pages than one look reads
INSERT INTO pay.webhook_pages SELECT 4096, pg_temp.e(3), n, (now() AT TIME ZONE 'UTC')::date, now(), '{0}', CASE WHEN n % 50 = 0 THEN '{500}' ELSE '{200}' END::smallint[], '{5}', '{5}'
  FROM generate_series(4, 160) n;
UPDATE pay.webhook_endpoints SET cursor = 160 WHERE endpoint_id = pg_temp.e(3);
SELECT is(ARRAY(SELECT pg_temp.walk(a, 20, '{"status":["failed"]}') FROM unnest('{t,f}'::boolean[]) a), array_fill(5::bigint, ARRAY[2]), '... whose rows are rare');

-- a call that is made again, its answer lost
SELECT is(pg_temp.done(1, 1, '2 3', '500 500', 0, pg_temp.e(9)), true, 'noted');
SELECT is((SELECT sum(attempts)::int FROM pay.webhook_retries WHERE endpoint_id = pg_temp.e(1)), 2, '... and what failed');
SELECT is(pg_temp.done(1, 1, '2 3', '500 500', 0, pg_temp.e(9)), true, 'again');
SELECT is((SELECT failures || ' ' || (SELECT sum(attempts) FROM pay.webhook_retries WHERE endpoint_id = pg_temp.e(1)) FROM pay.webhook_endpoints WHERE endpoint_id = pg_temp.e(1)),
          '2 2', '... changes nothing');
DELETE FROM pay.webhook_retries WHERE endpoint_id = pg_temp.e(1);

-- the cursor was put back while its page was under way
UPDATE pay.webhook_endpoints SET cursor = 40 WHERE endpoint_id = pg_temp.e(1);
SELECT (pay.change_endpoint(4096, false, 'replay_endpoint', pg_temp.e(1), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 10, NULL)).status;
SELECT is(pg_temp.done(1, 60, '41 42', '200 500', 0, start => 40), true, 'what was sent before a replay is noted');
SELECT is(pg_temp.state(1) || coalesce(pg_temp.retries(1), ''), '10 0 enabled', '... and the cursor stays');
SELECT is((SELECT (pay.change_endpoint(4096, false, 'replay_endpoint', pg_temp.e(1), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 11, NULL)).outcome), pay.outcome('invalid'), 'a replay goes back only');
SELECT is((SELECT (pay.change_endpoint(4096, false, 'update_endpoint', pg_temp.e(1), '1,77', NULL, NULL, NULL, NULL, 'x', NULL, NULL, NULL, NULL, NULL)).outcome), pay.outcome('stale'), 'another version');

-- once more, because its merchant has asked: it says nothing of the endpoint
UPDATE pay.webhook_endpoints SET cursor = 160, sent = 160 WHERE endpoint_id IN (pg_temp.e(1), pg_temp.e(3));
SELECT is((SELECT json_array_length(body::json->'data') FROM pay.redeliver_event(4096, false, (SELECT event_id FROM pay.events WHERE sequence = 1), NULL)), 2, 'an event goes to all that want it');
SELECT is(pg_temp.page(3), '1 -> 160', 'it is sent');
SELECT is(pg_temp.done(3, 160, '1', '500', start => 160), true, 'in vain');
SELECT is(pg_temp.state(3), '160 1 enabled', '... which says nothing of an endpoint that is sent all in order');
SELECT is(pg_temp.retries(3), '1:2:300', '... and it comes again by its schedule');
UPDATE pay.webhook_retries SET attempts = 9, due = now();
SELECT is(pg_temp.done(3, 160, '1', '500', start => 160), true, 'for the tenth time');
SELECT is(pg_temp.retries(3), NULL, '... which is the last');
SELECT is((SELECT status FROM pay.redeliver_event(4096, false, pg_temp.e(9), NULL)), 404::smallint, 'an event that is not there');
SELECT is((SELECT status FROM pay.redeliver_event(4096, false, (SELECT event_id FROM pay.events WHERE sequence = 1), pg_temp.e(9))), 404::smallint, 'an endpoint that is not there');
UPDATE pay.webhook_endpoints SET cursor = 0 WHERE endpoint_id = pg_temp.e(3);
SELECT is((SELECT status FROM pay.redeliver_event(4096, false, (SELECT event_id FROM pay.events WHERE sequence = 1), pg_temp.e(3))), 202::smallint, 'an event that is ahead of the cursor');
SELECT is(pg_temp.retries(3), NULL, '... comes in its turn, and the cursor passes nothing');
UPDATE pay.webhook_endpoints SET cursor = 160 WHERE endpoint_id = pg_temp.e(3);

-- whoever has lost the lease
SELECT is(pg_temp.done(3, 160, '9', '500', start => 160, holder => pg_temp.e(8)), false, 'without the lease');
SELECT is(pg_temp.state(3), '160 1 enabled', '... nothing is noted');

-- events that are kept no longer
DELETE FROM pay.webhook_retries;
DELETE FROM pay.events WHERE sequence < 100;
UPDATE pay.webhook_endpoints SET cursor = 20, paused_until = NULL, failures = 0 WHERE endpoint_id = pg_temp.e(3);
SELECT is(left(pg_temp.page(3), 11), '100 101 102', 'what is there is sent');
SELECT is(pg_temp.state(3), '99 0 enabled', '... behind what is gone');
SELECT is((SELECT previous || ' ' || (body::json->>'sequence') FROM pay.journal WHERE event_type = 'webhook_endpoint.events_lost'), '{"sequence":20} 99', 'an event says which');
DELETE FROM pay.events;
SELECT is(pg_temp.page(3), NULL, 'nothing is left');
SELECT is(pg_temp.state(3), '160 0 enabled', '... and it is behind all there was');

-- the event of a test is for one endpoint
INSERT INTO pay.events SELECT 4096, false, 161, j.event_id, j.day, j.key_hash, 0, 'webhook.ping' FROM pay.journal j WHERE j.event_type = 'webhook_endpoint.events_lost' AND j.object_id = pg_temp.e(3) LIMIT 1;
UPDATE pay.event_counters SET last = 161;
UPDATE pay.webhook_endpoints SET cursor = 160, failures = 0, paused_until = NULL WHERE endpoint_id = pg_temp.e(1);
SELECT is(pg_temp.page(1) || ', ' || pg_temp.page(3), '-> 161, 161 -> 161', 'a test goes to its endpoint alone');

SELECT * FROM finish();
ROLLBACK;

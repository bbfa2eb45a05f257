-- pgTAP: the places of sinks, who holds them, and what is behind them.  Batches are made
-- by hand: the relay numbers what has been committed, and nothing is here.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(33);

SET search_path = public, pay;

INSERT INTO pay.merchants (merchant_id, public_id, name)
SELECT 4096 * m, gen_random_uuid(), 'm' FROM generate_series(1, 2) AS m;
INSERT INTO pay.journal (merchant_id, key_hash, day, status, object_version, livemode, request_id, event_id, object_id,
       created_at, fingerprint, request, body, event_type, key)
SELECT 4096 * m, gen_random_uuid(), (now() AT TIME ZONE 'UTC')::date, 201, 1, false, pay.uuid7(), pay.uuid7(), pay.uuid7(),
       now(), sha256('x'), 'POST /v1/payments', CASE WHEN n > 5 AND m = 2 THEN repeat('x', 500000) ELSE '{}' END,
       'payment.captured', n::text
  FROM generate_series(1, 2) AS m, generate_series(1, 10) AS n;
INSERT INTO pay.events
SELECT j.merchant_id, false, j.key::int, j.event_id, j.day, j.key_hash, 0, j.event_type FROM pay.journal j;

-- 1: a1-a3 b1-b2; 2: a4; 3: b3-b5 a5-a10; 4: b6-b10, which are large
CREATE FUNCTION pg_temp.batch(n bigint, merchants bigint[], firsts bigint[], counts bigint[], ago int DEFAULT 0) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pay.relay_batches
    SELECT n, (now() AT TIME ZONE 'UTC')::date - ago, now() - interval '50 seconds', NULL, NULL, merchants, ARRAY[false, false], firsts, counts;
    UPDATE pay.relay SET batch = n $$;
UPDATE pay.relay SET batch = 0;
SELECT pg_temp.batch(1, '{4096,8192}', '{1,1}', '{3,2}');

CREATE FUNCTION pg_temp.who(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid $$;
CREATE FUNCTION pg_temp.take(who int, name text DEFAULT 's', oldest boolean DEFAULT true) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', o_held, o_batch, o_position, o_batches, o_seconds, o_lost)
      FROM pay.take_sinks(ARRAY[gen_random_uuid()], ARRAY[name], ARRAY[pg_temp.who(who)], ARRAY[oldest]) $$;
CREATE FUNCTION pg_temp.read(who int, batch bigint, place bigint, size bigint DEFAULT 100) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(CASE WHEN o_event IS NULL THEN coalesce('-> ' || o_batch || '.' || o_position, 'refused')
                           ELSE (SELECT chr(96 + (merchant_id / 4096)::int) FROM pay.merchants WHERE public_id = o_merchant)
                                || o_sequence || '@' || o_batch || '.' || o_position END, ' ')
      FROM pay.read_sinks(ARRAY[gen_random_uuid()], ARRAY['s'], ARRAY[pg_temp.who(who)], ARRAY[batch], ARRAY[place], ARRAY[size]) $$;
CREATE FUNCTION pg_temp.ack(who int, batch bigint, place bigint, leave boolean DEFAULT false) RETURNS boolean LANGUAGE sql AS $$
    SELECT o_done FROM pay.ack_sinks(ARRAY[gen_random_uuid()], ARRAY['s'], ARRAY[pg_temp.who(who)], ARRAY[batch], ARRAY[place], ARRAY[leave]) $$;
CREATE FUNCTION pg_temp.place() RETURNS text LANGUAGE sql AS $$ SELECT batch || '.' || position FROM pay.sinks WHERE sink = 's' $$;

-- the lease
SELECT is(pg_temp.read(1, 1, 0), 'refused', 'without the lease nothing is read');
SELECT is(pg_temp.ack(1, 1, 1), false, '... nor noted');
SELECT is(pg_temp.take(1), 't 1 0 1 50 0', 'a new sink, from the oldest event on');
SELECT is(pg_temp.take(1, 'new', false), 't 2 0 0 0 0', '... or from the next one');
SELECT is(pg_temp.take(2), 'f 1 0 1 50 0', 'nobody else has it, and all see how far it is');
SELECT is(pg_temp.read(2, 1, 0), 'refused', '... nor reads');
SELECT is(pg_temp.ack(2, 1, 1), false, '... nor moves the place');
SELECT is(pg_temp.place(), '1.0', 'it stands');

-- pages
SELECT is(pg_temp.read(1, 1, 0), 'a1@1.1 a2@1.2 a3@1.3 b1@1.4 b2@1.5 -> 2.0', 'a batch, merchant by merchant');
SELECT is(pg_temp.read(1, 2, 0), '-> 2.0', 'and no more');
SELECT is(pg_temp.read(1, 1, 2), 'a3@1.3 b1@1.4 b2@1.5 -> 2.0', 'the rest of one');
SELECT is(pg_temp.read(1, 1, 5), '-> 2.0', 'its end is the beginning of the next one');
SELECT is(pg_temp.read(1, 1, 1, 3), 'a2@1.2 a3@1.3 b1@1.4 -> 1.4', 'so many');
SELECT is(pg_temp.read(1, 1, 3, 2), 'b1@1.4 b2@1.5 -> 2.0', 'up to its end');
SELECT pg_temp.batch(2, '{4096}', '{4}', '{1}');
SELECT pg_temp.batch(3, '{8192,4096}', '{3,5}', '{3,6}');
SELECT is(pg_temp.read(1, 1, 4, 6), 'b2@1.5 a4@2.1 b3@3.1 b4@3.2 b5@3.3 a5@3.4 -> 3.4', 'over several batches');
SELECT is(pg_temp.take(1), 't 1 0 3 50 0', 'so many batches behind');
SELECT pg_temp.batch(4, '{8192}', '{6}', '{5}');
SELECT is(pg_temp.read(1, 4, 0), 'b6@4.1 b7@4.2 -> 4.2', 'as many as one MiB holds');
SELECT is(pg_temp.read(1, 4, 4), 'b10@4.5 -> 5.0', 'the last one');

-- the place
SELECT is(pg_temp.ack(1, 3, 4), true, 'it is moved');
SELECT is(pg_temp.place(), '3.4', 'to there');
SELECT is(pg_temp.ack(1, 2, 9), true, 'an older answer');
SELECT is(pg_temp.place(), '3.4', '... moves nothing back');
SELECT is(pg_temp.take(1), 't 3 4 2 50 0', 'the holder goes on from there');
UPDATE pay.sinks SET until = now() - interval '1 second';
SELECT is(pg_temp.ack(1, 4, 0), false, 'a lease that is over');
SELECT is(pg_temp.take(2), 't 3 4 2 50 0', '... is another''s');
SELECT is(pg_temp.read(1, 3, 4), 'refused', 'who had it is fenced off');
SELECT is(pg_temp.ack(2, 4, 2, true), true, 'one that leaves');
UPDATE pay.sinks SET until = until - interval '1 second';
SELECT is(pg_temp.take(1), 't 4 2 1 50 0', '... makes room at once');

-- days that are gone
SET session_replication_role = replica;
DELETE FROM pay.events WHERE merchant_id = 4096 AND sequence BETWEEN 2 AND 4;
SELECT is(pg_temp.read(1, 1, 0, 4), 'a1@1.1 b1@1.4 -> 1.4', 'what is gone is passed over');
SELECT is(pg_temp.read(1, 2, 0, 2), 'b3@3.1 b4@3.2 -> 3.2', '... a whole batch too');
UPDATE pay.relay_batches SET day = day - 1 WHERE batch <= 2;
SET session_replication_role = origin;
UPDATE pay.sinks SET batch = 1, position = 2 WHERE sink = 's';
SELECT pay.pass_day((now() AT TIME ZONE 'UTC')::date - 1);
SELECT is(pg_temp.take(1), 't 3 0 2 50 4', 'a sink goes on behind a day that is dropped, and knows how many it has lost');
SELECT pay.pass_day((now() AT TIME ZONE 'UTC')::date - 1);
SELECT is(pg_temp.take(1), 't 3 0 2 50 4', '... once');
SELECT is(pg_temp.take(1, 'new'), 't 3 0 2 50 1', '... each sink by itself');

SELECT * FROM finish();
ROLLBACK;

-- pgTAP: what an operator is shown, and the check of the books.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(21);

SET search_path = public, pay;

CREATE FUNCTION pg_temp.s() RETURNS jsonb LANGUAGE sql AS $$
    SELECT to_jsonb(s) - 'o_body' || o_body::jsonb FROM pay.status(ARRAY[gen_random_uuid()]) s $$;
CREATE FUNCTION pg_temp.check() RETURNS text LANGUAGE sql AS $$
    SELECT o_unbalanced || ' ' || o_more FROM pay.check_ledger(ARRAY[gen_random_uuid()]) $$;

SELECT is(endpoint_origin('https://u:p@shop.example.com:8443/T0KEN?key=1#x'), 'https://shop.example.com:8443', 'an origin alone');
SELECT is(endpoint_origin('https://shop.example.com?key=1@2'), 'https://shop.example.com', '... before a query');
SELECT is(endpoint_origin('http://[2001:db8::1]/'), 'http://[2001:db8::1]', '... of an address');

-- the books: none was checked, one round finds nothing, and another one what is wrong
SELECT is(pg_temp.s()->>'o_ledger_ms', NULL, 'never checked');
SELECT is(pg_temp.check(), '0 false', 'nothing is wrong with nothing');
SELECT is(pg_temp.s()->>'o_ledger_ms', '0', 'checked now');

INSERT INTO pay.merchants (merchant_id, public_id, name)
SELECT n, gen_random_uuid(), 'm' FROM generate_series(1, 15000) AS n;
INSERT INTO pay.account_sums (merchant_id, livemode, currency, account, debits, credits)
SELECT n, false, 'EUR', a, 100 * (a % 2), 100 * (1 - a % 2) FROM generate_series(1, 15000) AS n, generate_series(1, 2) AS a;
SELECT is(pg_temp.check(), '0 false', 'not again within the hour');
UPDATE pay.account_sums SET debits = debits + 1 WHERE merchant_id IN (1, 15000) AND account = 1;
UPDATE pay.ledger_check SET checked_at = now() - interval '1 hour';
SELECT is(pg_temp.check(), '0 true', 'a slice, which says nothing yet');
SELECT is(pg_temp.s()->>'o_unbalanced', '0', '... and shows what was found before');
SELECT is((SELECT found FROM pay.ledger_check), 1::bigint, '... and has found one');
SELECT is(pg_temp.check(), '2 false', 'the last slice: both');
SELECT is(pg_temp.s()->>'o_unbalanced', '2', 'which is shown');
UPDATE pay.account_sums SET debits = debits - 1 WHERE merchant_id IN (1, 15000) AND account = 1;
UPDATE pay.ledger_check SET checked_at = now() - interval '1 hour';
SELECT is(pg_temp.check() || ', ' || pg_temp.check(), '2 true, 0 false', 'put right: none');

-- ages, and what there is to do
SELECT is(pg_temp.s()->>'o_days', '15', 'days that have partitions');
SELECT is(pg_temp.s()->>'o_events_ms', NULL, 'no event waits');
SELECT is(pg_temp.s()->>'o_background', NULL, 'nobody holds the lease');
INSERT INTO pay.leases VALUES ('background', '00000000-0000-0000-0000-00000000000a', now() + interval '2 seconds');
SELECT is(pg_temp.s()->>'o_background_ms' || ' ' || (pg_temp.s()->>'o_background'), '3000 00000000-0000-0000-0000-00000000000a',
          'who holds it, and since when it was used');
INSERT INTO pay.placements (subject, state) VALUES (7, 'leaving'), (8, 'here');
SELECT is(jsonb_path_query_array(pg_temp.s(), '$.moves[*].subject'), '[7]', 'what moves');

INSERT INTO pay.webhook_endpoints (merchant_id, endpoint_id, livemode, url, types, ordered, metadata, secret, cursor, failures,
       failing_since, paused_until, created_at, updated_at)
SELECT n, gen_random_uuid(), false, 'https://h' || n || '.example.com/', '{*}', false, '{}', '\x00', 0, 3,
       now() - n * interval '1 minute', now(), now(), now() FROM generate_series(1, 30) AS n;
SELECT is(jsonb_array_length(pg_temp.s()->'failing_endpoints'), 20, 'not all that fail');
SELECT is(pg_temp.s()->'failing_endpoints'->0->>'origin', 'https://h30.example.com', 'the oldest trouble first');
INSERT INTO pay.webhook_retries SELECT 1, gen_random_uuid(), 1, 1, now() + (n - 2) * interval '1 second' FROM generate_series(1, 5) AS n;
SELECT is(pg_temp.s()->>'retries_due', '2', 'what is to be sent again now');

SELECT * FROM finish();
ROLLBACK;

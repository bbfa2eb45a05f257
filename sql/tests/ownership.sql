-- pgTAP: which shard owns a merchant: the ownership check, and a move's steps.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(48);

SET search_path = public, pay;

INSERT INTO pay.merchants (merchant_id, public_id, name)
VALUES (4096 * 9 + 77, gen_random_uuid(), 'a'), (4096 * 10 + 77, gen_random_uuid(), 'b');

CREATE FUNCTION pg_temp.m(n int) RETURNS bigint LANGUAGE sql AS 'SELECT 4096::bigint * n + 77';
CREATE FUNCTION pg_temp.claims(known bigint, OUT epoch bigint, OUT mine int, OUT here text, OUT away text)
LANGUAGE sql AS $$
    SELECT o_epoch, get_bit(o_buckets, 77), encode(o_here, 'hex'), encode(o_away, 'hex')
      FROM pay.claims(ARRAY[gen_random_uuid()], ARRAY[known]) $$;

-- what a table of merchants is, moves
SELECT is((SELECT string_agg(o_name, ' ' ORDER BY o_name) FROM pay.moved_tables()),
          (SELECT string_agg(c.relname, ' ' ORDER BY c.relname::text) FROM pg_class c
            WHERE c.relnamespace = 'pay'::regnamespace AND c.relkind IN ('r', 'p')
              AND NOT c.relispartition
              AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
                             AND a.attname = 'merchant_id')),
          'all tables of merchants move');
SELECT unalike(pay.moved_columns('journal'), '%xid%', 'but for the number of a transaction');

-- what has changed is seen whatever the session takes for today
INSERT INTO pay.journal (merchant_id, key_hash, day, status, object_version, livemode, request_id,
                         event_id, object_id, created_at, request, body)
SELECT pg_temp.m(11), gen_random_uuid(), (now() AT TIME ZONE 'UTC')::date, 201, 1, false,
       gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(), 'POST /v1/payments', '{}';
SET TIME ZONE INTERVAL '+23:59' HOUR TO MINUTE;
SELECT is((SELECT cardinality(o_keys) FROM pay.changes_since(ARRAY[pg_temp.m(11)],
              (x || ':' || x || ':')::pg_snapshot, now() - interval '2 minutes')), 1,
          'a change that the snapshot does not show')
  FROM (SELECT pg_current_xact_id()::text AS x) AS v;
SELECT is((SELECT cardinality(o_keys) FROM pay.changes_since(ARRAY[pg_temp.m(11)],
              (x || ':' || (x::bigint + 1)::text || ':')::pg_snapshot, now() - interval '2 minutes')), 0,
          'none that it shows')
  FROM (SELECT pg_current_xact_id()::text AS x) AS v;
RESET TIME ZONE;

-- a shard without placements has all
SELECT ok(pay.owns_merchants(ARRAY[pg_temp.m(9), 4096]), 'it has every merchant');
SELECT lives_ok($$SELECT pay.lock_and_check_owner(ARRAY[pg_temp.m(9), pg_temp.m(10)])$$, 'each may write');
SELECT is((pg_temp.claims(-1)).mine, 1, 'it says so');
SELECT is((pg_temp.claims((SELECT epoch FROM pay.ownership))).mine, NULL, 'once');

-- the way of a merchant, at the source
SELECT throws_ok($$SELECT pay.set_placement(pg_temp.m(9), '{away}', 'arriving')$$, '55000', NULL,
                 'from the state that is expected only');
SELECT lives_ok($$SELECT pay.set_placement(pg_temp.m(9), '{here}', 'leaving')$$, 'leaving');
SELECT ok(pay.owns_merchants(ARRAY[pg_temp.m(9)]), 'leaving: here');
SELECT is(pay.owns_merchant(pg_temp.m(9), o, true), false, 'but not for a replica') FROM pay.ownership o;
SELECT is(pay.owns_merchant(pg_temp.m(10), o, true), true, 'its neighbour is') FROM pay.ownership o;
SELECT throws_ok($$SELECT pay.set_placement(77, '{here}', 'leaving')$$, '55006', NULL,
                 'its bucket stays meanwhile');
SELECT lives_ok($$SELECT pay.freeze(pg_temp.m(9))$$, 'frozen');
SELECT throws_ok($$SELECT pay.owns_merchants(ARRAY[pg_temp.m(9)])$$, 'PM001', NULL, 'frozen: not here');
SELECT throws_ok($$SELECT pay.lock_and_check_owner(ARRAY[pg_temp.m(10), pg_temp.m(9)])$$, 'PM001', NULL,
                 'frozen: nothing is written');
SELECT lives_ok($$SELECT pay.lock_and_check_owner(ARRAY[pg_temp.m(10)])$$, 'its neighbour writes');
SELECT ok(NOT pay.try_lock_and_check_owner(pg_temp.m(9)), 'nothing happens by itself');
SELECT ok(pay.shows_merchant(pg_temp.m(9)), 'administrators still see it');
SELECT is((pg_temp.claims(-1)).away, lpad(to_hex(pg_temp.m(9)), 16, '0'), 'the nodes learn it');
SELECT pay.thaw();
SELECT is(pay.placement(pg_temp.m(9)), 'frozen', 'for a while');
UPDATE pay.placements SET since = now() - interval '6 seconds';
SELECT pay.thaw();
SELECT is(pay.placement(pg_temp.m(9)), 'leaving', 'not longer than that');
SELECT throws_ok($$SELECT pay.set_placement(pg_temp.m(9), '{frozen}', 'away')$$, '55000', NULL,
                 'a move that comes too late does not let it go');
SELECT pay.freeze(pg_temp.m(9));
SELECT pay.set_placement(pg_temp.m(9), '{frozen}', 'away');
SELECT ok(NOT pay.shows_merchant(pg_temp.m(9)), 'away: it is not shown here');
SELECT is(77 = ANY (pay.buckets_for_new_merchants()), true, 'new merchants of its bucket come here');

-- its rows
SELECT is(pay.has_rows(ARRAY[pg_temp.m(9)]), 'merchants', 'where it has rows');
SELECT throws_ok($$SELECT pay.remove_rows(ARRAY[pg_temp.m(9), pg_temp.m(10)], 10)$$, '55000', NULL,
                 'rows of one that is here stay');
SELECT is(pay.remove_rows(ARRAY[pg_temp.m(9)], 10), 1, 'of one that is away they go');
SELECT is(pay.has_rows(ARRAY[pg_temp.m(9)]), NULL, 'all of them');

-- and back
SELECT pay.set_placement(pg_temp.m(9), '{away}', 'arriving');
SELECT throws_ok($$SELECT pay.owns_merchants(ARRAY[pg_temp.m(9)])$$, 'PM001', NULL, 'arriving: not here yet');
SELECT pay.set_placement(pg_temp.m(9), '{arriving}', 'here');
SELECT is((SELECT count(*)::int FROM pay.placements), 0, 'where its bucket is there is nothing to say');
SELECT is((SELECT exceptions FROM pay.ownership), false, 'nor to look up');

-- a bucket
SELECT is(pay.subject_merchants(77), ARRAY[pg_temp.m(10)], 'its merchants');
SELECT pay.set_placement(77, '{here}', 'leaving');
SELECT ok(77 <> ALL (pay.buckets_for_new_merchants()), 'leaving: no new merchants');
SELECT is((pg_temp.claims(-1)).mine, 1, 'leaving: here');
SELECT throws_ok($$SELECT pay.set_placement(pg_temp.m(10), '{leaving}', 'leaving')$$, '55006', NULL,
                 'none of its merchants goes alone meanwhile');
SELECT pay.freeze(77);
SELECT is((pg_temp.claims(-1)).mine, 0, 'frozen: not here');
SELECT throws_ok($$SELECT pay.lock_and_check_owner(ARRAY[pg_temp.m(10)])$$, 'PM001', NULL, 'none of its merchants writes');
SELECT pay.set_placement(77, '{frozen}', 'away');
SELECT is((SELECT get_bit(buckets, 77) FROM pay.ownership), 0, 'away: it is not among the buckets');
SELECT is((SELECT count(*)::int FROM pay.placements), 0, 'and that is all');
SELECT throws_ok($$SELECT pay.lock_and_check_owner(ARRAY[pg_temp.m(10)])$$, 'PM001', NULL, 'none of its merchants writes');

-- of an operator
SELECT throws_ok('SELECT pay.assign_buckets(5, 4)', '22023', NULL, 'buckets in their order');
SELECT throws_ok('SELECT pay.assign_buckets(0, 10)', '55006', NULL, 'not while there are merchants of others');
DELETE FROM pay.merchants;
SELECT is(pay.assign_buckets(0, 10), 11, 'eleven buckets');
SELECT is(pay.assign_buckets(NULL, NULL), 0, 'none');
SELECT is(pay.buckets_for_new_merchants(), NULL, 'none for new merchants');

-- rows from another shard have no number of a transaction here
SELECT is((SELECT xid FROM pay.relay) >= '3'::xid8, true, 'what has arrived is not due');

SELECT * FROM finish();
ROLLBACK;

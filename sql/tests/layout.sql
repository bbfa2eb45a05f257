-- pgTAP: what keeps a merchant's rows together and movable: every table is one
-- of merchants, whose keys begin with merchant_id, or one of those that each
-- server has for itself.  And what a reader must see.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(21);

SET search_path = public, pay;

CREATE TEMP VIEW tables AS
SELECT c.oid, c.relname::text AS name,
       EXISTS (SELECT FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attname = 'merchant_id'
                  AND NOT a.attisdropped) AS of_merchants
  FROM pg_class c
 WHERE c.relnamespace = 'pay'::regnamespace AND c.relkind IN ('r', 'p')
   AND NOT c.relispartition;

SELECT is((SELECT string_agg(name, ' ' ORDER BY name) FROM tables WHERE NOT of_merchants),
          'accounts begun_mark heartbeats leases ledger_check migrations movements ownership placements relay relay_batches restores sinks transitions',
          'tables without a merchant are those of each server');

SELECT is((SELECT string_agg(t.name, ' ') FROM tables t
            WHERE t.of_merchants AND NOT EXISTS (
                  SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)),
          NULL, 'each table of merchants has a primary key');

SELECT is((SELECT string_agg(i.indexrelid::regclass::text, ' ' ORDER BY 1)
             FROM tables t JOIN pg_index i ON i.indrelid = t.oid
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
            WHERE t.of_merchants AND i.indisunique AND a.attname <> 'merchant_id'),
          'merchants_public_id',
          'unique keys begin with merchant_id, but for the public name of merchants');

SELECT is((SELECT string_agg(k.conname, ' ') FROM pg_constraint k
             JOIN tables t ON t.oid = k.conrelid JOIN tables f ON f.oid = k.confrelid
            WHERE k.contype = 'f' AND f.of_merchants AND NOT EXISTS (
                  SELECT FROM pg_attribute a
                   WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
                     AND a.attname = 'merchant_id')),
          NULL, 'no reference leads to another merchant');

SELECT is((SELECT string_agg(p.proname, ' ' ORDER BY p.proname) FROM pg_proc p
            WHERE p.pronamespace = 'pay'::regnamespace
              AND has_function_privilege('pay_api', p.oid, 'EXECUTE')
              AND p.pronargs - p.pronargdefaults > 0
              AND p.proargnames[2] IS DISTINCT FROM 'merchant'),
          'ack_sinks background check_ledger claim_followups claims count_attempts database deliver_due fresh heartbeat maintain owns_merchants ping probe read_sinks shown_heartbeat status take_sinks',
          'what else is asked about merchants has them as its second argument');
SELECT is((SELECT string_agg(c.relname || ' ' || t.tgname, ', ') FROM pg_trigger t
             JOIN pg_class c ON c.oid = t.tgrelid
            WHERE c.relnamespace = 'pay'::regnamespace AND NOT t.tgisinternal
              AND t.tgparentid = 0 AND NOT c.relispartition
              AND t.tgname NOT IN ('insert_only', 'no_truncate', 'arrive')),
          NULL, 'triggers guard, and do nothing else');

-- the ledger's table, and the constants that the hot path has instead of it
SELECT is((SELECT array_agg(a ORDER BY account) FROM pay.accounts a
            WHERE pay.account(name) IS DISTINCT FROM account), NULL,
          'each account has the number that pay.account() gives');
SELECT is((SELECT array_agg(m ORDER BY movement) FROM pay.movements m
            WHERE pay.movement(name) IS DISTINCT FROM movement), NULL,
          'each movement the one that pay.movement() gives');
SELECT is((SELECT array_agg((SELECT count(*) FROM regexp_matches(p.prosrc, 'WHEN', 'g'))
                            ORDER BY p.proname)
             FROM pg_proc p WHERE p.oid IN ('pay.account'::regproc, 'pay.movement'::regproc)),
          (SELECT ARRAY[(SELECT count(*) FROM pay.accounts),
                        (SELECT count(DISTINCT name) FROM pay.movements)]),
          'and they know no others');

-- tokens
CREATE TEMP TABLE seen AS SELECT pay.token() AS before;
SELECT is((SELECT pay.fresh(ARRAY[before], ARRAY[timeline], ARRAY[at])
             FROM seen, pay.heartbeats), false,
          'a transaction under way is not seen by who must see all of it');
SELECT is((SELECT pay.fresh(ARRAY[1, 2], ARRAY[timeline, timeline], ARRAY[at, at])
             FROM pay.heartbeats), true, 'what ended long ago is');
SELECT is((SELECT pay.fresh(ARRAY[1], ARRAY[timeline], ARRAY[at + interval '1 us'])
             FROM pay.heartbeats), false, 'not by who must see a later heartbeat');
SELECT is((SELECT pay.fresh(ARRAY[1], ARRAY[timeline + 1], ARRAY[at])
             FROM pay.heartbeats), false, 'or one of another primary');
SELECT ok(pay.token() >= (SELECT before FROM seen), 'tokens do not fall');
SELECT is((SELECT o_timeline FROM pay.heartbeat(ARRAY[gen_random_uuid()], ARRAY[0])), 1::bigint,
          'the heartbeat is of the timeline that is written');
SELECT ok((SELECT b.o_at > a.o_at FROM pay.heartbeat(ARRAY[gen_random_uuid()], ARRAY[0]) a,
                  LATERAL (SELECT o_at FROM pay.heartbeat(ARRAY[gen_random_uuid()], ARRAY[0])
                            WHERE a.o_at IS NOT NULL) b),
          'and each one is later');
SELECT is((SELECT max(o_pinned_ms) FROM pay.heartbeat(ARRAY[gen_random_uuid()], ARRAY[0])), 0::bigint,
          'no node has said that its read tokens are not stored');
SELECT ok((SELECT o_pinned_ms BETWEEN 14000 AND 15000
             FROM pay.heartbeat(ARRAY[gen_random_uuid()], ARRAY[15000])),
          'who says so is heard');
SELECT ok((SELECT min(o_pinned_ms) BETWEEN 13000 AND 15000 AND count(*) = 2
             FROM pay.heartbeat(ARRAY[gen_random_uuid(), gen_random_uuid()], ARRAY[0, 10])),
          'by others as well, whatever they say, for as long');
UPDATE pay.heartbeats SET at = now() + interval '1 day', pinned_until = now() + interval '1 day';
SELECT ok((SELECT o_pinned_ms BETWEEN 14000 AND 15000
             FROM pay.heartbeat(ARRAY[gen_random_uuid()], ARRAY[0])),
          'no node pins its reads for longer, whatever the clock was');
UPDATE pay.heartbeats SET pinned_until = 'epoch';
SELECT ok((SELECT o_pinned_ms BETWEEN 4000 AND 5000
             FROM pay.heartbeat(ARRAY[gen_random_uuid()], ARRAY[5000])),
          'nor for less, while heartbeats are ahead of the clock');

SELECT * FROM finish();
ROLLBACK;

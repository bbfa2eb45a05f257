# How PostgreSQL finds what is read, at a million payments: every list and every
# read of one object by an index, none by reading a table.  Plans, not times.

use strict;
use warnings;

use lib 't/lib';
use Load;
use Test::More;

(my $database = $ENV{PG_PRIMARY}) =~ s/dbname=payments/dbname=payments_plans/;

sub psql {
    my ($text, $where) = @_;
    my $file = "/tmp/payments-plans-$$.sql";
    open my $fh, '>', $file or die;
    print {$fh} $text;
    close $fh;
    my $out = `psql -XAtq -v ON_ERROR_STOP=1 -d '@{[$where || $database]}' -f $file 2>&1`;
    my $failed = $?;
    unlink $file;
    die "psql: $out" if $failed;
    return $out;
}

sub fresh {
    my ($name) = @_;
    ($database = $ENV{PG_PRIMARY}) =~ s/dbname=payments/dbname=$name/;
    psql("DROP DATABASE IF EXISTS $name WITH (FORCE)", $ENV{PG_PRIMARY});
    psql("CREATE DATABASE $name", $ENV{PG_PRIMARY});
    system("sql/apply '$database' > /dev/null") == 0 or die;
    psql(<<'SQL');
SELECT pay.make_partition(t, t || '_' || to_char(d, 'YYYYMMDD'), d::date::text, (d::date + 1)::text)
  FROM generate_series(current_date - 21, current_date, '1 day') d, unnest(pay.day_tables()) t;
SQL
}

# half of everything belongs to one merchant, the rest to 99
my $rows = <<'SQL';
SET synchronous_commit = off;
SET session_replication_role = replica;
CREATE OR REPLACE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (left(pay.uuid7_floor(now() - interval '20 days'
             + n * interval '1.5 seconds')::text, 14) || '7'
            || substr(md5(n::text)::uuid::text, 16))::uuid
$$;
DROP TABLE IF EXISTS n;
CREATE UNLOGGED TABLE n AS
SELECT n, id(n) AS id, now() - interval '20 days' + n * interval '1.5 seconds' AS at,
       CASE WHEN n % 2 = 0 THEN 1 ELSE 2 + n / 2 % 99 END * 4096::bigint AS m
  FROM generate_series(:first, :rows) AS n;
INSERT INTO pay.merchants (merchant_id, public_id, name)
SELECT i * 4096, gen_random_uuid(), 'm' FROM generate_series(1, 100) i ON CONFLICT DO NOTHING;
INSERT INTO pay.payments (merchant_id, payment_id, amount, amount_authorized, amount_captured,
       created_at, updated_at, livemode, currency, status, expiry_action, token, head, metadata,
       customer)
SELECT m, id, 100, 100, 100, at, at, false, 'EUR', 'captured', 'cancel', 'tok_visa', '{"id":"x"',
       '{}', CASE WHEN n % 10 = 0 THEN 'cus_' || n % 5000 END FROM n;
INSERT INTO pay.ledger_transfers (merchant_id, transaction_id, source_id, amount, created_at, debit,
       credit, livemode, currency, kind)
SELECT m, id, id, 100, at, 1, 2, false, 'EUR', 'capture' FROM n WHERE n % 4 = 0;
INSERT INTO pay.refunds (merchant_id, refund_id, payment_id, amount, created_at, updated_at,
       exponent, livemode, currency, status, metadata)
SELECT m, id, id, 1, at, at, 2, false, 'EUR', 'succeeded', '{}' FROM n WHERE n % 8 = 0;
INSERT INTO pay.captures SELECT m, id, id, 100, true, at FROM n WHERE n % 8 = 0;
INSERT INTO pay.journal (merchant_id, key_hash, day, status, object_version, livemode, request_id,
       event_id, object_id, created_at, fingerprint, request, body, event_type, key, position)
SELECT m, id, at::date, 201, 1, false, id, id, id, at, sha256('x'), 'POST /v1/payments', '{}',
       'payment.captured', n::text, n FROM n WHERE n % 4 = 0;
INSERT INTO pay.events
SELECT m, false, :first + row_number() OVER (PARTITION BY m ORDER BY n), id, at::date, id, 0,
       'payment.captured' FROM n WHERE n % 4 = 0;
INSERT INTO pay.event_counters AS c SELECT merchant_id, false, max(sequence) FROM pay.events GROUP BY 1
ON CONFLICT (merchant_id, livemode) DO UPDATE SET last = excluded.last;
INSERT INTO pay.api_keys (merchant_id, key_hash, key_id, name, prefix, livemode, scopes)
SELECT (1 + i % 100) * 4096, sha256(i::text::bytea), gen_random_uuid(), 'k', 'sk_test_xxxx', false,
       '{payments:read}' FROM generate_series(1, 20000) i ON CONFLICT DO NOTHING;
UPDATE pay.relay SET xid = pg_snapshot_xmin(pg_current_snapshot());
SQL

fresh('payments_plans');
psql("\\set first 1\n\\set rows 1000000\n$rows");
psql('ANALYZE');
my $some = psql("SELECT payment_id FROM pay.payments WHERE merchant_id = 4096
                  ORDER BY payment_id DESC OFFSET 1000 LIMIT 1");
chomp $some;

my $one = "ARRAY[gen_random_uuid()], ARRAY[4096::bigint], ARRAY[false]";

sub list {
    my ($kind, $filter, $after, $ascending, $function) = @_;
    $after = defined $after ? "'$after'::uuid" : 'NULL::uuid';
    return "SELECT * FROM pay." . ($function || 'list_objects') . "($one, ARRAY['$kind'],
            ARRAY['$filter'], ARRAY[$after], ARRAY[$ascending], ARRAY[20::bigint])";
}

my %calls = (
    'payments, newest first'   => list('payments', '{}', undef, 'false'),
    'payments, oldest first'   => list('payments', '{}', undef, 'true'),
    'payments, a page further' => list('payments', '{}', $some, 'false'),
    'payments of a customer'   => list('payments', '{"customer":"cus_10"}', undef, 'false'),
    'payments by status'       => list('payments', '{"status":["captured"]}', undef, 'false'),
    'payments by currency'     => list('payments', '{"currency":"EUR"}', undef, 'false'),
    'payments since'           => list('payments', '{"created_at":{"gte":"2020-01-01T00:00:00Z"}}', undef, 'false'),
    'payments by amount'       => list('payments', '{"amount":{"gte":"1"}}', undef, 'true'),
    'refunds'                  => list('refunds', '{}', undef, 'false'),
    'refunds of a payment'     => list('payment_refunds', qq({"payment":"$some"}), undef, 'false'),
    'ledger transactions'      => list('ledger_transactions', '{}', undef, 'false'),
    'API keys'                 => list('api_keys', '{}', undef, 'false'),
    'merchants'                => list('merchants', '{}', undef, 'false'),
    'events, newest first'     => list('events', '{}', undef, 'false', 'list_events'),
    'events after'             => list('events', '{"after":"1000"}', undef, 'true', 'list_events'),
    'a payment'                => "SELECT * FROM pay.get_payments($one, ARRAY['$some'::uuid], ARRAY[3::bigint])",
    'a refund'                 => "SELECT * FROM pay.read_refund(4096, false, '$some'::uuid)",
    'a ledger transaction'     => "SELECT * FROM pay.get_ledger_transactions($one, ARRAY['$some'::uuid])",
    'an event'                 => "SELECT * FROM pay.get_events($one, ARRAY['$some'::uuid])",
    'a key of idempotency'     => "SELECT * FROM pay.get_keys($one, ARRAY['$some'::uuid], ARRAY['k'],
                                    '24 hours')",
    'attempts that are due'    => 'SELECT * FROM pay.claim_followups(ARRAY[gen_random_uuid()], ARRAY[NULL::text])',
    'what a result is about'   => "SELECT * FROM pay.find_notified($one, ARRAY['acme'], ARRAY['result'],
                                    ARRAY['att_00000000000000000000000000'], ARRAY[NULL::text], ARRAY[NULL::text])",
    'what a chargeback is about' => "SELECT * FROM pay.find_notified($one, ARRAY['acme'], ARRAY['chargeback_lost'],
                                    ARRAY[NULL::text], ARRAY['ch_1'], ARRAY['cb_1'])",
    'an API key'               => "SELECT * FROM pay.authenticate(ARRAY[gen_random_uuid()], ARRAY[4096::bigint],
                                    ARRAY[sha256('7')])",
    'what is due'              => "SELECT * FROM pay.background(ARRAY[gen_random_uuid()], ARRAY[gen_random_uuid()])",
);

# an empty month is read as fast as its index
my $big = join '|', split ' ', psql("SELECT relname FROM pg_class
    WHERE relnamespace = 'pay'::regnamespace AND relkind = 'r' AND reltuples > 1000");
like($big, qr/payments_\d+/, "tables: $big");

for my $name (sort keys %calls) {
    my $out = psql("LOAD 'auto_explain';
        SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
        SET auto_explain.log_analyze = on; SET auto_explain.log_timing = off;
        SET client_min_messages = log; SET plan_cache_mode = force_generic_plan;
        SET jit = off;\n$calls{$name};");
    my @read = $out =~ /(Seq Scan on (?:$big)\b)/g;
    is("@read", '', "$name: no table is read");
    # a page, not a merchant: what its indexes gave
    my $most = 0;
    while ($out =~ /Scan (?:Backward )?(?:using \S+ )?on (?:$big)\b.*?actual rows=(\d+) loops=(\d+)/g) {
        $most = $1 * $2 if $1 * $2 > $most;
    }
    cmp_ok($most, '<=', 2000, "$name: at most $most rows of one index");
    note $out if @read || $most > 2000;
}

psql('DROP DATABASE payments_plans WITH (FORCE)', $ENV{PG_PRIMARY});

# A session that planned when the tables were nearly empty, as on the first of a month, and
# has kept its plans while they grew, before anything has analyzed them.
fresh('payments_young');
psql("\\set first 1\n\\set rows 100\n$rows");
my @names = sort keys %calls;
my $counted = "coalesce(sum(seq_tup_read), 0) AS n FROM pg_stat_xact_user_tables WHERE relname ~
    '^(payments|refunds|captures|journal|ledger_transfers|events|api_keys)(_\\d+)?\$'";
my $asked = join '', map { "BEGIN;\nSELECT $counted \\gset\n\\o /dev/null\n$calls{$_};\n\\o\n"
    . "SELECT '$_: ' || (now.n - :n) FROM (SELECT $counted) now;\nROLLBACK;\n" } @names;
# they grow by another session, without a temporary table: either would end these plans
my $load = "/tmp/payments-plans-$$-load.sql";
open my $fh, '>', $load or die;
print {$fh} $rows;
close $fh;
my $out = psql("SET jit = off;\n$asked\\echo grown\n\\! psql -XAtq -v ON_ERROR_STOP=1 -v first=101 -v rows=20000 -d '$database' -f $load\n$asked");
unlink $load;
my ($grown) = $out =~ /^grown\n(.*)/ms;
my %read = $grown =~ /^(.+): (\d+)$/mg;
is(scalar(keys %read), scalar(@names), 'young: each was asked');
cmp_ok($read{$_}, '<=', 2000, "young: $_: $read{$_} rows of tables") for @names;
psql('DROP DATABASE payments_young WITH (FORCE)', $ENV{PG_PRIMARY});
done_testing();

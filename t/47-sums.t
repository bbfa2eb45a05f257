# A balance is the sums that the background has folded and what the journal has moved
# since: exact at any moment, whatever is killed when, and as dear for a merchant with
# millions of movements as for one with a few.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(api devstack invariants merchant recovered request rounds sql wait_until);
use Neighbours qw(client);
use Test::More;
use Time::HiRes qw(sleep time);

my @all = qw(payments:read payments:write refunds:read refunds:write balances:read ledger:read);

# by one statement, so of one snapshot: the sums and the journal, and every movement
sub differs {
    return grep { /^I9/ } invariants();
}

sub total {
    my ($merchant) = @_;
    return sql("SELECT coalesce(sum(amount), 0) FROM pay.ledger_transfers WHERE merchant_id = $merchant");
}

# what accounts_of() gives without sums is what it gives with them -------------------------

my ($key, $merchant) = merchant(@all);
my $pay = { amount => 1000, currency => 'EUR', payment_method => { token => 'tok_visa' } };
my $id = api('POST', '/v1/payments', $pay, key => $key)->{json}{id};
api('POST', "/v1/payments/$id/refunds", { amount => 100 }, key => $key);
api('POST', "/v1/test_helpers/payments/$id/settle", {}, key => $key);
api('POST', '/v1/payments', { %$pay, currency => 'JPY' }, key => $key);
my $refund = api('POST', '/v1/payments', { %$pay, payment_method => { token => 'tok_refund_fail' } }, key => $key)->{json}{id};
api('POST', "/v1/payments/$refund/refunds", { amount => 70 }, key => $key);

my $rows = "SELECT string_agg(concat_ws(' ', o_currency, o_account, o_debits, o_credits), ', '
            ORDER BY o_currency, o_account) FROM pay.accounts_of($merchant, false)";
ok(wait_until(10, sub { sql("SELECT count(*) FROM pay.refunds WHERE merchant_id = $merchant
                             AND status = 'failed'") == 1 }), 'a refund fails');
my $balances = sub { join ', ', map { "$_->{currency} $_->{available} $_->{pending} $_->{reserved}" }
    @{ api('GET', '/v1/balances', undef, key => $key)->{json}{data} } };
is($balances->(), 'EUR 900 1000 0, JPY 0 1000 0', 'the balances');
is(sql("BEGIN; UPDATE pay.relay SET summed = false; $rows; ROLLBACK"), sql($rows), 'from every movement, the same');
is(sql("BEGIN; UPDATE pay.relay SET xid = '9223372036854775807'; $rows; ROLLBACK"), sql($rows),
   'nor does a mark of another cluster count');
is(sql("BEGIN; UPDATE pay.relay SET summed = false; DELETE FROM pay.account_sums;
        SELECT pay.start_sums(); $rows; ROLLBACK"), "t\n" . sql($rows), 'started again, the same');

# while merchants pay, capture and refund, and servers are killed ---------------------------

my @keys = ($key, map { (merchant(@all))[0] } 1 .. 3);
my $operations = rounds(2000, 20_000);
my ($done, $checks, $wrong, $kills) = (0, 0, 0, 0);
while ($done < $operations) {
    my $load = client('--key', join(',', @keys), '--connections', 8, '--seconds', 3,
                      '--mix', 'create=50,capture=25,refund=25', '--seed', 1 + $done);
    my $until = time + 3;
    while (time < $until) {
        $checks++;
        my @differs = eval { differs() };
        $wrong += @differs;
        diag($_) for @differs;
        sleep rand 0.2;
        if (rand() < 0.3) {
            # whoever folds just now
            my $pid = eval { sql("SELECT pid FROM pg_stat_activity WHERE query LIKE '%pay.background(%'
                                  AND pid <> pg_backend_pid() LIMIT 1") };
            eval { sql("SELECT pg_terminate_backend($pid)") } if $pid;
            $kills++ if $pid;
        }
    }
    my $report = $load->();
    $done += ($report->{statuses}{200} || 0) + ($report->{statuses}{201} || 0);
    if ($kills % 3 == 0) {
        devstack('kill', 'primary');
        devstack('start', 'primary');
        wait_until(20, sub { request("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")->{status} == 200 });
    }
}
is($wrong, 0, "$checks times during $done operations, and $kills kills of who folds: no difference");
ok(wait_until(20, sub { sql('SELECT count(*) FROM pay.journal j WHERE j.movement IS NOT NULL
                             AND j.xid >= (SELECT xid FROM pay.relay)') == 0 }), 'all is folded in the end');
is(join("\n", invariants()), '', 'invariants');

# what it costs -----------------------------------------------------------------------------

my (undef, $few) = merchant(@all);
my (undef, $many) = merchant(@all);
my ($small, $large) = (1000, rounds(200_000, 10_000_000));
for ([$few, $small], [$many, $large]) {
    my ($m, $n) = @$_;
    sql("SET session_replication_role = replica; SET synchronous_commit = off;
         INSERT INTO pay.ledger_transfers (merchant_id, transaction_id, source_id, amount, created_at,
                debit, credit, livemode, currency, kind)
         SELECT $m, overlay(pay.uuid7_floor(now())::text placing lpad(to_hex(n), 12, '0') from 25)::uuid,
                pay.uuid7(), 1, now(), 1, 2, false, 'EUR', 'capture' FROM generate_series(1, $n) n");
}
sql('BEGIN; UPDATE pay.relay SET summed = false; DELETE FROM pay.account_sums; SELECT pay.start_sums(); COMMIT');
sub reads {
    my ($m) = @_;
    return sql("SET pay.x = ''; BEGIN; SELECT FROM pay.get_balances(ARRAY[pay.uuid7()], ARRAY[$m\::bigint], ARRAY[false], ARRAY['EUR']);
                SELECT sum(pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid))
                  FROM pg_class c WHERE c.relnamespace = 'pay'::regnamespace; ROLLBACK") =~ s/\s//gr;
}
my ($a, $b) = (reads($few), reads($many));
cmp_ok($b, '<=', $a + 8, "a balance of $large movements reads $b rows, and one of $small reads $a");
sql("SET session_replication_role = replica;
     DELETE FROM pay.ledger_transfers WHERE merchant_id IN ($few, $many);
     DELETE FROM pay.account_sums WHERE merchant_id IN ($few, $many)");

done_testing();

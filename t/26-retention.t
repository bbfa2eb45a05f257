# Days that come and go: made ahead, missed loudly, dropped whole, and no
# request waits for it.

use strict;
use warnings;

use lib 't/lib';
use Load qw(devstack sql api text request create uuid invariants rounds
            wait_until promised later collect merchant error_log_since hold);
use Test::More;
use Time::HiRes qw(sleep time);

my ($key, $merchant) = merchant(qw(payments:read payments:write events:read));

sub payment {
    return api('POST', '/v1/payments', { amount => 100, currency => 'EUR',
        payment_method => { token => 'tok_visa' } }, key => $key);
}
sub events { api('GET', "/v1/events?limit=100$_[0]", undef, key => $key)->{json}{data} }
sub sequences { join ' ', map { $_->{sequence} } @{ events('&order=asc') } }
sub day { sql("SELECT to_char((now() AT TIME ZONE 'UTC')::date - $_[0], '$_[1]')") }
sub there { sql("SELECT count(*) FROM pg_class WHERE relnamespace = 'pay'::regnamespace
                  AND relname ~ '^(journal|events|canceled_keys|relay_batches|webhook_pages|webhook_attempts)_$_[0]\$'") }

# it waits 200 ms for who reads such a day, then does it another time: so here
sub drop_days {
    my $more;
    wait_until(10, sub { eval { $more = sql('SELECT pay.drop_partitions(30 * 86400)'); 1 } });
    return $more;
}

# the events of this merchant so far, as of some days ago
sub make_old {
    my ($days) = @_;
    my ($day, $name) = (day($days, 'YYYY-MM-DD'), day($days, 'YYYYMMDD'));
    sql("SET ROLE pay_owner; SELECT pay.make_partition(t, t || '_$name', '$day', ('$day'::date + 1)::text)
           FROM unnest(pay.day_tables()) t");
    # as their owner may, which has the triggers that forbid it
    sql("BEGIN;
         ALTER TABLE pay.journal DISABLE TRIGGER insert_only;
         UPDATE pay.journal SET day = '$day', created_at = created_at - interval '$days days'
          WHERE merchant_id = $merchant AND day = (now() AT TIME ZONE 'UTC')::date;
         UPDATE pay.events SET day = '$day' WHERE merchant_id = $merchant
            AND day = (now() AT TIME ZONE 'UTC')::date;
         ALTER TABLE pay.journal ENABLE TRIGGER insert_only;
         COMMIT");
    return $name;
}

# what was written goes by the configured time, and numbers go on
{
    payment() for 1 .. 3;
    is(sequences(), '1 2 3', 'three events');
    my $old = make_old(40);
    payment() for 1 .. 2;
    is(sequences(), '1 2 3 4 5', 'two more; the old ones are there');
    is(there($old), 6, 'a day of six tables');
    devstack('reload');
    ok(wait_until(10, sub { there($old) == 0 }), 'after 30 days it is dropped, whole');
    is(sequences(), '4 5', 'its events are gone');
    payment();
    is(sequences(), '4 5 6', 'the next one has the next number');
    is(there(day($_, 'YYYYMMDD')), 6, "the day $_ days ago stays") for 0, 1;
}

# when all are gone, numbers go on as well
{
    my $old = make_old(35);
    devstack('reload');
    ok(wait_until(10, sub { there($old) == 0 }), 'all events are gone');
    payment();
    is(sequences(), '7', 'the next one has the next number');
}

# a day with an event that has no sequence yet stays
{
    payment();
    my $old = make_old(33);
    # as if nothing had been relayed: undone at once, since what is relayed twice would be
    # summed twice
    my $more = sql("BEGIN; SELECT FROM pg_advisory_xact_lock(7002, 2);
        UPDATE pay.relay SET xid = '3'; SELECT pay.drop_partitions(30 * 86400); ROLLBACK");
    is($more =~ s/\s//gr, 'f', 'not relayed: not dropped');
    is(there($old), 6, 'it is there');
    ok(wait_until(10, sub { sql("SELECT count(*) FROM pay.journal WHERE event_type IS NOT NULL
                                 AND xid >= (SELECT xid FROM pay.relay)") == 0 }), 'all is relayed');
    is(drop_days(), 'f', 'relayed: dropped');
    is(there($old), 0, 'it is gone');
}

# never what a key may still need
{
    my $out = `psql -XAtq -d '$ENV{PG_PRIMARY}' -c 'SELECT pay.drop_partitions(86400)' 2>&1`;
    like($out, qr/events must be kept for 9 days/, 'not less than 9 days');
}

# dropped under load: no request waits long, none fails
{
    my $load = Load->start(clients => 8);
    for my $days (40 .. 40 + rounds(8, 60)) {
        my ($day, $name) = (day($days, 'YYYY-MM-DD'), day($days, 'YYYYMMDD'));
        sql("SET ROLE pay_owner; SELECT pay.make_partition(t, t || '_$name', '$day', ('$day'::date + 1)::text)
               FROM unnest(pay.day_tables()) t");
    }
    for (1 .. rounds(20, 150)) {
        system("psql -XAtq -d '$ENV{PG_PRIMARY}' -c 'SELECT pay.drop_partitions(30 * 86400)' >/dev/null 2>&1");
        sleep 0.02;
    }
    ok(wait_until(20, sub {
        system("psql -XAtq -d '$ENV{PG_PRIMARY}' -c 'SELECT pay.drop_partitions(30 * 86400)' >/dev/null 2>&1");
        sql("SELECT count(*) FROM pg_class WHERE relname ~ '^journal_[0-9]{8}\$'
              AND right(relname, 8) < '" . day(31, 'YYYYMMDD') . "'") == 0 }),
       'all old days are gone');
    my @done = $load->stop;
    my @slow = sort { $b <=> $a } map { $_->{seconds} } @done;
    note sprintf '%d payments meanwhile, slowest %.3f s', scalar @done, $slow[0];
    is(scalar(grep { "@{ $_->{statuses} }" ne '201' } @done), 0, 'no payment failed');
    # what a lock in the way does: below
    promised($slow[0], 1, 'none waited long');
}

# a lock on them: it gives up and comes again
{
    my $reader = hold('LOCK TABLE pay.journal IN ACCESS SHARE MODE');
    my ($day, $name) = (day(50, 'YYYY-MM-DD'), day(50, 'YYYYMMDD'));
    sql("SET ROLE pay_owner; SELECT pay.make_partition('journal', 'journal_$name', '$day', ('$day'::date + 1)::text)");
    my $later = later(create(uuid(), 1), 10);
    my $out = `psql -XAtq -d '$ENV{PG_PRIMARY}' -c 'SELECT pay.drop_partitions(30 * 86400)' 2>&1`;
    like($out, qr/lock timeout/, 'a reader is in the way: it gives up');
    my $answer = collect($later);
    # before the reader ends
    is($answer->{status}, 201, 'a payment meanwhile did not wait for the reader');
    promised($answer->{seconds}, 1, '... and is there soon');
    $reader->release;
    is(drop_days(), 'f', 'later it is done');
}

# partitions that are not made: said before it hurts; and when it does, requests
# are refused with a Retry-After, and get their payment when they do
{
    my $log = -s $ENV{NGINX_ERROR_LOG};
    # partitions cannot be made
    my $lock = hold('SELECT pg_advisory_xact_lock(7002, 1)');
    sql(join ';', map { "DROP TABLE pay.journal_" . day(-$_, 'YYYYMMDD') } 3 .. 14);
    devstack('reload');
    ok(wait_until(5, sub { my $from = $log; error_log_since(\$from)
        =~ /\[crit\].*partitions of pay.journal end in 3 days/ }), 'three days left: the log says so');
    is(payment()->{status}, 201, 'and payments go on');

    my $today = day(0, 'YYYYMMDD');
    my $key = uuid();
    sql("ALTER TABLE pay.journal DETACH PARTITION pay.journal_$today");
    my $answer = request(create($key, 1), 15);
    is($answer->{status}, 503, 'no partition for today: 503');
    like($answer->{body}, qr/"code":"database_unavailable".*"retry":"same_key"/, 'come back');
    my $day = day(0, 'YYYY-MM-DD');
    sql("ALTER TABLE pay.journal ATTACH PARTITION pay.journal_$today
           FOR VALUES FROM ('$day') TO ('$day'::date + 1)");
    is(request(create($key, 1), 15)->{status}, 201, 'and the same key is paid');
    $lock->release;
    sql('SELECT pay.make_partitions(14)');
}

# the days that this test took away had the events of its payments, which go too, and what
# they came to: all of it has been folded
ok(wait_until(10, sub { sql("SELECT count(*) FROM pay.journal WHERE movement IS NOT NULL
                             AND xid >= (SELECT xid FROM pay.relay)") == 0 }), 'all is in the sums');
sql("BEGIN;
     DELETE FROM pay.account_sums WHERE merchant_id = $merchant;
     ALTER TABLE pay.ledger_transfers DISABLE TRIGGER insert_only;
     DELETE FROM pay.ledger_transfers WHERE merchant_id = $merchant;
     ALTER TABLE pay.ledger_transfers ENABLE TRIGGER insert_only;
     DELETE FROM pay.payments WHERE merchant_id = $merchant;
     COMMIT");
is(join("\n", invariants()), '', 'invariants');
done_testing();

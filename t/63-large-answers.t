# What grows with one merchant's data is cut: pages of a megabyte, expansions of ten,
# rows that few match, sums of a ledger.  Another merchant, and the look-up of API keys,
# wait for none of it; and answers that are not read take no more memory than is documented.

use strict;
use warnings;

use lib 't/lib';
use IO::Socket::INET;
use JSON::PP;
use Load qw(api api_key hold invariants later collect merchant request rounds sql text uuid wait_until);
use Neighbours qw(client measure unharmed);
use Own;
use Test::More;
use Time::HiRes qw(time);

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my @all = qw(payments:read payments:write refunds:read refunds:write balances:read ledger:read events:read);
my ($a, $merchant) = merchant(@all);
my (undef, $other) = merchant(@all);
my %metadata = map { ("key$_" => "\x{e4}" x 500) } 1 .. 50;     # 51 KB
my $body = { amount => 5000, currency => 'EUR', payment_method => { token => 'tok_visa' },
             customer => 'large', metadata => \%metadata };

# a port whose sockets take next to nothing: what is not read stays in the worker
my $narrow = $Nginx::ClientPort + 7;
Own::start(port => $pg_port, shard => 'mode direct;', connections => 4096,
           http => "server { listen 127.0.0.1:$narrow sndbuf=16k; location /v1/ { payments on; } }");

my $payment = api('POST', '/v1/payments', $body, key => $a)->{json}{id};
my %small = %metadata;
api('POST', "/v1/payments/$payment/refunds", { amount => 1, metadata => \%small }, key => $a)
    for 1 .. rounds(30, 120);
api('POST', '/v1/payments', $body, key => $a) for 1 .. rounds(40, 100);

# sums of many movements: made as they are started again from the ledger
my $rows = rounds(100_000, 1_000_000);
sql("SET session_replication_role = replica;
     INSERT INTO pay.ledger_transfers (merchant_id, transaction_id, source_id, amount, created_at,
            debit, credit, livemode, currency, kind)
     SELECT $merchant, overlay(pay.uuid7()::text placing lpad(to_hex(n), 12, '0') from 25)::uuid,
            pay.uuid7(), 1, now(), 1, 2, false, 'USD', 'capture' FROM generate_series(1, $rows) n;
     BEGIN; UPDATE pay.relay SET summed = false; DELETE FROM pay.account_sums;
     SELECT pay.start_sums(); COMMIT");

# a page ----------------------------------------------------------------------------

sub get { return api('GET', $_[0], undef, key => $a) }

my %seen;
my ($pages, $largest, $next) = (0, 0, '/v1/payments?customer=large&limit=100');
while ($next) {
    my $page = get($next);
    is($page->{status}, 200, 'page ' . ++$pages);
    $largest = length $page->{body} if length $page->{body} > $largest;
    $seen{ $_->{id} }++ for @{ $page->{json}{data} };
    $next = $page->{json}{has_more} && "/v1/payments?customer=large&limit=100&cursor=$page->{json}{next_cursor}";
}
cmp_ok($largest, '<=', 1024 * 1024, "the largest page has $largest bytes");
is(scalar(keys %seen), 1 + rounds(40, 100), "all are there, on $pages pages");
is(scalar(grep { $_ != 1 } values %seen), 0, 'each once');

my ($events, $after) = (0, 0);
while (1) {
    my $page = get("/v1/events?after=$after&limit=100");
    cmp_ok(length $page->{body}, '<=', 1024 * 1024, "a page of events after $after");
    $events += @{ $page->{json}{data} };
    last unless $page->{json}{has_more};
    $after = $page->{json}{data}[-1]{sequence};
}
is($events, 1 + rounds(40, 100) + rounds(30, 120), 'all events');

my $expanded = get("/v1/payments/$payment?expand=refunds");
is(scalar(@{ $expanded->{json}{refunds}{data} }), 10, 'an expansion has ten');
ok($expanded->{json}{refunds}{has_more}, '... and says that there are more');
my $first = get("/v1/payments/$payment/refunds?limit=10")->{json}{data};
is_deeply($expanded->{json}{refunds}{data}, $first, '... the newest, as the list has them');

# few of many -------------------------------------------------------------------------

sql("SET session_replication_role = replica;
     INSERT INTO pay.payments (merchant_id, payment_id, amount, amount_authorized, amount_captured,
            created_at, updated_at, livemode, currency, status, expiry_action, token, head, metadata,
            failure_code)
     SELECT $merchant, overlay(pay.uuid7_floor(now() - interval '1 hour')::text
                               placing lpad(to_hex(n), 12, '0') from 25)::uuid, 100, f.a, f.a,
            now() - interval '1 hour', now() - interval '1 hour', false, 'EUR', f.status, 'cancel',
            'tok_visa', '{\"id\":\"x\"', '{}', f.code
       FROM generate_series(1, 12000) n,
            LATERAL (SELECT CASE WHEN n = 1 THEN 0 ELSE 100 END AS a,
                            CASE WHEN n = 1 THEN 'failed' ELSE 'captured' END AS status,
                            CASE WHEN n = 1 THEN 'generic_decline' END AS code) f");
my ($found, $empty) = (0, 0);
$pages = 0;
$next = '/v1/payments?status=failed';
while ($next) {
    my $page = get($next);
    $pages++;
    $found += @{ $page->{json}{data} };
    $empty++ unless @{ $page->{json}{data} };
    $next = $page->{json}{has_more} && "/v1/payments?status=failed&cursor=$page->{json}{next_cursor}";
}
is("$found $pages", '1 7', 'one of 12 000 is found, by pages of 2000 rows');
is(get('/v1/payments?created_at[lt]=2020-01-01T00:00:00Z&order=asc')->{json}{has_more}, JSON::PP::false,
   'nothing is older: no row is read');

# events of a type that few have: a page of 2000 rows has none, and says that there is more
{
    my ($quiet, $number) = merchant(@all);
    my $made = sub { api('POST', '/v1/payments', { amount => 5, currency => 'EUR',
                         payment_method => { token => 'tok_visa' } }, key => $quiet)->{status} };
    is($made->(), 201, 'rare events: the first');
    is(scalar(@{ api('GET', '/v1/events', undef, key => $quiet)->{json}{data} }), 1, 'rare events: it has its sequence');
    sql("INSERT INTO pay.events (merchant_id, livemode, sequence, event_id, day, key_hash, generation, event_type)
         SELECT $number, false, 1 + n, gen_random_uuid(), (now() AT TIME ZONE 'UTC')::date, gen_random_uuid(), 0,
                'filler' FROM generate_series(1, 5000) n;
         UPDATE pay.event_counters SET last = last + 5000 WHERE merchant_id = $number AND NOT livemode");
    is($made->(), 201, 'rare events: the last');
    for my $walk ('order=asc', 'order=desc', 'after=0') {
        my ($events, $more, $cursor) = (0, 1, '');
        for (1 .. 10) {
            my $page = api('GET', "/v1/events?types=payment.captured&$walk$cursor", undef, key => $quiet)->{json};
            $events += @{ $page->{data} };
            $more = $page->{has_more} or last;
            $cursor = "&cursor=$page->{next_cursor}";
        }
        is($events . ($more ? ' and more' : ''), 2, "rare events: $walk finds both");
    }
}

# beside another merchant ---------------------------------------------------------------

my $before = measure();
is($before->{failed}, 0, 'before');

# many keys, each of which is looked up whenever it is used
my @keys = map { (api_key($other, \@all))[0] } 1 .. 30;
my $keys = measure(key => join(',', @keys), mix => 'get=50,create=50');

my @loads = map { client('--key', $a, '--connections', 12, '--seconds', 3 * rounds(5, 15), '--path', $_) }
    "/v1/payments/$payment?expand=refunds", '/v1/payments?customer=large&limit=100',
    '/v1/ledger/trial_balance', '/v1/payments?created_at[lt]=2020-01-01T00:00:00Z&order=asc';
push @loads, client('--key', $a, '--connections', 65, '--seconds', 3 * rounds(5, 15), '--path',
                    '/v1/payments?status=failed&limit=100');
unharmed('large reads', $before, measure(), saturated => 1);
unharmed('large reads, keys that are looked up', $keys,
         measure(key => join(',', @keys), mix => 'get=50,create=50'));
for my $report (map { $_->() } @loads) {
    cmp_ok($report->{statuses}{200} || 0, '>', 0, "the one who reads much gets it: "
           . join ' ', map { "$_: $report->{statuses}{$_}" } sort keys %{ $report->{statuses} });
}

sql("SET session_replication_role = replica;
     DELETE FROM pay.payments WHERE merchant_id = $merchant AND head = '{\"id\":\"x\"'");

# polling events delays no other merchant's, nor the background -----------------------------

{
    my $log = length Own::log_text();
    my @polls = (client('--key', $a, '--connections', 8, '--seconds', rounds(6, 12), '--path', '/v1/events?limit=1'),
                 client('--key', $a, '--rate', 50, '--connections', 4, '--seconds', rounds(6, 12)));
    my $start = time;
    my $id = api('POST', '/v1/payments', { amount => 5, currency => 'EUR',
                                          payment_method => { token => 'tok_pending' } })->{json}{id};
    ok(wait_until(20, sub { api('GET', "/v1/payments/$id")->{json}{status} eq 'captured' }),
       'events are polled: the background goes on');
    Load::promised(time - $start, 3, 'events are polled: a pending payment is resolved');
    is(api('GET', '/v1/events?limit=1')->{status}, 200, 'events are polled: others get theirs');
    my @reports = map { $_->() } @polls;
    is(join(' ', keys %{ $reports[0]{statuses} }), 200, 'events are polled: all are answered');
    is(scalar(() = substr(Own::log_text(), $log) =~ /background task/g), 0,
       'events are polled: the background never gives up');
}

# what a clock that was ahead has made is found by its time ------------------------------------

{
    my $id = api('POST', '/v1/payments', { amount => 500, currency => 'EUR',
                                          payment_method => { token => 'tok_visa' } }, key => $a)->{json}{id};
    sql("UPDATE pay.payments SET updated_at = now() + interval '20 s' WHERE merchant_id = $merchant
         AND updated_at > now() - interval '5 s' AND amount = 500");
    my $refund = api('POST', "/v1/payments/$id/refunds", { amount => 1 }, key => $a)->{json};
    my $page = get("/v1/refunds?created_at[gte]=$refund->{created_at}&created_at[lte]=$refund->{created_at}");
    is_deeply([map { $_->{id} } @{ $page->{json}{data} }], [$refund->{id}], 'a refund is found by its time');
}

# answers that are not read ---------------------------------------------------------------

{
    my ($master) = Nginx::pid();
    my ($worker) = `ps -o pid= --ppid $master` =~ /(\d+)/;
    my $memory = sub { `cat /proc/$worker/status` =~ /VmRSS:\s*(\d+)/ ? $1 : 0 };
    my $start = $memory->();
    my @sockets = map {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $narrow) or die;
        setsockopt $socket, Socket::SOL_SOCKET(), Socket::SO_RCVBUF(), 4096;
        syswrite $socket, text('GET', '/v1/payments?customer=large&limit=100', undef, key => $a);
        $socket;
    } 1 .. 120;
    ok(wait_until(20, sub { Own::metric('payments_postgresql_queued') == 0
                            && Own::metric('payments_requests_total', 'listPayments.*503') > 0 }),
       'answers that are not read: some are refused');
    my $grown = ($memory->() - $start) / 1024;
    cmp_ok($grown, '<', 96, sprintf 'they take %.0f MiB, and may take 64 in all', $grown);
    is(get('/v1/payments?limit=1')->{json}{code}, 'overloaded', 'who has not read gets no more');
    unharmed('answers that are not read', $before, measure());
    close $_ for @sockets;
    ok(wait_until(20, sub { get('/v1/payments?limit=1')->{status} == 200 }), 'once they are gone it does');

    # replays are copies too
    my $replay = text('POST', '/v1/payments', $body, key => $a, 'Idempotency-Key' => uuid());
    is(request($replay)->{status}, 201, 'a large payment');
    @sockets = map {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $narrow) or die;
        setsockopt $socket, Socket::SOL_SOCKET(), Socket::SO_RCVBUF(), 4096;
        syswrite $socket, $replay;
        $socket;
    } 1 .. 900;
    ok(wait_until(20, sub { Own::metric('payments_requests_total', 'createPayment.*503') > 0 }),
       'replays that are not read: some are refused');
    close $_ for @sockets;
    ok(wait_until(20, sub { request($replay)->{status} == 201 }), 'once they are gone they are not');
}

# a lock on an old partition ----------------------------------------------------------------

{
    my $month = sql("SELECT to_char(now() - interval '1 month', 'YYYYMM')");
    my $held = hold("LOCK TABLE pay.payments_$month IN ACCESS EXCLUSIVE MODE");
    my $read = later(text('GET', "/v1/payments/$payment", undef, key => $a), 60);
    my $measured = measure(mix => 'create=100');
    unharmed('a month is locked: payments', measure(mix => 'create=100'), $measured);
    unharmed('a month is locked: keys that are looked up', $keys,
             measure(key => join(',', @keys), mix => 'create=100'));
    is(collect($read)->{status}, 503, 'a month is locked: a read that meets the lock');
    $held->release;
    ok(wait_until(10, sub { get("/v1/payments/$payment")->{status} == 200 }), '... and works after it');
}

is(join("\n", grep { !/^I4: ledger without its payment/ } invariants()), '', 'invariants');
sql("SET session_replication_role = replica;
     DELETE FROM pay.ledger_transfers WHERE merchant_id = $merchant AND currency = 'USD';
     DELETE FROM pay.account_sums WHERE merchant_id = $merchant AND currency = 'USD'");
Own::stop();

done_testing();

# What becomes of a payment when PostgreSQL, or the way to it, fails in the
# middle: each fault on demand, by a proxy in between, in both modes.  A client
# must get its payment, once, or get 503 and then its payment by asking again.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql request create uuid invariants wait_until figures promised later
            collect answered stored);
use Own;
use PgProxy;
use Test::More;
use Time::HiRes qw(sleep time);

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;

# holds the answers of calls until every place for a call is taken; the second
# one is of so many requests
sub block {
    my ($proxy, $second) = @_;
    my $seen = $proxy->seen('hold');
    $proxy->clear;
    $proxy->rule(match => 'create_payments', do => 'hold', times => 2);
    return map {
        my $call = $_;
        my @requests = map { later(create(uuid(), 1), 10) }
            1 .. ($call == 2 ? $second : 1);
        ok(wait_until(5, sub { $proxy->seen('hold') >= $seen + $call }),
           "call $call is held");
        @requests;
    } 1 .. 2;
}

# how long a request has, in seconds
my $timeout = figures() ? 3 : 6;

# two calls under way on one connection, the second one full, or one on each of
# two

for my $mode ('direct', 'pooler') {
    my $proxy = PgProxy->new(to => $pg_port);
    my $connections = $mode eq 'direct' ? 1 : 2;
    my ($second, $batch) = $mode eq 'direct' ? (8, 8) : (1, 64);

    Own::start(port => $proxy->{port}, shard => "mode $mode; batch $batch;
               timeout ${timeout}s;
               connect_timeout 1s; write_connections $connections;");

    # a fault once: the client hears nothing of it -----------------------------

    my @once = (
        ['the call is lost',             do => 'cut_before'],
        ['the answer is lost',           do => 'cut_after'],
        ['after 1 byte of the answer',   do => 'cut_middle', bytes => 1],
        ['after 40 bytes',               do => 'cut_middle', bytes => 40],
        ['after 600 bytes',              do => 'cut_middle', bytes => 600],
        ['rows without their Sync',      do => 'only_rows'],
        ['a Sync without rows',          do => 'empty'],
        ['the answer, twice',            do => 'double'],
        ['the answer byte by byte',      do => 'dribble'],
        map({ ["ERROR $_", do => 'error', error => ['ERROR', $_, 'x']] }
            qw(40001 40P01 55P03 57014 53100 53200 53300 58030 25006 25P02
               26000 42P05 0A000 42883 42501 57P03 XX000 08006)),
        map({ ["FATAL $_", do => 'error', error => ['FATAL', $_, 'x']] }
            qw(57P01 57P02 57P03 53300 25P03)),
        map({ ["pooler: $_", do => 'error', error => ['FATAL', '08P01', $_]] }
            'query_wait_timeout', 'client_login_timeout (server down)',
            'server conn crashed?', 'query timeout'),
    );

    for my $fault (@once) {
        my ($name, %rule) = @$fault;
        my $key = uuid();

        $proxy->clear;
        $proxy->rule(match => 'create_payments', times => 1, %rule);
        my $answer = request(create($key, 7));

        subtest "$mode: $name, once" => sub {
            is($answer->{status}, 201, 'status 201');
            like($answer->{head}, qr/^Idempotent-Replayed: false\r?$/m,
                 'as an execution, not as a replay');
            is(stored($key), '1|1', 'one payment');
            my $again = request(create($key, 7));
            is($again->{body}, $answer->{body}, 'the same bytes again');
        };
    }

    # refused each time: 503, not executed, and a retry works -------------------

    # which answer: a lock, what the server lacks, or statements that the session has
    # lost (pooler mode has none), is waited for.  That it was not executed is known as
    # long as each of its calls was answered before the deadline; of one that was still
    # out then, it is not.  The proxy counts calls, the metric those
    # whose answer found the request waiting.  Any other ERROR fails the third time, and
    # of what ends the session nothing is known.

    for my $case (['40P01', 'ERROR', 'waits'], ['53100', 'ERROR', 'waits'],
                  ['42883', 'ERROR', 'fails'], ['XX000', 'ERROR', 'fails'],
                  ['0A000', 'ERROR', $mode eq 'direct' ? 'waits' : 'fails'], ['08P01', 'ERROR', 'fails'],
                  ['57P01', 'FATAL', 'unknown'])
    {
        my ($state, $severity, $kind) = @$case;
        my $key = uuid();
        my $seen = $proxy->seen('error');
        my $waited = Own::metric('payments_postgresql_retries_total', 'not_executed');

        $proxy->clear;
        $proxy->rule(match => 'create_payments', do => 'error',
                     error => [$severity, $state, 'x']);
        my $start = time;
        my $answer = request(create($key, 8), $timeout);
        my $seconds = time - $start;
        ok(wait_until(5, sub {
            Own::metric('payments_postgresql_connections', 'busy|full|stuck') == 0 }),
           "$mode: $state all the time: no call is out");
        my $calls = $proxy->seen('error') - $seen;
        $waited = Own::metric('payments_postgresql_retries_total', 'not_executed') - $waited;
        my $out = $calls - $waited;
        my ($status, $code) = $kind eq 'fails' ? (500, 'internal_error')
            : (503, $kind eq 'waits' && $out == 0 ? 'database_unavailable' : 'outcome_unknown');

        subtest "$mode: $state all the time" => sub {
            is($answer->{status}, $status, "status $status");
            like($answer->{body}, qr/"code":"$code"/, $code);
            like($answer->{body}, qr/"retry":"same_key"/, 'and may be tried again');
            like($answer->{head}, qr/^Retry-After: 1\r?$/m, 'Retry-After')
                if $status == 503;
            cmp_ok($calls, '>', 1, "$calls calls");
            if ($kind eq 'waits') {
                ok($out == 0 || $out == 1, "$waited of them were answered before the deadline");
            } elsif ($kind eq 'fails') {
                is($calls, 3, 'the third of which was the last');
            } else {
                is($waited, 0, 'none of them is known not to have been executed');
            }
            promised($seconds, $timeout + 0.5, 'within its time');
            $proxy->clear;
            ok(wait_until(5, sub { request(create($key, 8))->{status} == 201 }),
               'the retry works');
            is(stored($key), '1|1', 'one payment');
        };
    }

    # one that PostgreSQL refuses costs its neighbours one more call ------------

    {
        my @first = block($proxy, $second);
        my @keys = map { uuid() } 1 .. 24;
        my @requests = map { later(create($_, 3)) } @keys;
        ok(wait_until(5, sub {
            Own::metric('payments_idempotency_executing') == 24 + @first }),
           "$mode: a batch waits");
        my $before = Own::metric('payments_postgresql_calls_total', 'write');

        $proxy->rule(match => 'create_payments', do => 'error', over => 1,
                     error => ['ERROR', '23502', 'x']);
        $proxy->release;
        my @answers = map { collect($_) } @requests;
        collect($_) for @first;
        my $calls = Own::metric('payments_postgresql_calls_total', 'write')
            - $before;

        is(scalar(grep { $_->{status} == 201 } @answers), 24,
           "$mode: poisoned batch: everybody else has a payment");
        is(stored(@keys), '24|24', "$mode: poisoned batch: one each");
        cmp_ok($calls, '<=', 24 + 4, "$mode: poisoned batch: $calls calls");
        $proxy->clear;
    }

    # locks run out: batches are halved until they fit --------------------------

    {
        my @first = block($proxy, $second);
        my @keys = map { uuid() } 1 .. 32;
        my @requests = map { later(create($_, 3)) } @keys;
        wait_until(5, sub {
            Own::metric('payments_idempotency_executing') == 32 + @first });
        $proxy->rule(match => 'create_payments', do => 'error', over => 6,
                     error => ['ERROR', '53200', 'out of shared memory']);
        $proxy->release;
        my @answers = map { collect($_) } @requests, @first;
        is(scalar(grep { $_->{status} == 201 } @answers), 32 + @first,
           "$mode: 53200 above 6 items: everybody has a payment");
        is(stored(@keys), '32|32', "$mode: 53200: one each");
        $proxy->clear;

        # and grow again by one with each call
        request(create(uuid(), 1)) for 1 .. $second;
    }

    # answers that change places -------------------------------------------------

    for my $round (1 .. ($mode eq 'pooler' ? 3 : 0)) {
        $proxy->clear;
        $proxy->rule(match => 'create_payments', do => 'swap', times => 2);
        my @amounts = (100 + $round, 200 + $round);
        my @keys = (uuid(), uuid());
        my @requests;
        for my $n (0, 1) {
            push @requests, later(create($keys[$n], $amounts[$n]));
            wait_until(5, sub { $proxy->seen('swap') >= 2 * $round - 1 + $n });
        }
        my @answers = map { collect($_) } @requests;
        is_deeply([map { $_->{body} =~ /"amount":(\d+)/ } @answers], \@amounts,
                  "$mode: swapped answers: each client gets its own");
        is(stored(@keys), '2|2', "$mode: swapped answers: one each");
    }

    # no answer: refused in time; the session keeps its place -----------------------

    {
        my @requests = block($proxy, $second);
        my $key = uuid();
        my $waits = later(create($key, 9), 10);
        ok(wait_until(5, sub {
            Own::metric('payments_idempotency_executing') == @requests + 1 }),
           "$mode: no answer: another one waits");
        # who sends it again, and waits for it half as long again
        my $wait = int(1.5 * $timeout + 0.5);
        my $follower = later(create($key, 9) =~ s/\r\n/\r\nPrefer: wait=$wait\r\n/r, 20);
        my $answer = collect($waits);
        my @answers = map { collect($_) } @requests;
        is(scalar(grep { $_->{status} == 503
                         && $_->{body} =~ /"code":"outcome_unknown"/ } @answers),
           scalar(@requests), "$mode: no answer: 503 outcome_unknown");
        # in time: else who waits for it, but longer, hears before that it is in use
        like(collect($follower)->{body}, qr/"code":"database_unavailable"/,
             "$mode: no answer: refused in time, before the follower");
        my ($slowest) = sort { $b <=> $a } map { $_->{seconds} } @answers;
        promised($slowest, $timeout + 0.3, "$mode: no answer: refused");
        is($answer->{status}, 503, "$mode: no answer to others: 503");
        like($answer->{body}, qr/"code":"database_unavailable"/,
           "$mode: no answer to others: nothing was executed");
        is(Own::metric('payments_postgresql_connections', 'stuck'),
           $connections, "$mode: no answer: sessions are stuck");

        my $backends = sql("SELECT count(*) FROM pg_stat_activity
                             WHERE usename = 'pay_api'");
        my @seconds = sort { $a <=> $b }
            map { request(create(uuid(), 9))->{seconds} } 1 .. 5;
        cmp_ok($seconds[-1], '<', $slowest / 2, "$mode: all stuck: refused at once, without a deadline");
        promised($seconds[2], 0.1, "$mode: all stuck: refused");
        is(sql("SELECT count(*) FROM pg_stat_activity
                 WHERE usename = 'pay_api'"), $backends,
           "$mode: no answer: no further backends");

        $proxy->clear;
        $proxy->release;
        ok(wait_until(5, sub {
            Own::metric('payments_postgresql_connections', 'stuck') == 0 }),
           "$mode: the answer comes late: the session goes on");
        my $retry = request(create($key, 9));
        is($retry->{status}, 201, "$mode: no answer: the retry works");
        is(stored($key), '1|1', "$mode: no answer: one payment");
    }

    # a client that leaves after sending, while the answer is under way ----------

    {
        my $key = uuid();
        $proxy->rule(match => 'create_payments', do => 'hold', times => 1);
        my $seen = $proxy->seen('hold');
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                           PeerPort => $Load::port) or die;
        syswrite $socket, create($key, 9);
        wait_until(5, sub { $proxy->seen('hold') > $seen });
        close $socket;
        $proxy->clear;
        $proxy->release;
        my $answer = request(create($key, 9));
        is($answer->{status}, 201, "$mode: client gone: the retry is answered");
        is(stored($key), '1|1', "$mode: client gone: one payment");
    }

    # idle sessions that end are no failure --------------------------------------

    {
        my $lost = Own::metric('payments_postgresql_retries_total');
        $proxy->cut;
        my $answer = request(create(uuid(), 2));
        is($answer->{status}, 201, "$mode: idle sessions cut: 201");
        is(Own::metric('payments_postgresql_retries_total'), $lost,
           "$mode: idle sessions cut: nothing was sent twice");
    }

    is(join("\n", invariants()), '', "$mode: invariants");
    like(Own::get('/metrics')->{body},
         qr/^payments_postgresql_errors_total\{sqlstate="40P01"\} [1-9]/m,
         "$mode: errors are counted by SQLSTATE");

    # the one alert is what the swapped and empty answers are to cause
    Own::stop(expected => qr/rows for \d+ items, or rows of another call/);
    $proxy->stop;
}

# a health check that gives up early does not make the session stuck --------------

{
    my $proxy = PgProxy->new(to => $pg_port);
    Own::start(port => $proxy->{port}, shard => 'timeout 10s; connect_timeout 1s;');
    $proxy->rule(match => 'ping', do => 'hold', times => 1);
    is(Own::get('/readyz')->{status}, 503, 'health check: not in time');
    my $create = later(create(uuid(), 4), 10);
    ok(wait_until(2, sub {
        Own::metric('payments_postgresql_queued', 'control') == 1 }),
       'health check: the look-up of a key waits behind it');
    $proxy->release;
    is(collect($create)->{status}, 201, 'health check: its answer comes late, and the payment is made');
    Own::stop();
    $proxy->stop;
}

# a queue in which a merchant, who is alone there, has half of the places -----------

{
    my $proxy = PgProxy->new(to => $pg_port);
    Own::start(port => $proxy->{port}, shard => 'queue 20; timeout 30s;
               connect_timeout 1s;');
    my ($old, $under_way) = (uuid(), uuid());
    my $first = request(create($old, 1));
    $proxy->rule(match => 'create_payments', do => 'hold');
    my @requests = (later(create($under_way, 1), 30));
    ok(wait_until(5, sub { $proxy->seen('hold') }), 'full queue: a call');
    push @requests, map { later(create(uuid(), 1), 30) } 1 .. 10;
    ok(wait_until(5, sub {
        Own::metric('payments_postgresql_queued', 'write') == 10 }),
       'full queue: is full');

    my @answers = map { request(create(uuid(), 1)) } 1 .. 20;
    is(scalar(grep { $_->{status} == 503 && $_->{body} =~ /"overloaded"/ }
              @answers), 20, 'full queue: 503 overloaded');
    like($answers[0]{head}, qr/^Retry-After: 1\r?$/m, 'full queue: Retry-After');
    is(scalar(grep { answered($_) } @requests), 0, 'full queue: refused before any of those in it');
    my @seconds = sort { $a <=> $b } map { $_->{seconds} } @answers;
    promised($seconds[10], 0.05, 'full queue: refused');
    is(Own::get('/livez')->{status}, 200, 'full queue: others are served');

    my $unread = create(uuid(), 1);
    $unread =~ s/\{"amount"/["amount"/;
    is(request($unread)->{status}, 503, 'full queue: refused before the body is read');
    my $replay = request(create($old, 1));
    is("$replay->{status} $replay->{body}", "201 $first->{body}",
       'full queue: what is done is answered');
    like($replay->{head}, qr/^Idempotent-Replayed: true/m, '... as a replay');
    push @requests, later(create($under_way, 1), 10);

    $proxy->clear;
    $proxy->release;
    is(scalar(grep { collect($_)->{status} == 201 } @requests), 12,
       'full queue: those in it, and who sends one of them again, get their payments');
    Own::stop();
    $proxy->stop;
}

done_testing();

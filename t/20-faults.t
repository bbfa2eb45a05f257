# Faults under load.  Needs the development stack; PAYMENTS_SOAK=1 runs all
# rounds.

use strict;
use warnings;

use lib 't/lib';
use Load qw(devstack sql request create uuid invariants rounds without_killed
            error_log_since wait_until promised later collect answered hold
            recovered nginx_pid);
use Test::More;
use Time::HiRes qw(sleep time);

my $log = -s $ENV{NGINX_ERROR_LOG};
my $livez = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
my $readyz = $livez =~ s/livez/readyz/r;

# how long a request waits for a database, in seconds: tools/test says so
my $deadline = 15;

sub ready { Load::request($readyz, 3)->{status} == 200 }

# every key acknowledged once, and there once
sub check_load {
    my ($name, $run, @done) = @_;
    my @stuck = grep { $_->{id} eq 'stuck' } @done;
    my %ids = map { ($_->{id} => 1) } @done;

    my %statuses;
    $statuses{$_}++ for map { my @s = @{ $_->{statuses} }; pop @s; @s } @done;
    note join ', ', map { "$statuses{$_} times $_" } sort keys %statuses;
    note scalar(@done) . " payments, "
        . scalar(grep { @{ $_->{statuses} } > 1 } @done) . " of them retried";
    ok(@done > 0, "$name: there was load");
    is(scalar(@stuck), 0, "$name: no key is stuck");
    is(scalar(keys %ids), scalar(@done), "$name: each key has its own payment");
    is(sql("SELECT count(*), count(DISTINCT object_id) FROM pay.journal
             WHERE status > 1 AND key LIKE '$run-%'"),
       scalar(@done) . '|' . scalar(@done),
       "$name: each acknowledged payment is there, once, and no other is");
    is(join("\n", invariants()), '', "$name: invariants");
}

# kill -9 of a worker at a random moment -------------------------------------

{
    my $load = Load->start(clients => 8);

    for my $round (1 .. rounds(8, 20)) {
        sleep 0.1 + rand 0.3;
        devstack('kill', 'worker');
    }

    sleep 0.2;
    my @done = $load->stop;
    check_load('killed workers', $load->{run}, @done);
    ok(wait_until(5, \&ready), 'killed workers: ready again');
}

# kill -9 of the database's backends -----------------------------------------

{
    my $load = Load->start(clients => 8);

    for my $round (1 .. rounds(10, 50)) {
        sleep 0.05 + rand 0.15;
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE usename = 'pay_api'");
    }

    sleep 0.2;
    my @done = $load->stop;
    check_load('terminated backends', $load->{run}, @done);
    is(scalar(grep { $_->{statuses}[0] != 201 } @done), 0,
       'terminated backends: no client noticed');
}

# kill -9 of one backend: the whole server recovers, as after a crash ---------

{
    my $load = Load->start(clients => 8);

    for my $round (1 .. rounds(3, 20)) {
        sleep 0.2 + rand 0.2;
        my ($pid) = sql("SELECT pid FROM pg_stat_activity WHERE usename = 'pay_api'
                          ORDER BY random() LIMIT 1");
        kill KILL => $pid if $pid;
        ok(wait_until(30, sub { recovered($pid || ()) }),
           "killed backend $round: recovered");
        ok(wait_until(10, \&ready), "killed backend $round: ready again");
    }

    my @done = $load->stop;
    check_load('killed backend', $load->{run}, @done);
    is(scalar(grep { $_->{statuses}[0] != 201 } @done), 0,
       'killed backend: no client noticed');
}

# the replica is gone: payments go on -----------------------------------------

{
    devstack('stop', 'replica1');
    my $answer = request(create(uuid(), 3));
    my ($id) = $answer->{body} =~ /"id":"(pay_\w+)"/;
    my $read = request("GET /v1/payments/$id HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nAuthorization: Bearer $ENV{PAYMENTS_KEY}\r\n\r\n");
    devstack('start', 'replica1');
    is("$answer->{status} $read->{status}", '201 200', 'no replica: writes and reads');
}

# kill -9 of the postmaster --------------------------------------------------

{
    my $load = Load->start(clients => 8);

    for my $round (1 .. rounds(8, 100)) {
        sleep 0.1 + rand 0.4;
        devstack('kill', 'primary');
        devstack('start', 'primary');
        # as long as it takes: the next one counts from when it works again
        wait_until(20, \&ready);
    }

    sleep 0.5;
    my @done = $load->stop;
    check_load('killed postmaster', $load->{run}, @done);
    # a recovery may take longer than a request waits: an answer other than 201 comes then
    my @refused = map { my $done = $_; map { $done->{took}[$_] }
                     grep { $done->{statuses}[$_] != 201 } 0 .. $#{ $done->{statuses} } } @done;
    note 'killed postmaster: refused after ' . join ', ', map { "$_ s" } @refused;
    is(scalar(grep { $_ < 0.8 * $deadline } @refused), 0,
       'killed postmaster: no client was refused before its deadline');
}

# a paused database: other requests do not wait ------------------------------

{
    ok(wait_until(5, \&ready), 'paused database: ready before');
    devstack('pause', 'primary');

    my $key = uuid();
    my $waits = later(create($key, 1));

    my $answered = 0;
    my @seconds;

    for (1 .. 200) {
        my $answer = request($livez);
        $answered++ if $answer->{status} == 200;
        push @seconds, $answer->{seconds};
        sleep 0.002;
    }

    # a worker that waits for the paused server holds up every other request, until
    # the payment has been answered
    ok(!answered($waits), 'paused database: the payment waits');
    is($answered, 200, 'paused database: other requests are answered meanwhile');
    my $down = request($readyz);
    devstack('resume', 'primary');
    collect($waits);

    # two may fall victim to the machine
    @seconds = sort { $b <=> $a } @seconds;
    note sprintf 'paused database: slowest %.1f, third slowest %.1f, median '
        . '%.2f ms', map { $_ * 1000 } @seconds[0, 2, 100];
    promised($seconds[2], 0.5, 'paused database: answered at once');
    is($down->{status}, 503, 'paused database: not ready');
    like($down->{body}, qr/"postgres":"down"/, 'paused database: and says why');
    ok(wait_until(5, \&ready), 'paused database: ready again');

    my $retry = request(create($key, 1));
    is($retry->{status}, 201, 'paused database: the payment is made, once');
    is(sql("SELECT count(*) FROM pay.journal WHERE status > 1 AND key = '$key'"), 1,
       'paused database: and stored once');
}

# a lock on the journal that partitions must wait for --------------------------

# calls that were sent again, since they had not been executed
sub retried {
    my $text = request($livez =~ s/livez/metrics/r)->{body};
    return $text =~ /^payments_postgresql_retries_total\{reason="not_executed"\} (\d+)/m
        ? $1 : die "no metrics: $text\n";
}

{
    my ($day) = sql("SELECT max(c.relname) FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'pay.journal'::regclass");
    sql("DROP TABLE pay.$day");

    my $held = hold('LOCK TABLE pay.journal IN SHARE UPDATE EXCLUSIVE MODE');
    devstack('reload');
    my $before = retried();
    my @answers = map { request(create(uuid(), 1)) } 1 .. 50;
    my $retried = retried() - $before;
    $held->release;
    is(scalar(grep { $_->{status} == 201 } @answers), 50,
       'locked journal: payments go on while it is held');
    # who waits as long as a call may wait for a lock is sent again
    is($retried, 0, 'locked journal: none waits for the partitions');
    my ($slowest) = sort { $b <=> $a } map { $_->{seconds} } @answers;
    promised($slowest, 1, 'locked journal: each is answered soon');
    sql("SELECT pay.make_partitions(14)");
}

# no database within the limit: 503, and the same key works afterwards --------

{
    devstack('stop', 'primary');
    my $key = uuid();
    my $down = request(create($key, 1));
    devstack('start', 'primary');

    is($down->{status}, 503, 'no database: 503');
    like($down->{body}, qr/"code":"(?:database_unavailable|outcome_unknown)"/,
         'no database: with its code');
    like($down->{head}, qr/^Retry-After: 1\r?$/m, 'no database: Retry-After');
    like($down->{head}, qr/^Payments-Should-Retry: true\r?$/m,
         'no database: Payments-Should-Retry');
    ok(wait_until(5, \&ready), 'no database: ready again');
    is(request(create($key, 1))->{status}, 201, 'no database: retry works');
}

# Redis: paused, flushed, lying, gone ----------------------------------------

sub redis {
    my ($redis_port) = $ENV{REDIS_URL} =~ /:(\d+)$/;
    return `redis-cli -p $redis_port @_`;
}

{
    my $key = uuid();
    my $first = request(create($key, 5));
    is($first->{status}, 201, 'Redis: a payment');

    redis('flushall');
    my $flushed = request(create($key, 5));
    is($flushed->{body}, $first->{body}, 'Redis flushed: the same bytes');

    for my $name (grep { /\S/ } split /\n/, redis('keys', "'*'")) {
        redis('setrange', "'$name'", 40, 'lie');
    }

    my $lied = request(create($key, 5));
    is($lied->{body}, $first->{body}, 'Redis lying: the same bytes');
    like($lied->{head}, qr/Idempotent-Replayed: true/, 'Redis lying: a replay');

    my ($a, $b) = (uuid(), uuid());
    request(create($a, 1));
    request(create($b, 2));
    my @names = grep { /\S/ } split /\n/, redis('keys', "'*'");
    redis('copy', "'$names[0]'", "'$names[$_]'", 'replace') for 1 .. $#names;
    is(request(create($b, 2))->{body} =~ /"amount":2,/ ? 1 : 0, 1,
       'Redis with another key\'s value: the right payment');
    is(request(create($a, 1))->{body} =~ /"amount":1,/ ? 1 : 0, 1,
       'Redis with another key\'s value: the other one too');

    devstack('pause', 'redis');
    my @paused = map { request(create(uuid(), 6)) } 1 .. 40;
    is(scalar(grep { $_->{status} == 201 } @paused), 40, 'Redis paused: 201');
    my $late = grep { $_->{seconds} > 0.010 } @paused;
    note "$late of 40 took over 10 ms";
    is(request(create($key, 5))->{body}, $first->{body},
       'Redis paused: the same bytes');
    devstack('resume', 'redis');

    devstack('stop', 'redis');
    is(request(create($key, 5))->{body}, $first->{body},
       'Redis stopped: the same bytes');
    is(request(create(uuid(), 7))->{status}, 201, 'Redis stopped: 201');
    like(request($readyz)->{body}, qr/^\{"status":"degraded","postgres":"ok","redis":"down",/,
         'Redis stopped: degraded');
    devstack('start', 'redis');
    ok(wait_until(10, sub { request($readyz)->{body} =~ /"redis":"ok"/ }),
       'Redis started: found again');
}

# a client that sends and leaves at once --------------------------------------

{
    my @keys = map { uuid() } 1 .. rounds(50, 500);

    for my $key (@keys) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                           PeerPort => $Load::port) or die;
        syswrite $socket, create($key, 9);
        close $socket;
    }

    my @answers = map { request(create($_, 9)) } @keys;
    is(scalar(grep { $_->{status} == 201 } @answers), scalar(@keys),
       'client gone: each retry is answered');
    is(sql("SELECT count(*), count(DISTINCT key) FROM pay.journal WHERE status > 1 AND key IN ("
           . join(',', map { "'$_'" } @keys) . ')'),
       scalar(@keys) . '|' . scalar(@keys), 'client gone: one payment each');
}

# reload every second under load ----------------------------------------------

{
    my $load = Load->start(clients => 8);
    my $most = 0;

    for my $second (1 .. rounds(8, 30)) {
        my $until = time + 1;
        while (time < $until) {
            my $n = sql("SELECT count(*) FROM pg_stat_activity
                          WHERE usename = 'pay_api'");
            $most = $n if $n > $most;
        }
        devstack('reload');
    }

    # what "nginx -t" says of this server: four for each of two workers, one for the
    # background and one that asks what the server is, twice in a reload
    cmp_ok($most, '<=', 20, "reload: $most connections to PostgreSQL at most");

    my @done = $load->stop;
    check_load('reload', $load->{run}, @done);
    is(scalar(grep { $_->{statuses}[0] != 201 } @done), 0,
       'reload: no failed request');

    my $workers = () = `ps -o args= --ppid @{[nginx_pid()]}` =~ /worker process$/mg;
    ok(wait_until(15, sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pay_api'")
            <= 10
    }), 'reload: no connection is left behind');
    ok(wait_until(15, sub {
        my $n = () = `ps -o args= --ppid @{[nginx_pid()]}` =~ /shutting down/g;
        $n == 0
    }), 'reload: no worker is left behind');
}

# the whole suite's log --------------------------------------------------------

{
    my @bad = without_killed(grep { /\[(?:alert|emerg|crit)\]/ }
                             split /\n/, error_log_since(\$log));
    is(join("\n", @bad), '', 'error.log: no [alert], [emerg], [crit]');
}

done_testing();

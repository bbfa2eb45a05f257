# Replicas answer reads, and a client that has written reads what it wrote: at
# another node, while replicas lag, come, go, and become the primary.
# PAYMENTS_SOAK=1 runs all rounds.

use strict;
use warnings;

use lib 't/lib';
use Basics qw(patience);
use IO::Select;
use IO::Socket::INET;
use Load qw(sql request create api text uuid invariants rounds wait_until figures promised
            devstack error_log_since later collect answered hold);
use Test::More;
use Time::HiRes qw(sleep time);

my $first = $Load::port;
my $second = $first + 10;
my %port = (primary => 2, replica1 => 3, replica2 => 6);

# a stack of its own
sub stack {
    my ($shard, @options) = @_;
    devstack('down');
    devstack('up', '--port', $first, '--nodes', 2, @options,
             '--shard', "timeout 15s; $shard");
    for (`tools/devstack --dir $ENV{DEVSTACK_DIR} env`) {
        $ENV{$1} = $2 if /^export (\w+)='(.*)'$/;
    }
}

# what nginx says of itself, before the stack goes
sub quiet {
    for my $node ('nginx', 'nginx2') {
        local $ENV{NGINX_ERROR_LOG} = "$ENV{DEVSTACK_DIR}/$node/error.log";
        my $from = 0;
        is(join("\n", grep { /\[(?:alert|emerg)\]/ }
                      split /\n/, error_log_since(\$from)),
           '', "$node: no [alert], [emerg]");
    }
    is(join("\n", invariants()), '', 'invariants');
}

# a busy machine may take longer than 10 ms for an answer of Redis, without which the
# primary is read, whichever this node knows
my ($redis_at) = $ENV{REDIS_URL} =~ m{//(\S+)};
stack('mode direct;', '--replicas', 2, '--no-redis',
      '--http', "payments_redis $redis_at timeout=1s;");

sub at { my ($port, $code) = @_; local $Load::port = $port; return $code->() }

sub get {
    my ($port, $path) = @_;
    return at($port, sub { request("GET $path HTTP/1.1\r\nHost: x\r\n"
        . "Connection: close\r\nAuthorization: Bearer $ENV{PAYMENTS_KEY}\r\n\r\n",
        12) });
}

sub sql_at {
    my ($server, $text) = @_;
    local $ENV{PG_PRIMARY} = $ENV{PG_PRIMARY}
        =~ s/port=\d+/'port=' . ($first + $port{$server})/er;
    return sql($text);
}

# reads that replicas answered, and those that fell back to the primary
sub reads {
    my ($port) = @_;
    my $metrics = at($port, sub { request("GET /metrics HTTP/1.1\r\nHost: x\r\n"
                                          . "Connection: close\r\n\r\n") });
    return map {
        $metrics->{body} =~ /^payments_postgresql_replica_reads_total\{result="$_"\} (\d+)/m;
        $1;
    } qw(answered fallback_to_primary);
}

# the first of them
sub wrong { return join "\n", map { substr $_, 0, 1000 } grep { defined } @_[0 .. 3] }

sub id_of { return $_[0]{body} =~ /"id":"(pay_\w+)"/ ? $1 : die $_[0]{body} }

my $made = at($first, sub { request(create(uuid(), 1)) });
my $path = '/v1/payments/' . id_of($made);

# each node, both of its workers: they share out the connections
sub read_by_replicas {
    my ($name) = @_;
    for my $port ($first, $second) {
        ok(wait_until(40, sub {
            my ($before) = reads($port);
            get($port, $path) for 1 .. 40;
            my ($after) = reads($port);
            $after == $before + 40;
        }), "$name: replicas answer node " . ($port == $first ? 1 : 2));
    }
}

# what the first node made, changed and refunded, as the second one shows it
sub round_trip {
    my ($wrong, %said) = @_;
    my $payment = at($first, sub { request(create(uuid(), 50), 12) });
    push @$wrong, "create: $payment->{status}" if $payment->{status} != 201;
    return if $payment->{status} != 201;

    my $id = id_of($payment);
    my $read = get($second, "/v1/payments/$id");
    push @$wrong, "get: $read->{status} $read->{body}"
        if $read->{body} ne $payment->{body};

    my $list = get($second, '/v1/payments?limit=5');
    push @$wrong, "list without it: $list->{status} $list->{body}"
        unless $list->{body} =~ /"$id"/;

    my $refund = at($first, sub { api(POST => "/v1/payments/$id/refunds",
        { amount => 7 }) });
    push @$wrong, "refund: $refund->{status}" if $refund->{status} != 201;
    my $after = get($second, "/v1/payments/$id");
    push @$wrong, "get after a refund: $after->{status} $after->{body}"
        unless $after->{body} =~ /"amount_refunded":7\b/;
    return $id;
}

# healthy ------------------------------------------------------------------------

read_by_replicas('healthy');

{
    my ($answered, $passed) = reads($second);
    my @wrong;
    round_trip(\@wrong) for 1 .. rounds(100, 1000);
    is(wrong(@wrong), '', 'healthy: everybody reads what was written');
    my @now = reads($second);
    $answered = $now[0] - $answered;
    $passed = $now[1] - $passed;
    cmp_ok($answered / ($answered + $passed), '>=', 0.9,
           "healthy: $answered reads by replicas, $passed passed on");
}

# other reads have the same guarantee

{
    my @wrong;
    for my $n (1 .. rounds(20, 200)) {
        my $before = get($second, '/v1/balances/EUR')->{body};
        my ($pending) = $before =~ /"pending":(-?\d+)/;
        my $payment = at($first, sub { request(create(uuid(), 3)) });
        my ($now) = get($second, '/v1/balances/EUR')->{body} =~ /"pending":(-?\d+)/;
        push @wrong, "balance: $pending, then $now" unless $now > $pending;
        my $events = get($second, '/v1/events?limit=3')->{body};
        my $id = id_of($payment);
        push @wrong, "no event of $id: $events" unless $events =~ /"$id"/;
    }
    is(wrong(@wrong), '', 'balances and events as well');
}

# whoever learns of a payment from its key reads it: the node that made it cannot
# say so any more, and the replicas do not have it

{
    my @wrong;
    for my $n (1 .. rounds(5, 50)) {
        devstack('lag', $_, 'on') for qw(replica1 replica2);
        my $key = uuid();
        my $payment = at($first, sub { request(create($key, 13)) });
        my $id = id_of($payment);
        `redis-cli -u $ENV{REDIS_URL} --scan --pattern '*:w:*' | xargs -r redis-cli -u $ENV{REDIS_URL} DEL`;
        my $look_up = get($second, "/v1/idempotency_keys/$key");
        push @wrong, "key: $look_up->{status} $look_up->{body}" unless $look_up->{body} =~ /"$id"/;
        my $read = get($second, "/v1/payments/$id");
        push @wrong, "get: $read->{status} $read->{body}"
            if $read->{body} ne $payment->{body};
        devstack('lag', $_, 'off') for qw(replica1 replica2);
        get($second, $path);
    }
    is(wrong(@wrong), '', 'a key leads to a payment, which is read');
}

# which transactions a reader must see -------------------------------------------

{
    # a transaction is under way while a later one ends
    my $held = hold("SET application_name = 'held'; SELECT pg_current_xact_id()");
    ok(wait_until(5, sub { sql("SELECT count(*) FROM pg_stat_activity
        WHERE application_name = 'held' AND backend_xid IS NOT NULL") == 1 }),
       'tokens: a transaction is under way');
    my ($open) = sql("SELECT backend_xid FROM pg_stat_activity
                       WHERE application_name = 'held'");
    my $token = sql("UPDATE pay.heartbeats SET at = at; SELECT pay.token()");
    cmp_ok($token, '>', $open, 'tokens: a later one has ended');
    ok(wait_until(5, sub { sql_at('replica1', "SELECT
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint > $token") eq 't' }),
       'tokens: ... at the replica');
    my $fresh = "SELECT pay.fresh(ARRAY[TOKEN], ARRAY[timeline], ARRAY[at]) FROM pay.heartbeats";
    is(sql_at('replica1', $fresh =~ s/TOKEN/$token/r)
       . sql_at('replica1', $fresh =~ s/TOKEN/1/r), 'ft',
       'tokens: the replica does not have all up to there');
    $held->release;
    ok(wait_until(5, sub { sql_at('replica1', $fresh =~ s/TOKEN/$token/r) eq 't' }),
       'tokens: and then it has');
}

# the primary waits for a standby that is not there: its heartbeat does not, and only
# writes stand still

{
    sql("ALTER SYSTEM SET synchronous_standby_names = 'missing'");
    sql('SELECT pg_reload_conf()');
    my $payment = later(create(uuid(), 9), 12);
    ok(wait_until(5, sub { sql("SELECT count(*) FROM pg_stat_activity
        WHERE wait_event = 'SyncRep'") > 0 }), 'no standby: a payment waits');
    for my $n (1 .. 3) {
        my $at = sql('SELECT at FROM pay.heartbeats');
        ok(wait_until(3, sub { sql('SELECT at FROM pay.heartbeats') ne $at }),
           'no standby: the heartbeat goes on');
    }
    my ($before) = reads($second);
    get($second, $path) for 1 .. 20;
    my ($after) = reads($second);
    is($after, $before + 20, 'no standby: and replicas are read');
    sql("ALTER SYSTEM RESET synchronous_standby_names");
    sql('SELECT pg_reload_conf()');
    is(collect($payment)->{status}, 201, 'no standby: it is there, and so is the payment');
}

# a standby is read by what it shows, not by what it showed a moment ago: when
# replay stops, also who has not written is passed on to the primary in time

{
    devstack('lag', $_, 'on') for qw(replica1 replica2);
    my $stopped = time;
    my ($last, $read) = ($stopped, 0);
    ok(wait_until(12, sub {
        my ($before) = reads($second);
        get($second, $path) for 1 .. 20;
        my ($after) = reads($second);
        $read += $after - $before;
        $last = time if $after > $before;
        return $after == $before && time - $stopped > 12 * figures();
    }), 'replay stops: after a while replicas are not read any more');
    ok($read, "replay stops: until then they are, $read times");
    promised($last - $stopped, 10, 'replay stops: the last read of a replica');
    devstack('lag', $_, 'off') for qw(replica1 replica2);
    read_by_replicas('replay goes on');
}

# replay is paused and resumed ------------------------------------------------------

{
    my @wrong;
    my $rounds = rounds(60, 1000);
    my %lags;
    for my $n (1 .. $rounds) {
        for my $replica (qw(replica1 replica2)) {
            next if rand() > 0.15;
            devstack('lag', $replica, $lags{$replica} ? 'off' : 'on');
            $lags{$replica} = !$lags{$replica};
        }
        round_trip(\@wrong);
    }
    is(wrong(@wrong), '', "replay paused at random: never stale, $rounds rounds");

    # for longer than a replica may be behind: it is not asked any more
    devstack('lag', $_, 'on') for qw(replica1 replica2);
    for my $port ($first, $second) {
        ok(wait_until(12, sub {
            my @before = reads($port);
            get($port, $path) for 1 .. 20;
            my @after = reads($port);
            $after[0] == $before[0] && $after[1] == $before[1];
        }), 'replay stands still: replicas are not asked any more');
    }
    devstack('lag', $_, 'off') for qw(replica1 replica2);
    read_by_replicas('replay goes on');
}

# a node sleeps until what was written has no token any more: what it knew of the
# replicas is as old as that

{
    devstack('lag', $_, 'on') for qw(replica1 replica2);
    my ($master) = `cat $ENV{DEVSTACK_DIR}/nginx2/nginx.pid` =~ /(\d+)/;
    my @workers = `pgrep -P $master` =~ /(\d+)/g;
    kill STOP => @workers;
    my $payment = at($first, sub { request(create(uuid(), 11)) });
    ok(wait_until(25, sub {
        `redis-cli -u $ENV{REDIS_URL} --scan --pattern '*:w:*'` eq ''
    }), 'a node sleeps: no node knows of the payment any more');
    kill CONT => @workers;
    my $read = get($second, '/v1/payments/' . id_of($payment));
    is($read->{body}, $payment->{body}, 'a node sleeps, wakes, and reads it');
    devstack('lag', $_, 'off') for qw(replica1 replica2);
}

# Redis, which knows what was written ------------------------------------------------

# a node's workers: the first one, which asks the servers what they are, and another
sub workers {
    my ($node) = @_;
    my ($master) = `cat $ENV{DEVSTACK_DIR}/$node/nginx.pid` =~ /(\d+)/;
    return sort { $a <=> $b } `pgrep -P $master` =~ /(\d+)/g;
}

# the machine's TCP connections that stand: ports, bytes that are not read yet, inode
sub connections {
    open my $tcp, '<', '/proc/net/tcp' or die "/proc/net/tcp: $!";
    return grep { $_->{state} eq '01' } map {
        my @column = split;
        my ($from, $to, $unread) = map { /:(\w+)$/ ? hex $1 : 0 } @column[1, 2, 4];
        { from => $from, to => $to, unread => $unread, state => $column[3], inode => $column[9] }
    } grep { /^ *\d+:/ } <$tcp>;
}

# of these processes
sub connections_of {
    my (@pids) = @_;
    my %mine = map { (readlink // '') =~ /^socket:\[(\d+)\]/ ? ($1 => 1) : () }
               map { glob "/proc/$_/fd/*" } @pids;
    return grep { $mine{ $_->{inode} } } connections();
}

# the ports of connections of a node's workers to Redis
sub redis_ports {
    my ($node) = @_;
    my ($redis) = $ENV{REDIS_URL} =~ /:(\d+)$/;
    return map { $_->{from} } grep { $_->{to} == $redis } connections_of(workers($node));
}

# one node loses its connections: what is written before there are others is
# answered when Redis knows of it
{
    my @wrong;
    my $lost = 0;
    for my $n (1 .. rounds(8, 80)) {
        devstack('lag', $_, 'on') for qw(replica1 replica2);
        ok(wait_until(10, sub { redis_ports('nginx') == 2 }), 'connections to lose');
        for my $port (redis_ports('nginx')) {
            $lost += `redis-cli -u $ENV{REDIS_URL} CLIENT KILL ADDR 127.0.0.1:$port` =~ /^1/;
        }
        my $payment = at($first, sub { request(create(uuid(), 12), 12) });
        push @wrong, "create: $payment->{status}" if $payment->{status} != 201;
        my $read = get($second, '/v1/payments/' . id_of($payment));
        push @wrong, "get: $read->{status} $read->{body}"
            if $read->{body} ne $payment->{body};
        devstack('lag', $_, 'off') for qw(replica1 replica2);
        read_by_replicas("lost and found $n") if $n % 4 == 0;
    }
    is(wrong(@wrong), '', "a node has lost $lost connections: never stale");
}

# a worker drains, with a write under way, and loses its connection: it has another
# one by the time that the write's read token is stored
{
    my $bucket = sql('SELECT min(merchant_id) & 4095 FROM pay.payments');
    my $held = hold("SELECT pg_advisory_xact_lock(7001, $bucket)");
    my $later = at($first, sub { later(create(uuid(), 15), 14) });
    ok(wait_until(5, sub { sql("SELECT count(*) FROM pg_locks
        WHERE locktype = 'advisory' AND classid = 7001 AND NOT granted") > 0 }),
       'a write is under way');
    my ($master) = `cat $ENV{DEVSTACK_DIR}/nginx/nginx.pid` =~ /(\d+)/;
    kill HUP => $master;
    ok(wait_until(10, sub {
        `ps -o args= --ppid $master` =~ /shutting down/ && redis_ports('nginx') == 3;
    }), 'its worker drains');
    `redis-cli -u $ENV{REDIS_URL} CLIENT KILL ADDR 127.0.0.1:$_` for redis_ports('nginx');
    ok(wait_until(5, sub { redis_ports('nginx') == 3 }), 'and has a connection again');
    devstack('lag', $_, 'on') for qw(replica1 replica2);
    $held->release;
    my $payment = collect($later);
    is($payment->{status}, 201, 'paid');
    is(get($second, '/v1/payments/' . id_of($payment))->{body}, $payment->{body},
       'and read at the other node');
    devstack('lag', $_, 'off') for qw(replica1 replica2);
    read_by_replicas('all workers are new');
}

{
    my @wrong;
    devstack('lag', $_, 'on') for qw(replica1 replica2);
    devstack('kill', 'redis');
    round_trip(\@wrong) for 1 .. 10;
    devstack('start', 'redis');
    # it has lost everything
    round_trip(\@wrong) for 1 .. 10;
    devstack('lag', $_, 'off') for qw(replica1 replica2);
    is(wrong(@wrong), '', 'Redis is gone, and back: never stale');

    devstack('pause', 'redis');
    my $payment = at($first, sub { request(create(uuid(), 5)) });
    is($payment->{status}, 201, 'Redis hangs: paid');
    is(get($second, '/v1/payments/' . id_of($payment))->{body}, $payment->{body},
       'Redis hangs: and read');
    devstack('resume', 'redis');
    read_by_replicas('Redis is back');
}

# Redis takes no numbers, and the node that reads finds none there: it learns
# from the primary that some are missing
{
    my $redis = "redis-cli -u $ENV{REDIS_URL}";
    `$redis CONFIG SET maxmemory 1`;
    my $refused = at($first, sub { request(create(uuid(), 14), 12) });
    is($refused->{status}, 201, 'Redis is full: paid');
    ok(wait_until(5, sub {
        my @before = reads($second);
        get($second, $path) for 1 .. 20;
        my @after = reads($second);
        $after[0] == $before[0] && $after[1] == $before[1];
    }), 'Redis is full: the other node hears of it and asks the primary only');
    devstack('lag', $_, 'on') for qw(replica1 replica2);
    my @wrong;
    round_trip(\@wrong) for 1 .. 10;
    is(wrong(@wrong), '', 'Redis is full: never stale');
    devstack('lag', $_, 'off') for qw(replica1 replica2);
    `$redis CONFIG SET maxmemory 0`;
    read_by_replicas('Redis has room');
}

# replicas go and come: no read fails -------------------------------------------------

{
    my @pids;
    my $until = time + rounds(6, 60);
    for my $n (1 .. 6) {
        my $pid = fork;
        next if $pid and push @pids, $pid;
        my $bad = 0;
        while (time < $until) {
            my $read = get($n % 2 ? $first : $second, $n < 5 ? $path
                                                             : '/v1/payments?limit=3');
            $bad++ if $read->{status} != 200
                || ($n < 5 && $read->{body} ne $made->{body});
            print STDERR "# $read->{status} $read->{body}\n" if $read->{status} != 200;
        }
        POSIX::_exit($bad ? 1 : 0);
    }
    while (time < $until - 1) {
        for my $how (['kill', 'start'], ['pause', 'resume'], ['stop', 'start']) {
            my $replica = rand() < 0.5 ? 'replica1' : 'replica2';
            devstack($how->[0], $replica);
            sleep 0.7;
            devstack($how->[1], $replica);
            # as in a conflict with recovery
            eval { sql_at($replica, "SELECT pg_terminate_backend(pid)
                FROM pg_stat_activity WHERE usename = 'pay_api'") };
        }
    }
    my $failed = 0;
    for (@pids) { waitpid $_, 0; $failed++ if $? }
    is($failed, 0, 'replicas killed, paused, stopped: no read fails');
    read_by_replicas('replicas are back');
}

# a replica becomes the primary, and the other one still follows the old one,
# which is alive: what it has is not what the new one has -------------------------------

# a connection to a node's port that this worker has
sub connection_to {
    my ($port, $worker) = @_;
    my $connection;
    my $connected = wait_until(20, sub {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
            or return 0;
        # accepted by whichever
        wait_until(5, sub {
            grep { $_->{from} == $port && $_->{to} == $socket->sockport && $_->{inode} }
                connections();
        }) or return 0;
        $connection = $socket
            if grep { $_->{from} == $port && $_->{to} == $socket->sockport }
               connections_of($worker);
        return $connection;
    });
    die "no connection to worker $worker\n" unless $connected;
    return $connection;
}

# the server process that a worker's writes go to, and its port of that connection
sub writes_at {
    my ($worker) = @_;
    my $ports = join ',', 0, map { $_->{from} } grep { $_->{to} == $first + $port{primary} }
                connections_of($worker);
    my $found = sql("SELECT pid, client_port FROM pg_stat_activity
                      WHERE client_port IN ($ports) AND query LIKE '%pay.create_payments%'");
    return $found =~ /^(\d+)\|(\d+)$/ ? ($1, $2) : die "no writes of worker $worker: $found\n";
}

# what comes on it
sub answer_on {
    my ($connection) = @_;
    my $text = '';
    my $select = IO::Select->new($connection);
    while ($select->can_read(20 * patience())) {
        sysread $connection, $text, 65536, length $text or last;
    }
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    return { status => ($head // '') =~ m{^HTTP/1\.\d (\d+)} ? $1 : 0, body => $body // '' };
}

# the system call that a process is in; '': none, or that is not to be seen
sub in_call {
    my ($pid) = @_;
    return `cat /proc/$pid/syscall 2> /dev/null` =~ /^(\d+)/ ? $1 : '';
}

# Stops a worker that has requests without end on this connection, so that it goes on
# with what has come meanwhile: one that is stopped while it waits for events has its
# timers first.
sub stop_busy {
    my ($worker, $connection) = @_;
    my $waits = '';
    note 'it is not to be seen where a worker stands still, most likely at its work'
        unless wait_until(2, sub { $waits = in_call($worker) });
    my $client = fork // die "fork: $!";
    if ($client == 0) {
        my $request = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" x 100;
        my $select = IO::Select->new($connection);
        while (1) {
            if ($select->can_read(0)) { sysread $connection, my $text, 65536 or last }
            else { $select->can_read(0.01) if !defined syswrite $connection, $request }
        }
        POSIX::_exit(0);
    }
    ok(wait_until(20, sub {
        kill STOP => $worker;
        wait_until(5, sub { `cat /proc/$worker/stat` =~ /\) T / });
        return 1 if $waits eq '' || in_call($worker) ne $waits;
        kill CONT => $worker;
        return 0;
    }), 'a worker stands still at its work');
    return $client;
}

{
    my (undef, $sleeps) = workers('nginx');
    my @second = workers('nginx2');

    # a worker has a write at the old primary, and sleeps; and so does the whole of
    # the second node
    devstack('stop', 'replica2');
    my $key = uuid();
    my $write = connection_to($first, $sleeps);
    syswrite $write, create(uuid(), 15);
    is(answer_on($write)->{status}, 201, 'promotion: a worker writes');
    my ($backend, $from) = writes_at($sleeps);
    $write = connection_to($first, $sleeps);
    my $busy = connection_to($first, $sleeps);
    $busy->blocking(0);
    my $read = connection_to($second, $second[1]);
    kill STOP => $backend;
    syswrite $write, create($key, 16);
    ok(wait_until(5, sub {
        grep { $_->{from} == $first + $port{primary} && $_->{to} == $from && $_->{unread} }
            connections();
    }), 'promotion: a write waits at the old primary');
    kill STOP => @second;
    my $client = stop_busy($sleeps, $busy);

    devstack('promote', 'replica1');
    devstack('start', 'replica2');
    $ENV{PG_PRIMARY} =~ s/port=\d+/'port=' . ($first + 3)/e;
    ok(wait_until(10, sub {
        my $from = 0;
        error_log_since(\$from) =~ /is the primary of .*, timeline 2/
    }), 'promotion: the first node has found the new primary');
    is(sql_at('replica2', 'SELECT timeline FROM pay.heartbeats'), 1,
       'promotion: the other replica follows the old one');

    # the worker wakes up with the old primary's answer before it
    kill CONT => $backend;
    ok(wait_until(5, sub {
        sql_at('primary', "SELECT count(*) FROM pay.journal WHERE key = '$key'") == 1
    }), 'promotion: the old primary has committed the write');
    kill CONT => $sleeps;
    my $payment = answer_on($write);
    kill KILL => $client;
    waitpid $client, 0;
    # its time may be over
    ok($payment->{status} == 201 || wait_until(10, sub {
        at($first, sub { request(create($key, 16), 12) })->{status} == 201
    }), 'promotion: which is paid');
    is(sql("SELECT count(*) FROM pay.journal WHERE key = '$key'"), 1,
       'promotion: at the new primary, whatever the old one has said');

    # of the second node one worker wakes up, which has not asked
    $payment = at($first, sub { request(create(uuid(), 17), 12) });
    is($payment->{status}, 201, 'promotion: another payment, at the first node');
    syswrite $read, text(GET => '/v1/payments/' . id_of($payment));
    kill CONT => $second[1];
    is(answer_on($read)->{body}, $payment->{body},
       'promotion: a node that knows only the old primary reads what the new one has');
    kill CONT => @second;

    my @wrong;
    my ($before) = reads($second);
    round_trip(\@wrong) for 1 .. rounds(60, 300);
    is(wrong(@wrong), '', 'promotion: everybody reads what was written');
    my ($after) = reads($second);
    is($after, $before, 'promotion: and not from who follows the old one');
}

{
    my @wrong;
    devstack('kill', 'primary');
    devstack('rebuild', 'replica2');
    read_by_replicas('promotion: the other one follows');
    round_trip(\@wrong) for 1 .. 10;
    is(wrong(@wrong), '', 'promotion: it has what was written');
}

# Redis names a timeline that no server has: reads of that merchant wait, and no others

{
    local $ENV{PAYMENTS_KEY} = $ENV{PAYMENTS_KEY_B};
    my $id = id_of(at($first, sub { request(create(uuid(), 18)) }));
    my $merchant = sql("SELECT merchant_id FROM pay.payments WHERE head LIKE '{\"id\":\"$id\"%'");
    my ($mark) = `redis-cli -u $ENV{REDIS_URL} --scan --pattern '{m:$merchant}:w:*'` =~ /(\S+)/;
    `redis-cli -u $ENV{REDIS_URL} ZADD '$mark' GT 99 l`;
    my $read = at($second, sub { later(text(GET => "/v1/payments/$id"), 30) });
    local $ENV{NGINX_ERROR_LOG} = "$ENV{DEVSTACK_DIR}/nginx2/error.log";
    ok(wait_until(5, sub {
        my $from = 0;
        error_log_since(\$from) =~ /has written on timeline 99, and this node knows .* 2:/
    }), 'no such timeline: the log says so');

    local $ENV{PAYMENTS_KEY} = $ENV{PAYMENTS_KEY_A2};
    my @wrong;
    round_trip(\@wrong) for 1 .. 10;
    is(wrong(@wrong), '', 'no such timeline: another merchant reads what it wrote');
    ok(!answered($read), 'no such timeline: ... while the read waits');
    is(collect($read)->{status}, 503, 'no such timeline: which ends as without a primary');
}

quiet();

# behind PgBouncer: statements without names, sessions that are others' ------------------

stack('', '--replicas', 1, '--pooler');
$made = at($first, sub { request(create(uuid(), 1)) });
$path = '/v1/payments/' . id_of($made);
read_by_replicas('PgBouncer');

{
    my @wrong;
    for my $n (1 .. rounds(40, 400)) {
        devstack('lag', 'replica1', $n % 20 < 10 ? 'on' : 'off') if $n % 10 == 0;
        round_trip(\@wrong);
    }
    devstack('lag', 'replica1', 'off');
    is(wrong(@wrong), '', 'PgBouncer: everybody reads what was written');
}

quiet();

done_testing();

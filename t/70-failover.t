# Another server becomes the primary: scenario by scenario, each on a stack of
# its own.  PAYMENTS_SOAK=1 runs all rounds.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql request create api uuid invariants rounds wait_until figures promised devstack
            error_log_since);
use Test::More;
use Time::HiRes qw(sleep time);

# a cluster of another stack, which a test that dies must not leave
my $other = "$ENV{DEVSTACK_DIR}.other";
END {
    my $status = $?;
    system('tools/devstack', '--dir', $other, 'down') if -d $other;
    $? = $status;
}

my $readyz = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

sub ready { request($readyz, 3)->{status} == 200 }

sub counted {
    my %n;
    $n{$_}++ for @_;
    return join ', ', map { "$n{$_} x $_" } sort keys %n;
}

# what a query gives on a server of that name
sub sql_at {
    my ($server, $text) = @_;
    my %port = (primary => 2, replica1 => 3, replica2 => 6);
    local $ENV{PG_PRIMARY} = $ENV{PG_PRIMARY}
        =~ s/port=\d+/'port=' . ($Load::port + $port{$server})/er;
    return sql($text);
}

# what nginx says of itself, before the stack goes; the first one is another
# test's
my $ours;

sub finished {
    my $from = $ours++ ? 0 : -s $ENV{NGINX_ERROR_LOG};
    my @bad = grep { /\[(?:alert|emerg)\]/ }
              split /\n/, error_log_since(\$from);
    is(join("\n", @bad), '', 'error.log: no [alert], [emerg]');
    devstack('down');
}

# a stack of these servers, and nothing of an earlier one
our $timeout = figures() ? 10 : 30;

sub stack {
    my (@options) = @_;
    finished();
    devstack('up', '--port', $Load::port, '--shard', "timeout ${timeout}s;",
             @options);
    for (`tools/devstack --dir $ENV{DEVSTACK_DIR} env`) {
        $ENV{$1} = $2 if /^export (\w+)='(.*)'$/;
    }
    ok(wait_until(10, \&ready), "@options: ready");
}

sub writer_is {
    my ($server) = @_;
    my %port = (primary => 2, replica1 => 3, replica2 => 6);
    $ENV{PG_PRIMARY} =~ s/port=\d+/'port=' . ($Load::port + $port{$server})/e;
}

sub key_of { return "key LIKE '$_[0]{run}-%'" }

sub payments_at {
    my ($server, $load) = @_;
    return sql_at($server, 'SELECT count(*) FROM pay.journal WHERE '
                           . key_of($load));
}

# every payment that was acknowledged is there once, and no client saw
# anything else
sub check_load {
    my ($name, $load, @done) = @_;
    my %ids = map { ($_->{id} => 1) } @done;
    note "$name: " . counted(map { @{ $_->{statuses} } } @done);
    ok(@done > 0, "$name: there was load");
    is(scalar(keys %ids), scalar(@done), "$name: each key has its own payment");
    is(sql('SELECT count(*), count(DISTINCT object_id) FROM pay.journal WHERE '
           . key_of($load)), scalar(@done) . '|' . scalar(@done),
       "$name: each acknowledged payment is there, once, and no other is");
    is(counted(map { @{ $_->{statuses} } } @done), scalar(@done) . ' x 201',
       "$name: no client noticed");
    is(join("\n", invariants()), '', "$name: invariants");
}

# $server gets as many more
sub more_at {
    my ($name, $server, $load, $n) = @_;
    my $until = payments_at($server, $load) + $n;
    ok(wait_until(20, sub { payments_at($server, $load) >= $until }),
       "$name: $n payments more");
}

# ... after its promotion, within 2 s as is promised; and before any client has
# noticed anything, as the end says
sub resumed {
    my ($name, $server, $load) = @_;
    my $start = time;
    my $before = payments_at($server, $load);
    ok(wait_until(10, sub { payments_at($server, $load) > $before }), "$name: writes go on");
    promised(time - $start, 2, "$name: writes go on after the promotion");
}

sub log_says { my ($what) = @_; my $from = 0; return error_log_since(\$from) =~ $what }

# the primary dies under load, a replica that has every commit takes over ------

for my $round (1 .. rounds(1, 10)) {
    my $name = "synchronous, round $round";
    stack('--replicas', 2, '--sync');
    my $load = Load->start(clients => 8);
    sleep 0.5 + rand 0.5;
    # some of what is acknowledged is on the other standby only
    devstack('pause', 'replica1');
    sleep 0.2;
    devstack('kill', 'primary');
    devstack('resume', 'replica1');
    sleep rand 1.5;
    devstack('promote', 'replica1');
    writer_is('replica1');
    resumed($name, 'replica1', $load);
    sleep 0.5;

    # the old one comes back as if nothing had been: it is not used
    devstack('start', 'primary');
    my $old = payments_at('primary', $load);
    ok(wait_until(10, sub { log_says(qr/takes writes on an older timeline/) }),
       "$name: the old primary is back and has been asked");
    more_at($name, 'replica1', $load, 100);
    is(payments_at('primary', $load), $old, "$name: the old primary gets nothing");

    check_load($name, $load, $load->stop);
}

# ... and the new one dies, with only the old one left: it lacks payments ------

{
    devstack('kill', 'replica1');
    my $answer = request(create(uuid(), 5), 15);
    is($answer->{status}, 503, 'older timeline: none is paid there');
    ok(wait_until(5, sub {
        my $from = 0;
        error_log_since(\$from) =~ /takes writes on an older timeline/
    }), 'older timeline: and the log says why');
    devstack('start', 'replica1');
    ok(wait_until(10, sub { request(create(uuid(), 5))->{status} == 201 }),
       'older timeline: the newer one is back, payments go on');
}

# the old primary lives on: split brain ----------------------------------------

{
    my $name = 'split brain';
    stack('--replicas', 1);
    my $load = Load->start(clients => 8);
    sleep 0.5;
    devstack('promote', 'replica1');
    writer_is('replica1');
    my $promoted = time;
    resumed($name, 'replica1', $load);
    # promised: the old primary gets nothing after the probe interval
    if (figures()) {
        my $left = 1.3 - (time - $promoted);
        sleep $left if $left > 0;
    } else {
        ok(wait_until(10, sub { log_says(qr/is the primary of .*, timeline 2/) }),
           "$name: the new primary has been found");
        more_at($name, 'replica1', $load, 50);
    }
    my $old = payments_at('primary', $load);
    more_at($name, 'replica1', $load, rounds(100, 500));
    is(payments_at('primary', $load), $old, "$name: the old primary gets nothing any more");

    my @done = $load->stop;
    is(counted(map { @{ $_->{statuses} } } @done), scalar(@done) . ' x 201',
       "$name: no client noticed");
    my %acknowledged = map { ($_->{key} => $_->{id}) } @done;
    my %at;
    for my $server (qw(primary replica1)) {
        $at{$server}{$_}++ for split /\n/, sql_at($server,
            'SELECT key FROM pay.journal WHERE ' . key_of($load));
    }
    my @nowhere = grep { !$at{primary}{$_} && !$at{replica1}{$_} } keys %acknowledged;
    is("@nowhere", '', "$name: each acknowledged payment is on one of both");
    my @lost = grep { !$at{replica1}{$_} } keys %acknowledged;
    note "$name: " . @lost . ' of ' . @done . ' acknowledged by the old primary'
        . ' after the promotion, which asynchronous replication loses';
    is(scalar(grep { $at{replica1}{$_} > 1 } keys %{ $at{replica1} }), 0,
       "$name: none is made twice");
    is(join("\n", invariants()), '', "$name: invariants");
}

# two are promoted, and neither knows of the other: none is used ----------------

{
    local $timeout = 4;
    my $name = 'two promoted';
    stack('--replicas', 2);
    devstack('kill', 'primary');
    sql_at($_, 'SELECT pg_promote()') for qw(replica1 replica2);
    ok(wait_until(5, sub {
        my $from = 0;
        error_log_since(\$from) =~ /take writes on one timeline; none of them/
    }), "$name: the log says so");
    # one may have been seen before the other
    ok(wait_until(15, sub { request(create(uuid(), 4))->{status} == 503 }),
       "$name: none is paid");
    my $before = sql_at('replica1', 'SELECT count(*) FROM pay.payments');

    # longer than an answer counts: the other one has payments all the same
    devstack('kill', 'replica2');
    is(request(create(uuid(), 4))->{status}, 503, "$name: with one of them silent too");
    is(sql_at('replica1', 'SELECT count(*) FROM pay.payments'), $before,
       "$name: nothing more is at the other");
}

# nginx starts again, and only the old primary takes writes ----------------------

{
    local $timeout = 3;
    my $name = 'started again';
    stack('--replicas', 2);
    devstack('kill', 'primary');
    devstack('promote', 'replica1');
    writer_is('replica1');
    ok(wait_until(8, sub { request(create(uuid(), 4))->{status} == 201 }),
       "$name: paid at the new primary");
    sql_at('replica1', 'CHECKPOINT');
    ok(wait_until(20, sub {
        sql_at('replica2', 'CHECKPOINT');
        sql_at('replica2', 'SELECT o_timeline FROM pay.probe(ARRAY[pay.uuid7()])') == 2
    }), "$name: the other replica has seen its timeline");

    devstack('stop', 'nginx');
    devstack('kill', 'replica1');
    devstack('start', 'primary');
    devstack('start', 'nginx');
    is(request(create(uuid(), 4))->{status}, 503,
       "$name: the old primary is known by the timeline of a standby");
    devstack('start', 'replica1');
    ok(wait_until(8, sub { request(create(uuid(), 4))->{status} == 201 }),
       "$name: the new one is back, payments go on");
}

# the worker that asks hangs: another one does -----------------------------------

{
    local $timeout = 6;
    my $name = 'who asks hangs';
    stack('--replicas', 1, '--workers', 2);
    my ($first) = sort { $a <=> $b } `pgrep -P $ENV{NGINX_PID}` =~ /(\d+)/g;
    kill STOP => $first;
    devstack('kill', 'primary');
    devstack('promote', 'replica1');
    writer_is('replica1');

    # a connection may have come to the one that hangs
    my $paid = wait_until(15, sub { request(create(uuid(), 4), 7)->{status} == 201 });
    kill CONT => $first;
    ok($paid, "$name: payments go on at the new primary");
    ok(wait_until(8, sub { request(create(uuid(), 4))->{status} == 201 }),
       "$name: and when it is back");
    is(join("\n", invariants()), '', "$name: invariants");
}

# asynchronous replication loses what the replica has not received -------------

{
    my $name = 'asynchronous';
    stack('--replicas', 1);
    my ($receiver) = `pgrep -f 'walreceiver' -P \$(head -n 1 $ENV{DEVSTACK_DIR}/replica1/data/postmaster.pid)` =~ /(\d+)/;
    ok($receiver, "$name: the replica receives");
    request(create(uuid(), 1));
    ok(wait_until(5, sub { sql_at('replica1', 'SELECT count(*) FROM pay.payments')
                           == sql('SELECT count(*) FROM pay.payments') }),
       "$name: and has all");
    kill STOP => $receiver;
    my @answers = map { request(create(uuid(), 2)) } 1 .. 5;
    is(counted(map { $_->{status} } @answers), '5 x 201', "$name: five payments");
    devstack('kill', 'primary');
    kill KILL => $receiver;
    ok(wait_until(30, sub {
        `psql -XAtq -d '$ENV{PG_REPLICA1}' -c 'SELECT 1' 2> /dev/null` =~ /1/
    }), "$name: the replica is back after its crash");
    devstack('promote', 'replica1');
    writer_is('replica1');
    ok(wait_until(5, sub { request(create(uuid(), 3))->{status} == 201 }),
       "$name: payments go on");
    my $lost = grep {
        my ($id) = $_->{body} =~ /"id":"(pay_\w+)"/;
        sql("SELECT count(*) FROM pay.payments WHERE head LIKE '{\"id\":\"$id\"%'") == 0
    } @answers;
    is($lost, 5, "$name: the five are lost: --sync is for money");
    is(join("\n", invariants()), '', "$name: invariants");
}

# behind a pooler, whose sessions say what was true when they began ------------

{
    my $name = 'PgBouncer';
    stack('--replicas', 1, '--pooler');
    my $load = Load->start(clients => 8);
    sleep 0.5;
    devstack('promote', 'replica1');
    devstack('kill', 'primary');
    writer_is('replica1');
    resumed($name, 'replica1', $load);
    sleep 0.5;
    my @done = $load->stop;
    is(counted(map { @{ $_->{statuses} } } @done), scalar(@done) . ' x 201',
       "$name: no client noticed");
    is(join("\n", invariants()), '', "$name: invariants");
}

# the replica is gone, slow, or not there yet: writes do not care --------------

{
    my $name = 'no replica';
    stack('--replicas', 2);
    my $load = Load->start(clients => 4);
    for my $how (['stop', 'start'], ['kill', 'start'], ['pause', 'resume']) {
        devstack($how->[0], $_) for qw(replica1 replica2);
        sleep 0.7;
        devstack('reload') if $how->[0] eq 'pause';
        sleep 0.7;
        devstack($how->[1], $_) for qw(replica1 replica2);
    }
    check_load($name, $load, $load->stop);
}

# a server of another cluster ---------------------------------------------------

{
    my $name = 'another cluster';
    stack('--replicas', 1);
    my $log = -s $ENV{NGINX_ERROR_LOG};
    my $bound = $Load::port + 20;
    system('tools/devstack', '--dir', $other, 'up', '--port', $bound,
           '--replicas', 0) == 0 or die;
    system("tools/devstack --dir $other stop nginx") == 0 or die;

    # it takes the place of the replica, with the same role and password
    my ($password) = `cat $ENV{DEVSTACK_DIR}/nginx/password` =~ /(\S+)/;
    system('tools/devstack', '--dir', $other, 'psql', '-q', '-c',
           "ALTER ROLE pay_api PASSWORD '$password'") == 0 or die;
    devstack('stop', 'replica1');
    system('tools/devstack', '--dir', $other, 'psql', '-q', '-c',
           'ALTER SYSTEM SET port = ' . ($Load::port + 3)) == 0 or die;
    system("tools/devstack --dir $other stop primary") == 0 or die;
    system("tools/devstack --dir $other start primary") == 0 or die;

    ok(wait_until(5, sub {
        my $from = $log;
        error_log_since(\$from) =~ /belongs to another cluster; it is not used/
    }), "$name: is known by its identifier");
    is(counted(map { request(create(uuid(), 4))->{status} } 1 .. 20), '20 x 201',
       "$name: payments go on");
    {
        my ($there) = `tools/devstack --dir $other env` =~ /^export PG_PRIMARY='(.*)'$/m;
        local $ENV{PG_PRIMARY} = $there =~ s/port=\d+/'port=' . ($Load::port + 3)/er;
        is(sql('SELECT count(*) FROM pay.payments'), 0, "$name: none goes there");
    }

    # who does not know yet which is meant uses none
    my $from = -s $ENV{NGINX_ERROR_LOG};
    devstack('stop', 'nginx');
    system("nginx -q -p $ENV{DEVSTACK_DIR}/nginx/ -e $ENV{NGINX_ERROR_LOG} "
           . "-c $ENV{NGINX_CONF}") == 0 or die;
    ok(wait_until(5, sub {
        my $at = $from;
        error_log_since(\$at) =~ /take writes of different clusters; none/
    }), "$name: and without one that is known, none is used");
    is(request(create(uuid(), 4), 15)->{status}, 503, "$name: so none is paid");
    system("tools/devstack --dir $other down") == 0 or die;
    ok(wait_until(10, sub { request(create(uuid(), 4))->{status} == 201 }),
       "$name: gone, and payments go on");
}

finished();
devstack('up', '--port', $Load::port);
done_testing();

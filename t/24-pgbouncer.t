# PgBouncer: killed, reloaded, paused, too small, impatient; and in front of sessions
# that use prepared statements, which it must not be.

use strict;
use warnings;

use lib 't/lib';
use Database;
use Load qw(devstack sql request create uuid rounds wait_until later collect stored);
use Own;
use Test::More;
use Time::HiRes qw(sleep time);

Database::alone();

# PgBouncer: killed, reloaded, paused, too small, impatient ----------------------

{
    Own::start(port => $pooler_port, workers => 2,
               shard => 'timeout 10s; connect_timeout 1s;');

    my $load = Load->start(clients => 8);
    for my $round (1 .. rounds(3, 20)) {
        sleep 0.3;
        devstack('kill', 'pgbouncer');
        devstack('start', 'pgbouncer');
        wait_until(5, sub { Own::get('/readyz')->{status} == 200 });
    }
    for my $command ('RELOAD', 'RECONNECT', 'PAUSE', 'RESUME', 'RELOAD') {
        admin($command);
        sleep 0.3;
    }
    my @done = $load->stop;
    is(scalar(grep { $_->{id} eq 'stuck' } @done), 0, 'PgBouncer: none stuck');
    is(sql("SELECT count(*), count(DISTINCT object_id) FROM pay.journal
             WHERE key LIKE '$load->{run}-%'"),
       scalar(@done) . '|' . scalar(@done),
       'PgBouncer killed, reloaded, paused: each payment once');
    is(scalar(grep { $_->{statuses}[0] != 201 } @done), 0,
       'PgBouncer killed, reloaded, paused: no client noticed');

    # a pool of one, and 200 clients at once
    admin('SET default_pool_size = 1');
    admin('RECONNECT');
    my @keys = map { uuid() } 1 .. 200;
    my @answers = map { collect($_) } map { later(create($_, 3), 10) } @keys;
    is(scalar(grep { $_->{status} == 201 } @answers), 200,
       'PgBouncer with a pool of one: 200 payments');
    is(stored(@keys), '200|200', 'PgBouncer with a pool of one: one each');

    # it waits for a server in vain
    admin('PAUSE');
    my $key = uuid();
    my $paused = request(create($key, 4), 10);
    is($paused->{status}, 503, 'PgBouncer paused for longer: 503');
    admin('RESUME');
    ok(wait_until(10, sub { request(create($key, 4))->{status} == 201 }),
       'PgBouncer resumed: the retry works');
    is(stored($key), '1|1', 'PgBouncer resumed: one payment');

    # sessions that end while idle, on both sides of it
    admin('SET client_idle_timeout = 1');
    admin('SET server_idle_timeout = 1');
    admin('SET server_lifetime = 1');
    my $retried = Own::metric('payments_postgresql_retries_total', 'unknown');
    my $until = time + rounds(5, 30);
    my (@statuses, $n);
    while (time < $until) {
        push @statuses, request(create(uuid(), 4))->{status};
        sleep 0.7 + 0.1 * (++$n % 8);
    }
    is(scalar(grep { $_ != 201 } @statuses), 0,
       'PgBouncer ends idle sessions: ' . @statuses . ' payments, none failed');
    is(Own::metric('payments_postgresql_retries_total', 'unknown'), $retried,
       'PgBouncer ends idle sessions: nothing was sent twice');

    devstack('stop', 'pgbouncer');
    devstack('start', 'pgbouncer');
    Own::stop();
}

# prepared statements behind PgBouncer, by mistake --------------------------------

{
    Own::start(port => $pooler_port, workers => 2, wait => 15,
               shard => 'mode direct; depth 4; write_connections 3;
                         timeout 4s;');
    my @keys = map { uuid() } 1 .. 60;
    my @answers = map { collect($_) } map { later(create($_, 3), 10) } @keys;
    is(scalar(grep { $_->{status} == 201 } @answers), 60,
       'direct mode behind PgBouncer: payments are made');
    is(stored(@keys), '60|60', 'direct mode behind PgBouncer: one each');
    # it says so when it meets it, which two workers may take some time for
    my %amount = map { ($_ => 1000 + int rand 9000) } 1 .. 30;
    my @more = map { collect($_) } map { later(create(uuid(), $amount{$_})) }
        sort { $a <=> $b } keys %amount;
    is_deeply([map { $_->{body} =~ /"amount":(\d+)/ } @more],
              [map { $amount{$_} } sort { $a <=> $b } keys %amount],
              'direct mode behind PgBouncer: each client gets its own');
    Own::stop(expected => qr/rows of another call/);
}

Database::unharmed();
done_testing();

# A standby that must confirm and is not there; a standby that is promoted behind a
# PgBouncer which hears nothing of it.

use strict;
use warnings;

use lib 't/lib';
use Database;
use Load qw(sql request create api uuid wait_until later collect stored);
use Own;
use Test::More;

Database::alone();

# a standby that must confirm, and is not there ---------------------------------

for my $mode ('direct', 'pooler') {
    Own::start(port => $mode eq 'direct' ? $pg_port : $pooler_port,
               shard => "mode $mode; timeout 2s; connect_timeout 1s;");

    # each of its queues has its connection before they are counted
    my $made = request(create(uuid(), 5), 10);
    is($made->{status}, 201, "$mode: a payment");
    read_payment($made->{body} =~ /"id":"(pay_\w+)"/, 10);
    api('GET', '/v1/payments?limit=1');

    # PgBouncer keeps up to four
    my $backends = backends() + ($mode eq 'pooler' ? 4 : 0);

    sql("ALTER SYSTEM SET synchronous_standby_names = 'ghost'");
    sql("SELECT pg_reload_conf()");
    ok(wait_until(5, sub { sql("SHOW synchronous_standby_names") eq 'ghost' }),
       "$mode: a standby is needed");
    my $waiting = "AND wait_event = 'SyncRep'";

    # terminated while it waits: the row was there, the commit was not
    my $key = uuid();
    my $first = later(create($key, 5), 10);
    ok(wait_until(5, sub { backends($waiting) }), "$mode: it waits for it");
    sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
          WHERE usename = 'pay_api' $waiting");
    $first = collect($first);
    is($first->{status}, 503, "$mode: terminated while it waits: no 201");
    like($first->{body}, qr/"code":"outcome_unknown"/, "$mode: outcome_unknown");

    # a retry finds it, and must wait for the standby as well
    my $retry = request(create($key, 5), 10);
    is($retry->{status}, 503, "$mode: nor does a retry get it before");

    # canceled, so it goes on without: a notice, and no success either
    my $before = Own::metric('payments_postgresql_degraded_commits_total');
    my $other = uuid();
    my $second = later(create($other, 6), 10);
    my $canceled = wait_until(6, sub {
        sql("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
              WHERE usename = 'pay_api' $waiting");
        Own::metric('payments_postgresql_degraded_commits_total') > $before;
    });
    ok($canceled, "$mode: a commit without its standby is counted");
    $second = collect($second);
    isnt($second->{status}, 201, "$mode: and is no success");

    cmp_ok(backends(), '<=', $backends, "$mode: backends do not pile up");

    sql("ALTER SYSTEM RESET synchronous_standby_names");
    sql("SELECT pg_reload_conf()");
    # sessions that wait see the new setting by themselves
    ok(wait_until(15, sub { request(create($key, 5))->{status} == 201 }),
       "$mode: standby not needed any more: the retry works");
    ok(wait_until(5, sub { request(create($other, 6))->{status} == 201 }),
       "$mode: and the other one");
    is(stored($key, $other), '2|2', "$mode: one payment each");
    Own::stop();
}

# promotion behind a PgBouncer that still believes in its standby ------------------------

{
    my $at = "$dir/standby";
    my ($bin) = reverse sort glob '/usr/lib/postgresql/*/bin';
    my ($port, $pool) = map { Nginx::free_port() } 1, 2;
    mkdir $at;
    system('chown', 'postgres', $at) if $> == 0;
    as_postgres("$bin/pg_basebackup", '-D', "$at/data", '-R', '-c', 'fast', '-X',
                'stream', '-d', $ENV{PG_PRIMARY} =~ s/ dbname=\S+//r)
        and as_postgres("$bin/pg_ctl", '-D', "$at/data", '-w', '-l', "$at/log", '-o',
                "-p $port -c unix_socket_directories=''", 'start')
        or die "a standby does not start\n";

    open my $ini, '>', "$at/pgbouncer.ini" or die;
    print {$ini} "[databases]\npayments = host=127.0.0.1 port=$port\n[pgbouncer]\n"
        . "listen_addr = 127.0.0.1\nlisten_port = $pool\nunix_socket_dir =\n"
        . "pool_mode = transaction\nauth_type = scram-sha-256\n"
        . "auth_file = $dir/pgbouncer/users\nlogfile = $at/pgbouncer.log\n"
        . "pidfile = $at/pgbouncer.pid\nserver_login_retry = 1\n";
    close $ini;
    as_postgres('/usr/sbin/pgbouncer', '-q', '-d', "$at/pgbouncer.ini")
        or die "PgBouncer does not start\n";

    Own::start(port => $pool, unready => 1, wait => 1,
               shard => 'timeout 2s; connect_timeout 1s;');
    my $key = uuid();
    my $before = request(create($key, 3), 10);
    is($before->{status}, 503, 'a standby: no payment');
    like($before->{body}, qr/"code":"database_unavailable"/,
         'a standby: nothing was executed');
    as_postgres("$bin/pg_ctl", '-D', "$at/data", '-w', 'promote') or die "promote\n";
    ok(wait_until(10, sub { request(create($key, 3))->{status} == 201 }),
       'promoted, and PgBouncer heard nothing of it: payments are made');
    is(sql("SELECT count(*) FROM pay.journal WHERE key = '$key'"), 0,
       '... there, and not on the old primary');
    Own::stop();

    open my $fh, '<', "$at/pgbouncer.pid" or die;
    kill TERM => <$fh>;
    as_postgres("$bin/pg_ctl", '-D', "$at/data", '-m', 'immediate', '-w', 'stop');
    system('rm', '-rf', $at);
}

Database::unharmed();
done_testing();

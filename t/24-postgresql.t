# PostgreSQL and PgBouncer as they are: standbys that are lost, poolers that
# are restarted, schemas that change, limits that are met, TLS, clocks.

use strict;
use warnings;

use lib 't/lib';
use Load qw(devstack sql request create api uuid invariants rounds wait_until promised
            later collect answered stored hold);
use Own;
use IPC::Open2;
use PgProxy;
use Test::More;
use Time::HiRes qw(sleep time);

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my ($pooler_port) = $ENV{PGBOUNCER_ADMIN} =~ /port=(\d+)/;
my $dir = $ENV{DEVSTACK_DIR};

# connections are counted here: no others
devstack('stop', 'nginx');
END { devstack('start', 'nginx') }

sub admin {
    my ($command) = @_;
    system('psql', '-XAtq', '-d', $ENV{PGBOUNCER_ADMIN}, '-c', $command) == 0
        or die "PgBouncer: $command\n";
}

sub backends {
    my ($where) = @_;
    return sql("SELECT count(*) FROM pg_stat_activity
                 WHERE usename = 'pay_api' " . ($where || ''));
}

sub read_payment {
    my ($id, $limit) = @_;
    return request("GET /v1/payments/$id HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nAuthorization: Bearer $ENV{PAYMENTS_KEY}\r\n\r\n",
        $limit);
}

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

    # told to go on without: a notice, and no success either
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

# PgBouncer: killed, told to do things, too small, impatient ---------------------

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
       'PgBouncer killed, reloaded, paused: no client was told');

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

# a schema that changes under load ------------------------------------------------

{
    Own::start(workers => 2, shard => 'mode direct;');
    my $load = Load->start(clients => 6);

    for my $round (1 .. rounds(4, 20)) {
        sleep 0.2;
        # a rollout: new versions of all functions, in one transaction
        sql("DELETE FROM pay.migrations WHERE name = 'functions'");
        system("sql/apply '$ENV{PG_PRIMARY}' > /dev/null") == 0
            or die "sql/apply\n";
        # and one that returns more than before
        my $more = $round % 2 ? ', 1' : '';
        my $type = $round % 2 ? ', more int' : '';
        sql("BEGIN; DROP FUNCTION pay.ping(uuid[]);
             CREATE FUNCTION pay.ping(item uuid[])
             RETURNS TABLE (o_item uuid, writable boolean$type)
             LANGUAGE sql VOLATILE SECURITY DEFINER
             SET search_path = pay, pg_temp AS
             'SELECT i, NOT pg_is_in_recovery()$more FROM unnest(item) i';
             GRANT EXECUTE ON FUNCTION pay.ping TO pay_api; COMMIT");
        my @ready = map { Own::get('/readyz')->{status} } 1 .. 8;
        is(scalar(grep { $_ != 200 } @ready), 0,
           "round $round: a function that returns more: still ready");
    }

    my @done = $load->stop;
    is(scalar(grep { $_->{statuses}[0] != 201 } @done), 0,
       'functions replaced under load: no client was told');
    is(Own::metric('payments_postgresql_errors_total', '0A000') > 0, 1,
       'functions replaced under load: plans did change their result');
    sql("DELETE FROM pay.migrations WHERE name = 'functions'");
    system("sql/apply '$ENV{PG_PRIMARY}' > /dev/null");
    Own::stop();
}

# locks and timeouts -----------------------------------------------------------------

{
    Own::start(shard => 'mode direct; timeout 10s;', http => '
               payments_idempotency_wait 2s;');
    my $pids = sql("SELECT string_agg(pid::text, ',' ORDER BY pid) FROM
                    pg_stat_activity WHERE usename = 'pay_api'");

    # somebody has the table for longer than a statement may wait
    my $lock = hold('LOCK TABLE pay.payments IN EXCLUSIVE MODE');
    my $waits = later(create(uuid(), 1), 10);
    ok(wait_until(5, sub { Own::metric('payments_postgresql_errors_total', '55P03') > 0 }),
       'locked table: the lock times out');
    $lock->release;
    is(collect($waits)->{status}, 201, 'locked table: the payment waits, and is made');
    is(sql("SELECT string_agg(pid::text, ',' ORDER BY pid) FROM
            pg_stat_activity WHERE usename = 'pay_api'"), $pids,
       'locked table: over the same connections');

    # somebody has a reference in a transaction: only its owner waits
    my ($merchant) = sql("SELECT min(merchant_id) FROM pay.merchants");
    my $reference = 'order-' . uuid();
    $lock = hold("SELECT pg_advisory_xact_lock(hashtextextended('$reference', $merchant))");
    my $held = create(uuid(), 1);
    $held =~ s/"customer"/"reference":"$reference","customer"/;
    $held =~ s/Content-Length: (\d+)/'Content-Length: ' . ($1 + 15 + length $reference)/e;
    my $locked = Own::metric('payments_postgresql_errors_total', '55P03');
    my $later = later($held, 10);
    my @others = map { request(create(uuid(), 1)) } 1 .. 30;
    $later = collect($later);
    is($later->{status}, 409, 'reference in use: 409');
    like($later->{body}, qr/"code":"resource_busy"/, 'reference in use: resource_busy');
    like($later->{head}, qr/^Retry-After: 1\r?$/m, 'reference in use: Retry-After');
    is(scalar(grep { $_->{status} == 201 } @others), 30,
       'reference in use: others are not concerned');
    # it is held for longer than a call may wait for a lock
    is(Own::metric('payments_postgresql_errors_total', '55P03'), $locked,
       'reference in use: no call waits for it');
    my ($slowest) = sort { $b <=> $a } map { $_->{seconds} } @others;
    promised($slowest, 0.3, 'reference in use: others do not wait');
    $lock->release;
    ok(wait_until(5, sub { request($held)->{status} == 201 }),
       'reference in use: the retry works');
    Own::stop();

    # statements that take too long
    sql("ALTER ROLE pay_api SET statement_timeout = '300ms'");
    Own::start(shard => 'mode direct; timeout 10s;');
    $lock = hold('LOCK TABLE pay.payments IN EXCLUSIVE MODE');
    my $key = uuid();
    $waits = later(create($key, 1), 10);
    ok(wait_until(5, sub { Own::metric('payments_postgresql_errors_total', '57014') > 0 }),
       'statement timeout: it does time out');
    $lock->release;
    my $answer = collect($waits);
    sql("ALTER ROLE pay_api SET statement_timeout = '3s'");
    is($answer->{status}, 201, 'statement timeout: tried again, and made');
    is(stored($key), '1|1', 'statement timeout: once');
    Own::stop();
}

# limits of the server -----------------------------------------------------------------

{
    Own::start(shard => 'mode direct; timeout 2s; connect_timeout 1s;');
    sql("ALTER ROLE pay_api CONNECTION LIMIT 1");
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE usename = 'pay_api'");
    my $failed = Own::metric('payments_postgresql_connects_total', 'failed');
    my $start = time;
    my @answers = map { collect($_) } map { later(create(uuid(), 1), 10) } 1 .. 10;
    my $tried = Own::metric('payments_postgresql_connects_total', 'failed')
        - $failed;
    my $seconds = time - $start;
    sql("ALTER ROLE pay_api CONNECTION LIMIT -1");
    is(scalar(grep { $_->{status} !~ /^(?:201|503)$/ } @answers), 0,
       'no more connections: 201 or 503');
    # a rate: a slow machine tries less often
    cmp_ok($tried, '<=', 10 + 20 * $seconds,
           sprintf 'no more connections: %d attempts in %.1f s', $tried, $seconds);
    ok(wait_until(5, sub { request(create(uuid(), 1))->{status} == 201 }),
       'connections again: payments again');

    Own::stop();
}

# a disk that is full: a server of its own, on a small file system

sub as_postgres {
    my (@command) = @_;
    my $ok = system('sh', '-c', 'cd / && exec "$@" > /dev/null 2>&1', 'sh',
                    $> == 0 ? ('runuser', '-u', 'postgres', '--') : (),
                    @command) == 0;
    return $ok;
}

{
    my $disk = "$dir/small";
    mkdir $disk;
    SKIP: {
        my $why = system("mount -t tmpfs -o size=160m tmpfs '$disk' 2> /dev/null")
            == 0 ? '' : 'a file system cannot be mounted here';
        note $why if $why;
        skip "disk full: $why", 5 if $why;

        my ($bin) = reverse sort glob '/usr/lib/postgresql/*/bin';
        my $port = Nginx::free_port();
        my $own = "host=127.0.0.1 port=$port user=postgres dbname=postgres";
        system('chown', 'postgres', $disk) if $> == 0;
        as_postgres("$bin/initdb", '-D', "$disk/data", '-U', 'postgres',
                    '-A', 'trust', '-E', 'UTF8', '--locale=C')
            and as_postgres("$bin/pg_ctl", '-D', "$disk/data", '-w', '-l',
                    "$disk/log", '-o', "-p $port -c listen_addresses=127.0.0.1"
                    . " -c unix_socket_directories='' -c max_wal_size=64MB"
                    . ' -c max_locks_per_transaction=256', 'start')
            or die "a server on a small disk does not start\n";
        system("sql/apply '$own' > /dev/null") == 0 or die "sql/apply\n";
        for my $table ('merchants', 'api_keys') {
            system("psql -XAtq -d '$ENV{PG_PRIMARY}' -c 'COPY pay.$table TO STDOUT'"
                . " | psql -XAtq -d '$own' -c 'COPY pay.$table FROM STDIN'") == 0
                or die "copy of $table\n";
        }

        Own::start(port => $port, shard => 'database postgres; timeout 2s;');
        is(request(create(uuid(), 1))->{status}, 201, 'small disk: a payment');
        system("dd if=/dev/zero of='$disk/filler' bs=8k > /dev/null 2>&1");

        my (@keys, $full);
        for (1 .. 2000) {
            push @keys, uuid();
            $full = request(create($keys[-1], 1), 10);
            last if $full->{status} != 201;
        }
        is($full->{status}, 503, 'disk full: 503, after ' . @keys);
        unlink "$disk/filler";
        ok(wait_until(10, sub { request(create($keys[-1], 1))->{status} == 201 }),
           'disk not full any more: the retry works');
        local $ENV{PG_PRIMARY} = $own;
        is(stored(@keys), @keys . '|' . @keys, 'disk full: each payment once');
        is(join("\n", invariants()), '', 'disk full: invariants');
        Own::stop();
        as_postgres("$bin/pg_ctl", '-D', "$disk/data", '-m', 'immediate',
                    '-w', 'stop');
        system("umount '$disk'");
    }
    rmdir $disk;
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
       'promoted, and PgBouncer was told nothing: payments are made');
    is(sql("SELECT count(*) FROM pay.journal WHERE key = '$key'"), 0,
       '... there, and not on the old primary');
    Own::stop();

    open my $fh, '<', "$at/pgbouncer.pid" or die;
    kill TERM => <$fh>;
    as_postgres("$bin/pg_ctl", '-D', "$at/data", '-m', 'immediate', '-w', 'stop');
    system('rm', '-rf', $at);
}

# a client of the database that forgets its transaction --------------------------------

{
    Own::start();
    my ($host) = 'host=127.0.0.1';
    open my $fh, '<', "$dir/nginx/password" or die;
    chomp(my $password = <$fh>);
    local $ENV{PGPASSWORD} = $password;
    my $pid = open2(my $out, my $in, 'sh', '-c', 'exec psql "$@" 2>&1', 'sh', '-XAtq', '-d',
                    "$host port=$pg_port user=pay_api dbname=payments application_name=idles");
    print {$in} "BEGIN; SELECT 1;\n";
    $in->flush;
    my $begun = <$out>;
    ok(wait_until(10, sub { backends("AND application_name = 'idles'") == 0 }),
       'a transaction that idles: its backend goes');
    print {$in} "SELECT 2;\n";
    close $in;
    my $output = do { local $/; <$out> };
    waitpid $pid, 0;
    like($output, qr/idle-in-transaction timeout/,
         'a transaction that idles is ended');
    is(request(create(uuid(), 1))->{status}, 201, 'and payments go on');
    Own::stop();
}

# TLS: rows of all sizes, a byte at a time, and a server that is somebody else -----------

{
    my $proxy = PgProxy->new(to => $pg_port);
    my $tls = "sslmode verify-full; sslrootcert $ENV{PG_CA};";
    Own::start(port => $proxy->{port}, shard => $tls);
    cmp_ok(backends(), '>', 0, 'TLS: there are connections');
    is(backends("AND NOT EXISTS (SELECT FROM pg_stat_ssl s
                  WHERE s.pid = pg_stat_activity.pid AND s.ssl)"), 0,
       '... and all of them are encrypted');

    my %id;
    for my $size (1, 8, 9, 16, 17, 64) {
        my $answer = request(create(uuid(), 1));
        ($id{$size}) = $answer->{body} =~ /"id":"(pay_\w+)"/;
        my ($merchant) = sql("SELECT min(merchant_id) FROM pay.merchants");
        my $bytes = $size * 1024;
        sql("UPDATE pay.payments SET metadata = '{\"a\":\"'
                 || repeat('x', $bytes) || '\"}'
              WHERE merchant_id = $merchant AND payment_id = (SELECT object_id
                    FROM pay.journal WHERE body LIKE '{\"id\":\"$id{$size}\"%'
                    LIMIT 1)");
    }

    my $get = sub {
        return "GET /v1/payments/$id{$_[0]} HTTP/1.1\r\nHost: x\r\n"
            . "Connection: close\r\nAuthorization: Bearer $ENV{PAYMENTS_KEY}\r\n\r\n";
    };

    # nobody waits for a row that has come by half
    for my $size (sort { $a <=> $b } keys %id) {
        my $seen = $proxy->seen('half');
        $proxy->raw('half');
        my $later = later($get->($size), 15);
        ok(wait_until(5, sub { $proxy->seen('half') > $seen }), "TLS: half of $size KiB");
        my @live = map { Own::get('/livez')->{status} } 1 .. 20;
        ok(!answered($later), "TLS: half of $size KiB: the row waits");
        is(scalar(grep { $_ == 200 } @live), 20, "TLS: half of $size KiB: nobody else does");
        $proxy->clear;
        $proxy->release;
        my ($x) = collect($later)->{body} =~ /"a":"(x+)"/;
        is(length($x || ''), $size * 1024, "TLS: half of $size KiB, and then all of it");
    }

    for my $raw ('', 'dribble') {
        $proxy->raw($raw);
        for my $size (sort { $a <=> $b } keys %id) {
            my $later = later($get->($size), 15);
            my @live = sort { $b <=> $a } map { Own::get('/livez')->{seconds} } 1 .. 20;
            my $answer = collect($later);
            my ($x) = $answer->{body} =~ /"a":"(x+)"/;
            is(length($x || ''), $size * 1024,
               "TLS$raw: a row of $size KiB" . ($raw ? ', byte by byte' : ''));
            promised($live[2], 0.010, "TLS$raw: $size KiB: nobody waits");
        }
    }
    $proxy->clear;

    my @keys = map { uuid() } 1 .. 40;
    my @answers = map { collect($_) } map { later(create($_, 3), 10) } @keys;
    is(scalar(grep { $_->{status} == 201 } @answers), 40, 'TLS: a batch');
    Own::stop();

    Own::start(port => $proxy->{port}, unready => 1, wait => 0.5,
               shard => "sslmode verify-full; sslrootcert $dir/nginx/cert.pem;
                         timeout 1s; connect_timeout 1s;");
    my $answer = request(create(uuid(), 1), 10);
    is($answer->{status}, 503, 'TLS: an authority that did not sign: 503');
    like(Own::log_text(), qr/closed while connecting: .*certificate verify failed/,
         'TLS: and the log says why');
    Own::stop();
    $proxy->stop;
}

# a unix socket; idle connections and old ones are closed ----------------------------------

SKIP: {
    skip 'no unix socket: the directory\'s name is too long', 6
        unless -S "$dir/primary/.s.PGSQL.$pg_port";
    Own::start(server => "unix:$dir/primary:$pg_port",
               shard => 'write_connections 3; mode pooler; idle_timeout 1s;
                         lifetime 2s;');
    my @keys = map { uuid() } 1 .. 60;
    my @answers = map { collect($_) } map { later(create($_, 3), 10) } @keys;
    is(scalar(grep { $_->{status} == 201 } @answers), 60, 'unix socket: payments');
    my @first = split /\n/, sql("SELECT pid FROM pg_stat_activity
                                  WHERE usename = 'pay_api'");
    ok(wait_until(6, sub { backends() == 5 }),
       'idle connections are closed, but for one of each lane');
    ok(wait_until(6, sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE pid IN ("
            . join(',', @first) . ')') == 0
    }), 'old connections are replaced');
    is(request(create(uuid(), 1))->{status}, 201, 'and payments go on');
    Own::stop();
}

# batches whose items end in different ways, while backends are killed ---------------------

{
    Own::start(shard => 'mode direct;');
    my (@requests, %want);
    my $reference = 'kill-' . uuid();

    for my $n (1 .. rounds(4, 20)) {
        my $reused = uuid();
        is(request(create($reused, 11))->{status}, 201, "round $n: a first payment");
        for (1 .. 16) {
            my $key = uuid();
            push @requests, [201, later(create($key, 1), 10), $key],
                            [402, later(create(uuid(), 2, 'tok_declined'), 10)],
                            [422, later(create($reused, 12), 10)],
                            [201, later(create($reused, 11), 10)];
        }
        for (1 .. 5) {
            sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                  WHERE usename = 'pay_api'");
        }
    }

    my ($right, @keys) = (0);
    for (@requests) {
        my ($status, $later, $key) = @$_;
        push @keys, $key if $key;
        my $answer = collect($later);
        next if $answer->{status} == $status && ++$right;
        diag "$answer->{status} for $status: $answer->{body}";
    }
    is($right, scalar(@requests), 'mixed batches while backends end: each item its own outcome');
    is(stored(@keys), @keys . '|' . @keys, 'mixed batches: each payment once');
    Own::stop();
}

# clocks ---------------------------------------------------------------------------------------

my ($faketime) = glob '/usr/lib/*/faketime/libfaketime.so.1';

SKIP: {
    skip 'libfaketime is not installed', 10 unless $faketime;

    for my $offset ('+1d', '-1d', '+40d') {
        local $ENV{TEST_NGINX_LD_PRELOAD} = $faketime;
        local $ENV{FAKETIME} = $offset;
        local $ENV{FAKETIME_DONT_FAKE_MONOTONIC} = 1;
        Own::start(shard => 'mode direct;');
        my $key = uuid();
        my $before = sql('SELECT clock_timestamp()');
        my $answer = request(create($key, 3));
        my $after = sql('SELECT clock_timestamp()');
        my $again = request(create($key, 3));
        my ($id) = $answer->{body} =~ /"id":"(pay_\w+)"/;
        is($answer->{status}, 201, "nginx's clock $offset: a payment");
        is($again->{body}, $answer->{body}, "nginx's clock $offset: its replay");
        is(sql("SELECT p.created_at BETWEEN '$before' AND '$after'
                  FROM pay.journal j JOIN pay.payments p
                    ON p.merchant_id = j.merchant_id AND p.payment_id = j.object_id
                 WHERE j.key = '$key'"), 't',
           "nginx's clock $offset: the payment's time is PostgreSQL's");
        is(read_payment($id)->{status}, 200, "nginx's clock $offset: it is read");
        like(Own::log_text(), qr/this clock is -?\d+ seconds behind/,
             "nginx's clock $offset: the log says so");
        Own::stop();
    }
}

# what a log line can show of all this -----------------------------------------------------

{
    my $file = "$Nginx::ServRoot/logs/words.log";
    my $proxy = PgProxy->new(to => $pg_port);
    Own::start(port => $proxy->{port}, shard => 'mode direct;', http => "
        log_format words '\$payments_route \$payments_idempotency '
            '\$payments_database_time \$payments_queue_time '
            '\$payments_batch_size \$payments_server [\$payments_sqlstate]';
        access_log $file words;");
    $proxy->rule(match => 'create_payments', do => 'error', times => 1,
                 error => ['ERROR', '40001', 'x']);
    my $answer = request(create(uuid(), 3));
    my ($id) = $answer->{body} =~ /"id":"(pay_\w+)"/;
    read_payment($id);
    Own::get('/livez');
    my $server = quotemeta "127.0.0.1:$proxy->{port}";
    my @lines;
    ok(wait_until(3, sub {
        open my $fh, '<', $file or return 0;
        @lines = grep { !/^readyz/ } <$fh>;
        @lines == 3;
    }), 'three lines in the log');
    like($lines[0], qr/^createPayment executed \d+\.\d{6} \d+\.\d{6} 1 $server \[40001\]$/,
         'log: a payment that met an error on its way');
    like($lines[1], qr/^getPayment - \d+\.\d{6} \d+\.\d{6} 1 $server \[-\]$/,
         'log: a read');
    like($lines[2], qr/^livez - - - - - \[-\]$/,
         'log: a request that asks no database');
    Own::stop();
    $proxy->stop;
}

# the end: invariants, no deadlock ever -----------------------------------------------------------

is(join("\n", invariants()), '', 'invariants');

{
    open my $fh, '<', "$dir/primary/log" or die;
    my @deadlocks = grep { /deadlock detected/ } <$fh>;
    is(scalar(@deadlocks), 0, 'PostgreSQL has never reported a deadlock');
}

{
    devstack('start', 'nginx');
    my $checked = system("curl -s '$ENV{PAYMENTS_URL}/metrics' | promtool check metrics");
    is($checked, 0, 'promtool finds the metrics valid');
}

done_testing();

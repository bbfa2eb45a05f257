# What a server sets limits to: locks and statements that take too long, connections,
# the disk, transactions that idle.

use strict;
use warnings;

use lib 't/lib';
use Database;
use IPC::Open2;
use Load qw(sql request create uuid invariants wait_until promised later collect stored
            hold);
use Own;
use Test::More;
use Time::HiRes qw(time);

Database::alone();

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

# a client of the database that leaves its transaction open ----------------------------

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

Database::unharmed();
done_testing();

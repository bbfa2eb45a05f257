# One key on both sides of midnight, by the database's clock (UTC), on two nodes
# without caches: one payment each.  A PostgreSQL of its own, whose clock is set
# to just before the next midnight again and again (libfaketime).

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql text request uuid invariants rounds together);
use File::Path;
use Own;
use Test::More;
use Time::HiRes qw(sleep time);

my ($faketime) = glob '/usr/lib/*/faketime/libfaketime.so.1';
my ($bin) = reverse sort glob '/usr/lib/postgresql/*/bin';
my $dir = "/tmp/payments-midnight-$$";
my $port = Nginx::free_port();
my $own = "host=127.0.0.1 port=$port user=postgres dbname=postgres";
my $clock = "$dir/clock";

# The database's clock: $seconds of its own day from here on.  In seconds since
# 1970; what the file holds is an offset, read again for each look at the time.
my $real = time;
sub set_clock {
    my ($fake) = @_;
    open my $fh, '>', "$clock.new" or die;
    printf {$fh} "%+.3f\n", $fake - time;
    close $fh;
    chmod 0644, "$clock.new";
    rename "$clock.new", $clock or die;
}

sub as_postgres {
    my (@command) = @_;
    return system('sh', '-c', 'cd / && exec "$@" > /dev/null 2>&1', 'sh',
                  $> == 0 ? ('runuser', '-u', 'postgres', '--') : (), @command) == 0;
}

my $midnight = 86400 * int(time / 86400 + 2);

mkdir $dir or die;
system('chown', 'postgres', $dir) if $> == 0;
set_clock($midnight - 40000);
as_postgres("$bin/initdb", '-D', "$dir/data", '-U', 'postgres', '-A', 'trust', '-E', 'UTF8',
            '--locale=C') or die "initdb\n";
as_postgres('env', "LD_PRELOAD=$faketime", "FAKETIME_TIMESTAMP_FILE=$clock", 'FAKETIME_NO_CACHE=1',
            'FAKETIME_DONT_FAKE_MONOTONIC=1', "$bin/pg_ctl", '-D', "$dir/data", '-w', '-l', "$dir/log",
            '-o', "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
            . ' -c max_locks_per_transaction=256 -c fsync=off -c autovacuum=off -c timezone=UTC', 'start')
    or die "a server with a clock of its own does not start\n";
END {
    my $status = $?;
    second('stop');
    as_postgres("$bin/pg_ctl", '-D', "$dir/data", '-m', 'immediate', '-w', 'stop');
    File::Path::remove_tree($dir);
    $? = $status;
}

system("sql/apply '$own' > /dev/null") == 0 or die "sql/apply\n";
for my $table ('merchants', 'api_keys') {
    system("psql -XAtq -d '$ENV{PG_PRIMARY}' -c 'COPY pay.$table TO STDOUT'"
        . " | psql -XAtq -d '$own' -c 'COPY pay.$table FROM STDIN'") == 0 or die "copy of $table\n";
}
$ENV{PG_PRIMARY} = $own;

Own::start(port => $port, workers => 2, shard => 'database postgres; mode direct;',
           http => 'payments_replay_cache off;');

# a second node: the same configuration elsewhere
my $port2 = Nginx::free_port();
sub second {
    my ($what) = @_;
    my $at = "$dir/nginx";
    if ($what eq 'stop') {
        open my $fh, '<', "$at/logs/nginx.pid" or return;
        kill QUIT => <$fh>;
        return;
    }
    my $root = Nginx::log_file() =~ s{/logs/.*}{}r;
    open my $fh, '<', "$root/conf/nginx.conf" or die;
    my $conf = do { local $/; <$fh> };
    $conf =~ s/\Q$root\E/$at/g;
    $conf =~ s/127\.0\.0\.1:$Load::port\b/127.0.0.1:$port2/g;
    $conf =~ s/daemon off/daemon on/;
    $conf =~ s/^\s*pid .*$/pid $at\/logs\/nginx.pid;/m;
    File::Path::make_path("$at/conf", "$at/logs", "$at/html");
    open $fh, '>', "$at/conf/nginx.conf" or die;
    print {$fh} $conf;
    close $fh;
    system("PATH=/usr/sbin:\$PATH nginx -p $at/ -c conf/nginx.conf -e $at/logs/error.log 2>$at/logs/start") == 0
        or die `cat $at/logs/start`;
}
second('start');
my @nodes = ($Load::port, $port2);

my (%wrong, %seen);
my $rounds = rounds(25, 200);
for my $round (1 .. $rounds) {
    my $key = uuid();
    my $token = $round % 3 ? 'tok_visa' : 'tok_slow_15';
    my $text = text('POST', '/v1/payments', { amount => $round, currency => 'EUR',
        payment_method => { token => $token } }, 'Idempotency-Key' => $key);

    # to just before the next one; workers know of it by looking an API key up
    $midnight += 86400;
    set_clock($midnight - 3);
    sql('SELECT pay.make_partitions(3)');
    request(text('GET', '/v1/payments?limit=1', undef));
    set_clock($midnight - 0.002 - rand 0.03);

    # some before, some while, some after
    my @before = together([@nodes], ($text) x 3);
    sleep rand 0.03;
    my @while = together([@nodes], ($text) x 6);
    sleep 0.05;
    my @after = together([reverse @nodes], ($text) x 4);
    my @answers = (@before, @while, @after);

    my %bodies = map { ($_->{body} => 1) } grep { $_->{status} == 201 } @answers;
    my ($n, $days) = split /\|/, sql("SELECT count(*), count(DISTINCT object_id) FROM pay.journal
                                       WHERE status > 1 AND key = '$key'");
    my $day = sql("SELECT day = (now() AT TIME ZONE 'UTC')::date FROM pay.journal WHERE status > 1 AND key = '$key'");
    $seen{$day eq 't' ? 'after' : 'before'}++;
    $wrong{"round $round: $n rows, " . keys(%bodies) . ' bodies, '
           . join(' ', map { $_->{status} } @answers)}++
        if $n != 1 || keys %bodies != 1 || grep { $_->{status} != 201 } @answers;
}
is(join("\n", sort keys %wrong), '', "$rounds midnights: one payment each, the same bytes for all");
note join ', ', map { "$seen{$_} $_ midnight" } sort keys %seen;
is(join("\n", invariants()), '', 'invariants');
Own::stop();
done_testing();

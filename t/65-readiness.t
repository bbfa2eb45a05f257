# /readyz says 503 where a payment would not succeed, and why; what cannot be done is
# refused at once, and connecting never stops a worker.

use strict;
use warnings;

use lib 't/lib';
use Digest::SHA qw(hmac_sha256 sha256);
use JSON::PP;
use Load qw(api create devstack later collect request rounds sql text uuid wait_until);
use MIME::Base64;
use Neighbours qw(client measure meanwhile);
use Own;
use PgProxy;
use Test::More;
use Time::HiRes qw(time);

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my ($pooler_port) = $ENV{PGBOUNCER_ADMIN} =~ /port=(\d+)/;
my ($redis_port) = $ENV{REDIS_URL} =~ /:(\d+)$/;

sub ready { my $answer = api('GET', '/readyz'); return "$answer->{status} $answer->{json}{postgres}" }
sub writes { return Own::metric('payments_postgresql_calls_total', 'write') }
sub sessions { return sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                            WHERE usename = 'pay_api'") }

# read-only, as a full disk makes it -------------------------------------------------------

for my $mode ('direct', 'pooler') {
    Own::start(port => $mode eq 'direct' ? $pg_port : $pooler_port, shard => "mode $mode;");
    is(ready(), '200 ok', "$mode: ready");

    sql('ALTER SYSTEM SET default_transaction_read_only = on');
    sql('SELECT pg_reload_conf()');
    ok(wait_until(5, sub { ready() eq '503 read_only' }), "$mode: read-only: 503, and why");

    my $key = uuid();
    is(request(create($key, 5))->{status}, 503, "$mode: read-only: a payment is refused");
    my $before = writes();
    my @answers = map { request(create(uuid(), 5)) } 1 .. 20;
    is(scalar(grep { $_->{status} == 503 && $_->{body} =~ /"database_unavailable"/ } @answers), 20,
       "$mode: read-only: so are all others");
    is(writes(), $before, "$mode: ... without asking for each");
    like(Own::log_text(), qr/\[crit\].*takes no writes/, "$mode: read-only: the log says so");

    sql("ALTER SYSTEM RESET default_transaction_read_only");
    sql('SELECT pg_reload_conf()');
    ok(wait_until(10, sub { request(create($key, 5))->{status} == 201 }), "$mode: the retry works when it is over");
    is(ready(), '200 ok', "$mode: ready again");
    Own::stop(expected => qr/takes no writes/);
}

# the same, said by the database, which only new sessions hear ------------------------------

{
    Own::start(port => $pg_port, shard => 'mode direct; timeout 4s;');
    is(request(create(uuid(), 5))->{status}, 201, 'a payment');
    sql('ALTER DATABASE payments SET default_transaction_read_only = on');
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE usename = 'pay_api' AND query ~ 'create_payments'");
    my $key = uuid();
    is(request(create($key, 5))->{status}, 503, 'the database is read-only: a payment is refused');
    ok(wait_until(5, sub { ready() eq '503 read_only' }), '... and it is said');
    # by way of another database, which is not
    (my $postgres = $ENV{PG_PRIMARY}) =~ s/dbname=payments/dbname=postgres/;
    is(system('psql', '-XAtq', '-d', $postgres, '-c',
              'ALTER DATABASE payments RESET default_transaction_read_only'), 0, '... until it is not');
    ok(wait_until(10, sub { request(create($key, 5))->{status} == 201 }), 'the retry works then');
    Own::stop(expected => qr/takes no writes/);
}

# writes of all merchants fail: for as long as they do -------------------------------------------

{
    Own::start(port => $pg_port, shard => 'mode direct; timeout 1s; connect_timeout 1s;');
    sql(<<'SQL');
CREATE OR REPLACE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON pay.payments FOR EACH ROW EXECUTE FUNCTION public.full();
SQL
    my $fails = sub { api('POST', '/v1/payments', { amount => 5, currency => 'EUR',
                          payment_method => { token => 'tok_visa' } }, key => $_[0]) };
    ok(wait_until(20, sub {
        $fails->($_) for $ENV{PAYMENTS_KEY}, $ENV{PAYMENTS_KEY_B};
        ready() eq '503 failing' }), 'a full disk: 503');
    sql('DROP TRIGGER full_disk ON pay.payments; DROP FUNCTION public.full()');
    # who obeys sends nothing that could show that it is over
    ok(wait_until(15, sub { ready() eq '200 ok' }), '... and without a request ready again');
    Own::stop();
}

# what makes payments cannot be loaded, or may not be called -----------------------------------

{
    Own::start(port => $pg_port, shard => 'mode direct; timeout 2s; connect_timeout 1s;');
    sql('REVOKE EXECUTE ON FUNCTION pay.create_payments FROM pay_api');
    is(ready(), '503 incomplete', 'no right to make payments: 503');
    sql('GRANT EXECUTE ON FUNCTION pay.create_payments TO pay_api');
    is(ready(), '200 ok', '... and with it: ready');

    my $library = sql("SELECT probin FROM pg_proc WHERE proname = 'plpgsql_call_handler'");
    sql("UPDATE pg_proc SET probin = '\$libdir/gone' WHERE probin = '$library'");
    sessions();
    ok(wait_until(5, sub { ready() eq '503 down' }), 'PL/pgSQL cannot be loaded: 503');
    sql("UPDATE pg_proc SET probin = '$library' WHERE probin = '\$libdir/gone'");
    ok(wait_until(10, sub { ready() eq '200 ok' }), '... and when it can: ready');
    Own::stop();
}

# the lane of writes has no answer, while that of readiness has ----------------------------------

{
    my $proxy = PgProxy->new(to => $pg_port);
    Own::start(port => $proxy->{port}, shard => 'mode direct; timeout 20s;');
    my $seen = $proxy->seen('hold');
    $proxy->rule(match => 'create_payments', do => 'hold');
    my $payment = later(create(uuid(), 4), 30);
    ok(wait_until(5, sub { $proxy->seen('hold') > $seen }), 'a payment has no answer');
    ok(wait_until(5, sub { ready() eq '503 no_answer' }), '... for a second: 503');
    is(api('GET', '/livez')->{status}, 200, '... the process is alive');
    $proxy->clear;
    $proxy->release;
    is(collect($payment)->{status}, 201, '... until it has');
    ok(wait_until(5, sub { ready() eq '200 ok' }), '... and then: ready');
    Own::stop();
    $proxy->stop;
}

# Redis answers, and refuses ------------------------------------------------------------------------

{
    Own::start(port => $pg_port, shard => 'mode direct;',
               http => "payments_redis 127.0.0.1:$redis_port timeout=1s;");
    my $redis = sub { my $text = `redis-cli -p $redis_port @_ 2>&1`; chomp $text; return $text };
    my $state = sub { my $answer = api('GET', '/readyz'); "$answer->{status} $answer->{json}{status} $answer->{json}{redis}" };
    ok(wait_until(5, sub { $state->() eq '200 ok ok' }), 'Redis: ready');

    is($redis->('ACL', 'SETUSER', 'default', '-set', '-get'), 'OK', 'Redis: its user may not');
    is(request(create(uuid(), 6))->{status}, 201, 'Redis refuses: a payment is made all the same') for 1 .. 20;
    ok(wait_until(5, sub { $state->() eq '200 degraded refusing' }), 'Redis refuses: degraded');
    cmp_ok(Own::metric('payments_redis_refused_total', 'noperm'), '>=', 20, 'Redis refuses: counted by reason');
    is(scalar(() = Own::log_text() =~ /Redis .* refuses commands: NOPERM/g), 1, 'Redis refuses: one line says so');
    is(Own::metric('payments_redis_commands_total', 'miss'), 0, 'Redis refuses: that is no miss')
        if !Own::metric('payments_redis_commands_total', 'hit');
    $redis->('ACL', 'SETUSER', 'default', '+set', '+get');
    Own::stop();
}

# a verifier of a million iterations -----------------------------------------------------------------

my $password = do { open my $fh, '<', "$ENV{DEVSTACK_DIR}/nginx/password" or die; local $/; <$fh> };
chomp $password;
my $verifier = sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'pay_api'");

# RFC 5802, 3, and what PostgreSQL stores of it
sub scram {
    my ($text, $iterations) = @_;
    my $salt = 'sixteen bytes of';
    my $u = hmac_sha256("$salt\0\0\0\1", $text);
    my $salted = $u;
    for (2 .. $iterations) {
        $u = hmac_sha256($u, $text);
        $salted ^= $u;
    }
    my ($client, $server) = map { hmac_sha256($_, $salted) } 'Client Key', 'Server Key';
    return "SCRAM-SHA-256\$$iterations:" . encode_base64($salt, '') . '$'
        . encode_base64(sha256($client), '') . ':' . encode_base64($server, '');
}

{
    my $iterations = rounds(300_000, 1_000_000);
    Own::start(port => $pg_port, shard => 'mode direct; connect_timeout 1s; timeout 20s;');
    measure(seconds => 2);
    # p99 of 80 requests would be their slowest
    my @often = (mix => 'create=100', rate => 150, seconds => 6);
    my $quiet = measure(@often);
    my $alive = client('--path', '/livez', '--rate', 100, '--seconds', 6, '--connections', 2)->();

    sql("ALTER ROLE pay_api PASSWORD '" . scram($password, $iterations) . "'");
    # the session of reads ends, those of writes and of keys live on
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE usename = 'pay_api' AND query ~ 'get_payments|read_objects'");
    my $probe = client('--path', '/livez', '--rate', 100, '--seconds', 6, '--connections', 2);
    my $payments = measure(@often);
    $probe = $probe->();
    is($payments->{failed}, 0, 'a costly verifier: payments go on meanwhile');
    is(join(' ', keys %{ $probe->{statuses} }), 200, 'a costly verifier: /livez answers');
    my $text = sprintf 'a costly verifier: p99 of /livez %.1f ms (%.1f), of payments %.1f ms (%.1f)',
        $probe->{p99}, $alive->{p99}, $payments->{p99}, $quiet->{p99};
    if (Load::figures()) {
        cmp_ok($probe->{p99}, '<', 10, $text);
        cmp_ok($payments->{p99}, '<', 10, $text);
    } else {
        note($text);
    }
    my $id = api('POST', '/v1/payments', { amount => 5, currency => 'EUR',
                                          payment_method => { token => 'tok_visa' } })->{json}{id};
    ok(wait_until(30, sub { api('GET', "/v1/payments/$id")->{status} == 200 }),
       'a costly verifier: the connection is made in the end, however long it takes');
    like(Own::log_text(), qr/asks for $iterations iterations of SCRAM/, 'a costly verifier: the log names the number');

    # workers that end while they compute: stop() fails where one has crashed
    for my $round (1 .. rounds(3, 10)) {
        my $master = Nginx::pid();
        my %old = map { $_ => 1 } `ps -o pid= --ppid $master` =~ /(\d+)/g;
        kill HUP => $master;
        ok(wait_until(20, sub { grep { !$old{$_} } `ps -o pid= --ppid $master` =~ /(\d+)/g }),
           "a costly verifier: reload $round");
    }
    ok(wait_until(60, sub { (() = `ps -o args= --ppid @{[Nginx::pid()]}` =~ /shutting down/g) == 0 }),
       'a costly verifier: the old workers end');
    Own::stop();
}

# a wrong password: fewer and fewer attempts, and the reason in the log ---------------------------------

{
    sql("ALTER ROLE pay_api PASSWORD '$verifier'");
    Own::start(port => $pg_port, shard => 'mode direct; timeout 2s; connect_timeout 1s;');
    sql("ALTER ROLE pay_api PASSWORD 'another'");
    sessions();
    ok(wait_until(5, sub { Own::metric('payments_postgresql_connects_total', 'failed') >= 20 }),
       'a wrong password: refused');
    like(Own::log_text(), qr/\[error\].*while connecting.*28P01/, 'a wrong password: the log says why, as an error');
    my $lines = () = Own::log_text() =~ /\[error\].*28P01/g;
    is($lines, 1, 'a wrong password: once');
    my ($first, $at) = (Own::metric('payments_postgresql_connects_total', 'failed'), time);
    my $half = $first;
    wait_until(20, sub { ($half = Own::metric('payments_postgresql_connects_total', 'failed')) >= $first + 10 });
    my $early = time - $at;
    $at = time;
    ok(wait_until(60, sub { Own::metric('payments_postgresql_connects_total', 'failed') >= $half + 10 }),
       sprintf 'a wrong password: ten attempts in %.1f s, ten more in %.1f', $early, time - $at);
    cmp_ok(time - $at, '>', $early, 'a wrong password: the pause grows');
    sql("ALTER ROLE pay_api PASSWORD '$verifier'");
    ok(wait_until(15, sub { ready() eq '200 ok' }), 'the right one: ready');
    Own::stop();
}

END { sql("ALTER ROLE pay_api PASSWORD '$verifier'") if $verifier }

done_testing();

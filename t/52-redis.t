# Redis in all its forms: a unix socket, a user with a password, TLS, Sentinels
# and a failover; and how it is asked only when that pays.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql text request uuid invariants wait_until promised merchant);
use File::Path;
use IO::Socket::INET;
use Own;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

my $dir = "/tmp/payments-redis-$$";
mkdir $dir or die;
my @started;
END { my $status = $?; kill KILL => @started; File::Path::remove_tree($dir); $? = $status }

my ($key) = merchant(qw(payments:read payments:write));

sub post {
    my ($idem) = @_;
    return request(text('POST', '/v1/payments', { amount => 100, currency => 'EUR',
        payment_method => { token => 'tok_visa' } }, key => $key, 'Idempotency-Key' => $idem));
}

sub spew {
    my ($name, $text) = @_;
    open my $fh, '>', "$dir/$name" or die;
    print {$fh} $text;
    close $fh;
    return "$dir/$name";
}

# a server of its own, with these lines of configuration; returns its process
sub redis {
    my ($name, $conf, @options) = @_;
    my $file = spew("$name.conf", "dir $dir\nsave \"\"\nlogfile $dir/$name.log\nbind 127.0.0.1\n$conf\n");
    my $pid = fork;
    if (!$pid) {
        { exec 'redis-server', $file, @options }
        POSIX::_exit(1);
    }
    push @started, $pid;
    return $pid;
}

sub ready {
    return Own::get('/readyz')->{body} =~ /"redis":"ok"/;
}

# that a replay comes from Redis, which another nginx has filled
sub works {
    my ($name, $lines) = @_;
    Own::start(workers => 1, http => "payments_redis $lines; payments_replay_cache off;");
    ok(wait_until(5, \&ready), "$name: connected");
    my $idem = uuid();
    my $first = post($idem);
    is($first->{status}, 201, "$name: a payment");
    is(post($idem)->{body}, $first->{body}, "$name: its replay");
    is(Own::metric('payments_idempotency_total', 'replayed_redis'), 1, "$name: from there");
    Own::stop();
}

sub refuses {
    my ($name, $lines, $why, $reason) = @_;
    Own::start(workers => 1, http => "payments_redis $lines; payments_replay_cache off;");
    ok(wait_until(5, sub { Own::log_text() =~ $why }), "$name: refused, the log says why");
    if ($reason) {
        cmp_ok(Own::metric('payments_redis_refused_total', $reason), '>=', 1, "$name: counted");
        like(Own::log_text(), qr/\[error\].*refuses commands/, "$name: said where it is seen");
    }
    my $idem = uuid();
    my $first = post($idem);
    is($first->{status}, 201, "$name: payments do without it");
    is(post($idem)->{body}, $first->{body}, "$name: replays too");
    my $state = $reason ? 'refusing' : 'down';
    like(Own::get('/readyz')->{body}, qr/"status":"degraded".*"redis":"$state"/, "$name: degraded, $state");
    Own::stop();
}

my ($tcp, $tls) = map { Nginx::free_port() } 1, 2;
my $secret = uuid();
my $password = spew('password', "$secret\n");
my $wrong = spew('wrong', uuid() . "\n");

# an authority, a certificate
for my $command (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority"
    . " -keyout $dir/ca.key -out $dir/ca.pem",
    "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=redis.test"
    . " -keyout $dir/server.key -out $dir/server.csr",
    "printf 'subjectAltName=DNS:redis.test\n' > $dir/ext && openssl x509 -req -days 2 -in $dir/server.csr"
    . " -CA $dir/ca.pem -CAkey $dir/ca.key -CAcreateserial -extfile $dir/ext -out $dir/server.pem",
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=other"
    . " -keyout $dir/other.key -out $dir/other.pem") {
    system("($command) 2> /dev/null") == 0 or die $command;
}

redis('one', "port $tcp\nunixsocket $dir/redis.sock\ntls-port $tls\ntls-cert-file $dir/server.pem\n"
      . "tls-key-file $dir/server.key\ntls-ca-cert-file $dir/ca.pem\ntls-auth-clients no\n"
      . "user default on >$secret ~* +\@all\nuser module on >$secret ~{m:* +get +set +ping +select");
ok(wait_until(5, sub { -S "$dir/redis.sock" && `redis-cli -p $tcp -a $secret --no-auth-warning ping` =~ /PONG/ }),
   'a Redis');

works('unix socket', "unix:$dir/redis.sock password_file=$password timeout=1s");
works('AUTH', "127.0.0.1:$tcp password_file=$password timeout=1s");
works('AUTH as a user, who may do nothing else',
      "127.0.0.1:$tcp username=module password_file=$password timeout=1s");
works('SELECT', "127.0.0.1:$tcp password_file=$password database=3 timeout=1s");
works('TLS', "127.0.0.1:$tls password_file=$password tls_ca=$dir/ca.pem tls_name=redis.test timeout=1s");
refuses('a wrong password', "127.0.0.1:$tcp password_file=$wrong timeout=1s", qr/AUTH.*refused/, 'other');
refuses('no password', "127.0.0.1:$tcp timeout=1s", qr/refused/, 'noauth');
{
    my $port = Nginx::free_port();
    my $pid = redis('strict', "port $port\nrequirepass $secret");
    Own::start(workers => 1, http => "payments_redis 127.0.0.1:$port timeout=500ms; payments_replay_cache off;");
    my $state = sub { (Own::get('/readyz')->{body} =~ /"redis":"(\w+)"/)[0] };
    ok(wait_until(5, sub { $state->() eq 'refusing' }), 'refused at the door');
    kill KILL => $pid;
    waitpid $pid, 0;
    ok(wait_until(5, sub { $state->() eq 'down' }), '... and gone: down');
    redis('open', "port $port");
    ok(wait_until(5, sub { $state->() eq 'ok' }), '... and one that asks for nothing: ok at once');
    Own::stop();
}
refuses('TLS, another authority', "127.0.0.1:$tls password_file=$password tls_ca=$dir/other.pem "
        . "tls_name=redis.test timeout=1s", qr/certificate is not valid/);
refuses('TLS, another name', "127.0.0.1:$tls password_file=$password tls_ca=$dir/ca.pem "
        . "tls_name=else.test timeout=1s", qr/certificate is not valid/);
refuses('TLS to who does not speak it', "127.0.0.1:$tcp password_file=$password tls_ca=$dir/ca.pem "
        . "tls_name=redis.test timeout=1s connect_timeout=500ms", qr/TLS handshake failed|closed/);

# asked as long as it pays
{
    Own::start(workers => 1, http => "payments_redis 127.0.0.1:$tcp password_file=$password timeout=1s;"
               . ' payments_replay_cache off;');
    ok(wait_until(5, \&ready), 'auto: connected');
    my @keys = map { uuid() } 1 .. 400;
    post($_) for @keys;
    my $asked = Own::metric('payments_redis_commands_total', 'hit|miss');
    cmp_ok($asked, '<', 320, "auto: of 400 new payments it was asked for $asked");
    my $before = $asked;
    post($keys[$_ % 400]) for 1 .. 800;
    $asked = Own::metric('payments_redis_commands_total', 'hit') ;
    cmp_ok($asked, '>', 500, "auto: and of 800 replays for $asked");
    Own::stop();
    Own::start(workers => 1, http => "payments_redis 127.0.0.1:$tcp password_file=$password timeout=1s;"
               . ' payments_replay_cache off; payments_redis_read on;');
    ok(wait_until(5, \&ready), 'on: connected');
    post(uuid()) for 1 .. 100;
    is(Own::metric('payments_redis_commands_total', 'miss'), 100, 'on: asked each time');
    Own::stop();
}

# Sentinels: who is master, and who it is after that
{
    my ($m, $r, @s) = map { Nginx::free_port() } 1 .. 5;
    my $master = redis('m', "port $m");
    redis('r', "port $r\nreplicaof 127.0.0.1 $m");
    ok(wait_until(10, sub { `redis-cli -p $r role 2>&1` =~ /connected/ }), 'a master and a replica');
    my $n = 0;
    redis('s' . $n++, "port $_\nsentinel monitor pay 127.0.0.1 $m 2\nsentinel down-after-milliseconds pay 500\n"
          . "sentinel failover-timeout pay 3000", '--sentinel') for @s;
    ok(wait_until(15, sub { 3 == grep { `redis-cli -p $_ sentinel master pay` =~ /num-other-sentinels\n2\n/ } @s }),
       'three Sentinels');

    my $lines = join(' ', map { "127.0.0.1:$_" } @s) . ' sentinel=pay timeout=500ms';
    Own::start(workers => 1, http => "payments_redis $lines; payments_replay_cache off; payments_redis_read on;");
    ok(wait_until(5, \&ready), 'Sentinel: connected');
    like(Own::log_text(), qr/Sentinel "127.0.0.1:\d+" says that Redis "127.0.0.1:$m" is master/, 'to the master');
    my $idem = uuid();
    my $first = post($idem);
    is(post($idem)->{body}, $first->{body}, 'Sentinel: a replay');
    is(Own::metric('payments_idempotency_total', 'replayed_redis'), 1, 'Sentinel: from the master');

    # the master is lost; payments go on, and then Redis is there again
    kill KILL => $master;
    waitpid $master, 0;
    my ($slowest, $keys, $found) = (0, 0);
    $found = wait_until(10, sub {
        my $k = uuid();
        my $a = post($k);
        my $b = post($k);
        $keys++ if $a->{status} == 201 && $b->{body} eq $a->{body};
        $slowest = $a->{seconds} if $slowest < $a->{seconds};
        return Own::log_text() =~ /says that Redis "127.0.0.1:$r" is master/ && ready();
    });
    ok($found, "Sentinel: the new master is found, $keys payments and replays meanwhile");
    # who waits for a master waits until there is another one: then it would be the first
    cmp_ok($keys, '>=', 3, 'Sentinel: none of them waited for it');
    promised($slowest, 1, 'Sentinel: the slowest of them');
    my $new = uuid();
    my $one = post($new);
    my $before = Own::metric('payments_idempotency_total', 'replayed_redis');
    is(post($new)->{body}, $one->{body}, 'Sentinel: a replay');
    is(Own::metric('payments_idempotency_total', 'replayed_redis'), $before + 1, 'Sentinel: from the new master');
    Own::stop();

    # one that wants to know who asks
    my $shy = Nginx::free_port();
    redis('shy', "port $shy\nrequirepass $secret\nsentinel monitor pay 127.0.0.1 $r 1", '--sentinel');
    Own::start(workers => 1, http => "payments_redis 127.0.0.1:$shy sentinel=pay timeout=500ms;"
               . ' payments_replay_cache off;');
    ok(wait_until(5, sub { Own::get('/readyz')->{body} =~ /"redis":"refusing"/ }), 'Sentinel: one that refuses');
    like(Own::log_text(), qr/refuses commands: NOAUTH/, 'Sentinel: the log says why');
    Own::stop();

    # one that is master no more, and does not know it: asked itself, it says so
    Own::start(workers => 1, http => "payments_redis 127.0.0.1:$s[0] sentinel=nobody timeout=500ms;"
               . ' payments_replay_cache off;');
    ok(wait_until(5, sub { Own::log_text() =~ /the Sentinel knows no such master/ }), 'Sentinel: an unknown name');
    is(post(uuid())->{status}, 201, 'Sentinel: payments do without it');
    Own::stop();

    # a server that is demoted under us
    my $plain = Nginx::free_port();
    redis('p', "port $plain");
    Own::start(workers => 1, http => "payments_redis 127.0.0.1:$plain timeout=500ms; payments_replay_cache off;");
    ok(wait_until(5, \&ready), 'demoted: connected');
    post(uuid());
    system("redis-cli -p $plain replicaof 127.0.0.1 $r > /dev/null");
    is(post(uuid())->{status}, 201, 'demoted: a payment');
    ok(wait_until(5, sub { post(uuid()); Own::log_text() =~ /it takes no writes/ }), 'demoted: the log says so');
    Own::stop();
}

# one whose answer never ends, as fast as it is read
{
    my $listen = IO::Socket::INET->new(Listen => 10, LocalAddr => '127.0.0.1') or die;
    my $pid = fork;
    if (!$pid) {
        local $SIG{PIPE} = 'IGNORE';
        while (my $client = $listen->accept) {
            sysread $client, my $ping, 100;
            syswrite $client, "\$9999999999\r\n";
            my $block = 'x' x 65536;
            1 while syswrite $client, $block;
        }
        POSIX::_exit(0);
    }
    push @started, $pid;
    Own::start(workers => 1, http => 'payments_redis 127.0.0.1:' . $listen->sockport
               . ' timeout=500ms; payments_replay_cache off;');
    ok(wait_until(5, sub { Own::log_text() =~ /an answer without end/ }), 'no end: the log says so');
    is(post(uuid())->{status}, 201, 'no end: payments do without it');
    Own::stop();
    kill KILL => $pid;
}

is(join("\n", invariants()), '', 'invariants');
done_testing();

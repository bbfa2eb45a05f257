# A reload while a payment waits for a Redis that does not answer yet: the worker
# that quits must stay until the payment is answered.

use strict;
use warnings;

use lib 't/lib';
use Load qw(create uuid request sql wait_until later collect answered);
use IO::Select;
use IO::Socket::INET;
use Nginx;
use Test::More;

$ENV{TEST_NGINX_LOAD_MODULES} or die "TEST_NGINX_LOAD_MODULES?\n";
my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;

# answers PING, and anything else from when the test says so
my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
    or die "listen: $!";
my $redis_port = $listener->sockport;
pipe my $go, my $signal or die "pipe: $!";
my $redis = fork;
die "fork: $!" unless defined $redis;

if ($redis == 0) {
    my $select = IO::Select->new($listener, $go);
    my ($may, @waiting);
    for ( ;; ) {
        for my $socket ($select->can_read) {
            if ($socket == $listener) {
                $select->add($listener->accept);
                next;
            }
            my $n = sysread $socket, my $text, 65536;
            if ($socket == $go) {
                $may = 1;
                syswrite $_, "\$-1\r\n" for @waiting;
                next;
            }
            if (!$n) {
                $select->remove($socket);
                next;
            }
            if ($text =~ /PING/) {
                syswrite $socket, "+PONG\r\n";
            } elsif ($may) {
                syswrite $socket, $text =~ /GET/i ? "\$-1\r\n" : "+OK\r\n";
            } else {
                push @waiting, $socket;
            }
        }
    }
}

close $listener;

$Nginx::Master = 1;
Nginx::make_root();

is(Nginx::start({
    main_config => '', post_main_config => '', log_level => 'info',
    http_config => qq{
        payments_shard main {
            server 127.0.0.1:$pg_port;
            password_file $ENV{DEVSTACK_DIR}/nginx/password;
            timeout 60s;
        }
        payments_secret_file $ENV{DEVSTACK_DIR}/nginx/secret;
        payments_redis 127.0.0.1:$redis_port timeout=60s;
    },
    config => 'location /v1 { payments on; } location /readyz { payments on; }
               location /metrics { payments on; }',
}), undef, 'nginx starts');

$Load::port = $Nginx::ClientPort;
my $readyz = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
ok(wait_until(5, sub { request($readyz)->{body} =~ /"redis":"ok"/ }),
   'Redis is ready');

my $key = uuid();
my $payment = later(create($key, 1), 30);

my $metrics = $readyz =~ s/readyz/metrics/r;
ok(wait_until(5, sub {
    request($metrics)->{body} =~ /^payments_idempotency_executing 1$/m
}), 'the payment waits');

my $master = Nginx::pid();
my ($old) = `pgrep -P $master` =~ /(\d+)/;
kill HUP => $master;
ok(wait_until(5, sub {
    my $workers = `ps -o pid=,args= --ppid $master`;
    $workers =~ /^ *$old .*shutting down/m && $workers =~ /worker process$/m
}), 'another worker serves, and the old one is to quit');
is(request($readyz)->{status}, 200, '... and is ready');
ok(!answered($payment), 'the payment still waits for Redis');
ok(kill(0, $old), '... in the old worker');

syswrite $signal, "answer\n";
is(collect($payment)->{status}, 201, 'Redis answers: so is the payment');
is(sql("SELECT count(*) FROM pay.journal WHERE status > 1 AND key = '$key'"), 1, 'and made once');

Nginx::stop();
is(join("\n", Nginx::violations()), '', 'nothing in the log');

kill KILL => $redis;
waitpid $redis, 0;

done_testing();

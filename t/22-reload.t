# A reload while a payment waits for a Redis that does not answer: the worker
# that is told to quit must stay until the payment is answered.

use strict;
use warnings;

use lib 't/lib';
use Load qw(create uuid request sql);
use IO::Select;
use IO::Socket::INET;
use Test::More;
use Test::Nginx::Util;

$ENV{TEST_NGINX_LOAD_MODULES} or die "TEST_NGINX_LOAD_MODULES?\n";
my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;

# answers PING, and nothing else ever
my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
    or die "listen: $!";
my $redis_port = $listener->sockport;
my $redis = fork;
die "fork: $!" unless defined $redis;

if ($redis == 0) {
    my $select = IO::Select->new($listener);
    for ( ;; ) {
        for my $socket ($select->can_read) {
            if ($socket == $listener) {
                $select->add($listener->accept);
                next;
            }
            my $n = sysread $socket, my $text, 65536;
            if (!$n) {
                $select->remove($socket);
                next;
            }
            syswrite $socket, "+PONG\r\n" if $text =~ /PING/;
        }
    }
}

close $listener;

$Test::Nginx::Util::Master = 1;
Test::Nginx::Util::make_root();

is(Test::Nginx::Util::start({
    main_config => '', post_main_config => '', log_level => 'info',
    http_config => qq{
        payments_shard main {
            server 127.0.0.1:$pg_port;
            password_file $ENV{DEVSTACK_DIR}/nginx/password;
        }
        payments_secret_file $ENV{DEVSTACK_DIR}/nginx/secret;
        payments_redis 127.0.0.1:$redis_port timeout=2s;
    },
    config => 'location /v1 { payments on; } location /readyz { payments on; }
               location /metrics { payments on; }',
}), undef, 'nginx starts');

$Load::port = $Test::Nginx::Util::ClientPort;
my $readyz = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
ok(Load::wait_until(5, sub { request($readyz)->{body} =~ /"redis":"ok"/ }),
   'Redis is ready');

my $key = uuid();
pipe my $reader, my $writer or die;
my $client = fork;
die "fork: $!" unless defined $client;

if ($client == 0) {
    my $answer = request(create($key, 1));
    syswrite $writer, "$answer->{status} $answer->{seconds}";
    POSIX::_exit(0);
}

close $writer;

my $metrics = $readyz =~ s/readyz/metrics/r;
ok(Load::wait_until(5, sub {
    request($metrics)->{body} =~ /^payments_idempotency_executing 1$/m
}), 'the payment waits');

kill HUP => Test::Nginx::Util::pid();
waitpid $client, 0;

my $line = do { local $/; <$reader> };
my ($status, $seconds) = split ' ', $line;
is($status, 201, 'the payment is answered');
cmp_ok($seconds, '>', 1.5, 'having waited for Redis as long as it was told to');
is(sql("SELECT count(*) FROM pay.journal WHERE key = '$key'"), 1, 'and made once');

Test::Nginx::Util::stop();
is(join("\n", Test::Nginx::Util::violations()), '', 'nothing in the log');

kill KILL => $redis;
waitpid $redis, 0;

done_testing();

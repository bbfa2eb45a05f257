# A server has a name, and the name gets another address: by a name server of
# the test's own, which nginx's resolver asks.

use strict;
use warnings;

use lib 't/lib';
use Load qw(request create uuid invariants wait_until);
use IO::Select;
use IO::Socket::INET;
use Own;
use PgProxy;
use Test::More;

# Answers every question for an A record with the address that came over
# the pipe; with none, not at all.
sub name_server {
    my $socket = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1')
        or die "udp: $!";
    pipe my $in, my $out or die "pipe: $!";
    my $pid = fork;
    die "fork: $!" unless defined $pid;

    if ($pid == 0) {
        close $out;
        my ($address, $select) = ('', IO::Select->new($socket, $in));
        for ( ;; ) {
            for my $ready ($select->can_read) {
                if ($ready == $in) {
                    sysread $in, $address, 64 or POSIX::_exit(0);
                    next;
                }
                my $from = $socket->recv(my $query, 512);
                next if $address !~ /\d/ || !defined $from;
                my ($id) = unpack 'n', $query;
                my ($name) = substr($query, 12) =~ /^(.*?\0)/s;
                $socket->send(pack('nnnnnn', $id, 0x8180, 1, 1, 0, 0)
                    . $name . pack('nn', 1, 1)
                    . pack('nnnNn', 0xc00c, 1, 1, 1, 4)
                    . pack('C4', split /\./, $address));
            }
        }
    }

    close $in;
    $out->autoflush(1);
    my $self = { pid => $pid, port => $socket->sockport };
    $self->{set} = sub { print {$out} "$_[0]\n" };
    $self->{stop} = sub { kill KILL => $pid; waitpid $pid, 0 };
    return $self;
}

my ($port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my $proxy = PgProxy->new(to => $port, at => "127.0.0.2:$port");
my $names = name_server();
$names->{set}->('127.0.0.1');

sub master_pid {
    open my $fh, '<', Nginx::log_file('nginx.pid') or die "no pid: $!";
    return <$fh> =~ /(\d+)/;
}

sub paid { return request(create(uuid(), 1), 10)->{status} }

# the configuration gets 127.0.0.1, as this machine says
Own::start(server => "localhost:$port", shard => 'timeout 4s;',
           http => "resolver 127.0.0.1:$names->{port} valid=1s ipv6=off;
                    resolver_timeout 2s;");
is(paid(), 201, 'a payment');

$proxy->rule(match => 'create_payments', do => 'pass');
$names->{set}->('127.0.0.2');
ok(wait_until(15, sub { paid() == 201 && $proxy->seen('pass') > 0 }),
   'the name is elsewhere: payments are too');
like(Own::log_text(), qr/PostgreSQL "localhost" is at 127\.0\.0\.2 now, not at 127\.0\.0\.1/,
     'and the log says so');

# a worker that takes a dead one's place begins there, not where the configuration
# had it
{
    my ($master) = master_pid();
    my ($worker) = `pgrep -P $master` =~ /(\d+)/;
    my $seen = $proxy->seen('pass');
    kill KILL => $worker;
    ok(wait_until(5, sub { my ($new) = `pgrep -P $master` =~ /(\d+)/;
                           $new && $new != $worker }), 'a new worker');
    is(join(' ', map { paid() } 1 .. 5), '201 201 201 201 201', 'a new worker: paid');
    cmp_ok($proxy->seen('pass'), '>=', $seen + 5, 'a new worker: where the name is');
}

# names are not answered any more
$names->{set}->('-');
ok(wait_until(20, sub { Own::log_text() =~ /"localhost" could not be resolved/ }),
   'no name server: the log says so');
my $seen = $proxy->seen('pass');
is(paid(), 201, 'no name server: the last address is used');
cmp_ok($proxy->seen('pass'), '>', $seen, '... which is that one');

# the server there dies, and the name says where the new one is: a request that
# came before waits for it
$proxy->stop;
$names->{set}->('127.0.0.1');
ok(wait_until(20, sub { paid() == 201 }), 'and back');

Own::stop(expected => qr/could not be resolved|connection to PostgreSQL/, killed => 1);

# two names get to one server: it is not taken for two that take writes

Own::start(server => "localhost:$port; server 127.0.0.2:$port",
           shard => 'timeout 4s;', workers => 2,
           http => "resolver 127.0.0.1:$names->{port} valid=1s ipv6=off;");
is(paid(), 201, 'two servers: a payment');
$proxy = PgProxy->new(to => $port, at => "127.0.0.2:$port");
$names->{set}->('127.0.0.2');
ok(wait_until(15, sub { Own::log_text() =~ /"localhost" is at 127\.0\.0\.2 now/ }),
   'two names, one server: found');
ok(wait_until(5, sub { paid() == 201 }), 'two names, one server: paid');
is(join(' ', grep { $_ != 201 } map { paid() } 1 .. 40), '',
   'two names, one server: and so it stays');
Own::stop(expected => qr/connection to PostgreSQL|take writes on one timeline/);
$proxy->stop;
$names->{stop}->();
# a name is all its addresses: PostgreSQL listens on the second of the two
{
    my ($wrapper) = glob '/usr/lib/*/libnss_wrapper.so';
    my $hosts = "$ENV{DEVSTACK_DIR}/hosts";
    open my $fh, '>', $hosts or die;
    print {$fh} "127.0.0.9 two.example\n127.0.0.1 two.example\n";
    close $fh;
    local $ENV{TEST_NGINX_LD_PRELOAD} = join ' ', $ENV{TEST_NGINX_LD_PRELOAD} || (), $wrapper;
    local $ENV{NSS_WRAPPER_HOSTS} = $hosts;
    Own::start(server => "two.example:$port");
    is(request(create(uuid(), 1))->{status}, 201, 'a server at the second address of its name');
    like(Own::log_text(), qr/"127.0.0.9", port \d+ failed/, '... after the first has refused');
    Own::stop();
}

is(join("\n", invariants()), '', 'invariants');

done_testing();

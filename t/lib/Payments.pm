package Payments;

# What the suites of this project share: an nginx configuration for the
# development stack's servers, keys, and concurrent requests, which the format
# does not have.  Runs under openresty's Test::Nginx::Socket as well, which is found
# in the directory $TEST_NGINX_ORIGINAL.

use strict;
use warnings;

use lib $ENV{TEST_NGINX_ORIGINAL} || 't/runner';
use Basics qw(uuid patience);
use Test::Nginx::Socket -base;
use Test::More ();
use IO::Select;
use IO::Socket::INET;

our @EXPORT = qw(uuid headers problem);

# Environment: "tools/devstack env" ------------------------------------------

die "PAYMENTS_URL is not set; run: eval \"\$(tools/devstack env)\"\n"
    unless $ENV{PAYMENTS_URL};

my %pg = $ENV{PG_PRIMARY} =~ /(\w+)=(\S+)/g;
my ($redis) = $ENV{REDIS_URL} =~ m{^redis://(.+)$};

# straight to the server, or (PAYMENTS_MODE=pooler) through PgBouncer
my $mode = $ENV{PAYMENTS_MODE} || 'direct';
my ($pooler_port) = $ENV{PGBOUNCER_ADMIN} =~ /port=(\d+)/;
my $port = $mode eq 'pooler' ? $pooler_port : $pg{port};

# under valgrind a connection's statements alone take seconds to prepare
my $patience = $ENV{TEST_NGINX_USE_VALGRIND} ? 'connect_timeout 60s; timeout 60s;' : 'timeout 15s;';

our $Shard = <<"CONF";
    payments_shard main {
        server 127.0.0.1:$port;
        mode $mode;
        $patience
        password_file $ENV{DEVSTACK_DIR}/nginx/password;
    }
    payments_secret_file $ENV{DEVSTACK_DIR}/nginx/secret;
CONF

# valgrind is slower than the 10 ms that a request may wait by default
our $Redis = "    payments_redis $redis timeout=1s;\n";

my %words = (
    KEY      => $ENV{PAYMENTS_KEY},
    KEY_A2   => $ENV{PAYMENTS_KEY_A2},
    KEY_READ => $ENV{PAYMENTS_KEY_A_READ},
    KEY_LIVE => $ENV{PAYMENTS_KEY_A_LIVE},
    KEY_B    => $ENV{PAYMENTS_KEY_B},
);

# header lines of a create: key "%KEY%" and a fresh Idempotency-Key, each
# replaced or (undef) dropped by name => value
sub headers {
    my (%change) = @_;
    my %h = ('Authorization' => "Bearer $ENV{PAYMENTS_KEY}",
             'Content-Type' => 'application/json',
             'Idempotency-Key' => uuid(), %change);
    return join "\n", map { "$_: $h{$_}" } grep { defined $h{$_} } sort keys %h;
}

# what a problem's body must have
sub problem {
    my ($code, $pointer) = @_;
    my $tail = defined $pointer ? qr/.*"pointer":"\Q$pointer\E"/s : qr//;
    return qr/"status":\d+,.*"code":"$code","request_id":"req_[0-9A-Z]{26}",
              "retry":"(?:never|same_key|new_key)"$tail/xs;
}

# "%KEY%" and kin in requests, "%UUID_x%" the same within a block
sub fill {
    my ($value, $uuids) = @_;
    return [map { fill($_, $uuids) } @$value] if ref $value eq 'ARRAY';
    return $value if !defined $value || ref $value;
    $value =~ s/%UUID(_\w+)?%/$uuids->{$1 || ''} ||= uuid()/ge;
    $value =~ s/%(KEY\w*)%/exists $words{$1} ? $words{$1} : "%$1%"/ge;
    return $value;
}

Test::Nginx::Socket::add_block_preprocessor(sub {
    my ($block) = @_;
    my %uuids;

    for my $section (qw(request more_headers raw_request pipelined_requests)) {
        $block->set_value($section, fill($block->$section, \%uuids))
            if defined $block->$section;
    }

    $block->set_value('config', "    payments on;\n")
        unless defined $block->config;

    my $http = defined $block->http_config ? $block->http_config : '';
    $http = $Shard . (defined $block->without_redis ? '' : $Redis) . $http
        unless $http =~ /payments_shard/;
    $block->set_value('http_config', $http);

    if (defined $block->concurrent) {
        our $current = $block;
        $block->set_value('init', 'Payments::run_concurrent()');
    }
});

Test::Nginx::Socket::no_root_location();
Test::Nginx::Socket::worker_connections(1024);
Test::Nginx::Socket::log_level('info');

# Concurrent requests --------------------------------------------------------

# Sends each text over a connection of its own, all before any answer is read.
# Returns [status, head, body] for each, in order; status 0: no answer in $limit
# seconds of a machine that does nothing else.
sub concurrently {
    my ($port, $limit, @texts) = @_;
    my $select = IO::Select->new;
    my (%index, @answers);

    for my $i (0 .. $#texts) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $port) or die "cannot connect to $port: $!";
        $index{$socket} = $i;
        $answers[$i] = '';
        $select->add($socket);
    }

    my %socket = map { ($index{$_} => $_) } $select->handles;
    syswrite $socket{$_}, $texts[$_] for 0 .. $#texts;

    my $until = time + $limit * patience();

    while ($select->count && time < $until) {
        for my $socket ($select->can_read(0.5)) {
            my $i = $index{$socket};
            next if sysread $socket, $answers[$i], 65536, length $answers[$i];
            $select->remove($socket);
            close $socket;
        }
    }

    return map {
        my ($head, $body) = split /\r\n\r\n/, $_, 2;
        my ($status) = defined $head ? $head =~ m{^HTTP/1\.\d (\d+)} : ();
        [$status || 0, defined $head ? $head : '', defined $body ? $body : '']
    } @answers;
}

# until nginx has its connection: /readyz gives up after a second, which is
# short for a machine that valgrind slows down
sub wait_ready {
    my $until = time + 30;
    my $text = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\n\r\n";

    while (time < $until) {
        my ($answer) = concurrently(
            Test::Nginx::Socket::server_port_for_client(), 10, $text);
        return if $answer->[0] == 200;
    }

    die "nginx does not get ready\n";
}

sub post {
    my ($headers, $body, $path) = @_;
    $path = '/v1/payments' unless defined $path;
    my $text = "POST $path HTTP/1.1\nHost: localhost\nConnection: close\n"
        . "Content-Length: " . length($body) . "\n$headers\n\n";
    $text =~ s/\n/\r\n/g;
    return $text . $body;
}

# --- concurrent: how often the first request is sent at once; the answers go
# to the code of --- concurrent_check
sub run_concurrent {
    our $current;
    my ($count) = $current->concurrent =~ /(\d+)/;
    my $uuids = {};
    my $headers = fill($current->concurrent_headers, $uuids);
    my $body = $current->concurrent_body;
    chomp($headers, $body);

    my @answers = concurrently(
        Test::Nginx::Socket::server_port_for_client(), 30,
        map { post($headers, $body) } 1 .. $count);

    $current->concurrent_check->(@answers);
}

1;

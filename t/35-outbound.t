# Calls to other hosts: outbound/ by a location that only a test's build has,
# against servers that do what servers should not.

use strict;
use warnings;

use lib 't/lib';
use Load qw(request wait_until later collect rounds);
use Names;
use Own;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $module = $ENV{PAYMENTS_DRIVER_MODULE} || 'build/driver/ngx_payments_module.so';
-f $module or die "$module is missing: PAYMENTS_DRIVER=1 tools/build build/driver\n";
$module = "$ENV{PWD}/$module" unless $module =~ m{^/};

# The driver's answer to a call: { outcome, status, flags, error, outcomes, want,
# answer }
sub text_of {
    my ($url, $body, %header) = @_;
    $body = '' unless defined $body;
    return "POST /call HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "X-URL: $url\r\nContent-Length: " . length($body) . "\r\n"
        . join('', map { "X-$_: $header{$_}\r\n" } sort keys %header) . "\r\n$body";
}

sub result {
    my ($text) = @_;
    my %r;
    @r{qw(outcome status flags error outcomes want empty answer)} = split /\n/, $text, 8;
    $_ = defined $_ ? $_ : '' for values %r;
    $r{flags} =~ s/ $//;
    return \%r;
}

sub call { return result(request(text_of(@_), 30)->{body}) }

# "outcome status flags", as one text
sub brief {
    my ($r) = @_;
    return join ' ', grep { $_ ne '' && $_ ne '0' } @$r{qw(outcome status flags)};
}

sub ends {
    my ($want, $name, @call) = @_;
    my $r = call(@call);
    is(brief($r), $want, $name) or diag($r->{error});
    return $r;
}

# Certificates -----------------------------------------------------------------

my $dir = "$ENV{DEVSTACK_DIR}/outbound";
mkdir $dir;

sub openssl { system("cd $dir && openssl @_ 2> /dev/null") == 0 or die "openssl @_" }

sub certificate {
    my ($name, $alt) = @_;
    openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$name -keyout $name.key -out $name.csr");
    open my $fh, '>', "$dir/$name.ext" or die;
    print {$fh} "subjectAltName=$alt\n";
    close $fh;
    openssl("x509 -req -days 30 -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile $name.ext -out $name.pem");
    return ["$dir/$name.pem", "$dir/$name.key"];
}

openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=an authority' -keyout ca.key -out ca.pem");
my $good = certificate('peer.test', 'DNS:peer.test,IP:127.0.0.1');
my $other = certificate('other.test', 'DNS:other.test');
openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=peer.test -addext subjectAltName=DNS:peer.test -keyout self.key -out self.pem");

# Servers ----------------------------------------------------------------------

my $sized = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-One: 1\r\n\r\nhello";
my $chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    . "3;name=value\r\nhel\r\n02\r\nlo\r\n0\r\nX-Trailer: 1\r\nX-Other: 2\r\n\r\n";

# what is no answer
my %wrong = (
    'no-version' => "200 OK\r\n\r\n",
    'version' => "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    'status' => "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    'status-999' => "HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
    'folded' => "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
    'space' => "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
    'nul' => "HTTP/1.1 200 OK\r\nA: b\0c\r\nContent-Length: 0\r\n\r\n",
    'cr' => "HTTP/1.1 200 OK\r\nA: b\rc\r\nContent-Length: 0\r\n\r\n",
    'lengths' => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nhello",
    'list' => "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
    'negative' => "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
    'plus' => "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
    'huge' => "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
    'empty-length' => "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello",
    'both' => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    'both-turned' => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    'coding' => "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    'coding-1.0' => "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    'chunk' => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nhello\r\n0\r\n\r\n",
    'chunk-none' => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n",
    'chunk-long' => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0000000000005\r\nhello\r\n0\r\n\r\n",
    'chunk-over' => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n",
    'chunk-lf' => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n",
    'trailers' => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " . 'b' x 17000 . "\r\n\r\n",
    'switch' => "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
    'head' => "HTTP/1.1 200 OK\r\nA: " . 'b' x 17000 . "\r\nContent-Length: 0\r\n\r\n",
    'interim' => "HTTP/1.1 103 Hints\r\nA: bcdefgh\r\n\r\n" x 600 . $sized,
    'until-close' => "HTTP/1.1 200 OK\r\n\r\nhello",
    'http-1.0' => "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello",
);

my %routes = (
    '/ok' => sub { $_[0]->answer('fine') },
    '/echo' => sub { $_[0]->answer($_[1]{head} . $_[1]{body}) },
    '/text' => sub { $_[0]->write($sized) },
    '/chunked' => sub { $_[0]->write($chunked) },
    '/empty-chunks' => sub { $_[0]->write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") },
    '/lf' => sub { $_[0]->write("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello") },
    '/same-lengths' => sub { $_[0]->write("HTTP/1.1 200\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\nhello") },
    '/dribble' => sub {
        my ($c, $request) = @_;
        for my $byte (split //, $request->{path} =~ /chunked/ ? $chunked : $sized) {
            $c->write($byte);
            sleep 0.001;
        }
        return 1;
    },
    '/interim' => sub {
        my ($c) = @_;
        $c->write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n");
        sleep 0.02;
        $c->write("HTTP/1.1 102 Processing\r\n\r\n$sized");
    },
    '/cut' => sub {
        my ($c, $request) = @_;
        my ($n) = $request->{path} =~ /(\d+)$/;
        $c->write(substr $request->{path} =~ /chunked/ ? $chunked : $sized, 0, $n);
        return $request->{path} =~ /rude/ ? $c->cut : 0;
    },
    '/wrong' => sub { $_[0]->write($wrong{$_[1]{path} =~ s{.*/}{}r}); 0 },
    '/more' => sub { $_[0]->write("${sized}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate") },
    '/late' => sub {
        my ($c) = @_;
        $c->write($sized);
        sleep 0.05;
        $c->write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
        return 1;
    },
    '/silent' => sub { sleep 20; 0 },
    '/slow' => sub { my ($s) = $_[1]{path} =~ /(\d+)$/; sleep $s / 1000; $_[0]->answer('slow') },
    '/slow-body' => sub { $_[0]->write(substr $sized, 0, -2); sleep 20; 0 },
    '/bye' => sub { $_[0]->answer('bye', 200, 'Connection: close'); 0 },
    '/then-close' => sub { $_[0]->answer('bye'); 0 },
    # the second request on a connection finds it closed
    '/once' => sub {
        my ($c) = @_;
        return 0 if $c->{once}++;
        return $c->answer('once');
    },
    '/never' => sub { 0 },
    '/early' => sub { my ($c) = @_; $c->answer('no', 413); sleep 20; 0 },
    '/large' => sub { my ($n) = $_[1]{path} =~ /(\d+)$/; $_[0]->answer('x' x $n) },
    '/large-chunks' => sub {
        my ($n) = $_[1]{path} =~ /(\d+)$/;
        my $c = $_[0];
        $c->write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        $c->write("1000\r\n" . 'x' x 4096 . "\r\n") for 1 .. $n / 4096;
        $c->write("0\r\n\r\n");
    },
    '/moved' => sub { $_[0]->answer('', 302, 'Location: http://127.0.0.1/ok') },
    '/no-content' => sub { $_[0]->write("HTTP/1.1 204 No\r\nContent-Length: 7\r\n\r\n") },
    '/not-modified' => sub { $_[0]->write("HTTP/1.1 304 No\r\nContent-Length: 7\r\n\r\n") },
    '/head' => sub { $_[0]->write("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n") },
);

my $plain = Peer->new(routes => \%routes);
my $everywhere = Peer->new(routes => \%routes, at => '127.0.0.2');
my $names = Names->new;
my $nowhere = do { my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1); $s->sockport };
my $at = 'http://127.0.0.1:' . $plain->port;

sub start {
    my ($http, %option) = @_;
    my $patience = $option{resolver_timeout} || '1s';
    Own::start(modules => $module, %option,
        http => "resolver 127.0.0.1:" . $names->port . " ipv6=off;
                 payments_outbound_resolver_timeout $patience;
                 payments_outbound_trusted_certificate $dir/ca.pem; $http",
        location => 'location = /call { outbound_call; client_max_body_size 64m;
                     client_body_buffer_size 64m; }');
}

sub connections { return scalar $_[0]->seen(qr/^connection/) }

start('payments_outbound_keepalive 4;');

# An answer --------------------------------------------------------------------

{
    my $r = ends('answered 200', 'a call', "$at/echo/a?b=c", '{"d":1}',
                 Header => 'X-E: f', Want => 'content-length');
    is($r->{answer}, "POST /echo/a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" . $plain->port
       . "\r\nContent-Length: 7\r\nX-E: f\r\n\r\n{\"d\":1}", 'the request');
    is($r->{want}, length $r->{answer}, 'a header of the answer');
    is($r->{error}, '', 'and no error');
    my $before = connections($plain);
    $r = ends('answered 200 reused', 'another over the same connection', "$at/echo", undef, Method => 'GET');
    is($r->{answer}, "GET /echo HTTP/1.1\r\nHost: 127.0.0.1:" . $plain->port . "\r\n\r\n",
       'GET says no length');
    $r = ends('answered 200 reused', 'an empty POST', "$at/echo");
    like($r->{answer}, qr/^Content-Length: 0\r$/m, 'does');
    is(connections($plain), $before, 'one connection');
}

is(call("$at/text")->{answer}, 'hello', 'a body by its length');
is(call("$at/chunked")->{answer}, 'hello', 'one in chunks, with an extension and trailers');
is(brief(call("$at/ok")), 'answered 200 reused', '... after which the connection goes on');
is(brief(call("$at/empty-chunks")), 'answered 200 reused', 'no chunk at all');
is(call("$at/lf")->{answer}, 'hello', 'lines that end with LF');
is(call("$at/same-lengths")->{answer}, 'hello', 'the same length twice');
is(call("$at/dribble")->{answer}, 'hello', 'a byte at a time');
is(call("$at/dribble/chunked")->{answer}, 'hello', '... in chunks');
is(call("$at/interim")->{answer}, 'hello', '1xx are skipped');
ends('answered 302 reused', 'a redirect is an answer', "$at/moved");
is(call("$at/moved", undef, Want => 'location')->{want}, 'http://127.0.0.1/ok', '... and says where to');
ends('answered 204 reused', '204 has no body', "$at/no-content");
ends('answered 304 reused', 'nor has 304', "$at/not-modified");
ends('answered 200 reused', 'nor has what HEAD asks for', "$at/head", undef, Method => 'HEAD');
is(brief(call("$at/ok")), 'answered 200 reused', '... and the next one is no part of it');
is(length call("$at/echo", 'x' x 3_000_000, Limit => 4_000_000)->{answer},
   3_000_000 + length("POST /echo HTTP/1.1\r\nHost: 127.0.0.1:" . $plain->port . "\r\nContent-Length: 3000000\r\n\r\n"),
   'a large request and a large answer');

# What is no whole answer --------------------------------------------------------

{
    my @bad;
    for my $cut ('', '/rude') {
        for my $kind ('', '/chunked') {
            my $whole = $kind ? $chunked : $sized;
            for my $n (0 .. length $whole) {
                my $r = call("$at/cut$kind$cut/$n", 'body');
                my $want = $n == length $whole ? 'answered' : 'unknown';
                push @bad, "$kind$cut $n: $r->{outcome} $r->{error}" if $r->{outcome} ne $want;
            }
        }
    }
    is(join("\n", @bad), '', 'closed at any byte: unknown');
}

# the last of them was answered before it was closed
ok(wait_until(5, sub { Own::metric('payments_outbound_connections', 'idle') == 0 }), 'none of them is kept');

for my $name (sort keys %wrong) {
    my $r = ends('unknown', "no answer: $name", "$at/wrong/$name");
    isnt($r->{error}, '', '... which is said');
}

ends('unknown', 'a body over the limit', "$at/large/70000");
ends('unknown', '... in chunks', "$at/large-chunks/81920");
ends('answered 200', 'one at the limit', "$at/large/65536");
ends('answered 200 reused', 'no body with a limit of nothing', "$at/head", undef,
     Limit => 0, Method => 'HEAD');
{
    my $r = ends('answered 200 reused truncated', 'partial: over the limit', "$at/large/70000", undef,
                 Flags => 'partial', Limit => 1000);
    is(length $r->{answer}, 1000, '... what fits is there');
    is($r->{error}, 'its body is over the limit', '... and what is wrong');
    $r = ends('answered 200 truncated', 'partial: until the connection is closed', "$at/wrong/until-close",
              undef, Flags => 'partial');
    is($r->{answer}, 'hello', '... what came is there');
    ends('answered 200 truncated', 'partial: a body that does not come', "$at/slow-body", undef,
         Flags => 'partial', Timeout => 200);
    ends('answered 200 truncated', 'partial: a body that is cut', "$at/cut/" . (length($sized) - 2), undef,
         Flags => 'partial');
    ends('unknown', 'partial: a head that is cut', "$at/cut/20", undef, Flags => 'partial');
}

{
    my $r = ends('unknown', 'no answer in time', "$at/silent", undef, Timeout => 200);
    is($r->{error}, 'it took too long', '... is said');
    ends('unknown', 'half an answer in time', "$at/slow-body", undef, Timeout => 200);
    ends('not sent', 'nothing listens', "http://127.0.0.1:$nowhere/");
    is(request(text_of("$at/silent", undef, Cancel => 50))->{body}, "canceled\n", 'canceled');
    is(request(text_of("$at/silent", undef, Cancel => 0))->{body}, "canceled\n", 'canceled at once');
    is(Own::metric('payments_outbound_calls_total', 'canceled'), 2, '... and counted');
}

# Kept connections ---------------------------------------------------------------

{
    my $once = 'http://127.0.0.2:' . $everywhere->port;

    my $idle = Own::metric('payments_outbound_connections', 'idle');
    is(call("$once/ok")->{outcome}, 'answered', 'a connection to be kept');
    is(brief(call("$once/bye")), 'answered 200 reused', 'the peer says that it closes');
    is(brief(call("$once/then-close")), 'answered 200', '... so a new one is made');
    ok(wait_until(5, sub { Own::metric('payments_outbound_connections', 'idle') == $idle }),
       'the peer closes without a word: so is ours');

    is(brief(call("$once/once")), 'answered 200', 'a kept one');
    is(brief(call("$once/once")), 'unknown reused', '... that is closed by the next request: unknown');
    is(brief(call("$once/once")), 'answered 200', 'a kept one');
    my $requests = $everywhere->seen(qr/request/);
    is(brief(call("$once/once", 'x', Flags => 'again')), 'answered 200 resent', '... which may be sent again: is');
    is($everywhere->seen(qr/request/), $requests + 2, '... once');
    my $r = ends('unknown resent', 'and not a third time', "$once/never", 'x', Flags => 'again');
    is($r->{error}, 'closed without an answer', '... is said');
    $requests = $everywhere->seen(qr/request/);
    is(brief(call("$once/never", 'x', Flags => 'again')), 'unknown', 'a new connection is not sent to twice');
    is($everywhere->seen(qr/request/), $requests + 1, '... indeed');

    is(brief(call("$once/more")), 'answered 200', 'two answers at once');
    $r = ends('answered 200', 'the second is not for the next', "$once/ok");
    is($r->{answer}, 'fine', '... which has its own');
    is(brief(call("$once/late")), 'answered 200 reused', 'a second answer, later');
    sleep 0.1;
    $r = ends('answered 200', 'is not for the next either', "$once/ok");
    is($r->{answer}, 'fine', '... which has its own');

    my $large = 'x' x 30_000_000;
    ok(wait_until(5, sub { call("$once/ok")->{flags} eq 'reused' }), 'a kept one');
    ends('unknown reused', 'speaks before it has the request: not an answer to it', "$once/early", $large);
    ok(wait_until(5, sub { call("$once/ok")->{flags} eq 'reused' }), 'a kept one');
    ends('answered 413 resent', '... sent again, it is one', "$once/early", $large, Flags => 'again');
    ends('answered 200', '... and not kept', "$once/ok");

    my @later = map { later(text_of("$once/slow/300"), 30) } 1 .. 7;
    is(join(' ', map { result(collect($_)->{body})->{status} } @later), join(' ', (200) x 7), 'seven at once');
    ok(wait_until(5, sub { Own::metric('payments_outbound_connections', 'idle') == $idle + 4 }),
       'four of them are kept');
    is(Own::metric('payments_outbound_connections', 'busy'), 0, 'none is busy');
}

# Names ----------------------------------------------------------------------------

{
    my $port = $everywhere->port;

    $names->set('peer.test', '127.0.0.2');
    is(brief(call("http://peer.test:$port/ok")), 'answered 200', 'a name');
    is(brief(call("http://PEER.test:$port/ok")), 'answered 200 reused', '... in any case');
    $names->set('alias.test', '127.0.0.2');
    is(brief(call("http://alias.test:$port/ok")), 'answered 200', 'another name has its own connections');
    $names->set('two.test', '127.0.0.9 127.0.0.2');
    is(brief(call("http://two.test:$port/ok")), 'answered 200', 'the second address, where the first refuses');
    is(brief(call("http://two.test:$port/ok")), 'answered 200 reused', '... kept') for 1 .. 3;
    my $r = ends('not sent', 'a name that is none', "http://none.test:$port/ok");
    like($r->{error}, qr/Host not found/, '... is said');
    $names->set('empty.test', '');
    ends('not sent', 'a name without an address', "http://empty.test:$port/ok");
    $names->set('mute.test', '-');
    $r = ends('not sent', 'nothing answers for the name', "http://mute.test:$port/ok");
    like($r->{error}, qr/timed out/, '... is said');
    $r = ends('not sent', 'and in a shorter time', "http://mute.test:$port/ok", undef, Timeout => 100);
    is(request(text_of("http://mute.test:$port/ok", undef, Cancel => 20))->{body}, "canceled\n",
       'canceled while it is asked for');
}

# Whom a stranger may name -----------------------------------------------------------

{
    my $port = $everywhere->port;
    my @stranger = (undef, Flags => 'policy');
    my @allowed = (@stranger, Allowed => '127.0.0.2');

    my $r = ends('not sent', 'an address that is not public', "https://127.0.0.1:$port/ok", @stranger);
    is($r->{error}, 'it is not at public addresses', '... is said');
    like(Own::log_text(), qr/call of "127\.0\.0\.1" refused: an address of it is loopback/, '... and in the log');
    ends('not sent', 'another', "https://[::ffff:127.0.0.1]:$port/ok", @stranger);
    ends('not sent', 'a public one, in the clear', 'http://8.8.8.8/', @stranger, Timeout => 100);
    ends('answered 200 reused', 'one that is allowed', "http://127.0.0.2:$port/ok", @allowed);
    ends('not sent', 'one that is given', "http://peer.test:$port/ok", @stranger, At => "127.0.0.2:$port");
    ends('answered 200 reused', '... and allowed', "http://127.0.0.2:$port/ok", @allowed, At => "127.0.0.2:$port");
    ends('not sent', 'a unix socket', "http://127.0.0.2/ok", @allowed, At => 'unix:/tmp/x');

    # nginx keeps an answer for the rest of a second
    my $next = sub { my $now = int time; sleep 0.01 while int time == $now };

    $names->set('mixed.test', '127.0.0.2 10.0.0.1', '10.0.0.1 127.0.0.2', '127.0.0.2 127.0.0.2');
    ends('not sent', 'one bad address of two', "http://mixed.test:$port/ok", @allowed);
    $next->();
    ends('not sent', '... in the other order', "http://mixed.test:$port/ok", @allowed);
    $next->();
    ends('answered 200', '... and none', "http://mixed.test:$port/ok", @allowed);

    # the second answer would lead elsewhere
    $names->set('rebind.test', '127.0.0.2', '127.0.0.1');
    my $before = connections($everywhere);
    ends('answered 200', 'a name that changes after it was looked at', "http://rebind.test:$port/ok", @allowed);
    is($names->asked('rebind.test'), 1, '... was asked for once');
    is(connections($everywhere), $before + 1, '... and is connected to where it was');
    $next->();
    ends('not sent', '... but not again', "http://rebind.test:$port/ok", @allowed);
    is($names->asked('rebind.test'), 2, '... as it was asked for again');
}

# IPv6, where there is any
{
    require IO::Socket::IP;
    my $socket = IO::Socket::IP->new(LocalHost => '::1', Listen => 1);
    my $six = $socket && Peer->new(routes => \%routes, listener => IO::Socket::IP->new(
        LocalHost => '::1', Listen => 64));
    is(brief(call('http://[::1]:' . ($six ? $six->port : $nowhere) . '/ok')), $six ? 'answered 200' : 'not sent',
       'an address of IPv6');
}

# A unix socket ------------------------------------------------------------------------

{
    my $unix = Peer->new(routes => \%routes, unix => "$dir/socket");
    my @there = (undef, At => "unix:$dir/socket");
    my $r = ends('answered 200', 'a unix socket', 'http://adapter/echo', @there);
    like($r->{answer}, qr/^Host: adapter\r$/m, '... with a Host');
    ends('answered 200 reused', '... kept', 'http://adapter/ok', @there);
    $unix->stop;
    ok(wait_until(5, sub { call('http://adapter/ok', @there)->{outcome} eq 'not sent' }), '... and gone');
}

# TLS ------------------------------------------------------------------------------------

{
    $names->set('peer.test', '127.0.0.1');
    $names->set('other.test', '127.0.0.1');

    my $tls = Peer->new(routes => \%routes, tls => $good);
    my $url = 'https://peer.test:' . $tls->port;
    my $numeric = 'https://127.0.0.1:' . $tls->port;

    ends('answered 200', 'TLS', "$url/ok");
    is(($tls->seen(qr/^tls/))[-1], 'tls peer.test', '... with the name');
    ends('answered 200 reused', '... kept', "$url/ok");
    ends('answered 200 reused', '... closed', "$url/bye");
    ends('answered 200', '... again', "$url/ok");
    is(($tls->seen(qr/^tls/))[-1], 'tls peer.test again', '... with the session of the first');
    is(call("$url/chunked")->{answer}, 'hello', '... in chunks');
    is(call("$url/dribble")->{answer}, 'hello', '... a byte at a time');
    is(length call("$url/large/3000000", undef, Limit => 4_000_000)->{answer}, 3_000_000, '... much');
    cmp_ok(length(call("$url/echo", 'x' x 1_000_000, Limit => 4_000_000)->{answer}), '>', 1_000_000, '... both ways');
    ends('answered 200', '... to an address', "$numeric/ok");
    is(($tls->seen(qr/^tls/))[-1], 'tls -', '... which is no name to be sent');

    my @bad;
    for my $n (0 .. length $sized) {
        my $r = call("$url/cut/rude/$n");
        push @bad, "$n: $r->{outcome}" if $r->{outcome} ne ($n == length $sized ? 'answered' : 'unknown');
    }
    is(join("\n", @bad), '', 'closed at any byte, without close_notify: unknown');
    is(call("$url/wrong/until-close")->{outcome}, 'unknown', 'an end that only the connection shows');

    ends('answered 200', 'a kept one', "$url/once");
    ends('answered 200 resent', '... that is closed', "$url/once", 'x', Flags => 'again');
    is(call("$url/late")->{status}, 200, 'a second answer, later');
    sleep 0.1;
    is(call("$url/ok")->{answer}, 'fine', '... is not for the next');

    my $r = ends('not sent', 'a certificate of another name', 'https://other.test:' . $tls->port . '/ok');
    is($r->{error}, "its certificate is another host's", '... is said');

    my $wrong = Peer->new(routes => \%routes, tls => $other);
    ends('not sent', 'an address that no certificate has', 'https://127.0.0.1:' . $wrong->port . '/ok');
    ends('answered 200', 'the name that it has', 'https://other.test:' . $wrong->port . '/ok');
    is(scalar $wrong->seen(qr/request/), 1, '... saw one request');

    my $self = Peer->new(routes => \%routes, tls => ["$dir/self.pem", "$dir/self.key"]);
    $r = ends('not sent', 'a certificate without an issuer', 'https://peer.test:' . $self->port . '/ok');
    like($r->{error}, qr/self.signed/, '... is said');
    is(scalar $self->seen(qr/request/), 0, '... which saw nothing of the request');

    ends('not sent', 'no TLS there', 'https://127.0.0.1:' . $plain->port . '/ok');
    my $mute = Peer->new(first => sub { sleep 20; 0 });
    $r = ends('not sent', 'nor an answer', 'https://127.0.0.1:' . $mute->port . '/ok', undef,
              'Connect-Timeout' => 200);
    is($r->{error}, 'no connection in time', '... is said');
    ends('not sent', '... and no limit for the connection', 'https://127.0.0.1:' . $mute->port . '/ok', undef,
         Timeout => 200);
}

# Many, and a worker that quits ------------------------------------------------------------

{
    my $n = rounds(1000, 10000);
    my $r = ends('answered 200 reused', "$n calls", "$at/ok", '{}', Times => $n);
    is($r->{outcomes}, "0 0 $n", '... all answered');
    ok(wait_until(5, sub { Own::metric('payments_outbound_connections', 'busy') == 0 }), 'none is busy');
}

{
    my $master = Nginx::pid();
    my ($old) = `pgrep -P $master` =~ /(\d+)/;
    my $essential = later(text_of("$at/slow/2000", undef, Flags => 'essential'), 30);
    my $asked = later(text_of("http://mute.test/", undef, Flags => 'essential', Timeout => 1500), 30);
    ok(wait_until(5, sub { Own::metric('payments_outbound_connections', 'busy') >= 1 }), 'a call is under way');
    kill HUP => $master;
    ok(wait_until(5, sub { my @workers = `pgrep -P $master`; @workers > 1 }), 'another worker is there');
    my $r = result(collect($essential)->{body});
    is($r->{outcome}, 'answered', 'it is answered');
    is($r->{answer}, 'slow', '... whole');
    is(result(collect($asked)->{body})->{outcome}, 'not sent', 'and who waited for a name hears so');
    ok(wait_until(10, sub { !kill 0, $old }), 'then the worker is gone');
    ok(wait_until(5, sub { Own::metric('payments_outbound_connections') == 0 }),
       'and no connection of it is counted');
    is(brief(call("$at/ok")), 'answered 200', 'the new one has none of the old ones');
}

Own::stop();

# Quits in a hurry: what no request waits for, and what has waited too long; the client's
# own connection is all that is left over
{
    my $hurry = sub {
        my ($flags, $main) = @_;
        start('', main => $main, resolver_timeout => '60s');
        my $master = Nginx::pid();
        my ($old) = `pgrep -P $master` =~ /(\d+)/;
        my @later = map { later(text_of($_, undef, Flags => $flags, Timeout => 60000), 60) }
            "$at/silent", "$at/slow-body", 'http://mute.test/';
        ok(wait_until(5, sub { Own::metric('payments_outbound_connections', 'busy') == 2 }),
           "calls under way: $flags");
        kill HUP => $master;
        ok(wait_until(5, sub { !kill 0, $old }), '... do not hold the worker');
        is(join(' ', map { collect($_)->{status} } @later), '0 0 0', '... and get no answer');
        unlike(Own::log_text(), qr/exited on signal|exited with code [^0]/, '... which exits as it should');
        my $left = () = Own::log_text() =~ /open socket #\d+ left/g;
        Own::stop(expected => qr/open socket #\d+ left|aborting/);
        return $left;
    };
    is($hurry->('partial', ''), 3, '... with no socket of theirs left open');
    is($hurry->('essential', 'worker_shutdown_timeout 300ms;'), 0, '... and all closed in time');
}

# A proxy ------------------------------------------------------------------------------------

{
    my $proxy = Peer->new(first => sub {
        my ($c) = @_;
        my $request = $c->request or return;
        my ($host, $port) = $request->{path} =~ /^(.*):(\d+)$/;
        $c->{peer}->note("headers $1") if $request->{head} =~ /\n(.*)\r\n\r\n/s;
        return $c->write("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n") && 0 if $host eq 'refused.test';
        return $c->write("nonsense\r\n\r\n") && 0 if $host eq 'nonsense.test';
        return $c->write("HTTP/1.1 200 OK\r\n\r\nmore") && sleep 5 && 0 if $host eq 'more.test';
        return $c->write('HTTP/1.1 200 OK' . 'x' x 5000) && sleep 5 && 0 if $host eq 'long.test';
        return 0 if $host eq 'closed.test';
        return sleep 20 && 0 if $host eq 'mute.test';
        for my $byte (split //, "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n") {
            $c->write($byte);
        }
        my $to = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or return 0;
        my $select = IO::Select->new($c->{socket}, $to);
        for ( ;; ) {
            for my $from ($select->can_read) {
                sysread $from, my $data, 65536 or return 0;
                syswrite $from == $to ? $c->{socket} : $to, $data;
            }
        }
    });
    my $tls = Peer->new(routes => \%routes, tls => $good);
    my $url = 'https://peer.test:' . $tls->port;

    start('payments_outbound_proxy 127.0.0.1:' . $proxy->port . ';');

    ends('answered 200', 'through a proxy', 'http://unknown.test:' . $plain->port . '/ok');
    is(($proxy->seen(qr/request/))[-1], 'request CONNECT unknown.test:' . $plain->port, '... which finds the name');
    is(($proxy->seen(qr/headers/))[-1], 'headers Host: unknown.test:' . $plain->port, '... and gets nothing else');
    ends('answered 200 reused', '... kept', 'http://unknown.test:' . $plain->port . '/ok');
    ends('answered 200', '... for this name alone', 'http://peer.test:' . $plain->port . '/ok');
    ends('answered 200', '... with TLS', "$url/ok");
    ends('answered 200 reused', '... kept', "$url/ok");
    ends('not sent', '... to another name than the certificate has', 'https://unknown.test:' . $tls->port . '/ok');
    ends('not sent', '... not to a private address for a stranger', 'https://10.0.0.1/ok', undef, Flags => 'policy');
    ends('not sent', '... nor in the clear', 'http://unknown.test/ok', undef, Flags => 'policy');
    my $before = connections($proxy);
    ends('answered 200', 'not through it', "$at/ok", undef, Flags => 'direct');
    ends('answered 200', 'nor to an address that is given', 'http://given.test/ok', undef,
         At => '127.0.0.1:' . $plain->port);
    is(connections($proxy), $before, '... indeed');

    for (['refused', 'the proxy refuses it'], ['nonsense', "the proxy's answer is invalid"],
         ['more', "the proxy's answer is invalid"], ['long', "the proxy's answer is invalid"],
         ['closed', 'the proxy closes it'], ['mute', 'no connection in time'])
    {
        my ($name, $error) = @$_;
        my $r = ends('not sent', "a proxy that does not: $name", "https://$name.test/ok", undef,
                     'Connect-Timeout' => 300);
        is($r->{error}, $error, '... is said');
    }

    is(Own::metric('payments_outbound_connections', 'busy'), 0, 'none is busy');
    $proxy->stop;
    ok(wait_until(5, sub { call("$url/ok")->{outcome} eq 'not sent' }), 'no proxy any more');
    Own::stop();
}

# Nothing configured -----------------------------------------------------------------------------

Own::start(modules => $module, location => 'location = /call { outbound_call; }',
           http => 'payments_outbound_keepalive 0;');
is(call('https://127.0.0.1/')->{error}, 'nothing says whose certificates are trusted', 'no certificates');
is(call('http://peer.test/')->{error}, 'there is no "resolver"', 'no resolver');
is(brief(call("$at/ok")), 'answered 200', 'an address') for 1 .. 2;
is(Own::metric('payments_outbound_connections'), 0, 'nothing is kept');
Own::stop();

done_testing();

# A merchant who floods waits behind itself: another one is served as before, and the
# flood gets all that is left.  What a merchant's requests hold of a worker's memory is
# bounded, whether or not their clients are still there.

use strict;
use warnings;

use lib 't/lib';
use File::Temp;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Load qw(api create invariants merchant request rounds text uuid wait_until);
use Neighbours qw(client enough_cores measure unharmed);
use Own;
use PgProxy;
use Test::More;
use Time::HiRes qw(time);

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my @all = qw(payments:read payments:write refunds:read refunds:write balances:read ledger:read events:read);
my ($a) = merchant(@all);

sub payment {
    return api('POST', '/v1/payments', { amount => 5, currency => 'EUR', payment_method => { token => 'tok_visa' } },
               key => $a)->{json}{id};
}

sub put {
    my ($name, @lines) = @_;
    open my $fh, '>', $name or die "$name: $!";
    print {$fh} @lines;
    close $fh or die "$name: $!";
}

# h2load in the background: call what is returned for the requests of a second that succeeded
sub h2load {
    my ($seconds, @args) = @_;
    my $pid = open my $out, '-|', 'h2load', '-D', $seconds, @args or die "h2load: $!";
    return sub {
        my $text = do { local $/; <$out> };
        close $out or die "h2load failed: $text";
        return ($text =~ /status codes: (\d+) 2xx/)[0] / $seconds;
    };
}

sub rate { my ($report) = @_; return ($report->{statuses}{201} || 0) / $report->{seconds} }

# many more in flight than a call takes ------------------------------------------------

for my $mode ('direct', 'pooler') {
    Own::start(port => $pg_port, shard => "mode $mode;", connections => 8192,
               http => 'keepalive_requests 1000000;');
    my $before = measure(mix => 'create=60,get=40');
    my $seconds = rounds(6, 15);
    my @flood = ('--key', $a, '--connections', rounds(1600, 4800));
    my $alone = client(@flood, '--seconds', $seconds)->();

    my $stop = client(@flood, '--seconds', 2 * $seconds);
    wait_until(10, sub { Own::metric('payments_postgresql_queued', 'write') > 500 });
    my $during = measure(mix => 'create=60,get=40', seconds => $seconds);
    my $beside = $stop->();

    unharmed("$mode: a flood", $before, $during, saturated => 1);
    my $share = rate($beside) / rate($alone);
    my $text = sprintf '%s: the flood gets %.0f/s, and %.0f/s alone: %.2f', $mode, rate($beside), rate($alone),
        $share;
    Load::figures() && enough_cores() ? cmp_ok($share, '>=', 0.9, $text) : note($text);
    Own::stop();
}

# the same over HTTP/2: 120 requests in flight on each of 40 connections -------------------

{
    my $h2 = $Nginx::ClientPort + 7;
    Own::start(port => $pg_port, shard => 'mode direct;', connections => 8192,
               http => "keepalive_requests 1000000; server { listen 127.0.0.1:$h2 http2; location /v1 { payments on; } }");
    my @payments = map { payment() } 1 .. 2000;
    my $dir = File::Temp->newdir;
    put("$dir/urls", map { "http://127.0.0.1:$h2/v1/payments/$_\n" } @payments);
    put("$dir/body", '{"metadata":{"flood":"1"}}');
    my @flood = ('-i', "$dir/urls", '-d', "$dir/body", '-H', ':method: PATCH', '-H', "authorization: Bearer $a",
                 '-H', 'content-type: application/json', '-c', rounds(10, 40), '-m', 120);
    my $before = measure(mix => 'create=60,get=40');
    my $seconds = rounds(6, 15);
    my $alone = h2load($seconds, @flood)->();
    my $stop = h2load(2 * $seconds, @flood);
    wait_until(10, sub { Own::metric('payments_postgresql_queued', 'write') > 500 });
    my $during = measure(mix => 'create=60,get=40', seconds => $seconds);
    my $beside = $stop->();
    unharmed('HTTP/2: a flood', $before, $during, saturated => 1);
    my $share = $beside / $alone;
    my $text = sprintf 'HTTP/2: the flood gets %.0f/s, and %.0f/s alone: %.2f', $beside, $alone, $share;
    Load::figures() && enough_cores() ? cmp_ok($share, '>=', 0.9, $text) : note($text);
    Own::stop();
}

# a queue of its own length: past its share a merchant is refused, another one is not -------

{
    my $proxy = PgProxy->new(to => $pg_port);
    Own::start(port => $proxy->{port}, shard => 'queue 30; timeout 20s; mode direct; depth 1;');
    # keys that are known: what is refused costs no look-up
    api('GET', '/v1/payments?limit=1', undef, key => $_) for $a, $ENV{PAYMENTS_KEY_B};
    my $seen = $proxy->seen('hold');
    $proxy->rule(match => 'create_payments', do => 'hold');
    my $body = { amount => 5, currency => 'EUR', payment_method => { token => 'tok_visa' } };
    my @requests = Load::later(text('POST', '/v1/payments', $body, key => $a), 30);
    ok(wait_until(5, sub { $proxy->seen('hold') > $seen }), 'share: a call');
    push @requests, map { Load::later(text('POST', '/v1/payments', $body, key => $a), 30) } 1 .. 15;
    ok(wait_until(10, sub { Own::metric('payments_postgresql_queued', 'write') == 15 }),
       'share: half of the places are one merchant\'s');

    my @refused = map { api('POST', '/v1/payments', $body, key => $a) } 1 .. 20;
    is(scalar(grep { $_->{status} == 503 && $_->{json}{code} eq 'overloaded' } @refused), 20,
       'share: the merchant is refused more');
    like($refused[0]{head}, qr/^Retry-After: 1\r?$/m, 'share: Retry-After');
    my @seconds = sort { $main::a <=> $main::b } map { $_->{seconds} } @refused;
    my $text = sprintf 'share: refused in %.1f ms', 1000 * $seconds[10];
    Load::figures() ? cmp_ok($seconds[10], '<', 0.005, $text) : note($text);

    my @other = map { Load::later(text('POST', '/v1/payments', $body, key => $ENV{PAYMENTS_KEY_B}), 30) } 1 .. 5;
    ok(wait_until(10, sub { Own::metric('payments_postgresql_queued', 'write') == 20 }),
       'share: another merchant has places left');
    $proxy->clear;
    $proxy->release;
    is(scalar(grep { Load::collect($_)->{status} == 201 } @requests, @other), 21,
       'share: all who had a place get their payments');
    Own::stop();
    $proxy->stop;
}

# slow payments whose clients have left ------------------------------------------------------

{
    Own::start(port => $pg_port, shard => 'mode direct;', connections => 4096);
    my $before = measure();
    my $master = Nginx::pid();
    my ($worker) = `ps -o pid= --ppid $master` =~ /(\d+)/;
    my $memory = sub { `cat /proc/$worker/status` =~ /VmRSS:\s*(\d+)/ ? $1 / 1024 : 0 };
    my $start = $memory->();
    my $description = 'x' x 500;
    my %metadata = map { ("key$_" => 'x' x 300) } 1 .. 45;
    my $body = { amount => 5, currency => 'EUR', payment_method => { token => 'tok_slow_30000' },
                 description => $description, metadata => \%metadata };

    my $n = rounds(2500, 8000);
    for my $i (1 .. $n) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $Load::port) or die;
        syswrite $socket, text('POST', '/v1/payments', $body, key => $a);
        # the last of a hundred waits until the worker has read those before it
        next if $i % 100;
        IO::Select->new($socket)->can_read(0.2);
    }
    my $executing = Own::metric('payments_idempotency_executing');
    cmp_ok($executing, '>', 500, "slow payments: $executing of $n are under way");
    cmp_ok($executing, '<', 0.6 * $n, '... and the others were refused');
    my $grown = $memory->() - $start;
    cmp_ok($grown, '<', 160, sprintf 'slow payments: they take %.0f MiB, and may take 128', $grown);
    is(api('POST', '/v1/payments', { %$body, payment_method => { token => 'tok_visa' } }, key => $a)->{json}{code},
       'overloaded', 'slow payments: the merchant gets no more');
    unharmed('slow payments', $before, measure());
    Own::stop();
}

is(join("\n", invariants()), '', 'invariants');

done_testing();

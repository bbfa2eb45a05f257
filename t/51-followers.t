# Those who wait for somebody else's execution: many of them, for little memory
# and no connection to the database; and when the one they wait for is killed.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql text request uuid invariants rounds wait_until promised merchant);
use IO::Select;
use IO::Socket::INET;
use Own;
use Test::More;
use Time::HiRes qw(sleep time);

# long enough to do something meanwhile
my $delay = 'tok_slow_' . 1000 * Load::patience();

my ($key, $merchant) = merchant(qw(payments:read payments:write));
my ($redis) = $ENV{REDIS_URL} =~ m{redis://(.*)};

sub post {
    my ($idem, $token) = @_;
    return text('POST', '/v1/payments', { amount => 100, currency => 'EUR',
        payment_method => { token => $token } }, key => $key, 'Idempotency-Key' => $idem);
}

sub connect_all {
    my ($n) = @_;
    return map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $Load::port)
                 or die "connect: $!" } 1 .. $n;
}

# every answer, or '' where none came in time; and when the first one was there
my $first_answer;
sub read_all {
    my ($limit, @sockets) = @_;
    my $select = IO::Select->new(@sockets);
    my %text = map { ($_ => '') } @sockets;
    my $until = time + Load::patience() * $limit;
    $first_answer = 0;
    while ($select->count && time < $until) {
        for my $socket ($select->can_read(0.2)) {
            my $n = sysread $socket, $text{$socket}, 65536, length $text{$socket};
            $first_answer ||= time if $n;
            next if $n;
            $select->remove($socket);
        }
    }
    return map { $text{$_} } @sockets;
}

sub workers { map { chomp; $_ } `pgrep -P @{[Nginx::pid()]}` }
sub rss {    # KiB of memory that is the workers' own
    my $sum = 0;
    for my $pid (workers()) {
        open my $fh, '<', "/proc/$pid/status" or next;
        while (<$fh>) { $sum += $1 if /^RssAnon:\s+(\d+)/ }
    }
    return $sum;
}
sub backends { sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pay_api'") }
sub connected {
    return Own::metric('payments_postgresql_connections', qr/connecting|preparing/) == 0;
}
sub parked { Own::metric('payments_idempotency_parked') }

# what nginx itself takes for such a request that waits: the same one, held back
# by limit_req's delay

{
    my $n = rounds(2000, 10000);
    # longer than it takes to connect them
    my $slow = rounds('tok_slow_' . (Load::patience() < 9 ? 3000 * Load::patience() : 25000),
                      'tok_slow_25000');
    my $held = 'limit_req_zone $server_name zone=held:1m rate=1r/m;';
    Own::start(workers => 2, connections => $n + 500, shard => 'mode direct; timeout 30s;',
               http => "$held payments_idempotency_wait 60s; client_header_timeout 120s;",
               location => 'location /held { limit_req zone=held burst=20000; return 204; }');
    my $idem = uuid();

    # memory for as many of nginx's own that wait, then for ours
    request(post(uuid(), 'tok_visa')) for 1 .. 20;
    my $start = rss();
    my @held = connect_all($n);
    syswrite $_, post($idem, 'tok_visa') =~ s{^POST /v1/payments}{POST /held}r for @held;
    sleep 0.2 while Own::get('/metrics')->{status} != 200;
    my $nginx = rss() - $start;
    close $_ for @held;

    Own::stop();
    Own::start(workers => 2, connections => $n + 500, shard => 'mode direct; timeout 30s;',
               http => 'payments_idempotency_wait 60s; client_header_timeout 120s;');
    request(post(uuid(), 'tok_visa')) for 1 .. 20;
    ok(wait_until(30, \&connected), 'every lane has its connections');
    my $before_backends = backends();
    $start = rss();
    my @sockets = connect_all($n);
    syswrite $sockets[0], post($idem, $slow);
    ok(wait_until(5, sub { parked() == 1 }), 'a leader');
    syswrite $_, post($idem, $slow) for @sockets[1 .. $#sockets];
    ok(wait_until(30, sub { parked() == $n }), "$n requests wait for one");
    my $each = (rss() - $start) / $n;
    note sprintf 'KiB for each: %.2f, of which nginx takes %.2f for a request that waits', $each, $nginx / $n;
    cmp_ok($each - $nginx / $n, '<', 4, 'less than 4 KiB each');
    is(backends(), $before_backends, 'no connection to the database');
    my @answers = read_all(20, @sockets);
    my %bodies = map { (($_ =~ /\r\n\r\n(.*)/s)[0] || '' => 1) } @answers;
    is(scalar(grep { m{^HTTP/1.1 20[12]} } @answers), $n, 'all are answered');
    is(scalar(keys %bodies), 1, 'with the same bytes');
    is(sql("SELECT count(*) FROM pay.journal WHERE status > 1 AND key = '$idem'"), 1, 'one payment');
    Own::stop();
}

# the worker that executes is killed: one of the others does it, at once
for my $round (1 .. rounds(3, 10)) {
    Own::start(workers => 2, connections => 3000, shard => 'mode direct; timeout 8s;',
               http => 'payments_idempotency_wait 30s;');
    my $idem = uuid();

    # the time that one execution takes
    my $begin = time;
    request(post(uuid(), $delay));
    my $one = time - $begin;

    my ($leader) = connect_all(1);
    syswrite $leader, post($idem, $delay);
    ok(wait_until(5, sub { parked() == 1 }), 'killed leader: it leads');
    my @sockets = connect_all(1000);
    syswrite $_, post($idem, $delay) for @sockets;

    # whose is it? the one that dies without an answer to the leader's client
    my @pids = workers();
    cmp_ok(Own::metric('payments_idempotency_parked'), '>', 0, 'killed leader: the key is executed yet');
    my $victim = $pids[$round % 2] or die "no worker\n";    # kill 0 is everybody
    my $killed = time;
    kill KILL => $victim;
    my @answers = read_all(10, @sockets);
    my ($first, $took) = ($first_answer - $killed, time - $killed);
    my $answered = grep { m{^HTTP/1.1 201} } @answers;
    my $lost = grep { $_ eq '' } @answers;
    is($answered + $lost, 1000, "killed leader: $answered answered, $lost were the dead worker's");
    my %bodies = map { ($_ =~ /\r\n\r\n(.*)/s)[0] => 1 } grep { $_ ne '' } @answers;
    is(scalar(keys %bodies), 1, 'killed leader: with the same bytes');
    # one execution, not two of them, nor any other wait
    cmp_ok($first, '<', 2 * $one,
           sprintf 'killed leader: after %.3f s; an execution takes %.3f s', $first, $one);
    promised($took - $one, 0.25, 'killed leader: all have it, longer than an execution takes by');
    is(sql("SELECT count(*), count(DISTINCT object_id) FROM pay.journal WHERE status > 1 AND key = '$idem'"), '1|1',
       'killed leader: one payment');
    Own::stop(killed => 1);
}

# one that drains after a reload is killed: nginx starts no other in its place
{
    Own::start(workers => 1, shard => 'mode direct; timeout 4s;',
               http => 'payments_idempotency_wait 30s;');
    my $idem = uuid();
    my $one = request(post(uuid(), $delay))->{seconds};
    my ($leader) = connect_all(1);
    syswrite $leader, post($idem, $delay);
    ok(wait_until(5, sub { parked() == 1 }), 'killed while it drains: it leads');
    my ($old) = workers();
    kill HUP => Nginx::pid();
    ok(wait_until(5, sub { grep { $_ != $old } workers() }),
       'killed while it drains: another one serves');
    kill KILL => $old;
    ok(wait_until(5, sub { !grep { $_ == $old } workers() }), 'killed while it drains: it is gone');
    my $answer = request(post($idem, $delay), 20);
    is($answer->{status}, 201, 'killed while it drains: its key is free again');
    cmp_ok($answer->{seconds}, '<', 2 * $one, 'killed while it drains: after one execution');
    Own::stop(killed => 1);
}

is(join("\n", invariants()), '', 'invariants');
done_testing();

# Readers of events that wait for the next one (Prefer: wait): how many there are costs
# PostgreSQL nothing, and nothing keeps a worker that quits.

use strict;
use warnings;

use lib 't/lib';
use IO::Socket::INET;
use Load qw(api text later collect answered merchant wait_until sql);
use Own;
use Test::More;
use Time::HiRes qw(sleep time);

Own::start(workers => 1, wait => 30, connections => 1024, location => 'location = /openapi.json { payments on; }');

my ($key) = merchant(qw(payments:read payments:write events:read));
my ($key2) = merchant(qw(payments:read payments:write events:read));

sub pay { api('POST', '/v1/payments', { amount => 1000, currency => 'EUR', payment_method => { token => 'tok_visa' } }, key => $_[0] || $key) }
sub events { my ($query, %with) = @_; return api('GET', "/v1/events?$query", undef, key => $key, %with) }
sub waits { my ($query, $wait, $whose) = @_; return later(text('GET', "/v1/events?$query", undef, key => $whose || $key, Prefer => "wait=$wait"), 60) }
sub calls { Own::metric('payments_postgresql_calls_total', 'lane="list"') }

pay();
my $last = (@{ events('after=0')->{json}{data} })[-1]{sequence};

# what is there is not waited for
my $got = events('after=0', Prefer => 'wait=30');
is(scalar @{ $got->{json}{data} }, 1, 'what is there comes at once');
like($got->{head}, qr/^Preference-Applied: wait=30\r?$/m, '... and says what it would have done');
unlike(events("after=$last")->{head}, qr/Preference-Applied/, 'who does not ask does not wait');
unlike(events('types=refund.*', Prefer => 'wait=30')->{head}, qr/Preference-Applied/, 'nor who says not from where on');

# nothing comes
$got = events("after=$last", Prefer => 'wait=1');
is("$got->{status} @{[scalar @{ $got->{json}{data} }]} $got->{json}{has_more}", '200 0 0', 'nothing came: an empty page');
like($got->{head}, qr/^Preference-Applied: wait=1\r?$/m, '... after the time that was asked for');
like(events("after=$last", Prefer => 'wait=0')->{head}, qr/^HTTP\/1.1 200/, 'wait=0 is none');

# the next one comes; another merchant's, or one of another type, is not it
my $first = waits("after=$last", 30);
my $refunds = waits("after=$last&types=refund.*", 30);
my $before = calls();
ok(wait_until(10, sub { calls() > $before + 3 }), 'some wait');
pay($key2);
$before = calls();
ok(wait_until(10, sub { calls() > $before + 3 }), "another merchant's event");
ok(!answered($first), '... is not it');
my $id = pay()->{json}{id};
ok(wait_until(10, sub { answered($first) }), 'the next one is');
like(collect($first)->{body}, qr/"object_id":"\Q$id\E"/, '... and comes');
$before = calls();
ok(wait_until(10, sub { calls() > $before + 3 }), 'who waits for a refund');
ok(!answered($refunds), '... goes on');
api('POST', "/v1/payments/$id/refunds", { amount => 10 }, key => (Load::api_key(sql("SELECT merchant_id FROM pay.payments ORDER BY payment_id DESC LIMIT 1"), ['refunds:write']))[0]);
ok(wait_until(10, sub { answered($refunds) }), '... until there is one');
like(collect($refunds)->{body}, qr/"type":"refund\.succeeded"/, '... which comes');

# many wait: as many looks as for one, and nobody else waits for them
my $end = (@{ events('after=0')->{json}{data} })[-1]{sequence};
my @many = map { waits("after=$end", 30) } 1 .. 40;
ok(wait_until(20, sub { my $c = calls(); sleep 1; calls() - $c <= 4 }), 'forty that wait cost two looks in a second, or three');
is(scalar(grep { answered($_) } @many), 0, '... all of them wait');
is(events('after=0')->{status}, 200, 'others are answered');
pay();
ok(wait_until(20, sub { !grep { !answered($_) } @many }), 'one event wakes all');
is(scalar(grep { collect($_)->{body} =~ /"payment\.captured"/ } @many), 40, '... with it');

# clients that leave are forgotten
$end = (@{ events('after=0')->{json}{data} })[-1]{sequence};
my @sockets = map { my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $Load::port) or die;
    print {$s} text('GET', "/v1/events?after=$end", undef, key => $key, Prefer => 'wait=30'); $s } 1 .. 10;
$before = calls();
ok(wait_until(10, sub { calls() >= $before + 12 }), 'ten wait');
close $_ for @sockets;
ok(wait_until(10, sub { my $c = calls(); sleep 2; calls() == $c }), 'they leave, and nothing is looked for');

# a merchant has a number of places
my @full = map { waits("after=$end", 30) } 1 .. 65;
ok(wait_until(20, sub { grep { answered($_) } @full }), 'one more than a merchant has places for');
is(scalar(grep { answered($_) } @full), 1, '... is answered at once');

# a worker that quits lets them go
kill HUP => Nginx::pid();
ok(wait_until(20, sub { !grep { !answered($_) } @full }), 'a reload ends them');
is(scalar(grep { my $a = collect($_); $a->{status} == 200 && $a->{body} =~ /"data":\[\],"has_more":false/ } @full), 65, '... with an empty page each');
ok(wait_until(20, sub { my $a = eval { events("after=$end") }; $a && $a->{status} == 200 }), 'the next worker goes on');

like(api('GET', '/openapi.json')->{body}, qr{PreferNews}, 'the document says so');

Own::stop();
done_testing();

# Limits by merchant: the example of docs/limits.md, with smaller numbers.

use strict;
use warnings;

use lib 't/lib';
use Basics qw(slurp);
use Load qw(sql request uuid merchant api text later collect);
use Own;
use Nginx;
use Test::More;
use Time::HiRes qw(time);

my ($example) = slurp('docs/limits.md') =~ /```nginx\n(.*?)```/s;
my ($http, $server) = $example =~ /^# http\{\}\n(.*?)\n# server\{\}[^\n]*\n(.*)/s;
ok($http && $server, 'the example is there');

# so few that none comes while this runs
ok($http =~ s/rate=100r\/s/rate=1r\/m/, 'the example has a rate');
ok($server =~ s/burst=50 /burst=2 /, 'and a burst');
ok($server =~ s/merchant 100 1s/merchant 1 1s/, 'and a policy');
ok($server =~ s/open 200/open 3/, 'and connections');

# the runner's server{} has its locations, where limits may stand as well
my $start = sub {
    Own::start(workers => 2, shard => 'mode direct;', http => $http,
               location => "location ^~ /v1/payments { payments on; $server }");
};
$start->();

my ($key) = merchant(qw(payments:read payments:write));
my ($other) = merchant(qw(payments:read));
my $list = sub { api('GET', '/v1/payments', undef, key => $_[0]) };

# known after the first, which is not counted; a burst of 2 and the one itself
my @answers = map { $list->($key) } 1 .. 8;
is(scalar(grep { $_->{status} == 200 } @answers[0 .. 3]), 4, 'within the limit');
my @refused = grep { $_->{status} == 429 } @answers;
is(scalar(@refused), 4, 'above the limit: 429');

my $refused = $refused[0];
like($refused->{head}, qr{^Content-Type: application/problem\+json\r?$}m, '429: a problem');
is($refused->{json}{code}, 'rate_limited', '429: its code');
is($refused->{json}{retry}, 'same_key', '429: may be sent again');
like($refused->{head}, qr/^Retry-After: 1\r?$/m, '429: Retry-After');
like($refused->{head}, qr/^RateLimit-Policy: "merchant";q=1;w=1\r?$/m, '429: RateLimit-Policy');
like($refused->{head}, qr/^RateLimit: "merchant";r=0;t=1\r?$/m, '429: RateLimit');
like($refused->{head}, qr/^Payments-Should-Retry: true\r?$/m, '429: Payments-Should-Retry');
like($refused->{head}, qr/^Request-Id: req_\w{26}\r?$/m, '429: Request-Id');
unlike($answers[0]{head}, qr/^RateLimit/m, '200: without');

is($list->($other)->{status}, 200, 'another merchant is not concerned');
is($list->($other)->{status}, 200, 'nor when it is known');

# the same merchant's other key counts with this one
my ($second) = Load::api_key(sql("SELECT merchant_id FROM pay.api_keys k WHERE prefix <> ''
    ORDER BY created_at DESC LIMIT 1"), ['payments:read']);
my @together = map { $list->($_ % 2 ? $second : $other) } 1 .. 12;
cmp_ok(scalar(grep { $_->{status} == 429 } @together), '>=', 5, 'two keys of one merchant: one limit');

# a key that was revoked uses up no merchant's limit: whoever has it is refused, and the
# merchant is served
my ($victim, $number) = merchant(qw(payments:read));
my ($leaked) = Load::api_key($number, ['payments:read'], revoked_at => 'now()');
my %codes;
$codes{ $list->($leaked)->{json}{code} }++ for 1 .. 30;
is(join(' ', keys %codes), 'api_key_revoked', 'it is refused, and not limited');
$list->($victim);         # known from here on
is(scalar(grep { $list->($victim)->{status} == 200 } 1 .. 3), 3, "the merchant's own requests are within its limit");

# a refused payment is not made, and is made when it comes again
my ($payer) = merchant(qw(payments:read payments:write));
$list->($payer) for 1 .. 6;
my $idempotency = uuid();
my @pay = ('POST', '/v1/payments', { amount => 3, currency => 'EUR',
           payment_method => { token => 'tok_visa' } }, key => $payer,
           'Idempotency-Key' => $idempotency);
my $answer = api(@pay);
is($answer->{status}, 429, 'a payment above the limit');
is(sql("SELECT count(*) FROM pay.journal WHERE status > 1 AND key = '$idempotency'"), 0, 'is not made');
Own::stop(expected => qr/limiting requests/);
$http =~ s/rate=1r\/m/rate=1r\/s/ or die;
$start->();
$list->($payer) for 1 .. 6;
ok(Load::wait_until(10, sub { api(@pay)->{status} == 201 }), 'and then it is');
is(sql("SELECT count(*) FROM pay.journal WHERE status > 1 AND key = '$idempotency'"), 1, 'once');

Own::stop(expected => qr/limiting requests/);
done_testing();

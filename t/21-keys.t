# API keys: revoked, expired, of a suspended merchant; and without a database

use strict;
use warnings;

use lib 't/lib';
use Load qw(devstack sql request create uuid wait_until api_key);
use Test::More;
use Time::HiRes qw(sleep time);

my ($merchant) = sql("SELECT min(merchant_id) FROM pay.merchants");

sub key { api_key($merchant, ['payments:read', 'payments:write'], @_) }

sub as {
    my ($key, $text) = @_;
    $text =~ s/Bearer \S+/Bearer $key/;
    return request($text);
}

my ($key, $hash) = key();
is(as($key, create(uuid(), 1))->{status}, 201, 'a key');

sql("UPDATE pay.api_keys SET revoked_at = now() WHERE key_hash = '\\x$hash'");
my $revoked = time;

# asked all the time, by both workers, it must end within a second
my ($last, $answer) = (0);
while (time - $revoked < 1.5) {
    $answer = as($key, create(uuid(), 1));
    $last = time if $answer->{status} == 201;
}
cmp_ok($last - $revoked, '<', 1, sprintf('revoked: refused after %.2f s', $last - $revoked));
is($answer->{status}, 401, 'revoked: 401');
like($answer->{body}, qr/"code":"api_key_revoked"/, 'with its code');
like($answer->{head}, qr/^WWW-Authenticate: Bearer\r?$/m, 'and a challenge');

my ($expired) = key(expires_at => "now() - interval '1 second'");
$answer = as($expired, create(uuid(), 1));
is($answer->{status}, 401, 'expired: 401');
like($answer->{body}, qr/"code":"api_key_expired"/, 'with its code');

my ($later) = key(expires_at => "now() + interval '1 hour'");
is(as($later, create(uuid(), 1))->{status}, 201, 'not expired yet');

sql("UPDATE pay.merchants SET status = 'suspended' WHERE merchant_id = $merchant");
my ($fresh) = key();
$answer = as($fresh, create(uuid(), 1));
my $read = as($fresh, "GET /v1/payments/x HTTP/1.1\r\nHost: x\r\n"
    . "Connection: close\r\nAuthorization: Bearer x\r\n\r\n");
sql("UPDATE pay.merchants SET status = 'active' WHERE merchant_id = $merchant");
is($answer->{status}, 403, 'suspended: writes are 403');
like($answer->{body}, qr/"code":"merchant_suspended"/, 'with its code');
is($read->{status}, 404, 'suspended: reads go on');

# a key that no worker knows, and nobody to ask
my ($unknown) = key();
devstack('pause', 'primary');
$answer = as($unknown, create(uuid(), 1));
devstack('resume', 'primary');
is($answer->{status}, 503, 'without a database: 503, never open');
like($answer->{body}, qr/"code":"database_unavailable"/, 'with its code');
ok(wait_until(5, sub { as($unknown, create(uuid(), 1))->{status} == 201 }),
   'and then it works');

done_testing();

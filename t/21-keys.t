# API keys: revoked, expired, of a suspended merchant; and without a database

use strict;
use warnings;

use lib 't/lib';
use Load qw(devstack sql request create uuid wait_until figures promised api_key nginx_pid);
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

# asked all the time, by both workers, it ends; the promise is: within a second
my ($last, $answer, $refused) = ($revoked, undef, 0);
ok(wait_until(5, sub {
    my $sent = time;
    $answer = as($key, create(uuid(), 1));
    ($last, $refused) = ($sent, -1) if $answer->{status} == 201;
    ++$refused >= 20 && time - $revoked > 1.5 * figures();
}), 'revoked: both workers refuse it');
promised($last - $revoked, 1, 'revoked: the last one was taken');
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

# a key that no worker knows, and no server to ask
my ($unknown) = key();
devstack('pause', 'primary');
$answer = as($unknown, create(uuid(), 1));
devstack('resume', 'primary');
is($answer->{status}, 503, 'without a database: 503, never open');
like($answer->{body}, qr/"code":"database_unavailable"/, 'with its code');
ok(wait_until(5, sub { as($unknown, create(uuid(), 1))->{status} == 201 }),
   'and then it works');

# a configuration that fails when it has been read; a worker that starts after it
# must not use what belonged to it
{
    open my $fh, '<', $ENV{NGINX_CONF} or die;
    my $good = do { local $/; <$fh> };
    close $fh;
    open $fh, '>', $ENV{NGINX_CONF} or die;
    # a file is no directory, on whatever machine
    print {$fh} "$good\nerror_log $ENV{NGINX_ERROR_LOG}/none;\n";
    close $fh;

    my $log = -s $ENV{NGINX_ERROR_LOG};
    my $master = nginx_pid();
    kill HUP => $master;
    ok(wait_until(5, sub { my $from = $log; Load::error_log_since(\$from)
                           =~ m{\[emerg\].*error\.log/none} }), 'a configuration that fails');
    open $fh, '>', $ENV{NGINX_CONF} or die;
    print {$fh} $good;
    close $fh;

    my %before = map { ($_ => 1) } split ' ', `pgrep -P $master`;
    ok(%before > 0, 'there are workers');
    kill KILL => keys %before;
    ok(wait_until(5, sub { my @now = split ' ', `pgrep -P $master`;
                           @now == keys %before && !grep { $before{$_} } @now }), 'other workers');
    ok(wait_until(5, sub { request("GET /readyz HTTP/1.0\r\nHost: x\r\n\r\n")->{status} == 200 }),
       'are ready');
    is(request(create(uuid(), 1))->{status}, 201, 'and take payments') for 1 .. 4;
    like(request("GET /metrics HTTP/1.0\r\nHost: x\r\n\r\n")->{body}, qr/^payments_requests_total/m,
         'and count');
    my $since = Load::error_log_since(\$log);
    unlike($since, qr/exited on signal (?!9)/, 'none has crashed');
}

done_testing();

# Where webhooks may not go: every spelling of an address that is not public, when an endpoint is
# made or changed, and again whenever something is sent, whatever its name stands for by then.

use strict;
use warnings;
use utf8;

use lib 't/lib';
use Encode qw(encode_utf8);
use Load qw(sql api merchant wait_until devstack);
use Names;
use Own;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $names = Names->new;

devstack('stop', 'nginx');
Own::start(workers => 1, connections => 4096, wait => 30, http => 'payments_webhooks on timeout=5s; payments_webhooks_allow 127.0.0.1;
    resolver 127.0.0.1:' . $names->port . ' ipv6=off valid=1s; payments_outbound_resolver_timeout 2s;
    payments_outbound_trusted_certificate /etc/ssl/certs/ca-certificates.crt;');

my $peer = Peer->new(routes => { '*' => sub {
    my ($c, $request) = @_;
    $c->{peer}->note("came $request->{path}");
    return $request->{path} eq '/moved' ? $c->answer('', 307, 'Location: http://169.254.169.254/trap') : $c->answer('', 200);
} });
my $port = $peer->port;
sub came { my ($path) = @_; return scalar grep { $_ eq "came $path" } $peer->seen }

my ($key, $number) = merchant(qw(payments:write events:read webhooks:read webhooks:write));
sub call { my ($method, $path, $body) = @_; return api($method, "/v1/$path", $body, key => $key) }
sub pay { call('POST', 'payments', { amount => 1000, currency => 'EUR', payment_method => { token => 'tok_visa' } }) }
sub make { my ($url) = @_; return call('POST', 'webhook_endpoints', { url => encode_utf8($url), enabled_events => ['payment.*'] }) }
sub what { my ($e) = @_; return map { $_->{error} || $_->{response_status} } @{ call('GET', "webhook_deliveries?order=asc&limit=100&endpoint_id=$e->{id}")->{json}{data} } }
sub hurry {
    sql("UPDATE pay.webhook_endpoints SET paused_until = now() WHERE merchant_id = $number AND paused_until > now();
         UPDATE pay.webhook_retries SET due = now() WHERE merchant_id = $number AND due > now()");
}

# of each network its first and its last address
my @private = qw(0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.2 127.255.255.255 169.254.0.0
    169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.88.99.1 192.168.0.0 192.168.255.255 198.18.0.0
    198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255);
my @v6 = map { "[$_]" } ('::', '::1', 'fc00::1', 'fdff::1', 'fe80::1', 'febf::1', 'fec0::1', 'ff02::1', '2001:db8::1', '100::1',
    # IPv4 inside: mapped, translated, 6to4, Teredo
    '::ffff:10.0.0.1', '::ffff:7f00:2', '::FFFF:169.254.169.254', '64:ff9b::10.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::a00:1',
    '2002:7f00:2::', '2002:a9fe:a9fe::1', '2001:0:4136:e378:8000:63bf:f5ff:fffe', '0:0:0:0:0:ffff:c0a8:101');
# no address of the four decimals, nor a name, whatever a C library makes of them
my @odd = (qw(2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 017700000001 127.1 127.0.1 0 00.0.0.0 127.0.0.01 127.0.0.256 1.2.3.4.5),
    'user@example.com', 'user:pass@example.com', '127.0.0.2@example.com', 'example.com@127.0.0.2', '127.0.0.2%2f@example.com', '%31%32%37.0.0.2',
    "127\x{3002}0\x{3002}0\x{3002}2", "\x{ff11}\x{ff12}\x{ff17}.0.0.2", '[::1', '[::1]x', '[fe80::1%25eth0]', '[::ffff:0x7f.1]', 'a b', 'example.com\\@127.0.0.2');

my $public = make('https://8.8.8.8/')->{json};
for my $host (@private, @v6, @odd) {
    my $answer = make("https://$host/x");
    is("$answer->{status} $answer->{json}{code}", '422 invalid_webhook_url', 'no endpoint at ' . encode_utf8($host));
    my $changed = call('PATCH', "webhook_endpoints/$public->{id}", { url => encode_utf8("https://$host/x") });
    is($changed->{json}{code}, 'invalid_webhook_url', '... and none goes there');
}
is(make($_)->{json}{code}, 'invalid_webhook_url', "nor at $_") for 'http://8.8.8.8/', 'ftp://example.com/', 'file:///etc/passwd', 'gopher://example.com/',
    'https:example.com', '//example.com/', "https://example.com/\r\nHost: x";
is(make($_)->{status}, 201, "but at $_") for 'https://[2606:4700:4700::1111]/', 'https://example.com/', "http://127.0.0.1:$port/here";
sql("DELETE FROM pay.webhook_endpoints WHERE merchant_id = $number");

# where one stands in the table all the same, as one that was allowed when it was made
{
    my @hosts = (@private, @v6);
    my @made = map { make("http://127.0.0.1:$port/x")->{json} } @hosts;
    sql("UPDATE pay.webhook_endpoints SET url = CASE created_at " . join(' ', map { "WHEN '$made[$_]{created_at}' THEN 'http://$hosts[$_]:$port/'" } 0 .. $#hosts)
        . " END WHERE merchant_id = $number");
    is(sql("SELECT count(DISTINCT url) FROM pay.webhook_endpoints WHERE merchant_id = $number"), scalar @hosts, 'many that are not public');
    pay();
    my $all = sub { @{ call('GET', 'webhook_deliveries?limit=100')->{json}{data} } };
    ok(wait_until(20, sub { $all->() == @hosts }), '... are looked at again');
    is(scalar(grep { ($_->{error} || '') ne 'address_refused' } $all->()), 0, '... and nothing is sent there');
    is(came('/'), 0, '... at all');
    sql("DELETE FROM pay.webhook_endpoints WHERE merchant_id = $number");
}

# names
{
    $names->set('good.test', '127.0.0.1');
    $names->set('mixed.test', '127.0.0.1 10.0.0.1');
    $names->set('rebound.test', '127.0.0.1');
    $names->set('meta.test', '169.254.169.254');
    my %e = map { $_ => make("http://$_.test:$port/$_")->{json} } qw(good mixed rebound meta none);
    my $moved = make("http://127.0.0.1:$port/moved")->{json};
    pay();
    ok(wait_until(15, sub { 6 == grep { what($_) == 1 } values %e, $moved }), 'all have been tried');
    is(join(' ', map { what($e{$_}) } qw(good rebound)), '200 200', 'names that stand for an allowed address');
    is(join(' ', map { what($e{$_}) } qw(mixed meta)), 'address_refused address_refused', 'one address that is not public refuses all');
    is(join(' ', what($e{none})), 'name_not_found', 'a name that there is not');
    is(join(' ', what($moved)), '307', 'a redirect is a failure');
    is(join(' ', map { came("/$_") } qw(good mixed moved)), '1 0 1', '... and what came is what was allowed');

    # another address by the time of the next event
    $names->set('rebound.test', '127.0.0.2');
    ok(wait_until(30, sub { pay(); hurry(); grep { $_ eq 'address_refused' } what($e{rebound}) }), 'a name that is another address now is looked at again');
}

sql("DELETE FROM pay.webhook_endpoints WHERE merchant_id = $number");
$peer->stop;
$names->stop;
Own::stop();
devstack('start', 'nginx');
done_testing();

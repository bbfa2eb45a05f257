# The dashboard: where it is on, what it may load, and in a browser: nothing is asked of
# another host, what is wrong stands first, a wrong key is said to be one, an endpoint is
# enabled after a question.  Screenshots are in build/test/dashboard.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(api request sql);
use Npm qw(node);
use Own;
use Test::More;

my $admin = $ENV{PAYMENTS_ADMIN_KEY};
my $policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    . "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
my @files = (['/dashboard', 'text/html'], ['/dashboard/dashboard.css', 'text/css'], ['/dashboard/dashboard.js', 'text/javascript']);

sub get {
    my ($path, $method, %header) = @_;
    return request(($method || 'GET') . " $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                   . join('', map { "$_: $header{$_}\r\n" } keys %header) . "\r\n");
}

is(get($_->[0])->{status}, 404, "$_->[0] is not there by itself") for @files;
is(get('/dashboard', 'POST', 'Content-Length' => 0)->{status}, 404, '... for no method');

Own::start(workers => 2, wait => 30, connections => 4096, http => "payments_webhooks on;", location => '
    location /dashboard { payments on; payments_dashboard on; }
    location /off { payments on; }');

for (@files) {
    my ($path, $type) = @$_;
    my $answer = get($path);
    is($answer->{status}, 200, $path);
    like($answer->{head}, qr{^Content-Type: \Q$type\E; charset=utf-8\r?$}m, '... of its type');
    like($answer->{head}, qr{^Content-Security-Policy: \Q$policy\E\r?$}m, '... with a policy');
    like($answer->{head}, qr{^X-Content-Type-Options: nosniff\r?$}m, '... and as nothing else');
    my ($etag) = $answer->{head} =~ /^ETag: ("[0-9a-f]+")\r?$/m;
    is(get($path, 'GET', 'If-None-Match' => $etag)->{status}, 304, '... 304 for its tag');
    my ($length) = $answer->{head} =~ /^Content-Length: (\d+)/m;
    like(get($path, 'HEAD')->{head}, qr{ 200 .*^Content-Length: $length\r?$}ms, '... HEAD');
    unlike($answer->{body}, qr{(?:src|href)="(?!/dashboard/)|<(?:script|style)>| style=|\son\w+=|https?://(?!www\.w3\.org/2000/svg)},
           '... nothing inline, nothing from elsewhere');
}
is(get('/dashboard/other.js')->{status}, 404, 'no other file');
is(get('/dashboard', 'POST', 'Content-Length' => 0)->{status}, 405, 'it is read');

SKIP: {
    skip 'no browser: run tools/viewer --tests, and install chromium', 1
        unless -x '/usr/bin/chromium' && -d 'build/npm/node_modules/playwright-core';

    # an endpoint of the administrator's merchant, which was disabled since it failed
    my $made = api('POST', '/v1/webhook_endpoints', { url => 'https://shop.example.com/T0KEN', enabled_events => ['*'] });
    my $endpoint = $made->{json}{id} or die "$made->{body}\n";
    my $uuid = "(SELECT endpoint_id FROM pay.webhook_endpoints WHERE pay.id_text('we_', endpoint_id) = '$endpoint')";
    sql("UPDATE pay.webhook_endpoints SET status = 'disabled', disabled_reason = 'failing', failures = 90,
         failing_since = now() - interval '6 days' WHERE endpoint_id = $uuid");

    # a key of the same merchant and mode that may do both
    my ($merchant) = split /\n/, sql("SELECT merchant_id FROM pay.webhook_endpoints WHERE endpoint_id = $uuid");
    my ($both) = Load::api_key($merchant, ['admin', 'webhooks:read', 'webhooks:write']);

    system('mkdir', '-p', 'build/test/dashboard') == 0 or die;
    my ($status, $said) = node('t/lib/dashboard-page.cjs', "http://127.0.0.1:$Load::port", $both, $ENV{PAYMENTS_KEY}, $endpoint,
                               'build/test/dashboard');
    is($status, 0, 'the browser ran') or diag $said;
    my $seen = eval { decode_json($said) } || {};

    is_deeply($seen->{errors}, [], 'no error in the console');
    is_deeply($seen->{elsewhere}, [], 'no request to another host');
    is_deeply($seen->{overflow}, [], 'nothing wider than the window, light or dark, of a telephone or a desk');
    like($seen->{unknown_key}, qr/^This key is not taken: \w/, 'a key that is none');
    is($seen->{wrong_scope}, 'This key has not the scope admin.', 'a key that may not');
    is($seen->{kept}, '0 0', 'neither storage nor a cookie has the key');
    like($seen->{well}, qr/^(?:All is well|\d+ to watch|\d+ things? (?:is|are) wrong)/, 'what is, in words');
    is_deeply($seen->{order}, ['wrong', 'watch', 'ok'], 'what is wrong stands first');
    like($seen->{state}, qr/^\d+ things are wrong/, '... and above all');
    like($seen->{attention}, qr/its database is unreachable, last at [\d:]{8}/, '... with what is wrong');
    ok($seen->{focus}, 'what has the focus keeps it');
    is($seen->{outline}, 'solid', '... and shows it');
    like($seen->{silent}, qr/^This node does not answer .*: what is shown is of [\d:]{8}/, 'a node that does not answer');
    is($seen->{refused}, 'disabled', 'an endpoint is not enabled by "Leave it"');
    is($seen->{enabled}, 'enabled', '... and is after the question');
    is(sql("SELECT status FROM pay.webhook_endpoints WHERE endpoint_id = $uuid"), 'enabled', '... in the database');
    cmp_ok($seen->{polls}, '>=', 3, 'it asks again and again');
    api('DELETE', "/v1/webhook_endpoints/$endpoint");
}

Own::stop();
done_testing();

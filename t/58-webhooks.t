# Webhook endpoints, and what is sent to them: every event at least once, with one id and
# signatures that can be verified, whatever the receivers do and whoever dies.

use strict;
use warnings;

use lib 't/lib';
use Fcntl qw(:flock);
use File::Temp;
use IPC::Open2;
use JSON::PP;
use Load qw(sql api uuid merchant rounds wait_until together text nginx_pid invariants
            without_killed error_log_since devstack);
use Own;
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $dir = File::Temp->newdir(CLEANUP => 1);
my $json = JSON::PP->new->utf8->canonical;

system("gcc -O1 -std=gnu11 -o $dir/sign tests/signatures/sign.c ngx_payments_module/domain/*.c -lcrypto -lpcre2-8 -lm") == 0
    or die "sign does not compile\n";

# the stack's nginx sends webhooks; one of our own, that of a sanitizer, is to have the lease
my $own = $ENV{PAYMENTS_OWN};

if ($own) {
    devstack('stop', 'nginx');
    Own::start(workers => 2, connections => 4096, wait => 30,
               location => 'location = /openapi.json { payments on; }',
               http => 'payments_webhooks on; payments_webhooks_allow 127.0.0.0/8;');
}

# A receiver ---------------------------------------------------------------------------------

# what came: { path, id, timestamp, signatures, body }
sub keep {
    my ($request) = @_;
    my %got = (path => $request->{path}, body => $request->{body});
    for (qw(id timestamp signature)) { ($got{$_}) = $request->{head} =~ /^webhook-$_: (.*?)\r?$/mi }
    open my $fh, '>>', "$dir/got" or die;
    flock $fh, LOCK_EX;
    syswrite $fh, $json->encode(\%got) . "\n";
    close $fh;
}

sub got {
    my ($path) = @_;
    open my $fh, '<', "$dir/got" or return;
    return grep { $_->{path} eq $path } map { $json->decode($_) } <$fh>;
}

sub ids { my %seen; return grep { !$seen{$_}++ } map { $_->{id} } got(@_) }

# what a path answers now: a status, and lines of the head
sub answers { my ($path, @lines) = @_; open my $fh, '>', "$dir/" . $path =~ tr{/}{_}r or die; print {$fh} join "\n", @lines; close $fh }

my $peer = Peer->new(routes => { '*' => sub {
    my ($c, $request) = @_;
    keep($request);
    my ($status, @lines) = (200);
    if (open my $fh, '<', "$dir/" . $request->{path} =~ tr{/}{_}r) { ($status, @lines) = map { chomp; $_ } <$fh> }
    if ($status eq 'hang') { sleep 60; return }
    if ($status eq 'cut') { return $c->cut }
    return $c->answer('x' x 5000, $status, @lines);
} });

my $base = 'http://127.0.0.1:' . $peer->port;
my @scopes = qw(payments:read payments:write refunds:write events:read webhooks:read webhooks:write);

# of a merchant's own, without others' events
sub customer { my ($key, $number) = merchant(@scopes); return { key => $key, number => $number } }
sub endpoint {
    my ($m, $path, %with) = @_;
    my $made = api('POST', '/v1/webhook_endpoints', { url => $path =~ /^h/ ? $path : "$base$path",
        enabled_events => ['payment.*', 'refund.*'], %with }, key => $m->{key});
    return $made->{json};
}
sub shown { my ($m, $e) = @_; return api('GET', "/v1/webhook_endpoints/$e->{id}", undef, key => $m->{key})->{json} }
sub change { my ($m, $e, %with) = @_; return api('PATCH', "/v1/webhook_endpoints/$e->{id}", { %with }, key => $m->{key}) }
sub pay {
    my ($m, %with) = @_;
    return api('POST', '/v1/payments', { amount => 1000, currency => 'EUR',
        payment_method => { token => 'tok_visa' }, %with }, key => $m->{key})->{json}{id};
}
sub events {
    my ($m, $after) = @_;
    return @{ api('GET', '/v1/events?limit=100&after=' . ($after || 0), undef, key => $m->{key})->{json}{data} };
}

# The objects --------------------------------------------------------------------------------

{
    my ($m, $other) = (customer(), customer());
    my $key = uuid();
    my @made = map { api('POST', '/v1/webhook_endpoints', { url => "$base/object", enabled_events => ['refund.*', 'payment.captured'],
        description => 'Shop', metadata => { a => 'b' } }, key => $m->{key}, 'Idempotency-Key' => $key) } 1 .. 2;
    is($made[0]{status}, 201, 'an endpoint is made');
    is($made[1]{body}, $made[0]{body}, '... and its secret is replayed');
    my $e = $made[0]{json};
    like($e->{secret}, qr{^whsec_[A-Za-z0-9+/]{43}=$}, 'its secret');
    like($e->{id}, qr/^we_[0-9A-HJKMNP-TV-Z]{26}$/, 'its id');
    like($made[0]{head}, qr{^Location: /v1/webhook_endpoints/\Q$e->{id}\E\r?$}m, 'its place');
    my $secret = delete $e->{secret};
    is_deeply(shown($m, $e), $e, 'it is shown, without its secret');
    is_deeply(api('GET', '/v1/webhook_endpoints', undef, key => $m->{key})->{json}{data}, [$e], '... and listed');
    is_deeply([@$e{qw(object status disabled_reason ordered sequence behind failing_since)}],
              ['webhook_endpoint', 'enabled', undef, JSON::PP::false, 0, 0, undef], 'what it shows');
    is(sql("SELECT count(*) FROM pay.journal WHERE merchant_id = $m->{number} AND body LIKE '%whsec_%'"), 0,
       'its secret is in no stored answer');
    unlike(sql("SELECT encode(secret, 'escape') FROM pay.webhook_endpoints WHERE merchant_id = $m->{number}"), qr/whsec/,
           '... nor in the table');

    my $path = "/v1/webhook_endpoints/$e->{id}";
    is(api('GET', $path, undef, key => $other->{key})->{status}, 404, 'not for another merchant');
    is(api('DELETE', $path, undef, key => $other->{key})->{status}, 404, '... nor deleted by one');
    is(api('PATCH', $path, { description => 'x' }, key => $other->{key})->{status}, 404, '... nor changed');
    is(api('GET', $path, undef, key => (Load::api_key($m->{number}, ['payments:read']))[0])->{status}, 403, 'webhooks:read is needed');
    is(api('PATCH', $path, { description => 'x' }, key => (Load::api_key($m->{number}, ['webhooks:read']))[0])->{status}, 403,
       'webhooks:write is needed');

    my $changed = change($m, $e, enabled_events => ['*'], metadata => { a => undef, c => 'd' }, ordered => JSON::PP::true)->{json};
    is_deeply([@$changed{qw(enabled_events metadata ordered description)}], [['*'], { c => 'd' }, JSON::PP::true, 'Shop'],
              'what changes, and what stays');
    is(change($m, $e, status => 'disabled')->{json}{disabled_reason}, 'merchant', 'disabled by its merchant');
    is(change($m, $e, status => 'enabled')->{json}{disabled_reason}, undef, '... and enabled');
    is(change($m, $e, enabled_events => ['payment.paid'])->{status}, 422, 'a type that no event has');
    is(change($m, $e, enabled_events => [])->{status}, 422, 'no type');

    for (['http://10.0.0.1/x', 'a private address'], ['https://192.168.1.1/', 'another'], ['https://[::1]/', 'loopback'],
         ['https://[::ffff:10.0.0.1]/', 'one that is mapped'], ['https://169.254.169.254/latest', 'link-local'],
         ['http://8.8.8.8/', 'in the clear'], ['ftp://example.com/', 'another scheme'], ['https://user:pass@example.com/', 'a user'],
         ['https://0x7f.1/', 'a number as a host'], ['https://example.com/#x', 'a fragment'], ['shop', 'no URL']) {
        my $answer = api('POST', '/v1/webhook_endpoints', { url => $_->[0], enabled_events => ['*'] }, key => $m->{key});
        is("$answer->{status} $answer->{json}{code} $answer->{json}{errors}[0]{pointer}", '422 invalid_webhook_url /url', "refused: $_->[1]");
        is(change($m, $e, url => $_->[0])->{json}{code}, 'invalid_webhook_url', '... in a change too');
    }

    my $rotated = api('POST', "$path/rotate_secret", { overlap_seconds => 60 }, key => $m->{key});
    is($rotated->{status}, 200, 'its secret is replaced');
    isnt($rotated->{json}{secret}, $secret, '... by another one');
    is(api('DELETE', $path, undef, key => $m->{key})->{status}, 204, 'it is deleted');
    is(api('GET', $path, undef, key => $m->{key})->{status}, 404, '... and gone');

    my $schemas = api('GET', '/openapi.json')->{json}{components}{schemas};
    is_deeply([sort grep { !/\*/ } @{ $schemas->{WebhookEndpointCreate}{properties}{enabled_events}{items}{enum} }],
              [sort grep { $_ ne 'webhook.ping' } @{ $schemas->{Event}{properties}{type}{enum} }], 'every type of event can be asked for, but that of a test');

    # the last place, for two at once
    endpoint($m, "/$_") for 1 .. 63;
    my @both = together([$Load::port], map { text('POST', '/v1/webhook_endpoints', { url => "$base/$_", enabled_events => ['*'] },
        key => $m->{key}) } 1 .. 6);
    is(join(' ', sort map { $_->{status} } @both), '201 422 422 422 422 422', 'of several at once one gets the last place');
    is(api('POST', '/v1/webhook_endpoints', { url => "$base/x", enabled_events => ['*'] }, key => $m->{key})->{json}{code},
       'too_many_webhook_endpoints', 'the next one is too many');
    sql("DELETE FROM pay.webhook_endpoints WHERE merchant_id = $m->{number}");
}

# What is sent -------------------------------------------------------------------------------

sub valid {
    my ($got, @secrets) = @_;
    return !grep {
        my $pid = open2(my $out, my $in, "$dir/sign", '--verify', @$got{qw(id timestamp signature)}, int time, $_);
        print {$in} $got->{body};
        close $in;
        my $said = do { local $/; <$out> };
        waitpid $pid, 0;
        $? || ($said // '') ne ''
    } @secrets;
}

{
    my $m = customer();
    pay($m);
    is(scalar(events($m)), 1, 'an event that has its sequence');
    my $all = endpoint($m, '/all');
    my $refunds = endpoint($m, '/refunds', enabled_events => ['refund.*']);
    my $payment = pay($m);
    api('POST', "/v1/payments/$payment/refunds", { amount => 100 }, key => $m->{key});
    pay($m, description => "quote \" and \xe9") for 1 .. 40;
    my @events = events($m);
    shift @events;
    ok(wait_until(15, sub { ids('/all') == @events }), 'every event from then on is sent');
    is(join(' ', sort(ids('/all'))), join(' ', sort map { $_->{id} } @events), '... and no other');
    is(scalar(got('/all')), scalar @events, '... once');
    my ($got) = grep { $_->{id} eq $events[3]{id} } got('/all');
    is($got->{body}, api('GET', "/v1/events/$events[3]{id}", undef, key => $m->{key})->{body}, 'the bytes of the API');
    is($json->decode($got->{body})->{type}, $events[3]{type}, 'an event');
    ok(valid($got, $all->{secret}), 'its signature is right');
    ok(!valid($got, $refunds->{secret}), '... not by the secret of another endpoint');
    ok(wait_until(10, sub { ids('/refunds') == 1 }), 'types are chosen');
    is(join(' ', map { $json->decode($_->{body})->{type} } got('/refunds')), 'refund.succeeded', '... and no others come');
    ok(wait_until(10, sub { my $e = shown($m, $all); $e->{behind} == 0 && $e->{sequence} == @events + 1 }), 'the endpoint shows how far it is');
    ok(wait_until(10, sub { shown($m, $refunds)->{behind} == 0 }), '... and one that was sent few of them');

    # a secret is replaced: both sign, and afterwards the new one alone
    my $new = api('POST', "/v1/webhook_endpoints/$all->{id}/rotate_secret", { overlap_seconds => 600 }, key => $m->{key})->{json}{secret};
    my $id = pay($m);
    my ($event) = grep { $_->{object_id} eq $id } events($m);
    ok(wait_until(10, sub { grep { $_ eq $event->{id} } ids('/all') }), 'after a rotation it goes on');
    ($got) = grep { $_->{id} eq $event->{id} } got('/all');
    ok(valid($got, $all->{secret}, $new), '... with two signatures');
    sql("UPDATE pay.webhook_endpoints SET overlap_until = now() WHERE merchant_id = $m->{number} AND overlap_until IS NOT NULL");
    $id = pay($m);
    ($event) = grep { $_->{object_id} eq $id } events($m, scalar @events);
    ok(wait_until(10, sub { grep { $_ eq $event->{id} } ids('/all') }), 'when the overlap is over');
    ($got) = grep { $_->{id} eq $event->{id} } got('/all');
    ok(valid($got, $new) && !valid($got, $all->{secret}), '... with one, by the new secret');

    # disabled: nothing; enabled again: what came in between
    change($m, $all, status => 'disabled');
    my $missed = pay($m);
    ok(wait_until(10, sub { shown($m, $refunds)->{behind} == 0 }), 'another endpoint is past it');
    my ($missed_event) = grep { $_->{object_id} eq $missed } events($m, scalar @events);
    is(scalar(grep { $_ eq $missed_event->{id} } ids('/all')), 0, 'disabled: nothing is sent');
    change($m, $all, status => 'enabled');
    ok(wait_until(10, sub { grep { $_ eq $missed_event->{id} } ids('/all') }), 'enabled: it is');
}

# Receivers that do not take it -----------------------------------------------------------------

{
    my $m = customer();
    my %e = map { $_ => endpoint($m, "/$_") } qw(healthy hang e500 redirect gone cut dead);
    change($m, $e{dead}, url => 'http://127.0.0.1:1/');
    answers('/hang', 'hang');
    answers('/e500', 500);
    answers('/redirect', 301, "Location: $base/trap");
    answers('/gone', 410);
    answers('/cut', 'cut');
    pay($m) for 1 .. 12;
    ok(wait_until(12, sub { ids('/healthy') == 12 }), 'a healthy endpoint gets all');
    ok(wait_until(12, sub { shown($m, $e{gone})->{status} eq 'disabled' }), '410 disables');
    is(shown($m, $e{gone})->{disabled_reason}, 'gone', '... and says why');
    for my $path (qw(e500 redirect cut dead)) {
        ok(wait_until(12, sub { shown($m, $e{$path})->{failing_since} }), "$path: it is failing");
    }
    is(scalar(got('/trap')), 0, 'a redirect is not followed');

    # and when they do again they get all of them
    answers("/$_", 200) for qw(e500 redirect cut hang gone);
    change($m, $e{dead}, url => "$base/dead");
    change($m, $e{gone}, status => 'enabled');
    # what is paused, or has failed, is tried again after 5 s or more; not to wait that long
    my $hurry = sub {
        sql("UPDATE pay.webhook_endpoints SET paused_until = now() WHERE merchant_id = $m->{number} AND paused_until > now();
             UPDATE pay.webhook_retries SET due = now() WHERE merchant_id = $m->{number} AND due > now()");
    };
    for my $path (qw(e500 redirect cut dead gone)) {
        ok(wait_until(20, sub { $hurry->(); ids("/$path") == 12 && shown($m, $e{$path})->{behind} == 0 }), "$path: it gets what it missed");
        ok(wait_until(5, sub { !shown($m, $e{$path})->{failing_since} }), '... and fails no more');
    }
    ok(wait_until(40, sub { $hurry->(); ids('/hang') == 12 }), 'one that hung gets all, when its calls have timed out');
}

# one event of many: it alone is sent again, by its schedule
{
    my $m = customer();
    my $e = endpoint($m, '/picky');
    pay($m) for 1 .. 3;
    ok(wait_until(10, sub { ids('/picky') == 3 && shown($m, $e)->{behind} == 0 }), 'three are taken');
    answers('/picky', 503, 'Retry-After: 1');
    pay($m);
    ok(wait_until(10, sub { ids('/picky') == 4 }), 'the fourth is refused');
    ok(wait_until(10, sub { sql("SELECT attempts FROM pay.webhook_retries WHERE merchant_id = $m->{number}") eq '1' }), '... and noted');
    answers('/picky', 200);
    pay($m) for 1 .. 3;
    ok(wait_until(10, sub { ids('/picky') == 7 }), 'others pass it');
    ok(wait_until(15, sub { sql("SELECT count(*) FROM pay.webhook_retries WHERE merchant_id = $m->{number}") == 0 }), 'it is sent again');
    my @ids = map { $_->{id} } got('/picky');
    is(scalar(@ids), 8, '... alone');
    is(scalar(grep { $_ eq $ids[3] } @ids), 2, '... with the same id');
    my @times = map { $_->{timestamp} } grep { $_->{id} eq $ids[3] } got('/picky');
    cmp_ok($times[1] - $times[0], '>=', 4, '... and a fresh time, five seconds later');

    # the tenth failure is the last
    answers('/picky', 500);
    pay($m);
    ok(wait_until(10, sub { sql("SELECT count(*) FROM pay.webhook_retries WHERE merchant_id = $m->{number}") == 1 }), 'one fails');
    sql("UPDATE pay.webhook_retries SET attempts = 9, due = now() WHERE merchant_id = $m->{number}");
    ok(wait_until(10, sub { sql("SELECT count(*) FROM pay.webhook_retries WHERE merchant_id = $m->{number}") == 0 }), 'for the tenth time');
    is(shown($m, $e)->{status}, 'enabled', 'which ends the event, not the endpoint');

    # five days of failures
    sql("UPDATE pay.webhook_endpoints SET failing_since = now() - interval '6 days' WHERE merchant_id = $m->{number}");
    pay($m);
    ok(wait_until(10, sub { (shown($m, $e)->{disabled_reason} || '') eq 'failing' }), 'five days of failures end it');
}

# in order, whatever fails
{
    my $m = customer();
    my $e = endpoint($m, '/ordered', ordered => JSON::PP::true);
    my $id = pay($m, capture_method => 'manual');
    ok(wait_until(10, sub { ids('/ordered') == 1 }), 'ordered: the first');
    answers('/ordered', 500);
    api('PATCH', "/v1/payments/$id", { description => "d$_" }, key => $m->{key}) for 1 .. 10;
    ok(wait_until(10, sub { shown($m, $e)->{failing_since} }), 'ordered: the second fails');
    is(scalar(ids('/ordered')), 2, '... and none passes it');
    answers('/ordered', 200);
    ok(wait_until(15, sub { ids('/ordered') == 11 }), 'ordered: all of them');
    my ($last, $bad) = (0, 0);
    for (map { $json->decode($_->{body})->{sequence} } got('/ordered')) { $bad++ if $_ < $last; $last = $_ }
    is($bad, 0, '... in their order');
}

# Workers that are killed ------------------------------------------------------------------------

{
    my $m = customer();
    my $log = -s $ENV{NGINX_ERROR_LOG};
    endpoint($m, $_) for '/killed', '/killed-too';
    my $ordered = endpoint($m, '/killed-ordered', ordered => JSON::PP::true);
    my $n = rounds(120, 1200);

    for my $i (1 .. $n) {
        my $answer;
        my $key = uuid();
        wait_until(20, sub { $answer = api('POST', '/v1/payments', { amount => $i, currency => 'EUR', payment_method => { token => 'tok_visa' } },
            key => $m->{key}, 'Idempotency-Key' => $key); $answer->{status} == 201 });
        if ($i % 20 == 0) {
            my ($worker) = grep { $_ } map { /(\d+)/ ? $1 : () } qx{pgrep -P @{[$own ? Nginx::pid() : nginx_pid()]}};
            kill KILL => $worker if $worker;
        }
    }

    for my $path ('/killed', '/killed-too', '/killed-ordered') {
        ok(wait_until(40, sub { ids($path) == $n }), "workers killed: every event reaches $path");
    }
    my ($last, $bad, %first) = (0, 0);
    for (grep { !$first{$_}++ } map { $json->decode($_->{body})->{sequence} } got('/killed-ordered')) { $bad++ if $_ != $last + 1; $last = $_ }
    is($bad, 0, 'workers killed: in order the first time, and none left out');
    is(join("\n", grep { /\[(?:alert|emerg|crit)\]/ } without_killed(split /\n/, error_log_since(\$log))), '', 'nothing in the log');
}

sql('DELETE FROM pay.webhook_endpoints');
$peer->stop;
if ($own) {
    Own::stop(killed => 1);
    devstack('start', 'nginx');
}
is(join("\n", invariants()), '', 'invariants');
done_testing();

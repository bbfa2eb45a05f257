# What merchants can see of their webhooks and ask for: the log, a test, an event again, all
# from a sequence on; and receivers that hang, that answer late, that say when to come again.

use strict;
use warnings;

use lib 't/lib';
use Fcntl qw(:flock);
use File::Temp;
use JSON::PP;
use Load qw(sql api uuid merchant wait_until invariants devstack);
use Own;
use Peer;
use POSIX qw(strftime);
use Test::More;
use Time::HiRes qw(sleep time);

my $dir = File::Temp->newdir(CLEANUP => 1);
my $json = JSON::PP->new->utf8->canonical;

# with places for four endpoints, two of one merchant
devstack('stop', 'nginx');
Own::start(workers => 1, wait => 30, http => 'payments_webhooks on calls=32 merchant_calls=16 timeout=3s;
    payments_webhooks_allow 127.0.0.0/8;');

# A receiver: what came is noted; what it answers is a status and lines of the head, in a file
# named like the path

my $peer = Peer->new(routes => { '*' => sub {
    my ($c, $request) = @_;
    my %got = (path => $request->{path}, body => $request->{body}, at => time);
    for (qw(id timestamp signature)) { ($got{$_}) = $request->{head} =~ /^webhook-$_: (.*?)\r?$/mi }
    open my $fh, '>>', "$dir/got" or die;
    flock $fh, LOCK_EX;
    syswrite $fh, $json->encode(\%got) . "\n";
    close $fh;
    my ($status, @lines) = (200);
    if (open my $answer, '<', "$dir/" . $request->{path} =~ tr{/}{_}r) { ($status, @lines) = map { chomp; $_ } <$answer> }
    if ($status eq 'late') { sleep 5; $status = 200 }
    return $c->answer('', $status, @lines);
} });
my $base = 'http://127.0.0.1:' . $peer->port;

sub got {
    my ($path) = @_;
    open my $fh, '<', "$dir/got" or return;
    return grep { $_->{path} eq $path } map { $json->decode($_) } <$fh>;
}
sub ids { map { $_->{id} } got(@_) }
sub answers { my ($path, @lines) = @_; open my $fh, '>', "$dir/" . $path =~ tr{/}{_}r or die; print {$fh} join "\n", @lines; close $fh }

sub customer {
    my ($key, $number) = merchant(qw(payments:read payments:write events:read webhooks:read webhooks:write));
    return { key => $key, number => $number };
}
sub call { my ($m, $method, $path, $body, %with) = @_; return api($method, "/v1/$path", $body, key => $m->{key}, %with) }
sub endpoint { my ($m, $path, %with) = @_; return call($m, 'POST', 'webhook_endpoints', { url => "$base$path", enabled_events => ['payment.*'], %with })->{json} }
sub shown { my ($m, $e) = @_; return call($m, 'GET', "webhook_endpoints/$e->{id}")->{json} }
sub pay { my ($m) = @_; return call($m, 'POST', 'payments', { amount => 1000, currency => 'EUR', payment_method => { token => 'tok_visa' } })->{json}{id} }
sub events { my ($m, $after) = @_; return @{ call($m, 'GET', 'events?limit=100&after=' . ($after || 0))->{json}{data} } }
sub deliveries { my ($m, $query) = @_; return @{ call($m, 'GET', "webhook_deliveries?order=asc&limit=100$query")->{json}{data} } }
# not to wait for pauses
sub hurry {
    my ($m) = @_;
    sql("UPDATE pay.webhook_endpoints SET paused_until = now() WHERE merchant_id = $m->{number} AND paused_until > now();
         UPDATE pay.webhook_retries SET due = now() WHERE merchant_id = $m->{number} AND due > now() AND due < 'infinity'");
}

{
    my ($m, $other) = (customer(), customer());
    pay($m);
    my ($before) = events($m);
    my $e = endpoint($m, '/log');
    my $path = "webhook_endpoints/$e->{id}";

    # a test
    my $key = uuid();
    my @test = map { call($m, 'POST', "$path/test", undef, 'Idempotency-Key' => $key) } 1 .. 2;
    is($test[0]{status}, 202, 'a test');
    is($test[1]{body}, $test[0]{body}, '... is one, with one key');
    is_deeply([@{ $test[0]{json} }{qw(object endpoint_id attempt status)}], ['webhook_delivery', $e->{id}, 0, 'pending'], '... and will be sent');
    ok(wait_until(10, sub { ids('/log') == 1 }), '... and is, though this type was not asked for');
    my $ping = $json->decode((got('/log'))[0]{body});
    is_deeply([@$ping{qw(id type object_type object_id)}, $ping->{data}{object}{url}],
              [$test[0]{json}{event_id}, 'webhook.ping', 'webhook_endpoint', $e->{id}, "$base/log"], '... an event about the endpoint');
    is((events($m, $before->{sequence}))[0]{id}, $ping->{id}, '... that can be read');
    is(call($other, 'POST', "$path/test")->{status}, 404, "not for another merchant's endpoint");

    # the log
    answers('/log', 500);
    pay($m) for 1 .. 2;
    my $mine = "&endpoint_id=$e->{id}";
    ok(wait_until(10, sub { deliveries($m, $mine) == 3 }), 'each event is in the log');
    my ($first, @failed) = deliveries($m, $mine);
    is($first->{id}, $test[0]{json}{id}, 'a delivery has one id');
    like($first->{id}, qr/^whd_[0-9A-HJKMNP-TV-Z]{26}$/, '... of its kind');
    is_deeply([@$first{qw(event_id attempt status response_status error next_attempt_at)}], [$ping->{id}, 1, 'succeeded', 200, undef, undef], 'one that was taken');
    is_deeply([map { [@$_{qw(attempt status response_status)}] } @failed], [([1, 'pending', 500]) x 2], 'those that were not');
    ok(!grep({ !$_->{next_attempt_at} || $_->{next_attempt_at} le $_->{attempted_at} } @failed), '... and will be sent again');
    is(join(' ', map { $_->{event_id} } deliveries($m, "$mine&status=pending&status=failed")), join(' ', map { $_->{event_id} } @failed), 'by status');
    is(join(' ', map { $_->{id} } deliveries($m, "&event_id=$ping->{id}")), $first->{id}, 'by event');
    is(scalar(deliveries($other, $mine)), 0, "none of another merchant's");
    is(call($m, 'GET', 'webhook_deliveries?endpoint_id=x')->{status}, 400, 'what is no id is refused');
    my $page = call($m, 'GET', 'webhook_deliveries?limit=2')->{json};
    my $rest = call($m, 'GET', "webhook_deliveries?limit=2&cursor=$page->{next_cursor}")->{json};
    is(join(' ', map { $_->{id} } @{ $page->{data} }, @{ $rest->{data} }), join(' ', map { $_->{id} } reverse $first, @failed), 'pages');
    is($rest->{has_more}, JSON::PP::false, '... of which this is the last');

    # once more
    answers('/log', 200);
    my $again = call($m, 'POST', "events/$ping->{id}/redeliver");
    is("$again->{status} $again->{json}{data}[0]{id}", "202 $first->{id}", 'an event is sent again');
    ok(wait_until(10, sub { grep({ $_ eq $ping->{id} } ids('/log')) == 2 }), '... with its id');
    my @both = grep { $_->{id} eq $ping->{id} } got('/log');
    isnt($both[0]{signature}, $both[1]{signature}, '... signed afresh') if $both[0]{timestamp} ne $both[1]{timestamp};
    is($both[0]{body}, $both[1]{body}, '... the same bytes');
    ok(wait_until(10, sub { (deliveries($m, "&event_id=$ping->{id}"))[0]{attempt} == 2 }), '... which the log counts');
    is(call($other, 'POST', "events/$ping->{id}/redeliver")->{status}, 404, "no event of another merchant's");
    is(call($m, 'POST', "events/$ping->{id}/redeliver", { endpoint_id => endpoint($other, '/other')->{id} })->{status}, 404, '... to no endpoint of another');
    ok(wait_until(10, sub { hurry($m); !grep { $_->{status} ne 'succeeded' } deliveries($m, $mine) }), 'all are taken in the end');

    # all of them, those from before it was made as well
    my $was = @{[ids('/log')]};
    my $version = call($m, 'GET', $path)->{head} =~ /^ETag: "(\d+)"/mi ? $1 : 0;
    is(call($m, 'POST', "$path/replay", { after => 999 })->{json}{errors}[0]{pointer}, '/after', 'not from further on');
    my $replayed = call($m, 'POST', "$path/replay", { after => 0 }, 'If-Match' => qq{"$version"});
    is("$replayed->{status} $replayed->{json}{sequence}", '200 0', 'all are sent again');
    ok(wait_until(10, sub { my %seen = map { $_ => 1 } (ids('/log'))[$was .. @{[ids('/log')]} - 1]; keys %seen == 4 }), '... with those from before it was made');
    ok(wait_until(10, sub { shown($m, $e)->{behind} == 0 }), '... up to the last');

    # versions
    my $patch = sub { call($m, 'PATCH', $path, { description => 'x' }, 'If-Match' => $_[0]) };
    my $stale = $patch->(qq{"$version"});
    is("$stale->{status} $stale->{json}{code}", '412 version_mismatch', 'a version that is not there any more');
    my $current = $stale->{json}{current_version};
    is($current, $version + 1, '... says which is');
    is($patch->(qq{"$current"})->{status}, 200, '... which can be changed');
    is(call($m, 'DELETE', $path, undef, 'If-Match' => qq{"$current"})->{status}, 412, '... not deleted as what it was');
    is(call($m, 'GET', $path, undef, 'If-None-Match' => '"' . ($current + 1) . '"')->{status}, 200, 'how far it is is shown whatever its version is');
}

# one that is gone: its merchant hears of it, where else there is to hear
{
    my $m = customer();
    my $told = endpoint($m, '/told', enabled_events => ['webhook_endpoint.*']);
    my $e = endpoint($m, '/gone');
    answers('/gone', 410);
    pay($m);
    ok(wait_until(10, sub { ids('/told') == 1 }), 'an endpoint that is gone is an event for another');
    my $event = $json->decode((got('/told'))[0]{body});
    is_deeply([@$event{qw(type object_id)}, @{ $event->{data}{object} }{qw(status disabled_reason)}, $event->{data}{previous_attributes}{status}],
              ['webhook_endpoint.disabled', $e->{id}, 'disabled', 'gone', 'enabled'], '... that says why');
    is((events($m))[-1]{id}, $event->{id}, '... and can be read');
}

# receivers that say when to come again
sub date { strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime $_[0]) }
for my $case (['300', 1], [date(time + 300), 1], ['99999999', 1], [date(time - 30), 0], ['soon', 0]) {
    my ($form, $counts) = @$case;
    my $m = customer();
    my $name = '/busy' . ($form =~ tr/a-z0-9//cdr);
    my $e = endpoint($m, $name);
    answers($name, 503, "Retry-After: $form");
    pay($m);
    ok(wait_until(10, sub { ids($name) == 1 && deliveries($m, '') == 1 }), "Retry-After: $form");
    my $pause = sql("SELECT coalesce(round(extract(epoch FROM paused_until - now())), 0) FROM pay.webhook_endpoints WHERE merchant_id = $m->{number}");
    if (!$counts) {
        is($pause, 0, '... does not count');
    } else {
        cmp_ok($pause, '>', 10, '... counts');
        cmp_ok($pause, '<=', 3600, '... for an hour at most');
    }
}

# many that hang, each with all the calls it may have: another one has places left
{
    my $slow = customer();
    my @hang = map { endpoint($slow, "/hang$_") } 1 .. 12;
    my @others = map { customer() } 1 .. 6;
    push @hang, map { endpoint($others[$_], "/hang1$_") } 0 .. 5;
    my $good = customer();
    my $e = endpoint($good, '/good');
    pay($good);
    ok(wait_until(10, sub { ids('/good') == 1 && shown($good, $e)->{behind} == 0 }), 'one that takes what it is sent');
    answers("/hang$_", 'late') for 1 .. 15;
    for my $m ($slow, @others) { pay($m) for 1 .. 8 }
    ok(wait_until(10, sub { got('/hang1') || got('/hang2') }), 'many hang');
    for my $n (2 .. 6) {
        pay($good);
        ok(wait_until(10, sub { ids('/good') == $n }), "event $n comes all the same");
    }
    # an answer that comes too late is none, and not that to the next call
    ok(wait_until(20, sub { grep { $_->{error} && $_->{error} eq 'timeout' } deliveries($slow, '') }), 'those that hang have not answered in time');
    is(scalar(grep { $_->{status} eq 'succeeded' } deliveries($slow, '')), 0, '... and none of their answers counts');
    answers("/hang$_", 200) for 1 .. 15;
    ok(wait_until(30, sub { hurry($_) for $slow, @others; !grep { $_->{behind} } @{ call($slow, 'GET', 'webhook_endpoints?limit=100')->{json}{data} } }),
       'when they answer they get all');
    my %seen;
    $seen{$_}++ for ids('/hang1');
    is(scalar(keys %seen), 8, '... each event');
}

sql('DELETE FROM pay.webhook_endpoints');
$peer->stop;
Own::stop();
devstack('start', 'nginx');
is(join("\n", invariants()), '', 'invariants');
done_testing();

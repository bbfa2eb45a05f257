# What happens without a request: processors that answer late, refunds that are
# pending, authorizations that expire; one owner at a time, through crashes.

use strict;
use warnings;

use lib 't/lib';
use Load qw(devstack sql request uuid invariants rounds wait_until promised);
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

sub call {
    my ($method, $path, $body) = @_;
    my $text = defined $body ? encode_json($body) : '';
    my $lines = $method eq 'POST' ? 'Idempotency-Key: ' . uuid()
        . "\r\nContent-Type: application/json\r\nContent-Length: " . length($text)
        . "\r\n" : '';
    my $answer = request("$method $path HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nAuthorization: Bearer $ENV{PAYMENTS_KEY}\r\n"
        . "$lines\r\n$text", 15);
    $answer->{json} = eval { decode_json($answer->{body}) } || {};
    return $answer;
}

sub create {
    my ($token, %more) = @_;
    return call('POST', '/v1/payments', { amount => 1000, currency => 'EUR',
        payment_method => { token => $token }, %more });
}

sub get { call('GET', "/v1/payments/$_[0]")->{json} }
sub becomes {
    my ($id, $status, $limit) = @_;
    return wait_until($limit || 5, sub { get($id)->{status} eq $status });
}

# a processor that answers late
{
    my $answer = create('tok_pending');
    my $id = $answer->{json}{id};
    is($answer->{status}, 202, 'tok_pending: 202');
    is($answer->{json}{status}, 'processing', 'tok_pending: processing');
    is("@{ $answer->{json} }{qw(amount_authorized amount_captured)}", '0 0',
       'tok_pending: nothing authorized yet');
    like($answer->{head}, qr{^Location: /v1/payments/$id\r?$}m, 'tok_pending: Location');
    for my $action ('capture', 'cancel', 'refunds') {
        my $early = call('POST', "/v1/payments/$id/$action");
        is("$early->{status} $early->{json}{code}", '409 payment_processing',
           "tok_pending: $action is too early");
    }
    ok(becomes($id, 'captured'), 'tok_pending: captured after a while');
    my $later = get($id);
    is("@$later{qw(amount_authorized amount_captured version)}", '1000 1000 2',
       'tok_pending: amounts, version');
    is(sql("SELECT string_agg(event_type, ' ' ORDER BY object_version) FROM pay.journal
             WHERE body LIKE '{\"id\":\"$id\"%' AND event_type IS NOT NULL"),
       'payment.processing payment.captured', 'tok_pending: its events');

    my $manual = create('tok_pending', capture_method => 'manual')->{json}{id};
    ok(becomes($manual, 'authorized'), 'tok_pending, manual: authorized');
    is(call('POST', "/v1/payments/$manual/capture")->{status}, 200, '... and captured');

    my $fail = create('tok_pending_fail')->{json}{id};
    ok(becomes($fail, 'failed'), 'tok_pending_fail: failed');
    is(get($fail)->{failure}{code}, 'generic_decline', 'tok_pending_fail: why');

    my $never = create('tok_timeout')->{json}{id};
    ok(becomes(create('tok_pending')->{json}{id}, 'captured'), 'one that came after it: captured');
    is(get($never)->{status}, 'processing', 'tok_timeout: never answers');
    my $resolved = call('POST', "/v1/test_helpers/payments/$never/resolve");
    is($resolved->{json}{status}, 'captured', 'tok_timeout: resolved by the helper');
    is(call('POST', "/v1/test_helpers/payments/$never/resolve")->{json}{code},
       'payment_already_captured', 'tok_timeout: once');
}

# refunds
for my $case (['tok_refund_pending', 'succeeded', 400], ['tok_refund_fail', 'failed', 0]) {
    my ($token, $end, $refunded) = @$case;
    my $id = create($token)->{json}{id};
    my $refund = call('POST', "/v1/payments/$id/refunds", { amount => 400 });
    is($refund->{json}{status}, 'pending', "$token: pending");
    is(get($id)->{amount_refundable}, 600, "$token: reserved meanwhile");
    ok(wait_until(5, sub {
        call('GET', "/v1/refunds/$refund->{json}{id}")->{json}{status} eq $end }),
       "$token: $end");
    my $later = call('GET', "/v1/refunds/$refund->{json}{id}")->{json};
    is($later->{version}, 2, "$token: version 2");
    is(defined $later->{failure}, $end eq 'failed', "$token: failure");
    is(get($id)->{amount_refunded}, $refunded, "$token: amount_refunded");
    is(get($id)->{version}, 3, "$token: each change of a refund is one of its payment");
}

# authorizations
{
    my %end = (cancel => 'expired', capture => 'captured');
    for my $action (sort keys %end) {
        my $id = create('tok_visa', capture_method => 'manual',
                        expiry_action => $action)->{json}{id};
        sql("UPDATE pay.payments SET authorization_expires_at = now() - interval '1 minute'
              WHERE merchant_id = (SELECT merchant_id FROM pay.journal WHERE body LIKE
                    '{\"id\":\"$id\"%' LIMIT 1)
                AND payment_id = (SELECT object_id FROM pay.journal WHERE body LIKE
                    '{\"id\":\"$id\"%' LIMIT 1)");
        ok(becomes($id, $end{$action}), "an authorization ends, $action: $end{$action}");
    }
}

# an authorization that has expired is not captured, however late the background
{
    sql("UPDATE pay.leases SET holder = gen_random_uuid(), until = now() + interval '1 hour'");
    my $id = create('tok_visa', capture_method => 'manual')->{json}{id};
    sql("UPDATE pay.payments SET authorization_expires_at = now()
          WHERE (merchant_id, payment_id) = (SELECT merchant_id, object_id FROM pay.journal
                WHERE body LIKE '{\"id\":\"$id\"%' LIMIT 1)");
    for my $action ('capture', 'cancel') {
        my $late = call('POST', "/v1/payments/$id/$action");
        is("$late->{status} $late->{json}{code}", '409 authorization_expired',
           "$action: too late");
    }
    sql('UPDATE pay.leases SET until = now()');
    ok(becomes($id, 'expired', 15), 'and then it expires');
}

# no node does it while another one has the lease, and it ends by itself
{
    sql("UPDATE pay.leases SET holder = gen_random_uuid(), until = now() + interval '1 hour'");
    my $id = create('tok_pending')->{json}{id};
    my $made = sql('SELECT clock_timestamp()');
    ok(wait_until(5, sub { sql("SELECT now() - '$made' > interval '1 second'") eq 't' }), 'it is due');
    # who looks locks the row for a moment
    my $looked = sub { sql("SELECT xmax FROM pay.leases WHERE task = 'background'") };
    for (1, 2) {
        my $before = $looked->();
        ok(wait_until(5, sub { $looked->() ne $before }), 'somebody looks at the lease');
    }
    is(get($id)->{status}, 'processing', 'a lease of somebody else: nothing happens');
    sql("UPDATE pay.leases SET until = now() + interval '1 second'");
    ok(becomes($id, 'captured', 18), 'a holder that has died: somebody takes over');
}

# workers killed while much is due
{
    my @ids = map { create($_ % 2 ? 'tok_pending' : 'tok_pending_fail')->{json}{id} }
              1 .. rounds(40, 300);
    for (1 .. rounds(5, 20)) {
        sleep 0.3;
        devstack('kill', 'worker');
    }
    my $done = wait_until(40, sub {
        sql("SELECT count(*) FROM pay.payments WHERE status = 'processing'
              AND token <> 'tok_timeout'") == 0
    });
    ok($done, 'killed workers: everything is resolved');
    is(scalar(grep { get($_)->{status} !~ /^(?:captured|failed)$/ } @ids), 0,
       'killed workers: each payment has its end');
    is(scalar(grep { get($_)->{version} != 2 } @ids), 0, 'killed workers: once');
}

# it comes again soon as long as there is something to do: these events are not read,
# so no reader gives them their numbers
{
    my $oldest = sub {
        sql("SELECT coalesce(max(extract(epoch FROM clock_timestamp() - j.created_at)), 0)
               FROM pay.journal j WHERE j.event_type IS NOT NULL
                AND NOT EXISTS (SELECT FROM pay.events e
                                 WHERE e.merchant_id = j.merchant_id AND e.event_id = j.event_id)")
    };
    # one that was just killed holds the lease for up to five seconds more
    create('tok_visa');
    ok(wait_until(15, sub { $oldest->() == 0 }), 'somebody has the lease');
    my $since = sql('SELECT clock_timestamp()');
    my ($start, @seconds) = time;
    while (time < $start + 6) {
        create('tok_visa');
        push @seconds, $oldest->();
    }
    # a transaction gives all that there are their numbers: were it looked for once in a
    # second, so many seconds could not hold more than one each and one more.  (It asked
    # for half as many again, which a machine under load and the sanitizers did not give.)
    my $given = sql("SELECT count(DISTINCT e.xmin::text) FROM pay.events e
                       JOIN pay.journal j USING (merchant_id, event_id)
                      WHERE j.created_at > '$since'");
    my $seconds = time - $start;
    cmp_ok($given, '>', 1 + $seconds,
           sprintf 'while there are events they get numbers often: %d times in %.1f s', $given, $seconds);
    # the first ones wait for the end of a second in which there was nothing
    my @last = sort { $a <=> $b } splice @seconds, @seconds / 2;
    promised($last[@last / 2], 0.35, 'while there are events none waits long for its number');
}

is(join("\n", invariants()), '', 'invariants');
done_testing();

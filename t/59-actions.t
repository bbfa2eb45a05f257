# 3-D Secure: a payment that waits for its customer.  The simulator's page; an acquirer's
# action, which ends by a confirmation, a notification, a look-up, a void, or its time:
# once, whoever comes first, and the books agree.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Live;
use Load qw(api collect later request rounds sql text together uuid wait_until);
use Notify;
use Own;
use Test::More;
use Time::HiRes qw(time);

Live::alone();
Live::begin();

my $back = 'https://shop.example/back?order=7#top';
my $answer = 2 * Load::patience();
my $timeout = 3 * $answer;
Own::start(workers => 2, connections => 4096, shard => 'mode direct;',
           http => Live::processors("answer ${answer}s; timeout ${timeout}s; not_found_after ${timeout}s; breaker fails=100000;"));

sub as_shop { my ($method, $path, $body, %more) = @_; return api($method, $path, $body, key => $test_key, %more) }
sub simulated { my (%more) = @_; return pay(token => 'tok_3ds', key => $test_key, %more) }
sub simulated_now { my ($id) = @_; return as_shop('GET', "/v1/payments/$id")->{json} }

# what a browser does with the simulator's page: its answer, or where it is sent
sub browse {
    my ($payment, $act) = @_;
    my ($path) = $payment->{json}{next_action}{url} =~ m{^http://[^/]+(/.*)};
    $path .= "/$act" if $act;
    return request(($act ? 'POST' : 'GET') . " $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                   . ($act ? "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n" : '') . "\r\n");
}
sub header { my ($answer, $name) = @_; return ($answer->{head} =~ /^\Q$name\E: (.*?)\r?$/m)[0] // '' }

# The simulator --------------------------------------------------------------------------

{
    my $made = simulated(return_url => $back);
    is(says($made), '202 requires_action', 'tok_3ds: the customer must act');
    my ($id, $action) = ($made->{json}{id}, $made->{json}{next_action});
    is(join(' ', sort keys %$action) . " $action->{type}", 'expires_at type url redirect', 'tok_3ds: what is to be done');
    is($made->{json}{amount_authorized}, 0, 'tok_3ds: nothing is authorized');
    is(says(as_shop('POST', "/v1/payments/$id/$_", {})), '409 payment_requires_action', "$_: not yet") for qw(capture refunds);
    is(says(as_shop('POST', "/v1/payments/$id/confirm", {})), '202 requires_action', 'confirm: the customer has not acted');
    is(as_shop('GET', '/v1/payments?status=requires_action')->{json}{data}[0]{id}, $id, 'the list finds it by its status');

    my $page = browse($made);
    is($page->{status}, 200, 'the page needs no key');
    like($page->{body}, qr/10\.99 EUR/, 'it shows the amount');
    unlike($page->{body}, qr/<script|src=|https?:(?!\/\/shop\.example)/, 'and loads nothing');
    is(header($page, 'Content-Security-Policy'), "default-src 'none'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
       . "form-action 'self' https://shop.example", 'which a policy says as well');

    my $other = { json => { next_action => { url => $action->{url} =~ s/(.)\z/$1 eq 'A' ? 'B' : 'A'/er } } };
    is(browse($other)->{status} . ' ' . browse($other, 'approve')->{status}, '404 404', 'a name that was guessed is none');

    my $gone = browse($made, 'approve');
    is($gone->{status} . ' ' . header($gone, 'Location'), "303 https://shop.example/back?order=7&payment_id=$id#top",
       'approved: the browser goes back, with the payment');
    my $payment = simulated_now($id);
    is("$payment->{status} $payment->{amount_captured} $payment->{version} " . ($payment->{next_action} // 'null'),
       'captured 1099 2 null', 'approved: captured');
    is(browse($made, 'fail')->{status}, 303, 'pressed again: back once more');
    is_deeply(simulated_now($id), $payment, 'pressed again: nothing has changed');
    like(browse($made)->{body}, qr/captured/, 'the page says what came of it');
    is(says(as_shop('POST', "/v1/payments/$id/confirm", {})), '200 captured', 'confirm: as it is');
}

for (['tok_3ds', 'approve', { capture_method => 'manual' }, '200 authorized'], ['tok_3ds', 'fail', {}, '402 card_declined'],
     ['tok_3ds_fail', 'approve', {}, '402 card_declined']) {
    my ($token, $act, $more, $want) = @$_;
    my $made = simulated(token => $token, %$more);
    my $gone = browse($made, $act);
    is($gone->{status}, 200, "$token, $act: without a return_url the browser stays");
    my $confirmed = as_shop('POST', "/v1/payments/$made->{json}{id}/confirm", {});
    is(says($confirmed), $want, "$token, $act: what a confirmation says");
    is($confirmed->{json}{failure}{code} // '', $want =~ /402/ ? 'authentication_failed' : '', "$token, $act: why");
}

{
    my $made = simulated();
    is(says(as_shop('POST', "/v1/payments/$made->{json}{id}/cancel", {})), '200 canceled', 'canceled meanwhile');
    browse($made, 'approve');
    is(simulated_now($made->{json}{id})->{status}, 'canceled', 'the customer comes too late');
    is(says(as_shop('POST', "/v1/payments/$made->{json}{id}/confirm", {})), '409 payment_canceled', 'and so does a confirmation');

    $made = simulated();
    is(as_shop('POST', "/v1/test_helpers/payments/$made->{json}{id}/resolve", {})->{json}{status}, 'captured', 'resolve acts for the customer');
    $made = simulated();
    is(as_shop('POST', "/v1/test_helpers/payments/$made->{json}{id}/expire", {})->{json}{status}, 'expired', 'expire ends the action');
    $made = simulated();
    sql("UPDATE pay.payments SET action_expires_at = now() - interval '1 second' WHERE payment_id = (SELECT object_id
         FROM pay.journal WHERE request_id = (SELECT request_id FROM pay.journal ORDER BY created_at DESC LIMIT 1) LIMIT 1)");
    ok(wait_until(10, sub { simulated_now($made->{json}{id})->{status} eq 'expired' }), 'and so does its time');
    is(says(as_shop('POST', "/v1/payments/$made->{json}{id}/capture", {})), '409 authorization_expired', 'nothing is left to capture');
}

for my $url ('javascript:alert(1)', 'ftp://shop.example/', '//shop.example/', 'https://', 'https://shop.example/ x',
             'https://user@shop.example/', "https://shop.example/\r\nX: y", 'https://shop.example/' . 'x' x 2048) {
    my $refused = simulated(return_url => $url);
    is(says($refused) . ' ' . ($refused->{json}{errors}[0]{pointer} // ''), '422 validation_failed /return_url',
       'no return_url: ' . substr($url =~ s/\s/_/gr, 0, 30));
}

{
    my @answers = together([$Load::port], map { my $made = simulated(); map { text('POST', "/v1/payments/$made->{json}{id}/cancel", {}, key => $test_key), do {
        my ($path) = $made->{json}{next_action}{url} =~ m{^http://[^/]+(/.*)};
        "POST $path/approve HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" } } 1 } 1 .. rounds(5, 50));
    my $wrong = 0;
    while (my ($canceled, $acted) = splice @answers, 0, 2) {
        my ($shown) = $acted->{body} =~ /<strong>(\w+)/;
        my $said = $canceled->{status} == 200 ? 'canceled' : $canceled->{json}{code} // '';
        # the page does not wait for the cancellation's lock: it may say so, and nothing was done
        my $busy = $acted->{status} == 409 && $acted->{body} =~ /resource_busy/;
        next if $said eq 'canceled' && ($busy || ($shown // '') eq 'canceled') || $said eq 'payment_already_captured' && ($shown // '') eq 'captured';
        $wrong++;
        diag "$said, and the page: $acted->{status} ", $shown // $acted->{body};
    }
    is($wrong, 0, 'canceled and approved at once: one of both');
}

# The acquirer's --------------------------------------------------------------------------

# the key of the newest attempt at this operation on a payment
sub attempt { my ($operation, $id) = @_; return ($acquirer->seen(operation => $operation, payment => $id))[-1]{request}{attempt} }
sub confirm {
    my ($id, $data, %header) = @_;
    return api('POST', "/v1/payments/$id/confirm", { return_data => $data // 'approved' }, key => $live_key, %header);
}
my $n = 0;
sub acting {
    my ($more, @does) = @_;
    my $token = 'tok_act_' . ++$n;
    $acquirer->script((map { { %$_, token => $token } } @does), { token => $token, operation => 'authorize', action => 3600 });
    my $made = pay(token => $token, return_url => $back, %{ $more || {} });
    says($made) eq '202 requires_action' or die 'create: ' . says($made) . "\n";
    return $made->{json}{id};
}

{
    my $made = pay(token => 'tok_3ds', return_url => $back, reference => 'order-7');
    my $id = $made->{json}{id};
    is(says($made), '202 requires_action', 'an action');
    my $attempt = attempt('authorize', $id);
    is($made->{json}{next_action}{url}, "https://bank.example/3ds/$attempt", 'its url is the acquirer\'s');
    my ($seen) = $acquirer->seen(operation => 'authorize', payment => $id);
    is($seen->{request}{return_url}, $back, 'which was told where the customer goes back to');
    is(says(pay(token => 'tok_visa', reference => 'order-7')), '409 reference_already_used', 'it has its reference');

    my $key = uuid();
    my $confirmed = confirm($id, 'approved', 'Idempotency-Key' => $key);
    is(says($confirmed), '200 captured', 'confirmed: captured');
    ($seen) = $acquirer->seen(operation => 'continue', payment => $id);
    is("$seen->{request}{authorization} $seen->{request}{return_data} $seen->{request}{amount}", "$attempt approved 1099",
       'confirmed: what the acquirer was told');
    is(confirm($id, 'approved', 'Idempotency-Key' => $key)->{body}, $confirmed->{body}, 'confirmed: replayed');
    is(confirm($id)->{body}, $confirmed->{body}, 'another key: as it is');
    is(asked('continue', $id), 1, 'the acquirer was asked once');
    is(came(notify('result', { attempt => $attempt, verdict => 'approved', amount => 1099, currency => 'EUR',
        reference => $made->{json}{processor}{reference} })), '200 known', 'a notification after it changes nothing');
    is(events($id), 'requires_action captured', 'its events');
}

{
    my $id = acting({ capture_method => 'manual' });
    my $confirmed = confirm($id, 'failed');
    is(says($confirmed) . " $confirmed->{json}{failure}{code}", '402 card_declined authentication_failed', 'refused by the customer');
    is(says(confirm($id)), '402 card_declined', 'whoever asks again hears the same');
    is(payment($id)->{status}, 'failed', 'failed');
    is(events($id), 'requires_action failed', 'one event');

    my $declined = pay(token => 'tok_3ds');
    is(says($declined) . " $declined->{json}{failure}{code}", '402 card_declined authentication_required', 'no return_url: declined');
}

# canceled while the customer acts
{
    my $id = acting();
    my $canceled = api('POST', "/v1/payments/$id/cancel", {}, key => $live_key);
    is(says($canceled), '200 canceled', 'canceled');
    is(asked('void', $id), 1, 'canceled: by a void');
    is(came(notify('result', { attempt => attempt('authorize', $id), verdict => 'declined',
        failure => { code => 'canceled', message => 'No.' } })), '200 known', 'canceled: the notification of that');
    is(payment($id)->{status}, 'canceled', 'canceled: it stays so');
    is(says(confirm($id)), '409 payment_canceled', 'canceled: nothing to confirm');
    is(events($id), 'requires_action canceled', 'canceled: one event');

    # the notification that it has ended comes before the answer to the void
    $id = acting({}, { operation => 'void', after => 'told' });
    my $wait = later(text('POST', "/v1/payments/$id/cancel", {}, key => $live_key));
    ok(wait_until(10, sub { $acquirer->waiting('told') }), 'a void is under way');
    notify('result', { attempt => attempt('authorize', $id), verdict => 'declined', failure => { code => 'canceled', message => 'No.' } });
    $acquirer->release('told');
    is(collect($wait)->{status} . ' ' . payment($id)->{status}, '200 canceled', 'the void decides');
}

# the notification comes before, and while the acquirer is asked
{
    my $id = acting();
    my $attempt = attempt('authorize', $id);
    my @result = ('result', { attempt => $attempt, verdict => 'approved', amount => 1099, currency => 'EUR',
                              reference => payment($id)->{processor}{reference} });
    $acquirer->resolve($attempt, 'approved');
    is(came(notify(@result)), '200 applied', 'a notification ends it');
    is(says(confirm($id)), '200 captured', 'then a confirmation is answered');
    is(asked('continue', $id), 0, 'and the acquirer not asked');
    is(events($id), 'requires_action captured', 'one event');

    $id = acting({}, { operation => 'continue', after => 'told' });
    $attempt = attempt('authorize', $id);
    my $wait = later(text('POST', "/v1/payments/$id/confirm", { return_data => 'approved' }, key => $live_key));
    ok(wait_until(10, sub { $acquirer->waiting('told') }), 'a confirmation is under way');
    is(says(api('POST', "/v1/payments/$id/cancel", {}, key => $live_key, Prefer => 'wait=1')), '409 resource_busy', 'nobody changes it meanwhile');
    is(came(notify('result', { attempt => $attempt, verdict => 'approved', amount => 1099, currency => 'EUR',
        reference => payment($id)->{processor}{reference} })), '200 applied', 'but a notification');
    $acquirer->release('told');
    is(collect($wait)->{status}, 200, 'who confirms is told so');
    is(events($id) . ' ' . payment($id)->{version}, 'requires_action captured 2', 'once');
    is(says(api('POST', "/v1/payments/$id/refunds", {}, key => $live_key)), '201 pending', 'and others may change it');
}

# many at once
for my $round (1 .. rounds(2, 20)) {
    my $id = acting({}, { operation => 'continue', after => 0.2 });
    my $key = uuid();
    my @answers = together([$Load::port], map { text('POST', "/v1/payments/$id/confirm", { return_data => 'approved' },
        key => $live_key, 'Idempotency-Key' => $_ % 2 ? $key : uuid()) } 1 .. 20);
    is(join(' ', sort { $a <=> $b } keys %{ { map { $_->{status} => 1 } @answers } }), '200', 'twenty confirmations: all are answered');
    is(asked('continue', $id), 1, 'twenty confirmations: the acquirer is asked once');
    is(events($id), 'requires_action captured', 'twenty confirmations: one event');
}

# the answer is lost, or comes late; another action follows
{
    my $id = acting({}, { operation => 'continue', nth => 1, send => 'close' });
    is(says(confirm($id)), '200 captured', 'the answer is lost: asked again with the same key');

    $id = acting({}, { operation => 'continue', status => 500 });
    is(says(confirm($id)), '200 captured', '500: looked up');
    is(scalar(grep { $_->{executions} != 1 } $acquirer->attempts), 0, 'executed once');

    $id = acting({}, { operation => 'continue', pending => 'forever' });
    my $late = confirm($id);
    is(says($late), '202 processing', 'pending: processing');
    is(says(confirm($id)), '409 payment_processing', 'pending: no other confirmation');
    $acquirer->resolve(attempt('continue', $id), 'approved');
    is(settled($id, 60), 'captured', 'pending: captured after all');
    is(events($id), 'requires_action processing captured', 'pending: its events');

    my $url = 'https://bank.example/again';
    $id = acting({}, { operation => 'continue', nth => 1, times => 1, executes => 'no', instead => { verdict => 'action', reference => undef,
        action => { type => 'redirect', url => $url, expires_at => stamp(time + 3600) } } });
    my $again = confirm($id, 'first');
    is(says($again) . " $again->{json}{next_action}{url}", "202 requires_action $url", 'another action');
    is(says(confirm($id)), '200 captured', 'and its end');
    is(events($id), 'requires_action requires_action captured', 'and its events');

    $id = acting({}, { operation => 'continue', status => 429, executes => 'no' });
    is(says(confirm($id)), '503 processor_unavailable', '429: surely nothing happened');
    is(payment($id)->{status} . ' ' . payment($id)->{version}, 'requires_action 1', 'the customer may try again');
    $acquirer->clear;
    is(says(confirm($id)), '200 captured', 'and does');
}

# Its time ---------------------------------------------------------------------------------

{
    my $token = 'tok_act_expires';
    $acquirer->script({ token => $token, operation => 'authorize', action => 1 });
    my $id = pay(token => $token, return_url => $back)->{json}{id};
    is(settled_action($id), 'failed', 'the acquirer ends it: so says the last look-up');

    # one that says, when asked after that time, that it still waits
    $token = 'tok_act_endless';
    my $open = { verdict => 'action', reference => 'ch_endless', action => { type => 'redirect',
        url => 'https://bank.example/endless', expires_at => stamp(time + 1) } };
    $acquirer->script({ token => $token, operation => 'authorize', action => 3600, members => { action => $open->{action} } },
                      { token => $token, operation => 'lookup', members => { action => $open->{action} } });
    $id = pay(token => $token, return_url => $back)->{json}{id};
    is(settled_action($id), 'expired', 'the acquirer does not end it: expired');
    ok(wait_until(30, sub { asked('void', $id) }), 'and it is asked to void it');
    is(events($id), 'requires_action expired', 'expired: its event');
    is(came(notify('result', { attempt => attempt('authorize', $id), verdict => 'declined',
        failure => { code => 'canceled', message => 'No.' } })), '200 known', 'expired: what follows is known');

    # the acquirer is not reached: nothing is guessed
    $token = 'tok_act_silent';
    $acquirer->script({ token => $token, operation => 'authorize', action => 1 },
                      { token => $token, operation => 'lookup', status => 500 });
    $id = pay(token => $token, return_url => $back)->{json}{id};
    ok(wait_until(30, sub { asked('lookup', $id) }), 'asked after its time');
    is(payment($id)->{status}, 'requires_action', 'no answer: it stays open');
    $acquirer->clear;
    sql("UPDATE pay.followups SET due = now() WHERE attempt = '@{[attempt('authorize', $id)]}'");
    is(settled_action($id), 'failed', 'until there is one');

    # it is approved, and nobody confirms or notifies
    $id = acting();
    $acquirer->resolve(attempt('authorize', $id), 'approved');
    sql("UPDATE pay.followups SET due = now() WHERE attempt = '@{[attempt('authorize', $id)]}'");
    is(settled_action($id), 'captured', 'approved, and only the look-up finds it');
}

sub settled_action {
    my ($id) = @_;
    my $status = '';
    wait_until(30, sub { ($status = payment($id)->{status} // '') !~ /^(?:requires_action|processing|)\z/ });
    return $status;
}

# A worker dies ------------------------------------------------------------------------------

sub workers { map { chomp; $_ } `pgrep -P @{[Nginx::pid()]}` }

for my $round (1 .. rounds(3, 30)) {
    my $id = acting({}, { operation => 'continue', nth => 1, ($round % 2 ? 'before' : 'after') => 'dead' });
    my $key = uuid();
    my $wait = later(text('POST', "/v1/payments/$id/confirm", { return_data => 'approved' }, key => $live_key, 'Idempotency-Key' => $key));
    wait_until(10, sub { $acquirer->waiting('dead') });
    my @pids = workers();
    kill KILL => grep { $_ > 1 } @pids;
    wait_until(10, sub { my %now = map { $_ => 1 } workers(); keys %now == 2 && !grep { $now{$_} } @pids });
    $acquirer->release('dead');
    collect($wait);
    my $retried;
    wait_until(20, sub { ($retried = confirm($id, 'approved', 'Idempotency-Key' => $key))->{status} == 200 });
    is(says($retried), '200 captured', "killed, round $round: a retry ends it");
    is(events($id), 'requires_action captured', "killed, round $round: one event");
}

{
    # and nobody asks again
    my $id = acting({}, { operation => 'continue', nth => 1, before => 'dead' });
    my $wait = later(text('POST', "/v1/payments/$id/confirm", { return_data => 'approved' }, key => $live_key));
    wait_until(10, sub { $acquirer->waiting('dead') });
    kill KILL => grep { $_ > 1 } workers();
    $acquirer->release('dead');
    collect($wait);
    is(settled_action($id), 'captured', 'killed, and nobody asks again: ended by the background');
}

is(disagreement(), '', 'the books agree');
is(sql("SELECT count(*) FROM pay.payments p JOIN pay.followups f ON f.merchant_id = p.merchant_id AND f.object_id = p.payment_id
         WHERE p.merchant_id = $Live::merchant AND p.operation IS NOT NULL"), 0, 'nothing is held');
Own::stop(killed => 1, expected => qr/exited on signal 9|500|429|payments processor/);
Live::finish();
done_testing();

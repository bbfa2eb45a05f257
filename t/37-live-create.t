# A live payment: the acquirer is asked, its verdict is the payment's, and its name for
# it is shown.  Test keys never reach it.

use strict;
use warnings;

use lib 't/lib';
use Live;
use Load qw(api merchant request text uuid later collect wait_until);
use JSON::PP;
use Own;
use Test::More;

Live::alone();
Live::begin();

# No acquirer -------------------------------------------------------------------------

Own::start(workers => 2, connections => 4096, shard => 'mode direct;');
{
    my $key = uuid();
    my $answer = pay('Idempotency-Key' => $key);
    is(says($answer), '503 processor_unavailable', 'no payments_processors: a live key gets 503');
    is($answer->{json}{retry}, 'same_key', 'it may try again');
    like($answer->{head}, qr/^Retry-After: \d+\r?$/mi, 'later');
    is(record($key)->{status}, 404, 'nothing is stored under the key');
    is(says(pay(key => $test_key)), '201 captured', 'a test key has the simulator');
    is(scalar Live::payments(), 0, 'there is no live payment');
}
Own::stop();

Own::start(workers => 2, connections => 4096, shard => 'mode direct;', http => Live::processors());

# Approved ------------------------------------------------------------------------------

{
    my $key = uuid();
    my %body = (amount => 1234, customer => 'cus_1', reference => 'order-' . uuid(), description => 'two books',
                statement_descriptor => 'SHOP TWO', metadata => { a => 'b"c', d => "\x{fc}" });
    my $answer = pay(%body, 'Idempotency-Key' => $key);
    my $payment = $answer->{json};
    is(says($answer), '201 captured', 'approved: 201');
    my ($charge) = $acquirer->charges($payment->{id});
    is_deeply($payment->{processor}, { name => $Live::name, reference => $charge->{reference} },
              'approved: the name of the processor, and its own for the charge');
    is_deeply($payment->{payment_method}, { type => 'card', token => 'tok_visa', brand => 'visa', last4 => '4242' },
              'approved: brand and last4 are those of the answer');
    is("$payment->{livemode} $payment->{amount_captured} $payment->{amount_authorized} $payment->{amount_refundable}",
       '1 1234 1234 1234', 'approved: live, and captured');
    is(charged($payment->{id}), '1234 1234 0 0', 'approved: charged once');
    like($answer->{head}, qr{^Location: /v1/payments/$payment->{id}\r?$}mi, 'approved: Location');
    is_deeply(payment($answer), $payment, 'approved: GET shows the same');
    is(events($payment->{id}), 'captured', 'approved: one event');

    my ($seen, @more) = $acquirer->seen(operation => 'authorize');
    is(scalar @more, 0, 'approved: asked once');
    my $request = $seen->{request};
    is_deeply([@$request{qw(merchant payment amount currency exponent token customer descriptor return_url)}],
              [@$payment{qw(merchant_id id)}, 1234, 'EUR', 2, 'tok_visa', 'cus_1', 'SHOP TWO', undef],
              'asked: what the client sent');
    is_deeply($request->{metadata}, $body{metadata}, 'asked: metadata');
    is_deeply([map { $_ ? 1 : 0 } @$request{qw(livemode capture)}], [1, 1], 'asked: live, and to capture at once');
    is($seen->{head}{'idempotency-key'}, $request->{attempt}, 'asked: with the key of the attempt');
    unlike($request->{attempt}, qr/\Q$key\E/, 'which does not show the key of the client');
    like($seen->{head}{'payments-deadline'}, qr/^(?:1\d{4}|20000)$/, 'asked: with a deadline');

    my $again = pay(%body, 'Idempotency-Key' => $key);
    is($again->{body}, $answer->{body}, 'replayed: the same bytes');
    like($again->{head}, qr/^Idempotent-Replayed: true\r?$/mi, 'replayed: and says so');
    is(asked('authorize'), 1, 'replayed: nobody was asked');
    my $record = record($key)->{json};
    is("$record->{state} $record->{status_code} $record->{resource_id}", "completed 201 $payment->{id}", 'replayed: the record');
    is(says(pay(%body, amount => 1, 'Idempotency-Key' => $key)), '422 idempotency_key_reused', 'another body: refused');
    is(asked('authorize'), 1, 'another body: nobody was asked');
}

{
    my $answer = pay(capture_method => 'manual', amount => 500);
    is(says($answer), '201 authorized', 'manual: authorized');
    is(charged($answer->{json}{id}), '500 0 0 0', 'manual: nothing is captured');
    ok($answer->{json}{authorization_expires_at}, 'manual: it ends some day');
    is(events($answer->{json}{id}), 'authorized', 'manual: its event');
}

for (['JPY', 0], ['KWD', 3], ['CLF', 4]) {
    my ($currency, $exponent) = @$_;
    my $answer = pay(currency => $currency, amount => 12345);
    is(says($answer), '201 captured', "$currency: approved");
    my ($seen) = $acquirer->seen(payment => $answer->{json}{id});
    is("$seen->{request}{currency} $seen->{request}{exponent} $seen->{request}{amount}", "$currency $exponent 12345",
       "$currency: with its exponent");
}

is(says(pay(amount => 999_999_999_999)), '201 captured', 'the largest amount');

# Declined ------------------------------------------------------------------------------

my %category = do {
    open my $file, '<', 'docs/processors.md' or die "processors.md: $!";
    map { /^\| `(\w+)` \| (soft|hard) \|/ ? ($1 => $2) : () } <$file>;
};
cmp_ok(scalar keys %category, '>', 15, 'the decline codes of the protocol');

for my $code (sort keys %category) {
    $acquirer->script({ token => "tok_$code", operation => 'authorize', code => $code, message => "It is $code." });
    my $key = uuid();
    my $answer = pay(token => "tok_$code", 'Idempotency-Key' => $key);
    my $failure = $answer->{json}{failure} || {};
    is(says($answer) . " $answer->{json}{retry}", '402 card_declined new_key', "$code: 402");
    is("$failure->{code} $failure->{category}", "$code $category{$code}", "$code: which, and of what category");
    my $payment = payment($answer);
    is("$payment->{status} $payment->{failure}{code} $payment->{amount_captured}", "failed $code 0", "$code: a failed payment");
    is(pay(token => "tok_$code", 'Idempotency-Key' => $key)->{body}, $answer->{body}, "$code: stored");
    is(asked('authorize', $payment->{id}) . charged($payment->{id}), '1', "$code: asked once, nothing is charged");
    is(events($payment->{id}), 'failed', "$code: one event");
}

{
    $acquirer->script({ token => 'tok_odd', operation => 'authorize', code => 'do_not_honour', message => 'It is odd.' });
    my $answer = pay(token => 'tok_odd');
    is(says($answer) . " $answer->{json}{failure}{code} $answer->{json}{failure}{category}", '402 card_declined generic_decline soft',
       'a code that the protocol does not have: generic_decline');
}

# A reference ------------------------------------------------------------------------------

{
    my $reference = 'order-' . uuid();
    is(says(pay(reference => $reference, token => 'tok_declined')), '402 card_declined', 'reference: of a decline');
    my $answer = pay(reference => $reference);
    is(says($answer), '201 captured', 'reference: is free after it');
    my $before = asked('authorize');
    my $second = pay(reference => $reference);
    is(says($second), '409 reference_already_used', 'reference: and taken now');
    is($second->{json}{existing_id}, $answer->{json}{id}, 'reference: by whom');
    is(asked('authorize'), $before, 'reference: the acquirer is not asked');
}

{
    my $reference = 'order-' . uuid();
    $acquirer->script({ token => 'tok_held', operation => 'authorize', before => 'reference' });
    my $first = later(text(post_of(reference => $reference, token => 'tok_held')), 20);
    ok(wait_until(5, sub { $acquirer->waiting == 1 }), 'reference: one is under way');
    is(says(pay(reference => $reference)), '409 reference_already_used', 'reference: another one is refused meanwhile');
    $acquirer->release('reference');
    is(collect($first)->{status}, 201, 'reference: the first one is approved');
}

# Tokens ----------------------------------------------------------------------------------

for (['all visible characters', join '', map { chr } 0x21 .. 0x7e], ['a long one', 'tok_' . 'x' x 2044], ['64 characters', 'y' x 64],
     ['65 characters', 'z' x 65])
{
    my ($what, $token) = @$_;
    $acquirer->script({ token => $token, operation => 'authorize' });
    my $answer = pay(token => $token);
    is(says($answer), '201 captured', "token, $what: approved");
    my ($seen) = $acquirer->seen(payment => $answer->{json}{id});
    is($seen->{request}{token}, $token, "token, $what: the acquirer gets it as it is");
    my $shown = $answer->{json}{payment_method}{token};
    length $token > 64 ? like($shown, qr/^tok_sha256_[0-9a-f]{64}\z/, "token, $what: a digest of it is shown")
        : is($shown, $token, "token, $what: it is shown");
    unlike(join(' ', map { $_->{body} } api('GET', "/v1/events?object_id=$answer->{json}{id}", undef, key => $live_key)),
           qr/\Q$token\E/, "token, $what: nor do events have it") if length $token > 64;
}

{
    my $before = asked('authorize');
    for (['2049 characters', 'x' x 2049], ['none', ''], ['a space', 'tok a'], ['no ASCII', "tok_\x{fc}"]) {
        my ($what, $token) = @$_;
        is(says(pay(token => $token)), '422 validation_failed', "token, $what: refused");
    }
    is(says(pay(token => $_)), '422 card_number_not_allowed', 'token: no number of a card, alone or inside')
        for '4242424242424242', 'tok_4242424242424242_x', '4242-4242-4242-4242';
    is(asked('authorize'), $before, 'token: the acquirer has seen none of them');
}

# Modes -------------------------------------------------------------------------------------

{
    my $before = $acquirer->counts->{taken} . ' ' . scalar $acquirer->seen;
    is(says(pay(key => $test_key, token => $_->[0])), $_->[1], "test key, $_->[0]: the simulator")
        for ['tok_visa', '201 captured'], ['tok_declined', '402 card_declined'], ['tok_pending', '202 processing'],
            ['tok_slow_10', '201 captured'], ['tok_told', '422 unknown_payment_token'];
    is($acquirer->counts->{taken} . ' ' . scalar $acquirer->seen, $before, 'test key: the acquirer has not seen one');

    # what these tokens are to the simulator is nothing to a live payment
    for my $token (qw(tok_3ds tok_timeout tok_refund_fail tok_pending_fail)) {
        $acquirer->script({ token => $token, operation => 'authorize' });
        my $answer = pay(token => $token);
        is(says($answer) . " $answer->{json}{processor}{name}", "201 captured $Live::name", "live key, $token: what the acquirer says");
    }

    my $key = uuid();
    my $live = pay('Idempotency-Key' => $key);
    my $test = pay('Idempotency-Key' => $key, key => $test_key);
    isnt($live->{json}{id}, $test->{json}{id}, 'one key, two modes: two payments');
    is(api('GET', "/v1/payments/$live->{json}{id}", undef, key => $test_key)->{status}, 404, 'each is seen by its own mode only');
    is(api('POST', "/v1/test_helpers/payments/$live->{json}{id}/resolve", { outcome => 'succeed' }, key => $live_key)->{json}{code},
       'test_mode_only', 'and test helpers are for the other one');
}

is(disagreement(), '', 'the books agree');
Own::stop();

# Over a unix socket ---------------------------------------------------------------------------

Own::start(workers => 1, connections => 4096, shard => 'mode direct;', http => Live::processors('', unix => 1));
is(says(pay()), '201 captured', 'unix socket: approved');
is(disagreement(), '', 'unix socket: the books agree');
Own::stop();

Live::finish();
done_testing();

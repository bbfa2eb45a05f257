# A reference is free again when its payment has ended without money; a key that is
# canceled says what became of it.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(sql text api later collect uuid merchant api_key invariants wait_until);
use Test::More;

my @all = qw(payments:read payments:write refunds:read refunds:write idempotency:read keys:write events:read);
my ($key, $merchant) = merchant(@all);
my ($writer) = api_key($merchant, [qw(payments:read payments:write idempotency:read)]);

sub pay {
    my (%with) = @_;
    my $token = delete $with{token} || 'tok_visa';
    my $name = delete $with{key} || uuid();
    return api('POST', '/v1/payments', { amount => 1000, currency => 'EUR',
        payment_method => { token => $token }, %with }, key => $key, 'Idempotency-Key' => $name);
}

sub post {
    my ($path, $body, %header) = @_;
    return api('POST', $path, $body || {}, key => $key, 'Idempotency-Key' => uuid(), %header);
}

sub outcome { my ($answer) = @_; return "$answer->{status} " . ($answer->{json}{code} || $answer->{json}{status} || '') }

# references -------------------------------------------------------------------------------

{
    my $declined = pay(reference => 'order-1', token => 'tok_declined');
    is(outcome($declined), '402 card_declined', 'a declined payment');
    my $paid = pay(reference => 'order-1');
    is(outcome($paid), '201 captured', '... leaves its reference free');
    my $again = pay(reference => 'order-1');
    is(outcome($again), '409 reference_already_used', 'that of a live one is taken');
    is($again->{json}{existing_id}, $paid->{json}{id}, '... by it');
    is(outcome(pay(reference => 'order-1', token => 'tok_declined')), '409 reference_already_used',
       '... also where the card would be declined');
    is(scalar(@{ api('GET', '/v1/payments?reference=order-1', undef, key => $key)->{json}{data} }), 2,
       'a list by reference shows both');

    my $held = pay(reference => 'order-2', capture_method => 'manual');
    is(outcome(pay(reference => 'order-2')), '409 reference_already_used', 'of an authorized one');
    is(outcome(post("/v1/payments/$held->{json}{id}/cancel")), '200 canceled', '... which is canceled');
    my $next = pay(reference => 'order-2', capture_method => 'manual');
    is(outcome($next), '201 authorized', '... free');
    is(outcome(post("/v1/test_helpers/payments/$next->{json}{id}/expire")), '200 expired', 'one that expires');
    is(outcome(pay(reference => 'order-2', token => 'tok_pending_fail')), '202 processing', '... free');
    is(outcome(pay(reference => 'order-2')), '409 reference_already_used', 'of one that waits for the processor');
    ok(wait_until(15, sub { pay(reference => 'order-2')->{status} == 201 }), '... free when it has failed');

    # what was paid once keeps it, however the money went back
    my $undone = uuid();
    is(outcome(pay(reference => 'order-3', key => $undone)), '201 captured', 'one that is captured');
    is(post("/v1/idempotency_keys/$undone/cancel")->{json}{undo}, 'done', '... and undone by its key');
    is(outcome(pay(reference => 'order-3')), '409 reference_already_used', '... keeps its reference');

    # none of these takes it from another one: each is asked for, and declined
    for my $round (1 .. 3) {
        my @requests = map { later(text('POST', '/v1/payments', { amount => 5, currency => 'EUR',
            payment_method => { token => 'tok_declined' }, reference => "none-$round" }, key => $key), 30) } 1 .. 20;
        my %n;
        $n{ collect($_)->{status} }++ for @requests;
        is(join(' ', %n), '402 20', '20 that are declined at once: all get that');
        is(scalar(@{ api('GET', "/v1/payments?reference=none-$round&limit=100", undef, key => $key)->{json}{data} }), 20, '... and listed');
    }
    for my $round (1 .. 3) {
        my $name = "rush-$round";
        pay(reference => $name, token => 'tok_declined') if $round > 1;
        my @requests = map { later(text('POST', '/v1/payments', { amount => 5, currency => 'EUR',
            payment_method => { token => 'tok_visa' }, reference => $name }, key => $key), 30) } 1 .. 50;
        my %n;
        $n{ collect($_)->{status} }++ for @requests;
        is($n{201}, 1, "of 50 at once one gets it");
        is(($n{409} || 0) + ($n{503} || 0), 49, '... and the others are refused');
    }
}

# references of refunds ---------------------------------------------------------------------

{
    my $id = pay()->{json}{id};
    my @requests = map { later(text('POST', "/v1/payments/$id/refunds", { amount => 100, reference => 'back-1' },
                                    key => $key), 30) } 1 .. 6;
    my @answers = map { collect($_) } @requests;
    my ($made) = grep { $_->{status} == 201 } @answers;
    is(scalar(grep { $_->{status} == 201 } @answers), 1, 'a reference is one refund of its payment');
    my $again = post("/v1/payments/$id/refunds", { amount => 100, reference => 'back-1' });
    is(outcome($again), '409 reference_already_used', '... for ever');
    is($again->{json}{existing_id}, decode_json($made->{body})->{id}, '... which is named');
    is(api('GET', "/v1/payments/$id", undef, key => $key)->{json}{amount_refunded}, 100, '... and paid once');
    my $other = pay()->{json}{id};
    is(outcome(post("/v1/payments/$other/refunds", { amount => 1, reference => 'back-1' })), '201 succeeded',
       'another payment has its own');
    my $failing = pay(token => 'tok_refund_fail')->{json}{id};
    is(outcome(post("/v1/payments/$failing/refunds", { reference => 'back-2' })), '201 pending', 'one that will fail');
    ok(wait_until(15, sub { post("/v1/payments/$failing/refunds", { reference => 'back-2' })->{status} == 201 }),
       '... and then may be tried again');
}

# keys --------------------------------------------------------------------------------------

sub cancel {
    my ($name, %header) = @_;
    my $answer = post("/v1/idempotency_keys/$name/cancel", {}, %header);
    return "$answer->{status} " . ($answer->{json}{undo} || $answer->{json}{code} || 'null');
}

sub undo {
    my ($name) = @_;
    return api('GET', "/v1/idempotency_keys/$name", undef, key => $key)->{json}{undo};
}

{
    my @name = map { uuid() } 0 .. 8;
    is(cancel($name[0]), '200 nothing', 'a key that was not used: nothing to undo');

    pay(key => $name[1], capture_method => 'manual');
    is(undo($name[1]), undef, 'one that was not canceled has no undo');
    is(cancel($name[1]), '200 done', 'an authorization: done');

    pay(key => $name[2]);
    is(cancel($name[2], key => $writer), '403 insufficient_scope', 'a refund needs its scope');
    is(undo($name[2]), undef, '... and nothing has happened');
    is(cancel($name[2]), '200 done', 'a capture: done');

    pay(key => $name[3], token => 'tok_declined');
    is(cancel($name[3]), '200 nothing', 'a declined payment: nothing');

    my $disputed = pay(key => $name[4])->{json}{id};
    post("/v1/test_helpers/payments/$disputed/dispute");
    is(cancel($name[4]), '422 refund_amount_exceeds_refundable', 'a disputed payment cannot be undone');
    is(undo($name[4]), undef, '... and its key is not canceled');

    my $failing = pay(key => $name[5], token => 'tok_refund_fail')->{json}{id};
    is(cancel($name[5]), '200 pending', 'a refund that waits: pending');
    is(cancel($name[5]), '200 pending', '... and no second one');
    ok(wait_until(15, sub { undo($name[5]) eq 'failed' }), '... and has failed then');
    is(cancel($name[5]), '200 pending', '... so that canceling again tries again');
    is(sql("SELECT count(*) FROM pay.refunds WHERE merchant_id = $merchant
              AND payment_id = (SELECT object_id FROM pay.journal WHERE key = '$name[5]' AND merchant_id = $merchant)"),
       2, '... by a refund of its own');

    pay(key => $name[6], capture_method => 'manual');
    is(cancel($name[6], key => $writer), '200 done', 'what needs no refund needs no scope for it');

    # in quotes, as the header may have it
    api('POST', '/v1/payments', { amount => 5, currency => 'EUR', payment_method => { token => 'tok_visa' } },
        key => $key, 'Idempotency-Key' => qq{"$name[8]"});
    is(cancel("%22$name[8]%22"), '200 done', 'a key in quotes is the same key');
    is(undo($name[8]), 'done', '... by either name');

    # what a key cannot cancel says where and why
    my $own = uuid();
    my $self = api('POST', "/v1/idempotency_keys/$own/cancel", {}, key => $key, 'Idempotency-Key' => $own);
    is("$self->{status} $self->{json}{errors}[0]{parameter} $self->{json}{errors}[0]{code}", '422 key self',
       'its own key: 422 with errors');
    my $payment = pay()->{json}{id};
    api('POST', "/v1/payments/$payment/refunds", { amount => 1 }, key => $key, 'Idempotency-Key' => $name[7]);
    my $refund = post("/v1/idempotency_keys/$name[7]/cancel");
    is("$refund->{status} $refund->{json}{errors}[0]{parameter}", '422 key', "a refund's key: likewise");
}

is(join("\n", invariants()), '', 'invariants');

done_testing();

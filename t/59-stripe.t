# Live payments through Stripe's API, in the dialect "stripe": what is sent, what each answer
# means, what becomes of an answer that never comes, events; and the books agree at the end.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Live;
use Load qw(api collect later request text uuid wait_until);
use Own;
use Stripe qw(deliver);
use Test::More;

Live::alone();
Live::begin(class => 'Stripe');
$acquirer->command('page', 2);

my $parameters = "dialect stripe; notification_secret_file @{[$acquirer->signing_file]}; answer 4s; timeout 6s; "
    . 'not_found_after 6s; breaker fails=100000;';
Own::start(workers => 2, shard => 'mode direct;', http => Live::processors($parameters));

my $n = 0;
sub told {
    my (@does) = @_;
    my $token = 'pm_told_' . ++$n;
    $acquirer->script(map { { %$_, token => $token } } @does);
    return $token;
}

sub change {
    my ($id, $what, $body, %header) = @_;
    return api('POST', "/v1/payments/$id/$what", $body || {}, key => $live_key, %header);
}

sub authorized {
    my (%more) = @_;
    my $made = pay(token => 'pm_card_visa', amount => 1000, capture_method => 'manual', %more);
    says($made) eq '201 authorized' or die 'create: ' . says($made) . "\n";
    return $made->{json}{id};
}

sub captured {
    my $made = pay(token => 'pm_card_visa', amount => 1000, @_);
    says($made) eq '201 captured' or die 'create: ' . says($made) . "\n";
    return $made->{json}{id};
}

# requests with this operation about a payment: by its PaymentIntent, its token, or its mark
sub sent {
    my ($operation, $id) = @_;
    my ($intent) = grep { $_->{metadata}{payment} eq $id } $acquirer->intents;
    return grep { ($_->{form}{'metadata[payment]'} // '') eq $id
                  || ($intent && (($_->{id} // '') eq $intent->{id} || ($_->{form}{payment_intent} // '') eq $intent->{id})) }
        $acquirer->seen(operation => $operation);
}

sub intent_of { my ($id) = @_; my ($intent) = grep { $_->{metadata}{payment} eq $id } $acquirer->intents; return $intent }

sub refund_of { return api('GET', "/v1/refunds/$_[0]", undef, key => $live_key)->{json} }
sub refund_ends {
    my ($id) = @_;
    my $status;
    wait_until(60, sub { ($status = refund_of($id)->{status} // '') !~ /^(?:pending|)\z/ });
    return $status;
}

sub came { my ($answer) = @_; return "$answer->{status} " . ($answer->{json}{result} || $answer->{json}{code} || '') }
# events of a type about an object, since the last look
my @events;
sub event {
    my ($type, $id) = @_;
    push @events, $acquirer->events;
    my ($event) = grep { $_->{type} eq $type && $_->{data}{object}{id} eq $id } reverse @events;
    return $event || die "no $type of $id\n";
}

# What takes its time begins first, and ends last -----------------------------------------------

my %slow = (
    'the key is in use at first' => told({ operation => 'create', nth => 1, status => 409 }),
    'a 500 that is kept, of what was not done' => told({ operation => 'create', executes => 'no' }),
);
my %begun = map { $_ => later(text(post_of(token => $slow{$_}))) } keys %slow;
my $lost_refund = captured(token => told({ operation => 'refund', nth => 1, send => 'close' }, { operation => 'refund', nth => 2, send => 'close' }));
$lost_refund = [$lost_refund, change($lost_refund, 'refunds', { amount => 400 })->{json}{id}];

# What is approved -----------------------------------------------------------------------------

{
    my $made = pay(token => 'pm_card_visa', amount => 1000, capture_method => 'manual', statement_descriptor => 'ROCK ROLL', customer => 'c 1');
    is(says($made), '201 authorized', 'authorize');
    my $id = $made->{json}{id};
    my $intent = intent_of($id);
    my ($seen) = sent('create', $id);
    is_deeply($made->{json}{processor}, { name => $Live::name, reference => $intent->{id} }, 'authorize: the PaymentIntent is the reference');
    is(join(' ', @$seen{qw(key)}), $intent->{metadata}{attempt}, 'authorize: the key is the attempt\'s, and in the metadata');
    is(join(' ', map { $seen->{form}{$_} // '-' } qw(amount currency capture_method error_on_requires_action metadata[customer])),
       '1000 eur manual true c 1', 'authorize: what is asked');
    is("$made->{json}{payment_method}{brand} $made->{json}{payment_method}{last4}", 'visa 4242', 'authorize: the card');

    my $key = uuid();
    is(says(change($id, 'capture', undef, 'Idempotency-Key' => $key)), '200 captured', 'capture');
    is(says(change($id, 'capture', undef, 'Idempotency-Key' => $key)), '200 captured', 'capture: replayed');
    is(scalar(my @captures = sent('capture', $id)), 1, 'capture: asked once');
    is(charged($id), '1000 1000 0 0', 'capture: in the books');
    is(payment($id)->{fee}, 29, 'capture: what Stripe keeps');

    my $refund = change($id, 'refunds', { amount => 400 });
    is(refund_ends($refund->{json}{id}), 'succeeded', 'refund');
    is(charged($id), '1000 1000 0 400', 'refund: in the books');

    $id = authorized();
    is(says(change($id, 'capture', { amount => 300 })), '200 captured', 'a part is captured');
    is(charged($id), '1000 300 700 0', 'a part is captured: the rest is released');

    $id = authorized();
    is(says(change($id, 'capture', { amount => 300, final_capture => JSON::PP::false })), '402 capture_declined',
       'a capture that is not the last');
    is(scalar(@captures = sent('capture', $id)), 0, 'a capture that is not the last: not sent');
    is(says(change($id, 'cancel')), '200 canceled', 'cancel');
    is(charged($id), '1000 0 1000 0', 'cancel: in the books');

    $id = captured(token => 'tok_visa');
    is(charged($id) . ' ' . payment($id)->{fee}, '1000 1000 0 0 29', 'authorized and captured in one step, by a token of Stripe\'s forms');
}

# What is declined -----------------------------------------------------------------------------

for (['pm_card_chargeDeclined', 'generic_decline'], ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
     ['pm_card_chargeDeclinedExpiredCard', 'expired_card'], ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc'],
     ['pm_unknown', 'invalid_token'], ['pm_card_threeDSecureRequired', 'authentication_required'],
     ['pm_card_visa', 'amount_not_supported', amount => 100_000_000], ['pm_card_visa', 'amount_not_supported', currency => 'MGA', amount => 1250],
     ['pm_card_visa', 'currency_not_supported', currency => 'IQD', amount => 1250]) {
    my ($token, $code, %more) = @$_;
    my $made = pay(token => $token, %more);
    my $failed = payment($made->{json}{payment_id});
    is(says($made) . " $failed->{failure}{code}", "402 card_declined $code", "declined: $token @{[%more]}");
    is(charged($failed->{id}), '', 'declined: nothing is charged');
}

for (['JPY', 500, 500], ['ISK', 500, 50_000], ['UGX', 500, 50_000], ['MGA', 1200, 12], ['KWD', 5120, 5120]) {
    my ($currency, $ours, $theirs) = @$_;
    my $made = pay(token => 'pm_card_visa', currency => $currency, amount => $ours);
    is(says($made) . ' ' . intent_of($made->{json}{id})->{amount}, "201 captured $theirs", "$ours $currency are $theirs");
}

# What is not known ----------------------------------------------------------------------------

{
    my $made = pay(token => told({ operation => 'create', status => 429 }));
    is(says($made), '503 processor_unavailable', '429: surely not executed');

    $made = pay(token => told({ operation => 'create', nth => 1, send => 'close' }));
    is(says($made), '201 captured', 'no answer: sent again, with its key');
    my @sent = sent('create', $made->{json}{id});
    is("$sent[0]{key} " . join(' ', map { $_->{replayed} } @sent), "$sent[1]{key} 0 1", 'no answer: the same one');

    my $token = told({ operation => 'create', nth => 1, status => 500, send => 'close' });
    $made = pay(token => $token);
    is(says($made), '201 captured', 'a 500 that is kept, of what was done: found by a list');
    is(join(' ', map { "$_->{answer} $_->{replayed}" } sent('create', $made->{json}{id})), '500 0 500 1', '... and the request is not repeated');

    $made = pay(token => told({ operation => 'create', members => { amount_received => 999 }, times => 1 }));
    is(says($made), '201 captured', 'another amount is no success: looked up');
    is(charged($made->{json}{id}), '1099 1099 0 0', 'another amount: charged once');

    for my $what (['capture', '200 captured', '1000 1000 0 0'], ['cancel', '200 canceled', '1000 0 1000 0']) {
        my ($operation, $says, $books) = @$what;
        my $id = authorized(token => told(map { { operation => $operation, nth => $_, send => 'close' } } 1, 2));
        is(says(change($id, $operation)), $says, "the answer to a $operation is lost twice: looked up");
        is(charged($id), $books, '... and it was made once');
    }
}

# Events ---------------------------------------------------------------------------------------

{
    my $made = pay(token => 'pm_card_processing');
    is(says($made), '202 processing', 'processing');
    my $intent = intent_of($made->{json}{id});
    $acquirer->command('processed', $intent->{id}, 1);
    my $event = event('payment_intent.succeeded', $intent->{id});

    is(came(deliver($event, header => undef)), '401 authentication_required', 'an event without a signature');
    is(came(deliver($event, secret => 'whsec_other')), '401 authentication_required', '... with another secret');
    is(came(deliver($event, at => time - 400)), '401 authentication_required', '... that is old');
    is(payment($made)->{status}, 'processing', '... changes nothing');
    is(came(deliver($event, more => 'v1=' . '0' x 64 . ',')), '200 applied', 'an event, with two signatures');
    is(payment($made)->{status}, 'captured', 'an event: the payment has its end');
    is(came(deliver($event)), '200 known', 'an event: again');

    $made = pay(token => 'pm_card_processing');
    $intent = intent_of($made->{json}{id});
    $acquirer->command('processed', $intent->{id}, 0);
    is(came(deliver(event('payment_intent.payment_failed', $intent->{id}))), '200 applied', 'an event: declined');
    is(payment($made)->{status} . ' ' . payment($made)->{failure}{code}, 'failed generic_decline', 'declined: why');

    # before the answer
    my $held = later(text(post_of(token => told({ operation => 'create', after => 'held', times => 1 }), capture_method => 'manual')));
    wait_until(5, sub { $acquirer->waiting('held') });
    ($intent) = $acquirer->intents;
    $event = event('payment_intent.amount_capturable_updated', $intent->{id});
    is(came(deliver($event)), '404 resource_not_found', 'an event that overtakes the answer: to come again');
    $acquirer->release('held');
    my ($answer) = collect($held);
    is($answer->{status}, 201, '... the answer');
    is(came(deliver($event)), '200 known', '... and it is known');

    is(came(deliver({ %$event, id => 'evt_x', type => 'customer.created' })), '200 ignored', 'an event about something else');
    is(came(deliver('{"object":"event"}')), '422 validation_failed', 'no event');

    # refunds
    for my $end ('succeeded', 'failed') {
        my $id = captured(token => 'pm_card_pendingRefund');
        my $refund = change($id, 'refunds', { amount => 400 })->{json}{id};
        wait_until(10, sub { my @sent = sent('refund', $id) });
        my ($theirs) = map { $_->{payment_intent} eq intent_of($id)->{id} ? $_ : () } @{ $acquirer->command('refunds') };
        $acquirer->settle($theirs->{id}, $end);
        $event = event($end eq 'failed' ? 'refund.failed' : 'charge.refund.updated', $theirs->{id});
        my $came = '';
        wait_until(20, sub { ($came = came(deliver($event))) !~ /^4/ });
        is("$came " . refund_of($refund)->{status}, "200 applied $end", "a refund that takes its time: $end");
    }

    # disputes
    my $id = captured();
    $intent = intent_of($id);
    $acquirer->dispute($intent->{id}, 'needs_response');
    my $dispute = $acquirer->command('dispute_of', $intent->{id});
    $event = event('charge.dispute.created', $dispute->{id});
    is(came(deliver($event)), '200 applied', 'a dispute');
    is(payment($id)->{amount_disputed}, 1000, 'a dispute: its amount');
    is(came(deliver({ %$event, id => 'evt_y', type => 'charge.dispute.funds_withdrawn' })), '200 known', 'a dispute: told twice');
    $acquirer->dispute($intent->{id}, 'won');
    is(came(deliver(event('charge.dispute.closed', $dispute->{id}))), '200 applied', 'a dispute that is won');
    is(payment($id)->{amount_disputed}, 0, '... gives the money back');
}

# Customers who must act -------------------------------------------------------------------------

{
    my %acts = (token => 'pm_card_threeDSecureRequired', return_url => 'https://shop.example/back');
    my $waits = sub {
        my $made = pay(%acts, @_);
        is(says($made), '202 requires_action', '3-D Secure: the customer must act');
        my $intent = intent_of($made->{json}{id});
        like($made->{json}{next_action}{url}, qr{^https://hooks\.stripe\.example/.*\Q$intent->{id}\E\z}, '3-D Secure: there');
        return ($made->{json}{id}, $intent->{id});
    };

    my ($id, $intent) = $waits->(capture_method => 'manual');
    is(says(change($id, 'confirm')), '202 requires_action', 'confirm: not yet');
    $acquirer->authenticate($intent, 1);
    is(came(deliver(event('payment_intent.amount_capturable_updated', $intent))), '200 applied', 'approved: an event');
    is(payment($id)->{status}, 'authorized', 'approved: authorized');
    is(says(change($id, 'capture')), '200 captured', 'approved: and captured');
    is(came(deliver(event('payment_intent.succeeded', $intent))), '200 known', 'approved: the capture\'s event is known');

    ($id, $intent) = $waits->();
    $acquirer->authenticate($intent, 1);
    is(says(change($id, 'confirm')), '200 captured', 'confirm: captured');
    is(came(deliver(event('payment_intent.succeeded', $intent))), '200 known', 'confirm: the event is known');
    is(charged($id), '1099 1099 0 0', 'confirm: charged once');

    ($id, $intent) = $waits->();
    $acquirer->authenticate($intent, 0);
    is(came(deliver(event('payment_intent.payment_failed', $intent))), '200 applied', 'not approved: an event');
    is(payment($id)->{status} . ' ' . payment($id)->{failure}{code}, 'failed authentication_failed', 'not approved: failed');

    ($id, $intent) = $waits->();
    is(says(change($id, 'cancel')), '200 canceled', 'canceled meanwhile');
    is(intent_of($id)->{status}, 'canceled', 'canceled meanwhile: at Stripe, too');
    is(came(deliver(event('payment_intent.canceled', $intent))), '200 known', 'canceled meanwhile: the event is known');
}

# What has taken its time ------------------------------------------------------------------------

{
    my %answer = map { $_ => (collect($begun{$_}))[0] } keys %begun;
    my %id = map { my $json = decode_json($answer{$_}{body}); ($_ => $json->{id} || $json->{payment_id}) } keys %answer;
    is($_->{status}, 202, 'not known yet') for values %answer;
    is(settled($id{'the key is in use at first'}, 60), 'captured', 'the key is in use at first: sent again when it is surely free');
    is(charged($id{'the key is in use at first'}), '1099 1099 0 0', '... and charged once');
    is(refund_ends($lost_refund->[1]), 'succeeded', 'the answer to a refund is lost twice: found by a list');
    is(charged($lost_refund->[0]), '1000 1000 0 400', '... and it was made once');
    my $kept = $id{'a 500 that is kept, of what was not done'};
    is(payment($kept)->{status}, 'processing', 'a 500 that is kept: never taken for an answer');
    is(charged($kept), '', '... and nothing was charged');
}

is(disagreement(), '', 'the books agree');
Own::stop(expected => qr/status 200 against the protocol.*approved is another amount|notification ".*" of payments processor .* against the protocol/);
Live::finish();

done_testing();

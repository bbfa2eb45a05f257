# What an event's type says is what happened; a suspended merchant gives money back; a
# decline says whether another try can help.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(sql api uuid merchant invariants);
use Test::More;

my @all = qw(payments:read payments:write refunds:read refunds:write events:read idempotency:read keys:write admin);
my ($key, $number) = merchant(@all);
my ($admin) = merchant(@all);

sub post {
    my ($path, $body, %header) = @_;
    return api('POST', $path, $body || {}, key => $key, 'Idempotency-Key' => uuid(), %header);
}

sub pay {
    my (%with) = @_;
    my $token = delete $with{token} || 'tok_visa';
    return post('/v1/payments', { amount => 1000, currency => 'EUR', payment_method => { token => $token }, %with });
}

sub types {
    my ($id) = @_;
    return join ' ', map { $_->{type} } @{ api('GET', "/v1/events?object_id=$id&after=0", undef, key => $key)->{json}{data} };
}

# a partly captured payment whose rest is given back, or taken ---------------------------------

for (['a cancel of the rest', sub { post("/v1/payments/$_[0]/cancel") }, 'cancel', 'payment.updated', 400, 600],
     ['an expiry that releases the rest', sub { post("/v1/test_helpers/payments/$_[0]/expire") }, 'cancel', 'payment.updated', 400, 600],
     ['an expiry that captures the rest', sub { post("/v1/test_helpers/payments/$_[0]/expire") }, 'capture', 'payment.captured', 1000, 0]) {
    my ($name, $do, $action, $type, $captured, $canceled) = @$_;
    my $id = pay(capture_method => 'manual', expiry_action => $action)->{json}{id};
    post("/v1/payments/$id/capture", { amount => 400, final_capture => JSON::PP::false });
    my $done = $do->($id)->{json};
    is("$done->{status} $done->{amount_captured} $done->{amount_canceled}", "captured $captured $canceled", $name);
    is(types($id), "payment.authorized payment.partially_captured $type", '... and its event');
}
{
    my $event = api('GET', '/v1/events?limit=1', undef, key => $key)->{json}{data}[0];
    is($event->{timestamp}, $event->{created_at}, 'an event has a timestamp');
}

# declines ------------------------------------------------------------------------------------------

for (['tok_declined', 'soft'], ['tok_insufficient_funds', 'soft'], ['tok_expired_card', 'hard'], ['tok_lost_card', 'hard'],
     ['tok_incorrect_cvc', 'soft'], ['tok_processing_error', 'soft']) {
    my ($token, $category) = @$_;
    my $declined = pay(token => $token)->{json};
    my $payment = api('GET', "/v1/payments/$declined->{payment_id}", undef, key => $key)->{json};
    is("$declined->{failure}{category} $payment->{failure}{category}", "$category $category", "$token: $category");
    is_deeply($payment->{failure}, $declined->{failure}, '... and the same where it is kept');
}

# suspended -------------------------------------------------------------------------------------------

{
    my $captured = pay()->{json}{id};
    my $held = pay(capture_method => 'manual')->{json}{id};
    my $used = uuid();
    api('POST', '/v1/payments', { amount => 5, currency => 'EUR', payment_method => { token => 'tok_visa' } },
        key => $key, 'Idempotency-Key' => $used);
    my $merchant = api('GET', "/v1/payments/$captured", undef, key => $key)->{json}{merchant_id};

    my $own = api('PATCH', "/v1/merchants/$merchant", { status => 'suspended' }, key => $key);
    is("$own->{status} $own->{json}{errors}[0]{pointer} $own->{json}{errors}[0]{code}", '422 /status own_merchant',
       'an API key cannot suspend its own merchant');
    is(api('PATCH', "/v1/merchants/$merchant", { name => 'another name' }, key => $key)->{status}, 200, '... but renames it');
    is(api('PATCH', "/v1/merchants/$merchant", { status => 'suspended' }, key => $admin)->{json}{status}, 'suspended',
       'somebody else does');
    select undef, undef, undef, 0.2 until api('PATCH', "/v1/payments/$captured", { description => 'x' }, key => $key)->{status} == 403;
    is(pay()->{json}{code}, 'merchant_suspended', 'suspended: no payment');
    is(post("/v1/payments/$held/capture")->{json}{code}, 'merchant_suspended', '... no capture');
    is(post("/v1/payments/$captured/refunds", { amount => 10 })->{status}, 201, '... but refunds');
    is(post("/v1/payments/$held/cancel")->{status}, 200, '... and cancels');
    is(post("/v1/idempotency_keys/$used/cancel")->{json}{undo}, 'done', '... of keys too');
    is(api('GET', "/v1/payments/$captured", undef, key => $key)->{status}, 200, '... and reads');
    is(api('PATCH', "/v1/merchants/$merchant", { status => 'active' }, key => $admin)->{json}{status}, 'active', 'active again');
}

is(join("\n", invariants()), '', 'invariants');

done_testing();

# Objects of their own: captures, whose key it is, and what may be changed in refunds and
# API keys.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(sql text api later collect uuid merchant api_key invariants wait_until);
use Test::More;

my @all = qw(payments:read payments:write refunds:read refunds:write events:read ledger:read idempotency:read keys:write);
my ($key, $number) = merchant(@all);
my ($other) = merchant(@all);

sub ask {
    my ($method, $path, $body, %header) = @_;
    return api($method, $path, $body, key => $key, 'Idempotency-Key' => uuid(), %header);
}

sub pay {
    my (%with) = @_;
    my $token = delete $with{token} || 'tok_visa';
    return ask('POST', '/v1/payments', { amount => 1000, currency => 'EUR', payment_method => { token => $token }, %with })->{json};
}

# captures ---------------------------------------------------------------------------------------

{
    my $id = pay(capture_method => 'manual')->{id};
    ask('POST', "/v1/payments/$id/capture", { amount => 300, final_capture => JSON::PP::false });
    my $shown = ask('GET', "/v1/payments/$id?expand=captures")->{json}{captures}{data}[0];
    my $answer = ask('GET', "/v1/captures/$shown->{id}");
    is($answer->{status}, 200, 'a capture');
    is_deeply($answer->{json}, $shown, '... as its payment shows it');
    is(ask('GET', "/v1/captures/$shown->{id}", undef, key => $other)->{status}, 404, '... its own merchant only');
    is(ask('GET', "/v1/captures/$id")->{status}, 404, '... and no other kind of id');
}

# whose key --------------------------------------------------------------------------------------

{
    my $account = ask('GET', '/v1/account');
    is($account->{status}, 200, 'whose key it is');
    is($account->{json}{merchant}{id}, pay()->{merchant_id}, '... the merchant');
    is(join(' ', sort @{ $account->{json}{scopes} }), join(' ', sort @all), '... the scopes');
    ok(!$account->{json}{livemode}, '... and the mode');
    my ($poor) = api_key($number, ['webhooks:read']);
    is(join(' ', @{ ask('GET', '/v1/account', undef, key => $poor)->{json}{scopes} }), 'webhooks:read', 'any key may ask');
    is(ask('GET', '/v1/account', undef, key => 'sk_test_none')->{status}, 401, '... but it must be one');
}

# refunds ----------------------------------------------------------------------------------------

{
    my $payment = pay()->{id};
    my $refund = ask('POST', "/v1/payments/$payment/refunds", { amount => 100, metadata => { a => '1' } })->{json};
    my $version = ask('GET', "/v1/payments/$payment")->{json}{version};
    my $changed = ask('PATCH', "/v1/refunds/$refund->{id}", { metadata => { a => undef, b => '2' }, reference => 'back-9' });
    is("$changed->{status} $changed->{json}{reference} " . join(',', %{ $changed->{json}{metadata} }), '200 back-9 b,2',
       'metadata and reference of a refund');
    like($changed->{head}, qr/^ETag: "2"\r?$/m, '... are a new version of it');
    is_deeply(ask('GET', "/v1/refunds/$refund->{id}")->{json}, $changed->{json}, '... which is read');
    is(ask('GET', "/v1/payments/$payment")->{json}{version}, $version, '... and none of its payment');
    is(ask('PATCH', "/v1/refunds/$refund->{id}", { metadata => { b => '2' } })->{json}{version}, 2, 'what changes nothing: no version');
    my $stale = ask('PATCH', "/v1/refunds/$refund->{id}", { metadata => { c => '3' } }, 'If-Match' => '"1"');
    is("$stale->{status} $stale->{json}{code} $stale->{json}{current_version}", '412 version_mismatch 2', 'If-Match');

    my $second = ask('POST', "/v1/payments/$payment/refunds", { amount => 100 })->{json};
    my $taken = ask('PATCH', "/v1/refunds/$second->{id}", { reference => 'back-9' });
    is("$taken->{status} $taken->{json}{code} $taken->{json}{existing_id}", "409 reference_already_used $refund->{id}",
       'a reference that another refund of the payment has');
    my $third = ask('POST', "/v1/payments/$payment/refunds", { amount => 100 })->{json};
    my @rush = map { later(text('PATCH', "/v1/refunds/$_->{id}", { reference => 'back-10' }, key => $key, 'Idempotency-Key' => uuid()), 30) }
        ($second, $third) x 3;
    my %n;
    $n{ collect($_)->{status} }++ for @rush;
    is(sql("SELECT count(*) FROM pay.refunds WHERE merchant_id = $number AND reference = 'back-10'"), 1, 'of two at once one gets it');
    my $name = uuid();
    my $first = ask('PATCH', "/v1/refunds/$second->{id}", { metadata => { x => '1' } }, 'Idempotency-Key' => $name);
    my $again = ask('PATCH', "/v1/refunds/$second->{id}", { metadata => { x => '1' } }, 'Idempotency-Key' => $name);
    is($again->{body}, $first->{body}, 'a retry gets the same bytes');
    is(ask('GET', "/v1/idempotency_keys/$name")->{json}{resource_id}, $second->{id}, '... and its key names the refund');
    is(ask('PATCH', "/v1/refunds/$refund->{id}", { metadata => { c => '3' } }, key => $other)->{status}, 404, 'its own merchant only');
    is(ask('PATCH', "/v1/refunds/$payment", { metadata => { c => '3' } })->{status}, 404, '... and no other kind of id');
    my $slow = pay(token => 'tok_refund_fail')->{id};
    my $lost = ask('POST', "/v1/payments/$slow/refunds", { amount => 10, reference => 'again' })->{json}{id};
    ok(wait_until(15, sub { ask('GET', "/v1/refunds/$lost")->{json}{status} eq 'failed' }), 'a refund that fails');
    is(ask('POST', "/v1/payments/$slow/refunds", { amount => 10, reference => 'again' })->{status}, 201, '... leaves its reference');
    is(ask('PATCH', "/v1/refunds/$lost", { reference => 'again', metadata => { x => '1' } })->{status}, 200, '... and may be sent back as it is');
    is(ask('PATCH', "/v1/refunds/$refund->{id}", { amount => 5 })->{json}{code}, 'unknown_parameter', 'an amount does not change');
    my $pending = ask('POST', '/v1/payments/' . pay(token => 'tok_refund_fail')->{id} . '/refunds', { reference => 'slow' })->{json};
    is(ask('PATCH', "/v1/refunds/$pending->{id}", { metadata => { note => 'x' } })->{status}, 200, 'one that waits is changed');
    ok(wait_until(15, sub { ask('GET', "/v1/refunds/$pending->{id}")->{json}{status} eq 'failed' }), '... and answered by its processor');
    is(ask('GET', "/v1/refunds/$pending->{id}")->{json}{metadata}{note}, 'x', '... with what was noted');
}

# disputes ---------------------------------------------------------------------------------------

{
    my $amounts = sub { my $p = ask('GET', "/v1/payments/$_[0]")->{json}; "$p->{amount_disputed} $p->{amount_refundable} $p->{version}" };
    for (['win', 'won', '0 700 4', 'payment.captured refund.succeeded dispute.created dispute.won', 'capture dispute dispute_won refund refund_succeeded'],
         ['lose', 'lost', '700 0 4', 'payment.captured refund.succeeded dispute.created dispute.lost', 'capture dispute dispute_lost refund refund_succeeded']) {
        my ($how, $status, $after, $types, $kinds) = @$_;
        my $payment = pay()->{id};
        ask('POST', "/v1/payments/$payment/refunds", { amount => 300 });
        my $made = ask('POST', "/v1/test_helpers/payments/$payment/dispute", {});
        my $dispute = $made->{json};
        is("$made->{status} $dispute->{object} $dispute->{amount} $dispute->{status}", '200 dispute 700 open', "$how: a dispute of what is left");
        is($amounts->($payment), '700 0 3', '... which is not refundable meanwhile');
        is_deeply(ask('GET', "/v1/disputes/$dispute->{id}")->{json}, $dispute, '... is read');
        is(ask('POST', "/v1/test_helpers/payments/$payment/dispute", {})->{json}{code}, 'refund_amount_exceeds_refundable', '... and no second one');
        my @rush = map { later(text('POST', "/v1/test_helpers/disputes/$dispute->{id}/$how", {}, key => $key, 'Idempotency-Key' => uuid()), 30) } 1 .. 5;
        is(scalar(grep { collect($_)->{status} == 200 } @rush), 5, '... ends, however often it is said');
        is(ask('GET', "/v1/disputes/$dispute->{id}")->{json}{status}, $status, "... $status");
        is($amounts->($payment), $after, '... once');
        my $other_way = ask('POST', "/v1/test_helpers/disputes/$dispute->{id}/" . ($how eq 'win' ? 'lose' : 'win'), {});
        is($other_way->{json}{status}, $status, '... and stays so');
        my @events = grep { $_->{object_id} eq $payment || ($_->{data}{object}{payment_id} || '') eq $payment }
            @{ ask('GET', '/v1/events?after=0&limit=100')->{json}{data} };
        is(join(' ', map { $_->{type} } @events), $types, '... with an event for each');
        is($events[-1]{object_id} . ' ' . $events[-1]{data}{previous_attributes}{status}, "$dispute->{id} open", '... that say what they are about');
        is(join(' ', sort map { $_->{kind} } @{ ask('GET', "/v1/ledger/transactions?payment=$payment")->{json}{data} }), $kinds,
           '... and its movements');
        is(scalar(@{ ask('GET', "/v1/disputes?payment=$payment&status=$status")->{json}{data} }), 1, '... and is listed');
        is(ask('GET', "/v1/disputes/$dispute->{id}", undef, key => $other)->{status}, 404, '... to its own merchant only');
    }
    my $balance = sql("SELECT string_agg(o_account || ':' || (o_credits - o_debits), ' ' ORDER BY o_account)
                         FROM pay.accounts_of($number, false) WHERE o_account IN (3, 4)");
    is($balance =~ /\b4:0\b/ ? 'nothing' : $balance, 'nothing', 'nothing is left reserved');
}

# API keys ---------------------------------------------------------------------------------------

{
    my $made = ask('POST', '/v1/api_keys', { name => 'till', scopes => ['payments:read'] })->{json};
    my $renamed = ask('PATCH', "/v1/api_keys/$made->{id}", { name => 'till 2', expires_at => '2099-01-01T00:00:00Z' });
    is("$renamed->{status} $renamed->{json}{name} $renamed->{json}{expires_at}", '200 till 2 2099-01-01T00:00:00.000000Z', 'a key is renamed');
    is($renamed->{json}{secret}, undef, '... and shows no secret');
    is(ask('GET', '/v1/payments?limit=1', undef, key => $made->{secret})->{status}, 200, '... it goes on');
    my $past = ask('PATCH', "/v1/api_keys/$made->{id}", { expires_at => '2001-01-01T00:00:00Z' });
    is("$past->{status} $past->{json}{errors}[0]{pointer}", '422 /expires_at', 'it cannot end in the past');
    my $soon = do { my @t = gmtime(time + 3); sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0] };
    is(ask('PATCH', "/v1/api_keys/$made->{id}", { expires_at => $soon })->{status}, 200, 'it ends soon');
    ok(wait_until(15, sub { ask('GET', '/v1/payments?limit=1', undef, key => $made->{secret})->{status} == 401 }), '... and is refused then');
    is(ask('PATCH', "/v1/api_keys/$made->{id}", { expires_at => '2099-01-01T00:00:00Z' })->{status}, 422, 'one that has ended is not brought back');
    is(ask('PATCH', "/v1/api_keys/$made->{id}", { name => 'x' }, key => $other)->{status}, 404, 'its own merchant only');

    # who lacks its scopes may end it, and not prolong it
    my ($weak) = api_key($number, ['keys:write']);
    my $strong = ask('POST', '/v1/api_keys', { name => 's', scopes => ['payments:write'], expires_at => '2030-01-01T00:00:00Z' })->{json};
    my $longer = ask('PATCH', "/v1/api_keys/$strong->{id}", { expires_at => '2031-01-01T00:00:00Z' }, key => $weak);
    is("$longer->{status} $longer->{json}{code}", '403 scope_escalation', 'a key is not prolonged by one that lacks its scopes');
    is(ask('PATCH', "/v1/api_keys/$strong->{id}", { expires_at => '2029-01-01T00:00:00Z' }, key => $weak)->{status}, 200, '... but shortened');
    my $far = ask('POST', '/v1/api_keys', { name => 'f', scopes => ['payments:read'], expires_at => '9999-12-31T23:59:59-23:59' });
    is($far->{json}{expires_at}, '9999-12-31T23:59:59.999999Z', 'no year of five digits');
}

is(join("\n", invariants()), '', 'invariants');

done_testing();

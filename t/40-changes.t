# Captures, cancellations, refunds, updates: every state with every action, and
# every race, through all workers.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql request uuid invariants rounds wait_until later collect stored
            merchant);
use JSON::PP;
use Own;
use Test::More;

# against the stack's nginx, or (PAYMENTS_OWN) one with another module
Own::start(workers => 2, shard => 'mode direct;') if $ENV{PAYMENTS_OWN};

# a request with a key of its own; names of headers and values as they come
sub call {
    my ($method, $path, $body, %header) = @_;
    my $text = defined $body ? encode_json($body) : '';
    my $key = exists $header{'Idempotency-Key'} ? '' :
        $method eq 'POST' ? "Idempotency-Key: " . uuid() . "\r\n" : '';
    my $auth = delete $header{key} || $ENV{PAYMENTS_KEY};
    my $lines = join '', map { defined $header{$_} ? "$_: $header{$_}\r\n" : () }
        sort keys %header;
    $lines .= "Content-Type: application/json\r\n" if defined $body;
    return "$method $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "Authorization: Bearer $auth\r\n$key$lines"
        . ($method eq 'GET' ? '' : 'Content-Length: ' . length($text) . "\r\n")
        . "\r\n$text";
}

sub answer {
    my $answer = request(call(@_), 15);
    $answer->{json} = eval { decode_json($answer->{body}) } || {};
    return $answer;
}

sub payment {
    my ($amount, %more) = @_;
    my $key = delete $more{key};
    my $token = delete $more{token} || 'tok_visa';
    my $answer = answer('POST', '/v1/payments', { amount => $amount,
        currency => 'EUR', payment_method => { token => $token }, %more },
        $key ? (key => $key) : ());
    return $answer->{json}{id} || $answer->{json}{payment_id};
}

sub get { answer('GET', "/v1/payments/$_[0]")->{json} }
sub manual { payment($_[0], capture_method => 'manual') }

# the state machine, as the contract has it ------------------------------------

my %state = (
    authorized         => sub { manual(1000) },
    partially_captured => sub {
        my $id = manual(1000);
        answer('POST', "/v1/payments/$id/capture",
               { amount => 400, final_capture => JSON::PP::false });
        return $id;
    },
    captured => sub { payment(1000) },
    canceled => sub {
        my $id = manual(1000);
        answer('POST', "/v1/payments/$id/cancel");
        return $id;
    },
    expired => sub {
        my $id = manual(1000);
        answer('POST', "/v1/test_helpers/payments/$id/expire");
        return $id;
    },
    failed => sub { payment(1000, token => 'tok_declined') },
    processing => sub { payment(1000, token => 'tok_timeout') },
);

my %action = (
    capture => sub { answer('POST', "/v1/payments/$_[0]/capture") },
    cancel  => sub { answer('POST', "/v1/payments/$_[0]/cancel",
                            { reason => 'abandoned' }) },
    refund  => sub { answer('POST', "/v1/payments/$_[0]/refunds",
                            { amount => 100 }) },
    update  => sub { answer('PATCH', "/v1/payments/$_[0]",
                            { metadata => { a => 'b' } }) },
    expire  => sub { answer('POST', "/v1/test_helpers/payments/$_[0]/expire") },
);

# what each gets: a status and the state after it, or a problem
my %expected = (
    authorized => {
        capture => '200 captured', cancel => '200 canceled',
        refund => '409 payment_not_captured', update => '200 authorized',
        expire => '200 expired' },
    partially_captured => {
        capture => '200 captured', cancel => '200 captured',
        refund => '201 partially_captured', update => '200 partially_captured',
        expire => '200 captured' },
    captured => {
        capture => '409 payment_already_captured',
        cancel => '409 payment_already_captured', refund => '201 captured',
        update => '200 captured', expire => '409 payment_already_captured' },
    map({ my ($state, $code) = @$_;
          ($state => { map({ ($_ => "409 $code") } qw(capture cancel refund expire)),
                       update => "200 $state" }) }
        ['canceled', 'payment_canceled'], ['expired', 'authorization_expired'],
        ['failed', 'payment_failed'], ['processing', 'payment_processing']),
);

for my $state (sort keys %state) {
    for my $action (sort keys %action) {
        my $id = $state{$state}->();
        my $before = get($id);
        is($before->{status}, $state, "$state") or next;
        my $answer = $action{$action}->($id);
        my $after = get($id);
        my $got = "$answer->{status} " . ($answer->{json}{code} || $after->{status});
        is($got, $expected{$state}{$action}, "$state, $action");

        my ($refusal) = $expected{$state}{$action} =~ /^409 (\w+)/;
        is(sql("SELECT coalesce(refusal, '') FROM pay.transitions
                 WHERE status = '$state' AND action = '$action'"), $refusal || '',
           "$state, $action: the table says so too");

        if ($refusal) {
            is_deeply($after, $before, "$state, $action: nothing has changed");
        } else {
            is($after->{version}, $before->{version} + 1,
               "$state, $action: the version rises by one");
            cmp_ok($after->{amount_captured} + $after->{amount_canceled}, '<=',
                   $after->{amount_authorized}, "$state, $action: amounts");
        }
    }
}

# what the answers are ------------------------------------------------------------

{
    my $id = manual(10000);
    my $part = answer('POST', "/v1/payments/$id/capture",
                      { amount => 6000, final_capture => JSON::PP::false });
    is($part->{json}{amount_capturable}, 4000, 'partial capture: the rest stays');
    like($part->{head}, qr/^ETag: "2"\r?$/m, 'partial capture: ETag');
    my $much = answer('POST', "/v1/payments/$id/capture", { amount => 4001 });
    is($much->{status}, 422, 'too much to capture: 422');
    is($much->{json}{code}, 'capture_amount_exceeds_capturable', 'its code');
    is($much->{json}{amount_capturable}, 4000, 'what is left');
    is($much->{json}{detail}, 'amount 4001 is greater than amount_capturable 4000',
       'in words');
    my $last = answer('POST', "/v1/payments/$id/capture", { amount => 1000 });
    is($last->{json}{status}, 'captured', 'final capture: captured');
    is($last->{json}{amount_canceled}, 3000, 'final capture: releases the rest');

    my $refund = answer('POST', "/v1/payments/$id/refunds",
        { amount => 3000, currency => 'eur', reason => 'duplicate',
          reference => 'r-1', metadata => { order => '7' } });
    is($refund->{status}, 201, 'refund: 201');
    my ($ref) = $refund->{json}{id};
    like($ref, qr/^ref_[0-9A-HJKMNP-TV-Z]{26}$/, 'refund: its id');
    like($refund->{head}, qr{^Location: /v1/refunds/$ref\r?$}m, 'refund: Location');
    is_deeply([@{ $refund->{json} }{qw(object payment_id amount currency exponent
                   status reason reference failure version livemode)}],
              ['refund', $id, 3000, 'EUR', 2, 'succeeded', 'duplicate', 'r-1',
               undef, 1, JSON::PP::false], 'refund: what it shows');
    my $read = answer('GET', "/v1/refunds/$ref");
    is($read->{body}, $refund->{body}, 'refund: read with the same bytes');
    like($read->{head}, qr/^ETag: "1"\r?$/m, 'refund: ETag');
    is(answer('GET', "/v1/refunds/$ref", undef,
              key => $ENV{PAYMENTS_KEY_B})->{status}, 404,
       'refund of another merchant: 404');
    is(get($id)->{refund_status}, 'partial', 'refund_status: partial');
    my $wrong = answer('POST', "/v1/payments/$id/refunds",
                       { amount => 1, currency => 'USD' });
    is("$wrong->{status} $wrong->{json}{code}", '422 currency_mismatch',
       'another currency');
    my $over = answer('POST', "/v1/payments/$id/refunds", { amount => 7000 });
    is($over->{json}{detail}, 'amount 7000 is greater than amount_refundable 4000',
       'too much to refund: in words');
    is_deeply($over->{json}{errors}, [{ pointer => '/amount', code => 'maximum',
              detail => 'must be <= 4000' }], 'too much to refund: where');
    is(answer('POST', "/v1/payments/$id/refunds")->{json}{amount}, 4000,
       'no amount: all that is refundable');
    is(get($id)->{refund_status}, 'full', 'refund_status: full');

    # keys
    my $key = uuid();
    my $other = payment(500);
    my @same = map { answer('POST', "/v1/payments/$other/refunds",
                            { amount => 200 }, 'Idempotency-Key' => $key) } 1 .. 3;
    is($same[$_]{body}, $same[0]{body}, 'refund: replayed') for 1, 2;
    is(get($other)->{amount_refunded}, 200, 'refund: once');
    my $reused = answer('POST', "/v1/payments/$other/refunds", { amount => 201 },
                        'Idempotency-Key' => $key);
    is($reused->{json}{code}, 'idempotency_key_reused', 'refund: key reused');
    my $cross = answer('POST', "/v1/payments/$other/cancel", undef,
                       'Idempotency-Key' => $key);
    is($cross->{json}{code}, 'idempotency_key_reused',
       'a key is good for one operation');
    my $stored = uuid();
    my @refused = map { answer('POST', "/v1/payments/$other/capture", undef,
                               'Idempotency-Key' => $stored) } 1, 2;
    is($refused[1]{body}, $refused[0]{body}, 'a refusal is stored');
    like($refused[1]{head}, qr/^Idempotent-Replayed: true\r?$/m, 'and replayed');
    is(answer('POST', "/v1/payments/$other/capture", undef,
              'Idempotency-Key' => undef)->{json}{code},
       'idempotency_key_required', 'capture needs a key');
    is(answer('POST', "/v1/payments/$other/refunds", { amount => 1 },
              key => $ENV{PAYMENTS_KEY_A_READ})->{status}, 403,
       'a key that may only read refunds nothing');
    is(answer('POST', "/v1/payments/$other/refunds", { amount => 1 },
              key => $ENV{PAYMENTS_KEY_B})->{status}, 404,
       'a payment of another merchant: 404');
    is(answer('POST', '/v1/payments/pay_x/cancel')->{status}, 404,
       'an id that is none: 404');
    is(answer('POST', "/v1/test_helpers/payments/$other/settle", undef,
              key => $ENV{PAYMENTS_KEY_A_LIVE})->{json}{code}, 'test_mode_only',
       'helpers are for test mode');

    # If-Match
    my $version = get($other)->{version};
    my $stale = answer('PATCH', "/v1/payments/$other", { description => 'x' },
                       'If-Match' => '"1"');
    is("$stale->{status} $stale->{json}{code} $stale->{json}{current_version}",
       "412 version_mismatch $version", 'If-Match: stale');
    is(get($other)->{description}, undef, 'If-Match: nothing has changed');
    is(answer('PATCH', "/v1/payments/$other", { description => 'x' },
              'If-Match' => $_)->{status}, 412, "If-Match: $_")
        for 'W/"77"', '"abc"', '""';
    is(answer('PATCH', "/v1/payments/$other", { description => 'x' },
              'If-Match' => qq{"77", "$version"})->{status}, 200, 'If-Match: a list');
    is(answer('PATCH', "/v1/payments/$other", { description => undef },
              'If-Match' => '*')->{status}, 200, 'If-Match: any');
    my $again = uuid();
    my $first = answer('POST', "/v1/payments/$other/refunds", { amount => 1 },
        'If-Match' => '"1"', 'Idempotency-Key' => $again);
    is($first->{status}, 412, 'If-Match on a refund');
    is(answer('POST', "/v1/payments/$other/refunds", { amount => 1 },
              'Idempotency-Key' => $again)->{status}, 201,
       'a mismatch is not stored under the key');

    # metadata
    answer('PATCH', "/v1/payments/$other", { metadata => { a => '1', b => '2' } });
    my $merged = answer('PATCH', "/v1/payments/$other",
                        { metadata => { a => undef, c => '3' }, description => 'd' });
    is_deeply($merged->{json}{metadata}, { b => '2', c => '3' }, 'metadata: merged');
    is($merged->{json}{description}, 'd', 'description: set');
    unlike($merged->{head}, qr/^Idempotent-Replayed/m, 'no key: no headers of one');
    my $many = answer('PATCH', "/v1/payments/$other",
                      { metadata => { map({ ("k$_" => 'v') } 1 .. 49) } });
    is("$many->{status} $many->{json}{code}", '422 validation_failed',
       'metadata: more than 50 pairs in the end');
    my $same = get($other)->{version};
    answer('PATCH', "/v1/payments/$other", $_)
        for {}, { metadata => { nosuch => undef } }, { description => 'd' };
    is(get($other)->{version}, $same, 'what changes nothing makes no version');
    is(answer('PATCH', "/v1/payments/$other", {}, 'If-Match' => "\"0$same\"")->{status},
       412, 'If-Match: byte for byte');
    is(answer('PATCH', "/v1/payments/$other", { amount => 1 })->{json}{code},
       'unknown_parameter', 'what cannot be updated');
    is(answer('PATCH', "/v1/payments/$other", { metadata => { a => 1 } })->{json}{code},
       'validation_failed', 'metadata: strings and null only');
}

# races -----------------------------------------------------------------------------

sub race { return map { $_->{json} = eval { decode_json($_->{body}) } || {}; $_ }
           map { collect($_) } map { later(call(@$_), 15) } @_ }

for my $round (1 .. rounds(5, 50)) {
    my $id = payment(10000);
    my @answers = race(map { ['POST', "/v1/payments/$id/refunds", { amount => 6000 }] } 1, 2);
    is(join(' ', sort map { $_->{status} } @answers), '201 422',
       "round $round: two refunds of 60 of 100: one");
    my ($refused) = grep { $_->{status} == 422 } @answers;
    is($refused->{json}{amount_refundable}, 4000, "round $round: what is left");
}

for my $round (1 .. rounds(2, 20)) {
    my $id = payment(50);
    my @answers = race(map { ['POST', "/v1/payments/$id/refunds", { amount => 1 }] } 1 .. 100);
    my %n;
    $n{$_->{status}}++ for @answers;
    is(join(' ', map { "$n{$_} times $_" } sort keys %n), '50 times 201 50 times 422',
       "round $round: 100 refunds of 1 of 50: 50");
    is(get($id)->{amount_refunded}, 50, "round $round: 50 refunded");
    is(get($id)->{version}, 51, "round $round: 51 versions");
}

my %pairs = (
    'capture, cancel' => [['capture', undef], ['cancel', undef]],
    'capture, capture' => [['capture', { amount => 600 }], ['capture', { amount => 700 }]],
);

for my $name (sort keys %pairs) {
    for my $round (1 .. rounds(8, 100)) {
        my $id = manual(1000);
        my @answers = race(map { ['POST', "/v1/payments/$id/$_->[0]", $_->[1]] }
                           @{ $pairs{$name} });
        is(join(' ', sort map { $_->{status} } @answers), '200 409',
           "$name: exactly one wins");
    }
}

for my $round (1 .. rounds(8, 100)) {
    my $id = manual(1000);
    my @answers = race(['POST', "/v1/payments/$id/capture"],
                       ['POST', "/v1/test_helpers/payments/$id/expire"]);
    is(join(' ', sort map { $_->{status} } @answers), '200 409',
       'expiry, capture: exactly one wins');
    my $status = get($id)->{status};
    is($status, $answers[0]{status} == 200 ? 'captured' : 'expired',
       'expiry, capture: it is what won');
}

# 20 merchants, 50 payments, whatever comes --------------------------------------------

{
    my $seed = $ENV{PAYMENTS_SEED} || int rand 1e9;
    note "PAYMENTS_SEED=$seed";
    my @scopes = qw(payments:read payments:write refunds:write);
    my @keys = map { (merchant(@scopes))[0] } 1 .. 20;
    my @payments = map {
        my $key = $keys[$_ % 20];
        [payment(100000, capture_method => $_ % 3 ? 'manual' : 'automatic',
                 key => $key), $key]
    } 1 .. 50;

    # a brand-new merchant's first payments: no 5xx
    my ($fresh) = merchant(@scopes);
    my @first = race(map { ['POST', '/v1/payments', { amount => 5,
        currency => 'EUR', payment_method => { token => 'tok_visa' } },
        key => $fresh] } 1 .. 50);
    is(scalar(grep { $_->{status} == 201 } @first), 50,
       'a brand-new merchant: 50 payments at once');

    my $each = rounds(100, 1000);
    my @pids = map {
        my $n = $_;
        my $pid = fork;
        if ($pid == 0) {
            srand($seed + $n);
            my $bad = 0;
            for (1 .. $each) {
                my ($id, $key) = @{ $payments[rand @payments] };
                my $amount = 1 + int rand 300;
                my @what = (
                    ['POST', "/v1/payments/$id/capture", { amount => $amount,
                        final_capture => rand() < 0.02 ? JSON::PP::true : JSON::PP::false }],
                    ['POST', "/v1/payments/$id/refunds", { amount => $amount }],
                    ['PATCH', "/v1/payments/$id", { metadata => { "k" . int rand 9 =>
                        rand() < 0.3 ? undef : "v$amount" } }],
                    ['POST', "/v1/test_helpers/payments/$id/settle", undef],
                    ['GET', "/v1/payments/$id", undef],
                    (rand() < 0.01 ? ['POST', "/v1/payments/$id/cancel", undef] : ()),
                    (rand() < 0.01 ? ['POST', "/v1/test_helpers/payments/$id/expire", undef] : ()),
                );
                my $answer = request(call(@{ $what[rand @what] }, key => $key), 15);
                $bad++ if $answer->{status} !~ /^(?:200|201|409|422)$/;
            }
            POSIX::_exit($bad > 250 ? 250 : $bad);
        }
        $pid;
    } 1 .. 20;

    my $bad = 0;
    for (@pids) { waitpid $_, 0; $bad += $? >> 8 }
    is($bad, 0, 20 * $each . ' random operations: none failed');
    is(sql("SELECT count(*) FROM (SELECT sum(signed_amount) FROM pay.ledger_entries
             GROUP BY currency HAVING sum(signed_amount) <> 0) x"), 0,
       'random operations: the trial balance is zero');
}

Own::stop() if $ENV{PAYMENTS_OWN};
is(join("\n", invariants()), '', 'invariants');
done_testing();

# Between client and server stands a proxy that knows the OpenAPI document and
# refuses what is not in it: every operation, and every problem that can be
# provoked here.  The others are named, with the reason.

use strict;
use warnings;

use lib 't/lib';
use Examples qw(document operations send_example);
use IO::Socket::INET;
use JSON::PP;
use Load qw(api request text uuid sql devstack merchant api_key later collect wait_until hold);
use Npm qw(start stop);
use Test::More;

my $work = 'build/test/openapi';
system('mkdir', '-p', $work) == 0 or die;
my $direct = $Load::port;
my $document = document('/openapi.json');
my @operations = operations($document);
my %operation = map { $_->{id} => $_ } @operations;
my $next = $direct + 40;

sub proxy {
    my ($name, $content, @args) = @_;
    my $file = "$work/$name.json";
    open my $out, '>', $file or die "$file: $!";
    print {$out} JSON::PP->new->utf8->canonical->encode($content);
    close $out;
    my $port = $next++;
    my $pid = start("$work/$name.log", $port, 'prism', 'proxy', '--errors', @args, '-p', $port,
                    $file, "http://127.0.0.1:$direct");
    $Load::port = $port;
    return $pid;
}

my %answers;

# no word of the proxy's own, and what the server says is documented for it
sub documented {
    my ($id, $answer, $status, $code) = @_;
    my $name = $code ? "$id: $status $code" : "$id: $status";
    my $seen = $answer->{json}{code} || '';
    ok($answer->{status} == $status && (!$code || $seen eq $code), $name)
        or diag "$answer->{head}\n$answer->{body}";
    unlike($answer->{head}, qr/sl-violations/i, "$name: as the document says");
    my $said = $operation{$id}{operation}{responses}{$status}{description} || '';
    ok(!$code || $said =~ /`$code`/, "$name: the document has it") if $code;
    $answers{$code}++ if $code;
}

# each example, whose request must be right as well
for my $path ('/openapi.json', '/openapi-3.1.json') {
    my $pid = proxy('strict', document($path));
    for my $o (@operations) {
        my ($answer, undef, $expected) = send_example($o);
        documented($o->{id}, $answer, $expected);
    }
    stop($pid);
    $Load::port = $direct;
}

# where answers are not as documented, each is noticed
{
    my $other = decode_json(encode_json($document));
    push @{ $_->{required} }, 'nothing'
        for grep { ($_->{additionalProperties} // 0) == JSON::PP::true } values %{ $other->{components}{schemas} };
    my $pid = proxy('other', $other);
    for my $o (grep { $_->{operation}{responses}{200} && $_->{id} ne 'metrics' } @operations) {
        my $path = $o->{path} =~ s/\{currency\}/EUR/r;
        next if $path =~ /\{/ || $o->{method} ne 'GET';
        my $answer = api('GET', $path, undef, $path =~ /merchants/ ? (key => $ENV{PAYMENTS_ADMIN_KEY}) : ());
        like($answer->{body}, qr/stoplight.*VIOLATIONS/s, "$o->{id}: a wrong document is noticed");
    }
    my $answer = api('POST', '/v1/payments', { amount => 5, currency => 'EUR',
                     payment_method => { token => 'tok_visa' } });
    like($answer->{body}, qr/stoplight.*VIOLATIONS/s, 'createPayment: likewise');
    stop($pid);
}

# from here on requests are wrong on purpose
my $pid = proxy('answers', $document, '--validate-request=false');

my $admin = $ENV{PAYMENTS_ADMIN_KEY};
my %card = (currency => 'EUR', payment_method => { token => 'tok_visa' });

sub post { my ($path, $body, %header) = @_; return api('POST', $path, $body, %header) }
sub payment { return post('/v1/payments', { amount => 1000, %card, @_ })->{json}{id} }

# what every operation with a scope may say
my ($none) = merchant('balances:read');
my ($balance) = merchant('payments:read');
for my $o (grep { $_->{operation}{'x-required-scopes'} } @operations) {
    my ($scope) = @{ $o->{operation}{'x-required-scopes'} };
    my $path = $o->{path} =~ s/\{currency\}/EUR/r =~ s/\{\w+\}/pay_01JC000000E00800000000000A/r;
    my $call = sub { my ($suffix, %header) = @_;
        return api($o->{method}, $path . $suffix, $o->{method} =~ /POST|PATCH/ ? {} : undef,
                   key => $scope eq 'admin' ? $admin : $ENV{PAYMENTS_KEY}, %header) };
    documented($o->{id}, $call->('', key => 'sk_test_none'), 401, 'invalid_api_key');
    documented($o->{id}, $call->('', key => $scope eq 'balances:read' ? $balance : $none), 403,
               'insufficient_scope');
    documented($o->{id}, $call->('', Accept => 'text/html'), 406, 'not_acceptable');
    documented($o->{id}, $call->('?nothing=1'), 400, 'invalid_query');
    documented($o->{id}, $call->('?api_key=sk_test_000000000102A00000000000000000000000000000000000000000000000000000001'),
               400, 'credential_in_url');
    documented($o->{id}, $call->('', 'Idempotency-Key' => ''), 400, 'invalid_idempotency_key')
        if $o->{operation}{parameters}[0] && grep { ($_->{'$ref'} || '') =~ /IdempotencyKey/ }
           @{ $o->{operation}{parameters} };
}

# bodies; the proxy reads JSON itself, so what is none goes past it
for my $id (qw(createPayment createRefund updatePayment createMerchant)) {
    my $o = $operation{$id};
    my $path = $o->{path} =~ s/\{\w+\}/payment()/er;
    my $key = $id =~ /Merchant/ ? $admin : $ENV{PAYMENTS_KEY};
    my $send = sub { my ($body, %header) = @_;
        my $answer = request("$o->{method} $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            . "Authorization: Bearer $key\r\nIdempotency-Key: " . uuid() . "\r\nContent-Type: "
            . ($header{type} || 'application/json') . "\r\nContent-Length: " . length($body) . "\r\n\r\n$body");
        $answer->{json} = eval { decode_json($answer->{body}) } || {};
        return $answer };
    documented($id, $send->('{"nothing":1}'), 422, $id eq 'createPayment' || $id eq 'createMerchant'
                                                   ? 'validation_failed' : 'unknown_parameter');
    documented($id, $send->('{"description":"4111 1111 1111 1111"}'), 422, 'card_number_not_allowed');
    local $Load::port = $direct;
    documented($id, $send->('{"amount":'), 400, 'invalid_json');
    documented($id, $send->('{"amount":1,"amount":2}'), 400, 'duplicate_json_member');
    documented($id, $send->('{}', type => 'text/plain'), 415, 'unsupported_media_type');
    documented($id, $send->('{"a":"' . 'x' x 70000 . '"}'), 413, 'content_too_large');
}

# authentication
{
    {
        local $Load::port = $direct;    # the proxy would refuse it itself
        my $answer = request("GET /v1/payments HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        $answer->{json} = decode_json($answer->{body});
        documented('listPayments', $answer, 401, 'authentication_required');
    }
    my (undef, $number) = merchant('payments:read');
    my ($expired) = api_key($number, ['payments:read'], expires_at => "now() - interval '1 hour'");
    my ($revoked) = api_key($number, ['payments:read'], revoked_at => 'now()');
    documented('listPayments', api('GET', '/v1/payments', undef, key => $expired), 401, 'api_key_expired');
    documented('listPayments', api('GET', '/v1/payments', undef, key => $revoked), 401, 'api_key_revoked');
    documented('createApiKey', post('/v1/api_keys', { name => 'x', scopes => ['admin'] }), 403, 'scope_escalation');
    documented('settlePayment', post('/v1/test_helpers/payments/' . payment() . '/settle', {},
               key => $ENV{PAYMENTS_KEY_A_LIVE}), 403, 'test_mode_only');
    my ($suspended, $who) = merchant('payments:write');
    sql("UPDATE pay.merchants SET status = 'suspended' WHERE merchant_id = $who");
    documented('createPayment', post('/v1/payments', { amount => 1, %card }, key => $suspended), 403,
               'merchant_suspended');
}

# lists
{
    payment() for 1 .. 2;
    my $page = api('GET', '/v1/payments?limit=1');
    documented('listPayments', api('GET', '/v1/payments?cursor=none'), 400, 'invalid_cursor');
    documented('listPayments', api('GET', "/v1/payments?limit=1&currency=EUR&cursor=$page->{json}{next_cursor}"),
               400, 'cursor_filter_mismatch');
    documented('listPayments', api('GET', "/v1/payments?limit=1&cursor=$page->{json}{next_cursor}"), 200);
    documented('getPayment', api('GET', '/v1/payments/' . payment() . '?expand=refunds,captures'), 200);
    documented('listEvents', api('GET', '/v1/events?after=0&types=payment.*'), 200);
    for my $path (qw(/v1/payments/{id} /v1/refunds/{id} /v1/events/{id} /v1/ledger/transactions/{id}
                     /v1/api_keys/{id})) {
        my ($o) = grep { $_->{path} eq $path && $_->{method} eq 'GET' } @operations;
        documented($o->{id}, api('GET', $path =~ s/\{id\}/pay_01JC000000E00800000000000A/r), 404,
                   'resource_not_found');
    }
    documented('getMerchant', api('GET', '/v1/merchants/mer_01JC000000E0080000000000ZZ', undef, key => $admin), 404,
               'resource_not_found');
    documented('getIdempotencyKey', api('GET', '/v1/idempotency_keys/never-used'), 404, 'resource_not_found');
    documented('getPayment', api('GET', '/v1/payments/' . payment(), undef, 'If-None-Match' => '"1"'), 304);
}

# payments that are not wanted
{
    my $make = sub { my ($code, $status, %body) = @_;
        documented('createPayment', post('/v1/payments', { amount => 1000, %card, %body }), $status, $code) };
    $make->('invalid_currency', 422, currency => 'XXX');
    $make->('amount_too_small', 422, amount => 0);
    $make->('amount_too_large', 422, amount => 1_000_000_000_000);
    $make->('unknown_parameter', 422, nothing => 1);
    $make->('unknown_payment_token', 422, payment_method => { token => 'tok_none' });
    $make->('card_declined', 402, payment_method => { token => 'tok_declined' });
    my $reference = 'order-' . uuid();
    payment(reference => $reference);
    $make->('reference_already_used', 409, reference => $reference);
    documented('createPayment', post('/v1/payments', { amount => 1, %card }, 'Idempotency-Key' => undef), 400,
               'idempotency_key_required');
    my $key = uuid();
    post('/v1/payments', { amount => 1, %card }, 'Idempotency-Key' => $key);
    documented('createPayment', post('/v1/payments', { amount => 1, %card }, 'Idempotency-Key' => $key), 201);
    documented('createPayment', post('/v1/payments', { amount => 2, %card }, 'Idempotency-Key' => $key), 422,
               'idempotency_key_reused');
    my $burnt = uuid();
    post("/v1/idempotency_keys/$burnt/cancel", {});
    documented('createPayment', post('/v1/payments', { amount => 1, %card }, 'Idempotency-Key' => $burnt), 409,
               'idempotency_key_canceled');
    documented('createPayment', post('/v1/payments', { amount => 1, currency => 'EUR',
               payment_method => { token => 'tok_pending' } }), 202);
    my $slow = uuid();
    my %slow = (amount => 1, currency => 'EUR', payment_method => { token => 'tok_slow_4000' });
    # two at once, of which neither waits: whichever is first is executed
    my @both = map { later(text('POST', '/v1/payments', \%slow, 'Idempotency-Key' => $slow,
                                Prefer => 'wait=0')) } 1, 2;
    my ($made, $answer) = sort { $a->{status} <=> $b->{status} } map { collect($_) } @both;
    is($made->{status}, 201, 'one of two at once is executed');
    $answer->{json} = decode_json($answer->{body});
    documented('createPayment', $answer, 409, 'idempotency_key_in_use');
}

# states
{
    my $refused = sub { my ($id, $payment, $action, $body, $status, $code, %header) = @_;
        documented($id, post("/v1/payments/$payment/$action", $body, %header), $status, $code) };
    my $manual = payment(capture_method => 'manual');
    $refused->('capturePayment', $manual, 'capture', { amount => 2000 }, 422, 'capture_amount_exceeds_capturable');
    $refused->('createRefund', $manual, 'refunds', {}, 409, 'payment_not_captured');
    $refused->('capturePayment', $manual, 'capture', {}, 412, 'version_mismatch', 'If-Match' => '"9"');
    $refused->('cancelPayment', $manual, 'cancel', {}, 200, undef);
    $refused->('capturePayment', $manual, 'capture', {}, 409, 'payment_canceled');
    my $done = payment();
    $refused->('capturePayment', $done, 'capture', {}, 409, 'payment_already_captured');
    $refused->('createRefund', $done, 'refunds', { amount => 2000 }, 422, 'refund_amount_exceeds_refundable');
    $refused->('createRefund', $done, 'refunds', { currency => 'USD' }, 422, 'currency_mismatch');
    my $waiting = payment(payment_method => { token => 'tok_timeout' });
    $refused->('capturePayment', $waiting, 'capture', {}, 409, 'payment_processing');
    my $acting = payment(payment_method => { token => 'tok_3ds' });
    $refused->('capturePayment', $acting, 'capture', {}, 409, 'payment_requires_action');
    my $expired = payment(capture_method => 'manual');
    post("/v1/test_helpers/payments/$expired/expire", {});
    $refused->('capturePayment', $expired, 'capture', {}, 409, 'authorization_expired');
    my $declined = post('/v1/payments', { amount => 1, currency => 'EUR',
                        payment_method => { token => 'tok_declined' } })->{json}{payment_id};
    $refused->('capturePayment', $declined, 'capture', {}, 409, 'payment_failed');

    # somebody else has it
    my $busy = payment(capture_method => 'manual');
    my $lock = hold("SELECT FROM pay.payments
                      WHERE pay.id_text('pay_', payment_id) = '$busy' FOR UPDATE");
    $refused->('capturePayment', $busy, 'capture', {}, 409, 'resource_busy', Prefer => 'wait=1');
    $lock->release;
}

documented('createPayment', api('POST', '/v1/payments', { amount => 1, %card }, key => $ENV{PAYMENTS_KEY_A_LIVE}),
           503, 'processor_unavailable');

# no primary
{
    devstack('stop', 'primary');
    my $answer;
    wait_until(20, sub { $answer = post('/v1/payments', { amount => 1, %card }); $answer->{status} == 503 });
    documented('createPayment', $answer, 503, 'database_unavailable');
    documented('readyz', api('GET', '/readyz'), 503);
    devstack('start', 'primary');
    ok(wait_until(30, sub { post('/v1/payments', { amount => 1, %card })->{status} == 201 }), 'it is back');
}

# a name that no operation has, and a method
{
    local $Load::port = $direct;
    is(api('GET', '/v1/nothing')->{json}{code}, 'route_not_found', 'route_not_found');
    is(api('PATCH', '/v1/payments', {})->{json}{code}, 'method_not_allowed', 'method_not_allowed');
    $answers{$_}++ for qw(route_not_found method_not_allowed);
    my $long = request("GET /v1/payments?customer=" . 'x' x 20000 . " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    is(decode_json($long->{body})->{code}, 'uri_too_long', 'uri_too_long');
    my $header = request("GET /v1/payments HTTP/1.1\r\nHost: localhost\r\nX: " . 'x' x 40000 . "\r\n\r\n");
    is(decode_json($header->{body})->{code}, 'request_header_fields_too_large', 'request_header_fields_too_large');
    my $bad = request("GET /v1/payments HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n");
    is(decode_json($bad->{body})->{code}, 'invalid_header', 'invalid_header');
    $answers{$_}++ for qw(uri_too_long request_header_fields_too_large invalid_header);
}
stop($pid);

my %elsewhere = (
    invalid_webhook_url => 't/58-webhooks.t',
    too_many_webhook_endpoints => 't/58-webhooks.t',
    rate_limited     => 't/45-limits.t',
    forbidden        => "nginx's own, of a location with deny",
    request_timeout  => 'nginx sends none',
    length_required  => "nginx's own",
    internal_error   => 't/23-outcomes.t',
    not_implemented  => "nginx's own, and t/44-keys.t without a secret",
    bad_gateway      => "nginx's own, of a location that passes requests on",
    gateway_timeout  => 'likewise',
    overloaded       => 't/23-outcomes.t',
    outcome_unknown  => 't/23-outcomes.t',
    capture_declined => 't/57-live-changes.t',
);
for my $code (@{ $document->{components}{schemas}{Problem}{properties}{code}{enum} }) {
    note "$code: not here, $elsewhere{$code}" if $elsewhere{$code} && !$answers{$code};
    ok($answers{$code} || $elsewhere{$code}, "$code was seen, or is tested elsewhere");
}

done_testing();

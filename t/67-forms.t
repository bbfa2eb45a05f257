# What clients send in the forms of their languages: times, tags, codings, nulls, names
# of parameters; and how what is wrong with one is reported.

use strict;
use warnings;

use lib 't/lib';
use Compress::Zlib ();
use JSON::PP;
use Load qw(api request uuid merchant invariants);
use Test::More;

my ($key) = merchant(qw(payments:read payments:write refunds:read refunds:write balances:read
    ledger:read events:read idempotency:read keys:write webhooks:read webhooks:write admin));

sub get { my ($path) = @_; return api('GET', $path, undef, key => $key) }

sub send_to {
    my ($method, $path, $body, %header) = @_;
    return api($method, $path, $body, key => $key, 'Idempotency-Key' => uuid(), %header);
}

# bytes as they are
sub raw {
    my ($method, $path, $body, %header) = @_;
    %header = (Authorization => "Bearer $key", 'Content-Type' => 'application/json', 'Idempotency-Key' => uuid(), %header);
    my $head = join '', map { defined $header{$_} ? "$_: $header{$_}\r\n" : '' } sort keys %header;
    my $answer = request("$method $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${head}Content-Length: "
                         . length($body) . "\r\n\r\n$body");
    $answer->{json} = eval { decode_json($answer->{body}) } || {};
    return $answer;
}

sub pay {
    return send_to('POST', '/v1/payments', { amount => 1000, currency => 'EUR',
                                             payment_method => { token => 'tok_visa' }, @_ });
}

# a refusal says where, and what is allowed
sub refused {
    my ($answer, $place, $code, $name) = @_;
    my $error = ($answer->{json}{errors} || [])->[0] || {};
    my $found = defined $error->{pointer} ? $error->{pointer} : $error->{parameter};
    is(join(' ', $answer->{status}, $found // 'no errors', $error->{code} // ''),
       join(' ', ($place =~ m{^/} ? 422 : 400), $place, $code), $name);
    cmp_ok(length($error->{detail} // ''), '>', 5, '... and why');
    return $error->{detail} // '';
}

my $first = pay()->{json};
my $id = $first->{id};

# times: as seven languages write them, wherever a time may stand --------------------------------

my %times = (
    'Python isoformat'        => '2026-11-30T09:35:06.319776+00:00',
    'Java Instant'            => '2026-11-30T09:35:06.319776839Z',
    'Go RFC3339Nano'          => '2026-11-30T09:35:06.319776839+01:00',
    '.NET "o"'                => '2026-11-30T09:35:06.3197768Z',
    'JavaScript toISOString'  => '2026-11-30T09:35:06.319Z',
    'Ruby iso8601'            => '2026-11-30T09:35:06-05:00',
    'PHP DATE_ATOM'           => '2026-11-30T09:35:06+05:30',
    'the zero of Go and .NET' => '0001-01-01T00:00:00Z',
    'before 1970'             => '1969-07-20T20:17:40Z',
    'a leap second'           => '2016-12-31T23:59:60Z',
    'the last one'            => '9999-12-31T23:59:59.9999999Z',
    'forty digits'            => '2026-11-30T09:35:06.' . '1234567890' x 4 . 'Z',
);
for my $path (qw(payments refunds ledger/transactions events api_keys merchants)) {
    my %n;
    for my $bound (qw(gte gt lte lt)) {
        for my $language (sort keys %times) {
            my $time = $times{$language} =~ s/\+/%2B/r;
            my $answer = get("/v1/$path?created_at[$bound]=$time&limit=1");
            $n{"$bound, $language: $answer->{status}"}++ if $answer->{status} != 200;
        }
    }
    is(join("\n", sort keys %n), '', "created_at of $path takes all of them");
    like(refused(get("/v1/$path?created_at[gte]=2026-11-30T09:35:06+01:00"), 'created_at[gte]', 'format',
                 '... and says what a bare + is'), qr/%2B/, '... by its name');
    refused(get("/v1/$path?created_at[lt]=yesterday"), 'created_at[lt]', 'format', '... and what is no time');
}
for my $language (sort keys %times) {
    my $answer = send_to('POST', '/v1/api_keys', { name => 'x', scopes => ['payments:read'], expires_at => $times{$language} });
    if ($times{$language} =~ /^(?:0001|19|2016|2026-11-30T0)/) {
        like(refused($answer, '/expires_at', 'minimum', "expires_at, $language: over"), qr/passed/, '...');
    } else {
        is($answer->{status}, 201, "expires_at, $language");
    }
}

# what is behind the microseconds counts
{
    my ($stamp) = $first->{created_at} =~ /^(.*)Z$/;
    my $within = sub { my ($bound, $time) = @_;
                       return scalar grep { $_->{id} eq $id } @{ get("/v1/payments?created_at[$bound]=$time&limit=100")->{json}{data} } };
    is(join(' ', map { $within->($_, "${stamp}Z") } qw(gte gt lte lt)), '1 0 1 0', 'the very microsecond');
    is(join(' ', map { $within->($_, "${stamp}000Z") } qw(gte gt lte lt)), '1 0 1 0', '... with zeros behind it');
    is(join(' ', map { $within->($_, "${stamp}001Z") } qw(gte gt lte lt)), '0 0 1 1', '... and a nanosecond later');
}

# entity tags ---------------------------------------------------------------------------------------

for ([1, 'bare'], ['', 'empty'], ['"1', 'half'], ['1"', 'the other half'], ['w/"1"', 'w'], ['"1" "2"', 'no comma'],
     ['*, "1"', 'any and one']) {
    my ($tag, $name) = @$_;
    my $answer = send_to('PATCH', "/v1/payments/$id", { description => 'x' }, 'If-Match' => $tag);
    is("$answer->{status} $answer->{json}{code}", '400 invalid_header', "If-Match, $name");
    like($answer->{json}{detail}, qr/"3"/, '... with the form');
}
is(get("/v1/payments/$id")->{json}{version}, 1, 'nothing has changed');
for (['"a,b"', 412], [', ,"77" ,', 412], ['"01"', 412], ['"7"', 412], ['W/"7", "8"', 412], ['"x"', 412], ['"1"', 200], ['W/"2"', 200], ['"9", W/"3"', 200], ['*', 200]) {
    my ($tag, $status) = @$_;
    my $answer = send_to('PATCH', "/v1/payments/$id", { description => uuid() }, 'If-Match' => $tag);
    is($answer->{status}, $status, "If-Match: $tag");
}

{
    my $answer = raw('POST', '/v1/payments', "\xef\xbb\xbf{}");
    is("$answer->{status} $answer->{json}{code}", '400 invalid_json', 'a byte order mark');
    like($answer->{json}{detail}, qr/byte order mark/, '... by its name');
}

# characters that nobody sees: what libraries for Arabic and Hebrew put around a value stays ----------

{
    my ($text, $note) = ("\x{2068}42 \x{202b}\x{5e9}\x{202c}\x{2069}\x{a0}\x{2028}\t\n", "\x{85}\x{202e}");
    my $made = pay(description => $text, customer => "\x{e9}\x{a0}\x{5e9}", metadata => { note => $note });
    is($made->{status}, 201, 'isolates, embeddings, spaces of all kinds');
    is(get("/v1/payments/$made->{json}{id}")->{json}{description}, $text, '... come back as they were');
    is($made->{json}{metadata}{note}, $note, 'metadata are kept as they come');
    refused(send_to('PATCH', "/v1/payments/$made->{json}{id}", { description => "a\x{202e}b" }), '/description', 'pattern',
            'an override in a change');
}

# what only a later capture gives a meaning ---------------------------------------------------------

{
    my $answer = pay(authorization_expires_in => 3600, expiry_action => 'capture');
    refused($answer, '/authorization_expires_in', 'not_applicable', 'an expiry of what is captured at once');
    is(join(' ', map { $_->{pointer} } @{ $answer->{json}{errors} }), '/authorization_expires_in /expiry_action',
       '... each member that has no meaning');
    like($answer->{json}{errors}[1]{detail}, qr/capture_method manual/, '... and what it goes with');
    is(pay(authorization_expires_in => undef, expiry_action => undef)->{status}, 201, '... null says nothing');
    is(pay(authorization_expires_in => 3600, expiry_action => 'capture', capture_method => 'manual')->{json}{status},
       'authorized', '... and manual takes both');
}

# codings and types -----------------------------------------------------------------------------------

{
    my $text = '{"amount":700,"currency":"EUR","payment_method":{"token":"tok_visa"}}';
    my $name = uuid();
    my $answer = raw('POST', '/v1/payments', Compress::Zlib::memGzip($text), 'Content-Encoding' => 'gzip', 'Idempotency-Key' => $name);
    is("$answer->{status} $answer->{json}{amount}", '201 700', 'a body as gzip');
    like(raw('POST', '/v1/payments', $text, 'Idempotency-Key' => $name)->{head}, qr/^Idempotent-Replayed: true/m,
         '... is the same request as without');
    is(raw('POST', '/v1/payments', Compress::Zlib::memGzip($text), 'Content-Encoding' => 'X-GZIP')->{status}, 201, 'x-gzip');
    is(raw('POST', '/v1/payments', $text, 'Content-Encoding' => 'identity')->{status}, 201, 'identity');
    for (['half of one', substr Compress::Zlib::memGzip($text), 0, 30], ['none', $text],
         ['with something behind it', Compress::Zlib::memGzip($text) . 'x'],
         ['with half of one behind it', Compress::Zlib::memGzip($text) . substr Compress::Zlib::memGzip(' '), 0, 15]) {
        my $refused = raw('POST', '/v1/payments', $_->[1], 'Content-Encoding' => 'gzip');
        is("$refused->{status} $refused->{json}{code}", '400 invalid_json', "gzip, $_->[0]");
    }
    is(raw('POST', '/v1/payments', Compress::Zlib::memGzip('') . Compress::Zlib::memGzip(substr $text, 0, 9)
           . Compress::Zlib::memGzip(substr $text, 9), 'Content-Encoding' => 'gzip')->{status}, 201, 'gzip of several members');
    my $bomb = Compress::Zlib::memGzip('{"description":"' . 'x' x 10_000_000 . '"}');
    is(raw('POST', '/v1/payments', $bomb, 'Content-Encoding' => 'gzip')->{status}, 413, 'ten MB in ' . length($bomb) . ' bytes');
    is(raw('POST', '/v1/payments', Compress::Zlib::memGzip('{"description":"4242424242424242"}'),
           'Content-Encoding' => 'gzip')->{json}{code}, 'card_number_not_allowed', 'a card in gzip');
    for my $coding ('br', 'deflate', 'gzip, gzip') {
        my $refused = raw('POST', '/v1/payments', $text, 'Content-Encoding' => $coding);
        is($refused->{status}, 415, "Content-Encoding: $coding");
        like($refused->{head}, qr/^Accept-Encoding: gzip, identity\r?$/m, '... with what is taken');
        like($refused->{json}{detail}, qr/Content-Encoding/, '... by its name');
    }

    my $merged = raw('PATCH', "/v1/payments/$id", '{"metadata":{"a":"1"}}', 'Content-Type' => 'application/merge-patch+json');
    is("$merged->{status} $merged->{json}{metadata}{a}", '200 1', 'a PATCH that says what it is');
    my $refused = raw('PATCH', "/v1/payments/$id", '[]', 'Content-Type' => 'application/json-patch+json');
    is($refused->{status}, 415, '... and one of another kind');
    like($refused->{head}, qr{^Accept-Patch: application/json, application/merge-patch\+json\r?$}m, '... with what is taken');
    is(raw('POST', '/v1/payments', $text, 'Content-Type' => 'application/merge-patch+json')->{status}, 415, 'for a PATCH alone');
    like(raw('OPTIONS', "/v1/payments/$id", '')->{head}, qr/^Accept-Patch: /m, 'OPTIONS says it too');
}

# null is the same as nothing ----------------------------------------------------------------------------

{
    my $document = get('/openapi.json')->{json};
    my %bodies = (
        '/v1/payments' => { amount => 5, currency => 'EUR', payment_method => { token => 'tok_visa' } },
        '/v1/api_keys' => { name => 'x', scopes => ['payments:read'] },
        '/v1/merchants' => { name => 'x' },
        '/v1/webhook_endpoints' => { url => 'https://shop.example.com/', enabled_events => ['*'] },
    );
    my ($asked, %wrong) = (0);
    for my $template (sort keys %{ $document->{paths} }) {
        for my $method (qw(post patch)) {
            my $operation = $document->{paths}{$template}{$method} or next;
            my $schema = $operation->{requestBody} or next;
            ($schema) = $schema->{content}{'application/json'}{schema}{'$ref'} =~ m{([^/]+)$};
            $schema = $document->{components}{schemas}{$schema};
            my %required = map { $_ => 1 } @{ $schema->{required} || [] };
            for my $member (sort keys %{ $schema->{properties} }) {
                next if $required{$member};
                my $target = $template =~ m{/payments/\{} ? pay(capture_method => 'manual')->{json}{id} : 'none';
                my $answer = send_to(uc $method, $template =~ s/\{[^}]+\}/$target/r,
                                     { %{ $bodies{$template} || {} }, $member => undef });
                $asked++;
                $wrong{"$method $template $member: $answer->{status} $answer->{json}{code}"}++
                    if $answer->{status} =~ /^4(?:00|22)$/;
            }
        }
    }
    cmp_ok($asked, '>', 20, "$asked optional members");
    is(join("\n", sort keys %wrong), '', '... may be null');
    my $patched = send_to('PATCH', "/v1/payments/$id", { description => undef, metadata => { a => undef } });
    is($patched->{json}{metadata}{a}, undef, 'null of metadata deletes');
    isnt($patched->{json}{description}, undef, '... and of another member leaves it');
}

# parameters ----------------------------------------------------------------------------------------------

{
    my @made = map { pay(amount => $_, metadata => { order => "o-$_", shop => 'north' }, customer => "c-$_")->{json}{id} } 101 .. 105;
    pay(amount => 104, customer => '', capture_method => 'manual');
    my $amounts = sub { my $answer = get("/v1/payments?$_[0]&order=asc&limit=100");
                        return $answer->{status} == 200 ? join(' ', map { $_->{amount} } @{ $answer->{json}{data} })
                                                        : $answer->{body} };
    is($amounts->('amount[gt]=101&amount[lt]=104'), '102 103', 'amount[gt], amount[lt]');
    is($amounts->('amount[gte]=101&amount[lte]=102'), '101 102', 'amount[gte], amount[lte]');
    is($amounts->('metadata[order]=o-103'), '103', 'metadata[order]');
    is($amounts->('metadata%5Border%5D=o-103&metadata[shop]=north'), '103', 'two pairs');
    is($amounts->('metadata[order]=o-103&metadata[shop]=south'), '', '... of which one is not there');
    is($amounts->('customer='), '104', 'a customer without a name');
    is($amounts->('status=authorized,failed&amount[lte]=200'), '104', 'status=a,b');
    is($amounts->('status[]=authorized&status[]=failed&amount[lte]=200'), '104', 'status[]=a&status[]=b');
    is($amounts->('status=authorized&status=failed&amount[lte]=200'), '104', 'status=a&status=b');
    ok(get("/v1/payments/$id?expand[]=refunds&expand[]=captures")->{json}{captures}, 'expand[]=');

    send_to('POST', "/v1/payments/$made[0]/refunds", { amount => 1 });
    is(join(' ', sort map { $_->{kind} } @{ get("/v1/ledger/transactions?payment=$made[0]")->{json}{data} }),
       'capture refund refund_succeeded', 'ledger transactions of a payment');
    is(scalar(@{ get("/v1/ledger/transactions?payment=$made[0]&order=asc")->{json}{data} }), 3, '... ascending');

    my $events = sub { join ' ', map { $_->{type} } @{ get("/v1/events?$_[0]&limit=100")->{json}{data} } };
    is($events->("object_id=$made[1]"), 'payment.captured', 'events of an object');
    is($events->("object_id=$made[1]&types=refund.*"), '', '... of a type that it has not');
    my $created = get("/v1/payments/$made[2]")->{json}{created_at};
    is(scalar(split ' ', $events->("after=0&created_at[lt]=2020-01-01T00:00:00Z")), 0, 'events before a time');
    cmp_ok(scalar(my @later = split ' ', $events->("created_at[gte]=$created")), '>=', 3, '... and since one');

    for (['types=payment.capture', 'types', 'enum'], ['types=payments.*', 'types', 'enum'], ['types=payment', 'types', 'enum'],
         ['types=', 'types', 'enum'], ['types=payment.captured,', 'types', 'enum'], ['types=payment.%5C', 'types', 'enum'],
         ['types=pay*ment', 'types', 'enum'], ['object_id=x', 'object_id', 'format'], ['after=x', 'after', 'type'],
         ['after=0&order=desc', 'order', 'conflict']) {
        refused(get("/v1/events?$_->[0]"), @$_[1, 2], "events?$_->[0]");
    }
    is(get("/v1/events?types=$_")->{status}, 200, "events?types=$_")
        for '*', 'payment.*', 'refund.created,dispute.*', 'payment.updated', 'p*';
    for (['status=capture', 'status', 'enum'], ['status=captured,x', 'status', 'enum'], ['currency=XXX', 'currency', 'currency'],
         ['limit=0', 'limit', 'type'], ['order=up', 'order', 'enum'], ['amount[gte]=1e3', 'amount[gte]', 'type'],
         ['customer=' . 'x' x 65, 'customer', 'max_length'], ['nosuch=1', 'nosuch', 'unknown'],
         ['reference=a&reference=b', 'reference', 'max_items'], ['metadata=x', 'metadata', 'unknown'],
         ['metadata[' . 'k' x 41 . ']=x', 'metadata[' . 'k' x 41 . ']', 'format']) {
        refused(get("/v1/payments?$_->[0]"), @$_[1, 2], "payments?$_->[0]");
    }
    my $card = get('/v1/payments?customer=4242424242424242');
    is($card->{json}{code}, 'card_number_not_allowed', 'a card');

    like(refused(send_to('POST', '/v1/payments', { amount => 5, currency => 'EUR', payment_method => { token => 'tok_visa' },
                         capture_method => 'later' }), '/capture_method', 'enum', 'a word that is none of some'), qr/automatic, manual/, '... which are named');
    my $dollars = send_to('POST', "/v1/payments/$made[1]/refunds", { amount => 1, currency => 'USD' });
    is("$dollars->{json}{code} $dollars->{json}{errors}[0]{pointer}", 'currency_mismatch /currency', 'another currency');

    # of a body, found out inside the database
    my $full = pay(metadata => { map { ("k$_" => 'x') } 1 .. 50 })->{json}{id};
    refused(send_to('PATCH', "/v1/payments/$full", { metadata => { k51 => 'x' } }), '/metadata', 'max_properties', 'a 51st pair');
    my $swapped = send_to('PATCH', "/v1/payments/$full", { metadata => { (map { ("k$_" => undef) } 1 .. 49), map { ("n$_" => 'x') } 1 .. 49 } });
    is($swapped->{status}, 200, '49 of 50 pairs for 49 others');
    my $revoked = send_to('POST', '/v1/api_keys', { name => 'x', scopes => ['payments:read'] })->{json}{id};
    send_to('DELETE', "/v1/api_keys/$revoked");
    my $rotated = send_to('POST', "/v1/api_keys/$revoked/rotate", {});
    is("$rotated->{status} $rotated->{json}{errors}[0]{parameter}", '422 id', 'a revoked key is not rotated');
}

is(join("\n", invariants()), '', 'invariants');

done_testing();

# Bad input: each case with its exact status, code and pointer.  Nothing here
# may reach the database, and no answer may show what was refused.

use lib 't/lib';
use Payments 'no_plan';

my $good = '"amount":100,"currency":"EUR","payment_method":{"token":"tok_visa"}';

sub amount { "{\"amount\":$_[0],\"currency\":\"EUR\",\"payment_method\":{\"token\":\"tok_visa\"}}" }
sub with { "{$good,$_[0]}" }
sub character { my $c = chr $_[0]; utf8::encode($c); return $c }

# [name, body, status, code, pointer]
our @bodies = (
    ['no body', '', 400, 'invalid_json'],
    ['not JSON', '{', 400, 'invalid_json'],
    ['text after it', "{$good} x", 400, 'invalid_json'],
    ['not an object', '[]', 422, 'validation_failed', ''],
    ['a number', '1', 422, 'validation_failed', ''],
    ['duplicate member', "{$good,\"amount\":1}", 400, 'duplicate_json_member', '/amount'],
    ['duplicate by escape', "{$good,\"\\u0061mount\":1}", 400, 'duplicate_json_member', '/amount'],
    ['duplicate inside', with('"metadata":{"a":"1","a":"2"}'), 400, 'duplicate_json_member', '/metadata/a'],
    ['duplicate in an array', with('"x":[[],{},{"a/b":{},"b":1,"b":2}]'), 400, 'duplicate_json_member', '/x/2/b'],
    ['duplicate card number', with('"4242424242424242":1,"4242424242424242":2'), 400, 'duplicate_json_member', ''],
    ['depth 17', with('"x":' . ('[' x 16) . (']' x 16)), 400, 'invalid_json'],
    ['depth 16', with('"x":' . ('[' x 15) . (']' x 15)), 422, 'unknown_parameter', '/x'],
    ['NUL', with("\"description\":\"a\0b\""), 400, 'invalid_json'],
    ['NUL by escape', with('"description":"a\u0000b"'), 400, 'invalid_json'],
    ['invalid UTF-8', with("\"description\":\"\xff\""), 400, 'invalid_json'],
    ['overlong UTF-8', with("\"description\":\"\xc0\xaf\""), 400, 'invalid_json'],
    ['surrogate in UTF-8', with("\"description\":\"\xed\xa0\x80\""), 400, 'invalid_json'],
    ['half a surrogate pair', with('"description":"\ud800"'), 400, 'invalid_json'],
    ['leading zero', amount('01'), 400, 'invalid_json'],
    ['comma at the end', "{$good,}", 400, 'invalid_json'],
    ['1e3', amount('1e3'), 422, 'validation_failed', '/amount'],
    ['10.0', amount('10.0'), 422, 'validation_failed', '/amount'],
    ['a string', amount('"10"'), 422, 'validation_failed', '/amount'],
    ['-0', amount('-0'), 422, 'validation_failed', '/amount'],
    ['null', amount('null'), 422, 'validation_failed', '/amount'],
    ['true', amount('true'), 422, 'validation_failed', '/amount'],
    ['0', amount('0'), 422, 'amount_too_small', '/amount'],
    ['-1', amount('-1'), 422, 'amount_too_small', '/amount'],
    ['10^12', amount('1000000000000'), 422, 'amount_too_large', '/amount'],
    ['2^53+1', amount('9007199254740993'), 422, 'amount_too_large', '/amount'],
    ['2^63', amount('9223372036854775808'), 422, 'amount_too_large', '/amount'],
    ['a hundred digits', amount('9' x 100), 422, 'amount_too_large', '/amount'],
    ['ZZZ', '{"amount":1,"currency":"ZZZ","payment_method":{"token":"tok_visa"}}', 422, 'invalid_currency', '/currency'],
    ['XAU', '{"amount":1,"currency":"XAU","payment_method":{"token":"tok_visa"}}', 422, 'invalid_currency', '/currency'],
    ['a test code', '{"amount":1,"currency":"XTS","payment_method":{"token":"tok_visa"}}', 422, 'invalid_currency', '/currency'],
    ['no currency', '{"amount":1,"payment_method":{"token":"tok_visa"}}', 422, 'validation_failed', '/currency'],
    ['no token', '{"amount":1,"currency":"EUR","payment_method":{}}', 422, 'validation_failed', '/payment_method/token'],
    ['unknown token', '{"amount":1,"currency":"EUR","payment_method":{"token":"tok_nosuch"}}', 422, 'unknown_payment_token', '/payment_method/token'],
    ['slow beyond its limit', '{"amount":1,"currency":"EUR","payment_method":{"token":"tok_slow_30001"}}', 422, 'unknown_payment_token', '/payment_method/token'],
    ['unknown member', with('"colour":"red"'), 422, 'unknown_parameter', '/colour'],
    ['its name escaped', with('"a/b~c":1'), 422, 'unknown_parameter', '/a~1b~0c'],
    ['unknown inside', '{"amount":1,"currency":"EUR","payment_method":{"token":"tok_visa","cvc":"1"}}', 422, 'unknown_parameter', '/payment_method/cvc'],
    ['two kinds of fault', '{"amount":0,"currency":"ZZZ","payment_method":{"token":"tok_visa"}}', 422, 'validation_failed', '/amount'],
    ['customer of 65', with('"customer":"' . ('x' x 65) . '"'), 422, 'validation_failed', '/customer'],
    ['reference with a space', with('"reference":"a b"'), 422, 'validation_failed', '/reference'],
    ['empty reference', with('"reference":""'), 422, 'validation_failed', '/reference'],
    (map { [$_->[0], with('"statement_descriptor":' . $_->[1]), 422, 'validation_failed', '/statement_descriptor'] }
         ['descriptor of 4', '"ACME"'], ['descriptor of digits', '"12345"'], ['descriptor with a line end', '"ACME\n1"'],
         ['descriptor with a terminal\'s commands', '"\u001b[31mACME"'], ['descriptor that turns round', '"ACME\u202e12"'],
         (map { ["descriptor with $_->[0]", qq{"ACME $_->[1]"}] } ['less', '<'], ['greater', '>'], ['backslash', '\\\\'],
             ['apostrophe', q{'}], ['quote', '\\"'], ['star', '*'], ['emoji', "\xf0\x9f\x98\x80"])),
    ['customer with a bell', with('"customer":"a\u0007"'), 422, 'validation_failed', '/customer'],
    ['description with a NUL\'s neighbour', with('"description":"a\u0001"'), 422, 'validation_failed', '/description'],
    (map { my ($member, @bad) = @$_;
           map { my $c = $_; ["$member with " . sprintf('U+%04X', $c), with(qq{"$member":"a} . character($c) . 'b"'), 422, 'validation_failed', "/$member"],
                 ["... by escape", with(qq{"$member":"a} . sprintf('\u%04x', $c) . 'b"'), 422, 'validation_failed', "/$member"] } @bad }
         ['customer', 0x7f, 0x80, 0x85, 0x9f, 0x202a, 0x202e, 0x2066, 0x2069], ['description', 0x7f, 0x80, 0x85, 0x9f, 0x202d, 0x202e]),
    ['descriptor of 23', with('"statement_descriptor":"' . ('x' x 23) . '"'), 422, 'validation_failed', '/statement_descriptor'],
    ['description of 501', with('"description":"' . ('x' x 501) . '"'), 422, 'validation_failed', '/description'],
    ['capture_method', with('"capture_method":"later"'), 422, 'validation_failed', '/capture_method'],
    ['expiry without an authorization', with('"authorization_expires_in":3600'), 422, 'validation_failed', '/authorization_expires_in'],
    ['what an expiry does, without one', with('"expiry_action":"cancel","capture_method":"automatic"'), 422, 'validation_failed', '/expiry_action'],
    ['both, and null', with('"expiry_action":"capture","authorization_expires_in":60,"capture_method":null'), 422, 'validation_failed', '/authorization_expires_in'],
    ['metadata of 51', with('"metadata":{' . join(',', map { "\"k$_\":\"v\"" } 1 .. 51) . '}'), 422, 'validation_failed', '/metadata'],
    ['metadata not text', with('"metadata":{"a":1}'), 422, 'validation_failed', '/metadata/a'],
    ['metadata value of 501', with('"metadata":{"a":"' . ('x' x 501) . '"}'), 422, 'validation_failed', '/metadata/a'],
    ['metadata name of 41', with('"metadata":{"' . ('x' x 41) . '":"v"}'), 422, 'validation_failed', '/metadata'],
    ['card in description', with('"description":"card 4242 4242-4242 4242"'), 422, 'card_number_not_allowed', '/description'],
    ['card by escapes', with('"description":"\u0034242424242424242"'), 422, 'card_number_not_allowed', '/description'],
    ['card in metadata', with('"metadata":{"note":"4242424242424242"}'), 422, 'card_number_not_allowed', '/metadata/note'],
    ['card beside a letter', with('"description":"visa4242-4242-4242-4242exp"'), 422, 'card_number_not_allowed', '/description'],
    ['card inside a word', with('"description":"x4242424242424242y"'), 422, 'card_number_not_allowed', '/description'],
    ['card as a name', with('"metadata":{"4242424242424242":"x"}'), 422, 'card_number_not_allowed', '/metadata'],
    ['card in reference', with('"reference":"4242424242424242"'), 422, 'card_number_not_allowed', '/reference'],
    ['card in what is unknown', with('"x":[["5555555555554444"]]'), 422, 'card_number_not_allowed', '/x/0/0'],
);

# [name, method and path, headers changed, status, code]
our @requests = (
    ['no key', 'POST /v1/payments', { 'Idempotency-Key' => undef }, 400, 'idempotency_key_required'],
    ['empty key', 'POST /v1/payments', { 'Idempotency-Key' => '' }, 400, 'invalid_idempotency_key'],
    ['empty quoted key', 'POST /v1/payments', { 'Idempotency-Key' => '""' }, 400, 'invalid_idempotency_key'],
    ['key of 256', 'POST /v1/payments', { 'Idempotency-Key' => 'k' x 256 }, 400, 'invalid_idempotency_key'],
    ['key with a space', 'POST /v1/payments', { 'Idempotency-Key' => 'a b' }, 400, 'invalid_idempotency_key'],
    ['key beyond ASCII', 'POST /v1/payments', { 'Idempotency-Key' => "a\xe9" }, 400, 'invalid_idempotency_key'],
    ['key twice', 'POST /v1/payments', { 'Idempotency-Key' => "a\nIdempotency-Key: b" }, 400, 'invalid_idempotency_key'],
    ['card as key', 'POST /v1/payments', { 'Idempotency-Key' => '4242-4242-4242-4242' }, 422, 'card_number_not_allowed'],
    ['no authorization', 'POST /v1/payments', { Authorization => undef }, 401, 'authentication_required'],
    ['another scheme', 'POST /v1/payments', { Authorization => 'Digest x' }, 401, 'invalid_api_key'],
    ['not a key', 'POST /v1/payments', { Authorization => 'Bearer sk_test_x' }, 401, 'invalid_api_key'],
    ['an unknown key', 'POST /v1/payments', { Authorization => 'Bearer ' . substr($ENV{PAYMENTS_KEY}, 0, -4) . '0000' }, 401, 'invalid_api_key'],
    ['test key sent as live', 'POST /v1/payments', { Authorization => 'Bearer ' . ($ENV{PAYMENTS_KEY} =~ s/_test_/_live_/r) }, 401, 'invalid_api_key'],
    ['read-only key', 'POST /v1/payments', { Authorization => "Bearer $ENV{PAYMENTS_KEY_A_READ}" }, 403, 'insufficient_scope'],
    ['key in the URL', "POST /v1/payments?api_key=$ENV{PAYMENTS_KEY}", {}, 400, 'credential_in_url'],
    ['encoded', 'GET /livez?k=' . ($ENV{PAYMENTS_KEY} =~ s/_/%5F/gr), {}, 400, 'credential_in_url'],
    ['in the path', "GET /v1/payments/$ENV{PAYMENTS_KEY}", {}, 400, 'credential_in_url'],
    ['unknown query parameter', 'POST /v1/payments?colour=red', {}, 400, 'invalid_query'],
    ['unknown path', 'POST /v1/nothing', {}, 404, 'route_not_found'],
    ['unknown path, no key', 'GET /v1/nothing', { Authorization => undef }, 404, 'route_not_found'],
    ['no such payment', 'GET /v1/payments/pay_00000000000000000000000000', {}, 404, 'resource_not_found'],
    ['not an id', 'GET /v1/payments/x', {}, 404, 'resource_not_found'],
    ['lower case id', 'GET /v1/payments/pay_0abcdefghjkmnpqrstvwxyz0123', {}, 404, 'resource_not_found'],
    ['wrong method', 'PUT /v1/payments', {}, 405, 'method_not_allowed'],
    ['wrong method', 'POST /livez', {}, 405, 'method_not_allowed'],
    ['no content type', 'POST /v1/payments', { 'Content-Type' => undef }, 415, 'unsupported_media_type'],
    ['a form', 'POST /v1/payments', { 'Content-Type' => 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['another charset', 'POST /v1/payments', { 'Content-Type' => 'application/json; charset=latin1' }, 415, 'unsupported_media_type'],
    ['XML wanted', 'POST /v1/payments', { Accept => 'text/xml' }, 406, 'not_acceptable'],
    ['JSON refused', 'POST /v1/payments', { Accept => 'application/json;q=0' }, 406, 'not_acceptable'],
    ['JSON refused, all else taken', 'POST /v1/payments', { Accept => 'application/json;q=0, */*' }, 406, 'not_acceptable'],
    ['a coding', 'POST /v1/payments', { 'Content-Encoding' => 'br' }, 415, 'unsupported_media_type'],
    ['card beside a letter as key', 'POST /v1/payments', { 'Idempotency-Key' => 'ord4242-4242-4242-4242' }, 422, 'card_number_not_allowed'],
    ['encoded in the path', 'GET /v1/' . ($ENV{PAYMENTS_KEY} =~ s/_/%5F/gr), {}, 400, 'credential_in_url'],
);

our $body = "{$good}";

# accepted, though they look odd
our @odd = (
    ['lower case currency', '{"amount":1,"currency":"usd","payment_method":{"token":"tok_visa"}}', {}],
    ['16 digits that fail Luhn', with('"description":"order 4242424242424241"'), {}],
    ['a UUID in hexadecimal', with('"description":"' . ('4242424242424242' x 2) . '"'), {}],
    ['a UUID with a card in it', with('"description":"pay_a1b2c3d4-0004-4242-8242-424242424242"'), {}],
    ['escaped currency', '{"amount":1,"currency":"\\u0045UR","payment_method":{"token":"tok_visa"}}', {}],
    ['empty texts', with('"customer":"","description":""'), {}],
    ['two Accepts', "{$good}", { Accept => "text/html\nAccept: application/json" }],
    ['a parameter named seq', "{$good}", { Accept => 'application/json;seq=0' }],
    ['parameters of the type', "{$good}", { 'Content-Type' => 'application/json; v=1; charset="utf-8"' }],
    ['nulls', with('"customer":null,"reference":null,"description":null,"statement_descriptor":null'), {}],
    ['charset', "{$good}", { 'Content-Type' => 'application/json; charset=UTF-8' }],
    ['Accept with a range', "{$good}", { Accept => 'text/html, application/*;q=0.5' }],
    ['key of 255', "{$good}", { 'Idempotency-Key' => join '', map { ('a' .. 'z')[rand 26] } 1 .. 255 }],
    ['metadata at its limits', with('"metadata":{' . join(',', map { sprintf '"%040d":"%s"', $_, "\xc3\xa9" x 500 } 1 .. 50) . '}'), {}],
);

no_shuffle();
run_tests();

__DATA__

=== TEST 1: bodies
--- request eval
[map { "POST /v1/payments\n$_->[1]" } @::bodies]
--- more_headers eval
[map { Payments::headers() . "\nContent-Length: " . length $_->[1] } @::bodies]
--- error_code eval
[map { $_->[2] } @::bodies]
--- response_body_like eval
[map { Payments::problem($_->[3], $_->[4]) } @::bodies]
--- response_headers eval
[map { "Content-Type: application/problem+json\nPayments-Should-Retry: false\n! Idempotent-Replayed" } @::bodies]
--- no_error_log
4242
5555
[crit]



=== TEST 2: headers, paths and methods
--- request eval
[map { "$_->[1]\n" . ($_->[1] =~ /^GET/ ? '' : $::body) } @::requests]
--- more_headers eval
[map { Payments::headers(%{ $_->[2] }) } @::requests]
--- error_code eval
[map { $_->[3] } @::requests]
--- response_body_like eval
[map { Payments::problem($_->[4]) } @::requests]
--- response_headers eval
[map { my $c = $_->[3]; "Content-Type: application/problem+json\n" . ($c == 401 ? 'WWW-Authenticate: Bearer' : $c == 405 ? 'Allow: ' . ($_->[1] =~ /livez/ ? 'GET, HEAD, OPTIONS' : 'GET, HEAD, POST, OPTIONS') : $_->[0] eq 'no key' ? 'Link: </docs/errors/idempotency_key_required>; rel="describedby"' : 'Payments-Should-Retry: false') } @::requests]
--- no_error_log
4242
_test_0
--- no_access_log
_test_0



=== TEST 3: odd, but right
--- request eval
[map { "POST /v1/payments\n$_->[1]" } @::odd]
--- more_headers eval
[map { Payments::headers(%{ $_->[2] }) } @::odd]
--- error_code eval
[map { 201 } @::odd]
--- response_body_like eval
[map { qr/"status":"captured"/ } @::odd]



=== TEST 4: OPTIONS, and HEAD of what does not exist
--- request eval
['OPTIONS /v1/payments', 'OPTIONS /v1/payments/pay_00000000000000000000000000', 'HEAD /v1/payments/x', 'OPTIONS /nothing']
--- more_headers eval
['', '', Payments::headers(), '']
--- error_code eval
[204, 204, 404, 404]
--- response_headers eval
['Allow: GET, HEAD, POST, OPTIONS', 'Allow: GET, HEAD, PATCH, OPTIONS', 'Content-Type: application/problem+json', 'Content-Type: application/problem+json']
--- response_body_like eval
[qr/^$/, qr/^$/, qr/^$/, qr/route_not_found/]



=== TEST 5: a body of 65537 bytes
--- request eval
"POST /v1/payments\n" . ('x' x 65537)
--- more_headers eval
Payments::headers()
--- error_code: 413
--- response_body_like eval
Payments::problem('content_too_large')



=== TEST 6: chunked, and too large only at its end
--- request eval
["POST /v1/payments\n" . join('', map { sprintf "%x\r\n%s\r\n", length $_, $_ } '{"amount":1,"currency":', '"EUR","payment_method":{"token":"tok_visa"}}') . "0\r\n\r\n",
 "POST /v1/payments\n" . join('', map { sprintf "%x\r\n%s\r\n", length $_, $_ } ('x' x 40000), ('x' x 40000)) . "0\r\n\r\n"]
--- more_headers eval
[Payments::headers() . "\nTransfer-Encoding: chunked", Payments::headers() . "\nTransfer-Encoding: chunked"]
--- error_code eval
[201, 413]
--- response_body_like eval
[qr/"captured"/, Payments::problem('content_too_large')]



=== TEST 7: in several buffers and in a file
--- config
    payments on;
    client_body_buffer_size 1k;
    location /v1 { client_body_in_file_only clean; }
    location /other { client_body_in_single_buffer off; }
--- request eval
["POST /v1/payments\n{\"amount\":1,\"currency\":\"EUR\",\"payment_method\":{\"token\":\"tok_visa\"},\"metadata\":{" . join(',', map { "\"k$_\":\"" . ('v' x 400) . '"' } 1 .. 50) . '}}']
--- more_headers eval
[Payments::headers()]
--- error_code eval
[201]
--- response_body_like eval
[qr/"k50":"v{400}"/]



=== TEST 8: packets that part the body anywhere
--- request eval
[["POST /v1/payments\n{\"amount\":1,\"curr", { value => "ency\":\"EUR\",\"payment_method\":{\"token\":", delay_before => 0.05 }, { value => "\"tok_visa\"}}", delay_before => 0.05 }]]
--- more_headers eval
Payments::headers()
--- error_code: 201
--- response_body_like: "captured"

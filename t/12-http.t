# What nginx itself answers, and how a connection goes on after a refusal

use lib 't/lib';
use Payments 'no_plan';

no_shuffle();
run_tests();

__DATA__

=== TEST 1: a malformed request line
--- raw_request eval
"BREW\r\n\r\n"
--- error_code: 400
--- response_body_like eval
Payments::problem('invalid_header')
--- response_headers_like
Content-Type: application/problem\+json
Request-Id: req_[0-9A-Z]{26}
Payments-Version: 2026-11-01
Cache-Control: no-store
Payments-Should-Retry: false



=== TEST 2: no Host
--- raw_request eval
"GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n"
--- error_code: 400
--- response_body_like eval
Payments::problem('invalid_header')



=== TEST 3: a header line that is too long
--- request
GET /livez
--- more_headers eval
'X-Long: ' . ('x' x 40000)
--- error_code: 431
--- response_body_like eval
Payments::problem('request_header_fields_too_large')



=== TEST 4: a URI that is too long
--- request eval
'GET /' . ('x' x 40000)
--- error_code: 414
--- response_body_like eval
Payments::problem('uri_too_long')



=== TEST 5: more than client_max_body_size
--- config
    payments on;
    location /v1 { client_max_body_size 1k; }
--- request eval
"POST /v1/payments\n" . ('x' x 2000)
--- more_headers eval
Payments::headers()
--- error_code: 413
--- response_body_like eval
Payments::problem('content_too_large')



=== TEST 6: TRACE
--- request
TRACE /v1/payments
--- error_code: 405
--- response_body_like eval
Payments::problem('method_not_allowed')
--- response_headers
Allow: GET, HEAD, POST, OPTIONS



=== TEST 7: a rate limit of nginx
--- http_config
    limit_req_zone $server_name zone=one:1m rate=1r/m;
    limit_req_status 429;
--- config
    payments on;
    limit_req zone=one;
--- request eval
['GET /livez', 'GET /livez']
--- error_code eval
[200, 429]
--- response_body_like eval
[qr/ok/, Payments::problem('rate_limited')]
--- response_headers eval
['Content-Type: application/json', "Content-Type: application/problem+json\nRetry-After: 1\nPayments-Should-Retry: true"]



=== TEST 8: 500, 502, 503 and 504 of nginx
--- config
    payments on;
    location /500 { return 500; }
    location /502 { proxy_pass http://127.0.0.1:1; }
    location /503 { return 503; }
    location /504 { return 504; }
--- request eval
['GET /500', 'GET /502', 'GET /503', 'GET /504']
--- error_code eval
[500, 502, 503, 504]
--- response_body_like eval
[map { Payments::problem($_) } qw(internal_error bad_gateway overloaded gateway_timeout)]



=== TEST 9: the connection goes on after a refusal that left the body unread
--- pipelined_requests eval
["POST /v1/nothing\n" . ('x' x 20000), 'GET /livez', "POST /v1/payments\n{}", 'GET /livez']
--- more_headers eval
['', '', '', '']
--- error_code eval
[404, 200, 401, 200]
--- response_body_like eval
[qr/route_not_found/, qr/ok/, qr/authentication_required/, qr/ok/]



=== TEST 10: without "payments on" nothing changes
--- config
    location /off { payments off; return 404; }
--- request
GET /off
--- error_code: 404
--- response_body_like: <html>



=== TEST 11: If-None-Match
--- init
my @a = Payments::concurrently(Test::Nginx::Socket::server_port_for_client(), 10, Payments::post(Payments::headers(), '{"amount":1,"currency":"EUR","payment_method":{"token":"tok_visa"}}'));
($main::id) = $a[0][2] =~ /"id":"(pay_\w+)"/;
$main::created = $a[0][2];
my $auth = "Host: x\r\nConnection: close\r\nAuthorization: Bearer $ENV{PAYMENTS_KEY}\r\n";
my ($get, $match, $other, $foreign, $live) = Payments::concurrently(Test::Nginx::Socket::server_port_for_client(), 10,
    "GET /v1/payments/$main::id HTTP/1.1\r\n$auth\r\n",
    "GET /v1/payments/$main::id HTTP/1.1\r\n${auth}If-None-Match: \"1\"\r\n\r\n",
    "GET /v1/payments/$main::id HTTP/1.1\r\n${auth}If-None-Match: \"2\"\r\n\r\n",
    "GET /v1/payments/$main::id HTTP/1.1\r\n" . ($auth =~ s/\Q$ENV{PAYMENTS_KEY}\E/$ENV{PAYMENTS_KEY_B}/r) . "\r\n",
    "GET /v1/payments/$main::id HTTP/1.1\r\n" . ($auth =~ s/\Q$ENV{PAYMENTS_KEY}\E/$ENV{PAYMENTS_KEY_A_LIVE}/r) . "\r\n");
Test::More::is($get->[0], 200, 'GET shows it');
Test::More::is($get->[2], $main::created, 'in the bytes of its creation');
Test::More::like($get->[1], qr/^ETag: "1"\r?$/m, 'with its version');
Test::More::is($match->[0], 304, 'the same version: 304');
Test::More::is($other->[0], 200, 'another version: 200');
Test::More::is($foreign->[0], 404, 'of another merchant: 404');
Test::More::is($live->[0], 404, 'of the other mode: 404');
--- request
GET /livez
--- response_body_like: ok



=== TEST 12: variables
--- http_config
    log_format payments '$payments_route|$payments_idempotency|$payments_merchant|$payments_request_id';
--- config
    payments on;
    access_log logs/access.log payments;
--- request
POST /v1/payments
{"amount":1,"currency":"EUR","payment_method":{"token":"tok_visa"}}
--- more_headers eval
Payments::headers()
--- error_code: 201
--- access_log eval
qr/^createPayment\|executed\|mer_\w{26}\|req_\w{26}$/m



=== TEST 13: a chunk that is none, after the headers
--- request eval
[["POST /v1/payments\n2\r\n{}\r\n", { value => "zz\r\n", delay_before => 0.2 }]]
--- more_headers eval
Payments::headers() . "\nTransfer-Encoding: chunked"
--- error_code: 400
--- response_body_like eval
Payments::problem('invalid_header')
--- response_headers_like
Content-Type: application/problem\+json
Request-Id: req_[0-9A-Z]{26}



=== TEST 14: preconditions that are for writes do not touch a GET
--- request
GET /livez
--- more_headers
If-Match: "99"
If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT
--- response_body_like: ok



=== TEST 15: a key in the URL reaches no log, whatever nginx says first
--- config
    payments on;
    location / { client_max_body_size 1; }
--- request eval
"POST /livez?key=$ENV{PAYMENTS_KEY}\n{}"
--- error_code: 400
--- response_body_like eval
Payments::problem('credential_in_url')
--- no_error_log
sk_test_
--- no_access_log
sk_test_



=== TEST 16: clients that reset at once, in the middle of an answer
--- init
use Socket;
for (1 .. 200) {
    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => Test::Nginx::Socket::server_port_for_client());
    setsockopt $s, SOL_SOCKET, SO_LINGER, pack 'll', 1, 0;
    syswrite $s, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" x 20 . Payments::post(Payments::headers('Idempotency-Key' => Payments::uuid()), '{"amount":0}');
    close $s;
}
Test::More::pass('sent');
--- request
GET /livez
--- response_body_like: ok



=== TEST 17: words that look like the start of a key, and servers without payments
--- http_config
    server { listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1; server_name other; location / { return 200 "other $uri\n"; } }
--- config
    payments on;
    location /other { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- request eval
['GET /other/disk_test_0123456789012345678901234567890123', 'GET /livez?q=task_live_view']
--- error_code eval
[200, 200]
--- response_body_like eval
[qr{^other /other/disk_test_0123456789012345678901234567890123$}, qr/ok/]



=== TEST 18: a key in the URL is refused whatever location it is for
--- config
    location /v1/ { payments on; }
    location / { return 200 "another backend"; }
--- request eval
["GET /v1/payments?k=$ENV{PAYMENTS_KEY}", "GET /v1/a%20$ENV{PAYMENTS_KEY}", "GET /v1/x?p=%4$ENV{PAYMENTS_KEY}"]
--- error_code eval
[400, 400, 400]
--- response_body_like eval
[map { Payments::problem('credential_in_url') } 1 .. 3]
--- no_error_log eval
[substr($ENV{PAYMENTS_KEY}, 8)]
--- no_access_log eval
[substr($ENV{PAYMENTS_KEY}, 8)]



=== TEST 19: Accept and Prefer in their odder forms
--- request eval
['GET /livez', map { "POST /v1/payments\n{\"amount\":1,\"currency\":\"EUR\",\"payment_method\":{\"token\":\"tok_visa\"}}" } 1 .. 3]
--- more_headers eval
['Accept:', Payments::headers(Accept => 'application/json, application/json;v=2;q=0'), Payments::headers(Prefer => 'wait=99999'), Payments::headers(Prefer => 'respond-async, wait = "3"')]
--- error_code eval
[200, 201, 201, 201]
--- response_headers eval
['', '', 'Preference-Applied: wait=10', 'Preference-Applied: wait=3']

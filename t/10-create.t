# createPayment and getPayment as a partner sees them

use lib 't/lib';
use Payments 'no_plan';

repeat_each(2);
no_shuffle();
run_tests();

__DATA__

=== TEST 1: a payment, its replay, its reading
--- request eval
my $body = '{"amount":1099,"currency":"eur","payment_method":{"token":"tok_visa"}}';
["POST /v1/payments\n$body", "POST /v1/payments\n$body",
 "POST /v1/payments\n{ \"payment_method\": {\"token\": \"tok_visa\"}, \"currency\": \"eur\",\n \"amount\": 1099 }"]
--- more_headers eval
my $h = Payments::headers('Idempotency-Key' => '%UUID_a%');
[$h, $h, $h]
--- error_code eval
[201, 201, 201]
--- response_headers_like eval
my @all = ('Content-Type: application/json', 'Request-Id: req_[0-9A-Z]{26}',
           'Payments-Version: 2026-11-01', 'Cache-Control: no-store',
           'ETag: "1"', 'Location: /v1/payments/pay_[0-9A-Z]{26}',
           'Idempotency-Expires: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT');
[CORE::join("\n", @all, 'Idempotent-Replayed: (?:false|true)', 'Payments-Idempotency: (?:executed|replayed)'),
 CORE::join("\n", @all, 'Idempotent-Replayed: true', 'Payments-Idempotency: replayed', 'Original-Request: req_[0-9A-Z]{26}'),
 CORE::join("\n", @all, 'Idempotent-Replayed: true', 'Payments-Idempotency: replayed', 'Original-Request: req_[0-9A-Z]{26}')]
--- response_body_like eval
my $like = qr/^\{"id":"pay_[0-9A-Z]{26}","object":"payment","livemode":false,"merchant_id":"mer_[0-9A-Z]{26}","amount":1099,"currency":"EUR","exponent":2,"capture_method":"automatic","payment_method":\{"type":"card","token":"tok_visa","brand":"visa","last4":"4242"\},"customer":null,"reference":null,"statement_descriptor":null,"authorization_expires_at":null,"expiry_action":"cancel","processor":\{"name":"simulator","reference":"sim_[0-9A-Z]{26}"\},"created_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z","amount_authorized":1099,"amount_captured":1099,"amount_refunded":0,"amount_canceled":0,"amount_disputed":0,"amount_capturable":0,"amount_refundable":1099,"status":"captured","refund_status":"none","description":null,"metadata":\{\},"failure":null,"fee":null,"next_action":null,"cancellation_reason":null,"pending_action":null,"dispute":null,"version":1,"updated_at":"[^"]{27}","authorized_at":"[^"]{27}","captured_at":"[^"]{27}","canceled_at":null\}$/;
[$like, $like, $like]
--- no_error_log
[error]



=== TEST 2: everything that can be given
--- request eval
"POST /v1/payments\n" . '{"amount":999999999999,"currency":"KWD","payment_method":{"token":"tok_amex"},"capture_method":"manual","customer":"cus_é","reference":"' . Payments::uuid() . '","description":"caf\u00e9 \"x\" \\\\ \ud83d\ude00","statement_descriptor":"ACME Books","metadata":{"b":"2","a":"1"},"authorization_expires_in":60,"expiry_action":"capture"}'
--- more_headers eval
Payments::headers()
--- error_code: 201
--- response_body_like eval
qr/"amount":999999999999,"currency":"KWD","exponent":3,"capture_method":"manual".*"brand":"amex","last4":"0005".*"customer":"cus_\xc3\xa9","reference":"[0-9a-f-]{36}","statement_descriptor":"ACME Books","authorization_expires_at":"\d{4}[^"]*Z","expiry_action":"capture".*"amount_captured":0,.*"amount_capturable":999999999999,.*"status":"authorized".*"description":"caf\xc3\xa9 \\"x\\" \\\\ \xf0\x9f\x98\x80","metadata":\{"b":"2","a":"1"\}/
--- response_headers_like
Payments-Idempotency: (?:executed|replayed)



=== TEST 3: a key of Basic, quotes around the idempotency key
--- request eval
my $body = '{"amount":5,"currency":"JPY","payment_method":{"token":"tok_visa"}}';
["POST /v1/payments\n$body", "POST /v1/payments\n$body"]
--- more_headers eval
use MIME::Base64;
my $basic = 'Basic ' . encode_base64("$ENV{PAYMENTS_KEY_A2}:", '');
[Payments::headers('Idempotency-Key' => '%UUID_q%'),
 Payments::headers('Idempotency-Key' => '"%UUID_q%"', Authorization => $basic)]
--- error_code eval
[201, 201]
--- response_headers_like eval
['Payments-Idempotency: (?:executed|replayed)', 'Payments-Idempotency: replayed']
--- response_body_like eval
[qr/"exponent":0/, qr/"exponent":0/]



=== TEST 4: a key used with another body, and with absent against null
--- request eval
['POST /v1/payments
{"amount":1,"currency":"EUR","payment_method":{"token":"tok_visa"}}',
'POST /v1/payments
{"amount":2,"currency":"EUR","payment_method":{"token":"tok_visa"}}',
'POST /v1/payments
{"amount":1,"currency":"EUR","payment_method":{"token":"tok_visa"},"customer":null}']
--- more_headers eval
my $h = Payments::headers('Idempotency-Key' => '%UUID_r%');
[$h, $h, $h]
--- error_code eval
[201, 422, 422]
--- response_body_like eval
my $reused = qr/"code":"idempotency_key_reused".*"retry":"new_key","original_request":\{"id":"req_[0-9A-Z]{26}","method":"POST","path":"\/v1\/payments"\}/;
[qr/pay_/, $reused, $reused]
--- response_headers eval
['Payments-Version: 2026-11-01', "Content-Type: application/problem+json\nPayments-Should-Retry: false", "Content-Type: application/problem+json\n! Location"]



=== TEST 5: declined: 402, stored, replayed with its own request id
--- request eval
my $body = '{"amount":7,"currency":"EUR","payment_method":{"token":"tok_insufficient_funds"}}';
["POST /v1/payments\n$body", "POST /v1/payments\n$body"]
--- more_headers eval
my $h = Payments::headers('Idempotency-Key' => '%UUID_d%');
[$h, $h]
--- error_code eval
[402, 402]
--- response_body_like eval
my $like = qr/^\{"type":"urn:payments:problem:card_declined","title":"Card declined","status":402,"detail":"The card has insufficient funds.","instance":"urn:payments:request:(req_\w{26})","code":"card_declined","request_id":"\1","retry":"new_key","failure":\{"code":"insufficient_funds","message":"The card has insufficient funds.","category":"soft"\},"payment_id":"pay_\w{26}"\}$/;
[$like, $like]
--- response_headers_like eval
['Payments-Should-Retry: false', "Idempotent-Replayed: true\nContent-Type: application/problem\\+json"]



=== TEST 6: a reference is used once, for ever; the refusal is stored
--- request eval
my $r = Payments::uuid();
my @b = map { "POST /v1/payments\n{\"amount\":$_,\"currency\":\"EUR\",\"payment_method\":{\"token\":\"tok_visa\"},\"reference\":\"$r\"}" } 1, 2, 2;
[@b]
--- more_headers eval
my $second = Payments::headers('Idempotency-Key' => '%UUID_s%');
[Payments::headers('Idempotency-Key' => '%UUID_f%'), $second, $second]
--- error_code eval
[201, 409, 409]
--- response_body_like eval
my $used = qr/"code":"reference_already_used","request_id":"req_\w{26}","retry":"new_key","existing_id":"pay_\w{26}"/;
[qr/pay_/, $used, $used]
--- response_headers_like eval
['', '', "Idempotent-Replayed: true"]



=== TEST 7: the same key in the other mode is another key
--- request eval
my @b = map { "POST /v1/api_keys\n{\"name\":\"Mode $_\",\"scopes\":[\"payments:read\"]}" } 1, 2;
[@b]
--- more_headers eval
[Payments::headers('Idempotency-Key' => '%UUID_m%'),
 Payments::headers('Idempotency-Key' => '%UUID_m%', Authorization => "Bearer $ENV{PAYMENTS_KEY_A_LIVE}")]
--- error_code eval
[201, 201]
--- response_body_like eval
[qr/"livemode":false/, qr/"livemode":true/]



=== TEST 8: a live payment never reaches the simulator
--- request
POST /v1/payments
{"amount":1,"currency":"EUR","payment_method":{"token":"tok_visa"}}
--- more_headers eval
Payments::headers('Idempotency-Key' => '%UUID_n%', Authorization => "Bearer $ENV{PAYMENTS_KEY_A_LIVE}")
--- error_code: 503
--- response_body_like: "code":"processor_unavailable".*"retry":"same_key"
--- response_headers
Retry-After: 30



=== TEST 9: without Redis all the same, from PostgreSQL
--- without_redis
--- init: Payments::wait_ready()
--- request eval
my $body = '{"amount":1099,"currency":"EUR","payment_method":{"token":"tok_visa"}}';
["POST /v1/payments\n$body", "POST /v1/payments\n$body", "GET /readyz"]
--- more_headers eval
my $h = Payments::headers('Idempotency-Key' => '%UUID_p%');
[$h, $h, '']
--- error_code eval
[201, 201, 200]
--- response_headers_like eval
['Payments-Idempotency: (?:executed|replayed)', 'Payments-Idempotency: replayed', '']
--- response_body_like eval
[qr/pay_/, qr/pay_/, qr/^\{"status":"ok","postgres":"ok","redis":"off",/]



=== TEST 10: tok_slow answers late and holds up no other
--- request eval
['POST /v1/payments
{"amount":1,"currency":"EUR","payment_method":{"token":"tok_slow_300"}}', 'GET /livez']
--- more_headers eval
[Payments::headers(), '']
--- error_code eval
[201, 200]
--- response_body_like eval
[qr/"token":"tok_slow_300"/, qr/^\{"status":"ok"\}$/]



=== TEST 11: Prefer
--- request
POST /v1/payments
{"amount":1,"currency":"EUR","payment_method":{"token":"tok_visa"}}
--- more_headers eval
Payments::headers(Prefer => 'wait=5')
--- error_code: 201
--- response_headers
Preference-Applied: wait=5



=== TEST 12: health and metrics
--- init: Payments::wait_ready()
--- request eval
['GET /livez', 'GET /readyz', 'GET /metrics', 'HEAD /livez']
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
[qr/"ok"/, qr/"postgres":"ok"/, qr/^payments_postgresql_connections\{state="idle"\} \d/m, qr/^$/]
--- response_headers_like eval
['Content-Type: application/json', 'Content-Type: application/json', 'Content-Type: text/plain; version=0.0.4', 'Content-Length: 15']



=== TEST 13: without asking Redis; answers are stored there all the same
--- http_config
    payments_redis_read off;
    payments_replay_cache off;
--- request eval
my $body = '{"amount":3,"currency":"EUR","payment_method":{"token":"tok_visa"}}';
["POST /v1/payments\n$body", "POST /v1/payments\n$body", 'GET /metrics']
--- more_headers eval
my $h = Payments::headers('Idempotency-Key' => '%UUID_n%');
[$h, $h, '']
--- error_code eval
[201, 201, 200]
--- response_headers_like eval
['', 'Payments-Idempotency: replayed', '']
--- response_body_like eval
[qr/pay_/, qr/pay_/, qr/result="replayed_postgresql"\} [1-9]/]

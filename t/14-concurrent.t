# Many of the same at once, through two workers

use lib 't/lib';
use Payments 'no_plan';

master_on();
workers(2);
no_shuffle();
run_tests();

__DATA__

=== TEST 1: a hundred identical posts: one payment, identical bytes
--- concurrent: 100
--- concurrent_headers eval
Payments::headers('Idempotency-Key' => '%UUID_c%')
--- concurrent_body
{"amount":100,"currency":"EUR","payment_method":{"token":"tok_visa"}}
--- concurrent_check eval
sub {
    my (@answers) = @_;
    my %bodies = map { ($_->[2] => 1) } @answers;
    Test::More::is(scalar(grep { $_->[0] == 201 } @answers), 100, 'all are 201');
    Test::More::is(scalar(keys %bodies), 1, 'all have the same bytes');
    Test::More::is(scalar(grep { $_->[1] =~ /^Idempotent-Replayed: false/m } @answers), 1, 'exactly one was executed');
    Test::More::is(scalar(grep { $_->[1] =~ /^Location: .*pay_/m && $_->[1] =~ /^ETag: "1"/m } @answers), 100, 'all have Location and ETag');
}
--- request
GET /livez



=== TEST 2: of a slow payment: parked, collapsed within a worker
--- concurrent: 40
--- concurrent_headers eval
Payments::headers('Idempotency-Key' => '%UUID_c%')
--- concurrent_body
{"amount":100,"currency":"EUR","payment_method":{"token":"tok_slow_1000"}}
--- concurrent_check eval
sub {
    my (@answers) = @_;
    my %bodies = map { ($_->[2] => 1) } @answers;
    Test::More::is(scalar(grep { $_->[0] == 201 } @answers), 40, 'all are 201');
    Test::More::is(scalar(keys %bodies), 1, 'all have the same bytes');
    Test::More::is(scalar(grep { $_->[1] =~ /^Payments-Idempotency: executed/m } @answers), 1, 'exactly one was executed');
    Test::More::ok(scalar(grep { $_->[1] =~ /^Payments-Idempotency: collapsed/m } @answers) > 0, 'others were collapsed');
}
--- request
GET /livez



=== TEST 3: who may not wait is refused at once, and loses nothing
--- concurrent: 10
--- concurrent_headers eval
Payments::headers('Idempotency-Key' => '%UUID_c%', Prefer => 'wait=0')
--- concurrent_body
{"amount":100,"currency":"EUR","payment_method":{"token":"tok_slow_1500"}}
--- concurrent_check eval
sub {
    my (@answers) = @_;
    my @busy = grep { $_->[0] == 409 } @answers;
    my @done = grep { $_->[0] == 201 } @answers;
    Test::More::is(@busy + @done, 10, 'all are 201 or 409');
    Test::More::ok(@busy >= 8, 'followers are not parked');
    Test::More::is(scalar(grep { $_->[2] =~ /"code":"idempotency_key_in_use"/ && $_->[1] =~ /^Retry-After: 1/m && $_->[1] =~ /^Payments-Should-Retry: true/m } @busy), scalar(@busy), 'and are asked to retry');
}
--- request
GET /livez



=== TEST 4: another body while the first runs: one body wins
--- init
my $h = Payments::fill(Payments::headers('Idempotency-Key' => '%UUID_c%'), {});
my @texts = map { Payments::post($h, "{\"amount\":$_,\"currency\":\"EUR\",\"payment_method\":{\"token\":\"tok_slow_300\"}}") } (1) x 10, (2) x 10;
my @answers = Payments::concurrently(Test::Nginx::Socket::server_port_for_client(), 30, @texts);
my %ids = map { $_->[2] =~ /"id":"(pay_\w+)"/ ? ($1 => 1) : () } @answers;
Test::More::is(scalar(keys %ids), 1, 'one payment');
my %won = map { $_->[2] => 1 } grep { $_->[0] == 201 } @answers;
my @reused = grep { $_->[0] == 422 && $_->[2] =~ /idempotency_key_reused/ } @answers;
Test::More::is(scalar(keys %won), 1, 'one body wins');
Test::More::is(scalar(@reused), 10, 'all of the other body are refused');
Test::More::is(scalar(grep { $_->[0] == 201 } @answers), 10, 'all of the winner get its payment');
--- request
GET /livez



=== TEST 5: fifty references fought over by fifty keys: one each, no deadlock
--- init
my @references = map { Payments::uuid() } 1 .. 10;
my @texts = map { my $r = $references[rand @references]; Payments::post(Payments::headers(), "{\"amount\":1,\"currency\":\"EUR\",\"payment_method\":{\"token\":\"tok_visa\"},\"reference\":\"$r\"}") } 1 .. 100;
my @answers = Payments::concurrently(Test::Nginx::Socket::server_port_for_client(), 30, @texts);
my %ids = map { $_->[0] == 201 && $_->[2] =~ /"reference":"([^"]+)"/ ? ($1 => 1) : () } @answers;
my @created = grep { $_->[0] == 201 } @answers;
Test::More::is(scalar(@created), scalar(keys %ids), 'one payment for each reference');
Test::More::is(scalar(grep { $_->[0] == 409 && $_->[2] =~ /reference_already_used/ } @answers), 100 - @created, 'all others are refused');
--- request
GET /livez
--- no_error_log
40P01

# The clock of nginx's machine is another one than PostgreSQL's.

use strict;
use warnings;

use lib 't/lib';
use Database;
use Load qw(sql request create uuid);
use Own;
use Test::More;

Database::alone();

my ($faketime) = glob '/usr/lib/*/faketime/libfaketime.so.1';

SKIP: {
    skip 'libfaketime is not installed', 10 unless $faketime;

    for my $offset ('+1d', '-1d', '+40d') {
        local $ENV{TEST_NGINX_LD_PRELOAD} = $faketime;
        local $ENV{FAKETIME} = $offset;
        local $ENV{FAKETIME_DONT_FAKE_MONOTONIC} = 1;
        Own::start(shard => 'mode direct;');
        my $key = uuid();
        my $before = sql('SELECT clock_timestamp()');
        my $answer = request(create($key, 3));
        my $after = sql('SELECT clock_timestamp()');
        my $again = request(create($key, 3));
        my ($id) = $answer->{body} =~ /"id":"(pay_\w+)"/;
        is($answer->{status}, 201, "nginx's clock $offset: a payment");
        is($again->{body}, $answer->{body}, "nginx's clock $offset: its replay");
        is(sql("SELECT p.created_at BETWEEN '$before' AND '$after'
                  FROM pay.journal j JOIN pay.payments p
                    ON p.merchant_id = j.merchant_id AND p.payment_id = j.object_id
                 WHERE j.key = '$key'"), 't',
           "nginx's clock $offset: the payment's time is PostgreSQL's");
        is(read_payment($id)->{status}, 200, "nginx's clock $offset: it is read");
        like(Own::log_text(), qr/this clock is -?\d+ seconds behind/,
             "nginx's clock $offset: the log says so");
        Own::stop();
    }
}

Database::unharmed();
done_testing();

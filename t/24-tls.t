# TLS: rows of all sizes, a byte at a time, and a server that is somebody else.

use strict;
use warnings;

use lib 't/lib';
use Database;
use Load qw(sql request create uuid wait_until promised later collect answered);
use Own;
use PgProxy;
use Test::More;

Database::alone();

{
    my $proxy = PgProxy->new(to => $pg_port);
    my $tls = "sslmode verify-full; sslrootcert $ENV{PG_CA};";
    Own::start(port => $proxy->{port}, shard => $tls);
    cmp_ok(backends(), '>', 0, 'TLS: there are connections');
    is(backends("AND NOT EXISTS (SELECT FROM pg_stat_ssl s
                  WHERE s.pid = pg_stat_activity.pid AND s.ssl)"), 0,
       '... and all of them are encrypted');

    my %id;
    for my $size (1, 8, 9, 16, 17, 64) {
        my $answer = request(create(uuid(), 1));
        ($id{$size}) = $answer->{body} =~ /"id":"(pay_\w+)"/;
        my ($merchant) = sql("SELECT min(merchant_id) FROM pay.merchants");
        my $bytes = $size * 1024;
        sql("UPDATE pay.payments SET metadata = '{\"a\":\"'
                 || repeat('x', $bytes) || '\"}'
              WHERE merchant_id = $merchant AND payment_id = (SELECT object_id
                    FROM pay.journal WHERE body LIKE '{\"id\":\"$id{$size}\"%'
                    LIMIT 1)");
    }

    my $get = sub {
        return "GET /v1/payments/$id{$_[0]} HTTP/1.1\r\nHost: x\r\n"
            . "Connection: close\r\nAuthorization: Bearer $ENV{PAYMENTS_KEY}\r\n\r\n";
    };

    # no request waits for a row that has come by half
    for my $size (sort { $a <=> $b } keys %id) {
        my $seen = $proxy->seen('half');
        $proxy->raw('half');
        my $later = later($get->($size), 15);
        ok(wait_until(5, sub { $proxy->seen('half') > $seen }), "TLS: half of $size KiB");
        my @live = map { Own::get('/livez')->{status} } 1 .. 20;
        ok(!answered($later), "TLS: half of $size KiB: the row waits");
        is(scalar(grep { $_ == 200 } @live), 20, "TLS: half of $size KiB: no other request does");
        $proxy->clear;
        $proxy->release;
        my ($x) = collect($later)->{body} =~ /"a":"(x+)"/;
        is(length($x || ''), $size * 1024, "TLS: half of $size KiB, and then all of it");
    }

    for my $raw ('', 'dribble') {
        $proxy->raw($raw);
        for my $size (sort { $a <=> $b } keys %id) {
            my $later = later($get->($size), 15);
            my @live = sort { $b <=> $a } map { Own::get('/livez')->{seconds} } 1 .. 20;
            my $answer = collect($later);
            my ($x) = $answer->{body} =~ /"a":"(x+)"/;
            is(length($x || ''), $size * 1024,
               "TLS$raw: a row of $size KiB" . ($raw ? ', byte by byte' : ''));
            promised($live[2], 0.010, "TLS$raw: $size KiB: none waits");
        }
    }
    $proxy->clear;

    my @keys = map { uuid() } 1 .. 40;
    my @answers = map { collect($_) } map { later(create($_, 3), 10) } @keys;
    is(scalar(grep { $_->{status} == 201 } @answers), 40, 'TLS: a batch');
    Own::stop();

    Own::start(port => $proxy->{port}, unready => 1, wait => 0.5,
               shard => "sslmode verify-full; sslrootcert $dir/nginx/cert.pem;
                         timeout 1s; connect_timeout 1s;");
    my $answer = request(create(uuid(), 1), 10);
    is($answer->{status}, 503, 'TLS: an authority that did not sign: 503');
    like(Own::log_text(), qr/closed while connecting: .*certificate verify failed/,
         'TLS: and the log says why');
    Own::stop();
    $proxy->stop;
}

Database::unharmed();
done_testing();

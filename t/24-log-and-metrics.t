# What a log line can show of the database, and the form of the metrics.

use strict;
use warnings;

use lib 't/lib';
use Database;
use Load qw(devstack request create uuid wait_until);
use Own;
use PgProxy;
use Test::More;

Database::alone();

{
    my $file = "$Nginx::ServRoot/logs/words.log";
    my $proxy = PgProxy->new(to => $pg_port);
    Own::start(port => $proxy->{port}, shard => 'mode direct;', http => "
        log_format words '\$payments_route \$payments_idempotency '
            '\$payments_database_time \$payments_queue_time '
            '\$payments_batch_size \$payments_server [\$payments_sqlstate]';
        access_log $file words;");
    $proxy->rule(match => 'create_payments', do => 'error', times => 1,
                 error => ['ERROR', '40001', 'x']);
    my $answer = request(create(uuid(), 3));
    my ($id) = $answer->{body} =~ /"id":"(pay_\w+)"/;
    read_payment($id);
    Own::get('/livez');
    my $server = quotemeta "127.0.0.1:$proxy->{port}";
    my @lines;
    ok(wait_until(3, sub {
        open my $fh, '<', $file or return 0;
        @lines = grep { !/^readyz/ } <$fh>;
        @lines == 3;
    }), 'three lines in the log');
    like($lines[0], qr/^createPayment executed \d+\.\d{6} \d+\.\d{6} 1 $server \[40001\]$/,
         'log: a payment that met an error on its way');
    like($lines[1], qr/^getPayment - \d+\.\d{6} \d+\.\d{6} 1 $server \[-\]$/,
         'log: a read');
    like($lines[2], qr/^livez - - - - - \[-\]$/,
         'log: a request that asks no database');
    Own::stop();
    $proxy->stop;
}

{
    devstack('start', 'nginx');
    my $checked = system("curl -s '$ENV{PAYMENTS_URL}/metrics' | promtool check metrics");
    is($checked, 0, 'promtool finds the metrics valid');
}

Database::unharmed();
done_testing();

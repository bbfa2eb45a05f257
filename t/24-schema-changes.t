# Functions are replaced while payments are made.

use strict;
use warnings;

use lib 't/lib';
use Database;
use Load qw(sql rounds);
use Own;
use Test::More;
use Time::HiRes qw(sleep);

Database::alone();

{
    Own::start(workers => 2, shard => 'mode direct;');
    my $load = Load->start(clients => 6);

    for my $round (1 .. rounds(4, 20)) {
        sleep 0.2;
        # a rollout: new versions of all functions, in one transaction
        sql("DELETE FROM pay.migrations WHERE name = 'functions'");
        system("sql/apply '$ENV{PG_PRIMARY}' > /dev/null") == 0
            or die "sql/apply\n";
        # and one that returns more than before
        my $more = $round % 2 ? ', 1' : '';
        my $type = $round % 2 ? ', more int' : '';
        sql("BEGIN; DROP FUNCTION pay.ping(uuid[]);
             CREATE FUNCTION pay.ping(item uuid[])
             RETURNS TABLE (o_item uuid, writable boolean$type)
             LANGUAGE sql VOLATILE SECURITY DEFINER
             SET search_path = pay, pg_temp AS
             'SELECT i, NOT pg_is_in_recovery()$more FROM unnest(item) i';
             GRANT EXECUTE ON FUNCTION pay.ping TO pay_api; COMMIT");
        my @ready = map { Own::get('/readyz')->{status} } 1 .. 8;
        is(scalar(grep { $_ != 200 } @ready), 0,
           "round $round: a function that returns more: still ready");
    }

    my @done = $load->stop;
    is(scalar(grep { $_->{statuses}[0] != 201 } @done), 0,
       'functions replaced under load: no client noticed');
    is(Own::metric('payments_postgresql_errors_total', '0A000') > 0, 1,
       'functions replaced under load: plans did change their result');
    sql("DELETE FROM pay.migrations WHERE name = 'functions'");
    system("sql/apply '$ENV{PG_PRIMARY}' > /dev/null");
    Own::stop();
}

Database::unharmed();
done_testing();

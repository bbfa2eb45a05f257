# Connections: over a unix socket; idle and old ones are closed; some end under
# batches whose items end in different ways.

use strict;
use warnings;

use lib 't/lib';
use Database;
use Load qw(sql request create uuid rounds wait_until later collect stored);
use Own;
use Test::More;

Database::alone();

# a unix socket; idle connections and old ones are closed ----------------------------------

SKIP: {
    skip 'no unix socket: the directory\'s name is too long', 6
        unless -S "$dir/primary/.s.PGSQL.$pg_port";
    Own::start(server => "unix:$dir/primary:$pg_port",
               shard => 'write_connections 3; mode pooler; idle_timeout 1s;
                         lifetime 2s;');
    my @keys = map { uuid() } 1 .. 60;
    my @answers = map { collect($_) } map { later(create($_, 3), 10) } @keys;
    is(scalar(grep { $_->{status} == 201 } @answers), 60, 'unix socket: payments');
    my @first = split /\n/, sql("SELECT pid FROM pg_stat_activity
                                  WHERE usename = 'pay_api'");
    ok(wait_until(6, sub { backends() == 5 }),
       'idle connections are closed, but for one of each lane');
    ok(wait_until(6, sub {
        sql("SELECT count(*) FROM pg_stat_activity WHERE pid IN ("
            . join(',', @first) . ')') == 0
    }), 'old connections are replaced');
    is(request(create(uuid(), 1))->{status}, 201, 'and payments go on');
    Own::stop();
}

# batches whose items end in different ways, while backends are killed ---------------------

{
    Own::start(shard => 'mode direct;');
    my (@requests, %want);
    my $reference = 'kill-' . uuid();

    for my $n (1 .. rounds(4, 20)) {
        my $reused = uuid();
        is(request(create($reused, 11))->{status}, 201, "round $n: a first payment");
        for (1 .. 16) {
            my $key = uuid();
            push @requests, [201, later(create($key, 1), 10), $key],
                            [402, later(create(uuid(), 2, 'tok_declined'), 10)],
                            [422, later(create($reused, 12), 10)],
                            [201, later(create($reused, 11), 10)];
        }
        for (1 .. 5) {
            sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                  WHERE usename = 'pay_api'");
        }
    }

    my ($right, @keys) = (0);
    for (@requests) {
        my ($status, $later, $key) = @$_;
        push @keys, $key if $key;
        my $answer = collect($later);
        next if $answer->{status} == $status && ++$right;
        diag "$answer->{status} for $status: $answer->{body}";
    }
    is($right, scalar(@requests), 'mixed batches while backends end: each item its own outcome');
    is(stored(@keys), @keys . '|' . @keys, 'mixed batches: each payment once');
    Own::stop();
}

Database::unharmed();
done_testing();

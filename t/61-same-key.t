# One key, fifty requests, two bodies, two nodes with two workers each, and a
# fault in every round: one body wins, once, and everybody hears of it.
# Needs "tools/devstack up --nodes 2".

use strict;
use warnings;

use lib 't/lib';
use Load qw(devstack sql text request uuid invariants rounds promised without_killed merchant
            together error_log_since);
use List::Util qw(shuffle);
use Test::More;
use Time::HiRes qw(sleep time);

$Load::port2 or die "run: tools/devstack up --nodes 2\n";
my @nodes = ($Load::port, $Load::port2);
my ($redis) = $ENV{REDIS_URL} =~ /:(\d+)$/;
my $log = -s $ENV{NGINX_ERROR_LOG};

my $seed = $ENV{PAYMENTS_SEED} || int rand 1e6;
srand $seed;
note "PAYMENTS_SEED=$seed";

my ($key, $merchant) = merchant(qw(payments:read payments:write));

sub pids {
    my $n = $_[0] == $Load::port ? '' : '2';
    open my $fh, '<', "$ENV{DEVSTACK_DIR}/nginx$n/nginx.pid" or return;
    my ($master) = <$fh> =~ /(\d+)/;
    return split ' ', `pgrep -f -P $master 'worker process\$'`;
}

my %faults = (
    'nothing'        => sub { },
    'worker killed'  => sub { my @p = pids($nodes[rand 2]); kill KILL => $p[rand @p] if @p },
    'Redis flushed'  => sub { system("redis-cli -p $redis flushall > /dev/null") },
    'Redis stopped'  => sub { devstack('stop', 'redis') },
    'backend killed' => sub { sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                                    WHERE usename = 'pay_api' ORDER BY random() LIMIT "
                                  . (1 + int rand 6)) },
    'client gone'    => sub { for (shuffle grep { $_ } @_) { shutdown $_, 2; last if rand() < 0.1 } },
    'reload'         => sub { devstack('reload') },
);

# an answer that says how it ended
sub final { return $_[0]{status} == 201 || $_[0]{status} == 422 }

my (%wrong, %seen, $slowest);
my $rounds = rounds(60, 1000);
$slowest = 0;

for my $round (1 .. $rounds) {
    my $fault = (sort keys %faults)[rand keys %faults];
    my $token = rand() < 0.25 ? 'tok_slow_' . int rand 60 : 'tok_visa';
    my $idem = uuid();
    my @amounts = shuffle((1) x 25, (2) x 25);
    my @texts = map { text('POST', '/v1/payments', { amount => $_, currency => 'EUR',
        payment_method => { token => $token } }, key => $key, 'Idempotency-Key' => $idem) } @amounts;

    # nodes do not know of each other what waits for a slow processor: see
    # docs/idempotency.md
    my @at = $token =~ /slow/ ? $nodes[rand 2] : shuffle @nodes;
    my @answers = together([@at, sub {
        my @sockets = @_;
        sleep rand 0.03;
        $faults{$fault}->(@sockets);
    }], @texts);

    # "retry with the same key" must cure whatever came
    for my $i (0 .. $#answers) {
        my $until = time + 10 * Load::patience();
        until (final($answers[$i]) || time > $until) {
            $seen{"$fault: $answers[$i]{status}"}++;
            sleep 0.02;
            local $Load::port = $at[rand @at];
            $answers[$i] = request($texts[$i], 15);
        }
        $slowest = $answers[$i]{seconds} if $answers[$i]{seconds} > $slowest;
    }
    devstack('start', 'redis') if $fault eq 'Redis stopped';

    my %bodies = map { ($_->{body} => 1) } grep { $_->{status} == 201 } @answers;
    my ($won) = map { /"amount":(\d)/ } keys %bodies;
    my @problem;
    push @problem, 'no answer: ' . grep { !final($_) } @answers if grep { !final($_) } @answers;
    push @problem, keys(%bodies) . ' bodies' if keys %bodies != 1;
    push @problem, 'one of the winner was refused'
        if $won && grep { $amounts[$_] == $won && $answers[$_]{status} != 201 } 0 .. $#answers;
    push @problem, 'one of the loser was not refused'
        if $won && grep { $amounts[$_] != $won && $answers[$_]{status} != 422 } 0 .. $#answers;
    my $stored = sql("SELECT count(*), count(DISTINCT object_id) FROM pay.journal WHERE status > 1 AND key = '$idem'");
    push @problem, "stored $stored" if $stored ne '1|1';
    $wrong{"round $round, $fault, $token: " . join ', ', @problem}++ if @problem;
}

note join ', ', map { "$_ ($seen{$_})" } sort keys %seen;
note sprintf 'slowest %.2f s', $slowest;
is(join("\n", sort keys %wrong), '', "$rounds rounds: one payment, one body wins, all of the other are refused");
# a request that hangs meets its own deadline, or that of its wait for another one
is(join(', ', grep { /: (?:409|50[34])$/ } sort keys %seen), '', 'none hangs');
promised($slowest, 12, 'none hangs: the slowest');
is(sql("SELECT count(*) FROM pay.payments WHERE merchant_id = $merchant"), $rounds, 'a payment a round');
is(join("\n", invariants()), '', 'invariants');
my @bad = without_killed(grep { /\[(?:alert|emerg|crit)\]/ } split /\n/, error_log_since(\$log));
is(join("\n", @bad), '', 'error.log: no [alert], [emerg], [crit]');
done_testing();

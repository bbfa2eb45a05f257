# No operation costs PostgreSQL more instructions than its budget allows.

use strict;
use warnings;

use lib 't/lib';
use Cluster;
use Test::More;

open my $file, '<', 'bench/budget' or die "bench/budget: $!";
my ($of) = <$file> =~ /PostgreSQL (\d+)/ or die "bench/budget does not say of which PostgreSQL\n";
close $file;
plan skip_all => "the budgets are those of PostgreSQL $of, this is " . Cluster::version() if Cluster::version() != $of;

my $port = ($ENV{PAYMENTS_TEST_PORT} || 19080) + 63;
my @lines = split /\n/, `bench/cost --port $port 2>&1`;
my $ended = $? >> 8;
note $_ for @lines;
my @costs = map { /^ *\d+  (.+?)  +([-+][\d.]+) % of \d+(: ABOVE)?/ ? [$1, $2, $3] : () } @lines;
ok(@costs > 10, 'operations are counted') or diag @lines;
ok(!$_->[2], "$_->[0]: $_->[1] %") for @costs;
is($ended, 0, 'none is above its budget by more than 3 %');
# a budget that is far above what is spent would let it grow again
cmp_ok($_->[1], '>', -10, "the budget of \"$_->[0]\" is not slack") for @costs;

done_testing();

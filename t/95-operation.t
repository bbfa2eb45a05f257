# docs/development.md adds an operation: what it says is applied to a copy of the
# tree, built, and its suite run.

use strict;
use warnings;

use Cwd qw(getcwd);
use File::Temp;
use Test::More;

my $top = getcwd();
my $copy = "$top/build/test/operation";
# not below a checkout, which may be in a home that PostgreSQL's user cannot enter
my $dir = File::Temp->newdir;
chmod 0755, "$dir";
my $stack = "$dir/stack";

sub said {
    my ($name, $command) = @_;
    my $out = `cd $copy && { $command; } 2>&1`;
    ok($? == 0, $name) or diag $out;
    return $out;
}

system("rm -rf $copy && mkdir -p $copy && git ls-files -co --exclude-standard | tar cf - -T - | tar xf - -C $copy") == 0
    or die "no copy of the tree\n";
open my $fh, '<', 'docs/development.md' or die;
my ($diff) = do { local $/; <$fh> } =~ /^```diff\n(.*?)^```$/ms;
close $fh;
ok($diff, 'there is a worked example');
is(join(' ', $diff =~ m{^\+\+\+ b/(\S+)}mg),
   'ngx_payments_module/api/operations/operations.c sql/functions/order sql/functions/payments/read_last_refund.sql t/48-last-refunds.t',
   'a row, a SQL function in its place, a suite');
open my $patch, '>', "$copy/example.diff" or die;
print {$patch} $diff;
close $patch;

said('git would take it', "GIT_CEILING_DIRECTORIES=$top/build/test git apply --check example.diff");
said('it applies', 'patch -p1 < example.diff');
said('it builds', "PAYMENTS_VIEWER=$top/build/viewer tools/build build '-O0 -U_FORTIFY_SOURCE'");
my $port = ($ENV{PAYMENTS_TEST_PORT} || 19080) + 60;
said('a stack comes up', "tools/devstack --dir $stack up --port $port --workers 1 --replicas 0 --no-redis");
my $result = said('its suite passes', "eval \"\$(tools/devstack --dir $stack env)\" && prove -It/lib t/48-last-refunds.t");
like($result, qr/^All tests successful/m, 'all of it');
said('the stack goes down', "tools/devstack --dir $stack down");

done_testing();

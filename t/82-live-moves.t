# A merchant moves to another shard while acquirers are asked for it: what they say is kept
# where the merchant is then, each key is charged once, and what nobody waits for any more
# is found out there.

use strict;
use warnings;

use lib 't/lib';
use Load qw(api text uuid later collect wait_until devstack sql invariants error_log_since without_killed);

# a stack of its own
my ($first) = $ENV{PAYMENTS_URL} =~ /:(\d+)$/;
my @stack = ('--port', $first, '--shards', 2, '--replicas', 0, '--shard', 'timeout 15s;');
devstack('down');
devstack('up', @stack);
for (`tools/devstack --dir $ENV{DEVSTACK_DIR} env`) {
    $ENV{$1} = $2 if /^export (\w+)='(.*)'$/;
}

use Calls;
use Kills;
use Live;
use Test::More;

my %shard = (1 => $ENV{PG_PRIMARY}, 2 => $ENV{PG_SHARD2});
sub in_shard { my ($n, $text) = @_; local $ENV{PG_PRIMARY} = $shard{$n}; return sql($text) }

Live::begin();
# a client waits for as long as it may, and a call is under way for as long as a move takes
devstack('up', @stack, '--http', Live::processors('breaker fails=1000000; answer 10s; timeout 300s; not_found_after 300s;'));
Live::wait_for_nodes($Load::port);
my $log = -s $ENV{NGINX_ERROR_LOG};

# a worker that is killed is taken for dead only when a test says so
sub patience {
    my ($interval) = @_;
    in_shard($_, "CREATE OR REPLACE FUNCTION pay.attempt_patience() RETURNS interval
                  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS \$\$ SELECT interval '$interval' \$\$") for 1, 2;
}
sub hasten_all { for (1, 2) { local $ENV{PG_PRIMARY} = $shard{$_}; hasten() } }

sub moves {
    my ($from, $to) = @_;
    my $said = `tools/move-merchant --from '$shard{$from}' --to '$shard{$to}' --freeze-limit 4000 --merchant $Live::merchant 2>&1`;
    is($?, 0, "the merchant moves from shard $from to shard $to") or diag $said;
    is(in_shard($from, "SELECT pay.has_rows(ARRAY[$Live::merchant])"), '', '... and nothing is left there');
}

# its key has one end, in this shard
sub ends_in {
    my ($call, $shard) = @_;
    my $made = ends_well($call);
    is(in_shard($shard, "SELECT count(*) FROM pay.journal WHERE status > 1 AND key = '$call->{key}'"), 1, "$call->{name}: its key has one end");
    is(in_shard(3 - $shard, "SELECT count(*) FROM pay.journal WHERE key = '$call->{key}'"), 0, "$call->{name}: in one shard");
    return $made;
}

sub each_operation { return map { my $does = $_; map { asked_for(prepared($_, %$does)) } @operations } @_ }

# Those who ask die before it moves; nobody asks for some of them again
patience('1 hour');
my @orphans = each_operation({ after => '' });
# (what is held before it is executed is found by no look-up, and a refund is not sent again until that counts)
my @asked_again = (each_operation({ after => '' }), map { asked_for(prepared($_, before => '')) } grep { $_ ne 'refund' } @operations);
Kills::nginx(Kills::workers(1));
collect($_->{first}) for @orphans, @asked_again;
ok(wait_until(20, sub { Kills::workers(1) == 2 && Kills::ready($Load::port) }), 'those who asked have died');

# these go on, and of those their clients have been answered
my @pending = map { asked_for(prepared($_, pending => 'forever')) } @operations;
$_->{body} = collect($_->{first})->{body} for @pending;
my @under_way = each_operation({ after => '' }, { before => '' });
moves(1, 2);

$acquirer->release($_->{key}) for @under_way, @asked_again, @orphans;
hasten_all();
for my $call (@under_way) {
    my $answer = collect($call->{first});
    like($answer->{status}, $operation{ $call->{operation} }{final}, "$call->{name}, and moved: the client has its answer");
    is(ends_in($call, 2)->{body}, $answer->{body}, "$call->{name}, and moved: which the key has");
}
for my $call (@asked_again) {
    wait_until(30, sub { Load::request($call->{text}, 30)->{status} =~ $operation{ $call->{operation} }{final} });
    hasten_all();
    ends_in($call, 2);
}
ends_in($_, 2) for @orphans;
patience('12 seconds');

# and back, with what the acquirer has not decided
moves(2, 1);
for my $call (@pending) {
    $acquirer->resolve(($acquirer->seen(operation => $call->{operation}, token => $call->{token}))[0]{request}{attempt}, 'approved');
}
hasten_all();
is(ends_in($_, 1)->{body}, $_->{body}, "$_->{name}, and moved twice: the key has its first answer") for @pending;

is(disagreement(), '', 'the books agree');
for my $n (1, 2) {
    local $ENV{PG_PRIMARY} = $shard{$n};
    is(join("\n", invariants()), '', "invariants of shard $n");
}
is(join("\n", without_killed(grep { /\[(?:alert|emerg)\]/ } split /\n/, error_log_since(\$log))), '', 'error.log: no [alert], [emerg]');
Live::finish();
done_testing();

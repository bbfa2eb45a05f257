# A worker is killed between any two instructions while it holds the lock of shared
# memory: the master gives the lock free, the others go on, and no payment is
# lost or made twice.  gdb stops it there; where it may not, nothing is tested.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql request create uuid invariants rounds wait_until);
use Own;
use Test::More;

if (`gdb -batch -p $$ -ex detach 2>&1` =~ /ptrace|not permitted/) {
    plan skip_all => 'gdb may not attach to a process here (ptrace)';
}

sub workers { map { chomp; $_ } `pgrep -P @{[Nginx::pid()]}` }

Own::start(workers => 2, shard => 'mode direct; timeout 4s;');

my $load = Load->start(clients => 6);
my $rounds = rounds(10, 100);

for my $round (1 .. $rounds) {
    my @pids = workers();
    my $pid = $pids[rand @pids] or die "no worker\n";    # kill 0 is everybody
    my $steps = int rand($round % 2 ? 40 : 400);

    # "finish" comes back from taking the lock; then some instructions
    system("timeout 10 gdb -batch -nx -p $pid -ex 'break ngx_shmtx_lock' -ex continue"
           . " -ex finish -ex 'stepi $steps' -ex kill > /dev/null 2>&1");
    kill KILL => $pid;
    wait_until(5, sub { !grep { $_ == $pid } workers() });
    ok(wait_until(5, sub { workers() == 2 && Own::get('/readyz', 1)->{status} == 200 }),
       "killed $steps instructions after it took a lock: another one is there");
}

my @done = $load->stop;
is(scalar(grep { $_->{id} eq 'stuck' } @done), 0, 'no key is stuck');
is(sql("SELECT count(*), count(DISTINCT object_id) FROM pay.journal WHERE status > 1 AND key LIKE '$load->{run}-%'"),
   scalar(@done) . '|' . scalar(@done), 'each payment is there, once, and no other is');
my $held = () = Own::log_text() =~ /was locked by/g;
cmp_ok($held, '>', 0, "$held of $rounds held a lock when they were killed");

my $key = uuid();
my @answers = map { request(create($key, 3)) } 1 .. 20;
is(scalar(grep { $_->{body} eq $answers[0]{body} } @answers), 20, 'both answer from what they share');

is(join("\n", invariants()), '', 'invariants');
Own::stop(killed => 1);
done_testing();

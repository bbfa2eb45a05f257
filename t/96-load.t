# bench/load measures from when a request was due: a server that stalls shows in its
# p99, which a client that waits for the answer before it sends the next would hide.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(nginx_pid);
use Test::More;
use Time::HiRes qw(sleep time);

my $load = 'build/test/load';
is(system("gcc -O2 -Wall -Wextra -Werror -o $load bench/load/*.c -lm"), 0, 'it compiles');

sub load {
    my (@args) = @_;
    my $pid = open my $out, '-|', $load, '--port', $Load::port, '--key', $ENV{PAYMENTS_KEY}, @args
        or die "$load: $!";
    return sub { my $text = do { local $/; <$out> }; close $out; return decode_json($text) };
}

sub stalled {
    my (@args) = @_;
    my $end = load('--seconds', 5, @args);
    sleep 2;
    my $master = nginx_pid();
    open my $fh, '<', "/proc/$master/task/$master/children" or die "children of $master: $!";
    my @workers = split ' ', <$fh>;
    my $start = time;
    kill STOP => @workers;
    sleep 1;
    kill CONT => @workers;
    return { stall => 1000 * (time - $start), %{ $end->() } };
}

my $quiet = load('--path', '/livez', '--rate', 200, '--seconds', 3)->();
is(join(' ', keys %{ $quiet->{statuses} }), 200, 'answers');
cmp_ok(abs($quiet->{requests} - 600), '<=', 1, 'as many as were asked for');
is($quiet->{errors}, 0, 'no errors');

# all workers stop, since the connection may be of any
my $open = stalled('--path', '/livez', '--rate', 200, '--connections', 1);
# the stall is the longest that there was: it shows in the p99 of one, not of the other
cmp_ok($open->{max}, '>', 0.8 * $open->{stall}, "a second's stall, at a rate: the longest took $open->{max} ms");
cmp_ok($open->{p99}, '>', 0.5 * $open->{max}, "... and p99 is $open->{p99} ms");
cmp_ok($open->{requests}, '>=', 1000, 'what was due meanwhile was sent after it');
my $closed = stalled('--path', '/livez', '--connections', 1);
cmp_ok($closed->{max}, '>', 0.8 * $closed->{stall}, "the same without a rate: the longest took $closed->{max} ms");
cmp_ok($closed->{p99}, '<', 0.25 * $closed->{max}, "... and p99 is $closed->{p99} ms");

my $mixed = load('--mix', 'create=40,replay=20,get=20,list=5,capture=10,refund=5', '--rate', 200, '--poisson',
                 '--seconds', 4)->();
is(join(' ', sort keys %{ $mixed->{classes} }), 'capture create get list refund replay', 'every class');
is($mixed->{wrong}, 0, 'replays have the id of the first');
cmp_ok($mixed->{replayed}, '>', 0, "$mixed->{replayed} were replays");
is($mixed->{errors}, 0, 'no errors');
is(join(' ', grep { !/^20[01]$/ } keys %{ $mixed->{statuses} }), '', 'all succeed');

done_testing();

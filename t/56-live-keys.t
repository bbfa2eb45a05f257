# One key of a live payment, many requests: over two workers and two nodes the acquirer is
# asked once, and all hear the same.  Needs "tools/devstack up --nodes 2".

use strict;
use warnings;

use lib 't/lib';
use Live;
use Load qw(api request text uuid later collect together wait_until devstack error_log_since promised);
use JSON::PP;
use List::Util qw(max min shuffle sum0);
use Own;
use Test::More;

$Load::port2 or die "run: tools/devstack up --nodes 2\n";
my @nodes = ($Load::port, $Load::port2);

Live::begin();

# the stack's two nodes, with this acquirer
# a client may be kept waiting for 10 s at most
my $answer = min(2 * Load::patience(), 10);
my $timeout = 3 * $answer;
sub stack {
    my ($parameters) = @_;
    devstack('up', '--port', $Load::port, '--nodes', 2, '--shard', 'timeout 15s;',
             '--http', Live::processors("answer ${answer}s; timeout ${timeout}s; $parameters"),
             '--http', 'payments_idempotency_wait ' . 2 * $answer . 's;');
    Live::wait_for_nodes(@nodes);
}
stack('');
my $log = -s $ENV{NGINX_ERROR_LOG};

sub at { my ($port, $code) = @_; local $Load::port = $port; return $code->() }
sub held { my ($name) = @_; return wait_until(10, sub { $acquirer->waiting($name) >= 1 }) }
sub bodies { my %bodies = map { ($_->{body} => 1) } @_; return scalar keys %bodies }
sub counted { my %n; $n{ $_->{status} }++ for @_; return join ', ', map { "$n{$_} x $_" } sort keys %n }
sub post { return text(post_of(@_)) }

# until so many requests wait, in all workers of both nodes
sub parked {
    my ($n) = @_;
    my $have;
    ok(wait_until(10, sub { $have = sum0(map { at($_, sub { Own::metric('payments_idempotency_parked') }) } @nodes); $have >= $n }),
       "$n requests wait") or diag("$have do");
}

# A hundred of the same, while the acquirer takes its time -----------------------------------

{
    my $name = 'hundred';
    my $key = uuid();
    my @body = (token => 'tok_hundred', amount => 100, 'Idempotency-Key' => $key);
    $acquirer->script({ token => 'tok_hundred', before => $name });

    my ($seen, %meanwhile);
    my @answers = together([@nodes, sub {
        ok(held($name), 'hundred: the acquirer has it');
        parked(100);
        $seen = asked('authorize');
        for my $n (0, 1) {
            at($nodes[$n], sub {
                my $node = 'node ' . ($n + 1);
                $meanwhile{"$node: another body"} = says(pay(@body, amount => 101));
                $meanwhile{"$node: the record"} = record($key)->{json}{state};
                $meanwhile{"$node: wait=0"} = says(pay(@body, Prefer => 'wait=0'));
            });
        }
        $acquirer->release($name);
    }], (post(@body)) x 100);

    is($meanwhile{"node $_: another body"}, '422 idempotency_key_reused', "hundred, node $_: another body is refused at once") for 1, 2;
    is($meanwhile{"node $_: the record"}, 'in_progress', "hundred, node $_: the key is in progress") for 1, 2;
    is($meanwhile{"node $_: wait=0"}, '409 idempotency_key_in_use', "hundred, node $_: wait=0 does not wait") for 1, 2;
    is($seen, 1, 'hundred: asked once');
    is(asked('authorize'), 1, 'hundred: and not again');
    is(counted(@answers), '100 x 201', 'hundred: all have their payment');
    is(bodies(@answers), 1, 'hundred: with the same bytes');
    is(charged($answers[0]{json}{id}), '100 100 0 0', 'hundred: charged once');
    my @seconds = map { $_->{seconds} } @answers;
    promised(max(@seconds) - min(@seconds), 0.1, 'hundred: the last has it after the first by');
    my %said;
    $said{ $_->{head} =~ /^Payments-Idempotency: (\w+)/m ? $1 : '' }++ for @answers;
    is($said{executed}, 1, 'hundred: one was executed, the others say that they were not');
    is(record($key)->{json}{state}, 'completed', 'hundred: the key is completed');
}

# A hundred, and it takes longer than a client is kept waiting ---------------------------------

{
    my $name = 'late';
    my $key = uuid();
    my @body = (token => 'tok_late', amount => 200, 'Idempotency-Key' => $key);
    $acquirer->script({ token => 'tok_late', before => $name });
    my @answers = together(\@nodes, (post(@body)) x 100);
    is(counted(@answers), '100 x 202', 'late: all hear that it is processing');
    is(bodies(@answers), 1, 'late: with the same bytes');
    is(asked('authorize', $answers[0]{json}{id}), 1, 'late: asked once');
    my ($first, $last) = (min(map { $_->{seconds} } @answers), max(map { $_->{seconds} } @answers));
    cmp_ok($first, '>', 0.9 * $answer, 'late: when the time of the answer is over');
    promised($last, $answer + 1, 'late: the last of them');
    is(at($nodes[1], sub { says(pay(@body)) }), '202 processing', 'late: replayed on the other node');
    is(at($nodes[1], sub { says(pay(@body, amount => 201)) }), '422 idempotency_key_reused', 'late: another body is refused');
    $acquirer->release($name);
    my $id = $answers[0]{json}{id};
    is(settled($id), 'captured', 'late: and then it is captured');
    is(events($id), 'processing captured', 'late: two events');
    is(charged($id), '200 200 0 0', 'late: charged once');
    is(pay(@body)->{body}, $answers[0]{body}, 'late: the key has its first answer');
    is(asked('authorize', $id), 1, 'late: asked once, to the end');
}

# Nothing was done: one of those who wait asks again --------------------------------------------

for (['busy', { status => 429, executes => 'no' }], ['not_executed', { executes => 'no' }]) {
    my ($what, $does) = @$_;
    my $key = uuid();
    my $token = "tok_free_$what";
    my @body = (token => $token, amount => 300, 'Idempotency-Key' => $key);
    $acquirer->script({ token => $token, nth => 1, after => $what, %$does }, { token => $token });
    my @answers = together([@nodes, sub { held($what); parked(20); $acquirer->release($what) }], (post(@body)) x 20);
    my @refused = grep { $_->{status} == 503 } @answers;
    my @made = grep { $_->{status} == 201 } @answers;
    is(@refused + @made, 20, "$what: all have an answer") or diag(counted(@answers));
    is(scalar(grep { $_->{token} eq $token } $acquirer->seen(operation => 'authorize')), 2, "$what: one of those who wait asks again");
    cmp_ok(scalar @refused, '<=', 2, "$what: who asked hears that nothing was done, and nobody else") or diag(counted(@answers));
    is(bodies(@made), 1, "$what: the others have one payment");
    my $made = pay(@body);
    is(says($made), '201 captured', "$what: and the key has it");
    is(charged($made->{json}{id}), '300 300 0 0', "$what: charged once");
}

# The other node asks for the key at the very moment at which the verdict is to be kept -------------

for my $gone (0, 1) {
    my $name = $gone ? 'locked, and its client is gone' : 'locked';
    my $key = uuid();
    my $token = "tok_locked_$gone";
    my @body = (token => $token, amount => 350, 'Idempotency-Key' => $key);
    $acquirer->script({ token => $token, operation => 'authorize', after => $name });
    my $socket = IO::Socket::INET->new("127.0.0.1:$Load::port") or die "connect: $!";
    syswrite $socket, post(@body);
    ok(held($name), "$name: it is executed");
    my $lock = Live::hold_key($key);
    my $since = Live::db_now();
    $acquirer->release($name);
    ok(wait_until(10, sub { Live::called('create_payments', $since) }), "$name: the verdict could not be kept");
    close $socket if $gone;
    $lock->release;
    # by the one that has the verdict; a follow-up would have to look it up
    my $made;
    ok(wait_until(10, sub { $made = at($nodes[1], sub { pay(@body, Prefer => 'wait=1') }); $made->{status} == 201 }), "$name: then it is kept");
    my $id = $made->{json}{id} // '';
    is(asked('authorize', $id) . asked('lookup', $id), '10', "$name: asked once, and not looked up");
    is(charged($id), '350 350 0 0', "$name: charged once");
}

# Declined: all of them --------------------------------------------------------------------------

{
    my @body = (token => 'tok_no', amount => 400, 'Idempotency-Key' => uuid());
    $acquirer->script({ token => 'tok_no', before => 'no', code => 'lost_card' });
    my @answers = together([@nodes, sub { held('no'); parked(50); $acquirer->release('no') }], (post(@body)) x 50);
    is(counted(@answers), '50 x 402', 'declined: all hear it');
    is(bodies(@answers), 1, 'declined: with the same bytes');
    is(asked('authorize', $answers[0]{json}{payment_id}), 1, 'declined: asked once');
}

# Two bodies, one key, two nodes -------------------------------------------------------------------

{
    my @wrong;
    for my $round (1 .. Load::rounds(10, 100)) {
        my $key = uuid();
        my @amounts = shuffle((1001) x 10, (1002) x 10);
        my @answers = together([shuffle @nodes], map { post(token => 'tok_slow_30', amount => $_, 'Idempotency-Key' => $key) } @amounts);
        my @made = grep { $_->{status} == 201 } @answers;
        my ($won) = map { $_->{json}{amount} } @made;
        push @wrong, "round $round: " . counted(@answers)
            if bodies(@made) != 1 || grep { ($amounts[$_] == $won) != ($answers[$_]{status} == 201) } 0 .. $#answers;
        push @wrong, "round $round: asked for both"
            if keys %{ { map { ($_->{request}{payment} => 1) } grep { $_->{request}{amount} =~ /^100[12]\z/ } $acquirer->seen(token => 'tok_slow_30') } } != $round;
    }
    is(join("\n", @wrong), '', 'two bodies: one wins, the acquirer hears of no other');
}

# A client that leaves, and a reload ------------------------------------------------------------------

{
    my $key = uuid();
    my @body = (token => 'tok_gone', amount => 500, 'Idempotency-Key' => $key);
    $acquirer->script({ token => 'tok_gone', before => 'gone' });
    my $gone = IO::Socket::INET->new("127.0.0.1:$Load::port") or die "connect: $!";
    syswrite $gone, post(@body);
    ok(held('gone'), 'gone: it is asked');
    close $gone;
    $acquirer->release('gone');
    ok(wait_until(10, sub { (record($key)->{json}{state} // '') eq 'completed' }), 'gone: it ends without its client');
    is(says(pay(@body)), '201 captured', 'gone: the answer is there');
    is(asked('authorize', pay(@body)->{json}{id}), 1, 'gone: asked once');
}

{
    my $n = 50;
    $acquirer->script({ token => 'tok_reload', before => 'reload' });
    my @texts = map { post(token => 'tok_reload', amount => 600 + $_) } 1 .. $n;
    my @answers = together([@nodes, sub {
        wait_until(10, sub { $acquirer->waiting('reload') == $n });
        devstack('reload');
        # workers that drain keep their calls; new ones serve
        wait_until(10, sub { says(pay(amount => 1)) eq '201 captured' });
        $acquirer->release('reload');
    }], @texts);
    is(counted(@answers), "$n x 201", 'reload: calls that are under way end well');
    is(scalar(grep { asked('authorize', $_->{json}{id}) != 1 } @answers), 0, 'reload: each was asked once');
}

is(disagreement(), '', 'the books agree');
is(join("\n", grep { /\[(?:alert|emerg)\]/ } split /\n/, error_log_since(\$log)), '', 'error.log: no [alert], [emerg]');
Live::finish();
done_testing();

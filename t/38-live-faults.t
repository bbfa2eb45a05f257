# What becomes of a live payment when its acquirer hangs, dribbles, closes, lies or is not
# there.  The client hears what is known; what is not known stays "processing" and is
# looked up.  No payment fails by a timeout, and the acquirer's own books agree at the end.

use strict;
use warnings;

use lib 't/lib';
use Live;
use Load qw(request text uuid later collect together wait_until rounds figures);
use JSON::PP;
use List::Util qw(min);
use Own;
use Test::More;
use Time::HiRes qw(sleep time);

Live::alone();
Live::begin();

# payments of another merchant, and those that nobody can know the end of
my %others;


# a client is answered after these seconds, a call has these: as short as lets an answer
# that is not held come in time on a machine that is busy
my $answer = min(Load::patience(), 10);
my $timeout = 3 * $answer;
my $short = "answer ${answer}s; timeout ${timeout}s; not_found_after ${timeout}s;";

sub start {
    my ($parameters) = @_;
    Own::start(workers => 2, connections => 4096, shard => 'mode direct;',
               http => Live::processors("$short $parameters"));
}

# Each fault by itself, all at once ---------------------------------------------------------

# name => { script: instructions for the payment's token; says: what the client hears;
# final: what the payment is in the end; charged: what the books have of it; free: the same
# key may come again }

my @all = (operation => 'authorize');
my @once = (@all, nth => 1);
my @look = (operation => 'lookup');
my ($done, $known_later) = (qr/^201 captured\z/, qr/^202 processing\z/);
# by a second sending, or a look-up, if that comes before the client's time is over
my $either = qr/^(?:201 captured|202 processing)\z/;
my $nothing = '';
my $free = qr/^503 processor_unavailable\z/;

my %fault = (
    'closed after it was executed'       => { script => [{ @once, send => 'close' }], says => $done },
    'reset after it was executed'        => { script => [{ @once, send => 'reset' }], says => $done },
    'half an answer'                     => { script => [{ @once, send => 'half' }], says => $done },
    'half of its head'                   => { script => [{ @once, send => 'half', bytes => 20 }], says => $done },
    'an answer that the end ends'        => { script => [{ @once, send => 'unframed' }], says => $either },
    'answered twice'                     => { script => [{ @once, send => 'twice' }], says => $done },
    'answered once more, later'          => { script => [{ @once, send => 'late_twice' }], says => $done },
    'byte by byte'                       => { script => [{ @once, send => 'dribble' }], says => $done },
    'in chunks'                          => { script => [{ @once, send => 'chunked' }], says => $done },

    '500, then its answer'               => { script => [{ @once, status => 500 }], says => $either },
    '502 each time'                      => { script => [{ @all, status => 502 }], says => $either },
    '503 that proves nothing'            => { script => [{ @once, status => 503 }], says => $either },
    '404'                                => { script => [{ @once, status => 404 }], says => $either },
    '409'                                => { script => [{ @once, status => 409 }], says => $either },
    'a redirect'                         => { script => [{ @once, status => 302, headers => { Location => '/elsewhere' } }], says => $either },
    'a redirect each time'               => { script => [{ @all, status => 307, headers => { Location => '/elsewhere' } }], says => $either },
    '10 MB'                              => { script => [{ @once, size => 10_000_000 }], says => $either },
    '10 MB in chunks'                    => { script => [{ @once, size => 10_000_000, send => 'chunked' }], says => $either },
    'no JSON'                            => { script => [{ @once, body => '{"verdict":' }], says => $either },
    'no JSON each time'                  => { script => [{ @all, body => '<html>' }], says => $either },
    'no object'                          => { script => [{ @once, body => '["approved"]' }], says => $either },
    'nothing at all'                     => { script => [{ @once, body => '' }], says => $either },
    'another amount is said'             => { script => [{ @all, members => { amount => 1098 } }], says => $either },
    'another currency is said'           => { script => [{ @all, members => { currency => 'USD' } }], says => $either },
    'no amount is said'                  => { script => [{ @all, members => { amount => undef } }], says => $either },
    'no reference is said'               => { script => [{ @all, members => { reference => undef } }], says => $either },
    'a verdict that there is not'        => { script => [{ @all, members => { verdict => 'maybe' } }], says => $either },
    'not_found to what is no look-up'    => { script => [{ @all, members => { verdict => 'not_found' } }], says => $either },
    'an action without return_url'       => { script => [{ @all, instead => { verdict => 'action', reference => 'r1', action => {
                                                  type => 'redirect', url => 'https://bank.example/', expires_at => '2030-01-01T00:00:00Z' } } }],
                                              says => $either },
    'the answer to another attempt'      => { script => [{ @all, of_another => 1 }], says => $either },

    '429'                                => { script => [{ @once, status => 429, executes => 'no', headers => { 'Retry-After' => 1 } }], says => $free, free => 1 },
    '503 that says: not executed'        => { script => [{ @once, status => 503, executes => 'no', headers => { 'Payments-Executed' => 'no' } }],
                                              says => $free, free => 1 },
    'not_executed'                       => { script => [{ @once, executes => 'no' }], says => $free, free => 1 },

    'closed each time'                   => { script => [{ @all, send => 'close' }], says => $either },
    # the call may be given up a moment before the client is, and a look-up find it
    'executed, and it hangs'             => { script => [{ @all, after => 'never' }], says => $either },
    'it hangs, and answers after all'    => { script => [{ @all, after => 'answered' }], says => $known_later },
    'it hangs, and then executes'        => { script => [{ @all, before => 'answered' }], says => $known_later },
    'it hangs, and then declines'        => { script => [{ @all, before => 'answered', code => 'lost_card' }], says => $known_later,
                                              final => 'failed', charged => $nothing },
    'too slow a byte at a time'          => { script => [{ @once, send => 'dribble', pause => 1 }], says => $known_later },
    'pending, then approved'             => { script => [{ @all, pending => 1 }], says => $known_later },
    'pending, then declined'             => { script => [{ @all, pending => 1, code => 'lost_card' }], says => $known_later,
                                              final => 'failed', charged => $nothing },
    'pending until a look-up'            => { script => [{ @all, lookups => 1 }], says => $known_later },
    'pending until the second look-up'   => { script => [{ @all, lookups => 2 }], says => $known_later },

    'a look-up gets 404'                 => { script => [{ @all, send => 'close' }, { @look, nth => 1, status => 404 }], says => $known_later },
    'a look-up gets 500'                 => { script => [{ @all, send => 'close' }, { @look, nth => 1, status => 500 }], says => $known_later },
    'a look-up gets 429'                 => { script => [{ @all, send => 'close' }, { @look, nth => 1, status => 429 }], says => $known_later },
    'a look-up is closed'                => { script => [{ @all, send => 'close' }, { @look, nth => 1, send => 'close' }], says => $either },
    'a look-up gets no JSON'             => { script => [{ @all, send => 'close' }, { @look, nth => 1, body => '{' }], says => $known_later },
    'a look-up gets another amount'      => { script => [{ @all, send => 'close' }, { @look, nth => 1, members => { amount => 1 } }],
                                              says => $known_later },
    'a look-up says not_found too early' => { script => [{ @all, send => 'close' }, { @look, nth => 1, instead => { verdict => 'not_found' } }],
                                              says => $known_later },
);

start('breaker fails=100000;');
is(says(pay(amount => 77)), '201 captured', 'the acquirer answers');

{
    my (%run, $n);
    for my $name (sort keys %fault) {
        my $token = 'tok_fault_' . ++$n;
        my $run = $run{$name} = { %{ $fault{$name} }, key => uuid(), token => $token };
        $acquirer->script(map { { %$_, token => $token } } @{ $run->{script} });
        $run->{text} = text(post_of(token => $token, amount => 1000 + $n, 'Idempotency-Key' => $run->{key}));
        $run->{amount} = 1000 + $n;
        $run->{first} = later($run->{text}, 30);
    }

    for my $name (sort keys %run) {
        my $run = $run{$name};
        my $first = collect($run->{first});
        $first->{json} = eval { decode_json($first->{body}) } || {};
        @$run{qw(id body heard)} = ($first->{json}{id}, $first->{body}, $first->{status});
        like(says($first), $run->{says}, "$name: what the client hears");
        next if !$run->{free};

        # nothing was done: the key may come again
        my $again = request($run->{text}, 30);
        $again->{json} = eval { decode_json($again->{body}) } || {};
        is(says($again), '201 captured', "$name: and the same key then gets its payment");
        @$run{qw(id body heard)} = ($again->{json}{id}, $again->{body}, $again->{status});
    }

    $acquirer->release('answered');

    for my $name (sort keys %run) {
        my $run = $run{$name};
        my $final = $run->{final} || 'captured';
        my $id = $run->{id} or next;
        is(settled($id, 60), $final, "$name: and what becomes of it");
        is(charged($id), $run->{charged} // "$run->{amount} $run->{amount} 0 0", "$name: in the books, once");
        is(request($run->{text})->{body}, $run->{body}, "$name: the key still has its first answer");
        is(events($id), $run->{heard} == 202 ? "processing $final" : $final, "$name: its events");
    }
    is(disagreement(), '', 'the books agree');
    is(scalar $acquirer->seen(path => '/elsewhere/authorize') + $acquirer->seen(path => '/elsewhere'), 0, 'no redirect was followed');
}

# no answer is taken for that to the next request of its connection
{
    $acquirer->script({ token => 'tok_told_twice', operation => 'authorize', send => 'twice' },
                      { token => 'tok_told_late', operation => 'authorize', send => 'late_twice', pause => 0.01 });
    my @wrong;
    for my $amount (2001 .. 2060) {
        my $made = pay(amount => $amount, token => (qw(tok_visa tok_told_twice tok_told_late))[$amount % 3]);
        my ($charge) = $acquirer->charges($made->{json}{id});
        push @wrong, "$amount: " . says($made) if $made->{status} != 201 || $made->{json}{processor}{reference} ne $charge->{reference};
    }
    is(join("\n", @wrong), '', 'a second answer is nobody\'s');
}

# a connection that is closed before the request is read
{
    my @wrong;
    for my $amount (3001 .. 3020) {
        $acquirer->slam(1);
        my $made = pay(amount => $amount);
        push @wrong, "$amount: " . says($made) . ' ' . charged($made->{json}{id} // '')
            if says($made) ne '201 captured' || charged($made->{json}{id}) ne "$amount $amount 0 0";
    }
    is(join("\n", @wrong), '', 'closed before it was read: sent again');
    is($acquirer->counts->{slammed}, 20, '... as often as that happened');
}

is(disagreement(), '', 'the books agree');

# Another amount was charged: nobody guesses --------------------------------------------------

{
    $acquirer->script({ token => 'tok_less', operation => 'authorize', amount => 500 },
                      { token => 'tok_dollars', operation => 'authorize', currency => 'USD' });
    my %wrong = map { $_ => pay(token => $_, amount => 700)->{json}{id} } qw(tok_less tok_dollars);
    for my $token (sort keys %wrong) {
        my $id = $wrong{$token};
        ok(wait_until(60, sub { asked('lookup', $id) >= 2 }), "$token: it is looked up, and again");
        is(payment($id)->{status}, 'processing', "$token: it stays processing");
        is(payment($id)->{amount_captured}, 0, "$token: nothing is captured");
    }
    is(disagreement(map { $_ => 1 } values %wrong), '', 'all other payments agree');
}

# The acquirer is not there ---------------------------------------------------------------------

{
    $acquirer->stop;
    my $key = uuid();
    my @body = (amount => 41, 'Idempotency-Key' => $key);
    is(says(pay(@body)), '503 processor_unavailable', 'nobody listens: 503');
    ok(wait_until(5, sub { record($key)->{status} == 404 }), 'nobody listens: the key is free');
    $acquirer->start;
    my $made = pay(@body);
    is(says($made), '201 captured', 'it listens again: the same key');
    is(charged($made->{json}{id}), '41 41 0 0', 'it listens again: charged once');
}

{
    $acquirer->signal('STOP');
    my $key = uuid();
    my @body = (amount => 42, 'Idempotency-Key' => $key);
    my $made = pay(@body);
    $acquirer->signal('CONT');
    is(says($made), '202 processing', 'it stands still: 202');
    is(settled($made->{json}{id}, 60), 'captured', 'it goes on: captured');
    is(charged($made->{json}{id}), '42 42 0 0', 'it goes on: charged once');
}

{
    $acquirer->script({ token => 'tok_killed', operation => 'authorize', after => 'killed' });
    my $key = uuid();
    my $first = later(text(post_of(token => 'tok_killed', amount => 43, 'Idempotency-Key' => $key)), 30);
    ok(wait_until(5, sub { $acquirer->waiting('killed') }), 'killed: it has executed');
    $acquirer->kill;
    $acquirer->start;
    my $made = collect($first);
    like($made->{status}, qr/^20[12]\z/, 'killed: the client has an answer');
    my ($id) = $made->{body} =~ /"id":"(pay_\w+)"/;
    is(settled($id, 60), 'captured', 'killed: captured');
    is(charged($id), '43 43 0 0', 'killed: charged once');
}

is(disagreement(%others, map { $_->{id} => 1 } grep { $_->{status} eq 'processing' } Live::payments()), '', 'the books agree');
Own::stop();

# An acquirer that forgets keys: nothing is sent twice -------------------------------------------

start('idempotency off; breaker fails=100000;');
for (['close', { send => 'close' }], ['500', { status => 500 }], ['half an answer', { send => 'half' }]) {
    my ($what, $does) = @$_;
    my $token = 'tok_forgets_' . ($what =~ tr/ /_/r);
    $acquirer->script({ token => $token, operation => 'authorize', forgets => 1, %$does });
    my $made = pay(token => $token);
    like(says($made), $either, "no keys, $what: what the client hears");
    is(settled($made->{json}{id}, 60), 'captured', "no keys, $what: looked up");
    is(asked('authorize', $made->{json}{id}), 1, "no keys, $what: it is not sent again");
}
is(disagreement(%others, map { $_->{id} => 1 } grep { $_->{status} eq 'processing' } Live::payments()), '', 'no keys: the books agree');
Own::stop();

# Too many calls, and a breaker ---------------------------------------------------------------------

# of one merchant half of them
Own::start(workers => 1, connections => 4096, shard => 'mode direct;', http => Live::processors('max_calls 6;'));
{
    my ($other) = Live::live_merchant();
    $acquirer->script({ token => 'tok_full', operation => 'authorize', before => 'full' });
    my @held = map { later(text(post_of(token => 'tok_full', amount => 600 + $_)), 30) } 1 .. 3;
    ok(wait_until(5, sub { $acquirer->waiting('full') == 3 }), 'max_calls: so many are under way');
    my $key = uuid();
    is(says(pay('Idempotency-Key' => $key)), '503 processor_unavailable', 'max_calls: one more of the same merchant is refused');
    is(says(pay(key => $test_key)), '201 captured', 'max_calls: the simulator is not');
    my $made = pay(key => $other);
    is(says($made), '201 captured', 'max_calls: nor is another merchant');
    $others{ $made->{json}{id} } = 1;
    $acquirer->release('full');
    is(join(' ', map { collect($_)->{status} } @held), '201 201 201', 'max_calls: those are answered');
    is(says(pay('Idempotency-Key' => $key)), '201 captured', 'max_calls: and then it is');
}
Own::stop();

Own::start(workers => 2, connections => 4096, shard => 'mode direct;',
           http => Live::processors('breaker fails=5 window=60s ratio=50% probe=1s;'));
{
    $acquirer->script({ token => 'tok_busy', operation => 'authorize', status => 503, executes => 'no', headers => { 'Payments-Executed' => 'no' } });
    my $from = $acquirer->counts->{taken};
    my $key = uuid();
    ok(wait_until(10, sub { my $before = asked('authorize'); pay(token => 'tok_busy', 'Idempotency-Key' => $key); asked('authorize') == $before }),
       'breaker: after some failures the acquirer is not asked');
    my $before = asked('authorize');
    $acquirer->script({ token => 'tok_probe', operation => 'authorize', before => 'probe' });
    my @probes;
    ok(wait_until(10, sub { push @probes, later(text(post_of(token => 'tok_probe')), 30); sleep 0.05; $acquirer->waiting('probe') }), 'breaker: it is tried again');
    my @more = together([$Load::port], map { text(post_of(token => 'tok_probe')) } 1 .. 20);
    is(join(' ', map { $_->{status} } @more), join(' ', (503) x 20), 'breaker: by one request alone, of both workers');
    is(scalar $acquirer->waiting('probe'), 1, 'breaker: one call is under way');
    $acquirer->release('probe');
    my %status;
    $status{ collect($_)->{status} }++ for @probes;
    is($status{201}, 1, 'breaker: its answer closes it');
    is(says(pay()), '201 captured', 'breaker: and all are asked again');
}
is(disagreement(%others, map { $_->{id} => 1 } grep { $_->{status} eq 'processing' } Live::payments()), '', 'the books agree');
Own::stop();

# Many calls under way -------------------------------------------------------------------------------

sub rss {    # KiB of memory that is the workers' own
    my $sum = 0;
    for my $pid (Nginx::children()) {
        open my $file, '<', "/proc/$pid/status" or next;
        while (<$file>) { $sum += $1 if /^RssAnon:\s+(\d+)/ }
    }
    return $sum;
}

sub cpu {    # seconds that the workers have run
    my $sum = 0;
    for my $pid (Nginx::children()) {
        my ($ns) = split ' ', Basics::slurp("/proc/$pid/schedstat");
        $sum += $ns / 1e9;
    }
    return $sum;
}

# simulated payments in so many seconds, one after the other, and what they cost the workers
sub rate {
    my ($seconds) = @_;
    my ($n, $until, $from) = (0, time + $seconds, cpu());
    while (time < $until) { $n++ if says(pay(key => $test_key)) eq '201 captured' }
    return { n => $n, cpu => cpu() - $from };
}

{
    my $n = 500;
    # they are under way however long it takes to send them
    my $long = 60 * Load::patience();
    Own::start(workers => 2, connections => 8192, shard => 'mode direct;',
               http => Live::processors("answer 10s; timeout ${long}s; not_found_after ${long}s; max_calls 1200;"));
    $acquirer->script({ token => 'tok_many', operation => 'authorize', before => 'many' });

    my $start;
    my $calls = sub {
        my ($count) = @_;
        return together([$Load::port, sub {
            ok(wait_until(30, sub { $acquirer->waiting('many') == $count }), "$count calls are under way");
            if ($count == $n) {
                my $each = (rss() - $start) / $n;
                note sprintf 'KiB for each call: %.1f', $each;
                cmp_ok($each, '<', 32, 'less than 32 KiB each');
            }
            $acquirer->release('many');
        }], map { text(post_of(token => 'tok_many', amount => 10_000 + $_)) } 1 .. $count);
    };

    # what a worker takes once, first
    $calls->(10);
    rate(1);
    $start = rss();
    my @answers = $calls->($n);
    is(scalar(grep { says($_) !~ $either } @answers), 0, 'all end well');
    ok(wait_until(30, sub { !grep { $_->{status} eq 'processing' && $_->{amount} > 10_000 } Live::payments() }), 'and are captured');
    is(disagreement(%others, map { $_->{id} => 1 } grep { $_->{status} eq 'processing' } Live::payments()), '', 'many: the books agree');

    # what simulated payments lose by them, in turns
    my %rate = map { ($_ => { n => 0, cpu => 0 }) } qw(alone beside);
    my $count = sub {
        my ($what) = @_;
        my $rate = rate(rounds(1, 4));
        $rate{$what}{$_} += $rate->{$_} for qw(n cpu);
    };
    for my $round (1 .. rounds(1, 5)) {
        $count->('alone');
        # of one process: five hundred would be in the way themselves
        my @sockets = map {
            my $socket = IO::Socket::INET->new("127.0.0.1:$Load::port") or die "connect: $!\n";
            syswrite $socket, text(post_of(token => 'tok_many', amount => 20_000 + $_));
            $socket;
        } 1 .. rounds(50, $n);
        ok(wait_until(30, sub { $acquirer->waiting('many') == @sockets }), scalar(@sockets) . ' are under way again');
        $count->('beside');
        is(scalar $acquirer->waiting('many'), scalar @sockets, '... to the end');
        $acquirer->release('many');
        for my $socket (@sockets) { 1 while sysread $socket, my $text, 65536 }
    }
    note sprintf 'simulated payments %s: %d, of %d us of the workers each', $_, $rate{$_}{n}, 1e6 * $rate{$_}{cpu} / $rate{$_}{n}
        for 'alone', 'beside';
    cmp_ok($rate{beside}{n}, '>', (figures() ? 0.95 : 0.5) * $rate{alone}{n}, 'simulated payments go on beside them');
    Own::stop();
}

Live::finish();
done_testing();

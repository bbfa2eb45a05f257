# Live payments while a worker, all of nginx, PostgreSQL, the acquirer or Redis is killed:
# each key has one charge at most, each 201 is true, no key is stuck.  Two nodes; clients
# ask either.  PAYMENTS_SOAK=1 runs all rounds.

use strict;
use warnings;

use lib 't/lib';
use Kills;
use Live;
use Load qw(api request text uuid later collect answered wait_until devstack rounds sql
            error_log_since without_killed promised figures);
use List::Util qw(max sum0);
use Own;
use Basics;
use POSIX qw(:signal_h);
use Test::More;
use Time::HiRes qw(sleep time);

$Load::port2 or die "run: tools/devstack up --nodes 2\n";
my @nodes = ($Load::port, $Load::port2);

# as long as a key may be without an answer when whoever asked for it has died
my $limit = 14;

my $seed = $ENV{PAYMENTS_SEED} || int rand 1e6;
srand $seed;
note "PAYMENTS_SEED=$seed";

# what becomes of a token, and the final states of its payments
my @all = (operation => 'authorize');
my @once = (@all, nth => 1);
my %card = (
    visa    => [],
    close   => [{ @once, send => 'close' }],
    error   => [{ @once, status => 500 }],
    late    => [{ @once, after => 0.3 }],
    early   => [{ @once, before => 0.2 }],
    dribble => [{ @once, send => 'dribble' }],
    pending => [{ @all, pending => 0.5 }],
    busy    => [{ @once, status => 429, executes => 'no' }],
    no      => [{ @all, code => 'lost_card' }],
    lost    => [{ @once, before => 0.1, code => 'lost_card', send => 'close' }, { @all, code => 'lost_card' }],
);
my @tokens = (('visa') x 6, sort keys %card);

# and of payments that are captured, canceled and refunded
my %changes;
for my $operation (qw(capture void refund)) {
    my %does = (close => { nth => 1, send => 'close' }, error => { nth => 1, status => 500 }, late => { nth => 1, after => 0.3 },
                early => { nth => 1, before => 0.2 }, pending => { pending => 0.5 }, cut => { send => 'half', nth => 1 });
    $changes{"${operation}_$_"} = [{ operation => $operation, %{ $does{$_} } }] for keys %does;
}
$changes{capture_no} = [{ operation => 'capture', code => 'authorization_expired' }];
$changes{plain} = [];
my @changes = (('plain') x 4, sort keys %changes);

my %all = (%card, %changes);
Live::begin(script => [map { my $name = $_; map { { %$_, token => "tok_$name" } } @{ $all{$name} }, {} } sort keys %all]);

sub stack {
    my ($parameters) = @_;
    devstack('up', '--port', $Load::port, '--nodes', 2, '--shard', 'timeout 15s;',
             '--http', Live::processors("breaker fails=1000000; $parameters"));
    Live::wait_for_nodes(@nodes);
}
stack('');
my %log = map { ($_ => -s $_) } my @logs = @ENV{qw(NGINX_ERROR_LOG NGINX_ERROR_LOG_2)};

# Who is killed ------------------------------------------------------------------------------

sub all_ready { my ($seconds) = @_; return wait_until($seconds || 20, sub { Kills::ready(@nodes) }) }

my %victim = (
    worker     => sub { my @pids = Kills::workers(1 + int rand 2); Kills::nginx($pids[rand @pids]) if @pids },
    nginx      => sub { Kills::node(1 + int rand 2) },
    PostgreSQL => sub { Kills::server('primary') },
    acquirer   => sub { $acquirer->kill; sleep rand 0.3; $acquirer->start },
    Redis      => sub { Kills::server('redis') },
);

# One at a time, at a known moment -------------------------------------------------------------

# a payment whose call is held, before or after it is executed: its key, its text, and the
# request that waits at this node
sub held {
    my ($when, $node, %more) = @_;
    my $token = 'tok_' . uuid();
    my ($key, $name) = (uuid(), uuid());
    $acquirer->script({ token => $token, operation => 'authorize', nth => 1, $when => $name, %more },
                      { token => $token, %more });
    my $text = text(post_of(token => $token, amount => 100 + int rand 900, 'Idempotency-Key' => $key));
    local $Load::port = $nodes[$node - 1];
    my $first = later($text, 30);
    ok(wait_until(10, sub { $acquirer->waiting($name) }), "the call is held, $when it is executed");
    return { key => $key, token => $token, text => $text, first => $first, name => $name };
}

sub ask_until {
    my ($port, $text) = @_;
    my $start = time;
    my $answer;
    {
        local $Load::port = $port;
        wait_until(2 * $limit, sub { ($answer = request($text, 30))->{status} =~ /^(?:20[12]|402)\z/ });
    }
    $answer->{took} = time - $start;
    $answer->{json} = eval { JSON::PP::decode_json($answer->{body}) } || {};
    return $answer;
}

for my $when ('before', 'after') {
    for my $victim ('worker', 'node') {
        for my $then (1, 2) {
            my $name = "$victim killed $when it is executed, asked again at node $then";
            my $held = held($when, 1);
            my @pids = Kills::workers(1);
            $victim eq 'node' ? Kills::node(1) : Kills::nginx(@pids);
            collect($held->{first});
            my $made = ask_until($nodes[$then - 1], $held->{text});
            is(says($made), '201 captured', "$name: it has its payment");
            promised($made->{took}, $limit, "$name: within");
            $acquirer->release($held->{name});
            is(scalar $acquirer->charges($made->{json}{id}), 1, "$name: one charge");
            all_ready();
        }
    }
}

{
    my $held = held('after', 1);
    Kills::nginx(Kills::workers(1));
    my $killed = time;
    collect($held->{first});
    ok(wait_until(2 * $limit, sub { (record($held->{key})->{json}{state} // '') eq 'completed' }), 'nobody asks again: its key ends nevertheless');
    promised(time - $killed, $limit, 'nobody asks again: within');
    my $id = record($held->{key})->{json}{resource_id};
    is(settled($id), 'captured', 'nobody asks again: captured');
    is(scalar $acquirer->charges($id), 1, 'nobody asks again: one charge');
}

# who only waits for another node's call, and dies, leaves nobody who would ask again
{
    my $held = held('before', 1);
    my $at2 = sub { my ($code) = @_; local $Load::port = $nodes[1]; return $code->() };
    my @waiting = $at2->(sub { map { later($held->{text}, 30) } 1 .. 10 });
    my $parked = sub { $at2->(sub { Own::metric('payments_idempotency_parked') }) };
    ok(wait_until(10, sub { $parked->() == 10 }), 'ten wait at node 2 for the call of node 1');
    my ($dies) = Kills::workers(2);
    Kills::nginx($dies);
    ok(wait_until(10, sub { my @now = Kills::workers(2); @now == 2 && !grep { $_ == $dies } @now }), 'one of the workers there is killed');
    my $since = Live::db_now();
    push @waiting, $at2->(sub { map { later($held->{text}, 30) } 1 .. 10 });
    ok(wait_until(10, sub { $parked->() >= 10 && Live::called('begin_payments', $since) }), 'others wait in its place');
    my ($seen) = $acquirer->seen(operation => 'authorize', 'token' => $held->{token});
    is(asked('authorize', $seen->{request}{payment}), 1, 'the acquirer is not asked again');
    $acquirer->release($held->{name});
    my @statuses = map { $_->{status} } collect($held->{first}), map { collect($_) } @waiting;
    is(scalar(grep { $_ == 0 } @statuses) + scalar(grep { $_ == 201 } @statuses), 21, 'all others have the payment');
    is(asked('authorize', $seen->{request}{payment}), 1, 'asked once, to the end');
    all_ready();
}

for my $victim ('PostgreSQL', 'Redis') {
    for my $when ('before', 'after') {
        my $held = held($when, 1);
        $victim{$victim}->();
        $acquirer->release($held->{name});
        my $answer = collect($held->{first});
        my $made = ask_until($nodes[1], $held->{text});
        is($answer->{status}, 201, "$victim killed $when it is executed: the client has its payment");
        is($made->{body}, $answer->{body}, "$victim killed $when it is executed: and the key has it");
        is(scalar $acquirer->charges($made->{json}{id}), 1, "$victim killed $when it is executed: one charge");
        all_ready();
    }
}

is(disagreement(), '', 'the books agree');

# At random, under load ---------------------------------------------------------------------------

# Asks either node until there is an answer that says how it ended.  Out: that, or a status
# of 0; what was heard until then, and for how long, goes to seen and took.
sub insist {
    my ($text, $final, $seen, $took) = @_;
    my $until = time + 3 * $limit * Load::patience();

    for ( ;; ) {
        local $Load::port = $nodes[rand 2];
        my $answer = request($text, 20);
        push @$seen, $answer->{status};
        push @$took, sprintf '%.3f', $answer->{seconds};
        $answer->{json} = eval { JSON::PP::decode_json($answer->{body}) } || {};
        return $answer if says($answer) =~ $final;
        return { status => 0, json => {} } if time > $until;
        select undef, undef, undef, 0.05;
    }
}

my $created = qr/^(?:20[12]|402) /;
my $changed = qr/^(?:20[012] |402 |409 (?!idempotency_key_in_use|resource_busy)|422 )/;

# each() is called with what it writes to and a number, until the client is to stop
sub client {
    my ($self, $n, $each) = @_;
    my ($term, $pending) = (POSIX::SigSet->new(SIGTERM), POSIX::SigSet->new);
    sigprocmask(SIG_BLOCK, $term);
    srand $seed + $n;
    open my $out, '>', "$self->{dir}/$n" or POSIX::_exit(1);
    select((select($out), $| = 1)[0]);

    for (my $i = 1; ; $i++) {
        sigpending($pending);
        last if $pending->ismember(SIGTERM);
        $each->($out, "$self->{run}-$n-$i", $n * 1000 + $i % 1000);
    }
}

sub create_one {
    my ($out, $key, $amount) = @_;
    my $token = $tokens[rand @tokens];
    $key .= ".$token";
    my (@seen, @took);
    my $made = insist(text(post_of(token => "tok_$token", amount => $amount, 'Idempotency-Key' => $key)), $created, \@seen, \@took);
    print {$out} join(' ', $key, $made->{json}{payment_id} || $made->{json}{id} || 'stuck', join(',', @seen), join(',', @took)), "\n";
}

# one that is authorized, then captured or canceled, then refunded: a line for each, whose
# key ends in what was done and its amount
sub change_one {
    my ($out, $key, $amount) = @_;
    my $token = $changes[rand @changes];
    my $step = sub {
        my ($name, $path, $body, $final) = @_;
        my (@seen, @took);
        my $done = insist(text('POST', $path, $body, key => $live_key, 'Idempotency-Key' => "$key.$name"), $final, \@seen, \@took);
        my $id = $done->{json}{payment_id} || $done->{json}{id} || $path =~ /(pay_\w+)/ && $1;
        print {$out} join(' ', "$key.$name", $done->{status} ? $id || 'none' : 'stuck', join(',', @seen), join(',', @took)), "\n";
        return $done;
    };

    my $made = $step->('create', '/v1/payments', { amount => $amount, currency => 'EUR', capture_method => 'manual',
        payment_method => { token => "tok_$token" } }, $created);
    my $id = $made->{status} == 201 ? $made->{json}{id} : return;
    my $part = 1 + int rand $amount;
    return $step->('cancel', "/v1/payments/$id/cancel", {}, $changed) if $token =~ /^void/ || rand() < 0.2;

    my $captured = $step->("capture.$part", "/v1/payments/$id/capture", { amount => $part }, $changed);
    return if $captured->{status} != 200;
    for my $n (1, 2) {
        my $less = 1 + int rand $part;
        $step->("$n.refund.$less", "/v1/payments/$id/refunds", { amount => $less }, $changed);
    }
}

# kills one after the other while clients do this, and says what they have done
sub under_fire {
    my ($what, $rounds, $each) = @_;
    $acquirer->forget;
    my $load = Load->start(clients => 4, client => sub { client(@_, $each) });

    for my $round (1 .. $rounds) {
        sleep 0.2 + rand 0.5;
        my $victim = (sort keys %victim)[rand keys %victim];
        $victim{$victim}->();
        # the next one counts from when it works again
        ok(all_ready(60), "$what, round $round: $victim is killed, and all are ready again");
        $acquirer->forget;
    }

    sleep 0.5;
    my @done = $load->stop;
    my %by_status;
    $by_status{$_}++ for map { @{ $_->{statuses} } } @done;
    note "$what: ", join ', ', map { "$by_status{$_} times $_" } sort keys %by_status;
    note "$what: ", scalar(@done) . ' keys, ' . scalar(grep { @{ $_->{statuses} } > 1 } @done) . ' of them asked for again';
    # whoever takes a key over may be killed as well
    note sprintf "%s: the longest that one was without an answer: %.1f s", $what,
        max(map { sum0(@{ $_->{took} }) + 0.05 * @{ $_->{took} } } @done);
    my @stuck = grep { $_->{id} !~ /^pay_/ } @done;
    is(join("\n", map { "$_->{key} @{ $_->{statuses} }" } @stuck), '', "$what: no key is stuck");
    is(sql("SELECT count(*), count(DISTINCT key) FROM pay.journal WHERE key LIKE '$load->{run}-%' AND status > 1"),
       scalar(@done) . '|' . scalar(@done), "$what: each key has one end");
    return @done;
}

# waits until the acquirer's books and the payments agree, and returns these by their id
sub in_the_end {
    my ($what) = @_;
    my %payment;
    my $settled = wait_until(120, sub {
        %payment = map { ($_->{id} => $_) } Live::payments();
        return !(grep { $_->{status} eq 'processing' || $_->{pending_action} } values %payment) && disagreement() eq '';
    });
    ok($settled, "$what: nothing is under way any more")
        or diag(join "\n", map { "$_->{id} since $_->{created_at}" } grep { $_->{status} eq 'processing' || $_->{pending_action} } values %payment);
    is(disagreement(), '', "$what: the books agree");
    return \%payment;
}

{
    my @done = under_fire('creates', rounds(20, 700), \&create_one);
    my $payment = in_the_end('creates');
    my %ids = map { ($_->{id} => 1) } @done;
    is(scalar keys %ids, scalar @done, 'creates: each key has a payment of its own');

    my @wrong;
    for my $done (@done) {
        my ($token) = $done->{key} =~ /\.(\w+)\z/;
        my $first = $done->{statuses}[-1];
        my $status = $payment->{ $done->{id} }{status} // 'not there';
        my $want = $token =~ /^(?:no|lost)\z/ ? 'failed' : 'captured';
        push @wrong, "$done->{key} $done->{id} $first: $status" if $status ne $want || $first == 402 && $want ne 'failed'
            || $first == 201 && $want ne 'captured';
    }
    is(join("\n", @wrong), '', 'creates: each answer was true');
}

{
    my @done = under_fire('changes', rounds(15, 300), \&change_one);
    my $payment = in_the_end('changes');

    # of each payment what its clients were told, and what it says itself
    my (%told, @wrong);
    for my $done (@done) {
        my ($what, $amount) = $done->{key} =~ /\.(create|cancel|capture|refund)(?:\.(\d+))?\z/;
        my $status = $done->{statuses}[-1];
        my $told = $told{ $done->{id} } ||= { amount_captured => 0, amount_refunded => 0, canceled => 0, open => 0 };
        $told->{open} = 1 if $status == 202;
        $told->{amount_captured} = $amount if $what eq 'capture' && $status == 200;
        $told->{amount_refunded} += $amount if $what eq 'refund' && $status == 201;
        $told->{canceled} = 1 if $what eq 'cancel' && $status == 200;
    }
    for my $id (sort keys %told) {
        my ($told, $is) = ($told{$id}, $payment->{$id} || {});
        next if $told->{open};
        push @wrong, map { "$id: $_ $is->{$_}, told $told->{$_}" }
            grep { ($is->{$_} // -1) != $told->{$_} } qw(amount_captured amount_refunded);
        push @wrong, "$id: $is->{status}, told canceled" if $told->{canceled} && $is->{status} ne 'canceled';
    }
    is(join("\n", @wrong), '', 'changes: each answer was true');
}

# An acquirer that forgets keys: whoever goes on for the dead asks what became of it ---------

stack('idempotency off;');
all_ready();
for my $node (1, 2) {
    my $held = held('after', 1, forgets => 1);
    Kills::nginx(Kills::workers(1));
    collect($held->{first});
    my $made = ask_until($nodes[$node - 1], $held->{text});
    like($made->{status}, qr/^20[12]\z/, "no keys, asked again at node $node: it has an answer");
    is(settled($made->{json}{id}, 60), 'captured', "no keys, asked again at node $node: captured");
    $acquirer->release($held->{name});
    is(scalar $acquirer->charges($made->{json}{id}), 1, "no keys, asked again at node $node: one charge");
    all_ready();
}

for my $operation (qw(capture void refund)) {
    my ($token, $name, $key) = ("tok_" . uuid(), uuid(), uuid());
    $acquirer->script({ token => $token, operation => 'authorize' },
                      { token => $token, operation => $operation, nth => 1, after => $name, forgets => 1 },
                      { token => $token, operation => $operation, forgets => 1 });
    my $made = pay(token => $token, amount => 90, capture_method => $operation eq 'refund' ? 'automatic' : 'manual');
    my $id = $made->{json}{id};
    my ($path, $body, $final) = @{ { capture => ['capture', { amount => 30 }, '90 30 60 0'], void => ['cancel', {}, '90 0 90 0'],
                                     refund => ['refunds', { amount => 30 }, '90 90 0 30'] }->{$operation} };
    my $text = text('POST', "/v1/payments/$id/$path", $body, key => $live_key, 'Idempotency-Key' => $key);
    my $first = later($text, 30);
    ok(wait_until(10, sub { $acquirer->waiting($name) }), "no keys, $operation: it is executed");
    Kills::nginx(Kills::workers(1), Kills::workers(2));
    collect($first);
    all_ready();
    my $again = insist($text, $changed);
    like($again->{status}, qr/^20[012]\z/, "no keys, $operation: asked again");
    $acquirer->release($name);
    ok(wait_until(120, sub { disagreement() eq '' }), "no keys, $operation: in the end the books agree") or diag(disagreement());
    is(charged($id), $final, "no keys, $operation: it is executed once");
}
is(disagreement(), '', 'no keys: the books agree');

for my $log (@logs) {
    my $from = $log{$log};
    my @bad = without_killed(grep { /\[(?:alert|emerg)\]/ } split /\n/, Basics::text_since($log, \$from));
    is(join("\n", @bad), '', "$log: no [alert], [emerg]");
}
Live::finish();
done_testing();

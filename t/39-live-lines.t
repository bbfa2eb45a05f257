# A live payment has nine lines (docs/processors.md, "What the module keeps"): it is parsed,
# its acquirer chosen, its key begun, the acquirer asked, it executes, its verdict is read,
# the key ends, that is committed, and the client answered.  At each of them a worker, all
# of nginx, PostgreSQL, the acquirer or Redis is killed, for each of the four operations.
#
# gdb stops a worker where a line begins, so that it is there for sure when somebody dies.
# A round kills once, with ten requests at ten lines, in workers of their own.
# PAYMENTS_SOAK=1: a thousand requests instead of fifty.

use strict;
use warnings;

use lib 't/lib';
use Basics;
use Gdb;
use Kills;
use Live;
use Load qw(api text uuid later collect wait_until devstack rounds sql error_log_since without_killed promised);
use JSON::PP;
use IO::Select;
use IO::Socket::INET;
use List::Util qw(max shuffle);
use Test::More;
use Time::HiRes qw(time);

Gdb::works() or plan skip_all => 'gdb may not attach to a process here (ptrace)';

# as long as a key may be without an answer when whoever asked for it has died
my $limit = 14;

my $seed = $ENV{PAYMENTS_SEED} || int rand 1e6;
srand $seed;
note "PAYMENTS_SEED=$seed";

my $clients = 10;

Live::begin();
devstack('stop', 'nginx2') if $Load::port2;
# one for each request, the one that has follow-ups, and some that are free
devstack('up', '--port', $Load::port, '--workers', $clients + 3, '--shard', 'timeout 15s;',
         '--http', Live::processors('breaker fails=1000000; answer 4s; timeout 6s; not_found_after 6s;'));
Live::wait_for_nodes($Load::port);
my $log = -s $ENV{NGINX_ERROR_LOG};

# Lines ------------------------------------------------------------------------------------

# where each begins.  of: an operation's own function; sent: where it begins in what sends a
# refund, whose client has its 201 by then, and the condition that it is one
my @lines = (
    { name => 'it is parsed', at => 'ngx_payments_idempotency_replay' },
    { name => 'its acquirer is chosen', at => 'ngx_payments_attempt_change',
      of => { authorize => 'ngx_payments_processor_choose', refund => 'ngx_payments_idempotency_start' } },
    { name => 'its key is begun', at => 'ngx_payments_attempt_on_begun', of => { refund => 'ngx_payments_attempt_on_row' } },
    { name => 'it is sent', at => 'ngx_payments_processor_start', sent => ['ngx_payments_processor_start', 'call->request.of == 3'] },
    { name => 'it is executed', sent => 1 },
    { name => 'its verdict is there', at => 'ngx_payments_attempt_answered', sent => ['ngx_payments_attempt_answered', 'call->request.of == 3'] },
    { name => 'its key ends', at => 'ngx_payments_idempotency_finish', sent => ['ngx_payments_end_late', 'attempt->kind->action == 3'] },
    { name => 'its end is committed', at => 'ngx_payments_attempt_on_row',
      sent => ['ngx_payments_attempt_on_item', '((ngx_payments_attempt_t *) item->data)->kind->action == 3'] },
    { name => 'its client is answered', at => 'ngx_payments_waiter_answer' },
);
my @operations = qw(authorize capture void refund);

# what a client sends for each, and what it hears; the charge and the payment then
my %operation = (
    authorize => { final => qr/^(?:201 captured|202 processing)\z/, charge => '900 900 0 0', status => 'captured' },
    capture => { path => 'capture', body => { amount => 300 }, final => qr/^20[02] /, charge => '900 300 600 0', status => 'captured' },
    void => { path => 'cancel', body => {}, final => qr/^20[02] /, charge => '900 0 900 0', status => 'canceled' },
    refund => { path => 'refunds', body => { amount => 300 }, final => qr/^201 /, charge => '900 900 0 300', status => 'captured' },
);

# the tenth request is at any line.  In the round of a number each line is once, and one
# refund is on its way; in five rounds each line had each operation and each victim.
sub points {
    my ($round) = @_;
    my @points = map {
        my $line = $_;
        my $n = $line + $round + int $round / 5;
        my $sent = $line == 3 + ($round + int $round / 5) % 5;
        { line => $lines[$line], operation => $lines[$line]{sent} ? $sent ? 'refund' : $operations[$n % 3] : $operations[$n % 4] }
    } 0 .. $#lines;
    my $any = int rand @lines;
    push @points, { line => $lines[$any], operation => $lines[$any]{sent} ? 'authorize' : $operations[rand 4] };
    return @points[0 .. $clients - 1];
}

# A request comes to its line ----------------------------------------------------------------

# which of nginx's workers has the connection from $from to $to
sub worker_of {
    my ($to, $from) = @_;
    my $ends = sprintf ' [0-9A-F]{8}:%04X [0-9A-F]{8}:%04X ', $to, $from;
    my ($inode) = map { (split ' ')[9] } grep { /$ends/ } split /\n/, Basics::slurp('/proc/net/tcp');
    return if !$inode;
    for my $pid (Kills::workers(1)) {
        return $pid if grep { (readlink($_) // '') eq "socket:[$inode]" } glob "/proc/$pid/fd/*";
    }
    return;
}

# ... and which one asks for follow-ups
sub follower_up {
    my $pid;
    wait_until(30, sub {
        my ($to) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
        my ($from) = sql("SELECT client_port FROM pg_stat_activity WHERE usename = 'pay_api'
                           AND query LIKE '%claim_followups%' ORDER BY backend_start DESC LIMIT 1") =~ /(\d+)/ or return 0;
        return $pid = worker_of($from, $to);
    }) or die "no worker asks for follow-ups\n";
    return $pid;
}

# its connection, without its last byte, and the worker that has it
sub connected {
    my ($point) = @_;
    my $socket = $point->{socket} = IO::Socket::INET->new("127.0.0.1:$Load::port") or die "connect: $!\n";
    syswrite $socket, substr $point->{text}, 0, -1;
    wait_until(10, sub { $point->{pid} = worker_of($Load::port, $socket->sockport) }) or die "no worker has it\n";
}

# a payment to be changed, and the text of the request
sub prepare {
    my ($point) = @_;
    my $operation = $point->{operation};
    my $about = $operation{$operation};
    $point->{name} = "$operation, $point->{line}{name}";
    $point->{key} = uuid();
    my @header = (key => $live_key, 'Idempotency-Key' => $point->{key});
    my @create = (amount => 900, token => 'tok_visa', capture_method => $operation =~ /^(?:capture|void)\z/ ? 'manual' : 'automatic');

    if ($operation eq 'authorize') {
        # its payment has no id yet: known by its token
        my $token = $point->{line}{at} ? 'tok_visa' : 'tok_mastercard';
        $point->{text} = text(post_of(@create, token => $token, 'Idempotency-Key' => $point->{key}));
        $point->{of} = { token => $token };
    } else {
        my $made = pay(@create);
        $made->{status} == 201 or die "$point->{name}: " . says($made) . "\n";
        $point->{payment} = $made->{json}{id};
        $point->{text} = text('POST', "/v1/payments/$point->{payment}/$about->{path}", $about->{body}, @header);
        $point->{of} = { payment => $point->{payment} };
    }
}

# its worker stands still before the line; what is executed is held by the acquirer
sub aim {
    my ($point) = @_;
    my ($line, $operation) = @$point{qw(line operation)};

    if (!$line->{at}) {
        $acquirer->script({ %{ $point->{of} }, operation => $operation, nth => 1, times => 1, after => $point->{key} });
        $point->{pid} ? $point->{later} = later($point->{text}, 30) : connected($point);
    } elsif ($line->{sent} && $operation eq 'refund') {
        $point->{pid} = follower_up();
        $point->{gdb} = Gdb->new($point->{pid}, @{ $line->{sent} });
        $point->{later} = later($point->{text}, 30);
    } else {
        connected($point);
        $point->{gdb} = Gdb->new($point->{pid}, $line->{of}{$operation} || $line->{at});
    }
}

sub arrive {
    my ($point) = @_;
    $point->{gdb}->go if $point->{gdb};
    syswrite $point->{socket}, substr $point->{text}, -1 if $point->{socket};
    return $point->{gdb} ? $point->{gdb}->hit(20) : wait_until(20, sub { $acquirer->waiting($point->{key}) });
}

# Somebody dies ----------------------------------------------------------------------------------

# those that have a worker at a line are killed there; the acquirer's too
my @victims = qw(worker PostgreSQL acquirer Redis nginx);
my %kill = (
    worker => sub {
        my (@points) = @_;
        my %pids = map { ($_->{pid} => 1) } grep { $_->{pid} && !$_->{gdb} } @points;
        $_->{gdb}->kill for grep { $_->{gdb} } @points;
        Kills::nginx(grep { -d "/proc/$_" } keys %pids);
    },
    nginx => sub {
        my (@points) = @_;
        my $master = Kills::master(1);
        my @pids = ($master, Kills::workers(1));
        Kills::nginx(@pids);
        $_->{gdb}->kill for grep { $_->{gdb} } @points;
        wait_until(10, sub { !grep { -d "/proc/$_" && !Kills::zombie($_) } @pids }) or die "nginx is still there\n";
        devstack('start', 'nginx');
    },
    PostgreSQL => sub { devstack('kill', 'primary'); leave(@_); devstack('start', 'primary') },
    Redis => sub { devstack('kill', 'redis'); leave(@_); devstack('start', 'redis') },
    acquirer => sub { $acquirer->kill; leave(@_); $acquirer->start },
);

sub leave { $_->{gdb}->leave for grep { $_->{gdb} } @_ }

# what came over its connection: status 0 where nothing did
sub first_answer {
    my ($point) = @_;
    return collect($point->{later}) if $point->{later};
    my ($socket, $text, $until) = ($point->{socket}, '', time + 30 * Load::patience());
    while (time < $until && IO::Select->new($socket)->can_read($until - time)) {
        last if !sysread $socket, $text, 65536, length $text;
    }
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    my ($status) = ($head // '') =~ m{^HTTP/1\.1 (\d+)};
    return { status => $status // 0, head => $head // '', body => $body // '' };
}

# asks until it is known how it ended: by itself, so that all keys are asked for at once
sub insist {
    my ($point) = @_;
    pipe my $reader, my $writer or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        my $answer;
        wait_until(2 * $limit, sub {
            $answer = Load::request($point->{text}, 20);
            $answer->{json} = eval { decode_json($answer->{body}) } || {};
            return says($answer) =~ $operation{ $point->{operation} }{final};
        });
        syswrite $writer, encode_json({ %$answer, at => time });
        POSIX::_exit(0);
    }
    close $writer;
    return { pid => $pid, reader => $reader };
}

sub insisted {
    my ($asking) = @_;
    my $reader = $asking->{reader};
    my $answer = decode_json(do { local $/; <$reader> });
    waitpid $asking->{pid}, 0;
    return $answer;
}

sub state_of {
    my ($point) = @_;
    my $payment = payment($point->{payment} || return '');
    return charged($point->{payment}) . ' ' . ($payment->{status} // '')
        . join '', map { " $payment->{$_}" } grep { $payment->{$_} } 'pending_action';
}

# what is looked up after a pause is looked up now
my $hastened = 0;
sub hasten {
    return if time < $hastened + 1;
    $hastened = time;
    sql("UPDATE pay.followups SET due = now() WHERE due > now() AND NOT ended AND pay.attempt_processor(args) = '$Live::name'");
}

my %longest;

sub round {
    my ($victim, $round) = @_;
    my @points = points($round);
    my $start = time;
    prepare($_) for @points;
    # who asks for follow-ups stands still before the others find their workers
    # a refund that the acquirer holds needs that one later
    my %of_kind = map { my $kind = $_; ($kind => [grep { kind($_) eq $kind } @points]) } qw(sent client free);
    my @ordered = map { @{ $of_kind{$_} } } qw(sent client free);
    my @busy = map { $_->{pid} = follower_up() } grep { $_->{operation} eq 'refund' } @{ $of_kind{free} };
    kill STOP => @busy;
    aim($_) for @ordered;
    kill CONT => @busy;
    ok(arrive($_), "$victim: $_->{name}") for @ordered;

    # some are waited for by another one: it takes over, without asking again
    for my $point (grep { $_->{socket} && rand() < 0.5 } @points) {
        connected($point->{follower} = { text => $point->{text} });
        syswrite $point->{follower}{socket}, substr $point->{text}, -1;
    }

    my $killed = time;
    note sprintf '%s: all are at their lines after %.1f s', $victim, $killed - $start;
    $kill{$victim}->(@points);
    ok(wait_until(30, sub { Kills::ready($Load::port) }), "$victim: is killed, and all are ready again");
    my @asking = map { insist($_) } @points;

    for my $i (0 .. $#points) {
        my $point = $points[$i];
        my $name = "$victim killed: $point->{name}";
        my $made = insisted($asking[$i]);
        my $about = $operation{ $point->{operation} };
        like(says($made), $about->{final}, "$name: it has an answer");
        $longest{$victim} = max($longest{$victim} || 0, $made->{at} - $killed);
        promised($made->{at} - $killed, $limit, "$name: within");
        my ($follower, @before) = ($point->{follower}, first_answer($point));
        push @before, first_answer($follower) if $follower;
        is(join("\n", map { $_->{body} } grep { $_->{status} =~ /^2/ && $_->{body} ne $made->{body} } @before), '',
           "$name: who was answered before has the same answer");
        # who waits in another worker has not to ask again
        is($before[1]{status}, $made->{status}, "$name: who waited has it")
            if $victim eq 'Redis' ? $follower : $victim eq 'worker' && $follower && !grep { $_->{pid} == $follower->{pid} } @points;
        $point->{payment} ||= $made->{json}{id};
    }
    note sprintf '%s: all have answers %.1f s later', $victim, time - $killed;
    $acquirer->release($_->{key}) for grep { kind($_) eq 'free' } @points;
    for my $point (@points) {
        my $about = $operation{ $point->{operation} };
        my $want = "$about->{charge} $about->{status}";
        wait_until(90, sub { hasten(); state_of($point) eq $want });
        is(state_of($point), $want, "$victim killed: $point->{name}: and so are the books");
    }
    is(sql("SELECT count(*) FROM pay.journal WHERE status > 1 AND key IN (" . join(',', map { "'$_->{key}'" } @points) . ')'),
       scalar @points, "$victim: each key has one end");
    note sprintf '%s: and all is settled after %.1f s', $victim, time - $killed;
    $acquirer->forget;
}

sub kind {
    my ($point) = @_;
    return !$point->{line}{at} ? 'free' : $point->{line}{sent} && $point->{operation} eq 'refund' ? 'sent' : 'client';
}

my $rounds = rounds(5, 100);
for my $n (0 .. $rounds - 1) {
    round($victims[$n % @victims], $n);
}
note sprintf 'longest until there was an answer, %s killed: %.1f s', $_, $longest{$_} for sort keys %longest;

is(disagreement(), '', 'the books agree');
my @bad = without_killed(grep { /\[(?:alert|emerg)\]/ } split /\n/, error_log_since(\$log));
is(join("\n", @bad), '', 'error.log: no [alert], [emerg]');
Live::finish();
devstack('start', 'nginx2') if $Load::port2;
done_testing();

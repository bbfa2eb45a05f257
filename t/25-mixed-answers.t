# No answer reaches another request: every request carries a word of its own through
# the row that it makes, and must get that word back, through a PgBouncer with one
# server connection for all.  A module that has eight calls under way there must
# be caught by the same test.  And of two requests with one key.

use strict;
use warnings;

use lib 't/lib';
use IO::Socket::INET;
use JSON::PP ();
use Load qw(devstack sql request create uuid invariants rounds wait_until promised later
            collect answered together stored hold merchant api text);
use Own;
use PgProxy;
use Test::More;
use Time::HiRes qw(sleep time);

my ($pooler_port) = $ENV{PGBOUNCER_ADMIN} =~ /port=(\d+)/;

sub admin {
    my ($command) = @_;
    system('psql', '-XAtq', '-d', $ENV{PGBOUNCER_ADMIN}, '-c', $command) == 0
        or die "PgBouncer: $command\n";
}

sub with_word {
    my ($key, $amount, $word, $size) = @_;
    my $text = create($key, $amount);
    my $metadata = join ',', map { "\"$_\":\"$word" . 'x' x 440 . '"' } 1 .. $size;
    $text =~ s/"customer":"load"/"metadata":{$metadata},"customer":"$word"/;
    my ($body) = $text =~ /\r\n\r\n(.*)/s;
    my $length = length $body;
    $text =~ s/Content-Length: \d+/Content-Length: $length/;
    return $text;
}

# creates, reads, replays, ten times at least; every wrong word is a line of the file
sub client {
    my ($file, $seconds) = @_;
    open my $out, '>', $file or die;
    my ($until, $n) = (time + $seconds, 0);

    while (time < $until || $n < 10) {
        my $word = 'w' . substr(uuid(), 0, 13) =~ tr/-//dr;
        my $key = uuid();
        my $text = with_word($key, 1 + int rand 9999, $word,
                             rand() < 0.3 ? 5 + int rand 40 : 0);
        my $answer = request($text, 15);
        $n++;

        if ($answer->{status} != 201) {
            # 503 is no wrong answer; a wrong status is
            print {$out} "status $answer->{status}\n"
                unless $answer->{status} == 503;
            next;
        }

        my ($id) = $answer->{body} =~ /"id":"(pay_\w+)"/;
        print {$out} "create: $word: $answer->{body}\n"
            unless $answer->{body} =~ /"customer":"$word"/;

        my $read = request("GET /v1/payments/$id HTTP/1.1\r\nHost: x\r\n"
            . "Connection: close\r\nAuthorization: Bearer $ENV{PAYMENTS_KEY}\r\n\r\n");
        print {$out} "read: $word: $read->{body}\n"
            if $read->{status} == 200 && $read->{body} ne $answer->{body};
        print {$out} "read: status $read->{status}\n"
            unless $read->{status} =~ /^(?:200|503)$/;

        if ($n % 3 == 0) {
            my $again = request($text);
            print {$out} "replay: $word: $again->{body}\n"
                if $again->{status} == 201 && $again->{body} ne $answer->{body};
        }
    }

    print {$out} "done $n\n";
}

sub mixed_load {
    my ($seconds) = @_;
    my $dir = "/tmp/payments-words-$$";
    mkdir $dir;

    my @pids = map {
        my $n = $_;
        my $pid = fork;
        if ($pid == 0) {
            srand($n + time);
            client("$dir/$n", $seconds);
            POSIX::_exit(0);
        }
        $pid;
    } 1 .. 24;
    waitpid $_, 0 for @pids;

    my ($done, @wrong) = (0);
    for my $file (glob "$dir/*") {
        open my $fh, '<', $file or die;
        while (<$fh>) {
            if (/^done (\d+)/) { $done += $1 } else { push @wrong, $_ }
        }
        unlink $file;
    }
    rmdir $dir;
    return ($done, @wrong);
}

# what the module says when rows are not those that it asked for
my $mixed_up = qr/rows of another call|an unexpected (?:result|Sync|reply)|answered (?:34|08P|26|XX)/;

admin('SET default_pool_size = 1');
admin('RECONNECT');

{
    Own::start(port => $pooler_port, workers => 2,
               shard => 'write_connections 2; timeout 8s;');
    my ($done, @wrong) = mixed_load(rounds(12, 600));
    note "$done creates";
    cmp_ok($done, '>', 100, "PgBouncer with a pool of one: $done creates");
    is(join('', @wrong), '', 'no answer reached the wrong client');
    my @lines = grep { $_ =~ $mixed_up } split /\n/, Own::log_text();
    is(join("\n", @lines), '', 'no answer reached the wrong connection');
    Own::stop();
}

SKIP: {
    my ($minor) = `pgbouncer --version` =~ /^PgBouncer 1\.(\d+)/;
    skip "PgBouncer 1.$minor keeps its server while a call is forwarded in part: there is nothing to catch", 6
        if $minor >= 24;
    my $built = system('tools/build', 'build/forced',
                       '-DNGX_PAYMENTS_PG_FORCE_DEPTH=8') == 0;
    ok($built, 'a module with depth 8 behind a pooler builds');
    skip 'it does not', 5 unless $built;

    # PgBouncer takes its server back at an answer, though the next call has
    # been forwarded all but its Sync: a matter of luck, but for this proxy
    my $proxy = PgProxy->new(to => $pooler_port);
    Own::start(port => $proxy->{port}, workers => 2, wait => 20,
               modules => "$ENV{PWD}/build/forced/ngx_payments_module.so",
               shard => 'batch 1; write_connections 2; timeout 8s;',
               http => 'payments_replay_cache off;');
    $proxy->rule(match => 'create_payments', do => 'late_sync');

    # while the table is locked, calls gather on all connections
    my $lock = hold('LOCK TABLE pay.payments IN EXCLUSIVE MODE');

    my @words = map { 'w' . substr(uuid(), 0, 8) } 1 .. 64;
    my @answers = together([$Load::port, sub {
        ok(wait_until(5, sub { $proxy->seen('late_sync') >= 16 }),
           'eight calls on each of two connections');
        $lock->release;
    }], map { with_word(uuid(), 5, $_, 0) } @words);

    my @wrong = grep {
        $answers[$_]{status} == 201
            && $answers[$_]{body} !~ /"customer":"$words[$_]"/
    } 0 .. $#words;
    my @lines = grep { $_ =~ $mixed_up } split /\n/, Own::log_text();
    note @wrong . ' wrong answers, ' . @lines . ' lines in the log';
    cmp_ok(@wrong + @lines, '>', 0,
           'a module with depth 8 behind a pooler is caught');
    Own::stop(expected => $mixed_up);
    $proxy->stop;
}

devstack('stop', 'pgbouncer');
devstack('start', 'pgbouncer');

# pages of events have a row for each event: those of several merchants in one call, one
# of whom has left, and one has no events

{
    my $proxy = PgProxy->new(to => ($ENV{PG_PRIMARY} =~ /port=(\d+)/)[0]);
    my @keys = map { (merchant(qw(payments:write events:read)))[0] } 0 .. 4;
    my @made = map {
        my $n = $_;
        [map { api('POST', '/v1/payments', { amount => 100 + $n, currency => 'EUR',
            payment_method => { token => 'tok_visa' } }, key => $keys[$n])->{json}{id} } 1 .. $n]
    } 0 .. 4;
    Own::start(port => $proxy->{port}, shard => 'mode direct; list_connections 1;');

    my @texts = map { text('GET', '/v1/events?after=0', undef, key => $_) } @keys;
    $proxy->rule(match => 'list_events', do => 'hold', times => 2);
    my $first = later($texts[1], 15);
    ok(wait_until(10, sub { $proxy->seen('hold') == 1 }), 'pages: one is under way');
    my $gone = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $Load::port) or die;
    syswrite $gone, $texts[3];
    my %page = map { $_ => later($texts[$_], 15) } 0, 2, 4;
    ok(wait_until(10, sub { Own::metric('payments_postgresql_queued', 'lane="list"') == 4 }),
       'pages: four more wait');
    my $calls = Own::metric('payments_postgresql_calls_total', 'lane="list"');
    $proxy->release;
    ok(wait_until(10, sub { $proxy->seen('hold') == 2 }), 'pages: those four are under way');
    is(Own::metric('payments_postgresql_calls_total', 'lane="list"') - $calls, 2,
       'pages: in one call, behind one of the relay');
    shutdown $gone, 2;    # who was forked meanwhile has it open
    ok(wait_until(10, sub { Own::log_text() =~ m{client prematurely closed.*/v1/events} }), 'pages: a client has left');
    $proxy->release;

    for my $n (0, 1, 2, 4) {
        my $answer = collect($n == 1 ? $first : $page{$n});
        my $data = eval { JSON::PP::decode_json($answer->{body})->{data} } || [];
        is(join(' ', map { $_->{object_id} } @$data), join(' ', @{ $made[$n] }),
           "pages: that of $n events has its own");
    }

    Own::stop();
    $proxy->stop;
}

# the same 64 keys from both ends at once, through two workers: one payment each,
# and no one waits for another inside PostgreSQL

{
    Own::start(workers => 2, shard => 'mode direct;');

    for my $round (1 .. rounds(4, 40)) {
        my @keys = map { uuid() } 1 .. 64;
        my @answers = map { collect($_) }
            map { later(create($_, 5), 15) } map { ($keys[$_], $keys[63 - $_]) } 0 .. 63;
        is(scalar(grep { $_->{status} == 201 } @answers), 128,
           "reversed keys $round: all are answered");
        is(stored(@keys), '64|64', "reversed keys $round: one payment each");
    }

    Own::stop();
    is(sql("SELECT sum(deadlocks) FROM pg_stat_database"), 0,
       'PostgreSQL has seen no deadlock');
}

# a request of the wrong body is under way: a retry of the right one must get its
# payment, since a client that has to take a new key would be charged twice

{
    Own::start(shard => 'mode direct;', http => 'payments_replay_cache off;');
    my $key = uuid();
    my $first = request(create($key, 21));
    is($first->{status}, 201, 'rivals: a payment');

    # what has the same delay as the wrong one, and was sent before it
    my $delay = later(create(uuid(), 20, 'tok_slow_5000'));
    wait_until(5, sub { Own::metric('payments_idempotency_executing') == 1 });
    my $wrong = later(create($key, 22, 'tok_slow_5000'));
    my @right = map { request(create($key, 21)) } 1 .. 5;
    my $third = request(create($key, 23));
    is(scalar(grep { $_->{status} == 201 && $_->{body} eq $first->{body} }
              @right), 5, 'rivals: retries of the right one are replays');
    ok(!answered($delay), 'rivals: before the wrong one could have had its delay');
    promised($right[0]{seconds}, 1, 'rivals: at once');
    is($third->{status}, 422, 'rivals: a third one is refused');
    my ($request) = $first->{head} =~ /^Request-Id: (req_\w+)/m;
    like($third->{body}, qr/"original_request":\{"id":"$request"/,
         'rivals: and is shown the first');
    $wrong = collect($wrong);
    is($wrong->{status}, 422, 'rivals: so is the wrong one');
    ok(!answered($delay), 'rivals: before it has had its delay');
    promised($wrong->{seconds}, 1, 'rivals: the wrong one');
    is(collect($delay)->{status}, 201, 'rivals: which another one has');

    $key = uuid();
    my $slow = later(create($key, 31, 'tok_slow_5000'));
    wait_until(5, sub { Own::metric('payments_idempotency_executing') == 1 });
    my $other = request(create($key, 32));
    is($other->{status}, 422, 'rivals: another body while the first runs: 422');
    ok(!answered($slow), 'rivals: while it runs');
    promised($other->{seconds}, 0.5, 'rivals: at once');
    is(collect($slow)->{status}, 201, 'rivals: the first is made');
    is(stored($key), '1|1', 'rivals: one payment');
    Own::stop();
}

is(join("\n", invariants()), '', 'invariants');
done_testing();

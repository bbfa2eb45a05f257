# A merchant moves to another shard while it pays: nothing is lost, nothing is
# done twice, old keys replay; and whatever stops a move, one shard serves it.
# PAYMENTS_SOAK=1 runs all rounds.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql request create api text uuid invariants rounds wait_until figures promised devstack
            error_log_since recovered hold);
use Peer;
use Test::More;
use Time::HiRes qw(sleep time);

my $first = $Load::port;

devstack('down');
devstack('up', '--port', $first, '--nodes', 2, '--shards', 2, '--replicas', 1,
         '--shard', 'timeout 20s;');
for (`tools/devstack --dir $ENV{DEVSTACK_DIR} env`) {
    $ENV{$1} = $2 if /^export (\w+)='(.*)'$/;
}

my %shard = (1 => $ENV{PG_PRIMARY}, 2 => $ENV{PG_SHARD2});
my ($one, $other) = (4196, 8392);

sub in_shard { my ($n, $text) = @_; local $ENV{PG_PRIMARY} = $shard{$n}; return sql($text) }

sub where_is { my ($subject) = @_; join ' ', map { in_shard($_, "SELECT pay.placement($subject)") } 1, 2 }

# the tool, with what it has said so far; how long a freeze may be is promised, and
# whatever is frozen longer than 5 s thaws
sub move {
    my ($from, $to, @args) = @_;
    my $pid = open my $out, '-|', 'tools/move-merchant', '--from', $shard{$from},
        '--to', $shard{$to}, '--freeze-limit', figures() ? 1500 : 4000, @args
        or die "move-merchant: $!";
    return { pid => $pid, out => $out, said => '' };
}

sub said {
    my ($move, $what) = @_;
    my $out = $move->{out};
    while (my $line = <$out>) {
        $move->{said} .= $line;
        return 1 if $line =~ $what;
    }
    return 0;
}

# its exit status, or the signal
sub ended {
    my ($move) = @_;
    said($move, qr/(?!)/);
    close $move->{out};
    return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
}

sub killed { my ($move) = @_; kill KILL => $move->{pid}; return ended($move) }

sub moves {
    my ($name, @args) = @_;
    my $move = move(@args);
    is(ended($move), 0, $name) or diag $move->{said};
    return $move->{said};
}

# those who pay meanwhile, at both nodes
sub load {
    my ($key, $clients) = @_;
    local $ENV{PAYMENTS_KEY} = $ENV{$key};
    my @load = map { local $Load::port = $first + 10 * $_;
                     Load->start(clients => $clients / 2) } 0, 1;
    return sub { map { $_->stop } @load };
}

sub percentile {
    my ($part, @done) = @_;
    my @sorted = sort { $a <=> $b } map { $_->{seconds} } @done;
    return $sorted[$part * $#sorted] || 0;
}

# what was acknowledged is in this shard, once, and in no other; old keys replay
sub check {
    my ($name, $n, $merchant, $key, @done) = @_;
    my %id = map { $_->{id} => 1 } @done;
    is(scalar(grep { $_->{id} !~ /^pay_/ } @done), 0, "$name: none is stuck");
    is(join(' ', map { "@{ $_->{statuses} }" }
                 grep { grep { $_ >= 500 } @{ $_->{statuses} } } @done), '',
       "$name: no client noticed");
    my $run = $done[0]{key} =~ s/-\d+-\d+\z//r;
    my @rows = split /\n/, in_shard($n, "SELECT pay.id_text('pay_', payment_id)
                              FROM pay.payments WHERE merchant_id = $merchant");
    my %rows = map { $_ => 1 } @rows;
    is(scalar(grep { !$rows{$_} } keys %id), 0, "$name: of " . @done . ' none is lost');
    is(in_shard($n, "SELECT count(*) FROM (SELECT FROM pay.journal
        WHERE merchant_id = $merchant AND key IS NOT NULL GROUP BY key HAVING count(*) > 1) k"),
       0, "$name: none was made twice");
    is(in_shard(3 - $n, "SELECT pay.has_rows(ARRAY[$merchant])"), '',
       "$name: nothing is left in the other shard");
    local $ENV{PAYMENTS_KEY} = $key;
    my @wrong = grep {
        my ($c, $i) = $_->{key} =~ /-(\d+)-(\d+)\z/;
        my $answer = request(create($_->{key}, $c * 1000 + $i % 1000));
        $answer->{body} !~ /"id":"$_->{id}"/ || $answer->{head} !~ /Idempotent-Replayed: true/;
    } map { $done[rand @done] } 1 .. rounds(50, 2000);
    is(scalar @wrong, 0, "$name: old keys replay");
    is(in_shard($n, "SELECT count(*) FROM (SELECT max(sequence) - min(sequence) + 1 - count(*) AS n
        FROM pay.events WHERE merchant_id = $merchant GROUP BY livemode) e WHERE n <> 0"),
       0, "$name: events without a gap");
    ok(wait_until(10, sub { in_shard($n, "SELECT count(*) FROM pay.journal j
        WHERE merchant_id = $merchant AND event_type IS NOT NULL
        AND NOT EXISTS (SELECT FROM pay.events e WHERE e.merchant_id = j.merchant_id
                           AND e.event_id = j.event_id)") == 0 }), "$name: each has its event");
}

# an endpoint of the first merchant, and what it was sent
my $hooks = Peer->new(routes => { '*' => sub {
    my ($c, $request) = @_;
    $c->{peer}->note("id $1") if $request->{head} =~ /^webhook-id: (\w+)/mi;
    return $c->answer('');
} });
my $endpoint = api('POST', '/v1/webhook_endpoints', { url => 'http://127.0.0.1:' . $hooks->port,
    enabled_events => ['refund.succeeded'] })->{json}{id};

sub refunds {
    my ($n, $name) = @_;
    my %sent = map { $_ => 1 } $hooks->seen('^id ');
    for (1 .. $n) {
        my $id = api('POST', '/v1/payments', { amount => 100, currency => 'EUR',
            payment_method => { token => 'tok_visa' } })->{json}{id};
        api('POST', "/v1/payments/$id/refunds", {});
    }
    ok(wait_until(20, sub { my %now = map { $_ => 1 } $hooks->seen('^id '); keys(%now) - keys(%sent) == $n }),
       "$name: its webhooks arrive");
}

my ($log, $log2) = (0, 0);

# what is refused
{
    my $same = move(1, 1, '--merchant', $one);
    is(ended($same), 1, 'to where it is: refused');
    like($same->{said}, qr/another move is under way|same cluster/, 'it says why');
    my $unknown = move(1, 2, '--merchant', 4096 * 77 + 1);
    is(ended($unknown), 1, 'a merchant that no shard has: refused');
    like($unknown->{said}, qr/no merchant with the number/, 'it says why');
    my $name = move(1, 2, '--merchant', 'mer_01JC000000E0080000000000ZZ');
    is(ended($name), 1, 'nor by a name');
    my $wrong = move(2, 1, '--merchant', $one);
    is(ended($wrong), 0, 'the wrong way round: it is there already');
    unlike($wrong->{said}, qr/password/, 'without the password');
    is(where_is($one), 'here away', 'all is as it was');
}

refunds(3, 'before it moves');

# under load, stopped again and again
{
    my $stop_b = load('PAYMENTS_KEY_B', 2);
    my $stop_a = load('PAYMENTS_KEY', rounds(4, 12));
    my $start = time;

    my $copying = move(1, 2, '--merchant', $one);
    ok(said($copying, qr/copied \d+ rows of payments/), 'it copies');
    like(killed($copying), qr/signal 9/, 'and is killed');
    is(where_is($one), 'here arriving', 'the source serves');

    # a row that differs
    my $differs = move(1, 2, '--merchant', 'mer_01JC000000E00800000000000A');
    ok(said($differs, qr/copied \d+ rows of event_counters/), 'again, it copies');
    my $row = in_shard(2, "UPDATE pay.payments SET description = 'x' WHERE merchant_id = $one
        AND payment_id = (SELECT min(payment_id::text)::uuid FROM pay.payments
                           WHERE merchant_id = $one) RETURNING payment_id");
    is(ended($differs), 1, 'a row that differs stops it');
    like($differs->{said}, qr/payments differs.*\n?.*the source serves/, 'it says where');
    is(where_is($one), 'leaving arriving', 'the source serves');
    in_shard(2, "UPDATE pay.payments SET description = NULL WHERE merchant_id = $one
                  AND payment_id = '$row'");

    # the target cannot be opened, for longer than the tool waits
    my $blocked = move(1, 2, '--merchant', $one);
    ok(said($blocked, qr/has caught up/), 'once more');
    kill STOP => $blocked->{pid};
    # somebody holds it up
    my $lock = do { local $ENV{PG_PRIMARY} = $shard{2}; hold('SELECT FROM pay.ownership FOR UPDATE') };
    kill CONT => $blocked->{pid};
    is(ended($blocked), 1, 'the target cannot be opened');
    is(where_is($one), 'away arriving', 'the source has let go');
    $lock->release;
    my $said = moves('the next time it ends', 1, 2, '--merchant', $one);
    is(where_is($one), 'away here', 'the target has it');
    my $there = sub { in_shard(2, "SELECT count(*) FROM pay.payments WHERE merchant_id = $one") };
    my $before = $there->();
    ok(wait_until(10, sub { $there->() >= $before + 100 }), 'and it pays there');

    my @done = $stop_a->();
    my $rate = @done / (time - $start);
    my @others = $stop_b->();
    note sprintf '%d payments at %.0f/s; slowest %.3f s; others: %d, p99 %.3f s, slowest %.3f s',
        scalar @done, $rate, percentile(1, @done), scalar @others,
        percentile(0.99, @others), percentile(1, @others);
    check('moved', 2, $one, $ENV{PAYMENTS_KEY}, @done);
    is(scalar(grep { "@{ $_->{statuses} }" ne '201' } @others), 0, 'others notice nothing');
    refunds(3, 'moved');
    is(in_shard(2, "SELECT cursor > 6 FROM pay.webhook_endpoints WHERE merchant_id = $one"), 't', 'its endpoint has come along');
    is(moves('again: nothing to do', 1, 2, '--merchant', $one) =~ /removed/, '', 'nothing is removed');
}

# and back, at one go: how long no shard had it
{
    my $stop_a = load('PAYMENTS_KEY', rounds(4, 12));
    my $stop_b = load('PAYMENTS_KEY_B', 2);
    sleep rounds(1, 15);
    my @before = $stop_b->();
    $stop_b = load('PAYMENTS_KEY_B', 2);
    my $said = moves('back', 2, 1, '--merchant', $one);
    my ($frozen) = $said =~ /, ([\d.]+) s after the freeze began/;
    # that it was within its limit the tool itself has seen
    promised($frozen, 1.5, 'freeze to open');
    my @done = $stop_a->();
    my @others = $stop_b->();
    note sprintf '%.3f s; payments meanwhile %d, slowest %.3f s; others\' p99 before %.3f s, meanwhile %.3f s',
        $frozen, scalar @done, percentile(1, @done), percentile(0.99, @before),
        percentile(0.99, @others);
    check('back', 1, $one, $ENV{PAYMENTS_KEY}, @done);
    is(in_shard($_, 'SELECT count(*) FROM pay.placements'), 0, "shard $_: nothing remains to be said")
        for 1, 2;
}

# what comes cannot be applied: the source serves on, and all can be undone
{
    my $move = move(1, 2, '--merchant', $other);
    ok(said($move, qr/copied \d+ rows of event_counters/), 'another one is copied');
    in_shard(2, "INSERT INTO pay.payment_references VALUES ($other, false, 'taken', pay.uuid7())");
    my $made = api('POST', '/v1/payments', { amount => 1, currency => 'EUR', reference => 'taken',
                   payment_method => { token => 'tok_visa' } }, key => $ENV{PAYMENTS_KEY_B});
    is($made->{status}, 201, 'the same row comes');
    is(ended($move), 1, 'the move stops');
    like($move->{said}, qr/cannot apply what comes.*the source serves/, 'it says why');
    is(where_is($other), 'leaving arriving', 'before the freeze');
    is(request(create(uuid(), 5))->{status}, 201, 'payments go on');
    my $undo = move(1, 2, '--merchant', $other, '--abort');
    is(ended($undo), 0, 'undone') or diag $undo->{said};
    is(where_is($other), 'here away', 'as it was');
    is(in_shard(2, "SELECT pay.has_rows(ARRAY[$other])"), '', 'nothing is left');
    is(in_shard(1, "SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'logical'"), 0, 'no slot');
    is(in_shard(1, 'SELECT count(*) FROM pg_publication'), 0, 'no publication');
    is(in_shard(2, 'SELECT count(*) FROM pg_subscription'), 0, 'no subscription');
    is(api('GET', "/v1/payments/$made->{json}{id}", undef, key => $ENV{PAYMENTS_KEY_B})->{status}, 200,
       'it is there');
}

# a server that dies, at any time, takes nothing with it; a bucket this time
{
    my $stop = load('PAYMENTS_KEY_B', rounds(2, 6));
    my @kills = (['primary', qr/copied \d+ rows of journal/], ['shard2', qr/frozen to open/],
                 ['shard2', qr/open on the target/], ['shard2', qr/copied \d+ rows of api_keys/],
                 ['primary', qr/has caught up/], ['primary', qr/frozen to open/],
                 ['primary', qr/open on the target/], ['shard2', qr/caught up/],
                 ['primary', qr/frozen to compare/], ['shard2', qr/frozen to compare/]);
    for my $kill (@kills[0 .. rounds(0, 9)]) {
        moves('it is over before', 1, 2, '--bucket', 200),
            moves('and back', 2, 1, '--bucket', 200) if where_is(200) eq 'away here';
        my ($server, $when) = @$kill;
        my $move = move(1, 2, '--bucket', 200);
        said($move, $when);
        kill STOP => $move->{pid};      # here and no later
        devstack('kill', $server);
        kill CONT => $move->{pid};
        my $status = ended($move);
        ok($status == 1 || $status == 0, "$server dies: the tool ends")
            or diag "$status: $move->{said}";
        devstack('start', $server);
        note "$server at $when: ", where_is(200);
        like(where_is(200), qr/^(here|leaving|frozen|away) (away|arriving|here)$/, 'both know');
    }
    moves('the bucket moves', 1, 2, '--bucket', 200);
    is(where_is(200), 'away here', 'the target has it');
    my $pending = api('POST', '/v1/payments', { amount => 1, currency => 'EUR',
                      payment_method => { token => 'tok_pending' } }, key => $ENV{PAYMENTS_KEY_B});
    my @done = $stop->();
    my @refused = grep { $_ >= 500 } map { @{ $_->{statuses} } } @done;
    note scalar(@done), ' payments, ', scalar(@refused), ' answers that said to try again';
    $_->{statuses} = [201] for @done;   # a server was away for as long as a start takes
    ok(wait_until(10, sub { api('GET', "/v1/payments/$pending->{json}{id}", undef,
           key => $ENV{PAYMENTS_KEY_B})->{json}{status} eq 'captured' }), 'what is due is done there');
    check('bucket', 2, $other, $ENV{PAYMENTS_KEY_B}, @done);
    my $lone = move(2, 1, '--merchant', $other);
    said($lone, qr/copied/);
    killed($lone);
    my $both = move(2, 1, '--bucket', 200);
    is(ended($both), 1, 'not while a merchant of it is on its way');
    is(ended(move(2, 1, '--merchant', $other, '--abort')), 0, 'undone');
}

for (['NGINX_ERROR_LOG', 'nginx'], ['NGINX_ERROR_LOG_2', 'nginx2']) {
    my $from = 0;
    local $ENV{NGINX_ERROR_LOG} = $ENV{ $_->[0] };
    is(join("\n", grep { /\[(?:alert|emerg|crit)\]/ } split /\n/, error_log_since(\$from)), '',
       "$_->[1]: no [alert], [emerg], [crit]");
}
for my $n (1, 2) {
    local $ENV{PG_PRIMARY} = $shard{$n};
    is(join("\n", invariants()), '', "invariants of shard $n");
}

done_testing();

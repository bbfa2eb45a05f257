# Races through two nodes with two workers each: exactly one of what cannot
# both be, and the ledger agrees.  Needs "tools/devstack up --nodes 2".

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql text api uuid invariants rounds wait_until figures promised merchant api_key
            request together error_log_since);
use List::Util qw(shuffle sum0);
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

$Load::port2 or die "run: tools/devstack up --nodes 2\n";
my @nodes = ($Load::port, $Load::port2);
my $log = -s $ENV{NGINX_ERROR_LOG};

my @all = qw(payments:read payments:write refunds:read refunds:write
             balances:read ledger:read events:read keys:write);
my ($key, $merchant) = merchant(@all);

sub payment {
    my ($amount, %more) = @_;
    my $answer = api('POST', '/v1/payments', { amount => $amount,
        currency => 'EUR', payment_method => { token => 'tok_visa' }, %more },
        key => $key);
    $answer->{status} == 201 or die "create: $answer->{status}\n";
    return $answer->{json}{id};
}

sub post {
    my ($path, $body, %header) = @_;
    return text('POST', $path, $body, key => $key, %header);
}

sub counted {
    my (@answers) = @_;
    my %n;
    $n{ $_->{status} . ($_->{json}{code} ? " $_->{json}{code}" : '') }++
        for @answers;
    return join ', ', map { "$n{$_} x $_" } sort keys %n;
}

sub read_payment { api('GET', "/v1/payments/$_[0]", undef, key => $key)->{json} }

# two refunds of 60 on 100: one of them
{
    my (%seen, $left);
    for (1 .. rounds(15, 100)) {
        my $id = payment(10000);
        my @answers = together([shuffle @nodes],
            map { post("/v1/payments/$id/refunds", { amount => 6000 }) } 1, 2);
        $seen{ counted(@answers) }++;
        my ($refused) = grep { $_->{status} == 422 } @answers;
        $left++ if ($refused->{json}{amount_refundable} || 0) == 4000;
        die unless read_payment($id)->{amount_refunded} == 6000;
    }
    is(join('; ', keys %seen),
       '1 x 201, 1 x 422 refund_amount_exceeds_refundable',
       'two refunds of 60 on 100: one 201, one 422');
    is($left, rounds(15, 100), 'which says what is left');
}

# a hundred refunds of 1 on 50: fifty of them
{
    my $id = payment(50);
    my @answers = together(\@nodes,
        map { post("/v1/payments/$id/refunds", { amount => 1 }) } 1 .. 100);
    is(counted(@answers), '50 x 201, 50 x 422 refund_amount_exceeds_refundable',
       'a hundred refunds of 1 on 50: exactly 50');
    my $p = read_payment($id);
    is("$p->{amount_refunded} $p->{refund_status} $p->{version}", '50 full 51',
       'and the payment says so');
}

# capture against cancel, against capture, against expiry: one wins
for my $race (
    ['capture against cancel', ['capture', undef], ['cancel', undef]],
    ['capture against capture', ['capture', undef], ['capture', undef]],
    ['cancel against cancel', ['cancel', undef], ['cancel', undef]],
    ['capture against expiry', ['capture', undef], ['expire', undef]],
) {
    my ($name, @actions) = @$race;
    my %wrong;
    for (1 .. rounds(15, 100)) {
        my $id = payment(500, capture_method => 'manual');
        my @answers = together([shuffle @nodes], map {
            my ($action) = @$_;
            my $path = $action eq 'expire'
                ? "/v1/test_helpers/payments/$id/expire"
                : "/v1/payments/$id/$action";
            post($path)
        } shuffle @actions);
        my @won = grep { $_->{status} == 200 } @answers;
        my @lost = grep { $_->{status} == 409 } @answers;
        my $p = read_payment($id);
        my $sum = sql("SELECT coalesce(sum(amount), 0) FROM pay.ledger_transfers
                        WHERE merchant_id = $merchant AND kind = 'capture'
                          AND created_at = (SELECT captured_at FROM pay.payments
                              WHERE merchant_id = $merchant AND
                              head LIKE '{\"id\":\"$id\"%')");
        $wrong{ counted(@answers) }++ unless @won == 1 && @lost == 1;
        $wrong{"$p->{status}: version $p->{version}"}++ unless $p->{version} == 2;
        $wrong{"$p->{status}: ledger $sum"}++
            unless $sum == ($p->{status} eq 'captured' ? 500 : 0);
        $wrong{"the winner shows another payment"}++
            unless ($won[0]{json}{status} || '') eq $p->{status};
    }
    is(join('; ', %wrong), '', "$name: exactly one wins, the ledger agrees");
}

# partial captures that do not fit together
{
    my $id = payment(1000, capture_method => 'manual');
    my @answers = together(\@nodes, map {
        post("/v1/payments/$id/capture",
             { amount => 30, final_capture => JSON::PP::false }) } 1 .. 50);
    is(scalar(grep { $_->{status} == 200 } @answers), 33, 'fifty captures of 30 on 1000: 33');
    is(read_payment($id)->{amount_captured}, 990, 'and not one more');
}

# a merchant that no node has heard of
{
    my ($new) = merchant(@all);
    my @answers = together(\@nodes, map {
        text('POST', '/v1/payments', { amount => $_, currency => 'EUR',
             payment_method => { token => 'tok_visa' } }, key => $new) } 1 .. 50);
    is(counted(@answers), '50 x 201', 'the first fifty payments of a new merchant');
}

# a key that is revoked is refused by every worker of both nodes within a second
{
    my ($doomed, $hash) = api_key($merchant, ['payments:read']);
    my $get = text('GET', '/v1/payments?limit=1', undef, key => $doomed);
    together([@nodes], ($get) x 16);
    sql("UPDATE pay.api_keys SET revoked_at = now() WHERE key_hash = '\\x$hash'");
    my $revoked = time;
    my ($last, $refused) = ($revoked, 0);
    ok(wait_until(5, sub {
        my $sent = time;
        my @answers = together([@nodes], ($get) x 8);
        $refused++;
        ($last, $refused) = ($sent, 0) if grep { $_->{status} == 200 } @answers;
        return $refused >= 5 && time - $revoked > 1.4 * figures();
    }), 'revoked: all workers of both refuse it');
    promised($last - $revoked, 1, 'revoked: the last one was taken');
}

# whose object it is: 404 for everybody else; a key that may not write never
# learns a stored answer by its idempotency key
{
    my ($id, $idem) = (payment(100), uuid());
    my $refund = api('POST', "/v1/payments/$id/refunds", { amount => 1 }, key => $key,
                     'Idempotency-Key' => $idem);
    my ($stranger) = merchant(@all);
    for my $path ("/v1/payments/$id", "/v1/refunds/$refund->{json}{id}",
                  "/v1/payments/$id/refunds") {
        is(api('GET', $path, undef, key => $stranger)->{status}, 404, "foreign: $path");
    }
    is(api('POST', "/v1/payments/$id/$_", undef, key => $stranger)->{status}, 404,
       "foreign: $_") for qw(capture cancel refunds);
    my ($reader) = api_key($merchant, ['payments:read', 'refunds:read']);
    my $answer = api('POST', "/v1/payments/$id/refunds", { amount => 1 }, key => $reader,
                     'Idempotency-Key' => $idem);
    is("$answer->{status} $answer->{json}{code}", '403 insufficient_scope',
       'a replay by a key that may not write: 403');
    unlike($answer->{body}, qr/ref_/, 'and nothing of the answer');
}

# anything at all, by many, on few payments: repeatable by its seed
{
    my $operations = rounds(2400, 20000);
    my $seed = $ENV{PAYMENTS_SEED} || int rand 1e6;
    note "PAYMENTS_SEED=$seed";
    my @merchants = map { [merchant(@all)] } 1 .. 20;
    my @payments;
    for my $n (0 .. 49) {
        $key = $merchants[$n % 20][0];
        push @payments, [$key, payment(1_000_000, capture_method => 'manual')];
    }

    my @pids;
    for my $client (0 .. 7) {
        my $pid = fork;
        if (!$pid) {
            srand($seed + $client);
            my ($bad, $n) = (0, 0);
            while ($n < $operations / 8) {
                ($key, my $id) = @{ $payments[rand @payments] };
                my $at = "/v1/payments/$id";
                my $some = 1 + int rand 400;
                my @text = map { $_->() } (
                    (sub { post("$at/capture", { amount => $some, final_capture => JSON::PP::false }) }) x 4,
                    (sub { post("$at/refunds", { amount => $some }) }) x 4,
                    sub { post("$at/refunds", { amount => 500_000 }) },
                    sub { text('PATCH', $at, { metadata => { n => "$some" } }, key => $key) },
                    sub { text('PATCH', $at, { description => "$some" }, key => $key,
                               'If-Match' => '"' . (1 + int rand 40) . '"') },
                    sub { post("/v1/test_helpers$at" =~ s{/v1/test_helpers/v1}{/v1/test_helpers}r . '/settle') },
                    sub { rand() < 0.01 ? post("$at/cancel") : text('GET', $at, undef, key => $key) },
                    sub { post('/v1/payments', { amount => $some, currency => 'JPY',
                              payment_method => { token => 'tok_visa' } }) },
                )[int rand 14];
                # now and then twice at once, to both nodes: it must happen once
                @text = ($text[0], $text[0]) if rand() < 0.2;
                my @answers = together([shuffle @nodes], @text);
                $n += @text;
                $bad++ for grep { $_->{status} == 0 || $_->{status} >= 500 } @answers;
                $bad++ if @answers == 2 && $answers[0]{status} == 201
                    && $answers[0]{body} ne $answers[1]{body};
            }
            POSIX::_exit($bad > 99 ? 99 : $bad);
        }
        push @pids, $pid;
    }

    my $bad = 0;
    for (@pids) { waitpid $_, 0; $bad += $? >> 8 }
    is($bad, 0, "$operations random operations: no 5xx, no two answers for one key");

    my $unbalanced = 0;
    for (@merchants) {
        my $trial = api('GET', '/v1/ledger/trial_balance', undef, key => $_->[0])->{json};
        $unbalanced++ for grep { !$_->{balanced} } values %{ $trial->{currencies} };
    }
    is($unbalanced, 0, 'trial balances are zero');
    my $ids = join ',', map { $_->[1] } @merchants;
    is(sql("SELECT count(*) FROM pay.journal WHERE merchant_id IN ($ids)
             AND event_type IS NOT NULL"),
       sql("SELECT sum(version) FROM pay.payments WHERE merchant_id IN ($ids)"),
       'each change has exactly one event');
}

is(join("\n", invariants()), '', 'invariants');
my @bad = grep { /\[(?:alert|emerg|crit)\]/ } split /\n/, error_log_since(\$log);
is(join("\n", @bad), '', 'error.log: no [alert], [emerg], [crit]');
is(sql("SELECT deadlocks FROM pg_stat_database WHERE datname = 'payments'"), 0,
   'no deadlock');
done_testing();

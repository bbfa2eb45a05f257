# Statements of acquirers: payments-admin settle FILE books each line once, and says
# which ones match nothing, or something else.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Live;
use Load qw(api sql uuid wait_until);
use Notify;
use Own;
use Test::More;

Live::alone();
Live::begin();
Own::start(workers => 1, connections => 1024, shard => 'mode direct;', http => Live::processors('answer 1s;'));

my $file = "$ENV{DEVSTACK_DIR}/settled.$$.csv";
END { unlink $file if defined $file }

sub token { my (%script) = @_; my $token = 'tok_' . uuid(); $acquirer->script({ token => $token, %script }); return $token }
sub change { my ($id, $action, %body) = @_; return api('POST', "/v1/payments/$id/$action", \%body, key => $live_key)->{json} }
sub reference { return payment($_[0])->{processor}{reference} }
sub attempt { my ($operation, $id) = @_; return ($acquirer->seen(operation => $operation, payment => $id))[-1]{request}{attempt} }

my $columns = 'line,processor,type,reference,attempt,gross,fee,net,currency,date';
my $lines = 0;

# a line of a statement; its name is new
sub line {
    my ($type, $reference, $gross, $fee, $net, %more) = @_;
    return join ',', $more{line} // "l$$." . ++$lines, $Live::name, $type, $reference // '', $more{attempt} // '', $gross, $fee, $net,
                     $more{currency} // 'EUR', '2026-11-30';
}

sub run {
    my (@words) = @_;
    open my $out, '-|', 'bin/payments-admin', '--json', '-d', $ENV{PG_PRIMARY}, @words or die $!;
    local $/;
    my $said = <$out>;
    close $out;
    return ($? >> 8, eval { decode_json($said) } || $said);
}

sub settle {
    my (@lines) = @_;
    open my $out, '>', $file or die $!;
    print {$out} map { "$_\n" } @lines;
    close $out;
    return run('settle', $file);
}

# what became of one line
sub became { my (@line) = @_; my ($status, $said) = settle($columns, line(@line)); return ref $said ? (map { "$status $_->{state}" } @{ $said->{lines} })[0] : $status }

sub balance { my $b = api('GET', '/v1/balances/EUR', undef, key => $live_key)->{json}; return "$b->{pending} $b->{available}" }
sub ledger { return sql("SELECT coalesce(sum(signed_amount), 0) FROM pay.ledger_entries WHERE merchant_id = $Live::merchant AND account = '$_[0]'") }

# Captures ------------------------------------------------------------------------------

my $known = pay(token => token(operation => 'authorize', members => { fee => 31 }))->{json}{id};
my $unknown = pay()->{json}{id};
my $parts = pay(capture_method => 'manual')->{json}{id};
change($parts, 'capture', amount => 500, final_capture => JSON::PP::false());
change($parts, 'capture', amount => 300);
is(balance(), '2967 0', 'nothing is paid yet');

my @statement = ($columns, line('charge', reference($known), 1099, 31, 1068), line('charge', reference($unknown), 1099, 20, 1079),
                 line('charge', reference($parts), 300, 5, 295), line('payout', undef, 2442, 0, -2442));
my ($status, $said) = settle(@statement);
is($status, 0, 'a statement');
is(join(' ', map { $_->{state} } @{ $said->{lines} }), 'booked booked booked noted', 'each line is booked');
is_deeply($said->{totals}, [{ processor => $Live::name, currency => 'EUR', net => 2442, paid_out => 2442, difference => 0 }], 'it adds up');
is(balance(), '500 2442', 'the money is available');
is(ledger('cash'), 2442, 'it has come');
is(ledger('processor_receivable') + ledger('fees'), 500, 'the acquirer owes the rest');
is(join(' ', map { payment($_)->{fee} // '-' } $known, $unknown, $parts), '31 20 5', 'payments show the fees');
my $rows = sql("SELECT count(*) FROM pay.ledger_transfers WHERE merchant_id = $Live::merchant");

($status, $said) = settle(@statement);
is("$status " . join(' ', map { $_->{state} } @{ $said->{lines} }), '0 known known known known', 'the same file again');
($status, $said) = settle($columns, $statement[1]);
is("$status $said->{lines}[0]{state}", '0 known', 'a line of it in another file');
is(sql("SELECT count(*) FROM pay.ledger_transfers WHERE merchant_id = $Live::merchant"), $rows, 'nothing was booked twice');

# two files at once
my $twice = pay()->{json}{id};
@statement = ($columns, line('charge', reference($twice), 1099, 9, 1090));
open my $out, '>', $file or die $!;
print {$out} map { "$_\n" } @statement;
close $out;
my @pids = map { my $pid = fork; if (!$pid) { open STDOUT, '>', '/dev/null'; exec 'bin/payments-admin', '-d', $ENV{PG_PRIMARY}, 'settle', $file or die } $pid } 1 .. 4;
my @ends = map { waitpid $_, 0; $? } @pids;
is("@ends", '0 0 0 0', 'four at once');
is(sql("SELECT count(*) FROM pay.ledger_transfers WHERE merchant_id = $Live::merchant AND kind = 'settlement' AND amount = 1090"), 2, 'one is booked');

# What does not fit ---------------------------------------------------------------------

is(became('charge', reference($known), 1099, 31, 1068), '1 already_settled', 'a capture that was paid');
is(became('charge', 'ch_nobody', 100, 1, 99), '1 unknown_here', 'a reference that nobody has');
is(became('charge', reference($parts), 499, 5, 494), '1 amount_differs', 'another amount');
is(became('charge', reference($parts), 500, 5, 494), '1 net_differs', 'a line that does not add up');
is(became('charge', reference($parts), 500, 5, 495, currency => 'USD'), '1 currency_differs', 'another currency');
my $feed = pay(token => token(operation => 'authorize', members => { fee => 31 }))->{json}{id};
is(became('charge', reference($feed), 1099, 30, 1069), '1 fee_differs', 'another fee than was said');
my $later = line('charge', "ch_later$$", 700, 7, 693);
($status, $said) = settle($columns, $later);
is($said->{lines}[0]{state}, 'unknown_here', 'what is not known yet');
my $open = pay(amount => 700, token => token(operation => 'authorize', members => { reference => "ch_later$$" }))->{json}{id};
($status, $said) = settle($columns, $later);
is("$status $said->{lines}[0]{state}", '0 booked', 'is booked when it is known and comes again');
(my $other = $later) =~ s/700,7,693/700,8,692/;
($status, $said) = settle($columns, $other);
is("$status $said->{lines}[0]{state}", '1 line_differs', 'a line that was booked with other content');

my ($code, $left) = run('unreconciled');
my %reasons = map { $_->{reason} => 1 } grep { $_->{processor} eq $Live::name } @$left;
is(join(' ', sort keys %reasons), 'already_settled amount_differs currency_differs fee_differs net_differs unknown_here', 'all of them are there to be looked at');
is($code, 1, 'and the exit status says so');
(undef, $left) = run('unreconciled', '--days', 0);
is(join(' ', sort map { "$_->{payment} $_->{gross}" } grep { $_->{reason} eq 'missing_there' && $_->{processor} eq $Live::name } @$left),
   join(' ', sort "$feed 1099", "$parts 500"), 'and captures that no statement has');

# What an acquirer deducts --------------------------------------------------------------

my $refund = change($known, 'refunds', amount => 400)->{id};
wait_until(20, sub { api('GET', "/v1/refunds/$refund", undef, key => $live_key)->{json}{status} eq 'succeeded' });
my $cash = ledger('cash');
is(became('refund', reference($known), 400, 3, -403), '0 booked', 'a refund');
is(ledger('cash'), $cash - 403, 'a refund: it was deducted, and its fee');
is(payment($known)->{fee}, 34, 'a refund: the payment shows the fee');
is(became('refund', undef, 400, 0, -400, attempt => attempt('refund', $known)), '1 not_refunded', 'a refund: once');
is(became('fee', reference($unknown), 0, 15, -15), '0 booked', 'a fee of its own');
is(payment($unknown)->{fee}, 35, 'a fee of its own: the payment shows it');
is(became('chargeback', reference($unknown), 1099, 0, -1099), '1 not_disputed', 'a chargeback that nobody has told of');
my $cb = "cb_$$";
is(came(notify('chargeback', { chargeback => $cb, reference => reference($unknown), amount => 1099, currency => 'EUR' })), '200 applied', 'it is told');
is(became('chargeback', reference($unknown), 1099, 15, -1114), '0 booked', 'a chargeback');
is(became('chargeback_reversed', reference($unknown), 1099, 0, 1099), '1 dispute_not_won', 'given back before it is won');
is(came(notify('chargeback_reversed', { chargeback => $cb, reference => reference($unknown), amount => 1099, currency => 'EUR' })), '200 applied', 'it is won');
is(became('chargeback_reversed', reference($unknown), 1099, 0, 1099), '0 booked', 'given back');

# A file that is none -------------------------------------------------------------------

for my $case (['no header', line('charge', 'x', 1, 0, 1)], ['a column that there is not', "$columns,note"],
              ['an amount that is none', $columns, line('charge', 'x', '10.00', 0, 10)], ['too few cells', $columns, 'a,b'],
              ['a type that there is not', $columns, line('gift', 'x', 1, 0, 1)], ['a line twice', $columns, line('charge', 'x', 1, 0, 1, line => 'a'), line('charge', 'x', 2, 0, 2, line => 'a')])
{
    my ($name, @lines) = @$case;
    my $before = sql('SELECT count(*) FROM pay.settlements');
    is((settle(@lines))[0], 2, "$name: refused");
    is(sql('SELECT count(*) FROM pay.settlements'), $before, "$name: nothing is taken");
}
is((run('settle', "$file.none"))[0], 1, 'a file that is not there');

is(join("\n", Load::invariants()), '', 'invariants');
done_testing();

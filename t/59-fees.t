# What an acquirer keeps of captures: said with its answer, found out later, told after
# all.  It is booked once, and the payment shows it.

use strict;
use warnings;

use lib 't/lib';
use Live;
use Load qw(api uuid wait_until);
use Notify;
use Own;
use Test::More;

Live::alone();
Live::begin();
Own::start(workers => 1, connections => 1024, shard => 'mode direct;', http => Live::processors('answer 1s;'));

sub token { my (%script) = @_; my $token = 'tok_' . uuid(); $acquirer->script({ token => $token, %script }); return $token }
sub change { my ($id, $action, %body) = @_; return api('POST', "/v1/payments/$id/$action", \%body, key => $live_key) }
sub attempt { my ($operation, $id) = @_; return ($acquirer->seen(operation => $operation, payment => $id))[-1]{request}{attempt} }

# the entries of a payment's movements of a kind
sub entries {
    my ($id, $kind) = @_;
    my @all = grep { $_->{kind} eq $kind } @{ api('GET', "/v1/ledger/transactions?payment=$id", undef, key => $live_key)->{json}{data} };
    return join '; ', map { join ', ', map { "$_->{account} $_->{direction} $_->{amount}" } @{ $_->{entries} } } @all;
}

# with the answer
my $paid = pay(token => token(operation => 'authorize', members => { fee => 31 }));
is("$paid->{status} $paid->{json}{status} $paid->{json}{fee}", '201 captured 31', 'with the answer: the payment shows it');
my $id = $paid->{json}{id};
is(entries($id, 'capture'), 'processor_receivable debit 1099, merchant_pending credit 1068, fees credit 31',
   'with the answer: the ledger has it');
my $balance = api('GET', '/v1/balances/EUR', undef, key => $live_key)->{json};
is($balance->{pending}, 1068, 'with the answer: so has the balance');
is(api('GET', '/v1/ledger/trial_balance', undef, key => $live_key)->{json}{currencies}{EUR}{balanced}, JSON::PP::true(), 'it balances');

# of a capture
my $manual = pay(capture_method => 'manual', token => token(operation => 'capture', members => { fee => 7 }));
is($manual->{json}{fee}, undef, 'of a capture: an authorization has none');
$id = $manual->{json}{id};
my $captured = change($id, 'capture', amount => 500, final_capture => JSON::PP::false());
is("$captured->{status} $captured->{json}{fee}", '200 7', 'of a capture: with its answer');
is(change($id, 'capture')->{json}{fee}, 14, 'of a capture: two add up');
is(entries($id, 'capture'), 'processor_receivable debit 599, merchant_pending credit 592, fees credit 7; '
   . 'processor_receivable debit 500, merchant_pending credit 493, fees credit 7', 'of a capture: the ledger has both');

# the answer comes too late: a look-up has it, or a notification
my $late = pay(token => token(operation => 'authorize', pending => 'forever'));
is("$late->{status} $late->{json}{status}", '202 processing', 'late: not known yet');
my $attempt = attempt('authorize', $late->{json}{id});
my @result = ('result', { attempt => $attempt, verdict => 'approved', amount => 1099, currency => 'EUR', reference => 'ch_late', fee => 12 });
is(came(notify(@result)), '200 applied', 'late: told');
is(payment($late)->{fee}, 12, 'late: the payment shows it');
is(came(notify(@result)), '200 known', 'late: told once more');
is(payment($late)->{fee}, 12, 'late: nothing has changed');

# told after the capture
my $unsaid = pay(token => token(operation => 'authorize'));
is($unsaid->{json}{fee}, undef, 'told later: not known at first');
$id = $unsaid->{json}{id};
$attempt = attempt('authorize', $id);
my ($charge) = $acquirer->charges($id);
@result = ('result', { attempt => $attempt, verdict => 'approved', amount => 1099, currency => 'EUR', reference => $charge->{reference}, fee => 20 });
is(came(notify(@result)), '200 applied', 'told later: applied');
is(came(notify(@result)), '200 known', 'told later: once');
$result[1]{fee} = 21;
is(came(notify(@result)), '200 review', 'told later: another fee is for an operator');
is(payment($id)->{fee} . ' ' . payment($id)->{version}, '20 2', 'told later: the payment shows it');
is(entries($id, 'fee'), 'merchant_pending debit 20, fees credit 20', 'told later: a movement of its own');
is(events($id), 'captured updated', 'told later: an event');
is(came(notify('capture_reversed', { attempt => $attempt, reference => $charge->{reference}, amount => 1099, currency => 'EUR' })),
   '200 applied', 'taken back');
is(payment($id)->{fee}, 0, 'taken back: the fee too');
is(entries($id, 'capture_reversed'), 'merchant_pending debit 1079, processor_receivable credit 1099, fees debit 20', 'taken back: in one movement');

# a dispute
is(came(notify('chargeback', { chargeback => 'cb_' . uuid(), reference => $paid->{json}{processor}{reference}, amount => 1099, currency => 'EUR' })),
   '200 applied', 'disputed');
my $dispute = api('GET', "/v1/disputes?payment=$paid->{json}{id}", undef, key => $live_key)->{json}{data}[0];
is(payment($paid)->{dispute}, $dispute->{id}, 'disputed: the payment shows it');

# the simulator keeps nothing
is(api('POST', '/v1/payments', { amount => 100, currency => 'EUR', payment_method => { token => 'tok_visa' } }, key => $test_key)->{json}{fee},
   undef, 'the simulator has none');

is(join("\n", Load::invariants()), '', 'invariants');
done_testing();

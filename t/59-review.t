# Attempts whose acquirer does not say what became of them: an operator sees them, asks
# the acquirer, and decides.  It ends as by the acquirer's verdict, once.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Live;
use Load qw(api sql text together uuid wait_until);
use Notify;
use Own;
use Test::More;

Live::alone();
Live::begin();
Own::start(workers => 2, connections => 1024, shard => 'mode direct;', http => Live::processors('answer 1s;'));
my ($admin) = Load::api_key($Live::merchant, ['admin', 'payments:read'], livemode => 'true');

sub silent { my (@operations) = @_; my $token = 'tok_' . uuid(); $acquirer->script(map { { token => $token, operation => $_, pending => 'forever', members => { reference => undef } } } @operations); return $token }
sub attempt { my ($operation, $id) = @_; return ($acquirer->seen(operation => $operation, payment => $id))[-1]{request}{attempt} }
sub change { my ($id, $action, %body) = @_; return api('POST', "/v1/payments/$id/$action", \%body, key => $live_key) }

sub resolve {
    my ($id, $verdict, %more) = @_;
    my %header = map { ($_ => delete $more{$_}) } grep { /^[A-Z]/ || $_ eq 'key' } keys %more;
    return api('POST', "/v1/payments/$id/resolve", { verdict => $verdict, %more }, key => $admin, %header);
}

sub decided { return sql("SELECT concat_ws(' ', action, verdict, reference, reason, left(actor, 4)) FROM pay.resolutions WHERE attempt = '$_[0]'") }

# An authorization ----------------------------------------------------------------------

my $paid = pay(token => silent('authorize'));
is(says($paid), '202 processing', 'authorization: the acquirer says nothing');
my $id = $paid->{json}{id};
my $attempt = attempt('authorize', $id);
is(resolve($id, 'approved', key => $live_key)->{status}, 403, 'authorization: not for a merchant');
is(resolve($id, 'perhaps')->{status}, 422, 'authorization: a verdict that there is not');
my $answer = resolve($id, 'approved');
is("$answer->{status} $answer->{json}{errors}[0]{pointer}", '422 /reference', 'authorization: approved, it needs a reference');
my $key = uuid();
my @say = ($id, 'approved', reference => 'ch_"1', reason => 'ticket 1', 'Idempotency-Key' => $key);
$answer = resolve(@say);
is("$answer->{status} $answer->{json}{status} $answer->{json}{processor}{reference}", '200 captured ch_"1', 'authorization: approved');
is_deeply(payment($id), $answer->{json}, 'authorization: the payment is so');
is(resolve(@say)->{body}, $answer->{body}, 'authorization: replayed');
is(resolve($id, 'declined')->{json}{version}, $answer->{json}{version}, 'authorization: who comes second finds that');
is(decided($attempt), 'authorize approved ch_"1 ticket 1 key_', 'authorization: who has decided it, and why');
is(events($id), 'processing captured', 'authorization: one event');
is(came(notify('result', { attempt => $attempt, verdict => 'approved', amount => 1099, currency => 'EUR', reference => 'ch_"1' })), '200 known',
   'authorization: the acquirer says so after all');
is(came(notify('result', { attempt => $attempt, verdict => 'declined', failure => { code => 'lost_card', message => 'no' } })), '200 review',
   'authorization: or the opposite, for an operator');

# many at once
$paid = pay(token => silent('authorize'), capture_method => 'manual');
$id = $paid->{json}{id};
my @answers = together([$Load::port], map { Load::text('POST', "/v1/payments/$id/resolve", { verdict => $_ % 2 ? 'approved' : 'declined', reference => 'ch_m' },
                                                       key => $admin, 'Idempotency-Key' => uuid()) } 1 .. 20);
is(scalar(grep { $_->{status} !~ /^(?:200|409)\z/ } @answers), 0, 'twenty at once: none fails');
is(sql("SELECT count(*) FROM pay.resolutions WHERE payment_id = (SELECT payment_id FROM pay.payments WHERE head LIKE '{\"id\":\"$id\"%')"), 1,
   'twenty at once: one has decided');
like(events($id), qr/^processing (?:authorized|failed)\z/, 'twenty at once: one event');

$paid = pay(token => silent('authorize'), reference => 'order-' . uuid());
$id = $paid->{json}{id};
$answer = resolve($id, 'not_executed', reason => 'they never had it');
is("$answer->{json}{status} $answer->{json}{failure}{code}", 'failed processing_error', 'authorization: not executed');

# A capture, a void ---------------------------------------------------------------------

for my $case (['capture', 'capture', 'captured', 'approved'], ['cancel', 'void', 'canceled', 'approved'],
              ['capture', 'capture', 'authorized', 'declined'], ['cancel', 'void', 'authorized', 'not_executed'])
{
    my ($action, $operation, $becomes, $verdict) = @$case;
    my $name = "$action, $verdict";
    $id = pay(token => silent($operation), capture_method => 'manual')->{json}{id};
    is(change($id, $action)->{status}, 202, "$name: the acquirer says nothing");
    $answer = resolve($id, $verdict, attempt => attempt($operation, $id));
    is("$answer->{status} $answer->{json}{status}", "200 $becomes", $name);
    is($answer->{json}{pending_action}, undef, "$name: nothing is pending");
    is(change($id, 'capture')->{status}, $becomes eq 'authorized' ? 202 : 409, "$name: the payment is free") if $action eq 'capture';
}

# Refunds -------------------------------------------------------------------------------

$id = pay(token => silent('refund'))->{json}{id};
my @refunds = map { change($id, 'refunds', amount => $_)->{json}{id} } 100, 200;
wait_until(20, sub { asked('refund', $id) >= 2 });
$answer = resolve($id, 'approved');
is("$answer->{status} $answer->{json}{errors}[0]{pointer}", '422 /attempt', 'refunds: two wait, and one has to be named');
my ($first) = map { $_->{request}{attempt} } grep { $_->{request}{amount} == 100 } $acquirer->seen(operation => 'refund', payment => $id);
is(resolve($id, 'approved', attempt => $first)->{json}{amount_refunded}, 300, 'refunds: one');
is(resolve($id, 'declined')->{json}{amount_refunded}, 100, 'refunds: the other');
is(join(' ', map { api('GET', "/v1/refunds/$_", undef, key => $live_key)->{json}{status} } @refunds), 'succeeded failed', 'refunds: as was decided');

# somebody else's
my ($other) = Load::api_key((Load::merchant('admin'))[1], ['admin'], livemode => 'true');
is(resolve($id, 'approved', key => $other)->{status}, 404, "another merchant's payment is not there");

# What an operator sees -----------------------------------------------------------------

$id = pay(token => silent('authorize'))->{json}{id};
$attempt = attempt('authorize', $id);
sub review { my ($all) = @_; return map { decode_json($_) } split /\n/, sql("SELECT pay.admin_review($all)") }
is(scalar(grep { $_->{payment} eq $id } review('false')), 0, 'review: not yet');
sql("UPDATE pay.followups SET tries = 77 WHERE attempt = '$attempt'");
my ($seen) = grep { $_->{payment} eq $id } review('false');
is("$seen->{attempt} $seen->{action} $seen->{processor} $seen->{amount} $seen->{currency}", "$attempt authorize $Live::name 1099 EUR",
   'review: after three days it is');
is(sql("SELECT o_review FROM pay.count_attempts(ARRAY[gen_random_uuid()], ARRAY['$Live::name'])"), 1, 'review: counted');
wait_until(30, sub { Own::metric('payments_processor_review', qr/processor="$Live::name"/) == 1 });
is(Own::metric('payments_processor_review', qr/processor="$Live::name"/), 1, 'review: a metric says so');
cmp_ok(Own::metric('payments_processor_unknown', qr/processor="$Live::name"/), '>=', 1, 'review: and how many are not known');
cmp_ok(Own::metric('payments_processor_unknown_seconds', qr/processor="$Live::name"/), '>=', 0, 'review: since when');
resolve($id, 'declined');
is(scalar(grep { $_->{payment} eq $id } review('true')), 0, 'review: not any more');

# by payments-admin, for whichever merchant
$id = pay(token => silent('authorize'))->{json}{id};
sub admin { open my $out, '-|', 'bin/payments-admin', '--json', '-d', $ENV{PG_PRIMARY}, @_ or die $!; local $/; my $said = <$out>; close $out; return ($said, $? >> 8) }
my ($said, $status) = admin('resolve', $id, 'approved', '--reference', 'ch_cli', '--reason', 'ticket 2');
is("$status " . decode_json($said)->{status}, '0 captured', 'payments-admin: decided');
is(decided(attempt('authorize', $id)), 'authorize approved ch_cli ticket 2 ' . substr(sql('SELECT session_user'), 0, 4), 'payments-admin: by whom');
is((admin('resolve', $id, 'approved'))[1], 1, 'payments-admin: nothing waits any more');
is((admin('review'))[0], "[]\n", 'payments-admin: nothing is in review');

is(join("\n", Load::invariants()), '', 'invariants');
done_testing();

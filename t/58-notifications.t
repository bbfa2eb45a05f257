# What acquirers say without being asked: the verdict on an attempt whose client was
# answered, captures that bring no money, chargebacks.  Each has its effect once, whoever
# else finds it out, and however often it comes.

use strict;
use warnings;

use lib 't/lib';
use Digest::SHA qw(hmac_sha256);
use JSON::PP;
use Live;
use Load qw(api collect later request sql text together uuid wait_until);
use MIME::Base64 qw(decode_base64 encode_base64);
use Notify;
use Own;
use PgProxy;
use Test::More;
use Time::HiRes qw(time);

Live::alone();
Live::begin();

my $other_secret = 'whsec_' . encode_base64('another secret of 32 bytes, here', '');

# what the acquirer has taken back is not in its books of charges
my %reversed;
{
    no warnings 'redefine';
    my $charges = \&Acquirer::charges;
    *Acquirer::charges = sub {
        return map { my $charge = { %$_ };
                     $charge->{captured} -= $reversed{ $_->{payment} } // 0;
                     $charge } $charges->(@_);
    };
}

# the key of the attempt at this operation on a payment, the newest one
sub attempt { my ($operation, $id) = @_; return ($acquirer->seen(operation => $operation, payment => $id))[-1]{request}{attempt} }

sub reference { my ($id) = @_; return (grep { $_->{payment} eq $id } $acquirer->charges)[0]{reference} }

sub approved {
    my ($attempt, $amount, %more) = @_;
    return { attempt => $attempt, verdict => 'approved', amount => $amount, currency => 'EUR', %more };
}

# an authorization that the acquirer has not decided, and the members of its result
sub open_payment {
    my (%more) = @_;
    my $token = 'tok_open_' . uuid();
    $acquirer->script({ token => $token, operation => 'authorize', pending => 'forever' });
    my $answer = pay(token => $token, %more);
    is(says($answer), '202 processing', 'an authorization that is pending');
    my $id = $answer->{json}{id};
    my $attempt = attempt('authorize', $id);
    return ($id, $attempt, 'ch_' . substr(Digest::SHA::sha256_hex($attempt), 0, 32));
}

sub dispute_of { my ($id) = @_; return api('GET', "/v1/disputes?payment=$id", undef, key => $live_key)->{json}{data}[0] || {} }

sub counted { return Own::metric('payments_notifications_total', qr/result="$_[0]"/) }

my @nginx = (workers => 2, connections => 4096, shard => 'mode direct;');
Own::start(@nginx, http => Live::processors());

# The verdict on an authorization --------------------------------------------------------

{
    my ($id, $attempt, $reference) = open_payment();
    my @result = ('result', approved($attempt, 1099, reference => $reference, brand => 'visa', last4 => '4242'), id => "msg_$id");
    $acquirer->resolve($attempt, 'approved');
    is(came(notify(@result)), '200 applied', 'approved: applied');
    my $payment = payment($id);
    is("$payment->{status} $payment->{amount_captured} $payment->{processor}{reference} $payment->{payment_method}{last4}",
       "captured 1099 $reference 4242", 'approved: captured, with what was said');
    is(events($id), 'processing captured', 'approved: its event');
    is(came(notify(@result)), '200 known', 'approved: once more');
    is(came(notify(@result[0, 1])), '200 known', 'approved: under another id');
    is(came(notify('result', { attempt => $attempt, verdict => 'pending' })), '200 known', 'approved: what was said before comes late');
    is(came(notify('result', { attempt => $attempt, verdict => 'declined', failure => { code => 'lost_card', message => 'no' } })),
       '200 review', 'approved, then declined: an operator has to look');
    is_deeply(payment($id), $payment, 'approved: nothing has changed');
    is(events($id), 'processing captured', 'approved: no other event');
}

{
    my ($id, $attempt) = open_payment(capture_method => 'manual');
    my $result = { attempt => $attempt, verdict => 'declined', failure => { code => 'insufficient_funds', message => 'No.' } };
    $acquirer->resolve($attempt, 'insufficient_funds');
    is(came(notify('result', { attempt => $attempt, verdict => $_ })), '200 known', "$_: nothing changes")
        for 'pending', 'not_executed';
    is(payment($id)->{status}, 'processing', 'nothing has');
    is(came(notify('result', $result)), '200 applied', 'declined: applied');
    is(payment($id)->{status} . ' ' . payment($id)->{failure}{code}, 'failed insufficient_funds', 'declined: failed');
    is(came(notify('result', $result)), '200 known', 'declined: once more');
    is(came(notify('result', approved($attempt, 1099, reference => 'ch_x'))), '200 review', 'declined, then approved: an operator has to look');
    is(events($id), 'processing failed', 'declined: one event');
}

# the same at once, from all sides
{
    my ($id, $attempt, $reference) = open_payment();
    $acquirer->resolve($attempt, 'approved');
    my @answers = together([$Load::port], map { notification('result', approved($attempt, 1099, reference => $reference)) } 1 .. 20);
    my %came;
    $came{ ($_->{body} =~ /"(?:result|code)":"(\w+)"/)[0] // $_->{status} }++ for @answers;
    is($came{applied}, 1, 'twenty at once: one is applied');
    is(join(' ', sort grep { !/^(?:applied|known|resource_busy)\z/ } keys %came), '', 'twenty at once: the others are not needed');
    is(events($id), 'processing captured', 'twenty at once: one event');
}

# What is not believed -----------------------------------------------------------------------

{
    my ($id, $attempt, $reference) = open_payment();
    my $data = approved($attempt, 1099, reference => $reference);
    my $before = counted('refused');
    my $right = notification('result', $data);
    is(came(notify('result', $data, @{ $_->[1] })), '401 authentication_required', "$_->[0]: refused")
        for ['another secret', [secret => $other_secret]], ['no signature', [headers => { 'webhook-signature' => undef }]],
            ['an empty signature', [signature => '']], ['no id', [headers => { 'webhook-id' => undef }]],
            ['no timestamp', [headers => { 'webhook-timestamp' => undef }]],
            ['a timestamp that is none', [headers => { 'webhook-timestamp' => '1e9' }]],
            ['signed 301 s ago', [signed => time - 301]], ['signed in 310 s', [signed => time + 310]],
            ['another timestamp', [headers => { 'webhook-timestamp' => int(time) - 3 }]],
            ['another id', [headers => { 'webhook-id' => 'msg_other' }]],
            ['v1 of nothing', [signature => 'v1,']], ['a right one, cut off', [signature => substr(($right =~ /signature: (\S+)/)[0], 0, 40)]],
            ['another body', [sent => encode_json({ type => 'result', timestamp => stamp(), data => { %$data, amount => 1 } })]];
    is(payment($id)->{status}, 'processing', 'refused: nothing has changed');
    is(counted('refused'), $before + 13, 'refused: counted');

    is(came(notify('result', $data, name => $_)), '404 resource_not_found', "processor \"$_\": there is none") for 'other', 'simulator';
    for (['an amount less', amount => 1098], ['an amount more', amount => 1100], ['another currency', currency => 'USD'],
         ['no reference', reference => undef], ['no amount', amount => undef], ['no currency', currency => undef],
         ['no verdict', verdict => undef], ['a verdict that there is not', verdict => 'maybe'], ['an action', verdict => 'action'],
         ['no attempt', attempt => undef], ['a key that is none', attempt => 'a b'])
    {
        my ($what, %other) = @$_;
        is(came(notify('result', { %$data, %other })), '422 validation_failed', "$what: refused");
    }
    is(came(notify('refunded', $data)), '422 validation_failed', 'a type that there is not');
    is(came(notify('result', $data, body => $_)), '422 validation_failed', "not by the protocol: $_")
        for '', '{', '[]', '{"type":"result"}', '{"type":"result","timestamp":"2026-12-01T00:00:00Z","data":[]}',
            '{"type":"result","timestamp":"yesterday","data":{}}', '{"type":"result","type":"result","timestamp":"2026-12-01T00:00:00Z","data":{}}';
    is(came(notify('result', { %$data, attempt => 'att_00000000000000000000000000' })), '404 resource_not_found', 'an attempt that nobody knows');
    is(came(notify('result', { %$data, attempt => 'att_00000000000000000000000000' }, at => time - 3700)), '200 ignored',
       'an hour later it is not asked for any more');
    is(counted('ignored'), 1, '... and counted');
    is(payment($id)->{status}, 'processing', 'nothing has changed');

    my $answer = request(notification('result', $data) =~ s/^POST/GET/r);
    is($answer->{status}, 405, 'GET: 405');
    is(request(notification('result', $data) =~ s{application/json}{text/plain}r)->{status}, 415, 'another type: 415');
    is(request(notification('result', $data, body => '"' . 'x' x 70000 . '"'))->{status}, 413, '70 KB: 413');

    # while a secret is replaced there are two signatures; unknown members are for later
    my $body = encode_json({ type => 'result', timestamp => stamp(), new => { a => 1 }, data => { %$data, more => [] } });
    my ($msg, $now) = ('msg_' . uuid(), int time);
    my @both = map { 'v1,' . encode_base64(hmac_sha256("$msg.$now.$body", decode_base64(substr $_, 6)), '') } $other_secret, $acquirer->secret;
    $acquirer->resolve($attempt, 'approved');
    is(came(notify('result', undef, body => $body, id => $msg, signed => $now, signature => "@both")), '200 applied', 'of two signatures one is right');
    is(payment($id)->{status}, 'captured', '... captured');
}

# Before the answer ------------------------------------------------------------------------------

{
    $acquirer->script({ token => 'tok_late', operation => 'authorize', after => 'late' });
    my $client = later(text(post_of(token => 'tok_late')), 20);
    ok(wait_until(5, sub { $acquirer->waiting('late') }), 'executed, and not answered yet');
    my ($charge) = grep { $_->{token} eq 'tok_late' } $acquirer->charges;
    my $result = approved($charge->{attempt}, 1099, reference => $charge->{reference});
    is(came(notify('result', $result)), '404 resource_not_found', 'its client waits: it is to come again');
    $acquirer->release('late');
    my $answer = collect($client);
    is($answer->{status}, 201, 'the answer comes');
    is(came(notify('result', $result)), '200 known', 'and it comes again: known');
    is(came(notify('result', { attempt => $charge->{attempt}, verdict => 'declined', failure => { code => 'lost_card', message => 'no' } })),
       '200 review', '... or says the opposite');
    my $id = decode_json($answer->{body})->{id};
    is(payment($id)->{status} . ' ' . events($id), 'captured captured', 'nothing has changed');
}

{
    my $key = uuid();
    $acquirer->script({ token => 'tok_refused', operation => 'authorize', status => 429, executes => 'no', times => 1 });
    is(says(pay(token => 'tok_refused', 'Idempotency-Key' => $key)), '503 processor_unavailable', 'surely not executed');
    my ($seen) = $acquirer->seen(operation => 'authorize', token => 'tok_refused');
    is(came(notify('result', approved($seen->{request}{attempt}, 1099, reference => 'ch_1'))), '200 review',
       'approved after all: an operator has to look');
}

# Captures, voids and refunds -------------------------------------------------------------------------

for (['capture', 'captured', '', { amount => 500 }], ['cancel', 'canceled', 'void', {}]) {
    my ($action, $status, $operation, $body) = @$_;
    $operation ||= $action;
    my $id = pay(capture_method => 'manual', amount => 500)->{json}{id};
    $acquirer->script({ payment => $id, operation => $operation, pending => 'forever' });
    my $answer = api('POST', "/v1/payments/$id/$action", $body, key => $live_key);
    is($answer->{status} . ' ' . $answer->{json}{pending_action}{type}, "202 $action", "$action: pending");
    my $attempt = attempt($operation, $id);
    is(came(notify('result', approved($attempt, 499))), '422 validation_failed', "$action: of another amount");
    $acquirer->resolve($attempt, 'approved');
    is(came(notify('result', approved($attempt, 500))), '200 applied', "$action: applied");
    is(payment($id)->{status}, $status, "$action: $status");
    is(came(notify('result', approved($attempt, 500))), '200 known', "$action: once more");
    is(events($id), "authorized updated $status", "$action: its events");
}

{
    my $id = pay(capture_method => 'manual', amount => 500)->{json}{id};
    $acquirer->script({ payment => $id, operation => 'capture', pending => 'forever' });
    api('POST', "/v1/payments/$id/capture", {}, key => $live_key);
    my $attempt = attempt('capture', $id);
    my $result = { attempt => $attempt, verdict => 'declined', failure => { code => 'not_capturable', message => 'No.' } };
    $acquirer->resolve($attempt, 'not_capturable');
    is(came(notify('result', $result)), '200 applied', 'capture, declined: applied');
    is(payment($id)->{status}, 'authorized', 'capture, declined: as it was');
    is(came(notify('result', $result)), '200 known', 'capture, declined: once more');
    is(events($id), 'authorized updated capture_failed', 'capture, declined: its events');
}

for (['approved', 'succeeded'], ['declined', 'failed']) {
    my ($verdict, $status) = @$_;
    my $id = pay(amount => 800)->{json}{id};
    $acquirer->script({ payment => $id, operation => 'refund', pending => 'forever' });
    my $refund = api('POST', "/v1/payments/$id/refunds", { amount => 300 }, key => $live_key)->{json}{id};
    ok(wait_until(10, sub { $acquirer->seen(operation => 'refund', payment => $id) }), "refund, $verdict: it is sent");
    my $attempt = attempt('refund', $id);
    my $result = $verdict eq 'approved' ? approved($attempt, 300)
        : { attempt => $attempt, verdict => 'declined', failure => { code => 'not_refundable', message => 'No.' } };
    my $opposite = $verdict ne 'approved' ? approved($attempt, 300)
        : { attempt => $attempt, verdict => 'declined', failure => { code => 'not_refundable', message => 'No.' } };
    $acquirer->resolve($attempt, $verdict eq 'approved' ? 'approved' : 'not_refundable');
    is(came(notify('result', $result)), '200 applied', "refund, $verdict: applied");
    is(api('GET', "/v1/refunds/$refund", undef, key => $live_key)->{json}{status}, $status, "refund, $verdict: $status");
    is(came(notify('result', $result)), '200 known', "refund, $verdict: once more");
    is(came(notify('result', $opposite)), '200 review', "refund, $verdict: and the opposite");
}

is(disagreement(), '', 'the books agree');

# Captures that did not bring their money ---------------------------------------------------------------

sub balance { my ($of) = @_; return api('GET', '/v1/balances/EUR', undef, key => $live_key)->{json}{$of} }

sub reversal {
    my ($id, $amount, %option) = @_;
    my $of = delete $option{of} || 'authorize';
    return notify('capture_reversed', { attempt => attempt($of, $id), reference => reference($id), amount => $amount, currency => 'EUR',
                                        %{ delete $option{members} || {} } }, %option);
}

{
    my $id = pay(amount => 900)->{json}{id};
    my $before = balance('pending');
    is(came(reversal($id, 900, id => "msg_r_$id")), '200 applied', 'reversed: applied');
    $reversed{$id} = 900;
    my $payment = payment($id);
    is("$payment->{status} $payment->{amount_captured} $payment->{amount_capturable} $payment->{failure}{code} " . ($payment->{captured_at} // 'null'),
       'authorized 0 900 capture_failed null', 'reversed: authorized again');
    is(balance('pending'), $before - 900, 'reversed: and so is the ledger');
    is(came(reversal($id, 900, id => "msg_r_$id")), '200 known', 'reversed: once more');
    is(came(reversal($id, 900, id => "msg_r2_$id")), '200 review', 'reversed again: nothing is left, so an operator has to look');
    is(came(reversal($id, 900, id => "msg_r2_$id")), '200 known', '... once');
    is(events($id), 'captured capture_failed', 'reversed: its event');
    is(payment($id)->{version}, 2, 'reversed: one version');
}

{
    my $id = pay(amount => 1000, capture_method => 'manual')->{json}{id};
    for my $amount (400, 300) {
        api('POST', "/v1/payments/$id/capture", { amount => $amount, final_capture => JSON::PP::false }, key => $live_key);
    }
    is(payment($id)->{amount_captured}, 700, 'partially captured');
    my @answers = together([$Load::port], map { notification('capture_reversed', { attempt => attempt('capture', $id),
        reference => reference($id), amount => 300, currency => 'EUR' }, id => "msg_p_$id") } 1 .. 10);
    is(scalar(grep { $_->{body} =~ /applied/ } @answers), 1, 'ten at once: one is applied');
    $reversed{$id} = 300;
    is(payment($id)->{status} . ' ' . payment($id)->{amount_captured}, 'partially_captured 400', 'and taken back once');
    is(says(api('POST', "/v1/payments/$id/capture", { amount => 250, final_capture => JSON::PP::false }, key => $live_key)),
       '200 partially_captured', 'what is left can be captured');
    is(payment($id)->{failure}, undef, 'and has not failed');
    is(came(reversal($id, 100, members => { currency => 'USD' })), '200 review', 'another currency: an operator has to look');
    is(came(reversal($id, 100, members => { reference => 'ch_nobody' })), '404 resource_not_found', 'a reference that nobody knows');
    is(came(reversal($id, 100, members => { reference => 'ch_nobody' }, at => time - 4000)), '200 ignored', '... an hour later');
    is(came(reversal($id, 650)), '200 review', 'more than any capture had: an operator has to look');
}

{
    my $id = pay(amount => 600)->{json}{id};
    my $refund = api('POST', "/v1/payments/$id/refunds", { amount => 200 }, key => $live_key)->{json}{id};
    ok(wait_until(10, sub { api('GET', "/v1/refunds/$refund", undef, key => $live_key)->{json}{status} eq 'succeeded' }), 'refunded');
    is(came(reversal($id, 600)), '200 review', 'refunds exceed what would be left: an operator has to look');
    is(payment($id)->{status} . ' ' . payment($id)->{amount_captured}, 'captured 600', 'nothing has changed');
    is(came(reversal($id, 400)), '200 applied', 'as much as is left can be reversed');
    $reversed{$id} = 400;
    is(payment($id)->{status} . ' ' . payment($id)->{amount_captured}, 'partially_captured 200', 'it is');
}

# the rest was released by the last capture
{
    my $id = pay(amount => 1000, capture_method => 'manual')->{json}{id};
    api('POST', "/v1/payments/$id/capture", { amount => 400 }, key => $live_key);
    is(came(reversal($id, 400, of => 'capture')), '200 applied', 'reversed, and the rest was released');
    $reversed{$id} = 400;
    my $payment = payment($id);
    is("$payment->{status} $payment->{amount_capturable} $payment->{amount_canceled}", 'authorized 400 600', 'it stays released');
}

# Chargebacks ---------------------------------------------------------------------------------------------

sub chargeback {
    my ($type, $id, $name, $amount, %option) = @_;
    return notify($type, { chargeback => $name, reference => reference($id), amount => $amount, currency => 'EUR',
                           reason => 'The holder knows of nothing.', %{ delete $option{members} || {} } }, %option);
}

{
    my $id = pay(amount => 2000)->{json}{id};
    my $before = balance('available');
    my $name = "cb_$id";
    is(came(chargeback($_, $id, $name, 500)), '404 resource_not_found', "$_ before its chargeback") for 'chargeback_reversed', 'chargeback_lost';
    is(came(chargeback('chargeback', $id, $name, 500, id => "msg_$name")), '200 applied', 'chargeback: applied');
    my $dispute = dispute_of($id);
    is("$dispute->{status} $dispute->{amount} $dispute->{reason}", 'open 500 The holder knows of nothing.', 'chargeback: a dispute');
    is(payment($id)->{amount_disputed} . ' ' . payment($id)->{amount_refundable}, '500 1500', 'chargeback: of its amount');
    is(balance('available'), $before - 500, 'chargeback: and so is the ledger');
    is(came(chargeback('chargeback', $id, $name, 500, id => "msg_$name")), '200 known', 'chargeback: once more');
    is(came(chargeback('chargeback', $id, $name, 500)), '200 known', 'chargeback: under another id');
    is(came(chargeback('chargeback_reversed', $id, $name, 499)), '200 review', 'of another amount: an operator has to look');
    is(came(chargeback('chargeback_reversed', $id, $name, 500)), '200 applied', 'won: applied');
    is(dispute_of($id)->{status} . ' ' . payment($id)->{amount_disputed}, 'won 0', 'won');
    is(balance('available'), $before, 'won: the money is back');
    is(came(chargeback('chargeback_reversed', $id, $name, 500)), '200 known', 'won: once more');
    is(came(chargeback('chargeback_lost', $id, $name, 500)), '200 review', 'won, then lost: an operator has to look');

    is(came(chargeback('chargeback', $id, "$name-2", 2000)), '200 applied', 'another one, of all');
    is(came(chargeback('chargeback', $id, "$name-3", 1)), '200 review', 'one more than there is: an operator has to look');
    is(came(chargeback('chargeback_lost', $id, "$name-2", 2000)), '200 applied', 'lost: applied');
    is(payment($id)->{amount_disputed}, 2000, 'lost: it is gone');
    is(join(' ', map { $_->{type} } @{ api('GET', '/v1/events?types=dispute.*&after=0', undef, key => $live_key)->{json}{data} }),
       'dispute.created dispute.won dispute.created dispute.lost', 'their events');
}

{
    my $id = pay(amount => 100)->{json}{id};
    is(came(chargeback('chargeback', $id, "cb_$id", 100, members => { reason => 'card 4242424242424242' })), '200 applied', 'a reason with a card number');
    is(dispute_of($id)->{reason}, 'general', '... is left out');
    my $held = pay(amount => 100, capture_method => 'manual')->{json}{id};
    is(came(chargeback('chargeback', $held, "cb_$held", 100)), '200 review', 'what was not captured: an operator has to look');
}

is(disagreement(), '', 'the books agree');
is(counted('review') > 0 && counted('applied') > 0 && counted('known') > 0 && counted('not_found') > 0, 1, 'all of it is counted');
my $reviews = () = Own::log_text() =~ /review it/g;
is($reviews, counted('review'), 'each that an operator has to look at is an alert');
Own::stop(expected => qr/\[alert\].*review it|against the protocol/);

# The database fails, or nginx ----------------------------------------------------------------------------------

{
    my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
    my $proxy = PgProxy->new(to => $pg_port);
    my $timeout = 2 * Load::patience();
    Own::start(port => $proxy->{port}, workers => 1, connections => 4096, shard => "mode direct; timeout ${timeout}s; connect_timeout 1s;",
               http => Live::processors());

    for (['the call is lost', 'cut_before', 'applied'], ['the answer is lost', 'cut_after', 'known'],
         ['its Sync is lost', 'only_rows', 'known'])
    {
        my ($what, $does, $result) = @$_;
        my $id = pay(amount => 50)->{json}{id};
        $proxy->rule(match => 'apply_notifications', do => $does, times => 1);
        is(came(reversal($id, 20)), "200 $result", "reversal, $what: it is done, and that is found out");
        $reversed{$id} = 20;
        is(payment($id)->{amount_captured}, 30, "reversal, $what: once");

        my ($open, $attempt, $reference) = open_payment();
        $acquirer->resolve($attempt, 'approved');
        $proxy->rule(match => 'end_attempts', do => $does, times => 1);
        is(came(notify('result', approved($attempt, 1099, reference => $reference))), "200 $result", "result, $what: it is done, and that is found out");
        is(payment($open)->{status} . ' ' . events($open), 'captured processing captured', "result, $what: once");
    }

    my $id = pay(amount => 50)->{json}{id};
    my $reference = reference($id);
    for my $statement ('find_notified', 'apply_notifications') {
        $proxy->rule(match => $statement, do => 'cut_before');
        like(came(reversal($id, 20)), qr/^503 (?:database_unavailable|outcome_unknown)\z/, "$statement is never answered: 503");
        $proxy->clear;
    }
    is(payment($id)->{amount_captured}, 50, 'and nothing has changed');

    # executed, and nobody to hear of it
    $proxy->rule(match => 'apply_notifications', do => 'hold', times => 1);
    my @again = ('capture_reversed', { attempt => attempt('authorize', $id), reference => $reference, amount => 20, currency => 'EUR' }, id => "msg_k_$id");
    my $held = $proxy->seen('hold');
    my $lost = later(notification(@again), 20);
    ok(wait_until(5, sub { $proxy->seen('hold') > $held }), 'a reversal is executed, and its answer held');
    ok(wait_until(5, sub { sql("SELECT count(*) FROM pay.notifications WHERE notification = 'msg_k_$id'") == 1 }), '... and committed');
    my $master = do { open my $file, '<', "$ENV{TEST_NGINX_SERVROOT}/logs/nginx.pid" or die "nginx.pid: $!"; int <$file> };
    kill KILL => split ' ', `pgrep -P $master`;
    is(collect($lost)->{status}, 0, 'the worker is killed');
    $proxy->clear;
    ok(wait_until(10, sub { Own::get('/readyz')->{status} == 200 }), 'another one has begun');
    is(came(notify(@again)), '200 known', 'it comes again: known');
    $reversed{$id} = 20;
    is(payment($id)->{amount_captured}, 30, 'and was done once');
    is(disagreement(), '', 'the books agree');
    Own::stop(killed => 1);
    $proxy->stop;
}

# A secret of their own --------------------------------------------------------------------------------------

{
    my $file = "$ENV{DEVSTACK_DIR}/notifications.$$";
    open my $out, '>', $file or die "$file: $!";
    print {$out} "$other_secret\n";
    close $out;
    Own::start(@nginx, http => Live::processors("notification_secret_file $file;"));
    my ($id, $attempt, $reference) = open_payment();
    my $data = approved($attempt, 1099, reference => $reference);
    is(came(notify('result', $data)), '401 authentication_required', 'notification_secret_file: the other secret is refused');
    $acquirer->resolve($attempt, 'approved');
    is(came(notify('result', $data, secret => $other_secret)), '200 applied', '... and this one is right');
    is(disagreement(), '', 'the books agree');
    Own::stop();
    unlink $file;
}

Live::finish();
done_testing();

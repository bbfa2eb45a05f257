# Captures, voids and refunds of live payments: the acquirer is asked once for each, what it
# refuses changes nothing, what is not known is looked up, and the books agree at the end.

use strict;
use warnings;

use lib 't/lib';
use Live;
use Load qw(api request text uuid later collect together wait_until rounds);
use JSON::PP;
use List::Util qw(min sum0);
use Own;
use PgProxy;
use Test::More;
use Time::HiRes qw(time);

Live::alone();
Live::begin();

my $answer = min(Load::patience(), 10);
my $timeout = 3 * $answer;
sub start {
    my ($parameters) = @_;
    Own::start(workers => 2, connections => 4096, shard => 'mode direct;',
               http => Live::processors("answer ${answer}s; timeout ${timeout}s; not_found_after ${timeout}s; breaker fails=100000; $parameters"));
}
start('');

sub change {
    my ($id, $what, $body, %header) = @_;
    return api('POST', "/v1/payments/$id/$what", $body || {}, key => $live_key, %header);
}

sub authorized {
    my ($token, $amount) = @_;
    my $made = pay(token => $token || 'tok_visa', amount => $amount || 1000, capture_method => 'manual');
    says($made) eq '201 authorized' or die 'create: ' . says($made) . "\n";
    return $made->{json}{id};
}

sub captured {
    my $id = authorized(@_);
    my $made = change($id, 'capture');
    says($made) eq '200 captured' or die 'capture: ' . says($made) . "\n";
    return $id;
}

my $n = 0;
sub told {
    my (@does) = @_;
    my $token = 'tok_change_' . ++$n;
    $acquirer->script({ token => $token, operation => 'authorize' }, map { { %$_, token => $token } } @does);
    return $token;
}

sub refund_status { my ($id) = @_; return api('GET', "/v1/refunds/$id", undef, key => $live_key)->{json}{status} // '' }
sub refund_ends {
    my ($id) = @_;
    my $status;
    wait_until(60, sub { ($status = refund_status($id)) !~ /^(?:pending|)\z/ });
    return $status;
}

# What is approved -------------------------------------------------------------------------

{
    my $id = authorized();
    my $key = uuid();
    my $made = change($id, 'capture', undef, 'Idempotency-Key' => $key);
    is(says($made), '200 captured', 'capture: all');
    is(change($id, 'capture', undef, 'Idempotency-Key' => $key)->{body}, $made->{body}, 'capture: replayed');
    is(asked('capture', $id), 1, 'capture: asked once');
    my ($seen) = $acquirer->seen(operation => 'capture', payment => $id);
    my ($charge) = $acquirer->charges($id);
    is("$seen->{request}{amount} $seen->{request}{reference} " . ($seen->{request}{final} ? 1 : 0), "1000 $charge->{reference} 1",
       'capture: its amount, the charge, final');
    is(events($id), 'authorized captured', 'capture: its event');
    is(says(change($id, 'capture')), '409 payment_already_captured', 'capture: and no other');
    is(asked('capture', $id), 1, 'capture: which the acquirer does not hear of');

    $id = authorized();
    is(says(change($id, 'capture', { amount => 300, final_capture => JSON::PP::false })), '200 partially_captured', 'capture: a part');
    is(says(change($id, 'capture', { amount => 800 })), '422 capture_amount_exceeds_capturable', 'capture: more than is left');
    is(says(change($id, 'capture', { amount => 200 })), '200 captured', 'capture: the last part');
    is(charged($id), '1000 500 500 0', 'capture: the rest is released');
    is(asked('void', $id), 0, 'capture: without a void');

    $id = authorized();
    is(says(change($id, 'cancel')), '200 canceled', 'cancel');
    is(charged($id), '1000 0 1000 0', 'cancel: released');
    is(events($id), 'authorized canceled', 'cancel: its event');

    $id = captured();
    my $refund = change($id, 'refunds', { amount => 400 });
    is($refund->{status}, 201, 'refund: 201');
    is(refund_ends($refund->{json}{id}), 'succeeded', 'refund: succeeds');
    is(charged($id), '1000 1000 0 400', 'refund: in the books');
    is(asked('refund', $id), 1, 'refund: asked once');
}

# What is declined ---------------------------------------------------------------------------

{
    my $id = authorized(told({ operation => 'capture', code => 'authorization_expired' }, { operation => 'void', code => 'not_voidable' }));
    my $key = uuid();
    my $made = change($id, 'capture', undef, 'Idempotency-Key' => $key);
    is(says($made) . " $made->{json}{retry}", '402 capture_declined new_key', 'a declined capture: 402');
    is(change($id, 'capture', undef, 'Idempotency-Key' => $key)->{body}, $made->{body}, 'a declined capture: stored');
    is(payment($id)->{status}, 'authorized', 'a declined capture: the payment is as it was');
    like(events($id), qr/capture_failed/, 'a declined capture: its event');
    is(charged($id), '1000 0 0 0', 'a declined capture: nothing is captured');

    my $paid = captured(told({ operation => 'refund', code => 'not_refundable' }));
    my $refund = change($paid, 'refunds', { amount => 400 });
    is(refund_ends($refund->{json}{id}), 'failed', 'a declined refund fails');
    is(payment($paid)->{amount_refundable}, 1000, 'a declined refund: all can be refunded');
}

# What is not known ----------------------------------------------------------------------------

my %fault = (
    'closed after it was executed' => { nth => 1, send => 'close' },
    'half an answer'               => { nth => 1, send => 'half' },
    '500, then its answer'         => { nth => 1, status => 500 },
    'closed each time'             => { send => 'close' },
    '500 each time'                => { status => 500 },
    'executed, and it hangs'       => { after => 'never' },
    'pending, then approved'       => { pending => 1 },
    'another amount is said'       => { members => { amount => 999 } },
    'another currency is said'     => { members => { currency => 'USD' } },
    'the answer to another attempt' => { of_another => 1 },
    'no JSON'                      => { body => '<' },
    'byte by byte'                 => { nth => 1, send => 'dribble' },
    'answered twice'               => { nth => 1, send => 'twice' },
    'a redirect'                   => { nth => 1, status => 302, headers => { Location => '/elsewhere' } },
    '10 MB'                        => { nth => 1, size => 10_000_000 },
);

for my $operation (qw(capture void refund)) {
    my ($path, $body) = @{ { capture => ['capture', {}], void => ['cancel', {}], refund => ['refunds', { amount => 400 }] }->{$operation} };
    my $final = { capture => '1000 1000 0 0', void => '1000 0 1000 0', refund => '1000 1000 0 400' }->{$operation};
    my %run;
    for my $name (sort keys %fault) {
        my $token = told({ operation => $operation, %{ $fault{$name} } });
        my $id = $operation eq 'refund' ? captured($token) : authorized($token);
        my $key = uuid();
        my $text = text('POST', "/v1/payments/$id/$path", $body, key => $live_key, 'Idempotency-Key' => $key);
        $run{$name} = { id => $id, key => $key, text => $text, first => later($text, 30) };
    }
    for my $name (sort keys %run) {
        my $run = $run{$name};
        my $first = collect($run->{first});
        like($first->{status}, $operation eq 'refund' ? qr/^201\z/ : qr/^20[02]\z/, "$operation, $name: what the client hears");
        ok(wait_until(90, sub { charged($run->{id}) eq $final }), "$operation, $name: in the books") or diag(charged($run->{id}));
        ok(wait_until(90, sub {
            my $p = payment($run->{id});
            "$p->{amount_captured} $p->{amount_canceled} " . ($operation eq 'refund' ? $p->{amount_refunded} : 0)
                eq { capture => '1000 0 0', void => '0 1000 0', refund => '1000 0 400' }->{$operation}
        }), "$operation, $name: and in the payment");
        is(request($run->{text})->{body}, $first->{body}, "$operation, $name: the key has its first answer");
    }
}

# Somebody has the payment when the verdict is to be kept: it is kept a moment later, and the
# acquirer is not asked again
{
    my $id = authorized(told({ operation => 'capture', pending => 'forever' }));
    is(says(change($id, 'capture')), '202 authorized', 'locked: the capture is pending');
    my ($seen) = $acquirer->seen(operation => 'capture', payment => $id);
    $acquirer->resolve($seen->{request}{attempt}, 'approved');
    my $lock = Load::hold("SELECT FROM pay.payments WHERE merchant_id = $Live::merchant AND pay.id_text('pay_', payment_id) = '$id' FOR UPDATE");
    my $since = Live::db_now();
    Load::sql("UPDATE pay.followups SET due = now() WHERE attempt = '$seen->{request}{attempt}'");
    ok(wait_until(10, sub { Live::called('end_attempts', $since) }), 'locked: its verdict could not be kept');
    $lock->release;
    ok(wait_until(10, sub { payment($id)->{status} eq 'captured' }), 'locked: then it is kept');
    is(asked('lookup', $id), 1, 'locked: by the look-up that there was');
}

# Two at once ----------------------------------------------------------------------------------------

{
    my @wrong;
    for my $round (1 .. rounds(10, 100)) {
        my $id = authorized('tok_visa', 50);
        my @answers = together([$Load::port], map { text('POST', "/v1/payments/$id/capture", { amount => 20, final_capture => JSON::PP::false },
                                                         key => $live_key) } 1 .. 5);
        my $good = grep { $_->{status} == 200 } @answers;
        my $captured = payment($id)->{amount_captured};
        push @wrong, "captures $round: $good, captured $captured, " . charged($id) if $captured != 20 * $good || charged($id) !~ /^50 $captured /;

        $id = authorized('tok_visa', 50);
        @answers = together([$Load::port], text('POST', "/v1/payments/$id/capture", {}, key => $live_key),
                            text('POST', "/v1/payments/$id/cancel", {}, key => $live_key));
        my $payment = payment($id);
        push @wrong, "capture and cancel $round: " . join(' ', map { $_->{status} } @answers) . " $payment->{status} " . charged($id)
            if charged($id) ne "50 $payment->{amount_captured} $payment->{amount_canceled} 0" || 1 != grep { $_->{status} == 200 } @answers;

        $id = captured('tok_visa', 50);
        @answers = together([$Load::port], map { text('POST', "/v1/payments/$id/refunds", { amount => 20 }, key => $live_key) } 1 .. 4);
        my @refunds = grep { $_->{status} == 201 } @answers;
        refund_ends($_->{json}{id}) for @refunds;
        push @wrong, "refunds $round: " . @refunds . ', ' . charged($id) if @refunds != 2 || charged($id) ne '50 50 0 40';
    }
    is(join("\n", @wrong), '', 'changes at once: the acquirer has done what was answered, and nothing else');
}

is(scalar $acquirer->seen(path => '/elsewhere'), 0, 'no redirect was followed');
is(disagreement(), '', 'the books agree');
Own::stop();

# An acquirer that forgets keys: what may have been done is looked up, and not sent again ---------------

start('idempotency off;');
for my $operation (qw(capture void)) {
    my $path = { capture => 'capture', void => 'cancel' }->{$operation};
    for my $does ({ pending => 'forever' }, { after => 'never' }, { send => 'close' }, { status => 500 }) {
        my $what = join ' ', "no keys, $operation,", %$does;
        my $id = authorized(told({ operation => $operation, forgets => 1, %$does }));
        my $answer = change($id, $path, $operation eq 'capture' ? { amount => 300, final_capture => JSON::PP::false } : undef);
        like($answer->{status}, qr/^20[02]\z/, "$what: what the client hears");
        my ($seen) = $acquirer->seen(operation => $operation, payment => $id);
        $acquirer->resolve($seen->{request}{attempt}, 'approved') if $does->{pending};
        Load::sql("UPDATE pay.followups SET due = now() WHERE attempt = '$seen->{request}{attempt}'");
        ok(wait_until(30, sub { !payment($id)->{pending_action} }), "$what: its end is found out");
        is(asked($operation, $id), 1, "$what: it is sent once");
        is(charged($id), $operation eq 'capture' ? '1000 300 0 0' : '1000 0 1000 0', "$what: and done once");
    }
}
is(disagreement(), '', 'the books agree');
Own::stop();

# A call to the database, or its answer, is lost ------------------------------------------------------

{
    my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
    my $proxy = PgProxy->new(to => $pg_port);
    Own::start(port => $proxy->{port}, workers => 1, connections => 4096, shard => 'mode direct; connect_timeout 1s;',
               http => Live::processors('breaker fails=100000;'));
    my %lost = (cut_before => 'the call', cut_after => 'its answer', only_rows => 'its Sync');
    my %of = (authorize => ['begin_payments', 'create_payments'], capture => ['begin_changes', 'change_payments'],
              void => ['begin_changes', 'change_payments'], refund => ['change_payments', 'end_attempts']);

    for my $operation (sort keys %of) {
        for my $function (@{ $of{$operation} }) {
            for my $does (sort keys %lost) {
                my $what = "$operation, $function, $lost{$does} is lost";
                my $id = $operation eq 'authorize' ? undef : $operation eq 'refund' ? captured() : authorized();
                my $used = $proxy->seen($does);
                $proxy->rule(match => $function, do => $does, times => 1);
                my $answer = $operation eq 'authorize' ? pay(amount => 1000)
                    : change($id, { capture => 'capture', void => 'cancel', refund => 'refunds' }->{$operation},
                             $operation eq 'refund' ? { amount => 400 } : undef);
                is($answer->{status}, $operation =~ /^(?:authorize|refund)\z/ ? 201 : 200, "$what: it is done");
                $id ||= $answer->{json}{id};
                is(refund_ends($answer->{json}{id}), 'succeeded', "$what: and succeeds") if $operation eq 'refund';
                is($proxy->seen($does), $used + 1, "$what: so it was");
                is(charged($id), { authorize => '1000 1000 0 0', capture => '1000 1000 0 0', void => '1000 0 1000 0',
                                   refund => '1000 1000 0 400' }->{$operation}, "$what: and done once");
                is(asked($operation, $id), 1, "$what: asked once");
            }
        }
    }
    is(disagreement(), '', 'the books agree');
    Own::stop();
    $proxy->stop;
}

Live::finish();
done_testing();

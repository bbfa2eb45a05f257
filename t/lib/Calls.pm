package Calls;

# Calls to the acquirer of Live.pm that a test holds: one for each operation, and what has
# become of its payment and its charge when all is over.
#
#   my @calls = map { prepared($_, after => '') } @operations;
#   asked_for($_) for @calls;             # the acquirer has executed it, and does not answer
#   $acquirer->release($_->{key}) for @calls;
#   ends_well($_) for @calls;

use strict;
use warnings;

use Live;
use Load qw(later request sql text uuid wait_until);
use Test::More;

use Exporter 'import';
our @EXPORT = qw(%operation @operations prepared asked_for payment_of ends_well hasten);

# what a client sends for each, and what it may hear; the charge and the payment in the end
our @operations = qw(authorize capture refund void);
our %operation = (
    authorize => { final => qr/^20[12]\z/, charge => '900 900 0 0', state => 'captured 900 0 0' },
    capture => { path => 'capture', body => { amount => 300 }, final => qr/^20[02]\z/, charge => '900 300 600 0', state => 'captured 300 600 0' },
    refund => { path => 'refunds', body => { amount => 300 }, final => qr/^201\z/, charge => '900 900 0 300', state => 'captured 900 0 300' },
    void => { path => 'cancel', body => {}, final => qr/^20[02]\z/, charge => '900 0 900 0', state => 'canceled 0 900 0' },
);

# what is looked up later is looked up now
sub hasten { sql("UPDATE pay.followups SET due = now() WHERE NOT ended AND pay.attempt_processor(args) = '$Live::name'") }

# A request that is not sent yet, and its payment where it changes one.  more: instructions for
# the acquirer; before => '' and after => '' wait for release() of its key
sub prepared {
    my ($what, %more) = @_;
    my $about = $operation{$what};
    my $call = { operation => $what, key => uuid(), token => 'tok_' . uuid() };
    $call->{name} = join ' ', $what, map { /^(?:before|after)\z/ ? "held $_ it is executed" : "$_ $more{$_}" } sort keys %more;
    defined $more{$_} && $more{$_} eq '' and $more{$_} = $call->{key} for qw(before after);
    delete @more{ grep { !defined $more{$_} } keys %more };
    $acquirer->script({ token => $call->{token}, operation => $what, nth => 1, %more }, { token => $call->{token} });
    my @create = (amount => 900, token => $call->{token}, capture_method => $what =~ /^(?:capture|void)\z/ ? 'manual' : 'automatic');

    if (!$about->{path}) {
        $call->{text} = text(post_of(@create, 'Idempotency-Key' => $call->{key}));
        return $call;
    }
    my $made = pay(@create);
    $made->{status} == 201 or die "$call->{name}: " . says($made) . "\n";
    $call->{payment} = $made->{json}{id};
    $call->{text} = text('POST', "/v1/payments/$call->{payment}/$about->{path}", $about->{body}, key => $live_key, 'Idempotency-Key' => $call->{key});
    return $call;
}

# sends it: first is later()'s.  Until the acquirer has it
sub asked_for {
    my ($call) = @_;
    $call->{first} = later($call->{text}, 30);
    ok(wait_until(20, sub { requests_of($call) }), "$call->{name}: the acquirer has it");
    return $call;
}

sub requests_of { my ($call) = @_; return $acquirer->seen(operation => $call->{operation}, token => $call->{token}) }

# its payment, as the acquirer was told where the client was not
sub payment_of { my ($call) = @_; return $call->{payment} ||= (requests_of($call))[0]{request}{payment} }

sub state_of {
    my ($call) = @_;
    my $payment = payment(payment_of($call));
    return join ' ', map { $_ // '' } @$payment{qw(status amount_captured amount_canceled amount_refunded)};
}

# tests that payment and charge are as they have to be, and returns what the key answers
sub ends_well {
    my ($call) = @_;
    my $about = $operation{ $call->{operation} };
    wait_until(60, sub { state_of($call) eq $about->{state} && charged(payment_of($call)) eq $about->{charge} });
    is(state_of($call), $about->{state}, "$call->{name}: the payment");
    is(charged(payment_of($call)), $about->{charge}, "$call->{name}: the charge");
    my $made = request($call->{text}, 30);
    like($made->{status}, $about->{final}, "$call->{name}: and an answer");
    return $made;
}

1;

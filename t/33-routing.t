# Which acquirer a live payment goes to: payments_processors, and the variables that
# it may have.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(api wait_until);
use MIME::Base64;
use Own;
use Peer;
use Test::More;

my $dir = "$ENV{DEVSTACK_DIR}/routing";
mkdir $dir;
open my $file, '>', "$dir/secret" or die;
print {$file} 'whsec_' . encode_base64('secret' x 4, '') . "\n";
close $file;

sub approves {
    my ($c, $request) = @_;
    my $asked = decode_json($request->{body});
    $c->answer(encode_json({ verdict => 'approved', reference => "ch_$asked->{attempt}" =~ s/^(.{64}).*/$1/r,
                             amount => $asked->{amount}, currency => $asked->{currency} }));
}

my $peer = Peer->new(routes => {
    '/busy' => sub { $_[0]->answer('{}', 503, 'Payments-Executed: no') },
    '/closes' => sub { 0 },
    '/declines' => sub { $_[0]->answer('{"verdict":"declined","failure":{"code":"lost_card","message":"Lost."}}') },
    '*' => \&approves,
});
my $url = 'http://127.0.0.1:' . $peer->port;

Own::start(connections => 4096, http => join "\n",
    (map { "payments_processor $_ { url $url/$_; secret_file $dir/secret; max_calls 64; breaker fails=1000000; }" }
         qw(euros others large test-tokens busy closes declines)),
    'map $payments_token_type $by_token { default ""; pm test-tokens; }',
    'map "$payments_livemode$payments_amount" $by_amount { default ""; "~^1\d{7,}" large; }',
    'map $payments_currency $by_currency { default others; EUR "euros, others"; USD nosuch;
                              CHF "busy, others"; SEK "closes, others"; DKK "declines, others"; NOK busy; }',
    'payments_processors "$by_token,$by_amount,$by_currency";');

sub pay {
    my (%change) = @_;
    my $token = delete $change{token} || 'tok_visa';
    return api('POST', '/v1/payments', { amount => 1099, currency => 'EUR', payment_method => { token => $token }, %change },
               key => $ENV{PAYMENTS_KEY_A_LIVE});
}

sub goes {
    my ($to, $title, %change) = @_;
    my $answer = pay(%change);
    is("$answer->{status} " . ($answer->{json}{processor}{name} || ''), "201 $to", $title) or diag($answer->{body});
}

goes('euros', 'by currency');
is(join(' ', map { m{/(\w+)/authorize} } $peer->seen(qr/^request/)), 'euros', '... the first one alone');
goes('others', 'another currency', currency => 'GBP');
goes('others', 'a currency in lower case', currency => 'gbp');
goes('large', 'by amount', amount => 20_000_000);
goes('test-tokens', 'by the type of a token', token => 'pm_1234');
is(pay(currency => 'USD')->{status}, 503, 'to none that there is');
is(pay(currency => 'USD')->{json}{code}, 'processor_unavailable', '... which is said');

# another one is asked only where the first surely did nothing
{
    my $asked = sub {
        my $before = () = $peer->seen(qr/^request/);
        my $answer = pay(currency => $_[0]);
        my @requests = $peer->seen(qr/^request/);
        return join ' ', $answer->{status}, map { m{/(\w+)/authorize} } @requests[$before .. $#requests];
    };
    is($asked->('CHF'), '201 busy others', 'one that surely did nothing: the next is asked');
    is($asked->('NOK'), '503 busy', '... if there is one');
    is($asked->('DKK'), '402 declines', 'one that declines: no other is asked');
    is($asked->('SEK'), '202 closes closes', 'one that may have done it: it alone is asked, again');
}

my $before = $peer->seen(qr/^request/);
is(pay(amount => 0)->{status}, 422, 'what is not valid');
is(api('POST', '/v1/payments', { amount => 1, currency => 'EUR', payment_method => { token => 'tok_visa' } })->{status}, 201,
   'a test key');
is(scalar(my @n = $peer->seen(qr/^request/)), $before, '... goes nowhere');

Own::stop();
done_testing();

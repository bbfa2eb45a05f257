# The server that t/59-stripe.t takes for Stripe, asked by Stripe's own client: its errors,
# replays, pages and signatures are what that expects, and its objects have the types.

use strict;
use warnings;

use lib 't/lib';
use Cwd qw(getcwd);
use JSON::PP;
use Npm qw(tool node);
use Stripe;
use Test::More;

my $modules = getcwd() . '/build/npm/node_modules';
plan skip_all => "npm's stripe is not in build/npm: tools/viewer --tests brings it" unless -d "$modules/stripe";

my $work = getcwd() . '/build/test/stripe';
system("rm -rf $work; mkdir -p $work; cp t/lib/clients/stripe.ts $work; ln -s ../../npm/node_modules $work/node_modules") == 0
    or die;

my ($client) = ($ENV{TEST_NGINX_CLIENT_PORT} || 1984) =~ /(\d+)/;
my $acquirer = Stripe->new(port => $client + 20);
$acquirer->command('page', 1);
my $json = JSON::PP->new->utf8->canonical;

sub file {
    my ($name, $text) = @_;
    open my $out, '>', "$work/$name" or die "$work/$name: $!";
    print {$out} $text;
    close $out;
    return "$work/$name";
}

sub create { return $acquirer->asks('POST', '/v1/payment_intents', "amount=1099&currency=eur&confirm=true&metadata[attempt]=att_of_a_test&$_[0]") }

# Whole objects, where a mistake in a member's name or type does not compile; of a charge, a
# dispute and what has one of Stripe's errors those members that are there.

my $paid = create('capture_method=manual&payment_method=pm_card_visa&error_on_requires_action=true');
my $captured = $acquirer->asks('POST', "/v1/payment_intents/$paid->{id}/capture", 'amount_to_capture=1000');
my $shown = $acquirer->asks('GET', "/v1/payment_intents/$paid->{id}?expand[0]=latest_charge.balance_transaction");
my $refund = $acquirer->asks('POST', '/v1/refunds', "payment_intent=$paid->{id}&amount=400");
my $dispute = $acquirer->dispute($paid->{id}, 'needs_response');
my $declined = create('payment_method=pm_card_chargeDeclined&error_on_requires_action=true')->{error}{payment_intent};
my $waits = create('capture_method=automatic&payment_method=pm_card_threeDSecureRequired&return_url=https%3A%2F%2Fshop.example%2F');
$acquirer->authenticate($waits->{id}, 1);
my ($event) = grep { $_->{type} eq 'payment_intent.succeeded' && $_->{data}{object}{id} eq $waits->{id} } $acquirer->events;

my @typed = (
    ['Stripe.PaymentIntent', $waits, 'a PaymentIntent that waits for the customer'],
    ['Stripe.PaymentIntent', $captured, 'one that is captured'],
    ['Partial<Stripe.Refund>', $refund, 'a refund'],
    ['Part<Stripe.Charge>', $shown->{latest_charge}, 'a charge'],
    ['Part<Stripe.PaymentIntent>', $declined, 'one that is declined'],
    ['Part<Stripe.Dispute>', $dispute, 'a dispute'],
    ['Stripe.PaymentIntentSucceededEvent', $event, 'an event'],
    ['Stripe.PaymentIntent', { %$captured, status => 'paid' }, 'a mistake'],
);
file('objects.ts', "import Stripe from 'stripe';\ntype Part<T> = T extends object ? { [K in keyof T]?: Part<T[K]> } : T;\n"
    . join '', map { "export const o$_: $typed[$_][0] = " . $json->encode($typed[$_][1]) . ";\n" } 0 .. $#typed);

# one run for all: it takes seconds, and writes JavaScript all the same
my ($status, $said) = tool('tsc', '--strict', '--target', 'es2022', '--module', 'commonjs', '--moduleResolution', 'node10',
    '--esModuleInterop', '--skipLibCheck', '--types', 'node', '--typeRoots', "$modules/\@types", '--outDir', "$work/js",
    "$work/stripe.ts", "$work/objects.ts");
my @wrong = split /\n/, $said;
is(join("\n", grep { !/objects\.ts/ } @wrong), '', 'the client compiles');
for my $i (0 .. $#typed) {
    my $line = $i + 3;
    my @here = grep { /^\S*objects\.ts\($line,/ } @wrong;
    is(scalar @here, $typed[$i][2] eq 'a mistake' ? 1 : 0, "the types of Stripe's API: $typed[$i][2]") or diag @here;
}

# The client.

($status, $said) = node("$work/js/stripe.js", $acquirer->port, $acquirer->secret, $acquirer->signing,
                        file('event', $json->encode($event)), Stripe::signature($json->encode($event), secret => $acquirer->signing));
is($status, 0, 'the client runs') or diag $said;
my $true = JSON::PP::true;
my %want = (
    made => ['requires_capture', 1099, 'visa'],
    replayed => [$true, 'true'],
    captured => ['succeeded', 1000, 'c'],
    refund => ['succeeded', 400, $true],
    seen => [$true, 'succeeded'],
    canceled => 'canceled',
    listed => [$true, $true, $true, $true],
    refunds => [1, $true],
    event => ['payment_intent.succeeded', 'payment_intent'],
    forged => 'StripeSignatureVerificationError',
    refused => ['StripeCardError 402 card_declined', 'StripeIdempotencyError 400 ', 'StripeCardError 402 authentication_required',
                'StripeInvalidRequestError 400 resource_missing', 'StripeInvalidRequestError 400 payment_intent_unexpected_state',
                'StripeInvalidRequestError 404 resource_missing', 'StripeInvalidRequestError 400 '],
);
my $got = eval { decode_json($said) } || {};
is_deeply($got->{$_}, $want{$_}, "the client: $_") or diag explain $got->{$_} for sort keys %want;

done_testing();

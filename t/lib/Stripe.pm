package Stripe;

# An acquirer that speaks Stripe's API (see Stripe::Server), told what to do as Acquirer.pm
# tells: script(), seen(), charges(), and
#
#   $acquirer->intents             # PaymentIntents, the newest first
#   $acquirer->authenticate($id, 1)   # what the customer did at next_action's URL
#   $acquirer->settle($refund, 'succeeded')
#   $acquirer->dispute($id, 'needs_response'), ->dispute($id, 'won')
#   $acquirer->events              # what has happened since the last events()
#   deliver($event)                # to the module, signed; the answer
#
# An instruction is about requests with its operation (create, capture, cancel, refund, list,
# refunds, retrieve), token, nth (sending under this key); each may be absent.  It counts
# "times" times, or for ever.
#
#   before, after    a name: it waits before or after it is executed, under its key, until
#                    release(name)
#   status           429, 409: nothing is done; 500: it is done, and kept under the key
#   executes         "no": nothing is done, with 500
#   members          of the object in the answer that are others
#   send             close (no answer), and whatever Acquirer knows

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use Live ();
use Load qw(request);
use Stripe::Server;
use Time::HiRes qw(time);

use parent 'Acquirer';
use Exporter 'import';
our @EXPORT_OK = qw(deliver signature);

my $json = JSON::PP->new->utf8->canonical;

sub new {
    my ($class, %option) = @_;
    my $self = $class->SUPER::new(secret => 'sk_test_' . join('', map { ('a' .. 'z')[rand 26] } 1 .. 24), %option);
    $self->{signing} = 'whsec_' . join('', map { ('a' .. 'z')[rand 26] } 1 .. 32);
    open my $file, '>', $self->signing_file or die "$self->{dir}: $!\n";
    print {$file} "$self->{signing}\n";
    close $file;
    return $self;
}

sub server { return 'Stripe::Server' }
sub signing { $_[0]{signing} }
sub signing_file { "$_[0]{dir}/signing" }

# a request of the test's own; the answer's object
sub asks {
    my ($self, $method, $target, $form) = @_;
    local $Load::port = $self->port;
    $form //= '';
    return $json->decode(request("$method $target HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "Authorization: Bearer " . $self->secret . "\r\nStripe-Version: 2024-06-20\r\n"
        . 'Content-Length: ' . length($form) . "\r\n\r\n$form")->{body});
}

sub intents { @{ $_[0]->command('intents') } }
sub authenticate { my ($self, @what) = @_; $self->command('authenticate', @what) }
sub settle { my ($self, @what) = @_; $self->command('settle', @what) }
sub dispute { my ($self, @what) = @_; $self->command('dispute', @what) }
sub events { @{ $_[0]->command('events') } }

# option: at (seconds), secret, and what else stands in the header
sub signature {
    my ($body, %option) = @_;
    my $at = int($option{at} // time);
    return "t=$at," . ($option{more} // '') . 'v1=' . hmac_sha256_hex("$at.$body", $option{secret} // $Live::acquirer->signing);
}

# option: as of signature(); header: another one, undef: none
sub deliver {
    my ($event, %option) = @_;
    my $body = ref $event ? $json->encode($event) : $event;
    my $signature = exists $option{header} ? $option{header} : signature($body, %option);
    my $answer = request("POST /v1/processors/$Live::name/notifications HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                         . 'Content-Length: ' . length($body) . "\r\nContent-Type: application/json\r\n"
                         . (defined $signature ? "Stripe-Signature: $signature\r\n" : '') . "\r\n$body");
    $answer->{json} = eval { $json->decode($answer->{body}) } || {};
    return $answer;
}

1;

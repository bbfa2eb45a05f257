package Examples;

# Every operation of the API as its document shows it: the example request, sent
# as it stands to an object that it fits.  Needs the development stack.

use strict;
use warnings;

use JSON::PP;
use Load qw(request api uuid wait_until);

use Exporter 'import';
our @EXPORT_OK = qw(document operations send_example shape);

my $json = JSON::PP->new->utf8->canonical;

# the OpenAPI document that the server gives, "/openapi.json" or another one
sub document {
    my ($path) = @_;
    my $answer = api('GET', $path, undef, key => undef, 'Idempotency-Key' => undef);
    return $json->decode($answer->{body});
}

# its operations: { id, method, path, operation }, in the order of their names
sub operations {
    my ($document) = @_;
    my @all;
    for my $path (sort keys %{ $document->{paths} }) {
        for my $method (sort keys %{ $document->{paths}{$path} }) {
            my $operation = $document->{paths}{$path}{$method};
            push @all, { id => $operation->{operationId}, method => uc $method, path => $path,
                         operation => $operation };
        }
    }
    return @all;
}

my %card = (currency => 'EUR', payment_method => { token => 'tok_visa' });

sub made { my ($answer) = @_; die $answer->{body} if $answer->{status} !~ /^20/; return $answer->{json}{id} }

sub payment { made(api('POST', '/v1/payments', { amount => 1099, %card, @_ })) }

sub authorized { payment(capture_method => 'manual') }

sub refunded {
    my $id = payment();
    return ($id, made(api('POST', "/v1/payments/$id/refunds", { amount => 400 })));
}

sub disputed { made(api('POST', '/v1/test_helpers/payments/' . payment() . '/dispute', {})) }

sub captured {
    my $id = authorized();
    api('POST', "/v1/payments/$id/capture", {});
    return api('GET', "/v1/payments/$id?expand=captures")->{json}{captures}{data}[0]{id};
}

sub first_of {
    my ($path) = @_;
    refunded();
    return api('GET', $path)->{json}{data}[0]{id};
}

sub used_key {
    my $key = 'order-' . uuid();
    made(api('POST', '/v1/payments', { amount => 1099, %card }, 'Idempotency-Key' => $key));
    return $key;
}

sub other_key {
    made(api('POST', '/v1/api_keys', { name => 'Till', scopes => ['payments:write'] }));
}

sub endpoint {
    made(api('POST', '/v1/webhook_endpoints', { url => 'https://shop.example.com/hooks', enabled_events => ['*'] }));
}

sub admin { $ENV{PAYMENTS_ADMIN_KEY} }

sub merchant { made(api('POST', '/v1/merchants', { name => 'Corner Shop' }, key => admin())) }

# what the {parameter} of an operation's path is, so that its example works
my %parameter = (
    getPayment           => sub { payment() },
    updatePayment        => \&authorized,
    capturePayment       => \&authorized,
    cancelPayment        => \&authorized,
    confirmPayment       => sub { payment() },
    createRefund         => sub { payment() },
    getRefund            => sub { (refunded())[1] },
    updateRefund         => sub { (refunded())[1] },
    getCapture           => \&captured,
    listPaymentRefunds   => sub { (refunded())[0] },
    resolveAttempt       => sub { payment() },
    resolvePayment       => sub { payment(payment_method => { token => 'tok_timeout' }) },
    expirePayment        => \&authorized,
    settlePayment        => sub { payment() },
    disputePayment       => sub { payment() },
    winDispute           => \&disputed,
    loseDispute          => \&disputed,
    getDispute           => \&disputed,
    getBalance           => sub { 'EUR' },
    getLedgerTransaction => sub { first_of('/v1/ledger/transactions') },
    getEvent             => sub { first_of('/v1/events') },
    getIdempotencyKey    => \&used_key,
    cancelIdempotencyKey => \&used_key,
    getApiKey            => \&other_key,
    updateApiKey         => \&other_key,
    revokeApiKey         => \&other_key,
    rotateApiKey         => \&other_key,
    getWebhookEndpoint    => \&endpoint,
    updateWebhookEndpoint => \&endpoint,
    deleteWebhookEndpoint => \&endpoint,
    rotateWebhookSecret   => \&endpoint,
    testWebhookEndpoint   => \&endpoint,
    replayWebhookEndpoint => \&endpoint,
    redeliverEvent       => sub { endpoint(); first_of('/v1/events') },
    getMerchant          => \&merchant,
    updateMerchant       => \&merchant,
);

# What an adapter of a processor signs with that processor's secret, and what is then
# answered.  A development stack has no processor of this name: 404, before the signature.
our %signed = (notifyProcessor => ['acquirer', '{"object":"notification","result":"applied"}']);

# Sends an operation's example.  Out: request()'s answer, the value of the path's
# parameter, the status of success that the document names first.
sub send_example {
    my ($o) = @_;
    my $operation = $o->{operation};
    my ($name) = $o->{path} =~ /\{(\w+)\}/;
    my $value;
    if (my $signed = $signed{ $o->{id} }) {
        $value = $signed->[0];
    } elsif ($name) {
        my $make = $parameter{ $o->{id} } or die "t/lib/Examples.pm does not know $o->{id}\n";
        $value = $make->();
    }
    my $path = $o->{path} =~ s/\{\w+\}/$value/r;
    my $body = $operation->{requestBody}
        ? $json->encode($operation->{requestBody}{content}{'application/json'}{example}) : undef;
    my ($scope) = @{ $operation->{'x-required-scopes'} || [] };
    my $key = @{ $operation->{security} || [1] } == 0 ? undef
        : ($scope || '') eq 'admin' ? admin() : $ENV{PAYMENTS_KEY};
    my $required = grep { ($_->{'$ref'} || '') =~ m{/IdempotencyKey$} } @{ $operation->{parameters} };
    my $text = "$o->{method} $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . ($key ? "Authorization: Bearer $key\r\n" : '')
        . ($required ? 'Idempotency-Key: ' . uuid() . "\r\n" : '')
        . (defined $body ? "Content-Type: application/json\r\nContent-Length: "
                           . length($body) . "\r\n\r\n$body" : "\r\n");
    my $answer = request($text);
    $answer->{json} = eval { $json->decode($answer->{body}) };
    my ($expected) = sort grep { /^2/ } keys %{ $operation->{responses} };
    return ($answer, $value, $signed{ $o->{id} } ? 404 : $expected);
}

# A JSON value without what differs from run to run: the names of members, and
# the types of their values; of a list its first element, of currencies any one.
sub shape {
    my ($value) = @_;
    return { map { (/^[A-Z]{3}$/ ? 'a currency' : $_) => shape($value->{$_}) } keys %$value }
        if ref $value eq 'HASH';
    return [map { shape($_) } $value->[0]] if ref $value eq 'ARRAY' && @$value;
    return [] if ref $value eq 'ARRAY';
    return 'null' unless defined $value;
    return 'boolean' if JSON::PP::is_bool($value);
    return $json->encode([$value]) =~ /^\["/ ? 'string' : 'number';
}

1;

package Notify;

# Notifications of the acquirer of Live.pm, signed with its secret.
#
#   is(came(notify('result', { attempt => $key, ... })), '200 applied', '...');
#   later(notification('chargeback', { ... }, id => 'msg_1'))

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use JSON::PP;
use Live;
use Load qw(request uuid);
use MIME::Base64 qw(decode_base64 encode_base64);
use POSIX qw(strftime);
use Time::HiRes qw(time);

use Exporter 'import';
our @EXPORT = qw(stamp notification notify came);

sub stamp { return strftime('%Y-%m-%dT%H:%M:%SZ', gmtime($_[0] // time)) }

# A notification as text.  option: id, at (when it happened), signed (seconds), secret,
# signature, body, name of the processor, headers
sub notification {
    my ($type, $data, %option) = @_;
    my $body = $option{body} // encode_json({ type => $type, timestamp => stamp($option{at}), data => $data });
    my ($id, $now) = ($option{id} // 'msg_' . uuid(), int($option{signed} // time));
    my $key = decode_base64(substr $option{secret} // $acquirer->secret, 6);
    my %header = ('webhook-id' => $id, 'webhook-timestamp' => $now, 'Content-Type' => 'application/json',
                  'webhook-signature' => $option{signature}
                      // 'v1,' . encode_base64(hmac_sha256("$id.$now.$body", $key), ''), %{ $option{headers} || {} });
    return "POST /v1/processors/@{[$option{name} // $Live::name]}/notifications HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nContent-Length: " . length($option{sent} // $body) . "\r\n"
        . join('', map { "$_: $header{$_}\r\n" } grep { defined $header{$_} } sort keys %header)
        . "\r\n" . ($option{sent} // $body);
}

sub notify {
    my $answer = request(notification(@_));
    $answer->{json} = eval { decode_json($answer->{body}) } || {};
    return $answer;
}

sub came { my ($answer) = @_; return "$answer->{status} " . ($answer->{json}{result} || $answer->{json}{code} || '') }

1;

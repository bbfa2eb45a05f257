package Test::Nginx::Exchange;

# What a block sends, and what comes back: packets of its requests, the
# connection, the parts of a response.

use strict;
use warnings;

use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use List::Util ();
use Test::More ();
use Time::HiRes qw(sleep);

use Nginx ();

our @EXPORT_OK = qw(seconds value_at requests_of exchange parse_response);

sub seconds {
    my ($text) = @_;
    return $text =~ /^\s*([\d.]+)\s*ms\s*$/ ? $1 / 1000
         : $text =~ /^\s*([\d.]+)\s*s?\s*$/ ? $1
         : Test::More::BAIL_OUT("not a time: $text");
}

sub value_at {
    my ($value, $i) = @_;
    return ref $value eq 'ARRAY' ? $value->[$i] : $value;
}

# "METHOD URL HTTP/1.1\nbody" with the block's headers: packets to send
sub build_request {
    my ($block, $request, $i, $close) = @_;
    my @parts = map { ref $_ ? $_ : { value => $_ } }
                ref $request ? @$request : ($request);
    my $text = join '', map { $_->{value} } @parts;

    $text =~ s/^(?:\s*\#[^\n]*\n)+//;
    $text =~ s/^\s+//;

    my ($line, $body) = split /\n/, $text, 2;
    my ($method, $url, $version) = split ' ', $line;
    $body = '' unless defined $body;
    $url = '/' unless defined $url;
    $version = 'HTTP/1.1' unless defined $version;

    my $headers = value_at($block->more_headers, $i);
    $headers = '' unless defined $headers;
    my @lines = grep { /\S/ && !/^\s*\#/ } split /\n/, $headers;
    s/^\s+|\r?$//g for @lines;

    unshift @lines, "Connection: " . ($close ? 'close' : 'keep-alive')
        unless grep { /^Connection:/i } @lines;
    unshift @lines, 'Host: localhost' unless grep { /^Host:/i } @lines;

    my $chunked = grep { /^Transfer-Encoding:\s*chunked/i } @lines;

    if (length $body && !$chunked && !grep { /^Content-Length:/ } @lines) {
        my $before = length $body;
        $body =~ s/^\s+|\s+$//g;
        $parts[-1]{value} = substr $parts[-1]{value}, 0,
            length($parts[-1]{value}) - ($before - length $body)
            if @parts > 1;
        utf8::encode($body) if utf8::is_utf8($body);
        push @lines, 'Content-Length: ' . length $body if length $body;
    }

    my $raw = "$method $url $version\r\n"
        . join('', map { "$_\r\n" } @lines) . "\r\n$body";

    return ($method, { value => $raw }) if @parts == 1;

    my $rest = List::Util::sum0(map { length $_->{value} } @parts[1 .. $#parts]);
    my $first = { value => substr $raw, 0, length($raw) - $rest };

    return ($method, $first, @parts[1 .. $#parts]);
}

# [ { method =>, packets => [...], responses => [index, ...] }, ... ]
sub requests_of {
    my ($block, $name) = @_;

    if (defined $block->raw_request) {
        my $raw = $block->raw_request;
        my @packets = map { ref $_ ? $_ : { value => $_ } }
                      ref $raw eq 'ARRAY' ? @$raw : ($raw);

        if (defined $block->raw_request_middle_delay) {
            $_->{delay_before} = seconds($block->raw_request_middle_delay)
                for @packets[1 .. $#packets];
        }

        my ($method) = $packets[0]{value} =~ /^(\S+)/;
        return [{ methods => [$method], packets => \@packets }];
    }

    if (defined $block->pipelined_requests) {
        my @list = @{ $block->pipelined_requests };
        my ($text, @methods) = ('');

        for my $i (0 .. $#list) {
            my ($method, @packets) = build_request($block, $list[$i], $i,
                                                   $i == $#list);
            push @methods, $method;
            $text .= $_->{value} for @packets;
        }

        return [{ methods => \@methods, packets => [{ value => $text }] }];
    }

    my $request = $block->request;
    Test::More::BAIL_OUT("$name - no request") unless defined $request;

    my @list = ref $request eq 'ARRAY' ? @$request : ($request);
    my @sets;

    for my $i (0 .. $#list) {
        my ($method, @packets) = build_request($block, $list[$i], $i, 1);
        push @sets, { methods => [$method], packets => \@packets };
    }

    return \@sets;
}

# sends the packets, reads until the end: (text, whether time ran out)
sub exchange {
    my ($block, $packets, $limit) = @_;
    my $address = defined $block->server_addr_for_client
        ? $block->server_addr_for_client : '127.0.0.1';
    my $socket = IO::Socket::INET->new(PeerAddr => $address,
        PeerPort => $Nginx::ClientPort, Proto => 'tcp')
        or return ('', 1);
    my $text = '';

    binmode $socket;
    local $SIG{PIPE} = 'IGNORE';

    for my $packet (@$packets) {
        sleep $packet->{delay_before} if $packet->{delay_before};
        my ($data, $sent) = ($packet->{value}, 0);
        utf8::encode($data) if utf8::is_utf8($data);

        while ($sent < length $data) {
            my $n = syswrite $socket, $data, length($data) - $sent, $sent;
            last unless $n;
            $sent += $n;
        }
    }

    if (defined $block->shutdown) {
        $block->shutdown =~ /(\d)/;
        shutdown $socket, $1;
    }

    my $select = IO::Select->new($socket);

    for ( ;; ) {
        return ($text, 1) unless $select->can_read($limit);
        my $n = sysread $socket, $text, 65536, length $text;
        return ($text, 0) unless $n;
    }
}

sub parse_response {
    my ($text, $method) = @_;

    return (undef, '') unless defined $text && length $text;

    my ($head, $rest) = $text =~ /\A(.*?\r\n)\r\n(.*)\z/s;

    return ({ code => '', head => '', body => $text, headers => {} }, '')
        unless defined $head;

    my ($status, @lines) = split /\r\n/, $head;
    my ($code) = $status =~ m{^HTTP/\d\.\d\s+(\d+)};
    my %headers;

    for my $line (@lines) {
        my ($key, $value) = $line =~ /^([^:]+):\s*(.*?)\s*$/ or next;
        push @{ $headers{ lc $key } }, $value;
    }

    my $response = { code => $code, head => $head, headers => \%headers };
    my $length = $headers{'content-length'};

    if (($method || '') eq 'HEAD' || ($code || 0) =~ /^(?:1..|204|304)$/) {
        $response->{body} = '';

    } elsif (($headers{'transfer-encoding'}[0] || '') =~ /chunked/i) {
        $response->{body} = '';

        while ($rest =~ s/\A([0-9a-fA-F]+)[^\r\n]*\r\n//) {
            my $size = hex $1;
            $response->{body} .= substr $rest, 0, $size;
            $rest = length $rest >= $size + 2 ? substr $rest, $size + 2 : '';
            last unless $size;
        }

    } elsif ($length) {
        $response->{body} = substr $rest, 0, $length->[0];
        $rest = length $rest > $length->[0] ? substr $rest, $length->[0] : '';

    } else {
        ($response->{body}, $rest) = ($rest, '');
    }

    return ($response, $rest);
}

1;

package Client;

# Requests of the protocol over HTTP/1.1, several at once where that is wanted.
#
#   my $client = Client->new('http://127.0.0.1:8090', $secret);
#   my $answer = $client->ask('authorize', \%request, %option);
#   my @answers = $client->ask_all('authorize', \%request, 20);
#
# An answer is { status, head, body, json, ms } or { error, ms }.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_base64);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use Time::HiRes qw(time);

my $json = JSON::PP->new->utf8->canonical;
my $next = 0;

sub new {
    my ($class, $url, $secret) = @_;
    my $self = bless { secret => decode_base64($secret =~ s/^whsec_//r), limit => 30 }, $class;

    if ($url =~ m{^unix:([^:]+)(?::(/.*?))?/?\z}) {
        @$self{qw(path prefix host)} = ($1, $2 // '', 'localhost');

    } elsif ($url =~ m{^(https?)://([^/:]+)(?::(\d+))?(/.*?)?/?\z}) {
        @$self{qw(tls host port prefix)} = ($1 eq 'https', $2, $3 || ($1 eq 'https' ? 443 : 80), $4 // '');

    } else {
        die "URL is http://host:port/prefix, https://..., or unix:/path:/prefix\n";
    }

    return $self;
}

sub connection {
    my ($self) = @_;

    return IO::Socket::UNIX->new(Peer => $self->{path}) || die "$self->{path}: $!\n" if $self->{path};

    my $class = 'IO::Socket::INET';
    if ($self->{tls}) {
        require IO::Socket::SSL;
        $class = 'IO::Socket::SSL';
    }
    return $class->new(PeerAddr => $self->{host}, PeerPort => $self->{port}, Timeout => 10)
        || die "$self->{host}:$self->{port}: $@ $!\n";
}

# "v1,..." over what is sent; secret: another one than the client's
sub signature {
    my ($self, $id, $timestamp, $body, $secret) = @_;
    my $mac = hmac_sha256_base64("$id.$timestamp.$body", $secret // $self->{secret});
    $mac .= '=' while length($mac) % 4;
    return "v1,$mac";
}

# Options: method, key, body (as it is sent), type, timestamp, secret, deadline,
# signature (instead of the right one; undef: none), before, behind (other ones)
sub text_of {
    my ($self, $operation, $request, %option) = @_;
    my $body = $option{body} // $json->encode($request);
    my $id = sprintf 'msg_%d_%d_%d', $$, time * 1000, $next++;
    my $timestamp = $option{timestamp} // int time;
    my $signature = exists $option{signature} ? $option{signature}
        : $self->signature($id, $timestamp, $body, $option{secret});
    my $key = exists $option{key} ? $option{key} : $operation eq 'lookup' ? undef : $request->{attempt};

    my @head = ('Host: ' . $self->{host}, 'Connection: close', 'Content-Length: ' . length $body,
        'Content-Type: application/json', "webhook-id: $id", "webhook-timestamp: $timestamp",
        'Payments-Deadline: ' . ($option{deadline} // 20000));
    push @head, "webhook-signature: $signature" if defined $signature;
    push @head, "Idempotency-Key: $key" if defined $key;

    return join("\r\n", ($option{method} // 'POST') . " $self->{prefix}/$operation HTTP/1.1", @head, '', '') . $body;
}

sub chunks {
    my ($text) = @_;
    my $body = '';
    while ($text =~ /\G([0-9a-fA-F]+)[^\r\n]*\r\n/gc) {
        my $size = hex $1;
        return $body if $size == 0;
        return undef if length($text) < pos($text) + $size + 2;
        $body .= substr $text, pos $text, $size;
        pos($text) += $size + 2;
    }
    return undef;
}

# the answer that these bytes are, or undef as long as it is not whole
sub parse {
    my ($bytes, $ended) = @_;
    my ($line, $head, $rest) = $bytes =~ m{^HTTP/1\.[01] (\d{3})[^\r\n]*()\r\n(.*)\z}s or return undef;
    ($head, $rest) = $rest =~ /^((?:[^\r\n]+\r\n)*)\r\n(.*)\z/s or return undef;
    my %head = map { /^([^:]+):\s*(.*)\z/ ? (lc $1 => $2) : () } split /\r\n/, $head;

    my $body = ($head{'transfer-encoding'} // '') =~ /chunked/i ? chunks($rest)
        : defined $head{'content-length'} ? (length $rest >= $head{'content-length'}
            ? substr($rest, 0, $head{'content-length'}) : undef)
        : $ended ? $rest : undef;
    return undef unless defined $body;

    return { status => $line, head => \%head, body => $body, json => scalar eval { $json->decode($body) } };
}

# reads one answer; a server that closes without one is an error, not an end
sub answer_of {
    my ($self, $socket, $since) = @_;
    my ($bytes, $answer, $ended) = ('');

    until ($answer || $ended) {
        my $left = $since + $self->{limit} - time;
        return { error => "nothing for $self->{limit} s", ms => 1000 * $self->{limit} }
            if $left <= 0 || !($socket->can('pending') && $socket->pending) && !IO::Select->new($socket)->can_read($left);
        $ended = !sysread $socket, $bytes, 65536, length $bytes;
        $answer = parse($bytes, $ended);
    }

    $answer ||= { error => 'the connection was closed without an answer' };
    $answer->{ms} = int(1000 * (time - $since));
    return $answer;
}

sub send_text {
    my ($self, $text) = @_;
    my $socket = $self->connection;
    local $SIG{PIPE} = 'IGNORE';
    print {$socket} $text;
    $socket->flush;
    return $socket;
}

sub ask {
    my ($self, $operation, $request, %option) = @_;
    my $since = time;
    return $self->answer_of($self->send_text($self->text_of($operation, $request, %option)), $since);
}

# the same request so often, each on a connection of its own, at the same time
sub ask_all {
    my ($self, $operation, $request, $times) = @_;
    my @connections = map { $self->connection } 1 .. $times;
    my @texts = map { $self->text_of($operation, $request) } 1 .. $times;
    my $since = time;

    for my $n (0 .. $#connections) {
        print { $connections[$n] } $texts[$n];
        $connections[$n]->flush;
    }
    return map { $self->answer_of($_, $since) } @connections;
}

# GET of a path of the same server, or of another URL's.  Out: what its JSON is
sub get {
    my ($self, $path) = @_;
    my $text = "GET $path HTTP/1.1\r\nHost: $self->{host}\r\nConnection: close\r\n\r\n";
    return $self->answer_of($self->send_text($text), time)->{json};
}

1;

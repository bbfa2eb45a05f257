package Peer;

# A server that is called by nginx, in Perl: each connection has a process of its
# own, each request a route, which writes what it likes.
#
#   my $peer = Peer->new(routes => { '/a' => sub { my ($c, $request) = @_; ... } });
#   $peer->port, $peer->seen, $peer->stop
#
# A route is found by the first part of the path; it returns true where the
# connection goes on.  tls => [certificate, key] speaks TLS, and with authority =>
# file wants a certificate that this one has signed; unix => path listens
# there, at => address, listener => socket; first => code is called with a
# connection before TLS.

use strict;
use warnings;

use Errno;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Socket qw(IPPROTO_TCP TCP_NODELAY);

my @running;
my $parent = $$;

END { if ($$ == $parent) { my $status = $?; $_->stop for @running; $? = $status } }

sub new {
    my ($class, %option) = @_;
    my $listener = $option{listener} ? $option{listener} : $option{unix}
        ? IO::Socket::UNIX->new(Local => $option{unix}, Listen => 64)
        : IO::Socket::INET->new(LocalAddr => $option{at} || '127.0.0.1', Listen => 64,
                                LocalPort => $option{port} || 0, ReuseAddr => 1);
    $listener or die "listen: $!";

    my $self = bless { %option, listener => $listener,
                       log => "$ENV{DEVSTACK_DIR}/peer." . ++$Peer::count . ".$$" }, $class;
    $self->{port} = $listener->sockport unless $option{unix};
    open my $fh, '>', $self->{log} or die "$self->{log}: $!";

    $self->{pid} = fork;
    die "fork: $!" unless defined $self->{pid};
    $self->serve if $self->{pid} == 0;

    close $listener;
    push @running, $self;
    return $self;
}

sub port { $_[0]{port} }

# what came, a line each: "connection", "request POST /a", and what routes note
sub seen {
    my ($self, $pattern) = @_;
    open my $fh, '<', $self->{log} or return;
    my @lines = grep { !defined $pattern || /$pattern/ } map { chomp; $_ } <$fh>;
    return @lines;
}

sub note {
    my ($self, $line) = @_;
    open my $fh, '>>', $self->{log} or return;
    syswrite $fh, "$line\n";
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill TERM => -$pid;
    waitpid $pid, 0;
    unlink $self->{log}, $self->{unix} || ();
}

sub serve {
    my ($self) = @_;
    setpgrp;

    # one for all connections, or no session of one is known to another
    if ($self->{tls}) {
        require IO::Socket::SSL;
        $self->{context} = IO::Socket::SSL::SSL_Context->new(SSL_server => 1,
            SSL_cert_file => $self->{tls}[0], SSL_key_file => $self->{tls}[1],
            $self->{authority} ? (SSL_verify_mode => 3, SSL_ca_file => $self->{authority}) : (),
            SSL_session_id_context => 'peer') or die "TLS: $IO::Socket::SSL::SSL_ERROR";
    }

    $SIG{CHLD} = 'IGNORE';
    $SIG{PIPE} = 'IGNORE';
    $SIG{TERM} = sub { POSIX::_exit(0) };

    for ( ;; ) {
        my $socket = $self->{listener}->accept or next;
        my $pid = fork;
        if (defined $pid && $pid == 0) {
            close $self->{listener};
            setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1 unless $self->{unix};
            $self->note('connection');
            $self->connection($socket);
            POSIX::_exit(0);
        }
        close $socket;
    }
}

sub connection {
    my ($self, $socket) = @_;
    my $c = bless { peer => $self, socket => $socket, buffer => '' }, 'Peer::Connection';

    return if $self->{first} && !$self->{first}->($c);

    if ($self->{tls}) {
        $c->tls($self->{context}) or return;
    }

    while (my $request = $c->request) {
        my ($route) = $request->{path} =~ m{^(/[^/?]*)};
        my $code = $self->{routes}{$route || ''} || $self->{routes}{'*'}
            or return $c->write("HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        $code->($c, $request) or last;
    }
    $c->finish;
}

package Peer::Connection;

sub tls {
    my ($c, $context) = @_;
    my $socket = IO::Socket::SSL->start_SSL($c->{socket}, SSL_server => 1,
        SSL_reuse_ctx => $context);
    if (!$socket) {
        $c->{peer}->note('handshake failed');
        return;
    }
    $c->{socket} = $socket;
    $c->{tls} = 1;
    my $name = $socket->get_servername;
    $c->{peer}->note('tls ' . (defined $name ? $name : '-') . ($socket->get_session_reused ? ' again' : ''));
    return 1;
}

sub read {
    my ($c) = @_;
    my $n;
    do {
        $n = sysread $c->{socket}, $c->{buffer}, 65536, length $c->{buffer};
    } while (!defined $n && $!{EINTR});
    return $n;
}

# a request's head: { line, method, path, head, body }; the body is read, unless
# the path begins with /early
sub request {
    my ($c) = @_;
    my $end;
    while (($end = index $c->{buffer}, "\r\n\r\n") < 0) {
        $c->read or return;
    }
    my $head = substr $c->{buffer}, 0, $end + 4, '';
    my ($method, $path) = $head =~ /^(\S+) (\S+) HTTP/;
    $c->{peer}->note("request $method $path");
    my ($length) = $head =~ /^Content-Length: (\d+)/mi;
    if ($length && $path !~ m{^/early}) {
        while (length $c->{buffer} < $length) {
            $c->read or return;
        }
    }
    my $body = substr $c->{buffer}, 0, $length || 0, '';
    return { method => $method, path => $path, head => $head, body => $body };
}

sub write {
    my ($c, $text) = @_;
    while (length $text) {
        my $n = syswrite $c->{socket}, $text;
        return 0 unless $n;
        substr $text, 0, $n, '';
    }
    return 1;
}

# a whole answer, after which the connection goes on
sub answer {
    my ($c, $body, $status, @lines) = @_;
    $status ||= 200;
    return $c->write("HTTP/1.1 $status Text\r\nContent-Length: " . length($body) . "\r\n"
                     . join('', map { "$_\r\n" } @lines) . "\r\n$body");
}

# the end, with a close_notify where there is TLS
sub finish {
    my ($c) = @_;
    $c->{tls} ? $c->{socket}->close : CORE::close $c->{socket};
}

# the end without one
sub cut {
    my ($c) = @_;
    shutdown $c->{socket}, 2;
    POSIX::_exit(0);
}

1;

package Test::Nginx::Mock;

# A server that a block's configuration may call: one connection, one answer
# (tcp_listen, tcp_reply and their like).

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use POSIX ();
use Test::More ();
use Time::HiRes qw(sleep);

use Test::Nginx::Exchange qw(seconds);

# listens, and lets a child serve one connection; its findings come by a pipe
sub start {
    my ($block) = @_;

    return unless defined $block->tcp_listen;

    my ($port) = $block->tcp_listen =~ /(\d+)\s*$/;
    my $listener = IO::Socket::INET->new(Listen => 5, ReuseAddr => 1,
        LocalAddr => '127.0.0.1', LocalPort => $port)
        or Test::More::BAIL_OUT("cannot listen on $port: $!");

    pipe my $reader, my $writer or die "pipe: $!";

    my $child = fork;
    die "cannot fork: $!" unless defined $child;

    if ($child == 0) {
        serve($block, $listener, $writer);
        POSIX::_exit(0);
    }

    close $writer;
    close $listener;

    return { pid => $child, reader => $reader };
}

sub serve {
    my ($block, $listener, $writer) = @_;
    my $client = $listener->accept or return;
    my $length = defined $block->tcp_query_len ? $block->tcp_query_len + 0
                                               : undef;
    my $query = '';
    my $select = IO::Select->new($client);

    while ($select->can_read(defined $length ? 2 : 0.2)) {
        my $n = sysread $client, $query, 65536, length $query;
        last unless $n;
        last if defined $length && length $query >= $length;
        last unless defined $length;
    }

    syswrite $writer, $query;
    close $writer;

    if (defined $block->tcp_shutdown) {
        shutdown $client, $block->tcp_shutdown + 0;
    }

    sleep seconds($block->tcp_reply_delay) if defined $block->tcp_reply_delay;

    my $reply = $block->tcp_reply;
    $reply = $reply->($query) if ref $reply eq 'CODE';

    for my $part (ref $reply eq 'ARRAY' ? @$reply : $reply) {
        syswrite $client, $part if defined $part && length $part;
    }

    # held open until the parent ends the child
    sleep 60 if defined $block->tcp_no_close;
}

# ends it.  Out: what it was asked, if the block looks at that
sub stop {
    my ($block, $mock) = @_;
    my $query;

    return unless $mock;

    if (defined $block->tcp_query || defined $block->tcp_query_len) {
        local $/;
        my $reader = $mock->{reader};
        $query = IO::Select->new($reader)->can_read(2) ? <$reader> : '';
        $query = '' unless defined $query;
    }

    kill KILL => $mock->{pid};
    waitpid $mock->{pid}, 0;

    return $query;
}

1;

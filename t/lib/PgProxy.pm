package PgProxy;

# Stands between nginx and PostgreSQL and does what neither would do on
# demand: cuts, holds, dribbles, answers with an error of its own.
#
#   my $proxy = PgProxy->new(to => $port);        # listens on $proxy->{port}
#   my $proxy = PgProxy->new(to => $port, at => '127.0.0.2:5432');
#   $proxy->rule(match => 'create_payments', do => 'cut_after', times => 1);
#   $proxy->rule(do => 'error', error => ['ERROR', '53200', 'text'],
#                over => 8);                      # calls of more than 8 items
#   $proxy->clear;                                # no rules any more
#   $proxy->seen;                                 # how often rules were used
#   $proxy->stop;
#
# A call is what a client sends up to a Sync.  The first rule that matches a
# call decides what becomes of it:
#   pass         nothing
#   cut_before   the server never sees it; both ends are closed
#   cut_after    both ends are closed when the server has answered it whole
#   cut_middle   ... after the first "bytes" bytes of the answer
#   hold         its answer waits until release()
#   dribble      its answer comes a byte at a time
#   double       its answer comes twice
#   swap         its answer goes to the next call of another connection whose
#                rule is swap, and that one's to it
#   error        the server never sees it; error => [severity, code, text]
#                answers, and a severity above ERROR closes
#   empty        the server executes it; the client gets a Sync without rows
#   only_rows    ... the rows, and then the end of the connection
#   late_sync    its Sync, and what follows it, is sent only when a call before
#                it on this connection has been answered
# Bytes that are not plain protocol (TLS) pass; raw => 'dribble' treats them, and raw
# => 'half' lets half of the next 1000 bytes or more pass, the rest only on release():
# smaller are the answers that each worker gets once a second.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use POSIX ();
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC IPPROTO_TCP TCP_NODELAY);

sub new {
    my ($class, %option) = @_;
    my $listener = IO::Socket::INET->new(Listen => 64, ReuseAddr => 1,
                                         LocalAddr => $option{at} || '127.0.0.1')
        or die "listen: $!";
    socketpair my $here, my $there, AF_UNIX, SOCK_STREAM, PF_UNSPEC
        or die "socketpair: $!";

    my $pid = fork;
    die "fork: $!" unless defined $pid;

    if ($pid == 0) {
        close $here;
        $SIG{PIPE} = 'IGNORE';
        my $self = bless { %option, listener => $listener, control => $there,
                           select => IO::Select->new($listener, $there),
                           rules => [], seen => {}, ends => {}, held => [] },
                         'PgProxy::Process';
        eval { $self->run; 1 } or print STDERR "PgProxy: $@";
        POSIX::_exit(0);
    }

    close $there;
    my $self = bless { pid => $pid, control => $here,
                       port => $listener->sockport }, $class;
    close $listener;
    return $self;
}

# one line there, one line back: the command is in force when it returns
sub ask {
    my ($self, $command) = @_;
    syswrite $self->{control}, encode_json($command) . "\n";
    my $control = $self->{control};
    my $answer = <$control>;
    die "PgProxy has ended\n" unless defined $answer;
    return decode_json($answer);
}

sub rule { my ($self, %rule) = @_; $self->ask({ rule => \%rule }); return }
sub clear { $_[0]->ask({ clear => 1 }); return }
sub release { $_[0]->ask({ release => 1 }); return }
sub raw { $_[0]->ask({ raw => $_[1] }); return }
sub cut { $_[0]->ask({ cut => 1 }); return }
sub seen { return $_[0]->ask({ seen => 1 })->{ $_[1] } || 0 }

sub stop {
    my ($self) = @_;
    kill KILL => $self->{pid};
    waitpid $self->{pid}, 0;
}

package PgProxy::Process;

use Socket qw(IPPROTO_TCP TCP_NODELAY);

sub run {
    my ($self) = @_;

    for ( ;; ) {
        for my $socket ($self->{select}->can_read) {
            if ($socket == $self->{listener}) {
                $self->accept;
            } elsif ($socket == $self->{control}) {
                my $line = CORE::readline($socket);
                return unless defined $line;
                $self->command(JSON::PP::decode_json($line));
            } elsif ($self->{ends}{$socket}) {
                $self->read($socket);
            }
        }
    }
}

sub command {
    my ($self, $command) = @_;
    my $answer = {};

    if ($command->{rule}) {
        push @{ $self->{rules} }, $command->{rule};
    } elsif ($command->{clear}) {
        $self->{rules} = [];
        $self->{raw} = '';
    } elsif (defined $command->{raw}) {
        $self->{raw} = $command->{raw};
    } elsif ($command->{cut}) {
        my @links = values %{ $self->{ends} };
        $self->close($_) for @links;
    } elsif ($command->{release}) {
        for my $link (@{ $self->{held} }) {
            my $held = delete $link->{held};
            $self->send($link, $held) if defined $held;
        }
        $self->{held} = [];
        # and what the server has not answered yet
        for my $link (values %{ $self->{ends} }) {
            $_->{do} = 'pass' for grep { $_->{do} eq 'hold' } @{ $link->{calls} };
        }
    } else {
        $answer = $self->{seen};
    }

    syswrite $self->{control}, JSON::PP::encode_json($answer) . "\n";
}

# a client's connection and the one to the server for it
sub accept {
    my ($self) = @_;
    my $client = $self->{listener}->accept or return;
    my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $self->{to});
    if (!$server) {
        CORE::close $client;
        return;
    }

    setsockopt $_, IPPROTO_TCP, TCP_NODELAY, 1 for $client, $server;

    my $link = { client => $client, server => $server, out => '', in => '',
                 calls => [], segment => '', names => {} };
    $self->{ends}{$_} = $link for $client, $server;
    $self->{select}->add($client, $server);
}

sub close {
    my ($self, $link) = @_;

    return if $link->{closed}++;

    for my $socket ($link->{client}, $link->{server}) {
        $self->{select}->remove($socket);
        delete $self->{ends}{$socket};
        CORE::close $socket;
    }
}

sub write_all {
    my ($self, $socket, $data) = @_;
    my $at = 0;

    while ($at < length $data) {
        my $n = syswrite $socket, $data, length($data) - $at, $at;
        return unless $n;
        $at += $n;
    }
}

sub dribble {
    my ($self, $socket, $data) = @_;
    $self->write_all($socket, $_) for split //, $data;
}

sub send {
    my ($self, $link, $data) = @_;
    $self->write_all($link->{client}, $data) unless $link->{closed};
}

sub read {
    my ($self, $socket) = @_;
    my $link = $self->{ends}{$socket};
    my $n = sysread $socket, my $data, 65536;

    if (!$n) {
        $self->close($link);
    } elsif ($socket == $link->{client}) {
        $self->from_client($link, $data);
    } else {
        $self->from_server($link, $data);
    }
}

sub from_client {
    my ($self, $link, $data) = @_;

    if ($link->{tls}) {
        $self->write_all($link->{server}, $data);
        return;
    }

    $link->{out} .= $data;

    # the startup message has no type; 80877103 asks for TLS
    while (!$link->{started} && length $link->{out} >= 8) {
        my ($length, $code) = unpack 'NN', $link->{out};
        return if length $link->{out} < $length;

        $self->write_all($link->{server},
                         substr $link->{out}, 0, $length, '');
        if ($code == 80877103) {
            $link->{asked} = 1;
            return;
        }
        $link->{started} = 1;
    }

    while (length $link->{out} >= 5) {
        my ($type, $length) = unpack 'a1N', $link->{out};
        last if length $link->{out} < $length + 1;

        my $message = substr $link->{out}, 0, $length + 1, '';

        # what logs in passes; a call is kept back until it is whole
        if ($type eq 'p' || $type eq 'X') {
            $self->write_all($link->{server}, $message);
            next;
        }

        $self->note($link, $type, $message);
        $link->{segment} .= $message;

        if ($type eq 'S') {
            my $segment = $link->{segment};
            my $call = { name => $link->{name}, items => $link->{items},
                         answer => '' };
            $link->{segment} = '';
            $link->{name} = '';
            $link->{items} = 0;
            $self->call($link, $call, $segment);
            return if $link->{closed};
        }
    }
}

# what is called, and with how many items: the first parameter is their tags
sub note {
    my ($self, $link, $type, $message) = @_;

    if ($type eq 'P') {
        my ($name, $sql) = unpack 'x5Z*Z*', $message;
        my ($function) = $sql =~ /pay\.(\w+)\(/;
        $link->{names}{$name} = $function || $sql;
        $link->{name} = $name eq '' ? $link->{names}{''} : 'prepare';
    } elsif ($type eq 'B') {
        my ($portal, $name, $n) = unpack 'x5Z*Z*n', $message;
        $link->{name} = $link->{names}{$name} || $name;
        my $at = 5 + length($portal) + 1 + length($name) + 1 + 2 + 2 * $n + 2;
        $link->{items} = length($message) >= $at + 20
            ? unpack 'N', substr $message, $at + 16, 4 : 0;
    }
}

sub call {
    my ($self, $link, $call, $segment) = @_;
    my $name = $call->{name} || '';
    my ($rule) = grep {
        $name !~ /^(?:prepare|)$/
            && (!defined $_->{times} || $_->{times} > 0)
            && (!defined $_->{match} || $name =~ /$_->{match}/)
            && (!defined $_->{over} || $call->{items} > $_->{over})
    } @{ $self->{rules} };

    $call->{do} = $rule ? $rule->{do} : 'pass';
    $call->{bytes} = $rule->{bytes} if $rule;

    if ($rule) {
        $rule->{times}-- if defined $rule->{times};
        $self->{seen}{ $call->{do} }++;
    }

    if ($call->{do} eq 'cut_before') {
        $self->close($link);
    } elsif ($call->{do} eq 'error') {
        $call->{error} = $rule->{error};
        push @{ $link->{calls} }, $call;
        $self->errors($link) if @{ $link->{calls} } == 1;
    } else {
        if ($call->{do} eq 'late_sync' && @{ $link->{calls} }) {
            $link->{late} = '' unless defined $link->{late};
        }
        push @{ $link->{calls} }, $call;
        $self->to_server($link, $segment);
    }
}

# all of it, or all but the Sync at its end where that is to be late
sub to_server {
    my ($self, $link, $segment) = @_;

    if (!defined $link->{late}) {
        $self->write_all($link->{server}, $segment);
    } elsif ($link->{late} eq '') {
        $link->{late} = substr $segment, -5, 5, '';
        $self->write_all($link->{server}, $segment);
    } else {
        $link->{late} .= $segment;
    }
}

sub message { return pack 'a1Na*', $_[0], 4 + length $_[1], $_[1] }

# answers come in the order of calls, those that the server never sees as well
sub errors {
    my ($self, $link) = @_;

    while (!$link->{closed} && @{ $link->{calls} }
           && $link->{calls}[0]{error})
    {
        $self->answer_error($link, @{ shift(@{ $link->{calls} })->{error} });
    }
}

sub answer_error {
    my ($self, $link, $severity, $code, $text) = @_;
    my $fields = "S$severity\0" . "C$code\0" . "M$text\0";

    # PgBouncer gives no untranslated severity, PostgreSQL does
    $fields .= "V$severity\0" unless $code eq '08P01';
    my $answer = message('E', "$fields\0");
    $answer .= message('Z', 'I') if $severity eq 'ERROR';

    if (defined $link->{held}) {
        $link->{held} .= $answer;
    } else {
        $self->send($link, $answer);
    }

    $self->close($link) if $severity ne 'ERROR';
}

sub from_server {
    my ($self, $link, $data) = @_;

    if ($link->{asked} && !$link->{tls} && !$link->{started}) {
        $link->{asked} = 0;
        $link->{tls} = 1 if $data eq 'S';
        $self->send($link, $data);
        return;
    }

    if ($link->{tls} || !@{ $link->{calls} }) {
        if (defined $link->{held}) {
            $link->{held} .= $data;
        } elsif (($self->{raw} || '') eq 'dribble') {
            $self->dribble($link->{client}, $data);
        } elsif (($self->{raw} || '') eq 'half' && length $data >= 1000) {
            $self->{raw} = '';
            $self->{seen}{half}++;
            $self->send($link, substr $data, 0, length($data) / 2, '');
            $link->{held} = $data;
            push @{ $self->{held} }, $link;
        } else {
            $self->send($link, $data);
        }
        return;
    }

    $link->{in} .= $data;

    while (length $link->{in} >= 5) {
        my ($type, $length) = unpack 'a1N', $link->{in};
        last if length $link->{in} < $length + 1;

        my $message = substr $link->{in}, 0, $length + 1, '';
        my $call = $link->{calls}[0];

        if (!$call) {
            $self->send($link, $message);
            next;
        }

        $call->{rows} = $call->{answer} if $type eq 'Z';
        $call->{answer} .= $message;

        if ($type eq 'Z') {
            shift @{ $link->{calls} };
            $self->answered($link, $call);
            $self->errors($link);
            return if $link->{closed};
        }
    }
}

sub answered {
    my ($self, $link, $call) = @_;
    my ($do, $answer) = ($call->{do}, $call->{answer});

    if (defined $link->{late}) {
        $self->write_all($link->{server}, delete $link->{late});
    }

    if ($do eq 'cut_after') {
        $self->close($link);
    } elsif (defined $link->{held}) {
        # answers of one connection stay in their order
        $link->{held} .= $answer;
    } elsif ($do eq 'cut_middle') {
        $self->send($link, substr $answer, 0, $call->{bytes});
        $self->close($link);
    } elsif ($do eq 'only_rows') {
        $self->send($link, $call->{rows});
        $self->close($link);
    } elsif ($do eq 'hold') {
        $link->{held} = $answer;
        push @{ $self->{held} }, $link;
    } elsif ($do eq 'dribble') {
        $self->dribble($link->{client}, $answer);
    } elsif ($do eq 'double') {
        $self->send($link, $answer . $answer);
    } elsif ($do eq 'empty') {
        my $parsed = $answer =~ /^1/ ? message('1', '') : '';
        $self->send($link, $parsed . message('2', '') . message('n', '')
                           . message('C', "SELECT 0\0") . message('Z', 'I'));
    } elsif ($do eq 'swap') {
        my $other = $self->{swap};
        if ($other && $other->{link} != $link && !$other->{link}{closed}) {
            delete $self->{swap};
            $self->send($other->{link}, $answer);
            $self->send($link, $other->{answer});
        } else {
            $self->{swap} = { link => $link, answer => $answer };
        }
    } else {
        $self->send($link, $answer);
    }
}

1;

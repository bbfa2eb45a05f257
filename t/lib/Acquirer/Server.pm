package Acquirer::Server;

# The process of a scripted acquirer (see Acquirer.pm): one loop over all connections,
# no request waits for another.

use strict;
use warnings;

use lib 'tests/conformance';

use Acquirer::Books;
use Digest::SHA qw(hmac_sha256_base64);
use Errno qw(EAGAIN EINTR);
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP ();
use List::Util qw(min);
use MIME::Base64 qw(decode_base64);
use Schema;
use Socket qw(SOL_SOCKET SO_LINGER IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

my $json = JSON::PP->new->utf8->canonical;
my %schema = map { $_ => Schema::load($_) } qw(authorize capture void refund continue lookup);

my %command;
my $tolerance = 300;
my $body_limit = 65536;

# what is approved, and what is not, where no instruction says otherwise
my %declined = (
    tok_declined => 'generic_decline',
    map { ("tok_$_" => $_) } qw(insufficient_funds expired_card incorrect_cvc lost_card),
);
my %card = (
    (map { ($_ => {}) } qw(tok_visa tok_mastercard tok_amex)),
    (map { ($_ => { code => $declined{$_} }) } keys %declined),
    tok_pending => { pending => 1 },
    tok_3ds => { action => 3600 },
);

# option: port, unix, control (paths), journal, secret, script; class, of one that is asked
# in another way
sub run {
    my (%option) = @_;
    my $self = bless { key => $option{secret}, secret => decode_base64($option{secret} =~ s/^whsec_//r),
        books => Acquirer::Books->new($option{journal}), connections => {}, jobs => [],
        script => [], seen => [], sendings => {}, tokens => {}, slams => 0, number => 0 }, $option{class} || __PACKAGE__;

    unlink @option{qw(unix control)};
    $self->{listeners} = [
        IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $option{port}, Listen => 1024,
                              ReuseAddr => 1) || die("port $option{port}: $!\n"),
        IO::Socket::UNIX->new(Local => $option{unix}, Listen => 1024) || die("$option{unix}: $!\n"),
    ];
    chmod 0666, $option{unix};
    # the last one: who can ask for its counts finds that it listens everywhere
    push @{ $self->{listeners} },
        IO::Socket::UNIX->new(Local => $option{control}, Listen => 64) || die "$option{control}: $!\n";
    $_->blocking(0) for @{ $self->{listeners} };

    $self->commands_of->{script}->($self, @{ $option{script} || [] });

    my $parent = getppid;
    $self->turn until getppid != $parent;
}

# The loop ---------------------------------------------------------------------------

sub turn {
    my ($self) = @_;
    my ($reads, $writes) = ('', '');
    my @connections = values %{ $self->{connections} };
    my $next = min(time + 1, (map { $_->{due} // () } @{ $self->{jobs} }),
                   (map { $_->{out}[0] ? $_->{out}[0][0] : () } @connections));
    my $now = time;

    vec($reads, fileno $_, 1) = 1 for @{ $self->{listeners} };
    for (@connections) {
        vec($reads, $_->{fd}, 1) = 1;
        vec($writes, $_->{fd}, 1) = 1 if $_->{out}[0] && $_->{out}[0][0] <= $now;
    }

    my $timeout = $next > $now ? $next - $now : 0;
    select $reads, $writes, undef, $timeout;

    my $control = $self->{listeners}[2];
    for my $listener (@{ $self->{listeners} }) {
        $self->take($listener, $listener == $control) if vec $reads, fileno $listener, 1;
    }
    for (@connections) {
        $self->readable($_) if vec $reads, $_->{fd}, 1;
        $self->writable($_) if !$_->{gone} && $_->{out}[0] && $_->{out}[0][0] <= time;
    }
    $self->go_on;
}

sub take {
    my ($self, $listener, $control) = @_;
    while (my $socket = $listener->accept) {
        $socket->blocking(0);
        setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1 if $listener == $self->{listeners}[0];
        my $fd = fileno $socket;
        $self->{connections}{$fd} = { socket => $socket, fd => $fd, in => '', out => [],
            control => $control, number => $control ? 0 : ++$self->{number} };
    }
}

sub drop {
    my ($self, $c, $reset) = @_;
    return if $c->{gone}++;
    setsockopt $c->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0) if $reset;
    delete $self->{connections}{ $c->{fd} };
    close $c->{socket};
}

sub readable {
    my ($self, $c) = @_;
    return if $c->{gone};
    if ($self->{slams} && !$c->{control}) {
        $self->{slams}--;
        $self->{slammed}++;
        return $self->drop($c);
    }

    my $n = sysread $c->{socket}, $c->{in}, 1 << 20, length $c->{in};
    return if !defined $n && ($! == EAGAIN || $! == EINTR);
    return $self->drop($c) if !$n;
    $self->requests($c);
}

# out: what is to be sent, each with the time from which; at last "close" or "reset"
sub writable {
    my ($self, $c) = @_;
    while (my $first = $c->{out}[0]) {
        return if $first->[0] > time;
        return $self->drop($c, $first->[1]{end} eq 'reset') if ref $first->[1];
        my $n = syswrite $c->{socket}, $first->[1];
        if (!defined $n) {
            return if $! == EAGAIN || $! == EINTR;
            return $self->drop($c);
        }
        substr $first->[1], 0, $n, '';
        shift @{ $c->{out} } if $first->[1] eq '';
    }
    $c->{busy} = 0;
    $self->requests($c);
}

# those that are whole, one after the other
sub requests {
    my ($self, $c) = @_;
    return $self->commands($c) if $c->{control};

    until ($c->{busy} || $c->{gone}) {
        my $end = index $c->{in}, "\r\n\r\n";
        return if $end < 0;
        my ($line, @lines) = split /\r\n/, substr $c->{in}, 0, $end;
        my %head = map { /^([^:]+):\s*(.*?)\s*\z/ ? (lc $1 => $2) : () } @lines;
        my $length = $head{'content-length'} || 0;
        return if $length <= 4 * $body_limit && length $c->{in} < $end + 4 + $length;

        my $body = substr $c->{in}, $end + 4, $length;
        substr $c->{in}, 0, $end + 4 + $length, '' if length $c->{in} >= $end + 4 + $length;
        $c->{busy} = 1;
        $c->{last} = ($head{connection} // '') =~ /close/i;
        $self->request($c, $line, \%head, $body, $length);
    }
}

# A request --------------------------------------------------------------------------

sub is_signed {
    my ($self, $head, $body) = @_;
    my ($id, $timestamp) = map { $_ // '' } @$head{qw(webhook-id webhook-timestamp)};
    return 0 if $id eq '' || $timestamp !~ /^\d{1,12}\z/ || abs(time - $timestamp) > $tolerance;
    my $mac = hmac_sha256_base64("$id.$timestamp.$body", $self->{secret});
    $mac .= '=' while length($mac) % 4;
    return scalar grep { $_ eq "v1,$mac" } split / /, $head->{'webhook-signature'} // '';
}

# [status, what is wrong] of what is not executed whatever the script says
sub refusal {
    my ($self, $r, $method, $length) = @_;
    my $operation = $r->{operation};
    return [413, 'too large'] if $length > $body_limit;
    return [404, 'no such operation'] if !$schema{$operation};
    return [405, 'POST only'] if $method ne 'POST';
    return [401, 'no signature of this body'] if !$self->is_signed($r->{head}, $r->{body});

    my $request = eval { $json->decode($r->{body}) };
    return [400, 'no JSON object'] if ref $request ne 'HASH';
    my @wrong = Schema::check($schema{$operation}, $request);
    return [400, "@wrong"] if @wrong;
    return [400, 'Idempotency-Key and attempt differ']
        if ($r->{head}{'idempotency-key'} // $request->{attempt}) ne $request->{attempt}
            || ($operation eq 'lookup') == defined $r->{head}{'idempotency-key'};

    $r->{request} = { %$request, of => $request->{operation}, operation => $operation,
                      signed => $r->{head}{'webhook-timestamp'} };
    return;
}

sub request {
    my ($self, $c, $line, $head, $body, $length) = @_;
    my ($method, $path) = $line =~ /^(\S+) (\S+)/;
    my ($where, $query) = split /\?/, $path // '', 2;
    my $r = { operation => ($where // '') =~ m{([^/]*)\z}, path => $path, head => $head, body => $body,
              at => time, connection => $c->{number} };

    return $self->say($c, 200, {}, $json->encode({ charges => [$self->{books}->charges(
            ($query // '') =~ /^payment=(.*)/)] }))
        if $method eq 'GET' && $r->{operation} eq 'books';

    my $refusal = $self->refusal($r, $method, $length);
    push @{ $self->{seen} }, $r;
    if ($refusal) {
        $r->{refused} = $refusal->[1];
        $r->{answer} = $refusal->[0];
        $c->{last} = 1 if $refusal->[0] == 413;
        return $self->say($c, $refusal->[0], {}, error_body($refusal->[1]));
    }

    $r->{deadline} = time + ($head->{'payments-deadline'} // 20000) / 1000;
    my $request = $r->{request};
    $self->{tokens}{ $request->{payment} } //= $request->{token};
    $r->{token} = $self->{tokens}{ $request->{payment} };
    $r->{nth} = ++$self->{sendings}{"$r->{operation} $request->{attempt}"};
    $self->work({ connection => $c, r => $r, does => $self->instruction($r) });
}

# the first instruction that is about this request; "times" is how often it still counts,
# "nth" which sending of the attempt it is about
sub instruction {
    my ($self, $r) = @_;
    my %value = (%{ $r->{request} }, token => $r->{token}, nth => $r->{nth});
    for my $i (0 .. $#{ $self->{script} }) {
        my $does = $self->{script}[$i];
        next if grep { defined $does->{$_} && ($value{$_} // '') ne $does->{$_} }
            qw(operation token payment attempt nth of);
        splice @{ $self->{script} }, $i, 1 if $does->{times} && --$does->{times} == 0;
        return $does;
    }
    return {};
}

sub card {
    my ($self, $token) = @_;
    return {} if $self->{told}{$token};
    return { slow => $1 / 1000 } if $token =~ /^tok_slow_(\d{1,5})\z/;
    return $card{$token} if $card{$token};
    return { code => 'invalid_token' };
}

# Its way: "before", executed, "ready", "after", answered.  Each step says when to go
# on: undef at once, a time, or a name that somebody has to release.
my @steps = (\&before, \&execute, \&ready, \&after, \&answer);

sub work {
    my ($self, $job) = @_;
    while (my $step = $steps[ $job->{step}++ // 0 ]) {
        my $wait = $step->($self, $job) // next;
        $job->{due} = $wait =~ /^[\d.]+\z/ ? $wait : undef;
        $job->{held} = defined $job->{due} ? undef : $wait;
        push @{ $self->{jobs} }, $job;
        return;
    }
}

sub go_on {
    my ($self) = @_;
    my $now = time;
    my @due = grep { defined $_->{due} && $_->{due} <= $now } @{ $self->{jobs} } or return;
    $self->{jobs} = [grep { !defined $_->{due} || $_->{due} > $now } @{ $self->{jobs} }];
    $self->work($_) for @due;
}

sub pause {
    my ($what) = @_;
    return if !defined $what;
    return $what =~ /^[\d.]+\z/ ? time + $what : $what;
}

sub before { my ($self, $job) = @_; return pause($job->{does}{before}) }
sub after { my ($self, $job) = @_; return pause($job->{does}{after}) }

sub execute {
    my ($self, $job) = @_;
    my ($r, $does) = @$job{qw(r does)};
    my $request = $r->{request};
    return if $does->{executes} && $does->{executes} eq 'no';
    # nobody listens any more: what waited so long is not begun
    return if time > $r->{deadline};

    if ($r->{operation} eq 'lookup') {
        $job->{said} = $self->{books}->look_up($request);
        return;
    }

    my $card = $r->{operation} eq 'authorize' ? $self->card($request->{token}) : {};
    my %outcome = (%$card, %$does);
    my $later = $outcome{pending} // $outcome{slow};
    $outcome{ready} = $later eq 'forever' ? 9e9 : time + $later if defined $later;
    $outcome{ready} = 9e9 if $outcome{lookups};
    $job->{waits} = 1 if defined $outcome{slow};
    my ($attempt, $again) = $self->{books}->execute($request, \%outcome);
    return if !$attempt;

    $r->{again} = $again;
    $job->{attempt} = $attempt;
    $job->{conflict} = $attempt->{content} ne Acquirer::Books::content($request);
    return;
}

# a slow one is waited for, as long as somebody listens
sub ready {
    my ($self, $job) = @_;
    my $attempt = $job->{attempt} or return;
    return if !$job->{waits} || $job->{conflict};
    return min($attempt->{ready}, $job->{r}{deadline} - 0.05);
}

# Answers ----------------------------------------------------------------------------

sub error_body { my ($text) = @_; return $json->encode({ error => { code => 'refused', message => $text } }) }

sub said {
    my ($self, $job) = @_;
    my $does = $job->{does};
    return $does->{instead} if $does->{instead};

    my ($other) = $does->{of_another}
        ? grep { $_->{attempt} ne $job->{r}{request}{attempt} && $_->{verdict} eq 'approved' && $_->{settled} }
          sort { $b->{ready} <=> $a->{ready} } values %{ $self->{books}{attempts} } : ();
    my $said = $other ? $self->{books}->answer($other)
        : $job->{attempt} ? $self->{books}->answer($job->{attempt})
        : $job->{said} || { verdict => 'not_executed' };
    return { %$said, %{ $does->{members} || {} } };
}

sub answer {
    my ($self, $job) = @_;
    my ($c, $r, $does) = @$job{qw(connection r does)};
    my ($status, $body) = ($does->{status} || 200);

    if ($job->{conflict}) {
        ($status, $body) = (409, error_body('this key was used for something else'));
    } elsif ($status != 200) {
        $body = error_body('as the test asks');
    } else {
        my $said = $self->said($job);
        $r->{answer} = $said->{verdict};
        $body = $json->encode($said);
    }
    $r->{answer} //= $status;
    $r->{answer} .= " $does->{send}" if $does->{send};
    $r->{answered} = time;
    $body = $does->{body} if defined $does->{body};
    substr $body, -1, 0, ',"padding":"' . 'x' x $does->{size} . '"' if $does->{size};
    return if $c->{gone};
    $self->say($c, $status, $does->{headers} || {}, $body, $does);
    return;
}

# how an answer gets to the other side: each returns what is sent when, and how it ends
my %way = (
    close => sub { ({ end => 'close' }) },
    reset => sub { ({ end => 'reset' }) },
    half => sub { my ($text, $does) = @_;
                  (substr($text, 0, $does->{bytes} // length($text) / 2), { end => 'close' }) },
    twice => sub { ($_[0], $_[0]) },
    late_twice => sub { my ($text, $does) = @_; ($text, [$does->{pause} // 0.05, $text]) },
    dribble => sub { my ($text, $does) = @_; map { [($does->{pause} // 0.002) * $_, substr $text, $_, 1] }
                     0 .. length($text) - 1 },
    # no length: the end of the connection ends it
    unframed => sub { (($_[0] =~ s/^Content-Length:.*\r\n//mr), { end => 'close' }) },
    chunked => sub { my ($head, $body) = split /\r\n\r\n/, $_[0], 2;
                     $head =~ s/^Content-Length:.*$/Transfer-Encoding: chunked\r/m;
                     ($head =~ s/\r\r/\r/r) . "\r\n\r\n" . join('', map { sprintf "%x\r\n%s\r\n", length $_, $_ }
                                                $body =~ /(.{1,50})/gs, '') },
);

sub say {
    my ($self, $c, $status, $headers, $body, $does) = @_;
    my %head = ('Content-Type' => 'application/json', 'Content-Length' => length $body,
                $c->{last} ? (Connection => 'close') : (), %$headers);
    my $text = "HTTP/1.1 $status Said\r\n" . join('', map { "$_: $head{$_}\r\n" } sort keys %head) . "\r\n$body";
    my $way = $does && $does->{send} ? $way{ $does->{send} } : undef;
    my $now = time;

    push @{ $c->{out} }, map { ref $_ eq 'ARRAY' ? [$now + $_->[0], $_->[1]] : [$now, $_] }
        ($way ? $way->($text, $does) : $text), $c->{last} ? { end => 'close' } : ();
    $self->writable($c);
}

# Commands, a line of JSON each -------------------------------------------------------

%command = (
    script => sub { my ($self, @does) = @_;
                    $self->{told}{ $_->{token} // '' } = 1 for @does;
                    push @{ $self->{script} }, @does },
    clear => sub { my ($self) = @_; $self->{script} = []; $self->{slams} = 0 },
    charges => sub { my ($self, $payment) = @_; [$self->{books}->charges($payment)] },
    attempts => sub { my ($self, $payment) = @_; $self->{books}->settle_all;
                      [grep { !defined $payment || $_->{payment} eq $payment } values %{ $self->{books}{attempts} }] },
    seen => sub { my ($self, $from) = @_; [@{ $self->{seen} }[$from || 0 .. $#{ $self->{seen} }]] },
    forget => sub { my ($self) = @_; $self->{seen} = [] },
    waiting => sub { my ($self) = @_; [map { $_->{held} // () } @{ $self->{jobs} }] },
    release => sub { my ($self, $name) = @_;
                     $_->{due} = 0 for grep { defined $_->{held} && $_->{held} eq $name } @{ $self->{jobs} } },
    resolve => sub { my ($self, @what) = @_; $self->{books}->resolve(@what) },
    slam => sub { my ($self, $n) = @_; $self->{slams} = $n },
    counts => sub { my ($self) = @_; { connections => scalar(keys %{ $self->{connections} }),
        taken => $self->{number}, jobs => scalar @{ $self->{jobs} }, slammed => $self->{slammed} || 0 } },
);

sub commands_of { return \%command }

sub commands {
    my ($self, $c) = @_;
    while ($c->{in} =~ s/^(.*)\n//) {
        my ($name, @more) = @{ $json->decode($1) };
        my $result = $self->commands_of->{$name}->($self, @more);
        push @{ $c->{out} }, [0, $json->encode([ref $result ? $result : undef]) . "\n"];
    }
    $self->writable($c) if $c->{out}[0];
}

1;

package Acquirer::Books;

# What the scripted acquirer has executed: an attempt for each key, a charge for each
# authorization that was approved.  Each change is in a file before anything is
# answered, so that whoever kills the acquirer kills no money.
#
#   my $books = Acquirer::Books->new("$dir/journal");
#   my ($attempt, $again) = $books->execute($request, $outcome);
#   $books->answer($attempt); $books->charges($payment);

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use POSIX qw(strftime);
use Storable qw(nfreeze thaw);
use Time::HiRes qw(time);

# two requests with one key are the same if these are
my @content = qw(operation amount currency token reference capture final authorization return_data);

# never: until somebody resolves it
my $never = 9e9;

sub new {
    my ($class, $path) = @_;
    my $self = bless { attempts => {}, charges => {}, missed => {}, open => {} }, $class;
    $self->read_file($path) if -e $path;
    open $self->{file}, '>>:raw', $path or die "$path: $!\n";
    return $self;
}

# The journal: a length and an entry, each written by one call.  What was cut off was
# answered to nobody.
sub read_file {
    my ($self, $path) = @_;
    open my $file, '<:raw', $path or die "$path: $!\n";
    my $whole = 0;

    while (read($file, my $head, 4) == 4) {
        my $length = unpack 'N', $head;
        last if read($file, my $bytes, $length) != $length;
        my ($kind, $key, $entry) = @{ thaw($bytes) };
        $self->{$kind}{$key} = $entry;
        $whole = tell $file;
    }
    truncate $path, $whole;
    for my $attempt (values %{ $self->{attempts} }) {
        $self->{open}{ $attempt->{attempt} } = 1 unless $attempt->{settled};
    }
}

sub keep {
    my ($self, $kind, $key, $entry) = @_;
    $self->{$kind}{$key} = $entry;
    my $bytes = nfreeze([$kind, $key, $entry]);
    syswrite $self->{file}, pack('N', length $bytes) . $bytes;
}

sub content { my ($request) = @_; return join "\0", map { $request->{$_} // '' } @content }

# Attempts ---------------------------------------------------------------------------

# what there is of a key, as it is now; undef: nothing
sub attempt {
    my ($self, $key) = @_;
    my $attempt = $self->{attempts}{$key} or return;
    $self->settle($attempt);
    return $attempt;
}

# Out: the attempt of a request, and whether its key was there before; nothing where a
# look-up has come in between, so that it is too late.  outcome: { code, message, amount,
# currency, ready, lookups, action, forgets }, all optional.
sub execute {
    my ($self, $request, $outcome) = @_;
    my $found = $self->attempt($request->{attempt});
    return ($found, 1) if $found && !$outcome->{forgets};

    my $missed = $self->{missed}{ $request->{attempt} };
    return if $missed && $request->{signed} < $missed;

    $self->settle_all;
    my $attempt = $self->decided($request, $outcome);
    $attempt->{executions} = ($found ? $found->{executions} : 0) + 1;
    $attempt->{reference} .= "-$attempt->{executions}" if $found;
    $self->keep('attempts', $request->{attempt}, $attempt);
    $self->settle($attempt);
    return ($attempt, 0);
}

sub decided {
    my ($self, $request, $outcome) = @_;
    my $authorizes = $request->{operation} eq 'authorize';
    my $why = $authorizes ? $outcome : $self->refusal($request) || $outcome;

    my $attempt = {
        (map { $_ => $request->{$_} } qw(attempt operation payment token capture final)),
        content => content($request), verdict => $why->{code} ? 'declined' : 'approved',
        amount => $outcome->{amount} // $request->{amount},
        currency => $outcome->{currency} // $request->{currency},
        reference => $authorizes ? 'ch_' . substr(sha256_hex($request->{attempt}), 0, 32)
            : $request->{reference},
        failure => $why->{code} ? { code => $why->{code}, message => $why->{message} // 'Refused.' } : undef,
        ready => $outcome->{ready} // time, lookups => $outcome->{lookups},
        return_url => $request->{return_url},
    };
    return $attempt unless $outcome->{action} && $authorizes;

    if (!$request->{return_url}) {
        @$attempt{qw(verdict failure)} = ('declined',
            { code => 'authentication_required', message => 'The customer has to be asked.' });
        return $attempt;
    }
    my $ends = time + $outcome->{action};
    $attempt->{ready} = $never;
    $attempt->{action} = { type => 'redirect', url => "https://bank.example/3ds/$request->{attempt}",
        expires_at => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $ends) };
    $attempt->{action_ends} = $ends;
    return $attempt;
}

# the money of an attempt moves when its time has come, once
sub settle {
    my ($self, $attempt) = @_;
    return if $attempt->{settled};

    if ($attempt->{action} && $attempt->{action_ends} <= time) {
        @$attempt{qw(verdict failure ready action)} = ('declined',
            { code => 'authentication_failed', message => 'No customer came.' }, time, undef);
    }
    if ($attempt->{ready} > time) {
        $self->{open}{ $attempt->{attempt} } = 1;
        return;
    }

    delete $self->{open}{ $attempt->{attempt} };
    $self->move($attempt) if $attempt->{verdict} eq 'approved';
    $attempt->{settled} = 1;
    $self->keep('attempts', $attempt->{attempt}, $attempt);
}

sub settle_all { my ($self) = @_; $self->settle($self->{attempts}{$_}) for keys %{ $self->{open} } }

# somebody decides what was open: approved, or a code of a decline
sub resolve {
    my ($self, $key, $code) = @_;
    my $attempt = $self->{attempts}{$key} or return;
    return if $attempt->{settled};
    @$attempt{qw(verdict failure)} = $code eq 'approved' ? ('approved', undef)
        : ('declined', { code => $code, message => 'Refused.' });
    @$attempt{qw(ready action)} = (time, undef);
    $self->settle($attempt);
}

# Charges ----------------------------------------------------------------------------

my %refused = (capture => 'not_capturable', void => 'not_voidable', refund => 'not_refundable',
               continue => 'unknown_reference');

sub left {
    my ($charge, $operation) = @_;
    return $charge->{captured} - $charge->{refunded} if $operation eq 'refund';
    return $charge->{authorized} - $charge->{captured} - $charge->{voided};
}

# why a charge cannot be moved so; nothing if it can
sub refusal {
    my ($self, $request) = @_;
    my $operation = $request->{operation};
    return $self->continued($request) if $operation eq 'continue';

    my $charge = $self->{charges}{ $request->{reference} };
    if (!$charge) {
        return if $operation eq 'void' && $self->given_up($request->{reference});
        return { code => 'unknown_reference' };
    }
    my $left = left($charge, $operation);
    return { code => $refused{$operation}, message => "$left $charge->{currency} are left." }
        if $request->{currency} ne $charge->{currency} || $request->{amount} > $left;
    return;
}

# a void of what waits for a customer ends that
sub given_up {
    my ($self, $reference) = @_;
    my ($attempt) = grep { $_->{action} && $_->{reference} eq $reference }
        map { $self->{attempts}{$_} } keys %{ $self->{open} };
    $self->resolve($attempt->{attempt}, 'canceled') if $attempt;
    return $attempt;
}

sub continued {
    my ($self, $request) = @_;
    my $attempt = $self->{attempts}{ $request->{authorization} };
    return { code => 'unknown_reference' }
        unless $attempt && $attempt->{reference} eq $request->{reference};
    $self->resolve($attempt->{attempt},
        $request->{return_data} eq 'approved' ? 'approved' : 'authentication_failed');
    return $attempt->{failure};
}

sub move {
    my ($self, $attempt) = @_;
    my $operation = $attempt->{operation};
    return if $operation eq 'continue';
    my $charge = $self->{charges}{ $attempt->{reference} };

    if ($operation eq 'authorize') {
        $charge = { (map { $_ => $attempt->{$_} } qw(reference attempt payment currency token)),
            authorized => $attempt->{amount}, captured => $attempt->{capture} ? $attempt->{amount} : 0,
            voided => 0, refunded => 0 };
    } elsif (!$charge) {
        return;
    } elsif ($operation eq 'capture') {
        $charge->{captured} += $attempt->{amount};
        $charge->{voided} = $charge->{authorized} - $charge->{captured} if $attempt->{final};
    } elsif ($operation eq 'void') {
        $charge->{voided} += $attempt->{amount};
    } else {
        $charge->{refunded} += $attempt->{amount};
    }
    $self->keep('charges', $attempt->{reference}, $charge);
}

# all, or those of one payment
sub charges {
    my ($self, $payment) = @_;
    $self->settle_all;
    return grep { !defined $payment || $_->{payment} eq $payment }
        map { $self->{charges}{$_} } sort keys %{ $self->{charges} };
}

# Answers ----------------------------------------------------------------------------

# what is said of an attempt at this moment
sub answer {
    my ($self, $attempt) = @_;
    $self->settle($attempt);
    return { verdict => 'action', reference => $attempt->{reference}, action => $attempt->{action} }
        if $attempt->{action};
    return { verdict => 'pending', reference => $attempt->{reference} } if !$attempt->{settled};

    my $authorizes = $attempt->{operation} =~ /^(?:authorize|continue)\z/;
    return { (map { $_ => $attempt->{$_} } qw(verdict reference amount currency failure)),
        fee => undef, expires_at => undef, action => undef,
        brand => $authorizes ? 'visa' : undef, last4 => $authorizes ? '4242' : undef };
}

# what a look-up says; one that finds nothing is remembered
sub look_up {
    my ($self, $request) = @_;
    my $attempt = $self->attempt($request->{attempt});
    if (!$attempt) {
        $self->keep('missed', $request->{attempt}, $request->{signed});
        return { verdict => 'not_found' };
    }
    $self->resolve($attempt->{attempt}, $attempt->{failure} ? $attempt->{failure}{code} : 'approved')
        if $attempt->{lookups} && --$attempt->{lookups} == 0;
    return $self->answer($attempt);
}

1;

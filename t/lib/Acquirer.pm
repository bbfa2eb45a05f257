package Acquirer;

# An acquirer that does what a test tells it: it speaks the protocol of
# docs/processors.md over TCP and a unix socket, keeps books of its own, writes down
# whatever it is sent, and fails on demand.
#
#   my $acquirer = Acquirer->new(port => 19195);
#   $acquirer->url, ->socket, ->secret_file     # for nginx.conf
#   $acquirer->script({ token => 'tok_x', operation => 'authorize', nth => 1, send => 'close' });
#   $acquirer->seen, ->charges($payment), ->attempts, ->asked($operation)
#   $acquirer->kill, ->start, ->stop
#
# An instruction is about requests with its operation, token (of the payment), payment,
# attempt, nth (sending of this attempt), of (what is looked up); each may be absent.
# It counts for ever, or "times" times.  The first that fits is followed:
#
#   before, after    seconds, or a name: it waits before or after it is executed, until
#                    release(name)
#   executes         "no": nothing is done, and the answer is not_executed
#   code             it is declined with that
#   amount, currency what is moved instead
#   pending          seconds or "forever": pending so long; "slow" waits for it
#   lookups          pending until so many look-ups have come
#   forgets          the key is new each time
#   status, headers, body, size    of the answer; size: bytes more of JSON
#   members, instead members of the answer that are others; a whole other one
#   of_another       the answer to another attempt
#   send             close, reset (no answer), half, twice, late_twice, dribble, chunked, unframed

use strict;
use warnings;

use Acquirer::Server;
use Basics qw(patience);
use IO::Socket::UNIX;
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use POSIX ();
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->utf8->canonical;
my @running;
my $parent = $$;

END { if ($$ == $parent) { my $status = $?; $_->signal('KILL') for @running; $? = $status } }

# option: port, directory, script: instructions that each start() has from the beginning
sub new {
    my ($class, %option) = @_;
    my $dir = $option{directory} || "$ENV{DEVSTACK_DIR}/scripted." . ++$Acquirer::count . ".$$";
    mkdir $dir;
    my $self = bless { port => $option{port}, dir => $dir, script => $option{script} || [] }, $class;
    $self->{secret} = $option{secret} || 'whsec_' . encode_base64(pack('L8', map { rand 2**32 } 1 .. 8), '');

    open my $file, '>', $self->secret_file or die "$dir: $!\n";
    print {$file} "$self->{secret}\n";
    close $file;
    chmod 0644, $self->secret_file;
    push @running, $self;
    return $self->start;
}

# the class of its process
sub server { return 'Acquirer::Server' }

sub port { $_[0]{port} }
sub url { "http://127.0.0.1:$_[0]{port}" }
sub socket { "$_[0]{dir}/socket" }
sub secret_file { "$_[0]{dir}/secret" }
sub secret { $_[0]{secret} }
sub pid { $_[0]{pid} }

sub start {
    my ($self) = @_;
    $self->{pid} = fork;
    die "fork: $!" unless defined $self->{pid};
    if ($self->{pid} == 0) {
        $SIG{PIPE} = 'IGNORE';
        $SIG{$_} = 'DEFAULT' for qw(TERM INT);
        open STDERR, '>>', "$self->{dir}/log";
        open STDOUT, '>&', \*STDERR;
        eval { Acquirer::Server::run(class => $self->server, port => $self->{port}, unix => $self->socket, secret => $self->{secret},
                                     script => $self->{script}, control => "$self->{dir}/control", journal => "$self->{dir}/journal"); 1 }
            or print STDERR $@;
        POSIX::_exit(1);
    }

    my $until = time + 5 * patience();
    until (eval { $self->command('counts') }) {
        die 'the acquirer does not start: ' . $self->trouble if time > $until || waitpid $self->{pid}, POSIX::WNOHANG();
        sleep 0.02;
    }
    return $self;
}

sub signal {
    my ($self, $signal) = @_;
    my $pid = $self->{pid} or return;
    CORE::kill $signal => $pid;
    return if $signal !~ /^(?:KILL|TERM)\z/;
    waitpid $pid, 0;
    delete $self->{pid};
}

# it dies, and start() brings it again, with its books; requests that it has seen, and what
# script() has told it, are gone
sub kill { $_[0]->signal('KILL') }
sub stop { $_[0]->signal('TERM') }

# what its process has complained of
sub trouble { return Basics::slurp("$_[0]{dir}/log") }

sub command {
    my ($self, @command) = @_;
    my $socket = IO::Socket::UNIX->new(Peer => "$self->{dir}/control") or die "no acquirer: $!\n";
    print {$socket} $json->encode(\@command) . "\n";
    $socket->flush;
    my $line = <$socket> // die "the acquirer is gone\n";
    return $json->decode($line)->[0];
}

sub script { my ($self, @does) = @_; $self->command('script', @does) }
sub clear { $_[0]->command('clear') }
sub charges { @{ $_[0]->command('charges', $_[1]) } }
sub attempts { @{ $_[0]->command('attempts', $_[1]) } }
sub forget { $_[0]->command('forget') }
# names of what waits for release(): all, or this one, as often as it waits
sub waiting { my ($self, $name) = @_; return grep { !defined $name || $_ eq $name } @{ $self->command('waiting') } }
sub release { $_[0]->command('release', $_[1]) }
# what is pending: approved, or a code of a decline
sub resolve { my ($self, $attempt, $result) = @_; $self->command('resolve', $attempt, $result) }
# so many requests find their connection closed before they are read
sub slam { $_[0]->command('slam', $_[1]) }
sub counts { $_[0]->command('counts') }

# requests as they came: { operation, path, head, body, at, nth, request, answer, refused }
sub seen {
    my ($self, %like) = @_;
    return grep { my $seen = $_; !grep { ($seen->{$_} // $seen->{request}{$_} // '') ne $like{$_} } keys %like }
        @{ $self->command('seen') };
}

1;

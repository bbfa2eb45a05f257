package Names;

# A name server: answers questions for A records from a table that the test may
# change at any time; one list of addresses for each question in turn, the last
# one for all that follow.
#
#   my $names = Names->new;
#   $names->set('a.test', '127.0.0.2 127.0.0.3', '127.0.0.1');
#   $names->port, $names->asked('a.test'), $names->stop
#
# "-": no answer at all; a name that was not set does not exist.

use strict;
use warnings;

use IO::Socket::INET;
use POSIX ();

my @running;
my $parent = $$;

END { if ($$ == $parent) { my $status = $?; $_->stop for @running; $? = $status } }

sub new {
    my ($class) = @_;
    my $socket = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1')
        or die "udp: $!";
    my $self = bless { port => $socket->sockport, table => "$ENV{DEVSTACK_DIR}/names.$$" }, $class;
    mkdir $self->{table} or die "$self->{table}: $!";

    $self->{pid} = fork;
    die "fork: $!" unless defined $self->{pid};
    if ($self->{pid} == 0) {
        $SIG{TERM} = sub { POSIX::_exit(0) };
        for ( ;; ) {
            my $from = $socket->recv(my $query, 512);
            $self->question($socket, $query) if defined $from;
        }
    }

    close $socket;
    push @running, $self;
    return $self;
}

sub port { $_[0]{port} }

sub set {
    my ($self, $name, @lists) = @_;
    unlink "$self->{table}/$name.asked";
    open my $fh, '>', "$self->{table}/$name.new" or die "$name: $!";
    print {$fh} map { "$_\n" } @lists;
    close $fh;
    rename "$self->{table}/$name.new", "$self->{table}/$name";
}

# how often since it was set
sub asked { return -s "$_[0]{table}/$_[1].asked" || 0 }

sub question {
    my ($self, $socket, $query) = @_;
    my ($id) = unpack 'n', $query;
    my ($labels) = substr($query, 12) =~ /^(.*?\0)/s;
    my $name = join '.', unpack '(C/a)*', substr $labels, 0, -1;

    open my $fh, '<', "$self->{table}/$name"
        or return $socket->send(pack('nnnnnn', $id, 0x8183, 1, 0, 0, 0) . $labels . pack 'nn', 1, 1);
    chomp(my @lists = <$fh>);
    my $n = $self->asked($name);
    open my $asked, '>>', "$self->{table}/$name.asked" or die;
    syswrite $asked, '.';

    my @addresses = split ' ', $lists[$n < @lists ? $n : -1];
    return if @addresses && $addresses[0] eq '-';
    $socket->send(pack('nnnnnn', $id, 0x8180, 1, scalar @addresses, 0, 0) . $labels . pack('nn', 1, 1)
        . join '', map { pack('nnnNn', 0xc00c, 1, 1, 0, 4) . pack 'C4', split /\./ } @addresses);
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill KILL => $pid;
    waitpid $pid, 0;
    unlink glob "$self->{table}/*";
    rmdir $self->{table};
}

1;

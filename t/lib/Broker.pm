package Broker;

# A Kafka cluster that does what a test tells it (tools/mockbroker.c), and what is in it.
#
#   my $broker = Broker->new(brokers => 3, topics => ['payments.events:4']);
#   $broker->say('down 1');
#   my @messages = $broker->messages('payments.events');   # { key, headers, value, partition }

use strict;
use warnings;

use File::Temp;
use IPC::Open2;
use JSON::PP;

my $binary;

sub new {
    my ($class, %option) = @_;
    $binary ||= build();
    my $self = bless {}, $class;
    $self->{pid} = open2($self->{out}, $self->{in}, "$binary/mockbroker", $option{brokers} || 1, @{ $option{topics} || [] });
    ($self->{brokers}) = readline($self->{out}) =~ /^BOOTSTRAP (\S+)/ or die "no broker\n";
    return $self;
}

sub build {
    my $dir = File::Temp->newdir(CLEANUP => 1);
    system("gcc -O1 -Wall -o $dir/mockbroker tools/mockbroker.c -lrdkafka") == 0 or die "mockbroker does not compile\n";
    return $dir;
}

sub brokers { $_[0]{brokers} }

sub say {
    my ($self, $command) = @_;
    syswrite $self->{in}, "$command\n";
    my $answer = readline $self->{out};
    $answer eq "OK 0\n" or die "mockbroker: $command: $answer";
    return;
}

# in the order of each partition; kcat makes no difference between messages that came at once
sub messages {
    my ($self, $topic) = @_;
    open my $kcat, '-|', 'kcat', '-C', '-q', '-e', '-J', '-o', 'beginning', '-b', $self->{brokers}, '-t', $topic
        or die "kcat: $!";
    my @all;
    while (my $line = <$kcat>) {
        my $m = JSON::PP->new->utf8->decode($line);
        my @headers = @{ $m->{headers} || [] };
        push @all, { key => $m->{key}, value => $m->{payload}, partition => $m->{partition}, headers => { @headers } };
    }
    close $kcat;
    return @all;
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill TERM => $pid;
    waitpid $pid, 0;
}

sub DESTROY { local $?; $_[0]->stop }

1;

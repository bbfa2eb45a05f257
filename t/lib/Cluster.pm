package Cluster;

# A PostgreSQL of a test's own, with roles and settings of its own.
#
#   my $cluster = Cluster->new(port => $port, settings => "jit = off\n");
#   $cluster->{admin};                # a connection string of its superuser
#   $cluster->psql($database, $sql);  # as the superuser
#   $cluster->stop;                   # also when it goes out of scope

use strict;
use warnings;

use File::Temp;

my $bin = (sort { ($a =~ /(\d+)/)[0] <=> ($b =~ /(\d+)/)[0] } glob '/usr/lib/postgresql/*/bin')[-1];

# PostgreSQL refuses to run as root
my $as = $> == 0 ? 'setpriv --reuid=postgres --regid=postgres --clear-groups ' : '';

sub command { my ($line) = @_; system("$line") == 0 or die "$line failed\n" }

sub new {
    my ($class, %option) = @_;
    my $dir = File::Temp->newdir(CLEANUP => 1);
    my $self = bless { port => $option{port}, dir => $dir,
                       admin => "host=127.0.0.1 port=$option{port} user=postgres dbname=postgres" }, $class;
    chmod 0755, "$dir";
    command("chown postgres $dir") if $> == 0;
    command("$as$bin/initdb -D $dir/data -A trust -U postgres --encoding=UTF8 --locale=C > $dir/initdb 2>&1");
    open my $conf, '>>', "$dir/data/postgresql.conf" or die "postgresql.conf: $!";
    print {$conf} "port = $option{port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '$dir'\n"
        . "fsync = off\nmax_locks_per_transaction = 256\njit = off\n", $option{settings} || '';
    close $conf;
    # a role with a password needs it
    my $hba = "local all all trust\nhost all pay_api all scram-sha-256\nhost all managed all scram-sha-256\n"
        . "host all,replication all all trust\n";
    open my $file, '>', "$dir/data/pg_hba.conf" or die "pg_hba.conf: $!";
    print {$file} $hba;
    close $file;
    command("$as$bin/pg_ctl -D $dir/data -l $dir/log -w start > $dir/start 2>&1");
    $self->{running} = 1;
    return $self;
}

sub conninfo {
    my ($self, $database) = @_;
    return $self->{admin} =~ s/dbname=\S+/dbname=$database/r;
}

sub psql {
    my ($self, $database, $sql) = @_;
    open my $out, '-|', "$bin/psql", '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $self->conninfo($database), '-c', $sql
        or die "psql: $!";
    my $text = do { local $/; <$out> } // '';
    close $out or die "psql: $sql\n";
    chomp $text;
    return $text;
}

sub bin { return $bin }

sub version { return ($bin =~ /(\d+)/)[0] }

# immediate by default: what is gone afterwards need not be written
sub stop {
    my ($self, $mode) = @_;
    $mode //= 'immediate';
    system("$as$bin/pg_ctl -D $self->{dir}/data -m $mode stop > /dev/null 2>&1") if delete $self->{running};
}

sub DESTROY { my ($self) = @_; local $?; $self->stop }

1;

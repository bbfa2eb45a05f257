package Gdb;

# Stops a process where a function of the module begins, and there it stays until the test
# has done what it wants.
#
#   Gdb::works() or plan skip_all => '...';
#   my $gdb = Gdb->new($pid, 'ngx_payments_attempt_answered');    # it stands still
#   $gdb->go;  $gdb->hit(10);       # it runs on, and has come to the function
#   $gdb->kill;                     # SIGKILL, at this very instruction
#   $gdb->leave;                    # or it runs on, by itself

use strict;
use warnings;

use Basics qw(patience);
use IO::Select;
use IPC::Open3;
use Time::HiRes qw(time);

my %running;
my $parent = $$;
END { if ($$ == $parent) { my $status = $?; kill KILL => keys %running; $? = $status } }

# whether it may attach to a process here
sub works { return `gdb -batch -p $$ -ex detach 2>&1` !~ /ptrace|not permitted|not found/ ? 1 : 0 }

# condition: in C, of the function's parameters; one that is not there is true
sub new {
    my ($class, $pid, $function, $condition) = @_;
    # nothing but the module's symbols: all of them take twice as long
    my ($base, $module) = Basics::slurp("/proc/$pid/maps") =~ m{^([0-9a-f]+)-.* (/\S*ngx_payments_module\.so)$}m
        or die "process $pid has no module\n";
    my $gdb = open3(my $in, my $out, undef, 'gdb', '-nx', '-q', map({ ('-iex', $_) } 'set auto-solib-add off', 'set sysroot /none',
                    'set auto-load libthread-db off', 'set confirm off', 'set pagination off'), '-p', $pid);
    my $self = bless { pid => $gdb, in => $in, out => $out, text => '' }, $class;
    $running{$gdb} = 1;
    $self->say("add-symbol-file $module -o 0x$base", 'handle SIGPIPE nostop noprint pass',
               "break $function" . ($condition ? " if $condition" : ''), 'echo \n== set\n');
    $self->heard(qr/== set$/m, 30) && $self->{text} =~ /Breakpoint 1 at /
        or die "gdb does not stop $pid in $function:\n$self->{text}\n";
    return $self;
}

sub say { my ($self, @commands) = @_; syswrite $self->{in}, "$_\n" for @commands }

# reads what it says until that matches
sub heard {
    my ($self, $what, $limit) = @_;
    my $until = time + patience() * $limit;
    my $select = IO::Select->new($self->{out});
    until ($self->{text} =~ $what) {
        return 0 if time > $until;
        next if !$select->can_read(0.1);
        sysread $self->{out}, $self->{text}, 65536, length $self->{text} or return 0;
    }
    return 1;
}

sub go { my ($self) = @_; $self->{text} = ''; $self->say('continue', 'echo \n== stands\n') }

sub hit {
    my ($self, $limit) = @_;
    return $self->heard(qr/== stands$/m, $limit) && $self->{text} =~ /Breakpoint 1, /;
}

sub kill { my ($self) = @_; $self->end('kill', 'quit') }
sub leave { my ($self) = @_; $self->end('delete', 'detach', 'quit') }

sub end {
    my ($self, @commands) = @_;
    local $SIG{PIPE} = 'IGNORE';
    $self->say(@commands);
    close $self->{in};
    waitpid $self->{pid}, 0;
    delete $running{ $self->{pid} };
}

1;

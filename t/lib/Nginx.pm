package Nginx;

# The nginx under test: its directory, configuration, process and logs.
#
# nginx runs as a direct child ("daemon off"), so that its exit status is seen.
# Whatever it says that no test may ignore ([alert], [emerg], a sanitizer's or
# valgrind's report, an unexpected exit) is kept and returned by
# violations().

use strict;
use warnings;

use Cwd ();
use File::Path ();
use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(sleep time);

use Basics qw(patience slurp);

our $ServerPort = $ENV{TEST_NGINX_SERVER_PORT} || 1984;
our $ClientPort = $ENV{TEST_NGINX_CLIENT_PORT};
our $Binary     = $ENV{TEST_NGINX_BINARY} || 'nginx';

$ENV{PATH} = "/usr/sbin:$ENV{PATH}";

if ($ENV{TEST_NGINX_RANDOMIZE}) {
    $ServerPort = free_port();
}

our $ServRoot = $ENV{TEST_NGINX_SERVROOT}
    || Cwd::cwd() . ($ENV{TEST_NGINX_RANDOMIZE} ? "/t/servroot_$ServerPort"
                                                : '/t/servroot');

$ClientPort = $ServerPort =~ /(\d+)$/ ? $1 : $ServerPort
    unless defined $ClientPort;

$ENV{TEST_NGINX_SERVER_PORT} = $ServerPort;
$ENV{TEST_NGINX_SERVER_ROOT} = $ServRoot;

our $UseHup      = $ENV{TEST_NGINX_USE_HUP};
our $UseValgrind = $ENV{TEST_NGINX_USE_VALGRIND};
our $Timeout     = $ENV{TEST_NGINX_TIMEOUT} || 3;
our $Settle      = $ENV{TEST_NGINX_SLEEP} || 0.015;

our $Workers           = 1;
our $WorkerConnections = 64;
our $Master            = ($ENV{TEST_NGINX_MASTER_PROCESS} || 'off') eq 'on';
our $LogLevel          = $ENV{TEST_NGINX_LOG_LEVEL} || 'debug';
our $RootLocation      = 1;
our @Env;
our $Preamble = '';

my ($pid, $generation, @violations, %closed) = (undef, 0);

sub free_port {
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "no free port: $!";
    return $socket->sockport;
}

sub log_file { "$ServRoot/logs/" . ($_[0] || 'error.log') }

# Configuration --------------------------------------------------------------

sub configuration {
    my ($block) = @_;

    my @env = ('LD_PRELOAD', 'LD_LIBRARY_PATH', 'ASAN_OPTIONS',
               'UBSAN_OPTIONS', 'LSAN_OPTIONS', @Env);
    my @modules = split ' ', $ENV{TEST_NGINX_LOAD_MODULES} || '';
    my $master = $Master || $UseHup ? 'on' : 'off';
    my $level = defined $block->{log_level} ? $block->{log_level} : $LogLevel;
    my $name = defined $block->{server_name} ? $block->{server_name}
                                             : 'localhost';
    my $listen = $ServerPort;

    my $conf = "worker_processes $Workers;\ndaemon off;\n"
        . "master_process $master;\n"
        . "error_log " . log_file() . " $level;\n"
        . "pid $ServRoot/logs/nginx.pid;\n"
        . join('', map { "env $_;\n" } @env)
        . join('', map { "load_module $_;\n" } @modules)
        . $block->{main_config} . "\n"
        . "http {\n    access_log " . log_file('access.log') . ";\n"
        . join('', map { "    ${_}_temp_path $ServRoot/${_}_temp;\n" }
               qw(client_body proxy fastcgi uwsgi scgi))
        . "    default_type text/plain;\n    keepalive_timeout 68;\n"
        . $block->{http_config} . "\n"
        . "    server {\n        listen $listen;\n"
        . "        server_name '$name';\n        client_max_body_size 30M;\n"
        . $Preamble . $block->{config} . "\n";

    $conf .= "        location / { root html; index index.html index.htm; }\n"
        if $RootLocation;
    $conf .= "    }\n";

    if ($UseHup) {
        $conf .= "    server {\n        listen $listen;\n"
            . "        server_name Test-Nginx;\n        location = /ver "
            . "{ return 200 '$generation'; }\n    }\n";
    }

    $conf .= "}\n" . $block->{post_main_config}
        . "\nevents {\n    accept_mutex off;\n"
        . "    worker_connections $WorkerConnections;\n}\n";
    $conf .= "user root;\n" if $> == 0;

    return $conf;
}

sub write_file {
    my ($name, $text) = @_;
    open my $fh, '>', $name or die "cannot write $name: $!";
    binmode $fh;
    print {$fh} $text;
    close $fh or die "cannot write $name: $!";
}

sub make_root {
    File::Path::remove_tree($ServRoot) unless $ENV{TEST_NGINX_NO_CLEAN};
    File::Path::make_path("$ServRoot/conf", "$ServRoot/html",
                          "$ServRoot/logs");
}

# Process --------------------------------------------------------------------

sub command {
    my @valgrind;

    if ($UseValgrind) {
        my $options = $UseValgrind eq '1'
            ? '--tool=memcheck --leak-check=full --keep-debuginfo=yes '
              . '--show-possibly-lost=no'
            : $UseValgrind;
        @valgrind = ('valgrind', '-q', '--num-callers=100',
                     '--gen-suppressions=all', split(' ', $options),
                     '--log-file=' . log_file('valgrind.log.%p'));
        push @valgrind, '--suppressions=valgrind.suppress'
            if -f 'valgrind.suppress';
    }

    return (@valgrind, $Binary, '-e', log_file(), '-p', "$ServRoot/", '-c',
            "$ServRoot/conf/nginx.conf");
}

sub spawn {
    my (%option) = @_;

    $pid = fork;
    die "cannot fork: $!" unless defined $pid;

    if ($pid == 0) {
        $ENV{LD_PRELOAD} = $ENV{TEST_NGINX_LD_PRELOAD}
            if $ENV{TEST_NGINX_LD_PRELOAD};
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', log_file('stderr.log') if $option{quiet};
        my @command = command();
        exec { $command[0] } @command or POSIX::_exit(127);
    }
}

# undef while it runs, else its wait status
sub exited {
    return unless defined $pid;
    return if waitpid($pid, POSIX::WNOHANG()) != $pid;
    my $status = $?;
    undef $pid;
    return $status;
}

sub connectable {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $ClientPort);
    return defined $socket;
}

# Starts nginx with the block's configuration.  Returns nothing, or what is
# wrong.
sub start {
    my ($block) = @_;

    $generation++;
    write_file("$ServRoot/conf/nginx.conf", configuration($block));
    spawn();

    my $until = time + 10 * patience();

    while (time < $until) {
        my $status = exited();
        return "nginx exited with status $status" if defined $status;
        return if connectable();
        sleep 0.01;
    }

    return 'nginx does not listen';
}

# A configuration that must not start: its exit status, undef if it did start.
sub start_to_die {
    my ($block) = @_;

    $generation++;
    write_file("$ServRoot/conf/nginx.conf", configuration($block));
    spawn(quiet => $block->{suppress_stderr});

    my $until = time + 10 * patience();

    while (time < $until) {
        my $status = exited();
        return $status if defined $status;
        # it listens before it has started: only then comes its pid file
        last if connectable() && -e log_file('nginx.pid');
        sleep 0.01;
    }

    stop();
    return;
}

# the processes that could still accept a connection for an older configuration
sub children {
    open my $fh, '<', "/proc/$pid/task/$pid/children" or return;
    my $list = <$fh>;
    return split ' ', defined $list ? $list : '';
}

sub listening_inodes {
    my $port = sprintf ':%04X', $ClientPort;
    my @inodes;

    for my $name ('/proc/net/tcp', '/proc/net/tcp6') {
        for my $line (split /\n/, slurp($name)) {
            my @field = split ' ', $line;
            push @inodes, $field[9]
                if @field > 9 && $field[3] eq '0A' && $field[1] =~ /$port$/;
        }
    }

    return @inodes;
}

sub listens {
    my ($process, @inodes) = @_;
    my %inodes = map { ("socket:[$_]" => 1) } @inodes;

    for my $fd (glob "/proc/$process/fd/*") {
        my $target = readlink $fd;
        return 1 if defined $target && $inodes{$target};
    }

    return 0;
}

sub version_answer {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $ClientPort) or return '';
    print {$socket} "GET /ver HTTP/1.0\r\nHost: Test-Nginx\r\n\r\n";
    local $/;
    my $text = <$socket>;
    return defined $text && $text =~ /\r\n\r\n(\d+)$/ ? $1 : '';
}

# The same master, a new configuration, fresh logs.
sub reload {
    my ($block) = @_;

    $generation++;
    write_file("$ServRoot/conf/nginx.conf", configuration($block));
    unlink log_file(), log_file('access.log');
    kill USR1 => $pid;

    my $until = time + 10 * patience();

    until (-f log_file() && -f log_file('access.log')) {
        return 'nginx does not reopen its logs' if time > $until;
        sleep 0.01;
    }

    my @old = children();

    kill HUP => $pid;

    # until a new worker answers and no old one holds the listening socket
    for ( ;; ) {
        my $status = exited();
        return "nginx exited with status $status" if defined $status;
        return 'nginx does not take the new configuration' if time > $until;

        my @inodes = listening_inodes();
        last if version_answer() eq $generation
             && !grep { listens($_, @inodes) } @old;
        sleep 0.005;
    }

    return;
}

sub is_running { defined $pid }
sub pid { $pid }

# Graceful, then not; an exit status other than 0 is a violation.
sub stop {
    return unless defined $pid;

    my $status;
    my $limit = ($ENV{TEST_NGINX_FAST_SHUTDOWN} ? 1 : 10) * patience();

    for my $signal ('QUIT', 'TERM', 'KILL') {
        kill $signal => $pid;

        my $until = time + $limit;
        sleep 0.005 until defined($status = exited()) || time > $until;
        last if defined $status;

        push @violations, "nginx did not stop by $signal";
    }

    push @violations, "nginx exited with status $status"
        if defined $status && $status != 0;
}

# Everything since the last call that must not pass unseen.
sub violations {
    my ($tolerate) = @_;
    my @found = splice @violations;

    unless ($tolerate) {
        push @found, grep { /\[(?:alert|emerg)\]|Sanitizer|runtime error:/ }
            split /\n/, slurp(log_file());
    }

    for my $file (glob log_file('valgrind.log.*')) {
        my $text = slurp($file);
        push @found, $text if $text =~ /^==\d+==/m;
        unlink $file;
    }

    if (($ENV{ASAN_OPTIONS} || '') =~ /log_path=([^:,]+)/) {
        for my $file (glob "$1*") {
            push @found, slurp($file);
            unlink $file;
        }
    }

    return @found;
}

# "$TEST_NGINX_..." in a text; RAND_PORT_n is the block's own n-th free port.
sub expand {
    my ($text, $ports) = @_;

    return $text unless defined $text;

    $text =~ s/\$(TEST_NGINX_[A-Z0-9_]+)/
        my $name = $1;
        if ($name =~ m{^TEST_NGINX_RAND_PORT_(\d+)$}) {
            $ports->{$1} ||= free_port();
        } elsif (defined $ENV{$name}) {
            $ENV{$name};
        } else {
            die "undefined variable \$$name\n";
        }/xge;

    return $text;
}

sub version {
    my $text = `$Binary -v 2>&1`;
    return $text =~ m{nginx/([\d.]+)} ? $1 : '0';
}

sub older {
    my ($one, $two) = @_;
    my @one = split /\./, $one;
    my @two = split /\./, $two;

    for my $i (0 .. 2) {
        my $order = ($one[$i] || 0) <=> ($two[$i] || 0);
        return $order if $order;
    }

    return 0;
}

END { stop() }

1;

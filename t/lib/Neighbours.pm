package Neighbours;

# Two merchants: one does something, the other is measured before and meanwhile, by
# the open-loop client of bench/, which counts from when a request was due.
#
#   my $before = measure(@mix);
#   my $stop = while_($code);             # in a process of its own, until $stop->()
#   unharmed('what A does', $before, measure(@mix));

use strict;
use warnings;

use JSON::PP;
use Load qw(rounds);
use POSIX ();
use Test::More;
use Time::HiRes qw(time);

use Exporter 'import';
our @EXPORT_OK = qw(client enough_cores measure meanwhile unharmed);

my $load = 'build/test/load';
my $compiled;

# The client, with options of its own, in the background: call what is returned for
# its report.
sub client {
    my (@args) = @_;
    mkdir "build/test";      # a tree that was only built has none
    $compiled ||= !system("gcc -O2 -o $load.$$ bench/load/*.c -lm && mv $load.$$ $load")
        or die "bench/load does not compile\n";
    my $pid = open my $out, '-|', $load, '--port', $Load::port, @args or die "$load: $!";
    return sub {
        my $text = do { local $/; <$out> };
        close $out;
        return decode_json($text);
    };
}

# What merchant B gets, at 20 requests a second unless others are given: p99, and how many did not succeed
sub measure {
    my (%option) = @_;
    my $report = client('--key', $option{key} || $ENV{PAYMENTS_KEY_B}, '--rate', $option{rate} || 20,
                        '--connections', 8, '--seconds', $option{seconds} || rounds(5, 15),
                        '--mix', $option{mix} || 'create=40,get=30,list=30')->();
    my $failed = $report->{errors};
    for my $status (keys %{ $report->{statuses} }) {
        $failed += $report->{statuses}{$status} if $status !~ /^20[01]$/;
    }
    return { %$report, failed => $failed };
}

# Runs code again and again in so many processes until what is returned is called,
# which gives how often each of its results came.
sub meanwhile {
    my ($n, $code) = @_;
    my @clients;
    my $parent = $$;
    for (1 .. $n) {
        pipe my $reader, my $writer or die "pipe: $!";
        my $pid = fork;
        die "fork: $!" unless defined $pid;
        if ($pid == 0) {
            my ($ended, %results) = (0);
            $SIG{TERM} = sub { $ended = 1 };
            # nor longer than the test, which may be killed
            until ($ended || getppid() != $parent) { $results{ $code->() }++ }
            syswrite $writer, encode_json(\%results);
            POSIX::_exit(0);
        }
        push @clients, { pid => $pid, reader => $reader };
    }
    return sub {
        my %all;
        kill TERM => map { $_->{pid} } @clients;
        for my $client (@clients) {
            my $reader = $client->{reader};
            waitpid $client->{pid}, 0;
            sysread $reader, my $text, 65536;
            my $results = decode_json($text || '{}');
            $all{$_} += $results->{$_} for keys %$results;
        }
        return \%all;
    };
}

# None of B's requests fails.  Its p99 is at most three times what it was, asked for
# by "make soak": beside other lanes a hiccup of the machine is longer than that.
# What leaves no core idle is asked for where there are enough for all who run:
# nginx, the two calls under way, the relay, and the client.
sub unharmed {
    my ($what, $before, $during, %option) = @_;
    is($during->{failed}, 0, "$what: all requests of the other merchant succeed ("
       . join(' ', map { "$_: $during->{statuses}{$_}" } sort keys %{ $during->{statuses} }) . ')');
    my $text = sprintf '%s: p99 of the other merchant %.1f ms, before %.1f ms, p50 %.1f and %.1f ms',
        $what, $during->{p99}, $before->{p99}, $during->{p50}, $before->{p50};
    if (Load::figures() && (!$option{saturated} || enough_cores())) {
        cmp_ok($during->{p99}, '<=', 3 * $before->{p99}, $text);
    } else {
        note($text);
    }
}

sub enough_cores {
    my $cores = `nproc` + 0;
    note("the figure is asked for on 6 cores, here are $cores") if $cores < 6;
    return $cores >= 6;
}

1;

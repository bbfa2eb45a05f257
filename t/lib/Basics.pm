package Basics;

# What suites, their modules and the runner need, and what needs no server.

use strict;
use warnings;

use Exporter 'import';
our @EXPORT_OK = qw(uuid patience slurp text_since);

sub uuid () {
    open my $fh, '<', '/proc/sys/kernel/random/uuid' or die "uuid: $!";
    my $text = <$fh>;
    chomp $text;
    return $text;
}

# How much longer than on a machine that does nothing else something may take before
# it is said that it does not come.  valgrind slows everything down.
sub patience () {
    return $ENV{TEST_NGINX_PATIENCE} || ($ENV{TEST_NGINX_USE_VALGRIND} ? 10 : 3);
}

# all bytes of a file from the offset on; moves the offset.  Empty: no such file
sub text_since {
    my ($name, $offset) = @_;
    open my $fh, '<:raw', $name or return '';
    seek $fh, $$offset, 0;
    local $/;
    my $text = <$fh> // '';
    $$offset += length $text;
    return $text;
}

sub slurp {
    my ($name) = @_;
    my $start = 0;
    return text_since($name, \$start);
}

1;

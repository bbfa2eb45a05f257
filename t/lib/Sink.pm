package Sink;

# What sinks have taken, against the events that there are.

use strict;
use warnings;

use JSON::PP;
use Load qw(sql);

use Exporter 'import';
our @EXPORT_OK = qw(mark expected disorder complete);

my $json = JSON::PP->new->utf8;

# where the relay is, once it has all there is: before all that comes
sub mark { return (split /\n/, sql('SELECT pay.relay_events(); SELECT batch FROM pay.relay'))[-1] }

# ids of the events that came after a mark
sub expected {
    my ($mark) = @_;
    mark();
    return split /\n/, sql("SELECT v.event_id FROM pay.relay_batches b,
        unnest(b.merchants, b.livemodes, b.firsts, b.counts) AS u (m, l, f, c)
        JOIN pay.events v ON v.merchant_id = u.m AND v.livemode = u.l AND v.sequence >= u.f AND v.sequence < u.f + u.c
        WHERE b.batch > $mark ORDER BY b.batch");
}

# Crockford's base32 of a UUID, as ids have it
my @letters = split //, '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
sub id {
    my ($uuid) = @_;
    my $bits = '00' . join '', map { sprintf '%04b', hex } split //, $uuid =~ tr/-//dr;
    return join '', map { $letters[oct "0b$_"] } $bits =~ /(.{5})/g;
}

# '' or which of the events since a mark have not been among these (event objects)
sub complete {
    my ($mark, @got) = @_;
    my %got = map { substr($_->{id}, 4) => 1 } @got;
    my @missing = grep { !$got{id($_)} } expected($mark);
    return @missing ? @missing . " missing, the first: $missing[0]" : '';
}

# '' or which object's events came out of order: each first arrival must be a version
# behind those that have come
sub disorder {
    my (@got) = @_;
    my (%seen, %last);
    for (@got) {
        next if $seen{$_->{id}}++;
        my $before = $last{$_->{object_id}} // 0;
        return "$_->{object_id}: version $_->{object_version} after $before" if $_->{object_version} <= $before;
        $last{$_->{object_id}} = $_->{object_version};
    }
    return '';
}

1;

package Schema;

# The part of JSON Schema that examples/acquirer/schema/*.json uses.
#
#   my $schema = Schema::load('authorize');
#   my @wrong = Schema::check($schema, $value);   # "/amount: ...", none if right
#   print Schema::table('authorize');             # for docs/processors.md

use strict;
use utf8;
use warnings;

use B ();
use File::Basename ();
use JSON::PP ();

my $directory = File::Basename::dirname(__FILE__) . '/../../examples/acquirer/schema';

sub text_of {
    my ($name) = @_;
    open my $file, '<', "$directory/$name.json" or die "$directory/$name.json: $!\n";
    local $/;
    return scalar <$file>;
}

# Out: a schema.  Its file must be there.
sub load { JSON::PP::decode_json(text_of($_[0])) }

# Out: the names of all schemas.
sub names { map { File::Basename::basename($_, '.json') } sort glob "$directory/*.json" }

sub type_of {
    my ($value) = @_;
    return 'null' unless defined $value;
    return 'boolean' if JSON::PP::is_bool($value);
    return { HASH => 'object', ARRAY => 'array' }->{ ref $value } if ref $value;
    return 'string' if B::svref_2object(\$value)->FLAGS & B::SVf_POK;
    return $value =~ /^-?[0-9]+\z/ ? 'integer' : 'number';
}

sub list { ref $_[0] ? @{ $_[0] } : ($_[0]) }

sub same {
    my ($one, $other) = @_;
    return !defined $one && !defined $other if !defined $one || !defined $other;
    return $one eq $other;
}

my $date_time = qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\z/;

# keyword => what is wrong with a value, or nothing
my %check_string = (
    pattern   => sub { $_[1] =~ /$_[0]/ ? () : "does not match $_[0]" },
    minLength => sub { length $_[1] < $_[0] ? "shorter than $_[0]" : () },
    maxLength => sub { length $_[1] > $_[0] ? "longer than $_[0]" : () },
    format    => sub { $_[1] =~ $date_time ? () : "is no $_[0]" },
);
my %check_number = (
    minimum => sub { $_[1] < $_[0] ? "less than $_[0]" : () },
    maximum => sub { $_[1] > $_[0] ? "more than $_[0]" : () },
);
my %check_object = (
    maxProperties => sub { keys %{ $_[1] } > $_[0] ? "more than $_[0] members" : () },
);
my %checks = (string => \%check_string, integer => \%check_number,
              number => \%check_number, object => \%check_object);

sub check {
    my ($schema, $value, $at) = @_;
    $at //= '';
    my $type = type_of($value);
    my @wrong;

    return "$at: is $type" if $schema->{type} && !grep { $_ eq $type } list($schema->{type});

    push @wrong, "$at: none of its values" if $schema->{enum} && !grep { same($_, $value) } @{ $schema->{enum} };
    push @wrong, "$at: must not be so" if $schema->{not} && !check($schema->{not}, $value, $at);

    my $checks = $checks{$type} || {};
    push @wrong, map { "$at: $_" } map { $checks->{$_}->($schema->{$_}, $value) }
        grep { defined $schema->{$_} } sort keys %$checks;

    if ($type eq 'object') {
        push @wrong, map { "$at/$_: is missing" } grep { !exists $value->{$_} } @{ $schema->{required} || [] };
        push @wrong, map { check($schema->{properties}{$_}, $value->{$_}, "$at/$_") }
            grep { exists $value->{$_} } sort keys %{ $schema->{properties} || {} };
    }

    for my $part (@{ $schema->{allOf} || [] }) {
        push @wrong, check($part->{then}, $value, $at) unless check($part->{if}, $value, $at);
    }

    return @wrong;
}

sub grouped { my $n = reverse $_[0]; $n =~ s/(\d{3})(?=\d)/$1 /g; return scalar reverse $n }

sub range {
    my ($s) = @_;
    my ($low, $high) = @$s{qw(minLength maxLength)};
    return join ', ', map { "`$_`" } grep { defined } @{ $s->{enum} } if $s->{enum};
    return "`$s->{pattern}`" . ($high ? ", ≤ $high characters" : '') if $s->{pattern};
    return grouped($s->{minimum}) . '–' . grouped($s->{maximum}) if defined $s->{maximum};
    return $low ? "$low–$high characters" : "≤ $high characters" if $high;
    return 'RFC 3339' if $s->{format};
    return "≤ $s->{maxProperties} members" if $s->{maxProperties};
    return '`true`, `false`' if $s->{type} eq 'boolean';
    return '';
}

sub type_text {
    my ($s, $required) = @_;
    my ($type, $null) = list($s->{type});
    return $type . ($required ? $null ? ' or null' : '' : $null ? ', null or absent' : ' or absent');
}

# The rows of a table of docs/processors.md, as UTF-8, in the order of the file:
# the members of a schema, or those of one of its objects.
sub table {
    my ($name, $inside) = @_;
    my $schema = load($name);
    my $indent = $inside ? 8 : 4;
    my ($text) = text_of($name) =~ ($inside ? qr/^    "$inside": \{\n(.*?)^    \}/ms : qr/(.*)/s);
    my ($members) = $text =~ /^ {@{[$indent - 2]}}"properties": \{\n(.*?)^ {@{[$indent - 2]}}\}/ms;

    $schema = $schema->{properties}{$inside} if $inside;
    my %required = map { $_ => 1 } @{ $schema->{required} || [] };
    my $rows = '';
    for my $member ($members =~ /^ {$indent}"(\w+)": \{/mg) {
        my $s = $schema->{properties}{$member};
        $rows .= sprintf "| %s |\n", join ' | ', "`$member`", type_text($s, $required{$member}), range($s), $s->{description};
    }
    utf8::encode($rows);
    return $rows;
}

1;

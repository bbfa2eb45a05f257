# The README's lines, as they stand

use strict;
use warnings;

use lib 't/lib';
use Load qw(uuid);
use Test::More;

open my $fh, '<', 'README.md' or die "README.md: $!";
my $text = do { local $/; <$fh> };
my ($lines) = $text =~ /^```\n(eval .*?)^```/ms;
my $key = uuid();

ok($lines, 'the README has them');

# a stack that runs for long has seen the README's own key
$lines =~ s/Idempotency-Key: first/Idempotency-Key: $key/g;
$lines =~ s/curl -i/curl -si/g;

my @commands = split /\n/, $lines;
my $eval = shift @commands;

is(scalar(@commands), 3, 'three curl lines');

my @answers = map { my $out = `bash -c '$eval'"\n"'@{[s/'/'\\''/gr]}'`; $out =~ s/\r//g; [split /\n\n/, $out, 2] } @commands;

like($answers[0][0], qr{^HTTP/1.1 201 }, 'a payment: 201');
like($answers[1][0], qr{^HTTP/1.1 201 .*^Idempotent-Replayed: true$}ms, 'its retry: 201, replayed');
is($answers[1][1], $answers[0][1], 'with identical bytes');
like($answers[2][0], qr{^HTTP/1.1 200 }, 'its reading: 200');
is($answers[2][1], $answers[0][1], 'with the bytes of its creation');

done_testing();

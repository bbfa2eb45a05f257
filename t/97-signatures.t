# Signatures against the reference implementations of Standard Webhooks, both ways: they
# believe what domain/ signs, it believes what they sign, and both refuse the same.
#
# npm's is among the tools of tools/npm.  PyPI's is asked where PAYMENTS_PYTHON (by default
# python3) has it.

use strict;
use warnings;

use lib 't/lib';
use File::Temp;
use IPC::Open2;
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use Npm;
use Test::More;

my $dir = File::Temp->newdir(CLEANUP => 1);
my $json = JSON::PP->new->ascii;

system("gcc -O1 -std=gnu11 -o $dir/sign tests/signatures/sign.c ngx_payments_module/domain/*.c -lcrypto -lpcre2-8 -lm") == 0
    or die "it does not compile\n";

sub run {
    my ($input, @command) = @_;
    my $pid = open2(my $out, my $in, @command);
    print {$in} $input;
    close $in;
    my $said = do { local $/; <$out> };
    waitpid $pid, 0;
    die "@command failed\n" if $?;
    return $said // '';
}

sub secret { 'whsec_' . encode_base64(join('', map { chr int rand 256 } 1 .. $_[0]), '') }

my $now = time;
my ($old, $new) = (secret(32), secret(32));

# [name, secret of the receiver, secrets of the sender, what is signed, what arrives, whether it is believed]
my @cases = (
    ['an event', $old, [$old], { body => '{"type":"payment.captured","data":{}}' }, {}, 1],
    ['24 bytes of secret', secret(24), undef, { body => '{}' }, {}, 1],
    ['64 bytes of secret', secret(64), undef, { body => '{}' }, {}, 1],
    ['letters beyond ASCII', $old, [$old], { body => "{\"name\":\"\xc3\xa9\xf0\x9f\x98\x80\"}" }, {}, 1],
    ['64 KiB', $old, [$old], { body => '{"x":"' . 'y' x 65_000 . '"}' }, {}, 1],
    ['a new line in the end', $old, [$old], { body => "{}\n" }, {}, 1],
    ['two signatures, the old secret', $old, [$old, $new], { body => '{}' }, {}, 1],
    ['two signatures, the new secret', $new, [$old, $new], { body => '{}' }, {}, 1],
    ['another secret', $new, [$old], { body => '{}' }, {}, 0],
    ['another body', $old, [$old], { body => '{"a":1}' }, { body => '{"a":2}' }, 0],
    ['another id', $old, [$old], { body => '{}' }, { id => 'evt_2' }, 0],
    ['another second', $old, [$old], { body => '{}' }, { timestamp => $now - 1 }, 0],
    ['290 s ago', $old, [$old], { body => '{}', timestamp => $now - 290 }, {}, 1],
    ['290 s ahead', $old, [$old], { body => '{}', timestamp => $now + 290 }, {}, 1],
    ['an hour ago', $old, [$old], { body => '{}', timestamp => $now - 3600 }, {}, 0],
    ['an hour ahead', $old, [$old], { body => '{}', timestamp => $now + 3600 }, {}, 0],
    ['a signature of another version', $old, [$old], { body => '{}' }, { signatures => 'v2,x' }, 0],
    ['no signature', $old, [$old], { body => '{}' }, { signatures => ' ' }, 0],
);

my @messages;
for (@cases) {
    my ($name, $secret, $senders, $signed, $changed, $believed) = @$_;
    my %m = (id => 'evt_1', timestamp => $now, %$signed, secret => $secret, name => $name, believed => $believed);
    $m{signatures} = run($m{body}, "$dir/sign", @m{qw(id timestamp)}, @{ $senders || [$secret] });
    push @messages, { %m, %$changed };
}

sub ours {
    my ($m, $signatures) = @_;
    return run($m->{body}, "$dir/sign", '--verify', @$m{qw(id timestamp)}, $signatures, $now, $m->{secret}) eq '' ? 1 : 0;
}

for (@messages) { is(ours($_, $_->{signatures}), $_->{believed}, "ours: $_->{name}") }

sub compare {
    my ($name, @command) = @_;
    my $answers = decode_json(run($json->encode([map { my %m = %$_; $m{body} = text($m{body}); $m{timestamp} = "$m{timestamp}";
        \%m } @messages]), @command));
    for my $i (0 .. $#messages) {
        my ($m, $answer) = ($messages[$i], $answers->[$i]);
        is($answer->{valid} ? 1 : 0, $m->{believed}, "$name: $m->{name}");
        my $far = abs($m->{timestamp} - $now) > 300;
        is(ours($m, $answer->{signature}), $far ? 0 : 1, "... and what it signs") ;
    }
}

# bytes as characters, for JSON
sub text { my ($bytes) = @_; utf8::decode($bytes); return $bytes }

SKIP: {
    skip 'npm\'s standardwebhooks is not in build/npm: tools/viewer --tests brings it', 1
        unless -d 'build/npm/node_modules/standardwebhooks';
    compare('npm', 'node', 'tests/signatures/reference.cjs');
}

SKIP: {
    my $python = $ENV{PAYMENTS_PYTHON} || 'python3';
    skip "PyPI's standardwebhooks is not where $python looks", 1
        if system("$python -c 'import standardwebhooks' 2> /dev/null") != 0;
    compare('PyPI', $python, 'tests/signatures/reference.py');
}

done_testing();

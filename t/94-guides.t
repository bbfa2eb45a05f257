# The guides, run as they stand: the sh blocks of a page in one shell, from its top
# to its bottom.  A text block that follows shows what comes: each of its lines is
# in the output, in their order; an ellipsis stands for anything.

use strict;
use warnings;

use lib 't/lib';
use Cwd qw(getcwd);
use File::Temp qw(tempdir);
use Load;
use Test::More;

my @pages = sort grep { !/README/ } glob 'docs/guides/*.md';
is(scalar @pages, 11, 'eleven guides');

for my $page (@pages) {
    open my $fh, '<', $page or die "$page: $!";
    my $text = do { local $/; <$fh> };
    my @blocks;
    while ($text =~ /^ *```(sh|text)\n(.*?)^ *```$/msg) {
        push @blocks, { kind => $1, text => $2 };
    }
    my $script = "exec 2>&1\nset -o pipefail\n";
    my $n = 0;
    for (grep { $_->{kind} eq 'sh' } @blocks) {
        $n++;
        $script .= "$_->{text}\necho; echo '-- end $n --'\n";
    }
    my $dir = tempdir(CLEANUP => 1);
    open my $out, '>', "$dir/script" or die;
    print {$out} $script;
    close $out;
    my $said = `cd $dir && timeout 60 bash script`;
    is($?, 0, "$page: runs");
    my @said = split /^-- end \d+ --\n/m, $said =~ s/\r//gr;
    my $i = -1;
    for my $block (@blocks) {
        if ($block->{kind} eq 'sh') { $i++; next }
        my $pattern = join '.*?', map { join '.*?', map { quotemeta } split /…/, $_, -1 }
                                  split /\n/, $block->{text};
        ok(($said[$i] // '') =~ /$pattern/s, "$page: what comes of block " . ($i + 1))
            or diag "expected:\n$block->{text}\ngot:\n" . ($said[$i] // '');
    }
}

done_testing();

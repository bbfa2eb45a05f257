# /docs in a browser: every operation is there, nothing is asked of another host,
# and a payment that is tried is made.  Screenshots are in build/test/docs.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load;
use Npm qw(node);
use Test::More;

system('mkdir', '-p', 'build/test/docs') == 0 or die;
my ($status, $said) = node('t/lib/docs-page.cjs', $ENV{PAYMENTS_URL}, $ENV{PAYMENTS_KEY}, 'build/test/docs');
is($status, 0, 'the browser ran') or diag $said;
my $seen = eval { decode_json($said) } || {};

cmp_ok($seen->{operations}, '>', 30, "$seen->{operations} operations");
is_deeply($seen->{missing}, [], 'each is shown');
is_deeply($seen->{errors}, [], 'no error in the console');
is_deeply($seen->{elsewhere}, [], 'no request to another host');
is_deeply($seen->{overflow}, [], 'nothing wider than the window, light or dark, of a telephone or a desk');
for my $try (qw(light_390 light_1440 dark_1440)) {
    is_deeply($seen->{"tried_$try"}, { status => '201', body => JSON::PP::true }, "$try: a payment that is tried: 201");
}

done_testing();

# Clients that two generators make of the document: they compile, and pay.

use strict;
use warnings;

use lib 't/lib';
use Cwd qw(getcwd);
use Examples qw(document);
use JSON::PP;
use Load;
use Npm qw(tool node);
use Test::More;

my $work = getcwd() . '/build/test/clients';
my $spec = "$work/openapi.json";
system("rm -rf $work; mkdir -p $work; cp t/lib/clients/*.ts $work; ln -s ../../npm/node_modules $work/node_modules") == 0
    or die;
open my $out, '>', $spec or die "$spec: $!";
print {$out} JSON::PP->new->utf8->canonical->encode(document('/openapi.json'));
close $out;

my ($status, $said) = tool('openapi-ts', '-i', $spec, '-o', "$work/hey", '-c', '@hey-api/client-fetch');
is($status, 0, '@hey-api/openapi-ts makes a client') or diag $said;
($status, $said) = tool('swagger-typescript-api', 'generate', '-p', $spec, '-o', "$work/sta", '-n', 'api.ts');
is($status, 0, 'swagger-typescript-api makes a client') or diag $said;

($status, $said) = tool('tsc', '--strict', '--target', 'es2022', '--module', 'commonjs', '--moduleResolution',
    'node10', '--skipLibCheck', '--types', 'node', '--typeRoots', getcwd() . '/build/npm/node_modules/@types',
    '--outDir', "$work/js", "$work/hey.ts", "$work/sta.ts");
is($status, 0, 'both compile, strictly') or diag $said;

for my $client (qw(hey sta)) {
    ($status, $said) = node("$work/js/$client.js", $ENV{PAYMENTS_URL}, $ENV{PAYMENTS_KEY});
    is($status, 0, "$client: runs") or diag $said;
    is_deeply(eval { decode_json($said) }, { made => 201, replayed => 'true', same => JSON::PP::true,
        captured => 1000, refund => 400, listed => [JSON::PP::true], left => 600,
        refused => 'amount_too_small' }, "$client: create, replay, capture, refund, list, read, and a refusal")
        or diag $said;
}

done_testing();

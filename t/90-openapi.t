# The OpenAPI documents: valid, true, and with examples that work.

use strict;
use warnings;

use lib 't/lib';
use Examples qw(document operations send_example shape);
use Load qw(api request);
use Npm qw(tool node);
use Test::More;

my %version = ('/openapi.json' => '3.0.3', '/openapi-3.1.json' => '3.1.0');
my $work = 'build/test/openapi';
system('mkdir', '-p', $work) == 0 or die;

sub get { my ($path, @header) = @_; return api('GET', $path, undef, key => 'none', @header) }

for my $path (sort keys %version) {
    my $answer = get($path);
    my $file = "$work$path";
    is($answer->{status}, 200, "$path: 200, without a key");
    is($answer->{json}{openapi}, $version{$path}, "$path: $version{$path}");
    like($answer->{head}, qr{^Content-Type: application/json\r?$}m, "$path: JSON");
    my ($etag) = $answer->{head} =~ /^ETag: ("\w+")\r?$/m;
    ok($etag, "$path: an ETag");
    is(get($path, 'If-None-Match' => $etag)->{status}, 304, "$path: 304 for it");
    is(get($path, 'If-None-Match' => '"other"')->{status}, 200, "$path: 200 for another");
    ok($answer->{body} !~ /[sr]k_(?:test|live)_[0-9A-HJKMNP-TV-Z]{20}/, "$path: no API key in it");
    open my $out, '>', $file or die "$file: $!";
    print {$out} $answer->{body};
    close $out;

    my ($status, $said) = tool('redocly', 'lint', $file, '--format=stylish');
    is($status, 0, "$path: redocly lint") or diag $said;
    ($status, $said) = tool('spectral', 'lint', $file, '--ruleset', 't/lib/spectral.yml',
                            '--fail-severity', 'warn');
    is($status, 0, "$path: spectral lint") or diag $said;
    ($status, $said) = tool('validate-api', $file);
    is($status, 0, "$path: valid") or diag $said;
}

my $document = document('/openapi.json');
my @operations = operations($document);

# both describe the same
is_deeply([map { "$_->{id} $_->{method} $_->{path}" } operations(document('/openapi-3.1.json'))],
          [map { "$_->{id} $_->{method} $_->{path}" } @operations], 'both have the same operations');
is(scalar(grep { $_->{id} !~ /^[a-z][A-Za-z]*$/ } @operations), 0, 'named as methods are');

# what generators trip over
my $text = get('/openapi.json')->{body};
ok($text !~ /"type":\[/, '3.0: no lists of types');
ok($text !~ /"(?:anyOf|oneOf|allOf)":/, '3.0: nothing that is one of several');
ok(get('/openapi-3.1.json')->{body} !~ /"nullable"/, '3.1: no nullable');
for my $o (@operations) {
    my $responses = $o->{operation}{responses};
    ok($responses->{default}, "$o->{id}: a default");
    is(scalar(grep { keys %{ $_->{content} || {} } > 1 } values %$responses), 0,
       "$o->{id}: one media type for a status");
}

# each example, sent as it stands, is answered as the document says
for my $o (@operations) {
    my ($answer, $parameter, $expected) = send_example($o);
    is($answer->{status}, $expected, "$o->{id}: its example gives $expected") or diag $answer->{body};
    my $content = $o->{operation}{responses}{$expected}{content}{'application/json'} or next;
    ok($content->{example}, "$o->{id}: an example of its answer") or next;
    my ($then, $now) = map { shape($_) } $content->{example}, $answer->{json};
    if (ref $then->{data} eq 'ARRAY') {
        ($then, $now) = map { [sort keys %$_] } $then, $now;
    }
    # what may be null was, or is
    if ($o->{id} !~ /^list|Event$|^getStatus$/) {
        for my $name (keys %$then) {
            $_->{$name} = 'null' for grep { grep { ($_->{$name} // '') eq 'null' } $then, $now } $then, $now;
        }
        is_deeply($now, $then, "$o->{id}: made of what the example is made of (else: tools/record-examples)");
    } else {
        is_deeply(ref $now eq 'ARRAY' ? $now : [sort keys %$now],
                  ref $then eq 'ARRAY' ? $then : [sort keys %$then], "$o->{id}: with the same members");
    }
}

# every problem has its page
my $codes = $document->{components}{schemas}{Problem}{properties}{code}{enum};
cmp_ok(scalar @$codes, '>', 50, scalar(@$codes) . ' problems');
for my $code (@$codes) {
    my $page = request("GET /docs/errors/$code HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    ok($page->{status} == 200 && $page->{body} =~ m{<code>$code</code>.*<h2>What to do</h2>\n<p>[A-Z]}s,
       "/docs/errors/$code");
}
for my $code (qw(outcome_unknown gateway_timeout bad_gateway idempotency_key_in_use idempotency_key_reused)) {
    my $page = request("GET /docs/errors/$code HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    unlike($page->{body}, qr/Nothing is stored/, "$code: does not say that nothing is stored");
}
is(get('/docs/errors/no_such_code')->{status}, 404, 'no page for what there is not');

# and the page that shows it all
my $page = get('/docs');
is($page->{status}, 200, '/docs: 200');
like($page->{head}, qr{^Content-Security-Policy: default-src 'none';.*frame-ancestors 'none'\r?$}m, 'with a policy');
unlike($page->{head}, qr/unsafe/, 'that allows nothing unsafe');
unlike($page->{body}, qr{(?:src|href)="(?!/|data:,|#)}, 'and nothing from elsewhere');
for my $asset ($page->{body} =~ m{"(/docs/assets/[^"]+)"}g) {
    my $answer = request("GET $asset HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    is($answer->{status}, 200, $asset);
    like($answer->{head}, qr/^Cache-Control: public, max-age=31536000, immutable\r?$/m, 'for as long as it is this one');
    my $other = $asset =~ s{assets/\w+-}{assets/0000000000000000-}r;
    is(get($other)->{status}, 404, 'and no other one has its name');
}

done_testing();

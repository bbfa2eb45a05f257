# The protocol of docs/processors.md: its tables are those of the schemas, the
# examples keep its rules, and the conformance test catches who does not.  Needs no
# other server.

use strict;
use warnings;

use lib 'tests/conformance', 't/lib';

use Acquirer;
use Client;
use Digest::SHA qw(hmac_sha256_hex);
use File::Temp;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Schema;
use Test::More;
use Time::HiRes qw(sleep time);

$ENV{PATH} .= ':/usr/sbin';

my $port = ($ENV{TEST_NGINX_CLIENT_PORT} || 1984) + 2;
my $patience = 15 * ($ENV{TEST_NGINX_PATIENCE} || 1);
my $root = File::Temp->newdir;
my $secret = 'whsec_' . 'c2VjcmV0' x 4;
my $variants = 0;
my %running;

chmod 0755, $root;
mkdir "$root/run";
spurt("$root/secret", "$secret\n");

sub slurp { open my $file, '<', $_[0] or die "$_[0]: $!\n"; local $/; return scalar <$file> }
sub spurt { open my $file, '>', $_[0] or die "$_[0]: $!\n"; print {$file} $_[1]; close $file or die "$_[0]: $!\n" }

sub wait_for {
    my ($what, $code) = @_;
    my $until = time + $patience;
    until ($code->()) { die "$what did not happen\n" if time > $until; sleep 0.02 }
}

# The examples with changes: file => [from, to, ...].  Out: where it runs.
sub start {
    my ($example, %change) = @_;
    my $at = "$root/" . ++$variants;
    mkdir $_ for $at, "$at/run", "$at/run/books";
    system('cp', '-r', 'examples/acquirer', 'examples/adapter', $at) == 0 or die "cp failed\n";
    spurt("$at/run/secret", "$secret\n");

    unshift @{ $change{"$example/nginx.conf"} }, '127.0.0.1:8090' => "127.0.0.1:$port",
        '127.0.0.1:8091' => "127.0.0.1:$port", '127.0.0.1:8092' => '127.0.0.1:' . ($port + 1);
    for my $name (sort keys %change) {
        my $text = slurp("$at/$name");
        while (my ($from, $to) = splice @{ $change{$name} }, 0, 2) {
            my $number = $text =~ s/\Q$from\E/$to/g;
            ok($number, "$name has $from") unless $from =~ /^127/;
        }
        spurt("$at/$name", $text);
    }

    my @nginx = ('nginx', '-q', '-p', "$at/run", '-e', "$at/run/log", '-c', "$at/$example/nginx.conf",
        '-g', $> == 0 ? 'user root;' : '');
    system(@nginx) == 0 or die "$example does not start: " . slurp("$at/run/log");
    my $pid = "$at/run/$example.pid";
    $running{$pid} = "$at/run/$example.log";
    wait_for("$example listens", sub { IO::Socket::INET->new("127.0.0.1:$port") });
    return $pid;
}

sub stop {
    my ($pid) = @_;
    kill TERM => slurp($pid) =~ /(\d+)/;
    wait_for('the end', sub { !-e $pid });
    my $log = slurp(delete $running{$pid});
    unlike($log, qr/\[alert\]|\[emerg\]|js exception/, 'nothing unexpected in its log');
}

END {
    my $status = $?;
    for (grep { -e } keys %running) { kill TERM => slurp($_) =~ /(\d+)/ }
    $? = $status;
}

# Out: exit status, and the lines of the conformance test
sub conformance {
    local %ENV = (%ENV, URL => "http://127.0.0.1:$port", SECRET_FILE => "$root/secret", @_);
    my @lines = split /^/, `$^X tests/conformance/run`;
    return ($? >> 8, @lines);
}

sub failed { map { /^FAIL (\S+)/ ? $1 : () } @_ }

# Documents -----------------------------------------------------------------------

my $document = slurp('docs/processors.md');
my $head = "| member | type | range | meaning |\n|---|---|---|---|\n";

sub table_after {
    my ($heading) = @_;
    return $document =~ /^\Q$heading\E.*?^\Q$head\E((?:\|[^\n]*\n)*)/ms ? $1 : '';
}

is(table_after("### $_\n"), Schema::table($_), "members of $_") for qw(authorize capture void refund lookup continue);
is(table_after('**2.1**'), Schema::table('answer'), 'members of an answer');
is(table_after('**3.1**'), Schema::table('error'), 'members of an error');
is(table_after('**8.1**'), Schema::table('notification'), 'members of a notification');
is(table_after('`data` has these members'), Schema::table('notification', 'data'), 'members of its data');

my @paragraphs = $document =~ /^\*\*(\d+\.\d+)\*\* /mg;
my %paragraph = map { $_ => 1 } @paragraphs;
is_deeply(\@paragraphs, [sort { ($a =~ /^(\d+)/)[0] <=> ($b =~ /^(\d+)/)[0] || ($a =~ /(\d+)\z/)[0] <=> ($b =~ /(\d+)\z/)[0] } keys %paragraph],
    'paragraphs are numbered, each once, in order');

my @rules = slurp('tests/conformance/run') =~ /rule\('([\d.]+)'/g;
is_deeply([grep { !$paragraph{$_} } @rules], [], 'each rule of the conformance test is a paragraph');

my %documented = map { $_ => 1 } $document =~ /^\| `(\w+)` \| (?:soft|hard) \|/mg;
my @codes = map { slurp($_) =~ /(?:code: |declined\()'([a-z_]+)'/g } glob 'examples/acquirer/{acquirer,cards}.js';
is_deeply([grep { !$documented{$_} } @codes], [], 'the example declines with documented codes');

my $readme = slurp('examples/acquirer/README.md');
is_deeply([grep { $readme !~ /`$_`/ } slurp('examples/acquirer/cards.js') =~ /^    (tok_\w+):/mg], [], 'each card is in its README');

# Those who keep the rules ----------------------------------------------------------

for (['acquirer'], ['adapter', ONE_CAPTURE => 1]) {
    my ($example, @environment) = @$_;
    my $pid = start($example);
    my ($status, @lines) = conformance(@environment);
    is($status, 0, "the $example keeps all rules");
    is(join('', grep { !/^(?:ok|--) / } @lines[0 .. $#lines - 1]), '', 'no line says otherwise');
    is(scalar(grep { /^--/ } @lines), scalar @environment / 2, 'what is not checked is what was said');
    stop($pid);
}

# Those who do not ------------------------------------------------------------------

my @random = ("update(attempt).digest" => "update(attempt + Math.random()).digest");

for (
    ['forgets keys', ['5.1', '5.2', '5.3'],
     'acquirer/acquirer.js' => [@random, "if (found) {\n        found.again" => "if (false) {\n        found.again"]],
    ['charges again, and answers as before', ['5.1'],
     'acquirer/acquirer.js' => ['found.again = true;'
        => 'charge(r, Object.assign({}, found, { reference: found.reference + "x" })); found.again = true;']],
    ['looks, waits and then charges', ['5.2'],
     'acquirer/acquirer.js' => [@random, 'const attempt = attemptFor(r, request);'
        => 'const was = find(r, request.attempt); await protocol.sleep(20);
            const attempt = was ? Object.assign(was, { again: true }) : execute(r, request);
            books.write(r, attempt.attempt, attempt);']],
    ['takes a key for something else', ['5.3'],
     'acquirer/acquirer.js' => ['attempt.content != content(request)' => 'false']],
    ['approves another amount', ['2.3'],
     'acquirer/acquirer.js' => ['request.amount - (card.less || 0)' => 'request.amount - 1']],
    ['executes what comes after not_found', ['5.5'],
     'acquirer/acquirer.js' => ['request.signed < miss.missed' => 'false']],
    ['fails what it does not know', ['4.9'],
     'acquirer/acquirer.js' => ["return { verdict: 'not_found' };"
        => "return { verdict: 'declined', failure: { code: 'generic_decline', message: 'no' } };"]],
    ['captures more than was authorized', ['4.2', '4.4'],
     'acquirer/acquirer.js' => ["|| request.amount > move.left(found)" => '']],
    ['does not check signatures', ['1.2'],
     'acquirer/protocol.js' => ['return signatures.some((signature) => equal(wanted, signature));' => 'return true;']],
    ['answers in HTML', ['3.1'],
     'acquirer/nginx.conf' => ['error_page 400 403 404 405 408 413 414 494 500 @failed;' => '']],
    ['does not look at deadlines', ['1.8'],
     'acquirer/acquirer.js' => ['Math.min(attempt.ready, request.deadline - 50)' => 'attempt.ready']],
) {
    my ($what, $want, %change) = @$_;
    my $pid = start('acquirer', %change);
    # what takes seconds only where it matters
    my ($status, @lines) = conformance($want->[0] eq '1.8' ? () : (SLOW => '', PENDING => ''));
    my %failed = map { $_ => 1 } failed(@lines);
    is($status, 1, "who $what is caught");
    is_deeply([grep { !$failed{$_} } @$want], [], "by @$want") or diag(join '', grep { !/^ok/ } @lines);
    stop($pid);
}

# The cards, and what the example says of its own accord ------------------------------

my $shop = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port + 2, Listen => 16, ReuseAddr => 1) or die "port: $!\n";
my $pid = start('acquirer', 'acquirer/nginx.conf' => ['http://127.0.0.1:8080/v1' => 'http://127.0.0.1:' . ($port + 2) . '/v1']);
my $client = Client->new("http://127.0.0.1:$port", $secret);
my $number = 0;

sub request_of {
    my ($token, %more) = @_;
    return { merchant => 'mer_' . '0' x 26, livemode => JSON::PP::false, payment => sprintf('pay_%026d', ++$number),
             attempt => sprintf('attempt-%032d', $number), amount => 1099, currency => 'EUR', exponent => 2,
             capture => JSON::PP::false, token => $token, descriptor => undef, customer => undef,
             return_url => undef, metadata => {}, %more };
}

sub capture_of {
    my ($request, $answer) = @_;
    my %common = map { $_ => $request->{$_} } qw(merchant livemode payment amount currency exponent);
    return { %common, attempt => sprintf('attempt-%032d', ++$number), reference => $answer->{json}{reference}, final => JSON::PP::true };
}

# the next notification, answered with this status: its headers and members
sub notification {
    my ($status) = @_;
    IO::Select->new($shop)->can_read($patience) or return {};
    my $socket = $shop->accept;
    my $bytes = '';
    until ($bytes =~ /\r\n\r\n/ && length($bytes) >= $+[0] + ($bytes =~ /^content-length: (\d+)/mi)[0]) {
        sysread $socket, $bytes, 65536, length $bytes or last;
    }
    print {$socket} "HTTP/1.1 $status X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    close $socket;
    my ($head, $body) = split /\r\n\r\n/, $bytes, 2;
    my %head = map { /^([^:]+): (.*?)\r?\z/ ? (lc $1 => $2) : () } split /\n/, $head;
    return { line => $head =~ /^(.*?)\r/, head => \%head, json => decode_json($body),
             signed => $head{'webhook-signature'} eq $client->signature(@head{'webhook-id', 'webhook-timestamp'}, $body) };
}

sub is_notification {
    my ($got, $type, $attempt, $verdict) = @_;
    is($got->{line}, 'POST /v1/processors/example/notifications HTTP/1.1', 'a notification comes');
    ok($got->{signed}, 'it is signed');
    is_deeply([Schema::check(Schema::load('notification'), $got->{json})], [], 'by its schema');
    is("$got->{json}{type} $got->{json}{data}{attempt}", "$type $attempt", "of what it is");
    is($got->{json}{data}{verdict}, $verdict, 'the verdict');
}

{
    my $request = request_of('tok_pending');
    my $answer = $client->ask('authorize', $request);
    is($answer->{json}{verdict}, 'pending', 'tok_pending is pending');
    my $first = notification(503);
    is_notification($first, 'result', $request->{attempt}, 'approved');
    my $again = notification(200);
    is($again->{head}{'webhook-id'}, $first->{head}{'webhook-id'}, 'what was not taken comes again, with its id');
    ok($again->{signed}, 'with a signature of its own');
    is($client->ask('authorize', $request)->{json}{verdict}, 'approved', 'the answer is the same by then');

    $request = request_of('tok_pending_fail');
    $client->ask('authorize', $request);
    is_notification(notification(200), 'result', $request->{attempt}, 'declined');
}

{
    my $request = request_of('tok_3ds', return_url => 'https://shop.example/back?order=7');
    my $answer = $client->ask('authorize', $request);
    my $url = $answer->{json}{action}{url};
    like(`curl -s $url`, qr/<h1>1099 EUR/, 'tok_3ds: the customer gets a page');
    open my $customer, '-|', "curl -s -D - -d outcome=approved $url" or die;
    is_notification(notification(200), 'result', $request->{attempt}, 'approved');
    like(join('', <$customer>), qr{^Location: https://shop.example/back\?order=7&return_data=approved\r$}m, 'and goes back');
    my %continue = %{ capture_of($request, $answer) };
    delete $continue{final};
    is($client->ask('continue', { %continue, authorization => $request->{attempt}, return_data => 'approved' })->{json}{verdict},
       'approved', 'continue comes after the notification here');
    is($client->ask('capture', capture_of($request, $answer))->{json}{verdict}, 'approved', 'and a capture');
}

{
    my $request = request_of('tok_3ds_expires', return_url => 'https://shop.example/back');
    my $answer = $client->ask('authorize', $request);
    is($answer->{json}{verdict}, 'action', 'tok_3ds_expires');
    wait_for('its end', sub { $client->ask('authorize', $request)->{json}{verdict} eq 'declined' });
    is_deeply($client->get("/books?payment=$request->{payment}")->{charges}, [], 'no customer came: nothing is charged');
}

for (['capture_reversed', 'tok_capture_reversed'], ['chargeback', 'tok_chargeback']) {
    my ($type, $token) = @$_;
    my $request = request_of($token);
    my $capture = capture_of($request, $client->ask('authorize', $request));
    is($client->ask('capture', $capture)->{json}{verdict}, 'approved', "$token is captured");
    is_notification(notification(200), $type, $capture->{attempt}, undef);
}

for my $token (qw(tok_lost_answer tok_error_once)) {
    my $request = request_of($token);
    my @answers = map { $client->ask('authorize', $request) } 1, 2;
    is($answers[0]{error} || $answers[0]{status}, $token eq 'tok_error_once' ? 500 : 'the connection was closed without an answer', $token);
    is($answers[1]{json}{verdict}, 'approved', 'and then its answer');
    is(scalar @{ $client->get("/books?payment=$request->{payment}")->{charges} }, 1, 'one charge');
}

is($client->ask('authorize', request_of('tok_other_amount'))->{json}{amount}, 1098, 'tok_other_amount');
is($client->ask('authorize', request_of('tok_busy'))->{status}, 429, 'tok_busy');
my $refused = $client->ask('authorize', request_of('tok_unavailable'));
is("$refused->{status} $refused->{head}{'payments-executed'}", '503 no', 'tok_unavailable');

stop($pid);

# What the adapter passes on ------------------------------------------------------------

$pid = start('adapter', 'adapter/nginx.conf' => ['http://127.0.0.1:8080/v1' => 'http://127.0.0.1:' . ($port + 2) . '/v1']);
spurt($pid =~ s/adapter\.pid\z/api_secret/r, "of the API\n");

# the API sends an event; the module, if anything reaches it, answers with status.
# Out: what the API gets, and the notification
sub event {
    my ($type, $object, $status, $secret) = @_;
    my $body = encode_json({ id => 'evt_1', type => $type, created => int time, data => { object => $object } });
    my $now = int time;
    my $signature = hmac_sha256_hex("$now.$body", $secret || 'of the API');
    my $socket = $client->send_text("POST /webhooks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "Stripe-Signature: t=$now,v1=$signature\r\nContent-Length: @{[length $body]}\r\n\r\n$body");
    my $got = $status ? notification($status) : {};
    return ($client->answer_of($socket, time)->{status}, $got);
}

my %intent = (object => 'payment_intent', id => 'pi_1', amount => 1099, currency => 'eur', status => 'succeeded',
              latest_charge => 'ch_1', metadata => { attempt => 'attempt-of-events' });
my %dispute = (object => 'dispute', id => 'dp_1', payment_intent => 'pi_1', amount => 500, currency => 'eur', reason => 'fraudulent');

for (['payment_intent.succeeded', \%intent, 'result attempt-of-events approved'],
     ['payment_intent.payment_failed', { %intent, latest_charge => undef, status => 'requires_payment_method',
         last_payment_error => { code => 'card_declined', decline_code => 'lost_card', message => 'Lost.' } }, 'result attempt-of-events declined'],
     ['refund.failed', { %intent, object => 'refund', status => 'failed', failure_reason => 'closed' }, 'result attempt-of-events declined'],
     ['charge.dispute.created', { %dispute, status => 'needs_response' }, 'chargeback dp_1'],
     ['charge.dispute.closed', { %dispute, status => 'won' }, 'chargeback_reversed dp_1'],
     ['charge.dispute.closed', { %dispute, status => 'lost' }, 'chargeback_lost dp_1'])
{
    my ($type, $object, $want) = @$_;
    my ($status, $got) = event($type, $object, 200);
    my $data = $got->{json}{data};
    is($status, 200, "$type is passed on");
    is(join(' ', grep { defined } $got->{json}{type}, @$data{qw(attempt chargeback verdict)}), $want, 'as what it is');
    is_deeply([Schema::check(Schema::load('notification'), $got->{json})], [], 'by the schema');
    ok($got->{signed} && $got->{head}{'webhook-id'} eq 'evt_1', 'signed, with the id of the event');
}

is((event('payment_intent.succeeded', \%intent, 503))[0], 503, 'what the module does not take comes again');
is((event('customer.created', { object => 'customer' }))[0], 204, 'other events end here');
is((event('payment_intent.succeeded', \%intent, undef, 'of another'))[0], 401, 'and so do those of others');

stop($pid);

# The acquirer of the suites: it keeps the rules as well, unless it is told not to ------

my $scripted = Acquirer->new(port => $port, directory => "$root/scripted");
for my $url ($scripted->url, 'unix:' . $scripted->socket) {
    my ($status, @lines) = conformance(URL => $url, SECRET_FILE => $scripted->secret_file);
    is(join('', grep { !/^ok/ } @lines[0 .. $#lines - 1]), '', "the acquirer of the suites keeps all rules: $url");
    is($status, 0, 'all of them');
}
$client = Client->new($scripted->url, $scripted->secret);

sub asked {
    my ($times, $does, %more) = @_;
    $scripted->clear;
    my $request = request_of('tok_told', %more);
    $scripted->script({ token => 'tok_told', operation => 'authorize', times => 1, %$does });
    return ([map { $client->ask('authorize', $request) } 1 .. $times], $request);
}

sub charged { my ($request) = @_; return join ' ', map { "$_->{authorized} $_->{currency}" } $scripted->charges($request->{payment}) }

for (['close', ''], ['reset', ''], ['half', ''], ['unframed', 'approved'], ['twice', 'approved'],
     ['late_twice', 'approved'], ['dribble', 'approved'], ['chunked', 'approved'])
{
    my ($way, $want) = @$_;
    my ($answers, $request) = asked(2, { send => $way });
    is(join(' ', map { $_->{json}{verdict} // '' } @$answers), "$want approved", "told to $way: that, and then its answer");
    is(charged($request), '1099 EUR', 'one charge');
}

for ([429 => { status => 429, executes => 'no' }, ''], [503 => { status => 503, executes => 'no', headers => { 'Payments-Executed' => 'no' } }, ''],
     [500 => { status => 500 }, '1099 EUR'], [302 => { status => 302, headers => { Location => '/elsewhere' } }, '1099 EUR'])
{
    my ($status, $does, $want) = @$_;
    my ($answers, $request) = asked(1, $does);
    is($answers->[0]{status}, $status, "told to answer with $status");
    is(charged($request), $want, $want ? 'it is executed' : 'nothing is executed');
}

{
    my ($answers, $request) = asked(1, { members => { amount => 1098 } });
    is("$answers->[0]{json}{amount} " . charged($request), '1098 1099 EUR', 'another amount is said');
    ($answers, $request) = asked(1, { amount => 1098, currency => 'USD' });
    is("$answers->[0]{json}{amount} " . charged($request), '1098 1098 USD', 'another one is charged');
    ($answers) = asked(1, { body => '{"verdict":' });
    is("$answers->[0]{status} $answers->[0]{body}", '200 {"verdict":', 'what is no JSON');
    ($answers) = asked(1, { size => 10_000_000 });
    cmp_ok(length $answers->[0]{body}, '>', 10_000_000, '10 MB');
    my ($first) = asked(1, {}, amount => 7);
    ($answers) = asked(1, { of_another => 1 });
    is($answers->[0]{json}{reference}, $first->[0]{json}{reference}, 'the answer to another attempt');
    ($answers, $request) = asked(1, { code => 'lost_card' });
    is($answers->[0]{json}{failure}{code} . charged($request), 'lost_card', 'a decline');
    ($answers, $request) = asked(2, { forgets => 1, times => 0 });
    is(charged($request), '1099 EUR 1099 EUR', 'it forgets keys, and the books say so');
}

{
    my ($answers, $request) = asked(1, { lookups => 2 });
    my @lookup = ('lookup', { (map { $_ => $request->{$_} } qw(merchant livemode payment attempt)), operation => 'authorize',
                              begun_at => '2026-12-01T00:00:00Z', reference => undef });
    is(join(' ', map { $_->{json}{verdict} } @$answers, map { $client->ask(@lookup) } 1 .. 3), 'pending pending approved approved',
       'pending until the second look-up');
    ($answers, $request) = asked(1, { pending => 'forever' });
    $scripted->resolve($request->{attempt}, 'lost_card');
    $lookup[1]{$_} = $request->{$_} for qw(payment attempt);
    is(join(' ', map { $_->{json}{verdict} } @$answers, $client->ask(@lookup)), 'pending declined', 'pending until it is resolved');
    $scripted->script({ operation => 'lookup', status => 404 });
    is($client->ask(@lookup)->{status}, 404, 'a look-up that fails');
    is(join(' ', map { $_->{answer} } grep { ($_->{request}{payment} // '') eq $request->{payment} } $scripted->seen), 'pending declined 404',
       'what it has seen');
}

{
    $scripted->clear;
    $scripted->script({ token => 'tok_held', before => 'here' });
    my @held = map { request_of('tok_held') } 1 .. 300;
    my @sockets = map { $client->send_text($client->text_of('authorize', $_)) } @held;
    wait_for('300 at once', sub { $scripted->waiting == 300 });
    is($client->ask('authorize', request_of('tok_visa'))->{json}{verdict}, 'approved', 'who waits holds up nobody');
    is(charged($held[0]), '', 'they are not executed yet');
    $scripted->release('here');
    is(scalar(grep { ($client->answer_of($_, time)->{json}{verdict} // '') eq 'approved' } @sockets), 300, '300 are released');
    my @before = map { "$_->{reference} $_->{authorized}" } $scripted->charges;
    $scripted->kill;
    $scripted->start;
    is_deeply([map { "$_->{reference} $_->{authorized}" } $scripted->charges], \@before, 'its books survive it');
    is($client->ask('authorize', $held[0])->{json}{verdict}, 'approved', 'and so do keys');
    is(scalar $scripted->charges($held[0]{payment}), 1, 'one charge');
    $scripted->slam(1);
    is($client->ask('authorize', request_of('tok_visa'))->{error} // '', 'the connection was closed without an answer', 'closed before it is read');
    is($scripted->counts->{slammed}, 1, 'and counted');
}

$scripted->stop;
is($scripted->trouble, '', 'it has not complained');

done_testing();

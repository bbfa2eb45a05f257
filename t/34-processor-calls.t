# Calls to acquirers: processor/ by a location that only a test's build has, against an
# acquirer that does what acquirers should not.  docs/processors.md says what each
# answer means.

use strict;
use warnings;

use lib 't/lib';
use Digest::SHA qw(hmac_sha256);
use IO::Select;
use JSON::PP;
use Load qw(request wait_until later collect);
use MIME::Base64;
use Own;
use Peer;
use Test::More;
use Time::HiRes qw(sleep);

my $module = $ENV{PAYMENTS_DRIVER_MODULE} || 'build/driver/ngx_payments_module.so';
-f $module or die "$module is missing: PAYMENTS_DRIVER=1 tools/build build/driver\n";
$module = "$ENV{PWD}/$module" unless $module =~ m{^/};

my %action = (authorize => 0, capture => 1, void => 2, refund => 3, continue => 4, lookup => 5);
my $dir = "$ENV{DEVSTACK_DIR}/processors";
my $secret = 'secret' x 4;
mkdir $dir;

sub spurt { open my $file, '>', "$dir/$_[0]" or die "$dir/$_[0]: $!"; print {$file} $_[1]; close $file }

spurt('secret', 'whsec_' . encode_base64($secret, '') . "\n");

sub text_of {
    my ($name, $action, %header) = @_;
    if ($name =~ s/^=//) { $header{Names} = $name } else { $header{Name} = $name }
    $header{Action} = $action{$action};
    return "GET /ask HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . join('', map { "X-$_: $header{$_}\r\n" } sort keys %header) . "\r\n";
}

sub result {
    my ($text) = @_;
    my %r;
    @r{qw(verdict name reference brand fee last4 failure message url retry again)} = split /\n/, $text;
    $_ = defined $_ ? $_ : '' for values %r;
    return \%r;
}

# a call of a processor, or with "=" before them of the first of several
sub ask { return result(request(text_of(@_), 30)->{body}) }

sub ends {
    my ($want, $title, @call) = @_;
    my $r = ask(@call);
    is($r->{verdict}, $want, $title);
    return $r;
}

# The acquirer -----------------------------------------------------------------

my $approval = encode_json({ verdict => 'approved', reference => 'ch_1', amount => 1099, currency => 'EUR',
                             fee => 31, brand => 'visa', last4 => '4242' });

sub header { $_[0]{head} =~ /^$_[1]: (.*)\r$/mi ? $1 : '' }

# how often this was asked before, across connections
sub turn {
    my ($c, $request) = @_;
    return scalar $c->{peer}->seen(qr/^request POST \Q$request->{path}\E$/);
}

sub holds { my ($file) = @_; sleep 0.01 until -e "$dir/$file" }

my %routes = (
    '/good' => sub {
        my ($c, $request) = @_;
        my ($id, $time) = map { header($request, "webhook-$_") } qw(id timestamp);
        my $right = 'v1,' . encode_base64(hmac_sha256("$id.$time.$request->{body}", $secret), '');
        $c->{peer}->note('signed ' . (header($request, 'webhook-signature') eq $right && abs(time - $time) < 60 ? 'right' : 'wrong'));
        $c->{peer}->note("key " . header($request, 'Idempotency-Key'));
        $c->{peer}->note("deadline " . header($request, 'Payments-Deadline'));
        $c->{peer}->note("id $id");
        $c->{peer}->note("body $request->{body}");
        return $c->answer($approval);
    },
    '/once' => sub {
        my ($c, $request) = @_;
        $c->{peer}->note('once ' . join ' ', map { header($request, $_) } qw(webhook-id Idempotency-Key Payments-Deadline));
        return turn(@_) % 2 ? 0 : $c->answer($approval);
    },
    '/patient' => sub {
        my ($c, $request) = @_;
        $c->{peer}->note('patient ' . header($request, 'Payments-Deadline'));
        if (turn(@_) == 1) { holds('patience'); return 0 }
        holds('never');
    },
    '/closes' => sub { 0 },
    '/half' => sub { $_[0]->write("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n$approval"); 0 },
    '/until-close' => sub { $_[0]->write("HTTP/1.1 200 OK\r\n\r\n$approval"); 0 },
    '/large' => sub { $_[0]->answer('{"verdict":"approved","x":"' . 'x' x 70000 . '"}') },
    '/then-429' => sub { turn(@_) % 2 ? 0 : $_[0]->answer('{}', 429) },
    '/then-503' => sub { turn(@_) % 2 ? 0 : $_[0]->answer('{}', 503, 'Payments-Executed: no') },
    '/500' => sub { $_[0]->answer($approval, 500) },
    '/503' => sub { $_[0]->answer('{}', 503, 'Payments-Executed: no', 'Retry-After: 3') },
    '/429' => sub { $_[0]->answer('{}', 429, 'Retry-After: 7') },
    '/401' => sub { $_[0]->answer($approval, 401) },
    '/redirects' => sub { $_[0]->answer($approval, 307, 'Location: /good/authorize') },
    '/cheap' => sub { $_[0]->answer($approval =~ s/1099/1098/r) },
    '/abroad' => sub { $_[0]->answer($approval =~ s/EUR/USD/r) },
    '/html' => sub { $_[0]->answer('<html></html>') },
    '/declines' => sub {
        $_[0]->answer(encode_json({ verdict => 'declined', failure => { code => 'lost_card', message => 'It was lost.' } }));
    },
    '/pending' => sub { $_[0]->answer('{"verdict":"pending"}') },
    '/unseen' => sub { $_[0]->answer('{"verdict":"not_found"}') },
    '/holds' => sub { holds('release'); $_[0]->answer($approval) },
    '/silent' => sub { holds('never') },

    # by a file: closed, held until it is released, or good
    '/state' => sub {
        my ($c, $request) = @_;
        return $c->answer('{"verdict":"pending"}') if $request->{path} =~ /lookup/;
        return 0 if $request->{path} =~ /refund/;
        return 0 if -e "$dir/broken";
        holds('release') if -e "$dir/held";
        return -e "$dir/failing" ? 0 : $c->answer($approval);
    },
);

unlink map { "$dir/$_" } qw(patience release never broken held failing);

my $peer = Peer->new(routes => \%routes);
my $local = Peer->new(routes => \%routes, unix => "$dir/socket");
chmod 0777, $dir, "$dir/socket";

sub processor {
    my ($name, $more, $url) = @_;
    $url ||= 'http://127.0.0.1:' . $peer->port . "/$name";
    return "payments_processor $name { url $url; secret_file $dir/secret; $more }\n";
}

sub start {
    my ($http, %option) = @_;
    Own::start(%option, modules => $module, connections => 4096, http => $http,
               location => 'location = /ask { processor_call; }');
}

my $never = 'breaker fails=1000000;';

start(join('', map { processor($_, "max_calls 32; $never") }
           qw(good once closes half until-close large then-429 then-503 500 503 429 401 redirects cheap abroad html
              declines pending unseen holds))
      . processor('keyless', "max_calls 8; idempotency off; $never", 'http://127.0.0.1:' . $peer->port . '/good/')
      . processor('keyless-closes', "max_calls 8; idempotency off; $never", 'http://127.0.0.1:' . $peer->port . '/closes')
      . processor('silent', "max_calls 8; timeout 300ms; answer 300ms; connect_timeout 300ms; $never")
      . processor('patient', "max_calls 8; timeout 1500ms; answer 1s; connect_timeout 1s; $never")
      . processor('narrow', "max_calls 1; $never", 'http://127.0.0.1:' . $peer->port . '/holds')
      . processor('wide', "max_calls 4; $never", 'http://127.0.0.1:' . $peer->port . '/holds')
      . processor('local', "max_calls 8;", "unix:$dir/socket:/good")
      . processor('gone', "max_calls 8; $never", 'http://127.0.0.1:1')
      . 'payments_processors good;');

# A request, and its answer ----------------------------------------------------------

{
    my $r = ends('approved', 'an approval', 'good', 'authorize');
    is(join(' ', @$r{qw(name reference brand fee last4 again)}), 'good ch_1 visa 31 4242 ', '... and what it says');
    is(($peer->seen(qr/^request/))[-1], 'request POST /good/authorize', '... to the operation behind the prefix');
    is(($peer->seen(qr/^signed/))[-1], 'signed right', '... with a signature');
    is(($peer->seen(qr/^key/))[-1], 'key 0123456789abcdef', '... and the key of the attempt');
    my ($deadline) = ($peer->seen(qr/^deadline/))[-1] =~ /(\d+)/;
    ok($deadline > 10000 && $deadline <= 20000, '... and how much time is left');
    my $body = decode_json((($peer->seen(qr/^body/))[-1]) =~ s/^body //r);
    is("$body->{amount} $body->{currency} $body->{token} $body->{attempt}", '1099 EUR tok_visa 0123456789abcdef',
       '... and a body that says so');

    ends('approved', 'a look-up', 'good', 'lookup');
    is(($peer->seen(qr/^key/))[-1], 'key ', '... which has no key');
    ends('approved', 'a capture', 'good', 'capture', Reference => 'ch_1') for 1 .. 3;
    my %ids = map { $_ => 1 } $peer->seen(qr/^id/);
    is(scalar(keys %ids), 5, 'each sending has an id of its own');
    is(scalar(my @connections = $peer->seen(qr/^connection$/)), 1, '... over one connection');

    ends('approved', 'through a unix socket', 'local', 'authorize');
    is(($local->seen(qr/^request/))[-1], 'request POST /good/authorize', '... with a prefix');

    $r = ends('declined', 'a refusal', 'declines', 'authorize');
    is("$r->{failure} $r->{message}", 'lost_card It was lost.', '... and why');
    ends('pending', 'what comes later', 'pending', 'authorize');
}

# What is not known --------------------------------------------------------------------

sub asked { my ($name) = @_; return scalar(my @n = $peer->seen(qr{^request POST /$name/})) }

{
    my $before = Own::metric('payments_processor_resent_total');
    my $connections = $peer->seen(qr/^connection$/);
    my $r = ends('approved', 'a connection that closes, then an approval', 'once', 'authorize');
    is($r->{again}, 'again', '... which was sent again');
    my ($one, $two) = map { [split ' ', $_] } $peer->seen(qr/^once/);
    is($one->[2], $two->[2], '... with the same key');
    isnt($one->[1], $two->[1], '... as another message');
    cmp_ok($two->[3], '<=', $one->[3], '... within the same deadline');
    is(Own::metric('payments_processor_resent_total'), $before + 1, '... once');
}

for (['closes', 'that closes always'], ['half', 'that sends half an answer'],
     ['until-close', 'whose answer ends with the connection'], ['large', 'whose answer is too large'])
{
    my ($name, $title) = @$_;
    my $r = ends('unknown', "an acquirer $title", $name, 'authorize');
    is(asked($name), 2, '... is asked twice');
    is($r->{again}, 'again', '... and whoever asks next knows');
}

ends('unknown', '429 to a second sending', 'then-429', 'authorize');
ends('unknown', '503 and "not executed" to a second sending', 'then-503', 'authorize');
ends('unknown', 'another one that was sent before', '429', 'authorize', Again => 1);

{
    my $r = ends('not_executed', 'status 429', '429', 'authorize');
    is($r->{retry}, 7, '... and when to come again');
    ends('not_executed', '503 and "not executed"', '503', 'capture');
    ends('not_executed', 'nobody there', 'gone', 'authorize');
    ends('unknown', '... for what was sent before', 'gone', 'authorize', Again => 1);
    ends('unknown', "a look-up that fails: $_", $_, 'lookup') for '429', '503', '500', 'gone', '401';
    ends('unknown', '500, whatever its body says', '500', 'authorize');
    is(asked('500'), 2, '... is not asked again by itself');
}

{
    my @wrong = (401 => 401, redirects => 307, cheap => 200, abroad => 200, html => 200);
    my $before = Own::metric('payments_processor_wrong_total');
    my $redirected = asked('good');
    while (my ($name, $status) = splice @wrong, 0, 2) {
        ends('unknown', "against the protocol: $name", $name, 'authorize');
        like(Own::log_text(), qr/\[crit\].*processor "$name" answered with status $status against the protocol/, '... is said');
    }
    is(Own::metric('payments_processor_wrong_total'), $before + 5, '... and counted');
    is(asked('good'), $redirected, 'a redirect is not followed');
    like(Own::log_text(), qr/is unknown: approved is another amount than was asked for/, 'another amount is named');
}

ends('not_found', 'not found, of an old attempt', 'unseen', 'lookup', Age => 61);
ends('unknown', 'not found, of a young one', 'unseen', 'lookup', Age => 58);
ends('unknown', 'not found, but it was no look-up', 'unseen', 'authorize', Age => 61);

# Time -----------------------------------------------------------------------------------

ends('unknown', 'no answer in time', 'silent', 'authorize');
is(asked('silent'), 1, '... and no time for another sending');

{
    my $call = later(text_of('patient', 'authorize'), 30);
    ok(wait_until(5, sub { $peer->seen(qr/^patient/) }), 'an acquirer that waits');
    ok(wait_until(5, sub { Own::metric('payments_processor_calls_under_way') == 1 }), '... is counted');
    spurt('patience', '');
    my $r = result(collect($call)->{body});
    is($r->{verdict}, 'unknown', '... closes, and waits for ever');
    my ($one, $two) = map { /(\d+)/ } $peer->seen(qr/^patient/);
    cmp_ok($two, '<', $one, '... has the rest of the time');
    is(Own::metric('payments_processor_calls_under_way'), 0, '... and is not under way any more');
}

# Acquirers without keys --------------------------------------------------------------------

{
    my $before = asked('closes');
    ends('unknown', 'without keys a closed connection', 'keyless-closes', 'authorize');
    is(asked('closes'), $before + 1, '... is no reason to send it again');
    ends('unknown', '... but for a look-up', 'keyless-closes', 'lookup');
    is(asked('closes'), $before + 3, '... which is sent again');

    $before = $peer->seen(qr/^connection$/);
    ends('approved', 'without keys', 'keyless', 'authorize') for 1 .. 3;
    is(scalar(my @n = $peer->seen(qr/^connection$/)), $before + 3, '... each has a connection of its own');
    is(($peer->seen(qr/^request/))[-1], 'request POST /good/authorize', 'a slash behind the URL is one');
}

# How many ---------------------------------------------------------------------------------------

{
    my $first = later(text_of('narrow', 'authorize'), 30);
    ok(wait_until(5, sub { asked('holds') == 1 }), 'a call is under way');
    is(request(text_of('=narrow', 'authorize', Only => 1))->{body}, 'none', '... and no other is allowed');
    is(request(text_of('=narrow,good', 'authorize', Only => 1))->{body}, 'good', '... but to another acquirer');
    ends('not_executed', '... nor made', 'narrow', 'capture');
    ends('unknown', '... which says nothing of an earlier sending', 'narrow', 'capture', Again => 1);
    is(Own::metric('payments_processor_full_total'), 2, '... which is counted');
    spurt('release', '');
    is(result(collect($first)->{body})->{verdict}, 'approved', 'then it ends');
    is(request(text_of('=narrow', 'authorize', Only => 1))->{body}, 'narrow', '... and the next is allowed');
    unlink "$dir/release";
}

# a merchant whose calls take long has half of the places at most

unlink "$dir/release";

{
    my @slow = map { later(text_of('wide', 'authorize', Merchant => 4096), 30) } 1 .. 2;
    ok(wait_until(5, sub { Own::metric('payments_processor_calls_under_way') == 2 }), 'two calls of one merchant, of four places');
    ends('not_executed', 'its third is not made', 'wide', 'authorize', Merchant => 4096);
    my $other = later(text_of('wide', 'authorize', Merchant => 8192), 30);
    ok(wait_until(5, sub { Own::metric('payments_processor_calls_under_way') == 3 }), '... but that of another merchant is');
    spurt('release', '');
    is(join(' ', map { result(collect($_)->{body})->{verdict} } @slow, $other), 'approved approved approved', '... and all have an answer');
}

is(request(text_of('=nosuch, good', 'authorize', Only => 1))->{body}, 'good', 'a name that is none is passed over');
like(Own::log_text(), qr/"payments_processors" names "nosuch", which is no processor/, '... and said');
is(request(text_of('=,', 'authorize', Only => 1))->{body}, 'none', 'no names');

# A worker that quits -----------------------------------------------------------------------------

unlink "$dir/release";

{
    my $master = Nginx::pid();
    my ($old) = `pgrep -P $master` =~ /(\d+)/;
    my $before = asked('holds');
    my $call = later(text_of('holds', 'authorize'), 30);
    ok(wait_until(5, sub { asked('holds') == $before + 1 }), 'a call is under way');
    kill HUP => $master;
    # 5 s were taken for long enough for nginx to read its configuration, and are not where
    # five others want the processor
    ok(wait_until(30, sub { my @workers = `pgrep -P $master`; @workers > 1 }), 'another worker is there');
    spurt('release', '');
    is(result(collect($call)->{body})->{verdict}, 'approved', 'its worker waits for it');
    ok(wait_until(10, sub { !kill 0, $old }), '... and then goes');
    unlink "$dir/release";
}

is(Own::metric('payments_processor_calls_total', 'processor="then-429",action="authorize",verdict="unknown"'), 1,
   'calls are counted by processor, action and verdict');
cmp_ok(Own::metric('payments_processor_duration_seconds_count'), '>', 30, '... and timed');
is(Own::metric('payments_processor_calls_under_way'), 0, 'none is under way');
is(`curl -s http://127.0.0.1:$Nginx::ClientPort/metrics | promtool check metrics 2>&1`, '',
   'promtool finds the metrics valid');

Own::stop();

# Certificates --------------------------------------------------------------------------------------

sub openssl { system("cd $dir && openssl @_ 2> /dev/null") == 0 or die "openssl @_" }

my $curve = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30';
openssl("req -x509 $curve -subj '/CN=an authority' -keyout ca.key -out ca.pem");
openssl("req -x509 $curve -subj '/CN=another authority' -keyout other.key -out other.pem");

for my $name ('localhost', 'client') {
    openssl("req $curve -subj /CN=$name -keyout $name.key -out $name.csr");
    spurt('ext', "subjectAltName=DNS:$name\n");
    openssl("x509 -req -days 30 -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile ext -out $name.pem");
}

{
    my $tls = Peer->new(routes => \%routes, tls => ["$dir/localhost.pem", "$dir/localhost.key"]);
    my $mutual = Peer->new(routes => \%routes, tls => ["$dir/localhost.pem", "$dir/localhost.key"],
                           authority => "$dir/ca.pem");
    my ($url, $client) = map { 'https://localhost:' . $_->port . '/good' } $tls, $mutual;
    my $own = "certificate $dir/client.pem; certificate_key $dir/client.key;";

    start(join '', processor('trusted', "trusted_certificate $dir/ca.pem; max_calls 8; $never", $url),
          processor('general', "max_calls 8; $never", $url),
          processor('other', "trusted_certificate $dir/other.pem; max_calls 8; $never", $url),
          processor('number', "trusted_certificate $dir/ca.pem; max_calls 8; $never", $url =~ s/localhost/127.0.0.1/r),
          processor('nobody', "trusted_certificate $dir/ca.pem; max_calls 8; timeout 3s; answer 3s; $never", $client),
          processor('known', "trusted_certificate $dir/ca.pem; $own max_calls 8; $never", $client),
          "payments_outbound_trusted_certificate $dir/ca.pem;");

    ends('approved', 'an acquirer of a trusted authority, its name resolved at the start', 'trusted', 'authorize') for 1 .. 2;
    is(scalar(my @n = $tls->seen(qr/^tls localhost/)), 1, '... over one connection');
    ends('approved', 'the authorities of all calls are those of a processor without some', 'general', 'authorize');
    ends('not_executed', 'an acquirer of another authority', 'other', 'authorize');
    ends('not_executed', 'an acquirer that has another name', 'number', 'authorize');
    ends('approved', 'an acquirer that wants a certificate', 'known', 'authorize');
    ok(ask('nobody', 'authorize')->{verdict} =~ /^(?:not_executed|unknown)$/, '... and gets none');
    is(scalar(my @asked = $mutual->seen(qr/^request/)), 1, '... executes nothing');
    Own::stop();
}

# The breaker, of two workers ---------------------------------------------------------------------

my $state = 'http://127.0.0.1:' . $peer->port . '/state';

start(processor('good', 'max_calls 64;')
      . processor('brittle', 'max_calls 64; timeout 5s; answer 5s; breaker fails=3 probe=1h;', $state)
      . processor('eager', 'max_calls 64; timeout 5s; answer 5s; breaker fails=3 probe=10ms;', $state)
      . processor('mild', 'max_calls 64; breaker fails=3 ratio=80% probe=1h;', $state)
      . 'payments_processors good;', workers => 2);

sub breaker { return Own::metric('payments_processor_breaker', qq{processor="$_[0]"}) }

# how many of them wait
sub unanswered { return scalar grep { !IO::Select->new($_->{reader})->can_read(0) } @_ }

# whether every one of many requests, over both workers, may go there
sub allowed {
    my ($names) = @_;
    my %seen = map { $_ => 1 } map { collect($_)->{body} }
        map { later(text_of("=$names", 'authorize', Only => 1), 30) } 1 .. 12;
    return join ' ', sort keys %seen;
}

{
    is(allowed('brittle'), 'brittle', 'an acquirer that does not fail is asked');
    spurt('broken', '');
    ends('unknown', 'a failure', 'brittle', 'authorize') for 1 .. 2;
    is(allowed('brittle'), 'brittle', '... and a second one, too few');
    ends('unknown', 'a third', 'brittle', 'refund');
    is(breaker('brittle'), 1, 'it is open');
    is(allowed('brittle'), 'none', '... for all workers');
    is(allowed('brittle,good'), 'good', '... and another one is asked');
    like(Own::log_text(), qr/processor "brittle" is not asked any more/, '... which is said');

    ends('unknown', 'what concerns a payment that is there is sent', 'brittle', 'capture');
    is(breaker('brittle'), 1, '... and a failure changes nothing');
    kill HUP => Nginx::pid();
    ok(wait_until(10, sub { Own::log_text() =~ /gracefully shutting down/ }), 'after a reload');
    is(breaker('brittle'), 1, '... neither');
    ends('pending', 'a look-up that is answered', 'brittle', 'lookup');
    is(breaker('brittle'), 0, '... closes it');
    is(allowed('brittle'), 'brittle', '... for all workers');
    like(Own::log_text(), qr/processor "brittle" is asked again/, '... which is said');
}

{
    ends('pending', 'an answer', 'mild', 'lookup');
    ends('unknown', 'three of four fail', 'mild', 'authorize') for 1 .. 3;
    is(breaker('mild'), 0, '... which is less than 80 %');
    ends('unknown', 'four of five', 'mild', 'authorize');
    is(breaker('mild'), 1, '... is not');
}

{
    my $probes = sub { scalar(my @n = $peer->seen(qr{^request POST /state/authorize})) };
    ends('unknown', 'failures', 'eager', 'authorize') for 1 .. 3;

    spurt('held', '');
    unlink "$dir/broken";
    my $before = $probes->();
    my @calls;
    ok(wait_until(5, sub {
        push @calls, map { later(text_of('=eager', 'authorize'), 30) } 1 .. 16;
        return wait_until(1, sub { $probes->() > $before });
    }), 'after a while there is a probe');
    is(breaker('eager'), 2, '... and the breaker is half open');
    push @calls, map { later(text_of('=eager', 'authorize'), 30) } 1 .. 16;
    ok(wait_until(5, sub { unanswered(@calls) == 1 }), '... all others are refused at once');
    ends('unknown', 'a refund that fails meanwhile', 'eager', 'refund');
    is(breaker('eager'), 2, '... does not end it');
    is(allowed('eager'), 'none', '... nor lets others follow');
    spurt('failing', '');
    spurt('release', '');
    my %verdicts;
    $verdicts{ $_->{verdict} }++ for map { result(collect($_)->{body}) } @calls;
    is($verdicts{unknown}, 1, '... of all the calls there was one');
    is($probes->(), $before + 2, '... which was sent twice');
    is(breaker('eager'), 1, '... and it failed');

    unlink map { "$dir/$_" } qw(release failing);
    $before = $probes->();
    @calls = ();
    ok(wait_until(5, sub {
        push @calls, later(text_of('=eager', 'authorize'), 30);
        return wait_until(1, sub { $probes->() > $before });
    }), 'the next one');
    is(allowed('eager'), 'none', '... is alone as well');
    spurt('release', '');
    %verdicts = ();
    $verdicts{ $_->{verdict} }++ for map { result(collect($_)->{body}) } @calls;
    is($verdicts{approved}, 1, '... and succeeds');
    is(breaker('eager'), 0, 'then all are asked');
    is(allowed('eager'), 'eager', '... by all workers');
}

{
    unlink map { "$dir/$_" } qw(release held);
    spurt('broken', '');
    ends('unknown', 'failures', 'eager', 'authorize') for 1 .. 3;
    ok(wait_until(5, sub { allowed('eager') eq 'eager none' }), 'a probe that is allowed and not made');
    is(allowed('eager'), 'none', '... keeps others away');
    unlink "$dir/broken";
    ok(wait_until(15, sub { ask('=eager', 'authorize')->{verdict} eq 'approved' }), '... for a while only');
}

Own::stop();

done_testing();

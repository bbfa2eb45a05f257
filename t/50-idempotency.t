# The promise of idempotency, sentence by sentence.

use strict;
use warnings;

use lib 't/lib';
use Load qw(devstack hold sql text api request uuid invariants rounds wait_until
            promised later collect answered merchant api_key together stored);
use JSON::PP;
use Own;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

# where the stack is shared with nothing else, two workers of it; under
# sanitizers an nginx of its own
Own::start(workers => 2, shard => 'mode direct;') if $ENV{PAYMENTS_OWN};

my @all = qw(payments:read payments:write refunds:read refunds:write events:read
             idempotency:read keys:write);
my ($key, $merchant) = merchant(@all);
my %visa = (amount => 100, currency => 'EUR', payment_method => { token => 'tok_visa' });

sub post {
    my ($idem, $body, %header) = @_;
    return text('POST', '/v1/payments', $body || \%visa, key => $key,
                'Idempotency-Key' => $idem, %header);
}
sub ask { my $answer = request(post(@_)); $answer->{json} = eval { decode_json($answer->{body}) } || {}; $answer }
sub header { my ($answer, $name) = @_; return $answer->{head} =~ /^\Q$name\E: (.*?)\r?$/mi ? $1 : undef }
sub says { my ($answer) = @_; return "$answer->{status} " . ($answer->{json}{code} || $answer->{json}{status} || '') }
# ms on an idle machine
sub slow {
    my ($ms, %more) = @_;
    $ms = int($ms * Load::patience() / 3);
    return { %visa, payment_method => { token => "tok_slow_$ms" }, %more };
}
sub slowest { my ($slowest) = sort { $b <=> $a } map { $_->{seconds} } @_; return $slowest }

# Key --------------------------------------------------------------------------

{
    my $k = uuid();
    is(ask($k)->{status}, 201, 'key: any visible characters');
    is(header(ask("\"$k\""), 'Idempotent-Replayed'), 'true', 'key: one pair of quotes is stripped');
    is(header(ask(uc $k), 'Idempotent-Replayed'), 'false', 'key: case-sensitive');
    is(ask('!#$%&()*+,-./:;<=>?@[]^_`{|}~' . uuid())->{status}, 201, 'key: all of %x21-7E');
    is(ask('k' x 255)->{status}, 201, 'key: 255 characters');
    is(says(ask('k' x 256)), '400 invalid_idempotency_key', 'key: not 256');
    is(says(ask('')), '400 invalid_idempotency_key', 'key: not empty');
    is(says(ask('""')), '400 invalid_idempotency_key', 'key: not empty in quotes');
    is(says(ask('a b')), '400 invalid_idempotency_key', 'key: no space');
    is(says(ask("a\x01b")), '400 invalid_idempotency_key', 'key: no control character')
        if 0;
    my $twice = post(uuid()) =~ s/^(Idempotency-Key: )/$1x\r\n$1/mr;
    is(request($twice)->{body} =~ /invalid_idempotency_key/ ? 1 : 0, 1, 'key: not in two lines');
    my $missing = request(post(uuid()) =~ s/^Idempotency-Key: .*?\r\n//mr);
    is($missing->{status}, 400, 'key: missing');
    like($missing->{body}, qr/"code":"idempotency_key_required"/, 'key: missing, with its code');
    like(header($missing, 'Link'), qr{^</docs/errors/idempotency_key_required>; rel="describedby"$},
         'key: missing, with a link');
    my ($id) = ask(uuid())->{json}{id};
    is(api('GET', "/v1/payments/$id", undef, key => $key, 'Idempotency-Key' => '')->{status}, 200,
       'key: ignored on GET');
}

# Scope ------------------------------------------------------------------------

{
    my $k = uuid();
    my $first = ask($k);
    my ($second_key) = api_key($merchant, \@all);
    my $again = ask($k, undef, key => $second_key);
    is($again->{body}, $first->{body}, 'scope: another API key of the merchant replays');
    my ($other) = merchant(@all);
    my $foreign = ask($k, undef, key => $other);
    is($foreign->{status}, 201, 'scope: another merchant has its own keys');
    isnt($foreign->{json}{id}, $first->{json}{id}, 'scope: and its own payment');
    my $capture = api('POST', "/v1/payments/$first->{json}{id}/refunds", {}, key => $key,
                      'Idempotency-Key' => $k);
    is(says($capture), '422 idempotency_key_reused', 'scope: not per endpoint');
    is($capture->{json}{original_request}{path}, '/v1/payments', 'scope: and says where');
}
{
    # the mode of the stack's live key
    my $k = uuid();
    my @made = map { api('POST', '/v1/api_keys', { name => 'of a mode', scopes => ['payments:read'] },
                         'Idempotency-Key' => $k, key => $_) } @ENV{qw(PAYMENTS_KEY PAYMENTS_KEY_A_LIVE)};
    is("$made[0]{status} $made[1]{status}", '201 201', 'scope: per mode');
    isnt($made[1]{json}{id}, $made[0]{json}{id}, 'scope: two objects');
}

# Fingerprint --------------------------------------------------------------------

{
    my $k = uuid();
    my $body = '{"amount":100,"currency":"EUR","payment_method":{"token":"tok_visa"},"description":null}';
    my $send = sub {
        my $length = length $_[0];
        return request(post($k) =~ s/Content-Length: \d+/Content-Length: $length/r
                       =~ s/\r\n\r\n.*/\r\n\r\n$_[0]/sr);
    };
    my $first = $send->($body);
    is($first->{status}, 201, 'fingerprint: a payment');
    my $space = $send->(' { "currency" : "EUR",' . "\n" . '"payment_method":{"token":"tok_visa"},'
                        . '"description":null, "amount":100 } ');
    is($space->{body}, $first->{body}, 'fingerprint: white space and order do not matter');
    is($send->('{"amount":100,"currency":"EUR","payment_method":{"token":"tok_visa"}}')->{status}, 422,
       'fingerprint: absent is not null');
    is($send->('{"amount":101,"currency":"EUR","payment_method":{"token":"tok_visa"},"description":null}')
       ->{status}, 422, 'fingerprint: another amount');
    my $agent = request(post($k, JSON::PP->new->decode($body), 'User-Agent' => 'x', Accept => '*/*'));
    is($agent->{body}, $first->{body}, 'fingerprint: no headers');
    is(sql("SELECT count(*) FROM pay.journal WHERE status > 1 AND key = '$k'"), 1, 'fingerprint: nothing else was executed');
}
{
    my $k = uuid();
    my $first = later(post($k, slow(1500)), 10);
    ok(wait_until(5, sub { api('GET', "/v1/idempotency_keys/$k", undef, key => $key)->{status} == 200 }),
       'fingerprint: the first one runs');
    my @others = map { ask($k, slow(1500, amount => 200 + $_)) } 1 .. 4;
    is(scalar(grep { says($_) eq '422 idempotency_key_reused' } @others), 4,
       'fingerprint: another one is refused while the first runs');
    ok(!answered($first), 'fingerprint: before it is answered, by every worker');
    promised(slowest(@others), 0.5, 'fingerprint: at once');
    my ($request) = collect($first)->{head} =~ /^Request-Id: (req_\w+)/m;
    is($others[0]{json}{original_request}{id}, $request, 'fingerprint: and gets whose key it is');
    is(sql("SELECT count(*), sum(status) FROM pay.journal WHERE status > 1 AND key = '$k'"), '1|201',
       'fingerprint: and is never executed');
}

# Execution, collapse ----------------------------------------------------------

{
    my $k = uuid();
    my @answers = together([$Load::port], (post($k, slow(1000))) x 60);
    my %bodies = map { ($_->{body} => 1) } @answers;
    is(scalar(grep { $_->{status} == 201 } @answers), 60, 'collapse: all have the status');
    is(scalar(keys %bodies), 1, 'collapse: and the bytes');
    my %n;
    $n{header($_, 'Payments-Idempotency')}++ for @answers;
    is(join(' ', map { "$_=$n{$_}" } sort keys %n), 'collapsed=59 executed=1',
       'collapse: one is executed, all others collapse, in both workers');
    is(scalar(grep { (header($_, 'Location') || '') =~ m{^/v1/payments/pay_} && header($_, 'ETag') eq '"1"' }
              @answers), 60, 'collapse: Location and ETag');
    is(stored($k), '1|1', 'execution: one transaction, one payment');
}
{
    my $k = uuid();
    my $leader = later(post($k, slow(1500)), 10);
    ok(wait_until(5, sub { api('GET', "/v1/idempotency_keys/$k", undef, key => $key)->{status} == 200 }),
       'wait: the leader runs');
    my @none = together([$Load::port], (post($k, slow(1500), Prefer => 'wait=0')) x 6);
    is(scalar(grep { says($_) eq '409 idempotency_key_in_use' } @none), 6, 'wait=0: 409');
    ok(!answered($leader), 'wait=0: before the leader, in every worker');
    promised(slowest(@none), 0.3, 'wait=0: at once');
    is(scalar(grep { header($_, 'Retry-After') eq '1' && header($_, 'Payments-Should-Retry') eq 'true' }
              @none), 6, 'wait=0: Retry-After');
    my @short = together([$Load::port], (post($k, slow(1500), Prefer => 'wait=9')) x 4);
    is(scalar(grep { $_->{status} == 201 } @short), 4, 'wait=9: long enough');
    is(scalar(grep { header($_, 'Preference-Applied') eq 'wait=9' } @short), 4, 'wait=9: Preference-Applied');
    is(collect($leader)->{status}, 201, 'wait: the leader is not disturbed');
}
{
    # no Prefer: as long as the configuration says
    Own::stop() if $ENV{PAYMENTS_OWN};
    Own::start(workers => 2, shard => 'mode direct;', http => 'payments_idempotency_wait 300ms;');
    my $k = uuid();
    my $leader = later(post($k, slow(2000)), 10);
    ok(wait_until(5, sub { api('GET', "/v1/idempotency_keys/$k", undef, key => $key)->{status} == 200 }),
       'wait is over: the leader runs');
    my @late = together([$Load::port], (post($k, slow(2000))) x 6);
    is(scalar(grep { says($_) eq '409 idempotency_key_in_use' } @late), 6, 'wait is over: 409');
    ok(!answered($leader), 'wait is over: before the leader, in every worker');
    is(collect($leader)->{status}, 201, 'wait is over: the leader is not disturbed');

    # somebody has the key's lock for a moment, to look: the leader waits for its processor
    # nevertheless, and not for 300 ms
    my $looked = uuid();
    my $lock = hold("SELECT pg_advisory_xact_lock(uuid_hash_extended(encode(substr(sha256('\\x00'::bytea || '$looked'), 1, 16),
                     'hex')::uuid, $merchant))");
    my $led = later(post($looked, slow(1500)), 10);
    ok(wait_until(5, sub { Own::metric('payments_idempotency_executing') > 0 }), 'locked for a moment: the request is there');
    $lock->release;
    is(collect($led)->{status}, 201, 'locked for a moment: it is executed, however long that takes');
    Own::stop();
    Own::start(workers => 2, shard => 'mode direct;') if $ENV{PAYMENTS_OWN};
}
{
    # an outcome that is not stored: exactly one of the others leads
    my $k = uuid();
    my $id = ask(uuid(), { %visa, capture_method => 'manual' })->{json}{id};
    my $stale = text('POST', "/v1/payments/$id/capture", undef, key => $key,
                     'Idempotency-Key' => $k, 'If-Match' => '"7"');
    my $right = text('POST', "/v1/payments/$id/capture", undef, key => $key, 'Idempotency-Key' => $k);
    my @answers = together([$Load::port], ($stale, $right) x 10);
    my @done = grep { $_->{status} == 200 } @answers;
    is(scalar(@done) + scalar(grep { $_->{status} == 412 } @answers), 20,
       'not stored: answered to the one that led');
    cmp_ok(scalar(@done), '>=', 10, 'not stored: the others have their own');
    is(scalar(grep { header($_, 'Payments-Idempotency') eq 'executed' } @done), 1,
       'not stored: exactly one of them is executed');
}

# Replay -------------------------------------------------------------------------

{
    my $k = uuid();
    my $first = ask($k);
    is(header($first, 'Idempotent-Replayed'), 'false', 'execution: Idempotent-Replayed: false');
    is(header($first, 'Payments-Idempotency'), 'executed', 'execution: executed');
    my $again = ask($k);
    is("$again->{status} $again->{body}", "$first->{status} $first->{body}", 'replay: byte for byte');
    is(header($again, $_), header($first, $_), "replay: same $_") for qw(Location ETag Content-Type);
    is(header($again, 'Idempotent-Replayed'), 'true', 'replay: Idempotent-Replayed: true');
    is(header($again, 'Payments-Idempotency'), 'replayed', 'replay: replayed');
    is(header($again, 'Original-Request'), header($first, 'Request-Id'), 'replay: Original-Request');
    isnt(header($again, 'Request-Id'), header($first, 'Request-Id'), 'replay: a new Request-Id');
    like(header($again, 'Idempotency-Expires'), qr/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/,
         'replay: Idempotency-Expires');
    is(header($again, 'Idempotency-Expires'), header($first, 'Idempotency-Expires'), 'replay: the same');
    api('POST', "/v1/payments/$first->{json}{id}/refunds", {}, key => $key);
    is(ask($k)->{body}, $first->{body}, 'replay: shows the payment as it was');
    is(api('GET', "/v1/payments/$first->{json}{id}", undef, key => $key)->{json}{refund_status}, 'full',
       'GET: as it is');
}
{
    my $k = uuid();
    my %declined = (%visa, payment_method => { token => 'tok_declined' });
    my ($one, $two) = map { ask($k, \%declined) } 1, 2;
    is(says($one), '402 card_declined', 'stored: a decline');
    is($two->{body}, $one->{body}, 'stored: with its request_id and instance');
    is(header($two, 'Idempotent-Replayed'), 'true', 'stored: replayed');
    my $bad = uuid();
    is(ask($bad, { %visa, amount => 0 })->{status}, 422, 'not stored: validation');
    is(ask($bad)->{status}, 201, 'not stored: the key is free');
    my ($suspended, $number) = merchant(@all);
    sql("UPDATE pay.merchants SET status = 'suspended' WHERE merchant_id = $number");
    my $free = uuid();
    is(ask($free, undef, key => $suspended)->{status}, 403, 'not stored: 403');
    sql("UPDATE pay.merchants SET status = 'active' WHERE merchant_id = $number");
    ok(wait_until(5, sub { ask($free, undef, key => $suspended)->{status} == 201 }), 'not stored: free');
}

# Caches ---------------------------------------------------------------------------

{
    my $k = uuid();
    my $first = ask($k);
    Own::stop() if $ENV{PAYMENTS_OWN};
    Own::start(workers => 1, shard => 'mode direct;', http => 'payments_replay_cache off;');
    my $pg = ask($k);
    is($pg->{body}, $first->{body}, 'caches: without any of them, PostgreSQL has the bytes');
    is(header($pg, 'ETag') . header($pg, 'Location'), header($first, 'ETag') . header($first, 'Location'),
       'caches: and the headers');
    is(Own::metric('payments_idempotency_total', 'replayed_postgresql'), 1, 'caches: and counts it');
    Own::stop();

    # a zone so small that hardly anything is kept, and then much more than that
    Own::start(workers => 2, shard => 'mode direct;', http => 'payments_idempotency_zone 1m;');
    my %payments;
    my @keys = map { uuid() } 1 .. 1200;
    while (my @some = splice @keys, 0, 100) {
        my @answers = together([$Load::port], map { post($_) } @some);
        $payments{$some[$_]} = $answers[$_]{body} for 0 .. $#some;
    }
    my $wrong = 0;
    my @again = keys %payments;
    while (my @some = splice @again, 0, 100) {
        my @answers = together([$Load::port], map { post($_) } @some);
        $wrong += grep { $answers[$_]{body} ne $payments{$some[$_]} || $answers[$_]{status} != 201 } 0 .. $#some;
    }
    is($wrong, 0, 'shared memory full: every replay is right');
    cmp_ok(Own::metric('payments_idempotency_zone_full_total', 'evicted'), '>', 0, 'shared memory full: a metric says so');
    cmp_ok(Own::metric('payments_idempotency_total', 'replayed_postgresql'), '>', 0, 'shared memory full: PostgreSQL answers');
    cmp_ok(Own::metric('payments_idempotency_total', 'replayed_shared'), '>', 0, 'shared memory full: it is still used');
    cmp_ok(Own::metric('payments_shared_lookups_total', $_), '>', 0, "shared memory full: lookups that $_ are counted")
        for qw(hit miss);
    Own::stop();
    Own::start(workers => 2, shard => 'mode direct;') if $ENV{PAYMENTS_OWN};
}

# Inspection -----------------------------------------------------------------------

sub look { return api('GET', "/v1/idempotency_keys/$_[0]", undef, key => $_[1] || $key) }

{
    my $k = 'order/17?x=%25 "'  =~ s/ //gr . uuid();
    my $encoded = $k =~ s/([^A-Za-z0-9])/sprintf '%%%02x', ord $1/ger;
    is(look($encoded)->{status}, 404, 'inspection: an unseen key is 404');
    my $first = ask($k);
    is($first->{status}, 201, 'inspection: a key with a slash, a question mark, a quote');
    my $seen = look($encoded);
    is($seen->{status}, 200, 'inspection: percent-encoded');
    my ($request) = header($first, 'Request-Id');
    is_deeply({ %{ $seen->{json} }, fingerprint => 0, created_at => 0, completed_at => 0, expires_at => 0 },
        { object => 'idempotency_record', key => $k, method => 'POST', path => '/v1/payments',
          state => 'completed', fingerprint => 0, status_code => 201, resource_type => 'payment',
          resource_id => $first->{json}{id}, request_id => $request, undo => undef, created_at => 0,
          completed_at => 0, expires_at => 0 }, 'inspection: what it shows');
    like($seen->{json}{fingerprint}, qr/^[0-9a-f]{64}$/, 'inspection: the fingerprint');
    like($seen->{json}{expires_at}, qr/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/, 'inspection: when it ends');
    my ($other) = merchant(@all);
    is(look($encoded, $other)->{status}, 404, 'inspection: own merchant only');
    my ($reader) = api_key($merchant, ['payments:read']);
    is(look($encoded, $reader)->{status}, 403, 'inspection: with its scope only');
    my $refund = uuid();
    my $answer = api('POST', "/v1/payments/$first->{json}{id}/refunds", { amount => 1 }, key => $key,
                     'Idempotency-Key' => $refund);
    is(look($refund)->{json}{resource_id}, $answer->{json}{id}, 'inspection: of a refund');
    my $refused = uuid();
    api('POST', "/v1/payments/$first->{json}{id}/capture", {}, key => $key, 'Idempotency-Key' => $refused);
    is_deeply([@{ look($refused)->{json} }{qw(status_code resource_type resource_id)}], [409, undef, undef],
              'inspection: of a refusal');
    is(look('a%20b')->{status}, 404, 'inspection: what is no key is 404');
    is(look('a/b')->{status}, 404, 'inspection: an unencoded slash is another path');
}
{
    my $k = uuid();
    my $slow = later(post($k, slow(1500)), 10);
    ok(wait_until(5, sub { look($k)->{status} == 200 }), 'inspection: while it runs');
    my @seen = map { $_->{json} } together([$Load::port],
        (text('GET', "/v1/idempotency_keys/$k", undef, key => $key)) x 8);
    is(scalar(grep { ($_->{state} || '') eq 'in_progress' && $_->{method} eq 'POST'
                     && $_->{path} eq '/v1/payments' && !defined $_->{completed_at} } @seen), 8,
       'inspection: in progress, for every worker');
    collect($slow);
    is(look($k)->{json}{state}, 'completed', 'inspection: completed');
}

# Cancellation ---------------------------------------------------------------------

sub cancel {
    my ($k, %header) = @_;
    return api('POST', "/v1/idempotency_keys/$k/cancel", undef, key => $key, %header);
}

{
    my $k = uuid();
    my $burnt = cancel($k);
    is("$burnt->{status} $burnt->{json}{state}", '200 canceled', 'cancel: an unseen key is burnt');
    my $late = ask($k);
    is(says($late), '409 idempotency_key_canceled', 'cancel: its request, when it comes, is refused');
    is("$late->{json}{retry} " . header($late, 'Payments-Should-Retry'), 'never false', 'cancel: for good');
    is(says(ask($k, { %visa, amount => 7 })), '409 idempotency_key_canceled', 'cancel: whatever it says');
    is(says(ask($k)), '409 idempotency_key_canceled', 'cancel: again');
    is(look($k)->{json}{state}, 'canceled', 'cancel: and shows it');
    is(sql("SELECT count(*) FROM pay.payments WHERE merchant_id = $merchant AND payment_id IN
             (SELECT object_id FROM pay.journal WHERE status > 1 AND key = '$k')"), 0, 'cancel: nothing was made');

    for my $case (['authorized', { %visa, capture_method => 'manual' }, 'canceled', 0, 100],
                  ['captured', \%visa, 'captured', 100, 0]) {
        my ($name, $body, $status, $refunded, $canceled) = @$case;
        my $made = uuid();
        my $id = ask($made, $body)->{json}{id};
        my $own = uuid();
        my $answer = cancel($made, 'Idempotency-Key' => $own);
        is("$answer->{status} $answer->{json}{state} $answer->{json}{resource_id}", "200 canceled $id",
           "cancel, $name: the key is canceled");
        my $p = api('GET', "/v1/payments/$id", undef, key => $key)->{json};
        is("$p->{status} $p->{amount_refunded} $p->{amount_canceled} $p->{version}",
           "$status $refunded $canceled 2", "cancel, $name: undone");
        is(cancel($made, 'Idempotency-Key' => $own)->{body}, $answer->{body}, "cancel, $name: a replay");
        is(cancel($made)->{json}{state}, 'canceled', "cancel, $name: twice is once");
        is(api('GET', "/v1/payments/$id", undef, key => $key)->{json}{version}, 2, "cancel, $name: no more");
        is(ask($made, $body)->{json}{id}, $id, "cancel, $name: its replay shows what it was");
    }

    my $part = uuid();
    my $id = ask($part, { %visa, capture_method => 'manual' })->{json}{id};
    api('POST', "/v1/payments/$id/capture", { amount => 40, final_capture => JSON::PP::false }, key => $key);
    cancel($part);
    my $p = api('GET', "/v1/payments/$id", undef, key => $key)->{json};
    is("@$p{qw(status amount_captured amount_canceled amount_refunded)}", 'captured 40 60 40',
       'cancel, partially captured: the rest canceled, the captured refunded');

    my $declined = uuid();
    ask($declined, { %visa, payment_method => { token => 'tok_declined' } });
    is(cancel($declined)->{json}{state}, 'canceled', 'cancel, declined: nothing to undo');
    my $pending = uuid();
    ask($pending, { %visa, payment_method => { token => 'tok_timeout' } });
    is(says(cancel($pending)), '409 payment_processing', 'cancel, processing: too early');
    my $refund = uuid();
    my $paid = ask(uuid())->{json}{id};
    api('POST', "/v1/payments/$paid/refunds", {}, key => $key, 'Idempotency-Key' => $refund);
    is(says(cancel($refund)), '422 validation_failed', 'cancel, a refund: cannot be undone');
    my $self = uuid();
    is(says(cancel($self, 'Idempotency-Key' => $self)), '422 validation_failed', 'cancel: not itself');
    is(request(text('POST', "/v1/idempotency_keys/$self/cancel", undef, key => $key,
                    'Idempotency-Key' => undef))->{status}, 400, 'cancel: needs a key of its own');
}
{
    # while its processor is asked: what comes of that is waited for, and undone
    my $k = uuid();
    my $slow = later(post($k, slow(1500)), 10);
    ok(wait_until(5, sub { look($k)->{status} == 200 }), 'cancel: while its processor is asked');
    is(join(' ', @{ look($k)->{json} }{qw(state method path)}), 'in_progress POST /v1/payments', 'which the key says');
    is(join(' ', @{ cancel($k)->{json} }{qw(state undo)}), 'canceled done', 'cancel: it waits, and undoes');
    is(collect($slow)->{status}, 201, 'cancel: the request has its answer');
}
{
    # against its request, at once: either it was made and is undone, or it is burnt
    my %seen;
    for (1 .. rounds(20, 200)) {
        my $k = uuid();
        my @answers = together([$Load::port], post($k),
            text('POST', "/v1/idempotency_keys/$k/cancel", undef, key => $key));
        my $open = sql("SELECT coalesce(sum(p.amount_captured - p.amount_refunded), 0) FROM pay.payments p
            JOIN pay.journal j ON j.merchant_id = p.merchant_id AND j.object_id = p.payment_id
           WHERE j.key = '$k' AND j.request = 'POST /v1/payments'");
        $seen{"$answers[0]{status} $answers[1]{status} $open"}++;
    }
    note join ', ', %seen;
    is(join(' ', grep { !/^(?:201|409) 200 0$/ } keys %seen), '', 'cancel against its request: nothing is left paid');
}

# Expiry ---------------------------------------------------------------------------

{
    my $k = uuid();
    my $reference = uuid();
    my $first = ask($k, { %visa, reference => $reference });
    like(header($first, 'Idempotency-Expires'), qr/GMT/, 'expiry: said');
    my $expires = sql("SELECT to_char(created_at AT TIME ZONE 'UTC' + interval '1 day',
                       'Dy, DD Mon YYYY HH24:MI:SS \"GMT\"') FROM pay.journal WHERE status > 1 AND key = '$k'");
    is(header($first, 'Idempotency-Expires'), $expires, 'expiry: 24 hours from creation');
    Own::stop() if $ENV{PAYMENTS_OWN};
    Own::start(workers => 2, shard => 'mode direct;', http => 'payments_idempotency_ttl 60s;');
    sql("BEGIN; ALTER TABLE pay.journal DISABLE TRIGGER insert_only;
         UPDATE pay.journal SET created_at = created_at - interval '61 seconds' WHERE key = '$k';
         ALTER TABLE pay.journal ENABLE TRIGGER insert_only; COMMIT");
    my $late = ask($k, { %visa, reference => $reference });
    is(says($late), '409 reference_already_used', 'expiry: after it, a reference still keeps a retry from paying');
    is($late->{json}{existing_id}, $first->{json}{id}, 'expiry: and shows the payment');
    my $new = uuid();
    my $one = ask($new);
    sql("BEGIN; ALTER TABLE pay.journal DISABLE TRIGGER insert_only;
         UPDATE pay.journal SET created_at = created_at - interval '61 seconds' WHERE key = '$new';
         ALTER TABLE pay.journal ENABLE TRIGGER insert_only; COMMIT");
    Own::stop();
    Own::start(workers => 2, shard => 'mode direct;', http => 'payments_idempotency_ttl 60s;');
    isnt(ask($new)->{json}{id}, $one->{json}{id}, 'expiry: after it the key is new');
    Own::stop();
    Own::start(workers => 2, shard => 'mode direct;') if $ENV{PAYMENTS_OWN};
}

# Client gone ------------------------------------------------------------------------

{
    my $k = uuid();
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $Load::port) or die;
    syswrite $socket, post($k, slow(300));
    close $socket;
    ok(wait_until(5, sub { look($k)->{status} == 200 && look($k)->{json}{state} eq 'completed' }),
       'client gone: the operation runs to its end and is stored');
    is(header(ask($k, slow(300)), 'Idempotent-Replayed'), 'true', 'client gone: a retry finds it');
}

Own::stop() if $ENV{PAYMENTS_OWN};
is(join("\n", invariants()), '', 'invariants');
done_testing();

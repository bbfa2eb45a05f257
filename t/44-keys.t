# API keys and merchants: made, replaced, revoked; none gives what it lacks,
# and no secret is anywhere but in its answer.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql request create uuid invariants wait_until later collect
            merchant api_key text api);
use Own;
use Test::More;

Own::start(workers => 2, shard => 'mode direct;') if $ENV{PAYMENTS_OWN};

my $keys = '/v1/api_keys';
my @all = qw(payments:read payments:write refunds:read refunds:write
             balances:read ledger:read events:read webhooks:read
             webhooks:write idempotency:read keys:write);
my ($boss, $number) = merchant(@all);

sub as {
    my ($key, $method, $path, $body, @header) = @_;
    return api($method, $path, $body, @header, key => $key);
}

sub code { my ($answer) = @_; "$answer->{status} " . ($answer->{json}{code} // '') }

# created: an object, its secret once, and it works ----------------------------

my $made = as($boss, 'POST', $keys, { name => 'till 7', scopes => ['payments:read'] });
is($made->{status}, 201, 'created');
my $id = $made->{json}{id};
my $secret = delete $made->{json}{secret};
like($made->{head}, qr{^Location: \Q$keys/$id\E\r?$}m, 'created: Location');
like($secret, qr/^rk_test_[0-9A-HJKMNP-TV-Z]{65}$/, 'created: restricted, of test mode');
is($made->{json}{prefix}, substr($secret, 0, 12), 'created: prefix');
is_deeply([sort keys %{ $made->{json} }],
          [sort qw(id object name prefix scopes merchant_id livemode expires_at
                   last_used_at created_at revoked_at)], 'created: the members');
is(as($secret, 'GET', '/v1/payments')->{status}, 200, 'the secret is a key');
is(code(as($secret, 'GET', $keys)), '403 insufficient_scope', 'with its scopes only');
like(as($boss, 'POST', $keys, { name => 'all', scopes => \@all })->{json}{secret},
     qr/^sk_test_/, 'all scopes: a whole key');

is(as($boss, 'GET', "$keys/$id")->{body}, $made->{body} =~ s/,"secret":"[^"]*"//r,
   'read: the same without the secret');
ok(!grep({ exists $_->{secret} } @{ as($boss, 'GET', $keys)->{json}{data} }),
   'list: without secrets');
is(scalar(@{ as($boss, 'GET', "$keys?limit=2")->{json}{data} }), 2, 'list: pages');

# under a key: the same bytes from everywhere, the secret included --------------

{
    my $key = uuid();
    my $body = { name => 'once', scopes => ['payments:read'] };
    my @many = map { collect($_) } map {
        later(text('POST', $keys, $body, key => $boss, 'Idempotency-Key' => $key))
    } 1 .. 10;
    my %bodies = map { ($_->{body} => 1) } @many;
    is(scalar(keys %bodies), 1, 'ten at once: one answer');
    like((keys %bodies)[0], qr/"secret":"rk_test_/, 'with the secret');
    is(sql("SELECT count(*) FROM pay.api_keys WHERE merchant_id = $number
             AND name = 'once'"), 1, 'ten at once: one key');
    my $again = as($boss, 'POST', $keys, $body, 'Idempotency-Key' => $key);
    is($again->{body}, (keys %bodies)[0], 'replayed: the same bytes');
    like($again->{head}, qr/^Idempotent-Replayed: true/m, 'replayed: and says so');

    my ($tail) = $again->{json}{secret} =~ /(.{52})$/;
    my @found = grep { `psql -XAtq -d '$ENV{PG_PRIMARY}' -c "COPY (SELECT t FROM $_ t) TO STDOUT"`
                       =~ /\Q$tail\E/ }
        split /\n/, sql("SELECT oid::regclass FROM pg_class WHERE relnamespace = 'pay'::regnamespace
                          AND relkind = 'r'");
    is("@found", '', 'the secret is in no table');
}

# none gives what it lacks -------------------------------------------------------

my ($clerk) = api_key($number, ['keys:write', 'payments:read']);
is(code(as($clerk, 'POST', $keys, { name => 'x', scopes => ['payments:read', 'payments:write'] })),
   '403 scope_escalation', 'create: a scope that the caller lacks');
is(as($clerk, 'POST', $keys, { name => 'x', scopes => ['payments:read'] })->{status}, 201,
   'create: one that it has');
my $strong = as($boss, 'POST', $keys, { name => 'strong', scopes => ['payments:write'] });
is(code(as($clerk, 'POST', "$keys/$strong->{json}{id}/rotate")), '403 scope_escalation',
   'rotate: a key with a scope that the caller lacks');
is(as($strong->{json}{secret}, 'GET', '/v1/payments/x')->{status}, 403, 'which still works');
is(code(as($clerk, 'POST', $keys, { name => 'x', scopes => ['payments:read'],
           merchant_id => 'mer_01J00000000000000000000000' })), '403 insufficient_scope',
   'create: for another merchant needs admin');
is(code(as($boss, 'POST', $keys, { name => 'x', scopes => ['admin'] })), '403 scope_escalation',
   'create: admin needs admin');

# nor by replaying what somebody else got: the same bytes with the same key
{
    my ($idem, $body) = (uuid(), { name => 'x', scopes => ['payments:write'] });
    is(as($boss, 'POST', $keys, $body, 'Idempotency-Key' => $idem)->{status}, 201,
       'replay: a stronger key is made');
    my $other = as($clerk, 'POST', $keys, $body, 'Idempotency-Key' => $idem);
    is(code($other), '403 scope_escalation', 'replay: not for one who lacks its scope');
    unlike($other->{body}, qr/"secret"/, 'replay: nor its secret');
    is(as($boss, 'POST', $keys, $body, 'Idempotency-Key' => $idem)->{status}, 201,
       'replay: for its maker');

    $idem = uuid();
    my $rotated = as($boss, 'POST', $keys, { name => 'x', scopes => ['payments:write'] });
    my $path = "$keys/$rotated->{json}{id}/rotate";
    is(as($boss, 'POST', $path, undef, 'Idempotency-Key' => $idem)->{status}, 201,
       'replay: a stronger key is rotated');
    $other = as($clerk, 'POST', $path, undef, 'Idempotency-Key' => $idem);
    is(code($other), '403 scope_escalation', 'replay: its secret is not for one who lacks its scope');
    unlike($other->{body}, qr/"secret"/, 'replay: nor shown');
}

# what is refused -------------------------------------------------------------------

for (
    [{ scopes => ['payments:read'] }, '/name', 'no name'],
    [{ name => 'x', scopes => [] }, '/scopes', 'no scope'],
    [{ name => 'x', scopes => ['payments:reed'] }, '/scopes/0', 'no such scope'],
    [{ name => 'x', scopes => ['payments:read', 'payments:read'] }, '/scopes/1', 'twice'],
    [{ name => 'x', scopes => 'payments:read' }, '/scopes', 'not an array'],
    [{ name => 'x', scopes => ['payments:read'], expires_at => 'soon' }, '/expires_at', 'no time'],
) {
    my ($body, $pointer, $name) = @$_;
    my $answer = as($boss, 'POST', $keys, $body);
    is(code($answer) . " $answer->{json}{errors}[0]{pointer}",
       "422 validation_failed $pointer", "refused: $name");
}
is(code(as($boss, 'POST', $keys, { name => 'x', scopes => ['payments:read'],
           expires_at => '2020-01-01T00:00:00Z' })), '422 validation_failed',
   'refused: a time that has passed');
is(code(as($boss, 'GET', "$keys/key_01J00000000000000000000000")), '404 resource_not_found',
   'read: no such key');

# rotated: a new secret; the old one ends at once, or after the overlap ---------------

my $old = as($boss, 'POST', $keys, { name => 'r', scopes => ['payments:read', 'events:read'] });
my $new = as($boss, 'POST', "$keys/$old->{json}{id}/rotate", { overlap_seconds => 60 });
is($new->{status}, 201, 'rotated');
isnt($new->{json}{id}, $old->{json}{id}, 'rotated: another key');
is("$new->{json}{name} @{ $new->{json}{scopes} }", 'r payments:read events:read',
   'rotated: with its name and scopes');
is(as($_->{json}{secret}, 'GET', '/v1/payments')->{status}, 200, 'overlap: both work') for $old, $new;
like(as($boss, 'GET', "$keys/$old->{json}{id}")->{json}{expires_at}, qr/^20/, 'overlap: it will expire');

my @race = map { collect($_) } map {
    later(text('POST', "$keys/$new->{json}{id}/rotate", undef, key => $boss))
} 1 .. 8;
is(join(' ', sort map { $_->{status} } @race), '201 422 422 422 422 422 422 422',
   'rotated by eight at once: one wins');
ok(wait_until(5, sub { code(as($new->{json}{secret}, 'GET', '/v1/payments'))
                       eq '401 api_key_revoked' }), 'no overlap: revoked');

# revoked: 204, again 204, and refused everywhere within a second ----------------------

my $gone = as($boss, 'DELETE', "$keys/$id");
is("$gone->{status} $gone->{body}", '204 ', 'revoked');
unlike($gone->{head}, qr/^Content-Type/m, 'revoked: no body, no type');
is(as($boss, 'DELETE', "$keys/$id")->{status}, 204, 'revoked: again');
{
    my $idem = uuid();
    my @same = map { as($boss, 'DELETE', "$keys/$id", undef, 'Idempotency-Key' => $idem) } 1, 2;
    is(join(' ', map { "$_->{status} '$_->{body}' " . ($_->{head} =~ /^Idempotent-Replayed: (\w+)/m)[0] } @same),
       "204 '' false 204 '' true", 'revoked: with a key, and replayed');
}
# what a worker knows may be as old as a second, and no older, however late it is asked
my $revoked = sql('SELECT clock_timestamp()');
ok(wait_until(5, sub { sql("SELECT now() - '$revoked' > interval '1 second'") eq 't' }),
   'revoked: a second ago');
is(scalar(grep { code(as($secret, 'GET', '/v1/payments')) ne '401 api_key_revoked' } 1 .. 8), 0,
   'revoked: refused after a second');
like(as($boss, 'GET', "$keys/$id")->{json}{revoked_at}, qr/^20/, 'revoked: it says when');

# versions: a tag for each change, and none is lost to another ----------------------------

sub etag { my ($answer) = @_; ($answer->{head} =~ /^ETag: (.*?)\r?$/m)[0] // 'none' }

for my $kind (
    ['API key', $boss, $keys, { name => 'v', scopes => ['payments:read'] }],
    ['merchant', $ENV{PAYMENTS_ADMIN_KEY}, '/v1/merchants', { name => 'v' }],
) {
    my ($name, $who, $path, $body) = @$kind;
    my $object = as($who, 'POST', $path, $body);
    my $its = "$path/$object->{json}{id}";
    is(etag($object), '"1"', "$name, made: the first version");
    is(etag(as($who, 'GET', $its)), '"1"', "$name: read with it");
    my $same = as($who, 'GET', $its, undef, 'If-None-Match' => '"1"');
    is("$same->{status} $same->{body}", '304 ', "$name: If-None-Match");

    my $idem = uuid();
    my $stale = as($who, 'PATCH', $its, { name => 'w' }, 'If-Match' => '"2"', 'Idempotency-Key' => $idem);
    is(code($stale) . " $stale->{json}{current_version}", '412 version_mismatch 1', "$name: another version");
    is(as($who, 'GET', $its)->{json}{name}, 'v', "$name: which changes nothing");
    my $new = as($who, 'PATCH', $its, { name => 'w' }, 'If-Match' => '"1"', 'Idempotency-Key' => $idem);
    is("$new->{status} $new->{json}{name} " . etag($new), '200 w "2"',
       "$name: its version, with the same key");
    my $again = as($who, 'PATCH', $its, { name => 'w' }, 'If-Match' => '"1"', 'Idempotency-Key' => $idem);
    is("$again->{status} " . etag($again), '200 "2"', "$name: replayed, with its tag");
    is(etag(as($who, 'PATCH', $its, { name => 'w' })), '"2"', "$name: what changes nothing makes no version");
    is(as($who, 'GET', $its, undef, 'If-None-Match' => '"1"')->{status}, 200, "$name: an old tag");
    is(code(as($who, 'PATCH', $its, { name => 'x' }, 'If-Match' => '2')), '400 invalid_header',
       "$name: what is no tag");

    # of two that have seen the same one wins, whichever worker has it
    my @race = map { collect($_) } map {
        later(text('PATCH', $its, { name => "n$_" }, key => $who, 'If-Match' => '"2"'))
    } 1 .. 8;
    is(join(' ', sort map { $_->{status} } @race), '200 412 412 412 412 412 412 412',
       "$name: one of eight that have seen the same");
    is(etag(as($who, 'GET', $its)), '"3"', "$name: one version more");
}

# that a key was used is seen by who reads it, and stands in no writer's way
{
    my $used = as($boss, 'POST', $keys, { name => 'used', scopes => ['payments:read'] });
    my $its = "$keys/$used->{json}{id}";
    as($used->{json}{secret}, 'GET', '/v1/payments');
    my $read;
    ok(wait_until(20, sub { $read = as($boss, 'GET', $its, undef, 'If-None-Match' => '"1"');
                            $read->{status} == 200 && $read->{json}{last_used_at} }),
       'used: a reader with the tag of before gets the key');
    isnt(etag($read), '"1"', 'used: with another tag');
    is(as($boss, 'PATCH', $its, { name => 'renamed' }, 'If-Match' => '"1"')->{status}, 200,
       'used: a writer with the tag of before is not refused');
    is(code(as($boss, 'PATCH', $its, { name => 'x' }, 'If-Match' => '"1"')), '412 version_mismatch',
       'used: after another writer it is');
    is(code(as($boss, 'DELETE', $its, undef, 'If-Match' => '"1"')), '412 version_mismatch',
       'used: nor is the key revoked');
    is(code(as($boss, 'POST', "$its/rotate", undef, 'If-Match' => '"1"')), '412 version_mismatch',
       'used: nor replaced');
    my $now = etag(as($boss, 'GET', $its));
    my $other = as($boss, 'POST', "$its/rotate", { overlap_seconds => 60 }, 'If-Match' => $now);
    is("$other->{status} " . etag($other), '201 "1"', 'replaced: the tag of the new key');
    isnt(etag(as($boss, 'GET', $its)), $now, 'replaced: another version of the old one');
    $now = etag(as($boss, 'GET', $its));
    is(as($boss, 'DELETE', $its, undef, 'If-Match' => $now)->{status}, 204, 'revoked, by its version');
    my $gone = etag(as($boss, 'GET', $its));
    isnt($gone, $now, 'revoked: another version');
    as($boss, 'DELETE', $its);
    is(etag(as($boss, 'GET', $its)), $gone, 'revoked again: the same');
}

# another merchant's, another mode's: as if there were none ------------------------------

my ($other) = merchant(@all);
is(code(as($other, $_->[0], "$keys/$strong->{json}{id}$_->[1]")), '404 resource_not_found',
   "another merchant's: $_->[0]") for ['GET', ''], ['DELETE', ''], ['POST', '/rotate'];

# merchants, by who may ------------------------------------------------------------------

my $admin = $ENV{PAYMENTS_ADMIN_KEY};
is(code(as($boss, 'GET', '/v1/merchants')), '403 insufficient_scope', 'merchants: admin only');
my $shop = as($admin, 'POST', '/v1/merchants', { name => 'A shop' });
is($shop->{status}, 201, 'merchant: created');
is_deeply([sort keys %{ $shop->{json} }], [qw(created_at id name object status)],
          'merchant: the members');
my $mer = $shop->{json}{id};
is(as($admin, 'GET', "/v1/merchants/$mer")->{body}, $shop->{body}, 'merchant: read');
is(as($admin, 'GET', '/v1/merchants?limit=1')->{json}{data}[0]{id}, $mer,
   'merchants: the newest first');
is(code(as($admin, 'GET', '/v1/merchants/mer_01J00000000000000000000000')),
   '404 resource_not_found', 'merchant: none');

my $first = as($admin, 'POST', $keys, { name => 'first', scopes => ['payments:read', 'payments:write'],
                                        merchant_id => $mer });
is("$first->{status} $first->{json}{merchant_id}", "201 $mer", 'merchant: its first key');
is(code(as($admin, 'POST', $keys, { name => 'x', scopes => ['payments:read'],
           merchant_id => 'mer_01J00000000000000000000000' })), '404 resource_not_found',
   'a key for no merchant');
my $key = $first->{json}{secret};
my $pay = sub { as($key, 'POST', '/v1/payments', { amount => 5, currency => 'EUR',
                   payment_method => { token => 'tok_visa' } }) };
my $payment = $pay->();
is("$payment->{status} $payment->{json}{merchant_id}", "201 $mer", 'merchant: its first payment');

is(as($admin, 'PATCH', "/v1/merchants/$mer", { status => 'suspended' })->{json}{status},
   'suspended', 'merchant: suspended');
ok(wait_until(5, sub { code($pay->()) eq '403 merchant_suspended' }), 'suspended: no writes');
is(as($key, 'GET', "/v1/payments/$payment->{json}{id}")->{status}, 200, 'suspended: reads');
is(as($admin, 'PATCH', "/v1/merchants/$mer", { status => 'active', name => 'Shop' })->{json}{name},
   'Shop', 'merchant: active, renamed');
ok(wait_until(5, sub { $pay->()->{status} == 201 }), 'active: writes again');

# when it was used, by the minute, is written by and by --------------------------------

ok(wait_until(20, sub { (as($boss, 'GET', "$keys/$strong->{json}{id}")->{json}{last_used_at} // '')
                        =~ /^20\d\d-\d\d-\d\dT\d\d:\d\d:00\.000000Z$/ }), 'last_used_at');
is(as($boss, 'GET', "$keys/$old->{json}{id}")->{json}{revoked_at}, undef, 'which changes nothing else');

is(join("\n", invariants()), '', 'invariants');
done_testing();

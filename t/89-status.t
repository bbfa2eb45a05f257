# GET /v1/status: who may see it, that it is as documented, that its numbers are those of
# /metrics, and what it says while the primary is away.

use strict;
use warnings;

use lib 't/lib';
use Examples qw(document);
use JSON::PP;
use Load qw(answered api api_key collect devstack later request sql text wait_until);
use Test::More;

my $admin = $ENV{PAYMENTS_ADMIN_KEY};
my $schemas = document('/openapi.json')->{components}{schemas};

sub status { return api('GET', '/v1/status', undef, key => $admin, @_) }
sub shard { return status()->{json}{shards}[0] || {} }
sub database { return shard()->{database} || {} }

# what of a value is not as its schema says, members that it does not have included
sub wrong {
    my ($value, $schema, $where) = @_;
    my $null = $schema->{nullable};
    $schema = $schemas->{ $schema->{'$ref'} =~ s{.*/}{}r } if $schema->{'$ref'};
    return $null || $schema->{nullable} ? () : "$where is null" unless defined $value;
    my $type = $schema->{type};
    if ($type eq 'object') {
        return "$where is no object" if ref $value ne 'HASH';
        my $known = $schema->{properties};
        return ((map { exists $value->{$_} ? () : "$where/$_ is missing" } @{ $schema->{required} || [] }),
                (map { $known->{$_} ? wrong($value->{$_}, $known->{$_}, "$where/$_") : "$where/$_ is not documented" }
                     sort keys %$value));
    }
    if ($type eq 'array') {
        return "$where is no array" if ref $value ne 'ARRAY';
        return map { wrong($value->[$_], $schema->{items}, "$where/$_") } 0 .. $#$value;
    }
    my $ok = $type eq 'boolean' ? JSON::PP::is_bool($value) : $type eq 'integer' ? $value =~ /^\d+$/ && !ref $value
        : ($schema->{format} // '') eq 'date-time' ? $value =~ /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/ : !ref $value;
    $ok &&= grep { $_ eq $value } @{ $schema->{enum} } if $schema->{enum};
    return $ok ? () : "$where is $value";
}
sub as_documented {
    my ($answer, $name) = @_;
    is($answer->{status}, 200, "$name: 200") or diag $answer->{body};
    is(join("\n", wrong($answer->{json}, { '$ref' => '#/components/schemas/Status' }, '')), '', "$name: as documented");
}

# who ---------------------------------------------------------------------------------------

is(status(key => 'sk_test_none')->{status}, 401, 'not without a key');
my $answer = status(key => $ENV{PAYMENTS_KEY});
is("$answer->{status} $answer->{json}{code} $answer->{json}{required_scope}", '403 insufficient_scope admin', 'nor with any');
is(api('POST', '/v1/status', {}, key => $admin)->{status}, 405, 'it is read only');
is(api('GET', '/v1/status?all=1', undef, key => $admin)->{json}{code}, 'invalid_query', 'it has no parameters');
$answer = request(text('HEAD', '/v1/status', undef, key => $admin));
like($answer->{head}, qr{^HTTP/1.1 200 .*^Content-Type: application/json\r.*^Content-Length: [1-9]}ms, 'HEAD');
like($answer->{head}, qr/^Cache-Control: no-store\r?$/m, 'nobody keeps it');

# all is well ----------------------------------------------------------------------------------

ok(wait_until(20, sub { my $s = shard(); $s->{state} eq 'ok' && $s->{writes} eq 'writable'
        && ($s->{database}{background_holder} // '') eq 'this_node' }), 'the shard is well');
ok(wait_until(20, sub { my ($r) = grep { $_->{role} eq 'replica' } @{ shard()->{servers} }; $r && defined $r->{lag_ms} }),
   'a replica, and how far it is behind');
$answer = status();
as_documented($answer, 'all is well');
my $json = $answer->{json};
is(scalar(grep { $_->{state} eq 'running' } @{ $json->{workers} }), 2, 'both workers');
is(join(' ', sort map { $_->{role} } @{ $json->{shards}[0]{servers} }), 'primary replica', 'both servers');
is($json->{shards}[0]{schema}, 'same', 'the schema is its own');
my %days = map { $_ => 1 } 14, 15;
ok($days{ $json->{shards}[0]{database}{partition_days} }, 'partitions of two weeks');
ok(defined database()->{ledger_check_age_ms} || wait_until(20, sub { defined database()->{ledger_check_age_ms} }), 'the books were checked');
is(database()->{ledger_unbalanced}, 0, '... and are balanced');
cmp_ok($json->{shards}[0]{database}{clients}[0]{connections}, '>=', 8, 'who is connected');

# its numbers are those of /metrics ---------------------------------------------------------------

sub metrics { return { api('GET', '/metrics')->{body} =~ /^(payments_\S+) (\d+)$/mg } }

# sums over servers, which tests compare when nothing moves
sub numbers {
    my ($json) = @_;
    my %n;
    for my $shard (@{ $json->{shards} }) {
        for my $server (@{ $shard->{servers} }) {
            $n{"payments_postgresql_connections{state=\"$_\"}"} += $server->{connections}{$_} for keys %{ $server->{connections} };
        }
        $n{"payments_postgresql_queued{lane=\"$_\"}"} += $shard->{queue}{$_} for keys %{ $shard->{queue} };
    }
    $n{'payments_idempotency_executing'} = $json->{keys}{executing};
    $n{'payments_idempotency_parked'} = $json->{keys}{parked};
    $n{"payments_idempotency_zone_full_total{what=\"$_\"}"} = $json->{keys}{full}{$_} for keys %{ $json->{keys}{full} };
    $n{"payments_webhooks_endpoints{state=\"$_\"}"} = $json->{webhooks}{$_} for qw(waiting active);
    $n{"payments_webhooks_deliveries_total{result=\"$_\"}"} = $json->{webhooks}{$_} for qw(taken refused unanswered);
    return \%n;
}
my ($shown, $metrics);
sub differences {
    ($shown, $metrics) = (numbers(status()->{json}), metrics());
    return map { ($metrics->{$_} // 'none') eq $shown->{$_} ? () : "$_: $shown->{$_}, /metrics: " . ($metrics->{$_} // 'none') }
        sort keys %$shown;
}
ok(wait_until(20, sub { !differences() }), 'its numbers are those of /metrics') or diag join "\n", differences();
cmp_ok(scalar keys %$shown, '==', 21, '... all of them');
cmp_ok($shown->{'payments_postgresql_connections{state="idle"}'}, '>=', 9, '... which are not all 0');
my $before = status()->{json}{keys}{records};
api('POST', '/v1/payments', { amount => 100, currency => 'EUR', payment_method => { token => 'tok_visa' } });
is(status()->{json}{keys}{records}, $before + 1, 'a completed answer is counted');

# something is wrong -----------------------------------------------------------------------------

my $endpoint = api('POST', '/v1/webhook_endpoints', { url => 'https://shop.example.com/T0KEN?s=S3CRET', enabled_events => ['refund.*'] })->{json}{id};
sql("UPDATE pay.webhook_endpoints SET failures = 7, failing_since = now() - interval '1 year', paused_until = now() + interval '1 hour'
      WHERE endpoint_id = (SELECT endpoint_id FROM pay.webhook_endpoints ORDER BY created_at DESC LIMIT 1)");
sql("INSERT INTO pay.followups (merchant_id, attempt, livemode, key_hash, request_id, request, object_id, begun_at, args, due)
     SELECT merchant_id, 'test-status', true, gen_random_uuid(), pay.uuid7(), 'POST /v1/payments', pay.uuid7(), now(),
            'authorize elsewhere test-status', now() + interval '1 day' FROM pay.merchants LIMIT 1");
sql('UPDATE pay.ledger_check SET unbalanced = 3');
ok(wait_until(20, sub { database()->{ledger_unbalanced} == 3 && @{ database()->{failing_endpoints} } }), 'it is shown');
$answer = status();
as_documented($answer, 'with something wrong');
my $database = $answer->{json}{shards}[0]{database};
my ($row) = grep { $_->{id} eq $endpoint } @{ $database->{failing_endpoints} };
is("$row->{origin} $row->{status} $row->{failures}", 'https://shop.example.com enabled 7', 'an endpoint that fails');
unlike($answer->{body}, qr/T0KEN|S3CRET|whsec_|sk_test_|password/, 'nothing that is secret');
my ($unknown) = grep { $_->{processor} eq 'elsewhere' } @{ $database->{unknown_attempts} };
is($unknown->{unknown}, 1, 'an attempt without an end');
sql("DELETE FROM pay.followups WHERE attempt = 'test-status'; UPDATE pay.ledger_check SET unbalanced = 0");
api('DELETE', "/v1/webhook_endpoints/$endpoint");

# the primary is away ------------------------------------------------------------------------------

my $new = sql("SELECT merchant_id FROM pay.merchants ORDER BY 1 LIMIT 1");
my ($never) = api_key($new, ['admin']);
my $last = status()->{json}{shards}[0]{last_answer_at};
devstack('kill', 'primary');

my $unseen = later(text('GET', '/v1/status', undef, key => $never), 60);
my @payments = map { later(text('POST', '/v1/payments', { amount => 100, currency => 'EUR',
                                payment_method => { token => 'tok_visa' } }), 60) } 1 .. 2;
ok(wait_until(30, sub { my $s = shard(); ($s->{state} // '') eq 'unreachable' && $s->{servers}[0]{role} eq 'silent' }), 'it is a row, no error');
$answer = status();
as_documented($answer, 'without a primary');
my ($shard) = @{ $answer->{json}{shards} };
cmp_ok($shard->{last_answer_at}, 'ge', $last, 'with the time of its last answer');
is($shard->{database}{partition_days}, $database->{partition_days}, '... and what it had said');
is($shard->{writes}, 'no_answer', 'no payment has a session');
is($answer->{json}{workers}[0]{state}, 'running', 'the node is well');
is(status(key => $ENV{PAYMENTS_KEY})->{status}, 403, 'who may not see it may not now');
is(status(key => 'sk_test_none')->{status}, 401, '... nor who has no key');

ok(!answered($unseen) || collect($unseen)->{status} == 503, 'a key that was never seen is not taken');

devstack('start', 'primary');
collect($_) for @payments;
ok(wait_until(30, sub { my $s = shard(); $s->{state} eq 'ok' && $s->{last_answer_at} gt $last && $s->{writes} eq 'writable' }), 'it is well again');
ok(wait_until(30, sub { !differences() }), '... and so are its numbers') or diag join "\n", differences();

done_testing();

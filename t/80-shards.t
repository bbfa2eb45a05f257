# Several shards: each merchant's requests go to the one that has it, whatever
# old map a worker goes by, and what is asked of all is answered by all.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql request create api text uuid invariants wait_until promised devstack
            error_log_since api_key later collect answered hold);
use Test::More;
use Time::HiRes qw(time);

my $first = $Load::port;

# a stack of its own; one worker, that can be stopped with what it knows
sub up {
    my ($shards) = @_;
    devstack('up', '--port', $first, '--workers', 1, '--shards', $shards,
             '--replicas', 1, '--shard', 'timeout 5s;');
}

devstack('down');
up(2);
for (`tools/devstack --dir $ENV{DEVSTACK_DIR} env`) {
    $ENV{$1} = $2 if /^export (\w+)='(.*)'$/;
}

my %shard = (1 => $ENV{PG_PRIMARY}, 2 => $ENV{PG_SHARD2});
my %admin = (key => $ENV{PAYMENTS_ADMIN_KEY});
my $body = { amount => 100, currency => 'EUR', payment_method => { token => 'tok_visa' } };

sub in_shard { my ($n, $text) = @_; local $ENV{PG_PRIMARY} = $shard{$n}; return sql($text) }

sub pay { my ($key, %header) = @_; api('POST', '/v1/payments', $body, key => $key, %header) }

sub rows {
    my ($merchant) = @_;
    return join ' ', map { in_shard($_, "SELECT count(*) FROM pay.payments
                                          WHERE merchant_id = $merchant") } 1, 2;
}

sub metric {
    my ($name) = @_;
    my $answer = request("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return $answer->{body} =~ /^\Q$name\E (\d+)/m ? $1 : undef;
}

# a merchant of the first shard, with a key; its bucket may be anything there
sub merchant {
    my ($bucket) = @_;
    my $number = sql("INSERT INTO pay.merchants (merchant_id, public_id, name)
        VALUES (nextval('pay.merchant_sequence') << 12 | $bucket, pay.uuid7(), 'test')
        RETURNING merchant_id");
    my ($key) = api_key($number, ['payments:read', 'payments:write', 'events:read']);
    return ($key, $number);
}

# its rows, there are few, to the second shard as well
sub copy {
    my ($number) = @_;
    for my $table ('merchants', 'api_keys') {
        my $columns = sql("SELECT pay.moved_columns('$table')");
        system("psql -XAtq -d '$shard{1}' -c 'COPY (SELECT $columns FROM pay.$table
                    WHERE merchant_id = $number) TO STDOUT' |
                psql -XAtq -d '$shard{2}' -c 'COPY pay.$table ($columns) FROM STDIN'") == 0
            or die;
    }
}

sub placing {
    my ($number, @states) = @_;
    return join ';', map { "SELECT pay.set_placement($number, '{here,away,leaving,frozen,arriving}', '$_')" }
                     @states;
}

sub place { my ($n, @what) = @_; in_shard($n, placing(@what)) }

my $log = 0;
error_log_since(\$log);

# each where it is
{
    my $a = pay($ENV{PAYMENTS_KEY});
    my $c = pay($ENV{PAYMENTS_KEY_C});
    is("$a->{status} $c->{status}", '201 201', 'merchants of both pay');
    is(rows(4196), '1 0', 'one in the first shard');
    is(rows(15288), '0 1', 'the other in the second');
    for (['A', $ENV{PAYMENTS_KEY}, $a], ['C', $ENV{PAYMENTS_KEY_C}, $c]) {
        my ($name, $key, $made) = @$_;
        my $id = $made->{json}{id};
        is(api('GET', "/v1/payments/$id", undef, key => $key)->{body}, $made->{body},
           "$name: read");
        is(api('GET', '/v1/payments', undef, key => $key)->{json}{data}[0]{id}, $id,
           "$name: listed");
        is(api('POST', "/v1/payments/$id/refunds", { amount => 1 }, key => $key)->{status},
           201, "$name: refunded");
        is(scalar @{ api('GET', '/v1/events', undef, key => $key)->{json}{data} }, 2,
           "$name: events");
    }
    is(pay($ENV{PAYMENTS_KEY_C}, 'Idempotency-Key' => 'one')->{status}, 201, 'with a key');
    like(pay($ENV{PAYMENTS_KEY_C}, 'Idempotency-Key' => 'one')->{head},
         qr/Idempotent-Replayed: true/, 'again: replayed');
    is(api('GET', "/v1/payments/$a->{json}{id}", undef, key => $ENV{PAYMENTS_KEY_C})->{status},
       404, 'none sees the other\'s');
}

# administrators see all, and change the one they name wherever it is
{
    my @made;
    push @made, api('POST', '/v1/merchants', { name => "m$_" }, %admin)->{json}{id} for 1 .. 3;
    my @there = api('POST', '/v1/merchants', { name => 'there' }, key => $ENV{PAYMENTS_ADMIN_KEY_C});
    is($there[0]{status}, 201, 'an administrator of the second shard makes a merchant');
    push @made, $there[0]{json}{id};
    is(in_shard(2, "SELECT count(*) FROM pay.merchants WHERE name = 'there'"), 1, 'in its shard');

    for my $order ('desc', 'asc') {
        my ($cursor, @seen, @created) = ('');
        do {
            my $page = api('GET', "/v1/merchants?limit=2&order=$order$cursor", undef, %admin)->{json};
            push @seen, map { $_->{id} } @{ $page->{data} };
            push @created, map { $_->{created_at} } @{ $page->{data} };
            $cursor = $page->{has_more} ? "&cursor=$page->{next_cursor}" : '';
        } while ($cursor);
        my %once = map { $_ => 1 } @seen;
        is(scalar keys %once, scalar @seen, "$order: each merchant once");
        is((scalar grep { !$once{$_} } @made), 0, "$order: all of them");
        is("@seen", join(' ', $order eq 'asc' ? sort @seen : reverse sort @seen),
           "$order: in their order");
    }

    my $there = $there[0]{json}{id};
    is(api('GET', "/v1/merchants/$there", undef, %admin)->{json}{name}, 'there', 'one is found');
    is(api('GET', '/v1/merchants/mer_01JC000000E0080000000000ZZ', undef, %admin)->{status}, 404,
       'one that does not exist is not');
    # a key that was used where somebody else's merchant is: found, and never burnt
    my $used = uuid();
    is(api('POST', '/v1/api_keys', { name => 'there', scopes => ['payments:read'], merchant_id => $there }, %admin,
           'Idempotency-Key' => $used)->{status}, 201, 'an API key for it');
    is(api('GET', "/v1/idempotency_keys/$used", undef, %admin)->{json}{state}, 'completed', 'its idempotency key is found');
    my $undone = api('POST', "/v1/idempotency_keys/$used/cancel", {}, %admin, 'Idempotency-Key' => uuid());
    is("$undone->{status} $undone->{json}{errors}[0]{parameter}", '422 key', '... and is not canceled');
    is(api('GET', "/v1/idempotency_keys/$used", undef, %admin)->{json}{state}, 'completed', '... nor burnt');
    is(api('GET', '/v1/idempotency_keys/' . uuid(), undef, %admin)->{status}, 404, 'one that was not used is not there');

    my $changed = api('PATCH', "/v1/merchants/$there", { name => 'renamed' }, %admin,
                      'Idempotency-Key' => uuid());
    is("$changed->{status} " . ($changed->{json}{name} || $changed->{body}), '200 renamed', 'changed from elsewhere');
    my $key = api('POST', '/v1/api_keys', { merchant_id => $there, name => 'k',
                  scopes => ['payments:write'] }, %admin);
    is($key->{status}, 201, 'a key for it is made from elsewhere') or diag $key->{body};
    is(pay($key->{json}{secret} || $key->{json}{key})->{status}, 201, 'and pays')
        or diag $key->{body};
}

# a merchant moves between the look at the map and the write: what was sent to where
# it was waits for the lock of the move that takes it away, and is refused
{
    my ($key, $number) = merchant(100);
    my $first_key = uuid();
    is(pay($key, 'Idempotency-Key' => $first_key)->{status}, 201, 'it pays');
    copy($number);
    my $before = metric('payments_postgresql_misplaced_total');

    my $leaves = hold(placing($number, 'leaving', 'frozen', 'away'));
    my $arrives;
    { local $ENV{PG_PRIMARY} = $shard{2}; $arrives = hold(placing($number, 'arriving', 'here')) }
    my @later = map { later(text('POST', '/v1/payments', $body, key => $key), 10) } 1 .. 8;
    ok(wait_until(5, sub { in_shard(1, "SELECT count(*) FROM pg_locks
        WHERE locktype = 'advisory' AND classid = 7001 AND NOT granted") > 0 }),
       'sent to where it was');
    $_->release for $leaves, $arrives;
    is(join(' ', map { collect($_)->{status} } @later), join(' ', (201) x 8), 'all are paid');
    is(rows($number), '1 8', 'where it is now, none where it was');
    cmp_ok(metric('payments_postgresql_misplaced_total'), '>', $before, 'the old shard refused some');

    # frozen: no shard has it for a moment; reads wait as well
    place(2, $number, 'leaving', 'frozen');
    $before = metric('payments_postgresql_misplaced_total');
    my $waits = later(text('POST', '/v1/payments', $body, key => $key), 10);
    my $reads = later(text('GET', '/v1/payments?limit=1', undef, key => $key), 10);
    ok(wait_until(5, sub { metric('payments_postgresql_misplaced_total') > $before }),
       'frozen: refused where it was');
    is(answered($waits) + answered($reads), 0, 'frozen: who comes waits');
    place(2, $number, 'leaving', 'here');
    my ($write, $read) = (collect($waits), collect($reads));
    # that is before their deadline
    is("$write->{status} $read->{status}", '201 200', 'who came meanwhile is served afterwards');
    promised($write->{seconds}, 2, 'frozen: served soon');

    # left frozen, it is served again after a while
    place(2, $number, 'leaving', 'frozen');
    ok(wait_until(10, sub { in_shard(2, "SELECT pay.placement($number)") eq 'leaving' }),
       'who is left frozen thaws');
    is(pay($key)->{status}, 201, 'and pays');
    is(rows($number), '1 10', 'there');
}

# two say that they have a bucket: neither gets its merchants
{
    my ($key, $number) = merchant(55);
    is(pay($key)->{status}, 201, 'a merchant of bucket 55 pays');
    place(2, 55, 'here');
    my $answer;
    ok(wait_until(10, sub { ($answer = pay($key))->{status} == 503 }), 'disputed: 503');
    ok(wait_until(20, sub { error_log_since(\$log) =~ /two payments shards have bucket 55/ }),
       'it is said');
    is(pay($ENV{PAYMENTS_KEY})->{status}, 201, 'others pay');
    is(in_shard(2, "SELECT count(*) FROM pay.payments WHERE merchant_id = $number"), 0,
       'nothing was written in the other');
    place(2, 55, 'away');
    ok(wait_until(10, sub { pay($key)->{status} == 201 }), 'settled: it pays');
}

# a shard that is down takes no other with it
{
    devstack('stop', 'shard2');
    # it waits for its shard until its deadline
    my $asked = metric('payments_authentication_lookups_total');
    my $down = later(text('POST', '/v1/payments', $body, key => $ENV{PAYMENTS_KEY_C}), 10);
    ok(wait_until(5, sub { metric('payments_authentication_lookups_total') > $asked }),
       'who is there is looked for');
    my $start = time;
    is(pay($ENV{PAYMENTS_KEY})->{status}, 201, 'merchants of the other pay');
    promised(time - $start, 1, 'a shard is down: others pay at once');
    ok(!answered($down), '... and do not wait with it');
    like(collect($down)->{status}, qr/^50[34]$/, 'who hears so in the end');
    my $answer = pay($ENV{PAYMENTS_KEY_C}, 'Idempotency-Key' => 'down');
    like($answer->{status}, qr/^50[34]$/, 'its own do not');
    my $ready = api('GET', '/readyz', undef);
    is("$ready->{status} $ready->{json}{status}", '200 degraded', 'readyz says so');
    like(api('GET', '/v1/merchants', undef, %admin)->{status}, qr/^50[34]$/,
         'a list without a part of it is none');
    devstack('start', 'shard2');
    ok(wait_until(15, sub { pay($ENV{PAYMENTS_KEY_C}, 'Idempotency-Key' => 'down')->{status}
                            == 201 }), 'it is back: they pay, with the same key');
    ok(wait_until(10, sub { api('GET', '/readyz', undef)->{json}{status} eq 'ok' }), 'readyz');
}

# a node that does not know of a shard, yet
{
    up(1);
    my $answer;
    ok(wait_until(10, sub { ($answer = pay($ENV{PAYMENTS_KEY_C}))->{status} >= 500 }),
       'whom its only shard does not have is not served');
    is(pay($ENV{PAYMENTS_KEY})->{status}, 201, 'all others are');
    ok(wait_until(5, sub { error_log_since(\$log) =~ /is a "payments_shard" missing/ }),
       'it is said');
    up(2);
    ok(wait_until(10, sub { pay($ENV{PAYMENTS_KEY_C})->{status} == 201 }),
       'it knows of the other: the merchant pays');
}

my $from = 0;
is(join("\n", grep { /\[(?:alert|emerg)\]/ } split /\n/, error_log_since(\$from)), '',
   'no [alert], [emerg]');
for my $n (1, 2) {
    local $ENV{PG_PRIMARY} = $shard{$n};
    is(join("\n", invariants()), '', "invariants of shard $n");
}

done_testing();

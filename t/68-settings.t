# What an operator may set for a role, a database or a server changes no answer: it is
# pinned, or found out and said.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(sql api uuid invariants wait_until together text later collect devstack);
use Own;
use Test::More;

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;

sub set { sql("ALTER $_[0] SET $_[1]") }

sub pay {
    return api('POST', '/v1/payments', { amount => 1000, currency => 'EUR', description => "caf\xe9 \x{20ac}",
        payment_method => { token => 'tok_visa' } });
}

# of a database and of a role: the narrower setting, which sql/apply makes, counts
my @odd = ("standard_conforming_strings = off", "client_encoding = 'LATIN1'", "DateStyle = 'German, DMY'",
           "TimeZone = 'Asia/Kathmandu'", "IntervalStyle = 'sql_standard'", "default_transaction_isolation = 'serializable'",
           "search_path = 'public'", "bytea_output = 'escape'", "array_nulls = off", "transform_null_equals = on",
           "quote_all_identifiers = on", "backslash_quote = off");
for my $mode ('direct', 'pooler') {
    for my $setting (@odd) { set($_, $setting) for 'DATABASE payments', 'ROLE pay_api' }
    Own::start(port => $pg_port, shard => "mode $mode;");
    my $payment = pay();
    is("$payment->{status} $payment->{json}{description}", "201 caf\xe9 \x{20ac}", "$mode: odd settings: a payment");
    like($payment->{json}{created_at}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, '... with its time');
    is(api('GET', "/v1/payments/$payment->{json}{id}")->{body}, $payment->{body}, '... is read');
    is(api('PATCH', "/v1/payments/$payment->{json}{id}", { metadata => { 'a\\b"c' => '\\' } })->{json}{metadata}{'a\\b"c'}, '\\',
       '... and changed');
    is(api('GET', '/v1/events?types=payment.*&limit=5')->{json}{object}, 'list', '... and its events');
    is(api('GET', '/v1/payments?created_at[gte]=2020-01-01T00:00:00Z&limit=5')->{status}, 200, '... and lists');
    is(api('GET', '/readyz')->{json}{status} =~ /ok|degraded/ ? 'ready' : '', 'ready', '... and it is ready');
    Own::stop();
    for my $setting (@odd) {
        my ($name) = $setting =~ /^(\w+)/;
        sql("ALTER $_ RESET $name") for 'DATABASE payments', 'ROLE pay_api';
    }
}

# what nothing pins is found out -------------------------------------------------------------

{
    set('ROLE pay_api IN DATABASE payments', "client_encoding = 'LATIN1'");
    Own::start(port => $pg_port, unready => 1, wait => 0.5);
    is(pay()->{status}, 503, 'an encoding that would change texts: no payment');
    is(api('GET', '/readyz')->{status}, 503, '... and not ready');
    like(Own::log_text(), qr/client_encoding of sessions of PostgreSQL "[^"]+" is LATIN1, and must be UTF8: run sql\/apply/,
         '... and the log says what to do');
    set('ROLE pay_api IN DATABASE payments', "client_encoding = 'UTF8'");
    ok(wait_until(20, sub { pay()->{status} == 201 }), '... until it is set right');
    Own::stop(expected => qr/client_encoding/);

    set('ROLE pay_api IN DATABASE payments', "default_transaction_isolation = 'repeatable read'");
    Own::start(port => $pg_port, unready => 1, wait => 0.5, workers => 2);
    is(api('GET', '/readyz')->{json}{postgres}, 'settings', 'another isolation: not ready');
    my %n;
    for my $round (1 .. 30) {
        my $name = uuid();
        my @requests = map { later(text('POST', '/v1/payments', { amount => 5, currency => 'EUR',
            payment_method => { token => 'tok_visa' } }, 'Idempotency-Key' => $name), 30) } 1 .. 4;
        $n{ collect($_)->{status} }++ for @requests;
    }
    is(join(' ', keys %n), 201, '... but duplicates get the first answer, not a 500');
    sql("ALTER ROLE pay_api IN DATABASE payments SET default_transaction_isolation = 'read committed'");
    Own::stop();
}

# the first key, as docs/operations.md says -----------------------------------------------------

{
    open my $fh, '<', 'docs/operations.md' or die;
    my ($script) = do { local $/; <$fh> } =~ /### The first API key.*?```\n(.*?)```/s;
    local $ENV{PAYMENTS_DATABASE} = $ENV{PG_PRIMARY};
    local $ENV{PATH} = "$ENV{PWD}/bin:$ENV{PATH}";
    # the stack has made one
    sql("UPDATE pay.api_keys SET revoked_at = now() WHERE 'admin' = ANY (scopes)");
    open my $shell, '-|', 'bash', '-ec', $script or die;
    my $key = do { local $/; <$shell> } =~ s/\s+\z//r;
    close $shell;
    sql("UPDATE pay.api_keys SET revoked_at = NULL WHERE 'admin' = ANY (scopes)");
    like($key, qr/^sk_test_[0-9A-Z]{65}$/, 'the first key');
    my $merchant = api('POST', '/v1/merchants', { name => 'Corner Books' }, key => $key);
    is($merchant->{status}, 201, '... makes a merchant');
    my $other = api('POST', '/v1/api_keys', { name => 'shop', merchant_id => $merchant->{json}{id},
                                              scopes => [qw(payments:read payments:write refunds:write)] }, key => $key);
    is($other->{status}, 201, '... and its key');
    is(api('POST', '/v1/payments', { amount => 5, currency => 'EUR', payment_method => { token => 'tok_visa' } },
           key => $other->{json}{secret})->{status}, 201, '... which pays');
}

is(join("\n", invariants()), '', 'invariants');

done_testing();

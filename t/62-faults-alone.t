# A request that PostgreSQL cannot execute costs no other merchant: one merchant sends it
# again and again, from three clients; the other one notices nothing, and the log has
# two lines a second at the most.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(api devstack request rounds sql text uuid wait_until invariants);
use Neighbours qw(client measure meanwhile unharmed);
use Own;
use Test::More;
use Time::HiRes qw(time);

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my ($pooler_port) = $ENV{PGBOUNCER_ADMIN} =~ /port=(\d+)/;

# amount 666 raises what a table says, as a damaged page or a lack would
sql(<<'SQL');
CREATE TABLE IF NOT EXISTS public.fault (state text);
DELETE FROM public.fault;
INSERT INTO public.fault VALUES ('XX001');
GRANT SELECT ON public.fault TO PUBLIC;
CREATE OR REPLACE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.amount = 666 OR NEW.metadata LIKE '%boom%' THEN
        EXECUTE format('DO $x$BEGIN RAISE EXCEPTION ''x'' USING ERRCODE = %L; END$x$',
                       (SELECT state FROM public.fault));
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS fault ON pay.payments;
CREATE TRIGGER fault BEFORE INSERT OR UPDATE ON pay.payments
    FOR EACH ROW EXECUTE FUNCTION public.fault();
SQL

END {
    sql('DROP TRIGGER IF EXISTS fault ON pay.payments; DROP FUNCTION IF EXISTS public.fault();
         DROP TABLE IF EXISTS public.fault');
}

my $body = { amount => 666, currency => 'EUR', payment_method => { token => 'tok_visa' } };

sub result {
    my ($answer) = @_;
    return "$answer->{status} " . ($answer->{json}{code} // '') . ' ' . ($answer->{json}{retry} // '');
}

# what A sends, and what comes of it; and how many lines a second the log gets
sub during {
    my ($what, $before, $expected, $send) = @_;
    my $log = length Own::log_text();
    my $start = time;
    my $stop = meanwhile(3, $send);
    my $measured = measure();
    my $results = $stop->();
    my $seconds = time - $start;
    my @lines = grep { /\[(?:error|crit|warn)\]/ } split /\n/, substr Own::log_text(), $log;

    unharmed($what, $before, $measured);
    my $n = 0;
    $n += $_ for values %$results;
    is(join(', ', sort keys %$results), $expected, "$what: the one that sends it gets that ($n times)");
    cmp_ok(scalar(@lines), '<=', 2 * $seconds + 4,
           sprintf '%s: %d lines in the log in %.0f s', $what, scalar @lines, $seconds);
}

for my $mode ('direct', 'pooler') {
    Own::start(port => $mode eq 'direct' ? $pg_port : $pooler_port,
               shard => "mode $mode; timeout 4s; connect_timeout 1s;");
    my $before = measure();
    is($before->{failed}, 0, "$mode: before");

    my @states = ('XX001', '42P01', '0A000', '53100', '58P01', '55000', 'P0004');
    for my $state (@states[0 .. rounds(3, 6)]) {
        sql("UPDATE public.fault SET state = '$state'");
        # what the server lacks may be there in a moment: it waits for that
        my $expected = $state =~ /^53/ ? '503 database_unavailable same_key'
                                       : '500 internal_error same_key';
        during("$mode: $state, a payment", $before, $expected, sub {
            return result(api('POST', '/v1/payments', $body));
        });
    }

    sql("UPDATE public.fault SET state = 'XX001'");
    my $payment = api('POST', '/v1/payments', { %$body, amount => 5 })->{json}{id};
    during("$mode: a PATCH", $before, '500 internal_error same_key', sub {
        return result(api('PATCH', "/v1/payments/$payment", { metadata => { boom => '1' } }));
    });

    # a read of what may not be read, and a list whose function is gone
    my $refund = api('POST', "/v1/payments/$payment/refunds", { amount => 1 })->{json}{id};
    is(api('GET', "/v1/refunds/$refund")->{status}, 200, "$mode: a refund is read");
    sql('REVOKE EXECUTE ON FUNCTION pay.read_objects FROM pay_api');
    during("$mode: a GET", $before, '500 internal_error same_key', sub {
        return result(api('GET', "/v1/refunds/$refund"));
    });
    sql('GRANT EXECUTE ON FUNCTION pay.read_objects TO pay_api');
    ok(wait_until(5, sub { api('GET', "/v1/refunds/$refund")->{status} == 200 }),
       "$mode: it is read again");

    sql('ALTER FUNCTION pay.trial_balance RENAME TO trial_balance_gone');
    during("$mode: a missing function", $before, '500 internal_error same_key', sub {
        return result(api('GET', '/v1/ledger/trial_balance'));
    });
    sql('ALTER FUNCTION pay.trial_balance_gone RENAME TO trial_balance');
    ok(wait_until(5, sub { api('GET', '/v1/ledger/trial_balance')->{status} == 200 }),
       "$mode: it is there again");

    # at full load too: whose requests fail has calls of its own
    my @flat = ('--key', $ENV{PAYMENTS_KEY_B}, '--connections', 64, '--seconds', rounds(3, 10));
    sql("UPDATE public.fault SET state = 'XX001'");
    my $alone = client(@flat)->();
    my $stop = meanwhile(3, sub { return result(api('POST', '/v1/payments', $body)) });
    my $beside = client(@flat)->();
    $stop->();
    my $share = $beside->{statuses}{201} / $alone->{statuses}{201};
    is(join(' ', keys %{ $beside->{statuses} }), 201, "$mode: full load: all succeed");
    cmp_ok($share, '>', 0.5, sprintf '%s: full load: %.2f of what it is alone', $mode, $share);

    is(Own::metric('payments_postgresql_queued'), 0, "$mode: nothing is left waiting");
    unlike(Own::log_text(), qr/does not keep prepared statements/,
           "$mode: statements stay prepared");
    is(join("\n", invariants()), '', "$mode: invariants");
    Own::stop();
}

# rows whose values are out of range: an error of that request ---------------------------

{
    sql(<<'SQL');
CREATE OR REPLACE FUNCTION public.lie() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.moved = 667 THEN NEW.status := 12; END IF;
    IF NEW.moved = 668 THEN NEW.status := 32767; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lie BEFORE INSERT ON pay.journal FOR EACH ROW EXECUTE FUNCTION public.lie();
SQL
    Own::start(port => $pg_port, shard => 'mode direct; timeout 4s; connect_timeout 1s;');
    for my $amount (667, 668) {
        is(result(api('POST', '/v1/payments', { %$body, amount => $amount })), '503 outcome_unknown same_key',
           "a row out of range ($amount)");
    }
    like(Own::log_text(), qr/\[crit\].*column "status" with a value that is out of range/, 'the log says which column');
    is(api('POST', '/v1/payments', { %$body, amount => 5 })->{status}, 201, 'others are not concerned');
    Own::stop();
    sql('DROP TRIGGER lie ON pay.journal; DROP FUNCTION public.lie()');
}

# columns that are missing, or empty: never taken for what they are not ------------------

{
    sql(<<'SQL');
DO $do$
DECLARE
    f constant regproc := 'pay.create_payments';
    made text;
BEGIN
    SELECT format('CREATE FUNCTION pay.create_payments(%s) RETURNS %s LANGUAGE sql VOLATILE
               SECURITY DEFINER AS $f$
               SELECT o_item, CASE WHEN amount[1] <> 669 THEN outcome END, status, o_request_id,
                      CASE WHEN amount[1] <> 670 THEN o_object_id END, o_version, o_created_at,
                      o_request, CASE WHEN amount[1] = 671 THEN '''' ELSE o_body END
                 FROM pay.honest(%s) $f$',
               pg_get_function_arguments(oid), pg_get_function_result(oid),
               array_to_string(proargnames[1:pronargs], ','))
      INTO made FROM pg_proc WHERE oid = f;
    ALTER FUNCTION pay.create_payments RENAME TO honest;
    EXECUTE made;
    GRANT EXECUTE ON FUNCTION pay.create_payments TO pay_api;
END $do$;
SQL
    Own::start(port => $pg_port, shard => 'mode direct; timeout 4s; connect_timeout 1s;');
    for my $case ([669, 'no outcome'], [670, 'no object'], [671, 'an empty body']) {
        my ($amount, $name) = @$case;
        my $key = uuid();
        my $send = sub {
            return api('POST', '/v1/payments', { %$body, amount => $amount }, 'Idempotency-Key' => $key);
        };
        is(result($send->()), '503 outcome_unknown same_key', $name);
    }
    is(api('POST', '/v1/payments', { %$body, amount => 5 })->{status}, 201, 'others are not concerned');
    Own::stop();
    sql('DROP FUNCTION pay.create_payments; ALTER FUNCTION pay.honest RENAME TO create_payments');
}

# a page of an index that is damaged: only what needs it fails -------------------------

{
    Own::start(port => $pg_port, shard => 'mode direct; timeout 4s; connect_timeout 1s;');
    api('POST', '/v1/payments', { %$body, amount => 5, reference => "fault-$$-$_" }) for 1 .. 20;
    my ($path, $size) = split /\|/, sql("SELECT current_setting('data_directory') || '/'
        || pg_relation_filepath('pay.payment_references_pkey'),
        pg_relation_size('pay.payment_references_pkey')");
    my $before = measure();
    sql('CHECKPOINT');
    devstack('stop', 'primary');
    my $saved = `cat $path`;
    open my $fh, '+<:raw', $path or die "$path: $!";
    # all but the meta page: whatever has a reference meets one of them
    seek $fh, 8192, 0;
    print {$fh} "\xde" x ($size - 8192);
    close $fh;
    devstack('start', 'primary');
    ok(wait_until(20, sub { Own::get('/readyz')->{status} == 200 }), 'a damaged index: ready');

    my $n = 0;
    during('a damaged index', $before, '500 internal_error same_key', sub {
        return result(api('POST', '/v1/payments', { %$body, amount => 5,
                                                    reference => "fault-$$-" . $n++ }));
    });

    devstack('stop', 'primary');
    open $fh, '>:raw', $path or die "$path: $!";
    print {$fh} $saved;
    close $fh;
    devstack('start', 'primary');
    ok(wait_until(20, sub {
        api('POST', '/v1/payments', { %$body, amount => 5, reference => "mended-$$" })->{status} == 201
    }), 'a damaged index: mended');
    Own::stop();
}

is(join("\n", invariants()), '', 'invariants');

done_testing();

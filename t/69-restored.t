# A database that was restored, into a younger cluster or in the place of another one: what
# nginx keeps in memory is not answered, and sql/apply mends what is the cluster's own.

use strict;
use warnings;

use lib 't/lib';
use File::Temp;
use JSON::PP;
use Load qw(sql api uuid invariants wait_until);
use Own;
use Test::More;

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my $dir = File::Temp->newdir(CLEANUP => 1);
chmod 0755, "$dir";

sub pay {
    my ($name, %with) = @_;
    return api('POST', '/v1/payments', { amount => 1000, currency => 'EUR',
        payment_method => { token => 'tok_visa' }, %with }, 'Idempotency-Key' => $name || uuid());
}

sub get { my ($path) = @_; return api('GET', $path) }

sub command { my (@words) = @_; system(@words) == 0 or die "@words failed\n" }

# another database on the same server, under nginx's feet ---------------------------------------

{
    (my $other = $ENV{PG_PRIMARY}) =~ s/dbname=payments/dbname=payments_restored/;
    my $first = uuid();
    Own::start(port => $pg_port, workers => 2);
    is(pay($first)->{status}, 201, 'a payment');
    command('pg_dump', '-Fc', '-f', "$dir/dump", '-d', $ENV{PG_PRIMARY});
    my $lost = uuid();
    my $payment = pay($lost);
    is($payment->{status}, 201, 'one after the dump');
    like(pay($lost)->{head}, qr/^Idempotent-Replayed: true/m, '... is replayed');

    sql('CREATE DATABASE payments_restored OWNER pay_owner');
    command('pg_restore', '-d', $other, "$dir/dump");
    command("sql/apply '$other' > $dir/apply 2>&1");

    # names are exchanged: nginx loses its connections and gets others
    (my $admin = $ENV{PG_PRIMARY}) =~ s/dbname=payments/dbname=postgres/;
    my $swap = sub {
        my ($from, $to) = @_;
        for my $try (1 .. 50) {
            last if system("psql -Xqd '$admin' -c \"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$from'\" "
                           . "-c 'ALTER DATABASE $from RENAME TO $to' > $dir/swap 2>&1") == 0;
            select undef, undef, undef, 0.02;
            die "$from is not renamed: " . `cat $dir/swap` if $try == 50;
        }
    };
    $swap->('payments', 'payments_kept');
    $swap->('payments_restored', 'payments');
    ok(wait_until(20, sub { get('/readyz')->{status} == 200 && get('/v1/payments?limit=1')->{status} == 200 }),
       'another database is there');

    my $again = pay($lost);
    is($again->{status}, 201, 'the payment that is not in it, again');
    unlike($again->{head}, qr/^Idempotent-Replayed: true/m, '... is not answered from memory');
    isnt($again->{json}{id}, $payment->{json}{id}, '... but made');
    is(get("/v1/payments/$again->{json}{id}")->{status}, 200, '... and is there');
    like(pay($first)->{head}, qr/^Idempotent-Replayed: true/m, 'what is in the dump is replayed, by PostgreSQL');
    like(Own::log_text(), qr/is another database, or another past of it, than before/, 'the log says so');

    $swap->('payments', 'payments_gone');
    $swap->('payments_kept', 'payments');
    sql('DROP DATABASE payments_gone');
    ok(wait_until(20, sub { get('/readyz')->{status} == 200 && get("/v1/payments/$payment->{json}{id}")->{status} == 200 }),
       'the first one is back');
    is(pay($lost)->{json}{id}, $payment->{json}{id}, '... with its answers');
    Own::stop();
}

# a dump in a younger cluster ----------------------------------------------------------------------

{
    # a cluster that has counted far, and one that has not
    my $bin = (sort glob '/usr/lib/postgresql/*/bin')[-1];
    my $young = "$dir/young";
    my $port = $pg_port + 60;
    my $as = $> == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : '';
    mkdir $young or die;
    command('chown', 'postgres', $young) if $> == 0;
    command("$as$bin/initdb -D $young/data -A trust -U postgres --encoding=UTF8 --locale=C > $dir/initdb 2>&1");
    open my $conf, '>>', "$young/data/postgresql.conf" or die;
    print {$conf} "port = $port\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '$young'\nfsync = off\n"
        . "max_locks_per_transaction = 256\n";
    close $conf;
    command("$as$bin/pg_ctl -D $young/data -l $young/log -w start > $dir/start 2>&1");
    my $conninfo = "host=127.0.0.1 port=$port user=postgres dbname=payments";

    eval {
        # numbers of transactions that the young one does not have for long
        sql("DO \$\$ BEGIN FOR i IN 1 .. 3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END \$\$");
        Own::start(port => $pg_port);
        is(pay()->{status}, 201, 'payments') for 1 .. 3;
        get('/v1/events?limit=1');
        Own::stop();
        my $events = sql('SELECT count(*) FROM pay.events');
        command("pg_dumpall --roles-only -d '$ENV{PG_PRIMARY}' | psql -Xqd '@{[$conninfo =~ s/dbname=payments/dbname=postgres/r]}' > $dir/roles 2>&1; true");
        command("psql -Xqd '@{[$conninfo =~ s/dbname=payments/dbname=postgres/r]}' -c 'CREATE DATABASE payments OWNER pay_owner'");
        command('pg_dump', '-Fc', '-f', "$dir/dump2", '-d', $ENV{PG_PRIMARY});
        command('pg_restore', '-d', $conninfo, "$dir/dump2");

        local $ENV{PG_PRIMARY} = $conninfo;
        cmp_ok(sql('SELECT xid::text::bigint FROM pay.relay'), '>',
               sql('SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint'), 'the mark is beyond this cluster');
        Own::start(port => $port);
        my $early = pay();
        is($early->{status}, 201, 'a payment before the schema is applied');
        my $health = get('/readyz');
        is("$health->{status} $health->{json}{status} $health->{json}{postgres}", '200 degraded restored', '... and nginx says so');
        ok(wait_until(10, sub { Own::log_text() =~ /\[crit\].*restored from a dump of another cluster/ }), '... at crit');
        is(scalar(grep { $_->{object_id} eq $early->{json}{id} } @{ get('/v1/events?limit=100')->{json}{data} }), 0,
           '... since it has no event');

        my $said = `sql/apply '$conninfo' 2>&1`;
        like($said, qr/restored into another cluster: [1-9]\d* events got their sequence/, 'sql/apply mends it, and says what');
        is(`sql/apply '$conninfo' 2>&1`, '', '... once');
        is(scalar(grep { $_->{object_id} eq $early->{json}{id} } @{ get('/v1/events?limit=100')->{json}{data} }), 1,
           'the payment has its event');
        my $late = pay();
        is(scalar(grep { $_->{object_id} eq $late->{json}{id} } @{ get('/v1/events?limit=100')->{json}{data} }), 1,
           '... and so has a new one');
        ok(wait_until(10, sub { get('/readyz')->{json}{postgres} eq 'ok' }), 'nginx is content');

        # the cluster comes to the numbers that the old rows have
        sql("DO \$\$ BEGIN FOR i IN 1 .. 9000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END \$\$");
        is(pay()->{status}, 201, 'numbers that the old cluster had given');
        get('/v1/events?limit=1');
        is(sql('SELECT count(*) FROM pay.journal WHERE event_type IS NOT NULL'), sql('SELECT count(*) FROM pay.events'),
           '... and every event has one sequence');
        cmp_ok(sql('SELECT count(*) FROM pay.events'), '>', $events, '... with those of before');
        is(sql('SELECT count(*) FROM (SELECT merchant_id, livemode, max(sequence) - count(*) AS gap FROM pay.events
                  GROUP BY 1, 2) x WHERE gap <> 0'), 0, '... without a gap');
        is(join("\n", invariants()), '', 'invariants of the restored database');
        Own::stop(expected => qr/restored from a dump/);
        1;
    } or fail("the younger cluster: $@");
    system("$as$bin/pg_ctl -D $young/data -m immediate stop > /dev/null 2>&1");
}

done_testing();

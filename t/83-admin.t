# payments-admin: from an empty database to payments, and what an operator does afterwards.

use strict;
use warnings;

use lib 't/lib';
use Basics qw(slurp);
use Cluster;
use File::Temp;
use JSON::PP;
use Load qw(api uuid wait_until);
use Own;
use Test::More;

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my $dir = File::Temp->newdir(CLEANUP => 1);
chmod 0755, "$dir";
my $cluster = Cluster->new(port => $pg_port + 61);
$cluster->psql('postgres', 'CREATE DATABASE payments');
our $database = $cluster->conninfo('payments');
delete $ENV{PAYMENTS_DATABASE};

# what it prints, what it says on stderr, its status
sub admin {
    my (@words) = @_;
    my $line = join ' ', map { "'" . s/'/'\\''/gr . "'" } @words;
    my $out = `bin/payments-admin -d '$database' $line 2> $dir/stderr`;
    return ($out, slurp("$dir/stderr"), $? >> 8);
}
sub done { my ($out, $error, $status) = admin(@_); is($status, 0, "@_") or diag $error; return $out }
sub json { return decode_json(done(@_, '--json')) }
sub refused {
    my ($want, $said, @words) = @_;
    my ($out, $error, $status) = admin(@words);
    is($status, $want, "@words: $want");
    like($error, $said, '... and why');
    is($out, '', '... and nothing else');
}
sub pay { return api('POST', '/v1/payments', { amount => 700, currency => 'EUR', payment_method => { token => 'tok_visa' } },
                     key => $_[0], 'Idempotency-Key' => $_[1] || uuid()) }

# usage -----------------------------------------------------------------------------------

is(`bin/payments-admin --version`, 'payments-admin ' . `tools/version --plain`, 'the version is that of CHANGES');
like(`bin/payments-admin --help`, qr/^EXIT STATUS\n.*used wrongly/ms, '--help');
is(system("podchecker bin/payments-admin > $dir/pod 2>&1"), 0, 'its manual is well formed') or diag slurp("$dir/pod");
my @commands = split /\n/, `bin/payments-admin --commands`;
my $manual = slurp('bin/payments-admin') =~ s/.*^__END__//msr;
for (@commands) { like($manual, qr/B<\Q$_\E>/, "the manual has $_") }
refused(2, qr/no command "nonsense"/, 'nonsense');
refused(2, qr/which command/);
refused(2, qr/which command/, 'key');
refused(2, qr/too many words/, 'check', 'all');
refused(2, qr/Unknown option/, 'check', '--every');
refused(2, qr/is no mer_/, 'key', 'list', 'mer_01');
refused(1, qr/has no schema of this version: payments-admin apply/, 'merchant', 'list');
like((admin('status'))[0], qr/WRONG: it has no schema of this version: payments-admin apply/, 'status without a schema');
is((admin('status'))[2], 1, '... is 1');
{
    local $database = 'host=127.0.0.1 port=1 dbname=payments';
    refused(1, qr/connection to server .* failed/, 'status');
    local $database = 'nonsense=1';
    refused(2, qr/"nonsense" is not known here/, 'status');
    local $database = 'postgresql://127.0.0.1/payments';
    refused(2, qr/--database is name=value/, 'status');
}

# the first key -------------------------------------------------------------------------------

my ($first, $said) = admin('init', "Caf\xc3\xa9 & 'Co'");
like($first, qr/\Ask_test_[0-9A-Z]{65}\n\z/, 'init prints a key, and nothing else') or diag $said;
like($said, qr/key_\w{26} of mer_\w{26}: this is shown once/, '... and says whose it is');
chomp $first;
refused(1, qr/there is an administrator already: key_\w+ of mer_\w+/, 'init');
is($cluster->psql('payments', "SELECT count(*) FROM pay.merchants"), 1, '... which made no merchant');
my ($scopes) = slurp('ngx_payments_module/domain/scope.c') =~ /ngx_payments_scopes\[.*?= \{(.*?)\};/s;
is($cluster->psql('payments', "SELECT array_to_string(pay.all_scopes(), ' ')"),
   join(' ', $scopes =~ /"([^"]+)"/g), 'all scopes are those of domain/scope.c');

# two at once
$cluster->psql('postgres', 'CREATE DATABASE twice');
{
    local $database = $cluster->conninfo('twice');
    done('apply');
    my @at_once = map { open my $fh, '-|', "bin/payments-admin -d '$database' init 2>> $dir/at-once" or die; $fh } 1 .. 4;
    my @keys = grep { /^sk_test_/ } map { my $fh = $_; <$fh> } @at_once;
    close $_ for @at_once;
    is(scalar(@keys), 1, 'of four at once one makes the first key');
    is($cluster->psql('twice', 'SELECT count(*) FROM pay.merchants'), 1, '... and one merchant');
}

# the password, and nginx ----------------------------------------------------------------------

my $file = "$dir/password";
done('password', $file);
is((stat $file)[2] & 0777, 0600, 'the file is its owner\'s');
my $password = slurp($file) =~ s/\n//r;
sub logs_in { return system("PGPASSWORD='$_[0]' psql -XAtq -d '@{[$database =~ s/user=postgres/user=pay_api/r]}' -c 'SELECT 1' > /dev/null 2>&1") == 0 }
ok(logs_in($password), 'PostgreSQL takes it');
chmod 0640, $file;
done('password', $file);
is((stat $file)[2] & 0777, 0640, 'a file keeps its mode');
ok(!logs_in($password), 'the old one is good no more');
ok(logs_in(slurp($file) =~ s/\n//r), '... and the new one is');
{
    my @at_once = map { open my $fh, '-|', "bin/payments-admin -d '$database' password $file 2>&1" or die; $fh } 1 .. 5;
    my @said = map { my $fh = $_; join '', <$fh> } @at_once;
    is(scalar(grep { /has the new password/ } @said), 5, 'five at once') or diag @said;
    close $_ for @at_once;
    ok(logs_in(slurp($file) =~ s/\n//r), '... and the file has the password that counts');
}

Own::start(port => $cluster->{port}, password => $file);
is(pay($first)->{status}, 201, 'a payment with the first key');
my $made = api('POST', '/v1/merchants', { name => 'Shop' }, key => $first);
is($made->{status}, 201, 'the first key makes merchants');
my $given = api('POST', '/v1/api_keys', { name => 'till', merchant_id => $made->{json}{id},
                scopes => ['payments:write', 'webhooks:write', 'admin'] }, key => $first);
is($given->{status}, 201, '... and keys with any scope for them') or diag $given->{body};
is(pay($given->{json}{secret})->{status}, 201, '... with which they pay');

# merchants and keys ----------------------------------------------------------------------------

my $shop = json('merchant', 'create', 'Second');
is("$shop->{name} $shop->{status}", 'Second active', 'a merchant');
is(join(' ', map { $_->{name} } @{ json('merchant', 'list') }), "Caf\x{e9} & 'Co' Shop Second", 'all of them');
like(done('merchant', 'list'), qr/^ID +NAME +STATUS +CREATED AT\nmer_/, '... for people');
chomp(my $key = done('key', 'create', $shop->{id}, '--scopes', 'payments:read,payments:write'));
like($key, qr/^rk_test_/, 'a key with two scopes is a restricted one');
is(pay($key)->{status}, 201, '... and pays');
chomp(my $live = done('key', 'create', $shop->{id}, '--live', '--name', 'live'));
like($live, qr/^sk_live_/, 'one for live mode');
is(api('GET', '/v1/account', undef, key => $live)->{json}{livemode}, JSON::PP::true, '... is one');
my $keys = json('key', 'list', $shop->{id});
is(join(' ', map { $_->{name} } @$keys), 'payments-admin live', 'its keys');
is(scalar(grep { exists $_->{secret} } @$keys), 0, '... without secrets');
done('key', 'revoke', $keys->[0]{id});
ok(wait_until(5, sub { pay($key)->{status} == 401 }), 'a key that was revoked is good no more');
my $version = "SELECT version || ' ' || written_version FROM pay.api_keys WHERE pay.id_text('key_', key_id) = '$keys->[0]{id}'";
my $revoked = $cluster->psql('payments', $version);
like($revoked, qr/^([2-9]) \1$/, '... and has another version');
like(json('key', 'revoke', $keys->[0]{id})->{revoked_at}, qr/^20/, 'once more');
is($cluster->psql('payments', $version), $revoked, '... changes nothing');
refused(1, qr/there is no key/, 'key', 'revoke', 'key_01M8QFCKD5FB6RR51AM5R90ZWQ');
refused(1, qr/there is no merchant/, 'key', 'create', 'mer_01M8QFCKD5FB6RR51AM5R90ZWQ');
refused(1, qr/scopes are some of payments:read,/, 'key', 'create', $shop->{id}, '--scopes', 'everything');
refused(1, qr/would have expired/, 'key', 'create', $shop->{id}, '--expires', '2020-01-01');
chomp($key = done('key', 'create', $shop->{id}));
done('merchant', 'suspend', $shop->{id});
ok(wait_until(5, sub { pay($key)->{status} == 403 }), 'a suspended merchant makes no payment');
is(json('merchant', 'activate', $shop->{id})->{status}, 'active', 'it is active again');
ok(wait_until(5, sub { pay($key)->{status} == 201 }), '... and pays');

# status and check ------------------------------------------------------------------------------

ok(wait_until(10, sub { (admin('status'))[2] == 0 }), 'all is well') or diag((admin('status'))[0]);
my $status = json('status');
is($status->{version}, `tools/version --plain` =~ s/\n//r, 'status has the version');
is($status->{databases}[0]{merchants}, 3, '... and how many merchants there are');
is_deeply($status->{databases}[0]{problems}, [], '... and no problems');
like(done('status'), qr/^payments\n.*^  schema +\d+\n.*^ok$/ms, 'for people');

my $checked = json('check');
cmp_ok($checked->[0]{checks}, '>', 10, 'check looks at much');
is_deeply($checked->[0]{violations}, [], '... and finds nothing');

# days that were dropped took the events of their payments: no violation
my $day = $cluster->psql('payments', "SELECT (now() AT TIME ZONE 'UTC')::date - 40");
my $name = $day =~ tr/-//dr;
$cluster->psql('payments', "SELECT pay.make_partition(t, t || '_$name', '$day', ('$day'::date + 1)::text) FROM unnest(pay.day_tables()) t");
ok(wait_until(10, sub { $cluster->psql('payments', 'SELECT count(*) FROM pay.journal WHERE xid >= (SELECT xid FROM pay.relay)') == 0 }),
   'all events have their sequence');
$cluster->psql('payments', "BEGIN; ALTER TABLE pay.journal DISABLE TRIGGER insert_only;
    UPDATE pay.journal SET day = '$day'; UPDATE pay.events SET day = '$day';
    UPDATE pay.payments SET created_at = created_at - interval '40 days';
    ALTER TABLE pay.journal ENABLE TRIGGER insert_only; COMMIT");
ok(wait_until(20, sub { $cluster->psql('payments', 'SELECT pay.drop_partitions(30 * 86400)');
                        $cluster->psql('payments', "SELECT to_regclass('pay.journal_$name') IS NULL") eq 't' }), 'a day is dropped');
is_deeply(json('check')->[0]{violations}, [], '... and check finds nothing');

$cluster->psql('payments', "BEGIN; ALTER TABLE pay.ledger_transfers DISABLE TRIGGER insert_only;
    DELETE FROM pay.ledger_transfers WHERE transaction_id = (SELECT max(transaction_id::text)::uuid FROM pay.ledger_transfers);
    ALTER TABLE pay.ledger_transfers ENABLE TRIGGER insert_only; COMMIT");
my ($broken, undef, $is) = admin('check');
is($is, 1, 'a ledger entry that is gone: 1');
like($broken, qr/^payments: I4: captured and ledger differ: /m, '... with the number of the invariant');
is(scalar(@{ decode_json((admin('check', '--json'))[0])->[0]{violations} }) > 0, 1, '... in JSON as well');

# restored ----------------------------------------------------------------------------------------

my $again = uuid();
is(pay($key, $again)->{status}, 201, 'a payment');
like(pay($key, $again)->{head}, qr/^Idempotent-Replayed: true/m, '... is replayed from memory');
# a disk that was put back has the same cluster, timeline and tables: as if it had not been made
$cluster->psql('payments', "BEGIN; ALTER TABLE pay.journal DISABLE TRIGGER insert_only;
    DELETE FROM pay.journal WHERE key = '$again';
    ALTER TABLE pay.journal ENABLE TRIGGER insert_only; COMMIT");
like(pay($key, $again)->{head}, qr/^Idempotent-Replayed: true/m, 'nothing shows that it is gone');
like(done('restored', 'snapshot of the disk'), qr/^restored, as of /, 'restored');
ok(wait_until(5, sub { pay($key, $again)->{head} !~ /^Idempotent-Replayed: true/m }), 'the answer is forgotten, and the payment made');
like(Own::log_text(), qr/is another database, or another past of it, than before/, '... and the log says so');
like(json('status')->{databases}[0]{restored_at}, qr/^20/, 'status says when') if (admin('status'))[2] == 0;
is($cluster->psql('payments', 'SELECT note FROM pay.restores'), 'snapshot of the disk', 'and the database what for');
Own::stop();

# secrets are no argument of another process ---------------------------------------------------------

$cluster->psql('postgres', "CREATE ROLE managed LOGIN SUPERUSER PASSWORD 'very-secret'");
{
    local $database = $cluster->conninfo('payments') =~ s/user=postgres/user=managed password=very-secret/r;
    mkdir "$dir/bin" or die;
    my $psql = `sh -c 'command -v psql'` =~ s/\n//r;
    open my $wrapper, '>', "$dir/bin/psql" or die;
    print {$wrapper} "#!/bin/sh\ntr '\\0' ' ' < /proc/\$\$/cmdline >> $dir/arguments\necho \"\$@\" >> $dir/arguments\nexec $psql \"\$@\"\n";
    close $wrapper;
    chmod 0755, "$dir/bin/psql";
    local $ENV{PATH} = "$dir/bin:$ENV{PATH}";
    done('apply');
    ok(-s "$dir/arguments", 'psql was called');
    unlike(slurp("$dir/arguments"), qr/very-secret/, '... without the password');
}

# completion ------------------------------------------------------------------------------------------

sub completes {
    my ($line, $want) = @_;
    my $have = `bash -c '. bin/payments-admin.completion; COMP_WORDS=($line); COMP_CWORD=\$((\${#COMP_WORDS[@]} - 1)); _payments_admin; echo \${COMPREPLY[*]}'`;
    is($have, "$want\n", "completion: $line");
}
completes('bin/payments-admin me', 'merchant');
completes('bin/payments-admin key re', 'revoke');
completes('bin/payments-admin -d dbname=x mer', 'merchant');
completes('bin/payments-admin merchant ""', 'activate create list suspend');
completes('bin/payments-admin key create --sc', '--scopes');
completes('bin/payments-admin check c', '');

done_testing();

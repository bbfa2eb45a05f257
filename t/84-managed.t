# A managed PostgreSQL gives no superuser: a role with CREATEROLE that owns its database
# applies the schema, makes the first key, and runs payments-admin.

use strict;
use warnings;

use lib 't/lib';
use Basics qw(slurp);
use Cluster;
use File::Temp;
use Load qw(api wait_until);
use Own;
use Test::More;

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my $dir = File::Temp->newdir(CLEANUP => 1);
chmod 0755, "$dir";
my $cluster = Cluster->new(port => $pg_port + 62);
$cluster->psql('postgres', "CREATE ROLE managed LOGIN CREATEROLE CREATEDB PASSWORD 'managed'");
$cluster->psql('postgres', 'CREATE DATABASE payments OWNER managed');
delete $ENV{PAYMENTS_DATABASE};

my $database = "host=127.0.0.1 port=$cluster->{port} user=managed password=managed dbname=payments";
sub admin { my ($line) = @_; my $out = `bin/payments-admin -d '$database' $line 2> $dir/stderr`; is($?, 0, $line) or diag slurp("$dir/stderr"); return $out }

note 'PostgreSQL ' . Cluster::version();
for my $time ('sql/apply by a role with CREATEROLE', '... and again') {
    is(system("sql/apply '$database' > $dir/apply 2>&1"), 0, $time) or diag slurp("$dir/apply");
}
is($cluster->psql('payments', "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = 'pay_owner'"), 'f', 'pay_owner can do no more than own');
is($cluster->psql('payments', "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
                                WHERE relnamespace = 'pay'::regnamespace AND rolname <> 'pay_owner'"), 0, 'it owns all tables');
is($cluster->psql('payments', "SELECT count(*) FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
                                WHERE pronamespace = 'pay'::regnamespace AND rolname <> 'pay_owner'"), 0, '... and functions');

my $key = admin('init') =~ s/\s+\z//r;
admin("password $dir/password");
Own::start(port => $cluster->{port}, password => "$dir/password");
is(api('POST', '/v1/payments', { amount => 700, currency => 'EUR', payment_method => { token => 'tok_visa' } }, key => $key)->{status},
   201, 'a payment');
like(admin('merchant list'), qr/Administrator/, 'payments-admin lists');
like(admin('check'), qr/ 0 violations/, '... checks');
ok(wait_until(10, sub { `bin/payments-admin -d '$database' status` =~ /^ok$/m }), '... sees that all is well');
like(admin('restored'), qr/restored/, '... and says that it was restored');

# a new version of the functions, by the same role, while it is used
$cluster->psql('payments', "DELETE FROM pay.migrations WHERE name = 'functions'");
is(system("sql/apply '$database' > $dir/apply 2>&1"), 0, 'functions are replaced') or diag slurp("$dir/apply");
is(api('POST', '/v1/payments', { amount => 700, currency => 'EUR', payment_method => { token => 'tok_visa' } }, key => $key)->{status},
   201, 'a payment after that');
Own::stop();

done_testing();

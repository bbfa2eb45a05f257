# Which version runs, and whether the database has its schema: in the log, in /readyz and
# in /metrics, without a word of SQLSTATEs.

use strict;
use warnings;

use lib 't/lib';
use Basics qw(slurp);
use Load qw(api sql wait_until);
use Own;
use Test::More;

my ($version) = slurp('CHANGES') =~ /\AChanges with ngx_payments_module (\S+)/;
my $schema = (sort { $a <=> $b } map { m{/0*(\d+)_} } glob 'sql/migrations/*.sql')[-1];
my $server = $ENV{PG_PRIMARY} =~ s/dbname=payments/dbname=postgres/r;
my $database = 'payments_versions';

is(`tools/version --plain`, "$version\n", 'tools/version goes by CHANGES');
is((slurp('debian/changelog') =~ /\A\S+ \(([^)]+)\)/)[0], $version, 'and so does debian/changelog');
like(`sql/apply --version`, qr/^$schema [0-9a-f]{8}$/, 'sql/apply names the newest migration');

sub on_server { local $ENV{PG_PRIMARY} = $server; return sql($_[0]) }
sub apply { return `sql/apply '@{[$ENV{PG_PRIMARY} =~ s/dbname=payments/dbname=$database/r]}' 2>&1` }
sub there { local $ENV{PG_PRIMARY} = $ENV{PG_PRIMARY} =~ s/dbname=payments/dbname=$database/r; return sql($_[0]) }
sub ready { my $answer = api('GET', '/readyz'); return "$answer->{status} $answer->{json}{status} $answer->{json}{postgres}" }
sub mismatches { return join ' ', map { Own::metric('payments_postgresql_schema_mismatches', qq{state="$_"}) } qw(missing older newer differs) }
sub comment { there("COMMENT ON SCHEMA pay IS '$_[0]'") }

sub comes {
    my ($what, $want, $mismatches, $said) = @_;
    ok(wait_until(15, sub { ready() eq $want }), "$what: $want") or diag ready();
    ok(wait_until(15, sub { mismatches() eq $mismatches }), "$what: so say the metrics") or diag mismatches();
    ok(wait_until(5, sub { Own::log_text() =~ $said }), "$what: and the log") if $said;
}

on_server("DROP DATABASE IF EXISTS $database");
on_server("CREATE DATABASE $database");

Own::start(shard => "database $database;", workers => 2, unready => 1, wait => 1);

like(Own::log_text(), qr/\[notice\].* ngx_payments_module \Q$version\E for schema $schema/, 'the log says what starts');
like(Own::get('/metrics')->{body}, qr/^payments_build_info\{version="\Q$version\E",schema="$schema"\} 1$/m, 'the metrics as well');
is(api('GET', '/readyz')->{json}{version}, $version, 'and /readyz');

comes('no schema', '503 unavailable schema_missing', '2 0 0 0',
      qr/\[crit\].* payments shard "main", database "$database": the schema "pay" is missing: run sql\/apply/);
my @loud = grep { /\[(?:error|crit|alert|emerg)\]/ } split /\n/, Own::log_text();
is(scalar(@loud), 2, '... one line from each worker') or diag join "\n", @loud;
unlike(join("\n", @loud), qr/SQLSTATE|3F000|background task/, '... and no codes');

my $said = apply();
unlike($said, qr/ERROR/, 'sql/apply');
comes('then', '200 ok ok', '0 0 0 0', qr/\[notice\].*the schema is this module's/);
like(there("SELECT obj_description('pay'::regnamespace)"), qr/^payments schema $schema, functions [0-9a-f]{8}$/,
     'the schema says what it is');

comment('payments schema 1, functions 00000000');
comes('an older schema', '503 unavailable schema_older', '0 2 0 0',
      qr/\[crit\].*the schema is older than this module: run sql\/apply of the module's version \(there: schema 1,/);
comment('payments schema 9999, functions 00000000');
comes('a newer one', '200 degraded schema_newer', '0 0 2 0', qr/\[warn\].*the schema is newer than this module, which goes on/);
comment("payments schema $schema, functions 00000000");
comes('other functions', '200 degraded schema_differs', '0 0 0 2', qr/\[warn\].*the functions of the schema are of another version/);
there('COMMENT ON SCHEMA pay IS NULL');
comes('one that says nothing', '503 unavailable schema_older', '0 2 0 0');

is(apply(), '', 'sql/apply has nothing to do but this');
comes('then', '200 ok ok', '0 0 0 0');

# the comment is not the only thing that can be wrong
there('ALTER SCHEMA pay RENAME TO gone');
comes('a schema that goes', '503 unavailable schema_missing', '2 0 0 0');
there('ALTER SCHEMA gone RENAME TO pay');
comes('and comes back', '200 ok ok', '0 0 0 0');

Own::stop(expected => qr/the schema/);
on_server("DROP DATABASE $database WITH (FORCE)");

done_testing();

# docs/backup.md, as it stands: a dump that goes into a server without roles, and a server
# that goes back to a moment, under nginx's feet.

use strict;
use warnings;

use lib 't/lib';
use Basics qw(slurp);
use Cluster;
use Cwd qw(getcwd);
use File::Temp;
use Load qw(api uuid wait_until);
use Own;
use Test::More;

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my $dir = File::Temp->newdir(CLEANUP => 1);
chmod 0755, "$dir";
mkdir "$dir/$_" or die for 'backup', 'backup/wal';
system("chown -R postgres $dir/backup") if $> == 0;
delete $ENV{PAYMENTS_DATABASE};

# the blocks of a section, each with what comes of it
my $page = slurp('docs/backup.md');
sub blocks {
    my ($section) = @_;
    my ($text) = $page =~ /^## \Q$section\E\n(.*?)(?=^## |\z)/ms or die "$section?";
    my @blocks;
    while ($text =~ /^```(sh|text)\n(.*?)^```$/msg) {
        if ($1 eq 'sh') { push @blocks, [$2] } else { push @{ $blocks[-1] }, $2 }
    }
    return @blocks;
}

my $as = $> == 0 ? 'setpriv --reuid=postgres --regid=postgres --clear-groups ' : '';
my $bin = Cluster::bin();
my %variable = (host => '127.0.0.1', port => $pg_port + 63, new_port => $pg_port + 64, backup => "$dir/backup",
                data => "$dir/backup/data", password_file => "$dir/password");

sub run {
    my ($what, $block) = @_;
    my ($script, $comes) = @$block;
    open my $file, '>', "$dir/script" or die;
    print {$file} "set -e -o pipefail\nexec 2>&1\nPATH=@{[getcwd()]}/bin:$bin:\$PATH\n",
        map({ "$_='$variable{$_}'\n" } sort keys %variable),
        # as the page says, by the user postgres
        map({ "$_() { command $as$_ \"\$@\"; }\n" } 'pg_ctl', 'pg_basebackup'), $script;
    close $file;
    my $said = `bash $dir/script`;
    is($?, 0, $what) or diag $said;
    return unless $comes;
    my $pattern = join '.*?', map { join '.*?', map { quotemeta } split /\xe2\x80\xa6/, $_, -1 } split /\n/, $comes;
    like($said, qr/$pattern/s, '... and what comes of it');
}

my ($dump, $restore) = blocks('A dump');
my ($base, $recover) = blocks('Point in time');
ok($restore && $recover, 'the page has them');

my $old = Cluster->new(port => $variable{port}, settings =>
    "archive_mode = on\narchive_command = 'cp %p $dir/backup/wal/%f'\n");
$old->psql('postgres', 'CREATE DATABASE payments');
my $key = `bin/payments-admin -d '@{[$old->conninfo('payments')]}' init 2> $dir/said` =~ s/\s+\z//r;
like($key, qr/^sk_test_/, 'a database with its first key') or diag slurp("$dir/said");
system("bin/payments-admin -d '@{[$old->conninfo('payments')]}' password $dir/password > $dir/said 2>&1") == 0 or die slurp("$dir/said");

sub pay { my ($name) = @_; return api('POST', '/v1/payments', { amount => 500, currency => 'EUR',
              payment_method => { token => 'tok_visa' } }, key => $key, 'Idempotency-Key' => $name) }
sub replayed { $_[0]->{head} =~ /^Idempotent-Replayed: true/m ? 'replayed' : 'made' }
sub events { return @{ api('GET', '/v1/events?limit=100&order=asc', undef, key => $key)->{json}{data} } }

# what is in the backup is replayed, what is not is made again, and events go on
sub as_before {
    my ($what, $kept, $lost) = @_;
    is(replayed(pay($kept)), 'replayed', "$what: a payment that is in it is replayed");
    my $again = pay($lost);
    is("$again->{status} @{[replayed($again)]}", '201 made', "$what: one that is lost is made again");
    is(api('GET', "/v1/payments/$again->{json}{id}", undef, key => $key)->{status}, 200, '... and is there');
    my @events = events();
    is($events[-1]{data}{object}{id}, $again->{json}{id}, '... with its event');
    is(join(' ', map { $_->{sequence} } @events), join(' ', 1 .. @events), '... in a sequence without gaps');
}

# a dump, into a server that knows no role ------------------------------------------------------

my ($kept, $lost) = (uuid(), uuid());
Own::start(port => $old->{port}, password => "$dir/password");
is(pay($kept)->{status}, 201, 'a payment before the dump');
run('pg_dump', $dump);
is(pay($lost)->{status}, 201, 'one after it');
Own::stop();

my $new = Cluster->new(port => $variable{new_port});
run('the dump is restored', $restore);
is($new->psql('payments', "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
                            WHERE relnamespace = 'pay'::regnamespace AND rolname <> 'pay_owner'"), 0, 'pay_owner owns all of it');
Own::start(port => $new->{port}, password => "$dir/password");
is(api('GET', '/readyz')->{json}{postgres}, 'ok', 'nginx is ready');
as_before('the dump', $kept, $lost);
Own::stop();
$new->stop;

# back to a moment, while nginx runs --------------------------------------------------------------

system("bin/payments-admin -d '@{[$old->conninfo('payments')]}' password $dir/password > $dir/said 2>&1") == 0 or die slurp("$dir/said");
run('pg_basebackup', $base);
Own::start(port => $old->{port}, password => "$dir/password", shard => 'timeout 4s;');
($kept, $lost) = (uuid(), uuid());
is(pay($kept)->{status}, 201, 'a payment before the moment');
$variable{moment} = $old->psql('payments', 'SELECT clock_timestamp()');
ok(wait_until(5, sub { $old->psql('payments', "SELECT clock_timestamp() > '$variable{moment}'::timestamptz + interval '10 ms'") eq 't' }), 'time passes');
my $gone = pay($lost);
is($gone->{status}, 201, 'one after it');
$old->psql('payments', 'SELECT pg_switch_wal()');
my $wal = $old->psql('payments', "SELECT pg_walfile_name(pg_current_wal_lsn())");
$old->psql('payments', 'SELECT pg_switch_wal()');
ok(wait_until(30, sub { $old->psql('payments', "SELECT last_archived_wal >= '$wal' FROM pg_stat_archiver") eq 't' }), 'it is archived');
$old->stop;
run('it goes back to the moment', $recover);
ok(wait_until(30, sub { api('GET', '/readyz')->{json}{postgres} eq 'ok' }), 'nginx, which ran, is ready');
as_before('the moment', $kept, $lost);
is(api('GET', "/v1/payments/$gone->{json}{id}", undef, key => $key)->{status}, 404, 'the payment of the lost future is not there');
like(Own::log_text(), qr/is another database, or another past of it, than before/, 'the log says so');
Own::stop();
system("$as$bin/pg_ctl -D $variable{data} -m immediate stop > $dir/said 2>&1");

done_testing();

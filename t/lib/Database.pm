package Database;

# PostgreSQL and PgBouncer as they are, for suites that change their settings, stop
# them and count their connections.
#
#   Database::alone();        # no nginx but those that the suite starts
#   ...
#   Database::unharmed();     # what must hold after it

use strict;
use warnings;

use Load qw(devstack sql request invariants);
use Test::More;

use Exporter 'import';
our @EXPORT = qw($pg_port $pooler_port $dir admin backends read_payment as_postgres);

our ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
our ($pooler_port) = $ENV{PGBOUNCER_ADMIN} =~ /port=(\d+)/;
our $dir = $ENV{DEVSTACK_DIR};

# What else has connections: the stack's own nginx is away until the suite ends, and
# PgBouncer lets go of those that it keeps.
my $alone;
sub alone {
    $alone = $$;
    devstack('stop', 'nginx');
    devstack('stop', 'pgbouncer');
    devstack('start', 'pgbouncer');
}
END { local $?; devstack('start', 'nginx') if $alone && $alone == $$ }

# a command of PgBouncer's console
sub admin {
    my ($command) = @_;
    system('psql', '-XAtq', '-d', $ENV{PGBOUNCER_ADMIN}, '-c', $command) == 0
        or die "PgBouncer: $command\n";
}

# how many connections of the module there are, of those that ("AND ...") match
sub backends {
    my ($where) = @_;
    return sql("SELECT count(*) FROM pg_stat_activity
                 WHERE usename = 'pay_api' " . ($where || ''));
}

sub read_payment {
    my ($id, $limit) = @_;
    return request("GET /v1/payments/$id HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nAuthorization: Bearer $ENV{PAYMENTS_KEY}\r\n\r\n",
        $limit);
}

# runs a command as the database user, where this is root; true if it went well
sub as_postgres {
    my (@command) = @_;
    my $ok = system('sh', '-c', 'cd / && exec "$@" > /dev/null 2>&1', 'sh',
                    $> == 0 ? ('runuser', '-u', 'postgres', '--') : (),
                    @command) == 0;
    return $ok;
}

sub unharmed {
    is(join("\n", invariants()), '', 'invariants');
    open my $fh, '<', "$dir/primary/log" or die "log: $!";
    my @deadlocks = grep { /deadlock detected/ } <$fh>;
    is(scalar(@deadlocks), 0, 'PostgreSQL has never reported a deadlock');
}

1;

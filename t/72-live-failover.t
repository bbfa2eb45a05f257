# The primary is lost while acquirers are asked.  A standby that has every commit knows each key
# that was begun.  Where replication is asynchronous and the begun keys are lost, who has
# asked keeps the verdict all the same, and a retry has the same key for the acquirer.

use strict;
use warnings;

use lib 't/lib';
use Load qw(collect devstack error_log_since invariants request sql wait_until without_killed);

use Calls;
use Kills;
use Live;
use Test::More;

my ($first) = $ENV{PAYMENTS_URL} =~ /:(\d+)$/;
my %server = (primary => $first + 2, replica1 => $first + 3, replica2 => $first + 6);
sub at { my ($server, $text) = @_; local $ENV{PG_PRIMARY} = $ENV{PG_PRIMARY} =~ s/port=\d+/port=$server{$server}/r; return sql($text) }

# a stack of these servers, with the acquirer and a merchant of its own
sub stack {
    my (@options) = @_;
    devstack('down');
    my @stack = ('--port', $first, '--shard', 'timeout 30s;', @options);
    devstack('up', @stack);
    for (`tools/devstack --dir $ENV{DEVSTACK_DIR} env`) {
        $ENV{$1} = $2 if /^export (\w+)='(.*)'$/;
    }
    Live::begin();
    devstack('up', @stack, '--http', Live::processors('breaker fails=1000000; answer 10s; timeout 300s; not_found_after 300s;'));
    Live::wait_for_nodes($Load::port);
}

sub becomes {
    my ($server) = @_;
    devstack('promote', $server);
    $ENV{PG_PRIMARY} =~ s/port=\d+/port=$server{$server}/;
    ok(wait_until(30, sub { Kills::ready($Load::port) }), "$server is the primary");
}

sub finished {
    my ($name) = @_;
    is(join("\n", invariants()), '', "$name: invariants");
    my $from = 0;
    is(join("\n", without_killed(grep { /\[(?:alert|emerg)\]/ } split /\n/, error_log_since(\$from))), '', "$name: no [alert], [emerg]");
    $acquirer->stop;
    is($acquirer->trouble, '', "$name: the acquirer has not complained");
}

# what is answered now, for clients that were not
sub asked_again {
    my ($call) = @_;
    my $about = $operation{ $call->{operation} };
    my $made;
    ok(wait_until(30, sub { ($made = request($call->{text}, 30))->{status} =~ $about->{final} }), "$call->{name}: a retry has its answer");
    return $made;
}

# A standby has every commit -----------------------------------------------------------------------

{
    my $name = 'synchronous';
    stack('--replicas', 2, '--sync');
    my @calls = map { my $does = $_; map { asked_for(prepared($_, %$does)) } @operations } { after => '' }, { before => '' };
    my @dead = map { asked_for(prepared($_, after => '')) } @operations;
    devstack('kill', 'primary');
    becomes('replica1');
    $acquirer->release($_->{key}) for @calls;
    for my $call (@calls) {
        my $answer = collect($call->{first});
        like($answer->{status}, $operation{ $call->{operation} }{final}, "$name: $call->{name}: the client has its answer");
        hasten();
        is(ends_well($call)->{body}, $answer->{body}, "$name: $call->{name}: which the key has");
    }

    # and those who have asked
    Kills::nginx(Kills::workers(1));
    collect($_->{first}) for @dead;
    asked_again($_) for @dead;
    $acquirer->release($_->{key}) for @dead;
    hasten();
    ends_well($_) for @dead;
    is(disagreement(), '', "$name: the books agree");
    finished($name);
}

# What the standby has not received is lost ----------------------------------------------------------

{
    my $name = 'asynchronous';
    stack('--replicas', 1);
    my @calls = map { prepared($_, after => '') } @operations;
    my @dead = map { prepared($_, after => '') } @operations;
    my ($receiver) = `pgrep -f walreceiver -P \$(head -n 1 $ENV{DEVSTACK_DIR}/replica1/data/postmaster.pid)` =~ /(\d+)/;
    my $count = 'SELECT count(*) FROM pay.payments';
    ok(wait_until(20, sub { at('replica1', $count) == at('primary', $count) }), "$name: the standby has the payments");
    kill STOP => $receiver or die "no receiver\n";
    asked_for($_) for @calls, @dead;
    devstack('kill', 'primary');
    kill KILL => $receiver;
    ok(wait_until(30, sub { `psql -XAtq -d '$ENV{PG_REPLICA1}' -c 'SELECT 1' 2> /dev/null` =~ /1/ }), "$name: it is back after its crash");
    becomes('replica1');
    is(sql('SELECT count(*) FROM pay.journal WHERE key IN (' . join(',', map { "'$_->{key}'" } @calls, @dead) . ')'), 0, "$name: no key is known there");

    # who has asked for the first ones lives; a refund was answered, and is lost with its key
    $acquirer->release($_->{key}) for @calls;
    for my $call (@calls) {
        my $answer = collect($call->{first});
        like($answer->{status}, $operation{ $call->{operation} }{final}, "$name: $call->{name}: the client has its answer");
        asked_again($call) if $call->{operation} eq 'refund';
        hasten();
        my $made = ends_well($call);
        is($made->{body}, $answer->{body}, "$name: $call->{name}: which the key has") if $call->{operation} ne 'refund';
    }

    # nobody who has asked for these lives: the acquirer knows the key of the retry
    Kills::nginx(Kills::workers(1));
    collect($_->{first}) for @dead;
    for my $call (@dead) {
        $acquirer->release($call->{key});
        my $made = asked_again($call);
        hasten();
        if ($call->{operation} ne 'authorize') {
            ends_well($call);
            next;
        }
        my ($id) = $made->{body} =~ /"id":"(pay_\w+)"/;
        my %charge = map { ($_->{reference} => $_) } $acquirer->charges;
        my $payment = payment($id);
        is("$payment->{status} $payment->{amount_captured}", 'captured 900', "$name: $call->{name}: captured");
        is($charge{ $payment->{processor}{reference} }{token}, $call->{token}, "$name: $call->{name}: by the charge that there is");
        is(scalar(grep { $_->{token} eq $call->{token} } values %charge), 1, "$name: $call->{name}: and no other");
    }
    is(join("\n", map { "$_->{attempt} $_->{executions}" } grep { $_->{executions} != 1 } $acquirer->attempts), '', "$name: nothing is executed twice");
    finished($name);
}

devstack('down');
devstack('up', '--port', $first);
done_testing();

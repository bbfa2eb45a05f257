# Notifications of acquirers where merchants are in several shards: the acquirer knows no
# merchant, so every shard is asked, and one has what it is about.

use strict;
use warnings;

use lib 't/lib';
use Load qw(api api_key devstack sql);

# a stack of its own
my ($first) = $ENV{PAYMENTS_URL} =~ /:(\d+)$/;
devstack('down');
devstack('up', '--port', $first, '--shards', 2, '--replicas', 0);
for (`tools/devstack --dir $ENV{DEVSTACK_DIR} env`) {
    $ENV{$1} = $2 if /^export (\w+)='(.*)'$/;
}

use Live;
use Notify;
use Own;
use Test::More;

Live::alone();
Live::begin();

my ($second) = do {
    local $ENV{PG_PRIMARY} = $ENV{PG_SHARD2};
    api_key(sql('SELECT min(merchant_id) FROM pay.merchants'),
            [qw(payments:read payments:write refunds:write events:read)], livemode => 'true');
};
my ($port) = $ENV{PG_SHARD2} =~ /port=(\d+)/;
Own::start(workers => 2, connections => 4096, shard => 'mode direct;',
           http => Live::processors() . "payments_shard shard2 { server 127.0.0.1:$port; mode direct; "
               . 'timeout ' . 3 * Load::patience() . "s; password_file $ENV{DEVSTACK_DIR}/nginx/password; }");

for (['the first shard', $live_key], ['the second shard', $second]) {
    my ($where, $key) = @$_;
    my $token = 'tok_open_' . $where =~ tr/ /_/r;
    $acquirer->script({ token => $token, operation => 'authorize', pending => 'forever' });
    my $answer = pay(token => $token, key => $key);
    is(says($answer), '202 processing', "$where: pending");
    my $id = $answer->{json}{id};
    my ($seen) = $acquirer->seen(operation => 'authorize', payment => $id);
    my $attempt = $seen->{request}{attempt};
    $acquirer->resolve($attempt, 'approved');
    my ($charge) = $acquirer->charges($id);
    my $result = { attempt => $attempt, verdict => 'approved', amount => 1099, currency => 'EUR', reference => $charge->{reference} };
    is(came(notify('result', $result)), '200 applied', "$where: a result is applied");
    is(came(notify('result', $result)), '200 known', "$where: once");
    is(api('GET', "/v1/payments/$id", undef, key => $key)->{json}{status}, 'captured', "$where: captured");

    my %reversal = (attempt => $attempt, reference => $charge->{reference}, amount => 99, currency => 'EUR');
    is(came(notify('capture_reversed', \%reversal, id => "msg_$id")), "200 $_", "$where: a reversal, $_") for 'applied', 'known';
    is(api('GET', "/v1/payments/$id", undef, key => $key)->{json}{amount_captured}, 1000, "$where: it is taken back once");
}

is(came(notify('result', { attempt => 'att_00000000000000000000000000', verdict => 'pending' })), '404 resource_not_found',
   'no shard has it');
devstack('kill', 'shard2');
is(came(notify('result', { attempt => 'att_00000000000000000000000000', verdict => 'pending' })), '503 database_unavailable',
   'one shard is away: it may be there');
devstack('start', 'shard2');

Own::stop();
$acquirer->stop;
done_testing();

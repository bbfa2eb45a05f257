# Events to Kafka: each at least once, each object's in their order, whatever the brokers do.
# A mock cluster of librdkafka's; a real one is not asked.

use strict;
use warnings;

use lib 't/lib';
use Broker;
use JSON::PP;
use Load qw(api devstack sql wait_until rounds);
use Nginx;
use Own;
use Sink qw(mark complete disorder);
use Test::More;
use Time::HiRes qw(time);

plan skip_all => 'librdkafka and kcat are not installed' if system('command -v kcat > /dev/null && test -f /usr/include/librdkafka/rdkafka_mock.h');

my $json = JSON::PP->new->utf8;
my $broker = Broker->new(brokers => 3, topics => ['payments.events:4', 'none:1']);

sql("DELETE FROM pay.sinks WHERE sink LIKE 'kafka:%'");

sub pay {
    my (%with) = @_;
    return api('POST', '/v1/payments', { amount => 1000, currency => 'EUR', payment_method => { token => 'tok_visa' }, %with })->{json}{id};
}
sub busy {
    my ($load, $n) = @_;
    my $i = 0;
    open my $out, '>', "$load->{dir}/$n" or POSIX::_exit(1);
    local $SIG{TERM} = sub { $i = -1 };
    until ($i < 0) {
        my $id = pay(capture_method => 'manual') or select(undef, undef, undef, 0.02), next;
        api('POST', "/v1/payments/$id/capture", { amount => 400, final_capture => JSON::PP::false });
        api('POST', "/v1/payments/$id/capture", { amount => 500 });
    }
}
sub load { return Load->start(clients => 2, client => \&busy) }
sub events { return map { $json->decode($_->{value}) } $broker->messages(@_ ? @_ : 'payments.events') }
sub all_there {
    my ($mark, $name, $limit) = @_;
    my $left = '';
    ok(wait_until($limit || 20, sub { select undef, undef, undef, 0.3; ($left = complete($mark, events())) eq '' }), $name) or diag $left;
    is(disorder(events()), '', '... in order');
}
sub metric { return Own::metric("payments_sink_$_[0]", 'sink="kafka:events"') }

# key=value
sub conf {
    my (%with) = (brokers => $broker->brokers =~ tr/,/ /r, topic => 'payments.events', 'option linger.ms' => 5, @_);
    return 'payments_kafka { ' . join(' ', map { "$_ $with{$_};" } sort keys %with) . ' }';
}

Own::start(workers => 2, wait => 30, http => conf());
ok(wait_until(20, sub { metric('held') == 1 }), 'one worker has the sink');

# What is sent ----------------------------------------------------------------------------------

{
    my $mark = mark();
    my $id = pay();
    api('POST', "/v1/payments/$id/refunds", { amount => 100 });
    pay() for 1 .. 20;
    cmp_ok(scalar(Sink::expected($mark)), '>=', 22, 'there are events');
    all_there($mark, 'every event is in Kafka');
    my @all = $broker->messages('payments.events');
    is(scalar(@all), scalar(Sink::expected($mark)), '... once');
    my ($m) = grep { $json->decode($_->{value})->{object_id} eq $id } @all;
    my $event = $json->decode($m->{value});
    is($m->{value}, api('GET', "/v1/events/$event->{id}")->{body}, 'the bytes of the API');
    is($m->{key}, $id, 'its key is its object');
    like(delete $m->{headers}{ce_source}, qr{^/merchants/mer_\w{26}$}, 'its source the merchant');
    is_deeply($m->{headers}, { ce_specversion => '1.0', ce_id => $event->{id}, ce_type => $event->{type}, ce_subject => $id,
        ce_time => $event->{created_at}, ce_sequence => $event->{sequence}, ce_partitionkey => $id,
        'content-type' => 'application/json' }, 'a CloudEvent in binary mode');
    my %partition;
    $partition{$_->{key}}{ $_->{partition} } = 1 for @all;
    ok(!(grep { keys %$_ > 1 } values %partition), 'an object has one partition');
    ok(wait_until(10, sub { metric('behind_batches') == 0 }), 'the place follows');
    is(metric('events_total'), scalar(@all), '... and they are counted');
}

# Brokers that fail --------------------------------------------------------------------------------

{
    my $mark = mark();
    my $load = load();
    $broker->say("down $_") for 1 .. 3;
    my $n = mark();
    ok(wait_until(20, sub { mark() > $n + 5 }), 'payments go on without a broker');
    ok(wait_until(20, sub { metric('behind_batches') > 2 }), '... and it shows');
    $broker->say("up $_") for 1 .. 3;
    $load->stop;
    all_there($mark, 'all is there when they are back', 40);

    $mark = mark();
    $broker->say('err 0 19 4');                       # NOT_ENOUGH_REPLICAS
    pay() for 1 .. 5;
    all_there($mark, 'too few replicas: again until there are enough');

    # not one to be tried again
    my $failures = metric('failures_total');
    $mark = mark();
    $broker->say('err 0 45 1');                       # OUT_OF_ORDER_SEQUENCE_NUMBER
    pay() for 1 .. 5;
    all_there($mark, 'a producer that cannot go on: another one does', 40);
    note('failures: ' . (metric('failures_total') - $failures));

    $failures = metric('failures_total');
    $mark = mark();
    $broker->say('err 0 29 1');                       # TOPIC_AUTHORIZATION_FAILED
    pay() for 1 .. 5;
    ok(wait_until(20, sub { metric('failures_total') > $failures }), 'an event that is refused is a failure');
    all_there($mark, '... and all from there on comes again', 40);
}

# Reloads ----------------------------------------------------------------------------------------------

{
    my $mark = mark();
    my $load = load();
    for (1 .. rounds(3, 20)) {
        my $before = metric('events_total');
        kill HUP => Nginx::pid();
        wait_until(20, sub { metric('events_total') > $before + 10 }) or fail('it goes on after a reload');
    }
    $load->stop;
    all_there($mark, 'nothing is missing after reloads', 30);
}

ok(scalar(grep { /Kafka did not take an event/ } split /\n/, Own::log_text()), 'the log says what failed');
Own::stop(expected => qr/Kafka/);
$broker->stop;

done_testing();

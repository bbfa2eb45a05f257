# Events: one for each change, a sequence without gaps, and a reader that goes
# on from the last one it saw never misses any.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql request uuid invariants rounds wait_until later collect
            merchant);
use JSON::PP;
use Own;
use Test::More;
use Time::HiRes qw(sleep time);

Own::start(workers => 2, shard => 'mode direct;') if $ENV{PAYMENTS_OWN};

my ($key, $merchant) = merchant(qw(payments:read payments:write refunds:write
                                   events:read));

sub call {
    my ($method, $path, $body, %header) = @_;
    my $text = defined $body ? encode_json($body) : '';
    my $idempotency = delete $header{idempotency} || uuid();
    my $auth = delete $header{key} || $key;
    my $lines = $method eq 'GET' ? '' : ($method eq 'POST' ?
        "Idempotency-Key: $idempotency\r\n" : '')
        . "Content-Type: application/json\r\nContent-Length: " . length($text) . "\r\n";
    return "$method $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "Authorization: Bearer $auth\r\n$lines\r\n$text";
}

sub answer {
    my $answer = request(call(@_), 15);
    $answer->{json} = eval { decode_json($answer->{body}) } || {};
    return $answer;
}

sub events { @{ answer('GET', "/v1/events?limit=100$_[0]")->{json}{data} || [] } }
sub payment { return { amount => $_[0], currency => 'EUR', capture_method =>
    $_[1] || 'automatic', payment_method => { token => $_[2] || 'tok_visa' } } }

# the history of a payment
{
    my $created = answer('POST', '/v1/payments', payment(1000, 'manual'),
                         idempotency => 'events-1');
    my $id = $created->{json}{id};
    my @at_once = events('');
    is(scalar(@at_once), 1, 'an event is there at once');
    answer('POST', '/v1/payments', payment(1000, 'manual'), idempotency => 'events-1');
    answer('POST', "/v1/payments/$id/refunds", { amount => 1 });
    answer('POST', "/v1/payments/$id/capture", { amount => 400, final_capture => JSON::PP::false });
    answer('PATCH', "/v1/payments/$id", { description => 'x' });
    my $refund = answer('POST', "/v1/payments/$id/refunds", { amount => 100 })->{json}{id};
    my $last = answer('POST', "/v1/payments/$id/cancel");
    answer('POST', '/v1/payments', payment(1000, 'automatic', 'tok_declined'));

    my @events = events('&order=asc');
    is(join(' ', map { $_->{type} } @events),
       'payment.authorized payment.partially_captured payment.updated '
       . 'refund.succeeded payment.updated payment.failed',
       'one for each change; none for replays and refusals');
    is(join(' ', map { $_->{sequence} } @events), '1 2 3 4 5 6', 'without a gap');
    is(join(' ', map { $_->{object_version} } @events), '1 2 3 1 5 1', 'with versions');
    is_deeply([@{ $events[0] }{qw(object livemode object_type object_id)}],
              ['event', JSON::PP::false, 'payment', $id], 'what an event shows');
    like($events[0]{id}, qr/^evt_[0-9A-HJKMNP-TV-Z]{26}$/, 'its id');
    is_deeply($events[0]{data}{object}, $created->{json}, 'the object as it was');
    is_deeply($events[4]{data}{object}, $last->{json}, 'and as it became');
    is($events[3]{object_id}, $refund, 'a refund\'s');
    is_deeply([map { $_->{data}{previous_attributes} } @events[0, 3, 5]],
              [undef, undef, undef], 'what is new had no attributes before');
    is_deeply([sort keys %{ $events[2]{data}{previous_attributes} }],
              [qw(description updated_at version)], 'what a change has changed');
    is_deeply({ %{ $events[1]{data}{object} }, %{ $events[1]{data}{previous_attributes} } },
              $created->{json}, 'and what it was before');
    my ($request) = $created->{head} =~ /^Request-Id: (req_\w+)/m;
    is_deeply($events[0]{request}, { id => $request, idempotency_key => 'events-1' },
              'who asked for it');
    is($events[5]{data}{object}{status}, 'failed', 'a declined payment, not its problem');

    my $one = answer('GET', "/v1/events/$events[2]{id}");
    is_deeply($one->{json}, $events[2], 'an event by its id');
    is(answer('GET', "/v1/events/$events[2]{id}", undef,
              key => $ENV{PAYMENTS_KEY})->{status}, 404, 'of another merchant: 404');
    is(join(' ', map { $_->{sequence} } events('&types=refund.*')), '4', 'types: a family');
    is(join(' ', map { $_->{sequence} } events('&types=payment.updated,payment.failed')),
       '6 5 3', 'types: several, the newest first');
    is(scalar(events('&types=payment_x')), 0, 'types: nothing matches');
    is(join(' ', map { $_->{sequence} } events('&after=4')), '5 6', 'after: ascending');
    is(scalar(events('&after=6')), 0, 'after the last one: none');
    my $page = answer('GET', '/v1/events?limit=4');
    is(join(' ', map { $_->{sequence} } @{ $page->{json}{data} }), '6 5 4 3', 'a page');
    is(join(' ', map { $_->{sequence} } @{ answer('GET', "/v1/events?limit=4&cursor="
        . $page->{json}{next_cursor})->{json}{data} }), '2 1', 'and the next one');
    is(answer('GET', '/v1/events?after=x')->{json}{code}, 'invalid_query', 'after: a number');
}

# readers beside writers: each sees every sequence once, in order, at once
{
    my @ids = map { answer('POST', '/v1/payments', payment(100000, 'manual'))->{json}{id} }
              1 .. 5;
    my $start = sql("SELECT max(sequence) FROM pay.events WHERE merchant_id = $merchant");
    my $seconds = rounds(6, 60);
    my $stop = "/tmp/payments-events-$$";
    my $until = time + $seconds;
    my @pids;

    for my $n (1 .. 8) {
        my $pid = fork;
        if ($pid == 0) {
            srand($n);
            while (time < $until) {
                my $id = $ids[rand @ids];
                request(call(rand() < 0.5
                    ? ('POST', '/v1/payments', payment(5))
                    : rand() < 0.5
                    ? ('POST', "/v1/payments/$id/capture",
                       { amount => 1, final_capture => JSON::PP::false })
                    : ('PATCH', "/v1/payments/$id", { description => "d$n" })), 15);
            }
            POSIX::_exit(0);
        }
        push @pids, $pid;
    }

    my @readers = map {
        my $pid = fork;
        if ($pid == 0) {
            my ($last, $bad, %version) = ($start, 0);
            for (my $final = 0; !$final; ) {
                # once more after the writers have ended
                $final = -e $stop;
                my @page = events("&after=$last");
                $final = 0 if @page;
                for my $event (@page) {
                    $bad++ if $event->{sequence} != $last + 1;
                    $last = $event->{sequence};
                    # an object's changes come in the order of its versions
                    $bad++ if ($version{$event->{object_id}} || 0)
                              >= $event->{object_version};
                    $version{$event->{object_id}} = $event->{object_version};
                }
            }
            my $all = sql("SELECT max(sequence) FROM pay.events WHERE merchant_id = $merchant");
            $bad++ if $last != $all;
            POSIX::_exit($bad > 99 ? 99 : $bad);
        }
        $pid;
    } 1 .. 2;

    waitpid $_, 0 for @pids;
    open my $fh, '>', $stop or die "$stop: $!";
    close $fh;
    my $bad = 0;
    for (@readers) { waitpid $_, 0; $bad += $? >> 8 }
    unlink $stop;
    is($bad, 0, 'readers that follow miss nothing, see nothing twice, and in order');
    events('');
    is(sql("SELECT count(*) = max(sequence) AND min(sequence) = 1 FROM pay.events
             WHERE merchant_id = $merchant"), 't', 'the sequence has no gap');
    is(sql("SELECT count(*) FROM pay.journal j WHERE merchant_id = $merchant
             AND event_type IS NOT NULL AND NOT EXISTS (SELECT FROM pay.events e
             WHERE e.merchant_id = j.merchant_id AND e.event_id = j.event_id)"), 0,
       'each change has its event');
}

# several relays at once beside writers, one of them killed again and again: each event is
# in one batch, and a reader of batches finds all events, each object's in their order
{
    my ($first) = sql('SELECT batch FROM pay.relay');
    my $stop = "/tmp/payments-relays-$$";
    my @pids = map {
        my $killed = $_ == 1;
        my $pid = fork;
        if ($pid == 0) {
            until (-e $stop) {
                my $name = $killed ? 'relay_killed' : 'relay';
                system("PGAPPNAME=$name psql -XAtq -d '$ENV{PG_PRIMARY}' -c 'SELECT pay.relay_events()' "
                       . '> /dev/null 2>&1');
                sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                      WHERE application_name = 'relay_killed'") if !$killed && rand() < 0.5;
            }
            POSIX::_exit(0);
        }
        $pid;
    } 1 .. 3;
    my $id = answer('POST', '/v1/payments', payment(100000, 'manual'))->{json}{id};

    for (1 .. rounds(40, 400)) {
        answer('PATCH', "/v1/payments/$id", { description => "d$_" });
        answer('POST', '/v1/payments', payment(5));
    }

    open my $fh, '>', $stop or die "$stop: $!";
    close $fh;
    waitpid $_, 0 for @pids;
    unlink $stop;
    events('');
    is(sql("SELECT string_agg(j.object_version::text, ' ' ORDER BY b.batch, e.sequence)
                 = string_agg(j.object_version::text, ' ' ORDER BY j.object_version)
                   AND count(*) = max(j.object_version)
              FROM pay.relay_batches b
             CROSS JOIN LATERAL unnest(b.merchants, b.livemodes, b.firsts, b.counts) AS u (m, l, f, n)
              JOIN pay.events e ON e.merchant_id = u.m AND e.livemode = u.l
               AND e.sequence BETWEEN u.f AND u.f + u.n - 1
              JOIN pay.journal j ON j.merchant_id = e.merchant_id AND j.key_hash = e.key_hash
               AND j.day = e.day AND j.generation = e.generation
             WHERE b.batch > $first AND j.object_id =
                   (SELECT p.payment_id FROM pay.payments p WHERE p.merchant_id = $merchant
                     AND p.head LIKE '{\"id\":\"$id\"%')"), 't',
       'each event is in one batch of the relay');
    is(sql("SELECT count(DISTINCT batch) = max(batch) - $first AND max(batch) = (SELECT batch FROM pay.relay)
              FROM pay.relay_batches WHERE batch > $first"), 't', 'batches have no gap');
}

# a writer sees its own event in the next request, from whichever worker
{
    my $missed = 0;
    for (1 .. rounds(60, 500)) {
        my $id = answer('POST', '/v1/payments', payment(3))->{json}{id};
        my ($newest) = events('');
        $missed++ if $newest->{object_id} ne $id;
    }
    is($missed, 0, 'a write is seen by the read that follows');
}

Own::stop() if $ENV{PAYMENTS_OWN};
is(join("\n", invariants()), '', 'invariants');
done_testing();

# Feeds: the events of all merchants in ordered batches, each at least once and each
# object's in their order, whoever dies; one node of two sends them.

use strict;
use warnings;

use lib 't/lib';
use Fcntl qw(:flock);
use File::Temp;
use IPC::Open2;
use JSON::PP;
use Load qw(api devstack sql uuid wait_until nginx_pid without_killed error_log_since rounds);
use Peer;
use Sink qw(mark complete disorder);
use Test::More;
use Time::HiRes qw(sleep time);

my $dir = File::Temp->newdir(CLEANUP => 1);
chmod 0755, $dir;
my $json = JSON::PP->new->utf8->canonical;
my ($client) = ($ENV{TEST_NGINX_CLIENT_PORT} || 1984) =~ /(\d+)/;
my $port = $client + 30;
my $page = 20;

system("gcc -O1 -std=gnu11 -o $dir/sign tests/signatures/sign.c ngx_payments_module/domain/*.c -lcrypto -lpcre2-8 -lm") == 0
    or die "sign does not compile\n";
my $secret = 'whsec_' . ('QUJD' x 8);
{ open my $fh, '>', "$dir/secret" or die; print {$fh} "$secret\n" }

# Receivers: each keeps what came, and answers what a file says -----------------------------

sub receiver {
    my ($name, %where) = @_;
    return Peer->new(%where, routes => { '*' => sub {
        my ($c, $request) = @_;
        my ($status, @lines) = (200);
        if (open my $fh, '<', "$dir/$name.answers") { ($status, @lines) = map { chomp; $_ } <$fh> }
        my %got = (path => $request->{path}, body => $request->{body}, status => $status, time => time);
        for (qw(id timestamp signature)) { ($got{$_}) = $request->{head} =~ /^webhook-$_: (.*?)\r?$/mi }
        ($got{content}) = $request->{head} =~ /^Content-Type: (.*?)\r?$/mi;
        open my $fh, '>>', "$dir/$name.got" or die;
        flock $fh, LOCK_EX;
        syswrite $fh, $json->encode(\%got) . "\n";
        close $fh;
        if ($status eq 'hang') { sleep 60; return }
        return $c->answer('', $status, @lines);
    } });
}
sub got { my ($name) = @_; open my $fh, '<', "$dir/$name.got" or return wantarray ? () : 0; return map { eval { $json->decode($_) } || () } <$fh> }
sub answers { my ($name, @lines) = @_; open my $fh, '>', "$dir/$name.new" or die; print {$fh} map { "$_\n" } @lines; close $fh; rename "$dir/$name.new", "$dir/$name.answers" }
sub forget { unlink "$dir/$_.got" for qw(lines cloud) }
sub taken { return map { my $b = $_; map { $json->decode($_) } split /\n/, $b->{body} } grep { $_->{status} =~ /^2/ } got('lines') }
# how many, without a look at each
sub came { open my $fh, '<', "$dir/lines.got" or return 0; local $/; my $text = <$fh> // ''; return () = $text =~ /object_version/g }
sub pay {
    my (%with) = @_;
    return api('POST', '/v1/payments', { amount => 1000, currency => 'EUR', payment_method => { token => 'tok_visa' }, %with })->{json}{id};
}
# several versions of a payment: authorized, and captured in parts
sub busy {
    my ($load, $n) = @_;
    my $i = 0;
    open my $out, '>', "$load->{dir}/$n" or POSIX::_exit(1);
    local $SIG{TERM} = sub { $i = -1 };
    until ($i < 0) {
        my $id = pay(capture_method => 'manual') or select(undef, undef, undef, 0.02), next;
        api('POST', "/v1/payments/$id/capture", { amount => 400, final_capture => JSON::PP::false });
        api('POST', "/v1/payments/$id/capture", { amount => 500 });
        $i++ if $i >= 0;
    }
}
sub load { return Load->start(clients => 2, client => \&busy) }
# looked at five times a second: it takes the test's own time
sub all_there {
    my ($mark, $name) = @_;
    my $left = '';
    ok(wait_until(20, sub { select undef, undef, undef, 0.2; ($left = complete($mark, taken())) eq '' }), $name) or diag $left;
}
sub metric {
    my ($name, $sink) = @_;
    my ($value) = api('GET', '/metrics')->{body} =~ /^payments_sink_$name\{sink="feed:$sink",shard="main"\} (\d+)/m;
    return $value // 0;
}
sub held { my ($at) = @_; local $Load::port = $at; return metric('held', 'lines') // 0 }
sub one_holds { return wait_until(20, sub { held($Load::port) + held($Load::port2) == 1 }) }

my $lines = receiver('lines', port => $port);
my $cloud = receiver('cloud', unix => "$dir/socket");
chmod 0666, "$dir/socket";

my @up = ('up', '--port', $Load::port, '--shard', 'timeout 15s;');
sql("DELETE FROM pay.sinks");
devstack(@up, '--nodes', 2, '--workers', 1, '--http', "payments_feed lines { url http://127.0.0.1:$port/events; batch $page; secret_file $dir/secret; timeout 3s; }",
         '--http', "payments_feed cloud { url unix:$dir/socket:/cloud?x=1; format cloudevents-batch; }");
$Load::port2 ||= $Load::port + 10;
my $parent = $$;
END { if (defined $parent && $parent == $$) { local $?; devstack(@up) } }
my $log = -s $ENV{NGINX_ERROR_LOG};

# What is sent ----------------------------------------------------------------------------------

ok(one_holds(), 'of two nodes one has the feed');
ok(wait_until(20, sub { sql("SELECT count(*) FROM pay.sinks WHERE sink IN ('feed:lines', 'feed:cloud')") == 2 }), 'a place in the shard');

{
    my %counted = map { local $Load::port = $_; ($_ => metric('events_total', 'lines')) } $Load::port, $Load::port2;
    my $mark = mark();
    my $id = pay(description => "quote \" \xe9");
    api('POST', "/v1/payments/$id/refunds", { amount => 100 });
    pay() for 1 .. 25;
    cmp_ok(scalar(Sink::expected($mark)), '>=', 27, 'there are events');
    all_there($mark, 'every event comes');
    my @taken = taken();
    is(scalar(@taken), scalar(Sink::expected($mark)), '... once');
    is(disorder(@taken), '', '... in order');
    my ($first) = got('lines');
    my ($line) = split /\n/, $first->{body};
    is($line, api('GET', "/v1/events/" . $json->decode($line)->{id})->{body}, 'a line is what the API has');
    is($first->{content}, 'application/x-ndjson', 'lines');
    is($first->{path}, '/events', 'to its path');
    ok(!(grep { ($_->{body} =~ tr/\n//) > $page } got('lines')), 'no batch is larger than it may be');
    is(scalar(grep {
        my $pid = open2(my $out, my $in, "$dir/sign", '--verify', @$_{qw(id timestamp signature)}, int time, $secret);
        print {$in} $_->{body};
        close $in;
        my $said = do { local $/; <$out> };
        waitpid $pid, 0;
        $? || ($said // '') ne '';
    } got('lines')), 0, 'each is signed');
    unlike($first->{id}, qr/\./, 'its id has no full stop');
    my %id = map { $_->{id} => 1 } got('lines');
    is(scalar(keys %id), scalar(got('lines')), 'each has an id of its own');

    ok(wait_until(10, sub { (map { @{ $json->decode($_->{body}) } } got('cloud')) == @taken }), 'the other format');
    my ($batch) = got('cloud');
    is($batch->{content}, 'application/cloudevents-batch+json; charset=utf-8', 'its type');
    is($batch->{path}, '/cloud?x=1', 'over a socket');
    is($batch->{signature}, undef, 'without a secret there is no signature');
    my ($event) = map { @{ $json->decode($_->{body}) } } got('cloud');
    my $data = $event->{data};
    is_deeply($data, $taken[0], 'its data is the event');
    my $merchant = $event->{source} =~ m{^/merchants/(mer_\w+)$} ? $1 : '';
    is($merchant, 'mer_' . Sink::id(sql("SELECT m.public_id FROM pay.merchants m JOIN pay.events e USING (merchant_id)
        WHERE e.event_type = '$data->{type}' AND e.sequence = $data->{sequence} ORDER BY e.day DESC LIMIT 1")), 'its source the merchant');
    is_deeply([@$event{qw(specversion id type subject time sequence partitionkey datacontenttype)}],
              ['1.0', @$data{qw(id type object_id created_at)}, "$data->{sequence}", $data->{object_id}, 'application/json'], 'its attributes');
    ok(wait_until(10, sub { metric('behind_batches', 'lines') == 0 && metric('behind_seconds', 'lines') == 0 }), 'nothing is behind');
    local $Load::port = held($Load::port) ? $Load::port : $Load::port2;
    is(metric('events_total', 'lines') - $counted{$Load::port}, scalar(@taken), 'they are counted');
}

# A receiver that fails, and that is away ----------------------------------------------------------

{
    forget();
    my $mark = mark();
    answers('lines', 500);
    pay() for 1 .. 3;
    ok(wait_until(20, sub { got('lines') >= 3 }), 'what is refused is sent again');
    answers('lines', 204);
    pay() for 1 .. 3;
    all_there($mark, '... until it is taken');
    my @first = (got('lines'))[0, 1];
    is($first[1]{$_}, $first[0]{$_}, "the same $_") for qw(id body);
    ok((grep { $_->{id} eq $first[0]{id} && $_->{timestamp} ne $first[0]{timestamp} && $_->{signature} ne $first[0]{signature} } got('lines')),
       '... with a new time and signature') if $first[1]{timestamp} ne $first[0]{timestamp};
    is(disorder(taken()), '', 'in order');
    answers('lines', 301, "Location: http://127.0.0.1:$port/elsewhere");
    pay();
    ok(wait_until(20, sub { grep { $_->{status} == 301 } got('lines') }), 'a redirect');
    answers('lines', 503, 'Retry-After: 1');
    ok(wait_until(20, sub { grep { $_->{status} == 503 } got('lines') }), 'too busy');
    answers('lines', 200);
    all_there($mark, '... is no answer');
    is(scalar(grep { $_->{path} ne '/events' } got('lines')), 0, '... and not followed');

    forget();
    $mark = mark();
    my $load = load();
    wait_until(10, sub { came() > 20 });
    kill KILL => -$lines->{pid};
    $lines->stop;
    my $n = mark();
    ok(wait_until(20, sub { mark() > $n + 10 }), 'payments go on while the receiver is dead');
    ok(wait_until(20, sub { local $Load::port = held($Load::port) ? $Load::port : $Load::port2; metric('behind_batches', 'lines') > 5 }), '... and it shows');
    $lines = receiver('lines', port => $port);
    $load->stop;
    all_there($mark, 'all of it comes when it is back');
    is(disorder(taken()), '', '... in order');
    cmp_ok(taken() - Sink::expected($mark), '<=', $page, '... at most a page twice');
}

# Whoever sends dies ----------------------------------------------------------------------------------

sub first_worker {
    my ($node) = @_;
    my $pid = do { open my $fh, '<', "$ENV{DEVSTACK_DIR}/$node/nginx.pid" or die; <$fh> };
    # of workers that are alike the one with a connection for what has no request
    my @workers = grep { (`cat /proc/$_/cmdline`) =~ /worker process\s*\0*$/ } split ' ', `ps -o pid= --ppid $pid`;
    my %ports = map { $_ => 1 } split /\n/, sql("SELECT client_port FROM pg_stat_activity WHERE query LIKE '%sinks(%' AND client_port IS NOT NULL AND pid <> pg_backend_pid()");
    for my $line (split /\n/, `ss -tnpH state established 2> /dev/null`) {
        my ($local) = $line =~ /127\.0\.0\.1:(\d+)\s/ or next;
        next unless $ports{$local};
        for ($line =~ /pid=(\d+)/g) { return $_ if grep { $_ eq $1 } @workers }
    }
    return;
}

for my $round (1 .. rounds(1, 5)) {
    forget();
    my $mark = mark();
    my $load = load();
    wait_until(10, sub { came() > 20 });
    my $node = held($Load::port) ? 'nginx' : 'nginx2';
    my $worker;
    wait_until(10, sub { $worker = first_worker($node) });
    ok($worker && kill(KILL => $worker), 'the worker that sends is killed');
    my $before = came();
    ok(wait_until(20, sub { came() > $before + 20 }), 'another one goes on');
    $load->stop;
    all_there($mark, 'nothing is missing');
    is(disorder(taken()), '', '... in order');
    cmp_ok(taken() - Sink::expected($mark), '<=', 2 * $page, '... at most what was under way twice');
    ok(one_holds(), '... and one node has it');
}

{
    forget();
    my $mark = mark();
    my $load = load();
    for my $reload (1 .. rounds(2, 10)) {
        my $before = came();
        system("$_ -s reload") for map { "nginx -q -p $ENV{DEVSTACK_DIR}/$_/ -e $ENV{DEVSTACK_DIR}/$_/error.log -c $ENV{DEVSTACK_DIR}/$_/nginx.conf" } qw(nginx nginx2);
        wait_until(20, sub { came() > $before + 20 }) or fail('it goes on after a reload');
    }
    $load->stop;
    all_there($mark, 'nothing is missing after reloads');
    is(disorder(taken()), '', '... in order');
    cmp_ok(taken() - Sink::expected($mark), '<=', 2 * 2 * $page, '... at most what was under way twice');
}

{
    forget();
    my $mark = mark();
    ok(one_holds(), 'one of two');
    my $holds = held($Load::port) ? 'nginx' : 'nginx2';
    my $other = $holds eq 'nginx' ? $Load::port2 : $Load::port;
    my $master = do { open my $fh, '<', "$ENV{DEVSTACK_DIR}/$holds/nginx.pid" or die; <$fh> + 0 };
    my @pids = ($master, split ' ', `ps -o pid= --ppid $master`);
    kill KILL => @pids;
    wait_until(10, sub { !grep { -d "/proc/$_" && (`cat /proc/$_/stat 2> /dev/null`) !~ /\) Z / } @pids });
    unlink "$ENV{DEVSTACK_DIR}/$holds/nginx.pid";
    local $Load::port = $other;
    pay() for 1 .. 5;
    all_there($mark, 'a node dies: the other one goes on');
    ok(wait_until(10, sub { held($other) == 1 }), '... and has the feed');
    is(disorder(taken()), '', '... in order');
    devstack('start', $holds);
}

my @bad = grep { /\[(?:alert|emerg)\]/ } without_killed(split /\n/, error_log_since(\$log));
is("@bad", '', 'no alerts');

done_testing();

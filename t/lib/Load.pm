package Load;

# Clients against the development stack, and the invariants after them.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use IO::Select;
use IPC::Open2;
use IO::Socket::INET;
use JSON::PP;
use POSIX qw(:signal_h);
use Test::More ();
use Time::HiRes qw(sleep time);

use Basics qw(uuid patience text_since);
use Exporter 'import';
our @EXPORT_OK = qw(devstack sql request create uuid invariants rounds
                    error_log_since wait_until later collect stored recovered merchant api_key
                    text api together nginx_pid without_killed
                    figures promised answered hold);

die "PAYMENTS_URL is not set; run: eval \"\$(tools/devstack env)\"\n"
    unless $ENV{PAYMENTS_URL};

# psql itself: Debian's in /usr/bin is a script around it, twice as dear
$ENV{PATH} = join ':', (sort glob '/usr/lib/postgresql/*/bin')[-1] || (), $ENV{PATH};

our ($port) = $ENV{PAYMENTS_URL} =~ /:(\d+)$/;

# of the second node, where there is one
our ($port2) = ($ENV{PAYMENTS_URL_2} || '') =~ /:(\d+)$/;

# clients that run: a test that dies must not leave them, nor prove waiting
my $parent = $$;
my %running;

END {
    if ($$ == $parent && %running) {
        my $status = $?;
        kill KILL => keys %running;
        waitpid $_, 0 for keys %running;
        $? = $status;
    }
}

sub devstack {
    my (@args) = @_;
    system('tools/devstack', '--dir', $ENV{DEVSTACK_DIR}, @args) == 0
        or die "devstack @args failed\n";
}

# of the master, as it is now: a test may have started another one
sub nginx_pid {
    open my $fh, '<', "$ENV{DEVSTACK_DIR}/nginx/nginx.pid" or return 0;
    my ($pid) = <$fh> =~ /(\d+)/;
    return $pid;
}

sub sql {
    my ($text) = @_;
    open my $fh, '-|', 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d',
        $ENV{PG_PRIMARY}, '-c', $text or die "psql: $!";
    local $/;
    my $out = <$fh>;
    close $fh or die "psql failed: $text\n";
    $out =~ s/\n\z//;
    return $out;
}

# the server answers, and none of these backends is left: a crash is over
# only when the postmaster has started again
sub recovered {
    my (@pids) = @_;
    my $list = join ',', 0, @pids;
    my $n = `psql -XAtq -d '$ENV{PG_PRIMARY}' -c "SELECT count(*) FROM pg_stat_activity WHERE pid IN ($list)" 2> /dev/null`;
    return $? == 0 && $n == 0;
}

# An API key that the database knows: of a merchant's number, with scopes and
# further columns (SQL); livemode => 'true' makes a live one.  Returns it and its hash.
sub api_key {
    my ($merchant, $scopes, %column) = @_;
    my $live = delete $column{livemode} || 'false';
    my $mode = $live eq 'true' ? 'live' : 'test';
    my $secret = substr uc(uuid() . uuid()) =~ tr/-//dr, 0, 52;
    my $hash = sha256_hex("k_${mode}_$secret");
    my $names = join '', map { ", $_" } sort keys %column;
    my $values = join '', map { ", $column{$_}" } sort keys %column;
    my $start = sql("INSERT INTO pay.api_keys (merchant_id, key_hash, key_id, name,
                                               prefix, livemode, scopes$names)
                     VALUES ($merchant, '\\x$hash', pay.uuid7(), 'test', 'sk_${mode}_'
                             || left(pay.key_merchant($merchant), 4), $live, '{"
        . join(',', @$scopes) . "}'$values)
                     RETURNING 'sk_${mode}_' || pay.key_merchant(merchant_id)");
    return ($start . $secret, $hash);
}

# a merchant of its own: a key with these scopes, and the number
sub merchant {
    my (@scopes) = @_;
    my $number = sql("INSERT INTO pay.merchants (merchant_id, public_id, name)
                      VALUES (nextval('pay.merchant_sequence') << 12 | 7,
                              pay.uuid7(), 'test') RETURNING merchant_id");
    my ($key) = api_key($number, \@scopes);
    return ($key, $number);
}

# "make test" runs few rounds, "make soak" all of them
sub rounds {
    my ($few, $all) = @_;
    return $ENV{PAYMENTS_SOAK} ? $all : $few;
}

# Whether figures in seconds are asked for: by "make soak" only, which has the
# machine for itself, and not of what runs under a sanitizer.
sub figures { return $ENV{PAYMENTS_SOAK} && !$ENV{TEST_NGINX_PATIENCE} ? 1 : 0 }

# A figure that is promised, in seconds: a test of "make soak", elsewhere a note.
# What "make test" says of the same promise is a count, an order or a ratio.
sub promised {
    my ($took, $figure, $name) = @_;
    return Test::More::cmp_ok($took, '<', $figure, $name) if figures();
    Test::More::note(sprintf '%s: %.3f s, promised: less than %s s', $name, $took, $figure);
    return 1;
}

# Waits for what must come.  The limit is a watchdog's: who meets it hangs.
sub wait_until {
    my ($limit, $code) = @_;
    my $until = time + patience() * $limit;

    until ($code->()) {
        return 0 if time > $until;
        sleep 0.02;
    }

    return 1;
}

# One exchange on a connection of its own: { status, head, body, seconds };
# status 0 where no whole answer came.
sub request {
    my ($text, $limit) = @_;
    my $start = time;
    my $answer = '';
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $port);

    if ($socket) {
        local $SIG{PIPE} = 'IGNORE';
        my $select = IO::Select->new($socket);
        syswrite $socket, $text;

        # patient as wait_until() is
        my $until = time + patience() * ($limit || 15);

        # a signal may interrupt the wait, which is not its end
        while (time < $until) {
            next unless $select->can_read($until - time);
            my $n = sysread $socket, $answer, 65536, length $answer;
            last unless $n;
        }
    }

    my ($head, $body) = split /\r\n\r\n/, $answer, 2;
    my ($status) = ($head || '') =~ m{^HTTP/1\.\d (\d+)};
    my ($length) = ($head || '') =~ /^Content-Length: (\d+)/m;
    $status = 0 if defined $length && length($body) != $length;

    return { status => $status || 0, head => $head || '',
             body => defined $body ? $body : '', seconds => time - $start };
}

# A request of the API as text.  A POST has a key of its own unless the headers
# name one; "key" among them is the API key; a header that is undef is not sent.
sub text {
    my ($method, $path, $body, %header) = @_;
    my $json = defined $body ? encode_json($body) : '';
    my $auth = delete $header{key} || $ENV{PAYMENTS_KEY};
    $header{'Idempotency-Key'} = uuid()
        if $method eq 'POST' && !exists $header{'Idempotency-Key'};
    $header{'Content-Type'} = 'application/json' if defined $body;
    $header{'Content-Length'} = length $json if $method ne 'GET';
    return "$method $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "Authorization: Bearer $auth\r\n"
        . join('', map { "$_: $header{$_}\r\n" }
               grep { defined $header{$_} } sort keys %header)
        . "\r\n$json";
}

# and what it gives: request()'s answer, and its body as {json}
sub api {
    my $answer = request(text(@_));
    $answer->{json} = eval { decode_json($answer->{body}) } || {};
    return $answer;
}

sub create {
    my ($key, $amount, $token) = @_;
    $token ||= 'tok_visa';
    my $body = "{\"amount\":$amount,\"currency\":\"EUR\",\"payment_method\":"
        . "{\"token\":\"$token\"},\"customer\":\"load\"}";
    return "POST /v1/payments HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nAuthorization: Bearer $ENV{PAYMENTS_KEY}\r\n"
        . "Content-Type: application/json\r\nIdempotency-Key: $key\r\n"
        . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
}

# a request in the background; collect() waits for what request() gives
sub later {
    my ($text, $limit) = @_;
    pipe my $reader, my $writer or die "pipe: $!";
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        close $reader;
        my $answer = request($text, $limit);
        syswrite $writer, "$answer->{status} $answer->{seconds}\n"
            . "$answer->{head}\r\n\r\n$answer->{body}";
        POSIX::_exit(0);
    }
    close $writer;
    return { pid => $pid, reader => $reader };
}

sub collect {
    my ($later) = @_;
    my $reader = $later->{reader};
    my $line = <$reader>;
    my $text = do { local $/; <$reader> };
    waitpid $later->{pid}, 0;
    my ($status, $seconds) = split ' ', $line;
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    return { status => $status, seconds => $seconds, head => $head,
             body => $body };
}

# whether a later() has its answer by now
sub answered { return IO::Select->new($_[0]{reader})->can_read(0) ? 1 : 0 }

# Sends each text over a connection of its own, to all ports in turn, each
# before any answer is read; then, if $ports ends with code, that is called.
# Returns request()'s answers, in order.
sub together {
    local $SIG{PIPE} = 'IGNORE';
    my ($ports, @texts) = @_;
    my @ports = @$ports;
    my $then = ref $ports[-1] ? pop @ports : sub { };
    my $select = IO::Select->new;
    my (%index, @sockets, @answers);
    my $start = time;

    for my $i (0 .. $#texts) {
        $sockets[$i] = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $ports[$i % @ports]);
        $answers[$i] = { text => '', seconds => 0 };
        # a worker that is gone is no answer
        next unless $sockets[$i];
        $index{$sockets[$i]} = $i;
        $select->add($sockets[$i]);
    }

    # all but the last byte, then that: they arrive together
    my @open = grep { $sockets[$_] } 0 .. $#texts;
    syswrite $sockets[$_], substr($texts[$_], 0, -1) for @open;
    syswrite $sockets[$_], substr($texts[$_], -1) for @open;
    $then->(@sockets);

    while ($select->count && time < $start + 30 * patience()) {
        for my $socket ($select->can_read(0.5)) {
            my $answer = $answers[$index{$socket}];
            next if sysread $socket, $answer->{text}, 65536,
                            length $answer->{text};
            $answer->{seconds} = time - $start;
            $select->remove($socket);
            close $socket;
        }
    }

    for my $answer (@answers) {
        my ($head, $body) = split /\r\n\r\n/, delete $answer->{text}, 2;
        ($answer->{status}) = ($head || '') =~ m{^HTTP/1\.\d (\d+)};
        $answer->{status} ||= 0;
        $answer->{head} = defined $head ? $head : '';
        $answer->{body} = defined $body ? $body : '';
        $answer->{json} = eval { decode_json($answer->{body}) } || {};
    }

    return @answers;
}

# What a transaction of somebody else's holds after $text, a lock most often, until
# release() or the end of the test.
sub hold {
    my ($text) = @_;
    my $pid = open2(my $out, my $in, 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1',
                    '-d', $ENV{PG_PRIMARY});
    print {$in} "BEGIN; $text;\n\\echo held\n";
    $in->flush;
    while (1) {
        my $line = <$out>;
        die "psql ended at: $text\n" unless defined $line;
        last if $line eq "held\n";
    }
    return bless { pid => $pid, in => $in, out => $out }, 'Load::Held';
}

sub Load::Held::release {
    my ($held) = @_;
    my $in = delete $held->{in} or return;
    # what was forked meanwhile has the pipe's end as well
    print {$in} "COMMIT;\n\\q\n";
    close $in;
    waitpid $held->{pid}, 0;
}

# how many rows and objects the journal has for these keys: "2|2"
sub stored {
    my (@keys) = @_;
    return sql("SELECT count(*), count(DISTINCT object_id) FROM pay.journal
                 WHERE status > 1 AND key IN (" . join(',', map { "'$_'" } @keys) . ')');
}

# Clients that create one payment after another, each retried with its key
# until it is acknowledged, until stop().  option: clients, how many; client, other code
# than client(), with its arguments and its lines.
sub start {
    my ($class, %option) = @_;
    my $self = bless { run => uuid(), clients => [] }, $class;
    my $dir = $self->{dir} = "/tmp/payments-load-$self->{run}";

    mkdir $dir or die "$dir: $!";

    for my $n (1 .. $option{clients} || 8) {
        my $pid = fork;
        die "cannot fork: $!" unless defined $pid;
        if ($pid == 0) {
            ($option{client} || \&client)->($self, $n);
            POSIX::_exit(0);
        }
        push @{ $self->{clients} }, $pid;
        $running{$pid} = 1;
    }

    return $self;
}

sub client {
    my ($self, $n) = @_;

    # it stays pending: it would interrupt a connect
    my ($term, $pending) = (POSIX::SigSet->new(SIGTERM),
                            POSIX::SigSet->new);
    sigprocmask(SIG_BLOCK, $term);
    open my $out, '>', "$self->{dir}/$n" or POSIX::_exit(1);
    select((select($out), $| = 1)[0]);

    for (my $i = 1; ; $i++) {
        sigpending($pending);
        last if $pending->ismember(SIGTERM);

        my $key = "$self->{run}-$n-$i";
        my $text = create($key, $n * 1000 + $i % 1000);
        my ($until, @seen, @took) = (time + 20 * patience());

        for ( ;; ) {
            my $answer = request($text);
            push @seen, $answer->{status};
            push @took, sprintf '%.4f', $answer->{seconds};

            if ($answer->{status} == 201) {
                my ($id) = $answer->{body} =~ /"id":"(pay_\w+)"/;
                printf {$out} "%s %s %s %s\n", $key, $id,
                    join(',', @seen), join(',', @took);
                last;
            }

            if (time > $until) {
                print {$out} join(' ', $key, 'stuck', join(',', @seen), join(',', @took)), "\n";
                last;
            }

            # a client without an answer asks again, soon
            select undef, undef, undef, 0.02;
        }
    }
}

# [{ key, id, statuses, seconds, took }, ...] of all clients; "seconds" is that of the
# last status, "took" has one for each
sub stop {
    my ($self) = @_;
    my @done;

    kill TERM => @{ $self->{clients} };
    for my $pid (@{ $self->{clients} }) {
        waitpid $pid, 0;
        delete $running{$pid};
    }

    for my $file (glob "$self->{dir}/*") {
        open my $fh, '<', $file or die "$file: $!";
        while (my $line = <$fh>) {
            my ($key, $id, $statuses, $took) = split ' ', $line;
            my @took = split /,/, $took;
            push @done, { key => $key, id => $id, seconds => $took[-1],
                          statuses => [split /,/, $statuses], took => \@took };
        }
        close $fh;
        unlink $file;
    }

    rmdir $self->{dir};
    return @done;
}

# What must hold at any time, as a list of what does not: sql/invariants.sql
sub invariants {
    open my $fh, '-|', 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d',
        $ENV{PG_PRIMARY}, '-f', 'sql/invariants.sql' or die "psql: $!";
    my @broken = <$fh>;
    close $fh or die "invariants.sql failed\n";
    chomp @broken;
    return @broken;
}

# Lines of a log without what the master says when somebody has killed a worker,
# who may have held the lock of a zone.
sub without_killed {
    my (@lines) = @_;
    my %killed = map { /worker process (\d+) exited on signal 9/ ? ($1 => 1) : () } @lines;
    return grep {
        !(/worker process (\d+) exited on signal 9/
          || /shared memory zone ".*" was locked by (\d+)/ && $killed{$1})
    } @lines;
}

# of the stack's nginx
sub error_log_since { return text_since($ENV{NGINX_ERROR_LOG}, @_) }

1;

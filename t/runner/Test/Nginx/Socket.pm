package Test::Nginx::Socket;

# A runner for suites in the format of openresty's Test::Nginx::Socket, written
# for this project on Debian's Test::Base.  The same .t files run under either.
# Beyond it, a block fails when nginx writes [alert] or [emerg], when a
# sanitizer or valgrind reports, or when nginx exits unasked.

use strict;
use warnings;

use Test::Base -base;
use Test::More ();
use Digest::MD5 ();
use Encode ();
use JSON::PP ();
use List::Util ();
use Time::HiRes qw(sleep time);

use Basics ();
use Nginx ();
use Test::Nginx::Exchange qw(seconds value_at requests_of exchange parse_response);
use Test::Nginx::Mock ();

our @EXPORT = qw(run_tests plan repeat_each blocks no_shuffle no_long_string
    log_level workers master_on master_off master_process_enabled
    worker_connections no_root_location server_root html_dir server_port
    server_port_for_client server_name server_addr timeout env_to_nginx
    add_block_preprocessor add_cleanup_handler add_test_cleanup_handler
    add_response_body_check config_preamble check_accum_error_log use_hup
    bail_out is_str);

# a suite may read it by this name
*Test::Nginx::Util::ServerPort = \$Nginx::ServerPort;

my ($repeat, $shuffle, $accumulate) = (1, !$ENV{TEST_NGINX_NO_SHUFFLE}, 0);
my (@preprocessors, @cleanups, @test_cleanups, @body_checks);
my ($previous, %offset);

sub repeat_each { $repeat = $_[0] if @_; return $repeat }
sub no_shuffle () { $shuffle = 0 }
sub no_long_string () { }
sub log_level { $Nginx::LogLevel = $_[0] if @_;
                return $Nginx::LogLevel }
sub workers { $Nginx::Workers = $_[0] if @_;
              return $Nginx::Workers }
sub master_on () { $Nginx::Master = 1 }
sub master_off () { $Nginx::Master = 0 }
sub master_process_enabled { $Nginx::Master = $_[0] if @_;
                             return $Nginx::Master }
sub worker_connections { $Nginx::WorkerConnections = $_[0] if @_;
                         return $Nginx::WorkerConnections }
sub no_root_location () { $Nginx::RootLocation = 0 }
sub server_root () { $Nginx::ServRoot }
sub html_dir () { "$Nginx::ServRoot/html" }
sub server_port { $Nginx::ServerPort = $_[0] if @_;
                  return $Nginx::ServerPort }
sub server_port_for_client { $Nginx::ClientPort = $_[0] if @_;
                             return $Nginx::ClientPort }
sub server_name { 'localhost' }
sub server_addr { '127.0.0.1' }
sub timeout { $Nginx::Timeout = $_[0] if @_;
              return $Nginx::Timeout }
sub env_to_nginx { push @Nginx::Env, @_ }
sub add_block_preprocessor (&) { unshift @preprocessors, $_[0] }
sub add_cleanup_handler (&) { unshift @cleanups, $_[0] }
sub add_test_cleanup_handler (&) { push @test_cleanups, $_[0] }
sub add_response_body_check (&) { push @body_checks, $_[0] }
sub config_preamble { $Nginx::Preamble = $_[0] }
sub check_accum_error_log () { $accumulate = 1 }
sub use_hup () { $Nginx::UseHup = 1 }
sub bail_out { Test::More::BAIL_OUT(join '', @_) }
sub is_str { goto &Test::More::is }

# Blocks ---------------------------------------------------------------------

sub run_tests () {
    my @blocks = blocks();

    @blocks = List::Util::shuffle(@blocks) if $shuffle;

    run_block($_) for @blocks;

    finish_block('the last block');
    $_->() for @cleanups;
}

sub run_block {
    my ($block) = @_;

    $_->($block) for @preprocessors;

    my $name = "$0 " . $block->name;
    my $ports = {};

    for my $section (qw(config http_config main_config post_main_config
                        user_files tcp_listen response_body
                        grep_error_log_out pipelined_requests))
    {
        my $value = $block->$section;
        next unless defined $value && !ref $value;
        $block->set_value($section, Nginx::expand($value, $ports));
    }

    return if skip_block($block, $name);

    prepare($block, $name) or return;

    if (defined $block->init) {
        package main;
        no strict;
        no warnings;
        eval $block->init;
        Test::Nginx::Socket::bail_out("$name - init: $@") if $@;
    }

    for my $round (0 .. $repeat - 1) {
        todo_block($block, $name, sub { run_round($block, $name, $round) });
    }

    shutdown_checks($block, $name);
    $_->() for @test_cleanups;
}

sub skip_block {
    my ($block, $name) = @_;
    my ($tests, $reason);

    if (defined $block->skip_nginx) {
        $block->skip_nginx =~ /^\s*(\d+):\s*(.*\S)\s*$/
            or bail_out("$name - bad skip_nginx");
        $tests = $1;
        my $conditions = $2;
        my $version = Nginx::version();

        for my $condition (split /\s+(?:or|\|\|)\s+/, $conditions) {
            my $all = 1;

            for my $one (split /\s+and\s+/, $condition) {
                my ($op, $than) = $one =~ /^(==|!=|<=|>=|<|>)\s*([\d.]+)$/
                    or bail_out("$name - bad skip_nginx");
                my $order = Nginx::older($version, $than);
                $all &&= $op eq '<' ? $order < 0 : $op eq '>' ? $order > 0
                       : $op eq '<=' ? $order <= 0 : $op eq '>=' ? $order >= 0
                       : $op eq '==' ? $order == 0 : $order != 0;
            }

            $reason = "nginx $version: $condition" if $all;
        }
    }

    if (!$reason && defined $block->skip_eval) {
        $block->skip_eval =~ /^\s*(\d+):\s*(.*)$/s
            or bail_out("$name - bad skip_eval");
        my $code = $2;
        $tests = $1;
        $reason = $code if eval $code;
        bail_out("$name - skip_eval: $@") if $@;
    }

    return unless $reason;

    for (1 .. $repeat) {
        SKIP: { Test::More::skip("$name - $reason", $tests) }
    }

    return 1;
}

sub todo_block {
    my ($block, $name, $code) = @_;

    return $code->() unless defined $block->todo;

    $block->todo =~ /^\s*(\d+):\s*(.*)$/s or bail_out("$name - bad todo");
    local our $TODO = $2;
    $code->();
}

# nginx with this block's configuration; false: no request is to be sent
sub prepare {
    my ($block, $name) = @_;

    if (!defined $block->config) {
        bail_out("$name - no config, and none before it") unless $previous;
        %offset = (error => -s Nginx::log_file() || 0, access => 0)
            unless Nginx::is_running();
        return 1;
    }

    my $conf = { map { my $value = $block->$_;
                       ($_ => ref $value || !defined $value ? '' : $value) }
                 qw(config http_config main_config post_main_config) };
    $conf->{log_level} = $block->log_level;
    $conf->{log_level} =~ s/\s+//g if defined $conf->{log_level};
    $conf->{server_name} = $block->server_name;
    $conf->{suppress_stderr} = defined $block->suppress_stderr;

    my $reload = $Nginx::UseHup && Nginx::is_running()
        && !defined $block->must_die;

    finish_block($previous || $name, $reload);

    if ($reload) {
        my $error = Nginx::reload($conf);
        bail_out("$name - $error") if $error;

    } else {
        Nginx::make_root();
        setup($block, $name);
    }

    user_files($block);
    %offset = (error => 0, access => 0);

    if (defined $block->must_die) {
        for my $round (1 .. $repeat) {
            my $status = Nginx::start_to_die($conf);
            Test::More::ok(defined $status && $status != 0,
                           "$name - nginx must not start");
            %offset = (error => 0, access => 0) if $round == 1;
            my $text = log_since('error.log', \$offset{error});
            check_log($block, $name, 'error_log', 'no_error_log',
                      sub { $text });
        }

        $previous = undef;
        Nginx::violations(1);
        return;
    }

    unless ($reload) {
        my $error = Nginx::start($conf);

        if ($error) {
            Test::More::diag(Basics::slurp(Nginx::log_file()));
            bail_out("$name - $error");
        }
    }

    $previous = $name;

    return 1;
}

sub setup {
    my ($block, $name) = @_;
    return unless defined $block->post_setup_server_root;
    eval $block->post_setup_server_root;
    bail_out("$name - post_setup_server_root: $@") if $@;
}

sub finish_block {
    my ($name, $keep) = @_;

    Nginx::stop() unless $keep;

    my @found = $previous || !$keep ? Nginx::violations(!$previous)
                                    : ();
    return unless @found;

    Test::More::fail("$name - nginx ran clean");
    Test::More::diag($_) for @found;
}

sub user_files {
    my ($block) = @_;
    my $files = $block->user_files;
    my @list;

    return unless defined $files;

    if (ref $files) {
        @list = @$files;

    } else {
        my $current;

        for my $line (split /(?<=\n)/, $files) {
            if ($line =~ /^>>>\s+(\S+)/) {
                $current = [$1, ''];
                push @list, $current;
            } elsif ($current) {
                $current->[1] .= $line;
            }
        }
    }

    for my $file (@list) {
        my $path = $file->[0] =~ m{^/} ? $file->[0]
                                       : html_dir() . "/$file->[0]";
        my ($dir) = $path =~ m{^(.*)/};
        File::Path::make_path($dir);
        Nginx::write_file($path, $file->[1]);
    }
}

sub shutdown_checks {
    my ($block, $name) = @_;

    return unless defined $block->shutdown_error_log
               || defined $block->no_shutdown_error_log;
    return if $Nginx::UseHup;

    Nginx::stop();

    my $text = log_since('error.log', \$offset{error});
    check_log($block, $name, 'shutdown_error_log', 'no_shutdown_error_log',
              sub { $text });
}

# Requests and responses ------------------------------------------------------

sub run_round {
    my ($block, $name, $round) = @_;

    user_files($block) if $round;

    my $sets = requests_of($block, $name);
    my $count = List::Util::sum0(map { scalar @{ $_->{methods} } } @$sets);
    my $mock = Test::Nginx::Mock::start($block);
    my $limit = defined $block->timeout ? seconds($block->timeout)
                                        : $Nginx::Timeout;
    my $index = 0;

    $limit *= Basics::patience();

    for my $set (@$sets) {
        my ($text, $timedout) = exchange($block, $set->{packets}, $limit);

        if ($timedout && !defined $block->abort) {
            Test::More::fail("$name - no answer in $limit s");
        }

        sleep seconds($block->wait) if defined $block->wait;

        for my $method (@{ $set->{methods} }) {
            my $response;

            if (!defined $block->ignore_response) {
                ($response, $text) = parse_response($text, $method);
                check_response($block, $name, $response, $index, $count);
            }

            sleep $Nginx::Settle;
            check_logs($block, $name, $round);
            $index++;
        }
    }

    my $query = Test::Nginx::Mock::stop($block, $mock);

    return unless defined $query;

    compare($query, $block->tcp_query, "$name - tcp_query")
        if defined $block->tcp_query;
    Test::More::is(length $query, $block->tcp_query_len + 0,
                   "$name - tcp_query_len")
        if defined $block->tcp_query_len;
}

sub compare {
    my ($got, $want, $name) = @_;

    return Test::More::like($got, $want, $name) if ref $want eq 'Regexp';
    return Test::More::is($got, $want, $name);
}

sub check_response {
    my ($block, $name, $response, $i, $count) = @_;

    $response ||= { code => '', head => '', body => '', headers => {} };

    my $want = sub {
        my ($section) = @_;
        my $value = $block->$section;
        return unless defined $value;
        bail_out("$name - $section must be an array, one for each request")
            if $count > 1 && ref $value ne 'ARRAY';
        return value_at($value, $i);
    };

    my $code_like = $want->('error_code_like');

    if (defined $code_like) {
        Test::More::like($response->{code}, qr/$code_like/,
                         "$name - status code");
    } else {
        my $code = $block->error_code;
        $code = defined $code ? value_at($code, $i) : 200;
        $code = 200 unless defined $code;
        $code =~ s/\s+//g;
        Test::More::is($response->{code}, $code, "$name - status code");
    }

    check_body($block, $name, $response, $want);

    my $headers = $want->('response_headers');
    my $like = defined $block->response_headers
             ? undef : $want->('response_headers_like');

    check_headers($name, $response, $headers, 0) if defined $headers;
    check_headers($name, $response, $like, 1) if defined $like;

    my $raw = $want->('raw_response_headers_like');
    Test::More::like($response->{head}, pattern($raw), "$name - raw headers")
        if defined $raw;

    $raw = $want->('raw_response_headers_unlike');
    Test::More::unlike($response->{head}, pattern($raw),
                       "$name - raw headers") if defined $raw;
}

sub pattern {
    my ($text) = @_;
    return $text if ref $text eq 'Regexp';
    $text =~ s/\n\z//;
    return qr/$text/s;
}

sub check_body {
    my ($block, $name, $response, $want) = @_;
    my $body = $response->{body};
    my %filters = (md5_hex => \&Digest::MD5::md5_hex, lc => sub { lc $_[0] },
                   uc => sub { uc $_[0] }, length => sub { length $_[0] });
    my $filters = $block->response_body_filters;

    if (defined $filters) {
        for my $filter (ref $filters eq 'ARRAY' ? @$filters
                                                : split ' ', $filters)
        {
            my $code = ref $filter eq 'CODE' ? $filter : $filters{$filter}
                or bail_out("$name - unknown filter $filter");
            $body = $code->($body);
        }
    }

    if (defined $block->response_body_json_sort) {
        my $json = JSON::PP->new->canonical;
        my $sorted = eval { $json->encode($json->decode($body)) };
        $body = $sorted if defined $sorted;
    }

    $_->($block, $body) for @body_checks;

    if (defined $block->response_body) {
        my $text = $want->('response_body');
        return unless defined $text;
        $text =~ s/\$ServerPort\b/$Nginx::ServerPort/g
            unless ref $text;
        return compare($body, $text, "$name - body");
    }

    if (defined $block->response_body_like) {
        return Test::More::like($body, pattern($want->('response_body_like')),
                                "$name - body");
    }

    if (defined $block->response_body_unlike) {
        Test::More::unlike($body, pattern($want->('response_body_unlike')),
                           "$name - body");
    }
}

sub check_headers {
    my ($name, $response, $text, $like) = @_;

    for my $line (grep { /\S/ } split /\n/, $text) {

        if ($line =~ /^\s*!\s*(\S+)\s*$/) {
            my $absent = $1;
            Test::More::ok($response->{head} !~ /^\Q$absent\E:/m,
                           "$name - no header $absent");
            next;
        }

        my ($key, $value) = $line =~ /^\s*([^:]+?)\s*:\s*(.*?)\s*$/
            or bail_out("$name - bad header line: $line");
        my $got = join ', ', @{ $response->{headers}{ lc $key } || [] };

        if ($like) {
            Test::More::like($got, qr/^$value$/, "$name - header $key");
        } else {
            Test::More::is($got, $value, "$name - header $key");
        }
    }
}

# Logs -----------------------------------------------------------------------

sub log_since {
    my ($name, $offset) = @_;
    return Basics::text_since(Nginx::log_file($name), $offset);
}

sub patterns {
    my ($value) = @_;
    return () unless defined $value;
    return grep { ref $_ || /\S/ }
           map { ref $_ eq 'ARRAY' ? @$_ : $_ } @$value
        if ref $value eq 'ARRAY';
    return ($value) if ref $value;
    return grep { /\S/ } split /\n/, $value;
}

sub found_in {
    my ($text, $pattern) = @_;
    return ref $pattern ? $text =~ $pattern : index($text, $pattern) >= 0;
}

# $read gives the text, again if more may have come
sub check_log {
    my ($block, $name, $yes, $no, $read) = @_;
    my @yes = patterns($block->$yes);
    my @no = patterns($block->$no);
    my $text = $read->();
    my $until = time + (@yes ? 1 : 0) * Basics::patience();

    while (time < $until && grep { !found_in($text, $_) } @yes) {
        sleep 0.01;
        my $more = $read->();
        last if $more eq $text && !Nginx::is_running();
        $text = $more;
    }

    for my $pattern (@yes) {
        Test::More::ok(found_in($text, $pattern), "$name - $yes has $pattern")
            or Test::More::diag(length $text > 4000
                                ? substr $text, -4000 : $text);
    }

    for my $pattern (@no) {
        my @lines = grep { found_in($_, $pattern) } split /\n/, $text;
        Test::More::ok(!@lines, "$name - $no has no $pattern")
            or Test::More::diag(join "\n", @lines);
    }
}

sub check_logs {
    my ($block, $name, $round) = @_;
    my $text = '';

    $offset{error} = 0 if $accumulate;

    my $read = sub {
        $text .= log_since('error.log', \$offset{error});
        return $text;
    };

    check_log($block, $name, 'error_log', 'no_error_log', $read);

    my $out = $block->grep_error_log_out;

    if (defined $block->grep_error_log) {
        my $pattern = $block->grep_error_log;
        $pattern =~ s/\n\z// unless ref $pattern;
        $pattern = qr/\Q$pattern\E/ unless ref $pattern;
        my $found = join '', map { /($pattern)/ ? "$1\n" : () }
                             split /\n/, $text;
        $out = value_at($out, $round);
        compare($found, $out, "$name - grep_error_log_out");
    }

    if (defined $block->access_log || defined $block->no_access_log) {
        my $lines = '';
        check_log($block, $name, 'access_log', 'no_access_log', sub {
            $lines .= log_since('access.log', \$offset{access});
            return $lines;
        });
    }
}

1;

package Own;

# An nginx of a test's own, on the development stack's servers, for what the
# stack's nginx is not configured for.  Load's clients talk to it afterwards.
#
#   Own::start(port => $pg_port, shard => 'mode direct;', workers => 1);
#   Own::stop();      # also fails the test where the log has an [alert]

use strict;
use warnings;

use Basics qw(slurp);
use Load qw(request wait_until);
use Nginx;
use Test::More;

my ($primary) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my $stack_port;

sub start {
    my (%option) = @_;

    $ENV{TEST_NGINX_LOAD_MODULES} or die "TEST_NGINX_LOAD_MODULES?\n";
    local $ENV{TEST_NGINX_LOAD_MODULES} = $option{modules}
        if $option{modules};

    $stack_port = $Load::port unless defined $stack_port;

    # two workers are nginx's as well, but the runner writes its own number
    $Nginx::Master = 1;
    $Nginx::WorkerConnections = $option{connections} || 1024;
    $Nginx::Workers = $option{workers} || 1;
    Nginx::make_root();

    my $server = $option{server} || '127.0.0.1:' . ($option{port} || $primary);
    my $shard = $option{shard} || '';
    $shard .= ' timeout 15s;' unless $shard =~ /\btimeout/;
    my $password = $option{password} || "$ENV{DEVSTACK_DIR}/nginx/password";
    my $http = $option{http} || '';
    my $location = $option{location} || '';

    my $error = Nginx::start({
        main_config => $option{main} || '', post_main_config => '',
        log_level => 'info',
        http_config => qq{
            payments_shard main {
                server $server;
                password_file $password;
                $shard
            }
            payments_secret_file $ENV{DEVSTACK_DIR}/nginx/secret;
            $http
        },
        config => 'location ~ ^/(?:v1|livez|readyz|metrics) { payments on; }'
            . " $location",
    });

    is($error, undef, 'nginx of its own starts');
    $Load::port = $Nginx::ClientPort;

    my $ready = wait_until($option{wait} || 5, sub {
        get('/readyz')->{status} == 200
    });
    ok($ready, '... and is ready') unless $option{unready};
}

sub get {
    my ($path, $limit) = @_;
    return request("GET $path HTTP/1.1\r\nHost: localhost\r\n"
                   . "Connection: close\r\n\r\n", $limit);
}

# the value of a metric, summed over its labels that match
sub metric {
    my ($name, $labels) = @_;
    my $sum = 0;
    for my $line (split /\n/, get('/metrics')->{body}) {
        next unless $line =~ /^\Q$name\E(?:\{(.*)\})? (\S+)$/;
        my ($have, $value) = (defined $1 ? $1 : '', $2);
        $sum += $value if !defined $labels || $have =~ /$labels/;
    }
    return $sum;
}

sub log_text { return slurp(Nginx::log_file()) }

# expected => qr/.../ takes lines out that the test is about, killed => 1 those
# about workers that it has killed
sub stop {
    my (%option) = @_;
    Nginx::stop();
    $Load::port = $stack_port;
    my @found = Nginx::violations();
    @found = grep { $_ !~ $option{expected} } @found if $option{expected};
    @found = Load::without_killed(@found) if $option{killed};
    is(join("\n", @found), '', 'nothing in the log of its nginx');
}

1;

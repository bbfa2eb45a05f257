# nchan brings another hiredis into the process; neither may take the other's

use strict;
use warnings;

use lib 't/lib';
use Load qw(uuid wait_until);
use Nginx;
use Test::More;

# alone in one process nchan aborts when it exits, with us or without
$Nginx::Master = 1;

my $nchan = '/usr/lib/nginx/modules/ngx_nchan_module.so';
my $ours = $ENV{TEST_NGINX_LOAD_MODULES} or die "TEST_NGINX_LOAD_MODULES?\n";
my ($redis) = $ENV{REDIS_URL} =~ m{^redis://(.+)$};
my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;

plan skip_all => "nchan is not installed" unless -f $nchan;

for my $order ("$nchan $ours", "$ours $nchan") {
    my $name = $order =~ /^\Q$nchan\E/ ? 'nchan first' : 'nchan last';

    $ENV{TEST_NGINX_LOAD_MODULES} = $order;
    Nginx::make_root();

    my $error = Nginx::start({
        main_config => '', post_main_config => '', log_level => 'info',
        http_config => qq{
            payments_shard main {
                server 127.0.0.1:$pg_port;
                password_file $ENV{DEVSTACK_DIR}/nginx/password;
            }
            payments_secret_file $ENV{DEVSTACK_DIR}/nginx/secret;
            payments_redis $redis;
            nchan_redis_url redis://$redis;
        },
        config => q{
            location /v1 { payments on; }
            location /readyz { payments on; }
            location ~ /pub/(\w+)$ { nchan_publisher; nchan_channel_id $1;
                                     nchan_use_redis on; }
        },
    });

    is($error, undef, "$name: starts");

    local $Load::port = $Nginx::ClientPort;
    my $get = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    ok(wait_until(5, sub { Load::request($get)->{body} =~ /"redis":"ok"/ }),
       "$name: our Redis connection works");

    my $key = uuid();
    my $first = Load::request(Load::create($key, 1));
    my $again = Load::request(Load::create($key, 1));
    is($first->{status}, 201, "$name: a payment");
    is($again->{body}, $first->{body}, "$name: its replay");

    my $publish = "POST /pub/a HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nContent-Length: 2\r\n\r\nhi";
    ok(wait_until(5, sub { Load::request($publish)->{status} =~ /^20[12]$/ }),
       "$name: nchan's Redis connection works");

    Nginx::stop();
    my @found = Nginx::violations();
    is("@found", '', "$name: nothing in the log");
}

done_testing();

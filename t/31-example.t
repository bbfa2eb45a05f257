# nginx.conf.example as it stands, with this stack's paths and ports put in

use strict;
use warnings;

use lib 't/lib';
use Basics qw(slurp);
use Load qw(wait_until);
use Nginx;
use Test::More;

my $module = $ENV{TEST_NGINX_LOAD_MODULES} or die "TEST_NGINX_LOAD_MODULES?\n";
my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my ($redis) = $ENV{REDIS_URL} =~ m{^redis://(.+)$};
my $port = $Nginx::ClientPort;
my $root = $Nginx::ServRoot;
my $stack = "$ENV{DEVSTACK_DIR}/nginx";

Nginx::make_root();

my $text = slurp('nginx.conf.example');
my %put = (
    '/var/log/nginx/error.log'       => "$root/logs/error.log",
    '/var/log/nginx/payments.log'    => "$root/logs/access.log",
    '/run/nginx.pid'                 => "$root/logs/nginx.pid",
    '127.0.0.1:5432'                 => "127.0.0.1:$pg_port",
    '127.0.0.1:6379'                 => $redis,
    '/etc/nginx/payments.password'   => "$stack/password",
    '/etc/nginx/payments.secret'     => "$stack/secret",
    '/etc/nginx/payments.crt'        => "$stack/cert.pem",
    '/etc/nginx/payments.key'        => "$stack/key.pem",
    'listen 443 ssl'                 => "listen 127.0.0.1:$port ssl",
    'user www-data;'                 => $> == 0 ? 'user root;' : '',
    'include /etc/nginx/modules-enabled/*.conf;' => "load_module $module;",
);

for my $from (keys %put) {
    ok($text =~ s/\Q$from\E/$put{$from}/, "the example has $from");
}

$text .= "daemon off;\n";
my $temp = join '', map { "${_}_temp_path $root/$_;\n" }
           qw(client_body proxy fastcgi uwsgi scgi);
$text =~ s/^http \{\n/http {\n$temp/m;

{
    no warnings 'redefine';
    local *Nginx::configuration = sub { $text };
    is(Nginx::start({}), undef, 'it starts');
}

my $url = "https://127.0.0.1:$port";
my @curl = ('curl', '-s', '--cacert', "$stack/cert.pem");

ok(wait_until(5, sub { my $a = `@curl $url/readyz`; $a =~ /"status":"ok"/ }),
   'it is ready');
my $created = `@curl $url/v1/payments -H 'Authorization: Bearer $ENV{PAYMENTS_KEY}' -H 'Content-Type: application/json' -H 'Idempotency-Key: @{[Load::uuid()]}' -d '{"amount":1099,"currency":"EUR","payment_method":{"token":"tok_visa"}}'`;
like($created, qr/^\{"id":"pay_\w{26}".*"status":"captured"/, 'a payment over TLS');
for my $path ('/openapi.json', '/docs') {
    my $head = `@curl -H 'Accept-Encoding: gzip' -o /dev/null -D - $url$path`;
    like($head, qr/^Content-Encoding: gzip\r$/m, "$path is compressed");
    my ($etag) = $head =~ /^ETag: (.*)\r$/m;
    like($etag, qr{^W/"\w+"$}, 'its ETag is a weak one then');
    is(`@curl -o /dev/null -w '%{http_code}' -H 'If-None-Match: $etag' $url$path`, 304, 'which is good for a 304');
}
like(`@curl $url/metrics`, qr/^payments_requests_total\{operation="createPayment",code="201"\} 1$/m, 'its metrics');
my $metrics = `@curl $url/metrics | promtool check metrics 2>&1`;
is($metrics, '', 'which promtool finds nothing wrong with');

Nginx::stop();
is(join("\n", Nginx::violations()), '', 'nothing in the log');
like(slurp("$root/logs/access.log"), qr/^\S+ 201 \d\.\d+ createPayment mer_\w{26} executed req_\w{26}$/m, 'its line in the log');

# what the package has for an nginx that is there already says the same
sub lines { map { s/#.*//r =~ s/\s+/ /gr =~ s/^ | $//gr } split /\n/, $_[0] }
my %known = map { $_ => 1 } lines(slurp('nginx.conf.example'));
my @others = grep { !$known{$_} && !/^(include snippets|server_name )/ }
             map { lines(slurp("debian/nginx/$_")) } 'snippets/payments.conf', 'sites-available/payments';
is(join("\n", @others), '', "the package's site has the lines of the example");

done_testing();

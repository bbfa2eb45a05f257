# What is replaced while payments are made: the password, the secret file, the
# certificate, the module.  No client notices.

use strict;
use warnings;

use lib 't/lib';
use Basics qw(slurp);
use Cluster;
use File::Copy qw(copy);
use File::Temp;
use Load qw(api wait_until);
use Nginx;
use Test::More;

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my $module = $ENV{TEST_NGINX_LOAD_MODULES} or die "TEST_NGINX_LOAD_MODULES?\n";
my $dir = File::Temp->newdir(CLEANUP => 1);
chmod 0755, "$dir";
my $port = $Nginx::ClientPort;
my $tls = $port + 50;
my ($nginx) = grep { -x } map { "$_/nginx" } split /:/, $ENV{PATH};

my $cluster = Cluster->new(port => $pg_port + 65);
$cluster->psql('postgres', 'CREATE DATABASE payments');
$ENV{PAYMENTS_DATABASE} = $cluster->conninfo('payments');
sub admin { my $out = `bin/payments-admin @_ 2> $dir/said`; is($?, 0, "payments-admin @_") or diag slurp("$dir/said"); return $out =~ s/\s+\z//r }

END { local $?; kill TERM => pid() if $dir && -s "$dir/nginx.pid" }

sub write_file { my ($name, $text) = @_; open my $fh, '>', "$dir/$name.new" or die; print {$fh} $text; close $fh; rename "$dir/$name.new", "$dir/$name" or die }
sub certificate {
    system("openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 "
           . "-keyout $dir/key.new -out $dir/cert.new 2> $dir/said") == 0 or die slurp("$dir/said");
    rename "$dir/$_.new", "$dir/$_" or die for 'key', 'cert';
}

local $ENV{PAYMENTS_KEY} = admin('init');
admin("password $dir/password");
write_file('secret', 'first' x 10 . "\n");
certificate();
copy($module, "$dir/module.so") or die;
mkdir "$dir/$_" or die for 'body', 'logs';
write_file('nginx.conf', qq{
    load_module $dir/module.so;
    worker_processes 2;
    pid $dir/nginx.pid;
    error_log $dir/logs/error.log notice;
    events { worker_connections 1024; }
    http {
        access_log off;
        client_body_temp_path $dir/body;
        proxy_temp_path $dir/p; fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
        payments_shard main { server 127.0.0.1:$cluster->{port}; password_file $dir/password; timeout 15s; }
        payments_secret_file $dir/secret;
        server {
            listen 127.0.0.1:$port;
            listen 127.0.0.1:$tls ssl;
            ssl_certificate $dir/cert;
            ssl_certificate_key $dir/key;
            payments on;
        }
    }
});

sub pid { my ($name) = @_; return slurp("$dir/" . ($name || 'nginx.pid')) =~ s/\s+//gr }
sub workers { my ($master) = @_; return grep { slurp("/proc/$_/stat") =~ /\) \S $master / } map { m{/(\d+)/} } glob '/proc/[0-9]*/stat' }

# the workers of before are gone, and others answer
sub reloaded {
    my ($what) = @_;
    my %before = map { $_ => 1 } workers(pid());
    kill HUP => pid();
    ok(wait_until(30, sub { my @now = workers(pid()); @now == 2 && !grep { $before{$_} } @now }), "$what: reloaded");
    is(api('GET', '/readyz')->{status}, 200, '... and ready');
}

system($nginx, '-c', "$dir/nginx.conf") == 0 or BAIL_OUT('nginx does not start: ' . slurp("$dir/logs/error.log"));
$Load::port = $port;
ok(wait_until(10, sub { (eval { api('GET', '/readyz')->{status} } || 0) == 200 }), 'nginx is ready');
my $load = Load->start(clients => 6);

admin("password $dir/password");
reloaded('a new password');

my $list = api('GET', '/v1/payments?limit=1')->{json};
sub key { return api('POST', '/v1/api_keys', { name => 'till', scopes => ['payments:read'] }, 'Idempotency-Key' => 'key-1') }
is(key()->{status}, 201, 'an API key');
like(key()->{json}{secret}, qr/^rk_test_/, '... which a retry shows again');
write_file('secret', 'second' x 10 . "\n" . 'first' x 10 . "\n");
reloaded('a new secret file');
is(api('GET', $list->{url} . "?limit=1&cursor=$list->{next_cursor}")->{json}{code}, 'invalid_cursor', '... and cursors of before have ended');

is(key()->{status}, 503, '... and it is not shown again');

certificate();
reloaded('a new certificate');
is(`curl -s -o $dir/said -w '%{http_code}' --cacert $dir/cert https://127.0.0.1:$tls/livez`, 200, '... which is the one that clients see');

# a reload goes on with the module that is loaded; USR2 loads the new one
copy($module, "$dir/module.new") or die;
rename "$dir/module.new", "$dir/module.so" or die;
sub deleted { my @maps = map { split /\n/, slurp("/proc/$_/maps") } workers(pid()); return scalar grep { m{/module\.so \(deleted\)} } @maps }
reloaded('a new module');
cmp_ok(deleted(), '>', 0, '... is not loaded by it');
my $before = pid();
kill USR2 => $before;
ok(wait_until(30, sub { -e "$dir/nginx.pid.oldbin" && -s "$dir/nginx.pid" && pid() ne $before && workers(pid()) == 2 }), 'USR2: another nginx');
kill QUIT => pid('nginx.pid.oldbin');
ok(wait_until(60, sub { !kill 0, $before }), '... and the old one goes');
is(deleted(), 0, '... has the new module');

my @done = $load->stop;
cmp_ok(scalar(@done), '>', 20, scalar(@done) . ' payments meanwhile');
is(scalar(grep { "@{ $_->{statuses} }" ne '201' } @done), 0, '... each of them made at once')
    or diag join "\n", map { "$_->{key} @{ $_->{statuses} }" } grep { "@{ $_->{statuses} }" ne '201' } @done;
is($cluster->psql('payments', 'SELECT count(DISTINCT object_id) FROM pay.journal WHERE status = 201 AND key LIKE \'%-%-%\''), scalar(@done), '... and once');
like(`bin/payments-admin check`, qr/ 0 violations/, 'the invariants hold');

kill TERM => pid();
ok(wait_until(10, sub { !-e "$dir/nginx.pid" }), 'nginx stops');
is(join("\n", grep { /\[(?:alert|emerg|crit)\]/ } split /\n/, slurp("$dir/logs/error.log")), '', 'nothing in its log');

done_testing();

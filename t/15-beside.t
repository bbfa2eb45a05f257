# In a server with "payments on": what others answer is theirs, nginx's own pages are
# problems, and headers that nginx sets elsewhere do not come twice.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(request api uuid);
use Own;
use Test::More;

my ($pg_port) = $ENV{PG_PRIMARY} =~ /port=(\d+)/;
my $backend = $Nginx::ClientPort + 8;

Own::start(port => $pg_port, http => qq{
    payments on;
    limit_req_zone \$binary_remote_addr zone=few:64k rate=1r/m;
    server {
        listen 127.0.0.1:$backend;
        payments off;
        default_type application/json;
        location /gzip { add_header Content-Encoding gzip always; return 404 'packed'; }
        location /busy { add_header Retry-After 120 always; add_header Cache-Control 'public, max-age=60' always;
                         return 503 '{"backend":"busy"}'; }
        location /conflict { return 409 '{"backend":"conflict"}'; }
        location /html { default_type text/html; return 422 '<html>backend</html>'; }
        location /own { return 404; }
    }
} =~ s/payments (?:on|off);\s+//gr, location => qq{
    payments on;
    location /shop/ { proxy_pass http://127.0.0.1:$backend/; }
    location /text { return 503 '{"operator":"text"}'; }
    location /page { error_page 503 \@maintenance; return 503; }
    location \@maintenance { default_type text/html; add_header Retry-After 3600 always; return 503 '<html>maintenance</html>'; }
    location /fancy { error_page 404 /fancy.html; return 404; }
    location = /fancy.html { internal; payments off; root $ENV{DEVSTACK_DIR}/pages; }
    location /plain { payments_problems off; return 404; }
    location /nothing { return 403; }
    location /few/ { limit_req zone=few; rewrite ^/few(/.*)\$ \$1 break; payments on; }
    location /lasting/ { expires 1h; rewrite ^/lasting(/.*)\$ \$1 break; payments on; }
    location /past/ { expires -1; rewrite ^/past(/.*)\$ \$1 break; payments on; }
    location /asked/ { auth_request /ask; rewrite ^/asked(/.*)\$ \$1 break; payments on; }
    location = /ask { internal; rewrite ^ /v1/payments break; proxy_pass_request_body off; payments on; }
    location /added/ { add_header Request-Id mine always; add_header payments-version 7 always; add_header X-Mine yes always;
                       add_header Cache-Control public always; add_header Payments-Should-Retry maybe always;
                       add_header Link '<https://example.com>; rel="help"' always;
                       rewrite ^/added(/.*)\$ \$1 break; payments on; }
    location /added-page { add_header Request-Id mine always; add_header Cache-Control public always; return 403; }
    location /added-text { add_header Request-Id mine always; return 200 'text'; }
    location /packed/ { gzip on; gzip_types application/json application/problem+json; gzip_min_length 1;
                        rewrite ^/packed(/.*)\$ \$1 break; payments on; }
});
mkdir "$ENV{DEVSTACK_DIR}/pages";
open my $page, '>', "$ENV{DEVSTACK_DIR}/pages/fancy.html" or die;
print {$page} '<html>fancy</html>';
close $page;

sub get {
    my ($path, @header) = @_;
    my $answer = request("GET $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" . join('', map { "$_\r\n" } @header) . "\r\n");
    $answer->{json} = eval { decode_json($answer->{body}) } || {};
    return $answer;
}

sub header { my ($answer, $name) = @_; return join ' | ', $answer->{head} =~ /^\Q$name\E: *([^\r\n]*)/mgi }

# others' answers are left alone ---------------------------------------------------------------

for (['/shop/gzip', 404, 'packed', 'Content-Encoding' => 'gzip'], ['/shop/busy', 503, '{"backend":"busy"}', 'Retry-After' => '120'],
     ['/shop/busy', 503, '{"backend":"busy"}', 'Cache-Control' => 'public, max-age=60'],
     ['/shop/conflict', 409, '{"backend":"conflict"}', 'Payments-Should-Retry' => ''],
     ['/shop/html', 422, '<html>backend</html>', 'Content-Type' => 'text/html'],
     ['/text', 503, '{"operator":"text"}', 'Retry-After' => ''], ['/page', 503, '<html>maintenance</html>', 'Retry-After' => '3600'],
     ['/fancy', 404, '<html>fancy</html>', 'Content-Length' => '18']) {
    my ($path, $status, $body, $name, $value) = @$_;
    my $answer = get($path);
    is("$answer->{status} $answer->{body}", "$status $body", "$path: as it is");
    is(header($answer, $name), $value, "... with its $name");
}
like(get('/shop/own')->{body}, qr/<center><h1>404 Not Found/, 'an upstream that is nginx too');
like(get('/plain')->{body}, qr/<center><h1>404 Not Found/, 'payments_problems off');

# nginx's own pages are problems ------------------------------------------------------------------

for (['/nosuch', 404, 'route_not_found', 'Retry-After' => ''], ['/nothing', 403, 'forbidden', 'Cache-Control' => 'no-store']) {
    my ($path, $status, $code, $name, $value) = @$_;
    my $answer = get($path);
    is("$answer->{status} $answer->{json}{code}", "$status $code", "$path: a problem");
    is(header($answer, $name), $value, "... $name");
}
get('/few/livez');
is(get('/few/livez')->{status}, 503, 'a limit');
is(header(get('/few/livez'), 'Retry-After'), '1', '... once');

# headers beside ours --------------------------------------------------------------------------------

my $key = "Authorization: Bearer $ENV{PAYMENTS_KEY}";
for my $path ('/lasting/v1/payments?limit=1', '/past/v1/payments?limit=1') {
    my $answer = get($path, $key);
    is($answer->{status}, 200, $path);
    is(header($answer, 'Cache-Control'), 'no-store', '... is not kept');
    is(header($answer, 'Expires'), '', '... whatever expires says');
}
for (['/added/v1/payments?limit=1', 200], ['/added/v1/payments/x', 404], ['/added-page', 403]) {
    my ($path, $status) = @$_;
    my $answer = get($path, $key);
    is($answer->{status}, $status, $path);
    like(header($answer, 'Request-Id'), qr/^req_\w{26}$/, '... add_header adds no second Request-Id');
    is(header($answer, 'Cache-Control') . ' ' . header($answer, 'Payments-Version'), 'no-store 2026-11-01', '... nor another one');
    next if $status == 403;
    is(header($answer, 'X-Mine'), 'yes', '... but what is not ours');
    like(header($answer, 'Link'), qr/rel="help"/, '... and a link more');
    is(header($answer, 'Payments-Should-Retry'), $status == 200 ? 'maybe' : 'false', '... and what this answer has not');
}
is(header(get('/added-text'), 'Request-Id'), 'mine', 'where nothing is ours it is sent');
is(scalar(() = Own::log_text() =~ /\[warn\].*of add_header was not sent/g), 1, '... which the log says once');
my $asked = get('/asked/livez');
is("$asked->{status} " . header($asked, 'WWW-Authenticate'), '401 Bearer', 'auth_request: the challenge');
is(get('/asked/livez', $key)->{status}, 200, '... and who has a key');

{
    my $made = api('POST', '/v1/payments', { amount => 5, currency => 'EUR', payment_method => { token => 'tok_visa' } });
    my $packed = get("/packed/v1/payments/$made->{json}{id}", $key, 'Accept-Encoding: gzip');
    is(header($packed, 'Content-Encoding') . ' ' . header($packed, 'ETag'), 'gzip W/"1"', 'gzip weakens the tag');
    is(api('PATCH', "/v1/payments/$made->{json}{id}", { description => 'x' }, 'If-Match' => 'W/"1"')->{status}, 200, '... which is taken back');
    is(header(get('/packed/nosuch', 'Accept-Encoding: gzip'), 'Content-Type'), 'application/problem+json', 'a problem, packed');
}

Own::stop();
done_testing();

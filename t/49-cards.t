# Card numbers: sent in every place that a request has, they are found nowhere
# afterwards: no answer, no log, no metric, no table.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql text request api uuid merchant);
use Own;
use Test::More;

my ($key, $merchant) = merchant(qw(payments:read payments:write refunds:read
    refunds:write balances:read ledger:read events:read keys:write idempotency:read admin));

# no other test sends these: valid by Luhn, of every kind that is looked for
my @cards = qw(2223003122003222 378282246310005 4000056655665556 5200828282828210
               6011000990139424 4222222222222 30569309025904);
my @forms = map { my $card = $_; ($card, join(' ', $card =~ /(\d{1,4})/g),
                                  join('-', $card =~ /(\d{1,4})/g)) } @cards;
# those that start like a card number; 30... does not and may pass
@forms = grep { /^[2-6]/ && !/^30/ } @forms;

Own::start(workers => 2, http => "log_format all '\$request_uri \$args \$request \$http_referer "
           . "\$http_user_agent \$http_idempotency_key';\n access_log logs/all.log all;");

my $id = api('POST', '/v1/payments', { amount => 100, currency => 'EUR',
    payment_method => { token => 'tok_visa' } }, key => $key)->{json}{id};

my (@answers, %wrong);
for my $form (@forms) {
    my $pay = sub { { amount => 100, currency => 'EUR', payment_method => { token => 'tok_visa' }, @_ } };
    my $url = $form =~ s/ /%20/gr;
    my @sent = (
        ['description', 'POST', '/v1/payments', $pay->(description => "my card $form")],
        ['metadata', 'POST', '/v1/payments', $pay->(metadata => { x => $form })],
        ['a name', 'POST', '/v1/payments', $pay->(metadata => { substr($form, 0, 40) => 'x' })],
        ['customer', 'POST', '/v1/payments', $pay->(customer => $form)],
        ['statement_descriptor', 'POST', '/v1/payments', $pay->(statement_descriptor => $form)],
        ['token', 'POST', '/v1/payments', $pay->(payment_method => { token => $form })],
        ['unknown', 'POST', '/v1/payments', $pay->(x => { y => [$form] })],
        ['refund', 'POST', "/v1/payments/$id/refunds", { metadata => { x => $form } }],
        ['update', 'PATCH', "/v1/payments/$id", { description => $form }],
        ['key\'s name', 'POST', '/v1/api_keys', { name => $form, scopes => ['payments:read'] }],
        ['merchant', 'POST', '/v1/merchants', { name => $form }],
        ['Idempotency-Key', 'POST', '/v1/payments', $pay->(), 'Idempotency-Key' => "k-$form"],
        ['Idempotency-Key, encoded', 'POST', '/v1/payments', $pay->(), 'Idempotency-Key' => "k-$url"],
        ['query', 'GET', "/v1/payments?customer=$url"],
        ['query name', 'GET', "/v1/payments?$url=1"],
        ['path', 'GET', "/v1/payments/$url"],
        ['idempotency key in the path', 'GET', "/v1/idempotency_keys/$url"],
        ['idempotency key that is canceled', 'POST', "/v1/idempotency_keys/$url/cancel", {}],
    );
    push @sent, ['reference', 'POST', '/v1/payments', $pay->(reference => $form)]
        unless $form =~ / /;
    for (@sent) {
        my ($where, $method, $path, $body, @header) = @$_;
        my $answer = api($method, $path, $body, key => $key, @header);
        push @answers, $answer->{head}, $answer->{body};
        $wrong{"$where: $answer->{status} " . ($answer->{json}{code} || '')}++
            unless $answer->{status} == 422 && $answer->{json}{code} eq 'card_number_not_allowed';
    }
}
is(join("\n", sort keys %wrong), '', @answers / 2 . ' requests are refused, each');

# the key in the path in every writing: each is decoded, and found

{
    my $percent = sub { join '', map { sprintf '%%%02X', ord } split //, $_[0] };
    my $wide = sub { join '', map { "\xef\xbc" . chr(0x90 + $_) } split //, $_[0] };
    my $card = $cards[4];
    my ($half, $rest) = (substr($card, 0, 8), substr($card, 8));
    my @four = $card =~ /(\d{4})/g;
    my %writing = (
        'all encoded' => $percent->($card), 'in small letters' => lc $percent->($wide->($card)),
        'the first digit' => $percent->(substr $card, 0, 1) . substr($card, 1), 'the last digit' => substr($card, 0, -1) . $percent->(substr $card, -1),
        'every other' => join('', map { $_ % 2 ? substr($card, $_, 1) : $percent->(substr $card, $_, 1) } 0 .. 15),
        'full width' => $percent->($wide->($card)), 'full width, not encoded' => $wide->($card),
        'half full width' => $percent->($wide->($half)) . $rest, 'the other half' => $half . $percent->($wide->($rest)),
        'half a character encoded' => "\xef%BC" . substr($percent->($wide->($card)), 6),
        'in quotes' => "%22$card%22", 'beside letters' => "order-$card-x",
        (map { ("by $_" => join $_, @four) } '%20', '+', '%2B', '-', '%2D', '.', '_', '%2F', '%C2%A0', '%E3%80%80', '%EF%BC%8D'),
    );
    %wrong = ();
    for my $name (sort keys %writing) {
        for (['GET', ''], ['POST', '/cancel']) {
            my ($method, $end) = @$_;
            my $answer = api($method, "/v1/idempotency_keys/$writing{$name}$end", $method eq 'POST' ? {} : undef, key => $key);
            push @answers, $answer->{head}, $answer->{body};
            $wrong{"$method, $name: $answer->{status}"}++ if ($answer->{json}{code} || '') ne 'card_number_not_allowed';
        }
    }
    is(join("\n", sort keys %wrong), '', 'in the path, ' . keys(%writing) . ' ways to write it');

    # what nginx cannot read never gets to the module, and is logged by nginx all the same
    %wrong = ();
    for my $line ("GET /v1/idempotency_keys/$card%zz HTTP/1.1", "GET /v1/idempotency_keys/$card%2 HTTP/1.1",
                  "POST /v1/idempotency_keys/$card%00/cancel HTTP/1.1", "get /$card HTTP/1.1", "$card", "GET /$four[0] $four[1] $four[2] $four[3] HTTP/1.1",
                  "GET /v1/payments?customer=" . $percent->($card) . " HTTP/1.1\r\nHost: a b", "GET /$card HTTP/3.0",
                  "GET /v1/payments?key=$ENV{PAYMENTS_KEY} HTTP/1.1\r\nHost: a b") {
        my $answer = request("$line\r\nConnection: close\r\n\r\n");
        push @answers, $answer->{head}, $answer->{body};
        $wrong{"$line: $answer->{status}"}++ if $answer->{status} !~ /^(?:400|505)$/;
    }
    is(join("\n", sort keys %wrong), '', 'requests that nginx cannot read');
}

my $digits = join '|', map { join '[ -]?', split // } grep { !/^30/ } @cards;

sub clean {
    my ($where, $text) = @_;
    my @found = $text =~ /($digits)/g;
    is(join("\n", @found), '', "$where: none");
}

sub slurp {
    my ($file) = @_;
    open my $fh, '<', $file or die "$file: $!";
    local $/;
    return <$fh> // '';
}

clean('answers', join "\n", @answers);
clean('metrics', request("GET /metrics HTTP/1.0\r\nHost: x\r\n\r\n")->{body});
# at info nginx's error log has what it cannot read
clean("nginx's error log", join "\n", grep { !/\[info\].*client sent invalid/ } split /\n/, Own::log_text());
my $access = slurp(Nginx::log_file() =~ s/error\.log/all.log/r);
clean("nginx's access log", $access);
unlike($access, qr/\Q${\ substr $ENV{PAYMENTS_KEY}, -20}\E/, "nginx's access log: nor an API key");
unlike($access, qr/%36%30|%EF%BC%9|\\xEF\\xBC|6011\D{1,9}0009/i, "nginx's access log: in no writing");
clean("PostgreSQL's log", slurp("$ENV{DEVSTACK_DIR}/primary/log"));
my $dump = `pg_dump -d '$ENV{PG_PRIMARY}' --data-only -n pay 2>/dev/null`;
cmp_ok(length $dump, '>', 10000, 'the tables');
# ids and hashes are as random as they are long
$dump =~ s/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}//g;
$dump =~ s/\\\\x[0-9a-f]{64}//g;
clean('tables', $dump);
my ($redis) = $ENV{REDIS_URL} =~ /:(\d+)$/;
clean('Redis', `redis-cli -p $redis eval "local r = {} for _, k in ipairs(redis.call('keys', '*')) do
    r[#r + 1] = redis.call('get', k) end return table.concat(r)" 0`);

Own::stop();
done_testing();

# A path is split as it was sent, each segment is decoded once, and that one form is
# routed, scanned, hashed and stored.  All routes of the table, odd in all places.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP;
use Load qw(sql api uuid merchant);
use Own;
use Test::More;

my ($key, $merchant) = merchant(qw(payments:read payments:write refunds:read refunds:write
    balances:read ledger:read events:read webhooks:read webhooks:write idempotency:read keys:write
    admin));

Own::start(location => 'location /moved/ { rewrite ^/moved(/.*)$ $1 break; payments on; }'
           . ' location = /openapi.json { payments on; }');

sub ask {
    my ($method, $path) = @_;
    return api($method, $path, $method eq 'GET' ? undef : {}, key => $key);
}

my $id = api('POST', '/v1/payments', { amount => 100, currency => 'EUR',
    payment_method => { token => 'tok_visa' } }, key => $key)->{json}{id};

# every route, with something for what is in braces
my $document = api('GET', '/openapi.json')->{json};
my (%wrong, $asked, $routes);
for my $template (sort keys %{ $document->{paths} }) {
    next if $template =~ m{^/docs};
    for my $method (sort map { uc } grep { /^(?:get|post|patch|delete)$/ } keys %{ $document->{paths}{$template} }) {
        $routes++;
        my @segments = map { /^\{currency\}$/ ? 'EUR' : /^\{key\}$/ ? 'none-' . uuid() : /^\{/ ? $id : $_ }
            split m{/}, $template =~ s{^/}{}r;
        my $plain = ask($method, '/' . join '/', @segments);

        # the same, written in another way
        for my $n (0 .. $#segments) {
            my @other = @segments;
            $other[$n] =~ s/(\w)/sprintf '%%%02x', ord $1/e;
            my $answer = ask($method, '/' . join '/', @other);
            $asked++;
            $wrong{"$method $template, encoded in segment $n: $answer->{status}, not $plain->{status}"}++
                if ($answer->{status} =~ /^40[45]$/) != ($plain->{status} =~ /^40[45]$/);
        }

        # another path: none there, whatever is resolved or decoded twice elsewhere
        for my $n (0 .. $#segments) {
            for my $odd ('', '.', '..', '%2e', '%2e%2e', '%2E.', '%252e%252e', 'x%2F..', '%2f', '%25') {
                my @other = @segments;
                splice @other, $n, 0, $odd;
                my $answer = ask($method, '/' . join '/', @other);
                $asked++;
                next if $answer->{status} =~ /^40[045]$/ && !$answer->{json}{object};
                $wrong{"$method $template, '$odd' before segment $n: $answer->{status}"}++;
            }
            next if $n == 0;
            for my $slash ('%2F', '%2f', '%252F', '/..%2F', '%2F..%2F') {
                my $path = '/' . join('/', @segments[0 .. $n - 1]) . $slash . join('/', @segments[$n .. $#segments]);
                my $answer = ask($method, $path);
                $asked++;
                next if $answer->{status} =~ /^40[045]$/ && !$answer->{json}{object};
                next if $template =~ /\{key\}/ && $answer->{status} == $plain->{status};
                $wrong{"$method $template, '$slash' before segment $n: $answer->{status}"}++;
            }
        }
    }
}
cmp_ok($routes, '>', 30, "$routes routes");
is(join("\n", sort keys %wrong), '', "$asked odd paths");

# what these did
for my $path ("/v1/payments/..%2Fapi_keys", "/v1/payments/$id%2Frefunds", "/v1/payments/$id%2F..%2F..%2Fbalances") {
    is(ask('GET', $path)->{status}, 404, "GET $path");
}
my $refund = api('POST', "/v1/payments/$id%2Frefunds", { amount => 1 }, key => $key);
is($refund->{status}, 405, 'an encoded slash makes no refund');
is(sql("SELECT count(*) FROM pay.api_keys WHERE merchant_id = $merchant"), 1, 'nor a key');

# rewrite's path counts where there is one
is(ask('GET', "/moved/v1/payments/$id")->{json}{id}, $id, 'a path of rewrite');
is(ask('GET', "/moved/v1/payments/..%2Fapi_keys")->{status}, 200, '... which nginx has decoded before');

# an idempotency key in the path: any character, one form -----------------------------------

for my $name ('a/b', 'a%2Fb', 'z","code":"card_declined', 'a"b', '\\', '..', '%') {
    my $encoded = join '', map { /\w/ ? $_ : sprintf '%%%02X', ord } split //, $name;
    my $lower = join '', map { sprintf '%%%02x', ord } split //, $name;
    my $cancel = uuid();
    my $answer = api('POST', "/v1/idempotency_keys/$encoded/cancel", {}, key => $key, 'Idempotency-Key' => $cancel);
    is("$answer->{status} $answer->{json}{key}", "200 $name", "the key $name is canceled");
    is(api('POST', "/v1/idempotency_keys/$lower/cancel", {}, key => $key,
           'Idempotency-Key' => $cancel)->{head} =~ /^Idempotent-Replayed: true/m, 1, '... in any form');
    is(ask('GET', "/v1/idempotency_keys/$lower")->{json}{key}, $name, '... and found');
    my $reused = api('PATCH', "/v1/payments/$id", { description => 'x' }, key => $key, 'Idempotency-Key' => $cancel);
    is($reused->{json}{code} . ' ' . $reused->{json}{original_request}{path},
       "idempotency_key_reused /v1/idempotency_keys/" . $encoded =~ s/%5F/_/gr =~ s/%2E/./gr . '/cancel',
       '... and its path is given as it is');
}

# card numbers in it ---------------------------------------------------------------------------

# a card's digits where ids are random: such an id is none
for my $path ('/v1/idempotency_keys/key_5555555555554444BBBBBBBBBB/cancel',
              '/v1/idempotency_keys/key_5555555555554444bbbbbbbbbb/cancel',
              '/v1/%69dempotency_keys/5555555555554444/cancel', '//v1/idempotency_keys/5555555555554444/cancel',
              '/v1/./idempotency_keys/%35555555555554444/cancel', '/v1/idempotency_keys/5555%205555.5555%2D4444/cancel',
              '/v1/idempotency_keys/5555%2F5555%2F5555%2F4444/cancel', '/v1/idempotency_keys/%2535555555555554444/cancel',
              '/v1/idempotency_keys/5555%25205555%25205555%25204444',
              '/v1/idempotency_keys/%25EF%25BC%2595555555555554444/cancel', '/v1/payments/5555/5555/5555/4444',
              '/v1/payments/pay_5555555555554444ABCDEFGHJK', '/v1/payments?customer=5555+5555+5555+4444',
              '/v1/payments?customer=%EF%BC%95555555555554444') {
    my $method = $path =~ /cancel/ ? 'POST' : 'GET';
    my $answer = api($method, $path, $method eq 'POST' ? {} : undef, key => $key, 'Idempotency-Key' => uuid());
    is("$answer->{status} " . ($answer->{json}{code} || ''), '422 card_number_not_allowed', $path);
    unlike($answer->{head} . $answer->{body}, qr/5555/, '... and not echoed');
}
is(sql("SELECT count(*) FROM pay.journal WHERE key ~ '5{8}|5555.5555'"), 0, 'no card in the journal');
unlike(Own::log_text(), qr/55555555/, 'nor in the log');

Own::stop();
done_testing();

# Lists: pages by cursor, filters, what is wrong with a query; balances and the
# ledger; the plans behind them.

use strict;
use warnings;

use lib 't/lib';
use Load qw(sql request uuid invariants rounds later collect merchant
            api_key wait_until);
use JSON::PP;
use Own;
use Test::More;

# against the stack's nginx, or (PAYMENTS_OWN) one with another module
Own::start(workers => 2, shard => 'mode direct;') if $ENV{PAYMENTS_OWN};
use Time::HiRes qw(time);

sub call {
    my ($method, $path, $body, %header) = @_;
    my $text = defined $body ? encode_json($body) : '';
    my $auth = delete $header{key} || $ENV{PAYMENTS_KEY};
    my $lines = $method eq 'POST' ? 'Idempotency-Key: ' . uuid() . "\r\n" : '';
    $lines .= "$_: $header{$_}\r\n" for sort keys %header;
    $lines .= "Content-Type: application/json\r\nContent-Length: "
        . length($text) . "\r\n" if $method eq 'POST';
    return "$method $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "Authorization: Bearer $auth\r\n$lines\r\n$text";
}

sub answer {
    my $answer = request(call(@_), 15);
    $answer->{json} = eval { decode_json($answer->{body}) } || {};
    return $answer;
}

# a merchant whose lists no other suite fills
my @scopes = qw(payments:read payments:write refunds:read refunds:write
                balances:read ledger:read);

my ($key, $id) = merchant(@scopes);
sub create {
    my ($amount, %more) = @_;
    return call('POST', '/v1/payments', { amount => $amount, currency => 'EUR',
        payment_method => { token => delete $more{token} || 'tok_visa' }, %more },
        key => $key);
}
sub many { map { $_->{json} = decode_json($_->{body}); $_ }
           map { collect($_) } map { later($_, 15) } @_ }
sub get { answer('GET', $_[0], undef, key => $key) }
sub ids { map { $_->{id} } @{ $_[0]{json}{data} } }

# every page, by next_cursor; calls $code between pages
sub walk {
    my ($path, $code) = @_;
    my (@ids, $cursor, $pages);
    for ( ;; ) {
        my $page = get($path . (defined $cursor ? "&cursor=$cursor" : ''));
        return "status $page->{status}: $page->{body}" if $page->{status} != 200;
        push @ids, ids($page);
        $code->() if $code;
        $pages++;
        $cursor = $page->{json}{next_cursor};
        last unless $page->{json}{has_more};
        return 'too many pages' if $pages > 2000;
    }
    return \@ids;
}

# an empty list
{
    my $empty = get('/v1/payments');
    is($empty->{body}, '{"object":"list","data":[],"has_more":false,'
       . '"next_cursor":null,"url":"/v1/payments"}', 'an empty list');
    unlike($empty->{head}, qr/^Link:/m, 'without a link');
}

# payments in bursts, and walks among them
{
    my @made = map { $_->{json}{id} } many(map { create($_, customer => 'c' . $_ % 3,
        $_ % 5 ? () : (token => 'tok_declined')) } 1 .. 60);
    my @paid = grep { defined } @made;
    my $all = walk('/v1/payments?limit=7');
    is(scalar(@$all), 60, 'a walk by 7: all 60, declined ones too');
    my %seen = map { ($_ => 1) } @$all;
    is(scalar(keys %seen), 60, '... each once');
    is_deeply($all, [sort { $b cmp $a } @$all], '... the newest first');
    is_deeply(walk('/v1/payments?limit=7&order=asc'), [reverse @$all],
              'order=asc: the oldest first');
    is(scalar(ids(get('/v1/payments'))), 20, 'a page has 20 without a limit');

    # inserts during a walk
    my $during = walk('/v1/payments?limit=7', sub { many(map { create(9) } 1 .. 3) });
    my %during;
    $during{$_}++ for @$during;
    is(scalar(grep { ($during{$_} || 0) != 1 } @$all), 0,
       'a walk during inserts: what existed comes exactly once');
    is(scalar(grep { $_ > 1 } values %during), 0, '... and nothing twice');

    # 300 payments with ids of one millisecond
    my $before = sql("SELECT count(*) FROM pay.payments WHERE merchant_id = $id");
    sql("INSERT INTO pay.payments (merchant_id, payment_id, amount,
             amount_authorized, amount_captured, created_at, updated_at, livemode,
             currency, status, expiry_action, token, head, metadata)
         SELECT $id, (left(pay.uuid7_floor(now())::text, 14) || '7'
                      || substr(gen_random_uuid()::text, 16))::uuid,
                1, 1, 1, now(), now(), false, 'EUR', 'captured', 'cancel',
                'tok_visa', '{\"id\":\"x' || i || '\"', '{}'
           FROM generate_series(1, 300) i");
    # a replica may not show yet what no request has written
    wait_until(10, sub { @{ walk('/v1/payments?limit=100') } == $before + 300 });
    my $burst = walk('/v1/payments?limit=7');
    my %burst = map { ($_ => 1) } @$burst;
    is(scalar(keys %burst), $before + 300,
       'after 300 in one millisecond: each exactly once');
    is(scalar(@$burst), $before + 300, '... and none twice');
    sql("DELETE FROM pay.payments WHERE merchant_id = $id AND head LIKE '{\"id\":\"x%'");
}

# filters
{
    my @mine = @{ get('/v1/payments?limit=100')->{json}{data} };
    my $count = sub {
        my ($query, $code) = @_;
        my $got = walk("/v1/payments?limit=100&$query");
        my $all = walk('/v1/payments?limit=100');
        my %object = map { ($_->{id} => $_) } map { @{ get("/v1/payments?limit=100"
            . ($_ ? "&cursor=$_" : ''))->{json}{data} } } '';
        is_deeply($got, [grep { $object{$_} && $code->($object{$_}) } @$all], $query);
    };
    # all of them fit into one page from here on
    ($key, $id) = merchant(@scopes);
    many(map { create($_, $_ % 2 ? (customer => 'anna') : (),
        $_ % 5 ? () : (token => 'tok_declined'), $_ % 7 ? () : (capture_method => 'manual'),
        $_ == 3 ? (reference => 'order/3') : ()) } 1 .. 40);
    $count->('status=failed', sub { $_[0]{status} eq 'failed' });
    $count->('status=failed&status=authorized',
             sub { $_[0]{status} =~ /^(?:failed|authorized)$/ });
    $count->('currency=eur', sub { 1 });
    $count->('currency=USD', sub { 0 });
    $count->('customer=anna', sub { ($_[0]{customer} || '') eq 'anna' });
    $count->('reference=order%2F3', sub { ($_[0]{reference} || '') eq 'order/3' });
    $count->('amount[gte]=10&amount[lte]=20',
             sub { $_[0]{amount} >= 10 && $_[0]{amount} <= 20 });
    $count->('amount%5Bgte%5D=35&customer=anna',
             sub { $_[0]{amount} >= 35 && $_[0]{customer} });
    my ($middle) = map { $_->{created_at} }
        @{ get('/v1/payments?limit=100')->{json}{data} }[20];
    for my $case (['gte', sub { $_[0] ge $middle }], ['gt', sub { $_[0] gt $middle }],
                  ['lte', sub { $_[0] le $middle }], ['lt', sub { $_[0] lt $middle }]) {
        my ($name, $code) = @$case;
        $count->("created_at[$name]=$middle", sub { $code->($_[0]{created_at}) });
    }
    my ($hour) = sql("SELECT to_char((now() + interval '1 hour') AT TIME ZONE 'UTC',
                      'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
    $count->("created_at[gt]=$hour", sub { 0 });
}

# what is wrong with a query
{
    my ($cursor) = get('/v1/payments?limit=1')->{json}{next_cursor};
    my $other = get('/v1/payments?limit=1&customer=anna')->{json}{next_cursor};
    my ($flipped) = $cursor;
    substr($flipped, 20, 1) = substr($flipped, 20, 1) eq 'A' ? 'B' : 'A';
    my $long = 'x' x 300;
    for my $case (
        ['limit=0', 'invalid_query'], ['limit=101', 'invalid_query'],
        ['limit=1.5', 'invalid_query'], ['limit=', 'invalid_query'],
        ['limit=1&limit=2', 'invalid_query'], ['order=up', 'invalid_query'],
        ['colour=red', 'invalid_query'], ['status=red', 'invalid_query'],
        ['currency=EURO', 'invalid_query'], ['amount[gte]=-1', 'invalid_query'],
        ['amount[gte]=9999999999999', 'invalid_query'],
        ['amount[gte]=1&amount[gte]=2', 'invalid_query'],
        ['created_at[gte]=2026-02-30T00:00:00Z', 'invalid_query'],
        ['created_at[gte]=2026-01-01', 'invalid_query'],
        ['created_at[gte]=yesterday', 'invalid_query'],
        ["customer=$long", 'invalid_query'],
        ['customer=%00', 'invalid_query'], ['customer=%ff', 'invalid_query'],
        ['customer=%ed%a0%80', 'invalid_query'], ['customer=%4', 'invalid_query'],
        ['customer=4242424242424242', 'card_number_not_allowed'],
        ["cursor=$flipped", 'invalid_cursor'], ['cursor=x', 'invalid_cursor'],
        ["cursor=$cursor&cursor=$cursor", 'invalid_query'],
        ["cursor=$cursor&customer=anna", 'cursor_filter_mismatch'],
        ["cursor=$cursor&order=asc", 'cursor_filter_mismatch'],
        ["cursor=$other", 'cursor_filter_mismatch'])
    {
        my ($query, $code) = @$case;
        my $answer = get("/v1/payments?$query");
        is($answer->{json}{code}, $code, substr $query, 0, 60);
        is($answer->{status}, $code eq 'card_number_not_allowed' ? 422 : 400,
           '... its status');
        next if $code eq 'card_number_not_allowed';      # it was refused before it was read
        like($answer->{json}{errors}[0]{parameter}, qr/./, '... and its parameter');
    }
    is(answer('GET', "/v1/payments?cursor=$cursor")->{json}{code},
       'invalid_cursor', 'another merchant\'s cursor');
    is(get("/v1/refunds?cursor=$cursor")->{json}{code}, 'cursor_filter_mismatch',
       'another list\'s cursor');
    for my $last (qw(B C D)) {
        my $tampered = $cursor;
        substr($tampered, -1) = chr(1 + ord substr $cursor, -1) if $last eq 'B';
        substr($tampered, 10, 1) = $last eq substr($cursor, 10, 1) ? 'x' : $last
            if $last ne 'B';
        is(get("/v1/payments?cursor=$tampered")->{json}{code}, 'invalid_cursor',
           "a cursor with one character changed ($last)");
    }
    my $encoded = get("/v1/payments?limit=1&%63ursor=$cursor");
    my ($follow) = $encoded->{head} =~ m{^Link: <([^>]+)>}m;
    is(get($follow)->{status}, 200, 'the link after an encoded parameter name');
    is(get('/v1/currencies?foo=1')->{json}{code}, 'invalid_query',
       'currencies have no parameters');
    for my $card ('x=4242424242424242', '4242424242424242=1', 'x=4242-4242%204242%204242') {
        is(answer('POST', "/v1/payments?$card", {})->{json}{code},
           'card_number_not_allowed', "a card in the query of a write: $card");
    }
    like(get('/v1/payments?colour=red')->{json}{detail}, qr/colour/,
         'an unknown parameter is named');
    is(get('/v1/ledger/trial_balance?x=1')->{json}{code}, 'invalid_query',
       'an operation without parameters');
    my $link = get('/v1/payments?limit=3&customer=anna');
    my ($next) = $link->{head} =~ m{^Link: <([^>]+)>; rel="next"\r?$}m;
    is(scalar(ids(get($next))), 3, 'the link is the next page');
}

# refunds, the ledger, balances
{
    ($key, $id) = merchant(@scopes);
    my ($first, $second) = map { $_->{json}{id} } many(create(1000), create(500));
    many(map { call('POST', "/v1/payments/$first/refunds", { amount => $_ }, key => $key) }
         10, 20, 30, 40);
    many(call('POST', "/v1/payments/$second/refunds", { amount => 7 }, key => $key));
    is(scalar(@{ walk('/v1/refunds?limit=2') }), 5, 'refunds: all');
    is(scalar(@{ walk("/v1/payments/$first/refunds?limit=3") }), 4,
       'refunds of a payment');
    my $page = get("/v1/payments/$first/refunds?limit=3");
    my ($next) = $page->{head} =~ m{^Link: <([^>]+)>; rel="next"\r?$}m;
    is(scalar(ids(get($next))), 1, '... and their next page by the link');
    is(get('/v1/refunds?status=pending')->{body} =~ /"data":\[\]/, 1, 'refunds: by status');
    is(answer('GET', "/v1/payments/$first/refunds")->{status}, 404,
       'refunds of another merchant\'s payment: 404');
    my $expanded = get("/v1/payments/$first?expand=refunds,captures")->{json};
    is(scalar(@{ $expanded->{refunds}{data} }), 4, 'expand: refunds');
    unlike(get("/v1/payments/$first?expand=refunds")->{head}, qr/^ETag/m,
           'expand: no ETag, since a version does not cover what was added');
    my ($narrow) = api_key($id, ['payments:read']);
    my $denied = answer('GET', "/v1/payments/$first?expand=refunds", undef, key => $narrow);
    is("$denied->{status} $denied->{json}{required_scope}", '403 refunds:read',
       'expand: refunds need their own scope');
    is(answer('GET', "/v1/payments/$first?expand=captures", undef,
              key => $narrow)->{status}, 200, 'expand: captures do not');
    is_deeply($expanded->{captures}, { object => 'list', data => [], has_more => JSON::PP::false }, 'expand: captures (made at once: none)');

    my $balance = sub { get('/v1/balances/eur')->{json} };
    my $b = $balance->();
    is("$b->{available} $b->{pending} $b->{reserved}", '-107 1500 0', 'balance: captured');
    my $settle = request(call('POST', "/v1/test_helpers/payments/$first/settle", {}, key => $key));
    is($settle->{status}, 200, 'settled');
    $b = $balance->();
    is("$b->{available} $b->{pending} $b->{reserved}", '893 500 0', 'balance: settled');
    request(call('POST', "/v1/test_helpers/payments/$first/settle", {}, key => $key));
    is($balance->()->{available}, 893, 'settled twice: settled once');
    is_deeply([map { $_->{currency} } @{ get('/v1/balances')->{json}{data} }], ['EUR'],
              'balances');
    is(get('/v1/balances/JPY')->{json}{exponent}, 0, 'a balance of nothing');
    is(get('/v1/balances/XYZ')->{status}, 404, 'no currency: 404');

    my $trial = get('/v1/ledger/trial_balance')->{json}{currencies}{EUR};
    is($trial->{balanced}, JSON::PP::true, 'trial balance');
    is($trial->{debits}, $trial->{credits}, '... and its sums');
    my $ledger = walk('/v1/ledger/transactions?limit=3');
    is(scalar(@$ledger), 13, 'ledger: 2 captures, 5 refunds in two steps, 1 settlement');
    my $transaction = get("/v1/ledger/transactions/$ledger->[0]");
    is($transaction->{status}, 200, 'one of them');
    for my $entry ($transaction->{json}) {
        my %sum;
        $sum{$_->{direction}} += $_->{amount} for @{ $entry->{entries} };
        is($sum{debit}, $sum{credit}, '... its debits are its credits');
        cmp_ok(scalar(@{ $entry->{entries} }), '>=', 2, '... two entries at least');
    }
    is(answer('GET', "/v1/ledger/transactions/$ledger->[0]")->{status}, 404,
       'of another merchant: 404');
}

# currencies: the module's table is SQL's
{
    my $list = get('/v1/currencies')->{json}{data};
    cmp_ok(scalar(@$list), '>', 140, 'currencies');
    my $values = join ',', map { "('$_->{code}', $_->{exponent})" } @$list;
    is(sql("SELECT count(*) FROM (VALUES $values) c (code, exponent)
             WHERE pay.exponent(code) <> exponent"), 0, 'exponents are the same in SQL');
}

# the plans, with many rows
{
    my $rows = rounds(50_000, 1_000_000);
    my $m = (900_000 + int rand 90_000) << 12 | 1;
    sql("INSERT INTO pay.payments (merchant_id, payment_id, amount,
             amount_authorized, amount_captured, created_at, updated_at, livemode,
             currency, status, expiry_action, token, head, metadata, customer)
         SELECT $m, (left(pay.uuid7_floor(now() - i * interval '1 second')::text, 14)
                     || '7' || substr(gen_random_uuid()::text, 16))::uuid,
                1, 1, 1, now() - i * interval '1 second', now(), false, 'EUR',
                'captured', 'cancel', 'tok_visa', '{\"id\":\"plan\"', '{}', 'c' || i % 1000
           FROM generate_series(1, $rows) i
          WHERE now() - i * interval '1 second' > date_trunc('month', now()) - interval '27 days'");
    sql('ANALYZE pay.payments');
    my $array = sub { "ARRAY[$_[0]]" };
    my %query = (
        'all' => "'{}'", 'by customer' => "'{\"customer\":\"c7\"}'",
        'by status' => "'{\"status\":[\"captured\"]}'",
        'by time' => "'{\"created_at\":{\"gte\":\"2026-01-01T00:00:00Z\"}}'");
    # an empty partition is read whole, which costs nothing
    my $whole = sub { [grep { /Seq Scan on payments_\d.*cost=[\d.]+\.\.(\d+)/ && $1 > 1 }
                       split /\n/, $_[0]] };
    my $explain = sub {
        my ($text) = @_;
        my $plan = `psql -XAt -d '$ENV{PG_PRIMARY}' -c "LOAD 'auto_explain'" -c "SET auto_explain.log_min_duration = 0" -c "SET auto_explain.log_nested_statements = on" -c "SET client_min_messages = log" -c "SET search_path = pay" -c "$text" 2>&1`;
        return $plan;
    };
    for my $name (sort keys %query) {
        my $filter = $query{$name} =~ s/"/\\"/gr;
        my $plan = $explain->("SELECT o_more FROM pay.list_objects("
            . "ARRAY[gen_random_uuid()], ARRAY[$m\::bigint], ARRAY[false], "
            . "ARRAY['payments'], ARRAY[$filter], ARRAY[NULL]::uuid[], ARRAY[false], "
            . "ARRAY[20::bigint])");
        like($plan, qr/Index (?:Only )?Scan/, "plan, list $name: an index");
        is_deeply($whole->($plan), [], "plan, list $name: no sequential scan");
    }
    my $point = $explain->("SELECT o_version FROM pay.get_payments("
        . "ARRAY[gen_random_uuid()], ARRAY[$m\::bigint], ARRAY[false], "
        . "ARRAY[pay.uuid7_floor(now())], ARRAY[0::bigint])");
    is_deeply($whole->($point), [], 'plan, one payment: no sequential scan');
    sql("DELETE FROM pay.payments WHERE merchant_id = $m");
    sql('VACUUM ANALYZE pay.payments');
}

Own::stop() if $ENV{PAYMENTS_OWN};
is(join("\n", invariants()), '', 'invariants');
done_testing();

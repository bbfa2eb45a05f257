package Live;

# Live payments: a merchant with a live key, an acquirer that does what it is told
# (Acquirer.pm), and what must agree with its books at the end.
#
#   Live::alone();                                  # no nginx but those of the suite
#   Live::begin();                                  # the acquirer, the merchant
#   Own::start(http => Live::processors('answer 1s;'));
#   my $answer = pay(token => 'tok_x', amount => 700);
#   is(disagreement(), '', 'the books agree');

use strict;
use warnings;

use Acquirer;
use JSON::PP;
use Load qw(api api_key merchant request text uuid wait_until);
use Test::More;
use Time::HiRes qw(time);

use Exporter 'import';
our @EXPORT = qw($acquirer $live_key $test_key pay post_of payment events says charged settled
                 disagreement record asked);

our ($acquirer, $live_key, $test_key, $merchant);

# of the processor: what another suite has left behind is not looked up here
our $name = "test$$";

my @scopes = qw(payments:read payments:write refunds:read refunds:write balances:read ledger:read
                events:read idempotency:read);

# The stack's nginx does not know the acquirer, and takes part in what is looked up.
my $alone;
sub alone { $alone = $$; Load::devstack('stop', $_) for nodes() }
sub nodes { return ('nginx', $Load::port2 ? 'nginx2' : ()) }
END { local $?; if ($alone && $alone == $$) { Load::devstack('start', $_) for nodes() } }

# option: port of the acquirer, in the place of one that no server of a stack uses; class,
# where it is no Acquirer; and what else that one's new() takes
sub begin {
    my (%option) = @_;
    my ($client) = ($ENV{TEST_NGINX_CLIENT_PORT} || 1984) =~ /(\d+)/;
    ($live_key, $test_key, $merchant) = live_merchant();
    my $class = delete $option{class} || 'Acquirer';
    $acquirer = $class->new(port => $client + 20, %option);
}

# a merchant: its live key, its test key, its number
sub live_merchant {
    my ($test, $number) = merchant(@scopes);
    my ($live) = api_key($number, \@scopes, livemode => 'true');
    return ($live, $test, $number);
}

# lines for http{}; parameters: of the processor, one again takes the place of a default
sub processors {
    my ($parameters, %option) = @_;
    $parameters //= '';
    my $url = $option{unix} ? 'unix:' . $acquirer->socket : $acquirer->url;
    return "payments_processor $name { url $url; secret_file @{[$acquirer->secret_file]}; $parameters }\n"
        . "payments_processors $name;\n";
}

# Waits until nodes at these ports have this suite's acquirer: workers of the configuration
# before may still take connections.  By another merchant, and nothing is charged.
sub wait_for_nodes {
    my (@ports) = @_;
    my ($key) = live_merchant();
    for my $port (@ports) {
        local $Load::port = $port;
        my $good = 0;
        wait_until(20, sub {
            my $id = pay(key => $key, token => 'tok_declined')->{json}{payment_id};
            my $made = $id ? api('GET', "/v1/payments/$id", undef, key => $key)->{json} : {};
            $good = ($made->{processor}{name} // '') eq $name ? $good + 1 : 0;
            return $good >= 8;
        }) or die "port $port does not know the acquirer\n";
    }
    $acquirer->forget;
}

# the body of a create; more: members of the body, and headers by their capital
sub post_of {
    my (%more) = @_;
    my %header = map { ($_ => delete $more{$_}) } grep { /^[A-Z]/ || $_ eq 'key' } keys %more;
    my %body = (amount => 1099, currency => 'EUR', payment_method => { token => delete $more{token} // 'tok_visa' },
                %more);
    return ('POST', '/v1/payments', \%body, key => $live_key, %header);
}

sub pay { return api(post_of(@_)) }
sub payment { return api('GET', '/v1/payments/' . (ref $_[0] ? $_[0]{json}{id} || $_[0]{json}{payment_id} : $_[0]), undef, key => $live_key)->{json} }
sub record { return api('GET', "/v1/idempotency_keys/$_[0]", undef, key => $live_key) }
sub says { my ($answer) = @_; return "$answer->{status} " . ($answer->{json}{code} || $answer->{json}{status} || '') }

# types of the events of a payment, in their order
sub events {
    my ($id) = @_;
    my @types;
    # the relay numbers them within its turn
    wait_until(5, sub {
        @types = map { $_->{type} } @{ api('GET', "/v1/events?object_id=$id&after=0", undef, key => $live_key)->{json}{data} };
        @types && $types[-1] ne 'payment.processing';
    });
    return join ' ', map { s/^payment\.//r } @types;
}

# requests of this operation that the acquirer has read about a payment
sub asked {
    my ($operation, $payment) = @_;
    return scalar grep { !defined $payment || ($_->{request}{payment} // '') eq $payment }
        $acquirer->seen(operation => $operation);
}

# a payment's charges: "authorized captured voided refunded", one for each
sub charged {
    my ($id) = @_;
    return join ', ', map { "@$_{qw(authorized captured voided refunded)}" } $acquirer->charges($id);
}

# waits until a payment is no longer processing.  Out: its status
sub settled {
    my ($id, $limit) = @_;
    my $status = '';
    wait_until($limit || 15, sub { ($status = payment($id)->{status} // '') !~ /^(?:processing|)\z/ });
    return $status;
}

# whether nginx has called this SQL function since, and has its answer; the database's clock
sub called {
    my ($function, $since) = @_;
    return Load::sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pay_api' AND state = 'idle'
                        AND query LIKE '%pay.$function(%' AND query_start > '$since'") > 0;
}
sub db_now { return Load::sql('SELECT clock_timestamp()') }

# holds the lock of a key that is begun, as a transaction of another node does; release() it
sub hold_key {
    my ($key) = @_;
    return Load::hold("SELECT pg_advisory_xact_lock(uuid_hash_extended(key_hash, merchant_id))
                         FROM pay.journal WHERE key = '$key' AND status = 0");
}

# every live payment of the merchant, over the API
sub payments {
    my (@all, $cursor);
    do {
        my $page = api('GET', '/v1/payments?limit=100' . ($cursor ? "&cursor=$cursor" : ''), undef, key => $live_key)->{json};
        push @all, @{ $page->{data} || die "no page\n" };
        $cursor = $page->{next_cursor};
    } while ($cursor);
    return @all;
}

# I9: each charge of the acquirer's books is a payment's, a payment has one at most, and
# its amounts are those of the books, to the unit.  In: ids of payments that are left out,
# as keys.  What does not agree, or ''.
sub disagreement {
    my (%except) = @_;
    my (%charges, @wrong);
    push @{ $charges{ $_->{payment} } }, $_ for $acquirer->charges;

    for my $payment (payments()) {
        my ($charge, @more) = @{ delete $charges{ $payment->{id} } || [] };
        next if $except{ $payment->{id} };
        my %ours = map { ($_ => $payment->{"amount_$_"}) } qw(authorized captured refunded);
        $ours{voided} = $payment->{amount_canceled};
        my $theirs = $charge || { currency => $payment->{currency}, map { ($_ => 0) } keys %ours };
        push @wrong, "$payment->{id} has " . (1 + @more) . ' charges' if @more;
        push @wrong, map { "$payment->{id} $payment->{status}: $_ $ours{$_}, and in the books $theirs->{$_}" }
            grep { $ours{$_} != $theirs->{$_} } sort keys %ours;
        push @wrong, "$payment->{id}: $payment->{currency}, and in the books $theirs->{currency}"
            if $payment->{currency} ne $theirs->{currency};
    }
    push @wrong, map { "$_ is charged, and no payment" } grep { !$except{$_} } sort keys %charges;
    push @wrong, map { "$_->{attempt} was executed $_->{executions} times" } grep { $_->{executions} != 1 } $acquirer->attempts;
    return join "\n", @wrong;
}

# what must hold at the end of a suite
sub finish {
    # one that is signed with another secret comes from a suite before this one
    is(join("\n", map { "$_->{path}: $_->{refused}" } grep { $_->{refused} && $_->{answer} != 401 } $acquirer->seen), '',
       'the acquirer understood every request');
    is(join("\n", Load::invariants()), '', 'invariants');
    $acquirer->stop;
    is($acquirer->trouble, '', 'the acquirer has not complained');
}

1;

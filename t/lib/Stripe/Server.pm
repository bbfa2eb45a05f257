package Stripe::Server;

# The process of Stripe.pm: PaymentIntents, charges, refunds and disputes, idempotency keys
# with their parameters and answers, lists, events.  It takes no parameter that it does not
# know, as Stripe does.

use strict;
use warnings;

use JSON::PP ();
use List::Util qw(sum0);
use Time::HiRes qw(time);

use parent -norequire, 'Acquirer::Server';
use Acquirer::Server;

my $json = JSON::PP->new->utf8->canonical->pretty;
my ($true, $false) = (JSON::PP::true, JSON::PP::false);
my $version = '2024-06-20';

# cards: what becomes of a payment
my %card = (
    pm_card_chargeDeclined => { code => 'card_declined', decline_code => 'generic_decline' },
    pm_card_chargeDeclinedInsufficientFunds => { code => 'card_declined', decline_code => 'insufficient_funds' },
    pm_card_chargeDeclinedExpiredCard => { code => 'expired_card' },
    pm_card_chargeDeclinedIncorrectCvc => { code => 'incorrect_cvc' },
    pm_card_threeDSecureRequired => { action => 1 },
    pm_card_processing => { processing => 1 },
    pm_card_pendingRefund => { refund => 'pending' },
);

# parameters of requests, by operation
my %known = (
    create => qr/^(?:amount|currency|confirm|capture_method|payment_method_types\[\d*\]|payment_method|confirmation_token
                  |payment_method_data\[type\]|payment_method_data\[card\]\[token\]|return_url|error_on_requires_action
                  |statement_descriptor_suffix|metadata\[\w+\]|expand\[\d*\])\z/x,
    capture => qr/^(?:amount_to_capture|final_capture|metadata\[\w+\]|expand\[\d*\])\z/,
    cancel => qr/^(?:cancellation_reason|expand\[\d*\])\z/,
    refund => qr/^(?:payment_intent|amount|reason|metadata\[\w+\]|expand\[\d*\])\z/,
    list => qr/^(?:limit|starting_after|ending_before|created\[(?:gte|gt|lte|lt)\]|customer|expand\[\d*\])\z/,
    refunds => qr/^(?:limit|starting_after|ending_before|payment_intent|created\[(?:gte|gt|lte|lt)\]|expand\[\d*\])\z/,
    retrieve => qr/^(?:expand\[\d*\])\z/,
);

# [method, path, operation]
my @routes = (
    [POST => qr{^/v1/payment_intents\z}, 'create'],
    [POST => qr{^/v1/payment_intents/(\w+)/capture\z}, 'capture'],
    [POST => qr{^/v1/payment_intents/(\w+)/cancel\z}, 'cancel'],
    [POST => qr{^/v1/refunds\z}, 'refund'],
    [GET => qr{^/v1/payment_intents\z}, 'list'],
    [GET => qr{^/v1/refunds\z}, 'refunds'],
    [GET => qr{^/v1/payment_intents/(\w+)\z}, 'retrieve'],
);

my %execute = (create => \&create, capture => \&capture, cancel => \&cancel, refund => \&refund,
               list => \&list, refunds => \&list, retrieve => \&retrieve);

# An error ends a request: its status, and members of "error"
sub fail { my ($status, $type, %more) = @_; die { status => $status, error => { type => $type, %more } } }
sub invalid { my ($message, %more) = @_; fail(delete $more{status} // 400, 'invalid_request_error', message => $message, %more) }

sub form {
    my ($text) = @_;
    my %form;
    for (split /&/, $text // '') {
        my ($name, $value) = map { my $t = $_ // ''; $t =~ tr/+/ /; $t =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger } split /=/, $_, 2;
        $form{$name} = $value // '';
    }
    return \%form;
}

# A request --------------------------------------------------------------------------

sub request {
    my ($self, $c, $line, $head, $body, $length) = @_;
    my ($method, $target) = $line =~ /^(\S+) (\S+)/;
    my ($path, $query) = split /\?/, $target // '', 2;
    my $r = { method => $method, path => $target, head => $head, at => time, connection => $c->{number},
              form => form($method eq 'GET' ? $query : $body), key => $head->{'idempotency-key'} };

    for (@routes) {
        my ($with, $pattern, $operation) = @$_;
        next if $method ne $with || $path !~ $pattern;
        @$r{qw(operation id)} = ($operation, $1);
    }
    push @{ $self->{seen} }, $r;
    $r->{token} = $r->{form}{payment_method} // ($r->{id} && ($self->{intents}{ $r->{id} } // {})->{payment_method});
    $r->{nth} = ++$self->{sendings}{"$method $path " . ($r->{key} // '')};
    $self->work({ connection => $c, r => $r, does => $r->{operation} ? $self->instruction($r) : {} });
}

sub instruction {
    my ($self, $r) = @_;
    for my $i (0 .. $#{ $self->{script} }) {
        my $does = $self->{script}[$i];
        next if grep { defined $does->{$_} && ($r->{$_} // '') ne $does->{$_} } qw(operation token nth);
        splice @{ $self->{script} }, $i, 1 if $does->{times} && --$does->{times} == 0;
        return $does;
    }
    return {};
}

# its way: checked, "before" under its key, executed, "after", answered
sub work {
    my ($self, $job) = @_;
    my ($r, $does) = @$job{qw(r does)};

    if (!$job->{begun}++) {
        $job->{said} = eval { $self->begin($r, $does) } || $@;
        die $job->{said} if !ref $job->{said};
        my $wait = $job->{said}{begun} ? $does->{before} : undef;
        if (defined $wait) {
            $job->{due} = $wait =~ /^[\d.]+\z/ ? time + $wait : undef;
            $job->{held} = $wait;
            push @{ $self->{jobs} }, $job;
            return;
        }
    }
    $self->execute($job) if !$job->{executed}++;
    my $wait = delete $does->{after};
    if (defined $wait) {
        $job->{held} = $wait;
        push @{ $self->{jobs} }, $job;
        return;
    }
    $self->tell($job);
}

# what is answered without executing it; { begun } if it is executed
sub begin {
    my ($self, $r, $does) = @_;
    my $status = $does->{status} // 200;
    invalid('No such route', status => 404) if !$r->{operation};
    invalid('Invalid API Key provided', status => 401) if ($r->{head}{authorization} // '') ne "Bearer $self->{key}";
    invalid('No such version', status => 400) if ($r->{head}{'stripe-version'} // '') ne $version;
    invalid('Request rate limit exceeded', status => 429, code => 'rate_limit') if $status == 429;
    invalid("Received unknown parameter: $_", code => 'parameter_unknown', param => $_)
        for grep { $_ !~ $known{ $r->{operation} } } sort keys %{ $r->{form} };
    return { begun => 1 } if $r->{method} eq 'GET' || !defined $r->{key};

    my $content = join '&', "$r->{operation} " . ($r->{id} // ''), map { "$_=$r->{form}{$_}" } sort keys %{ $r->{form} };
    my $kept = $self->{keys}{ $r->{key} };
    fail(400, 'idempotency_error', message => 'Keys for idempotent requests can only be used with the same parameters '
         . 'they were first used with.') if $kept && $kept->{content} ne $content;
    fail(409, 'idempotency_error', message => 'There is currently another in-progress request using this Idempotent Key',
         code => 'idempotency_key_in_use') if $status == 409 || ($kept && !$kept->{status});
    return { %$kept, replayed => 1 } if $kept;

    $self->{keys}{ $r->{key} } = { content => $content };
    return { begun => 1 };
}

sub execute {
    my ($self, $job) = @_;
    my ($r, $does, $said) = @$job{qw(r does said)};

    if ($said->{begun}) {
        $said = eval { { status => 200, object => $does->{executes} ? undef : $execute{ $r->{operation} }->($self, $r) } } || $@;
        die $said if !ref $said;
        # what is done although the answer is an error is what a look-up is for
        $said = { status => 500, error => { type => 'api_error', message => 'An unknown error occurred' } }
            if ($does->{status} // 0) == 500 || $does->{executes};
        my $kept = defined $r->{key} ? $self->{keys}{ $r->{key} } : undef;
        if ($kept) {
            # what fails its validation is not kept
            if ($said->{status} == 400 || $said->{status} == 404) { delete $self->{keys}{ $r->{key} } }
            else { @$kept{qw(status error object)} = @$said{qw(status error object)} }
        }
    }
    $job->{said} = $said;
}

sub tell {
    my ($self, $job) = @_;
    my ($r, $does, $c, $said) = @$job{qw(r does connection said)};
    my %head = ('Request-Id' => 'req_' . ++$self->{requests}, 'Stripe-Version' => $version,
                $said->{replayed} ? ('Idempotent-Replayed' => 'true') : ());
    my $object = $said->{object};
    $object = { %$object, %{ $does->{members} } } if $object && $does->{members};
    my $body = $json->encode($said->{error} ? { error => $said->{error} } : $object);

    $r->{answer} = $said->{status};
    $r->{replayed} = $said->{replayed} ? 1 : 0;
    # what the module should not have sent
    my ($type, $code) = map { $_ // '' } @{ $said->{error} || {} }{qw(type code)};
    $r->{refused} = $said->{error}{message}
        if $code =~ /^parameter_/ || ($type eq 'idempotency_error' && $code ne 'idempotency_key_in_use') || ($said->{status} == 404 && $code eq '');
    $self->say($c, $said->{status}, \%head, $body, $does) if !$c->{gone};
}

# What it knows ------------------------------------------------------------------------

sub id { my ($self, $prefix) = @_; return sprintf '%s_3Mock%016d', $prefix, ++$self->{ids} }

sub metadata {
    my ($form) = @_;
    return map { /^metadata\[(\w+)\]\z/ ? ($1 => $form->{$_}) : () } keys %$form;
}

# what happened, as a webhook tells it
sub happened {
    my ($self, $type, $object) = @_;
    my %copy = %$object;
    push @{ $self->{events} }, {
        id => $self->id('evt'), object => 'event', api_version => $version, created => int time, livemode => $false,
        pending_webhooks => 1, request => { id => undef, idempotency_key => undef }, type => $type,
        data => { object => $json->decode($json->encode(\%copy)) },
    };
}

sub charge_of {
    my ($self, $intent, $ok) = @_;
    my $id = $self->id('ch');
    $self->{charges}{$id} = { intent => $intent->{id}, created => int time };
    $intent->{latest_charge} = $id;
    return $id;
}

sub card_error {
    my ($intent, $why) = @_;
    return { type => 'card_error', message => 'Your card was declined.', %$why, charge => $intent->{latest_charge},
             doc_url => 'https://stripe.com/docs/error-codes' };
}

# a payment goes on after it was confirmed, or after the customer came back
sub confirmed {
    my ($self, $intent, $card) = @_;
    if ($card->{code}) {
        $self->charge_of($intent);
        $intent->{status} = 'requires_payment_method';
        $intent->{last_payment_error} = card_error($intent, $card);
        $self->happened('payment_intent.payment_failed', $intent);
        return;
    }
    if ($card->{processing}) {
        $intent->{status} = 'processing';
        $self->happened('payment_intent.processing', $intent);
        return;
    }
    $self->charge_of($intent);
    $self->{authorized}{ $intent->{id} } = $intent->{amount};
    if ($intent->{capture_method} eq 'manual') {
        @$intent{qw(status amount_capturable)} = ('requires_capture', $intent->{amount});
        $self->happened('payment_intent.amount_capturable_updated', $intent);
    } else {
        @$intent{qw(status amount_received)} = ('succeeded', $intent->{amount});
        $self->happened('payment_intent.succeeded', $intent);
    }
}

sub create {
    my ($self, $r) = @_;
    my $form = $r->{form};
    my $token = $form->{payment_method} // $form->{confirmation_token} // $form->{'payment_method_data[card][token]'} // '';
    my ($amount, $currency) = map { $_ // '' } @$form{qw(amount currency)};

    invalid('Invalid integer', code => 'parameter_invalid_integer', param => 'amount') if $amount !~ /^[1-9]\d*\z/;
    invalid('Amount must be no more than 999,999.99', code => 'amount_too_large', param => 'amount') if $amount > 99999999;
    invalid("Invalid currency: $currency", param => 'currency') if $currency !~ /^[a-z]{3}\z/ || $currency =~ /^(?:iqd|clf|xau)\z/;
    invalid("No such PaymentMethod: '$token'", code => 'resource_missing', param => 'payment_method')
        if $token !~ /^(?:pm|tok|ctoken)_/ || $token =~ /unknown/;
    invalid('A return_url is needed, or error_on_requires_action', code => 'parameter_missing', param => 'return_url')
        if ($form->{confirm} // '') eq 'true' && !$form->{return_url} && !$form->{error_on_requires_action};

    my $card = $card{$token} // {};
    my $id = $self->id('pi');
    my $intent = {
        id => $id, object => 'payment_intent', amount => 0 + $amount, amount_capturable => 0, amount_received => 0,
        amount_details => { tip => {} }, capture_method => $form->{capture_method} // 'automatic_async',
        client_secret => "${id}_secret_mock", confirmation_method => 'automatic', created => int time, currency => $currency,
        livemode => $false, metadata => { metadata($form) }, payment_method => $token,
        payment_method_options => { card => { installments => undef, mandate_options => undef, network => undef,
                                              request_three_d_secure => 'automatic' } },
        payment_method_types => ['card'], statement_descriptor_suffix => $form->{statement_descriptor_suffix},
        status => 'requires_confirmation',
        map { ($_ => undef) } qw(application application_fee_amount automatic_payment_methods canceled_at cancellation_reason
            customer description invoice last_payment_error latest_charge next_action on_behalf_of
            payment_method_configuration_details processing receipt_email review setup_future_usage shipping source
            statement_descriptor transfer_data transfer_group),
    };

    if ($card->{action} && $form->{return_url}) {
        $intent->{status} = 'requires_action';
        $intent->{next_action} = { type => 'redirect_to_url', redirect_to_url => {
            return_url => $form->{return_url}, url => "https://hooks.stripe.example/3d_secure_2/$id" } };
        $self->happened('payment_intent.requires_action', $intent);
    } elsif ($card->{action}) {
        $card = { code => 'authentication_required', decline_code => 'authentication_required' };
    }
    $self->{intents}{$id} = $intent;
    unshift @{ $self->{order} }, $id;
    $self->{executions}{ $r->{key} // $id }++;
    $self->confirmed($intent, $card) if $intent->{status} eq 'requires_confirmation';

    fail(402, 'card_error', %{ $intent->{last_payment_error} }, payment_intent => $self->shown($intent, $form))
        if $intent->{last_payment_error};
    return $self->shown($intent, $form);
}

sub intent_of {
    my ($self, $r, $id) = @_;
    return $self->{intents}{$id} || invalid("No such payment_intent: '$id'", status => 404, code => 'resource_missing', param => 'intent');
}

sub unexpected {
    my ($self, $intent, $r) = @_;
    invalid("This PaymentIntent's status is $intent->{status}.", code => 'payment_intent_unexpected_state',
            payment_intent => $self->shown($intent, $r->{form}));
}

sub capture {
    my ($self, $r) = @_;
    my $intent = $self->intent_of($r, $r->{id});
    $self->unexpected($intent, $r) if $intent->{status} ne 'requires_capture';
    my $amount = $r->{form}{amount_to_capture} // $intent->{amount_capturable};
    invalid('The amount to capture is too large', code => 'amount_too_large', param => 'amount_to_capture')
        if $amount > $intent->{amount_capturable};
    $self->{executions}{ $r->{key} }++ if defined $r->{key};
    @$intent{qw(status amount_received amount_capturable)} = ('succeeded', 0 + $amount, 0);
    $intent->{metadata} = { %{ $intent->{metadata} }, metadata($r->{form}) };
    $self->happened('payment_intent.succeeded', $intent);
    return $self->shown($intent, $r->{form});
}

sub cancel {
    my ($self, $r) = @_;
    my $intent = $self->intent_of($r, $r->{id});
    $self->unexpected($intent, $r) if $intent->{status} !~ /^requires_/;
    $self->{executions}{ $r->{key} }++ if defined $r->{key};
    @$intent{qw(status amount_capturable canceled_at next_action)} = ('canceled', 0, int time, undef);
    $self->happened('payment_intent.canceled', $intent);
    return $self->shown($intent, $r->{form});
}

sub refunded {
    my ($self, $id) = @_;
    return sum0 map { $_->{amount} } grep { $_->{payment_intent} eq $id && $_->{status} !~ /^(?:failed|canceled)\z/ } values %{ $self->{refunds} };
}

sub refund {
    my ($self, $r) = @_;
    my $form = $r->{form};
    my $intent = $self->intent_of($r, $form->{payment_intent} // '');
    my $left = $intent->{amount_received} - $self->refunded($intent->{id});
    invalid('Charge has already been refunded.', code => 'charge_already_refunded') if $left <= 0;
    invalid('Refund amount is greater than unrefunded amount on charge', param => 'amount') if $form->{amount} > $left;
    $self->{executions}{ $r->{key} }++ if defined $r->{key};
    my $refund = {
        id => $self->id('re'), object => 'refund', amount => 0 + $form->{amount}, charge => $intent->{latest_charge},
        created => int time, currency => $intent->{currency}, metadata => { metadata($form) },
        payment_intent => $intent->{id}, reason => $form->{reason}, receipt_number => undef,
        balance_transaction => undef, source_transfer_reversal => undef, transfer_reversal => undef,
        status => ($card{ $intent->{payment_method} } // {})->{refund} // 'succeeded',
    };
    $self->{refunds}{ $refund->{id} } = $refund;
    unshift @{ $self->{refund_order} }, $refund->{id};
    return $refund;
}

sub list {
    my ($self, $r) = @_;
    my ($form, $intents) = ($r->{form}, $r->{operation} eq 'list');
    my $of = $intents ? $self->{intents} : $self->{refunds};
    my @all = map { $of->{$_} } @{ $self->{ $intents ? 'order' : 'refund_order' } || [] };
    @all = grep { $_->{payment_intent} eq $form->{payment_intent} } @all if defined $form->{payment_intent};
    @all = grep { $_->{created} >= $form->{'created[gte]'} } @all if defined $form->{'created[gte]'};
    @all = grep { $_->{created} <= $form->{'created[lte]'} } @all if defined $form->{'created[lte]'};
    if (defined(my $after = $form->{starting_after})) {
        invalid("No such object: '$after'", code => 'resource_missing', param => 'starting_after') if !$of->{$after};
        shift @all while @all && $all[0]{id} ne $after;
        shift @all;
    }
    my $limit = $form->{limit} // 10;
    invalid('Invalid limit', param => 'limit') if $limit !~ /^\d+\z/ || $limit < 1 || $limit > 100;
    $limit = $self->{page} if $self->{page} && $self->{page} < $limit;
    my $more = @all > $limit;
    splice @all, $limit if $more;
    return { object => 'list', url => $intents ? '/v1/payment_intents' : '/v1/refunds', has_more => $more ? $true : $false,
             data => [map { $intents ? $self->shown($_, $form) : $_ } @all] };
}

sub retrieve { my ($self, $r) = @_; return $self->shown($self->intent_of($r, $r->{id}), $r->{form}) }

# a PaymentIntent, its charge in it where that is asked for
sub shown {
    my ($self, $intent, $form) = @_;
    my ($expand) = grep { /^latest_charge/ } map { $form->{$_} } grep { /^expand\[/ } keys %$form;
    my $id = $intent->{latest_charge};
    return { %$intent } if !$expand || !$id;
    my $failed = $intent->{last_payment_error};
    my $captured = $intent->{amount_received} ? $true : $false;
    my $transaction = $intent->{amount_received} ? {
        id => "txn_$id", object => 'balance_transaction', amount => $intent->{amount_received}, currency => $intent->{currency},
        fee => int($intent->{amount_received} * 0.029), type => 'charge', status => 'pending' } : undef;
    my $charge = {
        id => $id, object => 'charge', amount => $intent->{amount}, amount_captured => $intent->{amount_received},
        amount_refunded => $self->refunded($intent->{id}), captured => $captured, created => $intent->{created},
        currency => $intent->{currency}, paid => $failed ? $false : $true, payment_intent => $intent->{id},
        status => $failed ? 'failed' : 'succeeded', metadata => $intent->{metadata},
        balance_transaction => $expand =~ /balance_transaction/ ? $transaction : $transaction && $transaction->{id},
        payment_method_details => { type => 'card', card => {
            brand => 'visa', last4 => '4242', exp_month => 12, exp_year => 2040, funding => 'credit', country => 'US',
            capture_before => $intent->{created} + 7 * 86400 } },
    };
    return { %$intent, latest_charge => $charge };
}

# amounts in the minor units of ISO 4217
sub iso {
    my ($currency, %amounts) = @_;
    my $by = { isk => 0.01, ugx => 0.01, mga => 100 }->{$currency} // 1;
    return map { ($_ => $by * $amounts{$_}) } keys %amounts;
}

# Commands -----------------------------------------------------------------------------

my %command = (
    page => sub { my ($self, $page) = @_; $self->{page} = $page },
    intents => sub { my ($self) = @_; [map { $self->{intents}{$_} } @{ $self->{order} || [] }] },
    events => sub { my ($self) = @_; my $events = $self->{events} || []; $self->{events} = []; $events },
    authenticate => sub { my ($self, $id, $ok) = @_;
                          my $intent = $self->{intents}{$id};
                          $intent->{next_action} = undef;
                          $self->confirmed($intent, $ok ? {} : { code => 'payment_intent_authentication_failure' });
                          $intent },
    processed => sub { my ($self, $id, $ok) = @_;
                       $self->confirmed($self->{intents}{$id}, $ok ? {} : { code => 'card_declined' }); undef },
    settle => sub { my ($self, $id, $status) = @_;
                    my $refund = $self->{refunds}{$id};
                    $refund->{status} = $status;
                    $refund->{failure_reason} = 'lost_or_stolen_card' if $status eq 'failed';
                    $self->happened($status eq 'failed' ? 'refund.failed' : 'charge.refund.updated', $refund);
                    $refund },
    refunds => sub { my ($self) = @_; [values %{ $self->{refunds} || {} }] },
    dispute_of => sub { my ($self, $id) = @_; $self->{disputes}{$id} },
    dispute => sub { my ($self, $id, $status) = @_;
                     my $intent = $self->{intents}{$id};
                     my $dispute = $self->{disputes}{$id};
                     $self->{disputes}{$id} = $dispute ||= {
                         id => $self->id('dp'), object => 'dispute', amount => $intent->{amount_received}, charge => $intent->{latest_charge},
                         created => int time, currency => $intent->{currency}, payment_intent => $id, reason => 'fraudulent',
                         livemode => $false, metadata => {}, is_charge_refundable => $false, balance_transactions => [] };
                     $dispute->{status} = $status;
                     $self->happened($status =~ /^(?:won|lost|warning_closed)\z/ ? 'charge.dispute.closed' : 'charge.dispute.created', $dispute);
                     $dispute },
    charges => sub { my ($self, $payment) = @_;
                     [grep { !defined $payment || $_->{payment} eq $payment } map { {
                         payment => $_->{metadata}{payment}, currency => uc $_->{currency}, reference => $_->{id},
                         iso($_->{currency}, authorized => $self->{authorized}{ $_->{id} }, captured => $_->{amount_received},
                             voided => $self->{authorized}{ $_->{id} } - $_->{amount_received} - $_->{amount_capturable},
                             refunded => $self->refunded($_->{id})) } }
                      grep { $self->{authorized}{ $_->{id} } && $_->{metadata}{payment} } values %{ $self->{intents} || {} }] },
    attempts => sub { my ($self) = @_;
                      [map { { attempt => $_, executions => $self->{executions}{$_} } } keys %{ $self->{executions} || {} }] },
);

sub commands_of { return { %{ Acquirer::Server::commands_of() }, %command } }

1;

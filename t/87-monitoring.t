# Alerts and dashboards against /metrics, in both directions; a Prometheus that answers each
# of their queries; and each alert made to fire.

use strict;
use warnings;

use lib 't/lib';
use Basics qw(slurp);
use Cwd qw(getcwd);
use File::Temp;
use HTTP::Tiny;
use JSON::PP;
use Load qw(api wait_until);
use Test::More;

my $top = getcwd();
my $dir = File::Temp->newdir(CLEANUP => 1);
my $url = $ENV{PAYMENTS_URL};
my $port = $ENV{PAYMENTS_TEST_PORT} + 60;

api('POST', '/v1/payments', { amount => 100, currency => 'EUR', payment_method => { token => 'tok_visa' } });
my $metrics = api('GET', '/metrics')->{body};
my %family = $metrics =~ /^# TYPE (\S+) (\S+)/mg;
my %name = map { my $n = $_; $family{$n} eq 'histogram' ? map { ("$n$_" => $n) } '_bucket', '_sum', '_count' : ($n => $n) } keys %family;

my $rules = slurp('docs/prometheus/alerts.yml');
my @boards = glob 'docs/grafana/*.json';
my %text = ('docs/prometheus/alerts.yml' => $rules, map { $_ => slurp($_) } @boards);
my %used;

# what is shown for each acquirer and sink that is configured, if any is
my $code = join '', map { slurp($_) } glob 'ngx_payments_module/*/*.c';
my %perhaps = map { $_ => 1 } grep { !$name{$_} } $code =~ /(?:# HELP |\{ "(?=payments_(?:sink|processor)_))(payments_\w+)/g;

# names ------------------------------------------------------------------------------------

for my $file (sort keys %text) {
    my %wrong;
    for my $used ($text{$file} =~ /\b(payments_\w+)/g) {
        next if $perhaps{$used};
        if ($name{$used}) { $used{$name{$used}} = 1 } else { $wrong{$used} = 1 }
    }
    is(join(' ', sort keys %wrong), '', "$file: /metrics has all that it names");
}
is(join(' ', sort grep { !$used{$_} } keys %family), '', 'each metric is in an alert or a dashboard');

# labels and their values, as far as /metrics has them now
my %value;
for ($metrics =~ /^(payments_\w+\{[^}]*\})/mg) {
    my ($metric, $labels) = /^(\w+)\{(.*)\}/;
    $value{$name{$metric}}{$1}{$2} = 1 while $labels =~ /(\w+)="([^"]*)"/g;
}
for my $file (sort keys %text) {
    my %wrong;
    my $plain = $text{$file} =~ s/\\"/"/gr;
    while ($plain =~ /\b(payments_\w+)\{([^}]*)\}/g) {
        my ($metric, $selector) = ($name{$1} // next, $2);
        while ($selector =~ /(\w+)(=~|!=|=)"([^"]*)"/g) {
            my ($label, $how, $wanted) = ($1, $2, $3);
            next if $label =~ /^(instance|job)$/ || $metric eq 'payments_postgresql_errors_total';
            my $known = $value{$metric}{$label} or $wrong{"$metric\{$label\}"} = 1, next;
            next if $how ne '=' || $known->{$wanted};
            $wrong{"$metric\{$label=\"$wanted\"\}"} = 1;
        }
    }
    is(join(' ', sort keys %wrong), '', "$file: labels are those of /metrics");
}

# alerts --------------------------------------------------------------------------------------

my @alerts = $rules =~ /- alert: (\w+)/g;
my $page = slurp('docs/monitoring.md');
my $tests = slurp('docs/prometheus/alerts.test.yml');
for my $alert (@alerts) {
    like($page, qr/^### $alert\n\n\S/m, "$alert is explained");
    like($tests, qr/- name: $alert\n.*?alertname: $alert\n\s+exp_alerts:\n\s+- exp_labels/s, '... and made to fire');
}
is(join(' ', $page =~ /^### (\w+)$/mg), "@alerts", 'no others are explained');
is(system("cd docs/prometheus && promtool check rules alerts.yml > $dir/said 2>&1"), 0, 'promtool: the rules') or diag slurp("$dir/said");
is(system("cd docs/prometheus && promtool test rules alerts.test.yml > $dir/said 2>&1"), 0, 'promtool: each fires') or diag slurp("$dir/said");

# a Prometheus ----------------------------------------------------------------------------------

open my $conf, '>', "$dir/prometheus.yml" or die;
print {$conf} "global: { scrape_interval: 1s, evaluation_interval: 1s }\nrule_files: [ $top/docs/prometheus/alerts.yml ]\n",
    "scrape_configs: [ { job_name: payments, static_configs: [ { targets: [ '", $url =~ s{http://}{}r, "' ] } ] } ]\n";
close $conf;
my $pid = fork // die "fork: $!";
if (!$pid) {
    open STDOUT, '>', "$dir/log"; open STDERR, '>&', \*STDOUT;
    exec 'prometheus', "--config.file=$dir/prometheus.yml", "--storage.tsdb.path=$dir/data", "--web.listen-address=127.0.0.1:$port" or die;
}
END { local $?; if ($pid) { kill TERM => $pid; waitpid $pid, 0 } }

my $http = HTTP::Tiny->new(timeout => 10);
sub ask {
    my ($path, %query) = @_;
    my $answer = $http->get("http://127.0.0.1:$port/api/v1/$path" . (%query ? '?' . $http->www_form_urlencode(\%query) : ''));
    return eval { decode_json($answer->{content}) } || { status => "$answer->{status} $answer->{content}" };
}
sub results { return @{ (ask('query', query => $_[0])->{data} || {})->{result} || [] } }
ok(wait_until(20, sub { my ($up) = results('up{job="payments"}'); $up && $up->{value}[1] == 1 }), 'it scrapes nginx') or diag slurp("$dir/log");
ok(wait_until(10, sub { results('rate(payments_requests_total[5m])') }), '... twice');

my @groups = @{ ask('rules')->{data}{groups} };
is(scalar(map { @{ $_->{rules} } } @groups), scalar(@alerts), 'it has all alerts');
ok(wait_until(10, sub { !grep { $_->{health} ne 'ok' } map { @{ $_->{rules} } } @{ ask('rules')->{data}{groups} } }), '... and can evaluate them');

my (@failed, @empty);
for my $board (@boards) {
    my $json = decode_json($text{$board});
    for my $panel (@{ $json->{panels} }) {
        for my $target (@{ $panel->{targets} }) {
            my $query = $target->{expr} =~ s/\$instance/.*/gr;
            my $answer = ask('query', query => $query);
            push @failed, "$board: $panel->{title}: $query: $answer->{error}" if $answer->{status} ne 'success';
            push @empty, "$board: $panel->{title}" unless @{ $answer->{data}{result} || [] } || $query =~ /errors_total/
                || grep { $query =~ /$_/ } keys %perhaps;
        }
    }
}
is(join("\n", @failed), '', 'it understands each query of the dashboards');
is(join("\n", @empty), '', '... and has an answer');

done_testing();

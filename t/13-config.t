# What "nginx -t" refuses, and in what words

use lib 't/lib';
use Payments 'no_plan';

no_shuffle();
run_tests();

__DATA__

=== TEST 1: payments without a shard
--- http_config
    # payments_shard is missing
--- must_die
--- error_log
"payments on" needs a "payments_shard"



=== TEST 2: a shard without a server
--- http_config
    payments_shard main { }
--- must_die
--- error_log
"server" is missing in payments_shard "main"



=== TEST 3: two shards of one name
--- http_config
    payments_shard a { server 127.0.0.1; }
    payments_shard a { server 127.0.0.2; }
--- must_die
--- error_log
"payments_shard" directive is duplicate: another shard has this name



=== TEST 4: one server twice
--- http_config
    payments_shard a { server 127.0.0.1; server 127.0.0.2; server 127.0.0.1:5432; }
--- must_die
--- error_log
"server" directive is duplicate



=== TEST 5: an unknown parameter
--- http_config
    payments_shard a { server 127.0.0.1; colour red; }
--- must_die
--- error_log
unknown directive "colour"



=== TEST 6: a name that does not resolve
--- http_config
    payments_shard a { server nosuch.invalid; }
--- must_die
--- error_log
in "server" "nosuch.invalid"



=== TEST 7: no connections
--- http_config
    payments_shard a { server 127.0.0.1; write_connections 0; }
--- must_die
--- error_log
"write_connections" directive has an invalid value



=== TEST 15: a mode that is none
--- http_config
    payments_shard a { server 127.0.0.1; mode fast; }
--- must_die
--- error_log
"mode" directive must be "pooler" or "direct"



=== TEST 17: reads of replicas that are neither on nor off
--- http_config
    payments_shard a { server 127.0.0.1; replica_reads sometimes; }
--- must_die
--- error_log
"replica_reads" directive must be "on" or "off"



=== TEST 8: timeouts in the wrong order
--- http_config
    payments_shard a { server 127.0.0.1; timeout 1s; connect_timeout 2s; }
--- must_die
--- error_log
"connect_timeout" must not be longer than "timeout"



=== TEST 9: a batch too large
--- http_config
    payments_shard a { server 127.0.0.1; batch 1000; }
--- must_die
--- error_log
"batch" must be at most 256



=== TEST 10: a password file that is not there
--- http_config
    payments_shard a { server 127.0.0.1; password_file /nosuch; }
--- must_die
--- error_log
open() "/nosuch" failed



=== TEST 11: Redis without a secret
--- http_config
    payments_shard a { server 127.0.0.1; }
    payments_redis 127.0.0.1;
--- must_die
--- error_log
"payments_redis" needs "payments_secret_file"



=== TEST 12: a parameter of Redis
--- http_config
    payments_shard a { server 127.0.0.1; }
    payments_redis 127.0.0.1 colour=red;
--- must_die
--- error_log
invalid parameter "colour=red"



=== TEST 13: a key that is kept too short
--- http_config
    payments_shard a { server 127.0.0.1; }
    payments_idempotency_ttl 1s;
--- must_die
--- error_log
"payments_idempotency_ttl" must be from 60 seconds to 7 days



=== TEST 14: a zone that is too small
--- http_config
    payments_shard a { server 127.0.0.1; }
    payments_zone 64k;
--- must_die
--- error_log
"payments_zone" is too small


=== TEST 30: depth behind a pooler
--- http_config
    payments_shard a { server 127.0.0.1; depth 2; }
--- must_die
--- error_log
"depth" above 1 needs "mode direct"



=== TEST 31: too much depth
--- http_config
    payments_shard a { server 127.0.0.1; mode direct; depth 17; }
--- must_die
--- error_log
"depth" must be at most 16



=== TEST 32: an sslmode that is none
--- http_config
    payments_shard a { server 127.0.0.1; sslmode prefer; }
--- must_die
--- error_log
"sslmode" directive must be "disable", "require", "verify-ca" or "verify-full"



=== TEST 33: nothing to verify with
--- http_config
    payments_shard a { server 127.0.0.1; sslmode verify-full; }
--- must_die
--- error_log
"sslmode" that verifies needs "sslrootcert" in payments_shard "a"



=== TEST 34: an authority that is not there
--- http_config
    payments_shard a { server 127.0.0.1; sslmode verify-full; sslrootcert /nosuch; }
--- must_die
--- error_log
"/nosuch" failed (2: No such file or directory)



=== TEST 35: idle for longer than alive
--- http_config
    payments_shard a { server 127.0.0.1; lifetime 1m; idle_timeout 2m; }
--- must_die
--- error_log
"idle_timeout" must not be longer than "lifetime"



=== TEST 36: a batch of nothing
--- http_config
    payments_shard a { server 127.0.0.1; batch_size 1; }
--- must_die
--- error_log
"batch_size" directive has an invalid value: it must be at least 1k



=== TEST 37: more connections than nginx has
--- http_config
    payments_shard a { server 127.0.0.1; write_connections 1000; read_connections 30; }
--- config
    location / { payments on; }
--- must_die
--- error_log
needs 1034 connections in each worker, but "worker_connections" are 1024



=== TEST 38: what PostgreSQL must expect is said
--- http_config eval: $Payments::Shard
--- config
    location /livez { payments on; }
--- request
GET /livez
--- error_log
at most 5 connections to PostgreSQL (1 workers with 4 each: write 1, read 1, list 1, control 1; and 1 of the first: background 1), twice as many while a reload drains
--- error_code: 200



=== TEST 39: a proxy without a port
--- http_config
    payments_outbound_proxy localhost;
--- must_die
--- error_log
"payments_outbound_proxy" directive must say the proxy's port



=== TEST 40: a proxy that does not resolve
--- http_config
    payments_outbound_proxy nosuch.invalid:3128;
--- must_die
--- error_log
in "payments_outbound_proxy" "nosuch.invalid:3128"



=== TEST 41: two proxies
--- http_config
    payments_outbound_proxy off;
    payments_outbound_proxy 127.0.0.1:3128;
--- must_die
--- error_log
"payments_outbound_proxy" directive is duplicate



=== TEST 42: authorities that are not there
--- http_config
    payments_outbound_trusted_certificate nosuch.pem;
--- must_die
--- error_log
nosuch.pem") failed



=== TEST 43: connections that are no number
--- http_config
    payments_outbound_keepalive many;
--- must_die
--- error_log
invalid number



=== TEST 44: a processor without a URL
--- http_config
    payments_processor a { secret_file ../html/secret; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"url" is missing in payments_processor "a"



=== TEST 45: a processor without a secret
--- http_config
    payments_processor a { url http://127.0.0.1:8090; }
--- must_die
--- error_log
"secret_file" is missing in payments_processor "a"



=== TEST 46: a secret that is not there
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file nosuch; }
--- must_die
--- error_log
nosuch" failed



=== TEST 47: a secret of another form
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/short; }
--- user_files
>>> short
whsec_c2VjcmV0
--- must_die
--- error_log
is not "whsec_" and base64 of 24 to 64 bytes, in payments_processor "a"



=== TEST 48: two processors of one name
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; } payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"payments_processor" directive is duplicate: another processor has this name



=== TEST 49: a processor with a name for nobody
--- http_config
    payments_processor A/b { url http://127.0.0.1:8090; secret_file ../html/secret; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
must have a name of a-z, 0-9, "_" and "-" alone



=== TEST 50: a processor with a name that is too long
--- http_config
    payments_processor aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa { url http://127.0.0.1:8090; secret_file ../html/secret; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
must have a name of 1 to 32 characters



=== TEST 51: an unknown parameter of a processor
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; colour red; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
unknown directive "colour"



=== TEST 52: a parameter of a processor twice
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; timeout 1s; timeout 2s; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"timeout" directive is duplicate



=== TEST 53: a URL twice
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; url http://127.0.0.1:8091; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"url" directive is duplicate



=== TEST 54: a parameter of a processor with two values
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; timeout 1s 2s; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
invalid number of arguments in "timeout" directive



=== TEST 55: a URL that is none
--- http_config
    payments_processor a { url ftp://127.0.0.1; secret_file ../html/secret; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"url" "ftp://127.0.0.1" of payments_processor "a":



=== TEST 56: in the clear to another machine
--- http_config
    payments_processor a { url http://192.0.2.1/x; secret_file ../html/secret; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
is http:// and leads to another machine: it must be https://, since answers are not signed



=== TEST 57: a URL with a query
--- http_config
    payments_processor a { url http://127.0.0.1/x?y=1; secret_file ../html/secret; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
must not have a query



=== TEST 58: a socket with a prefix that is none
--- http_config
    payments_processor a { url unix:/run/a.sock:x; secret_file ../html/secret; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
has a prefix that does not begin with a slash



=== TEST 59: a URL that does not resolve
--- http_config
    payments_processor a { url http://nosuch.invalid; secret_file ../html/secret; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
in "url" "http://nosuch.invalid" of payments_processor "a"



=== TEST 60: an https URL, and nobody to trust
--- http_config
    payments_processor a { url https://192.0.2.1; secret_file ../html/secret; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
payments_processor "a" has an https URL and needs "trusted_certificate"



=== TEST 61: authorities for what is not https
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; trusted_certificate ca.pem; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"trusted_certificate" needs an https URL



=== TEST 62: authorities of a processor that are not there
--- http_config
    payments_processor a { url https://192.0.2.1; secret_file ../html/secret; trusted_certificate nosuch.pem; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
nosuch.pem") failed



=== TEST 63: a certificate without a key
--- http_config
    payments_processor a { url https://192.0.2.1; secret_file ../html/secret; trusted_certificate ca.pem; certificate c.pem; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"certificate" and "certificate_key" need each other



=== TEST 64: a certificate, and nobody to trust
--- http_config
    payments_processor a { url https://192.0.2.1; secret_file ../html/secret; certificate c.pem; certificate_key c.key; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"certificate" needs "trusted_certificate"



=== TEST 65: a dialect that nobody speaks
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; dialect latin; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"dialect" directive must be "payments" or "stripe"



=== TEST 66: a client that waits longer than the call
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; timeout 5s; answer 6s; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"answer" must not be longer than "timeout"



=== TEST 67: a connection that takes longer than the call
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; timeout 1s; answer 1s; connect_timeout 2s; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"connect_timeout" must not be longer than "timeout"



=== TEST 80: a client that waits too long
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; answer 11s; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"answer" must be at most 10s in payments_processor "a"



=== TEST 68: what is under way is not found
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; not_found_after 19s; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"not_found_after" must not be shorter than "timeout"



=== TEST 69: a time that is none
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; timeout soon; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"timeout" directive has an invalid value: it must be a time from 10ms to 1h



=== TEST 70: a lifetime that is none
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; key_lifetime 0; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"key_lifetime" directive has an invalid value: it must be a time from 1s to 365d



=== TEST 71: no calls
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; max_calls 0; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"max_calls" directive has an invalid value: it must be a number above 0



=== TEST 72: keys that are neither on nor off
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; idempotency maybe; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"idempotency" directive must be "on" or "off"



=== TEST 73: a parameter of a breaker
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; breaker colour=red; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
invalid parameter "colour=red" of "breaker"



=== TEST 74: a ratio above all
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; breaker ratio=101%; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
invalid parameter "ratio=101%" of "breaker"



=== TEST 75: a ratio that is none
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; breaker ratio=50; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
invalid parameter "ratio=50" of "breaker"



=== TEST 76: a window that is too short
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; breaker window=999ms; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
invalid parameter "window=999ms" of "breaker"



=== TEST 77: a parameter of a breaker twice
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; breaker fails=1 fails=2; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
invalid parameter "fails=2" of "breaker"



=== TEST 78: calls that there are no connections for
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; max_calls 1100; }
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
with "max_calls" of processors, but "worker_connections" are 1024



=== TEST 79: a name of which there is no processor
--- http_config
    payments_processor a { url http://127.0.0.1:8090; secret_file ../html/secret; } payments_processors a,b;
--- user_files
>>> secret
whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0
--- must_die
--- error_log
"payments_processors" names "b", but there is no such "payments_processor"



=== TEST 81: webhooks without the secret that theirs are stored by
--- http_config
    payments_shard main { server 127.0.0.1; }
    payments_webhooks on;
--- config
    location / { payments on; }
--- must_die
--- error_log
"payments_webhooks on" needs "payments_secret_file"



=== TEST 82: webhooks need connections of their own
--- http_config
    payments_shard main { server 127.0.0.1; }
    payments_secret_file ../html/secret;
    payments_webhooks on;
--- user_files
>>> secret
0123456789abcdef0123456789abcdef
--- config
    location / { payments on; }
--- must_die
--- error_log
connections in each worker with those to webhook endpoints, but "worker_connections" are



=== TEST 83: what is no network
--- http_config
    payments_shard main { server 127.0.0.1; }
    payments_webhooks_allow 10.0.0.0/8 shop.example.com;
--- config
    location / { payments on; }
--- must_die
--- error_log
"shop.example.com" is no network



=== TEST 84: a secret file whose second line is too short
--- http_config
    payments_shard main { server 127.0.0.1; }
    payments_secret_file ../html/secret;
--- user_files
>>> secret
0123456789abcdef0123456789abcdef
short
--- config
    location / { payments on; }
--- must_die
--- error_log
has a line of less than 32 bytes

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
    payments_shard a { server 127.0.0.1; server 127.0.0.2; server localhost:5432; }
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

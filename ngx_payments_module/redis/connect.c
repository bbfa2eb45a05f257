
/*
 * From no connection to one that takes commands: which server, TLS, and what
 * is said first.
 *
 * With Sentinels each attempt asks one of them which server is the master, and
 * then asks that server itself (ROLE), since a Sentinel may not know the
 * latest: the procedure of Redis's guidelines for Sentinel clients.
 */

#include "ngx_payments_redis_internal.h"
#include "../base/ngx_payments_backoff.h"
#include "../base/ngx_payments_tls.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_REDIS_BACKOFF_MIN  50
#define NGX_PAYMENTS_REDIS_BACKOFF_MAX  1000


static void ngx_payments_redis_open(ngx_payments_redis_t *redis,
    struct sockaddr *sockaddr, socklen_t socklen, ngx_str_t *name);
static void ngx_payments_redis_connected(ngx_event_t *wev);
static void ngx_payments_redis_made(ngx_payments_redis_t *redis);
#if (NGX_SSL)
static void ngx_payments_redis_tls(ngx_payments_redis_t *redis);
static void ngx_payments_redis_shaken(ngx_connection_t *c);
#endif


void
ngx_payments_redis_backoff(ngx_payments_redis_t *redis)
{
    ngx_add_timer(&redis->backoff,
                  ngx_payments_backoff(redis->failures,
                                       NGX_PAYMENTS_REDIS_BACKOFF_MIN,
                                       NGX_PAYMENTS_REDIS_BACKOFF_MAX));
    redis->failures++;
}


void
ngx_payments_redis_connect(ngx_payments_redis_t *redis)
{
    ngx_addr_t  *addr;

    addr = &redis->conf->addrs[redis->next];

    redis->next = (redis->next + 1) % redis->conf->naddrs;
    redis->asking = (redis->conf->sentinel.len != 0);

    ngx_payments_redis_open(redis, addr->sockaddr, addr->socklen, &addr->name);
}


void
ngx_payments_redis_shut(ngx_payments_redis_t *redis)
{
    ngx_pool_t        *pool;
    ngx_connection_t  *c = redis->peer.connection;

    redis->made = 0;

    if (c == NULL) {
        return;
    }

#if (NGX_SSL)

    if (c->ssl) {
        c->ssl->no_wait_shutdown = 1;
        c->ssl->no_send_shutdown = 1;
        (void) ngx_ssl_shutdown(c);
    }

#endif

    pool = c->pool;

    ngx_close_connection(c);
    redis->peer.connection = NULL;

    if (pool != NULL) {
        ngx_destroy_pool(pool);
    }

    if (redis->reader != NULL) {
        redisReaderFree(redis->reader);
        redis->reader = NULL;
    }
}


static void
ngx_payments_redis_open(ngx_payments_redis_t *redis, struct sockaddr *sockaddr,
    socklen_t socklen, ngx_str_t *name)
{
    ngx_int_t               rc;
    ngx_connection_t       *c;
    ngx_peer_connection_t  *peer = &redis->peer;

    ngx_memzero(peer, sizeof(ngx_peer_connection_t));

    redis->name = *name;

    peer->sockaddr = sockaddr;
    peer->socklen = socklen;
    peer->name = &redis->name;
    peer->get = ngx_event_get_peer;
    peer->log = &redis->log;
    peer->log_error = NGX_ERROR_ERR;

    redis->len = 0;
    redis->reader = ngx_payments_redis_reader();

    if (redis->reader == NULL) {
        ngx_payments_redis_backoff(redis);
        return;
    }

    rc = ngx_event_connect_peer(peer);

    if (rc == NGX_ERROR || rc == NGX_BUSY || rc == NGX_DECLINED) {
        ngx_payments_redis_close(redis, "connection refused");
        return;
    }

    c = peer->connection;

    c->data = redis;
    c->log = &redis->log;
    c->read->log = &redis->log;
    c->write->log = &redis->log;
    c->read->handler = ngx_payments_redis_read_handler;
    c->write->handler = ngx_payments_redis_connected;
    c->read->cancelable = 1;
    c->write->cancelable = 1;

    ngx_add_timer(c->read, redis->conf->connect_timeout);

    if (rc == NGX_OK) {
        ngx_payments_redis_connected(c->write);
    }
}


static void
ngx_payments_redis_connected(ngx_event_t *wev)
{
    ngx_connection_t      *c = wev->data;
    ngx_payments_redis_t  *redis = c->data;

#if (NGX_SSL)

    /* Sentinels are asked in the clear, or not at all */

    if (redis->conf->ssl != NULL) {
        ngx_payments_redis_tls(redis);
        return;
    }

#endif

    ngx_payments_redis_made(redis);
}


#if (NGX_SSL)

static void
ngx_payments_redis_tls(ngx_payments_redis_t *redis)
{
    ngx_int_t          rc;
    ngx_connection_t  *c = redis->peer.connection;

    if (c->ssl != NULL) {
        return;
    }

    c->pool = ngx_create_pool(256, &redis->log);

    if (c->pool == NULL
        || ngx_payments_tls_begin(c, redis->conf->ssl, &redis->conf->tls_name)
           != NGX_OK)
    {
        ngx_payments_redis_close(redis, "TLS could not begin");
        return;
    }

    rc = ngx_ssl_handshake(c);

    if (rc == NGX_AGAIN) {
        c->ssl->handler = ngx_payments_redis_shaken;
        return;
    }

    ngx_payments_redis_shaken(c);
}


static void
ngx_payments_redis_shaken(ngx_connection_t *c)
{
    const char            *wrong;
    ngx_payments_redis_t  *redis = c->data;

    wrong = ngx_payments_tls_wrong(c, &redis->conf->tls_name);

    if (wrong != NULL) {
        ngx_payments_redis_close(redis, wrong);
        return;
    }

    c->read->handler = ngx_payments_redis_read_handler;

    ngx_payments_redis_made(redis);
}

#endif


static void
ngx_payments_redis_say(ngx_payments_redis_t *redis, int argc,
    const char **argv)
{
    int     i;
    size_t  lengths[3];

    for (i = 0; i < argc; i++) {
        lengths[i] = ngx_strlen(argv[i]);
    }

    (void) ngx_payments_redis_put(redis, argc, argv, lengths);
    redis->greetings++;
}


/* what is said first: to a Sentinel one question, else AUTH, SELECT, and last
   what shows that it can be used */

static void
ngx_payments_redis_made(ngx_payments_redis_t *redis)
{
    u_char                      database[NGX_INT_T_LEN + 1];
    const char                 *argv[3];
    ngx_payments_redis_conf_t  *conf = redis->conf;

    redis->peer.connection->write->handler = ngx_payments_redis_write_handler;
    redis->made = 1;
    redis->greetings = 0;

    if (redis->asking) {
        argv[0] = "SENTINEL";
        argv[1] = "get-master-addr-by-name";
        argv[2] = (char *) conf->sentinel.data;
        ngx_payments_redis_say(redis, 3, argv);
        return;
    }

    if (conf->password.len) {
        argv[0] = "AUTH";
        argv[1] = conf->username.len ? (char *) conf->username.data
                                     : (char *) conf->password.data;
        argv[2] = (char *) conf->password.data;
        ngx_payments_redis_say(redis, conf->username.len ? 3 : 2, argv);
    }

    if (conf->database) {
        *ngx_sprintf(database, "%i", conf->database) = '\0';
        argv[0] = "SELECT";
        argv[1] = (char *) database;
        ngx_payments_redis_say(redis, 2, argv);
    }

    argv[0] = conf->sentinel.len ? "ROLE" : "PING";
    ngx_payments_redis_say(redis, 1, argv);
}


/* "[host, port]" of the master; names are not resolved here */

static void
ngx_payments_redis_follow(ngx_payments_redis_t *redis, redisReply *reply)
{
    ngx_int_t          port;
    ngx_str_t          name;
    ngx_addr_t         addr;
    struct sockaddr   *sockaddr = &redis->master.sockaddr;

    u_char             buffer[256];
    ngx_pool_t        *pool;

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2
        || reply->element[0]->type != REDIS_REPLY_STRING
        || reply->element[1]->type != REDIS_REPLY_STRING)
    {
        ngx_payments_redis_close(redis, "the Sentinel knows no such master");
        return;
    }

    port = ngx_atoi((u_char *) reply->element[1]->str,
                    reply->element[1]->len);

    pool = ngx_create_pool(1024, &redis->log);

    if (pool == NULL || port <= 0 || port > 65535
        || ngx_parse_addr(pool, &addr, (u_char *) reply->element[0]->str,
                          reply->element[0]->len)
           != NGX_OK)
    {
        if (pool != NULL) {
            ngx_destroy_pool(pool);
        }

        ngx_payments_redis_close(redis, "the master's address is no number");
        return;
    }

    ngx_memcpy(sockaddr, addr.sockaddr, addr.socklen);
    redis->socklen = addr.socklen;
    ngx_inet_set_port(sockaddr, (in_port_t) port);

    ngx_destroy_pool(pool);

    name.data = redis->text;
    name.len = ngx_sock_ntop(sockaddr, redis->socklen, buffer,
                             NGX_SOCKADDR_STRLEN, 1);
    ngx_memcpy(redis->text, buffer, name.len);

    ngx_log_error(NGX_LOG_INFO, &redis->log, 0,
                  "Sentinel \"%V\" says that Redis \"%V\" is master",
                  &redis->name, &name);

    redis->asking = 0;
    ngx_payments_redis_shut(redis);
    ngx_payments_redis_open(redis, sockaddr, redis->socklen, &name);
}


ngx_int_t
ngx_payments_redis_greeted(ngx_payments_redis_t *redis, redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ERROR) {
        ngx_payments_redis_refused(redis, reply->str);
        ngx_payments_redis_close(redis, redis->asking
                                 ? "the Sentinel's answer was refused"
                                 : "AUTH, SELECT, PING or ROLE refused");
        redis->unwelcome = 1;
        return NGX_ERROR;
    }

    if (redis->asking) {
        redis->greetings = 0;
        ngx_payments_redis_follow(redis, reply);
        return NGX_ERROR;
    }

    if (--redis->greetings) {
        return NGX_OK;
    }

    if (redis->conf->sentinel.len
        && (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0
            || reply->element[0]->type != REDIS_REPLY_STRING
            || ngx_strcmp(reply->element[0]->str, "master") != 0))
    {
        ngx_payments_redis_close(redis, "it is not the master");
        return NGX_ERROR;
    }

    redis->ready = 1;
    redis->since = ngx_current_msec;
    redis->failures = 0;

    ngx_del_timer(redis->peer.connection->read);
    ngx_payments_status_add(NGX_PAYMENTS_M_REDIS_CONNECT, 1);

    if (ngx_payments_redis_hooks != NULL) {
        ngx_payments_redis_hooks->on_ready();
    }

    return NGX_OK;
}

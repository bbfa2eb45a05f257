
/*
 * Servers that have a name: asked for again with nginx's resolver, which
 * answers from its cache as long as the name's TTL, or "valid", lasts.
 *
 * Of several servers the worker that probes asks, and puts the addresses into
 * shared memory: the primary is known by its number, so all workers must have
 * the same address for a number.  A single server has no such memory: each
 * worker asks, and connects when it has been answered once.
 *
 * A name that cannot be resolved keeps its address.
 */

#include "ngx_payments_cluster_internal.h"


#define NGX_PAYMENTS_RESOLVE_EVERY  5000  /* ms */
#define NGX_PAYMENTS_RESOLVE_FIRST  1000  /* how long the first may take */


static void ngx_payments_resolve_timer(ngx_event_t *ev);
static void ngx_payments_resolve_handler(ngx_resolver_ctx_t *ctx);


void
ngx_payments_resolve_init(ngx_payments_shard_t *shard,
    ngx_payments_resolve_handler_pt resolved)
{
    ngx_uint_t    i;
    ngx_event_t  *ev = &shard->resolve;

    for (i = 0; i < NGX_PAYMENTS_PG_SERVERS; i++) {
        shard->addresses[i].shard = shard;
    }

    shard->resolved = resolved;

    ev->data = &shard->dummy;
    ev->handler = ngx_payments_resolve_timer;
    ev->log = ngx_cycle->log;
    ev->cancelable = 1;
}


ngx_uint_t
ngx_payments_resolve_begin(ngx_payments_shard_t *shard)
{
    ngx_uint_t               i;
    ngx_payments_pg_conf_t  *conf = shard->conf;

    for (i = 0; conf->resolver && i < conf->nservers; i++) {
        if (conf->servers[i].named) {
            ngx_add_timer(&shard->resolve, 1);
            return 1;
        }
    }

    return 0;
}


void
ngx_payments_resolve_exit(ngx_payments_shard_t *shard)
{
    ngx_uint_t                      i;
    ngx_payments_server_address_t  *address;

    if (shard->resolve.timer_set) {
        ngx_del_timer(&shard->resolve);
    }

    for (i = 0; i < NGX_PAYMENTS_PG_SERVERS; i++) {
        address = &shard->addresses[i];

        if (address->ctx != NULL) {
            ngx_resolve_name_done(address->ctx);
            address->ctx = NULL;
        }
    }
}


const char *
ngx_payments_resolve_address(ngx_payments_shard_t *shard, ngx_uint_t server)
{
    const char  *text;

    text = (const char *) shard->addresses[server].text;

    return *text ? text : shard->conf->servers[server].hostaddr;
}


ngx_uint_t
ngx_payments_resolve_duplicate(ngx_payments_shard_t *shard, ngx_uint_t server)
{
    ngx_uint_t   i;
    const char  *a, *b;

    a = ngx_payments_resolve_address(shard, server);

    for (i = 0; a != NULL && i < server; i++) {
        b = ngx_payments_resolve_address(shard, i);

        if (b != NULL && ngx_strcmp(a, b) == 0
            && ngx_strcmp(shard->conf->servers[i].port,
                          shard->conf->servers[server].port)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_payments_resolve_set_address(ngx_payments_shard_t *shard, ngx_uint_t server,
    u_char *text)
{
    ngx_payments_server_address_t  *address = &shard->addresses[server];

    if (ngx_strcmp(address->text, text) == 0) {
        return NGX_DECLINED;
    }

    ngx_memcpy(address->text, text, ngx_strlen(text) + 1);
    ngx_payments_lanes_reconnect(shard, server);

    return NGX_OK;
}


/* the address of a single server is known, or cannot be: it is used */

static void
ngx_payments_resolve_first(ngx_payments_shard_t *shard)
{
    shard->answered = 1;

    if (shard->conf->nservers == 1) {
        ngx_payments_lanes_follow(shard, 0, shard->conf->nservers);
    }
}


static void
ngx_payments_resolve_timer(ngx_event_t *ev)
{
    ngx_uint_t                      i;
    ngx_connection_t               *c = ev->data;
    ngx_resolver_ctx_t             *ctx;
    ngx_payments_shard_t           *shard = c->data;
    ngx_payments_pg_conf_t         *conf = shard->conf;
    ngx_payments_server_address_t  *address;

    for (i = 0; !ngx_exiting && i < conf->nservers; i++) {
        address = &shard->addresses[i];

        if (!conf->servers[i].named || address->ctx != NULL) {
            continue;
        }

        ctx = ngx_resolve_start(conf->resolver, NULL);

        if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
            ngx_payments_resolve_first(shard);
            break;
        }

        ctx->name.data = (u_char *) conf->servers[i].host;
        ctx->name.len = ngx_strlen(conf->servers[i].host);
        ctx->handler = ngx_payments_resolve_handler;
        ctx->data = address;
        ctx->timeout = shard->answered
                       ? conf->resolver_timeout
                       : ngx_min(conf->resolver_timeout,
                                 NGX_PAYMENTS_RESOLVE_FIRST);
        ctx->cancelable = 1;

        address->ctx = ctx;

        /* may call the handler; on an error it has freed the context */

        if (ngx_resolve_name(ctx) != NGX_OK) {
            address->ctx = NULL;
            ngx_payments_resolve_first(shard);
        }
    }

    ngx_add_timer(ev, NGX_PAYMENTS_RESOLVE_EVERY);
}


/*
 * Which of a name's addresses: the one that is used, as long as the name has
 * it; else the first of that one's family, since the host may have no other.
 * 1: another one than before.
 */

static ngx_uint_t
ngx_payments_resolve_pick(ngx_resolver_ctx_t *ctx, const char *known,
    u_char *text)
{
    size_t      len;
    u_char      other[NGX_SOCKADDR_STRLEN];
    ngx_uint_t  i, same;

    text[0] = '\0';
    same = 0;

    for (i = 0; i < ctx->naddrs; i++) {
        len = ngx_sock_ntop(ctx->addrs[i].sockaddr, ctx->addrs[i].socklen,
                            other, NGX_SOCKADDR_STRLEN - 1, 0);
        other[len] = '\0';

        if (ngx_strcmp(other, known) == 0) {
            return 0;
        }

        if (text[0] == '\0'
            || (!same && (ngx_strchr(other, ':') != NULL)
                         == (ngx_strchr(known, ':') != NULL)))
        {
            same = (ngx_strchr(other, ':') != NULL)
                   == (ngx_strchr(known, ':') != NULL);
            ngx_memcpy(text, other, len + 1);
        }
    }

    return text[0] != '\0';
}


static void
ngx_payments_resolve_handler(ngx_resolver_ctx_t *ctx)
{
    u_char                          text[NGX_SOCKADDR_STRLEN];
    ngx_uint_t                      server;
    const char                     *known;
    ngx_payments_server_address_t  *address = ctx->data;
    ngx_payments_shard_t           *shard = address->shard;
    ngx_payments_pg_conf_t         *conf = shard->conf;

    server = address - shard->addresses;
    known = ngx_payments_resolve_address(shard, server);

    if (ctx->state != NGX_OK) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "PostgreSQL \"%s\" could not be resolved (%i: %s); it is "
                      "still used at %s", conf->servers[server].host,
                      ctx->state, ngx_resolver_strerror(ctx->state), known);

    } else if (ngx_payments_resolve_pick(ctx, known, text)) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "PostgreSQL \"%s\" is at %s now, not at %s any more",
                      conf->servers[server].host, text, known);

        shard->resolved(shard, server, text);
    }

    address->ctx = NULL;
    ngx_resolve_name_done(ctx);

    ngx_payments_resolve_first(shard);
}

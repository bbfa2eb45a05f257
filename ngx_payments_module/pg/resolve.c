
/*
 * Servers that have a name: asked for again with nginx's resolver, which
 * answers from its cache as long as the name's TTL, or "valid", lasts.
 * The address that the configuration got is used until then, and again
 * whenever nobody can tell.
 */

#include "ngx_payments_pg_internal.h"


#define NGX_PAYMENTS_PG_RESOLVE_EVERY  5000  /* ms */


/* a server's address as this worker knows it */

typedef struct {
    ngx_resolver_ctx_t           *ctx;         /* while it is asked for */
    u_char                        text[NGX_SOCKADDR_STRLEN];
                                               /* numeric, with a NUL; "": the
                                                  configuration's */
} ngx_payments_pg_address_t;


static void ngx_payments_pg_resolve(ngx_event_t *ev);
static void ngx_payments_pg_resolved(ngx_resolver_ctx_t *ctx);


static ngx_payments_pg_conf_t     *ngx_payments_pg_resolve_conf;
static ngx_payments_pg_address_t   ngx_payments_pg_addresses
                                                     [NGX_PAYMENTS_PG_SERVERS];
static ngx_event_t                 ngx_payments_pg_resolve_event;
static ngx_connection_t            ngx_payments_pg_resolve_dummy;


void
ngx_payments_pg_resolve_init(ngx_cycle_t *cycle, ngx_payments_pg_conf_t *conf)
{
    ngx_uint_t    i;
    ngx_event_t  *ev = &ngx_payments_pg_resolve_event;

    ngx_payments_pg_resolve_conf = conf;
    ngx_memzero(ngx_payments_pg_addresses, sizeof(ngx_payments_pg_addresses));

    for (i = 0; conf->resolver && i < conf->nservers; i++) {

        if (conf->servers[i].named) {
            ngx_payments_pg_resolve_dummy.fd = (ngx_socket_t) -1;
            ngx_memzero(ev, sizeof(ngx_event_t));
            ev->data = &ngx_payments_pg_resolve_dummy;
            ev->handler = ngx_payments_pg_resolve;
            ev->log = cycle->log;
            ev->cancelable = 1;

            ngx_add_timer(ev, NGX_PAYMENTS_PG_RESOLVE_EVERY);
            return;
        }
    }
}


void
ngx_payments_pg_resolve_exit(void)
{
    ngx_uint_t                  i;
    ngx_payments_pg_address_t  *address;

    if (ngx_payments_pg_resolve_event.timer_set) {
        ngx_del_timer(&ngx_payments_pg_resolve_event);
    }

    for (i = 0; i < NGX_PAYMENTS_PG_SERVERS; i++) {
        address = &ngx_payments_pg_addresses[i];

        if (address->ctx != NULL) {
            ngx_resolve_name_done(address->ctx);
            address->ctx = NULL;
        }
    }
}


const char *
ngx_payments_pg_hostaddr(ngx_payments_pg_conf_t *conf, ngx_uint_t server)
{
    const char  *text;

    text = (const char *) ngx_payments_pg_addresses[server].text;

    return *text ? text : conf->servers[server].hostaddr;
}


ngx_uint_t
ngx_payments_pg_twin(ngx_payments_pg_conf_t *conf, ngx_uint_t server)
{
    ngx_uint_t   i;
    const char  *a, *b;

    a = ngx_payments_pg_hostaddr(conf, server);

    for (i = 0; a != NULL && i < server; i++) {
        b = ngx_payments_pg_hostaddr(conf, i);

        if (b != NULL && ngx_strcmp(a, b) == 0
            && ngx_strcmp(conf->servers[i].port, conf->servers[server].port)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


static void
ngx_payments_pg_resolve(ngx_event_t *ev)
{
    ngx_uint_t                  i;
    ngx_resolver_ctx_t         *ctx;
    ngx_payments_pg_conf_t     *conf = ngx_payments_pg_resolve_conf;
    ngx_payments_pg_address_t  *address;

    for (i = 0; !ngx_exiting && i < conf->nservers; i++) {
        address = &ngx_payments_pg_addresses[i];

        if (!conf->servers[i].named || address->ctx != NULL) {
            continue;
        }

        ctx = ngx_resolve_start(conf->resolver, NULL);

        if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
            break;
        }

        ctx->name.data = (u_char *) conf->servers[i].host;
        ctx->name.len = ngx_strlen(conf->servers[i].host);
        ctx->handler = ngx_payments_pg_resolved;
        ctx->data = address;
        ctx->timeout = conf->resolver_timeout;
        ctx->cancelable = 1;

        address->ctx = ctx;

        /* may call the handler; on an error it has freed the context */

        if (ngx_resolve_name(ctx) != NGX_OK) {
            address->ctx = NULL;
        }
    }

    ngx_add_timer(ev, NGX_PAYMENTS_PG_RESOLVE_EVERY);
}


/* one of several addresses is kept as long as the name has it */

static void
ngx_payments_pg_resolved(ngx_resolver_ctx_t *ctx)
{
    size_t                      len;
    u_char                      text[NGX_SOCKADDR_STRLEN];
    u_char                      first[NGX_SOCKADDR_STRLEN];
    ngx_uint_t                  i, server;
    const char                 *known;
    ngx_payments_pg_address_t  *address = ctx->data;

    server = address - ngx_payments_pg_addresses;
    known = ngx_payments_pg_hostaddr(ngx_payments_pg_resolve_conf, server);
    first[0] = '\0';

    for (i = 0; ctx->state == NGX_OK && i < ctx->naddrs; i++) {
        len = ngx_sock_ntop(ctx->addrs[i].sockaddr, ctx->addrs[i].socklen,
                            text, NGX_SOCKADDR_STRLEN - 1, 0);
        text[len] = '\0';

        if (ngx_strcmp(text, known) == 0) {
            break;
        }

        if (i == 0) {
            ngx_memcpy(first, text, len + 1);
        }
    }

    if (ctx->state != NGX_OK) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "PostgreSQL \"%s\" could not be resolved (%i: %s); it is "
                      "still used at %s",
                      ngx_payments_pg_resolve_conf->servers[server].host,
                      ctx->state, ngx_resolver_strerror(ctx->state), known);

    } else if (i == ctx->naddrs && first[0] != '\0') {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "PostgreSQL \"%s\" is at %s now, not at %s any more",
                      ngx_payments_pg_resolve_conf->servers[server].host,
                      first, known);

        ngx_memcpy(address->text, first, ngx_strlen(first) + 1);
        ngx_payments_pg_moved(server);
    }

    address->ctx = NULL;
    ngx_resolve_name_done(ctx);
}


/*
 * Names, and whether their addresses may be connected to.
 *
 * What is looked at is what is connected to: there is no second question whose
 * answer could be another one.
 */

#include "ngx_payments_outbound_internal.h"


static void ngx_payments_outbound_resolve_handler(ngx_resolver_ctx_t *ctx);


/* what an address is; NULL: a public one */

static const char *
ngx_payments_outbound_refused(struct sockaddr *sockaddr)
{
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    switch (sockaddr->sa_family) {

    case AF_INET:
        sin = (struct sockaddr_in *) sockaddr;
        return ngx_payments_address4_refused((uint8_t *) &sin->sin_addr);

#if (NGX_HAVE_INET6)

    case AF_INET6:
        sin6 = (struct sockaddr_in6 *) sockaddr;
        return ngx_payments_address6_refused((uint8_t *) &sin6->sin6_addr);

#endif

    default:
        return "no address of the Internet";
    }
}


const char *
ngx_payments_outbound_look(ngx_payments_outbound_call_t *call,
    ngx_addr_t *addrs, ngx_uint_t n)
{
    ngx_uint_t   i;
    const char  *what;

    for (i = 0; call->policy && i < n; i++) {

        if (call->allowed != NULL
            && ngx_cidr_match(addrs[i].sockaddr, call->allowed) == NGX_OK)
        {
            continue;
        }

        what = ngx_payments_outbound_refused(addrs[i].sockaddr);

        if (what == NULL && !call->url.tls) {
            what = "public, and it goes in the clear";
        }

        if (what == NULL) {
            continue;
        }

        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "call of \"%*s\" refused: an address of it is %s",
                      call->url.host.name.len, call->url.host.name.data, what);

        return "it is not at public addresses";
    }

    return NULL;
}


void
ngx_payments_outbound_resolve(ngx_payments_outbound_exchange_t *x)
{
    ngx_resolver_ctx_t            *ctx;
    ngx_payments_outbound_conf_t  *conf = ngx_payments_outbound->conf;

    ctx = NULL;

    if (conf->resolver != NULL) {
        ctx = ngx_resolve_start(conf->resolver, NULL);
    }

    if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
        x->resolved(x, "there is no \"resolver\"");
        return;
    }

    ctx->name = x->key.name;
    ctx->handler = ngx_payments_outbound_resolve_handler;
    ctx->data = x;
    ctx->timeout = ngx_min(conf->resolver_timeout, x->call->timeout);
    ctx->cancelable = 1;

    x->ctx = ctx;

    /* may call the handler; on an error it has freed the context */

    if (ngx_resolve_name(ctx) != NGX_OK) {
        x->ctx = NULL;
        x->resolved(x, "its name could not be asked for");
    }
}


void
ngx_payments_outbound_resolve_cancel(ngx_payments_outbound_exchange_t *x)
{
    if (x->ctx != NULL) {
        ngx_resolve_name_done(x->ctx);
        x->ctx = NULL;
    }
}


/* the addresses belong to the resolver: they are copied, and get the port */

static ngx_int_t
ngx_payments_outbound_addresses(ngx_payments_outbound_exchange_t *x,
    ngx_resolver_addr_t *addrs, ngx_uint_t n)
{
    ngx_uint_t   i;
    ngx_addr_t  *addr;
    ngx_pool_t  *pool = x->call->pool;

    x->addrs = ngx_pcalloc(pool, n * sizeof(ngx_addr_t));
    if (x->addrs == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        addr = &x->addrs[i];

        addr->socklen = addrs[i].socklen;
        addr->sockaddr = ngx_pnalloc(pool, sizeof(ngx_sockaddr_t));

        if (addr->sockaddr == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(addr->sockaddr, addrs[i].sockaddr, addr->socklen);
        ngx_inet_set_port(addr->sockaddr, x->call->url.port);
    }

    x->naddrs = n;

    return NGX_OK;
}


static void
ngx_payments_outbound_resolve_handler(ngx_resolver_ctx_t *ctx)
{
    ngx_uint_t                         i;
    const char                        *wrong;
    ngx_addr_t                         addr;
    ngx_payments_outbound_exchange_t  *x = ctx->data;

    wrong = (ctx->state == NGX_OK) ? NULL : ngx_resolver_strerror(ctx->state);

    if (wrong == NULL && ctx->naddrs == 0) {
        wrong = "its name has no address";
    }

    /* all of them, though not all may be tried */

    for (i = 0; wrong == NULL && i < ctx->naddrs; i++) {
        addr.sockaddr = ctx->addrs[i].sockaddr;
        addr.socklen = ctx->addrs[i].socklen;
        wrong = ngx_payments_outbound_look(x->call, &addr, 1);
    }

    if (wrong == NULL
        && ngx_payments_outbound_addresses(x, ctx->addrs,
               ngx_min(ctx->naddrs, NGX_PAYMENTS_OUTBOUND_ADDRS))
           != NGX_OK)
    {
        wrong = "no memory";
    }

    ngx_payments_outbound_resolve_cancel(x);

    x->resolved(x, wrong);
}

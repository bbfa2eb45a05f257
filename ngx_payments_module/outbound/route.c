
/*
 * Where a call goes: to addresses that it gives, to one that its host is,
 * through the proxy, or to those of a name.
 */

#include "ngx_payments_outbound_internal.h"


/* host:port, as a proxy gets it; NULL, or what is wrong */

static const char *
ngx_payments_outbound_tunnel(ngx_payments_outbound_exchange_t *x)
{
    ngx_str_t           *tunnel = &x->key.tunnel;
    ngx_payments_url_t  *url = &x->call->url;

    /* where a name leads is the proxy's to know, and to allow */

    if (x->call->policy && !url->tls && !x->key.numeric) {
        return "it goes in the clear, and nothing says where";
    }

    tunnel->data = ngx_pnalloc(x->call->pool, x->key.name.len + 16);
    if (tunnel->data == NULL) {
        return "no memory";
    }

    tunnel->len = ngx_sprintf(tunnel->data,
                              (url->host.kind == NGX_PAYMENTS_HOST_IPV6)
                              ? "[%V]:%ui" : "%V:%ui",
                              &x->key.name, (ngx_uint_t) url->port)
                  - tunnel->data;

    return NULL;
}


/* the host's own address, where its name is one */

static ngx_addr_t *
ngx_payments_outbound_literal(ngx_payments_outbound_exchange_t *x)
{
    ngx_addr_t           *addr;
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif
    ngx_payments_url_t   *url = &x->call->url;

    addr = ngx_pcalloc(x->call->pool, sizeof(ngx_addr_t)
                                      + sizeof(ngx_sockaddr_t));
    if (addr == NULL) {
        return NULL;
    }

    addr->sockaddr = (struct sockaddr *) &addr[1];

#if (NGX_HAVE_INET6)

    if (url->host.kind == NGX_PAYMENTS_HOST_IPV6) {
        sin6 = (struct sockaddr_in6 *) addr->sockaddr;
        sin6->sin6_family = AF_INET6;
        ngx_memcpy(&sin6->sin6_addr, url->host.address, 16);
        addr->socklen = sizeof(struct sockaddr_in6);
        ngx_inet_set_port(addr->sockaddr, url->port);
        return addr;
    }

#endif

    sin = (struct sockaddr_in *) addr->sockaddr;
    sin->sin_family = AF_INET;
    ngx_memcpy(&sin->sin_addr, url->host.address, 4);
    addr->socklen = sizeof(struct sockaddr_in);
    ngx_inet_set_port(addr->sockaddr, url->port);

    return addr;
}


/* addresses that are known without asking: looked at, if there are any */

static const char *
ngx_payments_outbound_known(ngx_payments_outbound_exchange_t *x)
{
    ngx_payments_outbound_call_t  *call = x->call;

    x->addrs = call->addrs;
    x->naddrs = call->naddrs;

    if (x->naddrs == 0 && x->key.numeric) {
        x->addrs = ngx_payments_outbound_literal(x);
        x->naddrs = 1;

        if (x->addrs == NULL) {
            return "no memory";
        }
    }

    return ngx_payments_outbound_look(call, x->addrs, x->naddrs);
}


void
ngx_payments_outbound_route(ngx_payments_outbound_exchange_t *x)
{
    const char                    *wrong;
    ngx_payments_outbound_conf_t  *conf = ngx_payments_outbound->conf;
    ngx_payments_outbound_call_t  *call = x->call;

    x->key.numeric = (call->url.host.kind != NGX_PAYMENTS_HOST_NAME);

    if (call->url.tls) {
        x->key.ssl = call->ssl ? call->ssl : conf->ssl;

        if (x->key.ssl == NULL) {
            x->resolved(x, "nothing says whose certificates are trusted");
            return;
        }
    }

    wrong = ngx_payments_outbound_known(x);

    if (wrong == NULL && conf->nproxy && !call->direct && call->naddrs == 0) {
        x->addrs = conf->proxy;
        x->naddrs = conf->nproxy;
        wrong = ngx_payments_outbound_tunnel(x);
    }

    if (wrong == NULL && x->naddrs == 0) {
        ngx_payments_outbound_resolve(x);
        return;
    }

    x->resolved(x, wrong);
}

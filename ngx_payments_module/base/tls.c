
/* TLS of a client. */

#include "ngx_payments_tls.h"


#if (NGX_SSL)

#define NGX_PAYMENTS_TLS_DEPTH  4          /* of a chain of certificates */


static void
ngx_payments_tls_cleanup(void *data)
{
    ngx_ssl_cleanup_ctx(data);
}


ngx_ssl_t *
ngx_payments_tls_create(ngx_conf_t *cf, ngx_str_t *ca)
{
    ngx_ssl_t           *ssl;
    ngx_pool_cleanup_t  *cln;

    ssl = ngx_pcalloc(cf->pool, sizeof(ngx_ssl_t));
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (ssl == NULL || cln == NULL) {
        return NULL;
    }

    ssl->log = cf->log;

    if (ngx_ssl_create(ssl, NGX_SSL_TLSv1_2|NGX_SSL_TLSv1_3, NULL) != NGX_OK) {
        return NULL;
    }

    cln->handler = ngx_payments_tls_cleanup;
    cln->data = ssl;

    if (ngx_ssl_trusted_certificate(cf, ssl, ca, NGX_PAYMENTS_TLS_DEPTH)
        != NGX_OK)
    {
        return NULL;
    }

#ifdef SSL_OP_NO_RENEGOTIATION

    /* a server stays who it was when its certificate was checked */

    SSL_CTX_set_options(ssl->ctx, SSL_OP_NO_RENEGOTIATION);

#endif

    return ssl;
}


ngx_int_t
ngx_payments_tls_begin(ngx_connection_t *c, ngx_ssl_t *ssl, ngx_str_t *name)
{
    if (ngx_ssl_create_connection(ssl, c, NGX_SSL_BUFFER|NGX_SSL_CLIENT)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return (SSL_set_tlsext_host_name(c->ssl->connection, (char *) name->data)
            == 1)
           ? NGX_OK : NGX_ERROR;
}


const char *
ngx_payments_tls_wrong(ngx_connection_t *c, ngx_str_t *name)
{
    if (c->read->timedout || !c->ssl->handshaked) {
        return "TLS handshake failed";
    }

    if (SSL_get_verify_result(c->ssl->connection) != X509_V_OK
        || ngx_ssl_check_host(c, name) != NGX_OK)
    {
        return "its certificate is not valid";
    }

    return NULL;
}

#endif

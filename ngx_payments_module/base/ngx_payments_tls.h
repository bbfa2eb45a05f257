
/* TLS of a client: servers are known by a CA and the name in a certificate */

#ifndef _NGX_PAYMENTS_TLS_H_INCLUDED_
#define _NGX_PAYMENTS_TLS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>


#if (NGX_SSL)

/*
 * TLS 1.2 and 1.3 to servers whose certificates the CAs of this file, in PEM,
 * have signed.  Conf time; it lives as long as the configuration.  NULL: it was
 * logged.
 */
ngx_ssl_t *ngx_payments_tls_create(ngx_conf_t *cf, ngx_str_t *ca);

/*
 * Begins on a connection that stands; "name", with a NUL behind it, is what is
 * asked for (SNI).  NGX_OK: ngx_ssl_handshake() may be called; NGX_ERROR.
 */
ngx_int_t ngx_payments_tls_begin(ngx_connection_t *c, ngx_ssl_t *ssl,
    ngx_str_t *name);
/* after the handshake; NULL: the server is the one of this name, else why it
   is not */
const char *ngx_payments_tls_wrong(ngx_connection_t *c, ngx_str_t *name);

#endif


#endif /* _NGX_PAYMENTS_TLS_H_INCLUDED_ */

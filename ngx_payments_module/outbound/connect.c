
/*
 * From a peer to a connection that takes requests: the socket, the proxy's
 * tunnel, TLS.  Nothing of a request leaves before all of it is there.
 */

#include "ngx_payments_outbound_internal.h"
#include "ngx_payments_outbound_metrics.h"


#define NGX_PAYMENTS_OUTBOUND_PROXY  4096     /* of the proxy's answer */


static void ngx_payments_outbound_connected(ngx_event_t *ev);
static void ngx_payments_outbound_ask(ngx_event_t *wev);
static void ngx_payments_outbound_told(ngx_event_t *rev);
static void ngx_payments_outbound_secure(ngx_payments_outbound_conn_t *conn);
#if (NGX_SSL)
static void ngx_payments_outbound_shaken(ngx_connection_t *c);
static void ngx_payments_outbound_save(ngx_connection_t *c);
#endif


static void
ngx_payments_outbound_failed(ngx_payments_outbound_conn_t *conn,
    const char *wrong)
{
    ngx_payments_outbound_exchange_t  *x = conn->exchange;

    ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                  "connection to \"%V\" at %V failed: %s",
                  &conn->peer->key.name, &conn->peer->text, wrong);

    ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_CONNECT_FAILED, 1);

    x->conn = NULL;
    ngx_payments_outbound_close(conn);

    x->made(x, wrong);
}


static void
ngx_payments_outbound_ready(ngx_payments_outbound_conn_t *conn)
{
    if (conn->c->read->timer_set) {
        ngx_del_timer(conn->c->read);
    }

    ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_CONNECT, 1);

    conn->exchange->made(conn->exchange, NULL);
}


void
ngx_payments_outbound_connect(ngx_payments_outbound_exchange_t *x)
{
    ngx_int_t                      rc;
    ngx_connection_t              *c;
    ngx_peer_connection_t          pc;
    ngx_payments_outbound_call_t  *call = x->call;
    ngx_payments_outbound_conn_t  *conn = x->conn;

    ngx_memzero(&pc, sizeof(ngx_peer_connection_t));

    pc.sockaddr = conn->peer->key.sockaddr;
    pc.socklen = conn->peer->key.socklen;
    pc.name = &conn->peer->text;
    pc.get = ngx_event_get_peer;
    pc.log = ngx_cycle->log;
    pc.log_error = NGX_ERROR_INFO;

    rc = ngx_event_connect_peer(&pc);

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        ngx_payments_outbound_failed(conn, "it refuses connections");
        return;
    }

    c = pc.connection;

    conn->c = c;
    c->data = conn;
    c->read->handler = ngx_payments_outbound_connected;
    c->write->handler = ngx_payments_outbound_connected;
    c->read->cancelable = 1;

    ngx_add_timer(c->read, call->connect_timeout ? call->connect_timeout
                                                 : call->timeout);

    if (rc == NGX_OK) {
        ngx_payments_outbound_connected(c->write);
    }
}


/* the timer's end, or a worker's that quits: 1, and it has failed */

static ngx_uint_t
ngx_payments_outbound_given_up(ngx_payments_outbound_conn_t *conn)
{
    if (conn->c->close || conn->c->read->timedout) {
        ngx_payments_outbound_failed(conn, conn->c->close
                                           ? "the worker quits"
                                           : "no connection in time");
        return 1;
    }

    return 0;
}


static ngx_uint_t
ngx_payments_outbound_refuses(ngx_connection_t *c)
{
    int        err = 0;
    socklen_t  len = sizeof(int);

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, (void *) &err, &len) == -1) {
        err = ngx_socket_errno;
    }

    if (err) {
        (void) ngx_connection_error(c, err, "connect() failed");
    }

    return err != 0;
}


/* a pool for what only TLS and proxies need; NULL: no memory */

static ngx_pool_t *
ngx_payments_outbound_pool(ngx_connection_t *c)
{
    if (c->pool == NULL) {
        c->pool = ngx_create_pool(512, ngx_cycle->log);
    }

    return c->pool;
}


static void
ngx_payments_outbound_connected(ngx_event_t *ev)
{
    size_t                         size;
    ngx_buf_t                     *b;
    ngx_connection_t              *c = ev->data;
    ngx_payments_outbound_conn_t  *conn = c->data;
    ngx_payments_outbound_key_t   *key = &conn->peer->key;

    if (ngx_payments_outbound_given_up(conn)) {
        return;
    }

    if (ngx_payments_outbound_refuses(c) || ngx_tcp_nodelay(c) != NGX_OK) {
        ngx_payments_outbound_failed(conn, "it refuses connections");
        return;
    }

    if (key->tunnel.len == 0) {
        ngx_payments_outbound_secure(conn);
        return;
    }

    size = ngx_max(NGX_PAYMENTS_OUTBOUND_PROXY, 2 * key->tunnel.len + 64);
    b = ngx_payments_outbound_pool(c) ? ngx_create_temp_buf(c->pool, size)
                                      : NULL;
    if (b == NULL) {
        ngx_payments_outbound_failed(conn, "no memory");
        return;
    }

    b->last = ngx_sprintf(b->pos, "CONNECT %V HTTP/1.1" CRLF "Host: %V" CRLF
                          CRLF, &key->tunnel, &key->tunnel);
    conn->proxy = b;

    c->read->handler = ngx_payments_outbound_told;
    c->write->handler = ngx_payments_outbound_ask;

    ngx_payments_outbound_ask(c->write);
}


static void
ngx_payments_outbound_ask(ngx_event_t *wev)
{
    ssize_t                        n;
    ngx_connection_t              *c = wev->data;
    ngx_payments_outbound_conn_t  *conn = c->data;
    ngx_buf_t                     *b = conn->proxy;

    while (b->pos < b->last && !conn->asked) {
        n = c->send(c, b->pos, b->last - b->pos);

        if (n == NGX_ERROR) {
            ngx_payments_outbound_failed(conn, "the proxy closes it");
            return;
        }

        if (n == NGX_AGAIN) {
            break;
        }

        b->pos += n;
    }

    if (b->pos == b->last && !conn->asked) {
        b->pos = b->start;
        b->last = b->start;
        conn->asked = 1;
    }

    if (ngx_handle_write_event(wev, 0) != NGX_OK) {
        ngx_payments_outbound_failed(conn, "no event for its socket");
    }
}


/* NULL, or why there is no tunnel */

static const char *
ngx_payments_outbound_refused_tunnel(ngx_buf_t *b, size_t len)
{
    ngx_payments_outbound_head_t  head;

    /* who is behind the tunnel waits for what is said first */

    if (ngx_payments_outbound_head_parse(b->pos, len, 1, &head) != NULL
        || b->pos + len != b->last)
    {
        return "the proxy's answer is invalid";
    }

    return (head.status < 200 || head.status > 299) ? "the proxy refuses it"
                                                    : NULL;
}


static void
ngx_payments_outbound_told(ngx_event_t *rev)
{
    size_t                         end;
    ssize_t                        n;
    const char                    *wrong;
    ngx_connection_t              *c = rev->data;
    ngx_payments_outbound_conn_t  *conn = c->data;
    ngx_buf_t                     *b = conn->proxy;

    if (ngx_payments_outbound_given_up(conn)) {
        return;
    }

    for (end = 0; end == 0; /* void */ ) {

        if (!conn->asked || b->last == b->end) {
            ngx_payments_outbound_failed(conn, "the proxy's answer is invalid");
            return;
        }

        n = c->recv(c, b->last, b->end - b->last);

        if (n == NGX_AGAIN) {
            if (ngx_handle_read_event(rev, 0) != NGX_OK) {
                ngx_payments_outbound_failed(conn, "no event for its socket");
            }

            return;
        }

        if (n <= 0) {
            ngx_payments_outbound_failed(conn, "the proxy closes it");
            return;
        }

        end = ngx_payments_outbound_head_end(&conn->proxy_state, b->last, n);
        end += end ? b->last - b->pos : 0;
        b->last += n;
    }

    wrong = ngx_payments_outbound_refused_tunnel(b, end);

    if (wrong != NULL) {
        ngx_payments_outbound_failed(conn, wrong);
        return;
    }

    ngx_payments_outbound_secure(conn);
}


static void
ngx_payments_outbound_secure(ngx_payments_outbound_conn_t *conn)
{
#if (NGX_SSL)

    ngx_int_t                      rc;
    ngx_connection_t              *c = conn->c;
    ngx_payments_outbound_key_t   *key = &conn->peer->key;

    if (key->ssl == NULL) {
        ngx_payments_outbound_ready(conn);
        return;
    }

    if (ngx_payments_outbound_pool(c) == NULL
        || ngx_ssl_create_connection(key->ssl, c, NGX_SSL_CLIENT) != NGX_OK
        || ngx_ssl_set_session(c, conn->peer->session) != NGX_OK
        || (!key->numeric
            && SSL_set_tlsext_host_name(c->ssl->connection,
                                        (char *) key->name.data)
               != 1))
    {
        ngx_payments_outbound_failed(conn, "TLS could not begin");
        return;
    }

    c->ssl->save_session = ngx_payments_outbound_save;

    rc = ngx_ssl_handshake(c);

    if (rc == NGX_AGAIN) {
        c->ssl->handler = ngx_payments_outbound_shaken;
        return;
    }

    ngx_payments_outbound_shaken(c);

#else

    ngx_payments_outbound_ready(conn);

#endif
}


#if (NGX_SSL)

/* what a certificate must have for its holder to be the one that is meant */

static ngx_uint_t
ngx_payments_outbound_meant(ngx_connection_t *c,
    ngx_payments_outbound_key_t *key)
{
    X509        *certificate;
    ngx_uint_t   meant;

    if (!key->numeric) {
        return ngx_ssl_check_host(c, &key->name) == NGX_OK;
    }

    certificate = SSL_get_peer_certificate(c->ssl->connection);
    meant = (certificate != NULL
             && X509_check_ip_asc(certificate, (char *) key->name.data, 0)
                == 1);
    X509_free(certificate);

    return meant;
}


static void
ngx_payments_outbound_shaken(ngx_connection_t *c)
{
    long                           rc;
    ngx_payments_outbound_conn_t  *conn = c->data;

    if (ngx_payments_outbound_given_up(conn)) {
        return;
    }

    if (!c->ssl->handshaked) {
        ngx_payments_outbound_failed(conn, "the TLS handshake failed");
        return;
    }

    rc = SSL_get_verify_result(c->ssl->connection);

    if (rc != X509_V_OK) {
        ngx_payments_outbound_failed(conn, X509_verify_cert_error_string(rc));
        return;
    }

    if (!ngx_payments_outbound_meant(c, &conn->peer->key)) {
        ngx_payments_outbound_failed(conn, "its certificate is another host's");
        return;
    }

    ngx_payments_outbound_ready(conn);
}


/* a session that the peer gives, at any time */

static void
ngx_payments_outbound_save(ngx_connection_t *c)
{
    ngx_ssl_session_t             *session;
    ngx_payments_outbound_conn_t  *conn = c->data;

    session = ngx_ssl_get_session(c);

    if (session != NULL) {
        if (conn->peer->session != NULL) {
            ngx_ssl_free_session(conn->peer->session);
        }

        conn->peer->session = session;
    }
}

#endif

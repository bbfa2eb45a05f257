
/*
 * Peers and their kept connections.
 *
 * A connection is kept for a minute.  One more than a peer may have, or a
 * worker, ends the one that has been idle longest.  nginx may end any of them:
 * when it quits, and when it is short of connections.
 */

#include "ngx_payments_outbound_internal.h"
#include "ngx_payments_outbound_metrics.h"


#define NGX_PAYMENTS_OUTBOUND_KEPT   256      /* connections of a worker */
#define NGX_PAYMENTS_OUTBOUND_SPARE  256      /* peers of a worker with nothing
                                                 but a session */
#define NGX_PAYMENTS_OUTBOUND_IDLE   60000    /* ms */


static void ngx_payments_outbound_idle_handler(ngx_event_t *rev);
static void ngx_payments_outbound_dummy_handler(ngx_event_t *wev);


static ngx_queue_t *
ngx_payments_outbound_bucket(ngx_payments_outbound_key_t *key)
{
    uint32_t  hash;

    /* all addresses of a name fall into one */

    hash = ngx_crc32_short(key->name.data, key->name.len)
           + 31 * ngx_crc32_short(key->tunnel.data, key->tunnel.len)
           + ngx_inet_get_port(key->sockaddr);

    return &ngx_payments_outbound->buckets[hash
                                          % NGX_PAYMENTS_OUTBOUND_BUCKETS];
}


static ngx_uint_t
ngx_payments_outbound_equal(ngx_str_t *a, ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}


static ngx_payments_outbound_peer_t *
ngx_payments_outbound_find(ngx_payments_outbound_key_t *key)
{
    ngx_queue_t                   *q, *bucket;
    ngx_payments_outbound_peer_t  *peer;

    bucket = ngx_payments_outbound_bucket(key);

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        peer = ngx_queue_data(q, ngx_payments_outbound_peer_t, queue);

        if (peer->key.ssl == key->ssl
            && ngx_cmp_sockaddr(peer->key.sockaddr, peer->key.socklen,
                                key->sockaddr, key->socklen, 1)
               == NGX_OK
            && ngx_payments_outbound_equal(&peer->key.name, &key->name)
            && ngx_payments_outbound_equal(&peer->key.tunnel, &key->tunnel))
        {
            return peer;
        }
    }

    return NULL;
}


/* the text, copied to p with a NUL behind it; what is behind that */

static u_char *
ngx_payments_outbound_copy(ngx_str_t *dst, ngx_str_t *src, u_char *p)
{
    dst->len = src->len;
    dst->data = p;

    if (src->len) {
        p = ngx_cpymem(p, src->data, src->len);
    }

    *p = '\0';

    return p + 1;
}


static ngx_payments_outbound_peer_t *
ngx_payments_outbound_peer(ngx_payments_outbound_key_t *key)
{
    u_char                        *p;
    ngx_payments_outbound_peer_t  *peer;

    peer = ngx_calloc(sizeof(ngx_payments_outbound_peer_t) + key->socklen
                      + key->name.len + key->tunnel.len + 2
                      + NGX_SOCKADDR_STRLEN, ngx_cycle->log);
    if (peer == NULL) {
        return NULL;
    }

    p = (u_char *) peer + sizeof(ngx_payments_outbound_peer_t);

    peer->key.sockaddr = (struct sockaddr *) p;
    peer->key.socklen = key->socklen;
    peer->key.ssl = key->ssl;
    peer->key.numeric = key->numeric;

    p = ngx_cpymem(p, key->sockaddr, key->socklen);
    p = ngx_payments_outbound_copy(&peer->key.name, &key->name, p);
    p = ngx_payments_outbound_copy(&peer->key.tunnel, &key->tunnel, p);

    peer->text.data = p;
    peer->text.len = ngx_sock_ntop(key->sockaddr, key->socklen, p,
                                   NGX_SOCKADDR_STRLEN, 1);

    ngx_queue_init(&peer->idle);
    ngx_queue_insert_head(ngx_payments_outbound_bucket(key), &peer->queue);

    return peer;
}


static void
ngx_payments_outbound_free(ngx_payments_outbound_peer_t *peer)
{
    ngx_queue_remove(&peer->queue);

#if (NGX_SSL)

    if (peer->session != NULL) {
        ngx_ssl_free_session(peer->session);
    }

#endif

    ngx_free(peer);
}


/* a session makes the next connection cheaper: its peer stays for a while */

static void
ngx_payments_outbound_leave(ngx_payments_outbound_peer_t *peer)
{
    ngx_queue_t  *q;

    if (--peer->nconns) {
        return;
    }

    if (peer->session == NULL) {
        ngx_payments_outbound_free(peer);
        return;
    }

    ngx_queue_insert_head(&ngx_payments_outbound->spare, &peer->spare);

    if (++ngx_payments_outbound->nspare <= NGX_PAYMENTS_OUTBOUND_SPARE) {
        return;
    }

    q = ngx_queue_last(&ngx_payments_outbound->spare);
    ngx_queue_remove(q);
    ngx_payments_outbound->nspare--;

    ngx_payments_outbound_free(ngx_queue_data(q, ngx_payments_outbound_peer_t,
                                              spare));
}


ngx_payments_outbound_conn_t *
ngx_payments_outbound_conn(ngx_payments_outbound_key_t *key)
{
    ngx_payments_outbound_peer_t  *peer;
    ngx_payments_outbound_conn_t  *conn;

    conn = ngx_calloc(sizeof(ngx_payments_outbound_conn_t), ngx_cycle->log);
    if (conn == NULL) {
        return NULL;
    }

    peer = ngx_payments_outbound_find(key);

    if (peer == NULL) {
        peer = ngx_payments_outbound_peer(key);

        if (peer == NULL) {
            ngx_free(conn);
            return NULL;
        }

    } else if (peer->nconns == 0) {
        ngx_queue_remove(&peer->spare);
        ngx_payments_outbound->nspare--;
    }

    peer->nconns++;
    conn->peer = peer;

    ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_BUSY, 1);

    return conn;
}


/* it is idle no more: it is to be used, or closed */

static void
ngx_payments_outbound_wake(ngx_payments_outbound_conn_t *conn)
{
    ngx_connection_t  *c = conn->c;

    ngx_queue_remove(&conn->queue);
    ngx_queue_remove(&conn->kept);

    conn->idle = 0;
    conn->peer->nidle--;
    ngx_payments_outbound->nkept--;

    ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_IDLE, -1);
    ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_BUSY, 1);

    c->idle = 0;
    ngx_reusable_connection(c, 0);

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }
}


void
ngx_payments_outbound_close(ngx_payments_outbound_conn_t *conn)
{
    ngx_pool_t        *pool;
    ngx_connection_t  *c = conn->c;

    if (conn->idle) {
        ngx_payments_outbound_wake(conn);
    }

    if (c != NULL) {

#if (NGX_SSL)

        if (c->ssl) {
            c->ssl->no_wait_shutdown = 1;
            c->ssl->no_send_shutdown = 1;
            (void) ngx_ssl_shutdown(c);
        }

#endif

        pool = c->pool;
        ngx_close_connection(c);

        if (pool != NULL) {
            ngx_destroy_pool(pool);
        }
    }

    ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_BUSY, -1);

    ngx_payments_outbound_leave(conn->peer);
    ngx_free(conn);
}


/* 1: open, and nothing came that nothing has asked for */

static ngx_uint_t
ngx_payments_outbound_silent(ngx_connection_t *c)
{
    u_char   byte;
    ssize_t  n;

#if (NGX_SSL)

    /* a session may come any time, and is no answer */

    if (c->ssl) {
        return c->recv(c, &byte, 1) == NGX_AGAIN;
    }

#endif

    n = recv(c->fd, &byte, 1, MSG_PEEK);

    return n == -1 && ngx_socket_errno == NGX_EAGAIN;
}


ngx_payments_outbound_conn_t *
ngx_payments_outbound_take(ngx_payments_outbound_key_t *key)
{
    ngx_queue_t                   *q;
    ngx_payments_outbound_peer_t  *peer;
    ngx_payments_outbound_conn_t  *conn;

    /* a peer goes with its last connection, so it is looked for each time */

    for ( ;; ) {
        peer = ngx_payments_outbound_find(key);

        if (peer == NULL || ngx_queue_empty(&peer->idle)) {
            return NULL;
        }

        q = ngx_queue_head(&peer->idle);
        conn = ngx_queue_data(q, ngx_payments_outbound_conn_t, queue);

        if (ngx_payments_outbound_silent(conn->c)) {
            ngx_payments_outbound_wake(conn);
            return conn;
        }

        ngx_payments_outbound_close(conn);
    }
}


/* room for one more of the peer's, at the cost of those idle longest */

static void
ngx_payments_outbound_room(ngx_payments_outbound_peer_t *peer,
    ngx_uint_t keepalive)
{
    ngx_queue_t  *q;

    if (peer->nidle >= keepalive) {
        q = ngx_queue_last(&peer->idle);
        ngx_payments_outbound_close(ngx_queue_data(q,
                                        ngx_payments_outbound_conn_t, queue));
    }

    if (ngx_payments_outbound->nkept >= NGX_PAYMENTS_OUTBOUND_KEPT) {
        q = ngx_queue_last(&ngx_payments_outbound->kept);
        ngx_payments_outbound_close(ngx_queue_data(q,
                                        ngx_payments_outbound_conn_t, kept));
    }
}


void
ngx_payments_outbound_keep(ngx_payments_outbound_conn_t *conn)
{
    ngx_uint_t                     keepalive;
    ngx_connection_t              *c = conn->c;
    ngx_payments_outbound_peer_t  *peer = conn->peer;

    keepalive = conn->exchange->call->keepalive;

    if (keepalive == 0) {
        keepalive = ngx_payments_outbound->conf->keepalive;
    }

    if (ngx_exiting || keepalive == 0
        || c->read->eof || c->read->error || c->read->pending_eof || c->error)
    {
        ngx_payments_outbound_close(conn);
        return;
    }

    ngx_payments_outbound_room(peer, keepalive);

    conn->exchange = NULL;
    conn->used = 1;
    conn->idle = 1;

    ngx_queue_insert_head(&peer->idle, &conn->queue);
    ngx_queue_insert_head(&ngx_payments_outbound->kept, &conn->kept);

    peer->nidle++;
    ngx_payments_outbound->nkept++;

    ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_BUSY, -1);
    ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_IDLE, 1);

    c->read->handler = ngx_payments_outbound_idle_handler;
    c->write->handler = ngx_payments_outbound_dummy_handler;
    c->idle = 1;

    ngx_reusable_connection(c, 1);
    ngx_add_timer(c->read, NGX_PAYMENTS_OUTBOUND_IDLE);

    if (c->read->ready) {
        ngx_post_event(c->read, &ngx_posted_events);
    }
}


void
ngx_payments_outbound_forget(void)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&ngx_payments_outbound->kept)) {
        q = ngx_queue_head(&ngx_payments_outbound->kept);
        ngx_payments_outbound_close(ngx_queue_data(q,
                                        ngx_payments_outbound_conn_t, kept));
    }

    while (!ngx_queue_empty(&ngx_payments_outbound->spare)) {
        q = ngx_queue_head(&ngx_payments_outbound->spare);
        ngx_queue_remove(q);
        ngx_payments_outbound_free(ngx_queue_data(q,
                                        ngx_payments_outbound_peer_t, spare));
    }
}


static void
ngx_payments_outbound_idle_handler(ngx_event_t *rev)
{
    ngx_connection_t              *c = rev->data;
    ngx_payments_outbound_conn_t  *conn = c->data;

    if (rev->timedout || c->close || !ngx_payments_outbound_silent(c)
        || ngx_handle_read_event(rev, 0) != NGX_OK)
    {
        ngx_payments_outbound_close(conn);
    }
}


static void
ngx_payments_outbound_dummy_handler(ngx_event_t *wev)
{
    ngx_log_debug0(NGX_LOG_DEBUG_EVENT, wev->log, 0,
                   "payments outbound: idle write event");
}


/*
 * One request over one connection, and its answer.
 *
 * An answer is whole or it is none.  What says that it is not this request's
 * answer: a kept connection that is closed, or speaks, before the request has
 * been sent.  A second answer to an earlier request that comes after that
 * cannot be distinguished from this one's: HTTP/1.1 does not number them.
 */

#include "ngx_payments_outbound_internal.h"


#define NGX_PAYMENTS_OUTBOUND_TURN  16        /* reads before others have
                                                 theirs */


static void ngx_payments_outbound_write_handler(ngx_event_t *wev);
static void ngx_payments_outbound_read_handler(ngx_event_t *rev);


/* of this worker: bytes just read */
static u_char  ngx_payments_outbound_buffer[NGX_PAYMENTS_OUTBOUND_READ];


void
ngx_payments_outbound_exchange(ngx_payments_outbound_exchange_t *x)
{
    ngx_connection_t  *c = x->conn->c;

    x->sent = 1;

    c->read->handler = ngx_payments_outbound_read_handler;
    c->write->handler = ngx_payments_outbound_write_handler;

    ngx_payments_outbound_write_handler(c->write);
}


/* where nothing of an answer came over a kept connection, it was closed before
   it got the request; so it is taken to be, and so it mostly is */

static void
ngx_payments_outbound_lost(ngx_payments_outbound_exchange_t *x,
    const char *wrong)
{
    ngx_uint_t  stale = (x->conn->used && !x->begun);

    x->ended(x, stale ? NGX_DECLINED : NGX_ERROR,
             stale ? "the kept connection was closed" : wrong);
}


static void
ngx_payments_outbound_write_handler(ngx_event_t *wev)
{
    ssize_t                            n;
    ngx_connection_t                  *c = wev->data;
    ngx_payments_outbound_conn_t      *conn = c->data;
    ngx_payments_outbound_exchange_t  *x = conn->exchange;
    ngx_buf_t                         *b = &x->request;

    while (b->pos < b->last && !x->broken) {
        n = c->send(c, b->pos, b->last - b->pos);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n == NGX_ERROR) {

            /* it may have answered before it was closed */

            x->broken = 1;
            c->read->ready = 1;
            c->read->available = -1;
            break;
        }

        b->pos += n;
    }

    if (ngx_handle_write_event(wev, 0) != NGX_OK) {
        ngx_payments_outbound_lost(x, "no event for its socket");
        return;
    }

    /* TLS may have read more than its handshake */

    if (c->read->ready) {
        ngx_post_event(c->read, &ngx_posted_events);
    }
}


/* n bytes more; there is room for them, says the caller.  NGX_ERROR: no
   memory */

static ngx_int_t
ngx_payments_outbound_append(ngx_pool_t *pool, ngx_buf_t *b, const u_char *data,
    size_t n)
{
    size_t   size, used;
    u_char  *p;

    if (n == 0) {
        return NGX_OK;
    }

    used = b->last - b->start;

    if (n > (size_t) (b->end - b->last)) {
        size = ngx_max(2 * used, used + n);
        size = ngx_max(size, 512);

        p = ngx_pnalloc(pool, size);
        if (p == NULL) {
            return NGX_ERROR;
        }

        if (b->start != NULL) {
            ngx_memcpy(p, b->start, used);
            (void) ngx_pfree(pool, b->start);
        }

        b->start = p;
        b->pos = p;
        b->last = p + used;
        b->end = p + size;
    }

    b->last = ngx_cpymem(b->last, data, n);

    return NGX_OK;
}


/*
 * Bytes of a head, which is that of a 1xx, or the answer's.  NULL, and *p is
 * behind them; or what is wrong.
 */

static const char *
ngx_payments_outbound_head(ngx_payments_outbound_exchange_t *x,
    const u_char **p, const u_char *end)
{
    size_t                         n, size;
    const char                    *wrong;
    ngx_payments_outbound_head_t   head;

    while (!x->headed && *p < end) {
        n = ngx_payments_outbound_head_end(&x->head_state, *p, end - *p);
        size = n ? n : (size_t) (end - *p);

        if (x->interim + (x->head.last - x->head.start) + size
            > NGX_PAYMENTS_OUTBOUND_HEAD)
        {
            return "its head is too long";
        }

        if (ngx_payments_outbound_append(x->call->pool, &x->head, *p, size)
            != NGX_OK)
        {
            return "no memory";
        }

        *p += size;

        if (n == 0) {
            break;
        }

        size = x->head.last - x->head.start;
        wrong = ngx_payments_outbound_head_parse(x->head.start, size,
                                                 x->bodyless, &head);
        if (wrong != NULL) {
            return wrong;
        }

        if (head.status == 101) {
            return "it changes the protocol";
        }

        if (head.status < 200) {
            x->interim += size;
            x->head.last = x->head.start;
            x->head_state = 0;
            continue;
        }

        x->headed = 1;
        x->status = head.status;
        x->keep = head.keep;
        x->body.framing = head.framing;
        x->body.left = head.length;
    }

    return NULL;
}


/* bytes of the body; NGX_OK: it is whole, NGX_AGAIN, NGX_ERROR */

static ngx_int_t
ngx_payments_outbound_read_body(ngx_payments_outbound_exchange_t *x,
    const u_char **p, const u_char *end, const char **wrong)
{
    size_t         n, left;
    const u_char  *data;

    for ( ;; ) {
        switch (ngx_payments_outbound_body(&x->body, p, end, &data, &n)) {

        case NGX_PAYMENTS_OUTBOUND_MORE:
            return NGX_AGAIN;

        case NGX_PAYMENTS_OUTBOUND_DONE:
            return NGX_OK;

        case NGX_PAYMENTS_OUTBOUND_INVALID:
            *wrong = "its chunks are invalid";
            return NGX_ERROR;

        default: /* NGX_PAYMENTS_OUTBOUND_DATA */
            break;
        }

        left = x->call->limit - (x->answer.last - x->answer.start);

        if (ngx_payments_outbound_append(x->call->pool, &x->answer, data,
                                         ngx_min(n, left))
            != NGX_OK)
        {
            *wrong = "no memory";
            return NGX_ERROR;
        }

        if (n > left) {
            *wrong = "its body is over the limit";
            return NGX_ERROR;
        }
    }
}


/* NGX_OK: the answer is whole, NGX_AGAIN, NGX_ERROR, NGX_DECLINED */

static ngx_int_t
ngx_payments_outbound_feed(ngx_payments_outbound_exchange_t *x, size_t n,
    const char **wrong)
{
    ngx_int_t      rc;
    const u_char  *p = ngx_payments_outbound_buffer, *end = p + n;

    /* what a kept connection says before it could have read the request is
       about another one */

    if (!x->begun && x->conn->used && x->request.pos < x->request.last) {
        *wrong = "the kept connection was not silent";
        return NGX_DECLINED;
    }

    x->begun = 1;

    *wrong = ngx_payments_outbound_head(x, &p, end);

    if (*wrong != NULL) {
        return NGX_ERROR;
    }

    if (!x->headed) {
        return NGX_AGAIN;
    }

    rc = ngx_payments_outbound_read_body(x, &p, end, wrong);

    if (p < end || x->request.pos < x->request.last || x->broken) {
        x->keep = 0;
    }

    return rc;
}


static void
ngx_payments_outbound_read_handler(ngx_event_t *rev)
{
    ssize_t                            n;
    ngx_int_t                          rc;
    ngx_uint_t                         turn;
    const char                        *wrong = NULL;
    ngx_connection_t                  *c = rev->data;
    ngx_payments_outbound_conn_t      *conn = c->data;
    ngx_payments_outbound_exchange_t  *x = conn->exchange;

    if (c->close) {
        x->ended(x, NGX_ERROR, "the worker quits");
        return;
    }

    for (turn = 0; turn < NGX_PAYMENTS_OUTBOUND_TURN; turn++) {
        n = c->recv(c, ngx_payments_outbound_buffer,
                    NGX_PAYMENTS_OUTBOUND_READ);

        if (n == NGX_AGAIN && !x->broken) {
            if (ngx_handle_read_event(rev, 0) != NGX_OK) {
                ngx_payments_outbound_lost(x, "no event for its socket");
            }

            return;
        }

        if (n <= 0) {
            ngx_payments_outbound_lost(x, x->begun
                                          ? "closed in the middle of its answer"
                                          : "closed without an answer");
            return;
        }

        rc = ngx_payments_outbound_feed(x, n, &wrong);

        if (rc != NGX_AGAIN) {
            x->ended(x, rc, wrong);
            return;
        }
    }

    ngx_post_event(rev, &ngx_posted_next_events);
}

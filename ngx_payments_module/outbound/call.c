
/*
 * A call from its start to its outcome: where it goes, over which connection,
 * how long, and once more where a kept connection was closed.
 */

#include "ngx_payments_outbound_internal.h"
#include "ngx_payments_outbound_metrics.h"


static void ngx_payments_outbound_resolved(ngx_payments_outbound_exchange_t *x,
    const char *wrong);
static void ngx_payments_outbound_next(ngx_payments_outbound_exchange_t *x,
    const char *wrong);
static void ngx_payments_outbound_made(ngx_payments_outbound_exchange_t *x,
    const char *wrong);
static void ngx_payments_outbound_ended(ngx_payments_outbound_exchange_t *x,
    ngx_int_t rc, const char *wrong);
static void ngx_payments_outbound_late(ngx_event_t *ev);
static void ngx_payments_outbound_end(ngx_event_t *ev);


/* of this worker; NULL: not configured */
ngx_payments_outbound_t  *ngx_payments_outbound;


ngx_int_t
ngx_payments_outbound_init(ngx_cycle_t *cycle,
    ngx_payments_outbound_conf_t *conf)
{
    ngx_uint_t                i;
    ngx_payments_outbound_t  *outbound;

    outbound = ngx_pcalloc(cycle->pool, sizeof(ngx_payments_outbound_t));
    if (outbound == NULL) {
        return NGX_ERROR;
    }

    outbound->conf = conf;

    ngx_queue_init(&outbound->calls);
    ngx_queue_init(&outbound->kept);
    ngx_queue_init(&outbound->spare);

    for (i = 0; i < NGX_PAYMENTS_OUTBOUND_BUCKETS; i++) {
        ngx_queue_init(&outbound->buckets[i]);
    }

    ngx_payments_outbound = outbound;

    return NGX_OK;
}


/* what the call holds: it has an outcome, or needs none */

static void
ngx_payments_outbound_release(ngx_payments_outbound_exchange_t *x)
{
    ngx_payments_outbound_conn_t  *conn = x->conn;

    if (x->deadline.timer_set) {
        ngx_del_timer(&x->deadline);
    }

    ngx_payments_outbound_resolve_cancel(x);

    if (conn != NULL) {
        x->conn = NULL;
        ngx_payments_outbound_close(conn);
    }
}


static void
ngx_payments_outbound_drop(ngx_payments_outbound_exchange_t *x)
{
    ngx_payments_outbound_release(x);

    if (x->end.posted) {
        ngx_delete_posted_event(&x->end);
    }

    ngx_queue_remove(&x->queue);
    x->call->exchange = NULL;
}


void
ngx_payments_outbound_exit(void)
{
    ngx_queue_t  *q;

    if (ngx_payments_outbound == NULL) {
        return;
    }

    while (!ngx_queue_empty(&ngx_payments_outbound->calls)) {
        q = ngx_queue_head(&ngx_payments_outbound->calls);
        ngx_payments_outbound_drop(ngx_queue_data(q,
                                   ngx_payments_outbound_exchange_t, queue));
    }

    ngx_payments_outbound_forget();

    ngx_payments_outbound = NULL;
}


static void
ngx_payments_outbound_event(ngx_payments_outbound_exchange_t *x,
    ngx_event_t *ev, ngx_event_handler_pt handler)
{
    ev->data = &x->dummy;
    ev->handler = handler;
    ev->log = ngx_cycle->log;
}


ngx_int_t
ngx_payments_outbound_start(ngx_payments_outbound_call_t *call)
{
    ngx_payments_outbound_exchange_t  *x;

    if (ngx_payments_outbound == NULL) {
        return NGX_ERROR;
    }

    x = ngx_pcalloc(call->pool, sizeof(ngx_payments_outbound_exchange_t));
    if (x == NULL) {
        return NGX_ERROR;
    }

    x->call = call;
    x->start = ngx_current_msec;

    if (ngx_payments_outbound_request(x) != NGX_OK) {
        return NGX_ERROR;
    }

    x->dummy.fd = (ngx_socket_t) -1;
    x->dummy.data = x;
    x->resolved = ngx_payments_outbound_resolved;
    x->made = ngx_payments_outbound_made;
    x->ended = ngx_payments_outbound_ended;

    ngx_payments_outbound_event(x, &x->deadline, ngx_payments_outbound_late);
    ngx_payments_outbound_event(x, &x->end, ngx_payments_outbound_end);

    x->deadline.cancelable = !call->essential;
    ngx_add_timer(&x->deadline, call->timeout);

    call->exchange = x;
    ngx_queue_insert_tail(&ngx_payments_outbound->calls, &x->queue);

    ngx_payments_outbound_route(x);

    return NGX_OK;
}


void
ngx_payments_outbound_cancel(ngx_payments_outbound_call_t *call)
{
    if (call->exchange != NULL) {
        ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_CANCELED, 1);
        ngx_payments_outbound_drop(call->exchange);
    }
}


/* what the outcome is follows from how far it came */

static void
ngx_payments_outbound_finish(ngx_payments_outbound_exchange_t *x,
    ngx_uint_t whole, const char *wrong)
{
    ngx_payments_outbound_call_t  *call = x->call;

    ngx_payments_outbound_release(x);

    call->outcome = (whole || (x->headed && call->partial))
                    ? NGX_PAYMENTS_OUTBOUND_ANSWERED
                    : x->sent ? NGX_PAYMENTS_OUTBOUND_UNKNOWN
                              : NGX_PAYMENTS_OUTBOUND_NOT_SENT;
    call->error = wrong;

    if (call->outcome == NGX_PAYMENTS_OUTBOUND_ANSWERED) {
        call->status = x->status;
        call->truncated = !whole;
        call->head.data = x->head.start;
        call->head.len = x->head.last - x->head.start;
        call->answer.data = x->answer.start;
        call->answer.len = x->answer.last - x->answer.start;
    }

    ngx_post_event(&x->end, &ngx_posted_events);
}


static void
ngx_payments_outbound_end(ngx_event_t *ev)
{
    ngx_connection_t                  *dummy = ev->data;
    ngx_payments_outbound_exchange_t  *x = dummy->data;
    ngx_payments_outbound_call_t      *call = x->call;

    ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_NOT_SENT + call->outcome,
                            1);
    ngx_payments_status_observe(NGX_PAYMENTS_H_OUTBOUND,
                                (uint64_t) (ngx_current_msec - x->start)
                                * 1000);

    ngx_queue_remove(&x->queue);
    call->exchange = NULL;

    call->handler(call);
}


static void
ngx_payments_outbound_late(ngx_event_t *ev)
{
    ngx_connection_t  *dummy = ev->data;

    ngx_payments_outbound_finish(dummy->data, 0, "it took too long");
}


static void
ngx_payments_outbound_aim(ngx_payments_outbound_exchange_t *x, ngx_uint_t i)
{
    x->key.sockaddr = x->addrs[i].sockaddr;
    x->key.socklen = x->addrs[i].socklen;
}


/* a kept connection to any of the addresses, or else a new one */

static void
ngx_payments_outbound_resolved(ngx_payments_outbound_exchange_t *x,
    const char *wrong)
{
    ngx_uint_t  i;

    if (wrong != NULL) {
        ngx_payments_outbound_finish(x, 0, wrong);
        return;
    }

    for (i = 0; i < x->naddrs && !x->call->fresh; i++) {
        ngx_payments_outbound_aim(x, i);
        x->conn = ngx_payments_outbound_take(&x->key);

        if (x->conn != NULL) {
            x->conn->exchange = x;
            x->call->reused = 1;
            ngx_payments_outbound_exchange(x);
            return;
        }
    }

    ngx_payments_outbound_next(x, NULL);
}


/* the next address, or what was wrong with the last one */

static void
ngx_payments_outbound_next(ngx_payments_outbound_exchange_t *x,
    const char *wrong)
{
    if (x->next == x->naddrs) {
        ngx_payments_outbound_finish(x, 0, wrong);
        return;
    }

    ngx_payments_outbound_aim(x, x->next++);

    x->conn = ngx_payments_outbound_conn(&x->key);

    if (x->conn == NULL) {
        ngx_payments_outbound_finish(x, 0, "no memory");
        return;
    }

    x->conn->exchange = x;
    ngx_payments_outbound_connect(x);
}


static void
ngx_payments_outbound_made(ngx_payments_outbound_exchange_t *x,
    const char *wrong)
{
    if (wrong != NULL) {
        ngx_payments_outbound_next(x, wrong);
        return;
    }

    ngx_payments_outbound_exchange(x);
}


static void
ngx_payments_outbound_ended(ngx_payments_outbound_exchange_t *x, ngx_int_t rc,
    const char *wrong)
{
    ngx_payments_outbound_call_t  *call = x->call;
    ngx_payments_outbound_conn_t  *conn = x->conn;

    x->conn = NULL;

    if (rc == NGX_OK && x->keep) {
        ngx_payments_outbound_keep(conn);

    } else {
        ngx_payments_outbound_close(conn);
    }

    if (rc != NGX_DECLINED || !call->again) {
        ngx_payments_outbound_finish(x, rc == NGX_OK, wrong);
        return;
    }

    /* nothing of an answer came, so there is nothing to undo; a new connection
       cannot end like this */

    call->resent = 1;
    call->reused = 0;
    x->broken = 0;
    x->request.pos = x->request.start;

    ngx_payments_status_add(NGX_PAYMENTS_M_OUTBOUND_RESENT, 1);

    ngx_payments_outbound_next(x, wrong);
}


ngx_int_t
ngx_payments_outbound_header(ngx_payments_outbound_call_t *call,
    const char *name, ngx_str_t *value)
{
    size_t         n;
    const u_char  *data;

    if (call->head.len == 0
        || !ngx_payments_outbound_head_find(call->head.data, call->head.len,
                                            name, &data, &n))
    {
        return NGX_DECLINED;
    }

    value->data = (u_char *) data;
    value->len = n;

    return NGX_OK;
}


/* A worker's two pools: queues, deadlines, when to connect and to send. */

#include "ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_PG_BACKOFF_MIN  20
#define NGX_PAYMENTS_PG_BACKOFF_MAX  1000


static void ngx_payments_pg_dispatch_handler(ngx_event_t *ev);
static void ngx_payments_pg_deliver_handler(ngx_event_t *ev);
static void ngx_payments_pg_expire_handler(ngx_event_t *ev);
static void ngx_payments_pg_backoff_handler(ngx_event_t *ev);
static void ngx_payments_pg_queued(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item);


static ngx_payments_pg_pool_t  *ngx_payments_pg_pools;


static void
ngx_payments_pg_event(ngx_payments_pg_pool_t *pool, ngx_event_t *ev,
    ngx_event_handler_pt handler, ngx_uint_t cancelable)
{
    /* debug logging reads ev->data as a connection */

    ev->data = &pool->dummy;
    ev->handler = handler;
    ev->log = &pool->log;
    ev->cancelable = cancelable;
}


static ngx_int_t
ngx_payments_pg_pool_init(ngx_cycle_t *cycle, ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_conf_t *conf, ngx_payments_pg_queue_e kind)
{
    u_char                             *p;
    size_t                              len;
    ngx_uint_t                          i;
    const ngx_payments_pg_statement_t  *s;

    pool->kind = kind;
    pool->conf = conf;
    pool->log = *cycle->log;
    pool->dummy.fd = (ngx_socket_t) -1;
    pool->dummy.data = pool;

    ngx_queue_init(&pool->waiting);
    ngx_queue_init(&pool->done);

    for (i = 0; i < NGX_PAYMENTS_PG_STATES; i++) {
        ngx_queue_init(&pool->states[i]);
    }

    /* a request that waits here has no other timer: this one must hold up a
       worker that is told to quit, the others must not */

    ngx_payments_pg_event(pool, &pool->dispatch,
                          ngx_payments_pg_dispatch_handler, 1);
    ngx_payments_pg_event(pool, &pool->deliver,
                          ngx_payments_pg_deliver_handler, 1);
    ngx_payments_pg_event(pool, &pool->expire,
                          ngx_payments_pg_expire_handler, 0);
    ngx_payments_pg_event(pool, &pool->backoff,
                          ngx_payments_pg_backoff_handler, 1);
    ngx_payments_pg_event(pool, &pool->pause,
                          ngx_payments_pg_backoff_handler, 1);

    for (i = 0; i < NGX_PAYMENTS_PG_STATEMENTS; i++) {
        s = &ngx_payments_pg_statements[i];

        if (s->queue != kind) {
            continue;
        }

        len = ngx_strlen(s->sql) + NGX_TIME_T_LEN;
        p = ngx_pnalloc(cycle->pool, len + 1);

        if (p == NULL) {
            return NGX_ERROR;
        }

        *ngx_snprintf(p, len, s->sql, conf->ttl) = '\0';
        pool->sql[i] = (char *) p;
    }

    pool->conns = ngx_pcalloc(cycle->pool, conf->connections[kind]
                                           * sizeof(ngx_payments_pg_conn_t));
    if (pool->conns == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < conf->connections[kind]; i++) {
        pool->conns[i].pool = pool;
        ngx_queue_insert_tail(&pool->states[NGX_PAYMENTS_PG_CLOSED],
                              &pool->conns[i].queue);
    }

    /* the first connection is made now, so that no request waits for it; what
       is posted here for "this" turn would wait for the first event */

    ngx_post_event(&pool->dispatch, &ngx_posted_next_events);

    return NGX_OK;
}


ngx_int_t
ngx_payments_pg_init(ngx_cycle_t *cycle, ngx_payments_pg_conf_t *conf)
{
    ngx_uint_t  i;

    ngx_payments_pg_pools = ngx_pcalloc(cycle->pool, NGX_PAYMENTS_PG_QUEUES
                                           * sizeof(ngx_payments_pg_pool_t));
    if (ngx_payments_pg_pools == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_PAYMENTS_PG_QUEUES; i++) {
        if (ngx_payments_pg_pool_init(cycle, &ngx_payments_pg_pools[i], conf,
                                      i)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_payments_pg_del_event(ngx_event_t *ev)
{
    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    if (ev->posted) {
        ngx_delete_posted_event(ev);
    }
}


void
ngx_payments_pg_exit(void)
{
    ngx_uint_t               i, j;
    ngx_payments_pg_pool_t  *pool;

    if (ngx_payments_pg_pools == NULL) {
        return;
    }

    for (i = 0; i < NGX_PAYMENTS_PG_QUEUES; i++) {
        pool = &ngx_payments_pg_pools[i];

        for (j = 0; j < pool->conf->connections[i]; j++) {
            ngx_payments_pg_disconnect(&pool->conns[j], "worker exits",
                                       NGX_PAYMENTS_PG_CLASS_UNKNOWN);
        }

        ngx_payments_pg_del_event(&pool->dispatch);
        ngx_payments_pg_del_event(&pool->deliver);
        ngx_payments_pg_del_event(&pool->expire);
        ngx_payments_pg_del_event(&pool->backoff);
        ngx_payments_pg_del_event(&pool->pause);

        if (pool->buffer != NULL) {
            ngx_free(pool->buffer);
        }
    }

    ngx_payments_pg_pools = NULL;
}


void
ngx_payments_pg_post(ngx_payments_pg_pool_t *pool)
{
    ngx_post_event(&pool->dispatch, &ngx_posted_events);
}


void
ngx_payments_pg_send(ngx_payments_pg_item_t *item)
{
    ngx_payments_pg_pool_t  *pool;

    pool = &ngx_payments_pg_pools
                [ngx_payments_pg_statements[item->statement].queue];

    item->deadline = ngx_current_msec
                     + (item->timeout ? item->timeout : pool->conf->timeout);
    item->linked = 0;
    item->done = 0;
    item->sent = 0;
    item->unknown = 0;
    item->alone = 0;
    item->seen = 0;
    item->row = -1;

    if (pool->nwaiting >= pool->conf->queue) {
        ngx_payments_pg_finish(pool, item, NGX_PAYMENTS_PG_OVERLOADED);
        return;
    }

    ngx_queue_insert_tail(&pool->waiting, &item->queue);
    ngx_payments_pg_queued(pool, item);
    ngx_payments_pg_post(pool);
}


void
ngx_payments_pg_requeue(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    ngx_queue_insert_head(&pool->waiting, &item->queue);
    ngx_payments_pg_queued(pool, item);
}


/* accounts for a new item of the queue; the timer runs to the first deadline */

static void
ngx_payments_pg_queued(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    ngx_msec_int_t  left;

    item->linked = 1;
    pool->nwaiting++;

    ngx_payments_status_add(NGX_PAYMENTS_M_PG_QUEUED, 1);

    if (pool->expire.timer_set) {
        if ((ngx_msec_int_t) (pool->expire.timer.key - item->deadline) <= 0) {
            return;
        }

        ngx_del_timer(&pool->expire);
    }

    left = (ngx_msec_int_t) (item->deadline - ngx_current_msec);

    ngx_add_timer(&pool->expire, (ngx_msec_t) ngx_max(left, 1));
}


void
ngx_payments_pg_unqueue(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    ngx_queue_remove(&item->queue);
    item->linked = 0;
    pool->nwaiting--;

    ngx_payments_status_add(NGX_PAYMENTS_M_PG_QUEUED, -1);

    /* an idle timer would hold up a worker that is told to quit */

    if (pool->nwaiting == 0 && pool->expire.timer_set) {
        ngx_del_timer(&pool->expire);
    }
}


void
ngx_payments_pg_cancel(ngx_payments_pg_item_t *item)
{
    ngx_uint_t               i, j;
    ngx_payments_pg_pool_t  *pool;
    ngx_payments_pg_conn_t  *conn;

    if (ngx_payments_pg_pools == NULL) {
        return;
    }

    pool = &ngx_payments_pg_pools
                [ngx_payments_pg_statements[item->statement].queue];

    if (item->linked && item->done) {
        ngx_queue_remove(&item->queue);
        item->linked = 0;
        return;
    }

    if (item->linked) {
        ngx_payments_pg_unqueue(pool, item);
        return;
    }

    if (!item->sent) {
        return;
    }

    item->sent = 0;

    for (i = 0; i < pool->conf->connections[pool->kind]; i++) {
        conn = &pool->conns[i];

        for (j = 0; j < conn->nitems; j++) {
            if (conn->items[j] == item) {
                conn->items[j] = NULL;
                return;
            }
        }
    }
}


void
ngx_payments_pg_finish(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_payments_pg_outcome_e outcome)
{
    static const ngx_payments_metric_e  metrics[] = {
        NGX_PAYMENTS_M_PG_ITEMS_DONE, NGX_PAYMENTS_M_PG_ITEMS_FAILED,
        NGX_PAYMENTS_M_PG_ITEMS_NOT_EXECUTED, NGX_PAYMENTS_M_PG_ITEMS_UNKNOWN,
        NGX_PAYMENTS_M_PG_ITEMS_OVERLOADED
    };

    ngx_payments_status_add(metrics[outcome], 1);

    item->outcome = outcome;
    item->row = -1;
    item->sent = 0;
    item->linked = 1;
    item->done = 1;

    ngx_queue_insert_tail(&pool->done, &item->queue);
    ngx_post_event(&pool->deliver, &ngx_posted_events);
}


void
ngx_payments_pg_deliver(ngx_payments_pg_pool_t *pool, PGresult *result)
{
    ngx_queue_t             *q;
    ngx_payments_pg_row_t    row;
    ngx_payments_pg_item_t  *item;

    while (!ngx_queue_empty(&pool->done)) {
        q = ngx_queue_head(&pool->done);
        ngx_queue_remove(q);

        item = ngx_queue_data(q, ngx_payments_pg_item_t, queue);
        item->linked = 0;

        row.result = result;
        row.row = item->row;

        item->handler(item, item->outcome, &row);
    }

    if (result != NULL) {
        PQclear(result);
    }
}


static void
ngx_payments_pg_deliver_handler(ngx_event_t *ev)
{
    ngx_connection_t  *c = ev->data;

    ngx_payments_pg_deliver(c->data, NULL);
}


/*
 * Sends what waits over every connection that is free, and opens one more if
 * none is: one attempt at a time, and none while backing off.
 */

static void
ngx_payments_pg_dispatch_handler(ngx_event_t *ev)
{
    ngx_queue_t             *q;
    ngx_connection_t        *c = ev->data;
    ngx_payments_pg_pool_t  *pool = c->data;

    while (!pool->pause.timer_set && !ngx_queue_empty(&pool->waiting)
           && !ngx_queue_empty(&pool->states[NGX_PAYMENTS_PG_IDLE]))
    {
        q = ngx_queue_head(&pool->states[NGX_PAYMENTS_PG_IDLE]);

        (void) ngx_payments_pg_call(ngx_queue_data(q, ngx_payments_pg_conn_t,
                                                   queue));
    }

    if (pool->backoff.timer_set
        || !ngx_queue_empty(&pool->states[NGX_PAYMENTS_PG_CONNECTING])
        || !ngx_queue_empty(&pool->states[NGX_PAYMENTS_PG_PREPARING])
        || ngx_queue_empty(&pool->states[NGX_PAYMENTS_PG_CLOSED]))
    {
        return;
    }

    if (ngx_queue_empty(&pool->states[NGX_PAYMENTS_PG_IDLE])
        && (!ngx_queue_empty(&pool->waiting)
            || (!ngx_exiting
                && ngx_queue_empty(&pool->states[NGX_PAYMENTS_PG_BUSY]))))
    {
        q = ngx_queue_head(&pool->states[NGX_PAYMENTS_PG_CLOSED]);
        ngx_payments_pg_connect(ngx_queue_data(q, ngx_payments_pg_conn_t,
                                               queue));
    }
}


void
ngx_payments_pg_delay(ngx_event_t *timer, ngx_uint_t *count)
{
    ngx_msec_t  delay;

    delay = NGX_PAYMENTS_PG_BACKOFF_MIN << ngx_min(*count, 6);
    delay = ngx_min(delay, NGX_PAYMENTS_PG_BACKOFF_MAX);

    /* jitter over the upper half: workers must not come all at once */

    delay = delay / 2 + ngx_random() % (delay / 2 + 1);

    (*count)++;

    /* what waits holds up an exiting worker by its own timer */

    if (!timer->timer_set) {
        ngx_add_timer(timer, delay);
    }
}


static void
ngx_payments_pg_backoff_handler(ngx_event_t *ev)
{
    ngx_connection_t  *c = ev->data;

    ngx_payments_pg_post(c->data);
}


static void
ngx_payments_pg_expire_handler(ngx_event_t *ev)
{
    ngx_queue_t             *q, *next;
    ngx_msec_int_t           left, least;
    ngx_connection_t        *c = ev->data;
    ngx_payments_pg_item_t  *item;
    ngx_payments_pg_pool_t  *pool = c->data;

    least = NGX_MAX_INT32_VALUE;

    for (q = ngx_queue_head(&pool->waiting);
         q != ngx_queue_sentinel(&pool->waiting);
         q = next)
    {
        next = ngx_queue_next(q);
        item = ngx_queue_data(q, ngx_payments_pg_item_t, queue);

        left = (ngx_msec_int_t) (item->deadline - ngx_current_msec);

        if (left > 0) {
            least = ngx_min(left, least);
            continue;
        }

        ngx_payments_pg_unqueue(pool, item);

        ngx_payments_pg_finish(pool, item,
                               item->unknown ? NGX_PAYMENTS_PG_UNKNOWN
                                             : NGX_PAYMENTS_PG_NOT_EXECUTED);
    }

    if (pool->nwaiting && !pool->expire.timer_set) {
        ngx_add_timer(&pool->expire, (ngx_msec_t) least);
    }
}

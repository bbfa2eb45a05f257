
/* What waits in a pool: queues, deadlines, and how an item ends. */

#include "ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"


static void ngx_payments_pg_queued(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item);


void
ngx_payments_pg_pool_send(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_msec_t timeout)
{
    item->pool = pool;
    item->deadline = ngx_current_msec + timeout;
    item->since = ngx_payments_pg_usec();
    item->flow = NULL;
    item->lost = 0;
    item->locked = 0;
    item->failed = 0;
    item->faults = 0;
    item->linked = 0;
    item->done = 0;
    item->sent = 0;
    item->unknown = 0;
    item->alone = 0;
    item->later = 0;
    item->seen = 0;
    item->row = -1;
    item->rows = 0;

    ngx_memzero(&item->stats, sizeof(ngx_payments_pg_stats_t));

    if (ngx_payments_pg_pool_full(pool, ngx_payments_pg_merchant(item))) {
        ngx_payments_pg_finish(pool, item, NGX_PAYMENTS_PG_OVERLOADED);
        return;
    }

    /* where no session has answered in time, or the server is read-only, there
       is nothing to wait for */

    if (pool->counts[NGX_PAYMENTS_PG_STUCK] == pool->nconns
        || pool->read_only)
    {
        ngx_payments_pg_finish(pool, item, NGX_PAYMENTS_PG_NOT_EXECUTED);
        return;
    }

    ngx_payments_pg_requeue(pool, item, 0);
    ngx_payments_pg_post(pool);
}


void
ngx_payments_pg_requeue(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_uint_t front)
{
    if (ngx_payments_pg_fair_insert(&pool->waiting, item, front) != NGX_OK) {
        ngx_payments_pg_give_up(pool, item);
        return;
    }

    ngx_payments_pg_queued(pool, item);
}


void
ngx_payments_pg_give_up(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    ngx_payments_pg_finish(pool, item, item->unknown
                                       ? NGX_PAYMENTS_PG_UNKNOWN
                                       : NGX_PAYMENTS_PG_NOT_EXECUTED);
}


void
ngx_payments_pg_item_give_up(ngx_payments_pg_item_t *item)
{
    ngx_payments_pg_give_up(item->pool, item);
}


/* accounts for a new item of the queue; the timer runs to the first deadline */

static void
ngx_payments_pg_queued(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    ngx_msec_int_t  left;

    item->linked = 1;

    ngx_payments_pg_count(pool,
                          NGX_PAYMENTS_M_PG_WRITE_QUEUED + pool->lane->number,
                          1);

    if (pool->expire.timer_set) {
        if ((ngx_msec_int_t) (pool->expire.timer.key - item->deadline) <= 0) {
            return;
        }

        ngx_del_timer(&pool->expire);
    }

    left = (ngx_msec_int_t) (item->deadline - ngx_current_msec);

    ngx_add_timer(&pool->expire, (ngx_msec_t) ngx_max(left, 1));
}


/* the item has been taken out of the queue */

static void
ngx_payments_pg_unqueued(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    item->linked = 0;

    ngx_payments_pg_count(pool,
                          NGX_PAYMENTS_M_PG_WRITE_QUEUED + pool->lane->number,
                          -1);

    /* an idle timer would keep a quitting worker alive */

    if (pool->waiting.n == 0 && pool->expire.timer_set) {
        ngx_del_timer(&pool->expire);
    }
}


void
ngx_payments_pg_unqueue(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    ngx_payments_pg_fair_remove(&pool->waiting, item);
    ngx_payments_pg_unqueued(pool, item);
}


void
ngx_payments_pg_queue_take(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    ngx_payments_pg_fair_take(&pool->waiting, item);
    ngx_payments_pg_unqueued(pool, item);
}


void
ngx_payments_pg_pool_requeue(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    item->pool = pool;
    item->alone = 0;
    item->later = 0;

    ngx_payments_pg_requeue(pool, item, 0);
    ngx_payments_pg_post(pool);
}


void
ngx_payments_pg_queue_move(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_pool_t *(*where)(ngx_payments_pg_item_t *item))
{
    ngx_payments_pg_item_t  *item, *next;
    ngx_payments_pg_pool_t  *to;

    for (item = ngx_payments_pg_fair_first(&pool->waiting); item; item = next) {
        next = ngx_payments_pg_fair_next(&pool->waiting, item);
        to = where(item);

        if (to != NULL) {
            ngx_payments_pg_unqueue(pool, item);
            ngx_payments_pg_pool_requeue(to, item);
        }
    }
}


void
ngx_payments_pg_pool_view(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_view_t *view)
{
    uint64_t    since, now;
    ngx_uint_t  i;

    view->server = pool->server;

    for (i = 0; i < NGX_PAYMENTS_PG_VIEWED; i++) {
        view->states[i] = pool->counts[NGX_PAYMENTS_PG_CONNECTING + i];
    }

    since = ngx_payments_pg_fair_oldest(&pool->waiting);
    now = ngx_payments_pg_usec();

    view->queued = pool->waiting.n;
    view->oldest = (since && now > since) ? (ngx_msec_t) ((now - since) / 1000)
                                          : 0;
}


ngx_uint_t
ngx_payments_pg_pool_waiting(ngx_payments_pg_pool_t *pool)
{
    return pool->waiting.n;
}


ngx_uint_t
ngx_payments_pg_pool_full(ngx_payments_pg_pool_t *pool, int64_t merchant_id)
{
    return ngx_payments_pg_fair_full(&pool->waiting, merchant_id,
                                     pool->conf->queue);
}


void
ngx_payments_pg_queue_fail_all(ngx_payments_pg_pool_t *pool)
{
    ngx_payments_pg_item_t  *item;

    for ( ;; ) {
        item = ngx_payments_pg_fair_first(&pool->waiting);

        if (item == NULL) {
            return;
        }

        ngx_payments_pg_unqueue(pool, item);
        ngx_payments_pg_give_up(pool, item);
    }
}


/* a call that is under way runs on without it */

static void
ngx_payments_pg_call_drop_item(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_item_t *item)
{
    ngx_uint_t               i, n;
    ngx_payments_pg_call_t  *call;

    for (n = 0; n < conn->ncalls; n++) {
        call = ngx_payments_pg_nth(conn, n);

        for (i = 0; i < call->nitems; i++) {
            if (call->items[i] == item) {
                call->items[i] = NULL;
                return;
            }
        }
    }
}


void
ngx_payments_pg_cancel(ngx_payments_pg_item_t *item)
{
    ngx_uint_t               i;
    ngx_payments_pg_pool_t  *pool;

    pool = item->pool;

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

    for (i = 0; i < pool->nconns; i++) {
        ngx_payments_pg_call_drop_item(&pool->conns[i], item);
    }
}


void
ngx_payments_pg_finish(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_payments_pg_outcome_e outcome)
{
    static const ngx_uint_t  metrics[] = {
        NGX_PAYMENTS_M_PG_ITEMS_DONE, NGX_PAYMENTS_M_PG_ITEMS_FAILED,
        NGX_PAYMENTS_M_PG_ITEMS_NOT_EXECUTED, NGX_PAYMENTS_M_PG_ITEMS_UNKNOWN,
        NGX_PAYMENTS_M_PG_ITEMS_OVERLOADED
    };

    if (pool->to == NGX_PAYMENTS_PG_TO_REPLICA) {

        if (outcome != NGX_PAYMENTS_PG_DONE) {
            pool->hooks->returned(pool->owner, item,
                                  NGX_PAYMENTS_PG_UNANSWERED);
            return;
        }

        ngx_payments_status_add(NGX_PAYMENTS_M_PG_REPLICA_READS, 1);
    }

    ngx_payments_pg_count(pool, metrics[outcome], 1);

    if (item->unknown) {
        ngx_payments_pg_count(pool, (outcome == NGX_PAYMENTS_PG_DONE)
                                ? NGX_PAYMENTS_M_PG_RESOLVED_DONE
                                : (outcome == NGX_PAYMENTS_PG_FAILED)
                                  ? NGX_PAYMENTS_M_PG_RESOLVED_FAILED
                                  : NGX_PAYMENTS_M_PG_UNRESOLVED, 1);
    }

    item->outcome = outcome;
    item->row = -1;
    item->rows = 0;
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
        row.more = item->rows - 1;

        item->handler(item, item->outcome, &row);
    }

    if (result != NULL) {
        PQclear(result);
    }
}


void
ngx_payments_pg_deliver_handler(ngx_event_t *ev)
{
    ngx_connection_t  *c = ev->data;

    ngx_payments_pg_deliver(c->data, NULL);
}


void
ngx_payments_pg_expire_handler(ngx_event_t *ev)
{
    ngx_msec_int_t           left, least;
    ngx_connection_t        *c = ev->data;
    ngx_payments_pg_item_t  *item, *next;
    ngx_payments_pg_pool_t  *pool = c->data;

    least = NGX_MAX_INT32_VALUE;

    for (item = ngx_payments_pg_fair_first(&pool->waiting); item; item = next) {
        next = ngx_payments_pg_fair_next(&pool->waiting, item);
        left = (ngx_msec_int_t) (item->deadline - ngx_current_msec);

        if (left > 0) {
            least = ngx_min(left, least);
            continue;
        }

        ngx_payments_pg_unqueue(pool, item);
        ngx_payments_pg_give_up(pool, item);
    }

    if (pool->waiting.n && !pool->expire.timer_set) {
        ngx_add_timer(&pool->expire, (ngx_msec_t) least);
    }
}

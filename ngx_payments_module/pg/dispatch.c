
/* What waits in a pool to connections that have room; when to connect. */

#include "ngx_payments_pg_internal.h"


/* one attempt to connect more may be made each time so many ms have passed */
#define NGX_PAYMENTS_PG_REFILL  100


/*
 * An idle connection first, then one that has room.  Behind a call that is
 * under way goes a full one only: so the server has its next work while this
 * worker hands out the answers, and no call is smaller than it would be.
 */

static ngx_payments_pg_conn_t *
ngx_payments_pg_free(ngx_payments_pg_pool_t *pool)
{
    ngx_queue_t  *list;

    list = &pool->states[NGX_PAYMENTS_PG_IDLE];

    if (ngx_queue_empty(list) && pool->waiting.n >= pool->batch) {
        list = &pool->states[NGX_PAYMENTS_PG_BUSY];
    }

    if (ngx_queue_empty(list)) {
        return NULL;
    }

    return ngx_queue_data(ngx_queue_head(list), ngx_payments_pg_conn_t,
                          queue);
}


/* whether one more attempt to connect may be made now */

static ngx_uint_t
ngx_payments_pg_may_connect(ngx_payments_pg_pool_t *pool)
{
    ngx_uint_t  n;

    if (pool->backoff.timer_set
        || pool->server == pool->conf->nservers
        || pool->counts[NGX_PAYMENTS_PG_CONNECTING]
        || pool->counts[NGX_PAYMENTS_PG_PREPARING]
        || pool->counts[NGX_PAYMENTS_PG_CLOSED] == 0)
    {
        return 0;
    }

    n = (ngx_current_msec - pool->refilled) / NGX_PAYMENTS_PG_REFILL;

    pool->refilled += n * NGX_PAYMENTS_PG_REFILL;
    pool->connect_budget = ngx_min(pool->connect_budget + n,
                                   NGX_PAYMENTS_PG_CONNECT_BUDGET);

    if (pool->connect_budget == 0) {
        ngx_add_timer(&pool->backoff, NGX_PAYMENTS_PG_REFILL);
        return 0;
    }

    pool->connect_budget--;

    return 1;
}


/*
 * Sends what waits over every connection that has room, and opens one more if
 * none has: one attempt at a time, and none while backing off.
 */

void
ngx_payments_pg_dispatch_handler(ngx_event_t *ev)
{
    ngx_uint_t               wanted;
    ngx_queue_t             *q;
    ngx_connection_t        *c = ev->data;
    ngx_payments_pg_pool_t  *pool = c->data;
    ngx_payments_pg_conn_t  *conn;

    pool->hooks->follow(pool->owner);

    while (!pool->pause.timer_set && pool->waiting.n) {

        conn = ngx_payments_pg_free(pool);

        if (conn == NULL || ngx_payments_pg_call(conn) == NGX_DECLINED) {
            break;
        }
    }

    /* one is kept, so that no request waits for the first */

    wanted = pool->waiting.n
             ? (ngx_payments_pg_free(pool) == NULL)
             : (!ngx_exiting
                && pool->counts[NGX_PAYMENTS_PG_CLOSED] == pool->nconns);

    if (wanted && ngx_payments_pg_may_connect(pool)) {
        q = ngx_queue_head(&pool->states[NGX_PAYMENTS_PG_CLOSED]);
        ngx_payments_pg_connect(ngx_queue_data(q, ngx_payments_pg_conn_t,
                                               queue));
    }
}

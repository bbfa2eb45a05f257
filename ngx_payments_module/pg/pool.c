
/* A worker's pools of connections: where to, how many. */

#include "ngx_payments_pg_internal.h"
#include "../base/ngx_payments_backoff.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_PG_BACKOFF_MIN  20


const ngx_payments_pg_statement_t  *ngx_payments_pg_statements;
static ngx_uint_t                   ngx_payments_pg_nstatements;


static void ngx_payments_pg_backoff_handler(ngx_event_t *ev);


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


/* a request that waits has no timer but "expire": that one must keep a quitting
   worker alive, the others must not */

static void
ngx_payments_pg_events(ngx_payments_pg_pool_t *pool)
{
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
    ngx_payments_pg_event(pool, &pool->later,
                          ngx_payments_pg_backoff_handler, 1);
}


void
ngx_payments_pg_use_statements(const ngx_payments_pg_statement_t *table,
    ngx_uint_t n)
{
    ngx_payments_pg_statements = table;
    ngx_payments_pg_nstatements = n;
}


/* the texts of this lane's statements */

static ngx_int_t
ngx_payments_pg_pool_texts(ngx_cycle_t *cycle, ngx_payments_pg_pool_t *pool)
{
    ngx_uint_t                          i;
    const ngx_payments_pg_statement_t  *s;

    for (i = 0; i < ngx_payments_pg_nstatements; i++) {
        s = &ngx_payments_pg_statements[i];

        if (s->lane != pool->lane->number
            || (pool->to == NGX_PAYMENTS_PG_TO_REPLICA
                && !(s->flags & NGX_PAYMENTS_PG_BY_REPLICA)))
        {
            continue;
        }

        pool->sql[i] = pool->hooks->text(cycle->pool, pool->conf, pool->to, s);

        if (pool->sql[i] == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_payments_pg_pool_conns(ngx_cycle_t *cycle, ngx_payments_pg_pool_t *pool)
{
    ngx_uint_t               i;
    ngx_payments_pg_conn_t  *conn;

    pool->conns = ngx_pcalloc(cycle->pool,
                              pool->nconns * sizeof(ngx_payments_pg_conn_t));
    if (pool->conns == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < pool->nconns; i++) {
        conn = &pool->conns[i];
        conn->pool = pool;
        conn->calls = ngx_pcalloc(cycle->pool, pool->ring
                                           * sizeof(ngx_payments_pg_call_t));
        if (conn->calls == NULL) {
            return NGX_ERROR;
        }

        ngx_queue_insert_tail(&pool->states[NGX_PAYMENTS_PG_CLOSED],
                              &conn->queue);
    }

    pool->counts[NGX_PAYMENTS_PG_CLOSED] = pool->nconns;

    return NGX_OK;
}


ngx_payments_pg_pool_t *
ngx_payments_pg_pool_create(ngx_cycle_t *cycle,
    const ngx_payments_pg_pool_options_t *options)
{
    ngx_uint_t               i;
    ngx_payments_pg_conf_t  *conf = options->conf;
    ngx_payments_pg_pool_t  *pool;

    pool = ngx_pcalloc(cycle->pool, sizeof(ngx_payments_pg_pool_t));
    if (pool == NULL) {
        return NULL;
    }

    pool->lane = options->lane;
    pool->hooks = options->hooks;
    pool->owner = options->owner;
    pool->conf = conf;
    pool->to = options->to;
    pool->server = options->server;
    pool->place = options->place;
    pool->nconns = options->connections;
    pool->named = !conf->pooler;

    /* what comes next would wait for two slow calls */

    pool->depth = (conf->pooler || pool->lane->slow) ? 1 : conf->depth;

    pool->batch = conf->batch;
    pool->connect_budget = NGX_PAYMENTS_PG_CONNECT_BUDGET;
    pool->refilled = ngx_current_msec;
    pool->log = *cycle->log;

#if (NGX_PAYMENTS_PG_FORCE_DEPTH)

    /* what this breaks behind a pooler, a test must catch */

    pool->depth = NGX_PAYMENTS_PG_FORCE_DEPTH;

#endif

    pool->ring = pool->depth;
    pool->dummy.fd = (ngx_socket_t) -1;
    pool->dummy.data = pool;

    ngx_payments_pg_fair_init(&pool->waiting);
    ngx_queue_init(&pool->done);

    for (i = 0; i < NGX_PAYMENTS_PG_STATES; i++) {
        ngx_queue_init(&pool->states[i]);
    }

    ngx_payments_pg_events(pool);

    if (ngx_payments_pg_pool_texts(cycle, pool) != NGX_OK
        || ngx_payments_pg_pool_conns(cycle, pool) != NGX_OK)
    {
        return NULL;
    }

    /* the first connection is made now, so that no request waits for it; what
       is posted here for "this" turn would wait for the first event */

    ngx_post_event(&pool->dispatch, &ngx_posted_next_events);

    return pool;
}


/* what the last server did says nothing about this one */

static void
ngx_payments_pg_pool_reset(ngx_payments_pg_pool_t *pool)
{
    pool->failures = 0;
    pool->losses = 0;
    pool->stucks = 0;
    pool->slow = 0;
    pool->connect_budget = NGX_PAYMENTS_PG_CONNECT_BUDGET;

    if (pool->backoff.timer_set) {
        ngx_del_timer(&pool->backoff);
    }

    ngx_payments_pg_post(pool);
}


/* the connections end, and new ones are made to where the server is now */

static void
ngx_payments_pg_pool_restart(ngx_payments_pg_pool_t *pool, const char *reason)
{
    ngx_uint_t  i;

    for (i = 0; i < pool->nconns; i++) {
        ngx_payments_pg_disconnect(&pool->conns[i], reason, 1);
    }

    if (pool->to == NGX_PAYMENTS_PG_TO_REPLICA) {
        ngx_payments_pg_queue_fail_all(pool);
    }

    ngx_payments_pg_pool_reset(pool);
}


void
ngx_payments_pg_pool_set_server(ngx_payments_pg_pool_t *pool,
    ngx_uint_t server, const char *reason)
{
    if (pool->server != server) {
        pool->server = server;
        ngx_payments_pg_pool_restart(pool, reason);
    }
}


void
ngx_payments_pg_pool_reconnect(ngx_payments_pg_pool_t *pool,
    ngx_uint_t server, const char *reason)
{
    if (pool->server == server) {
        ngx_payments_pg_pool_restart(pool, reason);
    }
}


void
ngx_payments_pg_pool_set_read_only(ngx_payments_pg_pool_t *pool, ngx_uint_t on)
{
    pool->read_only = on;

    if (on) {
        ngx_payments_pg_queue_fail_all(pool);
    }
}


ngx_uint_t
ngx_payments_pg_pool_is_read_only(ngx_payments_pg_pool_t *pool)
{
    return pool->read_only;
}


void
ngx_payments_pg_pool_retire(ngx_payments_pg_pool_t *pool)
{
    ngx_uint_t               i;
    ngx_payments_pg_conn_t  *conn;

    for (i = 0; i < pool->nconns; i++) {
        conn = &pool->conns[i];

        if (conn->state == NGX_PAYMENTS_PG_IDLE) {
            ngx_payments_pg_disconnect(conn, "it begins again", 1);

        } else if (conn->state == NGX_PAYMENTS_PG_BUSY
                   || conn->state == NGX_PAYMENTS_PG_FULL)
        {
            conn->retire = ngx_current_msec;
        }
    }
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
ngx_payments_pg_pool_exit(ngx_payments_pg_pool_t *pool)
{
    ngx_uint_t               i;
    ngx_payments_pg_item_t  *item;

    for (i = 0; i < pool->nconns; i++) {
        ngx_payments_pg_disconnect(&pool->conns[i], "worker exits", 1);
    }

    /* what waits of the background: nobody waits for it */

    for ( ;; ) {
        item = ngx_payments_pg_fair_first(&pool->waiting);

        if (item == NULL) {
            break;
        }

        ngx_payments_pg_unqueue(pool, item);
    }

    ngx_payments_pg_del_event(&pool->dispatch);
    ngx_payments_pg_del_event(&pool->deliver);
    ngx_payments_pg_del_event(&pool->expire);
    ngx_payments_pg_del_event(&pool->backoff);
    ngx_payments_pg_del_event(&pool->pause);
    ngx_payments_pg_del_event(&pool->later);

    if (pool->buffer != NULL) {
        ngx_free(pool->buffer);
        pool->buffer = NULL;
    }
}


void
ngx_payments_pg_post(ngx_payments_pg_pool_t *pool)
{
    ngx_post_event(&pool->dispatch, &ngx_posted_events);
}


ngx_uint_t
ngx_payments_pg_pool_ready(ngx_payments_pg_pool_t *pool)
{
    return pool->counts[NGX_PAYMENTS_PG_IDLE]
           + pool->counts[NGX_PAYMENTS_PG_BUSY]
           + pool->counts[NGX_PAYMENTS_PG_FULL] > 0
           && !pool->pause.timer_set;
}


ngx_uint_t
ngx_payments_pg_pool_answers(ngx_payments_pg_pool_t *pool,
    ngx_msec_t silence)
{
    ngx_uint_t               i;
    ngx_payments_pg_conn_t  *conn;

    if (pool->committed != 0
        && ngx_current_msec - pool->committed < silence)
    {
        return 1;
    }

    for (i = 0; i < pool->nconns; i++) {
        conn = &pool->conns[i];

        switch (conn->state) {

        case NGX_PAYMENTS_PG_IDLE:
            return 1;

        case NGX_PAYMENTS_PG_BUSY:
        case NGX_PAYMENTS_PG_FULL:
            if (ngx_current_msec - ngx_payments_pg_nth(conn, 0)->started
                < silence)
            {
                return 1;
            }

            break;

        case NGX_PAYMENTS_PG_CLOSED:
        case NGX_PAYMENTS_PG_CONNECTING:
        case NGX_PAYMENTS_PG_PREPARING:

            /* the first failure says nothing yet */

            if (pool->failures <= 1) {
                return 1;
            }

            break;

        default: /* NGX_PAYMENTS_PG_STUCK */
            break;
        }
    }

    return 0;
}


ngx_uint_t
ngx_payments_pg_pool_failing(ngx_payments_pg_pool_t *pool, ngx_msec_t since)
{
    return pool->retries >= NGX_PAYMENTS_PG_RETRIES
           && ngx_current_msec - pool->blamed < since;
}


void
ngx_payments_pg_delay(ngx_event_t *timer, ngx_uint_t *count, ngx_msec_t most)
{
    ngx_msec_t  delay;

    delay = ngx_payments_backoff((*count)++, NGX_PAYMENTS_PG_BACKOFF_MIN, most);

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

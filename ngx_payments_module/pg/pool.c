
/* A worker's pools of connections: where to, how many, when to connect. */

#include "ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_PG_BACKOFF_MIN  20

/* attempts to connect: as many at once, and one more each time that passes;
   each costs the worker some milliseconds of SCRAM */
#define NGX_PAYMENTS_PG_TOKENS       5
#define NGX_PAYMENTS_PG_REFILL       100


static void ngx_payments_pg_dispatch_handler(ngx_event_t *ev);
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


/* a request that waits has no timer but "expire": that one must hold up a
   worker that is told to quit, the others must not */

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


ngx_uint_t
ngx_payments_pg_holds(ngx_payments_pg_pool_t *pool,
    const ngx_payments_pg_statement_t *statement)
{
    return statement->queue == pool->kind
           && (statement->flags & NGX_PAYMENTS_PG_BY_REPLICA
               || pool->to != NGX_PAYMENTS_PG_TO_REPLICA);
}


/*
 * A statement is its call, and what concerns shards and replicas.  A read asks
 * whether the merchants are this shard's, which the server refuses where they
 * are not; a write does so itself, under a lock.  Where replicas may be asked a
 * write, or what tells of one, says what a read must see to see it, and a
 * replica that does not see it has no rows.
 */

static u_char *
ngx_payments_pg_statement(ngx_payments_pg_pool_t *pool,
    const ngx_payments_pg_statement_t *s, u_char *p, u_char *last)
{
    ngx_uint_t  told;

    told = pool->conf->nservers > 1
           && (s->queue == NGX_PAYMENTS_PG_WRITE
               || s == &ngx_payments_pg_statements[NGX_PAYMENTS_PG_FIND_KEYS]
               || s == &ngx_payments_pg_statements[NGX_PAYMENTS_PG_GET_KEYS]);

    p = ngx_slprintf(p, last, "SELECT r.*%s FROM ",
                     told ? ",pay.token() AS token" : "");
    p = ngx_slprintf(p, last, s->call, pool->conf->ttl);
    p = ngx_slprintf(p, last, " AS r");

    if (s->flags & NGX_PAYMENTS_PG_BY_MERCHANT
        && s->queue != NGX_PAYMENTS_PG_WRITE)
    {
        p = ngx_slprintf(p, last, " WHERE pay.owns_merchants($2)");
    }

    if (pool->to == NGX_PAYMENTS_PG_TO_REPLICA) {
        p = ngx_slprintf(p, last, " AND pay.fresh($%ui,$%ui,$%ui)",
                         s->nparams + 2, s->nparams + 3, s->nparams + 4);
    }

    return p;
}


/* the texts of this queue's statements */

static ngx_int_t
ngx_payments_pg_pool_statements(ngx_cycle_t *cycle,
    ngx_payments_pg_pool_t *pool)
{
    u_char                             *p;
    size_t                              len;
    ngx_uint_t                          i;
    const ngx_payments_pg_statement_t  *s;

    for (i = 0; i < NGX_PAYMENTS_PG_STATEMENTS; i++) {
        s = &ngx_payments_pg_statements[i];

        if (!ngx_payments_pg_holds(pool, s)) {
            continue;
        }

        len = ngx_strlen(s->call) + NGX_TIME_T_LEN + 3 * NGX_INT_T_LEN
              + sizeof("SELECT r.*,pay.token() AS token FROM  AS r"
                       " WHERE pay.owns_merchants($2) AND pay.fresh($,$,$)");
        p = ngx_pnalloc(cycle->pool, len + 1);

        if (p == NULL) {
            return NGX_ERROR;
        }

        pool->sql[i] = (char *) p;
        *ngx_payments_pg_statement(pool, s, p, p + len) = '\0';
    }

    return NGX_OK;
}


ngx_int_t
ngx_payments_pg_pool_init(ngx_cycle_t *cycle, ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_shard_t *shard, ngx_payments_pg_queue_e kind,
    ngx_payments_pg_to_e to, ngx_uint_t server, ngx_uint_t nconns)
{
    ngx_uint_t               i;
    ngx_payments_pg_conf_t  *conf = shard->conf;
    ngx_payments_pg_conn_t  *conn;

    pool->to = to;
    pool->server = server;
    pool->nconns = nconns;
    pool->kind = kind;
    pool->shard = shard;
    pool->conf = conf;
    pool->named = !conf->pooler;

    /* a page takes its time, and who comes next would wait for two of them */

    pool->depth = (conf->pooler || kind == NGX_PAYMENTS_PG_LIST)
                  ? 1 : conf->depth;

    pool->batch = conf->batch;
    pool->tokens = NGX_PAYMENTS_PG_TOKENS;
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

    if (ngx_payments_pg_pool_statements(cycle, pool) != NGX_OK) {
        return NGX_ERROR;
    }

    pool->conns = ngx_pcalloc(cycle->pool,
                              nconns * sizeof(ngx_payments_pg_conn_t));
    if (pool->conns == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < nconns; i++) {
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

    pool->counts[NGX_PAYMENTS_PG_CLOSED] = nconns;

    /* the first connection is made now, so that no request waits for it; what
       is posted here for "this" turn would wait for the first event */

    ngx_post_event(&pool->dispatch, &ngx_posted_next_events);

    return NGX_OK;
}


/* what the last server did says nothing about this one */

static void
ngx_payments_pg_begin_again(ngx_payments_pg_pool_t *pool)
{
    pool->failures = 0;
    pool->losses = 0;
    pool->stucks = 0;
    pool->slow = 0;
    pool->tokens = NGX_PAYMENTS_PG_TOKENS;

    if (pool->backoff.timer_set) {
        ngx_del_timer(&pool->backoff);
    }

    ngx_payments_pg_post(pool);
}


void
ngx_payments_pg_pool_leave(ngx_payments_pg_pool_t *pool, const char *reason)
{
    ngx_uint_t  i;

    for (i = 0; i < pool->nconns; i++) {
        ngx_payments_pg_disconnect(&pool->conns[i], reason, 1);
    }

    if (pool->to == NGX_PAYMENTS_PG_TO_REPLICA) {
        ngx_payments_pg_divert(pool);
    }

    ngx_payments_pg_begin_again(pool);
}


void
ngx_payments_pg_retire(ngx_payments_pg_pool_t *pool)
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
    ngx_uint_t  i;

    for (i = 0; i < pool->nconns; i++) {
        ngx_payments_pg_disconnect(&pool->conns[i], "worker exits", 1);
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
ngx_payments_pg_takes(ngx_payments_pg_pool_t *pool)
{
    return pool->counts[NGX_PAYMENTS_PG_IDLE]
           + pool->counts[NGX_PAYMENTS_PG_BUSY]
           + pool->counts[NGX_PAYMENTS_PG_FULL] > 0
           && !pool->pause.timer_set;
}


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
    pool->tokens = ngx_min(pool->tokens + n, NGX_PAYMENTS_PG_TOKENS);

    if (pool->tokens == 0) {
        ngx_add_timer(&pool->backoff, NGX_PAYMENTS_PG_REFILL);
        return 0;
    }

    pool->tokens--;

    return 1;
}


/*
 * Sends what waits over every connection that has room, and opens one more if
 * none has: one attempt at a time, and none while backing off.
 */

static void
ngx_payments_pg_dispatch_handler(ngx_event_t *ev)
{
    ngx_uint_t               wanted;
    ngx_queue_t             *q;
    ngx_connection_t        *c = ev->data;
    ngx_payments_pg_pool_t  *pool = c->data;
    ngx_payments_pg_conn_t  *conn;

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


void
ngx_payments_pg_delay(ngx_event_t *timer, ngx_uint_t *count, ngx_msec_t most)
{
    ngx_msec_t  delay;

    delay = NGX_PAYMENTS_PG_BACKOFF_MIN << ngx_min(*count, 10);
    delay = ngx_min(delay, most);

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


/* A call's life: sent, answered, or ended without an answer. */

#include "ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"


/* after how many calls without an answer an item goes alone */
#define NGX_PAYMENTS_PG_LOST_MAX   2

/* calls of one item alone that may end in a fault, and the pause before the
   next one, ms: four times as long each time */
#define NGX_PAYMENTS_PG_TRIES      3
#define NGX_PAYMENTS_PG_FAULT_MIN  50
#define NGX_PAYMENTS_PG_FAULT_MAX  800

/* ms without a commit after which a lack is the server's, whoever meets it */
#define NGX_PAYMENTS_PG_MISSING    3000

#define NGX_PAYMENTS_PG_LOCK_MIN   10

/* how often a replica that is behind is asked again, and after how many ms the
   first time; twice that each time after */
#define NGX_PAYMENTS_PG_BEHIND_MAX  3
#define NGX_PAYMENTS_PG_BEHIND_MIN  2


static void
ngx_payments_pg_set_least(ngx_payments_pg_call_t *call)
{
    ngx_uint_t      i;
    ngx_msec_int_t  left, least;

    least = NGX_MAX_INT32_VALUE;

    for (i = 0; i < call->nitems; i++) {
        if (call->items[i] != NULL) {
            left = (ngx_msec_int_t) (call->items[i]->deadline
                                     - ngx_current_msec);
            least = ngx_min(left, least);
        }
    }

    call->least = ngx_current_msec + least;
}


static void
ngx_payments_pg_sent(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call)
{
    ngx_uint_t               i;
    ngx_payments_pg_item_t  *item;
    ngx_payments_pg_lane_e   lane = pool->lane->number;

    call->sent = ngx_payments_pg_usec();

    for (i = 0; i < call->nitems; i++) {
        item = call->items[i];

        item->stats.queued = call->sent - item->since;
        item->stats.batch = call->nitems;
        item->stats.server = ngx_payments_pg_server_name(pool, pool->server);
        item->stats.calls++;

        ngx_payments_pg_observe(pool, NGX_PAYMENTS_H_WRITE_WAIT + lane,
                                item->stats.queued);
    }

    ngx_payments_pg_count(pool, NGX_PAYMENTS_M_PG_WRITE_CALLS + lane, 1);
    ngx_payments_pg_observe(pool, NGX_PAYMENTS_H_WRITE_BATCH + lane,
                            call->nitems);

    ngx_log_debug2(NGX_LOG_DEBUG_EVENT, &pool->log, 0,
                   "payments pg call of \"%s\": %ui items",
                   call->statement->name, call->nitems);
}


/*
 * By name, or behind a pooler by its text; parameters and rows are binary.  A
 * session gets a statement with the first call of it, so that one that cannot
 * be prepared costs its own callers only.
 */

static int
ngx_payments_pg_send_call(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_call_t *call)
{
    int                                 n, i;
    Oid                                 types[NGX_PAYMENTS_PG_ALL_PARAMS];
    int                                 lengths[NGX_PAYMENTS_PG_ALL_PARAMS];
    int                                 formats[NGX_PAYMENTS_PG_ALL_PARAMS];
    uint64_t                            bit;
    const char                         *text;
    const char                         *values[NGX_PAYMENTS_PG_ALL_PARAMS];
    ngx_payments_pg_pool_t             *pool = conn->pool;
    const ngx_payments_pg_statement_t  *s = call->statement;

    if (ngx_payments_pg_encode(pool, call, values, lengths) != NGX_OK) {
        return 0;
    }

    n = ngx_payments_pg_oids(pool, s, types);

    for (i = 0; i < n; i++) {
        formats[i] = 1;
    }

    call->limits = (pool->lane->limit != NULL);

    if (call->limits
        && PQsendQueryParams(conn->pg, pool->lane->limit, 0, NULL, NULL, NULL,
                             NULL, 0)
           != 1)
    {
        return 0;
    }

    text = pool->sql[s - ngx_payments_pg_statements];

    if (!pool->named) {
        return PQsendQueryParams(conn->pg, text, n, types, values, lengths,
                                 formats, 1);
    }

    bit = UINT64_C(1) << (s - ngx_payments_pg_statements);

    if (!(conn->prepared & bit)) {

        if (PQsendPrepare(conn->pg, s->name, text, n, types) != 1) {
            return 0;
        }

        call->prepares = 1;
        conn->prepared |= bit;
    }

    return PQsendQueryPrepared(conn->pg, s->name, n, values, lengths, formats,
                               1);
}


ngx_int_t
ngx_payments_pg_call(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t               i;
    ngx_payments_pg_call_t  *call;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    if (conn->ncalls >= pool->ring) {
        return NGX_DECLINED;
    }

    call = ngx_payments_pg_nth(conn, conn->ncalls);

    ngx_payments_pg_take(pool, call);

    if (call->nitems == 0) {
        return NGX_DECLINED;
    }

    call->next = 0;
    call->started = ngx_current_msec;
    call->result = NULL;
    call->error = NGX_PAYMENTS_PG_CLASS_NONE;
    call->sqlstate[0] = '\0';
    call->degraded = 0;
    call->prepares = 0;

    for (i = 0; i < call->nitems; i++) {
        call->items[i]->sent = 1;
        call->items[i]->seen = 0;
    }

    ngx_payments_pg_set_least(call);

    conn->ncalls++;

    if (ngx_payments_pg_send_call(conn, call) != 1) {

        /* without its Sync the server executes nothing of it */

        call->error = NGX_PAYMENTS_PG_CLASS_RESOURCE;
        ngx_payments_pg_disconnect(conn, "a call could not be made", 0);
        return NGX_ERROR;
    }

    /* from here on the server may have the call, whole or in part */

    ngx_payments_pg_sent(pool, call);

    if (PQpipelineSync(conn->pg) != 1
        || ngx_payments_pg_flush(conn) != NGX_OK)
    {
        ngx_payments_pg_disconnect(conn, "a call could not be sent", 0);
        return NGX_ERROR;
    }

    return ngx_payments_pg_update_state(conn);
}


ngx_int_t
ngx_payments_pg_expire(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t               i, n;
    ngx_payments_pg_call_t  *call;
    ngx_payments_pg_item_t  *item;

    for (n = 0; n < conn->ncalls; n++) {
        call = ngx_payments_pg_nth(conn, n);

        if ((ngx_msec_int_t) (call->least - ngx_current_msec) > 0) {
            continue;
        }

        for (i = 0; i < call->nitems; i++) {
            item = call->items[i];

            if (item != NULL
                && (ngx_msec_int_t) (item->deadline - ngx_current_msec) <= 0)
            {
                call->items[i] = NULL;
                item->unknown = 1;
                ngx_payments_pg_finish(conn->pool, item,
                                       NGX_PAYMENTS_PG_UNKNOWN);
            }
        }

        ngx_payments_pg_set_least(call);
    }

    call = ngx_payments_pg_nth(conn, 0);

    for (i = 0; i < call->nitems; i++) {
        if (call->items[i] != NULL) {
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


void
ngx_payments_pg_pop(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t               i;
    ngx_payments_pg_call_t  *call;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    call = ngx_payments_pg_nth(conn, 0);

    for (i = 0; i < call->nitems; i++) {
        if (call->objects[i]) {
            pool->objects[call->objects[i] - 1] = 0;
        }
    }

    call->nitems = 0;
    conn->first = (conn->first + 1) % pool->ring;
    conn->ncalls--;
}


/* the item that a row's tag names; rows mostly come in the order of items */

static ngx_int_t
ngx_payments_pg_find(ngx_payments_pg_call_t *call, const char *tag)
{
    ngx_uint_t  i, n;

    for (n = 0; n < call->nitems; n++) {
        i = (call->next + n) % call->nitems;

        if (call->items[i] != NULL
            && ngx_memcmp(call->items[i]->tag, tag, NGX_PAYMENTS_PG_TAG_LEN)
               == 0)
        {
            call->next = i + 1;
            return (ngx_int_t) i;
        }
    }

    return NGX_DECLINED;
}


/* a row of the same item as the row before, where items have several */

static ngx_uint_t
ngx_payments_pg_same(ngx_payments_pg_call_t *call, int row)
{
    return call->statement->flags & NGX_PAYMENTS_PG_SEVERAL
           && row > 0
           && PQgetlength(call->result, row, 0) == NGX_PAYMENTS_PG_TAG_LEN
           && PQgetlength(call->result, row - 1, 0) == NGX_PAYMENTS_PG_TAG_LEN
           && ngx_memcmp(PQgetvalue(call->result, row, 0),
                         PQgetvalue(call->result, row - 1, 0),
                         NGX_PAYMENTS_PG_TAG_LEN)
              == 0;
}


/* each item must have exactly one row of its own, or some in a row */

static ngx_int_t
ngx_payments_pg_match(ngx_payments_pg_call_t *call)
{
    int         row, rows;
    ngx_int_t   n;
    ngx_uint_t  i, canceled;

    rows = call->result ? PQntuples(call->result) : 0;
    canceled = 0;
    n = NGX_DECLINED;

    for (i = 0; i < call->nitems; i++) {
        if (call->items[i] == NULL) {
            canceled++;
        }
    }

    for (row = 0; row < rows; row++) {

        if (ngx_payments_pg_same(call, row)) {
            if (n != NGX_DECLINED) {
                call->items[n]->rows++;
            }

            continue;
        }

        n = (PQgetlength(call->result, row, 0) == NGX_PAYMENTS_PG_TAG_LEN)
            ? ngx_payments_pg_find(call, PQgetvalue(call->result, row, 0))
            : NGX_DECLINED;

        if (n == NGX_DECLINED && canceled) {
            canceled--;
            continue;
        }

        if (n == NGX_DECLINED || call->items[n]->seen) {
            return NGX_ERROR;
        }

        call->items[n]->seen = 1;
        call->items[n]->row = row;
        call->items[n]->rows = 1;
    }

    for (i = 0; i < call->nitems; i++) {
        if (call->items[i] != NULL && !call->items[i]->seen) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* what was read; if it took long by itself, others wait for it as well */

static void
ngx_payments_pg_weigh_row(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call, ngx_payments_pg_item_t *item)
{
    int     row, column, columns;
    size_t  size, time;

    if (!pool->lane->weighed) {
        return;
    }

    size = 0;
    columns = PQnfields(call->result);

    for (row = item->row; row < item->row + item->rows; row++) {
        for (column = 0; column < columns; column++) {
            size += (size_t) PQgetlength(call->result, row, column);
        }
    }

    time = (size_t) (item->stats.called / 1000 / call->nitems)
           * NGX_PAYMENTS_PG_ANSWER_MSEC;

    ngx_payments_pg_weigh(pool, item,
                          pool->lane->slow ? ngx_max(size, time) : size);
}


ngx_int_t
ngx_payments_pg_committed(ngx_payments_pg_conn_t *conn)
{
    int                      row, rows;
    uint64_t                 called;
    ngx_uint_t               i;
    ngx_payments_pg_call_t  *call;
    ngx_payments_pg_item_t  *item;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    call = ngx_payments_pg_nth(conn, 0);

    if (pool->to == NGX_PAYMENTS_PG_TO_REPLICA
        && call->result != NULL && PQntuples(call->result) == 0)
    {
        /* it has not got so far as one of the items must see */

        ngx_payments_status_add(NGX_PAYMENTS_M_PG_REPLICA_BEHIND, 1);
        ngx_payments_pg_release(pool, call, NGX_PAYMENTS_PG_CLASS_NONE);
        return NGX_OK;
    }

    if (ngx_payments_pg_match(call) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, &pool->log, 0,
                      "\"%s\" answered %i rows for %ui items, or rows of "
                      "another call", call->statement->name,
                      (ngx_int_t) (call->result ? PQntuples(call->result) : 0),
                      call->nitems);
        return NGX_ERROR;
    }

    called = ngx_payments_pg_usec() - call->sent;

    for (i = 0; i < call->nitems; i++) {
        item = call->items[i];

        if (item != NULL) {
            row = item->row;
            rows = item->rows;
            item->stats.called = called;
            ngx_payments_pg_weigh_row(pool, call, item);
            ngx_payments_pg_finish(pool, item, NGX_PAYMENTS_PG_DONE);
            item->row = row;
            item->rows = rows;
        }
    }

    pool->retries = 0;
    pool->first_failed_merchant = 0;
    pool->committed = ngx_current_msec;
    pool->losses = 0;
    pool->stucks = 0;
    conn->again = 0;

    if (pool->batch < pool->conf->batch) {
        pool->batch++;
    }

    ngx_payments_pg_observe(pool,
                            NGX_PAYMENTS_H_WRITE_CALL + pool->lane->number,
                            called);
    return NGX_OK;
}


/*
 * The replica is not so far yet, which mostly takes it some milliseconds.  From
 * now on the item goes alone: others of the call may be content.
 */

static void
ngx_payments_pg_behind(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    item->alone = 1;
    item->later = 1;
    item->after = ngx_current_msec
                  + (NGX_PAYMENTS_PG_BEHIND_MIN << item->locked);
    item->locked++;

    ngx_payments_pg_requeue(pool, item, 0);
}


/* an item that a replica has not answered: again, there or at the primary */

static void
ngx_payments_pg_release_read(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_payments_pg_class_e class)
{
    if (class == NGX_PAYMENTS_PG_CLASS_NONE
        && item->locked < NGX_PAYMENTS_PG_BEHIND_MAX)
    {
        ngx_payments_pg_behind(pool, item);
        return;
    }

    ngx_payments_pg_finish(pool, item, NGX_PAYMENTS_PG_NOT_EXECUTED);
}


/* not before: four times as long each time, give or take a third */

static void
ngx_payments_pg_later(ngx_payments_pg_item_t *item, ngx_msec_t least,
    ngx_msec_t most, ngx_uint_t times)
{
    ngx_msec_t  delay;

    delay = ngx_min(least << ngx_min(2 * times, 16), most);

    item->later = 1;
    item->after = ngx_current_msec + delay - delay / 3
                  + ngx_random() % (delay * 2 / 3 + 1);
}


/*
 * An item that was alone in its call, and is at fault unless the server is.
 * NGX_DECLINED: it has had its tries.
 */

static ngx_int_t
ngx_payments_pg_failed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_class_e class)
{
    ngx_payments_pg_later(item, NGX_PAYMENTS_PG_FAULT_MIN,
                          NGX_PAYMENTS_PG_FAULT_MAX, item->failed);

    item->failed++;

    if (class == NGX_PAYMENTS_PG_CLASS_FAULT) {
        item->faults++;
    }

    return (item->faults >= NGX_PAYMENTS_PG_TRIES) ? NGX_DECLINED : NGX_OK;
}


/* an item that ends sessions must not take others along for ever */

static void
ngx_payments_pg_lost(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_uint_t single)
{
    item->unknown = 1;
    item->lost++;

    if (item->lost >= NGX_PAYMENTS_PG_LOST_MAX) {
        item->alone = 1;
    }

    if (single) {
        ngx_payments_pg_suspect(pool, item);
    }

    if (item->lost > NGX_PAYMENTS_PG_LOST_MAX) {
        ngx_payments_pg_later(item, NGX_PAYMENTS_PG_FAULT_MIN,
                              NGX_PAYMENTS_PG_FAULT_MAX,
                              item->lost - NGX_PAYMENTS_PG_LOST_MAX - 1);
    }

    ngx_payments_pg_count(pool, NGX_PAYMENTS_M_PG_LOST, 1);
    ngx_payments_pg_requeue(pool, item, !item->later);
}


/*
 * What becomes of one item of a call that ended in an error of this class; who
 * is at fault is not known until each item has gone alone.  What was tried goes
 * behind what was not.
 */

static void
ngx_payments_pg_release_item(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_payments_pg_class_e class,
    ngx_uint_t single)
{
    item->sent = 0;

    if (pool->to == NGX_PAYMENTS_PG_TO_REPLICA) {
        ngx_payments_pg_release_read(pool, item, class);
        return;
    }

    if (class == NGX_PAYMENTS_PG_CLASS_UNKNOWN) {
        ngx_payments_pg_lost(pool, item, single);
        return;
    }

    if (item->once && class != NGX_PAYMENTS_PG_CLASS_NONE) {
        ngx_payments_pg_give_up(pool, item);
        return;
    }

    /* the server is at fault, and all wait for it, or for another one */

    if (class == NGX_PAYMENTS_PG_CLASS_READ_ONLY) {
        ngx_payments_pg_later(item, NGX_PAYMENTS_PG_LOCK_MIN,
                              NGX_PAYMENTS_PG_FAULT_MIN, item->locked++);
        goto again;
    }

    item->alone = 1;

    if (!single) {
        goto again;
    }

    if (class != NGX_PAYMENTS_PG_CLASS_MOVED
        && class != NGX_PAYMENTS_PG_CLASS_NONE)
    {
        ngx_payments_pg_suspect(pool, item);
    }

    switch (class) {

    case NGX_PAYMENTS_PG_CLASS_DATA:
        ngx_payments_pg_finish(pool, item, NGX_PAYMENTS_PG_FAILED);
        return;

    case NGX_PAYMENTS_PG_CLASS_MOVED:
        pool->hooks->returned(pool->owner, item, NGX_PAYMENTS_PG_MISPLACED);
        return;

    case NGX_PAYMENTS_PG_CLASS_LOCK:
        ngx_payments_pg_later(item, NGX_PAYMENTS_PG_LOCK_MIN,
                              NGX_PAYMENTS_PG_LOCK_MIN << 4, item->locked++);
        break;

    default:
        if (ngx_payments_pg_failed(item, class) != NGX_OK) {
            ngx_payments_pg_finish(pool, item, NGX_PAYMENTS_PG_FAILED);
            return;
        }
    }

again:

    ngx_payments_pg_count(pool, NGX_PAYMENTS_M_PG_RETRIED, 1);
    ngx_payments_pg_requeue(pool, item, 0);
}


/*
 * Whether the server is at fault and not an item: calls of several merchants
 * fail, and nothing is committed in between.  What one merchant sends pauses no
 * other merchant.
 */

static void
ngx_payments_pg_blame(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call, ngx_payments_pg_class_e class)
{
    int64_t     merchant;
    ngx_uint_t  i, several;

    several = 0;

    for (i = 0; i < call->nitems; i++) {

        if (call->items[i] == NULL) {
            continue;
        }

        merchant = ngx_payments_pg_merchant(call->items[i]);

        if (pool->first_failed_merchant == 0) {
            pool->first_failed_merchant = merchant;
            pool->failing = ngx_current_msec;
        }

        several |= (merchant != pool->first_failed_merchant);
    }

    /* one merchant alone is there, and what it needs has been missing for
       long */

    several |= (class == NGX_PAYMENTS_PG_CLASS_RESOURCE
                && ngx_current_msec - pool->failing
                   > NGX_PAYMENTS_PG_MISSING);

    if (!several) {
        return;
    }

    pool->blamed = ngx_current_msec;

    if (++pool->retries >= NGX_PAYMENTS_PG_RETRIES
        && class == NGX_PAYMENTS_PG_CLASS_RESOURCE)
    {
        ngx_payments_pg_delay(&pool->pause, &pool->retries,
                              NGX_PAYMENTS_PG_BACKOFF_MAX);
    }
}


void
ngx_payments_pg_release(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call, ngx_payments_pg_class_e class)
{
    ngx_uint_t               i, n;
    ngx_payments_pg_item_t  *item;

    if (call->result != NULL) {
        PQclear(call->result);
        call->result = NULL;
    }

    if (ngx_strcmp(call->sqlstate, "53200") == 0 && call->nitems > 1) {

        /* memory, or the table of locks: a smaller call needs less */

        pool->batch = ngx_max(ngx_min(pool->batch, call->nitems) / 2, 1);
    }

    switch (class) {

    case NGX_PAYMENTS_PG_CLASS_READ_ONLY:
        if (pool->to == NGX_PAYMENTS_PG_TO_PRIMARY) {
            pool->hooks->refused(pool->owner);
        }

        break;

    case NGX_PAYMENTS_PG_CLASS_RESOURCE:
    case NGX_PAYMENTS_PG_CLASS_FAULT:
        ngx_payments_pg_blame(pool, call, class);
        break;

    default:
        break;
    }

    /* backwards, where each goes to the front of the queue */

    for (n = 0; n < call->nitems; n++) {
        i = (class == NGX_PAYMENTS_PG_CLASS_UNKNOWN) ? call->nitems - 1 - n : n;

        item = call->items[i];
        call->items[i] = NULL;

        if (item != NULL) {
            ngx_memcpy(item->stats.sqlstate, call->sqlstate, 6);
            ngx_payments_pg_release_item(pool, item, class,
                                         call->nitems == 1);
        }
    }

    ngx_payments_pg_post(pool);
}

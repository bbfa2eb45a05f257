
/* An execution's way: the tiers, PostgreSQL, its end. */

#include "ngx_payments_executions.h"
#include "ngx_payments_replay.h"
#include "ngx_payments_shared.h"
#include "../redis/ngx_payments_redis.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_AGAIN_MIN  2
#define NGX_PAYMENTS_AGAIN_MAX  50


/*
 * Columns of every statement that executes a keyed operation.  Column 0 is
 * the tag, which pg/ has checked.
 */

#define NGX_PAYMENTS_COLUMN_OUTCOME     1
#define NGX_PAYMENTS_COLUMN_STATUS      2
#define NGX_PAYMENTS_COLUMN_REQUEST_ID  3
#define NGX_PAYMENTS_COLUMN_OBJECT_ID   4
#define NGX_PAYMENTS_COLUMN_VERSION     5
#define NGX_PAYMENTS_COLUMN_CREATED_AT  6
#define NGX_PAYMENTS_COLUMN_REQUEST     7
#define NGX_PAYMENTS_COLUMN_BODY        8

/* values of the outcome column */

#define NGX_PAYMENTS_SQL_EXECUTED       0
#define NGX_PAYMENTS_SQL_REPLAYED       1
#define NGX_PAYMENTS_SQL_IN_USE         2
#define NGX_PAYMENTS_SQL_REUSED         3
#define NGX_PAYMENTS_SQL_BUSY           5
#define NGX_PAYMENTS_SQL_UNUSED         6
#define NGX_PAYMENTS_SQL_STALE          7
#define NGX_PAYMENTS_SQL_INVALID        8
#define NGX_PAYMENTS_SQL_ESCALATION     9
#define NGX_PAYMENTS_SQL_CANCELED       10


static void ngx_payments_execution_begin(ngx_payments_execution_t *execution);
static ngx_int_t ngx_payments_execution_copy(ngx_pool_t *pool, ngx_str_t *dst,
    ngx_str_t src);
static void ngx_payments_execution_woken(ngx_payments_execution_t *execution);
static void ngx_payments_execution_wake(uint64_t tag);
static void ngx_payments_execution_run(ngx_payments_execution_t *execution);
static void ngx_payments_execution_send(ngx_payments_execution_t *execution);
static void ngx_payments_execution_redis(void *data, ngx_int_t rc,
    ngx_str_t *value);
static void ngx_payments_execution_timer(ngx_event_t *ev);
static void ngx_payments_execution_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static void ngx_payments_execution_complete(
    ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result);
static void ngx_payments_execution_refuse(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result);
static void ngx_payments_execution_fail(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result);
static void ngx_payments_execution_end(ngx_payments_execution_t *execution);


static ngx_payments_idempotency_conf_t  *ngx_payments_idempotency_conf;


ngx_int_t
ngx_payments_idempotency_init(ngx_cycle_t *cycle, ngx_shm_zone_t *zone,
    ngx_payments_idempotency_conf_t *conf)
{
    ngx_payments_idempotency_conf = conf;

    ngx_payments_executions_init();
    ngx_payments_replay_init(conf);

    if (ngx_payments_shared_init(cycle, zone, ngx_payments_execution_wake)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_shared_records(conf);

    return NGX_OK;
}


void
ngx_payments_idempotency_exit(void)
{
    ngx_payments_shared_exit();
}


ngx_int_t
ngx_payments_idempotency_replay(ngx_payments_idempotency_key_t *key,
    const u_char *fingerprint, ngx_pool_t *pool,
    ngx_payments_record_t *record)
{
    ngx_int_t  rc;

    rc = ngx_payments_records_get(key, fingerprint, pool, record);

    if (rc == NGX_OK) {
        ngx_payments_status_add(NGX_PAYMENTS_M_REPLAYED_SHARED, 1);

    } else if (rc == NGX_ABORT) {
        ngx_payments_status_add(NGX_PAYMENTS_M_REUSED, 1);
    }

    return rc;
}


ngx_int_t
ngx_payments_idempotency_join(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_key_t *key, const u_char *fingerprint,
    uint32_t variant)
{
    ngx_payments_execution_t  *execution;

    execution = ngx_payments_executions_find(key, fingerprint, variant);

    if (execution == NULL) {
        return NGX_DECLINED;
    }

    ngx_payments_execution_park(execution, waiter);
    ngx_add_timer(&waiter->timer, ngx_max(waiter->wait, 1));

    return NGX_OK;
}


ngx_payments_execution_t *
ngx_payments_idempotency_create(ngx_payments_idempotency_key_t *key,
    const u_char *fingerprint, const u_char *request_id)
{
    ngx_pool_t                *pool;
    ngx_payments_execution_t  *execution;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    execution = ngx_pcalloc(pool, sizeof(ngx_payments_execution_t));
    if (execution == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    execution->pool = pool;
    execution->key = *key;
    execution->references = 1;
    execution->again = NGX_PAYMENTS_AGAIN_MIN;

    ngx_memcpy(execution->fingerprint, fingerprint, NGX_PAYMENTS_SHA256_LEN);
    ngx_memcpy(execution->request_id, request_id, NGX_PAYMENTS_UUID_LEN);
    ngx_memcpy(execution->record.request_id, request_id,
               NGX_PAYMENTS_UUID_LEN);
    ngx_queue_init(&execution->waiters);

    execution->dummy.fd = (ngx_socket_t) -1;
    execution->dummy.data = execution;

    execution->timer.data = &execution->dummy;
    execution->timer.handler = ngx_payments_execution_timer;
    execution->timer.log = ngx_cycle->log;

    execution->item.handler = ngx_payments_execution_row;
    execution->item.data = execution;

    return execution;
}


void
ngx_payments_idempotency_abandon(ngx_payments_execution_t *execution)
{
    ngx_destroy_pool(execution->pool);
}


void
ngx_payments_idempotency_start(ngx_payments_execution_t *execution,
    ngx_payments_waiter_t *waiter)
{
    ngx_payments_executions_add(execution);

    execution->started = ngx_current_msec;

    ngx_payments_execution_park(execution, waiter);
    ngx_payments_execution_begin(execution);
}


/* what has landed meanwhile, for who follows or has just begun */

static ngx_int_t
ngx_payments_execution_landed(ngx_payments_execution_t *execution)
{
    ngx_int_t              rc;
    ngx_payments_record_t  record;

    rc = ngx_payments_records_get(&execution->key, execution->fingerprint,
                                  execution->pool, &record);

    if (rc == NGX_DECLINED) {
        return NGX_DECLINED;
    }

    execution->record = record;

    ngx_payments_status_add((rc == NGX_OK) ? NGX_PAYMENTS_M_REPLAYED_SHARED
                                           : NGX_PAYMENTS_M_REUSED, 1);
    ngx_payments_execution_complete(execution, (rc == NGX_OK)
                                               ? NGX_PAYMENTS_REPLAYED
                                               : NGX_PAYMENTS_REUSED);
    return NGX_OK;
}


/* another request has the key, and it is known to be the first */

static void
ngx_payments_execution_reused(ngx_payments_execution_t *execution,
    ngx_payments_flight_t *flight)
{
    ngx_str_t               line;
    ngx_payments_record_t  *record = &execution->record;

    line.data = flight->line;
    line.len = flight->len;

    ngx_memcpy(record->request_id, flight->request_id, NGX_PAYMENTS_UUID_LEN);

    if (ngx_payments_execution_copy(execution->pool, &record->request, line)
        != NGX_OK)
    {
        ngx_payments_execution_fail(execution, NGX_PAYMENTS_UNAVAILABLE);
        return;
    }

    ngx_payments_status_add(NGX_PAYMENTS_M_REUSED, 1);
    ngx_payments_execution_complete(execution, NGX_PAYMENTS_REUSED);
}


/* nobody's wait is without an end now */

static void
ngx_payments_execution_follow(ngx_payments_execution_t *execution)
{
    ngx_queue_t            *q;
    ngx_payments_waiter_t  *waiter;

    ngx_payments_executions_follow(execution);

    for (q = ngx_queue_head(&execution->waiters);
         q != ngx_queue_sentinel(&execution->waiters);
         q = ngx_queue_next(q))
    {
        waiter = ngx_queue_data(q, ngx_payments_waiter_t, queue);

        if (!waiter->timer.timer_set) {
            ngx_add_timer(&waiter->timer, ngx_max(waiter->wait, 1));
        }
    }
}


/*
 * It flies, or follows who does.  Another request with the same key is refused
 * at once when the one that flies is known to be the first with it; else it
 * waits for the end, since the one that flies may itself be the wrong one, and
 * a retry of the right one must not hear that its key was reused.
 */

static void
ngx_payments_execution_begin(ngx_payments_execution_t *execution)
{
    ngx_int_t               rc;
    ngx_payments_flight_t   flight;
    ngx_payments_waiter_t  *leader;

    rc = ngx_payments_flight_begin(execution, &execution->flight, &flight);

    if (rc == NGX_BUSY) {

        if (flight.settled
            && ngx_memcmp(flight.fingerprint, execution->fingerprint,
                          NGX_PAYMENTS_SHA256_LEN)
               != 0)
        {
            ngx_payments_execution_reused(execution, &flight);
            return;
        }

        ngx_payments_execution_follow(execution);
        return;
    }

    execution->leads = 1;
    ngx_payments_status_add(NGX_PAYMENTS_M_EXECUTING, 1);

    if (ngx_payments_execution_landed(execution) == NGX_OK) {
        return;
    }

    if (execution->followed) {

        /* what became of the one before is not known; and a leader is bounded
           by the operation's own deadline */

        execution->unknown = 1;

        leader = ngx_queue_data(ngx_queue_head(&execution->waiters),
                                ngx_payments_waiter_t, queue);

        if (leader->timer.timer_set) {
            ngx_del_timer(&leader->timer);
        }
    }

    ngx_payments_execution_run(execution);
}


/* from shared memory: keys of this tag have landed, or are settled */

static void
ngx_payments_execution_wake(uint64_t tag)
{
    ngx_payments_executions_each(tag, ngx_payments_execution_woken);
}


static void
ngx_payments_execution_woken(ngx_payments_execution_t *execution)
{
    ngx_payments_executions_unfollow(execution);

    if (ngx_payments_execution_landed(execution) != NGX_OK) {
        ngx_payments_execution_begin(execution);
    }
}


void
ngx_payments_execution_deserted(ngx_payments_execution_t *execution)
{
    if (execution->follows) {
        ngx_payments_execution_end(execution);
    }
}


/* Redis, if it may know; then PostgreSQL */

static void
ngx_payments_execution_run(ngx_payments_execution_t *execution)
{
    u_char     buffer[NGX_PAYMENTS_REPLAY_KEY_LEN];
    ngx_str_t  name;

    if (!execution->keyless && ngx_payments_replay_wanted()) {
        ngx_payments_replay_key(&execution->key, buffer, &name);

        execution->command = ngx_payments_redis_get(&name,
                                                 ngx_payments_execution_redis,
                                                 execution);
        if (execution->command != NULL) {
            return;
        }
    }

    ngx_payments_execution_send(execution);
}


static void
ngx_payments_execution_redis(void *data, ngx_int_t rc, ngx_str_t *value)
{
    u_char                     buffer[NGX_PAYMENTS_REPLAY_KEY_LEN];
    ngx_str_t                  name;
    ngx_payments_record_t      record;
    ngx_payments_execution_t  *execution = data;

    execution->command = NULL;

    if (rc != NGX_ERROR) {
        ngx_payments_replay_seen(rc == NGX_OK);
    }

    if (rc == NGX_OK) {
        ngx_memzero(&record, sizeof(ngx_payments_record_t));
        ngx_payments_replay_key(&execution->key, buffer, &name);

        rc = ngx_payments_replay_decode(ngx_payments_idempotency_conf,
                                        execution, &name, value, &record);

        if (rc != NGX_DECLINED) {
            ngx_payments_status_add(NGX_PAYMENTS_M_REPLAYED_REDIS, 1);
            execution->record = record;

            if (rc == NGX_OK) {
                ngx_payments_records_put(&execution->key,
                                         execution->fingerprint, &record);
            }

            ngx_payments_execution_complete(execution, (rc == NGX_OK)
                                                       ? NGX_PAYMENTS_REPLAYED
                                                       : NGX_PAYMENTS_REUSED);
            return;
        }

        ngx_payments_status_add(NGX_PAYMENTS_M_REDIS_BAD, 1);
    }

    ngx_payments_execution_send(execution);
}


/* before a delay: whether the key is new, so that a replay has none */

static void
ngx_payments_execution_send(ngx_payments_execution_t *execution)
{
    ngx_payments_pg_item_t  *item;

    if (execution->delay == 0) {
        ngx_payments_pg_send(&execution->item);
        return;
    }

    item = &execution->question;

    execution->values[0].number = execution->key.merchant_id;
    execution->values[1].data = execution->key.hash;
    execution->values[1].len = NGX_PAYMENTS_KEY_HASH_LEN;
    execution->values[2].data = execution->fingerprint;
    execution->values[2].len = NGX_PAYMENTS_SHA256_LEN;

    item->statement = NGX_PAYMENTS_PG_FIND_KEYS;
    item->values = execution->values;
    item->handler = ngx_payments_execution_row;
    item->data = execution;
    ngx_memcpy(item->tag, execution->request_id, NGX_PAYMENTS_PG_TAG_LEN);

    ngx_payments_pg_send(item);
}


/* the key is new: others with it are refused; the processor takes its time */

static void
ngx_payments_execution_delay(ngx_payments_execution_t *execution)
{
    ngx_payments_flight_settle(execution->flight);

    ngx_add_timer(&execution->timer, execution->delay);
    execution->delay = 0;
}


static void
ngx_payments_execution_timer(ngx_event_t *ev)
{
    ngx_connection_t          *c = ev->data;
    ngx_payments_execution_t  *execution = c->data;

    /* everybody who waited for another worker has been told so and is gone;
       what a client left behind is tried as long as one that stays may wait */

    if (ngx_queue_empty(&execution->waiters)
        && (execution->elsewhere
            || ngx_current_msec - execution->started
               > ngx_payments_idempotency_conf->wait))
    {
        ngx_payments_execution_end(execution);
        return;
    }

    ngx_payments_execution_send(execution);
}


/*
 * Another worker, or another node, has the key in a transaction, or the object
 * that is to be changed.  This one asks again until it knows or its waiters
 * may wait no longer.
 */

static void
ngx_payments_execution_again(ngx_payments_execution_t *execution,
    ngx_uint_t busy)
{
    ngx_payments_waiter_t  *leader;

    if (!execution->elsewhere && !execution->busy
        && !ngx_queue_empty(&execution->waiters)) {
        leader = ngx_queue_data(ngx_queue_head(&execution->waiters),
                                ngx_payments_waiter_t, queue);

        if (!leader->timer.timer_set) {
            ngx_add_timer(&leader->timer, ngx_max(leader->wait, 1));
        }
    }

    execution->busy = busy;

    if (!busy) {
        execution->elsewhere = 1;
    }

    ngx_add_timer(&execution->timer,
                  execution->again / 2 + ngx_random() % execution->again);

    execution->again = ngx_min(execution->again * 2, NGX_PAYMENTS_AGAIN_MAX);
}


static ngx_int_t
ngx_payments_execution_copy(ngx_pool_t *pool, ngx_str_t *dst, ngx_str_t src)
{
    ngx_str_null(dst);

    if (src.len == 0) {
        return NGX_OK;
    }

    dst->data = ngx_pstrdup(pool, &src);

    if (dst->data == NULL) {
        return NGX_ERROR;
    }

    dst->len = src.len;

    return NGX_OK;
}


static void
ngx_payments_execution_uuid(u_char *dst, ngx_str_t src)
{
    if (src.len == NGX_PAYMENTS_UUID_LEN) {
        ngx_memcpy(dst, src.data, NGX_PAYMENTS_UUID_LEN);
    }
}


/* the one copy of the body that this worker makes */

static ngx_int_t
ngx_payments_execution_record(ngx_payments_execution_t *execution,
    ngx_payments_pg_row_t *row)
{
    ngx_str_t               request;
    ngx_payments_record_t  *record = &execution->record;

    ngx_payments_execution_uuid(record->request_id,
             ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_REQUEST_ID));
    ngx_payments_execution_uuid(record->object_id,
             ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_OBJECT_ID));

    record->status = (ngx_uint_t)
             ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_STATUS);
    record->version = (ngx_uint_t)
             ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_VERSION);
    record->created_at =
             ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_CREATED_AT);

    request = ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_REQUEST);

    if (request.len
        && ngx_payments_execution_copy(execution->pool, &record->request,
                                       request)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_payments_execution_copy(execution->pool, &record->body,
                       ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_BODY));
}


static void
ngx_payments_execution_store(ngx_payments_execution_t *execution)
{
    time_t     left;
    u_char     buffer[NGX_PAYMENTS_REPLAY_KEY_LEN];
    ngx_str_t  name, value;

    if (execution->keyless) {
        return;
    }

    ngx_payments_records_put(&execution->key, execution->fingerprint,
                             &execution->record);

    if (!ngx_payments_redis_ready()) {
        return;
    }

    left = (time_t) (execution->record.created_at / 1000000)
           + ngx_payments_idempotency_conf->ttl
           - (time_t) (ngx_payments_pg_now() / 1000000);

    ngx_payments_replay_key(&execution->key, buffer, &name);

    if (ngx_payments_replay_encode(ngx_payments_idempotency_conf, execution,
                                   &name, &value)
        == NGX_OK)
    {
        ngx_payments_redis_set(&name, &value, left);
    }
}


/* not executed, and not stored: the caller may ask for something else */

static void
ngx_payments_execution_refused(ngx_payments_execution_t *execution, int64_t n,
    ngx_payments_pg_row_t *row)
{
    ngx_payments_record_t  *record = &execution->record;

    record->version = (ngx_uint_t)
                      ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_VERSION);

    if (ngx_payments_execution_copy(execution->pool, &record->body,
                      ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_BODY))
        != NGX_OK)
    {
        ngx_str_null(&record->body);
    }

    /* that much is known, whatever was lost before */

    ngx_payments_execution_refuse(execution,
                                  (n == NGX_PAYMENTS_SQL_STALE)
                                  ? NGX_PAYMENTS_STALE
                                  : (n == NGX_PAYMENTS_SQL_INVALID)
                                  ? NGX_PAYMENTS_INVALID
                                  : NGX_PAYMENTS_ESCALATION);
}


static void
ngx_payments_execution_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t                    n;
    ngx_payments_execution_t  *execution = item->data;

    static const ngx_payments_idempotency_result_e  failed[] = {
        NGX_PAYMENTS_BROKEN,              /* DONE: not looked up here */
        NGX_PAYMENTS_BROKEN,              /* FAILED */
        NGX_PAYMENTS_UNAVAILABLE,         /* NOT_EXECUTED */
        NGX_PAYMENTS_OUTCOME_UNKNOWN,     /* UNKNOWN */
        NGX_PAYMENTS_OVERLOADED           /* OVERLOADED */
    };

    if (item == &execution->question) {

        /* a question has no outcome, but no answer either */

        outcome = (outcome == NGX_PAYMENTS_PG_UNKNOWN)
                  ? NGX_PAYMENTS_PG_NOT_EXECUTED : outcome;

    } else if (item->unknown) {

        /* an attempt was lost on the way, whatever the later one says */

        execution->unknown = 1;
    }

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_execution_fail(execution, failed[outcome]);
        return;
    }

    n = ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_OUTCOME);

    if (n == NGX_PAYMENTS_SQL_UNUSED) {
        ngx_payments_execution_delay(execution);
        return;
    }

    if (n == NGX_PAYMENTS_SQL_STALE || n == NGX_PAYMENTS_SQL_INVALID
        || n == NGX_PAYMENTS_SQL_ESCALATION)
    {
        ngx_payments_execution_refused(execution, n, row);
        return;
    }

    if (n == NGX_PAYMENTS_SQL_IN_USE || n == NGX_PAYMENTS_SQL_BUSY) {
        ngx_payments_execution_again(execution, n == NGX_PAYMENTS_SQL_BUSY);
        return;
    }

    if (ngx_payments_execution_record(execution, row) != NGX_OK) {

        /* committed, but there is no memory to say so: a retry replays it */

        ngx_payments_execution_fail(execution, NGX_PAYMENTS_OUTCOME_UNKNOWN);
        return;
    }

    switch (n) {

    case NGX_PAYMENTS_SQL_EXECUTED:
        ngx_payments_status_add(NGX_PAYMENTS_M_EXECUTED, 1);
        ngx_payments_execution_store(execution);
        ngx_payments_execution_complete(execution, NGX_PAYMENTS_EXECUTED);
        break;

    case NGX_PAYMENTS_SQL_REPLAYED:
        ngx_payments_status_add(NGX_PAYMENTS_M_REPLAYED_PG, 1);
        ngx_payments_execution_store(execution);
        ngx_payments_execution_complete(execution, NGX_PAYMENTS_REPLAYED);
        break;

    case NGX_PAYMENTS_SQL_CANCELED:

        /* whatever the request: no answer to this one alone */

        ngx_payments_status_add(NGX_PAYMENTS_M_REPLAYED_PG, 1);
        ngx_payments_execution_complete(execution, NGX_PAYMENTS_REPLAYED);
        break;

    default: /* NGX_PAYMENTS_SQL_REUSED */
        ngx_payments_status_add(NGX_PAYMENTS_M_REUSED, 1);
        ngx_payments_execution_complete(execution, NGX_PAYMENTS_REUSED);
    }
}


/*
 * A row that was executed by an attempt of this very execution whose answer
 * was lost comes back as replayed: to the leader that is his execution.
 */

static void
ngx_payments_execution_complete(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result)
{
    ngx_queue_t            *q;
    ngx_payments_waiter_t  *waiter;

    if (result == NGX_PAYMENTS_REPLAYED
        && ngx_memcmp(execution->record.request_id, execution->request_id,
                      NGX_PAYMENTS_UUID_LEN)
           == 0)
    {
        result = NGX_PAYMENTS_EXECUTED;

    } else if (result == NGX_PAYMENTS_REPLAYED
               && (execution->elsewhere || execution->followed))
    {
        /* it waited for the one that was executed elsewhere */

        result = NGX_PAYMENTS_COLLAPSED;
    }

    /* out of the tree first: a waiter's next request may have the same key */

    execution->references++;
    ngx_payments_execution_end(execution);

    while (!ngx_queue_empty(&execution->waiters)) {
        q = ngx_queue_head(&execution->waiters);
        waiter = ngx_queue_data(q, ngx_payments_waiter_t, queue);

        ngx_payments_waiter_answer(waiter, result);

        if (result == NGX_PAYMENTS_EXECUTED) {
            result = NGX_PAYMENTS_COLLAPSED;
        }
    }

    ngx_payments_execution_release(execution);
}


/* what holds for all waiters alike: they asked under the same conditions */

static void
ngx_payments_execution_refuse(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result)
{
    ngx_queue_t  *q;

    execution->references++;
    ngx_payments_execution_end(execution);

    while (!ngx_queue_empty(&execution->waiters)) {
        q = ngx_queue_head(&execution->waiters);
        ngx_payments_waiter_answer(ngx_queue_data(q, ngx_payments_waiter_t,
                                                  queue),
                                   result);
    }

    ngx_payments_execution_release(execution);
}


/* nothing is stored: the leader is told, the next in line leads */

static void
ngx_payments_execution_fail(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result)
{
    ngx_payments_waiter_t  *waiter;

    if (result == NGX_PAYMENTS_OUTCOME_UNKNOWN) {
        execution->unknown = 1;
    }

    /* ... and so it is while somebody else has the key in a transaction */

    if (execution->unknown || execution->elsewhere) {
        result = NGX_PAYMENTS_OUTCOME_UNKNOWN;
    }

    execution->references++;

    if (!ngx_queue_empty(&execution->waiters)) {
        waiter = ngx_queue_data(ngx_queue_head(&execution->waiters),
                                ngx_payments_waiter_t, queue);
        ngx_payments_waiter_answer(waiter, result);
    }

    if (ngx_queue_empty(&execution->waiters)) {
        ngx_payments_execution_end(execution);

    } else {
        waiter = ngx_queue_data(ngx_queue_head(&execution->waiters),
                                ngx_payments_waiter_t, queue);

        /* a leader is bounded by the operation's own deadline */

        if (waiter->timer.timer_set && !execution->elsewhere
            && !execution->busy)
        {
            ngx_del_timer(&waiter->timer);
        }

        ngx_payments_execution_send(execution);
    }

    ngx_payments_execution_release(execution);
}


static void
ngx_payments_execution_end(ngx_payments_execution_t *execution)
{
    if (!execution->linked) {
        return;
    }

    ngx_payments_executions_remove(execution);
    ngx_payments_executions_unfollow(execution);

    if (execution->leads) {
        execution->leads = 0;
        ngx_payments_status_add(NGX_PAYMENTS_M_EXECUTING, -1);
    }

    ngx_payments_flight_end(execution->flight);
    execution->flight = 0;

    if (execution->timer.timer_set) {
        ngx_del_timer(&execution->timer);
    }

    ngx_payments_execution_release(execution);
}

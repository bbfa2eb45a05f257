
/* An execution's way: it leads or follows, and how it ends. */

#include "ngx_payments_execution.h"
#include "ngx_payments_local.h"
#include "ngx_payments_memory.h"
#include "ngx_payments_replay.h"
#include "ngx_payments_shared.h"
#include "ngx_payments_waiters.h"
#include "../redis/ngx_payments_redis.h"


static void ngx_payments_execution_begin(ngx_payments_execution_t *execution);
static void ngx_payments_execution_woken(ngx_payments_execution_t *execution);
static void ngx_payments_execution_wake(uint64_t tag);
static void ngx_payments_execution_expired(ngx_event_t *ev);


ngx_payments_idempotency_conf_t  *ngx_payments_idempotency_conf;


ngx_int_t
ngx_payments_idempotency_init(ngx_cycle_t *cycle, ngx_shm_zone_t *zone,
    ngx_payments_idempotency_conf_t *conf)
{
    ngx_payments_idempotency_conf = conf;

    ngx_payments_memory_init();
    ngx_payments_local_init();
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
    const u_char *fingerprint, const u_char *raw, ngx_pool_t *pool,
    ngx_payments_record_t *record)
{
    ngx_int_t  rc;

    rc = ngx_payments_records_get(key, fingerprint, raw, pool, record);

    ngx_payments_status_add((rc == NGX_DECLINED) ? NGX_PAYMENTS_M_SHARED_MISS
                                                 : NGX_PAYMENTS_M_SHARED_HIT,
                            1);

    if (rc == NGX_OK) {
        ngx_payments_status_add(NGX_PAYMENTS_M_REPLAYED_SHARED, 1);

    } else if (rc == NGX_ABORT) {
        ngx_payments_status_add(NGX_PAYMENTS_M_REUSED, 1);
    }

    return rc;
}


ngx_uint_t
ngx_payments_idempotency_known(ngx_payments_idempotency_key_t *key)
{
    ngx_payments_flight_t  flight;

    return ngx_payments_records_have(key)
           || (ngx_payments_redis_ready() && ngx_payments_replay_pays())
           || ngx_payments_flight_find(key, &flight) == NGX_OK;
}


ngx_int_t
ngx_payments_idempotency_join(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_key_t *key, const u_char *fingerprint,
    uint32_t variant)
{
    ngx_payments_execution_t  *execution;

    execution = ngx_payments_local_find(key, fingerprint, variant);

    if (execution == NULL) {
        return NGX_DECLINED;
    }

    ngx_payments_waiter_park(waiter, execution, ngx_payments_execution_expired);
    ngx_add_timer(&waiter->timer, ngx_max(waiter->wait, 1));

    return NGX_OK;
}


ngx_payments_execution_t *
ngx_payments_idempotency_create(ngx_payments_idempotency_key_t *key,
    const u_char *fingerprint, const u_char *request_id)
{
    ngx_payments_execution_t  *execution;

    execution = ngx_payments_memory_create();
    if (execution == NULL) {
        return NULL;
    }

    execution->key = *key;

    ngx_memcpy(execution->fingerprint, fingerprint, NGX_PAYMENTS_SHA256_LEN);
    ngx_memcpy(execution->request_id, request_id, NGX_PAYMENTS_UUID_LEN);
    ngx_memcpy(execution->record.request_id, request_id,
               NGX_PAYMENTS_UUID_LEN);
    ngx_queue_init(&execution->waiters);

    ngx_payments_attempt_init(execution);

    return execution;
}


void
ngx_payments_idempotency_start(ngx_payments_execution_t *execution,
    ngx_payments_waiter_t *waiter)
{
    ngx_payments_local_add(execution);

    execution->started = ngx_current_msec;

    ngx_payments_memory_count(execution);
    ngx_payments_waiter_park(waiter, execution, ngx_payments_execution_expired);
    ngx_payments_execution_begin(execution);
}


/* completes it from the record of its key, if that has come meanwhile: it
   follows, or has just begun.  NGX_DECLINED: there is no record */

static ngx_int_t
ngx_payments_execution_find_record(ngx_payments_execution_t *execution)
{
    ngx_int_t              rc;
    ngx_payments_record_t  record;

    rc = ngx_payments_records_get(&execution->key, execution->fingerprint,
                                  NULL, execution->pool, &record);

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

    if (ngx_payments_memory_copy(execution->pool, &record->request, line)
        != NGX_OK)
    {
        ngx_payments_execution_fail(execution, NGX_PAYMENTS_UNAVAILABLE);
        return;
    }

    ngx_payments_status_add(NGX_PAYMENTS_M_REUSED, 1);
    ngx_payments_execution_complete(execution, NGX_PAYMENTS_REUSED);
}


/* from now on each waiter has a timer */

static void
ngx_payments_execution_follow(ngx_payments_execution_t *execution)
{
    ngx_queue_t            *q;
    ngx_payments_waiter_t  *waiter;

    ngx_payments_local_follow(execution);

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
 * It leads, or follows the one that does.  Another request with the same key is
 * refused at once when the one that leads is known to be the first with it.
 * Else it waits for the end: the one that leads may itself be the wrong one,
 * and a retry of the right one must not be answered that its key was reused.
 */

static void
ngx_payments_execution_begin(ngx_payments_execution_t *execution)
{
    ngx_int_t               rc;
    ngx_payments_flight_t   flight;
    ngx_payments_waiter_t  *leader;

    rc = ngx_payments_flight_begin(execution, &execution->flight, &flight);

    if (rc == NGX_BUSY) {

        if (flight.known_new
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

    if (ngx_payments_execution_find_record(execution) == NGX_OK) {
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

    ngx_payments_attempt_run(execution);
}


/* from shared memory: keys of this tag have ended, or are known to be new */

static void
ngx_payments_execution_wake(uint64_t tag)
{
    ngx_payments_local_each(tag, ngx_payments_execution_woken);
}


static void
ngx_payments_execution_woken(ngx_payments_execution_t *execution)
{
    ngx_payments_local_unfollow(execution);

    if (ngx_payments_execution_find_record(execution) != NGX_OK) {
        ngx_payments_execution_begin(execution);
    }
}


/* a follower's execution ends; a leader's goes on, for whoever asks again */

static void
ngx_payments_execution_last_waiter_left(ngx_payments_execution_t *execution)
{
    if (execution->follows) {
        ngx_payments_execution_end(execution);
    }
}


/* a waiter's timer */

static void
ngx_payments_execution_expired(ngx_event_t *ev)
{
    ngx_payments_waiter_t     *waiter = ev->data;
    ngx_payments_execution_t  *execution = waiter->execution;

    execution->references++;

    ngx_payments_waiter_answer(waiter, execution->busy ? NGX_PAYMENTS_BUSY
                                                       : NGX_PAYMENTS_IN_USE);

    if (ngx_queue_empty(&execution->waiters)) {
        ngx_payments_execution_last_waiter_left(execution);
    }

    ngx_payments_memory_release(execution);
}


void
ngx_payments_idempotency_cancel(ngx_payments_waiter_t *waiter)
{
    ngx_payments_execution_t  *execution = waiter->execution;

    if (execution != NULL && ngx_payments_waiter_leave(waiter)) {
        ngx_payments_execution_last_waiter_left(execution);
    }
}


/*
 * A row that was executed by an attempt of this very execution whose answer
 * was lost comes back as replayed: to the leader that is its own execution.
 */

void
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

    ngx_payments_memory_release(execution);
}


/* what holds for all waiters alike: they asked under the same conditions */

void
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

    ngx_payments_memory_release(execution);
}


/* nothing is stored: the leader gets the result, the next in line leads */

void
ngx_payments_execution_fail(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result)
{
    ngx_payments_waiter_t  *waiter;

    if (result == NGX_PAYMENTS_OUTCOME_UNKNOWN) {
        execution->unknown = 1;
    }

    /* ... and so it is while another node has the key in a transaction */

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

        ngx_payments_attempt_send(execution);
    }

    ngx_payments_memory_release(execution);
}


void
ngx_payments_execution_end(ngx_payments_execution_t *execution)
{
    if (!execution->linked) {
        return;
    }

    ngx_payments_local_remove(execution);
    ngx_payments_local_unfollow(execution);

    if (execution->leads) {
        execution->leads = 0;
        ngx_payments_status_add(NGX_PAYMENTS_M_EXECUTING, -1);
    }

    ngx_payments_flight_end(execution->flight);
    execution->flight = 0;

    if (execution->timer.timer_set) {
        ngx_del_timer(&execution->timer);
    }

    ngx_payments_memory_release(execution);
}

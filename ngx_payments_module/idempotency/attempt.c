
/*
 * An attempt to execute: what is asked about a key, Redis, then PostgreSQL, and
 * what its row says.
 */

#include "ngx_payments_execution.h"
#include "ngx_payments_memory.h"
#include "ngx_payments_replay.h"
#include "ngx_payments_shared.h"
#include "../base/ngx_payments_base.h"
#include "../consistency/ngx_payments_consistency.h"
#include "../redis/ngx_payments_redis.h"


#define NGX_PAYMENTS_AGAIN_MIN  2           /* ms until the next try */
#define NGX_PAYMENTS_AGAIN_MAX  50


/*
 * columns of pay.create_payments(), pay.change_payments(), pay.administer(),
 * pay.resolve_attempts(),
 * pay.change_endpoints(), pay.cancel_keys(), pay.begin_payments(),
 * pay.begin_changes() and pay.undo_attempts(); column 0 is the tag, which pg/
 * has checked
 */

#define NGX_PAYMENTS_COLUMN_OUTCOME     1
#define NGX_PAYMENTS_COLUMN_STATUS      2
#define NGX_PAYMENTS_COLUMN_REQUEST_ID  3
#define NGX_PAYMENTS_COLUMN_OBJECT_ID   4
#define NGX_PAYMENTS_COLUMN_VERSION     5
#define NGX_PAYMENTS_COLUMN_CREATED_AT  6
#define NGX_PAYMENTS_COLUMN_REQUEST     7
#define NGX_PAYMENTS_COLUMN_BODY        8

/* no outcome at all: the row cannot be read */
#define NGX_PAYMENTS_SQL_NONE (-1)


static void ngx_payments_attempt_on_redis(void *data, ngx_int_t rc,
    ngx_str_t *value);
static void ngx_payments_attempt_timer(ngx_event_t *ev);
static void ngx_payments_attempt_on_begun(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static void ngx_payments_attempt_on_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);


void
ngx_payments_attempt_init(ngx_payments_execution_t *execution)
{
    execution->again = NGX_PAYMENTS_AGAIN_MIN;

    execution->dummy.fd = (ngx_socket_t) -1;
    execution->dummy.data = execution;

    execution->timer.data = &execution->dummy;
    execution->timer.handler = ngx_payments_attempt_timer;
    execution->timer.log = ngx_cycle->log;

    execution->item.handler = ngx_payments_attempt_on_row;
    execution->item.data = execution;
    execution->begin.handler = ngx_payments_attempt_on_begun;
    execution->begin.data = execution;
}


/* Redis, if it may know; then PostgreSQL */

void
ngx_payments_attempt_run(ngx_payments_execution_t *execution)
{
    u_char     buffer[NGX_PAYMENTS_REPLAY_KEY_LEN];
    ngx_str_t  name;

    if (!execution->keyless && execution->key.database
        && ngx_payments_replay_wanted())
    {
        ngx_payments_replay_key(&execution->key, buffer, &name);

        execution->command = ngx_payments_redis_get(&name,
                                                ngx_payments_attempt_on_redis,
                                                execution);
        if (execution->command != NULL) {
            return;
        }
    }

    ngx_payments_attempt_send(execution);
}


static void
ngx_payments_attempt_on_redis(void *data, ngx_int_t rc, ngx_str_t *value)
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
                                         execution->fingerprint,
                                         execution->raw, &record);
            }

            ngx_payments_execution_complete(execution, (rc == NGX_OK)
                                                       ? NGX_PAYMENTS_REPLAYED
                                                       : NGX_PAYMENTS_REUSED);
            return;
        }

        ngx_payments_status_add(NGX_PAYMENTS_M_REDIS_BAD, 1);
    }

    ngx_payments_attempt_send(execution);
}


void
ngx_payments_attempt_send(ngx_payments_execution_t *execution)
{
    if (execution->call == NULL || execution->finishing) {
        ngx_payments_cluster_send(&execution->item);
        return;
    }

    /* each beginning is a row of its own, which no other may be taken for */

    if (ngx_payments_new_uuid(execution->begin.tag) != 0) {
        ngx_payments_execution_fail(execution, NGX_PAYMENTS_UNAVAILABLE);
        return;
    }

    execution->takeover->number = (execution->flight != 0);
    ngx_payments_cluster_send(&execution->begin);
}


void
ngx_payments_idempotency_finish(ngx_payments_execution_t *execution)
{
    execution->finishing = 1;
    ngx_payments_cluster_send(&execution->item);
}


void
ngx_payments_idempotency_give_up(ngx_payments_execution_t *execution)
{
    ngx_payments_execution_refuse(execution, NGX_PAYMENTS_OUTCOME_UNKNOWN);
}


static void
ngx_payments_attempt_timer(ngx_event_t *ev)
{
    ngx_connection_t          *c = ev->data;
    ngx_payments_execution_t  *execution = c->data;

    /* all requests that waited for another worker have their answer; what a
       client left behind is tried as long as one that stays may wait; what has
       had its effect is brought to an end */

    if (ngx_queue_empty(&execution->waiters) && !execution->finishing
        && (execution->elsewhere
            || ngx_current_msec - execution->started
               > ngx_payments_idempotency_conf->wait))
    {
        ngx_payments_execution_end(execution);
        return;
    }

    ngx_payments_attempt_send(execution);
}


/*
 * Another worker, or another node, has the key in a transaction, or the object
 * that is to be changed.  This one asks again until it knows or its waiters
 * may wait no longer.
 */

static void
ngx_payments_attempt_again(ngx_payments_execution_t *execution,
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


static void
ngx_payments_attempt_uuid(u_char *dst, ngx_str_t src)
{
    if (src.len == NGX_PAYMENTS_UUID_LEN) {
        ngx_memcpy(dst, src.data, NGX_PAYMENTS_UUID_LEN);
    }
}


/* NULL, or of another type, is not 0: that would be "executed" */

static int64_t
ngx_payments_attempt_outcome(ngx_payments_pg_row_t *row, int column)
{
    return ngx_payments_pg_bytes(row, column).len == sizeof(int16_t)
           ? ngx_payments_pg_number(row, column) : NGX_PAYMENTS_SQL_NONE;
}


/* whether the row can be what it says: status, version, time, ids, body */

static ngx_int_t
ngx_payments_attempt_row_valid(ngx_payments_pg_row_t *row, int64_t outcome)
{
    int         column;
    int64_t     n;
    ngx_str_t   value;
    ngx_uint_t  i;

    static const struct {
        int      column;
        size_t   len;
        int64_t  min;
        int64_t  max;
    } numbers[] = {
        { NGX_PAYMENTS_COLUMN_STATUS, 2, 200, 599 },
        { NGX_PAYMENTS_COLUMN_VERSION, 4, 0, INT32_MAX },
        { NGX_PAYMENTS_COLUMN_CREATED_AT, 8, 1, NGX_PAYMENTS_TIME_MAX }
    };

    static const int  ids[] = {
        NGX_PAYMENTS_COLUMN_REQUEST_ID, NGX_PAYMENTS_COLUMN_OBJECT_ID
    };

    /* one that another request has begun has no status yet */

    for (i = (outcome == NGX_PAYMENTS_SQL_REUSED); i < 3; i++) {
        n = ngx_payments_pg_number(row, numbers[i].column);
        value = ngx_payments_pg_bytes(row, numbers[i].column);

        if (value.len != numbers[i].len || n < numbers[i].min
            || n > numbers[i].max)
        {
            ngx_payments_pg_wrong(row, numbers[i].column);
            return NGX_ERROR;
        }
    }

    for (i = 0; i < 2; i++) {
        value = ngx_payments_pg_bytes(row, ids[i]);

        if (value.len != NGX_PAYMENTS_UUID_LEN) {
            ngx_payments_pg_wrong(row, ids[i]);
            return NGX_ERROR;
        }
    }

    /* of a key that another request has used there is no body */

    column = (outcome == NGX_PAYMENTS_SQL_REUSED) ? NGX_PAYMENTS_COLUMN_REQUEST
                                                  : NGX_PAYMENTS_COLUMN_BODY;
    value = ngx_payments_pg_bytes(row, column);

    /* an empty one: 204 */

    if (value.data == NULL
        || (value.len == 0
            && ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_STATUS) != 204))
    {
        ngx_payments_pg_wrong(row, column);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* the one copy of the body that this worker makes */

static ngx_int_t
ngx_payments_attempt_record(ngx_payments_execution_t *execution,
    ngx_payments_pg_row_t *row)
{
    ngx_str_t               request;
    ngx_payments_record_t  *record = &execution->record;

    ngx_payments_attempt_uuid(record->request_id,
             ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_REQUEST_ID));
    ngx_payments_attempt_uuid(record->object_id,
             ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_OBJECT_ID));

    record->status = (ngx_uint_t)
             ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_STATUS);
    record->version = (ngx_uint_t)
             ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_VERSION);
    record->created_at =
             ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_CREATED_AT);

    request = ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_REQUEST);

    if (request.len
        && ngx_payments_memory_copy(execution->pool, &record->request, request)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_payments_memory_copy(execution->pool, &record->body,
                       ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_BODY));
}


static void
ngx_payments_attempt_store(ngx_payments_execution_t *execution)
{
    time_t     left;
    u_char     buffer[NGX_PAYMENTS_REPLAY_KEY_LEN];
    ngx_str_t  name, value;

    if (execution->keyless) {
        return;
    }

    /* of a worker that has just begun, which knows it by now */

    if (execution->key.database == 0) {
        execution->key.database =
                     ngx_payments_cluster_database(execution->key.merchant_id);
    }

    if (execution->key.database == 0) {
        return;
    }

    ngx_payments_records_put(&execution->key, execution->fingerprint,
                             execution->raw, &execution->record);

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
ngx_payments_attempt_refused(ngx_payments_execution_t *execution,
    ngx_payments_pg_row_t *row)
{
    ngx_payments_record_t  *record = &execution->record;

    record->version = (ngx_uint_t)
                      ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_VERSION);

    if (ngx_payments_memory_copy(execution->pool, &record->body,
                      ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_BODY))
        != NGX_OK)
    {
        ngx_str_null(&record->body);
    }
}


/* the row is copied, and a read that follows, wherever, will see the write */

static void
ngx_payments_attempt_apply_outcome(ngx_payments_execution_t *execution)
{
    switch (execution->outcome) {

    /* that much is known, whatever was lost before */

    case NGX_PAYMENTS_SQL_STALE:
        ngx_payments_execution_refuse(execution, NGX_PAYMENTS_STALE);
        break;

    case NGX_PAYMENTS_SQL_INVALID:
        ngx_payments_execution_refuse(execution, NGX_PAYMENTS_INVALID);
        break;

    case NGX_PAYMENTS_SQL_ESCALATION:
        ngx_payments_execution_refuse(execution, NGX_PAYMENTS_ESCALATION);
        break;

    case NGX_PAYMENTS_SQL_SCOPE:
        ngx_payments_execution_refuse(execution, NGX_PAYMENTS_SCOPE);
        break;

    case NGX_PAYMENTS_SQL_UNDONE:
        execution->finishing = 0;

        if (execution->undone != NULL
            && execution->undone(execution) == NGX_OK)
        {
            ngx_payments_attempt_send(execution);
            break;
        }

        /* that much is known of this try; whoever waits tries again */

        execution->unknown = 0;
        execution->elsewhere = 0;
        ngx_payments_execution_fail(execution, NGX_PAYMENTS_UNDONE);
        break;

    case NGX_PAYMENTS_SQL_EXECUTED:
        ngx_payments_status_add(NGX_PAYMENTS_M_EXECUTED, 1);
        ngx_payments_attempt_store(execution);
        ngx_payments_execution_complete(execution, NGX_PAYMENTS_EXECUTED);
        break;

    case NGX_PAYMENTS_SQL_REPLAYED:
        ngx_payments_status_add(NGX_PAYMENTS_M_REPLAYED_PG, 1);
        ngx_payments_attempt_store(execution);
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


static void
ngx_payments_attempt_token_published(void *data, ngx_int_t rc, ngx_str_t *value)
{
    ngx_payments_execution_t  *execution = data;

    execution->command = NULL;

    ngx_payments_read_token_stored(rc);
    ngx_payments_attempt_apply_outcome(execution);
}


static void
ngx_payments_attempt_publish_token(ngx_payments_execution_t *execution,
    ngx_payments_pg_item_t *item, int64_t n, ngx_payments_pg_row_t *row)
{
    execution->outcome = n;
    execution->command = ngx_payments_read_token_put(item,
                                         execution->key.merchant_id,
                                         ngx_payments_pg_read_token(row),
                                         ngx_payments_attempt_token_published,
                                         execution);

    if (execution->command == NULL) {
        ngx_payments_attempt_apply_outcome(execution);
    }
}


/* nothing is committed, or it is not known whether anything is */

static void
ngx_payments_attempt_failed(ngx_payments_execution_t *execution,
    ngx_payments_pg_outcome_e outcome)
{
    static const ngx_payments_idempotency_result_e  failed[] = {
        NGX_PAYMENTS_BROKEN,              /* DONE: not looked up here */
        NGX_PAYMENTS_BROKEN,              /* FAILED */
        NGX_PAYMENTS_UNAVAILABLE,         /* NOT_EXECUTED */
        NGX_PAYMENTS_OUTCOME_UNKNOWN,     /* UNKNOWN */
        NGX_PAYMENTS_OVERLOADED           /* OVERLOADED */
    };

    /* it may be there, and the client may go and look */

    if (execution->unknown || outcome == NGX_PAYMENTS_PG_UNKNOWN) {
        ngx_payments_cluster_pin_to_primary();
    }

    ngx_payments_execution_fail(execution, failed[outcome]);
}


/* an outcome that both calls have alike, with a record or without */

static void
ngx_payments_attempt_on_outcome(ngx_payments_execution_t *execution,
    ngx_payments_pg_item_t *item, int64_t n, ngx_payments_pg_row_t *row)
{
    switch (n) {

    case NGX_PAYMENTS_SQL_STALE:
    case NGX_PAYMENTS_SQL_INVALID:
    case NGX_PAYMENTS_SQL_ESCALATION:
    case NGX_PAYMENTS_SQL_SCOPE:
    case NGX_PAYMENTS_SQL_UNDONE:
        ngx_payments_attempt_refused(execution, row);
        ngx_payments_attempt_publish_token(execution, item, n, row);
        return;

    case NGX_PAYMENTS_SQL_BEGUN:
        ngx_payments_flight_mark_new(execution->flight);

        /* fall through */

    case NGX_PAYMENTS_SQL_IN_USE:
    case NGX_PAYMENTS_SQL_BUSY:
        ngx_payments_attempt_again(execution, n == NGX_PAYMENTS_SQL_BUSY);
        return;
    }

    /* committed, whatever it was; or there is no memory to say so: a retry
       replays it */

    if (n < NGX_PAYMENTS_SQL_EXECUTED || n > NGX_PAYMENTS_SQL_CANCELED
        || ngx_payments_attempt_row_valid(row, n) != NGX_OK
        || ngx_payments_attempt_record(execution, row) != NGX_OK)
    {
        ngx_payments_cluster_pin_to_primary();
        ngx_payments_execution_fail(execution, NGX_PAYMENTS_OUTCOME_UNKNOWN);
        return;
    }

    ngx_payments_attempt_publish_token(execution, item, n, row);
}


/* the key is begun, by this execution or, since that has died, another one */

static void
ngx_payments_attempt_call(ngx_payments_execution_t *execution, int64_t n,
    ngx_payments_pg_row_t *row)
{
    ngx_payments_begun_t    begun;
    ngx_payments_waiter_t  *leader;

    begun.text = ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_BODY);

    if (ngx_payments_attempt_row_valid(row, n) != NGX_OK) {
        ngx_payments_execution_fail(execution, NGX_PAYMENTS_BROKEN);
        return;
    }

    ngx_payments_attempt_uuid(begun.request_id,
             ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_REQUEST_ID));
    ngx_payments_attempt_uuid(begun.object_id,
             ngx_payments_pg_bytes(row, NGX_PAYMENTS_COLUMN_OBJECT_ID));

    begun.created_at = ngx_payments_pg_number(row,
                                              NGX_PAYMENTS_COLUMN_CREATED_AT);
    begun.resumed = (n == NGX_PAYMENTS_SQL_RESUME);

    ngx_payments_flight_mark_new(execution->flight);

    /* whoever had the key's lock for a moment, to look, is no other execution:
       the leader's time is that of the call */

    execution->elsewhere = 0;

    if (!ngx_queue_empty(&execution->waiters)) {
        leader = ngx_queue_data(ngx_queue_head(&execution->waiters),
                                ngx_payments_waiter_t, queue);

        if (leader->timer.timer_set) {
            ngx_del_timer(&leader->timer);
        }
    }

    execution->call(execution, &begun);
}


static void
ngx_payments_attempt_on_begun(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t                    n;
    ngx_payments_execution_t  *execution = item->data;

    if (outcome != NGX_PAYMENTS_PG_DONE) {

        /* begun or not, nothing was done yet */

        ngx_payments_attempt_failed(execution,
                                    (outcome == NGX_PAYMENTS_PG_UNKNOWN)
                                    ? NGX_PAYMENTS_PG_NOT_EXECUTED : outcome);
        return;
    }

    n = ngx_payments_attempt_outcome(row, NGX_PAYMENTS_COLUMN_OUTCOME);

    if ((n == NGX_PAYMENTS_SQL_EXECUTED
         && ngx_payments_pg_number(row, NGX_PAYMENTS_COLUMN_STATUS) == 202)
        || n == NGX_PAYMENTS_SQL_RESUME)
    {
        ngx_payments_attempt_call(execution, n, row);
        return;
    }

    ngx_payments_attempt_on_outcome(execution, item, n, row);
}


static void
ngx_payments_attempt_on_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_execution_t  *execution = item->data;

    /* an attempt was lost on the way, whatever the later one says */

    if (item->unknown) {
        execution->unknown = 1;
    }

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_attempt_failed(execution, outcome);
        return;
    }

    ngx_payments_attempt_on_outcome(execution, item,
              ngx_payments_attempt_outcome(row, NGX_PAYMENTS_COLUMN_OUTCOME),
              row);
}

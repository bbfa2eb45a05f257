
/*
 * Numbers, of which the highest counts.
 *
 * Somebody else relies on them: unlike an answer, which Redis may or may not
 * have, a number that is missing there is wrong.  So where a connection is lost
 * those that are not known to be stored, and those that come, wait for the next
 * one, each up to WAIT from when it was lost, and are said again: that does no
 * harm.  After that Redis is away; nobody waits for it any more.
 *
 * With a Redis that is there and does not answer, or takes no writes, each
 * number would wait: such a time does not begin anew with the loss of a
 * connection that was asked for something, has stored nothing and was new.
 */

#include "ngx_payments_redis_internal.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_REDIS_WAIT  250     /* ms */
#define NGX_PAYMENTS_REDIS_NEW   1000


static void ngx_payments_redis_patience_handler(ngx_event_t *ev);


void
ngx_payments_redis_numbers_init(ngx_payments_redis_t *redis)
{
    ngx_queue_init(&redis->waiting);

    ngx_payments_redis_event(redis, &redis->patience,
                             ngx_payments_redis_patience_handler);

    /* a request that waits has no other timer */

    redis->patience.cancelable = 0;

    /* there will be one soon */

    redis->lost = ngx_current_msec;
}


void
ngx_payments_redis_numbers_exit(ngx_payments_redis_t *redis)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&redis->waiting)) {
        q = ngx_queue_head(&redis->waiting);
        ngx_queue_remove(q);

        ngx_free(ngx_queue_data(q, ngx_payments_redis_command_t, queue));
    }

    if (redis->patience.timer_set) {
        ngx_del_timer(&redis->patience);
    }
}


void
ngx_payments_redis_numbers_lost(ngx_payments_redis_t *redis)
{
    if (redis->ready
        && (redis->stored || ngx_queue_empty(&redis->sent)
            || ngx_current_msec - redis->since >= NGX_PAYMENTS_REDIS_NEW))
    {
        redis->lost = ngx_current_msec;
    }
}


ngx_int_t
ngx_payments_redis_numbers_keep(ngx_payments_redis_t *redis,
    ngx_payments_redis_command_t *command)
{
    ngx_msec_int_t  left;

    if (!command->raise) {
        return NGX_DECLINED;
    }

    if (command->until == 0) {
        command->until = redis->lost + NGX_PAYMENTS_REDIS_WAIT;
    }

    left = (ngx_msec_int_t) (command->until - ngx_current_msec);

    if (left <= 0) {
        return NGX_DECLINED;
    }

    ngx_queue_insert_tail(&redis->waiting, &command->queue);

    /* who came first ends first */

    if (!redis->patience.timer_set) {
        ngx_add_timer(&redis->patience, (ngx_msec_t) left);
    }

    return NGX_OK;
}


static void
ngx_payments_redis_patience_handler(ngx_event_t *ev)
{
    ngx_queue_t                   *q;
    ngx_connection_t              *c = ev->data;
    ngx_msec_int_t                 left;
    ngx_payments_redis_t          *redis = c->data;
    ngx_payments_redis_command_t  *command;

    while (!ngx_queue_empty(&redis->waiting)) {
        q = ngx_queue_head(&redis->waiting);
        command = ngx_queue_data(q, ngx_payments_redis_command_t, queue);

        left = (ngx_msec_int_t) (command->until - ngx_current_msec);

        if (left > 0) {
            ngx_add_timer(&redis->patience, (ngx_msec_t) left);
            return;
        }

        ngx_queue_remove(q);
        ngx_payments_redis_failed(redis, command);
    }
}


/*
 * A set of one member: its score grows, in one command of Redis' own.  Its life
 * is prolonged before that as well, or it might end between the two.
 */

static ngx_int_t
ngx_payments_redis_number(ngx_payments_redis_t *redis,
    ngx_payments_redis_command_t *command)
{
    u_char       score[NGX_INT64_LEN];
    u_char       seconds[NGX_TIME_T_LEN];
    size_t       expire_lengths[3], lengths[5];
    const char  *expire[3], *argv[5];

    expire[0] = "EXPIRE";
    expire_lengths[0] = 6;
    expire[1] = (char *) command->key.data;
    expire_lengths[1] = command->key.len;
    expire[2] = (char *) seconds;
    expire_lengths[2] = ngx_sprintf(seconds, "%T", command->ttl) - seconds;

    argv[0] = "ZADD";
    lengths[0] = 4;
    argv[1] = (char *) command->key.data;
    lengths[1] = command->key.len;
    argv[2] = "GT";
    lengths[2] = 2;
    argv[3] = (char *) score;
    lengths[3] = ngx_sprintf(score, "%L", command->number) - score;
    argv[4] = "t";
    lengths[4] = 1;

    if (ngx_payments_redis_command(redis, 3, expire, expire_lengths) == NULL
        || ngx_payments_redis_put(redis, 5, argv, lengths) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_redis_sent(redis, command);

    /* without it the number stays, which does no harm */

    (void) ngx_payments_redis_command(redis, 3, expire, expire_lengths);

    return NGX_OK;
}


void
ngx_payments_redis_numbers_ready(ngx_payments_redis_t *redis)
{
    ngx_queue_t                   *q;
    ngx_payments_redis_command_t  *command;

    redis->stored = 0;

    if (redis->patience.timer_set) {
        ngx_del_timer(&redis->patience);
    }

    while (!ngx_queue_empty(&redis->waiting)) {
        q = ngx_queue_head(&redis->waiting);
        ngx_queue_remove(q);

        command = ngx_queue_data(q, ngx_payments_redis_command_t, queue);

        if (ngx_payments_redis_number(redis, command) != NGX_OK) {
            ngx_payments_redis_failed(redis, command);
        }
    }
}


ngx_payments_redis_command_t *
ngx_payments_watermark_raise(ngx_str_t *key, int64_t number, time_t ttl,
    ngx_payments_redis_handler_pt handler, void *data)
{
    ngx_int_t                      rc;
    ngx_payments_redis_t          *redis = ngx_payments_redis;
    ngx_payments_redis_command_t  *command;

    if (redis == NULL) {
        return NULL;
    }

    command = ngx_calloc(sizeof(ngx_payments_redis_command_t) + key->len,
                         &redis->log);
    if (command == NULL) {
        return NULL;
    }

    command->handler = handler;
    command->data = data;
    command->raise = 1;
    command->number = number;
    command->ttl = ttl;
    command->key.data = (u_char *) (command + 1);
    command->key.len = key->len;
    ngx_memcpy(command->key.data, key->data, key->len);

    rc = redis->ready ? ngx_payments_redis_number(redis, command)
                      : ngx_payments_redis_numbers_keep(redis, command);

    if (rc != NGX_OK) {
        ngx_free(command);
        return NULL;
    }

    return command;
}


ngx_payments_redis_command_t *
ngx_payments_watermark_get(ngx_str_t *key,
    ngx_payments_redis_handler_pt handler, void *data)
{
    size_t                         lengths[3];
    const char                    *argv[3];
    ngx_payments_redis_t          *redis = ngx_payments_redis;
    ngx_payments_redis_command_t  *command;

    if (redis == NULL || !redis->ready) {
        return NULL;
    }

    argv[0] = "ZSCORE";
    lengths[0] = 6;
    argv[1] = (char *) key->data;
    lengths[1] = key->len;
    argv[2] = "t";
    lengths[2] = 1;

    command = ngx_payments_redis_command(redis, 3, argv, lengths);

    if (command != NULL) {
        command->handler = handler;
        command->data = data;
    }

    return command;
}

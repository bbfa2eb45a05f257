
/*
 * States: closed -> connecting (connect.c) -> greeting -> ready.
 * Commands are taken only when ready, so none waits here for a connection; a
 * command without an answer in time closes the connection, and the next attempt
 * must be greeted before it takes commands: that is the breaker.
 */

#include "ngx_payments_redis_internal.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_REDIS_BUFFER_MAX   (1024 * 1024)
#define NGX_PAYMENTS_REDIS_ANSWERS      (1024 * 1024)

/* how long a refusal counts, ms: some commands may be refused and others not */
#define NGX_PAYMENTS_REDIS_REFUSED      30000


static void ngx_payments_redis_flush_handler(ngx_event_t *ev);
static void ngx_payments_redis_fail_handler(ngx_event_t *ev);
static void ngx_payments_redis_backoff_handler(ngx_event_t *ev);


/* of this worker; NULL: not configured */
ngx_payments_redis_t              *ngx_payments_redis;
const ngx_payments_redis_hooks_t  *ngx_payments_redis_hooks;


static void
ngx_payments_redis_event(ngx_payments_redis_t *redis, ngx_event_t *ev,
    ngx_event_handler_pt handler)
{
    ev->data = &redis->dummy;
    ev->handler = handler;
    ev->log = &redis->log;
    ev->cancelable = 1;
}


ngx_int_t
ngx_payments_redis_init(ngx_cycle_t *cycle, ngx_payments_redis_conf_t *conf)
{
    ngx_payments_redis_t  *redis;

    redis = ngx_pcalloc(cycle->pool, sizeof(ngx_payments_redis_t));
    if (redis == NULL) {
        return NGX_ERROR;
    }

    redis->conf = conf;
    redis->log = *cycle->log;
    redis->dummy.fd = (ngx_socket_t) -1;
    redis->dummy.data = redis;

    ngx_queue_init(&redis->sent);
    ngx_queue_init(&redis->failed);

    ngx_payments_redis_event(redis, &redis->flush,
                             ngx_payments_redis_flush_handler);
    ngx_payments_redis_event(redis, &redis->fail,
                             ngx_payments_redis_fail_handler);
    ngx_payments_redis_event(redis, &redis->backoff,
                             ngx_payments_redis_backoff_handler);

    ngx_payments_redis = redis;

    ngx_post_event(&redis->backoff, &ngx_posted_next_events);

    return NGX_OK;
}


void
ngx_payments_redis_exit(void)
{
    ngx_payments_redis_t  *redis = ngx_payments_redis;

    if (redis == NULL) {
        return;
    }

    ngx_payments_redis_close(redis, NULL);

    if (redis->backoff.timer_set) {
        ngx_del_timer(&redis->backoff);
    }

    if (redis->buffer != NULL) {
        ngx_free(redis->buffer);
    }

    ngx_payments_redis = NULL;
}


ngx_uint_t
ngx_payments_redis_configured(void)
{
    return ngx_payments_redis != NULL;
}


ngx_uint_t
ngx_payments_redis_ready(void)
{
    return ngx_payments_redis != NULL && ngx_payments_redis->ready;
}


ngx_uint_t
ngx_payments_redis_refuses(void)
{
    if (!ngx_payments_redis_ready()) {
        return ngx_payments_redis != NULL && ngx_payments_redis->unwelcome;
    }

    return ngx_payments_redis->refused != 0
           && ngx_current_msec - ngx_payments_redis->refused
              < NGX_PAYMENTS_REDIS_REFUSED;
}


ngx_msec_t
ngx_payments_redis_reached(void)
{
    return ngx_payments_redis_ready()
           ? ngx_current_msec - ngx_payments_redis->since : 0;
}


/* encodes a command behind the bytes that wait and has them written */

ngx_int_t
ngx_payments_redis_put(ngx_payments_redis_t *redis, int argc,
    const char **argv, const size_t *lengths)
{
    int      len;
    char    *text;
    size_t   size;
    u_char  *buffer;

    len = redisFormatCommandArgv(&text, argc, argv, lengths);
    if (len < 0) {
        return NGX_ERROR;
    }

    if (redis->len + len > redis->size) {
        size = ngx_max(2 * redis->size, redis->len + len + 4096);

        if (size > NGX_PAYMENTS_REDIS_BUFFER_MAX) {
            redisFreeCommand(text);
            return NGX_DECLINED;
        }

        buffer = ngx_alloc(size, &redis->log);
        if (buffer == NULL) {
            redisFreeCommand(text);
            return NGX_ERROR;
        }

        if (redis->buffer != NULL) {
            ngx_memcpy(buffer, redis->buffer, redis->len);
            ngx_free(redis->buffer);
        }

        redis->buffer = buffer;
        redis->size = size;
    }

    ngx_memcpy(redis->buffer + redis->len, text, len);
    redis->len += len;

    redisFreeCommand(text);

    ngx_post_event(&redis->flush, &ngx_posted_events);

    return NGX_OK;
}


void
ngx_payments_redis_watch(const ngx_payments_redis_hooks_t *hooks)
{
    ngx_payments_redis_hooks = hooks;
}


ngx_int_t
ngx_payments_redis_send(ngx_payments_redis_command_t *command, int argc,
    const char **argv, const size_t *lengths)
{
    ngx_connection_t      *c;
    ngx_payments_redis_t  *redis = ngx_payments_redis;

    if (ngx_payments_redis_put(redis, argc, argv, lengths) != NGX_OK) {
        return NGX_ERROR;
    }

    command->deadline = ngx_current_msec + redis->conf->timeout;

    /* one timer, for the command that has waited longest */

    c = redis->peer.connection;

    if (ngx_queue_empty(&redis->sent) && !c->read->timer_set) {

        /* a request that waits here has no other timer */

        c->read->cancelable = 0;
        ngx_add_timer(c->read, redis->conf->timeout);
    }

    ngx_queue_insert_tail(&redis->sent, &command->queue);

    return NGX_OK;
}


ngx_payments_redis_command_t *
ngx_payments_redis_ask(int argc, const char **argv, const size_t *lengths,
    ngx_payments_redis_handler_pt handler, void *data)
{
    ngx_payments_redis_command_t  *command;

    command = ngx_calloc(sizeof(ngx_payments_redis_command_t),
                         &ngx_payments_redis->log);
    if (command == NULL) {
        return NULL;
    }

    command->handler = handler;
    command->data = data;

    if (ngx_payments_redis_send(command, argc, argv, lengths) != NGX_OK) {
        ngx_free(command);
        return NULL;
    }

    return command;
}


ngx_payments_redis_command_t *
ngx_payments_redis_get(ngx_str_t *key, ngx_payments_redis_handler_pt handler,
    void *data)
{
    size_t                         lengths[2];
    const char                    *argv[2];
    ngx_payments_redis_t          *redis = ngx_payments_redis;
    ngx_payments_redis_command_t  *command;

    if (redis == NULL || !redis->ready) {
        if (redis != NULL) {
            ngx_payments_status_add(NGX_PAYMENTS_M_REDIS_SKIPPED, 1);
        }

        return NULL;
    }

    argv[0] = "GET";
    lengths[0] = 3;
    argv[1] = (char *) key->data;
    lengths[1] = key->len;

    command = ngx_payments_redis_ask(2, argv, lengths, handler, data);

    if (command != NULL) {
        command->get = 1;
    }

    return command;
}


void
ngx_payments_redis_cancel(ngx_payments_redis_command_t *command)
{
    command->handler = NULL;
}


void
ngx_payments_redis_set(ngx_str_t *key, ngx_str_t *value, time_t ttl)
{
    u_char                 seconds[NGX_TIME_T_LEN + 1];
    size_t                 lengths[5];
    const char            *argv[5];
    ngx_payments_redis_t  *redis = ngx_payments_redis;

    if (redis == NULL || !redis->ready || ttl <= 0) {
        return;
    }

    argv[0] = "SET";
    lengths[0] = 3;
    argv[1] = (char *) key->data;
    lengths[1] = key->len;
    argv[2] = (char *) value->data;
    lengths[2] = value->len;
    argv[3] = "EX";
    lengths[3] = 2;
    argv[4] = (char *) seconds;
    lengths[4] = ngx_sprintf(seconds, "%T", ttl) - seconds;

    (void) ngx_payments_redis_ask(5, argv, lengths, NULL, NULL);
}


static void
ngx_payments_redis_backoff_handler(ngx_event_t *ev)
{
    ngx_connection_t  *c = ev->data;

    /* a worker that drains may write yet, and is not kept by this */

    ngx_payments_redis_connect(c->data);
}


/* the reason NULL: the worker exits */

void
ngx_payments_redis_close(ngx_payments_redis_t *redis, const char *reason)
{
    ngx_uint_t                     level;
    ngx_queue_t                   *q;
    ngx_payments_redis_command_t  *command;

    if (reason != NULL) {

        /* one line for an outage, not one for each attempt */

        level = (redis->ready || redis->failures == 0) ? NGX_LOG_ERR
                                                       : NGX_LOG_INFO;

        ngx_log_error(level, &redis->log, 0,
                      "connection to Redis \"%V\" closed: %s",
                      &redis->name, reason);
    }

    if (redis->ready && ngx_payments_redis_hooks != NULL) {
        ngx_payments_redis_hooks->on_lost(!ngx_queue_empty(&redis->sent));
    }

    redis->ready = 0;
    redis->asking = 0;
    redis->unwelcome = 0;

    ngx_payments_redis_shut(redis);

    if (redis->reader != NULL) {
        redisReaderFree(redis->reader);
        redis->reader = NULL;
    }

    redis->len = 0;

    while (!ngx_queue_empty(&redis->sent)) {
        q = ngx_queue_head(&redis->sent);
        ngx_queue_remove(q);

        command = ngx_queue_data(q, ngx_payments_redis_command_t, queue);

        if (reason == NULL
            || (command->lost == NULL && command->handler == NULL))
        {
            ngx_free(command);
            continue;
        }

        if (command->lost == NULL || command->lost(command) != NGX_OK) {
            ngx_payments_redis_fail(command);
        }
    }

    if (reason == NULL) {
        return;
    }

    if (!redis->backoff.timer_set) {
        ngx_payments_redis_backoff(redis);
    }
}


void
ngx_payments_redis_fail(ngx_payments_redis_command_t *command)
{
    ngx_payments_redis_t  *redis = ngx_payments_redis;

    ngx_queue_insert_tail(&redis->failed, &command->queue);
    ngx_post_event(&redis->fail, &ngx_posted_events);
}


static void
ngx_payments_redis_fail_handler(ngx_event_t *ev)
{
    ngx_queue_t                   *q;
    ngx_connection_t              *c = ev->data;
    ngx_payments_redis_t          *redis = c->data;
    ngx_payments_redis_command_t  *command;

    while (!ngx_queue_empty(&redis->failed)) {
        q = ngx_queue_head(&redis->failed);
        ngx_queue_remove(q);

        command = ngx_queue_data(q, ngx_payments_redis_command_t, queue);

        ngx_payments_status_add(NGX_PAYMENTS_M_REDIS_TIMEOUT, 1);

        if (command->handler != NULL) {
            command->handler(command->data, NGX_ERROR, NULL);
        }

        ngx_free(command);
    }
}


static void
ngx_payments_redis_flush(ngx_payments_redis_t *redis)
{
    ssize_t            n;
    size_t             written;
    ngx_connection_t  *c = redis->peer.connection;

    /* what is said while a connection is made waits until it is */

    if (c == NULL || !redis->made || !c->write->ready) {
        return;
    }

    for (written = 0; written < redis->len; written += n) {
        n = c->send(c, redis->buffer + written, redis->len - written);

        if (n == NGX_AGAIN || n == 0) {
            break;
        }

        if (n < 0) {
            ngx_payments_redis_close(redis, "write failed");
            return;
        }
    }

    ngx_memmove(redis->buffer, redis->buffer + written, redis->len - written);
    redis->len -= written;

    if (ngx_handle_write_event(c->write, 0) != NGX_OK) {
        ngx_payments_redis_close(redis, "no event for its socket");
    }
}


static void
ngx_payments_redis_flush_handler(ngx_event_t *ev)
{
    ngx_connection_t  *c = ev->data;

    ngx_payments_redis_flush(c->data);
}


void
ngx_payments_redis_write_handler(ngx_event_t *wev)
{
    ngx_connection_t  *c = wev->data;

    ngx_payments_redis_flush(c->data);
}


/* by the first word of its error */

void
ngx_payments_redis_refused(ngx_payments_redis_t *redis, const char *text)
{
    size_t       i, len;
    u_char       word[16];
    const char  *left_out;

    static const struct {
        const char             *word;
        ngx_uint_t              metric;
    } reasons[] = {
        { "NOPERM", NGX_PAYMENTS_M_REDIS_NOPERM },
        { "NOAUTH", NGX_PAYMENTS_M_REDIS_NOAUTH },
        { "OOM", NGX_PAYMENTS_M_REDIS_OOM },
        { "READONLY", NGX_PAYMENTS_M_REDIS_READONLY },
        { "CLUSTERDOWN", NGX_PAYMENTS_M_REDIS_CLUSTERDOWN },
        { "NOREPLICAS", NGX_PAYMENTS_M_REDIS_NOREPLICAS },
        { "LOADING", NGX_PAYMENTS_M_REDIS_LOADING },
        { NULL, NGX_PAYMENTS_M_REDIS_OTHER }
    };

    /* the rest of it may quote a key */

    len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    len = ngx_min(len, sizeof(word) - 1);
    ngx_cpystrn(word, (u_char *) text, len + 1);

    for (i = 0; reasons[i].word != NULL; i++) {
        if (ngx_strcmp(word, reasons[i].word) == 0) {
            break;
        }
    }

    ngx_payments_status_add(reasons[i].metric, 1);

    left_out = ngx_payments_status_due("Redis refuses", (char *) word, 0,
                                       60000);

    if (left_out != NULL) {
        ngx_log_error(NGX_LOG_ERR, &redis->log, 0,
                      "Redis \"%V\" refuses commands: %s%s; answers to retries "
                      "come from PostgreSQL until it does not", &redis->name,
                      word, left_out);
    }
}


/* what a reply says, as a handler gets it */

static ngx_int_t
ngx_payments_redis_values(redisReply *reply, ngx_str_t *values)
{
    size_t       i, n;
    ngx_uint_t   nils;
    redisReply  *element;

    ngx_memzero(values, NGX_PAYMENTS_REDIS_VALUES * sizeof(ngx_str_t));

    if (reply->type == REDIS_REPLY_ERROR) {
        return NGX_ERROR;
    }

    n = (reply->type == REDIS_REPLY_ARRAY) ? reply->elements : 1;
    n = ngx_min(n, NGX_PAYMENTS_REDIS_VALUES);
    nils = 0;

    for (i = 0; i < n; i++) {
        element = (reply->type == REDIS_REPLY_ARRAY) ? reply->element[i]
                                                     : reply;

        if (element->type == REDIS_REPLY_STRING) {
            values[i].data = (u_char *) element->str;
            values[i].len = element->len;
        }

        nils += (element->type == REDIS_REPLY_NIL);
    }

    return (n != 0 && nils == n) ? NGX_DECLINED : NGX_OK;
}


/* NGX_OK, or NGX_ERROR after which the connection is gone */

static ngx_int_t
ngx_payments_redis_reply(ngx_payments_redis_t *redis, redisReply *reply)
{
    ngx_int_t                      rc;
    ngx_str_t                      values[NGX_PAYMENTS_REDIS_VALUES];
    ngx_queue_t                   *q;
    ngx_payments_redis_command_t  *command;

    if (redis->greetings) {
        return ngx_payments_redis_greeted(redis, reply);
    }

    if (ngx_queue_empty(&redis->sent)) {
        ngx_payments_redis_close(redis, "an unexpected reply");
        return NGX_ERROR;
    }

    if (reply->type == REDIS_REPLY_ERROR) {
        redis->refused = ngx_current_msec ? ngx_current_msec : 1;
        ngx_payments_redis_refused(redis, reply->str);
    }

    /* it is no master any more: who is, must be asked */

    if (reply->type == REDIS_REPLY_ERROR
        && (ngx_strncmp(reply->str, "READONLY", 8) == 0
            || ngx_strncmp(reply->str, "LOADING", 7) == 0))
    {
        ngx_payments_redis_close(redis, "it takes no writes");
        return NGX_ERROR;
    }

    q = ngx_queue_head(&redis->sent);
    ngx_queue_remove(q);

    command = ngx_queue_data(q, ngx_payments_redis_command_t, queue);

    ngx_payments_status_observe(NGX_PAYMENTS_H_REDIS,
                     (uint64_t) (ngx_current_msec + redis->conf->timeout
                                 - command->deadline) * 1000);

    if (command->handler != NULL) {
        rc = ngx_payments_redis_values(reply, values);

        if (command->get) {
            if (rc == NGX_OK && reply->type != REDIS_REPLY_STRING) {
                rc = NGX_DECLINED;
            }

            if (rc != NGX_ERROR) {
                ngx_payments_status_add((rc == NGX_OK)
                                        ? NGX_PAYMENTS_M_REDIS_HIT
                                        : NGX_PAYMENTS_M_REDIS_MISS, 1);
            }
        }

        command->handler(command->data, rc, values);
    }

    ngx_free(command);

    return NGX_OK;
}


static void
ngx_payments_redis_rearm(ngx_payments_redis_t *redis)
{
    ngx_event_t                   *rev = redis->peer.connection->read;
    ngx_msec_int_t                 left;
    ngx_payments_redis_command_t  *first;

    if (rev->timer_set) {
        ngx_del_timer(rev);
    }

    if (ngx_queue_empty(&redis->sent)) {
        rev->cancelable = 1;
        return;
    }

    first = ngx_queue_data(ngx_queue_head(&redis->sent),
                           ngx_payments_redis_command_t, queue);
    left = (ngx_msec_int_t) (first->deadline - ngx_current_msec);

    ngx_add_timer(rev, (ngx_msec_t) ngx_max(left, 1));
}


void
ngx_payments_redis_read_handler(ngx_event_t *rev)
{
    void                  *reply;
    u_char                 buffer[16384];
    size_t                 total;
    ssize_t                n;
    ngx_int_t              rc;
    ngx_connection_t      *c = rev->data;
    ngx_payments_redis_t  *redis = c->data;

    if (rev->timedout || c->close) {
        ngx_payments_redis_close(redis, c->close ? "shutting down"
                                                 : "no answer in time");
        return;
    }

    /* other connections have their turn; no answer to what is asked here is as
       long as this by far */

    for (total = 0; total < NGX_PAYMENTS_REDIS_ANSWERS; total += n) {
        n = c->recv(c, buffer, sizeof(buffer));

        if (n == NGX_AGAIN) {
            break;
        }

        if (n <= 0) {
            ngx_payments_redis_close(redis, "connection lost");
            return;
        }

        if (redisReaderFeed(redis->reader, (char *) buffer, n) != REDIS_OK) {
            ngx_payments_redis_close(redis, "bad protocol");
            return;
        }

        for ( ;; ) {
            if (redisReaderGetReply(redis->reader, &reply) != REDIS_OK) {
                ngx_payments_redis_close(redis, "bad protocol");
                return;
            }

            if (reply == NULL) {
                break;
            }

            rc = ngx_payments_redis_reply(redis, reply);

            freeReplyObject(reply);

            if (rc != NGX_OK) {
                return;
            }
        }

        if (redis->reader->len - redis->reader->pos
            > NGX_PAYMENTS_REDIS_ANSWERS)
        {
            ngx_payments_redis_close(redis, "an answer without end");
            return;
        }
    }

    if (total >= NGX_PAYMENTS_REDIS_ANSWERS) {
        ngx_post_event(rev, &ngx_posted_next_events);
    }

    if (redis->ready) {
        ngx_payments_redis_rearm(redis);
    }

    if (ngx_handle_read_event(rev, 0) != NGX_OK) {
        ngx_payments_redis_close(redis, "no event for its socket");
    }
}

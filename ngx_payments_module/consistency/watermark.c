
/*
 * Watermarks: numbers, of which the highest counts.
 *
 * Reads elsewhere rely on them: unlike an answer, which Redis may or may not
 * have, a number that is missing there makes a read wrong.  When a connection
 * is lost, numbers that are not known to be stored, and new ones, wait for the
 * next connection, up to WAIT from the loss, and are sent again, which does no
 * harm.  After that Redis counts as away, and nothing waits for it any more.
 *
 * A Redis that accepts connections and answers nothing, or takes no writes,
 * would let each number wait.  So WAIT does not begin again with the loss of a
 * connection that was new, was asked for something and has stored no number.
 */

#include "ngx_payments_consistency.h"
#include "ngx_payments_watermark.h"


#define NGX_PAYMENTS_WATERMARK_WAIT  250     /* ms */
#define NGX_PAYMENTS_WATERMARK_NEW   1000

/* members of the set */

#define NGX_PAYMENTS_WATERMARK_TOKEN     "t"
#define NGX_PAYMENTS_WATERMARK_TIMELINE  "l"


/* numbers on their way; redis/ frees it, or exit() while it waits */

typedef struct {
    ngx_payments_redis_command_t    command;   /* the first; its queue: in
                                                  waiting */
    ngx_payments_redis_handler_pt   handler;   /* the caller's */
    void                           *data;
    ngx_str_t                       key;       /* behind this */
    ngx_payments_watermark_value_t  value;
    ngx_msec_t                      until;     /* it waits; 0: it has not yet */
    time_t                          ttl;
} ngx_payments_watermark_t;


/* this worker's */

typedef struct {
    ngx_queue_t                     waiting;   /* for a connection */
    ngx_msec_t                      lost;      /* when they have begun to */
    ngx_event_t                     patience;  /* timer, of those that wait */
    ngx_connection_t                dummy;     /* for the timer's log lines */
    unsigned                        stored:1;  /* a number, by this
                                                  connection */
} ngx_payments_watermarks_t;


static void ngx_payments_watermark_lost(ngx_uint_t asked);
static void ngx_payments_watermark_ready(void);
static void ngx_payments_watermark_patience(ngx_event_t *ev);


static ngx_payments_watermarks_t  ngx_payments_watermarks;

static const ngx_payments_redis_hooks_t  ngx_payments_watermark_hooks = {
    ngx_payments_watermark_ready,
    ngx_payments_watermark_lost
};


void
ngx_payments_consistency_init(ngx_cycle_t *cycle)
{
    ngx_payments_watermarks_t  *marks = &ngx_payments_watermarks;

    ngx_queue_init(&marks->waiting);

    marks->dummy.fd = (ngx_socket_t) -1;
    marks->patience.data = &marks->dummy;
    marks->patience.handler = ngx_payments_watermark_patience;
    marks->patience.log = cycle->log;

    /* there will be a connection soon */

    marks->lost = ngx_current_msec;

    ngx_payments_redis_watch(&ngx_payments_watermark_hooks);
}


void
ngx_payments_consistency_exit(void)
{
    ngx_queue_t                *q;
    ngx_payments_watermarks_t  *marks = &ngx_payments_watermarks;

    if (marks->waiting.next == NULL) {
        return;
    }

    while (!ngx_queue_empty(&marks->waiting)) {
        q = ngx_queue_head(&marks->waiting);
        ngx_queue_remove(q);

        ngx_free(ngx_queue_data(q, ngx_payments_watermark_t, command.queue));
    }

    if (marks->patience.timer_set) {
        ngx_del_timer(&marks->patience);
    }
}


static void
ngx_payments_watermark_lost(ngx_uint_t asked)
{
    ngx_payments_watermarks_t  *marks = &ngx_payments_watermarks;

    if (marks->stored || !asked
        || ngx_payments_redis_reached() >= NGX_PAYMENTS_WATERMARK_NEW)
    {
        marks->lost = ngx_current_msec;
    }
}


/* NGX_OK: it waits for a connection; NGX_DECLINED: it is too late */

static ngx_int_t
ngx_payments_watermark_wait(ngx_payments_redis_command_t *command)
{
    ngx_msec_int_t              left;
    ngx_payments_watermark_t   *mark = (ngx_payments_watermark_t *) command;
    ngx_payments_watermarks_t  *marks = &ngx_payments_watermarks;

    if (mark->until == 0) {
        mark->until = marks->lost + NGX_PAYMENTS_WATERMARK_WAIT;
    }

    left = (ngx_msec_int_t) (mark->until - ngx_current_msec);

    if (left <= 0) {
        return NGX_DECLINED;
    }

    ngx_queue_insert_tail(&marks->waiting, &command->queue);

    /* what came first ends first; a request that waits has no other timer */

    if (!marks->patience.timer_set) {
        ngx_add_timer(&marks->patience, (ngx_msec_t) left);
    }

    return NGX_OK;
}


static void
ngx_payments_watermark_patience(ngx_event_t *ev)
{
    ngx_queue_t                *q;
    ngx_msec_int_t              left;
    ngx_payments_watermark_t   *mark;
    ngx_payments_watermarks_t  *marks = &ngx_payments_watermarks;

    while (!ngx_queue_empty(&marks->waiting)) {
        q = ngx_queue_head(&marks->waiting);
        mark = ngx_queue_data(q, ngx_payments_watermark_t, command.queue);

        left = (ngx_msec_int_t) (mark->until - ngx_current_msec);

        if (left > 0) {
            ngx_add_timer(&marks->patience, (ngx_msec_t) left);
            return;
        }

        ngx_queue_remove(q);
        ngx_payments_redis_fail(&mark->command);
    }
}


/*
 * A set of two members, the token and the timeline: their scores grow, in one
 * command of Redis' own.  Its life is prolonged before that as well, or it
 * might end between the two.
 */

static ngx_int_t
ngx_payments_watermark_send(ngx_payments_watermark_t *mark)
{
    u_char       token[NGX_INT64_LEN], timeline[NGX_INT64_LEN];
    u_char       seconds[NGX_TIME_T_LEN];
    size_t       expire_lengths[3], lengths[7];
    const char  *expire[3], *argv[7];

    expire[0] = "EXPIRE";
    expire_lengths[0] = 6;
    expire[1] = (char *) mark->key.data;
    expire_lengths[1] = mark->key.len;
    expire[2] = (char *) seconds;
    expire_lengths[2] = ngx_sprintf(seconds, "%T", mark->ttl) - seconds;

    argv[0] = "ZADD";
    lengths[0] = 4;
    argv[1] = (char *) mark->key.data;
    lengths[1] = mark->key.len;
    argv[2] = "GT";
    lengths[2] = 2;
    argv[3] = (char *) token;
    lengths[3] = ngx_sprintf(token, "%L", mark->value.token) - token;
    argv[4] = NGX_PAYMENTS_WATERMARK_TOKEN;
    lengths[4] = 1;
    argv[5] = (char *) timeline;
    lengths[5] = ngx_sprintf(timeline, "%L", mark->value.timeline) - timeline;
    argv[6] = NGX_PAYMENTS_WATERMARK_TIMELINE;
    lengths[6] = 1;

    if (ngx_payments_redis_ask(3, expire, expire_lengths, NULL, NULL) == NULL
        || ngx_payments_redis_send(&mark->command, 7, argv, lengths) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* without it the number stays, which does no harm */

    (void) ngx_payments_redis_ask(3, expire, expire_lengths, NULL, NULL);

    return NGX_OK;
}


static void
ngx_payments_watermark_ready(void)
{
    ngx_queue_t                *q;
    ngx_payments_watermark_t   *mark;
    ngx_payments_watermarks_t  *marks = &ngx_payments_watermarks;

    marks->stored = 0;

    if (marks->patience.timer_set) {
        ngx_del_timer(&marks->patience);
    }

    while (!ngx_queue_empty(&marks->waiting)) {
        q = ngx_queue_head(&marks->waiting);
        ngx_queue_remove(q);

        mark = ngx_queue_data(q, ngx_payments_watermark_t, command.queue);

        if (ngx_payments_watermark_send(mark) != NGX_OK) {
            ngx_payments_redis_fail(&mark->command);
        }
    }
}


static void
ngx_payments_watermark_done(void *data, ngx_int_t rc, ngx_str_t *value)
{
    ngx_payments_watermark_t  *mark = data;

    ngx_payments_watermarks.stored |= (rc == NGX_OK);

    mark->handler(mark->data, rc, value);
}


ngx_payments_redis_command_t *
ngx_payments_watermark_raise(ngx_str_t *key,
    ngx_payments_watermark_value_t *value, time_t ttl,
    ngx_payments_redis_handler_pt handler, void *data)
{
    ngx_int_t                  rc;
    ngx_payments_watermark_t  *mark;

    if (!ngx_payments_redis_configured()) {
        return NULL;
    }

    mark = ngx_calloc(sizeof(ngx_payments_watermark_t) + key->len,
                      ngx_cycle->log);
    if (mark == NULL) {
        return NULL;
    }

    mark->command.handler = ngx_payments_watermark_done;
    mark->command.data = mark;
    mark->command.lost = ngx_payments_watermark_wait;
    mark->handler = handler;
    mark->data = data;
    mark->value = *value;
    mark->ttl = ttl;
    mark->key.data = (u_char *) (mark + 1);
    mark->key.len = key->len;
    ngx_memcpy(mark->key.data, key->data, key->len);

    rc = ngx_payments_redis_ready()
         ? ngx_payments_watermark_send(mark)
         : ngx_payments_watermark_wait(&mark->command);

    if (rc != NGX_OK) {
        ngx_free(mark);
        return NULL;
    }

    return &mark->command;
}


ngx_payments_redis_command_t *
ngx_payments_watermark_get(ngx_str_t *key,
    ngx_payments_redis_handler_pt handler, void *data)
{
    size_t       lengths[4];
    const char  *argv[4];

    if (!ngx_payments_redis_ready()) {
        return NULL;
    }

    argv[0] = "ZMSCORE";
    lengths[0] = 7;
    argv[1] = (char *) key->data;
    lengths[1] = key->len;
    argv[2] = NGX_PAYMENTS_WATERMARK_TOKEN;
    lengths[2] = 1;
    argv[3] = NGX_PAYMENTS_WATERMARK_TIMELINE;
    lengths[3] = 1;

    return ngx_payments_redis_ask(4, argv, lengths, handler, data);
}

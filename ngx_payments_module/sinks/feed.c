
/* A feed: pages of events as HTTP requests, one after the other. */

#include "ngx_payments_sinks_internal.h"
#include "../base/ngx_payments_backoff.h"
#include "../outbound/ngx_payments_outbound.h"


#define NGX_PAYMENTS_FEED_CONNECT  5000    /* ms */
#define NGX_PAYMENTS_FEED_ANSWER   1024    /* bytes of it that are read */
#define NGX_PAYMENTS_FEED_LEAST    500     /* ms until it is sent again, about;
                                              twice as long each time */
#define NGX_PAYMENTS_FEED_MOST     60000
#define NGX_PAYMENTS_FEED_PAUSE    300     /* s, that a receiver can ask for */
#define NGX_PAYMENTS_FEED_SAID     60000   /* ms between two messages */
#define NGX_PAYMENTS_FEED_BUFFER   65536
#define NGX_PAYMENTS_FEED_ID       160     /* bytes */


/* of a feed in a shard, as long as the worker lives */

typedef struct {
    ngx_payments_stream_t        *stream;
    ngx_payments_feed_conf_t     *conf;
    ngx_payments_outbound_call_t  call;
    ngx_event_t                   retry;
    ngx_connection_t              dummy;       /* for its log lines */

    u_char                       *body;        /* of the page under way; kept
                                                  for the next one */
    size_t                        size;
    size_t                        len;
    ngx_uint_t                    n;           /* events in it */
    ngx_payments_place_t          behind;      /* the place behind it */
    ngx_uint_t                    failures;    /* in a row */
    unsigned                      running:1;   /* the call */
} ngx_payments_feed_t;


static void ngx_payments_feed_send(ngx_payments_feed_t *feed);
static void ngx_payments_feed_done(ngx_payments_outbound_call_t *call);
static void ngx_payments_feed_again(ngx_event_t *ev);


static ngx_int_t
ngx_payments_feed_init(ngx_cycle_t *cycle, ngx_payments_stream_t *stream)
{
    ngx_payments_feed_t  *feed;

    feed = ngx_pcalloc(cycle->pool, sizeof(ngx_payments_feed_t));
    if (feed == NULL) {
        return NGX_ERROR;
    }

    feed->stream = stream;
    feed->conf = stream->sink->conf;

    feed->dummy.fd = (ngx_socket_t) -1;
    feed->dummy.data = feed;

    feed->retry.data = &feed->dummy;
    feed->retry.handler = ngx_payments_feed_again;
    feed->retry.log = cycle->log;
    feed->retry.cancelable = 1;

    stream->data = feed;

    return NGX_OK;
}


static void
ngx_payments_feed_begin(ngx_payments_stream_t *stream)
{
    ngx_payments_stream_read(stream);
}


/* room for so many bytes more */

static ngx_int_t
ngx_payments_feed_room(ngx_payments_feed_t *feed, size_t more)
{
    size_t   size;
    u_char  *body;

    if (feed->size - feed->len >= more) {
        return NGX_OK;
    }

    size = ngx_max(feed->size, NGX_PAYMENTS_FEED_BUFFER / 2) * 2;

    while (size - feed->len < more) {
        size *= 2;
    }

    body = ngx_alloc(size, ngx_cycle->log);
    if (body == NULL) {
        return NGX_ERROR;
    }

    if (feed->body != NULL) {
        ngx_memcpy(body, feed->body, feed->len);
        ngx_free(feed->body);
    }

    feed->body = body;
    feed->size = size;

    return NGX_OK;
}


/* a line, or an element of an array */

static ngx_int_t
ngx_payments_feed_event(ngx_payments_stream_t *stream,
    const ngx_payments_event_t *event, const u_char *merchant,
    const ngx_payments_place_t *behind)
{
    ngx_payments_out_t    out;
    ngx_payments_feed_t  *feed = stream->data;

    if (ngx_payments_feed_room(feed, ngx_payments_event_size(event)
                                     + NGX_PAYMENTS_EVENT_CLOUD + 2)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, feed->body + feed->len,
                          feed->size - feed->len - 1);

    if (feed->conf->format == NGX_PAYMENTS_FEED_CLOUDEVENTS) {
        ngx_payments_out_str(&out, feed->n ? "," : "[");
        ngx_payments_event_cloud(event, merchant, &out);

    } else {
        ngx_payments_event_json(event, &out);
        ngx_payments_out_str(&out, "\n");
    }

    feed->len += out.pos - out.start;
    feed->n++;

    return out.overflow ? NGX_ERROR : NGX_OK;
}


static void
ngx_payments_feed_page(ngx_payments_stream_t *stream,
    const ngx_payments_place_t *behind)
{
    ngx_payments_feed_t  *feed = stream->data;

    feed->behind = *behind;

    if (feed->n == 0) {
        ngx_payments_stream_ack(stream, behind);
        return;
    }

    if (feed->conf->format == NGX_PAYMENTS_FEED_CLOUDEVENTS) {
        feed->body[feed->len++] = ']';
    }

    ngx_payments_feed_send(feed);
}


/* what it is a batch of: the same events, the same id */

static ngx_str_t
ngx_payments_feed_id(ngx_payments_feed_t *feed,
    u_char id[NGX_PAYMENTS_FEED_ID])
{
    ngx_str_t               text;
    ngx_payments_stream_t  *stream = feed->stream;

    text.data = id;
    text.len = ngx_snprintf(id, NGX_PAYMENTS_FEED_ID, "%V:%V:%L-%L:%ui",
                            &stream->sink->name,
                            ngx_payments_cluster_shard_name(stream->shard),
                            feed->behind.batch, feed->behind.position, feed->n)
               - id;

    return text;
}


/* a fresh time and signature each time it is sent */

static ngx_int_t
ngx_payments_feed_headers(ngx_payments_feed_t *feed)
{
    u_char                        *p;
    int64_t                        now;
    ngx_str_t                      id;
    ngx_payments_text_t            key, name, body;
    ngx_payments_outbound_call_t  *call = &feed->call;

    u_char                         buffer[NGX_PAYMENTS_FEED_ID];

    now = ngx_payments_pg_now() / 1000000;
    id = ngx_payments_feed_id(feed, buffer);

    p = ngx_pnalloc(call->pool, 512 + NGX_PAYMENTS_FEED_ID + NGX_INT64_LEN
                                + NGX_PAYMENTS_SIGNATURE_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    call->headers.data = p;

    p = ngx_sprintf(p, "Content-Type: %s" CRLF
                    "User-Agent: ngx_payments_module" CRLF
                    "webhook-id: %V" CRLF "webhook-timestamp: %L" CRLF,
                    (feed->conf->format == NGX_PAYMENTS_FEED_CLOUDEVENTS)
                    ? "application/cloudevents-batch+json; charset=utf-8"
                    : "application/x-ndjson", &id, now);

    if (feed->conf->key.len) {
        key.data = feed->conf->key.data;
        key.len = feed->conf->key.len;
        name.data = id.data;
        name.len = id.len;
        body.data = feed->body;
        body.len = feed->len;

        p = ngx_cpymem(p, "webhook-signature: ", 19);

        if (ngx_payments_signature(&key, &name, now, &body, p) != 0) {
            return NGX_ERROR;
        }

        p += NGX_PAYMENTS_SIGNATURE_LEN;
        p = ngx_cpymem(p, CRLF, 2);
    }

    call->headers.len = p - call->headers.data;

    return NGX_OK;
}


static ngx_int_t
ngx_payments_feed_start(ngx_payments_feed_t *feed)
{
    ngx_payments_feed_conf_t      *conf = feed->conf;
    ngx_payments_outbound_call_t  *call = &feed->call;

    ngx_memzero(call, sizeof(ngx_payments_outbound_call_t));

    call->pool = ngx_create_pool(4096, ngx_cycle->log);
    if (call->pool == NULL) {
        return NGX_ERROR;
    }

    call->url = conf->url;
    call->addrs = conf->addrs;
    call->naddrs = conf->naddrs;
    ngx_str_set(&call->method, "POST");
    call->target = conf->target;
    call->body.data = feed->body;
    call->body.len = feed->len;
    call->ssl = conf->ssl;
    call->timeout = conf->timeout;
    call->connect_timeout = ngx_min(conf->timeout, NGX_PAYMENTS_FEED_CONNECT);
    call->limit = NGX_PAYMENTS_FEED_ANSWER;
    call->handler = ngx_payments_feed_done;
    call->data = feed;
    call->again = 1;
    call->partial = 1;
    call->essential = 1;

    if (ngx_payments_feed_headers(feed) == NGX_OK
        && ngx_payments_outbound_start(call) == NGX_OK)
    {
        return NGX_OK;
    }

    ngx_destroy_pool(call->pool);

    return NGX_ERROR;
}


/* the same bytes again, after a while */

static void
ngx_payments_feed_later(ngx_payments_feed_t *feed, ngx_msec_t pause)
{
    ngx_msec_t  delay;

    delay = ngx_payments_backoff(feed->failures, NGX_PAYMENTS_FEED_LEAST,
                                 NGX_PAYMENTS_FEED_MOST);

    feed->failures++;
    (void) ngx_atomic_fetch_add(&feed->stream->counts->failures, 1);

    ngx_add_timer(&feed->retry, ngx_max(delay, pause));
}


static void
ngx_payments_feed_send(ngx_payments_feed_t *feed)
{
    if (ngx_payments_feed_start(feed) == NGX_OK) {
        feed->running = 1;
        return;
    }

    ngx_payments_feed_later(feed, 0);
}


static void
ngx_payments_feed_again(ngx_event_t *ev)
{
    ngx_connection_t  *c = ev->data;

    if (!ngx_exiting) {
        ngx_payments_feed_send(c->data);
    }
}


/* Retry-After of one that has too much to do, in ms; dates are not read */

static ngx_msec_t
ngx_payments_feed_pause(ngx_payments_outbound_call_t *call)
{
    ngx_int_t  n;
    ngx_str_t  value;

    if ((call->status != 429 && call->status != 503)
        || ngx_payments_outbound_header(call, "retry-after", &value) != NGX_OK)
    {
        return 0;
    }

    n = ngx_atoi(value.data, value.len);

    return (n == NGX_ERROR) ? 0 : 1000 * ngx_min(n, NGX_PAYMENTS_FEED_PAUSE);
}


static void
ngx_payments_feed_failed(ngx_payments_feed_t *feed)
{
    const char                    *left_out;
    ngx_payments_stream_t         *stream = feed->stream;
    ngx_payments_outbound_call_t  *call = &feed->call;

    left_out = ngx_payments_status_due("feed",
                                       (char *) stream->sink->name.data,
                                       stream->shard, NGX_PAYMENTS_FEED_SAID);
    if (left_out == NULL) {
        return;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "payments sink \"%V\" of shard \"%V\" did not take %ui "
                  "events: %s %ui; they are sent again%s", &stream->sink->name,
                  ngx_payments_cluster_shard_name(stream->shard), feed->n,
                  call->error ? call->error : "it answered", call->status,
                  left_out);
}


static void
ngx_payments_feed_done(ngx_payments_outbound_call_t *call)
{
    ngx_msec_t            pause;
    ngx_payments_feed_t  *feed = call->data;

    feed->running = 0;

    if (call->outcome == NGX_PAYMENTS_OUTBOUND_ANSWERED
        && call->status / 100 == 2)
    {
        ngx_destroy_pool(call->pool);

        (void) ngx_atomic_fetch_add(&feed->stream->counts->events, feed->n);
        feed->failures = 0;
        feed->n = 0;
        feed->len = 0;

        ngx_payments_stream_ack(feed->stream, &feed->behind);
        return;
    }

    pause = ngx_payments_feed_pause(call);
    ngx_payments_feed_failed(feed);
    ngx_destroy_pool(call->pool);

    ngx_payments_feed_later(feed, pause);
}


/* the next page is not sent before this one is noted: what is sent twice after
   a crash is one page */

static void
ngx_payments_feed_acked(ngx_payments_stream_t *stream)
{
    ngx_payments_stream_read(stream);
}


static void
ngx_payments_feed_stop(ngx_payments_stream_t *stream)
{
    ngx_payments_feed_t  *feed = stream->data;

    if (feed->running) {
        ngx_payments_outbound_cancel(&feed->call);
        ngx_destroy_pool(feed->call.pool);
        feed->running = 0;
    }

    if (feed->retry.timer_set) {
        ngx_del_timer(&feed->retry);
    }

    feed->n = 0;
    feed->len = 0;
}


static ngx_uint_t
ngx_payments_feed_busy(ngx_payments_stream_t *stream)
{
    ngx_payments_feed_t  *feed = stream->data;

    return feed->running;
}


static void
ngx_payments_feed_exit(ngx_payments_stream_t *stream)
{
    ngx_payments_feed_t  *feed = stream->data;

    if (feed->body != NULL) {
        ngx_free(feed->body);
        feed->body = NULL;
    }
}


const ngx_payments_sink_kind_t  ngx_payments_feed_kind = {
    ngx_payments_feed_init,
    ngx_payments_feed_begin,
    ngx_payments_feed_event,
    ngx_payments_feed_page,
    ngx_payments_feed_acked,
    ngx_payments_feed_stop,
    ngx_payments_feed_busy,
    ngx_payments_feed_exit
};

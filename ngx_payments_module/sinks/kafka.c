
/* Events to Kafka: a message each, and the place behind those it has. */

#include "ngx_payments_sinks_internal.h"
#include "../kafka/ngx_payments_kafka.h"


/* messages that have not been reported, at most; a power of two */
#define NGX_PAYMENTS_KAFKA_RING   16384
#define NGX_PAYMENTS_KAFKA_BYTES  (16 * 1024 * 1024)
#define NGX_PAYMENTS_KAFKA_ACK    200      /* ms between two places noted */
/* ms, the producer's "socket.timeout.ms": what an earlier one had on its way is
   there by then, or nowhere */
#define NGX_PAYMENTS_KAFKA_QUIET  10000

#define NGX_PAYMENTS_KAFKA_LEAVE  5000     /* ms that one that quits waits */
#define NGX_PAYMENTS_KAFKA_SAID   60000    /* ms between two messages */
#define NGX_PAYMENTS_KAFKA_TOPIC  256


typedef struct {
    ngx_payments_place_t          behind;
    uint32_t                      bytes;
    unsigned                      done:1;
} ngx_payments_kafka_entry_t;


/* in a shard, as long as the worker lives */

typedef struct {
    ngx_payments_stream_t        *stream;
    ngx_payments_kafka_conf_t    *conf;
    ngx_payments_kafka_t         *producer;    /* NULL: none */
    ngx_event_t                   note;        /* timers */
    ngx_event_t                   again;
    ngx_connection_t              dummy;

    ngx_payments_kafka_entry_t   *ring;
    uintptr_t                     first;       /* not reported, the oldest */
    uintptr_t                     next;        /* the next one's number */
    size_t                        bytes;       /* of those between */
    ngx_payments_place_t          place;       /* behind what is there */
    ngx_msec_t                    quiet;       /* no producer before */
    ngx_msec_t                    left;        /* when the worker began to
                                                  quit; 0: it does not */
    u_char                       *body;        /* of an event; kept for the
                                                  next one */
    size_t                        size;
    unsigned                      moved:1;     /* "place" is not noted */
    unsigned                      full:1;      /* nothing is read: it waits for
                                                  reports */
} ngx_payments_kafka_sink_t;


static void ngx_payments_kafka_sink_begin(ngx_payments_stream_t *stream);
static void ngx_payments_kafka_sink_report(void *data, uintptr_t number,
    const char *error);
static void ngx_payments_kafka_sink_fatal(void *data, const char *error);
static void ngx_payments_kafka_sink_note(ngx_event_t *ev);
static void ngx_payments_kafka_sink_again(ngx_event_t *ev);


static const ngx_payments_kafka_handlers_t  ngx_payments_kafka_sink_handlers = {
    ngx_payments_kafka_sink_report,
    ngx_payments_kafka_sink_fatal
};


static void
ngx_payments_kafka_sink_timer(ngx_payments_kafka_sink_t *k, ngx_event_t *timer,
    ngx_event_handler_pt handler)
{
    timer->data = &k->dummy;
    timer->handler = handler;
    timer->log = ngx_cycle->log;
    timer->cancelable = 1;
}


static ngx_int_t
ngx_payments_kafka_sink_init(ngx_cycle_t *cycle, ngx_payments_stream_t *stream)
{
    ngx_payments_kafka_sink_t  *k;

    k = ngx_pcalloc(cycle->pool, sizeof(ngx_payments_kafka_sink_t));
    if (k == NULL) {
        return NGX_ERROR;
    }

    k->ring = ngx_palloc(cycle->pool, NGX_PAYMENTS_KAFKA_RING
                                      * sizeof(ngx_payments_kafka_entry_t));
    if (k->ring == NULL) {
        return NGX_ERROR;
    }

    k->stream = stream;
    k->conf = stream->sink->conf;
    k->quiet = ngx_current_msec;
    k->dummy.fd = (ngx_socket_t) -1;
    k->dummy.data = k;

    ngx_payments_kafka_sink_timer(k, &k->note, ngx_payments_kafka_sink_note);
    ngx_payments_kafka_sink_timer(k, &k->again, ngx_payments_kafka_sink_again);

    stream->data = k;

    return NGX_OK;
}


/* a producer, if it is time for one: after one that failed it is quiet first,
   so that nothing of that comes behind what is sent again */

static void
ngx_payments_kafka_sink_begin(ngx_payments_stream_t *stream)
{
    ngx_msec_int_t              left;
    ngx_payments_kafka_sink_t  *k = stream->data;

    left = (ngx_msec_int_t) (k->quiet - ngx_current_msec);

    if (left <= 0 && k->producer == NULL) {
        k->producer = ngx_payments_kafka_open(k->conf->options.elts,
                                              k->conf->options.nelts,
                                              &ngx_payments_kafka_sink_handlers,
                                              k);
        left = NGX_PAYMENTS_KAFKA_QUIET;
    }

    if (k->producer == NULL) {
        ngx_add_timer(&k->again, (ngx_msec_t) left);
        return;
    }

    ngx_payments_stream_read(stream);
}


static void
ngx_payments_kafka_sink_again(ngx_event_t *ev)
{
    ngx_connection_t           *c = ev->data;
    ngx_payments_kafka_sink_t  *k = c->data;

    ngx_payments_kafka_sink_begin(k->stream);
}


static ngx_int_t
ngx_payments_kafka_sink_body(ngx_payments_kafka_sink_t *k,
    const ngx_payments_event_t *event, ngx_str_t *body)
{
    size_t              size;
    ngx_payments_out_t  out;

    size = ngx_payments_event_size(event);

    if (size > k->size) {
        if (k->body != NULL) {
            ngx_free(k->body);
        }

        k->size = 0;
        k->body = ngx_alloc(2 * size, ngx_cycle->log);

        if (k->body == NULL) {
            return NGX_ERROR;
        }

        k->size = 2 * size;
    }

    ngx_payments_out_init(&out, k->body, k->size);
    ngx_payments_event_json(event, &out);

    body->data = k->body;
    body->len = out.pos - out.start;

    return out.overflow ? NGX_ERROR : NGX_OK;
}


/* {object} in it is the kind of the event's object */

static ngx_int_t
ngx_payments_kafka_sink_topic(ngx_str_t *pattern,
    const ngx_payments_event_t *event, u_char topic[NGX_PAYMENTS_KAFKA_TOPIC])
{
    char         prefix[5];
    size_t       len;
    u_char      *p, *last, *at;
    const char  *kind;

    last = topic + NGX_PAYMENTS_KAFKA_TOPIC - 1;
    at = (u_char *) ngx_strstr(pattern->data, "{object}");

    if (at == NULL) {
        p = ngx_slprintf(topic, last, "%V", pattern);
        *p = '\0';
        return NGX_OK;
    }

    kind = ngx_payments_event_kind(event, &len, prefix);

    p = ngx_slprintf(topic, last, "%*s%*s%s",
                     (size_t) (at - pattern->data), pattern->data,
                     len, kind, at + sizeof("{object}") - 1);
    *p = '\0';

    return (p < last) ? NGX_OK : NGX_ERROR;
}


static void
ngx_payments_kafka_sink_header(ngx_payments_kafka_message_t *message,
    const char *name, const void *data, size_t len)
{
    message->headers[message->nheaders].name = name;
    message->headers[message->nheaders].value.data = (u_char *) data;
    message->headers[message->nheaders].value.len = len;
    message->nheaders++;
}


/* the attributes of a CloudEvent in binary mode */

#define NGX_PAYMENTS_KAFKA_SOURCE                                             \
    (sizeof("/merchants/") - 1 + NGX_PAYMENTS_ID_LEN)

typedef struct {
    u_char                        id[NGX_PAYMENTS_ID_LEN];
    u_char                        subject[NGX_PAYMENTS_ID_LEN];
    u_char                        source[NGX_PAYMENTS_KAFKA_SOURCE];
    u_char                        time[NGX_PAYMENTS_TIME_LEN];
    u_char                        sequence[NGX_INT64_LEN];
} ngx_payments_kafka_attributes_t;


static void
ngx_payments_kafka_sink_headers(ngx_payments_kafka_sink_t *k,
    const ngx_payments_event_t *event, const u_char *merchant,
    ngx_payments_kafka_attributes_t *a, ngx_payments_kafka_message_t *message)
{
    u_char  *p;
    size_t   n;

    ngx_payments_id("evt_", event->id, a->id);
    n = ngx_payments_event_subject(event, a->subject);
    p = ngx_cpymem(a->source, "/merchants/", sizeof("/merchants/") - 1);
    ngx_payments_id("mer_", merchant, p);
    ngx_payments_time(event->created_at, a->time);
    p = ngx_sprintf(a->sequence, "%L", event->sequence);

    message->key.data = k->conf->by_merchant ? a->source + 11 : a->subject;
    message->key.len = k->conf->by_merchant ? NGX_PAYMENTS_ID_LEN : n;

    ngx_payments_kafka_sink_header(message, "ce_specversion", "1.0", 3);
    ngx_payments_kafka_sink_header(message, "ce_id", a->id, sizeof(a->id));
    ngx_payments_kafka_sink_header(message, "ce_type", event->type.data,
                                   event->type.len);
    ngx_payments_kafka_sink_header(message, "ce_source", a->source,
                                   sizeof(a->source));
    ngx_payments_kafka_sink_header(message, "ce_subject", a->subject, n);
    ngx_payments_kafka_sink_header(message, "ce_time", a->time,
                                   sizeof(a->time));
    ngx_payments_kafka_sink_header(message, "ce_sequence", a->sequence,
                                   p - a->sequence);
    ngx_payments_kafka_sink_header(message, "ce_partitionkey",
                                   message->key.data, message->key.len);
    ngx_payments_kafka_sink_header(message, "content-type", "application/json",
                                   sizeof("application/json") - 1);
}


static ngx_int_t
ngx_payments_kafka_sink_event(ngx_payments_stream_t *stream,
    const ngx_payments_event_t *event, const u_char *merchant,
    const ngx_payments_place_t *behind)
{
    ngx_payments_kafka_sink_t        *k = stream->data;
    ngx_payments_kafka_entry_t       *entry;
    ngx_payments_kafka_message_t      message;
    ngx_payments_kafka_attributes_t   attributes;

    u_char                            topic[NGX_PAYMENTS_KAFKA_TOPIC];

    ngx_memzero(&message, sizeof(ngx_payments_kafka_message_t));

    if (ngx_payments_kafka_sink_topic(&k->conf->topic, event, topic) != NGX_OK
        || ngx_payments_kafka_sink_body(k, event, &message.value) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_kafka_sink_headers(k, event, merchant, &attributes, &message);

    message.topic = (char *) topic;
    message.number = k->next;

    entry = &k->ring[k->next % NGX_PAYMENTS_KAFKA_RING];
    entry->behind = *behind;
    entry->bytes = message.value.len;
    entry->done = 0;

    if (k->next - k->first >= NGX_PAYMENTS_KAFKA_RING
        || ngx_payments_kafka_send(k->producer, &message) != NGX_OK)
    {
        return NGX_ERROR;
    }

    k->next++;
    k->bytes += entry->bytes;

    return NGX_OK;
}


/* the next page is read where it surely has room */

static void
ngx_payments_kafka_sink_more(ngx_payments_kafka_sink_t *k)
{
    k->full = (k->next - k->first + k->stream->sink->size
               > NGX_PAYMENTS_KAFKA_RING
               || k->bytes > NGX_PAYMENTS_KAFKA_BYTES);

    if (!k->full) {
        ngx_payments_stream_read(k->stream);
    }
}


static void
ngx_payments_kafka_sink_moved(ngx_payments_kafka_sink_t *k,
    const ngx_payments_place_t *place)
{
    k->place = *place;
    k->moved = 1;

    if (!k->note.timer_set) {
        ngx_add_timer(&k->note, NGX_PAYMENTS_KAFKA_ACK);
    }
}


static void
ngx_payments_kafka_sink_page(ngx_payments_stream_t *stream,
    const ngx_payments_place_t *behind)
{
    ngx_payments_kafka_sink_t  *k = stream->data;

    if (k->next == k->first) {
        ngx_payments_kafka_sink_moved(k, behind);

    } else {
        k->ring[(k->next - 1) % NGX_PAYMENTS_KAFKA_RING].behind = *behind;
    }

    ngx_payments_kafka_sink_more(k);
}


static void
ngx_payments_kafka_sink_note(ngx_event_t *ev)
{
    ngx_connection_t           *c = ev->data;
    ngx_payments_kafka_sink_t  *k = c->data;

    if (k->moved) {
        k->moved = 0;
        ngx_payments_stream_ack(k->stream, &k->place);
    }
}


/* all begins again, with another producer */

static void
ngx_payments_kafka_sink_failed(ngx_payments_kafka_sink_t *k, const char *error)
{
    const char             *left_out;
    ngx_payments_stream_t  *stream = k->stream;

    (void) ngx_atomic_fetch_add(&stream->counts->failures, 1);

    left_out = ngx_payments_status_due("kafka sink", error, stream->shard,
                                       NGX_PAYMENTS_KAFKA_SAID);
    if (left_out != NULL) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "payments sink \"%V\" of shard \"%V\": Kafka did not "
                      "take an event (%s); from there on all is sent again in "
                      "10 seconds%s", &stream->sink->name,
                      ngx_payments_cluster_shard_name(stream->shard), error,
                      left_out);
    }

    ngx_payments_stream_restart(stream);
}


static void
ngx_payments_kafka_sink_fatal(void *data, const char *error)
{
    ngx_payments_kafka_sink_failed(data, error);
}


static void
ngx_payments_kafka_sink_report(void *data, uintptr_t number, const char *error)
{
    ngx_payments_kafka_sink_t   *k = data;
    ngx_payments_kafka_entry_t  *entry;

    if (error != NULL) {
        ngx_payments_kafka_sink_failed(k, error);
        return;
    }

    if (number - k->first >= k->next - k->first) {
        return;
    }

    k->ring[number % NGX_PAYMENTS_KAFKA_RING].done = 1;

    if (number != k->first) {
        return;
    }

    while (k->first != k->next) {
        entry = &k->ring[k->first % NGX_PAYMENTS_KAFKA_RING];

        if (!entry->done) {
            break;
        }

        ngx_payments_kafka_sink_moved(k, &entry->behind);
        k->bytes -= entry->bytes;
        k->first++;
        (void) ngx_atomic_fetch_add(&k->stream->counts->events, 1);
    }

    if (k->full) {
        ngx_payments_kafka_sink_more(k);
    }
}


static void
ngx_payments_kafka_sink_acked(ngx_payments_stream_t *stream)
{
}


/* where something was under way, another producer may not be there before its
   writes have ended */

static void
ngx_payments_kafka_sink_stop(ngx_payments_stream_t *stream)
{
    ngx_payments_kafka_sink_t  *k = stream->data;

    if (k->producer != NULL) {
        ngx_payments_kafka_close(k->producer, ngx_exiting || ngx_terminate);
        k->producer = NULL;

        if (k->first != k->next) {
            k->quiet = ngx_current_msec + NGX_PAYMENTS_KAFKA_QUIET;
        }
    }

    k->first = k->next;
    k->bytes = 0;
    k->moved = 0;
    k->full = 0;

    if (k->note.timer_set) {
        ngx_del_timer(&k->note);
    }

    if (k->again.timer_set) {
        ngx_del_timer(&k->again);
    }
}


static ngx_uint_t
ngx_payments_kafka_sink_busy(ngx_payments_stream_t *stream)
{
    ngx_payments_kafka_sink_t  *k = stream->data;

    if (k->left == 0) {
        k->left = ngx_current_msec | 1;
    }

    if (k->moved) {
        k->moved = 0;
        ngx_payments_stream_ack(stream, &k->place);
        return 1;
    }

    return k->first != k->next
           && (ngx_msec_int_t) (ngx_current_msec - k->left)
              < NGX_PAYMENTS_KAFKA_LEAVE;
}


static void
ngx_payments_kafka_sink_exit(ngx_payments_stream_t *stream)
{
    ngx_payments_kafka_sink_t  *k = stream->data;

    if (k->body != NULL) {
        ngx_free(k->body);
        k->body = NULL;
    }
}


const ngx_payments_sink_kind_t  ngx_payments_kafka_kind = {
    ngx_payments_kafka_sink_init,
    ngx_payments_kafka_sink_begin,
    ngx_payments_kafka_sink_event,
    ngx_payments_kafka_sink_page,
    ngx_payments_kafka_sink_acked,
    ngx_payments_kafka_sink_stop,
    ngx_payments_kafka_sink_busy,
    ngx_payments_kafka_sink_exit
};


/* A producer: its messages, and what becomes of them. */

#include "ngx_payments_kafka_internal.h"

#if (NGX_PAYMENTS_KAFKA)

#include "../status/ngx_payments_status.h"

#include <ngx_event.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>


#define NGX_PAYMENTS_KAFKA_SAID  60000     /* ms between two messages */


struct ngx_payments_kafka_s {
    rd_kafka_t                   *rk;
    rd_kafka_queue_t             *queue;       /* what it reports */
    ngx_connection_t             *c;           /* its eventfd */
    const ngx_payments_kafka_handlers_t  *handlers;
    void                         *data;
    unsigned                      failed:1;    /* fatal() was called */
    unsigned                      draining:1;  /* handlers are being called */
    unsigned                      closed:1;    /* ... and one has closed it */
};


static void ngx_payments_kafka_events(ngx_event_t *ev);


/* its threads get no signals: they are nginx's */

static rd_kafka_t *
ngx_payments_kafka_start(rd_kafka_conf_t *conf, char *text, size_t size)
{
    sigset_t     all, old;
    rd_kafka_t  *rk;

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &old);

    rk = rdk(rd_kafka_new)(RD_KAFKA_PRODUCER, conf, text, size);

    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);

    return rk;
}


/* NGX_ERROR: it was logged */

static ngx_int_t
ngx_payments_kafka_watch(ngx_payments_kafka_t *kafka)
{
    int                    fd;
    ngx_connection_t      *c;

    static const uint64_t  one = 1;

    fd = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);
    if (fd == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "eventfd() failed");
        return NGX_ERROR;
    }

    c = ngx_get_connection(fd, ngx_cycle->log);
    if (c == NULL) {
        (void) close(fd);
        return NGX_ERROR;
    }

    c->data = kafka;
    c->read->handler = ngx_payments_kafka_events;
    c->read->log = ngx_cycle->log;
    c->write->log = ngx_cycle->log;

    if (ngx_add_event(c->read, NGX_READ_EVENT, 0) != NGX_OK) {
        ngx_close_connection(c);
        return NGX_ERROR;
    }

    kafka->c = c;
    kafka->queue = rdk(rd_kafka_queue_get_main)(kafka->rk);
    rdk(rd_kafka_queue_io_event_enable)(kafka->queue, fd, &one, sizeof(one));

    return NGX_OK;
}


ngx_payments_kafka_t *
ngx_payments_kafka_open(const ngx_payments_kafka_option_t *options,
    ngx_uint_t n, const ngx_payments_kafka_handlers_t *handlers, void *data)
{
    const char            *wrong;
    rd_kafka_conf_t       *conf;
    ngx_payments_kafka_t  *kafka;

    char                   text[512];

    kafka = ngx_calloc(sizeof(ngx_payments_kafka_t), ngx_cycle->log);
    conf = ngx_payments_kafka_conf(options, n, &wrong);

    if (kafka == NULL || conf == NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "Kafka: %s",
                      wrong ? wrong : "no memory");
        goto failed;
    }

    rdk(rd_kafka_conf_set_events)(conf, RD_KAFKA_EVENT_DR|RD_KAFKA_EVENT_ERROR
                                        |RD_KAFKA_EVENT_LOG);

    kafka->handlers = handlers;
    kafka->data = data;
    kafka->rk = ngx_payments_kafka_start(conf, text, sizeof(text));

    if (kafka->rk == NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "Kafka: %s", text);
        goto failed;
    }

    (void) rdk(rd_kafka_set_log_queue)(kafka->rk, NULL);

    if (ngx_payments_kafka_watch(kafka) == NGX_OK) {
        return kafka;
    }

    ngx_payments_kafka_close(kafka, 0);

    return NULL;

failed:

    if (conf != NULL) {
        rdk(rd_kafka_conf_destroy)(conf);
    }

    if (kafka != NULL) {
        ngx_free(kafka);
    }

    return NULL;
}


static void
ngx_payments_kafka_say(ngx_uint_t level, const char *kind, const char *text)
{
    const char  *left_out;

    left_out = ngx_payments_status_due("kafka", kind, 0,
                                       NGX_PAYMENTS_KAFKA_SAID);
    if (left_out != NULL) {
        ngx_log_error(level, ngx_cycle->log, 0, "Kafka: %s%s", text, left_out);
    }
}


ngx_int_t
ngx_payments_kafka_send(ngx_payments_kafka_t *kafka,
    ngx_payments_kafka_message_t *message)
{
    ngx_uint_t            i;
    rd_kafka_headers_t   *headers;
    rd_kafka_resp_err_t   err;

    headers = rdk(rd_kafka_headers_new)(message->nheaders);

    for (i = 0; i < message->nheaders; i++) {
        (void) rdk(rd_kafka_header_add)(headers, message->headers[i].name, -1,
                                        message->headers[i].value.data,
                                        message->headers[i].value.len);
    }

    err = rdk(rd_kafka_producev)(kafka->rk,
                  RD_KAFKA_V_TOPIC(message->topic),
                  RD_KAFKA_V_KEY(message->key.data, message->key.len),
                  RD_KAFKA_V_VALUE(message->value.data, message->value.len),
                  RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                  RD_KAFKA_V_HEADERS(headers),
                  RD_KAFKA_V_OPAQUE((void *) message->number),
                  RD_KAFKA_V_END);

    if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return NGX_OK;
    }

    rdk(rd_kafka_headers_destroy)(headers);

    if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        return NGX_AGAIN;
    }

    ngx_payments_kafka_say(NGX_LOG_ERR, "send", rdk(rd_kafka_err2str)(err));

    return NGX_ERROR;
}


static void
ngx_payments_kafka_reports(ngx_payments_kafka_t *kafka, rd_kafka_event_t *event)
{
    const rd_kafka_message_t  *message;

    for ( ;; ) {
        message = rdk(rd_kafka_event_message_next)(event);

        if (message == NULL || kafka->closed) {
            return;
        }

        kafka->handlers->report(kafka->data, (uintptr_t) message->_private,
                                message->err
                                ? rdk(rd_kafka_err2str)(message->err) : NULL);
    }
}


/* what is not fatal the library mends itself */

static void
ngx_payments_kafka_error(ngx_payments_kafka_t *kafka, rd_kafka_event_t *event)
{
    char  text[512];

    if (rdk(rd_kafka_event_error)(event) != RD_KAFKA_RESP_ERR__FATAL) {
        ngx_payments_kafka_say(NGX_LOG_WARN, "error",
                               rdk(rd_kafka_event_error_string)(event));
        return;
    }

    text[0] = '\0';
    (void) rdk(rd_kafka_fatal_error)(kafka->rk, text, sizeof(text));

    if (!kafka->failed) {
        kafka->failed = 1;
        kafka->handlers->fatal(kafka->data, text);
    }
}


static void
ngx_payments_kafka_event(ngx_payments_kafka_t *kafka, rd_kafka_event_t *event)
{
    int          level;
    const char  *fac, *text;

    switch (rdk(rd_kafka_event_type)(event)) {

    case RD_KAFKA_EVENT_DR:
        ngx_payments_kafka_reports(kafka, event);
        break;

    case RD_KAFKA_EVENT_ERROR:
        ngx_payments_kafka_error(kafka, event);
        break;

    case RD_KAFKA_EVENT_LOG:
        if (rdk(rd_kafka_event_log)(event, &fac, &text, &level) == 0) {
            ngx_payments_kafka_say(level <= 4 ? NGX_LOG_WARN : NGX_LOG_INFO,
                                   fac, text);
        }
        break;

    default:
        break;
    }
}


static void
ngx_payments_kafka_events(ngx_event_t *ev)
{
    uint64_t               n;
    rd_kafka_event_t      *event;
    ngx_connection_t      *c = ev->data;
    ngx_payments_kafka_t  *kafka = c->data;

    (void) (read(c->fd, &n, sizeof(n)) == -1);

    kafka->draining = 1;

    while (!kafka->closed) {
        event = rdk(rd_kafka_queue_poll)(kafka->queue, 0);

        if (event == NULL) {
            break;
        }

        ngx_payments_kafka_event(kafka, event);
        rdk(rd_kafka_event_destroy)(event);
    }

    kafka->draining = 0;

    if (kafka->closed) {
        kafka->closed = 0;
        ngx_payments_kafka_close(kafka, 0);
    }
}


/* it may take as long as a broker does not answer */

static void *
ngx_payments_kafka_end(void *data)
{
    rdk(rd_kafka_destroy_flags)(data, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return NULL;
}


static void
ngx_payments_kafka_detach(rd_kafka_t *rk)
{
    int             failed;
    sigset_t        all, old;
    pthread_t       thread;

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &old);

    failed = pthread_create(&thread, NULL, ngx_payments_kafka_end, rk);

    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);

    /* without a thread it stays: nothing of it is heard or sent any more */

    if (failed == 0) {
        (void) pthread_detach(thread);
    }
}


void
ngx_payments_kafka_close(ngx_payments_kafka_t *kafka, ngx_uint_t process)
{
    if (kafka->draining) {
        kafka->closed = 1;
        return;
    }

    if (kafka->c != NULL) {
        rdk(rd_kafka_queue_io_event_enable)(kafka->queue, -1, NULL, 0);
        rdk(rd_kafka_queue_destroy)(kafka->queue);
        ngx_close_connection(kafka->c);
    }

    (void) rdk(rd_kafka_purge)(kafka->rk, RD_KAFKA_PURGE_F_QUEUE
                                          |RD_KAFKA_PURGE_F_INFLIGHT
                                          |RD_KAFKA_PURGE_F_NON_BLOCKING);

    if (!process) {
        ngx_payments_kafka_detach(kafka->rk);
    }

    ngx_free(kafka);
}

#endif

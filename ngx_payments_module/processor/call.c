
/*
 * A call to an acquirer: sent, sent once more where its connection failed, and
 * read.  All of it takes no longer than the processor's timeout.
 */

#include "ngx_payments_breaker.h"
#include "../base/ngx_payments_base.h"
#include "../outbound/ngx_payments_outbound.h"

#include <ngx_event.h>


#define NGX_PAYMENTS_PROCESSOR_STEPS   32      /* of a look-up */
#define NGX_PAYMENTS_PROCESSOR_WRONG   1000    /* ms between two messages of */
#define NGX_PAYMENTS_PROCESSOR_FAILED  60000   /* the same */


/* a call under way: in the call's pool */

typedef struct {
    ngx_payments_processor_call_t  *call;
    ngx_payments_outbound_call_t    outbound;
    ngx_event_t                     unsent;    /* posted */
    const char                     *refusal;   /* the dialect's, of what it did
                                                  not write */
    ngx_str_t                       step;      /* of a look-up: what is asked
                                                  next; data NULL: the first */
    ngx_uint_t                      steps;
    ngx_msec_t                      start;
    ngx_uint_t                      sendings;
    ngx_uint_t                      probe;     /* of the breaker */
} ngx_payments_processor_exchange_t;


static ngx_int_t ngx_payments_processor_send(
    ngx_payments_processor_exchange_t *x);
static void ngx_payments_processor_sent(ngx_payments_outbound_call_t *outbound);
static void ngx_payments_processor_full(ngx_event_t *ev);
static void ngx_payments_processor_refused(ngx_event_t *ev);


/* where a request is written, before it is known how long it is */

static u_char  ngx_payments_processor_buffer[NGX_PAYMENTS_DIALECT_SIZE];


/* the handler is never called from inside this room's functions */

static void
ngx_payments_processor_post(ngx_payments_processor_exchange_t *x,
    ngx_event_handler_pt handler)
{
    x->unsent.data = x;
    x->unsent.handler = handler;
    x->unsent.log = ngx_cycle->log;

    ngx_post_event(&x->unsent, &ngx_posted_events);
}


ngx_int_t
ngx_payments_processor_start(ngx_payments_processor_call_t *call)
{
    ngx_int_t                           rc;
    ngx_payments_processor_t           *processor = call->processor;
    ngx_payments_processor_exchange_t  *x;

    x = ngx_pcalloc(call->pool, sizeof(ngx_payments_processor_exchange_t));
    if (x == NULL) {
        return NGX_ERROR;
    }

    x->call = call;
    x->start = ngx_current_msec;
    call->exchange = x;

    if (ngx_payments_share_full(processor->calls, call->request.merchant_id)) {
        ngx_payments_processor_post(x, ngx_payments_processor_full);
        return NGX_OK;
    }

    if (ngx_payments_share_take(processor->calls, call->request.merchant_id, 1)
        != 0)
    {
        call->exchange = NULL;
        return NGX_ERROR;
    }

    rc = ngx_payments_processor_send(x);

    if (rc != NGX_OK) {
        ngx_payments_share_give(processor->calls, call->request.merchant_id, 1);
    }

    if (rc == NGX_DECLINED) {
        ngx_payments_processor_post(x, ngx_payments_processor_refused);
        return NGX_OK;
    }

    if (rc != NGX_OK) {
        call->exchange = NULL;
        return NGX_ERROR;
    }

    ngx_payments_status_add(NGX_PAYMENTS_M_PROCESSOR_BUSY, 1);

    x->probe = ngx_payments_breaker_begun(processor, call->request.action);

    return NGX_OK;
}


static ngx_str_t
ngx_payments_processor_moved(ngx_str_t *piece, u_char *to)
{
    ngx_str_t  moved;

    moved.len = piece->len;
    moved.data = piece->len
                 ? to + (piece->data - ngx_payments_processor_buffer) : to;

    return moved;
}


/* target, headers and body, in the call's pool.  NGX_DECLINED: the dialect
   refuses */

static ngx_int_t
ngx_payments_processor_write(ngx_payments_processor_exchange_t *x,
    ngx_payments_sending_t *sending)
{
    size_t                          len;
    u_char                         *p;
    ngx_int_t                       rc;
    ngx_payments_out_t              out;
    ngx_payments_processor_call_t  *call = x->call;
    ngx_payments_processor_t       *processor = call->processor;

    ngx_memzero(sending, sizeof(ngx_payments_sending_t));
    ngx_str_set(&sending->method, "POST");

    sending->step = x->step;
    sending->request = &call->request;
    sending->prefix = processor->prefix;
    sending->key = processor->key;
    sending->now = ngx_payments_clock();
    sending->left = processor->timeout - (ngx_current_msec - x->start);

    if (ngx_payments_new_uuid(sending->uuid) != 0) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, ngx_payments_processor_buffer,
                          NGX_PAYMENTS_DIALECT_SIZE);

    rc = processor->dialect->request(sending, &out);

    if (rc != NGX_OK) {
        x->refusal = sending->refusal;
        return rc;
    }

    len = out.pos - out.start;
    p = ngx_pnalloc(call->pool, len);

    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, out.start, len);

    sending->target = ngx_payments_processor_moved(&sending->target, p);
    sending->headers = ngx_payments_processor_moved(&sending->headers, p);
    sending->body = ngx_payments_processor_moved(&sending->body, p);

    return NGX_OK;
}


/* whether an acquirer that gets it twice executes it once */

static ngx_uint_t
ngx_payments_processor_repeats(ngx_payments_processor_call_t *call)
{
    return call->processor->idempotency
           || call->request.action == NGX_PAYMENTS_LOOKUP;
}


static ngx_int_t
ngx_payments_processor_send(ngx_payments_processor_exchange_t *x)
{
    ngx_int_t                       rc;
    ngx_payments_sending_t          sending;
    ngx_payments_outbound_call_t   *outbound = &x->outbound;
    ngx_payments_processor_call_t  *call = x->call;
    ngx_payments_processor_t       *processor = call->processor;

    rc = ngx_payments_processor_write(x, &sending);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_memzero(outbound, sizeof(ngx_payments_outbound_call_t));

    outbound->pool = call->pool;
    outbound->url = processor->url;
    outbound->addrs = processor->addrs;
    outbound->naddrs = processor->naddrs;
    outbound->method = sending.method;
    outbound->target = sending.target;
    outbound->headers = sending.headers;
    outbound->body = sending.body;
    outbound->ssl = processor->ssl;
    outbound->timeout = sending.left;
    outbound->connect_timeout = processor->connect_timeout;
    outbound->keepalive = processor->keepalive;
    outbound->limit = processor->dialect->limit;
    outbound->handler = ngx_payments_processor_sent;
    outbound->data = x;
    outbound->essential = 1;

    /* outbound's own second sending would have the first one's signature; and
       a connection that may be closed already is none for what must not be sent
       twice */

    outbound->fresh = (x->sendings > 0
                       || !ngx_payments_processor_repeats(call));

    x->sendings++;

    return ngx_payments_outbound_start(outbound);
}


static void
ngx_payments_processor_log(ngx_payments_processor_exchange_t *x,
    const char *wrong)
{
    const char                     *due, *failed;
    ngx_payments_outbound_call_t   *outbound = &x->outbound;
    ngx_payments_processor_call_t  *call = x->call;
    ngx_payments_processor_t       *processor = call->processor;

    if (wrong != NULL) {
        ngx_payments_status_add(NGX_PAYMENTS_M_PROCESSOR_WRONG, 1);

        due = ngx_payments_status_due("processor wrong", wrong,
                                      (ngx_uint_t) processor,
                                      NGX_PAYMENTS_PROCESSOR_WRONG);
        if (due != NULL) {
            ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                          "payments processor \"%V\" answered with status %ui "
                          "against the protocol, so the outcome of %s, attempt "
                          "\"%V\" of %V, is unknown: %s%s",
                          &processor->name, outbound->status,
                          ngx_payments_processor_actions[call->request.action],
                          &call->request.attempt, &call->request.payment,
                          wrong, due);
        }

        return;
    }

    failed = outbound->status ? "it refused, or failed" : outbound->error;

    due = ngx_payments_status_due("processor failed", failed,
                                  (ngx_uint_t) processor,
                                  NGX_PAYMENTS_PROCESSOR_FAILED);
    if (due != NULL) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "payments processor \"%V\" did not execute, or did not "
                      "say whether it executed, %s, attempt \"%V\" of %V: %s, "
                      "status %ui%s",
                      &processor->name,
                      ngx_payments_processor_actions[call->request.action],
                      &call->request.attempt, &call->request.payment,
                      failed, outbound->status, due);
    }
}


/* whether the acquirer cannot do what it is there for */

static ngx_uint_t
ngx_payments_processor_failed(ngx_payments_processor_exchange_t *x,
    const ngx_payments_reply_t *reply, const char *wrong)
{
    ngx_payments_processor_call_t  *call = x->call;

    if (wrong == NULL
        && ngx_payments_verdict_answered(call->processor->dialect, reply))
    {
        return call->request.action != NGX_PAYMENTS_LOOKUP
               && call->answer.verdict == NGX_PAYMENTS_VERDICT_NOT_EXECUTED;
    }

    return 1;
}


static void
ngx_payments_processor_done(ngx_payments_processor_exchange_t *x)
{
    ngx_payments_processor_call_t  *call = x->call;

    ngx_payments_breaker_count(call->processor, call->request.action,
                               call->answer.verdict);
    call->exchange = NULL;
    call->handler(call);
}


/* whether the answer was a part of one, and the rest is asked for */

static ngx_uint_t
ngx_payments_processor_goes_on(ngx_payments_processor_exchange_t *x)
{
    ngx_payments_processor_call_t  *call = x->call;

    if (call->answer.next.data == NULL
        || call->request.action != NGX_PAYMENTS_LOOKUP
        || ++x->steps >= NGX_PAYMENTS_PROCESSOR_STEPS
        || ngx_current_msec - x->start >= call->processor->timeout)
    {
        return 0;
    }

    x->step = call->answer.next;
    x->sendings = 0;

    return ngx_payments_processor_send(x) == NGX_OK;
}


/* the verdict of what came */

static void
ngx_payments_processor_read(ngx_payments_processor_exchange_t *x)
{
    u_char                         *p;
    const char                     *wrong;
    ngx_uint_t                      failed;
    ngx_payments_out_t              out;
    ngx_payments_reply_t            reply;
    ngx_payments_outbound_call_t   *outbound = &x->outbound;
    ngx_payments_processor_call_t  *call = x->call;
    ngx_payments_processor_t       *processor = call->processor;

    p = ngx_pnalloc(call->pool, outbound->answer.len + 1);

    ngx_memzero(&reply, sizeof(ngx_payments_reply_t));
    reply.status = outbound->status;
    reply.head = outbound->head;
    reply.body = outbound->answer;
    reply.step = x->step;
    reply.sent = (outbound->outcome != NGX_PAYMENTS_OUTBOUND_NOT_SENT);

    ngx_payments_out_init(&out, p, p ? outbound->answer.len + 1 : 0);

    wrong = ngx_payments_verdict(processor->dialect, &call->request, &reply,
                                 ngx_payments_clock(),
                                 processor->not_found_after, &out,
                                 &call->answer);

    if (ngx_payments_processor_goes_on(x)) {
        return;
    }

    failed = ngx_payments_processor_failed(x, &reply, wrong);

    if (failed) {
        ngx_payments_processor_log(x, wrong);
    }

    ngx_payments_share_give(processor->calls, call->request.merchant_id, 1);

    ngx_payments_status_add(NGX_PAYMENTS_M_PROCESSOR_BUSY, -1);
    ngx_payments_status_observe(NGX_PAYMENTS_H_PROCESSOR,
                                (uint64_t) (ngx_current_msec - x->start)
                                * 1000);
    ngx_payments_breaker_ended(processor, x->start, x->probe, failed);

    ngx_payments_processor_done(x);
}


static void
ngx_payments_processor_sent(ngx_payments_outbound_call_t *outbound)
{
    ngx_payments_processor_exchange_t  *x = outbound->data;
    ngx_payments_processor_call_t      *call = x->call;

    if (outbound->outcome == NGX_PAYMENTS_OUTBOUND_UNKNOWN) {

        /* whatever comes now, it says nothing against this sending */

        call->request.again = 1;

        if (x->sendings == 1 && ngx_payments_processor_repeats(call)
            && ngx_current_msec - x->start < call->processor->timeout)
        {
            ngx_payments_status_add(NGX_PAYMENTS_M_PROCESSOR_RESENT, 1);

            if (ngx_payments_processor_send(x) == NGX_OK) {
                return;
            }

            outbound->outcome = NGX_PAYMENTS_OUTBOUND_UNKNOWN;
            outbound->error = "no memory";
        }
    }

    ngx_payments_processor_read(x);
}


/* there are too many under way: nothing was sent */

static void
ngx_payments_processor_full(ngx_event_t *ev)
{
    ngx_payments_processor_exchange_t  *x = ev->data;
    ngx_payments_processor_call_t      *call = x->call;
    ngx_payments_out_t                  out;
    ngx_payments_reply_t                reply;

    ngx_memzero(&reply, sizeof(ngx_payments_reply_t));
    ngx_payments_out_init(&out, NULL, 0);

    (void) ngx_payments_verdict(call->processor->dialect, &call->request,
                                &reply, 0, 0, &out, &call->answer);

    ngx_payments_status_add(NGX_PAYMENTS_M_PROCESSOR_FULL, 1);

    ngx_payments_processor_done(x);
}


/* the dialect knows that the acquirer does no such thing: nothing was sent */

static void
ngx_payments_processor_refused(ngx_event_t *ev)
{
    ngx_payments_processor_exchange_t  *x = ev->data;
    ngx_payments_processor_answer_t    *answer = &x->call->answer;

    ngx_memzero(answer, sizeof(ngx_payments_processor_answer_t));

    answer->verdict = NGX_PAYMENTS_VERDICT_DECLINED;
    answer->fee = -1;
    answer->failure.data = (u_char *) x->refusal;
    answer->failure.len = ngx_strlen(x->refusal);

    ngx_payments_processor_done(x);
}

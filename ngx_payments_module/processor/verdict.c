
/* What came of a request, as a verdict: the rules for all dialects. */

#include <string.h>

#include "ngx_payments_dialect.h"
#include "../outbound/ngx_payments_outbound_parse.h"


#define NGX_PAYMENTS_RETRY_MAX  86400      /* seconds */


typedef struct {
    const ngx_payments_processor_request_t  *request;
    const ngx_payments_reading_t            *reading;
    ngx_payments_processor_action_e          action;  /* that the verdict is
                                                         about */
} ngx_payments_claim_t;


typedef const char *(*ngx_payments_verdict_check_pt)(
    const ngx_payments_claim_t *claim);


static const char *ngx_payments_verdict_approved(
    const ngx_payments_claim_t *claim);
static const char *ngx_payments_verdict_declined(
    const ngx_payments_claim_t *claim);
static const char *ngx_payments_verdict_acted(
    const ngx_payments_claim_t *claim);
static const char *ngx_payments_verdict_not_found(
    const ngx_payments_claim_t *claim);


const char *const  ngx_payments_processor_actions[] = {
    "authorize", "capture", "void", "refund", "continue", "lookup"
};


const char *const  ngx_payments_processor_verdicts[] = {
    "unknown", "approved", "declined", "pending", "action", "not_executed",
    "not_found"
};


const char *const  ngx_payments_notices[] = {
    "result", "capture_reversed", "chargeback", "chargeback_reversed",
    "chargeback_lost"
};


/* by verdict: what an answer with it must have; NULL: nothing */

static const ngx_payments_verdict_check_pt  ngx_payments_verdict_checks[] = {
    NULL,
    ngx_payments_verdict_approved,
    ngx_payments_verdict_declined,
    NULL,
    ngx_payments_verdict_acted,
    NULL,
    ngx_payments_verdict_not_found
};


static ngx_uint_t
ngx_payments_verdict_same(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}


static const char *
ngx_payments_verdict_approved(const ngx_payments_claim_t *claim)
{
    if (claim->reading->amount != claim->request->amount) {
        return "approved is another amount than was asked for";
    }

    if (claim->reading->currency.data == NULL
        || !ngx_payments_verdict_same(&claim->reading->currency,
                                      &claim->request->currency))
    {
        return "approved is another currency than was asked for";
    }

    if (claim->action == NGX_PAYMENTS_AUTHORIZE
        && claim->reading->answer.reference.data == NULL)
    {
        return "an authorization without a reference";
    }

    return NULL;
}


static const char *
ngx_payments_verdict_declined(const ngx_payments_claim_t *claim)
{
    return (claim->reading->answer.failure.data != NULL)
           ? NULL : "declined without a failure";
}


static const char *
ngx_payments_verdict_acted(const ngx_payments_claim_t *claim)
{
    const ngx_payments_processor_request_t  *request = claim->request;

    if (claim->action != NGX_PAYMENTS_AUTHORIZE
        && claim->action != NGX_PAYMENTS_CONTINUE)
    {
        return "an action that only an authorization may want";
    }

    if (request->action == NGX_PAYMENTS_AUTHORIZE
        && request->return_url.data == NULL)
    {
        return "an action without a return_url to come back to";
    }

    if (claim->reading->answer.action_url.data == NULL) {
        return "an action without a URL";
    }

    if (claim->action == NGX_PAYMENTS_AUTHORIZE
        && claim->reading->answer.reference.data == NULL)
    {
        return "an action without a reference";
    }

    return NULL;
}


static const char *
ngx_payments_verdict_not_found(const ngx_payments_claim_t *claim)
{
    return (claim->request->action == NGX_PAYMENTS_LOOKUP)
           ? NULL : "not_found to what is no look-up";
}


/* the reference of an authorization never changes, so another one's answer is
   another payment's */

static const char *
ngx_payments_verdict_reference(const ngx_payments_claim_t *claim)
{
    const ngx_str_t  *known = &claim->request->reference;
    const ngx_str_t  *said = &claim->reading->answer.reference;

    if ((claim->action != NGX_PAYMENTS_AUTHORIZE
         && claim->action != NGX_PAYMENTS_CONTINUE)
        || known->data == NULL || said->data == NULL
        || ngx_payments_verdict_same(known, said))
    {
        return NULL;
    }

    return "another reference than before";
}


/* NULL, or what is wrong with a body that says what it says */

static const char *
ngx_payments_verdict_check(const ngx_payments_processor_request_t *request,
    const ngx_payments_reading_t *reading)
{
    const char                     *wrong;
    ngx_payments_claim_t            claim;
    ngx_payments_verdict_check_pt   check;

    claim.request = request;
    claim.reading = reading;
    claim.action = (request->action == NGX_PAYMENTS_LOOKUP) ? request->of
                                                            : request->action;

    check = ngx_payments_verdict_checks[reading->answer.verdict];
    wrong = check ? check(&claim) : NULL;

    return wrong ? wrong : ngx_payments_verdict_reference(&claim);
}


const char *
ngx_payments_verdict_told(const ngx_payments_processor_request_t *request,
    const ngx_payments_notification_t *notification)
{
    ngx_payments_reading_t  reading;

    reading.answer = notification->answer;
    reading.amount = notification->amount;
    reading.currency = notification->currency;

    return ngx_payments_verdict_check(request, &reading);
}


static ngx_uint_t
ngx_payments_verdict_header(const ngx_payments_reply_t *reply,
    const char *name, const uint8_t **value, size_t *len)
{
    return reply->head.len != 0
           && ngx_payments_outbound_head_find(reply->head.data, reply->head.len,
                                              name, value, len);
}


static ngx_uint_t
ngx_payments_verdict_has(const ngx_payments_reply_t *reply, const char *name,
    const char *wanted)
{
    size_t          len;
    const uint8_t  *value;

    return ngx_payments_verdict_header(reply, name, &value, &len)
           && len == strlen(wanted) && memcmp(value, wanted, len) == 0;
}


static ngx_payments_status_e
ngx_payments_verdict_status(const ngx_payments_dialect_t *dialect,
    const ngx_payments_reply_t *reply)
{
    const ngx_payments_dialect_status_t  *row;

    for (row = dialect->statuses; /* void */ ; row++) {

        if (reply->status >= row->first && reply->status <= row->last
            && (row->header == NULL
                || ngx_payments_verdict_has(reply, row->header, row->value)))
        {
            return row->means;
        }
    }
}


ngx_uint_t
ngx_payments_verdict_answered(const ngx_payments_dialect_t *dialect,
    const ngx_payments_reply_t *reply)
{
    return reply->status != 0
           && ngx_payments_verdict_status(dialect, reply)
              == NGX_PAYMENTS_STATUS_BODY;
}


/* whole seconds; a date, which is allowed too, is not said */

static ngx_uint_t
ngx_payments_verdict_retry(const ngx_payments_reply_t *reply)
{
    size_t          len;
    int64_t         seconds;
    const uint8_t  *value;

    if (!ngx_payments_verdict_header(reply, "retry-after", &value, &len)
        || ngx_payments_integer(value, len, &seconds) == 1 || seconds < 0)
    {
        return 0;
    }

    return (seconds > NGX_PAYMENTS_RETRY_MAX) ? NGX_PAYMENTS_RETRY_MAX
                                              : (ngx_uint_t) seconds;
}


static void
ngx_payments_verdict_nothing(ngx_payments_processor_answer_t *answer,
    ngx_payments_verdict_e verdict)
{
    memset(answer, 0, sizeof(ngx_payments_processor_answer_t));

    answer->verdict = verdict;
    answer->fee = -1;
}


static const char *
ngx_payments_verdict_body(const ngx_payments_dialect_t *dialect,
    const ngx_payments_processor_request_t *request,
    const ngx_payments_reply_t *reply, ngx_payments_out_t *out,
    ngx_payments_processor_answer_t *answer)
{
    const char              *wrong;
    ngx_payments_reading_t   reading;

    memset(&reading, 0, sizeof(ngx_payments_reading_t));
    reading.answer.fee = -1;

    wrong = dialect->answer(dialect, request, reply, out, &reading);

    if (wrong == NULL) {
        wrong = ngx_payments_verdict_check(request, &reading);
    }

    if (wrong == NULL) {
        *answer = reading.answer;
    }

    return wrong;
}


const char *
ngx_payments_verdict(const ngx_payments_dialect_t *dialect,
    const ngx_payments_processor_request_t *request,
    const ngx_payments_reply_t *reply, int64_t now, time_t believed,
    ngx_payments_out_t *out, ngx_payments_processor_answer_t *answer)
{
    const char             *wrong;
    ngx_payments_status_e   means;

    means = reply->status ? ngx_payments_verdict_status(dialect, reply)
                          : reply->sent ? NGX_PAYMENTS_STATUS_FAILED
                                        : NGX_PAYMENTS_STATUS_REFUSED;

    /* a request that was refused speaks for itself alone: not for one that was
       sent before it, nor for what a look-up asks about */

    ngx_payments_verdict_nothing(answer,
                                 (means == NGX_PAYMENTS_STATUS_REFUSED
                                  && request->action != NGX_PAYMENTS_LOOKUP
                                  && !request->again)
                                 ? NGX_PAYMENTS_VERDICT_NOT_EXECUTED
                                 : NGX_PAYMENTS_VERDICT_UNKNOWN);

    wrong = (means == NGX_PAYMENTS_STATUS_WRONG)
            ? "a status that it should not have" : NULL;

    if (means == NGX_PAYMENTS_STATUS_BODY) {
        wrong = ngx_payments_verdict_body(dialect, request, reply, out, answer);
    }

    /* a request may still be on its way to where it has not been seen */

    if (answer->verdict == NGX_PAYMENTS_VERDICT_NOT_FOUND
        && now - request->begun_at < (int64_t) believed * 1000000)
    {
        ngx_payments_verdict_nothing(answer, NGX_PAYMENTS_VERDICT_UNKNOWN);
    }

    answer->retry_after = reply->status ? ngx_payments_verdict_retry(reply) : 0;

    return wrong;
}


const char *
ngx_payments_dialect_decline(const ngx_payments_dialect_t *dialect,
    const char *code)
{
    const ngx_payments_dialect_decline_t  *row;

    for (row = dialect->declines; row->code != NULL; row++) {
        if (strcmp(row->code, code) == 0) {
            break;
        }
    }

    return row->ours;
}

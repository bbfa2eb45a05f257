
/*
 * Notifications of acquirers: what became of an attempt after its client was
 * answered, and what happens to a payment later.
 *
 * The acquirer knows an attempt's key, or its own name for a payment, and no
 * merchant: all shards are asked which has it.  Then it is done by one call, in
 * that shard, once.  What may be told again does nothing the second time, so
 * every answer but 200 asks the acquirer to send it again.
 */

#include "../ngx_payments_attempts.h"
#include "../documents/ngx_payments_documents.h"
#include "../../processor/ngx_payments_processor_metrics.h"


#define NGX_PAYMENTS_NOTICE_PATIENCE  3600     /* s for which what nobody knows
                                                  is to be sent again */
#define NGX_PAYMENTS_NOTICE_SAID      1000     /* ms between two messages */


/* the first values are what statements to all shards begin with */

#define NGX_PAYMENTS_FIND_PROCESSOR   2
#define NGX_PAYMENTS_FIND_KIND        3
#define NGX_PAYMENTS_FIND_ATTEMPT     4
#define NGX_PAYMENTS_FIND_REFERENCE   5
#define NGX_PAYMENTS_FIND_CHARGEBACK  6

/* columns of pay.find_notified(), less 2 */

#define NGX_PAYMENTS_FOUND_STATE      0
#define NGX_PAYMENTS_FOUND_ARGS       1
#define NGX_PAYMENTS_FOUND_OBJECT_ID  2

/* column of pay.apply_notifications() */

#define NGX_PAYMENTS_APPLIED_OUTCOME  1

/* parameters of pay.apply_notifications, the tag not counted */

typedef enum {
    N_MERCHANT = 0, N_PAYMENT, N_PROCESSOR, N_NOTIFICATION, N_KIND,
    N_CHARGEBACK, N_AMOUNT, N_CURRENCY, N_REASON, N_OBJECT, N_TRANSFER, N_AT,
    N_LAST
} ngx_payments_notify_parameter_e;


/* for the documents: the body itself is read in the processor's dialect */

static const ngx_payments_field_t  ngx_payments_notification_failure[] = {

    { .name = "code", .type = NGX_PAYMENTS_FIELD_STRING, .required = 1,
      .min = 1, .max = 64 },

    { .name = "message", .type = NGX_PAYMENTS_FIELD_STRING, .required = 1,
      .min = 1, .max = 500 },

    { .name = NULL }
};

static const ngx_payments_schema_t  ngx_payments_notification_failed = {
    "NotificationFailure", "Why it is declined.",
    ngx_payments_notification_failure
};

static const char *const  ngx_payments_notification_verdicts[] = {
    "approved", "declined", "pending", "not_executed", NULL
};

static const ngx_payments_field_t  ngx_payments_notification_data[] = {

    { .name = "attempt", .type = NGX_PAYMENTS_FIELD_STRING, .nullable = 1,
      .min = 16, .max = 64, .pattern = "[0-9A-Za-z_-]*",
      .about = "The key of the attempt." },

    { .name = "verdict", .type = NGX_PAYMENTS_FIELD_ENUM, .nullable = 1,
      .values = ngx_payments_notification_verdicts },

    { .name = "reference", .type = NGX_PAYMENTS_FIELD_STRING, .nullable = 1,
      .min = 1, .max = 64,
      .about = "The processor's own name for the authorization." },

    { .name = "amount", .type = NGX_PAYMENTS_FIELD_AMOUNT, .nullable = 1 },

    { .name = "currency", .type = NGX_PAYMENTS_FIELD_CURRENCY, .nullable = 1 },

    { .name = "fee", .type = NGX_PAYMENTS_FIELD_INTEGER, .nullable = 1,
      .max = NGX_PAYMENTS_AMOUNT_MAX },

    { .name = "brand", .type = NGX_PAYMENTS_FIELD_STRING, .nullable = 1,
      .min = 1, .max = 32 },

    { .name = "last4", .type = NGX_PAYMENTS_FIELD_STRING, .nullable = 1,
      .min = 4, .max = 4 },

    { .name = "expires_at", .type = NGX_PAYMENTS_FIELD_TIME, .nullable = 1 },

    { .name = "failure", .type = NGX_PAYMENTS_FIELD_OBJECT, .nullable = 1,
      .schema = &ngx_payments_notification_failed },

    { .name = "chargeback", .type = NGX_PAYMENTS_FIELD_STRING, .nullable = 1,
      .min = 1, .max = 64,
      .about = "The processor's own name for the chargeback." },

    { .name = "reason", .type = NGX_PAYMENTS_FIELD_STRING, .nullable = 1,
      .min = 1, .max = 500 },

    { .name = NULL }
};

static const ngx_payments_schema_t  ngx_payments_notification_about = {
    "NotificationData", "What it is about. Which members are needed depends on "
    "the type.", ngx_payments_notification_data
};

static const char *const  ngx_payments_notification_types[] = {
    "result", "capture_reversed", "chargeback", "chargeback_reversed",
    "chargeback_lost", NULL
};

static const ngx_payments_field_t  ngx_payments_notification_fields[] = {

    { .name = "type", .type = NGX_PAYMENTS_FIELD_ENUM, .required = 1,
      .values = ngx_payments_notification_types },

    { .name = "timestamp", .type = NGX_PAYMENTS_FIELD_TIME, .required = 1,
      .about = "When it happened." },

    { .name = "data", .type = NGX_PAYMENTS_FIELD_OBJECT, .required = 1,
      .schema = &ngx_payments_notification_about },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_notification_schema = {
    "ProcessorNotification", "What a processor has learned.",
    ngx_payments_notification_fields
};


typedef struct ngx_payments_notice_s  ngx_payments_notice_t;


/* one on its way; in the request's pool */

struct ngx_payments_notice_s {
    ngx_payments_request_t       *request;
    ngx_payments_processor_t     *processor;
    ngx_payments_notification_t   said;
    ngx_payments_attempt_t       *attempt;     /* that is ended; it may outlive
                                                  the request */
};


/* what is left to do where an attempt's state is known */

typedef struct {
    ngx_str_t                     state;       /* of pay.find_notified() */
    void                        (*handler)(ngx_payments_notice_t *notice,
                                    ngx_payments_fanout_part_t *part);
} ngx_payments_notice_state_t;


static void ngx_payments_notice_unknown(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part);
static void ngx_payments_notice_end(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part);
static void ngx_payments_notice_approved(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part);
static void ngx_payments_notice_declined(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part);
static void ngx_payments_notice_known(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part);
static void ngx_payments_notice_ended(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part);
static void ngx_payments_notice_apply(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part);
static void ngx_payments_notice_review(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part);
static void ngx_payments_notice_found(ngx_payments_fanout_t *fanout);
static void ngx_payments_notice_on_applied(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static void ngx_payments_notice_on_ended(ngx_payments_attempt_t *attempt);


static const ngx_payments_notice_state_t  ngx_payments_notice_states[] = {

    /* its client waits, or a follow-up gives it its end within seconds */

    { ngx_string("open"), ngx_payments_notice_unknown },
    { ngx_string("waits"), ngx_payments_notice_end },
    { ngx_string("approved"), ngx_payments_notice_approved },
    { ngx_string("declined"), ngx_payments_notice_declined },
    { ngx_string("ended"), ngx_payments_notice_ended },
    { ngx_string("payment"), ngx_payments_notice_apply },
    { ngx_null_string, ngx_payments_notice_review }
};


/* 200, and what it came to */

static void
ngx_payments_notice_done(ngx_payments_notice_t *notice, ngx_uint_t metric)
{
    ngx_payments_request_t  *request = notice->request;

    static ngx_str_t  bodies[] = {
        ngx_string("{\"object\":\"notification\",\"result\":\"applied\"}"),
        ngx_string("{\"object\":\"notification\",\"result\":\"known\"}"),
        ngx_string(""),
        ngx_string("{\"object\":\"notification\",\"result\":\"ignored\"}"),
        ngx_string(""),
        ngx_string("{\"object\":\"notification\",\"result\":\"review\"}")
    };

    ngx_payments_status_add(metric, 1);

    ngx_memzero(&request->answer, sizeof(ngx_payments_answer_t));
    request->answer.status = 200;
    request->answer.type = "application/json";
    request->answer.body = bodies[metric - NGX_PAYMENTS_M_NOTIFIED_APPLIED];

    request->done(request);
}


static void
ngx_payments_notice_refuse(ngx_payments_request_t *request,
    ngx_payments_problem_e problem, const char *detail, ngx_uint_t metric)
{
    ngx_payments_status_add(metric, 1);
    ngx_payments_problem(request, problem, detail, NULL);
    request->done(request);
}


/* the money has moved in a way that the books cannot follow: somebody has to
   look */

static void
ngx_payments_notice_alert(ngx_payments_notice_t *notice, const char *what)
{
    ngx_payments_notification_t  *said = &notice->said;

    ngx_log_error(NGX_LOG_ALERT, notice->request->log, 0,
                  "payments processor \"%V\" says \"%s\" in notification "
                  "\"%V\" of attempt \"%V\", reference \"%V\", chargeback "
                  "\"%V\", %L %V: %s; nothing was changed, review it",
                  ngx_payments_processor_name(notice->processor),
                  ngx_payments_notices[said->kind],
                  &notice->said.id, &said->attempt,
                  &said->answer.reference, &said->chargeback, said->amount,
                  &said->currency, what);
}


static void
ngx_payments_notice_review(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part)
{
    ngx_payments_notice_alert(notice, "several payments have this reference");
    ngx_payments_notice_done(notice, NGX_PAYMENTS_M_NOTIFIED_REVIEW);
}


static void
ngx_payments_notice_known(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part)
{
    ngx_payments_notice_done(notice, NGX_PAYMENTS_M_NOTIFIED_KNOWN);
}


/* a fee that may not have been known when its capture was approved */

static ngx_uint_t
ngx_payments_notice_fee(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part)
{
    u_char                       *end;
    ngx_str_t                     args;
    ngx_payments_notification_t  *said = &notice->said;

    args = part->bytes[NGX_PAYMENTS_FOUND_ARGS];

    end = args.len ? ngx_strlchr(args.data, args.data + args.len, ' ') : NULL;

    if (said->answer.verdict != NGX_PAYMENTS_VERDICT_APPROVED
        || said->answer.fee < 0 || said->currency.data == NULL || end == NULL)
    {
        return 0;
    }

    args.len = end - args.data;

    if (!(args.len == 7 && ngx_memcmp(args.data, "capture", 7) == 0)
        && !(args.len == 9 && ngx_memcmp(args.data, "authorize", 9) == 0))
    {
        return 0;
    }

    said->chargeback = said->attempt;
    said->amount = said->answer.fee;
    said->reason = args;

    return 1;
}


static void
ngx_payments_notice_ended(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part)
{
    if (ngx_payments_notice_fee(notice, part)) {
        ngx_payments_notice_apply(notice, part);
        return;
    }

    ngx_payments_notice_known(notice, part);
}


static void
ngx_payments_notice_approved(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part)
{
    if (notice->said.answer.verdict != NGX_PAYMENTS_VERDICT_DECLINED) {
        ngx_payments_notice_ended(notice, part);
        return;
    }

    ngx_payments_notice_alert(notice, "declined after it was approved");
    ngx_payments_notice_done(notice, NGX_PAYMENTS_M_NOTIFIED_REVIEW);
}


static void
ngx_payments_notice_declined(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part)
{
    if (notice->said.answer.verdict != NGX_PAYMENTS_VERDICT_APPROVED) {
        ngx_payments_notice_known(notice, part);
        return;
    }

    ngx_payments_notice_alert(notice, "approved after it was declined, or was "
                              "not executed");
    ngx_payments_notice_done(notice, NGX_PAYMENTS_M_NOTIFIED_REVIEW);
}


/* it may have overtaken what it is about: for an hour it is to come again */

static void
ngx_payments_notice_unknown(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part)
{
    if (ngx_payments_clock() - notice->said.at
        > NGX_PAYMENTS_NOTICE_PATIENCE * INT64_C(1000000))
    {
        ngx_payments_notice_done(notice, NGX_PAYMENTS_M_NOTIFIED_IGNORED);
        return;
    }

    ngx_payments_notice_refuse(notice->request,
                               NGX_PAYMENTS_P_RESOURCE_NOT_FOUND,
                               "what the notification is about is not known, "
                               "or not yet",
                               NGX_PAYMENTS_M_NOTIFIED_NOT_FOUND);
}


/* signed by the acquirer, and against the protocol: to send it again does not
   help, and its developer has to see it */

static void
ngx_payments_notice_wrong(ngx_payments_notice_t *notice, const char *wrong)
{
    const char  *due;

    due = ngx_payments_status_due("notification", "wrong", 0,
                                  NGX_PAYMENTS_NOTICE_SAID);
    if (due != NULL) {
        ngx_log_error(NGX_LOG_ERR, notice->request->log, 0,
                      "notification \"%V\" of payments processor \"%V\" is "
                      "against the protocol: %s%s",
                      &notice->said.id,
                      ngx_payments_processor_name(notice->processor), wrong,
                      due);
    }

    ngx_payments_notice_refuse(notice->request,
                               NGX_PAYMENTS_P_VALIDATION_FAILED, wrong,
                               NGX_PAYMENTS_M_PROCESSOR_WRONG);
}


static void
ngx_payments_notice_value(ngx_payments_pg_value_t *value, const void *data,
    size_t len)
{
    value->data = data;
    value->len = len;
}


/* asks all shards what it is about */

static void
ngx_payments_notice_find(ngx_payments_notice_t *notice)
{
    ngx_str_t                    *name;
    const char                   *kind;
    ngx_payments_pg_value_t      *values = notice->request->work->values;
    ngx_payments_notification_t  *said = &notice->said;

    name = ngx_payments_processor_name(notice->processor);
    kind = ngx_payments_notices[said->kind];

    ngx_payments_notice_value(&values[NGX_PAYMENTS_FIND_PROCESSOR],
                              name->data, name->len);
    ngx_payments_notice_value(&values[NGX_PAYMENTS_FIND_KIND], kind,
                              ngx_strlen(kind));
    ngx_payments_notice_value(&values[NGX_PAYMENTS_FIND_ATTEMPT],
                              said->attempt.data, said->attempt.len);
    ngx_payments_notice_value(&values[NGX_PAYMENTS_FIND_REFERENCE],
                              said->answer.reference.data,
                              said->answer.reference.len);
    ngx_payments_notice_value(&values[NGX_PAYMENTS_FIND_CHARGEBACK],
                              said->chargeback.data, said->chargeback.len);

    ngx_payments_fanout_send(notice->request, NGX_PAYMENTS_PG_FIND_NOTIFIED,
                             NGX_PAYMENTS_FANOUT_COLUMNS, 0,
                             ngx_payments_notice_found);
}


static void
ngx_payments_notice_found(ngx_payments_fanout_t *fanout)
{
    ngx_int_t                           rc;
    ngx_str_t                          *state;
    ngx_payments_notice_t              *notice;
    ngx_payments_fanout_part_t         *part;
    const ngx_payments_notice_state_t  *row;

    notice = fanout->request->work->notice;

    rc = ngx_payments_fanout_find(fanout, &part);

    if (rc == NGX_ERROR) {
        return;
    }

    if (rc == NGX_DECLINED) {
        ngx_payments_notice_unknown(notice, NULL);
        return;
    }

    state = &part->bytes[NGX_PAYMENTS_FOUND_STATE];

    for (row = ngx_payments_notice_states; row->state.len; row++) {
        if (row->state.len == state->len
            && ngx_memcmp(row->state.data, state->data, state->len) == 0)
        {
            break;
        }
    }

    row->handler(notice, part);
}


/* the acquirer gets no answer any more, the attempt ends all the same */

static void
ngx_payments_notice_leave(ngx_payments_request_t *request)
{
    request->work->notice->attempt->done = NULL;
}


static void
ngx_payments_notice_end(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part)
{
    const char                   *wrong;
    ngx_str_t                    *object;
    ngx_payments_attempt_t       *attempt;
    ngx_payments_notification_t  *said = &notice->said;

    /* what is not the end changes nothing: it is looked up */

    if (said->answer.verdict != NGX_PAYMENTS_VERDICT_APPROVED
        && said->answer.verdict != NGX_PAYMENTS_VERDICT_DECLINED)
    {
        ngx_payments_notice_known(notice, part);
        return;
    }

    object = &part->bytes[NGX_PAYMENTS_FOUND_OBJECT_ID];
    attempt = ngx_payments_attempt_create(
                                      &part->bytes[NGX_PAYMENTS_FOUND_ARGS]);

    if (attempt == NULL || object->len != NGX_PAYMENTS_UUID_LEN) {
        goto failed;
    }

    /* live payments alone have an acquirer */

    attempt->origin.merchant_id = part->number;
    attempt->origin.livemode = 1;
    ngx_memcpy(attempt->origin.payment, object->data, NGX_PAYMENTS_UUID_LEN);

    attempt->done = ngx_payments_notice_on_ended;
    attempt->data = notice;

    notice->attempt = attempt;
    notice->request->cancel = ngx_payments_notice_leave;

    wrong = ngx_payments_attempt_told(attempt, said);

    if (wrong != NULL) {
        notice->request->cancel = NULL;
        ngx_payments_attempt_release(attempt);
        ngx_payments_notice_wrong(notice, wrong);
    }

    return;

failed:

    if (attempt != NULL) {
        ngx_payments_attempt_release(attempt);
    }

    ngx_payments_problem(notice->request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                         NULL);
    notice->request->done(notice->request);
}


/* what a call has come to; "outcome" is of pay.outcome() */

static void
ngx_payments_notice_outcome(ngx_payments_notice_t *notice,
    ngx_payments_pg_outcome_e called, int64_t outcome)
{
    ngx_payments_request_t  *request = notice->request;

    request->cancel = NULL;

    if (called != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_item_failed(request, called);
        request->done(request);
        return;
    }

    switch (outcome) {

    case NGX_PAYMENTS_SQL_EXECUTED:
        ngx_payments_notice_done(notice, NGX_PAYMENTS_M_NOTIFIED_APPLIED);
        return;

    case NGX_PAYMENTS_SQL_UNUSED:
        ngx_payments_notice_done(notice, NGX_PAYMENTS_M_NOTIFIED_KNOWN);
        return;

    case NGX_PAYMENTS_SQL_INVALID:
        ngx_payments_notice_alert(notice, "the payment cannot be changed so");
        ngx_payments_notice_done(notice, NGX_PAYMENTS_M_NOTIFIED_REVIEW);
        return;

    default: /* NGX_PAYMENTS_SQL_BUSY */
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_BUSY, NULL, NULL);
        request->done(request);
    }
}


static void
ngx_payments_notice_on_ended(ngx_payments_attempt_t *attempt)
{
    int64_t                     outcome = attempt->ended;
    ngx_payments_notice_t      *notice = attempt->data;
    ngx_payments_pg_outcome_e   called = attempt->called;

    ngx_payments_attempt_release(attempt);
    ngx_payments_notice_outcome(notice, called, outcome);
}


static void
ngx_payments_notice_cancel(ngx_payments_request_t *request)
{
    ngx_payments_pg_cancel(&request->work->item);
}


/* all that is not the result of an attempt */

static void
ngx_payments_notice_apply(ngx_payments_notice_t *notice,
    ngx_payments_fanout_part_t *part)
{
    u_char                       *ids;
    ngx_str_t                    *name;
    const char                   *kind;
    ngx_payments_request_t       *request = notice->request;
    ngx_payments_pg_item_t       *item = &request->work->item;
    ngx_payments_pg_value_t      *values;
    ngx_payments_notification_t  *said = &notice->said;

    ids = ngx_pnalloc(request->pool, 2 * NGX_PAYMENTS_UUID_LEN);
    values = ngx_pcalloc(request->pool,
                         N_LAST * sizeof(ngx_payments_pg_value_t));

    if (ids == NULL || values == NULL || ngx_payments_new_uuid(ids) != 0
        || ngx_payments_new_uuid(ids + NGX_PAYMENTS_UUID_LEN) != 0
        || ngx_payments_new_uuid(item->tag) != 0)
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    name = ngx_payments_processor_name(notice->processor);
    kind = ngx_payments_notices[said->kind];

    values[N_MERCHANT].number = part->number;
    values[N_AMOUNT].number = said->amount;
    values[N_AT].number = ngx_payments_pg_now();

    ngx_payments_notice_value(&values[N_PAYMENT],
                              part->bytes[NGX_PAYMENTS_FOUND_OBJECT_ID].data,
                              part->bytes[NGX_PAYMENTS_FOUND_OBJECT_ID].len);
    ngx_payments_notice_value(&values[N_PROCESSOR], name->data, name->len);
    ngx_payments_notice_value(&values[N_NOTIFICATION],
                              said->id.data, said->id.len);
    ngx_payments_notice_value(&values[N_KIND], kind, ngx_strlen(kind));
    ngx_payments_notice_value(&values[N_CHARGEBACK], said->chargeback.data,
                              said->chargeback.len);
    ngx_payments_notice_value(&values[N_CURRENCY], said->currency.data,
                              said->currency.len);
    ngx_payments_notice_value(&values[N_REASON], said->reason.data,
                              said->reason.len);
    ngx_payments_notice_value(&values[N_OBJECT], ids, NGX_PAYMENTS_UUID_LEN);
    ngx_payments_notice_value(&values[N_TRANSFER], ids + NGX_PAYMENTS_UUID_LEN,
                              NGX_PAYMENTS_UUID_LEN);

    item->statement = NGX_PAYMENTS_PG_APPLY_NOTIFICATIONS;
    item->values = values;
    item->handler = ngx_payments_notice_on_applied;
    item->data = notice;

    request->cancel = ngx_payments_notice_cancel;

    ngx_payments_cluster_send(item);
}


static void
ngx_payments_notice_on_applied(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t  applied;

    applied = (outcome == NGX_PAYMENTS_PG_DONE)
              ? ngx_payments_pg_number(row, NGX_PAYMENTS_APPLIED_OUTCOME) : 0;

    ngx_payments_notice_outcome(item->data, outcome, applied);
}


void
ngx_payments_notify(ngx_payments_request_t *request)
{
    ngx_int_t                  rc;
    const char                *wrong;
    ngx_payments_notice_t     *notice;
    ngx_payments_signed_t      headers;
    ngx_payments_processor_t  *processor;

    processor = ngx_payments_processor_find(&request->id);

    if (processor == NULL) {
        ngx_payments_notice_refuse(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND,
                                   "there is no such processor",
                                   NGX_PAYMENTS_M_NOTIFIED_REFUSED);
        return;
    }

    notice = ngx_pcalloc(request->pool, sizeof(ngx_payments_notice_t));

    if (notice == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    notice->request = request;
    notice->processor = processor;
    request->work->notice = notice;

    headers.id = request->webhook.id;
    headers.timestamp = request->webhook.timestamp;
    headers.signatures = request->webhook.signatures;

    rc = ngx_payments_processor_notified(processor, &headers, &request->body,
                                         request->pool, &notice->said, &wrong);

    switch (rc) {

    case NGX_OK:
        ngx_payments_notice_find(notice);
        return;

    case NGX_DONE:
        ngx_payments_notice_done(notice, NGX_PAYMENTS_M_NOTIFIED_IGNORED);
        return;

    case NGX_DECLINED:
        ngx_payments_notice_refuse(request,
                                   NGX_PAYMENTS_P_AUTHENTICATION_REQUIRED,
                                   wrong, NGX_PAYMENTS_M_NOTIFIED_REFUSED);
        return;

    case NGX_ABORT:
        ngx_payments_notice_wrong(notice, wrong);
        return;

    default:
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
    }
}

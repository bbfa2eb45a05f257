
/* An attempt on its way: the processor is asked, and its verdict heard. */

#include "ngx_payments_attempts.h"


#define NGX_PAYMENTS_ATTEMPT_AGAIN    2000     /* ms after an unknown verdict,
                                                  until it is looked up */
#define NGX_PAYMENTS_ATTEMPT_ANSWER   8000     /* ms; of the simulator */
#define NGX_PAYMENTS_ATTEMPT_LOCKED   50       /* ms, until what somebody has
                                                  locked is tried again */
#define NGX_PAYMENTS_ATTEMPT_TRIES    100      /* ... and how often */
#define NGX_PAYMENTS_ATTEMPT_GIVE_UP  3600     /* s for which what was surely
                                                  not executed is tried again */


/* columns of pay.end_attempts() */

#define NGX_PAYMENTS_END_OUTCOME  1


static void ngx_payments_attempt_send(ngx_payments_attempt_t *attempt,
    ngx_payments_processor_action_e action);
static void ngx_payments_attempt_answered(
    ngx_payments_processor_call_t *call);
static void ngx_payments_attempt_timer(ngx_event_t *ev);
static void ngx_payments_attempt_verdict(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict);


/* seconds since it was begun */

static int64_t
ngx_payments_attempt_age(ngx_payments_attempt_t *attempt)
{
    return (ngx_payments_pg_now() - attempt->origin.at) / 1000000;
}


static ngx_payments_processor_t *
ngx_payments_attempt_processor(ngx_payments_attempt_t *attempt)
{
    return ngx_payments_processor_find(
                              &attempt->words[NGX_PAYMENTS_WORD_PROCESSOR]);
}


/* whether it may be sent: no acquirer has it, or the one that may have it knows
   its key; and a customer who left an hour ago is not charged now */

static ngx_uint_t
ngx_payments_attempt_sendable(ngx_payments_attempt_t *attempt)
{
    int64_t                    age;
    ngx_payments_processor_t  *processor;

    age = ngx_payments_attempt_age(attempt);
    processor = ngx_payments_attempt_processor(attempt);

    return processor != NULL
           && (!attempt->sent
               || ngx_payments_processor_remembers(processor, age))
           && (age < NGX_PAYMENTS_ATTEMPT_GIVE_UP
               || attempt->kind->action == NGX_PAYMENTS_VOID
               || attempt->kind->action == NGX_PAYMENTS_REFUND);
}


static void
ngx_payments_attempt_ask(ngx_payments_attempt_t *attempt)
{
    ngx_payments_attempt_send(attempt,
                              ngx_payments_attempt_sendable(attempt)
                              ? attempt->kind->action : NGX_PAYMENTS_LOOKUP);
}


/* from now on whoever retries finds the key begun; and clients wait for no
   longer than until the deadline */

void
ngx_payments_attempt_begun(ngx_payments_execution_t *execution,
    ngx_payments_begun_t *begun)
{
    ngx_msec_t                 patience;
    ngx_payments_attempt_t    *attempt;
    ngx_payments_processor_t  *processor;

    attempt = ngx_payments_attempt_of(execution, begun);

    if (attempt == NULL) {
        ngx_payments_idempotency_give_up(execution);
        return;
    }

    patience = NGX_PAYMENTS_ATTEMPT_ANSWER;
    attempt->timer.handler = ngx_payments_attempt_timer;

    if (ngx_payments_attempt_simulated(attempt)) {
        attempt->deadline = ngx_current_msec + patience;
        ngx_add_timer(&attempt->timer, ngx_min(attempt->delay, patience));
        return;
    }

    processor = ngx_payments_attempt_processor(attempt);

    if (processor != NULL) {
        patience = ngx_payments_processor_patience(processor);
    }

    attempt->deadline = ngx_current_msec + patience;
    ngx_add_timer(&attempt->timer, patience);

    ngx_payments_attempt_ask(attempt);
}


/* what is authorized, as the client's body says it */

static ngx_int_t
ngx_payments_attempt_authorize(ngx_payments_attempt_t *attempt,
    ngx_payments_processor_request_t *request)
{
    u_char                         *id;
    ngx_pool_t                     *pool = attempt->pool;
    ngx_payments_workspace_t       *ws;
    ngx_payments_validation_t      *v;
    const ngx_payments_currency_t  *currency;

    ws = ngx_payments_attempt_body(attempt);
    id = ngx_pnalloc(pool, NGX_PAYMENTS_ID_LEN);

    if (ws == NULL || id == NULL
        || ngx_payments_body_text(pool, ws, F_TOKEN, &request->token) != NGX_OK
        || ngx_payments_body_text(pool, ws, F_DESCRIPTOR, &request->descriptor)
           != NGX_OK
        || ngx_payments_body_text(pool, ws, F_CUSTOMER, &request->customer)
           != NGX_OK
        || ngx_payments_body_text(pool, ws, F_RETURN_URL, &request->return_url)
           != NGX_OK
        || ngx_payments_body_metadata(pool, ws, F_METADATA, &request->metadata)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    v = &ws->validation;
    currency = v->values[F_CURRENCY].currency;

    ngx_payments_id("pay_", attempt->origin.payment, id);

    request->payment.data = id;
    request->payment.len = NGX_PAYMENTS_ID_LEN;
    request->amount = v->values[F_AMOUNT].number;
    request->currency.data = (u_char *) currency->code;
    request->currency.len = ngx_strlen(currency->code);
    request->exponent = currency->exponent;
    request->capture = !(v->slots[F_CAPTURE_METHOD] != NULL
                         && ngx_strcmp(v->values[F_CAPTURE_METHOD].word,
                                       "manual") == 0);

    return NGX_OK;
}


/* what is changed, as the text says it */

static ngx_int_t
ngx_payments_attempt_change_of(ngx_payments_attempt_t *attempt,
    ngx_payments_processor_request_t *request)
{
    ngx_int_t   exponent;
    ngx_str_t  *word = attempt->words;

    exponent = ngx_atoi(word[NGX_PAYMENTS_WORD_EXPONENT].data,
                        word[NGX_PAYMENTS_WORD_EXPONENT].len);

    if (exponent == NGX_ERROR
        || ngx_payments_integer(word[NGX_PAYMENTS_WORD_AMOUNT].data,
                                word[NGX_PAYMENTS_WORD_AMOUNT].len,
                                &request->amount)
           != 0)
    {
        return NGX_ERROR;
    }

    request->payment = word[NGX_PAYMENTS_WORD_PAYMENT];
    request->reference = word[NGX_PAYMENTS_WORD_REFERENCE];
    request->currency = word[NGX_PAYMENTS_WORD_CURRENCY];
    request->exponent = exponent;
    request->final = (word[NGX_PAYMENTS_WORD_FINAL].data[0] == 't');

    return NGX_OK;
}


/* ... and what the customer has brought back */

static ngx_int_t
ngx_payments_attempt_continue(ngx_payments_attempt_t *attempt,
    ngx_payments_processor_request_t *request)
{
    ngx_payments_workspace_t  *ws;

    ws = ngx_payments_attempt_body(attempt);

    if (ws == NULL
        || ngx_payments_body_text(attempt->pool, ws,
                                  NGX_PAYMENTS_CHANGE_RETURN_DATA,
                                  &request->return_data)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (request->return_data.data == NULL) {
        ngx_str_set(&request->return_data, "");
    }

    request->authorization = attempt->words[NGX_PAYMENTS_WORD_AUTHORIZATION];

    return ngx_payments_attempt_change_of(attempt, request);
}


static ngx_int_t
ngx_payments_attempt_request(ngx_payments_attempt_t *attempt,
    ngx_payments_processor_request_t *request)
{
    request->livemode = attempt->origin.livemode;
    request->merchant_id = attempt->origin.merchant_id;
    request->merchant = attempt->words[NGX_PAYMENTS_WORD_MERCHANT];
    request->attempt = attempt->words[NGX_PAYMENTS_WORD_KEY];
    request->begun_at = attempt->origin.at;
    request->of = attempt->kind->action;
    request->again = attempt->sent;

    switch (attempt->kind->action) {

    case NGX_PAYMENTS_AUTHORIZE:
        return ngx_payments_attempt_authorize(attempt, request);

    case NGX_PAYMENTS_CONTINUE:
        return ngx_payments_attempt_continue(attempt, request);

    default:
        return ngx_payments_attempt_change_of(attempt, request);
    }
}


static void
ngx_payments_attempt_send(ngx_payments_attempt_t *attempt,
    ngx_payments_processor_action_e action)
{
    ngx_payments_processor_call_t  *call = &attempt->call;

    ngx_memzero(call, sizeof(ngx_payments_processor_call_t));

    call->pool = attempt->pool;
    call->processor = ngx_payments_attempt_processor(attempt);
    call->handler = ngx_payments_attempt_answered;
    call->data = attempt;
    call->request.action = action;

    attempt->asked_at = ngx_payments_pg_now();

    if (call->processor != NULL
        && ngx_payments_attempt_request(attempt, &call->request) == NGX_OK
        && ngx_payments_processor_start(call) == NGX_OK)
    {
        attempt->calling = 1;
        return;
    }

    if (call->processor == NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "payments attempt \"%V\" is of processor \"%V\", which "
                      "the configuration does not have any more",
                      &attempt->words[NGX_PAYMENTS_WORD_KEY],
                      &attempt->words[NGX_PAYMENTS_WORD_PROCESSOR]);
    }

    /* nothing has left now; what left before is not known */

    ngx_payments_attempt_verdict(attempt, attempt->sent
                                          ? NGX_PAYMENTS_VERDICT_UNKNOWN
                                          : NGX_PAYMENTS_VERDICT_NOT_EXECUTED);
}


static void
ngx_payments_attempt_answered(ngx_payments_processor_call_t *call)
{
    ngx_payments_attempt_t  *attempt = call->data;

    attempt->calling = 0;

    ngx_payments_attempt_verdict(attempt, call->answer.verdict);
}


/* what is left to do was done, or is left to a later follow-up */

static void
ngx_payments_attempt_over(ngx_payments_attempt_t *attempt)
{
    if (attempt->done != NULL) {
        attempt->done(attempt);
        return;
    }

    ngx_payments_attempt_release(attempt);
}


/* the verdict ends the execution, whose clients are answered */

static void
ngx_payments_attempt_finish(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict)
{
    ngx_int_t                  rc;
    ngx_payments_execution_t  *execution = attempt->execution;

    attempt->execution = NULL;

    rc = (verdict == NGX_PAYMENTS_VERDICT_NOT_EXECUTED)
         ? ngx_payments_end_undone(attempt, &execution->item)
         : ngx_payments_end_key(attempt, verdict, &execution->item);

    if (rc != NGX_OK) {
        ngx_payments_idempotency_give_up(execution);
        return;
    }

    ngx_payments_idempotency_finish(execution);
}


/* the client is answered 202; what is under way goes on without it */

static void
ngx_payments_attempt_pending(ngx_payments_attempt_t *attempt)
{
    ngx_payments_attempt_finish(attempt, NGX_PAYMENTS_VERDICT_PENDING);
    attempt->tries = NGX_PAYMENTS_ATTEMPT_TRIES;

    if (attempt->calling) {
        return;
    }

    if (ngx_payments_attempt_simulated(attempt)) {
        ngx_add_timer(&attempt->timer,
                      attempt->delay - NGX_PAYMENTS_ATTEMPT_ANSWER);
        return;
    }

    ngx_payments_attempt_over(attempt);
}


static void
ngx_payments_attempt_timer(ngx_event_t *ev)
{
    ngx_connection_t        *c = ev->data;
    ngx_payments_attempt_t  *attempt = c->data;

    if (ngx_payments_attempt_simulated(attempt)
        && (attempt->execution == NULL
            || attempt->delay <= NGX_PAYMENTS_ATTEMPT_ANSWER))
    {
        ngx_payments_attempt_verdict(attempt, NGX_PAYMENTS_VERDICT_APPROVED);
        return;
    }

    if ((ngx_msec_int_t) (attempt->deadline - ngx_current_msec) > 0) {
        ngx_add_timer(&attempt->timer, attempt->deadline - ngx_current_msec);
        ngx_payments_attempt_send(attempt, NGX_PAYMENTS_LOOKUP);
        return;
    }

    ngx_payments_attempt_pending(attempt);
}


/* a verdict while clients wait */

static void
ngx_payments_attempt_decide(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict)
{
    ngx_msec_int_t  left;

    left = (ngx_msec_int_t) (attempt->deadline - ngx_current_msec);

    /* it is looked up, if there is time for that */

    if (verdict == NGX_PAYMENTS_VERDICT_UNKNOWN) {
        attempt->sent = 1;

        if (left > 0) {
            ngx_add_timer(&attempt->timer,
                          ngx_min(left, NGX_PAYMENTS_ATTEMPT_AGAIN));
            return;
        }
    }

    switch (verdict) {

    case NGX_PAYMENTS_VERDICT_APPROVED:
    case NGX_PAYMENTS_VERDICT_DECLINED:
    case NGX_PAYMENTS_VERDICT_ACTION:
    case NGX_PAYMENTS_VERDICT_NOT_EXECUTED:
        break;

    case NGX_PAYMENTS_VERDICT_NOT_FOUND:
        verdict = NGX_PAYMENTS_VERDICT_NOT_EXECUTED;
        break;

    default:
        verdict = NGX_PAYMENTS_VERDICT_PENDING;
    }

    ngx_payments_attempt_finish(attempt, verdict);
    ngx_payments_attempt_over(attempt);
}


/* what surely was not executed may be tried again for an hour; a client that
   was answered 202 then learns that nothing was charged */

static ngx_payments_verdict_e
ngx_payments_attempt_not_executed(ngx_payments_attempt_t *attempt)
{
    static ngx_str_t  code = ngx_string("processing_error");

    if (attempt->open) {
        return NGX_PAYMENTS_VERDICT_NOT_EXECUTED;
    }

    /* a refund, and what an authorization has left, are owed */

    if (ngx_payments_attempt_age(attempt) < NGX_PAYMENTS_ATTEMPT_GIVE_UP
        || attempt->kind->action == NGX_PAYMENTS_VOID
        || attempt->kind->action == NGX_PAYMENTS_REFUND)
    {
        return NGX_PAYMENTS_VERDICT_UNKNOWN;
    }

    /* that it did not go on says nothing of what it was to go on with */

    if (attempt->kind->action == NGX_PAYMENTS_CONTINUE) {
        return NGX_PAYMENTS_VERDICT_NOT_EXECUTED;
    }

    attempt->call.answer.failure = code;

    return NGX_PAYMENTS_VERDICT_DECLINED;
}


/* whether a verdict says something of an attempt for which no client waits */

static ngx_uint_t
ngx_payments_attempt_says(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict)
{
    switch (verdict) {

    case NGX_PAYMENTS_VERDICT_APPROVED:
    case NGX_PAYMENTS_VERDICT_DECLINED:
        return 1;

    case NGX_PAYMENTS_VERDICT_PENDING:
        return attempt->open || attempt->acts;

    case NGX_PAYMENTS_VERDICT_ACTION:
    case NGX_PAYMENTS_VERDICT_NOT_EXECUTED:
        return attempt->open
               || attempt->kind->action == NGX_PAYMENTS_AUTHORIZE
               || attempt->kind->action == NGX_PAYMENTS_CONTINUE;

    default:
        return attempt->open;
    }
}


static void
ngx_payments_attempt_locked(ngx_event_t *ev)
{
    ngx_connection_t        *c = ev->data;
    ngx_payments_attempt_t  *attempt = c->data;

    ngx_payments_cluster_send(&attempt->item);
}


static void
ngx_payments_attempt_on_item(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_attempt_t  *attempt = item->data;

    attempt->called = outcome;

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        attempt->ended = ngx_payments_pg_number(row, NGX_PAYMENTS_END_OUTCOME);
    }

    /* somebody looks at the key, or at the payment: no reason to wait for the
       next follow-up */

    if (outcome == NGX_PAYMENTS_PG_DONE && attempt->tries != 0
        && (attempt->ended == NGX_PAYMENTS_SQL_IN_USE
            || attempt->ended == NGX_PAYMENTS_SQL_BUSY))
    {
        attempt->tries--;
        attempt->timer.handler = ngx_payments_attempt_locked;
        ngx_add_timer(&attempt->timer, NGX_PAYMENTS_ATTEMPT_LOCKED);
        return;
    }

    /* whatever came of it: what has not ended is due again */

    ngx_payments_attempt_over(attempt);
}


/* a verdict for which no client waits */

static void
ngx_payments_attempt_resolve(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict)
{
    ngx_int_t                       rc;
    ngx_payments_pg_item_t         *item = &attempt->item;
    ngx_payments_processor_call_t  *call = &attempt->call;

    if (attempt->acts && (verdict == NGX_PAYMENTS_VERDICT_NOT_FOUND
                          || verdict == NGX_PAYMENTS_VERDICT_NOT_EXECUTED))
    {
        verdict = NGX_PAYMENTS_VERDICT_ACTION;
    }

    if (verdict == NGX_PAYMENTS_VERDICT_NOT_FOUND
        || verdict == NGX_PAYMENTS_VERDICT_NOT_EXECUTED)
    {
        attempt->sent = 0;

        if (call->request.action == NGX_PAYMENTS_LOOKUP
            && ngx_payments_attempt_sendable(attempt))
        {
            ngx_payments_attempt_send(attempt, attempt->kind->action);
            return;
        }

        verdict = ngx_payments_attempt_not_executed(attempt);
    }

    if (!ngx_payments_attempt_says(attempt, verdict)) {
        ngx_payments_attempt_over(attempt);
        return;
    }

    if (verdict == NGX_PAYMENTS_VERDICT_UNKNOWN) {
        verdict = NGX_PAYMENTS_VERDICT_PENDING;
    }

    rc = !attempt->open
         ? ngx_payments_end_late(attempt, verdict, item)
         : (verdict == NGX_PAYMENTS_VERDICT_NOT_EXECUTED)
         ? ngx_payments_end_undone(attempt, item)
         : ngx_payments_end_key(attempt, verdict, item);

    if (rc != NGX_OK) {
        ngx_payments_attempt_over(attempt);
        return;
    }

    item->handler = ngx_payments_attempt_on_item;
    item->data = attempt;

    ngx_payments_cluster_send(item);
}


static void
ngx_payments_attempt_verdict(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict)
{
    if (attempt->execution == NULL) {
        ngx_payments_attempt_resolve(attempt, verdict);
        return;
    }

    if (attempt->timer.timer_set) {
        ngx_del_timer(&attempt->timer);
    }

    ngx_payments_attempt_decide(attempt, verdict);
}


void
ngx_payments_attempt_follow(ngx_payments_attempt_t *attempt)
{
    attempt->timer.handler = ngx_payments_attempt_timer;
    attempt->tries = NGX_PAYMENTS_ATTEMPT_TRIES;

    if (ngx_payments_attempt_simulated(attempt)) {
        ngx_payments_attempt_verdict(attempt, NGX_PAYMENTS_VERDICT_APPROVED);
        return;
    }

    /* one that may never have been sent is sent, with the key by which the
       acquirer knows it if it was */

    if (attempt->open || !attempt->sent) {
        ngx_payments_attempt_ask(attempt);
        return;
    }

    ngx_payments_attempt_send(attempt, NGX_PAYMENTS_LOOKUP);
}


/* texts of a request's, which the attempt may outlive */

static ngx_int_t
ngx_payments_attempt_keep(ngx_pool_t *pool,
    ngx_payments_processor_answer_t *answer)
{
    ngx_uint_t  i;
    ngx_str_t  *text[4];

    text[0] = &answer->reference;
    text[1] = &answer->brand;
    text[2] = &answer->last4;
    text[3] = &answer->failure;

    for (i = 0; i < 4; i++) {
        if (text[i]->data == NULL) {
            continue;
        }

        text[i]->data = ngx_pstrdup(pool, text[i]);

        if (text[i]->data == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


const char *
ngx_payments_attempt_told(ngx_payments_attempt_t *attempt,
    ngx_payments_notification_t *told)
{
    const char                        *wrong;
    ngx_payments_processor_call_t     *call = &attempt->call;
    ngx_payments_processor_request_t  *request = &call->request;

    attempt->called = NGX_PAYMENTS_PG_FAILED;
    request->action = attempt->kind->action;

    if (ngx_payments_attempt_request(attempt, request) != NGX_OK) {
        ngx_payments_attempt_over(attempt);
        return NULL;
    }

    wrong = ngx_payments_verdict_told(request, told);

    if (wrong != NULL) {
        return wrong;
    }

    call->answer = told->answer;

    if (ngx_payments_attempt_keep(attempt->pool, &call->answer) != NGX_OK) {
        ngx_payments_attempt_over(attempt);
        return NULL;
    }

    ngx_payments_attempt_resolve(attempt, told->answer.verdict);

    return NULL;
}

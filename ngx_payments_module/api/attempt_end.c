
/* The calls to PostgreSQL that end an attempt. */

#include "ngx_payments_attempts.h"


/* parameters of pay.undo_attempts, the tag not counted */

typedef enum {
    U_MERCHANT = 0, U_KEY_HASH, U_REQUEST_ID, U_LAST
} ngx_payments_undo_parameter_e;

/* ... of pay.end_attempts */

typedef enum {
    E_MERCHANT = 0, E_ATTEMPT, E_VERDICT, E_HEAD, E_PROCESSOR_REFERENCE,
    E_FAILURE, E_FAILURE_MESSAGE, E_FEE, E_TRANSFER, E_AT, E_NEXT_ACTION,
    E_ASKED_AT, E_LAST
} ngx_payments_end_parameter_e;


#define NGX_PAYMENTS_END_ACTION  3600      /* s that a customer has, where the
                                             acquirer does not say */


static void
ngx_payments_end_value(ngx_payments_pg_value_t *values, ngx_uint_t parameter,
    const void *data, size_t len)
{
    values[parameter].data = data;
    values[parameter].len = len;
}


static const ngx_payments_decline_t *
ngx_payments_end_decline(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict)
{
    ngx_str_t  *code = &attempt->call.answer.failure;

    return (verdict == NGX_PAYMENTS_VERDICT_DECLINED)
           ? ngx_payments_decline(code->data, code->len) : NULL;
}


/* what the acquirer keeps of what it has captured; -1: it did not say */

static int64_t
ngx_payments_end_fee(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict)
{
    return (verdict == NGX_PAYMENTS_VERDICT_APPROVED
            && !ngx_payments_attempt_simulated(attempt))
           ? attempt->call.answer.fee : -1;
}


/* as SQL knows it */

static const char *
ngx_payments_end_verdict(ngx_payments_verdict_e verdict)
{
    switch (verdict) {

    case NGX_PAYMENTS_VERDICT_APPROVED:
        return "approved";

    case NGX_PAYMENTS_VERDICT_DECLINED:
        return "declined";

    case NGX_PAYMENTS_VERDICT_ACTION:
        return "action";

    case NGX_PAYMENTS_VERDICT_NOT_EXECUTED:
        return "not_executed";

    default:
        return "pending";
    }
}


/* what the customer must do; data NULL: nothing, or it is as it was */

static ngx_int_t
ngx_payments_end_action(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict, ngx_str_t *action)
{
    int64_t                           expires_at;
    ngx_str_t                         none;
    ngx_payments_processor_answer_t  *answer = &attempt->call.answer;

    ngx_str_null(action);
    ngx_str_null(&none);

    if (verdict != NGX_PAYMENTS_VERDICT_ACTION
        || answer->action_url.data == NULL)
    {
        return NGX_OK;
    }

    expires_at = answer->action_expires_at;

    if (expires_at == 0) {
        expires_at = ngx_payments_pg_now()
                     + NGX_PAYMENTS_END_ACTION * INT64_C(1000000);
    }

    return ngx_payments_creation_action(attempt->pool, &answer->action_url,
                                        expires_at, &none, action);
}


/* the client's body, in the worker's workspace; it was valid when it came */

static ngx_payments_workspace_t *
ngx_payments_end_body(ngx_payments_attempt_t *attempt)
{
    ngx_payments_workspace_t  *ws;

    ws = ngx_payments_attempt_body(attempt);

    if (ws == NULL) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "the request of payments attempt \"%V\" is not valid any "
                      "more: it was begun by another version of the module",
                      &attempt->words[NGX_PAYMENTS_WORD_KEY]);
    }

    return ws;
}


/* what is known after the verdict, for the payment's row */

static void
ngx_payments_end_processed(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict, ngx_payments_processed_t *processed)
{
    ngx_payments_card_token_t         token;
    ngx_payments_processor_answer_t  *answer = &attempt->call.answer;

    ngx_memzero(processed, sizeof(ngx_payments_processed_t));

    if (ngx_payments_attempt_simulated(attempt)) {
        (void) ngx_payments_card_token((u_char *) "tok_visa", 8, &token);
        ngx_payments_creation_simulated(&token, processed);

    } else {
        processed->processor = attempt->words[NGX_PAYMENTS_WORD_PROCESSOR];
        processed->reference = answer->reference;
        processed->brand = answer->brand;
        processed->last4 = answer->last4;
        processed->decline = ngx_payments_end_decline(attempt, verdict);
        processed->fee = ngx_payments_end_fee(attempt, verdict);
        processed->has_fee = (processed->fee >= 0);
    }

    if (verdict == NGX_PAYMENTS_VERDICT_PENDING) {
        processed->pending = 1;
        processed->followup = attempt->text;
    }

    if (verdict == NGX_PAYMENTS_VERDICT_ACTION) {
        processed->followup = attempt->text;
    }
}


/* the change that the attempt was for, with its verdict */

static ngx_int_t
ngx_payments_end_change(ngx_payments_attempt_t *attempt,
    ngx_payments_workspace_t *ws, ngx_payments_verdict_e verdict,
    ngx_payments_pg_item_t *item)
{
    ngx_str_t             any;
    ngx_payments_told_t  *told;

    told = ngx_pcalloc(attempt->pool, sizeof(ngx_payments_told_t));
    if (told == NULL) {
        return NGX_ERROR;
    }

    told->text = attempt->text;
    told->decline = ngx_payments_end_decline(attempt, verdict);
    told->fee = ngx_payments_end_fee(attempt, verdict);
    told->verdict = ngx_payments_end_verdict(verdict);

    if (ngx_payments_end_action(attempt, verdict, &told->action) != NGX_OK) {
        return NGX_ERROR;
    }

    /* the version was right when it was begun */

    ngx_str_null(&any);

    return ngx_payments_change_call(attempt->pool, ws, &attempt->origin,
                                    attempt->kind->change, &any, told, item);
}


ngx_int_t
ngx_payments_end_key(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict, ngx_payments_pg_item_t *item)
{
    ngx_payments_workspace_t  *ws;
    ngx_payments_processed_t   processed;

    ws = ngx_payments_end_body(attempt);
    if (ws == NULL) {
        return NGX_ERROR;
    }

    if (attempt->kind->change != NULL) {
        return ngx_payments_end_change(attempt, ws, verdict, item);
    }

    ngx_payments_end_processed(attempt, verdict, &processed);

    if (ngx_payments_end_action(attempt, verdict, &processed.action)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_payments_creation_item(attempt->pool, ws, &attempt->origin,
                                      &processed, item);
}


ngx_int_t
ngx_payments_end_undone(ngx_payments_attempt_t *attempt,
    ngx_payments_pg_item_t *item)
{
    ngx_payments_pg_value_t  *values;

    values = ngx_pcalloc(attempt->pool,
                         U_LAST * sizeof(ngx_payments_pg_value_t));

    if (values == NULL || ngx_payments_new_uuid(item->tag) != 0) {
        return NGX_ERROR;
    }

    values[U_MERCHANT].number = attempt->origin.merchant_id;
    ngx_payments_end_value(values, U_KEY_HASH, attempt->origin.key_hash,
                           NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_end_value(values, U_REQUEST_ID, attempt->origin.request_id,
                           NGX_PAYMENTS_UUID_LEN);

    item->statement = NGX_PAYMENTS_PG_UNDO_ATTEMPTS;
    item->values = values;

    return NGX_OK;
}


/* what is known of a payment that was authorized, for its row */

static ngx_int_t
ngx_payments_end_head(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict, ngx_payments_pg_value_t *values)
{
    ngx_str_t                  head;
    ngx_payments_workspace_t  *ws;
    ngx_payments_processed_t   processed;

    if (attempt->kind->action != NGX_PAYMENTS_AUTHORIZE) {
        return NGX_OK;
    }

    ws = ngx_payments_end_body(attempt);
    if (ws == NULL) {
        return NGX_ERROR;
    }

    /* the end of the authorization stays as it was shown */

    ngx_payments_end_processed(attempt, verdict, &processed);
    processed.decline = NULL;

    if (ngx_payments_creation_head(attempt->pool, ws, &attempt->origin,
                                   &processed, &head)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_end_value(values, E_HEAD, head.data, head.len);
    ngx_payments_end_value(values, E_PROCESSOR_REFERENCE,
                           processed.reference.data, processed.reference.len);

    return NGX_OK;
}


ngx_int_t
ngx_payments_end_late(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict, ngx_payments_pg_item_t *item)
{
    u_char                        *transfer;
    ngx_str_t                     *key, action;
    const char                    *word;
    ngx_payments_pg_value_t       *values;
    const ngx_payments_decline_t  *decline;

    transfer = ngx_pnalloc(attempt->pool, NGX_PAYMENTS_UUID_LEN);
    values = ngx_pcalloc(attempt->pool,
                         E_LAST * sizeof(ngx_payments_pg_value_t));

    if (transfer == NULL || values == NULL
        || ngx_payments_new_uuid(transfer) != 0
        || ngx_payments_new_uuid(item->tag) != 0
        || ngx_payments_end_action(attempt, verdict, &action) != NGX_OK
        || ngx_payments_end_head(attempt, verdict, values) != NGX_OK)
    {
        return NGX_ERROR;
    }

    key = &attempt->words[NGX_PAYMENTS_WORD_KEY];
    decline = ngx_payments_end_decline(attempt, verdict);

    values[E_MERCHANT].number = attempt->origin.merchant_id;
    values[E_AT].number = ngx_payments_pg_now();
    values[E_FEE].number = ngx_payments_end_fee(attempt, verdict);
    values[E_FEE].null = (values[E_FEE].number < 0);
    values[E_ASKED_AT].number = attempt->asked_at;

    word = ngx_payments_end_verdict(verdict);
    ngx_payments_end_value(values, E_VERDICT, word, ngx_strlen(word));
    ngx_payments_end_value(values, E_NEXT_ACTION, action.data, action.len);

    ngx_payments_end_value(values, E_ATTEMPT, key->data, key->len);
    ngx_payments_end_value(values, E_TRANSFER, transfer,
                           NGX_PAYMENTS_UUID_LEN);

    if (decline != NULL) {
        ngx_payments_end_value(values, E_FAILURE, decline->code,
                               ngx_strlen(decline->code));
        ngx_payments_end_value(values, E_FAILURE_MESSAGE, decline->message,
                               ngx_strlen(decline->message));
    }

    item->statement = NGX_PAYMENTS_PG_END_ATTEMPTS;
    item->values = values;

    return NGX_OK;
}

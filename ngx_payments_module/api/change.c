
/*
 * What changes a payment and what belongs to it: an action of
 * pay.change_payments(), which decides.
 */

#include "ngx_payments_attempts.h"


/* parameters of pay.change_payments, the tag not counted */

typedef enum {
    C_MERCHANT = 0, C_LIVEMODE, C_KEY_HASH, C_KEY, C_FINGERPRINT,
    C_REQUEST_ID, C_REQUEST, C_PAYMENT, C_ACTION, C_OBJECT, C_TRANSFER,
    C_TRANSFER2, C_AMOUNT, C_CURRENCY, C_FINAL, C_REASON, C_REFERENCE,
    C_METADATA, C_DESCRIPTION, C_DESCRIBED, C_IF_MATCH, C_AT, C_ARGS,
    C_VERDICT, C_FAILURE, C_FAILURE_MESSAGE, C_FEE, C_NEXT_ACTION,
    C_LAST
} ngx_payments_change_parameter_e;


/* what a handler finds before the execution, for its item */

typedef struct {
    const char                   *action;
    const char                   *asks;
    u_char                        id[NGX_PAYMENTS_UUID_LEN];  /* of the path */
} ngx_payments_change_t;


/* what the {id} of the path is: a payment's, or of what the row changes */

static const char *
ngx_payments_change_prefix(ngx_payments_request_t *request)
{
    const ngx_payments_operation_t  *operation = request->operation;

    return (operation->object != NULL && operation->location == NULL)
           ? operation->object : "pay_";
}


static void
ngx_payments_change_value(ngx_payments_pg_value_t *value, const void *data,
    size_t len)
{
    value->data = data;
    value->len = len;
}


static ngx_int_t
ngx_payments_change_text(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    ngx_uint_t slot, ngx_payments_pg_value_t *value)
{
    ngx_str_t  text;

    if (ngx_payments_body_text(pool, ws, slot, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_change_value(value, text.data, text.len);

    return NGX_OK;
}


/* what the body says; absent members stay NULL */

static ngx_int_t
ngx_payments_change_body(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    ngx_payments_pg_value_t *values)
{
    ngx_str_t                          text;
    const ngx_payments_json_node_t   **slots = ws->validation.slots;
    const ngx_payments_field_value_t  *found = ws->validation.values;

    values[C_AMOUNT].null = (slots[NGX_PAYMENTS_CHANGE_AMOUNT] == NULL);

    if (slots[NGX_PAYMENTS_CHANGE_AMOUNT] != NULL) {
        values[C_AMOUNT].number = found[NGX_PAYMENTS_CHANGE_AMOUNT].number;
    }

    values[C_FINAL].number = (slots[NGX_PAYMENTS_CHANGE_FINAL] == NULL
                              || found[NGX_PAYMENTS_CHANGE_FINAL].number);
    values[C_DESCRIBED].number = (slots[NGX_PAYMENTS_CHANGE_DESCRIPTION]
                                  != NULL);

    if (slots[NGX_PAYMENTS_CHANGE_CURRENCY] != NULL) {
        ngx_payments_change_value(&values[C_CURRENCY],
                           found[NGX_PAYMENTS_CHANGE_CURRENCY].currency->code,
                           3);
    }

    if (slots[NGX_PAYMENTS_CHANGE_REASON] != NULL) {
        ngx_payments_change_value(&values[C_REASON],
                           found[NGX_PAYMENTS_CHANGE_REASON].word,
                           ngx_strlen(found[NGX_PAYMENTS_CHANGE_REASON].word));
    }

    if (ngx_payments_change_text(pool, ws, NGX_PAYMENTS_CHANGE_REFERENCE,
                                 &values[C_REFERENCE])
        != NGX_OK
        || ngx_payments_change_text(pool, ws, NGX_PAYMENTS_CHANGE_DESCRIPTION,
                                    &values[C_DESCRIPTION])
           != NGX_OK
        || ngx_payments_body_metadata(pool, ws, NGX_PAYMENTS_CHANGE_METADATA,
                                      &text)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_change_value(&values[C_METADATA], text.data, text.len);

    return NGX_OK;
}


/* the call that changes it, in the pool */

ngx_int_t
ngx_payments_change_call(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    const ngx_payments_origin_t *origin, const char *action,
    ngx_str_t *if_match, const ngx_payments_told_t *told,
    ngx_payments_pg_item_t *item)
{
    u_char                   *ids;
    ngx_uint_t                i;
    ngx_payments_pg_value_t  *values;

    values = ngx_pcalloc(pool, C_LAST * sizeof(ngx_payments_pg_value_t));
    ids = ngx_pnalloc(pool, 3 * NGX_PAYMENTS_UUID_LEN);

    if (values == NULL || ids == NULL || ngx_payments_new_uuid(item->tag) != 0
        || ngx_payments_change_body(pool, ws, values) != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < 3; i++) {
        if (ngx_payments_new_uuid(ids + i * NGX_PAYMENTS_UUID_LEN) != 0) {
            return NGX_ERROR;
        }

        ngx_payments_change_value(&values[C_OBJECT + i],
                                  ids + i * NGX_PAYMENTS_UUID_LEN,
                                  NGX_PAYMENTS_UUID_LEN);
    }

    values[C_MERCHANT].number = origin->merchant_id;
    values[C_LIVEMODE].number = origin->livemode;
    values[C_AT].number = origin->at;

    ngx_payments_change_value(&values[C_KEY_HASH], origin->key_hash,
                              NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_change_value(&values[C_KEY], origin->key.data,
                              origin->key.len);
    ngx_payments_change_value(&values[C_FINGERPRINT], origin->fingerprint,
                              NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_change_value(&values[C_REQUEST_ID], origin->request_id,
                              NGX_PAYMENTS_UUID_LEN);
    ngx_payments_change_value(&values[C_REQUEST], origin->line.data,
                              origin->line.len);
    ngx_payments_change_value(&values[C_ACTION], action, ngx_strlen(action));
    ngx_payments_change_value(&values[C_IF_MATCH], if_match->data,
                              if_match->len);
    ngx_payments_change_value(&values[C_PAYMENT], origin->payment,
                              NGX_PAYMENTS_UUID_LEN);

    values[C_FEE].null = (told == NULL || told->fee < 0);

    if (told != NULL) {
        values[C_FEE].number = told->fee;
        ngx_payments_change_value(&values[C_ARGS], told->text.data,
                                  told->text.len);
        ngx_payments_change_value(&values[C_VERDICT], told->verdict,
                                  ngx_strlen(told->verdict));
        ngx_payments_change_value(&values[C_NEXT_ACTION], told->action.data,
                                  told->action.len);
    }

    if (told != NULL && told->decline != NULL) {
        ngx_payments_change_value(&values[C_FAILURE], told->decline->code,
                                  ngx_strlen(told->decline->code));
        ngx_payments_change_value(&values[C_FAILURE_MESSAGE],
                                  told->decline->message,
                                  ngx_strlen(told->decline->message));
    }

    item->statement = NGX_PAYMENTS_PG_CHANGE_PAYMENTS;
    item->values = values;

    /* the end of a UUIDv7 is random; 0 would be nothing */

    ngx_memcpy(&item->object, origin->payment + NGX_PAYMENTS_UUID_LEN - 4, 4);
    item->object |= 1U << 31;

    return NGX_OK;
}


static ngx_int_t
ngx_payments_change_item(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution)
{
    ngx_str_t                     match;
    ngx_payments_origin_t        *origin;
    const ngx_payments_change_t  *change = ws->data;

    origin = ngx_payments_origin(request, execution);

    match.len = request->if_match.len;
    match.data = ngx_pstrdup(execution->pool, &request->if_match);

    if (origin == NULL || match.data == NULL) {
        return NGX_ERROR;
    }

    if (request->if_match.data == NULL) {
        match.data = NULL;
    }

    ngx_memcpy(origin->payment, change->id, NGX_PAYMENTS_UUID_LEN);

    if (change->asks != NULL && request->livemode) {
        return ngx_payments_attempt_change(request, ws, execution, origin,
                                           change->action, change->asks,
                                           &match);
    }

    return ngx_payments_change_call(execution->pool, ws, origin,
                                    change->action, &match, NULL,
                                    &execution->item);
}


void
ngx_payments_change(ngx_payments_request_t *request, const char *action,
    const char *asks)
{
    ngx_payments_change_t      change;
    ngx_payments_workspace_t  *ws;

    if (ngx_payments_id_parse(ngx_payments_change_prefix(request),
                              request->id.data, request->id.len, change.id)
        != 0)
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return;
    }

    ws = ngx_payments_body_parse(request);

    if (ws == NULL) {
        request->done(request);
        return;
    }

    change.action = action;
    change.asks = asks;
    ws->data = &change;

    ngx_payments_idempotent_execute(request, ws, ngx_payments_change_item);
}

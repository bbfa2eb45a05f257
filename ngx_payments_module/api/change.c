
/*
 * What changes a payment: capture, cancel, refund, update, and the helpers of
 * test mode.  Each is an action of pay.change_payments(), which decides.
 */

#include "ngx_payments_api.h"


/* parameters of pay.change_payments, the tag not counted */

typedef enum {
    C_MERCHANT = 0, C_LIVEMODE, C_KEY_HASH, C_KEY, C_FINGERPRINT,
    C_REQUEST_ID, C_REQUEST, C_PAYMENT, C_ACTION, C_OBJECT, C_TRANSFER,
    C_TRANSFER2, C_AMOUNT, C_CURRENCY, C_FINAL, C_REASON, C_REFERENCE,
    C_METADATA, C_DESCRIPTION, C_DESCRIBED, C_IF_MATCH, C_AT, C_LAST
} ngx_payments_change_parameter_e;


/* slots of all these requests' fields */

typedef enum {
    F_AMOUNT = 0, F_FINAL, F_REASON, F_CURRENCY, F_REFERENCE, F_METADATA,
    F_DESCRIPTION
} ngx_payments_change_field_e;


static ngx_int_t ngx_payments_change_item(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution);


#define S  NGX_PAYMENTS_FIELD_STRING
#define END  { NULL, S, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL }

static const ngx_payments_field_t  ngx_payments_capture_fields[] = {
    { "amount", NGX_PAYMENTS_FIELD_AMOUNT, F_AMOUNT, 0, 0, 0, 0, NULL, NULL,
      NULL, "Without it all that is capturable." },
    { "final_capture", NGX_PAYMENTS_FIELD_BOOLEAN, F_FINAL, 0, 0, 0, 0, NULL,
      NULL, NULL,
      "`true` (the default) releases what is not captured, `false` leaves it "
      "for another capture." },
    END
};

const ngx_payments_schema_t  ngx_payments_capture_schema = {
    "CaptureCreate", "How much of an authorization is taken.",
    ngx_payments_capture_fields
};

static const ngx_payments_field_t  ngx_payments_cancel_fields[] = {
    { "reason", NGX_PAYMENTS_FIELD_ENUM, F_REASON, 0, 0, 0, 0, NULL,
      ngx_payments_cancel_reasons, NULL, NULL },
    END
};

const ngx_payments_schema_t  ngx_payments_cancel_schema = {
    "PaymentCancel", "Why an authorization is given back.",
    ngx_payments_cancel_fields
};

static const ngx_payments_field_t  ngx_payments_refund_fields[] = {
    { "amount", NGX_PAYMENTS_FIELD_AMOUNT, F_AMOUNT, 0, 0, 0, 0, NULL, NULL,
      NULL, "Without it all that is refundable." },
    { "currency", NGX_PAYMENTS_FIELD_CURRENCY, F_CURRENCY, 0, 0, 0, 0, NULL,
      NULL, NULL, "If it is given, it must be the payment's." },
    { "reason", NGX_PAYMENTS_FIELD_ENUM, F_REASON, 0, 1, 0, 0, NULL,
      ngx_payments_refund_reasons, NULL, NULL },
    { "reference", S, F_REFERENCE, 0, 1, 1, 64, "[A-Za-z0-9._:/-]*", NULL,
      NULL, "Your own name for the refund. Unique among the payment's "
      "refunds that have not failed." },
    { "metadata", NGX_PAYMENTS_FIELD_METADATA, F_METADATA, 0, 0, 0, 0, NULL,
      NULL, NULL, NULL },
    END
};

const ngx_payments_schema_t  ngx_payments_refund_schema = {
    "RefundCreate", "How much of a payment is given back.",
    ngx_payments_refund_fields
};

static const ngx_payments_field_t  ngx_payments_update_refund_fields[] = {
    { "reference", S, F_REFERENCE, 0, 1, 1, 64, "[A-Za-z0-9._:/-]*", NULL,
      NULL, "Your own name for the refund. Unique among the payment's "
      "refunds that have not failed." },
    { "metadata", NGX_PAYMENTS_FIELD_METADATA, F_METADATA, 0, 0,
      NGX_PAYMENTS_METADATA_PATCH, 0, NULL, NULL, NULL, NULL },
    END
};

const ngx_payments_schema_t  ngx_payments_update_refund_schema = {
    "RefundUpdate", "What changes in a refund.",
    ngx_payments_update_refund_fields
};

static const ngx_payments_field_t  ngx_payments_update_fields[] = {
    { "metadata", NGX_PAYMENTS_FIELD_METADATA, F_METADATA, 0, 0,
      NGX_PAYMENTS_METADATA_PATCH, 0, NULL, NULL, NULL,
      "Members are added or replaced; null removes one." },
    { "description", S, F_DESCRIPTION, 0, 1, 0, 500,
      NGX_PAYMENTS_DESCRIPTION, NULL, NULL, NULL },
    END
};

const ngx_payments_schema_t  ngx_payments_update_schema = {
    "PaymentUpdate", "What changes in a payment; the rest stays.",
    ngx_payments_update_fields
};

static const ngx_payments_field_t  ngx_payments_no_fields[] = {
    END
};

const ngx_payments_schema_t  ngx_payments_empty_schema = {
    "Empty", "Nothing: an empty object, or no body at all.",
    ngx_payments_no_fields
};


/* what the {id} of the path is: a payment's, or of what the row changes */

static const char *
ngx_payments_change_prefix(ngx_payments_request_t *request)
{
    const ngx_payments_operation_t  *operation = request->operation;

    return (operation->object != NULL && operation->location == NULL)
           ? operation->object : "pay_";
}


/* the action of an operation, by its handler's row */

static void
ngx_payments_change(ngx_payments_request_t *request, const char *action)
{
    u_char                    payment[NGX_PAYMENTS_UUID_LEN];
    ngx_payments_workspace_t  *ws;

    if (ngx_payments_id_parse(ngx_payments_change_prefix(request),
                              request->id.data, request->id.len, payment)
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

    request->action = action;

    ngx_payments_idempotent_execute(request, ws, ngx_payments_change_item);
}


void
ngx_payments_capture_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "capture");
}


void
ngx_payments_cancel_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "cancel");
}


void
ngx_payments_refund_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "refund");
}


void
ngx_payments_update_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "update");
}


void
ngx_payments_update_refund(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "update_refund");
}


void
ngx_payments_win_dispute(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "win_dispute");
}


void
ngx_payments_lose_dispute(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "lose_dispute");
}


void
ngx_payments_expire_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "expire");
}


void
ngx_payments_settle_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "settle");
}


void
ngx_payments_dispute_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "dispute");
}


void
ngx_payments_resolve_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "resolve");
}


static void
ngx_payments_change_value(ngx_payments_pg_value_t *value, const void *data,
    size_t len)
{
    value->data = data;
    value->len = len;
}


/* what the body says; absent members stay NULL */

static ngx_int_t
ngx_payments_change_body(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    ngx_payments_pg_value_t *values)
{
    ngx_uint_t                        i;
    ngx_str_t                         text;
    const ngx_payments_currency_t    *currency;
    const ngx_payments_json_node_t  **slots = ws->validation.slots;

    static const struct {
        ngx_uint_t                    slot;
        ngx_uint_t                    parameter;
    } texts[] = {
        { F_REASON, C_REASON }, { F_REFERENCE, C_REFERENCE },
        { F_DESCRIPTION, C_DESCRIPTION }
    };

    values[C_AMOUNT].null = (slots[F_AMOUNT] == NULL);

    if (slots[F_AMOUNT] != NULL) {
        (void) ngx_payments_integer(ws->json.text + slots[F_AMOUNT]->start,
                                    slots[F_AMOUNT]->len,
                                    &values[C_AMOUNT].number);
    }

    values[C_FINAL].number = (slots[F_FINAL] == NULL
                              || slots[F_FINAL]->type
                                 == NGX_PAYMENTS_JSON_TRUE);
    values[C_DESCRIBED].number = (slots[F_DESCRIPTION] != NULL);

    if (slots[F_CURRENCY] != NULL) {
        currency = ngx_payments_json_currency(&ws->json, slots[F_CURRENCY]);
        ngx_payments_change_value(&values[C_CURRENCY], currency->code, 3);
    }

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (ngx_payments_body_text(pool, ws, texts[i].slot, &text) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_payments_change_value(&values[texts[i].parameter], text.data,
                                  text.len);
    }

    if (ngx_payments_body_metadata(pool, ws, F_METADATA, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_change_value(&values[C_METADATA], text.data, text.len);

    return NGX_OK;
}


static ngx_int_t
ngx_payments_change_item(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution)
{
    u_char                   *ids;
    ngx_str_t                 key, match;
    ngx_uint_t                i;
    ngx_payments_pg_value_t  *values;

    values = ngx_pcalloc(execution->pool,
                         C_LAST * sizeof(ngx_payments_pg_value_t));
    ids = ngx_pnalloc(execution->pool, 4 * NGX_PAYMENTS_UUID_LEN);
    key.data = ngx_pstrdup(execution->pool, &request->key);
    match.data = ngx_pstrdup(execution->pool, &request->if_match);

    if (values == NULL || ids == NULL || key.data == NULL
        || match.data == NULL
        || ngx_payments_id_parse(ngx_payments_change_prefix(request),
                                 request->id.data, request->id.len, ids)
           != 0
        || ngx_payments_new_uuid(execution->item.tag) != 0
        || ngx_payments_change_body(execution->pool, ws, values) != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 1; i < 4; i++) {
        if (ngx_payments_new_uuid(ids + i * NGX_PAYMENTS_UUID_LEN) != 0) {
            return NGX_ERROR;
        }
    }

    values[C_MERCHANT].number = request->merchant_id;
    values[C_LIVEMODE].number = request->livemode;
    values[C_AT].number = ngx_payments_pg_now();

    ngx_payments_change_value(&values[C_KEY_HASH], execution->key.hash,
                              NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_change_value(&values[C_KEY],
                              request->key.len ? key.data : NULL,
                              request->key.len);
    ngx_payments_change_value(&values[C_FINGERPRINT], execution->fingerprint,
                              NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_change_value(&values[C_REQUEST_ID], execution->request_id,
                              NGX_PAYMENTS_UUID_LEN);
    ngx_payments_change_value(&values[C_REQUEST],
                              execution->record.request.data,
                              execution->record.request.len);
    ngx_payments_change_value(&values[C_ACTION], request->action,
                              ngx_strlen(request->action));
    ngx_payments_change_value(&values[C_IF_MATCH],
                              request->if_match.data ? match.data : NULL,
                              request->if_match.len);

    ngx_payments_change_value(&values[C_PAYMENT], ids, NGX_PAYMENTS_UUID_LEN);

    for (i = 1; i < 4; i++) {
        ngx_payments_change_value(&values[C_OBJECT + i - 1],
                                  ids + i * NGX_PAYMENTS_UUID_LEN,
                                  NGX_PAYMENTS_UUID_LEN);
    }

    execution->item.statement = NGX_PAYMENTS_PG_CHANGE_PAYMENTS;
    execution->item.values = values;

    /* the end of a UUIDv7 is random; 0 would be nothing */

    ngx_memcpy(&execution->item.object, ids + NGX_PAYMENTS_UUID_LEN - 4, 4);
    execution->item.object |= 1U << 31;

    return NGX_OK;
}

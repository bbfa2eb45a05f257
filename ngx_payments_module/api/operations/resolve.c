
/*
 * What an operator decides of an attempt whose acquirer does not say what
 * became of it.  It ends as by the acquirer's verdict, once.
 */

#include "../ngx_payments_creation.h"


/* parameters of pay.resolve_attempts, the tag not counted */

typedef enum {
    R_MERCHANT = 0, R_LIVEMODE, R_KEY_HASH, R_KEY, R_FINGERPRINT,
    R_REQUEST_ID, R_REQUEST, R_PAYMENT, R_ATTEMPT, R_VERDICT, R_REFERENCE,
    R_REASON, R_API_KEY, R_AT, R_LAST
} ngx_payments_resolve_parameter_e;

/* slots of the fields of the body */

typedef enum {
    S_VERDICT = 0, S_ATTEMPT, S_REFERENCE, S_REASON
} ngx_payments_resolve_field_e;


static const char *const  ngx_payments_resolve_verdicts[] = {
    "approved", "declined", "not_executed", NULL
};

static const ngx_payments_field_t  ngx_payments_resolve_fields[] = {

    { .name = "verdict", .type = NGX_PAYMENTS_FIELD_ENUM, .required = 1,
      .slot = S_VERDICT, .values = ngx_payments_resolve_verdicts,
      .about = "What became of the attempt." },

    { .name = "attempt", .type = NGX_PAYMENTS_FIELD_STRING, .nullable = 1,
      .slot = S_ATTEMPT, .min = 16, .max = 64, .pattern = "[0-9A-Za-z_-]*",
      .about = "The key of the attempt, where several of the payment wait." },

    { .name = "reference", .type = NGX_PAYMENTS_FIELD_STRING, .nullable = 1,
      .slot = S_REFERENCE, .min = 1, .max = 64, .pattern = "[!-~]*",
      .about = "The acquirer's own name for the authorization. Needed where "
               "one is approved and the acquirer has not said it." },

    { .name = "reason", .type = NGX_PAYMENTS_FIELD_STRING, .nullable = 1,
      .slot = S_REASON, .min = 1, .max = 500,
      .about = "How you know; kept with who has decided, and when." },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_resolve_schema = {
    "PaymentResolve", "What became of an attempt of a payment.",
    ngx_payments_resolve_fields
};


typedef struct {
    u_char                        payment[NGX_PAYMENTS_UUID_LEN];
    u_char                        api_key[NGX_PAYMENTS_SHA256_LEN];
    ngx_payments_pg_value_t       values[R_LAST];
} ngx_payments_resolve_t;


static void
ngx_payments_resolve_value(ngx_payments_pg_value_t *value, const void *data,
    size_t len)
{
    value->data = data;
    value->len = len;
}


/* what the body says */

static ngx_int_t
ngx_payments_resolve_body(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    ngx_payments_pg_value_t *values)
{
    ngx_str_t    text;
    ngx_uint_t   i;
    const char  *verdict;

    for (i = S_ATTEMPT; i <= S_REASON; i++) {
        if (ngx_payments_body_text(pool, ws, i, &text) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_payments_resolve_value(&values[i == S_ATTEMPT ? R_ATTEMPT
                                           : i == S_REFERENCE ? R_REFERENCE
                                           : R_REASON],
                                   text.data, text.len);
    }

    verdict = ws->validation.values[S_VERDICT].word;
    ngx_payments_resolve_value(&values[R_VERDICT], verdict,
                               ngx_strlen(verdict));

    return NGX_OK;
}


static ngx_int_t
ngx_payments_resolve_item(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution)
{
    ngx_payments_origin_t    *origin;
    ngx_payments_resolve_t   *resolve;
    ngx_payments_pg_value_t  *values;

    origin = ngx_payments_origin(request, execution);
    resolve = ngx_pcalloc(execution->pool, sizeof(ngx_payments_resolve_t));

    if (origin == NULL || resolve == NULL
        || ngx_payments_id_parse("pay_", request->id.data, request->id.len,
                                 resolve->payment)
           != 0
        || ngx_payments_resolve_body(execution->pool, ws, resolve->values)
           != NGX_OK
        || ngx_payments_new_uuid(execution->item.tag) != 0)
    {
        return NGX_ERROR;
    }

    values = resolve->values;
    ngx_memcpy(resolve->api_key, request->api_key, NGX_PAYMENTS_SHA256_LEN);

    values[R_MERCHANT].number = origin->merchant_id;
    values[R_LIVEMODE].number = origin->livemode;
    values[R_AT].number = origin->at;

    ngx_payments_resolve_value(&values[R_KEY_HASH], origin->key_hash,
                               NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_resolve_value(&values[R_KEY], origin->key.data,
                               origin->key.len);
    ngx_payments_resolve_value(&values[R_FINGERPRINT], origin->fingerprint,
                               NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_resolve_value(&values[R_REQUEST_ID], origin->request_id,
                               NGX_PAYMENTS_UUID_LEN);
    ngx_payments_resolve_value(&values[R_REQUEST], origin->line.data,
                               origin->line.len);
    ngx_payments_resolve_value(&values[R_PAYMENT], resolve->payment,
                               NGX_PAYMENTS_UUID_LEN);
    ngx_payments_resolve_value(&values[R_API_KEY], resolve->api_key,
                               NGX_PAYMENTS_SHA256_LEN);

    execution->item.statement = NGX_PAYMENTS_PG_RESOLVE_ATTEMPTS;
    execution->item.values = values;

    /* the end of a UUIDv7 is random; 0 would be nothing */

    ngx_memcpy(&execution->item.object,
               resolve->payment + NGX_PAYMENTS_UUID_LEN - 4, 4);
    execution->item.object |= 1U << 31;

    return NGX_OK;
}


void
ngx_payments_resolve_attempt(ngx_payments_request_t *request)
{
    u_char                     id[NGX_PAYMENTS_UUID_LEN];
    ngx_payments_workspace_t  *ws;

    if (ngx_payments_id_parse("pay_", request->id.data, request->id.len, id)
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

    ngx_payments_idempotent_execute(request, ws, ngx_payments_resolve_item);
}

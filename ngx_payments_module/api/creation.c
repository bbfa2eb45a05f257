
/* A payment as it is created: its columns, and the beginning of its JSON. */

#include "ngx_payments_creation.h"


#define NGX_PAYMENTS_EXPIRES_IN   (7 * 86400)
#define NGX_PAYMENTS_TOKEN_SHOWN  64           /* bytes; a longer one is shown
                                                  by its hash */


/* parameters of pay.create_payments, the tag not counted */

typedef enum {
    C_MERCHANT = 0, C_LIVEMODE, C_KEY_HASH, C_KEY, C_FINGERPRINT,
    C_REQUEST_ID, C_REQUEST, C_PAYMENT, C_TRANSFER, C_AMOUNT, C_CURRENCY,
    C_CAPTURE, C_TOKEN, C_HEAD, C_METADATA, C_CUSTOMER, C_REFERENCE,
    C_DESCRIPTION, C_FAILURE, C_FAILURE_MESSAGE, C_FAILED_BODY, C_AT,
    C_EXPIRES, C_EXPIRY_ACTION, C_PENDING, C_PROCESSOR,
    C_PROCESSOR_REFERENCE, C_FOLLOWUP, C_FEE, C_ACTION, C_LAST
} ngx_payments_create_parameter_e;


/* on its way from the validated body to the values; texts in the pool */

typedef struct {
    ngx_pool_t                       *pool;
    ngx_payments_workspace_t         *ws;
    const ngx_payments_origin_t      *origin;
    const ngx_payments_processed_t   *processed;
    ngx_payments_pg_value_t          *values;
    const ngx_payments_currency_t    *currency;
    int64_t                           expires;     /* 0: none */
    int64_t                           amount;
    ngx_uint_t                        capture;
    ngx_uint_t                        failed;      /* no memory */
} ngx_payments_create_t;


static void
ngx_payments_create_value(ngx_payments_create_t *create, ngx_uint_t parameter,
    const void *data, size_t len)
{
    create->values[parameter].data = data;
    create->values[parameter].len = len;
}


static void
ngx_payments_create_word(ngx_payments_create_t *create, ngx_uint_t parameter,
    const ngx_str_t *word)
{
    ngx_payments_create_value(create, parameter, word->data, word->len);
}


static void
ngx_payments_create_string(ngx_payments_create_t *create,
    ngx_uint_t parameter, const char *s)
{
    ngx_payments_create_value(create, parameter, s, ngx_strlen(s));
}


/* a field's text; data NULL: absent or null */

static ngx_str_t
ngx_payments_create_text(ngx_payments_create_t *create, ngx_uint_t slot)
{
    ngx_str_t  text;

    if (ngx_payments_body_text(create->pool, create->ws, slot, &text)
        != NGX_OK)
    {
        create->failed = 1;
    }

    return text;
}


static void
ngx_payments_create_field(ngx_payments_create_t *create, ngx_uint_t parameter,
    ngx_uint_t slot)
{
    ngx_str_t  text;

    text = ngx_payments_create_text(create, slot);
    ngx_payments_create_word(create, parameter, &text);
}


/* copies what was written to the workspace since "from" into the pool */

static void
ngx_payments_create_keep(ngx_payments_create_t *create,
    ngx_uint_t parameter, u_char *from)
{
    size_t               len;
    u_char              *copy;
    ngx_payments_out_t  *out = &create->ws->out;

    len = out->pos - from;
    copy = ngx_pnalloc(create->pool, len);

    if (copy == NULL || out->overflow) {
        create->failed = 1;
        return;
    }

    ngx_memcpy(copy, from, len);
    ngx_payments_create_value(create, parameter, copy, len);

    out->pos = from;
}


static ngx_uint_t
ngx_payments_create_is(ngx_payments_create_t *create, ngx_uint_t slot,
    const char *word)
{
    ngx_payments_validation_t  *v = &create->ws->validation;

    return v->slots[slot] != NULL
           && ngx_strcmp(v->values[slot].word, word) == 0;
}


static void
ngx_payments_create_metadata(ngx_payments_create_t *create)
{
    ngx_str_t  text;

    if (ngx_payments_body_metadata(create->pool, create->ws, F_METADATA, &text)
        != NGX_OK)
    {
        create->failed = 1;
    }

    if (text.data == NULL) {
        ngx_str_set(&text, "{}");
    }

    ngx_payments_create_word(create, C_METADATA, &text);
}


/* an acquirer's token may be long, and is worth as much as what it stands
   for: one of more than 64 bytes is shown by its hash */

static void
ngx_payments_create_token(ngx_payments_create_t *create)
{
    u_char            hash[NGX_PAYMENTS_SHA256_LEN], *p;
    ngx_str_t         token;
    static const u_char  prefix[] = "tok_sha256_";

    token = ngx_payments_create_text(create, F_TOKEN);

    if (token.len > NGX_PAYMENTS_TOKEN_SHOWN) {
        p = ngx_pnalloc(create->pool,
                        sizeof(prefix) - 1 + 2 * NGX_PAYMENTS_SHA256_LEN);

        if (p == NULL || ngx_payments_sha256(token.data, token.len, hash) != 0)
        {
            create->failed = 1;
            return;
        }

        token.data = p;
        p = ngx_cpymem(p, prefix, sizeof(prefix) - 1);
        p = ngx_hex_dump(p, hash, NGX_PAYMENTS_SHA256_LEN);
        token.len = p - token.data;
    }

    ngx_payments_create_word(create, C_TOKEN, &token);
}


static void
ngx_payments_out_time(ngx_payments_out_t *out, int64_t usec)
{
    u_char  text[NGX_PAYMENTS_TIME_LEN];

    ngx_payments_time(usec, text);
    ngx_payments_out_str(out, "\"");
    ngx_payments_out_bytes(out, text, NGX_PAYMENTS_TIME_LEN);
    ngx_payments_out_str(out, "\"");
}


static void
ngx_payments_create_json(ngx_payments_create_t *create, const char *name,
    ngx_uint_t parameter)
{
    ngx_payments_out_t             *out = &create->ws->out;
    const ngx_payments_pg_value_t  *value = &create->values[parameter];

    ngx_payments_out_str(out, name);
    ngx_payments_out_json_or_null(out, value->data, value->len);
}


static void
ngx_payments_create_processor(ngx_payments_create_t *create, u_char *id)
{
    ngx_payments_out_t              *out = &create->ws->out;
    const ngx_payments_processed_t  *processed = create->processed;

    ngx_payments_out_str(out, "\",\"processor\":{\"name\":\"");

    if (processed->processor.data == NULL) {
        ngx_payments_out_str(out, "simulator\",\"reference\":\"sim_");
        ngx_payments_out_bytes(out, id + 4, NGX_PAYMENTS_BASE32_LEN);
        ngx_payments_out_str(out, "\"}");
        return;
    }

    ngx_payments_out_bytes(out, processed->processor.data,
                           processed->processor.len);
    ngx_payments_out_str(out, "\",\"reference\":");
    ngx_payments_out_json_or_null(out, processed->reference.data,
                                  processed->reference.len);
    ngx_payments_out_str(out, "}");
}


/* the part of a payment that never changes; SQL appends the part that does */

static void
ngx_payments_create_head(ngx_payments_create_t *create)
{
    u_char                           id[NGX_PAYMENTS_ID_LEN], *from;
    ngx_str_t                        descriptor;
    ngx_payments_out_t              *out = &create->ws->out;
    const ngx_payments_origin_t     *origin = create->origin;
    const ngx_payments_processed_t  *processed = create->processed;

    descriptor = ngx_payments_create_text(create, F_DESCRIPTOR);
    ngx_payments_id("pay_", origin->payment, id);

    from = out->pos;

    ngx_payments_out_str(out, "{\"id\":\"");
    ngx_payments_out_bytes(out, id, NGX_PAYMENTS_ID_LEN);
    ngx_payments_out_str(out, "\",\"object\":\"payment\",\"livemode\":");
    ngx_payments_out_str(out, origin->livemode ? "true" : "false");
    ngx_payments_out_str(out, ",\"merchant_id\":\"");
    ngx_payments_out_bytes(out, origin->merchant, NGX_PAYMENTS_ID_LEN);
    ngx_payments_out_str(out, "\",\"amount\":");
    ngx_payments_out_int(out, create->amount);
    ngx_payments_out_str(out, ",\"currency\":\"");
    ngx_payments_out_str(out, create->currency->code);
    ngx_payments_out_str(out, "\",\"exponent\":");
    ngx_payments_out_int(out, create->currency->exponent);
    ngx_payments_out_str(out, ",\"capture_method\":\"");
    ngx_payments_out_str(out, create->capture ? "automatic" : "manual");

    ngx_payments_create_json(create, "\",\"payment_method\":{\"type\":\"card\","
                                     "\"token\":", C_TOKEN);
    ngx_payments_out_str(out, ",\"brand\":");
    ngx_payments_out_json_or_null(out, processed->brand.data,
                                  processed->brand.len);
    ngx_payments_out_str(out, ",\"last4\":");
    ngx_payments_out_json_or_null(out, processed->last4.data,
                                  processed->last4.len);

    ngx_payments_create_json(create, "},\"customer\":", C_CUSTOMER);
    ngx_payments_create_json(create, ",\"reference\":", C_REFERENCE);
    ngx_payments_out_str(out, ",\"statement_descriptor\":");
    ngx_payments_out_json_or_null(out, descriptor.data, descriptor.len);
    ngx_payments_out_str(out, ",\"authorization_expires_at\":");

    if (create->expires) {
        ngx_payments_out_time(out, create->expires);

    } else {
        ngx_payments_out_str(out, "null");
    }

    ngx_payments_out_str(out, ",\"expiry_action\":\"");
    ngx_payments_out_bytes(out, create->values[C_EXPIRY_ACTION].data,
                           create->values[C_EXPIRY_ACTION].len);

    ngx_payments_create_processor(create, id);

    ngx_payments_out_str(out, ",\"created_at\":");
    ngx_payments_out_time(out, origin->at);

    ngx_payments_create_keep(create, C_HEAD, from);
}


/* a declined payment is answered by a problem, and kept as failed */

static void
ngx_payments_create_declined(ngx_payments_create_t *create)
{
    u_char                           id[NGX_PAYMENTS_ID_LEN],
                                     request_id[NGX_PAYMENTS_ID_LEN], *from;
    ngx_str_t                        more;
    ngx_payments_out_t              *out = &create->ws->out;
    const ngx_payments_decline_t    *decline = create->processed->decline;

    ngx_payments_create_string(create, C_FAILURE, decline->code);
    ngx_payments_create_string(create, C_FAILURE_MESSAGE, decline->message);

    ngx_payments_id("pay_", create->origin->payment, id);
    ngx_payments_id("req_", create->origin->request_id, request_id);

    /* first what the problem has besides, then all of it */

    from = out->pos;

    ngx_payments_out_str(out, ",\"failure\":{\"code\":\"");
    ngx_payments_out_str(out, decline->code);
    ngx_payments_out_str(out, "\",\"message\":");
    ngx_payments_out_json(out, (u_char *) decline->message,
                          ngx_strlen(decline->message));
    ngx_payments_out_str(out, ",\"category\":\"");
    ngx_payments_out_str(out, decline->hard ? "hard" : "soft");
    ngx_payments_out_str(out, "\"},\"payment_id\":\"");
    ngx_payments_out_bytes(out, id, NGX_PAYMENTS_ID_LEN);
    ngx_payments_out_str(out, "\"");

    more.data = from;
    more.len = out->pos - from;

    from = out->pos;

    ngx_payments_problem_body(out,
                        &ngx_payments_problems[NGX_PAYMENTS_P_CARD_DECLINED],
                        decline->message, request_id, &more);

    ngx_payments_create_keep(create, C_FAILED_BODY, from);
    out->pos = more.data;
}


static void
ngx_payments_create_terms(ngx_payments_create_t *create)
{
    int64_t                     seconds;
    ngx_payments_validation_t  *v = &create->ws->validation;

    create->capture = !ngx_payments_create_is(create, F_CAPTURE_METHOD,
                                              "manual");
    create->values[C_CAPTURE].number = create->capture;

    ngx_payments_create_string(create, C_EXPIRY_ACTION,
                               ngx_payments_create_is(create, F_EXPIRY_ACTION,
                                                      "capture")
                               ? "capture" : "cancel");

    create->values[C_EXPIRES].null = 1;

    if (create->capture || create->processed->decline) {
        return;
    }

    seconds = v->slots[F_EXPIRES_IN] ? v->values[F_EXPIRES_IN].number
                                     : NGX_PAYMENTS_EXPIRES_IN;

    create->expires = create->origin->at + seconds * 1000000;
    create->values[C_EXPIRES].number = create->expires;
    create->values[C_EXPIRES].null = 0;
}


/* what the body says, and the head, which is made of it */

static ngx_int_t
ngx_payments_create_body(ngx_payments_create_t *create, ngx_pool_t *pool,
    ngx_payments_workspace_t *ws, const ngx_payments_origin_t *origin,
    const ngx_payments_processed_t *processed)
{
    ngx_memzero(create, sizeof(ngx_payments_create_t));

    create->values = ngx_pcalloc(pool,
                                 C_LAST * sizeof(ngx_payments_pg_value_t));
    if (create->values == NULL) {
        return NGX_ERROR;
    }

    create->pool = pool;
    create->ws = ws;
    create->origin = origin;
    create->processed = processed;
    create->amount = ws->validation.values[F_AMOUNT].number;
    create->currency = ws->validation.values[F_CURRENCY].currency;

    ngx_payments_create_terms(create);
    ngx_payments_create_token(create);
    ngx_payments_create_field(create, C_DESCRIPTION, F_DESCRIPTION);
    ngx_payments_create_field(create, C_CUSTOMER, F_CUSTOMER);
    ngx_payments_create_field(create, C_REFERENCE, F_REFERENCE);
    ngx_payments_create_metadata(create);
    ngx_payments_create_head(create);

    return create->failed ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_payments_creation_item(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    const ngx_payments_origin_t *origin,
    const ngx_payments_processed_t *processed, ngx_payments_pg_item_t *item)
{
    u_char                 *transfer;
    ngx_payments_create_t   create;

    transfer = ngx_pnalloc(pool, NGX_PAYMENTS_UUID_LEN);

    if (transfer == NULL
        || ngx_payments_create_body(&create, pool, ws, origin, processed)
           != NGX_OK
        || ngx_payments_new_uuid(transfer) != 0
        || ngx_payments_new_uuid(item->tag) != 0)
    {
        return NGX_ERROR;
    }

    create.values[C_MERCHANT].number = origin->merchant_id;
    create.values[C_LIVEMODE].number = origin->livemode;
    create.values[C_AMOUNT].number = create.amount;
    create.values[C_AT].number = origin->at;
    create.values[C_PENDING].number = processed->pending;
    create.values[C_FEE].number = processed->fee;
    create.values[C_FEE].null = !processed->has_fee;

    ngx_payments_create_value(&create, C_KEY_HASH, origin->key_hash,
                              NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_create_word(&create, C_KEY, &origin->key);
    ngx_payments_create_value(&create, C_FINGERPRINT, origin->fingerprint,
                              NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_create_value(&create, C_REQUEST_ID, origin->request_id,
                              NGX_PAYMENTS_UUID_LEN);
    ngx_payments_create_word(&create, C_REQUEST, &origin->line);
    ngx_payments_create_value(&create, C_PAYMENT, origin->payment,
                              NGX_PAYMENTS_UUID_LEN);
    ngx_payments_create_value(&create, C_TRANSFER, transfer,
                              NGX_PAYMENTS_UUID_LEN);
    ngx_payments_create_string(&create, C_CURRENCY, create.currency->code);
    ngx_payments_create_word(&create, C_PROCESSOR, &processed->processor);
    ngx_payments_create_word(&create, C_PROCESSOR_REFERENCE,
                             &processed->reference);
    ngx_payments_create_word(&create, C_FOLLOWUP, &processed->followup);
    ngx_payments_create_word(&create, C_ACTION, &processed->action);

    if (processed->decline) {
        ngx_payments_create_declined(&create);
    }

    item->statement = NGX_PAYMENTS_PG_CREATE_PAYMENTS;
    item->values = create.values;

    return create.failed ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_payments_creation_head(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    const ngx_payments_origin_t *origin,
    const ngx_payments_processed_t *processed, ngx_str_t *head)
{
    ngx_payments_create_t  create;

    if (ngx_payments_create_body(&create, pool, ws, origin, processed)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    head->data = (u_char *) create.values[C_HEAD].data;
    head->len = create.values[C_HEAD].len;

    return NGX_OK;
}


ngx_int_t
ngx_payments_creation_action(ngx_pool_t *pool, ngx_str_t *url,
    int64_t expires_at, ngx_str_t *return_url, ngx_str_t *action)
{
    size_t               size;
    ngx_payments_out_t   out;

    /* of a URL's characters JSON writes two as two */

    size = 2 * url->len + return_url->len + 128;

    action->data = ngx_pnalloc(pool, size);
    if (action->data == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, action->data, size);
    ngx_payments_out_str(&out, "{\"type\":\"redirect\",\"url\":");
    ngx_payments_out_json(&out, url->data, url->len);
    ngx_payments_out_str(&out, ",\"expires_at\":");
    ngx_payments_out_time(&out, expires_at);
    ngx_payments_out_str(&out, "}");

    if (return_url->data != NULL) {
        ngx_payments_out_str(&out, "\n");
        ngx_payments_out_bytes(&out, return_url->data, return_url->len);
    }

    action->len = out.pos - out.start;

    return out.overflow ? NGX_ERROR : NGX_OK;
}


void
ngx_payments_creation_simulated(const ngx_payments_card_token_t *token,
    ngx_payments_processed_t *processed)
{
    ngx_memzero(processed, sizeof(ngx_payments_processed_t));

    processed->brand.data = (u_char *) token->brand;
    processed->brand.len = ngx_strlen(token->brand);
    processed->last4.data = (u_char *) token->last4;
    processed->last4.len = ngx_strlen(token->last4);
    processed->pending = token->pending;

    if (token->failure) {
        processed->decline = ngx_payments_decline((u_char *) token->failure,
                                                  ngx_strlen(token->failure));
    }
}


ngx_payments_origin_t *
ngx_payments_origin(ngx_payments_request_t *request,
    ngx_payments_execution_t *execution)
{
    ngx_payments_origin_t  *origin;

    origin = ngx_pcalloc(execution->pool, sizeof(ngx_payments_origin_t));
    if (origin == NULL) {
        return NULL;
    }

    origin->merchant_id = request->merchant_id;
    origin->livemode = request->livemode;
    origin->at = ngx_payments_pg_now();
    origin->line = execution->record.request;

    ngx_memcpy(origin->merchant, request->merchant, NGX_PAYMENTS_ID_LEN);
    ngx_memcpy(origin->key_hash, execution->key.hash,
               NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_memcpy(origin->fingerprint, execution->fingerprint,
               NGX_PAYMENTS_SHA256_LEN);
    ngx_memcpy(origin->request_id, execution->request_id,
               NGX_PAYMENTS_UUID_LEN);

    if (request->key.len == 0) {
        return origin;
    }

    origin->key.len = request->key.len;
    origin->key.data = ngx_pstrdup(execution->pool, &request->key);

    return (origin->key.data == NULL) ? NULL : origin;
}

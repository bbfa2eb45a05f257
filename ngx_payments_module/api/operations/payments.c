
/* Payments: made, read, listed, changed; and the helpers of test mode. */

#include "../ngx_payments_handlers.h"


#define NGX_PAYMENTS_DAY          86400
#define NGX_PAYMENTS_EXPIRES_IN   (7 * NGX_PAYMENTS_DAY)

/* parameters of pay.create_payments, the tag not counted */

typedef enum {
    C_MERCHANT = 0, C_LIVEMODE, C_KEY_HASH, C_KEY, C_FINGERPRINT,
    C_REQUEST_ID, C_REQUEST, C_PAYMENT, C_TRANSFER, C_AMOUNT, C_CURRENCY,
    C_CAPTURE, C_TOKEN, C_HEAD, C_METADATA, C_CUSTOMER, C_REFERENCE,
    C_DESCRIPTION, C_FAILURE, C_FAILURE_MESSAGE, C_FAILED_BODY, C_AT,
    C_EXPIRES, C_EXPIRY_ACTION, C_LAST
} ngx_payments_create_parameter_e;


/* slots of the request's fields */

typedef enum {
    F_AMOUNT = 0, F_CURRENCY, F_METHOD, F_TOKEN, F_CAPTURE_METHOD, F_CUSTOMER,
    F_REFERENCE, F_DESCRIPTION, F_DESCRIPTOR, F_METADATA, F_EXPIRES_IN,
    F_EXPIRY_ACTION
} ngx_payments_create_field_e;


#define S  NGX_PAYMENTS_FIELD_STRING
#define END  { NULL, S, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL }

static const ngx_payments_field_t  ngx_payments_method_fields[] = {
    { "token", S, F_TOKEN, 1, 0, 1, 64, "[A-Za-z0-9_]*", NULL, NULL,
      "What the processor has given for the card; in test mode one of the "
      "simulator's tokens. Never a card number." },
    END
};

static const ngx_payments_schema_t  ngx_payments_method = {
    "PaymentMethodInput", "How the customer pays.",
    ngx_payments_method_fields
};

static const ngx_payments_field_t  ngx_payments_create_payment_fields[] = {
    { "amount", NGX_PAYMENTS_FIELD_AMOUNT, F_AMOUNT, 1, 0, 0, 0, NULL, NULL,
      NULL,
      "In minor units of the currency: 1099 are 10.99 EUR, 1099 JPY, 1.099 "
      "KWD." },
    { "currency", NGX_PAYMENTS_FIELD_CURRENCY, F_CURRENCY, 1, 0, 0, 0, NULL,
      NULL, NULL, NULL },
    { "payment_method", NGX_PAYMENTS_FIELD_OBJECT, F_METHOD, 1, 0, 0, 0, NULL,
      NULL, &ngx_payments_method, NULL },
    { "capture_method", NGX_PAYMENTS_FIELD_ENUM, F_CAPTURE_METHOD, 0, 0, 0, 0,
      NULL, ngx_payments_capture_methods, NULL,
      "`automatic` (the default) takes the money at once, `manual` only "
      "reserves it for a later capture." },
    { "customer", S, F_CUSTOMER, 0, 1, 0, 64, "[^\\x00-\\x1f\\x7f]*", NULL,
      NULL, "Your own name for the customer, without control characters." },
    { "reference", S, F_REFERENCE, 0, 1, 1, 64, "[A-Za-z0-9._:/-]*", NULL,
      NULL,
      "Your own name for what is paid. Unique for you and the mode among "
      "payments that are not failed, canceled or expired: a second payment "
      "with it is refused, however late a retry comes." },
    { "description", S, F_DESCRIPTION, 0, 1, 0, 500,
      NGX_PAYMENTS_DESCRIPTION, NULL, NULL,
      "Without control characters but tabs and line ends." },
    { "statement_descriptor", S, F_DESCRIPTOR, 0, 1, 5, 22,
      "(?=.*[A-Za-z])[ !#-&()+-;=?-\\[\\]-~]*", NULL, NULL,
      "What stands on the customer's statement: printable ASCII with a letter, "
      "none of `< > \\ ' \" *`." },
    { "metadata", NGX_PAYMENTS_FIELD_METADATA, F_METADATA, 0, 0, 0, 0, NULL,
      NULL, NULL, NULL },
    { "authorization_expires_in", NGX_PAYMENTS_FIELD_INTEGER, F_EXPIRES_IN, 0,
      0, 60, 31 * NGX_PAYMENTS_DAY, NULL, NULL, NULL,
      "Seconds until an authorization that was not captured ends; 7 days by "
      "default." },
    { "expiry_action", NGX_PAYMENTS_FIELD_ENUM, F_EXPIRY_ACTION, 0, 0, 0, 0,
      NULL, ngx_payments_expiry_actions, NULL,
      "What then happens: `cancel` (the default) or `capture`." },
    END
};

const ngx_payments_schema_t  ngx_payments_create_payment_schema = {
    "PaymentCreate", "A payment to be made.", ngx_payments_create_payment_fields
};


static const ngx_payments_field_t  ngx_payments_cancel_fields[] = {

    { .name = "reason", .type = NGX_PAYMENTS_FIELD_ENUM,
      .slot = NGX_PAYMENTS_CHANGE_REASON,
      .values = ngx_payments_cancel_reasons },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_cancel_schema = {
    "PaymentCancel", "Why an authorization is given back.",
    ngx_payments_cancel_fields
};

static const ngx_payments_field_t  ngx_payments_update_fields[] = {

    { .name = "metadata", .type = NGX_PAYMENTS_FIELD_METADATA,
      .slot = NGX_PAYMENTS_CHANGE_METADATA,
      .min = NGX_PAYMENTS_METADATA_PATCH,
      .about = "Members are added or replaced; null removes one." },

    { .name = "description", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_CHANGE_DESCRIPTION, .nullable = 1,
      .max = 500, .pattern = NGX_PAYMENTS_DESCRIPTION },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_update_schema = {
    "PaymentUpdate", "What changes in a payment; the rest stays.",
    ngx_payments_update_fields
};


const ngx_payments_query_t  ngx_payments_payments_query[] = {
    { "status", NULL, "status", NGX_PAYMENTS_QUERY_ENUM, 0,
      ngx_payments_payment_statuses, "May be repeated." },
    NGX_PAYMENTS_QUERY_BY_CURRENCY,
    { "customer", NULL, "customer", NGX_PAYMENTS_QUERY_STRING, 64, NULL,
      NULL },
    { "reference", NULL, "reference", NGX_PAYMENTS_QUERY_STRING, 64, NULL,
      NULL },
    NGX_PAYMENTS_QUERY_BY_CREATED,
    { "amount[gte]", "amount", "gte", NGX_PAYMENTS_QUERY_AMOUNT, 0, NULL,
      NULL },
    { "amount[gt]", "amount", "gt", NGX_PAYMENTS_QUERY_AMOUNT, 0, NULL, NULL },
    { "amount[lte]", "amount", "lte", NGX_PAYMENTS_QUERY_AMOUNT, 0, NULL,
      NULL },
    { "amount[lt]", "amount", "lt", NGX_PAYMENTS_QUERY_AMOUNT, 0, NULL, NULL },
    { "metadata", NULL, "metadata", NGX_PAYMENTS_QUERY_METADATA, 0, NULL,
      "`metadata[key]=value`: those that have this pair; several must all be "
      "there." },
    NGX_PAYMENTS_QUERY_END
};


static const char *const  ngx_payments_expansions[] = {
    "refunds", "captures", NULL
};

const ngx_payments_query_t  ngx_payments_payment_query[] = {
    { "expand", NULL, "expand", NGX_PAYMENTS_QUERY_ENUM, 0,
      ngx_payments_expansions, "What is shown with it." },
    NGX_PAYMENTS_QUERY_END
};


/* what a create is made of, from the validated body; texts in the pool */

typedef struct {
    ngx_pool_t                       *pool;
    ngx_payments_workspace_t         *ws;
    ngx_payments_pg_value_t          *values;
    const ngx_payments_currency_t    *currency;
    const ngx_payments_card_token_t  *token;
    int64_t                           now;
    int64_t                           expires;     /* 0: none */
    int64_t                           amount;
    ngx_uint_t                        capture;
    u_char                           *payment;     /* its UUID */
    ngx_uint_t                        failed;      /* no memory */
} ngx_payments_create_t;


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
ngx_payments_create_value(ngx_payments_create_t *create, ngx_uint_t parameter,
    const void *data, size_t len)
{
    create->values[parameter].data = data;
    create->values[parameter].len = len;
}


static void
ngx_payments_create_string(ngx_payments_create_t *create,
    ngx_uint_t parameter, const char *s)
{
    ngx_payments_create_value(create, parameter, s, ngx_strlen(s));
}


static ngx_str_t
ngx_payments_create_field(ngx_payments_create_t *create, ngx_uint_t parameter,
    ngx_uint_t slot)
{
    ngx_str_t  text;

    text = ngx_payments_create_text(create, slot);
    ngx_payments_create_value(create, parameter, text.data, text.len);

    return text;
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

    ngx_payments_create_value(create, C_METADATA, text.data, text.len);
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


/* the part of a payment that never changes; SQL appends the part that does */

static void
ngx_payments_create_head(ngx_payments_create_t *create,
    ngx_payments_request_t *request, ngx_str_t *customer,
    ngx_str_t *reference)
{
    u_char               id[NGX_PAYMENTS_ID_LEN], *from;
    ngx_str_t            descriptor;
    ngx_payments_out_t  *out = &create->ws->out;

    descriptor = ngx_payments_create_text(create, F_DESCRIPTOR);
    ngx_payments_id("pay_", create->payment, id);

    from = out->pos;

    ngx_payments_out_str(out, "{\"id\":\"");
    ngx_payments_out_bytes(out, id, NGX_PAYMENTS_ID_LEN);
    ngx_payments_out_str(out, "\",\"object\":\"payment\",\"livemode\":");
    ngx_payments_out_str(out, request->livemode ? "true" : "false");
    ngx_payments_out_str(out, ",\"merchant_id\":\"");
    ngx_payments_out_bytes(out, request->merchant, NGX_PAYMENTS_ID_LEN);
    ngx_payments_out_str(out, "\",\"amount\":");
    ngx_payments_out_int(out, create->amount);
    ngx_payments_out_str(out, ",\"currency\":\"");
    ngx_payments_out_str(out, create->currency->code);
    ngx_payments_out_str(out, "\",\"exponent\":");
    ngx_payments_out_int(out, create->currency->exponent);
    ngx_payments_out_str(out, ",\"capture_method\":\"");
    ngx_payments_out_str(out, create->capture ? "automatic" : "manual");
    ngx_payments_out_str(out, "\",\"payment_method\":{\"type\":\"card\","
                              "\"token\":\"");
    ngx_payments_out_bytes(out, create->values[C_TOKEN].data,
                           create->values[C_TOKEN].len);
    ngx_payments_out_str(out, "\",\"brand\":\"");
    ngx_payments_out_str(out, create->token->brand);
    ngx_payments_out_str(out, "\",\"last4\":\"");
    ngx_payments_out_str(out, create->token->last4);
    ngx_payments_out_str(out, "\"},\"customer\":");
    ngx_payments_out_json_or_null(out, customer->data, customer->len);
    ngx_payments_out_str(out, ",\"reference\":");
    ngx_payments_out_json_or_null(out, reference->data, reference->len);
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
    ngx_payments_out_str(out, "\",\"processor\":{\"name\":\"simulator\","
                              "\"reference\":\"sim_");
    ngx_payments_out_bytes(out, id + 4, NGX_PAYMENTS_BASE32_LEN);
    ngx_payments_out_str(out, "\"},\"created_at\":");
    ngx_payments_out_time(out, create->now);

    ngx_payments_create_keep(create, C_HEAD, from);
}


/* a declined payment is answered by a problem, and kept as failed */

static void
ngx_payments_create_declined(ngx_payments_create_t *create,
    ngx_payments_request_t *request)
{
    u_char              id[NGX_PAYMENTS_ID_LEN], text[256], *from, *p;
    ngx_str_t           more;
    ngx_payments_out_t  *out = &create->ws->out;

    ngx_payments_create_string(create, C_FAILURE, create->token->failure);
    ngx_payments_create_string(create, C_FAILURE_MESSAGE,
                               create->token->message);

    ngx_payments_id("pay_", create->payment, id);

    p = ngx_sprintf(text, ",\"failure\":{\"code\":\"%s\",\"message\":\"%s\","
                    "\"category\":\"%s\"},\"payment_id\":\"%*s\"",
                    create->token->failure, create->token->message,
                    create->token->hard ? "hard" : "soft",
                    (size_t) NGX_PAYMENTS_ID_LEN, id);

    more.data = text;
    more.len = p - text;

    from = out->pos;

    ngx_payments_problem_body(out,
                        &ngx_payments_problems[NGX_PAYMENTS_P_CARD_DECLINED],
                        create->token->message, request->request_id, &more);

    ngx_payments_create_keep(create, C_FAILED_BODY, from);
}


static void
ngx_payments_create_terms(ngx_payments_create_t *create)
{
    int64_t                     seconds;
    ngx_payments_validation_t  *v = &create->ws->validation;

    create->capture = !ngx_payments_create_is(create, F_CAPTURE_METHOD,
                                              "manual");
    ngx_payments_create_string(create, C_EXPIRY_ACTION,
                               ngx_payments_create_is(create, F_EXPIRY_ACTION,
                                                      "capture")
                               ? "capture" : "cancel");

    create->values[C_EXPIRES].null = 1;

    if (create->capture || create->token->failure) {
        return;
    }

    seconds = v->slots[F_EXPIRES_IN] ? v->values[F_EXPIRES_IN].number
                                     : NGX_PAYMENTS_EXPIRES_IN;

    create->expires = create->now + seconds * 1000000;
    create->values[C_EXPIRES].number = create->expires;
    create->values[C_EXPIRES].null = 0;
}


static ngx_int_t
ngx_payments_create_token(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_card_token_t *token)
{
    u_char                           text[256];
    ngx_payments_out_t               out;
    const ngx_payments_json_node_t  *node;
    static ngx_str_t                 more = ngx_string(
        ",\"errors\":[{\"pointer\":\"/payment_method/token\","
        "\"code\":\"unknown\",\"detail\":\"no such token\"}]");

    node = ws->validation.slots[F_TOKEN];

    ngx_payments_out_init(&out, text, sizeof(text));
    ngx_payments_json_decode(&ws->json, node, &out);

    if (ngx_payments_card_token(text, out.pos - text, token) == 0) {
        return NGX_OK;
    }

    ngx_payments_problem(request, NGX_PAYMENTS_P_UNKNOWN_TOKEN, NULL, &more);

    return NGX_DECLINED;
}


/* the item of an execution: every value of the SQL call, in its pool */

static ngx_int_t
ngx_payments_create_item(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution)
{
    u_char                 *ids;
    ngx_str_t               customer, reference, key;
    ngx_payments_create_t   create;

    ngx_memzero(&create, sizeof(ngx_payments_create_t));

    create.pool = execution->pool;
    create.ws = ws;
    create.token = ws->data;
    create.now = ngx_payments_pg_now();
    create.values = ngx_pcalloc(create.pool,
                                C_LAST * sizeof(ngx_payments_pg_value_t));
    ids = ngx_pnalloc(create.pool, 2 * NGX_PAYMENTS_UUID_LEN);
    key.data = ngx_pstrdup(create.pool, &request->key);

    if (create.values == NULL || ids == NULL || key.data == NULL
        || ngx_payments_new_uuid(ids) != 0
        || ngx_payments_new_uuid(ids + NGX_PAYMENTS_UUID_LEN) != 0
        || ngx_payments_new_uuid(execution->item.tag) != 0)
    {
        return NGX_ERROR;
    }

    create.payment = ids;

    create.amount = ws->validation.values[F_AMOUNT].number;
    create.currency = ws->validation.values[F_CURRENCY].currency;

    create.values[C_MERCHANT].number = request->merchant_id;
    create.values[C_LIVEMODE].number = request->livemode;
    create.values[C_AMOUNT].number = create.amount;
    create.values[C_AT].number = create.now;

    ngx_payments_create_value(&create, C_KEY_HASH, execution->key.hash,
                              NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_create_value(&create, C_KEY, key.data, request->key.len);
    ngx_payments_create_value(&create, C_FINGERPRINT, execution->fingerprint,
                              NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_create_value(&create, C_REQUEST_ID, execution->request_id,
                              NGX_PAYMENTS_UUID_LEN);
    ngx_payments_create_value(&create, C_REQUEST,
                              execution->record.request.data,
                              execution->record.request.len);
    ngx_payments_create_value(&create, C_PAYMENT, ids, NGX_PAYMENTS_UUID_LEN);
    ngx_payments_create_value(&create, C_TRANSFER,
                              ids + NGX_PAYMENTS_UUID_LEN,
                              NGX_PAYMENTS_UUID_LEN);
    ngx_payments_create_string(&create, C_CURRENCY, create.currency->code);

    ngx_payments_create_terms(&create);
    create.values[C_CAPTURE].number = create.capture;

    (void) ngx_payments_create_field(&create, C_TOKEN, F_TOKEN);
    (void) ngx_payments_create_field(&create, C_DESCRIPTION, F_DESCRIPTION);
    customer = ngx_payments_create_field(&create, C_CUSTOMER, F_CUSTOMER);
    reference = ngx_payments_create_field(&create, C_REFERENCE, F_REFERENCE);

    ngx_payments_create_metadata(&create);
    ngx_payments_create_head(&create, request, &customer, &reference);

    if (create.token->failure) {
        ngx_payments_create_declined(&create, request);
    }

    execution->item.statement = NGX_PAYMENTS_PG_CREATE_PAYMENTS;
    execution->item.values = create.values;
    execution->delay = create.token->delay;

    return create.failed ? NGX_ERROR : NGX_OK;
}


void
ngx_payments_create_payment(ngx_payments_request_t *request)
{
    ngx_payments_card_token_t  token;
    ngx_payments_workspace_t  *ws;

    ws = ngx_payments_body_parse(request);

    if (ws == NULL) {
        request->done(request);
        return;
    }

    /* the simulator is for test keys: a live one must never seem to pay */

    if (request->livemode) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_PROCESSOR_UNAVAILABLE,
                             NULL, NULL);
        request->done(request);
        return;
    }

    if (ngx_payments_create_token(request, ws, &token) != NGX_OK) {
        request->done(request);
        return;
    }

    ws->data = &token;

    ngx_payments_idempotent_execute(request, ws, ngx_payments_create_item);
}


/* ?expand=refunds,captures */

void
ngx_payments_get_payment(ngx_payments_request_t *request)
{
    u_char                   *p;
    ngx_str_t                *filter = &request->work->list.filter;
    ngx_payments_pg_value_t  *expand = &request->work->values[3];
    static ngx_str_t          scope = ngx_string(",\"required_scope\":"
                                                 "\"refunds:read\"");

    if (request->query.len == 0) {
        ngx_payments_read_by_id(request, "pay_", NGX_PAYMENTS_PG_GET_PAYMENTS);
        return;
    }

    if (ngx_payments_query_parse(request) != NGX_OK
        || ngx_payments_answer_reserve(request, NGX_PAYMENTS_ANY) != NGX_OK)
    {
        request->done(request);
        return;
    }

    p = filter->data;
    p[filter->len - 1] = '\0';

    expand->number = (ngx_strstr(p, "refunds") != NULL ? 1 : 0)
                     + (ngx_strstr(p, "captures") != NULL ? 2 : 0);

    /* refunds have a scope of their own */

    if (expand->number & 1
        && !(request->scopes
             & ngx_payments_api_scope((u_char *) "refunds:read", 12)))
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INSUFFICIENT_SCOPE, NULL,
                             &scope);
        request->done(request);
        return;
    }

    ngx_payments_read_by_id(request, "pay_", NGX_PAYMENTS_PG_EXPAND_PAYMENTS);
}


void
ngx_payments_list_payments(ngx_payments_request_t *request)
{
    ngx_payments_list_objects(request, "payments");
}


void
ngx_payments_update_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "update");
}


void
ngx_payments_cancel_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "cancel");
}


void
ngx_payments_resolve_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "resolve");
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

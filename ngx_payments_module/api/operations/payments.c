
/* Payments: made, read, listed, changed; and the helpers of test mode. */

#include "../ngx_payments_attempts.h"


#define NGX_PAYMENTS_DAY          86400
#define NGX_PAYMENTS_TOKEN_KIND   12           /* bytes of a token that say what
                                                  kind it is, at most */

#define NGX_PAYMENTS_RETURN_URL                                               \
    "https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][!-~]*)?"

#define S  NGX_PAYMENTS_FIELD_STRING
#define END  { NULL, S, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL }

static const ngx_payments_field_t  ngx_payments_method_fields[] = {
    { "token", S, F_TOKEN, 1, 0, 1, 2048, "[!-~]*", NULL, NULL,
      "What the processor has given for the card; in test mode one of the "
      "simulator's tokens. Never a card number. One of more than 64 bytes is "
      "shown as `tok_sha256_` and its hash." },
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
    { "customer", S, F_CUSTOMER, 0, 1, 0, 64, NGX_PAYMENTS_NAME, NULL, NULL,
      "Your own name for the customer, without control characters, those of "
      "the direction of writing included." },
    { "reference", S, F_REFERENCE, 0, 1, 1, 64, "[A-Za-z0-9._:/-]*", NULL,
      NULL,
      "Your own name for what is paid. Unique for you and the mode among "
      "payments that are not failed, canceled or expired: a second payment "
      "with it is refused, however late a retry comes." },
    { "description", S, F_DESCRIPTION, 0, 1, 0, 500,
      NGX_PAYMENTS_DESCRIPTION, NULL, NULL,
      "Without control characters but tabs and line ends, and without U+202D "
      "and U+202E, which show a text in an order that it does not have." },
    { "statement_descriptor", S, F_DESCRIPTOR, 0, 1, 5, 22,
      "(?=.*[A-Za-z])[ !#-&()+-;=?-\\[\\]-~]*", NULL, NULL,
      "What stands on the customer's statement: printable ASCII with a letter, "
      "none of `< > \\ ' \" *`." },
    { "metadata", NGX_PAYMENTS_FIELD_METADATA, F_METADATA, 0, 0, 0, 0, NULL,
      NULL, NULL, NULL },
    { "authorization_expires_in", NGX_PAYMENTS_FIELD_INTEGER, F_EXPIRES_IN, 0,
      0, 60, 31 * NGX_PAYMENTS_DAY, NULL, NULL, NULL,
      "Seconds until an authorization that was not captured ends; 7 days by "
      "default. Only with `capture_method` `manual`: else it is refused, since "
      "nothing waits for a capture." },
    { "expiry_action", NGX_PAYMENTS_FIELD_ENUM, F_EXPIRY_ACTION, 0, 0, 0, 0,
      NULL, ngx_payments_expiry_actions, NULL,
      "What then happens: `cancel` (the default) or `capture`. Only with "
      "`capture_method` `manual`: else it is refused." },
    { "return_url", S, F_RETURN_URL, 0, 1, 10, 2048, NGX_PAYMENTS_RETURN_URL,
      NULL, NULL,
      "Where the customer's browser goes after an action (3-D Secure). Without "
      "one an acquirer declines what needs an action: "
      "`authentication_required`." },
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

static const ngx_payments_field_t  ngx_payments_confirm_fields[] = {

    { .name = "return_data", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_CHANGE_RETURN_DATA, .nullable = 1, .max = 4096,
      .about = "What the customer's browser has brought back to `return_url`, "
               "where the processor needs it." },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_confirm_schema = {
    "PaymentConfirm", "The customer has come back.",
    ngx_payments_confirm_fields
};

static const ngx_payments_field_t  ngx_payments_update_fields[] = {

    { .name = "metadata", .type = NGX_PAYMENTS_FIELD_METADATA,
      .slot = NGX_PAYMENTS_CHANGE_METADATA,
      .min = NGX_PAYMENTS_METADATA_PATCH,
      .about = "Members are added or replaced; null removes one." },

    { .name = "description", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_CHANGE_DESCRIPTION, .nullable = 1,
      .max = 500, .pattern = NGX_PAYMENTS_DESCRIPTION,
      .about = "As where a payment is made." },

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


/* what the handler finds before the execution, for its item */

typedef struct {
    ngx_payments_card_token_t         token;   /* of test mode */
    ngx_str_t                         processor;  /* of live mode */
    ngx_str_t                         others;  /* that may be asked instead */
} ngx_payments_create_way_t;


static ngx_int_t
ngx_payments_create_simulated(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_create_way_t *way)
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

    if (!out.overflow
        && ngx_payments_card_token(text, out.pos - text, &way->token) == 0)
    {
        return NGX_OK;
    }

    ngx_payments_problem(request, NGX_PAYMENTS_P_UNKNOWN_TOKEN, NULL, &more);

    return NGX_DECLINED;
}


/* what the operator's variables may route by */

static void
ngx_payments_create_about(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws)
{
    u_char                          *token;
    size_t                           i;
    const ngx_payments_currency_t   *currency;
    const ngx_payments_json_node_t  *node = ws->validation.slots[F_TOKEN];

    token = (u_char *) ws->json.text + node->start;
    currency = ws->validation.values[F_CURRENCY].currency;

    request->about.amount = ws->validation.values[F_AMOUNT].number;
    request->about.currency.data = (u_char *) currency->code;
    request->about.currency.len = ngx_strlen(currency->code);

    /* "tok" of "tok_…", which processors have in common */

    request->about.token_type.data = token;

    for (i = 0; i < node->len && i < NGX_PAYMENTS_TOKEN_KIND; i++) {
        if (token[i] == '_') {
            request->about.token_type.len = i;
            break;
        }
    }
}


/* which acquirer is asked; the simulator is for test keys: a live one must
   never seem to pay */

static ngx_int_t
ngx_payments_create_routed(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_create_way_t *way)
{
    ngx_str_t                 *names = &way->others;
    ngx_payments_processor_t  *processor = NULL;

    ngx_payments_create_about(request, ws);

    if (request->processors != NULL
        && request->processors(request, names) == NGX_OK)
    {
        processor = ngx_payments_processor_choose(names, request->merchant_id);
    }

    if (processor == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_PROCESSOR_UNAVAILABLE,
                             NULL, NULL);
        return NGX_DECLINED;
    }

    way->processor = *ngx_payments_processor_name(processor);

    return NGX_OK;
}


/* the item of an execution, with every value of the SQL call in its pool; or
   what begins one whose processor takes its time */

static ngx_int_t
ngx_payments_create_item(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution)
{
    ngx_str_t                         reference, processor, others, url;
    ngx_payments_origin_t            *origin;
    ngx_payments_processed_t          processed;
    const ngx_payments_create_way_t  *way = ws->data;

    if (request->livemode || way->token.delay) {

        ngx_str_set(&processor, NGX_PAYMENTS_SIMULATOR);
        others = way->others;

        if (request->livemode) {
            processor = way->processor;
        }

        return (ngx_payments_body_text(execution->pool, ws, F_REFERENCE,
                                       &reference)
                == NGX_OK)
               ? ngx_payments_attempt_begin(request, execution, &processor,
                                            &others, &reference,
                                            way->token.delay)
               : NGX_ERROR;
    }

    origin = ngx_payments_origin(request, execution);

    if (origin == NULL || ngx_payments_new_uuid(origin->payment) != 0) {
        return NGX_ERROR;
    }

    ngx_payments_creation_simulated(&way->token, &processed);

    if (way->token.asks
        && (ngx_payments_body_text(execution->pool, ws, F_RETURN_URL, &url)
            != NGX_OK
            || ngx_payments_action_make(request, execution->pool, origin, &url,
                                        &processed.action)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    return ngx_payments_creation_item(execution->pool, ws, origin, &processed,
                                      &execution->item);
}


/*
 * What speaks of a later capture has no meaning where there is none: a client
 * that sends it has forgotten to say "manual", and would be charged at once
 */

static ngx_int_t
ngx_payments_create_manual(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws)
{
    ngx_uint_t                  i;
    ngx_payments_violation_t   *violation;
    ngx_payments_validation_t  *v = &ws->validation;

    static const struct {
        ngx_uint_t   slot;
        const char  *pointer;
    } later[] = {
        { F_EXPIRES_IN, "/authorization_expires_in" },
        { F_EXPIRY_ACTION, "/expiry_action" }
    };

    if (v->slots[F_CAPTURE_METHOD] != NULL
        && ngx_strcmp(v->values[F_CAPTURE_METHOD].word, "manual") == 0)
    {
        return NGX_OK;
    }

    for (i = 0; i < 2; i++) {
        if (v->slots[later[i].slot] == NULL) {
            continue;
        }

        violation = &v->violations[v->nviolations++];

        violation->kind = NGX_PAYMENTS_VALIDATION_FAILED;
        violation->code = "not_applicable";
        (void) ngx_cpystrn((u_char *) violation->pointer,
                           (u_char *) later[i].pointer,
                           sizeof(violation->pointer));
        (void) ngx_cpystrn((u_char *) violation->detail,
                           (u_char *) "only with capture_method manual",
                           sizeof(violation->detail));
    }

    if (v->nviolations == 0) {
        return NGX_OK;
    }

    ngx_payments_problem_violations(request, v);

    return NGX_DECLINED;
}


void
ngx_payments_create_payment(ngx_payments_request_t *request)
{
    ngx_int_t                   rc;
    ngx_payments_workspace_t   *ws;
    ngx_payments_create_way_t   way;

    ws = ngx_payments_body_parse(request);

    if (ws == NULL || ngx_payments_create_manual(request, ws) != NGX_OK) {
        request->done(request);
        return;
    }

    ngx_memzero(&way, sizeof(ngx_payments_create_way_t));

    rc = request->livemode ? ngx_payments_create_routed(request, ws, &way)
                           : ngx_payments_create_simulated(request, ws, &way);

    if (rc != NGX_OK) {
        request->done(request);
        return;
    }

    ws->data = &way;

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
    ngx_payments_change(request, "update", NULL);
}


void
ngx_payments_cancel_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "cancel", "void");
}


void
ngx_payments_confirm_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "confirm", "continue");
}


void
ngx_payments_resolve_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "resolve", NULL);
}


void
ngx_payments_expire_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "expire", NULL);
}


void
ngx_payments_settle_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "settle", NULL);
}

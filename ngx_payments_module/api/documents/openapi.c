
/*
 * The OpenAPI documents, 3.0.3 and 3.1.0, from the table of operations: nothing
 * here is about one operation.
 */

#include "ngx_payments_documents.h"


#define BIT  NGX_PAYMENTS_BIT

static const char  ngx_payments_openapi_about[] =
    "Payments that are never made twice.\n\n"
    "**Keys.** `Authorization: Bearer sk_test_...`, or the key as the user "
    "name of HTTP Basic. A key is of one merchant and one mode. Each operation "
    "needs a scope; `insufficient_scope` names it.\n\n"
    "**Idempotency.** What moves money takes an `Idempotency-Key`: 1 to 255 "
    "visible ASCII characters, in quotes or not. It is good for the merchant "
    "and the mode, not for one API key or path, and is kept for the time that "
    "`Idempotency-Expires` says. A retry gets the bytes of the first answer, "
    "with `Idempotent-Replayed: true`; one that comes while the first is "
    "running waits for it (`Prefer: wait=N` shortens that). The same key with "
    "another method, path, query or body is 422 `idempotency_key_reused`; "
    "white space and the order of members make no difference, absent and null "
    "do.\n\n"
    "**Errors** are `application/problem+json` (RFC 9457). `code` is for "
    "programs, `retry` and `Payments-Should-Retry` say what to do next, "
    "`/docs/errors/{code}` explains. An outcome of the operation itself is "
    "stored under the key; what was wrong before it, and anything from 500 "
    "on, never is.\n\n"
    "**Money** is an integer in minor units of an ISO 4217 currency. `1e3`, "
    "`10.0` and `\"10\"` are refused. Members that do not exist are refused. "
    "Card numbers are refused wherever they stand.\n\n"
    "**Lists** are newest first. `next_cursor` and the `Link` header lead to "
    "the next page; a cursor is good for the same filters and order.\n\n"
    "**Versions.** An object's `ETag` is its version: `If-None-Match` gives "
    "304, `If-Match` makes a change conditional. `HEAD` works where `GET` "
    "does. Members and values of enumerations may be added to answers: ignore "
    "what you do not know.\n\n"
    "**Limits.** Bodies of 64 KiB, JSON 16 deep. `RateLimit` and "
    "`RateLimit-Policy` say how many requests are left.";


/* tags in the order in which they are shown */

static const struct {
    const char  *name;
    const char  *about;
} ngx_payments_openapi_tags[] = {
    { "Payments", "Made, captured, canceled, read." },
    { "Refunds", "Money given back." },
    { "Disputes", "What customers dispute." },
    { "Balances", "What there is, by currency." },
    { "Ledger", "Double entry, never changed." },
    { "Events", "What has changed, in an order that never misses one." },
    { "Idempotency keys", "What became of a request." },
    { "Currencies", "ISO 4217." },
    { "Webhook endpoints", "Where events are sent." },
    { "API keys", "Who may do what." },
    { "Merchants", "For administrators." },
    { "Test helpers", "What else the world would do. Test mode only." },
    { "Service", "Health and metrics." }
};


static const char  ngx_payments_openapi_parameters[] =
    "\"parameters\":{"
    "\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\","
    "\"required\":true,\"description\":\"Makes a retry safe: random, and "
    "written down before the request is sent.\",\"schema\":{\"type\":"
    "\"string\",\"minLength\":1,\"maxLength\":257},\"example\":"
    "\"9b1fd2ee-31a4-4bd8-9d3a-0f36d1a9c001\"},"
    "\"OptionalIdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":"
    "\"header\",\"description\":\"Makes a retry safe.\",\"schema\":{\"type\":"
    "\"string\",\"minLength\":1,\"maxLength\":257}},"
    "\"Prefer\":{\"name\":\"Prefer\",\"in\":\"header\",\"description\":"
    "\"`wait=N`: for how many seconds to wait for a request with the same key "
    "that is still running (RFC 7240).\",\"schema\":{\"type\":\"string\"}},"
    "\"PreferNews\":{\"name\":\"Prefer\",\"in\":\"header\","
    "\"description\":\"`wait=N`: with `after`, for how many seconds, 30 at "
    "most, to wait for an event where there is none (RFC 7240).\",\"schema\":{"
    "\"type\":\"string\"}},"
    "\"IfMatch\":{\"name\":\"If-Match\",\"in\":\"header\",\"description\":"
    "\"Only if the object still has this version; else 412.\",\"schema\":{"
    "\"type\":\"string\"}},"
    "\"IfNoneMatch\":{\"name\":\"If-None-Match\",\"in\":\"header\","
    "\"description\":\"304 if it still has this version.\",\"schema\":{"
    "\"type\":\"string\"}},"
    "\"Limit\":{\"name\":\"limit\",\"in\":\"query\",\"schema\":{\"type\":"
    "\"integer\",\"format\":\"int32\",\"minimum\":1,\"maximum\":100,"
    "\"default\":20}},"
    "\"Order\":{\"name\":\"order\",\"in\":\"query\",\"schema\":{\"type\":"
    "\"string\",\"enum\":[\"asc\",\"desc\"]}},"
    "\"Cursor\":{\"name\":\"cursor\",\"in\":\"query\",\"description\":"
    "\"`next_cursor` of the page before.\",\"schema\":{\"type\":\"string\"}}"
    "}";


#define HEADER(name, about)                                                   \
    "\"" name "\":{\"description\":\"" about "\",\"schema\":{\"type\":"       \
    "\"string\"}}"
#define NUMBER(name, about)                                                   \
    "\"" name "\":{\"description\":\"" about "\",\"schema\":{\"type\":"       \
    "\"integer\",\"format\":\"int32\"}}"

static const char  ngx_payments_openapi_headers[] =
    ",\"headers\":{"
    HEADER("Request-Id", "The id of this request; also in its errors.") ","
    HEADER("Payments-Version", "Of this API.") ","
    HEADER("ETag", "The version of the object, in quotes.") ","
    HEADER("Location", "Where what was made is read.") ","
    HEADER("Link", "`rel=next`: the next page.") ","
    HEADER("Idempotent-Replayed",
           "`true`: these bytes are from an earlier execution.") ","
    HEADER("Payments-Idempotency",
           "`executed`, `replayed`, or `collapsed`: waited for the first.") ","
    HEADER("Original-Request", "The request that was executed.") ","
    HEADER("Idempotency-Expires", "Until when the key is kept.") ","
    HEADER("Preference-Applied", "RFC 7240.") ","
    HEADER("RateLimit", "Requests that are left.") ","
    HEADER("RateLimit-Policy", "How many there may be.") ","
    HEADER("Payments-Should-Retry",
           "`true`: retry, with the same key.") ","
    HEADER("WWW-Authenticate", "RFC 9110.") ","
    NUMBER("Retry-After", "Seconds to wait before a retry.")
    "}";


static void
ngx_payments_openapi_header(ngx_payments_out_t *out, const char *name)
{
    ngx_payments_out_str(out, ",\"");
    ngx_payments_out_str(out, name);
    ngx_payments_out_str(out, "\":{\"$ref\":\"#/components/headers/");
    ngx_payments_out_str(out, name);
    ngx_payments_out_str(out, "\"}");
}


/* those of every answer, and the opening of a list that may go on */

static void
ngx_payments_openapi_common_headers(ngx_payments_out_t *out, ngx_uint_t scoped)
{
    ngx_payments_out_str(out, ",\"headers\":{\"Request-Id\":{\"$ref\":"
                              "\"#/components/headers/Request-Id\"}");
    ngx_payments_openapi_header(out, "Payments-Version");

    if (scoped) {
        ngx_payments_openapi_header(out, "RateLimit");
        ngx_payments_openapi_header(out, "RateLimit-Policy");
    }
}


static void
ngx_payments_openapi_success_headers(ngx_payments_out_t *out,
    const ngx_payments_operation_t *o)
{
    ngx_payments_openapi_common_headers(out, o->scope != NULL);

    if (o->key) {
        ngx_payments_openapi_header(out, "Idempotent-Replayed");
        ngx_payments_openapi_header(out, "Payments-Idempotency");
        ngx_payments_openapi_header(out, "Original-Request");
        ngx_payments_openapi_header(out, "Idempotency-Expires");
        ngx_payments_openapi_header(out, "Preference-Applied");
    }

    if (o->waits) {
        ngx_payments_openapi_header(out, "Preference-Applied");
    }

    if (o->location != NULL) {
        ngx_payments_openapi_header(out, "Location");
    }

    if (o->versioned) {
        ngx_payments_openapi_header(out, "ETag");
    }

    if (o->pages) {
        ngx_payments_openapi_header(out, "Link");
    }

    ngx_payments_out_str(out, "}");
}


static void
ngx_payments_openapi_problem_headers(ngx_payments_out_t *out,
    ngx_uint_t status)
{
    ngx_payments_openapi_common_headers(out, 0);
    ngx_payments_openapi_header(out, "Payments-Should-Retry");

    if (status == 409 || status == 429 || status == 503 || status == 0) {
        ngx_payments_openapi_header(out, "Retry-After");
    }

    if (status == 401 || status == 0) {
        ngx_payments_openapi_header(out, "WWW-Authenticate");
    }

    ngx_payments_out_str(out, "},\"content\":{\"application/problem+json\":{"
                              "\"schema\":{\"$ref\":"
                              "\"#/components/schemas/Problem\"}");
}


static const ngx_payments_example_t *
ngx_payments_openapi_example(const ngx_payments_operation_t *o)
{
    ngx_uint_t  i;

    for (i = 0; ngx_payments_examples[i].operation != NULL; i++) {
        if (ngx_strcmp(ngx_payments_examples[i].operation, o->name) == 0) {
            return &ngx_payments_examples[i];
        }
    }

    return NULL;
}


/* "codes", the body of an answer of this status; 0 is "default" */

static void
ngx_payments_openapi_problem(ngx_payments_out_t *out, ngx_uint_t status,
    uint64_t set)
{
    ngx_uint_t  i, n;

    static const u_char  id[] = "req_01KD0000000000000000000000";

    ngx_payments_out_str(out, "{\"description\":\"");

    for (i = 0, n = 0; i < NGX_PAYMENTS_P_LAST; i++) {
        if (ngx_payments_problems[i].status == status
            && (set & (UINT64_C(1) << i)))
        {
            ngx_payments_out_str(out, n++ ? ", `" : "`");
            ngx_payments_out_str(out, ngx_payments_problems[i].code);
            ngx_payments_out_str(out, "`");
        }
    }

    ngx_payments_out_str(out, n ? "\"" : "Any other problem.\"");
    ngx_payments_openapi_problem_headers(out, status);

    for (i = 0; n && i < NGX_PAYMENTS_P_LAST; i++) {
        if (ngx_payments_problems[i].status == status
            && (set & (UINT64_C(1) << i)))
        {
            ngx_payments_out_str(out, ",\"example\":");
            ngx_payments_problem_body(out, &ngx_payments_problems[i], NULL, id,
                                      NULL);
            break;
        }
    }

    ngx_payments_out_str(out, "}}}");
}


static void
ngx_payments_openapi_quoted(ngx_payments_out_t *out, ngx_uint_t status)
{
    ngx_payments_out_str(out, ",\"");
    ngx_payments_out_int(out, (int64_t) status);
    ngx_payments_out_str(out, "\":");
}


/* all problems of a row, by status, ascending as the catalogue is */

static void
ngx_payments_openapi_refusals(ngx_payments_out_t *out,
    const ngx_payments_operation_t *o)
{
    uint64_t    set;
    ngx_uint_t  i, status;

    set = ngx_payments_openapi_problems(o);

    if (o->unready) {
        set &= ~(BIT(DATABASE_UNAVAILABLE) | BIT(OVERLOADED));
    }

    for (status = 400; status < 600; status++) {

        for (i = 0; i < NGX_PAYMENTS_P_LAST; i++) {
            if (ngx_payments_problems[i].status == status
                && (set & (UINT64_C(1) << i)))
            {
                ngx_payments_openapi_quoted(out, status);
                ngx_payments_openapi_problem(out, status, set);
                break;
            }
        }
    }

    ngx_payments_out_str(out, ",\"default\":{\"$ref\":"
                              "\"#/components/responses/Problem\"}");
}


static void
ngx_payments_openapi_content(ngx_payments_out_t *out,
    const ngx_payments_operation_t *o, ngx_uint_t shown)
{
    const ngx_payments_example_t  *example;

    if (o->answer == NULL) {
        ngx_payments_out_str(out, o->status == 204 ? "}" : ",\"content\":{"
                             "\"text/plain\":{\"schema\":{\"type\":"
                             "\"string\"}}}}");
        return;
    }

    ngx_payments_out_str(out, ",\"content\":{\"application/json\":{"
                              "\"schema\":{\"$ref\":\"#/components/schemas/");
    ngx_payments_out_str(out, o->answer->name);
    ngx_payments_out_str(out, (o->pages || o->array) ? "List\"}" : "\"}");

    example = shown ? ngx_payments_openapi_example(o) : NULL;

    if (example != NULL) {
        ngx_payments_out_str(out, ",\"example\":");
        ngx_payments_out_str(out, example->body);
    }

    ngx_payments_out_str(out, "}}}");
}


static void
ngx_payments_openapi_responses(ngx_payments_out_t *out,
    const ngx_payments_operation_t *o)
{
    ngx_payments_out_str(out, ",\"responses\":{\"");
    ngx_payments_out_int(out, (int64_t) o->status);
    ngx_payments_out_str(out, (o->status == 201)
                              ? "\":{\"description\":\"It was made.\""
                              : "\":{\"description\":\"It was done.\"");
    ngx_payments_openapi_success_headers(out, o);
    ngx_payments_openapi_content(out, o, 1);

    if (o->accepted) {
        ngx_payments_out_str(out, ",\"202\":{\"description\":\"It was made, "
                                  "and is not decided yet.\"");
        ngx_payments_openapi_success_headers(out, o);
        ngx_payments_openapi_content(out, o, 0);
    }

    if (o->versioned && !o->write && !o->moves) {
        ngx_payments_out_str(out, ",\"304\":{\"description\":\"It has not "
                                  "changed.\"}");
    }

    if (o->unready) {
        ngx_payments_out_str(out, ",\"503\":{\"description\":\"No payment "
                                  "can be taken; `postgres` says why.\"");
        ngx_payments_openapi_common_headers(out, 0);
        ngx_payments_openapi_header(out, "Payments-Should-Retry");
        ngx_payments_openapi_header(out, "Retry-After");
        ngx_payments_out_str(out, "}");
        ngx_payments_openapi_content(out, o, 0);
    }

    ngx_payments_openapi_refusals(out, o);
    ngx_payments_out_str(out, "}");
}


static void
ngx_payments_openapi_path_parameter(ngx_payments_out_t *out,
    const ngx_payments_operation_t *o)
{
    char                          *p, *end;
    const ngx_payments_example_t  *example;

    p = ngx_strchr(o->path, '{');
    end = p ? ngx_strchr(p, '}') : NULL;

    if (end == NULL) {
        return;
    }

    ngx_payments_out_str(out, ",{\"name\":\"");
    ngx_payments_out_bytes(out, p + 1, end - p - 1);
    ngx_payments_out_str(out, "\",\"in\":\"path\",\"required\":true,"
                              "\"schema\":{\"type\":\"string\"}");

    example = ngx_payments_openapi_example(o);

    if (example != NULL && example->parameter != NULL) {
        ngx_payments_openapi_text(out, "example", example->parameter);
    }

    ngx_payments_out_str(out, "}");
}


static void
ngx_payments_openapi_query_parameter(ngx_payments_out_t *out,
    const ngx_payments_query_t *q)
{
    ngx_uint_t            repeated;
    ngx_payments_field_t  field;

    static const struct {
        ngx_payments_field_type_e  type;
        const char                *pattern;
    } kinds[] = {
        [NGX_PAYMENTS_QUERY_ENUM] = { NGX_PAYMENTS_FIELD_ENUM, NULL },
        [NGX_PAYMENTS_QUERY_CURRENCY] = { NGX_PAYMENTS_FIELD_CURRENCY, NULL },
        [NGX_PAYMENTS_QUERY_STRING] = { NGX_PAYMENTS_FIELD_STRING, NULL },
        [NGX_PAYMENTS_QUERY_TIME] = { NGX_PAYMENTS_FIELD_TIME, NULL },
        [NGX_PAYMENTS_QUERY_AMOUNT] = { NGX_PAYMENTS_FIELD_INTEGER, NULL },
        [NGX_PAYMENTS_QUERY_AFTER] = { NGX_PAYMENTS_FIELD_INTEGER, NULL },
        [NGX_PAYMENTS_QUERY_PAYMENT] = { NGX_PAYMENTS_FIELD_ID, "pay_" },
        [NGX_PAYMENTS_QUERY_ENDPOINT] = { NGX_PAYMENTS_FIELD_ID, "we_" },
        [NGX_PAYMENTS_QUERY_EVENT] = { NGX_PAYMENTS_FIELD_ID, "evt_" },
        [NGX_PAYMENTS_QUERY_OBJECT] = { NGX_PAYMENTS_FIELD_STRING, NULL },
        [NGX_PAYMENTS_QUERY_TYPES] = { NGX_PAYMENTS_FIELD_STRING, NULL },
        [NGX_PAYMENTS_QUERY_METADATA] = { NGX_PAYMENTS_FIELD_METADATA, NULL }
    };

    /* without the group it is a value of its own, and an enumeration a set */

    repeated = (q->type == NGX_PAYMENTS_QUERY_ENUM);

    ngx_memzero(&field, sizeof(ngx_payments_field_t));
    field.type = kinds[q->type].type;
    field.required = 1;
    field.max = q->max ? (int64_t) q->max : NGX_PAYMENTS_AMOUNT_MAX;
    field.pattern = kinds[q->type].pattern;
    field.values = q->values;

    ngx_payments_out_str(out, ",{\"name\":\"");
    ngx_payments_out_str(out, q->name);
    ngx_payments_out_str(out, "\",\"in\":\"query\"");
    ngx_payments_openapi_text(out, "description", q->about);

    ngx_payments_out_str(out, repeated ? ",\"style\":\"form\",\"explode\":true,"
                                         "\"schema\":{\"type\":\"array\","
                                         "\"items\":"
                              : (q->type == NGX_PAYMENTS_QUERY_METADATA)
                              ? ",\"style\":\"deepObject\",\"explode\":true,"
                                "\"schema\":"
                              : ",\"schema\":");
    ngx_payments_openapi_field(out, &field, 0, 0);
    ngx_payments_out_str(out, repeated ? "}}" : "}");
}


static void
ngx_payments_openapi_parameter(ngx_payments_out_t *out, const char *name)
{
    ngx_payments_out_str(out, ",{\"$ref\":\"#/components/parameters/");
    ngx_payments_out_str(out, name);
    ngx_payments_out_str(out, "\"}");
}


/* each writes a comma before itself; the first one's is taken back */

static void
ngx_payments_openapi_operation_parameters(ngx_payments_out_t *out,
    const ngx_payments_operation_t *o)
{
    u_char                      *first;
    const ngx_payments_query_t  *q;

    ngx_payments_out_str(out, ",\"parameters\":[");
    first = out->pos;

    ngx_payments_openapi_path_parameter(out, o);

    for (q = o->query; q != NULL && q->name != NULL; q++) {

        /* where the path says which payment, the query need not */

        if (q->type != NGX_PAYMENTS_QUERY_PAYMENT
            || ngx_strchr(o->path, '{') == NULL)
        {
            ngx_payments_openapi_query_parameter(out, q);
        }
    }

    if (o->pages) {
        ngx_payments_openapi_parameter(out, "Limit");
        ngx_payments_openapi_parameter(out, "Order");
        ngx_payments_openapi_parameter(out, "Cursor");
    }

    if (o->key) {
        ngx_payments_openapi_parameter(out, o->key == NGX_PAYMENTS_KEY_REQUIRED
                                            ? "IdempotencyKey"
                                            : "OptionalIdempotencyKey");
        ngx_payments_openapi_parameter(out, "Prefer");
    }

    if (o->waits) {
        ngx_payments_openapi_parameter(out, "PreferNews");
    }

    if (ngx_payments_openapi_problems(o) & BIT(VERSION_MISMATCH)) {
        ngx_payments_openapi_parameter(out, "IfMatch");
    }

    if (o->versioned && !o->write && !o->moves) {
        ngx_payments_openapi_parameter(out, "IfNoneMatch");
    }

    if (out->pos > first && !out->overflow) {
        ngx_memmove(first, first + 1, out->pos - first - 1);
        out->pos--;
    }

    ngx_payments_out_str(out, "]");
}


static void
ngx_payments_openapi_body(ngx_payments_out_t *out,
    const ngx_payments_operation_t *o)
{
    if (!o->body) {
        return;
    }

    ngx_payments_out_str(out, o->optional ? ",\"requestBody\":{\"required\":"
                                            "false"
                                          : ",\"requestBody\":{\"required\":"
                                            "true");
    ngx_payments_out_str(out, ",\"content\":{\"application/json\":{\"schema\":"
                              "{\"$ref\":\"#/components/schemas/");
    ngx_payments_out_str(out, o->request->name);
    ngx_payments_out_str(out, "\"},\"example\":");
    ngx_payments_out_str(out, o->example);
    ngx_payments_out_str(out, "}}}");
}


static const char *
ngx_payments_openapi_method(ngx_uint_t method)
{
    switch (method) {
    case NGX_PAYMENTS_GET:
        return "\"get\":{";
    case NGX_PAYMENTS_POST:
        return "\"post\":{";
    case NGX_PAYMENTS_PATCH:
        return "\"patch\":{";
    default:
        return "\"delete\":{";
    }
}


static void
ngx_payments_openapi_operation(ngx_payments_out_t *out,
    const ngx_payments_operation_t *o)
{
    ngx_payments_out_str(out, ngx_payments_openapi_method(o->method));
    ngx_payments_out_str(out, "\"operationId\":\"");
    ngx_payments_out_str(out, o->name);
    ngx_payments_out_str(out, "\"");
    ngx_payments_openapi_text(out, "summary", o->summary);
    ngx_payments_openapi_text(out, "description", o->about ? o->about
                                                           : o->summary);
    ngx_payments_out_str(out, ",\"tags\":[\"");
    ngx_payments_out_str(out, o->tag);
    ngx_payments_out_str(out, "\"]");

    if (o->scope != NULL && o->scope[0] != '\0') {
        ngx_payments_out_str(out, ",\"x-required-scopes\":[\"");
        ngx_payments_out_str(out, o->scope);
        ngx_payments_out_str(out, "\"]");

    } else if (o->scope == NULL) {
        ngx_payments_out_str(out, ",\"security\":[]");
    }

    if (o->pages) {
        ngx_payments_out_str(out, ",\"x-pagination\":{\"cursor\":\"cursor\","
                                  "\"next\":\"next_cursor\"}");
    }

    ngx_payments_openapi_operation_parameters(out, o);
    ngx_payments_openapi_body(out, o);
    ngx_payments_openapi_responses(out, o);
    ngx_payments_out_str(out, "}");
}


/* the row is the first one of its path */

static ngx_uint_t
ngx_payments_openapi_first(ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (ngx_strcmp(ngx_payments_operations[i].path,
                       ngx_payments_operations[n].path) == 0)
        {
            return 0;
        }
    }

    return ngx_payments_operations[n].tag != NULL;
}


static void
ngx_payments_openapi_paths(ngx_payments_out_t *out)
{
    ngx_uint_t   i, n, paths, methods;
    const char  *path;

    ngx_payments_out_str(out, ",\"paths\":{");

    for (i = 0, paths = 0; i < ngx_payments_noperations; i++) {

        if (!ngx_payments_openapi_first(i)) {
            continue;
        }

        path = ngx_payments_operations[i].path;

        ngx_payments_out_str(out, paths++ ? ",\"" : "\"");
        ngx_payments_out_str(out, path);
        ngx_payments_out_str(out, "\":{");

        for (n = i, methods = 0; n < ngx_payments_noperations; n++) {
            if (ngx_strcmp(ngx_payments_operations[n].path, path) == 0) {
                ngx_payments_out_str(out, methods++ ? "," : "");
                ngx_payments_openapi_operation(out,
                                               &ngx_payments_operations[n]);
            }
        }

        ngx_payments_out_str(out, "}");
    }

    ngx_payments_out_str(out, "}");
}


void
ngx_payments_openapi(ngx_payments_out_t *out, ngx_uint_t minor)
{
    ngx_uint_t  i;

    ngx_payments_out_str(out, minor ? "{\"openapi\":\"3.1.0\""
                                    : "{\"openapi\":\"3.0.3\"");
    ngx_payments_out_str(out, ",\"info\":{\"title\":\"Payments\",\"version\":\""
                              NGX_PAYMENTS_VERSION "\",\"license\":{\"name\":"
                              "\"BSD-2-Clause\",\"url\":"
                              "\"https://opensource.org/license/bsd-2-clause\"}"
                              ",\"contact\":{\"name\":\"The operator of this "
                              "server\"}");
    ngx_payments_openapi_text(out, "description", ngx_payments_openapi_about);
    ngx_payments_out_str(out, "},\"servers\":[{\"url\":\"/\"}],\"security\":["
                              "{\"bearer\":[]},{\"basic\":[]}],\"tags\":[");

    for (i = 0; i < sizeof(ngx_payments_openapi_tags)
                    / sizeof(ngx_payments_openapi_tags[0]); i++)
    {
        ngx_payments_out_str(out, i ? ",{\"name\":\"" : "{\"name\":\"");
        ngx_payments_out_str(out, ngx_payments_openapi_tags[i].name);
        ngx_payments_out_str(out, "\"");
        ngx_payments_openapi_text(out, "description",
                                  ngx_payments_openapi_tags[i].about);
        ngx_payments_out_str(out, "}");
    }

    ngx_payments_out_str(out, "]");
    ngx_payments_openapi_paths(out);
    ngx_payments_out_str(out, ",\"components\":{");
    ngx_payments_openapi_schemas(out, minor);
    ngx_payments_out_str(out, ",");
    ngx_payments_out_str(out, ngx_payments_openapi_parameters);
    ngx_payments_out_str(out, ngx_payments_openapi_headers);
    ngx_payments_out_str(out, ",\"responses\":{\"Problem\":");
    ngx_payments_openapi_problem(out, 0, 0);
    ngx_payments_out_str(out, "},\"securitySchemes\":{\"bearer\":{\"type\":"
                              "\"http\",\"scheme\":\"bearer\",\"description\":"
                              "\"An API key.\"},\"basic\":{\"type\":\"http\","
                              "\"scheme\":\"basic\",\"description\":\"An API "
                              "key as the user name, no password.\"}}}}");
}

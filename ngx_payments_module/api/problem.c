
/* Problems: RFC 9457, with a code, an id and an advice on retrying. */

#include "ngx_payments_request.h"


#define NEVER     "never", 0, 0
#define SAME      "same_key", 0, 0
#define NEW       "new_key", 0, 0
#define AGAIN(s)  "same_key", 1, s


/* in the order of ngx_payments_problem_e */

const ngx_payments_problem_t  ngx_payments_problems[] = {
    { "invalid_json", 400, SAME, "Invalid JSON",
      "the body is not valid JSON",
      "Send one JSON value (RFC 8259) in UTF-8. `detail` names the "
      "first byte that is wrong.",
      0 },

    { "duplicate_json_member", 400, SAME, "Duplicate JSON member",
      "the body has a member name twice in one object",
      "Name each member once: two parties that read such a body could"
      " read two different amounts.",
      0 },

    { "invalid_header", 400, SAME, "Invalid request",
      "the request or one of its headers is malformed",
      "Correct the header that `detail` names.",
      0 },

    { "invalid_query", 400, SAME, "Invalid query parameter",
      "the query has an unknown or malformed parameter",
      "Correct or leave out the parameter that `detail` names.",
      0 },

    { "invalid_cursor", 400, SAME, "Invalid cursor",
      "this list has not given this cursor to this merchant",
      "Use `next_cursor` as it came, with the key of the same "
      "merchant and mode, or start the list again.",
      0 },

    { "cursor_filter_mismatch", 400, SAME, "Cursor filter mismatch",
      "the cursor was made with other filters or another order",
      "Repeat the filters and the order of the first page, or start "
      "the list again.",
      0 },

    { "idempotency_key_required", 400, SAME, "Idempotency key required",
      "this operation needs an Idempotency-Key header",
      "Make a random key (a UUID is good), write it down beside the "
      "order, then send it. A retry with the same key never charges "
      "twice.",
      0 },

    { "invalid_idempotency_key", 400, SAME, "Invalid idempotency key",
      "Idempotency-Key must be one header of 1 to 255 visible ASCII "
      "characters",
      "Send one Idempotency-Key of 1 to 255 visible ASCII characters.",
      0 },

    { "credential_in_url", 400, SAME, "Credential in URL",
      "send the API key in the Authorization header and replace it: "
      "URLs are logged",
      "Replace the API key, since URLs are logged on their way, and "
      "send the new one in the Authorization header.",
      0 },

    { "authentication_required", 401, SAME, "Authentication required",
      "send an API key as a Bearer token or as the user name of HTTP "
      "Basic",
      "Send `Authorization: Bearer` and your API key, or the key as "
      "the user name of HTTP Basic.",
      0 },

    { "invalid_api_key", 401, SAME, "Invalid API key",
      "there is no such API key",
      "Look whether the whole key was copied, and whether it is one "
      "of this server.",
      0 },

    { "api_key_expired", 401, SAME, "API key expired",
      "this API key has expired",
      "Make a new API key.",
      0 },

    { "api_key_revoked", 401, SAME, "API key revoked",
      "this API key was revoked",
      "Use the key that has replaced it.",
      0 },

    { "card_declined", 402, NEW, "Card declined",
      "the card was declined",
      "Ask the customer for another card and send a new request with "
      "a new key. The payment is kept as `failed`; `failure.code` "
      "says why.",
      NGX_PAYMENTS_STORED },

    { "capture_declined", 402, NEW, "Capture declined",
      "the processor has refused it",
      "The payment is as it was; `failure.code` says why. `hard`: no later "
      "try works.",
      NGX_PAYMENTS_STORED },

    { "insufficient_scope", 403, SAME, "Insufficient scope",
      "this API key lacks the scope of this operation",
      "Use a key that has `required_scope`, or make one.",
      0 },

    { "scope_escalation", 403, SAME, "Scope escalation",
      "an API key cannot grant or replace a scope that it lacks",
      "Make the key with one that has all of its scopes.",
      0 },

    { "forbidden", 403, SAME, "Forbidden",
      "this request is not allowed here",
      "The operator of this server does not allow it; contact the "
      "operator.",
      0 },

    { "test_mode_only", 403, SAME, "Test mode only",
      "this operation needs an API key of test mode",
      "Use a key of test mode.",
      0 },

    { "merchant_suspended", 403, SAME, "Merchant suspended",
      "this merchant may read but not write",
      "The operator has suspended this merchant; contact the operator. "
      "Reading still works.",
      0 },

    { "resource_not_found", 404, NEVER, "Resource not found",
      "there is no such resource",
      "Look whether the id is whole, and of this merchant and mode. "
      "If the request had an idempotency key, this answer is stored "
      "under the key.",
      NGX_PAYMENTS_STORED },

    { "route_not_found", 404, NEVER, "Route not found",
      "there is no such path",
      "See the list of paths in the reference.",
      0 },

    { "method_not_allowed", 405, NEVER, "Method not allowed",
      "this path does not have this method; see the Allow header",
      "Use a method of the Allow header.",
      0 },

    { "not_acceptable", 406, NEVER, "Not acceptable",
      "answers are application/json; the Accept header excludes that",
      "Accept application/json and application/problem+json, or leave"
      " Accept out.",
      0 },

    { "request_timeout", 408, AGAIN(0), "Request timeout",
      "the request did not arrive in time",
      "Send the request again with the same key.",
      0 },

    { "idempotency_key_in_use", 409, AGAIN(1), "Idempotency key in use",
      "a request with this key is still being executed",
      "The first request with this key is still running, longer than "
      "you chose to wait. Ask again after Retry-After, with the same "
      "key and body, and get its answer.",
      NGX_PAYMENTS_STORED_OTHER },

    { "idempotency_key_canceled", 409, NEVER, "Idempotency key canceled",
      "this key was canceled before its request came",
      "You have canceled this key; the request was not and will never"
      " be executed. If it is wanted after all, use a new key.",
      NGX_PAYMENTS_STORED },

    { "resource_busy", 409, AGAIN(1), "Resource busy",
      "another request is changing this",
      "Another request is changing the same payment. Retry after "
      "Retry-After with the same key.",
      0 },

    { "reference_already_used", 409, NEW, "Reference already used",
      "another payment of this merchant and mode has this reference",
      "See the payment `existing_id`: most likely it is the one that "
      "you wanted to make. If not, use another reference and a new "
      "key.",
      NGX_PAYMENTS_STORED },

    { "payment_processing", 409, NEW, "Payment processing",
      "the processor has not answered yet",
      "Wait for the event that ends `processing`, then send a new "
      "request with a new key.",
      NGX_PAYMENTS_STORED },

    { "payment_requires_action", 409, NEW, "Payment requires action",
      "the customer has to act first",
      "Send the customer to `next_action.url`, wait for the event that "
      "says what came of it, then send a new request with a new key. Or "
      "cancel the payment.",
      NGX_PAYMENTS_STORED },

    { "payment_not_captured", 409, NEW, "Payment not captured",
      "nothing has been captured",
      "Capture the payment first, or cancel it.",
      NGX_PAYMENTS_STORED },

    { "payment_already_captured", 409, NEW, "Payment already captured",
      "all of it has been captured",
      "Refund the payment instead of canceling it; there is nothing "
      "left to capture.",
      NGX_PAYMENTS_STORED },

    { "payment_canceled", 409, NEW, "Payment canceled",
      "the payment was canceled",
      "Make a new payment.",
      NGX_PAYMENTS_STORED },

    { "authorization_expired", 409, NEW, "Authorization expired",
      "the authorization has expired",
      "Make a new payment: the money is not reserved any more.",
      NGX_PAYMENTS_STORED },

    { "payment_failed", 409, NEW, "Payment failed",
      "the payment has failed",
      "Make a new payment.",
      NGX_PAYMENTS_STORED },

    { "length_required", 411, NEVER, "Length required",
      "the request needs a Content-Length",
      "Send a Content-Length.",
      0 },

    { "version_mismatch", 412, SAME, "Version mismatch",
      "If-Match names another version; nothing was changed",
      "Somebody else has changed the object since you read it. Read "
      "it again, decide again, and send the request with the new ETag"
      " and the same key.",
      0 },

    { "content_too_large", 413, NEVER, "Content too large",
      "the body must have at most 65536 bytes",
      "Send less: metadata are not for documents.",
      0 },

    { "uri_too_long", 414, NEVER, "URI too long",
      "the URI is too long",
      "Send a shorter URI.",
      0 },

    { "unsupported_media_type", 415, NEVER, "Unsupported media type",
      "the body must be application/json in UTF-8",
      "Send `Content-Type: application/json`.",
      0 },

    { "request_header_fields_too_large", 431, NEVER,
      "Request header fields too large",
      "a header line is too long",
      "Send shorter or fewer headers.",
      0 },

    { "validation_failed", 422, SAME, "Validation failed",
      "the request has invalid members; see errors",
      "Correct what `errors` names, each by a JSON pointer, and send "
      "the request again.",
      0 },

    { "unknown_parameter", 422, SAME, "Unknown parameter",
      "the request has members that do not exist; see errors",
      "Remove or rename the members in `errors`. A member that is "
      "misspelt is never ignored.",
      0 },

    { "invalid_currency", 422, SAME, "Invalid currency",
      "currency must be an ISO 4217 code that payments can be made in",
      "Use a code of `GET /v1/currencies`.",
      0 },

    { "amount_too_small", 422, SAME, "Amount too small",
      "an amount is below its minimum; see errors",
      "Send an amount of 1 or more, in minor units.",
      0 },

    { "amount_too_large", 422, SAME, "Amount too large",
      "an amount is above its maximum; see errors",
      "Send an amount of at most 999999999999 minor units.",
      0 },

    { "card_number_not_allowed", 422, SAME, "Card number not allowed",
      "the request holds what looks like a card number; send a token",
      "Never send card numbers here: let the processor give you a "
      "token for them. The digits have reached no log and no table.",
      0 },

    { "unknown_payment_token", 422, SAME, "Unknown payment token",
      "payment_method.token is not a token of this processor",
      "Use a token of the processor; in test mode one of those that "
      "the guide lists.",
      0 },

    { "invalid_webhook_url", 422, SAME, "Invalid webhook URL",
      "events cannot be sent to this URL",
      "Give an `https` URL of a host that is reachable on the Internet.",
      0 },

    { "idempotency_key_reused", 422, NEW, "Idempotency key reused",
      "this key was used with another request; see original_request",
      "The key belongs to `original_request`. Use a new key for "
      "another request, and look why yours was not new.",
      NGX_PAYMENTS_STORED_OTHER },

    { "capture_amount_exceeds_capturable", 422, NEW,
      "Capture exceeds capturable amount",
      "the amount is greater than amount_capturable",
      "Capture at most `amount_capturable`, with a new key.",
      NGX_PAYMENTS_STORED },

    { "refund_amount_exceeds_refundable", 422, NEW,
      "Refund exceeds refundable amount",
      "the amount is greater than amount_refundable",
      "Refund at most `amount_refundable`, with a new key.",
      NGX_PAYMENTS_STORED },

    { "currency_mismatch", 422, NEW, "Currency mismatch",
      "the currency is not the payment's",
      "Leave the currency out, or send the payment's, with a new key.",
      NGX_PAYMENTS_STORED },

    { "too_many_webhook_endpoints", 422, NEW, "Too many webhook endpoints",
      "a merchant has 64 endpoints in each mode at most",
      "Delete an endpoint that you do not need, and use a new key.",
      NGX_PAYMENTS_STORED },

    { "rate_limited", 429, AGAIN(1), "Too many requests",
      "slow down and retry",
      "Retry after Retry-After with the same key, and spread your "
      "requests: RateLimit-Policy says how many there may be.",
      0 },

    { "internal_error", 500, AGAIN(0), "Internal error",
      "the request was not executed because of a fault on this side",
      "Retry with the same key. If it stays, give the operator the "
      "`request_id`.",
      0 },

    { "not_implemented", 501, NEVER, "Not implemented",
      "the request uses a method or coding that is not implemented",
      "Leave out what `detail` names.",
      0 },

    { "bad_gateway", 502, AGAIN(0), "Bad gateway",
      "the server behind this one gave no valid answer",
      "Retry with the same key.",
      NGX_PAYMENTS_STORED_OTHER },

    { "database_unavailable", 503, AGAIN(1), "Database unavailable",
      "the request was not executed; retry with the same key",
      "Nothing has happened. Retry after Retry-After with the same "
      "key.",
      0 },

    { "processor_unavailable", 503, AGAIN(30), "Processor unavailable",
      "there is no processor for this payment; nothing was charged",
      "Nothing has happened. A live payment needs a processor, and this "
      "server has none, or none that answers. Retry later with the same key; "
      "use a test key to try things out.",
      0 },

    { "overloaded", 503, AGAIN(1), "Overloaded",
      "the request was not executed; retry with the same key",
      "Nothing has happened. Retry after Retry-After with the same "
      "key.",
      0 },

    { "outcome_unknown", 503, AGAIN(1), "Outcome unknown",
      "it is not known whether the request was executed; retry with "
      "the same key to find out",
      "It may have happened. Retry with the same key until there is "
      "another answer: it finds out, and never does it twice.",
      NGX_PAYMENTS_STORED_OTHER },

    { "gateway_timeout", 504, AGAIN(1), "Gateway timeout",
      "the server behind this one gave no answer in time",
      "Retry with the same key.",
      NGX_PAYMENTS_STORED_OTHER }
};


const char  *ngx_payments_problem_codes[NGX_PAYMENTS_P_LAST + 1];


void
ngx_payments_problem_body(ngx_payments_out_t *out,
    const ngx_payments_problem_t *problem, const char *detail,
    const u_char request_id[NGX_PAYMENTS_ID_LEN], ngx_str_t *more)
{
    if (detail == NULL) {
        detail = problem->detail;
    }

    ngx_payments_out_str(out, "{\"type\":\"urn:payments:problem:");
    ngx_payments_out_str(out, problem->code);
    ngx_payments_out_str(out, "\",\"title\":");
    ngx_payments_out_json(out, (u_char *) problem->title,
                          ngx_strlen(problem->title));
    ngx_payments_out_str(out, ",\"status\":");
    ngx_payments_out_int(out, (int64_t) problem->status);
    ngx_payments_out_str(out, ",\"detail\":");
    ngx_payments_out_json(out, (u_char *) detail, ngx_strlen(detail));
    ngx_payments_out_str(out, ",\"instance\":\"urn:payments:request:");
    ngx_payments_out_bytes(out, request_id, NGX_PAYMENTS_ID_LEN);
    ngx_payments_out_str(out, "\",\"code\":\"");
    ngx_payments_out_str(out, problem->code);
    ngx_payments_out_str(out, "\",\"request_id\":\"");
    ngx_payments_out_bytes(out, request_id, NGX_PAYMENTS_ID_LEN);
    ngx_payments_out_str(out, "\",\"retry\":\"");
    ngx_payments_out_str(out, problem->retry);
    ngx_payments_out_str(out, "\"");

    if (more != NULL) {
        ngx_payments_out_bytes(out, more->data, more->len);
    }

    ngx_payments_out_str(out, "}");
}


void
ngx_payments_problem(ngx_payments_request_t *request,
    ngx_payments_problem_e problem, const char *detail, ngx_str_t *more)
{
    u_char                        *buffer;
    size_t                         size;
    ngx_payments_out_t             out;
    ngx_payments_answer_t         *answer = &request->answer;
    const ngx_payments_problem_t  *p = &ngx_payments_problems[problem];

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    answer->status = p->status;
    answer->type = "application/problem+json";
    answer->problem = 1;
    answer->again = p->again;
    answer->after = p->after;

    if (p->status == 401) {
        answer->challenge = "Bearer";
    }

    size = NGX_PAYMENTS_PROBLEM_LEN + (more ? more->len : 0);

    buffer = ngx_pnalloc(request->pool, size);
    if (buffer == NULL) {
        return;
    }

    ngx_payments_out_init(&out, buffer, size);
    ngx_payments_problem_body(&out, p, detail, request->request_id, more);

    answer->body.data = buffer;
    answer->body.len = out.pos - buffer;
}


void
ngx_payments_problem_error(ngx_payments_request_t *request,
    ngx_payments_problem_e problem, ngx_str_t *place, ngx_str_t *code,
    ngx_str_t *detail)
{
    u_char              *text;
    size_t               size;
    ngx_str_t            more;
    ngx_payments_out_t   out;

    size = 6 * (place->len + code->len + detail->len) + 64;

    more.data = ngx_pnalloc(request->pool, size);
    text = ngx_pnalloc(request->pool, detail->len + 1);

    if (more.data == NULL || text == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        return;
    }

    (void) ngx_cpystrn(text, detail->data, detail->len + 1);

    ngx_payments_out_init(&out, more.data, size);
    ngx_payments_out_str(&out, (place->len && place->data[0] == '/')
                               ? ",\"errors\":[{\"pointer\":"
                               : ",\"errors\":[{\"parameter\":");
    ngx_payments_out_json(&out, place->data, place->len);
    ngx_payments_out_str(&out, ",\"code\":");
    ngx_payments_out_json(&out, code->data, code->len);
    ngx_payments_out_str(&out, ",\"detail\":");
    ngx_payments_out_json(&out, detail->data, detail->len);
    ngx_payments_out_str(&out, "}]");

    more.len = out.pos - out.start;

    ngx_payments_problem(request, problem, (char *) text, &more);
}


ngx_payments_problem_e
ngx_payments_problem_for(ngx_uint_t status)
{
    switch (status) {
    case 401:
        return NGX_PAYMENTS_P_AUTHENTICATION_REQUIRED;
    case 403:
        return NGX_PAYMENTS_P_FORBIDDEN;
    case 404:
        return NGX_PAYMENTS_P_ROUTE_NOT_FOUND;
    case 405:
        return NGX_PAYMENTS_P_METHOD_NOT_ALLOWED;
    case 406:
        return NGX_PAYMENTS_P_NOT_ACCEPTABLE;
    case 408:
        return NGX_PAYMENTS_P_REQUEST_TIMEOUT;
    case 411:
        return NGX_PAYMENTS_P_LENGTH_REQUIRED;
    case 413:
        return NGX_PAYMENTS_P_CONTENT_TOO_LARGE;
    case 414:
        return NGX_PAYMENTS_P_URI_TOO_LONG;
    case 415:
        return NGX_PAYMENTS_P_UNSUPPORTED_MEDIA_TYPE;
    case 429:
        return NGX_PAYMENTS_P_RATE_LIMITED;
    case 431:
    case 494:
        return NGX_PAYMENTS_P_HEADERS_TOO_LARGE;
    case 501:
    case 505:
        return NGX_PAYMENTS_P_NOT_IMPLEMENTED;
    case 502:
        return NGX_PAYMENTS_P_BAD_GATEWAY;
    case 503:
        return NGX_PAYMENTS_P_OVERLOADED;
    case 504:
        return NGX_PAYMENTS_P_GATEWAY_TIMEOUT;
    default:
        return (status < 500) ? NGX_PAYMENTS_P_INVALID_HEADER
                              : NGX_PAYMENTS_P_INTERNAL_ERROR;
    }
}


/* a card number outranks all else; violations of one kind name the problem */

static ngx_payments_problem_e
ngx_payments_problem_kind(ngx_payments_validation_t *v)
{
    uint32_t                  i;
    ngx_payments_violation_e  kind;

    static const ngx_payments_problem_e  problems[] = {
        NGX_PAYMENTS_P_VALIDATION_FAILED, NGX_PAYMENTS_P_UNKNOWN_PARAMETER,
        NGX_PAYMENTS_P_INVALID_CURRENCY, NGX_PAYMENTS_P_AMOUNT_TOO_SMALL,
        NGX_PAYMENTS_P_AMOUNT_TOO_LARGE, NGX_PAYMENTS_P_CARD_NUMBER
    };

    kind = v->violations[0].kind;

    for (i = 1; i < v->nviolations; i++) {
        if (v->violations[i].kind == NGX_PAYMENTS_CARD_NUMBER) {
            return NGX_PAYMENTS_P_CARD_NUMBER;
        }

        if (v->violations[i].kind != kind) {
            kind = NGX_PAYMENTS_VALIDATION_FAILED;
        }
    }

    return problems[kind];
}


void
ngx_payments_problem_violations(ngx_payments_request_t *request,
    ngx_payments_validation_t *v)
{
    u_char                    *buffer;
    size_t                     size;
    uint32_t                   i;
    ngx_str_t                  more;
    ngx_payments_out_t         out;
    ngx_payments_violation_t  *violation;

    /* a pointer's byte takes six at most (\u001f), one of a detail two */

    size = 32 + v->nviolations * (6 * sizeof(violation->pointer)
                                  + 2 * sizeof(violation->detail) + 96);

    buffer = ngx_pnalloc(request->pool, size);
    if (buffer == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        return;
    }

    ngx_payments_out_init(&out, buffer, size);
    ngx_payments_out_str(&out, ",\"errors\":[");

    for (i = 0; i < v->nviolations; i++) {
        violation = &v->violations[i];

        ngx_payments_out_str(&out, i ? ",{\"pointer\":" : "{\"pointer\":");
        ngx_payments_out_json(&out, (u_char *) violation->pointer,
                              ngx_strlen(violation->pointer));
        ngx_payments_out_str(&out, ",\"code\":\"");
        ngx_payments_out_str(&out, violation->code);
        ngx_payments_out_str(&out, "\",\"detail\":");
        ngx_payments_out_json(&out, (u_char *) violation->detail,
                              ngx_strlen(violation->detail));
        ngx_payments_out_str(&out, "}");
    }

    ngx_payments_out_str(&out, "]");

    more.data = buffer;
    more.len = out.pos - buffer;

    ngx_payments_problem(request, ngx_payments_problem_kind(v), NULL, &more);
}

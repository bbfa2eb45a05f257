
/* Which problems an operation can have: what follows from its row, and more. */

#include "ngx_payments_documents.h"


#define BIT  NGX_PAYMENTS_BIT

/* has a field of this type, at any depth? */

static ngx_uint_t
ngx_payments_openapi_has(const ngx_payments_schema_t *schema,
    ngx_payments_field_type_e type)
{
    const ngx_payments_field_t  *f;

    for (f = schema->fields; f->name != NULL; f++) {
        if (f->type == type
            || (f->schema && ngx_payments_openapi_has(f->schema, type)))
        {
            return 1;
        }
    }

    return 0;
}


static uint64_t
ngx_payments_openapi_body_problems(const ngx_payments_operation_t *o)
{
    uint64_t  set;

    set = BIT(INVALID_JSON) | BIT(DUPLICATE_JSON_MEMBER)
          | BIT(CONTENT_TOO_LARGE) | BIT(UNSUPPORTED_MEDIA_TYPE)
          | BIT(REQUEST_TIMEOUT) | BIT(VALIDATION_FAILED)
          | BIT(UNKNOWN_PARAMETER);

    if (ngx_payments_openapi_has(o->request, NGX_PAYMENTS_FIELD_CURRENCY)) {
        set |= BIT(INVALID_CURRENCY);
    }

    if (ngx_payments_openapi_has(o->request, NGX_PAYMENTS_FIELD_AMOUNT)) {
        set |= BIT(AMOUNT_TOO_SMALL) | BIT(AMOUNT_TOO_LARGE);
    }

    return set;
}


uint64_t
ngx_payments_openapi_problems(const ngx_payments_operation_t *o)
{
    uint64_t                       set;
    const ngx_payments_problem_e  *p;

    set = BIT(URI_TOO_LONG) | BIT(HEADERS_TOO_LARGE) | BIT(INVALID_HEADER)
          | BIT(INTERNAL_ERROR) | BIT(RATE_LIMITED);

    if (o->query != NULL || o->scope != NULL) {
        set |= BIT(INVALID_QUERY);
    }

    if (o->scope != NULL) {
        set |= BIT(CREDENTIAL_IN_URL) | BIT(AUTHENTICATION_REQUIRED)
               | BIT(INVALID_API_KEY) | BIT(API_KEY_EXPIRED)
               | BIT(API_KEY_REVOKED)
               | (o->scope[0] ? BIT(INSUFFICIENT_SCOPE) : 0)
               | BIT(NOT_ACCEPTABLE) | BIT(CARD_NUMBER)
               | BIT(DATABASE_UNAVAILABLE) | BIT(OVERLOADED);
    }

    if (ngx_strchr(o->path, '{') != NULL) {
        set |= BIT(RESOURCE_NOT_FOUND);
    }

    if (o->pages) {
        set |= BIT(INVALID_CURSOR) | BIT(CURSOR_FILTER_MISMATCH);
    }

    if (o->write) {
        set |= BIT(OUTCOME_UNKNOWN)
               | (o->returns ? 0 : BIT(MERCHANT_SUSPENDED));
    }

    if (o->write && o->versioned && ngx_strchr(o->path, '{') != NULL) {
        set |= BIT(VERSION_MISMATCH);
    }

    if (o->test) {
        set |= BIT(TEST_MODE_ONLY);
    }

    if (o->body) {
        set |= ngx_payments_openapi_body_problems(o);
    }

    if (o->key) {
        set |= BIT(INVALID_KEY) | BIT(IN_USE) | BIT(KEY_CANCELED)
               | BIT(KEY_REUSED);
    }

    if (o->key == NGX_PAYMENTS_KEY_REQUIRED) {
        set |= BIT(KEY_REQUIRED);
    }

    for (p = o->problems; p != NULL && *p != NGX_PAYMENTS_P_LAST; p++) {
        set |= UINT64_C(1) << *p;
    }

    return set;
}

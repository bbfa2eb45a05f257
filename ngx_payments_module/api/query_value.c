
/* Values of query parameters, by the types of their rows. */

#include "ngx_payments_handlers.h"


/* characters of UTF-8 */

size_t
ngx_payments_query_length(ngx_str_t *value)
{
    size_t  i, n;

    for (i = n = 0; i < value->len; i++) {
        n += (value->data[i] & 0xc0) != 0x80;
    }

    return n;
}


static ngx_int_t
ngx_payments_query_listed(const char *const *values, ngx_str_t *value)
{
    for ( /* void */ ; *values != NULL; values++) {
        if (ngx_strlen(*values) == value->len
            && ngx_memcmp(*values, value->data, value->len) == 0)
        {
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


/* whether each type, or pattern, is one that an event can have */

static ngx_int_t
ngx_payments_query_types(ngx_str_t *value)
{
    u_char             *p, *last, *end;
    size_t              len;
    const char *const  *type;

    p = value->data;
    last = p + value->len;

    for ( ;; ) {
        end = ngx_strlchr(p, last, ',');
        end = end ? end : last;
        len = end - p;

        for (type = ngx_payments_event_types; *type != NULL; type++) {
            if (len && p[len - 1] == '*'
                ? ngx_strncmp(*type, p, len - 1) == 0
                : ngx_strlen(*type) == len
                  && ngx_memcmp(*type, p, len) == 0)
            {
                break;
            }
        }

        if (*type == NULL) {
            return NGX_DECLINED;
        }

        if (end == last) {
            return NGX_OK;
        }

        p = end + 1;
    }
}


/*
 * A time, in the form that SQL is given.  What it has behind the microseconds
 * makes a bound that is reached, or one that is not, the next microsecond; no
 * object is older than 1970.
 */

static ngx_int_t
ngx_payments_query_time(ngx_payments_request_t *request,
    const ngx_payments_query_t *row, ngx_str_t *value)
{
    int       more;
    u_char   *p;
    int64_t   usec;

    if (ngx_payments_time_parse(value->data, value->len, &usec, &more) != 0) {
        return NGX_DECLINED;
    }

    if (more && (ngx_strcmp(row->member, "gte") == 0
                 || ngx_strcmp(row->member, "lt") == 0))
    {
        usec++;
    }

    p = ngx_pnalloc(request->pool, NGX_PAYMENTS_TIME_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_time(ngx_max(0, ngx_min(usec, NGX_PAYMENTS_TIME_MAX)), p);
    value->data = p;
    value->len = NGX_PAYMENTS_TIME_LEN;

    return NGX_OK;
}


/* an id's UUID in hexadecimal digits */

static ngx_int_t
ngx_payments_query_id(ngx_payments_request_t *request, const char *prefix,
    ngx_str_t *value)
{
    u_char  *p, uuid[NGX_PAYMENTS_UUID_LEN];

    if (ngx_payments_id_parse(prefix, value->data, value->len, uuid) != 0) {
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(request->pool, 2 * NGX_PAYMENTS_UUID_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_hex_dump(p, uuid, NGX_PAYMENTS_UUID_LEN);
    value->data = p;
    value->len = 2 * NGX_PAYMENTS_UUID_LEN;

    return NGX_OK;
}


/* one value, by its row's type; it may be rewritten to its one form */

ngx_int_t
ngx_payments_query_value(ngx_payments_request_t *request,
    const ngx_payments_query_t *row, ngx_str_t *value)
{
    ngx_int_t                       n;
    ngx_uint_t                      i;
    const ngx_payments_currency_t  *currency;

    static const char *const        objects[] = { "pay_", "ref_", "dis_",
                                                   "we_" };

    switch (row->type) {

    case NGX_PAYMENTS_QUERY_ENUM:
        return ngx_payments_query_listed(row->values, value);

    case NGX_PAYMENTS_QUERY_CURRENCY:
        currency = ngx_payments_currency(value->data, value->len);

        if (currency == NULL) {
            return NGX_DECLINED;
        }

        ngx_memcpy(value->data, currency->code, 3);
        return NGX_OK;

    case NGX_PAYMENTS_QUERY_AFTER:
        request->work->list.followed = 1;

        /* fall through */

    case NGX_PAYMENTS_QUERY_AMOUNT:
        n = ngx_atoi(value->data, value->len);
        return (n == NGX_ERROR || n > NGX_PAYMENTS_AMOUNT_MAX) ? NGX_DECLINED
                                                               : NGX_OK;
    case NGX_PAYMENTS_QUERY_TIME:
        return ngx_payments_query_time(request, row, value);

    case NGX_PAYMENTS_QUERY_PAYMENT:
        return ngx_payments_query_id(request, "pay_", value);

    case NGX_PAYMENTS_QUERY_ENDPOINT:
        return ngx_payments_query_id(request, "we_", value);

    case NGX_PAYMENTS_QUERY_EVENT:
        return ngx_payments_query_id(request, "evt_", value);

    case NGX_PAYMENTS_QUERY_OBJECT:
        for (i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
            n = ngx_payments_query_id(request, objects[i], value);

            if (n != NGX_DECLINED) {
                return n;
            }
        }

        return NGX_DECLINED;

    case NGX_PAYMENTS_QUERY_TYPES:
        return ngx_payments_query_types(value);

    default: /* NGX_PAYMENTS_QUERY_STRING */
        return (ngx_payments_query_length(value) > row->max) ? NGX_DECLINED
                                                             : NGX_OK;
    }
}


/* what a value of the row's type must be */

const char *
ngx_payments_query_allowed(const ngx_payments_query_t *row, ngx_str_t *value,
    u_char text[NGX_PAYMENTS_ALLOWED_LEN], const char **code)
{
    u_char      *p, *last;
    ngx_uint_t   i;

    last = text + NGX_PAYMENTS_ALLOWED_LEN - 1;
    *code = "format";

    switch (row->type) {

    case NGX_PAYMENTS_QUERY_ENUM:
        *code = "enum";
        p = ngx_cpymem(text, "must be one of", 14);

        for (i = 0; row->values[i] != NULL; i++) {
            p = ngx_slprintf(p, last, "%s %s", i ? "," : "", row->values[i]);
        }

        *p = '\0';
        return (char *) text;

    case NGX_PAYMENTS_QUERY_CURRENCY:
        *code = "currency";
        return "must be an ISO 4217 code that payments can be made in";

    case NGX_PAYMENTS_QUERY_AFTER:
    case NGX_PAYMENTS_QUERY_AMOUNT:
        *code = "type";
        return "must be an integer from 0 to 999999999999";

    case NGX_PAYMENTS_QUERY_TIME:
        return (ngx_strlchr(value->data, value->data + value->len, ' ')
                != NULL)
               ? "must be a time as RFC 3339 has it; a + of its offset is sent "
                 "as %2B, a bare one is a space"
               : "must be a time as RFC 3339 has it, as 2026-11-30T09:35:06Z";

    case NGX_PAYMENTS_QUERY_PAYMENT:
        return "must be the id of a payment";

    case NGX_PAYMENTS_QUERY_ENDPOINT:
        return "must be the id of a webhook endpoint";

    case NGX_PAYMENTS_QUERY_EVENT:
        return "must be the id of an event";

    case NGX_PAYMENTS_QUERY_OBJECT:
        return "must be the id of a payment, a refund, a dispute or a webhook "
               "endpoint";

    case NGX_PAYMENTS_QUERY_TYPES:
        *code = "enum";
        return "must be types of events, separated by commas, each perhaps "
               "with a * at its end, as payment.captured,refund.*";

    case NGX_PAYMENTS_QUERY_METADATA:
        return "must be metadata[key]=value, a key of 1 to 40 characters and a "
               "value of at most 500";

    default: /* NGX_PAYMENTS_QUERY_STRING */
        *code = "max_length";
        *ngx_slprintf(text, last, "must have at most %uz characters", row->max)
            = '\0';
        return (char *) text;
    }
}

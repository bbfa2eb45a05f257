
/*
 * Query parameters of lists: a table says what there is, one pass checks it and
 * makes the filter that SQL gets, whose hash a cursor carries.
 */

#include "ngx_payments_api.h"


#define NGX_PAYMENTS_QUERY_VALUES  16      /* of one repeated parameter */
#define NGX_PAYMENTS_QUERY_PARAMS  16      /* rows of a table */
#define NGX_PAYMENTS_QUERY_LEN     256     /* bytes of a value, decoded */

/* a cursor: version, hash of the filter, id, MAC over all that it is for */

#define NGX_PAYMENTS_CURSOR_HASH   8
#define NGX_PAYMENTS_CURSOR_MAC    16
#define NGX_PAYMENTS_CURSOR_LEN    (1 + NGX_PAYMENTS_CURSOR_HASH              \
                                    + NGX_PAYMENTS_UUID_LEN                   \
                                    + NGX_PAYMENTS_CURSOR_MAC)


typedef struct {
    ngx_payments_request_t        *request;
    const ngx_payments_query_t    *table;
    ngx_payments_list_t           *list;
    ngx_str_t                      values[NGX_PAYMENTS_QUERY_PARAMS]
                                         [NGX_PAYMENTS_QUERY_VALUES];
    ngx_uint_t                     n[NGX_PAYMENTS_QUERY_PARAMS];
    ngx_str_t                      cursor;     /* as sent, decoded */
} ngx_payments_query_state_t;


static ngx_int_t ngx_payments_query_cursor(ngx_payments_query_state_t *q);


static ngx_str_t  ngx_payments_query_secret;


void
ngx_payments_query_init(ngx_str_t *secret)
{
    ngx_payments_query_secret = *secret;
}


/* names the parameter unless its name is not fit to be shown */

static ngx_int_t
ngx_payments_query_invalid(ngx_payments_query_state_t *q, ngx_str_t *name,
    const char *what)
{
    u_char      detail[256], *p;
    ngx_uint_t  i, plain;

    plain = (name->len <= 64
             && !ngx_payments_card_number(name->data, name->len));

    for (i = 0; plain && i < name->len; i++) {
        p = (u_char *) strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                              "uvwxyz0123456789_-.[]", name->data[i]);
        plain = (p != NULL && *p != '\0');
    }

    p = plain ? ngx_snprintf(detail, sizeof(detail) - 1, what, name)
              : ngx_snprintf(detail, sizeof(detail) - 1,
                             "unknown query parameter");
    *p = '\0';

    ngx_payments_problem(q->request, NGX_PAYMENTS_P_INVALID_QUERY,
                         (char *) detail, NULL);

    return NGX_DECLINED;
}


/* percent-decoding, and UTF-8 without control characters; else DECLINED */

static ngx_int_t
ngx_payments_query_decode(ngx_pool_t *pool, u_char *p, u_char *last,
    ngx_str_t *text)
{
    size_t     n;
    u_char    *to, *c, *end;
    uint32_t   u;
    ngx_int_t  high;

    to = ngx_pnalloc(pool, last - p + 1);
    if (to == NULL) {
        return NGX_ERROR;
    }

    text->data = to;

    for ( /* void */ ; p < last; p++) {

        if (*p != '%') {
            *to++ = (*p == '+') ? ' ' : *p;
            continue;
        }

        if (last - p < 3) {
            return NGX_DECLINED;
        }

        high = ngx_hextoi(p + 1, 2);

        if (high == NGX_ERROR) {
            return NGX_DECLINED;
        }

        *to++ = (u_char) high;
        p += 2;
    }

    text->len = to - text->data;
    end = to;

    for (c = text->data; c < end; /* void */ ) {

        if (*c < 0x80) {
            if (*c < 0x20 || *c == 0x7f) {
                return NGX_DECLINED;
            }

            c++;
            continue;
        }

        to = c;
        u = ngx_utf8_decode(&c, end - c);
        n = c - to;

        if (u > 0x10ffff || (u >= 0xd800 && u < 0xe000)
            || n != (size_t) (u < 0x800 ? 2 : u < 0x10000 ? 3 : 4))
        {
            return NGX_DECLINED;
        }
    }

    return (text->len <= NGX_PAYMENTS_QUERY_LEN) ? NGX_OK : NGX_DECLINED;
}


/* one value, by its row's type; it may be rewritten to its one form */

static ngx_int_t
ngx_payments_query_value(ngx_payments_query_state_t *q,
    const ngx_payments_query_t *row, ngx_str_t *value)
{
    u_char                         *p, uuid[NGX_PAYMENTS_UUID_LEN];
    int64_t                         usec;
    ngx_int_t                       n;
    ngx_uint_t                      i;
    const ngx_payments_currency_t  *currency;

    switch (row->type) {

    case NGX_PAYMENTS_QUERY_ENUM:
        for (i = 0; row->values[i] != NULL; i++) {
            if (ngx_strlen(row->values[i]) == value->len
                && ngx_memcmp(row->values[i], value->data, value->len) == 0)
            {
                return NGX_OK;
            }
        }

        return NGX_DECLINED;

    case NGX_PAYMENTS_QUERY_CURRENCY:
        currency = ngx_payments_currency(value->data, value->len);

        if (currency == NULL) {
            return NGX_DECLINED;
        }

        ngx_memcpy(value->data, currency->code, 3);
        return NGX_OK;

    case NGX_PAYMENTS_QUERY_AFTER:
        q->list->followed = 1;

        /* fall through */

    case NGX_PAYMENTS_QUERY_AMOUNT:
        n = ngx_atoi(value->data, value->len);
        return (n == NGX_ERROR || n > NGX_PAYMENTS_AMOUNT_MAX) ? NGX_DECLINED
                                                               : NGX_OK;
    case NGX_PAYMENTS_QUERY_TIME:
        if (ngx_payments_time_parse(value->data, value->len, &usec) != 0) {
            return NGX_DECLINED;
        }

        p = ngx_pnalloc(q->request->pool, NGX_PAYMENTS_TIME_LEN);
        if (p == NULL) {
            return NGX_ERROR;
        }

        ngx_payments_time(usec, p);
        value->data = p;
        value->len = NGX_PAYMENTS_TIME_LEN;
        return NGX_OK;

    case NGX_PAYMENTS_QUERY_PAYMENT:
        if (ngx_payments_id_parse("pay_", value->data, value->len, uuid) != 0)
        {
            return NGX_DECLINED;
        }

        p = ngx_pnalloc(q->request->pool, 2 * NGX_PAYMENTS_UUID_LEN);
        if (p == NULL) {
            return NGX_ERROR;
        }

        (void) ngx_hex_dump(p, uuid, NGX_PAYMENTS_UUID_LEN);
        value->data = p;
        value->len = 2 * NGX_PAYMENTS_UUID_LEN;
        return NGX_OK;

    default: /* NGX_PAYMENTS_QUERY_STRING */
        return (value->len == 0 || value->len > row->max) ? NGX_DECLINED
                                                          : NGX_OK;
    }
}


static ngx_int_t
ngx_payments_query_is(ngx_str_t *name, const char *s)
{
    return name->len == ngx_strlen(s)
           && ngx_memcmp(name->data, s, name->len) == 0;
}


static ngx_int_t
ngx_payments_query_param(ngx_payments_query_state_t *q, ngx_str_t *name,
    ngx_str_t *value)
{
    ngx_int_t                    rc;
    ngx_uint_t                   i;
    ngx_payments_list_t         *list = q->list;
    const ngx_payments_query_t  *row;

    if (ngx_payments_card_number(value->data, value->len)) {
        ngx_payments_problem(q->request, NGX_PAYMENTS_P_CARD_NUMBER, NULL,
                             NULL);
        return NGX_DECLINED;
    }

    if (ngx_payments_query_is(name, "limit") && q->request->operation->pages) {
        rc = ngx_atoi(value->data, value->len);

        if (rc < 1 || rc > 100 || list->limited++) {
            return ngx_payments_query_invalid(q, name,
                                 "%V must be one integer from 1 to 100");
        }

        list->limit = rc;
        return NGX_OK;
    }

    if (ngx_payments_query_is(name, "order") && q->request->operation->pages) {
        list->ascending = ngx_payments_query_is(value, "asc");

        if ((!list->ascending && !ngx_payments_query_is(value, "desc"))
            || list->ordered++)
        {
            return ngx_payments_query_invalid(q, name,
                                              "%V must be asc or desc, once");
        }

        return NGX_OK;
    }

    if (ngx_payments_query_is(name, "cursor") && q->request->operation->pages) {
        if (q->cursor.data != NULL) {
            return ngx_payments_query_invalid(q, name, "%V must come once");
        }

        q->cursor = *value;
        return NGX_OK;
    }

    for (i = 0, row = q->table; row->name != NULL; row++, i++) {
        if (!ngx_payments_query_is(name, row->name)) {
            continue;
        }

        if (q->n[i] == (row->type == NGX_PAYMENTS_QUERY_ENUM
                        ? NGX_PAYMENTS_QUERY_VALUES : 1))
        {
            return ngx_payments_query_invalid(q, name,
                                              "%V comes too often");
        }

        rc = ngx_payments_query_value(q, row, value);

        if (rc == NGX_DECLINED) {
            return ngx_payments_query_invalid(q, name,
                                              "%V has an invalid value");
        }

        q->values[i][q->n[i]++] = *value;
        return rc;
    }

    return ngx_payments_query_invalid(q, name, "unknown query parameter %V");
}


/* the filter in the table's order, whatever the order of the query */

static ngx_int_t
ngx_payments_query_filter(ngx_payments_query_state_t *q)
{
    size_t                       size;
    const char                  *group;
    ngx_uint_t                   i, j, first;
    ngx_payments_out_t           out;
    const ngx_payments_query_t  *row;

    size = 64;

    for (i = 0; q->table[i].name != NULL; i++) {
        size += 64;

        for (j = 0; j < q->n[i]; j++) {
            size += 6 * q->values[i][j].len + 4;
        }
    }

    q->list->filter.data = ngx_pnalloc(q->request->pool, size);
    if (q->list->filter.data == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, q->list->filter.data, size);
    ngx_payments_out_str(&out, "{");

    group = NULL;
    first = 1;

    for (i = 0; q->table[i].name != NULL; i++) {
        row = &q->table[i];

        if (q->n[i] == 0) {
            continue;
        }

        if (group != NULL
            && (row->group == NULL || ngx_strcmp(group, row->group) != 0))
        {
            ngx_payments_out_str(&out, "}");
            group = NULL;
        }

        if (!first) {
            ngx_payments_out_str(&out, ",");
        }

        first = 0;

        if (row->group != NULL && group == NULL) {
            group = row->group;
            ngx_payments_out_json(&out, (u_char *) group, ngx_strlen(group));
            ngx_payments_out_str(&out, ":{");
        }

        ngx_payments_out_json(&out, (u_char *) row->member,
                              ngx_strlen(row->member));
        ngx_payments_out_str(&out, (row->type == NGX_PAYMENTS_QUERY_ENUM)
                                   ? ":[" : ":");

        for (j = 0; j < q->n[i]; j++) {
            ngx_payments_out_str(&out, j ? "," : "");
            ngx_payments_out_json(&out, q->values[i][j].data,
                                  q->values[i][j].len);
        }

        ngx_payments_out_str(&out, (row->type == NGX_PAYMENTS_QUERY_ENUM)
                                   ? "]" : "");
    }

    ngx_payments_out_str(&out, group ? "}}" : "}");

    q->list->filter.len = out.pos - out.start;

    return out.overflow ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_payments_query_failed(ngx_payments_request_t *request, ngx_int_t rc)
{
    if (rc == NGX_ERROR) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_payments_query_parse(ngx_payments_request_t *request,
    ngx_payments_list_t *list)
{
    u_char                      *p, *last, *end, *equals;
    ngx_int_t                    rc;
    ngx_str_t                    name, value;
    ngx_payments_query_state_t   q;

    ngx_memzero(&q, sizeof(ngx_payments_query_state_t));

    q.request = request;
    q.table = request->operation->query ? request->operation->query
                                        : ngx_payments_no_query;
    q.list = list;

    list->limit = 20;

    last = request->query.data + request->query.len;

    for (p = request->query.data; p < last; p = end + 1) {
        end = ngx_strlchr(p, last, '&');
        end = end ? end : last;

        if (p == end) {
            continue;
        }

        equals = ngx_strlchr(p, end, '=');
        equals = equals ? equals : end;

        rc = ngx_payments_query_decode(request->pool, p, equals, &name);

        if (rc == NGX_OK) {
            rc = ngx_payments_query_decode(request->pool,
                                           ngx_min(equals + 1, end), end,
                                           &value);
        }

        if (rc == NGX_DECLINED) {
            ngx_payments_problem(request, NGX_PAYMENTS_P_INVALID_QUERY, NULL,
                                 NULL);
        }

        if (rc == NGX_OK) {
            rc = ngx_payments_query_param(&q, &name, &value);

            if (ngx_payments_query_is(&name, "cursor")) {
                list->cursor.data = p;
                list->cursor.len = end - p;
            }
        }

        if (rc != NGX_OK) {
            return ngx_payments_query_failed(request, rc);
        }
    }

    list->ascending |= list->followed;

    rc = ngx_payments_query_filter(&q);

    if (rc == NGX_OK && request->operation->pages) {
        rc = ngx_payments_query_cursor(&q);
    }

    return (rc == NGX_OK) ? NGX_OK : ngx_payments_query_failed(request, rc);
}


/* what a cursor is good for: one merchant, mode, path, order and filter */

static int
ngx_payments_query_mac(ngx_payments_request_t *request, u_char *cursor,
    u_char mac[NGX_PAYMENTS_SHA256_LEN])
{
    size_t               n;
    u_char               text[32 + NGX_PAYMENTS_CURSOR_LEN];
    ngx_payments_text_t  key;

    key.data = ngx_payments_query_secret.data;
    key.len = ngx_payments_query_secret.len;

    n = ngx_sprintf(text, "cursor%d%L:", (int) request->livemode,
                    request->merchant_id) - text;
    ngx_memcpy(text + n, cursor,
               NGX_PAYMENTS_CURSOR_LEN - NGX_PAYMENTS_CURSOR_MAC);
    n += NGX_PAYMENTS_CURSOR_LEN - NGX_PAYMENTS_CURSOR_MAC;

    return ngx_payments_hmac(&key, text, n, mac);
}


static ngx_int_t
ngx_payments_query_hash(ngx_payments_request_t *request,
    ngx_payments_list_t *list, u_char hash[NGX_PAYMENTS_SHA256_LEN])
{
    u_char  *p, *text;
    size_t   len;

    len = request->path.len + list->filter.len + 2;

    text = ngx_pnalloc(request->pool, len);
    if (text == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(text, request->path.data, request->path.len);
    *p++ = list->ascending ? '<' : '>';
    p = ngx_cpymem(p, list->filter.data, list->filter.len);

    return (ngx_payments_sha256(text, p - text, hash) == 0) ? NGX_OK
                                                            : NGX_ERROR;
}


/* 41 bytes leave two bits of the last character unused: they must be zero */

static ngx_uint_t
ngx_payments_query_canonical(ngx_str_t *cursor)
{
    return strchr("AEIMQUYcgkosw048", cursor->data[cursor->len - 1]) != NULL;
}


static ngx_int_t
ngx_payments_query_cursor(ngx_payments_query_state_t *q)
{
    u_char                   bytes[NGX_PAYMENTS_CURSOR_LEN + 4];
    u_char                   mac[NGX_PAYMENTS_SHA256_LEN];
    u_char                   hash[NGX_PAYMENTS_SHA256_LEN];
    ngx_str_t                cursor;
    ngx_payments_list_t     *list = q->list;
    ngx_payments_request_t  *request = q->request;

    if (ngx_payments_query_hash(request, list, hash) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memcpy(list->hash, hash, NGX_PAYMENTS_CURSOR_HASH);

    if (q->cursor.data == NULL) {
        return NGX_OK;
    }

    cursor.data = bytes;
    cursor.len = 0;

    if (q->cursor.len != ngx_base64_encoded_length(NGX_PAYMENTS_CURSOR_LEN) - 1
        || ngx_decode_base64url(&cursor, &q->cursor) != NGX_OK
        || cursor.len != NGX_PAYMENTS_CURSOR_LEN || bytes[0] != 1
        || !ngx_payments_query_canonical(&q->cursor)
        || ngx_payments_query_mac(request, bytes, mac) != 0
        || !ngx_payments_equal(mac, bytes + NGX_PAYMENTS_CURSOR_LEN
                                    - NGX_PAYMENTS_CURSOR_MAC,
                               NGX_PAYMENTS_CURSOR_MAC))
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INVALID_CURSOR, NULL,
                             NULL);
        return NGX_DECLINED;
    }

    if (ngx_memcmp(bytes + 1, hash, NGX_PAYMENTS_CURSOR_HASH) != 0) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_CURSOR_FILTER_MISMATCH,
                             NULL, NULL);
        return NGX_DECLINED;
    }

    ngx_memcpy(list->after, bytes + 1 + NGX_PAYMENTS_CURSOR_HASH,
               NGX_PAYMENTS_UUID_LEN);
    list->continued = 1;

    return NGX_OK;
}


ngx_int_t
ngx_payments_query_next(ngx_payments_request_t *request,
    ngx_payments_list_t *list, const u_char *last, ngx_str_t *cursor)
{
    u_char     bytes[NGX_PAYMENTS_CURSOR_LEN], mac[NGX_PAYMENTS_SHA256_LEN];
    ngx_str_t  src;

    bytes[0] = 1;
    ngx_memcpy(bytes + 1, list->hash, NGX_PAYMENTS_CURSOR_HASH);
    ngx_memcpy(bytes + 1 + NGX_PAYMENTS_CURSOR_HASH, last,
               NGX_PAYMENTS_UUID_LEN);

    if (ngx_payments_query_mac(request, bytes, mac) != 0) {
        return NGX_ERROR;
    }

    ngx_memcpy(bytes + NGX_PAYMENTS_CURSOR_LEN - NGX_PAYMENTS_CURSOR_MAC, mac,
               NGX_PAYMENTS_CURSOR_MAC);

    cursor->data = ngx_pnalloc(request->pool,
                         ngx_base64_encoded_length(NGX_PAYMENTS_CURSOR_LEN));
    if (cursor->data == NULL) {
        return NGX_ERROR;
    }

    src.data = bytes;
    src.len = NGX_PAYMENTS_CURSOR_LEN;
    ngx_encode_base64url(cursor, &src);

    return NGX_OK;
}


/*
 * Query parameters of lists: a table says what there is, one pass checks it and
 * makes the filter that SQL gets, whose hash a cursor carries.
 */

#include "ngx_payments_handlers.h"


#define NGX_PAYMENTS_QUERY_VALUES  16      /* of one repeated parameter */
#define NGX_PAYMENTS_QUERY_PARAMS  16      /* rows of a table */
#define NGX_PAYMENTS_QUERY_LEN     2048    /* bytes of a value, decoded */

typedef struct {
    ngx_payments_request_t        *request;
    const ngx_payments_query_t    *table;
    ngx_payments_list_t           *list;
    ngx_str_t                      values[NGX_PAYMENTS_QUERY_PARAMS]
                                         [NGX_PAYMENTS_QUERY_VALUES];
    ngx_uint_t                     n[NGX_PAYMENTS_QUERY_PARAMS];
    ngx_str_t                      cursor;     /* as sent, decoded */
} ngx_payments_query_state_t;


const ngx_payments_query_t  ngx_payments_no_query[] = {
    NGX_PAYMENTS_QUERY_END
};

const ngx_payments_query_t  ngx_payments_created_query[] = {
    NGX_PAYMENTS_QUERY_BY_CREATED,
    NGX_PAYMENTS_QUERY_END
};


/* refuses the parameter, and names it unless its name is not fit to be shown */

static ngx_int_t
ngx_payments_query_invalid(ngx_payments_query_state_t *q, ngx_str_t *name,
    const char *code, const char *what)
{
    u_char      text[512], *p;
    ngx_str_t   detail, error, shown = *name;
    ngx_uint_t  i, plain;

    plain = (name->len <= 64
             && !ngx_payments_card_number(name->data, name->len));

    for (i = 0; plain && i < name->len; i++) {
        p = (u_char *) strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                              "uvwxyz0123456789_-.[]", name->data[i]);
        plain = (p != NULL && *p != '\0');
    }

    if (!plain) {
        ngx_str_set(&shown, "?");
        code = "unknown";
        what = "no such parameter";
    }

    detail.data = text;
    detail.len = ngx_snprintf(text, sizeof(text), "%V: %s", &shown, what)
                 - text;
    error.data = (u_char *) code;
    error.len = ngx_strlen(code);

    ngx_payments_problem_error(q->request, NGX_PAYMENTS_P_INVALID_QUERY,
                               &shown, &error, &detail);

    return NGX_DECLINED;
}


/* refuses a value, and says what it must be */

static ngx_int_t
ngx_payments_query_wrong(ngx_payments_query_state_t *q, ngx_str_t *name,
    const ngx_payments_query_t *row, ngx_str_t *value)
{
    u_char       text[NGX_PAYMENTS_ALLOWED_LEN];
    const char  *code, *what;

    what = ngx_payments_query_allowed(row, value, text, &code);

    return ngx_payments_query_invalid(q, name, code, what);
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


/* the values of a parameter that may have several, separated by commas */

static ngx_int_t
ngx_payments_query_values(ngx_payments_query_state_t *q,
    const ngx_payments_query_t *row, ngx_uint_t i, ngx_str_t *name,
    ngx_str_t *value)
{
    u_char     *p, *last, *end;
    ngx_int_t   rc;
    ngx_str_t   one;

    p = value->data;
    last = p + value->len;

    for ( ;; ) {
        end = (row->type == NGX_PAYMENTS_QUERY_ENUM)
              ? ngx_strlchr(p, last, ',') : NULL;
        end = end ? end : last;

        if (q->n[i] == (row->type == NGX_PAYMENTS_QUERY_ENUM
                        ? NGX_PAYMENTS_QUERY_VALUES : 1))
        {
            return ngx_payments_query_invalid(q, name, "max_items",
                                              "comes too often");
        }

        one.data = p;
        one.len = end - p;

        rc = ngx_payments_query_value(q->request, row, &one);

        if (rc == NGX_DECLINED) {
            return ngx_payments_query_wrong(q, name, row, &one);
        }

        if (rc != NGX_OK) {
            return rc;
        }

        q->values[i][q->n[i]++] = one;

        if (end == last) {
            return NGX_OK;
        }

        p = end + 1;
    }
}


/* metadata[key]=value; DECLINED, and no answer: it is not that */

static ngx_int_t
ngx_payments_query_metadata(ngx_payments_query_state_t *q,
    const ngx_payments_query_t *row, ngx_uint_t i, ngx_str_t *name,
    ngx_str_t *value)
{
    size_t      len;
    ngx_str_t   key;

    len = ngx_strlen(row->name);

    if (name->len < len + 3 || ngx_memcmp(name->data, row->name, len) != 0
        || name->data[len] != '[' || name->data[name->len - 1] != ']')
    {
        return NGX_ABORT;
    }

    key.data = name->data + len + 1;
    key.len = name->len - len - 2;

    if (q->n[i] + 2 > NGX_PAYMENTS_QUERY_VALUES) {
        return ngx_payments_query_invalid(q, name, "max_items",
                                          "only 8 pairs can be asked for");
    }

    if (ngx_payments_query_length(&key) > 40
        || ngx_payments_query_length(value) > 500)
    {
        return ngx_payments_query_wrong(q, name, row, value);
    }

    q->values[i][q->n[i]++] = key;
    q->values[i][q->n[i]++] = *value;

    return NGX_OK;
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

    static ngx_str_t             code = ngx_string("card_number");
    static ngx_str_t             detail = ngx_string(
                                     "must not hold a card number");

    if (ngx_payments_card_number(value->data, value->len)) {
        ngx_payments_problem_error(q->request, NGX_PAYMENTS_P_CARD_NUMBER,
                                   name, &code, &detail);
        return NGX_DECLINED;
    }

    /* a[]=x: as Rails, PHP and axios write what may be repeated */

    if (name->len > 2 && ngx_memcmp(name->data + name->len - 2, "[]", 2) == 0) {
        name->len -= 2;
    }

    if (ngx_payments_query_is(name, "limit") && q->request->operation->pages) {
        rc = ngx_atoi(value->data, value->len);

        if (rc < 1 || rc > 100 || list->limited++) {
            return ngx_payments_query_invalid(q, name, "type",
                                 "must be one integer from 1 to 100");
        }

        list->limit = rc;
        return NGX_OK;
    }

    if (ngx_payments_query_is(name, "order") && q->request->operation->pages) {
        list->ascending = ngx_payments_query_is(value, "asc");

        if ((!list->ascending && !ngx_payments_query_is(value, "desc"))
            || list->ordered++)
        {
            return ngx_payments_query_invalid(q, name, "enum",
                                              "must be asc or desc, once");
        }

        return NGX_OK;
    }

    if (ngx_payments_query_is(name, "cursor") && q->request->operation->pages) {
        if (q->cursor.data != NULL) {
            return ngx_payments_query_invalid(q, name, "max_items",
                                              "must come once");
        }

        q->cursor = *value;
        return NGX_OK;
    }

    for (i = 0, row = q->table; row->name != NULL; row++, i++) {

        if (row->type == NGX_PAYMENTS_QUERY_METADATA) {
            rc = ngx_payments_query_metadata(q, row, i, name, value);

            if (rc != NGX_ABORT) {
                return rc;
            }

        } else if (ngx_payments_query_is(name, row->name)) {
            return ngx_payments_query_values(q, row, i, name, value);
        }
    }

    return ngx_payments_query_invalid(q, name, "unknown", "no such parameter");
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
                                   ? ":["
                                   : (row->type == NGX_PAYMENTS_QUERY_METADATA)
                                   ? ":{" : ":");

        for (j = 0; j < q->n[i]; j++) {
            ngx_payments_out_str(&out, (j == 0) ? ""
                                 : (j & 1) && row->type
                                           == NGX_PAYMENTS_QUERY_METADATA
                                 ? ":" : ",");
            ngx_payments_out_json(&out, q->values[i][j].data,
                                  q->values[i][j].len);
        }

        ngx_payments_out_str(&out, (row->type == NGX_PAYMENTS_QUERY_ENUM)
                                   ? "]"
                                   : (row->type == NGX_PAYMENTS_QUERY_METADATA)
                                   ? "}" : "");
    }

    ngx_payments_out_str(&out, group ? "}}" : "}");

    q->list->filter.len = out.pos - out.start;

    return out.overflow ? NGX_ERROR : NGX_OK;
}


/* a list that goes on from a sequence ascends */

static ngx_int_t
ngx_payments_query_order(ngx_payments_query_state_t *q)
{
    ngx_payments_list_t  *list = q->list;
    static ngx_str_t      name = ngx_string("order");

    if (list->followed && list->ordered && !list->ascending) {
        return ngx_payments_query_invalid(q, &name, "conflict",
                                 "must be asc, or left out, with after");
    }

    list->ascending |= list->followed;

    return NGX_OK;
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
ngx_payments_query_parse(ngx_payments_request_t *request)
{
    u_char                      *p, *last, *end, *equals;
    ngx_int_t                    rc;
    ngx_str_t                    name, value;
    static ngx_str_t             unnamed = ngx_string("?");
    ngx_payments_list_t         *list = &request->work->list;
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

        if (rc == NGX_DECLINED) {
            return ngx_payments_query_invalid(&q, &unnamed, "format", "");
        }

        if (rc == NGX_OK) {
            rc = ngx_payments_query_decode(request->pool,
                                           ngx_min(equals + 1, end), end,
                                           &value);
        }

        if (rc == NGX_DECLINED) {
            return ngx_payments_query_invalid(&q, &name, "format",
                       "must be percent-encoded UTF-8 without control "
                       "characters, at most 2048 bytes");
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

    rc = ngx_payments_query_order(&q);

    if (rc == NGX_OK) {
        rc = ngx_payments_query_filter(&q);
    }

    if (rc == NGX_OK && request->operation->pages) {
        rc = ngx_payments_cursor_read(request, list, &q.cursor);
    }

    return (rc == NGX_OK) ? NGX_OK : ngx_payments_query_failed(request, rc);
}

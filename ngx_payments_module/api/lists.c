
/* Lists, and what is computed from many rows: balances, the ledger. */

#include "ngx_payments_api.h"


/* columns of pay.list_objects() and pay.list_events() */

#define NGX_PAYMENTS_LIST_MORE  1
#define NGX_PAYMENTS_LIST_LAST  2
#define NGX_PAYMENTS_LIST_BODY  3


static const char *const  ngx_payments_expansions[] = {
    "refunds", "captures", NULL
};


#define CREATED                                                               \
    { "created_at[gte]", "created_at", "gte", NGX_PAYMENTS_QUERY_TIME, 0,     \
      NULL, NULL },                                                           \
    { "created_at[gt]", "created_at", "gt", NGX_PAYMENTS_QUERY_TIME, 0,       \
      NULL, NULL },                                                           \
    { "created_at[lte]", "created_at", "lte", NGX_PAYMENTS_QUERY_TIME, 0,     \
      NULL, NULL },                                                           \
    { "created_at[lt]", "created_at", "lt", NGX_PAYMENTS_QUERY_TIME, 0,       \
      NULL, NULL }

#define CURRENCY                                                              \
    { "currency", NULL, "currency", NGX_PAYMENTS_QUERY_CURRENCY, 0, NULL,    \
      NULL }

#define LAST  { NULL, NULL, NULL, NGX_PAYMENTS_QUERY_ENUM, 0, NULL, NULL }

const ngx_payments_query_t  ngx_payments_payments_query[] = {
    { "status", NULL, "status", NGX_PAYMENTS_QUERY_ENUM, 0,
      ngx_payments_payment_statuses, "May be repeated." },
    CURRENCY,
    { "customer", NULL, "customer", NGX_PAYMENTS_QUERY_STRING, 64, NULL,
      NULL },
    { "reference", NULL, "reference", NGX_PAYMENTS_QUERY_STRING, 64, NULL,
      NULL },
    CREATED,
    { "amount[gte]", "amount", "gte", NGX_PAYMENTS_QUERY_AMOUNT, 0, NULL,
      NULL },
    { "amount[gt]", "amount", "gt", NGX_PAYMENTS_QUERY_AMOUNT, 0, NULL, NULL },
    { "amount[lte]", "amount", "lte", NGX_PAYMENTS_QUERY_AMOUNT, 0, NULL,
      NULL },
    { "amount[lt]", "amount", "lt", NGX_PAYMENTS_QUERY_AMOUNT, 0, NULL, NULL },
    { "metadata", NULL, "metadata", NGX_PAYMENTS_QUERY_METADATA, 0, NULL,
      "`metadata[key]=value`: those that have this pair; several must all be "
      "there." },
    LAST
};

const ngx_payments_query_t  ngx_payments_refunds_query[] = {
    { "status", NULL, "status", NGX_PAYMENTS_QUERY_ENUM, 0,
      ngx_payments_refund_statuses, "May be repeated." },
    CURRENCY,
    { "reference", NULL, "reference", NGX_PAYMENTS_QUERY_STRING, 64, NULL,
      NULL },
    { "payment", NULL, "payment", NGX_PAYMENTS_QUERY_PAYMENT, 0, NULL,
      "Of this payment." },
    CREATED,
    LAST
};

const ngx_payments_query_t  ngx_payments_disputes_query[] = {
    { "status", NULL, "status", NGX_PAYMENTS_QUERY_ENUM, 0,
      ngx_payments_dispute_statuses, "May be repeated." },
    CURRENCY,
    { "payment", NULL, "payment", NGX_PAYMENTS_QUERY_PAYMENT, 0, NULL,
      "Of this payment." },
    CREATED,
    LAST
};

const ngx_payments_query_t  ngx_payments_ledger_query[] = {
    CURRENCY,
    { "payment", NULL, "payment", NGX_PAYMENTS_QUERY_PAYMENT, 0, NULL,
      "Of this payment and its refunds." },
    CREATED,
    LAST
};

const ngx_payments_query_t  ngx_payments_created_query[] = {
    CREATED,
    LAST
};

const ngx_payments_query_t  ngx_payments_events_query[] = {
    { "types", NULL, "types", NGX_PAYMENTS_QUERY_TYPES, 1024, NULL,
      "Types separated by commas; each may end with `*`. One that no event can "
      "have is refused." },
    { "object_id", NULL, "object_id", NGX_PAYMENTS_QUERY_OBJECT, 30, NULL,
      "Of this payment, refund or dispute." },
    { "after", NULL, "after", NGX_PAYMENTS_QUERY_AFTER, 0, NULL,
      "Only events of higher sequences, ascending." },
    CREATED,
    LAST
};

const ngx_payments_query_t  ngx_payments_payment_query[] = {
    { "expand", NULL, "expand", NGX_PAYMENTS_QUERY_ENUM, 0,
      ngx_payments_expansions, "What is shown with it." },
    LAST
};

const ngx_payments_query_t  ngx_payments_no_query[] = {
    LAST
};


/* the query string as it came, without its cursor, which stands at its end */

static u_char *
ngx_payments_list_query(u_char *to, ngx_payments_list_t *list)
{
    u_char  *p, *last, *end;

    last = list->query.data + list->query.len;

    for (p = list->query.data; p < last; p = end + 1) {
        end = ngx_strlchr(p, last, '&');
        end = end ? end : last;

        if (list->cursor.len == (size_t) (end - p)
            && ngx_memcmp(p, list->cursor.data, list->cursor.len) == 0)
        {
            continue;
        }

        to = ngx_cpymem(to, p, end - p);
        *to++ = '&';
    }

    return to;
}


/* Link: <path?query&cursor=...>; rel="next" (RFC 8288) */

static ngx_int_t
ngx_payments_list_link(ngx_payments_request_t *request, ngx_str_t *cursor)
{
    u_char     *p;
    ngx_str_t  *link = &request->answer.link;

    link->data = ngx_pnalloc(request->pool, request->path.len
                             + request->list.query.len + cursor->len + 32);
    if (link->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(link->data, "<%V?", &request->path);
    p = ngx_payments_list_query(p, &request->list);
    p = ngx_sprintf(p, "cursor=%V>; rel=\"next\"", cursor);

    link->len = p - link->data;

    return NGX_OK;
}


/* the envelope of every list; cursor NULL: there is no more */

static ngx_int_t
ngx_payments_list_body(ngx_payments_request_t *request, ngx_str_t *data,
    ngx_str_t *cursor)
{
    u_char                 *p;
    size_t                  size;
    ngx_payments_answer_t  *answer = &request->answer;

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    size = data->len + request->path.len + 160;

    p = ngx_pnalloc(request->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    answer->status = 200;
    answer->type = "application/json";
    answer->body.data = p;

    p = ngx_sprintf(p, "{\"object\":\"list\",\"data\":[");
    p = ngx_cpymem(p, data->data, data->len);
    p = ngx_sprintf(p, "],\"has_more\":%s,\"next_cursor\":",
                    cursor ? "true" : "false");
    p = cursor ? ngx_sprintf(p, "\"%V\"", cursor) : ngx_sprintf(p, "null");
    p = ngx_sprintf(p, ",\"url\":\"%V\"}", &request->path);

    answer->body.len = p - answer->body.data;

    return cursor ? ngx_payments_list_link(request, cursor) : NGX_OK;
}


void
ngx_payments_api_page(ngx_payments_request_t *request, ngx_str_t *data,
    u_char *last)
{
    ngx_str_t  cursor;

    if (data->data != NULL
        && ngx_payments_api_room(request, data->len) != NGX_OK)
    {
        request->done(request);
        return;
    }

    if (data->data == NULL
        || (last != NULL
            && ngx_payments_query_next(request, &request->list, last, &cursor)
               != NGX_OK)
        || ngx_payments_list_body(request, data, last ? &cursor : NULL)
           != NGX_OK)
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
    }

    request->done(request);
}


static void
ngx_payments_list_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_str_t                last, data;
    ngx_uint_t               more;
    ngx_payments_request_t  *request = item->data;

    request->pending = 0;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_api_failed(request, outcome);
        request->done(request);
        return;
    }

    more = (ngx_uint_t) ngx_payments_pg_range(row, NGX_PAYMENTS_LIST_MORE,
                                              0, 1);
    last = ngx_payments_pg_bytes(row, NGX_PAYMENTS_LIST_LAST);

    if (more && last.len != NGX_PAYMENTS_UUID_LEN) {
        ngx_payments_pg_wrong(row, NGX_PAYMENTS_LIST_LAST);
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    data = ngx_payments_pg_bytes(row, NGX_PAYMENTS_LIST_BODY);

    if (data.data == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return;
    }

    ngx_payments_api_page(request, &data, more ? last.data : NULL);
}


/* events have their sequences, or another transaction holds them up; they are
   read all the same.  NGX_DECLINED: the request has been answered */

static ngx_int_t
ngx_payments_relayed(ngx_payments_request_t *request,
    ngx_payments_pg_outcome_e outcome)
{
    request->pending = 0;

    if (outcome == NGX_PAYMENTS_PG_OVERLOADED) {
        ngx_payments_api_failed(request, outcome);
        request->done(request);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static void
ngx_payments_list_relayed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    if (ngx_payments_relayed(item->data, outcome) == NGX_OK) {
        ngx_payments_api_send(item->data, NGX_PAYMENTS_PG_LIST_EVENTS,
                              ngx_payments_list_done);
    }
}


static void
ngx_payments_list(ngx_payments_request_t *request, const char *kind)
{
    ngx_payments_list_t      *list = &request->list;
    ngx_payments_pg_value_t  *values = request->values;

    if (list->query.data == NULL) {
        list->query = request->query;
    }

    if (ngx_payments_query_parse(request, list) != NGX_OK
        || ngx_payments_api_room(request, NGX_PAYMENTS_ANY) != NGX_OK)
    {
        request->done(request);
        return;
    }

    values[2].data = (u_char *) kind;
    values[2].len = ngx_strlen(kind);
    values[3].data = list->filter.data;
    values[3].len = list->filter.len;
    values[4].data = list->continued ? list->after : NULL;
    values[4].len = NGX_PAYMENTS_UUID_LEN;
    values[5].number = list->ascending;
    values[6].number = list->limit;

    if (ngx_strcmp(kind, "merchants") == 0) {
        ngx_payments_api_list_merchants(request);
        return;
    }

    if (ngx_strcmp(kind, "events") == 0) {
        ngx_payments_api_send(request, NGX_PAYMENTS_PG_RELAY,
                              ngx_payments_list_relayed);
        return;
    }

    ngx_payments_api_send(request, NGX_PAYMENTS_PG_LIST_OBJECTS,
                          ngx_payments_list_done);
}


void
ngx_payments_list_payments(ngx_payments_request_t *request)
{
    ngx_payments_list(request, "payments");
}


void
ngx_payments_list_refunds(ngx_payments_request_t *request)
{
    ngx_payments_list(request, "refunds");
}


void
ngx_payments_list_disputes(ngx_payments_request_t *request)
{
    ngx_payments_list(request, "disputes");
}


void
ngx_payments_list_ledger(ngx_payments_request_t *request)
{
    ngx_payments_list(request, "ledger_transactions");
}


void
ngx_payments_list_keys(ngx_payments_request_t *request)
{
    ngx_payments_list(request, "api_keys");
}


void
ngx_payments_list_merchants(ngx_payments_request_t *request)
{
    ngx_payments_list(request, "merchants");
}


void
ngx_payments_list_events(ngx_payments_request_t *request)
{
    ngx_payments_list(request, "events");
}


static void
ngx_payments_get_event_relayed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    if (ngx_payments_relayed(item->data, outcome) == NGX_OK) {
        ngx_payments_api_get(item->data, "evt_", NGX_PAYMENTS_PG_GET_EVENTS);
    }
}


void
ngx_payments_get_event(ngx_payments_request_t *request)
{
    ngx_payments_api_send(request, NGX_PAYMENTS_PG_RELAY,
                          ngx_payments_get_event_relayed);
}


/* of one payment: the same list with one filter more */

void
ngx_payments_list_payment_refunds(ngx_payments_request_t *request)
{
    u_char     *p;
    ngx_str_t   query;

    query.len = request->query.len + sizeof("payment=") + request->id.len;
    query.data = ngx_pnalloc(request->pool, query.len + 1);

    if (query.data == NULL
        || ngx_payments_id_parse("pay_", request->id.data, request->id.len,
                                 query.data)
           != 0)
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return;
    }

    p = ngx_sprintf(query.data, "payment=%V", &request->id);

    if (request->query.len) {
        p = ngx_sprintf(p, "&%V", &request->query);
    }

    query.len = p - query.data;

    request->list.query = request->query;
    request->list.query.data = request->query.data ? request->query.data
                                                   : query.data;
    request->query = query;

    ngx_payments_list(request, "payment_refunds");
}


static void
ngx_payments_many_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_str_t                body;
    ngx_payments_request_t  *request = item->data;

    request->pending = 0;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_api_failed(request, outcome);

    } else {
        body = ngx_payments_pg_bytes(row, NGX_PAYMENTS_READ_BODY);

        if (ngx_payments_list_body(request, &body, NULL) != NGX_OK) {
            ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                                 NULL);
        }
    }

    request->done(request);
}


void
ngx_payments_list_balances(ngx_payments_request_t *request)
{
    if (ngx_payments_query_parse(request, &request->list) != NGX_OK) {
        request->done(request);
        return;
    }

    ngx_payments_api_send(request, NGX_PAYMENTS_PG_GET_BALANCES,
                          ngx_payments_many_done);
}


void
ngx_payments_get_balance(ngx_payments_request_t *request)
{
    const ngx_payments_currency_t  *currency;

    currency = ngx_payments_currency(request->id.data, request->id.len);

    if (currency == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return;
    }

    request->values[2].data = (u_char *) currency->code;
    request->values[2].len = 3;

    ngx_payments_api_send(request, NGX_PAYMENTS_PG_GET_BALANCES,
                          ngx_payments_api_got);
}


void
ngx_payments_trial_balance(ngx_payments_request_t *request)
{
    request->values[2].data = request->request_uuid;
    request->values[2].len = NGX_PAYMENTS_UUID_LEN;

    ngx_payments_api_send(request, NGX_PAYMENTS_PG_TRIAL_BALANCE,
                          ngx_payments_api_got);
}


void
ngx_payments_get_ledger(ngx_payments_request_t *request)
{
    ngx_payments_api_get(request, "lt_", NGX_PAYMENTS_PG_GET_LEDGER);
}


/* ?expand=refunds,captures */

void
ngx_payments_get_payment(ngx_payments_request_t *request)
{
    u_char            *p;
    static ngx_str_t   scope = ngx_string(",\"required_scope\":"
                                          "\"refunds:read\"");

    if (request->query.len == 0) {
        ngx_payments_api_get(request, "pay_", NGX_PAYMENTS_PG_GET_PAYMENTS);
        return;
    }

    if (ngx_payments_query_parse(request, &request->list) != NGX_OK
        || ngx_payments_api_room(request, NGX_PAYMENTS_ANY) != NGX_OK)
    {
        request->done(request);
        return;
    }

    p = request->list.filter.data;
    p[request->list.filter.len - 1] = '\0';

    request->values[3].number =
                          (ngx_strstr(p, "refunds") != NULL ? 1 : 0)
                          + (ngx_strstr(p, "captures") != NULL ? 2 : 0);

    /* refunds have a scope of their own */

    if (request->values[3].number & 1
        && !(request->scopes
             & ngx_payments_api_scope((u_char *) "refunds:read", 12)))
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INSUFFICIENT_SCOPE, NULL,
                             &scope);
        request->done(request);
        return;
    }

    ngx_payments_api_get(request, "pay_", NGX_PAYMENTS_PG_EXPAND_PAYMENTS);
}


void
ngx_payments_list_currencies(ngx_payments_request_t *request)
{
    size_t                          i, size;
    ngx_str_t                       data;
    ngx_payments_out_t              out;
    const ngx_payments_currency_t  *c;

    if (ngx_payments_query_parse(request, &request->list) != NGX_OK) {
        request->done(request);
        return;
    }

    size = ngx_payments_ncurrencies * 160;

    data.data = ngx_pnalloc(request->pool, size);
    if (data.data == NULL) {
        goto failed;
    }

    ngx_payments_out_init(&out, data.data, size);

    for (i = 0; i < ngx_payments_ncurrencies; i++) {
        c = &ngx_payments_currencies[i];

        ngx_payments_out_str(&out, i ? ",{\"code\":\"" : "{\"code\":\"");
        ngx_payments_out_str(&out, c->code);
        ngx_payments_out_str(&out, "\",\"exponent\":");
        ngx_payments_out_int(&out, c->exponent);
        ngx_payments_out_str(&out, ",\"name\":");
        ngx_payments_out_json(&out, (u_char *) c->name, ngx_strlen(c->name));
        ngx_payments_out_str(&out, "}");
    }

    data.len = out.pos - out.start;

    if (!out.overflow
        && ngx_payments_list_body(request, &data, NULL) == NGX_OK)
    {
        request->done(request);
        return;
    }

failed:

    ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL, NULL);
    request->done(request);
}

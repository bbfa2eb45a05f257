
/* The page of a list: its query, its envelope, its link. */

#include "ngx_payments_handlers.h"


/* columns of pay.list_objects() and pay.list_deliveries() */

#define NGX_PAYMENTS_LIST_MORE  1
#define NGX_PAYMENTS_LIST_LAST  2
#define NGX_PAYMENTS_LIST_BODY  3


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
    u_char               *p;
    ngx_str_t            *link = &request->answer.link;
    ngx_payments_list_t  *list = &request->work->list;

    link->data = ngx_pnalloc(request->pool, request->path.len
                             + list->query.len + cursor->len + 32);
    if (link->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(link->data, "<%V?", &request->path);
    p = ngx_payments_list_query(p, list);
    p = ngx_sprintf(p, "cursor=%V>; rel=\"next\"", cursor);

    link->len = p - link->data;

    return NGX_OK;
}


void
ngx_payments_list_failed(ngx_payments_request_t *request)
{
    ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL, NULL);
    request->done(request);
}


/* the answer up to its objects, with room for so many bytes of them; where they
   go, NULL: no memory */

static u_char *
ngx_payments_list_open(ngx_payments_request_t *request, size_t len)
{
    ngx_payments_answer_t  *answer = &request->answer;

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    answer->body.data = ngx_pnalloc(request->pool,
                                    len + request->path.len + 160);
    if (answer->body.data == NULL) {
        return NULL;
    }

    answer->status = 200;
    answer->type = "application/json";

    return ngx_sprintf(answer->body.data, "{\"object\":\"list\",\"data\":[");
}


/* ... and from their end on */

static ngx_int_t
ngx_payments_list_close(ngx_payments_request_t *request, u_char *p,
    ngx_str_t *cursor)
{
    ngx_payments_answer_t  *answer = &request->answer;

    p = ngx_sprintf(p, "],\"has_more\":%s,\"next_cursor\":",
                    cursor ? "true" : "false");
    p = cursor ? ngx_sprintf(p, "\"%V\"", cursor) : ngx_sprintf(p, "null");
    p = ngx_sprintf(p, ",\"url\":\"%V\"}", &request->path);

    answer->body.len = p - answer->body.data;

    return cursor ? ngx_payments_list_link(request, cursor) : NGX_OK;
}


ngx_int_t
ngx_payments_list_body(ngx_payments_request_t *request, ngx_str_t *data,
    ngx_str_t *cursor)
{
    u_char  *p;

    p = ngx_payments_list_open(request, data->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    return ngx_payments_list_close(request,
                                   ngx_cpymem(p, data->data, data->len),
                                   cursor);
}


u_char *
ngx_payments_list_begin(ngx_payments_request_t *request, size_t len)
{
    u_char  *p;

    if (ngx_payments_answer_reserve(request, len) != NGX_OK) {
        request->done(request);
        return NULL;
    }

    p = ngx_payments_list_open(request, len);

    if (p == NULL) {
        ngx_payments_list_failed(request);
    }

    return p;
}


void
ngx_payments_list_end(ngx_payments_request_t *request, u_char *p, u_char *last)
{
    ngx_str_t  cursor;

    if ((last != NULL
         && ngx_payments_cursor_make(request, &request->work->list, last,
                                     &cursor)
            != NGX_OK)
        || ngx_payments_list_close(request, p, last ? &cursor : NULL) != NGX_OK)
    {
        ngx_payments_list_failed(request);
        return;
    }

    request->done(request);
}


void
ngx_payments_list_page(ngx_payments_request_t *request, ngx_str_t *data,
    u_char *last)
{
    u_char  *p;

    if (data->data == NULL) {
        ngx_payments_list_failed(request);
        return;
    }

    p = ngx_payments_list_begin(request, data->len);

    if (p != NULL) {
        ngx_payments_list_end(request, ngx_cpymem(p, data->data, data->len),
                              last);
    }
}


ngx_int_t
ngx_payments_list_last(ngx_payments_pg_row_t *row, int more, int column,
    u_char **last)
{
    ngx_str_t  id;

    *last = NULL;

    if (ngx_payments_pg_range(row, more, 0, 1) == 0) {
        return NGX_OK;
    }

    id = ngx_payments_pg_bytes(row, column);

    if (id.len != NGX_PAYMENTS_UUID_LEN) {
        ngx_payments_pg_wrong(row, column);
        return NGX_ERROR;
    }

    *last = id.data;

    return NGX_OK;
}


void
ngx_payments_list_on_rows(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    u_char                  *last;
    ngx_str_t                data;
    ngx_payments_request_t  *request = item->data;

    request->cancel = NULL;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_item_failed(request, outcome);
        request->done(request);
        return;
    }

    if (ngx_payments_list_last(row, NGX_PAYMENTS_LIST_MORE,
                               NGX_PAYMENTS_LIST_LAST, &last)
        != NGX_OK)
    {
        ngx_payments_list_failed(request);
        return;
    }

    data = ngx_payments_pg_bytes(row, NGX_PAYMENTS_LIST_BODY);

    if (data.data == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return;
    }

    ngx_payments_list_page(request, &data, last);
}


ngx_int_t
ngx_payments_list_prepare(ngx_payments_request_t *request, const char *kind)
{
    ngx_payments_list_t      *list = &request->work->list;
    ngx_payments_pg_value_t  *values = request->work->values;

    if (list->query.data == NULL) {
        list->query = request->query;
    }

    if (ngx_payments_query_parse(request) != NGX_OK
        || ngx_payments_answer_reserve(request, NGX_PAYMENTS_ANY) != NGX_OK)
    {
        request->done(request);
        return NGX_DECLINED;
    }

    values[2].data = (u_char *) kind;
    values[2].len = ngx_strlen(kind);
    values[3].data = list->filter.data;
    values[3].len = list->filter.len;
    values[4].data = list->continued ? list->after : NULL;
    values[4].len = NGX_PAYMENTS_UUID_LEN;
    values[5].number = list->ascending;
    values[6].number = list->limit;

    return NGX_OK;
}


void
ngx_payments_list_objects(ngx_payments_request_t *request, const char *kind)
{
    if (ngx_payments_list_prepare(request, kind) == NGX_OK) {
        ngx_payments_read_send(request, NGX_PAYMENTS_PG_LIST_OBJECTS,
                               ngx_payments_list_on_rows);
    }
}

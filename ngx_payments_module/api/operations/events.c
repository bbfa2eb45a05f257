
/* Events */

#include "../ngx_payments_handlers.h"


/* columns of pay.list_events() */

#define NGX_PAYMENTS_EVENTS_MORE  12
#define NGX_PAYMENTS_EVENTS_LAST  13


static void ngx_payments_events_on_rows(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);


const ngx_payments_query_t  ngx_payments_events_query[] = {
    { "types", NULL, "types", NGX_PAYMENTS_QUERY_TYPES, 1024, NULL,
      "Types separated by commas; each may end with `*`. One that no event can "
      "have is refused." },
    { "object_id", NULL, "object_id", NGX_PAYMENTS_QUERY_OBJECT, 30, NULL,
      "Of this payment, refund, dispute or webhook endpoint." },
    { "after", NULL, "after", NGX_PAYMENTS_QUERY_AFTER, 0, NULL,
      "Only events of higher sequences, ascending." },
    NGX_PAYMENTS_QUERY_BY_CREATED,
    NGX_PAYMENTS_QUERY_END
};


/* events have their sequences now, or another transaction holds them up; they
   are read all the same.  NGX_DECLINED: the request has been answered */

static ngx_int_t
ngx_payments_events_relayed(ngx_payments_request_t *request,
    ngx_payments_pg_outcome_e outcome)
{
    request->cancel = NULL;

    if (outcome == NGX_PAYMENTS_PG_OVERLOADED) {
        ngx_payments_item_failed(request, outcome);
        request->done(request);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* bytes that the events of these rows have at most, with a comma each; moves to
   the row behind them.  -1: a row is none of an event */

static ssize_t
ngx_payments_events_size(ngx_payments_pg_row_t *row)
{
    size_t                size;
    ngx_int_t             rc;
    ngx_payments_event_t  event;

    for (size = 0; /* void */ ; size += ngx_payments_event_size(&event) + 1) {
        rc = ngx_payments_cluster_event(row, &event);

        if (rc != NGX_OK) {
            return (rc == NGX_DECLINED) ? (ssize_t) size : -1;
        }

        if (!ngx_payments_pg_next(row)) {
            return -1;
        }
    }
}


static u_char *
ngx_payments_events_render(ngx_payments_pg_row_t *row, u_char *p, size_t size)
{
    ngx_payments_out_t    out;
    ngx_payments_event_t  event;

    ngx_payments_out_init(&out, p, size);

    while (ngx_payments_cluster_event(row, &event) == NGX_OK) {

        if (out.pos > p) {
            ngx_payments_out_str(&out, ",");
        }

        ngx_payments_event_json(&event, &out);

        (void) ngx_payments_pg_next(row);
    }

    return out.overflow ? NULL : out.pos;
}


/* the page without an event, or another look at what there is */

static void
ngx_payments_events_waited(ngx_payments_request_t *request, ngx_uint_t more)
{
    u_char  *p;

    if (more) {
        ngx_payments_read_send(request, NGX_PAYMENTS_PG_LIST_EVENTS,
                               ngx_payments_events_on_rows);
        return;
    }

    p = ngx_payments_list_begin(request, 0);

    if (p != NULL) {
        request->answer.waited = 1;
        ngx_payments_list_end(request, p, NULL);
    }
}


/* "after" of the query: what its filter has */

static int64_t
ngx_payments_events_after(ngx_payments_request_t *request)
{
    u_char     *p, *last;
    ngx_int_t   n;
    ngx_str_t  *filter = &request->work->list.filter;

    p = ngx_strnstr(filter->data, "\"after\":", filter->len);
    if (p == NULL) {
        return 0;
    }

    p += sizeof("\"after\":") - 1;
    last = filter->data + filter->len;

    while (p < last && *p == '"') {
        p++;
    }

    for (n = 0; p < last && *p >= '0' && *p <= '9'; p++) {
        n = n * 10 + (*p - '0');
    }

    return n;
}


/* NGX_OK: there was nothing behind "after", and the request waits for it */

static ngx_int_t
ngx_payments_events_wait(ngx_payments_request_t *request)
{
    ngx_payments_work_t  *work = request->work;

    if (request->patience == 0 || !work->list.followed) {
        return NGX_DECLINED;
    }

    if (work->patient.until == 0) {
        work->patient.until = ngx_current_msec + request->patience;
    }

    return ngx_payments_patient_start(request, work->patient.until,
                                      ngx_payments_events_after(request),
                                      ngx_payments_events_waited);
}


static void
ngx_payments_events_on_rows(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    u_char                  *p, *last;
    ssize_t                  size;
    ngx_payments_pg_row_t    end;
    ngx_payments_request_t  *request = item->data;

    request->cancel = NULL;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_item_failed(request, outcome);
        request->done(request);
        return;
    }

    end = *row;
    size = ngx_payments_events_size(&end);

    if (size < 0
        || ngx_payments_list_last(&end, NGX_PAYMENTS_EVENTS_MORE,
                                  NGX_PAYMENTS_EVENTS_LAST, &last)
           != NGX_OK)
    {
        ngx_payments_list_failed(request);
        return;
    }

    if (size == 0 && last == NULL
        && ngx_payments_events_wait(request) == NGX_OK)
    {
        return;
    }

    p = ngx_payments_list_begin(request, (size_t) size);

    if (p == NULL) {
        return;
    }

    p = ngx_payments_events_render(row, p, (size_t) size);

    if (p == NULL) {
        ngx_payments_list_failed(request);
        return;
    }

    request->answer.waited = request->patience
                             && request->work->list.followed;
    ngx_payments_list_end(request, p, last);
}


static void
ngx_payments_list_relayed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    if (ngx_payments_events_relayed(item->data, outcome) == NGX_OK) {
        ngx_payments_read_send(item->data, NGX_PAYMENTS_PG_LIST_EVENTS,
                               ngx_payments_events_on_rows);
    }
}


void
ngx_payments_list_events(ngx_payments_request_t *request)
{
    if (ngx_payments_list_prepare(request, "events") == NGX_OK) {
        ngx_payments_read_send(request, NGX_PAYMENTS_PG_RELAY,
                               ngx_payments_list_relayed);
    }
}


/* the event as the answer; no version: it never changes */

static ngx_int_t
ngx_payments_event_answer(ngx_payments_request_t *request,
    const ngx_payments_event_t *event)
{
    size_t                  size;
    ngx_payments_out_t      out;
    ngx_payments_answer_t  *answer = &request->answer;

    size = ngx_payments_event_size(event);

    if (ngx_payments_answer_reserve(request, size) != NGX_OK) {
        return NGX_OK;
    }

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    answer->body.data = ngx_pnalloc(request->pool, size);
    if (answer->body.data == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, answer->body.data, size);
    ngx_payments_event_json(event, &out);

    answer->body.len = out.pos - out.start;
    answer->status = 200;
    answer->type = "application/json";

    return out.overflow ? NGX_ERROR : NGX_OK;
}


static void
ngx_payments_event_on_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_int_t                rc;
    ngx_payments_event_t     event;
    ngx_payments_request_t  *request = item->data;

    request->cancel = NULL;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_item_failed(request, outcome);
        request->done(request);
        return;
    }

    rc = ngx_payments_cluster_event(row, &event);

    if (rc == NGX_OK) {
        rc = ngx_payments_event_answer(request, &event);
    }

    if (rc != NGX_OK) {
        ngx_payments_problem(request, (rc == NGX_DECLINED)
                                      ? NGX_PAYMENTS_P_RESOURCE_NOT_FOUND
                                      : NGX_PAYMENTS_P_INTERNAL_ERROR,
                             NULL, NULL);
    }

    request->done(request);
}


static void
ngx_payments_get_event_relayed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_request_t  *request = item->data;

    if (ngx_payments_events_relayed(request, outcome) == NGX_OK
        && ngx_payments_read_id(request, "evt_", &request->work->values[2])
           == NGX_OK)
    {
        ngx_payments_read_send(request, NGX_PAYMENTS_PG_GET_EVENTS,
                               ngx_payments_event_on_row);
    }
}


void
ngx_payments_get_event(ngx_payments_request_t *request)
{
    ngx_payments_read_send(request, NGX_PAYMENTS_PG_RELAY,
                           ngx_payments_get_event_relayed);
}


/* Events */

#include "../ngx_payments_handlers.h"


const ngx_payments_query_t  ngx_payments_events_query[] = {
    { "types", NULL, "types", NGX_PAYMENTS_QUERY_TYPES, 1024, NULL,
      "Types separated by commas; each may end with `*`. One that no event can "
      "have is refused." },
    { "object_id", NULL, "object_id", NGX_PAYMENTS_QUERY_OBJECT, 30, NULL,
      "Of this payment, refund or dispute." },
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


static void
ngx_payments_list_relayed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    if (ngx_payments_events_relayed(item->data, outcome) == NGX_OK) {
        ngx_payments_read_send(item->data, NGX_PAYMENTS_PG_LIST_EVENTS,
                               ngx_payments_list_on_rows);
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


static void
ngx_payments_get_event_relayed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    if (ngx_payments_events_relayed(item->data, outcome) == NGX_OK) {
        ngx_payments_read_by_id(item->data, "evt_", NGX_PAYMENTS_PG_GET_EVENTS);
    }
}


void
ngx_payments_get_event(ngx_payments_request_t *request)
{
    ngx_payments_read_send(request, NGX_PAYMENTS_PG_RELAY,
                           ngx_payments_get_event_relayed);
}

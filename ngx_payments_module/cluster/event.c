
/* Rows of the functions that read events. */

#include "ngx_payments_cluster_internal.h"


/* columns of pay.list_events(), pay.get_events(), pay.deliver_page() and
   pay.read_sinks() */

#define NGX_PAYMENTS_EVENT_EVENT       1
#define NGX_PAYMENTS_EVENT_TYPE        2
#define NGX_PAYMENTS_EVENT_SEQUENCE    3
#define NGX_PAYMENTS_EVENT_LIVEMODE    4
#define NGX_PAYMENTS_EVENT_CREATED_AT  5
#define NGX_PAYMENTS_EVENT_OBJECT      6
#define NGX_PAYMENTS_EVENT_VERSION     7
#define NGX_PAYMENTS_EVENT_REQUEST     8
#define NGX_PAYMENTS_EVENT_KEY         9
#define NGX_PAYMENTS_EVENT_PREVIOUS    10
#define NGX_PAYMENTS_EVENT_BODY        11


static ngx_payments_text_t
ngx_payments_event_text(ngx_payments_pg_row_t *row, int column)
{
    ngx_str_t            bytes;
    ngx_payments_text_t  text;

    bytes = ngx_payments_pg_bytes(row, column);
    text.data = bytes.data;
    text.len = bytes.len;

    return text;
}


/* a UUID, or NULL where there is none; NGX_ERROR: it is something else */

static ngx_int_t
ngx_payments_event_uuid(ngx_payments_pg_row_t *row, int column,
    const uint8_t **uuid)
{
    ngx_str_t  bytes;

    bytes = ngx_payments_pg_bytes(row, column);

    if (bytes.data != NULL && bytes.len != NGX_PAYMENTS_UUID_LEN) {
        ngx_payments_pg_wrong(row, column);
        return NGX_ERROR;
    }

    *uuid = bytes.data;

    return NGX_OK;
}


ngx_int_t
ngx_payments_cluster_event(ngx_payments_pg_row_t *row,
    ngx_payments_event_t *event)
{
    if (ngx_payments_event_uuid(row, NGX_PAYMENTS_EVENT_EVENT, &event->id)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (event->id == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_payments_event_uuid(row, NGX_PAYMENTS_EVENT_OBJECT,
                                &event->object_id)
        != NGX_OK
        || ngx_payments_event_uuid(row, NGX_PAYMENTS_EVENT_REQUEST,
                                   &event->request_id)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    event->type = ngx_payments_event_text(row, NGX_PAYMENTS_EVENT_TYPE);
    event->object = ngx_payments_event_text(row, NGX_PAYMENTS_EVENT_BODY);

    if (event->object_id == NULL || event->object.data == NULL
        || event->type.data == NULL)
    {
        ngx_payments_pg_wrong(row, NGX_PAYMENTS_EVENT_BODY);
        return NGX_ERROR;
    }

    event->key = ngx_payments_event_text(row, NGX_PAYMENTS_EVENT_KEY);
    event->previous = ngx_payments_event_text(row, NGX_PAYMENTS_EVENT_PREVIOUS);
    event->sequence = ngx_payments_pg_number(row, NGX_PAYMENTS_EVENT_SEQUENCE);
    event->created_at = ngx_payments_pg_range(row,
                                              NGX_PAYMENTS_EVENT_CREATED_AT, 0,
                                              NGX_PAYMENTS_TIME_MAX);
    event->object_version = ngx_payments_pg_number(row,
                                                   NGX_PAYMENTS_EVENT_VERSION);
    event->livemode = ngx_payments_pg_number(row, NGX_PAYMENTS_EVENT_LIVEMODE)
                      != 0;

    return NGX_OK;
}

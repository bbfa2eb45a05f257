
/* Events: from columns to JSON. */

#include <string.h>

#include "ngx_payments_event.h"


/* names, punctuation, ids, times and numbers of an event */
#define NGX_PAYMENTS_EVENT_FIXED   640

/* a character of a JSON string, escaped */
#define NGX_PAYMENTS_EVENT_ESCAPE  6


static void
ngx_payments_event_id(ngx_payments_out_t *out, const char *prefix,
    const uint8_t *uuid)
{
    uint8_t  text[NGX_PAYMENTS_BASE32_LEN];

    ngx_payments_base32(uuid, text);

    ngx_payments_out_str(out, prefix);
    ngx_payments_out_bytes(out, text, sizeof(text));
}


/*
 * The kind of its object, which its type begins with, up to the dot; a test of
 * an endpoint is about the endpoint.  The prefix of the object's id is three
 * letters of its kind, but for those.
 */

const char *
ngx_payments_event_kind(const ngx_payments_event_t *event, size_t *len,
    char prefix[5])
{
    const char     *kind = (const char *) event->type.data;
    const uint8_t  *dot;

    dot = memchr(event->type.data, '.', event->type.len);
    *len = dot ? (size_t) (dot - event->type.data) : event->type.len;

    if (*len >= 7 && memcmp(kind, "webhook", 7) == 0) {
        *len = sizeof("webhook_endpoint") - 1;
        memcpy(prefix, "we_", 4);
        return "webhook_endpoint";
    }

    memcpy(prefix, "____", 5);
    memcpy(prefix, kind, *len < 3 ? *len : 3);

    return kind;
}


size_t
ngx_payments_event_subject(const ngx_payments_event_t *event,
    uint8_t id[NGX_PAYMENTS_ID_LEN])
{
    char    prefix[5];
    size_t  n;

    (void) ngx_payments_event_kind(event, &n, prefix);

    n = strlen(prefix);
    memcpy(id, prefix, n);
    ngx_payments_base32(event->object_id, id + n);

    return n + NGX_PAYMENTS_BASE32_LEN;
}


static void
ngx_payments_event_request(ngx_payments_out_t *out,
    const ngx_payments_event_t *event)
{
    if (event->request_id == NULL) {
        ngx_payments_out_str(out, "null");
        return;
    }

    ngx_payments_out_str(out, "\"");
    ngx_payments_event_id(out, "req_", event->request_id);
    ngx_payments_out_str(out, "\"");
}


size_t
ngx_payments_event_size(const ngx_payments_event_t *event)
{
    return NGX_PAYMENTS_EVENT_FIXED + 2 * event->type.len + event->object.len
           + event->previous.len + NGX_PAYMENTS_EVENT_ESCAPE * event->key.len;
}


void
ngx_payments_event_json(const ngx_payments_event_t *event,
    ngx_payments_out_t *out)
{
    char         prefix[5];
    size_t       len;
    uint8_t      time[NGX_PAYMENTS_TIME_LEN];
    const char  *kind;

    kind = ngx_payments_event_kind(event, &len, prefix);
    ngx_payments_time(event->created_at, time);

    ngx_payments_out_str(out, "{\"id\":\"");
    ngx_payments_event_id(out, "evt_", event->id);
    ngx_payments_out_str(out, "\",\"object\":\"event\",\"type\":\"");
    ngx_payments_out_bytes(out, event->type.data, event->type.len);
    ngx_payments_out_str(out, "\",\"sequence\":");
    ngx_payments_out_int(out, event->sequence);
    ngx_payments_out_str(out, ",\"livemode\":");
    ngx_payments_out_str(out, event->livemode ? "true" : "false");
    ngx_payments_out_str(out, ",\"created_at\":\"");
    ngx_payments_out_bytes(out, time, sizeof(time));
    ngx_payments_out_str(out, "\",\"timestamp\":\"");
    ngx_payments_out_bytes(out, time, sizeof(time));
    ngx_payments_out_str(out, "\",\"data\":{\"object\":");
    ngx_payments_out_bytes(out, event->object.data, event->object.len);
    ngx_payments_out_str(out, ",\"previous_attributes\":");

    if (event->previous.data != NULL) {
        ngx_payments_out_bytes(out, event->previous.data, event->previous.len);

    } else {
        ngx_payments_out_str(out, "null");
    }

    ngx_payments_out_str(out, "},\"object_type\":\"");
    ngx_payments_out_bytes(out, (const uint8_t *) kind, len);
    ngx_payments_out_str(out, "\",\"object_id\":\"");
    ngx_payments_event_id(out, prefix, event->object_id);
    ngx_payments_out_str(out, "\",\"object_version\":");
    ngx_payments_out_int(out, event->object_version);
    ngx_payments_out_str(out, ",\"request\":{\"id\":");
    ngx_payments_event_request(out, event);
    ngx_payments_out_str(out, ",\"idempotency_key\":");
    ngx_payments_out_json_or_null(out, event->key.data, event->key.len);
    ngx_payments_out_str(out, "}}");
}


void
ngx_payments_event_cloud(const ngx_payments_event_t *event,
    const uint8_t merchant[NGX_PAYMENTS_UUID_LEN], ngx_payments_out_t *out)
{
    size_t   n;
    uint8_t  subject[NGX_PAYMENTS_ID_LEN], time[NGX_PAYMENTS_TIME_LEN];

    n = ngx_payments_event_subject(event, subject);
    ngx_payments_time(event->created_at, time);

    ngx_payments_out_str(out, "{\"specversion\":\"1.0\",\"id\":\"");
    ngx_payments_event_id(out, "evt_", event->id);
    ngx_payments_out_str(out, "\",\"source\":\"/merchants/");
    ngx_payments_event_id(out, "mer_", merchant);
    ngx_payments_out_str(out, "\",\"type\":\"");
    ngx_payments_out_bytes(out, event->type.data, event->type.len);
    ngx_payments_out_str(out, "\",\"subject\":\"");
    ngx_payments_out_bytes(out, subject, n);
    ngx_payments_out_str(out, "\",\"time\":\"");
    ngx_payments_out_bytes(out, time, sizeof(time));
    ngx_payments_out_str(out, "\",\"sequence\":\"");
    ngx_payments_out_int(out, event->sequence);
    ngx_payments_out_str(out, "\",\"partitionkey\":\"");
    ngx_payments_out_bytes(out, subject, n);
    ngx_payments_out_str(out, "\",\"datacontenttype\":\"application/json\","
                         "\"data\":");
    ngx_payments_event_json(event, out);
    ngx_payments_out_str(out, "}");
}

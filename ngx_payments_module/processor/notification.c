
/* What an acquirer says without being asked: whether it is the acquirer. */

#include "ngx_payments_processor_conf.h"
#include "../base/ngx_payments_base.h"


#define NGX_PAYMENTS_NOTIFICATION_ID   255     /* bytes */
#define NGX_PAYMENTS_NOTIFICATION_AGE  300     /* s, into the past and the
                                                  future */


static ngx_payments_text_t
ngx_payments_notification_text(ngx_str_t *str)
{
    ngx_payments_text_t  text;

    text.data = str->data;
    text.len = str->len;

    return text;
}


static ngx_uint_t
ngx_payments_notification_named(ngx_str_t *id)
{
    size_t  i;

    for (i = 0; i < id->len; i++) {
        if (id->data[i] <= ' ' || id->data[i] >= 0x7f) {
            return 0;
        }
    }

    return id->len > 0 && id->len <= NGX_PAYMENTS_NOTIFICATION_ID;
}


/* NULL, or what is wrong with the signature */

static const char *
ngx_payments_notification_verify(ngx_payments_processor_t *processor,
    ngx_payments_signed_t *headers, ngx_str_t *body)
{
    int64_t              now, timestamp;
    ngx_payments_text_t  key, id, text, signatures;

    if (!ngx_payments_notification_named(&headers->id)
        || headers->signatures.len == 0)
    {
        return "a notification needs the headers webhook-id, "
               "webhook-timestamp and webhook-signature";
    }

    now = ngx_payments_clock() / 1000000;

    if (ngx_payments_integer(headers->timestamp.data, headers->timestamp.len,
                             &timestamp)
        != 0
        || timestamp < now - NGX_PAYMENTS_NOTIFICATION_AGE
        || timestamp > now + NGX_PAYMENTS_NOTIFICATION_AGE)
    {
        return "webhook-timestamp is not a time of the last 300 s, in seconds "
               "since 1970";
    }

    key = ngx_payments_notification_text(&processor->notification_key);
    id = ngx_payments_notification_text(&headers->id);
    text = ngx_payments_notification_text(body);
    signatures = ngx_payments_notification_text(&headers->signatures);

    return ngx_payments_signature_verify(&key, &id, timestamp, &text,
                                         &signatures)
           ? NULL : "webhook-signature is not the processor's";
}


ngx_int_t
ngx_payments_processor_notified(ngx_payments_processor_t *processor,
    ngx_payments_signed_t *headers, ngx_str_t *body, ngx_pool_t *pool,
    ngx_payments_notification_t *notification, const char **wrong)
{
    u_char              *p;
    ngx_payments_out_t   out;

    *wrong = ngx_payments_notification_verify(processor, headers, body);

    if (*wrong != NULL) {
        return NGX_DECLINED;
    }

    if (processor->dialect->notification == NULL) {
        *wrong = "this processor's dialect has no notifications";
        return NGX_ABORT;
    }

    p = ngx_pnalloc(pool, body->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, p, body->len + 1);

    *wrong = processor->dialect->notification(processor->dialect, body, &out,
                                              notification);

    return (*wrong == NULL) ? NGX_OK : NGX_ABORT;
}

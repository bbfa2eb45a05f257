
/* What an acquirer says without being asked: whether it is the acquirer. */

#include "ngx_payments_processor_conf.h"
#include "../base/ngx_payments_base.h"


ngx_int_t
ngx_payments_processor_notified(ngx_payments_processor_t *processor,
    ngx_payments_signed_t *headers, ngx_str_t *body, ngx_pool_t *pool,
    ngx_payments_notification_t *notification, const char **wrong)
{
    u_char              *p;
    ngx_payments_out_t   out;

    if (processor->dialect->notification == NULL) {
        *wrong = "this processor's dialect has no notifications";
        return NGX_DECLINED;
    }

    *wrong = processor->dialect->verify(&processor->notification_key, headers,
                                        body, ngx_payments_clock() / 1000000);

    if (*wrong != NULL) {
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(pool, body->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, p, body->len + 1);

    notification->id = headers->id;

    *wrong = processor->dialect->notification(processor->dialect, body, &out,
                                              notification);

    return (*wrong != NULL) ? NGX_ABORT
           : notification->nothing ? NGX_DONE : NGX_OK;
}

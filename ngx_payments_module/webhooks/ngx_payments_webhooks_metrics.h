
/* webhooks/: numbers of its metrics; names and help are in metrics.c */

#ifndef _NGX_PAYMENTS_WEBHOOKS_METRICS_H_INCLUDED_
#define _NGX_PAYMENTS_WEBHOOKS_METRICS_H_INCLUDED_


#include "../status/ngx_payments_status.h"


enum {
    NGX_PAYMENTS_M_WEBHOOKS_WAITING = NGX_PAYMENTS_METRICS_WEBHOOKS,
                                                                 /* gauges */
    NGX_PAYMENTS_M_WEBHOOKS_ACTIVE,
    NGX_PAYMENTS_M_WEBHOOKS_TAKEN,
    NGX_PAYMENTS_M_WEBHOOKS_REFUSED,
    NGX_PAYMENTS_M_WEBHOOKS_UNANSWERED
};

extern const ngx_payments_metrics_t  ngx_payments_webhooks_metrics;


#endif /* _NGX_PAYMENTS_WEBHOOKS_METRICS_H_INCLUDED_ */

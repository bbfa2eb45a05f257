
/* idempotency/: numbers of its metrics; names and help are in metrics.c */

#ifndef _NGX_PAYMENTS_IDEMPOTENCY_METRICS_H_INCLUDED_
#define _NGX_PAYMENTS_IDEMPOTENCY_METRICS_H_INCLUDED_


#include "../status/ngx_payments_status.h"


enum {
    NGX_PAYMENTS_M_EXECUTED = NGX_PAYMENTS_METRICS_IDEMPOTENCY,
                                       /* operations that ran and committed */
    NGX_PAYMENTS_M_REPLAYED_SHARED,
    NGX_PAYMENTS_M_REPLAYED_REDIS,
    NGX_PAYMENTS_M_REPLAYED_PG,
    NGX_PAYMENTS_M_COLLAPSED,
    NGX_PAYMENTS_M_REUSED,
    NGX_PAYMENTS_M_IN_USE,
    NGX_PAYMENTS_M_PARKED,             /* gauge */
    NGX_PAYMENTS_M_EXECUTING,          /* gauge */
    NGX_PAYMENTS_M_FLIGHTS_FULL,
    NGX_PAYMENTS_M_RECORDS_EVICTED,    /* before they had expired */
    NGX_PAYMENTS_M_RECORDS_REFUSED,    /* too large to be kept */
    NGX_PAYMENTS_M_SHARED_HIT,
    NGX_PAYMENTS_M_SHARED_MISS
};

extern const ngx_payments_metrics_t  ngx_payments_idempotency_metrics;


#endif /* _NGX_PAYMENTS_IDEMPOTENCY_METRICS_H_INCLUDED_ */


/* redis/: numbers of its metrics; names and help are in metrics.c */

#ifndef _NGX_PAYMENTS_REDIS_METRICS_H_INCLUDED_
#define _NGX_PAYMENTS_REDIS_METRICS_H_INCLUDED_


#include "../status/ngx_payments_status.h"


enum {
    NGX_PAYMENTS_M_REDIS_HIT = NGX_PAYMENTS_METRICS_REDIS,
    NGX_PAYMENTS_M_REDIS_MISS,
    NGX_PAYMENTS_M_REDIS_BAD,          /* a value that failed its check */
    NGX_PAYMENTS_M_REDIS_TIMEOUT,
    NGX_PAYMENTS_M_REDIS_SKIPPED,
    NGX_PAYMENTS_M_REDIS_NOPERM,       /* commands that it refused */
    NGX_PAYMENTS_M_REDIS_NOAUTH,
    NGX_PAYMENTS_M_REDIS_OOM,
    NGX_PAYMENTS_M_REDIS_READONLY,
    NGX_PAYMENTS_M_REDIS_CLUSTERDOWN,
    NGX_PAYMENTS_M_REDIS_NOREPLICAS,
    NGX_PAYMENTS_M_REDIS_LOADING,
    NGX_PAYMENTS_M_REDIS_OTHER,
    NGX_PAYMENTS_M_REDIS_CONNECT
};

enum {
    NGX_PAYMENTS_H_REDIS = NGX_PAYMENTS_HISTOGRAMS_REDIS
                                       /* seconds, from command to reply */
};

extern const ngx_payments_metrics_t  ngx_payments_redis_metrics;


#endif /* _NGX_PAYMENTS_REDIS_METRICS_H_INCLUDED_ */

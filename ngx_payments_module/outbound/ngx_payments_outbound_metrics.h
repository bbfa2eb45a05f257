
/* outbound/: numbers of its metrics; names and help are in metrics.c */

#ifndef _NGX_PAYMENTS_OUTBOUND_METRICS_H_INCLUDED_
#define _NGX_PAYMENTS_OUTBOUND_METRICS_H_INCLUDED_


#include "../status/ngx_payments_status.h"


enum {
    NGX_PAYMENTS_M_OUTBOUND_BUSY = NGX_PAYMENTS_METRICS_OUTBOUND,  /* gauges */
    NGX_PAYMENTS_M_OUTBOUND_IDLE,
    NGX_PAYMENTS_M_OUTBOUND_CONNECT,
    NGX_PAYMENTS_M_OUTBOUND_CONNECT_FAILED,
    NGX_PAYMENTS_M_OUTBOUND_NOT_SENT,  /* as outbound/ orders its outcomes */
    NGX_PAYMENTS_M_OUTBOUND_UNKNOWN,
    NGX_PAYMENTS_M_OUTBOUND_ANSWERED,
    NGX_PAYMENTS_M_OUTBOUND_CANCELED,
    NGX_PAYMENTS_M_OUTBOUND_RESENT     /* a kept connection was closed */
};

enum {
    NGX_PAYMENTS_H_OUTBOUND = NGX_PAYMENTS_HISTOGRAMS_OUTBOUND
                                       /* seconds, from start to outcome */
};

extern const ngx_payments_metrics_t  ngx_payments_outbound_metrics;


#endif /* _NGX_PAYMENTS_OUTBOUND_METRICS_H_INCLUDED_ */

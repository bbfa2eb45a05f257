
/* What outbound/ counts. */

#include "ngx_payments_outbound_metrics.h"


/* rows of one family stand together, in the order of their numbers */

static const ngx_payments_metric_t  ngx_payments_outbound_scalars[] = {
    { "payments_outbound_connections", "state=\"busy\"", "gauge",
      "Connections of calls to other hosts, by state." },
    { "payments_outbound_connections", "state=\"idle\"", NULL, NULL },
    { "payments_outbound_connects_total", "result=\"ok\"", "counter",
      "Connection attempts to other hosts." },
    { "payments_outbound_connects_total", "result=\"failed\"", NULL, NULL },
    { "payments_outbound_calls_total", "outcome=\"not_sent\"", "counter",
      "Calls to other hosts by outcome." },
    { "payments_outbound_calls_total", "outcome=\"unknown\"", NULL, NULL },
    { "payments_outbound_calls_total", "outcome=\"answered\"", NULL, NULL },
    { "payments_outbound_calls_total", "outcome=\"canceled\"", NULL, NULL },
    { "payments_outbound_resent_total", NULL, "counter",
      "Calls sent twice, since a kept connection was closed." }
};


static const ngx_payments_histogram_t  ngx_payments_outbound_histograms[] = {
    { "payments_outbound_duration_seconds", NULL,
      "From the start of a call to its outcome.", 1, NGX_PAYMENTS_BOUNDS_TIME }
};


const ngx_payments_metrics_t  ngx_payments_outbound_metrics = {
    NGX_PAYMENTS_METRICS_OUTBOUND, ngx_payments_outbound_scalars,
    sizeof(ngx_payments_outbound_scalars) / sizeof(ngx_payments_metric_t),
    NGX_PAYMENTS_HISTOGRAMS_OUTBOUND, ngx_payments_outbound_histograms,
    sizeof(ngx_payments_outbound_histograms) / sizeof(ngx_payments_histogram_t)
};


/* What processor/ counts. */

#include "ngx_payments_processor_metrics.h"


/* rows of one family stand together, in the order of their numbers */

static const ngx_payments_metric_t  ngx_payments_processor_scalars[] = {
    { "payments_processor_calls_under_way", NULL, "gauge",
      "Calls to processors that have no verdict yet." },
    { "payments_processor_resent_total", NULL, "counter",
      "Calls sent twice, since their connection failed." },
    { "payments_processor_full_total", NULL, "counter",
      "Calls that were not made, since max_calls were under way." },
    { "payments_processor_wrong_total", NULL, "counter",
      "Answers of processors against the protocol; their verdict is unknown." },
    { "payments_notifications_total", "result=\"applied\"", "counter",
      "Notifications of processors, by what they came to." },
    { "payments_notifications_total", "result=\"known\"", NULL, NULL },
    { "payments_notifications_total", "result=\"not_found\"", NULL, NULL },
    { "payments_notifications_total", "result=\"ignored\"", NULL, NULL },
    { "payments_notifications_total", "result=\"refused\"", NULL, NULL },
    { "payments_notifications_total", "result=\"review\"", NULL, NULL }
};


static const ngx_payments_histogram_t  ngx_payments_processor_histograms[] = {
    { "payments_processor_duration_seconds", NULL,
      "From the start of a call to a processor to its verdict.", 1,
      NGX_PAYMENTS_BOUNDS_TIME }
};


const ngx_payments_metrics_t  ngx_payments_processor_metrics = {
    NGX_PAYMENTS_METRICS_PROCESSOR, ngx_payments_processor_scalars,
    sizeof(ngx_payments_processor_scalars) / sizeof(ngx_payments_metric_t),
    NGX_PAYMENTS_HISTOGRAMS_PROCESSOR, ngx_payments_processor_histograms,
    sizeof(ngx_payments_processor_histograms)
    / sizeof(ngx_payments_histogram_t)
};

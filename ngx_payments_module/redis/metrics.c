
/* What redis/ counts. */

#include "ngx_payments_redis_metrics.h"


/* rows of one family stand together, in the order of their numbers */

static const ngx_payments_metric_t  ngx_payments_redis_scalars[] = {
    { "payments_redis_commands_total", "result=\"hit\"", "counter",
      "Redis lookups by result." },
    { "payments_redis_commands_total", "result=\"miss\"", NULL, NULL },
    { "payments_redis_commands_total", "result=\"bad_value\"", NULL, NULL },
    { "payments_redis_commands_total", "result=\"timeout\"", NULL, NULL },
    { "payments_redis_commands_total", "result=\"skipped\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"noperm\"", "counter",
      "Commands that Redis refused, by the word that it gave." },
    { "payments_redis_refused_total", "reason=\"noauth\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"oom\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"readonly\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"clusterdown\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"noreplicas\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"loading\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"other\"", NULL, NULL },
    { "payments_redis_connects_total", NULL, "counter",
      "Connections made to Redis." }
};


static const ngx_payments_histogram_t  ngx_payments_redis_histograms[] = {
    { "payments_redis_duration_seconds", NULL,
      "From a command to its reply.", 1, NGX_PAYMENTS_BOUNDS_TIME }
};


const ngx_payments_metrics_t  ngx_payments_redis_metrics = {
    NGX_PAYMENTS_METRICS_REDIS, ngx_payments_redis_scalars,
    sizeof(ngx_payments_redis_scalars) / sizeof(ngx_payments_metric_t),
    NGX_PAYMENTS_HISTOGRAMS_REDIS, ngx_payments_redis_histograms,
    sizeof(ngx_payments_redis_histograms) / sizeof(ngx_payments_histogram_t)
};

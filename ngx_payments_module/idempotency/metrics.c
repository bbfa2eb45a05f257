
/* What idempotency/ counts. */

#include "ngx_payments_idempotency_metrics.h"


/* rows of one family stand together, in the order of their numbers */

static const ngx_payments_metric_t  ngx_payments_idempotency_scalars[] = {
    { "payments_idempotency_total", "result=\"executed\"", "counter",
      "Requests with an idempotency key by how they were answered." },
    { "payments_idempotency_total", "result=\"replayed_shared\"", NULL, NULL },
    { "payments_idempotency_total", "result=\"replayed_redis\"", NULL, NULL },
    { "payments_idempotency_total", "result=\"replayed_postgresql\"", NULL,
      NULL },
    { "payments_idempotency_total", "result=\"collapsed\"", NULL, NULL },
    { "payments_idempotency_total", "result=\"reused\"", NULL, NULL },
    { "payments_idempotency_total", "result=\"in_use\"", NULL, NULL },
    { "payments_idempotency_parked", NULL, "gauge",
      "Requests that wait for an execution of the same key." },
    { "payments_idempotency_executing", NULL, "gauge",
      "Executions under way." },
    { "payments_idempotency_zone_full_total", "what=\"executions\"", "counter",
      "What found no place in shared memory, or took it from another." },
    { "payments_idempotency_zone_full_total", "what=\"evicted\"", NULL, NULL },
    { "payments_idempotency_zone_full_total", "what=\"too_large\"", NULL,
      NULL },
    { "payments_shared_lookups_total", "result=\"hit\"", "counter",
      "Lookups of completed answers in shared memory, by result." },
    { "payments_shared_lookups_total", "result=\"miss\"", NULL, NULL }
};


const ngx_payments_metrics_t  ngx_payments_idempotency_metrics = {
    NGX_PAYMENTS_METRICS_IDEMPOTENCY, ngx_payments_idempotency_scalars,
    sizeof(ngx_payments_idempotency_scalars) / sizeof(ngx_payments_metric_t),
    0, NULL, 0
};

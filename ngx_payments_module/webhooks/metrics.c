
/* What webhooks/ counts. */

#include "ngx_payments_webhooks_metrics.h"


/* rows of one family stand together, in the order of their numbers */

static const ngx_payments_metric_t  ngx_payments_webhooks_scalars[] = {
    { "payments_webhooks_endpoints", "state=\"waiting\"", "gauge",
      "Webhook endpoints that have something to be sent, by state." },
    { "payments_webhooks_endpoints", "state=\"active\"", NULL, NULL },
    { "payments_webhooks_deliveries_total", "result=\"taken\"", "counter",
      "Events sent to webhook endpoints, by what came of it." },
    { "payments_webhooks_deliveries_total", "result=\"refused\"", NULL, NULL },
    { "payments_webhooks_deliveries_total", "result=\"unanswered\"", NULL,
      NULL }
};


const ngx_payments_metrics_t  ngx_payments_webhooks_metrics = {
    NGX_PAYMENTS_METRICS_WEBHOOKS, ngx_payments_webhooks_scalars,
    sizeof(ngx_payments_webhooks_scalars) / sizeof(ngx_payments_metric_t),
    0, NULL, 0
};


/* What background/ counts. */

#include "ngx_payments_background_metrics.h"


/* a gauge is summed over workers, old ones that drain among them: so it counts
   what is missing, which mostly is nothing */

static const ngx_payments_metric_t  ngx_payments_background_scalars[] = {
    { "payments_background_calls_total",
      "duty=\"partitions\",result=\"done\"", "counter",
      "Calls for what happens without a request." },
    { "payments_background_calls_total", "duty=\"due\",result=\"done\"", NULL,
      NULL },
    { "payments_background_calls_total", "duty=\"ledger\",result=\"done\"",
      NULL, NULL },
    { "payments_background_calls_total",
      "duty=\"partitions\",result=\"failed\"", NULL, NULL },
    { "payments_background_calls_total", "duty=\"due\",result=\"failed\"",
      NULL, NULL },
    { "payments_background_calls_total", "duty=\"ledger\",result=\"failed\"",
      NULL, NULL },
    { "payments_background_partitions_missing", NULL, "gauge",
      "Days of the two weeks ahead whose partitions were not made." },
    { "payments_background_books_unbalanced", NULL, "gauge",
      "Books whose debits are not their credits, in the last check." }
};


const ngx_payments_metrics_t  ngx_payments_background_metrics = {
    NGX_PAYMENTS_METRICS_BACKGROUND, ngx_payments_background_scalars,
    sizeof(ngx_payments_background_scalars) / sizeof(ngx_payments_metric_t),
    0, NULL, 0
};

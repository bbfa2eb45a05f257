
/* What pg/ counts. */

#include "ngx_payments_pg_metrics.h"


/* rows of one family stand together, in the order of their numbers */

static const ngx_payments_metric_t  ngx_payments_pg_scalars[] = {
    { "payments_postgresql_connects_total", "result=\"ok\"", "counter",
      "Connection attempts to PostgreSQL." },
    { "payments_postgresql_connects_total", "result=\"failed\"", NULL, NULL },
    { "payments_postgresql_disconnects_total", NULL, "counter",
      "Connections to PostgreSQL that ended after they had stood." },
    { "payments_postgresql_connections", "state=\"connecting\"", "gauge",
      "Connections to PostgreSQL by state." },
    { "payments_postgresql_connections", "state=\"preparing\"", NULL, NULL },
    { "payments_postgresql_connections", "state=\"idle\"", NULL, NULL },
    { "payments_postgresql_connections", "state=\"busy\"", NULL, NULL },
    { "payments_postgresql_connections", "state=\"full\"", NULL, NULL },
    { "payments_postgresql_connections", "state=\"stuck\"", NULL, NULL },
    { "payments_postgresql_queued", "lane=\"write\"", "gauge",
      "Items that wait for a connection." },
    { "payments_postgresql_queued", "lane=\"read\"", NULL, NULL },
    { "payments_postgresql_queued", "lane=\"list\"", NULL, NULL },
    { "payments_postgresql_queued", "lane=\"control\"", NULL, NULL },
    { "payments_postgresql_queued", "lane=\"background\"", NULL, NULL },
    { "payments_postgresql_calls_total", "lane=\"write\"", "counter",
      "SQL calls sent; each carries a batch of items." },
    { "payments_postgresql_calls_total", "lane=\"read\"", NULL, NULL },
    { "payments_postgresql_calls_total", "lane=\"list\"", NULL, NULL },
    { "payments_postgresql_calls_total", "lane=\"control\"", NULL, NULL },
    { "payments_postgresql_calls_total", "lane=\"background\"", NULL, NULL },
    { "payments_postgresql_items_total", "outcome=\"done\"", "counter",
      "Items by outcome." },
    { "payments_postgresql_items_total", "outcome=\"failed\"", NULL, NULL },
    { "payments_postgresql_items_total", "outcome=\"not_executed\"", NULL,
      NULL },
    { "payments_postgresql_items_total", "outcome=\"unknown\"", NULL, NULL },
    { "payments_postgresql_items_total", "outcome=\"overloaded\"", NULL,
      NULL },
    { "payments_postgresql_retries_total", "reason=\"not_executed\"",
      "counter", "Items sent again." },
    { "payments_postgresql_retries_total", "reason=\"unknown\"", NULL, NULL },
    { "payments_postgresql_unknown_total", "resolved=\"done\"", "counter",
      "Items whose answer was lost, by what was found out." },
    { "payments_postgresql_unknown_total", "resolved=\"failed\"", NULL,
      NULL },
    { "payments_postgresql_unknown_total", "resolved=\"no\"", NULL, NULL },
    { "payments_postgresql_degraded_commits_total", NULL, "counter",
      "Calls that committed without the standby they should wait for." },
    { "payments_postgresql_primaries_total", NULL, "counter",
      "Times that another server was found to be the primary." },
    { "payments_postgresql_replica_reads_total", "result=\"answered\"",
      "counter", "Reads sent to a replica; what one does not answer the "
      "primary does." },
    { "payments_postgresql_replica_reads_total",
      "result=\"fallback_to_primary\"", NULL, NULL },
    { "payments_postgresql_replica_behind_total", NULL, "counter",
      "Calls that a replica could not answer yet: it lacked what they must "
      "see." },
    { "payments_postgresql_misplaced_total", NULL, "counter",
      "Items that a shard refused: their merchant is in another one, or on "
      "the way there." },
    { "payments_postgresql_schema_mismatches", "state=\"missing\"", "gauge",
      "Workers, for each shard, that found another schema than theirs." },
    { "payments_postgresql_schema_mismatches", "state=\"older\"", NULL, NULL },
    { "payments_postgresql_schema_mismatches", "state=\"newer\"", NULL, NULL },
    { "payments_postgresql_schema_mismatches", "state=\"differs\"", NULL,
      NULL }
};


static const ngx_payments_histogram_t  ngx_payments_pg_histograms[] = {
    { "payments_postgresql_queue_seconds", "lane=\"write\"",
      "What items wait for a connection.", 1, NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_queue_seconds", "lane=\"read\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_queue_seconds", "lane=\"list\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_queue_seconds", "lane=\"control\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_queue_seconds", "lane=\"background\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_batch_items", "lane=\"write\"",
      "Items in one SQL call.", 0, NGX_PAYMENTS_BOUNDS_ITEMS },
    { "payments_postgresql_batch_items", "lane=\"read\"", NULL, 0,
      NGX_PAYMENTS_BOUNDS_ITEMS },
    { "payments_postgresql_batch_items", "lane=\"list\"", NULL, 0,
      NGX_PAYMENTS_BOUNDS_ITEMS },
    { "payments_postgresql_batch_items", "lane=\"control\"", NULL, 0,
      NGX_PAYMENTS_BOUNDS_ITEMS },
    { "payments_postgresql_batch_items", "lane=\"background\"", NULL, 0,
      NGX_PAYMENTS_BOUNDS_ITEMS },
    { "payments_postgresql_call_duration_seconds", "lane=\"write\"",
      "From sending an SQL call to the proof of its commit.", 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_call_duration_seconds", "lane=\"read\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_call_duration_seconds", "lane=\"list\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_call_duration_seconds", "lane=\"control\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_call_duration_seconds", "lane=\"background\"",
      NULL, 1, NGX_PAYMENTS_BOUNDS_TIME }
};


const ngx_payments_metrics_t  ngx_payments_pg_metrics = {
    NGX_PAYMENTS_METRICS_PG, ngx_payments_pg_scalars,
    sizeof(ngx_payments_pg_scalars) / sizeof(ngx_payments_metric_t),
    NGX_PAYMENTS_HISTOGRAMS_PG, ngx_payments_pg_histograms,
    sizeof(ngx_payments_pg_histograms) / sizeof(ngx_payments_histogram_t)
};

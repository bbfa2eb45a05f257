
/* The sinks there are, and what is counted of them. */

#include "ngx_payments_sinks_internal.h"


static ngx_int_t ngx_payments_sinks_init_zone(ngx_shm_zone_t *zone, void *data);
static u_char *ngx_payments_sinks_text(u_char *p, u_char *last);


/* a family of numbers, one for each sink and shard */

typedef struct {
    const char                   *name;
    const char                   *type;
    const char                   *help;
    size_t                        offset;
} ngx_payments_sink_metric_t;


#define ngx_payments_count(field)                                             \
    offsetof(ngx_payments_sink_counts_t, field)


static const ngx_payments_sink_metric_t  ngx_payments_sink_metrics[] = {
    { "payments_sink_events_total", "counter",
      "Events that a sink has taken from this node.",
      ngx_payments_count(events) },
    { "payments_sink_failures_total", "counter",
      "Failures to give events to a sink.", ngx_payments_count(failures) },
    { "payments_sink_lost_events", "gauge",
      "Events that were too old to be kept before the sink had taken them.",
      ngx_payments_count(lost) },
    { "payments_sink_behind_batches", "gauge",
      "Batches of the relay that a sink has not taken, or not whole.",
      ngx_payments_count(batches) },
    { "payments_sink_behind_seconds", "gauge",
      "How long ago the first event that a sink has not taken got its "
      "sequence.", ngx_payments_count(seconds) },
    { "payments_sink_held", "gauge",
      "Whether this node gives events to the sink.", ngx_payments_count(held) }
};

#define NGX_PAYMENTS_SINK_METRICS                                             \
    (sizeof(ngx_payments_sink_metrics) / sizeof(ngx_payments_sink_metric_t))


/* this worker's; NULL: none are configured, or it has ended */
static ngx_payments_sinks_t   *ngx_payments_sinks;

/* of the first worker, one for each sink and shard */
static ngx_payments_stream_t  *ngx_payments_streams;
static ngx_uint_t              ngx_payments_nstreams;

/* this process, as the holder of leases; another one after each start */
static u_char                  ngx_payments_sinks_holder[NGX_PAYMENTS_UUID_LEN];


/* what was counted outlives a reload */

ngx_shm_zone_t *
ngx_payments_sinks_zone(ngx_conf_t *cf, ngx_payments_sink_t *sink, void *tag)
{
    ngx_str_t        name;
    ngx_shm_zone_t  *zone;

    name.len = sizeof("payments_sink_") - 1 + sink->name.len;
    name.data = ngx_pnalloc(cf->pool, name.len);

    if (name.data == NULL) {
        return NULL;
    }

    ngx_sprintf(name.data, "payments_sink_%V", &sink->name);

    zone = ngx_shared_memory_add(cf, &name, 8 * ngx_pagesize, tag);

    if (zone != NULL) {
        zone->init = ngx_payments_sinks_init_zone;
    }

    return zone;
}


static ngx_int_t
ngx_payments_sinks_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (data == NULL && !zone->shm.exists) {
        shpool->data = ngx_slab_calloc(shpool, NGX_PAYMENTS_CLUSTER_SHARDS
                                       * sizeof(ngx_payments_sink_counts_t));
    }

    zone->data = shpool->data;

    return zone->data ? NGX_OK : NGX_ERROR;
}


static ngx_payments_sink_counts_t *
ngx_payments_sink_counts(ngx_payments_sink_t *sink, ngx_uint_t shard)
{
    return (ngx_payments_sink_counts_t *) sink->zone->data + shard;
}


ngx_int_t
ngx_payments_sinks_init(ngx_cycle_t *cycle, ngx_payments_sinks_t *sinks,
    time_t kept)
{
    ngx_uint_t              i, nshards;
    ngx_payments_stream_t  *stream;

    if (sinks->n == 0) {
        return NGX_OK;
    }

    nshards = ngx_payments_cluster_nshards();
    ngx_payments_sinks = sinks;
    ngx_payments_status_extend(NGX_PAYMENTS_SINK_METRICS * 256
                               * (1 + sinks->n * nshards),
                               ngx_payments_sinks_text);

    if (ngx_worker != 0) {
        return NGX_OK;
    }

    ngx_payments_streams = ngx_pcalloc(cycle->pool, sinks->n * nshards
                                       * sizeof(ngx_payments_stream_t));

    if (ngx_payments_streams == NULL
        || ngx_payments_new_uuid(ngx_payments_sinks_holder) != 0)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < sinks->n * nshards; i++) {
        stream = &ngx_payments_streams[i];
        stream->sink = sinks->elts[i / nshards];
        stream->shard = i % nshards;
        stream->counts = ngx_payments_sink_counts(stream->sink, stream->shard);
        stream->counts->held = 0;

        if (ngx_payments_stream_init(cycle, stream, ngx_payments_sinks_holder,
                                     kept)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        ngx_payments_nstreams++;
    }

    return NGX_OK;
}


void
ngx_payments_sinks_exit(void)
{
    while (ngx_payments_nstreams > 0) {
        ngx_payments_stream_exit(&ngx_payments_streams
                                                  [--ngx_payments_nstreams]);
    }

    ngx_payments_sinks = NULL;
}


static u_char *
ngx_payments_sinks_family(u_char *p, u_char *last,
    const ngx_payments_sink_metric_t *metric)
{
    u_char               *count;
    ngx_uint_t            i, shard;
    ngx_payments_sink_t  *sink;

    p = ngx_slprintf(p, last, "# HELP %s %s\n# TYPE %s %s\n", metric->name,
                     metric->help, metric->name, metric->type);

    for (i = 0; i < ngx_payments_sinks->n; i++) {
        sink = ngx_payments_sinks->elts[i];

        for (shard = 0; shard < ngx_payments_cluster_nshards(); shard++) {
            count = (u_char *) ngx_payments_sink_counts(sink, shard);

            p = ngx_slprintf(p, last, "%s{sink=\"%V\",shard=\"%V\"} %uA\n",
                             metric->name, &sink->name,
                             ngx_payments_cluster_shard_name(shard),
                             *(ngx_atomic_t *) (count + metric->offset));
        }
    }

    return p;
}


static u_char *
ngx_payments_sinks_text(u_char *p, u_char *last)
{
    ngx_uint_t  i;

    for (i = 0; ngx_payments_sinks && i < NGX_PAYMENTS_SINK_METRICS; i++) {
        p = ngx_payments_sinks_family(p, last, &ngx_payments_sink_metrics[i]);
    }

    return p;
}

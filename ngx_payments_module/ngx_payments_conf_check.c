
/* What must hold of the whole configuration, and what is made of it. */

#include "ngx_payments_conf.h"
#include "http/ngx_payments_http.h"
#include "status/ngx_payments_board.h"

#include <sys/random.h>


ngx_int_t
ngx_payments_conf_connections(ngx_log_t *log, ngx_payments_main_conf_t *pmcf,
    ngx_uint_t have)
{
    ngx_uint_t  i, p, need;

    /* one for the thread that connects */

    need = 1 + (pmcf->redis != NULL)
           + (pmcf->webhooks.on ? pmcf->webhooks.calls : 0)
           + pmcf->sinks.n * pmcf->pg.nshards;

    for (i = 0; i < pmcf->pg.nshards; i++) {
        need += ngx_payments_cluster_connections(pmcf->pg.shards[i], 1);
    }

    /* those that are kept idle make room where nginx needs it */

    for (p = 0; p < pmcf->processors.n; p++) {
        need += pmcf->processors.elts[p]->max_calls;
    }

    if (need < have) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, log, 0,
                  "payments shard%s \"%V\"%s needs %ui connections in each "
                  "worker%s%s, but \"worker_connections\" are %ui",
                  (i > 1) ? "s" : "", &pmcf->pg.shards[0]->name,
                  (i > 1) ? " and others" : "", need,
                  p ? " with \"max_calls\" of processors" : "",
                  pmcf->webhooks.on ? " with those to webhook endpoints" : "",
                  have);

    return NGX_ERROR;
}


/* how many connections PostgreSQL must expect, and nginx must have */

static ngx_int_t
ngx_payments_budget(ngx_conf_t *cf, ngx_payments_main_conf_t *pmcf)
{
    void                  ***events;
    ngx_int_t                workers;
    ngx_uint_t               i, each, first;
    ngx_core_conf_t         *ccf;
    ngx_event_conf_t        *ecf;
    ngx_payments_pg_conf_t  *shard;

    /* the events block mostly stands before http; where it does not,
       ngx_payments_init_module() looks again */

    events = (void ***) ngx_get_conf(cf->cycle->conf_ctx, ngx_events_module);

    if (events != NULL && *events != NULL) {
        ecf = (*events)[ngx_event_core_module.ctx_index];

        if (ngx_payments_conf_connections(cf->log, pmcf, ecf->connections)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ccf = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                           ngx_core_module);
    workers = (ccf->worker_processes == NGX_CONF_UNSET)
              ? 1 : ccf->worker_processes;

    for (i = 0; i < pmcf->pg.nshards; i++) {
        shard = pmcf->pg.shards[i];
        each = ngx_payments_cluster_connections(shard, 0);
        first = ngx_payments_cluster_connections(shard, 1) - each;

        ngx_conf_log_error(NGX_LOG_NOTICE, cf, 0,
                           "payments shard \"%V\": at most %ui connections to "
                           "PostgreSQL (%i workers with %ui each: write %ui, "
                           "read %ui, list %ui, control 1%s; and %ui of the "
                           "first: background 1%s), twice as many while a "
                           "reload drains", &shard->name,
                           each * workers + first, workers, each,
                           shard->connections[NGX_PAYMENTS_PG_WRITE],
                           shard->connections[NGX_PAYMENTS_PG_READ],
                           shard->connections[NGX_PAYMENTS_PG_LIST],
                           (shard->nservers > 1)
                           ? ", read and list of replicas as many" : "",
                           first, (shard->nservers > 1) ? ", probes" : "");
    }

    return NGX_OK;
}


/* what must be there, and large enough */

static ngx_int_t
ngx_payments_check(ngx_conf_t *cf, ngx_payments_main_conf_t *pmcf)
{
    const char  *failed;

    if (pmcf->pg.nshards == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"payments on\" needs a \"payments_shard\"");
        return NGX_ERROR;
    }

    if (pmcf->zone_size < ngx_payments_status_size()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"payments_zone\" is too small: at least %uzk "
                           "are needed",
                           (ngx_payments_status_size() + 1023) / 1024);
        return NGX_ERROR;
    }

    if (pmcf->executions_size < NGX_PAYMENTS_ZONE_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"payments_idempotency_zone\" is too small: at "
                           "least 1m is needed");
        return NGX_ERROR;
    }

    failed = ngx_payments_api_compile();

    if (failed != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "payments pattern \"%s\" does not compile", failed);
        return NGX_ERROR;
    }

    if (ngx_payments_documents(cf, &pmcf->documents) != NGX_OK
        || ngx_payments_dashboard(cf, pmcf->documents.dashboard) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_payments_budget(cf, pmcf);
}


/* cursors are signed by the secret, or by what lasts until a reload */

static ngx_int_t
ngx_payments_signing(ngx_conf_t *cf, ngx_payments_main_conf_t *pmcf)
{
    pmcf->signing = pmcf->idempotency.secret;

    if (pmcf->signing.len) {
        return NGX_OK;
    }

    pmcf->signing.len = 32;
    pmcf->signing.data = ngx_pnalloc(cf->pool, 32);

    if (pmcf->signing.data == NULL
        || getrandom(pmcf->signing.data, 32, 0) != 32)
    {
        return NGX_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                       "without \"payments_secret_file\" cursors of lists "
                       "end with a reload and are good on one host only, "
                       "and no API keys are made");

    return NGX_OK;
}


/* memory that workers share */

static ngx_int_t
ngx_payments_zones(ngx_conf_t *cf, ngx_payments_main_conf_t *pmcf)
{
    pmcf->status = ngx_payments_status_zone(cf, pmcf->zone_size,
                                            &ngx_payments_module);
    pmcf->board = ngx_payments_board_zone(cf, &ngx_payments_module);
    pmcf->keys = ngx_payments_auth_zone(cf, &ngx_payments_module);
    pmcf->executions = ngx_payments_idempotency_zone(cf, pmcf->executions_size,
                                                     &ngx_payments_module,
                                                     &pmcf->idempotency);

    return (pmcf->status != NULL && pmcf->board != NULL && pmcf->keys != NULL
            && pmcf->executions != NULL)
           ? NGX_OK : NGX_ERROR;
}


/* how servers that have a name, and several of a shard, are found */

static ngx_int_t
ngx_payments_servers(ngx_conf_t *cf, ngx_payments_cluster_conf_t *pg)
{
    ngx_uint_t                 i;
    ngx_payments_pg_conf_t    *shard;
    ngx_http_core_loc_conf_t  *clcf;

    /* http's own "resolver", wherever it stands */

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    for (i = 0; i < pg->nshards; i++) {
        shard = pg->shards[i];
        shard->resolver = clcf->resolver;
        shard->resolver_timeout =
                          (clcf->resolver_timeout == NGX_CONF_UNSET_MSEC)
                          ? 30000 : clcf->resolver_timeout;

        if (shard->nservers == 1) {
            continue;
        }

        shard->zone = ngx_payments_cluster_zone(cf, shard,
                                                &ngx_payments_module);
        if (shard->zone == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_payments_conf_check(ngx_conf_t *cf, ngx_payments_main_conf_t *pmcf)
{
    if (ngx_payments_check(cf, pmcf) != NGX_OK
        || ngx_payments_signing(cf, pmcf) != NGX_OK
        || ngx_payments_zones(cf, pmcf) != NGX_OK
        || ngx_payments_conf_processors(cf, pmcf) != NGX_OK
        || ngx_payments_conf_webhooks(cf, pmcf) != NGX_OK
        || ngx_payments_conf_sinks(cf, pmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_payments_servers(cf, &pmcf->pg);
}


/*
 * The face of the module: directives, contexts, the life of a process.
 * What the directives mean is in docs/directives.md; what happens to a
 * request is in http/.
 */

#include "ngx_payments_conf.h"
#include "http/ngx_payments_http.h"
#include "status/ngx_payments_status.h"

#include <sys/random.h>


static void *ngx_payments_create_main_conf(ngx_conf_t *cf);
static char *ngx_payments_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_payments_create_srv_conf(ngx_conf_t *cf);
static void *ngx_payments_create_loc_conf(ngx_conf_t *cf);
static char *ngx_payments_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_payments_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_payments_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_payments_init_module(ngx_cycle_t *cycle);
static ngx_int_t ngx_payments_init_process(ngx_cycle_t *cycle);
static void ngx_payments_exit_process(ngx_cycle_t *cycle);
static void ngx_payments_exit_master(ngx_cycle_t *cycle);


static ngx_conf_enum_t  ngx_payments_redis_reads[] = {
    { ngx_string("off"), NGX_PAYMENTS_REDIS_READ_OFF },
    { ngx_string("on"), NGX_PAYMENTS_REDIS_READ_ON },
    { ngx_string("auto"), NGX_PAYMENTS_REDIS_READ_AUTO },
    { ngx_null_string, 0 }
};


static ngx_command_t  ngx_payments_commands[] = {

    { ngx_string("payments"),
      NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_payments_loc_conf_t, enable),
      NULL },

    { ngx_string("payments_problems"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_payments_loc_conf_t, problems),
      NULL },

    { ngx_string("payments_shard"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_payments_conf_shard,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_redis"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_payments_conf_redis,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_redis_read"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, idempotency.redis_read),
      &ngx_payments_redis_reads },

    { ngx_string("payments_replay_cache"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, idempotency.cache),
      NULL },

    { ngx_string("payments_idempotency_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, executions_size),
      NULL },

    { ngx_string("payments_secret_file"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_payments_conf_secret_file,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_idempotency_ttl"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, ttl),
      NULL },

    { ngx_string("payments_idempotency_wait"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, wait),
      NULL },

    { ngx_string("payments_events_retention"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, kept),
      NULL },

    { ngx_string("payments_outbound_resolver_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, outbound.resolver_timeout),
      NULL },

    { ngx_string("payments_outbound_trusted_certificate"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_payments_conf_outbound_trusted,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_outbound_proxy"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_payments_conf_outbound_proxy,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_outbound_keepalive"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, outbound.keepalive),
      NULL },

    { ngx_string("payments_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, zone_size),
      NULL },

    { ngx_string("payments_rate_limit_policy"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE3,
      ngx_payments_conf_policy,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_payments_module_ctx = {
    ngx_payments_preconfiguration,         /* preconfiguration */
    ngx_payments_postconfiguration,        /* postconfiguration */

    ngx_payments_create_main_conf,         /* create main configuration */
    ngx_payments_init_main_conf,           /* init main configuration */

    ngx_payments_create_srv_conf,          /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_payments_create_loc_conf,          /* create location configuration */
    ngx_payments_merge_loc_conf            /* merge location configuration */
};


ngx_module_t  ngx_payments_module = {
    NGX_MODULE_V1,
    &ngx_payments_module_ctx,              /* module context */
    ngx_payments_commands,                 /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_payments_init_module,              /* init module */
    ngx_payments_init_process,             /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_payments_exit_process,             /* exit process */
    ngx_payments_exit_master,              /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_payments_preconfiguration(ngx_conf_t *cf)
{
    return ngx_payments_http_variables(cf);
}


static void *
ngx_payments_create_main_conf(ngx_conf_t *cf)
{
    ngx_payments_main_conf_t  *pmcf;

    /*
     * set by ngx_pcalloc():
     *
     *     pmcf->pg.nshards = 0;
     *     pmcf->redis = NULL;
     *     pmcf->redis_off = 0;
     *     pmcf->outbound.resolver = NULL;
     *     pmcf->outbound.ssl = NULL;
     *     pmcf->outbound.nproxy = 0;
     *     pmcf->proxy_off = 0;
     *     pmcf->enabled = 0;
     *     pmcf->idempotency.secret = { 0, NULL };
     */

    pmcf = ngx_pcalloc(cf->pool, sizeof(ngx_payments_main_conf_t));
    if (pmcf == NULL) {
        return NULL;
    }

    pmcf->idempotency.redis_read = NGX_CONF_UNSET_UINT;
    pmcf->idempotency.cache = NGX_CONF_UNSET;
    pmcf->executions_size = NGX_CONF_UNSET_SIZE;
    pmcf->wait = NGX_CONF_UNSET_MSEC;
    pmcf->ttl = NGX_CONF_UNSET;
    pmcf->kept = NGX_CONF_UNSET;
    pmcf->zone_size = NGX_CONF_UNSET_SIZE;
    pmcf->outbound.resolver_timeout = NGX_CONF_UNSET_MSEC;
    pmcf->outbound.keepalive = NGX_CONF_UNSET_UINT;

    return pmcf;
}


static char *
ngx_payments_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_uint_t                 i;
    ngx_payments_main_conf_t  *pmcf = conf;

    ngx_conf_init_uint_value(pmcf->idempotency.redis_read,
                             NGX_PAYMENTS_REDIS_READ_AUTO);
    ngx_conf_init_value(pmcf->idempotency.cache, 1);
    ngx_conf_init_size_value(pmcf->executions_size, 32 * 1024 * 1024);
    ngx_conf_init_msec_value(pmcf->wait, 10000);
    ngx_conf_init_value(pmcf->ttl, 24 * 3600);
    ngx_conf_init_value(pmcf->kept, 30 * 24 * 3600);
    ngx_conf_init_size_value(pmcf->zone_size, 2 * 1024 * 1024);
    ngx_conf_init_msec_value(pmcf->outbound.resolver_timeout, 5000);
    ngx_conf_init_uint_value(pmcf->outbound.keepalive, 16);

    pmcf->idempotency.ttl = pmcf->ttl;
    pmcf->idempotency.wait = pmcf->wait;

    if (pmcf->ttl < 60 || pmcf->ttl > 7 * 24 * 3600) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"payments_idempotency_ttl\" must be from 60 "
                           "seconds to 7 days");
        return NGX_CONF_ERROR;
    }

    /* a key of a week, its last day, and a day for clocks that differ */

    if (pmcf->kept < 9 * 24 * 3600) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"payments_events_retention\" must be 9 days or "
                           "more");
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < pmcf->pg.nshards; i++) {
        pmcf->pg.shards[i]->ttl = pmcf->ttl;
    }

    if (pmcf->redis != NULL && pmcf->idempotency.secret.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"payments_redis\" needs "
                           "\"payments_secret_file\", which authenticates "
                           "what it gives back");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static void *
ngx_payments_create_srv_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_payments_srv_conf_t));
}


static void *
ngx_payments_create_loc_conf(ngx_conf_t *cf)
{
    ngx_payments_loc_conf_t  *plcf;

    plcf = ngx_palloc(cf->pool, sizeof(ngx_payments_loc_conf_t));
    if (plcf == NULL) {
        return NULL;
    }

    plcf->enable = NGX_CONF_UNSET;
    plcf->problems = NGX_CONF_UNSET;
    plcf->retry = NGX_CONF_UNSET;
    ngx_str_null(&plcf->policy);
    ngx_str_null(&plcf->limit);

    return plcf;
}


static char *
ngx_payments_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_payments_loc_conf_t   *prev = parent;
    ngx_payments_loc_conf_t   *conf = child;
    ngx_payments_srv_conf_t   *pscf;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_payments_main_conf_t  *pmcf;

    ngx_conf_merge_value(conf->enable, prev->enable, 0);
    ngx_conf_merge_value(conf->problems, prev->problems, 1);
    ngx_conf_merge_str_value(conf->policy, prev->policy, "");
    ngx_conf_merge_str_value(conf->limit, prev->limit, "");
    ngx_conf_merge_sec_value(conf->retry, prev->retry, 1);

    if (!conf->enable) {
        return NGX_CONF_OK;
    }

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_payments_module);
    pmcf->enabled = 1;

    pscf = ngx_http_conf_get_module_srv_conf(cf, ngx_payments_module);
    pscf->enabled = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler == NULL) {
        clcf->handler = ngx_payments_http_handler;
    }

    return NGX_CONF_OK;
}


/* each worker needs its connections to PostgreSQL and Redis, and one more */

static ngx_int_t
ngx_payments_enough(ngx_log_t *log, ngx_payments_main_conf_t *pmcf,
    ngx_uint_t have)
{
    ngx_uint_t  i, need;

    /* one for the thread that connects */

    need = 1 + (pmcf->redis != NULL);

    for (i = 0; i < pmcf->pg.nshards; i++) {
        need += ngx_payments_cluster_connections(pmcf->pg.shards[i], 1);
    }

    if (need < have) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, log, 0,
                  "payments shard%s \"%V\"%s needs %ui connections in each "
                  "worker, but \"worker_connections\" are %ui",
                  (i > 1) ? "s" : "", &pmcf->pg.shards[0]->name,
                  (i > 1) ? " and others" : "", need, have);

    return NGX_ERROR;
}


/* a master that reloads would exit if this failed: there it only says so */

static ngx_int_t
ngx_payments_init_module(ngx_cycle_t *cycle)
{
    ngx_payments_main_conf_t  *pmcf;

    if (ngx_get_conf(cycle->conf_ctx, ngx_http_module) == NULL) {
        return NGX_OK;
    }

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_payments_module);

    if (pmcf == NULL || !pmcf->enabled) {
        return NGX_OK;
    }

    if (ngx_payments_idempotency_master(cycle->log) == NGX_OK
        && ngx_payments_enough(cycle->log, pmcf, cycle->connection_n)
           == NGX_OK)
    {
        return NGX_OK;
    }

    return (ngx_process == NGX_PROCESS_MASTER) ? NGX_OK : NGX_ERROR;
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

        if (ngx_payments_enough(cf->log, pmcf, ecf->connections) != NGX_OK) {
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

    if (ngx_payments_documents(cf, &pmcf->documents) != NGX_OK) {
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


/* how servers that have a name, and several of a shard, are found */

static ngx_int_t
ngx_payments_servers(ngx_conf_t *cf, ngx_payments_pg_shards_t *pg)
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


static ngx_int_t
ngx_payments_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_payments_main_conf_t   *pmcf;
    ngx_http_core_main_conf_t  *cmcf;

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_payments_module);

    if (!pmcf->enabled) {
        return NGX_OK;
    }

    if (ngx_payments_check(cf, pmcf) != NGX_OK
        || ngx_payments_signing(cf, pmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    pmcf->status = ngx_payments_status_zone(cf, pmcf->zone_size,
                                            &ngx_payments_module);
    pmcf->keys = ngx_payments_auth_cache_zone(cf);
    pmcf->executions = ngx_payments_idempotency_zone(cf, pmcf->executions_size,
                                                     &ngx_payments_module,
                                                     &pmcf->idempotency);

    if (pmcf->status == NULL || pmcf->keys == NULL || pmcf->executions == NULL)
    {
        return NGX_ERROR;
    }

    if (ngx_payments_servers(cf, &pmcf->pg) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_conf_outbound(cf, &pmcf->outbound);

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_POST_READ_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_payments_http_post_read;

    ngx_payments_http_filter_init();

    return NGX_OK;
}


static ngx_int_t
ngx_payments_init_process(ngx_cycle_t *cycle)
{
    ngx_payments_main_conf_t  *pmcf;

    /* cache manager and loader run this too */

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    if (ngx_get_conf(cycle->conf_ctx, ngx_http_module) == NULL) {
        return NGX_OK;
    }

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_payments_module);

    if (pmcf == NULL || !pmcf->enabled) {
        return NGX_OK;
    }

    ngx_payments_http_wait = pmcf->wait;

    ngx_payments_status_init(pmcf->status);
    ngx_payments_auth_cache_init(pmcf->keys);
    ngx_payments_api_init(&pmcf->idempotency);
    ngx_payments_documents_init(&pmcf->documents);
    ngx_payments_query_init(&pmcf->signing);
    ngx_payments_keys_init(&pmcf->idempotency.secret);

    if (ngx_payments_idempotency_init(cycle, pmcf->executions,
                                      &pmcf->idempotency)
        != NGX_OK
        || ngx_payments_cluster_init(cycle, &pmcf->pg) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (pmcf->redis != NULL
        && ngx_payments_redis_init(cycle, pmcf->redis) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_payments_outbound_init(cycle, &pmcf->outbound) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_auth_init(cycle);

    if (ngx_worker == 0) {
        ngx_payments_maintenance_init(cycle, pmcf->kept);
    }

    return NGX_OK;
}


static void
ngx_payments_exit_process(ngx_cycle_t *cycle)
{
    ngx_payments_maintenance_exit();
    ngx_payments_idempotency_exit();
    ngx_payments_cluster_exit();
    ngx_payments_redis_exit();
    ngx_payments_outbound_exit();
    ngx_payments_auth_exit();
    ngx_payments_status_exit();
    ngx_payments_exit_master(cycle);
}


/* what belongs to the process and not to a cycle; workers have it too */

static void
ngx_payments_exit_master(ngx_cycle_t *cycle)
{
    ngx_payments_idempotency_master_exit();
    ngx_payments_patterns_free();
    ngx_payments_digest_free();
}

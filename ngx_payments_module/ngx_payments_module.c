
/*
 * The face of the module: directives, contexts, and the rooms in the order in
 * which they begin.  What the directives mean is in docs/directives.md; what
 * happens to a request is in http/.
 */

#include "ngx_payments_conf.h"
#include "background/ngx_payments_background.h"
#include "background/ngx_payments_background_metrics.h"
#include "base/ngx_payments_base.h"
#include "consistency/ngx_payments_consistency.h"
#include "http/ngx_payments_http.h"
#include "outbound/ngx_payments_outbound_metrics.h"
#include "processor/ngx_payments_processor_metrics.h"
#include "status/ngx_payments_board.h"
#include "base/ngx_payments_secrets.h"
#include "webhooks/ngx_payments_webhooks_metrics.h"


typedef struct {
    const char                     *name;
    const ngx_payments_metrics_t   *metrics;   /* NULL: it counts nothing */

    /* what a process has beyond a cycle: the master's, inherited by workers;
       each process frees its own.  NULL: nothing */
    ngx_int_t                     (*master_init)(ngx_log_t *log);
    void                          (*master_exit)(void);

    /* of a worker; exit() may be called where init() was not.  NULL: nothing */
    ngx_int_t                     (*init)(ngx_cycle_t *cycle,
                                        ngx_payments_main_conf_t *pmcf);
    void                          (*exit)(void);
} ngx_payments_room_t;


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
static void ngx_payments_domain_exit(void);
static ngx_int_t ngx_payments_init_status(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static void ngx_payments_exit_status(void);
static ngx_int_t ngx_payments_init_base(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_redis(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_outbound(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_processor(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_cluster(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_consistency(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_idempotency(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_auth(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_api(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_http(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_background(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_webhooks(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);
static ngx_int_t ngx_payments_init_sinks(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf);


/* each begins after those that it uses, and ends before them */

static const ngx_payments_room_t  ngx_payments_rooms[] = {

    { "domain", NULL, NULL, ngx_payments_domain_exit, NULL, NULL },

    { "status", NULL, NULL, NULL,
      ngx_payments_init_status, ngx_payments_exit_status },

    { "base", NULL, NULL, NULL, ngx_payments_init_base, NULL },

    { "redis", &ngx_payments_redis_metrics, NULL, NULL,
      ngx_payments_init_redis, ngx_payments_redis_exit },

    { "outbound", &ngx_payments_outbound_metrics, NULL, NULL,
      ngx_payments_init_outbound, ngx_payments_outbound_exit },

    { "processor", &ngx_payments_processor_metrics, NULL, NULL,
      ngx_payments_init_processor, ngx_payments_processor_exit },

    { "cluster", &ngx_payments_pg_metrics, NULL, NULL,
      ngx_payments_init_cluster, ngx_payments_cluster_exit },

    { "consistency", NULL, NULL, NULL,
      ngx_payments_init_consistency, ngx_payments_consistency_exit },

    { "idempotency", &ngx_payments_idempotency_metrics,
      ngx_payments_idempotency_master, ngx_payments_idempotency_master_exit,
      ngx_payments_init_idempotency, ngx_payments_idempotency_exit },

    { "auth", &ngx_payments_auth_metrics, NULL, NULL,
      ngx_payments_init_auth, ngx_payments_auth_exit },

    { "api", NULL, NULL, NULL, ngx_payments_init_api,
      ngx_payments_followups_exit },

    { "http", &ngx_payments_http_metrics, NULL, NULL,
      ngx_payments_init_http, NULL },

    { "background", &ngx_payments_background_metrics, NULL, NULL,
      ngx_payments_init_background, ngx_payments_background_exit },

    { "webhooks", &ngx_payments_webhooks_metrics, NULL, NULL,
      ngx_payments_init_webhooks, ngx_payments_webhooks_exit },

    { "sinks", NULL, NULL, NULL,
      ngx_payments_init_sinks, ngx_payments_sinks_exit }
};

#define NGX_PAYMENTS_ROOMS                                                    \
    (sizeof(ngx_payments_rooms) / sizeof(ngx_payments_room_t))


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

    { ngx_string("payments_dashboard"),
      NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_payments_loc_conf_t, dashboard),
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

    { ngx_string("payments_processor"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_payments_conf_processor,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_processors"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_payments_loc_conf_t, processors),
      NULL },

    { ngx_string("payments_webhooks"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_payments_conf_webhooks_on,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_webhooks_allow"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_payments_conf_webhooks_allow,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_feed"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_payments_conf_feed,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_kafka"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_NOARGS,
      ngx_payments_conf_kafka,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
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
     *     pmcf->processors.n = 0;
     *     pmcf->enabled = 0;
     *     pmcf->webhooks.allowed = NULL;
     *     pmcf->sinks.n = 0;
     *     pmcf->keyring = NULL;
     *     pmcf->idempotency.secret = { 0, NULL };
     */

    pmcf = ngx_pcalloc(cf->pool, sizeof(ngx_payments_main_conf_t));
    if (pmcf == NULL) {
        return NULL;
    }

    pmcf->webhooks.on = NGX_CONF_UNSET;
    pmcf->webhooks.calls = 1024;
    pmcf->webhooks.merchant = 32;
    pmcf->webhooks.timeout = 15000;
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

    ngx_conf_init_value(pmcf->webhooks.on, 0);
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
    plcf->dashboard = NGX_CONF_UNSET;
    plcf->problems = NGX_CONF_UNSET;
    plcf->retry = NGX_CONF_UNSET;
    plcf->processors = NGX_CONF_UNSET_PTR;
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
    ngx_conf_merge_value(conf->dashboard, prev->dashboard, 0);
    ngx_conf_merge_value(conf->problems, prev->problems, 1);
    ngx_conf_merge_str_value(conf->policy, prev->policy, "");
    ngx_conf_merge_str_value(conf->limit, prev->limit, "");
    ngx_conf_merge_sec_value(conf->retry, prev->retry, 1);
    ngx_conf_merge_ptr_value(conf->processors, prev->processors, NULL);

    if (!conf->enable) {
        return NGX_CONF_OK;
    }

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_payments_module);
    pmcf->enabled = 1;

    if (ngx_payments_conf_processors_named(cf, pmcf, conf->processors)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    pscf = ngx_http_conf_get_module_srv_conf(cf, ngx_payments_module);
    pscf->enabled = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler == NULL) {
        clcf->handler = ngx_payments_http_handler;
    }

    return NGX_CONF_OK;
}


/* a master that reloads would exit if this failed: there it only says so */

static ngx_int_t
ngx_payments_init_module(ngx_cycle_t *cycle)
{
    ngx_int_t                  rc;
    ngx_uint_t                 i;
    ngx_payments_main_conf_t  *pmcf;

    if (ngx_get_conf(cycle->conf_ctx, ngx_http_module) == NULL) {
        return NGX_OK;
    }

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_payments_module);

    if (pmcf == NULL || !pmcf->enabled) {
        return NGX_OK;
    }

    rc = NGX_OK;

    for (i = 0; i < NGX_PAYMENTS_ROOMS && rc == NGX_OK; i++) {
        if (ngx_payments_rooms[i].master_init != NULL) {
            rc = ngx_payments_rooms[i].master_init(cycle->log);
        }
    }

    if (rc == NGX_OK) {
        rc = ngx_payments_conf_connections(cycle->log, pmcf,
                                           cycle->connection_n);
    }

    return (ngx_process == NGX_PROCESS_MASTER) ? NGX_OK : rc;
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

    ngx_payments_conf_outbound(cf, &pmcf->outbound);

    if (ngx_payments_conf_check(cf, pmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_log_error(NGX_LOG_NOTICE, cf->log, 0,
                  "ngx_payments_module %s for schema %L", ngx_payments_version,
                  ngx_payments_schema_number);

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
    ngx_uint_t                  i;
    ngx_payments_main_conf_t   *pmcf;
    const ngx_payments_room_t  *room;

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

    for (i = 0; i < NGX_PAYMENTS_ROOMS; i++) {
        room = &ngx_payments_rooms[i];

        if (room->metrics != NULL) {
            ngx_payments_status_register(room->metrics);
        }

        if (room->init != NULL && room->init(cycle, pmcf) != NGX_OK) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "payments: %s/ could not begin", room->name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_payments_exit_process(ngx_cycle_t *cycle)
{
    ngx_uint_t  i;

    for (i = NGX_PAYMENTS_ROOMS; i-- > 0; /* void */ ) {
        if (ngx_payments_rooms[i].exit != NULL) {
            ngx_payments_rooms[i].exit();
        }
    }

    ngx_payments_exit_master(cycle);
}


static void
ngx_payments_exit_master(ngx_cycle_t *cycle)
{
    ngx_uint_t  i;

    for (i = NGX_PAYMENTS_ROOMS; i-- > 0; /* void */ ) {
        if (ngx_payments_rooms[i].master_exit != NULL) {
            ngx_payments_rooms[i].master_exit();
        }
    }
}


static void
ngx_payments_domain_exit(void)
{
    ngx_payments_patterns_free();
    ngx_payments_digest_free();
}


/* what each room gets of the configuration */

static ngx_int_t
ngx_payments_init_status(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    ngx_payments_status_init(pmcf->status);
    ngx_payments_board_init(cycle, pmcf->board);
    return NGX_OK;
}


static void
ngx_payments_exit_status(void)
{
    ngx_payments_board_exit();
    ngx_payments_status_exit();
}


static ngx_int_t
ngx_payments_init_base(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    ngx_payments_ids_init(ngx_payments_pg_now);
    ngx_payments_secrets_init(pmcf->keyring);
    return NGX_OK;
}


static ngx_int_t
ngx_payments_init_redis(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    return (pmcf->redis != NULL) ? ngx_payments_redis_init(cycle, pmcf->redis)
                                 : NGX_OK;
}


static ngx_int_t
ngx_payments_init_outbound(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    return ngx_payments_outbound_init(cycle, &pmcf->outbound);
}


static ngx_int_t
ngx_payments_init_processor(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    return ngx_payments_processor_init(cycle, &pmcf->processors);
}


static ngx_int_t
ngx_payments_init_cluster(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    return ngx_payments_cluster_init(cycle, &pmcf->pg);
}


static ngx_int_t
ngx_payments_init_consistency(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf)
{
    ngx_payments_consistency_init(cycle);
    return NGX_OK;
}


static ngx_int_t
ngx_payments_init_idempotency(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf)
{
    return ngx_payments_idempotency_init(cycle, pmcf->executions,
                                         &pmcf->idempotency);
}


static ngx_int_t
ngx_payments_init_auth(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    ngx_payments_auth_init(cycle, pmcf->keys);
    return NGX_OK;
}


static ngx_int_t
ngx_payments_init_api(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    ngx_payments_api_init(pmcf->idempotency.ttl, &pmcf->signing,
                          &pmcf->idempotency.secret);
    ngx_payments_endpoints_init(pmcf->webhooks.on, pmcf->webhooks.allowed);
    ngx_payments_documents_init(&pmcf->documents);
    ngx_payments_dashboard_init(pmcf->documents.dashboard);
    ngx_payments_patient_init(cycle);

    if (ngx_worker == 0) {
        ngx_payments_followups_init(cycle);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_payments_init_http(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    ngx_payments_http_wait = pmcf->wait;
    return NGX_OK;
}


static ngx_int_t
ngx_payments_init_background(ngx_cycle_t *cycle,
    ngx_payments_main_conf_t *pmcf)
{
    if (ngx_worker == 0) {
        ngx_payments_background_init(cycle, pmcf->kept);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_payments_init_webhooks(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    return (ngx_worker == 0 && pmcf->webhooks.on)
           ? ngx_payments_webhooks_init(cycle, &pmcf->webhooks) : NGX_OK;
}


static ngx_int_t
ngx_payments_init_sinks(ngx_cycle_t *cycle, ngx_payments_main_conf_t *pmcf)
{
    return ngx_payments_sinks_init(cycle, &pmcf->sinks, pmcf->kept);
}

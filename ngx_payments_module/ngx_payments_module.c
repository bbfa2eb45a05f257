
/*
 * The face of the module: directives, contexts, the life of a process.
 * What the directives mean is in docs/directives.md; what happens to a
 * request is in http/.
 */

#include "http/ngx_payments_http.h"
#include "redis/ngx_payments_redis.h"
#include "status/ngx_payments_status.h"


typedef struct {
    ngx_payments_pg_conf_t       *shard;       /* NULL: not configured */
    ngx_payments_redis_conf_t    *redis;       /* NULL: off */
    ngx_flag_t                    redis_off;   /* "payments_redis off" */
    ngx_payments_api_conf_t       api;
    ngx_msec_t                    wait;
    time_t                        ttl;
    size_t                        zone_size;
    ngx_flag_t                    enabled;     /* "payments on" somewhere */
} ngx_payments_main_conf_t;


/* a parameter of payments_shard{} */

typedef struct {
    ngx_str_t                     name;
    char                       *(*set)(ngx_conf_t *cf,
                                    ngx_payments_pg_conf_t *shard,
                                    ngx_str_t *value, size_t offset);
    size_t                        offset;
} ngx_payments_shard_command_t;


static void *ngx_payments_create_main_conf(ngx_conf_t *cf);
static char *ngx_payments_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_payments_create_loc_conf(ngx_conf_t *cf);
static char *ngx_payments_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_payments_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_payments_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_payments_init_process(ngx_cycle_t *cycle);
static void ngx_payments_exit_process(ngx_cycle_t *cycle);

static char *ngx_payments_shard_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_payments_shard_parameter(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_payments_shard_server(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_text(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_file(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_number(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_msec(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_redis(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_payments_secret_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_command_t  ngx_payments_commands[] = {

    { ngx_string("payments"),
      NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_payments_loc_conf_t, enable),
      NULL },

    { ngx_string("payments_shard"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_payments_shard_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_redis"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_payments_redis,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("payments_redis_read"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, api.idempotency.redis_read),
      NULL },

    { ngx_string("payments_secret_file"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_payments_secret_file,
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

    { ngx_string("payments_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_payments_main_conf_t, zone_size),
      NULL },

      ngx_null_command
};


static const ngx_payments_shard_command_t  ngx_payments_shard_commands[] = {

    { ngx_string("server"), ngx_payments_shard_server, 0 },

    { ngx_string("database"), ngx_payments_shard_text,
      offsetof(ngx_payments_pg_conf_t, database) },

    { ngx_string("user"), ngx_payments_shard_text,
      offsetof(ngx_payments_pg_conf_t, user) },

    { ngx_string("password_file"), ngx_payments_shard_file,
      offsetof(ngx_payments_pg_conf_t, password) },

    { ngx_string("write_connections"), ngx_payments_shard_number,
      offsetof(ngx_payments_pg_conf_t, connections[NGX_PAYMENTS_PG_WRITE]) },

    { ngx_string("read_connections"), ngx_payments_shard_number,
      offsetof(ngx_payments_pg_conf_t, connections[NGX_PAYMENTS_PG_READ]) },

    { ngx_string("batch"), ngx_payments_shard_number,
      offsetof(ngx_payments_pg_conf_t, batch) },

    { ngx_string("queue"), ngx_payments_shard_number,
      offsetof(ngx_payments_pg_conf_t, queue) },

    { ngx_string("connect_timeout"), ngx_payments_shard_msec,
      offsetof(ngx_payments_pg_conf_t, connect_timeout) },

    { ngx_string("timeout"), ngx_payments_shard_msec,
      offsetof(ngx_payments_pg_conf_t, timeout) },

    { ngx_null_string, NULL, 0 }
};


static ngx_http_module_t  ngx_payments_module_ctx = {
    ngx_payments_preconfiguration,         /* preconfiguration */
    ngx_payments_postconfiguration,        /* postconfiguration */

    ngx_payments_create_main_conf,         /* create main configuration */
    ngx_payments_init_main_conf,           /* init main configuration */

    NULL,                                  /* create server configuration */
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
    NULL,                                  /* init module */
    ngx_payments_init_process,             /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_payments_exit_process,             /* exit process */
    NULL,                                  /* exit master */
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
     *     pmcf->shard = NULL;
     *     pmcf->redis = NULL;
     *     pmcf->redis_off = 0;
     *     pmcf->enabled = 0;
     *     pmcf->api.idempotency.secret = { 0, NULL };
     */

    pmcf = ngx_pcalloc(cf->pool, sizeof(ngx_payments_main_conf_t));
    if (pmcf == NULL) {
        return NULL;
    }

    pmcf->api.idempotency.redis_read = NGX_CONF_UNSET;
    pmcf->wait = NGX_CONF_UNSET_MSEC;
    pmcf->ttl = NGX_CONF_UNSET;
    pmcf->zone_size = NGX_CONF_UNSET_SIZE;

    return pmcf;
}


static char *
ngx_payments_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_payments_main_conf_t  *pmcf = conf;

    ngx_conf_init_value(pmcf->api.idempotency.redis_read, 1);
    ngx_conf_init_msec_value(pmcf->wait, 10000);
    ngx_conf_init_value(pmcf->ttl, 24 * 3600);
    ngx_conf_init_size_value(pmcf->zone_size, 2 * 1024 * 1024);

    pmcf->api.idempotency.ttl = pmcf->ttl;
    pmcf->api.idempotency.wait = pmcf->wait;

    if (pmcf->ttl < 60 || pmcf->ttl > 7 * 24 * 3600) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"payments_idempotency_ttl\" must be from 60 "
                           "seconds to 7 days");
        return NGX_CONF_ERROR;
    }

    if (pmcf->shard != NULL) {
        pmcf->shard->ttl = pmcf->ttl;
    }

    if (pmcf->redis != NULL && pmcf->api.idempotency.secret.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"payments_redis\" needs "
                           "\"payments_secret_file\", which authenticates "
                           "what it gives back");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
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

    return plcf;
}


static char *
ngx_payments_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_payments_loc_conf_t   *prev = parent;
    ngx_payments_loc_conf_t   *conf = child;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_payments_main_conf_t  *pmcf;

    ngx_conf_merge_value(conf->enable, prev->enable, 0);

    if (!conf->enable) {
        return NGX_CONF_OK;
    }

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_payments_module);
    pmcf->enabled = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler == NULL) {
        clcf->handler = ngx_payments_http_handler;
    }

    return NGX_CONF_OK;
}


/* what workers need at most, and what they have */

static ngx_int_t
ngx_payments_check_budget(ngx_conf_t *cf, ngx_payments_main_conf_t *pmcf)
{
    ngx_int_t          workers;
    ngx_uint_t         i, each;
    ngx_core_conf_t   *ccf;

    for (each = 0, i = 0; i < NGX_PAYMENTS_PG_QUEUES; i++) {
        each += pmcf->shard->connections[i];
    }

    ccf = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                           ngx_core_module);
    workers = (ccf->worker_processes == NGX_CONF_UNSET)
              ? 1 : ccf->worker_processes;

    ngx_conf_log_error(NGX_LOG_NOTICE, cf, 0,
                       "payments shard \"%V\": at most %ui connections to "
                       "PostgreSQL (%i workers with %ui each), twice as many "
                       "while a reload drains", &pmcf->shard->name,
                       each * workers, workers, each);

    return NGX_OK;
}


static ngx_int_t
ngx_payments_postconfiguration(ngx_conf_t *cf)
{
    const char                 *failed;
    ngx_http_handler_pt        *h;
    ngx_payments_main_conf_t   *pmcf;
    ngx_http_core_main_conf_t  *cmcf;

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_payments_module);

    if (!pmcf->enabled) {
        return NGX_OK;
    }

    if (pmcf->shard == NULL) {
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

    failed = ngx_payments_api_compile();

    if (failed != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "payments pattern \"%s\" does not compile", failed);
        return NGX_ERROR;
    }

    if (ngx_payments_check_budget(cf, pmcf) != NGX_OK
        || ngx_payments_status_zone(cf, pmcf->zone_size, &ngx_payments_module)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

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

    ngx_payments_status_init();
    ngx_payments_api_init(&pmcf->api);
    ngx_payments_idempotency_init(&pmcf->api.idempotency);

    if (ngx_payments_pg_init(cycle, pmcf->shard) != NGX_OK) {
        return NGX_ERROR;
    }

    if (pmcf->redis != NULL
        && ngx_payments_redis_init(cycle, pmcf->redis) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_worker == 0) {
        ngx_payments_maintenance_init(cycle);
    }

    return NGX_OK;
}


static void
ngx_payments_exit_process(ngx_cycle_t *cycle)
{
    ngx_payments_maintenance_exit();
    ngx_payments_pg_exit();
    ngx_payments_redis_exit();
    ngx_payments_http_auth_exit();
}


/* the file's first line, without its end; EMERG says what is wrong */

static ngx_int_t
ngx_payments_read_secret(ngx_conf_t *cf, ngx_str_t *name, ngx_str_t *secret)
{
    u_char           *p;
    ssize_t           n;
    ngx_fd_t          fd;
    ngx_str_t         path;

    u_char            buffer[4096];

    path = *name;

    if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    fd = ngx_open_file(path.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", &path);
        return NGX_ERROR;
    }

    n = ngx_read_fd(fd, buffer, sizeof(buffer));

    (void) ngx_close_file(fd);

    for (p = buffer; n > 0 && p < buffer + n; p++) {
        if (*p == '\n' || *p == '\r') {
            break;
        }
    }

    if (n <= 0 || p == buffer || p == buffer + sizeof(buffer)) {
        ngx_explicit_memzero(buffer, sizeof(buffer));
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" must hold one line of 1 to 4095 bytes",
                           &path);
        return NGX_ERROR;
    }

    /* with a NUL behind it, since libpq wants a string */

    secret->len = p - buffer;
    secret->data = ngx_pnalloc(cf->pool, secret->len + 1);

    if (secret->data != NULL) {
        ngx_cpystrn(secret->data, buffer, secret->len + 1);
    }

    ngx_explicit_memzero(buffer, sizeof(buffer));

    return (secret->data != NULL) ? NGX_OK : NGX_ERROR;
}


static char *
ngx_payments_secret_file(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                 *value = cf->args->elts;
    ngx_payments_main_conf_t  *pmcf = conf;

    if (pmcf->api.idempotency.secret.len) {
        return "is duplicate";
    }

    if (ngx_payments_read_secret(cf, &value[1], &pmcf->api.idempotency.secret)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (pmcf->api.idempotency.secret.len < 32) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the secret in \"%V\" must have at least 32 bytes",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_payments_shard_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                      *rv;
    ngx_str_t                 *value = cf->args->elts;
    ngx_conf_t                 save;
    ngx_payments_pg_conf_t    *shard;
    ngx_payments_main_conf_t  *pmcf = conf;

    if (pmcf->shard != NULL) {
        return "is duplicate: one shard is supported";
    }

    shard = ngx_pcalloc(cf->pool, sizeof(ngx_payments_pg_conf_t));
    if (shard == NULL) {
        return NGX_CONF_ERROR;
    }

    shard->name = value[1];
    shard->connections[NGX_PAYMENTS_PG_WRITE] = NGX_CONF_UNSET_UINT;
    shard->connections[NGX_PAYMENTS_PG_READ] = NGX_CONF_UNSET_UINT;
    shard->batch = NGX_CONF_UNSET_UINT;
    shard->queue = NGX_CONF_UNSET_UINT;
    shard->connect_timeout = NGX_CONF_UNSET_MSEC;
    shard->timeout = NGX_CONF_UNSET_MSEC;

    save = *cf;
    cf->handler = ngx_payments_shard_parameter;
    cf->handler_conf = (char *) shard;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (shard->host == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no \"server\" in payments_shard \"%V\"",
                           &shard->name);
        return NGX_CONF_ERROR;
    }

    ngx_conf_init_uint_value(shard->connections[NGX_PAYMENTS_PG_WRITE], 1);
    ngx_conf_init_uint_value(shard->connections[NGX_PAYMENTS_PG_READ], 1);
    ngx_conf_init_uint_value(shard->batch, 64);
    ngx_conf_init_uint_value(shard->queue, 4096);
    ngx_conf_init_msec_value(shard->connect_timeout, 2000);
    ngx_conf_init_msec_value(shard->timeout, 4000);

    shard->database = shard->database ? shard->database : (char *) "payments";
    shard->user = shard->user ? shard->user : (char *) "pay_api";

    if (shard->batch > NGX_PAYMENTS_PG_BATCH_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"batch\" must be at most %d",
                           NGX_PAYMENTS_PG_BATCH_MAX);
        return NGX_CONF_ERROR;
    }

    if (shard->connect_timeout > shard->timeout) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"connect_timeout\" must not be longer than "
                           "\"timeout\"");
        return NGX_CONF_ERROR;
    }

    pmcf->shard = shard;

    return NGX_CONF_OK;
}


static char *
ngx_payments_shard_parameter(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                                *rv;
    ngx_str_t                           *value = cf->args->elts;
    const ngx_payments_shard_command_t  *command;

    for (command = ngx_payments_shard_commands; command->name.len; command++) {

        if (value[0].len != command->name.len
            || ngx_strncmp(value[0].data, command->name.data, value[0].len)
               != 0)
        {
            continue;
        }

        if (cf->args->nelts != 2) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid number of arguments in \"%V\" "
                               "directive", &value[0]);
            return NGX_CONF_ERROR;
        }

        rv = command->set(cf, conf, &value[1], command->offset);

        if (rv != NGX_CONF_OK && rv != NGX_CONF_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" directive %s", &value[0], rv);
            return NGX_CONF_ERROR;
        }

        return rv;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "unknown directive \"%V\"",
                       &value[0]);

    return NGX_CONF_ERROR;
}


static char *
ngx_payments_cstring(ngx_conf_t *cf, ngx_str_t *value)
{
    u_char  *p;

    p = ngx_pnalloc(cf->pool, value->len + 1);

    if (p != NULL) {
        ngx_cpystrn(p, value->data, value->len + 1);
    }

    return (char *) p;
}


/*
 * Names are resolved here, by nginx, where blocking is normal; libpq sees the
 * address.  "unix:/run/postgresql:5432" names a directory and a port.
 */

static char *
ngx_payments_shard_server(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    u_char      text[NGX_SOCKADDR_STRLEN];
    ngx_url_t   u;
    ngx_str_t   part, port;

    if (shard->host != NULL) {
        return "is duplicate: one server is supported";
    }

    shard->server = *value;
    ngx_str_set(&port, "5432");

    if (value->len > 5 && ngx_strncmp(value->data, "unix:", 5) == 0) {
        part.data = value->data + 5;
        part.len = value->len - 5;

        port.data = ngx_strlchr(part.data, part.data + part.len, ':');

        if (port.data != NULL) {
            port.data++;
            port.len = part.data + part.len - port.data;
            part.len -= port.len + 1;

        } else {
            ngx_str_set(&port, "5432");
        }

        shard->host = ngx_payments_cstring(cf, &part);
        shard->port = ngx_payments_cstring(cf, &port);

        return (shard->host && shard->port) ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = *value;
    u.default_port = 5432;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        if (u.err) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "%s in \"server\" \"%V\"", u.err, &u.url);
        }

        return NGX_CONF_ERROR;
    }

    part.len = ngx_sock_ntop(u.addrs[0].sockaddr, u.addrs[0].socklen, text,
                             NGX_SOCKADDR_STRLEN, 0);
    part.data = text;

    shard->hostaddr = ngx_payments_cstring(cf, &part);
    shard->host = ngx_payments_cstring(cf, &u.host);

    part.len = ngx_sprintf(text, "%d", (int) u.port) - text;
    shard->port = ngx_payments_cstring(cf, &part);

    return (shard->hostaddr && shard->host && shard->port) ? NGX_CONF_OK
                                                           : NGX_CONF_ERROR;
}


static char *
ngx_payments_shard_text(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    char  **field = (char **) ((u_char *) shard + offset);

    if (*field != NULL) {
        return "is duplicate";
    }

    *field = ngx_payments_cstring(cf, value);

    return (*field != NULL) ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_payments_shard_file(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    char       **field = (char **) ((u_char *) shard + offset);
    ngx_str_t    secret;

    if (*field != NULL) {
        return "is duplicate";
    }

    if (ngx_payments_read_secret(cf, value, &secret) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    *field = (char *) secret.data;

    return NGX_CONF_OK;
}


static char *
ngx_payments_shard_number(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    ngx_int_t    n;
    ngx_uint_t  *field = (ngx_uint_t *) ((u_char *) shard + offset);

    if (*field != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    n = ngx_atoi(value->data, value->len);

    if (n == NGX_ERROR || n == 0 || n > 65536) {
        return "has an invalid value: it must be from 1 to 65536";
    }

    *field = (ngx_uint_t) n;

    return NGX_CONF_OK;
}


static char *
ngx_payments_shard_msec(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    ngx_int_t    n;
    ngx_msec_t  *field = (ngx_msec_t *) ((u_char *) shard + offset);

    if (*field != NGX_CONF_UNSET_MSEC) {
        return "is duplicate";
    }

    n = ngx_parse_time(value, 0);

    if (n == NGX_ERROR || n == 0) {
        return "has an invalid value";
    }

    *field = (ngx_msec_t) n;

    return NGX_CONF_OK;
}


static char *
ngx_payments_redis_parameter(ngx_conf_t *cf, ngx_payments_redis_conf_t *redis,
    ngx_str_t *value)
{
    ngx_int_t  n;
    ngx_str_t  s;

    if (ngx_strncmp(value->data, "timeout=", 8) == 0) {
        s.data = value->data + 8;
        s.len = value->len - 8;
        n = ngx_parse_time(&s, 0);

        if (n != NGX_ERROR && n != 0) {
            redis->timeout = (ngx_msec_t) n;
            return NGX_CONF_OK;
        }

    } else if (ngx_strncmp(value->data, "connect_timeout=", 16) == 0) {
        s.data = value->data + 16;
        s.len = value->len - 16;
        n = ngx_parse_time(&s, 0);

        if (n != NGX_ERROR && n != 0) {
            redis->connect_timeout = (ngx_msec_t) n;
            return NGX_CONF_OK;
        }

    } else if (ngx_strncmp(value->data, "database=", 9) == 0) {
        n = ngx_atoi(value->data + 9, value->len - 9);

        if (n != NGX_ERROR) {
            redis->database = n;
            return NGX_CONF_OK;
        }

    } else if (ngx_strncmp(value->data, "password_file=", 14) == 0) {
        s.data = value->data + 14;
        s.len = value->len - 14;

        return (ngx_payments_read_secret(cf, &s, &redis->password) == NGX_OK)
               ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"",
                       value);

    return NGX_CONF_ERROR;
}


static char *
ngx_payments_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_url_t                   u;
    ngx_str_t                  *value = cf->args->elts;
    ngx_uint_t                  i;
    ngx_payments_main_conf_t   *pmcf = conf;
    ngx_payments_redis_conf_t  *redis;

    if (pmcf->redis != NULL || pmcf->redis_off) {
        return "is duplicate";
    }

    if (ngx_strcmp(value[1].data, "off") == 0 && cf->args->nelts == 2) {
        pmcf->redis_off = 1;
        return NGX_CONF_OK;
    }

    redis = ngx_pcalloc(cf->pool, sizeof(ngx_payments_redis_conf_t));
    if (redis == NULL) {
        return NGX_CONF_ERROR;
    }

    redis->timeout = 10;
    redis->connect_timeout = 1000;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = value[1];
    u.default_port = 6379;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        if (u.err) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "%s in \"payments_redis\" \"%V\"", u.err,
                               &u.url);
        }

        return NGX_CONF_ERROR;
    }

    redis->addr = u.addrs[0];
    redis->server = value[1];

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_payments_redis_parameter(cf, redis, &value[i])
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    pmcf->redis = redis;
    pmcf->api.redis = 1;

    return NGX_CONF_OK;
}

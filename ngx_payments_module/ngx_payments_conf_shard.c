
/* payments_shard{}: its parameters, their defaults, what cannot work. */

#include "ngx_payments_conf.h"


/* a parameter of payments_shard{} */

typedef struct {
    ngx_str_t                     name;
    char                       *(*set)(ngx_conf_t *cf,
                                    ngx_payments_pg_conf_t *shard,
                                    ngx_str_t *value, size_t offset);
    size_t                        offset;
} ngx_payments_shard_command_t;


static char *ngx_payments_shard_parameter(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_payments_shard_server(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_text(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_file(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_mode(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_replicas(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_sslmode(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_path(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_size(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_number(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);
static char *ngx_payments_shard_msec(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *shard, ngx_str_t *value, size_t offset);


static const ngx_payments_shard_command_t  ngx_payments_shard_commands[] = {

    { ngx_string("server"), ngx_payments_shard_server, 0 },

    { ngx_string("database"), ngx_payments_shard_text,
      offsetof(ngx_payments_pg_conf_t, database) },

    { ngx_string("user"), ngx_payments_shard_text,
      offsetof(ngx_payments_pg_conf_t, user) },

    { ngx_string("password_file"), ngx_payments_shard_file,
      offsetof(ngx_payments_pg_conf_t, password) },

    { ngx_string("sslmode"), ngx_payments_shard_sslmode,
      offsetof(ngx_payments_pg_conf_t, sslmode) },

    { ngx_string("sslrootcert"), ngx_payments_shard_path,
      offsetof(ngx_payments_pg_conf_t, sslrootcert) },

    { ngx_string("mode"), ngx_payments_shard_mode, 0 },

    { ngx_string("replica_reads"), ngx_payments_shard_replicas, 0 },

    { ngx_string("depth"), ngx_payments_shard_number,
      offsetof(ngx_payments_pg_conf_t, depth) },

    { ngx_string("write_connections"), ngx_payments_shard_number,
      offsetof(ngx_payments_pg_conf_t, connections[NGX_PAYMENTS_PG_WRITE]) },

    { ngx_string("read_connections"), ngx_payments_shard_number,
      offsetof(ngx_payments_pg_conf_t, connections[NGX_PAYMENTS_PG_READ]) },

    { ngx_string("list_connections"), ngx_payments_shard_number,
      offsetof(ngx_payments_pg_conf_t, connections[NGX_PAYMENTS_PG_LIST]) },

    { ngx_string("batch"), ngx_payments_shard_number,
      offsetof(ngx_payments_pg_conf_t, batch) },

    { ngx_string("batch_size"), ngx_payments_shard_size,
      offsetof(ngx_payments_pg_conf_t, batch_size) },

    { ngx_string("queue"), ngx_payments_shard_number,
      offsetof(ngx_payments_pg_conf_t, queue) },

    { ngx_string("connect_timeout"), ngx_payments_shard_msec,
      offsetof(ngx_payments_pg_conf_t, connect_timeout) },

    { ngx_string("timeout"), ngx_payments_shard_msec,
      offsetof(ngx_payments_pg_conf_t, timeout) },

    { ngx_string("idle_timeout"), ngx_payments_shard_msec,
      offsetof(ngx_payments_pg_conf_t, idle_timeout) },

    { ngx_string("lifetime"), ngx_payments_shard_msec,
      offsetof(ngx_payments_pg_conf_t, lifetime) },

    { ngx_null_string, NULL, 0 }
};


/* whether one of its servers is a unix socket */

static ngx_uint_t
ngx_payments_shard_local(ngx_payments_pg_conf_t *shard)
{
    ngx_uint_t  i;

    for (i = 0; i < shard->nservers; i++) {
        if (shard->servers[i].hostaddr == NULL) {
            return 1;
        }
    }

    return 0;
}


/* a parameter without a value takes its default; what cannot work is logged */

static ngx_int_t
ngx_payments_shard_check(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard)
{
    ngx_uint_t   i, verify;
    const char  *wrong, *addr;

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        ngx_conf_init_uint_value(shard->connections[i], 1);
    }

    wrong = NULL;

    if (shard->pooler && shard->depth != NGX_CONF_UNSET_UINT
        && shard->depth != 1)
    {
        wrong = "\"depth\" above 1 needs \"mode direct\"";
    }

    ngx_conf_init_uint_value(shard->depth, shard->pooler ? 1 : 2);
    ngx_conf_init_uint_value(shard->batch, 64);
    ngx_conf_init_size_value(shard->batch_size, 256 * 1024);
    ngx_conf_init_uint_value(shard->queue, 16384);
    ngx_conf_init_msec_value(shard->connect_timeout, 2000);
    ngx_conf_init_msec_value(shard->timeout, 4000);
    ngx_conf_init_msec_value(shard->idle_timeout, 600000);
    ngx_conf_init_msec_value(shard->lifetime, 3600000);

    shard->database = shard->database ? shard->database : (char *) "payments";
    shard->user = shard->user ? shard->user : (char *) "pay_api";
    shard->sslmode = shard->sslmode ? shard->sslmode : (char *) "disable";

    verify = (ngx_strncmp(shard->sslmode, "verify", 6) == 0);

    if (shard->nservers == 0) {
        wrong = "\"server\" is missing";

    } else if (shard->depth > NGX_PAYMENTS_PG_DEPTH_MAX) {
        wrong = "\"depth\" must be at most 16";

    } else if (shard->batch > NGX_PAYMENTS_PG_BATCH_MAX) {
        wrong = "\"batch\" must be at most 256";

    } else if (shard->connect_timeout > shard->timeout) {
        wrong = "\"connect_timeout\" must not be longer than \"timeout\"";

    } else if (shard->idle_timeout > shard->lifetime) {
        wrong = "\"idle_timeout\" must not be longer than \"lifetime\"";

    } else if (verify && shard->sslrootcert == NULL) {
        wrong = "\"sslmode\" that verifies needs \"sslrootcert\"";

    } else if (verify && ngx_payments_shard_local(shard)) {
        wrong = "\"sslmode\" has no use over a unix socket";
    }

    if (wrong != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s in payments_shard \"%V\"", wrong,
                           &shard->name);
        return NGX_ERROR;
    }

    for (i = 0; i < shard->nservers && !verify; i++) {
        addr = shard->servers[i].hostaddr;

        if (addr != NULL && ngx_strncmp(addr, "127.", 4) != 0
            && ngx_strcmp(addr, "::1") != 0)
        {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "payments shard \"%V\" does not know whom it "
                               "talks to at \"%V\": set \"sslmode "
                               "verify-full\"",
                               &shard->name, &shard->servers[i].name);
        }
    }

    return NGX_OK;
}


char *
ngx_payments_conf_shard(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                      *rv;
    ngx_str_t                 *value = cf->args->elts;
    ngx_conf_t                 save;
    ngx_uint_t                 i;
    ngx_payments_pg_conf_t    *shard;
    ngx_payments_main_conf_t  *pmcf = conf;

    for (i = 0; i < pmcf->pg.nshards; i++) {
        if (value[1].len == pmcf->pg.shards[i]->name.len
            && ngx_strncmp(value[1].data, pmcf->pg.shards[i]->name.data,
                           value[1].len)
               == 0)
        {
            return "is duplicate: another shard has this name";
        }
    }

    if (i == NGX_PAYMENTS_CLUSTER_SHARDS) {
        return "is one too many: 16 shards are supported";
    }

    shard = ngx_pcalloc(cf->pool, sizeof(ngx_payments_pg_conf_t));
    if (shard == NULL) {
        return NGX_CONF_ERROR;
    }

    shard->name = value[1];
    shard->pooler = 1;
    shard->replicas = 1;
    shard->depth = NGX_CONF_UNSET_UINT;
    shard->batch = NGX_CONF_UNSET_UINT;
    shard->batch_size = NGX_CONF_UNSET_SIZE;
    shard->queue = NGX_CONF_UNSET_UINT;
    shard->connect_timeout = NGX_CONF_UNSET_MSEC;
    shard->timeout = NGX_CONF_UNSET_MSEC;
    shard->idle_timeout = NGX_CONF_UNSET_MSEC;
    shard->lifetime = NGX_CONF_UNSET_MSEC;

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        shard->connections[i] = NGX_CONF_UNSET_UINT;
    }

    save = *cf;
    cf->handler = ngx_payments_shard_parameter;
    cf->handler_conf = (char *) shard;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (ngx_payments_shard_check(cf, shard) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    pmcf->pg.shards[pmcf->pg.nshards++] = shard;

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
ngx_payments_shard_unix(ngx_conf_t *cf, ngx_payments_pg_server_t *server)
{
    ngx_str_t  part, port;

    part.data = server->name.data + 5;
    part.len = server->name.len - 5;

    port.data = ngx_strlchr(part.data, part.data + part.len, ':');

    if (port.data != NULL) {
        port.data++;
        port.len = part.data + part.len - port.data;
        part.len -= port.len + 1;

    } else {
        ngx_str_set(&port, "5432");
    }

    server->host = ngx_payments_cstring(cf, &part);
    server->port = ngx_payments_cstring(cf, &port);

    return (server->host && server->port) ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_payments_shard_inet(ngx_conf_t *cf, ngx_payments_pg_server_t *server)
{
    u_char      text[NGX_SOCKADDR_STRLEN];
    ngx_url_t   u;
    ngx_str_t   part;
    ngx_uint_t  i;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = server->name;
    u.default_port = 5432;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        if (u.err) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "%s in \"server\" \"%V\"", u.err, &u.url);
        }

        return NGX_CONF_ERROR;
    }

    part.data = text;

    for (i = 0; i < u.naddrs && i < NGX_PAYMENTS_PG_ADDRESSES; i++) {
        part.len = ngx_sock_ntop(u.addrs[i].sockaddr, u.addrs[i].socklen,
                                 text, NGX_SOCKADDR_STRLEN, 0);

        server->addresses[i] = ngx_payments_cstring(cf, &part);

        if (server->addresses[i] == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    server->naddresses = i;
    server->hostaddr = server->addresses[0];
    server->host = ngx_payments_cstring(cf, &u.host);

    part.len = ngx_sprintf(text, "%d", (int) u.port) - text;
    server->port = ngx_payments_cstring(cf, &part);

    server->named = (u.host.data[0] != '['
                     && ngx_inet_addr(u.host.data, u.host.len) == INADDR_NONE);

    return (server->hostaddr && server->host && server->port)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* what libpq connects to: one server under two names would be two writers */

static ngx_uint_t
ngx_payments_shard_same(ngx_payments_pg_server_t *a,
    ngx_payments_pg_server_t *b)
{
    return ngx_strcmp(a->hostaddr ? a->hostaddr : a->host,
                      b->hostaddr ? b->hostaddr : b->host)
           == 0
           && ngx_strcmp(a->port, b->port) == 0;
}


static char *
ngx_payments_shard_server(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    char                      *rc;
    ngx_uint_t                 i;
    ngx_payments_pg_server_t  *server;

    if (shard->nservers == NGX_PAYMENTS_PG_SERVERS) {
        return "is one too many: 8 servers are supported";
    }

    server = &shard->servers[shard->nservers];
    server->name = *value;

    rc = (value->len > 5 && ngx_strncmp(value->data, "unix:", 5) == 0)
         ? ngx_payments_shard_unix(cf, server)
         : ngx_payments_shard_inet(cf, server);

    if (rc != NGX_CONF_OK) {
        return rc;
    }

    for (i = 0; i < shard->nservers; i++) {
        if (ngx_payments_shard_same(&shard->servers[i], server)) {
            return "is duplicate";
        }
    }

    shard->nservers++;

    return NGX_CONF_OK;
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

    if (ngx_payments_conf_read_secret(cf, value, &secret) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    *field = (char *) secret.data;

    return NGX_CONF_OK;
}


static char *
ngx_payments_shard_replicas(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    if (ngx_strcmp(value->data, "on") == 0) {
        shard->replicas = 1;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value->data, "off") == 0) {
        shard->replicas = 0;
        return NGX_CONF_OK;
    }

    return "must be \"on\" or \"off\"";
}


static char *
ngx_payments_shard_mode(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    if (ngx_strcmp(value->data, "pooler") == 0) {
        shard->pooler = 1;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value->data, "direct") == 0) {
        shard->pooler = 0;
        return NGX_CONF_OK;
    }

    return "must be \"pooler\" or \"direct\"";
}


static char *
ngx_payments_shard_sslmode(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    ngx_uint_t  i;

    static const char  *modes[] = {
        "disable", "require", "verify-ca", "verify-full", NULL
    };

    for (i = 0; modes[i] != NULL; i++) {
        if (ngx_strcmp(value->data, modes[i]) == 0) {
            return ngx_payments_shard_text(cf, shard, value, offset);
        }
    }

    return "must be \"disable\", \"require\", \"verify-ca\" or "
           "\"verify-full\"";
}


/* a file that libpq opens in the worker: it must be there now, at least */

static char *
ngx_payments_shard_path(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    ngx_str_t        path;
    ngx_file_info_t  fi;

    path = *value;

    if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_file_info(path.data, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_file_info_n " \"%V\" failed", &path);
        return NGX_CONF_ERROR;
    }

    return ngx_payments_shard_text(cf, shard, &path, offset);
}


static char *
ngx_payments_shard_size(ngx_conf_t *cf, ngx_payments_pg_conf_t *shard,
    ngx_str_t *value, size_t offset)
{
    ssize_t  size;
    size_t  *field = (size_t *) ((u_char *) shard + offset);

    if (*field != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    size = ngx_parse_size(value);

    if (size < 1024) {
        return "has an invalid value: it must be at least 1k";
    }

    *field = (size_t) size;

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


/* The directives that take more than a slot: a shard, Redis, a secret. */

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

    { ngx_string("mode"), ngx_payments_shard_mode, 0 },

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


char *
ngx_payments_conf_secret_file(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                 *value = cf->args->elts;
    ngx_payments_main_conf_t  *pmcf = conf;

    if (pmcf->idempotency.secret.len) {
        return "is duplicate";
    }

    if (ngx_payments_read_secret(cf, &value[1], &pmcf->idempotency.secret)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (pmcf->idempotency.secret.len < 32) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the secret in \"%V\" must have at least 32 bytes",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_payments_conf_shard(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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
    shard->pooler = 1;
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


char *
ngx_payments_conf_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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

    return NGX_CONF_OK;
}


/* The directives that take more than a slot: Redis, a secret. */

#include "ngx_payments_conf.h"
#include "base/ngx_payments_tls.h"
#include "http/ngx_payments_http.h"


#define NGX_PAYMENTS_SECRET_FILE  4096


/* how much of it was read; NGX_ERROR: EMERG says what is wrong */

static ssize_t
ngx_payments_conf_read_file(ngx_conf_t *cf, ngx_str_t *path,
    u_char buffer[NGX_PAYMENTS_SECRET_FILE])
{
    ssize_t   n;
    ngx_fd_t  fd;

    if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    fd = ngx_open_file(path->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", path);
        return NGX_ERROR;
    }

    n = ngx_read_fd(fd, buffer, NGX_PAYMENTS_SECRET_FILE);

    (void) ngx_close_file(fd);

    return (n > 0) ? n : 0;
}


/* the file's first line, without its end; EMERG says what is wrong */

ngx_int_t
ngx_payments_conf_read_secret(ngx_conf_t *cf, ngx_str_t *name,
    ngx_str_t *secret)
{
    u_char           *p;
    ssize_t           n;
    ngx_str_t         path;

    u_char            buffer[NGX_PAYMENTS_SECRET_FILE];

    path = *name;

    n = ngx_payments_conf_read_file(cf, &path, buffer);
    if (n == NGX_ERROR) {
        return NGX_ERROR;
    }

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


/* all lines of the secret file, as keys; EMERG says what is wrong */

static ngx_int_t
ngx_payments_conf_keyring(ngx_conf_t *cf, ngx_str_t *name,
    ngx_payments_main_conf_t *pmcf)
{
    ssize_t              n;
    ngx_str_t            path;
    const char          *wrong;
    ngx_payments_text_t  file;

    u_char               buffer[NGX_PAYMENTS_SECRET_FILE];

    static const ngx_payments_text_t  label =
                                       ngx_payments_text("webhook secrets");

    path = *name;
    pmcf->keyring = ngx_pcalloc(cf->pool, sizeof(ngx_payments_keyring_t));
    n = ngx_payments_conf_read_file(cf, &path, buffer);

    if (pmcf->keyring == NULL || n == NGX_ERROR) {
        return NGX_ERROR;
    }

    file.data = buffer;
    file.len = n;

    wrong = ((size_t) n == sizeof(buffer))
            ? "is too large" : ngx_payments_keyring(pmcf->keyring, &file,
                                                    &label);

    ngx_explicit_memzero(buffer, sizeof(buffer));

    if (wrong != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" %s", &path, wrong);
        return NGX_ERROR;
    }

    return NGX_OK;
}


char *
ngx_payments_conf_secret_file(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                 *value = cf->args->elts;
    ngx_payments_main_conf_t  *pmcf = conf;

    if (pmcf->idempotency.secret.len) {
        return "is duplicate";
    }

    if (ngx_payments_conf_read_secret(cf, &value[1], &pmcf->idempotency.secret)
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

    return (ngx_payments_conf_keyring(cf, &value[1], pmcf) == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* a parameter's text, with a NUL behind it as nginx's parser has left it */

static ngx_str_t
ngx_payments_conf_rest(ngx_str_t *value, size_t len)
{
    ngx_str_t  rest;

    rest.data = value->data + len;
    rest.len = value->len - len;

    return rest;
}


static ngx_int_t
ngx_payments_redis_time(ngx_str_t *value, size_t len, ngx_msec_t *msec)
{
    ngx_int_t  n;
    ngx_str_t  s;

    s = ngx_payments_conf_rest(value, len);
    n = ngx_parse_time(&s, 0);

    if (n == NGX_ERROR || n == 0) {
        return NGX_DECLINED;
    }

    *msec = (ngx_msec_t) n;

    return NGX_OK;
}


/* NGX_OK; NGX_DECLINED: it is none, or has no valid value; NGX_ERROR: said */

static ngx_int_t
ngx_payments_redis_parameter(ngx_conf_t *cf, ngx_payments_redis_conf_t *redis,
    ngx_str_t *ca, ngx_str_t *value)
{
    ngx_int_t  n;
    ngx_str_t  s;

    if (ngx_strncmp(value->data, "timeout=", 8) == 0) {
        return ngx_payments_redis_time(value, 8, &redis->timeout);
    }

    if (ngx_strncmp(value->data, "connect_timeout=", 16) == 0) {
        return ngx_payments_redis_time(value, 16, &redis->connect_timeout);
    }

    if (ngx_strncmp(value->data, "database=", 9) == 0) {
        n = ngx_atoi(value->data + 9, value->len - 9);
        redis->database = n;
        return (n == NGX_ERROR) ? NGX_DECLINED : NGX_OK;
    }

    if (ngx_strncmp(value->data, "password_file=", 14) == 0) {
        s = ngx_payments_conf_rest(value, 14);
        return ngx_payments_conf_read_secret(cf, &s, &redis->password);
    }

    if (ngx_strncmp(value->data, "username=", 9) == 0) {
        redis->username = ngx_payments_conf_rest(value, 9);
        return redis->username.len ? NGX_OK : NGX_DECLINED;
    }

    if (ngx_strncmp(value->data, "sentinel=", 9) == 0) {
        redis->sentinel = ngx_payments_conf_rest(value, 9);
        return redis->sentinel.len ? NGX_OK : NGX_DECLINED;
    }

    if (ngx_strncmp(value->data, "tls_ca=", 7) == 0) {
        *ca = ngx_payments_conf_rest(value, 7);
        return ca->len ? NGX_OK : NGX_DECLINED;
    }

    if (ngx_strncmp(value->data, "tls_name=", 9) == 0) {
        redis->tls_name = ngx_payments_conf_rest(value, 9);
        return redis->tls_name.len ? NGX_OK : NGX_DECLINED;
    }

    return NGX_DECLINED;
}


/* the server, or one more Sentinel; all the addresses that its name has */

static ngx_int_t
ngx_payments_redis_address(ngx_conf_t *cf, ngx_array_t *addrs,
    ngx_str_t *value)
{
    ngx_url_t    u;
    ngx_uint_t   i;
    ngx_addr_t  *addr;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = *value;
    u.default_port = 6379;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        if (u.err) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "%s in \"payments_redis\" \"%V\"", u.err,
                               &u.url);
        }

        return NGX_ERROR;
    }

    for (i = 0; i < u.naddrs; i++) {
        addr = ngx_array_push(addrs);
        if (addr == NULL) {
            return NGX_ERROR;
        }

        *addr = u.addrs[i];
    }

    return NGX_OK;
}


/* what cannot be together */

static const char *
ngx_payments_redis_check(ngx_payments_redis_conf_t *redis, ngx_str_t *ca,
    ngx_uint_t names)
{
    if (names == 0) {
        return "has no address";
    }

    if (names > 1 && redis->sentinel.len == 0) {
        return "has several addresses, which only Sentinels may have";
    }

    if (redis->username.len && redis->password.len == 0) {
        return "has a username, but no password_file";
    }

    if (redis->tls_name.len && ca->len == 0) {
        return "has a tls_name, but no tls_ca";
    }

    if (ca->len && redis->tls_name.len == 0) {
        return "has a tls_ca, but no tls_name that its certificate must have";
    }

    if (ca->len && redis->sentinel.len) {
        return "has TLS and Sentinels, which are asked in the clear";
    }

#if !(NGX_SSL)

    if (ca->len) {
        return "has a tls_ca, but nginx is built without SSL";
    }

#endif

    return NULL;
}


char *
ngx_payments_conf_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_int_t                   rc;
    ngx_str_t                  *value, ca;
    ngx_uint_t                  i, names;
    const char                 *wrong;
    ngx_array_t                 addrs;
    ngx_payments_main_conf_t   *pmcf = conf;
    ngx_payments_redis_conf_t  *redis;

    value = cf->args->elts;

    if (pmcf->redis != NULL || pmcf->redis_off) {
        return "is duplicate";
    }

    if (ngx_strcmp(value[1].data, "off") == 0 && cf->args->nelts == 2) {
        pmcf->redis_off = 1;
        return NGX_CONF_OK;
    }

    redis = ngx_pcalloc(cf->pool, sizeof(ngx_payments_redis_conf_t));

    if (redis == NULL
        || ngx_array_init(&addrs, cf->pool, 4, sizeof(ngx_addr_t)) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    redis->timeout = 10;
    redis->connect_timeout = 1000;
    ngx_str_null(&ca);

    for (i = 1, names = 0; i < cf->args->nelts; i++) {

        if (ngx_strchr(value[i].data, '=') == NULL) {
            names++;
            rc = ngx_payments_redis_address(cf, &addrs, &value[i]);

        } else {
            rc = ngx_payments_redis_parameter(cf, redis, &ca, &value[i]);
        }

        if (rc == NGX_DECLINED) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\"", &value[i]);
        }

        if (rc != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    wrong = ngx_payments_redis_check(redis, &ca, names);

    if (wrong != NULL) {
        return (char *) wrong;
    }

#if (NGX_SSL)

    if (ca.len) {
        redis->ssl = ngx_payments_tls_create(cf, &ca);

        if (redis->ssl == NULL) {
            return NGX_CONF_ERROR;
        }
    }

#endif

    redis->addrs = addrs.elts;
    redis->naddrs = addrs.nelts;

    pmcf->redis = redis;

    return NGX_CONF_OK;
}


/*
 * payments_rate_limit_policy name quota window: the headers of a 429, as
 * draft-ietf-httpapi-ratelimit-headers-10 has them.  nginx's own limit decides;
 * it does not say how it is set.
 */

char *
ngx_payments_conf_policy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_payments_loc_conf_t  *plcf = conf;

    u_char      *p;
    time_t       window;
    ngx_int_t    quota;
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (plcf->policy.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 0; i < value[1].len; i++) {
        if (value[1].data[i] < 0x21 || value[1].data[i] > 0x7e
            || value[1].data[i] == '"' || value[1].data[i] == '\\')
        {
            return "has a name with other than visible ASCII characters";
        }
    }

    quota = ngx_atoi(value[2].data, value[2].len);
    window = ngx_parse_time(&value[3], 1);

    if (quota == NGX_ERROR || quota == 0) {
        return "has an invalid quota: it must be a number above 0";
    }

    if (window == (time_t) NGX_ERROR || window == 0) {
        return "has an invalid window: it must be a time of 1s and more";
    }

    plcf->retry = (window + quota - 1) / quota;

    plcf->policy.data = ngx_pnalloc(cf->pool, 2 * (value[1].len + 64));
    if (plcf->policy.data == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_sprintf(plcf->policy.data, "\"%V\";q=%i;w=%T", &value[1], quota,
                    window);
    plcf->policy.len = p - plcf->policy.data;

    plcf->limit.data = p;
    plcf->limit.len = ngx_sprintf(p, "\"%V\";r=0;t=%T", &value[1],
                                  plcf->retry)
                      - p;

    return NGX_CONF_OK;
}


/* payments_processor{}: its parameters, their defaults, what cannot work. */

#include "ngx_payments_conf.h"
#include "base/ngx_payments_tls.h"
#include "http/ngx_payments_http.h"


#define NGX_PAYMENTS_PROCESSOR_ANSWER  10000   /* ms, at most */


/* a parameter of payments_processor{} */

typedef struct {
    ngx_str_t                     name;
    char                       *(*set)(ngx_conf_t *cf,
                                    ngx_payments_processor_t *processor,
                                    ngx_array_t *args, size_t offset);
    size_t                        offset;
    ngx_uint_t                    many;        /* takes more than one value */
} ngx_payments_processor_command_t;


/* a parameter of "breaker" */

typedef struct {
    ngx_str_t                     name;        /* with its "=" */
    size_t                        offset;
    ngx_int_t                   (*parse)(ngx_str_t *value);
    ngx_int_t                     min;
    ngx_int_t                     max;
} ngx_payments_breaker_parameter_t;


static char *ngx_payments_processor_parameter(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_payments_processor_text(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset);
static char *ngx_payments_processor_msec(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset);
static char *ngx_payments_processor_sec(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset);
static char *ngx_payments_processor_number(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset);
static char *ngx_payments_processor_flag(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset);
static char *ngx_payments_processor_dialect(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset);
static char *ngx_payments_processor_breaker(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset);
static ngx_int_t ngx_payments_processor_time(ngx_str_t *value);
static ngx_int_t ngx_payments_processor_count(ngx_str_t *value);
static ngx_int_t ngx_payments_processor_ratio(ngx_str_t *value);


/* what only a block's reading needs */

typedef struct {
    ngx_payments_processor_t      processor;   /* the first member */
    ngx_str_t                     secret_file;
    ngx_str_t                     notification_secret_file;
} ngx_payments_processor_block_t;


#define ngx_payments_of(field)                                                \
    offsetof(ngx_payments_processor_block_t, processor.field)


static const ngx_payments_processor_command_t
    ngx_payments_processor_commands[] = {

    { ngx_string("url"), ngx_payments_processor_text,
      ngx_payments_of(link), 0 },

    { ngx_string("dialect"), ngx_payments_processor_dialect, 0, 0 },

    { ngx_string("secret_file"), ngx_payments_processor_text,
      offsetof(ngx_payments_processor_block_t, secret_file), 0 },

    { ngx_string("notification_secret_file"), ngx_payments_processor_text,
      offsetof(ngx_payments_processor_block_t, notification_secret_file), 0 },

    { ngx_string("trusted_certificate"), ngx_payments_processor_text,
      ngx_payments_of(trusted), 0 },

    { ngx_string("certificate"), ngx_payments_processor_text,
      ngx_payments_of(certificate), 0 },

    { ngx_string("certificate_key"), ngx_payments_processor_text,
      ngx_payments_of(certificate_key), 0 },

    { ngx_string("timeout"), ngx_payments_processor_msec,
      ngx_payments_of(timeout), 0 },

    { ngx_string("answer"), ngx_payments_processor_msec,
      ngx_payments_of(answer), 0 },

    { ngx_string("connect_timeout"), ngx_payments_processor_msec,
      ngx_payments_of(connect_timeout), 0 },

    { ngx_string("keepalive"), ngx_payments_processor_number,
      ngx_payments_of(keepalive), 0 },

    { ngx_string("max_calls"), ngx_payments_processor_number,
      ngx_payments_of(max_calls), 0 },

    { ngx_string("idempotency"), ngx_payments_processor_flag,
      ngx_payments_of(idempotency), 0 },

    { ngx_string("key_lifetime"), ngx_payments_processor_sec,
      ngx_payments_of(key_lifetime), 0 },

    { ngx_string("not_found_after"), ngx_payments_processor_sec,
      ngx_payments_of(not_found_after), 0 },

    { ngx_string("breaker"), ngx_payments_processor_breaker,
      ngx_payments_of(breaker), 1 },

    { ngx_null_string, NULL, 0, 0 }
};


static const ngx_payments_breaker_parameter_t
    ngx_payments_breaker_parameters[] = {

    { ngx_string("fails="), offsetof(ngx_payments_breaker_conf_t, fails),
      ngx_payments_processor_count, 1, 1000000 },

    { ngx_string("window="), offsetof(ngx_payments_breaker_conf_t, window),
      ngx_payments_processor_time, 1000, 3600000 },

    { ngx_string("ratio="), offsetof(ngx_payments_breaker_conf_t, ratio),
      ngx_payments_processor_ratio, 1, 100 },

    { ngx_string("probe="), offsetof(ngx_payments_breaker_conf_t, probe),
      ngx_payments_processor_time, 10, 3600000 },

    { ngx_null_string, 0, NULL, 0, 0 }
};


/* NULL, or what is wrong with a name: it stands in URLs, labels and zones */

static char *
ngx_payments_processor_name_wrong(ngx_payments_processors_t *all,
    ngx_str_t *name)
{
    u_char      c;
    ngx_uint_t  i;

    if (name->len == 0 || name->len > 32) {
        return "must have a name of 1 to 32 characters";
    }

    for (i = 0; i < name->len; i++) {
        c = name->data[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_'
            && c != '-')
        {
            return "must have a name of a-z, 0-9, \"_\" and \"-\" alone";
        }
    }

    if (ngx_payments_processor_named(all, name) != NULL) {
        return "is duplicate: another processor has this name";
    }

    if (all->n == NGX_PAYMENTS_PROCESSORS) {
        return "is one too many: 32 processors are supported";
    }

    return NULL;
}


static void
ngx_payments_processor_unset(ngx_payments_processor_t *processor)
{
    processor->timeout = NGX_CONF_UNSET_MSEC;
    processor->answer = NGX_CONF_UNSET_MSEC;
    processor->connect_timeout = NGX_CONF_UNSET_MSEC;
    processor->keepalive = NGX_CONF_UNSET_UINT;
    processor->max_calls = NGX_CONF_UNSET_UINT;
    processor->idempotency = NGX_CONF_UNSET;
    processor->key_lifetime = NGX_CONF_UNSET;
    processor->not_found_after = NGX_CONF_UNSET;
    processor->breaker.fails = NGX_CONF_UNSET_UINT;
    processor->breaker.window = NGX_CONF_UNSET_MSEC;
    processor->breaker.ratio = NGX_CONF_UNSET_UINT;
    processor->breaker.probe = NGX_CONF_UNSET_MSEC;
}


static void
ngx_payments_processor_defaults(ngx_payments_processor_t *processor)
{
    ngx_conf_init_ptr_value(processor->dialect, &ngx_payments_dialect_payments);
    ngx_conf_init_msec_value(processor->timeout, 20000);
    ngx_conf_init_msec_value(processor->answer, 8000);
    ngx_conf_init_msec_value(processor->connect_timeout, 2000);
    ngx_conf_init_uint_value(processor->keepalive, 16);
    ngx_conf_init_uint_value(processor->max_calls, 512);
    ngx_conf_init_value(processor->idempotency, 1);
    ngx_conf_init_value(processor->key_lifetime, 23 * 3600);
    ngx_conf_init_value(processor->not_found_after, 60);
    ngx_conf_init_uint_value(processor->breaker.fails, 5);
    ngx_conf_init_msec_value(processor->breaker.window, 10000);
    ngx_conf_init_uint_value(processor->breaker.ratio, 50);
    ngx_conf_init_msec_value(processor->breaker.probe, 1000);
}


/* NULL, or what cannot be together */

static const char *
ngx_payments_processor_wrong(ngx_payments_processor_block_t *block)
{
    ngx_payments_processor_t  *processor = &block->processor;

    if (processor->link.len == 0) {
        return "\"url\" is missing";
    }

    if (block->secret_file.len == 0) {
        return "\"secret_file\" is missing";
    }

    if (processor->connect_timeout > processor->timeout) {
        return "\"connect_timeout\" must not be longer than \"timeout\"";
    }

    if (processor->answer > processor->timeout) {
        return "\"answer\" must not be longer than \"timeout\"";
    }

    /* a request whose worker dies is taken for lost a little later */

    if (processor->answer > NGX_PAYMENTS_PROCESSOR_ANSWER) {
        return "\"answer\" must be at most 10s";
    }

    /* what is still under way has not been seen yet */

    if (processor->not_found_after * 1000
        < (ngx_msec_int_t) processor->timeout)
    {
        return "\"not_found_after\" must not be shorter than \"timeout\"";
    }

    if ((processor->certificate.len != 0)
        != (processor->certificate_key.len != 0))
    {
        return "\"certificate\" and \"certificate_key\" need each other";
    }

    if (processor->certificate.len && processor->trusted.len == 0) {
        return "\"certificate\" needs \"trusted_certificate\"";
    }

    if (processor->trusted.len
        && ngx_strncmp(processor->link.data, "https://", 8) != 0)
    {
        return "\"trusted_certificate\" needs an https URL";
    }

    return NULL;
}


static ngx_int_t
ngx_payments_processor_secret(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_str_t *file,
    const char *(*read)(ngx_str_t *line, ngx_str_t *key), ngx_str_t *key)
{
    ngx_str_t    line;
    const char  *wrong;

    if (ngx_payments_conf_read_secret(cf, file, &line) != NGX_OK) {
        return NGX_ERROR;
    }

    key->data = ngx_pnalloc(cf->pool, line.len);

    if (key->data == NULL) {
        return NGX_ERROR;
    }

    wrong = read(&line, key);

    ngx_explicit_memzero(line.data, line.len);

    if (wrong != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the secret in \"%V\" %s, in payments_processor "
                           "\"%V\"", file, wrong, &processor->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_payments_processor_secrets(ngx_conf_t *cf,
    ngx_payments_processor_block_t *block)
{
    ngx_payments_processor_t      *processor = &block->processor;
    const ngx_payments_dialect_t  *dialect = processor->dialect;

    if (ngx_payments_processor_secret(cf, processor, &block->secret_file,
                                      dialect->secret, &processor->key)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (block->notification_secret_file.len == 0) {
        if (dialect->notification_secret == NULL) {
            processor->notification_key = processor->key;
        }

        return NGX_OK;
    }

    return ngx_payments_processor_secret(cf, processor,
                                         &block->notification_secret_file,
                                         dialect->notification_secret
                                         ? dialect->notification_secret
                                         : dialect->secret,
                                         &processor->notification_key);
}


/* names resolve here, by nginx, where blocking is normal */

static ngx_int_t
ngx_payments_processor_resolve(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_str_t *host, in_port_t port)
{
    ngx_url_t  u;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = *host;
    u.default_port = port;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s in \"url\" \"%V\" of payments_processor \"%V\"",
                           u.err ? u.err : "no memory", &processor->link,
                           &processor->name);
        return NGX_ERROR;
    }

    processor->addrs = u.addrs;
    processor->naddrs = u.naddrs;

    return NGX_OK;
}


/* unix:/path, and :/prefix behind it */

static const char *
ngx_payments_processor_unix(ngx_conf_t *cf, ngx_payments_processor_t *processor)
{
    u_char     *colon;
    ngx_str_t   path;

    path = processor->link;
    colon = ngx_strlchr(path.data + 5, path.data + path.len, ':');

    if (colon != NULL) {
        processor->prefix.data = colon + 1;
        processor->prefix.len = path.data + path.len - colon - 1;
        path.len = colon - path.data;

        if (processor->prefix.len == 0 || processor->prefix.data[0] != '/') {
            return "has a prefix that does not begin with a slash";
        }
    }

    processor->url.host.kind = NGX_PAYMENTS_HOST_NAME;
    processor->url.host.name.data = (u_char *) "localhost";
    processor->url.host.name.len = sizeof("localhost") - 1;
    processor->url.authority = processor->url.host.name;
    processor->url.port = 80;

    return (ngx_payments_processor_resolve(cf, processor, &path, 80) == NGX_OK)
           ? NULL : "";
}


/* of this machine */

static ngx_uint_t
ngx_payments_processor_local(struct sockaddr *sa)
{
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;

    if (sa->sa_family == AF_INET6) {
        sin6 = (struct sockaddr_in6 *) sa;
        return IN6_IS_ADDR_LOOPBACK(&sin6->sin6_addr);
    }

#endif

    sin = (struct sockaddr_in *) sa;

    return sa->sa_family == AF_INET
           && (ntohl(sin->sin_addr.s_addr) >> 24) == 127;
}


/*
 * In the clear to this machine alone: an answer has no signature, and whoever
 * could write one on the way would say what was paid.
 */

static const char *
ngx_payments_processor_clear(ngx_conf_t *cf,
    ngx_payments_processor_t *processor)
{
    ngx_str_t            host;
    ngx_uint_t           i;
    ngx_payments_url_t  *url = &processor->url;

    host.data = (u_char *) url->authority.data;
    host.len = url->authority.len;

    if (ngx_payments_processor_resolve(cf, processor, &host, 80) != NGX_OK) {
        return "";
    }

    for (i = 0; i < processor->naddrs; i++) {
        if (!ngx_payments_processor_local(processor->addrs[i].sockaddr)) {
            return "is http:// and leads to another machine: it must be "
                   "https://, since answers are not signed";
        }
    }

    return NULL;
}


/* NULL, or what is wrong with it; "": that was logged */

static const char *
ngx_payments_processor_url(ngx_conf_t *cf, ngx_payments_processor_t *processor)
{
    const char  *wrong;
    ngx_str_t   *link = &processor->link, *prefix = &processor->prefix;

    if (ngx_strncmp(link->data, "unix:", 5) == 0) {
        wrong = ngx_payments_processor_unix(cf, processor);

    } else {
        wrong = ngx_payments_url_parse(link->data, link->len, &processor->url);

        if (wrong != NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"url\" \"%V\" of payments_processor \"%V\": "
                               "%s", link, &processor->name, wrong);
            return "";
        }

        prefix->data = (u_char *) processor->url.target.data;
        prefix->len = processor->url.target.len;

        wrong = processor->url.tls
                ? NULL : ngx_payments_processor_clear(cf, processor);
    }

    if (wrong == NULL
        && ngx_strlchr(prefix->data, prefix->data + prefix->len, '?') != NULL)
    {
        return "must not have a query";
    }

    /* an operation is put behind it, with a slash between */

    while (prefix->len && prefix->data[prefix->len - 1] == '/') {
        prefix->len--;
    }

    return wrong;
}


static ngx_int_t
ngx_payments_processor_tls(ngx_conf_t *cf, ngx_payments_processor_t *processor)
{
#if (NGX_SSL)

    ngx_ssl_t  *ssl;

    if (processor->trusted.len == 0) {
        return NGX_OK;
    }

    ssl = ngx_payments_tls_create(cf, &processor->trusted);

    if (ssl == NULL || ngx_ssl_client_session_cache(cf, ssl, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    if (processor->certificate.len
        && ngx_ssl_certificate(cf, ssl, &processor->certificate,
                               &processor->certificate_key, NULL)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    processor->ssl = ssl;

    return NGX_OK;

#else

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "payments_processor \"%V\" needs an nginx that is built "
                       "with SSL", &processor->name);
    return processor->trusted.len ? NGX_ERROR : NGX_OK;

#endif
}


/* the whole block, once it is read */

static ngx_int_t
ngx_payments_processor_check(ngx_conf_t *cf,
    ngx_payments_processor_block_t *block)
{
    const char                *wrong;
    ngx_payments_processor_t  *processor = &block->processor;

    ngx_payments_processor_defaults(processor);

    wrong = ngx_payments_processor_wrong(block);

    if (wrong != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s in payments_processor \"%V\"", wrong,
                           &processor->name);
        return NGX_ERROR;
    }

    wrong = ngx_payments_processor_url(cf, processor);

    if (wrong != NULL) {
        if (wrong[0] != '\0') {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"url\" \"%V\" of payments_processor \"%V\" %s",
                               &processor->link, &processor->name, wrong);
        }

        return NGX_ERROR;
    }

    if (ngx_payments_processor_secrets(cf, block) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_payments_processor_tls(cf, processor);
}


char *
ngx_payments_conf_processor(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                            *rv;
    ngx_str_t                       *value = cf->args->elts;
    ngx_conf_t                       save;
    ngx_payments_main_conf_t        *pmcf = conf;
    ngx_payments_processors_t       *all = &pmcf->processors;
    ngx_payments_processor_block_t  *block;

    rv = ngx_payments_processor_name_wrong(all, &value[1]);

    if (rv != NULL) {
        return rv;
    }

    block = ngx_pcalloc(cf->pool, sizeof(ngx_payments_processor_block_t));
    if (block == NULL) {
        return NGX_CONF_ERROR;
    }

    block->processor.name = value[1];
    block->processor.dialect = NGX_CONF_UNSET_PTR;
    ngx_payments_processor_unset(&block->processor);

    save = *cf;
    cf->handler = ngx_payments_processor_parameter;
    cf->handler_conf = (char *) block;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (ngx_payments_processor_check(cf, block) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    all->elts[all->n++] = &block->processor;

    return NGX_CONF_OK;
}


static char *
ngx_payments_processor_parameter(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    char                                    *rv;
    ngx_str_t                               *value = cf->args->elts;
    const ngx_payments_processor_command_t  *command;

    for (command = ngx_payments_processor_commands; command->name.len;
         command++)
    {
        if (value[0].len != command->name.len
            || ngx_strncmp(value[0].data, command->name.data, value[0].len)
               != 0)
        {
            continue;
        }

        if (cf->args->nelts < 2 || (cf->args->nelts > 2 && !command->many)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid number of arguments in \"%V\" "
                               "directive", &value[0]);
            return NGX_CONF_ERROR;
        }

        rv = command->set(cf, conf, cf->args, command->offset);

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
ngx_payments_processor_text(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset)
{
    ngx_str_t  *value = args->elts;
    ngx_str_t  *field = (ngx_str_t *) ((u_char *) processor + offset);

    if (field->len) {
        return "is duplicate";
    }

    if (value[1].len == 0) {
        return "has an empty value";
    }

    *field = value[1];

    return NGX_CONF_OK;
}


static char *
ngx_payments_processor_dialect(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset)
{
    ngx_str_t  *value = args->elts;

    if (processor->dialect != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    processor->dialect = ngx_payments_dialect(&value[1]);

    return processor->dialect ? NGX_CONF_OK
                              : "must be \"payments\" or \"stripe\"";
}


static ngx_int_t
ngx_payments_processor_time(ngx_str_t *value)
{
    return ngx_parse_time(value, 0);
}


static ngx_int_t
ngx_payments_processor_count(ngx_str_t *value)
{
    return ngx_atoi(value->data, value->len);
}


static ngx_int_t
ngx_payments_processor_ratio(ngx_str_t *value)
{
    return (value->len && value->data[value->len - 1] == '%')
           ? ngx_atoi(value->data, value->len - 1) : NGX_ERROR;
}


static char *
ngx_payments_processor_msec(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset)
{
    ngx_int_t    n;
    ngx_str_t   *value = args->elts;
    ngx_msec_t  *field = (ngx_msec_t *) ((u_char *) processor + offset);

    if (*field != NGX_CONF_UNSET_MSEC) {
        return "is duplicate";
    }

    n = ngx_parse_time(&value[1], 0);

    if (n == NGX_ERROR || n < 10 || n > 3600000) {
        return "has an invalid value: it must be a time from 10ms to 1h";
    }

    *field = (ngx_msec_t) n;

    return NGX_CONF_OK;
}


static char *
ngx_payments_processor_sec(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset)
{
    ngx_int_t   n;
    ngx_str_t  *value = args->elts;
    time_t     *field = (time_t *) ((u_char *) processor + offset);

    if (*field != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    n = ngx_parse_time(&value[1], 1);

    if (n == NGX_ERROR || n < 1 || n > 31536000) {
        return "has an invalid value: it must be a time from 1s to 365d";
    }

    *field = n;

    return NGX_CONF_OK;
}


static char *
ngx_payments_processor_number(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset)
{
    ngx_int_t    n;
    ngx_str_t   *value = args->elts;
    ngx_uint_t  *field = (ngx_uint_t *) ((u_char *) processor + offset);

    if (*field != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    n = ngx_atoi(value[1].data, value[1].len);

    if (n == NGX_ERROR || n == 0) {
        return "has an invalid value: it must be a number above 0";
    }

    *field = n;

    return NGX_CONF_OK;
}


static char *
ngx_payments_processor_flag(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset)
{
    ngx_str_t   *value = args->elts;
    ngx_flag_t  *field = (ngx_flag_t *) ((u_char *) processor + offset);

    if (*field != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    if (ngx_strcmp(value[1].data, "on") == 0) {
        *field = 1;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value[1].data, "off") == 0) {
        *field = 0;
        return NGX_CONF_OK;
    }

    return "must be \"on\" or \"off\"";
}


/* NGX_OK; NGX_DECLINED: it is none, has no valid value, or stands twice */

static ngx_int_t
ngx_payments_processor_break(ngx_payments_breaker_conf_t *breaker,
    ngx_str_t *value)
{
    ngx_int_t                                n;
    ngx_str_t                                rest;
    ngx_uint_t                              *field;
    const ngx_payments_breaker_parameter_t  *p;

    for (p = ngx_payments_breaker_parameters; p->name.len; p++) {

        if (value->len <= p->name.len
            || ngx_strncmp(value->data, p->name.data, p->name.len) != 0)
        {
            continue;
        }

        field = (ngx_uint_t *) ((u_char *) breaker + p->offset);

        rest.data = value->data + p->name.len;
        rest.len = value->len - p->name.len;
        n = p->parse(&rest);

        if (n == NGX_ERROR || n < p->min || n > p->max
            || *field != NGX_CONF_UNSET_UINT)
        {
            return NGX_DECLINED;
        }

        *field = (ngx_uint_t) n;

        return NGX_OK;
    }

    return NGX_DECLINED;
}


static char *
ngx_payments_processor_breaker(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, ngx_array_t *args, size_t offset)
{
    ngx_str_t   *value = args->elts;
    ngx_uint_t   i;

    for (i = 1; i < args->nelts; i++) {
        if (ngx_payments_processor_break(&processor->breaker, &value[i])
            != NGX_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" of \"breaker\"",
                               &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* whether names are resolved when they are needed, by nginx or a proxy; http's
   own resolver is there, without a server, where none is configured */

static ngx_uint_t
ngx_payments_processor_asks(ngx_payments_outbound_conf_t *outbound)
{
    return outbound->nproxy
           || (outbound->resolver != NULL
               && outbound->resolver->connections.nelts);
}


/*
 * What depends on the whole configuration: how names are resolved, whose
 * certificates are trusted; then the memory that workers share.
 */

ngx_int_t
ngx_payments_conf_processors(ngx_conf_t *cf, ngx_payments_main_conf_t *pmcf)
{
    ngx_str_t                  host;
    ngx_uint_t                 i;
    ngx_payments_processor_t  *processor;

    for (i = 0; i < pmcf->processors.n; i++) {
        processor = pmcf->processors.elts[i];

        processor->zone = ngx_payments_processor_zone(cf, processor,
                                                      &ngx_payments_module);
        if (processor->zone == NULL) {
            return NGX_ERROR;
        }

        if (!processor->url.tls) {
            continue;
        }

        if (processor->ssl == NULL && pmcf->outbound.ssl == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "payments_processor \"%V\" has an https URL and "
                               "needs \"trusted_certificate\"",
                               &processor->name);
            return NGX_ERROR;
        }

        if (ngx_payments_processor_asks(&pmcf->outbound)) {
            continue;
        }

        host.data = (u_char *) processor->url.authority.data;
        host.len = processor->url.authority.len;

        if (ngx_payments_processor_resolve(cf, processor, &host, 443)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * payments_processors: names, with commas between them.  Those that the
 * configuration says itself must be there.
 */

ngx_int_t
ngx_payments_conf_processors_named(ngx_conf_t *cf,
    ngx_payments_main_conf_t *pmcf, ngx_http_complex_value_t *value)
{
    ngx_str_t  left, name;

    if (value == NULL || value->lengths != NULL) {
        return NGX_OK;
    }

    left = value->value;

    while (ngx_payments_processor_next(&left, &name) == NGX_OK) {
        if (ngx_payments_processor_named(&pmcf->processors, &name) == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"payments_processors\" names \"%V\", but "
                               "there is no such \"payments_processor\"",
                               &name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}

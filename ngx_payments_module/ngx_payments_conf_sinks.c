
/* payments_feed{}: where events go, and what it takes. */

#include "ngx_payments_conf.h"
#include "base/ngx_payments_tls.h"
#include "http/ngx_payments_http.h"


/* what only a block's reading needs */

typedef struct {
    ngx_payments_feed_conf_t      feed;
    ngx_int_t                     batch;
    ngx_uint_t                    start;
    ngx_str_t                     secret_file;
} ngx_payments_feed_block_t;


static ngx_conf_enum_t  ngx_payments_feed_formats[] = {
    { ngx_string("ndjson"), NGX_PAYMENTS_FEED_NDJSON },
    { ngx_string("cloudevents-batch"), NGX_PAYMENTS_FEED_CLOUDEVENTS },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_payments_sink_starts[] = {
    { ngx_string("newest"), 0 },
    { ngx_string("oldest"), 1 },
    { ngx_null_string, 0 }
};


static ngx_conf_num_bounds_t  ngx_payments_sink_batches = {
    ngx_conf_check_num_bounds, 1, NGX_PAYMENTS_SINK_EVENTS
};


/* parameters of payments_feed{}; of the commands name, set, offset and post are
   used */

static ngx_command_t  ngx_payments_feed_commands[] = {

    { ngx_string("url"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, 0,
      offsetof(ngx_payments_feed_block_t, feed.link), NULL },

    { ngx_string("batch"), NGX_CONF_TAKE1, ngx_conf_set_num_slot, 0,
      offsetof(ngx_payments_feed_block_t, batch), &ngx_payments_sink_batches },

    { ngx_string("format"), NGX_CONF_TAKE1, ngx_conf_set_enum_slot, 0,
      offsetof(ngx_payments_feed_block_t, feed.format),
      &ngx_payments_feed_formats },

    { ngx_string("start"), NGX_CONF_TAKE1, ngx_conf_set_enum_slot, 0,
      offsetof(ngx_payments_feed_block_t, start), &ngx_payments_sink_starts },

    { ngx_string("secret_file"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, 0,
      offsetof(ngx_payments_feed_block_t, secret_file), NULL },

    { ngx_string("trusted_certificate"), NGX_CONF_TAKE1, ngx_conf_set_str_slot,
      0, offsetof(ngx_payments_feed_block_t, feed.trusted), NULL },

    { ngx_string("timeout"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot, 0,
      offsetof(ngx_payments_feed_block_t, feed.timeout), NULL },

    ngx_null_command
};


/* a parameter of a sink's block: cf->handler_conf is the block, whose first
   command ngx_payments_sink_block() has found */

typedef struct {
    ngx_command_t                *commands;
    void                         *block;
} ngx_payments_sink_reading_t;


static char *
ngx_payments_sink_parameter(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    char                         *rv;
    ngx_str_t                    *value = cf->args->elts;
    ngx_command_t                *cmd;
    ngx_payments_sink_reading_t  *reading = conf;

    for (cmd = reading->commands; cmd->name.len; cmd++) {
        if (value[0].len != cmd->name.len
            || ngx_strncmp(value[0].data, cmd->name.data, value[0].len) != 0)
        {
            continue;
        }

        if ((cmd->type & NGX_CONF_TAKE1 && cf->args->nelts != 2)
            || (cmd->type & NGX_CONF_TAKE2 && cf->args->nelts != 3)
            || cf->args->nelts < 2)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid number of arguments in \"%V\" "
                               "directive", &value[0]);
            return NGX_CONF_ERROR;
        }

        rv = cmd->set(cf, cmd, reading->block);

        if (rv != NGX_CONF_OK && rv != NGX_CONF_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" directive %s",
                               &value[0], rv);
            return NGX_CONF_ERROR;
        }

        return rv;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "unknown directive \"%V\"",
                       &value[0]);

    return NGX_CONF_ERROR;
}


char *
ngx_payments_sink_block(ngx_conf_t *cf, ngx_command_t *commands, void *block)
{
    char                         *rv;
    ngx_conf_t                    save;
    ngx_payments_sink_reading_t   reading;

    reading.commands = commands;
    reading.block = block;

    save = *cf;
    cf->handler = ngx_payments_sink_parameter;
    cf->handler_conf = (char *) &reading;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    return rv;
}


/* one more sink; NULL: it was logged why not.  "name" stands in the table of
   places, labels and zones */

ngx_payments_sink_t *
ngx_payments_sink_add(ngx_conf_t *cf, ngx_payments_sinks_t *sinks,
    const char *kind, ngx_str_t *name)
{
    u_char                c;
    ngx_uint_t            i;
    ngx_payments_sink_t  *sink;

    for (i = 0; i < name->len; i++) {
        c = name->data[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_'
            && c != '-')
        {
            break;
        }
    }

    if (i < name->len || name->len == 0 || name->len > 32) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the name \"%V\" must be 1 to 32 characters of a-z, "
                           "0-9, \"_\" and \"-\"", name);
        return NULL;
    }

    sink = ngx_pcalloc(cf->pool, sizeof(ngx_payments_sink_t));
    if (sink == NULL) {
        return NULL;
    }

    /* with a NUL behind it */

    sink->name.data = ngx_pcalloc(cf->pool, ngx_strlen(kind) + name->len + 2);
    if (sink->name.data == NULL) {
        return NULL;
    }

    sink->name.len = ngx_sprintf(sink->name.data, "%s:%V", kind, name)
                     - sink->name.data;

    for (i = 0; i < sinks->n; i++) {
        if (ngx_strcmp(sinks->elts[i]->name.data, sink->name.data) == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "there are two sinks \"%V\"", &sink->name);
            return NULL;
        }
    }

    if (sinks->n == NGX_PAYMENTS_SINKS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is one too many: %d feeds and "
                           "\"payments_kafka\" are supported", &sink->name,
                           NGX_PAYMENTS_SINKS);
        return NULL;
    }

    sink->zone = ngx_payments_sinks_zone(cf, sink, &ngx_payments_module);
    if (sink->zone == NULL) {
        return NULL;
    }

    sinks->elts[sinks->n++] = sink;

    return sink;
}


/* names resolve here, by nginx, where blocking is normal */

static ngx_int_t
ngx_payments_feed_resolve(ngx_conf_t *cf, ngx_payments_feed_conf_t *feed,
    ngx_str_t *host, in_port_t port)
{
    ngx_url_t  u;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = *host;
    u.default_port = port;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s in \"url\" \"%V\" of \"payments_feed\"",
                           u.err ? u.err : "no memory", &feed->link);
        return NGX_ERROR;
    }

    feed->addrs = u.addrs;
    feed->naddrs = u.naddrs;

    return NGX_OK;
}


/* unix:/path, and :/target behind it */

static ngx_int_t
ngx_payments_feed_unix(ngx_conf_t *cf, ngx_payments_feed_conf_t *feed)
{
    u_char     *colon;
    ngx_str_t   path;

    path = feed->link;
    ngx_str_set(&feed->target, "/");
    colon = ngx_strlchr(path.data + 5, path.data + path.len, ':');

    if (colon != NULL) {
        feed->target.data = colon + 1;
        feed->target.len = path.data + path.len - colon - 1;
        path.len = colon - path.data;
    }

    if (feed->target.len == 0 || feed->target.data[0] != '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"url\" \"%V\" of \"payments_feed\" has a path "
                           "that does not begin with a slash", &feed->link);
        return NGX_ERROR;
    }

    feed->url.host.kind = NGX_PAYMENTS_HOST_NAME;
    feed->url.host.name.data = (u_char *) "localhost";
    feed->url.host.name.len = sizeof("localhost") - 1;
    feed->url.authority = feed->url.host.name;
    feed->url.port = 80;

    return ngx_payments_feed_resolve(cf, feed, &path, 80);
}


static ngx_int_t
ngx_payments_feed_url(ngx_conf_t *cf, ngx_payments_feed_conf_t *feed)
{
    const char  *wrong;

    if (feed->link.data == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"url\" is missing in \"payments_feed\"");
        return NGX_ERROR;
    }

    if (ngx_strncmp(feed->link.data, "unix:", 5) == 0) {
        return ngx_payments_feed_unix(cf, feed);
    }

    wrong = ngx_payments_url_parse(feed->link.data, feed->link.len, &feed->url);

    if (wrong != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"url\" \"%V\" of \"payments_feed\": %s",
                           &feed->link, wrong);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_payments_feed_secret(ngx_conf_t *cf, ngx_payments_feed_block_t *block)
{
    ngx_str_t   line;
    ngx_str_t  *key = &block->feed.key;

    if (block->secret_file.data == NULL) {
        return NGX_OK;
    }

    if (ngx_payments_conf_read_secret(cf, &block->secret_file, &line)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    key->data = ngx_pnalloc(cf->pool, NGX_PAYMENTS_SIGNATURE_KEY);
    if (key->data == NULL) {
        return NGX_ERROR;
    }

    key->len = ngx_payments_signature_key(line.data, line.len, key->data);

    ngx_explicit_memzero(line.data, line.len);

    if (key->len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the secret in \"%V\" is not \"whsec_\" and base64 "
                           "of 24 to 64 bytes", &block->secret_file);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_payments_feed_tls(ngx_conf_t *cf, ngx_payments_feed_conf_t *feed)
{
    if (feed->trusted.data == NULL) {
        return NGX_OK;
    }

    if (!feed->url.tls) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"trusted_certificate\" needs an https URL in "
                           "\"payments_feed\"");
        return NGX_ERROR;
    }

#if (NGX_SSL)

    feed->ssl = ngx_payments_tls_create(cf, &feed->trusted);

    return (feed->ssl != NULL
            && ngx_ssl_client_session_cache(cf, feed->ssl, 1) == NGX_OK)
           ? NGX_OK : NGX_ERROR;

#else

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"payments_feed\" needs an nginx that is built with "
                       "SSL");
    return NGX_ERROR;

#endif
}


char *
ngx_payments_conf_feed(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                       *rv;
    ngx_str_t                  *value = cf->args->elts;
    ngx_payments_sink_t        *sink;
    ngx_payments_main_conf_t   *pmcf = conf;
    ngx_payments_feed_block_t  *block;

    sink = ngx_payments_sink_add(cf, &pmcf->sinks, "feed", &value[1]);
    block = ngx_pcalloc(cf->pool, sizeof(ngx_payments_feed_block_t));

    if (sink == NULL || block == NULL) {
        return NGX_CONF_ERROR;
    }

    block->batch = NGX_CONF_UNSET;
    block->start = NGX_CONF_UNSET_UINT;
    block->feed.format = NGX_CONF_UNSET_UINT;
    block->feed.timeout = NGX_CONF_UNSET_MSEC;

    rv = ngx_payments_sink_block(cf, ngx_payments_feed_commands, block);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    ngx_conf_init_value(block->batch, 500);
    ngx_conf_init_uint_value(block->start, 0);
    ngx_conf_init_uint_value(block->feed.format, NGX_PAYMENTS_FEED_NDJSON);
    ngx_conf_init_msec_value(block->feed.timeout, 15000);

    sink->kind = &ngx_payments_feed_kind;
    sink->conf = &block->feed;
    sink->size = block->batch;
    sink->oldest = block->start;

    if (block->feed.timeout < 10 || block->feed.timeout > 3600000) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"timeout\" of \"payments_feed\" must be a time "
                           "from 10ms to 1h");
        return NGX_CONF_ERROR;
    }

    return (ngx_payments_feed_url(cf, &block->feed) == NGX_OK
            && ngx_payments_feed_secret(cf, block) == NGX_OK
            && ngx_payments_feed_tls(cf, &block->feed) == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* what depends on the whole configuration: whose certificates are trusted, and
   how names are resolved */

static ngx_int_t
ngx_payments_conf_feed_ready(ngx_conf_t *cf,
    ngx_payments_outbound_conf_t *outbound, ngx_payments_feed_conf_t *feed)
{
    ngx_str_t  host;

    if (feed->url.tls && feed->ssl == NULL && outbound->ssl == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"payments_feed\" with the URL \"%V\" needs "
                           "\"trusted_certificate\"", &feed->link);
        return NGX_ERROR;
    }

    if (feed->naddrs || outbound->nproxy
        || (outbound->resolver != NULL
            && outbound->resolver->connections.nelts))
    {
        return NGX_OK;
    }

    host.data = (u_char *) feed->url.authority.data;
    host.len = feed->url.authority.len;

    return ngx_payments_feed_resolve(cf, feed, &host,
                                     feed->url.tls ? 443 : 80);
}


ngx_int_t
ngx_payments_conf_sinks(ngx_conf_t *cf, ngx_payments_main_conf_t *pmcf)
{
    ngx_uint_t            i;
    ngx_payments_sink_t  *sink;

    for (i = 0; i < pmcf->sinks.n; i++) {
        sink = pmcf->sinks.elts[i];

        if (sink->kind == &ngx_payments_feed_kind
            && ngx_payments_conf_feed_ready(cf, &pmcf->outbound, sink->conf)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* payments_outbound_* and payments_webhooks*: what goes to other hosts. */

#include "ngx_payments_conf.h"
#include "base/ngx_payments_tls.h"


char *
ngx_payments_conf_outbound_trusted(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
#if (NGX_SSL)

    ngx_ssl_t                 *ssl;
    ngx_str_t                 *value = cf->args->elts;
    ngx_payments_main_conf_t  *pmcf = conf;

    if (pmcf->outbound.ssl != NULL) {
        return "is duplicate";
    }

    ssl = ngx_payments_tls_create(cf, &value[1]);

    if (ssl == NULL || ngx_ssl_client_session_cache(cf, ssl, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    pmcf->outbound.ssl = ssl;

    return NGX_CONF_OK;

#else

    return "needs an nginx that is built with SSL";

#endif
}


/* a proxy's name is resolved now, all its addresses are tried */

char *
ngx_payments_conf_outbound_proxy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_url_t                  u;
    ngx_str_t                 *value = cf->args->elts;
    ngx_payments_main_conf_t  *pmcf = conf;

    if (pmcf->outbound.nproxy || pmcf->proxy_off) {
        return "is duplicate";
    }

    if (ngx_strcmp(value[1].data, "off") == 0) {
        pmcf->proxy_off = 1;
        return NGX_CONF_OK;
    }

    ngx_memzero(&u, sizeof(ngx_url_t));
    u.url = value[1];

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        if (u.err) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "%s in \"payments_outbound_proxy\" \"%V\"",
                               u.err, &u.url);
        }

        return NGX_CONF_ERROR;
    }

    if (u.family != AF_UNIX && u.no_port) {
        return "must say the proxy's port";
    }

    pmcf->outbound.proxy = u.addrs;
    pmcf->outbound.nproxy = u.naddrs;

    return NGX_CONF_OK;
}


void
ngx_payments_conf_outbound(ngx_conf_t *cf,
    ngx_payments_outbound_conf_t *outbound)
{
    ngx_http_core_loc_conf_t  *clcf;

    /* http's own "resolver", wherever it stands */

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    outbound->resolver = clcf->resolver;
}


char *
ngx_payments_conf_webhooks_allow(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_int_t                  rc;
    ngx_str_t                 *value = cf->args->elts;
    ngx_uint_t                 i;
    ngx_cidr_t                *cidr;
    ngx_payments_main_conf_t  *pmcf = conf;

    if (pmcf->webhooks.allowed == NULL) {
        pmcf->webhooks.allowed = ngx_array_create(cf->pool, 4,
                                                  sizeof(ngx_cidr_t));
        if (pmcf->webhooks.allowed == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    for (i = 1; i < cf->args->nelts; i++) {
        cidr = ngx_array_push(pmcf->webhooks.allowed);
        if (cidr == NULL) {
            return NGX_CONF_ERROR;
        }

        rc = ngx_ptocidr(&value[i], cidr);

        if (rc == NGX_ERROR || rc == NGX_DONE) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is no network, or has bits behind its "
                               "prefix", &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* on|off, calls=, merchant_calls=, timeout= */

char *
ngx_payments_conf_webhooks_on(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_int_t                      n;
    ngx_str_t                     *value = cf->args->elts, text;
    ngx_uint_t                     i;
    ngx_payments_webhooks_conf_t  *webhooks;

    webhooks = &((ngx_payments_main_conf_t *) conf)->webhooks;

    if (webhooks->on != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    if (ngx_strcmp(value[1].data, "on") != 0
        && ngx_strcmp(value[1].data, "off") != 0)
    {
        return "must be \"on\" or \"off\"";
    }

    webhooks->on = (value[1].len == 2);

    for (i = 2; i < cf->args->nelts; i++) {
        text = value[i];

        if (ngx_strncmp(text.data, "calls=", 6) == 0) {
            n = ngx_atoi(text.data + 6, text.len - 6);
            webhooks->calls = n;

        } else if (ngx_strncmp(text.data, "merchant_calls=", 15) == 0) {
            n = ngx_atoi(text.data + 15, text.len - 15);
            webhooks->merchant = n;

        } else if (ngx_strncmp(text.data, "timeout=", 8) == 0) {
            text.data += 8;
            text.len -= 8;
            n = ngx_parse_time(&text, 0);
            webhooks->timeout = n;

        } else {
            n = NGX_ERROR;
        }

        if (n == NGX_ERROR || n < 1 || n > 65535) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\"", &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_payments_conf_webhooks(ngx_conf_t *cf, ngx_payments_main_conf_t *pmcf)
{
    if (!pmcf->webhooks.on) {
        return NGX_OK;
    }

    if (pmcf->keyring == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"payments_webhooks on\" needs "
                           "\"payments_secret_file\", by which the secrets of "
                           "endpoints are stored");
        return NGX_ERROR;
    }

    if (pmcf->outbound.ssl == NULL) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "without \"payments_outbound_trusted_certificate\" "
                           "webhooks are not sent to https");
    }

    return NGX_OK;
}

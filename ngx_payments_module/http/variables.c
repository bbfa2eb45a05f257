
/* Variables, for log_format and for limits. */

#include "ngx_payments_http.h"
#include "../pg/ngx_payments_pg.h"


typedef enum {
    NGX_PAYMENTS_V_REQUEST_ID = 0,
    NGX_PAYMENTS_V_ROUTE,
    NGX_PAYMENTS_V_IDEMPOTENCY,
    NGX_PAYMENTS_V_MERCHANT,
    NGX_PAYMENTS_V_DATABASE_TIME,
    NGX_PAYMENTS_V_QUEUE_TIME,
    NGX_PAYMENTS_V_BATCH_SIZE,
    NGX_PAYMENTS_V_SERVER,
    NGX_PAYMENTS_V_SQLSTATE,
    NGX_PAYMENTS_V_CURRENCY,
    NGX_PAYMENTS_V_AMOUNT,
    NGX_PAYMENTS_V_LIVEMODE,
    NGX_PAYMENTS_V_TOKEN_TYPE
} ngx_payments_variable_e;


static ngx_int_t ngx_payments_http_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_int_t ngx_payments_http_pg_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_payments_http_routing_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_http_variable_t  ngx_payments_http_vars[] = {

    { ngx_string("payments_request_id"), NULL, ngx_payments_http_variable,
      NGX_PAYMENTS_V_REQUEST_ID, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_route"), NULL, ngx_payments_http_variable,
      NGX_PAYMENTS_V_ROUTE, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_idempotency"), NULL, ngx_payments_http_variable,
      NGX_PAYMENTS_V_IDEMPOTENCY, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_merchant"), NULL, ngx_payments_http_variable,
      NGX_PAYMENTS_V_MERCHANT, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_database_time"), NULL,
      ngx_payments_http_pg_variable, NGX_PAYMENTS_V_DATABASE_TIME,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_queue_time"), NULL,
      ngx_payments_http_pg_variable, NGX_PAYMENTS_V_QUEUE_TIME,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_batch_size"), NULL,
      ngx_payments_http_pg_variable, NGX_PAYMENTS_V_BATCH_SIZE,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_server"), NULL,
      ngx_payments_http_pg_variable, NGX_PAYMENTS_V_SERVER,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_sqlstate"), NULL,
      ngx_payments_http_pg_variable, NGX_PAYMENTS_V_SQLSTATE,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_currency"), NULL,
      ngx_payments_http_routing_variable, NGX_PAYMENTS_V_CURRENCY,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_amount"), NULL,
      ngx_payments_http_routing_variable, NGX_PAYMENTS_V_AMOUNT,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_livemode"), NULL,
      ngx_payments_http_routing_variable, NGX_PAYMENTS_V_LIVEMODE,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("payments_token_type"), NULL,
      ngx_payments_http_routing_variable, NGX_PAYMENTS_V_TOKEN_TYPE,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


static ngx_int_t
ngx_payments_http_variable_copy(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, u_char *data, size_t len)
{
    v->data = ngx_pnalloc(r->pool, len);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(v->data, data, len);

    v->len = len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_payments_http_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const char               *text;
    size_t                    len;
    ngx_str_t                 credential;
    ngx_payments_auth_t       auth;
    ngx_payments_http_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_payments_module);

    if (data == NGX_PAYMENTS_V_MERCHANT
        && (ctx == NULL || ctx->request.merchant_id == 0))
    {
        /* limits come before authentication */

        if (ngx_payments_http_bearer(r, &credential) != NGX_OK
            || ngx_payments_auth_peek(&credential, &auth) != NGX_OK)
        {
            v->not_found = 1;
            return NGX_OK;
        }

        return ngx_payments_http_variable_copy(r, v, auth.merchant,
                                               NGX_PAYMENTS_ID_LEN);
    }

    text = NULL;
    len = 0;

    if (ctx != NULL) {
        switch (data) {

        case NGX_PAYMENTS_V_REQUEST_ID:
            text = (char *) ctx->request.request_id;
            len = NGX_PAYMENTS_ID_LEN;
            break;

        case NGX_PAYMENTS_V_MERCHANT:
            text = (char *) ctx->request.merchant;
            len = ctx->request.merchant_id ? NGX_PAYMENTS_ID_LEN : 0;
            break;

        case NGX_PAYMENTS_V_ROUTE:
            text = ctx->request.operation ? ctx->request.operation->name
                                          : NULL;
            len = text ? ngx_strlen(text) : 0;
            break;

        default: /* NGX_PAYMENTS_V_IDEMPOTENCY */
            text = ctx->request.answer.idempotency;
            len = text ? ngx_strlen(text) : 0;
        }
    }

    if (len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = (u_char *) text;
    v->len = len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


/* what the request's last call to PostgreSQL was like; none: not found */

static ngx_int_t
ngx_payments_http_pg_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                   *p, text[NGX_INT64_LEN + 8];
    uint64_t                  usec;
    ngx_payments_http_ctx_t  *ctx;
    ngx_payments_pg_stats_t  *stats;

    ctx = ngx_http_get_module_ctx(r, ngx_payments_module);
    stats = ctx ? ngx_payments_api_stats(&ctx->request) : NULL;

    if (stats == NULL || stats->calls == 0
        || (data == NGX_PAYMENTS_V_SQLSTATE && stats->sqlstate[0] == '\0'))
    {
        v->not_found = 1;
        return NGX_OK;
    }

    switch (data) {

    case NGX_PAYMENTS_V_DATABASE_TIME:
    case NGX_PAYMENTS_V_QUEUE_TIME:
        usec = (data == NGX_PAYMENTS_V_QUEUE_TIME) ? stats->queued
                                                   : stats->called;
        p = ngx_sprintf(text, "%uL.%06uL", usec / 1000000, usec % 1000000);
        break;

    case NGX_PAYMENTS_V_BATCH_SIZE:
        p = ngx_sprintf(text, "%ui", stats->batch);
        break;

    case NGX_PAYMENTS_V_SERVER:
        v->data = stats->server->data;
        v->len = stats->server->len;
        goto found;

    default: /* NGX_PAYMENTS_V_SQLSTATE */
        p = ngx_cpymem(text, stats->sqlstate, ngx_strlen(stats->sqlstate));
    }

    return ngx_payments_http_variable_copy(r, v, text, p - text);

found:

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


/* of the payment that is to be sent somewhere; before that: not found */

static ngx_int_t
ngx_payments_http_routing_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                    text[NGX_INT64_LEN];
    ngx_str_t                 value;
    ngx_payments_http_ctx_t  *ctx;

    ngx_str_null(&value);

    ctx = ngx_http_get_module_ctx(r, ngx_payments_module);

    if (ctx == NULL || ctx->request.about.currency.len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    switch (data) {

    case NGX_PAYMENTS_V_CURRENCY:
        value = ctx->request.about.currency;
        break;

    case NGX_PAYMENTS_V_AMOUNT:
        value.data = text;
        value.len = ngx_sprintf(text, "%L", ctx->request.about.amount) - text;
        break;

    case NGX_PAYMENTS_V_LIVEMODE:
        value.data = (u_char *) (ctx->request.livemode ? "1" : "0");
        value.len = 1;
        break;

    default: /* NGX_PAYMENTS_V_TOKEN_TYPE */
        value = ctx->request.about.token_type;
    }

    if (value.len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    return ngx_payments_http_variable_copy(r, v, value.data, value.len);
}


ngx_int_t
ngx_payments_http_processors(ngx_payments_request_t *request, ngx_str_t *names)
{
    ngx_payments_http_ctx_t  *ctx = request->data;
    ngx_payments_loc_conf_t  *plcf;

    plcf = ngx_http_get_module_loc_conf(ctx->r, ngx_payments_module);

    return ngx_http_complex_value(ctx->r, plcf->processors, names);
}


ngx_int_t
ngx_payments_http_origin(ngx_payments_request_t *request, ngx_str_t *origin)
{
    u_char                   *p;
    ngx_str_t                 host;
    const char               *scheme = "http://";
    ngx_http_request_t       *r;
    ngx_payments_http_ctx_t  *ctx = request->data;

    r = ctx->r;
    host = r->headers_in.host ? r->headers_in.host->value
                              : r->headers_in.server;

#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        scheme = "https://";
    }
#endif

    p = ngx_pnalloc(request->pool, sizeof("https://") + host.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    origin->data = p;
    p = ngx_cpymem(p, scheme, ngx_strlen(scheme));
    p = ngx_cpymem(p, host.data, host.len);
    origin->len = p - origin->data;

    return NGX_OK;
}


ngx_int_t
ngx_payments_http_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *v, *var;

    for (v = ngx_payments_http_vars; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}

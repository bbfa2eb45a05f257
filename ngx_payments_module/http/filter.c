
/*
 * Pages that nginx makes by itself (a malformed request line, a header too
 * long, a rate limit) leave as problems too.  Where the module's handler
 * answered, or an upstream, or the operator has set a page, the filter does
 * nothing.
 */

#include "ngx_payments_http.h"
#include "../status/ngx_payments_status.h"

#include <dlfcn.h>


static ngx_http_output_header_filter_pt  ngx_payments_http_next_header;
static ngx_http_output_body_filter_pt    ngx_payments_http_next_body;


/*
 * nginx answers a header line that is too long as 400; of all its 400s this
 * one alone leaves lingering_close set
 */

static ngx_uint_t
ngx_payments_http_status(ngx_http_request_t *r)
{
    if (r->headers_out.status == NGX_HTTP_BAD_REQUEST && r->lingering_close
        && r->http_state == NGX_HTTP_READING_REQUEST_STATE)
    {
        return 431;
    }

    return r->headers_out.status;
}


/*
 * Whether it is a page of nginx's own.  Its type is a constant of nginx, as no
 * other one is: what an upstream says, and what a configuration, is somewhere
 * else in memory.
 */

static ngx_uint_t
ngx_payments_http_own_page(ngx_http_request_t *r)
{
    Dl_info         info;
    ngx_str_t      *type = &r->headers_out.content_type;

    static u_char  *own;

    if (type->len != 9
        || ngx_strncmp(type->data, "text/html", 9) != 0)
    {
        return 0;
    }

    if (type->data != own && dladdr(type->data, &info) != 0) {
        own = type->data;
    }

    return type->data == own;
}


static void
ngx_payments_http_clear_content(ngx_http_request_t *r, size_t len)
{
    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    r->headers_out.content_length_n = (off_t) len;

    ngx_str_set(&r->headers_out.content_type, "application/problem+json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.charset.len = 0;
}


/* when to come again; of a limit also which, and that nothing is left */

static ngx_int_t
ngx_payments_http_retry(ngx_http_request_t *r)
{
    ngx_str_t                 value;
    ngx_payments_loc_conf_t  *plcf;

    if (r->headers_out.status != NGX_HTTP_TOO_MANY_REQUESTS) {
        ngx_str_set(&value, "1");
        return ngx_payments_http_header(r, "Retry-After", &value);
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_payments_module);

    value.data = ngx_pnalloc(r->pool, NGX_TIME_T_LEN);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    value.len = ngx_sprintf(value.data, "%T", plcf->retry) - value.data;

    if (ngx_payments_http_header(r, "Retry-After", &value) != NGX_OK) {
        return NGX_ERROR;
    }

    if (plcf->policy.len == 0) {
        return NGX_OK;
    }

    if (ngx_payments_http_header(r, "RateLimit-Policy", &plcf->policy)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_payments_http_header(r, "RateLimit", &plcf->limit);
}


static ngx_int_t
ngx_payments_http_problem(ngx_http_request_t *r)
{
    ngx_str_t                      id, path, value;
    ngx_uint_t                     allowed;
    ngx_payments_out_t             out;
    ngx_payments_problem_t         row;
    ngx_payments_http_ctx_t       *ctx;
    const ngx_payments_problem_t  *p;

    ctx = ngx_payments_http_ctx(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    r->headers_out.status = ngx_payments_http_status(r);

    if (r->headers_out.status == 431) {
        ngx_str_set(&r->headers_out.status_line,
                    "431 Request Header Fields Too Large");
    }

    /* a status without a row of its own keeps its number */

    row = ngx_payments_problems[
                          ngx_payments_problem_for(r->headers_out.status)];
    row.status = r->headers_out.status;
    p = &row;

    ctx->problem.data = ngx_pnalloc(r->pool, NGX_PAYMENTS_PROBLEM_LEN);
    if (ctx->problem.data == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, ctx->problem.data, NGX_PAYMENTS_PROBLEM_LEN);
    ngx_payments_problem_body(&out, p, NULL, ctx->request.request_id, NULL);

    ctx->problem.len = out.pos - out.start;
    ctx->replace = 1;

    ngx_payments_http_clear_content(r, ctx->problem.len);

    if (ngx_payments_http_common(ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    if (p->again) {
        ngx_str_set(&value, "true");

    } else {
        ngx_str_set(&value, "false");
    }

    if (ngx_payments_http_header(r, "Payments-Should-Retry", &value)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (p->after && ngx_payments_http_retry(r) != NGX_OK) {
        return NGX_ERROR;
    }

    if (r->headers_out.status == NGX_HTTP_NOT_ALLOWED) {
        if (ngx_payments_http_path(r, &path) != NGX_OK) {
            return NGX_ERROR;
        }

        (void) ngx_payments_api_route(&path, 0, 0, &id, &allowed);

        if (ngx_payments_http_allow(r, allowed) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    ngx_payments_http_headers_end(ctx);
    ngx_payments_status_request(ngx_payments_api_index(NULL),
                                r->headers_out.status);

    return NGX_OK;
}


static ngx_int_t
ngx_payments_http_header_filter(ngx_http_request_t *r)
{
    ngx_payments_loc_conf_t  *plcf;
    ngx_payments_srv_conf_t  *pscf;
    ngx_payments_http_ctx_t  *ctx;

    plcf = ngx_http_get_module_loc_conf(r, ngx_payments_module);
    pscf = ngx_http_get_module_srv_conf(r, ngx_payments_module);

    if (pscf->enabled && r->http_state == NGX_HTTP_READING_REQUEST_STATE) {
        ngx_payments_http_unread_secret(r);
    }

    if (plcf->enable && plcf->problems && r == r->main
        && r->headers_out.status >= NGX_HTTP_BAD_REQUEST
        && ngx_payments_http_own_page(r))
    {
        ctx = ngx_http_get_module_ctx(r, ngx_payments_module);

        if ((ctx == NULL || !ctx->answered)
            && ngx_payments_http_problem(r) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_payments_http_next_header(r);
}


static ngx_int_t
ngx_payments_http_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_chain_t              *cl, out;
    ngx_payments_http_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_payments_module);

    if (ctx == NULL || !ctx->replace) {
        return ngx_payments_http_next_body(r, in);
    }

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }

    if (ctx->replaced || in == NULL) {
        return ngx_payments_http_next_body(r, NULL);
    }

    if (ngx_payments_http_chain(r, &ctx->problem, &out) != NGX_OK) {
        return NGX_ERROR;
    }

    ctx->replaced = 1;

    return ngx_payments_http_next_body(r, &out);
}


void
ngx_payments_http_filter_init(void)
{
    ngx_payments_http_next_header = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_payments_http_header_filter;

    ngx_payments_http_next_body = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_payments_http_body_filter;
}

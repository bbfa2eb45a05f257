
/*
 * What nginx's add_header adds to an answer of the API.  A header that the
 * answer has is the API's, and a second line of it is not sent.
 *
 * add_header is carried out in the headers filter, which runs after the filter
 * of ngx_payments_module.  Hence a module of its own: the file "config" gives
 * it a place before that filter's in the order of modules, so that it runs
 * after it.  Where the module is linked in there is no such order.
 */

#include "ngx_payments_http.h"
#include "../status/ngx_payments_status.h"


static ngx_int_t ngx_payments_added_init(ngx_conf_t *cf);


static ngx_http_output_header_filter_pt  ngx_payments_added_next_header;


static ngx_http_module_t  ngx_payments_added_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_payments_added_init,               /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_payments_added_module = {
    NGX_MODULE_V1,
    &ngx_payments_added_module_ctx,        /* module context */
    NULL,                                  /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* whose second line says one thing more, or makes a policy stricter */

static const char  *ngx_payments_added_lists[] = {
    "Link", "Content-Security-Policy", "WWW-Authenticate", NULL
};


void
ngx_payments_http_headers_end(ngx_payments_http_ctx_t *ctx)
{
    ctx->own_part = ctx->r->headers_out.headers.last;
    ctx->own_n = ctx->own_part->nelts;
}


static ngx_uint_t
ngx_payments_added_same(ngx_table_elt_t *h, const u_char *name, size_t len)
{
    return h->key.len == len
           && ngx_strncasecmp(h->key.data, (u_char *) name, len) == 0;
}


/* whether a header that was added stands in the answer already */

static ngx_uint_t
ngx_payments_added_twice(ngx_payments_http_ctx_t *ctx, ngx_table_elt_t *added)
{
    ngx_uint_t        i, n;
    const char      **list;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (list = ngx_payments_added_lists; *list != NULL; list++) {
        if (ngx_payments_added_same(added, (u_char *) *list,
                                    ngx_strlen(*list)))
        {
            return 0;
        }
    }

    part = &ctx->r->headers_out.headers.part;

    for ( ;; ) {
        h = part->elts;
        n = (part == ctx->own_part) ? ctx->own_n : part->nelts;

        for (i = 0; i < n; i++) {
            if (h[i].hash != 0
                && ngx_payments_added_same(added, h[i].key.data, h[i].key.len))
            {
                return 1;
            }
        }

        if (part == ctx->own_part) {
            return 0;
        }

        part = part->next;
    }
}


static void
ngx_payments_added_drop(ngx_payments_http_ctx_t *ctx)
{
    ngx_uint_t        i;
    const char       *left_out;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    i = ctx->own_n;

    for (part = ctx->own_part; part != NULL; part = part->next, i = 0) {

        for (h = part->elts; i < part->nelts; i++) {

            if (h[i].hash == 0 || !ngx_payments_added_twice(ctx, &h[i])) {
                continue;
            }

            h[i].hash = 0;

            left_out = ngx_payments_status_due("add_header", "", 0, 60000);

            if (left_out != NULL) {
                ngx_log_error(NGX_LOG_WARN, ctx->r->connection->log, 0,
                              "\"%V\" of add_header was not sent: answers of "
                              "the API have this header%s", &h[i].key,
                              left_out);
            }
        }
    }
}


static ngx_int_t
ngx_payments_added_header_filter(ngx_http_request_t *r)
{
    ngx_payments_http_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_payments_module);

    if (ctx != NULL && ctx->own_part != NULL) {
        ngx_payments_added_drop(ctx);
    }

    return ngx_payments_added_next_header(r);
}


static ngx_int_t
ngx_payments_added_init(ngx_conf_t *cf)
{
    ngx_payments_added_next_header = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_payments_added_header_filter;

    return NGX_OK;
}


/* An answer becomes a response. */

#include "ngx_payments_http.h"


#define NGX_PAYMENTS_ACCEPT_PATCH                                             \
    "application/json, application/merge-patch+json"

#define NGX_PAYMENTS_H_REQUEST  NGX_PAYMENTS_HISTOGRAMS_HTTP


static const ngx_payments_histogram_t  ngx_payments_http_histograms[] = {
    { "payments_request_duration_seconds", NULL,
      "From the request's header to its answer.", 1,
      NGX_PAYMENTS_BOUNDS_TIME }
};

const ngx_payments_metrics_t  ngx_payments_http_metrics = {
    0, NULL, 0, NGX_PAYMENTS_HISTOGRAMS_HTTP, ngx_payments_http_histograms, 1
};


ngx_int_t
ngx_payments_http_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return NGX_OK;
}


/* the header that was added last */

static ngx_table_elt_t *
ngx_payments_http_last(ngx_http_request_t *r)
{
    ngx_list_part_t  *part = r->headers_out.headers.last;
    ngx_table_elt_t  *h = part->elts;

    return &h[part->nelts - 1];
}


static ngx_int_t
ngx_payments_http_text(ngx_http_request_t *r, const char *name,
    const char *text)
{
    ngx_str_t  value;

    value.data = (u_char *) text;
    value.len = ngx_strlen(text);

    return ngx_payments_http_header(r, name, &value);
}


static ngx_int_t
ngx_payments_http_number(ngx_http_request_t *r, const char *name,
    const char *format, ngx_uint_t n)
{
    ngx_str_t  value;

    value.data = ngx_pnalloc(r->pool, NGX_INT_T_LEN + 2);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    value.len = ngx_sprintf(value.data, format, n) - value.data;

    return ngx_payments_http_header(r, name, &value);
}


ngx_int_t
ngx_payments_http_allow(ngx_http_request_t *r, ngx_uint_t methods)
{
    u_char      text[64], *p;
    ngx_str_t   value;

    p = text;

    if (methods & NGX_PAYMENTS_GET) {
        p = ngx_cpymem(p, "GET, HEAD, ", 11);
    }

    if (methods & NGX_PAYMENTS_POST) {
        p = ngx_cpymem(p, "POST, ", 6);
    }

    if (methods & NGX_PAYMENTS_PATCH) {
        p = ngx_cpymem(p, "PATCH, ", 7);
    }

    if (methods & NGX_PAYMENTS_PATCH
        && ngx_payments_http_text(r, "Accept-Patch",
                                  NGX_PAYMENTS_ACCEPT_PATCH)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (methods & NGX_PAYMENTS_DELETE) {
        p = ngx_cpymem(p, "DELETE, ", 8);
    }

    p = ngx_cpymem(p, "OPTIONS", 7);

    value.data = text;
    value.len = p - text;
    value.data = ngx_pstrdup(r->pool, &value);

    if (value.data == NULL) {
        return NGX_ERROR;
    }

    return ngx_payments_http_header(r, "Allow", &value);
}


/*
 * nginx's "expires" writes into these where they are set, and else makes
 * headers of its own: these belong to no list, and are not sent
 */

static void
ngx_payments_http_lasts(ngx_http_request_t *r)
{
    static ngx_table_elt_t   expires, cache_control;

    /* what the last response has left: it has been written by now */

    ngx_memzero(&expires, sizeof(ngx_table_elt_t));
    ngx_memzero(&cache_control, sizeof(ngx_table_elt_t));

    r->headers_out.expires = &expires;

#if (nginx_version >= 1023000)
    r->headers_out.cache_control = &cache_control;
#else
    {
    static ngx_table_elt_t  *first = &cache_control;

    /* an array of pointers there; who adds one gets another array */

    r->headers_out.cache_control.elts = &first;
    r->headers_out.cache_control.nelts = 1;
    r->headers_out.cache_control.nalloc = 1;
    r->headers_out.cache_control.size = sizeof(ngx_table_elt_t *);
    r->headers_out.cache_control.pool = r->pool;
    }
#endif
}


ngx_int_t
ngx_payments_http_common(ngx_payments_http_ctx_t *ctx)
{
    ngx_str_t  id;

    ngx_payments_http_lasts(ctx->r);

    id.data = ctx->request.request_id;
    id.len = NGX_PAYMENTS_ID_LEN;

    if (ngx_payments_http_header(ctx->r, "Request-Id", &id) != NGX_OK
        || ngx_payments_http_text(ctx->r, "Payments-Version",
                                  NGX_PAYMENTS_VERSION)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_payments_http_text(ctx->r, "Cache-Control",
                                  ctx->request.answer.lasting
                                  ? "public, max-age=31536000, immutable"
                                  : "no-store");
}


/* a page loads nothing from elsewhere, and is shown nowhere else */

static ngx_int_t
ngx_payments_http_page(ngx_http_request_t *r, ngx_payments_answer_t *answer)
{
    if (ngx_payments_http_text(r, "X-Content-Type-Options", "nosniff")
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (answer->dashboard) {
        return ngx_payments_http_text(r, "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; "
            "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
            "form-action 'none'");
    }

    if (answer->policy.len) {
        return ngx_payments_http_header(r, "Content-Security-Policy",
                                        &answer->policy);
    }

    return ngx_payments_http_text(r, "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'");
}


static ngx_int_t
ngx_payments_http_problem_headers(ngx_http_request_t *r,
    ngx_payments_answer_t *answer)
{
    u_char     *p;
    ngx_str_t   link;

    if (ngx_payments_http_text(r, "Payments-Should-Retry",
                               answer->again ? "true" : "false")
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (answer->after
        && ngx_payments_http_number(r, "Retry-After", "%ui", answer->after)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (answer->challenge) {
        if (ngx_payments_http_text(r, "WWW-Authenticate", answer->challenge)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        /* auth_request hands it on by this pointer */

        r->headers_out.www_authenticate = ngx_payments_http_last(r);
    }

    if ((answer->codings
         && ngx_payments_http_text(r, "Accept-Encoding", "gzip, identity")
            != NGX_OK)
        || (answer->patches
            && ngx_payments_http_text(r, "Accept-Patch",
                                      NGX_PAYMENTS_ACCEPT_PATCH)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    if (answer->described == NULL) {
        return NGX_OK;
    }

    link.data = ngx_pnalloc(r->pool, ngx_strlen(answer->described) + 32);
    if (link.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(link.data, "<%s>; rel=\"describedby\"",
                    answer->described);
    link.len = p - link.data;

    return ngx_payments_http_header(r, "Link", &link);
}


static ngx_int_t
ngx_payments_http_keyed_headers(ngx_http_request_t *r,
    ngx_payments_answer_t *answer)
{
    ngx_str_t  expires;

    if (ngx_payments_http_text(r, "Idempotent-Replayed",
                               answer->replayed ? "true" : "false")
        != NGX_OK
        || ngx_payments_http_text(r, "Payments-Idempotency",
                                  answer->idempotency)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (answer->original.len
        && ngx_payments_http_header(r, "Original-Request", &answer->original)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    expires.data = ngx_pnalloc(r->pool,
                               sizeof("Mon, 28 Sep 1970 06:00:00 GMT"));
    if (expires.data == NULL) {
        return NGX_ERROR;
    }

    expires.len = ngx_http_time(expires.data,
                                (time_t) (answer->expires / 1000000))
                  - expires.data;

    return ngx_payments_http_header(r, "Idempotency-Expires", &expires);
}


static ngx_int_t
ngx_payments_http_etag(ngx_http_request_t *r, ngx_payments_answer_t *answer)
{
    if ((answer->version
         ? ngx_payments_http_number(r, "ETag", "\"%ui\"", answer->version)
         : ngx_payments_http_header(r, "ETag", &answer->etag))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* nginx's own filter answers If-None-Match by this pointer */

    r->headers_out.etag = ngx_payments_http_last(r);

    return NGX_OK;
}


static ngx_int_t
ngx_payments_http_headers_out(ngx_payments_http_ctx_t *ctx)
{
    ngx_http_request_t     *r = ctx->r;
    ngx_payments_answer_t  *answer = &ctx->request.answer;

    if (ngx_payments_http_common(ctx) != NGX_OK
        || (answer->problem
            && ngx_payments_http_problem_headers(r, answer) != NGX_OK)
        || (answer->has_key
            && ngx_payments_http_keyed_headers(r, answer) != NGX_OK)
        || ((answer->page || answer->lasting)
            && ngx_payments_http_page(r, answer) != NGX_OK)
        || ((answer->version || answer->etag.len)
            && ngx_payments_http_etag(r, answer) != NGX_OK)
        || (answer->location.len
            && ngx_payments_http_header(r, "Location", &answer->location)
               != NGX_OK)
        || (answer->link.len
            && ngx_payments_http_header(r, "Link", &answer->link) != NGX_OK)
        || (answer->waited
            && ngx_payments_http_number(r, "Preference-Applied", "wait=%ui",
                                        ctx->request.patience / 1000)
               != NGX_OK)
        || (ctx->applied.len && answer->has_key
            && ngx_payments_http_header(r, "Preference-Applied",
                                        &ctx->applied)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    ngx_payments_http_headers_end(ctx);

    r->headers_out.status = answer->status;
    r->headers_out.content_length_n = (off_t) answer->body.len;

    if (answer->type != NULL) {
        r->headers_out.content_type.data = (u_char *) answer->type;
        r->headers_out.content_type.len = ngx_strlen(answer->type);
        r->headers_out.content_type_len = strcspn(answer->type, ";");
        r->headers_out.content_type_lowcase = NULL;
    }

    /* a precondition is for the operation, not for nginx's filter after it */

    r->disable_not_modified = !(answer->status == NGX_HTTP_OK
                                && (answer->version || answer->etag.len)
                                && !ctx->request.operation->write
                                && !ctx->request.operation->moves);

    return NGX_OK;
}


ngx_int_t
ngx_payments_http_chain(ngx_http_request_t *r, ngx_str_t *body,
    ngx_chain_t *out)
{
    ngx_buf_t  *b;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out->buf = b;
    out->next = NULL;

    return NGX_OK;
}


void
ngx_payments_http_answer(ngx_payments_http_ctx_t *ctx)
{
    ngx_int_t               rc;
    ngx_chain_t             out;
    ngx_http_request_t     *r = ctx->r;
    ngx_payments_answer_t  *answer = &ctx->request.answer;

    ngx_payments_status_request(ngx_payments_api_index(ctx->request.operation),
                                answer->status);

    /* how long one was willing to wait says nothing of this server */

    if (!answer->waited) {
        ngx_payments_status_observe(NGX_PAYMENTS_H_REQUEST,
                           (uint64_t) (ngx_payments_now() - ctx->start));
    }

    /* a body that was not read must not be taken for the next request */

    if (r->request_body == NULL) {
        rc = ngx_http_discard_request_body(r);

        if (rc != NGX_OK) {
            r->keepalive = 0;
        }
    }

    if (ngx_payments_http_headers_out(ctx) != NGX_OK) {
        goto failed;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only
        || answer->body.len == 0)
    {
        if (rc == NGX_OK && !r->header_only) {
            rc = ngx_http_send_special(r, NGX_HTTP_LAST);
        }

        ngx_http_finalize_request(r, rc);
        return;
    }

    if (ngx_payments_http_chain(r, &answer->body, &out) != NGX_OK) {
        goto failed;
    }

    ngx_http_finalize_request(r, ngx_http_output_filter(r, &out));
    return;

failed:

    ngx_http_finalize_request(r, NGX_ERROR);
}


/* The body of a request: in one piece, and inflated. */

#include "ngx_payments_http.h"

#include <zlib.h>


/* the body may be in several buffers, in a file, or not there at all */

static ngx_int_t
ngx_payments_http_body_bytes(ngx_http_request_t *r, ngx_str_t *body)
{
    u_char       *p;
    size_t        len;
    ssize_t       n;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    ngx_str_null(body);

    if (r->request_body == NULL || r->request_body->bufs == NULL) {
        return NGX_OK;
    }

    cl = r->request_body->bufs;

    if (cl->next == NULL && !cl->buf->in_file) {
        body->data = cl->buf->pos;
        body->len = cl->buf->last - cl->buf->pos;

        return (body->len > NGX_PAYMENTS_BODY_MAX) ? NGX_DECLINED : NGX_OK;
    }

    for (len = 0; cl; cl = cl->next) {
        len += (size_t) ngx_buf_size(cl->buf);

        if (len > NGX_PAYMENTS_BODY_MAX) {
            return NGX_DECLINED;
        }
    }

    p = ngx_pnalloc(r->pool, len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    body->data = p;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        b = cl->buf;

        /* the last one may have no memory at all */

        if (!b->in_file) {
            if (b->last > b->pos) {
                p = ngx_cpymem(p, b->pos, b->last - b->pos);
            }

            continue;
        }

        n = ngx_read_file(b->file, p, (size_t) (b->file_last - b->file_pos),
                          b->file_pos);

        if (n != (ssize_t) (b->file_last - b->file_pos)) {
            return NGX_ERROR;
        }

        p += n;
    }

    body->len = p - body->data;

    return NGX_OK;
}


/* RFC 1952: members, of which no more is inflated than a body may have */

static ngx_int_t
ngx_payments_http_inflate(ngx_http_request_t *r, ngx_str_t *body)
{
    int        rc;
    u_char    *to;
    size_t     len;
    z_stream   stream;

    to = ngx_pnalloc(r->pool, NGX_PAYMENTS_BODY_MAX + 1);
    if (to == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&stream, sizeof(z_stream));

    stream.next_in = body->data;
    stream.avail_in = (uInt) body->len;
    stream.next_out = to;
    stream.avail_out = NGX_PAYMENTS_BODY_MAX + 1;

    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) {
        return NGX_ERROR;
    }

    do {
        rc = inflate(&stream, Z_FINISH);
    } while (rc == Z_STREAM_END && stream.avail_in
             && inflateReset(&stream) == Z_OK);

    len = NGX_PAYMENTS_BODY_MAX + 1 - stream.avail_out;

    (void) inflateEnd(&stream);

    if (len > NGX_PAYMENTS_BODY_MAX) {
        return NGX_DECLINED;
    }

    if (rc != Z_STREAM_END || stream.avail_in) {
        return (rc == Z_MEM_ERROR) ? NGX_ERROR : NGX_ABORT;
    }

    body->data = to;
    body->len = len;

    return NGX_OK;
}


ngx_int_t
ngx_payments_http_body(ngx_payments_http_ctx_t *ctx)
{
    ngx_int_t   rc;
    ngx_str_t  *body = &ctx->request.body;

    rc = ngx_payments_http_body_bytes(ctx->r, body);

    if (rc != NGX_OK || !ctx->gzip || body->len == 0) {
        return rc;
    }

    return ngx_payments_http_inflate(ctx->r, body);
}

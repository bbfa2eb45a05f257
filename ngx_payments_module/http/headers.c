
/* What the request's headers and URL say. */

#include "ngx_payments_http.h"


typedef struct {
    ngx_str_t                     name;        /* lower case */
    size_t                        offset;      /* of a ngx_str_t in the ctx */
} ngx_payments_header_t;


static const ngx_payments_header_t  ngx_payments_header_names[] = {
    { ngx_string("accept"), offsetof(ngx_payments_http_ctx_t, accept) },
    { ngx_string("prefer"), offsetof(ngx_payments_http_ctx_t, prefer) },
    { ngx_string("idempotency-key"), offsetof(ngx_payments_http_ctx_t, key) },
    { ngx_null_string, 0 }
};


void
ngx_payments_http_headers(ngx_payments_http_ctx_t *ctx)
{
    ngx_uint_t                    i;
    ngx_list_part_t              *part;
    ngx_table_elt_t              *h;
    const ngx_payments_header_t  *name;

    part = &ctx->r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        for (name = ngx_payments_header_names; name->name.len; name++) {

            if (h[i].key.len == name->name.len
                && ngx_strncasecmp(h[i].key.data, name->name.data,
                                   name->name.len)
                   == 0)
            {
                *(ngx_str_t *) ((u_char *) ctx + name->offset) = h[i].value;
                ctx->nkeys += (name->name.len
                               == sizeof("idempotency-key") - 1);
            }
        }
    }
}


static ngx_uint_t
ngx_payments_http_mask(ngx_str_t *s)
{
    u_char      *p, *last;
    ngx_uint_t   found;

    found = 0;
    last = s->data + s->len;

    for (p = s->data; p + 8 <= last; p++) {

        if (!ngx_payments_api_key_inside(p, 8)) {
            continue;
        }

        found = 1;

        for (p += 8; p < last && *p != '&' && *p != ' ' && *p != '/'; p++) {
            *p = '*';
        }
    }

    return found;
}


static void
ngx_payments_http_mask_query(ngx_str_t *s)
{
    u_char  *p, *last;

    last = s->data + s->len;
    p = ngx_strlchr(s->data, last, '?');

    for ( /* void */ ; p && p < last && *p != ' '; p++) {
        *p = '*';
    }
}


ngx_uint_t
ngx_payments_http_url_secret(ngx_http_request_t *r)
{
    u_char      *p, *src, *decoded;
    ngx_uint_t   found;

    found = ngx_payments_http_mask(&r->args);
    found |= ngx_payments_http_mask(&r->uri);
    found |= ngx_payments_http_mask(&r->unparsed_uri);
    found |= ngx_payments_http_mask(&r->request_line);

    if (found || ngx_strlchr(r->args.data, r->args.data + r->args.len, '%')
                 == NULL)
    {
        return found;
    }

    /* sk%5Ftest%5F... */

    decoded = ngx_pnalloc(r->pool, r->args.len);
    if (decoded == NULL) {
        return 0;
    }

    p = decoded;
    src = r->args.data;

    ngx_unescape_uri(&p, &src, r->args.len, 0);

    found = ngx_payments_api_key_inside(decoded, p - decoded);

    if (found) {
        ngx_memset(r->args.data, '*', r->args.len);
        ngx_payments_http_mask_query(&r->unparsed_uri);
        ngx_payments_http_mask_query(&r->request_line);
    }

    return found;
}


/* Bearer, or the user name of Basic */

ngx_int_t
ngx_payments_http_credential(ngx_payments_http_ctx_t *ctx)
{
    u_char              *p;
    ngx_str_t            value, decoded;
    ngx_table_elt_t     *h;
    ngx_http_request_t  *r = ctx->r;

    h = r->headers_in.authorization;

    if (h == NULL) {
        ngx_payments_problem(&ctx->request,
                             NGX_PAYMENTS_P_AUTHENTICATION_REQUIRED, NULL,
                             NULL);
        return NGX_DECLINED;
    }

    value = h->value;

    if (value.len > 7 && ngx_strncasecmp(value.data, (u_char *) "Bearer ", 7)
                         == 0)
    {
        value.data += 7;
        value.len -= 7;

    } else if (value.len > 6 && value.len < 512
               && ngx_strncasecmp(value.data, (u_char *) "Basic ", 6) == 0)
    {
        value.data += 6;
        value.len -= 6;

        decoded.data = ngx_pnalloc(r->pool,
                                   ngx_base64_decoded_length(value.len));
        if (decoded.data == NULL
            || ngx_decode_base64(&decoded, &value) != NGX_OK)
        {
            goto invalid;
        }

        p = ngx_strlchr(decoded.data, decoded.data + decoded.len, ':');

        value.data = decoded.data;
        value.len = p ? (size_t) (p - decoded.data) : decoded.len;

    } else {
        goto invalid;
    }

    while (value.len && value.data[0] == ' ') {
        value.data++;
        value.len--;
    }

    ctx->credential = value;

    return NGX_OK;

invalid:

    ngx_payments_problem(&ctx->request, NGX_PAYMENTS_P_INVALID_API_KEY,
                         "the Authorization header is neither Bearer nor "
                         "Basic with an API key", NULL);

    return NGX_DECLINED;
}


/* does one media range (RFC 9110, 12.5.1) allow JSON? */

static ngx_uint_t
ngx_payments_http_media_range(u_char *p, u_char *last)
{
    u_char      *type, *end;
    size_t       len;
    ngx_uint_t   i;

    static const ngx_str_t  ranges[] = {
        ngx_string("*/*"), ngx_string("application/*"),
        ngx_string("application/json"), ngx_null_string
    };

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    type = p;
    end = ngx_strlchr(p, last, ';');
    p = end ? end : last;

    while (p > type && (p[-1] == ' ' || p[-1] == '\t')) {
        p--;
    }

    len = p - type;

    for (i = 0; ranges[i].len; i++) {
        if (len == ranges[i].len
            && ngx_strncasecmp(type, ranges[i].data, len) == 0)
        {
            break;
        }
    }

    if (ranges[i].len == 0) {
        return 0;
    }

    /* q=0, q=0. and q=0.000 forbid it */

    end = end ? ngx_strlcasestrn(end, last, (u_char *) "q=", 1) : NULL;

    if (end == NULL) {
        return 1;
    }

    for (p = end + 2; p < last && (*p == '0' || *p == '.'); p++) {
        /* void */
    }

    return p < last && *p >= '1' && *p <= '9';
}


ngx_int_t
ngx_payments_http_accept(ngx_payments_http_ctx_t *ctx)
{
    u_char  *p, *last, *comma;

    if (ctx->accept.len == 0) {
        return NGX_OK;
    }

    last = ctx->accept.data + ctx->accept.len;

    for (p = ctx->accept.data; p < last; p = comma + 1) {
        comma = ngx_strlchr(p, last, ',');
        comma = comma ? comma : last;

        if (ngx_payments_http_media_range(p, comma)) {
            return NGX_OK;
        }
    }

    ngx_payments_problem(&ctx->request, NGX_PAYMENTS_P_NOT_ACCEPTABLE, NULL,
                         NULL);

    return NGX_DECLINED;
}


ngx_int_t
ngx_payments_http_content_type(ngx_payments_http_ctx_t *ctx)
{
    u_char           *p, *last;
    ngx_table_elt_t  *h;

    static ngx_str_t  type = ngx_string("application/json");
    static ngx_str_t  charset = ngx_string("charset=");

    h = ctx->r->headers_in.content_type;

    if (h == NULL || h->value.len < type.len
        || ngx_strncasecmp(h->value.data, type.data, type.len) != 0)
    {
        goto unsupported;
    }

    p = h->value.data + type.len;
    last = h->value.data + h->value.len;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    if (p == last) {
        return NGX_OK;
    }

    if (*p++ != ';') {
        goto unsupported;
    }

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    if ((size_t) (last - p) <= charset.len
        || ngx_strncasecmp(p, charset.data, charset.len) != 0)
    {
        goto unsupported;
    }

    p += charset.len;

    if (*p == '"' && last[-1] == '"') {
        p++;
        last--;
    }

    if (last - p == 5 && ngx_strncasecmp(p, (u_char *) "utf-8", 5) == 0) {
        return NGX_OK;
    }

unsupported:

    ngx_payments_problem(&ctx->request, NGX_PAYMENTS_P_UNSUPPORTED_MEDIA_TYPE,
                         NULL, NULL);

    return NGX_DECLINED;
}


ngx_int_t
ngx_payments_http_key(ngx_payments_http_ctx_t *ctx)
{
    size_t                   i;
    ngx_str_t                key;
    ngx_payments_request_t  *request = &ctx->request;

    if (ctx->nkeys == 0) {

        if (request->operation->key == NGX_PAYMENTS_KEY_OPTIONAL) {
            return NGX_OK;
        }

        ngx_payments_problem(request, NGX_PAYMENTS_P_KEY_REQUIRED, NULL, NULL);
        request->answer.described = "/docs/errors/idempotency_key_required";
        return NGX_DECLINED;
    }

    key = ctx->key;

    /* RFC 8941 has the key as a String; the world sends it bare */

    if (key.len >= 2 && key.data[0] == '"' && key.data[key.len - 1] == '"') {
        key.data++;
        key.len -= 2;
    }

    if (ctx->nkeys > 1 || key.len == 0 || key.len > NGX_PAYMENTS_KEY_MAX) {
        goto invalid;
    }

    for (i = 0; i < key.len; i++) {
        if (key.data[i] < 0x21 || key.data[i] > 0x7e) {
            goto invalid;
        }
    }

    if (ngx_payments_card_number(key.data, key.len)) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_CARD_NUMBER,
                             "the Idempotency-Key holds what looks like a "
                             "card number; make a new key", NULL);
        return NGX_DECLINED;
    }

    request->key = key;
    request->key_hash.merchant_id = request->merchant_id;

    if (ngx_payments_idempotency_hash(&request->key_hash, request->livemode,
                                      &key)
        == NGX_OK)
    {
        return NGX_OK;
    }

    ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL, NULL);

    return NGX_DECLINED;

invalid:

    ngx_payments_problem(request, NGX_PAYMENTS_P_INVALID_KEY, NULL, NULL);

    return NGX_DECLINED;
}


/* RFC 7240: wait=N lowers how long a duplicate is parked */

void
ngx_payments_http_prefer(ngx_payments_http_ctx_t *ctx, ngx_msec_t limit)
{
    u_char     *p, *last, *end;
    ngx_int_t   n;

    ctx->request.wait = limit;

    if (ctx->prefer.len == 0 || ctx->request.operation->key == 0) {
        return;
    }

    last = ctx->prefer.data + ctx->prefer.len;

    p = ngx_strlcasestrn(ctx->prefer.data, last, (u_char *) "wait=", 4);
    if (p == NULL || (p > ctx->prefer.data && p[-1] != ' ' && p[-1] != ','
                      && p[-1] != ';'))
    {
        return;
    }

    p += 5;

    for (end = p; end < last && *end >= '0' && *end <= '9'; end++) {
        /* void */
    }

    if (end - p > 5) {
        return;
    }

    n = ngx_atoi(p, end - p);

    if (n == NGX_ERROR) {
        return;
    }

    ctx->applied.data = p - 5;
    ctx->applied.len = end - ctx->applied.data;
    ctx->request.wait = ngx_min((ngx_msec_t) n * 1000, limit);
}


/* What the request's headers say. */

#include "ngx_payments_http.h"
#include "../idempotency/ngx_payments_idempotency.h"


static void ngx_payments_http_accept_line(ngx_payments_http_ctx_t *ctx,
    ngx_str_t *value);
static void ngx_payments_http_prefer_line(ngx_payments_http_ctx_t *ctx,
    ngx_str_t *value);
static void ngx_payments_http_key_line(ngx_payments_http_ctx_t *ctx,
    ngx_str_t *value);
static void ngx_payments_http_coding_line(ngx_payments_http_ctx_t *ctx,
    ngx_str_t *value);
static void ngx_payments_http_match_line(ngx_payments_http_ctx_t *ctx,
    ngx_str_t *value);
static void ngx_payments_http_webhook_id_line(ngx_payments_http_ctx_t *ctx,
    ngx_str_t *value);
static void ngx_payments_http_webhook_time_line(ngx_payments_http_ctx_t *ctx,
    ngx_str_t *value);
static void ngx_payments_http_webhook_signature_line(
    ngx_payments_http_ctx_t *ctx, ngx_str_t *value);


typedef struct {
    ngx_str_t                     name;        /* lower case */
    void                        (*handler)(ngx_payments_http_ctx_t *ctx,
                                    ngx_str_t *value);
} ngx_payments_header_t;


static const ngx_payments_header_t  ngx_payments_header_names[] = {
    { ngx_string("accept"), ngx_payments_http_accept_line },
    { ngx_string("prefer"), ngx_payments_http_prefer_line },
    { ngx_string("idempotency-key"), ngx_payments_http_key_line },
    { ngx_string("if-match"), ngx_payments_http_match_line },
    { ngx_string("content-encoding"), ngx_payments_http_coding_line },
    { ngx_string("webhook-id"), ngx_payments_http_webhook_id_line },
    { ngx_string("webhook-timestamp"), ngx_payments_http_webhook_time_line },
    { ngx_string("webhook-signature"),
      ngx_payments_http_webhook_signature_line },
    { ngx_string("stripe-signature"),
      ngx_payments_http_webhook_signature_line },
    { ngx_null_string, NULL }
};


void
ngx_payments_http_headers(ngx_payments_http_ctx_t *ctx)
{
    ngx_uint_t                    i;
    ngx_list_part_t              *part;
    ngx_table_elt_t              *h;
    const ngx_payments_header_t  *name;

    ctx->wait = NGX_CONF_UNSET_MSEC;

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
                name->handler(ctx, &h[i].value);
            }
        }
    }
}


static void
ngx_payments_http_key_line(ngx_payments_http_ctx_t *ctx, ngx_str_t *value)
{
    ctx->key = *value;
    ctx->nkeys++;

    /* nginx may log the header: it is gone before anything else happens */

    if (ngx_payments_http_secret(ctx->r, value, ngx_payments_card_number)) {
        ngx_memset(value->data, '*', value->len);
        ctx->card = 1;
    }
}


/* what signs a notification of an acquirer's; of two the last one counts */

static void
ngx_payments_http_webhook_id_line(ngx_payments_http_ctx_t *ctx,
    ngx_str_t *value)
{
    ctx->request.webhook.id = *value;
}


static void
ngx_payments_http_webhook_time_line(ngx_payments_http_ctx_t *ctx,
    ngx_str_t *value)
{
    ctx->request.webhook.timestamp = *value;
}


static void
ngx_payments_http_webhook_signature_line(ngx_payments_http_ctx_t *ctx,
    ngx_str_t *value)
{
    ctx->request.webhook.signatures = *value;
}


/* RFC 9110, 8.4: one coding at most, gzip, which has two names */

static void
ngx_payments_http_coding_line(ngx_payments_http_ctx_t *ctx, ngx_str_t *value)
{
    size_t  skip;

    if (value->len == 8
        && ngx_strncasecmp(value->data, (u_char *) "identity", 8) == 0)
    {
        return;
    }

    skip = (value->len == 6
            && ngx_strncasecmp(value->data, (u_char *) "x-", 2) == 0) ? 2 : 0;

    if (value->len - skip == 4 && !ctx->gzip
        && ngx_strncasecmp(value->data + skip, (u_char *) "gzip", 4) == 0)
    {
        ctx->gzip = 1;
        return;
    }

    ctx->coded = 1;
}


/* cuts the next piece of a list off *p, without the space around it */

static ngx_str_t
ngx_payments_http_piece(u_char **p, u_char *last, u_char separator)
{
    u_char     *end;
    ngx_str_t   piece;

    end = ngx_strlchr(*p, last, separator);
    end = end ? end : last;

    piece.data = *p;
    *p = (end < last) ? end + 1 : last;

    while (piece.data < end && (*piece.data == ' ' || *piece.data == '\t')) {
        piece.data++;
    }

    while (end > piece.data && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }

    piece.len = end - piece.data;

    return piece;
}


/*
 * RFC 9110, 8.8.3: the next entity tag of a list, weak or not, or "*"; what is
 * between its quotes.  NGX_DONE: there is none
 */

static ngx_int_t
ngx_payments_http_tag(u_char **from, u_char *last, ngx_str_t *tag,
    ngx_uint_t *any)
{
    u_char  *p = *from;

    while (p < last && (*p == ' ' || *p == '\t' || *p == ',')) {
        p++;
    }

    if (p == last) {
        return NGX_DONE;
    }

    if (*p == '*') {
        *any = 1;
        tag->len = 0;
        p++;

    } else {
        p += (last - p > 2 && p[0] == 'W' && p[1] == '/') ? 2 : 0;

        if (*p++ != '"') {
            return NGX_ERROR;
        }

        tag->data = p;

        while (p < last && *p > ' ' && *p != '"' && *p != 0x7f) {
            p++;
        }

        if (p == last || *p != '"') {
            return NGX_ERROR;
        }

        tag->len = p++ - tag->data;
    }

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    *from = p;

    return (p == last || *p == ',') ? NGX_OK : NGX_ERROR;
}


/*
 * RFC 9110, 13.1.1: "*", or a list of tags of which the object must have one.
 * Ours are numbers; another one is no match.  The tag is a counter of versions,
 * so a weak one, as a proxy that compresses makes it, is as good.
 */

static void
ngx_payments_http_match_line(ngx_payments_http_ctx_t *ctx, ngx_str_t *value)
{
    u_char     *p, *last, *to;
    ngx_int_t   rc;
    ngx_str_t   tag, *match = &ctx->request.if_match;
    ngx_uint_t  n, any;

    /* what was there, a comma, this; and "-1" where nothing is left */

    to = ngx_pnalloc(ctx->r->pool, match->len + value->len + 4);
    if (to == NULL) {
        return;
    }

    if (match->len) {
        ngx_memcpy(to, match->data, match->len);
    }

    match->data = to;
    to += match->len;

    p = value->data;
    last = p + value->len;
    any = 0;
    ngx_str_null(&tag);

    for (n = 0; /* void */ ; n++) {
        rc = ngx_payments_http_tag(&p, last, &tag, &any);

        if (rc == NGX_ERROR || (rc == NGX_DONE && n == 0)) {
            ctx->untagged = 1;
            return;
        }

        if (rc == NGX_DONE) {
            break;
        }

        if (tag.len == 0 || tag.len > 9 || tag.data[0] == '0'
            || ngx_atoi(tag.data, tag.len) == NGX_ERROR)
        {
            continue;
        }

        if (to > match->data) {
            *to++ = ',';
        }

        to = ngx_cpymem(to, tag.data, tag.len);
    }

    if (any) {
        ngx_str_null(match);
        ctx->untagged |= (n > 1);
        return;
    }

    if (to == match->data) {
        *to++ = '-';
        *to++ = '1';
    }

    match->len = to - match->data;
}


/* q=0, q=0. and q=0.000 forbid what they stand with */

static ngx_uint_t
ngx_payments_http_zero(u_char *p, u_char *last)
{
    while (p < last && (*p == '0' || *p == '.')) {
        p++;
    }

    return p == last || *p == ' ' || *p == '\t' || *p == ';';
}


/* RFC 9110, 12.5.1: of the ranges that match the most exact one decides */

static void
ngx_payments_http_accept_line(ngx_payments_http_ctx_t *ctx, ngx_str_t *value)
{
    u_char      *p, *last, *q, *end;
    ngx_str_t    range, type, parameter;
    ngx_uint_t   i, zero, other;

    static const ngx_str_t  ranges[] = {
        ngx_string("*/*"), ngx_string("application/*"),
        ngx_string("application/json")
    };

    p = value->data;
    last = p + value->len;

    /* there was an Accept: what it does not name it excludes */

    if (ctx->accept == 0 && value->len) {
        ctx->accept = 1;
    }

    while (p < last) {
        range = ngx_payments_http_piece(&p, last, ',');
        q = range.data;
        end = range.data + range.len;
        type = ngx_payments_http_piece(&q, end, ';');

        for (i = 0; i < 3; i++) {
            if (type.len == ranges[i].len
                && ngx_strncasecmp(type.data, ranges[i].data, type.len) == 0)
            {
                break;
            }
        }

        if (i == 3 || ctx->accept > i + 2) {
            continue;
        }

        zero = 0;
        other = 0;

        while (q < end) {
            parameter = ngx_payments_http_piece(&q, end, ';');

            if (parameter.len > 2 && (parameter.data[0] | 0x20) == 'q'
                && parameter.data[1] == '=')
            {
                zero = ngx_payments_http_zero(parameter.data + 2, end);

            } else if (parameter.len && zero == 0) {
                other = 1;
            }
        }

        /* application/json;v=2 is another thing, and no worse if refused */

        if (other && zero) {
            continue;
        }

        ctx->accepted = !zero;
        ctx->accept = i + 2;
    }
}


/* RFC 7240: wait=N lowers how long a duplicate is parked */

static void
ngx_payments_http_prefer_line(ngx_payments_http_ctx_t *ctx, ngx_str_t *value)
{
    u_char     *p, *last, *q, *end;
    ngx_int_t   n;
    ngx_str_t   preference, name, number;

    p = value->data;
    last = p + value->len;

    while (p < last) {
        preference = ngx_payments_http_piece(&p, last, ',');
        q = preference.data;
        end = preference.data + preference.len;
        preference = ngx_payments_http_piece(&q, end, ';');

        q = preference.data;
        end = preference.data + preference.len;
        name = ngx_payments_http_piece(&q, end, '=');
        number = ngx_payments_http_piece(&q, end, '=');

        if (number.len > 2 && number.data[0] == '"'
            && number.data[number.len - 1] == '"')
        {
            number.data++;
            number.len -= 2;
        }

        if (ctx->applied.len || name.len != 4 || number.len > 5
            || ngx_strncasecmp(name.data, (u_char *) "wait", 4) != 0)
        {
            continue;
        }

        n = ngx_atoi(number.data, number.len);

        if (n == NGX_ERROR) {
            continue;
        }

        ctx->wait = ngx_min((ngx_msec_t) n * 1000, ngx_payments_http_wait);
        ctx->request.patience = ngx_min((ngx_msec_t) n * 1000,
                                        NGX_PAYMENTS_PATIENCE);
        ctx->applied.data = ngx_pnalloc(ctx->r->pool, 5 + NGX_INT_T_LEN);

        if (ctx->applied.data != NULL) {
            ctx->applied.len = ngx_sprintf(ctx->applied.data, "wait=%M",
                                           ctx->wait / 1000)
                               - ctx->applied.data;
        }
    }
}


/* Bearer, or the user name of Basic */

ngx_int_t
ngx_payments_http_bearer(ngx_http_request_t *r, ngx_str_t *value)
{
    u_char     *p;
    ngx_str_t   decoded;

    if (r->headers_in.authorization == NULL) {
        return NGX_DECLINED;
    }

    *value = r->headers_in.authorization->value;

    if (value->len > 7
        && ngx_strncasecmp(value->data, (u_char *) "Bearer ", 7) == 0)
    {
        value->data += 7;
        value->len -= 7;

    } else if (value->len > 6 && value->len < 512
               && ngx_strncasecmp(value->data, (u_char *) "Basic ", 6) == 0)
    {
        value->data += 6;
        value->len -= 6;

        decoded.data = ngx_pnalloc(r->pool,
                                   ngx_base64_decoded_length(value->len));
        if (decoded.data == NULL
            || ngx_decode_base64(&decoded, value) != NGX_OK)
        {
            return NGX_ERROR;
        }

        p = ngx_strlchr(decoded.data, decoded.data + decoded.len, ':');

        value->data = decoded.data;
        value->len = p ? (size_t) (p - decoded.data) : decoded.len;

    } else {
        return NGX_ERROR;
    }

    while (value->len && value->data[0] == ' ') {
        value->data++;
        value->len--;
    }

    return NGX_OK;
}


ngx_int_t
ngx_payments_http_credential(ngx_payments_http_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_payments_http_bearer(ctx->r, &ctx->credential);

    if (rc == NGX_OK) {
        return NGX_OK;
    }

    if (rc == NGX_DECLINED) {
        ngx_payments_problem(&ctx->request,
                             NGX_PAYMENTS_P_AUTHENTICATION_REQUIRED, NULL,
                             NULL);

    } else {
        ngx_payments_problem(&ctx->request, NGX_PAYMENTS_P_INVALID_API_KEY,
                             "the Authorization header is neither Bearer nor "
                             "Basic with an API key", NULL);
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_payments_http_accept(ngx_payments_http_ctx_t *ctx)
{
    if (ctx->accept == 0 || ctx->accepted) {
        return NGX_OK;
    }

    ngx_payments_problem(&ctx->request, NGX_PAYMENTS_P_NOT_ACCEPTABLE, NULL,
                         NULL);

    return NGX_DECLINED;
}


/*
 * application/json, and for a PATCH, which merges as RFC 7396 has it, that
 * type as well; of its parameters only a charset matters.  NULL, or what is
 * wrong with it
 */

static const char *
ngx_payments_http_media_type(ngx_http_request_t *r)
{
    u_char           *p, *last;
    ngx_str_t         piece, value;
    ngx_table_elt_t  *h;

    static ngx_str_t  json = ngx_string("application/json");
    static ngx_str_t  merge = ngx_string("application/merge-patch+json");
    static ngx_str_t  charset = ngx_string("charset=");

    h = r->headers_in.content_type;

    if (h == NULL) {
        return "there is no Content-Type; it must be application/json";
    }

    p = h->value.data;
    last = p + h->value.len;
    piece = ngx_payments_http_piece(&p, last, ';');

    if ((piece.len != json.len
         || ngx_strncasecmp(piece.data, json.data, json.len) != 0)
        && (r->method != NGX_HTTP_PATCH || piece.len != merge.len
            || ngx_strncasecmp(piece.data, merge.data, merge.len) != 0))
    {
        return (r->method == NGX_HTTP_PATCH)
               ? "Content-Type must be application/json or "
                 "application/merge-patch+json"
               : "Content-Type must be application/json";
    }

    while (p < last) {
        piece = ngx_payments_http_piece(&p, last, ';');

        if (piece.len < charset.len
            || ngx_strncasecmp(piece.data, charset.data, charset.len) != 0)
        {
            continue;
        }

        value.data = piece.data + charset.len;
        value.len = piece.len - charset.len;

        if (value.len == 7 && value.data[0] == '"' && value.data[6] == '"') {
            value.data++;
            value.len -= 2;
        }

        if (value.len != 5
            || ngx_strncasecmp(value.data, (u_char *) "utf-8", 5) != 0)
        {
            return "the charset of Content-Type must be utf-8";
        }
    }

    return NULL;
}


ngx_int_t
ngx_payments_http_content_type(ngx_payments_http_ctx_t *ctx)
{
    const char              *wrong;
    ngx_payments_request_t  *request = &ctx->request;

    wrong = ctx->coded ? "Content-Encoding must be gzip, or left out"
                       : ngx_payments_http_media_type(ctx->r);

    if (wrong == NULL) {
        return NGX_OK;
    }

    ngx_payments_problem(request, NGX_PAYMENTS_P_UNSUPPORTED_MEDIA_TYPE,
                         wrong, NULL);

    /* RFC 9110, 12.5.3, and RFC 5789, 2.2 */

    request->answer.codings = ctx->coded;
    request->answer.patches = (!ctx->coded
                               && ctx->r->method == NGX_HTTP_PATCH);

    return NGX_DECLINED;
}


ngx_int_t
ngx_payments_http_match(ngx_payments_http_ctx_t *ctx)
{
    const ngx_payments_operation_t  *operation = ctx->request.operation;

    if (!ctx->untagged || !operation->write || !operation->versioned) {
        return NGX_OK;
    }

    ngx_payments_problem(&ctx->request, NGX_PAYMENTS_P_INVALID_HEADER,
                         "If-Match must be *, or entity tags in quotes, "
                         "separated by commas, as \"3\"", NULL);
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

    if (ctx->card) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_CARD_NUMBER,
                             "the Idempotency-Key holds what looks like a "
                             "card number; make a new key", NULL);
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

    request->key = key;

    if (ngx_payments_api_key(request) == NGX_OK) {
        return NGX_OK;
    }

    ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL, NULL);

    return NGX_DECLINED;

invalid:

    ngx_payments_problem(request, NGX_PAYMENTS_P_INVALID_KEY, NULL, NULL);

    return NGX_DECLINED;
}

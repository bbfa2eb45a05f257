
/* Cursors of lists: where a page ended, signed with what it is good for. */

#include "ngx_payments_handlers.h"


/* a cursor: version, hash of the filter, id, MAC over all that it is for */

#define NGX_PAYMENTS_CURSOR_HASH   8
#define NGX_PAYMENTS_CURSOR_MAC    16
#define NGX_PAYMENTS_CURSOR_LEN    (1 + NGX_PAYMENTS_CURSOR_HASH              \
                                    + NGX_PAYMENTS_UUID_LEN                   \
                                    + NGX_PAYMENTS_CURSOR_MAC)


static ngx_str_t  ngx_payments_cursor_secret;


void
ngx_payments_cursor_init(ngx_str_t *secret)
{
    ngx_payments_cursor_secret = *secret;
}


/* what a cursor is good for: one merchant, mode, path, order and filter */

static int
ngx_payments_cursor_mac(ngx_payments_request_t *request, u_char *cursor,
    u_char mac[NGX_PAYMENTS_SHA256_LEN])
{
    size_t               n;
    u_char               text[32 + NGX_PAYMENTS_CURSOR_LEN];
    ngx_payments_text_t  key;

    key.data = ngx_payments_cursor_secret.data;
    key.len = ngx_payments_cursor_secret.len;

    n = ngx_sprintf(text, "cursor%d%L:", (int) request->livemode,
                    request->merchant_id) - text;
    ngx_memcpy(text + n, cursor,
               NGX_PAYMENTS_CURSOR_LEN - NGX_PAYMENTS_CURSOR_MAC);
    n += NGX_PAYMENTS_CURSOR_LEN - NGX_PAYMENTS_CURSOR_MAC;

    return ngx_payments_hmac(&key, text, n, mac);
}


static ngx_int_t
ngx_payments_cursor_hash(ngx_payments_request_t *request,
    ngx_payments_list_t *list, u_char hash[NGX_PAYMENTS_SHA256_LEN])
{
    u_char  *p, *text;
    size_t   len;

    len = request->path.len + list->filter.len + 2;

    text = ngx_pnalloc(request->pool, len);
    if (text == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(text, request->path.data, request->path.len);
    *p++ = list->ascending ? '<' : '>';
    p = ngx_cpymem(p, list->filter.data, list->filter.len);

    return (ngx_payments_sha256(text, p - text, hash) == 0) ? NGX_OK
                                                            : NGX_ERROR;
}


/* 41 bytes leave two bits of the last character unused: they must be zero */

static ngx_uint_t
ngx_payments_cursor_canonical(ngx_str_t *cursor)
{
    return strchr("AEIMQUYcgkosw048", cursor->data[cursor->len - 1]) != NULL;
}


static ngx_int_t
ngx_payments_cursor_refuse(ngx_payments_request_t *request,
    ngx_payments_problem_e problem)
{
    ngx_str_t         detail;
    static ngx_str_t  name = ngx_string("cursor");
    static ngx_str_t  code = ngx_string("cursor");

    detail.data = (u_char *) ngx_payments_problems[problem].detail;
    detail.len = ngx_strlen(detail.data);

    ngx_payments_problem_error(request, problem, &name, &code, &detail);

    return NGX_DECLINED;
}


ngx_int_t
ngx_payments_cursor_read(ngx_payments_request_t *request,
    ngx_payments_list_t *list, ngx_str_t *sent)
{
    u_char                   bytes[NGX_PAYMENTS_CURSOR_LEN + 4];
    u_char                   mac[NGX_PAYMENTS_SHA256_LEN];
    u_char                   hash[NGX_PAYMENTS_SHA256_LEN];
    ngx_str_t                cursor;

    if (ngx_payments_cursor_hash(request, list, hash) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memcpy(list->hash, hash, NGX_PAYMENTS_CURSOR_HASH);

    if (sent->data == NULL) {
        return NGX_OK;
    }

    cursor.data = bytes;
    cursor.len = 0;

    if (sent->len != ngx_base64_encoded_length(NGX_PAYMENTS_CURSOR_LEN) - 1
        || ngx_decode_base64url(&cursor, sent) != NGX_OK
        || cursor.len != NGX_PAYMENTS_CURSOR_LEN || bytes[0] != 1
        || !ngx_payments_cursor_canonical(sent)
        || ngx_payments_cursor_mac(request, bytes, mac) != 0
        || !ngx_payments_equal(mac, bytes + NGX_PAYMENTS_CURSOR_LEN
                                    - NGX_PAYMENTS_CURSOR_MAC,
                               NGX_PAYMENTS_CURSOR_MAC))
    {
        return ngx_payments_cursor_refuse(request,
                                          NGX_PAYMENTS_P_INVALID_CURSOR);
    }

    if (ngx_memcmp(bytes + 1, hash, NGX_PAYMENTS_CURSOR_HASH) != 0) {
        return ngx_payments_cursor_refuse(request,
                                       NGX_PAYMENTS_P_CURSOR_FILTER_MISMATCH);
    }

    ngx_memcpy(list->after, bytes + 1 + NGX_PAYMENTS_CURSOR_HASH,
               NGX_PAYMENTS_UUID_LEN);
    list->continued = 1;

    return NGX_OK;
}


ngx_int_t
ngx_payments_cursor_make(ngx_payments_request_t *request,
    ngx_payments_list_t *list, const u_char *last, ngx_str_t *cursor)
{
    u_char     bytes[NGX_PAYMENTS_CURSOR_LEN], mac[NGX_PAYMENTS_SHA256_LEN];
    ngx_str_t  src;

    bytes[0] = 1;
    ngx_memcpy(bytes + 1, list->hash, NGX_PAYMENTS_CURSOR_HASH);
    ngx_memcpy(bytes + 1 + NGX_PAYMENTS_CURSOR_HASH, last,
               NGX_PAYMENTS_UUID_LEN);

    if (ngx_payments_cursor_mac(request, bytes, mac) != 0) {
        return NGX_ERROR;
    }

    ngx_memcpy(bytes + NGX_PAYMENTS_CURSOR_LEN - NGX_PAYMENTS_CURSOR_MAC, mac,
               NGX_PAYMENTS_CURSOR_MAC);

    cursor->data = ngx_pnalloc(request->pool,
                         ngx_base64_encoded_length(NGX_PAYMENTS_CURSOR_LEN));
    if (cursor->data == NULL) {
        return NGX_ERROR;
    }

    src.data = bytes;
    src.len = NGX_PAYMENTS_CURSOR_LEN;
    ngx_encode_base64url(cursor, &src);

    return NGX_OK;
}

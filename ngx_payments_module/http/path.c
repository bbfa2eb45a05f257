
/* The request's URL: the one form of its path, and what must not be in it. */

#include "ngx_payments_http.h"


/* the path as it was sent, or as rewrite or another module has made it */

static ngx_str_t
ngx_payments_http_raw(ngx_http_request_t *r, ngx_uint_t *encoded)
{
    u_char     *query;
    ngx_str_t   raw;

    *encoded = (r == r->main && r->valid_unparsed_uri
                && r->unparsed_uri.len && r->unparsed_uri.data[0] == '/');

    if (!*encoded) {
        return r->uri;
    }

    raw = r->unparsed_uri;
    query = ngx_strlchr(raw.data, raw.data + raw.len, '?');

    if (query != NULL) {
        raw.len = query - raw.data;
    }

    return raw;
}


/* RFC 3986, 2.3: what needs no encoding; and the slashes between segments */

static ngx_uint_t
ngx_payments_http_plain(u_char c)
{
    static uint32_t  plain[] = {
        0x00000000,            /* control */
        0x03ffe000,            /* "-", ".", "/" and digits */
        0x87fffffe,            /* capitals and "_" */
        0x47fffffe,            /* letters and "~" */
        0x00000000, 0x00000000, 0x00000000, 0x00000000
    };

    return (plain[c >> 5] & (1U << (c & 0x1f))) != 0;
}


/* the next segment of *p, decoded once, to "to", which has room for it */

static size_t
ngx_payments_http_segment(u_char **p, u_char *last, ngx_uint_t encoded,
    u_char *to)
{
    u_char  *end, *src, *dst;

    end = ngx_strlchr(*p, last, '/');
    end = end ? end : last;

    src = *p;
    dst = to;
    *p = end;

    if (!encoded) {
        return ngx_cpymem(to, src, end - src) - to;
    }

    ngx_unescape_uri(&dst, &src, end - src, 0);

    return dst - to;
}


ngx_int_t
ngx_payments_http_path(ngx_http_request_t *r, ngx_str_t *path)
{
    u_char      *p, *last, *segment, *to;
    size_t       i, len;
    ngx_uint_t   encoded;

    *path = ngx_payments_http_raw(r, &encoded);

    for (i = 0; i < path->len; i++) {
        if (!ngx_payments_http_plain(path->data[i])) {
            break;
        }
    }

    if (i == path->len) {
        return NGX_OK;
    }

    segment = ngx_pnalloc(r->pool, 4 * path->len);
    if (segment == NULL) {
        return NGX_ERROR;
    }

    p = path->data;
    last = p + path->len;

    to = segment + path->len;
    path->data = to;

    for ( ;; ) {
        len = ngx_payments_http_segment(&p, last, encoded, segment);

        for (i = 0; i < len; i++) {
            if (segment[i] != '/' && ngx_payments_http_plain(segment[i])) {
                *to++ = segment[i];

            } else {
                to = ngx_sprintf(to, "%%%02Xd", (u_int) segment[i]);
            }
        }

        if (p == last) {
            break;
        }

        *to++ = *p++;
    }

    path->len = to - path->data;

    return NGX_OK;
}


/* everything behind the first slash, but not the protocol of a line */

static void
ngx_payments_http_mask(ngx_str_t *s, ngx_uint_t line)
{
    u_char  *p, *last;

    last = s->data + s->len;
    p = line ? ngx_strlchr(s->data, last, ' ') : s->data;

    if (p == NULL) {
        return;
    }

    for (p += (line ? 2 : 1); p < last && !(line && *p == ' '); p++) {
        *p = '*';
    }
}


ngx_uint_t
ngx_payments_http_secret(ngx_http_request_t *r, ngx_str_t *s,
    int (*inside)(const uint8_t *data, size_t len))
{
    u_char      *p, *src, *decoded;
    ngx_uint_t   found;

    if (s->len == 0) {
        return 0;
    }

    if (inside(s->data, s->len)) {
        return 1;
    }

    if (ngx_strlchr(s->data, s->data + s->len, '%') == NULL) {
        return 0;
    }

    decoded = ngx_pnalloc(r->pool, s->len);
    if (decoded == NULL) {
        return 0;
    }

    p = decoded;
    src = s->data;

    ngx_unescape_uri(&p, &src, s->len, 0);

    found = inside(decoded, p - decoded);

    ngx_memzero(decoded, s->len);

    return found;
}


/* whether there are as many digits as the shortest card number has, or what
   may stand for some */

static ngx_uint_t
ngx_payments_http_digits(ngx_str_t *path)
{
    u_char      *p, *last;
    ngx_uint_t   digits;

    last = path->data + path->len;

    for (p = path->data, digits = 0; p < last; p++) {
        digits += (*p >= '0' && *p <= '9');

        if (*p == '%' || *p >= 0x80) {
            return 1;
        }
    }

    return digits >= 12;
}


/*
 * A card number in the path: in its segments, decoded as they are used, and
 * over them, but for ids, which are random.  What was encoded twice is a name
 * with "%" in it, which whoever reads it may decode again.
 */

static ngx_uint_t
ngx_payments_http_path_card(ngx_http_request_t *r)
{
    u_char      *p, *last, *decoded, *to;
    size_t       len;
    ngx_str_t    path, names;
    ngx_uint_t   encoded, found;

    path = ngx_payments_http_raw(r, &encoded);

    if (!ngx_payments_http_digits(&path)) {
        return 0;
    }

    decoded = ngx_pnalloc(r->pool, path.len + 1);
    if (decoded == NULL) {
        return 0;
    }

    p = path.data;
    last = p + path.len;

    for (to = decoded; p < last; /* void */ ) {
        len = ngx_payments_http_segment(&p, last, encoded, to);

        if (!ngx_payments_id_any(to, len)) {
            to += len;
        }

        if (p < last) {
            *to++ = *p++;
        }
    }

    names.data = decoded;
    names.len = to - decoded;

    found = ngx_payments_http_secret(r, &names, ngx_payments_card_number);

    ngx_memzero(names.data, names.len);

    return found;
}


ngx_uint_t
ngx_payments_http_url_secret(ngx_http_request_t *r)
{
    ngx_uint_t  what;

    what = ngx_payments_http_secret(r, &r->unparsed_uri,
                                    ngx_payments_api_key_inside)
           ? NGX_PAYMENTS_SECRET_KEY
           : (ngx_payments_http_secret(r, &r->args, ngx_payments_card_number)
              || ngx_payments_http_path_card(r))
             ? NGX_PAYMENTS_SECRET_CARD : 0;

    if (what == 0) {
        return 0;
    }

    ngx_payments_http_mask(&r->unparsed_uri, 0);
    ngx_payments_http_mask(&r->request_line, 1);
    ngx_payments_http_mask(&r->uri, 0);

    if (r->args.len) {
        ngx_memset(r->args.data, '*', r->args.len);
    }

    return what;
}


/*
 * nginx logs the line of a request that it could not read: as much of it as
 * $request would show is overwritten, whatever it is that cannot be read
 */

void
ngx_payments_http_unread_secret(ngx_http_request_t *r)
{
    u_char     *p;
    ngx_str_t  *line = &r->request_line;

    if (ngx_payments_http_url_secret(r) != 0) {
        return;
    }

    if (line->data == NULL && r->request_start != NULL) {

        for (p = r->request_start; p < r->header_in->last; p++) {
            if (*p == CR || *p == LF) {
                break;
            }
        }

        line->data = r->request_start;
        line->len = p - r->request_start;
    }

    if (ngx_payments_http_secret(r, line, ngx_payments_api_key_inside)
        || ngx_payments_http_secret(r, line, ngx_payments_card_number))
    {
        ngx_memset(line->data, '*', line->len);
    }
}

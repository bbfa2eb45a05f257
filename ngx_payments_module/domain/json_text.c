
/* The strings of a parsed document: decoded, compared, counted, sorted. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE  /* qsort_r() */
#endif

#include <stdlib.h>
#include <string.h>

#include "ngx_payments_domain.h"


uint32_t
ngx_payments_json_hex4(const uint8_t *p)
{
    int       i;
    uint8_t   c;
    uint32_t  n;

    n = 0;

    for (i = 0; i < 4; i++) {
        c = p[i];

        if (c >= '0' && c <= '9') {
            n = n * 16 + (uint32_t) (c - '0');

        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            n = n * 16 + (uint32_t) ((c | 0x20) - 'a' + 10);

        } else {
            return 0x10000;
        }
    }

    return n;
}


/* the next code point of a checked string; moves *pos past it */

static uint32_t
ngx_payments_json_char(const uint8_t **pos)
{
    uint8_t         c;
    uint32_t        n;
    const uint8_t  *s = *pos;

    c = *s;

    if (c == '\\') {
        static const char  names[] = "bfnrt";
        static const char  chars[] = "\b\f\n\r\t";
        const char        *name;

        if (s[1] != 'u') {
            *pos = s + 2;
            name = strchr(names, s[1]);
            return (name != NULL) ? (uint32_t) chars[name - names] : s[1];
        }

        n = ngx_payments_json_hex4(s + 2);
        *pos = s + 6;

        if (n >= 0xd800 && n <= 0xdbff) {
            *pos = s + 12;
            n = 0x10000 + ((n - 0xd800) << 10)
                + (ngx_payments_json_hex4(s + 8) - 0xdc00);
        }

        return n;
    }

    if (c < 0x80) {
        *pos = s + 1;
        return c;
    }

    if (c < 0xe0) {
        *pos = s + 2;
        return ((c & 0x1fu) << 6) | (s[1] & 0x3fu);
    }

    if (c < 0xf0) {
        *pos = s + 3;
        return ((c & 0xfu) << 12) | ((s[1] & 0x3fu) << 6) | (s[2] & 0x3fu);
    }

    *pos = s + 4;

    return ((c & 7u) << 18) | ((s[1] & 0x3fu) << 12) | ((s[2] & 0x3fu) << 6)
           | (s[3] & 0x3fu);
}


int
ngx_payments_json_name_cmp(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *a, const ngx_payments_json_node_t *b)
{
    uint32_t        x, y;
    const uint8_t  *p, *q, *pend, *qend;

    p = json->text + a->start;
    q = json->text + b->start;
    pend = p + a->len;
    qend = q + b->len;

    while (p < pend && q < qend) {
        x = ngx_payments_json_char(&p);
        y = ngx_payments_json_char(&q);

        if (x == y) {
            continue;
        }

        /*
         * UTF-16 order differs from code point order in one place only: the
         * surrogates of what is above U+FFFF sort below U+E000 .. U+FFFF
         */

        if ((x > 0xffff) != (y > 0xffff)) {
            x = (x > 0xffff) ? 0xd800 : x;
            y = (y > 0xffff) ? 0xd800 : y;
        }

        return (x < y) ? -1 : 1;
    }

    return (p < pend) - (q < qend);
}


static int
ngx_payments_json_index_cmp(const void *one, const void *two, void *data)
{
    const ngx_payments_json_t  *json = data;

    return ngx_payments_json_name_cmp(json,
                                      &json->nodes[*(const uint32_t *) one],
                                      &json->nodes[*(const uint32_t *) two]);
}


uint32_t
ngx_payments_json_sorted(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *object, uint32_t base)
{
    uint32_t  i, n, index;

    index = (uint32_t) (object - json->nodes) + 1;

    for (n = 0; n < object->size; n++) {
        json->scratch[base + n] = index;
        index = json->nodes[index + 1].next;
    }

    if (n <= 8) {

        /* almost every object: insertion sort beats a call of qsort */

        for (i = 1; i < n; i++) {
            uint32_t  j, key = json->scratch[base + i];

            for (j = i; j > 0; j--) {
                if (ngx_payments_json_name_cmp(json, &json->nodes[key],
                              &json->nodes[json->scratch[base + j - 1]]) >= 0)
                {
                    break;
                }

                json->scratch[base + j] = json->scratch[base + j - 1];
            }

            json->scratch[base + j] = key;
        }

    } else {
        qsort_r(&json->scratch[base], n, sizeof(uint32_t),
                ngx_payments_json_index_cmp, (void *) json);
    }

    return n;
}


static uint8_t *
ngx_payments_json_put(uint8_t *dst, uint32_t n)
{
    if (n < 0x80) {
        *dst++ = (uint8_t) n;

    } else if (n < 0x800) {
        *dst++ = (uint8_t) (0xc0 | (n >> 6));
        *dst++ = (uint8_t) (0x80 | (n & 0x3f));

    } else if (n < 0x10000) {
        *dst++ = (uint8_t) (0xe0 | (n >> 12));
        *dst++ = (uint8_t) (0x80 | ((n >> 6) & 0x3f));
        *dst++ = (uint8_t) (0x80 | (n & 0x3f));

    } else {
        *dst++ = (uint8_t) (0xf0 | (n >> 18));
        *dst++ = (uint8_t) (0x80 | ((n >> 12) & 0x3f));
        *dst++ = (uint8_t) (0x80 | ((n >> 6) & 0x3f));
        *dst++ = (uint8_t) (0x80 | (n & 0x3f));
    }

    return dst;
}


void
ngx_payments_json_decode(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *node, ngx_payments_out_t *out)
{
    uint8_t         utf8[4], *last;
    const uint8_t  *p, *end;

    p = json->text + node->start;
    end = p + node->len;

    if (!node->escaped) {
        ngx_payments_out_bytes(out, p, node->len);
        return;
    }

    while (p < end) {
        last = ngx_payments_json_put(utf8, ngx_payments_json_char(&p));
        ngx_payments_out_bytes(out, utf8, (size_t) (last - utf8));
    }
}


int
ngx_payments_json_is(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *node, const char *name)
{
    const uint8_t  *p, *end;

    p = json->text + node->start;
    end = p + node->len;

    while (p < end && *name != '\0') {
        if (ngx_payments_json_char(&p) != (uint32_t) (uint8_t) *name++) {
            return 0;
        }
    }

    return p == end && *name == '\0';
}


uint32_t
ngx_payments_json_length(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *node)
{
    uint32_t        n;
    const uint8_t  *p, *end;

    p = json->text + node->start;
    end = p + node->len;

    for (n = 0; p < end; n++) {
        (void) ngx_payments_json_char(&p);
    }

    return n;
}

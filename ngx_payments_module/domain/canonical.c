
/* RFC 8785 (JSON Canonicalization Scheme) and the request fingerprint. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ngx_payments_domain.h"


static void ngx_payments_canonical_value(ngx_payments_json_t *json,
    uint32_t index, uint32_t base, ngx_payments_out_t *out);
static void ngx_payments_canonical_number(const uint8_t *data, size_t len,
    ngx_payments_out_t *out);
static void ngx_payments_canonical_double(double d, ngx_payments_out_t *out);
static void ngx_payments_canonical_string(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *node, ngx_payments_out_t *out);


void
ngx_payments_json_canonical(ngx_payments_json_t *json,
    ngx_payments_out_t *out)
{
    ngx_payments_canonical_value(json, 0, 0, out);
}


/* recursion ends at NGX_PAYMENTS_JSON_DEPTH, which the parser enforced */

static void
ngx_payments_canonical_value(ngx_payments_json_t *json, uint32_t index,
    uint32_t base, ngx_payments_out_t *out)
{
    uint32_t                         i, n, name;
    const ngx_payments_json_node_t  *node;

    node = &json->nodes[index];

    switch (node->type) {

    case NGX_PAYMENTS_JSON_OBJECT:
        n = ngx_payments_json_sorted(json, node, base);

        ngx_payments_out_str(out, "{");

        for (i = 0; i < n; i++) {
            name = json->scratch[base + i];

            ngx_payments_canonical_string(json, &json->nodes[name], out);
            ngx_payments_out_str(out, ":");
            ngx_payments_canonical_value(json, name + 1, base + n, out);

            if (i + 1 < n) {
                ngx_payments_out_str(out, ",");
            }
        }

        ngx_payments_out_str(out, "}");
        break;

    case NGX_PAYMENTS_JSON_ARRAY:
        ngx_payments_out_str(out, "[");
        index++;

        for (i = 0; i < node->size; i++) {
            ngx_payments_canonical_value(json, index, base, out);
            index = json->nodes[index].next;

            if (i + 1 < node->size) {
                ngx_payments_out_str(out, ",");
            }
        }

        ngx_payments_out_str(out, "]");
        break;

    case NGX_PAYMENTS_JSON_STRING:
        ngx_payments_canonical_string(json, node, out);
        break;

    case NGX_PAYMENTS_JSON_NUMBER:
        ngx_payments_canonical_number(json->text + node->start, node->len,
                                      out);
        break;

    default:
        ngx_payments_out_bytes(out, json->text + node->start, node->len);
    }
}


static void
ngx_payments_canonical_string(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *node, ngx_payments_out_t *out)
{
    uint8_t             *start;
    size_t               len;
    ngx_payments_out_t   text;

    if (!node->escaped) {
        ngx_payments_out_json(out, json->text + node->start, node->len);
        return;
    }

    /*
     * Decoded at the far end of the free space, then written from there:
     * decoding never grows a string, and writing needs at most what the
     * token had for each escape, so the two cannot meet unless the caller's
     * buffer is too small, which is an overflow.
     */

    if ((size_t) (out->end - out->pos) < 8 * (size_t) node->len + 2) {
        out->overflow = 1;
        return;
    }

    start = out->end - node->len;

    ngx_payments_out_init(&text, start, node->len);
    ngx_payments_json_decode(json, node, &text);

    len = (size_t) (text.pos - start);

    ngx_payments_out_json(out, start, len);
}


static void
ngx_payments_canonical_number(const uint8_t *data, size_t len,
    ngx_payments_out_t *out)
{
    char     token[401], *end;
    double   d;
    int64_t  n;

    if (ngx_payments_integer(data, len, &n) == 0
        && n >= -INT64_C(9007199254740992) && n <= INT64_C(9007199254740992))
    {
        ngx_payments_out_int(out, n);
        return;
    }

    if (len < sizeof(token)) {
        memcpy(token, data, len);
        token[len] = '\0';

        d = strtod(token, &end);

        if (isfinite(d)) {
            ngx_payments_canonical_double(d, out);
            return;
        }
    }

    ngx_payments_out_bytes(out, data, len);
}


/* ECMA-262, Number::toString(10): the shortest digits that read back */

static void
ngx_payments_canonical_double(double d, ngx_payments_out_t *out)
{
    int   precision, k, n, i;
    char  text[32], digits[20], *exponent;

    if (d == 0) {
        ngx_payments_out_str(out, "0");
        return;
    }

    if (d < 0) {
        ngx_payments_out_str(out, "-");
        d = -d;
    }

    for (precision = 0; precision < 17; precision++) {
        (void) snprintf(text, sizeof(text), "%.*e", precision, d);

        if (strtod(text, NULL) == d) {
            break;
        }
    }

    exponent = strchr(text, 'e');
    n = atoi(exponent + 1) + 1;

    for (k = 0, i = 0; &text[i] < exponent; i++) {
        if (text[i] != '.') {
            digits[k++] = text[i];
        }
    }

    while (k > 1 && digits[k - 1] == '0') {
        k--;
    }

    if (n > 21 || n < -5) {
        ngx_payments_out_bytes(out, digits, 1);

        if (k > 1) {
            ngx_payments_out_str(out, ".");
            ngx_payments_out_bytes(out, digits + 1, (size_t) k - 1);
        }

        ngx_payments_out_str(out, (n > 0) ? "e+" : "e-");
        ngx_payments_out_int(out, (n > 0) ? n - 1 : 1 - n);
        return;
    }

    if (n <= 0) {
        ngx_payments_out_str(out, "0.");

        for (i = n; i < 0; i++) {
            ngx_payments_out_str(out, "0");
        }

        ngx_payments_out_bytes(out, digits, (size_t) k);
        return;
    }

    ngx_payments_out_bytes(out, digits, (size_t) ((k < n) ? k : n));

    for (i = k; i < n; i++) {
        ngx_payments_out_str(out, "0");
    }

    if (k > n) {
        ngx_payments_out_str(out, ".");
        ngx_payments_out_bytes(out, digits + n, (size_t) (k - n));
    }
}


static int
ngx_payments_parameter_cmp(const void *one, const void *two)
{
    int                         rc;
    const ngx_payments_text_t  *a = one, *b = two;

    rc = memcmp(a->data, b->data, (a->len < b->len) ? a->len : b->len);

    return rc ? rc : (a->len > b->len) - (a->len < b->len);
}


static void
ngx_payments_fingerprint_query(const ngx_payments_text_t *query,
    ngx_payments_out_t *out)
{
    size_t               i, n;
    const uint8_t       *p, *end, *amp;
    ngx_payments_text_t  parameters[64];

    n = 0;
    p = query->data;
    end = p + query->len;

    /* more than the table holds stay together in its last entry */

    while (p < end) {
        amp = (n < 63) ? memchr(p, '&', (size_t) (end - p)) : NULL;
        amp = amp ? amp : end;

        if (amp > p) {
            parameters[n].data = p;
            parameters[n++].len = (size_t) (amp - p);
        }

        p = amp + 1;
    }

    if (n > 1) {
        qsort(parameters, n, sizeof(ngx_payments_text_t),
              ngx_payments_parameter_cmp);
    }

    for (i = 0; i < n; i++) {
        ngx_payments_out_str(out, i ? "&" : "?");
        ngx_payments_out_bytes(out, parameters[i].data, parameters[i].len);
    }
}


int
ngx_payments_fingerprint(const ngx_payments_text_t *method,
    const ngx_payments_text_t *path, const ngx_payments_text_t *query,
    ngx_payments_json_t *body, ngx_payments_out_t *out,
    uint8_t digest[NGX_PAYMENTS_SHA256_LEN])
{
    uint8_t  *start = out->pos;

    ngx_payments_out_bytes(out, method->data, method->len);
    ngx_payments_out_str(out, " ");
    ngx_payments_out_bytes(out, path->data, path->len);
    ngx_payments_fingerprint_query(query, out);
    ngx_payments_out_str(out, "\n");

    if (body != NULL) {
        ngx_payments_json_canonical(body, out);
    }

    if (out->overflow) {
        return -1;
    }

    return ngx_payments_sha256(start, (size_t) (out->pos - start), digest);
}


/* Signatures of messages between hosts, as Standard Webhooks 1.0 has them. */

#include <string.h>

#include <openssl/evp.h>

#include "ngx_payments_domain.h"


#define NGX_PAYMENTS_SIGNATURE_KEY_MIN  24


/* its six bits; -1: no letter of base64 */

static int
ngx_payments_signature_letter(uint8_t c)
{
    const char         *p;

    static const char   letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "abcdefghijklmnopqrstuvwxyz0123456789+/";

    p = (c != '\0') ? strchr(letters, c) : NULL;

    return (p != NULL) ? (int) (p - letters) : -1;
}


size_t
ngx_payments_signature_key(const uint8_t *data, size_t len,
    uint8_t key[NGX_PAYMENTS_SIGNATURE_KEY])
{
    int       letter;
    size_t    i, n, padding;
    uint32_t  bits;

    if (len < 6 || memcmp(data, "whsec_", 6) != 0) {
        return 0;
    }

    data += 6;
    len -= 6;

    /* the padding may be left out; what stands before it has one spelling */

    for (padding = (len % 4 == 0) ? 2 : 0;
         padding > 0 && len > 0 && data[len - 1] == '=';
         padding--)
    {
        len--;
    }

    if (len % 4 == 1) {
        return 0;
    }

    for (bits = 0, i = 0, n = 0; i < len; i++) {
        letter = ngx_payments_signature_letter(data[i]);

        if (letter == -1) {
            return 0;
        }

        bits = (bits << 6) | (uint32_t) letter;

        if (i % 4 == 0) {
            continue;
        }

        if (n == NGX_PAYMENTS_SIGNATURE_KEY) {
            return 0;
        }

        key[n++] = (uint8_t) (bits >> (6 - 2 * (i % 4)));
    }

    /* bits that are left over must be zeros */

    if ((len % 4 == 2 && (bits & 15)) || (len % 4 == 3 && (bits & 3))) {
        return 0;
    }

    return (n >= NGX_PAYMENTS_SIGNATURE_KEY_MIN) ? n : 0;
}


int
ngx_payments_signature(const ngx_payments_text_t *key,
    const ngx_payments_text_t *id, int64_t timestamp,
    const ngx_payments_text_t *body, uint8_t dst[NGX_PAYMENTS_SIGNATURE_LEN])
{
    uint8_t              digest[NGX_PAYMENTS_SHA256_LEN], seconds[24];
    uint8_t              base64[NGX_PAYMENTS_SIGNATURE_LEN];
    ngx_payments_out_t   out;
    ngx_payments_text_t  parts[3];

    ngx_payments_out_init(&out, seconds, sizeof(seconds));
    ngx_payments_out_str(&out, ".");
    ngx_payments_out_int(&out, timestamp);
    ngx_payments_out_str(&out, ".");

    parts[0] = *id;
    parts[1].data = seconds;
    parts[1].len = (size_t) (out.pos - out.start);
    parts[2] = *body;

    if (ngx_payments_hmac_parts(key, parts, 3, digest) != 0) {
        return -1;
    }

    /* 44 letters, and a NUL that dst has no place for */

    (void) EVP_EncodeBlock(base64, digest, sizeof(digest));

    memcpy(dst, "v1,", 3);
    memcpy(dst + 3, base64, NGX_PAYMENTS_SIGNATURE_LEN - 3);

    return 0;
}


int
ngx_payments_signature_verify(const ngx_payments_text_t *key,
    const ngx_payments_text_t *id, int64_t timestamp,
    const ngx_payments_text_t *body, const ngx_payments_text_t *signatures)
{
    int             right;
    size_t          n;
    uint8_t         wanted[NGX_PAYMENTS_SIGNATURE_LEN];
    const uint8_t  *p, *end, *space;

    if (ngx_payments_signature(key, id, timestamp, body, wanted) != 0) {
        return 0;
    }

    right = 0;
    p = signatures->data;
    end = p + signatures->len;

    while (p < end) {
        space = memchr(p, ' ', (size_t) (end - p));
        n = (size_t) ((space ? space : end) - p);

        if (n == NGX_PAYMENTS_SIGNATURE_LEN
            && ngx_payments_equal(p, wanted, NGX_PAYMENTS_SIGNATURE_LEN))
        {
            right = 1;
        }

        p += n + 1;
    }

    return right;
}

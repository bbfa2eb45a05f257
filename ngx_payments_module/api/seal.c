
/*
 * Seals: how the secret of an API key is answered again, and stored nowhere.
 * It is made of random bytes, the seal, by HMAC with the secret file's
 * contents.  The stored answer holds the seal: whoever has the same file can
 * give the same answer again, as long as the answer is stored.
 *
 * A webhook secret is stored, since messages are signed by it: encrypted, and
 * so it stands in the answer.
 */

#include "ngx_payments_handlers.h"
#include "../base/ngx_payments_secrets.h"


/* a seal: 32 random bytes, 8 of the hash that the key must have, in
   hexadecimal */

#define NGX_PAYMENTS_SEAL_RANDOM  32
#define NGX_PAYMENTS_SEAL_CHECK   8


static ngx_str_t  ngx_payments_seal_secret;


void
ngx_payments_seal_init(ngx_str_t *secret)
{
    ngx_payments_seal_secret = *secret;
}


ngx_uint_t
ngx_payments_seal_ready(void)
{
    return ngx_payments_seal_secret.len != 0;
}


/* the 52 characters of the secret that a seal's random bytes stand for */

static ngx_int_t
ngx_payments_seal_open(const u_char *bytes,
    u_char secret[NGX_PAYMENTS_KEY_SECRET])
{
    u_char               text[8 + NGX_PAYMENTS_SEAL_RANDOM];
    u_char               mac[NGX_PAYMENTS_SHA256_LEN];
    ngx_payments_text_t  key;

    key.data = ngx_payments_seal_secret.data;
    key.len = ngx_payments_seal_secret.len;

    ngx_memcpy(text, "api key\n", 8);
    ngx_memcpy(text + 8, bytes, NGX_PAYMENTS_SEAL_RANDOM);

    if (ngx_payments_hmac(&key, text, sizeof(text), mac) != 0) {
        return NGX_ERROR;
    }

    ngx_payments_api_key_secret(mac, secret);
    ngx_explicit_memzero(mac, sizeof(mac));

    return NGX_OK;
}


const u_char *
ngx_payments_seal_mode(ngx_uint_t livemode)
{
    return (const u_char *) (livemode ? "k_live_" : "k_test_");
}


ngx_int_t
ngx_payments_seal_make(ngx_uint_t livemode, u_char seal[NGX_PAYMENTS_SEAL_LEN],
    u_char hash[NGX_PAYMENTS_SHA256_LEN])
{
    u_char  bytes[NGX_PAYMENTS_SEAL_RANDOM], *p;
    u_char  secret[NGX_PAYMENTS_KEY_SECRET];

    if (ngx_payments_new_random(bytes, sizeof(bytes)) != 0
        || ngx_payments_seal_open(bytes, secret) != NGX_OK
        || ngx_payments_api_key_hash(ngx_payments_seal_mode(livemode), secret,
                                     hash)
           != 0)
    {
        return NGX_ERROR;
    }

    ngx_explicit_memzero(secret, sizeof(secret));

    p = ngx_hex_dump(seal, bytes, sizeof(bytes));
    (void) ngx_hex_dump(p, hash, NGX_PAYMENTS_SEAL_CHECK);

    return NGX_OK;
}


ngx_int_t
ngx_payments_seal_reveal(ngx_pool_t *pool, ngx_uint_t livemode, ngx_str_t *body)
{
    u_char      bytes[NGX_PAYMENTS_SEAL_RANDOM + NGX_PAYMENTS_SEAL_CHECK];
    u_char      hash[NGX_PAYMENTS_SHA256_LEN], *p, *to;
    size_t      head;
    ngx_int_t   n;
    ngx_uint_t  i;

    /* ...<seal>"} */

    if (body->len < NGX_PAYMENTS_SEAL_LEN + 2) {
        return NGX_ERROR;
    }

    head = body->len - NGX_PAYMENTS_SEAL_LEN - 2;
    p = body->data + head;

    for (i = 0; i < sizeof(bytes); i++) {
        n = ngx_hextoi(p + 2 * i, 2);

        if (n == NGX_ERROR) {
            return NGX_ERROR;
        }

        bytes[i] = (u_char) n;
    }

    to = ngx_pnalloc(pool, head + NGX_PAYMENTS_KEY_SECRET + 2);
    if (to == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(to, body->data, head);

    if (ngx_payments_seal_open(bytes, p) != NGX_OK
        || ngx_payments_api_key_hash(ngx_payments_seal_mode(livemode), p,
                                     hash)
           != 0)
    {
        return NGX_ERROR;
    }

    /* another secret file gives another secret, which would be no key */

    if (ngx_memcmp(hash, bytes + NGX_PAYMENTS_SEAL_RANDOM,
                   NGX_PAYMENTS_SEAL_CHECK)
        != 0)
    {
        return NGX_DECLINED;
    }

    p += NGX_PAYMENTS_KEY_SECRET;
    *p++ = '"';
    *p++ = '}';

    body->data = to;
    body->len = p - to;

    return NGX_OK;
}


ngx_int_t
ngx_payments_endpoint_reveal(ngx_payments_request_t *request,
    const u_char endpoint[NGX_PAYMENTS_UUID_LEN], ngx_str_t *body)
{
    u_char      bits[NGX_PAYMENTS_MESSAGE_BITS], *p, *to;
    u_char      stored[NGX_PAYMENTS_SECRETS_LEN];
    size_t      head;
    ngx_int_t   n;
    ngx_str_t   bytes;
    ngx_uint_t  i;

    /* ...<in hexadecimal>"} */

    if (body->len < 2 * sizeof(stored) + 2) {
        return NGX_ERROR;
    }

    head = body->len - 2 * sizeof(stored) - 2;
    p = body->data + head;

    for (i = 0; i < sizeof(stored); i++) {
        n = ngx_hextoi(p + 2 * i, 2);

        if (n == NGX_ERROR) {
            return NGX_ERROR;
        }

        stored[i] = (u_char) n;
    }

    bytes.data = stored;
    bytes.len = sizeof(stored);

    to = ngx_pnalloc(request->pool, head + NGX_PAYMENTS_MESSAGE_SECRET + 2);

    if (to == NULL
        || ngx_payments_secrets_read(request->merchant_id, endpoint, &bytes,
                                     bits)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    p = ngx_cpymem(to, body->data, head);
    ngx_payments_message_secret(bits, p);
    ngx_explicit_memzero(bits, sizeof(bits));

    p += NGX_PAYMENTS_MESSAGE_SECRET;
    *p++ = '"';
    *p++ = '}';

    body->data = to;
    body->len = p - to;

    return NGX_OK;
}


ngx_uint_t
ngx_payments_key_exceeds_scopes(ngx_uint_t scopes, ngx_str_t *body)
{
    u_char            *p, *last, *name;
    ngx_uint_t         scope;

    static ngx_str_t   member = ngx_string("\"scopes\":[");

    /* no text of the body looks like it: its quotes are escaped */

    p = ngx_strnstr(body->data, (char *) member.data, body->len);
    if (p == NULL) {
        return 1;
    }

    last = body->data + body->len;

    for (p += member.len; p < last && *p == '"'; /* void */ ) {
        name = ++p;
        p = ngx_strlchr(p, last, '"');

        if (p == NULL) {
            return 1;
        }

        scope = ngx_payments_api_scope(name, p - name);

        if (scope == 0 || (scope & ~scopes)) {
            return 1;
        }

        p++;

        if (p < last && *p == ',') {
            p++;
        }
    }

    return p >= last || *p != ']';
}

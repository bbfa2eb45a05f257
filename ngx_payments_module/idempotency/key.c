
/* What identifies a key: its hash, and the tag of it that workers exchange. */

#include "ngx_payments_shared.h"


ngx_int_t
ngx_payments_idempotency_hash(ngx_payments_idempotency_key_t *key,
    ngx_uint_t livemode, ngx_str_t *text)
{
    u_char  scoped[1 + NGX_PAYMENTS_KEY_MAX], digest[NGX_PAYMENTS_SHA256_LEN];

    scoped[0] = (u_char) livemode;
    ngx_memcpy(scoped + 1, text->data, text->len);

    if (ngx_payments_sha256(scoped, 1 + text->len, digest) != 0) {
        return NGX_ERROR;
    }

    ngx_memcpy(key->hash, digest, NGX_PAYMENTS_KEY_HASH_LEN);
    key->database = ngx_payments_cluster_database(key->merchant_id);

    return NGX_OK;
}


uint64_t
ngx_payments_key_tag(ngx_payments_idempotency_key_t *key)
{
    uint64_t  tag;

    ngx_memcpy(&tag, key->hash, sizeof(uint64_t));

    return (tag ^ (uint64_t) key->merchant_id) | 1;
}

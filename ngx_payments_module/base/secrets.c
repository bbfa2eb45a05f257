
/* Secrets of merchants, by the lines of the secret file. */

#include "ngx_payments_base.h"
#include "ngx_payments_secrets.h"


#define NGX_PAYMENTS_SECRETS_OWNER  (8 + NGX_PAYMENTS_UUID_LEN)


static const ngx_payments_keyring_t  *ngx_payments_secrets_ring;


void
ngx_payments_secrets_init(const ngx_payments_keyring_t *ring)
{
    ngx_payments_secrets_ring = ring;
}


ngx_uint_t
ngx_payments_secrets_ready(void)
{
    return ngx_payments_secrets_ring != NULL
           && ngx_payments_secrets_ring->n != 0;
}


/* whose it is: merchant and endpoint */

static void
ngx_payments_secrets_owner(int64_t merchant_id, const u_char *endpoint,
    u_char bytes[NGX_PAYMENTS_SECRETS_OWNER], ngx_payments_text_t *owner)
{
    ngx_uint_t  i;

    for (i = 0; i < 8; i++) {
        bytes[i] = (u_char) ((uint64_t) merchant_id >> (56 - 8 * i));
    }

    ngx_memcpy(bytes + 8, endpoint, NGX_PAYMENTS_UUID_LEN);

    owner->data = bytes;
    owner->len = NGX_PAYMENTS_SECRETS_OWNER;
}


ngx_int_t
ngx_payments_secrets_make(int64_t merchant_id,
    const u_char endpoint[NGX_PAYMENTS_UUID_LEN],
    u_char stored[NGX_PAYMENTS_SECRETS_LEN])
{
    int                  rc;
    u_char               bits[NGX_PAYMENTS_MESSAGE_BITS];
    u_char               nonce[NGX_PAYMENTS_GCM_NONCE];
    u_char               bytes[NGX_PAYMENTS_SECRETS_OWNER];
    ngx_payments_text_t  owner, secret;

    if (!ngx_payments_secrets_ready()
        || ngx_payments_new_random(bits, sizeof(bits)) != 0
        || ngx_payments_new_random(nonce, sizeof(nonce)) != 0)
    {
        return NGX_ERROR;
    }

    ngx_payments_secrets_owner(merchant_id, endpoint, bytes, &owner);

    secret.data = bits;
    secret.len = sizeof(bits);

    rc = ngx_payments_secret_encrypt(ngx_payments_secrets_ring, &owner, &secret,
                                     nonce, stored);

    ngx_explicit_memzero(bits, sizeof(bits));

    return (rc == 0) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_payments_secrets_read(int64_t merchant_id,
    const u_char endpoint[NGX_PAYMENTS_UUID_LEN], const ngx_str_t *stored,
    u_char bits[NGX_PAYMENTS_MESSAGE_BITS])
{
    size_t                 len;
    u_char                 bytes[NGX_PAYMENTS_SECRETS_OWNER];
    u_char                 text[NGX_PAYMENTS_SECRETS_LEN];
    ngx_payments_text_t    owner, from;
    ngx_payments_secret_e  rc;

    if (!ngx_payments_secrets_ready()) {
        return NGX_DECLINED;
    }

    if (stored->len != NGX_PAYMENTS_SECRETS_LEN) {
        return NGX_ERROR;
    }

    ngx_payments_secrets_owner(merchant_id, endpoint, bytes, &owner);

    from.data = stored->data;
    from.len = stored->len;

    rc = ngx_payments_secret_decrypt(ngx_payments_secrets_ring, &owner, &from,
                                     text, &len);

    if (rc != NGX_PAYMENTS_SECRET_OK) {
        return (rc == NGX_PAYMENTS_SECRET_KEY_MISSING) ? NGX_DECLINED
                                                       : NGX_ERROR;
    }

    ngx_memcpy(bits, text, NGX_PAYMENTS_MESSAGE_BITS);
    ngx_explicit_memzero(text, sizeof(text));

    return NGX_OK;
}


/*
 * Secrets at rest.  What is stored is
 *
 *     version (1 byte, 1) | name of the key (4) | nonce (12) | text | tag (16)
 *
 * by AES-256-GCM (NIST SP 800-38D).  The head and the owner are authenticated
 * as well.  The key's name is no secret: it is made of the line as the key is,
 * by a label of its own.
 */

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "ngx_payments_secret.h"


#define NGX_PAYMENTS_SECRET_VERSION  1

#define NGX_PAYMENTS_KEYRING_LINE    32    /* bytes of a line at least */


int
ngx_payments_hkdf(const ngx_payments_text_t *key,
    const ngx_payments_text_t *salt, const ngx_payments_text_t *info,
    uint8_t *dst, size_t len)
{
    int                  rc;
    size_t               n;
    uint8_t              extracted[NGX_PAYMENTS_SHA256_LEN];
    uint8_t              block[NGX_PAYMENTS_SHA256_LEN], counter;
    ngx_payments_text_t  parts[3], prk;

    if (len > 255 * NGX_PAYMENTS_SHA256_LEN
        || ngx_payments_hmac_parts(salt, key, 1, extracted) != 0)
    {
        return -1;
    }

    prk.data = extracted;
    prk.len = sizeof(extracted);

    parts[0].data = block;
    parts[0].len = 0;
    parts[1] = *info;
    parts[2].data = &counter;
    parts[2].len = 1;

    rc = 0;

    for (counter = 1; len > 0 && rc == 0; counter++) {
        rc = ngx_payments_hmac_parts(&prk, parts, 3, block);

        n = (len < sizeof(block)) ? len : sizeof(block);
        memcpy(dst, block, n);

        dst += n;
        len -= n;
        parts[0].len = sizeof(block);
    }

    OPENSSL_cleanse(extracted, sizeof(extracted));
    OPENSSL_cleanse(block, sizeof(block));

    return rc;
}


/* the key of a line, and its name */

static int
ngx_payments_keyring_add(ngx_payments_keyring_t *ring,
    const ngx_payments_text_t *line, const ngx_payments_text_t *label)
{
    uint8_t                     made[sizeof(ngx_payments_keyring_key_t)];
    ngx_payments_keyring_key_t  *key = &ring->keys[ring->n];

    static const ngx_payments_text_t  salt = ngx_payments_text("");

    if (ngx_payments_hkdf(line, &salt, label, made, sizeof(made)) != 0) {
        return -1;
    }

    memcpy(key->key, made, sizeof(key->key));
    memcpy(key->name, made + sizeof(key->key), sizeof(key->name));
    OPENSSL_cleanse(made, sizeof(made));

    ring->n++;

    return 0;
}


const char *
ngx_payments_keyring(ngx_payments_keyring_t *ring,
    const ngx_payments_text_t *file, const ngx_payments_text_t *label)
{
    const uint8_t        *p, *end;
    ngx_payments_text_t   line;

    ring->n = 0;
    end = file->data + file->len;

    for (p = file->data; p < end; p++) {
        line.data = p;

        while (p < end && *p != '\n' && *p != '\r') {
            p++;
        }

        line.len = (size_t) (p - line.data);

        if (line.len == 0) {
            continue;
        }

        if (line.len < NGX_PAYMENTS_KEYRING_LINE) {
            return "has a line of less than 32 bytes";
        }

        if (ring->n == NGX_PAYMENTS_KEYRING_KEYS) {
            return "has more than 8 lines";
        }

        if (ngx_payments_keyring_add(ring, &line, label) != 0) {
            return "gives no keys: OpenSSL lacks HMAC";
        }
    }

    return ring->n ? NULL : "has no line";
}


/* what is authenticated and not encrypted */

static int
ngx_payments_gcm_aad(EVP_CIPHER_CTX *ctx, const ngx_payments_text_t *aad,
    size_t naad)
{
    int     n;
    size_t  i;

    for (i = 0; i < naad; i++) {
        if (EVP_CipherUpdate(ctx, NULL, &n, aad[i].data, (int) aad[i].len)
            != 1)
        {
            return 0;
        }
    }

    return 1;
}


int
ngx_payments_gcm(int encrypt, const uint8_t key[NGX_PAYMENTS_GCM_KEY],
    const uint8_t nonce[NGX_PAYMENTS_GCM_NONCE], const ngx_payments_text_t *aad,
    size_t naad, const ngx_payments_text_t *text, uint8_t *dst,
    uint8_t tag[NGX_PAYMENTS_GCM_TAG])
{
    int              n, rc;
    EVP_CIPHER_CTX  *ctx;

    ctx = EVP_CIPHER_CTX_new();

    if (ctx == NULL) {
        return -1;
    }

    rc = EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce, encrypt)
         == 1
         && ngx_payments_gcm_aad(ctx, aad, naad)
         && EVP_CipherUpdate(ctx, dst, &n, text->data, (int) text->len) == 1
         && (encrypt
             || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG,
                                    NGX_PAYMENTS_GCM_TAG, tag)
                == 1)
         && EVP_CipherFinal_ex(ctx, dst + text->len, &n) == 1
         && (!encrypt
             || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG,
                                    NGX_PAYMENTS_GCM_TAG, tag)
                == 1);

    EVP_CIPHER_CTX_free(ctx);

    if (!rc) {
        OPENSSL_cleanse(dst, text->len);
    }

    return rc ? 0 : -1;
}


/* what is stored beside the text, and what it belongs to */

static void
ngx_payments_secret_aad(ngx_payments_text_t aad[2], const uint8_t *head,
    const ngx_payments_text_t *owner)
{
    aad[0].data = head;
    aad[0].len = NGX_PAYMENTS_SECRET_HEAD;
    aad[1] = *owner;
}


int
ngx_payments_secret_encrypt(const ngx_payments_keyring_t *ring,
    const ngx_payments_text_t *owner, const ngx_payments_text_t *secret,
    const uint8_t nonce[NGX_PAYMENTS_GCM_NONCE], uint8_t *dst)
{
    uint8_t              *text;
    ngx_payments_text_t   aad[2];

    if (ring->n == 0) {
        return -1;
    }

    dst[0] = NGX_PAYMENTS_SECRET_VERSION;
    memcpy(dst + 1, ring->keys[0].name, NGX_PAYMENTS_KEYRING_NAME);
    memcpy(dst + 1 + NGX_PAYMENTS_KEYRING_NAME, nonce, NGX_PAYMENTS_GCM_NONCE);

    ngx_payments_secret_aad(aad, dst, owner);
    text = dst + NGX_PAYMENTS_SECRET_HEAD;

    return ngx_payments_gcm(1, ring->keys[0].key, nonce, aad, 2, secret, text,
                            text + secret->len);
}


/* the key that a stored secret names */

static const ngx_payments_keyring_key_t *
ngx_payments_keyring_find(const ngx_payments_keyring_t *ring,
    const uint8_t *name)
{
    size_t  i;

    for (i = 0; i < ring->n; i++) {
        if (memcmp(ring->keys[i].name, name, NGX_PAYMENTS_KEYRING_NAME) == 0) {
            return &ring->keys[i];
        }
    }

    return NULL;
}


ngx_payments_secret_e
ngx_payments_secret_decrypt(const ngx_payments_keyring_t *ring,
    const ngx_payments_text_t *owner, const ngx_payments_text_t *stored,
    uint8_t *dst, size_t *len)
{
    uint8_t                            tag[NGX_PAYMENTS_GCM_TAG];
    ngx_payments_text_t                aad[2], text;
    const ngx_payments_keyring_key_t  *key;

    if (stored->len < NGX_PAYMENTS_SECRET_MORE
        || stored->data[0] != NGX_PAYMENTS_SECRET_VERSION)
    {
        return NGX_PAYMENTS_SECRET_DAMAGED;
    }

    key = ngx_payments_keyring_find(ring, stored->data + 1);

    if (key == NULL) {
        return NGX_PAYMENTS_SECRET_KEY_MISSING;
    }

    ngx_payments_secret_aad(aad, stored->data, owner);

    text.data = stored->data + NGX_PAYMENTS_SECRET_HEAD;
    text.len = stored->len - NGX_PAYMENTS_SECRET_MORE;
    memcpy(tag, text.data + text.len, sizeof(tag));

    if (ngx_payments_gcm(0, key->key,
                         stored->data + 1 + NGX_PAYMENTS_KEYRING_NAME, aad, 2,
                         &text, dst, tag)
        != 0)
    {
        return NGX_PAYMENTS_SECRET_DAMAGED;
    }

    *len = text.len;

    return NGX_PAYMENTS_SECRET_OK;
}

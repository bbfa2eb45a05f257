
/*
 * Secrets at rest: what has to be stored so that it can be read again, by
 * whoever has the lines of a file, and by nobody who has the database alone.
 *
 * Each line of the file is a key.  The first one encrypts; all of them
 * decrypt, so that a new line before the old one changes nothing for what is
 * stored.
 */

#ifndef _NGX_PAYMENTS_SECRET_H_INCLUDED_
#define _NGX_PAYMENTS_SECRET_H_INCLUDED_


#include "ngx_payments_domain.h"


/* HKDF (RFC 5869) with SHA-256: "len" bytes, up to 8160.  0, or -1 */
int ngx_payments_hkdf(const ngx_payments_text_t *key,
    const ngx_payments_text_t *salt, const ngx_payments_text_t *info,
    uint8_t *dst, size_t len);


/*
 * AES-256-GCM (NIST SP 800-38D).  "aad" is authenticated and not encrypted.
 * "dst" has place for text->len; the tag is written, or, to decrypt, read.  0,
 * or -1: the tag is wrong, and nothing of the text is in dst.
 */

#define NGX_PAYMENTS_GCM_KEY    32
#define NGX_PAYMENTS_GCM_NONCE  12
#define NGX_PAYMENTS_GCM_TAG    16

int ngx_payments_gcm(int encrypt, const uint8_t key[NGX_PAYMENTS_GCM_KEY],
    const uint8_t nonce[NGX_PAYMENTS_GCM_NONCE], const ngx_payments_text_t *aad,
    size_t naad, const ngx_payments_text_t *text, uint8_t *dst,
    uint8_t tag[NGX_PAYMENTS_GCM_TAG]);


#define NGX_PAYMENTS_KEYRING_KEYS   8
#define NGX_PAYMENTS_KEYRING_NAME   4

typedef struct {
    uint8_t                       key[NGX_PAYMENTS_GCM_KEY];
    uint8_t                       name[NGX_PAYMENTS_KEYRING_NAME];
} ngx_payments_keyring_key_t;

typedef struct {
    ngx_payments_keyring_key_t    keys[NGX_PAYMENTS_KEYRING_KEYS];
    size_t                        n;
} ngx_payments_keyring_t;

/*
 * Makes the keys of a file's lines; what they are for is "label", and other
 * labels make other keys.  Empty lines are none.  NULL, or what is wrong:
 * constant.  A line has 32 bytes or more.
 */
const char *ngx_payments_keyring(ngx_payments_keyring_t *ring,
    const ngx_payments_text_t *file, const ngx_payments_text_t *label);


/* what encryption adds: a version, the key's name, a nonce; a tag */
#define NGX_PAYMENTS_SECRET_HEAD    (1 + NGX_PAYMENTS_KEYRING_NAME            \
                                     + NGX_PAYMENTS_GCM_NONCE)
#define NGX_PAYMENTS_SECRET_MORE    (NGX_PAYMENTS_SECRET_HEAD                 \
                                     + NGX_PAYMENTS_GCM_TAG)

/*
 * Encrypts by the first key.  "owner" is what the secret belongs to: it is not
 * in the result, and decrypts it nowhere else.  A nonce is random, and of one
 * key never the same twice; 2^32 of them are enough for any of ours.  "dst" has
 * place for secret->len + NGX_PAYMENTS_SECRET_MORE.  0, or -1.
 */
int ngx_payments_secret_encrypt(const ngx_payments_keyring_t *ring,
    const ngx_payments_text_t *owner, const ngx_payments_text_t *secret,
    const uint8_t nonce[NGX_PAYMENTS_GCM_NONCE], uint8_t *dst);

typedef enum {
    NGX_PAYMENTS_SECRET_OK = 0,
    NGX_PAYMENTS_SECRET_KEY_MISSING,       /* the ring lacks its key */
    NGX_PAYMENTS_SECRET_DAMAGED            /* it is not what was encrypted, or
                                              not for this owner */
} ngx_payments_secret_e;

/* "dst" has place for stored->len; *len is the secret's.  Only after OK is
   anything of the secret there */
ngx_payments_secret_e ngx_payments_secret_decrypt(
    const ngx_payments_keyring_t *ring, const ngx_payments_text_t *owner,
    const ngx_payments_text_t *stored, uint8_t *dst, size_t *len);


#endif /* _NGX_PAYMENTS_SECRET_H_INCLUDED_ */

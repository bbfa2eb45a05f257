
/* Messages of Standard Webhooks 1.0: secrets, and what is believed. */

#include <string.h>

#include <openssl/evp.h>

#include "ngx_payments_message.h"


void
ngx_payments_message_secret(const uint8_t bits[NGX_PAYMENTS_MESSAGE_BITS],
    uint8_t secret[NGX_PAYMENTS_MESSAGE_SECRET])
{
    uint8_t  base64[NGX_PAYMENTS_MESSAGE_SECRET];

    /* 44 letters, and a NUL that "secret" has no place for */

    (void) EVP_EncodeBlock(base64, bits, NGX_PAYMENTS_MESSAGE_BITS);

    memcpy(secret, "whsec_", 6);
    memcpy(secret + 6, base64, NGX_PAYMENTS_MESSAGE_SECRET - 6);
}


const char *
ngx_payments_message_refused(const ngx_payments_message_t *message,
    const ngx_payments_text_t *keys, size_t n, int64_t now)
{
    size_t   i;
    int64_t  timestamp;

    if (message->id.len == 0 || message->timestamp.len == 0
        || message->signatures.len == 0)
    {
        return "it is not signed";
    }

    if (ngx_payments_integer(message->timestamp.data, message->timestamp.len,
                             &timestamp)
        != 0)
    {
        return "its timestamp is no number of seconds";
    }

    /* what is far away is compared without a difference, which would not fit */

    if (timestamp < now - NGX_PAYMENTS_MESSAGE_AGE) {
        return "it was signed too long ago";
    }

    if (timestamp > now + NGX_PAYMENTS_MESSAGE_AGE) {
        return "it was signed in the future";
    }

    for (i = 0; i < n; i++) {
        if (ngx_payments_signature_verify(&keys[i], &message->id, timestamp,
                                          &message->body,
                                          &message->signatures))
        {
            return NULL;
        }
    }

    return "none of its signatures is right";
}


/*
 * Messages between hosts, by Standard Webhooks 1.0: their secrets, and whether
 * one that has come is to be believed.  signature.c has the signatures.
 */

#ifndef _NGX_PAYMENTS_MESSAGE_H_INCLUDED_
#define _NGX_PAYMENTS_MESSAGE_H_INCLUDED_


#include "ngx_payments_domain.h"


/* a new secret: 32 random bytes as "whsec_" and their base64 */
#define NGX_PAYMENTS_MESSAGE_BITS    32
#define NGX_PAYMENTS_MESSAGE_SECRET  50

void ngx_payments_message_secret(const uint8_t bits[NGX_PAYMENTS_MESSAGE_BITS],
    uint8_t secret[NGX_PAYMENTS_MESSAGE_SECRET]);


/* a message as it came; a header that did not come has no data */

typedef struct {
    ngx_payments_text_t           id;          /* webhook-id */
    ngx_payments_text_t           timestamp;   /* webhook-timestamp */
    ngx_payments_text_t           signatures;  /* webhook-signature */
    ngx_payments_text_t           body;
} ngx_payments_message_t;

/* seconds by which the clocks of both may differ, either way */
#define NGX_PAYMENTS_MESSAGE_AGE  300

/*
 * NULL: one of the n keys has signed it, not too long before "now" (seconds
 * since 1970), nor after; several keys are valid while one replaces another.
 * Else why it is refused: constant, without anything of the message.
 */
const char *ngx_payments_message_refused(const ngx_payments_message_t *message,
    const ngx_payments_text_t *keys, size_t n, int64_t now);


#endif /* _NGX_PAYMENTS_MESSAGE_H_INCLUDED_ */

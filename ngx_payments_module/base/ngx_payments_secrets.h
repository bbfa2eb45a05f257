
/* the secrets of merchants that a worker can read */

#ifndef _NGX_PAYMENTS_SECRETS_H_INCLUDED_
#define _NGX_PAYMENTS_SECRETS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../domain/ngx_payments_message.h"
#include "../domain/ngx_payments_secret.h"


/* a webhook secret's bits, encrypted: as it is stored */
#define NGX_PAYMENTS_SECRETS_LEN                                              \
    (NGX_PAYMENTS_MESSAGE_BITS + NGX_PAYMENTS_SECRET_MORE)

/* init_process: the keys, which live as long as the process; none: no secret
   can be made or read */
void ngx_payments_secrets_init(const ngx_payments_keyring_t *ring);
/* 1: they can be made */
ngx_uint_t ngx_payments_secrets_ready(void);
/* a new secret of an endpoint of this merchant, as it is stored.  NGX_ERROR:
   the system gives no random bytes, or there is no cipher */
ngx_int_t ngx_payments_secrets_make(int64_t merchant_id,
    const u_char endpoint[NGX_PAYMENTS_UUID_LEN],
    u_char stored[NGX_PAYMENTS_SECRETS_LEN]);
/* NGX_DECLINED: the secret file lacks the line that it was stored with;
   NGX_ERROR: it is not this endpoint's, or not whole */
ngx_int_t ngx_payments_secrets_read(int64_t merchant_id,
    const u_char endpoint[NGX_PAYMENTS_UUID_LEN], const ngx_str_t *stored,
    u_char bits[NGX_PAYMENTS_MESSAGE_BITS]);


#endif /* _NGX_PAYMENTS_SECRETS_H_INCLUDED_ */

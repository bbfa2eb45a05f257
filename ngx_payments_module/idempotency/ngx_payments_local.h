
/* local executions, those of this worker: within idempotency/ only */

#ifndef _NGX_PAYMENTS_LOCAL_H_INCLUDED_
#define _NGX_PAYMENTS_LOCAL_H_INCLUDED_


#include "ngx_payments_idempotency.h"


/* init_process */
void ngx_payments_local_init(void);
/* NULL: none of this request is there */
ngx_payments_execution_t *ngx_payments_local_find(
    ngx_payments_idempotency_key_t *key, const u_char *fingerprint,
    uint32_t variant);
/* it must not be there yet; the table holds no reference */
void ngx_payments_local_add(ngx_payments_execution_t *execution);
void ngx_payments_local_remove(ngx_payments_execution_t *execution);
/* it waits until another one with its key has ended, or not any more */
void ngx_payments_local_follow(ngx_payments_execution_t *execution);
void ngx_payments_local_unfollow(ngx_payments_execution_t *execution);
/* calls the handler for all that follow a key of this tag; 0: of any */
void ngx_payments_local_each(uint64_t tag,
    void (*handler)(ngx_payments_execution_t *execution));


#endif /* _NGX_PAYMENTS_LOCAL_H_INCLUDED_ */

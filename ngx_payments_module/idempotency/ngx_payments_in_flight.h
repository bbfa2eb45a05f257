
/* the executions of this worker that are under way: within idempotency/ only */

#ifndef _NGX_PAYMENTS_IN_FLIGHT_H_INCLUDED_
#define _NGX_PAYMENTS_IN_FLIGHT_H_INCLUDED_


#include "ngx_payments_idempotency.h"


/* init_process */
void ngx_payments_in_flight_init(void);
/* NULL: none of this request is there */
ngx_payments_execution_t *ngx_payments_in_flight_find(
    ngx_payments_idempotency_key_t *key, const u_char *fingerprint,
    uint32_t variant);
/* it must not be there yet; the table holds no reference */
void ngx_payments_in_flight_add(ngx_payments_execution_t *execution);
void ngx_payments_in_flight_remove(ngx_payments_execution_t *execution);
/* it waits until another one with its key has ended, or not any more */
void ngx_payments_in_flight_follow(ngx_payments_execution_t *execution);
void ngx_payments_in_flight_unfollow(ngx_payments_execution_t *execution);
/* calls the handler for all that follow a key of this tag; 0: of any */
void ngx_payments_in_flight_each(uint64_t tag,
    void (*handler)(ngx_payments_execution_t *execution));


#endif /* _NGX_PAYMENTS_IN_FLIGHT_H_INCLUDED_ */

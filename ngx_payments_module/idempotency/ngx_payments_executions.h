
/* the tree of executions under way, and their waiters: within idempotency/ */

#ifndef _NGX_PAYMENTS_EXECUTIONS_H_INCLUDED_
#define _NGX_PAYMENTS_EXECUTIONS_H_INCLUDED_


#include "ngx_payments_idempotency.h"


void ngx_payments_executions_init(void);
/* NULL: none of this request is there */
ngx_payments_execution_t *ngx_payments_executions_find(
    ngx_payments_idempotency_key_t *key, const u_char *fingerprint,
    uint32_t variant);
/* it waits until another one with its key has landed, or not any more */
void ngx_payments_executions_follow(ngx_payments_execution_t *execution);
void ngx_payments_executions_unfollow(ngx_payments_execution_t *execution);
/* calls the handler for all that follow a key of this tag; 0: of any */
void ngx_payments_executions_each(uint64_t tag,
    void (*handler)(ngx_payments_execution_t *execution));
/* it must not be in the tree yet; the tree holds no reference */
void ngx_payments_executions_add(ngx_payments_execution_t *execution);
void ngx_payments_executions_remove(ngx_payments_execution_t *execution);

/* waiters.c */

/* at the end of the line; holds a reference until it is released */
void ngx_payments_execution_park(ngx_payments_execution_t *execution,
    ngx_payments_waiter_t *waiter);
/* takes it out of the line and calls its handler */
void ngx_payments_waiter_answer(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_result_e result);
/* it has lost its last waiter: the end of one that only follows */
void ngx_payments_execution_deserted(ngx_payments_execution_t *execution);
/* gives a reference up; the last one frees the execution */
void ngx_payments_execution_release(ngx_payments_execution_t *execution);


#endif /* _NGX_PAYMENTS_EXECUTIONS_H_INCLUDED_ */

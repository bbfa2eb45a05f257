
/* the tree of executions under way, and their waiters: within idempotency/ */

#ifndef _NGX_PAYMENTS_EXECUTIONS_H_INCLUDED_
#define _NGX_PAYMENTS_EXECUTIONS_H_INCLUDED_


#include "ngx_payments_idempotency.h"


void ngx_payments_executions_init(void);
/* NULL: none under way with this key */
ngx_payments_execution_t *ngx_payments_executions_find(
    ngx_payments_idempotency_key_t *key);
/* its key must not be in the tree yet; the tree holds no reference */
void ngx_payments_executions_add(ngx_payments_execution_t *execution);
void ngx_payments_executions_remove(ngx_payments_execution_t *execution);

/* waiters.c */

/* at the end of the line; holds a reference until it is released */
void ngx_payments_execution_park(ngx_payments_execution_t *execution,
    ngx_payments_waiter_t *waiter);
/* takes it out of the line and calls its handler */
void ngx_payments_waiter_answer(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_result_e result);
/* gives a reference up; the last one frees the execution */
void ngx_payments_execution_release(ngx_payments_execution_t *execution);


#endif /* _NGX_PAYMENTS_EXECUTIONS_H_INCLUDED_ */

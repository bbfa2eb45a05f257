
/*
 * An execution and its attempt: within idempotency/ only.  They are one
 * machine in two files: execution.c begins an attempt and hears how it ended.
 */

#ifndef _NGX_PAYMENTS_EXECUTION_H_INCLUDED_
#define _NGX_PAYMENTS_EXECUTION_H_INCLUDED_


#include "ngx_payments_idempotency.h"


extern ngx_payments_idempotency_conf_t  *ngx_payments_idempotency_conf;


/* execution.c: how it ends.  Each may free the execution */

/* all waiters get its record, the first of them as the one that executed it */
void ngx_payments_execution_complete(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result);
/* not executed, by conditions that all its waiters share: all get the result */
void ngx_payments_execution_refuse(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result);
/* nothing is stored: the leader gets the result, the next in line leads */
void ngx_payments_execution_fail(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result);
/* no request waits for it */
void ngx_payments_execution_end(ngx_payments_execution_t *execution);

/* attempt.c */

/* sets what an attempt needs in a new execution */
void ngx_payments_attempt_init(ngx_payments_execution_t *execution);
/* asks Redis, if it may know, then PostgreSQL */
void ngx_payments_attempt_run(ngx_payments_execution_t *execution);
/* sends what begins it, or else the item */
void ngx_payments_attempt_send(ngx_payments_execution_t *execution);


#endif /* _NGX_PAYMENTS_EXECUTION_H_INCLUDED_ */

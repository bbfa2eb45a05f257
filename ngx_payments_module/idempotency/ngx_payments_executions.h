
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

/* execution.c: how it ends.  Each may free the execution */

/* all waiters get its record, the first of them as the one who executed it */
void ngx_payments_execution_complete(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result);
/* not executed, by conditions that all its waiters share: all are told */
void ngx_payments_execution_refuse(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result);
/* nothing is stored: the leader is told, the next in line leads */
void ngx_payments_execution_fail(ngx_payments_execution_t *execution,
    ngx_payments_idempotency_result_e result);
/* the last reference is gone */
void ngx_payments_execution_free(ngx_payments_execution_t *execution);
/* nobody waits for it */
void ngx_payments_execution_end(ngx_payments_execution_t *execution);

/* tiers.c */

#define NGX_PAYMENTS_AGAIN_MIN  2           /* ms until the next try */

extern ngx_payments_idempotency_conf_t  *ngx_payments_idempotency_conf;

/* asks Redis, if it may know, then PostgreSQL */
void ngx_payments_execution_run(ngx_payments_execution_t *execution);
/* asks PostgreSQL, or first whether the key is new, before a delay */
void ngx_payments_execution_send(ngx_payments_execution_t *execution);
/* handlers of its timer and of its items */
void ngx_payments_execution_timer(ngx_event_t *ev);
void ngx_payments_execution_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
/* a copy in the pool; an empty text has no data.  NGX_ERROR: no memory */
ngx_int_t ngx_payments_execution_copy(ngx_pool_t *pool, ngx_str_t *dst,
    ngx_str_t src);

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


/*
 * breaker.c: what all workers know of a processor, in shared memory: whether it
 * may be asked, and what came of its calls.
 */

#ifndef _NGX_PAYMENTS_BREAKER_H_INCLUDED_
#define _NGX_PAYMENTS_BREAKER_H_INCLUDED_


#include "ngx_payments_processor_conf.h"


typedef enum {
    NGX_PAYMENTS_BREAKER_CLOSED = 0,       /* it is asked */
    NGX_PAYMENTS_BREAKER_OPEN,             /* it is not */
    NGX_PAYMENTS_BREAKER_PROBING           /* by one call, of one worker */
} ngx_payments_breaker_state_e;


/* 1: a payment may be sent there; where it is open that payment is the probe */
ngx_uint_t ngx_payments_breaker_allows(ngx_payments_processor_t *processor);
/* a call begins; 1: it is the probe, which has as long as a call may take */
ngx_uint_t ngx_payments_breaker_begun(ngx_payments_processor_t *processor,
    ngx_payments_processor_action_e action);
/* a call that was begun then has come back */
void ngx_payments_breaker_ended(ngx_payments_processor_t *processor,
    ngx_msec_t begun, ngx_uint_t probe, ngx_uint_t failed);
/* counts a verdict */
void ngx_payments_breaker_count(ngx_payments_processor_t *processor,
    ngx_payments_processor_action_e action, ngx_payments_verdict_e verdict);
/* how many attempts wait; a worker writes it, all read it */
ngx_payments_waiting_t *ngx_payments_breaker_waiting(
    ngx_payments_processor_t *processor);
/* for metrics */
ngx_payments_breaker_state_e ngx_payments_breaker_state(
    ngx_payments_processor_t *processor);
ngx_atomic_uint_t ngx_payments_breaker_counted(
    ngx_payments_processor_t *processor, ngx_uint_t action,
    ngx_uint_t verdict);


#endif /* _NGX_PAYMENTS_BREAKER_H_INCLUDED_ */


/* requests that wait for an execution: within idempotency/ only */

#ifndef _NGX_PAYMENTS_WAITERS_H_INCLUDED_
#define _NGX_PAYMENTS_WAITERS_H_INCLUDED_


#include "ngx_payments_idempotency.h"


/* at the end of the line; it holds a reference until it is released.  The
   handler is its timer's, whose data is the waiter */
void ngx_payments_waiter_park(ngx_payments_waiter_t *waiter,
    ngx_payments_execution_t *execution, ngx_event_handler_pt handler);
/* takes it out of the line and calls its handler */
void ngx_payments_waiter_answer(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_result_e result);
/* takes it out of the line; 1: it was the last */
ngx_uint_t ngx_payments_waiter_leave(ngx_payments_waiter_t *waiter);


#endif /* _NGX_PAYMENTS_WAITERS_H_INCLUDED_ */

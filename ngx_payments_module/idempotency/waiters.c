
/* Requests that wait for an execution, and what they hold of it. */

#include "ngx_payments_memory.h"
#include "ngx_payments_waiters.h"


void
ngx_payments_waiter_park(ngx_payments_waiter_t *waiter,
    ngx_payments_execution_t *execution, ngx_event_handler_pt handler)
{
    waiter->fd = (ngx_socket_t) -1;
    waiter->execution = execution;
    waiter->parked = 1;

    waiter->timer.data = waiter;
    waiter->timer.handler = handler;
    waiter->timer.log = ngx_cycle->log;

    execution->references++;
    ngx_queue_insert_tail(&execution->waiters, &waiter->queue);

    ngx_payments_status_add(NGX_PAYMENTS_M_PARKED, 1);
}


ngx_uint_t
ngx_payments_waiter_leave(ngx_payments_waiter_t *waiter)
{
    if (waiter->timer.timer_set) {
        ngx_del_timer(&waiter->timer);
    }

    if (waiter->parked) {
        waiter->parked = 0;
        ngx_queue_remove(&waiter->queue);
        ngx_payments_status_add(NGX_PAYMENTS_M_PARKED, -1);
    }

    return ngx_queue_empty(&waiter->execution->waiters);
}


/* the waiter keeps its reference: the answer's bytes are the record's */

void
ngx_payments_waiter_answer(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_result_e result)
{
    (void) ngx_payments_waiter_leave(waiter);

    if (result == NGX_PAYMENTS_COLLAPSED) {
        ngx_payments_status_add(NGX_PAYMENTS_M_COLLAPSED, 1);

    } else if (result == NGX_PAYMENTS_IN_USE) {
        ngx_payments_status_add(NGX_PAYMENTS_M_IN_USE, 1);
    }

    waiter->handler(waiter, result, &waiter->execution->record);
}


void
ngx_payments_idempotency_release(ngx_payments_waiter_t *waiter)
{
    ngx_payments_execution_t  *execution = waiter->execution;

    if (execution != NULL) {
        waiter->execution = NULL;
        ngx_payments_memory_release(execution);
    }
}

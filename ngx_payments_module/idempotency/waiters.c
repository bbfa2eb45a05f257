
/* Requests that wait for an execution, and what they hold of it. */

#include "ngx_payments_executions.h"
#include "../status/ngx_payments_status.h"


static void ngx_payments_waiter_timer(ngx_event_t *ev);


void
ngx_payments_execution_park(ngx_payments_execution_t *execution,
    ngx_payments_waiter_t *waiter)
{
    waiter->fd = (ngx_socket_t) -1;
    waiter->execution = execution;
    waiter->parked = 1;

    waiter->timer.data = waiter;
    waiter->timer.handler = ngx_payments_waiter_timer;
    waiter->timer.log = ngx_cycle->log;

    execution->references++;
    ngx_queue_insert_tail(&execution->waiters, &waiter->queue);

    ngx_payments_status_add(NGX_PAYMENTS_M_PARKED, 1);
}


void
ngx_payments_execution_release(ngx_payments_execution_t *execution)
{
    if (--execution->references == 0) {
        ngx_payments_execution_free(execution);
    }
}


static void
ngx_payments_waiter_unpark(ngx_payments_waiter_t *waiter)
{
    if (waiter->timer.timer_set) {
        ngx_del_timer(&waiter->timer);
    }

    if (waiter->parked) {
        waiter->parked = 0;
        ngx_queue_remove(&waiter->queue);
        ngx_payments_status_add(NGX_PAYMENTS_M_PARKED, -1);
    }
}


/* the waiter keeps its reference: the answer's bytes are the record's */

void
ngx_payments_waiter_answer(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_result_e result)
{
    ngx_payments_waiter_unpark(waiter);

    if (result == NGX_PAYMENTS_COLLAPSED) {
        ngx_payments_status_add(NGX_PAYMENTS_M_COLLAPSED, 1);

    } else if (result == NGX_PAYMENTS_IN_USE) {
        ngx_payments_status_add(NGX_PAYMENTS_M_IN_USE, 1);
    }

    waiter->handler(waiter, result, &waiter->execution->record);
}


static void
ngx_payments_waiter_timer(ngx_event_t *ev)
{
    ngx_payments_waiter_t     *waiter = ev->data;
    ngx_payments_execution_t  *execution = waiter->execution;

    execution->references++;

    ngx_payments_waiter_answer(waiter, execution->busy ? NGX_PAYMENTS_BUSY
                                                       : NGX_PAYMENTS_IN_USE);

    if (ngx_queue_empty(&execution->waiters)) {
        ngx_payments_execution_deserted(execution);
    }

    ngx_payments_execution_release(execution);
}


void
ngx_payments_idempotency_cancel(ngx_payments_waiter_t *waiter)
{
    ngx_payments_execution_t  *execution = waiter->execution;

    if (execution != NULL) {
        ngx_payments_waiter_unpark(waiter);

        if (ngx_queue_empty(&execution->waiters)) {
            ngx_payments_execution_deserted(execution);
        }
    }
}


void
ngx_payments_idempotency_release(ngx_payments_waiter_t *waiter)
{
    ngx_payments_execution_t  *execution = waiter->execution;

    if (execution != NULL) {
        waiter->execution = NULL;
        ngx_payments_execution_release(execution);
    }
}

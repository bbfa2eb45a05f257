
/* A request of the API: its answer's memory, its failures, its end. */

#include "ngx_payments_handlers.h"


/* bytes of answers that wait to be sent, in a worker; smaller ones do not
   count */
#define NGX_PAYMENTS_ANSWERS_SIZE    (64 * 1024 * 1024)
#define NGX_PAYMENTS_ANSWER_MIN      8192


static ngx_payments_share_t  ngx_payments_answers;


void
ngx_payments_answers_init(void)
{
    ngx_payments_answers.size = NGX_PAYMENTS_ANSWERS_SIZE;
}


void
ngx_payments_item_failed(ngx_payments_request_t *request,
    ngx_payments_pg_outcome_e outcome)
{
    ngx_payments_problem(request,
                         (outcome == NGX_PAYMENTS_PG_FAILED)
                         ? NGX_PAYMENTS_P_INTERNAL_ERROR
                         : (outcome == NGX_PAYMENTS_PG_OVERLOADED)
                         ? NGX_PAYMENTS_P_OVERLOADED
                         : NGX_PAYMENTS_P_DATABASE_UNAVAILABLE,
                         NULL, NULL);
}


ngx_int_t
ngx_payments_answer_reserve(ngx_payments_request_t *request, size_t len)
{
    if (len < NGX_PAYMENTS_ANSWER_MIN && len != NGX_PAYMENTS_ANY) {
        return NGX_OK;
    }

    len = (len == NGX_PAYMENTS_ANY) ? 0 : len;

    if (ngx_payments_share_full(&ngx_payments_answers,
                                request->merchant_id)
        || (len && ngx_payments_share_take(&ngx_payments_answers,
                                           request->merchant_id, len)
                   != 0))
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_OVERLOADED,
                             "answers that this merchant has not read yet "
                             "take up all the memory that it may have", NULL);
        return NGX_DECLINED;
    }

    request->work->reserved += len;

    return NGX_OK;
}


ngx_int_t
ngx_payments_api_create(ngx_payments_request_t *request)
{
    request->work = ngx_pcalloc(request->pool, sizeof(ngx_payments_work_t));

    return request->work ? NGX_OK : NGX_ERROR;
}


ngx_payments_pg_stats_t *
ngx_payments_api_stats(ngx_payments_request_t *request)
{
    return &request->work->item.stats;
}


void
ngx_payments_api_cancel(ngx_payments_request_t *request)
{
    ngx_payments_request_pt  cancel = request->cancel;

    if (cancel != NULL) {
        request->cancel = NULL;
        cancel(request);
    }
}


void
ngx_payments_api_free(ngx_payments_request_t *request)
{
    ngx_payments_work_t  *work = request->work;

    if (work == NULL) {
        return;
    }

    ngx_payments_idempotency_release(&work->waiter);

    if (work->reserved) {
        ngx_payments_share_give(&ngx_payments_answers, request->merchant_id,
                                work->reserved);
        work->reserved = 0;
    }
}

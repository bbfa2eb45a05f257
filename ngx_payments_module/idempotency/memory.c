
/* Memory of executions: what holds it, and how much of it a merchant has. */

#include "ngx_payments_memory.h"


/*
 * Of a worker; clients may have gone: what an execution has by itself, and how
 * often what its request has is copied.
 */

#define NGX_PAYMENTS_MEMORY_SIZE    (128 * 1024 * 1024)
#define NGX_PAYMENTS_MEMORY_COST    8192
#define NGX_PAYMENTS_MEMORY_COPIES  3


static ngx_payments_share_t  ngx_payments_memory_share;


void
ngx_payments_memory_init(void)
{
    ngx_payments_memory_share.size = NGX_PAYMENTS_MEMORY_SIZE;
}


ngx_payments_execution_t *
ngx_payments_memory_create(void)
{
    ngx_pool_t                *pool;
    ngx_payments_execution_t  *execution;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    execution = ngx_pcalloc(pool, sizeof(ngx_payments_execution_t));
    if (execution == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    execution->pool = pool;
    execution->references = 1;

    return execution;
}


void
ngx_payments_memory_count(ngx_payments_execution_t *execution)
{
    execution->cost = NGX_PAYMENTS_MEMORY_COST
                      + NGX_PAYMENTS_MEMORY_COPIES * execution->cost;

    if (ngx_payments_share_take(&ngx_payments_memory_share,
                                execution->key.merchant_id, execution->cost)
        != 0)
    {
        execution->cost = 0;
    }
}


ngx_uint_t
ngx_payments_idempotency_full(int64_t merchant_id)
{
    return ngx_payments_share_full(&ngx_payments_memory_share, merchant_id);
}


void
ngx_payments_memory_release(ngx_payments_execution_t *execution)
{
    if (--execution->references > 0) {
        return;
    }

    if (execution->cost) {
        ngx_payments_share_give(&ngx_payments_memory_share,
                                execution->key.merchant_id, execution->cost);
    }

    ngx_destroy_pool(execution->pool);
}


void
ngx_payments_idempotency_abandon(ngx_payments_execution_t *execution)
{
    /* it was not counted yet */

    execution->cost = 0;

    ngx_payments_memory_release(execution);
}


ngx_int_t
ngx_payments_memory_copy(ngx_pool_t *pool, ngx_str_t *dst, ngx_str_t src)
{
    ngx_str_null(dst);

    if (src.len == 0) {
        return NGX_OK;
    }

    dst->data = ngx_pstrdup(pool, &src);

    if (dst->data == NULL) {
        return NGX_ERROR;
    }

    dst->len = src.len;

    return NGX_OK;
}

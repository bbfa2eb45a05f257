
/* memory of executions: within idempotency/ only */

#ifndef _NGX_PAYMENTS_MEMORY_H_INCLUDED_
#define _NGX_PAYMENTS_MEMORY_H_INCLUDED_


#include "ngx_payments_idempotency.h"


/* init_process */
void ngx_payments_memory_init(void);
/* zeroed, with a pool and one reference; NULL: no memory */
ngx_payments_execution_t *ngx_payments_memory_create(void);
/* from here on it counts as held by its merchant; cost: what its request has */
void ngx_payments_memory_count(ngx_payments_execution_t *execution);
/* gives a reference up; with the last one the execution is freed */
void ngx_payments_memory_release(ngx_payments_execution_t *execution);
/* a copy in the pool; an empty text has no data.  NGX_ERROR: no memory */
ngx_int_t ngx_payments_memory_copy(ngx_pool_t *pool, ngx_str_t *dst,
    ngx_str_t src);


#endif /* _NGX_PAYMENTS_MEMORY_H_INCLUDED_ */

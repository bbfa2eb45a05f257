
/* the tree of executions under way: within idempotency/ only */

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


#endif /* _NGX_PAYMENTS_EXECUTIONS_H_INCLUDED_ */

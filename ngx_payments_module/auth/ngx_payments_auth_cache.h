
/* what is known of API keys, in shared memory: within auth/ only */

#ifndef _NGX_PAYMENTS_AUTH_CACHE_H_INCLUDED_
#define _NGX_PAYMENTS_AUTH_CACHE_H_INCLUDED_


#include "ngx_payments_auth.h"


/* init_process */
void ngx_payments_auth_cache_init(ngx_shm_zone_t *zone);
/* of any age; NGX_DECLINED: nothing is known */
ngx_int_t ngx_payments_auth_cache_get(const u_char *hash,
    ngx_payments_auth_t *auth);
/* whether the caller is the one, of all workers, that looks it up again */
ngx_uint_t ngx_payments_auth_cache_may_renew(const ngx_payments_auth_t *auth);
void ngx_payments_auth_cache_put(const ngx_payments_auth_t *auth);
/* the next key, from *from on, that was used since it was swept; 0: no more */
ngx_uint_t ngx_payments_auth_cache_sweep(ngx_uint_t *from,
    ngx_payments_auth_t *auth);


#endif /* _NGX_PAYMENTS_AUTH_CACHE_H_INCLUDED_ */

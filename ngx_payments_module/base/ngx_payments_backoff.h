
/* how long to wait after failures in a row */

#ifndef _NGX_PAYMENTS_BACKOFF_H_INCLUDED_
#define _NGX_PAYMENTS_BACKOFF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Milliseconds after so many failures, 0: the first.  "least" is doubled for
 * each of them, up to "most"; the upper half of that is random.
 */
ngx_msec_t ngx_payments_backoff(ngx_uint_t failures, ngx_msec_t least,
    ngx_msec_t most);


#endif /* _NGX_PAYMENTS_BACKOFF_H_INCLUDED_ */


/* Waiting longer after each failure. */

#include "ngx_payments_backoff.h"


ngx_msec_t
ngx_payments_backoff(ngx_uint_t failures, ngx_msec_t least, ngx_msec_t most)
{
    ngx_msec_t  delay;

    delay = ngx_min(least << ngx_min(failures, 10), most);

    /* all workers saw the failure together, and must not come back so */

    return delay / 2 + ngx_random() % (delay / 2 + 1);
}

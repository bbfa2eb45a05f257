
/* Ids and random bytes of a worker. */

#include "ngx_payments_base.h"


static ngx_payments_uuid_state_t  ngx_payments_ids;
static ngx_payments_clock_pt      ngx_payments_ids_now = ngx_payments_now;


void
ngx_payments_ids_init(ngx_payments_clock_pt now)
{
    /* random bytes that the parent has read would be all its children's */

    ngx_memzero(&ngx_payments_ids, sizeof(ngx_payments_uuid_state_t));

    ngx_payments_ids_now = now;
}


int64_t
ngx_payments_clock(void)
{
    return ngx_payments_ids_now();
}


int
ngx_payments_new_uuid(u_char uuid[NGX_PAYMENTS_UUID_LEN])
{
    return ngx_payments_uuid7(&ngx_payments_ids, ngx_payments_ids_now(), uuid);
}


int
ngx_payments_new_random(u_char *data, size_t len)
{
    return ngx_payments_random(&ngx_payments_ids, data, len);
}

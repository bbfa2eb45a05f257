
/* the highest numbers of a key, in Redis: within consistency/ only */

#ifndef _NGX_PAYMENTS_WATERMARK_H_INCLUDED_
#define _NGX_PAYMENTS_WATERMARK_H_INCLUDED_


#include "../redis/ngx_payments_redis.h"


typedef struct {
    int64_t                         token;
    int64_t                         timeline;
} ngx_payments_watermark_value_t;


/*
 * Keeps two numbers, below 2^52, for "ttl" seconds, each if it is the highest
 * so far of this key; and asks for both, in decimal, without data where there
 * is none.  As ngx_payments_redis_get() otherwise, but that numbers whose
 * connection is lost, or which find no connection, wait for the next one.
 */
ngx_payments_redis_command_t *ngx_payments_watermark_raise(ngx_str_t *key,
    ngx_payments_watermark_value_t *value, time_t ttl,
    ngx_payments_redis_handler_pt handler, void *data);
ngx_payments_redis_command_t *ngx_payments_watermark_get(ngx_str_t *key,
    ngx_payments_redis_handler_pt handler, void *data);


#endif /* _NGX_PAYMENTS_WATERMARK_H_INCLUDED_ */

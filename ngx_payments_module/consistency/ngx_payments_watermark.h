
/* the highest number of a key, in Redis: within consistency/ only */

#ifndef _NGX_PAYMENTS_WATERMARK_H_INCLUDED_
#define _NGX_PAYMENTS_WATERMARK_H_INCLUDED_


#include "../redis/ngx_payments_redis.h"


/*
 * Keeps a number, below 2^52, for "ttl" seconds if it is the highest so far of
 * this key; and asks for the highest, in decimal.  As ngx_payments_redis_get()
 * otherwise, but that a number whose connection is lost, or which finds no
 * connection, waits for the next one.
 */
ngx_payments_redis_command_t *ngx_payments_watermark_raise(ngx_str_t *key,
    int64_t number, time_t ttl, ngx_payments_redis_handler_pt handler,
    void *data);
ngx_payments_redis_command_t *ngx_payments_watermark_get(ngx_str_t *key,
    ngx_payments_redis_handler_pt handler, void *data);


#endif /* _NGX_PAYMENTS_WATERMARK_H_INCLUDED_ */

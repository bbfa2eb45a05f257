
/*
 * consistency/: a merchant reads what it has written, also at another node
 * and from a replica.
 *
 * A write's read token says which transactions a read must see to see it.  The
 * highest one of each merchant is in Redis, for some seconds, before the write
 * is answered; a read asks for it there and takes it to the replica, which
 * compares it with what it has.  Beside it is the timeline of the primary that
 * the write went to: a node that knows only an earlier one lets the read wait
 * until it knows that primary.  The primary answers where Redis cannot be
 * asked, or has been reached for less than these seconds and may have lost a
 * token.  Where a token cannot be stored, also by a second connection, this
 * node asks no replica for as long.  The other nodes do so once they have heard
 * of it, by way of the primary: for the one or two seconds until then they may
 * read what a replica lacks.
 *
 * Nothing here owns memory of a caller.
 */

#ifndef _NGX_PAYMENTS_CONSISTENCY_H_INCLUDED_
#define _NGX_PAYMENTS_CONSISTENCY_H_INCLUDED_


#include "../cluster/ngx_payments_cluster.h"
#include "../redis/ngx_payments_redis.h"


/* how long tokens are kept; by then every replica that is read has got so far,
   see cluster/replicas.c */
#define NGX_PAYMENTS_READ_TOKEN_TTL  15    /* seconds */


/* init_process and exit_process of a worker; init() after redis/'s */
void ngx_payments_consistency_init(ngx_cycle_t *cycle);
void ngx_payments_consistency_exit(void);

/*
 * Stores a merchant's token, which the item has come back with.  The handler
 * is called when that is done or has failed, and passes its rc to _stored();
 * NULL: there is nothing to wait for.
 */
ngx_payments_redis_command_t *ngx_payments_read_token_put(
    ngx_payments_pg_item_t *item, int64_t merchant_id, int64_t token,
    ngx_payments_redis_handler_pt handler, void *data);
void ngx_payments_read_token_stored(ngx_int_t rc);

/*
 * Asks what the item, a read of the merchant's, must see.  The handler passes
 * what it gets to _got(), which sets the item's token and timeline; NULL: that
 * cannot be asked, and the item goes to the primary.
 */
ngx_payments_redis_command_t *ngx_payments_read_token_get(
    ngx_payments_pg_item_t *item, int64_t merchant_id,
    ngx_payments_redis_handler_pt handler, void *data);
void ngx_payments_read_token_got(ngx_payments_pg_item_t *item, ngx_int_t rc,
    ngx_str_t *values);


#endif /* _NGX_PAYMENTS_CONSISTENCY_H_INCLUDED_ */


/* completed answers in Redis: within idempotency/ only */

#ifndef _NGX_PAYMENTS_REPLAY_H_INCLUDED_
#define _NGX_PAYMENTS_REPLAY_H_INCLUDED_


#include "ngx_payments_idempotency.h"


#define NGX_PAYMENTS_REPLAY_KEY_LEN  96

/*
 * Whether Redis is to be asked before PostgreSQL.  Asking costs every new
 * payment a round trip and saves a replay a place in a batch, so with
 * "auto" it is asked as long as at least one answer in twenty is there; else
 * now and then, to see whether that has changed.
 */
void ngx_payments_replay_init(ngx_payments_idempotency_conf_t *conf);
ngx_uint_t ngx_payments_replay_wanted(void);
/* whether it is asked each time */
ngx_uint_t ngx_payments_replay_pays(void);
/* whether the answer was there */
void ngx_payments_replay_seen(ngx_uint_t there);

/* "{m:<merchant>}:i:<database>:<hash>": the braces keep a merchant on one slot
   of a cluster */
void ngx_payments_replay_key(ngx_payments_idempotency_key_t *key,
    u_char buffer[NGX_PAYMENTS_REPLAY_KEY_LEN], ngx_str_t *name);

/* a record as one authenticated value, from the pool; NGX_ERROR: no memory */
ngx_int_t ngx_payments_replay_encode(ngx_payments_idempotency_conf_t *conf,
    ngx_payments_execution_t *execution, ngx_str_t *name, ngx_str_t *value);

/*
 * Checks a value and copies it into execution->record.  NGX_OK; NGX_ABORT: it
 * is another request's, *record then shows which; NGX_DECLINED: it is expired,
 * damaged or not from here, and is as good as none.
 */
ngx_int_t ngx_payments_replay_decode(ngx_payments_idempotency_conf_t *conf,
    ngx_payments_execution_t *execution, ngx_str_t *name, ngx_str_t *value,
    ngx_payments_record_t *record);


#endif /* _NGX_PAYMENTS_REPLAY_H_INCLUDED_ */

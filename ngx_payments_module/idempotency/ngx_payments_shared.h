
/*
 * what the workers of a node share: within idempotency/ only
 *
 * Two tables in one zone.  Flights: who executes which key now, and which
 * workers have requests that wait for it.  Records: completed answers.
 *
 * Both are arrays without pointers, so that a worker that is killed between
 * any two instructions leaves nothing that another could stumble over.  Whoever
 * changes something holds the zone's mutex, which the master gives free when
 * its holder dies.
 */

#ifndef _NGX_PAYMENTS_SHARED_H_INCLUDED_
#define _NGX_PAYMENTS_SHARED_H_INCLUDED_


#include "ngx_payments_idempotency.h"


#define NGX_PAYMENTS_SHARED_SLOTS  64      /* workers, draining ones too */


/* a worker has put these keys' ends into another one's ring */

typedef void (*ngx_payments_shared_wake_pt)(uint64_t tag);

/* key.c: the first bytes of a key's hash, which a ring and a record hold */
uint64_t ngx_payments_key_tag(ngx_payments_idempotency_key_t *key);

/*
 * flights.c.  init_process and exit_process of a worker: takes a slot among the
 * workers, and ends what dead ones have left, now and once a second: not every
 * worker that dies is replaced.  "wake" is called for each key that was waited
 * for and has ended, tag 0: for any of them
 */
ngx_int_t ngx_payments_shared_init(ngx_cycle_t *cycle, ngx_shm_zone_t *zone,
    ngx_payments_shared_wake_pt wake);
void ngx_payments_shared_exit(void);
/* after it: attaches the zone's records */
void ngx_payments_shared_records(ngx_payments_idempotency_conf_t *conf);


/*
 * NGX_OK: this worker executes the key now, *place is for end().
 * NGX_BUSY: some worker does, as *flight says; this one will be woken when that
 * ends.  NGX_DECLINED: the table has no place left, and does not know.
 */
ngx_int_t ngx_payments_flight_begin(ngx_payments_execution_t *execution,
    ngx_uint_t *place, ngx_payments_flight_t *flight);
/* the key is known to be new */
void ngx_payments_flight_mark_new(ngx_uint_t place);
/* it has ended: wakes the workers that wait for it */
void ngx_payments_flight_end(ngx_uint_t place);

/*
 * records.c: a completed answer, copied to the pool.  NGX_OK; NGX_ABORT: the
 * key was used by another request, as *record says; NGX_DECLINED: there is
 * none.  With "raw" only that of a request with these very bytes, whatever the
 * fingerprint.
 */
ngx_int_t ngx_payments_records_get(ngx_payments_idempotency_key_t *key,
    const u_char *fingerprint, const u_char *raw, ngx_pool_t *pool,
    ngx_payments_record_t *record);
/* whether one may be there; another key's with the same tag counts as well */
ngx_uint_t ngx_payments_records_have(ngx_payments_idempotency_key_t *key);
/* stores one, if its place is not taken by what is younger */
void ngx_payments_records_put(ngx_payments_idempotency_key_t *key,
    const u_char *fingerprint, const u_char *raw,
    ngx_payments_record_t *record);

/* those that are there, and places for them */
void ngx_payments_records_count(ngx_uint_t *records, ngx_uint_t *places);

/* within: the zone's two halves */
size_t ngx_payments_records_size(void *area, size_t size, ngx_uint_t on);
void ngx_payments_records_init(void *area, ngx_slab_pool_t *shpool,
    ngx_payments_idempotency_conf_t *conf);


#endif /* _NGX_PAYMENTS_SHARED_H_INCLUDED_ */

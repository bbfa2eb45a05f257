
/* what the files of status/ share; no other room includes it */

#ifndef _NGX_PAYMENTS_STATUS_INTERNAL_H_INCLUDED_
#define _NGX_PAYMENTS_STATUS_INTERNAL_H_INCLUDED_


#include "ngx_payments_status.h"


#define NGX_PAYMENTS_STATUS_SLOTS    64
#define NGX_PAYMENTS_STATUS_STATES   48
#define NGX_PAYMENTS_STATUS_ROOMS    16


typedef struct {
    ngx_atomic_t                  buckets[NGX_PAYMENTS_STATUS_BUCKETS + 1];
    ngx_atomic_t                  sum;
} ngx_payments_histogram_slot_t;


/* errors by SQLSTATE: its five characters as a number; 0: free */

typedef struct {
    ngx_atomic_t                  state;
    ngx_atomic_t                  count;
} ngx_payments_state_slot_t;


/* a worker's slot; padded so that two workers share no cache line */

typedef struct {
    ngx_atomic_t                  pid;         /* 0: free */
    ngx_payments_state_slot_t     states[NGX_PAYMENTS_STATUS_STATES];
    ngx_atomic_t                  metrics[NGX_PAYMENTS_STATUS_METRICS];
    ngx_payments_histogram_slot_t histograms[NGX_PAYMENTS_STATUS_HISTOGRAMS];
    ngx_atomic_t                  requests[NGX_PAYMENTS_STATUS_OPERATIONS]
                                          [NGX_PAYMENTS_STATUS_CODES];
    u_char                        padding[128];
} ngx_payments_status_slot_t;


/* metrics.c: all slots, NULL: there is no zone; the rooms' tables; the statuses
   that are counted apart, the last takes others */
extern ngx_payments_status_slot_t    *ngx_payments_status_slots;
extern const ngx_payments_metrics_t  *ngx_payments_status_rooms
                                          [NGX_PAYMENTS_STATUS_ROOMS];
extern ngx_uint_t                     ngx_payments_status_nrooms;
extern const ngx_uint_t               ngx_payments_status_codes
                                          [NGX_PAYMENTS_STATUS_CODES];

/* whether a row of a table is a gauge */
ngx_uint_t ngx_payments_status_is_gauge(const ngx_payments_metric_t *row);
/* whether a slot's worker lives */
ngx_uint_t ngx_payments_status_alive(ngx_atomic_uint_t pid);


#endif /* _NGX_PAYMENTS_STATUS_INTERNAL_H_INCLUDED_ */


/*
 * auth/: API keys, looked up by hash and remembered for less than a second, so
 * that a revocation holds everywhere within one.  A key in use is looked up
 * again before what is known of it grows stale, while the old answer still
 * serves; requests with a key that is not known wait for its look-up.  Without
 * a database no key is valid, but for who asks what is wrong with it.
 */

#ifndef _NGX_PAYMENTS_AUTH_H_INCLUDED_
#define _NGX_PAYMENTS_AUTH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "../domain/ngx_payments_domain.h"
#include "../status/ngx_payments_status.h"


/* what is known of an API key; by its hash, the key itself is nowhere kept */

typedef struct {
    u_char                        hash[NGX_PAYMENTS_SHA256_LEN];
    int64_t                       merchant_id;
    u_char                        merchant[NGX_PAYMENTS_ID_LEN];
    ngx_uint_t                    scopes;      /* bits */
    ngx_msec_t                    sent;        /* when the look-up that gave
                                                  this was sent */
    unsigned                      livemode:1;
    unsigned                      found:1;
    unsigned                      active:1;    /* 0: its merchant is
                                                  suspended */
    unsigned                      revoked:1;
    unsigned                      expired:1;
} ngx_payments_auth_t;


typedef enum {
    NGX_PAYMENTS_AUTH_VALID = 0,
    NGX_PAYMENTS_AUTH_PARKED,      /* the waiter's handler will be called */
    NGX_PAYMENTS_AUTH_INVALID,     /* it has not the form of a key, or no
                                      merchant has it */
    NGX_PAYMENTS_AUTH_REVOKED,
    NGX_PAYMENTS_AUTH_EXPIRED,
    NGX_PAYMENTS_AUTH_UNAVAILABLE, /* no database could say */
    NGX_PAYMENTS_AUTH_OVERLOADED,  /* too many look-ups wait */
    NGX_PAYMENTS_AUTH_FAILED       /* no memory */
} ngx_payments_auth_result_e;


typedef struct ngx_payments_auth_waiter_s  ngx_payments_auth_waiter_t;

/* called from an event, once; the result is not PARKED */
typedef void (*ngx_payments_auth_handler_pt)(
    ngx_payments_auth_waiter_t *waiter, ngx_payments_auth_result_e result);


/* The caller's, zeroed; it sets what stands above the line. */

struct ngx_payments_auth_waiter_s {
    ngx_payments_auth_handler_pt  handler;
    void                         *data;        /* the caller's */
    unsigned                      outage:1;    /* where no database answers, a
                                                  key is enough that was found
                                                  valid within the last hour */

    /* ---- set by auth/ ---- */

    unsigned                      valid:1;     /* it was, with "outage" */

    ngx_queue_t                   queue;       /* in a look-up's waiters */
    ngx_payments_auth_t           key;         /* where the result is VALID */
    unsigned                      parked:1;
};


extern const ngx_payments_metrics_t  ngx_payments_auth_metrics;

/* conf time; NULL: no memory */
ngx_shm_zone_t *ngx_payments_auth_zone(ngx_conf_t *cf, void *tag);
/* init_process and exit_process of a worker */
void ngx_payments_auth_init(ngx_cycle_t *cycle, ngx_shm_zone_t *zone);
void ngx_payments_auth_exit(void);

/* whose key the credential, as sent, is */
ngx_payments_auth_result_e ngx_payments_auth_start(
    ngx_payments_auth_waiter_t *waiter, ngx_str_t *credential);
/* the handler will not be called */
void ngx_payments_auth_cancel(ngx_payments_auth_waiter_t *waiter);
/*
 * Whose it is as far as is known without asking: good for limits and logs, no
 * proof that it is still valid.  NGX_DECLINED: it is not known, or was revoked
 * or has expired, and must cost its merchant nothing.
 */
ngx_int_t ngx_payments_auth_peek(ngx_str_t *credential,
    ngx_payments_auth_t *key);


#endif /* _NGX_PAYMENTS_AUTH_H_INCLUDED_ */


/*
 * The breaker of a processor: one for all workers.
 *
 * Closed, it counts the calls of a window and those that failed.  Open, no
 * payment is sent there but one at a time, a probe.  A probe that fails opens
 * it again.  Any call that was begun after it opened and succeeds closes it:
 * captures and look-ups are sent in any case, and know as much.
 *
 * A probe that was allowed and then never sent, or whose worker died, must not
 * keep others away for ever: it has a time.
 */

#include "ngx_payments_breaker.h"


#define NGX_PAYMENTS_BREAKER_SLOTS  10     /* of a window */
#define NGX_PAYMENTS_BREAKER_LEASE  5000   /* ms from being allowed to begin */


/* calls of a tenth of the window */

typedef struct {
    ngx_msec_t                    number;
    ngx_uint_t                    all;
    ngx_uint_t                    failed;
} ngx_payments_breaker_slot_t;


typedef struct {
    ngx_payments_breaker_state_e  state;       /* under the zone's mutex, up
                                                  to "slots" */
    ngx_msec_t                    opened;      /* when it last did */
    ngx_msec_t                    next;        /* when a probe may be sent */
    ngx_payments_breaker_slot_t   slots[NGX_PAYMENTS_BREAKER_SLOTS];
    ngx_atomic_t                  counted[NGX_PAYMENTS_PROCESSOR_ACTIONS]
                                         [NGX_PAYMENTS_PROCESSOR_VERDICTS];
    ngx_payments_waiting_t        waiting;
} ngx_payments_breaker_t;


static ngx_int_t ngx_payments_breaker_init(ngx_shm_zone_t *zone, void *data);


ngx_shm_zone_t *
ngx_payments_processor_zone(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, void *tag)
{
    ngx_str_t        name;
    ngx_shm_zone_t  *zone;

    name.len = sizeof("payments_processor_") - 1 + processor->name.len;
    name.data = ngx_pnalloc(cf->pool, name.len);

    if (name.data == NULL) {
        return NULL;
    }

    (void) ngx_sprintf(name.data, "payments_processor_%V", &processor->name);

    zone = ngx_shared_memory_add(cf, &name, 8 * ngx_pagesize, tag);

    if (zone != NULL) {
        zone->init = ngx_payments_breaker_init;
    }

    return zone;
}


/* what is known outlives a reload: the acquirer is the same */

static ngx_int_t
ngx_payments_breaker_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (data == NULL && !zone->shm.exists) {
        shpool->data = ngx_slab_calloc(shpool, sizeof(ngx_payments_breaker_t));
    }

    zone->data = shpool->data;

    return zone->data ? NGX_OK : NGX_ERROR;
}


static ngx_payments_breaker_t *
ngx_payments_breaker_lock(ngx_payments_processor_t *processor)
{
    ngx_shmtx_lock(&((ngx_slab_pool_t *) processor->zone->shm.addr)->mutex);

    return processor->zone->data;
}


static void
ngx_payments_breaker_unlock(ngx_payments_processor_t *processor)
{
    ngx_shmtx_unlock(&((ngx_slab_pool_t *) processor->zone->shm.addr)->mutex);
}


/* whether a time has come; msec wraps */

static ngx_uint_t
ngx_payments_breaker_due(ngx_msec_t when)
{
    return (ngx_msec_int_t) (ngx_current_msec - when) >= 0;
}


ngx_uint_t
ngx_payments_breaker_allows(ngx_payments_processor_t *processor)
{
    ngx_uint_t               allows;
    ngx_payments_breaker_t  *b;

    /* mostly it is closed, and whoever sees that too late is one call more */

    b = processor->zone->data;

    if (b->state == NGX_PAYMENTS_BREAKER_CLOSED) {
        return 1;
    }

    b = ngx_payments_breaker_lock(processor);

    allows = (b->state == NGX_PAYMENTS_BREAKER_CLOSED);

    if (!allows && ngx_payments_breaker_due(b->next)) {
        b->state = NGX_PAYMENTS_BREAKER_PROBING;
        b->next = ngx_current_msec + NGX_PAYMENTS_BREAKER_LEASE;
        processor->probe = 1;
        allows = 1;
    }

    ngx_payments_breaker_unlock(processor);

    return allows;
}


ngx_uint_t
ngx_payments_breaker_begun(ngx_payments_processor_t *processor,
    ngx_payments_processor_action_e action)
{
    ngx_payments_breaker_t  *b;

    if (!processor->probe || action != NGX_PAYMENTS_AUTHORIZE) {
        return 0;
    }

    processor->probe = 0;

    b = ngx_payments_breaker_lock(processor);

    if (b->state == NGX_PAYMENTS_BREAKER_PROBING) {
        b->next = ngx_current_msec + processor->timeout
                  + NGX_PAYMENTS_BREAKER_LEASE;
    }

    ngx_payments_breaker_unlock(processor);

    return 1;
}


/* counts a call; 1: too many of the window have failed */

static ngx_uint_t
ngx_payments_breaker_full(ngx_payments_breaker_t *b,
    ngx_payments_breaker_conf_t *conf, ngx_uint_t failed)
{
    ngx_uint_t                    i, nall, nfailed;
    ngx_msec_t                    number;
    ngx_payments_breaker_slot_t  *slot;

    number = ngx_current_msec / (conf->window / NGX_PAYMENTS_BREAKER_SLOTS);
    slot = &b->slots[number % NGX_PAYMENTS_BREAKER_SLOTS];

    if (slot->number != number) {
        slot->number = number;
        slot->all = 0;
        slot->failed = 0;
    }

    slot->all++;
    slot->failed += failed;

    for (i = 0, nall = 0, nfailed = 0; i < NGX_PAYMENTS_BREAKER_SLOTS; i++) {
        slot = &b->slots[i];

        if (number - slot->number < NGX_PAYMENTS_BREAKER_SLOTS) {
            nall += slot->all;
            nfailed += slot->failed;
        }
    }

    return failed && nfailed >= conf->fails
           && nfailed * 100 >= nall * conf->ratio;
}


static void
ngx_payments_breaker_open(ngx_payments_processor_t *processor,
    ngx_payments_breaker_t *b)
{
    b->state = NGX_PAYMENTS_BREAKER_OPEN;
    b->opened = ngx_current_msec;
    b->next = ngx_current_msec + processor->breaker.probe;
}


void
ngx_payments_breaker_ended(ngx_payments_processor_t *processor,
    ngx_msec_t begun, ngx_uint_t probe, ngx_uint_t failed)
{
    ngx_uint_t                     full;
    ngx_payments_breaker_t        *b;
    ngx_payments_breaker_state_e   was, is;

    b = ngx_payments_breaker_lock(processor);

    was = b->state;
    full = ngx_payments_breaker_full(b, &processor->breaker, failed);

    if (was == NGX_PAYMENTS_BREAKER_CLOSED) {
        if (full) {
            ngx_payments_breaker_open(processor, b);
        }

    } else if ((ngx_msec_int_t) (begun - b->opened) < 0) {

        /* it was sent before, and says nothing of what is now */

    } else if (!failed) {
        b->state = NGX_PAYMENTS_BREAKER_CLOSED;
        ngx_memzero(b->slots, sizeof(b->slots));

    } else if (was == NGX_PAYMENTS_BREAKER_PROBING && probe) {
        ngx_payments_breaker_open(processor, b);
    }

    is = b->state;

    ngx_payments_breaker_unlock(processor);

    if (was == NGX_PAYMENTS_BREAKER_CLOSED && is != was) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "payments processor \"%V\" is not asked any more but by "
                      "one call at a time: too many have failed",
                      &processor->name);
    }

    if (is == NGX_PAYMENTS_BREAKER_CLOSED && is != was) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "payments processor \"%V\" is asked again",
                      &processor->name);
    }
}


void
ngx_payments_breaker_count(ngx_payments_processor_t *processor,
    ngx_payments_processor_action_e action, ngx_payments_verdict_e verdict)
{
    ngx_payments_breaker_t  *b = processor->zone->data;

    (void) ngx_atomic_fetch_add(&b->counted[action][verdict], 1);
}


ngx_payments_breaker_state_e
ngx_payments_breaker_state(ngx_payments_processor_t *processor)
{
    ngx_payments_breaker_t  *b = processor->zone->data;

    return b->state;
}


ngx_atomic_uint_t
ngx_payments_breaker_counted(ngx_payments_processor_t *processor,
    ngx_uint_t action, ngx_uint_t verdict)
{
    ngx_payments_breaker_t  *b = processor->zone->data;

    return b->counted[action][verdict];
}


ngx_payments_waiting_t *
ngx_payments_breaker_waiting(ngx_payments_processor_t *processor)
{
    ngx_payments_breaker_t  *b = processor->zone->data;

    return &b->waiting;
}

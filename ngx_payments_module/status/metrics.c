
/* Counters, gauges and histograms: a slot of shared memory for each worker. */

#include "ngx_payments_status_internal.h"


static ngx_int_t ngx_payments_status_init_zone(ngx_shm_zone_t *shm_zone,
    void *data);


/* statuses that the API gives; the last entry takes whatever else comes */

const ngx_uint_t  ngx_payments_status_codes[NGX_PAYMENTS_STATUS_CODES] = {
    200, 201, 202, 204, 304, 400, 401, 402, 403, 404, 405, 406, 408, 409, 411,
    412, 413, 414, 415, 422, 429, 431, 499, 500, 501, 502, 503, 504, 0, 0, 0, 0
};


/* this process's; the slot is never stored in shm */

ngx_payments_status_slot_t             *ngx_payments_status_slots;
const ngx_payments_metrics_t           *ngx_payments_status_rooms
                                            [NGX_PAYMENTS_STATUS_ROOMS];
ngx_uint_t                              ngx_payments_status_nrooms;

static ngx_payments_status_slot_t      *ngx_payments_status_slot;
static ngx_uint_t                       ngx_payments_status_shared;
static const ngx_payments_histogram_t  *ngx_payments_status_histograms
                                            [NGX_PAYMENTS_STATUS_HISTOGRAMS];


size_t
ngx_payments_status_size(void)
{
    return sizeof(ngx_payments_status_slot_t) * NGX_PAYMENTS_STATUS_SLOTS
           + 16 * ngx_pagesize;
}


ngx_shm_zone_t *
ngx_payments_status_zone(ngx_conf_t *cf, size_t size, void *tag)
{
    ngx_str_t        name = ngx_string("payments_status");
    ngx_shm_zone_t  *shm_zone;

    shm_zone = ngx_shared_memory_add(cf, &name, size, tag);

    if (shm_zone != NULL) {
        shm_zone->init = ngx_payments_status_init_zone;
    }

    return shm_zone;
}


static ngx_int_t
ngx_payments_status_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t             *shpool;
    ngx_payments_status_slot_t  *slots;

    if (data) {
        shm_zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shm_zone->shm.exists) {
        shm_zone->data = shpool->data;
        return NGX_OK;
    }

    slots = ngx_slab_calloc(shpool, sizeof(ngx_payments_status_slot_t)
                                    * NGX_PAYMENTS_STATUS_SLOTS);
    if (slots == NULL) {
        return NGX_ERROR;
    }

    shpool->data = slots;
    shm_zone->data = slots;

    return NGX_OK;
}


/* a gauge is what a living worker has in hand, a counter what was */

ngx_uint_t
ngx_payments_status_is_gauge(const ngx_payments_metric_t *row)
{
    while (row->type == NULL) {
        row--;
    }

    return row->type[0] == 'g';
}


ngx_uint_t
ngx_payments_status_alive(ngx_atomic_uint_t pid)
{
    return pid != 0 && (kill((ngx_pid_t) pid, 0) == 0 || ngx_errno != ESRCH);
}


void
ngx_payments_status_init(ngx_shm_zone_t *zone)
{
    ngx_uint_t                   i;
    ngx_atomic_uint_t            pid;
    ngx_payments_status_slot_t  *slots;

    slots = zone->data;

    ngx_payments_status_slots = slots;
    ngx_payments_status_slot = NULL;
    ngx_payments_status_nrooms = 0;

    for (i = 0; i < NGX_PAYMENTS_STATUS_SLOTS; i++) {
        pid = slots[i].pid;

        if (!ngx_payments_status_alive(pid)
            && ngx_atomic_cmp_set(&slots[i].pid, pid,
                                  (ngx_atomic_uint_t) ngx_pid))
        {
            break;
        }
    }

    /* more workers than slots: some share one, additions are atomic */

    ngx_payments_status_shared = (i == NGX_PAYMENTS_STATUS_SLOTS);
    ngx_payments_status_slot = ngx_payments_status_shared
                               ? &slots[ngx_worker % i] : &slots[i];
}


void
ngx_payments_status_register(const ngx_payments_metrics_t *metrics)
{
    ngx_uint_t  i;

    ngx_payments_status_rooms[ngx_payments_status_nrooms++] = metrics;

    for (i = 0; i < metrics->nhistograms; i++) {
        ngx_payments_status_histograms[metrics->histogram + i]
            = &metrics->histograms[i];
    }

    if (ngx_payments_status_shared) {
        return;
    }

    /* what the slot's worker of before had in hand */

    for (i = 0; i < metrics->nmetrics; i++) {
        if (ngx_payments_status_is_gauge(&metrics->metrics[i])) {
            ngx_payments_status_slot->metrics[metrics->metric + i] = 0;
        }
    }
}


void
ngx_payments_status_exit(void)
{
    if (ngx_payments_status_slot != NULL) {
        (void) ngx_atomic_cmp_set(&ngx_payments_status_slot->pid,
                                  (ngx_atomic_uint_t) ngx_pid, 0);
        ngx_payments_status_slot = NULL;
    }
}


void
ngx_payments_status_add(ngx_uint_t metric, ngx_int_t n)
{
    if (ngx_payments_status_slot != NULL) {
        (void) ngx_atomic_fetch_add(&ngx_payments_status_slot->metrics[metric],
                                    n);
    }
}


void
ngx_payments_status_observe(ngx_uint_t histogram, uint64_t value)
{
    ngx_uint_t                      i;
    const uint64_t                 *bounds;
    ngx_payments_histogram_slot_t  *h;

    if (ngx_payments_status_slot == NULL) {
        return;
    }

    bounds = ngx_payments_status_histograms[histogram]->bounds;

    for (i = 0; i < NGX_PAYMENTS_STATUS_BUCKETS; i++) {
        if (value <= bounds[i]) {
            break;
        }
    }

    h = &ngx_payments_status_slot->histograms[histogram];

    (void) ngx_atomic_fetch_add(&h->buckets[i], 1);
    (void) ngx_atomic_fetch_add(&h->sum, value);
}


void
ngx_payments_status_sqlstate(const char *state)
{
    size_t                      i;
    ngx_atomic_uint_t           n;
    ngx_payments_state_slot_t  *s, *last;

    if (ngx_payments_status_slot == NULL) {
        return;
    }

    for (n = 0, i = 0; i < 5 && state[i] != '\0'; i++) {
        n = (n << 8) | (u_char) (isalnum((u_char) state[i]) ? state[i] : '?');
    }

    if (i < 5) {
        n = 0;
    }

    /* the last one takes what has no code, and what finds no place */

    last = &ngx_payments_status_slot->states[NGX_PAYMENTS_STATUS_STATES - 1];

    for (s = ngx_payments_status_slot->states; s < last && n != 0; s++) {
        if (s->state == n || ngx_atomic_cmp_set(&s->state, 0, n)
            || s->state == n)
        {
            break;
        }
    }

    s = (n == 0) ? last : s;

    (void) ngx_atomic_fetch_add(&s->count, 1);
}


void
ngx_payments_status_request(ngx_uint_t operation, ngx_uint_t code)
{
    ngx_uint_t  i;

    if (ngx_payments_status_slot == NULL
        || operation >= NGX_PAYMENTS_STATUS_OPERATIONS)
    {
        return;
    }

    for (i = 0; i < NGX_PAYMENTS_STATUS_CODES - 1; i++) {
        if (ngx_payments_status_codes[i] == code) {
            break;
        }
    }

    (void) ngx_atomic_fetch_add(
               &ngx_payments_status_slot->requests[operation][i], 1);
}

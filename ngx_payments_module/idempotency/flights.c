
/*
 * Which worker of this node executes which key, which workers wait for it, and
 * how they are woken.
 */

#include "ngx_payments_shared.h"
#include "../base/ngx_payments_base.h"

#include <sys/eventfd.h>


#define NGX_PAYMENTS_FLIGHT_WAYS  16
#define NGX_PAYMENTS_FLIGHT_RING  256      /* a power of two */
#define NGX_PAYMENTS_FLIGHT_CHECK 1000     /* ms */


typedef struct {
    ngx_payments_idempotency_key_t  key;
    uint32_t                      owner;       /* its worker's slot and 1; 0:
                                                  free */
    uint16_t                      known_new;
    uint16_t                      len;         /* of the line; above what is
                                                  kept: it is not */
    uint64_t                      waiters;     /* a bit for each slot */
    u_char                        fingerprint[NGX_PAYMENTS_SHA256_LEN];
    u_char                        request_id[NGX_PAYMENTS_UUID_LEN];
    u_char                        line[NGX_PAYMENTS_FLIGHT_LINE];
} ngx_payments_flight_entry_t;


/* a worker: the keys that it waited for and that have ended */

typedef struct {
    uint64_t                      pid;         /* 0: free */
    uint32_t                      head;        /* written; behind the tail by
                                                  more than the ring: some were
                                                  lost */
    uint32_t                      tail;        /* read */
    uint64_t                      tags[NGX_PAYMENTS_FLIGHT_RING];
} ngx_payments_flight_slot_t;


typedef struct {
    ngx_payments_flight_slot_t    slots[NGX_PAYMENTS_SHARED_SLOTS];
    uint64_t                      node;        /* random; 0: not yet */
    ngx_uint_t                    buckets;     /* a power of two */
    ngx_payments_flight_entry_t  *flights;     /* the same in all processes */
    void                         *records;
} ngx_payments_shared_t;


static ngx_int_t ngx_payments_shared_init_zone(ngx_shm_zone_t *shm_zone,
    void *data);
static void ngx_payments_shared_sweep(ngx_uint_t slot, uint64_t *wake);
static void ngx_payments_shared_read(ngx_event_t *ev);
static void ngx_payments_shared_check(ngx_event_t *ev);
static void ngx_payments_shared_take(void);
static void ngx_payments_shared_notify(uint64_t wake);


/* made by the master and inherited: workers write into each other's */

static ngx_uint_t                    ngx_payments_shared_nfds;
static ngx_socket_t                  ngx_payments_shared_fds
                                         [NGX_PAYMENTS_SHARED_SLOTS];

/* this worker's */

static ngx_payments_shared_t        *ngx_payments_shared;
static ngx_slab_pool_t              *ngx_payments_shared_pool;
static ngx_uint_t                    ngx_payments_shared_slot;
static ngx_connection_t             *ngx_payments_shared_conn;
static ngx_event_t                   ngx_payments_shared_timer;
static ngx_payments_shared_wake_pt   ngx_payments_shared_wake;


ngx_shm_zone_t *
ngx_payments_idempotency_zone(ngx_conf_t *cf, size_t size, void *tag,
    ngx_payments_idempotency_conf_t *conf)
{
    ngx_str_t        name = ngx_string("payments_idempotency");
    ngx_shm_zone_t  *zone;

    zone = ngx_shared_memory_add(cf, &name, size, tag);

    if (zone != NULL) {
        zone->init = ngx_payments_shared_init_zone;
        zone->data = conf;
    }

    return zone;
}


/* an eighth of the zone is for flights, the rest for records */

static ngx_int_t
ngx_payments_shared_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    u_char                           *p;
    size_t                            left;
    ngx_slab_pool_t                  *shpool;
    ngx_payments_shared_t            *shared;
    ngx_payments_idempotency_conf_t  *conf = shm_zone->data;

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;
    shm_zone->data = shpool;

    if (data != NULL || shm_zone->shm.exists) {
        return NGX_OK;
    }

    /* all of it at once: what the slab's own pages and table leave */

    left = shm_zone->shm.size - shm_zone->shm.size / 64 - 8 * ngx_pagesize;

    shared = ngx_slab_calloc(shpool, left);
    if (shared == NULL) {
        return NGX_ERROR;
    }

    p = (u_char *) shared + ngx_align(sizeof(ngx_payments_shared_t), 64);
    left -= p - (u_char *) shared;

    shared->flights = (ngx_payments_flight_entry_t *) p;
    shared->buckets = 16;

    while (2 * shared->buckets * NGX_PAYMENTS_FLIGHT_WAYS
           * sizeof(ngx_payments_flight_entry_t) <= shm_zone->shm.size / 8)
    {
        shared->buckets *= 2;
    }

    p += shared->buckets * NGX_PAYMENTS_FLIGHT_WAYS
         * sizeof(ngx_payments_flight_entry_t);
    p = ngx_align_ptr(p, 64);

    left -= p - (u_char *) shared->flights;

    shared->records = p;
    shpool->data = shared;

    (void) ngx_payments_records_size(p, left, conf->cache);

    return NGX_OK;
}


ngx_int_t
ngx_payments_idempotency_master(ngx_log_t *log)
{
    int  fd;

    while (ngx_payments_shared_nfds < NGX_PAYMENTS_SHARED_SLOTS) {
        fd = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);

        if (fd == -1) {
            ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "eventfd() failed");
            return NGX_ERROR;
        }

        ngx_payments_shared_fds[ngx_payments_shared_nfds++] = fd;
    }

    return NGX_OK;
}


void
ngx_payments_idempotency_master_exit(void)
{
    while (ngx_payments_shared_nfds) {
        (void) close(ngx_payments_shared_fds[--ngx_payments_shared_nfds]);
    }
}


static ngx_uint_t
ngx_payments_shared_dead(uint64_t pid)
{
    return pid != 0 && pid != (uint64_t) ngx_pid
           && kill((ngx_pid_t) pid, 0) == -1 && ngx_errno == ESRCH;
}


/* under the mutex: each worker whose bit was set gets the tag, this one too */

static void
ngx_payments_flight_wake(ngx_payments_flight_entry_t *flight, uint64_t *wake)
{
    uint64_t                     tag;
    ngx_uint_t                   i;
    ngx_payments_flight_slot_t  *slot;

    tag = ngx_payments_key_tag(&flight->key);
    *wake |= flight->waiters;

    for (i = 0; i < NGX_PAYMENTS_SHARED_SLOTS; i++) {

        if (flight->waiters & ((uint64_t) 1 << i)) {
            slot = &ngx_payments_shared->slots[i];
            slot->tags[slot->head & (NGX_PAYMENTS_FLIGHT_RING - 1)] = tag;
            slot->head++;
        }
    }

    /* the last: a worker that dies before this has it still, and is reaped */

    ngx_memory_barrier();
    flight->waiters = 0;
    flight->owner = 0;
}


/* under the mutex: ends what a worker has left */

static void
ngx_payments_shared_sweep(ngx_uint_t slot, uint64_t *wake)
{
    ngx_uint_t                    i, n;
    ngx_payments_flight_entry_t  *flight;

    flight = ngx_payments_shared->flights;
    n = ngx_payments_shared->buckets * NGX_PAYMENTS_FLIGHT_WAYS;

    for (i = 0; i < n; i++, flight++) {

        flight->waiters &= ~((uint64_t) 1 << slot);

        if (flight->owner == slot + 1) {
            ngx_payments_flight_wake(flight, wake);
        }
    }

    ngx_payments_shared->slots[slot].pid = 0;
    ngx_payments_shared->slots[slot].tail
        = ngx_payments_shared->slots[slot].head;
}


static void
ngx_payments_shared_reap(uint64_t *wake)
{
    ngx_uint_t  i;

    for (i = 0; i < ngx_payments_shared_nfds; i++) {
        if (ngx_payments_shared_dead(ngx_payments_shared->slots[i].pid)) {
            ngx_payments_shared_sweep(i, wake);
        }
    }
}


ngx_int_t
ngx_payments_shared_init(ngx_cycle_t *cycle, ngx_shm_zone_t *zone,
    ngx_payments_shared_wake_pt handler)
{
    uint64_t               wake;
    ngx_uint_t             i, slot;
    ngx_connection_t      *c;
    ngx_payments_shared_t *shared;

    ngx_payments_shared_pool = zone->data;
    ngx_payments_shared = ngx_payments_shared_pool->data;
    ngx_payments_shared_wake = handler;
    ngx_payments_shared_conn = NULL;

    shared = ngx_payments_shared;
    slot = NGX_PAYMENTS_SHARED_SLOTS;
    wake = 0;

    ngx_shmtx_lock(&ngx_payments_shared_pool->mutex);

    ngx_payments_shared_reap(&wake);

    if (shared->node == 0) {
        (void) ngx_payments_new_random((u_char *) &shared->node,
                                       sizeof(shared->node));
    }

    for (i = 0; i < ngx_payments_shared_nfds; i++) {

        if (shared->slots[i].pid == (uint64_t) ngx_pid) {
            ngx_payments_shared_sweep(i, &wake);
        }

        if (shared->slots[i].pid == 0 && slot == NGX_PAYMENTS_SHARED_SLOTS) {
            shared->slots[i].pid = (uint64_t) ngx_pid;
            slot = i;
        }
    }

    ngx_shmtx_unlock(&ngx_payments_shared_pool->mutex);

    ngx_payments_shared_slot = slot;
    ngx_payments_shared_notify(wake);

    if (slot == NGX_PAYMENTS_SHARED_SLOTS) {

        /* one worker too many: it executes, and PostgreSQL decides */

        return NGX_OK;
    }

    c = ngx_get_connection(ngx_payments_shared_fds[slot], cycle->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->read->handler = ngx_payments_shared_read;
    c->read->log = cycle->log;

    /* inherited: this process must not close it for the others */

    c->shared = 1;

    if (ngx_add_event(c->read, NGX_READ_EVENT, 0) != NGX_OK) {
        ngx_free_connection(c);
        return NGX_ERROR;
    }

    ngx_payments_shared_conn = c;

    ngx_payments_shared_timer.data = c;
    ngx_payments_shared_timer.handler = ngx_payments_shared_check;
    ngx_payments_shared_timer.log = cycle->log;
    ngx_payments_shared_timer.cancelable = 1;

    ngx_add_timer(&ngx_payments_shared_timer, NGX_PAYMENTS_FLIGHT_CHECK);

    return NGX_OK;
}


void
ngx_payments_shared_exit(void)
{
    uint64_t           wake;
    ngx_connection_t  *c = ngx_payments_shared_conn;

    if (ngx_payments_shared == NULL) {
        return;
    }

    if (c != NULL) {
        wake = 0;

        ngx_shmtx_lock(&ngx_payments_shared_pool->mutex);
        ngx_payments_shared_sweep(ngx_payments_shared_slot, &wake);
        ngx_shmtx_unlock(&ngx_payments_shared_pool->mutex);

        ngx_payments_shared_notify(wake);

        (void) ngx_del_event(c->read, NGX_READ_EVENT, 0);

        if (ngx_payments_shared_timer.timer_set) {
            ngx_del_timer(&ngx_payments_shared_timer);
        }

        ngx_free_connection(c);
        c->fd = (ngx_socket_t) -1;
        ngx_payments_shared_conn = NULL;
    }

    ngx_payments_shared = NULL;
}


static void
ngx_payments_shared_notify(uint64_t wake)
{
    uint64_t    one;
    ngx_uint_t  i;

    one = 1;

    for (i = 0; wake; i++, wake >>= 1) {

        /* a full one is readable already */

        if (wake & 1) {
            (void) !write(ngx_payments_shared_fds[i], &one, sizeof(uint64_t));
        }
    }
}


static void
ngx_payments_shared_read(ngx_event_t *ev)
{
    uint64_t           count;
    ngx_connection_t  *c = ev->data;

    if (c->close) {
        return;
    }

    (void) !read(c->fd, &count, sizeof(uint64_t));

    ngx_payments_shared_take();
}


/*
 * Finds what a worker left in a ring when it was killed before it could wake
 * the reader, and workers that died and were not replaced.
 */

static void
ngx_payments_shared_check(ngx_event_t *ev)
{
    uint64_t  wake;

    wake = 0;

    ngx_shmtx_lock(&ngx_payments_shared_pool->mutex);
    ngx_payments_shared_reap(&wake);
    ngx_shmtx_unlock(&ngx_payments_shared_pool->mutex);

    ngx_payments_shared_notify(wake);
    ngx_payments_shared_take();

    ngx_add_timer(ev, NGX_PAYMENTS_FLIGHT_CHECK);
}


/* the keys in this worker's ring */

static void
ngx_payments_shared_take(void)
{
    uint32_t                     n, i;
    uint64_t                     tags[NGX_PAYMENTS_FLIGHT_RING];
    ngx_payments_flight_slot_t  *slot;

    ngx_shmtx_lock(&ngx_payments_shared_pool->mutex);

    slot = &ngx_payments_shared->slots[ngx_payments_shared_slot];
    n = slot->head - slot->tail;

    for (i = 0; n <= NGX_PAYMENTS_FLIGHT_RING && i < n; i++) {
        tags[i] = slot->tags[(slot->tail + i)
                             & (NGX_PAYMENTS_FLIGHT_RING - 1)];
    }

    slot->tail = slot->head;

    ngx_shmtx_unlock(&ngx_payments_shared_pool->mutex);

    if (n > NGX_PAYMENTS_FLIGHT_RING) {
        ngx_payments_shared_wake(0);
        return;
    }

    for (i = 0; i < n; i++) {
        ngx_payments_shared_wake(tags[i]);
    }
}


static ngx_payments_flight_entry_t *
ngx_payments_flight_bucket(ngx_payments_idempotency_key_t *key)
{
    ngx_uint_t  n;

    ngx_memcpy(&n, key->hash + NGX_PAYMENTS_KEY_HASH_LEN - sizeof(ngx_uint_t),
               sizeof(ngx_uint_t));

    return ngx_payments_shared->flights
           + (n & (ngx_payments_shared->buckets - 1))
             * NGX_PAYMENTS_FLIGHT_WAYS;
}


/* under the mutex; *free: where there is room, or NULL */

static ngx_payments_flight_entry_t *
ngx_payments_flight_look(ngx_payments_idempotency_key_t *key,
    ngx_payments_flight_entry_t **free)
{
    ngx_uint_t                    i;
    ngx_payments_flight_entry_t  *flight;

    flight = ngx_payments_flight_bucket(key);
    *free = NULL;

    for (i = 0; i < NGX_PAYMENTS_FLIGHT_WAYS; i++, flight++) {

        if (flight->owner == 0) {
            *free = flight;
            continue;
        }

        if (flight->key.merchant_id == key->merchant_id
            && ngx_memcmp(flight->key.hash, key->hash,
                          NGX_PAYMENTS_KEY_HASH_LEN)
               == 0)
        {
            return flight;
        }
    }

    return NULL;
}


static void
ngx_payments_flight_copy(ngx_payments_flight_entry_t *entry,
    ngx_payments_flight_t *flight)
{
    flight->known_new = (entry->known_new
                         && entry->len <= NGX_PAYMENTS_FLIGHT_LINE);
    flight->len = ngx_min(entry->len, NGX_PAYMENTS_FLIGHT_LINE);

    ngx_memcpy(flight->fingerprint, entry->fingerprint,
               NGX_PAYMENTS_SHA256_LEN);
    ngx_memcpy(flight->request_id, entry->request_id, NGX_PAYMENTS_UUID_LEN);
    ngx_memcpy(flight->line, entry->line, flight->len);
}


ngx_int_t
ngx_payments_flight_begin(ngx_payments_execution_t *execution,
    ngx_uint_t *place, ngx_payments_flight_t *flight)
{
    ngx_int_t                     rc;
    ngx_payments_flight_entry_t  *entry, *free;

    *place = 0;

    if (ngx_payments_shared_conn == NULL) {
        return NGX_DECLINED;
    }

    ngx_shmtx_lock(&ngx_payments_shared_pool->mutex);

    entry = ngx_payments_flight_look(&execution->key, &free);

    if (entry != NULL) {
        ngx_payments_flight_copy(entry, flight);
        entry->waiters |= (uint64_t) 1 << ngx_payments_shared_slot;
        rc = NGX_BUSY;

    } else if (free != NULL) {
        free->key = execution->key;
        free->known_new = 0;
        free->waiters = 0;
        free->len = (uint16_t) ngx_min(execution->record.request.len, 65535);

        ngx_memcpy(free->fingerprint, execution->fingerprint,
                   NGX_PAYMENTS_SHA256_LEN);
        ngx_memcpy(free->request_id, execution->request_id,
                   NGX_PAYMENTS_UUID_LEN);
        ngx_memcpy(free->line, execution->record.request.data,
                   ngx_min(free->len, NGX_PAYMENTS_FLIGHT_LINE));

        /* the last: before this no worker owns it */

        ngx_memory_barrier();
        free->owner = (uint32_t) ngx_payments_shared_slot + 1;

        *place = free - ngx_payments_shared->flights + 1;
        rc = NGX_OK;

    } else {
        rc = NGX_DECLINED;
    }

    ngx_shmtx_unlock(&ngx_payments_shared_pool->mutex);

    if (rc == NGX_DECLINED) {
        ngx_payments_status_add(NGX_PAYMENTS_M_FLIGHTS_FULL, 1);
    }

    return rc;
}


void
ngx_payments_flight_mark_new(ngx_uint_t place)
{
    uint64_t                      wake;
    ngx_payments_flight_entry_t  *entry;
    ngx_payments_flight_entry_t   copy;

    if (place == 0) {
        return;
    }

    wake = 0;
    entry = &ngx_payments_shared->flights[place - 1];

    ngx_shmtx_lock(&ngx_payments_shared_pool->mutex);

    entry->known_new = 1;

    /* workers that wait are woken, and will ask again */

    copy = *entry;
    ngx_payments_flight_wake(&copy, &wake);
    entry->waiters = 0;

    ngx_shmtx_unlock(&ngx_payments_shared_pool->mutex);

    ngx_payments_shared_notify(wake);
}


void
ngx_payments_flight_end(ngx_uint_t place)
{
    uint64_t  wake;

    if (place == 0) {
        return;
    }

    wake = 0;

    ngx_shmtx_lock(&ngx_payments_shared_pool->mutex);
    ngx_payments_flight_wake(&ngx_payments_shared->flights[place - 1], &wake);
    ngx_shmtx_unlock(&ngx_payments_shared_pool->mutex);

    ngx_payments_shared_notify(wake);
}


uint64_t
ngx_payments_flight_node(void)
{
    return ngx_payments_shared->node;
}


ngx_int_t
ngx_payments_flight_find(ngx_payments_idempotency_key_t *key,
    ngx_payments_flight_t *flight)
{
    ngx_payments_flight_entry_t  *entry, *free;

    if (ngx_payments_shared_conn == NULL) {
        return NGX_DECLINED;
    }

    ngx_shmtx_lock(&ngx_payments_shared_pool->mutex);

    entry = ngx_payments_flight_look(key, &free);

    if (entry != NULL) {
        ngx_payments_flight_copy(entry, flight);
    }

    ngx_shmtx_unlock(&ngx_payments_shared_pool->mutex);

    return entry ? NGX_OK : NGX_DECLINED;
}


void
ngx_payments_shared_records(ngx_payments_idempotency_conf_t *conf)
{
    ngx_payments_records_init(ngx_payments_shared->records,
                              ngx_payments_shared_pool, conf);
}


void
ngx_payments_idempotency_usage(ngx_payments_idempotency_usage_t *usage)
{
    usage->flights = ngx_payments_shared->buckets * NGX_PAYMENTS_FLIGHT_WAYS;

    ngx_payments_records_count(&usage->records, &usage->places);
}

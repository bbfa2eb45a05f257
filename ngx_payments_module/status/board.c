
/* The board: places of workers, and what was heard of shards. */

#include "ngx_payments_status_internal.h"
#include "ngx_payments_board.h"


#define NGX_PAYMENTS_BOARD_EVERY  250      /* ms between two writings */
#define NGX_PAYMENTS_BOARD_ROOMS  4


typedef struct {
    ngx_atomic_t                  asked;       /* ngx_current_msec; 0: never */
    ngx_payments_board_heard_t    heard;       /* under the zone's mutex */
} ngx_payments_board_cell_t;


typedef struct {
    ngx_payments_board_worker_t   workers[NGX_PAYMENTS_BOARD_WORKERS];
    ngx_payments_board_cell_t     shards[NGX_PAYMENTS_BOARD_SHARDS];
} ngx_payments_board_t;


static ngx_int_t ngx_payments_board_init_zone(ngx_shm_zone_t *zone,
    void *data);
static void ngx_payments_board_write(ngx_event_t *ev);


/* this process's */

static ngx_payments_board_t         *ngx_payments_board;
static ngx_shmtx_t                  *ngx_payments_board_mutex;
static ngx_payments_board_worker_t  *ngx_payments_board_place;
static ngx_event_t                   ngx_payments_board_timer;
static ngx_connection_t              ngx_payments_board_dummy;

static void  (*ngx_payments_board_shows[NGX_PAYMENTS_BOARD_ROOMS])
                 (ngx_payments_board_worker_t *place);
static ngx_uint_t  ngx_payments_board_nshows;


ngx_shm_zone_t *
ngx_payments_board_zone(ngx_conf_t *cf, void *tag)
{
    ngx_str_t        name = ngx_string("payments_board");
    ngx_shm_zone_t  *zone;

    zone = ngx_shared_memory_add(cf, &name, sizeof(ngx_payments_board_t)
                                            + 32 * ngx_pagesize, tag);

    if (zone != NULL) {
        zone->init = ngx_payments_board_init_zone;
    }

    return zone;
}


static ngx_int_t
ngx_payments_board_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (data == NULL && !zone->shm.exists) {
        shpool->data = ngx_slab_calloc(shpool, sizeof(ngx_payments_board_t));
    }

    zone->data = shpool->data;

    return zone->data ? NGX_OK : NGX_ERROR;
}


/* more workers than places: the last ones are not seen */

static void
ngx_payments_board_take(void)
{
    ngx_uint_t                    i;
    ngx_atomic_uint_t             pid;
    ngx_payments_board_worker_t  *place;

    for (i = 0; i < NGX_PAYMENTS_BOARD_WORKERS; i++) {
        place = &ngx_payments_board->workers[i];
        pid = place->pid;

        if (ngx_payments_status_alive(pid)
            || !ngx_atomic_cmp_set(&place->pid, pid,
                                   (ngx_atomic_uint_t) ngx_pid))
        {
            continue;
        }

        /* what the one before has left */

        place->shown = ngx_current_msec;
        place->number = ngx_worker;
        place->draining = 0;
        ngx_memzero(place->shards, sizeof(place->shards));
        ngx_memzero(place->calls, sizeof(place->calls));
        ngx_memzero(place->holder, sizeof(place->holder));

        ngx_payments_board_place = place;
        return;
    }
}


void
ngx_payments_board_init(ngx_cycle_t *cycle, ngx_shm_zone_t *zone)
{
    ngx_event_t  *ev = &ngx_payments_board_timer;

    ngx_payments_board = zone->data;
    ngx_payments_board_mutex = &((ngx_slab_pool_t *) zone->shm.addr)->mutex;
    ngx_payments_board_place = NULL;
    ngx_payments_board_nshows = 0;

    ngx_payments_board_take();

    if (ngx_payments_board_place == NULL) {
        return;
    }

    ngx_payments_board_dummy.fd = (ngx_socket_t) -1;

    ev->data = &ngx_payments_board_dummy;
    ev->handler = ngx_payments_board_write;
    ev->log = cycle->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, 1);
}


void
ngx_payments_board_exit(void)
{
    if (ngx_payments_board_timer.timer_set) {
        ngx_del_timer(&ngx_payments_board_timer);
    }

    if (ngx_payments_board_place != NULL) {
        (void) ngx_atomic_cmp_set(&ngx_payments_board_place->pid,
                                  (ngx_atomic_uint_t) ngx_pid, 0);
        ngx_payments_board_place = NULL;
    }
}


void
ngx_payments_board_show(void (*show)(ngx_payments_board_worker_t *place))
{
    if (ngx_payments_board_nshows < NGX_PAYMENTS_BOARD_ROOMS) {
        ngx_payments_board_shows[ngx_payments_board_nshows++] = show;
    }
}


void
ngx_payments_board_name(ngx_payments_board_lease_e lease, const u_char *holder)
{
    if (ngx_payments_board_place != NULL) {
        ngx_memcpy(ngx_payments_board_place->holder[lease], holder,
                   NGX_PAYMENTS_BOARD_HOLDER);
    }
}


static void
ngx_payments_board_write(ngx_event_t *ev)
{
    ngx_uint_t                    i;
    ngx_payments_board_worker_t  *place = ngx_payments_board_place;

    for (i = 0; i < ngx_payments_board_nshows; i++) {
        ngx_payments_board_shows[i](place);
    }

    place->draining = ngx_exiting;
    place->shown = ngx_current_msec;

    ngx_add_timer(ev, NGX_PAYMENTS_BOARD_EVERY);
}


const ngx_payments_board_worker_t *
ngx_payments_board_worker(ngx_uint_t i)
{
    return ngx_payments_status_alive(ngx_payments_board->workers[i].pid)
           ? &ngx_payments_board->workers[i] : NULL;
}


ngx_msec_t
ngx_payments_board_age(const ngx_payments_board_worker_t *place)
{
    ngx_msec_int_t  age;

    age = (ngx_msec_int_t) (ngx_current_msec - place->shown);

    return (age < 0) ? 0 : (ngx_msec_t) age;
}


/* who asks and dies is succeeded by the next request, after the same time */

ngx_uint_t
ngx_payments_board_may_ask(ngx_uint_t shard, ngx_msec_t every)
{
    ngx_atomic_uint_t           asked;
    ngx_payments_board_cell_t  *cell = &ngx_payments_board->shards[shard];

    asked = cell->asked;

    return (asked == 0
            || (ngx_msec_int_t) (ngx_current_msec - asked)
               >= (ngx_msec_int_t) every)
           && ngx_atomic_cmp_set(&cell->asked, asked,
                                 ngx_current_msec ? ngx_current_msec : 1);
}


/* without the part of the text that is not used */

static void
ngx_payments_board_copy(ngx_payments_board_heard_t *to,
    const ngx_payments_board_heard_t *from)
{
    ngx_memcpy(to, from, offsetof(ngx_payments_board_heard_t, text)
                         + from->len);
}


void
ngx_payments_board_hear(ngx_uint_t shard,
    const ngx_payments_board_heard_t *heard)
{
    ngx_shmtx_lock(ngx_payments_board_mutex);
    ngx_payments_board_copy(&ngx_payments_board->shards[shard].heard, heard);
    ngx_shmtx_unlock(ngx_payments_board_mutex);
}


static void
ngx_payments_board_forget(ngx_payments_board_heard_t *heard, uint32_t name)
{
    ngx_memzero(heard, offsetof(ngx_payments_board_heard_t, text));
    heard->name = name;
}


void
ngx_payments_board_miss(ngx_uint_t shard, uint32_t name,
    ngx_payments_heard_e heard)
{
    ngx_payments_board_heard_t  *cell;

    cell = &ngx_payments_board->shards[shard].heard;

    ngx_shmtx_lock(ngx_payments_board_mutex);

    if (cell->name != name) {
        ngx_payments_board_forget(cell, name);
    }

    cell->heard = heard;

    ngx_shmtx_unlock(ngx_payments_board_mutex);
}


void
ngx_payments_board_heard(ngx_uint_t shard, uint32_t name,
    ngx_payments_board_heard_t *heard)
{
    ngx_shmtx_lock(ngx_payments_board_mutex);
    ngx_payments_board_copy(heard, &ngx_payments_board->shards[shard].heard);
    ngx_shmtx_unlock(ngx_payments_board_mutex);

    if (heard->name != name) {
        ngx_payments_board_forget(heard, name);
    }
}

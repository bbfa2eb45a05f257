
/*
 * The board: what each worker of a node shows of itself, and what was heard of
 * each shard, so that any worker can answer GET /v1/status.
 *
 * It is in shared memory.  A worker writes its own place, a few times a second;
 * who reads it may see one number that is newer than the next.
 */

#ifndef _NGX_PAYMENTS_BOARD_H_INCLUDED_
#define _NGX_PAYMENTS_BOARD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>


#define NGX_PAYMENTS_BOARD_WORKERS     64
#define NGX_PAYMENTS_BOARD_SHARDS      16
#define NGX_PAYMENTS_BOARD_SERVERS     8
#define NGX_PAYMENTS_BOARD_STATES      6       /* of connections */
#define NGX_PAYMENTS_BOARD_LANES       5
#define NGX_PAYMENTS_BOARD_PROCESSORS  32
#define NGX_PAYMENTS_BOARD_HOLDER      16      /* bytes of a lease holder's
                                                  name */
#define NGX_PAYMENTS_BOARD_TEXT        16384


typedef enum {
    NGX_PAYMENTS_BOARD_BACKGROUND = 0,
    NGX_PAYMENTS_BOARD_WEBHOOKS,
    NGX_PAYMENTS_BOARD_LEASES
} ngx_payments_board_lease_e;


typedef struct {
    uint32_t                      connections[NGX_PAYMENTS_BOARD_SERVERS]
                                             [NGX_PAYMENTS_BOARD_STATES];
    uint32_t                      queued[NGX_PAYMENTS_BOARD_LANES];
    uint32_t                      oldest;      /* ms that an item has waited */
} ngx_payments_board_shard_t;


/* a worker's place */

typedef struct {
    ngx_atomic_t                  pid;         /* 0: free */
    ngx_atomic_t                  shown;       /* ngx_current_msec */
    ngx_uint_t                    number;      /* ngx_worker */
    ngx_uint_t                    draining;    /* it ends when it can */
    ngx_payments_board_shard_t    shards[NGX_PAYMENTS_BOARD_SHARDS];
    uint32_t                      calls[NGX_PAYMENTS_BOARD_PROCESSORS];
                                               /* under way */
    u_char                        holder[NGX_PAYMENTS_BOARD_LEASES]
                                        [NGX_PAYMENTS_BOARD_HOLDER];
                                               /* its name; zeros: it asks for
                                                  no lease */
} ngx_payments_board_worker_t;


/* how the last question to a shard ended */

typedef enum {
    NGX_PAYMENTS_HEARD_NOTHING = 0,            /* none was asked yet */
    NGX_PAYMENTS_HEARD_ANSWER,
    NGX_PAYMENTS_HEARD_ERROR,                  /* its server has refused it */
    NGX_PAYMENTS_HEARD_SILENCE
} ngx_payments_heard_e;


/* what pay.status() of a shard has said last; ages are in ms, -1: of nothing */

typedef struct {
    ngx_payments_heard_e          heard;
    uint32_t                      name;        /* CRC of the shard's: another
                                                  configuration may have it by
                                                  another number */
    int64_t                       answered;    /* microseconds since 1970; 0:
                                                  never */
    int64_t                       days;
    int64_t                       events;
    int64_t                       background;
    int64_t                       ledger;
    int64_t                       unbalanced;
    u_char                        holder[NGX_PAYMENTS_BOARD_LEASES]
                                        [NGX_PAYMENTS_BOARD_HOLDER];
                                               /* zeros: nobody */
    size_t                        clients;     /* bytes of the text: who is
                                                  connected, and behind it all
                                                  the rest; both JSON */
    size_t                        len;         /* of both */
    u_char                        text[NGX_PAYMENTS_BOARD_TEXT];
} ngx_payments_board_heard_t;


/* conf time; NULL: failed */
ngx_shm_zone_t *ngx_payments_board_zone(ngx_conf_t *cf, void *tag);
/* takes a place for this worker and shows it from now on, and leaves it; init_
   and exit_process */
void ngx_payments_board_init(ngx_cycle_t *cycle, ngx_shm_zone_t *zone);
void ngx_payments_board_exit(void);
/* "show" fills this worker's place in, again and again; init_process, a few
   rooms */
void ngx_payments_board_show(void (*show)(ngx_payments_board_worker_t *place));
/* this worker's name as the holder of a lease, 16 bytes; init_process */
void ngx_payments_board_name(ngx_payments_board_lease_e lease,
    const u_char *holder);

/* the place i of a worker that lives; NULL: there is none */
const ngx_payments_board_worker_t *ngx_payments_board_worker(ngx_uint_t i);
/* how long ago it was written, ms */
ngx_msec_t ngx_payments_board_age(const ngx_payments_board_worker_t *place);

/* 1: nothing was heard of the shard for this long, ms, and this worker is the
   one that asks now */
ngx_uint_t ngx_payments_board_may_ask(ngx_uint_t shard, ngx_msec_t every);
/* what was heard; its text is not longer than there is room for */
void ngx_payments_board_hear(ngx_uint_t shard,
    const ngx_payments_board_heard_t *heard);
/* it was asked in vain: what it had said before stays */
void ngx_payments_board_miss(ngx_uint_t shard, uint32_t name,
    ngx_payments_heard_e heard);
/* a copy; of this name nothing may have been heard */
void ngx_payments_board_heard(ngx_uint_t shard, uint32_t name,
    ngx_payments_board_heard_t *heard);


#endif /* _NGX_PAYMENTS_BOARD_H_INCLUDED_ */


/*
 * Pools of connections, for cluster/ alone: it makes them, says which server
 * they talk to, and decides what follows from what a server says.  A pool knows
 * no shard; it has an owner, and the owner's hooks.
 */

#ifndef _NGX_PAYMENTS_PG_POOL_H_INCLUDED_
#define _NGX_PAYMENTS_PG_POOL_H_INCLUDED_


#include "ngx_payments_pg.h"


/* of a statement, the tag not counted */
#define NGX_PAYMENTS_PG_PARAMS  32

/* statements in the table, at most: a session notes in 64 bits which it has */
#define NGX_PAYMENTS_PG_STATEMENTS_MAX  64


/* how an element of a parameter's array is sent, in PostgreSQL's binary form */

typedef enum {
    NGX_PAYMENTS_PG_UUID = 0,      /* 16 bytes */
    NGX_PAYMENTS_PG_INT8,          /* from .number */
    NGX_PAYMENTS_PG_BOOL,          /* from .number */
    NGX_PAYMENTS_PG_TEXT,          /* from .data, UTF-8 without NUL */
    NGX_PAYMENTS_PG_BYTEA,         /* from .data */
    NGX_PAYMENTS_PG_TIME           /* from .number: microseconds since 1970 */
} ngx_payments_pg_type_e;


typedef struct {
    const char                   *name;        /* of the prepared statement */
    const char                   *call;        /* the SQL function's, see the
                                                  hook "text" */
    ngx_payments_pg_lane_e        lane;
    ngx_uint_t                    nparams;     /* the tag not counted */
    ngx_payments_pg_type_e        types[NGX_PAYMENTS_PG_PARAMS];
    unsigned                      flags;       /* below */
} ngx_payments_pg_statement_t;

/* parameter 1 is the merchant, and selects the shard.  The server checks that
   the merchant belongs to it: around reads, and inside writes */
#define NGX_PAYMENTS_PG_BY_MERCHANT  0x01
#define NGX_PAYMENTS_PG_BY_REPLICA   0x02  /* a replica may be asked */
/* parameter 1 is the merchant that asks, or is asked about, whatever shard it
   is in */
#define NGX_PAYMENTS_PG_OF_MERCHANT  0x04
/* an item has one row or more, one behind the other; of others it has one */
#define NGX_PAYMENTS_PG_SEVERAL      0x08

/* init_process, before any pool: item->statement is an index of this table,
   which lives as long as the process */
void ngx_payments_pg_use_statements(const ngx_payments_pg_statement_t *table,
    ngx_uint_t n);


/* a lane: a row of a table of cluster/, which lives as long as the process */

typedef struct {
    ngx_payments_pg_lane_e        number;      /* its metrics follow this */
    const char                   *name;
    const char                   *limit;       /* SQL before each call, in its
                                                  transaction, so that it holds
                                                  behind a pooler too; NULL: the
                                                  role's limit is enough */
    size_t                        answer;      /* bytes expected of an answer at
                                                  least, if "weighed" */
    ngx_uint_t                    connections; /* of each worker; 0: as many as
                                                  the configuration says */
    unsigned                      first_worker:1;
                                               /* the node's first one alone has
                                                  connections */
    unsigned                      replica:1;   /* as many again to a replica */
    unsigned                      writes:1;
    unsigned                      weighed:1;   /* answers may be large: a call
                                                  ends where they would be */
    unsigned                      slow:1;      /* a call may take its time: one
                                                  is under way on a connection,
                                                  and time counts as size */
} ngx_payments_pg_lane_t;


typedef struct ngx_payments_pg_pool_s  ngx_payments_pg_pool_t;

/* states of a connection that is more than none */
#define NGX_PAYMENTS_PG_VIEWED  6


/* which server a pool talks to */

typedef enum {
    NGX_PAYMENTS_PG_TO_PRIMARY = 0,
    NGX_PAYMENTS_PG_TO_REPLICA,    /* reads that the primary may be spared */
    NGX_PAYMENTS_PG_TO_ONE         /* a certain server, to ask what it is */
} ngx_payments_pg_to_e;


/* why a pool returns an item to its owner */

typedef enum {
    NGX_PAYMENTS_PG_UNANSWERED = 0,  /* a replica did not answer it in time */
    NGX_PAYMENTS_PG_MISPLACED        /* the server does not have its merchant */
} ngx_payments_pg_returned_e;


/* what the owner is asked and hears; none of them may end the pool */

typedef struct {
    /* the text of a statement in pools of this kind, from the memory pool;
       NULL: no memory */
    char                       *(*text)(ngx_pool_t *pool,
                                        ngx_payments_pg_conf_t *conf,
                                        ngx_payments_pg_to_e to,
                                        const ngx_payments_pg_statement_t *s);
    /* the numeric address of a server, for libpq; NULL: a unix socket */
    const char                 *(*address)(void *owner, ngx_uint_t server);
    /* what a replica must have replayed to answer: a heartbeat's timeline and
       time */
    void                        (*fence)(void *owner, int64_t *timeline,
                                         int64_t *at);
    /* before calls are sent, and before an answer is looked at: the owner may
       set another server, which ends what this one has under way */
    void                        (*follow)(void *owner);
    /* a lane that writes has a new session: another database may be there */
    void                        (*connected)(void *owner);
    /* a session with the primary ended, or its server is a standby by now */
    void                        (*lost)(void *owner);
    /* the primary has refused a write: it is read-only */
    void                        (*refused)(void *owner);
    /* the item is in no queue; the owner sends, moves or fails it */
    void                        (*returned)(void *owner,
                                            ngx_payments_pg_item_t *item,
                                            ngx_payments_pg_returned_e why);
} ngx_payments_pg_hooks_t;


typedef struct {
    const ngx_payments_pg_lane_t   *lane;
    const ngx_payments_pg_hooks_t  *hooks;
    void                           *owner;
    ngx_payments_pg_conf_t         *conf;      /* its servers and limits */
    ngx_payments_pg_to_e            to;
    ngx_uint_t                      server;    /* of conf->servers; nservers:
                                                  none, connect nowhere */
    ngx_uint_t                      connections;
    ngx_uint_t                      place;     /* of its servers' numbers in the
                                                  log's throttle, the first */
} ngx_payments_pg_pool_options_t;


/* a pool, from the cycle's memory; the options are copied.  NULL: no memory */
ngx_payments_pg_pool_t *ngx_payments_pg_pool_create(ngx_cycle_t *cycle,
    const ngx_payments_pg_pool_options_t *options);
/* its connections and timers end; what is under way goes to the owner, or gets
   an outcome that is never delivered */
void ngx_payments_pg_pool_exit(ngx_payments_pg_pool_t *pool);

/* queues an item, as ngx_payments_cluster_send() does, within so many ms */
void ngx_payments_pg_pool_send(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_msec_t timeout);
/* queues an item that is in no queue, with the deadline that it has */
void ngx_payments_pg_pool_requeue(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item);
/* each item that waits moves to the pool that "where" returns for it, with the
   deadline that it has; NULL: it stays */
void ngx_payments_pg_queue_move(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_pool_t *(*where)(ngx_payments_pg_item_t *item));
/* ends an item that is in no queue: unknown if it was sent without an answer,
   else not executed */
void ngx_payments_pg_item_give_up(ngx_payments_pg_item_t *item);

/* the pool talks to this server from now on; nservers: to none */
void ngx_payments_pg_pool_set_server(ngx_payments_pg_pool_t *pool,
    ngx_uint_t server, const char *reason);
/* if it talks to this server: by new connections only from now on */
void ngx_payments_pg_pool_reconnect(ngx_payments_pg_pool_t *pool,
    ngx_uint_t server, const char *reason);
/* its sessions end as soon as nothing is under way on them */
void ngx_payments_pg_pool_retire(ngx_payments_pg_pool_t *pool);
/* while it is read-only what waits and what comes is not executed */
void ngx_payments_pg_pool_set_read_only(ngx_payments_pg_pool_t *pool,
    ngx_uint_t on);

ngx_uint_t ngx_payments_pg_pool_is_read_only(ngx_payments_pg_pool_t *pool);
/* 1: it has a session that would take a call now */
ngx_uint_t ngx_payments_pg_pool_ready(ngx_payments_pg_pool_t *pool);
/* how a pool is, for who looks at it */

typedef struct {
    ngx_uint_t                    server;      /* of the configuration's;
                                                  nservers: none */
    ngx_uint_t                    states[NGX_PAYMENTS_PG_VIEWED];
                                               /* connections, in the order of
                                                  the metrics of their states */
    ngx_uint_t                    queued;      /* items */
    ngx_msec_t                    oldest;      /* ms that one of them has
                                                  waited */
} ngx_payments_pg_view_t;

void ngx_payments_pg_pool_view(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_view_t *view);
/* items that wait */
ngx_uint_t ngx_payments_pg_pool_waiting(ngx_payments_pg_pool_t *pool);
/* 1: an item of this merchant would be OVERLOADED now */
ngx_uint_t ngx_payments_pg_pool_full(ngx_payments_pg_pool_t *pool,
    int64_t merchant_id);
/* 1: something was committed in the last so many ms, or a session would take a
   call, or its call is not older than that */
ngx_uint_t ngx_payments_pg_pool_answers(ngx_payments_pg_pool_t *pool,
    ngx_msec_t silence);
/* 1: calls of several merchants have failed in a row, the last one in the last
   so many ms */
ngx_uint_t ngx_payments_pg_pool_failing(ngx_payments_pg_pool_t *pool,
    ngx_msec_t since);

/* microseconds of a clock that only ever goes on */
uint64_t ngx_payments_pg_usec(void);
/* exit_process, after all pools: waits some seconds for what the connecting
   thread computes just now */
void ngx_payments_pg_thread_exit(void);


#endif /* _NGX_PAYMENTS_PG_POOL_H_INCLUDED_ */

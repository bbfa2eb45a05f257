
/* what the files of pg/ share; nobody else includes it */

#ifndef _NGX_PAYMENTS_PG_INTERNAL_H_INCLUDED_
#define _NGX_PAYMENTS_PG_INTERNAL_H_INCLUDED_


#include "ngx_payments_pg.h"

#include <libpq-fe.h>


/* of a statement; more are the tags, and for a replica what it must show: the
   tokens, and the timeline and time of a heartbeat */
#define NGX_PAYMENTS_PG_PARAMS  28
#define NGX_PAYMENTS_PG_FENCE    3
#define NGX_PAYMENTS_PG_ALL_PARAMS                                            \
    (1 + NGX_PAYMENTS_PG_PARAMS + NGX_PAYMENTS_PG_FENCE)

/* bytes of a call's answers beyond which no further item joins it; of the
   answer of a list, at least, whatever the last ones were like */
#define NGX_PAYMENTS_PG_ANSWERS  (128 * 1024)
#define NGX_PAYMENTS_PG_ANSWER   (32 * 1024)

/* ... and what a millisecond of it is worth */
#define NGX_PAYMENTS_PG_ANSWER_MSEC  (16 * 1024)

/* ms for which a merchant's items share no call with others' */
#define NGX_PAYMENTS_PG_SUSPECT  10000

/* how long a replica may keep a read before the primary is asked */
#define NGX_PAYMENTS_REPLICA_TIMEOUT   250


/* whom a pool talks to */

typedef enum {
    NGX_PAYMENTS_PG_TO_PRIMARY = 0,
    NGX_PAYMENTS_PG_TO_REPLICA,    /* reads that the primary may be spared */
    NGX_PAYMENTS_PG_TO_ONE         /* a certain server, to ask what it is */
} ngx_payments_pg_to_e;


typedef struct {
    const char                   *name;        /* of the prepared statement */
    const char                   *call;        /* %T: the key's time to live */
    ngx_payments_pg_lane_e       queue;
    ngx_uint_t                    nparams;     /* the tag not counted */
    ngx_payments_pg_type_e        types[NGX_PAYMENTS_PG_PARAMS];
    unsigned                      flags;       /* below */
} ngx_payments_pg_statement_t;

/* its first parameter is the merchant, whose shard is asked; a read of it asks
   whether it is that, a write does so itself */
#define NGX_PAYMENTS_PG_BY_MERCHANT  0x01
#define NGX_PAYMENTS_PG_BY_REPLICA   0x02  /* a replica may be asked */
/* its first parameter is the merchant who asks, or is asked about, whatever
   shard that is in */
#define NGX_PAYMENTS_PG_OF_MERCHANT  0x04

/* in the order of ngx_payments_pg_statement_e */
extern const ngx_payments_pg_statement_t  ngx_payments_pg_statements[];


/*
 * A connection is in exactly one state, and in the list of that state in its
 * pool; ngx_payments_pg_move() is the only mover.
 *
 *   CLOSED -> CONNECTING -> PREPARING -> IDLE <-> BUSY <-> FULL -> STUCK
 *      ^___________|____________|__________|_______|_________|______|
 *                          by _disconnect() only
 */

typedef enum {
    NGX_PAYMENTS_PG_CLOSED = 0,    /* no PGconn, no socket */
    NGX_PAYMENTS_PG_CONNECTING,    /* PQconnectPoll decides what to wait for */
    NGX_PAYMENTS_PG_PREPARING,     /* statements are forgotten, a Sync is
                                      awaited */
    NGX_PAYMENTS_PG_IDLE,          /* in sync, nothing under way */
    NGX_PAYMENTS_PG_BUSY,          /* calls under way, room for more */
    NGX_PAYMENTS_PG_FULL,          /* calls under way, no more until they end */
    NGX_PAYMENTS_PG_STUCK,         /* a call has no answer and nobody waits for
                                      it any more; the session keeps its place,
                                      since its backend is still there */
    NGX_PAYMENTS_PG_STATES
} ngx_payments_pg_state_e;


/*
 * What an error of the server means for the items of the call.  An ERROR and
 * the Sync behind it prove that nothing was committed, whatever its SQLSTATE;
 * UNKNOWN is what has no answer.
 */

typedef enum {
    NGX_PAYMENTS_PG_CLASS_NONE = 0,
    NGX_PAYMENTS_PG_CLASS_LOCK,        /* an item met a lock or took too long:
                                          each alone, later */
    NGX_PAYMENTS_PG_CLASS_RESOURCE,    /* the server lacks something: each
                                          alone, later, to its deadline */
    NGX_PAYMENTS_PG_CLASS_PREPARE,     /* the session has lost its statements:
                                          it prepares again; as FAULT */
    NGX_PAYMENTS_PG_CLASS_RECONNECT,   /* not in this session: another one; each
                                          alone, later, to its deadline */
    NGX_PAYMENTS_PG_CLASS_READ_ONLY,   /* the server takes no writes now */
    NGX_PAYMENTS_PG_CLASS_DATA,        /* an item is at fault: each alone */
    NGX_PAYMENTS_PG_CLASS_MOVED,       /* a merchant is not of this shard, or
                                          not any more */
    NGX_PAYMENTS_PG_CLASS_FAULT,       /* anything else: each alone, later, and
                                          it fails after some tries */
    NGX_PAYMENTS_PG_CLASS_UNKNOWN      /* may have been executed */
} ngx_payments_pg_class_e;


typedef struct ngx_payments_pg_pool_s      ngx_payments_pg_pool_t;
typedef struct ngx_payments_pg_conn_s      ngx_payments_pg_conn_t;
typedef struct ngx_payments_shard_s     ngx_payments_shard_t;
typedef struct ngx_payments_topology_s  ngx_payments_topology_t;
typedef struct ngx_payments_probe_s     ngx_payments_probe_t;
typedef struct ngx_payments_pg_job_s       ngx_payments_pg_job_t;


/* one SQL call: a batch of items, a Sync behind it */

typedef struct {
    const ngx_payments_pg_statement_t  *statement;
    ngx_payments_pg_item_t       *items[NGX_PAYMENTS_PG_BATCH_MAX];
                                               /* NULL: canceled, or told that
                                                  its time is up */
    uint16_t                      objects[NGX_PAYMENTS_PG_BATCH_MAX];
                                               /* their buckets of
                                                  pool->objects, plus 1; 0:
                                                  none */
    ngx_uint_t                    nitems;
    size_t                        answer;      /* bytes that are expected */
    ngx_uint_t                    next;        /* where the next row's item
                                                  most likely is */
    PGresult                     *result;      /* rows, until the Sync */
    ngx_payments_pg_class_e       error;       /* NONE: none yet */
    char                          sqlstate[6]; /* of that error */
    uint64_t                      sent;        /* when, in microseconds */
    ngx_msec_t                    started;     /* ngx_current_msec */
    ngx_msec_t                    least;       /* its items' first deadline */
    unsigned                      degraded:1;  /* committed here, but not where
                                                  it should have been too */
    unsigned                      prepares:1;  /* its statement as well, which
                                                  has not been parsed yet */
    unsigned                      limits:1;    /* the rows that come first are
                                                  those of its limit */
} ngx_payments_pg_call_t;


struct ngx_payments_pg_conn_s {
    ngx_queue_t                   queue;       /* in pool->states[state] */
    ngx_payments_pg_state_e       state;
    ngx_payments_pg_pool_t       *pool;

    PGconn                       *pg;          /* ours; NULL when CLOSED */
    ngx_connection_t             *c;           /* nginx's side of its socket,
                                                  which libpq owns and closes */

    ngx_payments_pg_call_t       *calls;       /* a ring of pool->ring */
    ngx_uint_t                    first;       /* the oldest call under way */
    ngx_uint_t                    ncalls;

    ngx_uint_t                    server;      /* of conf->servers, unless
                                                  CLOSED */
    uint64_t                      prepared;    /* statements that the session
                                                  has, or will by the time that
                                                  it gets to the next call; bit
                                                  n: statement n */
    ngx_payments_pg_job_t        *job;         /* while PQconnectPoll runs in
                                                  the connecting thread */
    ngx_uint_t                    iterations;  /* of SCRAM that the server asked
                                                  for; 0: not seen */
    ngx_msec_t                    computed;    /* ms that a step of the attempt
                                                  took, at most */
    ngx_msec_int_t                left;        /* of the attempt's time, while
                                                  the thread has it */
    ngx_payments_pg_class_e       error;       /* while PREPARING */
    ngx_msec_t                    retire;      /* when its lifetime ends, or
                                                  its being stuck */
    unsigned                      drain:1;     /* no more calls: it ends, or
                                                  prepares again, after those
                                                  under way */
    unsigned                      prepare:1;   /* ... the latter */
    unsigned                      again:1;     /* has prepared again, and
                                                  committed nothing since */
    unsigned                      timedout:1;  /* the attempt took too long */
};


/* buckets in which the objects under way are noted */
#define NGX_PAYMENTS_PG_OBJECTS  4096

/* ... and in which how large a merchant's answers were is */
#define NGX_PAYMENTS_PG_WEIGHTS  256


/* the items of one merchant that wait in a pool: there as long as some do */

typedef struct ngx_payments_pg_flow_s {
    ngx_rbtree_node_t             node;        /* key: the merchant */
    ngx_queue_t                   queue;       /* in the pool's turns */
    ngx_queue_t                   items;       /* oldest first, but for what is
                                                  asked again to find out */
    ngx_uint_t                    n;           /* of them */
    ngx_queue_t                  *cursor;      /* where the batch that is taken
                                                  has got to, */
    ngx_uint_t                    taking;      /* if it is this one, */
    ngx_uint_t                    passed;      /* items that did not fit it */
    unsigned                      served:1;    /* one has */
} ngx_payments_pg_flow_t;


/* what waits in a pool, shared out by merchant: fair.c */

typedef struct {
    ngx_rbtree_t                  tree;        /* flows by merchant */
    ngx_rbtree_node_t             sentinel;
    ngx_queue_t                   turns;       /* flows, whose turn is next
                                                  first */
    ngx_queue_t                   aside;       /* while a batch is taken: those
                                                  that had nothing for it, */
    ngx_queue_t                   served;      /* and those that have nothing
                                                  more */
    ngx_uint_t                    n;           /* items in all of them */
    ngx_uint_t                    taking;      /* number of the batch */
} ngx_payments_pg_fair_t;


/* one for each queue of a worker, and where it probes one for each server */

struct ngx_payments_pg_pool_s {
    ngx_payments_pg_lane_e       kind;
    ngx_payments_pg_to_e          to;
    ngx_uint_t                    server;      /* of conf->servers; nservers:
                                                  nobody is primary */
    ngx_uint_t                    nconns;
    ngx_payments_shard_t      *shard;
    ngx_payments_pg_conf_t       *conf;        /* the shard's */
    ngx_payments_pg_conn_t       *conns;       /* nconns */
    ngx_queue_t                   states[NGX_PAYMENTS_PG_STATES];
    ngx_uint_t                    counts[NGX_PAYMENTS_PG_STATES];
                                               /* lengths of these lists */
    ngx_uint_t                    ring;        /* places for calls on each */
    ngx_uint_t                    depth;       /* how many of them are used */
    ngx_uint_t                    batch;       /* conf->batch, or less after the
                                                  server ran out of memory */
    unsigned                      named:1;     /* statements are prepared */

    ngx_payments_pg_fair_t        waiting;     /* items */
    ngx_queue_t                   done;        /* items whose handler is due */

    ngx_event_t                   dispatch;    /* posted: queue to calls */
    ngx_event_t                   deliver;     /* posted: OVERLOADED items */
    ngx_event_t                   expire;      /* timer: oldest deadline */
    ngx_event_t                   backoff;     /* timer: no connecting before */
    ngx_event_t                   pause;       /* timer: no sending before */
    ngx_event_t                   later;       /* timer: an item's "after" */
    ngx_uint_t                    failures;    /* of connecting, in a row */
    ngx_uint_t                    address;     /* of the server's, by turns: the
                                                  last that answered, or the
                                                  next one */
    ngx_uint_t                    losses;      /* of sessions, */
    ngx_uint_t                    retries;     /* of calls of several merchants,
                                                  and */
    ngx_uint_t                    stucks;      /* sessions that got stuck, since
                                                  the last call was committed */
    int64_t                       culprit;     /* the first merchant whose call
                                                  has failed since then; 0: none
                                                  has, and */
    ngx_msec_t                    failing;     /* when that was */
    ngx_msec_t                    committed;   /* when a call was; 0: none
                                                  yet */
    ngx_msec_t                    blamed;      /* when the server was at fault,
                                                  the last time, if "retries"
                                                  says so */
    ngx_uint_t                    slow;        /* attempts in a row that took
                                                  too long: the next one may
                                                  take twice as long */
    ngx_uint_t                    connect_budget;
                                               /* attempts to connect that are
                                                  left, and */
    ngx_msec_t                    refilled;    /* since when they come back */
    ngx_connection_t              dummy;       /* for the events' log lines */

    char                         *sql[NGX_PAYMENTS_PG_STATEMENTS];
                                               /* of this queue's statements */
    u_char                       *buffer;      /* of the arrays; grows */
    size_t                        size;
    uint8_t                       objects[NGX_PAYMENTS_PG_OBJECTS];
                                               /* 1: an item under way has an
                                                  object of this bucket */
    uint32_t                      weights[NGX_PAYMENTS_PG_WEIGHTS];
                                               /* bytes of an answer, of reads,
                                                  or what its time is worth; 0:
                                                  not known */
    ngx_msec_t                    suspects[NGX_PAYMENTS_PG_WEIGHTS];
                                               /* until when items of these
                                                  merchants share no call with
                                                  others; 0: they do */
    ngx_log_t                     log;
};


/* a heartbeat of the primary */

typedef struct {
    int64_t                       at;          /* its clock, microseconds */
    ngx_msec_t                    heard;       /* ngx_current_msec */
} ngx_payments_heartbeat_t;

/* heartbeats that the worker that probes remembers, oldest first */
#define NGX_PAYMENTS_HEARTBEATS  8


/* a server's address as this worker knows it */

typedef struct {
    ngx_payments_shard_t      *shard;
    ngx_resolver_ctx_t           *ctx;         /* while it is asked for */
    u_char                        text[NGX_SOCKADDR_STRLEN];
                                               /* numeric, with a NUL; "": the
                                                  configuration's */
} ngx_payments_server_address_t;


#define NGX_PAYMENTS_MAP_BUCKETS  4096


/* whose merchants a shard says it has; map.c owns it */

typedef struct {
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       value;       /* the epoch that is known */
    unsigned                      pending:1;
    unsigned                      told:1;      /* it has answered once */
    u_char                        buckets[NGX_PAYMENTS_MAP_BUCKETS / 8];
                                               /* bit 0 of byte 0 is bucket 0 */
    int64_t                      *here;        /* merchants who are not where
                                                  their bucket is, ascending */
    ngx_uint_t                    nhere;
    int64_t                      *away;        /* those who are elsewhere, or
                                                  nowhere just now */
    ngx_uint_t                    naway;
} ngx_payments_claim_t;


/* which database a shard's primary has; database.c owns it */

typedef struct {
    ngx_payments_pg_item_t        item;
    uint64_t                      known;       /* 0: it has not said */
    unsigned                      current:1;    /* no connection was made
                                                  since */
    unsigned                      pending:1;
    unsigned                      ask_again:1;  /* ... since it was asked */
} ngx_payments_database_t;


/*
 * A shard, as this worker knows it, from ngx_payments_cluster_init() to
 * _exit().
 * What belongs to topology.c is nothing in a shard of one server.
 */

struct ngx_payments_shard_s {
    ngx_payments_pg_conf_t       *conf;
    ngx_uint_t                    number;      /* in the configuration */
    ngx_payments_pg_pool_t       *pools;       /* one for each queue, to the
                                                  primary; then those for
                                                  replicas, if there are several
                                                  servers */
    ngx_uint_t                    npools;
    ngx_payments_claim_t       claim;
    ngx_payments_database_t    database;
    ngx_connection_t              dummy;       /* for the events' log lines */

    /* ability.c */

    ngx_payments_pg_item_t        ping;
    ngx_event_t                   recheck;     /* timer, while read_only */
    unsigned                      pinging:1;
    unsigned                      read_only:1; /* no write is sent */

    /* topology.c, replicas.c */

    ngx_payments_topology_t   *topology;    /* in shared memory; NULL */
    ngx_payments_probe_t      *probes;      /* NULL: another worker asks */
    ngx_atomic_uint_t             seen;        /* of "addresses" there */
    ngx_event_t                   watcher;
    ngx_payments_heartbeat_t        heartbeats[NGX_PAYMENTS_HEARTBEATS];
    ngx_uint_t                    nheartbeats;

    /* resolve.c */

    ngx_payments_server_address_t     addresses[NGX_PAYMENTS_PG_SERVERS];
    ngx_uint_t                    answered;    /* 1: a name was asked for */
    ngx_event_t                   resolve;
};


/* database.c: init_process and exit_process; a connection was made */
void ngx_payments_database_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shards, ngx_uint_t n);
void ngx_payments_database_exit(void);
void ngx_payments_database_check(ngx_payments_shard_t *shard);


/* topology.c */

/* init_process: of a shard with several servers; NGX_ERROR: no memory */
ngx_int_t ngx_payments_topology_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shard);
void ngx_payments_topology_exit(ngx_payments_shard_t *shard);
/* the primary's number; conf->nservers: there is none */
ngx_uint_t ngx_payments_topology_primary(ngx_payments_shard_t *shard);
/* whether some replica may be asked, as this node sees it */
ngx_uint_t ngx_payments_replicas_readable(ngx_payments_shard_t *shard);
/* the heartbeat that every read of a replica must see: timeline and time */
void ngx_payments_replicas_heartbeat_fence(ngx_payments_shard_t *shard,
    int64_t *timeline, int64_t *at);
/* for some seconds no replica is asked */
void ngx_payments_replicas_pin_to_primary(ngx_payments_shard_t *shard);
/* the cluster's identifier; 0: not known, or a shard of one server */
uint64_t ngx_payments_replicas_system(ngx_payments_shard_t *shard);
/* a server has refused a write: it is asked again now */
void ngx_payments_topology_request_probe(ngx_payments_shard_t *shard);

/* a server has another address: it is asked anew, if this worker asks */
void ngx_payments_topology_address_changed(ngx_payments_shard_t *shard,
    ngx_uint_t server);
/* of several servers, by the worker that probes: where one is, for all */
void ngx_payments_topology_publish_address(ngx_payments_shard_t *shard,
    ngx_uint_t server, u_char *text);

/* resolve.c */

void ngx_payments_resolve_init(ngx_payments_shard_t *shard);
void ngx_payments_resolve_exit(ngx_payments_shard_t *shard);
/* this worker asks for names from now on; 0: there is nothing to ask */
ngx_uint_t ngx_payments_resolve_begin(ngx_payments_shard_t *shard);
/* where a server is, from now on in this worker: numeric, with a NUL */
void ngx_payments_resolve_set_address(ngx_payments_shard_t *shard,
    ngx_uint_t server, u_char *text);
/* where a server is now, for libpq; NULL: a unix socket */
const char *ngx_payments_resolve_address(ngx_payments_shard_t *shard,
    ngx_uint_t server);
/* 1: an earlier server is at the same address: one may have two names */
ngx_uint_t ngx_payments_resolve_duplicate(ngx_payments_shard_t *shard,
    ngx_uint_t server);

/* map.c */

/* init_process, of a configuration with several shards; NGX_ERROR: no memory */
ngx_int_t ngx_payments_map_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shards, ngx_uint_t nshards);
void ngx_payments_map_exit(void);
/* the shard that has the merchant; NULL: nobody, as far as this worker knows */
ngx_payments_shard_t *ngx_payments_map_owner(int64_t merchant_id);
/* where items of a merchant wait whom no shard has */
ngx_payments_pg_pool_t *ngx_payments_map_unrouted_pool(void);
/* the shard of the pool has refused the item, which nobody has now: whose
   merchant it is is asked */
void ngx_payments_map_misplaced(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item);

/* conn.c */

void ngx_payments_pg_move(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_state_e state);
/* nginx's side of libpq's socket, while there is none; NGX_ERROR: no memory */
ngx_int_t ngx_payments_pg_attach(ngx_payments_pg_conn_t *conn);
/* takes the socket out of epoll */
void ngx_payments_pg_unwatch(ngx_payments_pg_conn_t *conn);
/*
 * The one way out of every state.  Items go back to the queue, or are done.
 * "retired": it was meant to end, which is no failure.
 */
void ngx_payments_pg_disconnect(ngx_payments_pg_conn_t *conn,
    const char *reason, ngx_uint_t retired);
/* a new session, or one that has prepared again, is ready for calls */
void ngx_payments_pg_connected(ngx_payments_pg_conn_t *conn);
/* pushes what libpq has buffered; write interest only while it has more */
ngx_int_t ngx_payments_pg_flush(ngx_payments_pg_conn_t *conn);
/*
 * To the state that its calls and flags ask for, with that state's timer; to
 * be called whenever these have changed.  NGX_ERROR: the connection is gone.
 */
ngx_int_t ngx_payments_pg_update_state(ngx_payments_pg_conn_t *conn);

/* session.c */

/* what a new session needs before its first call */
void ngx_payments_pg_prepare(ngx_payments_pg_conn_t *conn);
/* the one place that reads; may end the connection */
void ngx_payments_pg_read(ngx_payments_pg_conn_t *conn);
/* receives what the server says besides results */
void ngx_payments_pg_notice(void *data, const PGresult *result);

/* thread.c: PQconnectPoll where its work holds nobody up */

/*
 * Runs it once for this connection, in the worker's connecting thread, after
 * those that were handed over before; the socket must not be watched.  Then
 * calls ngx_payments_pg_polled(), unless ngx_payments_pg_thread_leave() came
 * first, after which the thread owns the PGconn and ends it.
 * NGX_ERROR: there is no thread, or no memory; nothing has changed.
 */
ngx_int_t ngx_payments_pg_thread_poll(ngx_payments_pg_conn_t *conn);
void ngx_payments_pg_thread_leave(ngx_payments_pg_conn_t *conn);
/* exit_process: waits some seconds for what the thread computes just now */
void ngx_payments_pg_thread_exit(void);

/* connect.c */

void ngx_payments_pg_connect(ngx_payments_pg_conn_t *conn);
/* an event of its socket, while CONNECTING */
void ngx_payments_pg_connect_event(ngx_payments_pg_conn_t *conn);
/* the thread has run PQconnectPoll, which gave this, and took so many ms */
void ngx_payments_pg_polled(ngx_payments_pg_conn_t *conn,
    PostgresPollingStatusType poll, ngx_msec_t took);
/* how long an attempt of this pool may take */
ngx_msec_t ngx_payments_pg_connect_limit(ngx_payments_pg_pool_t *pool);
/* why an attempt failed, and when the next one may be made */
void ngx_payments_pg_connect_failed(ngx_payments_pg_conn_t *conn,
    const char *reason);

/* ability.c: whether the primary takes writes */

void ngx_payments_ability_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shard);
void ngx_payments_ability_exit(ngx_payments_shard_t *shard);
/* columns of pay.ping(), and what the first of them says */
#define NGX_PAYMENTS_PING_STATE      1
#define NGX_PAYMENTS_PING_READ_ONLY  2
#define NGX_PAYMENTS_PING_STANDBY    3
/* failed calls of several merchants, none committed in between, after which the
   server is at fault */
#define NGX_PAYMENTS_PG_RETRIES         3
/* it has refused one: asked now, over the control lane */
void ngx_payments_ability_check(ngx_payments_shard_t *shard);

/* call.c */

/* a call under way; 0 is the oldest */
#define ngx_payments_pg_nth(conn, n)                                          \
    (&(conn)->calls[((conn)->first + (n)) % (conn)->pool->ring])

/* NGX_OK; NGX_DECLINED: nothing to send; NGX_ERROR: the connection is gone */
ngx_int_t ngx_payments_pg_call(ngx_payments_pg_conn_t *conn);
/*
 * Items whose time is up are told so.  NGX_DECLINED: nobody is left who waits
 * for the oldest call.
 */
ngx_int_t ngx_payments_pg_expire(ngx_payments_pg_conn_t *conn);
/*
 * The oldest call's Sync has come, and nothing has gone wrong: its items are
 * done.  NGX_ERROR: rows and items do not match.
 */
ngx_int_t ngx_payments_pg_committed(ngx_payments_pg_conn_t *conn);
/* takes the oldest call off the ring; its items must be gone from it */
void ngx_payments_pg_pop(ngx_payments_pg_conn_t *conn);
/* a call ended without a commit that is proven: what now, item by item */
void ngx_payments_pg_release(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call, ngx_payments_pg_class_e class);
uint64_t ngx_payments_pg_usec(void);

/* batch.c */

/* moves the next batch from the queue to the call; may find none */
void ngx_payments_pg_take(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call);
/* an item has failed: for some time those of its merchant share no call with
   others', whom they would take along */
void ngx_payments_pg_suspect(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item);
/* an answer has come that was so large */
void ngx_payments_pg_weigh(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, size_t size);
/* the call's parameters, in pool->buffer until the next call */
ngx_int_t ngx_payments_pg_encode(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call, const char **values, int *lengths);
/* of the parameters' types; returns how many there are */
int ngx_payments_pg_oids(ngx_payments_pg_pool_t *pool,
    const ngx_payments_pg_statement_t *statement, Oid *oids);

/* pool.c */

/* a pool of the caller's for calls to one server; NGX_ERROR: no memory */
ngx_int_t ngx_payments_pg_pool_init(ngx_cycle_t *cycle,
    ngx_payments_pg_pool_t *pool, ngx_payments_shard_t *shard,
    ngx_payments_pg_lane_e kind, ngx_payments_pg_to_e to, ngx_uint_t server,
    ngx_uint_t nconns);
void ngx_payments_pg_pool_exit(ngx_payments_pg_pool_t *pool);
/* it talks to another server, or to one at another address, from now on */
void ngx_payments_pg_pool_reconnect(ngx_payments_pg_pool_t *pool,
    const char *reason);
/* 1: takes part, or may, in calls of this pool */
ngx_uint_t ngx_payments_pg_pool_accepts(ngx_payments_pg_pool_t *pool,
    const ngx_payments_pg_statement_t *statement);
/* 1: it has a session that would take a call now */
ngx_uint_t ngx_payments_pg_pool_ready(ngx_payments_pg_pool_t *pool);
/* questions what a server is are no requests: they are not counted */
#define ngx_payments_pg_count(pool, metric, n)                                \
    if ((pool)->to != NGX_PAYMENTS_PG_TO_ONE) {                               \
        ngx_payments_status_add(metric, n);                                   \
    }
#define ngx_payments_pg_observe(pool, histogram, usec)                        \
    if ((pool)->to != NGX_PAYMENTS_PG_TO_ONE) {                               \
        ngx_payments_status_observe(histogram, usec);                         \
    }
/* a number for a server of a shard */
#define ngx_payments_pg_place(conn)                                           \
    ((conn)->pool->shard->number * NGX_PAYMENTS_PG_SERVERS + (conn)->server)
/* for logs */
#define ngx_payments_pg_server_name(pool, n)                                  \
    (&(pool)->conf->servers[ngx_min(n, (pool)->conf->nservers - 1)].name)

void ngx_payments_pg_post(ngx_payments_pg_pool_t *pool);
/* sets a timer, unless it is set, to a delay that grows with the count, to
   "most" ms */
void ngx_payments_pg_delay(ngx_event_t *timer, ngx_uint_t *count,
    ngx_msec_t most);
#define NGX_PAYMENTS_PG_BACKOFF_MAX  500
/* its sessions end as soon as nothing is under way on them */
void ngx_payments_pg_pool_retire(ngx_payments_pg_pool_t *pool);

/* shard.c */

ngx_payments_shard_t *ngx_payments_cluster_shard(ngx_uint_t number);
/* all that goes there goes to this server from now on; nservers: none */
void ngx_payments_lanes_follow(ngx_payments_shard_t *shard,
    ngx_payments_pg_to_e to, ngx_uint_t server);
/* a server has another address: connections to the old one end */
void ngx_payments_lanes_moved(ngx_payments_shard_t *shard, ngx_uint_t server);
/* a replica did not answer it: the primary is asked, by the first deadline */
void ngx_payments_cluster_fallback_to_primary(ngx_payments_pg_item_t *item);
/* the pool for it in its shard, or in this one, of those to the primary */
ngx_payments_pg_pool_t *ngx_payments_cluster_pool_of(
    ngx_payments_shard_t *shard, ngx_payments_pg_item_t *item);

/* fair.c: the queue of a pool, in which merchants take turns */

/* whose turn an item takes, its merchant's most often; 0: nobody's */
int64_t ngx_payments_pg_merchant(ngx_payments_pg_item_t *item);
void ngx_payments_pg_fair_init(ngx_payments_pg_fair_t *fair);
/* behind its merchant's, or before them and before all others' as well;
   NGX_ERROR: no memory for its flow */
ngx_int_t ngx_payments_pg_fair_insert(ngx_payments_pg_fair_t *fair,
    ngx_payments_pg_item_t *item, ngx_uint_t front);
void ngx_payments_pg_fair_remove(ngx_payments_pg_fair_t *fair,
    ngx_payments_pg_item_t *item);
/* all items, merchant by merchant; what was returned may be removed before the
   one after it is asked for with "next" set to that; NULL: the end */
ngx_payments_pg_item_t *ngx_payments_pg_fair_first(
    ngx_payments_pg_fair_t *fair);
ngx_payments_pg_item_t *ngx_payments_pg_fair_next(ngx_payments_pg_fair_t *fair,
    ngx_payments_pg_item_t *item);
/*
 * A batch: _begin(); then _turn(), until it gives NULL or the batch is full,
 * for an item of the merchant whose turn it is, which the caller takes,
 * removes or passes by, whereby the merchant's next item comes; at last
 * _end().
 */
void ngx_payments_pg_fair_begin(ngx_payments_pg_fair_t *fair);
ngx_payments_pg_item_t *ngx_payments_pg_fair_turn(
    ngx_payments_pg_fair_t *fair);
void ngx_payments_pg_fair_take(ngx_payments_pg_fair_t *fair,
    ngx_payments_pg_item_t *item);
void ngx_payments_pg_fair_pass(ngx_payments_pg_item_t *item);
void ngx_payments_pg_fair_end(ngx_payments_pg_fair_t *fair);
/* whether the merchant has as many waiting as places of "size" are left */
ngx_uint_t ngx_payments_pg_fair_full(ngx_payments_pg_fair_t *fair,
    int64_t merchant_id, ngx_uint_t size);

/* queue.c */

/* as ngx_payments_cluster_send(), to this pool, within so many ms */
void ngx_payments_pg_pool_send(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_msec_t timeout);
/* what waits here for the other pool: with the deadline that it had */
void ngx_payments_pg_queue_move(ngx_payments_pg_pool_t *from,
    ngx_payments_pg_pool_t *to, ngx_payments_pg_item_t *item);
/* ends what waits: not executed */
void ngx_payments_pg_queue_fail_all(ngx_payments_pg_pool_t *pool);
/* behind its merchant's, or in front of all; with the deadline it had */
void ngx_payments_pg_requeue(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_uint_t front);
/* takes an item that waits out of the queue; the second one by its turn, for a
   batch */
void ngx_payments_pg_unqueue(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item);
void ngx_payments_pg_queue_take(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item);
/* its time is up, or nothing can be done: unknown if it was sent in vain */
void ngx_payments_pg_give_up(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item);
void ngx_payments_pg_finish(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_payments_pg_outcome_e outcome);
/* calls the handlers of the done list; result may be NULL; frees it */
void ngx_payments_pg_deliver(ngx_payments_pg_pool_t *pool, PGresult *result);
/* of a pool's events */
void ngx_payments_pg_deliver_handler(ngx_event_t *ev);
void ngx_payments_pg_expire_handler(ngx_event_t *ev);

/* classify.c */
ngx_payments_pg_class_e ngx_payments_pg_classify(const PGresult *result);
/* whether the server ends the session with this error */
ngx_uint_t ngx_payments_pg_fatal(const PGresult *result);
/* what the error of a failed attempt to connect names; "": nothing */
void ngx_payments_pg_connect_state(PGconn *pg, char state[6]);


#endif /* _NGX_PAYMENTS_PG_INTERNAL_H_INCLUDED_ */

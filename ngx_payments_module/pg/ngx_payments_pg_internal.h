
/* what the files of pg/ share; no other room includes it */

#ifndef _NGX_PAYMENTS_PG_INTERNAL_H_INCLUDED_
#define _NGX_PAYMENTS_PG_INTERNAL_H_INCLUDED_


#include "ngx_payments_pg_pool.h"

#include <libpq-fe.h>


/* parameters of a call: the tags, the statement's own, and to a replica what it
   must show: the read tokens, and the timeline and time of a heartbeat */
#define NGX_PAYMENTS_PG_FENCE    3
#define NGX_PAYMENTS_PG_ALL_PARAMS                                            \
    (1 + NGX_PAYMENTS_PG_PARAMS + NGX_PAYMENTS_PG_FENCE)

/* bytes of a call's answers beyond which no further item joins it, and what a
   millisecond of a slow lane's answer is worth */
#define NGX_PAYMENTS_PG_ANSWERS      (128 * 1024)
#define NGX_PAYMENTS_PG_ANSWER_MSEC  (16 * 1024)

/* ms for which a merchant's items share no call with others' */
#define NGX_PAYMENTS_PG_SUSPECT  10000

/* failed calls of several merchants, none committed in between, after which the
   server is at fault */
#define NGX_PAYMENTS_PG_RETRIES  3

/* attempts to connect that may be made at once; each costs the worker some
   milliseconds of SCRAM */
#define NGX_PAYMENTS_PG_CONNECT_BUDGET  5

/* times that an attempt's limit is doubled where the server is slow */
#define NGX_PAYMENTS_PG_SLOW_MAX  4

/* the reason of failures in a row is logged so often, ms */
#define NGX_PAYMENTS_PG_LOG_EVERY  60000

/* the longest pause after failures, ms */
#define NGX_PAYMENTS_PG_BACKOFF_MAX  500


/* cluster/'s */
extern const ngx_payments_pg_statement_t  *ngx_payments_pg_statements;


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
    NGX_PAYMENTS_PG_PREPARING,     /* statements were deallocated, a Sync is
                                      awaited */
    NGX_PAYMENTS_PG_IDLE,          /* in sync, nothing under way */
    NGX_PAYMENTS_PG_BUSY,          /* calls under way, room for more */
    NGX_PAYMENTS_PG_FULL,          /* calls under way, no more until they end */
    NGX_PAYMENTS_PG_STUCK,         /* a call has no answer and no items left;
                                      the session keeps its place, since its
                                      backend is still there */
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
                                          it prepares again; each alone, later,
                                          to its deadline */
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


typedef struct ngx_payments_pg_conn_s  ngx_payments_pg_conn_t;
typedef struct ngx_payments_pg_job_s   ngx_payments_pg_job_t;


/* one SQL call: a batch of items, a Sync behind it */

typedef struct {
    const ngx_payments_pg_statement_t  *statement;
    ngx_payments_pg_item_t       *items[NGX_PAYMENTS_PG_BATCH_MAX];
                                               /* NULL: canceled, or past its
                                                  deadline */
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


struct ngx_payments_pg_pool_s {
    const ngx_payments_pg_lane_t   *lane;
    const ngx_payments_pg_hooks_t  *hooks;
    void                         *owner;       /* of the hooks */
    ngx_payments_pg_conf_t       *conf;        /* the owner's */
    ngx_payments_pg_to_e          to;
    ngx_uint_t                    server;      /* of conf->servers; nservers:
                                                  none */
    ngx_uint_t                    place;       /* of server 0, for the log */
    ngx_uint_t                    nconns;
    ngx_payments_pg_conn_t       *conns;       /* nconns */
    ngx_queue_t                   states[NGX_PAYMENTS_PG_STATES];
    ngx_uint_t                    counts[NGX_PAYMENTS_PG_STATES];
                                               /* lengths of these lists */
    ngx_uint_t                    ring;        /* places for calls on each */
    ngx_uint_t                    depth;       /* how many of them are used */
    ngx_uint_t                    batch;       /* conf->batch, or less after the
                                                  server ran out of memory */
    unsigned                      named:1;     /* statements are prepared */
    unsigned                      read_only:1; /* nothing is sent */

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
    int64_t                       first_failed_merchant;
                                               /* ... whose call has failed
                                                  since then; 0: none, and */
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

    char                         *sql[NGX_PAYMENTS_PG_STATEMENTS_MAX];
                                               /* of this lane's statements */
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


/* conn.c */

void ngx_payments_pg_move(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_state_e state);
/* nginx's side of libpq's socket, while there is none; NGX_ERROR: no memory */
ngx_int_t ngx_payments_pg_attach(ngx_payments_pg_conn_t *conn,
    ngx_event_handler_pt handler);
/* the handler of that socket's events, once CONNECTING is over */
void ngx_payments_pg_event_handler(ngx_event_t *ev);
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

/* thread.c: PQconnectPoll where its work delays no request */

/* it gave this, and took so many ms */
typedef void (*ngx_payments_pg_polled_pt)(ngx_payments_pg_conn_t *conn,
    PostgresPollingStatusType poll, ngx_msec_t took);

/*
 * Runs it once for this connection, in the worker's connecting thread, after
 * those that were handed over before; the socket must not be watched.  Then
 * calls the handler, unless ngx_payments_pg_thread_leave() came first, after
 * which the thread owns the PGconn and ends it.
 * NGX_ERROR: there is no thread, or no memory; nothing has changed.
 */
ngx_int_t ngx_payments_pg_thread_poll(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_polled_pt handler);
void ngx_payments_pg_thread_leave(ngx_payments_pg_conn_t *conn);

/* connect.c */

void ngx_payments_pg_connect(ngx_payments_pg_conn_t *conn);

/* call.c */

/* a call under way; 0 is the oldest */
#define ngx_payments_pg_nth(conn, n)                                          \
    (&(conn)->calls[((conn)->first + (n)) % (conn)->pool->ring])

/* NGX_OK; NGX_DECLINED: nothing to send; NGX_ERROR: the connection is gone */
ngx_int_t ngx_payments_pg_call(ngx_payments_pg_conn_t *conn);
/* ends items past their deadline.  NGX_DECLINED: the oldest call has no items
   left */
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

/* questions what a server is are no requests: they are not counted */
#define ngx_payments_pg_count(pool, metric, n)                                \
    if ((pool)->to != NGX_PAYMENTS_PG_TO_ONE) {                               \
        ngx_payments_status_add(metric, n);                                   \
    }
#define ngx_payments_pg_observe(pool, histogram, usec)                        \
    if ((pool)->to != NGX_PAYMENTS_PG_TO_ONE) {                               \
        ngx_payments_status_observe(histogram, usec);                         \
    }
/* a number for a server */
#define ngx_payments_pg_place(conn)                                           \
    ((conn)->pool->place + (conn)->server)
/* for logs */
#define ngx_payments_pg_server_name(pool, n)                                  \
    (&(pool)->conf->servers[ngx_min(n, (pool)->conf->nservers - 1)].name)

void ngx_payments_pg_post(ngx_payments_pg_pool_t *pool);
/* sets a timer, unless it is set, to a delay that grows with the count, to
   "most" ms */
void ngx_payments_pg_delay(ngx_event_t *timer, ngx_uint_t *count,
    ngx_msec_t most);

/* dispatch.c: of a pool's event */

void ngx_payments_pg_dispatch_handler(ngx_event_t *ev);

/* fair.c: the queue of a pool, in which merchants take turns */

/* whose turn an item takes, its merchant's most often; 0: it has none */
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
/* since when the one has waited that waits longest, as of _pg_usec(); 0: none
   waits.  Each flow has its oldest first */
uint64_t ngx_payments_pg_fair_oldest(ngx_payments_pg_fair_t *fair);
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

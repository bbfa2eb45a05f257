
/*
 * idempotency/: one execution for each key at a time, one answer for each key
 * ever.
 *
 * An execution is the work for one request, known by its key and fingerprint.
 * It belongs to this room, not to a client's request: those are its waiters.
 * Of all executions with one key on this node one leads (flights.c).  The
 * others follow it, without a database connection, and look again when it has
 * ended.
 *
 * The first waiter of the one that leads is the leader and is answered
 * "executed", all others get the same bytes, "collapsed".  When it ends in
 * something that is not stored, only the leader gets that, and the next waiter
 * leads a new attempt with the same ids.  When this worker has no waiter left,
 * or has died, one of the executions that follow leads.
 */

#ifndef _NGX_PAYMENTS_IDEMPOTENCY_H_INCLUDED_
#define _NGX_PAYMENTS_IDEMPOTENCY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "../domain/ngx_payments_domain.h"
#include "../cluster/ngx_payments_cluster.h"
#include "ngx_payments_idempotency_metrics.h"


#define NGX_PAYMENTS_KEY_MAX        255
#define NGX_PAYMENTS_KEY_HASH_LEN   16
#define NGX_PAYMENTS_KEY_EARLY      2000000 /* microseconds before it expires:
                                               no cache knows it any more */
#define NGX_PAYMENTS_ZONE_MIN       (1024 * 1024)
#define NGX_PAYMENTS_FLIGHT_LINE    138     /* of a request line that is kept */


/* outcomes of SQL functions: sql/functions/idempotency/outcome.sql */

#define NGX_PAYMENTS_SQL_EXECUTED       0
#define NGX_PAYMENTS_SQL_REPLAYED       1
#define NGX_PAYMENTS_SQL_IN_USE         2
#define NGX_PAYMENTS_SQL_REUSED         3
#define NGX_PAYMENTS_SQL_BUSY           5
#define NGX_PAYMENTS_SQL_UNUSED         6
#define NGX_PAYMENTS_SQL_STALE          7
#define NGX_PAYMENTS_SQL_INVALID        8
#define NGX_PAYMENTS_SQL_ESCALATION     9
#define NGX_PAYMENTS_SQL_CANCELED       10
#define NGX_PAYMENTS_SQL_SCOPE          11
#define NGX_PAYMENTS_SQL_BEGUN          12
#define NGX_PAYMENTS_SQL_RESUME         13
#define NGX_PAYMENTS_SQL_UNDONE         14


/* filled at configuration time, then read-only */

typedef struct {
    ngx_str_t                     secret;      /* authenticates what Redis
                                                  gives back */
    time_t                        ttl;         /* seconds a key is kept */
    ngx_msec_t                    wait;        /* how long a key in use, or an
                                                  object, is waited for */
    ngx_flag_t                    cache;       /* keep answers in shared
                                                  memory */
    ngx_uint_t                    redis_read;  /* ask Redis before
                                                  PostgreSQL */
} ngx_payments_idempotency_conf_t;

/* redis_read */
#define NGX_PAYMENTS_REDIS_READ_OFF   0
#define NGX_PAYMENTS_REDIS_READ_ON    1
#define NGX_PAYMENTS_REDIS_READ_AUTO  2    /* as long as it has answers */


typedef struct {
    int64_t                       merchant_id;
    u_char                        hash[NGX_PAYMENTS_KEY_HASH_LEN];
    uint64_t                      database;    /* whose answers count; 0: it is
                                                  not known, and memory is not
                                                  asked */
} ngx_payments_idempotency_key_t;

/* of the mode and the key's text, first half of a SHA-256; and the database of
   its merchant, which is set already */
ngx_int_t ngx_payments_idempotency_hash(ngx_payments_idempotency_key_t *key,
    ngx_uint_t livemode, ngx_str_t *text);


/* an answer that is stored; the same for whoever asks */

typedef struct {
    ngx_uint_t                    status;      /* HTTP */
    ngx_uint_t                    version;     /* of the object; 0: none */
    int64_t                       created_at;  /* microseconds since 1970 */
    u_char                        request_id[NGX_PAYMENTS_UUID_LEN];
    u_char                        object_id[NGX_PAYMENTS_UUID_LEN];
    ngx_str_t                     request;     /* "POST /v1/payments" */
    ngx_str_t                     body;
} ngx_payments_record_t;


typedef enum {
    NGX_PAYMENTS_EXECUTED = 0,     /* a record */
    NGX_PAYMENTS_REPLAYED,         /* a record */
    NGX_PAYMENTS_COLLAPSED,        /* a record */
    NGX_PAYMENTS_REUSED,           /* a record: request_id and request only */
    NGX_PAYMENTS_IN_USE,           /* waited as long as allowed */
    NGX_PAYMENTS_BUSY,             /* likewise, for the object */
    NGX_PAYMENTS_STALE,            /* not executed: it has another version,
                                      which the record shows */
    NGX_PAYMENTS_INVALID,          /* not executed: it asks for what cannot
                                      be, as the record's body says */
    NGX_PAYMENTS_ESCALATION,       /* not executed: more than the caller may */
    NGX_PAYMENTS_SCOPE,            /* not executed: the caller lacks the scope
                                      that the record's body names */
    NGX_PAYMENTS_UNAVAILABLE,      /* not executed: no database in time */
    NGX_PAYMENTS_OUTCOME_UNKNOWN,  /* sent, and no database to ask in time */
    NGX_PAYMENTS_OVERLOADED,       /* not executed: too much waits */
    NGX_PAYMENTS_UNDONE,           /* not executed: the acquirer surely did
                                      nothing */
    NGX_PAYMENTS_BROKEN            /* not executed: the database refused */
} ngx_payments_idempotency_result_e;


typedef struct ngx_payments_execution_s  ngx_payments_execution_t;
typedef struct ngx_payments_waiter_s     ngx_payments_waiter_t;


/*
 * A key that is begun, durably, before something is done that no transaction
 * of the database can undo.  Whoever finds one whose worker has died resumes
 * it: with its ids and its text.
 */

typedef struct {
    u_char                        request_id[NGX_PAYMENTS_UUID_LEN];
    u_char                        object_id[NGX_PAYMENTS_UUID_LEN];
    int64_t                       created_at;  /* microseconds since 1970 */
    ngx_str_t                     text;        /* as the caller gave it, now or
                                                  then; until call() returns */
    unsigned                      resumed:1;   /* somebody else began it */
} ngx_payments_begun_t;

/*
 * What is done between the two calls of the database.  It fills the
 * execution's item and calls finish(), soon or later; until then nothing frees
 * the execution.
 */
typedef void (*ngx_payments_begun_pt)(ngx_payments_execution_t *execution,
    ngx_payments_begun_t *begun);
/*
 * It was undone, and the key is free again.  NGX_OK: "begin" is filled once
 * more, with somebody else who may do it; NGX_DECLINED: there is nobody else.
 */
typedef ngx_int_t (*ngx_payments_undone_pt)(
    ngx_payments_execution_t *execution);

typedef void (*ngx_payments_waiter_pt)(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_result_e result, ngx_payments_record_t *record);


/* The caller's, zeroed; it sets what stands above the line. */

struct ngx_payments_waiter_s {
    void                         *data;        /* the caller's; this and the
                                                  next three lie as in
                                                  ngx_connection_t, since the
                                                  timer's debug log reads fd */
    ngx_event_t                  *unused[2];
    ngx_socket_t                  fd;          /* -1 */
    ngx_payments_waiter_pt        handler;     /* called once at most */
    ngx_msec_t                    wait;        /* how long it may be parked */

    /* ---- set by idempotency/ ---- */

    ngx_queue_t                   queue;       /* in execution->waiters */
    ngx_payments_execution_t     *execution;   /* while parked in it, and after
                                                  the handler as a reference to
                                                  the record's memory */
    ngx_event_t                   timer;
    unsigned                      parked:1;
};


struct ngx_payments_execution_s {
    ngx_rbtree_node_t             node;        /* while under way */
    ngx_rbtree_node_t             follower;    /* while it follows */
    ngx_queue_t                   woken;       /* while those are called */
    ngx_payments_idempotency_key_t  key;
    u_char                        fingerprint[NGX_PAYMENTS_SHA256_LEN];
    u_char                        raw[NGX_PAYMENTS_SHA256_LEN];
                                               /* of the bytes; the caller's */
    uint32_t                      variant;     /* of what else decides whether
                                                  it is done: only requests
                                                  that agree in this share an
                                                  execution */
    u_char                        request_id[NGX_PAYMENTS_UUID_LEN];
                                               /* under which it would be, or
                                                  was, stored */
    ngx_pool_t                   *pool;        /* all its memory */
    ngx_uint_t                    references;  /* one under way, one a waiter */

    ngx_queue_t                   waiters;     /* the leader first */
    ngx_payments_pg_item_t        item;        /* item.values: the caller's,
                                                  from the pool */
    ngx_payments_record_t         record;      /* request_id and request from
                                                  the start, for a mismatch */
    ngx_uint_t                    flight;      /* its place in the table; 0:
                                                  it has none */
    ngx_payments_pg_item_t        begin;       /* begin.values: the caller's */
    ngx_payments_pg_value_t      *takeover;    /* of these: whether it leads on
                                                  this node, so that another one
                                                  of this node has died */
    ngx_payments_begun_pt         call;        /* the caller's, once "begin" is
                                                  committed.  NULL: there is no
                                                  "begin", the item is all */
    void                         *command;     /* of Redis, while it is asked
                                                  or a token published */
    int64_t                       outcome;     /* of the row, meanwhile */
    ngx_connection_t              dummy;       /* for the timer's log lines */
    ngx_event_t                   timer;       /* the next try */
    ngx_payments_undone_pt        undone;      /* the caller's; NULL: nobody
                                                  else may do it */
    void                         *data;        /* the caller's, for both */
    ngx_msec_t                    again;       /* length of that try's wait */
    ngx_msec_t                    started;     /* ngx_current_msec */
    size_t                        cost;        /* bytes that count as held by
                                                  its merchant; the caller says
                                                  what its request has */
    unsigned                      keyless:1;   /* no key, no answer is kept;
                                                  the caller sets it, and the
                                                  variant */
    unsigned                      linked:1;    /* in the tree */
    unsigned                      leads:1;     /* it is executed here */
    unsigned                      follows:1;   /* another one with this key
                                                  flies on this node */
    unsigned                      followed:1;  /* ... or did */
    unsigned                      unknown:1;   /* an attempt was lost */
    unsigned                      elsewhere:1; /* another node has the key */
    unsigned                      busy:1;      /* ... or what it changes */
    unsigned                      finishing:1; /* call() has had its effect:
                                                  the item alone is tried */
};


/* what an execution under way elsewhere is */

typedef struct {
    unsigned                      known_new:1; /* the key is known to be new:
                                                  another request with it is
                                                  refused already */
    u_char                        fingerprint[NGX_PAYMENTS_SHA256_LEN];
    u_char                        request_id[NGX_PAYMENTS_UUID_LEN];
    size_t                        len;
    u_char                        line[NGX_PAYMENTS_FLIGHT_LINE];
} ngx_payments_flight_t;


/* NGX_OK: it is under way on this node, as *flight says; else NGX_DECLINED */
ngx_int_t ngx_payments_flight_find(ngx_payments_idempotency_key_t *key,
    ngx_payments_flight_t *flight);
/* the same for all workers of a node until it is started again, and no other
   node's: of two executions of one node with one key only the one that leads
   is alive */
uint64_t ngx_payments_flight_node(void);


/* conf time: the zone of the node's workers; NULL: failed */
ngx_shm_zone_t *ngx_payments_idempotency_zone(ngx_conf_t *cf, size_t size,
    void *tag, ngx_payments_idempotency_conf_t *conf);
/* of the process that all workers come from; NGX_ERROR: no files left */
ngx_int_t ngx_payments_idempotency_master(ngx_log_t *log);
void ngx_payments_idempotency_master_exit(void);

/* init_process and exit_process of a worker */
ngx_int_t ngx_payments_idempotency_init(ngx_cycle_t *cycle,
    ngx_shm_zone_t *zone, ngx_payments_idempotency_conf_t *conf);
void ngx_payments_idempotency_exit(void);

/*
 * What shared memory knows of a key, copied to the pool.  NGX_OK: the answer;
 * NGX_ABORT: another request has used it, as *record says; NGX_DECLINED:
 * nothing.  With "raw", a hash of all its bytes, only the very same request is
 * found, for which no body needs to be read; without, the fingerprint decides.
 */
ngx_int_t ngx_payments_idempotency_replay(ngx_payments_idempotency_key_t *key,
    const u_char *fingerprint, const u_char *raw, ngx_pool_t *pool,
    ngx_payments_record_t *record);

/*
 * Whether a request with this key may be answered without PostgreSQL: shared
 * memory has an answer, or it is under way on this node, or Redis is asked.
 */
ngx_uint_t ngx_payments_idempotency_known(ngx_payments_idempotency_key_t *key);

/*
 * Joins the execution of this request in this worker if there is one.  NGX_OK:
 * parked; NGX_DECLINED: it has none.
 */
ngx_int_t ngx_payments_idempotency_join(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_key_t *key, const u_char *fingerprint,
    uint32_t variant);

/* whether executions of this merchant hold as much memory as is left for
   all: it may begin no other one */
ngx_uint_t ngx_payments_idempotency_full(int64_t merchant_id);

/*
 * Makes an execution, after join() said NGX_DECLINED.  The caller fills its
 * item and record.request from execution->pool and calls start(), or drops
 * it by abandon().  NULL: no memory.
 */
ngx_payments_execution_t *ngx_payments_idempotency_create(
    ngx_payments_idempotency_key_t *key, const u_char *fingerprint,
    const u_char *request_id);
void ngx_payments_idempotency_start(ngx_payments_execution_t *execution,
    ngx_payments_waiter_t *waiter);
void ngx_payments_idempotency_abandon(ngx_payments_execution_t *execution);

/* what call() was for has ended: the item is sent */
void ngx_payments_idempotency_finish(ngx_payments_execution_t *execution);
/* instead: the key stays begun, and whoever asks again resumes it */
void ngx_payments_idempotency_give_up(ngx_payments_execution_t *execution);

/* the request ends: it gives up its place among the waiters */
void ngx_payments_idempotency_cancel(ngx_payments_waiter_t *waiter);
/* its last byte is sent: it gives up its hold on the record; after
   cancel() */
void ngx_payments_idempotency_release(ngx_payments_waiter_t *waiter);


/* what the node's shared memory holds: executions under way are a metric */

typedef struct {
    ngx_uint_t                    flights;     /* places for them */
    ngx_uint_t                    records;     /* completed answers */
    ngx_uint_t                    places;      /* ... and places for those; 0:
                                                  none are kept */
} ngx_payments_idempotency_usage_t;

/* counts them: a millisecond for a zone of a gigabyte */
void ngx_payments_idempotency_usage(ngx_payments_idempotency_usage_t *usage);


#endif /* _NGX_PAYMENTS_IDEMPOTENCY_H_INCLUDED_ */

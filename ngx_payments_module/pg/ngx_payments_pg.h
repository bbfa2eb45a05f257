
/*
 * pg/: PostgreSQL from nginx's event loop.
 *
 * A unit of work is an item: one row of the arrays of one statement.  Items
 * queue; whatever has queued when a connection is free leaves as one call.
 * Each lane below has pools of its own, with their own queue and connections,
 * so that a list delays no payment, and nothing that grows with a merchant's
 * data delays the look-up of an API key.  In a queue merchants take turns
 * (fair.c), and share out the places among them.
 *
 * Nothing here knows a statement, a shard or a primary: cluster/ does, by which
 * items are sent.
 *
 * An item comes back exactly once, with one of the outcomes below, and never
 * before the transaction that made its row is proven to be committed.
 */

#ifndef _NGX_PAYMENTS_PG_H_INCLUDED_
#define _NGX_PAYMENTS_PG_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_payments_pg_metrics.h"


#define NGX_PAYMENTS_PG_TAG_LEN     16
#define NGX_PAYMENTS_PG_BATCH_MAX   256
#define NGX_PAYMENTS_PG_DEPTH_MAX   16
#define NGX_PAYMENTS_PG_SERVERS     8

/* read tokens: what a read must see */
#define NGX_PAYMENTS_PG_ALL         0       /* all: only the primary knows */
#define NGX_PAYMENTS_PG_ANY         1       /* of the last seconds, nothing */


/* the lanes; cluster/lanes.c has what each of them is */

typedef enum {
    NGX_PAYMENTS_PG_WRITE = 0,
    NGX_PAYMENTS_PG_READ,          /* single objects */
    NGX_PAYMENTS_PG_LIST,          /* pages, expansions, sums */
    NGX_PAYMENTS_PG_CONTROL,       /* API keys, readiness, the shard's own
                                      questions: the same work for everybody */
    NGX_PAYMENTS_PG_BACKGROUND,    /* what no request waits for; of the node's
                                      first worker alone */
    NGX_PAYMENTS_PG_LANES
} ngx_payments_pg_lane_e;


typedef enum {
    NGX_PAYMENTS_PG_DONE = 0,      /* committed; the row is there */
    NGX_PAYMENTS_PG_FAILED,        /* refused by the server: not executed,
                                      and would be refused again */
    NGX_PAYMENTS_PG_NOT_EXECUTED,  /* surely not executed, out of time */
    NGX_PAYMENTS_PG_UNKNOWN,       /* sent, out of time before the proof */
    NGX_PAYMENTS_PG_OVERLOADED     /* the queue is full: not executed */
} ngx_payments_pg_outcome_e;


typedef struct {
    const u_char                 *data;    /* NULL: SQL NULL, but for INT8,
                                              BOOL and TIME, which look at
                                              "null" */
    size_t                        len;
    int64_t                       number;
    unsigned                      null:1;
} ngx_payments_pg_value_t;


/* a row of a result, the first of its item's; valid while the item's handler
   runs */

typedef struct {
    void                         *result;
    int                           row;
    int                           more;    /* rows of the item behind it */
} ngx_payments_pg_row_t;

/* 1: it is now the item's next row, of statements that give several; 0: there
   is none */
ngx_uint_t ngx_payments_pg_next(ngx_payments_pg_row_t *row);

/* column as bytes; data is NULL for SQL NULL */
ngx_str_t ngx_payments_pg_bytes(ngx_payments_pg_row_t *row, int column);
/* column as a number; 0 for SQL NULL.  smallint, integer, bigint, boolean,
   timestamptz (microseconds since 1970) */
int64_t ngx_payments_pg_number(ngx_payments_pg_row_t *row, int column);


/* likewise, from "min" to "max"; what is not, or NULL, is said in the log,
   and "min" is given */
int64_t ngx_payments_pg_range(ngx_payments_pg_row_t *row, int column,
    int64_t min, int64_t max);
/* a column whose value is out of range, for the log */
void ngx_payments_pg_wrong(ngx_payments_pg_row_t *row, int column);


/* what an item's last call was like, for logs; zero before the first */

typedef struct ngx_payments_pg_stats_s {
    uint64_t                      queued;      /* microseconds in the queue */
    uint64_t                      called;      /* from sending to the proof */
    ngx_uint_t                    batch;       /* items of the call */
    ngx_uint_t                    calls;       /* that the item was part of */
    ngx_str_t                    *server;      /* as configured */
    char                          sqlstate[6]; /* of the last error, or "" */
} ngx_payments_pg_stats_t;


typedef struct ngx_payments_pg_item_s  ngx_payments_pg_item_t;

typedef void (*ngx_payments_pg_handler_pt)(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);

/* where an item goes, as cluster/ has found out; pg/ does not look at it */

typedef struct {
    void                         *shard;       /* NULL: none has its merchant */
    struct ngx_payments_pg_pool_s  *primary;   /* of that shard, or the pool of
                                                  items that wait for one */
    struct ngx_payments_pg_pool_s  *replica;   /* NULL: only the primary may be
                                                  asked */
    uint64_t                      system;      /* the cluster that read tokens
                                                  are asked for; 0: none are */
    ngx_uint_t                    epoch;       /* of the map of merchants, that
                                                  this was found by; 0: it has
                                                  to be found */
    ngx_msec_t                    deadline;    /* of the primary's answer, while
                                                  a replica is asked */
} ngx_payments_pg_route_t;


/*
 * The caller owns the item and the memory its values point to, from
 * ngx_payments_cluster_send() until the handler is called or the item is
 * canceled.  The memory is zeroed before its first use, and the caller sets
 * what stands above the line.
 */

struct ngx_payments_pg_item_s {
    ngx_uint_t                    statement;   /* of the statements' table */
    ngx_payments_pg_value_t      *values;      /* one for each parameter after
                                                  the tag */
    u_char                        tag[NGX_PAYMENTS_PG_TAG_LEN];
                                               /* random: comes back with the
                                                  row and proves whose it is */
    ngx_msec_t                    timeout;     /* 0: the shard's own */
    uint32_t                      object;      /* a hash of what it changes:
                                                  two of the same are never
                                                  under way together; 0: none */
    int64_t                       read_token;  /* of a read: ALL, ANY, or the
                                                  number of a transaction up to
                                                  which it must see all */
    ngx_uint_t                    timeline;    /* of a read: it must not go to a
                                                  primary, or a replica of one,
                                                  of an earlier timeline; 0:
                                                  that is not known */
    ngx_uint_t                    shard;       /* number of the shard, where the
                                                  statement is not about a
                                                  merchant, which says it */
    int64_t                       turn;        /* whose turn in the queue it
                                                  takes; 0: its merchant's */
    ngx_payments_pg_handler_pt    handler;
    void                         *data;
    unsigned                      once:1;      /* what can wait: not sent again
                                                  where it met a lock or a lack
                                                  of something */

    /* ---- set by cluster/ ---- */

    ngx_payments_pg_route_t       route;

    /* ---- set by pg/ ---- */

    ngx_payments_pg_stats_t       stats;       /* valid in the handler */
    struct ngx_payments_pg_pool_s  *pool;      /* that it was sent to */
    uint64_t                      since;       /* queued, in microseconds */
    ngx_queue_t                   queue;       /* of a queue, batch or done */
    ngx_msec_t                    after;       /* not sent before, if "later" */
    struct ngx_payments_pg_flow_s  *flow;      /* of its merchant, while it
                                                  waits */
    ngx_uint_t                    lost;        /* calls without an answer */
    ngx_uint_t                    locked;      /* calls that met a lock */
    ngx_uint_t                    failed;      /* calls of it alone that ended
                                                  in an error that a pause
                                                  follows, and */
    ngx_uint_t                    faults;      /* those of them that the item is
                                                  at fault for */
    ngx_msec_t                    deadline;    /* ngx_current_msec */
    ngx_payments_pg_outcome_e     outcome;     /* while on the done list */
    int                           row;         /* likewise, its first one */
    int                           rows;        /* likewise, how many it has */
    unsigned                      linked:1;    /* "queue" is in a list */
    unsigned                      done:1;      /* that list is the done list */
    unsigned                      sent:1;      /* on a connection now */
    unsigned                      unknown:1;   /* was sent once without an
                                                  answer; must be re-run */
    unsigned                      alone:1;     /* goes in a call of its own */
    unsigned                      later:1;     /* "after" counts */
    unsigned                      seen:1;      /* its rows have come */
};


/* a server */

#define NGX_PAYMENTS_PG_ADDRESSES  8

typedef struct {
    ngx_str_t                     name;        /* as configured, for logs */
    char                         *host;        /* name, or directory */
    char                         *hostaddr;    /* numeric, the first of these;
                                                  NULL: unix socket */
    char                         *addresses[NGX_PAYMENTS_PG_ADDRESSES];
    ngx_uint_t                    naddresses;  /* that its name had when the
                                                  configuration was read */
    char                         *port;
    unsigned                      named:1;     /* hostaddr is that of a name */
} ngx_payments_pg_server_t;


/* servers of one database, and how they are used: a shard's configuration,
   filled at configuration time, then read-only */

typedef struct {
    ngx_str_t                     name;
    ngx_payments_pg_server_t      servers[NGX_PAYMENTS_PG_SERVERS];
    ngx_uint_t                    nservers;    /* of one nothing is asked: it is
                                                  the primary */
    ngx_shm_zone_t               *zone;        /* what is known of several */
    ngx_resolver_t               *resolver;    /* of their names; NULL: they
                                                  keep their addresses */
    ngx_msec_t                    resolver_timeout;
    char                         *database;
    char                         *user;
    char                         *password;    /* from the file; may be NULL */
    char                         *sslmode;     /* libpq's name for it */
    char                         *sslrootcert; /* file; NULL: none */
    ngx_uint_t                    connections[NGX_PAYMENTS_PG_LANES];
                                               /* for each worker, of lanes that
                                                  leave it to this */
    unsigned                      pooler:1;    /* unnamed statements: safe
                                                  behind any pooler */
    ngx_uint_t                    depth;       /* calls under way on a
                                                  connection, at most; 1 with
                                                  pooler */
    ngx_uint_t                    batch;       /* items in a call, at most */
    size_t                        batch_size;  /* bytes, but for one item */
    ngx_uint_t                    queue;       /* items that wait, at most */
    ngx_msec_t                    connect_timeout;
    ngx_msec_t                    timeout;     /* from queueing to answer */
    ngx_msec_t                    idle_timeout;
                                               /* but for one connection */
    ngx_flag_t                    replicas;    /* standbys are read */
    ngx_msec_t                    lifetime;    /* of a connection, give or
                                                  take a tenth */
    time_t                        ttl;         /* seconds a key is kept */
} ngx_payments_pg_conf_t;


/* microseconds since 1970 by PostgreSQL's clock, as far as it is known */
int64_t ngx_payments_pg_now(void);
/* what PostgreSQL's clock shows now; the caller has read it from a row */
void ngx_payments_pg_set_clock(int64_t usec);
/* what a read must see to see this row, of a write or of what keys say of one;
   ALL: it does not say */
int64_t ngx_payments_pg_read_token(ngx_payments_pg_row_t *row);

/*
 * The caller does not want the answer any more: the handler will not be
 * called and the item may be freed.  What was sent runs to its end.
 */
void ngx_payments_pg_cancel(ngx_payments_pg_item_t *item);


#endif /* _NGX_PAYMENTS_PG_H_INCLUDED_ */

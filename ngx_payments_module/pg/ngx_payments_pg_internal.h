
/* what the files of pg/ share; nobody else includes it */

#ifndef _NGX_PAYMENTS_PG_INTERNAL_H_INCLUDED_
#define _NGX_PAYMENTS_PG_INTERNAL_H_INCLUDED_


#include "ngx_payments_pg.h"

#include <libpq-fe.h>


#define NGX_PAYMENTS_PG_PARAMS  28


typedef struct {
    const char                   *name;        /* of the prepared statement */
    const char                   *sql;         /* %T: the key's time to live */
    ngx_payments_pg_queue_e       queue;
    ngx_uint_t                    nparams;     /* the tag not counted */
    ngx_payments_pg_type_e        types[NGX_PAYMENTS_PG_PARAMS];
} ngx_payments_pg_statement_t;

/* in the order of ngx_payments_pg_statement_e */
extern const ngx_payments_pg_statement_t  ngx_payments_pg_statements[];


/*
 * A connection is in exactly one state, and in the list of that state in its
 * pool; ngx_payments_pg_move() is the only mover.
 *
 *   CLOSED -> CONNECTING -> PREPARING -> IDLE <-> BUSY
 *      ^___________|____________|__________|_______|   by _disconnect() only
 */

typedef enum {
    NGX_PAYMENTS_PG_CLOSED = 0,    /* no PGconn, no socket */
    NGX_PAYMENTS_PG_CONNECTING,    /* PQconnectPoll decides what to wait for */
    NGX_PAYMENTS_PG_PREPARING,     /* statements sent, their Sync is awaited */
    NGX_PAYMENTS_PG_IDLE,          /* in sync, nothing under way */
    NGX_PAYMENTS_PG_BUSY,          /* one call sent, its Sync is awaited */
    NGX_PAYMENTS_PG_STATES
} ngx_payments_pg_state_e;


/* what an error of the server means for the items of the call */

typedef enum {
    NGX_PAYMENTS_PG_CLASS_NONE = 0,
    NGX_PAYMENTS_PG_CLASS_RETRY,       /* not executed; may work next time */
    NGX_PAYMENTS_PG_CLASS_RECONNECT,   /* not executed; not on this one */
    NGX_PAYMENTS_PG_CLASS_DATA,        /* not executed; an item is at fault */
    NGX_PAYMENTS_PG_CLASS_UNKNOWN      /* may have been executed */
} ngx_payments_pg_class_e;


typedef struct ngx_payments_pg_pool_s  ngx_payments_pg_pool_t;
typedef struct ngx_payments_pg_conn_s  ngx_payments_pg_conn_t;


struct ngx_payments_pg_conn_s {
    ngx_queue_t                   queue;       /* in pool->states[state] */
    ngx_payments_pg_state_e       state;
    ngx_payments_pg_pool_t       *pool;

    PGconn                       *pg;          /* ours; NULL when CLOSED */
    ngx_connection_t             *c;           /* nginx's side of its socket,
                                                  which libpq owns and closes */

    ngx_payments_pg_item_t       *items[NGX_PAYMENTS_PG_BATCH_MAX];
                                               /* of the call; NULL: canceled */
    ngx_uint_t                    nitems;
    ngx_uint_t                    next;        /* where the next row's item
                                                  most likely is */
    const ngx_payments_pg_statement_t  *statement;  /* of the call */

    PGresult                     *result;      /* rows, until the Sync */
    ngx_payments_pg_class_e       error;       /* of the call; NONE: none */
    uint64_t                      sent;        /* when, in microseconds */
    ngx_msec_t                    deadline;    /* of the call */
};


/* one for each queue of a worker */

struct ngx_payments_pg_pool_s {
    ngx_payments_pg_queue_e       kind;
    ngx_payments_pg_conf_t       *conf;
    ngx_payments_pg_conn_t       *conns;       /* conf->connections[kind] */
    ngx_queue_t                   states[NGX_PAYMENTS_PG_STATES];

    ngx_queue_t                   waiting;     /* items, oldest deadline first
                                                  but for retried ones, which
                                                  stand in front */
    ngx_uint_t                    nwaiting;
    ngx_queue_t                   done;        /* items whose handler is due */

    ngx_event_t                   dispatch;    /* posted: queue to calls */
    ngx_event_t                   deliver;     /* posted: OVERLOADED items */
    ngx_event_t                   expire;      /* timer: oldest deadline */
    ngx_event_t                   backoff;     /* timer: no connecting before */
    ngx_event_t                   pause;       /* timer: no sending before */
    ngx_uint_t                    failures;    /* of connecting, in a row */
    ngx_uint_t                    losses;      /* of sessions, and */
    ngx_uint_t                    retries;     /* of calls, since the last one
                                                  was committed */
    ngx_connection_t              dummy;       /* for the events' log lines */

    char                         *sql[NGX_PAYMENTS_PG_STATEMENTS];
                                               /* of this queue's statements */
    u_char                       *buffer;      /* of the arrays; grows */
    size_t                        size;
    ngx_log_t                     log;
};


/* conn.c */
void ngx_payments_pg_move(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_state_e state);
void ngx_payments_pg_connect(ngx_payments_pg_conn_t *conn);
/* the one way out of every state; items go back to the queue, or are done */
void ngx_payments_pg_disconnect(ngx_payments_pg_conn_t *conn,
    const char *reason, ngx_payments_pg_class_e items);
/* pushes what libpq has buffered; write interest only while it has more */
ngx_int_t ngx_payments_pg_flush(ngx_payments_pg_conn_t *conn);

/* batch.c */

/* NGX_OK; NGX_DECLINED: nothing to send; NGX_ERROR: the connection is gone */
ngx_int_t ngx_payments_pg_call(ngx_payments_pg_conn_t *conn);
/*
 * The call's timer: items that are out of time are told so, the connection
 * goes on.  NGX_ERROR: the call itself is out of time, and so is it.
 */
ngx_int_t ngx_payments_pg_expire(ngx_payments_pg_conn_t *conn);
void ngx_payments_pg_committed(ngx_payments_pg_conn_t *conn);
void ngx_payments_pg_release(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_class_e items);

/* pool.c */
void ngx_payments_pg_post(ngx_payments_pg_pool_t *pool);
/* in front of the queue, with the deadline it had */
void ngx_payments_pg_requeue(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item);
/* takes an item that waits out of the queue */
void ngx_payments_pg_unqueue(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item);
void ngx_payments_pg_finish(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, ngx_payments_pg_outcome_e outcome);
/* calls the handlers of the done list; result may be NULL; frees it */
void ngx_payments_pg_deliver(ngx_payments_pg_pool_t *pool, PGresult *result);
/* sets a timer, unless it is set, to a delay that grows with the count */
void ngx_payments_pg_delay(ngx_event_t *timer, ngx_uint_t *count);

/* classify.c */
ngx_payments_pg_class_e ngx_payments_pg_classify(const PGresult *result);


#endif /* _NGX_PAYMENTS_PG_INTERNAL_H_INCLUDED_ */

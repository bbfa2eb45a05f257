
/*
 * status/: counters, gauges and histograms, and their Prometheus text.
 *
 * They live in a shared zone: each worker takes a slot there when it starts,
 * one that a dead worker has left if there is any: what that had counted stays,
 * what it had in hand is zeroed.  Slots are summed when read.  Nothing is
 * locked.
 */

#ifndef _NGX_PAYMENTS_STATUS_H_INCLUDED_
#define _NGX_PAYMENTS_STATUS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* scalar metrics; the table in metrics.c says their names and help */

typedef enum {
    NGX_PAYMENTS_M_EXECUTED = 0,       /* operations that ran and committed */
    NGX_PAYMENTS_M_REPLAYED_SHARED,
    NGX_PAYMENTS_M_REPLAYED_REDIS,
    NGX_PAYMENTS_M_REPLAYED_PG,
    NGX_PAYMENTS_M_COLLAPSED,
    NGX_PAYMENTS_M_REUSED,
    NGX_PAYMENTS_M_IN_USE,
    NGX_PAYMENTS_M_PARKED,             /* gauge */
    NGX_PAYMENTS_M_EXECUTING,          /* gauge */
    NGX_PAYMENTS_M_FLIGHTS_FULL,
    NGX_PAYMENTS_M_RECORDS_EVICTED,    /* before they had expired */
    NGX_PAYMENTS_M_RECORDS_REFUSED,    /* too large to be kept */
    NGX_PAYMENTS_M_SHARED_HIT,
    NGX_PAYMENTS_M_SHARED_MISS,
    NGX_PAYMENTS_M_REDIS_HIT,
    NGX_PAYMENTS_M_REDIS_MISS,
    NGX_PAYMENTS_M_REDIS_BAD,          /* a value that failed its check */
    NGX_PAYMENTS_M_REDIS_TIMEOUT,
    NGX_PAYMENTS_M_REDIS_SKIPPED,
    NGX_PAYMENTS_M_REDIS_NOPERM,       /* commands that it refused */
    NGX_PAYMENTS_M_REDIS_NOAUTH,
    NGX_PAYMENTS_M_REDIS_OOM,
    NGX_PAYMENTS_M_REDIS_READONLY,
    NGX_PAYMENTS_M_REDIS_CLUSTERDOWN,
    NGX_PAYMENTS_M_REDIS_NOREPLICAS,
    NGX_PAYMENTS_M_REDIS_LOADING,
    NGX_PAYMENTS_M_REDIS_OTHER,
    NGX_PAYMENTS_M_REDIS_CONNECT,
    NGX_PAYMENTS_M_PG_CONNECT,
    NGX_PAYMENTS_M_PG_CONNECT_FAILED,
    NGX_PAYMENTS_M_PG_DISCONNECT,
    NGX_PAYMENTS_M_PG_CONNECTING,      /* gauges, as pg/ orders its states */
    NGX_PAYMENTS_M_PG_PREPARING,
    NGX_PAYMENTS_M_PG_IDLE,
    NGX_PAYMENTS_M_PG_BUSY,
    NGX_PAYMENTS_M_PG_FULL,
    NGX_PAYMENTS_M_PG_STUCK,
    NGX_PAYMENTS_M_PG_WRITE_QUEUED,    /* gauges, as pg/ orders its queues */
    NGX_PAYMENTS_M_PG_READ_QUEUED,
    NGX_PAYMENTS_M_PG_LIST_QUEUED,
    NGX_PAYMENTS_M_PG_CONTROL_QUEUED,
    NGX_PAYMENTS_M_PG_BACKGROUND_QUEUED,
    NGX_PAYMENTS_M_PG_WRITE_CALLS,     /* likewise */
    NGX_PAYMENTS_M_PG_READ_CALLS,
    NGX_PAYMENTS_M_PG_LIST_CALLS,
    NGX_PAYMENTS_M_PG_CONTROL_CALLS,
    NGX_PAYMENTS_M_PG_BACKGROUND_CALLS,
    NGX_PAYMENTS_M_PG_ITEMS_DONE,
    NGX_PAYMENTS_M_PG_ITEMS_FAILED,
    NGX_PAYMENTS_M_PG_ITEMS_NOT_EXECUTED,
    NGX_PAYMENTS_M_PG_ITEMS_UNKNOWN,
    NGX_PAYMENTS_M_PG_ITEMS_OVERLOADED,
    NGX_PAYMENTS_M_PG_RETRIED,         /* items sent again, not executed */
    NGX_PAYMENTS_M_PG_LOST,            /* items sent again to find out */
    NGX_PAYMENTS_M_PG_RESOLVED_DONE,   /* ... and what was found */
    NGX_PAYMENTS_M_PG_RESOLVED_FAILED,
    NGX_PAYMENTS_M_PG_UNRESOLVED,
    NGX_PAYMENTS_M_PG_DEGRADED,        /* calls committed without a standby */
    NGX_PAYMENTS_M_PG_PRIMARIES,       /* times that one was found */
    NGX_PAYMENTS_M_PG_REPLICA_READS,   /* items that a replica answered */
    NGX_PAYMENTS_M_PG_REPLICA_SPILLED, /* that it did not: the primary did */
    NGX_PAYMENTS_M_PG_REPLICA_BEHIND,  /* calls for which it was too early */
    NGX_PAYMENTS_M_PG_MISPLACED,       /* items whose merchant was elsewhere */
    NGX_PAYMENTS_M_AUTH_LOOKUPS,
    NGX_PAYMENTS_M_OUTBOUND_BUSY,      /* gauges */
    NGX_PAYMENTS_M_OUTBOUND_IDLE,
    NGX_PAYMENTS_M_OUTBOUND_CONNECT,
    NGX_PAYMENTS_M_OUTBOUND_CONNECT_FAILED,
    NGX_PAYMENTS_M_OUTBOUND_NOT_SENT,  /* as outbound/ orders its outcomes */
    NGX_PAYMENTS_M_OUTBOUND_UNKNOWN,
    NGX_PAYMENTS_M_OUTBOUND_ANSWERED,
    NGX_PAYMENTS_M_OUTBOUND_CANCELED,
    NGX_PAYMENTS_M_OUTBOUND_RESENT,    /* a kept connection was closed */
    NGX_PAYMENTS_M_LAST
} ngx_payments_metric_e;


typedef enum {
    NGX_PAYMENTS_H_REQUEST = 0,        /* seconds, from header to answer */
    NGX_PAYMENTS_H_WRITE_WAIT,         /* seconds in the queue; this and the
                                          next as pg/ orders its queues */
    NGX_PAYMENTS_H_READ_WAIT,
    NGX_PAYMENTS_H_LIST_WAIT,
    NGX_PAYMENTS_H_CONTROL_WAIT,
    NGX_PAYMENTS_H_BACKGROUND_WAIT,
    NGX_PAYMENTS_H_WRITE_BATCH,        /* items in a call */
    NGX_PAYMENTS_H_READ_BATCH,
    NGX_PAYMENTS_H_LIST_BATCH,
    NGX_PAYMENTS_H_CONTROL_BATCH,
    NGX_PAYMENTS_H_BACKGROUND_BATCH,
    NGX_PAYMENTS_H_WRITE_CALL,         /* seconds, from send to commit proof */
    NGX_PAYMENTS_H_READ_CALL,
    NGX_PAYMENTS_H_LIST_CALL,
    NGX_PAYMENTS_H_CONTROL_CALL,
    NGX_PAYMENTS_H_BACKGROUND_CALL,
    NGX_PAYMENTS_H_REDIS,              /* seconds, from command to reply */
    NGX_PAYMENTS_H_OUTBOUND,           /* seconds, from start to outcome */
    NGX_PAYMENTS_H_LAST
} ngx_payments_histogram_e;

#define NGX_PAYMENTS_STATUS_OPERATIONS  64
#define NGX_PAYMENTS_STATUS_CODES       32

/* reserves the zone; conf time.  "size" at least ngx_payments_status_size();
   NULL: failed */
ngx_shm_zone_t *ngx_payments_status_zone(ngx_conf_t *cf, size_t size,
    void *tag);
size_t ngx_payments_status_size(void);
/* takes a slot for this worker, and leaves it; init_ and exit_process */
void ngx_payments_status_init(ngx_shm_zone_t *zone);
void ngx_payments_status_exit(void);

/*
 * Whether a message is due: NULL where the same one, of what, detail and
 * where, was said by this worker less than "every" ms ago; else what is to
 * stand at its end, "" or how many were left out, until the next call.
 */
const char *ngx_payments_status_due(const char *what, const char *detail,
    ngx_uint_t where, ngx_msec_t every);

/* adds n, which may be negative for a gauge */
void ngx_payments_status_add(ngx_payments_metric_e metric, ngx_int_t n);
/* value in the histogram's unit times 10^6 for seconds, as is for items */
void ngx_payments_status_observe(ngx_payments_histogram_e histogram,
    uint64_t value);
/* one error of the server; "" where it gave no SQLSTATE */
void ngx_payments_status_sqlstate(const char *state);
/* one answered request; "operation" is the row's index in the table */
void ngx_payments_status_request(ngx_uint_t operation, ngx_uint_t code);

/*
 * The whole in Prometheus text format 0.0.4, from the pool.  "names" are the
 * operations' names by index, "n" of them.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_payments_status_text(ngx_pool_t *pool, const char *const *names,
    ngx_uint_t n, ngx_str_t *text);


#endif /* _NGX_PAYMENTS_STATUS_H_INCLUDED_ */


/* pg/: numbers of its metrics; names and help are in metrics.c */

#ifndef _NGX_PAYMENTS_PG_METRICS_H_INCLUDED_
#define _NGX_PAYMENTS_PG_METRICS_H_INCLUDED_


#include "../status/ngx_payments_status.h"


enum {
    NGX_PAYMENTS_M_PG_CONNECT = NGX_PAYMENTS_METRICS_PG,
    NGX_PAYMENTS_M_PG_CONNECT_FAILED,
    NGX_PAYMENTS_M_PG_DISCONNECT,
    NGX_PAYMENTS_M_PG_CONNECTING,      /* gauges, as pg/ orders its states */
    NGX_PAYMENTS_M_PG_PREPARING,
    NGX_PAYMENTS_M_PG_IDLE,
    NGX_PAYMENTS_M_PG_BUSY,
    NGX_PAYMENTS_M_PG_FULL,
    NGX_PAYMENTS_M_PG_STUCK,
    NGX_PAYMENTS_M_PG_WRITE_QUEUED,    /* gauges, in the order of lanes */
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
    NGX_PAYMENTS_M_PG_REPLICA_FALLBACK,/* that it did not: the primary did */
    NGX_PAYMENTS_M_PG_REPLICA_BEHIND,  /* calls for which it was too early */
    NGX_PAYMENTS_M_PG_MISPLACED,       /* items whose merchant was elsewhere */
    NGX_PAYMENTS_M_PG_SCHEMA_MISSING,  /* gauges: what a worker found, in the
                                          order of the states in cluster/ */
    NGX_PAYMENTS_M_PG_SCHEMA_OLDER,
    NGX_PAYMENTS_M_PG_SCHEMA_NEWER,
    NGX_PAYMENTS_M_PG_SCHEMA_DIFFERS
};

enum {
    NGX_PAYMENTS_H_WRITE_WAIT = NGX_PAYMENTS_HISTOGRAMS_PG,
                                       /* seconds in the queue; this and the
                                          next in the order of lanes */
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
    NGX_PAYMENTS_H_BACKGROUND_CALL
};

extern const ngx_payments_metrics_t  ngx_payments_pg_metrics;


#endif /* _NGX_PAYMENTS_PG_METRICS_H_INCLUDED_ */

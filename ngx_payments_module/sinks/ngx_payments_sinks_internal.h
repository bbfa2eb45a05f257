
/*
 * What the files of sinks/ share; no other room includes it.  A kind's file
 * calls stream.c, which gives control back by the functions of the kind.
 */

#ifndef _NGX_PAYMENTS_SINKS_INTERNAL_H_INCLUDED_
#define _NGX_PAYMENTS_SINKS_INTERNAL_H_INCLUDED_


#include "ngx_payments_sinks.h"
#include "../base/ngx_payments_base.h"
#include "../cluster/ngx_payments_cluster.h"
#include "../status/ngx_payments_status.h"


/* in the log of a shard: all batches of the relay before this one, and so many
   events of it */

typedef struct {
    int64_t                       batch;
    int64_t                       position;
} ngx_payments_place_t;


/* of a sink in a shard; in shared memory, each written by whoever knows */

typedef struct {
    ngx_atomic_t                  events;      /* that were taken */
    ngx_atomic_t                  failures;
    ngx_atomic_t                  lost;        /* as pay.sinks has it */
    ngx_atomic_t                  batches;     /* behind */
    ngx_atomic_t                  seconds;     /* likewise */
    ngx_atomic_t                  held;        /* by this node */
} ngx_payments_sink_counts_t;


/* a sink in a shard: of the first worker, as long as it lives */

typedef struct {
    ngx_payments_sink_t          *sink;
    ngx_uint_t                    shard;
    ngx_payments_sink_counts_t   *counts;
    void                         *data;        /* the kind's, set by its init */

    /* the rest is stream.c's */

    ngx_event_t                   lease;       /* timers */
    ngx_event_t                   reader;
    ngx_connection_t              dummy;       /* for their log lines */
    ngx_payments_pg_item_t        take;
    ngx_payments_pg_item_t        read;
    ngx_payments_pg_item_t        ack;
    ngx_payments_pg_value_t       take_values[3];
    ngx_payments_pg_value_t       read_values[5];
    ngx_payments_pg_value_t       ack_values[5];
    ngx_payments_place_t          at;          /* read up to */
    ngx_payments_place_t          taken;       /* what is to be noted */
    ngx_msec_t                    asked;       /* when the lease was, last */
    ngx_msec_t                    until;       /* it is held, surely */
    ngx_uint_t                    hurried;     /* looks left at short
                                                  intervals */
    unsigned                      held:1;
    unsigned                      known:1;     /* "lost" was read before */
    unsigned                      taking:1;    /* the items are under way */
    unsigned                      reading:1;
    unsigned                      acking:1;
    unsigned                      dirty:1;     /* "taken" is not noted */
    unsigned                      leaving:1;   /* the worker quits */
} ngx_payments_stream_t;


/*
 * A kind.  begin() is called when the lease is ours, stop() when it is not any
 * more: what is under way is forgotten, and begins again at the place that was
 * noted.  In between: event() for each event of a page, page() behind the last
 * one, which may be the only call; acked() when a place was noted.
 */

struct ngx_payments_sink_kind_s {
    /* init_process; NGX_ERROR: no memory */
    ngx_int_t                   (*init)(ngx_cycle_t *cycle,
                                    ngx_payments_stream_t *stream);
    void                        (*begin)(ngx_payments_stream_t *stream);
    /* its texts last as long as the call.  "behind": the place behind it.
       NGX_ERROR: all begins again */
    ngx_int_t                   (*event)(ngx_payments_stream_t *stream,
                                    const ngx_payments_event_t *event,
                                    const u_char *merchant,
                                    const ngx_payments_place_t *behind);
    /* "behind": the place behind the page */
    void                        (*page)(ngx_payments_stream_t *stream,
                                    const ngx_payments_place_t *behind);
    void                        (*acked)(ngx_payments_stream_t *stream);
    void                        (*stop)(ngx_payments_stream_t *stream);
    /* of a worker that quits: 1: something is under way that it waits for */
    ngx_uint_t                  (*busy)(ngx_payments_stream_t *stream);
    /* exit_process, after stop(); NULL: nothing */
    void                        (*exit)(ngx_payments_stream_t *stream);
};


/* of the first worker; stream->sink, ->shard and ->counts are set.  "kept": as
   ngx_payments_sinks_init() has it; NGX_ERROR: no memory */
ngx_int_t ngx_payments_stream_init(ngx_cycle_t *cycle,
    ngx_payments_stream_t *stream, const u_char *holder, time_t kept);
void ngx_payments_stream_exit(ngx_payments_stream_t *stream);
/* the kind wants the next page, once there is one; not from inside event() */
void ngx_payments_stream_read(ngx_payments_stream_t *stream);
/* all up to this place was taken: it is noted, and acked() called */
void ngx_payments_stream_ack(ngx_payments_stream_t *stream,
    const ngx_payments_place_t *place);
/* something cannot go on: all begins again at the place that was noted, within
   a second; stop() is called */
void ngx_payments_stream_restart(ngx_payments_stream_t *stream);


#endif /* _NGX_PAYMENTS_SINKS_INTERNAL_H_INCLUDED_ */

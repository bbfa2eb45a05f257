
/*
 * sinks/: the events of all merchants go to machines, in their order: in
 * batches over HTTP (feed.c), or to Kafka (kafka.c).
 *
 * In each shard one process at a time does that for a sink: the first worker
 * of some node, which holds the sink's lease and keeps its place in the log
 * (stream.c).  The place moves when what is before it was taken: what was sent
 * before a crash may be sent again, and nothing is left out.
 */

#ifndef _NGX_PAYMENTS_SINKS_H_INCLUDED_
#define _NGX_PAYMENTS_SINKS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../domain/ngx_payments_domain.h"


#define NGX_PAYMENTS_SINKS        16
#define NGX_PAYMENTS_SINK_EVENTS  10000    /* of a page, at most */


/* what it does with events: the kind's file has it */
typedef struct ngx_payments_sink_kind_s  ngx_payments_sink_kind_t;

/* filled at configuration time, then read-only */

typedef struct {
    ngx_str_t                     name;        /* kind:name, in pay.sinks and
                                                  metrics */
    const ngx_payments_sink_kind_t  *kind;
    void                         *conf;        /* the kind's */
    ngx_uint_t                    size;        /* events of a page, at most */
    ngx_uint_t                    oldest;      /* 1: a new one begins with the
                                                  oldest event that is kept */
    ngx_shm_zone_t               *zone;        /* what is counted */
} ngx_payments_sink_t;


typedef struct {
    ngx_payments_sink_t          *elts[NGX_PAYMENTS_SINKS];
    ngx_uint_t                    n;
} ngx_payments_sinks_t;


/* conf of a feed */

enum {
    NGX_PAYMENTS_FEED_NDJSON = 0,
    NGX_PAYMENTS_FEED_CLOUDEVENTS
};

typedef struct {
    ngx_str_t                     link;        /* "url", as written */
    ngx_payments_url_t            url;
    ngx_str_t                     target;
    ngx_addr_t                   *addrs;       /* that are fixed: a unix
                                                  socket's, say */
    ngx_uint_t                    naddrs;      /* 0: url's host is asked for */
    ngx_uint_t                    format;
    ngx_str_t                     key;         /* that signs; empty: none */
    void                         *ssl;         /* ngx_ssl_t; NULL: that of
                                                  outbound/ */
    ngx_str_t                     trusted;
    ngx_msec_t                    timeout;
} ngx_payments_feed_conf_t;

extern const ngx_payments_sink_kind_t  ngx_payments_feed_kind;


/* conf of Kafka */

typedef struct {
    ngx_array_t                   options;     /* ngx_payments_kafka_option_t */
    ngx_str_t                     topic;       /* with a NUL behind it; {object}
                                                  is an object's kind */
    ngx_uint_t                    by_merchant; /* 1: merchants are keys, not
                                                  objects */
} ngx_payments_kafka_conf_t;

extern const ngx_payments_sink_kind_t  ngx_payments_kafka_kind;


/* conf time: what is counted of a sink; NULL: failed */
ngx_shm_zone_t *ngx_payments_sinks_zone(ngx_conf_t *cf,
    ngx_payments_sink_t *sink, void *tag);
/* init_process of each worker: metrics; of the first one: they are sent.
   "kept": seconds for which events are; NGX_ERROR: no memory, no random
   bytes */
ngx_int_t ngx_payments_sinks_init(ngx_cycle_t *cycle,
    ngx_payments_sinks_t *sinks, time_t kept);
/* exit_process of any worker */
void ngx_payments_sinks_exit(void);


#endif /* _NGX_PAYMENTS_SINKS_H_INCLUDED_ */

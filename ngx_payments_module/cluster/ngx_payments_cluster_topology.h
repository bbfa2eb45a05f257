
/* what zone.c, topology.c and replicas.c share; no other file includes it */

#ifndef _NGX_PAYMENTS_CLUSTER_TOPOLOGY_H_INCLUDED_
#define _NGX_PAYMENTS_CLUSTER_TOPOLOGY_H_INCLUDED_


#include "ngx_payments_cluster_internal.h"


/* ms after which what a server has answered says nothing any more */
#define NGX_PAYMENTS_PROBE_OLD  3000


/* in shared memory; written by the worker that probes */

typedef struct {
    ngx_atomic_t                  probed;      /* ngx_current_msec of its last
                                                  answer; 0: none yet */
    ngx_atomic_t                  writer;      /* it takes writes */
    ngx_atomic_t                  timeline;
    ngx_atomic_t                  system;      /* its cluster's identifier */
    ngx_atomic_t                  silent;      /* its last probe failed */
    ngx_atomic_t                  unusable;    /* said in the log why not */
    ngx_atomic_t                  good;        /* probes in a row that found it
                                                  fit to be read */
    ngx_atomic_t                  readable;    /* a replica that is read */
    ngx_atomic_t                  lag;         /* ms that its rows were behind
                                                  the primary's, when last
                                                  asked, and 1; 0: not known */
    u_char                        address[NGX_SOCKADDR_STRLEN];
                                               /* of its name, under the zone's
                                                  lock; "": as configured */
} ngx_payments_node_t;


struct ngx_payments_topology_s {
    ngx_atomic_t                  primary;     /* its number and 1; 0: none */
    ngx_atomic_t                  system;      /* the shard's identifier; 0: not
                                                  known yet */
    ngx_atomic_t                  timeline;    /* the highest of any server */
    ngx_atomic_t                  alive;       /* when one asked last */
    ngx_atomic_t                  probe_now;   /* a worker has asked for it */
    ngx_atomic_t                  split_logged;
                                               /* that two take writes */
    ngx_atomic_t                  heartbeat;   /* the primary's last one, by
                                                  its clock, microseconds */
    ngx_atomic_t                  heartbeat_heard_at;
                                               /* ... when, ngx_current_msec */
    ngx_atomic_t                  heartbeat_timeline;
                                               /* ... on which timeline */
    ngx_atomic_t                  fence;       /* one of some seconds before,
                                                  which a replica must have to
                                                  be read; 0: none */
    ngx_atomic_t                  pinned_until;
                                               /* ngx_current_msec before which
                                                  no replica is asked: this node
                                                  could not store a read token;
                                                  0: none */
    ngx_atomic_t                  pinned_by_peer;
                                               /* ... another could not */
    ngx_atomic_t                  addresses;   /* how often one has changed */
    uint32_t                      servers;     /* CRC of them, in order */
    ngx_payments_node_t           nodes[NGX_PAYMENTS_PG_SERVERS];
};


/* a server that is asked; of the worker that probes */

struct ngx_payments_probe_s {
    ngx_payments_shard_t         *shard;
    ngx_payments_pg_pool_t       *pool;        /* one connection to it */
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_item_t        heartbeat;
    ngx_payments_pg_value_t       pinned_ms;   /* of the heartbeat */
    ngx_uint_t                    server;
    ngx_msec_t                    asked;
    unsigned                      pending:1;
    unsigned                      heartbeat_pending:1;
    unsigned                      answered:1;  /* once, or failed */
};


/* replicas.c */

/* the replica that this worker reads; conf->nservers: none */
ngx_uint_t ngx_payments_replicas_choose(ngx_payments_shard_t *shard);
/* no server is read until it shows the heartbeat of the primary */
void ngx_payments_replicas_disable(ngx_payments_shard_t *shard);
/* a server shows this heartbeat; 0: it does not answer */
void ngx_payments_replicas_assess(ngx_payments_shard_t *shard, ngx_uint_t i,
    ngx_uint_t timeline, int64_t at);
/* for how many milliseconds this node still asks no replica of its own */
int64_t ngx_payments_replicas_pinned_ms(ngx_payments_shard_t *shard);
/* the handler of heartbeats, of the primary's and of those that others show */
void ngx_payments_replicas_heartbeat_handler(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);


#endif /* _NGX_PAYMENTS_CLUSTER_TOPOLOGY_H_INCLUDED_ */

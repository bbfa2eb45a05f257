
/* what topology.c and replicas.c share; nobody else includes it */

#ifndef _NGX_PAYMENTS_CLUSTER_TOPOLOGY_H_INCLUDED_
#define _NGX_PAYMENTS_CLUSTER_TOPOLOGY_H_INCLUDED_


#include "../pg/ngx_payments_pg_internal.h"


/* ms after which what a server has answered says nothing any more */
#define NGX_PAYMENTS_PG_PROBE_OLD  3000


/* in shared memory; written by the worker that probes */

typedef struct {
    ngx_atomic_t                  probed;      /* ngx_current_msec of its last
                                                  answer; 0: none yet */
    ngx_atomic_t                  writer;      /* it takes writes */
    ngx_atomic_t                  timeline;
    ngx_atomic_t                  system;      /* its cluster's identifier */
    ngx_atomic_t                  silent;      /* its last probe failed */
    ngx_atomic_t                  refused;     /* said in the log why not */
    ngx_atomic_t                  good;        /* probes in a row that found it
                                                  fit to be read */
    ngx_atomic_t                  readable;    /* a replica that is read */
    u_char                        address[NGX_SOCKADDR_STRLEN];
                                               /* of its name, under the zone's
                                                  lock; "": as configured */
} ngx_payments_pg_node_t;


struct ngx_payments_pg_topology_s {
    ngx_atomic_t                  primary;     /* its number and 1; 0: none */
    ngx_atomic_t                  system;      /* the shard's identifier; 0: not
                                                  known yet */
    ngx_atomic_t                  timeline;    /* the highest of any server */
    ngx_atomic_t                  alive;       /* when one asked last */
    ngx_atomic_t                  doubt;       /* probe now */
    ngx_atomic_t                  divided;     /* nobody can tell: said */
    ngx_atomic_t                  beat;        /* the primary's last one, by
                                                  its clock, microseconds */
    ngx_atomic_t                  beaten;      /* ... when, ngx_current_msec */
    ngx_atomic_t                  line;        /* ... on which timeline */
    ngx_atomic_t                  floor;       /* one of some seconds before,
                                                  which who is read must show;
                                                  0: none */
    ngx_atomic_t                  blind;       /* no replica is asked before, if
                                                  not 0: this node could not say
                                                  what it wrote */
    ngx_atomic_t                  others;      /* ... or another has said so */
    ngx_atomic_t                  addresses;   /* how often one has changed */
    uint32_t                      servers;     /* CRC of them, in order */
    ngx_payments_pg_node_t        nodes[NGX_PAYMENTS_PG_SERVERS];
};


/* a server that is asked; of the worker that probes */

struct ngx_payments_pg_probe_s {
    ngx_payments_pg_pool_t        pool;
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_item_t        beat;
    ngx_payments_pg_value_t       blind;       /* of the beat */
    ngx_uint_t                    server;
    ngx_msec_t                    asked;
    unsigned                      pending:1;
    unsigned                      beating:1;
    unsigned                      told:1;      /* once answered, or failed */
};


/* replicas.c */

/* the replica that this worker reads; conf->nservers: none */
ngx_uint_t ngx_payments_pg_choose(ngx_payments_pg_shard_t *shard);
/* nobody is read until he shows the beat of who is the primary now */
void ngx_payments_pg_read_nobody(ngx_payments_pg_shard_t *shard);
/* a server shows this beat; 0: it does not answer */
void ngx_payments_pg_judge(ngx_payments_pg_shard_t *shard, ngx_uint_t i,
    ngx_uint_t line, int64_t at);
/* for how many milliseconds this node still asks no replica of its own */
int64_t ngx_payments_pg_blindness(ngx_payments_pg_shard_t *shard);
/* the handler of beats, of the primary's and of those that others show */
void ngx_payments_pg_beaten(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);


#endif /* _NGX_PAYMENTS_CLUSTER_TOPOLOGY_H_INCLUDED_ */

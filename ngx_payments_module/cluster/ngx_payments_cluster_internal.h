
/*
 * What the files of cluster/ share; no other room includes it.
 *
 * The files stand above each other: shard.c; then database.c, ability.c, map.c
 * and topology.c; then version.c, replicas.c, resolve.c and
 * board.c; then lanes.c; then
 * statements.c.  What a lower one has to say it says by a hook that shard.c has
 * set.
 */

#ifndef _NGX_PAYMENTS_CLUSTER_INTERNAL_H_INCLUDED_
#define _NGX_PAYMENTS_CLUSTER_INTERNAL_H_INCLUDED_


#include "ngx_payments_cluster.h"
#include "../pg/ngx_payments_pg_pool.h"


/* why connections end */
#define NGX_PAYMENTS_MOVED  "the server has another address"


typedef struct ngx_payments_shard_s     ngx_payments_shard_t;
typedef struct ngx_payments_topology_s  ngx_payments_topology_t;
typedef struct ngx_payments_probe_s     ngx_payments_probe_t;


/* the pools of a lane */

typedef struct {
    ngx_payments_pg_pool_t       *primary;
    ngx_payments_pg_pool_t       *replica;     /* NULL: none */
} ngx_payments_lane_t;


/* a heartbeat of the primary */

typedef struct {
    int64_t                       at;          /* its clock, microseconds */
    ngx_msec_t                    heard;       /* ngx_current_msec */
} ngx_payments_heartbeat_t;

/* heartbeats that the worker that probes remembers, oldest first */
#define NGX_PAYMENTS_HEARTBEATS  8


/* a server's address as this worker knows it */

typedef struct {
    ngx_payments_shard_t         *shard;
    ngx_resolver_ctx_t           *ctx;         /* while it is asked for */
    u_char                        text[NGX_SOCKADDR_STRLEN];
                                               /* numeric, with a NUL; "": the
                                                  configuration's */
} ngx_payments_server_address_t;


#define NGX_PAYMENTS_MAP_BUCKETS  4096


/* the merchants that a shard says it has; map.c owns it */

typedef struct {
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       value;       /* the epoch that is known */
    unsigned                      pending:1;
    u_char                        buckets[NGX_PAYMENTS_MAP_BUCKETS / 8];
                                               /* bit 0 of byte 0 is bucket 0 */
    int64_t                      *here;        /* merchants that are not where
                                                  their bucket is, ascending */
    ngx_uint_t                    nhere;
    int64_t                      *away;        /* those that are elsewhere, or
                                                  nowhere just now */
    ngx_uint_t                    naway;
} ngx_payments_claim_t;


/* which database a shard's primary has; database.c owns it */

typedef struct {
    ngx_payments_pg_item_t        item;
    uint64_t                      known;       /* 0: it has not said */
    unsigned                      current:1;   /* no connection was made
                                                  since */
    unsigned                      pending:1;
    unsigned                      ask_again:1; /* one was, while it was asked */
} ngx_payments_database_t;


/* which schema a shard's primary has; version.c owns it */

typedef struct {
    ngx_payments_pg_item_t        item;
    ngx_event_t                   timer;
    ngx_payments_schema_state_e   state;
    ngx_msec_t                    answered;    /* ngx_current_msec, and */
    ngx_msec_t                    said;        /* ... in the log */
    unsigned                      pending:1;
} ngx_payments_version_t;


/* a name of a server has another address */
typedef void (*ngx_payments_resolve_handler_pt)(ngx_payments_shard_t *shard,
    ngx_uint_t server, u_char *text);


/*
 * A shard, as this worker knows it, from ngx_payments_cluster_init() to
 * _exit().  What belongs to topology.c is nothing in a shard of one server.
 */

struct ngx_payments_shard_s {
    ngx_payments_pg_conf_t       *conf;
    ngx_uint_t                    number;      /* in the configuration */
    const ngx_payments_pg_hooks_t  *hooks;     /* of its pools */
    ngx_payments_lane_t           lanes[NGX_PAYMENTS_PG_LANES];
    ngx_payments_claim_t          claim;
    ngx_payments_database_t       database;
    ngx_payments_version_t        version;
    ngx_connection_t              dummy;       /* for the events' log lines */

    /* ability.c */

    ngx_payments_pg_item_t        ping;
    ngx_event_t                   recheck;     /* timer, while read-only */
    unsigned                      pinging:1;

    /* topology.c, replicas.c */

    ngx_payments_topology_t      *topology;    /* in shared memory; NULL */
    ngx_payments_probe_t         *probes;      /* NULL: another worker asks */
    ngx_atomic_uint_t             seen;        /* of "addresses" there */
    ngx_atomic_uint_t             followed;    /* of "primary" there: whom the
                                                  pools talk to */
    ngx_payments_pg_pool_t       *awaiting;    /* reads that wait for a later
                                                  primary; goes nowhere */
    ngx_event_t                   watcher;
    ngx_payments_heartbeat_t      heartbeats[NGX_PAYMENTS_HEARTBEATS];
    ngx_uint_t                    nheartbeats;

    /* resolve.c */

    ngx_payments_server_address_t  addresses[NGX_PAYMENTS_PG_SERVERS];
    ngx_payments_resolve_handler_pt  resolved;
    ngx_uint_t                    answered;    /* 1: a name was asked for */
    ngx_event_t                   resolve;
};


/* board.c: what the shards show of themselves; init_process */
void ngx_payments_cluster_board_init(ngx_payments_shard_t *shards,
    ngx_uint_t n);

/* statements.c: by ngx_payments_pg_statement_e; the pools' hook "text" */

extern const ngx_payments_pg_statement_t  ngx_payments_statements[];

char *ngx_payments_statements_text(ngx_pool_t *pool,
    ngx_payments_pg_conf_t *conf, ngx_payments_pg_to_e to,
    const ngx_payments_pg_statement_t *s);

/* lanes.c */

extern const ngx_payments_pg_lane_t  ngx_payments_lanes[];

/* a pool with the shard's hooks; NULL: no memory */
ngx_payments_pg_pool_t *ngx_payments_lanes_pool(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shard, ngx_uint_t lane, ngx_payments_pg_to_e to,
    ngx_uint_t server, ngx_uint_t connections);
/* the pools of all lanes, to this primary; NGX_ERROR: no memory */
ngx_int_t ngx_payments_lanes_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shard, ngx_uint_t primary);
void ngx_payments_lanes_exit(ngx_payments_shard_t *shard);
/* the pool of an item's lane, to the primary */
#define ngx_payments_lanes_primary(shard, item)                               \
    ((shard)->lanes[ngx_payments_statements[(item)->statement].lane].primary)
/* all pools go to these servers from now on; nservers: none */
void ngx_payments_lanes_follow(ngx_payments_shard_t *shard, ngx_uint_t primary,
    ngx_uint_t replica);
/* a server has another address: connections to the old one end */
void ngx_payments_lanes_reconnect(ngx_payments_shard_t *shard,
    ngx_uint_t server);

/* resolve.c */

/* "resolved" is called with each new address that is found */
void ngx_payments_resolve_init(ngx_payments_shard_t *shard,
    ngx_payments_resolve_handler_pt resolved);
void ngx_payments_resolve_exit(ngx_payments_shard_t *shard);
/* this worker asks for names from now on; 0: there is nothing to ask */
ngx_uint_t ngx_payments_resolve_begin(ngx_payments_shard_t *shard);
/* where a server is, from now on in this worker: numeric, with a NUL.  Its
   connections end.  NGX_DECLINED: it was there before */
ngx_int_t ngx_payments_resolve_set_address(ngx_payments_shard_t *shard,
    ngx_uint_t server, u_char *text);
/* where a server is now, numeric; NULL: a unix socket */
const char *ngx_payments_resolve_address(ngx_payments_shard_t *shard,
    ngx_uint_t server);
/* 1: an earlier server is at the same address: one may have two names */
ngx_uint_t ngx_payments_resolve_duplicate(ngx_payments_shard_t *shard,
    ngx_uint_t server);

/* replicas.c */

/* whether some replica may be asked, as this node sees it */
ngx_uint_t ngx_payments_replicas_readable(ngx_payments_shard_t *shard);
/* the heartbeat that a replica must have replayed to answer a read: timeline
   and time */
void ngx_payments_replicas_heartbeat_fence(ngx_payments_shard_t *shard,
    int64_t *timeline, int64_t *at);
/* for some seconds no replica is asked */
void ngx_payments_replicas_pin_to_primary(ngx_payments_shard_t *shard);
/* the cluster's identifier; 0: not known, or a shard of one server */
uint64_t ngx_payments_replicas_system(ngx_payments_shard_t *shard);

/* topology.c */

/* init_process: of a shard with several servers; NGX_ERROR: no memory */
ngx_int_t ngx_payments_topology_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shard);
void ngx_payments_topology_exit(ngx_payments_shard_t *shard);
/* the primary's number; conf->nservers: there is none */
ngx_uint_t ngx_payments_topology_primary(ngx_payments_shard_t *shard);
/* the pools talk to the servers that the node has found; nothing of a worker
   goes to another one, or is believed of it, once the node knows */
void ngx_payments_topology_follow(ngx_payments_shard_t *shard);
/* the timeline of the primary that the pools talk to; 0: there is none */
ngx_uint_t ngx_payments_topology_timeline(ngx_payments_shard_t *shard);
/* 1: a primary of this timeline is not known yet */
#define ngx_payments_topology_behind(shard, n)                                \
    ((n) > ngx_payments_topology_timeline(shard))
/* has it looked for; returns the pool from which a read is sent to the primary
   once it is known, within the read's time */
ngx_payments_pg_pool_t *ngx_payments_topology_await(
    ngx_payments_shard_t *shard, ngx_uint_t timeline);
/* a server may not be what it was: all are asked now */
void ngx_payments_topology_request_probe(ngx_payments_shard_t *shard);
/* of several servers, by the worker that probes: where one is, for all */
void ngx_payments_topology_publish_address(ngx_payments_shard_t *shard,
    ngx_uint_t server, u_char *text);

/* map.c */

/* changes whenever merchants may have got another shard, in this worker's view;
   never 0 */
extern ngx_uint_t  ngx_payments_map_epoch;

/* init_process; NGX_ERROR: no memory */
ngx_int_t ngx_payments_map_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shards, ngx_uint_t nshards);
void ngx_payments_map_exit(void);
/* the shard that has the merchant; NULL: none, as far as this worker knows */
ngx_payments_shard_t *ngx_payments_map_owner(int64_t merchant_id);
/* of several shards: where items wait whose merchant no shard has */
ngx_payments_pg_pool_t *ngx_payments_map_unrouted_pool(void);
/* the shard has refused the item, which is in no queue: it waits until it is
   known which one has its merchant */
void ngx_payments_map_misplaced(ngx_payments_shard_t *shard,
    ngx_payments_pg_item_t *item);

/* ability.c: whether the primary takes writes */

void ngx_payments_ability_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shard);
void ngx_payments_ability_exit(ngx_payments_shard_t *shard);
/* it has refused one: it is asked now, over the control lane */
void ngx_payments_ability_check(ngx_payments_shard_t *shard);
ngx_payments_ability_e ngx_payments_ability(ngx_payments_shard_t *shard);

/* database.c */

/* init_process and exit_process; and a connection was made */
void ngx_payments_database_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shards, ngx_uint_t n);
void ngx_payments_database_exit(void);
void ngx_payments_database_check(ngx_payments_shard_t *shard);

/* version.c: whether the primary has this module's schema */

void ngx_payments_version_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shard);
void ngx_payments_version_exit(ngx_payments_shard_t *shard);
/* a connection was made */
void ngx_payments_version_check(ngx_payments_shard_t *shard);
ngx_payments_schema_state_e ngx_payments_version_state(
    ngx_payments_shard_t *shard);
/* 1: the state was said a moment ago */
ngx_uint_t ngx_payments_version_fresh(ngx_payments_shard_t *shard);


#endif /* _NGX_PAYMENTS_CLUSTER_INTERNAL_H_INCLUDED_ */

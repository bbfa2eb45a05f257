
/*
 * cluster/: which PostgreSQL an item goes to.
 *
 * A shard is one database, on a primary and its replicas.  A merchant belongs
 * to one shard, and each shard says itself which merchants it has (map.c).  Of
 * a shard's servers one is the primary, which the servers say themselves as
 * well (topology.c), and replicas that are near enough to it answer reads
 * (replicas.c).  Names of servers are resolved again and again (resolve.c).
 *
 * All of it is one worker's, from ngx_payments_cluster_init() to _exit(), but
 * for the zone, which the workers of a node share.
 */

#ifndef _NGX_PAYMENTS_CLUSTER_H_INCLUDED_
#define _NGX_PAYMENTS_CLUSTER_H_INCLUDED_


#include "../domain/ngx_payments_event.h"
#include "../pg/ngx_payments_pg.h"
#include "ngx_payments_statements.h"


#define NGX_PAYMENTS_CLUSTER_SHARDS  16


/* all shards, in the order of the configuration */

typedef struct {
    ngx_payments_pg_conf_t       *shards[NGX_PAYMENTS_CLUSTER_SHARDS];
    ngx_uint_t                    nshards;
} ngx_payments_cluster_conf_t;


/*
 * Whether a write would have a session in a shard, as far as this worker knows
 * without asking: WRITABLE, or why not.
 */

typedef enum {
    NGX_PAYMENTS_PG_WRITABLE = 0,
    NGX_PAYMENTS_PG_READ_ONLY,     /* the server takes no writes */
    NGX_PAYMENTS_PG_NO_ANSWER,     /* no session, or none that answers */
    NGX_PAYMENTS_PG_FAILING        /* writes of several merchants fail in a
                                      row */
} ngx_payments_ability_e;


/* what a shard's schema is to this module, as the primary has said last */

typedef enum {
    NGX_PAYMENTS_SCHEMA_UNKNOWN = 0,
    NGX_PAYMENTS_SCHEMA_SAME,
    NGX_PAYMENTS_SCHEMA_MISSING,
    NGX_PAYMENTS_SCHEMA_OLDER,     /* what this module calls may be missing */
    NGX_PAYMENTS_SCHEMA_NEWER,
    NGX_PAYMENTS_SCHEMA_DIFFERS    /* the same tables, other functions */
} ngx_payments_schema_state_e;


/* conf time: the zone of a shard with several servers; NULL: failed */
ngx_shm_zone_t *ngx_payments_cluster_zone(ngx_conf_t *cf,
    ngx_payments_pg_conf_t *conf, void *tag);
/* how many connections a worker has at most; the first one of a node has the
   background, and asks several servers what they are */
ngx_uint_t ngx_payments_cluster_connections(ngx_payments_pg_conf_t *conf,
    ngx_uint_t first);

/* init_process and exit_process of a worker; NGX_ERROR: no memory */
ngx_int_t ngx_payments_cluster_init(ngx_cycle_t *cycle,
    ngx_payments_cluster_conf_t *conf);
void ngx_payments_cluster_exit(void);

/* a server of a shard, as this node knows it */

typedef struct {
    ngx_str_t                    *name;        /* as configured */
    const char                   *role;        /* primary, replica, silent,
                                                  unusable, unknown */
    ngx_uint_t                    timeline;    /* 0: not known */
    int64_t                       lag;         /* of a replica, ms; -1: not
                                                  known */
    int64_t                       answered;    /* ms since it was heard as what
                                                  it is; -1: not known */
    ngx_uint_t                    readable;    /* reads are sent there */
} ngx_payments_server_view_t;

/* board.c: a server by its number, from 0 on; NGX_DECLINED: there is none */
ngx_int_t ngx_payments_cluster_server(ngx_uint_t shard, ngx_uint_t server,
    ngx_payments_server_view_t *view);

/* how many shards there are; and the name and ability of one */
ngx_uint_t ngx_payments_cluster_nshards(void);
ngx_str_t *ngx_payments_cluster_shard_name(ngx_uint_t number);
ngx_payments_ability_e ngx_payments_cluster_ability(ngx_uint_t number);
/* what is known of a shard's schema; and whether that was said a moment ago */
ngx_payments_schema_state_e ngx_payments_cluster_schema(ngx_uint_t number);
ngx_uint_t ngx_payments_cluster_schema_fresh(ngx_uint_t number);
/* the database that has the merchant, as a number; 0: that is not known.  It is
   another one after a restore, a recovery to an earlier time, or a promotion */
uint64_t ngx_payments_cluster_database(int64_t merchant_id);
/* 1: the shard of this merchant has no session that answers, as far as this
   worker knows without asking */
ngx_uint_t ngx_payments_cluster_silent(int64_t merchant_id);
/* whether a write for this merchant would be OVERLOADED now */
ngx_uint_t ngx_payments_cluster_overloaded(int64_t merchant_id);

/*
 * Queues an item.  The handler is called later, never from inside.  Where its
 * merchant has as many waiting as places are left the outcome is OVERLOADED.
 */
void ngx_payments_cluster_send(ngx_payments_pg_item_t *item);

/*
 * Of an item that is to be sent, a read: finds its route, and returns the
 * cluster of which its read token has to be a number, or ALL or ANY, and its
 * timeline one; 0: only the primary is read, whatever they are.
 */
uint64_t ngx_payments_cluster_route_read(ngx_payments_pg_item_t *item);
/* the cluster that has answered the item; 0: not known, or a shard of one
   server, which has no replica to ask */
uint64_t ngx_payments_cluster_system(ngx_payments_pg_item_t *item);
/* ... and on which timeline, within the item's handler; 0: as above */
ngx_uint_t ngx_payments_cluster_timeline(ngx_payments_pg_item_t *item);
/* a read token could not be stored, so other workers and nodes may lack it: for
   some seconds this node asks no replica */
void ngx_payments_cluster_pin_to_primary(void);

/* event.c: the row's event, whose texts and ids are the row's.  NGX_DECLINED:
   it has none; NGX_ERROR: it cannot be one, which is logged */
ngx_int_t ngx_payments_cluster_event(ngx_payments_pg_row_t *row,
    ngx_payments_event_t *event);


#endif /* _NGX_PAYMENTS_CLUSTER_H_INCLUDED_ */

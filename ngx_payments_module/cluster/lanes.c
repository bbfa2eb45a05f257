
/* The lanes of a shard: what each is, and its pools. */

#include "ngx_payments_cluster_internal.h"


/* to add a lane: a row here, its number in pg/ngx_payments_pg.h, the names of
   its metrics in pg/metrics.c, and their numbers, in the order of lanes, in
   pg/ngx_payments_pg_metrics.h */

const ngx_payments_pg_lane_t  ngx_payments_lanes[NGX_PAYMENTS_PG_LANES] = {

    { .number = NGX_PAYMENTS_PG_WRITE, .name = "write", .writes = 1 },

    { .number = NGX_PAYMENTS_PG_READ, .name = "read", .replica = 1,
      .weighed = 1 },

    { .number = NGX_PAYMENTS_PG_LIST, .name = "list", .replica = 1,
      .weighed = 1, .answer = 32 * 1024, .slow = 1,
      .limit = "SELECT set_config('statement_timeout','1500',true)" },

    { .number = NGX_PAYMENTS_PG_CONTROL, .name = "control",
      .connections = 1 },

    { .number = NGX_PAYMENTS_PG_BACKGROUND, .name = "background",
      .connections = 1, .first_worker = 1 }
};


static ngx_uint_t
ngx_payments_lane_connections(ngx_payments_pg_conf_t *conf,
    const ngx_payments_pg_lane_t *lane, ngx_uint_t first)
{
    if (lane->first_worker && !first) {
        return 0;
    }

    return lane->connections ? lane->connections
                             : conf->connections[lane->number];
}


ngx_uint_t
ngx_payments_cluster_connections(ngx_payments_pg_conf_t *conf, ngx_uint_t first)
{
    ngx_uint_t                     i, n;
    const ngx_payments_pg_lane_t  *lane;

    n = (first && conf->nservers > 1) ? conf->nservers : 0;

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        lane = &ngx_payments_lanes[i];

        n += ngx_payments_lane_connections(conf, lane, first)
             * ((conf->nservers > 1 && lane->replica) ? 2 : 1);
    }

    return n;
}


ngx_payments_pg_pool_t *
ngx_payments_lanes_pool(ngx_cycle_t *cycle, ngx_payments_shard_t *shard,
    ngx_uint_t lane, ngx_payments_pg_to_e to, ngx_uint_t server,
    ngx_uint_t connections)
{
    ngx_payments_pg_pool_options_t  options;

    options.lane = &ngx_payments_lanes[lane];
    options.hooks = shard->hooks;
    options.owner = shard;
    options.conf = shard->conf;
    options.to = to;
    options.server = server;
    options.connections = connections;
    options.place = shard->number * NGX_PAYMENTS_PG_SERVERS;

    return ngx_payments_pg_pool_create(cycle, &options);
}


ngx_int_t
ngx_payments_lanes_init(ngx_cycle_t *cycle, ngx_payments_shard_t *shard,
    ngx_uint_t primary)
{
    ngx_uint_t               i, n;
    ngx_payments_pg_conf_t  *conf = shard->conf;
    ngx_payments_pg_pool_t  *pool;

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        n = ngx_payments_lane_connections(conf, &ngx_payments_lanes[i],
                                          ngx_worker == 0);

        pool = ngx_payments_lanes_pool(cycle, shard, i,
                                       NGX_PAYMENTS_PG_TO_PRIMARY, primary, n);
        if (pool == NULL) {
            return NGX_ERROR;
        }

        shard->lanes[i].primary = pool;
    }

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {

        if (conf->nservers == 1 || !ngx_payments_lanes[i].replica) {
            continue;
        }

        n = ngx_payments_lane_connections(conf, &ngx_payments_lanes[i],
                                          ngx_worker == 0);

        pool = ngx_payments_lanes_pool(cycle, shard, i,
                                       NGX_PAYMENTS_PG_TO_REPLICA,
                                       conf->nservers, n);
        if (pool == NULL) {
            return NGX_ERROR;
        }

        shard->lanes[i].replica = pool;
    }

    return NGX_OK;
}


void
ngx_payments_lanes_exit(ngx_payments_shard_t *shard)
{
    ngx_uint_t  i;

    /* those to replicas first: what they have goes to the primary's */

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        if (shard->lanes[i].replica != NULL) {
            ngx_payments_pg_pool_exit(shard->lanes[i].replica);
        }
    }

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        ngx_payments_pg_pool_exit(shard->lanes[i].primary);
    }
}


/*
 * What was sent to the old primary may have been executed there or not: it is
 * asked again at the new one, with the same ids.
 */

void
ngx_payments_lanes_follow(ngx_payments_shard_t *shard, ngx_uint_t primary,
    ngx_uint_t replica)
{
    ngx_uint_t            i;
    ngx_payments_lane_t  *lane;

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        lane = &shard->lanes[i];

        ngx_payments_pg_pool_set_server(lane->primary, primary,
                                   "another server, or none, is the primary");
    }

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        lane = &shard->lanes[i];

        if (lane->replica != NULL) {
            ngx_payments_pg_pool_set_server(lane->replica, replica,
                                            "another replica is read");
        }
    }
}


/*
 * Another server may be at the new address.  What is under way is asked again
 * there, with the same ids.
 */

void
ngx_payments_lanes_reconnect(ngx_payments_shard_t *shard, ngx_uint_t server)
{
    ngx_uint_t            i;
    ngx_payments_lane_t  *lane;

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        lane = &shard->lanes[i];

        /* a worker that begins looks addresses up before it has pools */

        if (lane->primary != NULL) {
            ngx_payments_pg_pool_reconnect(lane->primary, server,
                                           NGX_PAYMENTS_MOVED);
        }

        if (lane->replica != NULL) {
            ngx_payments_pg_pool_reconnect(lane->replica, server,
                                           NGX_PAYMENTS_MOVED);
        }
    }
}

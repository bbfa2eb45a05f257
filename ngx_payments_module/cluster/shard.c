
/* The shards of a worker, and which pool of which one an item goes to. */

#include "ngx_payments_cluster_internal.h"
#include "../status/ngx_payments_status.h"


/* how long a replica may keep a read before the primary is asked, ms */
#define NGX_PAYMENTS_REPLICA_TIMEOUT  250


static const char *ngx_payments_cluster_address(void *owner,
    ngx_uint_t server);
static void ngx_payments_cluster_fence(void *owner, int64_t *timeline,
    int64_t *at);
static void ngx_payments_cluster_follow(void *owner);
static void ngx_payments_cluster_connected(void *owner);
static void ngx_payments_cluster_lost(void *owner);
static void ngx_payments_cluster_refused(void *owner);
static void ngx_payments_cluster_returned(void *owner,
    ngx_payments_pg_item_t *item, ngx_payments_pg_returned_e why);


/* what connections ask of a shard, and report to it */

static const ngx_payments_pg_hooks_t  ngx_payments_cluster_hooks = {
    ngx_payments_statements_text,
    ngx_payments_cluster_address,
    ngx_payments_cluster_fence,
    ngx_payments_cluster_follow,
    ngx_payments_cluster_connected,
    ngx_payments_cluster_lost,
    ngx_payments_cluster_refused,
    ngx_payments_cluster_returned
};


static ngx_payments_shard_t  *ngx_payments_cluster_shards;
static ngx_uint_t             ngx_payments_cluster_n;


static void
ngx_payments_cluster_resolved(ngx_payments_shard_t *shard, ngx_uint_t server,
    u_char *text)
{
    if (shard->topology != NULL) {
        ngx_payments_topology_publish_address(shard, server, text);

    } else {
        (void) ngx_payments_resolve_set_address(shard, server, text);
    }
}


static ngx_int_t
ngx_payments_cluster_shard_init(ngx_cycle_t *cycle, ngx_payments_shard_t *shard)
{
    ngx_uint_t               primary;
    ngx_payments_pg_conf_t  *conf = shard->conf;

    shard->hooks = &ngx_payments_cluster_hooks;
    shard->dummy.fd = (ngx_socket_t) -1;
    shard->dummy.data = shard;

    ngx_payments_resolve_init(shard, ngx_payments_cluster_resolved);

    primary = 0;

    if (conf->nservers == 1 && ngx_payments_resolve_begin(shard)) {

        /* where it is may have changed since the configuration was read */

        primary = conf->nservers;
    }

    if (conf->nservers > 1) {
        if (ngx_payments_topology_init(cycle, shard) != NGX_OK) {
            return NGX_ERROR;
        }

        primary = ngx_payments_topology_primary(shard);
    }

    if (ngx_payments_lanes_init(cycle, shard, primary) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_ability_init(cycle, shard);
    ngx_payments_version_init(cycle, shard);

    return NGX_OK;
}


ngx_int_t
ngx_payments_cluster_init(ngx_cycle_t *cycle, ngx_payments_cluster_conf_t *conf)
{
    ngx_uint_t             i;
    ngx_payments_shard_t  *shards;

    shards = ngx_pcalloc(cycle->pool,
                         conf->nshards * sizeof(ngx_payments_shard_t));
    if (shards == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_cluster_shards = shards;
    ngx_payments_cluster_n = conf->nshards;

    ngx_payments_pg_use_statements(ngx_payments_statements,
                                   NGX_PAYMENTS_PG_STATEMENTS);

    for (i = 0; i < ngx_payments_cluster_n; i++) {
        shards[i].conf = conf->shards[i];
        shards[i].number = i;

        if (ngx_payments_cluster_shard_init(cycle, &shards[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (ngx_payments_map_init(cycle, shards, ngx_payments_cluster_n)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_database_init(cycle, shards, ngx_payments_cluster_n);
    ngx_payments_cluster_board_init(shards, ngx_payments_cluster_n);

    return NGX_OK;
}


void
ngx_payments_cluster_exit(void)
{
    ngx_uint_t             i;
    ngx_payments_shard_t  *shard;

    if (ngx_payments_cluster_shards == NULL) {
        return;
    }

    ngx_payments_database_exit();
    ngx_payments_map_exit();

    for (i = 0; i < ngx_payments_cluster_n; i++) {
        shard = &ngx_payments_cluster_shards[i];

        ngx_payments_resolve_exit(shard);
        ngx_payments_topology_exit(shard);
        ngx_payments_version_exit(shard);
        ngx_payments_ability_exit(shard);
        ngx_payments_lanes_exit(shard);
    }

    ngx_payments_cluster_shards = NULL;

    ngx_payments_pg_thread_exit();
}


ngx_uint_t
ngx_payments_cluster_nshards(void)
{
    return ngx_payments_cluster_n;
}


ngx_str_t *
ngx_payments_cluster_shard_name(ngx_uint_t number)
{
    return &ngx_payments_cluster_shards[number].conf->name;
}


ngx_payments_ability_e
ngx_payments_cluster_ability(ngx_uint_t number)
{
    return ngx_payments_ability(&ngx_payments_cluster_shards[number]);
}


ngx_payments_schema_state_e
ngx_payments_cluster_schema(ngx_uint_t number)
{
    return ngx_payments_version_state(&ngx_payments_cluster_shards[number]);
}


ngx_uint_t
ngx_payments_cluster_schema_fresh(ngx_uint_t number)
{
    return ngx_payments_version_fresh(&ngx_payments_cluster_shards[number]);
}


void
ngx_payments_cluster_pin_to_primary(void)
{
    ngx_uint_t  i;

    for (i = 0; i < ngx_payments_cluster_n; i++) {
        ngx_payments_replicas_pin_to_primary(&ngx_payments_cluster_shards[i]);
    }
}


/* the shard that has the merchant; NULL: none */

static ngx_payments_shard_t *
ngx_payments_cluster_owner(int64_t merchant_id)
{
    return (ngx_payments_cluster_n == 1) ? &ngx_payments_cluster_shards[0]
                                         : ngx_payments_map_owner(merchant_id);
}


ngx_uint_t
ngx_payments_cluster_silent(int64_t merchant_id)
{
    ngx_payments_shard_t  *shard;

    shard = ngx_payments_cluster_owner(merchant_id);

    return shard == NULL
           || ngx_payments_ability(shard) == NGX_PAYMENTS_PG_NO_ANSWER;
}


ngx_uint_t
ngx_payments_cluster_overloaded(int64_t merchant_id)
{
    ngx_payments_shard_t  *shard;

    shard = ngx_payments_cluster_owner(merchant_id);

    return ngx_payments_pg_pool_full(
                        shard ? shard->lanes[NGX_PAYMENTS_PG_WRITE].primary
                              : ngx_payments_map_unrouted_pool(),
                        merchant_id);
}


static void
ngx_payments_cluster_route(ngx_payments_pg_item_t *item)
{
    ngx_payments_shard_t               *shard;
    ngx_payments_pg_route_t            *route = &item->route;
    const ngx_payments_pg_statement_t  *s;

    s = &ngx_payments_statements[item->statement];

    shard = (s->flags & NGX_PAYMENTS_PG_BY_MERCHANT)
            ? ngx_payments_cluster_owner(item->values[0].number)
            : &ngx_payments_cluster_shards[item->shard];

    route->epoch = ngx_payments_map_epoch;
    route->shard = shard;
    route->replica = NULL;
    route->system = 0;

    if (shard == NULL) {
        route->primary = ngx_payments_map_unrouted_pool();
        return;
    }

    route->primary = shard->lanes[s->lane].primary;

    if (s->flags & NGX_PAYMENTS_PG_BY_REPLICA) {
        route->replica = shard->lanes[s->lane].replica;
    }

    if ((s->flags & NGX_PAYMENTS_PG_BY_MERCHANT) && shard->conf->replicas) {
        route->system = ngx_payments_replicas_system(shard);
    }
}


/* 1: the route's replica would take a read now */

static ngx_uint_t
ngx_payments_cluster_replica_ready(ngx_payments_pg_route_t *route)
{
    return route->replica != NULL && route->system != 0
           && ngx_payments_replicas_readable(route->shard)
           && ngx_payments_pg_pool_ready(route->replica);
}


uint64_t
ngx_payments_cluster_route_read(ngx_payments_pg_item_t *item)
{
    ngx_payments_cluster_route(item);

    return item->route.system;
}


uint64_t
ngx_payments_cluster_system(ngx_payments_pg_item_t *item)
{
    ngx_payments_shard_t  *shard = item->route.shard;

    return shard ? ngx_payments_replicas_system(shard) : 0;
}


ngx_uint_t
ngx_payments_cluster_timeline(ngx_payments_pg_item_t *item)
{
    ngx_payments_shard_t  *shard = item->route.shard;

    return shard ? ngx_payments_topology_timeline(shard) : 0;
}


/*
 * A route is found once.  The map may change between that and here, while
 * Redis is asked for the item's token: then its epoch is another one, and the
 * route is found again.  If the new route leads to another cluster, the token
 * and the timeline say nothing about that cluster, and its primary is asked.
 *
 * The topology may change too, but that changes no route: the pools follow it
 * (ngx_payments_lanes_follow()).  Whether replicas are read at all is looked up
 * again here, with the age of the last heartbeat, so a failover or a pin to the
 * primary in between counts.
 *
 * A read whose merchant has written on a later timeline than this node knows
 * goes nowhere before the node knows it.
 */

void
ngx_payments_cluster_send(ngx_payments_pg_item_t *item)
{
    uint64_t                  system;
    ngx_msec_t                timeout;
    ngx_payments_pg_pool_t   *pool;
    ngx_payments_shard_t     *shard;
    ngx_payments_pg_route_t  *route = &item->route;

    system = route->system;

    if (route->epoch != ngx_payments_map_epoch) {
        ngx_payments_cluster_route(item);
    }

    /* the item may be sent again later, as another statement */

    route->epoch = 0;

    shard = route->shard ? route->shard : &ngx_payments_cluster_shards[0];
    timeout = item->timeout ? item->timeout : shard->conf->timeout;
    pool = route->primary;

    if (route->system == 0 || route->system != system) {

        /* what was asked for is no number of this cluster */

    } else if (ngx_payments_topology_behind(shard, item->timeline)) {
        pool = ngx_payments_topology_await(shard, item->timeline);

    } else if (item->read_token != NGX_PAYMENTS_PG_ALL
               && ngx_payments_cluster_replica_ready(route))
    {
        route->deadline = ngx_current_msec + timeout;
        pool = route->replica;
        timeout = ngx_min(timeout, NGX_PAYMENTS_REPLICA_TIMEOUT);
    }

    ngx_payments_pg_pool_send(pool, item, timeout);
}


/* a replica did not answer it: the primary is asked, by the first deadline */

static void
ngx_payments_cluster_fallback_to_primary(ngx_payments_pg_item_t *item)
{
    ngx_msec_int_t  left;

    ngx_payments_status_add(NGX_PAYMENTS_M_PG_REPLICA_FALLBACK, 1);

    left = (ngx_msec_int_t) (item->route.deadline - ngx_current_msec);

    ngx_payments_pg_pool_send(item->route.primary, item,
                              (ngx_msec_t) ngx_max(left, 1));
}


static const char *
ngx_payments_cluster_address(void *owner, ngx_uint_t server)
{
    return ngx_payments_resolve_address(owner, server);
}


static void
ngx_payments_cluster_fence(void *owner, int64_t *timeline, int64_t *at)
{
    ngx_payments_replicas_heartbeat_fence(owner, timeline, at);
}


static void
ngx_payments_cluster_follow(void *owner)
{
    ngx_payments_topology_follow(owner);
}


static void
ngx_payments_cluster_connected(void *owner)
{
    ngx_payments_version_check(owner);
    ngx_payments_database_check(owner);
}


static void
ngx_payments_cluster_lost(void *owner)
{
    ngx_payments_topology_request_probe(owner);
}


static void
ngx_payments_cluster_refused(void *owner)
{
    ngx_payments_ability_check(owner);
}


static void
ngx_payments_cluster_returned(void *owner, ngx_payments_pg_item_t *item,
    ngx_payments_pg_returned_e why)
{
    if (why == NGX_PAYMENTS_PG_MISPLACED) {
        ngx_payments_map_misplaced(owner, item);

    } else {
        ngx_payments_cluster_fallback_to_primary(item);
    }
}


/* The shards of a worker: their pools, and which of them an item goes to. */

#include "../pg/ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"


static ngx_payments_shard_t  *ngx_payments_cluster_shards;
static ngx_uint_t                ngx_payments_cluster_n;

/* a shard's pool of reads or lists for replicas: behind those to the primary */
#define ngx_payments_replica_pool(shard, kind)                                \
    (&(shard)->pools[NGX_PAYMENTS_PG_LANES + (kind) - NGX_PAYMENTS_PG_READ])

#define NGX_PAYMENTS_PG_REPLICA_POOLS                                         \
    (NGX_PAYMENTS_PG_LIST - NGX_PAYMENTS_PG_READ + 1)


/* how many connections a lane of a worker has to the primary */

static ngx_uint_t
ngx_payments_lane_connections(ngx_payments_pg_conf_t *conf, ngx_uint_t kind,
    ngx_uint_t first)
{
    if (kind < NGX_PAYMENTS_PG_SIZED) {
        return conf->connections[kind];
    }

    return (kind == NGX_PAYMENTS_PG_CONTROL) ? 1 : first;
}


ngx_uint_t
ngx_payments_cluster_connections(ngx_payments_pg_conf_t *conf, ngx_uint_t first)
{
    ngx_uint_t  i, n;

    n = (first && conf->nservers > 1) ? conf->nservers : 0;

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        n += ngx_payments_lane_connections(conf, i, first);

        if (conf->nservers > 1
            && i >= NGX_PAYMENTS_PG_READ && i <= NGX_PAYMENTS_PG_LIST)
        {
            n += conf->connections[i];
        }
    }

    return n;
}


static ngx_int_t
ngx_payments_cluster_pools(ngx_cycle_t *cycle, ngx_payments_shard_t *shard,
    ngx_uint_t primary)
{
    ngx_uint_t               i, n;
    ngx_payments_pg_conf_t  *conf = shard->conf;

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        n = ngx_payments_lane_connections(conf, i, ngx_worker == 0);

        if (ngx_payments_pg_pool_init(cycle, &shard->pools[i], shard, i,
                                      NGX_PAYMENTS_PG_TO_PRIMARY, primary, n)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = NGX_PAYMENTS_PG_READ; shard->npools > NGX_PAYMENTS_PG_LANES
                                   && i <= NGX_PAYMENTS_PG_LIST; i++)
    {
        if (ngx_payments_pg_pool_init(cycle,
                                      ngx_payments_replica_pool(shard, i),
                                      shard, i, NGX_PAYMENTS_PG_TO_REPLICA,
                                      conf->nservers, conf->connections[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ngx_payments_ability_init(cycle, shard);

    return NGX_OK;
}


static ngx_int_t
ngx_payments_cluster_shard_init(ngx_cycle_t *cycle, ngx_payments_shard_t *shard)
{
    ngx_uint_t               primary;
    ngx_payments_pg_conf_t  *conf = shard->conf;

    shard->npools = NGX_PAYMENTS_PG_LANES;

    if (conf->nservers > 1) {
        shard->npools += NGX_PAYMENTS_PG_REPLICA_POOLS;
    }

    shard->pools = ngx_pcalloc(cycle->pool,
                               shard->npools * sizeof(ngx_payments_pg_pool_t));
    if (shard->pools == NULL) {
        return NGX_ERROR;
    }

    shard->dummy.fd = (ngx_socket_t) -1;
    shard->dummy.data = shard;

    ngx_payments_resolve_init(shard);

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

    return ngx_payments_cluster_pools(cycle, shard, primary);
}


ngx_int_t
ngx_payments_cluster_init(ngx_cycle_t *cycle, ngx_payments_pg_shards_t *shards)
{
    ngx_uint_t  i;

    ngx_payments_cluster_shards = ngx_pcalloc(cycle->pool,
                           shards->nshards * sizeof(ngx_payments_shard_t));
    if (ngx_payments_cluster_shards == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_cluster_n = shards->nshards;

    for (i = 0; i < ngx_payments_cluster_n; i++) {
        ngx_payments_cluster_shards[i].conf = shards->shards[i];
        ngx_payments_cluster_shards[i].number = i;

        if (ngx_payments_cluster_shard_init(cycle,
                                            &ngx_payments_cluster_shards[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_payments_map_init(cycle, ngx_payments_cluster_shards,
                              ngx_payments_cluster_n)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_database_init(cycle, ngx_payments_cluster_shards,
                               ngx_payments_cluster_n);

    return NGX_OK;
}


void
ngx_payments_cluster_exit(void)
{
    ngx_uint_t             i, n;
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
        ngx_payments_ability_exit(shard);

        /* those for replicas first: what they had goes to the others */

        for (n = shard->npools; n-- > 0; /* void */ ) {
            ngx_payments_pg_pool_exit(&shard->pools[n]);
        }
    }

    ngx_payments_cluster_shards = NULL;

    ngx_payments_pg_thread_exit();
}


ngx_payments_shard_t *
ngx_payments_cluster_shard(ngx_uint_t number)
{
    return &ngx_payments_cluster_shards[number];
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


/*
 * What was sent to the old primary may have been executed there or not: it is
 * asked again at the new one, with the same ids.
 */

void
ngx_payments_lanes_follow(ngx_payments_shard_t *shard, ngx_payments_pg_to_e to,
    ngx_uint_t server)
{
    ngx_uint_t               i;
    ngx_payments_pg_pool_t  *pool;

    for (i = 0; i < shard->npools; i++) {
        pool = &shard->pools[i];

        if (pool->to != to || pool->server == server) {
            continue;
        }

        pool->server = server;

        ngx_payments_pg_pool_reconnect(pool, (to == NGX_PAYMENTS_PG_TO_PRIMARY)
                                         ? "another server, or none, is the "
                                           "primary"
                                         : "another replica is read");
    }
}


/*
 * Who the server was says nothing about who is at the other address.  What is
 * under way is asked again there, with the same ids.
 */

void
ngx_payments_lanes_moved(ngx_payments_shard_t *shard, ngx_uint_t server)
{
    ngx_uint_t  i;

    for (i = 0; i < shard->npools; i++) {

        /* a worker that begins looks addresses up before it has pools */

        if (shard->pools[i].conf != NULL && shard->pools[i].server == server) {
            ngx_payments_pg_pool_reconnect(&shard->pools[i],
                                           "the server has another address");
        }
    }

    ngx_payments_topology_address_changed(shard, server);
}


/* the shard that an item goes to; NULL: nobody has its merchant */

static ngx_payments_shard_t *
ngx_payments_cluster_shard_of(ngx_payments_pg_statement_e statement,
    int64_t merchant_id, ngx_uint_t number)
{
    if (ngx_payments_cluster_n == 1) {
        return &ngx_payments_cluster_shards[0];
    }

    return (ngx_payments_pg_statements[statement].flags
            & NGX_PAYMENTS_PG_BY_MERCHANT)
           ? ngx_payments_map_owner(merchant_id)
           : &ngx_payments_cluster_shards[number];
}


ngx_payments_pg_pool_t *
ngx_payments_cluster_pool_of(ngx_payments_shard_t *shard,
    ngx_payments_pg_item_t *item)
{
    return &shard->pools[ngx_payments_pg_statements[item->statement].queue];
}


static uint64_t
ngx_payments_cluster_replica_of(ngx_payments_shard_t *shard,
    ngx_payments_pg_statement_e statement)
{
    const ngx_payments_pg_statement_t  *s;

    s = &ngx_payments_pg_statements[statement];

    return (s->flags & NGX_PAYMENTS_PG_BY_REPLICA
            && shard->npools > NGX_PAYMENTS_PG_LANES
            && ngx_payments_replicas_readable(shard)
            && ngx_payments_pg_pool_ready(
                                 ngx_payments_replica_pool(shard, s->queue)))
           ? ngx_payments_replicas_system(shard) : 0;
}


uint64_t
ngx_payments_cluster_replica(ngx_payments_pg_statement_e statement,
    int64_t merchant_id)
{
    ngx_payments_shard_t  *shard;

    shard = ngx_payments_cluster_shard_of(statement, merchant_id, 0);

    return shard ? ngx_payments_cluster_replica_of(shard, statement) : 0;
}


uint64_t
ngx_payments_cluster_system(ngx_payments_pg_item_t *item)
{
    ngx_payments_pg_pool_t  *pool = item->pool;

    return ngx_payments_replicas_system(pool->shard);
}


void
ngx_payments_cluster_pin_to_primary(void)
{
    ngx_uint_t  i;

    for (i = 0; i < ngx_payments_cluster_n; i++) {
        ngx_payments_replicas_pin_to_primary(&ngx_payments_cluster_shards[i]);
    }
}


ngx_uint_t
ngx_payments_cluster_overloaded(int64_t merchant_id)
{
    ngx_payments_pg_pool_t  *pool;
    ngx_payments_shard_t    *shard;

    shard = ngx_payments_cluster_shard_of(NGX_PAYMENTS_PG_CREATE_PAYMENTS,
                                          merchant_id, 0);
    pool = shard ? &shard->pools[NGX_PAYMENTS_PG_WRITE]
                 : ngx_payments_map_unrouted_pool();

    return ngx_payments_pg_fair_full(&pool->waiting, merchant_id,
                                     pool->conf->queue);
}


void
ngx_payments_cluster_send(ngx_payments_pg_item_t *item)
{
    uint64_t                 system;
    ngx_msec_t               timeout;
    ngx_payments_pg_pool_t  *pool;
    ngx_payments_shard_t    *shard;

    shard = ngx_payments_cluster_shard_of(item->statement,
                                          item->values
                                          ? item->values[0].number : 0,
                                          item->shard);
    pool = shard ? ngx_payments_cluster_pool_of(shard, item)
                 : ngx_payments_map_unrouted_pool();
    timeout = item->timeout ? item->timeout : pool->conf->timeout;

    /* its number means nothing to another cluster */

    system = (shard && item->read_token != NGX_PAYMENTS_PG_ALL)
             ? ngx_payments_cluster_replica_of(shard, item->statement) : 0;

    if (system != 0 && system == item->system) {
        item->until = ngx_current_msec + timeout;
        pool = ngx_payments_replica_pool(shard, pool->kind);
        timeout = ngx_min(timeout, NGX_PAYMENTS_REPLICA_TIMEOUT);
    }

    ngx_payments_pg_pool_send(pool, item, timeout);
}


void
ngx_payments_cluster_fallback_to_primary(ngx_payments_pg_item_t *item)
{
    ngx_msec_int_t           left;
    ngx_payments_pg_pool_t  *pool = item->pool;

    ngx_payments_status_add(NGX_PAYMENTS_M_PG_REPLICA_FALLBACK, 1);

    left = (ngx_msec_int_t) (item->until - ngx_current_msec);

    ngx_payments_pg_pool_send(ngx_payments_cluster_pool_of(pool->shard, item),
                              item, (ngx_msec_t) ngx_max(left, 1));
}

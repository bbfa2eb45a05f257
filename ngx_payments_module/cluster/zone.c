
/* What workers share of a shard: its zone, and what of it outlives a reload. */

#include "ngx_payments_cluster_topology.h"


static ngx_int_t ngx_payments_zone_init(ngx_shm_zone_t *shm_zone,
    void *data);


ngx_shm_zone_t *
ngx_payments_cluster_zone(ngx_conf_t *cf, ngx_payments_pg_conf_t *conf,
    void *tag)
{
    ngx_str_t        name;
    ngx_shm_zone_t  *zone;

    name.len = sizeof("payments_topology_") - 1 + conf->name.len;
    name.data = ngx_pnalloc(cf->pool, name.len);

    if (name.data == NULL) {
        return NULL;
    }

    (void) ngx_sprintf(name.data, "payments_topology_%V", &conf->name);

    zone = ngx_shared_memory_add(cf, &name, 64 * ngx_pagesize, tag);

    if (zone != NULL) {
        zone->init = ngx_payments_zone_init;
        zone->data = conf;
    }

    return zone;
}


/*
 * After a reload with other servers, or another order of them, what is known of
 * each begins again in memory of its own: workers of the old cycle still write
 * theirs, by their numbers.  That is given back when nginx stops.
 */

static ngx_int_t
ngx_payments_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    uint32_t                   crc;
    ngx_uint_t                 i;
    ngx_slab_pool_t           *shpool;
    const char                *host;
    ngx_payments_pg_conf_t    *conf = shm_zone->data;
    ngx_payments_pg_server_t  *server;
    ngx_payments_topology_t   *known, *old;

    ngx_crc32_init(crc);

    /* a name may have got another address */

    for (i = 0; i < conf->nservers; i++) {
        server = &conf->servers[i];
        host = server->hostaddr ? server->hostaddr : server->host;

        ngx_crc32_update(&crc, (u_char *) host, ngx_strlen(host) + 1);
        ngx_crc32_update(&crc, (u_char *) server->port,
                         ngx_strlen(server->port) + 1);
    }

    ngx_crc32_final(crc);

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;
    old = shm_zone->shm.exists ? shpool->data : data;
    known = old;

    if (old == NULL || old->servers != crc) {
        known = ngx_slab_calloc(shpool, sizeof(ngx_payments_topology_t));
        if (known == NULL) {
            return NGX_ERROR;
        }

        known->servers = crc;

        if (old != NULL) {
            known->system = old->system;
            known->timeline = old->timeline;
            known->pinned_until = old->pinned_until;
        }
    }

    shpool->data = known;
    shm_zone->data = known;

    return NGX_OK;
}

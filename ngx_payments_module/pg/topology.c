
/*
 * Which of a shard's servers is its primary: asked by one worker of the node,
 * each server once a second over a connection of its own, and told to all
 * through shared memory.  The first worker asks; where nobody has for some
 * time, another one does.
 *
 * A server that takes writes is a writer.  Of several writers, which is what an
 * old primary that was not stopped looks like after a promotion, the one with
 * the higher timeline is the primary; with equal ones nobody is, since nobody
 * can tell, also while one of them does not answer.  A writer on an older
 * timeline than any server has shown lacks what was acknowledged there, and is
 * not used although it may be the only one.
 * A primary that does not answer stays the primary until another writer is
 * there: requests wait for it, or for that one.
 *
 * The shard's system identifier is that of the first server listed, of those
 * that answered when each had been asked.  A server with another one belongs to
 * another cluster and is never used; where both take writes at that moment,
 * nobody can tell which is meant, and none is.
 *
 * Not from libpq's target_session_attrs or in_hot_standby: behind a pooler they
 * say what was true when the pooler connected.
 */

#include "ngx_payments_pg_topology.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_PG_PROBE_EVERY  1000  /* ms */
#define NGX_PAYMENTS_PG_PROBE_SOON   250   /* while the primary is silent */
#define NGX_PAYMENTS_PG_PROBE_LIMIT  1000
#define NGX_PAYMENTS_PG_WATCH        50    /* how often a worker looks */


/* columns of pay.probe() */

#define NGX_PAYMENTS_PROBE_STANDBY   1
#define NGX_PAYMENTS_PROBE_TIMELINE  2
#define NGX_PAYMENTS_PROBE_SYSTEM    3


static ngx_int_t ngx_payments_pg_init_zone(ngx_shm_zone_t *shm_zone,
    void *data);
static void ngx_payments_pg_watch(ngx_event_t *ev);
static void ngx_payments_pg_probed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static void ngx_payments_pg_elect(ngx_uint_t primary);
static void ngx_payments_pg_decide(void);


ngx_payments_pg_conf_t      *ngx_payments_pg_conf;
ngx_payments_pg_topology_t  *ngx_payments_pg_topology;
ngx_payments_pg_probe_t     *ngx_payments_pg_probes;

static ngx_slab_pool_t             *ngx_payments_pg_shpool;
static ngx_atomic_uint_t            ngx_payments_pg_seen;   /* of "addresses" */
static ngx_event_t                  ngx_payments_pg_watcher;
static ngx_connection_t             ngx_payments_pg_watcher_dummy;


ngx_shm_zone_t *
ngx_payments_pg_zone(ngx_conf_t *cf, ngx_payments_pg_conf_t *conf, void *tag)
{
    ngx_str_t        name = ngx_string("payments_topology");
    ngx_shm_zone_t  *zone;

    zone = ngx_shared_memory_add(cf, &name, 64 * ngx_pagesize, tag);

    if (zone != NULL) {
        zone->init = ngx_payments_pg_init_zone;
        zone->data = conf;
    }

    return zone;
}


/*
 * After a reload with other servers, or another order of them, what is known of
 * each begins anew in memory of its own: workers of the old cycle still write
 * theirs, by their numbers.  That is given back when nginx stops.
 */

static ngx_int_t
ngx_payments_pg_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    uint32_t                     crc;
    ngx_uint_t                   i;
    ngx_slab_pool_t             *shpool;
    const char                  *host;
    ngx_payments_pg_conf_t      *conf = shm_zone->data;
    ngx_payments_pg_server_t    *server;
    ngx_payments_pg_topology_t  *known, *old;

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
        known = ngx_slab_calloc(shpool, sizeof(ngx_payments_pg_topology_t));
        if (known == NULL) {
            return NGX_ERROR;
        }

        known->servers = crc;

        if (old != NULL) {
            known->system = old->system;
            known->timeline = old->timeline;
        }
    }

    shpool->data = known;
    shm_zone->data = known;

    return NGX_OK;
}


/* this worker asks the servers from now on */

static ngx_int_t
ngx_payments_pg_begin(ngx_cycle_t *cycle)
{
    ngx_uint_t                i;
    ngx_payments_pg_conf_t   *conf = ngx_payments_pg_conf;
    ngx_payments_pg_probe_t  *probe, *probes;

    probes = ngx_pcalloc(cycle->pool,
                         conf->nservers * sizeof(ngx_payments_pg_probe_t));
    if (probes == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < conf->nservers; i++) {
        probe = &probes[i];

        probe->server = i;
        probe->item.statement = NGX_PAYMENTS_PG_PROBE;
        probe->item.handler = ngx_payments_pg_probed;
        probe->item.data = probe;
        probe->item.once = 1;
        probe->beat.handler = ngx_payments_pg_beaten;
        probe->beat.data = probe;
        probe->beat.once = 1;

        if (ngx_payments_pg_pool_init(cycle, &probe->pool, conf,
                                      NGX_PAYMENTS_PG_LIST,
                                      NGX_PAYMENTS_PG_TO_ONE, i, 1)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ngx_payments_pg_probes = probes;

    (void) ngx_payments_pg_resolve_begin();

    return NGX_OK;
}


/* each worker, before it connects anywhere */

static void
ngx_payments_pg_look_up(void)
{
    ngx_uint_t                   i;
    u_char                       addresses[NGX_PAYMENTS_PG_SERVERS]
                                          [NGX_SOCKADDR_STRLEN];
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;

    if (t->addresses == ngx_payments_pg_seen) {
        return;
    }

    ngx_shmtx_lock(&ngx_payments_pg_shpool->mutex);

    ngx_payments_pg_seen = t->addresses;

    for (i = 0; i < ngx_payments_pg_conf->nservers; i++) {
        ngx_memcpy(addresses[i], t->nodes[i].address, NGX_SOCKADDR_STRLEN);
    }

    ngx_shmtx_unlock(&ngx_payments_pg_shpool->mutex);

    for (i = 0; i < ngx_payments_pg_conf->nservers; i++) {
        if (addresses[i][0] != '\0') {
            ngx_payments_pg_readdress(i, addresses[i]);
        }
    }
}


/* Nobody goes to the new address before it has said what it is. */

void
ngx_payments_pg_tell_address(ngx_uint_t server, u_char *text)
{
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;
    ngx_payments_pg_node_t      *node = &t->nodes[server];

    node->probed = 0;
    node->writer = 0;
    node->readable = 0;
    node->good = 0;

    if (t->primary == server + 1) {
        ngx_payments_pg_elect(0);
    }

    ngx_shmtx_lock(&ngx_payments_pg_shpool->mutex);

    ngx_memcpy(node->address, text, ngx_strlen(text) + 1);
    t->addresses++;

    ngx_shmtx_unlock(&ngx_payments_pg_shpool->mutex);

    /* what the old address may yet answer is not asked any more */

    ngx_payments_pg_look_up();
}


ngx_int_t
ngx_payments_pg_topology_init(ngx_cycle_t *cycle, ngx_payments_pg_conf_t *conf)
{
    ngx_payments_pg_conf = conf;
    ngx_payments_pg_topology = conf->zone->data;
    ngx_payments_pg_shpool = (ngx_slab_pool_t *) conf->zone->shm.addr;
    ngx_payments_pg_seen = 0;
    ngx_payments_pg_probes = NULL;
    ngx_payments_pg_look_up();

    /* the first worker may begin a little later than this one */

    (void) ngx_atomic_cmp_set(&ngx_payments_pg_topology->alive, 0,
                              ngx_current_msec);

    ngx_payments_pg_watcher_dummy.fd = (ngx_socket_t) -1;
    ngx_payments_pg_watcher.data = &ngx_payments_pg_watcher_dummy;
    ngx_payments_pg_watcher.handler = ngx_payments_pg_watch;
    ngx_payments_pg_watcher.log = cycle->log;
    ngx_payments_pg_watcher.cancelable = 1;

    ngx_add_timer(&ngx_payments_pg_watcher, NGX_PAYMENTS_PG_WATCH);

    return (ngx_worker == 0) ? ngx_payments_pg_begin(cycle) : NGX_OK;
}


void
ngx_payments_pg_topology_exit(void)
{
    ngx_uint_t  i;

    if (ngx_payments_pg_watcher.timer_set) {
        ngx_del_timer(&ngx_payments_pg_watcher);
    }

    for (i = 0;
         ngx_payments_pg_probes && i < ngx_payments_pg_conf->nservers;
         i++)
    {
        ngx_payments_pg_pool_exit(&ngx_payments_pg_probes[i].pool);
    }

    ngx_payments_pg_probes = NULL;
    ngx_payments_pg_topology = NULL;
}


ngx_uint_t
ngx_payments_pg_primary(ngx_payments_pg_conf_t *conf)
{
    ngx_uint_t  n;

    n = ngx_payments_pg_topology->primary;

    return n ? n - 1 : conf->nservers;
}


void
ngx_payments_pg_doubt(ngx_payments_pg_conf_t *conf)
{
    if (conf->nservers > 1 && ngx_payments_pg_topology != NULL) {
        ngx_payments_pg_topology->doubt = 1;
    }
}


static void
ngx_payments_pg_tell(ngx_payments_pg_probe_t *probe,
    ngx_payments_pg_item_t *item)
{
    uint64_t  tag[2];

    /* whose row it is: each server has a pool and items of its own */

    tag[0] = ngx_payments_pg_usec();
    tag[1] = probe->server;

    ngx_memcpy(item->tag, tag, NGX_PAYMENTS_PG_TAG_LEN);

    ngx_payments_pg_send_to(&probe->pool, item, NGX_PAYMENTS_PG_PROBE_LIMIT);
}


static void
ngx_payments_pg_ask(ngx_payments_pg_probe_t *probe)
{
    probe->asked = ngx_current_msec;
    probe->pending = 1;

    ngx_payments_pg_tell(probe, &probe->item);
}


/* one server under two names must not be taken for two that take writes */

static void
ngx_payments_pg_ignore(ngx_uint_t i)
{
    ngx_payments_pg_node_t  *node = &ngx_payments_pg_topology->nodes[i];

    node->silent = 1;
    node->writer = 0;
    node->probed = 0;
    node->readable = 0;
    node->good = 0;

    ngx_payments_pg_probes[i].told = 1;
}


static void
ngx_payments_pg_ask_all(void)
{
    ngx_msec_t                   every;
    ngx_uint_t                   i, doubt;
    ngx_payments_pg_probe_t     *probe;
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;

    t->alive = ngx_current_msec;

    doubt = t->doubt;
    t->doubt = 0;

    i = t->primary;
    every = (i == 0 || t->nodes[i - 1].silent) ? NGX_PAYMENTS_PG_PROBE_SOON
                                               : NGX_PAYMENTS_PG_PROBE_EVERY;

    for (i = 0; i < ngx_payments_pg_conf->nservers; i++) {
        probe = &ngx_payments_pg_probes[i];

        if (ngx_payments_pg_twin(ngx_payments_pg_conf, i)) {
            ngx_payments_pg_ignore(i);
            continue;
        }

        if (!probe->pending
            && (doubt || probe->asked == 0
                || ngx_current_msec - probe->asked >= every))
        {
            ngx_payments_pg_ask(probe);
        }
    }

    ngx_payments_pg_decide();
}


void
ngx_payments_pg_probe_moved(ngx_uint_t server)
{
    if (ngx_payments_pg_probes != NULL) {
        ngx_payments_pg_pool_moved(&ngx_payments_pg_probes[server].pool,
                                   server);
        ngx_payments_pg_topology->doubt = 1;
    }
}


/* whether nobody has asked for so long that this worker has to */

static ngx_uint_t
ngx_payments_pg_abandoned(void)
{
    ngx_atomic_uint_t  alive;

    alive = ngx_payments_pg_topology->alive;

    return (ngx_msec_int_t) (ngx_current_msec - alive)
           >= NGX_PAYMENTS_PG_PROBE_OLD
           && ngx_atomic_cmp_set(&ngx_payments_pg_topology->alive, alive,
                                 ngx_current_msec);
}


/* each worker: has the primary changed?  The one that asks: is it time? */

static void
ngx_payments_pg_watch(ngx_event_t *ev)
{
    ngx_payments_pg_look_up();
    ngx_payments_pg_follow(NGX_PAYMENTS_PG_TO_PRIMARY,
                           ngx_payments_pg_primary(ngx_payments_pg_conf));
    ngx_payments_pg_follow(NGX_PAYMENTS_PG_TO_REPLICA,
                           ngx_payments_pg_choose());

    if (!ngx_exiting) {

        if (ngx_payments_pg_probes == NULL && ngx_payments_pg_abandoned()) {
            (void) ngx_payments_pg_begin((ngx_cycle_t *) ngx_cycle);
        }

        if (ngx_payments_pg_probes != NULL) {
            ngx_payments_pg_ask_all();
        }
    }

    ngx_add_timer(ev, NGX_PAYMENTS_PG_WATCH);
}


static void
ngx_payments_pg_probed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_pg_node_t   *node;
    ngx_payments_pg_probe_t  *probe = item->data;

    probe->pending = 0;
    probe->told = 1;

    /* another worker asks by now, and may know more than a late answer; one to
       whom another name leads has been asked under that */

    if (ngx_exiting
        || ngx_payments_pg_twin(ngx_payments_pg_conf, probe->server))
    {
        return;
    }

    node = &ngx_payments_pg_topology->nodes[probe->server];
    node->silent = (outcome != NGX_PAYMENTS_PG_DONE);

    if (!node->silent) {
        node->writer = !ngx_payments_pg_number(row,
                                               NGX_PAYMENTS_PROBE_STANDBY);
        node->timeline = (ngx_atomic_uint_t)
                      ngx_payments_pg_number(row, NGX_PAYMENTS_PROBE_TIMELINE);
        node->system = (ngx_atomic_uint_t)
                       ngx_payments_pg_number(row, NGX_PAYMENTS_PROBE_SYSTEM);
        node->probed = ngx_current_msec ? ngx_current_msec : 1;
    }

    ngx_payments_pg_decide();

    /* the primary writes its beat, the others say which one they show */

    if (node->silent) {
        ngx_payments_pg_judge(probe->server, 0, 0);

    } else if (!probe->beating) {
        probe->beating = 1;
        probe->beat.statement =
                     (ngx_payments_pg_topology->primary == probe->server + 1)
                     ? NGX_PAYMENTS_PG_BEAT : NGX_PAYMENTS_PG_SHOWN;
        ngx_payments_pg_tell(probe, &probe->beat);
    }
}


static void
ngx_payments_pg_divided(const char *how)
{
    if (!ngx_payments_pg_topology->divided) {
        ngx_payments_pg_topology->divided = 1;
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "two servers of payments shard \"%V\" take writes %s; "
                      "none of them gets any", &ngx_payments_pg_conf->name,
                      how);
    }
}


/* once each has been asked: whose servers these are; NGX_AGAIN: not known */

static ngx_int_t
ngx_payments_pg_identify(void)
{
    ngx_uint_t                   i, writers;
    ngx_atomic_uint_t            system;
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;

    if (t->system != 0) {
        return NGX_OK;
    }

    system = 0;
    writers = 0;

    for (i = 0; i < ngx_payments_pg_conf->nservers; i++) {

        if (!ngx_payments_pg_probes[i].told) {
            return NGX_AGAIN;
        }

        if (t->nodes[i].probed == 0 || t->nodes[i].silent) {
            continue;
        }

        if (system == 0) {
            system = t->nodes[i].system;
        }

        if (t->nodes[i].writer) {
            writers |= (t->nodes[i].system == system) ? 1 : 2;
        }
    }

    if (system == 0) {
        return NGX_AGAIN;
    }

    if (writers == 3) {
        ngx_payments_pg_divided("of different clusters");
        return NGX_AGAIN;
    }

    t->system = system;
    t->divided = 0;

    return NGX_OK;
}


/* why a server that answers is not used, once */

static void
ngx_payments_pg_refuse(ngx_uint_t i, const char *why)
{
    ngx_payments_pg_node_t  *node = &ngx_payments_pg_topology->nodes[i];

    if (why != NULL && !node->refused) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "PostgreSQL \"%V\" of payments shard \"%V\" %s; it is "
                      "not used", &ngx_payments_pg_conf->servers[i].name,
                      &ngx_payments_pg_conf->name, why);
    }

    node->refused = (why != NULL);
}


static ngx_uint_t
ngx_payments_pg_is_writer(ngx_uint_t i)
{
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;
    ngx_payments_pg_node_t      *node = &t->nodes[i];

    /* written by another process, perhaps with a later clock than ours */

    if (node->probed == 0
        || (ngx_msec_int_t) (ngx_current_msec - node->probed)
           >= NGX_PAYMENTS_PG_PROBE_OLD)
    {
        return 0;
    }

    if (node->system != t->system) {
        ngx_payments_pg_refuse(i, "belongs to another cluster");
        return 0;
    }

    if (node->writer && node->timeline < t->timeline) {
        ngx_payments_pg_refuse(i, "takes writes on an older timeline than "
                               "another server has shown");
        return 0;
    }

    ngx_payments_pg_refuse(i, NULL);

    return node->writer;
}


static void
ngx_payments_pg_elect(ngx_uint_t primary)
{
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;

    if (t->primary == primary) {
        return;
    }

    t->primary = primary;

    ngx_payments_pg_read_nobody();

    if (primary == 0) {
        return;
    }

    t->divided = 0;
    ngx_payments_status_add(NGX_PAYMENTS_M_PG_PRIMARIES, 1);

    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "PostgreSQL \"%V\" is the primary of payments shard \"%V\", "
                  "timeline %uA",
                  &ngx_payments_pg_conf->servers[primary - 1].name,
                  &ngx_payments_pg_conf->name,
                  t->nodes[primary - 1].timeline);
}


static void
ngx_payments_pg_decide(void)
{
    ngx_uint_t                   i, best, equal;
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;

    if (ngx_payments_pg_identify() != NGX_OK) {
        return;
    }

    for (i = 0; i < ngx_payments_pg_conf->nservers; i++) {
        if (t->nodes[i].system == t->system) {
            t->timeline = ngx_max(t->timeline, t->nodes[i].timeline);
        }
    }

    best = 0;
    equal = 0;

    for (i = 0; i < ngx_payments_pg_conf->nservers; i++) {

        if (!ngx_payments_pg_is_writer(i)) {
            continue;
        }

        /* all writers that are left are on the highest timeline */

        best = i + 1;
    }

    /* one that was a writer there has payments too, although it is silent */

    for (i = 0; best && i < ngx_payments_pg_conf->nservers; i++) {
        if (i != best - 1 && t->nodes[i].probed && t->nodes[i].writer
            && t->nodes[i].system == t->system
            && t->nodes[i].timeline == t->timeline)
        {
            equal = 1;
        }
    }

    if (equal) {
        ngx_payments_pg_divided("on one timeline");
        ngx_payments_pg_elect(0);
        return;
    }

    /* one that is a standby now, or another's, is the primary no more, whoever
       is; one that does not answer may come back */

    if (best == 0
        && (t->primary == 0 || (t->nodes[t->primary - 1].writer
                                && !t->nodes[t->primary - 1].refused)))
    {
        return;
    }

    ngx_payments_pg_elect(best);
}

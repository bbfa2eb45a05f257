
/*
 * Which of a shard's servers is its primary.  One worker of the node asks each
 * server once a second, over a connection of its own, and all workers read the
 * answers in shared memory.  The first worker asks; when it has not for some
 * time, another one takes over.
 *
 * A server that takes writes is a writer.  Of several writers, which is what an
 * old primary that was not stopped looks like after a promotion, the one with
 * the higher timeline is the primary.  With equal ones there is no primary,
 * since the module cannot know which is right, even while one of them does not
 * answer.  A writer on an older timeline than any server has shown lacks what
 * was acknowledged there, and is not used although it may be the only one.
 * A primary that does not answer stays the primary until another writer is
 * there: requests wait for it, or for that one.
 *
 * The shard's system identifier is that of the first server listed, of those
 * that answered when each had been asked.  A server with another one belongs to
 * another cluster and is never used.  If both take writes at that moment,
 * neither is used, since the module cannot know which is meant.
 *
 * Not from libpq's target_session_attrs or in_hot_standby: behind a pooler they
 * say what was true when the pooler connected.
 */

#include "ngx_payments_cluster_topology.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_PROBE_EVERY  1000  /* ms */
#define NGX_PAYMENTS_PROBE_SOON   250   /* while the primary is silent */
#define NGX_PAYMENTS_PROBE_LIMIT  1000
#define NGX_PAYMENTS_TOPOLOGY_WATCH        50    /* how often a worker looks */


/* columns of pay.probe() */

#define NGX_PAYMENTS_PROBE_STANDBY   1
#define NGX_PAYMENTS_PROBE_TIMELINE  2
#define NGX_PAYMENTS_PROBE_SYSTEM    3


static void ngx_payments_topology_watch(ngx_event_t *ev);
static void ngx_payments_topology_probed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static void ngx_payments_topology_elect(ngx_payments_shard_t *shard,
    ngx_uint_t primary);
static void ngx_payments_topology_decide(ngx_payments_shard_t *shard);


#define ngx_payments_topology_shpool(shard)                                   \
    ((ngx_slab_pool_t *) (shard)->conf->zone->shm.addr)


/* this worker asks the servers from now on */

static ngx_int_t
ngx_payments_topology_start_probing(ngx_payments_shard_t *shard,
    ngx_cycle_t *cycle)
{
    ngx_uint_t               i;
    ngx_payments_pg_conf_t  *conf = shard->conf;
    ngx_payments_probe_t    *probe, *probes;

    probes = ngx_pcalloc(cycle->pool,
                         conf->nservers * sizeof(ngx_payments_probe_t));
    if (probes == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < conf->nservers; i++) {
        probe = &probes[i];

        probe->shard = shard;
        probe->server = i;
        probe->item.statement = NGX_PAYMENTS_PG_PROBE;
        probe->item.handler = ngx_payments_topology_probed;
        probe->item.data = probe;
        probe->item.once = 1;
        probe->heartbeat.handler = ngx_payments_replicas_heartbeat_handler;
        probe->heartbeat.data = probe;
        probe->heartbeat.values = &probe->pinned_ms;
        probe->heartbeat.once = 1;

        probe->pool = ngx_payments_lanes_pool(cycle, shard,
                                              NGX_PAYMENTS_PG_CONTROL,
                                              NGX_PAYMENTS_PG_TO_ONE, i, 1);
        if (probe->pool == NULL) {
            return NGX_ERROR;
        }
    }

    shard->probes = probes;

    (void) ngx_payments_resolve_begin(shard);

    return NGX_OK;
}


/* each worker, before it connects anywhere */

static void
ngx_payments_topology_update_addresses(ngx_payments_shard_t *shard)
{
    ngx_uint_t                i;
    u_char                    addresses[NGX_PAYMENTS_PG_SERVERS]
                                       [NGX_SOCKADDR_STRLEN];
    ngx_payments_topology_t  *t = shard->topology;

    if (t->addresses == shard->seen) {
        return;
    }

    ngx_shmtx_lock(&ngx_payments_topology_shpool(shard)->mutex);

    shard->seen = t->addresses;

    for (i = 0; i < shard->conf->nservers; i++) {
        ngx_memcpy(addresses[i], t->nodes[i].address, NGX_SOCKADDR_STRLEN);
    }

    ngx_shmtx_unlock(&ngx_payments_topology_shpool(shard)->mutex);

    for (i = 0; i < shard->conf->nservers; i++) {
        if (addresses[i][0] == '\0'
            || ngx_payments_resolve_set_address(shard, i, addresses[i])
               != NGX_OK
            || shard->probes == NULL)
        {
            continue;
        }

        ngx_payments_pg_pool_reconnect(shard->probes[i].pool, i,
                                       NGX_PAYMENTS_MOVED);
        t->probe_now = 1;
    }
}


/* nothing is sent to the new address before that server has said what it is */

void
ngx_payments_topology_publish_address(ngx_payments_shard_t *shard,
    ngx_uint_t server, u_char *text)
{
    ngx_payments_topology_t  *t = shard->topology;
    ngx_payments_node_t      *node = &t->nodes[server];

    node->probed = 0;
    node->writer = 0;
    node->readable = 0;
    node->good = 0;

    if (t->primary == server + 1) {
        ngx_payments_topology_elect(shard, 0);
    }

    ngx_shmtx_lock(&ngx_payments_topology_shpool(shard)->mutex);

    ngx_memcpy(node->address, text, ngx_strlen(text) + 1);
    t->addresses++;

    ngx_shmtx_unlock(&ngx_payments_topology_shpool(shard)->mutex);

    /* answers that the old address may yet give are ignored */

    ngx_payments_topology_update_addresses(shard);
}


ngx_int_t
ngx_payments_topology_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shard)
{
    shard->topology = shard->conf->zone->data;
    ngx_payments_topology_update_addresses(shard);

    /* the first worker may begin a little later than this one */

    (void) ngx_atomic_cmp_set(&shard->topology->alive, 0, ngx_current_msec);

    shard->awaiting = ngx_payments_lanes_pool(cycle, shard,
                                              NGX_PAYMENTS_PG_READ,
                                              NGX_PAYMENTS_PG_TO_PRIMARY,
                                              shard->conf->nservers, 1);
    if (shard->awaiting == NULL) {
        return NGX_ERROR;
    }

    shard->watcher.data = &shard->dummy;
    shard->watcher.handler = ngx_payments_topology_watch;
    shard->watcher.log = cycle->log;
    shard->watcher.cancelable = 1;

    ngx_add_timer(&shard->watcher, NGX_PAYMENTS_TOPOLOGY_WATCH);

    return (ngx_worker == 0) ? ngx_payments_topology_start_probing(shard, cycle)
                             : NGX_OK;
}


void
ngx_payments_topology_exit(ngx_payments_shard_t *shard)
{
    ngx_uint_t  i;

    if (shard->watcher.timer_set) {
        ngx_del_timer(&shard->watcher);
    }

    for (i = 0;
         shard->probes && i < shard->conf->nservers;
         i++)
    {
        ngx_payments_pg_pool_exit(shard->probes[i].pool);
    }

    if (shard->awaiting != NULL) {
        ngx_payments_pg_pool_exit(shard->awaiting);
        shard->awaiting = NULL;
    }

    shard->probes = NULL;
    shard->topology = NULL;
}


ngx_uint_t
ngx_payments_topology_primary(ngx_payments_shard_t *shard)
{
    ngx_uint_t  n;

    n = shard->topology->primary;

    return n ? n - 1 : shard->conf->nservers;
}


void
ngx_payments_topology_request_probe(ngx_payments_shard_t *shard)
{
    if (shard->topology != NULL) {
        shard->topology->probe_now = 1;
    }
}


static void
ngx_payments_topology_send(ngx_payments_probe_t *probe,
    ngx_payments_pg_item_t *item)
{
    uint64_t  tag[2];

    /* whose row it is: each server has a pool and items of its own */

    tag[0] = ngx_payments_pg_usec();
    tag[1] = probe->server;

    ngx_memcpy(item->tag, tag, NGX_PAYMENTS_PG_TAG_LEN);

    ngx_payments_pg_pool_send(probe->pool, item, NGX_PAYMENTS_PROBE_LIMIT);
}


static void
ngx_payments_topology_probe(ngx_payments_probe_t *probe)
{
    probe->asked = ngx_current_msec;
    probe->pending = 1;

    ngx_payments_topology_send(probe, &probe->item);
}


/* one server under two names must not be taken for two that take writes */

static void
ngx_payments_topology_ignore(ngx_payments_shard_t *shard, ngx_uint_t i)
{
    ngx_payments_node_t  *node = &shard->topology->nodes[i];

    node->silent = 1;
    node->writer = 0;
    node->probed = 0;
    node->readable = 0;
    node->good = 0;

    shard->probes[i].answered = 1;
}


static void
ngx_payments_topology_probe_all(ngx_payments_shard_t *shard)
{
    ngx_msec_t                every;
    ngx_uint_t                i, probe_now;
    ngx_payments_probe_t     *probe;
    ngx_payments_topology_t  *t = shard->topology;

    t->alive = ngx_current_msec;

    probe_now = t->probe_now;
    t->probe_now = 0;

    i = t->primary;
    every = (i == 0 || t->nodes[i - 1].silent) ? NGX_PAYMENTS_PROBE_SOON
                                               : NGX_PAYMENTS_PROBE_EVERY;

    for (i = 0; i < shard->conf->nservers; i++) {
        probe = &shard->probes[i];

        if (ngx_payments_resolve_duplicate(shard, i)) {
            ngx_payments_topology_ignore(shard, i);
            continue;
        }

        if (!probe->pending
            && (probe_now || probe->asked == 0
                || ngx_current_msec - probe->asked >= every))
        {
            ngx_payments_topology_probe(probe);
        }
    }

    ngx_payments_topology_decide(shard);
}


/* 1: no worker has asked for so long that this one takes over */

static ngx_uint_t
ngx_payments_topology_take_over(ngx_payments_shard_t *shard)
{
    ngx_atomic_uint_t  alive;

    alive = shard->topology->alive;

    return (ngx_msec_int_t) (ngx_current_msec - alive)
           >= NGX_PAYMENTS_PROBE_OLD
           && ngx_atomic_cmp_set(&shard->topology->alive, alive,
                                 ngx_current_msec);
}


ngx_uint_t
ngx_payments_topology_timeline(ngx_payments_shard_t *shard)
{
    ngx_uint_t  n = shard->followed;

    return n ? shard->topology->nodes[n - 1].timeline : 0;
}


ngx_payments_pg_pool_t *
ngx_payments_topology_await(ngx_payments_shard_t *shard, ngx_uint_t timeline)
{
    const char  *left_out;

    ngx_payments_topology_request_probe(shard);

    left_out = ngx_payments_status_due("awaited", "", shard->number, 1000);

    if (left_out != NULL) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "a merchant of payments shard \"%V\" has written on "
                      "timeline %ui, and this node knows a primary of timeline "
                      "%ui: its reads wait for the later one%s",
                      &shard->conf->name, timeline,
                      ngx_payments_topology_timeline(shard), left_out);
    }

    return shard->awaiting;
}


/* where a read goes that has waited; NULL: it waits on */

static ngx_payments_pg_pool_t *
ngx_payments_topology_awaited(ngx_payments_pg_item_t *item)
{
    return ngx_payments_topology_behind((ngx_payments_shard_t *)
                                        item->route.shard, item->timeline)
           ? NULL : item->route.primary;
}


/* the one primary decides, so that it is one and the same for all pools */

static void
ngx_payments_topology_follow_servers(ngx_payments_shard_t *shard)
{
    shard->followed = shard->topology->primary;

    ngx_payments_lanes_follow(shard, shard->followed ? shard->followed - 1
                                                     : shard->conf->nservers,
                              ngx_payments_replicas_choose(shard));

    if (ngx_payments_pg_pool_waiting(shard->awaiting)) {
        ngx_payments_pg_queue_move(shard->awaiting,
                                   ngx_payments_topology_awaited);
    }
}


/*
 * Every worker watches, but a busy one may be late, and another worker of the
 * node may have written to the new primary by then.
 */

void
ngx_payments_topology_follow(ngx_payments_shard_t *shard)
{
    ngx_payments_topology_t  *t = shard->topology;

    if (t == NULL
        || (t->primary == shard->followed && t->addresses == shard->seen))
    {
        return;
    }

    ngx_payments_topology_update_addresses(shard);
    ngx_payments_topology_follow_servers(shard);
}


/* each worker: has the primary changed?  The one that asks: is it time? */

static void
ngx_payments_topology_watch(ngx_event_t *ev)
{
    ngx_connection_t      *c = ev->data;
    ngx_payments_shard_t  *shard = c->data;

    ngx_payments_topology_update_addresses(shard);
    ngx_payments_topology_follow_servers(shard);

    if (!ngx_exiting) {

        if (shard->probes == NULL && ngx_payments_topology_take_over(shard)) {
            (void) ngx_payments_topology_start_probing(shard,
                                                (ngx_cycle_t *) ngx_cycle);
        }

        if (shard->probes != NULL) {
            ngx_payments_topology_probe_all(shard);
        }
    }

    ngx_add_timer(ev, NGX_PAYMENTS_TOPOLOGY_WATCH);
}


static void
ngx_payments_topology_probed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_node_t   *node;
    ngx_payments_probe_t  *probe = item->data;
    ngx_payments_shard_t  *shard = probe->shard;

    probe->pending = 0;
    probe->answered = 1;

    /* another worker asks by now, and may know more than a late answer; one to
       whom another name leads has been asked under that */

    if (ngx_exiting
        || ngx_payments_resolve_duplicate(shard, probe->server))
    {
        return;
    }

    node = &shard->topology->nodes[probe->server];
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

    ngx_payments_topology_decide(shard);

    /* the primary writes its heartbeat, the others say which one they show */

    if (node->silent) {
        ngx_payments_replicas_assess(shard, probe->server, 0, 0);

    } else if (!probe->heartbeat_pending) {
        probe->heartbeat_pending = 1;
        probe->heartbeat.statement =
                     (shard->topology->primary == probe->server + 1)
                     ? NGX_PAYMENTS_PG_HEARTBEAT
                     : NGX_PAYMENTS_PG_SHOWN_HEARTBEAT;
        probe->pinned_ms.number = ngx_payments_replicas_pinned_ms(shard);
        ngx_payments_topology_send(probe, &probe->heartbeat);
    }
}


static void
ngx_payments_topology_log_split(ngx_payments_shard_t *shard, const char *how)
{
    if (!shard->topology->split_logged) {
        shard->topology->split_logged = 1;
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "two servers of payments shard \"%V\" take writes %s; "
                      "none of them gets any", &shard->conf->name,
                      how);
    }
}


/* once each has been asked: whose servers these are; NGX_AGAIN: not known */

static ngx_int_t
ngx_payments_topology_identify(ngx_payments_shard_t *shard)
{
    ngx_uint_t                i, writers;
    ngx_atomic_uint_t         system;
    ngx_payments_topology_t  *t = shard->topology;

    if (t->system != 0) {
        return NGX_OK;
    }

    system = 0;
    writers = 0;

    for (i = 0; i < shard->conf->nservers; i++) {

        if (!shard->probes[i].answered) {
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
        ngx_payments_topology_log_split(shard, "of different clusters");
        return NGX_AGAIN;
    }

    t->system = system;
    t->split_logged = 0;

    return NGX_OK;
}


/* why a server that answers is not used, once */

static void
ngx_payments_topology_log_unusable(ngx_payments_shard_t *shard, ngx_uint_t i,
    const char *why)
{
    ngx_payments_node_t  *node = &shard->topology->nodes[i];

    if (why != NULL && !node->unusable) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "PostgreSQL \"%V\" of payments shard \"%V\" %s; it is "
                      "not used", &shard->conf->servers[i].name,
                      &shard->conf->name, why);
    }

    node->unusable = (why != NULL);
}


static ngx_uint_t
ngx_payments_topology_is_writer(ngx_payments_shard_t *shard, ngx_uint_t i)
{
    ngx_payments_topology_t  *t = shard->topology;
    ngx_payments_node_t      *node = &t->nodes[i];

    /* written by another process, perhaps with a later clock than ours */

    if (node->probed == 0
        || (ngx_msec_int_t) (ngx_current_msec - node->probed)
           >= NGX_PAYMENTS_PROBE_OLD)
    {
        return 0;
    }

    if (node->system != t->system) {
        ngx_payments_topology_log_unusable(shard, i,
                                           "belongs to another cluster");
        return 0;
    }

    if (node->writer && node->timeline < t->timeline) {
        ngx_payments_topology_log_unusable(shard, i,
                                           "takes writes on an older timeline "
                                           "than another server has shown");
        return 0;
    }

    ngx_payments_topology_log_unusable(shard, i, NULL);

    return node->writer;
}


static void
ngx_payments_topology_elect(ngx_payments_shard_t *shard, ngx_uint_t primary)
{
    ngx_payments_topology_t  *t = shard->topology;

    if (t->primary == primary) {
        return;
    }

    /* in this order: who follows the new one reads no replica of the old one */

    ngx_payments_replicas_disable(shard);
    ngx_memory_barrier();

    t->primary = primary;

    if (primary == 0) {
        return;
    }

    t->split_logged = 0;
    ngx_payments_status_add(NGX_PAYMENTS_M_PG_PRIMARIES, 1);

    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                  "PostgreSQL \"%V\" is the primary of payments shard \"%V\", "
                  "timeline %uA",
                  &shard->conf->servers[primary - 1].name,
                  &shard->conf->name,
                  t->nodes[primary - 1].timeline);
}


static void
ngx_payments_topology_decide(ngx_payments_shard_t *shard)
{
    ngx_uint_t                i, best, equal;
    ngx_payments_topology_t  *t = shard->topology;

    if (ngx_payments_topology_identify(shard) != NGX_OK) {
        return;
    }

    for (i = 0; i < shard->conf->nservers; i++) {
        if (t->nodes[i].system == t->system) {
            t->timeline = ngx_max(t->timeline, t->nodes[i].timeline);
        }
    }

    best = 0;
    equal = 0;

    for (i = 0; i < shard->conf->nservers; i++) {

        if (!ngx_payments_topology_is_writer(shard, i)) {
            continue;
        }

        /* all writers that are left are on the highest timeline */

        best = i + 1;
    }

    /* one that was a writer there has payments too, although it is silent */

    for (i = 0; best && i < shard->conf->nservers; i++) {
        if (i != best - 1 && t->nodes[i].probed && t->nodes[i].writer
            && t->nodes[i].system == t->system
            && t->nodes[i].timeline == t->timeline)
        {
            equal = 1;
        }
    }

    if (equal) {
        ngx_payments_topology_log_split(shard, "on one timeline");
        ngx_payments_topology_elect(shard, 0);
        return;
    }

    /* one that is a standby now, or another's, is the primary no more, whoever
       is; one that does not answer may come back */

    if (best == 0
        && (t->primary == 0 || (t->nodes[t->primary - 1].writer
                                && !t->nodes[t->primary - 1].unusable)))
    {
        return;
    }

    ngx_payments_topology_elect(shard, best);
}

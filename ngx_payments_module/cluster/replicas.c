
/* Which standbys are read: by the primary's heartbeat that they show. */

#include "ngx_payments_cluster_topology.h"


/* how old a replica's rows may be, by the primary's heartbeat, microseconds; it
   comes back after so many probes with less */
#define NGX_PAYMENTS_REPLICA_LAG_MAX      2000000
#define NGX_PAYMENTS_REPLICA_LAG_BACK     1500000
#define NGX_PAYMENTS_REPLICA_LAG_PROBES   3

/*
 * The fence, which every read of a replica must see: the newest heartbeat that
 * was between FENCE_AGE and FENCE_AGE_MAX old when one was last received.  That
 * must have been in the last PROBE_OLD.  Ages are in ms of this host's clock,
 * so they do not depend on the primary's.
 */
#define NGX_PAYMENTS_FENCE_AGE        3000
#define NGX_PAYMENTS_FENCE_AGE_MAX    6000

/* how long this node pins its reads to the primary after a read token could
   not be stored, and the other nodes theirs, from the next heartbeat on; by
   then the write is older than the fence */
#define NGX_PAYMENTS_PINNED_MS        15000

#define NGX_PAYMENTS_HEARTBEAT_GAP    750   /* ms between those kept */


/* columns of pay.heartbeat() and pay.shown_heartbeat() */

#define NGX_PAYMENTS_HEARTBEAT_TIMELINE   1
#define NGX_PAYMENTS_HEARTBEAT_AT         2
#define NGX_PAYMENTS_HEARTBEAT_PINNED_MS  3


/* how much is left until then; 0: it has passed, or never was */

static ngx_msec_t
ngx_payments_replicas_ms_left(ngx_atomic_uint_t until)
{
    ngx_msec_int_t  left;

    left = (ngx_msec_int_t) (until - ngx_current_msec);

    return (until != 0 && left > 0) ? (ngx_msec_t) left : 0;
}


/* not while the primary has not been heard for some time: what is known of it
   may be old, also if the whole machine has slept */

ngx_uint_t
ngx_payments_replicas_readable(ngx_payments_shard_t *shard)
{
    ngx_payments_topology_t  *t = shard->topology;

    if (t == NULL || !shard->conf->replicas
        || t->heartbeat == 0 || t->fence == 0
        || (ngx_msec_int_t) (ngx_current_msec - t->heartbeat_heard_at)
           >= NGX_PAYMENTS_PROBE_OLD)
    {
        return 0;
    }

    return ngx_payments_replicas_ms_left(t->pinned_until) == 0
           && ngx_payments_replicas_ms_left(t->pinned_by_peer) == 0;
}


int64_t
ngx_payments_replicas_pinned_ms(ngx_payments_shard_t *shard)
{
    return (int64_t)
           ngx_payments_replicas_ms_left(shard->topology->pinned_until);
}


void
ngx_payments_replicas_heartbeat_fence(ngx_payments_shard_t *shard,
    int64_t *timeline, int64_t *at)
{
    ngx_payments_topology_t  *t = shard->topology;

    /*
     * In this order: the worker that hears of a new timeline removes the fence
     * first.  Without one: a timeline that no server shows.
     */

    *at = (int64_t) t->fence;
    *timeline = *at ? (int64_t) t->heartbeat_timeline : -1;
}


void
ngx_payments_replicas_pin_to_primary(ngx_payments_shard_t *shard)
{
    if (shard->topology != NULL) {
        shard->topology->pinned_until = ngx_current_msec
                                        + NGX_PAYMENTS_PINNED_MS;
    }
}


uint64_t
ngx_payments_replicas_system(ngx_payments_shard_t *shard)
{
    return shard->topology ? shard->topology->system : 0;
}


/* workers share the replicas out among them */

ngx_uint_t
ngx_payments_replicas_choose(ngx_payments_shard_t *shard)
{
    ngx_uint_t               i, n, nodes[NGX_PAYMENTS_PG_SERVERS];
    ngx_payments_pg_conf_t  *conf = shard->conf;

    n = 0;

    for (i = 0; i < conf->nservers; i++) {
        if (shard->topology->nodes[i].readable) {
            nodes[n++] = i;
        }
    }

    return (n && ngx_payments_replicas_readable(shard)) ? nodes[ngx_worker % n]
                                                        : conf->nservers;
}


void
ngx_payments_replicas_disable(ngx_payments_shard_t *shard)
{
    ngx_uint_t                i;
    ngx_payments_topology_t  *t = shard->topology;

    t->heartbeat = 0;
    t->fence = 0;
    shard->nheartbeats = 0;

    for (i = 0; i < shard->conf->nservers; i++) {
        t->nodes[i].readable = 0;
        t->nodes[i].good = 0;
    }
}


/*
 * Whether a standby may be read.  It shows the heartbeat of this primary's
 * timeline, so it follows it and no other; and one that is not old, so it
 * follows it closely, by the primary's clock.
 */

void
ngx_payments_replicas_assess(ngx_payments_shard_t *shard, ngx_uint_t i,
    ngx_uint_t timeline, int64_t at)
{
    int64_t                   lag;
    ngx_payments_topology_t  *t = shard->topology;
    ngx_payments_node_t      *node = &t->nodes[i];

    lag = (int64_t) t->heartbeat - at;

    node->lag = (!node->silent && at != 0 && t->heartbeat != 0)
                ? (ngx_atomic_uint_t) ngx_max(lag / 1000, 0) + 1 : 0;

    if (node->silent || node->writer || node->system != t->system
        || t->heartbeat == 0 || timeline != t->heartbeat_timeline
        || lag > NGX_PAYMENTS_REPLICA_LAG_MAX
        || (ngx_msec_int_t) (ngx_current_msec - t->heartbeat_heard_at)
           >= NGX_PAYMENTS_PROBE_OLD)
    {
        if (node->readable) {
            ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                          "PostgreSQL \"%V\" of payments shard \"%V\" is "
                          "not read: it is behind, or silent, or no replica",
                          &shard->conf->servers[i].name,
                          &shard->conf->name);
        }

        node->readable = 0;
        node->good = 0;
        return;
    }

    if (lag > NGX_PAYMENTS_REPLICA_LAG_BACK) {
        node->good = 0;
        return;
    }

    if (!node->readable && ++node->good >= NGX_PAYMENTS_REPLICA_LAG_PROBES) {
        node->readable = 1;
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "PostgreSQL \"%V\" of payments shard \"%V\" is read",
                      &shard->conf->servers[i].name,
                      &shard->conf->name);
    }
}


/* the primary was heard */

static void
ngx_payments_replicas_heartbeat(ngx_payments_shard_t *shard,
    ngx_uint_t timeline, int64_t at, int64_t pinned_ms)
{
    ngx_uint_t                 i, n;
    ngx_msec_t                 age;
    ngx_atomic_uint_t          fence;
    ngx_payments_heartbeat_t  *heartbeats = shard->heartbeats;
    ngx_payments_topology_t   *t = shard->topology;

    n = (t->heartbeat_timeline == timeline) ? shard->nheartbeats : 0;

    /* while probing is fast: one heartbeat for each GAP is kept */

    if (n == 0
        || ngx_current_msec - heartbeats[n - 1].heard
           >= NGX_PAYMENTS_HEARTBEAT_GAP)
    {
        if (n == NGX_PAYMENTS_HEARTBEATS) {
            n--;
            ngx_memmove(&heartbeats[0], &heartbeats[1],
                        n * sizeof(ngx_payments_heartbeat_t));
        }

        heartbeats[n].at = at;
        heartbeats[n].heard = ngx_current_msec;
        n++;
    }

    shard->nheartbeats = n;
    fence = 0;

    for (i = 0; i < n; i++) {
        age = ngx_current_msec - heartbeats[i].heard;

        if (age >= NGX_PAYMENTS_FENCE_AGE && age < NGX_PAYMENTS_FENCE_AGE_MAX) {
            fence = (ngx_atomic_uint_t) heartbeats[i].at;
        }
    }

    if ((pinned_ms > 0) != (t->pinned_by_peer != 0)) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "replicas of payments shard \"%V\" are %s",
                      &shard->conf->name, (pinned_ms > 0)
                      ? "not read: a node could not store its read tokens"
                      : "read again: all nodes store their read tokens");
    }

    /* before it is known that the primary was heard */

    t->pinned_by_peer = (pinned_ms > 0)
                        ? ngx_current_msec + (ngx_msec_t) pinned_ms : 0;

    t->fence = fence;
    t->heartbeat_timeline = timeline;
    t->heartbeat = (ngx_atomic_uint_t) at;
    t->heartbeat_heard_at = ngx_current_msec;
}


void
ngx_payments_replicas_heartbeat_handler(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t                at;
    ngx_uint_t             timeline, primary;
    ngx_payments_probe_t  *probe = item->data;
    ngx_payments_shard_t  *shard = probe->shard;

    probe->heartbeat_pending = 0;

    /* as with a probe; and only the primary's heartbeat counts */

    if (ngx_exiting) {
        return;
    }

    timeline = 0;
    at = 0;

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        timeline = (ngx_uint_t)
                   ngx_payments_pg_number(row, NGX_PAYMENTS_HEARTBEAT_TIMELINE);
        at = ngx_payments_pg_number(row, NGX_PAYMENTS_HEARTBEAT_AT);
    }

    primary = (shard->topology->primary == probe->server + 1);

    if (!primary) {
        ngx_payments_replicas_assess(shard, probe->server, timeline, at);

    } else if (item->statement == NGX_PAYMENTS_PG_HEARTBEAT && at != 0) {
        ngx_payments_replicas_heartbeat(shard, timeline, at,
                                   ngx_payments_pg_number(row,
                                          NGX_PAYMENTS_HEARTBEAT_PINNED_MS));
    }
}


/* Which standbys are read: by the primary's beat that they show. */

#include "ngx_payments_pg_topology.h"


/* how old a replica's rows may be, by the primary's beat, microseconds; it
   comes back after so many probes with less */
#define NGX_PAYMENTS_PG_LAG_MAX      2000000
#define NGX_PAYMENTS_PG_LAG_BACK     1500000
#define NGX_PAYMENTS_PG_LAG_PROBES   3

/*
 * What every read of a replica must see: the last beat that was older than
 * FLOOR, and not than FLOOR_OLD, when one was heard, which was not longer ago
 * than PROBE_OLD.  That is by this host's clock, whatever the primary's does.
 */
#define NGX_PAYMENTS_PG_FLOOR        3000
#define NGX_PAYMENTS_PG_FLOOR_OLD    6000

/* how long no replica is asked after a write that could not be told to all, by
   this node and, once they have heard the next beat, by the others: by then it
   is below the floor */
#define NGX_PAYMENTS_PG_PRIMARY_ONLY 15000

#define NGX_PAYMENTS_PG_BEAT_GAP     750   /* ms between them, at least */


/* columns of pay.heartbeat() and pay.shown_heartbeat() */

#define NGX_PAYMENTS_BEAT_TIMELINE   1
#define NGX_PAYMENTS_BEAT_AT         2
#define NGX_PAYMENTS_BEAT_BLIND      3


/* how much is left until then; 0: it has passed, or never was */

static ngx_msec_t
ngx_payments_pg_left(ngx_atomic_uint_t until)
{
    ngx_msec_int_t  left;

    left = (ngx_msec_int_t) (until - ngx_current_msec);

    return (until != 0 && left > 0) ? (ngx_msec_t) left : 0;
}


/* nobody was heard: what was known may be old, also where all have slept */

ngx_uint_t
ngx_payments_pg_readable(ngx_payments_pg_shard_t *shard)
{
    ngx_payments_pg_topology_t  *t = shard->topology;

    if (t == NULL || !shard->conf->replicas
        || t->beat == 0 || t->floor == 0
        || (ngx_msec_int_t) (ngx_current_msec - t->beaten)
           >= NGX_PAYMENTS_PG_PROBE_OLD)
    {
        return 0;
    }

    return ngx_payments_pg_left(t->blind) == 0
           && ngx_payments_pg_left(t->others) == 0;
}


int64_t
ngx_payments_pg_blindness(ngx_payments_pg_shard_t *shard)
{
    return (int64_t) ngx_payments_pg_left(shard->topology->blind);
}


void
ngx_payments_pg_floor(ngx_payments_pg_shard_t *shard, int64_t *line,
    int64_t *at)
{
    ngx_payments_pg_topology_t  *t = shard->topology;

    /*
     * In this order: who hears of a new timeline takes the floor away first.
     * None: no server shows such a timeline.
     */

    *at = (int64_t) t->floor;
    *line = *at ? (int64_t) t->line : -1;
}


void
ngx_payments_pg_blind(ngx_payments_pg_shard_t *shard)
{
    if (shard->topology != NULL) {
        shard->topology->blind = ngx_current_msec
                                 + NGX_PAYMENTS_PG_PRIMARY_ONLY;
    }
}


uint64_t
ngx_payments_pg_system(ngx_payments_pg_shard_t *shard)
{
    return shard->topology ? shard->topology->system : 0;
}


/* workers share the replicas out among them */

ngx_uint_t
ngx_payments_pg_choose(ngx_payments_pg_shard_t *shard)
{
    ngx_uint_t               i, n, nodes[NGX_PAYMENTS_PG_SERVERS];
    ngx_payments_pg_conf_t  *conf = shard->conf;

    n = 0;

    for (i = 0; i < conf->nservers; i++) {
        if (shard->topology->nodes[i].readable) {
            nodes[n++] = i;
        }
    }

    return (n && ngx_payments_pg_readable(shard)) ? nodes[ngx_worker % n]
                                             : conf->nservers;
}


void
ngx_payments_pg_read_nobody(ngx_payments_pg_shard_t *shard)
{
    ngx_uint_t                   i;
    ngx_payments_pg_topology_t  *t = shard->topology;

    t->beat = 0;
    t->floor = 0;
    shard->nbeats = 0;

    for (i = 0; i < shard->conf->nservers; i++) {
        t->nodes[i].readable = 0;
        t->nodes[i].good = 0;
    }
}


/*
 * Whether a standby may be read.  It shows the beat of this primary's timeline,
 * so it follows it and no other; and one that is not old, so it follows it
 * closely, by the primary's clock.
 */

void
ngx_payments_pg_judge(ngx_payments_pg_shard_t *shard, ngx_uint_t i,
    ngx_uint_t line, int64_t at)
{
    int64_t                      lag;
    ngx_payments_pg_topology_t  *t = shard->topology;
    ngx_payments_pg_node_t      *node = &t->nodes[i];

    lag = (int64_t) t->beat - at;

    if (node->silent || node->writer || node->system != t->system
        || t->beat == 0 || line != t->line || lag > NGX_PAYMENTS_PG_LAG_MAX
        || (ngx_msec_int_t) (ngx_current_msec - t->beaten)
           >= NGX_PAYMENTS_PG_PROBE_OLD)
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

    if (lag > NGX_PAYMENTS_PG_LAG_BACK) {
        node->good = 0;
        return;
    }

    if (!node->readable && ++node->good >= NGX_PAYMENTS_PG_LAG_PROBES) {
        node->readable = 1;
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "PostgreSQL \"%V\" of payments shard \"%V\" is read",
                      &shard->conf->servers[i].name,
                      &shard->conf->name);
    }
}


/* the primary was heard */

static void
ngx_payments_pg_hear(ngx_payments_pg_shard_t *shard, ngx_uint_t line,
    int64_t at, int64_t blind)
{
    ngx_uint_t                   i, n;
    ngx_msec_t                   age;
    ngx_atomic_uint_t            floor;
    ngx_payments_pg_beat_t      *beats = shard->beats;
    ngx_payments_pg_topology_t  *t = shard->topology;

    n = (t->line == line) ? shard->nbeats : 0;

    /* in times of doubt there are many: of these some are enough */

    if (n == 0
        || ngx_current_msec - beats[n - 1].heard >= NGX_PAYMENTS_PG_BEAT_GAP)
    {
        if (n == NGX_PAYMENTS_PG_BEATS) {
            n--;
            ngx_memmove(&beats[0], &beats[1],
                        n * sizeof(ngx_payments_pg_beat_t));
        }

        beats[n].at = at;
        beats[n].heard = ngx_current_msec;
        n++;
    }

    shard->nbeats = n;
    floor = 0;

    for (i = 0; i < n; i++) {
        age = ngx_current_msec - beats[i].heard;

        if (age >= NGX_PAYMENTS_PG_FLOOR && age < NGX_PAYMENTS_PG_FLOOR_OLD) {
            floor = (ngx_atomic_uint_t) beats[i].at;
        }
    }

    if ((blind > 0) != (t->others != 0)) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "replicas of payments shard \"%V\" are %s",
                      &shard->conf->name, (blind > 0)
                      ? "not read: a node could not tell of its writes"
                      : "read again: all nodes tell of their writes");
    }

    /* before it is known that the primary was heard */

    t->others = (blind > 0) ? ngx_current_msec + (ngx_msec_t) blind : 0;

    t->floor = floor;
    t->line = line;
    t->beat = (ngx_atomic_uint_t) at;
    t->beaten = ngx_current_msec;
}


void
ngx_payments_pg_beaten(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t                   at;
    ngx_uint_t                line, primary;
    ngx_payments_pg_probe_t  *probe = item->data;
    ngx_payments_pg_shard_t  *shard = probe->pool.shard;

    probe->beating = 0;

    /* as with a probe; and only the primary's beat counts */

    if (ngx_exiting) {
        return;
    }

    line = 0;
    at = 0;

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        line = (ngx_uint_t)
               ngx_payments_pg_number(row, NGX_PAYMENTS_BEAT_TIMELINE);
        at = ngx_payments_pg_number(row, NGX_PAYMENTS_BEAT_AT);
    }

    primary = (shard->topology->primary == probe->server + 1);

    if (!primary) {
        ngx_payments_pg_judge(shard, probe->server, line, at);

    } else if (item->statement == NGX_PAYMENTS_PG_BEAT && at != 0) {
        ngx_payments_pg_hear(shard, line, at,
                      ngx_payments_pg_number(row, NGX_PAYMENTS_BEAT_BLIND));
    }
}


/* Which standbys are read: by the primary's beat that they show. */

#include "ngx_payments_pg_topology.h"


/* how old a replica's rows may be, by the primary's beat, microseconds; it
   comes back after so many probes with less */
#define NGX_PAYMENTS_PG_LAG_MAX      2000000
#define NGX_PAYMENTS_PG_LAG_BACK     1500000
#define NGX_PAYMENTS_PG_LAG_PROBES   3

/*
 * How long no replica is asked after a write that could not be told to all: by
 * then those that may be asked have it, since one that is older is found out
 * within LAG_MAX, a beat, a probe, and PROBE_OLD where nobody probes.
 */
#define NGX_PAYMENTS_PG_PRIMARY_ONLY 15000


/* columns of pay.beat() */

#define NGX_PAYMENTS_BEAT_TIMELINE   1
#define NGX_PAYMENTS_BEAT_AT         2


ngx_uint_t
ngx_payments_pg_readable(void)
{
    ngx_atomic_uint_t            blind;
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;

    if (t == NULL
        || (ngx_msec_int_t) (ngx_current_msec - t->alive)
           >= NGX_PAYMENTS_PG_PROBE_OLD)
    {
        return 0;
    }

    blind = t->blind;

    return blind == 0 || (ngx_msec_int_t) (ngx_current_msec - blind) >= 0;
}


void
ngx_payments_pg_primary_only(void)
{
    if (ngx_payments_pg_topology != NULL) {
        ngx_payments_pg_topology->blind = ngx_current_msec
                                          + NGX_PAYMENTS_PG_PRIMARY_ONLY;
    }
}


uint64_t
ngx_payments_pg_system(void)
{
    return ngx_payments_pg_topology ? ngx_payments_pg_topology->system : 0;
}


/* workers share the replicas out among them */

ngx_uint_t
ngx_payments_pg_choose(void)
{
    ngx_uint_t               i, n, nodes[NGX_PAYMENTS_PG_SERVERS];
    ngx_payments_pg_conf_t  *conf = ngx_payments_pg_conf;

    n = 0;

    for (i = 0; i < conf->nservers; i++) {
        if (ngx_payments_pg_topology->nodes[i].readable) {
            nodes[n++] = i;
        }
    }

    return (n && ngx_payments_pg_readable()) ? nodes[ngx_worker % n]
                                             : conf->nservers;
}


void
ngx_payments_pg_read_nobody(void)
{
    ngx_uint_t                   i;
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;

    t->beat = 0;

    for (i = 0; i < ngx_payments_pg_conf->nservers; i++) {
        t->nodes[i].readable = 0;
        t->nodes[i].good = 0;
    }
}


/*
 * Whether a standby may be read.  It shows the beat of this primary's timeline,
 * so it follows it and no other; and one that is not old, so it follows it
 * closely.  Both times are the primary's own: no clocks are compared.
 */

void
ngx_payments_pg_judge(ngx_uint_t i, ngx_uint_t line, int64_t at)
{
    int64_t                      lag;
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;
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
                          &ngx_payments_pg_conf->servers[i].name,
                          &ngx_payments_pg_conf->name);
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
                      &ngx_payments_pg_conf->servers[i].name,
                      &ngx_payments_pg_conf->name);
    }
}


void
ngx_payments_pg_beaten(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_pg_probe_t     *probe = item->data;
    ngx_payments_pg_topology_t  *t = ngx_payments_pg_topology;

    probe->beating = 0;

    /* as with a probe; and only the primary's beat counts */

    if (ngx_exiting || outcome != NGX_PAYMENTS_PG_DONE
        || t->primary != probe->server + 1)
    {
        return;
    }

    t->line = (ngx_atomic_uint_t)
              ngx_payments_pg_number(row, NGX_PAYMENTS_BEAT_TIMELINE);
    t->beat = (ngx_atomic_uint_t)
              ngx_payments_pg_number(row, NGX_PAYMENTS_BEAT_AT);
    t->beaten = ngx_current_msec;
}

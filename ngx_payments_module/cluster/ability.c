
/*
 * Whether a shard's primary takes writes.  A worker whose write was refused
 * asks the server over the control lane.  While the answer is that the server
 * is read-only, writes are refused at once, and it is asked again now and
 * then.  A standby in a shard with several servers is no such case: another
 * server will be the primary, and writes wait for that.
 */

#include "ngx_payments_cluster_internal.h"


/* columns of pay.ping(), and what the first of them says */
#define NGX_PAYMENTS_PING_STATE      1
#define NGX_PAYMENTS_PING_READ_ONLY  2
#define NGX_PAYMENTS_PING_STANDBY    3

#define NGX_PAYMENTS_ABILITY_RECHECK  500   /* ms */

/* a call that has been under way for so long is no sign of life, ms */
#define NGX_PAYMENTS_ABILITY_SILENCE  1000

/* how long a failure counts, ms */
#define NGX_PAYMENTS_ABILITY_BLAMED   5000


static void
ngx_payments_ability_set_read_only(ngx_payments_shard_t *shard, ngx_uint_t on)
{
    ngx_payments_pg_pool_t  *pool;

    pool = shard->lanes[NGX_PAYMENTS_PG_WRITE].primary;

    if (ngx_payments_pg_pool_is_read_only(pool) == on) {
        return;
    }

    if (!on) {
        ngx_payments_pg_pool_set_read_only(pool, 0);
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "PostgreSQL of payments shard \"%V\" takes writes again",
                      &shard->conf->name);
        return;
    }

    ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                  "PostgreSQL of payments shard \"%V\" takes no writes: they "
                  "are refused until it does", &shard->conf->name);

    ngx_payments_pg_pool_set_read_only(pool, 1);
}


static void
ngx_payments_ability_pinged(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t                state;
    ngx_payments_shard_t  *shard = item->data;

    shard->pinging = 0;

    if (ngx_exiting) {
        return;
    }

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        state = ngx_payments_pg_number(row, NGX_PAYMENTS_PING_STATE);

        ngx_payments_ability_set_read_only(shard,
                             state == NGX_PAYMENTS_PING_READ_ONLY
                             || (state == NGX_PAYMENTS_PING_STANDBY
                                 && shard->conf->nservers == 1));
    }

    if (ngx_payments_pg_pool_is_read_only(
                                shard->lanes[NGX_PAYMENTS_PG_WRITE].primary))
    {
        ngx_add_timer(&shard->recheck, NGX_PAYMENTS_ABILITY_RECHECK);
    }
}


void
ngx_payments_ability_check(ngx_payments_shard_t *shard)
{
    uint64_t                 tag[2];
    ngx_payments_pg_pool_t  *pool;

    if (shard->pinging || ngx_exiting) {
        return;
    }

    if (shard->recheck.timer_set) {
        ngx_del_timer(&shard->recheck);
    }

    tag[0] = ngx_payments_pg_usec();
    tag[1] = shard->number;
    ngx_memcpy(shard->ping.tag, tag, NGX_PAYMENTS_PG_TAG_LEN);

    shard->pinging = 1;

    /* a session keeps what it began with */

    pool = shard->lanes[NGX_PAYMENTS_PG_CONTROL].primary;

    ngx_payments_pg_pool_retire(pool);
    ngx_payments_pg_pool_send(pool, &shard->ping,
                              NGX_PAYMENTS_ABILITY_SILENCE);
}


static void
ngx_payments_ability_recheck(ngx_event_t *ev)
{
    ngx_connection_t  *c = ev->data;

    ngx_payments_ability_check(c->data);
}


void
ngx_payments_ability_init(ngx_cycle_t *cycle, ngx_payments_shard_t *shard)
{
    shard->ping.statement = NGX_PAYMENTS_PG_PING;
    shard->ping.handler = ngx_payments_ability_pinged;
    shard->ping.data = shard;
    shard->ping.once = 1;

    shard->recheck.data = &shard->dummy;
    shard->recheck.handler = ngx_payments_ability_recheck;
    shard->recheck.log = cycle->log;
    shard->recheck.cancelable = 1;
}


void
ngx_payments_ability_exit(ngx_payments_shard_t *shard)
{
    if (shard->recheck.timer_set) {
        ngx_del_timer(&shard->recheck);
    }
}


ngx_payments_ability_e
ngx_payments_ability(ngx_payments_shard_t *shard)
{
    ngx_payments_pg_pool_t  *pool;

    pool = shard->lanes[NGX_PAYMENTS_PG_WRITE].primary;

    if (ngx_payments_pg_pool_is_read_only(pool)) {
        return NGX_PAYMENTS_PG_READ_ONLY;
    }

    if (!ngx_payments_pg_pool_answers(pool, NGX_PAYMENTS_ABILITY_SILENCE)) {
        return NGX_PAYMENTS_PG_NO_ANSWER;
    }

    /* clients that see this send nothing, so no commit would end it */

    return ngx_payments_pg_pool_failing(pool, NGX_PAYMENTS_ABILITY_BLAMED)
           ? NGX_PAYMENTS_PG_FAILING : NGX_PAYMENTS_PG_WRITABLE;
}

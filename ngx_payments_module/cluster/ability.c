
/*
 * Whether a shard's primary takes writes.  A worker whose write was refused
 * asks the server over the control lane.  While the answer is that the server
 * is read-only, writes are refused at once, and it is asked again now and
 * then.  A standby in a shard with several servers is no such case: another
 * server will be the primary, and writes wait for that.
 */

#include "../pg/ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_ABILITY_RECHECK  500   /* ms */

/* a call that has been under way for so long is no sign of life, ms */
#define NGX_PAYMENTS_ABILITY_SILENCE  1000

/* how long a failure counts, ms */
#define NGX_PAYMENTS_ABILITY_BLAMED   5000


static void
ngx_payments_ability_set_read_only(ngx_payments_shard_t *shard, ngx_uint_t on)
{
    if (shard->read_only == on) {
        return;
    }

    shard->read_only = on;

    if (!on) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "PostgreSQL of payments shard \"%V\" takes writes again",
                      &shard->conf->name);
        return;
    }

    ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                  "PostgreSQL of payments shard \"%V\" takes no writes: they "
                  "are refused until it does", &shard->conf->name);

    ngx_payments_pg_queue_fail_all(&shard->pools[NGX_PAYMENTS_PG_WRITE]);
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

    if (shard->read_only) {
        ngx_add_timer(&shard->recheck, NGX_PAYMENTS_ABILITY_RECHECK);
    }
}


void
ngx_payments_ability_check(ngx_payments_shard_t *shard)
{
    uint64_t  tag[2];

    if (shard->pinging || shard->pools == NULL || ngx_exiting) {
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

    ngx_payments_pg_pool_retire(&shard->pools[NGX_PAYMENTS_PG_CONTROL]);

    ngx_payments_pg_pool_send(&shard->pools[NGX_PAYMENTS_PG_CONTROL],
                              &shard->ping, NGX_PAYMENTS_ABILITY_SILENCE);
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


/* something was committed just now, or a session would take a call, or its call
   is not old */

static ngx_uint_t
ngx_payments_pg_pool_answers(ngx_payments_pg_pool_t *pool)
{
    ngx_uint_t               i;
    ngx_payments_pg_conn_t  *conn;

    if (pool->committed != 0
        && ngx_current_msec - pool->committed < NGX_PAYMENTS_ABILITY_SILENCE)
    {
        return 1;
    }

    for (i = 0; i < pool->nconns; i++) {
        conn = &pool->conns[i];

        switch (conn->state) {

        case NGX_PAYMENTS_PG_IDLE:
            return 1;

        case NGX_PAYMENTS_PG_BUSY:
        case NGX_PAYMENTS_PG_FULL:
            if (ngx_current_msec - ngx_payments_pg_nth(conn, 0)->started
                < NGX_PAYMENTS_ABILITY_SILENCE)
            {
                return 1;
            }

            break;

        case NGX_PAYMENTS_PG_CLOSED:
        case NGX_PAYMENTS_PG_CONNECTING:
        case NGX_PAYMENTS_PG_PREPARING:

            /* the first failure says nothing yet */

            if (pool->failures <= 1) {
                return 1;
            }

            break;

        default: /* NGX_PAYMENTS_PG_STUCK */
            break;
        }
    }

    return 0;
}


ngx_payments_ability_e
ngx_payments_cluster_ability(ngx_uint_t number)
{
    ngx_payments_pg_pool_t  *pool;
    ngx_payments_shard_t    *shard;

    shard = ngx_payments_cluster_shard(number);
    pool = &shard->pools[NGX_PAYMENTS_PG_WRITE];

    if (shard->read_only) {
        return NGX_PAYMENTS_PG_READ_ONLY;
    }

    if (!ngx_payments_pg_pool_answers(pool)) {
        return NGX_PAYMENTS_PG_NO_ANSWER;
    }

    /* clients that see this send nothing, so no commit would end it */

    return (pool->retries >= NGX_PAYMENTS_PG_RETRIES
            && ngx_current_msec - pool->blamed < NGX_PAYMENTS_ABILITY_BLAMED)
           ? NGX_PAYMENTS_PG_FAILING : NGX_PAYMENTS_PG_WRITABLE;
}

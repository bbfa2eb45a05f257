
/*
 * Which database answers: a number that is another one once a dump was
 * restored, another database or cluster was put in its place, or a server was
 * recovered to an earlier time or promoted.  What is kept in memory belongs to
 * it.
 *
 * Each worker asks each shard once a second, over the control lane, and at once
 * when a connection was made.  From then on until the answer nothing is known.
 * A server that does not answer is the one that it was.
 */

#include "ngx_payments_cluster_internal.h"
#include "../domain/ngx_payments_domain.h"


#define NGX_PAYMENTS_DATABASE_EVERY  1000   /* ms */
#define NGX_PAYMENTS_DATABASE_LIMIT  1000


/* column of pay.database() */

#define NGX_PAYMENTS_DATABASE_DATABASE  1


static void ngx_payments_database_timer(ngx_event_t *ev);
static void ngx_payments_database_answered(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);


/* of this worker */

static ngx_payments_shard_t    *ngx_payments_database_shards;
static ngx_uint_t                  ngx_payments_database_n;
static ngx_payments_uuid_state_t   ngx_payments_database_ids;
static ngx_event_t                 ngx_payments_database_event;
static ngx_connection_t            ngx_payments_database_dummy;


void
ngx_payments_database_init(ngx_cycle_t *cycle,
    ngx_payments_shard_t *shards, ngx_uint_t n)
{
    ngx_uint_t                i;
    ngx_event_t              *ev = &ngx_payments_database_event;
    ngx_payments_database_t  *database;

    ngx_payments_database_shards = shards;
    ngx_payments_database_n = n;

    ngx_memzero(&ngx_payments_database_ids,
                sizeof(ngx_payments_uuid_state_t));
    ngx_memzero(ev, sizeof(ngx_event_t));

    for (i = 0; i < n; i++) {
        database = &shards[i].database;

        database->item.statement = NGX_PAYMENTS_PG_DATABASE;
        database->item.handler = ngx_payments_database_answered;
        database->item.data = &shards[i];
        database->item.once = 1;
    }

    ngx_payments_database_dummy.fd = (ngx_socket_t) -1;
    ev->data = &ngx_payments_database_dummy;
    ev->handler = ngx_payments_database_timer;
    ev->log = cycle->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, 1);
}


void
ngx_payments_database_exit(void)
{
    if (ngx_payments_database_event.timer_set) {
        ngx_del_timer(&ngx_payments_database_event);
    }

    ngx_payments_database_n = 0;
}


static void
ngx_payments_database_ask(ngx_payments_shard_t *shard)
{
    ngx_payments_database_t  *database = &shard->database;

    /* it would only say that there is no schema */

    if (ngx_payments_version_state(shard) == NGX_PAYMENTS_SCHEMA_MISSING) {
        return;
    }

    if (database->pending
        || ngx_payments_uuid7(&ngx_payments_database_ids,
                              ngx_payments_pg_now(), database->item.tag)
           != 0)
    {
        return;
    }

    database->pending = 1;
    database->ask_again = 0;

    ngx_payments_pg_pool_send(shard->lanes[NGX_PAYMENTS_PG_CONTROL].primary,
                              &database->item, NGX_PAYMENTS_DATABASE_LIMIT);
}


static void
ngx_payments_database_timer(ngx_event_t *ev)
{
    ngx_uint_t  i;

    for (i = 0; i < ngx_payments_database_n; i++) {
        ngx_payments_database_ask(&ngx_payments_database_shards[i]);
    }

    ngx_add_timer(ev, NGX_PAYMENTS_DATABASE_EVERY);
}


static void
ngx_payments_database_answered(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    uint64_t                  known;
    ngx_payments_shard_t     *shard = item->data;
    ngx_payments_database_t  *database = &shard->database;

    database->pending = 0;

    /* a connection was made since it was asked */

    if (database->ask_again) {
        ngx_payments_database_ask(shard);
        return;
    }

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        return;
    }

    known = (uint64_t) ngx_payments_pg_number(row,
                                              NGX_PAYMENTS_DATABASE_DATABASE);

    if (database->known != 0 && known != 0 && database->known != known) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "PostgreSQL of payments shard \"%V\" is another "
                      "database, or another past of it, than before: answers "
                      "that are kept in memory are not used any more",
                      &shard->conf->name);
    }

    if (known != 0) {
        database->known = known;
        database->current = 1;
    }
}


void
ngx_payments_database_check(ngx_payments_shard_t *shard)
{
    shard->database.current = 0;
    shard->database.ask_again = 1;
    ngx_payments_database_ask(shard);
}


uint64_t
ngx_payments_cluster_database(int64_t merchant_id)
{
    ngx_payments_shard_t  *shard;

    shard = (ngx_payments_database_n == 1)
            ? ngx_payments_database_shards
            : ngx_payments_map_owner(merchant_id);

    return (shard != NULL && shard->database.current) ? shard->database.known
                                                      : 0;
}

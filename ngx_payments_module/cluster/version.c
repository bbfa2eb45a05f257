
/*
 * Whether a shard's primary has the schema that this module was made for.
 *
 * sql/apply writes what it has into the comment on the schema.  Each worker
 * asks for it, over the control lane, when a connection was made, and every few
 * seconds.  The question is about the catalogue, so that a database without the
 * schema, or with one of before, answers it as well.
 *
 * An older schema lacks what this module calls.  A newer one has what the last
 * version called, so an upgrade begins with sql/apply.
 */

#include "ngx_payments_cluster_internal.h"
#include "../base/ngx_payments_base.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_VERSION_EVERY   5000   /* ms, and where it differs */
#define NGX_PAYMENTS_VERSION_SOON    1000
#define NGX_PAYMENTS_VERSION_LIMIT   1000
#define NGX_PAYMENTS_VERSION_SAID    60000  /* ms between two log lines */

/* how old an answer is that still speaks for the database, ms */
#define NGX_PAYMENTS_VERSION_FRESH   3000


/* columns of the statement "schema"; the number is -1 where there is none, and
   0 where nothing is said of it */

#define NGX_PAYMENTS_VERSION_NUMBER     1
#define NGX_PAYMENTS_VERSION_FUNCTIONS  2


/* of this worker */

static ngx_payments_uuid_state_t  ngx_payments_version_ids;


static void
ngx_payments_version_ask(ngx_payments_shard_t *shard)
{
    ngx_payments_version_t  *version = &shard->version;

    if (version->pending
        || ngx_payments_uuid7(&ngx_payments_version_ids,
                              ngx_payments_pg_now(), version->item.tag)
           != 0)
    {
        return;
    }

    version->pending = 1;

    ngx_payments_pg_pool_send(shard->lanes[NGX_PAYMENTS_PG_CONTROL].primary,
                              &version->item, NGX_PAYMENTS_VERSION_LIMIT);
}


static void
ngx_payments_version_timer(ngx_event_t *ev)
{
    ngx_connection_t      *c = ev->data;
    ngx_payments_shard_t  *shard = c->data;

    ngx_payments_version_ask(shard);

    ngx_add_timer(ev, shard->version.state == NGX_PAYMENTS_SCHEMA_SAME
                      ? NGX_PAYMENTS_VERSION_EVERY : NGX_PAYMENTS_VERSION_SOON);
}


static ngx_payments_schema_state_e
ngx_payments_version_compare(int64_t number, ngx_str_t *functions)
{
    if (number != ngx_payments_schema_number) {
        return (number < 0) ? NGX_PAYMENTS_SCHEMA_MISSING
               : (number < ngx_payments_schema_number)
                 ? NGX_PAYMENTS_SCHEMA_OLDER : NGX_PAYMENTS_SCHEMA_NEWER;
    }

    return (functions->len == ngx_strlen(ngx_payments_functions)
            && ngx_memcmp(functions->data, ngx_payments_functions,
                          functions->len)
               == 0)
           ? NGX_PAYMENTS_SCHEMA_SAME : NGX_PAYMENTS_SCHEMA_DIFFERS;
}


/* what it is, and what to do; by state */

static const struct {
    ngx_uint_t                    level;
    const char                   *text;
} ngx_payments_version_said[] = {
    { 0, NULL },
    { 0, NULL },
    { NGX_LOG_CRIT, "the schema \"pay\" is missing: run sql/apply" },
    { NGX_LOG_CRIT, "the schema is older than this module: run sql/apply of "
                    "the module's version" },
    { NGX_LOG_WARN, "the schema is newer than this module, which goes on: "
                    "restart nginx with the module of the schema's version" },
    { NGX_LOG_WARN, "the functions of the schema are of another version than "
                    "this module: run sql/apply of the module's version, or "
                    "restart nginx with the module of the schema's" }
};


/* at once where it is another state, and again while it lasts */

static void
ngx_payments_version_say(ngx_payments_shard_t *shard, int64_t number,
    ngx_str_t *functions, ngx_uint_t changed)
{
    ngx_payments_version_t       *version = &shard->version;
    ngx_payments_schema_state_e   state = version->state;

    if (!changed
        && ngx_current_msec - version->said < NGX_PAYMENTS_VERSION_SAID)
    {
        return;
    }

    version->said = ngx_current_msec;

    ngx_log_error(ngx_payments_version_said[state].level, ngx_cycle->log, 0,
                  "payments shard \"%V\", database \"%s\": %s (there: schema "
                  "%L, functions \"%V\"; module %s: schema %L, functions "
                  "\"%s\")", &shard->conf->name, shard->conf->database,
                  ngx_payments_version_said[state].text, ngx_max(number, 0),
                  functions, ngx_payments_version, ngx_payments_schema_number,
                  ngx_payments_functions);
}


/* a gauge has each worker's view of each shard */

static void
ngx_payments_version_count(ngx_payments_schema_state_e state, ngx_int_t n)
{
    if (state > NGX_PAYMENTS_SCHEMA_SAME) {
        ngx_payments_status_add(NGX_PAYMENTS_M_PG_SCHEMA_MISSING
                                + state - NGX_PAYMENTS_SCHEMA_MISSING, n);
    }
}


static void
ngx_payments_version_answered(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t                       number;
    ngx_str_t                     functions;
    ngx_payments_shard_t         *shard = item->data;
    ngx_payments_version_t       *version = &shard->version;
    ngx_payments_schema_state_e   before = version->state;

    version->pending = 0;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        return;
    }

    number = ngx_payments_pg_number(row, NGX_PAYMENTS_VERSION_NUMBER);
    functions = ngx_payments_pg_bytes(row, NGX_PAYMENTS_VERSION_FUNCTIONS);

    version->state = ngx_payments_version_compare(number, &functions);
    version->answered = ngx_current_msec;

    ngx_payments_version_count(before, -1);
    ngx_payments_version_count(version->state, 1);

    if (version->state != NGX_PAYMENTS_SCHEMA_SAME) {
        ngx_payments_version_say(shard, number, &functions,
                                 version->state != before);

    } else if (before > NGX_PAYMENTS_SCHEMA_SAME) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "payments shard \"%V\": the schema is this module's",
                      &shard->conf->name);
    }
}


void
ngx_payments_version_init(ngx_cycle_t *cycle, ngx_payments_shard_t *shard)
{
    ngx_event_t             *ev = &shard->version.timer;
    ngx_payments_version_t  *version = &shard->version;

    ngx_memzero(&ngx_payments_version_ids, sizeof(ngx_payments_uuid_state_t));

    version->item.statement = NGX_PAYMENTS_PG_SCHEMA;
    version->item.handler = ngx_payments_version_answered;
    version->item.data = shard;
    version->item.once = 1;

    ev->data = &shard->dummy;
    ev->handler = ngx_payments_version_timer;
    ev->log = cycle->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, 1);
}


void
ngx_payments_version_exit(ngx_payments_shard_t *shard)
{
    if (shard->version.timer.timer_set) {
        ngx_del_timer(&shard->version.timer);
    }
}


void
ngx_payments_version_check(ngx_payments_shard_t *shard)
{
    if (!ngx_exiting) {
        ngx_payments_version_ask(shard);
    }
}


ngx_payments_schema_state_e
ngx_payments_version_state(ngx_payments_shard_t *shard)
{
    return shard->version.state;
}


ngx_uint_t
ngx_payments_version_fresh(ngx_payments_shard_t *shard)
{
    return shard->version.state != NGX_PAYMENTS_SCHEMA_UNKNOWN
           && ngx_current_msec - shard->version.answered
              < NGX_PAYMENTS_VERSION_FRESH;
}

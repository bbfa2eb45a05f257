
/* The catalogue of SQL: all that ever reaches PostgreSQL from here, but for
   what lanes.c has before a call, and pg/session.c between calls. */

#include "ngx_payments_cluster_internal.h"


#define U  NGX_PAYMENTS_PG_UUID
#define I  NGX_PAYMENTS_PG_INT8
#define B  NGX_PAYMENTS_PG_BOOL
#define T  NGX_PAYMENTS_PG_TEXT
#define Y  NGX_PAYMENTS_PG_BYTEA
#define W  NGX_PAYMENTS_PG_TIME

#define MERCHANT  NGX_PAYMENTS_PG_BY_MERCHANT
#define REPLICA   (NGX_PAYMENTS_PG_BY_MERCHANT|NGX_PAYMENTS_PG_BY_REPLICA)
#define OF        NGX_PAYMENTS_PG_OF_MERCHANT
#define SEVERAL   NGX_PAYMENTS_PG_SEVERAL


/* in the order of ngx_payments_pg_statement_e */

const ngx_payments_pg_statement_t  ngx_payments_statements[] = {

    { "create_payments",
      "pay.create_payments($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,"
      "$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,"
      "$29,$30,$31,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 30,
      { I, B, U, T, Y, U, T, U, U, I, T, B, T, T, T, T, T, T, T, T, T, W, W,
        T, B, T, T, T, I, T }, MERCHANT },

    { "change_payments",
      "pay.change_payments($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,"
      "$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,"
      "$28,$29,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 28,
      { I, B, U, T, Y, U, T, U, T, U, U, U, I, T, B, T, T, T, T, B, T, W,
        T, T, T, T, I, T }, MERCHANT },

    { "begin_payments",
      "pay.begin_payments($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 11,
      { I, B, U, T, Y, U, T, U, T, T, B }, MERCHANT },

    { "begin_changes",
      "pay.begin_changes($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,"
      "$15,$16,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 15,
      { I, B, U, T, Y, U, T, U, T, I, B, T, W, T, B }, MERCHANT },

    { "undo_attempts", "pay.undo_attempts($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_WRITE, 3, { I, U, U }, MERCHANT },

    { "end_attempts",
      "pay.end_attempts($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)",
      NGX_PAYMENTS_PG_WRITE, 12, { I, T, T, T, T, T, T, I, U, W, T, W },
      MERCHANT },

    { "resolve_attempts",
      "pay.resolve_attempts($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,"
      "$15,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 14,
      { I, B, U, T, Y, U, T, U, T, T, T, T, Y, W }, MERCHANT },

    { "count_attempts", "pay.count_attempts($1,$2)",
      NGX_PAYMENTS_PG_BACKGROUND, 1, { T }, SEVERAL },

    { "claim_followups", "pay.claim_followups($1,$2)",
      NGX_PAYMENTS_PG_BACKGROUND, 1, { T }, 0 },

    { "act_on_payments", "pay.act_on_payments($1,$2,$3,$4,$5,$6)",
      NGX_PAYMENTS_PG_WRITE, 5, { I, U, T, U, W }, MERCHANT },

    { "find_notified", "pay.find_notified($1,$2,$3,$4,$5,$6,$7,$8)",
      NGX_PAYMENTS_PG_READ, 7, { I, B, T, T, T, T, T }, OF },

    { "apply_notifications",
      "pay.apply_notifications($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)",
      NGX_PAYMENTS_PG_WRITE, 12,
      { I, U, T, T, T, T, I, T, T, U, U, W }, MERCHANT },

    { "administer",
      "pay.administer($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,"
      "$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 21,
      { I, B, U, T, Y, U, T, T, U, U, U, T, T, T, T, W, I, Y, T, T, T },
      MERCHANT },

    /* the same, about a merchant of the shard that is asked */

    { "administer_there",
      "pay.administer($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,"
      "$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 21,
      { I, B, U, T, Y, U, T, T, U, U, U, T, T, T, T, W, I, Y, T, T, T },
      OF },

    { "cancel_keys",
      "pay.cancel_keys($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,"
      "$13,$14,$15,$16,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 15,
      { I, B, U, T, Y, U, T, U, T, U, U, U, W, B, B }, MERCHANT },

    { "change_endpoints",
      "pay.change_endpoints($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,"
      "$13,$14,$15,$16,$17,$18,$19,$20,$21,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 20,
      { I, B, U, T, Y, U, T, T, U, T, T, T, T, B, T, T, Y, I, I, U },
      MERCHANT },

    { "maintain", "pay.maintain($1,$2)",
      NGX_PAYMENTS_PG_BACKGROUND, 1, { I }, 0 },

    { "background", "pay.background($1,$2)",
      NGX_PAYMENTS_PG_BACKGROUND, 1, { U }, 0 },

    { "check_ledger", "pay.check_ledger($1)",
      NGX_PAYMENTS_PG_BACKGROUND, 0, { U }, 0 },

    { "heartbeat", "pay.heartbeat($1,$2)",
      NGX_PAYMENTS_PG_CONTROL, 1, { I }, 0 },

    { "shown_heartbeat", "pay.shown_heartbeat($1)",
      NGX_PAYMENTS_PG_CONTROL, 0, { U }, 0 },

    { "probe", "pay.probe($1)",
      NGX_PAYMENTS_PG_CONTROL, 0, { U }, 0 },

    { "claims", "pay.claims($1,$2)",
      NGX_PAYMENTS_PG_CONTROL, 1, { I }, 0 },

    { "ping", "pay.ping($1)",
      NGX_PAYMENTS_PG_CONTROL, 0, { U }, 0 },

    { "database", "pay.database($1)",
      NGX_PAYMENTS_PG_CONTROL, 0, { U }, 0 },

    /* what sql/apply has written there, of the catalogue alone: any database
       answers it */

    { "schema",
      "(SELECT i, CASE WHEN n.oid IS NULL THEN -1 ELSE coalesce(substring("
      "obj_description(n.oid, 'pg_namespace') FROM 'schema ([0-9]{1,9}),')"
      "::bigint, 0) END, coalesce(substring(obj_description(n.oid, "
      "'pg_namespace') FROM 'functions ([0-9a-f]{8})'), '') FROM "
      "unnest($1::uuid[]) AS i LEFT JOIN pg_namespace AS n "
      "ON n.nspname = 'pay')",
      NGX_PAYMENTS_PG_CONTROL, 0, { U }, 0 },

    { "get_payments", "pay.get_payments($1,$2,$3,$4,$5)",
      NGX_PAYMENTS_PG_READ, 4, { I, B, U, I }, REPLICA },

    /* the same, with what is shown with it */

    { "expand_payments", "pay.get_payments($1,$2,$3,$4,$5)",
      NGX_PAYMENTS_PG_LIST, 4, { I, B, U, I }, REPLICA },

    { "get_api_keys", "pay.get_api_keys($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_READ, 3, { I, B, U }, MERCHANT },

    { "get_merchants", "pay.get_merchants($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_READ, 3, { I, B, U }, OF },

    { "read_objects", "pay.read_objects($1,$2,$3,$4,$5)",
      NGX_PAYMENTS_PG_READ, 4, { I, B, T, U }, REPLICA },

    { "get_ledger_transactions",
      "pay.get_ledger_transactions($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_READ, 3, { I, B, U }, REPLICA },

    { "list_objects",
      "pay.list_objects($1,$2,$3,$4,$5,$6,$7,$8)",
      NGX_PAYMENTS_PG_LIST, 7, { I, B, T, T, U, B, I }, REPLICA },

    { "list_merchants",
      "pay.list_merchants($1,$2,$3,$4,$5,$6,$7,$8)",
      NGX_PAYMENTS_PG_LIST, 7, { I, B, T, T, U, B, I }, OF },

    { "status", "pay.status($1)",
      NGX_PAYMENTS_PG_LIST, 0, { U }, 0 },

    { "relay", "pay.relay($1,$2)",
      NGX_PAYMENTS_PG_LIST, 1, { I }, MERCHANT },

    { "list_events",
      "pay.list_events($1,$2,$3,$4,$5,$6,$7,$8)",
      NGX_PAYMENTS_PG_LIST, 7, { I, B, T, T, U, B, I }, MERCHANT|SEVERAL },

    { "get_events", "pay.get_events($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_LIST, 3, { I, B, U }, MERCHANT },

    { "list_deliveries",
      "pay.list_deliveries($1,$2,$3,$4,$5,$6,$7,$8)",
      NGX_PAYMENTS_PG_LIST, 7, { I, B, T, T, U, B, I }, MERCHANT },

    { "last_events", "pay.last_events($1,$2,$3)",
      NGX_PAYMENTS_PG_LIST, 2, { I, B }, MERCHANT },

    { "get_balances", "pay.get_balances($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_LIST, 3, { I, B, T }, REPLICA },

    { "trial_balance", "pay.trial_balance($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_LIST, 3, { I, B, U }, MERCHANT },

    { "get_keys", "pay.get_keys($1,$2,$3,$4,$5,'%T s')",
      NGX_PAYMENTS_PG_READ, 4, { I, B, U, T }, MERCHANT },

    /* the same, of an administrator, in a shard that may not be the
       administrator's */

    { "get_keys_there", "pay.get_keys($1,$2,$3,$4,$5,'%T s')",
      NGX_PAYMENTS_PG_READ, 4, { I, B, U, T }, OF },

    { "authenticate", "pay.authenticate($1,$2,$3)",
      NGX_PAYMENTS_PG_CONTROL, 2, { I, Y }, MERCHANT },

    { "touch_keys", "pay.touch_keys($1,$2,$3)",
      NGX_PAYMENTS_PG_BACKGROUND, 2, { I, Y }, MERCHANT },

    { "deliver_due", "pay.deliver_due($1,$2,$3)",
      NGX_PAYMENTS_PG_BACKGROUND, 2, { U, I }, SEVERAL },

    { "deliver_page", "pay.deliver_page($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_BACKGROUND, 3, { I, U, U }, MERCHANT|SEVERAL },

    { "deliver_done",
      "pay.deliver_done($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
      NGX_PAYMENTS_PG_BACKGROUND, 10, { I, U, U, I, I, T, T, T, T, I },
      MERCHANT },

    { "take_sinks", "pay.take_sinks($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_BACKGROUND, 3, { T, U, B }, 0 },

    { "read_sinks", "pay.read_sinks($1,$2,$3,$4,$5,$6)",
      NGX_PAYMENTS_PG_BACKGROUND, 5, { T, U, I, I, I }, SEVERAL },

    { "ack_sinks", "pay.ack_sinks($1,$2,$3,$4,$5,$6)",
      NGX_PAYMENTS_PG_BACKGROUND, 5, { T, U, I, I, B }, 0 }
};


/*
 * A statement is its call, and what concerns shards and replicas.  Around a
 * read pay.owns_merchants() checks that the merchants belong to this shard,
 * which the server refuses where they do not; a write checks it itself, under a
 * lock.
 * Where replicas may be asked, rows of writes, and of key look-ups, carry the
 * read token that a read needs to see the write.  A replica that does not see
 * it yet has no rows.
 */

static u_char *
ngx_payments_statements_print(ngx_payments_pg_conf_t *conf,
    ngx_payments_pg_to_e to, const ngx_payments_pg_statement_t *s, u_char *p,
    u_char *last)
{
    ngx_uint_t  number, with_token;

    number = s - ngx_payments_statements;

    with_token = conf->nservers > 1
                 && (s->lane == NGX_PAYMENTS_PG_WRITE
                     || number == NGX_PAYMENTS_PG_GET_KEYS);

    p = ngx_slprintf(p, last, "SELECT r.*%s FROM ",
                     with_token ? ",pay.token() AS token" : "");
    p = ngx_slprintf(p, last, s->call, conf->ttl);
    p = ngx_slprintf(p, last, " AS r");

    if (s->flags & NGX_PAYMENTS_PG_BY_MERCHANT
        && s->lane != NGX_PAYMENTS_PG_WRITE)
    {
        p = ngx_slprintf(p, last, " WHERE pay.owns_merchants($2)");
    }

    if (to == NGX_PAYMENTS_PG_TO_REPLICA) {
        p = ngx_slprintf(p, last, " AND pay.fresh($%ui,$%ui,$%ui)",
                         s->nparams + 2, s->nparams + 3, s->nparams + 4);
    }

    return p;
}


char *
ngx_payments_statements_text(ngx_pool_t *pool, ngx_payments_pg_conf_t *conf,
    ngx_payments_pg_to_e to, const ngx_payments_pg_statement_t *s)
{
    u_char  *p;
    size_t   len;

    len = ngx_strlen(s->call) + NGX_TIME_T_LEN + 3 * NGX_INT_T_LEN
          + sizeof("SELECT r.*,pay.token() AS token FROM  AS r"
                   " WHERE pay.owns_merchants($2) AND pay.fresh($,$,$)");

    p = ngx_pnalloc(pool, len + 1);
    if (p == NULL) {
        return NULL;
    }

    *ngx_payments_statements_print(conf, to, s, p, p + len) = '\0';

    return (char *) p;
}

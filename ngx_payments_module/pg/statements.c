
/* the catalogue of SQL: all that ever reaches PostgreSQL from here, but for
   what pool.c puts around these calls, call.c before them, and session.c
   between them */

#include "ngx_payments_pg_internal.h"


#define U  NGX_PAYMENTS_PG_UUID
#define I  NGX_PAYMENTS_PG_INT8
#define B  NGX_PAYMENTS_PG_BOOL
#define T  NGX_PAYMENTS_PG_TEXT
#define Y  NGX_PAYMENTS_PG_BYTEA
#define W  NGX_PAYMENTS_PG_TIME

#define MERCHANT  NGX_PAYMENTS_PG_BY_MERCHANT
#define REPLICA   (NGX_PAYMENTS_PG_BY_MERCHANT|NGX_PAYMENTS_PG_BY_REPLICA)
#define OF        NGX_PAYMENTS_PG_OF_MERCHANT


/* in the order of ngx_payments_pg_statement_e */

const ngx_payments_pg_statement_t  ngx_payments_pg_statements[] = {

    { "create_payments",
      "pay.create_payments($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,"
      "$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 24,
      { I, B, U, T, Y, U, T, U, U, I, T, B, T, T, T, T, T, T, T, T, T, W, W,
        T }, MERCHANT },

    { "change_payments",
      "pay.change_payments($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,"
      "$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 22,
      { I, B, U, T, Y, U, T, U, T, U, U, U, I, T, B, T, T, T, T, B, T,
        W }, MERCHANT },

    { "administer",
      "pay.administer($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,"
      "$13,$14,$15,$16,$17,$18,$19,$20,$21,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 20,
      { I, B, U, T, Y, U, T, T, U, U, U, T, T, T, T, W, I, Y, T, T },
      MERCHANT },

    /* the same, about a merchant of the shard that is asked */

    { "administer_there",
      "pay.administer($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,"
      "$13,$14,$15,$16,$17,$18,$19,$20,$21,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 20,
      { I, B, U, T, Y, U, T, T, U, U, U, T, T, T, T, W, I, Y, T, T }, OF },

    { "cancel_keys",
      "pay.cancel_keys($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,"
      "$13,$14,$15,$16,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 15,
      { I, B, U, T, Y, U, T, U, T, U, U, U, W, B, B }, MERCHANT },

    { "maintain", "pay.maintain($1,$2)",
      NGX_PAYMENTS_PG_BACKGROUND, 1, { I }, 0 },

    { "background", "pay.background($1,$2)",
      NGX_PAYMENTS_PG_BACKGROUND, 1, { U }, 0 },

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

    { "relay", "pay.relay($1,$2)",
      NGX_PAYMENTS_PG_LIST, 1, { I }, MERCHANT },

    { "list_events",
      "pay.list_events($1,$2,$3,$4,$5,$6,$7,$8)",
      NGX_PAYMENTS_PG_LIST, 7, { I, B, T, T, U, B, I }, MERCHANT },

    { "get_events", "pay.get_events($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_LIST, 3, { I, B, U }, MERCHANT },

    { "get_balances", "pay.get_balances($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_LIST, 3, { I, B, T }, REPLICA },

    { "trial_balance", "pay.trial_balance($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_LIST, 3, { I, B, U }, MERCHANT },

    { "find_keys", "pay.find_keys($1,$2,$3,$4,'%T s')",
      NGX_PAYMENTS_PG_READ, 3, { I, U, Y }, MERCHANT },

    { "get_keys", "pay.get_keys($1,$2,$3,$4,$5,'%T s')",
      NGX_PAYMENTS_PG_READ, 4, { I, B, U, T }, MERCHANT },

    /* the same, of an administrator, in a shard that may not be his */

    { "get_keys_there", "pay.get_keys($1,$2,$3,$4,$5,'%T s')",
      NGX_PAYMENTS_PG_READ, 4, { I, B, U, T }, OF },

    { "authenticate", "pay.authenticate($1,$2,$3)",
      NGX_PAYMENTS_PG_CONTROL, 2, { I, Y }, MERCHANT },

    { "touch_keys", "pay.touch_keys($1,$2,$3)",
      NGX_PAYMENTS_PG_BACKGROUND, 2, { I, Y }, MERCHANT }
};

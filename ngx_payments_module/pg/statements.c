
/* the catalogue of SQL: all that ever reaches PostgreSQL from here */

#include "ngx_payments_pg_internal.h"


#define U  NGX_PAYMENTS_PG_UUID
#define I  NGX_PAYMENTS_PG_INT8
#define B  NGX_PAYMENTS_PG_BOOL
#define T  NGX_PAYMENTS_PG_TEXT
#define Y  NGX_PAYMENTS_PG_BYTEA
#define W  NGX_PAYMENTS_PG_TIME


/* in the order of ngx_payments_pg_statement_e */

const ngx_payments_pg_statement_t  ngx_payments_pg_statements[] = {

    { "create_payments",
      "SELECT * FROM pay.create_payments($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,"
      "$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 24,
      { I, B, U, T, Y, U, T, U, U, I, T, B, T, T, T, T, T, T, T, T, T, W, W,
        T } },

    { "change_payments",
      "SELECT * FROM pay.change_payments($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,"
      "$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 22,
      { I, B, U, T, Y, U, T, U, T, U, U, U, I, T, B, T, T, T, T, B, T, W } },

    { "administer",
      "SELECT * FROM pay.administer($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,"
      "$13,$14,$15,$16,$17,$18,$19,$20,$21,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 20,
      { I, B, U, T, Y, U, T, T, U, U, U, T, T, T, T, W, I, Y, T, T } },

    { "cancel_keys",
      "SELECT * FROM pay.cancel_keys($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,"
      "$13,$14,'%T s')",
      NGX_PAYMENTS_PG_WRITE, 13,
      { I, B, U, T, Y, U, T, U, T, U, U, U, W } },

    /* what nobody waits for delays no payment */

    { "maintain", "SELECT * FROM pay.maintain($1,$2)",
      NGX_PAYMENTS_PG_LIST, 1, { I } },

    { "background", "SELECT * FROM pay.background($1,$2)",
      NGX_PAYMENTS_PG_LIST, 1, { U } },

    { "probe", "SELECT * FROM pay.probe($1)",
      NGX_PAYMENTS_PG_LIST, 0, { U } },

    { "ping", "SELECT * FROM pay.ping($1)",
      NGX_PAYMENTS_PG_WRITE, 0, { U } },

    { "get_payments", "SELECT * FROM pay.get_payments($1,$2,$3,$4,$5)",
      NGX_PAYMENTS_PG_READ, 4, { I, B, U, I } },

    { "get_refunds", "SELECT * FROM pay.get_refunds($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_READ, 3, { I, B, U } },

    { "get_api_keys", "SELECT * FROM pay.get_api_keys($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_READ, 3, { I, B, U } },

    { "get_merchants", "SELECT * FROM pay.get_merchants($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_READ, 3, { I, B, U } },

    { "get_ledger_transactions",
      "SELECT * FROM pay.get_ledger_transactions($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_READ, 3, { I, B, U } },

    { "list_objects",
      "SELECT * FROM pay.list_objects($1,$2,$3,$4,$5,$6,$7,$8)",
      NGX_PAYMENTS_PG_LIST, 7, { I, B, T, T, U, B, I } },

    { "list_events",
      "SELECT * FROM pay.list_events($1,$2,$3,$4,$5,$6,$7,$8)",
      NGX_PAYMENTS_PG_LIST, 7, { I, B, T, T, U, B, I } },

    { "get_events", "SELECT * FROM pay.get_events($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_LIST, 3, { I, B, U } },

    { "get_balances", "SELECT * FROM pay.get_balances($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_LIST, 3, { I, B, T } },

    { "trial_balance", "SELECT * FROM pay.trial_balance($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_LIST, 3, { I, B, U } },

    { "find_keys", "SELECT * FROM pay.find_keys($1,$2,$3,$4,'%T s')",
      NGX_PAYMENTS_PG_READ, 3, { I, U, Y } },

    { "get_keys", "SELECT * FROM pay.get_keys($1,$2,$3,$4,$5,'%T s')",
      NGX_PAYMENTS_PG_READ, 4, { I, B, U, T } },

    { "authenticate", "SELECT * FROM pay.authenticate($1,$2,$3)",
      NGX_PAYMENTS_PG_READ, 2, { I, Y } },

    { "touch_keys", "SELECT * FROM pay.touch_keys($1,$2,$3)",
      NGX_PAYMENTS_PG_LIST, 2, { I, Y } }
};


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

    { "maintain", "SELECT * FROM pay.maintain($1)",
      NGX_PAYMENTS_PG_WRITE, 0, { U } },

    { "ping", "SELECT * FROM pay.ping($1)",
      NGX_PAYMENTS_PG_WRITE, 0, { U } },

    { "get_payments", "SELECT * FROM pay.get_payments($1,$2,$3,$4)",
      NGX_PAYMENTS_PG_READ, 3, { I, B, U } },

    { "authenticate", "SELECT * FROM pay.authenticate($1,$2,$3)",
      NGX_PAYMENTS_PG_READ, 2, { I, Y } }
};

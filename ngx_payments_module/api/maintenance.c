
/* What must be done now and then, and by nobody's request. */

#include "ngx_payments_api.h"


#define NGX_PAYMENTS_MAINTENANCE_EVERY  (3600 * 1000)
#define NGX_PAYMENTS_MAINTENANCE_AGAIN  (60 * 1000)
#define NGX_PAYMENTS_DAYS_ALARM         3


static void ngx_payments_maintenance_timer(ngx_event_t *ev);
static void ngx_payments_maintenance_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);


static ngx_event_t             ngx_payments_maintenance;
static ngx_connection_t        ngx_payments_maintenance_dummy;
static ngx_payments_pg_item_t  ngx_payments_maintenance_item;


void
ngx_payments_maintenance_init(ngx_cycle_t *cycle)
{
    ngx_event_t  *ev = &ngx_payments_maintenance;

    ngx_memzero(ev, sizeof(ngx_event_t));

    ngx_payments_maintenance_dummy.fd = (ngx_socket_t) -1;

    ev->data = &ngx_payments_maintenance_dummy;
    ev->handler = ngx_payments_maintenance_timer;
    ev->log = cycle->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, 1);
}


void
ngx_payments_maintenance_exit(void)
{
    if (ngx_payments_maintenance.timer_set) {
        ngx_del_timer(&ngx_payments_maintenance);
    }
}


static void
ngx_payments_maintenance_timer(ngx_event_t *ev)
{
    ngx_payments_pg_item_t  *item = &ngx_payments_maintenance_item;

    if (ngx_exiting) {
        return;
    }

    if (ngx_payments_api_uuid(item->tag) != 0) {
        ngx_add_timer(ev, NGX_PAYMENTS_MAINTENANCE_AGAIN);
        return;
    }

    item->statement = NGX_PAYMENTS_PG_MAINTAIN;
    item->handler = ngx_payments_maintenance_done;
    item->once = 1;

    ngx_payments_pg_send(item);
}


static void
ngx_payments_maintenance_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t  days;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "partitions could not be made ahead; trying again");
        ngx_add_timer(&ngx_payments_maintenance,
                      NGX_PAYMENTS_MAINTENANCE_AGAIN);
        return;
    }

    days = ngx_payments_pg_number(row, 1);

    if (days <= NGX_PAYMENTS_DAYS_ALARM) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "partitions of pay.journal end in %L days; payments "
                      "stop then", days);
    }

    ngx_add_timer(&ngx_payments_maintenance, NGX_PAYMENTS_MAINTENANCE_EVERY);
}

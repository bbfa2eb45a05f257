
/*
 * PostgreSQL's clock.  Ids and times are made here, but partitions, keys that
 * expire and other workers go by the database's clock; so where the two differ
 * by much, its counts.
 */

#include "ngx_payments_pg_internal.h"
#include "../domain/ngx_payments_domain.h"
#include "../status/ngx_payments_status.h"


/* clocks that differ by less, in microseconds, are taken for the same */
#define NGX_PAYMENTS_PG_SKEW  1000000


static int64_t  ngx_payments_pg_skew;


uint64_t
ngx_payments_pg_usec(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


int64_t
ngx_payments_pg_now(void)
{
    return ngx_payments_now() + ngx_payments_pg_skew;
}


void
ngx_payments_pg_set_clock(int64_t usec)
{
    int64_t      skew, change;
    const char  *left_out;

    if (usec <= 0 || usec > NGX_PAYMENTS_TIME_MAX) {
        left_out = ngx_payments_status_due("clock", "", 0, 1000);

        if (left_out != NULL) {
            ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                          "PostgreSQL's clock shows what no clock can%s",
                          left_out);
        }

        return;
    }

    skew = usec - ngx_payments_now();

    if (skew > -NGX_PAYMENTS_PG_SKEW && skew < NGX_PAYMENTS_PG_SKEW) {
        skew = 0;
    }

    change = skew - ngx_payments_pg_skew;

    if (change > -NGX_PAYMENTS_PG_SKEW && change < NGX_PAYMENTS_PG_SKEW
        && skew != 0)
    {
        return;
    }

    if (skew != 0) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "this clock is %L seconds behind PostgreSQL's, which "
                      "counts; set one of them right", skew / 1000000);
    }

    ngx_payments_pg_skew = skew;
}


/* background/: numbers of its metrics; names and help are in metrics.c */

#ifndef _NGX_PAYMENTS_BACKGROUND_METRICS_H_INCLUDED_
#define _NGX_PAYMENTS_BACKGROUND_METRICS_H_INCLUDED_


#include "../status/ngx_payments_status.h"


enum {
    NGX_PAYMENTS_M_BACKGROUND_PARTITIONS = NGX_PAYMENTS_METRICS_BACKGROUND,
                                       /* calls that were done, and that were
                                          not, in the order of duties */
    NGX_PAYMENTS_M_BACKGROUND_DUE,
    NGX_PAYMENTS_M_BACKGROUND_LEDGER,
    NGX_PAYMENTS_M_BACKGROUND_PARTITIONS_FAILED,
    NGX_PAYMENTS_M_BACKGROUND_DUE_FAILED,
    NGX_PAYMENTS_M_BACKGROUND_LEDGER_FAILED,
    NGX_PAYMENTS_M_BACKGROUND_MISSING, /* gauge: days without partitions */
    NGX_PAYMENTS_M_BACKGROUND_BOOKS    /* gauge: books that are not balanced */
};

extern const ngx_payments_metrics_t  ngx_payments_background_metrics;


#endif /* _NGX_PAYMENTS_BACKGROUND_METRICS_H_INCLUDED_ */

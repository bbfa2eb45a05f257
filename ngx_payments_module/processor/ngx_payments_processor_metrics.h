
/*
 * processor/: numbers of its metrics; names and help are in metrics.c.  What
 * has a processor's name in a label is in shared memory of the room's own.
 */

#ifndef _NGX_PAYMENTS_PROCESSOR_METRICS_H_INCLUDED_
#define _NGX_PAYMENTS_PROCESSOR_METRICS_H_INCLUDED_


#include "../status/ngx_payments_status.h"


enum {
    NGX_PAYMENTS_M_PROCESSOR_BUSY = NGX_PAYMENTS_METRICS_PROCESSOR,
    NGX_PAYMENTS_M_PROCESSOR_RESENT,
    NGX_PAYMENTS_M_PROCESSOR_FULL,
    NGX_PAYMENTS_M_PROCESSOR_WRONG,
    NGX_PAYMENTS_M_NOTIFIED_APPLIED,
    NGX_PAYMENTS_M_NOTIFIED_KNOWN,
    NGX_PAYMENTS_M_NOTIFIED_NOT_FOUND,
    NGX_PAYMENTS_M_NOTIFIED_IGNORED,
    NGX_PAYMENTS_M_NOTIFIED_REFUSED,
    NGX_PAYMENTS_M_NOTIFIED_REVIEW
};

enum {
    NGX_PAYMENTS_H_PROCESSOR = NGX_PAYMENTS_HISTOGRAMS_PROCESSOR
                                       /* seconds, from start to verdict */
};

extern const ngx_payments_metrics_t  ngx_payments_processor_metrics;


#endif /* _NGX_PAYMENTS_PROCESSOR_METRICS_H_INCLUDED_ */


/*
 * status/: counters, gauges and histograms, and their Prometheus text.
 *
 * They live in a shared zone: each worker takes a slot there when it starts,
 * one that a dead worker has left if there is any: what that had counted stays,
 * what it had in hand is zeroed.  Slots are summed when read.  Nothing is
 * locked.
 */

#ifndef _NGX_PAYMENTS_STATUS_H_INCLUDED_
#define _NGX_PAYMENTS_STATUS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Numbers of metrics: a room's begin here and are, with its table, its own
 * business.  They are places in each worker's slot.
 */

#define NGX_PAYMENTS_METRICS_IDEMPOTENCY  0
#define NGX_PAYMENTS_METRICS_REDIS        32
#define NGX_PAYMENTS_METRICS_PG           64
#define NGX_PAYMENTS_METRICS_AUTH         128
#define NGX_PAYMENTS_METRICS_OUTBOUND     132
#define NGX_PAYMENTS_METRICS_PROCESSOR    144
#define NGX_PAYMENTS_METRICS_WEBHOOKS     160
#define NGX_PAYMENTS_METRICS_BACKGROUND   168
#define NGX_PAYMENTS_STATUS_METRICS       176

/* likewise of histograms */

#define NGX_PAYMENTS_HISTOGRAMS_HTTP      0
#define NGX_PAYMENTS_HISTOGRAMS_REDIS     1
#define NGX_PAYMENTS_HISTOGRAMS_PG        2
#define NGX_PAYMENTS_HISTOGRAMS_OUTBOUND  20
#define NGX_PAYMENTS_HISTOGRAMS_PROCESSOR  21
#define NGX_PAYMENTS_STATUS_HISTOGRAMS    24

#define NGX_PAYMENTS_STATUS_BUCKETS       16


/* a counter or gauge */

typedef struct {
    const char                   *name;
    const char                   *labels;      /* NULL: none */
    const char                   *type;        /* NULL: that of the row before,
                                                  whose name it has */
    const char                   *help;
} ngx_payments_metric_t;


typedef struct {
    const char                   *name;
    const char                   *labels;      /* NULL: none */
    const char                   *help;        /* NULL: as the row before, whose
                                                  name it has */
    ngx_uint_t                    seconds;     /* 1: bounds are microseconds */
    uint64_t                      bounds[NGX_PAYMENTS_STATUS_BUCKETS];
} ngx_payments_histogram_t;

/* microseconds */

#define NGX_PAYMENTS_BOUNDS_TIME                                              \
    { 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,   \
      500000, 1000000, 2500000, 5000000, 10000000 }

#define NGX_PAYMENTS_BOUNDS_ITEMS                                             \
    { 1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024 }


/* a room's, for as long as the process lives */

typedef struct {
    ngx_uint_t                       metric;   /* number of the first */
    const ngx_payments_metric_t     *metrics;
    ngx_uint_t                       nmetrics;
    ngx_uint_t                       histogram;
    const ngx_payments_histogram_t  *histograms;
    ngx_uint_t                       nhistograms;
} ngx_payments_metrics_t;


#define NGX_PAYMENTS_STATUS_OPERATIONS  80
#define NGX_PAYMENTS_STATUS_CODES       32

/* reserves the zone; conf time.  "size" at least ngx_payments_status_size();
   NULL: failed */
ngx_shm_zone_t *ngx_payments_status_zone(ngx_conf_t *cf, size_t size,
    void *tag);
size_t ngx_payments_status_size(void);
/* takes a slot for this worker, and leaves it; init_ and exit_process */
void ngx_payments_status_init(ngx_shm_zone_t *zone);
void ngx_payments_status_exit(void);
/* a room's metrics are in the text, in this order; before the room counts */
void ngx_payments_status_register(const ngx_payments_metrics_t *metrics);

/*
 * Text of a room's own, behind the tables': write() puts it between p and last
 * and returns its end; it has at most "size" bytes.  init_process; four rooms.
 */
void ngx_payments_status_extend(size_t size,
    u_char *(*write)(u_char *p, u_char *last));

/*
 * Whether a message is due: NULL where the same one, of what, detail and
 * where, was said by this worker less than "every" ms ago; else what is to
 * stand at its end, "" or how many were left out, until the next call.
 */
const char *ngx_payments_status_due(const char *what, const char *detail,
    ngx_uint_t where, ngx_msec_t every);

/* adds n, which may be negative for a gauge */
void ngx_payments_status_add(ngx_uint_t metric, ngx_int_t n);
/* value in the histogram's unit times 10^6 for seconds, as is for items */
void ngx_payments_status_observe(ngx_uint_t histogram, uint64_t value);
/* one error of the server; "" where it gave no SQLSTATE */
void ngx_payments_status_sqlstate(const char *state);
/* what /metrics shows of a counter or gauge: its row's name and labels, NULL:
   none.  0 where there is no such row */
int64_t ngx_payments_status_read(const char *name, const char *labels);
/* one answered request; "operation" is the row's index in the table */
void ngx_payments_status_request(ngx_uint_t operation, ngx_uint_t code);

/*
 * The whole in Prometheus text format 0.0.4, from the pool.  "build" are the
 * labels of what runs, "names" the operations' names by index, "n" of them.
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_payments_status_text(ngx_pool_t *pool, const char *build,
    const char *const *names, ngx_uint_t n, ngx_str_t *text);


#endif /* _NGX_PAYMENTS_STATUS_H_INCLUDED_ */


/*
 * How many attempts wait for their end, of each processor: the node's first
 * worker asks each shard, for /metrics.
 */

#include "ngx_payments_attempts.h"


#define NGX_PAYMENTS_WAITING_PAUSE  5000       /* ms */


/* columns of pay.count_attempts() */

#define NGX_PAYMENTS_WAITING_PROCESSOR  1
#define NGX_PAYMENTS_WAITING_WAITING    2
#define NGX_PAYMENTS_WAITING_REVIEW     3
#define NGX_PAYMENTS_WAITING_SECONDS    4


/* the looks into one shard, and what it has said last */

typedef struct {
    ngx_connection_t              dummy;       /* for the timer's log lines */
    ngx_event_t                   timer;
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       value;       /* which processors it knows */
    ngx_payments_waiting_t       *waiting;     /* of each */
} ngx_payments_waiting_look_t;


static ngx_payments_waiting_look_t  *ngx_payments_waiting_looks;
static ngx_uint_t                    ngx_payments_waiting_nlooks;


static void
ngx_payments_waiting_ask(ngx_event_t *ev)
{
    ngx_connection_t             *c = ev->data;
    ngx_payments_waiting_look_t  *look = c->data;

    if (ngx_exiting) {
        return;
    }

    if (ngx_payments_new_uuid(look->item.tag) != 0) {
        ngx_add_timer(ev, NGX_PAYMENTS_WAITING_PAUSE);
        return;
    }

    ngx_payments_cluster_send(&look->item);
}


/* all shards together */

static void
ngx_payments_waiting_sum(ngx_uint_t processor)
{
    ngx_uint_t               i;
    ngx_payments_waiting_t   sum, *of;

    ngx_memzero(&sum, sizeof(ngx_payments_waiting_t));

    for (i = 0; i < ngx_payments_waiting_nlooks; i++) {
        of = &ngx_payments_waiting_looks[i].waiting[processor];

        sum.all += of->all;
        sum.review += of->review;
        sum.seconds = ngx_max(sum.seconds, of->seconds);
    }

    ngx_payments_processor_waiting(processor, &sum);
}


static void
ngx_payments_waiting_row(ngx_payments_waiting_look_t *look,
    ngx_payments_pg_row_t *row)
{
    ngx_str_t   said, *name;
    ngx_uint_t  i;

    said = ngx_payments_pg_bytes(row, NGX_PAYMENTS_WAITING_PROCESSOR);

    for (i = 0; (name = ngx_payments_processor_name_of(i)) != NULL; i++) {
        if (name->len == said.len
            && ngx_memcmp(name->data, said.data, said.len) == 0)
        {
            look->waiting[i].all = ngx_payments_pg_number(row,
                                                NGX_PAYMENTS_WAITING_WAITING);
            look->waiting[i].review = ngx_payments_pg_number(row,
                                                NGX_PAYMENTS_WAITING_REVIEW);
            look->waiting[i].seconds = ngx_payments_pg_number(row,
                                                NGX_PAYMENTS_WAITING_SECONDS);
            ngx_payments_waiting_sum(i);
            return;
        }
    }
}


static void
ngx_payments_waiting_on_rows(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_waiting_look_t  *look = item->data;

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        do {
            ngx_payments_waiting_row(look, row);
        } while (ngx_payments_pg_next(row));
    }

    ngx_add_timer(&look->timer, NGX_PAYMENTS_WAITING_PAUSE);
}


void
ngx_payments_waiting_init(ngx_cycle_t *cycle, ngx_str_t *names)
{
    ngx_uint_t                    i, n;
    ngx_payments_waiting_look_t  *look;

    for (n = 0; ngx_payments_processor_name_of(n) != NULL; n++) {
        /* void */
    }

    i = ngx_payments_cluster_nshards();

    if (n == 0) {
        return;
    }

    ngx_payments_waiting_looks = ngx_pcalloc(cycle->pool,
                                     i * sizeof(ngx_payments_waiting_look_t));
    if (ngx_payments_waiting_looks == NULL) {
        return;
    }

    while (i-- > 0) {
        look = &ngx_payments_waiting_looks[i];

        look->waiting = ngx_pcalloc(cycle->pool,
                                    n * sizeof(ngx_payments_waiting_t));
        if (look->waiting == NULL) {
            return;
        }

        look->dummy.fd = (ngx_socket_t) -1;
        look->dummy.data = look;

        look->timer.data = &look->dummy;
        look->timer.handler = ngx_payments_waiting_ask;
        look->timer.log = cycle->log;
        look->timer.cancelable = 1;

        look->value.data = names->data;
        look->value.len = names->len;

        look->item.values = &look->value;
        look->item.statement = NGX_PAYMENTS_PG_COUNT_ATTEMPTS;
        look->item.shard = i;
        look->item.handler = ngx_payments_waiting_on_rows;
        look->item.data = look;
        look->item.once = 1;
    }

    ngx_payments_waiting_nlooks = ngx_payments_cluster_nshards();

    for (i = 0; i < ngx_payments_waiting_nlooks; i++) {
        ngx_add_timer(&ngx_payments_waiting_looks[i].timer, 1000);
    }
}


void
ngx_payments_waiting_exit(void)
{
    ngx_uint_t  i;

    for (i = 0; i < ngx_payments_waiting_nlooks; i++) {
        if (ngx_payments_waiting_looks[i].timer.timer_set) {
            ngx_del_timer(&ngx_payments_waiting_looks[i].timer);
        }
    }

    ngx_payments_waiting_nlooks = 0;
}

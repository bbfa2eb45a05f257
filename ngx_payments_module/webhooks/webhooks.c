
/* Which endpoints have something to be sent, and whose turn it is. */

#include "ngx_payments_webhooks_internal.h"


#define NGX_PAYMENTS_WEBHOOKS_IDLE     1000    /* ms between two looks */
#define NGX_PAYMENTS_WEBHOOKS_BUSY     100     /* ... for a second after one
                                                  that has found something */
#define NGX_PAYMENTS_WEBHOOKS_BUCKETS  1024


/* columns of pay.deliver_due() */

#define NGX_PAYMENTS_DUE_MERCHANT  1
#define NGX_PAYMENTS_DUE_ENDPOINT  2
#define NGX_PAYMENTS_DUE_FAILING   3
#define NGX_PAYMENTS_DUE_BATCH     4


/* the looks into one shard */

typedef struct {
    ngx_event_t                   timer;
    ngx_connection_t              dummy;       /* for the timer's log lines */
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       values[2];   /* the holder; the last batch of
                                                  the relay that was seen, 0:
                                                  none */
    int64_t                       batch;       /* that one */
    ngx_uint_t                    hurried;     /* looks left at short
                                                  intervals */
    unsigned                      all:1;       /* the next one looks at all
                                                  endpoints */
} ngx_payments_look_t;


/* an endpoint that may have something to be sent */

typedef struct {
    ngx_queue_t                   bucket;
    ngx_queue_t                   queue;       /* while it waits */
    int64_t                       merchant_id;
    u_char                        id[NGX_PAYMENTS_UUID_LEN];
    ngx_payments_look_t          *look;        /* that has found it */
    ngx_payments_page_t          *page;        /* NULL: it waits */
    unsigned                      failing:1;   /* it did not take the last, or
                                                  has yet to take one */
    unsigned                      again:1;     /* found while it was active */
} ngx_payments_endpoint_t;


static void ngx_payments_look_timer(ngx_event_t *ev);
static void ngx_payments_look_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static ngx_uint_t ngx_payments_webhooks_found(ngx_payments_look_t *look,
    ngx_payments_pg_row_t *row);
static void ngx_payments_webhooks_next(void);
static void ngx_payments_webhooks_page_done(ngx_payments_page_t *page,
    ngx_payments_page_result_e result);


static ngx_payments_webhooks_conf_t  *ngx_payments_webhooks_conf;
static ngx_payments_look_t  ngx_payments_looks[NGX_PAYMENTS_CLUSTER_SHARDS];
static ngx_uint_t           ngx_payments_nlooks;

static ngx_queue_t  ngx_payments_webhooks_buckets
                                               [NGX_PAYMENTS_WEBHOOKS_BUCKETS];

/* those that wait, by "failing", and how many are active, likewise */
static ngx_queue_t  ngx_payments_webhooks_waiting[2];
static ngx_uint_t   ngx_payments_webhooks_active[2];

/* how many of a merchant; a few merchants share a number */
static ngx_uint_t   ngx_payments_webhooks_shares[NGX_PAYMENTS_WEBHOOKS_BUCKETS];

/* this process, as the lease's holder; another one after each start */
static u_char       ngx_payments_webhooks_holder[NGX_PAYMENTS_UUID_LEN];


ngx_int_t
ngx_payments_webhooks_init(ngx_cycle_t *cycle,
    ngx_payments_webhooks_conf_t *conf)
{
    ngx_uint_t            i;
    ngx_payments_look_t  *look;

    if (ngx_payments_new_uuid(ngx_payments_webhooks_holder) != 0) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_PAYMENTS_WEBHOOKS_BUCKETS; i++) {
        ngx_queue_init(&ngx_payments_webhooks_buckets[i]);
    }

    ngx_queue_init(&ngx_payments_webhooks_waiting[0]);
    ngx_queue_init(&ngx_payments_webhooks_waiting[1]);

    ngx_memzero(ngx_payments_webhooks_shares,
                sizeof(ngx_payments_webhooks_shares));

    ngx_payments_board_name(NGX_PAYMENTS_BOARD_WEBHOOKS,
                            ngx_payments_webhooks_holder);

    ngx_payments_webhooks_conf = conf;
    ngx_payments_nlooks = ngx_payments_cluster_nshards();

    for (i = 0; i < ngx_payments_nlooks; i++) {
        look = &ngx_payments_looks[i];

        look->dummy.fd = (ngx_socket_t) -1;
        look->dummy.data = look;

        look->timer.data = &look->dummy;
        look->timer.handler = ngx_payments_look_timer;
        look->timer.log = cycle->log;
        look->timer.cancelable = 1;

        look->values[0].data = ngx_payments_webhooks_holder;
        look->values[0].len = NGX_PAYMENTS_UUID_LEN;

        look->item.statement = NGX_PAYMENTS_PG_DELIVER_DUE;
        look->item.shard = i;
        look->item.values = look->values;
        look->item.handler = ngx_payments_look_done;
        look->item.data = look;
        look->item.once = 1;

        ngx_add_timer(&look->timer, NGX_PAYMENTS_WEBHOOKS_BUSY);
    }

    return NGX_OK;
}


void
ngx_payments_webhooks_exit(void)
{
    ngx_uint_t                i;
    ngx_queue_t              *q;
    ngx_payments_endpoint_t  *e;

    for (i = 0; i < ngx_payments_nlooks; i++) {
        if (ngx_payments_looks[i].timer.timer_set) {
            ngx_del_timer(&ngx_payments_looks[i].timer);
        }
    }

    for (i = 0; ngx_payments_nlooks && i < NGX_PAYMENTS_WEBHOOKS_BUCKETS; i++) {
        while (!ngx_queue_empty(&ngx_payments_webhooks_buckets[i])) {
            q = ngx_queue_head(&ngx_payments_webhooks_buckets[i]);
            ngx_queue_remove(q);

            e = ngx_queue_data(q, ngx_payments_endpoint_t, bucket);

            if (e->page != NULL) {
                ngx_payments_page_cancel(e->page);
            }

            ngx_free(e);
        }
    }

    ngx_payments_nlooks = 0;
}


static void
ngx_payments_look_timer(ngx_event_t *ev)
{
    ngx_connection_t     *c = ev->data;
    ngx_payments_look_t  *look = c->data;

    if (ngx_exiting) {
        return;
    }

    if (ngx_payments_new_uuid(look->item.tag) != 0) {
        ngx_add_timer(ev, NGX_PAYMENTS_WEBHOOKS_IDLE);
        return;
    }

    look->values[1].number = look->all ? 0 : look->batch;
    look->all = 0;

    ngx_payments_cluster_send(&look->item);
}


/* rows of endpoints, and one with the batch up to which they were found */

static void
ngx_payments_look_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t               batch;
    ngx_msec_t            delay;
    ngx_payments_look_t  *look = item->data;

    batch = -1;

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        while (ngx_payments_pg_bytes(row, NGX_PAYMENTS_DUE_ENDPOINT).len
               == NGX_PAYMENTS_UUID_LEN)
        {
            if (ngx_payments_webhooks_found(look, row)) {
                look->hurried = NGX_PAYMENTS_WEBHOOKS_IDLE
                                / NGX_PAYMENTS_WEBHOOKS_BUSY;
            }

            if (!ngx_payments_pg_next(row)) {
                break;
            }
        }

        batch = ngx_payments_pg_number(row, NGX_PAYMENTS_DUE_BATCH);
    }

    /* without the lease, or an answer, something may have been missed */

    look->batch = batch;

    if (batch <= 0) {
        look->all = 1;
    }

    delay = NGX_PAYMENTS_WEBHOOKS_IDLE;

    if (look->hurried > 0) {
        look->hurried--;
        delay = NGX_PAYMENTS_WEBHOOKS_BUSY;
    }

    ngx_add_timer(&look->timer, delay);

    ngx_payments_webhooks_next();
}


static void
ngx_payments_webhooks_wait(ngx_payments_endpoint_t *e)
{
    ngx_queue_insert_tail(&ngx_payments_webhooks_waiting[e->failing],
                          &e->queue);
    ngx_payments_status_add(NGX_PAYMENTS_M_WEBHOOKS_WAITING, 1);
}


/* one that is known already may have more than it had when it was read; 1: it
   is new */

static ngx_uint_t
ngx_payments_webhooks_found(ngx_payments_look_t *look,
    ngx_payments_pg_row_t *row)
{
    ngx_str_t                 id;
    ngx_queue_t              *q, *bucket;
    ngx_payments_endpoint_t  *e;

    id = ngx_payments_pg_bytes(row, NGX_PAYMENTS_DUE_ENDPOINT);
    bucket = &ngx_payments_webhooks_buckets
                [ngx_crc32_short(id.data, id.len)
                 % NGX_PAYMENTS_WEBHOOKS_BUCKETS];

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        e = ngx_queue_data(q, ngx_payments_endpoint_t, bucket);

        if (ngx_memcmp(e->id, id.data, NGX_PAYMENTS_UUID_LEN) == 0) {
            e->again = 1;
            return 0;
        }
    }

    /* where there is no memory the next look at all of them finds it */

    e = ngx_calloc(sizeof(ngx_payments_endpoint_t), ngx_cycle->log);
    if (e == NULL) {
        look->all = 1;
        return 0;
    }

    e->look = look;
    e->merchant_id = ngx_payments_pg_number(row, NGX_PAYMENTS_DUE_MERCHANT);
    e->failing = ngx_payments_pg_number(row, NGX_PAYMENTS_DUE_FAILING) != 0;
    ngx_memcpy(e->id, id.data, NGX_PAYMENTS_UUID_LEN);

    ngx_queue_insert_tail(bucket, &e->bucket);
    ngx_payments_webhooks_wait(e);

    return 1;
}


static ngx_uint_t *
ngx_payments_webhooks_share(ngx_payments_endpoint_t *e)
{
    return &ngx_payments_webhooks_shares
               [ngx_crc32_short((u_char *) &e->merchant_id, sizeof(int64_t))
                % NGX_PAYMENTS_WEBHOOKS_BUCKETS];
}


/* endpoints that are sent a page at once, where so many calls may be made */

static ngx_uint_t
ngx_payments_webhooks_places(ngx_uint_t calls)
{
    return ngx_max(1, calls / NGX_PAYMENTS_WEBHOOKS_EACH);
}


/* the first that waits and whose merchant has a place left */

static ngx_payments_endpoint_t *
ngx_payments_webhooks_first(ngx_queue_t *waiting)
{
    ngx_uint_t                most;
    ngx_queue_t              *q;
    ngx_payments_endpoint_t  *e;

    most = ngx_payments_webhooks_places(ngx_payments_webhooks_conf->merchant);

    for (q = ngx_queue_head(waiting);
         q != ngx_queue_sentinel(waiting);
         q = ngx_queue_next(q))
    {
        e = ngx_queue_data(q, ngx_payments_endpoint_t, queue);

        if (*ngx_payments_webhooks_share(e) < most) {
            return e;
        }
    }

    return NULL;
}


/* those that fail take half of the places at most: they hold each for long */

static ngx_payments_endpoint_t *
ngx_payments_webhooks_turn(void)
{
    ngx_uint_t                failing, most;
    ngx_uint_t               *active = ngx_payments_webhooks_active;
    ngx_payments_endpoint_t  *e;

    most = ngx_payments_webhooks_places(ngx_payments_webhooks_conf->calls);

    if (ngx_exiting || active[0] + active[1] >= most) {
        return NULL;
    }

    for (failing = 0; failing < 2; failing++) {
        if (failing && active[1] >= ngx_max(1, most / 2)) {
            continue;
        }

        e = ngx_payments_webhooks_first
                                  (&ngx_payments_webhooks_waiting[failing]);
        if (e != NULL) {
            ngx_queue_remove(&e->queue);
            ngx_payments_status_add(NGX_PAYMENTS_M_WEBHOOKS_WAITING, -1);
            return e;
        }
    }

    return NULL;
}


static void
ngx_payments_webhooks_forget(ngx_payments_endpoint_t *e)
{
    ngx_queue_remove(&e->bucket);
    ngx_free(e);
}


static void
ngx_payments_webhooks_next(void)
{
    ngx_payments_endpoint_t  *e;

    for ( ;; ) {
        e = ngx_payments_webhooks_turn();

        if (e == NULL) {
            return;
        }

        e->again = 0;
        e->page = ngx_payments_page_start(ngx_payments_webhooks_conf,
                                          e->merchant_id, e->id,
                                          ngx_payments_webhooks_holder,
                                          ngx_payments_webhooks_page_done, e);

        if (e->page == NULL) {
            e->look->all = 1;
            ngx_payments_webhooks_forget(e);
            continue;
        }

        ngx_payments_webhooks_active[e->failing]++;
        (*ngx_payments_webhooks_share(e))++;
        ngx_payments_status_add(NGX_PAYMENTS_M_WEBHOOKS_ACTIVE, 1);
    }
}


/* whether another page follows depends on what became of this one */

static void
ngx_payments_webhooks_page_done(ngx_payments_page_t *page,
    ngx_payments_page_result_e result)
{
    ngx_payments_endpoint_t  *e = page->data;

    ngx_payments_webhooks_active[e->failing]--;
    (*ngx_payments_webhooks_share(e))--;
    ngx_payments_status_add(NGX_PAYMENTS_M_WEBHOOKS_ACTIVE, -1);
    e->page = NULL;

    if (result == NGX_PAYMENTS_PAGE_FAILED) {
        e->look->all = 1;
    }

    if (page->n > 0) {
        e->failing = !page->taken;
    }

    if (result == NGX_PAYMENTS_PAGE_AGAIN
        || (e->again && result != NGX_PAYMENTS_PAGE_FAILED))
    {
        ngx_payments_webhooks_wait(e);

    } else {
        ngx_payments_webhooks_forget(e);
    }

    ngx_payments_webhooks_next();
}

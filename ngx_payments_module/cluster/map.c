
/*
 * The map of merchants: which shard has which.
 *
 * Only a shard itself knows which buckets it has, and which merchants that are
 * not where their bucket is; no file says so.  Each worker asks each shard once
 * a second, with the epoch that it knows, and at once where a shard refuses an
 * item.  The shard checks under a lock, so an old map cannot make a write go
 * to the wrong one.  While no shard is known to have a merchant, its items wait
 * up to their deadlines in the unrouted pool, which has no connections.
 *
 * A merchant that two shards claim gets no route: both may be wrong.
 */

#include "ngx_payments_cluster_internal.h"
#include "../domain/ngx_payments_domain.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_MAP_EVERY  1000    /* ms */
#define NGX_PAYMENTS_MAP_SOON   10      /* while something waits for it */
#define NGX_PAYMENTS_MAP_LIMIT  1000

#define NGX_PAYMENTS_MAP_DISPUTED   255     /* two shards say it is theirs */

/* how long they may: where one is heard before the other, it is so for a
   moment whenever a merchant moves */
#define NGX_PAYMENTS_MAP_DISPUTE    2000


/* columns of pay.claims() */

#define NGX_PAYMENTS_CLAIMS_EPOCH    1
#define NGX_PAYMENTS_CLAIMS_BUCKETS  2
#define NGX_PAYMENTS_CLAIMS_HERE     3
#define NGX_PAYMENTS_CLAIMS_AWAY     4


static void ngx_payments_map_timer(ngx_event_t *ev);
static void ngx_payments_map_claimed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);


/* of this worker */

ngx_uint_t                        ngx_payments_map_epoch;

static ngx_payments_shard_t      *ngx_payments_map_shards;
static ngx_uint_t                 ngx_payments_map_n;
static ngx_payments_uuid_state_t  ngx_payments_map_ids;
static ngx_payments_pg_pool_t    *ngx_payments_map_unrouted;
static ngx_event_t                ngx_payments_map_event;
static ngx_connection_t           ngx_payments_map_dummy;

/* the number of a bucket's shard, and 1; 0: no shard's, or not known */
static u_char                     ngx_payments_map_buckets
                                                     [NGX_PAYMENTS_MAP_BUCKETS];

/* a bucket or a merchant that two shards have, or -1; since when, 0: said */
static int64_t                    ngx_payments_map_disputed;
static ngx_msec_t                 ngx_payments_map_disputed_since;


ngx_int_t
ngx_payments_map_init(ngx_cycle_t *cycle, ngx_payments_shard_t *shards,
    ngx_uint_t nshards)
{
    ngx_uint_t             i;
    ngx_event_t           *ev = &ngx_payments_map_event;
    ngx_payments_claim_t  *claim;

    ngx_payments_map_shards = shards;
    ngx_payments_map_n = nshards;
    ngx_payments_map_disputed = -1;
    ngx_payments_map_epoch = 1;

    if (nshards == 1) {
        return NGX_OK;
    }

    ngx_memzero(&ngx_payments_map_ids, sizeof(ngx_payments_uuid_state_t));
    ngx_memzero(ngx_payments_map_buckets, NGX_PAYMENTS_MAP_BUCKETS);
    ngx_memzero(ev, sizeof(ngx_event_t));

    /* its limits are those of the first shard */

    ngx_payments_map_unrouted = ngx_payments_lanes_pool(cycle, &shards[0],
                                                 NGX_PAYMENTS_PG_WRITE,
                                                 NGX_PAYMENTS_PG_TO_PRIMARY,
                                                 shards[0].conf->nservers, 1);
    if (ngx_payments_map_unrouted == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < nshards; i++) {
        claim = &shards[i].claim;

        claim->value.number = -1;
        claim->item.statement = NGX_PAYMENTS_PG_CLAIMS;
        claim->item.values = &claim->value;
        claim->item.handler = ngx_payments_map_claimed;
        claim->item.data = &shards[i];
        claim->item.once = 1;
    }

    ngx_payments_map_dummy.fd = (ngx_socket_t) -1;
    ev->data = &ngx_payments_map_dummy;
    ev->handler = ngx_payments_map_timer;
    ev->log = cycle->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, 1);

    return NGX_OK;
}


static void
ngx_payments_map_claim_free(ngx_payments_claim_t *claim)
{
    if (claim->here != NULL) {
        ngx_free(claim->here);
    }

    claim->here = NULL;
    claim->away = NULL;
    claim->nhere = 0;
    claim->naway = 0;
}


void
ngx_payments_map_exit(void)
{
    ngx_uint_t  i;

    if (ngx_payments_map_n < 2) {
        return;
    }

    if (ngx_payments_map_event.timer_set) {
        ngx_del_timer(&ngx_payments_map_event);
    }

    for (i = 0; i < ngx_payments_map_n; i++) {
        ngx_payments_map_claim_free(&ngx_payments_map_shards[i].claim);
    }

    ngx_payments_pg_pool_exit(ngx_payments_map_unrouted);
    ngx_payments_map_n = 0;
}


ngx_payments_pg_pool_t *
ngx_payments_map_unrouted_pool(void)
{
    return ngx_payments_map_unrouted;
}


/* whether the merchant is in the list, which ascends */

static ngx_uint_t
ngx_payments_map_listed(int64_t *list, ngx_uint_t n, int64_t merchant_id)
{
    ngx_uint_t  low, high, i;

    low = 0;
    high = n;

    while (low < high) {
        i = (low + high) / 2;

        if (list[i] == merchant_id) {
            return 1;
        }

        if (list[i] < merchant_id) {
            low = i + 1;

        } else {
            high = i;
        }
    }

    return 0;
}


ngx_payments_shard_t *
ngx_payments_map_owner(int64_t merchant_id)
{
    ngx_uint_t             i, n;
    ngx_payments_claim_t  *claim;
    ngx_payments_shard_t  *owner;

    owner = NULL;

    for (i = 0; i < ngx_payments_map_n; i++) {
        claim = &ngx_payments_map_shards[i].claim;

        if (claim->nhere == 0
            || !ngx_payments_map_listed(claim->here, claim->nhere, merchant_id))
        {
            continue;
        }

        if (owner != NULL) {
            return NULL;
        }

        owner = &ngx_payments_map_shards[i];
    }

    n = ngx_payments_map_buckets[merchant_id & (NGX_PAYMENTS_MAP_BUCKETS - 1)];

    if (n == 0 || owner == &ngx_payments_map_shards[n - 1]) {
        return owner;
    }

    claim = &ngx_payments_map_shards[n - 1].claim;

    if (ngx_payments_map_listed(claim->away, claim->naway, merchant_id)) {
        return owner;
    }

    /* a merchant is where its bucket is, unless that shard says it is away */

    return owner ? NULL : &ngx_payments_map_shards[n - 1];
}


/* now, or very soon: something waits for the answer */

static void
ngx_payments_map_ask_soon(void)
{
    ngx_event_t  *ev = &ngx_payments_map_event;

    if (ev->timer_set) {
        if ((ngx_msec_int_t) (ev->timer.key - ngx_current_msec)
            <= NGX_PAYMENTS_MAP_SOON)
        {
            return;
        }

        ngx_del_timer(ev);
    }

    ngx_add_timer(ev, NGX_PAYMENTS_MAP_SOON);
}


static void
ngx_payments_map_log_dispute(void)
{
    if (ngx_payments_map_disputed == -1 || ngx_payments_map_disputed_since == 0
        || ngx_current_msec - ngx_payments_map_disputed_since
           < NGX_PAYMENTS_MAP_DISPUTE)
    {
        return;
    }

    ngx_payments_map_disputed_since = 0;

    ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                  "two payments shards have %s %L: none of them gets its "
                  "requests; see pay.ownership and pay.placements of both",
                  ngx_payments_map_disputed < NGX_PAYMENTS_MAP_BUCKETS
                  ? "bucket" : "merchant", ngx_payments_map_disputed);
}


static void
ngx_payments_map_timer(ngx_event_t *ev)
{
    ngx_uint_t             i;
    ngx_payments_claim_t  *claim;
    ngx_payments_shard_t  *shard;

    for (i = 0; i < ngx_payments_map_n; i++) {
        shard = &ngx_payments_map_shards[i];
        claim = &shard->claim;

        if (!claim->pending
            && ngx_payments_uuid7(&ngx_payments_map_ids,
                                  ngx_payments_pg_now(), claim->item.tag)
               == 0)
        {
            claim->pending = 1;
            ngx_payments_pg_pool_send(
                                 shard->lanes[NGX_PAYMENTS_PG_CONTROL].primary,
                                 &claim->item, NGX_PAYMENTS_MAP_LIMIT);
        }
    }

    ngx_payments_map_log_dispute();

    /* a worker that drains still has to answer what waits */

    ngx_add_timer(ev, ngx_payments_pg_pool_waiting(ngx_payments_map_unrouted)
                      ? NGX_PAYMENTS_MAP_SOON * 5
                      : NGX_PAYMENTS_MAP_EVERY);
}


/* lists of big-endian numbers, in one piece of memory */

static ngx_int_t
ngx_payments_map_claim_lists(ngx_payments_claim_t *claim, ngx_str_t *here,
    ngx_str_t *away)
{
    size_t      k;
    int64_t    *list;
    uint64_t    n;
    ngx_uint_t  i, total;

    total = here->len / 8 + away->len / 8;
    list = NULL;

    if (total != 0) {
        list = ngx_alloc(total * sizeof(int64_t), ngx_cycle->log);
        if (list == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_payments_map_claim_free(claim);

    claim->here = list;
    claim->nhere = here->len / 8;
    claim->away = list ? list + claim->nhere : NULL;
    claim->naway = total - claim->nhere;

    for (i = 0; i < total; i++) {
        n = 0;

        for (k = 0; k < 8; k++) {
            n = (n << 8) | (i < claim->nhere
                            ? here->data[i * 8 + k]
                            : away->data[(i - claim->nhere) * 8 + k]);
        }

        list[i] = (int64_t) n;
    }

    return NGX_OK;
}


/* a merchant that two shards list, or -1 */

static int64_t
ngx_payments_map_listed_twice(void)
{
    ngx_uint_t             i, k, n;
    ngx_payments_claim_t  *claim, *other;

    for (i = 1; i < ngx_payments_map_n; i++) {
        claim = &ngx_payments_map_shards[i].claim;

        for (k = 0; k < i; k++) {
            other = &ngx_payments_map_shards[k].claim;

            for (n = 0; n < claim->nhere && other->nhere; n++) {
                if (ngx_payments_map_listed(other->here, other->nhere,
                                            claim->here[n]))
                {
                    return claim->here[n];
                }
            }
        }
    }

    return -1;
}


static void
ngx_payments_map_build(void)
{
    int64_t                disputed;
    ngx_uint_t             i, b;
    ngx_payments_claim_t  *claim;

    ngx_payments_map_epoch++;

    ngx_memzero(ngx_payments_map_buckets, NGX_PAYMENTS_MAP_BUCKETS);
    disputed = ngx_payments_map_listed_twice();

    for (i = 0; i < ngx_payments_map_n; i++) {
        claim = &ngx_payments_map_shards[i].claim;

        for (b = 0; b < NGX_PAYMENTS_MAP_BUCKETS; b++) {

            if (claim->buckets[b / 8] & (1 << b % 8)) {
                ngx_payments_map_buckets[b] = ngx_payments_map_buckets[b]
                                         ? NGX_PAYMENTS_MAP_DISPUTED : i + 1;
            }
        }
    }

    for (b = 0; b < NGX_PAYMENTS_MAP_BUCKETS; b++) {
        if (ngx_payments_map_buckets[b] == NGX_PAYMENTS_MAP_DISPUTED) {
            ngx_payments_map_buckets[b] = 0;
            disputed = b;
        }
    }

    for (i = 0; i < ngx_payments_map_n; i++) {
        claim = &ngx_payments_map_shards[i].claim;

        for (b = 0; b < claim->nhere; b++) {
            if (ngx_payments_map_buckets[claim->here[b]
                                    & (NGX_PAYMENTS_MAP_BUCKETS - 1)]
                && ngx_payments_map_owner(claim->here[b]) == NULL)
            {
                disputed = claim->here[b];
            }
        }
    }

    if (disputed != ngx_payments_map_disputed) {
        ngx_payments_map_disputed = disputed;
        ngx_payments_map_disputed_since = ngx_current_msec ? ngx_current_msec
                                                          : 1;
    }
}


/* the pool of an item that has waited for a route; NULL: it waits on */

static ngx_payments_pg_pool_t *
ngx_payments_map_route(ngx_payments_pg_item_t *item)
{
    ngx_payments_shard_t  *shard;

    shard = ngx_payments_map_owner(item->values[0].number);
    if (shard == NULL) {
        return NULL;
    }

    item->route.shard = shard;
    item->route.primary = ngx_payments_lanes_primary(shard, item);

    return item->route.primary;
}


static void
ngx_payments_map_route_waiting(void)
{
    ngx_payments_pg_queue_move(ngx_payments_map_unrouted,
                               ngx_payments_map_route);
}


static void
ngx_payments_map_claimed(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_str_t              buckets, here, away;
    ngx_payments_shard_t  *shard = item->data;
    ngx_payments_claim_t  *claim = &shard->claim;

    claim->pending = 0;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        return;
    }

    buckets = ngx_payments_pg_bytes(row, NGX_PAYMENTS_CLAIMS_BUCKETS);

    if (buckets.len == NGX_PAYMENTS_MAP_BUCKETS / 8) {
        here = ngx_payments_pg_bytes(row, NGX_PAYMENTS_CLAIMS_HERE);
        away = ngx_payments_pg_bytes(row, NGX_PAYMENTS_CLAIMS_AWAY);

        if (ngx_payments_map_claim_lists(claim, &here, &away) != NGX_OK) {
            return;
        }

        ngx_memcpy(claim->buckets, buckets.data, buckets.len);
        claim->value.number = ngx_payments_pg_number(row,
                                                   NGX_PAYMENTS_CLAIMS_EPOCH);
        ngx_payments_map_build();

        if (ngx_payments_map_disputed != -1) {
            ngx_payments_map_ask_soon();
        }
    }

    ngx_payments_map_route_waiting();
}


/*
 * No other item goes to this shard until it has said what it has now.  A route
 * that was found before, and not used yet, counts no more.
 */

static void
ngx_payments_map_ask_again(ngx_payments_shard_t *shard)
{
    shard->claim.value.number = -1;
    ngx_payments_map_epoch++;
    ngx_payments_map_ask_soon();
}


void
ngx_payments_map_misplaced(ngx_payments_shard_t *shard,
    ngx_payments_pg_item_t *item)
{
    ngx_uint_t   n;
    const char  *left_out;

    ngx_payments_status_add(NGX_PAYMENTS_M_PG_MISPLACED, 1);

    if (ngx_payments_map_n == 1) {
        left_out = ngx_payments_status_due("misplaced", "", 0, 1000);

        if (left_out != NULL) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                          "payments shard \"%V\" does not have merchant %L, "
                          "and there is no other: is a \"payments_shard\" "
                          "missing?%s", &shard->conf->name,
                          item->values[0].number, left_out);
        }

        ngx_payments_pg_item_give_up(item);
        return;
    }

    /* its way does not follow from values[0]: what sent it has to look */

    if (!(ngx_payments_statements[item->statement].flags
          & NGX_PAYMENTS_PG_BY_MERCHANT))
    {
        ngx_payments_map_ask_again(shard);
        ngx_payments_pg_item_give_up(item);
        return;
    }

    n = item->values[0].number & (NGX_PAYMENTS_MAP_BUCKETS - 1);

    if (ngx_payments_map_buckets[n] == shard->number + 1) {
        ngx_payments_map_buckets[n] = 0;
    }

    item->route.shard = NULL;

    ngx_payments_pg_pool_requeue(ngx_payments_map_unrouted, item);
    ngx_payments_map_ask_again(shard);
}

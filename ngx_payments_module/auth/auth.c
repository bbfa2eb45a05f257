
/* Look-ups of API keys, who waits for them, and when keys were used. */

#include "ngx_payments_auth.h"
#include "ngx_payments_auth_cache.h"
#include "../base/ngx_payments_base.h"
#include "../cluster/ngx_payments_cluster.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_AUTH_FRESH    900     /* milliseconds after sending */
#define NGX_PAYMENTS_AUTH_RENEW    500     /* looked up again from here on */
#define NGX_PAYMENTS_AUTH_OUTAGE   3600000 /* ... it is good for who asks what
                                              is wrong */
#define NGX_PAYMENTS_AUTH_SWEEP    10000   /* when keys were used is written */
#define NGX_PAYMENTS_AUTH_UNKNOWN  -1      /* whose turns unknown keys take; no
                                              merchant has this number */


/* numbers of its metrics */

enum {
    NGX_PAYMENTS_M_AUTH_LOOKUPS = NGX_PAYMENTS_METRICS_AUTH
};


/* columns of pay.authenticate() */

#define NGX_PAYMENTS_KEY_PUBLIC_ID  1
#define NGX_PAYMENTS_KEY_ACTIVE     2
#define NGX_PAYMENTS_KEY_LIVEMODE   3
#define NGX_PAYMENTS_KEY_SCOPES     4
#define NGX_PAYMENTS_KEY_REVOKED    5
#define NGX_PAYMENTS_KEY_EXPIRED    6
#define NGX_PAYMENTS_KEY_CLOCK      7


/* a look-up under way in this worker; freed when it ends */

typedef struct {
    ngx_rbtree_node_t             node;
    ngx_queue_t                   queue;
    ngx_queue_t                   waiters;     /* their auth waiters */
    ngx_payments_auth_t           auth;
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       values[2];
} ngx_payments_lookup_t;


/* a key whose use is to be written; freed when it is */

typedef struct {
    ngx_queue_t                   queue;
    u_char                        hash[NGX_PAYMENTS_SHA256_LEN];
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       values[2];
} ngx_payments_touch_t;


static ngx_payments_lookup_t *ngx_payments_auth_lookup(const u_char *hash,
    ngx_payments_api_key_t *key, ngx_uint_t known);
static void ngx_payments_auth_handler(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static void ngx_payments_auth_sweep(ngx_event_t *ev);


static const ngx_payments_metric_t  ngx_payments_auth_scalars[] = {
    { "payments_authentication_lookups_total", NULL, "counter",
      "API keys looked up in PostgreSQL." }
};

const ngx_payments_metrics_t  ngx_payments_auth_metrics = {
    NGX_PAYMENTS_METRICS_AUTH, ngx_payments_auth_scalars, 1, 0, NULL, 0
};


static ngx_rbtree_t       ngx_payments_auth_tree;
static ngx_rbtree_node_t  ngx_payments_auth_sentinel;
static ngx_queue_t        ngx_payments_auth_lookups;
static ngx_queue_t        ngx_payments_auth_touches;
static ngx_event_t        ngx_payments_auth_timer;
static ngx_connection_t   ngx_payments_auth_dummy;


void
ngx_payments_auth_init(ngx_cycle_t *cycle, ngx_shm_zone_t *zone)
{
    ngx_payments_auth_cache_init(zone);

    ngx_rbtree_init(&ngx_payments_auth_tree, &ngx_payments_auth_sentinel,
                    ngx_rbtree_insert_value);
    ngx_queue_init(&ngx_payments_auth_lookups);
    ngx_queue_init(&ngx_payments_auth_touches);

    if (ngx_worker != 0) {
        return;
    }

    ngx_payments_auth_dummy.fd = (ngx_socket_t) -1;
    ngx_payments_auth_timer.data = &ngx_payments_auth_dummy;
    ngx_payments_auth_timer.handler = ngx_payments_auth_sweep;
    ngx_payments_auth_timer.log = cycle->log;
    ngx_payments_auth_timer.cancelable = 1;

    ngx_add_timer(&ngx_payments_auth_timer, NGX_PAYMENTS_AUTH_SWEEP);
}


static ngx_rbtree_key_t
ngx_payments_auth_order(const u_char *hash)
{
    ngx_rbtree_key_t  key;

    ngx_memcpy(&key, hash, sizeof(ngx_rbtree_key_t));

    return key;
}


static ngx_payments_lookup_t *
ngx_payments_auth_find(const u_char *hash)
{
    ngx_rbtree_key_t        key;
    ngx_rbtree_node_t      *node;
    ngx_payments_lookup_t  *lookup;

    key = ngx_payments_auth_order(hash);
    node = ngx_payments_auth_tree.root;

    while (node != &ngx_payments_auth_sentinel) {

        if (key != node->key) {
            node = (key < node->key) ? node->left : node->right;
            continue;
        }

        lookup = (ngx_payments_lookup_t *) node;

        /* two hashes that share their first 64 bits do not occur */

        return ngx_payments_equal(lookup->auth.hash, hash,
                                  NGX_PAYMENTS_SHA256_LEN)
               ? lookup : NULL;
    }

    return NULL;
}


/* how long ago a look-up was sent; another worker's clock may be ahead */

static ngx_msec_t
ngx_payments_auth_age(ngx_payments_auth_t *auth)
{
    ngx_msec_int_t  age;

    age = (ngx_msec_int_t) (ngx_current_msec - auth->sent);

    return (age < 0) ? 0 : (ngx_msec_t) age;
}


/* the credential's form, and the hash by which it is known */

static ngx_int_t
ngx_payments_auth_hash(ngx_str_t *credential, ngx_payments_api_key_t *key,
    u_char hash[NGX_PAYMENTS_SHA256_LEN])
{
    if (ngx_payments_api_key_parse(credential->data, credential->len, key)
        != 0)
    {
        return NGX_DECLINED;
    }

    return ngx_payments_api_key_hash(credential->data + 1,
                                     credential->data + NGX_PAYMENTS_KEY_LEN
                                     - NGX_PAYMENTS_KEY_SECRET, hash)
           == 0 ? NGX_OK : NGX_ERROR;
}


static ngx_payments_auth_result_e
ngx_payments_auth_judge(const ngx_payments_auth_t *key)
{
    return !key->found ? NGX_PAYMENTS_AUTH_INVALID
           : key->revoked ? NGX_PAYMENTS_AUTH_REVOKED
           : key->expired ? NGX_PAYMENTS_AUTH_EXPIRED
           : NGX_PAYMENTS_AUTH_VALID;
}


ngx_payments_auth_result_e
ngx_payments_auth_start(ngx_payments_auth_waiter_t *waiter,
    ngx_str_t *credential)
{
    u_char                   hash[NGX_PAYMENTS_SHA256_LEN];
    ngx_int_t                rc;
    ngx_msec_t               age;
    ngx_uint_t               known;
    ngx_payments_auth_t     *auth = &waiter->key;
    ngx_payments_lookup_t   *lookup;
    ngx_payments_api_key_t   key;

    rc = ngx_payments_auth_hash(credential, &key, hash);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_PAYMENTS_AUTH_INVALID
                                    : NGX_PAYMENTS_AUTH_FAILED;
    }

    lookup = ngx_payments_auth_find(hash);
    known = 0;

    if (ngx_payments_auth_cache_get(hash, auth) == NGX_OK
        && auth->merchant_id == key.merchant_id)
    {
        known = auth->found;
        age = ngx_payments_auth_age(auth);

        if (age < NGX_PAYMENTS_AUTH_FRESH) {

            if (age >= NGX_PAYMENTS_AUTH_RENEW && lookup == NULL
                && ngx_payments_auth_cache_may_renew(auth))
            {
                (void) ngx_payments_auth_lookup(hash, &key, auth->found);
            }

            return ngx_payments_auth_judge(auth);
        }

        waiter->valid = (waiter->outage && age < NGX_PAYMENTS_AUTH_OUTAGE
                         && ngx_payments_auth_judge(auth)
                            == NGX_PAYMENTS_AUTH_VALID);

        if (waiter->valid && ngx_payments_cluster_silent(key.merchant_id)) {
            if (lookup == NULL) {
                (void) ngx_payments_auth_lookup(hash, &key, 1);
            }

            return NGX_PAYMENTS_AUTH_VALID;
        }
    }

    if (lookup == NULL) {
        lookup = ngx_payments_auth_lookup(hash, &key, known);
    }

    if (lookup == NULL) {
        return NGX_PAYMENTS_AUTH_FAILED;
    }

    ngx_queue_insert_tail(&lookup->waiters, &waiter->queue);
    waiter->parked = 1;

    return NGX_PAYMENTS_AUTH_PARKED;
}


ngx_int_t
ngx_payments_auth_peek(ngx_str_t *credential, ngx_payments_auth_t *auth)
{
    u_char                  hash[NGX_PAYMENTS_SHA256_LEN];
    ngx_payments_api_key_t  key;

    return (ngx_payments_auth_hash(credential, &key, hash) == NGX_OK
            && ngx_payments_auth_cache_get(hash, auth) == NGX_OK
            && auth->merchant_id == key.merchant_id
            && ngx_payments_auth_judge(auth) == NGX_PAYMENTS_AUTH_VALID)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_payments_lookup_t *
ngx_payments_auth_lookup(const u_char *hash, ngx_payments_api_key_t *key,
    ngx_uint_t known)
{
    ngx_payments_lookup_t   *lookup;
    ngx_payments_pg_item_t  *item;

    lookup = ngx_calloc(sizeof(ngx_payments_lookup_t), ngx_cycle->log);
    if (lookup == NULL) {
        return NULL;
    }

    ngx_payments_status_add(NGX_PAYMENTS_M_AUTH_LOOKUPS, 1);

    ngx_queue_init(&lookup->waiters);
    ngx_queue_insert_tail(&ngx_payments_auth_lookups, &lookup->queue);

    lookup->node.key = ngx_payments_auth_order(hash);
    ngx_rbtree_insert(&ngx_payments_auth_tree, &lookup->node);

    ngx_memcpy(lookup->auth.hash, hash, NGX_PAYMENTS_SHA256_LEN);
    lookup->auth.merchant_id = key->merchant_id;
    lookup->auth.livemode = key->livemode;
    lookup->auth.sent = ngx_current_msec;

    lookup->values[0].number = key->merchant_id;
    lookup->values[1].data = lookup->auth.hash;
    lookup->values[1].len = NGX_PAYMENTS_SHA256_LEN;

    item = &lookup->item;

    /* whoever makes keys up can name any merchant, and must not take its
       turns */

    item->turn = known ? 0 : NGX_PAYMENTS_AUTH_UNKNOWN;
    item->statement = NGX_PAYMENTS_PG_AUTHENTICATE;
    item->values = lookup->values;
    item->handler = ngx_payments_auth_handler;
    item->data = lookup;

    (void) ngx_payments_new_uuid(item->tag);

    ngx_payments_cluster_send(item);

    return lookup;
}


static ngx_uint_t
ngx_payments_auth_scopes(ngx_str_t names)
{
    u_char      *p, *last, *space;
    ngx_uint_t   scopes;

    scopes = 0;
    last = names.data + names.len;

    for (p = names.data; p < last; p = space + 1) {
        space = ngx_strlchr(p, last, ' ');
        space = space ? space : last;
        scopes |= ngx_payments_api_scope(p, space - p);
    }

    return scopes;
}


static void
ngx_payments_auth_row(ngx_payments_auth_t *auth, ngx_payments_pg_row_t *row)
{
    ngx_str_t  id;

    id = ngx_payments_pg_bytes(row, NGX_PAYMENTS_KEY_PUBLIC_ID);
    ngx_payments_pg_set_clock(ngx_payments_pg_number(row,
                                                 NGX_PAYMENTS_KEY_CLOCK));

    auth->found = (id.len == NGX_PAYMENTS_UUID_LEN
                   && (ngx_uint_t) ngx_payments_pg_number(row,
                                          NGX_PAYMENTS_KEY_LIVEMODE)
                      == auth->livemode);

    if (auth->found) {
        ngx_payments_id("mer_", id.data, auth->merchant);
        auth->active =
                (ngx_payments_pg_number(row, NGX_PAYMENTS_KEY_ACTIVE) != 0);
        auth->scopes = ngx_payments_auth_scopes(
                       ngx_payments_pg_bytes(row, NGX_PAYMENTS_KEY_SCOPES));
        auth->revoked =
                (ngx_payments_pg_number(row, NGX_PAYMENTS_KEY_REVOKED) != 0);
        auth->expired =
                (ngx_payments_pg_number(row, NGX_PAYMENTS_KEY_EXPIRED) != 0);
    }

    ngx_payments_auth_cache_put(auth);
}


static void
ngx_payments_auth_handler(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_queue_t                 *q;
    ngx_payments_lookup_t       *lookup = item->data;
    ngx_payments_auth_waiter_t  *waiter;
    ngx_payments_auth_result_e   result;

    /* a waiter's request may end and come back for the same key meanwhile */

    ngx_rbtree_delete(&ngx_payments_auth_tree, &lookup->node);
    ngx_queue_remove(&lookup->queue);

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        ngx_payments_auth_row(&lookup->auth, row);
        result = ngx_payments_auth_judge(&lookup->auth);

    } else {
        result = (outcome == NGX_PAYMENTS_PG_OVERLOADED)
                 ? NGX_PAYMENTS_AUTH_OVERLOADED
                 : NGX_PAYMENTS_AUTH_UNAVAILABLE;
    }

    while (!ngx_queue_empty(&lookup->waiters)) {
        q = ngx_queue_head(&lookup->waiters);
        ngx_queue_remove(q);

        waiter = ngx_queue_data(q, ngx_payments_auth_waiter_t, queue);
        waiter->parked = 0;

        if (result == NGX_PAYMENTS_AUTH_UNAVAILABLE && waiter->valid) {
            waiter->handler(waiter, NGX_PAYMENTS_AUTH_VALID);
            continue;
        }

        waiter->key = lookup->auth;

        waiter->handler(waiter, result);
    }

    ngx_free(lookup);
}


void
ngx_payments_auth_cancel(ngx_payments_auth_waiter_t *waiter)
{
    if (waiter->parked) {
        waiter->parked = 0;
        ngx_queue_remove(&waiter->queue);
    }
}


static void
ngx_payments_auth_touched(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_touch_t  *touch = item->data;

    /* not written: it is when the key is used again */

    ngx_queue_remove(&touch->queue);
    ngx_free(touch);
}


/* the first worker's: when keys were used, off the path of requests */

static void
ngx_payments_auth_sweep(ngx_event_t *ev)
{
    ngx_uint_t               from;
    ngx_payments_auth_t      auth;
    ngx_payments_touch_t    *touch;
    ngx_payments_pg_item_t  *item;

    if (ngx_exiting) {
        return;
    }

    from = 0;

    while (ngx_payments_auth_cache_sweep(&from, &auth)) {

        touch = ngx_calloc(sizeof(ngx_payments_touch_t), ev->log);
        if (touch == NULL) {
            break;
        }

        ngx_queue_insert_tail(&ngx_payments_auth_touches, &touch->queue);
        ngx_memcpy(touch->hash, auth.hash, NGX_PAYMENTS_SHA256_LEN);

        touch->values[0].number = auth.merchant_id;
        touch->values[1].data = touch->hash;
        touch->values[1].len = NGX_PAYMENTS_SHA256_LEN;

        item = &touch->item;

        item->statement = NGX_PAYMENTS_PG_TOUCH_KEYS;
        item->values = touch->values;
        item->handler = ngx_payments_auth_touched;
        item->data = touch;
        item->once = 1;

        (void) ngx_payments_new_uuid(item->tag);

        ngx_payments_cluster_send(item);
    }

    ngx_add_timer(ev, NGX_PAYMENTS_AUTH_SWEEP);
}


void
ngx_payments_auth_exit(void)
{
    ngx_queue_t            *q;
    ngx_payments_touch_t   *touch;
    ngx_payments_lookup_t  *lookup;

    if (ngx_payments_auth_lookups.next == NULL) {
        return;
    }

    if (ngx_payments_auth_timer.timer_set) {
        ngx_del_timer(&ngx_payments_auth_timer);
    }

    while (!ngx_queue_empty(&ngx_payments_auth_lookups)) {
        q = ngx_queue_head(&ngx_payments_auth_lookups);
        ngx_queue_remove(q);

        lookup = ngx_queue_data(q, ngx_payments_lookup_t, queue);
        ngx_payments_pg_cancel(&lookup->item);
        ngx_free(lookup);
    }

    while (!ngx_queue_empty(&ngx_payments_auth_touches)) {
        q = ngx_queue_head(&ngx_payments_auth_touches);
        ngx_queue_remove(q);

        touch = ngx_queue_data(q, ngx_payments_touch_t, queue);
        ngx_payments_pg_cancel(&touch->item);
        ngx_free(touch);
    }
}

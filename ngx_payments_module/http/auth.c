
/*
 * API keys: looked up by the SHA-256 of the key, remembered by this worker
 * for less than a second, so that a revocation holds everywhere within one.
 * A key in use is looked up again before it grows stale, while the old answer
 * still serves; requests for a key that is not known wait for its lookup.
 * Without a database there is no answer: 503, never open.
 */

#include "ngx_payments_http.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_AUTH_FRESH    900     /* milliseconds after sending */
#define NGX_PAYMENTS_AUTH_RENEW    500     /* looked up again from here on */
#define NGX_PAYMENTS_AUTH_MAX      4096    /* keys remembered */


typedef struct {
    ngx_rbtree_node_t             node;
    ngx_queue_t                   lru;
    u_char                        hash[NGX_PAYMENTS_SHA256_LEN];
    int64_t                       merchant_id;
    u_char                        merchant[NGX_PAYMENTS_ID_LEN];
    ngx_uint_t                    scopes;
    ngx_msec_t                    sent;        /* when the lookup that gave
                                                  this was sent */
    ngx_msec_t                    sending;     /* when the pending one was */
    ngx_queue_t                   waiters;     /* ngx_payments_http_ctx_t */
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       values[2];
    unsigned                      livemode:1;
    unsigned                      known:1;     /* there is an answer */
    unsigned                      found:1;
    unsigned                      active:1;
    unsigned                      revoked:1;
    unsigned                      expired:1;
    unsigned                      pending:1;
} ngx_payments_auth_t;


static void ngx_payments_auth_lookup(ngx_payments_auth_t *auth);
static void ngx_payments_auth_handler(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static ngx_int_t ngx_payments_auth_decide(ngx_payments_auth_t *auth,
    ngx_payments_http_ctx_t *ctx);


static ngx_rbtree_t       ngx_payments_auth_tree;
static ngx_rbtree_node_t  ngx_payments_auth_sentinel;
static ngx_queue_t        ngx_payments_auth_lru;
static ngx_uint_t         ngx_payments_auth_count;


static ngx_rbtree_key_t
ngx_payments_auth_order(const u_char *hash)
{
    ngx_rbtree_key_t  key;

    ngx_memcpy(&key, hash, sizeof(ngx_rbtree_key_t));

    return key;
}


static ngx_payments_auth_t *
ngx_payments_auth_find(const u_char *hash)
{
    ngx_rbtree_key_t      key;
    ngx_rbtree_node_t    *node;
    ngx_payments_auth_t  *auth;

    key = ngx_payments_auth_order(hash);
    node = ngx_payments_auth_tree.root;

    while (node && node != &ngx_payments_auth_sentinel) {

        if (key != node->key) {
            node = (key < node->key) ? node->left : node->right;
            continue;
        }

        auth = (ngx_payments_auth_t *) node;

        /* two hashes that share their first 64 bits do not occur */

        return ngx_payments_equal(auth->hash, hash, NGX_PAYMENTS_SHA256_LEN)
               ? auth : NULL;
    }

    return NULL;
}


/* drops the key unused for longest, unless somebody waits for it */

static void
ngx_payments_auth_evict(void)
{
    ngx_queue_t          *q;
    ngx_payments_auth_t  *auth;

    for (q = ngx_queue_last(&ngx_payments_auth_lru);
         q != ngx_queue_sentinel(&ngx_payments_auth_lru);
         q = ngx_queue_prev(q))
    {
        auth = ngx_queue_data(q, ngx_payments_auth_t, lru);

        if (!auth->pending) {
            ngx_queue_remove(q);
            ngx_rbtree_delete(&ngx_payments_auth_tree, &auth->node);
            ngx_payments_auth_count--;
            ngx_free(auth);
            return;
        }
    }
}


static ngx_payments_auth_t *
ngx_payments_auth_add(const u_char *hash, ngx_payments_api_key_t *key)
{
    ngx_payments_auth_t  *auth;

    if (ngx_payments_auth_tree.root == NULL) {
        ngx_rbtree_init(&ngx_payments_auth_tree, &ngx_payments_auth_sentinel,
                        ngx_rbtree_insert_value);
        ngx_queue_init(&ngx_payments_auth_lru);
    }

    if (ngx_payments_auth_count >= NGX_PAYMENTS_AUTH_MAX) {
        ngx_payments_auth_evict();
    }

    auth = ngx_calloc(sizeof(ngx_payments_auth_t), ngx_cycle->log);
    if (auth == NULL) {
        return NULL;
    }

    ngx_memcpy(auth->hash, hash, NGX_PAYMENTS_SHA256_LEN);
    auth->merchant_id = key->merchant_id;
    auth->livemode = key->livemode;
    ngx_queue_init(&auth->waiters);

    auth->node.key = ngx_payments_auth_order(hash);
    ngx_rbtree_insert(&ngx_payments_auth_tree, &auth->node);
    ngx_queue_insert_head(&ngx_payments_auth_lru, &auth->lru);
    ngx_payments_auth_count++;

    return auth;
}


ngx_int_t
ngx_payments_http_authenticate(ngx_payments_http_ctx_t *ctx)
{
    u_char                   hash[NGX_PAYMENTS_SHA256_LEN];
    ngx_msec_t               age;
    ngx_payments_auth_t     *auth;
    ngx_payments_api_key_t   key;

    if (ngx_payments_api_key_parse(ctx->credential.data, ctx->credential.len,
                                   &key)
        != 0)
    {
        ngx_payments_problem(&ctx->request, NGX_PAYMENTS_P_INVALID_API_KEY,
                             NULL, NULL);
        return NGX_DECLINED;
    }

    if (ngx_payments_api_key_hash(ctx->credential.data + 1,
                                  ctx->credential.data
                                  + NGX_PAYMENTS_KEY_LEN
                                  - NGX_PAYMENTS_KEY_SECRET, hash)
        != 0)
    {
        goto failed;
    }

    auth = ngx_payments_auth_find(hash);

    if (auth == NULL) {
        auth = ngx_payments_auth_add(hash, &key);

        if (auth == NULL) {
            goto failed;
        }

    } else {
        ngx_queue_remove(&auth->lru);
        ngx_queue_insert_head(&ngx_payments_auth_lru, &auth->lru);
    }

    age = ngx_current_msec - auth->sent;

    if ((!auth->known || age >= NGX_PAYMENTS_AUTH_RENEW) && !auth->pending) {
        ngx_payments_auth_lookup(auth);
    }

    if (auth->known && age < NGX_PAYMENTS_AUTH_FRESH) {
        return ngx_payments_auth_decide(auth, ctx);
    }

    ngx_queue_insert_tail(&auth->waiters, &ctx->waiting);
    ctx->parked = 1;

    return NGX_AGAIN;

failed:

    ngx_payments_problem(&ctx->request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                         NULL);

    return NGX_DECLINED;
}


static void
ngx_payments_auth_lookup(ngx_payments_auth_t *auth)
{
    ngx_payments_pg_item_t  *item = &auth->item;

    ngx_payments_status_add(NGX_PAYMENTS_M_AUTH_LOOKUPS, 1);

    auth->pending = 1;
    auth->sending = ngx_current_msec;

    auth->values[0].number = auth->merchant_id;
    auth->values[1].data = auth->hash;
    auth->values[1].len = NGX_PAYMENTS_SHA256_LEN;

    item->statement = NGX_PAYMENTS_PG_AUTHENTICATE;
    item->values = auth->values;
    item->timeout = 0;
    item->handler = ngx_payments_auth_handler;
    item->data = auth;

    (void) ngx_payments_api_uuid(item->tag);

    ngx_payments_pg_send(item);
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
ngx_payments_auth_handler(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_int_t                 rc;
    ngx_str_t                 id;
    ngx_queue_t              *q, waiters;
    ngx_payments_auth_t      *auth = item->data;
    ngx_payments_http_ctx_t  *ctx;

    auth->pending = 0;

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        id = ngx_payments_pg_bytes(row, 1);
        ngx_payments_pg_clock(ngx_payments_pg_number(row, 7));

        auth->known = 1;
        auth->sent = auth->sending;
        auth->found = (id.len == NGX_PAYMENTS_UUID_LEN
                       && (ngx_uint_t) ngx_payments_pg_number(row, 3)
                          == auth->livemode);

        if (auth->found) {
            ngx_payments_id("mer_", id.data, auth->merchant);
            auth->active = (ngx_payments_pg_number(row, 2) != 0);
            auth->scopes = ngx_payments_auth_scopes(
                                             ngx_payments_pg_bytes(row, 4));
            auth->revoked = (ngx_payments_pg_number(row, 5) != 0);
            auth->expired = (ngx_payments_pg_number(row, 6) != 0);
        }
    }

    /* a waiter's request may end and come back for the same key meanwhile */

    ngx_queue_init(&waiters);

    if (!ngx_queue_empty(&auth->waiters)) {
        ngx_queue_add(&waiters, &auth->waiters);
        ngx_queue_init(&auth->waiters);
    }

    while (!ngx_queue_empty(&waiters)) {
        q = ngx_queue_head(&waiters);
        ngx_queue_remove(q);

        ctx = ngx_queue_data(q, ngx_payments_http_ctx_t, waiting);
        ctx->parked = 0;

        if (outcome == NGX_PAYMENTS_PG_DONE) {
            rc = ngx_payments_auth_decide(auth, ctx);

        } else {
            rc = NGX_DECLINED;
            ngx_payments_problem(&ctx->request,
                                 (outcome == NGX_PAYMENTS_PG_OVERLOADED)
                                 ? NGX_PAYMENTS_P_OVERLOADED
                                 : NGX_PAYMENTS_P_DATABASE_UNAVAILABLE,
                                 NULL, NULL);
        }

        ngx_payments_http_resume(ctx, rc);
    }
}


static ngx_int_t
ngx_payments_auth_decide(ngx_payments_auth_t *auth,
    ngx_payments_http_ctx_t *ctx)
{
    ngx_payments_problem_e   problem;
    ngx_payments_request_t  *request = &ctx->request;

    if (!auth->found) {
        problem = NGX_PAYMENTS_P_INVALID_API_KEY;

    } else if (auth->revoked) {
        problem = NGX_PAYMENTS_P_API_KEY_REVOKED;

    } else if (auth->expired) {
        problem = NGX_PAYMENTS_P_API_KEY_EXPIRED;

    } else if (!auth->active && request->operation->write) {
        problem = NGX_PAYMENTS_P_MERCHANT_SUSPENDED;

    } else {
        request->merchant_id = auth->merchant_id;
        request->livemode = auth->livemode;
        request->scopes = auth->scopes;
        ngx_memcpy(request->merchant, auth->merchant, NGX_PAYMENTS_ID_LEN);
        return NGX_OK;
    }

    ngx_payments_problem(request, problem, NULL, NULL);

    return NGX_DECLINED;
}


void
ngx_payments_http_auth_leave(ngx_payments_http_ctx_t *ctx)
{
    if (ctx->parked) {
        ctx->parked = 0;
        ngx_queue_remove(&ctx->waiting);
    }
}


void
ngx_payments_http_auth_exit(void)
{
    ngx_queue_t          *q;
    ngx_payments_auth_t  *auth;

    if (ngx_payments_auth_tree.root == NULL) {
        return;
    }

    while (!ngx_queue_empty(&ngx_payments_auth_lru)) {
        q = ngx_queue_head(&ngx_payments_auth_lru);
        ngx_queue_remove(q);

        auth = ngx_queue_data(q, ngx_payments_auth_t, lru);
        ngx_free(auth);
    }

    ngx_payments_auth_tree.root = NULL;
    ngx_payments_auth_count = 0;
}

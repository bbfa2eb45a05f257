
/* Local executions: those of this worker, by key and fingerprint. */

#include "ngx_payments_local.h"
#include "ngx_payments_memory.h"
#include "ngx_payments_shared.h"


static void ngx_payments_local_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel);


static ngx_rbtree_t       ngx_payments_local_tree;
static ngx_rbtree_node_t  ngx_payments_local_sentinel;

/* those that follow, by the tag of their key */

static ngx_rbtree_t       ngx_payments_local_followers;
static ngx_rbtree_node_t  ngx_payments_local_followers_sentinel;


void
ngx_payments_local_init(void)
{
    ngx_rbtree_init(&ngx_payments_local_tree, &ngx_payments_local_sentinel,
                    ngx_payments_local_insert);

    ngx_rbtree_init(&ngx_payments_local_followers,
                    &ngx_payments_local_followers_sentinel,
                    ngx_rbtree_insert_value);
}


/* the hash is uniform: its first bytes order the tree, the rest decides */

static ngx_rbtree_key_t
ngx_payments_local_order(ngx_payments_idempotency_key_t *key)
{
    ngx_rbtree_key_t  order;

    ngx_memcpy(&order, key->hash, sizeof(ngx_rbtree_key_t));

    return order;
}


static ngx_int_t
ngx_payments_local_cmp(ngx_payments_idempotency_key_t *one,
    const u_char *fingerprint, uint32_t variant, ngx_payments_execution_t *two)
{
    ngx_int_t  rc;

    if (variant != two->variant) {
        return (variant < two->variant) ? -1 : 1;
    }

    if (one->merchant_id != two->key.merchant_id) {
        return (one->merchant_id < two->key.merchant_id) ? -1 : 1;
    }

    rc = ngx_memcmp(one->hash, two->key.hash, NGX_PAYMENTS_KEY_HASH_LEN);

    return rc ? rc : ngx_memcmp(fingerprint, two->fingerprint,
                                NGX_PAYMENTS_SHA256_LEN);
}


static void
ngx_payments_local_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel)
{
    ngx_uint_t           left;
    ngx_rbtree_node_t  **p;

    for ( ;; ) {

        left = (node->key != temp->key)
               ? node->key < temp->key
               : ngx_payments_local_cmp(
                     &((ngx_payments_execution_t *) node)->key,
                     ((ngx_payments_execution_t *) node)->fingerprint,
                     ((ngx_payments_execution_t *) node)->variant,
                     (ngx_payments_execution_t *) temp)
                 < 0;

        p = left ? &temp->left : &temp->right;

        if (*p == sentinel) {
            break;
        }

        temp = *p;
    }

    *p = node;
    node->parent = temp;
    node->left = sentinel;
    node->right = sentinel;
    ngx_rbt_red(node);
}


ngx_payments_execution_t *
ngx_payments_local_find(ngx_payments_idempotency_key_t *key,
    const u_char *fingerprint, uint32_t variant)
{
    ngx_int_t                  rc;
    ngx_rbtree_key_t           order;
    ngx_rbtree_node_t         *node, *sentinel;
    ngx_payments_execution_t  *execution;

    order = ngx_payments_local_order(key);
    node = ngx_payments_local_tree.root;
    sentinel = ngx_payments_local_tree.sentinel;

    while (node != sentinel) {

        if (order != node->key) {
            node = (order < node->key) ? node->left : node->right;
            continue;
        }

        execution = (ngx_payments_execution_t *) node;
        rc = ngx_payments_local_cmp(key, fingerprint, variant, execution);

        if (rc == 0) {
            return execution;
        }

        node = (rc < 0) ? node->left : node->right;
    }

    return NULL;
}


void
ngx_payments_local_add(ngx_payments_execution_t *execution)
{
    execution->node.key = ngx_payments_local_order(&execution->key);
    ngx_rbtree_insert(&ngx_payments_local_tree, &execution->node);
    execution->linked = 1;
}


void
ngx_payments_local_remove(ngx_payments_execution_t *execution)
{
    ngx_rbtree_delete(&ngx_payments_local_tree, &execution->node);
    execution->linked = 0;
}


void
ngx_payments_local_follow(ngx_payments_execution_t *execution)
{
    execution->follows = 1;
    execution->followed = 1;

    execution->follower.key = ngx_payments_key_tag(&execution->key);
    ngx_rbtree_insert(&ngx_payments_local_followers, &execution->follower);
}


void
ngx_payments_local_unfollow(ngx_payments_execution_t *execution)
{
    if (execution->follows) {
        execution->follows = 0;
        ngx_rbtree_delete(&ngx_payments_local_followers, &execution->follower);
    }
}


/* the first follower of this tag, or of the next one above it */

static ngx_rbtree_node_t *
ngx_payments_local_first(ngx_rbtree_key_t tag)
{
    ngx_rbtree_node_t  *node, *found;

    found = NULL;
    node = ngx_payments_local_followers.root;

    while (node != ngx_payments_local_followers.sentinel) {

        if (node->key < tag) {
            node = node->right;

        } else {
            found = node;
            node = node->left;
        }
    }

    return found;
}


/* a handler may end what it is called for, and others: first all are held */

void
ngx_payments_local_each(uint64_t tag,
    void (*handler)(ngx_payments_execution_t *execution))
{
    ngx_queue_t               *q, list;
    ngx_rbtree_node_t         *node;
    ngx_payments_execution_t  *execution;

    ngx_queue_init(&list);

    for (node = ngx_payments_local_first(tag);
         node && (tag == 0 || node->key == tag);
         node = ngx_rbtree_next(&ngx_payments_local_followers, node))
    {
        execution = ngx_rbtree_data(node, ngx_payments_execution_t, follower);
        execution->references++;
        ngx_queue_insert_tail(&list, &execution->woken);
    }

    while (!ngx_queue_empty(&list)) {
        q = ngx_queue_head(&list);
        ngx_queue_remove(q);

        execution = ngx_queue_data(q, ngx_payments_execution_t, woken);

        if (execution->follows) {
            handler(execution);
        }

        ngx_payments_memory_release(execution);
    }
}

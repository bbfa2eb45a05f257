
/* The executions under way in this worker, by key. */

#include "ngx_payments_executions.h"


static void ngx_payments_execution_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel);


static ngx_rbtree_t       ngx_payments_executions;
static ngx_rbtree_node_t  ngx_payments_executions_sentinel;


void
ngx_payments_executions_init(void)
{
    ngx_rbtree_init(&ngx_payments_executions,
                    &ngx_payments_executions_sentinel,
                    ngx_payments_execution_insert);
}


ngx_int_t
ngx_payments_idempotency_hash(ngx_payments_idempotency_key_t *key,
    ngx_uint_t livemode, ngx_str_t *text)
{
    u_char  scoped[1 + NGX_PAYMENTS_KEY_MAX], digest[NGX_PAYMENTS_SHA256_LEN];

    scoped[0] = (u_char) livemode;
    ngx_memcpy(scoped + 1, text->data, text->len);

    if (ngx_payments_sha256(scoped, 1 + text->len, digest) != 0) {
        return NGX_ERROR;
    }

    ngx_memcpy(key->hash, digest, NGX_PAYMENTS_KEY_HASH_LEN);

    return NGX_OK;
}


/* the hash is uniform: its first bytes order the tree, the rest decides */

static ngx_rbtree_key_t
ngx_payments_execution_order(ngx_payments_idempotency_key_t *key)
{
    ngx_rbtree_key_t  order;

    ngx_memcpy(&order, key->hash, sizeof(ngx_rbtree_key_t));

    return order;
}


static ngx_int_t
ngx_payments_execution_cmp(ngx_payments_idempotency_key_t *one,
    ngx_payments_idempotency_key_t *two)
{
    if (one->merchant_id != two->merchant_id) {
        return (one->merchant_id < two->merchant_id) ? -1 : 1;
    }

    return ngx_memcmp(one->hash, two->hash, NGX_PAYMENTS_KEY_HASH_LEN);
}


static void
ngx_payments_execution_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel)
{
    ngx_uint_t           left;
    ngx_rbtree_node_t  **p;

    for ( ;; ) {

        left = (node->key != temp->key)
               ? node->key < temp->key
               : ngx_payments_execution_cmp(
                     &((ngx_payments_execution_t *) node)->key,
                     &((ngx_payments_execution_t *) temp)->key)
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
ngx_payments_executions_find(ngx_payments_idempotency_key_t *key)
{
    ngx_int_t                  rc;
    ngx_rbtree_key_t           order;
    ngx_rbtree_node_t         *node, *sentinel;
    ngx_payments_execution_t  *execution;

    order = ngx_payments_execution_order(key);
    node = ngx_payments_executions.root;
    sentinel = ngx_payments_executions.sentinel;

    while (node != sentinel) {

        if (order != node->key) {
            node = (order < node->key) ? node->left : node->right;
            continue;
        }

        execution = (ngx_payments_execution_t *) node;
        rc = ngx_payments_execution_cmp(key, &execution->key);

        if (rc == 0) {
            return execution;
        }

        node = (rc < 0) ? node->left : node->right;
    }

    return NULL;
}


void
ngx_payments_executions_add(ngx_payments_execution_t *execution)
{
    execution->node.key = ngx_payments_execution_order(&execution->key);
    ngx_rbtree_insert(&ngx_payments_executions, &execution->node);
    execution->linked = 1;
}


void
ngx_payments_executions_remove(ngx_payments_execution_t *execution)
{
    ngx_rbtree_delete(&ngx_payments_executions, &execution->node);
    execution->linked = 0;
}

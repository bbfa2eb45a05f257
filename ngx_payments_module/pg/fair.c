
/*
 * The queue of a pool.  Each merchant has a flow of its own, and flows take
 * turns, an item each: whoever floods waits behind itself, and a batch fills
 * up whoever its items are of.
 *
 * The places are shared out by dynamic thresholds (Choudhury and Hahne,
 * "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches", 1998):
 * a merchant may have as many items waiting as places are left.  One alone
 * gets half of them, two get a third each, and some are always left for who
 * comes next.
 */

#include "ngx_payments_pg_internal.h"


/* items of a merchant that one batch passes by, at most */
#define NGX_PAYMENTS_PG_PASSED  512


int64_t
ngx_payments_pg_merchant(ngx_payments_pg_item_t *item)
{
    const ngx_payments_pg_statement_t  *s;

    if (item->turn != 0) {
        return item->turn;
    }

    s = &ngx_payments_pg_statements[item->statement];

    return (s->flags & (NGX_PAYMENTS_PG_BY_MERCHANT
                        |NGX_PAYMENTS_PG_OF_MERCHANT))
           ? item->values[0].number : 0;
}


void
ngx_payments_pg_fair_init(ngx_payments_pg_fair_t *fair)
{
    ngx_rbtree_init(&fair->tree, &fair->sentinel, ngx_rbtree_insert_value);
    ngx_queue_init(&fair->turns);
    ngx_queue_init(&fair->aside);
    ngx_queue_init(&fair->served);
    fair->n = 0;
}


static ngx_payments_pg_flow_t *
ngx_payments_pg_fair_find(ngx_payments_pg_fair_t *fair, int64_t merchant_id)
{
    ngx_rbtree_key_t    key;
    ngx_rbtree_node_t  *node;

    key = (ngx_rbtree_key_t) merchant_id;
    node = fair->tree.root;

    while (node != &fair->sentinel) {

        if (key == node->key) {
            return ngx_rbtree_data(node, ngx_payments_pg_flow_t, node);
        }

        node = (key < node->key) ? node->left : node->right;
    }

    return NULL;
}


static ngx_payments_pg_flow_t *
ngx_payments_pg_fair_flow(ngx_payments_pg_fair_t *fair, int64_t merchant_id)
{
    ngx_payments_pg_flow_t  *flow;

    flow = ngx_payments_pg_fair_find(fair, merchant_id);

    if (flow != NULL) {
        return flow;
    }

    flow = ngx_calloc(sizeof(ngx_payments_pg_flow_t), ngx_cycle->log);
    if (flow == NULL) {
        return NULL;
    }

    flow->node.key = (ngx_rbtree_key_t) merchant_id;
    ngx_rbtree_insert(&fair->tree, &flow->node);
    ngx_queue_insert_tail(&fair->turns, &flow->queue);
    ngx_queue_init(&flow->items);

    return flow;
}


ngx_int_t
ngx_payments_pg_fair_insert(ngx_payments_pg_fair_t *fair,
    ngx_payments_pg_item_t *item, ngx_uint_t front)
{
    ngx_payments_pg_flow_t  *flow;

    flow = ngx_payments_pg_fair_flow(fair, ngx_payments_pg_merchant(item));
    if (flow == NULL) {
        return NGX_ERROR;
    }

    if (front) {
        ngx_queue_insert_head(&flow->items, &item->queue);
        ngx_queue_remove(&flow->queue);
        ngx_queue_insert_head(&fair->turns, &flow->queue);

    } else {
        ngx_queue_insert_tail(&flow->items, &item->queue);
    }

    item->flow = flow;
    flow->n++;
    fair->n++;

    return NGX_OK;
}


void
ngx_payments_pg_fair_remove(ngx_payments_pg_fair_t *fair,
    ngx_payments_pg_item_t *item)
{
    ngx_payments_pg_flow_t  *flow = item->flow;

    if (flow->cursor == &item->queue) {
        flow->cursor = ngx_queue_next(&item->queue);
    }

    ngx_queue_remove(&item->queue);
    item->flow = NULL;
    fair->n--;

    if (--flow->n) {
        return;
    }

    ngx_rbtree_delete(&fair->tree, &flow->node);
    ngx_queue_remove(&flow->queue);
    ngx_free(flow);
}


static ngx_payments_pg_item_t *
ngx_payments_pg_fair_from(ngx_payments_pg_fair_t *fair, ngx_queue_t *q)
{
    ngx_payments_pg_flow_t  *flow;

    if (q == ngx_queue_sentinel(&fair->turns)) {
        return NULL;
    }

    flow = ngx_queue_data(q, ngx_payments_pg_flow_t, queue);

    return ngx_queue_data(ngx_queue_head(&flow->items),
                          ngx_payments_pg_item_t, queue);
}


ngx_payments_pg_item_t *
ngx_payments_pg_fair_first(ngx_payments_pg_fair_t *fair)
{
    return ngx_payments_pg_fair_from(fair, ngx_queue_head(&fair->turns));
}


uint64_t
ngx_payments_pg_fair_oldest(ngx_payments_pg_fair_t *fair)
{
    uint64_t                 oldest;
    ngx_queue_t             *q;
    ngx_payments_pg_item_t  *item;

    oldest = 0;

    for (q = ngx_queue_head(&fair->turns);
         q != ngx_queue_sentinel(&fair->turns);
         q = ngx_queue_next(q))
    {
        item = ngx_payments_pg_fair_from(fair, q);

        if (oldest == 0 || item->since < oldest) {
            oldest = item->since;
        }
    }

    return oldest;
}


ngx_payments_pg_item_t *
ngx_payments_pg_fair_next(ngx_payments_pg_fair_t *fair,
    ngx_payments_pg_item_t *item)
{
    ngx_queue_t  *q;

    q = ngx_queue_next(&item->queue);

    return (q != ngx_queue_sentinel(&item->flow->items))
           ? ngx_queue_data(q, ngx_payments_pg_item_t, queue)
           : ngx_payments_pg_fair_from(fair,
                                       ngx_queue_next(&item->flow->queue));
}


void
ngx_payments_pg_fair_begin(ngx_payments_pg_fair_t *fair)
{
    fair->taking++;
}


/*
 * A flow that has nothing more for this batch is put aside until the batch
 * ends: one that was given nothing keeps its place, so that it begins the next
 * one.
 */

ngx_payments_pg_item_t *
ngx_payments_pg_fair_turn(ngx_payments_pg_fair_t *fair)
{
    ngx_queue_t             *q;
    ngx_payments_pg_flow_t  *flow;

    while (!ngx_queue_empty(&fair->turns)) {
        q = ngx_queue_head(&fair->turns);
        flow = ngx_queue_data(q, ngx_payments_pg_flow_t, queue);

        if (flow->taking != fair->taking) {
            flow->taking = fair->taking;
            flow->cursor = ngx_queue_head(&flow->items);
            flow->passed = 0;
            flow->served = 0;
        }

        if (flow->cursor != ngx_queue_sentinel(&flow->items)
            && flow->passed < NGX_PAYMENTS_PG_PASSED)
        {
            return ngx_queue_data(flow->cursor, ngx_payments_pg_item_t, queue);
        }

        ngx_queue_remove(q);
        ngx_queue_insert_tail(flow->served ? &fair->served : &fair->aside, q);
    }

    return NULL;
}


void
ngx_payments_pg_fair_pass(ngx_payments_pg_item_t *item)
{
    item->flow->cursor = ngx_queue_next(&item->queue);
    item->flow->passed++;
}


void
ngx_payments_pg_fair_take(ngx_payments_pg_fair_t *fair,
    ngx_payments_pg_item_t *item)
{
    ngx_payments_pg_flow_t  *flow = item->flow;

    flow->served = 1;

    ngx_queue_remove(&flow->queue);
    ngx_queue_insert_tail(&fair->turns, &flow->queue);

    ngx_payments_pg_fair_remove(fair, item);
}


void
ngx_payments_pg_fair_end(ngx_payments_pg_fair_t *fair)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&fair->aside)) {
        q = ngx_queue_last(&fair->aside);
        ngx_queue_remove(q);
        ngx_queue_insert_head(&fair->turns, q);
    }

    if (!ngx_queue_empty(&fair->served)) {
        ngx_queue_add(&fair->turns, &fair->served);
        ngx_queue_init(&fair->served);
    }
}


ngx_uint_t
ngx_payments_pg_fair_full(ngx_payments_pg_fair_t *fair, int64_t merchant_id,
    ngx_uint_t size)
{
    ngx_payments_pg_flow_t  *flow;

    if (fair->n >= size) {
        return 1;
    }

    flow = ngx_payments_pg_fair_find(fair, merchant_id);

    return flow != NULL && flow->n >= size - fair->n;
}

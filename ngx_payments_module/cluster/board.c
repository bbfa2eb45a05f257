
/* What the shards show of themselves to whoever looks at the node. */

#include "ngx_payments_cluster_topology.h"
#include "../status/ngx_payments_board.h"


static ngx_payments_shard_t  *ngx_payments_cluster_shown;
static ngx_uint_t             ngx_payments_cluster_nshown;


static void
ngx_payments_cluster_show_pool(ngx_payments_board_shard_t *shown,
    ngx_payments_pg_pool_t *pool, ngx_uint_t lane)
{
    ngx_uint_t              i;
    ngx_payments_pg_view_t  view;

    if (pool == NULL) {
        return;
    }

    ngx_payments_pg_pool_view(pool, &view);

    shown->queued[lane] += (uint32_t) view.queued;
    shown->oldest = ngx_max(shown->oldest, (uint32_t) view.oldest);

    /* a pool that has no server has no connection */

    if (view.server >= NGX_PAYMENTS_BOARD_SERVERS) {
        return;
    }

    for (i = 0; i < NGX_PAYMENTS_BOARD_STATES; i++) {
        shown->connections[view.server][i] += (uint32_t) view.states[i];
    }
}


static void
ngx_payments_cluster_show_shard(ngx_payments_board_shard_t *shown,
    ngx_payments_shard_t *shard)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_PAYMENTS_PG_LANES; i++) {
        ngx_payments_cluster_show_pool(shown, shard->lanes[i].primary, i);
        ngx_payments_cluster_show_pool(shown, shard->lanes[i].replica, i);
    }

    ngx_payments_cluster_show_pool(shown, shard->awaiting,
                                   NGX_PAYMENTS_PG_READ);

    for (i = 0; shard->probes && i < shard->conf->nservers; i++) {
        ngx_payments_cluster_show_pool(shown, shard->probes[i].pool,
                                       NGX_PAYMENTS_PG_CONTROL);
    }
}


/* a shard is written at once, so that nobody reads half a sum */

static void
ngx_payments_cluster_show(ngx_payments_board_worker_t *place)
{
    ngx_uint_t                  i;
    ngx_payments_board_shard_t  shown;

    for (i = 0; i < ngx_payments_cluster_nshown; i++) {
        ngx_memzero(&shown, sizeof(ngx_payments_board_shard_t));
        ngx_payments_cluster_show_shard(&shown, &ngx_payments_cluster_shown[i]);

        /* what no shard has yet is shown with the first one */

        if (i == 0) {
            ngx_payments_cluster_show_pool(&shown,
                                           ngx_payments_map_unrouted_pool(),
                                           NGX_PAYMENTS_PG_WRITE);
        }

        place->shards[i] = shown;
    }
}


void
ngx_payments_cluster_board_init(ngx_payments_shard_t *shards, ngx_uint_t n)
{
    ngx_payments_cluster_shown = shards;
    ngx_payments_cluster_nshown = n;

    ngx_payments_board_show(ngx_payments_cluster_show);
}


/* of several servers, which the node asks what they are */

static void
ngx_payments_cluster_node(ngx_payments_shard_t *shard, ngx_uint_t server,
    ngx_payments_server_view_t *view)
{
    ngx_msec_int_t            age;
    ngx_payments_topology_t  *t = shard->topology;
    ngx_payments_node_t      *node = &t->nodes[server];

    view->timeline = node->timeline;
    view->readable = node->readable;

    if (node->probed != 0) {
        age = (ngx_msec_int_t) (ngx_current_msec - node->probed);
        view->answered = ngx_max(age, 0);
    }

    if (node->silent) {
        view->role = "silent";

    } else if (node->probed == 0) {
        view->role = "unknown";

    } else if (t->primary == server + 1) {
        view->role = "primary";

    } else if (node->unusable || node->writer) {
        view->role = "unusable";

    } else {
        view->role = "replica";
        view->lag = (int64_t) node->lag - 1;
    }
}


ngx_int_t
ngx_payments_cluster_server(ngx_uint_t number, ngx_uint_t server,
    ngx_payments_server_view_t *view)
{
    ngx_payments_shard_t  *shard = &ngx_payments_cluster_shown[number];

    if (server >= shard->conf->nservers) {
        return NGX_DECLINED;
    }

    ngx_memzero(view, sizeof(ngx_payments_server_view_t));

    view->name = &shard->conf->servers[server].name;
    view->lag = -1;
    view->answered = -1;

    if (shard->topology != NULL) {
        ngx_payments_cluster_node(shard, server, view);

    } else {

        /* the only one is taken for the primary */

        view->role = (ngx_payments_ability(shard) == NGX_PAYMENTS_PG_NO_ANSWER)
                     ? "silent" : "primary";
    }

    return NGX_OK;
}

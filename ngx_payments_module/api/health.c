
/* /livez, /readyz, /metrics */

#include "ngx_payments_api.h"
#include "../redis/ngx_payments_redis.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_PING_TIMEOUT  1000


static void
ngx_payments_health(ngx_payments_request_t *request, ngx_uint_t status,
    const char *text)
{
    ngx_memzero(&request->answer, sizeof(ngx_payments_answer_t));

    request->answer.status = status;
    request->answer.type = "application/json";
    request->answer.body.data = (u_char *) text;
    request->answer.body.len = ngx_strlen(text);

    if (status == 503) {
        request->answer.problem = 1;
        request->answer.again = 1;
        request->answer.after = 1;
    }

    request->done(request);
}


void
ngx_payments_livez(ngx_payments_request_t *request)
{
    ngx_payments_health(request, 200, "{\"status\":\"ok\"}");
}


static void
ngx_payments_readyz_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_uint_t               redis, ready;
    ngx_payments_request_t  *request = item->data;

    static const char       *states[2][3] = {
        { "{\"status\":\"unavailable\",\"postgres\":\"down\","
          "\"redis\":\"off\"}",
          "{\"status\":\"unavailable\",\"postgres\":\"down\","
          "\"redis\":\"down\"}",
          "{\"status\":\"unavailable\",\"postgres\":\"down\","
          "\"redis\":\"ok\"}" },
        { "{\"status\":\"ok\",\"postgres\":\"ok\",\"redis\":\"off\"}",
          "{\"status\":\"degraded\",\"postgres\":\"ok\",\"redis\":\"down\"}",
          "{\"status\":\"ok\",\"postgres\":\"ok\",\"redis\":\"ok\"}" }
    };

    request->pending = 0;

    ready = (outcome == NGX_PAYMENTS_PG_DONE
             && ngx_payments_pg_number(row, 1));

    redis = ngx_payments_redis_configured() + ngx_payments_redis_ready();

    ngx_payments_health(request, ready ? 200 : 503, states[ready][redis]);
}


/* by a call that a payment would take too: the write queue, to its end */

void
ngx_payments_readyz(ngx_payments_request_t *request)
{
    ngx_payments_pg_item_t  *item = &request->item;

    item->statement = NGX_PAYMENTS_PG_PING;
    item->values = request->values;
    item->timeout = NGX_PAYMENTS_PING_TIMEOUT;
    item->handler = ngx_payments_readyz_done;
    item->data = request;
    ngx_memcpy(item->tag, request->request_uuid, NGX_PAYMENTS_PG_TAG_LEN);

    request->pending = 1;
    ngx_payments_pg_send(item);
}


void
ngx_payments_metrics(ngx_payments_request_t *request)
{
    ngx_uint_t    i;
    const char  **names;

    names = ngx_palloc(request->pool,
                       (ngx_payments_noperations + 1) * sizeof(char *));
    if (names == NULL) {
        goto failed;
    }

    for (i = 0; i < ngx_payments_noperations; i++) {
        names[i] = ngx_payments_operations[i].name;
    }

    names[i] = "none";

    ngx_memzero(&request->answer, sizeof(ngx_payments_answer_t));

    if (ngx_payments_status_text(request->pool, names,
                                 ngx_payments_noperations + 1,
                                 &request->answer.body)
        != NGX_OK)
    {
        goto failed;
    }

    request->answer.status = 200;
    request->answer.type = "text/plain; version=0.0.4";
    request->done(request);
    return;

failed:

    ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL, NULL);
    request->done(request);
}

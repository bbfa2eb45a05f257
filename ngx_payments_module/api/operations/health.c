
/* /livez, /readyz and /metrics */

#include "../ngx_payments_handlers.h"
#include "../../redis/ngx_payments_redis.h"
#include "../../status/ngx_payments_status.h"


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


/* what the schema is to this module, where it is another one */

static const char *
ngx_payments_readyz_schema(ngx_uint_t shard)
{
    static const char  *states[] = {
        NULL, NULL, "schema_missing", "schema_older", "schema_newer",
        "schema_differs"
    };

    return ngx_payments_cluster_schema_fresh(shard)
           ? states[ngx_payments_cluster_schema(shard)] : NULL;
}


/* payments are taken in this state, though something is to be done */

static ngx_uint_t
ngx_payments_readyz_takes(const char *state)
{
    ngx_uint_t          i;
    static const char  *states[] = {
        "ok", "restored", "schema_newer", "schema_differs"
    };

    for (i = 0; i < sizeof(states) / sizeof(char *); i++) {
        if (ngx_strcmp(state, states[i]) == 0) {
            return 1;
        }
    }

    return 0;
}


/* what a shard's part says, and this worker knows without asking */

static const char *
ngx_payments_readyz_shard(ngx_payments_fanout_part_t *part)
{
    const char         *schema;
    static const char  *states[] = {
        "down", "ok", "read_only", "standby", "incomplete", "settings",
        "restored"
    };

    schema = ngx_payments_readyz_schema(part->item.shard);

    if (part->outcome != NGX_PAYMENTS_PG_DONE || part->number < 1
        || part->number >= (int64_t) (sizeof(states) / sizeof(char *)))
    {
        return (schema != NULL) ? schema : states[0];
    }

    /* the worker's own view of what could be */

    if (part->number != 1 && part->number != 6) {
        return states[part->number];
    }

    if (schema != NULL && !ngx_payments_readyz_takes(schema)) {
        return schema;
    }

    switch (ngx_payments_cluster_ability(part->item.shard)) {

    case NGX_PAYMENTS_PG_WRITABLE:
        return (part->number == 1 && schema != NULL) ? schema
                                                     : states[part->number];

    case NGX_PAYMENTS_PG_READ_ONLY:
        return "read_only";

    case NGX_PAYMENTS_PG_NO_ANSWER:
        return "no_answer";

    default: /* NGX_PAYMENTS_PG_FAILING */
        return "failing";
    }
}


/* of several shards "degraded" where some take payments; where none does, why
   the last one does not */

static void
ngx_payments_readyz_done(ngx_payments_fanout_t *fanout)
{
    u_char                  *p, *text;
    ngx_uint_t               i, ready, less;
    const char              *postgres, *state, *redis, *status;
    ngx_payments_request_t  *request = fanout->request;

    ready = 0;
    less = 0;
    postgres = "ok";

    for (i = 0; i < fanout->n; i++) {
        state = ngx_payments_readyz_shard(&fanout->part[i]);

        if (ngx_strcmp(state, "ok") != 0) {
            postgres = state;
            less = 1;
        }

        ready += ngx_payments_readyz_takes(state);
    }

    if (ready && ready < fanout->n) {
        postgres = "degraded";
    }

    redis = !ngx_payments_redis_configured() ? "off"
            : ngx_payments_redis_refuses() ? "refusing"
            : !ngx_payments_redis_ready() ? "down" : "ok";

    status = (ready == 0) ? "unavailable"
             : (less || redis[0] != 'o') ? "degraded" : "ok";

    text = ngx_pnalloc(request->pool, 192);

    if (text == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    p = ngx_sprintf(text, "{\"status\":\"%s\",\"postgres\":\"%s\","
                    "\"redis\":\"%s\",\"version\":\"%s\"}", status, postgres,
                    redis, ngx_payments_version);
    *p = '\0';

    ngx_payments_health(request, ready ? 200 : 503, (char *) text);
}


/* over a connection that no merchant's data goes over */

void
ngx_payments_readyz(ngx_payments_request_t *request)
{
    ngx_payments_fanout_send(request, NGX_PAYMENTS_PG_PING, 0,
                             NGX_PAYMENTS_PING_TIMEOUT,
                             ngx_payments_readyz_done);
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

    if (ngx_payments_status_text(request->pool, ngx_payments_build_labels,
                                 names,
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

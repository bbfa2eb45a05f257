
/* /livez and /metrics; /readyz is in shards.c */

#include "../ngx_payments_api.h"
#include "../../status/ngx_payments_status.h"


void
ngx_payments_livez(ngx_payments_request_t *request)
{
    ngx_payments_health(request, 200, "{\"status\":\"ok\"}");
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

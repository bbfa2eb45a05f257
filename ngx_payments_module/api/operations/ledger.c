
/* The ledger */

#include "../ngx_payments_handlers.h"


const ngx_payments_query_t  ngx_payments_ledger_query[] = {
    NGX_PAYMENTS_QUERY_BY_CURRENCY,
    { "payment", NULL, "payment", NGX_PAYMENTS_QUERY_PAYMENT, 0, NULL,
      "Of this payment and its refunds." },
    NGX_PAYMENTS_QUERY_BY_CREATED,
    NGX_PAYMENTS_QUERY_END
};


void
ngx_payments_list_ledger(ngx_payments_request_t *request)
{
    ngx_payments_list_objects(request, "ledger_transactions");
}


void
ngx_payments_get_ledger(ngx_payments_request_t *request)
{
    ngx_payments_read_by_id(request, "lt_", NGX_PAYMENTS_PG_GET_LEDGER);
}


void
ngx_payments_trial_balance(ngx_payments_request_t *request)
{
    request->work->values[2].data = request->request_uuid;
    request->work->values[2].len = NGX_PAYMENTS_UUID_LEN;

    ngx_payments_read_send(request, NGX_PAYMENTS_PG_TRIAL_BALANCE,
                           ngx_payments_read_on_object);
}

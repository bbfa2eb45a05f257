
/* Balances: sums of the ledger. */

#include "../ngx_payments_handlers.h"


static void
ngx_payments_balances_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_str_t                body;
    ngx_payments_request_t  *request = item->data;

    request->cancel = NULL;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_item_failed(request, outcome);

    } else {
        body = ngx_payments_pg_bytes(row, NGX_PAYMENTS_READ_BODY);

        if (ngx_payments_list_body(request, &body, NULL) != NGX_OK) {
            ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                                 NULL);
        }
    }

    request->done(request);
}


void
ngx_payments_list_balances(ngx_payments_request_t *request)
{
    if (ngx_payments_query_parse(request) != NGX_OK) {
        request->done(request);
        return;
    }

    ngx_payments_read_send(request, NGX_PAYMENTS_PG_GET_BALANCES,
                           ngx_payments_balances_done);
}


void
ngx_payments_get_balance(ngx_payments_request_t *request)
{
    const ngx_payments_currency_t  *currency;

    currency = ngx_payments_currency(request->id.data, request->id.len);

    if (currency == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return;
    }

    request->work->values[2].data = (u_char *) currency->code;
    request->work->values[2].len = 3;

    ngx_payments_read_send(request, NGX_PAYMENTS_PG_GET_BALANCES,
                           ngx_payments_read_on_object);
}

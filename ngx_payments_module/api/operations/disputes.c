
/* Disputes */

#include "../ngx_payments_handlers.h"


const ngx_payments_query_t  ngx_payments_disputes_query[] = {
    { "status", NULL, "status", NGX_PAYMENTS_QUERY_ENUM, 0,
      ngx_payments_dispute_statuses, "May be repeated." },
    NGX_PAYMENTS_QUERY_BY_CURRENCY,
    { "payment", NULL, "payment", NGX_PAYMENTS_QUERY_PAYMENT, 0, NULL,
      "Of this payment." },
    NGX_PAYMENTS_QUERY_BY_CREATED,
    NGX_PAYMENTS_QUERY_END
};


void
ngx_payments_list_disputes(ngx_payments_request_t *request)
{
    ngx_payments_list_objects(request, "disputes");
}


void
ngx_payments_dispute_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "dispute", NULL);
}


void
ngx_payments_win_dispute(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "win_dispute", NULL);
}


void
ngx_payments_lose_dispute(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "lose_dispute", NULL);
}


/* Refunds */

#include "../ngx_payments_handlers.h"


static const ngx_payments_field_t  ngx_payments_refund_fields[] = {

    { .name = "amount", .type = NGX_PAYMENTS_FIELD_AMOUNT,
      .slot = NGX_PAYMENTS_CHANGE_AMOUNT,
      .about = "Without it all that is refundable." },

    { .name = "currency", .type = NGX_PAYMENTS_FIELD_CURRENCY,
      .slot = NGX_PAYMENTS_CHANGE_CURRENCY,
      .about = "If it is given, it must be the payment's." },

    { .name = "reason", .type = NGX_PAYMENTS_FIELD_ENUM,
      .slot = NGX_PAYMENTS_CHANGE_REASON, .nullable = 1,
      .values = ngx_payments_refund_reasons },

    { .name = "reference", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_CHANGE_REFERENCE, .nullable = 1,
      .min = 1, .max = 64, .pattern = "[A-Za-z0-9._:/-]*",
      .about = "Your own name for the refund. Unique among the payment's "
               "refunds that have not failed." },

    { .name = "metadata", .type = NGX_PAYMENTS_FIELD_METADATA,
      .slot = NGX_PAYMENTS_CHANGE_METADATA },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_refund_schema = {
    "RefundCreate", "How much of a payment is given back.",
    ngx_payments_refund_fields
};

static const ngx_payments_field_t  ngx_payments_update_refund_fields[] = {

    { .name = "reference", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_CHANGE_REFERENCE, .nullable = 1,
      .min = 1, .max = 64, .pattern = "[A-Za-z0-9._:/-]*",
      .about = "Your own name for the refund. Unique among the payment's "
               "refunds that have not failed." },

    { .name = "metadata", .type = NGX_PAYMENTS_FIELD_METADATA,
      .slot = NGX_PAYMENTS_CHANGE_METADATA,
      .min = NGX_PAYMENTS_METADATA_PATCH },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_update_refund_schema = {
    "RefundUpdate", "What changes in a refund.",
    ngx_payments_update_refund_fields
};


const ngx_payments_query_t  ngx_payments_refunds_query[] = {
    { "status", NULL, "status", NGX_PAYMENTS_QUERY_ENUM, 0,
      ngx_payments_refund_statuses, "May be repeated." },
    NGX_PAYMENTS_QUERY_BY_CURRENCY,
    { "reference", NULL, "reference", NGX_PAYMENTS_QUERY_STRING, 64, NULL,
      NULL },
    { "payment", NULL, "payment", NGX_PAYMENTS_QUERY_PAYMENT, 0, NULL,
      "Of this payment." },
    NGX_PAYMENTS_QUERY_BY_CREATED,
    NGX_PAYMENTS_QUERY_END
};


void
ngx_payments_refund_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "refund", NULL);
}


void
ngx_payments_update_refund(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "update_refund", NULL);
}


void
ngx_payments_list_refunds(ngx_payments_request_t *request)
{
    ngx_payments_list_objects(request, "refunds");
}


/* of one payment: the same list with one filter more */

void
ngx_payments_list_payment_refunds(ngx_payments_request_t *request)
{
    u_char     *p;
    ngx_str_t   query, *shown;

    query.len = request->query.len + sizeof("payment=") + request->id.len;
    query.data = ngx_pnalloc(request->pool, query.len + 1);

    if (query.data == NULL
        || ngx_payments_id_parse("pay_", request->id.data, request->id.len,
                                 query.data)
           != 0)
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return;
    }

    p = ngx_sprintf(query.data, "payment=%V", &request->id);

    if (request->query.len) {
        p = ngx_sprintf(p, "&%V", &request->query);
    }

    query.len = p - query.data;

    shown = &request->work->list.query;
    shown->data = request->query.data ? request->query.data : query.data;
    shown->len = request->query.len;
    request->query = query;

    ngx_payments_list_objects(request, "payment_refunds");
}

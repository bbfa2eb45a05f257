
/* Captures */

#include "../ngx_payments_handlers.h"


static const ngx_payments_field_t  ngx_payments_capture_fields[] = {

    { .name = "amount", .type = NGX_PAYMENTS_FIELD_AMOUNT,
      .slot = NGX_PAYMENTS_CHANGE_AMOUNT,
      .about = "Without it all that is capturable." },

    { .name = "final_capture", .type = NGX_PAYMENTS_FIELD_BOOLEAN,
      .slot = NGX_PAYMENTS_CHANGE_FINAL,
      .about = "`true` (the default) releases what is not captured, `false` "
               "leaves it for another capture." },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_capture_schema = {
    "CaptureCreate", "How much of an authorization is taken.",
    ngx_payments_capture_fields
};


void
ngx_payments_capture_payment(ngx_payments_request_t *request)
{
    ngx_payments_change(request, "capture", "capture");
}

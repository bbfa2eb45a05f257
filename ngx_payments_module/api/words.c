
/* The words that values can be, NULL at the end. */

#include "ngx_payments_operation.h"

const char *const  ngx_payments_payment_statuses[] = {
    "processing", "requires_action", "authorized", "partially_captured",
    "captured", "canceled", "expired", "failed", NULL
};

const char *const  ngx_payments_refund_statuses[] = {
    "pending", "succeeded", "failed", NULL
};

const char *const  ngx_payments_capture_methods[] = {
    "automatic", "manual", NULL
};

const char *const  ngx_payments_expiry_actions[] = {
    "cancel", "capture", NULL
};

const char *const  ngx_payments_cancel_reasons[] = {
    "duplicate", "fraudulent", "requested_by_customer", "abandoned", NULL
};

const char *const  ngx_payments_refund_reasons[] = {
    "duplicate", "fraudulent", "requested_by_customer", NULL
};

const char *const  ngx_payments_merchant_statuses[] = {
    "active", "suspended", NULL
};

const char *const  ngx_payments_dispute_statuses[] = {
    "open", "won", "lost", NULL
};

/* an endpoint asks for them by the same names, and may end one with an
   asterisk */

#define NGX_PAYMENTS_EVENT_TYPES                                              \
    "payment.processing", "payment.requires_action", "payment.authorized",    \
    "payment.captured", "payment.partially_captured",                         \
    "payment.canceled", "payment.expired",      \
    "payment.failed", "payment.capture_failed", "payment.cancel_failed",      \
    "payment.updated", "dispute.created", "dispute.won", "dispute.lost",      \
    "refund.created", "refund.succeeded", "refund.failed",                    \
    "webhook_endpoint.disabled", "webhook_endpoint.events_lost"

/* a test goes to the endpoint that is tested, whatever it has asked for */

const char *const  ngx_payments_event_types[] = {
    NGX_PAYMENTS_EVENT_TYPES, "webhook.ping", NULL
};

const char *const  ngx_payments_endpoint_types[] = {
    "*", "payment.*", "refund.*", "dispute.*", "webhook_endpoint.*",
    NGX_PAYMENTS_EVENT_TYPES, NULL
};

const char *const  ngx_payments_delivery_statuses[] = {
    "pending", "succeeded", "failed", NULL
};

const char *const  ngx_payments_endpoint_statuses[] = {
    "enabled", "disabled", NULL
};

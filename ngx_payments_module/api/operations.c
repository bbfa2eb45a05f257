
/* The table that is the API, and the router over it. */

#include "ngx_payments_api.h"


const ngx_payments_operation_t  ngx_payments_operations[] = {

    { "createPayment", NGX_PAYMENTS_POST, "/v1/payments", "payments:write",
      NGX_PAYMENTS_KEY_REQUIRED, 1, 1, 0, 0, 0, 0, "pay_", "/v1/payments",
      ngx_payments_create_payment_fields, ngx_payments_create_payment,
      "Create a payment" },

    { "listPayments", NGX_PAYMENTS_GET, "/v1/payments", "payments:read",
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 1, 0, NULL, NULL,
      NULL, ngx_payments_list_payments, "List payments" },

    { "getPayment", NGX_PAYMENTS_GET, "/v1/payments/{id}", "payments:read",
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 1, 0, NULL, NULL,
      NULL, ngx_payments_get_payment, "Retrieve a payment" },

    { "updatePayment", NGX_PAYMENTS_PATCH, "/v1/payments/{id}",
      "payments:write", NGX_PAYMENTS_KEY_OPTIONAL, 1, 1, 0, 0, 0, 0, NULL, NULL,
      ngx_payments_update_fields, ngx_payments_update_payment,
      "Update a payment" },

    { "capturePayment", NGX_PAYMENTS_POST, "/v1/payments/{id}/capture",
      "payments:write", NGX_PAYMENTS_KEY_REQUIRED, 1, 1, 1, 0, 0, 0, NULL, NULL,
      ngx_payments_capture_fields, ngx_payments_capture_payment,
      "Capture a payment" },

    { "cancelPayment", NGX_PAYMENTS_POST, "/v1/payments/{id}/cancel",
      "payments:write", NGX_PAYMENTS_KEY_REQUIRED, 1, 1, 1, 0, 0, 0, NULL, NULL,
      ngx_payments_cancel_fields, ngx_payments_cancel_payment,
      "Cancel a payment" },

    { "createRefund", NGX_PAYMENTS_POST, "/v1/payments/{id}/refunds",
      "refunds:write", NGX_PAYMENTS_KEY_REQUIRED, 1, 1, 1, 0, 0, 0, "ref_",
      "/v1/refunds", ngx_payments_refund_fields, ngx_payments_refund_payment,
      "Refund a payment" },

    { "getRefund", NGX_PAYMENTS_GET, "/v1/refunds/{id}", "refunds:read",
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_get_refund, "Retrieve a refund" },

    { "resolvePayment", NGX_PAYMENTS_POST,
      "/v1/test_helpers/payments/{id}/resolve", "payments:write",
      NGX_PAYMENTS_KEY_OPTIONAL, 1, 1, 1, 1, 0, 0, NULL, NULL,
      ngx_payments_no_fields, ngx_payments_resolve_payment,
      "Let the processor answer" },

    { "expirePayment", NGX_PAYMENTS_POST,
      "/v1/test_helpers/payments/{id}/expire", "payments:write",
      NGX_PAYMENTS_KEY_OPTIONAL, 1, 1, 1, 1, 0, 0, NULL, NULL,
      ngx_payments_no_fields, ngx_payments_expire_payment,
      "Let an authorization expire" },

    { "settlePayment", NGX_PAYMENTS_POST,
      "/v1/test_helpers/payments/{id}/settle", "payments:write",
      NGX_PAYMENTS_KEY_OPTIONAL, 1, 1, 1, 1, 0, 0, NULL, NULL,
      ngx_payments_no_fields, ngx_payments_settle_payment,
      "Settle what was captured" },

    { "disputePayment", NGX_PAYMENTS_POST,
      "/v1/test_helpers/payments/{id}/dispute", "payments:write",
      NGX_PAYMENTS_KEY_OPTIONAL, 1, 1, 1, 1, 0, 0, NULL, NULL,
      ngx_payments_no_fields, ngx_payments_dispute_payment,
      "Dispute what was captured" },

    { "listRefunds", NGX_PAYMENTS_GET, "/v1/refunds",
      "refunds:read", NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 1, 0, NULL, NULL,
      NULL, ngx_payments_list_refunds, "List refunds" },

    { "listPaymentRefunds", NGX_PAYMENTS_GET, "/v1/payments/{id}/refunds",
      "refunds:read", NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 1, 0, NULL, NULL,
      NULL, ngx_payments_list_payment_refunds,
      "List the refunds of a payment" },

    { "listBalances", NGX_PAYMENTS_GET, "/v1/balances",
      "balances:read", NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 1, 0, NULL, NULL,
      NULL, ngx_payments_list_balances, "List balances" },

    { "getBalance", NGX_PAYMENTS_GET, "/v1/balances/{currency}",
      "balances:read", NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_get_balance, "Retrieve a balance" },

    { "trialBalance", NGX_PAYMENTS_GET, "/v1/ledger/trial_balance",
      "ledger:read", NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_trial_balance, "Sum the ledger up" },

    { "listLedgerTransactions", NGX_PAYMENTS_GET, "/v1/ledger/transactions",
      "ledger:read", NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 1, 0, NULL, NULL,
      NULL, ngx_payments_list_ledger, "List ledger transactions" },

    { "getLedgerTransaction", NGX_PAYMENTS_GET, "/v1/ledger/transactions/{id}",
      "ledger:read", NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_get_ledger, "Retrieve a ledger transaction" },

    { "listEvents", NGX_PAYMENTS_GET, "/v1/events", "events:read",
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 1, 0, NULL, NULL,
      NULL, ngx_payments_list_events, "List events" },

    { "getEvent", NGX_PAYMENTS_GET, "/v1/events/{id}", "events:read",
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_get_event, "Retrieve an event" },

    { "listCurrencies", NGX_PAYMENTS_GET, "/v1/currencies", NULL,
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_list_currencies, "List currencies" },

    { "getIdempotencyKey", NGX_PAYMENTS_GET, "/v1/idempotency_keys/{key}",
      "idempotency:read", NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_get_idempotency_key,
      "Retrieve what is known of an idempotency key" },

    { "cancelIdempotencyKey", NGX_PAYMENTS_POST,
      "/v1/idempotency_keys/{key}/cancel", "payments:write",
      NGX_PAYMENTS_KEY_REQUIRED, 1, 1, 1, 0, 0, 0, NULL, NULL,
      ngx_payments_no_fields, ngx_payments_cancel_idempotency_key,
      "Undo what an idempotency key has made, or burn it" },

    { "createApiKey", NGX_PAYMENTS_POST, "/v1/api_keys", "keys:write",
      NGX_PAYMENTS_KEY_OPTIONAL, 1, 1, 0, 0, 0, 1, "key_", "/v1/api_keys",
      ngx_payments_create_key_fields, ngx_payments_create_key,
      "Create an API key" },

    { "listApiKeys", NGX_PAYMENTS_GET, "/v1/api_keys", "keys:write",
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 1, 0, NULL, NULL,
      NULL, ngx_payments_list_keys, "List API keys" },

    { "getApiKey", NGX_PAYMENTS_GET, "/v1/api_keys/{id}", "keys:write",
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_get_key, "Retrieve an API key" },

    { "revokeApiKey", NGX_PAYMENTS_DELETE, "/v1/api_keys/{id}", "keys:write",
      NGX_PAYMENTS_KEY_OPTIONAL, 1, 0, 1, 0, 0, 0, "key_", NULL,
      ngx_payments_no_fields, ngx_payments_revoke_key,
      "Revoke an API key" },

    { "rotateApiKey", NGX_PAYMENTS_POST, "/v1/api_keys/{id}/rotate",
      "keys:write", NGX_PAYMENTS_KEY_OPTIONAL, 1, 1, 1, 0, 0, 1, "key_",
      "/v1/api_keys", ngx_payments_rotate_key_fields,
      ngx_payments_rotate_key, "Replace an API key" },

    { "createMerchant", NGX_PAYMENTS_POST, "/v1/merchants", "admin",
      NGX_PAYMENTS_KEY_OPTIONAL, 1, 1, 0, 0, 0, 0, "mer_", "/v1/merchants",
      ngx_payments_create_merchant_fields, ngx_payments_create_merchant,
      "Create a merchant" },

    { "listMerchants", NGX_PAYMENTS_GET, "/v1/merchants", "admin",
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 1, 0, NULL, NULL,
      NULL, ngx_payments_list_merchants, "List merchants" },

    { "getMerchant", NGX_PAYMENTS_GET, "/v1/merchants/{id}", "admin",
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_get_merchant, "Retrieve a merchant" },

    { "updateMerchant", NGX_PAYMENTS_PATCH, "/v1/merchants/{id}", "admin",
      NGX_PAYMENTS_KEY_OPTIONAL, 1, 1, 0, 0, 0, 0, "mer_", NULL,
      ngx_payments_update_merchant_fields, ngx_payments_update_merchant,
      "Update a merchant" },

    { "livez", NGX_PAYMENTS_GET, "/livez", NULL,
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_livez, "Is the process alive" },

    { "readyz", NGX_PAYMENTS_GET, "/readyz", NULL,
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_readyz, "Can it take payments" },

    { "metrics", NGX_PAYMENTS_GET, "/metrics", NULL,
      NGX_PAYMENTS_KEY_NONE, 0, 0, 0, 0, 0, 0, NULL, NULL,
      NULL, ngx_payments_metrics, "Prometheus metrics" }
};

const ngx_uint_t  ngx_payments_noperations =
    sizeof(ngx_payments_operations) / sizeof(ngx_payments_operation_t);


const char *const  ngx_payments_scopes[NGX_PAYMENTS_SCOPES + 1] = {
    "payments:read", "payments:write", "refunds:read", "refunds:write",
    "balances:read", "ledger:read", "events:read", "webhooks:read",
    "webhooks:write", "idempotency:read", "keys:write", "admin", NULL
};


ngx_uint_t
ngx_payments_api_scope(const u_char *name, size_t len)
{
    ngx_uint_t  i;

    for (i = 0; ngx_payments_scopes[i] != NULL; i++) {
        if (ngx_strlen(ngx_payments_scopes[i]) == len
            && ngx_memcmp(ngx_payments_scopes[i], name, len) == 0)
        {
            return (ngx_uint_t) 1 << i;
        }
    }

    return 0;
}


/* does a path match a row's, and what is its {id}? */

static ngx_uint_t
ngx_payments_api_match(const char *pattern, ngx_str_t *path, ngx_str_t *id)
{
    u_char  *p, *last;

    p = path->data;
    last = p + path->len;

    ngx_str_null(id);

    for ( /* void */ ; *pattern; pattern++) {

        if (*pattern == '{') {
            id->data = p;

            while (p < last && *p != '/') {
                p++;
            }

            id->len = p - id->data;

            if (id->len == 0) {
                return 0;
            }

            pattern = strchr(pattern, '}');
            continue;
        }

        if (p == last || *p != (u_char) *pattern) {
            return 0;
        }

        p++;
    }

    return p == last;
}


const ngx_payments_operation_t *
ngx_payments_api_route(ngx_str_t *path, ngx_uint_t method, ngx_str_t *id,
    ngx_uint_t *allowed)
{
    ngx_uint_t  i;

    *allowed = 0;

    for (i = 0; i < ngx_payments_noperations; i++) {

        if (!ngx_payments_api_match(ngx_payments_operations[i].path, path,
                                    id))
        {
            continue;
        }

        if (ngx_payments_operations[i].method == method) {
            return &ngx_payments_operations[i];
        }

        *allowed |= ngx_payments_operations[i].method;
    }

    return NULL;
}


ngx_uint_t
ngx_payments_api_index(const ngx_payments_operation_t *operation)
{
    return operation ? (ngx_uint_t) (operation - ngx_payments_operations)
                     : ngx_payments_noperations;
}


const char *
ngx_payments_api_compile(void)
{
    ngx_uint_t   i;
    const char  *failed;

    for (i = 0; i < ngx_payments_noperations; i++) {

        if (ngx_payments_operations[i].fields == NULL) {
            continue;
        }

        failed = ngx_payments_schema_compile(
                                          ngx_payments_operations[i].fields);
        if (failed != NULL) {
            return failed;
        }
    }

    return NULL;
}

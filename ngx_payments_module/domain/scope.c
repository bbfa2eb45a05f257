
/* The scopes that an API key can have. */

#include <string.h>

#include "ngx_payments_domain.h"


const char *const  ngx_payments_scopes[NGX_PAYMENTS_SCOPES + 1] = {
    "payments:read", "payments:write", "refunds:read", "refunds:write",
    "balances:read", "ledger:read", "events:read", "webhooks:read",
    "webhooks:write", "idempotency:read", "keys:write", "admin", NULL
};


uint32_t
ngx_payments_api_scope(const uint8_t *name, size_t len)
{
    uint32_t  i;

    for (i = 0; ngx_payments_scopes[i] != NULL; i++) {
        if (strlen(ngx_payments_scopes[i]) == len
            && memcmp(ngx_payments_scopes[i], name, len) == 0)
        {
            return 1u << i;
        }
    }

    return 0;
}

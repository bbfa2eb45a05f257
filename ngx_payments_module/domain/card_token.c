
/* The simulator's card tokens (test mode). */

#include <string.h>

#include "ngx_payments_domain.h"


typedef struct {
    const char                   *name;
    const char                   *failure;
    int                           pending;
    const char                   *brand;
    const char                   *last4;
    int                           asks;
} ngx_payments_simulation_t;


static const ngx_payments_simulation_t  ngx_payments_simulations[] = {
    { "tok_visa", NULL, 0, "visa", "4242", 0 },
    { "tok_mastercard", NULL, 0, "mastercard", "4444", 0 },
    { "tok_amex", NULL, 0, "amex", "0005", 0 },
    { "tok_declined", "generic_decline", 0, "visa", "0002", 0 },
    { "tok_insufficient_funds", "insufficient_funds", 0, "visa", "9995", 0 },
    { "tok_expired_card", "expired_card", 0, "visa", "0069", 0 },
    { "tok_incorrect_cvc", "incorrect_cvc", 0, "visa", "0127", 0 },
    { "tok_lost_card", "lost_card", 0, "visa", "9987", 0 },
    { "tok_processing_error", "processing_error", 0, "visa", "0119", 0 },
    { "tok_pending", NULL, 1, "visa", "4242", 0 },
    { "tok_pending_fail", NULL, 1, "visa", "0341", 0 },
    { "tok_timeout", NULL, 1, "visa", "4242", 0 },
    { "tok_refund_pending", NULL, 0, "visa", "7726", 0 },
    { "tok_refund_fail", NULL, 0, "visa", "5126", 0 },
    { "tok_3ds", NULL, 0, "visa", "3220", 1 },
    { "tok_3ds_fail", NULL, 0, "visa", "8235", 1 },
    { NULL, NULL, 0, NULL, NULL, 0 }
};


int
ngx_payments_card_token(const uint8_t *data, size_t len,
    ngx_payments_card_token_t *token)
{
    int64_t                           ms;
    const ngx_payments_simulation_t  *s;
    static const char                 slow[] = "tok_slow_";

    token->delay = 0;

    for (s = ngx_payments_simulations; s->name != NULL; s++) {
        if (strlen(s->name) == len && memcmp(s->name, data, len) == 0) {
            break;
        }
    }

    if (s->name == NULL) {
        if (len <= sizeof(slow) - 1 || memcmp(data, slow, sizeof(slow) - 1) != 0
            || ngx_payments_integer(data + sizeof(slow) - 1,
                                    len - (sizeof(slow) - 1), &ms)
               != 0
            || ms < 0 || ms > 30000)
        {
            return -1;
        }

        token->delay = (uint32_t) ms;
        s = ngx_payments_simulations;
    }

    token->failure = s->failure;
    token->pending = s->pending;
    token->asks = s->asks;
    token->brand = s->brand;
    token->last4 = s->last4;

    return 0;
}

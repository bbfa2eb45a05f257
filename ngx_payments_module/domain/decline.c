
/* Why a card is declined: the protocol of processors has the same table. */

#include <string.h>

#include "ngx_payments_domain.h"


static const ngx_payments_decline_t  ngx_payments_declines[] = {
    { "generic_decline", 0, "The card was declined." },
    { "insufficient_funds", 0, "The card has insufficient funds." },
    { "limit_exceeded", 0, "The card's limit is exceeded." },
    { "processing_error", 0, "The processor could not process the card." },
    { "incorrect_cvc", 0, "The card's security code is incorrect." },
    { "authentication_required", 0,
      "The customer has to be asked, and the request has no return_url." },
    { "authentication_failed", 0, "The customer did not approve." },
    { "canceled", 0, "The payment was canceled." },
    { "expired_card", 1, "The card has expired." },
    { "lost_card", 1, "The card was reported lost." },
    { "stolen_card", 1, "The card was reported stolen." },
    { "fraud_suspected", 1, "The payment is suspected to be fraud." },
    { "card_not_supported", 1, "The card cannot be used for this." },
    { "currency_not_supported", 1,
      "The processor does not take this currency." },
    { "amount_not_supported", 1, "The processor does not take this amount." },
    { "invalid_token", 1,
      "The processor does not know the token, or it is used up." },
    { "unknown_reference", 1,
      "The processor does not know the payment." },
    { "authorization_expired", 1, "The authorization has ended." },
    { "not_capturable", 1, "No further capture is possible." },
    { "not_voidable", 1, "Nothing is left to release." },
    { "not_refundable", 1, "No further refund is possible." },
    { NULL, 0, NULL }
};


const ngx_payments_decline_t *
ngx_payments_decline(const uint8_t *code, size_t len)
{
    const ngx_payments_decline_t  *d;

    for (d = ngx_payments_declines; d->code != NULL; d++) {
        if (strlen(d->code) == len && memcmp(d->code, code, len) == 0) {
            return d;
        }
    }

    return &ngx_payments_declines[0];
}

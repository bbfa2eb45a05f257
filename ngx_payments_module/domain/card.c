
/* Card numbers that stand in a text, and the simulator's tokens. */

#include <stdlib.h>
#include <string.h>

#include "ngx_payments_domain.h"


#define NGX_PAYMENTS_CARD_MIN  13
#define NGX_PAYMENTS_CARD_MAX  19
#define NGX_PAYMENTS_HEX_WORD  32


static int
ngx_payments_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}


static int
ngx_payments_is_letter(uint8_t c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}


static int
ngx_payments_is_hex(uint8_t c)
{
    return ngx_payments_is_digit(c)
           || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}


/* RFC 9562, 4: 8-4-4-4-12 hexadecimal digits, standing alone */

static int
ngx_payments_is_uuid(const uint8_t *p, const uint8_t *last)
{
    int  i;

    if (last - p < 36) {
        return 0;
    }

    for (i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (p[i] != '-') {
                return 0;
            }

        } else if (!ngx_payments_is_hex(p[i])) {
            return 0;
        }
    }

    return last - p == 36 || (!ngx_payments_is_digit(p[36])
                              && !ngx_payments_is_letter(p[36]));
}


/*
 * Digits from "p" on, through spaces and dashes: is any stretch that starts
 * here and ends where a group of digits ends a card number?  By ISO/IEC 7812-1,
 * annex B: every second digit from the end counts twice, which is the even ones
 * from the start or the odd ones, as many as there are; both sums are kept.
 */

static int
ngx_payments_card_group(const uint8_t *p, const uint8_t *last)
{
    size_t    n;
    uint8_t   first;
    unsigned  d, twice, sum[2];

    first = *p;
    sum[0] = sum[1] = 0;

    if (first < '2' || first > '6') {
        return 0;
    }

    for (n = 0; p < last; p++) {

        if (*p == ' ' || *p == '-') {
            continue;
        }

        if (!ngx_payments_is_digit(*p) || n == NGX_PAYMENTS_CARD_MAX) {
            return 0;
        }

        d = (unsigned) (*p - '0');
        twice = (d > 4) ? d * 2 - 9 : d * 2;

        /* sum[1]: of an odd number of digits */

        sum[n & 1] += twice;
        sum[!(n & 1)] += d;
        n++;

        if (n >= NGX_PAYMENTS_CARD_MIN
            && (p + 1 == last || !ngx_payments_is_digit(p[1]))
            && sum[n & 1] % 10 == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* the groups of digits in the word [p, end), each with what follows it */

static int
ngx_payments_card_word(const uint8_t *p, const uint8_t *end,
    const uint8_t *last)
{
    for ( /* void */ ; p < end; p++) {

        if (!ngx_payments_is_digit(*p)) {
            continue;
        }

        if (ngx_payments_card_group(p, last)) {
            return 1;
        }

        while (p + 1 < end && ngx_payments_is_digit(p[1])) {
            p++;
        }
    }

    return 0;
}


int
ngx_payments_card_number(const uint8_t *data, size_t len)
{
    int             hex;
    const uint8_t  *p, *end, *last;

    if (len < NGX_PAYMENTS_CARD_MIN) {
        return 0;
    }

    last = data + len;

    for (p = data; p < last; p = end) {

        end = p + 1;

        if (!ngx_payments_is_digit(*p) && !ngx_payments_is_letter(*p)) {
            continue;
        }

        /* random identifiers hold every digit sequence now and then */

        if (ngx_payments_is_uuid(p, last)) {
            end = p + 36;
            continue;
        }

        hex = ngx_payments_is_hex(*p);

        while (end < last && (ngx_payments_is_digit(*end)
                              || ngx_payments_is_letter(*end)))
        {
            hex &= ngx_payments_is_hex(*end++);
        }

        if ((!hex || end - p < NGX_PAYMENTS_HEX_WORD)
            && ngx_payments_card_word(p, end, last))
        {
            return 1;
        }
    }

    return 0;
}


typedef struct {
    const char                   *name;
    const char                   *failure;
    const char                   *message;
    const char                   *brand;
    const char                   *last4;
} ngx_payments_simulation_t;


static const ngx_payments_simulation_t  ngx_payments_simulations[] = {
    { "tok_visa", NULL, NULL, "visa", "4242" },
    { "tok_mastercard", NULL, NULL, "mastercard", "4444" },
    { "tok_amex", NULL, NULL, "amex", "0005" },
    { "tok_declined", "generic_decline",
      "The card was declined.", "visa", "0002" },
    { "tok_insufficient_funds", "insufficient_funds",
      "The card has insufficient funds.", "visa", "9995" },
    { "tok_expired_card", "expired_card",
      "The card has expired.", "visa", "0069" },
    { "tok_incorrect_cvc", "incorrect_cvc",
      "The card's security code is incorrect.", "visa", "0127" },
    { "tok_lost_card", "lost_card",
      "The card was reported lost.", "visa", "9987" },
    { "tok_processing_error", "processing_error",
      "The processor could not process the card.", "visa", "0119" },
    { "tok_pending", NULL, NULL, "visa", "4242" },
    { "tok_pending_fail", NULL, NULL, "visa", "0341" },
    { "tok_timeout", NULL, NULL, "visa", "4242" },
    { "tok_refund_pending", NULL, NULL, "visa", "7726" },
    { "tok_refund_fail", NULL, NULL, "visa", "5126" },
    { NULL, NULL, NULL, NULL, NULL }
};


int
ngx_payments_token(const uint8_t *data, size_t len,
    ngx_payments_token_t *token)
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
    token->message = s->message;
    token->brand = s->brand;
    token->last4 = s->last4;

    return 0;
}

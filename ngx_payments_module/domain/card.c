
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


/* ISO/IEC 7812-1, annex B, over digits in order */

static int
ngx_payments_luhn(const uint8_t *digits, size_t n)
{
    size_t    i;
    unsigned  sum, d;

    for (sum = 0, i = 0; i < n; i++) {
        d = (unsigned) (digits[n - 1 - i] - '0');

        if (i & 1) {
            d = (d > 4) ? d * 2 - 9 : d * 2;
        }

        sum += d;
    }

    return digits[0] >= '2' && digits[0] <= '6' && sum % 10 == 0;
}


/* is [pos, end) inside a word of hexadecimal digits of 32 and more? */

static int
ngx_payments_in_hex_word(const uint8_t *data, const uint8_t *last,
    const uint8_t *pos)
{
    const uint8_t  *p, *q;

    for (p = pos; p > data; p--) {
        if (!ngx_payments_is_digit(p[-1]) && !ngx_payments_is_letter(p[-1])) {
            break;
        }
    }

    for (q = p; q < last; q++) {
        if (ngx_payments_is_digit(*q)) {
            continue;
        }

        if (!ngx_payments_is_letter(*q)) {
            break;
        }

        if ((*q | 0x20) > 'f') {
            return 0;
        }
    }

    return q - p >= NGX_PAYMENTS_HEX_WORD;
}


/*
 * Digits from "p" on, through single or repeated spaces and dashes: does any
 * stretch that starts here and ends before a separator, or at the end of the
 * group, make a card number?  A letter after the group spoils its last part.
 */

static int
ngx_payments_card_group(const uint8_t *p, const uint8_t *last)
{
    size_t   n;
    uint8_t  digits[NGX_PAYMENTS_CARD_MAX + 1];

    for (n = 0; p < last; p++) {

        if (*p == ' ' || *p == '-') {
            continue;
        }

        if (!ngx_payments_is_digit(*p) || n == NGX_PAYMENTS_CARD_MAX) {
            return 0;
        }

        digits[n++] = *p;

        if (n >= NGX_PAYMENTS_CARD_MIN
            && (p + 1 == last || (!ngx_payments_is_digit(p[1])
                                  && !ngx_payments_is_letter(p[1])))
            && ngx_payments_luhn(digits, n))
        {
            return 1;
        }
    }

    return 0;
}


int
ngx_payments_card_number(const uint8_t *data, size_t len)
{
    const uint8_t  *p, *run, *last;

    if (len < NGX_PAYMENTS_CARD_MIN) {
        return 0;
    }

    last = data + len;

    for (p = data; p < last; p = run) {

        run = p + 1;

        if (!ngx_payments_is_digit(*p)) {
            continue;
        }

        while (run < last && ngx_payments_is_digit(*run)) {
            run++;
        }

        if (run - p >= NGX_PAYMENTS_CARD_MIN
            && run - p <= NGX_PAYMENTS_CARD_MAX
            && ngx_payments_luhn(p, (size_t) (run - p))
            && !ngx_payments_in_hex_word(data, last, p))
        {
            return 1;
        }

        if ((p == data || !ngx_payments_is_letter(p[-1]))
            && ngx_payments_card_group(p, last))
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


/* Card numbers that stand in a text. */

#include <string.h>

#include "ngx_payments_domain.h"


#define NGX_PAYMENTS_CARD_MIN  12
#define NGX_PAYMENTS_CARD_MAX  19

/* lengths of a number, as a set */
#define NGX_PAYMENTS_LEN(n)    (1u << (n))
#define NGX_PAYMENTS_LEN_16_19                                                \
    (NGX_PAYMENTS_LEN(16) | NGX_PAYMENTS_LEN(17) | NGX_PAYMENTS_LEN(18)       \
     | NGX_PAYMENTS_LEN(19))
#define NGX_PAYMENTS_LEN_12_19                                                \
    (NGX_PAYMENTS_LEN(12) | NGX_PAYMENTS_LEN(13) | NGX_PAYMENTS_LEN(14)       \
     | NGX_PAYMENTS_LEN(15) | NGX_PAYMENTS_LEN_16_19)


/*
 * Who issues numbers that begin with these four digits, and how long they are:
 * the networks' published ranges (ISO/IEC 7812).  Of two rows that fit the
 * lengths of both count.  What is in no row is no card: dates of this century,
 * IMEIs (15 digits, which begin with 35 and end with a Luhn digit), snowflakes.
 */

typedef struct {
    uint16_t                      low;
    uint16_t                      high;
    uint32_t                      lengths;
} ngx_payments_issuer_t;


static const ngx_payments_issuer_t  ngx_payments_issuers[] = {
    { 2200, 2205, NGX_PAYMENTS_LEN_16_19 },                   /* Mir */
    { 2221, 2720, NGX_PAYMENTS_LEN(16) },                     /* Mastercard */
    { 3000, 3059, NGX_PAYMENTS_LEN(14) | NGX_PAYMENTS_LEN_16_19 },  /* Diners */
    { 3095, 3095, NGX_PAYMENTS_LEN(14) | NGX_PAYMENTS_LEN_16_19 },
    { 3400, 3499, NGX_PAYMENTS_LEN(15) },                     /* Amex */
    { 3528, 3589, NGX_PAYMENTS_LEN_16_19 },                   /* JCB */
    { 3600, 3699, NGX_PAYMENTS_LEN(14) | NGX_PAYMENTS_LEN(15)
                  | NGX_PAYMENTS_LEN_16_19 },                 /* Diners */
    { 3700, 3799, NGX_PAYMENTS_LEN(15) },                     /* Amex */
    { 3800, 3999, NGX_PAYMENTS_LEN(14) | NGX_PAYMENTS_LEN_16_19 },  /* Diners */
    { 4000, 4999, NGX_PAYMENTS_LEN(13) | NGX_PAYMENTS_LEN(16)
                  | NGX_PAYMENTS_LEN(19) },                   /* Visa */
    { 5000, 5099, NGX_PAYMENTS_LEN_16_19 },                   /* Maestro */
    { 5018, 5018, NGX_PAYMENTS_LEN_12_19 },
    { 5020, 5020, NGX_PAYMENTS_LEN_12_19 },
    { 5038, 5038, NGX_PAYMENTS_LEN_12_19 },
    { 5100, 5599, NGX_PAYMENTS_LEN(16) },                     /* Mastercard */
    { 5600, 5899, NGX_PAYMENTS_LEN_16_19 },                   /* Maestro */
    { 5893, 5893, NGX_PAYMENTS_LEN_12_19 },
    { 6000, 6999, NGX_PAYMENTS_LEN_16_19 },     /* Discover, UnionPay, RuPay */
    { 6304, 6304, NGX_PAYMENTS_LEN_12_19 },                   /* Maestro */
    { 6759, 6763, NGX_PAYMENTS_LEN_12_19 },
    { 8100, 8299, NGX_PAYMENTS_LEN(16) },                     /* RuPay */
    { 9792, 9792, NGX_PAYMENTS_LEN(16) },                     /* Troy */
    { 0, 0, 0 }
};


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


/* RFC 9562, 4: 8-4-4-4-12 hexadecimal digits with a version and the variant */

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

    return p[14] >= '1' && p[14] <= '8' && strchr("89abAB", p[19]) != NULL
           && (last - p == 36 || (!ngx_payments_is_digit(p[36])
                                  && !ngx_payments_is_letter(p[36])));
}


/*
 * A word of hexadecimal digits, letters among them, of the length of a hash or
 * of a UUID without dashes; its length, or 0
 */

static size_t
ngx_payments_is_hash(const uint8_t *p, const uint8_t *last)
{
    int             letters;
    size_t          len;
    const uint8_t  *start;

    start = p;
    letters = 0;

    while (p < last && ngx_payments_is_hex(*p)) {
        letters |= ngx_payments_is_letter(*p++);
    }

    if (!letters || (p < last && ngx_payments_is_letter(*p))) {
        return 0;
    }

    len = (size_t) (p - start);

    return (len == 32 || len == 40 || len == 56 || len == 64 || len == 96
            || len == 128) ? len : 0;
}


/* a digit, of ASCII or full width (U+FF10); bytes that it takes, or 0 */

static size_t
ngx_payments_card_digit(const uint8_t *p, const uint8_t *last, uint8_t *digit)
{
    if (p < last && ngx_payments_is_digit(*p)) {
        *digit = (uint8_t) (*p - '0');
        return 1;
    }

    if (last - p >= 3 && p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x90
        && p[2] <= 0x99)
    {
        *digit = (uint8_t) (p[2] - 0x90);
        return 3;
    }

    return 0;
}


/* what parts the groups of a card; bytes that it takes, or 0 */

static size_t
ngx_payments_card_separator(const uint8_t *p, const uint8_t *last)
{
    if (p == last) {
        return 0;
    }

    if (*p && strchr(" -./_+", *p) != NULL) {
        return 1;
    }

    /* U+00A0, a space where no line ends */

    if (last - p >= 2 && p[0] == 0xc2 && p[1] == 0xa0) {
        return 2;
    }

    /* U+3000, and full width: U+FF0D to U+FF0F, U+FF3F */

    return (last - p >= 3
            && ((p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80)
                || (p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x8d
                    && p[2] <= 0x8f)
                || (p[0] == 0xef && p[1] == 0xbc && p[2] == 0xbf)))
           ? 3 : 0;
}


/* n digits, 12 to 19: an issuer's, and right by ISO/IEC 7812-1, annex B */

static int
ngx_payments_card_valid(const uint8_t *digits, size_t n)
{
    size_t                        i;
    unsigned                      d, sum, first;
    uint32_t                      lengths;
    const ngx_payments_issuer_t  *issuer;

    first = digits[0] * 1000u + digits[1] * 100u + digits[2] * 10u + digits[3];
    lengths = 0;

    for (issuer = ngx_payments_issuers; issuer->lengths; issuer++) {
        if (first >= issuer->low && first <= issuer->high) {
            lengths |= issuer->lengths;
        }
    }

    if (!(lengths & NGX_PAYMENTS_LEN(n))) {
        return 0;
    }

    sum = 0;

    for (i = 0; i < n; i++) {
        d = digits[n - 1 - i];
        d = (i & 1) ? d * 2 : d;
        sum += (d > 9) ? d - 9 : d;
    }

    return sum % 10 == 0;
}


/*
 * Whether groups of digits of these sizes are how a card is printed or typed:
 * in fours with 1 to 4 at the end, 4-6-5 and 4-6-4, or 6-13.
 */

static int
ngx_payments_card_shape(const size_t *sizes, size_t n)
{
    size_t  i;

    if (n == 2) {
        return sizes[0] == 6 && sizes[1] == 13;
    }

    if (n == 3 && sizes[1] == 6) {
        return sizes[0] == 4 && (sizes[2] == 4 || sizes[2] == 5);
    }

    for (i = 0; i + 1 < n; i++) {
        if (sizes[i] != 4) {
            return 0;
        }
    }

    return n >= 3 && sizes[i] <= 4;
}


/* a card that begins at the digit p, before which there is none */

static int
ngx_payments_card_at(const uint8_t *p, const uint8_t *last)
{
    size_t   width, n, group, total, sizes[5];
    uint8_t  digits[NGX_PAYMENTS_CARD_MAX], digit;

    total = 0;

    for (n = 0; n < 5; n++) {

        for (group = 0;
             (width = ngx_payments_card_digit(p, last, &digit)) != 0;
             group++)
        {
            if (total == NGX_PAYMENTS_CARD_MAX) {
                return 0;
            }

            digits[total++] = digit;
            p += width;
        }

        sizes[n] = group;

        if (total >= NGX_PAYMENTS_CARD_MIN
            && (n == 0 || ngx_payments_card_shape(sizes, n + 1))
            && ngx_payments_card_valid(digits, total))
        {
            return 1;
        }

        /* only these sizes have more behind them */

        width = ngx_payments_card_separator(p, last);

        if (width == 0 || (group != 4 && group != 6)) {
            return 0;
        }

        p += width;
    }

    return 0;
}


int
ngx_payments_card_number(const uint8_t *data, size_t len)
{
    int             start;
    size_t          width;
    uint8_t         digit;
    const uint8_t  *p, *last;

    if (len < NGX_PAYMENTS_CARD_MIN) {
        return 0;
    }

    last = data + len;
    start = 1;

    for (p = data; p < last; /* void */ ) {

        /* random identifiers hold every digit sequence now and then */

        if (start && ngx_payments_is_hex(*p)) {
            width = ngx_payments_is_uuid(p, last)
                    ? 36 : ngx_payments_is_hash(p, last);
            if (width) {
                p += width;
                start = 0;
                continue;
            }
        }

        width = ngx_payments_card_digit(p, last, &digit);

        if (width == 0) {
            start = !ngx_payments_is_letter(*p++);
            continue;
        }

        if (ngx_payments_card_at(p, last)) {
            return 1;
        }

        do {
            p += width;
            width = ngx_payments_card_digit(p, last, &digit);
        } while (width);

        start = 0;
    }

    return 0;
}

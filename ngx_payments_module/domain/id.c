
/* UUIDv7, Crockford base32, API keys. */

#include <string.h>
#include <sys/random.h>

#include "ngx_payments_domain.h"


static const char  ngx_payments_alphabet[] =
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ";


int
ngx_payments_random(ngx_payments_uuid_state_t *state, uint8_t *data,
    size_t len)
{
    ssize_t  n;

    while (state->left < len) {

        /* at most 256 bytes a call never come short (getrandom(2)) */

        n = getrandom(state->pool, 256, 0);

        if (n != 256) {
            return -1;
        }

        state->left = (size_t) n;
    }

    state->left -= len;

    memcpy(data, state->pool + state->left, len);
    memset(state->pool + state->left, 0, len);

    return 0;
}


/*
 * RFC 9562, 6.2, method 3: the 12 bits after the milliseconds hold their
 * fraction; when the clock stands still or steps back by less than a second the
 * 60-bit time counts on from the last one.  A clock that was set back is
 * believed: the time in an id decides in which partition it is.
 */

int
ngx_payments_uuid7(ngx_payments_uuid_state_t *state, int64_t usec,
    uint8_t uuid[NGX_PAYMENTS_UUID_LEN])
{
    int       i;
    uint64_t  t;

    t = ((uint64_t) (usec / 1000) << 12)
        | ((uint64_t) (usec % 1000) * 4096 / 1000);

    if (t <= state->last && state->last - t < (UINT64_C(1000) << 12)) {
        t = state->last + 1;
    }

    if (ngx_payments_random(state, uuid + 8, 8) != 0) {
        return -1;
    }

    state->last = t;

    for (i = 0; i < 6; i++) {
        uuid[i] = (uint8_t) (t >> (52 - 8 * i));
    }

    uuid[6] = (uint8_t) (0x70 | ((t >> 8) & 0x0f));
    uuid[7] = (uint8_t) t;
    uuid[8] = (uint8_t) (0x80 | (uuid[8] & 0x3f));

    return 0;
}


int64_t
ngx_payments_uuid_time(const uint8_t uuid[NGX_PAYMENTS_UUID_LEN])
{
    int      i;
    int64_t  ms;

    for (i = 0, ms = 0; i < 6; i++) {
        ms = (ms << 8) | uuid[i];
    }

    return ms * 1000;
}


void
ngx_payments_base32(const uint8_t uuid[NGX_PAYMENTS_UUID_LEN],
    uint8_t dst[NGX_PAYMENTS_BASE32_LEN])
{
    int       i;
    uint64_t  high, low;

    high = low = 0;

    for (i = 0; i < 8; i++) {
        high = (high << 8) | uuid[i];
        low = (low << 8) | uuid[8 + i];
    }

    for (i = NGX_PAYMENTS_BASE32_LEN - 1; i >= 0; i--) {
        dst[i] = (uint8_t) ngx_payments_alphabet[low & 31];
        low = (low >> 5) | (high << 59);
        high >>= 5;
    }
}


/* the value of a Crockford digit, upper case only; -1: not one */

static int
ngx_payments_base32_digit(uint8_t c)
{
    const char  *p;

    p = c ? strchr(ngx_payments_alphabet, c) : NULL;

    return p ? (int) (p - ngx_payments_alphabet) : -1;
}


void
ngx_payments_id(const char *prefix, const uint8_t uuid[NGX_PAYMENTS_UUID_LEN],
    uint8_t dst[NGX_PAYMENTS_ID_LEN])
{
    memcpy(dst, prefix, 4);
    ngx_payments_base32(uuid, dst + 4);
}


int
ngx_payments_id_parse(const char *prefix, const uint8_t *data, size_t len,
    uint8_t uuid[NGX_PAYMENTS_UUID_LEN])
{
    int       i, digit;
    size_t    c, n;
    uint64_t  high, low;

    n = strlen(prefix);

    if (len != n + NGX_PAYMENTS_BASE32_LEN || memcmp(data, prefix, n) != 0
        || data[n] > '7')
    {
        return -1;
    }

    high = low = 0;

    for (c = n; c < len; c++) {
        digit = ngx_payments_base32_digit(data[c]);

        if (digit < 0) {
            return -1;
        }

        high = (high << 5) | (low >> 59);
        low = (low << 5) | (uint64_t) digit;
    }

    for (i = 7; i >= 0; i--) {
        uuid[i] = (uint8_t) high;
        uuid[8 + i] = (uint8_t) low;
        high >>= 8;
        low >>= 8;
    }

    return 0;
}


int
ngx_payments_id_any(const uint8_t *data, size_t len)
{
    uint8_t             uuid[NGX_PAYMENTS_UUID_LEN];
    const char *const  *prefix;

    static const char *const  prefixes[] = {
        "pay_", "ref_", "cap_", "dis_", "evt_", "we_", "whd_", "key_", "mer_",
        "lt_", "le_", "req_", NULL
    };

    for (prefix = prefixes; *prefix != NULL; prefix++) {
        if (ngx_payments_id_parse(*prefix, data, len, uuid) == 0) {

            /* RFC 9562, 5.4 and 5.7: merchants may be of version 4 */

            return ((uuid[6] >> 4) == 7 || (uuid[6] >> 4) == 4)
                   && (uuid[8] & 0xc0) == 0x80;
        }
    }

    return 0;
}


int
ngx_payments_api_key_parse(const uint8_t *data, size_t len,
    ngx_payments_api_key_t *key)
{
    int       digit;
    size_t    i;
    uint64_t  merchant;

    if (len != NGX_PAYMENTS_KEY_LEN
        || (data[0] != 's' && data[0] != 'r') || data[1] != 'k'
        || (memcmp(data + 2, "_test_", 6) != 0
            && memcmp(data + 2, "_live_", 6) != 0))
    {
        return -1;
    }

    merchant = 0;

    for (i = 8; i < len; i++) {
        digit = ngx_payments_base32_digit(data[i]);

        if (digit < 0) {
            return -1;
        }

        if (i < 21) {
            if (merchant >> 58) {
                return -1;
            }

            merchant = (merchant << 5) | (uint64_t) digit;
        }
    }

    key->merchant_id = (int64_t) merchant;
    key->livemode = (data[3] == 'l');

    return 0;
}


int
ngx_payments_api_key_hash(const uint8_t mode[NGX_PAYMENTS_KEY_MODE],
    const uint8_t secret[NGX_PAYMENTS_KEY_SECRET], uint8_t hash[32])
{
    uint8_t  text[NGX_PAYMENTS_KEY_MODE + NGX_PAYMENTS_KEY_SECRET];

    memcpy(text, mode, NGX_PAYMENTS_KEY_MODE);
    memcpy(text + NGX_PAYMENTS_KEY_MODE, secret, NGX_PAYMENTS_KEY_SECRET);

    return ngx_payments_sha256(text, sizeof(text), hash);
}


/* 52 digits of 5 bits: the last has the one that was left, times 16 */

void
ngx_payments_api_key_secret(const uint8_t bits[32],
    uint8_t secret[NGX_PAYMENTS_KEY_SECRET])
{
    size_t    i, have, n;
    uint32_t  rest;

    rest = 0;
    have = 0;
    n = 0;

    for (i = 0; i < NGX_PAYMENTS_KEY_SECRET; i++) {

        if (have < 5) {
            rest = (rest << 8) | (n < 32 ? bits[n] : 0);
            have += 8;
            n++;
        }

        have -= 5;
        secret[i] = (uint8_t) ngx_payments_alphabet[(rest >> have) & 31];
    }
}


static int
ngx_payments_is_alnum(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}


/* is what stands before "p" a word that goes on?  An escape (%3D) is none. */

static int
ngx_payments_in_word(const uint8_t *data, const uint8_t *p)
{
    size_t  before;

    before = (size_t) (p - data);

    return before > 0 && ngx_payments_is_alnum(p[-1])
           && !(before > 1 && p[-2] == '%') && !(before > 2 && p[-3] == '%');
}


int
ngx_payments_api_key_inside(const uint8_t *data, size_t len)
{
    size_t          n;
    const uint8_t  *p, *last;

    last = data + len;

    for (p = data; last - p >= 8 + NGX_PAYMENTS_KEY_HINT; p++) {
        if ((p[0] != 's' && p[0] != 'r') || p[1] != 'k'
            || (memcmp(p + 2, "_test_", 6) != 0
                && memcmp(p + 2, "_live_", 6) != 0)
            || ngx_payments_in_word(data, p))
        {
            continue;
        }

        for (n = 0; n < NGX_PAYMENTS_KEY_HINT; n++) {
            if (!ngx_payments_is_alnum(p[8 + n])) {
                break;
            }
        }

        if (n == NGX_PAYMENTS_KEY_HINT) {
            return 1;
        }
    }

    return 0;
}

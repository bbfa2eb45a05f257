
/* Output cursor, integers, time, digests: the small common pieces. */

#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

#include "ngx_payments_domain.h"


/* fetched once: EVP_sha256() would look its provider up at each call */

static EVP_MD   *ngx_payments_md;
static EVP_MAC  *ngx_payments_mac;


void
ngx_payments_out_init(ngx_payments_out_t *out, uint8_t *buf, size_t size)
{
    out->start = buf;
    out->pos = buf;
    out->end = buf + size;
    out->overflow = 0;
}


void
ngx_payments_out_bytes(ngx_payments_out_t *out, const void *data, size_t len)
{
    if ((size_t) (out->end - out->pos) < len) {
        out->overflow = 1;
        return;
    }

    if (len) {
        memcpy(out->pos, data, len);
        out->pos += len;
    }
}


void
ngx_payments_out_str(ngx_payments_out_t *out, const char *s)
{
    ngx_payments_out_bytes(out, s, strlen(s));
}


void
ngx_payments_out_int(ngx_payments_out_t *out, int64_t n)
{
    uint8_t   text[20], *p;
    uint64_t  u;

    p = text + sizeof(text);
    u = (n < 0) ? 0 - (uint64_t) n : (uint64_t) n;

    do {
        *--p = (uint8_t) ('0' + u % 10);
        u /= 10;
    } while (u);

    if (n < 0) {
        ngx_payments_out_str(out, "-");
    }

    ngx_payments_out_bytes(out, p, (size_t) (text + sizeof(text) - p));
}


void
ngx_payments_out_json(ngx_payments_out_t *out, const uint8_t *data,
    size_t len)
{
    char                     c;
    const char              *s;
    const uint8_t           *run, *end;
    static const char        names[] = "btnfr";
    static const char        chars[] = "\b\t\n\f\r";
    static const char        hex[] = "0123456789abcdef";

    ngx_payments_out_str(out, "\"");

    for (run = data, end = data + len; data < end; data++) {

        if (*data >= 0x20 && *data != '"' && *data != '\\') {
            continue;
        }

        ngx_payments_out_bytes(out, run, (size_t) (data - run));
        run = data + 1;

        ngx_payments_out_str(out, "\\");

        c = (char) *data;
        s = *data ? strchr(chars, c) : NULL;

        if (*data >= 0x20) {
            ngx_payments_out_bytes(out, data, 1);

        } else if (s != NULL) {
            ngx_payments_out_bytes(out, &names[s - chars], 1);

        } else {
            ngx_payments_out_str(out, "u00");
            ngx_payments_out_bytes(out, &hex[*data >> 4], 1);
            ngx_payments_out_bytes(out, &hex[*data & 15], 1);
        }
    }

    ngx_payments_out_bytes(out, run, (size_t) (end - run));
    ngx_payments_out_str(out, "\"");
}


void
ngx_payments_out_json_or_null(ngx_payments_out_t *out, const uint8_t *data,
    size_t len)
{
    if (data == NULL) {
        ngx_payments_out_str(out, "null");

    } else {
        ngx_payments_out_json(out, data, len);
    }
}


int
ngx_payments_integer(const uint8_t *data, size_t len, int64_t *n)
{
    int       minus;
    size_t    i;
    uint64_t  u, limit;

    minus = (len > 0 && data[0] == '-');
    i = (size_t) minus;

    if (i == len || (data[i] == '0' && (len - i > 1 || minus))) {
        return 1;
    }

    limit = (uint64_t) INT64_MAX + (uint64_t) minus;

    for (u = 0; i < len; i++) {
        if (data[i] < '0' || data[i] > '9') {
            return 1;
        }

        if (u > limit / 10 || u * 10 > limit - (uint64_t) (data[i] - '0')) {

            /* too long: a fraction or exponent may still follow */

            while (++i < len) {
                if (data[i] < '0' || data[i] > '9') {
                    return 1;
                }
            }

            *n = minus ? INT64_MIN : INT64_MAX;
            return 2;
        }

        u = u * 10 + (uint64_t) (data[i] - '0');
    }

    *n = minus ? (int64_t) (0 - u) : (int64_t) u;

    return 0;
}


static uint8_t *
ngx_payments_digits(uint8_t *dst, uint32_t n, int width)
{
    int  i;

    for (i = width - 1; i >= 0; i--) {
        dst[i] = (uint8_t) ('0' + n % 10);
        n /= 10;
    }

    return dst + width;
}


int64_t
ngx_payments_now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_REALTIME, &ts);

    return (int64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


/* days to a civil date: the proleptic Gregorian calendar from 1970 on */

void
ngx_payments_time(int64_t usec, uint8_t dst[NGX_PAYMENTS_TIME_LEN])
{
    int64_t   sec;
    uint32_t  days, era, doe, yoe, doy, mp, day, month, year, rest;

    sec = usec / 1000000;
    days = (uint32_t) (sec / 86400) + 719468;
    rest = (uint32_t) (sec % 86400);

    era = days / 146097;
    doe = days - era * 146097;
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;
    day = doy - (153 * mp + 2) / 5 + 1;
    month = (mp < 10) ? mp + 3 : mp - 9;
    year = yoe + era * 400 + (month <= 2);

    dst = ngx_payments_digits(dst, year, 4);
    *dst++ = '-';
    dst = ngx_payments_digits(dst, month, 2);
    *dst++ = '-';
    dst = ngx_payments_digits(dst, day, 2);
    *dst++ = 'T';
    dst = ngx_payments_digits(dst, rest / 3600, 2);
    *dst++ = ':';
    dst = ngx_payments_digits(dst, rest / 60 % 60, 2);
    *dst++ = ':';
    dst = ngx_payments_digits(dst, rest % 60, 2);
    *dst++ = '.';
    dst = ngx_payments_digits(dst, (uint32_t) (usec % 1000000), 6);
    *dst = 'Z';
}


/* a number of so many digits; -1 where one is none */

static int
ngx_payments_number(const uint8_t *p, int digits)
{
    int  n;

    for (n = 0; digits > 0; digits--, p++) {
        if (*p < '0' || *p > '9') {
            return -1;
        }

        n = n * 10 + (*p - '0');
    }

    return n;
}


/* "Z", or hours and minutes: minutes east of UTC; 0, or -1 */

static int
ngx_payments_time_offset(const uint8_t *p, const uint8_t *last, int *offset)
{
    int  hours, minutes;

    *offset = 0;

    if (last - p == 1 && (*p | 0x20) == 'z') {
        return 0;
    }

    if (last - p != 6 || (*p != '+' && *p != '-') || p[3] != ':') {
        return -1;
    }

    hours = ngx_payments_number(p + 1, 2);
    minutes = ngx_payments_number(p + 4, 2);

    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return -1;
    }

    *offset = (*p == '-') ? -(hours * 60 + minutes) : hours * 60 + minutes;

    return 0;
}


int
ngx_payments_time_parse(const uint8_t *data, size_t len, int64_t *usec,
    int *more)
{
    int             year, month, day, hour, minute, second, offset, leap, y;
    int64_t         days, fraction, scale;
    const uint8_t  *p, *last;

    static const int  length[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    *more = 0;

    if (len < 20
        || data[4] != '-' || data[7] != '-' || (data[10] | 0x20) != 't'
        || data[13] != ':' || data[16] != ':')
    {
        return -1;
    }

    year = ngx_payments_number(data, 4);
    month = ngx_payments_number(data + 5, 2);
    day = ngx_payments_number(data + 8, 2);
    hour = ngx_payments_number(data + 11, 2);
    minute = ngx_payments_number(data + 14, 2);
    second = ngx_payments_number(data + 17, 2);

    leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (year < 1 || month < 1 || month > 12 || day < 1
        || day > length[month - 1] + (month == 2 && leap)
        || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0
        || second > 60)
    {
        return -1;
    }

    p = data + 19;
    last = data + len;
    fraction = 0;

    if (*p == '.') {
        for (p++, scale = 100000; p < last && *p >= '0' && *p <= '9'; p++) {
            fraction += (*p - '0') * scale;
            *more |= (scale == 0 && *p != '0');
            scale /= 10;
        }

        if (p == data + 20) {
            return -1;
        }
    }

    if (ngx_payments_time_offset(p, last, &offset) != 0) {
        return -1;
    }

    /* a leap second, which is the next minute's first; it ends a day of UTC */

    if (second == 60 && (hour * 60 + minute - offset + 1440) % 1440 != 1439) {
        return -1;
    }

    /* days from the civil date, March being the first month */

    y = year - (month <= 2);
    days = (int64_t) y * 365 + y / 4 - y / 100 + y / 400
           + (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719468;

    *usec = (((days * 24 + hour) * 60 + minute - offset) * 60 + second)
            * INT64_C(1000000) + fraction;

    return 0;
}


int
ngx_payments_sha256(const void *data, size_t len,
    uint8_t digest[NGX_PAYMENTS_SHA256_LEN])
{
    if (ngx_payments_md == NULL) {
        ngx_payments_md = EVP_MD_fetch(NULL, "SHA256", NULL);

        if (ngx_payments_md == NULL) {
            return -1;
        }
    }

    return EVP_Digest(data, len, digest, NULL, ngx_payments_md, NULL) == 1
           ? 0 : -1;
}


void
ngx_payments_digest_free(void)
{
    EVP_MD_free(ngx_payments_md);
    ngx_payments_md = NULL;

    EVP_MAC_free(ngx_payments_mac);
    ngx_payments_mac = NULL;
}


int
ngx_payments_hmac(const ngx_payments_text_t *key, const void *data,
    size_t len, uint8_t digest[NGX_PAYMENTS_SHA256_LEN])
{
    return HMAC(EVP_sha256(), key->data, (int) key->len, data, len, digest,
                NULL)
           != NULL ? 0 : -1;
}


int
ngx_payments_hmac_parts(const ngx_payments_text_t *key,
    const ngx_payments_text_t *parts, size_t n,
    uint8_t digest[NGX_PAYMENTS_SHA256_LEN])
{
    int           rc;
    size_t        i, len;
    EVP_MAC_CTX  *ctx;
    OSSL_PARAM    params[2];

    static char   name[] = "SHA256";

    if (ngx_payments_mac == NULL) {
        ngx_payments_mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    }

    ctx = ngx_payments_mac ? EVP_MAC_CTX_new(ngx_payments_mac) : NULL;

    if (ctx == NULL) {
        return -1;
    }

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name,
                                                 0);
    params[1] = OSSL_PARAM_construct_end();

    rc = EVP_MAC_init(ctx, key->data, key->len, params);

    for (i = 0; i < n && rc == 1; i++) {
        rc = EVP_MAC_update(ctx, parts[i].data, parts[i].len);
    }

    if (rc == 1) {
        rc = EVP_MAC_final(ctx, digest, &len, NGX_PAYMENTS_SHA256_LEN);
    }

    EVP_MAC_CTX_free(ctx);

    return (rc == 1) ? 0 : -1;
}


int
ngx_payments_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

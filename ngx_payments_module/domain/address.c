
/*
 * Where a request of ours may go: spellings of hosts, URLs, and which addresses
 * are the public Internet's.
 *
 * A spelling that two readers may take for two hosts is no host here: numbers
 * in octal or hexadecimal, with fewer than four parts, names that end in a
 * number.  So what is looked at is what is connected to.
 */

#include <string.h>

#include "ngx_payments_domain.h"


#define NGX_PAYMENTS_HOST_MAX   253
#define NGX_PAYMENTS_LABEL_MAX  63


/* a range, and what it is */

typedef struct {
    uint8_t                       prefix[4];
    uint8_t                       bits;
    const char                   *what;
} ngx_payments_range_t;


static const ngx_payments_range_t  ngx_payments_ranges4[] = {
    { { 0 }, 8, "this host" },
    { { 10 }, 8, "private" },
    { { 100, 64 }, 10, "shared by a carrier's customers" },
    { { 127 }, 8, "loopback" },
    { { 169, 254 }, 16, "link-local" },
    { { 172, 16 }, 12, "private" },
    { { 192, 0, 0 }, 24, "for protocols" },
    { { 192, 0, 2 }, 24, "for documentation" },
    { { 192, 88, 99 }, 24, "a relay's" },
    { { 192, 168 }, 16, "private" },
    { { 198, 18 }, 15, "for benchmarks" },
    { { 198, 51, 100 }, 24, "for documentation" },
    { { 203, 0, 113 }, 24, "for documentation" },
    { { 224 }, 3, "multicast or reserved" },
    { { 0 }, 0, NULL }
};


/* by their first 32 bits */

static const ngx_payments_range_t  ngx_payments_ranges6[] = {
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32, "for documentation" },
    { { 0x20, 0x01 }, 23, "for protocols" },
    { { 0x3f, 0xff }, 20, "for documentation" },
    { { 0xfc }, 7, "private" },
    { { 0xfe, 0x80 }, 10, "link-local" },
    { { 0xfe, 0xc0 }, 10, "private" },
    { { 0xff }, 8, "multicast" },
    { { 0 }, 0, NULL }
};


static int
ngx_payments_address_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}


static int
ngx_payments_address_hex(uint8_t c)
{
    if (ngx_payments_address_digit(c)) {
        return c - '0';
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}


/* four decimals; 0, or -1 */

static int
ngx_payments_address4_parse(const uint8_t *p, size_t len, uint8_t *address)
{
    unsigned        n;
    size_t          i, digits;
    const uint8_t  *end = p + len;

    for (i = 0; i < 4; i++) {

        if (i > 0 && (p == end || *p++ != '.')) {
            return -1;
        }

        for (n = 0, digits = 0;
             p < end && digits < 4 && ngx_payments_address_digit(*p);
             digits++)
        {
            n = n * 10 + (unsigned) (*p++ - '0');
        }

        if (digits == 0 || n > 255
            || digits != 1u + (n > 9) + (n > 99))
        {
            return -1;
        }

        address[i] = (uint8_t) n;
    }

    return (p == end) ? 0 : -1;
}


/* one to four hexadecimal digits; how many, 0: none, or too many */

static size_t
ngx_payments_address6_group(const uint8_t *p, const uint8_t *end,
    uint8_t *group)
{
    int       digit;
    size_t    n;
    unsigned  value = 0;

    for (n = 0; p + n < end; n++) {
        digit = ngx_payments_address_hex(p[n]);

        if (digit == -1) {
            break;
        }

        if (n == 4) {
            return 0;
        }

        value = value << 4 | (unsigned) digit;
    }

    group[0] = (uint8_t) (value >> 8);
    group[1] = (uint8_t) value;

    return n;
}


/* RFC 4291, 2.2, without a zone; 0, or -1 */

static int
ngx_payments_address6_parse(const uint8_t *p, size_t len, uint8_t *address)
{
    size_t          n, i = 0, gap = 17;
    const uint8_t  *end = p + len;

    memset(address, 0, 16);

    if (len >= 2 && p[0] == ':' && p[1] == ':') {
        gap = 0;
        p += 2;
    }

    while (p < end) {
        if (i == 16) {
            return -1;
        }

        n = ngx_payments_address6_group(p, end, address + i);

        if (n == 0) {
            return -1;
        }

        if (p + n < end && p[n] == '.') {
            if (i > 12
                || ngx_payments_address4_parse(p, (size_t) (end - p),
                                               address + i)
                   != 0)
            {
                return -1;
            }

            i += 4;
            break;
        }

        p += n;
        i += 2;

        if (p == end) {
            break;
        }

        if (*p++ != ':' || p == end) {
            return -1;
        }

        if (*p == ':') {
            if (gap != 17) {
                return -1;
            }

            gap = i;
            p++;
        }
    }

    if (gap == 17) {
        return (i == 16) ? 0 : -1;
    }

    if (i == 16) {
        return -1;
    }

    memmove(address + 16 - (i - gap), address + gap, i - gap);
    memset(address + gap, 0, 16 - i);

    return 0;
}


/* 1: a reader of numbers would take it for one, whatever it is in truth */

static int
ngx_payments_host_number(const uint8_t *label, size_t len)
{
    size_t  i;

    if (len >= 2 && label[0] == '0' && (label[1] | 0x20) == 'x') {
        for (i = 2; i < len; i++) {
            if (ngx_payments_address_hex(label[i]) == -1) {
                return 0;
            }
        }

        return 1;
    }

    for (i = 0; i < len; i++) {
        if (!ngx_payments_address_digit(label[i])) {
            return 0;
        }
    }

    return 1;
}


static const char *
ngx_payments_host_label(const uint8_t *label, size_t len)
{
    size_t   i;
    uint8_t  c;

    if (len == 0 || len > NGX_PAYMENTS_LABEL_MAX) {
        return "each part of a host's name has 1 to 63 characters";
    }

    for (i = 0; i < len; i++) {
        c = label[i];

        if (!ngx_payments_address_digit(c) && c != '-' && c != '_'
            && ((c | 0x20) < 'a' || (c | 0x20) > 'z'))
        {
            return "a host's name is made of letters, digits and dashes";
        }
    }

    if (label[0] == '-' || label[len - 1] == '-') {
        return "no part of a host's name begins or ends with a dash";
    }

    return NULL;
}


static const char *
ngx_payments_host_name(const uint8_t *data, size_t len)
{
    size_t          n;
    const char     *wrong;
    const uint8_t  *p, *end = data + len;

    if (len > NGX_PAYMENTS_HOST_MAX) {
        return "a host's name has at most 253 characters";
    }

    for (p = data; ; p += n + 1) {
        for (n = 0; p + n < end && p[n] != '.'; n++) { /* void */ }

        wrong = ngx_payments_host_label(p, n);

        if (wrong != NULL) {
            return wrong;
        }

        if (p + n == end) {
            break;
        }
    }

    return ngx_payments_host_number(p, n)
           ? "an address is written as four decimals, or in brackets" : NULL;
}


const char *
ngx_payments_host_parse(const uint8_t *data, size_t len,
    ngx_payments_host_t *host)
{
    memset(host, 0, sizeof(ngx_payments_host_t));

    if (len == 0) {
        return "it has no host";
    }

    host->name.data = data;
    host->name.len = len;

    if (data[0] == '[') {
        host->kind = NGX_PAYMENTS_HOST_IPV6;
        host->name.data = data + 1;
        host->name.len = (len > 2) ? len - 2 : 0;

        return (len > 2 && data[len - 1] == ']'
                && ngx_payments_address6_parse(data + 1, len - 2,
                                               host->address)
                   == 0)
               ? NULL : "what is in brackets is no IPv6 address";
    }

    if (ngx_payments_address4_parse(data, len, host->address) == 0) {
        host->kind = NGX_PAYMENTS_HOST_IPV4;
        return NULL;
    }

    memset(host->address, 0, sizeof(host->address));
    host->kind = NGX_PAYMENTS_HOST_NAME;

    return ngx_payments_host_name(data, len);
}


/* 1 to 65535 without leading zeros; 0: it is none */

static uint16_t
ngx_payments_url_port(const uint8_t *p, size_t len)
{
    size_t    i;
    uint32_t  n = 0;

    if (len == 0 || len > 5 || p[0] == '0') {
        return 0;
    }

    for (i = 0; i < len; i++) {
        if (!ngx_payments_address_digit(p[i])) {
            return 0;
        }

        n = n * 10 + (uint32_t) (p[i] - '0');
    }

    return (n > 65535) ? 0 : (uint16_t) n;
}


/* what RFC 3986 lets a URL be made of, without the fragment's "#" */

static const char *
ngx_payments_url_characters(const uint8_t *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {

        if (p[i] == '#') {
            return "it must not have a fragment";
        }

        if (p[i] <= 0x20 || p[i] >= 0x7f || strchr("\"<>\\^`{|}", p[i])) {
            return "it has a character that must be percent-encoded";
        }
    }

    return NULL;
}


static const char *
ngx_payments_url_authority(ngx_payments_url_t *url)
{
    size_t          len;
    const uint8_t  *p = url->authority.data;
    const uint8_t  *end = p + url->authority.len;

    if (memchr(p, '@', (size_t) (end - p)) != NULL) {
        return "it must not have a user or a password";
    }

    /* the colons of an IPv6 address stand in its brackets */

    for (len = 0; p + len < end && p[len] != ':'; len++) {
        if (p[len] == '[') {
            while (p + len < end && p[len] != ']') {
                len++;
            }

            if (p + len == end) {
                break;
            }
        }
    }

    url->port = url->tls ? 443 : 80;

    if (p + len < end) {
        url->port = ngx_payments_url_port(p + len + 1,
                                          (size_t) (end - p) - len - 1);

        if (url->port == 0) {
            return "its port is no number from 1 to 65535";
        }
    }

    return ngx_payments_host_parse(p, len, &url->host);
}


const char *
ngx_payments_url_parse(const uint8_t *data, size_t len,
    ngx_payments_url_t *url)
{
    const char     *wrong;
    const uint8_t  *p, *end = data + len;

    static const ngx_payments_text_t  root = ngx_payments_text("/");

    memset(url, 0, sizeof(ngx_payments_url_t));

    if (len > NGX_PAYMENTS_URL_MAX) {
        return "it has more than 2048 characters";
    }

    if (len >= 8 && memcmp(data, "https://", 8) == 0) {
        url->tls = 1;
        p = data + 8;

    } else if (len >= 7 && memcmp(data, "http://", 7) == 0) {
        p = data + 7;

    } else {
        return "it does not begin with https://";
    }

    wrong = ngx_payments_url_characters(data, len);

    if (wrong != NULL) {
        return wrong;
    }

    url->authority.data = p;

    while (p < end && *p != '/' && *p != '?') {
        p++;
    }

    if (p < end && *p == '?') {
        return "its path must begin with a slash";
    }

    url->authority.len = (size_t) (p - url->authority.data);
    url->target = root;

    if (p < end) {
        url->target.data = p;
        url->target.len = (size_t) (end - p);
    }

    return ngx_payments_url_authority(url);
}


static const char *
ngx_payments_address_range(const ngx_payments_range_t *range,
    const uint8_t *address)
{
    uint32_t  a, b;

    a = (uint32_t) address[0] << 24 | (uint32_t) address[1] << 16
        | (uint32_t) address[2] << 8 | address[3];

    for ( /* void */ ; range->what != NULL; range++) {
        b = (uint32_t) range->prefix[0] << 24
            | (uint32_t) range->prefix[1] << 16
            | (uint32_t) range->prefix[2] << 8 | range->prefix[3];

        if ((a ^ b) >> (32 - range->bits) == 0) {
            return range->what;
        }
    }

    return NULL;
}


const char *
ngx_payments_address4_refused(const uint8_t address[4])
{
    return ngx_payments_address_range(ngx_payments_ranges4, address);
}


/* addresses that carry one of IPv4 lead to that one: NULL, or what it is */

static const char *
ngx_payments_address_teredo(const uint8_t address[16])
{
    size_t       i;
    uint8_t      client[4];
    const char  *what;

    for (i = 0; i < 4; i++) {
        client[i] = address[12 + i] ^ 0xff;
    }

    what = ngx_payments_address4_refused(address + 4);

    return (what != NULL) ? what : ngx_payments_address4_refused(client);
}


const char *
ngx_payments_address6_refused(const uint8_t address[16])
{
    const char  *what;

    static const uint8_t  mapped[12] = { [10] = 0xff, [11] = 0xff };
    static const uint8_t  nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
    static const uint8_t  teredo[4] = { 0x20, 0x01 };
    static const uint8_t  loopback[16] = { [15] = 1 };

    if (memcmp(address, mapped, 12) == 0 || memcmp(address, nat64, 12) == 0) {
        return ngx_payments_address4_refused(address + 12);
    }

    if (memcmp(address, teredo, 4) == 0) {
        return ngx_payments_address_teredo(address);
    }

    if (address[0] == 0x20 && address[1] == 0x02) {
        return ngx_payments_address4_refused(address + 2);
    }

    if (memcmp(address, loopback, 16) == 0) {
        return "loopback";
    }

    what = ngx_payments_address_range(ngx_payments_ranges6, address);

    if (what != NULL) {
        return what;
    }

    /* IANA has given out addresses of hosts from 2000::/3 alone */

    return ((address[0] & 0xe0) == 0x20) ? NULL : "no host's";
}


/* domain/ alone: no nginx, no database.  Prints TAP. */

#include <stdlib.h>

#include "tap.h"
#include "../../ngx_payments_module/domain/ngx_payments_domain.h"


static ngx_payments_json_node_t  nodes[NGX_PAYMENTS_JSON_NODES];
static uint32_t                  scratch[NGX_PAYMENTS_JSON_NODES];
static uint8_t                   memory[8 * 65536 + 4096];


static ngx_payments_json_rc_e
parse(ngx_payments_json_t *json, const char *text, size_t len)
{
    json->nodes = nodes;
    json->scratch = scratch;
    json->capacity = NGX_PAYMENTS_JSON_NODES;

    return ngx_payments_json_parse(json, (const uint8_t *) text, len);
}


static void
test_json(void)
{
    size_t               i;
    ngx_payments_json_t  json;

    static const char  *good[] = {
        "{}", "[]", "null", " [ 1 , 2.5e-3 , \"a\" ] ", "\"\\u00e9\\n\"",
        "{\"a\":{\"a\":[{\"a\":null}]}}", "-0", "\"\xf0\x9f\x98\x80\"", "0.0",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "\"\\ud83d\\ude00\"", NULL
    };

    static const char  *bad[] = {
        "", " ", "{", "[", "[1,]", "{\"a\":1,}", "{a:1}", "01", "+1", "1.",
        ".5", "1e", "tru", "nulll", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"",
        "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"", "\"\xff\"", "\"\xe2\x82\"", "\"a\nb\"", "1 2",
        "\"\\u0000\"", "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "{\"a\" 1}",
        "{\"a\":1 \"b\":2}", "]", "}", ",", "[,1]", "NaN", "Infinity", NULL
    };

    static const char  *twice[] = {
        "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
        "[{\"x\":{\"k\":1,\"k\":1}}]", "{\"\":1,\"\":2}",
        "{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,"
        "\"i\":0,\"e\":1}", NULL
    };

    for (i = 0; good[i]; i++) {
        ok(parse(&json, good[i], strlen(good[i])) == NGX_PAYMENTS_JSON_OK,
           good[i]);
    }

    for (i = 0; bad[i]; i++) {
        ok(parse(&json, bad[i], strlen(bad[i])) == NGX_PAYMENTS_JSON_INVALID
           && json.error != NULL && json.offset <= strlen(bad[i]),
           "refused");
    }

    for (i = 0; twice[i]; i++) {
        ok(parse(&json, twice[i], strlen(twice[i]))
           == NGX_PAYMENTS_JSON_DUPLICATE, "duplicate");
    }

    ok(parse(&json, "\"a\0b\"", 5) == NGX_PAYMENTS_JSON_INVALID, "raw NUL");

    memset(memory, '0', 65536);
    for (i = 0; i < 65536; i += 2) {
        memory[i] = i ? ',' : '[';
    }
    memory[65535] = ']';
    memory[65534] = '0';
    memory[65533] = ',';
    ok(parse(&json, (char *) memory, 65536) != NGX_PAYMENTS_JSON_DUPLICATE,
       "as many values as fit");
    memset(memory, ' ', 65537);
    ok(parse(&json, (char *) memory, 65537) == NGX_PAYMENTS_JSON_INVALID,
       "65537 bytes");
}


static const char *
canonical(const char *text)
{
    static char           form[65536];
    ngx_payments_out_t    out;
    ngx_payments_json_t   json;

    if (parse(&json, text, strlen(text)) != NGX_PAYMENTS_JSON_OK) {
        return "(invalid)";
    }

    ngx_payments_out_init(&out, memory, sizeof(memory));
    ngx_payments_json_canonical(&json, &out);
    memcpy(form, memory, (size_t) (out.pos - memory));
    form[out.pos - memory] = '\0';

    return form;
}


/* RFC 8785, 3.2.2.2, 3.2.3 and appendix B */

static void
test_canonical(void)
{
    is(canonical("{\"b\":1, \"a\" : [ true ,null]}"),
       "{\"a\":[true,null],\"b\":1}", "members are sorted");
    is(canonical("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,"
                 "\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}"),
       "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,"
       "\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}",
       "by UTF-16 code units (RFC 8785, 3.2.3)");
    is(canonical("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c"
                 "\\\\\\\"\\/\""),
       "\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"",
       "strings (RFC 8785, 3.2.2.2)");
    is(canonical("[333333333.33333329,1E30,4.50,2e-3,"
                 "0.000000000000000000000000001]"),
       "[333333333.3333333,1e+30,4.5,0.002,1e-27]",
       "numbers (RFC 8785, 3.2.2)");
    is(canonical("[-0,0.0,1e21,1e20,123e-7,0.000001,9007199254740993,5e-324,"
                 "1.7976931348623157e308,-1.5,100]"),
       "[0,0,1e+21,100000000000000000000,0.0000123,0.000001,9007199254740992,"
       "5e-324,1.7976931348623157e+308,-1.5,100]", "numbers (appendix B)");
    is(canonical("1e999"), "1e999", "beyond a double: as written");
    is(canonical("{\"a\":{\"z\":{\"y\":1,\"x\":2},\"b\":3}}"),
       "{\"a\":{\"b\":3,\"z\":{\"x\":2,\"y\":1}}}", "nested");
}


static void
test_fingerprint(void)
{
    uint8_t              one[32], two[32];
    ngx_payments_out_t   out;
    ngx_payments_json_t  json;
    ngx_payments_text_t  post = ngx_payments_text("POST");
    ngx_payments_text_t  path = ngx_payments_text("/v1/payments");
    ngx_payments_text_t  none = { NULL, 0 };
    ngx_payments_text_t  ab = ngx_payments_text("a=1&b=2");
    ngx_payments_text_t  ba = ngx_payments_text("b=2&a=1");

#define print(text, query, digest)                                            \
    (void) parse(&json, text, strlen(text));                                  \
    ngx_payments_out_init(&out, memory, sizeof(memory));                      \
    (void) ngx_payments_fingerprint(&post, &path, query, &json, &out, digest)

    print("{\"a\":1,\"b\":\"x\"}", &none, one);
    print(" { \"b\" : \"\\u0078\", \"a\" : 1 } ", &none, two);
    ok(memcmp(one, two, 32) == 0, "white space, order and escapes: the same");
    print("{\"a\":1,\"b\":\"x\",\"c\":null}", &none, two);
    ok(memcmp(one, two, 32) != 0, "absent is not null");
    print("{}", &ab, one);
    print("{}", &ba, two);
    ok(memcmp(one, two, 32) == 0, "the query's order: the same");
    print("{}", &none, two);
    ok(memcmp(one, two, 32) != 0, "the query counts");
}


static void
test_integer(void)
{
    int64_t  n;

#define integer(s) ngx_payments_integer((const uint8_t *) s, sizeof(s) - 1, &n)

    ok(integer("0") == 0 && n == 0, "0");
    ok(integer("-1") == 0 && n == -1, "-1");
    ok(integer("9223372036854775807") == 0 && n == INT64_MAX, "2^63 - 1");
    ok(integer("-9223372036854775808") == 0 && n == INT64_MIN, "-2^63");
    ok(integer("9223372036854775808") == 2 && n == INT64_MAX, "2^63");
    ok(integer("-9223372036854775809") == 2 && n == INT64_MIN, "-2^63 - 1");
    ok(integer("-0") == 1 && integer("01") == 1 && integer("") == 1
       && integer("-") == 1 && integer("1e3") == 1 && integer("1.0") == 1
       && integer("99999999999999999999.5") == 1, "not integers");
}


static void
test_card(void)
{
    size_t  i;

#define card(s) ngx_payments_card_number((const uint8_t *) s, sizeof(s) - 1)

    ok(card("4242424242424242") == 1, "a card");
    ok(card("pay with 4242 4242-4242 4242.") == 1, "parted");
    ok(card("378282246310005") == 1, "15 digits");
    ok(card("4222222222222") == 1, "13 digits");
    ok(card("4242424242424241") == 0, "fails Luhn");
    ok(card("1242424242424244") == 0, "no issuer's");
    ok(card("42424242424242424242") == 0, "20 digits in one");
    ok(card("visa4242-4242-4242-4242exp") == 1, "beside letters");
    ok(card("x4242424242424242y") == 1, "inside a word");
    ok(card("12 4242424242424242") == 1, "after another number");
    ok(card("4242 4242 4242 4242 12/27") == 1, "before a date");
    ok(card("a1b2c3d4-0004-4242-8242-424242424242") == 0, "a UUID");
    ok(card("order-a1b2c3d4-0004-4242-8242-424242424242") == 0,
       "a UUID behind a prefix");
    ok(card("a1b2c3d4-4242-4242-4242-4242c3d4e5f6") == 1, "no variant");
    ok(card("4242424242424242424242424242424a") == 0, "a hash");
    ok(card("a4242424242424242aa") == 1, "hexadecimal, but no hash");
    ok(card("4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2") == 0, "no card's groups");
    ok(card("303-6914416-6030286") == 0, "groups of a market place");
    ok(card("356938035643809") == 0, "an IMEI");
    ok(card("key_5555555555554444bbbbbbbbbb") == 1, "like an id, but none");
    ok(card("") == 0 && card("4242") == 0, "too short");

    for (i = 0; i < 65000; i++) {
        memory[i] = "4242424242424242a"[i % 17];
    }
    memory[16] = 'z';
    ok(ngx_payments_card_number(memory, 65000) == 1, "a long word, in time");
    for (i = 0; i < 65000; i++) {
        memory[i] = "4000000000000a"[i % 14];
    }
    ok(ngx_payments_card_number(memory, 65000) == 0,
       "a long hexadecimal word, in time");
#undef card
}


static uint32_t  card_seed = 20261130;


static uint32_t
card_random(uint32_t n)
{
    card_seed = card_seed * 1664525u + 1013904223u;

    return (uint32_t) (((uint64_t) card_seed * n) >> 32);
}


/* random digits behind a prefix, the last by Luhn */

static void
card_make(const char *prefix, size_t len, char *to)
{
    size_t  i, n = strlen(prefix);
    int     d, sum = 0;

    memcpy(to, prefix, n);

    for (i = n; i < len - 1; i++) {
        to[i] = (char) ('0' + card_random(10));
    }

    for (i = 0; i < len - 1; i++) {
        d = (to[len - 2 - i] - '0') * (i & 1 ? 1 : 2);
        sum += d > 9 ? d - 9 : d;
    }

    to[len - 1] = (char) ('0' + (10 - sum % 10) % 10);
    to[len] = '\0';
}


/* digits in groups, "0" in the shape for the rest; full width or not */

static size_t
card_write(const char *digits, const char *shape, const char *separator,
    int full, char *to)
{
    char  *p = to;
    int    left = shape[0] - '0';

    for ( /* void */ ; *digits; digits++) {

        if (left == 0) {
            p += sprintf(p, "%s", separator);
            shape += shape[1] ? 1 : 0;
            left = shape[0] - '0';
        }

        left--;

        if (full) {
            *p++ = (char) 0xef;
            *p++ = (char) 0xbc;
            *p++ = (char) (0x90 + (*digits - '0'));

        } else {
            *p++ = *digits;
        }
    }

    return (size_t) (p - to);
}


/*
 * docs/performance.md has both figures: cards that are found, and order numbers
 * that are refused.
 */

static void
test_cards(void)
{
    int          full;
    char         digits[32], text[256];
    size_t       i, j, k, n, len, found, all;
    unsigned     y, m, d, s;

    static const struct { const char *prefix; size_t len; }  brands[] = {
        { "4", 13 }, { "4", 16 }, { "4", 19 }, { "51", 16 }, { "55", 16 },
        { "2221", 16 }, { "2720", 16 }, { "34", 15 }, { "37", 15 },
        { "300", 14 }, { "305", 14 }, { "36", 14 }, { "36", 19 }, { "38", 16 },
        { "39", 14 }, { "3528", 16 }, { "3589", 16 }, { "3550", 19 },
        { "2200", 16 }, { "2204", 19 }, { "6011", 16 }, { "644", 16 },
        { "65", 19 }, { "62", 16 }, { "62", 17 }, { "62", 18 }, { "62", 19 },
        { "60", 16 }, { "5018", 12 }, { "5020", 13 }, { "5038", 19 },
        { "5893", 16 }, { "6304", 12 }, { "6304", 18 }, { "6759", 16 },
        { "6761", 14 }, { "56", 16 }, { "58", 19 }, { "8171", 16 },
        { "9792", 16 }
    };

    static const char  *separators[] = {
        " ", "-", ".", "/", "_", "\xc2\xa0", "\xe3\x80\x80",
        "\xef\xbc\x8d", "\xef\xbc\x8f"
    };

    found = all = 0;

    for (i = 0; i < sizeof(brands) / sizeof(brands[0]); i++) {
        for (n = 0; n < 200; n++) {
            card_make(brands[i].prefix, brands[i].len, digits);

            for (full = 0; full < 2; full++) {
                for (j = 0; j < 9; j++) {
                    const char  *shapes[4] = { "9999", "44444", NULL, NULL };

                    len = strlen(digits);
                    shapes[2] = len == 15 ? "465" : len == 14 ? "464"
                                : len == 19 ? "69" : NULL;

                    for (k = 0; k < 3 && shapes[k] != NULL; k++) {

                        /* all in one, and 6-13, have no 1-digit form here */

                        const char  *with = k == 0 || shapes[k][0] == '6'
                                            ? "" : separators[j];
                        memcpy(text, "no ", 3);
                        len = 3 + card_write(digits, shapes[k], with, full,
                                             text + 3);
                        text[len++] = '.';
                        all++;
                        found += (size_t) ngx_payments_card_number(
                                              (uint8_t *) text, len);
                    }
                }
            }
        }
    }

    printf("# %zu of %zu cards of %zu brands and lengths are found\n", found,
           all, sizeof(brands) / sizeof(brands[0]));
    ok(found == all, "cards of all brands in all groupings");

    for (k = 0; k < 8; k++) {
        found = 0;

        for (i = 0; i < 10000; i++) {
            y = 2000 + card_random(100);
            m = 1 + card_random(12);
            d = 1 + card_random(28);
            s = card_random(86400);

            switch (k) {
            case 0:
                len = (size_t) sprintf(text, "%04u%02u%02u%02u%02u%02u", y, m,
                                       d, s / 3600, s / 60 % 60, s % 60);
                break;
            case 1:
                len = (size_t) sprintf(text, "%04u%02u%02u-%02u%02u%02u", y, m,
                                       d, s / 3600, s / 60 % 60, s % 60);
                break;
            case 2:
                len = (size_t) sprintf(text, "order-%04u%02u%02u%06u", y, m, d,
                                       card_random(1000000));
                break;
            case 3:
                len = (size_t) sprintf(text, "%03u-%07u-%07u",
                                       card_random(1000), card_random(10000000),
                                       card_random(10000000));
                break;
            case 4:     /* one of a day of 2026 */
                len = (size_t) sprintf(text, "%llu", (unsigned long long)
                                       UINT64_C(2127637749806696110)
                                       - card_random(1000000000)
                                         * UINT64_C(7919));
                break;
            case 5:
                len = (size_t) sprintf(text, "%08u-%05u",
                                       10000000 + card_random(90000000),
                                       10000 + card_random(90000));
                break;
            case 6:
                len = (size_t) sprintf(text, "%u%u-%u", card_random(32768),
                                       card_random(32768), card_random(32768));
                break;
            default:    /* an IMEI; all of them pass Luhn */
                card_make("35", 15, text);
                len = 15;
            }

            found += (size_t) ngx_payments_card_number((uint8_t *) text, len);
        }

        ok(found == 0, "order numbers that no card can be");
    }
}


static void
test_share(void)
{
    static ngx_payments_share_t  share;

    share.size = 120;

    ok(!ngx_payments_share_full(&share, 1), "a share: all is left");
    ok(ngx_payments_share_take(&share, 1, 40) == 0
       && !ngx_payments_share_full(&share, 1), "one holds less than is left");
    ok(ngx_payments_share_take(&share, 1, 20) == 0
       && ngx_payments_share_full(&share, 1), "one alone gets half");
    ok(!ngx_payments_share_full(&share, 2), "another one may begin");
    ok(ngx_payments_share_take(&share, 2, 30) == 0
       && ngx_payments_share_full(&share, 2), "... and gets what is left");
    ok(!ngx_payments_share_full(&share, -1025), "a third one may");

    ngx_payments_share_give(&share, 1, 60);
    ok(share.held == 30 && !ngx_payments_share_full(&share, 1),
       "what is given back is there again");
    ngx_payments_share_give(&share, 1, 60);
    ngx_payments_share_give(&share, 2, 31);
    ok(share.held == 0, "what a merchant does not hold is not given back");

    share.size = 0;
    ok(ngx_payments_share_full(&share, 3), "where there is nothing");
}


static void
test_times(void)
{
    int      i;
    int      more;
    int64_t  usec;
    uint8_t  text[NGX_PAYMENTS_TIME_LEN + 1];

    static const struct {
        const char  *text;
        const char  *same;         /* NULL: no time */
    } times[] = {
        { "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z" },
        { "2026-11-23T05:06:07.1Z", "2026-11-23T05:06:07.100000Z" },
        { "2026-11-23t05:06:07.123456z", "2026-11-23T05:06:07.123456Z" },
        { "2024-02-29T23:59:59+01:30", "2024-02-29T22:29:59.000000Z" },
        { "2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000000Z" },
        { "2000-03-01T00:00:00Z", "2000-03-01T00:00:00.000000Z" },
        { "2026-02-29T00:00:00Z", NULL }, { "2100-02-29T00:00:00Z", NULL },
        { "2026-13-01T00:00:00Z", NULL }, { "2026-00-01T00:00:00Z", NULL },
        { "2026-04-31T00:00:00Z", NULL }, { "2026-01-01T24:00:00Z", NULL },
        { "2026-01-01T00:60:00Z", NULL }, { "2026-01-01T00:00:60Z", NULL },
        { "2026-01-01T00:00:00", NULL }, { "2026-01-01 00:00:00Z", NULL },
        { "2026-01-01T00:00:00.Z", NULL },
        { "2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00.123456Z" },
        { "2026-11-30T09:35:06.319776839Z", "2026-11-30T09:35:06.319776Z" },
        { "2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z" },
        { "2017-01-01T00:59:60.5+01:00", "2017-01-01T00:00:00.500000Z" },
        { "2016-12-31T22:59:60Z", NULL }, { "0000-01-01T00:00:00Z", NULL },
        { "2026-01-01T00:00:00+0100", NULL }, { "", NULL }
    };

    for (i = 0; i < (int) (sizeof(times) / sizeof(times[0])); i++) {
        if (ngx_payments_time_parse((const uint8_t *) times[i].text,
                                    strlen(times[i].text), &usec, &more)
            != 0)
        {
            ok(times[i].same == NULL, times[i].text);
            continue;
        }

        ngx_payments_time(usec, text);
        text[NGX_PAYMENTS_TIME_LEN] = '\0';
        ok(times[i].same != NULL
           && strcmp((char *) text, times[i].same) == 0, times[i].text);
    }
}


static void
test_ids(void)
{
    int                        i, rising;
    uint8_t                    uuid[16], last[16], back[16], id[31], text[64];
    uint8_t                    zero[16], ones[16], bits[32], hash[32], made[52];
    ngx_payments_api_key_t     key;
    ngx_payments_uuid_state_t  state;

    memset(&state, 0, sizeof(state));
    memset(last, 0, sizeof(last));
    memset(zero, 0, sizeof(zero));
    memset(ones, 0xff, sizeof(ones));

    for (rising = 1, i = 0; i < 10000; i++) {

        /* the clock stands still, and steps back */

        (void) ngx_payments_uuid7(&state, 1700000000000000 - (i > 5000) * 9999,
                                  uuid);
        rising &= memcmp(uuid, last, 16) > 0;
        memcpy(last, uuid, 16);
    }

    ok(rising, "ids rise while the clock stands still or steps back a little");

    (void) ngx_payments_uuid7(&state, 1600000000000000, uuid);
    ok(memcmp(uuid, last, 16) < 0, "a clock that was set back is believed");
    ok((uuid[6] & 0xf0) == 0x70 && (uuid[8] & 0xc0) == 0x80,
       "version 7, variant 2");

    ngx_payments_id("pay_", uuid, id);
    id[30] = '\0';
    ok(ngx_payments_id_parse("pay_", id, 30, back) == 0
       && memcmp(uuid, back, 16) == 0, "there and back");
    ok(ngx_payments_id_parse("ref_", id, 30, back) != 0, "another prefix");
    ok(ngx_payments_id_parse("pay_", id, 29, back) != 0, "too short");
    id[10] = 'u';
    ok(ngx_payments_id_parse("pay_", id, 30, back) != 0, "not a digit");

    ngx_payments_base32(zero, text);
    text[26] = '\0';
    is((char *) text, "00000000000000000000000000", "nil");
    ngx_payments_base32(ones, text);
    is((char *) text, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "max");
    ok(ngx_payments_id_parse("pay_",
           (const uint8_t *) "pay_80000000000000000000000000", 30, back) != 0,
       "2^128");

#define api_key(s)                                                            \
    ngx_payments_api_key_parse((const uint8_t *) s, sizeof(s) - 1, &key)
#define secret "0123456789ABCDEFGHJKMNPQRSTVWXYZ01234567890123456789"

    ok(api_key("sk_test_00000000014GG" secret) == 0 && key.merchant_id == 37392
       && !key.livemode, "a test key");
    ok(api_key("rk_live_7ZZZZZZZZZZZZ" secret) == 0 && key.livemode
       && key.merchant_id == INT64_MAX, "a live key of the last merchant");
    ok(api_key("sk_test_00000000014GG") != 0, "too short");
    ok(api_key("pk_test_00000000014GG" secret) != 0, "another kind");
#define inside(s)                                                             \
    ngx_payments_api_key_inside((const uint8_t *) s, sizeof(s) - 1)

    ok(inside("?a=rk_live_" secret) && inside("sk_test_" secret "&b"),
       "inside a URL");
    ok(!inside("/disk_test_" secret) && !inside("/sk_test_1.html")
       && !inside("?a=rk_liv") && !inside(""), "not every word is a key");

    memset(bits, 0, sizeof(bits));
    ngx_payments_api_key_secret(bits, made);
    ok(memcmp(made, "0000000000000000000000000000000000000000000000000000",
              52) == 0, "256 bits as 52 digits: none set");
    memset(bits, 0xff, sizeof(bits));
    ngx_payments_api_key_secret(bits, made);
    ok(memcmp(made, "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZG",
              52) == 0, "all set: the last digit has one bit of them");

    (void) ngx_payments_api_key_hash((const uint8_t *) "k_test_",
                                     (const uint8_t *) secret, bits);
    (void) ngx_payments_sha256("k_test_" secret, 59, hash);
    ok(memcmp(bits, hash, 32) == 0, "stored: SHA-256 of mode and secret");
}


static void
test_currency(void)
{
    size_t  i;
    int     sorted;

#define currency(s) ngx_payments_currency((const uint8_t *) s, 3)

    for (sorted = 1, i = 1; i < ngx_payments_ncurrencies; i++) {
        sorted &= strcmp(ngx_payments_currencies[i - 1].code,
                         ngx_payments_currencies[i].code) < 0;
    }

    ok(sorted, "the table is sorted");
    ok(currency("eur") && currency("eur")->exponent == 2, "eur");
    ok(currency("JPY")->exponent == 0 && currency("UGX")->exponent == 0
       && currency("ISK")->exponent == 0, "without a minor unit");
    ok(currency("KWD")->exponent == 3 && currency("CLF")->exponent == 4,
       "three and four digits");
    ok(!currency("XAU") && !currency("XTS") && !currency("XXX")
       && !currency("CHE") && !currency("ZZZ") && !currency("EU1"),
       "no metal, test, funds or unknown code");
}


static void
test_time(void)
{
    char  text[28];

#define when(usec)                                                            \
    (ngx_payments_time(INT64_C(usec), (uint8_t *) text), text[27] = '\0', text)

    is(when(0), "1970-01-01T00:00:00.000000Z", "the epoch");
    is(when(951782400123456), "2000-02-29T00:00:00.123456Z", "a leap day");
    is(when(4102444799999999), "2099-12-31T23:59:59.999999Z",
       "the end of a century");
    is(when(1795392000000001), "2026-11-23T00:00:00.000001Z", "today");
}


static void
test_token(void)
{
    ngx_payments_card_token_t  t;

#define token(s) ngx_payments_card_token((const uint8_t *) s, sizeof(s) - 1, &t)

    ok(token("tok_visa") == 0 && t.failure == NULL && t.delay == 0, "visa");
    ok(token("tok_declined") == 0 && strcmp(t.failure, "generic_decline") == 0,
       "declined");
    ok(token("tok_visa") == 0 && !t.asks && token("tok_3ds") == 0 && t.asks
       && token("tok_3ds_fail") == 0 && t.asks && t.failure == NULL,
       "the customer must act");
    ok(token("tok_slow_30000") == 0 && t.delay == 30000, "slow");
    ok(token("tok_slow_30001") != 0 && token("tok_slow_-1") != 0
       && token("tok_slow_") != 0 && token("tok_slow_1e3") != 0
       && token("tok_") != 0 && token("") != 0, "unknown");
}


static void
test_digest(void)
{
    uint8_t              digest[32];
    ngx_payments_text_t  key = ngx_payments_text("Jefe");

    static const uint8_t  abc[] = { 0xba, 0x78, 0x16, 0xbf };
    static const uint8_t  mac[] = { 0x5b, 0xdc, 0xc1, 0x46 };

    ok(ngx_payments_sha256("abc", 3, digest) == 0
       && memcmp(digest, abc, 4) == 0, "SHA-256 of abc (FIPS 180-4)");
    ok(ngx_payments_hmac(&key, "what do ya want for nothing?", 28, digest) == 0
       && memcmp(digest, mac, 4) == 0, "HMAC (RFC 4231, 4.3)");
    ok(ngx_payments_equal(abc, abc, 4) && !ngx_payments_equal(abc, mac, 4),
       "equal");
}


/* what validation has read is what the text says; nothing of it is left over
   from the body before */

static void
test_values(void)
{
    ngx_payments_json_t         json;
    ngx_payments_validation_t   v;

    static const char *const    words[] = { "no", "yes", NULL };
    static const char *const    letters[] = { "a", "b", "c", NULL };

    static const ngx_payments_field_t  fields[] = {
        { .name = "amount", .type = NGX_PAYMENTS_FIELD_AMOUNT, .slot = 0 },
        { .name = "count", .type = NGX_PAYMENTS_FIELD_INTEGER, .slot = 1,
          .min = -5, .max = 5 },
        { .name = "final", .type = NGX_PAYMENTS_FIELD_BOOLEAN, .slot = 2 },
        { .name = "currency", .type = NGX_PAYMENTS_FIELD_CURRENCY, .slot = 3 },
        { .name = "word", .type = NGX_PAYMENTS_FIELD_ENUM, .slot = 4,
          .values = words },
        { .name = "letters", .type = NGX_PAYMENTS_FIELD_SET, .slot = 5,
          .values = letters },
        { .name = "at", .type = NGX_PAYMENTS_FIELD_TIME, .slot = 6 },
        { .name = NULL }
    };

    static const char  all[] =
        "{\"amount\":1099,\"count\":-3,\"final\":true,\"currency\":\"eUr\","
        "\"word\":\"y\\u0065s\",\"letters\":[\"c\",\"a\"],"
        "\"at\":\"1970-01-01T01:00:00.5+01:00\"}";
    static const char  none[] = "{\"final\":false,\"amount\":null}";

    ok(parse(&json, all, sizeof(all) - 1) == NGX_PAYMENTS_JSON_OK
       && ngx_payments_validate(&json, fields, &v) == 0, "values: valid");
    ok(v.values[0].number == 1099 && v.values[1].number == -3
       && v.values[2].number == 1, "values: numbers and true");
    ok(v.values[3].currency != NULL
       && strcmp(v.values[3].currency->code, "EUR") == 0, "values: currency");
    ok(v.values[4].word == words[1], "values: a word of the field");
    ok(v.values[5].set == 5, "values: places of a set");
    ok(v.values[6].number == 500000, "values: a time in microseconds");

    ok(parse(&json, none, sizeof(none) - 1) == NGX_PAYMENTS_JSON_OK
       && ngx_payments_validate(&json, fields, &v) == 0
       && v.slots[2] != NULL && v.values[2].number == 0
       && v.slots[0] == NULL && v.slots[3] == NULL, "values: false, absent");
}


static void
test_scopes(void)
{
    uint32_t  i, all;

    for (i = 0, all = 0; ngx_payments_scopes[i] != NULL; i++) {
        all |= ngx_payments_api_scope((const uint8_t *) ngx_payments_scopes[i],
                                      strlen(ngx_payments_scopes[i]));
    }

    ok(i == NGX_PAYMENTS_SCOPES && all == (1u << i) - 1,
       "scopes: each has a bit of its own");
    ok(ngx_payments_api_scope((const uint8_t *) "admin", 4) == 0
       && ngx_payments_api_scope((const uint8_t *) "", 0) == 0,
       "scopes: no other name has one");
}


static const char *
host(const char *text)
{
    static char           got[300];
    const char           *wrong;
    ngx_payments_host_t   h;

    static const char *const  kinds[] = { "name", "4", "6" };

    wrong = ngx_payments_host_parse((const uint8_t *) text, strlen(text), &h);

    if (wrong != NULL) {
        snprintf(got, sizeof(got), "no: %s", wrong);
        return got;
    }

    snprintf(got, sizeof(got), "%s %.*s", kinds[h.kind], (int) h.name.len,
             (const char *) h.name.data);

    return got;
}


static void
test_host(void)
{
    size_t  i;
    char    text[300];

    static const char *const  bad[] = {
        "", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a b", "a/b", "a%2e",
        "\xc3\xa9.example", "a\\b", "1", "127.1", "2130706433", "0x7f.1",
        "0x7f000001", "017700000001", "127.0.0.01", "1.2.3.256", "1.2.3.4.",
        "1.2.3.4.5", "1.2.3", "1.2.3.", "a.0x", "a.1", "a.0X1f", "[", "[]",
        "[::1", "::1", "[:]", "[:::]", "[1::2::3]", "[1:2:3:4:5:6:7]",
        "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8::]", "[12345::]",
        "[fe80::1%25eth0]", "[::1.2.3]", "[::1.2.3.400]", "[1.2.3.4]",
        "[1:2:3:4:5:6:7:1.2.3.4]", "[::1]x", "[g::]", "[1:]", NULL
    };

    is(host("example.com"), "name example.com", "a name");
    is(host("A-1_b.example.0xg"), "name A-1_b.example.0xg", "letters after 0x");
    is(host("192.0.2.1"), "4 192.0.2.1", "an address");
    is(host("[2001:DB8::1]"), "6 2001:DB8::1", "one of IPv6");
    is(host("[::ffff:1.2.3.4]"), "6 ::ffff:1.2.3.4", "... with one of IPv4");
    is(host("[1:2:3:4:5:6:7::]"), "6 1:2:3:4:5:6:7::", "... a gap of one");
    is(host("[::]"), "6 ::", "... of nothing else");

    for (i = 0; bad[i]; i++) {
        snprintf(text, sizeof(text), "no host: %s", bad[i]);
        ok(strncmp(host(bad[i]), "no: ", 4) == 0, text);
    }

    memset(text, 'a', sizeof(text));
    text[63] = text[127] = text[191] = '.';
    text[253] = '\0';
    ok(strncmp(host(text), "name ", 5) == 0, "253 characters");
    text[253] = 'a';
    text[254] = '\0';
    is(host(text), "no: a host's name has at most 253 characters", "254");
    text[64] = '\0';
    text[63] = 'a';
    is(host(text), "no: each part of a host's name has 1 to 63 characters",
       "64");
}


static const char *
url(const char *text)
{
    static char          got[400];
    const char          *wrong;
    ngx_payments_url_t   u;

    wrong = ngx_payments_url_parse((const uint8_t *) text, strlen(text), &u);

    if (wrong != NULL) {
        snprintf(got, sizeof(got), "no: %s", wrong);
        return got;
    }

    snprintf(got, sizeof(got), "%d %.*s %u %.*s %.*s", u.tls,
             (int) u.host.name.len, (const char *) u.host.name.data, u.port,
             (int) u.authority.len, (const char *) u.authority.data,
             (int) u.target.len, (const char *) u.target.data);

    return got;
}


static void
test_url(void)
{
    size_t  i;
    char    text[2100];

    static const char *const  bad[] = {
        "", "https:/a", "ftp://a/", "HTTPS://a/", "//a/", "https://",
        "https:///", "https://:443/", "https://a:/", "https://a:0/",
        "https://a:65536/", "https://a:01/", "https://a:1x/", "https://a?b",
        "https://u@a/", "https://u:p@a/", "https://a/#b", "https://a/ b",
        "https://a/\xc3\xa9", "https://a\\@b/", "https://a/\\b",
        "https://[::1/", "https://[::1]x/", "https://[::1]:/", "https://a/{}",
        "https://1.2.3/", "https://a/\n", "https://a:1:2/", NULL
    };

    is(url("https://a.example"), "1 a.example 443 a.example /", "no path");
    is(url("http://a:8080/b?c=d&e=@:"), "0 a 8080 a:8080 /b?c=d&e=@:", "all");
    is(url("https://[2a00::1]:1/"), "1 2a00::1 1 [2a00::1]:1 /", "IPv6");
    is(url("https://a:65535/%2e"), "1 a 65535 a:65535 /%2e", "escaped");

    for (i = 0; bad[i]; i++) {
        snprintf(text, sizeof(text), "no URL: %s", bad[i]);
        ok(strncmp(url(bad[i]), "no: ", 4) == 0, text);
    }

    memset(text, 'a', sizeof(text));
    memcpy(text, "https://a/", 10);
    text[2048] = '\0';
    ok(url(text)[0] == '1', "2048 characters");
    text[2048] = 'a';
    text[2049] = '\0';
    is(url(text), "no: it has more than 2048 characters", "2049");
}


static const char *
address(const char *text)
{
    const char           *what;
    ngx_payments_host_t   h;

    if (ngx_payments_host_parse((const uint8_t *) text, strlen(text), &h)
        != NULL)
    {
        return "(none)";
    }

    what = (h.kind == NGX_PAYMENTS_HOST_IPV4)
           ? ngx_payments_address4_refused(h.address)
           : ngx_payments_address6_refused(h.address);

    return (what != NULL) ? what : "";
}


static void
test_address(void)
{
    size_t  i;

    static const char *const  good[] = {
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255",
        "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
        "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
        "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255",
        "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
        "[2a00:1450::1]", "[2001:200::1]", "[2001:db7::1]", "[2001:db9::1]",
        "[::ffff:8.8.8.8]", "[64:ff9b::8.8.8.8]", "[2002:808:808::1]",
        "[2001:0:808:808::f7f7:f7f7]", "[2003::1]", "[3ffe::1]", NULL
    };

    static const char *const  refused[] = {
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255",
        "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255",
        "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1",
        "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.0",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::2]",
        "[::127.0.0.1]", "[::8.8.8.8]", "[fc00::1]", "[fdff::1]", "[fe80::1]",
        "[febf::1]", "[fec0::1]", "[feff::1]", "[ff02::1]", "[2001:db8::1]",
        "[100::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]",
        "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a00:1]",
        "[64:ff9b:1::8.8.8.8]", "[64:ff9b:1:7f00:0:100::]",
        "[2002:7f00:1::1]", "[2002:a00:1::]", "[2002:c0a8:101::]",
        "[2001:0:7f00:1::f7f7:f7f7]", "[2001:0:808:808::80ff:fffe]",
        "[2001:2::1]", "[2001:10::1]", "[2001:20::1]", "[3fff::1]",
        "[5f00::1]", "[4000::1]", "[1fff::1]", "[e000::1]", NULL
    };

    for (i = 0; good[i]; i++) {
        is(address(good[i]), "", good[i]);
    }

    for (i = 0; refused[i]; i++) {
        ok(address(refused[i])[0] != '\0'
           && address(refused[i])[0] != '(', refused[i]);
    }

    is(address("[::ffff:10.0.0.1]"), "private", "what it carries is said");
}



/* the example of the specification, Standard Webhooks 1.0 */

static void
test_signature(void)
{
    size_t               i, n;
    char                 line[6 + 96];
    uint8_t              bytes[NGX_PAYMENTS_SIGNATURE_KEY + 1];
    uint8_t              mac[NGX_PAYMENTS_SIGNATURE_LEN + 1];
    ngx_payments_text_t  key, signatures;

    static const char                 *right =
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    static const ngx_payments_text_t   id =
        ngx_payments_text("msg_p5jXN8AQM9LWM0D4loKWxJek");
    static const ngx_payments_text_t   body =
        ngx_payments_text("{\"test\": 2432232314}");

    static const struct {
        const char                    *text;
        int                            valid;
    }  lists[] = {
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 1 },
        { "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 1 },
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=  v1a,x", 1 },
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", 0 },
        { "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 0 },
        { "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 0 },
        { "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=,", 0 },
        { "", 0 },
        { " ", 0 }
    };

    static const char  *bad[] = {
        "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwA",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAB==",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw====",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", NULL
    };

    key.data = bytes;
    key.len = ngx_payments_signature_key(
                   (const uint8_t *) "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                   38, bytes);

    ok(key.len == 24, "a secret of 24 bytes");

    mac[NGX_PAYMENTS_SIGNATURE_LEN] = '!';
    ok(ngx_payments_signature(&key, &id, 1614265330, &body, mac) == 0
       && memcmp(mac, right, NGX_PAYMENTS_SIGNATURE_LEN) == 0
       && mac[NGX_PAYMENTS_SIGNATURE_LEN] == '!', "the signature");

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        signatures.data = (const uint8_t *) lists[i].text;
        signatures.len = strlen(lists[i].text);

        ok(ngx_payments_signature_verify(&key, &id, 1614265330, &body,
                                         &signatures)
           == lists[i].valid, "signatures that are right, and others");
    }

    signatures.data = (const uint8_t *) right;
    signatures.len = strlen(right);

    ok(!ngx_payments_signature_verify(&key, &id, 1614265331, &body,
                                      &signatures), "of another second");

    for (i = 0; bad[i] != NULL; i++) {
        ok(ngx_payments_signature_key((const uint8_t *) bad[i], strlen(bad[i]),
                                      bytes)
           == 0, "what is no secret");
    }

    /* 86 letters are 64 bytes, with and without padding; 24 to 64 may be */

    memcpy(line, "whsec_", 6);
    memset(line + 6, 'A', 96);
    memcpy(line + 6 + 86, "==", 2);
    bytes[NGX_PAYMENTS_SIGNATURE_KEY] = '!';

    ok(ngx_payments_signature_key((uint8_t *) line, 6 + 88, bytes) == 64
       && ngx_payments_signature_key((uint8_t *) line, 6 + 86, bytes) == 64
       && bytes[NGX_PAYMENTS_SIGNATURE_KEY] == '!', "64 bytes");

    memset(line + 6, 'A', 96);

    for (n = 0; n <= 96; n++) {
        i = ngx_payments_signature_key((uint8_t *) line, 6 + n, bytes);

        if (i != ((n % 4 == 1 || n < 32 || n > 86) ? 0 : n * 3 / 4)) {
            break;
        }
    }

    ok(n == 97 && bytes[NGX_PAYMENTS_SIGNATURE_KEY] == '!', "all lengths");
}


/* a pattern with \\u sees characters; one without sees bytes */

static void
test_pattern(void)
{
    size_t    len;
    uint8_t   text[4];
    uint32_t  c, wrong;

    static const char  name[] =
        "[^\\x00-\\x1f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]*";
    static const char  bytes[] = "[^\\x7f-\\x9f]*";

    ok(ngx_payments_pattern_compile(name) != NULL
       && ngx_payments_pattern_compile(bytes) != NULL, "patterns compile");

    for (c = 0, wrong = 0; c < 0x10000; c++) {

        if (c >= 0xd800 && c <= 0xdfff) {
            continue;
        }

        if (c < 0x80) {
            text[0] = (uint8_t) c;
            len = 1;

        } else if (c < 0x800) {
            text[0] = (uint8_t) (0xc0 | (c >> 6));
            text[1] = (uint8_t) (0x80 | (c & 0x3f));
            len = 2;

        } else {
            text[0] = (uint8_t) (0xe0 | (c >> 12));
            text[1] = (uint8_t) (0x80 | ((c >> 6) & 0x3f));
            text[2] = (uint8_t) (0x80 | (c & 0x3f));
            len = 3;
        }

        wrong += ngx_payments_pattern_match(name, text, len)
                 != !(c < 0x20 || (c >= 0x7f && c <= 0x9f)
                      || (c >= 0x202a && c <= 0x202e)
                      || (c >= 0x2066 && c <= 0x2069));
    }

    ok(wrong == 0, "pattern: each character of the plane, by its number");

    ok(ngx_payments_pattern_match(name,
                              (const uint8_t *) "\xf0\x9f\x98\x80", 4),
       "pattern: beyond the plane");
    ok(!ngx_payments_pattern_match(bytes, (const uint8_t *) "\xc4\x80", 2),
       "pattern: bytes, where it names no character");

    ngx_payments_patterns_free();
}


int
main(void)
{
    test_json();
    test_canonical();
    test_fingerprint();
    test_integer();
    test_card();
    test_cards();
    test_share();
    test_ids();
    test_times();
    test_currency();
    test_time();
    test_token();
    test_digest();
    test_values();
    test_scopes();
    test_host();
    test_url();
    test_address();
    test_signature();

    ngx_payments_digest_free();
    test_pattern();

    return done();
}

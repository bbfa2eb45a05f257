
/*
 * domain/: the payment rules that need neither nginx nor a database.
 *
 * Everything here is plain C over memory of the caller: nothing is allocated
 * unless a comment says so, nothing is global except constant tables, nothing
 * blocks.  The room is compiled alone in tests/unit and tests/fuzz.
 *
 * Texts are pointer and length, UTF-8, not terminated by a NUL.
 */

#ifndef _NGX_PAYMENTS_DOMAIN_H_INCLUDED_
#define _NGX_PAYMENTS_DOMAIN_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


typedef struct {
    const uint8_t                *data;
    size_t                        len;
} ngx_payments_text_t;

#define ngx_payments_text(s)      { (const uint8_t *) s, sizeof(s) - 1 }


/*
 * An output cursor over a buffer of the caller.  Writers never pass "end":
 * what does not fit is dropped and "overflow" is set, so that a caller tests
 * once, after the last write.
 */

typedef struct {
    uint8_t                      *start;
    uint8_t                      *pos;
    uint8_t                      *end;
    unsigned                      overflow:1;
} ngx_payments_out_t;

void ngx_payments_out_init(ngx_payments_out_t *out, uint8_t *buf, size_t size);
void ngx_payments_out_bytes(ngx_payments_out_t *out, const void *data,
    size_t len);
void ngx_payments_out_str(ngx_payments_out_t *out, const char *s);
void ngx_payments_out_int(ngx_payments_out_t *out, int64_t n);
/* a JSON string with its quotes; escapes as RFC 8785, 3.2.2.2 */
void ngx_payments_out_json(ngx_payments_out_t *out, const uint8_t *data,
    size_t len);
/* the same, or the token null where data is NULL */
void ngx_payments_out_json_or_null(ngx_payments_out_t *out,
    const uint8_t *data, size_t len);


/*
 * Strict JSON: RFC 8259 plus RFC 7493 (no duplicate members, no invalid
 * Unicode) plus limits.  One pass makes a flat array of nodes in document
 * order; a member is two nodes, its name (a string) and its value.
 */

#define NGX_PAYMENTS_JSON_DEPTH   16
#define NGX_PAYMENTS_BODY_MAX     65536
/* "[0,0,...]" is the text with most nodes for its length */
#define NGX_PAYMENTS_JSON_NODES   (NGX_PAYMENTS_BODY_MAX / 2 + 2)


typedef enum {
    NGX_PAYMENTS_JSON_NULL = 0,
    NGX_PAYMENTS_JSON_TRUE,
    NGX_PAYMENTS_JSON_FALSE,
    NGX_PAYMENTS_JSON_NUMBER,
    NGX_PAYMENTS_JSON_STRING,
    NGX_PAYMENTS_JSON_ARRAY,
    NGX_PAYMENTS_JSON_OBJECT
} ngx_payments_json_type_e;


typedef struct {
    uint32_t                      start;   /* first byte; strings: after " */
    uint32_t                      len;     /* bytes of the token as written */
    uint32_t                      next;    /* index after this subtree */
    uint32_t                      size;    /* members or elements */
    uint8_t                       type;    /* ngx_payments_json_type_e */
    uint8_t                       escaped; /* a string with a backslash */
} ngx_payments_json_node_t;


typedef enum {
    NGX_PAYMENTS_JSON_OK = 0,
    NGX_PAYMENTS_JSON_INVALID,             /* not JSON, or over a limit */
    NGX_PAYMENTS_JSON_DUPLICATE            /* a member name twice */
} ngx_payments_json_rc_e;


typedef struct {
    const uint8_t                *text;    /* the caller's; must outlive this */
    ngx_payments_json_node_t     *nodes;   /* the caller's array */
    uint32_t                     *scratch; /* the caller's, as many entries */
    uint32_t                      capacity;
    uint32_t                      nnodes;
    uint32_t                      offset;  /* of the first error, in bytes */
    const char                   *error;   /* what is wrong there; constant */
    uint32_t                      duplicate;  /* node of the second name, after
                                              DUPLICATE */
} ngx_payments_json_t;


/*
 * In: text of at most NGX_PAYMENTS_BODY_MAX bytes; json->nodes, ->scratch and
 * ->capacity set.  Out: the nodes, node 0 being the document; on failure
 * json->offset and json->error.
 */
ngx_payments_json_rc_e ngx_payments_json_parse(ngx_payments_json_t *json,
    const uint8_t *text, size_t len);

/* four hexadecimal digits as a number; 0x10000 where one is none */
uint32_t ngx_payments_json_hex4(const uint8_t *p);
/* decodes a string node into out (never longer than the token) */
void ngx_payments_json_decode(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *node, ngx_payments_out_t *out);
/* order of two string nodes by UTF-16 code units, as RFC 8785 sorts: -1 0 1 */
int ngx_payments_json_name_cmp(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *a, const ngx_payments_json_node_t *b);
/* 1 where the string node, decoded, is the plain ASCII name */
int ngx_payments_json_is(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *node, const char *name);
/* number of Unicode code points of a string node, decoded */
uint32_t ngx_payments_json_length(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *node);
/*
 * Leaves the indices of an object's name nodes, sorted as RFC 8785 sorts, in
 * json->scratch from "base" on; returns how many.
 */
uint32_t ngx_payments_json_sorted(const ngx_payments_json_t *json,
    const ngx_payments_json_node_t *object, uint32_t base);
/*
 * RFC 8785 form of the document.  A number that no double holds (1e999), or
 * one written in over 400 bytes, stays as it was written.
 */
void ngx_payments_json_canonical(ngx_payments_json_t *json,
    ngx_payments_out_t *out);

/*
 * A strict integer token: an optional minus, no leading zero, no fraction, no
 * exponent, not -0.  Returns 0; 1 where it is no such token; 2 where it is
 * one but does not fit into int64_t (*n is then INT64_MIN or INT64_MAX).
 */
int ngx_payments_integer(const uint8_t *data, size_t len, int64_t *n);


/* ISO 4217, without funds codes, metals and test codes */

typedef struct {
    char                          code[4];
    uint8_t                       exponent;
    const char                   *name;
} ngx_payments_currency_t;

/* in: three letters of any case; NULL where there is no such currency */
const ngx_payments_currency_t *ngx_payments_currency(const uint8_t *data,
    size_t len);
/* the same for a string node */
const ngx_payments_currency_t *ngx_payments_json_currency(
    const ngx_payments_json_t *json, const ngx_payments_json_node_t *node);
extern const ngx_payments_currency_t  ngx_payments_currencies[];
extern const size_t                   ngx_payments_ncurrencies;


/*
 * Schemas: what an object of the API is made of.  A table of fields ends with a
 * NULL name.  Requests are checked against theirs; "slot" is where that leaves
 * a field's value, for the code of the operation.  Those of answers are for the
 * documents: their "required" is "always there", and the types of the second
 * group are theirs alone.
 */

typedef enum {
    NGX_PAYMENTS_FIELD_STRING = 0,
    NGX_PAYMENTS_FIELD_ENUM,
    NGX_PAYMENTS_FIELD_AMOUNT,             /* minor units, 1 .. 10^12 - 1 */
    NGX_PAYMENTS_FIELD_INTEGER,
    NGX_PAYMENTS_FIELD_BOOLEAN,
    NGX_PAYMENTS_FIELD_CURRENCY,           /* ISO 4217, any case */
    NGX_PAYMENTS_FIELD_METADATA,           /* <= 50 pairs, key 40, value 500 */
    NGX_PAYMENTS_FIELD_SET,                /* array of distinct "values", one at
                                              least */
    NGX_PAYMENTS_FIELD_TIME,               /* RFC 3339 */
    NGX_PAYMENTS_FIELD_OBJECT,

    NGX_PAYMENTS_FIELD_ID,                 /* "pattern" is its prefix */
    NGX_PAYMENTS_FIELD_LIST,               /* array of "schema" */
    NGX_PAYMENTS_FIELD_MAP,                /* object of "schema"s */
    NGX_PAYMENTS_FIELD_ANY                 /* an object of any kind */
} ngx_payments_field_type_e;


typedef struct ngx_payments_field_s   ngx_payments_field_t;
typedef struct ngx_payments_schema_s  ngx_payments_schema_t;

struct ngx_payments_field_s {
    const char                   *name;
    ngx_payments_field_type_e     type;
    uint8_t                       slot;
    unsigned                      required:1;
    unsigned                      nullable:1;
    int64_t                       min;     /* code points, or the value */
    int64_t                       max;
    const char                   *pattern; /* PCRE2, anchored; NULL: any */
    const char *const            *values;  /* of an ENUM or SET, NULL at the
                                              end */
    const ngx_payments_schema_t  *schema;  /* of an OBJECT, LIST, MAP */
    const char                   *about;   /* for a reader, Markdown; NULL: its
                                              name says it */
};

struct ngx_payments_schema_s {
    const char                   *name;    /* in the documents, unique */
    const char                   *about;
    const ngx_payments_field_t   *fields;
};

/* "min" of METADATA: values may be null, which deletes them */
#define NGX_PAYMENTS_METADATA_PATCH  1

#define NGX_PAYMENTS_AMOUNT_MAX   INT64_C(999999999999)
#define NGX_PAYMENTS_SLOTS        24
#define NGX_PAYMENTS_VIOLATIONS   16


/* what a violation is, which decides the problem's code */
typedef enum {
    NGX_PAYMENTS_VALIDATION_FAILED = 0,
    NGX_PAYMENTS_UNKNOWN_PARAMETER,
    NGX_PAYMENTS_INVALID_CURRENCY,
    NGX_PAYMENTS_AMOUNT_TOO_SMALL,
    NGX_PAYMENTS_AMOUNT_TOO_LARGE,
    NGX_PAYMENTS_CARD_NUMBER
} ngx_payments_violation_e;


#define NGX_PAYMENTS_DETAIL_LEN  256

typedef struct {
    ngx_payments_violation_e      kind;
    const char                   *code;    /* "required", "type", ... */
    char                          pointer[160];  /* RFC 6901, C string */
    char                          detail[NGX_PAYMENTS_DETAIL_LEN];
                                           /* C string, no input in it */
} ngx_payments_violation_t;


/* what a valid value is, by the type of its field; others have none */

typedef union {
    int64_t                        number;    /* AMOUNT, INTEGER; BOOLEAN: 0 or
                                                 1; TIME: microseconds, cut off
                                                 behind the sixth digit */
    const char                    *word;      /* ENUM: of the field's values */
    uint32_t                       set;       /* SET: bits of their places
                                                 among the field's values */
    const ngx_payments_currency_t *currency;  /* CURRENCY */
} ngx_payments_field_value_t;


typedef struct {
    /* value nodes by slot; NULL: absent.  A null is a node of type NULL. */
    const ngx_payments_json_node_t  *slots[NGX_PAYMENTS_SLOTS];
    ngx_payments_field_value_t       values[NGX_PAYMENTS_SLOTS];  /* of those */
    ngx_payments_violation_t         violations[NGX_PAYMENTS_VIOLATIONS];
    uint32_t                         nviolations;
} ngx_payments_validation_t;


/*
 * Compiles a pattern with PCRE2, anchored at both ends.  Returns an opaque
 * handle, or NULL.  It lives until ngx_payments_patterns_free(): a new
 * configuration finds it again.  For configuration time only.
 */
void *ngx_payments_pattern_compile(const char *pattern);
/* the handle for a pattern compiled before; NULL: never compiled */
void *ngx_payments_pattern_find(const char *pattern);
/* 1 where all of the text matches; the pattern was compiled before */
int ngx_payments_pattern_match(const char *pattern, const uint8_t *data,
    size_t len);
/* frees all of them; the process ends */
void ngx_payments_patterns_free(void);
/* compiles every pattern of a table; returns the one that fails, or NULL */
const char *ngx_payments_schema_compile(const ngx_payments_field_t *fields);

/* where a name stands twice, after NGX_PAYMENTS_JSON_DUPLICATE, as RFC 6901
   says; what does not fit, or may be a card number, is left out */
void ngx_payments_duplicate_pointer(const ngx_payments_json_t *json, char *dst,
    size_t size);

/* in: a parsed document; out: slots, values and violations.  0: valid */
uint32_t ngx_payments_validate(const ngx_payments_json_t *json,
    const ngx_payments_field_t *fields, ngx_payments_validation_t *v);


/*
 * Card numbers (PCI DSS 4.0, 3.5.1): an issuer's first digits with a length
 * that it uses, and ISO/IEC 7812-1 Luhn; in one, or in a card's groups (fours,
 * 4-6-5, 4-6-4) separated by a space, dash, dot, slash, underscore or plus, of
 * ASCII or full width.  Not looked for in what is a UUID, or a hexadecimal word
 * with the length of a hash: random ones hold a card's digits now and then.
 * Returns 1 where the text holds one.
 */
int ngx_payments_card_number(const uint8_t *data, size_t len);


/* identifiers: UUIDv7 (RFC 9562, 5.7), "<prefix>_" and Crockford base32 */

#define NGX_PAYMENTS_UUID_LEN     16
#define NGX_PAYMENTS_BASE32_LEN   26
#define NGX_PAYMENTS_ID_LEN       (4 + NGX_PAYMENTS_BASE32_LEN)

typedef struct {
    uint64_t                      last;    /* newest 60-bit time given out */
    uint8_t                       pool[512];  /* random bytes not yet used */
    size_t                        left;
} ngx_payments_uuid_state_t;

/*
 * In: the state, one per process and zeroed after fork; microseconds since
 * 1970 UTC.  Out: a UUIDv7 greater than every earlier one of this state.
 * Returns 0, or -1 where the system gives no random bytes.
 */
int ngx_payments_uuid7(ngx_payments_uuid_state_t *state, int64_t usec,
    uint8_t uuid[NGX_PAYMENTS_UUID_LEN]);
/* microseconds since 1970, to the millisecond, of a UUIDv7 */
int64_t ngx_payments_uuid_time(const uint8_t uuid[NGX_PAYMENTS_UUID_LEN]);
/* random bytes from the same pool; -1 as above */
int ngx_payments_random(ngx_payments_uuid_state_t *state, uint8_t *data,
    size_t len);
void ngx_payments_base32(const uint8_t uuid[NGX_PAYMENTS_UUID_LEN],
    uint8_t dst[NGX_PAYMENTS_BASE32_LEN]);
/* prefix of four bytes with its underscore, as "pay_" */
void ngx_payments_id(const char *prefix,
    const uint8_t uuid[NGX_PAYMENTS_UUID_LEN],
    uint8_t dst[NGX_PAYMENTS_ID_LEN]);
/* 0; -1 where the text is not exactly such an id, upper case, < 2^128; the
   prefix may have three bytes, as "lt_" */
int ngx_payments_id_parse(const char *prefix, const uint8_t *data, size_t len,
    uint8_t uuid[NGX_PAYMENTS_UUID_LEN]);
/* 1: it is an id of this API, of any kind */
int ngx_payments_id_any(const uint8_t *data, size_t len);


/*
 * API keys: "sk_test_" and kin, 13 characters of Crockford base32 of the
 * merchant's number (so that a key names its shard), 52 of a 256-bit secret.
 */

#define NGX_PAYMENTS_KEY_KIND     8
#define NGX_PAYMENTS_KEY_MERCHANT 13
#define NGX_PAYMENTS_KEY_SECRET   52
#define NGX_PAYMENTS_KEY_LEN      (NGX_PAYMENTS_KEY_KIND                      \
                                   + NGX_PAYMENTS_KEY_MERCHANT                \
                                   + NGX_PAYMENTS_KEY_SECRET)

typedef struct {
    int64_t                       merchant_id;
    unsigned                      livemode:1;
} ngx_payments_api_key_t;

/* 0; -1 where the text does not have the form of a key */
int ngx_payments_api_key_parse(const uint8_t *data, size_t len,
    ngx_payments_api_key_t *key);
/*
 * What is stored of a key: SHA-256 over its mode, "k_test_" or "k_live_", and
 * its secret.  The merchant's number stands beside it in the table, and the
 * first letter says nothing that the scopes do not say.  0, or -1.
 */
#define NGX_PAYMENTS_KEY_MODE     7
int ngx_payments_api_key_hash(const uint8_t mode[NGX_PAYMENTS_KEY_MODE],
    const uint8_t secret[NGX_PAYMENTS_KEY_SECRET], uint8_t hash[32]);
/* 256 bits as a key's secret */
void ngx_payments_api_key_secret(const uint8_t bits[32],
    uint8_t secret[NGX_PAYMENTS_KEY_SECRET]);
/* enough of a key's 65 characters that it is no word: disk_test_1 */
#define NGX_PAYMENTS_KEY_HINT     20

/* 1 where a text holds what starts like a secret or restricted key */
int ngx_payments_api_key_inside(const uint8_t *data, size_t len);

/* scopes of API keys, NULL at the end; the order gives each its bit */
#define NGX_PAYMENTS_SCOPES       12
extern const char *const  ngx_payments_scopes[];
/* the bit of a scope's name; 0: there is no such scope */
uint32_t ngx_payments_api_scope(const uint8_t *name, size_t len);


/* RFC 3339, UTC, six fractional digits and Z: 27 bytes */

#define NGX_PAYMENTS_TIME_LEN     27

/* now, in microseconds since 1970 UTC */
int64_t ngx_payments_now(void);
/*
 * RFC 3339 with a Z or an offset, of the years 1 to 9999, as microseconds since
 * 1970, cut off after the sixth fractional digit; *more is 1 where something
 * else than zeros was.  0, or -1 where it is no such time or no day of the
 * calendar.
 */
int ngx_payments_time_parse(const uint8_t *data, size_t len, int64_t *usec,
    int *more);
void ngx_payments_time(int64_t usec, uint8_t dst[NGX_PAYMENTS_TIME_LEN]);


/* SHA-256 (FIPS 180-4) and HMAC (RFC 2104), by OpenSSL.  0, or -1 */

#define NGX_PAYMENTS_SHA256_LEN   32

int ngx_payments_sha256(const void *data, size_t len,
    uint8_t digest[NGX_PAYMENTS_SHA256_LEN]);
int ngx_payments_hmac(const ngx_payments_text_t *key, const void *data,
    size_t len, uint8_t digest[NGX_PAYMENTS_SHA256_LEN]);
/* the same over several texts, one behind the other */
int ngx_payments_hmac_parts(const ngx_payments_text_t *key,
    const ngx_payments_text_t *parts, size_t n,
    uint8_t digest[NGX_PAYMENTS_SHA256_LEN]);
/* frees what the first digest fetched; the process ends */
void ngx_payments_digest_free(void);
/* equal in a time that does not depend on the contents */
int ngx_payments_equal(const uint8_t *a, const uint8_t *b, size_t len);


/*
 * Standard Webhooks 1.0: "v1," and base64 of HMAC-SHA256 over id, timestamp (in
 * seconds) and body, with dots between them.  signature.c
 */

#define NGX_PAYMENTS_SIGNATURE_LEN  47
#define NGX_PAYMENTS_SIGNATURE_KEY  64     /* bytes at most, 24 at least */

/* the bytes of a key, "whsec_" and their base64; 0: it is none */
size_t ngx_payments_signature_key(const uint8_t *data, size_t len,
    uint8_t key[NGX_PAYMENTS_SIGNATURE_KEY]);
/* 0, or -1 */
int ngx_payments_signature(const ngx_payments_text_t *key,
    const ngx_payments_text_t *id, int64_t timestamp,
    const ngx_payments_text_t *body, uint8_t dst[NGX_PAYMENTS_SIGNATURE_LEN]);
/* 1: one of the signatures, with spaces between them, is right */
int ngx_payments_signature_verify(const ngx_payments_text_t *key,
    const ngx_payments_text_t *id, int64_t timestamp,
    const ngx_payments_text_t *body, const ngx_payments_text_t *signatures);


/* microseconds since 1970 of the last moment of the year 9999 */
#define NGX_PAYMENTS_TIME_MAX  INT64_C(253402300799999999)


/*
 * The fingerprint of a request: SHA-256 over method, path, query with its
 * parameters sorted, and the RFC 8785 form of the body (empty: no body).
 * "out" is scratch memory for the canonical text.  0, or -1.
 */
int ngx_payments_fingerprint(const ngx_payments_text_t *method,
    const ngx_payments_text_t *path, const ngx_payments_text_t *query,
    ngx_payments_json_t *body, ngx_payments_out_t *out,
    uint8_t digest[NGX_PAYMENTS_SHA256_LEN]);


/* what merchants hold of something, as bytes; share.c */

#define NGX_PAYMENTS_SHARE_BITS  10

typedef struct ngx_payments_holder_s  ngx_payments_holder_t;

typedef struct {
    uint64_t                      size;    /* how much there is */
    uint64_t                      held;    /* by all of them */
    ngx_payments_holder_t        *buckets[1 << NGX_PAYMENTS_SHARE_BITS];
} ngx_payments_share_t;

/* 1: the merchant holds as much as is left, or nothing is */
int ngx_payments_share_full(ngx_payments_share_t *share, int64_t merchant);
/* n more, or less, whether or not there is so much; take: 0, or -1: no
   memory */
int ngx_payments_share_take(ngx_payments_share_t *share, int64_t merchant,
    uint64_t n);
void ngx_payments_share_give(ngx_payments_share_t *share, int64_t merchant,
    uint64_t n);


/*
 * Where requests of ours go.  What is not exactly one of the three spellings is
 * no host: 0x7f.1 and 2130706433 are none, nor is a name that ends in a number.
 */

typedef enum {
    NGX_PAYMENTS_HOST_NAME = 0,            /* of DNS, any case, no dot behind */
    NGX_PAYMENTS_HOST_IPV4,                /* four decimals */
    NGX_PAYMENTS_HOST_IPV6                 /* in brackets */
} ngx_payments_host_e;


typedef struct {
    ngx_payments_host_e           kind;
    ngx_payments_text_t           name;    /* as written, without brackets; of
                                              the caller's text */
    uint8_t                       address[16];  /* of IPv4 the first four */
} ngx_payments_host_t;


#define NGX_PAYMENTS_URL_MAX      2048

/* its texts are those of the text that was parsed, which must outlive it */

typedef struct {
    ngx_payments_host_t           host;
    ngx_payments_text_t           authority;  /* host[:port], as written */
    ngx_payments_text_t           target;  /* path and query; at least "/" */
    uint16_t                      port;    /* as given; else 443, or 80 */
    unsigned                      tls:1;   /* https; else http */
} ngx_payments_url_t;

/* NULL, or what is wrong with it: constant, without the text itself */
const char *ngx_payments_host_parse(const uint8_t *data, size_t len,
    ngx_payments_host_t *host);
/* the same for http[s]://host[:port][/path][?query], in ASCII, with neither a
   user nor a fragment */
const char *ngx_payments_url_parse(const uint8_t *data, size_t len,
    ngx_payments_url_t *url);

/*
 * NULL: a public address, which a stranger may name; else what it is, in a word
 * or two.  In network order.  One of IPv6 that carries one of IPv4 (mapped,
 * NAT64, 6to4, Teredo) is what that is.
 */
const char *ngx_payments_address4_refused(const uint8_t address[4]);
const char *ngx_payments_address6_refused(const uint8_t address[16]);


/* decline.c: why a processor declines (docs/processors.md, 7) */

typedef struct {
    const char                   *code;
    int                           hard;        /* no later try can help */
    const char                   *message;     /* for a person */
} ngx_payments_decline_t;

/* a code that is not in the table counts as generic_decline; never NULL */
const ngx_payments_decline_t *ngx_payments_decline(const uint8_t *code,
    size_t len);


/* card_token.c: the simulator's card tokens (test mode) */

typedef struct {
    const char                   *failure; /* a decline code; NULL: approved */
    int                           pending; /* the answer comes later */
    int                           asks;    /* the customer must act first */
    const char                   *brand;
    const char                   *last4;
    uint32_t                      delay;   /* milliseconds before the answer */
} ngx_payments_card_token_t;

/* 0; -1 where the token is unknown */
int ngx_payments_card_token(const uint8_t *data, size_t len,
    ngx_payments_card_token_t *token);


#endif /* _NGX_PAYMENTS_DOMAIN_H_INCLUDED_ */

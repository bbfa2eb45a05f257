
#include "ngx_payments_replay.h"


/*
 * The value: "P1", HMAC-SHA256 over the key's name and all that follows, then
 * fingerprint, request id, object id, created_at, version, status, length of
 * the request line (big endian), the line, the body.
 */

#define NGX_PAYMENTS_REPLAY_MAC     2
#define NGX_PAYMENTS_REPLAY_FIXED   (NGX_PAYMENTS_REPLAY_MAC                 \
                                     + NGX_PAYMENTS_SHA256_LEN)
#define NGX_PAYMENTS_REPLAY_HEAD    (NGX_PAYMENTS_REPLAY_FIXED               \
                                     + NGX_PAYMENTS_SHA256_LEN               \
                                     + 2 * NGX_PAYMENTS_UUID_LEN             \
                                     + 8 + 4 + 2 + 2)


/* the share of Redis's answers that were there, of 65536: a moving mean over
   about 64 of them */

#define NGX_PAYMENTS_REPLAY_ONE    65536
#define NGX_PAYMENTS_REPLAY_LEAST  (NGX_PAYMENTS_REPLAY_ONE / 20)
#define NGX_PAYMENTS_REPLAY_EVERY  16

static ngx_uint_t  ngx_payments_replay_read;
static ngx_uint_t  ngx_payments_replay_share;
static ngx_uint_t  ngx_payments_replay_skipped;


void
ngx_payments_replay_init(ngx_payments_idempotency_conf_t *conf)
{
    ngx_payments_replay_read = conf->redis_read;
    ngx_payments_replay_share = NGX_PAYMENTS_REPLAY_ONE;
    ngx_payments_replay_skipped = 0;
}


ngx_uint_t
ngx_payments_replay_pays(void)
{
    return ngx_payments_replay_read == NGX_PAYMENTS_REDIS_READ_ON
           || (ngx_payments_replay_read == NGX_PAYMENTS_REDIS_READ_AUTO
               && ngx_payments_replay_share >= NGX_PAYMENTS_REPLAY_LEAST);
}


ngx_uint_t
ngx_payments_replay_wanted(void)
{
    if (ngx_payments_replay_pays()
        || ngx_payments_replay_read == NGX_PAYMENTS_REDIS_READ_OFF)
    {
        return ngx_payments_replay_read;
    }

    if (++ngx_payments_replay_skipped < NGX_PAYMENTS_REPLAY_EVERY) {
        return 0;
    }

    ngx_payments_replay_skipped = 0;

    return 1;
}


void
ngx_payments_replay_seen(ngx_uint_t there)
{
    ngx_payments_replay_share -= ngx_payments_replay_share / 64;

    if (there) {
        ngx_payments_replay_share += NGX_PAYMENTS_REPLAY_ONE / 64;
    }
}


void
ngx_payments_replay_key(ngx_payments_idempotency_key_t *key,
    u_char buffer[NGX_PAYMENTS_REPLAY_KEY_LEN], ngx_str_t *name)
{
    u_char  *p;

    p = ngx_sprintf(buffer, "{m:%L}:i:%xL:", key->merchant_id, key->database);
    p = ngx_hex_dump(p, key->hash, NGX_PAYMENTS_KEY_HASH_LEN);

    name->data = buffer;
    name->len = p - buffer;
}


static u_char *
ngx_payments_replay_put(u_char *p, uint64_t n, ngx_uint_t bytes)
{
    while (bytes-- > 0) {
        *p++ = (u_char) (n >> (8 * bytes));
    }

    return p;
}


static uint64_t
ngx_payments_replay_take(u_char **p, ngx_uint_t bytes)
{
    uint64_t  n;

    for (n = 0; bytes > 0; bytes--) {
        n = (n << 8) | *(*p)++;
    }

    return n;
}


/* the key's name goes in too: a value moved to another key is refused */

static ngx_int_t
ngx_payments_replay_mac(ngx_payments_idempotency_conf_t *conf, ngx_str_t *name,
    u_char *value, size_t len, u_char mac[NGX_PAYMENTS_SHA256_LEN])
{
    u_char               inner[NGX_PAYMENTS_REPLAY_KEY_LEN
                               + NGX_PAYMENTS_SHA256_LEN];
    ngx_payments_text_t  secret;

    secret.data = conf->secret.data;
    secret.len = conf->secret.len;

    ngx_memcpy(inner, name->data, name->len);

    if (ngx_payments_sha256(value + NGX_PAYMENTS_REPLAY_FIXED,
                            len - NGX_PAYMENTS_REPLAY_FIXED,
                            inner + name->len)
        != 0)
    {
        return NGX_ERROR;
    }

    return ngx_payments_hmac(&secret, inner,
                             name->len + NGX_PAYMENTS_SHA256_LEN, mac)
           == 0 ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_payments_replay_encode(ngx_payments_idempotency_conf_t *conf,
    ngx_payments_execution_t *execution, ngx_str_t *name, ngx_str_t *value)
{
    u_char                 *p;
    ngx_payments_record_t  *record = &execution->record;

    value->len = NGX_PAYMENTS_REPLAY_HEAD + record->request.len
                 + record->body.len;

    value->data = ngx_pnalloc(execution->pool, value->len);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    p = value->data;

    *p++ = 'P';
    *p++ = '1';

    p += NGX_PAYMENTS_SHA256_LEN;
    p = ngx_cpymem(p, execution->fingerprint, NGX_PAYMENTS_SHA256_LEN);
    p = ngx_cpymem(p, record->request_id, NGX_PAYMENTS_UUID_LEN);
    p = ngx_cpymem(p, record->object_id, NGX_PAYMENTS_UUID_LEN);
    p = ngx_payments_replay_put(p, (uint64_t) record->created_at, 8);
    p = ngx_payments_replay_put(p, record->version, 4);
    p = ngx_payments_replay_put(p, record->status, 2);
    p = ngx_payments_replay_put(p, record->request.len, 2);
    p = ngx_cpymem(p, record->request.data, record->request.len);

    if (record->body.len) {
        ngx_memcpy(p, record->body.data, record->body.len);
    }

    return ngx_payments_replay_mac(conf, name, value->data, value->len,
                                   value->data + NGX_PAYMENTS_REPLAY_MAC);
}


ngx_int_t
ngx_payments_replay_decode(ngx_payments_idempotency_conf_t *conf,
    ngx_payments_execution_t *execution, ngx_str_t *name, ngx_str_t *value,
    ngx_payments_record_t *record)
{
    u_char  *p, *fingerprint, *copy;
    u_char   mac[NGX_PAYMENTS_SHA256_LEN];

    if (value->len < NGX_PAYMENTS_REPLAY_HEAD
        || ngx_memcmp(value->data, "P1", 2) != 0
        || ngx_payments_replay_mac(conf, name, value->data, value->len, mac)
           != NGX_OK
        || !ngx_payments_equal(mac, value->data + NGX_PAYMENTS_REPLAY_MAC,
                               NGX_PAYMENTS_SHA256_LEN))
    {
        return NGX_DECLINED;
    }

    /* authentic: from here on the layout is our own */

    copy = ngx_pnalloc(execution->pool, value->len);
    if (copy == NULL) {
        return NGX_DECLINED;
    }

    ngx_memcpy(copy, value->data, value->len);

    fingerprint = copy + NGX_PAYMENTS_REPLAY_FIXED;
    p = fingerprint + NGX_PAYMENTS_SHA256_LEN;

    ngx_memcpy(record->request_id, p, NGX_PAYMENTS_UUID_LEN);
    p += NGX_PAYMENTS_UUID_LEN;
    ngx_memcpy(record->object_id, p, NGX_PAYMENTS_UUID_LEN);
    p += NGX_PAYMENTS_UUID_LEN;

    record->created_at = (int64_t) ngx_payments_replay_take(&p, 8);
    record->version = (ngx_uint_t) ngx_payments_replay_take(&p, 4);
    record->status = (ngx_uint_t) ngx_payments_replay_take(&p, 2);
    record->request.len = (size_t) ngx_payments_replay_take(&p, 2);

    if (record->request.len > (size_t) (copy + value->len - p)) {
        return NGX_DECLINED;
    }

    record->request.data = p;
    p += record->request.len;

    record->body.data = p;
    record->body.len = copy + value->len - p;

    if (record->created_at + (int64_t) conf->ttl * 1000000
        - NGX_PAYMENTS_KEY_EARLY
        <= ngx_payments_pg_now())
    {
        return NGX_DECLINED;
    }

    if (ngx_memcmp(fingerprint, execution->fingerprint,
                   NGX_PAYMENTS_SHA256_LEN)
        != 0)
    {
        return NGX_ABORT;
    }

    return NGX_OK;
}

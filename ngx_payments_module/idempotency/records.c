
/*
 * Completed answers in shared memory: the first and cheapest place where a
 * replay is found.
 *
 * Four tables by size, each of buckets with eight places.  A record goes where
 * its key's hash says, to the place in that bucket that is free, or expired, or
 * the oldest: there is no list to keep in order and nothing to be left broken.
 * Readers take no lock: a place whose version is odd, or has changed when the
 * copy is made, is as good as none.
 */

#include "ngx_payments_shared.h"


#define NGX_PAYMENTS_RECORD_CLASSES  4
#define NGX_PAYMENTS_RECORD_WAYS     8


typedef struct {
    ngx_atomic_t                  version;     /* odd: being written; 0: free */
    ngx_payments_idempotency_key_t  key;
    int64_t                       created_at;
    u_char                        fingerprint[NGX_PAYMENTS_SHA256_LEN];
    u_char                        raw[NGX_PAYMENTS_SHA256_LEN];
    u_char                        request_id[NGX_PAYMENTS_UUID_LEN];
    u_char                        object_id[NGX_PAYMENTS_UUID_LEN];
    uint32_t                      object_version;
    uint32_t                      body;        /* its length */
    uint16_t                      line;        /* likewise */
    uint16_t                      status;
    u_char                        data[];      /* line and body */
} ngx_payments_record_entry_t;


typedef struct {
    size_t                        size;        /* of a place */
    ngx_uint_t                    buckets;     /* a power of two, or 0 */
    uint64_t                     *tags;        /* of each place: a line of
                                                  cache for a bucket; 0: free */
    u_char                       *places;
} ngx_payments_record_class_t;


typedef struct {
    ngx_payments_record_class_t   classes[NGX_PAYMENTS_RECORD_CLASSES];
} ngx_payments_records_t;


/* most answers are payments of about 1.2 KB; the shares are of the memory, in
   sixteenths */

static const struct {
    size_t                        size;
    ngx_uint_t                    share;
} ngx_payments_record_sizes[NGX_PAYMENTS_RECORD_CLASSES] = {
    { 768, 2 }, { 1536, 10 }, { 4096, 3 }, { 65536, 1 }
};


static ngx_payments_records_t           *ngx_payments_records;
static ngx_slab_pool_t                  *ngx_payments_records_pool;
static ngx_payments_idempotency_conf_t  *ngx_payments_records_conf;


size_t
ngx_payments_records_size(void *area, size_t size, ngx_uint_t on)
{
    u_char                       *p;
    size_t                        bucket, used;
    ngx_uint_t                    i;
    ngx_payments_records_t       *records = area;
    ngx_payments_record_class_t  *class;

    p = (u_char *) area + ngx_align(sizeof(ngx_payments_records_t), 64);
    size = (size > 4096) ? size - (p - (u_char *) area) - 64 * 8 : 0;
    used = 0;

    for (i = 0; i < NGX_PAYMENTS_RECORD_CLASSES; i++) {
        class = &records->classes[i];
        class->size = ngx_payments_record_sizes[i].size;
        class->buckets = 0;

        bucket = NGX_PAYMENTS_RECORD_WAYS * (class->size + sizeof(uint64_t));

        if (on) {

            /* any number will do: the hash is spread by a multiplication */

            class->buckets = size / 16 * ngx_payments_record_sizes[i].share
                             / bucket;
        }

        class->tags = (uint64_t *) p;
        p += class->buckets * NGX_PAYMENTS_RECORD_WAYS * sizeof(uint64_t);
        p = ngx_align_ptr(p, 64);

        class->places = p;
        p += class->buckets * NGX_PAYMENTS_RECORD_WAYS * class->size;

        used += class->buckets * bucket;
    }

    return used;
}


void
ngx_payments_records_init(void *area, ngx_slab_pool_t *shpool,
    ngx_payments_idempotency_conf_t *conf)
{
    ngx_payments_records = conf->cache ? area : NULL;
    ngx_payments_records_pool = shpool;
    ngx_payments_records_conf = conf;
}


/* the bucket of a key in a class: its first place's number */

static ngx_uint_t
ngx_payments_records_bucket(ngx_payments_record_class_t *class, uint64_t tag)
{
    return (ngx_uint_t) (((tag >> 32) * class->buckets) >> 32)
           * NGX_PAYMENTS_RECORD_WAYS;
}


static ngx_payments_record_entry_t *
ngx_payments_records_entry(ngx_payments_record_class_t *class, ngx_uint_t n)
{
    return (ngx_payments_record_entry_t *) (class->places + n * class->size);
}


static ngx_uint_t
ngx_payments_records_same(ngx_payments_record_entry_t *entry,
    ngx_payments_idempotency_key_t *key)
{
    return entry->key.merchant_id == key->merchant_id
           && entry->key.database == key->database
           && ngx_memcmp(entry->key.hash, key->hash,
                         NGX_PAYMENTS_KEY_HASH_LEN)
              == 0;
}


/* a little early: this worker's idea of PostgreSQL's clock may be behind it,
   and PostgreSQL answers those that ask at the very end */

static ngx_uint_t
ngx_payments_records_expired(int64_t created_at)
{
    return created_at + (int64_t) ngx_payments_records_conf->ttl * 1000000
           - NGX_PAYMENTS_KEY_EARLY
           <= ngx_payments_pg_now();
}


/* a copy that is whole, or NGX_DECLINED */

static ngx_int_t
ngx_payments_records_copy(ngx_payments_record_entry_t *entry, size_t size,
    ngx_payments_idempotency_key_t *key, const u_char *fingerprint,
    const u_char *raw, ngx_pool_t *pool, ngx_payments_record_t *record)
{
    u_char             *data;
    size_t              line, body;
    ngx_uint_t          same;
    ngx_atomic_uint_t   version;

    version = entry->version;

    if (version == 0 || (version & 1)) {
        return NGX_DECLINED;
    }

    ngx_memory_barrier();

    line = entry->line;
    body = entry->body;

    if (!ngx_payments_records_same(entry, key)
        || (raw != NULL
            && ngx_memcmp(entry->raw, raw, NGX_PAYMENTS_SHA256_LEN) != 0)
        || line + body > size - sizeof(ngx_payments_record_entry_t))
    {
        return NGX_DECLINED;
    }

    data = ngx_pnalloc(pool, line + body + 1);
    if (data == NULL) {
        return NGX_DECLINED;
    }

    same = (raw != NULL
            || ngx_memcmp(entry->fingerprint, fingerprint,
                          NGX_PAYMENTS_SHA256_LEN)
               == 0);

    record->status = entry->status;
    record->version = entry->object_version;
    record->created_at = entry->created_at;
    ngx_memcpy(record->request_id, entry->request_id, NGX_PAYMENTS_UUID_LEN);
    ngx_memcpy(record->object_id, entry->object_id, NGX_PAYMENTS_UUID_LEN);
    ngx_memcpy(data, entry->data, line + body);

    ngx_memory_barrier();

    if (entry->version != version
        || ngx_payments_records_expired(record->created_at))
    {
        return NGX_DECLINED;
    }

    record->request.data = data;
    record->request.len = line;
    record->body.data = data + line;
    record->body.len = body;

    return same ? NGX_OK : NGX_ABORT;
}


/* the next place that has this tag, from *i on; NULL: there is none */

static ngx_payments_record_class_t *
ngx_payments_records_next(uint64_t tag, ngx_uint_t *i, ngx_uint_t *n)
{
    ngx_payments_record_class_t  *class;

    while (*i < NGX_PAYMENTS_RECORD_CLASSES * NGX_PAYMENTS_RECORD_WAYS) {
        class = &ngx_payments_records->classes[*i / NGX_PAYMENTS_RECORD_WAYS];
        *n = ngx_payments_records_bucket(class, tag)
             + (*i)++ % NGX_PAYMENTS_RECORD_WAYS;

        if (class->buckets && class->tags[*n] == tag) {
            return class;
        }
    }

    return NULL;
}


ngx_int_t
ngx_payments_records_get(ngx_payments_idempotency_key_t *key,
    const u_char *fingerprint, const u_char *raw, ngx_pool_t *pool,
    ngx_payments_record_t *record)
{
    uint64_t                      tag;
    ngx_int_t                     rc;
    ngx_uint_t                    i, n;
    ngx_payments_record_class_t  *class;

    if (ngx_payments_records == NULL || key->database == 0) {
        return NGX_DECLINED;
    }

    tag = ngx_payments_key_tag(key);
    i = 0;

    for ( ;; ) {
        class = ngx_payments_records_next(tag, &i, &n);

        if (class == NULL) {
            return NGX_DECLINED;
        }

        rc = ngx_payments_records_copy(ngx_payments_records_entry(class, n),
                                       class->size, key, fingerprint, raw,
                                       pool, record);
        if (rc != NGX_DECLINED) {
            return rc;
        }
    }
}


ngx_uint_t
ngx_payments_records_have(ngx_payments_idempotency_key_t *key)
{
    ngx_uint_t  i, n;

    i = 0;

    return ngx_payments_records != NULL
           && ngx_payments_records_next(ngx_payments_key_tag(key), &i, &n)
              != NULL;
}


/* under the mutex: the place for a key, and whether what it has still counts */

static ngx_uint_t
ngx_payments_records_place(ngx_payments_record_class_t *class, uint64_t tag,
    ngx_uint_t *living)
{
    ngx_uint_t                    n, first, oldest;
    ngx_payments_record_entry_t  *entry, *old;

    first = ngx_payments_records_bucket(class, tag);
    oldest = first;
    *living = 0;

    for (n = first; n < first + NGX_PAYMENTS_RECORD_WAYS; n++) {
        entry = ngx_payments_records_entry(class, n);

        if (class->tags[n] == 0 || (entry->version & 1)) {
            return n;
        }

        old = ngx_payments_records_entry(class, oldest);

        if (entry->created_at < old->created_at) {
            oldest = n;
        }
    }

    *living = !ngx_payments_records_expired(
                  ngx_payments_records_entry(class, oldest)->created_at);

    return oldest;
}


/* under the mutex: an answer to an earlier use of the key counts no more */

static void
ngx_payments_records_invalidate(ngx_payments_idempotency_key_t *key,
    uint64_t tag)
{
    ngx_uint_t                    i, n;
    ngx_payments_record_class_t  *class;

    i = 0;

    for ( ;; ) {
        class = ngx_payments_records_next(tag, &i, &n);

        if (class == NULL) {
            return;
        }

        if (ngx_payments_records_same(ngx_payments_records_entry(class, n),
                                      key))
        {
            class->tags[n] = 0;
        }
    }
}


static void
ngx_payments_records_write(ngx_payments_record_entry_t *entry,
    ngx_payments_idempotency_key_t *key, const u_char *fingerprint,
    const u_char *raw, ngx_payments_record_t *record)
{
    ngx_atomic_uint_t  version;

    version = entry->version | 1;

    entry->version = version;
    ngx_memory_barrier();

    entry->key = *key;
    entry->created_at = record->created_at;
    entry->object_version = (uint32_t) record->version;
    entry->status = (uint16_t) record->status;
    entry->line = (uint16_t) record->request.len;
    entry->body = (uint32_t) record->body.len;

    ngx_memcpy(entry->fingerprint, fingerprint, NGX_PAYMENTS_SHA256_LEN);
    ngx_memcpy(entry->raw, raw, NGX_PAYMENTS_SHA256_LEN);
    ngx_memcpy(entry->request_id, record->request_id, NGX_PAYMENTS_UUID_LEN);
    ngx_memcpy(entry->object_id, record->object_id, NGX_PAYMENTS_UUID_LEN);
    ngx_memcpy(entry->data, record->request.data, record->request.len);

    if (record->body.len) {
        ngx_memcpy(entry->data + record->request.len, record->body.data,
                   record->body.len);
    }

    ngx_memory_barrier();
    entry->version = version + 1;
}


void
ngx_payments_records_put(ngx_payments_idempotency_key_t *key,
    const u_char *fingerprint, const u_char *raw,
    ngx_payments_record_t *record)
{
    size_t                        need;
    uint64_t                      tag;
    ngx_uint_t                    i, n, living;
    ngx_payments_record_class_t  *class;

    if (ngx_payments_records == NULL || key->database == 0
        || ngx_payments_records_expired(record->created_at))
    {
        return;
    }

    need = sizeof(ngx_payments_record_entry_t) + record->request.len
           + record->body.len;

    for (i = 0; i < NGX_PAYMENTS_RECORD_CLASSES; i++) {
        class = &ngx_payments_records->classes[i];

        if (need <= class->size && class->buckets) {
            break;
        }
    }

    if (i == NGX_PAYMENTS_RECORD_CLASSES) {
        ngx_payments_status_add(NGX_PAYMENTS_M_RECORDS_REFUSED, 1);
        return;
    }

    tag = ngx_payments_key_tag(key);

    ngx_shmtx_lock(&ngx_payments_records_pool->mutex);

    ngx_payments_records_invalidate(key, tag);
    n = ngx_payments_records_place(class, tag, &living);

    class->tags[n] = tag;
    ngx_payments_records_write(ngx_payments_records_entry(class, n), key,
                               fingerprint, raw, record);

    ngx_shmtx_unlock(&ngx_payments_records_pool->mutex);

    if (living) {
        ngx_payments_status_add(NGX_PAYMENTS_M_RECORDS_EVICTED, 1);
    }
}


void
ngx_payments_records_count(ngx_uint_t *records, ngx_uint_t *places)
{
    ngx_uint_t                    i, j, n;
    ngx_payments_record_class_t  *class;

    *records = 0;
    *places = 0;

    for (i = 0; ngx_payments_records && i < NGX_PAYMENTS_RECORD_CLASSES; i++) {
        class = &ngx_payments_records->classes[i];
        n = class->buckets * NGX_PAYMENTS_RECORD_WAYS;

        for (j = 0; j < n; j++) {
            *records += (class->tags[j] != 0);
        }

        *places += n;
    }
}

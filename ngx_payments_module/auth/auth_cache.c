
/*
 * What is known of API keys, in shared memory: one look-up serves all workers.
 * Two tables, since keys that do not exist must not push out those that do.
 *
 * Readers take no lock: an entry whose version is odd, or changes while it is
 * copied, is as good as none.  Writers hold the zone's mutex, which the master
 * gives free when one of them dies; the entry it left odd is written again.
 */

#include "ngx_payments_auth_cache.h"


#define NGX_PAYMENTS_AUTH_BUCKETS  512     /* of each table; a power of two */
#define NGX_PAYMENTS_AUTH_WAYS     8
#define NGX_PAYMENTS_AUTH_AGAIN    200     /* ms, then another worker may ask */


typedef struct {
    ngx_atomic_t                  version;     /* odd: being written; 0: free */
    ngx_atomic_t                  asked;       /* ngx_current_msec of who renews
                                                  it */
    ngx_atomic_t                  used;        /* since the last sweep */
    ngx_payments_auth_t           auth;
} ngx_payments_auth_entry_t;


typedef struct {
    ngx_payments_auth_entry_t     entries[2][NGX_PAYMENTS_AUTH_BUCKETS]
                                         [NGX_PAYMENTS_AUTH_WAYS];
} ngx_payments_auth_table_t;


static ngx_int_t ngx_payments_auth_init_zone(ngx_shm_zone_t *shm_zone,
    void *data);


/* this process's: a configuration that fails must not change it */

static ngx_payments_auth_table_t  *ngx_payments_auth_table;
static ngx_shmtx_t                *ngx_payments_auth_mutex;


ngx_shm_zone_t *
ngx_payments_auth_zone(ngx_conf_t *cf, void *tag)
{
    ngx_str_t        name = ngx_string("payments_keys");
    ngx_shm_zone_t  *zone;

    zone = ngx_shared_memory_add(cf, &name, sizeof(ngx_payments_auth_table_t)
                                            + 16 * ngx_pagesize, tag);

    if (zone != NULL) {
        zone->init = ngx_payments_auth_init_zone;
    }

    return zone;
}


void
ngx_payments_auth_cache_init(ngx_shm_zone_t *zone)
{
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    ngx_payments_auth_table = zone->data;
    ngx_payments_auth_mutex = &shpool->mutex;
}


static ngx_int_t
ngx_payments_auth_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (data == NULL && !shm_zone->shm.exists) {
        shpool->data = ngx_slab_calloc(shpool,
                                       sizeof(ngx_payments_auth_table_t));
    }

    shm_zone->data = shpool->data;

    return shm_zone->data ? NGX_OK : NGX_ERROR;
}


static ngx_payments_auth_entry_t *
ngx_payments_auth_bucket(const u_char *hash, ngx_uint_t found)
{
    ngx_uint_t  n;

    n = (((ngx_uint_t) hash[0] << 8) | hash[1])
        & (NGX_PAYMENTS_AUTH_BUCKETS - 1);

    return ngx_payments_auth_table->entries[found ? 0 : 1][n];
}


/* a copy that is whole; NGX_DECLINED: it is being written, or another key's */

static ngx_int_t
ngx_payments_auth_copy(ngx_payments_auth_entry_t *entry, const u_char *hash,
    ngx_payments_auth_t *auth)
{
    ngx_atomic_uint_t  version;

    version = entry->version;

    if (version == 0 || (version & 1)) {
        return NGX_DECLINED;
    }

    ngx_memory_barrier();
    *auth = entry->auth;
    ngx_memory_barrier();

    return (entry->version == version
            && ngx_payments_equal(auth->hash, hash, NGX_PAYMENTS_SHA256_LEN))
           ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_payments_auth_cache_get(const u_char *hash, ngx_payments_auth_t *auth)
{
    ngx_uint_t                  i, table;
    ngx_payments_auth_entry_t  *entry;

    if (ngx_payments_auth_table == NULL) {
        return NGX_DECLINED;
    }

    for (table = 0; table < 2; table++) {
        entry = ngx_payments_auth_bucket(hash, !table);

        for (i = 0; i < NGX_PAYMENTS_AUTH_WAYS; i++) {

            if (ngx_payments_auth_copy(&entry[i], hash, auth) != NGX_OK) {
                continue;
            }

            if (!entry[i].used) {
                entry[i].used = 1;
            }

            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


ngx_uint_t
ngx_payments_auth_cache_may_renew(const ngx_payments_auth_t *auth)
{
    ngx_uint_t                  i;
    ngx_atomic_uint_t           asked;
    ngx_payments_auth_t         copy;
    ngx_payments_auth_entry_t  *entry;

    entry = ngx_payments_auth_bucket(auth->hash, auth->found);

    for (i = 0; i < NGX_PAYMENTS_AUTH_WAYS; i++, entry++) {

        if (ngx_payments_auth_copy(entry, auth->hash, &copy) != NGX_OK) {
            continue;
        }

        asked = entry->asked;

        return (ngx_msec_t) (ngx_current_msec - asked)
               >= NGX_PAYMENTS_AUTH_AGAIN
               && ngx_atomic_cmp_set(&entry->asked, asked, ngx_current_msec);
    }

    return 1;
}


/* where it stands, or else what was looked up longest ago */

static ngx_payments_auth_entry_t *
ngx_payments_auth_place(const ngx_payments_auth_t *auth, ngx_uint_t found)
{
    ngx_uint_t                  i;
    ngx_payments_auth_entry_t  *entry, *oldest;

    entry = ngx_payments_auth_bucket(auth->hash, found);
    oldest = entry;

    for (i = 0; i < NGX_PAYMENTS_AUTH_WAYS; i++, entry++) {

        if (entry->version != 0
            && ngx_payments_equal(entry->auth.hash, auth->hash,
                                  NGX_PAYMENTS_SHA256_LEN))
        {
            return entry;
        }

        if (oldest->version != 0
            && (entry->version == 0
                || (ngx_msec_int_t) (entry->auth.sent - oldest->auth.sent) < 0))
        {
            oldest = entry;
        }
    }

    return oldest;
}


static void
ngx_payments_auth_write(ngx_payments_auth_entry_t *entry,
    const ngx_payments_auth_t *auth)
{
    ngx_atomic_uint_t  version;

    version = entry->version | 1;

    entry->version = version;
    ngx_memory_barrier();
    entry->auth = *auth;
    entry->used = 1;
    ngx_memory_barrier();
    entry->version = version + 1;
}


void
ngx_payments_auth_cache_put(const ngx_payments_auth_t *auth)
{
    ngx_payments_auth_t         none;
    ngx_payments_auth_entry_t  *entry;

    ngx_shmtx_lock(ngx_payments_auth_mutex);

    entry = ngx_payments_auth_place(auth, auth->found);

    /* two look-ups may end in the other order than they were sent */

    if (entry->version == 0
        || !ngx_payments_equal(entry->auth.hash, auth->hash,
                               NGX_PAYMENTS_SHA256_LEN)
        || (ngx_msec_int_t) (auth->sent - entry->auth.sent) >= 0)
    {
        ngx_payments_auth_write(entry, auth);
    }

    /* what it was before it appeared, or vanished, is not true any more */

    entry = ngx_payments_auth_place(auth, !auth->found);

    if (entry->version != 0
        && ngx_payments_equal(entry->auth.hash, auth->hash,
                              NGX_PAYMENTS_SHA256_LEN)
        && (ngx_msec_int_t) (auth->sent - entry->auth.sent) >= 0)
    {
        ngx_memzero(&none, sizeof(ngx_payments_auth_t));
        ngx_payments_auth_write(entry, &none);
    }

    ngx_shmtx_unlock(ngx_payments_auth_mutex);
}


ngx_uint_t
ngx_payments_auth_cache_sweep(ngx_uint_t *from, ngx_payments_auth_t *auth)
{
    ngx_payments_auth_entry_t  *entry;

    while (*from < NGX_PAYMENTS_AUTH_BUCKETS * NGX_PAYMENTS_AUTH_WAYS) {
        entry = &ngx_payments_auth_table->entries[0][0][0] + (*from)++;

        if (entry->used && !(entry->version & 1)) {
            entry->used = 0;
            *auth = entry->auth;

            if (auth->found) {
                return 1;
            }
        }
    }

    return 0;
}

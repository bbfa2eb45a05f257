
#include "ngx_payments_status.h"


#define NGX_PAYMENTS_STATUS_SLOTS    64
#define NGX_PAYMENTS_STATUS_BUCKETS  16
#define NGX_PAYMENTS_STATUS_STATES   48


typedef struct {
    const char                   *name;
    const char                   *labels;
    const char                   *type;
    const char                   *help;
} ngx_payments_metric_t;


typedef struct {
    const char                   *name;
    const char                   *labels;
    const char                   *help;
    ngx_uint_t                    seconds;
    uint64_t                      bounds[NGX_PAYMENTS_STATUS_BUCKETS];
} ngx_payments_histogram_t;


typedef struct {
    ngx_atomic_t                  buckets[NGX_PAYMENTS_STATUS_BUCKETS + 1];
    ngx_atomic_t                  sum;
} ngx_payments_histogram_slot_t;


/* errors by SQLSTATE: its five characters as a number; 0: free */

typedef struct {
    ngx_atomic_t                  state;
    ngx_atomic_t                  count;
} ngx_payments_state_slot_t;


/* a worker's slot; padded so that two workers share no cache line */

typedef struct {
    ngx_atomic_t                  pid;         /* 0: free */
    ngx_payments_state_slot_t     states[NGX_PAYMENTS_STATUS_STATES];
    ngx_atomic_t                  metrics[NGX_PAYMENTS_M_LAST];
    ngx_payments_histogram_slot_t histograms[NGX_PAYMENTS_H_LAST];
    ngx_atomic_t                  requests[NGX_PAYMENTS_STATUS_OPERATIONS]
                                          [NGX_PAYMENTS_STATUS_CODES];
    u_char                        padding[128];
} ngx_payments_status_slot_t;


/* rows of one family stand together, in the order of ngx_payments_metric_e */

static const ngx_payments_metric_t  ngx_payments_metrics[] = {
    { "payments_idempotency_total", "result=\"executed\"", "counter",
      "Keyed requests by how they were answered." },
    { "payments_idempotency_total", "result=\"replayed_shared\"", NULL, NULL },
    { "payments_idempotency_total", "result=\"replayed_redis\"", NULL, NULL },
    { "payments_idempotency_total", "result=\"replayed_postgresql\"", NULL,
      NULL },
    { "payments_idempotency_total", "result=\"collapsed\"", NULL, NULL },
    { "payments_idempotency_total", "result=\"reused\"", NULL, NULL },
    { "payments_idempotency_total", "result=\"in_use\"", NULL, NULL },
    { "payments_idempotency_parked", NULL, "gauge",
      "Requests that wait for an execution of the same key." },
    { "payments_idempotency_executing", NULL, "gauge",
      "Executions under way." },
    { "payments_idempotency_zone_full_total", "what=\"executions\"", "counter",
      "What found no place in shared memory, or took it from another." },
    { "payments_idempotency_zone_full_total", "what=\"evicted\"", NULL, NULL },
    { "payments_idempotency_zone_full_total", "what=\"too_large\"", NULL,
      NULL },
    { "payments_shared_lookups_total", "result=\"hit\"", "counter",
      "Lookups of completed answers in shared memory, by result." },
    { "payments_shared_lookups_total", "result=\"miss\"", NULL, NULL },
    { "payments_redis_commands_total", "result=\"hit\"", "counter",
      "Redis lookups by result." },
    { "payments_redis_commands_total", "result=\"miss\"", NULL, NULL },
    { "payments_redis_commands_total", "result=\"bad_value\"", NULL, NULL },
    { "payments_redis_commands_total", "result=\"timeout\"", NULL, NULL },
    { "payments_redis_commands_total", "result=\"skipped\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"noperm\"", "counter",
      "Commands that Redis refused, by the word that it gave." },
    { "payments_redis_refused_total", "reason=\"noauth\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"oom\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"readonly\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"clusterdown\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"noreplicas\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"loading\"", NULL, NULL },
    { "payments_redis_refused_total", "reason=\"other\"", NULL, NULL },
    { "payments_redis_connects_total", NULL, "counter",
      "Connections made to Redis." },
    { "payments_postgresql_connects_total", "result=\"ok\"", "counter",
      "Connection attempts to PostgreSQL." },
    { "payments_postgresql_connects_total", "result=\"failed\"", NULL, NULL },
    { "payments_postgresql_disconnects_total", NULL, "counter",
      "Connections to PostgreSQL that ended after they had stood." },
    { "payments_postgresql_connections", "state=\"connecting\"", "gauge",
      "Connections to PostgreSQL by state." },
    { "payments_postgresql_connections", "state=\"preparing\"", NULL, NULL },
    { "payments_postgresql_connections", "state=\"idle\"", NULL, NULL },
    { "payments_postgresql_connections", "state=\"busy\"", NULL, NULL },
    { "payments_postgresql_connections", "state=\"full\"", NULL, NULL },
    { "payments_postgresql_connections", "state=\"stuck\"", NULL, NULL },
    { "payments_postgresql_queued", "queue=\"write\"", "gauge",
      "Items that wait for a connection." },
    { "payments_postgresql_queued", "queue=\"read\"", NULL, NULL },
    { "payments_postgresql_queued", "queue=\"list\"", NULL, NULL },
    { "payments_postgresql_queued", "queue=\"control\"", NULL, NULL },
    { "payments_postgresql_queued", "queue=\"background\"", NULL, NULL },
    { "payments_postgresql_calls_total", "queue=\"write\"", "counter",
      "SQL calls sent; each carries a batch of items." },
    { "payments_postgresql_calls_total", "queue=\"read\"", NULL, NULL },
    { "payments_postgresql_calls_total", "queue=\"list\"", NULL, NULL },
    { "payments_postgresql_calls_total", "queue=\"control\"", NULL, NULL },
    { "payments_postgresql_calls_total", "queue=\"background\"", NULL, NULL },
    { "payments_postgresql_items_total", "outcome=\"done\"", "counter",
      "Items by outcome." },
    { "payments_postgresql_items_total", "outcome=\"failed\"", NULL, NULL },
    { "payments_postgresql_items_total", "outcome=\"not_executed\"", NULL,
      NULL },
    { "payments_postgresql_items_total", "outcome=\"unknown\"", NULL, NULL },
    { "payments_postgresql_items_total", "outcome=\"overloaded\"", NULL,
      NULL },
    { "payments_postgresql_retries_total", "reason=\"not_executed\"",
      "counter", "Items sent again." },
    { "payments_postgresql_retries_total", "reason=\"unknown\"", NULL, NULL },
    { "payments_postgresql_unknown_total", "resolved=\"done\"", "counter",
      "Items whose answer was lost, by what was found out." },
    { "payments_postgresql_unknown_total", "resolved=\"failed\"", NULL,
      NULL },
    { "payments_postgresql_unknown_total", "resolved=\"no\"", NULL, NULL },
    { "payments_postgresql_degraded_commits_total", NULL, "counter",
      "Calls that committed without the standby they should wait for." },
    { "payments_postgresql_primaries_total", NULL, "counter",
      "Times that another server was found to be the primary." },
    { "payments_postgresql_replica_reads_total", "result=\"answered\"",
      "counter", "Reads sent to a replica; what one does not answer the "
      "primary does." },
    { "payments_postgresql_replica_reads_total", "result=\"passed_on\"",
      NULL, NULL },
    { "payments_postgresql_replica_behind_total", NULL, "counter",
      "Calls that a replica could not answer yet: it lacked what they must "
      "see." },
    { "payments_postgresql_misplaced_total", NULL, "counter",
      "Items that a shard refused: their merchant is in another one, or on "
      "the way there." },
    { "payments_authentication_lookups_total", NULL, "counter",
      "API keys looked up in PostgreSQL." },
    { "payments_outbound_connections", "state=\"busy\"", "gauge",
      "Connections of calls to other hosts, by state." },
    { "payments_outbound_connections", "state=\"idle\"", NULL, NULL },
    { "payments_outbound_connects_total", "result=\"ok\"", "counter",
      "Connection attempts to other hosts." },
    { "payments_outbound_connects_total", "result=\"failed\"", NULL, NULL },
    { "payments_outbound_calls_total", "outcome=\"not_sent\"", "counter",
      "Calls to other hosts by outcome." },
    { "payments_outbound_calls_total", "outcome=\"unknown\"", NULL, NULL },
    { "payments_outbound_calls_total", "outcome=\"answered\"", NULL, NULL },
    { "payments_outbound_calls_total", "outcome=\"canceled\"", NULL, NULL },
    { "payments_outbound_resent_total", NULL, "counter",
      "Calls sent twice, since a kept connection was closed." }
};


/* microseconds */

#define NGX_PAYMENTS_BOUNDS_TIME                                              \
    { 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,   \
      500000, 1000000, 2500000, 5000000, 10000000 }

#define NGX_PAYMENTS_BOUNDS_ITEMS                                             \
    { 1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024 }


static const ngx_payments_histogram_t  ngx_payments_histograms[] = {
    { "payments_request_duration_seconds", NULL,
      "From the request's header to its answer.", 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_queue_seconds", "queue=\"write\"",
      "What items wait for a connection.", 1, NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_queue_seconds", "queue=\"read\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_queue_seconds", "queue=\"list\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_queue_seconds", "queue=\"control\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_queue_seconds", "queue=\"background\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_batch_items", "queue=\"write\"",
      "Items in one SQL call.", 0, NGX_PAYMENTS_BOUNDS_ITEMS },
    { "payments_postgresql_batch_items", "queue=\"read\"", NULL, 0,
      NGX_PAYMENTS_BOUNDS_ITEMS },
    { "payments_postgresql_batch_items", "queue=\"list\"", NULL, 0,
      NGX_PAYMENTS_BOUNDS_ITEMS },
    { "payments_postgresql_batch_items", "queue=\"control\"", NULL, 0,
      NGX_PAYMENTS_BOUNDS_ITEMS },
    { "payments_postgresql_batch_items", "queue=\"background\"", NULL, 0,
      NGX_PAYMENTS_BOUNDS_ITEMS },
    { "payments_postgresql_call_duration_seconds", "queue=\"write\"",
      "From sending an SQL call to the proof of its commit.", 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_call_duration_seconds", "queue=\"read\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_call_duration_seconds", "queue=\"list\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_call_duration_seconds", "queue=\"control\"", NULL, 1,
      NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_postgresql_call_duration_seconds", "queue=\"background\"",
      NULL, 1, NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_redis_duration_seconds", NULL,
      "From a command to its reply.", 1, NGX_PAYMENTS_BOUNDS_TIME },
    { "payments_outbound_duration_seconds", NULL,
      "From the start of a call to its outcome.", 1, NGX_PAYMENTS_BOUNDS_TIME }
};


/* statuses that the API gives; the last entry takes whatever else comes */

static const ngx_uint_t  ngx_payments_codes[NGX_PAYMENTS_STATUS_CODES] = {
    200, 201, 202, 204, 304, 400, 401, 402, 403, 404, 405, 406, 408, 409, 411,
    412, 413, 414, 415, 422, 429, 431, 499, 500, 501, 502, 503, 504, 0, 0, 0, 0
};


static ngx_int_t ngx_payments_status_init_zone(ngx_shm_zone_t *shm_zone,
    void *data);


/* this process's; the slot is never stored in shm */

static ngx_shm_zone_t              *ngx_payments_status_shm;
static ngx_payments_status_slot_t  *ngx_payments_status_slot;


size_t
ngx_payments_status_size(void)
{
    return sizeof(ngx_payments_status_slot_t) * NGX_PAYMENTS_STATUS_SLOTS
           + 16 * ngx_pagesize;
}


ngx_shm_zone_t *
ngx_payments_status_zone(ngx_conf_t *cf, size_t size, void *tag)
{
    ngx_str_t        name = ngx_string("payments_status");
    ngx_shm_zone_t  *shm_zone;

    shm_zone = ngx_shared_memory_add(cf, &name, size, tag);

    if (shm_zone != NULL) {
        shm_zone->init = ngx_payments_status_init_zone;
    }

    return shm_zone;
}


static ngx_int_t
ngx_payments_status_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t             *shpool;
    ngx_payments_status_slot_t  *slots;

    if (data) {
        shm_zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shm_zone->shm.exists) {
        shm_zone->data = shpool->data;
        return NGX_OK;
    }

    slots = ngx_slab_calloc(shpool, sizeof(ngx_payments_status_slot_t)
                                    * NGX_PAYMENTS_STATUS_SLOTS);
    if (slots == NULL) {
        return NGX_ERROR;
    }

    shpool->data = slots;
    shm_zone->data = slots;

    return NGX_OK;
}


/* a gauge is what a living worker has in hand, a counter what was */

static ngx_uint_t
ngx_payments_status_is_gauge(ngx_uint_t metric)
{
    while (ngx_payments_metrics[metric].type == NULL) {
        metric--;
    }

    return ngx_payments_metrics[metric].type[0] == 'g';
}


static ngx_uint_t
ngx_payments_status_alive(ngx_atomic_uint_t pid)
{
    return pid != 0 && (kill((ngx_pid_t) pid, 0) == 0 || ngx_errno != ESRCH);
}


void
ngx_payments_status_init(ngx_shm_zone_t *zone)
{
    ngx_uint_t                   i, m;
    ngx_atomic_uint_t            pid;
    ngx_payments_status_slot_t  *slots;

    ngx_payments_status_shm = zone;
    ngx_payments_status_slot = NULL;

    slots = ngx_payments_status_shm->data;

    for (i = 0; i < NGX_PAYMENTS_STATUS_SLOTS; i++) {
        pid = slots[i].pid;

        if (!ngx_payments_status_alive(pid)
            && ngx_atomic_cmp_set(&slots[i].pid, pid,
                                  (ngx_atomic_uint_t) ngx_pid))
        {
            break;
        }
    }

    if (i == NGX_PAYMENTS_STATUS_SLOTS) {

        /* more workers than slots: some share one, additions are atomic */

        ngx_payments_status_slot = &slots[ngx_worker % i];
        return;
    }

    for (m = 0; m < NGX_PAYMENTS_M_LAST; m++) {
        if (ngx_payments_status_is_gauge(m)) {
            slots[i].metrics[m] = 0;
        }
    }

    ngx_payments_status_slot = &slots[i];
}


void
ngx_payments_status_exit(void)
{
    if (ngx_payments_status_slot != NULL) {
        (void) ngx_atomic_cmp_set(&ngx_payments_status_slot->pid,
                                  (ngx_atomic_uint_t) ngx_pid, 0);
        ngx_payments_status_slot = NULL;
    }
}


void
ngx_payments_status_add(ngx_payments_metric_e metric, ngx_int_t n)
{
    if (ngx_payments_status_slot != NULL) {
        (void) ngx_atomic_fetch_add(&ngx_payments_status_slot->metrics[metric],
                                    n);
    }
}


void
ngx_payments_status_observe(ngx_payments_histogram_e histogram,
    uint64_t value)
{
    ngx_uint_t                      i;
    ngx_payments_histogram_slot_t  *h;

    if (ngx_payments_status_slot == NULL) {
        return;
    }

    for (i = 0; i < NGX_PAYMENTS_STATUS_BUCKETS; i++) {
        if (value <= ngx_payments_histograms[histogram].bounds[i]) {
            break;
        }
    }

    h = &ngx_payments_status_slot->histograms[histogram];

    (void) ngx_atomic_fetch_add(&h->buckets[i], 1);
    (void) ngx_atomic_fetch_add(&h->sum, value);
}


void
ngx_payments_status_sqlstate(const char *state)
{
    size_t                      i;
    ngx_atomic_uint_t           n;
    ngx_payments_state_slot_t  *s, *last;

    if (ngx_payments_status_slot == NULL) {
        return;
    }

    for (n = 0, i = 0; i < 5 && state[i] != '\0'; i++) {
        n = (n << 8) | (u_char) (isalnum((u_char) state[i]) ? state[i] : '?');
    }

    if (i < 5) {
        n = 0;
    }

    /* the last one takes what has no code, and what finds no place */

    last = &ngx_payments_status_slot->states[NGX_PAYMENTS_STATUS_STATES - 1];

    for (s = ngx_payments_status_slot->states; s < last && n != 0; s++) {
        if (s->state == n || ngx_atomic_cmp_set(&s->state, 0, n)
            || s->state == n)
        {
            break;
        }
    }

    s = (n == 0) ? last : s;

    (void) ngx_atomic_fetch_add(&s->count, 1);
}


void
ngx_payments_status_request(ngx_uint_t operation, ngx_uint_t code)
{
    ngx_uint_t  i;

    if (ngx_payments_status_slot == NULL
        || operation >= NGX_PAYMENTS_STATUS_OPERATIONS)
    {
        return;
    }

    for (i = 0; i < NGX_PAYMENTS_STATUS_CODES - 1; i++) {
        if (ngx_payments_codes[i] == code) {
            break;
        }
    }

    (void) ngx_atomic_fetch_add(
               &ngx_payments_status_slot->requests[operation][i], 1);
}


static u_char *
ngx_payments_status_head(u_char *p, u_char *last, const char *name,
    const char *type, const char *help)
{
    return ngx_slprintf(p, last, "# HELP %s %s\n# TYPE %s %s\n", name, help,
                        name, type);
}


static u_char *
ngx_payments_status_scalars(u_char *p, u_char *last,
    ngx_payments_status_slot_t *slots)
{
    ngx_uint_t                    i, s;
    ngx_atomic_int_t              sum;
    const ngx_payments_metric_t  *m;

    for (i = 0; i < NGX_PAYMENTS_M_LAST; i++) {
        m = &ngx_payments_metrics[i];

        for (sum = 0, s = 0; s < NGX_PAYMENTS_STATUS_SLOTS; s++) {
            if (!ngx_payments_status_is_gauge(i)
                || ngx_payments_status_alive(slots[s].pid))
            {
                sum += (ngx_atomic_int_t) slots[s].metrics[i];
            }
        }

        if (m->type != NULL) {
            p = ngx_payments_status_head(p, last, m->name, m->type, m->help);
        }

        p = (m->labels != NULL)
            ? ngx_slprintf(p, last, "%s{%s} %l\n", m->name, m->labels,
                           (long) sum)
            : ngx_slprintf(p, last, "%s %l\n", m->name, (long) sum);
    }

    return p;
}


static u_char *
ngx_payments_status_bound(u_char *p, u_char *last, uint64_t value,
    ngx_uint_t seconds)
{
    return seconds ? ngx_slprintf(p, last, "%uL.%06uL", value / 1000000,
                                  value % 1000000)
                   : ngx_slprintf(p, last, "%uL", value);
}


static u_char *
ngx_payments_status_histogram(u_char *p, u_char *last,
    ngx_payments_status_slot_t *slots, ngx_uint_t n)
{
    uint64_t                         count, sum;
    ngx_uint_t                       i, s;
    const char                      *labels, *comma;
    const ngx_payments_histogram_t  *h;

    h = &ngx_payments_histograms[n];
    labels = (h->labels != NULL) ? h->labels : "";
    comma = (h->labels != NULL) ? "," : "";

    if (h->help != NULL) {
        p = ngx_payments_status_head(p, last, h->name, "histogram", h->help);
    }

    count = 0;
    sum = 0;

    for (i = 0; i <= NGX_PAYMENTS_STATUS_BUCKETS; i++) {
        for (s = 0; s < NGX_PAYMENTS_STATUS_SLOTS; s++) {
            count += slots[s].histograms[n].buckets[i];
        }

        p = ngx_slprintf(p, last, "%s_bucket{%s%sle=\"", h->name, labels,
                         comma);
        p = (i < NGX_PAYMENTS_STATUS_BUCKETS)
            ? ngx_payments_status_bound(p, last, h->bounds[i], h->seconds)
            : ngx_slprintf(p, last, "+Inf");
        p = ngx_slprintf(p, last, "\"} %uL\n", count);
    }

    for (s = 0; s < NGX_PAYMENTS_STATUS_SLOTS; s++) {
        sum += slots[s].histograms[n].sum;
    }

    p = (h->labels != NULL)
        ? ngx_slprintf(p, last, "%s_sum{%s} ", h->name, labels)
        : ngx_slprintf(p, last, "%s_sum ", h->name);
    p = ngx_payments_status_bound(p, last, sum, h->seconds);
    p = (h->labels != NULL)
        ? ngx_slprintf(p, last, "\n%s_count{%s} %uL\n", h->name, labels, count)
        : ngx_slprintf(p, last, "\n%s_count %uL\n", h->name, count);

    return p;
}


static u_char *
ngx_payments_status_requests(u_char *p, u_char *last,
    ngx_payments_status_slot_t *slots, const char *const *names, ngx_uint_t n)
{
    ngx_uint_t         i, c, s;
    ngx_atomic_uint_t  sum;

    p = ngx_payments_status_head(p, last, "payments_requests_total",
                                 "counter",
                                 "Answered requests by operation and status.");

    for (i = 0; i < n; i++) {
        for (c = 0; c < NGX_PAYMENTS_STATUS_CODES; c++) {

            for (sum = 0, s = 0; s < NGX_PAYMENTS_STATUS_SLOTS; s++) {
                sum += slots[s].requests[i][c];
            }

            if (sum == 0) {
                continue;
            }

            p = ngx_slprintf(p, last, "payments_requests_total{operation="
                             "\"%s\",code=\"%ui\"} %uA\n", names[i],
                             ngx_payments_codes[c], sum);
        }
    }

    return p;
}


/* slots have the states in the order in which they met them */

static u_char *
ngx_payments_status_states(u_char *p, u_char *last,
    ngx_payments_status_slot_t *slots)
{
    ngx_uint_t                  i, j, n;
    ngx_atomic_uint_t           state;
    ngx_payments_state_slot_t   all[NGX_PAYMENTS_STATUS_STATES * 4], *s;

    ngx_memzero(all, sizeof(all));
    n = 0;

    for (i = 0; i < NGX_PAYMENTS_STATUS_SLOTS; i++) {
        for (j = 0; j < NGX_PAYMENTS_STATUS_STATES; j++) {
            s = &slots[i].states[j];

            if (s->count == 0) {
                continue;
            }

            for (state = 0; state < n; state++) {
                if (all[state].state == s->state) {
                    break;
                }
            }

            if (state == n) {
                if (n == sizeof(all) / sizeof(all[0])) {
                    continue;
                }

                all[n++].state = s->state;
            }

            all[state].count += s->count;
        }
    }

    p = ngx_payments_status_head(p, last, "payments_postgresql_errors_total",
                                 "counter",
                                 "Errors of PostgreSQL by SQLSTATE.");

    for (i = 0; i < n; i++) {
        state = all[i].state;

        if (state == 0) {
            p = ngx_slprintf(p, last, "payments_postgresql_errors_total"
                             "{sqlstate=\"other\"} %uA\n", all[i].count);
            continue;
        }

        p = ngx_slprintf(p, last, "payments_postgresql_errors_total{sqlstate="
                         "\"%c%c%c%c%c\"} %uA\n",
                         (int) (state >> 32 & 0xff), (int) (state >> 24 & 0xff),
                         (int) (state >> 16 & 0xff), (int) (state >> 8 & 0xff),
                         (int) (state & 0xff), all[i].count);
    }

    return p;
}


ngx_int_t
ngx_payments_status_text(ngx_pool_t *pool, const char *const *names,
    ngx_uint_t n, ngx_str_t *text)
{
    u_char                      *p, *last;
    size_t                       size;
    ngx_uint_t                   i;
    ngx_payments_status_slot_t  *slots;

    if (ngx_payments_status_shm == NULL) {
        return NGX_ERROR;
    }

    slots = ngx_payments_status_shm->data;

    size = 256 * NGX_PAYMENTS_M_LAST
           + NGX_PAYMENTS_H_LAST * (NGX_PAYMENTS_STATUS_BUCKETS + 4) * 128
           + NGX_PAYMENTS_STATUS_STATES * 4 * 96
           + n * NGX_PAYMENTS_STATUS_CODES * 96 + 1024;

    p = ngx_pnalloc(pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    last = p + size;

    p = ngx_payments_status_requests(p, last, slots, names, n);
    p = ngx_payments_status_scalars(p, last, slots);
    p = ngx_payments_status_states(p, last, slots);

    for (i = 0; i < NGX_PAYMENTS_H_LAST; i++) {
        p = ngx_payments_status_histogram(p, last, slots, i);
    }

    text->len = p - text->data;

    return NGX_OK;
}

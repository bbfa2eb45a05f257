
/* The metrics as text, in Prometheus' format. */

#include "ngx_payments_status_internal.h"


#define NGX_PAYMENTS_STATUS_MORE  4


static size_t      ngx_payments_status_more_size;
static u_char      *(*ngx_payments_status_more[NGX_PAYMENTS_STATUS_MORE])
                                                    (u_char *p, u_char *last);
static ngx_uint_t  ngx_payments_status_nmore;


void
ngx_payments_status_extend(size_t size,
    u_char *(*write)(u_char *p, u_char *last))
{
    if (ngx_payments_status_nmore == NGX_PAYMENTS_STATUS_MORE) {
        return;
    }

    ngx_payments_status_more_size += size;
    ngx_payments_status_more[ngx_payments_status_nmore++] = write;
}


static u_char *
ngx_payments_status_head(u_char *p, u_char *last, const char *name,
    const char *type, const char *help)
{
    return ngx_slprintf(p, last, "# HELP %s %s\n# TYPE %s %s\n", name, help,
                        name, type);
}


/* a row of a room's table, over all workers */

static ngx_atomic_int_t
ngx_payments_status_sum(const ngx_payments_metrics_t *room, ngx_uint_t i)
{
    ngx_uint_t                   s, gauge;
    ngx_atomic_int_t             sum;
    ngx_payments_status_slot_t  *slot;

    gauge = ngx_payments_status_is_gauge(&room->metrics[i]);

    for (sum = 0, s = 0; s < NGX_PAYMENTS_STATUS_SLOTS; s++) {
        slot = &ngx_payments_status_slots[s];

        if (!gauge || ngx_payments_status_alive(slot->pid)) {
            sum += (ngx_atomic_int_t) slot->metrics[room->metric + i];
        }
    }

    return sum;
}


static ngx_uint_t
ngx_payments_status_same(const char *one, const char *other)
{
    return (one == NULL || other == NULL) ? one == other
                                          : ngx_strcmp(one, other) == 0;
}


int64_t
ngx_payments_status_read(const char *name, const char *labels)
{
    ngx_uint_t                     i, r;
    const ngx_payments_metrics_t  *room;

    for (r = 0; r < ngx_payments_status_nrooms; r++) {
        room = ngx_payments_status_rooms[r];

        for (i = 0; i < room->nmetrics; i++) {
            if (ngx_strcmp(room->metrics[i].name, name) == 0
                && ngx_payments_status_same(room->metrics[i].labels, labels))
            {
                return ngx_payments_status_sum(room, i);
            }
        }
    }

    return 0;
}


static u_char *
ngx_payments_status_scalars(u_char *p, u_char *last,
    const ngx_payments_metrics_t *room)
{
    ngx_uint_t                    i;
    ngx_atomic_int_t              sum;
    const ngx_payments_metric_t  *m;

    for (i = 0; i < room->nmetrics; i++) {
        m = &room->metrics[i];
        sum = ngx_payments_status_sum(room, i);

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
    const ngx_payments_histogram_t *h, ngx_uint_t n)
{
    uint64_t                     count, sum;
    ngx_uint_t                   i, s;
    const char                  *labels, *comma;
    ngx_payments_status_slot_t  *slots = ngx_payments_status_slots;

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
    const char *const *names, ngx_uint_t n)
{
    ngx_uint_t                   i, c, s;
    ngx_atomic_uint_t            sum;
    ngx_payments_status_slot_t  *slots = ngx_payments_status_slots;

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
                             ngx_payments_status_codes[c], sum);
        }
    }

    return p;
}


/* slots have the states in the order in which they met them */

static u_char *
ngx_payments_status_states(u_char *p, u_char *last)
{
    ngx_uint_t                  i, j, n;
    ngx_atomic_uint_t           state;
    ngx_payments_state_slot_t   all[NGX_PAYMENTS_STATUS_STATES * 4], *s;

    ngx_memzero(all, sizeof(all));
    n = 0;

    for (i = 0; i < NGX_PAYMENTS_STATUS_SLOTS; i++) {
        for (j = 0; j < NGX_PAYMENTS_STATUS_STATES; j++) {
            s = &ngx_payments_status_slots[i].states[j];

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
ngx_payments_status_text(ngx_pool_t *pool, const char *build,
    const char *const *names, ngx_uint_t n, ngx_str_t *text)
{
    u_char                        *p, *last;
    size_t                         size;
    ngx_uint_t                     i, r;
    const ngx_payments_metrics_t  *room;

    if (ngx_payments_status_slots == NULL) {
        return NGX_ERROR;
    }

    size = 256 * NGX_PAYMENTS_STATUS_METRICS
           + NGX_PAYMENTS_STATUS_HISTOGRAMS
             * (NGX_PAYMENTS_STATUS_BUCKETS + 4) * 128
           + NGX_PAYMENTS_STATUS_STATES * 4 * 96
           + n * NGX_PAYMENTS_STATUS_CODES * 96 + 1024
           + ngx_payments_status_more_size;

    p = ngx_pnalloc(pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    last = p + size;

    p = ngx_payments_status_head(p, last, "payments_build_info", "gauge",
                                 "The module's version, and the schema that "
                                 "it was made for.");
    p = ngx_slprintf(p, last, "payments_build_info{%s} 1\n", build);

    p = ngx_payments_status_requests(p, last, names, n);

    for (r = 0; r < ngx_payments_status_nrooms; r++) {
        p = ngx_payments_status_scalars(p, last, ngx_payments_status_rooms[r]);
    }

    p = ngx_payments_status_states(p, last);

    for (r = 0; r < ngx_payments_status_nrooms; r++) {
        room = ngx_payments_status_rooms[r];

        for (i = 0; i < room->nhistograms; i++) {
            p = ngx_payments_status_histogram(p, last, &room->histograms[i],
                                              room->histogram + i);
        }
    }

    for (i = 0; i < ngx_payments_status_nmore; i++) {
        p = ngx_payments_status_more[i](p, last);
    }

    text->len = p - text->data;

    return NGX_OK;
}


/*
 * GET /v1/status: how this node and its shards do, for who operates them.
 *
 * What workers show of themselves is in shared memory (status/board.c), and so
 * is what each shard's pay.status() has said last.  A shard is asked again when
 * that is a second old, by one worker of the node, over the lane of lists: it
 * delays no payment, and no connection is made for it.  One that does not
 * answer keeps what it has said, with the time of that.
 */

#include "../ngx_payments_handlers.h"
#include "../../base/ngx_payments_base.h"
#include "../../processor/ngx_payments_processor.h"
#include "../../redis/ngx_payments_redis.h"
#include "../../status/ngx_payments_board.h"
#include "../../status/ngx_payments_status.h"


#define NGX_PAYMENTS_STATUS_EVERY    1000      /* ms */
#define NGX_PAYMENTS_STATUS_TIMEOUT  1000
#define NGX_PAYMENTS_STATUS_SILENT   3000      /* ms after which a worker that
                                                  shows nothing is stuck */

/* bytes at most: of a shard beside the text, of a worker, of all the rest */
#define NGX_PAYMENTS_STATUS_SHARD    8192
#define NGX_PAYMENTS_STATUS_WORKER   128
#define NGX_PAYMENTS_STATUS_REST     16384


/* columns of pay.status() */

#define NGX_PAYMENTS_SAYS_DAYS           1
#define NGX_PAYMENTS_SAYS_EVENTS_MS      2
#define NGX_PAYMENTS_SAYS_BACKGROUND_MS  3
#define NGX_PAYMENTS_SAYS_LEDGER_MS      4
#define NGX_PAYMENTS_SAYS_UNBALANCED     5
#define NGX_PAYMENTS_SAYS_BACKGROUND     6
#define NGX_PAYMENTS_SAYS_WEBHOOKS       7
#define NGX_PAYMENTS_SAYS_CLIENTS        8
#define NGX_PAYMENTS_SAYS_BODY           9


typedef struct {
    ngx_payments_request_t       *request;     /* NULL: not asked, or done */
    ngx_payments_pg_item_t        item;
} ngx_payments_status_part_t;

struct ngx_payments_status_s {
    ngx_payments_request_t       *request;
    ngx_uint_t                    waiting;     /* shards that are asked */
    ngx_payments_status_part_t    part[NGX_PAYMENTS_CLUSTER_SHARDS];
    ngx_payments_board_heard_t    heard;       /* of the shard that is written
                                                  or heard */
};


static void ngx_payments_status_end(struct ngx_payments_status_s *status);


static uint32_t
ngx_payments_status_crc(ngx_uint_t shard)
{
    ngx_str_t  *name;

    name = ngx_payments_cluster_shard_name(shard);

    return ngx_crc32_long(name->data, name->len);
}


/* an age in ms; SQL NULL: -1 */

static int64_t
ngx_payments_status_age(ngx_payments_pg_row_t *row, int column)
{
    return ngx_payments_pg_bytes(row, column).data
           ? ngx_payments_pg_number(row, column) : -1;
}


static void
ngx_payments_status_holder(ngx_payments_pg_row_t *row, int column,
    u_char holder[NGX_PAYMENTS_BOARD_HOLDER])
{
    ngx_str_t  uuid;

    uuid = ngx_payments_pg_bytes(row, column);
    ngx_memzero(holder, NGX_PAYMENTS_BOARD_HOLDER);

    if (uuid.len == NGX_PAYMENTS_BOARD_HOLDER) {
        ngx_memcpy(holder, uuid.data, NGX_PAYMENTS_BOARD_HOLDER);
    }
}


static void
ngx_payments_status_hear(struct ngx_payments_status_s *status,
    ngx_uint_t shard, ngx_payments_pg_row_t *row)
{
    ngx_str_t                    clients, body;
    ngx_payments_board_heard_t  *heard = &status->heard;

    heard->heard = NGX_PAYMENTS_HEARD_ANSWER;
    heard->name = ngx_payments_status_crc(shard);
    heard->answered = ngx_payments_clock();
    heard->days = ngx_payments_pg_number(row, NGX_PAYMENTS_SAYS_DAYS);
    heard->events = ngx_payments_status_age(row,
                                            NGX_PAYMENTS_SAYS_EVENTS_MS);
    heard->background = ngx_payments_status_age(row,
                                            NGX_PAYMENTS_SAYS_BACKGROUND_MS);
    heard->ledger = ngx_payments_status_age(row,
                                            NGX_PAYMENTS_SAYS_LEDGER_MS);
    heard->unbalanced = ngx_payments_pg_number(row,
                                            NGX_PAYMENTS_SAYS_UNBALANCED);

    ngx_payments_status_holder(row, NGX_PAYMENTS_SAYS_BACKGROUND,
                               heard->holder[NGX_PAYMENTS_BOARD_BACKGROUND]);
    ngx_payments_status_holder(row, NGX_PAYMENTS_SAYS_WEBHOOKS,
                               heard->holder[NGX_PAYMENTS_BOARD_WEBHOOKS]);

    clients = ngx_payments_pg_bytes(row, NGX_PAYMENTS_SAYS_CLIENTS);
    body = ngx_payments_pg_bytes(row, NGX_PAYMENTS_SAYS_BODY);

    heard->clients = 0;
    heard->len = 0;

    if (clients.len + body.len <= NGX_PAYMENTS_BOARD_TEXT) {
        heard->clients = clients.len;
        heard->len = clients.len + body.len;
        ngx_memcpy(heard->text, clients.data, clients.len);
        ngx_memcpy(heard->text + clients.len, body.data, body.len);
    }

    ngx_payments_board_hear(shard, heard);
}


static void
ngx_payments_status_on_part(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_status_part_t    *part = item->data;
    ngx_payments_request_t        *request = part->request;
    struct ngx_payments_status_s  *status = request->work->status;

    part->request = NULL;

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        ngx_payments_status_hear(status, item->shard, row);

    } else {
        ngx_payments_board_miss(item->shard,
                                ngx_payments_status_crc(item->shard),
                                (outcome == NGX_PAYMENTS_PG_FAILED)
                                ? NGX_PAYMENTS_HEARD_ERROR
                                : NGX_PAYMENTS_HEARD_SILENCE);
    }

    if (--status->waiting == 0) {
        request->cancel = NULL;
        ngx_payments_status_end(status);
    }
}


static void
ngx_payments_status_cancel(ngx_payments_request_t *request)
{
    ngx_uint_t                     i;
    struct ngx_payments_status_s  *status = request->work->status;

    for (i = 0; i < ngx_payments_cluster_nshards(); i++) {
        if (status->part[i].request != NULL) {
            status->part[i].request = NULL;
            ngx_payments_pg_cancel(&status->part[i].item);
        }
    }
}


static void
ngx_payments_status_ask(struct ngx_payments_status_s *status, ngx_uint_t shard)
{
    ngx_payments_status_part_t  *part = &status->part[shard];

    part->request = status->request;
    part->item.statement = NGX_PAYMENTS_PG_STATUS;
    part->item.shard = shard;
    part->item.timeout = NGX_PAYMENTS_STATUS_TIMEOUT;
    part->item.handler = ngx_payments_status_on_part;
    part->item.data = part;
    part->item.once = 1;
    ngx_memcpy(part->item.tag, status->request->request_uuid,
               NGX_PAYMENTS_PG_TAG_LEN);

    status->waiting++;

    ngx_payments_cluster_send(&part->item);
}


void
ngx_payments_get_status(ngx_payments_request_t *request)
{
    ngx_uint_t                     i;
    struct ngx_payments_status_s  *status;

    if (ngx_payments_query_parse(request) != NGX_OK) {
        request->done(request);
        return;
    }

    status = ngx_pcalloc(request->pool, sizeof(struct ngx_payments_status_s));
    if (status == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    status->request = request;
    request->work->status = status;

    for (i = 0; i < ngx_payments_cluster_nshards(); i++) {
        if (ngx_payments_board_may_ask(i, NGX_PAYMENTS_STATUS_EVERY)) {
            ngx_payments_status_ask(status, i);
        }
    }

    if (status->waiting == 0) {
        ngx_payments_status_end(status);
        return;
    }

    request->cancel = ngx_payments_status_cancel;
}


/* what follows writes the answer; "before" is what stands before a value */

static void
ngx_payments_status_int(ngx_payments_out_t *out, const char *before, int64_t n)
{
    ngx_payments_out_str(out, before);
    ngx_payments_out_int(out, n);
}


static void
ngx_payments_status_maybe(ngx_payments_out_t *out, const char *before,
    int64_t n)
{
    ngx_payments_out_str(out, before);

    if (n < 0) {
        ngx_payments_out_str(out, "null");

    } else {
        ngx_payments_out_int(out, n);
    }
}


static void
ngx_payments_status_word(ngx_payments_out_t *out, const char *before,
    const char *word)
{
    ngx_payments_out_str(out, before);
    ngx_payments_out_json(out, (u_char *) word, ngx_strlen(word));
}


static void
ngx_payments_status_time(ngx_payments_out_t *out, const char *before,
    int64_t usec)
{
    u_char  text[NGX_PAYMENTS_TIME_LEN];

    ngx_payments_out_str(out, before);

    if (usec == 0) {
        ngx_payments_out_str(out, "null");
        return;
    }

    ngx_payments_time(usec, text);
    ngx_payments_out_json(out, text, NGX_PAYMENTS_TIME_LEN);
}


static void
ngx_payments_status_workers(ngx_payments_out_t *out)
{
    ngx_uint_t                          i, n;
    ngx_msec_t                          age;
    const ngx_payments_board_worker_t  *place;

    ngx_payments_out_str(out, ",\"workers\":[");

    for (i = 0, n = 0; i < NGX_PAYMENTS_BOARD_WORKERS; i++) {
        place = ngx_payments_board_worker(i);

        if (place == NULL) {
            continue;
        }

        age = ngx_payments_board_age(place);

        ngx_payments_status_int(out, n++ ? ",{\"number\":" : "{\"number\":",
                                (int64_t) place->number);
        ngx_payments_status_int(out, ",\"pid\":", (int64_t) place->pid);
        ngx_payments_status_word(out, ",\"state\":",
                                 (age >= NGX_PAYMENTS_STATUS_SILENT)
                                 ? "stuck" : place->draining ? "draining"
                                                             : "running");
        ngx_payments_status_int(out, ",\"shown_ms\":", (int64_t) age);
        ngx_payments_out_str(out, "}");
    }

    ngx_payments_out_str(out, "]");
}


/* of a shard over all workers */

static void
ngx_payments_status_sum(ngx_uint_t shard, ngx_payments_board_shard_t *sum)
{
    ngx_uint_t                          i, s, n;
    const ngx_payments_board_shard_t   *shown;
    const ngx_payments_board_worker_t  *place;

    ngx_memzero(sum, sizeof(ngx_payments_board_shard_t));

    for (i = 0; i < NGX_PAYMENTS_BOARD_WORKERS; i++) {
        place = ngx_payments_board_worker(i);

        if (place == NULL) {
            continue;
        }

        shown = &place->shards[shard];

        for (s = 0; s < NGX_PAYMENTS_BOARD_SERVERS; s++) {
            for (n = 0; n < NGX_PAYMENTS_BOARD_STATES; n++) {
                sum->connections[s][n] += shown->connections[s][n];
            }
        }

        for (n = 0; n < NGX_PAYMENTS_BOARD_LANES; n++) {
            sum->queued[n] += shown->queued[n];
        }

        sum->oldest = ngx_max(sum->oldest, shown->oldest);
    }
}


static void
ngx_payments_status_servers(ngx_payments_out_t *out, ngx_uint_t shard,
    ngx_payments_board_shard_t *sum)
{
    ngx_uint_t                  i, n;
    ngx_payments_server_view_t  view;

    static const char  *states[NGX_PAYMENTS_BOARD_STATES] = {
        ",\"connections\":{\"connecting\":", ",\"preparing\":", ",\"idle\":",
        ",\"busy\":", ",\"full\":", ",\"stuck\":"
    };

    ngx_payments_out_str(out, ",\"servers\":[");

    for (i = 0; ngx_payments_cluster_server(shard, i, &view) == NGX_OK; i++) {
        ngx_payments_out_str(out, i ? ",{\"name\":" : "{\"name\":");
        ngx_payments_out_json(out, view.name->data, view.name->len);
        ngx_payments_status_word(out, ",\"role\":", view.role);
        ngx_payments_status_maybe(out, ",\"timeline\":", view.timeline
                                  ? (int64_t) view.timeline : -1);
        ngx_payments_out_str(out, view.readable ? ",\"reads\":true"
                                                : ",\"reads\":false");
        ngx_payments_status_maybe(out, ",\"lag_ms\":", view.lag);
        ngx_payments_status_maybe(out, ",\"answered_ms\":", view.answered);

        for (n = 0; n < NGX_PAYMENTS_BOARD_STATES; n++) {
            ngx_payments_status_int(out, states[n], sum->connections[i][n]);
        }

        ngx_payments_out_str(out, "}}");
    }

    ngx_payments_out_str(out, "]");
}


static void
ngx_payments_status_queue(ngx_payments_out_t *out,
    ngx_payments_board_shard_t *sum)
{
    ngx_uint_t  n;

    static const char  *lanes[NGX_PAYMENTS_BOARD_LANES] = {
        ",\"queue\":{\"write\":", ",\"read\":", ",\"list\":",
        ",\"control\":", ",\"background\":"
    };

    for (n = 0; n < NGX_PAYMENTS_BOARD_LANES; n++) {
        ngx_payments_status_int(out, lanes[n], sum->queued[n]);
    }

    ngx_payments_status_int(out, "},\"oldest_wait_ms\":", sum->oldest);
}


/* whose a lease is: a worker of this node has shown its name, or not */

static const char *
ngx_payments_status_whose(ngx_payments_board_lease_e lease,
    const u_char holder[NGX_PAYMENTS_BOARD_HOLDER])
{
    ngx_uint_t                          i;
    const ngx_payments_board_worker_t  *place;

    static const u_char  nobody[NGX_PAYMENTS_BOARD_HOLDER];

    if (ngx_memcmp(holder, nobody, NGX_PAYMENTS_BOARD_HOLDER) == 0) {
        return "nobody";
    }

    for (i = 0; i < NGX_PAYMENTS_BOARD_WORKERS; i++) {
        place = ngx_payments_board_worker(i);

        if (place != NULL && ngx_memcmp(place->holder[lease], holder,
                                        NGX_PAYMENTS_BOARD_HOLDER)
                             == 0)
        {
            return "this_node";
        }
    }

    return "other_node";
}


/* what its database has said last, which may be a while ago */

static void
ngx_payments_status_said(ngx_payments_out_t *out,
    ngx_payments_board_heard_t *heard)
{
    ngx_payments_status_int(out, ",\"database\":{\"partition_days\":",
                            heard->days);
    ngx_payments_status_int(out, ",\"events_wait_ms\":",
                            ngx_max(heard->events, 0));
    ngx_payments_status_maybe(out, ",\"background_age_ms\":",
                              heard->background);
    ngx_payments_status_word(out, ",\"background_holder\":",
                 ngx_payments_status_whose(NGX_PAYMENTS_BOARD_BACKGROUND,
                             heard->holder[NGX_PAYMENTS_BOARD_BACKGROUND]));
    ngx_payments_status_word(out, ",\"webhooks_holder\":",
                 ngx_payments_status_whose(NGX_PAYMENTS_BOARD_WEBHOOKS,
                             heard->holder[NGX_PAYMENTS_BOARD_WEBHOOKS]));
    ngx_payments_status_maybe(out, ",\"ledger_check_age_ms\":", heard->ledger);
    ngx_payments_status_int(out, ",\"ledger_unbalanced\":", heard->unbalanced);

    if (heard->len > heard->clients) {
        ngx_payments_out_str(out, ",\"clients\":");
        ngx_payments_out_bytes(out, heard->text, heard->clients);

        /* the rest is an object, whose members follow */

        ngx_payments_out_str(out, ",");
        ngx_payments_out_bytes(out, heard->text + heard->clients + 1,
                               heard->len - heard->clients - 2);
    }

    ngx_payments_out_str(out, "}");
}


static void
ngx_payments_status_shard(struct ngx_payments_status_s *status,
    ngx_payments_out_t *out, ngx_uint_t shard)
{
    ngx_str_t                   *name;
    ngx_payments_board_heard_t  *heard = &status->heard;
    ngx_payments_board_shard_t   sum;

    static const char  *states[] = {
        "unknown", "ok", "refused", "unreachable"
    };
    static const char  *writes[] = {
        "writable", "read_only", "no_answer", "failing"
    };
    static const char  *schemas[] = {
        "unknown", "same", "missing", "older", "newer", "differs"
    };

    name = ngx_payments_cluster_shard_name(shard);
    ngx_payments_board_heard(shard, ngx_payments_status_crc(shard), heard);
    ngx_payments_status_sum(shard, &sum);

    ngx_payments_out_str(out, shard ? ",{\"name\":" : "{\"name\":");
    ngx_payments_out_json(out, name->data, name->len);
    ngx_payments_status_word(out, ",\"state\":", states[heard->heard]);
    ngx_payments_status_time(out, ",\"last_answer_at\":", heard->answered);
    ngx_payments_status_word(out, ",\"writes\":",
                             writes[ngx_payments_cluster_ability(shard)]);
    ngx_payments_status_word(out, ",\"schema\":",
                             schemas[ngx_payments_cluster_schema(shard)]);

    ngx_payments_status_servers(out, shard, &sum);
    ngx_payments_status_queue(out, &sum);

    if (heard->answered != 0) {
        ngx_payments_status_said(out, heard);
    }

    ngx_payments_out_str(out, "}");
}


static void
ngx_payments_status_keys(ngx_payments_out_t *out)
{
    ngx_payments_idempotency_usage_t  usage;

    static const char  full[] = "payments_idempotency_zone_full_total";

    ngx_payments_idempotency_usage(&usage);

    ngx_payments_status_int(out, ",\"keys\":{\"executing\":",
        ngx_payments_status_read("payments_idempotency_executing", NULL));
    ngx_payments_status_int(out, ",\"parked\":",
        ngx_payments_status_read("payments_idempotency_parked", NULL));
    ngx_payments_status_int(out, ",\"places\":", (int64_t) usage.flights);
    ngx_payments_status_int(out, ",\"records\":", (int64_t) usage.records);
    ngx_payments_status_int(out, ",\"record_places\":",
                            (int64_t) usage.places);
    ngx_payments_status_int(out, ",\"full\":{\"executions\":",
        ngx_payments_status_read(full, "what=\"executions\""));
    ngx_payments_status_int(out, ",\"evicted\":",
        ngx_payments_status_read(full, "what=\"evicted\""));
    ngx_payments_status_int(out, ",\"too_large\":",
        ngx_payments_status_read(full, "what=\"too_large\""));
    ngx_payments_out_str(out, "}}");
}


static void
ngx_payments_status_processors(ngx_payments_out_t *out)
{
    ngx_uint_t                          i, w, calls, workers;
    ngx_payments_processor_view_t       view;
    const ngx_payments_board_worker_t  *place;

    ngx_payments_out_str(out, ",\"processors\":[");

    for (i = 0; ngx_payments_processor_view(i, &view) == NGX_OK; i++) {
        calls = 0;
        workers = 0;

        for (w = 0; w < NGX_PAYMENTS_BOARD_WORKERS; w++) {
            place = ngx_payments_board_worker(w);

            if (place != NULL) {
                calls += place->calls[i];
                workers += !place->draining;
            }
        }

        ngx_payments_out_str(out, i ? ",{\"name\":" : "{\"name\":");
        ngx_payments_out_json(out, view.name->data, view.name->len);
        ngx_payments_status_word(out, ",\"breaker\":", view.breaker);
        ngx_payments_status_int(out, ",\"in_flight\":", (int64_t) calls);
        ngx_payments_status_int(out, ",\"max_in_flight\":",
                                (int64_t) (view.max_calls * workers));
        ngx_payments_status_int(out, ",\"approved\":",
                                (int64_t) view.approved);
        ngx_payments_status_int(out, ",\"declined\":",
                                (int64_t) view.declined);
        ngx_payments_status_int(out, ",\"unknown\":", (int64_t) view.unknown);
        ngx_payments_out_str(out, "}");
    }

    ngx_payments_out_str(out, "]");
}


static void
ngx_payments_status_webhooks(ngx_payments_out_t *out)
{
    static const char  endpoints[] = "payments_webhooks_endpoints";
    static const char  deliveries[] = "payments_webhooks_deliveries_total";

    ngx_payments_status_int(out, ",\"webhooks\":{\"waiting\":",
        ngx_payments_status_read(endpoints, "state=\"waiting\""));
    ngx_payments_status_int(out, ",\"active\":",
        ngx_payments_status_read(endpoints, "state=\"active\""));
    ngx_payments_status_int(out, ",\"taken\":",
        ngx_payments_status_read(deliveries, "result=\"taken\""));
    ngx_payments_status_int(out, ",\"refused\":",
        ngx_payments_status_read(deliveries, "result=\"refused\""));
    ngx_payments_status_int(out, ",\"unanswered\":",
        ngx_payments_status_read(deliveries, "result=\"unanswered\""));
    ngx_payments_out_str(out, "}");
}


static void
ngx_payments_status_write(struct ngx_payments_status_s *status,
    ngx_payments_out_t *out)
{
    ngx_uint_t  i;

    ngx_payments_status_time(out, "{\"object\":\"status\",\"created_at\":",
                             ngx_payments_clock());
    ngx_payments_status_word(out, ",\"version\":", ngx_payments_version);
    ngx_payments_status_int(out, ",\"schema\":", ngx_payments_schema_number);
    ngx_payments_status_word(out, ",\"functions\":", ngx_payments_functions);
    ngx_payments_out_str(out, ",\"node\":");
    ngx_payments_out_json(out, ngx_cycle->hostname.data,
                          ngx_cycle->hostname.len);

    ngx_payments_status_workers(out);

    ngx_payments_status_word(out, ",\"redis\":",
                             !ngx_payments_redis_configured() ? "off"
                             : ngx_payments_redis_refuses() ? "refusing"
                             : !ngx_payments_redis_ready() ? "down" : "ok");

    ngx_payments_out_str(out, ",\"shards\":[");

    for (i = 0; i < ngx_payments_cluster_nshards(); i++) {
        ngx_payments_status_shard(status, out, i);
    }

    ngx_payments_out_str(out, "]");

    ngx_payments_status_keys(out);
    ngx_payments_status_processors(out);
    ngx_payments_status_webhooks(out);

    ngx_payments_out_str(out, "}");
}


static void
ngx_payments_status_end(struct ngx_payments_status_s *status)
{
    size_t                   size;
    u_char                  *p;
    ngx_payments_out_t       out;
    ngx_payments_request_t  *request = status->request;
    ngx_payments_answer_t   *answer = &request->answer;

    size = NGX_PAYMENTS_STATUS_REST
           + NGX_PAYMENTS_BOARD_WORKERS * NGX_PAYMENTS_STATUS_WORKER
           + ngx_payments_cluster_nshards()
             * (NGX_PAYMENTS_STATUS_SHARD + NGX_PAYMENTS_BOARD_TEXT);

    p = ngx_pnalloc(request->pool, size);

    if (p == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    ngx_payments_out_init(&out, p, size);
    ngx_payments_status_write(status, &out);

    if (out.overflow) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));
    answer->status = 200;
    answer->type = "application/json";
    answer->body.data = p;
    answer->body.len = out.pos - out.start;

    request->done(request);
}


/*
 * What every shard is asked, and the answer made of all theirs: merchants, whom
 * an administrator sees wherever they are, and health.
 */

#include "ngx_payments_api.h"
#include "../redis/ngx_payments_redis.h"


#define NGX_PAYMENTS_PARTS_BYTES  3


/* a shard's answer: column 1 as a number, those after it as bytes, copied */

typedef struct {
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_outcome_e     outcome;
    unsigned                      pending:1;
    int64_t                       number;
    ngx_str_t                     bytes[NGX_PAYMENTS_PARTS_BYTES];
    size_t                        at;          /* of a merge: where in them, */
    ngx_uint_t                    next;        /* and the object's number */
} ngx_payments_part_t;


struct ngx_payments_parts_s {
    ngx_payments_request_t       *request;
    void                        (*done)(ngx_payments_parts_t *parts);
    int                           columns;     /* of bytes */
    ngx_uint_t                    left;        /* to answer */
    ngx_uint_t                    n;
    ngx_payments_part_t           part[NGX_PAYMENTS_PG_SHARDS];
};


/* of what is asked: the first column, and from which one on bytes are kept */

#define NGX_PAYMENTS_PART_NUMBER        1
#define NGX_PAYMENTS_PART_BYTES         2

/* columns of pay.list_merchants(), less 2 */

#define NGX_PAYMENTS_MERCHANTS_IDS      0      /* 16 bytes each */
#define NGX_PAYMENTS_MERCHANTS_LENGTHS  1      /* 4 bytes each, big-endian */
#define NGX_PAYMENTS_MERCHANTS_BODIES   2


static void
ngx_payments_part_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int                      i;
    ngx_str_t                bytes;
    ngx_payments_part_t     *part;
    ngx_payments_parts_t    *parts = item->data;
    ngx_payments_request_t  *request = parts->request;

    part = &parts->part[item->shard];
    part->pending = 0;
    part->outcome = outcome;

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        part->number = ngx_payments_pg_number(row,
                                              NGX_PAYMENTS_PART_NUMBER);
    }

    for (i = 0; outcome == NGX_PAYMENTS_PG_DONE && i < parts->columns; i++) {
        bytes = ngx_payments_pg_bytes(row, NGX_PAYMENTS_PART_BYTES + i);

        if (bytes.len == 0) {
            continue;
        }

        part->bytes[i].len = bytes.len;
        part->bytes[i].data = ngx_pstrdup(request->pool, &bytes);

        if (part->bytes[i].data == NULL) {
            part->bytes[i].len = 0;
            part->outcome = NGX_PAYMENTS_PG_FAILED;
        }
    }

    if (--parts->left == 0) {
        parts->done(parts);
    }
}


/* request->values are the statement's, for all */

static void
ngx_payments_ask_all(ngx_payments_request_t *request,
    ngx_payments_pg_statement_e statement, int columns, ngx_msec_t timeout,
    void (*done)(ngx_payments_parts_t *parts))
{
    ngx_uint_t               i;
    ngx_payments_part_t     *part;
    ngx_payments_parts_t    *parts;

    parts = ngx_pcalloc(request->pool, sizeof(ngx_payments_parts_t));
    if (parts == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    parts->request = request;
    parts->done = done;
    parts->columns = columns;
    parts->n = ngx_payments_pg_nshards();
    parts->left = parts->n;

    request->parts = parts;
    request->values[0].number = request->merchant_id;
    request->values[1].number = request->livemode;

    for (i = 0; i < parts->n; i++) {
        part = &parts->part[i];

        part->item.statement = statement;
        part->item.values = request->values;
        part->item.shard = i;
        part->item.timeout = timeout;
        part->item.handler = ngx_payments_part_done;
        part->item.data = parts;
        ngx_memcpy(part->item.tag, request->request_uuid,
                   NGX_PAYMENTS_PG_TAG_LEN);
        part->pending = 1;

        ngx_payments_pg_send(&part->item);
    }
}


void
ngx_payments_api_leave_all(ngx_payments_request_t *request)
{
    ngx_uint_t             i;
    ngx_payments_parts_t  *parts = request->parts;

    for (i = 0; parts && i < parts->n; i++) {
        if (parts->part[i].pending) {
            parts->part[i].pending = 0;
            ngx_payments_pg_cancel(&parts->part[i].item);
        }
    }
}


/* the first shard that did not answer; NULL: all did */

static ngx_payments_part_t *
ngx_payments_parts_failed(ngx_payments_parts_t *parts)
{
    ngx_uint_t  i;

    for (i = 0; i < parts->n; i++) {
        if (parts->part[i].outcome != NGX_PAYMENTS_PG_DONE) {
            return &parts->part[i];
        }
    }

    return NULL;
}


/* health */

#define NGX_PAYMENTS_PING_TIMEOUT  1000


void
ngx_payments_api_health(ngx_payments_request_t *request, ngx_uint_t status,
    const char *text)
{
    ngx_memzero(&request->answer, sizeof(ngx_payments_answer_t));

    request->answer.status = status;
    request->answer.type = "application/json";
    request->answer.body.data = (u_char *) text;
    request->answer.body.len = ngx_strlen(text);

    if (status == 503) {
        request->answer.problem = 1;
        request->answer.again = 1;
        request->answer.after = 1;
    }

    request->done(request);
}


/* what a shard's part says, and this worker knows without asking */

static const char *
ngx_payments_readyz_shard(ngx_payments_part_t *part)
{
    static const char  *states[] = {
        "down", "ok", "read_only", "standby", "incomplete", "settings",
        "restored"
    };

    if (part->outcome != NGX_PAYMENTS_PG_DONE || part->number < 1
        || part->number >= (int64_t) (sizeof(states) / sizeof(char *)))
    {
        return states[0];
    }

    /* the worker's own view of what could be */

    if (part->number != 1 && part->number != 6) {
        return states[part->number];
    }

    switch (ngx_payments_pg_ability(part->item.shard)) {

    case NGX_PAYMENTS_PG_WRITABLE:
        return states[part->number];

    case NGX_PAYMENTS_PG_READ_ONLY:
        return "read_only";

    case NGX_PAYMENTS_PG_NO_ANSWER:
        return "no_answer";

    default: /* NGX_PAYMENTS_PG_FAILING */
        return "failing";
    }
}


/* of several shards "degraded" where some take payments; where none does, why
   the last one does not */

static void
ngx_payments_readyz_done(ngx_payments_parts_t *parts)
{
    u_char                  *p, *text;
    ngx_uint_t               i, ready, less;
    const char              *postgres, *state, *redis, *status;
    ngx_payments_request_t  *request = parts->request;

    ready = 0;
    less = 0;
    postgres = "ok";

    for (i = 0; i < parts->n; i++) {
        state = ngx_payments_readyz_shard(&parts->part[i]);

        /* payments are made, and nothing hears of them */

        less |= (ngx_strcmp(state, "restored") == 0);

        if (ngx_strcmp(state, "ok") == 0
            || ngx_strcmp(state, "restored") == 0)
        {
            ready++;
        }

        if (ngx_strcmp(state, "ok") != 0) {
            postgres = state;
        }
    }

    if (ready && ready < parts->n) {
        postgres = "degraded";
    }

    redis = !ngx_payments_redis_configured() ? "off"
            : !ngx_payments_redis_ready() ? "down"
            : ngx_payments_redis_refuses() ? "refusing" : "ok";

    status = (ready == 0) ? "unavailable"
             : (ready < parts->n || less || redis[0] != 'o') ? "degraded"
             : "ok";

    text = ngx_pnalloc(request->pool, 128);

    if (text == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    p = ngx_sprintf(text, "{\"status\":\"%s\",\"postgres\":\"%s\","
                    "\"redis\":\"%s\"}", status, postgres, redis);
    *p = '\0';

    ngx_payments_api_health(request, ready ? 200 : 503, (char *) text);
}


/* by a question that shares no connection with anybody's data */

void
ngx_payments_readyz(ngx_payments_request_t *request)
{
    ngx_payments_ask_all(request, NGX_PAYMENTS_PG_PING, 0,
                         NGX_PAYMENTS_PING_TIMEOUT, ngx_payments_readyz_done);
}


/*
 * NGX_OK: *found is the shard that has the object that was asked for;
 * NGX_DECLINED: none has; NGX_ERROR: one that may does not answer, which was
 * said.
 */

static ngx_int_t
ngx_payments_parts_found(ngx_payments_parts_t *parts,
    ngx_payments_part_t **found)
{
    ngx_uint_t               i;
    ngx_payments_part_t     *failed;
    ngx_payments_request_t  *request = parts->request;

    for (i = 0; i < parts->n; i++) {
        if (parts->part[i].outcome == NGX_PAYMENTS_PG_DONE
            && parts->part[i].bytes[0].len)
        {
            *found = &parts->part[i];
            return NGX_OK;
        }
    }

    failed = ngx_payments_parts_failed(parts);

    if (failed != NULL) {
        ngx_payments_api_failed(request, failed->outcome);
        request->done(request);
        return NGX_ERROR;
    }

    return NGX_DECLINED;
}


static void
ngx_payments_found_done(ngx_payments_parts_t *parts)
{
    ngx_int_t                rc;
    ngx_payments_part_t     *part;
    ngx_payments_request_t  *request = parts->request;
    ngx_payments_answer_t   *answer = &request->answer;

    rc = ngx_payments_parts_found(parts, &part);

    if (rc == NGX_ERROR) {
        return;
    }

    if (rc == NGX_OK) {
        ngx_memzero(answer, sizeof(ngx_payments_answer_t));
        answer->status = 200;
        answer->type = "application/json";
        answer->body = part->bytes[0];

    } else {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
    }

    request->done(request);
}


static void
ngx_payments_ask_merchant(ngx_payments_request_t *request, ngx_str_t *id,
    void (*done)(ngx_payments_parts_t *parts))
{
    u_char  *uuid;

    uuid = ngx_pnalloc(request->pool, NGX_PAYMENTS_UUID_LEN);

    if (uuid == NULL
        || ngx_payments_id_parse("mer_", id->data, id->len, uuid) != 0)
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return;
    }

    request->values[2].data = uuid;
    request->values[2].len = NGX_PAYMENTS_UUID_LEN;

    ngx_payments_ask_all(request, NGX_PAYMENTS_PG_GET_MERCHANTS, 1, 0, done);
}


void
ngx_payments_api_find_key(ngx_payments_request_t *request)
{
    ngx_payments_ask_all(request, NGX_PAYMENTS_PG_GET_KEYS_THERE, 1, 0,
                         ngx_payments_found_done);
}


void
ngx_payments_get_merchant(ngx_payments_request_t *request)
{
    ngx_payments_ask_merchant(request, &request->id,
                              ngx_payments_found_done);
}


static void
ngx_payments_placed(ngx_payments_parts_t *parts)
{
    ngx_int_t                rc;
    ngx_payments_part_t     *part;
    ngx_payments_request_t  *request = parts->request;

    rc = ngx_payments_parts_found(parts, &part);

    if (rc == NGX_ERROR) {
        return;
    }

    request->sought = 1;

    if (rc == NGX_OK) {
        request->placed = 1;
        request->shard = part->item.shard;
    }

    request->operation->handler(request);
}


ngx_int_t
ngx_payments_api_place(ngx_payments_request_t *request, ngx_str_t *id)
{
    if (request->sought || ngx_payments_pg_nshards() == 1) {
        return NGX_OK;
    }

    ngx_payments_ask_merchant(request, id, ngx_payments_placed);

    return NGX_AGAIN;
}


/* whether the lengths that a shard gives are those of its bodies */

static ngx_uint_t
ngx_payments_merge_sound(ngx_payments_part_t *part)
{
    u_char      *p, *last;
    uint64_t     total;
    ngx_str_t   *bytes = part->bytes;

    p = bytes[NGX_PAYMENTS_MERCHANTS_LENGTHS].data;
    last = p + bytes[NGX_PAYMENTS_MERCHANTS_LENGTHS].len;

    if (bytes[NGX_PAYMENTS_MERCHANTS_IDS].len % NGX_PAYMENTS_UUID_LEN
        || bytes[NGX_PAYMENTS_MERCHANTS_IDS].len / NGX_PAYMENTS_UUID_LEN * 4
           != bytes[NGX_PAYMENTS_MERCHANTS_LENGTHS].len)
    {
        return 0;
    }

    for (total = 0; p < last; p += 4) {
        total += (uint64_t) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
    }

    return total == bytes[NGX_PAYMENTS_MERCHANTS_BODIES].len;
}


/* the shard whose next object is the next of all; NULL: there is none */

static ngx_payments_part_t *
ngx_payments_merge_next(ngx_payments_parts_t *parts, u_char **id)
{
    u_char               *other;
    ngx_int_t             rc;
    ngx_uint_t            i;
    ngx_payments_part_t  *part, *next;

    next = NULL;

    for (i = 0; i < parts->n; i++) {
        part = &parts->part[i];

        if ((part->next + 1) * NGX_PAYMENTS_UUID_LEN
            > part->bytes[NGX_PAYMENTS_MERCHANTS_IDS].len)
        {
            continue;
        }

        other = part->bytes[NGX_PAYMENTS_MERCHANTS_IDS].data
                + part->next * NGX_PAYMENTS_UUID_LEN;

        rc = next ? ngx_memcmp(other, *id, NGX_PAYMENTS_UUID_LEN) : 0;

        if (next == NULL
            || (parts->request->list.ascending ? rc < 0 : rc > 0))
        {
            next = part;
            *id = other;
        }
    }

    return next;
}


static ngx_str_t
ngx_payments_merge_take(ngx_payments_part_t *part)
{
    u_char     *p;
    ngx_str_t   body;

    p = part->bytes[NGX_PAYMENTS_MERCHANTS_LENGTHS].data + part->next * 4;

    body.len = (size_t) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
    body.data = part->bytes[NGX_PAYMENTS_MERCHANTS_BODIES].data + part->at;

    part->at += body.len;
    part->next++;

    return body;
}


static void
ngx_payments_list_merchants_done(ngx_payments_parts_t *parts)
{
    size_t                   size;
    u_char                  *id, *last;
    ngx_str_t                data, body;
    ngx_uint_t               i, n, more;
    ngx_payments_part_t     *part;
    ngx_payments_request_t  *request = parts->request;

    part = ngx_payments_parts_failed(parts);

    if (part != NULL) {
        ngx_payments_api_failed(request, part->outcome);
        request->done(request);
        return;
    }

    size = 1;
    more = 0;

    for (i = 0; i < parts->n; i++) {
        part = &parts->part[i];

        if (!ngx_payments_merge_sound(part)) {
            ngx_log_error(NGX_LOG_CRIT, request->log, 0,
                          "PostgreSQL of payments shard \"%V\" listed "
                          "merchants whose lengths are not theirs",
                          ngx_payments_pg_shard_name(i));
            ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                                 NULL);
            request->done(request);
            return;
        }

        size += part->bytes[NGX_PAYMENTS_MERCHANTS_BODIES].len
                + part->bytes[NGX_PAYMENTS_MERCHANTS_IDS].len;
        more |= (part->number != 0);
    }

    data.len = 0;
    data.data = ngx_pnalloc(request->pool, size);
    last = NULL;

    for (n = 0; data.data; /* void */ ) {
        part = ngx_payments_merge_next(parts, &id);

        if (part == NULL) {
            break;
        }

        if (n == request->list.limit) {
            more = 1;
            break;
        }

        body = ngx_payments_merge_take(part);

        /* for a moment two shards have one who moves */

        if (last != NULL
            && ngx_memcmp(last, id, NGX_PAYMENTS_UUID_LEN) == 0)
        {
            continue;
        }

        if (n++) {
            data.data[data.len++] = ',';
        }

        ngx_memcpy(data.data + data.len, body.data, body.len);
        data.len += body.len;
        last = id;
    }

    ngx_payments_api_page(request, &data, (more && last) ? last : NULL);
}


void
ngx_payments_api_list_merchants(ngx_payments_request_t *request)
{
    ngx_payments_ask_all(request, NGX_PAYMENTS_PG_LIST_MERCHANTS, 3, 0,
                         ngx_payments_list_merchants_done);
}

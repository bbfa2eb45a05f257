
/* What every operation shares: ids, the workspace, answers of keyed ones. */

#include "ngx_payments_api.h"


#define NGX_PAYMENTS_WORKSPACE_SIZE  (768 * 1024)


static time_t                     ngx_payments_api_ttl;
static ngx_payments_uuid_state_t  ngx_payments_api_ids;
static ngx_payments_workspace_t   ngx_payments_api_workspace;

/* touched only as far as a body needs it */

static ngx_payments_json_node_t   ngx_payments_api_nodes
                                      [NGX_PAYMENTS_JSON_NODES];
static uint32_t                   ngx_payments_api_scratch
                                      [NGX_PAYMENTS_JSON_NODES];
static u_char                     ngx_payments_api_buffer
                                      [NGX_PAYMENTS_WORKSPACE_SIZE];


void
ngx_payments_api_init(ngx_payments_idempotency_conf_t *conf)
{
    ngx_payments_api_ttl = conf->ttl;

    /* not the random bytes that the parent had left, by no means */

    ngx_memzero(&ngx_payments_api_ids, sizeof(ngx_payments_uuid_state_t));
}


int
ngx_payments_api_random(u_char *data, size_t len)
{
    return ngx_payments_random(&ngx_payments_api_ids, data, len);
}


int
ngx_payments_api_uuid(u_char uuid[NGX_PAYMENTS_UUID_LEN])
{
    return ngx_payments_uuid7(&ngx_payments_api_ids, ngx_payments_pg_now(),
                              uuid);
}


ngx_payments_workspace_t *
ngx_payments_api_parse(ngx_payments_request_t *request)
{
    u_char                     detail[128];
    ngx_payments_json_rc_e     rc;
    ngx_payments_workspace_t  *ws = &ngx_payments_api_workspace;

    ws->json.nodes = ngx_payments_api_nodes;
    ws->json.scratch = ngx_payments_api_scratch;
    ws->json.capacity = NGX_PAYMENTS_JSON_NODES;

    ngx_payments_out_init(&ws->out, ngx_payments_api_buffer,
                          NGX_PAYMENTS_WORKSPACE_SIZE);

    if (request->body.len == 0 && request->operation->optional) {
        ngx_str_set(&request->body, "{}");
    }

    rc = ngx_payments_json_parse(&ws->json, request->body.data,
                                 request->body.len);

    if (rc != NGX_PAYMENTS_JSON_OK) {
        *ngx_snprintf(detail, sizeof(detail) - 1, "%s, at byte %uD",
                      ws->json.error, ws->json.offset) = '\0';

        ngx_payments_problem(request, (rc == NGX_PAYMENTS_JSON_DUPLICATE)
                                      ? NGX_PAYMENTS_P_DUPLICATE_JSON_MEMBER
                                      : NGX_PAYMENTS_P_INVALID_JSON,
                             (char *) detail, NULL);
        return NULL;
    }

    if (ngx_payments_validate(&ws->json, request->operation->fields,
                              &ws->validation)
        != 0)
    {
        ngx_payments_problem_violations(request, &ws->validation);
        return NULL;
    }

    return ws;
}


static ngx_int_t
ngx_payments_api_original(ngx_payments_request_t *request,
    ngx_payments_record_t *record, ngx_str_t *original)
{
    original->data = ngx_pnalloc(request->pool, NGX_PAYMENTS_ID_LEN);
    if (original->data == NULL) {
        return NGX_ERROR;
    }

    original->len = NGX_PAYMENTS_ID_LEN;
    ngx_payments_id("req_", record->request_id, original->data);

    return NGX_OK;
}


static void
ngx_payments_api_reused(ngx_payments_request_t *request,
    ngx_payments_record_t *record)
{
    u_char    *p, *space;
    ngx_str_t  more, original;

    if (ngx_payments_api_original(request, record, &original) != NGX_OK) {
        goto failed;
    }

    more.data = ngx_pnalloc(request->pool, record->request.len + 128);
    if (more.data == NULL) {
        goto failed;
    }

    space = ngx_strlchr(record->request.data,
                        record->request.data + record->request.len, ' ');
    if (space == NULL) {
        goto failed;
    }

    /* the line is made of a method and a path of the table and an id */

    p = ngx_sprintf(more.data, ",\"original_request\":{\"id\":\"%V\","
                    "\"method\":\"%*s\",\"path\":\"%*s\"}", &original,
                    (size_t) (space - record->request.data),
                    record->request.data,
                    (size_t) (record->request.data + record->request.len
                              - space - 1),
                    space + 1);
    more.len = p - more.data;

    ngx_payments_problem(request, NGX_PAYMENTS_P_KEY_REUSED, NULL, &more);
    return;

failed:

    ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL, NULL);
}


/* the headers of a stored problem follow from its status and its code */

static void
ngx_payments_api_stored_problem(ngx_payments_answer_t *answer)
{
    answer->problem = 1;
    answer->again = 0;
    answer->type = "application/problem+json";
}


/* where what a 201 or 202 made can be read */

static ngx_int_t
ngx_payments_api_location(ngx_payments_request_t *request,
    ngx_payments_record_t *record)
{
    size_t                  len;
    ngx_payments_answer_t  *answer = &request->answer;

    if ((record->status != 201 && record->status != 202)
        || request->operation->location == NULL)
    {
        return NGX_OK;
    }

    len = ngx_strlen(request->operation->location);

    answer->location.data = ngx_pnalloc(request->pool,
                                        len + 1 + NGX_PAYMENTS_ID_LEN);
    if (answer->location.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(answer->location.data, request->operation->location, len);
    answer->location.data[len] = '/';
    ngx_payments_id(request->operation->object, record->object_id,
                    answer->location.data + len + 1);
    answer->location.len = len + 1 + NGX_PAYMENTS_ID_LEN;

    return NGX_OK;
}


static ngx_int_t
ngx_payments_api_record(ngx_payments_request_t *request,
    ngx_payments_idempotency_result_e result, ngx_payments_record_t *record)
{
    ngx_payments_answer_t  *answer = &request->answer;

    static const char      *names[] = { "executed", "replayed", "collapsed" };

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    answer->status = record->status;
    answer->body = record->body;
    answer->keyed = (request->key.len != 0);
    answer->replayed = (result != NGX_PAYMENTS_EXECUTED);
    answer->idempotency = names[result];
    answer->expires = record->created_at
                      + (int64_t) ngx_payments_api_ttl * 1000000;

    if (answer->replayed
        && ngx_payments_api_original(request, record, &answer->original)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (record->status >= 400) {
        ngx_payments_api_stored_problem(answer);
        return NGX_OK;
    }

    answer->type = answer->body.len ? "application/json" : NULL;
    answer->version = record->version;

    if (record->status == 201 && request->operation->reveals) {
        return ngx_payments_keys_reveal(request, &answer->body) == NGX_OK
               ? ngx_payments_api_location(request, record) : NGX_ERROR;
    }

    return ngx_payments_api_location(request, record);
}


void
ngx_payments_api_keyed(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_result_e result, ngx_payments_record_t *record)
{
    u_char                   text[64], *detail;
    ngx_str_t                more;
    ngx_payments_request_t  *request = waiter->data;

    static const ngx_payments_problem_e  problems[] = {
        0, 0, 0, 0,                              /* records */
        NGX_PAYMENTS_P_IN_USE,
        NGX_PAYMENTS_P_RESOURCE_BUSY,
        NGX_PAYMENTS_P_VERSION_MISMATCH,
        NGX_PAYMENTS_P_VALIDATION_FAILED,
        NGX_PAYMENTS_P_SCOPE_ESCALATION,
        NGX_PAYMENTS_P_DATABASE_UNAVAILABLE,
        NGX_PAYMENTS_P_OUTCOME_UNKNOWN,
        NGX_PAYMENTS_P_OVERLOADED,
        NGX_PAYMENTS_P_INTERNAL_ERROR
    };

    if (waiter->execution != NULL && result != NGX_PAYMENTS_COLLAPSED) {
        request->item.stats = waiter->execution->item.stats;
    }

    switch (result) {

    case NGX_PAYMENTS_EXECUTED:
    case NGX_PAYMENTS_REPLAYED:
    case NGX_PAYMENTS_COLLAPSED:
        if (ngx_payments_api_record(request, result, record) != NGX_OK) {
            ngx_payments_problem(request, NGX_PAYMENTS_P_OUTCOME_UNKNOWN,
                                 NULL, NULL);
        }

        break;

    case NGX_PAYMENTS_REUSED:
        ngx_payments_api_reused(request, record);
        break;

    case NGX_PAYMENTS_STALE:
        more.data = text;
        more.len = ngx_sprintf(text, ",\"current_version\":%ui",
                               record->version) - text;
        ngx_payments_problem(request, problems[result], NULL, &more);
        break;

    case NGX_PAYMENTS_INVALID:
        detail = ngx_pnalloc(request->pool, record->body.len + 1);

        if (detail != NULL) {
            (void) ngx_cpystrn(detail, record->body.data,
                               record->body.len + 1);
        }

        ngx_payments_problem(request, problems[result], (char *) detail,
                             NULL);
        break;

    default:
        ngx_payments_problem(request, problems[result], NULL, NULL);
    }

    request->done(request);
}


/* "POST /v1/payments": what is kept of the request, for who reuses its key */

static ngx_int_t
ngx_payments_api_line(ngx_payments_request_t *request,
    ngx_payments_execution_t *execution)
{
    u_char     *p;
    ngx_str_t  *line = &execution->record.request;

    line->len = request->method.len + 1 + request->path.len;
    line->data = ngx_pnalloc(execution->pool, line->len);

    if (line->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(line->data, request->method.data, request->method.len);
    *p++ = ' ';
    ngx_memcpy(p, request->path.data, request->path.len);

    return NGX_OK;
}


static int
ngx_payments_api_fingerprint(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, u_char fingerprint[NGX_PAYMENTS_SHA256_LEN])
{
    int                  rc;
    ngx_payments_text_t  method, path, query;

    method.data = request->method.data;
    method.len = request->method.len;
    path.data = request->path.data;
    path.len = request->path.len;
    query.data = request->query.data;
    query.len = request->query.len;

    rc = ngx_payments_fingerprint(&method, &path, &query, &ws->json, &ws->out,
                                  fingerprint);

    ws->out.pos = ws->out.start;

    return rc;
}


void
ngx_payments_api_execute(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_item_pt item)
{
    u_char                     fingerprint[NGX_PAYMENTS_SHA256_LEN];
    uint32_t                   variant;
    ngx_int_t                  rc;
    ngx_payments_record_t      record;
    ngx_payments_execution_t  *execution;

    if (request->key.len == 0) {
        request->key_hash.merchant_id = request->merchant_id;

        if (ngx_payments_random(&ngx_payments_api_ids, request->key_hash.hash,
                                NGX_PAYMENTS_KEY_HASH_LEN)
            != 0)
        {
            goto failed;
        }
    }

    if (ngx_payments_api_fingerprint(request, ws, fingerprint) != 0) {
        goto failed;
    }

    request->waiter.data = request;
    request->waiter.handler = ngx_payments_api_keyed;
    request->waiter.wait = request->wait;

    if (request->key.len) {
        rc = ngx_payments_idempotency_replay(&request->key_hash, fingerprint,
                                             request->pool, &record);

        if (rc != NGX_DECLINED) {
            ngx_payments_api_keyed(&request->waiter, (rc == NGX_OK)
                                                     ? NGX_PAYMENTS_REPLAYED
                                                     : NGX_PAYMENTS_REUSED,
                                   &record);
            return;
        }
    }

    /* neither is part of the fingerprint: a retry may have another */

    variant = (uint32_t) request->scopes
              ^ ngx_crc32_long(request->if_match.data, request->if_match.len);

    if (ngx_payments_idempotency_join(&request->waiter, &request->key_hash,
                                      fingerprint, variant)
        == NGX_OK)
    {
        return;
    }

    execution = ngx_payments_idempotency_create(&request->key_hash,
                                                fingerprint,
                                                request->request_uuid);
    if (execution == NULL) {
        goto failed;
    }

    if (ngx_payments_api_line(request, execution) != NGX_OK
        || item(request, ws, execution) != NGX_OK)
    {
        ngx_payments_idempotency_abandon(execution);
        goto failed;
    }

    execution->keyless = (request->key.len == 0);
    execution->variant = variant;

    ngx_payments_idempotency_start(execution, &request->waiter);
    return;

failed:

    ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL, NULL);
    request->done(request);
}


ngx_int_t
ngx_payments_api_text(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    ngx_uint_t slot, ngx_str_t *text)
{
    ngx_payments_out_t               out;
    const ngx_payments_json_node_t  *node;

    ngx_str_null(text);

    node = ws->validation.slots[slot];

    if (node == NULL || node->type == NGX_PAYMENTS_JSON_NULL) {
        return NGX_OK;
    }

    /* "" is a text too, and must not be taken for NULL */

    text->data = ngx_pnalloc(pool, node->len + 1);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, text->data, node->len);
    ngx_payments_json_decode(&ws->json, node, &out);
    text->len = out.pos - out.start;

    return NGX_OK;
}


ngx_int_t
ngx_payments_api_metadata(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    ngx_uint_t slot, ngx_str_t *text)
{
    uint32_t                         i;
    u_char                          *from, decoded[4 * 512];
    ngx_payments_out_t              *out = &ws->out, word;
    const ngx_payments_json_node_t  *object, *node;

    ngx_str_null(text);

    object = ws->validation.slots[slot];

    if (object == NULL) {
        return NGX_OK;
    }

    from = out->pos;
    node = object + 1;

    ngx_payments_out_str(out, "{");

    for (i = 0; i < 2 * object->size; i++, node++) {

        if (i) {
            ngx_payments_out_str(out, (i & 1) ? ":" : ",");
        }

        if (node->type == NGX_PAYMENTS_JSON_NULL) {
            ngx_payments_out_str(out, "null");
            continue;
        }

        ngx_payments_out_init(&word, decoded, sizeof(decoded));
        ngx_payments_json_decode(&ws->json, node, &word);
        ngx_payments_out_json(out, decoded, word.pos - decoded);
    }

    ngx_payments_out_str(out, "}");

    text->len = out->pos - from;
    text->data = out->overflow ? NULL : ngx_pnalloc(pool, text->len);
    out->pos = from;

    if (text->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(text->data, from, text->len);

    return NGX_OK;
}


void
ngx_payments_api_failed(ngx_payments_request_t *request,
    ngx_payments_pg_outcome_e outcome)
{
    ngx_payments_problem(request,
                         (outcome == NGX_PAYMENTS_PG_FAILED)
                         ? NGX_PAYMENTS_P_INTERNAL_ERROR
                         : (outcome == NGX_PAYMENTS_PG_OVERLOADED)
                         ? NGX_PAYMENTS_P_OVERLOADED
                         : NGX_PAYMENTS_P_DATABASE_UNAVAILABLE,
                         NULL, NULL);
}


void
ngx_payments_api_got(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_str_t                body;
    ngx_payments_request_t  *request = item->data;
    ngx_payments_answer_t   *answer = &request->answer;

    request->pending = 0;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_api_failed(request, outcome);
        goto done;
    }

    body = ngx_payments_pg_bytes(row, 2);

    if (body.len == 0) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        goto done;
    }

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    answer->body.data = ngx_pstrdup(request->pool, &body);

    if (answer->body.data == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        goto done;
    }

    answer->body.len = body.len;
    answer->status = 200;
    answer->type = "application/json";
    answer->version = (ngx_uint_t) ngx_payments_pg_number(row, 1);

    /* what was added changes by itself: the version does not tell it */

    if (item->statement == NGX_PAYMENTS_PG_GET_PAYMENTS
        && request->values[3].number)
    {
        answer->version = 0;
    }

done:

    request->done(request);
}


void
ngx_payments_api_send(ngx_payments_request_t *request,
    ngx_payments_pg_statement_e statement, ngx_payments_pg_handler_pt handler)
{
    ngx_payments_pg_item_t  *item = &request->item;

    request->values[0].number = request->merchant_id;
    request->values[1].number = request->livemode;

    item->statement = statement;
    item->values = request->values;
    item->timeout = 0;
    item->handler = handler;
    item->data = request;
    ngx_memcpy(item->tag, request->request_uuid, NGX_PAYMENTS_PG_TAG_LEN);

    request->pending = 1;
    ngx_payments_pg_send(item);
}


void
ngx_payments_api_get(ngx_payments_request_t *request, const char *prefix,
    ngx_payments_pg_statement_e statement)
{
    u_char  *id;

    id = ngx_pnalloc(request->pool, NGX_PAYMENTS_UUID_LEN);

    if (id == NULL
        || ngx_payments_id_parse(prefix, request->id.data, request->id.len,
                                 id)
           != 0)
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return;
    }

    request->values[2].data = id;
    request->values[2].len = NGX_PAYMENTS_UUID_LEN;

    ngx_payments_api_send(request, statement, ngx_payments_api_got);
}


void
ngx_payments_api_leave(ngx_payments_request_t *request)
{
    ngx_payments_idempotency_leave(&request->waiter);

    if (request->pending) {
        request->pending = 0;
        ngx_payments_pg_cancel(&request->item);
    }
}


void
ngx_payments_api_free(ngx_payments_request_t *request)
{
    ngx_payments_idempotency_release(&request->waiter);
}

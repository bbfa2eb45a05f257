
/*
 * Operations that may be repeated: joined, executed, and how their records are
 * answered.
 */

#include "ngx_payments_handlers.h"
#include "../status/ngx_payments_status.h"


static time_t  ngx_payments_idempotent_ttl;


void
ngx_payments_idempotent_init(time_t ttl)
{
    ngx_payments_idempotent_ttl = ttl;
}


time_t
ngx_payments_idempotent_seconds(void)
{
    return ngx_payments_idempotent_ttl;
}


static ngx_int_t
ngx_payments_idempotent_original(ngx_payments_request_t *request,
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
ngx_payments_idempotent_reused(ngx_payments_request_t *request,
    ngx_payments_record_t *record)
{
    u_char    *p, *space;
    ngx_str_t  more, original;

    if (ngx_payments_idempotent_original(request, record, &original)
        != NGX_OK)
    {
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
ngx_payments_idempotent_stored_problem(ngx_payments_answer_t *answer)
{
    answer->problem = 1;
    answer->again = 0;
    answer->type = "application/problem+json";
}


/* where what a 201 or 202 made can be read */

static ngx_int_t
ngx_payments_idempotent_location(ngx_payments_request_t *request,
    ngx_payments_record_t *record)
{
    size_t                  len;
    ngx_payments_answer_t  *answer = &request->answer;

    if ((record->status != 201 && record->status != 202)
        || request->operation->location == NULL)
    {
        return NGX_OK;
    }

    len = ngx_strlen(request->operation->location)
          + ngx_strlen(request->operation->object) + 1;

    answer->location.len = len + NGX_PAYMENTS_BASE32_LEN;
    answer->location.data = ngx_pnalloc(request->pool, answer->location.len);

    if (answer->location.data == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(answer->location.data, "%s/%s",
                       request->operation->location,
                       request->operation->object);
    ngx_payments_base32(record->object_id, answer->location.data + len);

    return NGX_OK;
}


/* the secret of what was made, in the place of what is stored for it */

static ngx_int_t
ngx_payments_idempotent_reveal(ngx_payments_request_t *request,
    ngx_payments_record_t *record)
{
    ngx_str_t  *body = &request->answer.body;

    switch (request->operation->reveals) {

    case NGX_PAYMENTS_REVEALS_KEY:
        return ngx_payments_seal_reveal(request->pool, request->livemode, body);

    case NGX_PAYMENTS_REVEALS_WEBHOOK:
        return ngx_payments_endpoint_reveal(request, record->object_id, body);

    default:
        return NGX_OK;
    }
}


static ngx_int_t
ngx_payments_idempotent_answer(ngx_payments_request_t *request,
    ngx_payments_idempotency_result_e result, ngx_payments_record_t *record)
{
    ngx_payments_answer_t  *answer = &request->answer;

    static const char      *names[] = { "executed", "replayed", "collapsed" };

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    answer->status = record->status;
    answer->body = record->body;
    answer->has_key = (request->key.len != 0);
    answer->replayed = (result != NGX_PAYMENTS_EXECUTED);
    answer->idempotency = names[result];
    answer->expires = record->created_at
                      + (int64_t) ngx_payments_idempotent_ttl * 1000000;

    if (answer->replayed
        && ngx_payments_idempotent_original(request, record, &answer->original)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (record->status >= 400) {
        ngx_payments_idempotent_stored_problem(answer);
        return NGX_OK;
    }

    answer->type = answer->body.len ? "application/json" : NULL;
    answer->version = record->version;

    return (ngx_payments_idempotent_reveal(request, record) == NGX_OK)
           ? ngx_payments_idempotent_location(request, record) : NGX_ERROR;
}


/* pay.violation(): a pointer or a parameter's name, a code, a text; by tabs */

static void
ngx_payments_idempotent_violation(ngx_payments_request_t *request,
    ngx_str_t *said)
{
    u_char      *p, *last, *end;
    ngx_str_t    part[3];
    ngx_uint_t   i;

    p = said->data;
    last = p + said->len;

    for (i = 0; i < 3; i++) {
        end = (i < 2) ? ngx_strlchr(p, last, '\t') : last;
        end = end ? end : last;

        part[i].data = p;
        part[i].len = end - p;
        p = ngx_min(end + 1, last);
    }

    ngx_payments_problem_error(request, NGX_PAYMENTS_P_VALIDATION_FAILED,
                               &part[0], &part[1], &part[2]);
}


static void
ngx_payments_idempotent_on_record(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_result_e result, ngx_payments_record_t *record)
{
    u_char                   text[64];
    ngx_str_t                more;
    ngx_payments_request_t  *request = waiter->data;

    static const ngx_payments_problem_e  problems[] = {
        0, 0, 0, 0,                              /* records */
        NGX_PAYMENTS_P_IN_USE,
        NGX_PAYMENTS_P_RESOURCE_BUSY,
        NGX_PAYMENTS_P_VERSION_MISMATCH,
        NGX_PAYMENTS_P_VALIDATION_FAILED,
        NGX_PAYMENTS_P_SCOPE_ESCALATION,
        NGX_PAYMENTS_P_INSUFFICIENT_SCOPE,
        NGX_PAYMENTS_P_DATABASE_UNAVAILABLE,
        NGX_PAYMENTS_P_OUTCOME_UNKNOWN,
        NGX_PAYMENTS_P_OVERLOADED,
        NGX_PAYMENTS_P_PROCESSOR_UNAVAILABLE,
        NGX_PAYMENTS_P_INTERNAL_ERROR
    };

    request->cancel = NULL;

    if (waiter->execution != NULL && result != NGX_PAYMENTS_COLLAPSED) {
        request->work->item.stats = waiter->execution->item.stats;
    }

    switch (result) {

    case NGX_PAYMENTS_EXECUTED:
    case NGX_PAYMENTS_REPLAYED:
    case NGX_PAYMENTS_COLLAPSED:

        /* a stored answer is replayed to whoever sends the same request: a
           weaker key of the merchant must not be given a stronger one's
           secret */

        if (request->operation->reveals == NGX_PAYMENTS_REVEALS_KEY
            && record->status == 201
            && ngx_payments_key_exceeds_scopes(request->scopes, &record->body))
        {
            ngx_payments_problem(request, NGX_PAYMENTS_P_SCOPE_ESCALATION,
                                 NULL, NULL);
            break;
        }

        if (ngx_payments_idempotent_answer(request, result, record) != NGX_OK) {
            ngx_payments_problem(request, NGX_PAYMENTS_P_OUTCOME_UNKNOWN,
                                 NULL, NULL);
        }

        break;

    case NGX_PAYMENTS_REUSED:
        ngx_payments_idempotent_reused(request, record);
        break;

    case NGX_PAYMENTS_STALE:
        more.data = text;
        more.len = ngx_sprintf(text, ",\"current_version\":%ui",
                               record->version) - text;
        ngx_payments_problem(request, problems[result], NULL, &more);
        break;

    case NGX_PAYMENTS_INVALID:
        ngx_payments_idempotent_violation(request, &record->body);
        break;

    case NGX_PAYMENTS_SCOPE:
        more.data = text;
        more.len = ngx_snprintf(text, sizeof(text),
                                ",\"required_scope\":\"%V\"", &record->body)
                   - text;
        ngx_payments_problem(request, problems[result], NULL, &more);
        break;

    default:
        ngx_payments_problem(request, problems[result], NULL, NULL);
    }

    request->done(request);
}


/* "POST /v1/payments": shown where the key is used for another request */

static ngx_int_t
ngx_payments_idempotent_line(ngx_payments_request_t *request,
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
ngx_payments_idempotent_fingerprint(ngx_payments_request_t *request,
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


/* the end of each part is marked: no method, path or query has a zero in it */

static u_char *
ngx_payments_idempotent_part(u_char *p, const ngx_str_t *part)
{
    if (part->len) {
        p = ngx_cpymem(p, part->data, part->len);
    }

    *p++ = '\0';

    return p;
}


ngx_int_t
ngx_payments_api_key(ngx_payments_request_t *request)
{
    ngx_payments_idempotency_key_t  *key = &request->work->key_hash;

    key->merchant_id = request->merchant_id;

    return ngx_payments_idempotency_hash(key, request->livemode,
                                         &request->key);
}


/*
 * A retry mostly has the very bytes of the first request, which was found to be
 * in order: its answer is found without reading them again.
 */

ngx_int_t
ngx_payments_api_replay(ngx_payments_request_t *request)
{
    u_char                 *text, *p;
    size_t                  len;
    ngx_payments_work_t    *work = request->work;
    ngx_payments_record_t   record;

    /* whether the secret may be shown depends on what the request says */

    if (request->key.len == 0 || request->operation->reveals) {
        return NGX_DECLINED;
    }

    len = request->method.len + request->path.len + request->query.len
          + request->body.len + 4;

    text = ngx_payments_workspace_bytes(len);
    if (text == NULL) {
        return NGX_DECLINED;
    }

    p = ngx_payments_idempotent_part(text, &request->method);
    p = ngx_payments_idempotent_part(p, &request->path);
    p = ngx_payments_idempotent_part(p, &request->query);
    (void) ngx_payments_idempotent_part(p, &request->body);

    if (ngx_payments_sha256(text, len, work->raw) != 0
        || ngx_payments_idempotency_replay(&work->key_hash, NULL, work->raw,
                                           request->pool, &record)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    /* the copy counts as its merchant's until it is sent */

    if (ngx_payments_answer_reserve(request, record.body.len) != NGX_OK) {
        request->done(request);
        return NGX_OK;
    }

    work->waiter.data = request;

    ngx_payments_idempotent_on_record(&work->waiter, NGX_PAYMENTS_REPLAYED,
                                      &record);

    return NGX_OK;
}


/*
 * Refuses early and cheaply, so that overload leaves time for requests that can
 * be served.  A retry of what is done is not refused.  Administrators write
 * where others' merchants are, which is not known yet.
 */

ngx_int_t
ngx_payments_api_admit(ngx_payments_request_t *request)
{
    if ((!ngx_payments_cluster_overloaded(request->merchant_id)
         && !ngx_payments_idempotency_full(request->merchant_id))
        || ngx_strcmp(request->operation->scope, "admin") == 0
        || (request->key.len
            && ngx_payments_idempotency_known(&request->work->key_hash)))
    {
        return NGX_OK;
    }

    ngx_payments_status_add(NGX_PAYMENTS_M_PG_ITEMS_OVERLOADED, 1);

    ngx_payments_problem(request, NGX_PAYMENTS_P_OVERLOADED, NULL, NULL);

    return NGX_DECLINED;
}


/* an execution of its own; NGX_ERROR: there is no memory */

static ngx_int_t
ngx_payments_idempotent_begin(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_item_pt item,
    const u_char *fingerprint, uint32_t variant)
{
    ngx_payments_execution_t  *execution;

    if (ngx_payments_idempotency_full(request->merchant_id)) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_OVERLOADED,
                             "requests of this merchant that are under way "
                             "take up all the memory that it may have", NULL);
        request->done(request);
        return NGX_OK;
    }

    execution = ngx_payments_idempotency_create(&request->work->key_hash,
                                                fingerprint,
                                                request->request_uuid);
    if (execution == NULL) {
        return NGX_ERROR;
    }

    if (ngx_payments_idempotent_line(request, execution) != NGX_OK
        || item(request, ws, execution) != NGX_OK)
    {
        ngx_payments_idempotency_abandon(execution);
        return NGX_ERROR;
    }

    execution->cost = request->body.len;
    execution->keyless = (request->key.len == 0);
    execution->variant = variant;
    ngx_memcpy(execution->raw, request->work->raw, NGX_PAYMENTS_SHA256_LEN);

    ngx_payments_idempotency_start(execution, &request->work->waiter);

    return NGX_OK;
}


static void
ngx_payments_idempotent_cancel(ngx_payments_request_t *request)
{
    ngx_payments_idempotency_cancel(&request->work->waiter);
}


/* an answer in shared memory to what the request means; else DECLINED */

static ngx_int_t
ngx_payments_idempotent_replay(ngx_payments_request_t *request,
    const u_char *fingerprint)
{
    ngx_int_t               rc;
    ngx_payments_work_t    *work = request->work;
    ngx_payments_record_t   record;

    rc = ngx_payments_idempotency_replay(&work->key_hash, fingerprint, NULL,
                                         request->pool, &record);
    if (rc == NGX_DECLINED) {
        return NGX_DECLINED;
    }

    if (ngx_payments_answer_reserve(request, record.body.len) != NGX_OK) {
        request->done(request);
        return NGX_OK;
    }

    ngx_payments_idempotent_on_record(&work->waiter, (rc == NGX_OK)
                                                     ? NGX_PAYMENTS_REPLAYED
                                                     : NGX_PAYMENTS_REUSED,
                                      &record);

    return NGX_OK;
}


void
ngx_payments_idempotent_execute(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_item_pt item)
{
    u_char                fingerprint[NGX_PAYMENTS_SHA256_LEN];
    uint32_t              variant;
    ngx_payments_work_t  *work = request->work;

    if (request->key.len == 0) {
        work->key_hash.merchant_id = request->merchant_id;

        if (ngx_payments_new_random(work->key_hash.hash,
                                    NGX_PAYMENTS_KEY_HASH_LEN)
            != 0)
        {
            goto failed;
        }
    }

    if (ngx_payments_idempotent_fingerprint(request, ws, fingerprint) != 0) {
        goto failed;
    }

    work->waiter.data = request;
    work->waiter.handler = ngx_payments_idempotent_on_record;
    work->waiter.wait = request->wait;

    if (request->key.len
        && ngx_payments_idempotent_replay(request, fingerprint) == NGX_OK)
    {
        return;
    }

    /* neither is part of the fingerprint: a retry may have another */

    variant = (uint32_t) request->scopes
              ^ ngx_crc32_long(request->if_match.data, request->if_match.len);

    request->cancel = ngx_payments_idempotent_cancel;

    if (ngx_payments_idempotency_join(&work->waiter, &work->key_hash,
                                      fingerprint, variant)
        == NGX_OK)
    {
        return;
    }

    if (ngx_payments_idempotent_begin(request, ws, item, fingerprint, variant)
        == NGX_OK)
    {
        return;
    }

failed:

    ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL, NULL);
    request->done(request);
}

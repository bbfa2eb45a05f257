
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

    ngx_payments_idempotency_init(conf);

    /* not the random bytes that the parent had left, by no means */

    ngx_memzero(&ngx_payments_api_ids, sizeof(ngx_payments_uuid_state_t));
}


int
ngx_payments_api_uuid(u_char uuid[NGX_PAYMENTS_UUID_LEN])
{
    return ngx_payments_uuid7(&ngx_payments_api_ids, ngx_payments_now(), uuid);
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


static ngx_int_t
ngx_payments_api_record(ngx_payments_request_t *request,
    ngx_payments_idempotency_result_e result, ngx_payments_record_t *record)
{
    ngx_payments_answer_t  *answer = &request->answer;

    static const char      *names[] = { "executed", "replayed", "collapsed" };

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    answer->status = record->status;
    answer->body = record->body;
    answer->keyed = 1;
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

    answer->type = "application/json";
    answer->version = record->version;

    if (record->status != 201) {
        return NGX_OK;
    }

    answer->location.data = ngx_pnalloc(request->pool,
                                        request->path.len + 1
                                        + NGX_PAYMENTS_ID_LEN);
    if (answer->location.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(answer->location.data, request->path.data, request->path.len);
    answer->location.data[request->path.len] = '/';
    ngx_payments_id("pay_", record->object_id,
                    answer->location.data + request->path.len + 1);
    answer->location.len = request->path.len + 1 + NGX_PAYMENTS_ID_LEN;

    return NGX_OK;
}


void
ngx_payments_api_keyed(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_result_e result, ngx_payments_record_t *record)
{
    ngx_payments_request_t  *request = waiter->data;

    static const ngx_payments_problem_e  problems[] = {
        0, 0, 0, 0,                              /* records */
        NGX_PAYMENTS_P_IN_USE,
        NGX_PAYMENTS_P_DATABASE_UNAVAILABLE,
        NGX_PAYMENTS_P_OUTCOME_UNKNOWN,
        NGX_PAYMENTS_P_OVERLOADED,
        NGX_PAYMENTS_P_INTERNAL_ERROR
    };

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

    default:
        ngx_payments_problem(request, problems[result], NULL, NULL);
    }

    request->done(request);
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

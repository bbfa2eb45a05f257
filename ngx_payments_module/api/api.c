
/* What every operation shares: ids, the workspace, fields, reading objects. */

#include "ngx_payments_api.h"


#define NGX_PAYMENTS_WORKSPACE_SIZE  (768 * 1024)

/* bytes of answers that wait to be sent, in a worker; smaller ones do not
   count */
#define NGX_PAYMENTS_ANSWERS_SIZE    (64 * 1024 * 1024)
#define NGX_PAYMENTS_ANSWER_MIN      8192


static ngx_payments_uuid_state_t  ngx_payments_api_ids;
static ngx_payments_workspace_t   ngx_payments_api_workspace;
static ngx_payments_share_t       ngx_payments_api_answers;

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
    ngx_payments_api_keyed_init(conf->ttl);

    ngx_payments_api_answers.size = NGX_PAYMENTS_ANSWERS_SIZE;

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


u_char *
ngx_payments_api_space(size_t len)
{
    return (len <= NGX_PAYMENTS_WORKSPACE_SIZE) ? ngx_payments_api_buffer
                                                : NULL;
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

    if (ngx_payments_validate(&ws->json, request->operation->request->fields,
                              &ws->validation)
        != 0)
    {
        ngx_payments_problem_violations(request, &ws->validation);
        return NULL;
    }

    return ws;
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


ngx_int_t
ngx_payments_api_room(ngx_payments_request_t *request, size_t len)
{
    if (len < NGX_PAYMENTS_ANSWER_MIN && len != NGX_PAYMENTS_ANY) {
        return NGX_OK;
    }

    len = (len == NGX_PAYMENTS_ANY) ? 0 : len;

    if (ngx_payments_share_full(&ngx_payments_api_answers,
                                request->merchant_id)
        || (len && ngx_payments_share_take(&ngx_payments_api_answers,
                                           request->merchant_id, len)
                   != 0))
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_OVERLOADED,
                             "answers that this merchant has not read yet "
                             "take up all the memory that it may have", NULL);
        return NGX_DECLINED;
    }

    request->held += len;

    return NGX_OK;
}


static void
ngx_payments_api_told(void *data, ngx_int_t rc, ngx_str_t *value)
{
    ngx_payments_request_t  *request = data;

    request->command = NULL;
    request->pending = 0;

    ngx_payments_tokens_stored(rc);
    request->done(request);
}


/* what a key says of an object is followed by a read of it */

static ngx_uint_t
ngx_payments_api_tell(ngx_payments_request_t *request,
    ngx_payments_pg_item_t *item, ngx_payments_pg_row_t *row)
{
    if (item->statement != NGX_PAYMENTS_PG_GET_KEYS) {
        return 0;
    }

    request->command = ngx_payments_tokens_store(item, request->merchant_id,
                                                 ngx_payments_pg_token(row),
                                                 ngx_payments_api_told,
                                                 request);
    request->pending = (request->command != NULL);

    return request->pending;
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

    body = ngx_payments_pg_bytes(row, NGX_PAYMENTS_READ_BODY);

    if (body.len == 0) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        goto done;
    }

    if (ngx_payments_api_room(request, body.len) != NGX_OK) {
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
    answer->version = (ngx_uint_t) ngx_payments_pg_range(row,
                                                 NGX_PAYMENTS_READ_VERSION, 0,
                                                 INT32_MAX);

    /* what was added changes by itself: the version does not tell it */

    if (item->statement == NGX_PAYMENTS_PG_EXPAND_PAYMENTS) {
        answer->version = 0;
    }

    if (ngx_payments_api_tell(request, item, row)) {
        return;
    }

done:

    request->done(request);
}


/* what it must see is known */

static void
ngx_payments_api_asked(void *data, ngx_int_t rc, ngx_str_t *value)
{
    ngx_payments_request_t  *request = data;

    request->command = NULL;
    request->item.token = ngx_payments_tokens_asked(rc, value);

    ngx_payments_pg_send(&request->item);
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

    item->token = NGX_PAYMENTS_PG_ALL;

    request->pending = 1;
    request->command = ngx_payments_tokens_ask(item, request->merchant_id,
                                               ngx_payments_api_asked,
                                               request);
    if (request->command == NULL) {
        ngx_payments_pg_send(item);
    }
}


/* {id} of the path as a value; NGX_DECLINED: the request is answered */

static ngx_int_t
ngx_payments_api_id(ngx_payments_request_t *request, const char *prefix,
    ngx_payments_pg_value_t *value)
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
        return NGX_DECLINED;
    }

    value->data = id;
    value->len = NGX_PAYMENTS_UUID_LEN;

    return NGX_OK;
}


void
ngx_payments_api_get(ngx_payments_request_t *request, const char *prefix,
    ngx_payments_pg_statement_e statement)
{
    if (ngx_payments_api_id(request, prefix, &request->values[2]) == NGX_OK) {
        ngx_payments_api_send(request, statement, ngx_payments_api_got);
    }
}


void
ngx_payments_read_object(ngx_payments_request_t *request)
{
    const ngx_payments_operation_t  *operation = request->operation;

    if (ngx_payments_api_id(request, operation->object, &request->values[3])
        != NGX_OK)
    {
        return;
    }

    request->values[2].data = (u_char *) operation->reads;
    request->values[2].len = ngx_strlen(operation->reads);

    ngx_payments_api_send(request, NGX_PAYMENTS_PG_READ_OBJECTS,
                          ngx_payments_api_got);
}


/* the merchant, and what the worker knows of the key */

static void
ngx_payments_account_got(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    size_t                   size;
    ngx_str_t                merchant;
    ngx_uint_t               i, n;
    ngx_payments_out_t       out;
    ngx_payments_request_t  *request = item->data;
    ngx_payments_answer_t   *answer = &request->answer;

    request->pending = 0;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_api_failed(request, outcome);
        request->done(request);
        return;
    }

    merchant = ngx_payments_pg_bytes(row, NGX_PAYMENTS_READ_BODY);
    size = merchant.len + 128 + NGX_PAYMENTS_SCOPES * 24;

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));
    answer->body.data = ngx_pnalloc(request->pool, size);

    if (merchant.len == 0 || answer->body.data == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    ngx_payments_out_init(&out, answer->body.data, size);
    ngx_payments_out_str(&out, "{\"object\":\"account\",\"livemode\":");
    ngx_payments_out_str(&out, request->livemode ? "true" : "false");
    ngx_payments_out_str(&out, ",\"merchant\":");
    ngx_payments_out_bytes(&out, merchant.data, merchant.len);
    ngx_payments_out_str(&out, ",\"scopes\":[");

    for (i = 0, n = 0; ngx_payments_scopes[i] != NULL; i++) {
        if (request->scopes & ((ngx_uint_t) 1 << i)) {
            ngx_payments_out_str(&out, n++ ? ",\"" : "\"");
            ngx_payments_out_str(&out, ngx_payments_scopes[i]);
            ngx_payments_out_str(&out, "\"");
        }
    }

    ngx_payments_out_str(&out, "]}");

    answer->body.len = out.pos - out.start;
    answer->status = 200;
    answer->type = "application/json";

    request->done(request);
}


void
ngx_payments_get_account(ngx_payments_request_t *request)
{
    request->values[2].data = (u_char *) "account";
    request->values[2].len = 7;
    request->values[3].data = request->request_uuid;
    request->values[3].len = NGX_PAYMENTS_UUID_LEN;

    ngx_payments_api_send(request, NGX_PAYMENTS_PG_READ_OBJECTS,
                          ngx_payments_account_got);
}


void
ngx_payments_api_leave(ngx_payments_request_t *request)
{
    ngx_payments_idempotency_leave(&request->waiter);
    ngx_payments_api_leave_all(request);

    if (request->pending) {
        request->pending = 0;

        if (request->command != NULL) {
            ngx_payments_redis_cancel(request->command);
            request->command = NULL;

        } else {
            ngx_payments_pg_cancel(&request->item);
        }
    }
}


void
ngx_payments_api_free(ngx_payments_request_t *request)
{
    ngx_payments_idempotency_release(&request->waiter);

    if (request->held) {
        ngx_payments_share_give(&ngx_payments_api_answers,
                                request->merchant_id, request->held);
        request->held = 0;
    }
}


/* One object by its id, as the primary or a replica has it. */

#include "ngx_payments_handlers.h"
#include "../consistency/ngx_payments_consistency.h"


static void
ngx_payments_read_cancel(ngx_payments_request_t *request)
{
    ngx_payments_pg_cancel(&request->work->item);
}


static void
ngx_payments_read_cancel_command(ngx_payments_request_t *request)
{
    ngx_payments_redis_cancel(request->work->command);
}


static void
ngx_payments_read_on_stored(void *data, ngx_int_t rc, ngx_str_t *value)
{
    ngx_payments_request_t  *request = data;

    request->cancel = NULL;

    ngx_payments_read_token_stored(rc);
    request->done(request);
}


/* what a key says of an object is followed by a read of it */

static ngx_uint_t
ngx_payments_read_store_token(ngx_payments_request_t *request,
    ngx_payments_pg_item_t *item, ngx_payments_pg_row_t *row)
{
    ngx_payments_redis_command_t  *command;

    if (item->statement != NGX_PAYMENTS_PG_GET_KEYS) {
        return 0;
    }

    command = ngx_payments_read_token_put(item, request->merchant_id,
                                          ngx_payments_pg_read_token(row),
                                          ngx_payments_read_on_stored,
                                          request);
    if (command == NULL) {
        return 0;
    }

    request->work->command = command;
    request->cancel = ngx_payments_read_cancel_command;

    return 1;
}


void
ngx_payments_read_on_object(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_str_t                body;
    ngx_payments_request_t  *request = item->data;
    ngx_payments_answer_t   *answer = &request->answer;

    request->cancel = NULL;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_item_failed(request, outcome);
        goto done;
    }

    body = ngx_payments_pg_bytes(row, NGX_PAYMENTS_READ_BODY);

    if (body.len == 0) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        goto done;
    }

    if (ngx_payments_answer_reserve(request, body.len) != NGX_OK) {
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

    /* what was added changes by itself, without another version */

    if (item->statement == NGX_PAYMENTS_PG_EXPAND_PAYMENTS) {
        answer->version = 0;
    }

    if (ngx_payments_read_store_token(request, item, row)) {
        return;
    }

done:

    request->done(request);
}


/* what it must see is known */

static void
ngx_payments_read_on_token(void *data, ngx_int_t rc, ngx_str_t *value)
{
    ngx_payments_request_t  *request = data;

    ngx_payments_read_token_got(&request->work->item, rc, value);
    request->cancel = ngx_payments_read_cancel;

    ngx_payments_cluster_send(&request->work->item);
}


void
ngx_payments_read_send(ngx_payments_request_t *request,
    ngx_payments_pg_statement_e statement, ngx_payments_pg_handler_pt handler)
{
    ngx_payments_work_t     *work = request->work;
    ngx_payments_pg_item_t  *item = &work->item;

    work->values[0].number = request->merchant_id;
    work->values[1].number = request->livemode;

    item->statement = statement;
    item->values = work->values;
    item->timeout = 0;
    item->handler = handler;
    item->data = request;
    ngx_memcpy(item->tag, request->request_uuid, NGX_PAYMENTS_PG_TAG_LEN);

    item->read_token = NGX_PAYMENTS_PG_ALL;
    item->timeline = 0;

    request->cancel = ngx_payments_read_cancel_command;
    work->command = ngx_payments_read_token_get(item, request->merchant_id,
                                                ngx_payments_read_on_token,
                                                request);
    if (work->command == NULL) {
        request->cancel = ngx_payments_read_cancel;
        ngx_payments_cluster_send(item);
    }
}


ngx_int_t
ngx_payments_read_id(ngx_payments_request_t *request, const char *prefix,
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
ngx_payments_read_by_id(ngx_payments_request_t *request, const char *prefix,
    ngx_payments_pg_statement_e statement)
{
    if (ngx_payments_read_id(request, prefix, &request->work->values[2])
        == NGX_OK)
    {
        ngx_payments_read_send(request, statement, ngx_payments_read_on_object);
    }
}


void
ngx_payments_read_object(ngx_payments_request_t *request)
{
    ngx_payments_pg_value_t         *values = request->work->values;
    const ngx_payments_operation_t  *operation = request->operation;

    if (ngx_payments_read_id(request, operation->object, &values[3])
        != NGX_OK)
    {
        return;
    }

    values[2].data = (u_char *) operation->reads;
    values[2].len = ngx_strlen(operation->reads);

    ngx_payments_read_send(request, NGX_PAYMENTS_PG_READ_OBJECTS,
                           ngx_payments_read_on_object);
}

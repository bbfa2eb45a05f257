
/*
 * One statement goes to every shard, and one answer is made of all theirs: for
 * objects that an administrator sees wherever they are, and for health.
 */

#include "ngx_payments_handlers.h"


/* of what is asked: the first column, and from which one on bytes are kept */

#define NGX_PAYMENTS_PART_NUMBER  1
#define NGX_PAYMENTS_PART_BYTES   2


static void
ngx_payments_fanout_on_part(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int                          i;
    ngx_str_t                    bytes;
    ngx_payments_fanout_t       *fanout = item->data;
    ngx_payments_request_t      *request = fanout->request;
    ngx_payments_fanout_part_t  *part;

    part = &fanout->part[item->shard];
    part->pending = 0;
    part->outcome = outcome;

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        part->number = ngx_payments_pg_number(row,
                                              NGX_PAYMENTS_PART_NUMBER);
    }

    for (i = 0; outcome == NGX_PAYMENTS_PG_DONE && i < fanout->columns; i++) {
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

    if (--fanout->waiting == 0) {
        request->cancel = NULL;
        fanout->done(fanout);
    }
}


static void
ngx_payments_fanout_cancel(ngx_payments_request_t *request)
{
    ngx_uint_t              i;
    ngx_payments_fanout_t  *fanout = request->work->fanout;

    for (i = 0; i < fanout->n; i++) {
        if (fanout->part[i].pending) {
            fanout->part[i].pending = 0;
            ngx_payments_pg_cancel(&fanout->part[i].item);
        }
    }
}


void
ngx_payments_fanout_send(ngx_payments_request_t *request,
    ngx_payments_pg_statement_e statement, int columns, ngx_msec_t timeout,
    ngx_payments_fanout_pt done)
{
    ngx_uint_t                   i;
    ngx_payments_work_t         *work = request->work;
    ngx_payments_fanout_t       *fanout;
    ngx_payments_fanout_part_t  *part;

    fanout = ngx_pcalloc(request->pool, sizeof(ngx_payments_fanout_t));
    if (fanout == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return;
    }

    fanout->request = request;
    fanout->done = done;
    fanout->columns = columns;
    fanout->n = ngx_payments_cluster_nshards();
    fanout->waiting = fanout->n;

    work->fanout = fanout;
    work->values[0].number = request->merchant_id;
    work->values[1].number = request->livemode;

    request->cancel = ngx_payments_fanout_cancel;

    for (i = 0; i < fanout->n; i++) {
        part = &fanout->part[i];

        part->item.statement = statement;
        part->item.values = work->values;
        part->item.shard = i;
        part->item.timeout = timeout;
        part->item.handler = ngx_payments_fanout_on_part;
        part->item.data = fanout;
        ngx_memcpy(part->item.tag, request->request_uuid,
                   NGX_PAYMENTS_PG_TAG_LEN);
        part->pending = 1;

        ngx_payments_cluster_send(&part->item);
    }
}


ngx_payments_fanout_part_t *
ngx_payments_fanout_failed(ngx_payments_fanout_t *fanout)
{
    ngx_uint_t  i;

    for (i = 0; i < fanout->n; i++) {
        if (fanout->part[i].outcome != NGX_PAYMENTS_PG_DONE) {
            return &fanout->part[i];
        }
    }

    return NULL;
}


ngx_int_t
ngx_payments_fanout_find(ngx_payments_fanout_t *fanout,
    ngx_payments_fanout_part_t **found)
{
    ngx_uint_t                   i;
    ngx_payments_request_t      *request = fanout->request;
    ngx_payments_fanout_part_t  *failed;

    for (i = 0; i < fanout->n; i++) {
        if (fanout->part[i].outcome == NGX_PAYMENTS_PG_DONE
            && fanout->part[i].bytes[0].len)
        {
            *found = &fanout->part[i];
            return NGX_OK;
        }
    }

    failed = ngx_payments_fanout_failed(fanout);

    if (failed != NULL) {
        ngx_payments_item_failed(request, failed->outcome);
        request->done(request);
        return NGX_ERROR;
    }

    return NGX_DECLINED;
}


void
ngx_payments_fanout_object(ngx_payments_fanout_t *fanout)
{
    ngx_int_t                    rc;
    ngx_payments_request_t      *request = fanout->request;
    ngx_payments_answer_t       *answer = &request->answer;
    ngx_payments_fanout_part_t  *part;

    rc = ngx_payments_fanout_find(fanout, &part);

    if (rc == NGX_ERROR) {
        return;
    }

    if (rc == NGX_OK) {
        ngx_memzero(answer, sizeof(ngx_payments_answer_t));
        answer->status = 200;
        answer->type = "application/json";
        answer->body = part->bytes[0];
        answer->version = (ngx_uint_t) ngx_max(part->number, 0);

    } else {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
    }

    request->done(request);
}


void
ngx_payments_fanout_merchant(ngx_payments_request_t *request, ngx_str_t *id,
    ngx_payments_fanout_pt done)
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

    request->work->values[2].data = uuid;
    request->work->values[2].len = NGX_PAYMENTS_UUID_LEN;

    ngx_payments_fanout_send(request, NGX_PAYMENTS_PG_GET_MERCHANTS, 1, 0,
                             done);
}


/* What changes API keys and merchants: an action of pay.administer(). */

#include "ngx_payments_handlers.h"


/* parameters of pay.administer, the tag not counted */

typedef enum {
    A_MERCHANT = 0, A_LIVEMODE, A_KEY_HASH, A_KEY, A_FINGERPRINT,
    A_REQUEST_ID, A_REQUEST, A_ACTION, A_OBJECT, A_TARGET, A_OWNER, A_ALLOWED,
    A_NAME, A_STATUS, A_SCOPES, A_EXPIRES_AT, A_OVERLAP, A_SECRET_HASH,
    A_KIND, A_SEAL, A_IF_MATCH, A_LAST
} ngx_payments_administer_parameter_e;


/* what an execution holds: the values, and what they point to */

typedef struct {
    u_char                        ids[3 * NGX_PAYMENTS_UUID_LEN];
    u_char                        seal[NGX_PAYMENTS_SEAL_LEN];
    u_char                        hash[NGX_PAYMENTS_SHA256_LEN];
    ngx_payments_pg_value_t       values[A_LAST];
} ngx_payments_administration_t;


static void
ngx_payments_administer_value(ngx_payments_pg_value_t *value, const void *data,
    size_t len)
{
    value->data = data;
    value->len = len;
}


/* names separated by spaces, as SQL wants them */

static ngx_int_t
ngx_payments_administer_scopes(ngx_pool_t *pool, ngx_uint_t scopes,
    ngx_payments_pg_value_t *value)
{
    u_char      *p, *start;
    ngx_uint_t   i;

    start = ngx_pnalloc(pool, 32 * NGX_PAYMENTS_SCOPES);
    if (start == NULL) {
        return NGX_ERROR;
    }

    for (p = start, i = 0; ngx_payments_scopes[i] != NULL; i++) {
        if (scopes & ((ngx_uint_t) 1 << i)) {
            p = ngx_sprintf(p, "%s%s", p == start ? "" : " ",
                            ngx_payments_scopes[i]);
        }
    }

    ngx_payments_administer_value(value, start, p - start);

    return NGX_OK;
}


/* for another merchant than the caller's: whose key it will be */

static ngx_int_t
ngx_payments_administer_owner(ngx_payments_workspace_t *ws, ngx_pool_t *pool,
    ngx_payments_administration_t *a)
{
    u_char     *id = a->ids + 2 * NGX_PAYMENTS_UUID_LEN;
    ngx_str_t   text;

    if (ngx_payments_body_text(pool, ws, NGX_PAYMENTS_ADMIN_MERCHANT, &text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (text.data == NULL) {
        return NGX_OK;
    }

    if (ngx_payments_id_parse("mer_", text.data, text.len, id) != 0) {
        return NGX_ERROR;
    }

    ngx_payments_administer_value(&a->values[A_OWNER], id,
                                  NGX_PAYMENTS_UUID_LEN);
    return NGX_OK;
}


static ngx_int_t
ngx_payments_administer_body(ngx_payments_workspace_t *ws, ngx_pool_t *pool,
    ngx_payments_administration_t *a)
{
    ngx_str_t                          text;
    ngx_payments_pg_value_t           *values = a->values;
    const ngx_payments_json_node_t   **slots = ws->validation.slots;
    const ngx_payments_field_value_t  *found = ws->validation.values;

    if (ngx_payments_body_text(pool, ws, NGX_PAYMENTS_ADMIN_NAME, &text)
        != NGX_OK
        || ngx_payments_administer_owner(ws, pool, a) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_administer_value(&values[A_NAME], text.data, text.len);

    if (slots[NGX_PAYMENTS_ADMIN_STATUS] != NULL) {
        ngx_payments_administer_value(&values[A_STATUS],
                           found[NGX_PAYMENTS_ADMIN_STATUS].word,
                           ngx_strlen(found[NGX_PAYMENTS_ADMIN_STATUS].word));
    }

    values[A_EXPIRES_AT].null = (slots[NGX_PAYMENTS_ADMIN_EXPIRES] == NULL);

    if (slots[NGX_PAYMENTS_ADMIN_EXPIRES] != NULL) {

        /* an offset may make it a year of five digits */

        values[A_EXPIRES_AT].number =
                             ngx_min(found[NGX_PAYMENTS_ADMIN_EXPIRES].number,
                                     NGX_PAYMENTS_TIME_MAX);
    }

    if (slots[NGX_PAYMENTS_ADMIN_OVERLAP] != NULL) {
        values[A_OVERLAP].number = found[NGX_PAYMENTS_ADMIN_OVERLAP].number;
    }

    if (slots[NGX_PAYMENTS_ADMIN_SCOPES] == NULL) {
        return NGX_OK;
    }

    /* the field's values are all scopes, in the order of their bits */

    return ngx_payments_administer_scopes(pool,
                                       found[NGX_PAYMENTS_ADMIN_SCOPES].set,
                                       &values[A_SCOPES]);
}


/* what the operation makes or changes: ids and, of a key, its seal */

static ngx_int_t
ngx_payments_administer_object(ngx_payments_request_t *request,
    const ngx_payments_administer_t *change, ngx_pool_t *pool,
    ngx_payments_administration_t *a)
{
    ngx_payments_pg_value_t  *values = a->values;

    if (ngx_payments_new_uuid(a->ids) != 0) {
        return NGX_ERROR;
    }

    ngx_payments_administer_value(&values[A_OBJECT], a->ids,
                                  NGX_PAYMENTS_UUID_LEN);

    if (request->id.len) {
        ngx_memcpy(a->ids + NGX_PAYMENTS_UUID_LEN, change->target,
                   NGX_PAYMENTS_UUID_LEN);
        ngx_payments_administer_value(&values[A_TARGET],
                                      a->ids + NGX_PAYMENTS_UUID_LEN,
                                      NGX_PAYMENTS_UUID_LEN);
    }

    if (ngx_payments_administer_scopes(pool, request->scopes,
                                       &values[A_ALLOWED])
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!request->operation->reveals) {
        return NGX_OK;
    }

    if (ngx_payments_seal_make(request->livemode, a->seal, a->hash) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_administer_value(&values[A_SECRET_HASH], a->hash,
                                  NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_administer_value(&values[A_SEAL], a->seal,
                                  NGX_PAYMENTS_SEAL_LEN);
    ngx_payments_administer_value(&values[A_KIND],
                                  ngx_payments_seal_mode(request->livemode),
                                  NGX_PAYMENTS_KEY_MODE);

    return NGX_OK;
}


static ngx_int_t
ngx_payments_administer_item(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution)
{
    ngx_str_t                         key, match;
    ngx_payments_pg_value_t          *values;
    ngx_payments_administration_t    *a;
    const ngx_payments_administer_t  *change = ws->data;

    a = ngx_pcalloc(execution->pool, sizeof(ngx_payments_administration_t));
    key.data = ngx_pstrdup(execution->pool, &request->key);
    match.data = ngx_pstrdup(execution->pool, &request->if_match);

    if (a == NULL || key.data == NULL || match.data == NULL
        || ngx_payments_new_uuid(execution->item.tag) != 0
        || ngx_payments_administer_object(request, change, execution->pool, a)
           != NGX_OK
        || ngx_payments_administer_body(ws, execution->pool, a) != NGX_OK)
    {
        return NGX_ERROR;
    }

    values = a->values;

    values[A_MERCHANT].number = request->merchant_id;
    values[A_LIVEMODE].number = request->livemode;

    ngx_payments_administer_value(&values[A_KEY_HASH], execution->key.hash,
                                  NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_administer_value(&values[A_KEY],
                                  request->key.len ? key.data : NULL,
                                  request->key.len);
    ngx_payments_administer_value(&values[A_FINGERPRINT],
                                  execution->fingerprint,
                                  NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_administer_value(&values[A_REQUEST_ID],
                                  execution->request_id,
                                  NGX_PAYMENTS_UUID_LEN);
    ngx_payments_administer_value(&values[A_REQUEST],
                                  execution->record.request.data,
                                  execution->record.request.len);
    ngx_payments_administer_value(&values[A_ACTION], change->action,
                                  ngx_strlen(change->action));
    ngx_payments_administer_value(&values[A_IF_MATCH],
                                  request->if_match.data ? match.data : NULL,
                                  request->if_match.len);

    /* about another merchant: in that one's shard; else in the caller's */

    execution->item.statement = request->work->shard_known
                                ? NGX_PAYMENTS_PG_ADMINISTER_THERE
                                : NGX_PAYMENTS_PG_ADMINISTER;
    execution->item.shard = request->work->shard;
    execution->item.values = values;

    return NGX_OK;
}


ngx_int_t
ngx_payments_administer_parse(ngx_payments_request_t *request,
    ngx_payments_administer_t *a)
{
    if (request->id.len
        && ngx_payments_id_parse(request->operation->object,
                                 request->id.data, request->id.len, a->target)
           != 0)
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return NGX_DECLINED;
    }

    if (request->operation->reveals && !ngx_payments_seal_ready()) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_NOT_IMPLEMENTED,
                             "keys are made where \"payments_secret_file\" is "
                             "set", NULL);
        request->done(request);
        return NGX_DECLINED;
    }

    a->ws = ngx_payments_body_parse(request);

    if (a->ws == NULL) {
        request->done(request);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


void
ngx_payments_administer_execute(ngx_payments_request_t *request,
    ngx_payments_administer_t *a)
{
    a->ws->data = a;

    ngx_payments_idempotent_execute(request, a->ws,
                                    ngx_payments_administer_item);
}


void
ngx_payments_administer(ngx_payments_request_t *request, const char *action)
{
    ngx_payments_administer_t  a;

    a.action = action;

    if (ngx_payments_administer_parse(request, &a) == NGX_OK) {
        ngx_payments_administer_execute(request, &a);
    }
}


static void
ngx_payments_owner_found(ngx_payments_fanout_t *fanout)
{
    ngx_int_t                    rc;
    ngx_payments_work_t         *work = fanout->request->work;
    ngx_payments_request_t      *request = fanout->request;
    ngx_payments_fanout_part_t  *part;

    rc = ngx_payments_fanout_find(fanout, &part);

    if (rc == NGX_ERROR) {
        return;
    }

    work->shard_sought = 1;

    if (rc == NGX_OK) {
        work->shard_known = 1;
        work->shard = part->item.shard;
    }

    request->operation->handler(request);
}


ngx_int_t
ngx_payments_owner_find(ngx_payments_request_t *request, ngx_str_t *id)
{
    if (request->work->shard_sought || ngx_payments_cluster_nshards() == 1) {
        return NGX_OK;
    }

    ngx_payments_fanout_merchant(request, id, ngx_payments_owner_found);

    return NGX_AGAIN;
}


/* Idempotency keys as objects: looked at, and canceled. */

#include "../ngx_payments_handlers.h"


/* parameters of pay.cancel_keys, the tag not counted */

typedef enum {
    C_MERCHANT = 0, C_LIVEMODE, C_KEY_HASH, C_KEY, C_FINGERPRINT,
    C_REQUEST_ID, C_REQUEST, C_TARGET, C_TARGET_KEY, C_REFUND, C_TRANSFER,
    C_TRANSFER2, C_AT, C_MAY_REFUND, C_BURN, C_LAST
} ngx_payments_cancel_parameter_e;


/* what an execution has to remember */

typedef struct {
    u_char                          ids[3 * NGX_PAYMENTS_UUID_LEN];
    ngx_payments_idempotency_key_t  target;
    ngx_payments_pg_value_t         values[C_LAST];
} ngx_payments_cancel_t;


/* the key of the path, out of its percent-encoding, and its hash */

static ngx_int_t
ngx_payments_key_target(ngx_payments_request_t *request, ngx_pool_t *pool,
    ngx_str_t *text, ngx_payments_idempotency_key_t *key)
{
    size_t   i;
    u_char  *dst, *src;

    text->data = ngx_pnalloc(pool, request->id.len);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    dst = text->data;
    src = request->id.data;

    ngx_unescape_uri(&dst, &src, request->id.len, 0);

    text->len = dst - text->data;

    /* as the header is read */

    if (text->len >= 2 && text->data[0] == '"'
        && text->data[text->len - 1] == '"')
    {
        text->data++;
        text->len -= 2;
    }

    if (text->len == 0 || text->len > NGX_PAYMENTS_KEY_MAX) {
        return NGX_DECLINED;
    }

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < 0x21 || text->data[i] > 0x7e) {
            return NGX_DECLINED;
        }
    }

    key->merchant_id = request->merchant_id;

    return ngx_payments_idempotency_hash(key, request->livemode, text);
}


static void
ngx_payments_key_missing(ngx_payments_request_t *request, ngx_int_t rc)
{
    ngx_payments_problem(request, (rc == NGX_DECLINED)
                                  ? NGX_PAYMENTS_P_RESOURCE_NOT_FOUND
                                  : NGX_PAYMENTS_P_INTERNAL_ERROR,
                         NULL, NULL);
    request->done(request);
}


/* one that is being executed on this node; when it began, its id says */

static ngx_int_t
ngx_payments_key_in_progress(ngx_payments_request_t *request, ngx_str_t *key,
    ngx_payments_flight_t *flight)
{
    u_char               id[NGX_PAYMENTS_ID_LEN], *buffer, *space;
    size_t               size, method;
    u_char               hex[2 * NGX_PAYMENTS_SHA256_LEN];
    u_char               time[NGX_PAYMENTS_TIME_LEN];
    ngx_payments_out_t   out;

    size = 1024 + 6 * key->len + 6 * flight->len;
    buffer = ngx_pnalloc(request->pool, size);

    if (buffer == NULL) {
        return NGX_ERROR;
    }

    space = ngx_strlchr(flight->line, flight->line + flight->len, ' ');
    method = space ? (size_t) (space - flight->line) : 0;

    ngx_hex_dump(hex, flight->fingerprint, NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_id("req_", flight->request_id, id);
    ngx_payments_time(ngx_payments_uuid_time(flight->request_id), time);

    ngx_payments_out_init(&out, buffer, size);
    ngx_payments_out_str(&out, "{\"object\":\"idempotency_record\",\"key\":");
    ngx_payments_out_json(&out, key->data, key->len);
    ngx_payments_out_str(&out, ",\"method\":");
    ngx_payments_out_json(&out, flight->line, method);
    ngx_payments_out_str(&out, ",\"path\":");
    ngx_payments_out_json_or_null(&out, space ? space + 1 : NULL,
                                  space ? flight->len - method - 1 : 0);
    ngx_payments_out_str(&out, ",\"state\":\"in_progress\","
                         "\"fingerprint\":\"");
    ngx_payments_out_bytes(&out, hex, sizeof(hex));
    ngx_payments_out_str(&out, "\",\"status_code\":null,"
                         "\"resource_type\":null,\"resource_id\":null,"
                         "\"request_id\":\"");
    ngx_payments_out_bytes(&out, id, NGX_PAYMENTS_ID_LEN);
    ngx_payments_out_str(&out, "\",\"undo\":null,\"created_at\":\"");
    ngx_payments_out_bytes(&out, time, NGX_PAYMENTS_TIME_LEN);
    ngx_payments_out_str(&out, "\",\"completed_at\":null,"
                         "\"expires_at\":null}");

    ngx_memzero(&request->answer, sizeof(ngx_payments_answer_t));

    request->answer.status = 200;
    request->answer.type = "application/json";
    request->answer.body.data = out.start;
    request->answer.body.len = out.pos - out.start;

    return NGX_OK;
}


void
ngx_payments_get_idempotency_key(ngx_payments_request_t *request)
{
    ngx_int_t                        rc;
    ngx_str_t                        text;
    ngx_payments_flight_t            flight;
    ngx_payments_idempotency_key_t  *key;

    key = ngx_palloc(request->pool, sizeof(ngx_payments_idempotency_key_t));

    rc = key ? ngx_payments_key_target(request, request->pool, &text, key)
             : NGX_ERROR;

    if (rc != NGX_OK) {
        ngx_payments_key_missing(request, rc);
        return;
    }

    if (ngx_payments_flight_find(key, &flight) == NGX_OK) {

        if (ngx_payments_key_in_progress(request, &text, &flight) != NGX_OK) {
            ngx_payments_key_missing(request, NGX_ERROR);
            return;
        }

        request->done(request);
        return;
    }

    request->work->values[2].data = key->hash;
    request->work->values[2].len = NGX_PAYMENTS_KEY_HASH_LEN;
    request->work->values[3].data = text.data;
    request->work->values[3].len = text.len;

    /* an administrator's may have been used where another merchant is */

    if (ngx_payments_cluster_nshards() > 1
        && (request->scopes & ngx_payments_api_scope((u_char *) "admin", 5)))
    {
        ngx_payments_fanout_send(request, NGX_PAYMENTS_PG_GET_KEYS_THERE, 1, 0,
                                 ngx_payments_fanout_object);
        return;
    }

    ngx_payments_read_send(request, NGX_PAYMENTS_PG_GET_KEYS,
                           ngx_payments_read_on_object);
}


static ngx_int_t
ngx_payments_cancel_item(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution)
{
    ngx_str_t                 key, target;
    ngx_uint_t                i;
    ngx_payments_cancel_t    *cancel;
    ngx_payments_pg_value_t  *v;

    cancel = ngx_pcalloc(execution->pool, sizeof(ngx_payments_cancel_t));
    key.data = ngx_pstrdup(execution->pool, &request->key);

    if (cancel == NULL || key.data == NULL
        || ngx_payments_key_target(request, execution->pool, &target,
                                   &cancel->target)
           != NGX_OK
        || ngx_payments_new_uuid(execution->item.tag) != 0)
    {
        return NGX_ERROR;
    }

    v = cancel->values;

    for (i = 0; i < 3; i++) {
        v[C_REFUND + i].data = cancel->ids + i * NGX_PAYMENTS_UUID_LEN;
        v[C_REFUND + i].len = NGX_PAYMENTS_UUID_LEN;

        if (ngx_payments_new_uuid(cancel->ids + i * NGX_PAYMENTS_UUID_LEN)
            != 0)
        {
            return NGX_ERROR;
        }
    }

    v[C_MERCHANT].number = request->merchant_id;
    v[C_LIVEMODE].number = request->livemode;
    v[C_AT].number = ngx_payments_pg_now();
    v[C_MAY_REFUND].number = (request->scopes
                              & ngx_payments_api_scope((u_char *)
                                                       "refunds:write", 13))
                             != 0;

    /* an administrator's may have been used where another merchant is */

    v[C_BURN].number = ngx_payments_cluster_nshards() == 1
                       || !(request->scopes
                            & ngx_payments_api_scope((u_char *) "admin", 5));

    v[C_KEY_HASH].data = execution->key.hash;
    v[C_KEY_HASH].len = NGX_PAYMENTS_KEY_HASH_LEN;
    v[C_KEY].data = key.data;
    v[C_KEY].len = request->key.len;
    v[C_FINGERPRINT].data = execution->fingerprint;
    v[C_FINGERPRINT].len = NGX_PAYMENTS_SHA256_LEN;
    v[C_REQUEST_ID].data = execution->request_id;
    v[C_REQUEST_ID].len = NGX_PAYMENTS_UUID_LEN;
    v[C_REQUEST].data = execution->record.request.data;
    v[C_REQUEST].len = execution->record.request.len;
    v[C_TARGET].data = cancel->target.hash;
    v[C_TARGET].len = NGX_PAYMENTS_KEY_HASH_LEN;
    v[C_TARGET_KEY].data = target.data;
    v[C_TARGET_KEY].len = target.len;

    execution->item.statement = NGX_PAYMENTS_PG_CANCEL_KEYS;
    execution->item.values = v;

    /* two that cancel one key are never under way together */

    ngx_memcpy(&execution->item.object, cancel->target.hash, 4);
    execution->item.object |= 1U << 31;

    return NGX_OK;
}


void
ngx_payments_cancel_idempotency_key(ngx_payments_request_t *request)
{
    ngx_int_t                       rc;
    ngx_str_t                       text;
    ngx_payments_workspace_t       *ws;
    ngx_payments_idempotency_key_t  key;

    rc = ngx_payments_key_target(request, request->pool, &text, &key);

    if (rc != NGX_OK) {
        ngx_payments_key_missing(request, rc);
        return;
    }

    ws = ngx_payments_body_parse(request);

    if (ws == NULL) {
        request->done(request);
        return;
    }

    ngx_payments_idempotent_execute(request, ws, ngx_payments_cancel_item);
}

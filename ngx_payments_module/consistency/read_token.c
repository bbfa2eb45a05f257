
/* What a read must see: the merchant's last write, by way of Redis. */

#include "ngx_payments_consistency.h"
#include "ngx_payments_watermark.h"


#define NGX_PAYMENTS_READ_TOKEN_KEY_LEN                                       \
    (sizeof("{m:}:w:") - 1 + NGX_INT64_LEN + 2 * sizeof(uint64_t))


/* numbers of transactions are a cluster's own */

static void
ngx_payments_read_token_key(int64_t merchant_id, uint64_t system,
    u_char *buffer, ngx_str_t *name)
{
    name->data = buffer;
    name->len = ngx_sprintf(buffer, "{m:%L}:w:%xL", merchant_id, system)
                - buffer;
}


ngx_payments_redis_command_t *
ngx_payments_read_token_put(ngx_payments_pg_item_t *item, int64_t merchant_id,
    int64_t token, ngx_payments_redis_handler_pt handler, void *data)
{
    u_char                          buffer[NGX_PAYMENTS_READ_TOKEN_KEY_LEN];
    ngx_str_t                       name;
    ngx_payments_redis_command_t   *command;
    ngx_payments_watermark_value_t  value;

    /* without Redis no replica is ever asked */

    if (token == NGX_PAYMENTS_PG_ALL || !ngx_payments_redis_configured()) {
        return NULL;
    }

    ngx_payments_read_token_key(merchant_id, ngx_payments_cluster_system(item),
                                buffer, &name);

    value.token = token;
    value.timeline = (int64_t) ngx_payments_cluster_timeline(item);

    command = ngx_payments_watermark_raise(&name, &value,
                                           NGX_PAYMENTS_READ_TOKEN_TTL, handler,
                                           data);
    if (command == NULL) {
        ngx_payments_cluster_pin_to_primary();
    }

    return command;
}


void
ngx_payments_read_token_stored(ngx_int_t rc)
{
    if (rc != NGX_OK) {
        ngx_payments_cluster_pin_to_primary();
    }
}


ngx_payments_redis_command_t *
ngx_payments_read_token_get(ngx_payments_pg_item_t *item, int64_t merchant_id,
    ngx_payments_redis_handler_pt handler, void *data)
{
    u_char     buffer[NGX_PAYMENTS_READ_TOKEN_KEY_LEN];
    uint64_t   system;
    ngx_str_t  name;

    system = ngx_payments_cluster_route_read(item);

    if (system == 0
        || ngx_payments_redis_reached() < NGX_PAYMENTS_READ_TOKEN_TTL * 1000)
    {
        return NULL;
    }

    ngx_payments_read_token_key(merchant_id, system, buffer, &name);

    return ngx_payments_watermark_get(&name, handler, data);
}


void
ngx_payments_read_token_got(ngx_payments_pg_item_t *item, ngx_int_t rc,
    ngx_str_t *values)
{
    off_t  token, timeline;

    item->timeline = 0;
    item->read_token = (rc == NGX_DECLINED) ? NGX_PAYMENTS_PG_ANY
                                            : NGX_PAYMENTS_PG_ALL;

    if (rc != NGX_OK) {
        return;
    }

    /* ngx_atoof() refuses what is empty */

    token = ngx_atoof(values[0].data, values[0].len);
    timeline = ngx_atoof(values[1].data, values[1].len);

    if (token > NGX_PAYMENTS_PG_ANY) {
        item->read_token = token;
    }

    if (timeline > 0) {
        item->timeline = (ngx_uint_t) timeline;
    }
}

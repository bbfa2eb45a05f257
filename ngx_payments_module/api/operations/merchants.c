
/* Merchants, and the account of a key. */

#include "../ngx_payments_handlers.h"


/* columns of pay.list_merchants(), less 2 */

#define NGX_PAYMENTS_MERCHANTS_IDS      0      /* 16 bytes each */
#define NGX_PAYMENTS_MERCHANTS_LENGTHS  1      /* 4 bytes each, big-endian */
#define NGX_PAYMENTS_MERCHANTS_BODIES   2


/* how much of each shard's answer is in the page */

typedef struct {
    ngx_payments_fanout_t        *fanout;
    ngx_uint_t                    taken[NGX_PAYMENTS_CLUSTER_SHARDS];
                                               /* objects */
    size_t                        offset[NGX_PAYMENTS_CLUSTER_SHARDS];
                                               /* bytes */
} ngx_payments_merge_t;


static const ngx_payments_field_t  ngx_payments_create_merchant_fields[] = {

    { .name = "name", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_ADMIN_NAME, .required = 1, .min = 1, .max = 100 },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_create_merchant_schema = {
    "MerchantCreate", "A merchant to be made.",
    ngx_payments_create_merchant_fields
};

static const ngx_payments_field_t  ngx_payments_update_merchant_fields[] = {

    { .name = "name", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_ADMIN_NAME, .min = 1, .max = 100 },

    { .name = "status", .type = NGX_PAYMENTS_FIELD_ENUM,
      .slot = NGX_PAYMENTS_ADMIN_STATUS,
      .values = ngx_payments_merchant_statuses,
      .about = "A `suspended` merchant may read but not write." },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_update_merchant_schema = {
    "MerchantUpdate", "What changes in a merchant.",
    ngx_payments_update_merchant_fields
};


void
ngx_payments_create_merchant(ngx_payments_request_t *request)
{
    ngx_payments_administer(request, "create_merchant");
}


void
ngx_payments_update_merchant(ngx_payments_request_t *request)
{
    if (ngx_payments_owner_find(request, &request->id) == NGX_OK) {
        ngx_payments_administer(request, "update_merchant");
    }
}


void
ngx_payments_get_merchant(ngx_payments_request_t *request)
{
    ngx_payments_fanout_merchant(request, &request->id,
                                 ngx_payments_fanout_object);
}


/* whether the lengths that a shard gives are those of its bodies */

static ngx_uint_t
ngx_payments_merge_sound(ngx_payments_fanout_part_t *part)
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


/* the shard whose next object is the next of all; n: there is none */

static ngx_uint_t
ngx_payments_merge_next(ngx_payments_merge_t *merge, u_char **id)
{
    u_char                       *other;
    ngx_int_t                     rc;
    ngx_uint_t                    i, next;
    ngx_payments_fanout_t        *fanout = merge->fanout;
    ngx_payments_fanout_part_t   *part;

    next = fanout->n;

    for (i = 0; i < fanout->n; i++) {
        part = &fanout->part[i];

        if ((merge->taken[i] + 1) * NGX_PAYMENTS_UUID_LEN
            > part->bytes[NGX_PAYMENTS_MERCHANTS_IDS].len)
        {
            continue;
        }

        other = part->bytes[NGX_PAYMENTS_MERCHANTS_IDS].data
                + merge->taken[i] * NGX_PAYMENTS_UUID_LEN;

        rc = (next < fanout->n)
             ? ngx_memcmp(other, *id, NGX_PAYMENTS_UUID_LEN) : 0;

        if (next == fanout->n
            || (fanout->request->work->list.ascending ? rc < 0 : rc > 0))
        {
            next = i;
            *id = other;
        }
    }

    return next;
}


static ngx_str_t
ngx_payments_merge_take(ngx_payments_merge_t *merge, ngx_uint_t i)
{
    u_char                      *p;
    ngx_str_t                    body;
    ngx_payments_fanout_part_t  *part = &merge->fanout->part[i];

    p = part->bytes[NGX_PAYMENTS_MERCHANTS_LENGTHS].data
        + merge->taken[i] * 4;

    body.len = (size_t) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
    body.data = part->bytes[NGX_PAYMENTS_MERCHANTS_BODIES].data
                + merge->offset[i];

    merge->offset[i] += body.len;
    merge->taken[i]++;

    return body;
}


/* a page of what all have; NULL: it is the last one, else the id that it ends
   with */

static u_char *
ngx_payments_merge_page(ngx_payments_merge_t *merge, ngx_str_t *data,
    ngx_uint_t more)
{
    u_char      *id, *last;
    ngx_str_t    body;
    ngx_uint_t   i, n;

    id = NULL;
    last = NULL;

    for (n = 0; /* void */ ; /* void */ ) {
        i = ngx_payments_merge_next(merge, &id);

        if (i == merge->fanout->n) {
            break;
        }

        if (n == merge->fanout->request->work->list.limit) {
            more = 1;
            break;
        }

        body = ngx_payments_merge_take(merge, i);

        /* a merchant that moves is in two shards for a moment */

        if (last != NULL
            && ngx_memcmp(last, id, NGX_PAYMENTS_UUID_LEN) == 0)
        {
            continue;
        }

        if (n++) {
            data->data[data->len++] = ',';
        }

        ngx_memcpy(data->data + data->len, body.data, body.len);
        data->len += body.len;
        last = id;
    }

    return more ? last : NULL;
}


static void
ngx_payments_merge_done(ngx_payments_fanout_t *fanout)
{
    size_t                       size;
    u_char                      *last;
    ngx_str_t                    data;
    ngx_uint_t                   i, more;
    ngx_payments_merge_t         merge;
    ngx_payments_request_t      *request = fanout->request;
    ngx_payments_fanout_part_t  *part;

    part = ngx_payments_fanout_failed(fanout);

    if (part != NULL) {
        ngx_payments_item_failed(request, part->outcome);
        request->done(request);
        return;
    }

    size = 1;
    more = 0;

    for (i = 0; i < fanout->n; i++) {
        part = &fanout->part[i];

        if (!ngx_payments_merge_sound(part)) {
            ngx_log_error(NGX_LOG_CRIT, request->log, 0,
                          "PostgreSQL of payments shard \"%V\" listed "
                          "merchants whose lengths are not theirs",
                          ngx_payments_cluster_shard_name(i));
            ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                                 NULL);
            request->done(request);
            return;
        }

        size += part->bytes[NGX_PAYMENTS_MERCHANTS_BODIES].len
                + part->bytes[NGX_PAYMENTS_MERCHANTS_IDS].len;
        more |= (part->number != 0);
    }

    ngx_memzero(&merge, sizeof(ngx_payments_merge_t));
    merge.fanout = fanout;

    data.len = 0;
    data.data = ngx_pnalloc(request->pool, size);

    last = data.data ? ngx_payments_merge_page(&merge, &data, more) : NULL;

    ngx_payments_list_page(request, &data, last);
}


void
ngx_payments_list_merchants(ngx_payments_request_t *request)
{
    if (ngx_payments_list_prepare(request, "merchants") == NGX_OK) {
        ngx_payments_fanout_send(request, NGX_PAYMENTS_PG_LIST_MERCHANTS, 3, 0,
                                 ngx_payments_merge_done);
    }
}


/* the merchant, and what the worker knows of the key */

static void
ngx_payments_account_on_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    size_t                   size;
    ngx_str_t                merchant;
    ngx_uint_t               i, n;
    ngx_payments_out_t       out;
    ngx_payments_request_t  *request = item->data;
    ngx_payments_answer_t   *answer = &request->answer;

    request->cancel = NULL;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_item_failed(request, outcome);
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
    ngx_payments_pg_value_t  *values = request->work->values;

    values[2].data = (u_char *) "account";
    values[2].len = 7;
    values[3].data = request->request_uuid;
    values[3].len = NGX_PAYMENTS_UUID_LEN;

    ngx_payments_read_send(request, NGX_PAYMENTS_PG_READ_OBJECTS,
                           ngx_payments_account_on_row);
}

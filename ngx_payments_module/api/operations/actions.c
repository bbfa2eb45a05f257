
/*
 * The simulator's page, where the customer of a payment in test mode is asked
 * (3-D Secure): shown to a browser without an API key, under a name that
 * nobody can guess.
 */

#include "../ngx_payments_creation.h"
#include "../../consistency/ngx_payments_consistency.h"


#define NGX_PAYMENTS_ACTION_TIME   3600        /* s that the customer has */
#define NGX_PAYMENTS_ACTION_PAGE   16384       /* bytes */
#define NGX_PAYMENTS_ACTION_PATH   "/v1/test_helpers/actions/"


/* a page's name: payment, merchant and a MAC over both, in three blocks of
   base32 */

#define NGX_PAYMENTS_ACTION_BLOCKS  3
#define NGX_PAYMENTS_ACTION_BYTES   (NGX_PAYMENTS_ACTION_BLOCKS               \
                                     * NGX_PAYMENTS_UUID_LEN)
#define NGX_PAYMENTS_ACTION_MAC     (NGX_PAYMENTS_ACTION_BYTES                \
                                     - NGX_PAYMENTS_UUID_LEN                  \
                                     - sizeof(int64_t))
#define NGX_PAYMENTS_ACTION_NAME    (NGX_PAYMENTS_ACTION_BLOCKS               \
                                     * NGX_PAYMENTS_BASE32_LEN)


/* parameters of pay.act_on_payments, the tag not counted */

typedef enum {
    A_MERCHANT = 0, A_PAYMENT, A_ACT, A_TRANSFER, A_AT, A_LAST
} ngx_payments_act_parameter_e;

/* columns of pay.act_on_payments() */

#define NGX_PAYMENTS_ACTED_OUTCOME     1
#define NGX_PAYMENTS_ACTED_AMOUNT      2
#define NGX_PAYMENTS_ACTED_CURRENCY    3
#define NGX_PAYMENTS_ACTED_EXPONENT    4
#define NGX_PAYMENTS_ACTED_STATUS      5
#define NGX_PAYMENTS_ACTED_RETURN_URL  6


typedef struct {
    int64_t                       amount;      /* minor units */
    ngx_uint_t                    exponent;
    ngx_str_t                     currency;
    ngx_str_t                     status;
    ngx_str_t                     back;        /* where the browser goes then;
                                                  empty: nowhere */
} ngx_payments_acted_t;


static void ngx_payments_action_on_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);


static ngx_str_t  ngx_payments_action_secret;


void
ngx_payments_actions_init(ngx_str_t *secret)
{
    ngx_payments_action_secret = *secret;
}


/* the last bytes of a name, of those before them */

static ngx_int_t
ngx_payments_action_mac(const u_char bytes[NGX_PAYMENTS_ACTION_BYTES],
    u_char mac[NGX_PAYMENTS_SHA256_LEN])
{
    ngx_payments_text_t  key, parts[2];

    key.data = ngx_payments_action_secret.data;
    key.len = ngx_payments_action_secret.len;

    parts[0].data = (u_char *) "action";
    parts[0].len = 6;
    parts[1].data = bytes;
    parts[1].len = NGX_PAYMENTS_ACTION_BYTES - NGX_PAYMENTS_ACTION_MAC;

    return (ngx_payments_hmac_parts(&key, parts, 2, mac) == 0) ? NGX_OK
                                                               : NGX_ERROR;
}


static ngx_int_t
ngx_payments_action_name(const ngx_payments_origin_t *origin,
    u_char name[NGX_PAYMENTS_ACTION_NAME])
{
    u_char      bytes[NGX_PAYMENTS_ACTION_BYTES], *p;
    u_char      mac[NGX_PAYMENTS_SHA256_LEN];
    ngx_uint_t  i;

    p = ngx_cpymem(bytes, origin->payment, NGX_PAYMENTS_UUID_LEN);
    p = ngx_cpymem(p, &origin->merchant_id, sizeof(int64_t));

    if (ngx_payments_action_mac(bytes, mac) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, mac, NGX_PAYMENTS_ACTION_MAC);

    for (i = 0; i < NGX_PAYMENTS_ACTION_BLOCKS; i++) {
        ngx_payments_base32(bytes + i * NGX_PAYMENTS_UUID_LEN,
                            name + i * NGX_PAYMENTS_BASE32_LEN);
    }

    return NGX_OK;
}


/* NGX_DECLINED: it is no name of ours */

static ngx_int_t
ngx_payments_action_read(ngx_str_t *name, int64_t *merchant_id,
    u_char payment[NGX_PAYMENTS_UUID_LEN])
{
    u_char      bytes[NGX_PAYMENTS_ACTION_BYTES];
    u_char      mac[NGX_PAYMENTS_SHA256_LEN];
    ngx_uint_t  i;

    if (name->len != NGX_PAYMENTS_ACTION_NAME) {
        return NGX_DECLINED;
    }

    for (i = 0; i < NGX_PAYMENTS_ACTION_BLOCKS; i++) {
        if (ngx_payments_id_parse("",
                                  name->data + i * NGX_PAYMENTS_BASE32_LEN,
                                  NGX_PAYMENTS_BASE32_LEN,
                                  bytes + i * NGX_PAYMENTS_UUID_LEN)
            != 0)
        {
            return NGX_DECLINED;
        }
    }

    if (ngx_payments_action_mac(bytes, mac) != NGX_OK
        || !ngx_payments_equal(bytes + NGX_PAYMENTS_ACTION_BYTES
                               - NGX_PAYMENTS_ACTION_MAC, mac,
                               NGX_PAYMENTS_ACTION_MAC))
    {
        return NGX_DECLINED;
    }

    ngx_memcpy(payment, bytes, NGX_PAYMENTS_UUID_LEN);
    ngx_memcpy(merchant_id, bytes + NGX_PAYMENTS_UUID_LEN, sizeof(int64_t));

    return NGX_OK;
}


ngx_int_t
ngx_payments_action_make(ngx_payments_request_t *request, ngx_pool_t *pool,
    const ngx_payments_origin_t *origin, ngx_str_t *return_url,
    ngx_str_t *action)
{
    u_char     *p;
    ngx_str_t   server, url;

    if (request->origin(request, &server) != NGX_OK) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(request->pool, server.len + NGX_PAYMENTS_ACTION_NAME
                                   + sizeof(NGX_PAYMENTS_ACTION_PATH));
    if (p == NULL) {
        return NGX_ERROR;
    }

    url.data = p;
    p = ngx_cpymem(p, server.data, server.len);
    p = ngx_cpymem(p, NGX_PAYMENTS_ACTION_PATH,
                   sizeof(NGX_PAYMENTS_ACTION_PATH) - 1);

    if (ngx_payments_action_name(origin, p) != NGX_OK) {
        return NGX_ERROR;
    }

    url.len = p + NGX_PAYMENTS_ACTION_NAME - url.data;

    return ngx_payments_creation_action(pool, &url,
                                        origin->at + NGX_PAYMENTS_ACTION_TIME
                                                     * INT64_C(1000000),
                                        return_url, action);
}


static void
ngx_payments_action_text(ngx_payments_out_t *out, ngx_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        switch (text->data[i]) {

        case '&':
            ngx_payments_out_str(out, "&amp;");
            break;

        case '<':
            ngx_payments_out_str(out, "&lt;");
            break;

        case '"':
            ngx_payments_out_str(out, "&quot;");
            break;

        default:
            ngx_payments_out_bytes(out, &text->data[i], 1);
        }
    }
}


/* 10.99 EUR */

static void
ngx_payments_action_money(ngx_payments_out_t *out, ngx_payments_acted_t *acted)
{
    u_char      text[NGX_INT64_LEN + 2], *p;
    int64_t     unit;
    ngx_uint_t  i;

    for (unit = 1, i = 0; i < acted->exponent; i++) {
        unit *= 10;
    }

    p = ngx_sprintf(text, "%L", acted->amount / unit);

    if (acted->exponent) {
        *p++ = '.';

        for (i = acted->exponent; i; i--) {
            unit /= 10;
            *p++ = (u_char) ('0' + acted->amount / unit % 10);
        }
    }

    ngx_payments_out_bytes(out, text, p - text);
    ngx_payments_out_str(out, " ");
    ngx_payments_action_text(out, &acted->currency);
}


static void
ngx_payments_action_button(ngx_payments_out_t *out, ngx_str_t *name,
    const char *act, const char *label)
{
    ngx_payments_out_str(out, "<form method=\"post\" action=\""
                              NGX_PAYMENTS_ACTION_PATH);
    ngx_payments_out_bytes(out, name->data, NGX_PAYMENTS_ACTION_NAME);
    ngx_payments_out_str(out, "/");
    ngx_payments_out_str(out, act);
    ngx_payments_out_str(out, "\"><button>");
    ngx_payments_out_str(out, label);
    ngx_payments_out_str(out, "</button></form>\n");
}


static void
ngx_payments_action_page(ngx_payments_out_t *out, ngx_str_t *name,
    ngx_payments_acted_t *acted)
{
    static ngx_str_t  asks = ngx_string("requires_action");

    ngx_payments_out_str(out, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
        "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width="
        "device-width, initial-scale=1\"><meta name=\"color-scheme\" "
        "content=\"light dark\"><meta name=\"referrer\" "
        "content=\"no-referrer\"><link rel=\"icon\" href=\"data:,\">"
        "<title>Test payment</title></head>\n<body><main>\n<h1>");
    ngx_payments_action_money(out, acted);
    ngx_payments_out_str(out, "</h1>\n<p>This is a test payment. Your bank "
                              "would ask you here; no money moves.</p>\n");

    if (acted->status.len == asks.len
        && ngx_memcmp(acted->status.data, asks.data, asks.len) == 0)
    {
        ngx_payments_action_button(out, name, "approve", "Complete");
        ngx_payments_action_button(out, name, "fail", "Fail");

    } else {
        ngx_payments_out_str(out, "<p>The payment is <strong>");
        ngx_payments_action_text(out, &acted->status);
        ngx_payments_out_str(out, "</strong>.</p>\n");
    }

    if (acted->back.len) {
        ngx_payments_out_str(out, "<p><a href=\"");
        ngx_payments_action_text(out, &acted->back);
        ngx_payments_out_str(out, "\">Back to the shop</a></p>\n");
    }

    ngx_payments_out_str(out, "</main></body></html>\n");
}


/* the return_url, with the payment's id among its parameters */

static ngx_int_t
ngx_payments_action_back(ngx_payments_request_t *request, ngx_str_t *url,
    const u_char payment[NGX_PAYMENTS_UUID_LEN], ngx_str_t *back)
{
    u_char  *p, *last, *fragment;

    ngx_str_null(back);

    if (url->len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(request->pool, url->len + sizeof("?payment_id=")
                                   + NGX_PAYMENTS_ID_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = url->data + url->len;
    fragment = ngx_strlchr(url->data, last, '#');
    fragment = fragment ? fragment : last;

    back->data = p;
    p = ngx_cpymem(p, url->data, fragment - url->data);
    *p++ = ngx_strlchr(url->data, fragment, '?') ? '&' : '?';
    p = ngx_cpymem(p, "payment_id=", sizeof("payment_id=") - 1);
    ngx_payments_id("pay_", payment, p);
    p = ngx_cpymem(p + NGX_PAYMENTS_ID_LEN, fragment, last - fragment);

    back->len = p - back->data;

    return NGX_OK;
}


/* a browser follows no form to another origin than those that are named: the
   one of the return_url is what stands before its path */

static ngx_int_t
ngx_payments_action_policy(ngx_payments_request_t *request,
    ngx_payments_acted_t *acted)
{
    u_char     *p;
    size_t      origin = 0;
    ngx_str_t  *back = &acted->back, *policy = &request->answer.policy;

    static u_char  text[] = "default-src 'none'; img-src data:; "
                            "base-uri 'none'; frame-ancestors 'none'; "
                            "form-action 'self'";

    if (back->len) {
        origin = sizeof("https://") - 1;

        while (origin < back->len
               && ngx_strchr("/?#", back->data[origin]) == NULL)
        {
            origin++;
        }
    }

    p = ngx_pnalloc(request->pool, sizeof(text) + 1 + origin);
    if (p == NULL) {
        return NGX_ERROR;
    }

    policy->data = p;
    p = ngx_cpymem(p, text, sizeof(text) - 1);

    if (origin) {
        *p++ = ' ';
        p = ngx_cpymem(p, back->data, origin);
    }

    policy->len = p - policy->data;

    return NGX_OK;
}


/* the page; or the browser goes back, once the customer has decided */

static ngx_int_t
ngx_payments_action_answer(ngx_payments_request_t *request,
    ngx_payments_acted_t *acted)
{
    ngx_payments_out_t      out;
    ngx_payments_answer_t  *answer = &request->answer;

    ngx_memzero(answer, sizeof(ngx_payments_answer_t));

    answer->status = 200;
    answer->page = 1;
    answer->type = "text/html; charset=utf-8";

    if (request->operation->write && acted->back.len) {
        answer->status = 303;
        answer->location = acted->back;
    }

    answer->body.data = ngx_pnalloc(request->pool, NGX_PAYMENTS_ACTION_PAGE);

    if (answer->body.data == NULL
        || ngx_payments_action_policy(request, acted) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, answer->body.data, NGX_PAYMENTS_ACTION_PAGE);
    ngx_payments_action_page(&out, &request->id, acted);
    answer->body.len = out.pos - out.start;

    return out.overflow ? NGX_ERROR : NGX_OK;
}


static void
ngx_payments_action_failed(ngx_payments_request_t *request,
    ngx_payments_problem_e problem)
{
    ngx_payments_problem(request, problem, NULL, NULL);
    request->done(request);
}


static void
ngx_payments_action_cancel(ngx_payments_request_t *request)
{
    ngx_payments_pg_cancel(&request->work->item);
}


/* act NULL: the page is only shown */

static void
ngx_payments_action_send(ngx_payments_request_t *request, const char *act)
{
    u_char                   *ids;
    ngx_payments_pg_item_t   *item = &request->work->item;
    ngx_payments_pg_value_t  *values = request->work->values;

    ids = ngx_pnalloc(request->pool, 2 * NGX_PAYMENTS_UUID_LEN);

    if (ids == NULL
        || ngx_payments_new_uuid(ids + NGX_PAYMENTS_UUID_LEN) != 0
        || ngx_payments_new_uuid(item->tag) != 0)
    {
        ngx_payments_action_failed(request, NGX_PAYMENTS_P_INTERNAL_ERROR);
        return;
    }

    if (ngx_payments_action_read(&request->id, &request->merchant_id, ids)
        != NGX_OK)
    {
        ngx_payments_action_failed(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND);
        return;
    }

    values[A_MERCHANT].number = request->merchant_id;
    values[A_PAYMENT].data = ids;
    values[A_PAYMENT].len = NGX_PAYMENTS_UUID_LEN;
    values[A_ACT].data = (const u_char *) act;
    values[A_ACT].len = act ? ngx_strlen(act) : 0;
    values[A_TRANSFER].data = ids + NGX_PAYMENTS_UUID_LEN;
    values[A_TRANSFER].len = NGX_PAYMENTS_UUID_LEN;
    values[A_AT].number = ngx_payments_pg_now();

    item->statement = NGX_PAYMENTS_PG_ACT_ON_PAYMENTS;
    item->values = values;
    item->handler = ngx_payments_action_on_row;
    item->data = request;

    request->cancel = ngx_payments_action_cancel;

    ngx_payments_cluster_send(item);
}


static void
ngx_payments_action_on_stored(void *data, ngx_int_t rc, ngx_str_t *value)
{
    ngx_payments_request_t  *request = data;

    request->cancel = NULL;

    ngx_payments_read_token_stored(rc);
    request->done(request);
}


static void
ngx_payments_action_cancel_command(ngx_payments_request_t *request)
{
    ngx_payments_redis_cancel(request->work->command);
}


/* a read of the shop's, when the browser is back, sees what was decided */

static void
ngx_payments_action_done(ngx_payments_request_t *request,
    ngx_payments_pg_item_t *item, ngx_payments_pg_row_t *row)
{
    if (request->operation->write) {
        request->work->command = ngx_payments_read_token_put(item,
                                       request->merchant_id,
                                       ngx_payments_pg_read_token(row),
                                       ngx_payments_action_on_stored, request);
    }

    if (request->work->command != NULL) {
        request->cancel = ngx_payments_action_cancel_command;
        return;
    }

    request->done(request);
}


static void
ngx_payments_action_on_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_str_t                url;
    ngx_payments_acted_t     acted;
    ngx_payments_request_t  *request = item->data;

    request->cancel = NULL;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_item_failed(request, outcome);
        request->done(request);
        return;
    }

    switch (ngx_payments_pg_number(row, NGX_PAYMENTS_ACTED_OUTCOME)) {

    case NGX_PAYMENTS_SQL_EXECUTED:
        break;

    case NGX_PAYMENTS_SQL_BUSY:
        ngx_payments_action_failed(request, NGX_PAYMENTS_P_RESOURCE_BUSY);
        return;

    default: /* NGX_PAYMENTS_SQL_UNUSED */
        ngx_payments_action_failed(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND);
        return;
    }

    acted.amount = ngx_payments_pg_number(row, NGX_PAYMENTS_ACTED_AMOUNT);
    acted.exponent = (ngx_uint_t)
                     ngx_payments_pg_number(row, NGX_PAYMENTS_ACTED_EXPONENT);
    acted.currency = ngx_payments_pg_bytes(row, NGX_PAYMENTS_ACTED_CURRENCY);
    acted.status = ngx_payments_pg_bytes(row, NGX_PAYMENTS_ACTED_STATUS);
    url = ngx_payments_pg_bytes(row, NGX_PAYMENTS_ACTED_RETURN_URL);

    if (ngx_payments_action_back(request, &url,
                                 request->work->values[A_PAYMENT].data,
                                 &acted.back)
        != NGX_OK
        || ngx_payments_action_answer(request, &acted) != NGX_OK)
    {
        ngx_payments_action_failed(request, NGX_PAYMENTS_P_INTERNAL_ERROR);
        return;
    }

    ngx_payments_action_done(request, item, row);
}


void
ngx_payments_get_action(ngx_payments_request_t *request)
{
    ngx_payments_action_send(request, NULL);
}


void
ngx_payments_approve_action(ngx_payments_request_t *request)
{
    ngx_payments_action_send(request, "approve");
}


void
ngx_payments_fail_action(ngx_payments_request_t *request)
{
    ngx_payments_action_send(request, "fail");
}

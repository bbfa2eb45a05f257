
/*
 * A location that asks a processor and says what came of it: for tests, beside
 * tests/outbound/driver.c in the same build.
 *
 *     location /ask { processor_call; }
 *
 * A request's X- headers are the call: Names (choose among these) or Name,
 * Action, Of (numbers), Amount, Currency, Reference, Attempt, Token,
 * Return-URL, Metadata, Age (s since it was begun), Again; Only: choose, and
 * say which.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>

#include "../../ngx_payments_module/base/ngx_payments_base.h"
#include "../../ngx_payments_module/processor/ngx_payments_dialect.h"


typedef struct {
    ngx_http_request_t             *request;
    ngx_payments_processor_call_t   call;
    ngx_pool_t                     *pool;      /* of the call */
} ngx_processor_driver_t;


static char *ngx_processor_driver(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_command_t  ngx_processor_driver_commands[] = {

    { ngx_string("processor_call"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_processor_driver,
      0,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_processor_driver_module_ctx = {
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
};


ngx_module_t  ngx_processor_driver_module = {
    NGX_MODULE_V1,
    &ngx_processor_driver_module_ctx,
    ngx_processor_driver_commands,
    NGX_HTTP_MODULE,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NGX_MODULE_V1_PADDING
};


/* data NULL: there is none */

static ngx_str_t
ngx_processor_driver_header(ngx_http_request_t *r, const char *name)
{
    ngx_uint_t        i;
    ngx_str_t         none = ngx_null_string;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == ngx_strlen(name)
                && ngx_strncasecmp(h[i].key.data, (u_char *) name,
                                   h[i].key.len)
                   == 0)
            {
                return h[i].value;
            }
        }
    }

    return none;
}


static ngx_int_t
ngx_processor_driver_number(ngx_http_request_t *r, const char *name,
    ngx_int_t unset)
{
    ngx_str_t  text = ngx_processor_driver_header(r, name);

    return text.len ? ngx_atoi(text.data, text.len) : unset;
}


static void
ngx_processor_driver_send(ngx_http_request_t *r, ngx_str_t *text)
{
    ngx_buf_t         *b;
    ngx_int_t          rc;
    ngx_chain_t        out;
    ngx_connection_t  *c;

    c = r->connection;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = text->len;

    rc = ngx_http_send_header(r);

    if (rc == NGX_OK) {
        b = ngx_create_temp_buf(r->pool, text->len + 1);
        b->last = ngx_cpymem(b->last, text->data, text->len);
        b->last_buf = 1;
        out.buf = b;
        out.next = NULL;
        rc = ngx_http_output_filter(r, &out);
    }

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static void
ngx_processor_driver_handler(ngx_payments_processor_call_t *call)
{
    ngx_str_t                         text;
    ngx_pool_t                       *pool;
    ngx_processor_driver_t           *driver = call->data;
    ngx_payments_processor_answer_t  *a = &call->answer;

    text.data = ngx_pnalloc(driver->request->pool, 8192);
    text.len = ngx_snprintf(text.data, 8192, "%s\n%V\n%V\n%V\n%L\n%V\n%V\n%V\n"
                            "%V\n%ui\n%s\n",
                            ngx_payments_processor_verdicts[a->verdict],
                            ngx_payments_processor_name(call->processor),
                            &a->reference, &a->brand, a->fee, &a->last4,
                            &a->failure, &a->message, &a->action_url,
                            a->retry_after,
                            call->request.again ? "again" : "")
               - text.data;

    pool = driver->pool;

    ngx_processor_driver_send(driver->request, &text);
    ngx_destroy_pool(pool);
}


static void
ngx_processor_driver_ask(ngx_http_request_t *r,
    ngx_payments_processor_request_t *request)
{
    request->merchant_id = ngx_processor_driver_number(r, "X-Merchant",
                                                       r->connection->number);
    request->action = ngx_processor_driver_number(r, "X-Action", 0);
    request->of = ngx_processor_driver_number(r, "X-Of", 0);
    request->amount = ngx_processor_driver_number(r, "X-Amount", 1099);
    request->currency = ngx_processor_driver_header(r, "X-Currency");
    request->reference = ngx_processor_driver_header(r, "X-Reference");
    request->attempt = ngx_processor_driver_header(r, "X-Attempt");
    request->token = ngx_processor_driver_header(r, "X-Token");
    request->return_url = ngx_processor_driver_header(r, "X-Return-URL");
    request->metadata = ngx_processor_driver_header(r, "X-Metadata");
    request->again = ngx_processor_driver_number(r, "X-Again", 0);
    request->begun_at = ngx_payments_clock()
                        - ngx_processor_driver_number(r, "X-Age", 0)
                          * INT64_C(1000000);
    request->exponent = 2;
    request->livemode = 1;

    ngx_str_set(&request->merchant, "mer_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    ngx_str_set(&request->payment, "pay_01ARZ3NDEKTSV4RRFFQ69G5FAV");

    if (request->currency.data == NULL) {
        ngx_str_set(&request->currency, "EUR");
    }

    if (request->attempt.data == NULL) {
        ngx_str_set(&request->attempt, "0123456789abcdef");
    }

    if (request->token.data == NULL) {
        ngx_str_set(&request->token, "tok_visa");
    }
}


static ngx_int_t
ngx_processor_driver_request(ngx_http_request_t *r)
{
    ngx_str_t                  name, names, text;
    ngx_processor_driver_t    *driver;
    ngx_payments_processor_t  *processor;

    if (ngx_http_discard_request_body(r) != NGX_OK) {
        return NGX_ERROR;
    }

    name = ngx_processor_driver_header(r, "X-Name");
    names = ngx_processor_driver_header(r, "X-Names");

    processor = names.len
                ? ngx_payments_processor_choose(&names, r->connection->number)
                : ngx_payments_processor_find(&name);

    r->main->count++;

    if (processor == NULL || ngx_processor_driver_number(r, "X-Only", 0)) {
        text = processor ? *ngx_payments_processor_name(processor)
                         : (ngx_str_t) ngx_string("none");
        ngx_processor_driver_send(r, &text);
        return NGX_DONE;
    }

    driver = ngx_pcalloc(r->pool, sizeof(ngx_processor_driver_t));
    driver->request = r;
    driver->pool = ngx_create_pool(4096, ngx_cycle->log);
    driver->call.pool = driver->pool;
    driver->call.processor = processor;
    driver->call.handler = ngx_processor_driver_handler;
    driver->call.data = driver;

    ngx_processor_driver_ask(r, &driver->call.request);

    if (ngx_payments_processor_start(&driver->call) != NGX_OK) {
        ngx_str_set(&text, "not started");
        ngx_destroy_pool(driver->pool);
        ngx_processor_driver_send(r, &text);
    }

    return NGX_DONE;
}


static char *
ngx_processor_driver(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_processor_driver_request;

    return NGX_CONF_OK;
}


/*
 * A location that makes calls of outbound/ and says how they ended: for tests.
 * It is a second module inside a build of the first one, which is made with
 * PAYMENTS_DRIVER=1; no other build has it.
 *
 *     location /call { outbound_call; }
 *
 * A request's X- headers are the call: URL, AT (an address), Method, Header (a
 * line), Flags, Timeout, Connect-Timeout, Limit, Allowed (a network), Cancel
 * (ms after the start), Times (calls one after the other), Want (a header of
 * the answer).  The request's body is the call's.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>

#include "../../ngx_payments_module/outbound/ngx_payments_outbound.h"


typedef struct {
    ngx_http_request_t           *request;
    ngx_payments_outbound_call_t  call;
    ngx_pool_t                   *pool;        /* of the call */
    ngx_event_t                   cancel;
    ngx_connection_t              dummy;
    ngx_int_t                     left;        /* calls */
    ngx_uint_t                    outcomes[3];
    ngx_str_t                     body;
} ngx_outbound_driver_t;


static char *ngx_outbound_driver(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static void ngx_outbound_driver_next(ngx_outbound_driver_t *driver);


static ngx_command_t  ngx_outbound_driver_commands[] = {

    { ngx_string("outbound_call"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_outbound_driver,
      0,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_outbound_driver_module_ctx = {
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
};


ngx_module_t  ngx_outbound_driver_module = {
    NGX_MODULE_V1,
    &ngx_outbound_driver_module_ctx,
    ngx_outbound_driver_commands,
    NGX_HTTP_MODULE,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NGX_MODULE_V1_PADDING
};


/* empty: there is none */

static ngx_str_t
ngx_outbound_driver_header(ngx_http_request_t *r, const char *name)
{
    ngx_uint_t        i;
    ngx_str_t         none = ngx_string("");
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
ngx_outbound_driver_number(ngx_http_request_t *r, const char *name,
    ngx_int_t unset)
{
    ngx_str_t  text = ngx_outbound_driver_header(r, name);

    return text.len ? ngx_atoi(text.data, text.len) : unset;
}


static void
ngx_outbound_driver_send(ngx_outbound_driver_t *driver, ngx_str_t *text)
{
    ngx_buf_t           *b;
    ngx_int_t            rc;
    ngx_chain_t          out;
    ngx_connection_t    *c;
    ngx_http_request_t  *r = driver->request;

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
ngx_outbound_driver_tell(ngx_outbound_driver_t *driver)
{
    size_t                         size;
    ngx_str_t                      text, want, value;
    ngx_payments_outbound_call_t  *call = &driver->call;

    static const char *const  names[] = { "not sent", "unknown", "answered" };

    ngx_str_null(&value);
    want = ngx_outbound_driver_header(driver->request, "X-Want");

    if (want.len) {
        (void) ngx_payments_outbound_header(call, (char *) want.data, &value);
    }

    size = call->answer.len + value.len + 1024;
    text.data = ngx_pnalloc(driver->request->pool, size);

    text.len = ngx_snprintf(text.data, size, "%s\n%ui\n%s%s%s\n%s\n%ui %ui %ui"
                            "\n%V\n\n%V", names[call->outcome], call->status,
                            call->reused ? "reused " : "",
                            call->resent ? "resent " : "",
                            call->truncated ? "truncated " : "",
                            call->error ? call->error : "",
                            driver->outcomes[0], driver->outcomes[1],
                            driver->outcomes[2], &value, &call->answer)
               - text.data;

    ngx_outbound_driver_send(driver, &text);
}


static void
ngx_outbound_driver_handler(ngx_payments_outbound_call_t *call)
{
    ngx_pool_t             *pool;
    ngx_outbound_driver_t  *driver = call->data;

    if (driver->cancel.timer_set) {
        ngx_del_timer(&driver->cancel);
    }

    pool = driver->pool;
    driver->outcomes[call->outcome]++;

    if (--driver->left > 0) {
        ngx_outbound_driver_next(driver);

    } else {
        ngx_outbound_driver_tell(driver);
    }

    ngx_destroy_pool(pool);
}


static void
ngx_outbound_driver_cancel(ngx_event_t *ev)
{
    ngx_connection_t       *dummy = ev->data;
    ngx_outbound_driver_t  *driver = dummy->data;
    ngx_str_t               text = ngx_string("canceled\n");

    ngx_payments_outbound_cancel(&driver->call);
    ngx_destroy_pool(driver->pool);

    ngx_outbound_driver_send(driver, &text);
}


/* NULL, or what is wrong with the request */

static const char *
ngx_outbound_driver_place(ngx_outbound_driver_t *driver)
{
    ngx_url_t                      u;
    ngx_str_t                      text;
    ngx_cidr_t                    *cidr;
    const char                    *wrong;
    ngx_http_request_t            *r = driver->request;
    ngx_payments_outbound_call_t  *call = &driver->call;

    text = ngx_outbound_driver_header(r, "X-URL");
    wrong = ngx_payments_url_parse(text.data, text.len, &call->url);

    if (wrong != NULL) {
        return wrong;
    }

    text = ngx_outbound_driver_header(r, "X-At");

    if (text.len) {
        ngx_memzero(&u, sizeof(ngx_url_t));
        u.url = text;

        if (ngx_parse_url(driver->pool, &u) != NGX_OK) {
            return "its address is none";
        }

        call->addrs = u.addrs;
        call->naddrs = u.naddrs;
    }

    text = ngx_outbound_driver_header(r, "X-Allowed");

    if (text.len) {
        call->allowed = ngx_array_create(driver->pool, 1, sizeof(ngx_cidr_t));
        cidr = ngx_array_push(call->allowed);

        if (ngx_ptocidr(&text, cidr) == NGX_ERROR) {
            return "its network is none";
        }
    }

    return NULL;
}


static void
ngx_outbound_driver_flags(ngx_outbound_driver_t *driver)
{
    ngx_str_t                      flags;
    ngx_payments_outbound_call_t  *call = &driver->call;

    flags = ngx_outbound_driver_header(driver->request, "X-Flags");

    if (flags.len == 0) {
        return;
    }

    call->policy = (ngx_strstr(flags.data, "policy") != NULL);
    call->again = (ngx_strstr(flags.data, "again") != NULL);
    call->essential = (ngx_strstr(flags.data, "essential") != NULL);
    call->direct = (ngx_strstr(flags.data, "direct") != NULL);
    call->partial = (ngx_strstr(flags.data, "partial") != NULL);
}


static void
ngx_outbound_driver_next(ngx_outbound_driver_t *driver)
{
    ngx_str_t                      text, line;
    const char                    *wrong;
    ngx_http_request_t            *r = driver->request;
    ngx_payments_outbound_call_t  *call = &driver->call;

    ngx_memzero(call, sizeof(ngx_payments_outbound_call_t));

    driver->pool = ngx_create_pool(4096, ngx_cycle->log);

    call->pool = driver->pool;
    call->handler = ngx_outbound_driver_handler;
    call->data = driver;
    call->body = driver->body;

    wrong = ngx_outbound_driver_place(driver);

    if (wrong != NULL) {
        text.data = (u_char *) wrong;
        text.len = ngx_strlen(wrong);
        ngx_destroy_pool(driver->pool);
        ngx_outbound_driver_send(driver, &text);
        return;
    }

    ngx_outbound_driver_flags(driver);

    ngx_str_set(&call->method, "POST");
    text = ngx_outbound_driver_header(r, "X-Method");

    if (text.len) {
        call->method = text;
    }

    line = ngx_outbound_driver_header(r, "X-Header");
    call->headers.data = ngx_pnalloc(driver->pool, line.len + 2);
    call->headers.len = line.len ? ngx_sprintf(call->headers.data, "%V" CRLF,
                                               &line) - call->headers.data
                                 : 0;

    call->timeout = ngx_outbound_driver_number(r, "X-Timeout", 10000);
    call->connect_timeout = ngx_outbound_driver_number(r, "X-Connect-Timeout",
                                                       0);
    call->limit = ngx_outbound_driver_number(r, "X-Limit", 65536);

    if (ngx_payments_outbound_start(call) != NGX_OK) {
        ngx_str_set(&text, "not started\n");
        ngx_destroy_pool(driver->pool);
        ngx_outbound_driver_send(driver, &text);
    }
}


/* the parts of a body in one piece; it is in memory, says the configuration */

static void
ngx_outbound_driver_collect(ngx_http_request_t *r, ngx_str_t *body)
{
    u_char       *p;
    ngx_chain_t  *cl;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        body->len += cl->buf->last - cl->buf->pos;
    }

    body->data = ngx_pnalloc(r->pool, body->len + 1);
    p = body->data;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        if (cl->buf->pos != NULL) {
            p = ngx_cpymem(p, cl->buf->pos, cl->buf->last - cl->buf->pos);
        }
    }
}


/* the request ends before its call: nginx quits at once */

static void
ngx_outbound_driver_cleanup(void *data)
{
    ngx_outbound_driver_t  *driver = data;

    if (driver->cancel.timer_set) {
        ngx_del_timer(&driver->cancel);
    }

    if (driver->call.exchange != NULL) {
        ngx_payments_outbound_cancel(&driver->call);
        ngx_destroy_pool(driver->pool);
    }
}


static void
ngx_outbound_driver_body(ngx_http_request_t *r)
{
    ngx_int_t               after;
    ngx_http_cleanup_t     *cln;
    ngx_outbound_driver_t  *driver;

    driver = ngx_pcalloc(r->pool, sizeof(ngx_outbound_driver_t));

    cln = ngx_http_cleanup_add(r, 0);
    cln->handler = ngx_outbound_driver_cleanup;
    cln->data = driver;

    driver->request = r;
    driver->left = ngx_outbound_driver_number(r, "X-Times", 1);
    driver->dummy.fd = (ngx_socket_t) -1;
    driver->dummy.data = driver;

    ngx_outbound_driver_collect(r, &driver->body);
    ngx_outbound_driver_next(driver);

    after = ngx_outbound_driver_number(r, "X-Cancel", -1);

    if (after >= 0) {
        driver->cancel.data = &driver->dummy;
        driver->cancel.handler = ngx_outbound_driver_cancel;
        driver->cancel.log = ngx_cycle->log;
        ngx_add_timer(&driver->cancel, after);
    }
}


static ngx_int_t
ngx_outbound_driver_request(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_http_read_client_request_body(r, ngx_outbound_driver_body);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


static char *
ngx_outbound_driver(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_outbound_driver_request;

    return NGX_CONF_OK;
}

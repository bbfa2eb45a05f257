
/*
 * The order of checks: size, (nginx's rate limits came before,) route,
 * authentication, scope, key, room for a write, JSON; then the operation.
 */

#include "ngx_payments_http.h"
#include "../base/ngx_payments_base.h"
#include "../status/ngx_payments_status.h"


static void ngx_payments_http_authenticate(ngx_payments_http_ctx_t *ctx);
static void ngx_payments_http_authenticated(
    ngx_payments_auth_waiter_t *waiter, ngx_payments_auth_result_e result);
static ngx_int_t ngx_payments_http_identify(ngx_payments_http_ctx_t *ctx,
    ngx_payments_auth_result_e result);
static void ngx_payments_http_checked(ngx_payments_http_ctx_t *ctx);
static void ngx_payments_http_body_handler(ngx_http_request_t *r);
static void ngx_payments_http_run(ngx_payments_http_ctx_t *ctx);
static void ngx_payments_http_done(ngx_payments_request_t *request);
static void ngx_payments_http_cleanup(void *data);
static void ngx_payments_http_free(void *data);


ngx_msec_t  ngx_payments_http_wait;


/*
 * Above 0 while nginx's own code is below us on the stack and will run the
 * posted requests itself, as it must: ours to do it would free a request that
 * it still holds.  At 0 we are in an event of pg/, redis/ or a timer.
 */

static ngx_uint_t  ngx_payments_http_inside;


ngx_payments_http_ctx_t *
ngx_payments_http_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t       *free;
    ngx_http_cleanup_t       *cln;
    ngx_payments_http_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_payments_module);

    if (ctx != NULL) {
        return ctx;
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_payments_http_ctx_t));
    if (ctx == NULL) {
        return NULL;
    }

    cln = ngx_http_cleanup_add(r, 0);
    free = ngx_pool_cleanup_add(r->pool, 0);

    if (cln == NULL || free == NULL) {
        return NULL;
    }

    cln->handler = ngx_payments_http_cleanup;
    cln->data = ctx;

    /* HTTP/2 may send the answer's bytes after the request's own cleanup */

    free->handler = ngx_payments_http_free;
    free->data = ctx;

    ctx->r = r;
    ctx->start = ngx_payments_now();
    ctx->request.pool = r->pool;
    ctx->request.log = r->connection->log;
    ctx->request.done = ngx_payments_http_done;
    ctx->request.origin = ngx_payments_http_origin;
    ctx->request.data = ctx;
    ctx->waiter.handler = ngx_payments_http_authenticated;
    ctx->waiter.data = ctx;

    if (ngx_payments_api_create(&ctx->request) != NGX_OK
        || ngx_payments_new_uuid(ctx->request.request_uuid) != 0)
    {
        return NULL;
    }

    ngx_payments_id("req_", ctx->request.request_uuid,
                    ctx->request.request_id);

    ngx_http_set_ctx(r, ctx, ngx_payments_module);

    return ctx;
}


/* the request ends, answered or not: nothing may call back into it */

static void
ngx_payments_http_cleanup(void *data)
{
    ngx_payments_http_ctx_t  *ctx = data;

    ngx_payments_auth_cancel(&ctx->waiter);
    ngx_payments_api_cancel(&ctx->request);
}


static void
ngx_payments_http_free(void *data)
{
    ngx_payments_http_ctx_t  *ctx = data;

    ngx_payments_api_free(&ctx->request);
}


static ngx_uint_t
ngx_payments_http_method(ngx_http_request_t *r)
{
    switch (r->method) {

    case NGX_HTTP_GET:
    case NGX_HTTP_HEAD:
        return NGX_PAYMENTS_GET;

    case NGX_HTTP_POST:
        return NGX_PAYMENTS_POST;

    case NGX_HTTP_PATCH:
        return NGX_PAYMENTS_PATCH;

    case NGX_HTTP_DELETE:
        return NGX_PAYMENTS_DELETE;

    default:
        return 0;
    }
}


/* NGX_OK; NGX_DECLINED: answer is set */

static ngx_int_t
ngx_payments_http_route(ngx_payments_http_ctx_t *ctx)
{
    ngx_uint_t                allowed;
    ngx_http_request_t       *r = ctx->r;
    ngx_payments_loc_conf_t  *plcf;
    ngx_payments_request_t   *request = &ctx->request;

    request->method = r->method_name;
    request->query = r->args;

    if (ngx_payments_http_path(r, &request->path) != NGX_OK) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        return NGX_DECLINED;
    }

    plcf = ngx_http_get_module_loc_conf(r, ngx_payments_module);

    request->operation = ngx_payments_api_route(&request->path,
                                                ngx_payments_http_method(r),
                                                plcf->dashboard, &request->id,
                                                &allowed);

    if (request->operation != NULL) {
        return NGX_OK;
    }

    if (allowed == 0) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_ROUTE_NOT_FOUND, NULL,
                             NULL);
        return NGX_DECLINED;
    }

    if (ngx_payments_http_allow(r, allowed) != NGX_OK) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        return NGX_DECLINED;
    }

    if (r->method == NGX_HTTP_OPTIONS) {
        ngx_memzero(&request->answer, sizeof(ngx_payments_answer_t));
        request->answer.status = NGX_HTTP_NO_CONTENT;
        return NGX_DECLINED;
    }

    ngx_payments_problem(request, NGX_PAYMENTS_P_METHOD_NOT_ALLOWED, NULL,
                         NULL);
    return NGX_DECLINED;
}


ngx_int_t
ngx_payments_http_handler(ngx_http_request_t *r)
{
    ngx_payments_http_ctx_t  *ctx;
    ngx_payments_loc_conf_t  *plcf;

    ctx = ngx_payments_http_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->answered = 1;

    plcf = ngx_http_get_module_loc_conf(r, ngx_payments_module);

    if (plcf->processors != NULL) {
        ctx->request.processors = ngx_payments_http_processors;
    }

    /* preconditions are an operation's own business */

    r->headers_in.if_match = NULL;
    r->headers_in.if_unmodified_since = NULL;

    /* ours until ngx_payments_http_answer() */
    r->main->count++;

    r->write_event_handler = ngx_http_request_empty_handler;

    ngx_payments_http_headers(ctx);

    if (ctx->secret) {
        ngx_payments_problem(&ctx->request,
                             (ctx->secret == NGX_PAYMENTS_SECRET_KEY)
                             ? NGX_PAYMENTS_P_CREDENTIAL_IN_URL
                             : NGX_PAYMENTS_P_CARD_NUMBER, NULL, NULL);

    } else if (r->headers_in.content_length_n > NGX_PAYMENTS_BODY_MAX) {
        ngx_payments_problem(&ctx->request, NGX_PAYMENTS_P_CONTENT_TOO_LARGE,
                             NULL, NULL);

    } else if (ngx_payments_http_route(ctx) == NGX_OK) {

        /* reading observes a client that leaves, writing does not */

        r->read_event_handler = ctx->request.operation->write
                                ? ngx_http_block_reading
                                : ngx_http_test_reading;

        ngx_payments_http_inside++;

        if (ctx->request.operation->scope == NULL) {

            /* of nobody; a body is signed, which is for the operation to
               verify */

            if (ctx->request.operation->body) {
                ngx_payments_http_checked(ctx);

            } else {
                ngx_payments_http_run(ctx);
            }

        } else if (ngx_payments_http_credential(ctx) == NGX_OK) {
            ngx_payments_http_authenticate(ctx);

        } else {
            ngx_payments_http_answer(ctx);
        }

        ngx_payments_http_inside--;

        return NGX_DONE;
    }

    ngx_payments_http_answer(ctx);

    return NGX_DONE;
}


static void
ngx_payments_http_authenticate(ngx_payments_http_ctx_t *ctx)
{
    ngx_payments_auth_result_e  result;

    ctx->waiter.outage = ctx->request.operation->outage;

    result = ngx_payments_auth_start(&ctx->waiter, &ctx->credential);

    if (result == NGX_PAYMENTS_AUTH_PARKED) {
        return;
    }

    if (ngx_payments_http_identify(ctx, result) == NGX_OK) {
        ngx_payments_http_checked(ctx);
        return;
    }

    ngx_payments_http_answer(ctx);
}


/*
 * From an event, when the key's look-up has ended: what follows may answer at
 * once or not, and the posted requests run when all of it is done.
 */

static void
ngx_payments_http_authenticated(ngx_payments_auth_waiter_t *waiter,
    ngx_payments_auth_result_e result)
{
    ngx_connection_t         *c;
    ngx_payments_http_ctx_t  *ctx = waiter->data;

    c = ctx->r->connection;

    ngx_http_set_log_request(c->log, ctx->r);

    ngx_payments_http_inside++;

    if (ngx_payments_http_identify(ctx, result) == NGX_OK) {
        ngx_payments_http_checked(ctx);

    } else {
        ngx_payments_http_answer(ctx);
    }

    ngx_payments_http_inside--;

    ngx_http_run_posted_requests(c);
}


/* whose request it is; NGX_DECLINED: answer is set */

static ngx_int_t
ngx_payments_http_identify(ngx_payments_http_ctx_t *ctx,
    ngx_payments_auth_result_e result)
{
    ngx_payments_auth_t     *key = &ctx->waiter.key;
    ngx_payments_request_t  *request = &ctx->request;

    static const ngx_payments_problem_e  problems[] = {
        NGX_PAYMENTS_P_MERCHANT_SUSPENDED,    /* VALID */
        NGX_PAYMENTS_P_INTERNAL_ERROR,        /* PARKED: it has ended */
        NGX_PAYMENTS_P_INVALID_API_KEY,
        NGX_PAYMENTS_P_API_KEY_REVOKED,
        NGX_PAYMENTS_P_API_KEY_EXPIRED,
        NGX_PAYMENTS_P_DATABASE_UNAVAILABLE,
        NGX_PAYMENTS_P_OVERLOADED,
        NGX_PAYMENTS_P_INTERNAL_ERROR         /* FAILED */
    };

    if (result != NGX_PAYMENTS_AUTH_VALID
        || (!key->active && request->operation->write
            && !request->operation->returns))
    {
        ngx_payments_problem(request, problems[result], NULL, NULL);
        return NGX_DECLINED;
    }

    request->merchant_id = key->merchant_id;
    request->livemode = key->livemode;
    request->scopes = key->scopes;
    ngx_memcpy(request->merchant, key->merchant, NGX_PAYMENTS_ID_LEN);
    ngx_memcpy(request->api_key, key->hash, NGX_PAYMENTS_SHA256_LEN);

    return NGX_OK;
}


static ngx_int_t
ngx_payments_http_scope(ngx_payments_http_ctx_t *ctx)
{
    u_char                   *p;
    size_t                    len;
    ngx_str_t                 more;
    ngx_payments_request_t   *request = &ctx->request;

    if (request->operation->test && request->livemode) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_TEST_MODE_ONLY, NULL,
                             NULL);
        return NGX_DECLINED;
    }

    len = request->operation->scope ? ngx_strlen(request->operation->scope)
                                    : 0;

    if (len == 0
        || request->scopes
           & ngx_payments_api_scope((u_char *) request->operation->scope, len))
    {
        return NGX_OK;
    }

    more.data = ngx_pnalloc(ctx->r->pool, len + 32);
    if (more.data == NULL) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        return NGX_DECLINED;
    }

    p = ngx_sprintf(more.data, ",\"required_scope\":\"%s\"",
                    request->operation->scope);
    more.len = p - more.data;

    ngx_payments_problem(request, NGX_PAYMENTS_P_INSUFFICIENT_SCOPE, NULL,
                         &more);

    return NGX_DECLINED;
}


static void
ngx_payments_http_checked(ngx_payments_http_ctx_t *ctx)
{
    ngx_int_t                        rc;
    ngx_http_request_t              *r = ctx->r;
    ngx_payments_request_t          *request = &ctx->request;
    const ngx_payments_operation_t  *operation = request->operation;

    if (ngx_payments_http_scope(ctx) != NGX_OK
        || ngx_payments_http_accept(ctx) != NGX_OK
        || ngx_payments_http_match(ctx) != NGX_OK
        || (operation->body
            && !(operation->optional && r->headers_in.content_length_n <= 0
                 && !r->headers_in.chunked)
            && ngx_payments_http_content_type(ctx) != NGX_OK)
        || (!operation->query && request->query.len
            && ngx_payments_query_parse(request) != NGX_OK)
        || (operation->key && (ngx_payments_http_key(ctx) != NGX_OK
                               || ngx_payments_api_admit(request) != NGX_OK)))
    {
        ngx_payments_http_answer(ctx);
        return;
    }

    request->wait = ngx_min(ctx->wait, ngx_payments_http_wait);

    if (!operation->body) {
        ngx_payments_http_run(ctx);
        return;
    }

    r->request_body_in_single_buf = 1;

    /* a page that nginx makes while it reads becomes a problem */

    ctx->answered = 0;

    rc = ngx_http_read_client_request_body(r, ngx_payments_http_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {

        /* nginx gave back its count; ours is left for this */

        ngx_http_finalize_request(r, rc);
        return;
    }

    /* the count that reading took; ours is still there */

    ngx_http_finalize_request(r, NGX_DONE);
}


static void
ngx_payments_http_body_handler(ngx_http_request_t *r)
{
    ngx_int_t                 rc;
    ngx_payments_http_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_payments_module);
    ctx->answered = 1;

    r->read_event_handler = ctx->request.operation->write
                            ? ngx_http_block_reading : ngx_http_test_reading;

    rc = ngx_payments_http_body(ctx);

    if (rc == NGX_OK) {
        ngx_payments_http_inside++;
        ngx_payments_http_run(ctx);
        ngx_payments_http_inside--;
        return;
    }

    ngx_payments_problem(&ctx->request, (rc == NGX_DECLINED)
                                        ? NGX_PAYMENTS_P_CONTENT_TOO_LARGE
                                        : (rc == NGX_ABORT)
                                        ? NGX_PAYMENTS_P_INVALID_JSON
                                        : NGX_PAYMENTS_P_INTERNAL_ERROR,
                         (rc == NGX_ABORT) ? "the body is not what "
                                             "Content-Encoding: gzip says"
                                           : NULL, NULL);
    ngx_payments_http_answer(ctx);
}


static void
ngx_payments_http_run(ngx_payments_http_ctx_t *ctx)
{
    if (ngx_payments_api_replay(&ctx->request) == NGX_OK) {
        return;
    }

    ctx->request.operation->handler(&ctx->request);
}


/* the operation has its answer: at once, or from an event of pg/ or redis/ */

static void
ngx_payments_http_done(ngx_payments_request_t *request)
{
    ngx_connection_t         *c;
    ngx_payments_http_ctx_t  *ctx = request->data;

    c = ctx->r->connection;

    if (ngx_payments_http_inside) {
        ngx_payments_http_answer(ctx);
        return;
    }

    ngx_http_set_log_request(c->log, ctx->r);

    ngx_payments_http_answer(ctx);

    ngx_http_run_posted_requests(c);
}


/*
 * A key or a card in the URL is refused here, before nginx looks at locations
 * and sizes and may log the request line, and whatever location it would have
 * been.
 */

ngx_int_t
ngx_payments_http_post_read(ngx_http_request_t *r)
{
    ngx_uint_t                secret;
    ngx_payments_srv_conf_t  *pscf;
    ngx_payments_http_ctx_t  *ctx;

    pscf = ngx_http_get_module_srv_conf(r, ngx_payments_module);

    if (r != r->main || !pscf->enabled) {
        return NGX_DECLINED;
    }

    secret = ngx_payments_http_url_secret(r);

    if (secret == 0) {
        return NGX_DECLINED;
    }

    ctx = ngx_payments_http_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->secret = secret;

    ngx_http_finalize_request(r, ngx_payments_http_handler(r));

    return NGX_DONE;
}


/* What is said, and to what name. */

#include "ngx_payments_outbound_internal.h"


/* the text in lower case, with a NUL behind it */

static ngx_int_t
ngx_payments_outbound_lower(ngx_pool_t *pool, ngx_payments_text_t *text,
    ngx_str_t *lower)
{
    lower->len = text->len;
    lower->data = ngx_pnalloc(pool, text->len + 1);

    if (lower->data == NULL) {
        return NGX_ERROR;
    }

    ngx_strlow(lower->data, (u_char *) text->data, text->len);
    lower->data[text->len] = '\0';

    return NGX_OK;
}


static ngx_uint_t
ngx_payments_outbound_is(ngx_str_t *method, const char *name)
{
    return method->len == ngx_strlen(name)
           && ngx_strncmp(method->data, name, method->len) == 0;
}


/* a text that may be empty, and so be nowhere */

static u_char *
ngx_payments_outbound_put(u_char *p, ngx_str_t *text)
{
    return text->len ? ngx_cpymem(p, text->data, text->len) : p;
}


/* head and body in one piece, so that they leave in one */

ngx_int_t
ngx_payments_outbound_request(ngx_payments_outbound_exchange_t *x)
{
    size_t                         size;
    u_char                        *p;
    ngx_str_t                      target;
    ngx_payments_outbound_call_t  *call = x->call;

    x->bodyless = ngx_payments_outbound_is(&call->method, "HEAD");

    if (ngx_payments_outbound_lower(call->pool, &call->url.host.name,
                                    &x->key.name)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    target = call->target;

    if (target.len == 0) {
        target.data = (u_char *) call->url.target.data;
        target.len = call->url.target.len;
    }

    size = call->method.len + target.len + call->url.authority.len
           + call->headers.len + call->body.len + NGX_SIZE_T_LEN
           + sizeof("  HTTP/1.1" CRLF "Host: " CRLF "Content-Length: " CRLF
                    CRLF);

    p = ngx_pnalloc(call->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    x->request.start = p;
    x->request.pos = p;

    p = ngx_sprintf(p, "%V %V HTTP/1.1" CRLF "Host: %*s" CRLF, &call->method,
                    &target, call->url.authority.len, call->url.authority.data);

    if (call->body.len
        || (!ngx_payments_outbound_is(&call->method, "GET") && !x->bodyless))
    {
        p = ngx_sprintf(p, "Content-Length: %uz" CRLF, call->body.len);
    }

    p = ngx_payments_outbound_put(p, &call->headers);
    p = ngx_cpymem(p, CRLF, sizeof(CRLF) - 1);
    p = ngx_payments_outbound_put(p, &call->body);

    x->request.last = p;

    return NGX_OK;
}

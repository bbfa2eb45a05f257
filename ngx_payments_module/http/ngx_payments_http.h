
/*
 * http/: what a request goes through, from nginx's content phase to the
 * answer: checks in the contract's order, body, API key, answer.
 */

#ifndef _NGX_PAYMENTS_HTTP_H_INCLUDED_
#define _NGX_PAYMENTS_HTTP_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "../api/ngx_payments_request.h"
#include "../auth/ngx_payments_auth.h"
#include "../status/ngx_payments_status.h"


extern ngx_module_t                  ngx_payments_module;
extern const ngx_payments_metrics_t  ngx_payments_http_metrics;


/* configuration of a server or location */

typedef struct {
    ngx_flag_t                    enable;
    ngx_flag_t                    dashboard;
    ngx_flag_t                    problems;    /* nginx's own error pages
                                                  become problems */
    ngx_str_t                     policy;      /* RateLimit-Policy of a 429 */
    ngx_str_t                     limit;       /* RateLimit of a 429 */
    time_t                        retry;       /* Retry-After of a 429, s */
    ngx_http_complex_value_t     *processors;  /* that live payments may go to;
                                                  NULL: none */
} ngx_payments_loc_conf_t;


/* of a server */

typedef struct {
    ngx_uint_t                    enabled;     /* it, or a location of it, has
                                                  payments on */
} ngx_payments_srv_conf_t;


typedef struct ngx_payments_http_ctx_s  ngx_payments_http_ctx_t;


/* a request's; in its pool */

struct ngx_payments_http_ctx_s {
    ngx_http_request_t           *r;
    ngx_payments_request_t        request;
    int64_t                       start;       /* microseconds since 1970 */

    ngx_str_t                     credential;  /* the API key as sent */
    ngx_payments_auth_waiter_t    waiter;      /* for whose key it is */
    ngx_str_t                     applied;     /* Preference-Applied */

    ngx_str_t                     key;         /* header value */
    ngx_msec_t                    wait;        /* Prefer; NGX_CONF_UNSET_MSEC */
    ngx_uint_t                    accept;      /* how exactly an Accept named
                                                  JSON, 0: there was none */
    ngx_uint_t                    nkeys;       /* Idempotency-Key headers */

    ngx_str_t                     problem;     /* replaces nginx's own page */

    ngx_list_part_t              *own_part;    /* where the answer's headers
                                                  end; NULL: they are not
                                                  ours */
    ngx_uint_t                    own_n;       /* ... in this part */

    unsigned                      accepted:1;  /* and with q above 0 */
    unsigned                      card:1;      /* was in an Idempotency-Key */
    unsigned                      gzip:1;      /* Content-Encoding */
    unsigned                      coded:1;     /* ... and one that is not
                                                  known */
    unsigned                      untagged:1;  /* an If-Match that is none */
    unsigned                      secret:2;    /* what was in the URL */
    unsigned                      answered:1;  /* the answer is ours */
    unsigned                      replace:1;   /* "problem" is to be sent */
    unsigned                      replaced:1;  /* and was */
};


/* body.c: the request's body, inflated where it came as gzip.  NGX_DECLINED: it
   is larger than a body may be; NGX_ABORT: it is no gzip */
ngx_int_t ngx_payments_http_body(ngx_payments_http_ctx_t *ctx);

/* handler.c: the content handler */
ngx_int_t ngx_payments_http_handler(ngx_http_request_t *r);
/* POST_READ phase */
ngx_int_t ngx_payments_http_post_read(ngx_http_request_t *r);

/* headers.c: what the request's headers say; NGX_DECLINED: answer is set */
void ngx_payments_http_headers(ngx_payments_http_ctx_t *ctx);
ngx_int_t ngx_payments_http_credential(ngx_payments_http_ctx_t *ctx);
/* the API key of the Authorization header; NGX_DECLINED: there is no header;
   NGX_ERROR: it is none that holds a key */
ngx_int_t ngx_payments_http_bearer(ngx_http_request_t *r, ngx_str_t *value);
ngx_int_t ngx_payments_http_accept(ngx_payments_http_ctx_t *ctx);
ngx_int_t ngx_payments_http_content_type(ngx_payments_http_ctx_t *ctx);
ngx_int_t ngx_payments_http_match(ngx_payments_http_ctx_t *ctx);
ngx_int_t ngx_payments_http_key(ngx_payments_http_ctx_t *ctx);

/*
 * path.c: the path by which a request is known, routed, hashed and logged.
 * It is split on "/" as it was sent; each segment is decoded once and written
 * in one way, %XX for all but letters, digits and "-._~" (RFC 3986, 2.2, 3.3):
 * an encoded slash stays inside its segment, and ".." is a name like others.
 * Where rewrite or another module has made the path, it is r->uri.
 * NGX_ERROR: no memory
 */
ngx_int_t ngx_payments_http_path(ngx_http_request_t *r, ngx_str_t *path);
/* what there was in the URL; it is overwritten wherever nginx keeps it */
#define NGX_PAYMENTS_SECRET_KEY   1
#define NGX_PAYMENTS_SECRET_CARD  2
ngx_uint_t ngx_payments_http_url_secret(ngx_http_request_t *r);
/* whether it is in a text as it is, or decoded: sk%5Ftest%5F, 4242%204242 */
ngx_uint_t ngx_payments_http_secret(ngx_http_request_t *r, ngx_str_t *s,
    int (*inside)(const uint8_t *data, size_t len));
/* the same where nginx has given up before the POST_READ phase */
void ngx_payments_http_unread_secret(ngx_http_request_t *r);

/* answer.c: sends request.answer and ends the request */
void ngx_payments_http_answer(ngx_payments_http_ctx_t *ctx);
ngx_int_t ngx_payments_http_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value);
/* a chain of one last buffer over the body */
ngx_int_t ngx_payments_http_chain(ngx_http_request_t *r, ngx_str_t *body,
    ngx_chain_t *out);
/* the headers that every response has */
ngx_int_t ngx_payments_http_common(ngx_payments_http_ctx_t *ctx);
ngx_int_t ngx_payments_http_allow(ngx_http_request_t *r, ngx_uint_t methods);

/* added.c: the answer has all its headers; what is added now and stands there
   already will not be sent */
void ngx_payments_http_headers_end(ngx_payments_http_ctx_t *ctx);

/* handler.c: a request's context, made if it is missing; NULL: no memory */
ngx_payments_http_ctx_t *ngx_payments_http_ctx(ngx_http_request_t *r);

/* filter.c: nginx's own error pages as problems; postconfiguration */
void ngx_payments_http_filter_init(void);

/* variables.c: preconfiguration */
ngx_int_t ngx_payments_http_variables(ngx_conf_t *cf);
/* what "payments_processors" says of this request; NGX_ERROR: no memory */
ngx_int_t ngx_payments_http_processors(ngx_payments_request_t *request,
    ngx_str_t *names);
/* this server as the client calls it: "https://api.example.com:8443", in the
   request's pool; NGX_ERROR: no memory */
ngx_int_t ngx_payments_http_origin(ngx_payments_request_t *request,
    ngx_str_t *origin);

/* set in init_process: the limit of parking */
extern ngx_msec_t  ngx_payments_http_wait;


#endif /* _NGX_PAYMENTS_HTTP_H_INCLUDED_ */

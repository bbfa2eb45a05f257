
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


extern ngx_module_t  ngx_payments_module;


/* configuration of a server or location */

typedef struct {
    ngx_flag_t                    enable;
    ngx_flag_t                    problems;    /* nginx's own error pages
                                                  become problems */
    ngx_str_t                     policy;      /* RateLimit-Policy of a 429 */
    ngx_str_t                     limit;       /* RateLimit of a 429 */
    time_t                        retry;       /* Retry-After of a 429, s */
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
    ngx_queue_t                   waiting;     /* in an API key's waiters */
    ngx_str_t                     applied;     /* Preference-Applied */

    ngx_str_t                     key;         /* header value */
    ngx_msec_t                    wait;        /* Prefer; NGX_CONF_UNSET_MSEC */
    ngx_uint_t                    accept;      /* how exactly an Accept named
                                                  JSON, 0: there was none */
    ngx_uint_t                    nkeys;       /* Idempotency-Key headers */

    ngx_str_t                     problem;     /* replaces nginx's own page */

    unsigned                      accepted:1;  /* and with q above 0 */
    unsigned                      card:1;      /* was in an Idempotency-Key */
    unsigned                      gzip:1;      /* Content-Encoding */
    unsigned                      coded:1;     /* ... and one that is not
                                                  known */
    unsigned                      untagged:1;  /* an If-Match that is none */
    unsigned                      secret:2;    /* what was in the URL */
    unsigned                      parked:1;    /* "waiting" is in a list */
    unsigned                      answered:1;  /* the answer is ours */
    unsigned                      replace:1;   /* "problem" is to be sent */
    unsigned                      replaced:1;  /* and was */
};


/* body.c: the request's body, inflated where it came as gzip.  NGX_DECLINED: it
   is larger than a body may be; NGX_ABORT: it is no gzip */
ngx_int_t ngx_payments_http_body(ngx_payments_http_ctx_t *ctx);

/* handler.c: the content handler */
ngx_int_t ngx_payments_http_handler(ngx_http_request_t *r);
/* the API key is known, or request.answer says why not: from an event */
void ngx_payments_http_resume(ngx_payments_http_ctx_t *ctx, ngx_int_t rc);
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

/* what is known of an API key; by its hash, the key itself is nowhere kept */

typedef struct {
    u_char                        hash[NGX_PAYMENTS_SHA256_LEN];
    int64_t                       merchant_id;
    u_char                        merchant[NGX_PAYMENTS_ID_LEN];
    ngx_uint_t                    scopes;
    ngx_msec_t                    sent;        /* when the look-up that gave
                                                  this was sent */
    unsigned                      livemode:1;
    unsigned                      found:1;
    unsigned                      active:1;
    unsigned                      revoked:1;
    unsigned                      expired:1;
} ngx_payments_auth_t;

/* auth_cache.c: conf time, NULL: failed; and init_process */
ngx_shm_zone_t *ngx_payments_auth_cache_zone(ngx_conf_t *cf);
void ngx_payments_auth_cache_init(ngx_shm_zone_t *zone);
/* of any age; NGX_DECLINED: nothing is known */
ngx_int_t ngx_payments_auth_cache_get(const u_char *hash,
    ngx_payments_auth_t *auth);
/* whether the caller is the one, of all workers, that looks it up again */
ngx_uint_t ngx_payments_auth_cache_claim(const ngx_payments_auth_t *auth);
void ngx_payments_auth_cache_put(const ngx_payments_auth_t *auth);
/* the next key, from *from on, that was used since it was swept; 0: no more */
ngx_uint_t ngx_payments_auth_cache_sweep(ngx_uint_t *from,
    ngx_payments_auth_t *auth);

/* auth.c: init_process */
void ngx_payments_auth_init(ngx_cycle_t *cycle);
/* whose key the request shows, as far as is known without asking: good for
   limits and logs, no proof that it is still valid; NGX_DECLINED: nobody's,
   or one that was revoked or has expired, which must cost its merchant
   nothing */
ngx_int_t ngx_payments_http_identity(ngx_http_request_t *r,
    ngx_payments_auth_t *auth);
/* NGX_OK, NGX_AGAIN (ngx_payments_http_resume() follows) or
   NGX_DECLINED (answer is set) */
ngx_int_t ngx_payments_auth_start(ngx_payments_http_ctx_t *ctx);
void ngx_payments_auth_cancel(ngx_payments_http_ctx_t *ctx);
void ngx_payments_auth_exit(void);

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

/* filter.c: nginx's own error pages as problems; postconfiguration */
void ngx_payments_http_filter_init(void);
/* a request's context, made if it is missing; NULL: no memory */
ngx_payments_http_ctx_t *ngx_payments_http_ctx(ngx_http_request_t *r);

/* variables.c: preconfiguration */
ngx_int_t ngx_payments_http_variables(ngx_conf_t *cf);

/* set in init_process: the limit of parking */
extern ngx_msec_t  ngx_payments_http_wait;


#endif /* _NGX_PAYMENTS_HTTP_H_INCLUDED_ */

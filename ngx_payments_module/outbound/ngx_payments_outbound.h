
/*
 * outbound/: HTTP/1.1 as a client, in the event loop: kept connections, TLS,
 * a proxy.  It knows nothing of payments, and no request of nginx's.
 *
 * A call has one of three outcomes.  It is never said to be not sent when a
 * byte of it may have left, nor answered when the answer may lack something.
 */

#ifndef _NGX_PAYMENTS_OUTBOUND_H_INCLUDED_
#define _NGX_PAYMENTS_OUTBOUND_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../domain/ngx_payments_domain.h"


/* filled at configuration time, then read-only */

typedef struct {
    ngx_resolver_t               *resolver;    /* of http{}; NULL: none */
    ngx_msec_t                    resolver_timeout;
    void                         *ssl;         /* ngx_ssl_t; NULL: https only
                                                  with one of the call's */
    ngx_addr_t                   *proxy;       /* addresses of one proxy */
    ngx_uint_t                    nproxy;      /* 0: none */
    ngx_uint_t                    keepalive;   /* idle connections of a peer */
} ngx_payments_outbound_conf_t;


typedef enum {
    NGX_PAYMENTS_OUTBOUND_NOT_SENT = 0,        /* no byte of it has left */
    NGX_PAYMENTS_OUTBOUND_UNKNOWN,             /* bytes have, and no complete
                                                  answer came */
    NGX_PAYMENTS_OUTBOUND_ANSWERED             /* of any status: redirects are
                                                  answers, 1xx are none */
} ngx_payments_outbound_outcome_e;


typedef struct ngx_payments_outbound_call_s      ngx_payments_outbound_call_t;
typedef struct ngx_payments_outbound_exchange_s
                                             ngx_payments_outbound_exchange_t;

typedef void (*ngx_payments_outbound_handler_pt)(
    ngx_payments_outbound_call_t *call);


/*
 * The caller's, in its memory; zeroed, then the first part filled.  It, the
 * pool and all that the first part points to must live, unchanged, until the
 * handler is called or the call canceled; by then the room has no pointer to
 * the call.
 */

struct ngx_payments_outbound_call_s {
    ngx_pool_t                   *pool;        /* for the answer, and what the
                                                  room needs meanwhile */
    ngx_payments_url_t            url;         /* where, and under what name */
    ngx_addr_t                   *addrs;       /* where it is, without asking
                                                  for the name: a unix socket,
                                                  say */
    ngx_uint_t                    naddrs;      /* 0: url.host is looked up */
    ngx_str_t                     method;
    ngx_str_t                     target;      /* empty: that of the url */
    ngx_str_t                     headers;     /* whole lines; Host and
                                                  Content-Length are added */
    ngx_str_t                     body;
    void                         *ssl;         /* ngx_ssl_t, which lives as
                                                  long as the worker; NULL: that
                                                  of the configuration */
    ngx_array_t                  *allowed;     /* ngx_cidr_t: what "policy"
                                                  does not refuse; NULL: none */
    ngx_msec_t                    timeout;     /* from start to answer */
    ngx_msec_t                    connect_timeout;  /* of each address, TLS
                                                       too; 0: timeout's */
    ngx_uint_t                    keepalive;   /* idle connections of the peer;
                                                  0: the configuration's */
    size_t                        limit;       /* of the answer's body */
    ngx_payments_outbound_handler_pt  handler; /* called once, never from inside
                                                  a function of this room */
    void                         *data;        /* the caller's */

    unsigned                      policy:1;    /* a stranger has named the host:
                                                  to public addresses only, and
                                                  in the clear to allowed ones
                                                  only; one address that is not
                                                  refuses the name */
    unsigned                      again:1;     /* may be sent twice, where a
                                                  kept connection is found
                                                  closed; so it has an
                                                  idempotency key */
    unsigned                      fresh:1;     /* not over a kept connection */
    unsigned                      essential:1; /* a worker that quits waits for
                                                  it */
    unsigned                      direct:1;    /* not through the proxy */
    unsigned                      partial:1;   /* answered once the head is
                                                  whole; of the body what comes
                                                  in time, and fits */

    /* the outcome, once the handler is called */

    ngx_payments_outbound_outcome_e  outcome;
    const char                   *error;       /* constant; NULL: answered, and
                                                  whole */
    ngx_uint_t                    status;      /* 200 to 599; 0: not answered */
    ngx_str_t                     head;        /* in the pool: the status line
                                                  and all header lines */
    ngx_str_t                     answer;      /* in the pool: the body */
    unsigned                      reused:1;    /* over a kept connection */
    unsigned                      resent:1;    /* sent twice */
    unsigned                      truncated:1; /* "partial": the body is not
                                                  whole */

    /* the room's */

    ngx_payments_outbound_exchange_t  *exchange;  /* NULL: not under way */
};


/*
 * init_process and exit_process of a worker.  At exit calls that are still
 * under way end without their handlers, so the rooms above go first.
 */
ngx_int_t ngx_payments_outbound_init(ngx_cycle_t *cycle,
    ngx_payments_outbound_conf_t *conf);
void ngx_payments_outbound_exit(void);

/* NGX_OK: the handler will be called; NGX_ERROR: no memory, it will not be */
ngx_int_t ngx_payments_outbound_start(ngx_payments_outbound_call_t *call);
/* the handler will not be called; what has left has left */
void ngx_payments_outbound_cancel(ngx_payments_outbound_call_t *call);

/*
 * The first header line of this name, given in lower case: NGX_OK, and its
 * value inside call->head; NGX_DECLINED: the answer has none.
 */
ngx_int_t ngx_payments_outbound_header(ngx_payments_outbound_call_t *call,
    const char *name, ngx_str_t *value);


#endif /* _NGX_PAYMENTS_OUTBOUND_H_INCLUDED_ */


/*
 * What the files of outbound/ share; nothing else includes it.
 *
 * call.c calls the others, and they call nothing of it: what they call at the
 * end it has set in the exchange.
 */

#ifndef _NGX_PAYMENTS_OUTBOUND_INTERNAL_H_INCLUDED_
#define _NGX_PAYMENTS_OUTBOUND_INTERNAL_H_INCLUDED_


#include "ngx_payments_outbound.h"
#include "ngx_payments_outbound_parse.h"

#include <ngx_event.h>
#include <ngx_event_connect.h>


#define NGX_PAYMENTS_OUTBOUND_HEAD     16384   /* of an answer, with its 1xx */
#define NGX_PAYMENTS_OUTBOUND_ADDRS    16      /* of a name that are tried */
#define NGX_PAYMENTS_OUTBOUND_READ     16384
#define NGX_PAYMENTS_OUTBOUND_BUCKETS  256     /* of peers, a power of two */


typedef struct ngx_payments_outbound_conn_s  ngx_payments_outbound_conn_t;


/* what two connections must share so that one can stand for the other */

typedef struct {
    struct sockaddr              *sockaddr;    /* with the port */
    socklen_t                     socklen;
    void                         *ssl;         /* ngx_ssl_t; NULL: no TLS */
    ngx_str_t                     name;        /* that a certificate must have;
                                                  lower case */
    ngx_str_t                     tunnel;      /* host:port behind a proxy;
                                                  empty: no proxy */
    unsigned                      numeric:1;   /* the name is an address */
} ngx_payments_outbound_key_t;


/* lives while it has a connection, and after that for its session */

typedef struct {
    ngx_queue_t                   queue;       /* in its bucket */
    ngx_queue_t                   spare;       /* in the worker's, while it has
                                                  no connection */
    ngx_queue_t                   idle;        /* kept connections, the newest
                                                  first */
    ngx_uint_t                    nidle;
    ngx_uint_t                    nconns;      /* idle and busy ones */
    ngx_payments_outbound_key_t   key;         /* behind this struct */
    ngx_str_t                     text;        /* its address, for the log */
    ngx_ssl_session_t            *session;     /* ours; NULL: none */
} ngx_payments_outbound_peer_t;


struct ngx_payments_outbound_conn_s {
    ngx_queue_t                   queue;       /* in peer->idle, while idle */
    ngx_queue_t                   kept;        /* in the worker's, while idle */
    ngx_payments_outbound_peer_t *peer;
    ngx_connection_t             *c;           /* ours, and its pool; NULL:
                                                  not connected yet */
    ngx_payments_outbound_exchange_t  *exchange;  /* NULL: idle */
    ngx_buf_t                    *proxy;       /* what it is asked, then its
                                                  answer; in c's pool */
    unsigned                      proxy_state; /* of the end of its head */
    unsigned                      asked:1;     /* the proxy, for a tunnel */
    unsigned                      used:1;      /* has been kept */
    unsigned                      idle:1;      /* is being kept */
};


/* a call under way: in the call's pool */

struct ngx_payments_outbound_exchange_s {
    ngx_queue_t                   queue;       /* in the worker's calls */
    ngx_payments_outbound_call_t *call;
    ngx_payments_outbound_conn_t *conn;        /* connecting or busy; ours */
    ngx_resolver_ctx_t           *ctx;         /* ours; NULL: no question */
    ngx_payments_outbound_key_t   key;         /* of who is asked; its address
                                                  is one of addrs */
    ngx_addr_t                   *addrs;       /* looked at */
    ngx_uint_t                    naddrs;
    ngx_uint_t                    next;        /* address to be connected to */
    ngx_event_t                   deadline;    /* timer */
    ngx_event_t                   end;         /* posted */
    ngx_connection_t              dummy;       /* for the events' log lines */
    ngx_msec_t                    start;
    ngx_buf_t                     request;     /* pos: what is to be sent */
    ngx_buf_t                     head;
    ngx_buf_t                     answer;
    ngx_uint_t                    status;
    size_t                        interim;     /* bytes of 1xx */
    unsigned                      head_state;
    ngx_payments_outbound_body_t  body;
    unsigned                      bodyless:1;  /* HEAD */
    unsigned                      sent:1;      /* a byte may have left */
    unsigned                      begun:1;     /* a byte of an answer came */
    unsigned                      headed:1;    /* the head is whole */
    unsigned                      keep:1;      /* the connection may go on */
    unsigned                      broken:1;    /* it takes nothing any more */

    /* resolve.c: addrs are there; or NULL and what is wrong */
    void                        (*resolved)(ngx_payments_outbound_exchange_t *x,
                                    const char *wrong);
    /* connect.c: x->conn takes requests, or is gone */
    void                        (*made)(ngx_payments_outbound_exchange_t *x,
                                    const char *wrong);
    /* exchange.c: NGX_OK; NGX_DECLINED: a kept connection was closed;
       NGX_ERROR */
    void                        (*ended)(ngx_payments_outbound_exchange_t *x,
                                    ngx_int_t rc, const char *wrong);
};


/* the worker's */

typedef struct {
    ngx_payments_outbound_conf_t *conf;
    ngx_queue_t                   calls;
    ngx_queue_t                   kept;        /* idle connections, the newest
                                                  first */
    ngx_queue_t                   spare;       /* peers that have none */
    ngx_uint_t                    nkept;
    ngx_uint_t                    nspare;
    ngx_queue_t                   buckets[NGX_PAYMENTS_OUTBOUND_BUCKETS];
} ngx_payments_outbound_t;

extern ngx_payments_outbound_t  *ngx_payments_outbound;


/* request.c: x->request, and the name of x->key; NGX_ERROR: no memory */
ngx_int_t ngx_payments_outbound_request(ngx_payments_outbound_exchange_t *x);

/* route.c: fills x->addrs, x->key, and calls x->resolved, maybe at once */
void ngx_payments_outbound_route(ngx_payments_outbound_exchange_t *x);

/* resolve.c: asks for a name, and calls x->resolved, maybe at once */
void ngx_payments_outbound_resolve(ngx_payments_outbound_exchange_t *x);
/* x->resolved is not called any more */
void ngx_payments_outbound_resolve_cancel(ngx_payments_outbound_exchange_t *x);
/* NULL, or why these addresses are none for a stranger's */
const char *ngx_payments_outbound_look(ngx_payments_outbound_call_t *call,
    ngx_addr_t *addrs, ngx_uint_t n);

/* peer.c: a kept connection that is open and silent, or NULL */
ngx_payments_outbound_conn_t *ngx_payments_outbound_take(
    ngx_payments_outbound_key_t *key);
/* one that is not connected yet; NULL: no memory */
ngx_payments_outbound_conn_t *ngx_payments_outbound_conn(
    ngx_payments_outbound_key_t *key);
/* back from a call; closed where it cannot be kept */
void ngx_payments_outbound_keep(ngx_payments_outbound_conn_t *conn);
void ngx_payments_outbound_close(ngx_payments_outbound_conn_t *conn);
/* all idle ones, and peers; the worker exits */
void ngx_payments_outbound_forget(void);

/* connect.c: connects x->conn, and calls x->made, maybe at once */
void ngx_payments_outbound_connect(ngx_payments_outbound_exchange_t *x);

/* exchange.c: sends over x->conn and reads; calls x->ended, maybe at once */
void ngx_payments_outbound_exchange(ngx_payments_outbound_exchange_t *x);


#endif /* _NGX_PAYMENTS_OUTBOUND_INTERNAL_H_INCLUDED_ */

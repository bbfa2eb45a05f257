
/*
 * processor/: acquirers.  Which one is asked, how it is asked, and what its
 * answer means.  The protocol is in docs/processors.md.
 *
 * The room knows no database and no request of a client's.  A verdict is never
 * guessed: what is not known to have happened, or not to have happened, is
 * UNKNOWN.
 */

#ifndef _NGX_PAYMENTS_PROCESSOR_H_INCLUDED_
#define _NGX_PAYMENTS_PROCESSOR_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../domain/ngx_payments_domain.h"


/* one "payments_processor" of the configuration */

typedef struct ngx_payments_processor_s       ngx_payments_processor_t;
typedef struct ngx_payments_processor_call_s  ngx_payments_processor_call_t;


typedef enum {
    NGX_PAYMENTS_AUTHORIZE = 0,
    NGX_PAYMENTS_CAPTURE,
    NGX_PAYMENTS_VOID,
    NGX_PAYMENTS_REFUND,
    NGX_PAYMENTS_CONTINUE,
    NGX_PAYMENTS_LOOKUP
} ngx_payments_processor_action_e;


typedef enum {
    NGX_PAYMENTS_VERDICT_UNKNOWN = 0,    /* it may have been executed */
    NGX_PAYMENTS_VERDICT_APPROVED,
    NGX_PAYMENTS_VERDICT_DECLINED,
    NGX_PAYMENTS_VERDICT_PENDING,        /* the acquirer has it */
    NGX_PAYMENTS_VERDICT_ACTION,         /* the customer must act first */
    NGX_PAYMENTS_VERDICT_NOT_EXECUTED,   /* surely */
    NGX_PAYMENTS_VERDICT_NOT_FOUND       /* to LOOKUP only: never seen; the
                                            attempt is old enough for this to be
                                            believed.  A younger one's is
                                            UNKNOWN */
} ngx_payments_verdict_e;


/* what is asked; a text whose data is NULL is absent (JSON null) */

typedef struct {
    ngx_payments_processor_action_e  action;
    ngx_payments_processor_action_e  of;       /* LOOKUP: what was attempted */
    int64_t                       merchant_id; /* whose turn it takes */
    ngx_str_t                     merchant;    /* mer_... */
    ngx_str_t                     payment;     /* pay_... */
    ngx_str_t                     attempt;     /* its key */
    int64_t                       amount;      /* minor units; VOID: all that is
                                                  left; of an approval it is
                                                  what is expected */
    ngx_str_t                     currency;    /* ISO 4217, upper case */
    ngx_uint_t                    exponent;
    ngx_str_t                     token;       /* AUTHORIZE */
    ngx_str_t                     descriptor;
    ngx_str_t                     customer;
    ngx_str_t                     return_url;
    ngx_str_t                     metadata;    /* a JSON object's text */
    ngx_str_t                     reference;   /* the acquirer's, of the
                                                  authorization */
    ngx_str_t                     reason;      /* REFUND */
    ngx_str_t                     authorization;  /* CONTINUE: the attempt */
    ngx_str_t                     return_data; /* CONTINUE */
    int64_t                       begun_at;    /* LOOKUP: microseconds */
    unsigned                      livemode:1;
    unsigned                      capture:1;   /* AUTHORIZE */
    unsigned                      final:1;     /* CAPTURE */
    unsigned                      again:1;     /* it may have been sent before:
                                                  429 and 503 prove nothing */
} ngx_payments_processor_request_t;


/* what was answered; texts in the call's pool, data NULL: not said */

typedef struct {
    ngx_payments_verdict_e        verdict;
    ngx_str_t                     reference;
    int64_t                       fee;         /* minor units; -1: not said */
    ngx_str_t                     brand;
    ngx_str_t                     last4;
    int64_t                       expires_at;  /* microseconds; 0: not said */
    ngx_str_t                     failure;     /* a code of the protocol's table
                                                  of decline codes */
    ngx_str_t                     message;     /* for people */
    ngx_str_t                     action_url;
    int64_t                       action_expires_at;  /* 0: not said */
    ngx_uint_t                    retry_after; /* seconds; 0: not said */

    /* ---- of the room ---- */

    ngx_str_t                     next;        /* what is asked then; data NULL:
                                                  this is all */
} ngx_payments_processor_answer_t;


/* what an acquirer says without being asked */

typedef enum {
    NGX_PAYMENTS_NOTICE_RESULT = 0,      /* the verdict on an attempt */
    NGX_PAYMENTS_NOTICE_CAPTURE_REVERSED,
    NGX_PAYMENTS_NOTICE_CHARGEBACK,
    NGX_PAYMENTS_NOTICE_CHARGEBACK_REVERSED,
    NGX_PAYMENTS_NOTICE_CHARGEBACK_LOST
} ngx_payments_notice_e;

typedef struct {
    ngx_payments_notice_e         kind;
    ngx_str_t                     id;          /* whenever it is sent again */
    int64_t                       at;          /* when it happened */
    ngx_str_t                     attempt;
    ngx_str_t                     chargeback;
    ngx_str_t                     reason;      /* for people */
    int64_t                       amount;      /* 0: not said */
    ngx_str_t                     currency;
    ngx_payments_processor_answer_t  answer;   /* of a result; of all others
                                                  the reference alone */
    unsigned                      nothing:1;   /* it is about nothing of the
                                                  module's */
} ngx_payments_notification_t;

/* the headers that sign it; empty: not sent */

typedef struct {
    ngx_str_t                     id;
    ngx_str_t                     timestamp;
    ngx_str_t                     signatures;
} ngx_payments_signed_t;


typedef void (*ngx_payments_processor_handler_pt)(
    ngx_payments_processor_call_t *call);


/*
 * The caller's, in its memory; zeroed, then the first part filled.  It and all
 * that it points to must live until the handler is called or the call
 * canceled.
 */

struct ngx_payments_processor_call_s {
    ngx_pool_t                   *pool;
    ngx_payments_processor_t     *processor;
    ngx_payments_processor_request_t  request;
    ngx_payments_processor_handler_pt  handler;  /* called once, never from
                                                    inside a function of this
                                                    room */
    void                         *data;

    ngx_payments_processor_answer_t  answer;   /* once the handler is called */

    /* ---- of the room ---- */

    void                         *exchange;
};


/* processors of the configuration by name; NULL: there is none */
ngx_payments_processor_t *ngx_payments_processor_find(ngx_str_t *name);
/* takes the first of "names" (with commas between them) that may be asked now,
   and what stands before it, out of them: one that is
   configured, its breaker is closed, or open and this call is its probe, this
   worker has fewer than max_calls under way, and the merchant has as many of
   them at most as are left.  NULL: none */
ngx_payments_processor_t *ngx_payments_processor_choose(ngx_str_t *names,
    int64_t merchant_id);
ngx_str_t *ngx_payments_processor_name(ngx_payments_processor_t *processor);
/* of the i-th of the configuration; NULL: there is none */
ngx_str_t *ngx_payments_processor_name_of(ngx_uint_t i);
/* how many attempts of the i-th wait for their end, for metrics */
typedef struct {
    int64_t                       all;
    int64_t                       review;      /* so long that an operator has
                                                  to ask the acquirer */
    int64_t                       seconds;     /* since the oldest was begun */
} ngx_payments_waiting_t;

void ngx_payments_processor_waiting(ngx_uint_t i,
    const ngx_payments_waiting_t *waiting);
/* ms after which a client that waits is answered 202 */
ngx_msec_t ngx_payments_processor_patience(
    ngx_payments_processor_t *processor);
/* whether an attempt of this age, in seconds, may still be sent again: its
   acquirer knows keys, and has not forgotten this one */
ngx_uint_t ngx_payments_processor_remembers(
    ngx_payments_processor_t *processor, int64_t age);

/*
 * NGX_OK: the handler will be called, within the processor's timeout;
 * NGX_ERROR: no memory, nothing was sent and the handler will not be called.
 * A request that ended UNKNOWN because its connection failed was sent once
 * more, with the same key, unless the acquirer knows no keys.
 */
ngx_int_t ngx_payments_processor_start(ngx_payments_processor_call_t *call);

/*
 * A notification, read; its texts are in the pool.  NGX_DONE: it is about
 * nothing that the module keeps.  NGX_DECLINED: its signature is not the
 * processor's, or too old; NGX_ABORT: it is signed, and not by the protocol.
 * *wrong says what is the matter.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_payments_processor_notified(ngx_payments_processor_t *processor,
    ngx_payments_signed_t *headers, ngx_str_t *body, ngx_pool_t *pool,
    ngx_payments_notification_t *notification, const char **wrong);
/* verdict.c: NULL, or why a result cannot be that of what was asked for so */
const char *ngx_payments_verdict_told(
    const ngx_payments_processor_request_t *request,
    const ngx_payments_notification_t *notification);
/* names of what may have happened, as in the protocol */
extern const char *const  ngx_payments_notices[];
#define NGX_PAYMENTS_NOTICES  (NGX_PAYMENTS_NOTICE_CHARGEBACK_LOST + 1)


/* how a processor is, for who looks at it */

typedef struct {
    ngx_str_t                    *name;
    const char                   *breaker;     /* closed, open, probing */
    ngx_uint_t                    max_calls;   /* of each worker */
    ngx_uint_t                    approved;    /* authorizations, since the
                                                  zone was made */
    ngx_uint_t                    declined;
    ngx_uint_t                    unknown;     /* ... at first */
} ngx_payments_processor_view_t;

/* the i-th of the configuration, from 0 on; NGX_DECLINED: there is none */
ngx_int_t ngx_payments_processor_view(ngx_uint_t i,
    ngx_payments_processor_view_t *view);


#endif /* _NGX_PAYMENTS_PROCESSOR_H_INCLUDED_ */

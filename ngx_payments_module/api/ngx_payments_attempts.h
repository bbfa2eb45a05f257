
/*
 * Attempts: what a processor is asked once, under a key of its own.
 *
 * The key of the client's request is begun, durably, with the text of the
 * attempt; the processor is asked; the verdict ends the attempt in one
 * transaction with all that follows from it.  Whatever dies in between, the
 * text is enough to ask again and to end it: by the retry of a client
 * (idempotency/ calls it a resumption), or by a follow-up.
 */

#ifndef _NGX_PAYMENTS_ATTEMPTS_H_INCLUDED_
#define _NGX_PAYMENTS_ATTEMPTS_H_INCLUDED_


#include "ngx_payments_creation.h"
#include "../processor/ngx_payments_processor.h"


#define NGX_PAYMENTS_SIMULATOR  "simulator"


typedef struct ngx_payments_attempt_s  ngx_payments_attempt_t;


/* in a pool of its own, which goes with its last reference: its execution's
   memory holds one, what is under way another */

/* the words of the first line of its text; those from REFERENCE on are there
   where a payment is changed, the last one where it goes on after an action */

typedef enum {
    NGX_PAYMENTS_WORD_ACTION = 0,
    NGX_PAYMENTS_WORD_PROCESSOR,
    NGX_PAYMENTS_WORD_KEY,
    NGX_PAYMENTS_WORD_MERCHANT,
    NGX_PAYMENTS_WORD_AT,
    NGX_PAYMENTS_WORD_DELAY,
    NGX_PAYMENTS_WORD_NODE,
    NGX_PAYMENTS_WORD_REFERENCE,
    NGX_PAYMENTS_WORD_AMOUNT,
    NGX_PAYMENTS_WORD_CURRENCY,
    NGX_PAYMENTS_WORD_EXPONENT,
    NGX_PAYMENTS_WORD_FINAL,
    NGX_PAYMENTS_WORD_PAYMENT,
    NGX_PAYMENTS_WORD_AUTHORIZATION,
    NGX_PAYMENTS_WORDS
} ngx_payments_word_e;

/* what is attempted */

typedef struct {
    const char                   *name;        /* its word */
    ngx_payments_processor_action_e  action;
    const char                   *change;      /* of pay.change_payments();
                                                  NULL: it is none that a client
                                                  waits for */
    const ngx_payments_schema_t  *schema;      /* of the client's body */
} ngx_payments_attempt_kind_t;


struct ngx_payments_attempt_s {
    ngx_pool_t                   *pool;
    ngx_uint_t                    references;
    ngx_payments_execution_t     *execution;   /* whose clients wait for it;
                                                  NULL: none do */
    void                        (*done)(ngx_payments_attempt_t *attempt);
                                               /* a follow-up's: it has ended,
                                                  for now; NULL: nobody asks */
    void                         *data;        /* of done() */

    ngx_payments_origin_t         origin;
    ngx_str_t                     text;        /* the whole; of it: */
    ngx_str_t                     words[NGX_PAYMENTS_WORDS];
    ngx_str_t                     body;        /* the client's request */
    const ngx_payments_attempt_kind_t  *kind;
    ngx_msec_t                    delay;       /* the simulator's */

    ngx_payments_processor_call_t call;
    ngx_connection_t              dummy;       /* for the timer's log lines */
    ngx_event_t                   timer;
    ngx_msec_t                    deadline;    /* the client is answered 202 */
    ngx_payments_pg_item_t        item;        /* ends it, if it has no
                                                  execution */
    ngx_payments_pg_outcome_e     called;      /* what came of that, and what
                                                  it says, of pay.outcome() */
    int64_t                       ended;
    ngx_uint_t                    tries;       /* that are left while its key
                                                  or its payment is locked; 0
                                                  for a notification, which
                                                  comes again by itself */
    int64_t                       asked_at;    /* when the acquirer was asked
                                                  last, microseconds; 0: it
                                                  was not */
    unsigned                      calling:1;
    unsigned                      acts:1;      /* its customer must act: what
                                                  is not its end is no reason
                                                  to send it again */
    unsigned                      open:1;      /* no execution, and the client's
                                                  key has no answer yet */
    unsigned                      sent:1;      /* it may have reached the
                                                  acquirer before this call;
                                                  of a follow-up the caller
                                                  says so */
};


/*
 * Fills what begins an execution, from a validated body: a payment that goes
 * through this processor, or the simulator, which takes "delay" ms.  Where it
 * surely did nothing the next of "others" is asked.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_payments_attempt_begin(ngx_payments_request_t *request,
    ngx_payments_execution_t *execution, ngx_str_t *processor,
    ngx_str_t *others, ngx_str_t *reference, ngx_msec_t delay);
/* likewise a change of a payment, by the acquirer that it has; "asks" is what
   that is asked: capture, void or continue */
ngx_int_t ngx_payments_attempt_change(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution,
    ngx_payments_origin_t *origin, const char *action, const char *asks,
    ngx_str_t *if_match);


/* waiting.c, which followups.c begins and ends: names as it asks for them */
void ngx_payments_waiting_init(ngx_cycle_t *cycle, ngx_str_t *names);
void ngx_payments_waiting_exit(void);

/* attempts.c, for the files of attempts alone */

/* the attempt of an execution that has begun its key; NULL: no memory */
ngx_payments_attempt_t *ngx_payments_attempt_of(
    ngx_payments_execution_t *execution, ngx_payments_begun_t *begun);
/* whether it is the simulator's */
ngx_uint_t ngx_payments_attempt_simulated(ngx_payments_attempt_t *attempt);
/* the client's body, in the worker's workspace; NULL: it is not valid any
   more */
ngx_payments_workspace_t *ngx_payments_attempt_body(
    ngx_payments_attempt_t *attempt);

/* attempt_run.c: what an execution calls, once its key is begun */
void ngx_payments_attempt_begun(ngx_payments_execution_t *execution,
    ngx_payments_begun_t *begun);

/* attempt_end.c: the call, in the attempt's pool; NGX_ERROR: no memory */

/* with what follows from the verdict, which is the answer under the client's
   key: APPROVED, DECLINED, PENDING, ACTION */
ngx_int_t ngx_payments_end_key(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict, ngx_payments_pg_item_t *item);
/* surely nothing was executed: the client's key is free again */
ngx_int_t ngx_payments_end_undone(ngx_payments_attempt_t *attempt,
    ngx_payments_pg_item_t *item);
/* the client has its answer, and now it is known: APPROVED, DECLINED; of what
   may want an action also PENDING, ACTION, NOT_EXECUTED */
ngx_int_t ngx_payments_end_late(ngx_payments_attempt_t *attempt,
    ngx_payments_verdict_e verdict, ngx_payments_pg_item_t *item);


/* change.c: the call that ends it, or makes a change that no acquirer is asked
   for (told NULL); in the pool.  NGX_ERROR: no memory */

typedef struct {
    const char                   *verdict;     /* of pay.change_payments() */
    const ngx_payments_decline_t *decline;     /* NULL: it is not declined */
    ngx_str_t                     text;        /* of the attempt */
    int64_t                       fee;         /* minor units; -1: not said */
    ngx_str_t                     action;      /* data NULL: no action */
} ngx_payments_told_t;

ngx_int_t ngx_payments_change_call(ngx_pool_t *pool,
    ngx_payments_workspace_t *ws, const ngx_payments_origin_t *origin,
    const char *action, ngx_str_t *if_match, const ngx_payments_told_t *told,
    ngx_payments_pg_item_t *item);

/* an attempt without an execution; the caller fills origin, done, data and
   open, and calls follow().  NULL: no memory, or no text of an attempt */
ngx_payments_attempt_t *ngx_payments_attempt_create(ngx_str_t *text);
/* asks what became of it, or sends it again, and ends it if that is known;
   then done() is called */
void ngx_payments_attempt_follow(ngx_payments_attempt_t *attempt);
/*
 * Its acquirer has told its end, APPROVED or DECLINED, without being asked, and
 * nobody waits for it.  NULL: it is ended, then done() is called, maybe before
 * this returns; or what is wrong with what was told.
 */
const char *ngx_payments_attempt_told(ngx_payments_attempt_t *attempt,
    ngx_payments_notification_t *told);
/* gives up one of its references; a pool's cleanup, too */
void ngx_payments_attempt_release(void *attempt);


#endif /* _NGX_PAYMENTS_ATTEMPTS_H_INCLUDED_ */

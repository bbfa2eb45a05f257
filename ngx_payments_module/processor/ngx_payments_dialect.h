
/*
 * Dialects: how an acquirer is asked, and how its answers are read.  Without
 * nginx's functions: what implements this is compiled alone in tests/unit and
 * tests/fuzz.
 *
 * A dialect is a file with a ngx_payments_dialect_t: a request, an answer, a
 * notification, their secrets; the meaning of statuses, and of decline codes.
 * dialects.c names it.
 */

#ifndef _NGX_PAYMENTS_DIALECT_H_INCLUDED_
#define _NGX_PAYMENTS_DIALECT_H_INCLUDED_


#include "ngx_payments_processor.h"


#define NGX_PAYMENTS_DIALECT_BODY  65536   /* of a request */
#define NGX_PAYMENTS_DIALECT_SIZE  (NGX_PAYMENTS_DIALECT_BODY + 4096)
                                           /* and its target and headers */


/* one sending of a request; each has its own id and time */

typedef struct {
    const ngx_payments_processor_request_t  *request;
    ngx_str_t                     prefix;      /* of the target */
    ngx_str_t                     key;         /* that signs */
    u_char                        uuid[NGX_PAYMENTS_UUID_LEN];
    int64_t                       now;         /* microseconds since 1970 */
    ngx_msec_t                    left;        /* ms until nobody listens */
    ngx_str_t                     step;        /* "next" of the answer before
                                                  this sending; data NULL: it is
                                                  the first question */

    /* made: the method where it is not POST, the rest inside the buffer that is
       given */

    ngx_str_t                     method;
    ngx_str_t                     target;
    ngx_str_t                     headers;
    ngx_str_t                     body;
    const char                   *refusal;     /* with NGX_DECLINED: why, a code
                                                  of the protocol's table */
} ngx_payments_sending_t;


/* what a status of an answer means, by the first row that it is in */

typedef enum {
    NGX_PAYMENTS_STATUS_BODY = 0,          /* what the body says */
    NGX_PAYMENTS_STATUS_REFUSED,           /* this request is not executed */
    NGX_PAYMENTS_STATUS_FAILED,            /* unknown */
    NGX_PAYMENTS_STATUS_WRONG              /* unknown, and an operator must
                                              look */
} ngx_payments_status_e;


typedef struct {
    ngx_uint_t                    first;
    ngx_uint_t                    last;
    const char                   *header;      /* that it must have, in lower
                                                  case; NULL: none */
    const char                   *value;       /* of the header */
    ngx_payments_status_e         means;
} ngx_payments_dialect_status_t;


/* a decline code of the acquirer's, and what it is in the protocol's table */

typedef struct {
    const char                   *code;        /* NULL: the table ends; "ours"
                                                  is for all others */
    const char                   *ours;
} ngx_payments_dialect_decline_t;


/* what came of a sending */

typedef struct {
    ngx_uint_t                    status;      /* 0: no whole answer */
    ngx_str_t                     head;        /* of the answer */
    ngx_str_t                     body;
    ngx_str_t                     step;        /* of the sending */
    unsigned                      sent:1;      /* bytes of the request have
                                                  left */
} ngx_payments_reply_t;


/* what a body says, before the rules for all dialects look at it */

typedef struct {
    ngx_payments_processor_answer_t  answer;
    int64_t                       amount;      /* 0: not said */
    ngx_str_t                     currency;
} ngx_payments_reading_t;


typedef struct ngx_payments_dialect_s  ngx_payments_dialect_t;

struct cJSON;

struct ngx_payments_dialect_s {
    const char                   *name;
    size_t                        limit;       /* bytes of an answer's body */
    const ngx_payments_dialect_status_t   *statuses;   /* the last row takes
                                                          any */
    const ngx_payments_dialect_decline_t  *declines;

    /*
     * The secret file's line as the bytes that sign, in memory of the same
     * length.  NULL, or what is wrong with it.
     */
    const char                 *(*secret)(ngx_str_t *line, ngx_str_t *key);

    /*
     * Likewise that of notification_secret_file.  NULL: secret() reads it, and
     * without such a file what signs requests signs notifications, too.
     */
    const char                 *(*notification_secret)(ngx_str_t *line,
                                    ngx_str_t *key);

    /*
     * Writes target, headers and body, and sets where they are.  NGX_ERROR:
     * it does not fit.  NGX_DECLINED: the acquirer surely does not do that, so
     * nothing is sent, and it is declined with sending->refusal; never for a
     * look-up.
     */
    ngx_int_t                   (*request)(ngx_payments_sending_t *sending,
                                    ngx_payments_out_t *out);

    /*
     * What an answer says whose status is NGX_PAYMENTS_STATUS_BODY.  NULL, or
     * what is wrong with it; "reading" is then worth nothing.  Texts are
     * written to "out", which has as much room as the body.  A reading with
     * "next" has no verdict yet: a LOOKUP, which executes nothing, is asked on
     * from there.
     */
    const char                 *(*answer)(
                                    const ngx_payments_dialect_t *dialect,
                                    const ngx_payments_processor_request_t
                                        *request,
                                    const ngx_payments_reply_t *reply,
                                    ngx_payments_out_t *out,
                                    ngx_payments_reading_t *reading);

    /*
     * NULL, or why a notification is not the acquirer's; "now" in seconds.  The
     * key may be empty: there is no secret.  NULL instead of verify and
     * notification: this dialect has none.
     */
    const char                 *(*verify)(const ngx_str_t *key,
                                    const ngx_payments_signed_t *headers,
                                    const ngx_str_t *body, int64_t now);

    /*
     * Likewise what the body of a notification says, whose signature is right.
     * It may say that it is about nothing of the module's.
     */
    const char                 *(*notification)(
                                    const ngx_payments_dialect_t *dialect,
                                    const ngx_str_t *body,
                                    ngx_payments_out_t *out,
                                    ngx_payments_notification_t *notification);
};


extern const ngx_payments_dialect_t  ngx_payments_dialect_payments;
extern const ngx_payments_dialect_t  ngx_payments_dialect_stripe;

/* dialects.c: by its name; NULL: there is none */
const ngx_payments_dialect_t *ngx_payments_dialect(ngx_str_t *name);


/*
 * verdict.c: what came, as a verdict.  NULL, or what is wrong: then the verdict
 * is UNKNOWN, and an operator has to look.  "believed" is the age in seconds
 * from which "not found" is believed; "out" is as for the dialect's answer().
 */
const char *ngx_payments_verdict(const ngx_payments_dialect_t *dialect,
    const ngx_payments_processor_request_t *request,
    const ngx_payments_reply_t *reply, int64_t now, time_t believed,
    ngx_payments_out_t *out, ngx_payments_processor_answer_t *answer);
/* whether what came has a status whose body says what became of it */
ngx_uint_t ngx_payments_verdict_answered(const ngx_payments_dialect_t *dialect,
    const ngx_payments_reply_t *reply);
/* of a decline code of the acquirer's */
const char *ngx_payments_dialect_decline(const ngx_payments_dialect_t *dialect,
    const char *code);


/* dialect.c: what dialects have in common */

/* the bytes of "out" from there on */
ngx_str_t ngx_payments_dialect_piece(const ngx_payments_out_t *out,
    u_char *from);
/* NULL, or what is wrong: text that any reader of JSON reads as cJSON does.
   *tree is to be deleted with cJSON_Delete() */
const char *ngx_payments_dialect_json(const ngx_str_t *body,
    struct cJSON **tree);
/* a text for people with a card number in it is taken away */
void ngx_payments_dialect_hide(ngx_str_t *text);
/* the last part of an action's name in the protocol, in metrics and logs */
extern const char *const  ngx_payments_processor_actions[];
/* names of verdicts, likewise */
extern const char *const  ngx_payments_processor_verdicts[];

#define NGX_PAYMENTS_PROCESSOR_ACTIONS   (NGX_PAYMENTS_LOOKUP + 1)
#define NGX_PAYMENTS_PROCESSOR_VERDICTS  (NGX_PAYMENTS_VERDICT_NOT_FOUND + 1)


#endif /* _NGX_PAYMENTS_DIALECT_H_INCLUDED_ */

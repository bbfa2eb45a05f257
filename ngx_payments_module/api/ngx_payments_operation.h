
/*
 * The table that is the API: what a row says, what it can refuse, which
 * parameters it has.  The rows are in operations/operations.c; router, checks,
 * metrics and documents come from them.
 */

#ifndef _NGX_PAYMENTS_OPERATION_H_INCLUDED_
#define _NGX_PAYMENTS_OPERATION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../domain/ngx_payments_domain.h"


#define NGX_PAYMENTS_VERSION  "2026-11-01"


/* methods are bits, so that a set is a number */

#define NGX_PAYMENTS_GET      0x01
#define NGX_PAYMENTS_POST     0x02
#define NGX_PAYMENTS_PATCH    0x04
#define NGX_PAYMENTS_DELETE   0x08


typedef enum {
    NGX_PAYMENTS_KEY_NONE = 0,     /* an Idempotency-Key is ignored */
    NGX_PAYMENTS_KEY_OPTIONAL,
    NGX_PAYMENTS_KEY_REQUIRED
} ngx_payments_key_use_e;


/* the catalogue of problems; the rows are in problem.c */

typedef enum {
    NGX_PAYMENTS_P_INVALID_JSON = 0,
    NGX_PAYMENTS_P_DUPLICATE_JSON_MEMBER,
    NGX_PAYMENTS_P_INVALID_HEADER,
    NGX_PAYMENTS_P_INVALID_QUERY,
    NGX_PAYMENTS_P_INVALID_CURSOR,
    NGX_PAYMENTS_P_CURSOR_FILTER_MISMATCH,
    NGX_PAYMENTS_P_KEY_REQUIRED,
    NGX_PAYMENTS_P_INVALID_KEY,
    NGX_PAYMENTS_P_CREDENTIAL_IN_URL,
    NGX_PAYMENTS_P_AUTHENTICATION_REQUIRED,
    NGX_PAYMENTS_P_INVALID_API_KEY,
    NGX_PAYMENTS_P_API_KEY_EXPIRED,
    NGX_PAYMENTS_P_API_KEY_REVOKED,
    NGX_PAYMENTS_P_CARD_DECLINED,
    NGX_PAYMENTS_P_CAPTURE_DECLINED,
    NGX_PAYMENTS_P_INSUFFICIENT_SCOPE,
    NGX_PAYMENTS_P_SCOPE_ESCALATION,
    NGX_PAYMENTS_P_FORBIDDEN,
    NGX_PAYMENTS_P_TEST_MODE_ONLY,
    NGX_PAYMENTS_P_MERCHANT_SUSPENDED,
    NGX_PAYMENTS_P_RESOURCE_NOT_FOUND,
    NGX_PAYMENTS_P_ROUTE_NOT_FOUND,
    NGX_PAYMENTS_P_METHOD_NOT_ALLOWED,
    NGX_PAYMENTS_P_NOT_ACCEPTABLE,
    NGX_PAYMENTS_P_REQUEST_TIMEOUT,
    NGX_PAYMENTS_P_IN_USE,
    NGX_PAYMENTS_P_KEY_CANCELED,
    NGX_PAYMENTS_P_RESOURCE_BUSY,
    NGX_PAYMENTS_P_REFERENCE_USED,
    NGX_PAYMENTS_P_PAYMENT_PROCESSING,
    NGX_PAYMENTS_P_PAYMENT_REQUIRES_ACTION,
    NGX_PAYMENTS_P_PAYMENT_NOT_CAPTURED,
    NGX_PAYMENTS_P_PAYMENT_ALREADY_CAPTURED,
    NGX_PAYMENTS_P_PAYMENT_CANCELED,
    NGX_PAYMENTS_P_AUTHORIZATION_EXPIRED,
    NGX_PAYMENTS_P_PAYMENT_FAILED,
    NGX_PAYMENTS_P_LENGTH_REQUIRED,
    NGX_PAYMENTS_P_VERSION_MISMATCH,
    NGX_PAYMENTS_P_CONTENT_TOO_LARGE,
    NGX_PAYMENTS_P_URI_TOO_LONG,
    NGX_PAYMENTS_P_UNSUPPORTED_MEDIA_TYPE,
    NGX_PAYMENTS_P_HEADERS_TOO_LARGE,
    NGX_PAYMENTS_P_VALIDATION_FAILED,
    NGX_PAYMENTS_P_UNKNOWN_PARAMETER,
    NGX_PAYMENTS_P_INVALID_CURRENCY,
    NGX_PAYMENTS_P_AMOUNT_TOO_SMALL,
    NGX_PAYMENTS_P_AMOUNT_TOO_LARGE,
    NGX_PAYMENTS_P_CARD_NUMBER,
    NGX_PAYMENTS_P_UNKNOWN_TOKEN,
    NGX_PAYMENTS_P_INVALID_WEBHOOK_URL,
    NGX_PAYMENTS_P_KEY_REUSED,
    NGX_PAYMENTS_P_CAPTURE_EXCEEDS,
    NGX_PAYMENTS_P_REFUND_EXCEEDS,
    NGX_PAYMENTS_P_CURRENCY_MISMATCH,
    NGX_PAYMENTS_P_TOO_MANY_ENDPOINTS,
    NGX_PAYMENTS_P_RATE_LIMITED,
    NGX_PAYMENTS_P_INTERNAL_ERROR,
    NGX_PAYMENTS_P_NOT_IMPLEMENTED,
    NGX_PAYMENTS_P_BAD_GATEWAY,
    NGX_PAYMENTS_P_DATABASE_UNAVAILABLE,
    NGX_PAYMENTS_P_PROCESSOR_UNAVAILABLE,
    NGX_PAYMENTS_P_OVERLOADED,
    NGX_PAYMENTS_P_OUTCOME_UNKNOWN,
    NGX_PAYMENTS_P_GATEWAY_TIMEOUT,
    NGX_PAYMENTS_P_LAST
} ngx_payments_problem_e;


#define NGX_PAYMENTS_STORED        1   /* this answer */
#define NGX_PAYMENTS_STORED_OTHER  2   /* another one, now or soon, or none:
                                          asking again shows it */

typedef struct {
    const char                   *code;
    ngx_uint_t                    status;
    const char                   *retry;       /* never, same_key, new_key */
    unsigned                      again:1;     /* Payments-Should-Retry */
    ngx_uint_t                    after;       /* Retry-After, s; 0: none */
    const char                   *title;
    const char                   *detail;      /* when nothing more is known */
    const char                   *advice;      /* what to do, in /docs/errors */
    unsigned                      stored:2;    /* what the key has then */
} ngx_payments_problem_t;

extern const ngx_payments_problem_t  ngx_payments_problems[];
/* their codes, NULL at the end */
extern const char *ngx_payments_problem_codes[];

/* the text of a problem alone, into out; enough where "more" is NULL: */
#define NGX_PAYMENTS_PROBLEM_LEN  1024
void ngx_payments_problem_body(ngx_payments_out_t *out,
    const ngx_payments_problem_t *problem, const char *detail,
    const u_char request_id[NGX_PAYMENTS_ID_LEN], ngx_str_t *more);


/* query parameters: a table that ends with a NULL name */

typedef enum {
    NGX_PAYMENTS_QUERY_ENUM = 0,   /* may be repeated: a=x&a=y, a[]=x&a[]=y, or
                                      a=x,y */
    NGX_PAYMENTS_QUERY_CURRENCY,
    NGX_PAYMENTS_QUERY_STRING,
    NGX_PAYMENTS_QUERY_TIME,       /* RFC 3339 */
    NGX_PAYMENTS_QUERY_AMOUNT,
    NGX_PAYMENTS_QUERY_AFTER,      /* a number; the list then ascends */
    NGX_PAYMENTS_QUERY_PAYMENT,    /* its id */
    NGX_PAYMENTS_QUERY_ENDPOINT,   /* likewise, of a webhook endpoint */
    NGX_PAYMENTS_QUERY_EVENT,      /* of an event */
    NGX_PAYMENTS_QUERY_OBJECT,     /* an id of any kind */
    NGX_PAYMENTS_QUERY_TYPES,      /* of events, with commas between */
    NGX_PAYMENTS_QUERY_METADATA    /* metadata[key]: its name is what stands
                                      before the bracket */
} ngx_payments_query_type_e;


typedef struct {
    const char                   *name;        /* "amount[gte]" */
    const char                   *group;       /* in the filter: "amount", or
                                                  NULL; rows of a group stand
                                                  together */
    const char                   *member;      /* "gte" */
    ngx_payments_query_type_e     type;
    size_t                        max;         /* characters of a STRING */
    const char *const            *values;      /* of an ENUM */
    const char                   *about;       /* for a reader; NULL: its name
                                                  says it */
} ngx_payments_query_t;


typedef struct ngx_payments_request_s    ngx_payments_request_t;
typedef struct ngx_payments_operation_s  ngx_payments_operation_t;

typedef void (*ngx_payments_request_pt)(ngx_payments_request_t *request);


/* ms for which a "waits" waits at most */
#define NGX_PAYMENTS_PATIENCE  30000


/* largest integer that every JSON parser keeps: 2^53 - 1 */
#define NGX_PAYMENTS_SAFE  INT64_C(9007199254740991)


#define NGX_PAYMENTS_REVEALS_KEY      1    /* an API key: seal.c */
#define NGX_PAYMENTS_REVEALS_WEBHOOK  2    /* of an endpoint; likewise */


struct ngx_payments_operation_s {
    const char                   *name;      /* operationId, unique */
    const char                   *tag;       /* its group in the documents;
                                                NULL: it is not in them */
    const char                   *summary;
    const char                   *about;     /* Markdown; NULL: nothing more */

    ngx_uint_t                    method;
    const char                   *path;      /* {id} stands for a segment */
    const char                   *scope;     /* "": any key has it; NULL: no
                                                authentication */
    ngx_payments_key_use_e        key;
    unsigned                      write:1;   /* refused to suspended
                                                merchants; a client that
                                                leaves does not stop it */
    unsigned                      returns:1; /* it gives money back: not
                                                refused to suspended ones */
    unsigned                      body:1;    /* JSON is read */
    unsigned                      optional:1;  /* ... or {} where there is
                                                none */
    unsigned                      test:1;    /* refused to live keys */
    unsigned                      dashboard:1; /* it is there where
                                                "payments_dashboard" is on */
    unsigned                      outage:1;  /* it can be asked without a
                                                database: a key that was valid
                                                a while ago is enough */
    unsigned                      versioned:1; /* its answer has an ETag; a
                                                write of an {id} heeds
                                                If-Match */
    unsigned                      waits:1;   /* for news, if the client prefers
                                                that: not longer than below */
    unsigned                      moves:1;   /* what it shows changes without
                                                another version: no
                                                If-None-Match */
    unsigned                      reveals:2; /* what it makes has a secret,
                                                which its answer shows, and
                                                which is not stored as it is:
                                                one of those below */
    const char                   *object;    /* prefix of what it makes, or
                                                changes by its {id} */
    const char                   *location;  /* where that is read; NULL:
                                                nothing is made */
    const char                   *reads;     /* of ngx_payments_read_object():
                                                pay.read_<this>() */
    const ngx_payments_schema_t  *request;   /* of the body */
    const char                   *example;   /* of a body that works */
    const ngx_payments_query_t   *query;     /* its parameters; the handler
                                                checks them. NULL: none */
    unsigned                      pages:1;   /* ... and limit, order, cursor */
    ngx_payments_request_pt       handler;

    ngx_uint_t                    status;    /* of success */
    unsigned                      accepted:1;  /* or 202 */
    unsigned                      unready:1; /* or 503, of the same schema */
    unsigned                      array:1;   /* a list of all there is */
    const ngx_payments_schema_t  *answer;    /* of success, of a list's
                                                elements; NULL: no JSON */
    const ngx_payments_problem_e *problems;  /* beside those that follow from
                                                the row; ends with LAST */
};

extern const ngx_payments_operation_t  ngx_payments_operations[];
extern const ngx_uint_t                ngx_payments_noperations;


/* words.c: what values can be, NULL at the end */
extern const char *const  ngx_payments_payment_statuses[];
extern const char *const  ngx_payments_refund_statuses[];
extern const char *const  ngx_payments_capture_methods[];
extern const char *const  ngx_payments_expiry_actions[];
extern const char *const  ngx_payments_cancel_reasons[];
extern const char *const  ngx_payments_refund_reasons[];
extern const char *const  ngx_payments_merchant_statuses[];
extern const char *const  ngx_payments_event_types[];
extern const char *const  ngx_payments_dispute_statuses[];
extern const char *const  ngx_payments_endpoint_types[];
extern const char *const  ngx_payments_endpoint_statuses[];
extern const char *const  ngx_payments_delivery_statuses[];


#endif /* _NGX_PAYMENTS_OPERATION_H_INCLUDED_ */

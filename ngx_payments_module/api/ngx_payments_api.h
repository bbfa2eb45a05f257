
/*
 * api/: what the API is.  One table row for each operation; router, checks,
 * metrics and documentation come from the row.  This room knows neither
 * nginx's requests nor libpq: http/ fills a ngx_payments_request_t, and gets
 * an answer in it.
 */

#ifndef _NGX_PAYMENTS_API_H_INCLUDED_
#define _NGX_PAYMENTS_API_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../domain/ngx_payments_domain.h"
#include "../idempotency/ngx_payments_idempotency.h"
#include "../pg/ngx_payments_pg.h"
#include "../consistency/ngx_payments_tokens.h"


#define NGX_PAYMENTS_VERSION  "2026-11-01"


/* methods and scopes are bits, so that a set is a number */

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
    NGX_PAYMENTS_P_KEY_REUSED,
    NGX_PAYMENTS_P_CAPTURE_EXCEEDS,
    NGX_PAYMENTS_P_REFUND_EXCEEDS,
    NGX_PAYMENTS_P_CURRENCY_MISMATCH,
    NGX_PAYMENTS_P_RATE_LIMITED,
    NGX_PAYMENTS_P_INTERNAL_ERROR,
    NGX_PAYMENTS_P_NOT_IMPLEMENTED,
    NGX_PAYMENTS_P_BAD_GATEWAY,
    NGX_PAYMENTS_P_DATABASE_UNAVAILABLE,
    NGX_PAYMENTS_P_OVERLOADED,
    NGX_PAYMENTS_P_OUTCOME_UNKNOWN,
    NGX_PAYMENTS_P_GATEWAY_TIMEOUT,
    NGX_PAYMENTS_P_LAST
} ngx_payments_problem_e;


#define NGX_PAYMENTS_STORED        1   /* this answer */
#define NGX_PAYMENTS_STORED_OTHER  2   /* another one, now or soon, or none:
                                          who asks again finds out */

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


typedef struct {
    ngx_uint_t                    status;
    ngx_str_t                     body;        /* empty: none */
    const char                   *type;        /* media type; NULL: by status */
    ngx_str_t                     location;    /* empty: none */
    ngx_str_t                     link;        /* likewise */
    ngx_uint_t                    version;     /* ETag; 0: none */
    ngx_str_t                     etag;        /* likewise, in quotes, of what
                                                  has no version */
    unsigned                      page:1;      /* HTML: with a policy of what it
                                                  may load */
    unsigned                      lasting:1;   /* the URL changes when the bytes
                                                  do */
    unsigned                      keyed:1;     /* the next five are there */
    unsigned                      replayed:1;
    const char                   *idempotency; /* executed, ... */
    ngx_str_t                     original;    /* req_... of the execution */
    int64_t                       expires;     /* of the key, microseconds */
    unsigned                      problem:1;   /* an error: the next four are
                                                  there */
    unsigned                      again:1;
    ngx_uint_t                    after;
    const char                   *challenge;   /* WWW-Authenticate; NULL */
    const char                   *described;   /* Link describedby; NULL */
    unsigned                      codings:1;   /* Accept-Encoding */
    unsigned                      patches:1;   /* Accept-Patch */
} ngx_payments_answer_t;


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


/* what a query says */

typedef struct {
    ngx_str_t                     filter;      /* for SQL, a JSON object */
    ngx_str_t                     query;       /* as it came, for the link */
    ngx_str_t                     cursor;      /* where in request->query its
                                                  cursor is */
    ngx_uint_t                    limit;
    u_char                        hash[8];     /* of path, order and filter */
    u_char                        after[NGX_PAYMENTS_UUID_LEN];
    unsigned                      ascending:1;
    unsigned                      continued:1; /* "after" is there */
    unsigned                      limited:1;
    unsigned                      ordered:1;
    unsigned                      followed:1;  /* there was an AFTER */
} ngx_payments_list_t;


typedef struct ngx_payments_request_s    ngx_payments_request_t;
typedef struct ngx_payments_operation_s  ngx_payments_operation_t;
typedef struct ngx_payments_parts_s      ngx_payments_parts_t;

typedef void (*ngx_payments_request_pt)(ngx_payments_request_t *request);


/*
 * A request on its way.  http/ owns it, in the request's pool; it lives until
 * ngx_payments_api_leave(), which may come before the answer.
 */

struct ngx_payments_request_s {
    ngx_pool_t                     *pool;
    ngx_log_t                      *log;
    const ngx_payments_operation_t *operation;
    ngx_str_t                       method;
    ngx_str_t                       path;
    ngx_str_t                       query;
    ngx_str_t                       id;        /* what {id} of the path is */
    ngx_str_t                       body;

    int64_t                         merchant_id;
    u_char                          merchant[NGX_PAYMENTS_ID_LEN];
    ngx_uint_t                      scopes;
    unsigned                        livemode:1;

    u_char                          request_uuid[NGX_PAYMENTS_UUID_LEN];
    u_char                          request_id[NGX_PAYMENTS_ID_LEN];

    ngx_str_t                       if_match;  /* versions parted by commas;
                                                  data NULL: any */
    ngx_str_t                       key;       /* Idempotency-Key, or empty */
    ngx_payments_idempotency_key_t  key_hash;
    u_char                          raw[NGX_PAYMENTS_SHA256_LEN];
                                               /* of all its bytes, if it has a
                                                  key */
    ngx_msec_t                      wait;      /* Prefer: wait, or the limit */

    ngx_payments_answer_t           answer;
    ngx_payments_request_pt         done;      /* http/'s: answer is set */
    void                           *data;      /* http/'s */

    /* ---- of the operation, while it runs ---- */

    ngx_payments_waiter_t           waiter;    /* keyed operations */
    ngx_payments_pg_item_t          item;      /* others; its stats are those
                                                  of keyed ones as well */
    ngx_payments_pg_value_t         values[8]; /* of that item */
    ngx_payments_list_t             list;      /* the query of a list */
    const char                     *action;    /* of pay.change_payments() */
    ngx_payments_redis_command_t   *command;   /* asked before pg/ is */
    ngx_payments_parts_t           *parts;     /* of what all shards are asked;
                                                  shards.c owns it */
    ngx_uint_t                      shard;     /* of the merchant whom it is
                                                  about, if "placed" */
    size_t                          held;      /* bytes of the answer that
                                                  count until they are sent */
    unsigned                        placed:1;
    unsigned                        sought:1;  /* that is known, or not to be */
    unsigned                        pending:1; /* item is with pg/, or soon */
};


/* largest integer that every JSON parser keeps: 2^53 - 1 */
#define NGX_PAYMENTS_SAFE  INT64_C(9007199254740991)


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
    unsigned                      versioned:1; /* its answer has an ETag; a
                                                write of an {id} heeds
                                                If-Match */
    unsigned                      reveals:1; /* its 201 shows a secret, which
                                                is stored sealed */
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


/* compiles the table's patterns; conf time.  Returns what failed, or NULL */
const char *ngx_payments_api_compile(void);
/* init_process of a worker */
void ngx_payments_api_init(ngx_payments_idempotency_conf_t *conf);

/*
 * The row for a path and method.  Where the path exists but not with this
 * method: NULL, and *allowed has the methods; 0: no such path.
 */
const ngx_payments_operation_t *ngx_payments_api_route(ngx_str_t *path,
    ngx_uint_t method, ngx_str_t *id, ngx_uint_t *allowed);
/* the index of a row, for metrics; NULL: the row after the last */
ngx_uint_t ngx_payments_api_index(const ngx_payments_operation_t *operation);

/* scopes a key can have, NULL at the end; the order gives each its bit */
#define NGX_PAYMENTS_SCOPES  12
extern const char *const  ngx_payments_scopes[];
/* the bit of a scope's name; 0: there is no such scope */
ngx_uint_t ngx_payments_api_scope(const u_char *name, size_t len);

/*
 * Whether there is memory for an answer of so many bytes, which then count
 * until the request is freed; ANY: for one at all.  NGX_DECLINED: the problem
 * is set.
 */
#define NGX_PAYMENTS_ANY  ((size_t) -1)
ngx_int_t ngx_payments_api_room(ngx_payments_request_t *request, size_t len);

/* the worker's source of ids, by PostgreSQL's clock; 0, or -1 */
int ngx_payments_api_uuid(u_char uuid[NGX_PAYMENTS_UUID_LEN]);
/* random bytes from there; likewise */
int ngx_payments_api_random(u_char *data, size_t len);

/* the request ends; what it started runs on or is canceled */
void ngx_payments_api_leave(ngx_payments_request_t *request);
/* its pool ends: the answer's bytes are not needed any more */
void ngx_payments_api_free(ngx_payments_request_t *request);

/*
 * Makes request->answer a problem (RFC 9457).  "detail" NULL: the
 * catalogue's.  "more" is JSON text of further members with a leading comma.
 */
void ngx_payments_problem(ngx_payments_request_t *request,
    ngx_payments_problem_e problem, const char *detail, ngx_str_t *more);
/* one with one entry of "errors", whose detail it has: "place" is a JSON
   pointer or, without a slash, the name of a parameter of query or path */
void ngx_payments_problem_error(ngx_payments_request_t *request,
    ngx_payments_problem_e problem, ngx_str_t *place, ngx_str_t *code,
    ngx_str_t *detail);
/* the problem for a status that nginx gave by itself */
ngx_payments_problem_e ngx_payments_problem_for(ngx_uint_t status);
/* the text of a problem alone, into out; enough where "more" is NULL: */
#define NGX_PAYMENTS_PROBLEM_LEN  1024
void ngx_payments_problem_body(ngx_payments_out_t *out,
    const ngx_payments_problem_t *problem, const char *detail,
    const u_char request_id[NGX_PAYMENTS_ID_LEN], ngx_str_t *more);
/* violations of a schema, as the problem they make together */
void ngx_payments_problem_violations(ngx_payments_request_t *request,
    ngx_payments_validation_t *v);

/*
 * maintenance.c: what nobody asks for, by the first worker: partitions are made
 * ahead, and dropped when the events in them were "kept" for so many seconds,
 * at the start and once an hour; what is due is done once a second, by whoever
 * holds the lease.  init_process and exit_process
 */
void ngx_payments_maintenance_init(ngx_cycle_t *cycle, time_t kept);
void ngx_payments_maintenance_exit(void);

/*
 * The worker's workspace for one request body; used only between two returns
 * to the event loop.
 */
typedef struct {
    ngx_payments_json_t             json;
    ngx_payments_validation_t       validation;
    ngx_payments_out_t              out;       /* 768 KiB, emptied by parse */
} ngx_payments_workspace_t;

/*
 * shards.c: what every shard is asked.  _place(): in which one the merchant of
 * this id is; NGX_OK: request->shard says so, if it is "placed", and else
 * nobody has him, or there is only one shard; NGX_AGAIN: the operation's
 * handler will be called again, or the request is answered.
 * _list_merchants(): a page by request->list.
 */
ngx_int_t ngx_payments_api_place(ngx_payments_request_t *request,
    ngx_str_t *id);
void ngx_payments_api_list_merchants(ngx_payments_request_t *request);
/* an idempotency key of an administrator, by request->values, wherever it was
   used */
void ngx_payments_api_find_key(ngx_payments_request_t *request);
/* the answer of a health check; the text is JSON */
void ngx_payments_api_health(ngx_payments_request_t *request,
    ngx_uint_t status, const char *text);
/* the request ends: what was asked for it is not wanted any more */
void ngx_payments_api_leave_all(ngx_payments_request_t *request);
/* lists.c: a list's page of objects, parted by commas; what follows this id is
   on the next one; NULL: there is none */
void ngx_payments_api_page(ngx_payments_request_t *request, ngx_str_t *data,
    u_char *last);

/* the workspace's bytes, for who has not parsed yet; NULL: too many */
u_char *ngx_payments_api_space(size_t len);

/*
 * A keyed operation, from its validated body to its answer: joins what is under
 * way for the key, or begins.  "item" then fills execution->item from the
 * execution's pool; NGX_ERROR: no memory.  Without an Idempotency-Key the
 * operation gets one of its own.
 */
typedef ngx_int_t (*ngx_payments_item_pt)(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution);
void ngx_payments_api_execute(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_item_pt item);
/* NGX_OK: the request was answered out of shared memory, before its body was
   read; NGX_DECLINED: it was not, and request->raw is set */
ngx_int_t ngx_payments_api_replay(ngx_payments_request_t *request);
/* before its body is read.  NGX_DECLINED: there is no room for what it would
   write, nor does anybody know its answer; the answer says so */
ngx_int_t ngx_payments_api_admit(ngx_payments_request_t *request);

/*
 * A field's text, decoded into the pool; data NULL: absent or null.
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_payments_api_text(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    ngx_uint_t slot, ngx_str_t *text);
/* a field of metadata as JSON text; absent: data NULL */
ngx_int_t ngx_payments_api_metadata(ngx_pool_t *pool,
    ngx_payments_workspace_t *ws, ngx_uint_t slot, ngx_str_t *text);
/* columns of pay.get_payments(), pay.get_api_keys(), pay.get_merchants(),
   pay.read_objects(), pay.get_ledger_transactions(), pay.get_events(),
   pay.get_balances(), pay.trial_balance() and pay.get_keys() */
#define NGX_PAYMENTS_READ_VERSION  1
#define NGX_PAYMENTS_READ_BODY     2

/* reads one object by its id; the statement gives version and body */
void ngx_payments_api_get(ngx_payments_request_t *request, const char *prefix,
    ngx_payments_pg_statement_e statement);

/* sends the request's item; its values from the third on are the caller's */
void ngx_payments_api_send(ngx_payments_request_t *request,
    ngx_payments_pg_statement_e statement, ngx_payments_pg_handler_pt handler);
/* a handler for it: takes version and body of the row */
void ngx_payments_api_got(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
/* the problem for an item that is not done */
void ngx_payments_api_failed(ngx_payments_request_t *request,
    ngx_payments_pg_outcome_e outcome);

/* keys.c */

/* init_process: what secrets of API keys are made with; empty: none are */
void ngx_payments_keys_init(ngx_str_t *secret);
/* 1: the API key of this answer has a scope that the caller lacks, or none that
   can be read */
ngx_uint_t ngx_payments_keys_beyond(ngx_payments_request_t *request,
    ngx_str_t *body);
/* puts the secret where the stored answer has its seal.  NGX_DECLINED: it was
   sealed with another secret; NGX_ERROR: no seal there, or no memory */
ngx_int_t ngx_payments_keys_reveal(ngx_payments_request_t *request,
    ngx_str_t *body);

/* query.c */

/* init_process: what signs cursors */
void ngx_payments_query_init(ngx_str_t *secret);
/* tables of parameters, in lists.c; the last is of who has none */
extern const ngx_payments_query_t  ngx_payments_payments_query[];
extern const ngx_payments_query_t  ngx_payments_refunds_query[];
extern const ngx_payments_query_t  ngx_payments_disputes_query[];
extern const ngx_payments_query_t  ngx_payments_ledger_query[];
extern const ngx_payments_query_t  ngx_payments_created_query[];
extern const ngx_payments_query_t  ngx_payments_events_query[];
extern const ngx_payments_query_t  ngx_payments_payment_query[];
extern const ngx_payments_query_t  ngx_payments_no_query[];
/* checks request->query by the operation's table; NGX_DECLINED:
   request->answer is the problem */
ngx_int_t ngx_payments_query_parse(ngx_payments_request_t *request,
    ngx_payments_list_t *list);
/* query_value.c: one value, by its row's type; it may be rewritten to its one
   form.  NGX_DECLINED: it is none */
ngx_int_t ngx_payments_query_value(ngx_payments_request_t *request,
    const ngx_payments_query_t *row, ngx_str_t *value);
/* what it must be, as code and text, which may be in the buffer */
#define NGX_PAYMENTS_ALLOWED_LEN  400
const char *ngx_payments_query_allowed(const ngx_payments_query_t *row,
    ngx_str_t *value, u_char text[NGX_PAYMENTS_ALLOWED_LEN],
    const char **code);
/* characters of UTF-8 */
size_t ngx_payments_query_length(ngx_str_t *value);
/* cursor.c: hashes the list's filter, and reads the cursor that was sent, data
   NULL: none.  NGX_DECLINED: request->answer is the problem */
ngx_int_t ngx_payments_query_cursor(ngx_payments_request_t *request,
    ngx_payments_list_t *list, ngx_str_t *sent);
/* the cursor behind the object with this id */
ngx_int_t ngx_payments_query_next(ngx_payments_request_t *request,
    ngx_payments_list_t *list, const u_char *last, ngx_str_t *cursor);

/* one file for each resource */
void ngx_payments_list_payments(ngx_payments_request_t *request);
void ngx_payments_list_refunds(ngx_payments_request_t *request);
void ngx_payments_list_payment_refunds(ngx_payments_request_t *request);
void ngx_payments_list_ledger(ngx_payments_request_t *request);
void ngx_payments_list_balances(ngx_payments_request_t *request);
void ngx_payments_list_events(ngx_payments_request_t *request);
void ngx_payments_get_event(ngx_payments_request_t *request);
void ngx_payments_list_currencies(ngx_payments_request_t *request);
void ngx_payments_get_balance(ngx_payments_request_t *request);
void ngx_payments_get_ledger(ngx_payments_request_t *request);
void ngx_payments_trial_balance(ngx_payments_request_t *request);
void ngx_payments_capture_payment(ngx_payments_request_t *request);
void ngx_payments_cancel_payment(ngx_payments_request_t *request);
void ngx_payments_refund_payment(ngx_payments_request_t *request);
void ngx_payments_update_payment(ngx_payments_request_t *request);
void ngx_payments_expire_payment(ngx_payments_request_t *request);
void ngx_payments_settle_payment(ngx_payments_request_t *request);
void ngx_payments_dispute_payment(ngx_payments_request_t *request);
void ngx_payments_resolve_payment(ngx_payments_request_t *request);
/* any object that SQL can give by its id: see "reads" of the row */
void ngx_payments_read_object(ngx_payments_request_t *request);
void ngx_payments_get_account(ngx_payments_request_t *request);
void ngx_payments_update_refund(ngx_payments_request_t *request);
void ngx_payments_win_dispute(ngx_payments_request_t *request);
void ngx_payments_lose_dispute(ngx_payments_request_t *request);
void ngx_payments_list_disputes(ngx_payments_request_t *request);
void ngx_payments_update_key(ngx_payments_request_t *request);
void ngx_payments_get_idempotency_key(ngx_payments_request_t *request);
void ngx_payments_cancel_idempotency_key(ngx_payments_request_t *request);
void ngx_payments_create_key(ngx_payments_request_t *request);
void ngx_payments_rotate_key(ngx_payments_request_t *request);
void ngx_payments_revoke_key(ngx_payments_request_t *request);
void ngx_payments_get_key(ngx_payments_request_t *request);
void ngx_payments_list_keys(ngx_payments_request_t *request);
void ngx_payments_create_merchant(ngx_payments_request_t *request);
void ngx_payments_update_merchant(ngx_payments_request_t *request);
void ngx_payments_get_merchant(ngx_payments_request_t *request);
void ngx_payments_list_merchants(ngx_payments_request_t *request);
void ngx_payments_create_payment(ngx_payments_request_t *request);
void ngx_payments_get_payment(ngx_payments_request_t *request);
void ngx_payments_livez(ngx_payments_request_t *request);
void ngx_payments_readyz(ngx_payments_request_t *request);
void ngx_payments_metrics(ngx_payments_request_t *request);
void ngx_payments_get_openapi(ngx_payments_request_t *request);
void ngx_payments_get_openapi31(ngx_payments_request_t *request);
void ngx_payments_get_docs(ngx_payments_request_t *request);
void ngx_payments_get_docs_error(ngx_payments_request_t *request);
void ngx_payments_get_docs_asset(ngx_payments_request_t *request);

/* a description's characters: a pattern of a field */
#define NGX_PAYMENTS_DESCRIPTION  "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]*"

/* schemas of bodies; each is with its operation */
extern const ngx_payments_schema_t  ngx_payments_create_payment_schema;
extern const ngx_payments_schema_t  ngx_payments_capture_schema;
extern const ngx_payments_schema_t  ngx_payments_cancel_schema;
extern const ngx_payments_schema_t  ngx_payments_refund_schema;
extern const ngx_payments_schema_t  ngx_payments_update_schema;
extern const ngx_payments_schema_t  ngx_payments_empty_schema;
extern const ngx_payments_schema_t  ngx_payments_create_key_schema;
extern const ngx_payments_schema_t  ngx_payments_rotate_key_schema;
extern const ngx_payments_schema_t  ngx_payments_update_key_schema;
extern const ngx_payments_schema_t  ngx_payments_update_refund_schema;
extern const ngx_payments_schema_t  ngx_payments_create_merchant_schema;
extern const ngx_payments_schema_t  ngx_payments_update_merchant_schema;

/* schemas.c: of answers, and the words for values, NULL at the end */
extern const ngx_payments_schema_t  ngx_payments_payment_answer;
extern const ngx_payments_schema_t  ngx_payments_refund_answer;
extern const ngx_payments_schema_t  ngx_payments_capture_answer;
extern const ngx_payments_schema_t  ngx_payments_dispute_answer;
extern const ngx_payments_schema_t  ngx_payments_balance_answer;
extern const ngx_payments_schema_t  ngx_payments_ledger_answer;
extern const ngx_payments_schema_t  ngx_payments_trial_answer;
extern const ngx_payments_schema_t  ngx_payments_event_answer;
extern const ngx_payments_schema_t  ngx_payments_currency_answer;
extern const ngx_payments_schema_t  ngx_payments_record_answer;
extern const ngx_payments_schema_t  ngx_payments_key_answer;
extern const ngx_payments_schema_t  ngx_payments_new_key_answer;
extern const ngx_payments_schema_t  ngx_payments_merchant_answer;
extern const ngx_payments_schema_t  ngx_payments_account_answer;
extern const ngx_payments_schema_t  ngx_payments_live_answer;
extern const ngx_payments_schema_t  ngx_payments_ready_answer;
extern const ngx_payments_schema_t  ngx_payments_problem_answer;

extern const char *const  ngx_payments_payment_statuses[];
extern const char *const  ngx_payments_refund_statuses[];
extern const char *const  ngx_payments_capture_methods[];
extern const char *const  ngx_payments_expiry_actions[];
extern const char *const  ngx_payments_cancel_reasons[];
extern const char *const  ngx_payments_refund_reasons[];
extern const char *const  ngx_payments_merchant_statuses[];
extern const char *const  ngx_payments_event_types[];
extern const char *const  ngx_payments_dispute_statuses[];

/*
 * openapi.c, docs.c: what the table says of itself.  Built from the pool of a
 * configuration, for its workers; conf time.  NGX_ERROR: no memory, or a
 * document that is larger than its buffer, which was logged.
 */
typedef struct {
    ngx_str_t                       body;
    ngx_str_t                       etag;      /* in quotes, of the bytes */
} ngx_payments_document_t;

typedef struct {
    ngx_payments_document_t         openapi;   /* 3.0.3 */
    ngx_payments_document_t         openapi31;
    ngx_payments_document_t         docs;      /* HTML */
} ngx_payments_documents_t;

/* answers of a run, by tools/record-examples; operation NULL at the end */
typedef struct {
    const char                     *operation;
    const char                     *parameter; /* of the path; NULL: none */
    const char                     *body;      /* JSON */
} ngx_payments_example_t;

extern const ngx_payments_example_t  ngx_payments_examples[];

ngx_int_t ngx_payments_documents(ngx_conf_t *cf,
    ngx_payments_documents_t *documents);
/* init_process */
void ngx_payments_documents_init(ngx_payments_documents_t *documents);
/* writes one of them; "minor" of its version is 0 or 1 */
void ngx_payments_openapi(ngx_payments_out_t *out, ngx_uint_t minor);
/* writes components.schemas */
void ngx_payments_openapi_schemas(ngx_payments_out_t *out, ngx_uint_t minor);
/* "name":"text" with a comma before it; a NULL text: nothing */
void ngx_payments_openapi_text(ngx_payments_out_t *out, const char *name,
    const char *text);
/* the schema of a field, and of a query parameter */
void ngx_payments_openapi_field(ngx_payments_out_t *out,
    const ngx_payments_field_t *field, ngx_uint_t minor, ngx_uint_t answer);
/* the problems that a row can have, as a set of their bits */
#define NGX_PAYMENTS_BIT(p)  (UINT64_C(1) << NGX_PAYMENTS_P_##p)
uint64_t ngx_payments_openapi_problems(const ngx_payments_operation_t *o);

/*
 * Parses and validates request->body against the operation's fields.  NULL:
 * request->answer is the problem.
 */
ngx_payments_workspace_t *ngx_payments_api_parse(
    ngx_payments_request_t *request);

/* init_process: seconds that a key is kept */
void ngx_payments_api_keyed_init(time_t ttl);
/* answers of a keyed operation, when the record is there or will not come */
void ngx_payments_api_keyed(ngx_payments_waiter_t *waiter,
    ngx_payments_idempotency_result_e result, ngx_payments_record_t *record);


#endif /* _NGX_PAYMENTS_API_H_INCLUDED_ */

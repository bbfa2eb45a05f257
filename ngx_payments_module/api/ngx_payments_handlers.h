
/*
 * What handlers of operations are made of: bodies, reads, lists, changes,
 * statements to all shards.  Then the handlers themselves, for the table.
 */

#ifndef _NGX_PAYMENTS_HANDLERS_H_INCLUDED_
#define _NGX_PAYMENTS_HANDLERS_H_INCLUDED_


#include "ngx_payments_request.h"
#include "../base/ngx_payments_base.h"
#include "../idempotency/ngx_payments_idempotency.h"
#include "../cluster/ngx_payments_cluster.h"


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


typedef struct ngx_payments_fanout_s  ngx_payments_fanout_t;


/* patient.c: one that waits for the next event */

typedef struct {
    ngx_queue_t                   queue;
    ngx_payments_request_t       *request;
    void                         *group;       /* NULL: it does not wait */
    ngx_msec_t                    until;
    int64_t                       seen;        /* the last sequence that its
                                                  next look does not have to
                                                  see; it never falls */
    void (*handler)(ngx_payments_request_t *request, ngx_uint_t more);
} ngx_payments_patient_t;


/* what a request's operation works with; zeroed by ngx_payments_api_create() */

struct ngx_payments_work_s {
    ngx_payments_idempotency_key_t  key_hash;
    u_char                          raw[NGX_PAYMENTS_SHA256_LEN];
                                               /* of all the request's bytes, if
                                                  it has a key */
    ngx_payments_waiter_t           waiter;    /* of what is idempotent */
    ngx_payments_pg_item_t          item;      /* of others; its stats are those
                                                  of all */
    ngx_payments_pg_value_t         values[8]; /* of that item, or of those of
                                                  all shards */
    ngx_payments_list_t             list;      /* what the query says */
    ngx_payments_patient_t          patient;
    struct ngx_payments_redis_command_s  *command;  /* under way: a read
                                                  token */
    ngx_payments_fanout_t          *fanout;    /* in the request's pool */
    struct ngx_payments_notice_s   *notice;    /* likewise */
    struct ngx_payments_status_s   *status;    /* likewise */
    ngx_uint_t                      shard;     /* of the merchant that the
                                                  request is about, if known */
    size_t                          reserved;  /* bytes of the answer that
                                                  count until they are sent */
    unsigned                        shard_known:1;
    unsigned                        shard_sought:1;  /* all were asked */
};


/* request.c */

/* init_process */
void ngx_payments_answers_init(void);
/*
 * Whether there is memory for an answer of so many bytes, which then count
 * until the request is freed; ANY: for one at all.  NGX_DECLINED: the problem
 * is set.
 */
#define NGX_PAYMENTS_ANY  ((size_t) -1)
ngx_int_t ngx_payments_answer_reserve(ngx_payments_request_t *request,
    size_t len);
/* the problem for an item that is not done */
void ngx_payments_item_failed(ngx_payments_request_t *request,
    ngx_payments_pg_outcome_e outcome);


/*
 * body.c: the worker's workspace for one request body; used only between two
 * returns to the event loop.
 */

typedef struct {
    ngx_payments_json_t             json;
    ngx_payments_validation_t       validation;
    ngx_payments_out_t              out;       /* 768 KiB, emptied by parse */
    const void                     *data;      /* the handler's, for its item */
} ngx_payments_workspace_t;

/*
 * Parses and validates request->body against the operation's fields.  NULL:
 * request->answer is the problem.
 */
ngx_payments_workspace_t *ngx_payments_body_parse(
    ngx_payments_request_t *request);
/* the same of a body that was valid when it was kept.  NULL: it is not any
   more */
ngx_payments_workspace_t *ngx_payments_body_open(ngx_str_t *body,
    const ngx_payments_schema_t *schema);
/*
 * A field's text, decoded into the pool; data NULL: absent or null.
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_payments_body_text(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    ngx_uint_t slot, ngx_str_t *text);
/* a field of metadata as JSON text; absent: data NULL */
ngx_int_t ngx_payments_body_metadata(ngx_pool_t *pool,
    ngx_payments_workspace_t *ws, ngx_uint_t slot, ngx_str_t *text);
/* the workspace's bytes, before a body is parsed; NULL: too many */
u_char *ngx_payments_workspace_bytes(size_t len);

/*
 * A description's characters, and a name's: patterns of fields.  Neither has
 * control characters.  An override shows a text in an order that it does not
 * have; an embedding or an isolate is what libraries for Arabic and Hebrew put
 * around a value, so it may stand in a text, but names nobody.
 */
#define NGX_PAYMENTS_DESCRIPTION                                              \
    "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\u007f-\\u009f\\u202d\\u202e]*"
#define NGX_PAYMENTS_NAME                                                     \
    "[^\\x00-\\x1f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]*"

/* of operations that need nothing */
extern const ngx_payments_schema_t  ngx_payments_empty_schema;


/* idempotent.c */

/* init_process: seconds that a key is kept; and what they are */
void ngx_payments_idempotent_init(time_t ttl);
time_t ngx_payments_idempotent_seconds(void);

/* fills execution->item from the execution's pool; NGX_ERROR: no memory */
typedef ngx_int_t (*ngx_payments_item_pt)(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution);

/*
 * An idempotent operation, from its validated body to its answer: joins what
 * is under way for the key, or begins an execution, for which "item" is called
 * before this returns.  Without an Idempotency-Key the operation gets one of
 * its own.
 */
void ngx_payments_idempotent_execute(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_item_pt item);


/* seal.c */

#define NGX_PAYMENTS_SEAL_LEN  80

/* init_process: what secrets of API keys are made with; empty: none are */
void ngx_payments_seal_init(ngx_str_t *secret);
/* 1: secrets can be made */
ngx_uint_t ngx_payments_seal_ready(void);
/* a new secret's seal, and the hash of the key that has this secret.
   NGX_ERROR: the system gives no random bytes, or no digest */
ngx_int_t ngx_payments_seal_make(ngx_uint_t livemode,
    u_char seal[NGX_PAYMENTS_SEAL_LEN], u_char hash[NGX_PAYMENTS_SHA256_LEN]);
/* replaces the seal at the end of a stored answer by the secret, in memory of
   the pool.  NGX_DECLINED: it was made with another secret file; NGX_ERROR: no
   seal there, or no memory */
ngx_int_t ngx_payments_seal_reveal(ngx_pool_t *pool, ngx_uint_t livemode,
    ngx_str_t *body);
/* likewise of a webhook endpoint's secret, which is stored encrypted.
   NGX_ERROR: it cannot be read, or no memory */
ngx_int_t ngx_payments_endpoint_reveal(ngx_payments_request_t *request,
    const u_char endpoint[NGX_PAYMENTS_UUID_LEN], ngx_str_t *body);
/* a key's kind without the letter by which whole and restricted keys differ */
const u_char *ngx_payments_seal_mode(ngx_uint_t livemode);
/* 1: the API key of this answer has a scope that is not among these, or none
   that can be read */
ngx_uint_t ngx_payments_key_exceeds_scopes(ngx_uint_t scopes, ngx_str_t *body);


/* read.c */

/* columns of pay.get_payments(), pay.get_api_keys(), pay.get_merchants(),
   pay.read_objects(), pay.get_ledger_transactions(), pay.get_balances(),
   pay.trial_balance() and pay.get_keys() */
#define NGX_PAYMENTS_READ_VERSION  1
#define NGX_PAYMENTS_READ_BODY     2


/* sends work->item; its values from the third on are the caller's */
void ngx_payments_read_send(ngx_payments_request_t *request,
    ngx_payments_pg_statement_e statement, ngx_payments_pg_handler_pt handler);
/* a handler for it: answers with version and body of the row */
void ngx_payments_read_on_object(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
/* answers with one object by the {id}; the statement gives version and body */
void ngx_payments_read_by_id(ngx_payments_request_t *request,
    const char *prefix, ngx_payments_pg_statement_e statement);
/* {id} of the path as a value; NGX_DECLINED: the request is answered */
ngx_int_t ngx_payments_read_id(ngx_payments_request_t *request,
    const char *prefix, ngx_payments_pg_value_t *value);


/* query.c */

/* rows that several tables have, and their end */

#define NGX_PAYMENTS_QUERY_BY_CREATED                                         \
    { "created_at[gte]", "created_at", "gte", NGX_PAYMENTS_QUERY_TIME, 0,     \
      NULL, NULL },                                                           \
    { "created_at[gt]", "created_at", "gt", NGX_PAYMENTS_QUERY_TIME, 0,       \
      NULL, NULL },                                                           \
    { "created_at[lte]", "created_at", "lte", NGX_PAYMENTS_QUERY_TIME, 0,     \
      NULL, NULL },                                                           \
    { "created_at[lt]", "created_at", "lt", NGX_PAYMENTS_QUERY_TIME, 0,       \
      NULL, NULL }

#define NGX_PAYMENTS_QUERY_BY_CURRENCY                                        \
    { "currency", NULL, "currency", NGX_PAYMENTS_QUERY_CURRENCY, 0, NULL,     \
      NULL }

#define NGX_PAYMENTS_QUERY_END                                                \
    { NULL, NULL, NULL, NGX_PAYMENTS_QUERY_ENUM, 0, NULL, NULL }

/* of operations without parameters, and of lists that have no others */
extern const ngx_payments_query_t  ngx_payments_no_query[];
extern const ngx_payments_query_t  ngx_payments_created_query[];

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


/* cursor.c */

/* init_process: what signs cursors */
void ngx_payments_cursor_init(ngx_str_t *secret);
/* hashes the list's filter, and reads the cursor that was sent, data NULL:
   none.  NGX_DECLINED: request->answer is the problem */
ngx_int_t ngx_payments_cursor_read(ngx_payments_request_t *request,
    ngx_payments_list_t *list, ngx_str_t *sent);
/* the cursor behind the object with this id */
ngx_int_t ngx_payments_cursor_make(ngx_payments_request_t *request,
    ngx_payments_list_t *list, const u_char *last, ngx_str_t *cursor);


/* list.c */

/* a page of objects, which SQL knows by this name */
void ngx_payments_list_objects(ngx_payments_request_t *request,
    const char *kind);
/* the same in two steps: checks the query and fills the values from the third
   on; NGX_DECLINED: the request is answered */
ngx_int_t ngx_payments_list_prepare(ngx_payments_request_t *request,
    const char *kind);
/* ... and answers with the page of the row */
void ngx_payments_list_on_rows(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
/* answers with objects, separated by commas; what follows the id "last" is on
   the next page; NULL: there is none */
void ngx_payments_list_page(ngx_payments_request_t *request, ngx_str_t *data,
    u_char *last);
/* the same in two steps: where at most so many bytes of objects go, NULL: the
   request is answered; and what follows them, from "p" on */
u_char *ngx_payments_list_begin(ngx_payments_request_t *request, size_t len);
void ngx_payments_list_end(ngx_payments_request_t *request, u_char *p,
    u_char *last);
/* answers 500 */
void ngx_payments_list_failed(ngx_payments_request_t *request);
/* "last" from a row's columns, NULL: there are no more; NGX_ERROR: it is no id,
   which is logged */
ngx_int_t ngx_payments_list_last(ngx_payments_pg_row_t *row, int more,
    int column, u_char **last);
/* the envelope of every list, as request->answer; cursor NULL: there is no
   more.  NGX_ERROR: no memory */
ngx_int_t ngx_payments_list_body(ngx_payments_request_t *request,
    ngx_str_t *data, ngx_str_t *cursor);


/* fanout.c */

#define NGX_PAYMENTS_FANOUT_COLUMNS  3

/* a shard's answer: column 1 as a number, those after it as bytes, copied */

typedef struct {
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_outcome_e     outcome;
    unsigned                      pending:1;
    int64_t                       number;
    ngx_str_t                     bytes[NGX_PAYMENTS_FANOUT_COLUMNS];
} ngx_payments_fanout_part_t;

typedef void (*ngx_payments_fanout_pt)(ngx_payments_fanout_t *fanout);

struct ngx_payments_fanout_s {
    ngx_payments_request_t       *request;
    ngx_payments_fanout_pt        done;        /* all have answered */
    int                           columns;     /* of bytes */
    ngx_uint_t                    waiting;     /* parts without an answer */
    ngx_uint_t                    n;           /* parts */
    ngx_payments_fanout_part_t    part[NGX_PAYMENTS_CLUSTER_SHARDS];
};

/* asks all shards; work->values from the third on are the caller's.  "done" is
   called later, unless the request is answered for lack of memory */
void ngx_payments_fanout_send(ngx_payments_request_t *request,
    ngx_payments_pg_statement_e statement, int columns, ngx_msec_t timeout,
    ngx_payments_fanout_pt done);
/* the first shard that did not answer; NULL: all did */
ngx_payments_fanout_part_t *ngx_payments_fanout_failed(
    ngx_payments_fanout_t *fanout);
/*
 * NGX_OK: *found is the shard that has the object that was asked for;
 * NGX_DECLINED: none has; NGX_ERROR: one that may have it does not answer, and
 * the request is answered.
 */
ngx_int_t ngx_payments_fanout_find(ngx_payments_fanout_t *fanout,
    ngx_payments_fanout_part_t **found);
/* a "done" that answers with the object */
void ngx_payments_fanout_object(ngx_payments_fanout_t *fanout);
/* asks for a merchant by its id; answers 404 to what is no id */
void ngx_payments_fanout_merchant(ngx_payments_request_t *request,
    ngx_str_t *id, ngx_payments_fanout_pt done);


/* change.c: a change of a payment, or of what belongs to one */

/* slots of the fields of their bodies */

typedef enum {
    NGX_PAYMENTS_CHANGE_AMOUNT = 0,
    NGX_PAYMENTS_CHANGE_FINAL,
    NGX_PAYMENTS_CHANGE_REASON,
    NGX_PAYMENTS_CHANGE_CURRENCY,
    NGX_PAYMENTS_CHANGE_REFERENCE,
    NGX_PAYMENTS_CHANGE_METADATA,
    NGX_PAYMENTS_CHANGE_DESCRIPTION,
    NGX_PAYMENTS_CHANGE_RETURN_DATA
} ngx_payments_change_field_e;

/*
 * The whole operation; "action" is one of pay.change_payments().  What the
 * acquirer of a live payment is asked first, as it is called in an attempt's
 * text; NULL: nothing.
 */
void ngx_payments_change(ngx_payments_request_t *request, const char *action,
    const char *asks);


/* administer.c: a change of an API key or a merchant */

/* slots of the fields of their bodies */

typedef enum {
    NGX_PAYMENTS_ADMIN_NAME = 0,
    NGX_PAYMENTS_ADMIN_SCOPES,
    NGX_PAYMENTS_ADMIN_EXPIRES,
    NGX_PAYMENTS_ADMIN_MERCHANT,
    NGX_PAYMENTS_ADMIN_OVERLAP,
    NGX_PAYMENTS_ADMIN_STATUS
} ngx_payments_admin_field_e;

typedef struct {
    const char                   *action;      /* of pay.administer() */
    u_char                        target[NGX_PAYMENTS_UUID_LEN];  /* {id} */
    ngx_payments_workspace_t     *ws;          /* with the checked body */
} ngx_payments_administer_t;

/* the whole operation */
void ngx_payments_administer(ngx_payments_request_t *request,
    const char *action);
/* the same in two steps; the action is set.  NGX_DECLINED: the request is
   answered */
ngx_int_t ngx_payments_administer_parse(ngx_payments_request_t *request,
    ngx_payments_administer_t *a);
void ngx_payments_administer_execute(ngx_payments_request_t *request,
    ngx_payments_administer_t *a);
/*
 * In which shard the merchant of this id is.  NGX_OK: work->shard says so, if
 * it is "shard_known"; else no shard has it, or there is only one.  NGX_AGAIN:
 * the operation's handler will be called again, or the request is answered.
 */
ngx_int_t ngx_payments_owner_find(ngx_payments_request_t *request,
    ngx_str_t *id);


/*
 * patient.c: the request waits until its merchant has an event behind "seen",
 * but not longer than "until", ngx_current_msec then.  The handler is called
 * once, unless the request is canceled: "more", there is one; else the time is
 * over, or the worker quits.  NGX_DECLINED: it need not, or may not, wait.
 */
ngx_int_t ngx_payments_patient_start(ngx_payments_request_t *request,
    ngx_msec_t until, int64_t seen,
    void (*handler)(ngx_payments_request_t *, ngx_uint_t));


/* handlers, by the files of their resources */

/* read.c: any object that SQL can give by its id: see "reads" of the row */
void ngx_payments_read_object(ngx_payments_request_t *request);

/* operations/payments.c */
void ngx_payments_create_payment(ngx_payments_request_t *request);
void ngx_payments_get_payment(ngx_payments_request_t *request);
void ngx_payments_list_payments(ngx_payments_request_t *request);
void ngx_payments_update_payment(ngx_payments_request_t *request);
void ngx_payments_cancel_payment(ngx_payments_request_t *request);
void ngx_payments_confirm_payment(ngx_payments_request_t *request);
void ngx_payments_resolve_payment(ngx_payments_request_t *request);
void ngx_payments_expire_payment(ngx_payments_request_t *request);
void ngx_payments_settle_payment(ngx_payments_request_t *request);

/* operations/actions.c */
void ngx_payments_get_action(ngx_payments_request_t *request);
void ngx_payments_approve_action(ngx_payments_request_t *request);
void ngx_payments_fail_action(ngx_payments_request_t *request);
/* init_process: what signs the names of pages */
void ngx_payments_actions_init(ngx_str_t *secret);

/* operations/captures.c */
void ngx_payments_capture_payment(ngx_payments_request_t *request);

/* operations/refunds.c */
void ngx_payments_refund_payment(ngx_payments_request_t *request);
void ngx_payments_resolve_attempt(ngx_payments_request_t *request);
void ngx_payments_update_refund(ngx_payments_request_t *request);
void ngx_payments_list_refunds(ngx_payments_request_t *request);
void ngx_payments_list_payment_refunds(ngx_payments_request_t *request);

/* operations/disputes.c */
void ngx_payments_dispute_payment(ngx_payments_request_t *request);
void ngx_payments_win_dispute(ngx_payments_request_t *request);
void ngx_payments_lose_dispute(ngx_payments_request_t *request);
void ngx_payments_list_disputes(ngx_payments_request_t *request);

/* operations/notifications.c */
void ngx_payments_notify(ngx_payments_request_t *request);

/* operations/events.c */
void ngx_payments_get_event(ngx_payments_request_t *request);
void ngx_payments_list_events(ngx_payments_request_t *request);

/* operations/balances.c */
void ngx_payments_get_balance(ngx_payments_request_t *request);
void ngx_payments_list_balances(ngx_payments_request_t *request);

/* operations/ledger.c */
void ngx_payments_get_ledger(ngx_payments_request_t *request);
void ngx_payments_list_ledger(ngx_payments_request_t *request);
void ngx_payments_trial_balance(ngx_payments_request_t *request);

/* operations/webhooks.c */
void ngx_payments_create_endpoint(ngx_payments_request_t *request);
void ngx_payments_list_endpoints(ngx_payments_request_t *request);
void ngx_payments_update_endpoint(ngx_payments_request_t *request);
void ngx_payments_delete_endpoint(ngx_payments_request_t *request);
void ngx_payments_rotate_endpoint(ngx_payments_request_t *request);
void ngx_payments_test_endpoint(ngx_payments_request_t *request);
void ngx_payments_replay_endpoint(ngx_payments_request_t *request);
void ngx_payments_redeliver_event(ngx_payments_request_t *request);
void ngx_payments_list_deliveries(ngx_payments_request_t *request);
/* operations/currencies.c */
void ngx_payments_list_currencies(ngx_payments_request_t *request);

/* operations/idempotency_keys.c */
void ngx_payments_get_idempotency_key(ngx_payments_request_t *request);
void ngx_payments_cancel_idempotency_key(ngx_payments_request_t *request);

/* operations/keys.c */
void ngx_payments_create_key(ngx_payments_request_t *request);
void ngx_payments_get_key(ngx_payments_request_t *request);
void ngx_payments_list_keys(ngx_payments_request_t *request);
void ngx_payments_update_key(ngx_payments_request_t *request);
void ngx_payments_revoke_key(ngx_payments_request_t *request);
void ngx_payments_rotate_key(ngx_payments_request_t *request);

/* operations/merchants.c */
void ngx_payments_create_merchant(ngx_payments_request_t *request);
void ngx_payments_get_merchant(ngx_payments_request_t *request);
void ngx_payments_list_merchants(ngx_payments_request_t *request);
void ngx_payments_update_merchant(ngx_payments_request_t *request);
void ngx_payments_get_account(ngx_payments_request_t *request);

/* operations/health.c */
void ngx_payments_get_status(ngx_payments_request_t *request);
void ngx_payments_livez(ngx_payments_request_t *request);
void ngx_payments_readyz(ngx_payments_request_t *request);
void ngx_payments_metrics(ngx_payments_request_t *request);


/* schemas of bodies; each is with its handler */

extern const ngx_payments_schema_t  ngx_payments_create_payment_schema;
extern const ngx_payments_schema_t  ngx_payments_capture_schema;
extern const ngx_payments_schema_t  ngx_payments_cancel_schema;
extern const ngx_payments_schema_t  ngx_payments_confirm_schema;
extern const ngx_payments_schema_t  ngx_payments_refund_schema;
extern const ngx_payments_schema_t  ngx_payments_resolve_schema;
extern const ngx_payments_schema_t  ngx_payments_notification_schema;
extern const ngx_payments_schema_t  ngx_payments_update_schema;
extern const ngx_payments_schema_t  ngx_payments_create_key_schema;
extern const ngx_payments_schema_t  ngx_payments_rotate_key_schema;
extern const ngx_payments_schema_t  ngx_payments_update_key_schema;
extern const ngx_payments_schema_t  ngx_payments_update_refund_schema;
extern const ngx_payments_schema_t  ngx_payments_create_endpoint_schema;
extern const ngx_payments_schema_t  ngx_payments_update_endpoint_schema;
extern const ngx_payments_schema_t  ngx_payments_rotate_secret_schema;
extern const ngx_payments_schema_t  ngx_payments_replay_schema;
extern const ngx_payments_schema_t  ngx_payments_redeliver_schema;
extern const ngx_payments_schema_t  ngx_payments_create_merchant_schema;
extern const ngx_payments_schema_t  ngx_payments_update_merchant_schema;

/* tables of parameters; likewise */

extern const ngx_payments_query_t  ngx_payments_payments_query[];
extern const ngx_payments_query_t  ngx_payments_payment_query[];
extern const ngx_payments_query_t  ngx_payments_refunds_query[];
extern const ngx_payments_query_t  ngx_payments_disputes_query[];
extern const ngx_payments_query_t  ngx_payments_ledger_query[];
extern const ngx_payments_query_t  ngx_payments_events_query[];
extern const ngx_payments_query_t  ngx_payments_deliveries_query[];


#endif /* _NGX_PAYMENTS_HANDLERS_H_INCLUDED_ */


/*
 * A request of the API, for http/, which fills a ngx_payments_request_t and
 * gets an answer in it.
 */

#ifndef _NGX_PAYMENTS_REQUEST_H_INCLUDED_
#define _NGX_PAYMENTS_REQUEST_H_INCLUDED_


#include "ngx_payments_operation.h"


typedef struct {
    ngx_uint_t                    status;
    ngx_str_t                     body;        /* empty: none */
    const char                   *type;        /* media type; NULL: by status */
    ngx_str_t                     location;    /* empty: none */
    ngx_str_t                     link;        /* likewise */
    ngx_uint_t                    version;     /* ETag; 0: none */
    ngx_str_t                     etag;        /* likewise, in quotes, of what
                                                  has no version */
    unsigned                      waited:1;    /* it was willing to wait, which
                                                  the answer says */
    unsigned                      page:1;      /* HTML: with a policy of what it
                                                  may load */
    unsigned                      dashboard:1; /* ... the dashboard's, which
                                                  loads less */
    ngx_str_t                     policy;      /* of a page; empty: the
                                                  documents' */
    unsigned                      lasting:1;   /* the URL changes when the bytes
                                                  do */
    unsigned                      has_key:1;   /* the next five are there */
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


typedef struct ngx_payments_work_s  ngx_payments_work_t;


/*
 * A request on its way.  http/ owns it, in the request's pool; it lives until
 * ngx_payments_api_cancel(), which may come before the answer.
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
    u_char                          api_key[NGX_PAYMENTS_SHA256_LEN];
                                               /* its hash */
    unsigned                        livemode:1;

    u_char                          request_uuid[NGX_PAYMENTS_UUID_LEN];
    u_char                          request_id[NGX_PAYMENTS_ID_LEN];

    ngx_str_t                       if_match;  /* versions, separated by
                                                  commas; data NULL: any */
    ngx_str_t                       key;       /* Idempotency-Key, or empty */
    ngx_msec_t                      wait;      /* Prefer: wait, or the limit */
    ngx_msec_t                      patience;  /* Prefer: wait, of an operation
                                                  that waits for news; 0: it was
                                                  not asked for */

    struct {
        ngx_str_t                   id;
        ngx_str_t                   timestamp;
        ngx_str_t                   signatures;
    } webhook;                                 /* headers of Standard Webhooks;
                                                  empty: not sent */

    ngx_payments_answer_t           answer;
    ngx_int_t (*processors)(ngx_payments_request_t *request, ngx_str_t *names);
                                               /* NULL: none are configured.
                                                  Which acquirers may be asked,
                                                  with commas between them:
                                                  evaluates the directive */
    ngx_int_t (*origin)(ngx_payments_request_t *request, ngx_str_t *origin);
                                               /* this server as the client
                                                  calls it: scheme, host and
                                                  port, in the request's pool.
                                                  NGX_ERROR: no memory */
    ngx_payments_request_pt         done;      /* http/'s: answer is set */
    void                           *data;      /* http/'s */

    /* ---- of api/ ---- */

    ngx_payments_request_pt         cancel;    /* set by what the request waits
                                                  for, cleared when that comes;
                                                  NULL: it waits for nothing */
    ngx_payments_work_t            *work;      /* from _create() on, in the
                                                  request's pool */
    struct {
        ngx_str_t                   currency;
        int64_t                     amount;
        ngx_str_t                   token_type;
    } about;                                   /* what variables say of a
                                                  payment that is being
                                                  routed */
};


/* compiles the table's patterns; conf time.  Returns what failed, or NULL */
const char *ngx_payments_api_compile(void);
/*
 * init_process of a worker: seconds that an Idempotency-Key is kept, what signs
 * cursors, what secrets of API keys are made with (empty: none are made).
 */
void ngx_payments_api_init(time_t ttl, ngx_str_t *signing, ngx_str_t *secret);
/* likewise of the node's first worker: each second it asks every shard for
   attempts of acquirers whose end is not known.  And exit_process */
void ngx_payments_followups_init(ngx_cycle_t *cycle);
void ngx_payments_followups_exit(void);

/* likewise: requests that wait for the next event */
void ngx_payments_patient_init(ngx_cycle_t *cycle);

/* likewise: whether events are sent to endpoints, and where they may go beside
   public addresses, ngx_cidr_t, or NULL */
void ngx_payments_endpoints_init(ngx_uint_t on, ngx_array_t *allowed);

/*
 * The row for a path and method; with "dashboard" those of the dashboard are
 * there as well.  Where the path exists but not with this method: NULL, and
 * *allowed has the methods; 0: no such path.
 */
const ngx_payments_operation_t *ngx_payments_api_route(ngx_str_t *path,
    ngx_uint_t method, ngx_uint_t dashboard, ngx_str_t *id,
    ngx_uint_t *allowed);
/* the index of a row, for metrics; NULL: the row after the last */
ngx_uint_t ngx_payments_api_index(const ngx_payments_operation_t *operation);

/* before all of the following; "pool" is set.  NGX_ERROR: no memory */
ngx_int_t ngx_payments_api_create(ngx_payments_request_t *request);
/* request->key is set, and the merchant.  NGX_ERROR: no digest */
ngx_int_t ngx_payments_api_key(ngx_payments_request_t *request);
/* checks request->query by the operation's table, and keeps what it says.
   NGX_DECLINED: request->answer is the problem */
ngx_int_t ngx_payments_query_parse(ngx_payments_request_t *request);
/* before its body is read.  NGX_DECLINED: there is no room for what it would
   write, nor is its answer known; the answer says so */
ngx_int_t ngx_payments_api_admit(ngx_payments_request_t *request);
/* NGX_OK: the request was answered out of shared memory, before its body was
   read; NGX_DECLINED: it was not */
ngx_int_t ngx_payments_api_replay(ngx_payments_request_t *request);
/* what its last call to PostgreSQL was like */
struct ngx_payments_pg_stats_s *ngx_payments_api_stats(
    ngx_payments_request_t *request);

/* the request ends; what it started runs on or is canceled */
void ngx_payments_api_cancel(ngx_payments_request_t *request);
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
/* violations of a schema, as the problem they make together */
void ngx_payments_problem_violations(ngx_payments_request_t *request,
    ngx_payments_validation_t *v);


#endif /* _NGX_PAYMENTS_REQUEST_H_INCLUDED_ */

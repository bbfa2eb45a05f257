
/*
 * api/documents/: what the table says of itself: OpenAPI, /docs, a page for
 * each problem.
 */

#ifndef _NGX_PAYMENTS_DOCUMENTS_H_INCLUDED_
#define _NGX_PAYMENTS_DOCUMENTS_H_INCLUDED_


#include "../ngx_payments_operation.h"


typedef struct {
    ngx_str_t                       body;
    ngx_str_t                       etag;      /* in quotes, of the bytes */
} ngx_payments_document_t;

#define NGX_PAYMENTS_DASHBOARD_FILES  3

typedef struct {
    ngx_payments_document_t         openapi;   /* 3.0.3 */
    ngx_payments_document_t         openapi31;
    ngx_payments_document_t         docs;      /* HTML */
    ngx_payments_document_t         dashboard[NGX_PAYMENTS_DASHBOARD_FILES];
                                               /* the page, and what it loads */
} ngx_payments_documents_t;

/*
 * docs.c: builds them from the pool of a configuration, for its workers; conf
 * time.  NGX_ERROR: no memory, or a document that is larger than its buffer,
 * which was logged.
 */
ngx_int_t ngx_payments_documents(ngx_conf_t *cf,
    ngx_payments_documents_t *documents);
/* init_process */
void ngx_payments_documents_init(ngx_payments_documents_t *documents);

/* an entity tag of the bytes, from the pool.  NGX_ERROR: no memory, or no
   digest */
ngx_int_t ngx_payments_document_etag(ngx_pool_t *pool, ngx_str_t *body,
    ngx_str_t *etag);

/* dashboard.c: its files, at conf time (NGX_ERROR: no memory) and in
   init_process; handlers */
ngx_int_t ngx_payments_dashboard(ngx_conf_t *cf,
    ngx_payments_document_t *files);
void ngx_payments_dashboard_init(ngx_payments_document_t *files);
void ngx_payments_get_dashboard(ngx_payments_request_t *request);
void ngx_payments_get_dashboard_file(ngx_payments_request_t *request);

/* docs.c: handlers */
void ngx_payments_get_openapi(ngx_payments_request_t *request);
void ngx_payments_get_openapi31(ngx_payments_request_t *request);
void ngx_payments_get_docs(ngx_payments_request_t *request);
void ngx_payments_get_docs_error(ngx_payments_request_t *request);
void ngx_payments_get_docs_asset(ngx_payments_request_t *request);


/* openapi.c: writes the document; "minor" of its version is 0 or 1 */
void ngx_payments_openapi(ngx_payments_out_t *out, ngx_uint_t minor);
/* openapi_schema.c: writes components.schemas */
void ngx_payments_openapi_schemas(ngx_payments_out_t *out, ngx_uint_t minor);
/* "name":"text" with a comma before it; a NULL text: nothing */
void ngx_payments_openapi_text(ngx_payments_out_t *out, const char *name,
    const char *text);
/* the schema of a field, and of a query parameter */
void ngx_payments_openapi_field(ngx_payments_out_t *out,
    const ngx_payments_field_t *field, ngx_uint_t minor, ngx_uint_t answer);
/* openapi_problems.c: the problems that a row can have, as a set of bits */
#define NGX_PAYMENTS_BIT(p)  (UINT64_C(1) << NGX_PAYMENTS_P_##p)
uint64_t ngx_payments_openapi_problems(const ngx_payments_operation_t *o);


/* examples.c: answers of a run, by tools/record-examples; operation NULL at
   the end */

typedef struct {
    const char                     *operation;
    const char                     *parameter; /* of the path; NULL: none */
    const char                     *body;      /* JSON */
} ngx_payments_example_t;

extern const ngx_payments_example_t  ngx_payments_examples[];


/* schemas.c: of answers */
extern const ngx_payments_schema_t  ngx_payments_payment_answer;
extern const ngx_payments_schema_t  ngx_payments_refund_answer;
extern const ngx_payments_schema_t  ngx_payments_capture_answer;
extern const ngx_payments_schema_t  ngx_payments_notification_answer;
extern const ngx_payments_schema_t  ngx_payments_dispute_answer;
extern const ngx_payments_schema_t  ngx_payments_balance_answer;
extern const ngx_payments_schema_t  ngx_payments_ledger_answer;
extern const ngx_payments_schema_t  ngx_payments_trial_answer;
extern const ngx_payments_schema_t  ngx_payments_event_answer;
extern const ngx_payments_schema_t  ngx_payments_currency_answer;
extern const ngx_payments_schema_t  ngx_payments_record_answer;
extern const ngx_payments_schema_t  ngx_payments_key_answer;
extern const ngx_payments_schema_t  ngx_payments_new_key_answer;
extern const ngx_payments_schema_t  ngx_payments_endpoint_answer;
extern const ngx_payments_schema_t  ngx_payments_new_endpoint_answer;
extern const ngx_payments_schema_t  ngx_payments_delivery_answer;
extern const ngx_payments_schema_t  ngx_payments_merchant_answer;
extern const ngx_payments_schema_t  ngx_payments_account_answer;
extern const ngx_payments_schema_t  ngx_payments_status_answer;
extern const ngx_payments_schema_t  ngx_payments_live_answer;
extern const ngx_payments_schema_t  ngx_payments_ready_answer;
extern const ngx_payments_schema_t  ngx_payments_problem_answer;


#endif /* _NGX_PAYMENTS_DOCUMENTS_H_INCLUDED_ */

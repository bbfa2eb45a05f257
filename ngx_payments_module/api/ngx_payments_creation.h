
/*
 * What a payment is created from, wherever it comes from: a client's request,
 * or the text of an attempt that was begun by one.
 */

#ifndef _NGX_PAYMENTS_CREATION_H_INCLUDED_
#define _NGX_PAYMENTS_CREATION_H_INCLUDED_


#include "ngx_payments_handlers.h"


/* slots of the fields of a request that creates a payment */

typedef enum {
    F_AMOUNT = 0, F_CURRENCY, F_METHOD, F_TOKEN, F_CAPTURE_METHOD, F_CUSTOMER,
    F_REFERENCE, F_DESCRIPTION, F_DESCRIPTOR, F_METADATA, F_EXPIRES_IN,
    F_EXPIRY_ACTION, F_RETURN_URL
} ngx_payments_create_field_e;


/* who asked for it, and when; all that the body does not say */

typedef struct {
    int64_t                       merchant_id;
    u_char                        merchant[NGX_PAYMENTS_ID_LEN];
    ngx_uint_t                    livemode;
    u_char                        key_hash[NGX_PAYMENTS_KEY_HASH_LEN];
    u_char                        fingerprint[NGX_PAYMENTS_SHA256_LEN];
    u_char                        request_id[NGX_PAYMENTS_UUID_LEN];
    u_char                        payment[NGX_PAYMENTS_UUID_LEN];
    ngx_str_t                     key;
    ngx_str_t                     line;        /* "POST /v1/payments" */
    int64_t                       at;          /* microseconds since 1970 */
} ngx_payments_origin_t;


/* the origin of an execution, in its pool, but for the payment; NULL: no
   memory */
ngx_payments_origin_t *ngx_payments_origin(ngx_payments_request_t *request,
    ngx_payments_execution_t *execution);


/* what its processor has said; a text whose data is NULL is not known */

typedef struct {
    ngx_str_t                     processor;   /* data NULL: the simulator */
    ngx_str_t                     reference;
    ngx_str_t                     brand;
    ngx_str_t                     last4;
    const ngx_payments_decline_t *decline;     /* NULL: it is not declined */
    ngx_str_t                     followup;    /* of what is pending: the text
                                                  of the attempt, which is to be
                                                  looked up */
    int64_t                       fee;         /* minor units, of what is
                                                  captured at once */
    ngx_str_t                     action;      /* what the customer must do
                                                  first, as payments.action of
                                                  SQL */
    unsigned                      pending:1;
    unsigned                      has_fee:1;   /* it is known */
} ngx_payments_processed_t;


/*
 * The call that creates the payment, in the pool: the item's statement, values
 * and tag.  "ws" has the validated body.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_payments_creation_item(ngx_pool_t *pool,
    ngx_payments_workspace_t *ws, const ngx_payments_origin_t *origin,
    const ngx_payments_processed_t *processed, ngx_payments_pg_item_t *item);
/* likewise only the part of the payment that never changes, as its row has
   it */
ngx_int_t ngx_payments_creation_head(ngx_pool_t *pool,
    ngx_payments_workspace_t *ws, const ngx_payments_origin_t *origin,
    const ngx_payments_processed_t *processed, ngx_str_t *head);
/* what a customer must do, as payments.action; return_url data NULL: none.
   NGX_ERROR: no memory */
ngx_int_t ngx_payments_creation_action(ngx_pool_t *pool, ngx_str_t *url,
    int64_t expires_at, ngx_str_t *return_url, ngx_str_t *action);
/* operations/actions.c: the same, of the simulator's page */
ngx_int_t ngx_payments_action_make(ngx_payments_request_t *request,
    ngx_pool_t *pool, const ngx_payments_origin_t *origin,
    ngx_str_t *return_url, ngx_str_t *action);
/* what the simulator says of a token, but for the action that it asks for */
void ngx_payments_creation_simulated(const ngx_payments_card_token_t *token,
    ngx_payments_processed_t *processed);


#endif /* _NGX_PAYMENTS_CREATION_H_INCLUDED_ */

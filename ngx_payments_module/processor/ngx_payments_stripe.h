
/*
 * The files of the dialect "stripe": stripe.c makes requests, stripe_answer.c
 * reads answers, stripe_notification.c reads events.
 */

#ifndef _NGX_PAYMENTS_STRIPE_H_INCLUDED_
#define _NGX_PAYMENTS_STRIPE_H_INCLUDED_


#include <string.h>

#include <cjson/cJSON.h>

#include "ngx_payments_dialect.h"


typedef ngx_payments_processor_request_t  ngx_payments_question_t;
typedef ngx_payments_processor_answer_t   ngx_payments_stripe_answer_t;


/* steps of a look-up in a list: the first part of that time is the first step,
   without a name */

#define NGX_PAYMENTS_STRIPE_FIRST    '1'       /* of the first part, behind an
                                                  id */
#define NGX_PAYMENTS_STRIPE_SECOND   '2'
#define NGX_PAYMENTS_STRIPE_FOUND    '='       /* this id */


/* what is read: an object, and the question that it answers */

typedef struct {
    const ngx_payments_dialect_t   *dialect;
    const ngx_payments_question_t  *question;
    const cJSON                    *object;
    ngx_payments_out_t             *out;
    ngx_payments_reading_t         *reading;
} ngx_payments_stripe_read_t;


/* stripe.c */

/* whether the text, which may be absent, is this word; NULL: it is not */
ngx_uint_t ngx_payments_stripe_same(const ngx_str_t *text, const char *word);
/* whether more than the word stands in the text, behind it */
ngx_uint_t ngx_payments_stripe_begins(const ngx_str_t *text, const char *word);
/* whether it is an id of Stripe's: it becomes a part of a target */
ngx_uint_t ngx_payments_stripe_named(const u_char *id, size_t len);
/* by how many digits the minor unit there is smaller than that of ISO 4217; of
   what is no currency 0 */
int ngx_payments_stripe_shift(const u_char *code, size_t len);
/* an amount with so many digits more, or less; -1: there is no such one */
int64_t ngx_payments_stripe_shifted(int64_t amount, int digits);
/* whether it is looked for in a list */
ngx_uint_t ngx_payments_stripe_listed(const ngx_payments_question_t *question);


/* stripe_answer.c.  A way is names of members with dots between them; what is
   not there, is null or of another type, is NULL, or -1 */

const cJSON *ngx_payments_stripe_at(const cJSON *object, const char *way);
const char *ngx_payments_stripe_string(const cJSON *object, const char *way);
/* an id, or that of the object that stands in its place */
const char *ngx_payments_stripe_id(const cJSON *object, const char *way);
/* whether it is this word */
ngx_uint_t ngx_payments_stripe_is(const cJSON *object, const char *way, const
    char *word);
/* a whole number from 0 to the largest amount */
int64_t ngx_payments_stripe_integer(const cJSON *object, const char *way);
/* an amount of the object's currency, in units of ISO 4217 */
int64_t ngx_payments_stripe_money(const cJSON *object, const char *way);
/* a text, with a NUL behind it */
void ngx_payments_stripe_copy(ngx_payments_out_t *out, const char *text,
    ngx_str_t *to);
/* to the reading.  NULL, or what is wrong */
const char *ngx_payments_stripe_currency(ngx_payments_stripe_read_t *r);
/* whether a PaymentIntent is captured by a request of its own */
ngx_uint_t ngx_payments_stripe_manual(const cJSON *intent);
/* what a PaymentIntent, or a refund, says of the question.  NULL, or what is
   wrong */
const char *ngx_payments_stripe_object(ngx_payments_stripe_read_t *r);
const char *ngx_payments_stripe_answer(const ngx_payments_dialect_t *dialect,
    const ngx_payments_question_t *question, const ngx_payments_reply_t *reply,
    ngx_payments_out_t *out, ngx_payments_reading_t *reading);


/* stripe_notification.c */

const char *ngx_payments_stripe_verify(const ngx_str_t *key, const
    ngx_payments_signed_t *headers, const ngx_str_t *body, int64_t now);
const char *ngx_payments_stripe_notification(const ngx_payments_dialect_t
    *dialect, const ngx_str_t *body, ngx_payments_out_t *out,
    ngx_payments_notification_t *said);


#endif /* _NGX_PAYMENTS_STRIPE_H_INCLUDED_ */


/* Events of Stripe's. */

#include "ngx_payments_stripe.h"


#define NGX_PAYMENTS_STRIPE_AGE      300       /* s of a notification's
                                                  signature */


/* an event, and how it is read */

typedef struct {
    const char                   *type;
    const char                 *(*read)(ngx_payments_stripe_read_t *r,
                                    ngx_payments_notification_t *said);
} ngx_payments_stripe_event_t;


static const char *ngx_payments_stripe_told_intent(
    ngx_payments_stripe_read_t *r, ngx_payments_notification_t *said);
static const char *ngx_payments_stripe_told_refund(
    ngx_payments_stripe_read_t *r, ngx_payments_notification_t *said);
static const char *ngx_payments_stripe_told_dispute(
    ngx_payments_stripe_read_t *r, ngx_payments_notification_t *said);
static const char *ngx_payments_stripe_told_loss(
    ngx_payments_stripe_read_t *r, ngx_payments_notification_t *said);
static const char *ngx_payments_stripe_told_won(
    ngx_payments_stripe_read_t *r, ngx_payments_notification_t *said);
static const char *ngx_payments_stripe_told_closed(
    ngx_payments_stripe_read_t *r, ngx_payments_notification_t *said);


static const ngx_payments_stripe_event_t  ngx_payments_stripe_events[] = {
    { "payment_intent.succeeded", ngx_payments_stripe_told_intent },
    { "payment_intent.amount_capturable_updated",
      ngx_payments_stripe_told_intent },
    { "payment_intent.payment_failed", ngx_payments_stripe_told_intent },
    { "payment_intent.canceled", ngx_payments_stripe_told_intent },
    { "charge.refund.updated", ngx_payments_stripe_told_refund },
    { "refund.updated", ngx_payments_stripe_told_refund },
    { "refund.failed", ngx_payments_stripe_told_refund },
    { "charge.dispute.created", ngx_payments_stripe_told_dispute },
    { "charge.dispute.funds_withdrawn", ngx_payments_stripe_told_loss },
    { "charge.dispute.funds_reinstated", ngx_payments_stripe_told_won },
    { "charge.dispute.closed", ngx_payments_stripe_told_closed },
    { NULL, NULL }
};


/* the values of a header "name=value,name=value"; NULL: there is no more */

static ngx_uint_t
ngx_payments_stripe_pair(ngx_str_t *left, const char *name, ngx_str_t *value)
{
    size_t  n, len;

    n = strlen(name);

    while (left->len) {
        for (len = 0; len < left->len && left->data[len] != ','; len++) {
            /* void */
        }

        value->data = left->data;
        value->len = len;

        len += (len < left->len);
        left->data += len;
        left->len -= len;

        if (value->len > n && memcmp(value->data, name, n) == 0) {
            value->data += n;
            value->len -= n;
            return 1;
        }
    }

    return 0;
}


static void
ngx_payments_stripe_hex(const uint8_t digest[NGX_PAYMENTS_SHA256_LEN],
    u_char hex[2 * NGX_PAYMENTS_SHA256_LEN])
{
    size_t             i;
    static const char  letters[] = "0123456789abcdef";

    for (i = 0; i < NGX_PAYMENTS_SHA256_LEN; i++) {
        hex[2 * i] = (u_char) letters[digest[i] >> 4];
        hex[2 * i + 1] = (u_char) letters[digest[i] & 15];
    }
}


/* "t=1790000000,v1=...,v1=..." */

const char *
ngx_payments_stripe_verify(const ngx_str_t *key,
    const ngx_payments_signed_t *headers, const ngx_str_t *body, int64_t now)
{
    u_char               wanted[2 * NGX_PAYMENTS_SHA256_LEN];
    int64_t              timestamp;
    uint8_t              digest[NGX_PAYMENTS_SHA256_LEN];
    ngx_str_t            left, value;
    ngx_payments_text_t  secret, parts[3];

    if (key->len == 0) {
        return "notifications need a notification_secret_file";
    }

    left = headers->signatures;

    if (!ngx_payments_stripe_pair(&left, "t=", &value)
        || ngx_payments_integer(value.data, value.len, &timestamp) != 0
        || timestamp < now - NGX_PAYMENTS_STRIPE_AGE
        || timestamp > now + NGX_PAYMENTS_STRIPE_AGE)
    {
        return "Stripe-Signature has no time of the last 300 s";
    }

    secret.data = key->data;
    secret.len = key->len;
    parts[0].data = value.data;
    parts[0].len = value.len;
    parts[1].data = (const uint8_t *) ".";
    parts[1].len = 1;
    parts[2].data = body->data;
    parts[2].len = body->len;

    if (ngx_payments_hmac_parts(&secret, parts, 3, digest) != 0) {
        return "no memory";
    }

    ngx_payments_stripe_hex(digest, wanted);

    left = headers->signatures;

    while (ngx_payments_stripe_pair(&left, "v1=", &value)) {
        if (value.len == sizeof(wanted)
            && ngx_payments_equal(value.data, wanted, sizeof(wanted)))
        {
            return NULL;
        }
    }

    return "Stripe-Signature is not of the secret in notification_secret_file";
}


/* whether it is a key of an attempt; others may have an "attempt", too */

static ngx_uint_t
ngx_payments_stripe_key_of(const char *attempt)
{
    size_t  n;

    n = strspn(attempt, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789_-");

    return attempt[n] == '\0' && n >= 16 && n <= 64;
}


/* a result that is none yet, and what the module has not made, is nothing */

static const char *
ngx_payments_stripe_result(ngx_payments_stripe_read_t *r, const char *attempt,
    ngx_payments_processor_action_e of, ngx_payments_notification_t *said)
{
    const char                    *wrong;
    ngx_payments_reading_t         reading;
    ngx_payments_question_t        question;
    ngx_payments_stripe_read_t     shown = *r;
    ngx_payments_stripe_answer_t  *answer = &reading.answer;

    if (attempt == NULL || !ngx_payments_stripe_key_of(attempt)) {
        said->nothing = 1;
        return NULL;
    }

    ngx_payments_stripe_copy(r->out, attempt, &said->attempt);

    memset(&reading, 0, sizeof(ngx_payments_reading_t));
    reading.answer.fee = -1;

    memset(&question, 0, sizeof(ngx_payments_question_t));
    question.action = NGX_PAYMENTS_LOOKUP;
    question.of = of;
    question.attempt = said->attempt;
    question.capture = !ngx_payments_stripe_manual(r->object);

    shown.question = &question;
    shown.reading = &reading;

    wrong = ngx_payments_stripe_object(&shown);

    if (wrong != NULL) {
        return wrong;
    }

    said->nothing = (answer->verdict != NGX_PAYMENTS_VERDICT_APPROVED
                     && answer->verdict != NGX_PAYMENTS_VERDICT_DECLINED);
    said->kind = NGX_PAYMENTS_NOTICE_RESULT;
    said->amount = reading.amount;
    said->currency = reading.currency;
    said->answer = reading.answer;

    return NULL;
}


/* of what was authorized by hand a success is the capture's */

static const char *
ngx_payments_stripe_told_intent(ngx_payments_stripe_read_t *r,
    ngx_payments_notification_t *said)
{
    ngx_uint_t   capture;

    capture = ngx_payments_stripe_manual(r->object)
              && ngx_payments_stripe_is(r->object, "status", "succeeded");

    return ngx_payments_stripe_result(r,
                      ngx_payments_stripe_string(r->object,
                                                 capture ? "metadata.capture"
                                                         : "metadata.attempt"),
                      capture ? NGX_PAYMENTS_CAPTURE : NGX_PAYMENTS_AUTHORIZE,
                      said);
}


static const char *
ngx_payments_stripe_told_refund(ngx_payments_stripe_read_t *r,
    ngx_payments_notification_t *said)
{
    return ngx_payments_stripe_result(r,
                      ngx_payments_stripe_string(r->object,
                                                 "metadata.attempt"),
                      NGX_PAYMENTS_REFUND, said);
}


static const char *
ngx_payments_stripe_told(ngx_payments_stripe_read_t *r,
    ngx_payments_notification_t *said, ngx_payments_notice_e kind)
{
    const char                  *id, *intent, *reason, *wrong;
    ngx_payments_reading_t       reading;
    ngx_payments_stripe_read_t   shown = *r;

    if (!ngx_payments_stripe_is(r->object, "object", "dispute")) {
        return "object";
    }

    id = ngx_payments_stripe_id(r->object, "id");
    intent = ngx_payments_stripe_id(r->object, "payment_intent");

    /* what has no PaymentIntent is none of the module's */

    if (intent == NULL) {
        said->nothing = 1;
        return NULL;
    }

    memset(&reading, 0, sizeof(ngx_payments_reading_t));
    shown.reading = &reading;

    wrong = id ? ngx_payments_stripe_currency(&shown) : "id";

    if (wrong != NULL) {
        return wrong;
    }

    said->kind = kind;
    said->currency = reading.currency;
    said->amount = ngx_payments_stripe_money(r->object, "amount");

    if (said->amount <= 0) {
        return "amount";
    }

    ngx_payments_stripe_copy(r->out, id, &said->chargeback);
    ngx_payments_stripe_copy(r->out, intent, &said->answer.reference);

    reason = ngx_payments_stripe_string(r->object, "reason");

    if (reason != NULL && reason[0] != '\0' && strlen(reason) <= 500) {
        ngx_payments_stripe_copy(r->out, reason, &said->reason);
        ngx_payments_dialect_hide(&said->reason);
    }

    return NULL;
}


/* an inquiry has not taken anything yet */

static const char *
ngx_payments_stripe_told_dispute(ngx_payments_stripe_read_t *r,
    ngx_payments_notification_t *said)
{
    const char  *status;

    status = ngx_payments_stripe_string(r->object, "status");

    if (status == NULL || strncmp(status, "warning_", 8) == 0) {
        said->nothing = 1;
        return status ? NULL : "status";
    }

    return ngx_payments_stripe_told(r, said, NGX_PAYMENTS_NOTICE_CHARGEBACK);
}


static const char *
ngx_payments_stripe_told_loss(ngx_payments_stripe_read_t *r,
    ngx_payments_notification_t *said)
{
    return ngx_payments_stripe_told(r, said, NGX_PAYMENTS_NOTICE_CHARGEBACK);
}


static const char *
ngx_payments_stripe_told_won(ngx_payments_stripe_read_t *r,
    ngx_payments_notification_t *said)
{
    return ngx_payments_stripe_told(r, said,
                                    NGX_PAYMENTS_NOTICE_CHARGEBACK_REVERSED);
}


static const char *
ngx_payments_stripe_told_closed(ngx_payments_stripe_read_t *r,
    ngx_payments_notification_t *said)
{
    if (ngx_payments_stripe_is(r->object, "status", "won")) {
        return ngx_payments_stripe_told_won(r, said);
    }

    if (ngx_payments_stripe_is(r->object, "status", "lost")) {
        return ngx_payments_stripe_told(r, said,
                                        NGX_PAYMENTS_NOTICE_CHARGEBACK_LOST);
    }

    said->nothing = 1;

    return NULL;
}


static const char *
ngx_payments_stripe_event(ngx_payments_stripe_read_t *r, const cJSON *event,
    ngx_payments_notification_t *said)
{
    int64_t                             created;
    const char                         *id;
    const ngx_payments_stripe_event_t  *row;

    if (!ngx_payments_stripe_is(event, "object", "event")) {
        return "object";
    }

    id = ngx_payments_stripe_id(event, "id");
    created = ngx_payments_stripe_integer(event, "created");

    if (id == NULL || created < 0
        || created > NGX_PAYMENTS_TIME_MAX / 1000000)
    {
        return id ? "created" : "id";
    }

    ngx_payments_stripe_copy(r->out, id, &said->id);
    said->at = created * 1000000;

    for (row = ngx_payments_stripe_events; row->type != NULL; row++) {
        if (ngx_payments_stripe_is(event, "type", row->type)) {
            r->object = ngx_payments_stripe_at(event, "data.object");
            return row->read(r, said);
        }
    }

    said->nothing = 1;

    return NULL;
}


const char *
ngx_payments_stripe_notification(const ngx_payments_dialect_t *dialect,
    const ngx_str_t *body, ngx_payments_out_t *out,
    ngx_payments_notification_t *said)
{
    cJSON                       *tree;
    const char                  *wrong;
    ngx_payments_stripe_read_t   r;

    wrong = ngx_payments_dialect_json(body, &tree);

    if (wrong != NULL) {
        return wrong;
    }

    memset(&r, 0, sizeof(ngx_payments_stripe_read_t));
    r.dialect = dialect;
    r.out = out;

    said->answer.fee = -1;

    wrong = ngx_payments_stripe_event(&r, tree, said);

    cJSON_Delete(tree);

    return (wrong == NULL && out->overflow) ? "has no place" : wrong;
}

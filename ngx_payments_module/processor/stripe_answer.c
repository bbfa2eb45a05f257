
/* What Stripe answers. */

#include "ngx_payments_stripe.h"


/* what a word of the object's "status" means.  NULL, or what is wrong */

typedef struct {
    const char                   *status;
    const char                 *(*read)(ngx_payments_stripe_read_t *r);
} ngx_payments_stripe_status_t;


/* an error that proves that nothing was done, and what it is in the protocol's
   table; NULL: any */

typedef struct {
    ngx_uint_t                    actions;     /* bits */
    const char                   *code;
    const char                   *param;
    const char                   *ours;
} ngx_payments_stripe_error_t;


static const char *ngx_payments_stripe_authorized(
    ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_paid(ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_pending(ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_action(ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_declined(ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_canceled(ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_not_found(ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_captured(ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_capturing(ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_voided(ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_refunded(ngx_payments_stripe_read_t *r);
static const char *ngx_payments_stripe_unrefunded(
    ngx_payments_stripe_read_t *r);


#define NGX_PAYMENTS_BIT(action)   (1 << (action))
#define NGX_PAYMENTS_BIT_AUTHORIZE NGX_PAYMENTS_BIT(NGX_PAYMENTS_AUTHORIZE)
#define NGX_PAYMENTS_BIT_CAPTURE   NGX_PAYMENTS_BIT(NGX_PAYMENTS_CAPTURE)
#define NGX_PAYMENTS_BIT_VOID      NGX_PAYMENTS_BIT(NGX_PAYMENTS_VOID)
#define NGX_PAYMENTS_BIT_REFUND    NGX_PAYMENTS_BIT(NGX_PAYMENTS_REFUND)
#define NGX_PAYMENTS_BIT_LATER     (NGX_PAYMENTS_BIT_CAPTURE                  \
                                    | NGX_PAYMENTS_BIT_VOID                   \
                                    | NGX_PAYMENTS_BIT_REFUND)


/* what is refused before anything is done; all other errors are not of the
   protocol */

static const ngx_payments_stripe_error_t  ngx_payments_stripe_errors[] = {
    { NGX_PAYMENTS_BIT_AUTHORIZE, NULL, "payment_method", "invalid_token" },
    { NGX_PAYMENTS_BIT_AUTHORIZE, NULL, "payment_method_data[card][token]",
      "invalid_token" },
    { NGX_PAYMENTS_BIT_AUTHORIZE, NULL, "confirmation_token",
      "invalid_token" },
    { NGX_PAYMENTS_BIT_AUTHORIZE, "token_already_used", NULL,
      "invalid_token" },
    { NGX_PAYMENTS_BIT_AUTHORIZE, "amount_too_small", NULL,
      "amount_not_supported" },
    { NGX_PAYMENTS_BIT_AUTHORIZE, "amount_too_large", NULL,
      "amount_not_supported" },
    { NGX_PAYMENTS_BIT_AUTHORIZE, NULL, "amount", "amount_not_supported" },
    { NGX_PAYMENTS_BIT_AUTHORIZE, NULL, "currency", "currency_not_supported" },

    { NGX_PAYMENTS_BIT_CAPTURE, "charge_expired_for_capture", NULL,
      "authorization_expired" },
    { NGX_PAYMENTS_BIT_CAPTURE, "capture_charge_authorization_expired", NULL,
      "authorization_expired" },
    { NGX_PAYMENTS_BIT_CAPTURE, "charge_already_captured", NULL,
      "not_capturable" },
    { NGX_PAYMENTS_BIT_CAPTURE, "payment_intent_unexpected_state", NULL,
      "not_capturable" },
    { NGX_PAYMENTS_BIT_CAPTURE, "amount_too_large", NULL, "not_capturable" },
    { NGX_PAYMENTS_BIT_CAPTURE, NULL, "amount_to_capture", "not_capturable" },

    { NGX_PAYMENTS_BIT_VOID, "payment_intent_unexpected_state", NULL,
      "not_voidable" },

    { NGX_PAYMENTS_BIT_REFUND, "charge_already_refunded", NULL,
      "not_refundable" },
    { NGX_PAYMENTS_BIT_REFUND, "charge_disputed", NULL, "not_refundable" },
    { NGX_PAYMENTS_BIT_REFUND, "payment_intent_unexpected_state", NULL,
      "not_refundable" },
    { NGX_PAYMENTS_BIT_REFUND, "amount_too_large", NULL, "not_refundable" },
    { NGX_PAYMENTS_BIT_REFUND, NULL, "amount", "not_refundable" },

    { NGX_PAYMENTS_BIT_LATER, "resource_missing", NULL, "unknown_reference" },

    { 0, NULL, NULL, NULL }
};


/* what a PaymentIntent says of its authorization, of a capture, of a void */

static const ngx_payments_stripe_status_t  ngx_payments_stripe_of_authorize[]
    = {
    { "requires_capture", ngx_payments_stripe_authorized },
    { "succeeded", ngx_payments_stripe_paid },
    { "processing", ngx_payments_stripe_pending },
    { "requires_action", ngx_payments_stripe_action },
    { "requires_payment_method", ngx_payments_stripe_declined },
    { "canceled", ngx_payments_stripe_canceled },
    { NULL, NULL }
};


static const ngx_payments_stripe_status_t  ngx_payments_stripe_of_capture[] = {
    { "succeeded", ngx_payments_stripe_captured },
    { "processing", ngx_payments_stripe_capturing },
    { "requires_capture", ngx_payments_stripe_not_found },
    { "canceled", ngx_payments_stripe_not_found },
    { NULL, NULL }
};


static const ngx_payments_stripe_status_t  ngx_payments_stripe_of_void[] = {
    { "canceled", ngx_payments_stripe_voided },
    { "requires_capture", ngx_payments_stripe_not_found },
    { "requires_action", ngx_payments_stripe_not_found },
    { "requires_payment_method", ngx_payments_stripe_not_found },
    { "processing", ngx_payments_stripe_not_found },
    { "succeeded", ngx_payments_stripe_not_found },
    { NULL, NULL }
};


static const ngx_payments_stripe_status_t  ngx_payments_stripe_of_refund[] = {
    { "succeeded", ngx_payments_stripe_refunded },
    { "pending", ngx_payments_stripe_pending },
    { "requires_action", ngx_payments_stripe_pending },
    { "failed", ngx_payments_stripe_unrefunded },
    { "canceled", ngx_payments_stripe_unrefunded },
    { NULL, NULL }
};


const cJSON *
ngx_payments_stripe_at(const cJSON *object, const char *way)
{
    char         name[64];
    size_t       n;
    const char  *dot;

    for ( ;; ) {
        dot = strchr(way, '.');
        n = dot ? (size_t) (dot - way) : strlen(way);

        if (n >= sizeof(name) || !cJSON_IsObject(object)) {
            return NULL;
        }

        memcpy(name, way, n);
        name[n] = '\0';

        object = cJSON_GetObjectItemCaseSensitive(object, name);

        if (dot == NULL) {
            return cJSON_IsNull(object) ? NULL : object;
        }

        way = dot + 1;
    }
}


const char *
ngx_payments_stripe_string(const cJSON *object, const char *way)
{
    return cJSON_GetStringValue(ngx_payments_stripe_at(object, way));
}


const char *
ngx_payments_stripe_id(const cJSON *object, const char *way)
{
    const char   *id;
    const cJSON  *item;

    item = ngx_payments_stripe_at(object, way);
    id = cJSON_IsObject(item) ? ngx_payments_stripe_string(item, "id")
                              : cJSON_GetStringValue(item);

    return (id != NULL
            && ngx_payments_stripe_named((const u_char *) id, strlen(id)))
           ? id : NULL;
}


ngx_uint_t
ngx_payments_stripe_is(const cJSON *object, const char *way, const char *word)
{
    const char  *text;

    text = ngx_payments_stripe_string(object, way);

    return text != NULL && strcmp(text, word) == 0;
}


void
ngx_payments_stripe_copy(ngx_payments_out_t *out, const char *text,
    ngx_str_t *to)
{
    to->data = out->pos;
    to->len = strlen(text);

    ngx_payments_out_bytes(out, text, to->len + 1);

    if (out->overflow) {
        to->data = NULL;
        to->len = 0;
    }
}


int64_t
ngx_payments_stripe_integer(const cJSON *object, const char *way)
{
    int64_t       n;
    const cJSON  *item;

    item = ngx_payments_stripe_at(object, way);

    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0)
        || !(item->valuedouble <= (double) NGX_PAYMENTS_AMOUNT_MAX))
    {
        return -1;
    }

    n = (int64_t) item->valuedouble;

    return ((double) n == item->valuedouble) ? n : -1;
}


int64_t
ngx_payments_stripe_money(const cJSON *object, const char *way)
{
    int64_t      amount;
    const char  *currency;

    amount = ngx_payments_stripe_integer(object, way);
    currency = ngx_payments_stripe_string(object, "currency");

    if (amount < 0 || currency == NULL) {
        return -1;
    }

    return ngx_payments_stripe_shifted(amount,
                 -ngx_payments_stripe_shift((const u_char *) currency,
                                            strlen(currency)));
}


const char *
ngx_payments_stripe_currency(ngx_payments_stripe_read_t *r)
{
    const char                     *code;
    const ngx_payments_currency_t  *currency;

    code = ngx_payments_stripe_string(r->object, "currency");
    currency = code ? ngx_payments_currency((const uint8_t *) code,
                                            strlen(code))
                    : NULL;

    if (currency == NULL) {
        return "currency";
    }

    r->reading->currency.data = (u_char *) currency->code;
    r->reading->currency.len = strlen(currency->code);

    return NULL;
}


/* ... that is approved */

static const char *
ngx_payments_stripe_approved(ngx_payments_stripe_read_t *r, const char *amount)
{
    int64_t  n;

    n = ngx_payments_stripe_money(r->object, amount);

    if (n <= 0) {
        return amount;
    }

    r->reading->amount = n;
    r->reading->answer.verdict = NGX_PAYMENTS_VERDICT_APPROVED;

    return ngx_payments_stripe_currency(r);
}


static const char *
ngx_payments_stripe_pending(ngx_payments_stripe_read_t *r)
{
    r->reading->answer.verdict = NGX_PAYMENTS_VERDICT_PENDING;

    return NULL;
}


/* the attempt has not been executed on this object; of an answer to a request
   that should have been that is no answer */

static const char *
ngx_payments_stripe_not_found(ngx_payments_stripe_read_t *r)
{
    if (r->question->action != NGX_PAYMENTS_LOOKUP) {
        return "status";
    }

    r->reading->answer.verdict = NGX_PAYMENTS_VERDICT_NOT_FOUND;

    return NULL;
}


/* why, of an error of a card's, or of what was not refunded */

static void
ngx_payments_stripe_failure(ngx_payments_stripe_read_t *r, const char *code,
    const char *message)
{
    ngx_payments_stripe_answer_t  *answer = &r->reading->answer;

    answer->verdict = NGX_PAYMENTS_VERDICT_DECLINED;
    answer->failure.data = (u_char *)
                           ngx_payments_dialect_decline(r->dialect, code);
    answer->failure.len = strlen((char *) answer->failure.data);

    if (message != NULL && message[0] != '\0' && strlen(message) <= 500) {
        ngx_payments_stripe_copy(r->out, message, &answer->message);
        ngx_payments_dialect_hide(&answer->message);
    }
}


static void
ngx_payments_stripe_card_error(ngx_payments_stripe_read_t *r,
    const cJSON *error)
{
    const char  *code;

    code = ngx_payments_stripe_string(error, "decline_code");

    if (code == NULL) {
        code = ngx_payments_stripe_string(error, "code");
    }

    ngx_payments_stripe_failure(r, code ? code : "",
                                ngx_payments_stripe_string(error, "message"));
}


static ngx_uint_t
ngx_payments_stripe_brand(const char *brand)
{
    size_t  i;

    for (i = 0; brand[i] != '\0'; i++) {
        if (!(brand[i] >= 'a' && brand[i] <= 'z') && brand[i] != '_') {
            return 0;
        }
    }

    return i > 0 && i <= 32;
}


/* what the charge says, where it is shown: nothing of it is needed */

static void
ngx_payments_stripe_charge(ngx_payments_stripe_read_t *r)
{
    int64_t                        n;
    const char                    *text;
    const cJSON                   *card, *transaction;
    ngx_payments_stripe_answer_t  *answer = &r->reading->answer;

    card = ngx_payments_stripe_at(r->object,
                                  "latest_charge.payment_method_details.card");

    text = ngx_payments_stripe_string(card, "brand");
    if (text != NULL && ngx_payments_stripe_brand(text)) {
        ngx_payments_stripe_copy(r->out, text, &answer->brand);
    }

    text = ngx_payments_stripe_string(card, "last4");
    if (text != NULL && strspn(text, "0123456789") == 4 && text[4] == '\0') {
        ngx_payments_stripe_copy(r->out, text, &answer->last4);
    }

    n = ngx_payments_stripe_integer(card, "capture_before");
    answer->expires_at = (n > 0 && n < NGX_PAYMENTS_TIME_MAX / 1000000)
                         ? n * 1000000 : 0;

    /* of another currency it is no part of the amount */

    transaction = ngx_payments_stripe_at(r->object,
                                         "latest_charge.balance_transaction");
    text = ngx_payments_stripe_string(r->object, "currency");

    if (text != NULL && ngx_payments_stripe_is(transaction, "currency", text)) {
        answer->fee = ngx_payments_stripe_money(transaction, "fee");
    }
}


/* of an authorization: whether it is captured at once */

ngx_uint_t
ngx_payments_stripe_manual(const cJSON *intent)
{
    return ngx_payments_stripe_is(intent, "capture_method", "manual");
}


static const char *
ngx_payments_stripe_authorized(ngx_payments_stripe_read_t *r)
{
    if (!ngx_payments_stripe_manual(r->object)) {
        return "status";
    }

    ngx_payments_stripe_charge(r);

    return ngx_payments_stripe_approved(r, "amount_capturable");
}


/* one that was captured since then stays authorized, with its own amount */

static const char *
ngx_payments_stripe_paid(ngx_payments_stripe_read_t *r)
{
    ngx_payments_stripe_charge(r);

    if (!ngx_payments_stripe_manual(r->object)) {
        return ngx_payments_stripe_approved(r, "amount_received");
    }

    return (r->question->action == NGX_PAYMENTS_AUTHORIZE)
           ? "status" : ngx_payments_stripe_approved(r, "amount");
}


static const char *
ngx_payments_stripe_action(ngx_payments_stripe_read_t *r)
{
    const char                    *url;
    ngx_payments_stripe_answer_t  *answer = &r->reading->answer;

    url = ngx_payments_stripe_string(r->object,
                                     "next_action.redirect_to_url.url");

    if (url == NULL || strlen(url) > 2048
        || strncmp(url, "https://", 8) != 0 || url[8] == '\0'
        || strpbrk(url, " \t\r\n\"<>") != NULL)
    {
        return "next_action";
    }

    answer->verdict = NGX_PAYMENTS_VERDICT_ACTION;
    ngx_payments_stripe_copy(r->out, url, &answer->action_url);

    return NULL;
}


static const char *
ngx_payments_stripe_declined(ngx_payments_stripe_read_t *r)
{
    const cJSON  *error;

    error = ngx_payments_stripe_at(r->object, "last_payment_error");

    if (error == NULL) {
        return "last_payment_error";
    }

    ngx_payments_stripe_card_error(r, error);

    return NULL;
}


/* an authorization that was released was one; an action that was ended never
   became one, and left no charge, or one that failed */

static const char *
ngx_payments_stripe_canceled(ngx_payments_stripe_read_t *r)
{
    if (ngx_payments_stripe_id(r->object, "latest_charge") != NULL
        && ngx_payments_stripe_at(r->object, "last_payment_error") == NULL)
    {
        ngx_payments_stripe_charge(r);
        return ngx_payments_stripe_approved(r, "amount");
    }

    r->reading->answer.verdict = NGX_PAYMENTS_VERDICT_DECLINED;
    r->reading->answer.failure.data = (u_char *) "canceled";
    r->reading->answer.failure.len = strlen("canceled");

    return NULL;
}


/* another one's, or one that was made elsewhere, is not this attempt */

static ngx_uint_t
ngx_payments_stripe_own_capture(ngx_payments_stripe_read_t *r)
{
    return ngx_payments_stripe_same(&r->question->attempt,
                      ngx_payments_stripe_string(r->object,
                                                 "metadata.capture"));
}


static const char *
ngx_payments_stripe_captured(ngx_payments_stripe_read_t *r)
{
    if (!ngx_payments_stripe_own_capture(r)) {
        return ngx_payments_stripe_not_found(r);
    }

    ngx_payments_stripe_charge(r);

    return ngx_payments_stripe_approved(r, "amount_received");
}


static const char *
ngx_payments_stripe_capturing(ngx_payments_stripe_read_t *r)
{
    return ngx_payments_stripe_own_capture(r)
           ? ngx_payments_stripe_pending(r) : ngx_payments_stripe_not_found(r);
}


/* who has canceled it does not matter: nothing is left of it */

static const char *
ngx_payments_stripe_voided(ngx_payments_stripe_read_t *r)
{
    return ngx_payments_stripe_approved(r, "amount");
}


static const char *
ngx_payments_stripe_refunded(ngx_payments_stripe_read_t *r)
{
    return ngx_payments_stripe_approved(r, "amount");
}


static const char *
ngx_payments_stripe_unrefunded(ngx_payments_stripe_read_t *r)
{
    const char  *reason;

    reason = ngx_payments_stripe_is(r->object, "status", "canceled")
             ? "refund_canceled"
             : ngx_payments_stripe_string(r->object, "failure_reason");

    ngx_payments_stripe_failure(r, reason ? reason : "unknown", NULL);

    return NULL;
}


static const char *
ngx_payments_stripe_state(ngx_payments_stripe_read_t *r,
    const ngx_payments_stripe_status_t *row)
{
    for ( /* void */ ; row->status != NULL; row++) {
        if (ngx_payments_stripe_is(r->object, "status", row->status)) {
            return row->read(r);
        }
    }

    return "status";
}


/* what was attempted */

static ngx_payments_processor_action_e
ngx_payments_stripe_about(const ngx_payments_question_t *question)
{
    return (question->action == NGX_PAYMENTS_LOOKUP) ? question->of
                                                     : question->action;
}


/* whether an object is that of the question: its reference is the same, and the
   attempt that made it */

static const char *
ngx_payments_stripe_other(ngx_payments_stripe_read_t *r, const char *reference)
{
    const char                       *made;
    const ngx_str_t                  *known = &r->question->reference;
    ngx_payments_processor_action_e   about;

    if (reference == NULL
        || (known->data != NULL && !ngx_payments_stripe_same(known, reference)))
    {
        return "id";
    }

    about = ngx_payments_stripe_about(r->question);
    made = ngx_payments_stripe_string(r->object, "metadata.attempt");

    if ((about == NGX_PAYMENTS_AUTHORIZE || about == NGX_PAYMENTS_REFUND)
        && !ngx_payments_stripe_same(&r->question->attempt, made))
    {
        return "metadata.attempt";
    }

    return NULL;
}


static const char *
ngx_payments_stripe_intent(ngx_payments_stripe_read_t *r)
{
    const char                       *id, *wrong;
    ngx_payments_processor_action_e   about;

    if (!ngx_payments_stripe_is(r->object, "object", "payment_intent")) {
        return "object";
    }

    id = ngx_payments_stripe_id(r->object, "id");
    wrong = ngx_payments_stripe_other(r, id);

    if (wrong != NULL) {
        return wrong;
    }

    ngx_payments_stripe_copy(r->out, id, &r->reading->answer.reference);

    about = ngx_payments_stripe_about(r->question);

    if (about == NGX_PAYMENTS_AUTHORIZE
        && r->question->capture == ngx_payments_stripe_manual(r->object))
    {
        return "capture_method";
    }

    return ngx_payments_stripe_state(r,
                 (about == NGX_PAYMENTS_CAPTURE)
                 ? ngx_payments_stripe_of_capture
                 : (about == NGX_PAYMENTS_VOID) ? ngx_payments_stripe_of_void
                 : ngx_payments_stripe_of_authorize);
}


static const char *
ngx_payments_stripe_refund_of(ngx_payments_stripe_read_t *r)
{
    const char  *id, *wrong;

    if (!ngx_payments_stripe_is(r->object, "object", "refund")) {
        return "object";
    }

    wrong = ngx_payments_stripe_other(r,
                      ngx_payments_stripe_id(r->object, "payment_intent"));

    if (wrong != NULL) {
        return wrong;
    }

    id = ngx_payments_stripe_id(r->object, "id");

    if (id == NULL) {
        return "id";
    }

    ngx_payments_stripe_copy(r->out, id, &r->reading->answer.reference);

    return ngx_payments_stripe_state(r, ngx_payments_stripe_of_refund);
}


const char *
ngx_payments_stripe_object(ngx_payments_stripe_read_t *r)
{
    return (ngx_payments_stripe_about(r->question) == NGX_PAYMENTS_REFUND)
           ? ngx_payments_stripe_refund_of(r) : ngx_payments_stripe_intent(r);
}


/* the next step of a look-up; an id may stand behind the letter */

static const char *
ngx_payments_stripe_step(ngx_payments_stripe_read_t *r, u_char letter,
    const char *id)
{
    ngx_str_t  *next = &r->reading->answer.next;

    next->data = r->out->pos;
    next->len = 1 + strlen(id);

    ngx_payments_out_bytes(r->out, &letter, 1);
    ngx_payments_out_bytes(r->out, id, strlen(id));

    return r->out->overflow ? "has no place" : NULL;
}


/* the attempt was not on this page */

static const char *
ngx_payments_stripe_next(ngx_payments_stripe_read_t *r, const cJSON *list,
    const ngx_str_t *step, const char *last)
{
    ngx_uint_t  second;

    second = step->len && step->data[0] == NGX_PAYMENTS_STRIPE_SECOND;

    if (cJSON_IsTrue(ngx_payments_stripe_at(list, "has_more"))) {
        return last ? ngx_payments_stripe_step(r,
                                               second
                                               ? NGX_PAYMENTS_STRIPE_SECOND
                                               : NGX_PAYMENTS_STRIPE_FIRST,
                                               last)
                    : "has_more";
    }

    if (!cJSON_IsFalse(ngx_payments_stripe_at(list, "has_more"))) {
        return "has_more";
    }

    if (r->question->of == NGX_PAYMENTS_AUTHORIZE && !second) {
        return ngx_payments_stripe_step(r, NGX_PAYMENTS_STRIPE_SECOND, "");
    }

    r->reading->answer.verdict = NGX_PAYMENTS_VERDICT_NOT_FOUND;

    return NULL;
}


/* a PaymentIntent that is found is asked for: a list does not show its
   charge */

static const char *
ngx_payments_stripe_find(ngx_payments_stripe_read_t *r, const ngx_str_t *step)
{
    const char   *id = NULL;
    const cJSON  *list = r->object, *data, *item;

    data = ngx_payments_stripe_at(list, "data");

    if (!ngx_payments_stripe_is(list, "object", "list")
        || !cJSON_IsArray(data))
    {
        return "data";
    }

    cJSON_ArrayForEach(item, data) {
        id = ngx_payments_stripe_id(item, "id");

        if (id == NULL) {
            return "data.id";
        }

        if (!ngx_payments_stripe_same(&r->question->attempt,
                      ngx_payments_stripe_string(item, "metadata.attempt")))
        {
            continue;
        }

        if (r->question->of == NGX_PAYMENTS_AUTHORIZE) {
            return ngx_payments_stripe_step(r, NGX_PAYMENTS_STRIPE_FOUND, id);
        }

        r->object = item;

        return ngx_payments_stripe_object(r);
    }

    return ngx_payments_stripe_next(r, list, step, id);
}


static const ngx_payments_stripe_error_t *
ngx_payments_stripe_error_row(const ngx_payments_question_t *question,
    const cJSON *error)
{
    const ngx_payments_stripe_error_t  *row;

    for (row = ngx_payments_stripe_errors; row->actions != 0; row++) {
        if ((row->actions & NGX_PAYMENTS_BIT(question->action))
            && (row->code == NULL
                || ngx_payments_stripe_is(error, "code", row->code))
            && (row->param == NULL
                || ngx_payments_stripe_is(error, "param", row->param)))
        {
            break;
        }
    }

    return row->actions ? row : NULL;
}


/*
 * A PaymentIntent that is in no state for the request may be so because of the
 * request itself, sent earlier: then the error shows what became of it.
 */

static ngx_uint_t
ngx_payments_stripe_done_before(ngx_payments_stripe_read_t *r,
    const cJSON *error)
{
    ngx_payments_reading_t       nothing = *r->reading;
    ngx_payments_question_t      asked = *r->question;
    ngx_payments_stripe_read_t   shown = *r;

    if (asked.action == NGX_PAYMENTS_AUTHORIZE
        || asked.action == NGX_PAYMENTS_REFUND
        || !ngx_payments_stripe_is(error, "code",
                                   "payment_intent_unexpected_state"))
    {
        return 0;
    }

    asked.of = asked.action;
    asked.action = NGX_PAYMENTS_LOOKUP;

    shown.question = &asked;
    shown.object = ngx_payments_stripe_at(error, "payment_intent");

    if (ngx_payments_stripe_intent(&shown) == NULL
        && (r->reading->answer.verdict == NGX_PAYMENTS_VERDICT_APPROVED
            || r->reading->answer.verdict == NGX_PAYMENTS_VERDICT_PENDING))
    {
        return 1;
    }

    *r->reading = nothing;

    return 0;
}


static const char *
ngx_payments_stripe_error(ngx_payments_stripe_read_t *r, ngx_uint_t status)
{
    const char                         *id;
    const cJSON                        *error;
    const ngx_payments_stripe_error_t  *row;

    error = ngx_payments_stripe_at(r->object, "error");

    /* what executes nothing proves nothing where it fails */

    if (error == NULL || r->question->action == NGX_PAYMENTS_LOOKUP
        || r->question->action == NGX_PAYMENTS_CONTINUE)
    {
        return "error";
    }

    if (ngx_payments_stripe_is(error, "type", "card_error") && status == 402) {
        ngx_payments_stripe_card_error(r, error);

        id = ngx_payments_stripe_id(error, "payment_intent");

        if (id != NULL && r->question->action == NGX_PAYMENTS_AUTHORIZE) {
            ngx_payments_stripe_copy(r->out, id,
                                     &r->reading->answer.reference);
        }

        return NULL;
    }

    if (!ngx_payments_stripe_is(error, "type", "invalid_request_error")) {
        return "error.type";
    }

    if (ngx_payments_stripe_done_before(r, error)) {
        return NULL;
    }

    row = ngx_payments_stripe_error_row(r->question, error);

    if (row == NULL) {
        return "error.code";
    }

    r->reading->answer.verdict = NGX_PAYMENTS_VERDICT_DECLINED;
    r->reading->answer.failure.data = (u_char *) row->ours;
    r->reading->answer.failure.len = strlen(row->ours);

    return NULL;
}


/* a list may be larger than what is read strictly; it only says where to look,
   and that there is nothing to be found */

const char *
ngx_payments_stripe_answer(const ngx_payments_dialect_t *dialect,
    const ngx_payments_question_t *question, const ngx_payments_reply_t *reply,
    ngx_payments_out_t *out, ngx_payments_reading_t *reading)
{
    cJSON                       *tree;
    const char                  *wrong;
    ngx_payments_stripe_read_t   r;

    r.dialect = dialect;
    r.question = question;
    r.out = out;
    r.reading = reading;

    if (reply->status == 200 && ngx_payments_stripe_listed(question)
        && !ngx_payments_stripe_begins(&reply->step, "="))
    {
        tree = cJSON_ParseWithLength((char *) reply->body.data,
                                     reply->body.len);
        r.object = tree;
        wrong = ngx_payments_stripe_find(&r, &reply->step);
        cJSON_Delete(tree);

        return wrong;
    }

    wrong = ngx_payments_dialect_json(&reply->body, &tree);

    if (wrong != NULL) {
        return wrong;
    }

    r.object = tree;

    wrong = (reply->status == 200) ? ngx_payments_stripe_object(&r)
                                   : ngx_payments_stripe_error(&r,
                                                               reply->status);
    cJSON_Delete(tree);

    return (wrong == NULL && out->overflow) ? "has no place" : wrong;
}

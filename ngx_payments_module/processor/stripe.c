
/*
 * The dialect "stripe": Stripe's PaymentIntents, as of the version that the
 * requests name.  docs/processors.md says what is mapped to what.
 *
 * An authorization is a PaymentIntent that is created and confirmed by one
 * request; its id is the reference.  An attempt's key is the request's
 * Idempotency-Key, and stands in the metadata of what the request makes:
 * there a look-up finds it, by lists, which are consistent.  A search is not.
 */

#include "ngx_payments_stripe.h"


#define NGX_PAYMENTS_STRIPE_VERSION  "2024-06-20"

#define NGX_PAYMENTS_STRIPE_LIMIT    1048576   /* bytes: a page of a list */
#define NGX_PAYMENTS_STRIPE_MAX      99999999  /* of an amount, in its units */
#define NGX_PAYMENTS_STRIPE_ID       64        /* bytes of a reference */
#define NGX_PAYMENTS_STRIPE_KEY      255       /* bytes of a secret */

/*
 * When a PaymentIntent may have been created, in seconds from the attempt's
 * begin: by the first sending, which is looked for first, or by a later one.
 * Clocks may differ by the first value; nothing is sent after the last one.
 */

#define NGX_PAYMENTS_STRIPE_BEFORE   300
#define NGX_PAYMENTS_STRIPE_SOON     60
#define NGX_PAYMENTS_STRIPE_AFTER    7200


/* a currency whose minor unit is another one there */

typedef struct {
    const char                   *code;
    int                           exponent;
} ngx_payments_stripe_unit_t;


static const char *ngx_payments_stripe_secret(ngx_str_t *line, ngx_str_t *key);
static const char *ngx_payments_stripe_signer(ngx_str_t *line, ngx_str_t *key);
static ngx_int_t ngx_payments_stripe_request(ngx_payments_sending_t *sending,
    ngx_payments_out_t *out);


/*
 * Status 409 is a request with the same key that is under way; a request beyond
 * a rate is refused before it begins.  An error 5xx may be one that is kept
 * under the key: it then comes again, with "Idempotent-Replayed: true", however
 * often the request is sent, and says no more than the first one did.  So it is
 * unknown, and looked up.
 */

static const ngx_payments_dialect_status_t  ngx_payments_stripe_statuses[] = {
    { 200, 200, NULL, NULL, NGX_PAYMENTS_STATUS_BODY },
    { 400, 400, NULL, NULL, NGX_PAYMENTS_STATUS_BODY },
    { 402, 402, NULL, NULL, NGX_PAYMENTS_STATUS_BODY },
    { 404, 404, NULL, NULL, NGX_PAYMENTS_STATUS_BODY },
    { 409, 409, NULL, NULL, NGX_PAYMENTS_STATUS_FAILED },
    { 424, 424, NULL, NULL, NGX_PAYMENTS_STATUS_FAILED },
    { 429, 429, NULL, NULL, NGX_PAYMENTS_STATUS_REFUSED },
    { 500, 599, NULL, NULL, NGX_PAYMENTS_STATUS_FAILED },
    { 0, 999, NULL, NULL, NGX_PAYMENTS_STATUS_WRONG }
};


/* "decline_code" of a declined card, or "code" of another error of a card's */

static const ngx_payments_dialect_decline_t  ngx_payments_stripe_declines[] = {
    { "approve_with_id", "processing_error" },
    { "authentication_required", "authentication_required" },
    { "authentication_not_handled", "authentication_failed" },
    { "card_not_supported", "card_not_supported" },
    { "card_velocity_exceeded", "limit_exceeded" },
    { "currency_not_supported", "currency_not_supported" },
    { "expired_card", "expired_card" },
    { "fraudulent", "fraud_suspected" },
    { "highest_risk_level", "fraud_suspected" },
    { "incorrect_cvc", "incorrect_cvc" },
    { "insufficient_funds", "insufficient_funds" },
    { "invalid_amount", "amount_not_supported" },
    { "invalid_cvc", "incorrect_cvc" },
    { "issuer_not_available", "processing_error" },
    { "lost_card", "lost_card" },
    { "merchant_blacklist", "fraud_suspected" },
    { "mobile_device_authentication_required", "authentication_required" },
    { "not_permitted", "card_not_supported" },
    { "pickup_card", "stolen_card" },
    { "processing_error", "processing_error" },
    { "reenter_transaction", "processing_error" },
    { "restricted_card", "card_not_supported" },
    { "stolen_card", "stolen_card" },
    { "transaction_not_allowed", "card_not_supported" },
    { "try_again_later", "processing_error" },
    { "withdrawal_count_limit_exceeded", "limit_exceeded" },

    /* errors without a decline_code */

    { "payment_intent_authentication_failure", "authentication_failed" },
    { "payment_method_customer_decline", "authentication_failed" },
    { "capture_charge_authorization_expired", "authorization_expired" },
    { "charge_expired_for_capture", "authorization_expired" },

    /* "failure_reason" of refunds */

    { "lost_or_stolen_card", "not_refundable" },
    { "expired_or_canceled_card", "not_refundable" },
    { "charge_for_pending_refund_disputed", "not_refundable" },
    { "declined", "not_refundable" },
    { "merchant_request", "not_refundable" },
    { "unknown", "not_refundable" },
    { "refund_canceled", "not_refundable" },

    { NULL, "generic_decline" }
};


/* the minor units of all others are those of ISO 4217 */

static const ngx_payments_stripe_unit_t  ngx_payments_stripe_units[] = {
    { "ISK", 2 },
    { "UGX", 2 },
    { "MGA", 0 },
    { NULL, 0 }
};


const ngx_payments_dialect_t  ngx_payments_dialect_stripe = {
    "stripe",
    NGX_PAYMENTS_STRIPE_LIMIT,
    ngx_payments_stripe_statuses,
    ngx_payments_stripe_declines,
    ngx_payments_stripe_secret,
    ngx_payments_stripe_signer,
    ngx_payments_stripe_request,
    ngx_payments_stripe_answer,
    ngx_payments_stripe_verify,
    ngx_payments_stripe_notification
};


/* Secrets: they are used as they are written ------------------------------ */

static ngx_uint_t
ngx_payments_stripe_key(ngx_str_t *line, const char *prefix, ngx_str_t *key)
{
    size_t  i, n;

    n = strlen(prefix);

    if (line->len <= n || line->len > NGX_PAYMENTS_STRIPE_KEY
        || memcmp(line->data, prefix, n) != 0)
    {
        return 0;
    }

    for (i = 0; i < line->len; i++) {
        if (line->data[i] <= ' ' || line->data[i] >= 0x7f) {
            return 0;
        }
    }

    memcpy(key->data, line->data, line->len);
    key->len = line->len;

    return 1;
}


static const char *
ngx_payments_stripe_secret(ngx_str_t *line, ngx_str_t *key)
{
    return (ngx_payments_stripe_key(line, "sk_", key)
            || ngx_payments_stripe_key(line, "rk_", key))
           ? NULL : "is no secret key of Stripe's (\"sk_...\" or \"rk_...\")";
}


static const char *
ngx_payments_stripe_signer(ngx_str_t *line, ngx_str_t *key)
{
    return ngx_payments_stripe_key(line, "whsec_", key)
           ? NULL : "is no signing secret of Stripe's (\"whsec_...\")";
}


/* Texts and amounts ------------------------------------------------------- */

ngx_uint_t
ngx_payments_stripe_same(const ngx_str_t *text, const char *word)
{
    return word != NULL && text->data != NULL && text->len == strlen(word)
           && memcmp(text->data, word, text->len) == 0;
}


ngx_uint_t
ngx_payments_stripe_begins(const ngx_str_t *text, const char *word)
{
    return text->len > strlen(word)
           && memcmp(text->data, word, strlen(word)) == 0;
}


ngx_uint_t
ngx_payments_stripe_named(const u_char *id, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (!(id[i] >= 'a' && id[i] <= 'z') && !(id[i] >= 'A' && id[i] <= 'Z')
            && !(id[i] >= '0' && id[i] <= '9') && id[i] != '_')
        {
            return 0;
        }
    }

    return len > 0 && len <= NGX_PAYMENTS_STRIPE_ID;
}


int
ngx_payments_stripe_shift(const u_char *code, size_t len)
{
    const ngx_payments_currency_t     *currency;
    const ngx_payments_stripe_unit_t  *unit;

    currency = ngx_payments_currency(code, len);

    if (currency == NULL) {
        return 0;
    }

    for (unit = ngx_payments_stripe_units; unit->code != NULL; unit++) {
        if (strcmp(unit->code, currency->code) == 0) {
            return unit->exponent - currency->exponent;
        }
    }

    return 0;
}


int64_t
ngx_payments_stripe_shifted(int64_t amount, int digits)
{
    for ( /* void */ ; digits > 0; digits--) {
        amount *= 10;
    }

    for ( /* void */ ; digits < 0; digits++) {
        if (amount % 10 != 0) {
            return -1;
        }

        amount /= 10;
    }

    return amount;
}


/* in Stripe's units; -1: it takes no such amount */

static int64_t
ngx_payments_stripe_amount(const ngx_payments_question_t *question)
{
    int64_t                         amount;
    const ngx_payments_currency_t  *currency;

    amount = ngx_payments_stripe_shifted(question->amount,
                    ngx_payments_stripe_shift(question->currency.data,
                                              question->currency.len));

    currency = ngx_payments_currency(question->currency.data,
                                     question->currency.len);

    /* the last one of three decimals is always 0 */

    if (currency != NULL && currency->exponent == 3 && amount % 10 != 0) {
        return -1;
    }

    return (amount > NGX_PAYMENTS_STRIPE_MAX) ? -1 : amount;
}


/* Requests ---------------------------------------------------------------- */

/* everything but what RFC 3986 reserves nothing of */

static void
ngx_payments_stripe_escape(ngx_payments_out_t *out, const u_char *data,
    size_t len)
{
    size_t              i;
    u_char              text[3];
    static const char   hex[] = "0123456789ABCDEF";

    for (i = 0; i < len; i++) {
        if (ngx_payments_stripe_named(&data[i], 1) || data[i] == '-'
            || data[i] == '.' || data[i] == '~')
        {
            ngx_payments_out_bytes(out, &data[i], 1);
            continue;
        }

        text[0] = '%';
        text[1] = (u_char) hex[data[i] >> 4];
        text[2] = (u_char) hex[data[i] & 15];
        ngx_payments_out_bytes(out, text, 3);
    }
}


/* a pair of a form, or of a query; "[" and "]" of a name are escaped as well.
   What is absent is left out */

static void
ngx_payments_stripe_text(ngx_payments_out_t *out, const char *name,
    const ngx_str_t *value)
{
    if (value->data == NULL) {
        return;
    }

    ngx_payments_out_str(out, "&");
    ngx_payments_stripe_escape(out, (const u_char *) name, strlen(name));
    ngx_payments_out_str(out, "=");
    ngx_payments_stripe_escape(out, value->data, value->len);
}


static void
ngx_payments_stripe_word(ngx_payments_out_t *out, const char *name,
    const char *value)
{
    ngx_str_t  text;

    text.data = (u_char *) value;
    text.len = strlen(value);

    ngx_payments_stripe_text(out, name, &text);
}


static void
ngx_payments_stripe_number(ngx_payments_out_t *out, const char *name,
    int64_t value)
{
    ngx_payments_stripe_word(out, name, "");
    ngx_payments_out_int(out, value);
}


/* so that what is made can be found again, and its charge be read */

static void
ngx_payments_stripe_marks(ngx_payments_out_t *out,
    const ngx_payments_question_t *question)
{
    ngx_payments_stripe_text(out, "metadata[attempt]", &question->attempt);
    ngx_payments_stripe_text(out, "metadata[merchant]", &question->merchant);
    ngx_payments_stripe_text(out, "metadata[payment]", &question->payment);
}


/* letters that a statement cannot have are left out */

static void
ngx_payments_stripe_descriptor(ngx_payments_out_t *out,
    const ngx_str_t *descriptor)
{
    size_t  i;

    if (descriptor->data == NULL) {
        return;
    }

    ngx_payments_stripe_word(out, "statement_descriptor_suffix", "");

    for (i = 0; i < descriptor->len; i++) {
        if (strchr("<>\\'\"*", descriptor->data[i]) == NULL) {
            ngx_payments_stripe_escape(out, &descriptor->data[i], 1);
        }
    }
}


/* a PaymentMethod, or what Stripe's own forms give instead of one */

static void
ngx_payments_stripe_token(ngx_payments_out_t *out, const ngx_str_t *token)
{
    if (ngx_payments_stripe_begins(token, "tok_")) {
        ngx_payments_stripe_word(out, "payment_method_data[type]", "card");
        ngx_payments_stripe_text(out, "payment_method_data[card][token]",
                                 token);
        return;
    }

    ngx_payments_stripe_text(out,
                             ngx_payments_stripe_begins(token, "ctoken_")
                             ? "confirmation_token" : "payment_method", token);
}


static void
ngx_payments_stripe_authorize(ngx_payments_out_t *out,
    const ngx_payments_question_t *question)
{
    size_t  i;
    u_char  currency[3];

    for (i = 0; i < 3 && i < question->currency.len; i++) {
        currency[i] = question->currency.data[i] | 0x20;
    }

    ngx_payments_out_str(out, "confirm=true");
    ngx_payments_stripe_number(out, "amount",
                               ngx_payments_stripe_amount(question));
    ngx_payments_stripe_word(out, "currency", "");
    ngx_payments_out_bytes(out, currency, i);
    ngx_payments_stripe_word(out, "capture_method",
                             question->capture ? "automatic" : "manual");
    ngx_payments_stripe_word(out, "payment_method_types[0]", "card");
    ngx_payments_stripe_token(out, &question->token);

    if (question->return_url.data != NULL) {
        ngx_payments_stripe_text(out, "return_url", &question->return_url);

    } else {
        ngx_payments_stripe_word(out, "error_on_requires_action", "true");
    }

    ngx_payments_stripe_descriptor(out, &question->descriptor);
    ngx_payments_stripe_marks(out, question);
    ngx_payments_stripe_text(out, "metadata[customer]", &question->customer);
    ngx_payments_stripe_word(out, "expand[0]",
                             "latest_charge.balance_transaction");
}


static void
ngx_payments_stripe_capture(ngx_payments_out_t *out,
    const ngx_payments_question_t *question)
{
    ngx_payments_out_str(out, "expand%5B0%5D="
                              "latest_charge.balance_transaction");
    ngx_payments_stripe_number(out, "amount_to_capture",
                               ngx_payments_stripe_amount(question));
    ngx_payments_stripe_text(out, "metadata[capture]", &question->attempt);
}


static void
ngx_payments_stripe_refund(ngx_payments_out_t *out,
    const ngx_payments_question_t *question)
{
    ngx_payments_out_str(out, "payment_intent=");
    ngx_payments_stripe_escape(out, question->reference.data,
                               question->reference.len);
    ngx_payments_stripe_number(out, "amount",
                               ngx_payments_stripe_amount(question));
    ngx_payments_stripe_text(out, "reason", &question->reason);
    ngx_payments_stripe_marks(out, question);
}


static void
ngx_payments_stripe_body(ngx_payments_out_t *out,
    const ngx_payments_question_t *question)
{
    switch (question->action) {

    case NGX_PAYMENTS_AUTHORIZE:
        ngx_payments_stripe_authorize(out, question);
        return;

    case NGX_PAYMENTS_CAPTURE:
        ngx_payments_stripe_capture(out, question);
        return;

    case NGX_PAYMENTS_REFUND:
        ngx_payments_stripe_refund(out, question);
        return;

    default: /* nothing is said, but what is asked for */
        return;
    }
}


ngx_uint_t
ngx_payments_stripe_listed(const ngx_payments_question_t *question)
{
    return question->action == NGX_PAYMENTS_LOOKUP
           && (question->of == NGX_PAYMENTS_REFUND
               || (question->of == NGX_PAYMENTS_AUTHORIZE
                   && question->reference.data == NULL));
}


static void
ngx_payments_stripe_page(ngx_payments_out_t *out, const ngx_str_t *step)
{
    ngx_str_t  id;

    ngx_payments_out_str(out, "?limit=100");

    if (step->len > 1) {
        id.data = step->data + 1;
        id.len = step->len - 1;
        ngx_payments_stripe_text(out, "starting_after", &id);
    }
}


static void
ngx_payments_stripe_list(ngx_payments_out_t *out,
    const ngx_payments_sending_t *sending)
{
    int64_t                         begun;
    ngx_uint_t                      second;
    const ngx_str_t                *step = &sending->step;
    const ngx_payments_question_t  *question = sending->request;

    if (question->of == NGX_PAYMENTS_REFUND) {
        ngx_payments_out_str(out, "refunds");
        ngx_payments_stripe_page(out, step);
        ngx_payments_stripe_text(out, "payment_intent", &question->reference);
        return;
    }

    begun = question->begun_at / 1000000;
    second = step->len && step->data[0] == NGX_PAYMENTS_STRIPE_SECOND;

    ngx_payments_out_str(out, "payment_intents");
    ngx_payments_stripe_page(out, step);
    ngx_payments_stripe_number(out, "created[gte]",
                               second ? begun + NGX_PAYMENTS_STRIPE_SOON + 1
                                      : begun - NGX_PAYMENTS_STRIPE_BEFORE);
    ngx_payments_stripe_number(out, "created[lte]",
                               begun + (second ? NGX_PAYMENTS_STRIPE_AFTER
                                               : NGX_PAYMENTS_STRIPE_SOON));
}


/* what is behind the version of the API */

static void
ngx_payments_stripe_path(ngx_payments_out_t *out,
    const ngx_payments_sending_t *sending, ngx_str_t *id)
{
    const ngx_payments_question_t  *question = sending->request;

    if (sending->step.len && sending->step.data[0] == NGX_PAYMENTS_STRIPE_FOUND)
    {
        id->data = sending->step.data + 1;
        id->len = sending->step.len - 1;

    } else if (ngx_payments_stripe_listed(question)) {
        ngx_payments_stripe_list(out, sending);
        return;
    }

    if (question->action == NGX_PAYMENTS_REFUND) {
        ngx_payments_out_str(out, "refunds");
        return;
    }

    ngx_payments_out_str(out, "payment_intents");

    if (question->action == NGX_PAYMENTS_AUTHORIZE) {
        return;
    }

    ngx_payments_out_str(out, "/");
    ngx_payments_out_bytes(out, id->data, id->len);
    ngx_payments_out_str(out,
                         (question->action == NGX_PAYMENTS_CAPTURE) ? "/capture"
                         : (question->action == NGX_PAYMENTS_VOID) ? "/cancel"
                         : "?expand%5B0%5D=latest_charge.balance_transaction");
}


static void
ngx_payments_stripe_headers(ngx_payments_out_t *out,
    const ngx_payments_sending_t *sending)
{
    ngx_payments_out_str(out, "Authorization: Bearer ");
    ngx_payments_out_bytes(out, sending->key.data, sending->key.len);
    ngx_payments_out_str(out, "\r\nStripe-Version: "
                         NGX_PAYMENTS_STRIPE_VERSION "\r\n");

    if (sending->method.data != NULL && sending->method.data[0] == 'G') {
        return;
    }

    ngx_payments_out_str(out, "Content-Type: application/x-www-form-urlencoded"
                         "\r\nIdempotency-Key: ");
    ngx_payments_out_bytes(out, sending->request->attempt.data,
                           sending->request->attempt.len);
    ngx_payments_out_str(out, "\r\n");
}


/* NULL, or why Stripe surely does not do it: a code of the protocol's */

static const char *
ngx_payments_stripe_refuses(const ngx_payments_question_t *question)
{
    if (question->action != NGX_PAYMENTS_AUTHORIZE
        && !ngx_payments_stripe_named(question->reference.data,
                                      question->reference.len))
    {
        return "unknown_reference";
    }

    /* what is not captured is released with the first capture */

    if (question->action == NGX_PAYMENTS_CAPTURE && !question->final) {
        return "not_capturable";
    }

    if (question->action != NGX_PAYMENTS_VOID
        && ngx_payments_stripe_amount(question) < 0)
    {
        return "amount_not_supported";
    }

    return NULL;
}


static ngx_int_t
ngx_payments_stripe_request(ngx_payments_sending_t *sending,
    ngx_payments_out_t *out)
{
    u_char                         *start;
    ngx_str_t                       id;
    const ngx_payments_question_t  *question = sending->request;

    if (question->action == NGX_PAYMENTS_LOOKUP
        || question->action == NGX_PAYMENTS_CONTINUE)
    {
        sending->method.data = (u_char *) "GET";
        sending->method.len = 3;

        if ((question->of != NGX_PAYMENTS_AUTHORIZE
             || question->reference.data != NULL)
            && !ngx_payments_stripe_named(question->reference.data,
                                          question->reference.len))
        {
            return NGX_ERROR;
        }

    } else {
        sending->refusal = ngx_payments_stripe_refuses(question);

        if (sending->refusal != NULL) {
            return NGX_DECLINED;
        }
    }

    id = question->reference;

    start = out->pos;
    ngx_payments_out_bytes(out, sending->prefix.data, sending->prefix.len);
    ngx_payments_out_str(out, "/v1/");
    ngx_payments_stripe_path(out, sending, &id);
    sending->target = ngx_payments_dialect_piece(out, start);

    start = out->pos;
    ngx_payments_stripe_headers(out, sending);
    sending->headers = ngx_payments_dialect_piece(out, start);

    start = out->pos;
    ngx_payments_stripe_body(out, question);
    sending->body = ngx_payments_dialect_piece(out, start);

    return out->overflow ? NGX_ERROR : NGX_OK;
}

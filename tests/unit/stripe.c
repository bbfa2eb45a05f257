
/* The dialect "stripe" alone: no nginx, no Stripe.  Prints TAP. */

#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* nginx, too, compiles its handlers so */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#include "../../ngx_payments_module/processor/stripe.c"
#include "../../ngx_payments_module/processor/stripe_answer.c"
#include "../../ngx_payments_module/processor/stripe_notification.c"
#include "../../ngx_payments_module/processor/dialect.c"
#include "../../ngx_payments_module/processor/verdict.c"
#include "../../ngx_payments_module/outbound/parse.c"


#define ATTEMPT  "att_0123456789ABCDEF"
#define META     "\"metadata\":{\"attempt\":\"" ATTEMPT "\"}"
#define INTENT   "\"id\":\"pi_1\",\"object\":\"payment_intent\","              \
                 "\"amount\":1099,\"currency\":\"eur\","
#define MANUAL   INTENT META ",\"capture_method\":\"manual\","
#define AUTO     INTENT META ",\"capture_method\":\"automatic\","
#define CAPTURED INTENT "\"capture_method\":\"manual\",\"metadata\":{" \
                 "\"attempt\":\"att_first_attempt\",\"capture\":\"" ATTEMPT \
                 "\"},"
#define CHARGE   "\"latest_charge\":{\"id\":\"ch_1\",\"payment_method_details" \
                 "\":{\"card\":{\"brand\":\"visa\",\"last4\":\"4242\"," \
                 "\"capture_before\":1767830400}},\"balance_transaction\":" \
                 "{\"currency\":\"eur\",\"fee\":57}}"
#define REFUND   "\"id\":\"re_1\",\"object\":\"refund\",\"amount\":1099," \
                 "\"currency\":\"eur\",\"payment_intent\":\"pi_1\"," META ","


/* an answer, and what it means; fields that are 0 are those of AUTHORIZE */

typedef struct {
    const char                      *name;
    ngx_uint_t                       status;
    const char                      *body;
    ngx_payments_verdict_e           verdict;
    const char                      *says;      /* failure, reference, next;
                                                   of UNKNOWN what is wrong */
    ngx_payments_processor_action_e  action;
    ngx_payments_processor_action_e  of;
    int                              captures;  /* at once */
    const char                      *step;
} reading_t;


static int  count, failed;


static void
ok(int condition, const char *name)
{
    printf("%s %d - %s\n", condition ? "ok" : "not ok", ++count, name);
    failed += !condition;
}


static ngx_str_t
text(const char *s)
{
    ngx_str_t  t;

    t.data = (u_char *) s;
    t.len = s ? strlen(s) : 0;

    return t;
}


static int
is(const ngx_str_t *t, const char *s)
{
    return t->data != NULL && t->len == strlen(s)
           && memcmp(t->data, s, t->len) == 0;
}


static ngx_payments_processor_request_t
question(ngx_payments_processor_action_e action,
    ngx_payments_processor_action_e of)
{
    ngx_payments_processor_request_t  request;

    memset(&request, 0, sizeof(request));

    request.action = action;
    request.of = of;
    request.merchant = text("mer_1");
    request.payment = text("pay_1");
    request.attempt = text(ATTEMPT);
    request.amount = 1099;
    request.currency = text("EUR");
    request.exponent = 2;
    request.final = 1;
    request.token = text("pm_card_visa");
    request.return_url = text("https://shop.example/");
    request.begun_at = INT64_C(1767225600000000);

    if (action != NGX_PAYMENTS_AUTHORIZE
        && !(action == NGX_PAYMENTS_LOOKUP && of == NGX_PAYMENTS_AUTHORIZE))
    {
        request.reference = text("pi_1");
    }

    return request;
}


static const char *
judge(const ngx_payments_processor_request_t *request, ngx_uint_t status,
    const char *head, const char *body, const char *step,
    ngx_payments_processor_answer_t *answer)
{
    ngx_payments_out_t    out;
    ngx_payments_reply_t  reply;

    static uint8_t  room[65536];

    memset(&reply, 0, sizeof(reply));
    reply.status = status;
    reply.sent = 1;
    reply.head = text(head);
    reply.body = text(body);
    reply.step = text(step);

    ngx_payments_out_init(&out, room, reply.body.len + 1);

    return ngx_payments_verdict(&ngx_payments_dialect_stripe, request, &reply,
                                INT64_C(1767225700000000), 60, &out, answer);
}


#define ERROR(type, code, more)                                               \
    "{\"error\":{\"type\":\"" type "\",\"code\":\"" code "\"" more "}}"
#define AUTHORIZE  NGX_PAYMENTS_AUTHORIZE
#define CAPTURE    NGX_PAYMENTS_CAPTURE
#define LOOKUP     NGX_PAYMENTS_LOOKUP
#define APPROVED   NGX_PAYMENTS_VERDICT_APPROVED
#define DECLINED   NGX_PAYMENTS_VERDICT_DECLINED
#define UNKNOWN    NGX_PAYMENTS_VERDICT_UNKNOWN
#define NOT_FOUND  NGX_PAYMENTS_VERDICT_NOT_FOUND

static const reading_t  readings[] = {

    /* authorizations */

    { "authorized", 200,
      "{" MANUAL "\"status\":\"requires_capture\",\"amount_capturable\":1099,"
      CHARGE "}", APPROVED, "pi_1", 0, 0, 0, NULL },
    { "authorized, and more than was asked for", 200,
      "{" MANUAL "\"status\":\"requires_capture\",\"amount_capturable\":1100}",
      UNKNOWN, "approved is another amount than was asked for", 0, 0, 0, NULL },
    { "authorized, a part", 200,
      "{" MANUAL "\"status\":\"requires_capture\",\"amount_capturable\":500}",
      UNKNOWN, "approved is another amount than was asked for", 0, 0, 0, NULL },
    { "authorized, in another currency", 200,
      "{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"amount\":1099,"
      "\"currency\":\"usd\"," META ",\"capture_method\":\"manual\","
      "\"status\":\"requires_capture\",\"amount_capturable\":1099}",
      UNKNOWN, "approved is another currency than was asked for", 0, 0, 0,
      NULL },
    { "another attempt's", 200,
      "{" INTENT "\"metadata\":{\"attempt\":\"att_another_attempt\"},"
      "\"capture_method\":\"manual\",\"status\":\"requires_capture\","
      "\"amount_capturable\":1099}", UNKNOWN, "metadata.attempt", 0, 0, 0,
      NULL },
    { "paid", 200,
      "{" AUTO "\"status\":\"succeeded\",\"amount_received\":1099," CHARGE "}",
      APPROVED, "pi_1", 0, 0, 1, NULL },
    { "paid, less", 200,
      "{" AUTO "\"status\":\"succeeded\",\"amount_received\":1098}",
      UNKNOWN, "approved is another amount than was asked for", 0, 0, 1, NULL },
    { "paid, where nothing was to be captured", 200,
      "{" AUTO "\"status\":\"succeeded\",\"amount_received\":1099}",
      UNKNOWN, "capture_method", 0, 0, 0, NULL },
    { "captured by an answer to an authorization", 200,
      "{" MANUAL "\"status\":\"succeeded\",\"amount_received\":1099}",
      UNKNOWN, "status", 0, 0, 0, NULL },
    { "processing", 200, "{" AUTO "\"status\":\"processing\"}",
      NGX_PAYMENTS_VERDICT_PENDING, NULL, 0, 0, 1, NULL },
    { "an action", 200, "{" AUTO "\"status\":\"requires_action\","
      "\"next_action\":{\"type\":\"redirect_to_url\",\"redirect_to_url\":"
      "{\"url\":\"https://hooks.stripe.com/3\"}}}",
      NGX_PAYMENTS_VERDICT_ACTION, "https://hooks.stripe.com/3", 0, 0, 1,
      NULL },
    { "an action of another kind", 200,
      "{" AUTO "\"status\":\"requires_action\",\"next_action\":{\"type\":"
      "\"use_stripe_sdk\"}}", UNKNOWN, "next_action", 0, 0, 1, NULL },
    { "a status that nobody knows", 200, "{" AUTO "\"status\":\"odd\"}",
      UNKNOWN, "status", 0, 0, 1, NULL },
    { "not confirmed", 200, "{" AUTO "\"status\":\"requires_confirmation\"}",
      UNKNOWN, "status", 0, 0, 1, NULL },
    { "no JSON", 200, "<html>", UNKNOWN, "the body is no valid JSON", 0, 0, 0,
      NULL },
    { "no object of the API", 200, "{\"object\":\"charge\"}", UNKNOWN,
      "object", 0, 0, 0, NULL },

    /* errors */

    { "declined", 402,
      ERROR("card_error", "card_declined", ",\"decline_code\":"
            "\"insufficient_funds\",\"message\":\"No.\"") , DECLINED,
      "insufficient_funds", 0, 0, 0, NULL },
    { "declined, in no way that has a name", 402,
      ERROR("card_error", "card_declined", ",\"decline_code\":\"weather\""),
      DECLINED, "generic_decline", 0, 0, 0, NULL },
    { "declined without a decline_code", 402,
      ERROR("card_error", "expired_card", ""), DECLINED, "expired_card",
      0, 0, 0, NULL },
    { "the customer has to be asked", 402,
      ERROR("card_error", "authentication_required", ""), DECLINED,
      "authentication_required", 0, 0, 0, NULL },
    { "an error that is no card's, with 402", 402,
      ERROR("api_error", "odd", ""), UNKNOWN, "error.type", 0, 0, 0, NULL },
    { "a token that is used up", 400,
      ERROR("invalid_request_error", "token_already_used", ""), DECLINED,
      "invalid_token", 0, 0, 0, NULL },
    { "no such PaymentMethod", 400,
      ERROR("invalid_request_error", "resource_missing",
            ",\"param\":\"payment_method\""), DECLINED, "invalid_token",
      0, 0, 0, NULL },
    { "too much", 400,
      ERROR("invalid_request_error", "amount_too_large",
            ",\"param\":\"amount\""), DECLINED, "amount_not_supported",
      0, 0, 0, NULL },
    { "a parameter of ours that is wrong", 400,
      ERROR("invalid_request_error", "parameter_unknown", ""), UNKNOWN,
      "error.code", 0, 0, 0, NULL },
    { "the key with other parameters", 400,
      ERROR("idempotency_error", "odd", ""), UNKNOWN, "error.type", 0, 0, 0,
      NULL },
    { "the key in use", 409,
      ERROR("invalid_request_error", "idempotency_key_in_use", ""), UNKNOWN,
      NULL, 0, 0, 0, NULL },
    { "too many requests", 429, ERROR("invalid_request_error", "rate_limit",
      ""), NGX_PAYMENTS_VERDICT_NOT_EXECUTED, NULL, 0, 0, 0, NULL },
    { "an error of Stripe's", 500, ERROR("api_error", "odd", ""), UNKNOWN,
      NULL, 0, 0, 0, NULL },
    { "a wrong secret", 401, ERROR("invalid_request_error", "odd", ""),
      UNKNOWN, "a status that it should not have", 0, 0, 0, NULL },

    /* captures, voids, refunds */

    { "captured", 200,
      "{" CAPTURED "\"status\":\"succeeded\",\"amount_received\":1099}",
      APPROVED, "pi_1", CAPTURE, 0, 0, NULL },
    { "captured, another amount", 200,
      "{" CAPTURED "\"status\":\"succeeded\",\"amount_received\":1000}",
      UNKNOWN, "approved is another amount than was asked for", CAPTURE, 0, 0,
      NULL },
    { "captured, another PaymentIntent", 200,
      "{\"id\":\"pi_2\",\"object\":\"payment_intent\"}", UNKNOWN, "id",
      CAPTURE, 0, 0, NULL },
    { "not captured", 200, "{" CAPTURED "\"status\":\"requires_capture\"}",
      UNKNOWN, "status", CAPTURE, 0, 0, NULL },
    { "nothing to be captured", 400,
      ERROR("invalid_request_error", "payment_intent_unexpected_state", ""),
      DECLINED, "not_capturable", CAPTURE, 0, 0, NULL },
    { "captured before, by this attempt", 400,
      ERROR("invalid_request_error", "payment_intent_unexpected_state",
            ",\"payment_intent\":{" CAPTURED "\"status\":\"succeeded\","
            "\"amount_received\":1099}"), APPROVED, "pi_1", CAPTURE, 0, 0,
      NULL },
    { "captured before, by another one", 400,
      ERROR("invalid_request_error", "payment_intent_unexpected_state",
            ",\"payment_intent\":{" MANUAL "\"status\":\"succeeded\","
            "\"amount_received\":1099}"), DECLINED, "not_capturable", CAPTURE,
      0, 0, NULL },
    { "an authorization that has ended", 402,
      ERROR("card_error", "capture_charge_authorization_expired", ""),
      DECLINED, "authorization_expired", CAPTURE, 0, 0, NULL },
    { "no such PaymentIntent", 404,
      ERROR("invalid_request_error", "resource_missing",
            ",\"param\":\"intent\""), DECLINED, "unknown_reference", CAPTURE,
      0, 0, NULL },
    { "canceled", 200, "{" MANUAL "\"status\":\"canceled\"}", APPROVED, "pi_1",
      NGX_PAYMENTS_VOID, 0, 0, NULL },
    { "not canceled", 200, "{" MANUAL "\"status\":\"requires_capture\"}",
      UNKNOWN, "status", NGX_PAYMENTS_VOID, 0, 0, NULL },
    { "nothing to be canceled", 400,
      ERROR("invalid_request_error", "payment_intent_unexpected_state", ""),
      DECLINED, "not_voidable", NGX_PAYMENTS_VOID, 0, 0, NULL },
    { "refunded", 200, "{" REFUND "\"status\":\"succeeded\"}", APPROVED,
      "re_1", NGX_PAYMENTS_REFUND, 0, 0, NULL },
    { "refunded later", 200, "{" REFUND "\"status\":\"pending\"}",
      NGX_PAYMENTS_VERDICT_PENDING, "re_1", NGX_PAYMENTS_REFUND, 0, 0, NULL },
    { "not refunded", 200, "{" REFUND "\"status\":\"failed\","
      "\"failure_reason\":\"lost_or_stolen_card\"}", DECLINED,
      "not_refundable", NGX_PAYMENTS_REFUND, 0, 0, NULL },
    { "refunded before", 400,
      ERROR("invalid_request_error", "charge_already_refunded", ""), DECLINED,
      "not_refundable", NGX_PAYMENTS_REFUND, 0, 0, NULL },

    /* after the customer came back */

    { "continued", 200,
      "{" CAPTURED "\"status\":\"requires_capture\",\"amount_capturable\":"
      "1099}", APPROVED, "pi_1", NGX_PAYMENTS_CONTINUE, 0, 0, NULL },
    { "continued, another PaymentIntent", 200,
      "{\"id\":\"pi_2\",\"object\":\"payment_intent\"}", UNKNOWN, "id",
      NGX_PAYMENTS_CONTINUE, 0, 0, NULL },
    { "continued, and nothing has been done yet", 200,
      "{" AUTO "\"status\":\"requires_action\",\"next_action\":{"
      "\"redirect_to_url\":{\"url\":\"https://hooks.stripe.com/3\"}}}",
      NGX_PAYMENTS_VERDICT_ACTION, "https://hooks.stripe.com/3",
      NGX_PAYMENTS_CONTINUE, 0, 0, NULL },
    { "continued, and not approved", 200,
      "{" AUTO "\"status\":\"requires_payment_method\","
      "\"last_payment_error\":{\"code\":"
      "\"payment_intent_authentication_failure\"}}", DECLINED,
      "authentication_failed", NGX_PAYMENTS_CONTINUE, 0, 0, NULL },

    /* look-ups */

    { "found in a list", 200,
      "{\"object\":\"list\",\"has_more\":true,\"data\":[{\"id\":\"pi_0\"},{"
      MANUAL "\"status\":\"requires_capture\"},{\"id\":\"pi_2\"}]}",
      UNKNOWN, "=pi_1", LOOKUP, AUTHORIZE, 0, NULL },
    { "... and then", 200,
      "{" MANUAL "\"status\":\"requires_capture\",\"amount_capturable\":1099}",
      APPROVED, "pi_1", LOOKUP, AUTHORIZE, 0, "=pi_1" },
    { "the next page", 200,
      "{\"object\":\"list\",\"has_more\":true,\"data\":[{\"id\":\"pi_0\"},"
      "{\"id\":\"pi_9\"}]}", UNKNOWN, "1pi_9", LOOKUP, AUTHORIZE, 0, NULL },
    { "the second part", 200,
      "{\"object\":\"list\",\"has_more\":false,\"data\":[]}", UNKNOWN, "2",
      LOOKUP, AUTHORIZE, 0, "1pi_9" },
    { "its next page", 200,
      "{\"object\":\"list\",\"has_more\":true,\"data\":[{\"id\":\"pi_8\"}]}",
      UNKNOWN, "2pi_8", LOOKUP, AUTHORIZE, 0, "2" },
    { "not there at all", 200,
      "{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"pi_7\"}]}",
      NOT_FOUND, NULL, LOOKUP, AUTHORIZE, 0, "2pi_8" },
    { "a list that does not say whether it goes on", 200,
      "{\"object\":\"list\",\"data\":[]}", UNKNOWN, "has_more", LOOKUP,
      AUTHORIZE, 0, NULL },
    { "a look-up that fails", 404,
      ERROR("invalid_request_error", "resource_missing", ""), UNKNOWN, "error",
      LOOKUP, AUTHORIZE, 0, NULL },
    { "one that was captured since then", 200,
      "{" MANUAL "\"status\":\"succeeded\",\"amount_received\":100}",
      APPROVED, "pi_1", LOOKUP, AUTHORIZE, 0, "=pi_1" },
    { "one that was released since then", 200,
      "{" MANUAL "\"status\":\"canceled\"," CHARGE "}", APPROVED, "pi_1",
      LOOKUP, AUTHORIZE, 0, "=pi_1" },
    { "an action that was ended", 200,
      "{" MANUAL "\"status\":\"canceled\",\"latest_charge\":null}", DECLINED,
      "canceled", LOOKUP, AUTHORIZE, 0, "=pi_1" },
    { "declined, looked up", 200,
      "{" MANUAL "\"status\":\"requires_payment_method\","
      "\"last_payment_error\":{\"code\":\"card_declined\",\"decline_code\":"
      "\"stolen_card\"}}", DECLINED, "stolen_card", LOOKUP, AUTHORIZE, 0,
      "=pi_1" },
    { "a capture, looked up", 200,
      "{" CAPTURED "\"status\":\"succeeded\",\"amount_received\":1099}",
      APPROVED, "pi_1", LOOKUP, CAPTURE, 0, NULL },
    { "a capture that was not made", 200,
      "{" MANUAL "\"status\":\"requires_capture\"}", NOT_FOUND, NULL, LOOKUP,
      CAPTURE, 0, NULL },
    { "a capture that another attempt made", 200,
      "{" MANUAL "\"status\":\"succeeded\",\"amount_received\":1099}",
      NOT_FOUND, NULL, LOOKUP, CAPTURE, 0, NULL },
    { "a void, looked up", 200, "{" MANUAL "\"status\":\"canceled\"}",
      APPROVED, "pi_1", LOOKUP, NGX_PAYMENTS_VOID, 0, NULL },
    { "a void that was not made", 200,
      "{" MANUAL "\"status\":\"requires_capture\"}", NOT_FOUND, NULL, LOOKUP,
      NGX_PAYMENTS_VOID, 0, NULL },
    { "a refund, looked up", 200,
      "{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"re_0\","
      "\"object\":\"refund\"},{" REFUND "\"status\":\"succeeded\"}]}",
      APPROVED, "re_1", LOOKUP, NGX_PAYMENTS_REFUND, 0, NULL },
    { "a refund that was not made", 200,
      "{\"object\":\"list\",\"has_more\":false,\"data\":[]}", NOT_FOUND, NULL,
      LOOKUP, NGX_PAYMENTS_REFUND, 0, NULL },

    { NULL, 0, NULL, UNKNOWN, NULL, 0, 0, 0, NULL }
};


static void
test_readings(void)
{
    int                                good;
    const char                        *wrong, *says;
    const reading_t                   *row;
    ngx_payments_processor_answer_t    answer;
    ngx_payments_processor_request_t   request;

    for (row = readings; row->name != NULL; row++) {
        request = question(row->action, row->of);
        request.capture = row->captures ? 1 : 0;

        wrong = judge(&request, row->status, NULL, row->body, row->step,
                      &answer);
        says = row->says;
        good = (answer.verdict == row->verdict);

        if (row->verdict == NGX_PAYMENTS_VERDICT_UNKNOWN) {
            good = good
                   && (answer.next.data ? wrong == NULL && says
                                          && is(&answer.next, says)
                       : wrong == NULL ? says == NULL
                       : says != NULL && strcmp(wrong, says) == 0);

        } else {
            good = good && wrong == NULL
                   && (says == NULL || is(&answer.reference, says)
                       || is(&answer.failure, says)
                       || is(&answer.action_url, says));
        }

        ok(good, row->name);

        if (!good) {
            printf("# verdict %d, wrong %s, next %.*s\n", (int) answer.verdict,
                   wrong ? wrong : "-", (int) answer.next.len,
                   (char *) answer.next.data);
        }
    }
}


/* what the charge says is kept; and a 429 proves nothing of a sending before */

static void
test_more(void)
{
    ngx_payments_processor_answer_t   answer;
    ngx_payments_processor_request_t  request;

    request = question(AUTHORIZE, 0);

    (void) judge(&request, 200, NULL,
                 "{" MANUAL "\"status\":\"requires_capture\","
                 "\"amount_capturable\":1099," CHARGE "}", NULL, &answer);

    ok(is(&answer.brand, "visa") && is(&answer.last4, "4242")
       && answer.fee == 57
       && answer.expires_at == INT64_C(1767830400000000),
       "the charge: its card, its fee, its end");

    (void) judge(&request, 402, NULL,
                 ERROR("card_error", "card_declined", ",\"message\":"
                       "\"Card 4242424242424242 was declined.\""), NULL,
                 &answer);
    ok(answer.verdict == DECLINED && answer.message.data == NULL,
       "a message with a card number is left out");

    request.again = 1;
    (void) judge(&request, 429, "HTTP/1.1 429 No\r\nRetry-After: 7\r\n\r\n",
                 ERROR("invalid_request_error", "rate_limit", ""), NULL,
                 &answer);
    ok(answer.verdict == UNKNOWN && answer.retry_after == 7,
       "too many requests, sent before: unknown");

    request.again = 0;
    (void) judge(&request, 500,
                 "HTTP/1.1 500 No\r\nIdempotent-Replayed: true\r\n\r\n",
                 ERROR("api_error", "odd", ""), NULL, &answer);
    ok(answer.verdict == UNKNOWN, "an error that is kept under the key");
}


/* Requests ----------------------------------------------------------------- */

static uint8_t  memory[NGX_PAYMENTS_DIALECT_SIZE];


static ngx_int_t
write_out(ngx_payments_sending_t *sending,
    ngx_payments_processor_request_t *request, const char *step)
{
    ngx_payments_out_t  out;

    memset(sending, 0, sizeof(ngx_payments_sending_t));
    sending->request = request;
    sending->prefix = text("");
    sending->key = text("sk_test_1");
    sending->step = text(step);

    ngx_payments_out_init(&out, memory, sizeof(memory));

    return ngx_payments_dialect_stripe.request(sending, &out);
}


static void
test_request(const char *name, ngx_payments_processor_request_t *request,
    const char *step, const char *target, const char *body)
{
    int                     good;
    ngx_payments_sending_t  sending;

    good = (write_out(&sending, request, step) == NGX_OK
            && is(&sending.target, target) && is(&sending.body, body));

    ok(good, name);

    if (!good) {
        printf("# %.*s\n# %.*s\n", (int) sending.target.len,
               sending.target.data, (int) sending.body.len, sending.body.data);
    }
}


#define MARKS  "&metadata%5Battempt%5D=" ATTEMPT "&metadata%5Bmerchant%5D="    \
               "mer_1&metadata%5Bpayment%5D=pay_1"
#define SHOWN  "latest_charge.balance_transaction"

static void
test_requests(void)
{
    ngx_payments_sending_t            sending;
    ngx_payments_processor_request_t  request;

    request = question(AUTHORIZE, 0);
    test_request("authorize", &request, NULL, "/v1/payment_intents",
                 "confirm=true&amount=1099&currency=eur&capture_method=manual"
                 "&payment_method_types%5B0%5D=card&payment_method="
                 "pm_card_visa&return_url=https%3A%2F%2Fshop.example%2F"
                 MARKS "&expand%5B0%5D=" SHOWN);

    (void) write_out(&sending, &request, NULL);
    ok(is(&sending.headers, "Authorization: Bearer sk_test_1\r\n"
          "Stripe-Version: 2024-06-20\r\nContent-Type: "
          "application/x-www-form-urlencoded\r\nIdempotency-Key: " ATTEMPT
          "\r\n"), "authorize: its headers");

    request.capture = 1;
    request.token = text("tok_1&x");
    request.return_url = text(NULL);
    request.descriptor = text("Rock*Roll");
    request.customer = text("c 1");
    test_request("authorize, all else", &request, NULL, "/v1/payment_intents",
                 "confirm=true&amount=1099&currency=eur&capture_method="
                 "automatic&payment_method_types%5B0%5D=card"
                 "&payment_method_data%5Btype%5D=card"
                 "&payment_method_data%5Bcard%5D%5Btoken%5D=tok_1%26x"
                 "&error_on_requires_action=true"
                 "&statement_descriptor_suffix=RockRoll" MARKS
                 "&metadata%5Bcustomer%5D=c%201&expand%5B0%5D=" SHOWN);

    request = question(CAPTURE, 0);
    test_request("capture", &request, NULL, "/v1/payment_intents/pi_1/capture",
                 "expand%5B0%5D=" SHOWN "&amount_to_capture=1099"
                 "&metadata%5Bcapture%5D=" ATTEMPT);

    request.final = 0;
    ok(write_out(&sending, &request, NULL) == NGX_DECLINED
       && strcmp(sending.refusal, "not_capturable") == 0,
       "a capture that is not the last is refused");

    request = question(NGX_PAYMENTS_VOID, 0);
    test_request("void", &request, NULL, "/v1/payment_intents/pi_1/cancel", "");

    request = question(NGX_PAYMENTS_REFUND, 0);
    request.reason = text("duplicate");
    test_request("refund", &request, NULL, "/v1/refunds",
                 "payment_intent=pi_1&amount=1099&reason=duplicate" MARKS);

    request.reference = text("pi_1/../x");
    ok(write_out(&sending, &request, NULL) == NGX_DECLINED
       && strcmp(sending.refusal, "unknown_reference") == 0,
       "a reference that is none");

    request = question(LOOKUP, AUTHORIZE);
    test_request("look-up", &request, NULL, "/v1/payment_intents?limit=100"
                 "&created%5Bgte%5D=1767225300&created%5Blte%5D=1767225660",
                 "");
    (void) write_out(&sending, &request, NULL);
    ok(is(&sending.method, "GET")
       && is(&sending.headers, "Authorization: Bearer sk_test_1\r\n"
             "Stripe-Version: 2024-06-20\r\n"), "look-up: without a key");
    test_request("look-up: the next page", &request, "1pi_5",
                 "/v1/payment_intents?limit=100&starting_after=pi_5"
                 "&created%5Bgte%5D=1767225300&created%5Blte%5D=1767225660",
                 "");
    test_request("look-up: the second part", &request, "2",
                 "/v1/payment_intents?limit=100&created%5Bgte%5D=1767225661"
                 "&created%5Blte%5D=1767232800", "");
    test_request("look-up: what is found", &request, "=pi_5",
                 "/v1/payment_intents/pi_5?expand%5B0%5D=" SHOWN, "");

    request = question(LOOKUP, CAPTURE);
    test_request("look-up of a capture", &request, NULL,
                 "/v1/payment_intents/pi_1?expand%5B0%5D=" SHOWN, "");

    request = question(LOOKUP, NGX_PAYMENTS_REFUND);
    test_request("look-up of a refund", &request, NULL,
                 "/v1/refunds?limit=100&payment_intent=pi_1", "");

    request = question(NGX_PAYMENTS_CONTINUE, 0);
    test_request("continue only looks", &request, NULL,
                 "/v1/payment_intents/pi_1?expand%5B0%5D=" SHOWN, "");
}


/* what of an amount reaches Stripe, and what of its own comes back */

static void
test_amounts(void)
{
    size_t                             i;
    char                               body[512], name[64], wanted[32];
    char                              *lower;
    ngx_payments_sending_t             sending;
    ngx_payments_processor_answer_t    answer;
    ngx_payments_processor_request_t   request;

    static const struct {
        const char  *currency;
        int64_t      ours;
        int64_t      theirs;       /* -1: refused */
    } rows[] = {
        { "EUR", 99999999, 99999999 },
        { "EUR", 100000000, -1 },
        { "JPY", 500, 500 },
        { "ISK", 5, 500 },
        { "UGX", 999999, 99999900 },
        { "UGX", 1000000, -1 },
        { "MGA", 1200, 12 },
        { "MGA", 1250, -1 },
        { "KWD", 5120, 5120 },
        { "KWD", 5124, -1 }
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        request = question(AUTHORIZE, 0);
        request.amount = rows[i].ours;
        request.currency = text(rows[i].currency);

        snprintf(name, sizeof(name), "%s %lld", rows[i].currency,
                 (long long) rows[i].ours);

        if (rows[i].theirs < 0) {
            ok(write_out(&sending, &request, NULL) == NGX_DECLINED
               && strcmp(sending.refusal, "amount_not_supported") == 0, name);
            continue;
        }

        snprintf(wanted, sizeof(wanted), "&amount=%lld&",
                 (long long) rows[i].theirs);
        snprintf(body, sizeof(body), "{\"id\":\"pi_1\",\"object\":"
                 "\"payment_intent\",\"currency\":\"%s\"," META ","
                 "\"capture_method\":\"manual\",\"amount_capturable\":%lld,"
                 "\"status\":\"requires_capture\"}", rows[i].currency,
                 (long long) rows[i].theirs);

        lower = strstr(body, rows[i].currency);
        lower[0] |= 0x20;
        lower[1] |= 0x20;
        lower[2] |= 0x20;

        ok(write_out(&sending, &request, NULL) == NGX_OK
           && memmem(sending.body.data, sending.body.len, wanted,
                     strlen(wanted)) != NULL
           && judge(&request, 200, NULL, body, NULL, &answer) == NULL
           && answer.verdict == APPROVED, name);
    }
}


static void
test_secrets(void)
{
    u_char     bytes[512];
    ngx_str_t  line, key;

    const ngx_payments_dialect_t  *d = &ngx_payments_dialect_stripe;

    key.data = bytes;

    line = text("sk_live_abc");
    ok(d->secret(&line, &key) == NULL && is(&key, "sk_live_abc"), "a secret");
    line = text("rk_live_abc");
    ok(d->secret(&line, &key) == NULL, "a restricted one");
    line = text("pk_live_abc");
    ok(d->secret(&line, &key) != NULL, "a publishable key is none");
    line = text("sk_live\r\nX: y");
    ok(d->secret(&line, &key) != NULL, "a line break in it");
    line = text("whsec_abc");
    ok(d->notification_secret(&line, &key) == NULL && is(&key, "whsec_abc"),
       "a signing secret is used as it is written");
    line = text("sk_live_abc");
    ok(d->notification_secret(&line, &key) != NULL, "another one is none");
}


/* Notifications ------------------------------------------------------------ */

#define T      INT64_C(1767225600)
#define BODY   "{\"id\":\"evt_1\"}"

/* of "1767225600." BODY with "whsec_test", by openssl dgst -sha256 -hmac */
#define RIGHT  "45b40331de0325606dc5400202ade162" \
               "460fbe48daf9401adfdcd0d7b4f35470"


static void
test_signatures(void)
{
    size_t                  i;
    ngx_str_t               key, body;
    ngx_payments_signed_t   headers;

    static const struct {
        const char  *name;
        const char  *header;
        int64_t      now;
        int          good;
    } rows[] = {
        { "a signature", "t=1767225600,v1=" RIGHT, T, 1 },
        { "... of an old secret as well",
          "t=1767225600,v1=00,v1=" RIGHT ",v0=1", T + 299, 1 },
        { "... in another order", "v1=" RIGHT ",t=1767225600", T, 1 },
        { "too old", "t=1767225600,v1=" RIGHT, T + 301, 0 },
        { "of the future", "t=1767225600,v1=" RIGHT, T - 301, 0 },
        { "another time", "t=1767225601,v1=" RIGHT, T, 0 },
        { "another scheme alone", "t=1767225600,v0=" RIGHT, T, 0 },
        { "no time", "v1=" RIGHT, T, 0 },
        { "nothing", "", T, 0 },
        { "a part", "t=1767225600,v1=deadbeef", T, 0 }
    };

    memset(&headers, 0, sizeof(headers));
    key = text("whsec_test");
    body = text(BODY);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        headers.signatures = text(rows[i].header);

        ok((ngx_payments_dialect_stripe.verify(&key, &headers, &body,
                                               rows[i].now)
            == NULL) == rows[i].good, rows[i].name);
    }

    key.len = 0;
    headers.signatures = text(rows[0].header);
    ok(ngx_payments_dialect_stripe.verify(&key, &headers, &body, T) != NULL,
       "without a secret nothing is right");
}


#define EVENT(type, object)                                                   \
    "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"" type "\","           \
    "\"created\":1767225600,\"data\":{\"object\":{" object "}}}"
#define DISPUTE(status)                                                       \
    "\"id\":\"dp_1\",\"object\":\"dispute\",\"amount\":1099,\"currency\":"    \
    "\"eur\",\"payment_intent\":\"pi_1\",\"reason\":\"fraudulent\","          \
    "\"status\":\"" status "\""
#define NOTHING  (-1)

static void
test_notifications(void)
{
    size_t                        i;
    int                           good;
    uint8_t                       room[4096];
    ngx_str_t                     body;
    const char                   *wrong;
    ngx_payments_out_t            out;
    ngx_payments_notification_t   said;

    static const struct {
        const char              *name;
        const char              *body;
        int                      kind;
        ngx_payments_verdict_e   verdict;
        const char              *failure;
    } rows[] = {
        { "authorized",
          EVENT("payment_intent.amount_capturable_updated", MANUAL
                "\"status\":\"requires_capture\",\"amount_capturable\":1099"),
          NGX_PAYMENTS_NOTICE_RESULT, APPROVED, NULL },
        { "paid",
          EVENT("payment_intent.succeeded", AUTO "\"status\":\"succeeded\","
                "\"amount_received\":1099,\"latest_charge\":\"ch_1\""),
          NGX_PAYMENTS_NOTICE_RESULT, APPROVED, NULL },
        { "captured",
          EVENT("payment_intent.succeeded", CAPTURED "\"status\":"
                "\"succeeded\",\"amount_received\":1099"),
          NGX_PAYMENTS_NOTICE_RESULT, APPROVED, NULL },
        { "captured elsewhere",
          EVENT("payment_intent.succeeded", MANUAL "\"status\":"
                "\"succeeded\",\"amount_received\":1099"),
          NOTHING, UNKNOWN, NULL },
        { "declined",
          EVENT("payment_intent.payment_failed", AUTO "\"status\":"
                "\"requires_payment_method\",\"last_payment_error\":{\"code\":"
                "\"expired_card\"}"),
          NGX_PAYMENTS_NOTICE_RESULT, DECLINED, "expired_card" },
        { "canceled",
          EVENT("payment_intent.canceled", AUTO "\"status\":\"canceled\","
                "\"latest_charge\":null"),
          NGX_PAYMENTS_NOTICE_RESULT, DECLINED, "canceled" },
        { "another one's",
          EVENT("payment_intent.succeeded", INTENT "\"status\":"
                "\"succeeded\",\"metadata\":{}"), NOTHING, UNKNOWN, NULL },
        { "another one's, with an attempt of its own",
          EVENT("payment_intent.succeeded", INTENT "\"status\":"
                "\"succeeded\",\"metadata\":{\"attempt\":\"2\"}"), NOTHING,
          UNKNOWN, NULL },
        { "refunded",
          EVENT("charge.refund.updated", REFUND "\"status\":\"succeeded\""),
          NGX_PAYMENTS_NOTICE_RESULT, APPROVED, NULL },
        { "not refunded",
          EVENT("refund.failed", REFUND "\"status\":\"failed\""),
          NGX_PAYMENTS_NOTICE_RESULT, DECLINED, "not_refundable" },
        { "a refund under way",
          EVENT("refund.updated", REFUND "\"status\":\"pending\""), NOTHING,
          UNKNOWN, NULL },
        { "a chargeback",
          EVENT("charge.dispute.created", DISPUTE("needs_response")),
          NGX_PAYMENTS_NOTICE_CHARGEBACK, UNKNOWN, NULL },
        { "an inquiry",
          EVENT("charge.dispute.created", DISPUTE("warning_needs_response")),
          NOTHING, UNKNOWN, NULL },
        { "... that became one",
          EVENT("charge.dispute.funds_withdrawn", DISPUTE("needs_response")),
          NGX_PAYMENTS_NOTICE_CHARGEBACK, UNKNOWN, NULL },
        { "won", EVENT("charge.dispute.closed", DISPUTE("won")),
          NGX_PAYMENTS_NOTICE_CHARGEBACK_REVERSED, UNKNOWN, NULL },
        { "lost", EVENT("charge.dispute.closed", DISPUTE("lost")),
          NGX_PAYMENTS_NOTICE_CHARGEBACK_LOST, UNKNOWN, NULL },
        { "an inquiry that was closed",
          EVENT("charge.dispute.closed", DISPUTE("warning_closed")), NOTHING,
          UNKNOWN, NULL },
        { "an event that is about something else",
          EVENT("customer.created", "\"id\":\"cus_1\""), NOTHING, UNKNOWN,
          NULL }
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        body = text(rows[i].body);
        memset(&said, 0, sizeof(said));
        ngx_payments_out_init(&out, room, body.len + 1);

        wrong = ngx_payments_dialect_stripe.notification(
                            &ngx_payments_dialect_stripe, &body, &out, &said);

        good = (wrong == NULL && is(&said.id, "evt_1")
                && said.at == T * 1000000
                && said.nothing == (rows[i].kind == NOTHING));

        if (good && rows[i].kind == NGX_PAYMENTS_NOTICE_RESULT) {
            good = is(&said.attempt, ATTEMPT)
                   && said.answer.verdict == rows[i].verdict
                   && (rows[i].failure == NULL
                       ? said.amount == 1099 && is(&said.currency, "EUR")
                       : is(&said.answer.failure, rows[i].failure));

        } else if (good && rows[i].kind != NOTHING) {
            good = (int) said.kind == rows[i].kind && said.amount == 1099
                   && is(&said.currency, "EUR")
                   && is(&said.chargeback, "dp_1")
                   && is(&said.answer.reference, "pi_1")
                   && is(&said.reason, "fraudulent");
        }

        ok(good, rows[i].name);

        if (!good) {
            printf("# wrong %s\n", wrong ? wrong : "-");
        }
    }

    body = text("{\"object\":\"list\"}");
    ngx_payments_out_init(&out, room, body.len + 1);
    ok(ngx_payments_dialect_stripe.notification(&ngx_payments_dialect_stripe,
                                                &body, &out, &said) != NULL,
       "no event");
}


int
main(void)
{
    test_readings();
    test_more();
    test_requests();
    test_amounts();
    test_secrets();
    test_signatures();
    test_notifications();

    printf("1..%d\n", count);

    return failed != 0;
}

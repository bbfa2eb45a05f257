
/* The dialects of processors alone: no nginx, no acquirer.  Prints TAP. */

#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* nginx, too, compiles its handlers so */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#include "../../ngx_payments_module/processor/dialects.c"
#include "../../ngx_payments_module/processor/stripe.c"
#include "../../ngx_payments_module/processor/stripe_answer.c"
#include "../../ngx_payments_module/processor/stripe_notification.c"
#include "../../ngx_payments_module/processor/payments.c"
#include "../../ngx_payments_module/processor/dialect.c"
#include "../../ngx_payments_module/processor/verdict.c"
#include "../../ngx_payments_module/outbound/parse.c"


#define AMOUNT  "\"amount\":1099,\"currency\":\"EUR\""
#define DAY     INT64_C(1767225600000000)  /* 2026-01-01 */


/* one answer, and what it means; fields that are 0 are those of AUTHORIZE */

typedef struct {
    const char                      *name;
    const char                      *body;
    ngx_payments_verdict_e           verdict;
    const char                      *wrong;     /* NULL: nothing */
    ngx_payments_processor_action_e  action;
    ngx_payments_processor_action_e  of;
} reading_t;


typedef struct {
    const char                      *name;
    const char                      *head;      /* NULL: no answer */
    ngx_uint_t                       status;
    int                              sent;
    int                              again;
    ngx_payments_processor_action_e  action;
    ngx_payments_verdict_e           verdict;
    int                              wrong;
} status_t;


static int      count, failed;
static uint8_t  memory[NGX_PAYMENTS_DIALECT_SIZE];


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
asked(ngx_payments_processor_action_e action)
{
    ngx_payments_processor_request_t  request;

    memset(&request, 0, sizeof(request));

    request.action = action;
    request.merchant = text("mer_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    request.payment = text("pay_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    request.attempt = text("0123456789abcdef");
    request.amount = 1099;
    request.currency = text("EUR");
    request.exponent = 2;
    request.token = text("tok_visa");
    request.return_url = text("https://shop.example/back");
    request.begun_at = DAY;
    request.livemode = 1;

    if (action != NGX_PAYMENTS_AUTHORIZE && action != NGX_PAYMENTS_LOOKUP) {
        request.reference = text("ch_1");
    }

    return request;
}


static const char *
verdict(const ngx_payments_processor_request_t *request, const char *body,
    size_t len, ngx_payments_processor_answer_t *answer)
{
    ngx_payments_out_t    out;
    ngx_payments_reply_t  reply;

    memset(&reply, 0, sizeof(reply));
    reply.status = 200;
    reply.sent = 1;
    reply.head = text("HTTP/1.1 200 OK\r\n\r\n");
    reply.body.data = (u_char *) body;
    reply.body.len = len;

    /* as much as there is in the room */

    ngx_payments_out_init(&out, memory, len + 1);

    return ngx_payments_verdict(&ngx_payments_dialect_payments, request, &reply,
                                DAY + INT64_C(61000000), 60, &out, answer);
}


/* sections 2 and 4 */

static const reading_t  readings[] = {

    { "approved",
      "{\"verdict\":\"approved\"," AMOUNT ",\"reference\":\"ch_1\"}",
      NGX_PAYMENTS_VERDICT_APPROVED, NULL, 0, 0 },
    { "a capture, whose reference may be its own",
      "{\"verdict\":\"approved\"," AMOUNT ",\"reference\":\"cap_1\"}",
      NGX_PAYMENTS_VERDICT_APPROVED, NULL, NGX_PAYMENTS_CAPTURE, 0 },
    { "a void without a reference", "{\"verdict\":\"approved\"," AMOUNT "}",
      NGX_PAYMENTS_VERDICT_APPROVED, NULL, NGX_PAYMENTS_VOID, 0 },
    { "a refund", "{\"verdict\":\"approved\"," AMOUNT "}",
      NGX_PAYMENTS_VERDICT_APPROVED, NULL, NGX_PAYMENTS_REFUND, 0 },
    { "an authorization that goes on",
      "{\"verdict\":\"approved\"," AMOUNT ",\"reference\":\"ch_1\"}",
      NGX_PAYMENTS_VERDICT_APPROVED, NULL, NGX_PAYMENTS_CONTINUE, 0 },
    { "null is absent", "{\"verdict\":\"approved\"," AMOUNT ",\"reference\":"
      "\"ch_1\",\"fee\":null,\"brand\":null,\"last4\":null,\"expires_at\":"
      "null,\"failure\":null,\"action\":null}",
      NGX_PAYMENTS_VERDICT_APPROVED, NULL, 0, 0 },
    { "members that nobody knows", "{\"verdict\":\"approved\"," AMOUNT
      ",\"reference\":\"ch_1\",\"new\":{\"a\":[1.5,{}]}}",
      NGX_PAYMENTS_VERDICT_APPROVED, NULL, 0, 0 },

    { "declined", "{\"verdict\":\"declined\",\"failure\":{\"code\":"
      "\"expired_card\",\"message\":\"No.\"}}",
      NGX_PAYMENTS_VERDICT_DECLINED, NULL, 0, 0 },
    { "pending", "{\"verdict\":\"pending\"}",
      NGX_PAYMENTS_VERDICT_PENDING, NULL, 0, 0 },
    { "not executed", "{\"verdict\":\"not_executed\"}",
      NGX_PAYMENTS_VERDICT_NOT_EXECUTED, NULL, 0, 0 },
    { "action", "{\"verdict\":\"action\",\"reference\":\"ch_1\",\"action\":"
      "{\"type\":\"redirect\",\"url\":\"https://bank.example/1\",\"expires_at\""
      ":\"2026-01-01T01:00:00Z\"}}",
      NGX_PAYMENTS_VERDICT_ACTION, NULL, 0, 0 },
    { "not found", "{\"verdict\":\"not_found\"}",
      NGX_PAYMENTS_VERDICT_NOT_FOUND, NULL, NGX_PAYMENTS_LOOKUP, 0 },
    { "not executed, when it is looked up", "{\"verdict\":\"not_executed\"}",
      NGX_PAYMENTS_VERDICT_NOT_EXECUTED, NULL, NGX_PAYMENTS_LOOKUP, 0 },
    { "a capture that is looked up", "{\"verdict\":\"approved\"," AMOUNT "}",
      NGX_PAYMENTS_VERDICT_APPROVED, NULL, NGX_PAYMENTS_LOOKUP,
      NGX_PAYMENTS_CAPTURE },

    { "another amount", "{\"verdict\":\"approved\",\"amount\":1098,"
      "\"currency\":\"EUR\",\"reference\":\"ch_1\"}",
      0, "approved is another amount than was asked for", 0, 0 },
    { "another amount, when it is looked up", "{\"verdict\":\"approved\","
      "\"amount\":1,\"currency\":\"EUR\",\"reference\":\"ch_1\"}",
      0, "approved is another amount than was asked for",
      NGX_PAYMENTS_LOOKUP, 0 },
    { "no amount", "{\"verdict\":\"approved\",\"currency\":\"EUR\","
      "\"reference\":\"ch_1\"}",
      0, "approved is another amount than was asked for", 0, 0 },
    { "another currency", "{\"verdict\":\"approved\",\"amount\":1099,"
      "\"currency\":\"USD\",\"reference\":\"ch_1\"}",
      0, "approved is another currency than was asked for", 0, 0 },
    { "no currency", "{\"verdict\":\"approved\",\"amount\":1099,"
      "\"reference\":\"ch_1\"}",
      0, "approved is another currency than was asked for", 0, 0 },
    { "no reference", "{\"verdict\":\"approved\"," AMOUNT "}",
      0, "an authorization without a reference", 0, 0 },
    { "no reference, when it is looked up",
      "{\"verdict\":\"approved\"," AMOUNT "}",
      0, "an authorization without a reference", NGX_PAYMENTS_LOOKUP, 0 },
    { "another authorization's reference",
      "{\"verdict\":\"approved\"," AMOUNT ",\"reference\":\"ch_2\"}",
      0, "another reference than before", NGX_PAYMENTS_CONTINUE, 0 },
    { "an action for a capture", "{\"verdict\":\"action\",\"action\":{\"type\":"
      "\"redirect\",\"url\":\"https://b.example/\",\"expires_at\":"
      "\"2026-01-01T01:00:00Z\"}}",
      0, "an action that only an authorization may want",
      NGX_PAYMENTS_CAPTURE, 0 },
    { "an action that is none", "{\"verdict\":\"action\",\"reference\":\"c\"}",
      0, "an action without a URL", 0, 0 },
    { "an action without a reference", "{\"verdict\":\"action\",\"action\":"
      "{\"type\":\"redirect\",\"url\":\"https://b.example/\",\"expires_at\":"
      "\"2026-01-01T01:00:00Z\"}}",
      0, "an action without a reference", 0, 0 },
    { "an action that is no redirect", "{\"verdict\":\"action\",\"reference\":"
      "\"c\",\"action\":{\"type\":\"sms\",\"url\":\"https://b.example/\","
      "\"expires_at\":\"2026-01-01T01:00:00Z\"}}", 0, "action", 0, 0 },
    { "an action of JavaScript", "{\"verdict\":\"action\",\"reference\":"
      "\"c\",\"action\":{\"type\":\"redirect\",\"url\":\"javascript:alert(1)\","
      "\"expires_at\":\"2026-01-01T01:00:00Z\"}}", 0, "action", 0, 0 },
    { "an action without an end", "{\"verdict\":\"action\",\"reference\":"
      "\"c\",\"action\":{\"type\":\"redirect\",\"url\":\"https://b.c/\"}}",
      0, "expires_at", 0, 0 },
    { "not found, to what is no look-up", "{\"verdict\":\"not_found\"}",
      0, "not_found to what is no look-up", 0, 0 },
    { "declined without a reason", "{\"verdict\":\"declined\"}",
      0, "declined without a failure", 0, 0 },
    { "a failure without a message", "{\"verdict\":\"declined\",\"failure\":"
      "{\"code\":\"expired_card\"}}", 0, "message", 0, 0 },
    { "a failure without a code", "{\"verdict\":\"declined\",\"failure\":"
      "{\"message\":\"No.\"}}", 0, "code", 0, 0 },
    { "a failure that is a text", "{\"verdict\":\"declined\",\"failure\":"
      "\"expired_card\"}", 0, "failure", 0, 0 },

    { "no verdict", "{}", 0, "verdict", 0, 0 },
    { "a verdict that nobody knows", "{\"verdict\":\"maybe\"}",
      0, "verdict", 0, 0 },
    { "the word for what is not known", "{\"verdict\":\"unknown\"}",
      0, "verdict", 0, 0 },
    { "a verdict that is a number", "{\"verdict\":1}", 0, "verdict", 0, 0 },
    { "a verdict twice", "{\"verdict\":\"pending\",\"verdict\":\"declined\"}",
      0, "the body is no valid JSON", 0, 0 },
    { "an amount twice", "{\"verdict\":\"approved\"," AMOUNT
      ",\"reference\":\"ch_1\",\"amo\\u0075nt\":1099}",
      0, "the body is no valid JSON", 0, 0 },
    { "an amount as a text", "{\"verdict\":\"approved\",\"amount\":\"1099\","
      "\"currency\":\"EUR\",\"reference\":\"ch_1\"}", 0, "amount", 0, 0 },
    { "an amount with a fraction", "{\"verdict\":\"approved\",\"amount\":"
      "1099.5,\"currency\":\"EUR\",\"reference\":\"ch_1\"}",
      0, "amount", 0, 0 },
    { "an amount that no integer holds", "{\"verdict\":\"approved\","
      "\"amount\":1e999,\"currency\":\"EUR\",\"reference\":\"ch_1\"}",
      0, "amount", 0, 0 },
    { "an amount that is too large", "{\"verdict\":\"pending\","
      "\"amount\":1000000000000}", 0, "amount", 0, 0 },
    { "an amount of nothing", "{\"verdict\":\"pending\",\"amount\":0}",
      0, "amount", 0, 0 },
    { "a fee below nothing", "{\"verdict\":\"pending\",\"fee\":-1}",
      0, "fee", 0, 0 },
    { "a currency in lower case", "{\"verdict\":\"pending\",\"currency\":"
      "\"eur\"}", 0, "currency", 0, 0 },
    { "a currency that is too long", "{\"verdict\":\"pending\",\"currency\":"
      "\"EURO\"}", 0, "currency", 0, 0 },
    { "a reference with a space", "{\"verdict\":\"pending\",\"reference\":"
      "\"ch 1\"}", 0, "reference", 0, 0 },
    { "an empty reference", "{\"verdict\":\"pending\",\"reference\":\"\"}",
      0, "reference", 0, 0 },
    { "a reference that is too long", "{\"verdict\":\"pending\",\"reference\":"
      "\"0123456789012345678901234567890123456789012345678901234567890123x\"}",
      0, "reference", 0, 0 },
    { "a brand in capitals", "{\"verdict\":\"pending\",\"brand\":\"Visa\"}",
      0, "brand", 0, 0 },
    { "digits that are letters", "{\"verdict\":\"pending\",\"last4\":\"12x4\"}",
      0, "last4", 0, 0 },
    { "a time that is none", "{\"verdict\":\"pending\",\"expires_at\":"
      "\"tomorrow\"}", 0, "expires_at", 0, 0 },
    { "a day that is none", "{\"verdict\":\"pending\",\"expires_at\":"
      "\"2026-02-30T00:00:00Z\"}", 0, "expires_at", 0, 0 },

    { "an array", "[]", 0, "the body", 0, 0 },
    { "a text", "\"approved\"", 0, "the body", 0, 0 },
    { "nothing", "", 0, "the body is empty, or too large", 0, 0 },
    { "HTML", "<html></html>", 0, "the body is no valid JSON", 0, 0 },
    { "half of it", "{\"verdict\":\"appro", 0, "the body is no valid JSON",
      0, 0 },
    { "something behind it", "{\"verdict\":\"pending\"}{}",
      0, "the body is no valid JSON", 0, 0 },
    { "bytes that are no UTF-8", "{\"verdict\":\"pending\",\"x\":\"\xff\"}",
      0, "the body is no valid JSON", 0, 0 },
    { "too deep", "{\"verdict\":\"pending\",\"x\":[[[[[[[[[[[[[[[[[[[[0]]]]]]]]"
      "]]]]]]]]]]]]}", 0, "the body is no valid JSON", 0, 0 }
};


static void
test_readings(void)
{
    size_t                            i;
    const char                       *wrong;
    const reading_t                  *row;
    ngx_payments_processor_answer_t   answer;
    ngx_payments_processor_request_t  request;

    for (i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
        row = &readings[i];

        request = asked(row->action);
        request.of = row->of;

        wrong = verdict(&request, row->body, strlen(row->body), &answer);

        ok(answer.verdict == row->verdict
           && ((wrong == NULL && row->wrong == NULL)
               || (wrong && row->wrong && strcmp(wrong, row->wrong) == 0)),
           row->name);

        if (wrong != NULL && row->wrong == NULL) {
            printf("# %s\n", wrong);
        }
    }
}


static void
test_values(void)
{
    const char                       *body;
    ngx_payments_processor_answer_t   a;
    ngx_payments_processor_request_t  request;

    request = asked(NGX_PAYMENTS_AUTHORIZE);

    body = "{\"verdict\":\"approved\"," AMOUNT ",\"reference\":\"ch_1\","
           "\"fee\":31,\"brand\":\"visa\",\"last4\":\"4242\","
           "\"expires_at\":\"2026-01-01T01:00:00+01:00\"}";
    (void) verdict(&request, body, strlen(body), &a);

    ok(is(&a.reference, "ch_1") && is(&a.brand, "visa") && is(&a.last4, "4242")
       && a.fee == 31 && a.expires_at == DAY && a.failure.data == NULL
       && a.action_url.data == NULL && a.action_expires_at == 0,
       "what an approval says");

    body = "{\"verdict\":\"approved\"," AMOUNT ",\"reference\":\"ch_1\"}";
    (void) verdict(&request, body, strlen(body), &a);

    ok(a.fee == -1 && a.brand.data == NULL && a.expires_at == 0,
       "what it does not say");

    body = "{\"verdict\":\"approved\",\"reference\":\"x\",\"amount\":1,"
           "\"currency\":\"EUR\",\"fee\":1}";
    (void) verdict(&request, body, strlen(body), &a);

    ok(a.verdict == NGX_PAYMENTS_VERDICT_UNKNOWN && a.reference.data == NULL
       && a.fee == -1, "of what is wrong nothing is kept");

    body = "{\"verdict\":\"declined\",\"failure\":{\"code\":\"lost_card\","
           "\"message\":\"D\\u00e9sol\\u00e9.\"}}";
    (void) verdict(&request, body, strlen(body), &a);

    ok(is(&a.failure, "lost_card") && is(&a.message, "D\xc3\xa9sol\xc3\xa9."),
       "a code of the table, and a message");

    body = "{\"verdict\":\"declined\",\"failure\":{\"code\":\"bad_weather\","
           "\"message\":\"Card 4242 4242 4242 4242.\"}}";
    (void) verdict(&request, body, strlen(body), &a);

    ok(a.verdict == NGX_PAYMENTS_VERDICT_DECLINED
       && is(&a.failure, "generic_decline") && a.message.data == NULL,
       "another code is generic, and a card number is not shown");

    body = "{\"verdict\":\"action\",\"reference\":\"ch_1\",\"action\":{"
           "\"type\":\"redirect\",\"url\":\"https://bank.example/1#2\","
           "\"expires_at\":\"2026-01-01T00:00:01Z\"}}";
    (void) verdict(&request, body, strlen(body), &a);

    ok(is(&a.action_url, "https://bank.example/1#2")
       && a.action_expires_at == DAY + 1000000, "where a customer goes");

    request.return_url = text(NULL);

    ok(verdict(&request, body, strlen(body), &a) != NULL
       && a.verdict == NGX_PAYMENTS_VERDICT_UNKNOWN,
       "no action without a URL to come back to");
}


/* 6.3: as young as 61 s it is believed, later it is not */

static void
test_age(void)
{
    static const char                *body = "{\"verdict\":\"not_found\"}";
    ngx_payments_processor_answer_t   answer;
    ngx_payments_processor_request_t  request;

    request = asked(NGX_PAYMENTS_LOOKUP);
    request.begun_at = DAY + 1000000;

    ok(verdict(&request, body, strlen(body), &answer) == NULL
       && answer.verdict == NGX_PAYMENTS_VERDICT_NOT_FOUND,
       "not found after 60 s");

    request.begun_at++;

    ok(verdict(&request, body, strlen(body), &answer) == NULL
       && answer.verdict == NGX_PAYMENTS_VERDICT_UNKNOWN,
       "not found, but too young: unknown, and no alarm");
}


/* a body of the largest size, with other bytes at its end */

static void
test_size(void)
{
    char                              *body;
    size_t                             len;
    ngx_payments_processor_answer_t    answer;
    ngx_payments_processor_request_t   request;

    static const char  head[] = "{\"verdict\":\"pending\",\"x\":\"";

    request = asked(NGX_PAYMENTS_AUTHORIZE);
    body = malloc(NGX_PAYMENTS_DIALECT_BODY + 1);

    for (len = NGX_PAYMENTS_DIALECT_BODY; len <= NGX_PAYMENTS_DIALECT_BODY + 1;
         len++)
    {
        memset(body, 'x', len);
        memcpy(body, head, sizeof(head) - 1);
        memcpy(body + len - 2, "\"}", 2);

        ok((verdict(&request, body, len, &answer) == NULL)
           == (len == NGX_PAYMENTS_DIALECT_BODY), "64 KiB, and one byte more");
    }

    free(body);
}


/* section 3.2 */

#define HEAD  "HTTP/1.1 200 OK\r\n"

static const status_t  statuses[] = {
    { "429", HEAD "\r\n", 429, 1, 0, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_NOT_EXECUTED, 0 },
    { "429 to a later sending", HEAD "\r\n", 429, 1, 1, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "429 to a look-up", HEAD "\r\n", 429, 1, 0, NGX_PAYMENTS_LOOKUP,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "503, not executed", HEAD "Payments-Executed: no\r\n\r\n", 503, 1, 0,
      NGX_PAYMENTS_CAPTURE, NGX_PAYMENTS_VERDICT_NOT_EXECUTED, 0 },
    { "503, not executed, to a later sending",
      HEAD "Payments-Executed: no\r\n\r\n", 503, 1, 1, NGX_PAYMENTS_CAPTURE,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "503, not executed, to a look-up",
      HEAD "Payments-Executed: no\r\n\r\n", 503, 1, 0, NGX_PAYMENTS_LOOKUP,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "503", HEAD "\r\n", 503, 1, 0, NGX_PAYMENTS_VOID,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "503 with another word", HEAD "Payments-Executed: yes\r\n\r\n", 503, 1,
      0, NGX_PAYMENTS_VOID, NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "500 with the header of 503", HEAD "Payments-Executed: no\r\n\r\n", 500,
      1, 0, NGX_PAYMENTS_VOID, NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "502", HEAD "\r\n", 502, 1, 0, NGX_PAYMENTS_REFUND,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "504", HEAD "\r\n", 504, 1, 0, NGX_PAYMENTS_REFUND,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "599", HEAD "\r\n", 599, 1, 0, NGX_PAYMENTS_REFUND,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "400", HEAD "\r\n", 400, 1, 0, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 1 },
    { "401", HEAD "\r\n", 401, 1, 0, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 1 },
    { "404", HEAD "\r\n", 404, 1, 0, NGX_PAYMENTS_LOOKUP,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 1 },
    { "409", HEAD "\r\n", 409, 1, 0, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 1 },
    { "413", HEAD "\r\n", 413, 1, 0, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 1 },
    { "201", HEAD "\r\n", 201, 1, 0, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 1 },
    { "a redirect", HEAD "\r\n", 302, 1, 0, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 1 },
    { "nothing was sent", NULL, 0, 0, 0, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_NOT_EXECUTED, 0 },
    { "nothing was sent later", NULL, 0, 0, 1, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "nothing was sent of a look-up", NULL, 0, 0, 0, NGX_PAYMENTS_LOOKUP,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 },
    { "nothing came back", NULL, 0, 1, 0, NGX_PAYMENTS_AUTHORIZE,
      NGX_PAYMENTS_VERDICT_UNKNOWN, 0 }
};


static void
test_statuses(void)
{
    size_t                            i;
    const char                       *wrong;
    const status_t                   *row;
    ngx_payments_out_t                out;
    ngx_payments_reply_t              reply;
    ngx_payments_processor_answer_t   answer;
    ngx_payments_processor_request_t  request;

    for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        row = &statuses[i];

        request = asked(row->action);
        request.again = row->again ? 1 : 0;

        memset(&reply, 0, sizeof(reply));
        reply.status = row->status;
        reply.sent = row->sent ? 1 : 0;
        reply.head = text(row->head);
        reply.body = text("{\"verdict\":\"approved\"," AMOUNT "}");

        ngx_payments_out_init(&out, memory, sizeof(memory));

        wrong = ngx_payments_verdict(&ngx_payments_dialect_payments, &request,
                                     &reply, DAY, 60, &out, &answer);

        ok(answer.verdict == row->verdict && (wrong != NULL) == row->wrong
           && answer.fee == -1 && answer.retry_after == 0, row->name);
    }
}


static void
test_retry(void)
{
    size_t                            i;
    ngx_payments_out_t                out;
    ngx_payments_reply_t              reply;
    ngx_payments_processor_answer_t   answer;
    ngx_payments_processor_request_t  request;

    static const struct {
        const char                   *head;
        ngx_uint_t                    seconds;
    }  rows[] = {
        { HEAD "Retry-After: 7\r\n\r\n", 7 },
        { HEAD "Retry-After: 999999\r\n\r\n", 86400 },
        { HEAD "Retry-After: 99999999999999999999\r\n\r\n", 86400 },
        { HEAD "Retry-After: -7\r\n\r\n", 0 },
        { HEAD "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n\r\n", 0 },
        { HEAD "Retry-After:\r\n\r\n", 0 }
    };

    request = asked(NGX_PAYMENTS_AUTHORIZE);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memset(&reply, 0, sizeof(reply));
        reply.status = 429;
        reply.sent = 1;
        reply.head = text(rows[i].head);

        ngx_payments_out_init(&out, memory, sizeof(memory));

        (void) ngx_payments_verdict(&ngx_payments_dialect_payments, &request,
                                    &reply, DAY, 60, &out, &answer);

        ok(answer.retry_after == rows[i].seconds, "Retry-After in seconds");
    }
}


/* section 1 */

static int
written(ngx_payments_sending_t *sending,
    const ngx_payments_processor_request_t *request)
{
    size_t              i;
    ngx_payments_out_t  out;

    memset(sending, 0, sizeof(ngx_payments_sending_t));

    sending->request = request;
    sending->prefix = text("/x");
    sending->key = text("0123456789abcdef01234567");
    sending->now = DAY + 999999;
    sending->left = 19999;

    for (i = 0; i < sizeof(sending->uuid); i++) {
        sending->uuid[i] = (u_char) i;
    }

    ngx_payments_out_init(&out, memory, sizeof(memory));

    return ngx_payments_dialect_payments.request(sending, &out) == NGX_OK;
}


#define ABOUT                                                                 \
    "{\"merchant\":\"mer_01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"livemode\":true,"     \
    "\"payment\":\"pay_01ARZ3NDEKTSV4RRFFQ69G5FAV\","                         \
    "\"attempt\":\"0123456789abcdef\","
#define MONEY  "\"amount\":1099,\"currency\":\"EUR\",\"exponent\":2,"

static void
test_requests(void)
{
    size_t                            i;
    ngx_payments_sending_t            sending;
    ngx_payments_processor_request_t  request;

    static const struct {
        ngx_payments_processor_action_e  action;
        const char                      *target;
        const char                      *body;
    }  rows[] = {
        { NGX_PAYMENTS_AUTHORIZE, "/x/authorize",
          ABOUT MONEY "\"capture\":true,\"token\":\"tok_visa\","
          "\"descriptor\":null,\"customer\":\"\xc3\xa9\\\"\",\"return_url\":"
          "\"https://shop.example/back\",\"metadata\":{\"a\":\"b\"}}" },
        { NGX_PAYMENTS_CAPTURE, "/x/capture",
          ABOUT MONEY "\"reference\":\"ch_1\",\"final\":true}" },
        { NGX_PAYMENTS_VOID, "/x/void", ABOUT MONEY "\"reference\":\"ch_1\"}" },
        { NGX_PAYMENTS_REFUND, "/x/refund",
          ABOUT MONEY "\"reference\":\"ch_1\",\"reason\":\"duplicate\"}" },
        { NGX_PAYMENTS_CONTINUE, "/x/continue",
          ABOUT MONEY "\"reference\":\"ch_1\",\"authorization\":"
          "\"fedcba9876543210\",\"return_data\":\"a=b\"}" },
        { NGX_PAYMENTS_LOOKUP, "/x/lookup",
          ABOUT "\"operation\":\"refund\",\"begun_at\":"
          "\"2026-01-01T00:00:00.000000Z\",\"reference\":null}" }
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        request = asked(rows[i].action);
        request.of = NGX_PAYMENTS_REFUND;
        request.customer = text("\xc3\xa9\"");
        request.metadata = text("{\"a\":\"b\"}");
        request.reason = text("duplicate");
        request.authorization = text("fedcba9876543210");
        request.return_data = text("a=b");
        request.capture = 1;
        request.final = 1;

        ok(written(&sending, &request) && is(&sending.target, rows[i].target)
           && is(&sending.body, rows[i].body), rows[i].target);
    }
}


static int
has(const ngx_str_t *t, const char *s)
{
    return memmem(t->data, t->len, s, strlen(s)) != NULL;
}


static void
test_headers(void)
{
    ngx_payments_sending_t            sending;
    ngx_payments_processor_request_t  request;

    request = asked(NGX_PAYMENTS_VOID);

    ok(written(&sending, &request)
       && has(&sending.headers, "Content-Type: application/json\r\n")
       && has(&sending.headers, "Idempotency-Key: 0123456789abcdef\r\n")
       && has(&sending.headers, "Payments-Deadline: 19999\r\n")
       && has(&sending.headers, "webhook-timestamp: 1767225600\r\n")
       && has(&sending.headers, "webhook-id: msg_00041061050R3GG28A1C60T3GF"
                                "\r\n")
       && has(&sending.headers, "webhook-signature: v1,"),
       "the headers of a request");

    request = asked(NGX_PAYMENTS_LOOKUP);

    ok(written(&sending, &request)
       && !has(&sending.headers, "Idempotency-Key"), "a look-up has no key");
}


static void
test_metadata(void)
{
    char                             *large;
    size_t                            len;
    ngx_payments_sending_t            sending;
    ngx_payments_processor_request_t  request;

    request = asked(NGX_PAYMENTS_AUTHORIZE);
    request.metadata = text("{}");
    (void) written(&sending, &request);

    /* with two bytes of metadata */

    len = NGX_PAYMENTS_DIALECT_BODY - sending.body.len + 2;
    large = malloc(len + 2);

    memset(large, ' ', len + 2);
    memcpy(large, "{}", 2);
    large[len] = '\0';
    request.metadata = text(large);

    ok(written(&sending, &request)
       && sending.body.len == NGX_PAYMENTS_DIALECT_BODY,
       "metadata that the body has room for");

    large[len] = ' ';
    large[len + 1] = '\0';
    request.metadata = text(large);

    ok(written(&sending, &request)
       && has(&sending.body, "\"metadata\":null}"),
       "metadata that it has no room for");

    free(large);
}


static void
test_secret(void)
{
    u_char     bytes[128];
    size_t     i;
    ngx_str_t  line, key;

    static const char  *bad[] = {
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_AAAA",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa w", NULL
    };

    key.data = bytes;

    line = text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    ok(ngx_payments_dialect_payments.secret(&line, &key) == NULL
       && key.len == 24 && bytes[0] == 0x31 && bytes[23] == 0xb0,
       "a secret of 24 bytes");

    for (i = 0; bad[i] != NULL; i++) {
        line = text(bad[i]);
        ok(ngx_payments_dialect_payments.secret(&line, &key) != NULL, bad[i]);
    }
}


/* section 8 */

#define SAID(type, data)                                                      \
    "{\"type\":\"" type "\",\"timestamp\":\"2026-01-01T00:00:00Z\","          \
    "\"data\":{" data "}}"
#define KEY     "\"attempt\":\"0123456789abcdef\""
#define CHARGE  "\"chargeback\":\"cb_1\",\"reference\":\"ch_1\""

static const struct {
    const char   *name;
    const char   *body;
    const char   *wrong;                       /* NULL: nothing */
} notifications[] = {

    { "a result", SAID("result", KEY ",\"verdict\":\"approved\"," AMOUNT),
      NULL },
    { "declined", SAID("result", KEY ",\"verdict\":\"declined\",\"failure\":"
                       "{\"code\":\"lost_card\",\"message\":\"no\"}"), NULL },
    { "pending", SAID("result", KEY ",\"verdict\":\"pending\""), NULL },
    { "not executed", SAID("result", KEY ",\"verdict\":\"not_executed\""),
      NULL },
    { "what is not known", SAID("result", KEY ",\"verdict\":\"pending\","
                                "\"new\":{\"a\":[1]}"), NULL },
    { "a reversal", SAID("capture_reversed", KEY ",\"reference\":\"ch_1\","
                         AMOUNT), NULL },
    { "a chargeback", SAID("chargeback", CHARGE "," AMOUNT), NULL },
    { "one that is won", SAID("chargeback_reversed", CHARGE "," AMOUNT),
      NULL },
    { "one that is lost", SAID("chargeback_lost", CHARGE "," AMOUNT), NULL },
    { "null is absent", SAID("chargeback", CHARGE "," AMOUNT
                             ",\"attempt\":null,\"reason\":null"), NULL },

    { "another type", SAID("refunded", CHARGE), "type" },
    { "no time", "{\"type\":\"result\",\"data\":{}}", "timestamp" },
    { "no data", "{\"type\":\"result\",\"timestamp\":"
                 "\"2026-01-01T00:00:00Z\"}", "data" },
    { "data of a list", "{\"type\":\"result\",\"timestamp\":"
                        "\"2026-01-01T00:00:00Z\",\"data\":[]}", "data" },
    { "a result of nothing", SAID("result", "\"verdict\":\"pending\""),
      "attempt" },
    { "a short key", SAID("result", "\"attempt\":\"0123456789abcde\","
                          "\"verdict\":\"pending\""), "attempt" },
    { "no verdict", SAID("result", KEY), "verdict" },
    { "an action", SAID("result", KEY ",\"verdict\":\"action\""), "verdict" },
    { "not found", SAID("result", KEY ",\"verdict\":\"not_found\""),
      "verdict" },
    { "unknown", SAID("result", KEY ",\"verdict\":\"unknown\""), "verdict" },
    { "approved of nothing", SAID("result", KEY ",\"verdict\":\"approved\","
                                  "\"currency\":\"EUR\""), "amount" },
    { "of no currency", SAID("result", KEY ",\"verdict\":\"approved\","
                             "\"amount\":1"), "currency" },
    { "declined for nothing", SAID("result", KEY ",\"verdict\":\"declined\""),
      "failure" },
    { "a reversal of nothing", SAID("capture_reversed", KEY
                                    ",\"reference\":\"ch_1\","
                                    "\"currency\":\"EUR\""), "amount" },
    { "of no payment", SAID("capture_reversed", KEY "," AMOUNT), "reference" },
    { "of no capture", SAID("capture_reversed", "\"reference\":\"ch_1\","
                            AMOUNT), "attempt" },
    { "a chargeback without a name", SAID("chargeback", "\"reference\":\"ch\","
                                          AMOUNT), "chargeback" },
    { "of a negative amount", SAID("chargeback", CHARGE ",\"amount\":-1,"
                                   "\"currency\":\"EUR\""), "amount" },
    { "twice", SAID("result", KEY "," KEY ",\"verdict\":\"pending\""),
      "the body is no valid JSON" },
    { "a list", "[]", "the body" },
    { "nothing", "", "the body is empty, or too large" }
};


static void
test_notifications(void)
{
    size_t                        i;
    ngx_str_t                     body;
    const char                   *wrong;
    ngx_payments_out_t            out;
    ngx_payments_notification_t   said;
    const ngx_payments_dialect_t *dialect = &ngx_payments_dialect_payments;

    for (i = 0; i < sizeof(notifications) / sizeof(notifications[0]); i++) {
        body = text(notifications[i].body);
        ngx_payments_out_init(&out, memory, body.len + 1);
        memset(&said, 0, sizeof(said));

        wrong = dialect->notification(dialect, &body, &out, &said);

        ok((wrong == NULL) == (notifications[i].wrong == NULL)
           && (wrong == NULL || strcmp(wrong, notifications[i].wrong) == 0),
           notifications[i].name);
    }

    body = text(SAID("chargeback", CHARGE "," AMOUNT ",\"reason\":"
                     "\"card 4242424242424242\""));
    ngx_payments_out_init(&out, memory, body.len + 1);
    wrong = dialect->notification(dialect, &body, &out, &said);

    ok(wrong == NULL && said.kind == NGX_PAYMENTS_NOTICE_CHARGEBACK
       && said.at == DAY && said.amount == 1099 && is(&said.currency, "EUR")
       && is(&said.chargeback, "cb_1") && is(&said.answer.reference, "ch_1")
       && said.reason.data == NULL,
       "what it says; a reason with a card number is left out");
}


int
main(void)
{
    ngx_str_t  name;

    name = text("payments");
    ok(ngx_payments_dialect(&name) == &ngx_payments_dialect_payments,
       "a dialect by its name");
    name = text("payment");
    ok(ngx_payments_dialect(&name) == NULL, "there is none of that name");

    test_readings();
    test_values();
    test_age();
    test_size();
    test_statuses();
    test_retry();
    test_requests();
    test_headers();
    test_metadata();
    test_secret();
    test_notifications();

    ngx_payments_digest_free();

    printf("1..%d\n", count);

    return failed != 0;
}

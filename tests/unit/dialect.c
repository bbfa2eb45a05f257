
/*
 * A dialect more, as docs/development.md says how to add one: form fields to an
 * acquirer that answers with a line.  Prints TAP.
 *
 *     POST /authorize    attempt=...&amount=1099&currency=EUR&token=tok_visa
 *     200                paid ch_1 1099 EUR
 *     402                refused no_money
 */

#include <stdio.h>
#include <string.h>

/* nginx, too, compiles its handlers so */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#include "../../ngx_payments_module/processor/dialect.c"
#include "../../ngx_payments_module/processor/verdict.c"
#include "../../ngx_payments_module/outbound/parse.c"


/* 402 has a body as well; 409 is what its documents say of a key in use */

static const ngx_payments_dialect_status_t  lines_statuses[] = {
    { 200, 200, NULL, NULL, NGX_PAYMENTS_STATUS_BODY },
    { 402, 402, NULL, NULL, NGX_PAYMENTS_STATUS_BODY },
    { 409, 409, NULL, NULL, NGX_PAYMENTS_STATUS_FAILED },
    { 429, 429, NULL, NULL, NGX_PAYMENTS_STATUS_REFUSED },
    { 500, 599, NULL, NULL, NGX_PAYMENTS_STATUS_FAILED },
    { 0, 999, NULL, NULL, NGX_PAYMENTS_STATUS_WRONG }
};


static const ngx_payments_dialect_decline_t  lines_declines[] = {
    { "no_money", "insufficient_funds" },
    { "too_old", "expired_card" },
    { NULL, "generic_decline" }
};


/* the line itself is the key */

static const char *
lines_secret(ngx_str_t *line, ngx_str_t *key)
{
    if (line->len < 16) {
        return "has less than 16 bytes";
    }

    memcpy(key->data, line->data, line->len);
    key->len = line->len;

    return NULL;
}


static ngx_int_t
lines_request(ngx_payments_sending_t *sending, ngx_payments_out_t *out)
{
    u_char                                  *start;
    const ngx_payments_processor_request_t  *request = sending->request;

    start = out->pos;
    ngx_payments_out_bytes(out, sending->prefix.data, sending->prefix.len);
    ngx_payments_out_str(out, "/");
    ngx_payments_out_str(out, ngx_payments_processor_actions[request->action]);
    sending->target = ngx_payments_dialect_piece(out, start);

    start = out->pos;
    ngx_payments_out_str(out, "Content-Type: application/x-www-form-urlencoded"
                              "\r\nAuthorization: Bearer ");
    ngx_payments_out_bytes(out, sending->key.data, sending->key.len);
    ngx_payments_out_str(out, "\r\n");
    sending->headers = ngx_payments_dialect_piece(out, start);

    start = out->pos;
    ngx_payments_out_str(out, "attempt=");
    ngx_payments_out_bytes(out, request->attempt.data, request->attempt.len);
    ngx_payments_out_str(out, "&amount=");
    ngx_payments_out_int(out, request->amount);
    ngx_payments_out_str(out, "&currency=");
    ngx_payments_out_bytes(out, request->currency.data, request->currency.len);
    ngx_payments_out_str(out, "&token=");
    ngx_payments_out_bytes(out, request->token.data, request->token.len);
    sending->body = ngx_payments_dialect_piece(out, start);

    return out->overflow ? NGX_ERROR : NGX_OK;
}


static const char *
lines_answer(const ngx_payments_dialect_t *dialect,
    const ngx_payments_processor_request_t *request,
    const ngx_payments_reply_t *reply, ngx_payments_out_t *out,
    ngx_payments_reading_t *reading)
{
    int                               n;
    char                              word[16], name[65], amount[13], code[4];
    char                              line[128];
    const ngx_str_t                  *body = &reply->body;
    ngx_payments_processor_answer_t  *answer = &reading->answer;

    if (body->len >= sizeof(line)) {
        return "the line is too long";
    }

    memcpy(line, body->data, body->len);
    line[body->len] = '\0';

    n = sscanf(line, "%15s %64s %12s %3s", word, name, amount, code);

    if (n == 2 && strcmp(word, "refused") == 0) {
        answer->verdict = NGX_PAYMENTS_VERDICT_DECLINED;
        answer->failure.data = (u_char *) ngx_payments_dialect_decline(dialect,
                                                                       name);
        answer->failure.len = strlen((char *) answer->failure.data);
        return NULL;
    }

    if (n != 4 || strcmp(word, "paid") != 0
        || ngx_payments_integer((uint8_t *) amount, strlen(amount),
                                &reading->amount)
           != 0)
    {
        return "the line";
    }

    /* whether it is what was asked for is for verdict.c to say */

    answer->verdict = NGX_PAYMENTS_VERDICT_APPROVED;

    answer->reference.data = out->pos;
    ngx_payments_out_str(out, name);
    answer->reference.len = strlen(name);

    reading->currency.data = out->pos;
    ngx_payments_out_str(out, code);
    reading->currency.len = strlen(code);

    return out->overflow ? "the line" : NULL;
}


static const ngx_payments_dialect_t  lines = {
    "lines",
    1024,
    lines_statuses,
    lines_declines,
    lines_secret,
    NULL,
    lines_request,
    lines_answer,
    NULL,
    NULL
};


/* Tests ------------------------------------------------------------------ */

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
    t.len = strlen(s);

    return t;
}


static int
is(const ngx_str_t *t, const char *s)
{
    return t->len == strlen(s) && memcmp(t->data, s, t->len) == 0;
}


static void
test_answer(ngx_uint_t status, const char *body,
    ngx_payments_verdict_e verdict, const char *failure, const char *wrong)
{
    uint8_t                           memory[256];
    const char                       *said;
    ngx_payments_out_t                out;
    ngx_payments_reply_t              reply;
    ngx_payments_processor_answer_t   answer;
    ngx_payments_processor_request_t  request;

    memset(&request, 0, sizeof(request));
    request.amount = 1099;
    request.currency = text("EUR");

    memset(&reply, 0, sizeof(reply));
    reply.status = status;
    reply.sent = 1;
    reply.body = text(body);

    ngx_payments_out_init(&out, memory, sizeof(memory));

    said = ngx_payments_verdict(&lines, &request, &reply, 0, 60, &out, &answer);

    ok(answer.verdict == verdict && (failure == NULL
                                     || is(&answer.failure, failure))
       && (said == wrong || (said && wrong && strcmp(said, wrong) == 0)),
       body);
}


int
main(void)
{
    u_char                            bytes[32];
    uint8_t                           memory[1024];
    ngx_str_t                         line, key;
    ngx_payments_out_t                out;
    ngx_payments_sending_t            sending;
    ngx_payments_processor_request_t  request;

    test_answer(200, "paid ch_1 1099 EUR", NGX_PAYMENTS_VERDICT_APPROVED, NULL,
                NULL);
    test_answer(402, "refused no_money", NGX_PAYMENTS_VERDICT_DECLINED,
                "insufficient_funds", NULL);
    test_answer(402, "refused weather", NGX_PAYMENTS_VERDICT_DECLINED,
                "generic_decline", NULL);
    test_answer(200, "paid ch_1 1098 EUR", NGX_PAYMENTS_VERDICT_UNKNOWN, NULL,
                "approved is another amount than was asked for");
    test_answer(200, "paid", NGX_PAYMENTS_VERDICT_UNKNOWN, NULL, "the line");
    test_answer(409, "", NGX_PAYMENTS_VERDICT_UNKNOWN, NULL, NULL);
    test_answer(429, "", NGX_PAYMENTS_VERDICT_NOT_EXECUTED, NULL, NULL);
    test_answer(404, "", NGX_PAYMENTS_VERDICT_UNKNOWN, NULL,
                "a status that it should not have");

    key.data = bytes;
    line = text("0123456789");
    ok(lines.secret(&line, &key) != NULL, "a secret that is too short");
    line = text("0123456789abcdef");
    ok(lines.secret(&line, &key) == NULL && is(&key, "0123456789abcdef"),
       "a secret");

    memset(&request, 0, sizeof(request));
    request.attempt = text("a");
    request.amount = 1099;
    request.currency = text("EUR");
    request.token = text("tok_visa");

    memset(&sending, 0, sizeof(sending));
    sending.request = &request;
    sending.prefix = text("/v1");
    sending.key = key;

    ngx_payments_out_init(&out, memory, sizeof(memory));

    ok(lines.request(&sending, &out) == NGX_OK
       && is(&sending.target, "/v1/authorize")
       && is(&sending.body, "attempt=a&amount=1099&currency=EUR&token="
                            "tok_visa"),
       "a request");

    printf("1..%d\n", count);

    return failed != 0;
}

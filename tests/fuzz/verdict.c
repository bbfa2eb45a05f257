
/*
 * Bodies of acquirers' answers: whatever they are, a verdict other than unknown
 * has what it must have, an approval is one of what was asked for, and what is
 * wrong leaves nothing behind.
 */

#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>

/* nginx, too, compiles its handlers so */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#include "../../ngx_payments_module/processor/payments.c"
#include "../../ngx_payments_module/processor/stripe.c"
#include "../../ngx_payments_module/processor/stripe_answer.c"
#include "../../ngx_payments_module/processor/stripe_notification.c"
#include "../../ngx_payments_module/processor/dialect.c"
#include "../../ngx_payments_module/processor/verdict.c"
#include "../../ngx_payments_module/outbound/parse.c"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static ngx_str_t
text(const char *s)
{
    ngx_str_t  t;

    t.data = (u_char *) s;
    t.len = strlen(s);

    return t;
}


/* a text that is absent, or lies in the room that was given */

static void
inside(const ngx_str_t *t, const uint8_t *room, size_t size)
{
    if (t->data != NULL && (t->data < room || t->data + t->len > room + size)) {
        abort();
    }
}


static void
judge(const ngx_payments_dialect_t *dialect,
    const ngx_payments_processor_request_t *request, ngx_uint_t status,
    const uint8_t *data, size_t size, uint8_t *room)
{
    const char                       *wrong;
    ngx_payments_out_t                out;
    ngx_payments_reply_t              reply;
    ngx_payments_processor_answer_t   answer;

    memset(&reply, 0, sizeof(reply));
    reply.status = status;
    reply.sent = 1;
    reply.body.data = (u_char *) data;
    reply.body.len = size;

    ngx_payments_out_init(&out, room, size + 1);

    wrong = ngx_payments_verdict(dialect, request, &reply, 61000000, 60, &out,
                                 &answer);

    inside(&answer.reference, room, size + 1);
    inside(&answer.brand, room, size + 1);
    inside(&answer.last4, room, size + 1);
    inside(&answer.message, room, size + 1);
    inside(&answer.action_url, room, size + 1);
    inside(&answer.next, room, size + 1);

    if (out.overflow
        || (wrong != NULL && answer.verdict != NGX_PAYMENTS_VERDICT_UNKNOWN)
        || (wrong == NULL && answer.next.data == NULL
            && answer.verdict == NGX_PAYMENTS_VERDICT_UNKNOWN)
        || (answer.verdict == NGX_PAYMENTS_VERDICT_DECLINED
            && answer.failure.data == NULL)
        || (answer.verdict == NGX_PAYMENTS_VERDICT_ACTION
            && (answer.action_url.data == NULL
                || request->action == NGX_PAYMENTS_CAPTURE))
        || (answer.verdict == NGX_PAYMENTS_VERDICT_NOT_FOUND
            && request->action != NGX_PAYMENTS_LOOKUP))
    {
        abort();
    }

    /* a number of that size stands in the text somewhere, whatever its form */

    if (answer.verdict == NGX_PAYMENTS_VERDICT_APPROVED
        && (memmem(data, size, "EUR", 3) == NULL
            && memmem(data, size, "eur", 3) == NULL
            && memchr(data, '\\', size) == NULL))
    {
        abort();
    }
}


/* what a notification has beside its answer lies in the room as well */

static void
notify(const ngx_payments_dialect_t *dialect, const uint8_t *data, size_t size,
    uint8_t *room)
{
    ngx_str_t                    body;
    ngx_payments_out_t           out;
    ngx_payments_notification_t  said;

    body.data = (u_char *) data;
    body.len = size;

    ngx_payments_out_init(&out, room, size + 1);
    memset(&said, 0, sizeof(said));

    if (dialect->notification(dialect, &body, &out, &said) != NULL
        || said.nothing)
    {
        return;
    }

    inside(&said.attempt, room, size);
    inside(&said.chargeback, room, size);
    inside(&said.reason, room, size);

    if (dialect == &ngx_payments_dialect_payments) {
        inside(&said.currency, room, size);
    }

    inside(&said.answer.reference, room, size);

    if (said.kind != NGX_PAYMENTS_NOTICE_RESULT && said.amount == 0) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                             i, n;
    uint8_t                           *room;
    ngx_payments_processor_request_t   request;

    static const ngx_payments_processor_action_e  actions[] = {
        NGX_PAYMENTS_AUTHORIZE, NGX_PAYMENTS_CAPTURE, NGX_PAYMENTS_LOOKUP,
        NGX_PAYMENTS_VOID, NGX_PAYMENTS_REFUND
    };
    static const ngx_payments_processor_action_e  of[] = {
        NGX_PAYMENTS_AUTHORIZE, NGX_PAYMENTS_CAPTURE, NGX_PAYMENTS_REFUND
    };

    room = malloc(size + 1);

    if (room == NULL) {
        return 0;
    }

    for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        memset(&request, 0, sizeof(request));

        request.action = actions[i];
        request.of = NGX_PAYMENTS_AUTHORIZE;
        request.amount = 1099;
        request.currency = text("EUR");
        request.return_url = text("https://shop.example/");

        judge(&ngx_payments_dialect_payments, &request, 200, data, size, room);

        request.attempt = text("att_0123456789ABCDEF");

        judge(&ngx_payments_dialect_stripe, &request, 400, data, size, room);
        judge(&ngx_payments_dialect_stripe, &request, 402, data, size, room);

        for (n = 0; n < sizeof(of) / sizeof(of[0]); n++) {
            request.of = of[n];
            judge(&ngx_payments_dialect_stripe, &request, 200, data, size,
                  room);
        }
    }

    notify(&ngx_payments_dialect_payments, data, size, room);
    notify(&ngx_payments_dialect_stripe, data, size, room);

    free(room);

    return 0;
}

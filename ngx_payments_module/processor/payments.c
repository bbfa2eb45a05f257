
/* The dialect "payments": docs/processors.md is its specification. */

#include <stddef.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "ngx_payments_dialect.h"


typedef ngx_payments_processor_request_t  ngx_payments_asked_t;


/* a member of a request, and how it is written; "what" is its place */

typedef struct {
    const char                   *name;
    void                        (*write)(ngx_payments_out_t *out,
                                    const ngx_payments_asked_t *request,
                                    size_t place);
    size_t                        place;
    ngx_uint_t                    actions;     /* bits of those that have it */
} ngx_payments_written_t;


/* a member of an answer: where it stands, what it may be, where it goes */

typedef struct {
    const char                   *parent;      /* NULL: the answer itself */
    const char                   *name;
    const char                 *(*read)(const cJSON *item, size_t min,
                                    size_t max, int (*letter)(int c, size_t i),
                                    ngx_payments_out_t *out, void *place);
    size_t                        place;       /* in a ngx_payments_said_t */
    size_t                        min;         /* characters */
    size_t                        max;
    int                         (*letter)(int c, size_t i);
    unsigned                      needed:1;    /* where its parent is there */
} ngx_payments_member_t;


/* a reading, and what only the reader needs */

typedef struct {
    ngx_payments_reading_t        reading;
    ngx_str_t                     verdict;
    ngx_str_t                     code;        /* with a NUL behind it */
    ngx_str_t                     type;
    int64_t                       at;          /* these are a notification's */
    ngx_str_t                     attempt;
    ngx_str_t                     chargeback;
    ngx_str_t                     reason;
} ngx_payments_said_t;


/* what a notification needs */

typedef struct {
    const char                   *name;
    size_t                        place;       /* of a text */
    ngx_uint_t                    kinds;       /* bits */
} ngx_payments_need_t;


static void ngx_payments_write_text(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place);
static void ngx_payments_write_raw(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place);
static void ngx_payments_write_amount(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place);
static void ngx_payments_write_exponent(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place);
static void ngx_payments_write_livemode(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place);
static void ngx_payments_write_capture(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place);
static void ngx_payments_write_final(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place);
static void ngx_payments_write_operation(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place);
static void ngx_payments_write_begun_at(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place);

static const char *ngx_payments_read_text(const cJSON *item, size_t min,
    size_t max, int (*letter)(int c, size_t i), ngx_payments_out_t *out,
    void *place);
static const char *ngx_payments_read_amount(const cJSON *item, size_t min,
    size_t max, int (*letter)(int c, size_t i), ngx_payments_out_t *out,
    void *place);
static const char *ngx_payments_read_time(const cJSON *item, size_t min,
    size_t max, int (*letter)(int c, size_t i), ngx_payments_out_t *out,
    void *place);

static int ngx_payments_letter_any(int c, size_t i);
static int ngx_payments_letter_visible(int c, size_t i);
static int ngx_payments_letter_upper(int c, size_t i);
static int ngx_payments_letter_brand(int c, size_t i);
static int ngx_payments_letter_digit(int c, size_t i);
static int ngx_payments_letter_code(int c, size_t i);
static int ngx_payments_letter_key(int c, size_t i);

static const char *ngx_payments_protocol_secret(ngx_str_t *line,
    ngx_str_t *key);
static ngx_int_t ngx_payments_protocol_request(
    ngx_payments_sending_t *sending, ngx_payments_out_t *out);
static const char *ngx_payments_protocol_answer(
    const ngx_payments_dialect_t *dialect, const ngx_payments_asked_t *request,
    const ngx_payments_reply_t *reply, ngx_payments_out_t *out,
    ngx_payments_reading_t *reading);
static const char *ngx_payments_protocol_verify(const ngx_str_t *key,
    const ngx_payments_signed_t *headers, const ngx_str_t *body, int64_t now);
static const char *ngx_payments_protocol_notification(
    const ngx_payments_dialect_t *dialect, const ngx_str_t *body,
    ngx_payments_out_t *out, ngx_payments_notification_t *notification);


#define NGX_PAYMENTS_OF(action)   (1 << (action))
#define NGX_PAYMENTS_OF_ALL       63
#define NGX_PAYMENTS_OF_MONEY     (NGX_PAYMENTS_OF_ALL                        \
                                   - NGX_PAYMENTS_OF(NGX_PAYMENTS_LOOKUP))
#define NGX_PAYMENTS_OF_LATER     (NGX_PAYMENTS_OF_ALL                        \
                                   - NGX_PAYMENTS_OF(NGX_PAYMENTS_AUTHORIZE))

#define NGX_PAYMENTS_PROTOCOL_ID   255     /* bytes of a notification's */
#define NGX_PAYMENTS_PROTOCOL_AGE  300     /* s, into the past and the
                                              future */

#define ngx_payments_asked(field)  offsetof(ngx_payments_asked_t, field)
#define ngx_payments_said(field)   offsetof(ngx_payments_said_t, field)


static const ngx_payments_written_t  ngx_payments_written[] = {
    { "merchant", ngx_payments_write_text,
      ngx_payments_asked(merchant), NGX_PAYMENTS_OF_ALL },
    { "livemode", ngx_payments_write_livemode, 0, NGX_PAYMENTS_OF_ALL },
    { "payment", ngx_payments_write_text,
      ngx_payments_asked(payment), NGX_PAYMENTS_OF_ALL },
    { "attempt", ngx_payments_write_text,
      ngx_payments_asked(attempt), NGX_PAYMENTS_OF_ALL },
    { "operation", ngx_payments_write_operation,
      0, NGX_PAYMENTS_OF(NGX_PAYMENTS_LOOKUP) },
    { "begun_at", ngx_payments_write_begun_at,
      0, NGX_PAYMENTS_OF(NGX_PAYMENTS_LOOKUP) },
    { "amount", ngx_payments_write_amount, 0, NGX_PAYMENTS_OF_MONEY },
    { "currency", ngx_payments_write_text,
      ngx_payments_asked(currency), NGX_PAYMENTS_OF_MONEY },
    { "exponent", ngx_payments_write_exponent, 0, NGX_PAYMENTS_OF_MONEY },
    { "capture", ngx_payments_write_capture,
      0, NGX_PAYMENTS_OF(NGX_PAYMENTS_AUTHORIZE) },
    { "token", ngx_payments_write_text,
      ngx_payments_asked(token), NGX_PAYMENTS_OF(NGX_PAYMENTS_AUTHORIZE) },
    { "descriptor", ngx_payments_write_text,
      ngx_payments_asked(descriptor), NGX_PAYMENTS_OF(NGX_PAYMENTS_AUTHORIZE) },
    { "customer", ngx_payments_write_text,
      ngx_payments_asked(customer), NGX_PAYMENTS_OF(NGX_PAYMENTS_AUTHORIZE) },
    { "return_url", ngx_payments_write_text,
      ngx_payments_asked(return_url), NGX_PAYMENTS_OF(NGX_PAYMENTS_AUTHORIZE) },
    { "reference", ngx_payments_write_text,
      ngx_payments_asked(reference), NGX_PAYMENTS_OF_LATER },
    { "final", ngx_payments_write_final,
      0, NGX_PAYMENTS_OF(NGX_PAYMENTS_CAPTURE) },
    { "reason", ngx_payments_write_text,
      ngx_payments_asked(reason), NGX_PAYMENTS_OF(NGX_PAYMENTS_REFUND) },
    { "authorization", ngx_payments_write_text,
      ngx_payments_asked(authorization),
      NGX_PAYMENTS_OF(NGX_PAYMENTS_CONTINUE) },
    { "return_data", ngx_payments_write_text,
      ngx_payments_asked(return_data),
      NGX_PAYMENTS_OF(NGX_PAYMENTS_CONTINUE) },

    /* the last: without it a body that is too large is written again */
    { "metadata", ngx_payments_write_raw,
      ngx_payments_asked(metadata), NGX_PAYMENTS_OF(NGX_PAYMENTS_AUTHORIZE) },

    { NULL, NULL, 0, 0 }
};


static const ngx_payments_member_t  ngx_payments_members[] = {
    { NULL, "verdict", ngx_payments_read_text,
      ngx_payments_said(verdict), 1, 64, ngx_payments_letter_any, 1 },
    { NULL, "reference", ngx_payments_read_text,
      ngx_payments_said(reading.answer.reference), 1, 64,
      ngx_payments_letter_visible, 0 },
    { NULL, "amount", ngx_payments_read_amount,
      ngx_payments_said(reading.amount), 1, 0, NULL, 0 },
    { NULL, "currency", ngx_payments_read_text,
      ngx_payments_said(reading.currency), 3, 3, ngx_payments_letter_upper, 0 },
    { NULL, "fee", ngx_payments_read_amount,
      ngx_payments_said(reading.answer.fee), 0, 0, NULL, 0 },
    { NULL, "brand", ngx_payments_read_text,
      ngx_payments_said(reading.answer.brand), 1, 32,
      ngx_payments_letter_brand, 0 },
    { NULL, "last4", ngx_payments_read_text,
      ngx_payments_said(reading.answer.last4), 4, 4,
      ngx_payments_letter_digit, 0 },
    { NULL, "expires_at", ngx_payments_read_time,
      ngx_payments_said(reading.answer.expires_at), 0, 0, NULL, 0 },
    { "failure", "code", ngx_payments_read_text,
      ngx_payments_said(code), 1, 64, ngx_payments_letter_code, 1 },
    { "failure", "message", ngx_payments_read_text,
      ngx_payments_said(reading.answer.message), 1, 500,
      ngx_payments_letter_any, 1 },
    { "action", "type", ngx_payments_read_text,
      ngx_payments_said(type), 1, 64, ngx_payments_letter_any, 1 },
    { "action", "url", ngx_payments_read_text,
      ngx_payments_said(reading.answer.action_url), 9, 2048,
      ngx_payments_letter_visible, 1 },
    { "action", "expires_at", ngx_payments_read_time,
      ngx_payments_said(reading.answer.action_expires_at), 0, 0, NULL, 1 },

    { NULL, NULL, NULL, 0, 0, 0, NULL, 0 }
};


/* section 8.1: a notification, and its "data" */

static const ngx_payments_member_t  ngx_payments_notification_members[] = {
    { NULL, "type", ngx_payments_read_text,
      ngx_payments_said(type), 1, 64, ngx_payments_letter_any, 1 },
    { NULL, "timestamp", ngx_payments_read_time,
      ngx_payments_said(at), 0, 0, NULL, 1 },

    { NULL, NULL, NULL, 0, 0, 0, NULL, 0 }
};


static const ngx_payments_member_t  ngx_payments_data_members[] = {
    { NULL, "attempt", ngx_payments_read_text,
      ngx_payments_said(attempt), 16, 64, ngx_payments_letter_key, 0 },
    { NULL, "verdict", ngx_payments_read_text,
      ngx_payments_said(verdict), 1, 64, ngx_payments_letter_any, 0 },
    { NULL, "reference", ngx_payments_read_text,
      ngx_payments_said(reading.answer.reference), 1, 64,
      ngx_payments_letter_visible, 0 },
    { NULL, "amount", ngx_payments_read_amount,
      ngx_payments_said(reading.amount), 1, 0, NULL, 0 },
    { NULL, "currency", ngx_payments_read_text,
      ngx_payments_said(reading.currency), 3, 3, ngx_payments_letter_upper, 0 },
    { NULL, "fee", ngx_payments_read_amount,
      ngx_payments_said(reading.answer.fee), 0, 0, NULL, 0 },
    { NULL, "brand", ngx_payments_read_text,
      ngx_payments_said(reading.answer.brand), 1, 32,
      ngx_payments_letter_brand, 0 },
    { NULL, "last4", ngx_payments_read_text,
      ngx_payments_said(reading.answer.last4), 4, 4,
      ngx_payments_letter_digit, 0 },
    { NULL, "expires_at", ngx_payments_read_time,
      ngx_payments_said(reading.answer.expires_at), 0, 0, NULL, 0 },
    { "failure", "code", ngx_payments_read_text,
      ngx_payments_said(code), 1, 64, ngx_payments_letter_code, 1 },
    { "failure", "message", ngx_payments_read_text,
      ngx_payments_said(reading.answer.message), 1, 500,
      ngx_payments_letter_any, 1 },
    { NULL, "chargeback", ngx_payments_read_text,
      ngx_payments_said(chargeback), 1, 64, ngx_payments_letter_visible, 0 },
    { NULL, "reason", ngx_payments_read_text,
      ngx_payments_said(reason), 1, 500, ngx_payments_letter_any, 0 },

    { NULL, NULL, NULL, 0, 0, 0, NULL, 0 }
};


/* section 8.2 */

#define NGX_PAYMENTS_OF_RESULT     NGX_PAYMENTS_OF(NGX_PAYMENTS_NOTICE_RESULT)
#define NGX_PAYMENTS_OF_REVERSAL                                              \
    NGX_PAYMENTS_OF(NGX_PAYMENTS_NOTICE_CAPTURE_REVERSED)
#define NGX_PAYMENTS_OF_DISPUTE                                               \
    (NGX_PAYMENTS_OF(NGX_PAYMENTS_NOTICES) - 1 - NGX_PAYMENTS_OF_RESULT       \
     - NGX_PAYMENTS_OF_REVERSAL)

static const ngx_payments_need_t  ngx_payments_needs[] = {
    { "attempt", ngx_payments_said(attempt),
      NGX_PAYMENTS_OF_RESULT | NGX_PAYMENTS_OF_REVERSAL },
    { "verdict", ngx_payments_said(verdict), NGX_PAYMENTS_OF_RESULT },
    { "reference", ngx_payments_said(reading.answer.reference),
      NGX_PAYMENTS_OF_REVERSAL | NGX_PAYMENTS_OF_DISPUTE },
    { "currency", ngx_payments_said(reading.currency),
      NGX_PAYMENTS_OF_REVERSAL | NGX_PAYMENTS_OF_DISPUTE },
    { "chargeback", ngx_payments_said(chargeback), NGX_PAYMENTS_OF_DISPUTE },
    { NULL, 0, 0 }
};


/* section 3.2 */

static const ngx_payments_dialect_status_t  ngx_payments_protocol_statuses[] = {
    { 200, 200, NULL, NULL, NGX_PAYMENTS_STATUS_BODY },
    { 429, 429, NULL, NULL, NGX_PAYMENTS_STATUS_REFUSED },
    { 503, 503, "payments-executed", "no", NGX_PAYMENTS_STATUS_REFUSED },
    { 500, 599, NULL, NULL, NGX_PAYMENTS_STATUS_FAILED },
    { 0, 999, NULL, NULL, NGX_PAYMENTS_STATUS_WRONG }
};


/* section 7: its codes are the module's own */

#define ngx_payments_decline(code)  { code, code }

static const ngx_payments_dialect_decline_t  ngx_payments_protocol_declines[]
    = {
    ngx_payments_decline("insufficient_funds"),
    ngx_payments_decline("limit_exceeded"),
    ngx_payments_decline("processing_error"),
    ngx_payments_decline("incorrect_cvc"),
    ngx_payments_decline("authentication_required"),
    ngx_payments_decline("authentication_failed"),
    ngx_payments_decline("canceled"),
    ngx_payments_decline("expired_card"),
    ngx_payments_decline("lost_card"),
    ngx_payments_decline("stolen_card"),
    ngx_payments_decline("fraud_suspected"),
    ngx_payments_decline("card_not_supported"),
    ngx_payments_decline("currency_not_supported"),
    ngx_payments_decline("amount_not_supported"),
    ngx_payments_decline("invalid_token"),
    ngx_payments_decline("unknown_reference"),
    ngx_payments_decline("authorization_expired"),
    ngx_payments_decline("not_capturable"),
    ngx_payments_decline("not_voidable"),
    ngx_payments_decline("not_refundable"),
    { NULL, "generic_decline" }
};


const ngx_payments_dialect_t  ngx_payments_dialect_payments = {
    "payments",
    NGX_PAYMENTS_DIALECT_BODY,
    ngx_payments_protocol_statuses,
    ngx_payments_protocol_declines,
    ngx_payments_protocol_secret,
    NULL,
    ngx_payments_protocol_request,
    ngx_payments_protocol_answer,
    ngx_payments_protocol_verify,
    ngx_payments_protocol_notification
};


static const char *
ngx_payments_protocol_secret(ngx_str_t *line, ngx_str_t *key)
{
    size_t   n;
    uint8_t  bytes[NGX_PAYMENTS_SIGNATURE_KEY];

    n = ngx_payments_signature_key(line->data, line->len, bytes);

    if (n == 0) {
        return "is not \"whsec_\" and base64 of 24 to 64 bytes";
    }

    memcpy(key->data, bytes, n);
    key->len = n;

    memset(bytes, 0, sizeof(bytes));

    return NULL;
}


/* Requests --------------------------------------------------------------- */

static const ngx_str_t *
ngx_payments_write_place(const ngx_payments_asked_t *request, size_t place)
{
    return (const ngx_str_t *) ((const u_char *) request + place);
}


static void
ngx_payments_write_text(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place)
{
    const ngx_str_t  *text = ngx_payments_write_place(request, place);

    ngx_payments_out_json_or_null(out, text->data, text->len);
}


static void
ngx_payments_write_raw(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place)
{
    const ngx_str_t  *text = ngx_payments_write_place(request, place);

    if (text->data == NULL) {
        ngx_payments_out_str(out, "null");
        return;
    }

    ngx_payments_out_bytes(out, text->data, text->len);
}


static void
ngx_payments_write_flag(ngx_payments_out_t *out, unsigned flag)
{
    ngx_payments_out_str(out, flag ? "true" : "false");
}


static void
ngx_payments_write_amount(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place)
{
    ngx_payments_out_int(out, request->amount);
}


static void
ngx_payments_write_exponent(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place)
{
    ngx_payments_out_int(out, (int64_t) request->exponent);
}


static void
ngx_payments_write_livemode(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place)
{
    ngx_payments_write_flag(out, request->livemode);
}


static void
ngx_payments_write_capture(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place)
{
    ngx_payments_write_flag(out, request->capture);
}


static void
ngx_payments_write_final(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place)
{
    ngx_payments_write_flag(out, request->final);
}


static void
ngx_payments_write_operation(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place)
{
    const char  *name = ngx_payments_processor_actions[request->of];

    ngx_payments_out_json(out, (const uint8_t *) name, strlen(name));
}


static void
ngx_payments_write_begun_at(ngx_payments_out_t *out,
    const ngx_payments_asked_t *request, size_t place)
{
    uint8_t  text[NGX_PAYMENTS_TIME_LEN];

    ngx_payments_time(request->begun_at, text);
    ngx_payments_out_json(out, text, NGX_PAYMENTS_TIME_LEN);
}


/* everything up to "metadata", and that too */

static void
ngx_payments_write_body(const ngx_payments_asked_t *request,
    ngx_payments_out_t *out, const ngx_str_t *metadata)
{
    const char                    *comma;
    ngx_payments_asked_t           copy;
    const ngx_payments_written_t  *row;

    copy = *request;
    copy.metadata = *metadata;
    comma = "{";

    for (row = ngx_payments_written; row->name != NULL; row++) {

        if (!(row->actions & NGX_PAYMENTS_OF(request->action))) {
            continue;
        }

        ngx_payments_out_str(out, comma);
        ngx_payments_out_json(out, (const uint8_t *) row->name,
                              strlen(row->name));
        ngx_payments_out_str(out, ":");
        row->write(out, &copy, row->place);

        comma = ",";
    }

    ngx_payments_out_str(out, "}");
}


/* of a body that is too large metadata is left out */

static ngx_int_t
ngx_payments_protocol_body(ngx_payments_sending_t *sending,
    ngx_payments_out_t *out)
{
    uint8_t             *start;
    ngx_str_t            none;
    ngx_payments_out_t   body;

    none.data = NULL;
    none.len = 0;
    start = out->pos;

    if (out->end - start < NGX_PAYMENTS_DIALECT_BODY) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&body, start, NGX_PAYMENTS_DIALECT_BODY);
    ngx_payments_write_body(sending->request, &body,
                            &sending->request->metadata);

    if (body.overflow) {
        ngx_payments_out_init(&body, start, NGX_PAYMENTS_DIALECT_BODY);
        ngx_payments_write_body(sending->request, &body, &none);
    }

    if (body.overflow) {
        return NGX_ERROR;
    }

    out->pos = body.pos;
    sending->body = ngx_payments_dialect_piece(out, start);

    return NGX_OK;
}


static void
ngx_payments_protocol_headers(ngx_payments_sending_t *sending,
    ngx_payments_out_t *out, const ngx_payments_text_t *id,
    const uint8_t signature[NGX_PAYMENTS_SIGNATURE_LEN])
{
    const ngx_payments_asked_t  *request = sending->request;

    ngx_payments_out_str(out, "Content-Type: application/json\r\n");

    if (request->action != NGX_PAYMENTS_LOOKUP) {
        ngx_payments_out_str(out, "Idempotency-Key: ");
        ngx_payments_out_bytes(out, request->attempt.data,
                               request->attempt.len);
        ngx_payments_out_str(out, "\r\n");
    }

    ngx_payments_out_str(out, "Payments-Deadline: ");
    ngx_payments_out_int(out, (int64_t) sending->left);
    ngx_payments_out_str(out, "\r\nwebhook-id: ");
    ngx_payments_out_bytes(out, id->data, id->len);
    ngx_payments_out_str(out, "\r\nwebhook-timestamp: ");
    ngx_payments_out_int(out, sending->now / 1000000);
    ngx_payments_out_str(out, "\r\nwebhook-signature: ");
    ngx_payments_out_bytes(out, signature, NGX_PAYMENTS_SIGNATURE_LEN);
    ngx_payments_out_str(out, "\r\n");
}


static ngx_int_t
ngx_payments_protocol_request(ngx_payments_sending_t *sending,
    ngx_payments_out_t *out)
{
    uint8_t              msg[NGX_PAYMENTS_ID_LEN], *start;
    uint8_t              signature[NGX_PAYMENTS_SIGNATURE_LEN];
    ngx_payments_text_t  key, id, body;

    if (ngx_payments_protocol_body(sending, out) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_id("msg_", sending->uuid, msg);

    id.data = msg;
    id.len = NGX_PAYMENTS_ID_LEN;
    key.data = sending->key.data;
    key.len = sending->key.len;
    body.data = sending->body.data;
    body.len = sending->body.len;

    if (ngx_payments_signature(&key, &id, sending->now / 1000000, &body,
                               signature)
        != 0)
    {
        return NGX_ERROR;
    }

    start = out->pos;
    ngx_payments_out_bytes(out, sending->prefix.data, sending->prefix.len);
    ngx_payments_out_str(out, "/");
    ngx_payments_out_str(out, ngx_payments_processor_actions[
                                                    sending->request->action]);
    sending->target = ngx_payments_dialect_piece(out, start);

    start = out->pos;
    ngx_payments_protocol_headers(sending, out, &id, signature);
    sending->headers = ngx_payments_dialect_piece(out, start);

    return out->overflow ? NGX_ERROR : NGX_OK;
}


/* Answers ---------------------------------------------------------------- */

static int
ngx_payments_letter_any(int c, size_t i)
{
    return 1;
}


static int
ngx_payments_letter_visible(int c, size_t i)
{
    return c > 0x20 && c < 0x7f;
}


static int
ngx_payments_letter_upper(int c, size_t i)
{
    return c >= 'A' && c <= 'Z';
}


static int
ngx_payments_letter_brand(int c, size_t i)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}


static int
ngx_payments_letter_digit(int c, size_t i)
{
    return c >= '0' && c <= '9';
}


static int
ngx_payments_letter_code(int c, size_t i)
{
    return (c >= 'a' && c <= 'z')
           || (i > 0 && ((c >= '0' && c <= '9') || c == '_'));
}


static int
ngx_payments_letter_key(int c, size_t i)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_' || c == '-';
}


static const char *
ngx_payments_read_text(const cJSON *item, size_t min, size_t max,
    int (*letter)(int c, size_t i), ngx_payments_out_t *out, void *place)
{
    size_t                i, n, len;
    ngx_str_t            *text = place;
    const unsigned char  *s;

    if (!cJSON_IsString(item)) {
        return "is no text";
    }

    s = (const unsigned char *) item->valuestring;
    len = strlen(item->valuestring);

    /* characters, not bytes */

    for (i = 0, n = 0; i < len; i++) {
        n += ((s[i] & 0xc0) != 0x80);

        if (!letter(s[i], i)) {
            return "has a character that it must not have";
        }
    }

    if (n < min || n > max) {
        return "is too short, or too long";
    }

    text->data = out->pos;
    text->len = len;

    ngx_payments_out_bytes(out, s, len + 1);

    return out->overflow ? "has no place" : NULL;
}


/* cJSON's numbers are doubles, which hold these integers exactly */

static const char *
ngx_payments_read_amount(const cJSON *item, size_t min, size_t max,
    int (*letter)(int c, size_t i), ngx_payments_out_t *out, void *place)
{
    int64_t  *amount = place;

    if (!cJSON_IsNumber(item)) {
        return "is no number";
    }

    if (!(item->valuedouble >= (double) min
          && item->valuedouble <= (double) NGX_PAYMENTS_AMOUNT_MAX))
    {
        return "is too small, or too large";
    }

    *amount = (int64_t) item->valuedouble;

    return ((double) *amount == item->valuedouble) ? NULL : "is no integer";
}


static const char *
ngx_payments_read_time(const cJSON *item, size_t min, size_t max,
    int (*letter)(int c, size_t i), ngx_payments_out_t *out, void *place)
{
    int       more;
    int64_t  *usec = place;

    if (!cJSON_IsString(item)) {
        return "is no text";
    }

    return (ngx_payments_time_parse((const uint8_t *) item->valuestring,
                                    strlen(item->valuestring), usec, &more)
            == 0)
           ? NULL : "is no time";
}


static const cJSON *
ngx_payments_read_item(const cJSON *parent, const char *name)
{
    const cJSON  *item;

    item = cJSON_GetObjectItemCaseSensitive(parent, name);

    return (item == NULL || cJSON_IsNull(item)) ? NULL : item;
}


/* NULL, or the member that is wrong */

static const char *
ngx_payments_read_members(const ngx_payments_member_t *row, const cJSON *tree,
    ngx_payments_out_t *out, ngx_payments_said_t *said)
{
    const char   *wrong;
    const cJSON  *parent, *item;

    for ( /* void */ ; row->name != NULL; row++) {
        parent = row->parent ? ngx_payments_read_item(tree, row->parent) : tree;

        if (parent == NULL) {
            continue;
        }

        if (!cJSON_IsObject(parent)) {
            return row->parent ? row->parent : "the body";
        }

        item = ngx_payments_read_item(parent, row->name);

        if (item == NULL) {
            wrong = row->needed ? "is missing" : NULL;

        } else {
            wrong = row->read(item, row->min, row->max, row->letter, out,
                              (u_char *) said + row->place);
        }

        if (wrong != NULL) {
            return row->name;
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_payments_said_is(const ngx_str_t *text, const char *word)
{
    return text->len == strlen(word)
           && memcmp(text->data, word, text->len) == 0;
}


static ngx_uint_t
ngx_payments_said_begins(const ngx_str_t *text, const char *word)
{
    return text->len > strlen(word)
           && memcmp(text->data, word, strlen(word)) == 0;
}


/* NULL, or what is wrong with the word */

static const char *
ngx_payments_read_verdict(ngx_payments_said_t *said)
{
    ngx_uint_t  i;

    for (i = 1; i < NGX_PAYMENTS_PROCESSOR_VERDICTS; i++) {
        if (ngx_payments_said_is(&said->verdict,
                                 ngx_payments_processor_verdicts[i]))
        {
            said->reading.answer.verdict = (ngx_payments_verdict_e) i;
            return NULL;
        }
    }

    return "verdict";
}


static void
ngx_payments_read_failure(const ngx_payments_dialect_t *dialect,
    ngx_payments_said_t *said)
{
    ngx_payments_processor_answer_t  *answer = &said->reading.answer;

    if (said->code.data != NULL) {
        answer->failure.data = (u_char *) ngx_payments_dialect_decline(dialect,
                                                 (char *) said->code.data);
        answer->failure.len = strlen((char *) answer->failure.data);
    }

    ngx_payments_dialect_hide(&answer->message);
}


/* what the table of members cannot say */

static const char *
ngx_payments_read_meaning(const ngx_payments_dialect_t *dialect,
    ngx_payments_said_t *said)
{
    const char                       *wrong;
    ngx_payments_processor_answer_t  *answer = &said->reading.answer;

    wrong = ngx_payments_read_verdict(said);

    if (wrong != NULL) {
        return wrong;
    }

    if (answer->action_url.data != NULL
        && (!ngx_payments_said_is(&said->type, "redirect")
            || (!ngx_payments_said_begins(&answer->action_url, "https://")
                && !ngx_payments_said_begins(&answer->action_url, "http://"))))
    {
        return "action";
    }

    ngx_payments_read_failure(dialect, said);

    return NULL;
}


static const char *
ngx_payments_protocol_answer(const ngx_payments_dialect_t *dialect,
    const ngx_payments_asked_t *request, const ngx_payments_reply_t *reply,
    ngx_payments_out_t *out, ngx_payments_reading_t *reading)
{
    cJSON                *tree;
    const char           *wrong;
    ngx_payments_said_t   said;

    wrong = ngx_payments_dialect_json(&reply->body, &tree);

    if (wrong != NULL) {
        return wrong;
    }

    memset(&said, 0, sizeof(ngx_payments_said_t));
    said.reading = *reading;

    wrong = ngx_payments_read_members(ngx_payments_members, tree, out, &said);

    cJSON_Delete(tree);

    if (wrong == NULL) {
        wrong = ngx_payments_read_meaning(dialect, &said);
    }

    if (wrong == NULL) {
        *reading = said.reading;
    }

    return wrong;
}


/* Notifications ---------------------------------------------------------- */

static ngx_payments_text_t
ngx_payments_protocol_text(const ngx_str_t *str)
{
    ngx_payments_text_t  text;

    text.data = str->data;
    text.len = str->len;

    return text;
}


static ngx_uint_t
ngx_payments_protocol_named(const ngx_str_t *id)
{
    size_t  i;

    for (i = 0; i < id->len; i++) {
        if (id->data[i] <= ' ' || id->data[i] >= 0x7f) {
            return 0;
        }
    }

    return id->len > 0 && id->len <= NGX_PAYMENTS_PROTOCOL_ID;
}


static const char *
ngx_payments_protocol_verify(const ngx_str_t *key,
    const ngx_payments_signed_t *headers, const ngx_str_t *body, int64_t now)
{
    int64_t              timestamp;
    ngx_payments_text_t  secret, id, text, signatures;

    if (!ngx_payments_protocol_named(&headers->id)
        || headers->signatures.len == 0)
    {
        return "a notification needs the headers webhook-id, "
               "webhook-timestamp and webhook-signature";
    }

    if (ngx_payments_integer(headers->timestamp.data, headers->timestamp.len,
                             &timestamp)
        != 0
        || timestamp < now - NGX_PAYMENTS_PROTOCOL_AGE
        || timestamp > now + NGX_PAYMENTS_PROTOCOL_AGE)
    {
        return "webhook-timestamp is not a time of the last 300 s, in seconds "
               "since 1970";
    }

    secret = ngx_payments_protocol_text(key);
    id = ngx_payments_protocol_text(&headers->id);
    text = ngx_payments_protocol_text(body);
    signatures = ngx_payments_protocol_text(&headers->signatures);

    return ngx_payments_signature_verify(&secret, &id, timestamp, &text,
                                         &signatures)
           ? NULL : "webhook-signature is not the processor's";
}


/* which of them it is; NGX_PAYMENTS_NOTICES: none */

static ngx_uint_t
ngx_payments_read_notice(const ngx_payments_said_t *said)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_PAYMENTS_NOTICES; i++) {
        if (ngx_payments_said_is(&said->type, ngx_payments_notices[i])) {
            break;
        }
    }

    return i;
}


/* NULL, or the member that its kind needs and that is not there */

static const char *
ngx_payments_read_needs(const ngx_payments_said_t *said, ngx_uint_t kind)
{
    const ngx_str_t            *text;
    const ngx_payments_need_t  *need;

    for (need = ngx_payments_needs; need->name != NULL; need++) {
        text = (const ngx_str_t *) ((const u_char *) said + need->place);

        if ((need->kinds & NGX_PAYMENTS_OF(kind)) && text->data == NULL) {
            return need->name;
        }
    }

    return (kind != NGX_PAYMENTS_NOTICE_RESULT && said->reading.amount == 0)
           ? "amount" : NULL;
}


/* a result is no other verdict than these */

static const char *
ngx_payments_read_result(ngx_payments_said_t *said)
{
    if (ngx_payments_read_verdict(said) != NULL) {
        return "verdict";
    }

    switch (said->reading.answer.verdict) {

    case NGX_PAYMENTS_VERDICT_APPROVED:
        return (said->reading.amount == 0) ? "amount"
               : (said->reading.currency.data == NULL) ? "currency" : NULL;

    case NGX_PAYMENTS_VERDICT_DECLINED:
        return (said->code.data == NULL) ? "failure" : NULL;

    case NGX_PAYMENTS_VERDICT_PENDING:
    case NGX_PAYMENTS_VERDICT_NOT_EXECUTED:
        return NULL;

    default:
        return "verdict";
    }
}


static const char *
ngx_payments_read_notification(const ngx_payments_dialect_t *dialect,
    ngx_payments_said_t *said, ngx_payments_notification_t *notification)
{
    ngx_uint_t   kind;
    const char  *wrong;

    kind = ngx_payments_read_notice(said);

    if (kind == NGX_PAYMENTS_NOTICES) {
        return "type";
    }

    wrong = ngx_payments_read_needs(said, kind);

    if (wrong == NULL && kind == NGX_PAYMENTS_NOTICE_RESULT) {
        wrong = ngx_payments_read_result(said);
    }

    if (wrong != NULL) {
        return wrong;
    }

    ngx_payments_read_failure(dialect, said);
    ngx_payments_dialect_hide(&said->reason);

    notification->kind = (ngx_payments_notice_e) kind;
    notification->at = said->at;
    notification->attempt = said->attempt;
    notification->chargeback = said->chargeback;
    notification->reason = said->reason;
    notification->amount = said->reading.amount;
    notification->currency = said->reading.currency;
    notification->answer = said->reading.answer;

    return NULL;
}


static const char *
ngx_payments_protocol_notification(const ngx_payments_dialect_t *dialect,
    const ngx_str_t *body, ngx_payments_out_t *out,
    ngx_payments_notification_t *notification)
{
    cJSON                *tree;
    const char           *wrong;
    const cJSON          *data;
    ngx_payments_said_t   said;

    wrong = ngx_payments_dialect_json(body, &tree);

    if (wrong != NULL) {
        return wrong;
    }

    memset(&said, 0, sizeof(ngx_payments_said_t));
    said.reading.answer.fee = -1;

    wrong = ngx_payments_read_members(ngx_payments_notification_members, tree,
                                      out, &said);

    if (wrong == NULL) {
        data = ngx_payments_read_item(tree, "data");
        wrong = cJSON_IsObject(data)
                ? ngx_payments_read_members(ngx_payments_data_members, data,
                                            out, &said)
                : "data";
    }

    cJSON_Delete(tree);

    return wrong ? wrong
                 : ngx_payments_read_notification(dialect, &said, notification);
}


/* What leaves for others: events, signed messages.  domain/ alone, prints
   TAP. */

#include "tap.h"
#include "../../ngx_payments_module/domain/ngx_payments_event.h"
#include "../../ngx_payments_module/domain/ngx_payments_message.h"


#define TEXT(s)  { (const uint8_t *) s, sizeof(s) - 1 }


static const uint8_t  uuid[] = {
    0x01, 0x8f, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0x1f
};

static ngx_payments_event_t  event = {
    .id = uuid, .object_id = uuid, .request_id = uuid,
    .type = TEXT("payment.captured"), .key = TEXT("a\"b\\c"),
    .object = TEXT("{\"id\":\"pay_1\"}"), .previous = TEXT("{\"version\":1}"),
    .sequence = 42, .created_at = 1, .object_version = 2
};


/* as it is, in memory that ends where its size says */

static const char *
json(void)
{
    size_t              size;
    ngx_payments_out_t  out;

    static uint8_t      text[4096];

    size = ngx_payments_event_size(&event);
    ngx_payments_out_init(&out, text, size);
    ngx_payments_event_json(&event, &out);
    *out.pos = '\0';

    return out.overflow || size >= sizeof(text) ? "(overflow)" : (char *) text;
}


static void
test_cloud(void)
{
    size_t              size;
    ngx_payments_out_t  out;

    static uint8_t      text[4096];
    static const char   head[] =
       "{\"specversion\":\"1.0\",\"id\":\"evt_01HW000000E00800000000000Z\","
       "\"source\":\"/merchants/mer_01HW000000E00800000000000Z\","
       "\"type\":\"payment.captured\","
       "\"subject\":\"pay_01HW000000E00800000000000Z\","
       "\"time\":\"1970-01-01T00:00:00.000001Z\",\"sequence\":\"42\","
       "\"partitionkey\":\"pay_01HW000000E00800000000000Z\","
       "\"datacontenttype\":\"application/json\",\"data\":{\"id\":";

    size = ngx_payments_event_size(&event) + NGX_PAYMENTS_EVENT_CLOUD;
    ngx_payments_out_init(&out, text, size);
    ngx_payments_event_cloud(&event, uuid, &out);
    *out.pos = '\0';

    ok(!out.overflow && memcmp(text, head, sizeof(head) - 1) == 0,
       "a CloudEvent, with the event");
    ok(out.pos[-1] == '}' && out.pos[-2] == '}' && out.pos[-3] == '}',
       "... and its end");
}


static void
test_event(void)
{
    size_t              i, n;
    uint8_t             key[255], text[4096];
    ngx_payments_out_t  out;

    is(json(),
       "{\"id\":\"evt_01HW000000E00800000000000Z\",\"object\":\"event\","
       "\"type\":\"payment.captured\",\"sequence\":42,\"livemode\":false,"
       "\"created_at\":\"1970-01-01T00:00:00.000001Z\","
       "\"timestamp\":\"1970-01-01T00:00:00.000001Z\","
       "\"data\":{\"object\":{\"id\":\"pay_1\"},"
       "\"previous_attributes\":{\"version\":1}},\"object_type\":\"payment\","
       "\"object_id\":\"pay_01HW000000E00800000000000Z\",\"object_version\":2,"
       "\"request\":{\"id\":\"req_01HW000000E00800000000000Z\","
       "\"idempotency_key\":\"a\\\"b\\\\c\"}}",
       "an event of a request");

    event.livemode = 1;
    event.request_id = NULL;
    event.key.data = NULL;
    event.key.len = 0;
    event.previous.data = NULL;
    event.previous.len = 0;
    event.type.data = (const uint8_t *) "dispute.won";
    event.type.len = 11;
    event.sequence = INT64_MAX;

    is(json(),
       "{\"id\":\"evt_01HW000000E00800000000000Z\",\"object\":\"event\","
       "\"type\":\"dispute.won\",\"sequence\":9223372036854775807,"
       "\"livemode\":true,\"created_at\":\"1970-01-01T00:00:00.000001Z\","
       "\"timestamp\":\"1970-01-01T00:00:00.000001Z\","
       "\"data\":{\"object\":{\"id\":\"pay_1\"},\"previous_attributes\":null},"
       "\"object_type\":\"dispute\","
       "\"object_id\":\"dis_01HW000000E00800000000000Z\",\"object_version\":2,"
       "\"request\":{\"id\":null,\"idempotency_key\":null}}",
       "an event without a request");

    /* the longest there can be, in the memory that its size asks for */

    memset(key, 1, sizeof(key));
    event.key.data = key;
    event.key.len = sizeof(key);
    event.request_id = uuid;
    event.previous = event.object;
    event.sequence = INT64_MIN;
    event.object_version = INT64_MIN;
    event.created_at = NGX_PAYMENTS_TIME_MAX;
    ok(strcmp(json(), "(overflow)") != 0, "its size is enough");

    n = strlen(json());

    for (i = 0; i < n; i++) {
        ngx_payments_out_init(&out, text, i);
        ngx_payments_event_json(&event, &out);

        if (!out.overflow) {
            break;
        }
    }

    ok(i == n, "where it does not fit, that is said");

    event.type.len = 0;
    ok(strstr(json(), "\"object_type\":\"\"") != NULL, "a type of nothing");
}


static const char *
refused(ngx_payments_message_t *message, const char *timestamp,
    const ngx_payments_text_t *keys, size_t n)
{
    const char  *why;

    message->timestamp.data = (const uint8_t *) timestamp;
    message->timestamp.len = strlen(timestamp);
    why = ngx_payments_message_refused(message, keys, n, 1700000000);

    return why ? why : "";
}


/* one that the first of two keys has signed, at some second */

static void
test_message(void)
{
    size_t                  i;
    char                    digits[24];
    uint8_t                 first[NGX_PAYMENTS_SIGNATURE_KEY];
    uint8_t                 second[NGX_PAYMENTS_SIGNATURE_KEY];
    uint8_t                 bits[NGX_PAYMENTS_MESSAGE_BITS];
    uint8_t                 secret[NGX_PAYMENTS_MESSAGE_SECRET + 1];
    ngx_payments_text_t     keys[2];
    ngx_payments_message_t  message = {
        .id = TEXT("evt_1"), .body = TEXT("{}")
    };

    static char             list[2 * NGX_PAYMENTS_SIGNATURE_LEN + 2];

    static const int64_t    near[] = { 1699999700, 1700000000, 1700000300 };
    static const struct {
        const char  *timestamp, *why;
    } far[] = {
        { "1699999699", "it was signed too long ago" },
        { "1700000301", "it was signed in the future" },
        { "0", "it was signed too long ago" },
        { "-9223372036854775808", "it was signed too long ago" },
        { "9223372036854775807", "it was signed in the future" },
        { "9223372036854775808", "its timestamp is no number of seconds" },
        { "01700000000", "its timestamp is no number of seconds" },
        { " 1700000000", "its timestamp is no number of seconds" },
        { "1.7e9", "its timestamp is no number of seconds" },
        { "", "it is not signed" }
    };

    memset(bits, 0xff, sizeof(bits));
    secret[NGX_PAYMENTS_MESSAGE_SECRET] = '\0';
    ngx_payments_message_secret(bits, secret);
    is((char *) secret, "whsec_//////////////////////////////////////////8=",
       "a secret");

    keys[0].data = first;
    keys[0].len = ngx_payments_signature_key(secret,
                                             NGX_PAYMENTS_MESSAGE_SECRET,
                                             first);
    ok(keys[0].len == sizeof(bits) && memcmp(first, bits, sizeof(bits)) == 0,
       "is what a signature is made with");

    memset(second, 1, 32);
    keys[1].data = second;
    keys[1].len = 32;

    for (i = 0; i < 3; i++) {

        message.signatures.data = (uint8_t *) list;
        message.signatures.len = NGX_PAYMENTS_SIGNATURE_LEN;

        (void) ngx_payments_signature(&keys[0], &message.id, near[i],
                                      &message.body, (uint8_t *) list);
        sprintf(digits, "%lld", (long long) near[i]);
        is(refused(&message, digits, keys, 2), "", "a message is believed");
        is(refused(&message, digits, keys + 1, 1),
           "none of its signatures is right", "not one of another's key");
        is(refused(&message, digits, keys, 0),
           "none of its signatures is right", "nor without a key");
    }

    /* while the sender replaces its key it signs with both */

    list[NGX_PAYMENTS_SIGNATURE_LEN] = ' ';
    (void) ngx_payments_signature(&keys[1], &message.id, near[2],
                                  &message.body,
                                  (uint8_t *) list + NGX_PAYMENTS_SIGNATURE_LEN
                                  + 1);
    message.signatures.len = 2 * NGX_PAYMENTS_SIGNATURE_LEN + 1;
    is(refused(&message, "1700000300", keys, 1), "", "by the old key");
    is(refused(&message, "1700000300", keys + 1, 1), "", "by the new one");

    message.body.len = 1;
    is(refused(&message, "1700000300", keys, 2),
       "none of its signatures is right", "not another body");
    message.body.len = 2;

    message.id.len--;
    is(refused(&message, "1700000300", keys, 2),
       "none of its signatures is right", "nor under another id");
    message.id.len = 0;
    is(refused(&message, "1700000300", keys, 2), "it is not signed",
       "nor without one");
    message.id.len = 5;

    for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
        is(refused(&message, far[i].timestamp, keys, 2), far[i].why,
           far[i].timestamp);
    }

    message.signatures.len = 0;
    is(refused(&message, "1700000000", keys, 2), "it is not signed",
       "without signatures");
}


int
main(void)
{
    test_cloud();
    test_event();
    test_message();

    ngx_payments_digest_free();

    return done();
}


/* What leaves for others: events.  domain/ alone, prints TAP. */

#include "tap.h"
#include "../../ngx_payments_module/domain/ngx_payments_event.h"


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


int
main(void)
{
    test_event();

    return done();
}

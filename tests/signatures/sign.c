
/*
 * Signs and verifies messages as the module does, for what is compared with the
 * reference implementations of Standard Webhooks.
 *
 * usage: sign ID TIMESTAMP SECRET... < body          prints the header's value
 *        sign --verify ID TIMESTAMP SIGNATURES NOW SECRET... < body
 *                                                    prints why not, or nothing
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../ngx_payments_module/domain/ngx_payments_message.h"


#define KEYS  4


static uint8_t              bytes[KEYS][NGX_PAYMENTS_SIGNATURE_KEY];
static uint8_t              body[1 << 20];
static ngx_payments_text_t  keys[KEYS];


static ngx_payments_text_t
text(const char *s)
{
    ngx_payments_text_t  t;

    t.data = (const uint8_t *) s;
    t.len = strlen(s);

    return t;
}


static size_t
read_keys(char **secrets)
{
    size_t  n;

    for (n = 0; n < KEYS && secrets[n] != NULL; n++) {
        keys[n].data = bytes[n];
        keys[n].len = ngx_payments_signature_key((uint8_t *) secrets[n],
                                                 strlen(secrets[n]), bytes[n]);
        if (keys[n].len == 0) {
            fprintf(stderr, "sign: no secret\n");
            exit(2);
        }
    }

    return n;
}


int
main(int argc, char **argv)
{
    size_t                  i, n;
    uint8_t                 signature[NGX_PAYMENTS_SIGNATURE_LEN];
    const char             *why;
    ngx_payments_message_t  m;

    m.body.data = body;
    m.body.len = fread(body, 1, sizeof(body), stdin);

    if (argc > 6 && strcmp(argv[1], "--verify") == 0) {
        m.id = text(argv[2]);
        m.timestamp = text(argv[3]);
        m.signatures = text(argv[4]);
        n = read_keys(argv + 6);
        why = ngx_payments_message_refused(&m, keys, n, atoll(argv[5]));
        printf("%s", why ? why : "");
        return 0;
    }

    if (argc < 4) {
        return 2;
    }

    m.id = text(argv[1]);
    n = read_keys(argv + 3);

    for (i = 0; i < n; i++) {
        if (ngx_payments_signature(&keys[i], &m.id, atoll(argv[2]), &m.body,
                                   signature)
            != 0)
        {
            return 1;
        }

        printf("%s%.*s", i ? " " : "", (int) sizeof(signature), signature);
    }

    return 0;
}

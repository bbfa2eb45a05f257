
/*
 * What reading a body costs: the strict parser with its nodes, against the
 * same followed by cJSON building a tree.
 * gcc -O2 -o json bench/json.c ngx_payments_module/domain/[a-z]*.c \
 *     -lcjson -lcrypto -lpcre2-8 -lm
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "../ngx_payments_module/domain/ngx_payments_domain.h"


static ngx_payments_json_node_t  nodes[NGX_PAYMENTS_JSON_NODES];
static uint32_t                  scratch[NGX_PAYMENTS_JSON_NODES];

static const char  body[] =
    "{\"amount\":1099,\"currency\":\"EUR\",\"payment_method\":"
    "{\"token\":\"tok_visa\"},\"description\":\"Order 123456\","
    "\"customer\":\"cus_123\",\"reference\":\"order-123456\","
    "\"metadata\":{\"order\":\"123456\",\"channel\":\"web\"}}";


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


int
main(void)
{
    int                  i, round;
    double               start, strict, both;
    cJSON               *tree;
    ngx_payments_json_t  json = { .nodes = nodes, .scratch = scratch,
                                  .capacity = NGX_PAYMENTS_JSON_NODES };

    for (round = 0; round < 3; round++) {
        start = now();
        for (i = 0; i < 300000; i++) {
            ngx_payments_json_parse(&json, (const uint8_t *) body,
                                    sizeof(body) - 1);
        }
        strict = now() - start;

        start = now();
        for (i = 0; i < 300000; i++) {
            ngx_payments_json_parse(&json, (const uint8_t *) body,
                                    sizeof(body) - 1);
            tree = cJSON_ParseWithLength(body, sizeof(body) - 1);
            cJSON_Delete(tree);
        }
        both = now() - start;

        printf("strict %.2f us, strict and cJSON %.2f us, ratio %.2f\n",
               strict / 0.3, both / 0.3, both / strict);
    }

    return 0;
}

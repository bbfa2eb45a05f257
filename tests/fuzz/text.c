
/* Ids, keys, integers, cards, tokens, currencies over any bytes. */

#include <stdlib.h>
#include <string.h>

#include "../../ngx_payments_module/domain/ngx_payments_domain.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t                    uuid[16], id[30], text[8 * 4096];
    int64_t                    n;
    ngx_payments_out_t         out;
    ngx_payments_api_key_t     key;
    ngx_payments_card_token_t  token;

    if (size > 4096) {
        return 0;
    }

    if (ngx_payments_id_parse("pay_", data, size, uuid) == 0) {
        ngx_payments_id("pay_", uuid, id);

        if (memcmp(id, data, 30) != 0) {
            abort();
        }
    }

    if (ngx_payments_integer(data, size, &n) == 0) {
        ngx_payments_out_init(&out, text, sizeof(text));
        ngx_payments_out_int(&out, n);

        if ((size_t) (out.pos - text) != size || memcmp(text, data, size) != 0)
        {
            abort();
        }
    }

    (void) ngx_payments_api_key_parse(data, size, &key);
    (void) ngx_payments_api_key_inside(data, size);
    (void) ngx_payments_card_number(data, size);
    (void) ngx_payments_card_token(data, size, &token);
    (void) ngx_payments_currency(data, size);

    ngx_payments_out_init(&out, text, sizeof(text));
    ngx_payments_out_json(&out, data, size);

    if (out.overflow) {
        abort();
    }

    return 0;
}

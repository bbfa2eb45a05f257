
/* Stored secrets, of any bytes, and files of keys. */

#include <stdlib.h>
#include <string.h>

#include "../../ngx_payments_module/domain/ngx_payments_secret.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const ngx_payments_text_t  line =
    ngx_payments_text("0123456789abcdefghijklmnopqrstuv");
static const ngx_payments_text_t  label = ngx_payments_text("label");


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                         len;
    uint8_t                        text[4096];
    uint8_t                        stored[4096 + NGX_PAYMENTS_SECRET_MORE];
    ngx_payments_text_t            whole, made;
    ngx_payments_keyring_t         other;
    static ngx_payments_keyring_t  ring;

    static const uint8_t           nonce[NGX_PAYMENTS_GCM_NONCE];

    if (size > sizeof(text)) {
        return 0;
    }

    if (ring.n == 0 && ngx_payments_keyring(&ring, &line, &label) != NULL) {
        abort();
    }

    whole.data = data;
    whole.len = size;

    (void) ngx_payments_keyring(&other, &whole, &label);

    /* what nobody has encrypted is never a secret */

    if (ngx_payments_secret_decrypt(&ring, &label, &whole, text, &len)
        == NGX_PAYMENTS_SECRET_OK)
    {
        abort();
    }

    /* what was encrypted is the same afterwards */

    made.data = stored;
    made.len = size + NGX_PAYMENTS_SECRET_MORE;

    if (ngx_payments_secret_encrypt(&ring, &line, &whole, nonce, stored) != 0
        || ngx_payments_secret_decrypt(&ring, &line, &made, text, &len)
           != NGX_PAYMENTS_SECRET_OK
        || len != size || memcmp(text, data, size) != 0)
    {
        abort();
    }

    return 0;
}

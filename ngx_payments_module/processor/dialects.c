
/* The dialects that there are. */

#include <string.h>

#include "ngx_payments_dialect.h"


static const ngx_payments_dialect_t *const  ngx_payments_dialects[] = {
    &ngx_payments_dialect_payments,
    &ngx_payments_dialect_stripe,
    NULL
};


const ngx_payments_dialect_t *
ngx_payments_dialect(ngx_str_t *name)
{
    ngx_uint_t  i;

    for (i = 0; ngx_payments_dialects[i] != NULL; i++) {
        if (name->len == strlen(ngx_payments_dialects[i]->name)
            && memcmp(name->data, ngx_payments_dialects[i]->name, name->len)
               == 0)
        {
            return ngx_payments_dialects[i];
        }
    }

    return NULL;
}

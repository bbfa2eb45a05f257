
/* Currencies */

#include "../ngx_payments_handlers.h"


void
ngx_payments_list_currencies(ngx_payments_request_t *request)
{
    size_t                          i, size;
    ngx_str_t                       data;
    ngx_payments_out_t              out;
    const ngx_payments_currency_t  *c;

    if (ngx_payments_query_parse(request) != NGX_OK) {
        request->done(request);
        return;
    }

    size = ngx_payments_ncurrencies * 160;

    data.data = ngx_pnalloc(request->pool, size);
    if (data.data == NULL) {
        goto failed;
    }

    ngx_payments_out_init(&out, data.data, size);

    for (i = 0; i < ngx_payments_ncurrencies; i++) {
        c = &ngx_payments_currencies[i];

        ngx_payments_out_str(&out, i ? ",{\"code\":\"" : "{\"code\":\"");
        ngx_payments_out_str(&out, c->code);
        ngx_payments_out_str(&out, "\",\"exponent\":");
        ngx_payments_out_int(&out, c->exponent);
        ngx_payments_out_str(&out, ",\"name\":");
        ngx_payments_out_json(&out, (u_char *) c->name, ngx_strlen(c->name));
        ngx_payments_out_str(&out, "}");
    }

    data.len = out.pos - out.start;

    if (!out.overflow
        && ngx_payments_list_body(request, &data, NULL) == NGX_OK)
    {
        request->done(request);
        return;
    }

failed:

    ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL, NULL);
    request->done(request);
}

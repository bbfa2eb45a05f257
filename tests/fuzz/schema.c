
/* The validator over any document: it ends, and its texts are clean. */

#include <stdlib.h>
#include <string.h>

#include "../../ngx_payments_module/domain/ngx_payments_domain.h"


static const char *const  kinds[] = { "one", "two", NULL };

static const ngx_payments_field_t  inner[] = {
    { "token", NGX_PAYMENTS_FIELD_STRING, 4, 1, 0, 1, 64, "[A-Za-z0-9_]*",
      NULL, NULL, NULL },
    { NULL, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL }
};

static const ngx_payments_schema_t  object = { "Object", NULL, inner };

static const ngx_payments_field_t  fields[] = {
    { "amount", NGX_PAYMENTS_FIELD_AMOUNT, 0, 1, 0, 0, 0, NULL, NULL, NULL,
      NULL },
    { "currency", NGX_PAYMENTS_FIELD_CURRENCY, 1, 1, 0, 0, 0, NULL, NULL,
      NULL, NULL },
    { "kind", NGX_PAYMENTS_FIELD_ENUM, 2, 0, 1, 0, 0, NULL, kinds, NULL, NULL },
    { "m", NGX_PAYMENTS_FIELD_METADATA, 3, 0, 0, 0, 0, NULL, NULL, NULL,
      NULL },
    { "o", NGX_PAYMENTS_FIELD_OBJECT, 5, 0, 0, 0, 0, NULL, NULL, &object,
      NULL },
    { "s", NGX_PAYMENTS_FIELD_STRING, 6, 0, 1, 1, 9, "[a-z./]*", NULL, NULL,
      NULL },
    { "i", NGX_PAYMENTS_FIELD_INTEGER, 7, 0, 0, -5, 5, NULL, NULL, NULL,
      NULL },
    { NULL, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL }
};

static ngx_payments_json_node_t  nodes[NGX_PAYMENTS_JSON_NODES];
static uint32_t                  scratch[NGX_PAYMENTS_JSON_NODES];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t                   i;
    ngx_payments_json_t        json;
    ngx_payments_validation_t  v;

    if (ngx_payments_pattern_find("[a-z./]*") == NULL
        && ngx_payments_schema_compile(fields) != NULL)
    {
        abort();
    }

    json.nodes = nodes;
    json.scratch = scratch;
    json.capacity = NGX_PAYMENTS_JSON_NODES;

    if (ngx_payments_json_parse(&json, data, size) != NGX_PAYMENTS_JSON_OK) {
        return 0;
    }

    (void) ngx_payments_validate(&json, fields, &v);

    for (i = 0; i < v.nviolations; i++) {
        if (memchr(v.violations[i].pointer, 0, sizeof(v.violations[i].pointer))
            == NULL
            || memchr(v.violations[i].detail, 0,
                      sizeof(v.violations[i].detail)) == NULL
            || ngx_payments_card_number(
                   (const uint8_t *) v.violations[i].detail,
                   strlen(v.violations[i].detail)))
        {
            abort();
        }
    }

    return 0;
}


/*
 * Strict JSON against cJSON: what ours takes cJSON takes too and reads the
 * same; the canonical form is its own canonical form.
 */

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "../../ngx_payments_module/domain/ngx_payments_domain.h"


static ngx_payments_json_node_t  nodes[NGX_PAYMENTS_JSON_NODES];
static uint32_t                  scratch[NGX_PAYMENTS_JSON_NODES];
static uint8_t                   one[10 * 65536], two[10 * 65536];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
same(const ngx_payments_json_t *json, uint32_t *index, const cJSON *item)
{
    uint32_t                         i, n;
    uint8_t                          text[65536];
    const cJSON                     *child;
    ngx_payments_out_t               out;
    const ngx_payments_json_node_t  *node = &json->nodes[(*index)++];

    switch (node->type) {

    case NGX_PAYMENTS_JSON_STRING:
        ngx_payments_out_init(&out, text, sizeof(text));
        ngx_payments_json_decode(json, node, &out);
        n = (uint32_t) (out.pos - text);

        if (!cJSON_IsString(item) || strlen(item->valuestring) != n
            || memcmp(item->valuestring, text, n) != 0)
        {
            abort();
        }

        break;

    case NGX_PAYMENTS_JSON_NUMBER:
        if (!cJSON_IsNumber(item)) {
            abort();
        }

        break;

    case NGX_PAYMENTS_JSON_OBJECT:
    case NGX_PAYMENTS_JSON_ARRAY:
        child = item->child;

        for (i = 0; i < node->size; i++) {
            if (child == NULL) {
                abort();
            }

            *index += (node->type == NGX_PAYMENTS_JSON_OBJECT);
            same(json, index, child);
            child = child->next;
        }

        if (child != NULL || *index != node->next) {
            abort();
        }

        break;

    default:
        if ((node->type == NGX_PAYMENTS_JSON_NULL) != cJSON_IsNull(item)
            || (node->type == NGX_PAYMENTS_JSON_TRUE) != cJSON_IsTrue(item))
        {
            abort();
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON                *item;
    uint32_t              index;
    ngx_payments_out_t    first, second;
    ngx_payments_json_t   json;

    json.nodes = nodes;
    json.scratch = scratch;
    json.capacity = NGX_PAYMENTS_JSON_NODES;

    if (size > 8192
        || ngx_payments_json_parse(&json, data, size) != NGX_PAYMENTS_JSON_OK)
    {
        return 0;
    }

    item = cJSON_ParseWithLength((const char *) data, size);

    if (item == NULL) {

        /* cJSON gives up on a number that strtod() does not read to its end
           and on white space alone; ours has no such limits here */

        abort();
    }

    index = 0;
    same(&json, &index, item);
    cJSON_Delete(item);

    ngx_payments_out_init(&first, one, sizeof(one));
    ngx_payments_json_canonical(&json, &first);

    if (first.overflow || first.pos - one > NGX_PAYMENTS_BODY_MAX) {
        return 0;
    }

    if (ngx_payments_json_parse(&json, one, (size_t) (first.pos - one))
        != NGX_PAYMENTS_JSON_OK)
    {
        abort();
    }

    ngx_payments_out_init(&second, two, sizeof(two));
    ngx_payments_json_canonical(&json, &second);

    if (first.pos - one != second.pos - two
        || memcmp(one, two, (size_t) (first.pos - one)) != 0)
    {
        abort();
    }

    return 0;
}


/* What dialects have in common. */

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "ngx_payments_dialect.h"


ngx_str_t
ngx_payments_dialect_piece(const ngx_payments_out_t *out, u_char *from)
{
    ngx_str_t  piece;

    piece.data = from;
    piece.len = (size_t) (out->pos - from);

    return piece;
}


/* cJSON itself takes a member twice, and bytes that are no UTF-8 */

static const char *
ngx_payments_dialect_strict(const ngx_str_t *body)
{
    size_t                  n;
    ngx_payments_json_t     json;
    ngx_payments_json_rc_e  rc;

    if (body->len == 0 || body->len > NGX_PAYMENTS_BODY_MAX) {
        return "the body is empty, or too large";
    }

    n = body->len / 2 + 2;

    memset(&json, 0, sizeof(ngx_payments_json_t));
    json.nodes = malloc(n * sizeof(ngx_payments_json_node_t));
    json.scratch = malloc(n * sizeof(uint32_t));
    json.capacity = (uint32_t) n;

    rc = (json.nodes != NULL && json.scratch != NULL)
         ? ngx_payments_json_parse(&json, body->data, body->len)
         : NGX_PAYMENTS_JSON_INVALID;

    free(json.nodes);
    free(json.scratch);

    return (rc == NGX_PAYMENTS_JSON_OK) ? NULL : "the body is no valid JSON";
}


const char *
ngx_payments_dialect_json(const ngx_str_t *body, struct cJSON **tree)
{
    const char  *wrong;

    wrong = ngx_payments_dialect_strict(body);

    if (wrong != NULL) {
        return wrong;
    }

    *tree = cJSON_ParseWithLength((char *) body->data, body->len);

    return *tree ? NULL : "the body is no valid JSON";
}


/* it is shown to people: it must not have a card number */

void
ngx_payments_dialect_hide(ngx_str_t *text)
{
    if (text->data != NULL && ngx_payments_card_number(text->data, text->len)) {
        text->data = NULL;
        text->len = 0;
    }
}

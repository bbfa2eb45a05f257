
/* Request bodies against a table of fields. */

#include <stdio.h>
#include <string.h>

#include "ngx_payments_pointer.h"


#define NGX_PAYMENTS_METADATA_PAIRS  50
#define NGX_PAYMENTS_METADATA_KEY    40
#define NGX_PAYMENTS_METADATA_VALUE  500


static void
ngx_payments_violation(const ngx_payments_json_t *json,
    ngx_payments_validation_t *v, const ngx_payments_path_t *path,
    ngx_payments_violation_e kind, const char *code, const char *detail)
{
    ngx_payments_violation_t  *violation;

    if (v->nviolations == NGX_PAYMENTS_VIOLATIONS) {

        /* a card number must not hide behind a crowd of lesser faults */

        if (kind != NGX_PAYMENTS_CARD_NUMBER) {
            return;
        }

        v->nviolations--;
    }

    violation = &v->violations[v->nviolations++];

    violation->kind = kind;
    violation->code = code;

    (void) snprintf(violation->detail, sizeof(violation->detail), "%s",
                    detail);
    (void) ngx_payments_pointer(json, path, violation->pointer,
                                sizeof(violation->pointer));
}


/* the rest of this file reports through one frame */

typedef struct {
    const ngx_payments_json_t       *json;
    ngx_payments_validation_t       *v;
} ngx_payments_validator_t;


static void
ngx_payments_failed(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const char *code, const char *format,
    int64_t n)
{
    char  detail[NGX_PAYMENTS_DETAIL_LEN];

    (void) snprintf(detail, sizeof(detail), format, (long long) n);

    ngx_payments_violation(t->json, t->v, path,
                           NGX_PAYMENTS_VALIDATION_FAILED, code, detail);
}


/* "must be one of a, b", or what a pattern says */

static void
ngx_payments_not_allowed(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_field_t *f)
{
    int                 n;
    char                detail[NGX_PAYMENTS_DETAIL_LEN];
    size_t              used;
    const char *const  *value;

    if (f->values == NULL) {
        (void) snprintf(detail, sizeof(detail), "must match ^%s$", f->pattern);
        ngx_payments_violation(t->json, t->v, path,
                               NGX_PAYMENTS_VALIDATION_FAILED, "pattern",
                               detail);
        return;
    }

    used = (size_t) snprintf(detail, sizeof(detail), "must be one of");

    for (value = f->values; *value != NULL; value++) {
        n = snprintf(detail + used, sizeof(detail) - used, "%s %s",
                     value == f->values ? "" : ",", *value);

        if (n < 0 || (size_t) n >= sizeof(detail) - used) {
            break;
        }

        used += (size_t) n;
    }

    ngx_payments_violation(t->json, t->v, path, NGX_PAYMENTS_VALIDATION_FAILED,
                           "enum", detail);
}


static int
ngx_payments_is_type(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    uint8_t type, const char *detail)
{
    if (node->type == type) {
        return 1;
    }

    ngx_payments_violation(t->json, t->v, path,
                           NGX_PAYMENTS_VALIDATION_FAILED, "type", detail);
    return 0;
}


static void
ngx_payments_check_length(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    int64_t min, int64_t max)
{
    uint32_t  len;

    len = ngx_payments_json_length(t->json, node);

    if (len < min) {
        ngx_payments_failed(t, path, "min_length",
                            "must have at least %lld characters", min);
    }

    if (len > max) {
        ngx_payments_failed(t, path, "max_length",
                            "must have at most %lld characters", max);
    }
}


static void
ngx_payments_check_string(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    const ngx_payments_field_t *f)
{
    size_t               len;
    uint8_t              text[4 * 512];
    const char *const   *value;
    ngx_payments_out_t   out;

    if (!ngx_payments_is_type(t, path, node, NGX_PAYMENTS_JSON_STRING,
                              "must be a string"))
    {
        return;
    }

    if (f->type == NGX_PAYMENTS_FIELD_ENUM) {
        for (value = f->values; *value != NULL; value++) {
            if (ngx_payments_json_is(t->json, node, *value)) {
                t->v->values[f->slot].word = *value;
                return;
            }
        }

        ngx_payments_not_allowed(t, path, f);
        return;
    }

    ngx_payments_check_length(t, path, node, f->min, f->max);

    if (f->pattern != NULL) {
        ngx_payments_out_init(&out, text, sizeof(text));
        ngx_payments_json_decode(t->json, node, &out);
        len = (size_t) (out.pos - text);

        if (out.overflow || !ngx_payments_pattern_match(f->pattern, text, len))
        {
            ngx_payments_not_allowed(t, path, f);
        }
    }
}


static void
ngx_payments_check_integer(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    const ngx_payments_field_t *f)
{
    int                       rc, amount;
    char                      detail[96];
    int64_t                   n, min, max;
    ngx_payments_violation_e  small, large;

    amount = (f->type == NGX_PAYMENTS_FIELD_AMOUNT);

    rc = (node->type == NGX_PAYMENTS_JSON_NUMBER)
         ? ngx_payments_integer(t->json->text + node->start, node->len, &n)
         : 1;

    if (rc == 1) {
        ngx_payments_failed(t, path, "type", amount
                            ? "must be an integer in minor units, without "
                              "fraction or exponent"
                            : "must be an integer, without fraction or "
                              "exponent", 0);
        return;
    }

    t->v->values[f->slot].number = n;

    min = amount ? 1 : f->min;
    max = amount ? NGX_PAYMENTS_AMOUNT_MAX : f->max;
    small = amount ? NGX_PAYMENTS_AMOUNT_TOO_SMALL
                   : NGX_PAYMENTS_VALIDATION_FAILED;
    large = amount ? NGX_PAYMENTS_AMOUNT_TOO_LARGE
                   : NGX_PAYMENTS_VALIDATION_FAILED;

    if (n < min) {
        (void) snprintf(detail, sizeof(detail), "must be >= %lld",
                        (long long) min);
        ngx_payments_violation(t->json, t->v, path, small, "minimum", detail);
    }

    if (n > max) {
        (void) snprintf(detail, sizeof(detail), "must be <= %lld",
                        (long long) max);
        ngx_payments_violation(t->json, t->v, path, large, "maximum", detail);
    }
}


static void
ngx_payments_check_currency(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    const ngx_payments_field_t *f)
{
    const ngx_payments_currency_t  *currency;

    if (!ngx_payments_is_type(t, path, node, NGX_PAYMENTS_JSON_STRING,
                              "must be a string"))
    {
        return;
    }

    currency = ngx_payments_json_currency(t->json, node);
    t->v->values[f->slot].currency = currency;

    if (currency == NULL) {
        ngx_payments_violation(t->json, t->v, path,
                               NGX_PAYMENTS_INVALID_CURRENCY, "currency",
                               "must be an ISO 4217 code that payments can be "
                               "made in");
    }
}


static void
ngx_payments_check_metadata(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    const ngx_payments_field_t *f)
{
    uint32_t                         i, max;
    ngx_payments_path_t              member;
    const ngx_payments_json_node_t  *name, *value;

    if (!ngx_payments_is_type(t, path, node, NGX_PAYMENTS_JSON_OBJECT,
                              "must be an object of strings"))
    {
        return;
    }

    /* a patch may delete all pairs, and set as many others */

    max = (f->min == NGX_PAYMENTS_METADATA_PATCH)
          ? 2 * NGX_PAYMENTS_METADATA_PAIRS : NGX_PAYMENTS_METADATA_PAIRS;

    if (node->size > max) {
        ngx_payments_failed(t, path, "max_properties",
                            "must have at most %lld members", max);
        return;
    }

    member.parent = path;
    member.field = NULL;
    name = node + 1;

    for (i = 0; i < node->size; i++) {
        value = name + 1;
        member.name = name;

        if (ngx_payments_json_length(t->json, name)
            > NGX_PAYMENTS_METADATA_KEY)
        {
            ngx_payments_failed(t, path, "max_length",
                                "member names must have at most %lld "
                                "characters", NGX_PAYMENTS_METADATA_KEY);

        } else if (name->len == 0) {
            ngx_payments_failed(t, path, "min_length",
                                "member names must not be empty", 0);
        }

        if (f->min == NGX_PAYMENTS_METADATA_PATCH
            && value->type == NGX_PAYMENTS_JSON_NULL)
        {
            /* it will be deleted */

        } else if (ngx_payments_is_type(t, &member, value,
                                        NGX_PAYMENTS_JSON_STRING,
                                        "must be a string"))
        {
            ngx_payments_check_length(t, &member, value, 0,
                                      NGX_PAYMENTS_METADATA_VALUE);
        }

        name = t->json->nodes + value->next;
    }
}


static void
ngx_payments_check_set(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    const ngx_payments_field_t *f)
{
    uint32_t                         i, n, seen;
    ngx_payments_path_t              member;
    const ngx_payments_json_node_t  *element;

    if (!ngx_payments_is_type(t, path, node, NGX_PAYMENTS_JSON_ARRAY,
                              "must be an array of strings"))
    {
        return;
    }

    if (node->size == 0) {
        ngx_payments_failed(t, path, "min_items", "must not be empty", 0);
    }

    seen = 0;
    member.parent = path;
    member.name = NULL;
    member.field = NULL;
    element = node + 1;

    for (i = 0; i < node->size && t->v->nviolations < NGX_PAYMENTS_VIOLATIONS;
         i++)
    {
        member.element = i;

        for (n = 0; f->values[n] != NULL; n++) {
            if (element->type == NGX_PAYMENTS_JSON_STRING
                && ngx_payments_json_is(t->json, element, f->values[n]))
            {
                break;
            }
        }

        if (f->values[n] == NULL) {
            ngx_payments_not_allowed(t, &member, f);

        } else if (seen & (1u << n)) {
            ngx_payments_failed(t, &member, "unique_items",
                                "must not be there twice", 0);
        } else {
            seen |= 1u << n;
        }

        element = t->json->nodes + element->next;
    }

    t->v->values[f->slot].set = seen;
}


static void
ngx_payments_check_time(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    const ngx_payments_field_t *f)
{
    int                  more;
    uint8_t              text[1024];
    ngx_payments_out_t   out;

    if (!ngx_payments_is_type(t, path, node, NGX_PAYMENTS_JSON_STRING,
                              "must be a string"))
    {
        return;
    }

    ngx_payments_out_init(&out, text, sizeof(text));
    ngx_payments_json_decode(t->json, node, &out);

    if (out.overflow
        || ngx_payments_time_parse(text, (size_t) (out.pos - text),
                                   &t->v->values[f->slot].number, &more)
           != 0)
    {
        ngx_payments_failed(t, path, "format",
                            "must be a time as RFC 3339 has it, as "
                            "2026-11-30T09:35:06.319776Z", 0);
    }
}


static void ngx_payments_check_object(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    const ngx_payments_field_t *fields);


static void
ngx_payments_check_field(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    const ngx_payments_field_t *f)
{
    /* null is the same as leaving the member out */

    if (node->type == NGX_PAYMENTS_JSON_NULL && !f->required) {
        return;
    }

    t->v->slots[f->slot] = node;

    switch (f->type) {

    case NGX_PAYMENTS_FIELD_STRING:
    case NGX_PAYMENTS_FIELD_ENUM:
        ngx_payments_check_string(t, path, node, f);
        break;

    case NGX_PAYMENTS_FIELD_AMOUNT:
    case NGX_PAYMENTS_FIELD_INTEGER:
        ngx_payments_check_integer(t, path, node, f);
        break;

    case NGX_PAYMENTS_FIELD_BOOLEAN:
        t->v->values[f->slot].number = (node->type == NGX_PAYMENTS_JSON_TRUE);

        if (node->type != NGX_PAYMENTS_JSON_FALSE) {
            (void) ngx_payments_is_type(t, path, node, NGX_PAYMENTS_JSON_TRUE,
                                        "must be true or false");
        }

        break;

    case NGX_PAYMENTS_FIELD_CURRENCY:
        ngx_payments_check_currency(t, path, node, f);
        break;

    case NGX_PAYMENTS_FIELD_METADATA:
        ngx_payments_check_metadata(t, path, node, f);
        break;

    case NGX_PAYMENTS_FIELD_SET:
        ngx_payments_check_set(t, path, node, f);
        break;

    case NGX_PAYMENTS_FIELD_TIME:
        ngx_payments_check_time(t, path, node, f);
        break;

    case NGX_PAYMENTS_FIELD_OBJECT:
        ngx_payments_check_object(t, path, node, f->schema->fields);
        break;

    default:
        /* of answers */
        break;
    }
}


static void
ngx_payments_check_object(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, const ngx_payments_json_node_t *node,
    const ngx_payments_field_t *fields)
{
    uint32_t                         i, seen;
    ngx_payments_path_t              member;
    const ngx_payments_field_t      *f;
    const ngx_payments_json_node_t  *name, *value;

    if (!ngx_payments_is_type(t, path, node, NGX_PAYMENTS_JSON_OBJECT,
                              "must be an object"))
    {
        return;
    }

    seen = 0;
    member.parent = path;
    member.field = NULL;
    name = node + 1;

    for (i = 0; i < node->size; i++) {
        value = name + 1;
        member.name = name;

        for (f = fields; f->name != NULL; f++) {
            if (ngx_payments_json_is(t->json, name, f->name)) {
                break;
            }
        }

        if (f->name != NULL) {
            seen |= 1u << (f - fields);
            ngx_payments_check_field(t, &member, value, f);

        } else {
            ngx_payments_violation(t->json, t->v, &member,
                                   NGX_PAYMENTS_UNKNOWN_PARAMETER, "unknown",
                                   "no such parameter");
        }

        name = t->json->nodes + value->next;
    }

    for (f = fields; f->name != NULL; f++) {
        if (f->required && !(seen & (1u << (f - fields)))) {
            member.name = NULL;
            member.field = f->name;
            ngx_payments_failed(t, &member, "required", "is required", 0);
        }
    }
}


/*
 * Every string of the document, names included, wherever it stands; "path"
 * and the subtree's root are found again by walking, since a card number is
 * rare and the walk is not.
 */

static void
ngx_payments_check_cards(ngx_payments_validator_t *t,
    const ngx_payments_path_t *path, uint32_t index, uint8_t *text)
{
    uint32_t                         i;
    ngx_payments_out_t               out;
    ngx_payments_path_t              child;
    const ngx_payments_json_node_t  *node;

    node = &t->json->nodes[index];

    if (node->type == NGX_PAYMENTS_JSON_STRING) {

        if (node->len < 13) {
            return;
        }

        ngx_payments_out_init(&out, text, NGX_PAYMENTS_BODY_MAX);
        ngx_payments_json_decode(t->json, node, &out);

        if (ngx_payments_card_number(text, (size_t) (out.pos - text))) {
            ngx_payments_violation(t->json, t->v, path,
                                   NGX_PAYMENTS_CARD_NUMBER, "card_number",
                                   "must not hold a card number; send a "
                                   "token instead");
        }

        return;
    }

    if (node->size == 0) {
        return;
    }

    child.parent = path;
    child.field = NULL;
    index++;

    for (i = 0; i < node->size; i++) {
        child.name = NULL;
        child.element = i;

        if (node->type == NGX_PAYMENTS_JSON_OBJECT) {
            ngx_payments_check_cards(t, path, index, text);
            child.name = &t->json->nodes[index++];
        }

        ngx_payments_check_cards(t, &child, index, text);
        index = t->json->nodes[index].next;
    }
}


uint32_t
ngx_payments_validate(const ngx_payments_json_t *json,
    const ngx_payments_field_t *fields, ngx_payments_validation_t *v)
{
    ngx_payments_path_t       root;
    ngx_payments_validator_t  t;

    static uint8_t            text[NGX_PAYMENTS_BODY_MAX];

    memset(v->slots, 0, sizeof(v->slots));
    v->nviolations = 0;

    memset(&root, 0, sizeof(root));

    t.json = json;
    t.v = v;

    ngx_payments_check_object(&t, &root, &json->nodes[0], fields);
    ngx_payments_check_cards(&t, &root, 0, text);

    return v->nviolations;
}


/*
 * Schemas as OpenAPI has them: 3.0 has "nullable" and ignores what stands
 * beside a $ref, 3.1 has lists of types.
 */

#include "ngx_payments_documents.h"


#define NGX_PAYMENTS_SCHEMAS  96


/* those that were met on the way through the operations */

typedef struct {
    const ngx_payments_schema_t    *schema;
    ngx_uint_t                      answer;
    ngx_uint_t                      listed;    /* there is a list of it */
} ngx_payments_met_t;

typedef struct {
    ngx_payments_met_t              met[NGX_PAYMENTS_SCHEMAS];
    ngx_uint_t                      n;
} ngx_payments_schemas_t;


void
ngx_payments_openapi_text(ngx_payments_out_t *out, const char *name,
    const char *text)
{
    if (text == NULL) {
        return;
    }

    ngx_payments_out_str(out, ",\"");
    ngx_payments_out_str(out, name);
    ngx_payments_out_str(out, "\":");
    ngx_payments_out_json(out, (const uint8_t *) text, ngx_strlen(text));
}


static void
ngx_payments_openapi_number(ngx_payments_out_t *out, const char *name,
    int64_t n)
{
    ngx_payments_out_str(out, ",\"");
    ngx_payments_out_str(out, name);
    ngx_payments_out_str(out, "\":");
    ngx_payments_out_int(out, n);
}


/* ,"name":["a","b"] and perhaps null */

static void
ngx_payments_openapi_names(ngx_payments_out_t *out, const char *name,
    const char *const *values, ngx_uint_t null)
{
    ngx_uint_t  i;

    ngx_payments_out_str(out, ",\"");
    ngx_payments_out_str(out, name);
    ngx_payments_out_str(out, "\":[");

    for (i = 0; values[i] != NULL; i++) {
        ngx_payments_out_str(out, i ? ",\"" : "\"");
        ngx_payments_out_str(out, values[i]);
        ngx_payments_out_str(out, "\"");
    }

    ngx_payments_out_str(out, null ? ",null]" : "]");
}


static void
ngx_payments_openapi_type(ngx_payments_out_t *out, const char *type,
    ngx_uint_t nullable, ngx_uint_t minor)
{
    ngx_payments_out_str(out, (nullable && minor) ? "\"type\":[\""
                                                  : "\"type\":\"");
    ngx_payments_out_str(out, type);
    ngx_payments_out_str(out, (nullable && minor) ? "\",\"null\"]" : "\"");

    if (nullable && !minor) {
        ngx_payments_out_str(out, ",\"nullable\":true");
    }
}


static void
ngx_payments_openapi_ref(ngx_payments_out_t *out, const char *name)
{
    ngx_payments_out_str(out, "\"$ref\":\"#/components/schemas/");
    ngx_payments_out_str(out, name);
    ngx_payments_out_str(out, "\"");
}


static void
ngx_payments_openapi_string(ngx_payments_out_t *out,
    const ngx_payments_field_t *f, ngx_uint_t minor)
{
    u_char  text[128];
    size_t  n;

    ngx_payments_openapi_type(out, "string", f->nullable, minor);

    if (f->type == NGX_PAYMENTS_FIELD_ID) {
        ngx_payments_openapi_number(out, "minLength",
                                    (int64_t) ngx_strlen(f->pattern)
                                    + NGX_PAYMENTS_BASE32_LEN);
        ngx_payments_openapi_number(out, "maxLength",
                                    (int64_t) ngx_strlen(f->pattern)
                                    + NGX_PAYMENTS_BASE32_LEN);
        return;
    }

    if (f->min) {
        ngx_payments_openapi_number(out, "minLength", f->min);
    }

    if (f->max) {
        ngx_payments_openapi_number(out, "maxLength", f->max);
    }

    if (f->pattern != NULL) {
        n = ngx_snprintf(text, sizeof(text), "^%s$", f->pattern) - text;

        ngx_payments_out_str(out, ",\"pattern\":");
        ngx_payments_out_json(out, text, n);
    }
}


static void
ngx_payments_openapi_integer(ngx_payments_out_t *out,
    const ngx_payments_field_t *f, ngx_uint_t minor)
{
    ngx_uint_t  amount = (f->type == NGX_PAYMENTS_FIELD_AMOUNT);

    ngx_payments_openapi_type(out, "integer", f->nullable, minor);
    ngx_payments_out_str(out, ",\"format\":\"int64\"");
    ngx_payments_openapi_number(out, "minimum", amount ? 1 : f->min);
    ngx_payments_openapi_number(out, "maximum", amount
                                ? NGX_PAYMENTS_AMOUNT_MAX : f->max);
}


/* what only has a name, or is made of such */

static ngx_uint_t
ngx_payments_openapi_composed(ngx_payments_out_t *out,
    const ngx_payments_field_t *f, ngx_uint_t minor)
{
    switch (f->type) {

    case NGX_PAYMENTS_FIELD_METADATA:
        ngx_payments_openapi_ref(out, (f->min == NGX_PAYMENTS_METADATA_PATCH)
                                      ? "MetadataPatch" : "Metadata");
        return 1;

    case NGX_PAYMENTS_FIELD_OBJECT:
        ngx_payments_openapi_ref(out, f->schema->name);
        return 1;

    case NGX_PAYMENTS_FIELD_LIST:
        ngx_payments_out_str(out, "\"type\":\"array\",\"items\":{");
        ngx_payments_openapi_ref(out, f->schema->name);
        ngx_payments_out_str(out, "}");
        return 0;

    case NGX_PAYMENTS_FIELD_MAP:
        ngx_payments_out_str(out, "\"type\":\"object\","
                                  "\"additionalProperties\":{");
        ngx_payments_openapi_ref(out, f->schema->name);
        ngx_payments_out_str(out, "}");
        return 0;

    default:
        ngx_payments_openapi_type(out, "object", f->nullable, minor);
        ngx_payments_out_str(out, ",\"additionalProperties\":true");
        return 0;
    }
}


void
ngx_payments_openapi_field(ngx_payments_out_t *out,
    const ngx_payments_field_t *row, ngx_uint_t minor, ngx_uint_t answer)
{
    ngx_payments_field_t  field = *row, *f = &field;

    /* null in a request is the same as leaving the member out */

    field.nullable |= (!answer && !row->required);

    ngx_payments_out_str(out, "{");

    switch (f->type) {

    case NGX_PAYMENTS_FIELD_STRING:
    case NGX_PAYMENTS_FIELD_ID:
        ngx_payments_openapi_string(out, f, minor);
        break;

    case NGX_PAYMENTS_FIELD_ENUM:
        ngx_payments_openapi_type(out, "string", f->nullable, minor);

        /* in 3.0 tools do not agree whether null must be among the values */

        if (minor || !answer || !f->nullable) {
            ngx_payments_openapi_names(out, "enum", f->values,
                                       f->nullable && minor);
        }

        if (answer && f->values[1] != NULL) {
            ngx_payments_openapi_names(out, "x-extensible-enum", f->values,
                                       0);
        }

        break;

    case NGX_PAYMENTS_FIELD_AMOUNT:
    case NGX_PAYMENTS_FIELD_INTEGER:
        ngx_payments_openapi_integer(out, f, minor);
        break;

    case NGX_PAYMENTS_FIELD_BOOLEAN:
        ngx_payments_openapi_type(out, "boolean", f->nullable, minor);
        break;

    case NGX_PAYMENTS_FIELD_CURRENCY:
        ngx_payments_openapi_type(out, "string", f->nullable, minor);
        ngx_payments_out_str(out, answer ? ",\"pattern\":\"^[A-Z]{3}$\""
                                         : ",\"pattern\":\"^[A-Za-z]{3}$\"");
        break;

    case NGX_PAYMENTS_FIELD_TIME:
        ngx_payments_openapi_type(out, "string", f->nullable, minor);
        ngx_payments_out_str(out, ",\"format\":\"date-time\"");
        break;

    case NGX_PAYMENTS_FIELD_SET:
        ngx_payments_out_str(out, "\"type\":\"array\",\"uniqueItems\":true,"
                                  "\"minItems\":1,\"items\":{"
                                  "\"type\":\"string\"");
        ngx_payments_openapi_names(out, "enum", f->values, 0);
        ngx_payments_out_str(out, "}");
        break;

    default:
        if (ngx_payments_openapi_composed(out, f, minor)) {
            ngx_payments_out_str(out, "}");
            return;
        }
    }

    ngx_payments_openapi_text(out, "description",
                              f->about ? f->about
                              : f->type == NGX_PAYMENTS_FIELD_CURRENCY
                              ? "ISO 4217." : NULL);
    ngx_payments_out_str(out, "}");
}


/* objects that may be null, as their schemas say */

static ngx_uint_t
ngx_payments_openapi_nullable(const ngx_payments_schema_t *schema)
{
    const char *const        *name;
    static const char *const  names[] = {
        "Failure", "NextAction", "PendingAction", NULL
    };

    for (name = names; *name != NULL; name++) {
        if (ngx_strcmp(schema->name, *name) == 0) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_payments_openapi_object(ngx_payments_out_t *out,
    const ngx_payments_met_t *met, ngx_uint_t minor)
{
    ngx_uint_t                    n;
    const ngx_payments_field_t   *f;
    const ngx_payments_schema_t  *schema = met->schema;

    ngx_payments_out_str(out, ",\"");
    ngx_payments_out_str(out, schema->name);
    ngx_payments_out_str(out, "\":{");
    ngx_payments_openapi_type(out, "object",
                              ngx_payments_openapi_nullable(schema), minor);
    ngx_payments_openapi_text(out, "description", schema->about);

    for (n = 0, f = schema->fields; f->name != NULL; f++) {
        if (f->required) {
            ngx_payments_out_str(out, n++ ? ",\"" : ",\"required\":[\"");
            ngx_payments_out_str(out, f->name);
            ngx_payments_out_str(out, "\"");
        }
    }

    ngx_payments_out_str(out, n ? "],\"properties\":{" : ",\"properties\":{");

    for (f = schema->fields; f->name != NULL; f++) {
        ngx_payments_out_str(out, (f == schema->fields) ? "\"" : ",\"");
        ngx_payments_out_str(out, f->name);
        ngx_payments_out_str(out, "\":");
        ngx_payments_openapi_field(out, f, minor, met->answer);
    }

    ngx_payments_out_str(out, met->answer
                              ? "},\"additionalProperties\":true}"
                              : "},\"additionalProperties\":false}");
}


static void
ngx_payments_openapi_list(ngx_payments_out_t *out, const char *name,
    ngx_uint_t minor)
{
    ngx_payments_out_str(out, ",\"");
    ngx_payments_out_str(out, name);
    ngx_payments_out_str(out, "List\":{\"type\":\"object\",\"description\":"
        "\"A page of a list.\",\"required\":[\"object\",\"data\",\"has_more\","
        "\"next_cursor\",\"url\"],\"properties\":{\"object\":{\"type\":"
        "\"string\",\"enum\":[\"list\"]},\"data\":{\"type\":\"array\","
        "\"items\":{");
    ngx_payments_openapi_ref(out, name);
    ngx_payments_out_str(out, "}},\"has_more\":{\"type\":\"boolean\"},"
        "\"next_cursor\":{");
    ngx_payments_openapi_type(out, "string", 1, minor);
    ngx_payments_out_str(out, ",\"description\":\"What `cursor` is for the "
        "next page; null: this is the last one.\"},\"url\":{\"type\":"
        "\"string\"}},\"additionalProperties\":true}");
}


static void
ngx_payments_openapi_meet(ngx_payments_schemas_t *s,
    const ngx_payments_schema_t *schema, ngx_uint_t answer, ngx_uint_t listed)
{
    ngx_uint_t                   i;
    const ngx_payments_field_t  *f;

    if (schema == NULL) {
        return;
    }

    for (i = 0; i < s->n; i++) {
        if (s->met[i].schema == schema) {
            s->met[i].listed |= listed;
            return;
        }
    }

    if (s->n == NGX_PAYMENTS_SCHEMAS) {
        return;
    }

    s->met[s->n].schema = schema;
    s->met[s->n].answer = answer;
    s->met[s->n++].listed = listed;

    for (f = schema->fields; f->name != NULL; f++) {
        ngx_payments_openapi_meet(s, f->schema, answer, 0);
    }
}


void
ngx_payments_openapi_schemas(ngx_payments_out_t *out, ngx_uint_t minor)
{
    ngx_uint_t                       i;
    ngx_payments_schemas_t           s;
    const ngx_payments_operation_t  *o;

    s.n = 0;

    for (i = 0; i < ngx_payments_noperations; i++) {
        o = &ngx_payments_operations[i];

        if (o->tag != NULL) {
            ngx_payments_openapi_meet(&s, o->body ? o->request : NULL, 0, 0);
            ngx_payments_openapi_meet(&s, o->answer, 1, o->pages || o->array);
        }
    }

    ngx_payments_openapi_meet(&s, &ngx_payments_problem_answer, 1, 0);

    ngx_payments_out_str(out, "\"schemas\":{\"Metadata\":{\"type\":\"object\","
        "\"description\":\"Up to 50 pairs of your own; names of up to 40 "
        "characters. A body has 64 KiB at most.\",\"maxProperties\":50,"
        "\"additionalProperties\":{\"type\":\"string\",\"maxLength\":500}},"
        "\"MetadataPatch\":{\"type\":"
        "\"object\",\"description\":\"Pairs to add or replace; null removes "
        "one. At most 50 pairs in the end.\",\"maxProperties\":100,"
        "\"additionalProperties\":{");
    ngx_payments_openapi_type(out, "string", 1, minor);
    ngx_payments_out_str(out, ",\"maxLength\":500}}");

    for (i = 0; i < s.n; i++) {
        ngx_payments_openapi_object(out, &s.met[i], minor);

        if (s.met[i].listed) {
            ngx_payments_openapi_list(out, s.met[i].schema->name, minor);
        }
    }

    ngx_payments_out_str(out, "}");

    /* one that is not in the document would be a broken reference */

    out->overflow |= (s.n == NGX_PAYMENTS_SCHEMAS);
}

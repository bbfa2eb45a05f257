
/* A request's body: parsed and checked once, in the worker's workspace. */

#include "ngx_payments_handlers.h"


#define NGX_PAYMENTS_WORKSPACE_SIZE  (768 * 1024)


static const ngx_payments_field_t  ngx_payments_no_fields[] = {
    { NULL, NGX_PAYMENTS_FIELD_STRING, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL }
};

const ngx_payments_schema_t  ngx_payments_empty_schema = {
    "Empty", "Nothing: an empty object, or no body at all.",
    ngx_payments_no_fields
};


static ngx_payments_workspace_t  ngx_payments_workspace;

/* touched only as far as a body needs it */

static ngx_payments_json_node_t  ngx_payments_workspace_nodes
                                     [NGX_PAYMENTS_JSON_NODES];
static uint32_t                  ngx_payments_workspace_scratch
                                     [NGX_PAYMENTS_JSON_NODES];
static u_char                    ngx_payments_workspace_buffer
                                     [NGX_PAYMENTS_WORKSPACE_SIZE];


u_char *
ngx_payments_workspace_bytes(size_t len)
{
    return (len <= NGX_PAYMENTS_WORKSPACE_SIZE) ? ngx_payments_workspace_buffer
                                                : NULL;
}


/* what is no JSON, or has a name twice */

static void
ngx_payments_body_refuse(ngx_payments_request_t *request,
    ngx_payments_json_t *json, ngx_payments_json_rc_e rc)
{
    u_char            text[128];
    char              pointer[256];
    ngx_str_t         place, detail;
    static ngx_str_t  code = ngx_string("duplicate");
    static ngx_str_t  document = ngx_string(",\"errors\":[{\"pointer\":\"\","
                                            "\"code\":\"duplicate\","
                                            "\"detail\":\"a member name "
                                            "occurs twice\"}]");

    detail.data = text;
    detail.len = ngx_snprintf(text, sizeof(text) - 1, "%s, at byte %uD",
                              json->error, json->offset)
                 - text;
    text[detail.len] = '\0';

    if (rc != NGX_PAYMENTS_JSON_DUPLICATE) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INVALID_JSON,
                             (char *) text, NULL);
        return;
    }

    ngx_payments_duplicate_pointer(json, pointer, sizeof(pointer));

    /* the name itself cannot be shown */

    if (pointer[0] == '\0') {
        ngx_payments_problem(request, NGX_PAYMENTS_P_DUPLICATE_JSON_MEMBER,
                             (char *) text, &document);
        return;
    }

    place.data = (u_char *) pointer;
    place.len = ngx_strlen(pointer);

    ngx_payments_problem_error(request, NGX_PAYMENTS_P_DUPLICATE_JSON_MEMBER,
                               &place, &code, &detail);
}


/* the workspace, emptied */

static ngx_payments_workspace_t *
ngx_payments_body_workspace(void)
{
    ngx_payments_workspace_t  *ws = &ngx_payments_workspace;

    ws->json.nodes = ngx_payments_workspace_nodes;
    ws->json.scratch = ngx_payments_workspace_scratch;
    ws->json.capacity = NGX_PAYMENTS_JSON_NODES;

    ngx_payments_out_init(&ws->out, ngx_payments_workspace_buffer,
                          NGX_PAYMENTS_WORKSPACE_SIZE);

    return ws;
}


ngx_payments_workspace_t *
ngx_payments_body_open(ngx_str_t *body, const ngx_payments_schema_t *schema)
{
    ngx_payments_workspace_t  *ws = ngx_payments_body_workspace();

    return (ngx_payments_json_parse(&ws->json, body->data, body->len)
            == NGX_PAYMENTS_JSON_OK
            && ngx_payments_validate(&ws->json, schema->fields,
                                     &ws->validation)
               == 0)
           ? ws : NULL;
}


ngx_payments_workspace_t *
ngx_payments_body_parse(ngx_payments_request_t *request)
{
    ngx_payments_json_rc_e     rc;
    ngx_payments_workspace_t  *ws = ngx_payments_body_workspace();

    if (request->body.len == 0 && request->operation->optional) {
        ngx_str_set(&request->body, "{}");
    }

    rc = ngx_payments_json_parse(&ws->json, request->body.data,
                                 request->body.len);

    if (rc != NGX_PAYMENTS_JSON_OK) {
        ngx_payments_body_refuse(request, &ws->json, rc);
        return NULL;
    }

    if (ngx_payments_validate(&ws->json, request->operation->request->fields,
                              &ws->validation)
        != 0)
    {
        ngx_payments_problem_violations(request, &ws->validation);
        return NULL;
    }

    return ws;
}


ngx_int_t
ngx_payments_body_text(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    ngx_uint_t slot, ngx_str_t *text)
{
    ngx_payments_out_t               out;
    const ngx_payments_json_node_t  *node;

    ngx_str_null(text);

    node = ws->validation.slots[slot];

    if (node == NULL || node->type == NGX_PAYMENTS_JSON_NULL) {
        return NGX_OK;
    }

    /* "" is a text too, and must not be taken for NULL */

    text->data = ngx_pnalloc(pool, node->len + 1);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    ngx_payments_out_init(&out, text->data, node->len);
    ngx_payments_json_decode(&ws->json, node, &out);
    text->len = out.pos - out.start;

    return NGX_OK;
}


ngx_int_t
ngx_payments_body_metadata(ngx_pool_t *pool, ngx_payments_workspace_t *ws,
    ngx_uint_t slot, ngx_str_t *text)
{
    uint32_t                         i;
    u_char                          *from, decoded[4 * 512];
    ngx_payments_out_t              *out = &ws->out, word;
    const ngx_payments_json_node_t  *object, *node;

    ngx_str_null(text);

    object = ws->validation.slots[slot];

    if (object == NULL) {
        return NGX_OK;
    }

    from = out->pos;
    node = object + 1;

    ngx_payments_out_str(out, "{");

    for (i = 0; i < 2 * object->size; i++, node++) {

        if (i) {
            ngx_payments_out_str(out, (i & 1) ? ":" : ",");
        }

        if (node->type == NGX_PAYMENTS_JSON_NULL) {
            ngx_payments_out_str(out, "null");
            continue;
        }

        ngx_payments_out_init(&word, decoded, sizeof(decoded));
        ngx_payments_json_decode(&ws->json, node, &word);
        ngx_payments_out_json(out, decoded, word.pos - decoded);
    }

    ngx_payments_out_str(out, "}");

    text->len = out->pos - from;
    text->data = out->overflow ? NULL : ngx_pnalloc(pool, text->len);
    out->pos = from;

    if (text->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(text->data, from, text->len);

    return NGX_OK;
}

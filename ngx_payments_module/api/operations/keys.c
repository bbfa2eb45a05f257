
/* API keys */

#include "../ngx_payments_handlers.h"


static const ngx_payments_field_t  ngx_payments_create_key_fields[] = {

    { .name = "name", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_ADMIN_NAME, .required = 1, .min = 1, .max = 100,
      .about = "What the key is for, for people." },

    { .name = "scopes", .type = NGX_PAYMENTS_FIELD_SET,
      .slot = NGX_PAYMENTS_ADMIN_SCOPES, .required = 1,
      .values = ngx_payments_scopes,
      .about = "None that the key lacks which makes it." },

    { .name = "expires_at", .type = NGX_PAYMENTS_FIELD_TIME,
      .slot = NGX_PAYMENTS_ADMIN_EXPIRES, .nullable = 1,
      .about = "Without it the key is good until it is revoked." },

    { .name = "merchant_id", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_ADMIN_MERCHANT, .min = 30, .max = 30,
      .pattern = "mer_[0-7][0-9A-HJKMNP-TV-Z]*",
      .about = "For administrators: whose key it will be. Without it, their "
               "own." },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_create_key_schema = {
    "ApiKeyCreate", "A key to be made.", ngx_payments_create_key_fields
};

static const ngx_payments_field_t  ngx_payments_update_key_fields[] = {

    { .name = "name", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_ADMIN_NAME, .min = 1, .max = 100 },

    { .name = "expires_at", .type = NGX_PAYMENTS_FIELD_TIME,
      .slot = NGX_PAYMENTS_ADMIN_EXPIRES, .nullable = 1,
      .about = "From then on the key is refused." },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_update_key_schema = {
    "ApiKeyUpdate", "What changes in a key.", ngx_payments_update_key_fields
};

static const ngx_payments_field_t  ngx_payments_rotate_key_fields[] = {

    { .name = "overlap_seconds", .type = NGX_PAYMENTS_FIELD_INTEGER,
      .slot = NGX_PAYMENTS_ADMIN_OVERLAP, .max = 7 * 86400,
      .about = "How long the old key stays good; 0, the default: it ends at "
               "once." },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_rotate_key_schema = {
    "ApiKeyRotate", "How a key is replaced by one of the same scopes.",
    ngx_payments_rotate_key_fields
};


void
ngx_payments_create_key(ngx_payments_request_t *request)
{
    ngx_str_t                  owner;
    ngx_payments_problem_e     problem;
    ngx_payments_administer_t  a;

    static ngx_str_t  admin = ngx_string(",\"required_scope\":\"admin\"");

    a.action = "create_key";

    if (ngx_payments_administer_parse(request, &a) != NGX_OK) {
        return;
    }

    /* the field's values are all scopes, in the order of their bits */

    if (a.ws->validation.values[NGX_PAYMENTS_ADMIN_SCOPES].set
        & ~request->scopes)
    {
        problem = NGX_PAYMENTS_P_SCOPE_ESCALATION;

    } else if (a.ws->validation.slots[NGX_PAYMENTS_ADMIN_MERCHANT] != NULL
               && !(request->scopes
                    & ngx_payments_api_scope((u_char *) "admin", 5)))
    {
        problem = NGX_PAYMENTS_P_INSUFFICIENT_SCOPE;

    } else if (ngx_payments_body_text(request->pool, a.ws,
                                      NGX_PAYMENTS_ADMIN_MERCHANT, &owner)
               != NGX_OK)
    {
        problem = NGX_PAYMENTS_P_INTERNAL_ERROR;

    } else {
        if (owner.data == NULL
            || ngx_payments_owner_find(request, &owner) == NGX_OK)
        {
            ngx_payments_administer_execute(request, &a);
        }

        return;
    }

    ngx_payments_problem(request, problem, NULL,
                         (problem == NGX_PAYMENTS_P_INSUFFICIENT_SCOPE)
                         ? &admin : NULL);
    request->done(request);
}


void
ngx_payments_rotate_key(ngx_payments_request_t *request)
{
    ngx_payments_administer(request, "rotate_key");
}


void
ngx_payments_revoke_key(ngx_payments_request_t *request)
{
    ngx_payments_administer(request, "revoke_key");
}


void
ngx_payments_update_key(ngx_payments_request_t *request)
{
    ngx_payments_administer(request, "update_key");
}


void
ngx_payments_get_key(ngx_payments_request_t *request)
{
    ngx_payments_read_by_id(request, "key_", NGX_PAYMENTS_PG_GET_API_KEYS);
}


void
ngx_payments_list_keys(ngx_payments_request_t *request)
{
    ngx_payments_list_objects(request, "api_keys");
}


/* Webhook endpoints, and what they were sent */

#include "../ngx_payments_handlers.h"
#include "../../base/ngx_payments_secrets.h"


/* parameters of pay.change_endpoints, the tag not counted */

typedef enum {
    W_MERCHANT = 0, W_LIVEMODE, W_KEY_HASH, W_KEY, W_FINGERPRINT, W_REQUEST_ID,
    W_REQUEST, W_ACTION, W_OBJECT, W_IF_MATCH, W_URL, W_TYPES, W_STATUS,
    W_ORDERED, W_DESCRIPTION, W_METADATA, W_SECRET, W_OVERLAP, W_AFTER,
    W_TARGET, W_LAST
} ngx_payments_endpoint_parameter_e;


/* slots of the fields of their bodies */

typedef enum {
    NGX_PAYMENTS_ENDPOINT_URL = 0,
    NGX_PAYMENTS_ENDPOINT_TYPES,
    NGX_PAYMENTS_ENDPOINT_STATUS,
    NGX_PAYMENTS_ENDPOINT_ORDERED,
    NGX_PAYMENTS_ENDPOINT_DESCRIPTION,
    NGX_PAYMENTS_ENDPOINT_METADATA,
    NGX_PAYMENTS_ENDPOINT_OVERLAP,
    NGX_PAYMENTS_ENDPOINT_AFTER,
    NGX_PAYMENTS_ENDPOINT_TARGET
} ngx_payments_endpoint_field_e;


/* what an operation does, from its parsed body to the item */

typedef struct {
    const char                   *action;
    u_char                        id[NGX_PAYMENTS_UUID_LEN];
} ngx_payments_endpoint_change_t;


/* what an execution holds: the values, and what they point to */

typedef struct {
    u_char                        id[NGX_PAYMENTS_UUID_LEN];
    u_char                        target[NGX_PAYMENTS_UUID_LEN];
    u_char                        secret[NGX_PAYMENTS_SECRETS_LEN];
    ngx_payments_pg_value_t       values[W_LAST];
} ngx_payments_endpoint_item_t;


#define NGX_PAYMENTS_ENDPOINT_ABOUT_URL                                       \
    "`https` and a public host. Its addresses are looked at again whenever "  \
    "something is sent."

#define NGX_PAYMENTS_ENDPOINT_ABOUT_ORDERED                                   \
    "`true`: one event after the other, and none before the one that failed " \
    "has been taken. `false`, the default: several at once, and what failed " \
    "is sent again later."

static const ngx_payments_field_t  ngx_payments_create_endpoint_fields[] = {

    { .name = "url", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_ENDPOINT_URL, .required = 1,
      .min = 1, .max = NGX_PAYMENTS_URL_MAX,
      .about = NGX_PAYMENTS_ENDPOINT_ABOUT_URL },

    { .name = "enabled_events", .type = NGX_PAYMENTS_FIELD_SET,
      .slot = NGX_PAYMENTS_ENDPOINT_TYPES, .required = 1,
      .values = ngx_payments_endpoint_types,
      .about = "Types of events; `payment.*` is all of a kind, `*` all there "
               "are." },

    { .name = "ordered", .type = NGX_PAYMENTS_FIELD_BOOLEAN,
      .slot = NGX_PAYMENTS_ENDPOINT_ORDERED,
      .about = NGX_PAYMENTS_ENDPOINT_ABOUT_ORDERED },

    { .name = "description", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_ENDPOINT_DESCRIPTION, .nullable = 1,
      .max = 500, .pattern = NGX_PAYMENTS_DESCRIPTION },

    { .name = "metadata", .type = NGX_PAYMENTS_FIELD_METADATA,
      .slot = NGX_PAYMENTS_ENDPOINT_METADATA },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_create_endpoint_schema = {
    "WebhookEndpointCreate", "Where events are to be sent.",
    ngx_payments_create_endpoint_fields
};

static const ngx_payments_field_t  ngx_payments_update_endpoint_fields[] = {

    { .name = "url", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_ENDPOINT_URL, .min = 1,
      .max = NGX_PAYMENTS_URL_MAX, .about = NGX_PAYMENTS_ENDPOINT_ABOUT_URL },

    { .name = "enabled_events", .type = NGX_PAYMENTS_FIELD_SET,
      .slot = NGX_PAYMENTS_ENDPOINT_TYPES,
      .values = ngx_payments_endpoint_types },

    { .name = "status", .type = NGX_PAYMENTS_FIELD_ENUM,
      .slot = NGX_PAYMENTS_ENDPOINT_STATUS,
      .values = ngx_payments_endpoint_statuses,
      .about = "One that is enabled again gets what came in between." },

    { .name = "ordered", .type = NGX_PAYMENTS_FIELD_BOOLEAN,
      .slot = NGX_PAYMENTS_ENDPOINT_ORDERED,
      .about = NGX_PAYMENTS_ENDPOINT_ABOUT_ORDERED },

    { .name = "description", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_ENDPOINT_DESCRIPTION,
      .max = 500, .pattern = NGX_PAYMENTS_DESCRIPTION },

    { .name = "metadata", .type = NGX_PAYMENTS_FIELD_METADATA,
      .slot = NGX_PAYMENTS_ENDPOINT_METADATA,
      .min = NGX_PAYMENTS_METADATA_PATCH },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_update_endpoint_schema = {
    "WebhookEndpointUpdate", "What changes in an endpoint.",
    ngx_payments_update_endpoint_fields
};

static const ngx_payments_field_t  ngx_payments_rotate_secret_fields[] = {

    { .name = "overlap_seconds", .type = NGX_PAYMENTS_FIELD_INTEGER,
      .slot = NGX_PAYMENTS_ENDPOINT_OVERLAP, .max = 7 * 86400,
      .about = "How long the old secret signs as well; 0, the default: it "
               "ends at once." },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_rotate_secret_schema = {
    "WebhookSecretRotate", "How an endpoint's secret is replaced.",
    ngx_payments_rotate_secret_fields
};


static const ngx_payments_field_t  ngx_payments_replay_fields[] = {

    { .name = "after", .type = NGX_PAYMENTS_FIELD_INTEGER,
      .slot = NGX_PAYMENTS_ENDPOINT_AFTER, .required = 1,
      .max = NGX_PAYMENTS_SAFE,
      .about = "All events of higher sequences are sent again; at most the "
               "endpoint's own `sequence`." },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_replay_schema = {
    "WebhookReplay", "From where on events are sent again.",
    ngx_payments_replay_fields
};

static const ngx_payments_field_t  ngx_payments_redeliver_fields[] = {

    { .name = "endpoint_id", .type = NGX_PAYMENTS_FIELD_STRING,
      .slot = NGX_PAYMENTS_ENDPOINT_TARGET, .min = 29, .max = 29,
      .pattern = "we_[0-7][0-9A-HJKMNP-TV-Z]*",
      .about = "To this endpoint. Without it, to all that are enabled and want "
               "its type." },

    { .name = NULL }
};

const ngx_payments_schema_t  ngx_payments_redeliver_schema = {
    "EventRedeliver", "Where an event is sent again.",
    ngx_payments_redeliver_fields
};

const ngx_payments_query_t  ngx_payments_deliveries_query[] = {
    { "endpoint_id", NULL, "endpoint", NGX_PAYMENTS_QUERY_ENDPOINT, 0, NULL,
      "To this endpoint." },
    { "event_id", NULL, "event", NGX_PAYMENTS_QUERY_EVENT, 0, NULL,
      "Of this event." },
    { "status", NULL, "status", NGX_PAYMENTS_QUERY_ENUM, 0,
      ngx_payments_delivery_statuses, "May be repeated." },
    NGX_PAYMENTS_QUERY_END
};


static ngx_uint_t    ngx_payments_endpoints_on;
static ngx_array_t  *ngx_payments_endpoints_allowed;


void
ngx_payments_endpoints_init(ngx_uint_t on, ngx_array_t *allowed)
{
    ngx_payments_endpoints_on = on;
    ngx_payments_endpoints_allowed = allowed;
}


static void
ngx_payments_endpoint_value(ngx_payments_pg_value_t *value, const void *data,
    size_t len)
{
    value->data = data;
    value->len = len;
}


/* 1: the operator lets events go to this address */

static ngx_uint_t
ngx_payments_endpoint_allowed(const ngx_payments_host_t *host)
{
    struct sockaddr_in    sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6   sin6;
#endif

    if (ngx_payments_endpoints_allowed == NULL) {
        return 0;
    }

    if (host->kind == NGX_PAYMENTS_HOST_IPV4) {
        ngx_memzero(&sin, sizeof(struct sockaddr_in));
        sin.sin_family = AF_INET;
        ngx_memcpy(&sin.sin_addr, host->address, 4);

        return ngx_cidr_match((struct sockaddr *) &sin,
                              ngx_payments_endpoints_allowed)
               == NGX_OK;
    }

#if (NGX_HAVE_INET6)

    ngx_memzero(&sin6, sizeof(struct sockaddr_in6));
    sin6.sin6_family = AF_INET6;
    ngx_memcpy(&sin6.sin6_addr, host->address, 16);

    return ngx_cidr_match((struct sockaddr *) &sin6,
                          ngx_payments_endpoints_allowed)
           == NGX_OK;

#else

    return 0;

#endif
}


/* NULL, or why nothing may be sent there; what a name stands for is looked at
   when something is sent */

static const char *
ngx_payments_endpoint_refused(const ngx_str_t *text)
{
    const char          *why;
    ngx_payments_url_t   url;

    why = ngx_payments_url_parse(text->data, text->len, &url);

    if (why != NULL) {
        return why;
    }

    if (url.host.kind == NGX_PAYMENTS_HOST_NAME) {
        return (url.tls || ngx_payments_endpoints_allowed != NULL)
               ? NULL : "must begin with https://";
    }

    if (ngx_payments_endpoint_allowed(&url.host)) {
        return NULL;
    }

    why = (url.host.kind == NGX_PAYMENTS_HOST_IPV4)
          ? ngx_payments_address4_refused(url.host.address)
          : ngx_payments_address6_refused(url.host.address);

    if (why != NULL) {
        return "must not be at an address that is not public";
    }

    return url.tls ? NULL : "must begin with https://";
}


/* NGX_DECLINED: the request is answered */

static ngx_int_t
ngx_payments_endpoint_check(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws)
{
    ngx_str_t    text, place, code, detail;
    const char  *why;

    if (ngx_payments_body_text(request->pool, ws, NGX_PAYMENTS_ENDPOINT_URL,
                               &text)
        != NGX_OK)
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_INTERNAL_ERROR, NULL,
                             NULL);
        request->done(request);
        return NGX_DECLINED;
    }

    why = text.data ? ngx_payments_endpoint_refused(&text) : NULL;

    if (why == NULL) {
        return NGX_OK;
    }

    ngx_str_set(&place, "/url");
    ngx_str_set(&code, "url");
    detail.data = (u_char *) why;
    detail.len = ngx_strlen(why);

    ngx_payments_problem_error(request, NGX_PAYMENTS_P_INVALID_WEBHOOK_URL,
                               &place, &code, &detail);
    request->done(request);

    return NGX_DECLINED;
}


/* the names of a set, separated by spaces, as SQL wants them */

static ngx_int_t
ngx_payments_endpoint_set(ngx_pool_t *pool, uint32_t set,
    ngx_payments_pg_value_t *value)
{
    u_char      *p, *start;
    ngx_uint_t   i;

    start = ngx_pnalloc(pool, 1024);
    if (start == NULL) {
        return NGX_ERROR;
    }

    for (p = start, i = 0; ngx_payments_endpoint_types[i] != NULL; i++) {
        if (set & ((uint32_t) 1 << i)) {
            p = ngx_sprintf(p, "%s%s", p == start ? "" : " ",
                            ngx_payments_endpoint_types[i]);
        }
    }

    ngx_payments_endpoint_value(value, start, p - start);

    return NGX_OK;
}


static ngx_int_t
ngx_payments_endpoint_body(ngx_payments_workspace_t *ws, ngx_pool_t *pool,
    ngx_payments_pg_value_t *values)
{
    ngx_str_t                          url, description, metadata;
    const char                        *word;
    const ngx_payments_json_node_t   **slots = ws->validation.slots;
    const ngx_payments_field_value_t  *found = ws->validation.values;

    if (ngx_payments_body_text(pool, ws, NGX_PAYMENTS_ENDPOINT_URL, &url)
        != NGX_OK
        || ngx_payments_body_text(pool, ws, NGX_PAYMENTS_ENDPOINT_DESCRIPTION,
                                  &description)
           != NGX_OK
        || ngx_payments_body_metadata(pool, ws, NGX_PAYMENTS_ENDPOINT_METADATA,
                                      &metadata)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_payments_endpoint_value(&values[W_URL], url.data, url.len);
    ngx_payments_endpoint_value(&values[W_DESCRIPTION], description.data,
                                description.len);
    ngx_payments_endpoint_value(&values[W_METADATA], metadata.data,
                                metadata.len);

    values[W_ORDERED].null = (slots[NGX_PAYMENTS_ENDPOINT_ORDERED] == NULL);

    if (slots[NGX_PAYMENTS_ENDPOINT_ORDERED] != NULL) {
        values[W_ORDERED].number = found[NGX_PAYMENTS_ENDPOINT_ORDERED].number;
    }

    if (slots[NGX_PAYMENTS_ENDPOINT_STATUS] != NULL) {
        word = found[NGX_PAYMENTS_ENDPOINT_STATUS].word;
        ngx_payments_endpoint_value(&values[W_STATUS], word, ngx_strlen(word));
    }

    if (slots[NGX_PAYMENTS_ENDPOINT_OVERLAP] != NULL) {
        values[W_OVERLAP].number = found[NGX_PAYMENTS_ENDPOINT_OVERLAP].number;
    }

    if (slots[NGX_PAYMENTS_ENDPOINT_AFTER] != NULL) {
        values[W_AFTER].number = found[NGX_PAYMENTS_ENDPOINT_AFTER].number;
    }

    return (slots[NGX_PAYMENTS_ENDPOINT_TYPES] == NULL)
           ? NGX_OK
           : ngx_payments_endpoint_set(pool,
                                       found[NGX_PAYMENTS_ENDPOINT_TYPES].set,
                                       &values[W_TYPES]);
}


/* which endpoint an event is to be sent to again */

static ngx_int_t
ngx_payments_endpoint_target(ngx_payments_workspace_t *ws, ngx_pool_t *pool,
    ngx_payments_endpoint_item_t *e)
{
    ngx_str_t  text;

    if (ngx_payments_body_text(pool, ws, NGX_PAYMENTS_ENDPOINT_TARGET, &text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (text.data == NULL) {
        return NGX_OK;
    }

    if (ngx_payments_id_parse("we_", text.data, text.len, e->target) != 0) {
        return NGX_ERROR;
    }

    ngx_payments_endpoint_value(&e->values[W_TARGET], e->target,
                                NGX_PAYMENTS_UUID_LEN);
    return NGX_OK;
}


static ngx_int_t
ngx_payments_endpoint_item(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution)
{
    ngx_str_t                              key, match;
    ngx_payments_pg_value_t               *values;
    ngx_payments_endpoint_item_t          *e;
    const ngx_payments_endpoint_change_t  *change = ws->data;

    e = ngx_pcalloc(execution->pool, sizeof(ngx_payments_endpoint_item_t));
    key.data = ngx_pstrdup(execution->pool, &request->key);
    match.data = ngx_pstrdup(execution->pool, &request->if_match);

    if (e == NULL || key.data == NULL || match.data == NULL
        || ngx_payments_new_uuid(execution->item.tag) != 0
        || ngx_payments_endpoint_body(ws, execution->pool, e->values)
           != NGX_OK
        || ngx_payments_endpoint_target(ws, execution->pool, e) != NGX_OK)
    {
        return NGX_ERROR;
    }

    values = e->values;
    ngx_memcpy(e->id, change->id, NGX_PAYMENTS_UUID_LEN);

    values[W_MERCHANT].number = request->merchant_id;
    values[W_LIVEMODE].number = request->livemode;

    ngx_payments_endpoint_value(&values[W_KEY_HASH], execution->key.hash,
                                NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_endpoint_value(&values[W_KEY],
                                request->key.len ? key.data : NULL,
                                request->key.len);
    ngx_payments_endpoint_value(&values[W_FINGERPRINT], execution->fingerprint,
                                NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_endpoint_value(&values[W_REQUEST_ID], execution->request_id,
                                NGX_PAYMENTS_UUID_LEN);
    ngx_payments_endpoint_value(&values[W_REQUEST],
                                execution->record.request.data,
                                execution->record.request.len);
    ngx_payments_endpoint_value(&values[W_ACTION], change->action,
                                ngx_strlen(change->action));
    ngx_payments_endpoint_value(&values[W_OBJECT], e->id,
                                NGX_PAYMENTS_UUID_LEN);
    ngx_payments_endpoint_value(&values[W_IF_MATCH],
                                request->if_match.data ? match.data : NULL,
                                request->if_match.len);

    if (request->operation->reveals) {
        if (ngx_payments_secrets_make(request->merchant_id, e->id, e->secret)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        ngx_payments_endpoint_value(&values[W_SECRET], e->secret,
                                    NGX_PAYMENTS_SECRETS_LEN);
    }

    execution->item.statement = NGX_PAYMENTS_PG_CHANGE_ENDPOINTS;
    execution->item.values = values;

    return NGX_OK;
}


/* the id of the path, or a new one; NGX_DECLINED: the request is answered */

static ngx_int_t
ngx_payments_endpoint_id(ngx_payments_request_t *request,
    u_char id[NGX_PAYMENTS_UUID_LEN])
{
    ngx_payments_problem_e  problem;

    if (request->id.len == 0) {

        if (ngx_payments_new_uuid(id) == 0) {
            return NGX_OK;
        }

        problem = NGX_PAYMENTS_P_INTERNAL_ERROR;

    } else {

        if (ngx_payments_id_parse(request->operation->object, request->id.data,
                                  request->id.len, id)
            == 0)
        {
            return NGX_OK;
        }

        problem = NGX_PAYMENTS_P_RESOURCE_NOT_FOUND;
    }

    ngx_payments_problem(request, problem, NULL, NULL);
    request->done(request);

    return NGX_DECLINED;
}


/* the whole operation */

static void
ngx_payments_endpoint_change(ngx_payments_request_t *request,
    const char *action)
{
    ngx_payments_workspace_t        *ws;
    ngx_payments_endpoint_change_t   change;

    change.action = action;

    if (ngx_payments_endpoint_id(request, change.id) != NGX_OK) {
        return;
    }

    if (request->operation->reveals
        && (!ngx_payments_endpoints_on || !ngx_payments_secrets_ready()))
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_NOT_IMPLEMENTED,
                             "webhooks are sent where \"payments_webhooks\" "
                             "is on and \"payments_secret_file\" is set", NULL);
        request->done(request);
        return;
    }

    ws = ngx_payments_body_parse(request);

    if (ws == NULL) {
        request->done(request);
        return;
    }

    if (ngx_payments_endpoint_check(request, ws) != NGX_OK) {
        return;
    }

    ws->data = &change;

    ngx_payments_idempotent_execute(request, ws, ngx_payments_endpoint_item);
}


void
ngx_payments_create_endpoint(ngx_payments_request_t *request)
{
    ngx_payments_endpoint_change(request, "create_endpoint");
}


void
ngx_payments_update_endpoint(ngx_payments_request_t *request)
{
    ngx_payments_endpoint_change(request, "update_endpoint");
}


void
ngx_payments_delete_endpoint(ngx_payments_request_t *request)
{
    ngx_payments_endpoint_change(request, "delete_endpoint");
}


void
ngx_payments_rotate_endpoint(ngx_payments_request_t *request)
{
    ngx_payments_endpoint_change(request, "rotate_secret");
}


void
ngx_payments_test_endpoint(ngx_payments_request_t *request)
{
    ngx_payments_endpoint_change(request, "test_endpoint");
}


void
ngx_payments_replay_endpoint(ngx_payments_request_t *request)
{
    ngx_payments_endpoint_change(request, "replay_endpoint");
}


void
ngx_payments_redeliver_event(ngx_payments_request_t *request)
{
    ngx_payments_endpoint_change(request, "redeliver_event");
}


void
ngx_payments_list_deliveries(ngx_payments_request_t *request)
{
    if (ngx_payments_list_prepare(request, "webhook_deliveries") == NGX_OK) {
        ngx_payments_read_send(request, NGX_PAYMENTS_PG_LIST_DELIVERIES,
                               ngx_payments_list_on_rows);
    }
}


void
ngx_payments_list_endpoints(ngx_payments_request_t *request)
{
    ngx_payments_list_objects(request, "webhook_endpoints");
}

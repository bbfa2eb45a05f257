
/*
 * API keys and merchants.  Each change is an action of pay.administer().
 *
 * A key's secret is nowhere stored.  It is made of random bytes, the seal, by
 * HMAC with the secret file's contents: the stored answer holds the seal, and
 * whoever has the same file can give the same answer again, as long as the
 * answer is stored.
 */

#include "ngx_payments_api.h"


/* a seal in a stored answer: 32 random bytes, 8 of the hash that the key must
   have, in hexadecimal */

#define NGX_PAYMENTS_SEAL_RANDOM  32
#define NGX_PAYMENTS_SEAL_CHECK   8
#define NGX_PAYMENTS_SEAL_LEN     (2 * (NGX_PAYMENTS_SEAL_RANDOM              \
                                        + NGX_PAYMENTS_SEAL_CHECK))


/* parameters of pay.administer, the tag not counted */

typedef enum {
    A_MERCHANT = 0, A_LIVEMODE, A_KEY_HASH, A_KEY, A_FINGERPRINT,
    A_REQUEST_ID, A_REQUEST, A_ACTION, A_OBJECT, A_TARGET, A_OWNER, A_ALLOWED,
    A_NAME, A_STATUS, A_SCOPES, A_EXPIRES_AT, A_OVERLAP, A_SECRET_HASH,
    A_KIND, A_SEAL, A_LAST
} ngx_payments_administer_parameter_e;


/* slots of all these requests' fields */

typedef enum {
    F_NAME = 0, F_SCOPES, F_EXPIRES, F_MERCHANT, F_OVERLAP, F_STATUS
} ngx_payments_administer_field_e;


/* what an execution has to remember of its key */

typedef struct {
    u_char                        ids[3 * NGX_PAYMENTS_UUID_LEN];
    u_char                        seal[NGX_PAYMENTS_SEAL_LEN];
    u_char                        hash[NGX_PAYMENTS_SHA256_LEN];
    ngx_payments_pg_value_t       values[A_LAST];
} ngx_payments_administer_t;


#define S  NGX_PAYMENTS_FIELD_STRING
#define END  { NULL, S, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL }

static const ngx_payments_field_t  ngx_payments_create_key_fields[] = {
    { "name", S, F_NAME, 1, 0, 1, 100, NULL, NULL, NULL,
      "What the key is for, for people." },
    { "scopes", NGX_PAYMENTS_FIELD_SET, F_SCOPES, 1, 0, 0, 0, NULL,
      ngx_payments_scopes, NULL, "None that the key lacks which makes it." },
    { "expires_at", NGX_PAYMENTS_FIELD_TIME, F_EXPIRES, 0, 1, 0, 0, NULL,
      NULL, NULL, "Without it the key is good until it is revoked." },
    { "merchant_id", S, F_MERCHANT, 0, 0, 30, 30,
      "mer_[0-7][0-9A-HJKMNP-TV-Z]*", NULL, NULL,
      "For administrators: whose key it will be. Without it, their own." },
    END
};

const ngx_payments_schema_t  ngx_payments_create_key_schema = {
    "ApiKeyCreate", "A key to be made.", ngx_payments_create_key_fields
};

static const ngx_payments_field_t  ngx_payments_update_key_fields[] = {
    { "name", S, F_NAME, 0, 0, 1, 100, NULL, NULL, NULL, NULL },
    { "expires_at", NGX_PAYMENTS_FIELD_TIME, F_EXPIRES, 0, 1, 0, 0, NULL,
      NULL, NULL, "From then on the key is refused." },
    END
};

const ngx_payments_schema_t  ngx_payments_update_key_schema = {
    "ApiKeyUpdate", "What changes in a key.", ngx_payments_update_key_fields
};

static const ngx_payments_field_t  ngx_payments_rotate_key_fields[] = {
    { "overlap_seconds", NGX_PAYMENTS_FIELD_INTEGER, F_OVERLAP, 0, 0, 0,
      7 * 86400, NULL, NULL, NULL,
      "How long the old key stays good; 0, the default: it ends at once." },
    END
};

const ngx_payments_schema_t  ngx_payments_rotate_key_schema = {
    "ApiKeyRotate", "How a key is replaced by one of the same scopes.",
    ngx_payments_rotate_key_fields
};

static const ngx_payments_field_t  ngx_payments_create_merchant_fields[] = {
    { "name", S, F_NAME, 1, 0, 1, 100, NULL, NULL, NULL, NULL },
    END
};

const ngx_payments_schema_t  ngx_payments_create_merchant_schema = {
    "MerchantCreate", "A merchant to be made.",
    ngx_payments_create_merchant_fields
};

static const ngx_payments_field_t  ngx_payments_update_merchant_fields[] = {
    { "name", S, F_NAME, 0, 0, 1, 100, NULL, NULL, NULL, NULL },
    { "status", NGX_PAYMENTS_FIELD_ENUM, F_STATUS, 0, 0, 0, 0, NULL,
      ngx_payments_merchant_statuses, NULL,
      "A `suspended` merchant may read but not write." },
    END
};

const ngx_payments_schema_t  ngx_payments_update_merchant_schema = {
    "MerchantUpdate", "What changes in a merchant.",
    ngx_payments_update_merchant_fields
};


static ngx_str_t  ngx_payments_keys_secret;


void
ngx_payments_keys_init(ngx_str_t *secret)
{
    ngx_payments_keys_secret = *secret;
}


/* the 52 characters that a seal's random bytes stand for */

static ngx_int_t
ngx_payments_keys_unseal(const u_char *bytes,
    u_char secret[NGX_PAYMENTS_KEY_SECRET])
{
    u_char               text[8 + NGX_PAYMENTS_SEAL_RANDOM];
    u_char               mac[NGX_PAYMENTS_SHA256_LEN];
    ngx_payments_text_t  key;

    key.data = ngx_payments_keys_secret.data;
    key.len = ngx_payments_keys_secret.len;

    ngx_memcpy(text, "api key\n", 8);
    ngx_memcpy(text + 8, bytes, NGX_PAYMENTS_SEAL_RANDOM);

    if (ngx_payments_hmac(&key, text, sizeof(text), mac) != 0) {
        return NGX_ERROR;
    }

    ngx_payments_api_key_secret(mac, secret);
    ngx_explicit_memzero(mac, sizeof(mac));

    return NGX_OK;
}


/* the kind without the letter that tells whole keys from restricted ones */

static const u_char *
ngx_payments_keys_mode(ngx_uint_t livemode)
{
    return (const u_char *) (livemode ? "k_live_" : "k_test_");
}


static ngx_int_t
ngx_payments_keys_seal(ngx_payments_request_t *request,
    ngx_payments_administer_t *a)
{
    u_char  bytes[NGX_PAYMENTS_SEAL_RANDOM], *p;
    u_char  secret[NGX_PAYMENTS_KEY_SECRET];

    if (ngx_payments_api_random(bytes, sizeof(bytes)) != 0
        || ngx_payments_keys_unseal(bytes, secret) != NGX_OK
        || ngx_payments_api_key_hash(ngx_payments_keys_mode(request->livemode),
                                     secret, a->hash)
           != 0)
    {
        return NGX_ERROR;
    }

    ngx_explicit_memzero(secret, sizeof(secret));

    p = ngx_hex_dump(a->seal, bytes, sizeof(bytes));
    (void) ngx_hex_dump(p, a->hash, NGX_PAYMENTS_SEAL_CHECK);

    return NGX_OK;
}


/* a stored answer with a seal at its end: ...<seal>"} */

ngx_int_t
ngx_payments_keys_reveal(ngx_payments_request_t *request, ngx_str_t *body)
{
    u_char      bytes[NGX_PAYMENTS_SEAL_RANDOM + NGX_PAYMENTS_SEAL_CHECK];
    u_char      hash[NGX_PAYMENTS_SHA256_LEN], *p, *to;
    size_t      head;
    ngx_int_t   n;
    ngx_uint_t  i;

    if (body->len < NGX_PAYMENTS_SEAL_LEN + 2) {
        return NGX_ERROR;
    }

    head = body->len - NGX_PAYMENTS_SEAL_LEN - 2;
    p = body->data + head;

    for (i = 0; i < sizeof(bytes); i++) {
        n = ngx_hextoi(p + 2 * i, 2);

        if (n == NGX_ERROR) {
            return NGX_ERROR;
        }

        bytes[i] = (u_char) n;
    }

    to = ngx_pnalloc(request->pool, head + NGX_PAYMENTS_KEY_SECRET + 2);
    if (to == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(to, body->data, head);

    if (ngx_payments_keys_unseal(bytes, p) != NGX_OK
        || ngx_payments_api_key_hash(ngx_payments_keys_mode(request->livemode),
                                     p, hash)
           != 0)
    {
        return NGX_ERROR;
    }

    /* another secret file gives another secret, which would be no key */

    if (ngx_memcmp(hash, bytes + NGX_PAYMENTS_SEAL_RANDOM,
                   NGX_PAYMENTS_SEAL_CHECK)
        != 0)
    {
        return NGX_DECLINED;
    }

    p += NGX_PAYMENTS_KEY_SECRET;
    *p++ = '"';
    *p++ = '}';

    body->data = to;
    body->len = p - to;

    return NGX_OK;
}


static void
ngx_payments_administer_value(ngx_payments_pg_value_t *value, const void *data,
    size_t len)
{
    value->data = data;
    value->len = len;
}


/* names parted by spaces, as SQL wants them */

static ngx_int_t
ngx_payments_administer_scopes(ngx_pool_t *pool, ngx_uint_t scopes,
    ngx_payments_pg_value_t *value)
{
    u_char      *p, *start;
    ngx_uint_t   i;

    start = ngx_pnalloc(pool, 32 * NGX_PAYMENTS_SCOPES);
    if (start == NULL) {
        return NGX_ERROR;
    }

    for (p = start, i = 0; ngx_payments_scopes[i] != NULL; i++) {
        if (scopes & ((ngx_uint_t) 1 << i)) {
            p = ngx_sprintf(p, "%s%s", p == start ? "" : " ",
                            ngx_payments_scopes[i]);
        }
    }

    ngx_payments_administer_value(value, start, p - start);

    return NGX_OK;
}


/* the set that the body asks for, as bits */

static ngx_uint_t
ngx_payments_administer_wanted(ngx_payments_workspace_t *ws)
{
    uint32_t                         i;
    ngx_uint_t                       n, wanted;
    const ngx_payments_json_node_t  *set, *element;

    set = ws->validation.slots[F_SCOPES];
    wanted = 0;

    for (i = 0, element = set + 1; i < set->size; i++) {
        for (n = 0; ngx_payments_scopes[n] != NULL; n++) {
            if (ngx_payments_json_is(&ws->json, element,
                                     ngx_payments_scopes[n]))
            {
                wanted |= (ngx_uint_t) 1 << n;
            }
        }

        element = ws->json.nodes + element->next;
    }

    return wanted;
}


static ngx_int_t
ngx_payments_administer_body(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_pool_t *pool,
    ngx_payments_administer_t *a)
{
    int                               more;
    ngx_str_t                         text;
    const ngx_payments_json_node_t  **slots = ws->validation.slots;

    /* what is behind the microseconds does not matter here */

    if (ngx_payments_api_text(pool, ws, F_NAME, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_administer_value(&a->values[A_NAME], text.data, text.len);

    if (ngx_payments_api_text(pool, ws, F_STATUS, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_administer_value(&a->values[A_STATUS], text.data, text.len);

    if (ngx_payments_api_text(pool, ws, F_MERCHANT, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    if (text.data != NULL) {
        if (ngx_payments_id_parse("mer_", text.data, text.len,
                                  a->ids + 2 * NGX_PAYMENTS_UUID_LEN)
            != 0)
        {
            return NGX_ERROR;
        }

        ngx_payments_administer_value(&a->values[A_OWNER],
                                      a->ids + 2 * NGX_PAYMENTS_UUID_LEN,
                                      NGX_PAYMENTS_UUID_LEN);
    }

    if (ngx_payments_api_text(pool, ws, F_EXPIRES, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    a->values[A_EXPIRES_AT].null =
        (text.data == NULL
         || ngx_payments_time_parse(text.data, text.len,
                                    &a->values[A_EXPIRES_AT].number, &more)
            != 0);

    /* an offset may make it a year of five digits */

    a->values[A_EXPIRES_AT].number = ngx_min(a->values[A_EXPIRES_AT].number,
                                             NGX_PAYMENTS_TIME_MAX);

    if (slots[F_OVERLAP] != NULL) {
        (void) ngx_payments_integer(ws->json.text + slots[F_OVERLAP]->start,
                                    slots[F_OVERLAP]->len,
                                    &a->values[A_OVERLAP].number);
    }

    return (slots[F_SCOPES] == NULL)
           ? NGX_OK
           : ngx_payments_administer_scopes(pool,
                                          ngx_payments_administer_wanted(ws),
                                          &a->values[A_SCOPES]);
}


/* what the operation makes or changes: ids and, of a key, its seal */

static ngx_int_t
ngx_payments_administer_object(ngx_payments_request_t *request,
    ngx_pool_t *pool, ngx_payments_administer_t *a)
{
    ngx_payments_pg_value_t  *values = a->values;

    if (ngx_payments_api_uuid(a->ids) != 0) {
        return NGX_ERROR;
    }

    ngx_payments_administer_value(&values[A_OBJECT], a->ids,
                                  NGX_PAYMENTS_UUID_LEN);

    if (request->id.len) {
        if (ngx_payments_id_parse(request->operation->object,
                                  request->id.data, request->id.len,
                                  a->ids + NGX_PAYMENTS_UUID_LEN)
            != 0)
        {
            return NGX_ERROR;
        }

        ngx_payments_administer_value(&values[A_TARGET],
                                      a->ids + NGX_PAYMENTS_UUID_LEN,
                                      NGX_PAYMENTS_UUID_LEN);
    }

    if (ngx_payments_administer_scopes(pool, request->scopes,
                                       &values[A_ALLOWED])
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!request->operation->reveals) {
        return NGX_OK;
    }

    if (ngx_payments_keys_seal(request, a) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_administer_value(&values[A_SECRET_HASH], a->hash,
                                  NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_administer_value(&values[A_SEAL], a->seal,
                                  NGX_PAYMENTS_SEAL_LEN);
    ngx_payments_administer_value(&values[A_KIND],
                                  ngx_payments_keys_mode(request->livemode),
                                  NGX_PAYMENTS_KEY_MODE);

    return NGX_OK;
}


static ngx_int_t
ngx_payments_administer_item(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution)
{
    ngx_str_t                   key;
    ngx_payments_pg_value_t    *values;
    ngx_payments_administer_t  *a;

    a = ngx_pcalloc(execution->pool, sizeof(ngx_payments_administer_t));
    key.data = ngx_pstrdup(execution->pool, &request->key);

    if (a == NULL || key.data == NULL
        || ngx_payments_api_uuid(execution->item.tag) != 0
        || ngx_payments_administer_object(request, execution->pool, a)
           != NGX_OK
        || ngx_payments_administer_body(request, ws, execution->pool, a)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    values = a->values;

    values[A_MERCHANT].number = request->merchant_id;
    values[A_LIVEMODE].number = request->livemode;

    ngx_payments_administer_value(&values[A_KEY_HASH], execution->key.hash,
                                  NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_administer_value(&values[A_KEY],
                                  request->key.len ? key.data : NULL,
                                  request->key.len);
    ngx_payments_administer_value(&values[A_FINGERPRINT],
                                  execution->fingerprint,
                                  NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_administer_value(&values[A_REQUEST_ID],
                                  execution->request_id,
                                  NGX_PAYMENTS_UUID_LEN);
    ngx_payments_administer_value(&values[A_REQUEST],
                                  execution->record.request.data,
                                  execution->record.request.len);
    ngx_payments_administer_value(&values[A_ACTION], request->action,
                                  ngx_strlen(request->action));

    /* about another merchant: in his shard; about the caller: in his own */

    execution->item.statement = request->placed
                                ? NGX_PAYMENTS_PG_ADMINISTER_THERE
                                : NGX_PAYMENTS_PG_ADMINISTER;
    execution->item.shard = request->shard;
    execution->item.values = values;

    return NGX_OK;
}


/* the body, or NULL: the request was answered */

static ngx_payments_workspace_t *
ngx_payments_administer_parse(ngx_payments_request_t *request,
    const char *action)
{
    u_char                     id[NGX_PAYMENTS_UUID_LEN];
    ngx_payments_workspace_t  *ws;

    request->action = action;

    if (request->id.len
        && ngx_payments_id_parse(request->operation->object,
                                 request->id.data, request->id.len, id)
           != 0)
    {
        ngx_payments_problem(request, NGX_PAYMENTS_P_RESOURCE_NOT_FOUND, NULL,
                             NULL);
        request->done(request);
        return NULL;
    }

    if (request->operation->reveals && ngx_payments_keys_secret.len == 0) {
        ngx_payments_problem(request, NGX_PAYMENTS_P_NOT_IMPLEMENTED,
                             "keys are made where \"payments_secret_file\" is "
                             "set", NULL);
        request->done(request);
        return NULL;
    }

    ws = ngx_payments_api_parse(request);

    if (ws == NULL) {
        request->done(request);
    }

    return ws;
}


/*
 * A stored answer is replayed to whoever sends the same request: without this a
 * weaker key of the merchant would be handed the secret of a stronger one.
 */

ngx_uint_t
ngx_payments_keys_beyond(ngx_payments_request_t *request, ngx_str_t *body)
{
    u_char            *p, *last, *name;
    ngx_uint_t         scope;

    static ngx_str_t   member = ngx_string("\"scopes\":[");

    /* no text of the body looks like it: its quotes are escaped */

    p = ngx_strnstr(body->data, (char *) member.data, body->len);
    if (p == NULL) {
        return 1;
    }

    last = body->data + body->len;

    for (p += member.len; p < last && *p == '"'; /* void */ ) {
        name = ++p;
        p = ngx_strlchr(p, last, '"');

        if (p == NULL) {
            return 1;
        }

        scope = ngx_payments_api_scope(name, p - name);

        if (scope == 0 || (scope & ~request->scopes)) {
            return 1;
        }

        p++;

        if (p < last && *p == ',') {
            p++;
        }
    }

    return p >= last || *p != ']';
}


static void
ngx_payments_administer(ngx_payments_request_t *request, const char *action)
{
    ngx_payments_workspace_t  *ws;

    ws = ngx_payments_administer_parse(request, action);

    if (ws != NULL) {
        ngx_payments_api_execute(request, ws, ngx_payments_administer_item);
    }
}


void
ngx_payments_create_key(ngx_payments_request_t *request)
{
    ngx_str_t                   owner;
    ngx_payments_problem_e      problem;
    ngx_payments_workspace_t   *ws;

    static ngx_str_t  admin = ngx_string(",\"required_scope\":\"admin\"");

    ws = ngx_payments_administer_parse(request, "create_key");

    if (ws == NULL) {
        return;
    }

    if (ngx_payments_administer_wanted(ws) & ~request->scopes) {
        problem = NGX_PAYMENTS_P_SCOPE_ESCALATION;

    } else if (ws->validation.slots[F_MERCHANT] != NULL
               && !(request->scopes
                    & ngx_payments_api_scope((u_char *) "admin", 5)))
    {
        problem = NGX_PAYMENTS_P_INSUFFICIENT_SCOPE;

    } else if (ngx_payments_api_text(request->pool, ws, F_MERCHANT, &owner)
               != NGX_OK)
    {
        problem = NGX_PAYMENTS_P_INTERNAL_ERROR;

    } else {
        if (owner.data == NULL
            || ngx_payments_api_place(request, &owner) == NGX_OK)
        {
            ngx_payments_api_execute(request, ws,
                                     ngx_payments_administer_item);
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
ngx_payments_create_merchant(ngx_payments_request_t *request)
{
    ngx_payments_administer(request, "create_merchant");
}


void
ngx_payments_update_merchant(ngx_payments_request_t *request)
{
    if (ngx_payments_api_place(request, &request->id) == NGX_OK) {
        ngx_payments_administer(request, "update_merchant");
    }
}


void
ngx_payments_get_key(ngx_payments_request_t *request)
{
    ngx_payments_api_get(request, "key_", NGX_PAYMENTS_PG_GET_API_KEYS);
}


/* An attempt: how it is begun, and its text. */

#include "ngx_payments_attempts.h"


#define NGX_PAYMENTS_ATTEMPT_NAME     64       /* bytes of a processor's name */


/* parameters of pay.begin_payments, the tag not counted */

typedef enum {
    B_MERCHANT = 0, B_LIVEMODE, B_KEY_HASH, B_KEY, B_FINGERPRINT,
    B_REQUEST_ID, B_REQUEST, B_PAYMENT, B_REFERENCE, B_ARGS, B_TAKEOVER,
    B_LAST
} ngx_payments_begin_parameter_e;

/* ... of pay.begin_changes */

typedef enum {
    H_MERCHANT = 0, H_LIVEMODE, H_KEY_HASH, H_KEY, H_FINGERPRINT,
    H_REQUEST_ID, H_REQUEST, H_PAYMENT, H_ACTION, H_AMOUNT, H_FINAL,
    H_IF_MATCH, H_AT, H_ARGS, H_TAKEOVER, H_LAST
} ngx_payments_hold_parameter_e;

static ngx_int_t ngx_payments_attempt_next(
    ngx_payments_execution_t *execution);


static const ngx_payments_attempt_kind_t  ngx_payments_attempt_kinds[] = {
    { "authorize", NGX_PAYMENTS_AUTHORIZE, NULL,
      &ngx_payments_create_payment_schema },
    { "capture", NGX_PAYMENTS_CAPTURE, "capture",
      &ngx_payments_capture_schema },
    { "void", NGX_PAYMENTS_VOID, "cancel", &ngx_payments_cancel_schema },
    { "refund", NGX_PAYMENTS_REFUND, NULL, NULL },
    { "continue", NGX_PAYMENTS_CONTINUE, "confirm",
      &ngx_payments_confirm_schema },
    { NULL, 0, NULL, NULL }
};


/*
 * The key by which the acquirer knows it.  It follows from the request alone,
 * so that a retry has the same one even where a failover has lost the begun
 * row.  A key of a client's that has expired is of another epoch.
 */

static ngx_int_t
ngx_payments_attempt_key(ngx_payments_execution_t *execution,
    ngx_str_t *processor, int64_t at, u_char key[NGX_PAYMENTS_ID_LEN])
{
    u_char   text[8 + NGX_PAYMENTS_KEY_HASH_LEN + NGX_PAYMENTS_SHA256_LEN + 8
                  + NGX_PAYMENTS_ATTEMPT_NAME],
             hash[NGX_PAYMENTS_SHA256_LEN], *p;
    int64_t  numbers[2];

    if (processor->len > NGX_PAYMENTS_ATTEMPT_NAME) {
        return NGX_ERROR;
    }

    numbers[0] = execution->key.merchant_id;
    numbers[1] = at / 1000000 / ngx_payments_idempotent_seconds();

    p = ngx_cpymem(text, &numbers[0], 8);
    p = ngx_cpymem(p, execution->key.hash, NGX_PAYMENTS_KEY_HASH_LEN);
    p = ngx_cpymem(p, execution->fingerprint, NGX_PAYMENTS_SHA256_LEN);
    p = ngx_cpymem(p, &numbers[1], 8);
    p = ngx_cpymem(p, processor->data, processor->len);

    if (ngx_payments_sha256(text, p - text, hash) != 0) {
        return NGX_ERROR;
    }

    ngx_payments_id("att_", hash, key);

    return NGX_OK;
}


/* the text of an attempt, in the execution's pool */

static ngx_int_t
ngx_payments_attempt_text(ngx_payments_execution_t *execution,
    const char *action, ngx_str_t *processor, int64_t at, ngx_str_t *merchant,
    ngx_msec_t delay, ngx_str_t *body, ngx_payments_pg_value_t *value)
{
    u_char  *p, key[NGX_PAYMENTS_ID_LEN];
    size_t   size;

    size = sizeof("authorize") + processor->len + 2 * NGX_PAYMENTS_ID_LEN
           + 2 * NGX_INT64_LEN + 16 + NGX_PAYMENTS_WORDS + body->len;

    p = ngx_pnalloc(execution->pool, size);

    if (p == NULL
        || ngx_payments_attempt_key(execution, processor, at, key) != NGX_OK)
    {
        return NGX_ERROR;
    }

    value->data = p;
    value->len = ngx_snprintf(p, size, "%s %V %*s %V %L %M %016xL\n%V", action,
                              processor, (size_t) NGX_PAYMENTS_ID_LEN, key,
                              merchant, at, delay, ngx_payments_flight_node(),
                              body)
                 - p;

    return NGX_OK;
}


static void
ngx_payments_attempt_value(ngx_payments_pg_value_t *value, const void *data,
    size_t len)
{
    value->data = data;
    value->len = len;
}


/* the processors that may be asked instead */

static ngx_int_t
ngx_payments_attempt_others(ngx_payments_execution_t *execution,
    ngx_str_t *others)
{
    ngx_str_t  *left;

    if (others->len == 0) {
        return NGX_OK;
    }

    left = ngx_palloc(execution->pool, sizeof(ngx_str_t));
    if (left == NULL) {
        return NGX_ERROR;
    }

    left->len = others->len;
    left->data = ngx_pstrdup(execution->pool, others);

    execution->data = left;
    execution->undone = ngx_payments_attempt_next;

    return (left->data == NULL) ? NGX_ERROR : NGX_OK;
}


/* the same attempt, of the next of them, with a key of its own */

static ngx_int_t
ngx_payments_attempt_next(ngx_payments_execution_t *execution)
{
    ngx_str_t                 text;
    ngx_payments_attempt_t   *attempt;
    ngx_payments_pg_value_t  *args = &execution->begin.values[B_ARGS];
    ngx_payments_processor_t *processor;
    ngx_int_t                 rc;

    processor = ngx_payments_processor_choose(execution->data,
                                              execution->key.merchant_id);
    if (processor == NULL) {
        return NGX_DECLINED;
    }

    text.data = (u_char *) args->data;
    text.len = args->len;

    attempt = ngx_payments_attempt_create(&text);
    if (attempt == NULL) {
        return NGX_DECLINED;
    }

    rc = ngx_payments_attempt_text(execution, attempt->kind->name,
                             ngx_payments_processor_name(processor),
                             attempt->origin.at,
                             &attempt->words[NGX_PAYMENTS_WORD_MERCHANT], 0,
                             &attempt->body, args);

    ngx_payments_attempt_release(attempt);

    return (rc == NGX_OK) ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_payments_attempt_begin(ngx_payments_request_t *request,
    ngx_payments_execution_t *execution, ngx_str_t *processor,
    ngx_str_t *others, ngx_str_t *reference, ngx_msec_t delay)
{
    u_char                   *payment, *key;
    ngx_str_t                 merchant;
    ngx_payments_pg_item_t   *begin = &execution->begin;
    ngx_payments_pg_value_t  *values;

    merchant.data = request->merchant;
    merchant.len = NGX_PAYMENTS_ID_LEN;

    values = ngx_pcalloc(execution->pool,
                         B_LAST * sizeof(ngx_payments_pg_value_t));
    payment = ngx_pnalloc(execution->pool, NGX_PAYMENTS_UUID_LEN);
    key = ngx_pstrdup(execution->pool, &request->key);

    if (values == NULL || payment == NULL || key == NULL
        || ngx_payments_new_uuid(payment) != 0
        || ngx_payments_attempt_text(execution, "authorize", processor,
                                     ngx_payments_pg_now(), &merchant, delay,
                                     &request->body, &values[B_ARGS])
           != NGX_OK
        || ngx_payments_attempt_others(execution, others) != NGX_OK)
    {
        return NGX_ERROR;
    }

    values[B_MERCHANT].number = request->merchant_id;
    values[B_LIVEMODE].number = request->livemode;

    ngx_payments_attempt_value(&values[B_KEY_HASH], execution->key.hash,
                               NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_attempt_value(&values[B_KEY], key, request->key.len);
    ngx_payments_attempt_value(&values[B_FINGERPRINT], execution->fingerprint,
                               NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_attempt_value(&values[B_REQUEST_ID], execution->request_id,
                               NGX_PAYMENTS_UUID_LEN);
    ngx_payments_attempt_value(&values[B_REQUEST],
                               execution->record.request.data,
                               execution->record.request.len);
    ngx_payments_attempt_value(&values[B_PAYMENT], payment,
                               NGX_PAYMENTS_UUID_LEN);
    ngx_payments_attempt_value(&values[B_REFERENCE], reference->data,
                               reference->len);

    begin->statement = NGX_PAYMENTS_PG_BEGIN_PAYMENTS;
    begin->values = values;
    execution->takeover = &values[B_TAKEOVER];
    execution->call = ngx_payments_attempt_begun;

    return NGX_OK;
}


/* until the change has ended no other one of this payment begins */

ngx_int_t
ngx_payments_attempt_change(ngx_payments_request_t *request,
    ngx_payments_workspace_t *ws, ngx_payments_execution_t *execution,
    ngx_payments_origin_t *origin, const char *action, const char *asks,
    ngx_str_t *if_match)
{
    ngx_payments_pg_item_t     *begin = &execution->begin;
    ngx_payments_pg_value_t    *values;
    ngx_payments_validation_t  *v = &ws->validation;
    ngx_str_t                   merchant;
    static ngx_str_t            none = ngx_string("-");

    merchant.data = request->merchant;
    merchant.len = NGX_PAYMENTS_ID_LEN;

    values = ngx_pcalloc(execution->pool,
                         H_LAST * sizeof(ngx_payments_pg_value_t));

    if (values == NULL
        || ngx_payments_attempt_text(execution, asks, &none, origin->at,
                                     &merchant, 0, &request->body,
                                     &values[H_ARGS])
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    values[H_MERCHANT].number = origin->merchant_id;
    values[H_LIVEMODE].number = origin->livemode;
    values[H_AT].number = origin->at;
    values[H_AMOUNT].null = (v->slots[NGX_PAYMENTS_CHANGE_AMOUNT] == NULL);
    values[H_AMOUNT].number = v->values[NGX_PAYMENTS_CHANGE_AMOUNT].number;
    values[H_FINAL].number = (v->slots[NGX_PAYMENTS_CHANGE_FINAL] == NULL
                              || v->values[NGX_PAYMENTS_CHANGE_FINAL].number);

    ngx_payments_attempt_value(&values[H_KEY_HASH], origin->key_hash,
                               NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_payments_attempt_value(&values[H_KEY], origin->key.data,
                               origin->key.len);
    ngx_payments_attempt_value(&values[H_FINGERPRINT], origin->fingerprint,
                               NGX_PAYMENTS_SHA256_LEN);
    ngx_payments_attempt_value(&values[H_REQUEST_ID], origin->request_id,
                               NGX_PAYMENTS_UUID_LEN);
    ngx_payments_attempt_value(&values[H_REQUEST], origin->line.data,
                               origin->line.len);
    ngx_payments_attempt_value(&values[H_PAYMENT], origin->payment,
                               NGX_PAYMENTS_UUID_LEN);
    ngx_payments_attempt_value(&values[H_ACTION], action, ngx_strlen(action));
    ngx_payments_attempt_value(&values[H_IF_MATCH], if_match->data,
                               if_match->len);

    begin->statement = NGX_PAYMENTS_PG_BEGIN_CHANGES;
    begin->values = values;
    execution->takeover = &values[H_TAKEOVER];
    execution->call = ngx_payments_attempt_begun;

    return NGX_OK;
}


/* how many words a text of this kind has, once it was begun */

static ngx_uint_t
ngx_payments_attempt_words(const ngx_payments_attempt_kind_t *kind)
{
    switch (kind->action) {

    case NGX_PAYMENTS_AUTHORIZE:
        return NGX_PAYMENTS_WORD_REFERENCE;

    case NGX_PAYMENTS_CONTINUE:
        return NGX_PAYMENTS_WORDS;

    default:
        return NGX_PAYMENTS_WORD_AUTHORIZATION;
    }
}


static const ngx_payments_attempt_kind_t *
ngx_payments_attempt_kind(ngx_str_t *word)
{
    const ngx_payments_attempt_kind_t  *kind;

    for (kind = ngx_payments_attempt_kinds; kind->name != NULL; kind++) {
        if (word->len == ngx_strlen(kind->name)
            && ngx_strncmp(word->data, kind->name, word->len) == 0)
        {
            return kind;
        }
    }

    return NULL;
}


/* the words of the first line, and what is behind it */

static ngx_int_t
ngx_payments_attempt_parse(ngx_payments_attempt_t *attempt)
{
    u_char      *p, *last, *line, *end;
    ngx_int_t    delay;
    ngx_str_t   *word = attempt->words;
    ngx_uint_t   n;

    p = attempt->text.data;
    last = p + attempt->text.len;

    line = ngx_strlchr(p, last, '\n');
    if (line == NULL) {
        return NGX_ERROR;
    }

    for (n = 0; n < NGX_PAYMENTS_WORDS && p < line; n++) {
        end = ngx_strlchr(p, line, ' ');
        end = end ? end : line;

        word[n].data = p;
        word[n].len = end - p;
        p = end + 1;
    }

    attempt->body.data = line + 1;
    attempt->body.len = last - (line + 1);
    attempt->kind = ngx_payments_attempt_kind(&word[NGX_PAYMENTS_WORD_ACTION]);

    if (attempt->kind == NULL
        || n != ngx_payments_attempt_words(attempt->kind)
        || word[NGX_PAYMENTS_WORD_MERCHANT].len != NGX_PAYMENTS_ID_LEN
        || ngx_payments_integer(word[NGX_PAYMENTS_WORD_AT].data,
                                word[NGX_PAYMENTS_WORD_AT].len,
                                &attempt->origin.at)
           != 0)
    {
        return NGX_ERROR;
    }

    delay = ngx_atoi(word[NGX_PAYMENTS_WORD_DELAY].data,
                     word[NGX_PAYMENTS_WORD_DELAY].len);

    attempt->delay = (delay == NGX_ERROR) ? 0 : delay;
    ngx_memcpy(attempt->origin.merchant, word[NGX_PAYMENTS_WORD_MERCHANT].data,
               NGX_PAYMENTS_ID_LEN);

    return NGX_OK;
}


ngx_payments_attempt_t *
ngx_payments_attempt_create(ngx_str_t *text)
{
    ngx_pool_t              *pool;
    ngx_payments_attempt_t  *attempt;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    attempt = ngx_pcalloc(pool, sizeof(ngx_payments_attempt_t));

    if (attempt == NULL
        || (attempt->text.data = ngx_pstrdup(pool, text)) == NULL)
    {
        ngx_destroy_pool(pool);
        return NULL;
    }

    attempt->pool = pool;
    attempt->references = 1;
    attempt->text.len = text->len;

    if (ngx_payments_attempt_parse(attempt) != NGX_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    attempt->dummy.fd = (ngx_socket_t) -1;
    attempt->dummy.data = attempt;
    attempt->timer.data = &attempt->dummy;
    attempt->timer.log = ngx_cycle->log;

    return attempt;
}


void
ngx_payments_attempt_release(void *data)
{
    ngx_payments_attempt_t  *attempt = data;

    if (--attempt->references) {
        return;
    }

    if (attempt->timer.timer_set) {
        ngx_del_timer(&attempt->timer);
    }

    ngx_destroy_pool(attempt->pool);
}


ngx_uint_t
ngx_payments_attempt_simulated(ngx_payments_attempt_t *attempt)
{
    ngx_str_t  *name = &attempt->words[NGX_PAYMENTS_WORD_PROCESSOR];

    return name->len == sizeof(NGX_PAYMENTS_SIMULATOR) - 1
           && ngx_strncmp(name->data, NGX_PAYMENTS_SIMULATOR, name->len) == 0;
}


ngx_payments_workspace_t *
ngx_payments_attempt_body(ngx_payments_attempt_t *attempt)
{
    return attempt->kind->schema
           ? ngx_payments_body_open(&attempt->body, attempt->kind->schema)
           : NULL;
}


/* the attempt of an execution that has begun its key */

ngx_payments_attempt_t *
ngx_payments_attempt_of(ngx_payments_execution_t *execution,
    ngx_payments_begun_t *begun)
{
    ngx_pool_cleanup_t             *cln;
    ngx_payments_origin_t          *origin;
    ngx_payments_attempt_t         *attempt;
    const ngx_payments_pg_value_t  *values = execution->begin.values;

    attempt = ngx_payments_attempt_create(&begun->text);
    if (attempt == NULL) {
        return NULL;
    }

    /* values of the execution's item point into it */

    cln = ngx_pool_cleanup_add(execution->pool, 0);

    if (cln == NULL) {
        ngx_payments_attempt_release(attempt);
        return NULL;
    }

    cln->handler = ngx_payments_attempt_release;
    cln->data = attempt;

    attempt->references++;
    attempt->execution = execution;
    attempt->sent = begun->resumed;

    /* key and line are the execution's; whoever goes on after its end needs
       neither.  Both calls that begin a key have the same first parameters */

    origin = &attempt->origin;
    origin->merchant_id = execution->key.merchant_id;
    origin->livemode = (ngx_uint_t) values[B_LIVEMODE].number;
    origin->key.data = (u_char *) values[B_KEY].data;
    origin->key.len = values[B_KEY].len;
    origin->line = execution->record.request;

    ngx_memcpy(origin->key_hash, execution->key.hash,
               NGX_PAYMENTS_KEY_HASH_LEN);
    ngx_memcpy(origin->fingerprint, execution->fingerprint,
               NGX_PAYMENTS_SHA256_LEN);
    ngx_memcpy(origin->request_id, begun->request_id, NGX_PAYMENTS_UUID_LEN);
    ngx_memcpy(origin->payment, begun->object_id, NGX_PAYMENTS_UUID_LEN);

    return attempt;
}


/*
 * Follow-ups: attempts whose end is not known, because their worker has died
 * or their acquirer has not answered.  PostgreSQL gives each out to one asker
 * at a time, by saying when it is due again; so nothing has to be given back.
 */

#include "ngx_payments_attempts.h"


#define NGX_PAYMENTS_FOLLOWUPS        8        /* of a shard, at once */
#define NGX_PAYMENTS_FOLLOWUPS_PAUSE  1000     /* ms, where none was due */


/* columns of pay.claim_followups() */

#define NGX_PAYMENTS_FOLLOWUP_MERCHANT     1
#define NGX_PAYMENTS_FOLLOWUP_LIVEMODE     2
#define NGX_PAYMENTS_FOLLOWUP_KEY_HASH     3
#define NGX_PAYMENTS_FOLLOWUP_KEY          4
#define NGX_PAYMENTS_FOLLOWUP_FINGERPRINT  5
#define NGX_PAYMENTS_FOLLOWUP_REQUEST_ID   6
#define NGX_PAYMENTS_FOLLOWUP_REQUEST      7
#define NGX_PAYMENTS_FOLLOWUP_OBJECT_ID    8
#define NGX_PAYMENTS_FOLLOWUP_BEGUN_AT     9
#define NGX_PAYMENTS_FOLLOWUP_ARGS         10
#define NGX_PAYMENTS_FOLLOWUP_OPEN         11
#define NGX_PAYMENTS_FOLLOWUP_TRIES        12
#define NGX_PAYMENTS_FOLLOWUP_ACTS         13


/* asks for one attempt after the other */

typedef struct {
    ngx_connection_t              dummy;       /* for the timer's log lines */
    ngx_event_t                   timer;
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       value;       /* which processors it knows */
} ngx_payments_followup_t;


static void ngx_payments_followup_ask(ngx_event_t *ev);
static void ngx_payments_followup_on_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static void ngx_payments_followup_done(ngx_payments_attempt_t *attempt);


static ngx_payments_followup_t  *ngx_payments_followups;
static ngx_uint_t                ngx_payments_nfollowups;


/* the simulator, and what is configured; attempts of others are left to nodes
   that know them */

static ngx_int_t
ngx_payments_followups_names(ngx_pool_t *pool, ngx_str_t *names)
{
    u_char     *p;
    size_t      len;
    ngx_uint_t  i;
    ngx_str_t  *name;

    len = sizeof(NGX_PAYMENTS_SIMULATOR) - 1;

    for (i = 0; (name = ngx_payments_processor_name_of(i)) != NULL; i++) {
        len += 1 + name->len;
    }

    names->data = ngx_pnalloc(pool, len);
    if (names->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(names->data, NGX_PAYMENTS_SIMULATOR,
                   sizeof(NGX_PAYMENTS_SIMULATOR) - 1);

    for (i = 0; (name = ngx_payments_processor_name_of(i)) != NULL; i++) {
        *p++ = ',';
        p = ngx_cpymem(p, name->data, name->len);
    }

    names->len = len;

    return NGX_OK;
}


void
ngx_payments_followups_init(ngx_cycle_t *cycle)
{
    ngx_str_t                 names;
    ngx_uint_t                i, n;
    ngx_payments_followup_t  *followup;

    n = NGX_PAYMENTS_FOLLOWUPS * ngx_payments_cluster_nshards();

    ngx_payments_followups = ngx_pcalloc(cycle->pool,
                                         n * sizeof(ngx_payments_followup_t));
    if (ngx_payments_followups == NULL
        || ngx_payments_followups_names(cycle->pool, &names) != NGX_OK)
    {
        return;
    }

    ngx_payments_nfollowups = n;

    for (i = 0; i < n; i++) {
        followup = &ngx_payments_followups[i];

        followup->dummy.fd = (ngx_socket_t) -1;
        followup->dummy.data = followup;

        followup->timer.data = &followup->dummy;
        followup->timer.handler = ngx_payments_followup_ask;
        followup->timer.log = cycle->log;
        followup->timer.cancelable = 1;

        followup->value.data = names.data;
        followup->value.len = names.len;

        followup->item.values = &followup->value;
        followup->item.statement = NGX_PAYMENTS_PG_CLAIM_FOLLOWUPS;
        followup->item.shard = i / NGX_PAYMENTS_FOLLOWUPS;
        followup->item.handler = ngx_payments_followup_on_row;
        followup->item.data = followup;
        followup->item.once = 1;

        ngx_add_timer(&followup->timer, NGX_PAYMENTS_FOLLOWUPS_PAUSE);
    }

    ngx_payments_waiting_init(cycle, &names);
}


void
ngx_payments_followups_exit(void)
{
    ngx_uint_t  i;

    ngx_payments_waiting_exit();

    for (i = 0; i < ngx_payments_nfollowups; i++) {
        if (ngx_payments_followups[i].timer.timer_set) {
            ngx_del_timer(&ngx_payments_followups[i].timer);
        }
    }

    ngx_payments_nfollowups = 0;
}


static void
ngx_payments_followup_ask(ngx_event_t *ev)
{
    ngx_connection_t         *c = ev->data;
    ngx_payments_followup_t  *followup = c->data;

    if (ngx_exiting) {
        return;
    }

    if (ngx_payments_new_uuid(followup->item.tag) != 0) {
        ngx_add_timer(ev, NGX_PAYMENTS_FOLLOWUPS_PAUSE);
        return;
    }

    ngx_payments_cluster_send(&followup->item);
}


/* a text, copied to the pool; NULL stays NULL */

static ngx_int_t
ngx_payments_followup_text(ngx_pool_t *pool, ngx_payments_pg_row_t *row,
    int column, ngx_str_t *text)
{
    ngx_str_t  value;

    value = ngx_payments_pg_bytes(row, column);
    *text = value;

    if (value.data == NULL) {
        return NGX_OK;
    }

    text->data = ngx_pstrdup(pool, &value);

    return (text->data == NULL) ? NGX_ERROR : NGX_OK;
}


/* NULL: of what no client waits for.  NGX_ERROR: the row is not what it should
   be */

static ngx_int_t
ngx_payments_followup_bytes(ngx_payments_pg_row_t *row, int column,
    u_char *dst, size_t len)
{
    ngx_str_t  value;

    value = ngx_payments_pg_bytes(row, column);

    if (value.data == NULL) {
        return NGX_OK;
    }

    if (value.len != len) {
        ngx_payments_pg_wrong(row, column);
        return NGX_ERROR;
    }

    ngx_memcpy(dst, value.data, len);

    return NGX_OK;
}


static ngx_payments_attempt_t *
ngx_payments_followup_attempt(ngx_payments_pg_row_t *row)
{
    ngx_str_t                text;
    ngx_payments_origin_t   *origin;
    ngx_payments_attempt_t  *attempt;

    text = ngx_payments_pg_bytes(row, NGX_PAYMENTS_FOLLOWUP_ARGS);

    attempt = ngx_payments_attempt_create(&text);
    if (attempt == NULL) {
        return NULL;
    }

    origin = &attempt->origin;

    origin->merchant_id = ngx_payments_pg_number(row,
                                        NGX_PAYMENTS_FOLLOWUP_MERCHANT);
    origin->livemode = (ngx_uint_t) ngx_payments_pg_number(row,
                                        NGX_PAYMENTS_FOLLOWUP_LIVEMODE);
    attempt->open = (ngx_payments_pg_number(row, NGX_PAYMENTS_FOLLOWUP_OPEN)
                     != 0);

    /* a client's was sent before it became a follow-up; what pay.send_later()
       has made, which has no fingerprint, waits for its first time */

    attempt->sent = (attempt->open
                     || ngx_payments_pg_number(row, NGX_PAYMENTS_FOLLOWUP_TRIES)
                        != 0
                     || ngx_payments_pg_bytes(row,
                                      NGX_PAYMENTS_FOLLOWUP_FINGERPRINT).data
                        != NULL);
    attempt->acts = (!attempt->open
                     && ngx_payments_pg_number(row, NGX_PAYMENTS_FOLLOWUP_ACTS)
                        != 0);

    if (ngx_payments_followup_text(attempt->pool, row,
                                   NGX_PAYMENTS_FOLLOWUP_KEY, &origin->key)
        == NGX_OK
        && ngx_payments_followup_text(attempt->pool, row,
                                      NGX_PAYMENTS_FOLLOWUP_REQUEST,
                                      &origin->line)
           == NGX_OK
        && ngx_payments_followup_bytes(row, NGX_PAYMENTS_FOLLOWUP_KEY_HASH,
                                       origin->key_hash,
                                       NGX_PAYMENTS_KEY_HASH_LEN)
           == NGX_OK
        && ngx_payments_followup_bytes(row, NGX_PAYMENTS_FOLLOWUP_FINGERPRINT,
                                       origin->fingerprint,
                                       NGX_PAYMENTS_SHA256_LEN)
           == NGX_OK
        && ngx_payments_followup_bytes(row, NGX_PAYMENTS_FOLLOWUP_REQUEST_ID,
                                       origin->request_id,
                                       NGX_PAYMENTS_UUID_LEN)
           == NGX_OK
        && ngx_payments_followup_bytes(row, NGX_PAYMENTS_FOLLOWUP_OBJECT_ID,
                                       origin->payment, NGX_PAYMENTS_UUID_LEN)
           == NGX_OK)
    {
        return attempt;
    }

    ngx_payments_attempt_release(attempt);

    return NULL;
}


static void
ngx_payments_followup_on_row(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_str_t                 text;
    ngx_payments_attempt_t   *attempt;
    ngx_payments_followup_t  *followup = item->data;

    if (outcome == NGX_PAYMENTS_PG_DONE) {
        text = ngx_payments_pg_bytes(row, NGX_PAYMENTS_FOLLOWUP_ARGS);
        attempt = text.data ? ngx_payments_followup_attempt(row) : NULL;

        if (attempt != NULL) {
            attempt->done = ngx_payments_followup_done;
            attempt->data = followup;
            ngx_payments_attempt_follow(attempt);
            return;
        }
    }

    ngx_add_timer(&followup->timer, NGX_PAYMENTS_FOLLOWUPS_PAUSE);
}


/* there may be another one */

static void
ngx_payments_followup_done(ngx_payments_attempt_t *attempt)
{
    ngx_payments_followup_t  *followup = attempt->data;

    ngx_payments_attempt_release(attempt);

    if (followup->timer.timer_set || ngx_exiting) {
        return;
    }

    ngx_add_timer(&followup->timer, 1);
}

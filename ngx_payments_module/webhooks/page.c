
/* A page of events: read, sent, and what became of it noted. */

#include "ngx_payments_webhooks_internal.h"


#define NGX_PAYMENTS_PAGE_CONNECT  5000    /* ms */
#define NGX_PAYMENTS_PAGE_ANSWER   1024    /* bytes of it that are read */
#define NGX_PAYMENTS_PAGE_PAUSE    3600    /* s, that an endpoint can ask for */


/* columns of pay.deliver_page(), beyond an event's */

#define NGX_PAYMENTS_PAGE_URL         12
#define NGX_PAYMENTS_PAGE_SECRET      13
#define NGX_PAYMENTS_PAGE_OLD_SECRET  14
#define NGX_PAYMENTS_PAGE_LAST        15
#define NGX_PAYMENTS_PAGE_ORDERED     16
#define NGX_PAYMENTS_PAGE_CURSOR      17

/* column of pay.deliver_done() */

#define NGX_PAYMENTS_DELIVERED_AGAIN  1


static void ngx_payments_page_on_rows(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static ngx_int_t ngx_payments_page_events(ngx_payments_page_t *page,
    ngx_payments_pg_row_t *row);
static ngx_int_t ngx_payments_page_endpoint(ngx_payments_page_t *page,
    ngx_payments_pg_row_t *row);
static void ngx_payments_page_send(ngx_payments_page_t *page);
static ngx_int_t ngx_payments_delivery_start(ngx_payments_delivery_t *d);
static void ngx_payments_delivery_done(ngx_payments_outbound_call_t *call);
static void ngx_payments_page_note(ngx_payments_page_t *page);
static void ngx_payments_page_noted(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);


static void
ngx_payments_page_end(ngx_payments_page_t *page,
    ngx_payments_page_result_e result)
{
    ngx_explicit_memzero(page->bits, sizeof(page->bits));

    page->handler(page, result);

    ngx_destroy_pool(page->pool);
}


static void
ngx_payments_page_ask(ngx_payments_page_t *page,
    ngx_payments_pg_statement_e statement, ngx_payments_pg_handler_pt handler)
{
    ngx_payments_pg_item_t  *item = &page->item;

    ngx_memzero(item, sizeof(ngx_payments_pg_item_t));

    page->values[0].number = page->merchant_id;
    page->values[1].data = page->holder;
    page->values[1].len = NGX_PAYMENTS_UUID_LEN;
    page->values[2].data = page->endpoint;
    page->values[2].len = NGX_PAYMENTS_UUID_LEN;

    item->statement = statement;
    item->values = page->values;
    item->handler = handler;
    item->data = page;

    /* a tag that is not random is no proof, but of an id of this process */

    if (ngx_payments_new_uuid(item->tag) != 0) {
        ngx_memcpy(item->tag, page->endpoint, NGX_PAYMENTS_PG_TAG_LEN);
    }

    page->asked = 1;

    ngx_payments_cluster_send(item);
}


ngx_payments_page_t *
ngx_payments_page_start(const ngx_payments_webhooks_conf_t *conf,
    int64_t merchant_id, const u_char endpoint[NGX_PAYMENTS_UUID_LEN],
    const u_char *holder, ngx_payments_page_handler_pt handler, void *data)
{
    ngx_pool_t           *pool;
    ngx_payments_page_t  *page;

    pool = ngx_create_pool(16384, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    page = ngx_pcalloc(pool, sizeof(ngx_payments_page_t));
    if (page == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    page->pool = pool;
    page->conf = conf;
    page->handler = handler;
    page->data = data;
    page->merchant_id = merchant_id;
    page->holder = holder;
    ngx_memcpy(page->endpoint, endpoint, NGX_PAYMENTS_UUID_LEN);

    ngx_payments_page_ask(page, NGX_PAYMENTS_PG_DELIVER_PAGE,
                          ngx_payments_page_on_rows);

    return page;
}


void
ngx_payments_page_cancel(ngx_payments_page_t *page)
{
    ngx_uint_t                i;
    ngx_payments_delivery_t  *d;

    if (page->asked) {
        ngx_payments_pg_cancel(&page->item);
    }

    for (i = 0; i < page->n; i++) {
        d = &page->deliveries[i];

        if (d->running) {
            ngx_payments_outbound_cancel(&d->call);
            ngx_destroy_pool(d->call.pool);
        }
    }

    ngx_explicit_memzero(page->bits, sizeof(page->bits));
    ngx_destroy_pool(page->pool);
}


static void
ngx_payments_page_on_rows(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_int_t             rc;
    ngx_payments_page_t  *page = item->data;

    page->asked = 0;

    if (outcome != NGX_PAYMENTS_PG_DONE
        || ngx_payments_page_events(page, row) != NGX_OK)
    {
        ngx_payments_page_end(page, NGX_PAYMENTS_PAGE_FAILED);
        return;
    }

    /* where a secret cannot be read there is nothing to be done but to wait for
       another start of nginx, which looks at all endpoints */

    rc = ngx_payments_page_endpoint(page, row);

    if (rc != NGX_OK) {
        ngx_payments_page_end(page, (rc == NGX_DECLINED)
                                    ? NGX_PAYMENTS_PAGE_EMPTY
                                    : NGX_PAYMENTS_PAGE_FAILED);
        return;
    }

    ngx_payments_page_send(page);
}


/* the events, and the row behind them */

static ngx_int_t
ngx_payments_page_events(ngx_payments_page_t *page, ngx_payments_pg_row_t *row)
{
    size_t                    size;
    ngx_int_t                 rc;
    ngx_payments_out_t        out;
    ngx_payments_event_t      event;
    ngx_payments_delivery_t  *d;

    for ( ;; ) {
        rc = ngx_payments_cluster_event(row, &event);

        if (rc != NGX_OK) {
            return (rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
        }

        size = ngx_payments_event_size(&event);
        d = &page->deliveries[page->n];

        if (page->n == NGX_PAYMENTS_PAGE_EVENTS) {
            return NGX_ERROR;
        }

        d->body.data = ngx_pnalloc(page->pool, size);
        if (d->body.data == NULL) {
            return NGX_ERROR;
        }

        ngx_payments_out_init(&out, d->body.data, size);
        ngx_payments_event_json(&event, &out);
        ngx_payments_id("evt_", event.id, d->id);

        d->page = page;
        d->body.len = out.pos - out.start;
        d->sequence = event.sequence;
        page->n++;

        if (out.overflow || !ngx_payments_pg_next(row)) {
            return NGX_ERROR;
        }
    }
}


/* a key of the endpoint; NGX_OK too where there is none.  Nothing is ever sent
   that is not signed */

static ngx_int_t
ngx_payments_page_key(ngx_payments_page_t *page, ngx_payments_pg_row_t *row,
    int column)
{
    u_char      *bits;
    ngx_int_t    rc;
    ngx_str_t    stored;
    const char  *left_out;

    stored = ngx_payments_pg_bytes(row, column);

    if (stored.data == NULL) {
        return NGX_OK;
    }

    bits = page->bits[page->nkeys];
    rc = ngx_payments_secrets_read(page->merchant_id, page->endpoint, &stored,
                                   bits);

    if (rc == NGX_OK) {
        page->keys[page->nkeys].data = bits;
        page->keys[page->nkeys].len = NGX_PAYMENTS_MESSAGE_BITS;
        page->nkeys++;
        return NGX_OK;
    }

    left_out = ngx_payments_status_due("webhook secret", "", 0, 60000);

    if (left_out != NULL) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "a webhook endpoint's secret cannot be read, nothing is "
                      "sent to it: %s%s", (rc == NGX_DECLINED)
                      ? "\"payments_secret_file\" lacks the line that it was "
                        "stored with" : "it is not what was stored",
                      left_out);
    }

    return NGX_ERROR;
}


/* where the events go; NGX_DECLINED: nothing is to be sent, or it could not be
   signed */

static ngx_int_t
ngx_payments_page_endpoint(ngx_payments_page_t *page,
    ngx_payments_pg_row_t *row)
{
    ngx_str_t  url;

    url = ngx_payments_pg_bytes(row, NGX_PAYMENTS_PAGE_URL);

    if (url.data == NULL) {
        return NGX_DECLINED;
    }

    page->cursor = ngx_payments_pg_number(row, NGX_PAYMENTS_PAGE_CURSOR);
    page->last = ngx_payments_pg_number(row, NGX_PAYMENTS_PAGE_LAST);
    page->ordered = ngx_payments_pg_number(row, NGX_PAYMENTS_PAGE_ORDERED)
                    != 0;

    if (ngx_payments_page_key(page, row, NGX_PAYMENTS_PAGE_SECRET) != NGX_OK
        || page->nkeys == 0)
    {
        return NGX_DECLINED;
    }

    /* the old one may be gone with its line of the file: its time is over
       soon */

    (void) ngx_payments_page_key(page, row, NGX_PAYMENTS_PAGE_OLD_SECRET);

    url.data = ngx_pstrdup(page->pool, &url);

    return (url.data != NULL
            && ngx_payments_url_parse(url.data, url.len, &page->url) == NULL)
           ? NGX_OK : NGX_ERROR;
}


static void
ngx_payments_page_send(ngx_payments_page_t *page)
{
    ngx_uint_t                most;
    ngx_payments_delivery_t  *d;

    most = page->ordered ? 1 : NGX_PAYMENTS_WEBHOOKS_EACH;

    while (!page->stopped && page->running < most && page->next < page->n) {
        d = &page->deliveries[page->next++];
        d->began = ngx_current_msec;

        if (ngx_payments_delivery_start(d) != NGX_OK) {

            /* as if it had not been answered */

            d->answer = -NGX_PAYMENTS_DELIVERY_NOT_SENT;
            page->stopped = page->ordered;
            continue;
        }

        d->running = 1;
        page->running++;
    }

    if (page->running == 0) {
        ngx_payments_page_note(page);
    }
}


/* content, id, time, signatures: a fresh time and new signatures each time */

static ngx_int_t
ngx_payments_delivery_headers(ngx_payments_delivery_t *d,
    ngx_payments_outbound_call_t *call)
{
    u_char               *p;
    int64_t               now;
    ngx_uint_t            i;
    ngx_payments_text_t   id, body;
    ngx_payments_page_t  *page = d->page;

    now = ngx_payments_pg_now() / 1000000;

    id.data = d->id;
    id.len = NGX_PAYMENTS_ID_LEN;
    body.data = d->body.data;
    body.len = d->body.len;

    p = ngx_pnalloc(call->pool, 256 + NGX_PAYMENTS_ID_LEN + NGX_INT64_LEN
                                + 2 * (NGX_PAYMENTS_SIGNATURE_LEN + 1));
    if (p == NULL) {
        return NGX_ERROR;
    }

    call->headers.data = p;

    p = ngx_sprintf(p, "Content-Type: application/json" CRLF
                    "User-Agent: ngx_payments_module" CRLF
                    "webhook-id: %*s" CRLF "webhook-timestamp: %L" CRLF
                    "webhook-signature:", (size_t) NGX_PAYMENTS_ID_LEN, d->id,
                    now);

    for (i = 0; i < page->nkeys; i++) {
        *p++ = ' ';

        if (ngx_payments_signature(&page->keys[i], &id, now, &body, p) != 0) {
            return NGX_ERROR;
        }

        p += NGX_PAYMENTS_SIGNATURE_LEN;
    }

    p = ngx_cpymem(p, CRLF, 2);
    call->headers.len = p - call->headers.data;

    return NGX_OK;
}


static ngx_int_t
ngx_payments_delivery_start(ngx_payments_delivery_t *d)
{
    ngx_payments_page_t           *page = d->page;
    ngx_payments_outbound_call_t  *call = &d->call;

    call->pool = ngx_create_pool(4096, ngx_cycle->log);
    if (call->pool == NULL) {
        return NGX_ERROR;
    }

    call->url = page->url;
    ngx_str_set(&call->method, "POST");
    call->body = d->body;
    call->allowed = page->conf->allowed;
    call->timeout = page->conf->timeout;
    call->connect_timeout = NGX_PAYMENTS_PAGE_CONNECT;
    call->limit = NGX_PAYMENTS_PAGE_ANSWER;
    call->handler = ngx_payments_delivery_done;
    call->data = d;
    call->policy = 1;
    call->again = 1;
    call->partial = 1;

    if (ngx_payments_delivery_headers(d, call) == NGX_OK
        && ngx_payments_outbound_start(call) == NGX_OK)
    {
        return NGX_OK;
    }

    ngx_destroy_pool(call->pool);

    return NGX_ERROR;
}


/* Retry-After of one that has too much to do: seconds from now, or a date */

static ngx_int_t
ngx_payments_delivery_pause(ngx_payments_outbound_call_t *call)
{
    time_t     at;
    ngx_int_t  n;
    ngx_str_t  value;

    if ((call->status != 429 && call->status != 503)
        || ngx_payments_outbound_header(call, "retry-after", &value) != NGX_OK)
    {
        return 0;
    }

    n = ngx_atoi(value.data, value.len);

    if (n == NGX_ERROR) {
        at = ngx_parse_http_time(value.data, value.len);

        n = (at == NGX_ERROR)
            ? 0 : (ngx_int_t) (at - ngx_payments_pg_now() / 1000000);
    }

    return ngx_max(0, ngx_min(n, NGX_PAYMENTS_PAGE_PAUSE));
}


/* what the texts of outbound/ are for a merchant */

static ngx_int_t
ngx_payments_delivery_error(const ngx_payments_outbound_call_t *call)
{
    ngx_uint_t  i;

    static const struct {
        const char                     *text;
        ngx_payments_delivery_error_e   error;
    } errors[] = {
        { "took too long", NGX_PAYMENTS_DELIVERY_TIMEOUT },
        { "in time", NGX_PAYMENTS_DELIVERY_TIMEOUT },
        { "timed out", NGX_PAYMENTS_DELIVERY_TIMEOUT },
        { "Host not found", NGX_PAYMENTS_DELIVERY_NAME },
        { "Server failure", NGX_PAYMENTS_DELIVERY_NAME },
        { "Query refused", NGX_PAYMENTS_DELIVERY_NAME },
        { "TLS", NGX_PAYMENTS_DELIVERY_TLS },
        { "certificate", NGX_PAYMENTS_DELIVERY_TLS },
        { "public", NGX_PAYMENTS_DELIVERY_ADDRESS },
        { "clear", NGX_PAYMENTS_DELIVERY_ADDRESS },
        { "no address", NGX_PAYMENTS_DELIVERY_NAME },
        { "name", NGX_PAYMENTS_DELIVERY_NAME },
        { "connect", NGX_PAYMENTS_DELIVERY_CONNECTION },
        { "proxy", NGX_PAYMENTS_DELIVERY_CONNECTION }
    };

    for (i = 0; call->error && i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (ngx_strstr(call->error, errors[i].text) != NULL) {
            return -(ngx_int_t) errors[i].error;
        }
    }

    return (call->outcome == NGX_PAYMENTS_OUTBOUND_UNKNOWN)
           ? -NGX_PAYMENTS_DELIVERY_ANSWER : -NGX_PAYMENTS_DELIVERY_NOT_SENT;
}


static void
ngx_payments_delivery_done(ngx_payments_outbound_call_t *call)
{
    ngx_int_t                 pause;
    ngx_payments_delivery_t  *d = call->data;
    ngx_payments_page_t      *page = d->page;

    d->running = 0;
    d->took = ngx_current_msec - d->began;
    d->answer = (call->outcome == NGX_PAYMENTS_OUTBOUND_ANSWERED)
                ? (ngx_int_t) call->status : ngx_payments_delivery_error(call);

    ngx_payments_status_add((d->answer < 0)
                            ? NGX_PAYMENTS_M_WEBHOOKS_UNANSWERED
                            : (d->answer / 100 == 2)
                            ? NGX_PAYMENTS_M_WEBHOOKS_TAKEN
                            : NGX_PAYMENTS_M_WEBHOOKS_REFUSED, 1);

    pause = ngx_payments_delivery_pause(call);
    page->pause = ngx_max(page->pause, pause);

    if (d->answer / 100 == 2) {
        page->taken = 1;

    } else if (page->ordered) {
        page->stopped = 1;
    }

    page->running--;

    ngx_destroy_pool(call->pool);
    ngx_payments_page_send(page);
}


/* what was sent, and what each of them was answered */

static void
ngx_payments_page_note(ngx_payments_page_t *page)
{
    u_char                   *text, *to[4];
    size_t                    size;
    ngx_uint_t                i, n;
    ngx_payments_pg_value_t  *values = page->values;
    ngx_payments_delivery_t  *d;

    /* four lists: sequences, answers, ms since it began, ms that it took */

    size = NGX_PAYMENTS_PAGE_EVENTS * (NGX_INT64_LEN + 1);

    text = ngx_pnalloc(page->pool, 4 * size);
    if (text == NULL) {
        ngx_payments_page_end(page, NGX_PAYMENTS_PAGE_FAILED);
        return;
    }

    for (n = 0; n < 4; n++) {
        to[n] = text + n * size;
    }

    for (i = 0; i < page->next; i++) {
        d = &page->deliveries[i];

        for (n = 0; i > 0 && n < 4; n++) {
            *to[n]++ = ' ';
        }

        to[0] = ngx_sprintf(to[0], "%L", d->sequence);
        to[1] = ngx_sprintf(to[1], "%i", d->answer);
        to[2] = ngx_sprintf(to[2], "%M", ngx_current_msec - d->began);
        to[3] = ngx_sprintf(to[3], "%M", d->took);
    }

    /* nothing passes what has failed */

    if (page->stopped) {
        page->last = page->deliveries[page->next - 1].sequence - 1;
    }

    values[3].number = page->cursor;
    values[4].number = page->last;

    for (n = 0; n < 4; n++) {
        values[5 + n].data = text + n * size;
        values[5 + n].len = to[n] - (text + n * size);
    }

    values[9].number = page->pause;

    ngx_payments_page_ask(page, NGX_PAYMENTS_PG_DELIVER_DONE,
                          ngx_payments_page_noted);
}


static void
ngx_payments_page_noted(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_page_t  *page = item->data;

    page->asked = 0;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_payments_page_end(page, NGX_PAYMENTS_PAGE_FAILED);
        return;
    }

    ngx_payments_page_end(page,
                       ngx_payments_pg_number(row,
                                              NGX_PAYMENTS_DELIVERED_AGAIN)
                       ? NGX_PAYMENTS_PAGE_AGAIN : NGX_PAYMENTS_PAGE_LATER);
}


/* A call: items to arrays, rows to items. */

#include "ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"


/* microseconds from 1970-01-01 to PostgreSQL's epoch, 2000-01-01 */
#define NGX_PAYMENTS_PG_EPOCH  INT64_C(946684800000000)

#define NGX_PAYMENTS_PG_HEADER 20


typedef struct {
    Oid                           element;
    Oid                           array;
    size_t                        size;        /* 0: as long as the data */
} ngx_payments_pg_oid_t;


/*
 * In the order of ngx_payments_pg_type_e; the numbers are those of pg_type.dat,
 * which no version changes
 */

static const ngx_payments_pg_oid_t  ngx_payments_pg_oids[] = {
    { 2950, 2951, 16 },            /* uuid */
    { 20, 1016, 8 },               /* bigint */
    { 16, 1000, 1 },               /* boolean */
    { 25, 1009, 0 },               /* text */
    { 17, 1001, 0 },               /* bytea */
    { 1184, 1185, 8 }              /* timestamptz */
};


static u_char *
ngx_payments_pg_put32(u_char *p, uint32_t n)
{
    *p++ = (u_char) (n >> 24);
    *p++ = (u_char) (n >> 16);
    *p++ = (u_char) (n >> 8);
    *p++ = (u_char) n;

    return p;
}


static u_char *
ngx_payments_pg_put64(u_char *p, uint64_t n)
{
    p = ngx_payments_pg_put32(p, (uint32_t) (n >> 32));

    return ngx_payments_pg_put32(p, (uint32_t) n);
}


static ngx_uint_t
ngx_payments_pg_is_null(ngx_payments_pg_type_e type,
    const ngx_payments_pg_value_t *value)
{
    switch (type) {

    case NGX_PAYMENTS_PG_INT8:
    case NGX_PAYMENTS_PG_BOOL:
    case NGX_PAYMENTS_PG_TIME:
        return value->null;

    default:
        return value->data == NULL;
    }
}


static size_t
ngx_payments_pg_length(ngx_payments_pg_type_e type,
    const ngx_payments_pg_value_t *value)
{
    if (ngx_payments_pg_is_null(type, value)) {
        return 4;
    }

    return 4 + (ngx_payments_pg_oids[type].size
                ? ngx_payments_pg_oids[type].size : value->len);
}


static u_char *
ngx_payments_pg_element(u_char *p, ngx_payments_pg_type_e type,
    const ngx_payments_pg_value_t *value)
{
    size_t  len;

    if (ngx_payments_pg_is_null(type, value)) {
        return ngx_payments_pg_put32(p, (uint32_t) -1);
    }

    len = ngx_payments_pg_length(type, value) - 4;
    p = ngx_payments_pg_put32(p, (uint32_t) len);

    switch (type) {

    case NGX_PAYMENTS_PG_INT8:
        return ngx_payments_pg_put64(p, (uint64_t) value->number);

    case NGX_PAYMENTS_PG_TIME:
        return ngx_payments_pg_put64(p, (uint64_t) (value->number
                                                  - NGX_PAYMENTS_PG_EPOCH));

    case NGX_PAYMENTS_PG_BOOL:
        *p++ = (value->number != 0);
        return p;

    default:
        return ngx_cpymem(p, value->data, len);
    }
}


/*
 * The binary form of an array (array_recv): dimensions, has NULLs, element
 * type, then length and lower bound of the one dimension, then each element
 * with its length, -1 for NULL.  Parameter 0 is the items' tags.
 */

static u_char *
ngx_payments_pg_array(u_char *p, ngx_payments_pg_conn_t *conn,
    ngx_uint_t parameter)
{
    u_char                   *flags;
    ngx_uint_t                i;
    ngx_payments_pg_type_e    type;
    ngx_payments_pg_value_t   tag, *value;

    type = parameter ? conn->statement->types[parameter - 1]
                     : NGX_PAYMENTS_PG_UUID;

    p = ngx_payments_pg_put32(p, 1);
    flags = p;
    p = ngx_payments_pg_put32(p, 0);
    p = ngx_payments_pg_put32(p, ngx_payments_pg_oids[type].element);
    p = ngx_payments_pg_put32(p, (uint32_t) conn->nitems);
    p = ngx_payments_pg_put32(p, 1);

    for (i = 0; i < conn->nitems; i++) {

        if (parameter) {
            value = &conn->items[i]->values[parameter - 1];

        } else {
            tag.data = conn->items[i]->tag;
            value = &tag;
        }

        if (ngx_payments_pg_is_null(type, value)) {
            (void) ngx_payments_pg_put32(flags, 1);
        }

        p = ngx_payments_pg_element(p, type, value);
    }

    return p;
}


static size_t
ngx_payments_pg_size(ngx_payments_pg_conn_t *conn)
{
    size_t      size;
    ngx_uint_t  i, j;

    size = (conn->statement->nparams + 1) * NGX_PAYMENTS_PG_HEADER
           + conn->nitems * (4 + NGX_PAYMENTS_PG_TAG_LEN);

    for (i = 0; i < conn->nitems; i++) {
        for (j = 0; j < conn->statement->nparams; j++) {
            size += ngx_payments_pg_length(conn->statement->types[j],
                                           &conn->items[i]->values[j]);
        }
    }

    return size;
}


static ngx_int_t
ngx_payments_pg_encode(ngx_payments_pg_conn_t *conn, const char **values,
    int *lengths)
{
    size_t                   size;
    u_char                  *p, *start;
    ngx_uint_t               i;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    size = ngx_payments_pg_size(conn);

    if (size > pool->size) {
        if (pool->buffer) {
            ngx_free(pool->buffer);
        }

        pool->size = 0;
        pool->buffer = ngx_alloc(size * 2, &pool->log);

        if (pool->buffer == NULL) {
            return NGX_ERROR;
        }

        pool->size = size * 2;
    }

    p = pool->buffer;

    for (i = 0; i <= conn->statement->nparams; i++) {
        start = p;
        p = ngx_payments_pg_array(p, conn, i);
        values[i] = (const char *) start;
        lengths[i] = (int) (p - start);
    }

    return NGX_OK;
}


/*
 * Moves the next batch from the queue to the connection.  What is out of time
 * is not sent any more: a call for it would only hold up the next one.
 */

static void
ngx_payments_pg_take(ngx_payments_pg_conn_t *conn)
{
    ngx_queue_t              *q, *next;
    ngx_payments_pg_item_t   *item, *first;
    ngx_payments_pg_pool_t   *pool = conn->pool;

    conn->nitems = 0;
    conn->next = 0;
    first = NULL;

    for (q = ngx_queue_head(&pool->waiting);
         q != ngx_queue_sentinel(&pool->waiting);
         q = next)
    {
        next = ngx_queue_next(q);
        item = ngx_queue_data(q, ngx_payments_pg_item_t, queue);

        if ((ngx_msec_int_t) (item->deadline - ngx_current_msec) <= 0) {
            ngx_payments_pg_unqueue(pool, item);
            ngx_payments_pg_finish(pool, item,
                                   item->unknown
                                   ? NGX_PAYMENTS_PG_UNKNOWN
                                   : NGX_PAYMENTS_PG_NOT_EXECUTED);
            continue;
        }

        if (first == NULL) {
            first = item;
            conn->statement = &ngx_payments_pg_statements[item->statement];
        }

        if (item->statement != first->statement
            || (item->alone && item != first))
        {
            continue;
        }

        ngx_payments_pg_unqueue(pool, item);

        item->sent = 1;
        item->seen = 0;
        conn->items[conn->nitems++] = item;

        if (first->alone || conn->nitems == pool->conf->batch) {
            break;
        }
    }
}


static uint64_t
ngx_payments_pg_usec(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


/* to the next deadline: of an item, or of the call */

static void
ngx_payments_pg_arm(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t      i;
    ngx_msec_int_t  left, least;

    least = (ngx_msec_int_t) (conn->deadline - ngx_current_msec);

    for (i = 0; i < conn->nitems; i++) {
        if (conn->items[i] == NULL) {
            continue;
        }

        left = (ngx_msec_int_t) (conn->items[i]->deadline - ngx_current_msec);
        least = ngx_min(left, least);
    }

    conn->c->read->cancelable = 0;
    ngx_add_timer(conn->c->read, (ngx_msec_t) ngx_max(least, 1));
}


ngx_int_t
ngx_payments_pg_expire(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t               i;
    ngx_payments_pg_item_t  *item;

    if ((ngx_msec_int_t) (conn->deadline - ngx_current_msec) <= 0) {
        return NGX_ERROR;
    }

    for (i = 0; i < conn->nitems; i++) {
        item = conn->items[i];

        if (item != NULL
            && (ngx_msec_int_t) (item->deadline - ngx_current_msec) <= 0)
        {
            conn->items[i] = NULL;
            item->unknown = 1;
            ngx_payments_pg_finish(conn->pool, item, NGX_PAYMENTS_PG_UNKNOWN);
        }
    }

    ngx_payments_pg_arm(conn);

    return NGX_OK;
}


/* by name, or behind a pooler by its text; parameters and rows are binary */

static int
ngx_payments_pg_send_call(ngx_payments_pg_conn_t *conn,
    const char *const *values, const int *lengths)
{
    int                                 n, formats[NGX_PAYMENTS_PG_PARAMS + 1];
    Oid                                 types[NGX_PAYMENTS_PG_PARAMS + 1];
    ngx_uint_t                          i;
    const ngx_payments_pg_statement_t  *s = conn->statement;

    n = (int) s->nparams + 1;

    types[0] = ngx_payments_pg_oids[NGX_PAYMENTS_PG_UUID].array;
    formats[0] = 1;

    for (i = 0; i < s->nparams; i++) {
        types[i + 1] = ngx_payments_pg_oids[s->types[i]].array;
        formats[i + 1] = 1;
    }

    if (!conn->pool->conf->pooler) {
        return PQsendQueryPrepared(conn->pg, s->name, n, values, lengths,
                                   formats, 1);
    }

    return PQsendQueryParams(conn->pg,
                       conn->pool->sql[s - ngx_payments_pg_statements], n,
                       types, values, lengths, formats, 1);
}


ngx_int_t
ngx_payments_pg_call(ngx_payments_pg_conn_t *conn)
{
    int                      lengths[NGX_PAYMENTS_PG_PARAMS + 1];
    ngx_uint_t               write;
    const char              *values[NGX_PAYMENTS_PG_PARAMS + 1];
    ngx_payments_pg_pool_t  *pool = conn->pool;

    ngx_payments_pg_take(conn);

    if (conn->nitems == 0) {
        return NGX_DECLINED;
    }

    ngx_payments_pg_move(conn, NGX_PAYMENTS_PG_BUSY);

    if (ngx_payments_pg_encode(conn, values, lengths) != NGX_OK
        || ngx_payments_pg_send_call(conn, values, lengths) != 1)
    {
        ngx_payments_pg_disconnect(conn, "a call could not be made",
                                   NGX_PAYMENTS_PG_CLASS_RETRY);
        return NGX_ERROR;
    }

    /* from here on the server may have the call, whole or in part */

    conn->sent = ngx_payments_pg_usec();

    if (PQpipelineSync(conn->pg) != 1
        || ngx_payments_pg_flush(conn) != NGX_OK)
    {
        ngx_payments_pg_disconnect(conn, "a call could not be sent",
                                   NGX_PAYMENTS_PG_CLASS_UNKNOWN);
        return NGX_ERROR;
    }

    conn->deadline = ngx_current_msec + pool->conf->timeout;
    ngx_payments_pg_arm(conn);

    write = (pool->kind == NGX_PAYMENTS_PG_WRITE);

    ngx_payments_status_add(NGX_PAYMENTS_M_PG_CALLS, 1);
    ngx_payments_status_observe(write ? NGX_PAYMENTS_H_WRITE_BATCH
                                      : NGX_PAYMENTS_H_READ_BATCH,
                                conn->nitems);

    ngx_log_debug2(NGX_LOG_DEBUG_EVENT, &pool->log, 0,
                   "payments pg call of \"%s\": %ui items",
                   conn->statement->name, conn->nitems);

    return NGX_OK;
}


/* the item that a row's tag names; rows mostly come in the order of items */

static ngx_int_t
ngx_payments_pg_find(ngx_payments_pg_conn_t *conn, const char *tag)
{
    ngx_uint_t  i, n;

    for (n = 0; n < conn->nitems; n++) {
        i = (conn->next + n) % conn->nitems;

        if (conn->items[i] != NULL
            && ngx_memcmp(conn->items[i]->tag, tag, NGX_PAYMENTS_PG_TAG_LEN)
               == 0)
        {
            conn->next = i + 1;
            return (ngx_int_t) i;
        }
    }

    return NGX_DECLINED;
}


/*
 * The Sync has come: the transaction is committed.  Each item must now have
 * exactly one row of its own; if not, the connection has lost its place and
 * nothing that it said is believed.
 */

void
ngx_payments_pg_committed(ngx_payments_pg_conn_t *conn)
{
    int                      row, rows;
    ngx_int_t                n;
    ngx_uint_t               i, missing, canceled;
    ngx_payments_pg_item_t  *item;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    rows = conn->result ? PQntuples(conn->result) : 0;
    missing = 0;
    canceled = 0;

    for (i = 0; i < conn->nitems; i++) {
        if (conn->items[i] == NULL) {
            canceled++;
        }
    }

    for (row = 0; row < rows; row++) {

        n = (PQgetlength(conn->result, row, 0) == NGX_PAYMENTS_PG_TAG_LEN)
            ? ngx_payments_pg_find(conn, PQgetvalue(conn->result, row, 0))
            : NGX_DECLINED;

        if (n == NGX_DECLINED && canceled) {
            canceled--;
            continue;
        }

        if (n == NGX_DECLINED || conn->items[n]->seen) {
            missing = conn->nitems;
            break;
        }

        conn->items[n]->seen = 1;
        conn->items[n]->row = row;
    }

    for (i = 0; i < conn->nitems && missing == 0; i++) {
        missing += (conn->items[i] != NULL && !conn->items[i]->seen);
    }

    if (missing) {
        ngx_log_error(NGX_LOG_ALERT, &pool->log, 0,
                      "\"%s\" answered %i rows for %ui items, or rows of "
                      "another call", conn->statement->name,
                      (ngx_int_t) rows, conn->nitems);

        ngx_payments_pg_disconnect(conn, "rows and items do not match",
                                   NGX_PAYMENTS_PG_CLASS_UNKNOWN);
        return;
    }

    for (i = 0; i < conn->nitems; i++) {
        item = conn->items[i];

        if (item != NULL) {
            row = item->row;
            ngx_payments_pg_finish(pool, item, NGX_PAYMENTS_PG_DONE);
            item->row = row;
        }
    }

    conn->nitems = 0;
    pool->retries = 0;
    pool->losses = 0;

    ngx_payments_status_observe((pool->kind == NGX_PAYMENTS_PG_WRITE)
                                ? NGX_PAYMENTS_H_WRITE_CALL
                                : NGX_PAYMENTS_H_READ_CALL,
                                ngx_payments_pg_usec() - conn->sent);
}


/* the call ended without a commit that is proven: what now, item by item */

void
ngx_payments_pg_release(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_class_e class)
{
    ngx_uint_t               i, n, single, again;
    ngx_payments_pg_item_t  *item;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    if (conn->result != NULL) {
        PQclear(conn->result);
        conn->result = NULL;
    }

    n = conn->nitems;
    single = (n == 1);
    again = 0;
    conn->nitems = 0;

    /* backwards, since each goes to the front of the queue */

    for (i = n; i-- > 0; /* void */ ) {
        item = conn->items[i];

        if (item == NULL) {
            continue;
        }

        item->sent = 0;

        if (class == NGX_PAYMENTS_PG_CLASS_DATA && single) {
            ngx_payments_pg_finish(pool, item, NGX_PAYMENTS_PG_FAILED);
            continue;
        }

        if (class == NGX_PAYMENTS_PG_CLASS_RETRY && item->once) {
            ngx_payments_pg_finish(pool, item, NGX_PAYMENTS_PG_NOT_EXECUTED);
            continue;
        }

        if (class == NGX_PAYMENTS_PG_CLASS_DATA) {
            item->alone = 1;
        }

        again++;

        if (class == NGX_PAYMENTS_PG_CLASS_UNKNOWN) {
            item->unknown = 1;
        }

        ngx_payments_status_add((class == NGX_PAYMENTS_PG_CLASS_UNKNOWN)
                                ? NGX_PAYMENTS_M_PG_RESOLVED
                                : NGX_PAYMENTS_M_PG_RETRIED, 1);

        ngx_payments_pg_requeue(pool, item);
    }

    if (class == NGX_PAYMENTS_PG_CLASS_RETRY && again) {
        ngx_payments_pg_delay(&pool->pause, &pool->retries);
    }

    ngx_payments_pg_post(pool);
}


ngx_str_t
ngx_payments_pg_bytes(ngx_payments_pg_row_t *row, int column)
{
    ngx_str_t  value;

    value.len = 0;
    value.data = NULL;

    if (!PQgetisnull(row->result, row->row, column)) {
        value.len = (size_t) PQgetlength(row->result, row->row, column);
        value.data = (u_char *) PQgetvalue(row->result, row->row, column);
    }

    return value;
}


int64_t
ngx_payments_pg_number(ngx_payments_pg_row_t *row, int column)
{
    size_t     i;
    uint64_t   n;
    ngx_str_t  value;

    value = ngx_payments_pg_bytes(row, column);

    if (value.len == 0 || value.len > 8) {
        return 0;
    }

    n = (value.data[0] & 0x80 && value.len > 1) ? UINT64_MAX : 0;

    for (i = 0; i < value.len; i++) {
        n = (n << 8) | value.data[i];
    }

    if (PQftype(row->result, column)
        == ngx_payments_pg_oids[NGX_PAYMENTS_PG_TIME].element)
    {
        return (int64_t) n + NGX_PAYMENTS_PG_EPOCH;
    }

    return (int64_t) n;
}

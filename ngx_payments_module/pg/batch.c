
/* Items to the arrays of a call, rows to values. */

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

static const ngx_payments_pg_oid_t  ngx_payments_pg_types[] = {
    { 2950, 2951, 16 },            /* uuid */
    { 20, 1016, 8 },               /* bigint */
    { 16, 1000, 1 },               /* boolean */
    { 25, 1009, 0 },               /* text */
    { 17, 1001, 0 },               /* bytea */
    { 1184, 1185, 8 }              /* timestamptz */
};


/* beyond a statement's own, to a replica */

static const ngx_payments_pg_type_e
    ngx_payments_pg_fence_types[NGX_PAYMENTS_PG_FENCE] =
{
    NGX_PAYMENTS_PG_INT8, NGX_PAYMENTS_PG_INT8, NGX_PAYMENTS_PG_TIME
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

    return 4 + (ngx_payments_pg_types[type].size
                ? ngx_payments_pg_types[type].size : value->len);
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
 * with its length, -1 for NULL.  Parameter 0 is the items' tags; those beyond
 * the statement's own are their tokens, and twice the heartbeat fence.
 */

static u_char *
ngx_payments_pg_array(u_char *p, ngx_payments_pg_call_t *call,
    ngx_uint_t parameter, const int64_t *fence)
{
    u_char                   *flags;
    ngx_uint_t                i;
    ngx_payments_pg_type_e    type;
    ngx_uint_t                beyond;
    ngx_payments_pg_value_t   extra, *value;

    beyond = (parameter > call->statement->nparams)
             ? parameter - call->statement->nparams : 0;
    type = (parameter == 0) ? NGX_PAYMENTS_PG_UUID
           : beyond ? ngx_payments_pg_fence_types[beyond - 1]
           : call->statement->types[parameter - 1];

    ngx_memzero(&extra, sizeof(ngx_payments_pg_value_t));

    if (beyond > 1) {
        extra.number = fence[beyond - 2];
    }

    p = ngx_payments_pg_put32(p, 1);
    flags = p;
    p = ngx_payments_pg_put32(p, 0);
    p = ngx_payments_pg_put32(p, ngx_payments_pg_types[type].element);
    p = ngx_payments_pg_put32(p, (uint32_t) call->nitems);
    p = ngx_payments_pg_put32(p, 1);

    for (i = 0; i < call->nitems; i++) {

        extra.data = call->items[i]->tag;

        if (beyond == 1) {
            extra.number = call->items[i]->read_token;
        }

        value = (parameter == 0 || beyond)
                ? &extra : &call->items[i]->values[parameter - 1];

        if (ngx_payments_pg_is_null(type, value)) {
            (void) ngx_payments_pg_put32(flags, 1);
        }

        p = ngx_payments_pg_element(p, type, value);
    }

    return p;
}


/* what the item adds to a call, in bytes; with what a replica must show */

static size_t
ngx_payments_pg_item_size(ngx_payments_pg_item_t *item)
{
    size_t                              size;
    ngx_uint_t                          i;
    const ngx_payments_pg_statement_t  *s;

    s = &ngx_payments_pg_statements[item->statement];
    size = 4 + NGX_PAYMENTS_PG_TAG_LEN
           + NGX_PAYMENTS_PG_FENCE * (4 + sizeof(int64_t));

    for (i = 0; i < s->nparams; i++) {
        size += ngx_payments_pg_length(s->types[i], &item->values[i]);
    }

    return size;
}


ngx_int_t
ngx_payments_pg_encode(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call, const char **values, int *lengths)
{
    size_t       size;
    u_char      *p, *start;
    int64_t      fence[2];
    ngx_uint_t   i, n;

    n = call->statement->nparams + 1;

    if (pool->to == NGX_PAYMENTS_PG_TO_REPLICA) {
        n += NGX_PAYMENTS_PG_FENCE;

        /* once: another worker may set another fence at any moment */

        pool->hooks->fence(pool->owner, &fence[0], &fence[1]);
    }

    size = n * NGX_PAYMENTS_PG_HEADER;

    for (i = 0; i < call->nitems; i++) {
        size += ngx_payments_pg_item_size(call->items[i]);
    }

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

    for (i = 0; i < n; i++) {
        start = p;
        p = ngx_payments_pg_array(p, call, i, fence);
        values[i] = (const char *) start;
        lengths[i] = (int) (p - start);
    }

    return NGX_OK;
}


int
ngx_payments_pg_oids(ngx_payments_pg_pool_t *pool,
    const ngx_payments_pg_statement_t *statement, Oid *oids)
{
    ngx_uint_t  i, n;

    oids[0] = ngx_payments_pg_types[NGX_PAYMENTS_PG_UUID].array;

    for (i = 0; i < statement->nparams; i++) {
        oids[i + 1] = ngx_payments_pg_types[statement->types[i]].array;
    }

    for (n = 0; pool->to == NGX_PAYMENTS_PG_TO_REPLICA
                && n < NGX_PAYMENTS_PG_FENCE; n++)
    {
        oids[++i] = ngx_payments_pg_types[ngx_payments_pg_fence_types[n]].array;
    }

    return (int) i + 1;
}


/* where something about a merchant is noted */

static ngx_uint_t
ngx_payments_pg_note(ngx_payments_pg_item_t *item)
{
    uint64_t  n;

    n = (uint64_t) ngx_payments_pg_merchant(item);
    n *= UINT64_C(0x9e3779b97f4a7c15);

    return n >> 56;
}


void
ngx_payments_pg_suspect(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    ngx_msec_t  until;

    until = ngx_current_msec + NGX_PAYMENTS_PG_SUSPECT;
    pool->suspects[ngx_payments_pg_note(item)] = until ? until : 1;
}


static ngx_uint_t
ngx_payments_pg_suspected(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    ngx_msec_t  *until;

    until = &pool->suspects[ngx_payments_pg_note(item)];

    if (*until != 0 && (ngx_msec_int_t) (*until - ngx_current_msec) <= 0) {
        *until = 0;
    }

    return *until != 0;
}


/* whether a call that has items of one of them may have some of the other */

static ngx_uint_t
ngx_payments_pg_share(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *one, ngx_payments_pg_item_t *two)
{
    return ngx_payments_pg_merchant(one) == ngx_payments_pg_merchant(two)
           || (!ngx_payments_pg_suspected(pool, one)
               && !ngx_payments_pg_suspected(pool, two));
}


/* bytes that the item's answer most likely has; of writes it does not matter */

static size_t
ngx_payments_pg_expect(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item)
{
    size_t  weight;

    weight = pool->weights[ngx_payments_pg_note(item)];

    return pool->lane->weighed ? ngx_max(weight, pool->lane->answer) : 0;
}


/* the largest counts, and what has not been seen again fades */

void
ngx_payments_pg_weigh(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_item_t *item, size_t size)
{
    uint32_t  *weight;

    weight = &pool->weights[ngx_payments_pg_note(item)];
    *weight = (uint32_t) ngx_max(ngx_min(size, UINT32_MAX),
                                 *weight - *weight / 8);
}


/*
 * Whether the item may be part of this call now.  Not where it must wait, or
 * go alone, or where what it changes is under way: two changes of one object
 * in one call would not see each other, in two calls they would wait for each
 * other inside the server.  Nor where the answers of the call would be large:
 * others wait until all of them have come.
 */

static ngx_uint_t
ngx_payments_pg_fits(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call, ngx_payments_pg_item_t *item, size_t size)
{
    if (call->nitems
        && (item->alone
            || &ngx_payments_pg_statements[item->statement] != call->statement
            || size > pool->conf->batch_size
            || !ngx_payments_pg_share(pool, item, call->items[0])
            || call->answer + ngx_payments_pg_expect(pool, item)
               > NGX_PAYMENTS_PG_ANSWERS))
    {
        return 0;
    }

    /* who would be content with any replica does not wait with who is not */

    if (call->nitems && pool->to == NGX_PAYMENTS_PG_TO_REPLICA
        && (item->read_token == NGX_PAYMENTS_PG_ANY)
           != (call->items[0]->read_token == NGX_PAYMENTS_PG_ANY))
    {
        return 0;
    }

    if (item->object
        && pool->objects[item->object % NGX_PAYMENTS_PG_OBJECTS])
    {
        return 0;
    }

    if (item->later
        && (ngx_msec_int_t) (item->after - ngx_current_msec) > 0)
    {
        if (!pool->later.timer_set
            || (ngx_msec_int_t) (pool->later.timer.key - item->after) > 0)
        {
            ngx_add_timer(&pool->later, item->after - ngx_current_msec);
        }

        return 0;
    }

    return 1;
}


static void
ngx_payments_pg_add(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call, ngx_payments_pg_item_t *item)
{
    ngx_uint_t  n;

    n = call->nitems++;
    call->statement = &ngx_payments_pg_statements[item->statement];
    call->answer += ngx_payments_pg_expect(pool, item);
    call->items[n] = item;
    call->objects[n] = 0;

    if (item->object) {
        call->objects[n] = item->object % NGX_PAYMENTS_PG_OBJECTS + 1;
        pool->objects[call->objects[n] - 1] = 1;
    }
}


/*
 * What is out of time is not sent any more: a call for it would only hold up
 * the next one.
 */

void
ngx_payments_pg_take(ngx_payments_pg_pool_t *pool,
    ngx_payments_pg_call_t *call)
{
    size_t                   size, add;
    ngx_payments_pg_item_t  *item;

    call->nitems = 0;
    call->answer = 0;
    size = 0;

    ngx_payments_pg_fair_begin(&pool->waiting);

    while (call->nitems < pool->batch) {
        item = ngx_payments_pg_fair_turn(&pool->waiting);

        if (item == NULL) {
            break;
        }

        if ((ngx_msec_int_t) (item->deadline - ngx_current_msec) <= 0) {
            ngx_payments_pg_unqueue(pool, item);
            ngx_payments_pg_give_up(pool, item);
            continue;
        }

        add = ngx_payments_pg_item_size(item);

        if (!ngx_payments_pg_fits(pool, call, item, size + add)) {
            ngx_payments_pg_fair_pass(item);
            continue;
        }

        size += add;
        ngx_payments_pg_queue_take(pool, item);
        ngx_payments_pg_add(pool, call, item);

        if (item->alone) {
            break;
        }
    }

    ngx_payments_pg_fair_end(&pool->waiting);
}


ngx_uint_t
ngx_payments_pg_next(ngx_payments_pg_row_t *row)
{
    if (row->more <= 0) {
        return 0;
    }

    row->row++;
    row->more--;

    return 1;
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
ngx_payments_pg_read_token(ngx_payments_pg_row_t *row)
{
    int  column;

    /* the last one, if at all: PQfnumber() would copy the name to find it */

    column = PQnfields(row->result) - 1;

    return (column < 0
            || ngx_strcmp(PQfname(row->result, column), "token") != 0)
           ? NGX_PAYMENTS_PG_ALL : ngx_payments_pg_number(row, column);
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
        == ngx_payments_pg_types[NGX_PAYMENTS_PG_TIME].element)
    {
        /* "infinity" too */

        return ((int64_t) n > INT64_MAX - NGX_PAYMENTS_PG_EPOCH)
               ? INT64_MAX : (int64_t) n + NGX_PAYMENTS_PG_EPOCH;
    }

    return (int64_t) n;
}


void
ngx_payments_pg_wrong(ngx_payments_pg_row_t *row, int column)
{
    const char  *name, *left_out;

    name = PQfname(row->result, column);
    name = name ? name : "?";
    left_out = ngx_payments_status_due("column", name, 0, 1000);

    if (left_out != NULL) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "PostgreSQL answered column \"%s\" with a value "
                      "that is out of range%s", name, left_out);
    }
}


int64_t
ngx_payments_pg_range(ngx_payments_pg_row_t *row, int column, int64_t min,
    int64_t max)
{
    int64_t  n;

    n = ngx_payments_pg_number(row, column);

    if (n >= min && n <= max
        && (min <= 0 || !PQgetisnull(row->result, row->row, column)))
    {
        return n;
    }

    ngx_payments_pg_wrong(row, column);

    return min;
}


/* A sink's lease in a shard, its place in the log, and the pages behind it. */

#include "ngx_payments_sinks_internal.h"


#define NGX_PAYMENTS_STREAM_LEASE  1000    /* ms from one call to the next */
#define NGX_PAYMENTS_STREAM_HELD   5000    /* ms: pay.take_sinks() gives 6 s */
#define NGX_PAYMENTS_STREAM_IDLE   1000    /* ms between two looks */
#define NGX_PAYMENTS_STREAM_BUSY   100     /* ... for a second after one that
                                              has found something */
#define NGX_PAYMENTS_STREAM_SAID   60000   /* ms between two messages */


/* columns of pay.take_sinks() */

#define NGX_PAYMENTS_TAKE_HELD      1
#define NGX_PAYMENTS_TAKE_BATCH     2
#define NGX_PAYMENTS_TAKE_POSITION  3
#define NGX_PAYMENTS_TAKE_BATCHES   4
#define NGX_PAYMENTS_TAKE_SECONDS   5
#define NGX_PAYMENTS_TAKE_LOST      6

/* columns of pay.read_sinks(), beyond an event's */

#define NGX_PAYMENTS_READ_MERCHANT  12
#define NGX_PAYMENTS_READ_BATCH     13
#define NGX_PAYMENTS_READ_POSITION  14

/* column of pay.ack_sinks() */

#define NGX_PAYMENTS_ACK_DONE       1


static void ngx_payments_stream_lease(ngx_event_t *ev);
static void ngx_payments_stream_look(ngx_event_t *ev);
static void ngx_payments_stream_taken(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static void ngx_payments_stream_page(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static void ngx_payments_stream_acked(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);


/* seconds for which events are kept; of this worker */
static time_t  ngx_payments_stream_kept;


static void
ngx_payments_stream_timer(ngx_payments_stream_t *stream, ngx_event_t *timer,
    ngx_event_handler_pt handler)
{
    timer->data = &stream->dummy;
    timer->handler = handler;
    timer->log = ngx_cycle->log;
}


static void
ngx_payments_stream_item(ngx_payments_stream_t *stream,
    ngx_payments_pg_item_t *item, ngx_payments_pg_value_t *values,
    const u_char *holder, ngx_payments_pg_handler_pt handler)
{
    values[0].data = stream->sink->name.data;
    values[0].len = stream->sink->name.len;
    values[1].data = holder;
    values[1].len = NGX_PAYMENTS_UUID_LEN;

    item->shard = stream->shard;
    item->values = values;
    item->handler = handler;
    item->data = stream;
    item->once = 1;
}


ngx_int_t
ngx_payments_stream_init(ngx_cycle_t *cycle, ngx_payments_stream_t *stream,
    const u_char *holder, time_t kept)
{
    if (stream->sink->kind->init(cycle, stream) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_payments_stream_kept = kept;

    stream->dummy.fd = (ngx_socket_t) -1;
    stream->dummy.data = stream;

    /* a worker that quits gives its lease back first: the one that follows need
       not wait for its end */

    ngx_payments_stream_timer(stream, &stream->lease,
                              ngx_payments_stream_lease);
    ngx_payments_stream_timer(stream, &stream->reader,
                              ngx_payments_stream_look);
    stream->reader.cancelable = 1;

    ngx_payments_stream_item(stream, &stream->take, stream->take_values, holder,
                             ngx_payments_stream_taken);
    ngx_payments_stream_item(stream, &stream->read, stream->read_values, holder,
                             ngx_payments_stream_page);
    ngx_payments_stream_item(stream, &stream->ack, stream->ack_values, holder,
                             ngx_payments_stream_acked);

    stream->take.statement = NGX_PAYMENTS_PG_TAKE_SINKS;
    stream->take_values[2].number = stream->sink->oldest;
    stream->read.statement = NGX_PAYMENTS_PG_READ_SINKS;
    stream->read_values[4].number = stream->sink->size;
    stream->ack.statement = NGX_PAYMENTS_PG_ACK_SINKS;

    ngx_add_timer(&stream->lease, NGX_PAYMENTS_STREAM_BUSY);

    return NGX_OK;
}


/* NGX_ERROR: no random bytes; it is tried again with the lease */

static ngx_int_t
ngx_payments_stream_send(ngx_payments_pg_item_t *item)
{
    if (ngx_payments_new_uuid(item->tag) != 0) {
        return NGX_ERROR;
    }

    ngx_payments_cluster_send(item);

    return NGX_OK;
}


void
ngx_payments_stream_restart(ngx_payments_stream_t *stream)
{
    if (!stream->held) {
        return;
    }

    stream->held = 0;
    stream->dirty = 0;
    stream->counts->held = 0;

    if (stream->reading) {
        ngx_payments_pg_cancel(&stream->read);
        stream->reading = 0;
    }

    if (stream->acking) {
        ngx_payments_pg_cancel(&stream->ack);
        stream->acking = 0;
    }

    if (stream->reader.timer_set) {
        ngx_del_timer(&stream->reader);
    }

    stream->sink->kind->stop(stream);
}


void
ngx_payments_stream_exit(ngx_payments_stream_t *stream)
{
    ngx_payments_stream_restart(stream);

    if (stream->taking) {
        ngx_payments_pg_cancel(&stream->take);
        stream->taking = 0;
    }

    if (stream->lease.timer_set) {
        ngx_del_timer(&stream->lease);
    }

    if (stream->sink->kind->exit != NULL) {
        stream->sink->kind->exit(stream);
    }
}


static void
ngx_payments_stream_note(ngx_payments_stream_t *stream)
{
    stream->ack_values[2].number = stream->taken.batch;
    stream->ack_values[3].number = stream->taken.position;
    stream->ack_values[4].number = stream->leaving;

    if (ngx_payments_stream_send(&stream->ack) == NGX_OK) {
        stream->acking = 1;
        stream->dirty = 0;
    }
}


/* of a worker that quits; 1: it waits, and looks again */

static ngx_uint_t
ngx_payments_stream_leave(ngx_payments_stream_t *stream)
{
    if (!stream->held || stream->leaving) {
        return stream->acking;
    }

    if (!stream->acking && !stream->sink->kind->busy(stream)) {
        stream->leaving = 1;
        ngx_payments_stream_note(stream);
    }

    return 1;
}


static void
ngx_payments_stream_lease(ngx_event_t *ev)
{
    ngx_connection_t             *c = ev->data;
    ngx_payments_stream_t        *stream = c->data;
    ngx_payments_schema_state_e   schema;

    if (stream->held
        && (ngx_msec_int_t) (ngx_current_msec - stream->until) >= 0)
    {
        ngx_payments_stream_restart(stream);
    }

    if (ngx_exiting && !ngx_payments_stream_leave(stream)) {
        return;
    }

    ngx_add_timer(ev, ngx_exiting ? NGX_PAYMENTS_STREAM_BUSY
                                  : NGX_PAYMENTS_STREAM_LEASE);

    schema = ngx_payments_cluster_schema(stream->shard);

    if (stream->leaving || schema == NGX_PAYMENTS_SCHEMA_UNKNOWN
        || schema == NGX_PAYMENTS_SCHEMA_MISSING)
    {
        return;
    }

    if (stream->dirty && !stream->acking) {
        ngx_payments_stream_note(stream);
    }

    if (!stream->taking
        && (!ngx_exiting || (stream->held && ngx_current_msec - stream->asked
                                             >= NGX_PAYMENTS_STREAM_LEASE))
        && ngx_payments_stream_send(&stream->take) == NGX_OK)
    {
        stream->taking = 1;
        stream->asked = ngx_current_msec;
    }
}


/* events that went before they were taken, or may soon */

static void
ngx_payments_stream_warn(ngx_payments_stream_t *stream, int64_t seconds,
    ngx_atomic_uint_t lost)
{
    const char  *left_out;
    ngx_str_t   *shard = ngx_payments_cluster_shard_name(stream->shard);

    if (stream->known && lost > stream->counts->lost) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "payments sink \"%V\" of shard \"%V\" has lost %uA "
                      "events, which were older than "
                      "\"payments_events_retention\"", &stream->sink->name,
                      shard, lost - stream->counts->lost);
    }

    if (seconds < ngx_payments_stream_kept - ngx_payments_stream_kept / 5) {
        return;
    }

    left_out = ngx_payments_status_due("sink behind",
                                       (char *) stream->sink->name.data,
                                       stream->shard,
                                       60 * NGX_PAYMENTS_STREAM_SAID);
    if (left_out != NULL) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "payments sink \"%V\" of shard \"%V\" is %L seconds "
                      "behind; events are kept for %T%s", &stream->sink->name,
                      shard, seconds, ngx_payments_stream_kept, left_out);
    }
}


static void
ngx_payments_stream_taken(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t                      seconds, lost;
    ngx_payments_stream_t       *stream = item->data;
    ngx_payments_sink_counts_t  *counts = stream->counts;

    stream->taking = 0;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        return;
    }

    seconds = ngx_payments_pg_number(row, NGX_PAYMENTS_TAKE_SECONDS);
    lost = ngx_payments_pg_number(row, NGX_PAYMENTS_TAKE_LOST);
    ngx_payments_stream_warn(stream, seconds, lost);

    stream->known = 1;
    counts->lost = lost;
    counts->seconds = seconds;
    counts->batches = ngx_payments_pg_number(row, NGX_PAYMENTS_TAKE_BATCHES);

    if (!ngx_payments_pg_number(row, NGX_PAYMENTS_TAKE_HELD)) {
        counts->held = 0;
        ngx_payments_stream_restart(stream);
        return;
    }

    stream->until = stream->asked + NGX_PAYMENTS_STREAM_HELD;
    counts->held = 1;

    if (stream->held || ngx_exiting) {
        return;
    }

    stream->held = 1;
    stream->at.batch = ngx_payments_pg_number(row, NGX_PAYMENTS_TAKE_BATCH);
    stream->at.position = ngx_payments_pg_number(row,
                                                 NGX_PAYMENTS_TAKE_POSITION);
    stream->taken = stream->at;

    stream->sink->kind->begin(stream);
}


void
ngx_payments_stream_read(ngx_payments_stream_t *stream)
{
    if (!stream->held || stream->reading || ngx_exiting) {
        return;
    }

    stream->read_values[2].number = stream->at.batch;
    stream->read_values[3].number = stream->at.position;

    if (ngx_payments_stream_send(&stream->read) == NGX_OK) {
        stream->reading = 1;

    } else if (!stream->reader.timer_set) {
        ngx_add_timer(&stream->reader, NGX_PAYMENTS_STREAM_IDLE);
    }
}


static void
ngx_payments_stream_look(ngx_event_t *ev)
{
    ngx_connection_t  *c = ev->data;

    ngx_payments_stream_read(c->data);
}


/* the events of a page; the row is the one behind them then */

static ngx_int_t
ngx_payments_stream_events(ngx_payments_stream_t *stream,
    ngx_payments_pg_row_t *row)
{
    ngx_int_t             rc;
    ngx_str_t             merchant;
    ngx_payments_event_t  event;
    ngx_payments_place_t  behind;

    for ( ;; ) {
        rc = ngx_payments_cluster_event(row, &event);

        if (rc != NGX_OK) {
            return (rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
        }

        merchant = ngx_payments_pg_bytes(row, NGX_PAYMENTS_READ_MERCHANT);
        behind.batch = ngx_payments_pg_number(row, NGX_PAYMENTS_READ_BATCH);
        behind.position = ngx_payments_pg_number(row,
                                                 NGX_PAYMENTS_READ_POSITION);

        if (merchant.len != NGX_PAYMENTS_UUID_LEN) {
            ngx_payments_pg_wrong(row, NGX_PAYMENTS_READ_MERCHANT);
            return NGX_ERROR;
        }

        if (stream->sink->kind->event(stream, &event, merchant.data, &behind)
            != NGX_OK
            || !ngx_payments_pg_next(row))
        {
            return NGX_ERROR;
        }
    }
}


/* there was nothing; while there was lately, it looks again soon */

static void
ngx_payments_stream_idle(ngx_payments_stream_t *stream)
{
    if (stream->hurried > 0) {
        stream->hurried--;
        ngx_add_timer(&stream->reader, NGX_PAYMENTS_STREAM_BUSY);
        return;
    }

    ngx_add_timer(&stream->reader, NGX_PAYMENTS_STREAM_IDLE);
}


static void
ngx_payments_stream_page(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_place_t    behind;
    ngx_payments_stream_t  *stream = item->data;

    stream->reading = 0;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_add_timer(&stream->reader, NGX_PAYMENTS_STREAM_IDLE);
        return;
    }

    if (ngx_payments_stream_events(stream, row) != NGX_OK) {
        ngx_payments_stream_restart(stream);
        return;
    }

    behind.batch = ngx_payments_pg_number(row, NGX_PAYMENTS_READ_BATCH);
    behind.position = ngx_payments_pg_number(row, NGX_PAYMENTS_READ_POSITION);

    /* the lease is another's */

    if (behind.batch == 0) {
        ngx_payments_stream_restart(stream);
        return;
    }

    if (behind.batch == stream->at.batch
        && behind.position == stream->at.position)
    {
        ngx_payments_stream_idle(stream);
        return;
    }

    stream->hurried = NGX_PAYMENTS_STREAM_IDLE / NGX_PAYMENTS_STREAM_BUSY;
    stream->at = behind;
    stream->sink->kind->page(stream, &behind);
}


void
ngx_payments_stream_ack(ngx_payments_stream_t *stream,
    const ngx_payments_place_t *place)
{
    stream->taken = *place;
    stream->dirty = 1;

    if (!stream->acking) {
        ngx_payments_stream_note(stream);
    }
}


static void
ngx_payments_stream_acked(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_stream_t  *stream = item->data;

    stream->acking = 0;

    if (stream->leaving) {
        ngx_payments_stream_restart(stream);
        return;
    }

    /* not noted, as far as is known: again with the lease */

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        stream->dirty = 1;
        return;
    }

    if (!ngx_payments_pg_number(row, NGX_PAYMENTS_ACK_DONE)) {
        ngx_payments_stream_restart(stream);
        return;
    }

    if (stream->dirty) {
        ngx_payments_stream_note(stream);
        return;
    }

    stream->sink->kind->acked(stream);
}


/* One connection: its socket in the event loop, its states, its end. */

#include "ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"


/* how long a server that refuses to let us in is left alone at most, ms */
#define NGX_PAYMENTS_PG_REFUSED_MAX  10000


static void ngx_payments_pg_detach(ngx_payments_pg_conn_t *conn);


static const char  *ngx_payments_pg_state_names[] = {
    "closed", "connecting", "preparing", "idle", "busy", "full", "stuck"
};


void
ngx_payments_pg_move(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_state_e state)
{
    ngx_payments_pg_pool_t  *pool = conn->pool;

    ngx_log_debug4(NGX_LOG_DEBUG_EVENT, &pool->log, 0,
                   "payments pg %s %p: %s to %s", pool->lane->name, conn,
                   ngx_payments_pg_state_names[conn->state],
                   ngx_payments_pg_state_names[state]);

    if (conn->state == state) {
        return;
    }

    if (conn->state != NGX_PAYMENTS_PG_CLOSED) {
        ngx_payments_status_add(NGX_PAYMENTS_M_PG_CONNECTING - 1 + conn->state,
                                -1);
    }

    if (state != NGX_PAYMENTS_PG_CLOSED) {
        ngx_payments_status_add(NGX_PAYMENTS_M_PG_CONNECTING - 1 + state, 1);
    }

    pool->counts[conn->state]--;
    pool->counts[state]++;

    ngx_queue_remove(&conn->queue);
    ngx_queue_insert_tail(&pool->states[state], &conn->queue);
    conn->state = state;
}


/*
 * nginx's connection object for libpq's socket.  "shared" keeps
 * ngx_close_connection() from closing a descriptor that is not nginx's.
 */

ngx_int_t
ngx_payments_pg_attach(ngx_payments_pg_conn_t *conn,
    ngx_event_handler_pt handler)
{
    ngx_log_t         *log = &conn->pool->log;
    ngx_connection_t  *c;

    c = ngx_get_connection(PQsocket(conn->pg), log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->shared = 1;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    c->log = log;
    c->data = conn;
    c->read->log = log;
    c->write->log = log;
    c->read->handler = handler;
    c->write->handler = handler;

    conn->c = c;

    return NGX_OK;
}


/*
 * Takes the socket out of epoll; libpq may close or replace it afterwards.
 * If libpq has closed it already, the kernel has removed it too, and its number
 * may be another socket's by now.  What the thread has was taken out before.
 */

void
ngx_payments_pg_unwatch(ngx_payments_pg_conn_t *conn)
{
    ngx_connection_t  *c = conn->c;

    if (conn->pg == NULL || conn->job != NULL || PQsocket(conn->pg) != c->fd) {
        c->read->active = 0;
        c->write->active = 0;
        return;
    }

    if (c->read->active) {
        (void) ngx_del_event(c->read, NGX_READ_EVENT, 0);
    }

    if (c->write->active) {
        (void) ngx_del_event(c->write, NGX_WRITE_EVENT, 0);
    }
}


static void
ngx_payments_pg_detach(ngx_payments_pg_conn_t *conn)
{
    ngx_connection_t  *c = conn->c;

    if (c == NULL) {
        return;
    }

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    ngx_payments_pg_unwatch(conn);

    conn->c = NULL;
    c->read->cancelable = 0;

    ngx_close_connection(c);
}


ngx_int_t
ngx_payments_pg_flush(ngx_payments_pg_conn_t *conn)
{
    int           rc;
    ngx_event_t  *wev = conn->c->write;

    rc = PQflush(conn->pg);

    if (rc < 0) {
        return NGX_ERROR;
    }

    if (rc == 1 && !wev->active) {
        return ngx_add_event(wev, NGX_WRITE_EVENT, NGX_LEVEL_EVENT);
    }

    if (rc == 0 && wev->active) {
        return ngx_del_event(wev, NGX_WRITE_EVENT, 0);
    }

    return NGX_OK;
}


/*
 * A server that has been stopped and come back as a standby would answer reads
 * with what is old.  Only a session with the server itself knows.
 */

static ngx_uint_t
ngx_payments_pg_demoted(ngx_payments_pg_conn_t *conn)
{
    const char              *standby;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    if (pool->to != NGX_PAYMENTS_PG_TO_PRIMARY || pool->conf->nservers == 1
        || pool->conf->pooler)
    {
        return 0;
    }

    standby = PQparameterStatus(conn->pg, "in_hot_standby");

    return standby != NULL && ngx_strcmp(standby, "on") == 0;
}


void
ngx_payments_pg_connected(ngx_payments_pg_conn_t *conn)
{
    if (ngx_payments_pg_demoted(conn)) {
        conn->pool->hooks->lost(conn->pool->owner);
        ngx_payments_pg_disconnect(conn, "it is a standby", 0);
        return;
    }

    /* sessions that break one after the other are failures too */

    conn->pool->failures = conn->pool->losses;

    if (!conn->prepare) {
        ngx_payments_status_add(NGX_PAYMENTS_M_PG_CONNECT, 1);
    }

    conn->again = conn->prepare;
    conn->prepare = 0;
    conn->drain = 0;

    if (ngx_payments_pg_update_state(conn) == NGX_OK) {
        ngx_payments_pg_post(conn->pool);
    }
}


/*
 * The timer of a connection with calls under way: their first deadline; the
 * time that the oldest one has in any case, if it has no items left; the end of
 * being stuck.  It keeps a quitting worker alive as long as one of the calls
 * has items.
 */

static void
ngx_payments_pg_arm(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t       n;
    ngx_event_t     *rev = conn->c->read;
    ngx_msec_int_t   left, least;

    least = NGX_MAX_INT32_VALUE;

    for (n = 0; n < conn->ncalls; n++) {
        left = (ngx_msec_int_t) (ngx_payments_pg_nth(conn, n)->least
                                 - ngx_current_msec);
        least = ngx_min(left, least);
    }

    if (rev->timer_set) {
        ngx_del_timer(rev);
    }

    rev->cancelable = (least > NGX_MAX_INT32_VALUE / 2);

    if (conn->state == NGX_PAYMENTS_PG_STUCK) {
        left = (ngx_msec_int_t) (conn->retire - ngx_current_msec);
        least = ngx_min(left, least);

    } else if (rev->cancelable) {
        left = (ngx_msec_int_t) (ngx_payments_pg_nth(conn, 0)->started
                                 + conn->pool->conf->timeout
                                 - ngx_current_msec);
        least = ngx_min(left, least);
    }

    ngx_add_timer(rev, (ngx_msec_t) ngx_max(least, 1));
}


static ngx_int_t
ngx_payments_pg_update_idle(ngx_payments_pg_conn_t *conn)
{
    ngx_msec_int_t  left;

    if (conn->prepare) {
        conn->c->read->cancelable = 1;
        ngx_add_timer(conn->c->read, conn->pool->conf->connect_timeout);
        ngx_payments_pg_prepare(conn);
        return NGX_DECLINED;
    }

    if (conn->drain) {
        ngx_payments_pg_disconnect(conn, "its lifetime is over", 1);
        return NGX_ERROR;
    }

    left = (ngx_msec_int_t) (conn->retire - ngx_current_msec);
    left = ngx_min(left, (ngx_msec_int_t) conn->pool->conf->idle_timeout);

    ngx_payments_pg_move(conn, NGX_PAYMENTS_PG_IDLE);

    conn->c->read->cancelable = 1;
    ngx_add_timer(conn->c->read, (ngx_msec_t) ngx_max(left, 1));

    return NGX_OK;
}


ngx_int_t
ngx_payments_pg_update_state(ngx_payments_pg_conn_t *conn)
{
    ngx_event_t  *rev = conn->c->read;

    if ((ngx_msec_int_t) (conn->retire - ngx_current_msec) <= 0) {
        conn->drain = 1;
    }

    if (conn->ncalls == 0) {
        if (rev->timer_set) {
            ngx_del_timer(rev);
        }

        return ngx_payments_pg_update_idle(conn);
    }

    ngx_payments_pg_move(conn, (conn->drain
                                || conn->ncalls >= conn->pool->depth)
                               ? NGX_PAYMENTS_PG_FULL : NGX_PAYMENTS_PG_BUSY);

    ngx_payments_pg_arm(conn);

    return NGX_OK;
}


/*
 * The oldest call has no answer, and no items any more.  What runs
 * on the server would go on if the session ended, and sessions that are opened
 * instead would pile up there; so it keeps its place for some time, twice as
 * long each time.  A dead peer is found by TCP before.
 */

static void
ngx_payments_pg_stuck(ngx_payments_pg_conn_t *conn)
{
    ngx_payments_pg_pool_t  *pool = conn->pool;

    ngx_log_error(NGX_LOG_ERR, &pool->log, 0,
                  "no answer in time from PostgreSQL at \"%V\" to \"%s\"",
                  ngx_payments_pg_server_name(pool, conn->server),
                  ngx_payments_pg_nth(conn, 0)->statement->name);

    ngx_payments_pg_move(conn, NGX_PAYMENTS_PG_STUCK);

    conn->retire = ngx_current_msec
                   + (pool->conf->timeout << ngx_min(pool->stucks, 7));
    pool->stucks++;

    ngx_payments_pg_arm(conn);
}


static void
ngx_payments_pg_timeout(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t               unanswered;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    switch (conn->state) {

    case NGX_PAYMENTS_PG_IDLE:
        if ((ngx_msec_int_t) (conn->retire - ngx_current_msec) <= 0) {
            ngx_payments_pg_disconnect(conn, "its lifetime is over", 1);
            return;
        }

        if (pool->counts[NGX_PAYMENTS_PG_CLOSED] + 1 < pool->nconns) {
            ngx_payments_pg_disconnect(conn, "it is not needed", 1);
            return;
        }

        (void) ngx_payments_pg_update_state(conn);
        return;

    case NGX_PAYMENTS_PG_BUSY:
    case NGX_PAYMENTS_PG_FULL:
        unanswered = (ngx_payments_pg_expire(conn) == NGX_DECLINED);

        if (unanswered && pool->to == NGX_PAYMENTS_PG_TO_ONE) {

            /* another session may be answered; what this one runs is short */

            ngx_payments_pg_disconnect(conn, "no answer in time", 0);

        } else if (unanswered
                   && ngx_current_msec - ngx_payments_pg_nth(conn, 0)->started
                      >= pool->conf->timeout)
        {
            ngx_payments_pg_stuck(conn);

        } else {
            ngx_payments_pg_arm(conn);
        }

        return;

    case NGX_PAYMENTS_PG_STUCK:
        if ((ngx_msec_int_t) (conn->retire - ngx_current_msec) <= 0) {
            ngx_payments_pg_disconnect(conn, "still no answer", 0);
            return;
        }

        (void) ngx_payments_pg_expire(conn);
        ngx_payments_pg_arm(conn);
        return;

    default: /* NGX_PAYMENTS_PG_PREPARING */
        ngx_payments_pg_disconnect(conn, "not connected in time", 0);
    }
}


void
ngx_payments_pg_event_handler(ngx_event_t *ev)
{
    ngx_connection_t        *c = ev->data;
    ngx_payments_pg_conn_t  *conn = c->data;

    if (ev->timedout) {
        ev->timedout = 0;
        ngx_payments_pg_timeout(conn);
        return;
    }

    if (c->close) {

        /* worker_shutdown_timeout calls the handler of every connection */

        ngx_payments_pg_disconnect(conn, "shutting down", 0);
        return;
    }

    /* what a server says that is not the one to ask any more is no answer */

    conn->pool->hooks->follow(conn->pool->owner);

    if (conn->state != NGX_PAYMENTS_PG_CLOSED) {
        ngx_payments_pg_read(conn);
    }
}


/* the calls under way end without an answer, the newest first, since each
   item goes to the front of the queue */

static void
ngx_payments_pg_drop_calls(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t               n;
    ngx_payments_pg_call_t  *call;

    for (n = conn->ncalls; n-- > 0; /* void */ ) {
        call = ngx_payments_pg_nth(conn, n);

        ngx_payments_pg_release(conn->pool, call,
                                (call->error == NGX_PAYMENTS_PG_CLASS_NONE)
                                ? NGX_PAYMENTS_PG_CLASS_UNKNOWN : call->error);
    }

    while (conn->ncalls) {
        ngx_payments_pg_pop(conn);
    }
}


/* why it ends; a failure once a second for each reason */

static void
ngx_payments_pg_log_end(ngx_payments_pg_conn_t *conn, const char *reason,
    ngx_uint_t retired)
{
    ngx_uint_t               level;
    const char              *left_out;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    level = NGX_LOG_INFO;
    left_out = "";

    if (!retired && !ngx_exiting && !ngx_quit && !ngx_terminate) {
        level = NGX_LOG_ERR;
        left_out = ngx_payments_status_due(reason,
                                   ngx_payments_pg_state_names[conn->state],
                                   ngx_payments_pg_place(conn),
                                   1000);
        if (left_out == NULL) {
            return;
        }
    }

    ngx_log_error(level, &pool->log, 0,
                  "connection to PostgreSQL \"%V\" closed while %s: %s%s",
                  ngx_payments_pg_server_name(pool, conn->server),
                  ngx_payments_pg_state_names[conn->state], reason, left_out);
}


/*
 * In libpq's own words, of which the first line holds no secret.  A server that
 * refuses us will not change its mind soon; one that is slow gets more time, so
 * that not every attempt fails alike.
 */

static void
ngx_payments_pg_connect_failed(ngx_payments_pg_conn_t *conn,
    const char *reason)
{
    char                     state[6];
    ngx_str_t                line;
    ngx_uint_t               level;
    const char              *left_out;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    state[0] = '\0';
    ngx_str_null(&line);

    /* what the thread has is not looked at */

    if (conn->pg != NULL && conn->job == NULL) {
        line.data = (u_char *) PQerrorMessage(conn->pg);
        line.len = strcspn((char *) line.data, "\r\n");
        ngx_payments_pg_connect_state(conn->pg, state);
    }

    left_out = ngx_payments_status_due(reason, state,
                                       ngx_payments_pg_place(conn),
                                       NGX_PAYMENTS_PG_LOG_EVERY);
    level = left_out ? NGX_LOG_ERR : NGX_LOG_INFO;

    ngx_log_error(level, &pool->log, 0,
                  "connection to PostgreSQL \"%V\" closed while connecting: "
                  "%s%s%V%s",
                  ngx_payments_pg_server_name(pool, conn->server), reason,
                  line.len ? ": " : "", &line, left_out ? left_out : "");

    pool->address++;

    if (conn->timedout && pool->slow < NGX_PAYMENTS_PG_SLOW_MAX) {
        pool->slow++;
    }

    ngx_payments_pg_delay(&pool->backoff, &pool->failures,
                          (ngx_strncmp(state, "28", 2) == 0
                           || ngx_strncmp(state, "3D", 2) == 0)
                          ? NGX_PAYMENTS_PG_REFUSED_MAX
                          : NGX_PAYMENTS_PG_BACKOFF_MAX);
}


/* how the attempt, or the session, ended, and when another one may begin */

static void
ngx_payments_pg_failure(ngx_payments_pg_conn_t *conn, const char *reason)
{
    ngx_payments_pg_pool_t  *pool = conn->pool;

    if (conn->state == NGX_PAYMENTS_PG_CONNECTING) {
        ngx_payments_pg_connect_failed(conn, reason);
        return;
    }

    ngx_payments_pg_log_end(conn, reason, 0);

    pool->losses++;
    ngx_payments_pg_delay(&pool->backoff, &pool->failures,
                          NGX_PAYMENTS_PG_BACKOFF_MAX);
}


void
ngx_payments_pg_disconnect(ngx_payments_pg_conn_t *conn, const char *reason,
    ngx_uint_t retired)
{
    ngx_payments_pg_pool_t   *pool = conn->pool;
    ngx_payments_pg_state_e   was = conn->state;

    if (was == NGX_PAYMENTS_PG_CLOSED) {
        return;
    }

    if (retired) {
        ngx_payments_pg_log_end(conn, reason, 1);

    } else {
        ngx_payments_pg_failure(conn, reason);
    }

    ngx_payments_status_add((was >= NGX_PAYMENTS_PG_IDLE)
                            ? NGX_PAYMENTS_M_PG_DISCONNECT
                            : NGX_PAYMENTS_M_PG_CONNECT_FAILED, 1);

    ngx_payments_pg_detach(conn);

    if (conn->job != NULL) {
        ngx_payments_pg_thread_leave(conn);
    }

    if (conn->pg != NULL) {
        PQfinish(conn->pg);
        conn->pg = NULL;
    }

    ngx_payments_pg_move(conn, NGX_PAYMENTS_PG_CLOSED);
    ngx_payments_pg_drop_calls(conn);

    if (!retired && pool->to == NGX_PAYMENTS_PG_TO_PRIMARY) {
        pool->hooks->lost(pool->owner);
    }

    ngx_payments_pg_post(pool);
}

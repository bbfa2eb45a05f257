
/* One connection: its socket in the event loop, its states, its end. */

#include "ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"

#include <openssl/ssl.h>


static void ngx_payments_pg_connect_poll(ngx_payments_pg_conn_t *conn);
static ngx_int_t ngx_payments_pg_attach(ngx_payments_pg_conn_t *conn);
static void ngx_payments_pg_detach(ngx_payments_pg_conn_t *conn);
static void ngx_payments_pg_prepare(ngx_payments_pg_conn_t *conn);
static void ngx_payments_pg_event_handler(ngx_event_t *ev);
static void ngx_payments_pg_read(ngx_payments_pg_conn_t *conn);
static ngx_int_t ngx_payments_pg_result(ngx_payments_pg_conn_t *conn,
    PGresult *result);
static void ngx_payments_pg_notice(void *data, const PGresult *result);


static const char  *ngx_payments_pg_state_names[] = {
    "closed", "connecting", "preparing", "idle", "busy"
};


void
ngx_payments_pg_move(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_state_e state)
{
    ngx_uint_t  was, is;

    ngx_log_debug3(NGX_LOG_DEBUG_EVENT, &conn->pool->log, 0,
                   "payments pg %p: %s to %s", conn,
                   ngx_payments_pg_state_names[conn->state],
                   ngx_payments_pg_state_names[state]);

    was = (conn->state >= NGX_PAYMENTS_PG_IDLE);
    is = (state >= NGX_PAYMENTS_PG_IDLE);

    if (was != is) {
        ngx_payments_status_add(NGX_PAYMENTS_M_PG_CONNECTIONS, is ? 1 : -1);
    }

    ngx_queue_remove(&conn->queue);
    ngx_queue_insert_tail(&conn->pool->states[state], &conn->queue);
    conn->state = state;
}


void
ngx_payments_pg_connect(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t               n;
    ngx_payments_pg_conf_t  *conf = conn->pool->conf;
    const char              *keys[16], *values[16];

    n = 0;

#define ngx_payments_pg_option(key, value)                                    \
    if (value) { keys[n] = key; values[n++] = value; }

    ngx_payments_pg_option("host", conf->host);
    ngx_payments_pg_option("hostaddr", conf->hostaddr);
    ngx_payments_pg_option("port", conf->port);
    ngx_payments_pg_option("dbname", conf->database);
    ngx_payments_pg_option("user", conf->user);
    ngx_payments_pg_option("password", conf->password);
    ngx_payments_pg_option("application_name", "ngx_payments");

    /* one socket for an attempt: no probe of GSS or TLS that changes it */
    ngx_payments_pg_option("sslmode", "disable");
    ngx_payments_pg_option("gssencmode", "disable");

    ngx_payments_pg_option("keepalives_idle", "10");
    ngx_payments_pg_option("keepalives_interval", "3");
    ngx_payments_pg_option("keepalives_count", "3");
    ngx_payments_pg_option("tcp_user_timeout", "5000");

    keys[n] = NULL;
    values[n] = NULL;

    ngx_payments_pg_move(conn, NGX_PAYMENTS_PG_CONNECTING);

    conn->statement = NULL;
    conn->pg = PQconnectStartParams(keys, values, 0);

    if (conn->pg == NULL || PQstatus(conn->pg) == CONNECTION_BAD) {
        ngx_payments_pg_disconnect(conn, "connection refused",
                                   NGX_PAYMENTS_PG_CLASS_NONE);
        return;
    }

    (void) PQsetNoticeReceiver(conn->pg, ngx_payments_pg_notice, conn);

    if (ngx_payments_pg_attach(conn) != NGX_OK) {
        ngx_payments_pg_disconnect(conn, "no event for its socket",
                                   NGX_PAYMENTS_PG_CLASS_NONE);
        return;
    }

    /* after PQconnectStart libpq waits as if it had said "writing" */

    conn->c->read->cancelable = 1;
    ngx_add_timer(conn->c->read, conf->connect_timeout);

    if (ngx_add_event(conn->c->write, NGX_WRITE_EVENT, NGX_LEVEL_EVENT)
        != NGX_OK)
    {
        ngx_payments_pg_disconnect(conn, "no event for its socket",
                                   NGX_PAYMENTS_PG_CLASS_NONE);
    }
}


/*
 * nginx's connection object for libpq's socket.  "shared" keeps
 * ngx_close_connection() from closing a descriptor that is not nginx's.
 */

static ngx_int_t
ngx_payments_pg_attach(ngx_payments_pg_conn_t *conn)
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
    c->read->handler = ngx_payments_pg_event_handler;
    c->write->handler = ngx_payments_pg_event_handler;

    conn->c = c;

    return NGX_OK;
}


/*
 * Takes the socket out of epoll; libpq may close or replace it afterwards.
 * Where libpq has closed it already the kernel has forgotten it too, and its
 * number may be somebody else's by now.
 */

static void
ngx_payments_pg_unwatch(ngx_payments_pg_conn_t *conn)
{
    ngx_connection_t  *c = conn->c;

    if (conn->pg == NULL || PQsocket(conn->pg) != c->fd) {
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


static void
ngx_payments_pg_connect_poll(ngx_payments_pg_conn_t *conn)
{
    ngx_connection_t           *c = conn->c;
    PostgresPollingStatusType   poll;

    /*
     * PQconnectPoll may close the socket and open another one under the same
     * number, which epoll would not notice: registered anew after each call
     */

    ngx_payments_pg_unwatch(conn);

    poll = PQconnectPoll(conn->pg);

    if (poll == PGRES_POLLING_FAILED) {
        ngx_payments_pg_disconnect(conn, "connection failed",
                                   NGX_PAYMENTS_PG_CLASS_NONE);
        return;
    }

    c->fd = PQsocket(conn->pg);

    if (ngx_add_event((poll == PGRES_POLLING_WRITING) ? c->write : c->read,
                      (poll == PGRES_POLLING_WRITING) ? NGX_WRITE_EVENT
                                                      : NGX_READ_EVENT,
                      NGX_LEVEL_EVENT)
        != NGX_OK)
    {
        ngx_payments_pg_disconnect(conn, "no event for its socket",
                                   NGX_PAYMENTS_PG_CLASS_NONE);
        return;
    }

    if (poll == PGRES_POLLING_OK) {
        ngx_payments_pg_prepare(conn);
    }
}


static void
ngx_payments_pg_ready(ngx_payments_pg_conn_t *conn)
{
    if (conn->c->read->timer_set) {
        ngx_del_timer(conn->c->read);
    }

    conn->c->read->cancelable = 1;
    conn->error = NGX_PAYMENTS_PG_CLASS_NONE;

    ngx_payments_pg_move(conn, NGX_PAYMENTS_PG_IDLE);
}


static void
ngx_payments_pg_connected(ngx_payments_pg_conn_t *conn)
{
    /* sessions that break one after the other are failures too */

    conn->pool->failures = conn->pool->losses;

    ngx_payments_status_add(NGX_PAYMENTS_M_PG_CONNECT, 1);
    ngx_payments_pg_post(conn->pool);
}


/*
 * Pipeline mode for ever.  In direct mode all statements of this queue and one
 * Sync follow; behind a pooler nothing that a session would have to keep does.
 */

static void
ngx_payments_pg_prepare(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t                          i;
    const ngx_payments_pg_statement_t  *s;

    if (PQsetnonblocking(conn->pg, 1) != 0
        || PQenterPipelineMode(conn->pg) != 1)
    {
        goto failed;
    }

    if (conn->pool->conf->pooler) {
        ngx_payments_pg_ready(conn);
        ngx_payments_pg_connected(conn);
        return;
    }

    for (i = 0; i < NGX_PAYMENTS_PG_STATEMENTS; i++) {
        s = &ngx_payments_pg_statements[i];

        if (s->queue == conn->pool->kind
            && PQsendPrepare(conn->pg, s->name, conn->pool->sql[i], 0, NULL)
               != 1)
        {
            goto failed;
        }
    }

    if (PQpipelineSync(conn->pg) != 1) {
        goto failed;
    }

    ngx_payments_pg_move(conn, NGX_PAYMENTS_PG_PREPARING);

    if (ngx_payments_pg_flush(conn) == NGX_OK) {
        return;
    }

failed:

    ngx_payments_pg_disconnect(conn, "statements could not be prepared",
                               NGX_PAYMENTS_PG_CLASS_NONE);
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


static void
ngx_payments_pg_event_handler(ngx_event_t *ev)
{
    ngx_connection_t        *c = ev->data;
    ngx_payments_pg_conn_t  *conn = c->data;

    if (ev->timedout) {
        ev->timedout = 0;

        if (conn->state == NGX_PAYMENTS_PG_BUSY
            && ngx_payments_pg_expire(conn) == NGX_OK)
        {
            return;
        }

        ngx_payments_pg_disconnect(conn,
                                   (conn->state == NGX_PAYMENTS_PG_BUSY)
                                   ? "no answer in time"
                                   : "not connected in time",
                                   NGX_PAYMENTS_PG_CLASS_UNKNOWN);
        return;
    }

    if (c->close) {

        /* worker_shutdown_timeout calls the handler of every connection */

        ngx_payments_pg_disconnect(conn, "shutting down",
                                   NGX_PAYMENTS_PG_CLASS_UNKNOWN);
        return;
    }

    if (conn->state == NGX_PAYMENTS_PG_CONNECTING) {
        ngx_payments_pg_connect_poll(conn);
        return;
    }

    ngx_payments_pg_read(conn);
}


/*
 * The one place that reads.  PQgetResult is called only while libpq has a
 * whole result, so it never waits.
 */

static void
ngx_payments_pg_read(ngx_payments_pg_conn_t *conn)
{
    SSL                     *ssl;
    ngx_int_t                rc;
    PGresult                *result;
    ngx_uint_t               silent, bad;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    if (PQconsumeInput(conn->pg) != 1) {
        goto lost;
    }

    /* bytes that TLS has decrypted make no socket readable */

    ssl = PQsslStruct(conn->pg, "OpenSSL");

    while (ssl && PQisBusy(conn->pg) && SSL_pending(ssl) > 0) {
        if (PQconsumeInput(conn->pg) != 1) {
            goto lost;
        }
    }

    if (ngx_payments_pg_flush(conn) != NGX_OK) {
        goto lost;
    }

    /* two NULLs in a row: libpq has nothing more, not even a separator */

    for (silent = 0; silent < 2 && !PQisBusy(conn->pg); /* void */ ) {
        result = PQgetResult(conn->pg);

        if (result == NULL) {
            silent++;
            continue;
        }

        silent = 0;
        rc = ngx_payments_pg_result(conn, result);

        if (rc == NGX_ERROR) {
            return;
        }

        if (rc == NGX_DONE) {
            break;
        }
    }

    bad = (PQstatus(conn->pg) == CONNECTION_BAD);

    if (conn->state == NGX_PAYMENTS_PG_IDLE) {

        /* the next call is on its way before anybody looks at this one */

        result = conn->result;
        conn->result = NULL;

        if (bad) {
            ngx_payments_pg_disconnect(conn, "connection lost",
                                       NGX_PAYMENTS_PG_CLASS_UNKNOWN);

        } else if (!ngx_queue_empty(&pool->waiting)
                   && !pool->pause.timer_set)
        {
            (void) ngx_payments_pg_call(conn);
        }

        ngx_payments_pg_deliver(pool, result);
        return;
    }

    if (!bad) {
        return;
    }

lost:

    /* a pooler says why it closes: then the call has not been executed */

    ngx_payments_pg_disconnect(conn, "connection lost",
                               (conn->error == NGX_PAYMENTS_PG_CLASS_RECONNECT)
                               ? conn->error : NGX_PAYMENTS_PG_CLASS_UNKNOWN);
}


static void
ngx_payments_pg_error(ngx_payments_pg_conn_t *conn, const PGresult *result)
{
    const char  *state, *constraint, *function;

    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);

    /* the server's text may quote a value; its codes can not */

    ngx_log_error(NGX_LOG_ERR, &conn->pool->log, 0,
                  "PostgreSQL answered %s%s%s in %s to \"%s\"",
                  state ? state : "without SQLSTATE",
                  constraint ? ", constraint " : "",
                  constraint ? constraint : "", function ? function : "?",
                  conn->statement ? conn->statement->name : "prepare");

    /* the first error counts, later ones follow from it */

    if (conn->error == NGX_PAYMENTS_PG_CLASS_NONE) {
        conn->error = ngx_payments_pg_classify(result);
    }
}


/* NGX_OK: go on; NGX_DONE: the Sync came; NGX_ERROR: the connection is gone */

static ngx_int_t
ngx_payments_pg_result(ngx_payments_pg_conn_t *conn, PGresult *result)
{
    switch (PQresultStatus(result)) {

    case PGRES_PIPELINE_SYNC:
        break;

    case PGRES_TUPLES_OK:
        if (conn->state == NGX_PAYMENTS_PG_BUSY && conn->result == NULL) {
            conn->result = result;
            return NGX_OK;
        }

        PQclear(result);
        ngx_payments_pg_disconnect(conn, "a result that nobody asked for",
                                   NGX_PAYMENTS_PG_CLASS_UNKNOWN);
        return NGX_ERROR;

    case PGRES_COMMAND_OK:
    case PGRES_PIPELINE_ABORTED:
        PQclear(result);
        return NGX_OK;

    default:
        ngx_payments_pg_error(conn, result);
        PQclear(result);

        if (conn->error == NGX_PAYMENTS_PG_CLASS_UNKNOWN) {
            ngx_payments_pg_disconnect(conn, "error that ends the session",
                                       NGX_PAYMENTS_PG_CLASS_UNKNOWN);
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    PQclear(result);

    if (PQtransactionStatus(conn->pg) != PQTRANS_IDLE) {
        ngx_payments_pg_disconnect(conn, "still in a transaction after Sync",
                                   NGX_PAYMENTS_PG_CLASS_UNKNOWN);
        return NGX_ERROR;
    }

    if (conn->error != NGX_PAYMENTS_PG_CLASS_NONE) {

        if (conn->state == NGX_PAYMENTS_PG_PREPARING
            || conn->error == NGX_PAYMENTS_PG_CLASS_RECONNECT)
        {
            ngx_payments_pg_disconnect(conn, "the server can not run it",
                                       conn->error);
            return NGX_ERROR;
        }

        ngx_payments_pg_release(conn, conn->error);

    } else if (conn->state == NGX_PAYMENTS_PG_BUSY) {
        ngx_payments_pg_committed(conn);

        if (conn->state != NGX_PAYMENTS_PG_BUSY) {
            return NGX_ERROR;
        }

    } else if (conn->state == NGX_PAYMENTS_PG_PREPARING) {
        ngx_payments_pg_connected(conn);
    }

    ngx_payments_pg_ready(conn);

    return NGX_DONE;
}


void
ngx_payments_pg_disconnect(ngx_payments_pg_conn_t *conn, const char *reason,
    ngx_payments_pg_class_e items)
{
    ngx_uint_t               established, level;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    if (conn->state == NGX_PAYMENTS_PG_CLOSED) {
        return;
    }

    established = (conn->state >= NGX_PAYMENTS_PG_IDLE);

    level = (ngx_exiting || ngx_quit || ngx_terminate) ? NGX_LOG_INFO
                                                       : NGX_LOG_ERR;

    ngx_log_error(level, &pool->log, 0,
                  "connection to PostgreSQL closed while %s: %s",
                  ngx_payments_pg_state_names[conn->state], reason);

    ngx_payments_status_add(established ? NGX_PAYMENTS_M_PG_DISCONNECT
                                        : NGX_PAYMENTS_M_PG_CONNECT_FAILED,
                            1);

    ngx_payments_pg_detach(conn);

    if (conn->pg != NULL) {
        PQfinish(conn->pg);
        conn->pg = NULL;
    }

    if (conn->result != NULL) {
        PQclear(conn->result);
        conn->result = NULL;
    }

    conn->error = NGX_PAYMENTS_PG_CLASS_NONE;

    ngx_payments_pg_move(conn, NGX_PAYMENTS_PG_CLOSED);

    ngx_payments_pg_release(conn, items);

    /* a session that broke once says nothing yet about the next one */

    if (!established || items != NGX_PAYMENTS_PG_CLASS_UNKNOWN
        || pool->losses++ > 0)
    {
        ngx_payments_pg_delay(&pool->backoff, &pool->failures);
    }

    ngx_payments_pg_post(pool);
}


static void
ngx_payments_pg_notice(void *data, const PGresult *result)
{
    const char              *state;
    ngx_payments_pg_conn_t  *conn = data;

    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    ngx_log_error(NGX_LOG_NOTICE, &conn->pool->log, 0,
                  "PostgreSQL gave notice %s", state ? state : "?");
}

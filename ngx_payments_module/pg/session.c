
/* What is said over a connection once it stands: statements, results. */

#include "ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"

#include <openssl/ssl.h>


/*
 * Pipeline mode for ever.  If a session has lost statements, or has old ones,
 * all are deallocated, and each is prepared again with its next call.
 */

void
ngx_payments_pg_prepare(ngx_payments_pg_conn_t *conn)
{
    ngx_payments_pg_pool_t  *pool = conn->pool;

    conn->prepared = 0;

    if (PQpipelineStatus(conn->pg) == PQ_PIPELINE_OFF
        && (PQsetnonblocking(conn->pg, 1) != 0
            || PQenterPipelineMode(conn->pg) != 1))
    {
        goto failed;
    }

    ngx_payments_pg_move(conn, NGX_PAYMENTS_PG_PREPARING);
    conn->error = NGX_PAYMENTS_PG_CLASS_NONE;

    if (!pool->named || !conn->prepare) {
        ngx_payments_pg_connected(conn);
        return;
    }

    if (PQsendQueryParams(conn->pg, "DEALLOCATE ALL", 0, NULL, NULL, NULL,
                          NULL, 0)
        == 1
        && PQpipelineSync(conn->pg) == 1
        && ngx_payments_pg_flush(conn) == NGX_OK)
    {
        return;
    }

failed:

    ngx_payments_pg_disconnect(conn, "statements could not be prepared", 0);
}


/*
 * A server that loses statements twice in a row is not one server: there is a
 * pooler in between, whatever the configuration says.
 */

static void
ngx_payments_pg_unname(ngx_payments_pg_pool_t *pool)
{
    pool->named = 0;
    pool->depth = 1;

    ngx_log_error(NGX_LOG_WARN, &pool->log, 0,
                  "\"%V\" does not keep prepared statements; this worker goes "
                  "on without them: set \"mode pooler\" for a pooler",
                  ngx_payments_pg_server_name(pool, pool->server));
}


/* what the server said, once a second for each kind */

static void
ngx_payments_pg_log_error(ngx_payments_pg_conn_t *conn,
    const PGresult *result, const char *call)
{
    ngx_uint_t   level;
    const char  *state, *constraint, *function, *left_out;

    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);

    state = state ? state : "without SQLSTATE";
    left_out = ngx_payments_status_due(state, call,
                                       ngx_payments_pg_place(conn), 1000);

    if (left_out == NULL) {
        return;
    }

    /* the server's text may quote a value; its codes cannot */

    /* a schema that is missing is said in its own words, by who looks for it */

    level = ngx_strcmp(state, "3F000") == 0 ? NGX_LOG_INFO : NGX_LOG_ERR;

    ngx_log_error(level, &conn->pool->log, 0,
                  "PostgreSQL answered %s%s%s in %s to \"%s\"%s", state,
                  constraint ? ", constraint " : "",
                  constraint ? constraint : "", function ? function : "?",
                  call, left_out);
}


/* NGX_DECLINED: the server ends the session with it */

static ngx_int_t
ngx_payments_pg_error(ngx_payments_pg_conn_t *conn, const PGresult *result)
{
    uint64_t                  bit;
    ngx_int_t                 rc;
    const char               *state;
    ngx_payments_pg_call_t   *call;
    ngx_payments_pg_class_e   class;

    call = conn->ncalls ? ngx_payments_pg_nth(conn, 0) : NULL;
    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    ngx_payments_pg_log_error(conn, result, call ? call->statement->name
                                                 : "prepare");

    ngx_payments_status_sqlstate(state ? state : "");

    class = ngx_payments_pg_classify(result);
    rc = ngx_payments_pg_fatal(result) ? NGX_DECLINED : NGX_OK;

    if (class == NGX_PAYMENTS_PG_CLASS_READ_ONLY) {

        /* it may be a standby now */

        conn->pool->hooks->lost(conn->pool->owner);
    }

    /* the first error counts, later ones follow from it */

    if (call == NULL) {
        conn->error = (conn->error == NGX_PAYMENTS_PG_CLASS_NONE)
                      ? class : conn->error;
        return rc;
    }

    if (call->error != NGX_PAYMENTS_PG_CLASS_NONE) {
        return rc;
    }

    /* with more calls under way it is not known which one the end is about */

    if (rc == NGX_DECLINED && conn->ncalls > 1) {
        class = NGX_PAYMENTS_PG_CLASS_UNKNOWN;
    }

    bit = UINT64_C(1) << (call->statement - ngx_payments_pg_statements);

    if (class == NGX_PAYMENTS_PG_CLASS_PREPARE && !(conn->prepared & bit)) {

        /* the call before it could not prepare it: nothing was lost */

        class = NGX_PAYMENTS_PG_CLASS_FAULT;
    }

    call->error = class;
    ngx_cpystrn((u_char *) call->sqlstate,
                (u_char *) (state ? state : ""), sizeof(call->sqlstate));

    if (call->prepares) {

        /* the session does not have its statement */

        conn->prepared &= ~bit;
    }

    return rc;
}


/* the Sync of the statements has come */

static ngx_int_t
ngx_payments_pg_prepared(ngx_payments_pg_conn_t *conn)
{
    if (conn->error == NGX_PAYMENTS_PG_CLASS_NONE) {
        ngx_payments_pg_connected(conn);
        return NGX_OK;
    }

    if (conn->error == NGX_PAYMENTS_PG_CLASS_PREPARE) {
        ngx_payments_pg_unname(conn->pool);
    }

    ngx_payments_pg_disconnect(conn, "statements could not be prepared", 0);

    return NGX_ERROR;
}


/* NGX_OK: the session goes on, and *result has the rows of a call that was
   committed; NGX_ERROR: the connection is gone */

static ngx_int_t
ngx_payments_pg_outcome(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_call_t *call, PGresult **result)
{
    ngx_payments_pg_pool_t   *pool = conn->pool;
    ngx_payments_pg_class_e   class = call->error;

    if (class == NGX_PAYMENTS_PG_CLASS_UNKNOWN) {

        /* an ERROR, since the session goes on: nothing was committed */

        class = NGX_PAYMENTS_PG_CLASS_FAULT;
    }

    switch (class) {

    case NGX_PAYMENTS_PG_CLASS_NONE:
        if (call->degraded) {

            /* a second call finds it, and waits for the standby again */

            ngx_payments_status_add(NGX_PAYMENTS_M_PG_DEGRADED, 1);
            ngx_payments_pg_release(pool, call, NGX_PAYMENTS_PG_CLASS_UNKNOWN);
            return NGX_OK;
        }

        if (ngx_payments_pg_committed(conn) != NGX_OK) {
            ngx_payments_pg_disconnect(conn, "rows and items do not match", 0);
            return NGX_ERROR;
        }

        *result = call->result;
        call->result = NULL;
        return NGX_OK;

    case NGX_PAYMENTS_PG_CLASS_RECONNECT:
    case NGX_PAYMENTS_PG_CLASS_READ_ONLY:
        ngx_payments_pg_disconnect(conn, "the server does not take calls now",
                                   0);
        return NGX_ERROR;

    case NGX_PAYMENTS_PG_CLASS_PREPARE:

        /* a plan that has changed is no sign of a pooler */

        if (conn->again && pool->named
            && ngx_strcmp(call->sqlstate, "0A000") != 0)
        {
            ngx_payments_pg_unname(pool);
        }

        if (!pool->named) {
            ngx_payments_pg_disconnect(conn, "statements are lost", 0);
            return NGX_ERROR;
        }

        conn->drain = 1;
        conn->prepare = 1;

        /* fall through */

    default:
        ngx_payments_pg_release(pool, call, class);
        return NGX_OK;
    }
}


/* the Sync of the oldest call has come; its rows are delivered here */

static ngx_int_t
ngx_payments_pg_synced(ngx_payments_pg_conn_t *conn)
{
    PGresult                *result;
    ngx_int_t                rc;
    ngx_payments_pg_pool_t  *pool = conn->pool;

    result = NULL;

    if (ngx_payments_pg_outcome(conn, ngx_payments_pg_nth(conn, 0), &result)
        == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    ngx_payments_pg_pop(conn);

    /* the next call is on its way before anybody looks at this one */

    rc = ngx_payments_pg_update_state(conn);

    if (rc == NGX_OK && !pool->pause.timer_set
        && (conn->state == NGX_PAYMENTS_PG_IDLE
            || conn->state == NGX_PAYMENTS_PG_BUSY))
    {
        rc = (ngx_payments_pg_call(conn) == NGX_ERROR) ? NGX_ERROR : NGX_OK;
    }

    /* what another free connection may take, now that objects are free */

    if (pool->waiting.n) {
        ngx_payments_pg_post(pool);
    }

    ngx_payments_pg_deliver(pool, result);

    return rc;
}


/* NGX_OK: go on; NGX_DONE: a Sync came; NGX_ERROR: the connection is gone */

static ngx_int_t
ngx_payments_pg_result(ngx_payments_pg_conn_t *conn, PGresult *result)
{
    ngx_int_t                   rc;
    ngx_payments_pg_call_t     *call;
    PGTransactionStatusType     status;

    call = conn->ncalls ? ngx_payments_pg_nth(conn, 0) : NULL;

    switch (PQresultStatus(result)) {

    case PGRES_PIPELINE_SYNC:
        break;

    case PGRES_TUPLES_OK:
        if (call != NULL && call->limits) {
            call->limits = 0;
            PQclear(result);
            return NGX_OK;
        }

        if (call != NULL && call->result == NULL) {
            call->result = result;
            return NGX_OK;
        }

        PQclear(result);
        ngx_payments_pg_disconnect(conn, "an unexpected result", 0);
        return NGX_ERROR;

    case PGRES_COMMAND_OK:
        if (call != NULL) {
            call->prepares = 0;
        }

        /* fall through */

    case PGRES_PIPELINE_ABORTED:
        PQclear(result);
        return NGX_OK;

    default:
        rc = ngx_payments_pg_error(conn, result);
        PQclear(result);

        if (rc == NGX_DECLINED) {
            ngx_payments_pg_disconnect(conn, "the server ends the session",
                                       0);
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    PQclear(result);

    status = PQtransactionStatus(conn->pg);

    /* with more calls behind this one libpq says "active" */

    if (status != PQTRANS_IDLE
        && (status != PQTRANS_ACTIVE || conn->ncalls <= 1))
    {
        ngx_payments_pg_disconnect(conn, "still in a transaction after Sync",
                                   0);
        return NGX_ERROR;
    }

    if (conn->state == NGX_PAYMENTS_PG_PREPARING) {
        return (ngx_payments_pg_prepared(conn) == NGX_OK) ? NGX_DONE
                                                          : NGX_ERROR;
    }

    if (call == NULL) {
        ngx_payments_pg_disconnect(conn, "an unexpected Sync", 0);
        return NGX_ERROR;
    }

    return (ngx_payments_pg_synced(conn) == NGX_OK) ? NGX_DONE : NGX_ERROR;
}


/* PQgetResult is called only while libpq has a whole result: never waits */

void
ngx_payments_pg_read(ngx_payments_pg_conn_t *conn)
{
    SSL         *ssl;
    PGresult    *result;
    ngx_uint_t   silent;

    if (PQconsumeInput(conn->pg) != 1
        || ngx_payments_pg_flush(conn) != NGX_OK)
    {
        goto lost;
    }

    ssl = PQsslStruct(conn->pg, "OpenSSL");

    /* two NULLs in a row: libpq has nothing more, not even a separator */

    for (silent = 0; silent < 2; /* void */ ) {

        /* bytes that TLS has decrypted make no socket readable */

        while (PQisBusy(conn->pg) && ssl && SSL_pending(ssl) > 0) {
            if (PQconsumeInput(conn->pg) != 1) {
                goto lost;
            }
        }

        if (PQisBusy(conn->pg)) {
            break;
        }

        result = PQgetResult(conn->pg);

        if (result == NULL) {
            silent++;
            continue;
        }

        silent = 0;

        if (ngx_payments_pg_result(conn, result) == NGX_ERROR) {
            return;
        }
    }

    if (PQstatus(conn->pg) != CONNECTION_BAD) {
        return;
    }

lost:

    /* a server that closes an idle session, or a pooler, has not failed */

    ngx_payments_pg_disconnect(conn, "connection lost",
                               conn->state == NGX_PAYMENTS_PG_IDLE);
}


void
ngx_payments_pg_notice(void *data, const PGresult *result)
{
    const char              *state, *function;
    ngx_payments_pg_conn_t  *conn = data;

    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);

    ngx_log_error(NGX_LOG_NOTICE, &conn->pool->log, 0,
                  "PostgreSQL gave notice %s in %s", state ? state : "?",
                  function ? function : "?");

    /* syncrep.c: "committed locally", but not on the standby */

    if (function != NULL && ngx_strcmp(function, "SyncRepWaitForLSN") == 0
        && conn->ncalls)
    {
        ngx_payments_pg_nth(conn, 0)->degraded = 1;
    }
}


/* An attempt to connect: its steps, and how long it may take. */

#include "ngx_payments_pg_internal.h"
#include "../status/ngx_payments_status.h"


/* iterations of SCRAM that are worth a word; PostgreSQL's default is 4096 */
#define NGX_PAYMENTS_PG_ITERATIONS    50000

/* ms that PQconnectPoll may compute without a word */
#define NGX_PAYMENTS_PG_COSTLY        500

/* AuthenticationSASLContinue (protocol 3.0), with the server's first message of
   SCRAM, "r=...,s=...,i=4096" */
#define NGX_PAYMENTS_PG_SASL_CONTINUE 11


static void ngx_payments_pg_connect_handler(ngx_event_t *ev);
static void ngx_payments_pg_polled(ngx_payments_pg_conn_t *conn,
    PostgresPollingStatusType poll, ngx_msec_t took);


/* how long an attempt of this pool may take */

static ngx_msec_t
ngx_payments_pg_connect_limit(ngx_payments_pg_pool_t *pool)
{
    return pool->conf->connect_timeout
           << ngx_min(pool->slow, NGX_PAYMENTS_PG_SLOW_MAX);
}


/* a name is all its addresses, one after the other until one answers */

static const char *
ngx_payments_pg_address(ngx_payments_pg_conn_t *conn)
{
    const char                *hostaddr;
    ngx_payments_pg_pool_t    *pool = conn->pool;
    ngx_payments_pg_server_t  *server;

    server = &pool->conf->servers[conn->server];
    hostaddr = pool->hooks->address(pool->owner, conn->server);

    return (hostaddr == server->hostaddr && server->naddresses > 1)
           ? server->addresses[pool->address % server->naddresses] : hostaddr;
}


void
ngx_payments_pg_connect(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t                 n;
    ngx_payments_pg_conf_t    *conf = conn->pool->conf;
    const char                *keys[20], *values[20], *hostaddr;
    ngx_payments_pg_server_t  *server;

    conn->server = conn->pool->server;
    server = &conf->servers[conn->server];

    n = 0;

#define ngx_payments_pg_option(key, value)                                    \
    if (value) { keys[n] = key; values[n++] = value; }

    ngx_payments_pg_option("host", server->host);
    hostaddr = ngx_payments_pg_address(conn);
    ngx_payments_pg_option("hostaddr", hostaddr);
    ngx_payments_pg_option("port", server->port);
    ngx_payments_pg_option("dbname", conf->database);
    ngx_payments_pg_option("user", conf->user);
    ngx_payments_pg_option("password", conf->password);
    ngx_payments_pg_option("application_name", "ngx_payments");

    /* no probe of GSS that costs a round trip */
    ngx_payments_pg_option("sslmode", conf->sslmode);
    ngx_payments_pg_option("sslrootcert", conf->sslrootcert);
    ngx_payments_pg_option("gssencmode", "disable");

    ngx_payments_pg_option("keepalives_idle", "10");
    ngx_payments_pg_option("keepalives_interval", "3");
    ngx_payments_pg_option("keepalives_count", "3");
    ngx_payments_pg_option("tcp_user_timeout", "5000");

    keys[n] = NULL;
    values[n] = NULL;

    ngx_payments_pg_move(conn, NGX_PAYMENTS_PG_CONNECTING);

    conn->first = 0;
    conn->ncalls = 0;
    conn->drain = 0;
    conn->prepare = 0;
    conn->again = 0;
    conn->iterations = 0;
    conn->computed = 0;
    conn->retire = ngx_current_msec + conf->lifetime - conf->lifetime / 10
                   + ngx_random() % (conf->lifetime / 5 + 1);

    conn->pg = PQconnectStartParams(keys, values, 0);

    if (conn->pg == NULL || PQstatus(conn->pg) == CONNECTION_BAD) {
        ngx_payments_pg_disconnect(conn, "connection refused", 0);
        return;
    }

    /* so that the SQLSTATE is in the text */

    (void) PQsetErrorVerbosity(conn->pg, PQERRORS_VERBOSE);

    if (ngx_payments_pg_attach(conn, ngx_payments_pg_connect_handler)
        != NGX_OK)
    {
        ngx_payments_pg_disconnect(conn, "no event for its socket", 0);
        return;
    }

    /* after PQconnectStart libpq waits as if it had said "writing" */

    conn->c->read->cancelable = 1;
    ngx_add_timer(conn->c->read, ngx_payments_pg_connect_limit(conn->pool));

    if (ngx_add_event(conn->c->write, NGX_WRITE_EVENT, NGX_LEVEL_EVENT)
        != NGX_OK)
    {
        ngx_payments_pg_disconnect(conn, "no event for its socket", 0);
    }
}


/* how many iterations the server asks for, where nothing is encrypted: libpq
   keeps the number to itself */

static ngx_uint_t
ngx_payments_pg_scram(PGconn *pg)
{
    u_char     buffer[512], *p;
    ssize_t    n;
    ngx_int_t  iterations;

    if (PQsslInUse(pg)) {
        return 0;
    }

    n = recv(PQsocket(pg), buffer, sizeof(buffer) - 1, MSG_PEEK|MSG_DONTWAIT);

    if (n < 9 || buffer[0] != 'R' || buffer[5] || buffer[6] || buffer[7]
        || buffer[8] != NGX_PAYMENTS_PG_SASL_CONTINUE)
    {
        return 0;
    }

    buffer[n] = '\0';
    p = (u_char *) ngx_strstr(buffer + 9, ",i=");

    if (p == NULL) {
        return 0;
    }

    p += 3;
    iterations = ngx_atoi(p, strspn((char *) p, "0123456789"));

    return (iterations == NGX_ERROR) ? 0 : (ngx_uint_t) iterations;
}


static void
ngx_payments_pg_log_iterations(ngx_payments_pg_conn_t *conn)
{
    const char  *left_out;

    if (conn->iterations < NGX_PAYMENTS_PG_ITERATIONS) {
        return;
    }

    left_out = ngx_payments_status_due("iterations",
                                       (char *) conn->pool->conf->user,
                                       ngx_payments_pg_place(conn),
                                       NGX_PAYMENTS_PG_LOG_EVERY);
    if (left_out == NULL) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, &conn->pool->log, 0,
                  "PostgreSQL \"%V\" asks for %ui iterations of SCRAM, which "
                  "each new connection has to compute; set the password of "
                  "\"%s\" again with fewer scram_iterations%s",
                  ngx_payments_pg_server_name(conn->pool, conn->server),
                  conn->iterations, conn->pool->conf->user, left_out);
}


/* where TLS hides the number, the time shows it */

static void
ngx_payments_pg_log_costly(ngx_payments_pg_conn_t *conn)
{
    const char  *left_out;

    if (conn->iterations != 0
        || conn->computed < NGX_PAYMENTS_PG_COSTLY)
    {
        return;
    }

    left_out = ngx_payments_status_due("costly", "",
                                       ngx_payments_pg_place(conn),
                                       NGX_PAYMENTS_PG_LOG_EVERY);
    if (left_out == NULL) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, &conn->pool->log, 0,
                  "a new connection to PostgreSQL \"%V\" took %M ms to "
                  "compute: how many iterations of SCRAM has the password of "
                  "\"%s\"?%s",
                  ngx_payments_pg_server_name(conn->pool, conn->server),
                  conn->computed, conn->pool->conf->user, left_out);
}


/*
 * Texts go to the server and come back as they are.  The server, and PgBouncer,
 * report what they would be converted to; what else a role may set is pinned by
 * sql/apply, or does not matter.
 */

static ngx_int_t
ngx_payments_pg_settings(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t   i;
    const char  *value, *left_out;

    static const char *const  names[] = {
        "client_encoding", "server_encoding"
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        value = PQparameterStatus(conn->pg, names[i]);

        if (value == NULL || ngx_strcmp(value, "UTF8") == 0) {
            continue;
        }

        left_out = ngx_payments_status_due("setting", names[i],
                                           ngx_payments_pg_place(conn),
                                           NGX_PAYMENTS_PG_LOG_EVERY);
        if (left_out != NULL) {
            ngx_log_error(NGX_LOG_CRIT, &conn->pool->log, 0,
                          "%s of sessions of PostgreSQL \"%V\" is %s, and "
                          "must be UTF8: %s%s", names[i],
                          ngx_payments_pg_server_name(conn->pool,
                                                      conn->server),
                          value, i ? "the database was made with another "
                                     "encoding" : "run sql/apply, which sets "
                                                  "it for the role",
                          left_out);
        }

        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * PQconnectPoll may close the socket and open another one under the same
 * number, which epoll would not notice.  So the socket is registered again
 * after each call.  While a call runs, the attempt's time stands still.
 */

static void
ngx_payments_pg_connect_event(ngx_payments_pg_conn_t *conn)
{
    ngx_uint_t         n;
    ngx_event_t       *rev;
    ngx_connection_t  *c = conn->c;

    n = ngx_payments_pg_scram(conn->pg);

    if (n != 0) {
        conn->iterations = n;
        ngx_payments_pg_log_iterations(conn);
    }

    ngx_payments_pg_unwatch(conn);

    rev = c->read;
    conn->left = rev->timer_set
                 ? (ngx_msec_int_t) (rev->timer.key - ngx_current_msec) : 0;

    if (rev->timer_set) {
        ngx_del_timer(rev);
    }

    if (ngx_payments_pg_thread_poll(conn, ngx_payments_pg_polled) != NGX_OK) {
        ngx_payments_pg_disconnect(conn, "no thread to connect in", 0);
    }
}


/* an event of its socket, while CONNECTING */

static void
ngx_payments_pg_connect_handler(ngx_event_t *ev)
{
    ngx_connection_t        *c = ev->data;
    ngx_payments_pg_conn_t  *conn = c->data;

    if (ev->timedout) {
        ev->timedout = 0;
        conn->timedout = 1;
        ngx_payments_pg_disconnect(conn, "not connected in time", 0);
        conn->timedout = 0;
        return;
    }

    if (c->close) {
        ngx_payments_pg_disconnect(conn, "shutting down", 0);
        return;
    }

    ngx_payments_pg_connect_event(conn);
}


/* the thread has run PQconnectPoll, which gave this, and took so many ms */

static void
ngx_payments_pg_polled(ngx_payments_pg_conn_t *conn,
    PostgresPollingStatusType poll, ngx_msec_t took)
{
    ngx_connection_t  *c = conn->c;

    conn->computed = ngx_max(conn->computed, took);

    if (poll == PGRES_POLLING_FAILED) {
        ngx_payments_pg_disconnect(conn, "connection failed", 0);
        return;
    }

    c->fd = PQsocket(conn->pg);

    if (ngx_add_event((poll == PGRES_POLLING_WRITING) ? c->write : c->read,
                      (poll == PGRES_POLLING_WRITING) ? NGX_WRITE_EVENT
                                                      : NGX_READ_EVENT,
                      NGX_LEVEL_EVENT)
        != NGX_OK)
    {
        ngx_payments_pg_disconnect(conn, "no event for its socket", 0);
        return;
    }

    if (poll != PGRES_POLLING_OK) {
        c->read->cancelable = 1;
        ngx_add_timer(c->read, (ngx_msec_t) ngx_max(conn->left, 1));
        return;
    }

    c->read->handler = ngx_payments_pg_event_handler;
    c->write->handler = ngx_payments_pg_event_handler;

    conn->pool->slow = 0;
    ngx_payments_pg_log_costly(conn);

    if (ngx_payments_pg_settings(conn) != NGX_OK) {
        ngx_payments_pg_disconnect(conn, "texts would not be UTF-8", 0);
        return;
    }

    if (conn->pool->lane->writes) {
        conn->pool->hooks->connected(conn->pool->owner);
    }

    (void) PQsetErrorVerbosity(conn->pg, PQERRORS_DEFAULT);
    (void) PQsetNoticeReceiver(conn->pg, ngx_payments_pg_notice, conn);

    ngx_payments_pg_prepare(conn);
}


/*
 * What an error means: PostgreSQL 15, appendix A (SQLSTATE), and the texts
 * that PgBouncer 1.18 gives under 08P01.
 */

#include "ngx_payments_pg_internal.h"


typedef struct {
    const char                   *sqlstate;    /* a prefix */
    const char                   *function;    /* of the server, that gives it,
                                                  where it names one; NULL: any.
                                                  A function in SQL may raise
                                                  what it likes.  "": only where
                                                  no function is named, as by a
                                                  pooler */
    ngx_payments_pg_class_e       class;
} ngx_payments_pg_sqlstate_t;


/* of an ERROR; the first match counts, and what is not here is a FAULT */

static const ngx_payments_pg_sqlstate_t  ngx_payments_pg_sqlstates[] = {

    /* a lock, a deadlock, a limit of time; 40003 is no ERROR */
    { "40", NULL, NGX_PAYMENTS_PG_CLASS_LOCK },
    { "55P03", NULL, NGX_PAYMENTS_PG_CLASS_LOCK },
    { "57014", NULL, NGX_PAYMENTS_PG_CLASS_LOCK },

    /* disk, memory, connections, limits; I/O errors */
    { "53", NULL, NGX_PAYMENTS_PG_CLASS_RESOURCE },
    { "58030", NULL, NGX_PAYMENTS_PG_CLASS_RESOURCE },

    /* not the primary, or set to read-only */
    { "25006", "PreventCommandIfReadOnly", NGX_PAYMENTS_PG_CLASS_READ_ONLY },
    { "25006", "PreventCommandDuringRecovery",
      NGX_PAYMENTS_PG_CLASS_READ_ONLY },

    /* left in a transaction; and what only a pooler says of a session */
    { "25P02", "exec_parse_message", NGX_PAYMENTS_PG_CLASS_RECONNECT },
    { "25P02", "exec_bind_message", NGX_PAYMENTS_PG_CLASS_RECONNECT },
    { "25P02", "exec_execute_message", NGX_PAYMENTS_PG_CLASS_RECONNECT },
    { "57P03", "", NGX_PAYMENTS_PG_CLASS_RECONNECT },
    { "08001", "", NGX_PAYMENTS_PG_CLASS_RECONNECT },
    { "08004", "", NGX_PAYMENTS_PG_CLASS_RECONNECT },

    /* no such statement; it is there; its rows are others now */
    { "26000", "FetchPreparedStatement", NGX_PAYMENTS_PG_CLASS_PREPARE },
    { "42P05", "StorePreparedStatement", NGX_PAYMENTS_PG_CLASS_PREPARE },
    { "0A000", "RevalidateCachedQuery", NGX_PAYMENTS_PG_CLASS_PREPARE },

    /* a value, a constraint, a program limit, RAISE */
    { "21", NULL, NGX_PAYMENTS_PG_CLASS_DATA },
    { "22", NULL, NGX_PAYMENTS_PG_CLASS_DATA },
    { "23", NULL, NGX_PAYMENTS_PG_CLASS_DATA },
    { "54", NULL, NGX_PAYMENTS_PG_CLASS_DATA },
    { "P0001", NULL, NGX_PAYMENTS_PG_CLASS_DATA },

    /* pay.lock_and_check_owner, pay.owns_merchants */
    { "PM001", NULL, NGX_PAYMENTS_PG_CLASS_MOVED },

    { NULL, NULL, NGX_PAYMENTS_PG_CLASS_FAULT }
};


static const char *ngx_payments_pg_not_executed[] = {
    "query_wait_timeout",
    "server login has been failing",
    "client_login_timeout",
    "no more connections allowed",
    "is disabled",
    "no such database",
    NULL
};


/* FATAL or PANIC: the session is gone, whatever it was doing */

ngx_uint_t
ngx_payments_pg_fatal(const PGresult *result)
{
    const char  *severity;

    /* PgBouncer does not send the severity that is never translated */

    severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (severity == NULL) {
        severity = PQresultErrorField(result, PG_DIAG_SEVERITY);
    }

    return severity == NULL || ngx_strcmp(severity, "ERROR") != 0;
}


ngx_payments_pg_class_e
ngx_payments_pg_classify(const PGresult *result)
{
    const char                        *state, *function, *text, **known;
    const ngx_payments_pg_sqlstate_t  *s;

    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);

    if (state == NULL) {
        return NGX_PAYMENTS_PG_CLASS_UNKNOWN;
    }

    /* a pooler's; the call may have got to the server */

    if (ngx_strcmp(state, "08P01") == 0) {
        text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

        for (known = ngx_payments_pg_not_executed; text && *known; known++) {
            if (ngx_strstr(text, *known) != NULL) {
                return NGX_PAYMENTS_PG_CLASS_RECONNECT;
            }
        }

        return NGX_PAYMENTS_PG_CLASS_UNKNOWN;
    }

    if (ngx_payments_pg_fatal(result)) {
        return NGX_PAYMENTS_PG_CLASS_UNKNOWN;
    }

    /* "no partition of relation found for row": the only one without a name */

    if (ngx_strcmp(state, "23514") == 0
        && PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) == NULL)
    {
        return NGX_PAYMENTS_PG_CLASS_RESOURCE;
    }

    /*
     * A key's row is there, which this transaction did not see: its snapshot is
     * older than its lock, as with REPEATABLE READ.  A new one sees it
     */

    text = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

    if (ngx_strcmp(state, "23505") == 0 && text != NULL
        && ngx_strncmp(text, "journal_", 8) == 0)
    {
        return NGX_PAYMENTS_PG_CLASS_LOCK;
    }

    for (s = ngx_payments_pg_sqlstates; s->sqlstate != NULL; s++) {

        if (ngx_strncmp(state, s->sqlstate, ngx_strlen(s->sqlstate)) == 0
            && (s->function == NULL || function == NULL
                || ngx_strcmp(function, s->function) == 0))
        {
            break;
        }
    }

    return s->class;
}


/* by PQERRORS_VERBOSE: "FATAL:  28P01: password authentication failed ..." */

void
ngx_payments_pg_connect_state(PGconn *pg, char state[6])
{
    size_t       n;
    const char  *text, *p;

    state[0] = '\0';
    text = PQerrorMessage(pg);

    for (p = strchr(text, ':'); p != NULL; p = strchr(p + 1, ':')) {

        if (ngx_strncmp(p, ":  ", 3) != 0) {
            continue;
        }

        n = strspn(p + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

        if (n == 5 && p[3 + n] == ':') {
            ngx_memcpy(state, p + 3, n);
            state[n] = '\0';
            return;
        }
    }
}

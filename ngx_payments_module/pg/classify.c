
/*
 * What an error means: PostgreSQL 15, appendix A (SQLSTATE), and the texts
 * that PgBouncer 1.18 gives under 08P01.
 */

#include "ngx_payments_pg_internal.h"


typedef struct {
    const char                   *sqlstate;    /* a prefix */
    ngx_payments_pg_class_e       class;
} ngx_payments_pg_sqlstate_t;


/* the first match counts */

static const ngx_payments_pg_sqlstate_t  ngx_payments_pg_sqlstates[] = {
    { "40001", NGX_PAYMENTS_PG_CLASS_LOCK },       /* serialization */
    { "40P01", NGX_PAYMENTS_PG_CLASS_LOCK },       /* deadlock */
    { "55P03", NGX_PAYMENTS_PG_CLASS_LOCK },       /* lock timeout */
    { "57014", NGX_PAYMENTS_PG_CLASS_LOCK },       /* statement timeout */
    { "53", NGX_PAYMENTS_PG_CLASS_RESOURCE },      /* resources */
    { "58030", NGX_PAYMENTS_PG_CLASS_RESOURCE },   /* I/O error */
    { "25006", NGX_PAYMENTS_PG_CLASS_RECONNECT },  /* not the primary */
    { "25P02", NGX_PAYMENTS_PG_CLASS_RECONNECT },  /* left in a transaction */
    { "26000", NGX_PAYMENTS_PG_CLASS_PREPARE },    /* statement unknown */
    { "42P05", NGX_PAYMENTS_PG_CLASS_PREPARE },    /* statement there twice */
    { "0A000", NGX_PAYMENTS_PG_CLASS_PREPARE },    /* cached plan changed */
    { "57P03", NGX_PAYMENTS_PG_CLASS_RECONNECT },  /* cannot connect now */
    { "08001", NGX_PAYMENTS_PG_CLASS_RECONNECT },
    { "08004", NGX_PAYMENTS_PG_CLASS_RECONNECT },
    { "42", NGX_PAYMENTS_PG_CLASS_RECONNECT },     /* schema or rights */
    { "3", NGX_PAYMENTS_PG_CLASS_RECONNECT },      /* schema or names */
    { "21", NGX_PAYMENTS_PG_CLASS_DATA },
    { "22", NGX_PAYMENTS_PG_CLASS_DATA },
    { "23", NGX_PAYMENTS_PG_CLASS_DATA },
    { "54", NGX_PAYMENTS_PG_CLASS_DATA },          /* program limit */
    { "P0001", NGX_PAYMENTS_PG_CLASS_DATA },
    { "PM001", NGX_PAYMENTS_PG_CLASS_MOVED },      /* pay.enter, pay.has */
    { NULL, NGX_PAYMENTS_PG_CLASS_UNKNOWN }
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
    const char                        *state, *text, **known;
    const ngx_payments_pg_sqlstate_t  *s;

    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    if (state == NULL) {
        return NGX_PAYMENTS_PG_CLASS_UNKNOWN;
    }

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

    for (s = ngx_payments_pg_sqlstates; s->sqlstate != NULL; s++) {
        if (ngx_strncmp(state, s->sqlstate, ngx_strlen(s->sqlstate)) == 0) {
            break;
        }
    }

    return s->class;
}

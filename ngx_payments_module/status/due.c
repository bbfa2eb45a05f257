
/* Messages that repeat: each once in a while, with how many were left out. */

#include "ngx_payments_status.h"


#define NGX_PAYMENTS_DUE_PLACES  128   /* a power of two */
#define NGX_PAYMENTS_DUE_WAYS    8


typedef struct {
    uint32_t                      cause;
    ngx_msec_t                    said;        /* ngx_current_msec */
    ngx_msec_t                    every;       /* 0: free */
    ngx_uint_t                    left_out;
} ngx_payments_due_t;


/* of this worker */
static ngx_payments_due_t  ngx_payments_due[NGX_PAYMENTS_DUE_PLACES];
static char                ngx_payments_due_text[64];


const char *
ngx_payments_status_due(const char *what, const char *detail, ngx_uint_t where,
    ngx_msec_t every)
{
    uint32_t             cause;
    ngx_uint_t           i, n;
    ngx_payments_due_t  *due, *place;

    cause = ngx_crc32_long((u_char *) what, ngx_strlen(what))
            + 31 * ngx_crc32_long((u_char *) detail, ngx_strlen(detail))
            + 1009 * (uint32_t) where;

    place = NULL;

    for (i = 0; i < NGX_PAYMENTS_DUE_WAYS; i++) {
        due = &ngx_payments_due[(cause + i) & (NGX_PAYMENTS_DUE_PLACES - 1)];

        if (due->every && due->cause == cause) {
            place = due;
            break;
        }

        if (place == NULL
            && (due->every == 0 || ngx_current_msec - due->said >= due->every))
        {
            place = due;
        }
    }

    /* more causes than places: a message that is not known is left out */

    if (place == NULL) {
        return NULL;
    }

    n = 0;

    if (place->every && place->cause == cause) {

        if (ngx_current_msec - place->said < every) {
            place->left_out++;
            return NULL;
        }

        n = place->left_out;
    }

    place->cause = cause;
    place->said = ngx_current_msec;
    place->every = every;
    place->left_out = 0;

    ngx_payments_due_text[0] = '\0';

    if (n) {
        *ngx_snprintf((u_char *) ngx_payments_due_text,
                      sizeof(ngx_payments_due_text) - 1,
                      "; %ui more like it were left out", n) = '\0';
    }

    return ngx_payments_due_text;
}

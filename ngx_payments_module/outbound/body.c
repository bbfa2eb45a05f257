
/* The body of an answer: chunks, or so many bytes. */

#include "ngx_payments_outbound_parse.h"


/* of extensions of chunks and of trailers, which are skipped */
#define NGX_PAYMENTS_OUTBOUND_EXTRA   16384

/* hexadecimal digits of a chunk's size */
#define NGX_PAYMENTS_OUTBOUND_DIGITS  12


enum {
    sw_size = 0,
    sw_extension,
    sw_size_lf,
    sw_data,
    sw_data_cr,
    sw_data_lf,
    sw_trailer_start,
    sw_trailer,
    sw_trailer_lf,
    sw_end_lf,
    sw_end
};


static int
ngx_payments_outbound_size(ngx_payments_outbound_body_t *body, uint8_t c)
{
    uint8_t  low = c | 0x20;

    if (c >= '0' && c <= '9') {
        body->left = body->left << 4 | (uint64_t) (c - '0');

    } else if (low >= 'a' && low <= 'f') {
        body->left = body->left << 4 | (uint64_t) (low - 'a' + 10);

    } else if (body->digits == 0) {
        return -1;

    } else if (c == '\r') {
        return sw_size_lf;

    } else {
        return (c == ';' || c == ' ' || c == '\t') ? sw_extension : -1;
    }

    return (++body->digits > NGX_PAYMENTS_OUTBOUND_DIGITS) ? -1 : sw_size;
}


/* the state behind a byte that is none of the body's; -1: it is invalid */

static int
ngx_payments_outbound_step(ngx_payments_outbound_body_t *body, uint8_t c)
{
    switch (body->state) {

    case sw_size:
        return ngx_payments_outbound_size(body, c);

    case sw_extension:
    case sw_trailer:
        if (c == '\r') {
            return (body->state == sw_trailer) ? sw_trailer_lf : sw_size_lf;
        }

        return (c == '\n' || ++body->extra > NGX_PAYMENTS_OUTBOUND_EXTRA)
               ? -1 : (int) body->state;

    case sw_size_lf:
        return (c != '\n') ? -1 : body->left ? sw_data : sw_trailer_start;

    case sw_data_cr:
        return (c == '\r') ? sw_data_lf : -1;

    case sw_data_lf:
        body->digits = 0;
        return (c == '\n') ? sw_size : -1;

    case sw_trailer_start:
        return (c == '\r') ? sw_end_lf : (c == '\n') ? -1 : sw_trailer;

    case sw_trailer_lf:
        return (c == '\n') ? sw_trailer_start : -1;

    default: /* sw_end_lf */
        return (c == '\n') ? sw_end : -1;
    }
}


static ngx_payments_outbound_rc_e
ngx_payments_outbound_piece(ngx_payments_outbound_body_t *body,
    const uint8_t **pos, const uint8_t *end, const uint8_t **data, size_t *n)
{
    *data = *pos;
    *n = (size_t) (end - *pos);

    if (*n > body->left) {
        *n = (size_t) body->left;
    }

    *pos += *n;
    body->left -= *n;

    return *n ? NGX_PAYMENTS_OUTBOUND_DATA : NGX_PAYMENTS_OUTBOUND_MORE;
}


static ngx_payments_outbound_rc_e
ngx_payments_outbound_chunk(ngx_payments_outbound_body_t *body,
    const uint8_t **pos, const uint8_t *end, const uint8_t **data, size_t *n)
{
    int  state;

    if (body->state == sw_data && body->left == 0) {
        body->state = sw_data_cr;
    }

    while (body->state != sw_end && *pos < end) {

        if (body->state == sw_data) {
            return ngx_payments_outbound_piece(body, pos, end, data, n);
        }

        state = ngx_payments_outbound_step(body, *(*pos)++);

        if (state == -1) {
            return NGX_PAYMENTS_OUTBOUND_INVALID;
        }

        body->state = (unsigned) state;
    }

    return (body->state == sw_end) ? NGX_PAYMENTS_OUTBOUND_DONE
                                   : NGX_PAYMENTS_OUTBOUND_MORE;
}


ngx_payments_outbound_rc_e
ngx_payments_outbound_body(ngx_payments_outbound_body_t *body,
    const uint8_t **pos, const uint8_t *end, const uint8_t **data, size_t *n)
{
    switch (body->framing) {

    case NGX_PAYMENTS_OUTBOUND_EMPTY:
        return NGX_PAYMENTS_OUTBOUND_DONE;

    case NGX_PAYMENTS_OUTBOUND_CHUNKED:
        return ngx_payments_outbound_chunk(body, pos, end, data, n);

    case NGX_PAYMENTS_OUTBOUND_LENGTH:
        if (body->left == 0) {
            return NGX_PAYMENTS_OUTBOUND_DONE;
        }

        break;

    default: /* NGX_PAYMENTS_OUTBOUND_UNTIL_CLOSE */
        body->left = UINT64_MAX;
    }

    return ngx_payments_outbound_piece(body, pos, end, data, n);
}

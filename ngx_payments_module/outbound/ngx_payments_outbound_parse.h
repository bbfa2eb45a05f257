
/*
 * Answers of HTTP/1.1 (RFC 9112) as bytes, without nginx: parse.c has heads,
 * body.c bodies, and tests/fuzz compiles them alone.
 *
 * Strict where two readers could disagree: one framing or none, no folded
 * lines, nothing between a name and its colon, chunks end with CR LF.
 */

#ifndef _NGX_PAYMENTS_OUTBOUND_PARSE_H_INCLUDED_
#define _NGX_PAYMENTS_OUTBOUND_PARSE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


typedef enum {
    NGX_PAYMENTS_OUTBOUND_EMPTY = 0,       /* no body */
    NGX_PAYMENTS_OUTBOUND_LENGTH,          /* Content-Length */
    NGX_PAYMENTS_OUTBOUND_CHUNKED,
    NGX_PAYMENTS_OUTBOUND_UNTIL_CLOSE      /* whether it is whole is unknown */
} ngx_payments_outbound_framing_e;


typedef struct {
    unsigned                      status;  /* 100 to 599 */
    ngx_payments_outbound_framing_e  framing;
    uint64_t                      length;  /* of LENGTH */
    unsigned                      keep:1;  /* the connection may go on */
} ngx_payments_outbound_head_t;


/* where a body is; zeroed but for framing and left */

typedef struct {
    ngx_payments_outbound_framing_e  framing;
    uint64_t                      left;    /* of LENGTH, or of the chunk */
    unsigned                      state;
    unsigned                      digits;  /* of the chunk's size */
    unsigned                      extra;   /* bytes of extensions, trailers */
} ngx_payments_outbound_body_t;


typedef enum {
    NGX_PAYMENTS_OUTBOUND_MORE = 0,        /* all has been read */
    NGX_PAYMENTS_OUTBOUND_DATA,            /* a piece of the body */
    NGX_PAYMENTS_OUTBOUND_DONE,            /* the body ends before *pos */
    NGX_PAYMENTS_OUTBOUND_INVALID
} ngx_payments_outbound_rc_e;


/*
 * How many of these bytes belong to a head, its empty line included; 0: all,
 * and more is to come.  *state is 0 at the beginning.
 */
size_t ngx_payments_outbound_head_end(unsigned *state, const uint8_t *data,
    size_t len);

/*
 * In: a whole head; whether its request is one whose answer has no body.  NULL,
 * or what is wrong with it.
 */
const char *ngx_payments_outbound_head_parse(const uint8_t *text, size_t len,
    int bodyless, ngx_payments_outbound_head_t *head);

/*
 * The first line of that name in a head that was parsed: 1, and its value
 * without white space around it; 0: there is none.  "name" in lower case.
 */
int ngx_payments_outbound_head_find(const uint8_t *text, size_t len,
    const char *name, const uint8_t **value, size_t *n);

/* takes bytes from *pos on; a piece of the body is in data and n */
ngx_payments_outbound_rc_e ngx_payments_outbound_body(
    ngx_payments_outbound_body_t *body, const uint8_t **pos,
    const uint8_t *end, const uint8_t **data, size_t *n);


#endif /* _NGX_PAYMENTS_OUTBOUND_PARSE_H_INCLUDED_ */


/* The head of an answer. */

#include <string.h>

#include "ngx_payments_outbound_parse.h"


/* one header line, of the text of a head */

typedef struct {
    const uint8_t                *name;
    size_t                        name_len;
    const uint8_t                *value;
    size_t                        value_len;
} ngx_payments_outbound_line_t;


size_t
ngx_payments_outbound_head_end(unsigned *state, const uint8_t *data, size_t len)
{
    size_t  i;

    /* 1: behind the end of a line, 2: and a CR */

    for (i = 0; i < len; i++) {

        if (data[i] == '\n') {
            if (*state) {
                return i + 1;
            }

            *state = 1;

        } else {
            *state = (data[i] == '\r' && *state == 1) ? 2 : 0;
        }
    }

    return 0;
}


static int
ngx_payments_outbound_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}


/* the length of a text in lower case that the bytes are in any case, or 0 */

static size_t
ngx_payments_outbound_same(const uint8_t *data, size_t len, const char *text)
{
    size_t   i;
    uint8_t  c;

    for (i = 0; i < len && text[i] != '\0'; i++) {
        c = data[i];

        if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != (uint8_t) text[i]) {
            return 0;
        }
    }

    return (i == len && text[i] == '\0') ? i : 0;
}


/* a line without its end, and where the next one begins; NULL: none is left */

static const uint8_t *
ngx_payments_outbound_next(const uint8_t *p, const uint8_t *end, size_t *n)
{
    const uint8_t  *lf;

    lf = memchr(p, '\n', (size_t) (end - p));

    if (lf == NULL) {
        return NULL;
    }

    *n = (size_t) (lf - p);

    if (*n > 0 && p[*n - 1] == '\r') {
        (*n)--;
    }

    return lf + 1;
}


static int
ngx_payments_outbound_is_token(uint8_t c)
{
    return ngx_payments_outbound_digit(c)
           || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
           || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}


/* 0, or -1 where it is no header line */

static int
ngx_payments_outbound_line(const uint8_t *p, size_t n,
    ngx_payments_outbound_line_t *line)
{
    size_t  i;

    line->name = p;

    for (i = 0; i < n && ngx_payments_outbound_is_token(p[i]); i++) {
        /* void */
    }

    if (i == 0 || i == n || p[i] != ':') {
        return -1;
    }

    line->name_len = i++;

    while (i < n && (p[i] == ' ' || p[i] == '\t')) {
        i++;
    }

    while (n > i && (p[n - 1] == ' ' || p[n - 1] == '\t')) {
        n--;
    }

    line->value = p + i;
    line->value_len = n - i;

    for ( /* void */ ; i < n; i++) {
        if ((p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f) {
            return -1;
        }
    }

    return 0;
}


/* 0, or -1: "HTTP/1.1 200", and a reason, or none */

static int
ngx_payments_outbound_status(const uint8_t *p, size_t n,
    ngx_payments_outbound_head_t *head)
{
    if (n < 12 || memcmp(p, "HTTP/1.", 7) != 0 || (p[7] != '1' && p[7] != '0')
        || p[8] != ' ' || p[9] < '1' || p[9] > '5'
        || !ngx_payments_outbound_digit(p[10])
        || !ngx_payments_outbound_digit(p[11])
        || (n > 12 && p[12] != ' '))
    {
        return -1;
    }

    head->status = (unsigned) (p[9] - '0') * 100
                   + (unsigned) (p[10] - '0') * 10 + (unsigned) (p[11] - '0');
    head->keep = (p[7] == '1');

    return 0;
}


/* 0, or -1: a number; a second one must be the same */

static int
ngx_payments_outbound_length(const ngx_payments_outbound_line_t *line,
    ngx_payments_outbound_head_t *head)
{
    size_t    i;
    uint64_t  length = 0;

    if (line->value_len == 0 || line->value_len > 15) {
        return -1;
    }

    for (i = 0; i < line->value_len; i++) {
        if (!ngx_payments_outbound_digit(line->value[i])) {
            return -1;
        }

        length = length * 10 + (uint64_t) (line->value[i] - '0');
    }

    if (head->framing == NGX_PAYMENTS_OUTBOUND_LENGTH
        && head->length != length)
    {
        return -1;
    }

    head->length = length;

    return (head->framing == NGX_PAYMENTS_OUTBOUND_CHUNKED) ? -1 : 0;
}


/* 1: a list of tokens has "close" */

static int
ngx_payments_outbound_closes(const ngx_payments_outbound_line_t *line)
{
    size_t          n;
    const uint8_t  *p = line->value, *end = p + line->value_len;

    while (p < end) {
        for (n = 0; p + n < end && ngx_payments_outbound_is_token(p[n]); n++) {
            /* void */
        }

        if (ngx_payments_outbound_same(p, n, "close")) {
            return 1;
        }

        p += n ? n : 1;
    }

    return 0;
}


/* what a line says of the framing; NULL, or what is wrong */

static const char *
ngx_payments_outbound_frame(const ngx_payments_outbound_line_t *line,
    ngx_payments_outbound_head_t *head)
{
    if (ngx_payments_outbound_same(line->name, line->name_len,
                                   "content-length"))
    {
        if (ngx_payments_outbound_length(line, head) != 0) {
            return "its Content-Length is invalid";
        }

        head->framing = NGX_PAYMENTS_OUTBOUND_LENGTH;
    }

    if (ngx_payments_outbound_same(line->name, line->name_len,
                                   "transfer-encoding"))
    {
        if (head->framing != NGX_PAYMENTS_OUTBOUND_UNTIL_CLOSE || !head->keep
            || !ngx_payments_outbound_same(line->value, line->value_len,
                                           "chunked"))
        {
            return "its Transfer-Encoding is invalid";
        }

        head->framing = NGX_PAYMENTS_OUTBOUND_CHUNKED;
    }

    return NULL;
}


const char *
ngx_payments_outbound_head_parse(const uint8_t *text, size_t len, int bodyless,
    ngx_payments_outbound_head_t *head)
{
    int                            close = 0;
    size_t                         n;
    const char                    *wrong;
    const uint8_t                 *p, *next, *end = text + len;
    ngx_payments_outbound_line_t   line;

    memset(head, 0, sizeof(ngx_payments_outbound_head_t));
    head->framing = NGX_PAYMENTS_OUTBOUND_UNTIL_CLOSE;

    next = ngx_payments_outbound_next(text, end, &n);

    if (next == NULL || ngx_payments_outbound_status(text, n, head) != 0) {
        return "its status line is invalid";
    }

    for (p = next;
         (next = ngx_payments_outbound_next(p, end, &n)) != NULL && n > 0;
         p = next)
    {
        if (ngx_payments_outbound_line(p, n, &line) != 0) {
            return "a header line is invalid";
        }

        wrong = ngx_payments_outbound_frame(&line, head);

        if (wrong != NULL) {
            return wrong;
        }

        if (ngx_payments_outbound_same(line.name, line.name_len, "connection"))
        {
            close |= ngx_payments_outbound_closes(&line);
        }
    }

    if (bodyless || head->status < 200 || head->status == 204
        || head->status == 304)
    {
        head->framing = NGX_PAYMENTS_OUTBOUND_EMPTY;
    }

    if (close || head->framing == NGX_PAYMENTS_OUTBOUND_UNTIL_CLOSE) {
        head->keep = 0;
    }

    return NULL;
}


int
ngx_payments_outbound_head_find(const uint8_t *text, size_t len,
    const char *name, const uint8_t **value, size_t *n)
{
    size_t                         length;
    const uint8_t                 *p, *end = text + len;
    ngx_payments_outbound_line_t   line;

    p = ngx_payments_outbound_next(text, end, &length);

    while (p != NULL) {
        text = p;
        p = ngx_payments_outbound_next(text, end, &length);

        if (p != NULL && ngx_payments_outbound_line(text, length, &line) == 0
            && ngx_payments_outbound_same(line.name, line.name_len, name))
        {
            *value = line.value;
            *n = line.value_len;
            return 1;
        }
    }

    return 0;
}

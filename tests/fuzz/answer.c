
/*
 * Answers of other hosts: read at once, and in two pieces cut anywhere, they
 * are the same; what is found lies inside them; what a body gives is no more
 * than what came.
 */

#include <stdlib.h>
#include <string.h>

#include "../../ngx_payments_module/outbound/parse.c"
#include "../../ngx_payments_module/outbound/body.c"


typedef struct {
    size_t                        head;    /* bytes of it; 0: not whole */
    const char                   *wrong;
    ngx_payments_outbound_head_t  parsed;
    ngx_payments_outbound_rc_e    rc;      /* of the body */
    size_t                        end;     /* of what was read */
    size_t                        len;
    uint8_t                       body[8192];
} read_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* the body's bytes of one piece */

static void
piece(ngx_payments_outbound_body_t *body, read_t *r, const uint8_t *data,
    size_t from, size_t to)
{
    size_t          n;
    const uint8_t  *p = data + from, *d;

    do {
        n = 0;
        r->rc = ngx_payments_outbound_body(body, &p, data + to, &d, &n);

        if (p < data + from || p > data + to) {
            abort();
        }

        if (r->rc == NGX_PAYMENTS_OUTBOUND_DATA) {
            if (n == 0 || d < data + from || d + n > data + to
                || r->len + n > sizeof(r->body))
            {
                abort();
            }

            memcpy(r->body + r->len, d, n);
            r->len += n;
        }

    } while (r->rc == NGX_PAYMENTS_OUTBOUND_DATA);

    if (r->rc == NGX_PAYMENTS_OUTBOUND_MORE && p != data + to) {
        abort();
    }

    r->end = (size_t) (p - data);
}


static void
whole(const uint8_t *data, size_t size, size_t cut, read_t *r)
{
    size_t                         n;
    unsigned                       state = 0;
    ngx_payments_outbound_body_t   body;

    memset(r, 0, offsetof(read_t, body));

    n = ngx_payments_outbound_head_end(&state, data, cut);

    if (n == 0) {
        n = ngx_payments_outbound_head_end(&state, data + cut, size - cut);
        n += n ? cut : 0;
    }

    if (n == 0) {
        return;
    }

    r->head = n;
    r->wrong = ngx_payments_outbound_head_parse(data, n, 0, &r->parsed);

    if (r->wrong != NULL) {
        return;
    }

    memset(&body, 0, sizeof(body));
    body.framing = r->parsed.framing;
    body.left = r->parsed.length;

    piece(&body, r, data, n, (cut > n) ? cut : n);

    if (cut > n && r->rc == NGX_PAYMENTS_OUTBOUND_MORE) {
        piece(&body, r, data, cut, size);

    } else if (cut <= n && r->rc == NGX_PAYMENTS_OUTBOUND_MORE) {
        piece(&body, r, data, n, size);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          n, cut;
    const uint8_t  *value;
    static read_t   one, two;

    if (size > sizeof(one.body)) {
        return 0;
    }

    whole(data, size, size, &one);

    for (cut = 0; cut < size; cut += 1 + size / 64) {
        whole(data, size, cut, &two);

        if (one.head != two.head || one.wrong != two.wrong
            || one.rc != two.rc || one.end != two.end || one.len != two.len
            || memcmp(one.body, two.body, one.len) != 0)
        {
            abort();
        }
    }

    if (one.head == 0 || one.wrong != NULL) {
        return 0;
    }

    if (one.parsed.status < 100 || one.parsed.status > 599
        || (one.parsed.framing == NGX_PAYMENTS_OUTBOUND_UNTIL_CLOSE
            && one.parsed.keep))
    {
        abort();
    }

    if (ngx_payments_outbound_head_find(data, one.head, "content-length",
                                        &value, &n)
        && (value < data || value + n > data + one.head))
    {
        abort();
    }

    return 0;
}

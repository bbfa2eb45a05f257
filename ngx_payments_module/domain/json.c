
/* Strict JSON into flat nodes: one pass, no allocation, no recursion. */

#include <string.h>

#include "ngx_payments_domain.h"


typedef struct {
    ngx_payments_json_t          *json;
    const uint8_t                *pos;
    const uint8_t                *end;
} ngx_payments_json_parser_t;


static int ngx_payments_json_value(ngx_payments_json_parser_t *p);
static int ngx_payments_json_literal(ngx_payments_json_parser_t *p,
    const char *word, uint8_t type);
static int ngx_payments_json_number(ngx_payments_json_parser_t *p);
static int ngx_payments_json_string(ngx_payments_json_parser_t *p);
static int ngx_payments_json_escape(ngx_payments_json_parser_t *p);
static int ngx_payments_json_utf8(ngx_payments_json_parser_t *p);
static int ngx_payments_json_unique(ngx_payments_json_t *json,
    ngx_payments_json_node_t *object);


static ngx_payments_json_node_t *
ngx_payments_json_node(ngx_payments_json_parser_t *p, uint8_t type)
{
    ngx_payments_json_t       *json = p->json;
    ngx_payments_json_node_t  *node;

    if (json->nnodes == json->capacity) {
        json->error = "too many values";
        return NULL;
    }

    node = &json->nodes[json->nnodes++];

    node->start = (uint32_t) (p->pos - json->text);
    node->len = 0;
    node->next = json->nnodes;
    node->size = 0;
    node->type = type;
    node->escaped = 0;

    return node;
}


static void
ngx_payments_json_space(ngx_payments_json_parser_t *p)
{
    while (p->pos < p->end
           && (*p->pos == ' ' || *p->pos == '\t' || *p->pos == '\n'
               || *p->pos == '\r'))
    {
        p->pos++;
    }
}


static int
ngx_payments_json_fail(ngx_payments_json_parser_t *p, const char *error)
{
    p->json->error = error;

    return -1;
}


/*
 * The loop keeps the open containers in a small stack instead of recursing;
 * "expect" says what may come next.
 */

typedef enum {
    ngx_payments_expect_value = 0,
    ngx_payments_expect_first_name,
    ngx_payments_expect_name,
    ngx_payments_expect_first_element,
    ngx_payments_expect_comma
} ngx_payments_json_expect_e;


static int
ngx_payments_json_open(ngx_payments_json_parser_t *p, uint8_t c, int depth)
{
    if (depth == NGX_PAYMENTS_JSON_DEPTH) {
        return ngx_payments_json_fail(p, "nested deeper than 16 levels");
    }

    if (ngx_payments_json_node(p, (c == '{') ? NGX_PAYMENTS_JSON_OBJECT
                                             : NGX_PAYMENTS_JSON_ARRAY)
        == NULL)
    {
        return -1;
    }

    p->pos++;

    return 0;
}


static int
ngx_payments_json_close(ngx_payments_json_parser_t *p, uint32_t index)
{
    ngx_payments_json_t       *json = p->json;
    ngx_payments_json_node_t  *node;

    node = &json->nodes[index];

    p->pos++;
    node->len = (uint32_t) (p->pos - json->text) - node->start;
    node->next = json->nnodes;

    if (node->type == NGX_PAYMENTS_JSON_OBJECT
        && !ngx_payments_json_unique(json, node))
    {
        return -2;
    }

    return 0;
}


static int
ngx_payments_json_member(ngx_payments_json_parser_t *p)
{
    if (p->pos == p->end || *p->pos != '"') {
        return ngx_payments_json_fail(p, "a member name is expected");
    }

    if (ngx_payments_json_string(p) != 0) {
        return -1;
    }

    ngx_payments_json_space(p);

    if (p->pos == p->end || *p->pos != ':') {
        return ngx_payments_json_fail(p, "a colon is expected");
    }

    p->pos++;

    return 0;
}


static const ngx_payments_json_expect_e  ngx_payments_json_after_comma[] = {
    [NGX_PAYMENTS_JSON_ARRAY] = ngx_payments_expect_value,
    [NGX_PAYMENTS_JSON_OBJECT] = ngx_payments_expect_name
};


static int
ngx_payments_json_document(ngx_payments_json_parser_t *p)
{
    int                          rc, depth;
    uint8_t                      c;
    uint32_t                     stack[NGX_PAYMENTS_JSON_DEPTH], index;
    ngx_payments_json_node_t    *top;
    ngx_payments_json_expect_e   expect;

    depth = 0;
    expect = ngx_payments_expect_value;

    for ( ;; ) {
        ngx_payments_json_space(p);

        top = depth ? &p->json->nodes[stack[depth - 1]] : NULL;
        c = (p->pos < p->end) ? *p->pos : 0;

        if (expect == ngx_payments_expect_comma) {

            if (top == NULL) {
                return (p->pos == p->end) ? 0
                       : ngx_payments_json_fail(p, "text after the document");
            }

            if (c == ',') {
                p->pos++;
                expect = ngx_payments_json_after_comma[top->type];
                continue;
            }
        }

        if (expect != ngx_payments_expect_value
            && expect != ngx_payments_expect_name && top != NULL
            && c == ((top->type == NGX_PAYMENTS_JSON_OBJECT) ? '}' : ']'))
        {
            rc = ngx_payments_json_close(p, stack[--depth]);
            if (rc != 0) {
                return rc;
            }

            expect = ngx_payments_expect_comma;
            continue;
        }

        if (expect == ngx_payments_expect_comma) {
            return ngx_payments_json_fail(p, "a comma or the end of the "
                                             "array or object is expected");
        }

        if (expect == ngx_payments_expect_first_name
            || expect == ngx_payments_expect_name)
        {
            if (ngx_payments_json_member(p) != 0) {
                return -1;
            }

            expect = ngx_payments_expect_value;
            top->size++;
            continue;
        }

        if (top != NULL && top->type == NGX_PAYMENTS_JSON_ARRAY) {
            top->size++;
        }

        if (c != '{' && c != '[') {
            if (ngx_payments_json_value(p) != 0) {
                return -1;
            }

            expect = ngx_payments_expect_comma;
            continue;
        }

        index = p->json->nnodes;

        if (ngx_payments_json_open(p, c, depth) != 0) {
            return -1;
        }

        stack[depth++] = index;
        expect = (c == '{') ? ngx_payments_expect_first_name
                            : ngx_payments_expect_first_element;
    }
}


ngx_payments_json_rc_e
ngx_payments_json_parse(ngx_payments_json_t *json, const uint8_t *text,
    size_t len)
{
    int                         rc;
    ngx_payments_json_parser_t  p;

    json->text = text;
    json->nnodes = 0;
    json->offset = 0;
    json->error = NULL;

    p.json = json;
    p.pos = text;
    p.end = text + len;

    if (len > NGX_PAYMENTS_BODY_MAX) {
        json->error = "longer than 65536 bytes";
        return NGX_PAYMENTS_JSON_INVALID;
    }

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        json->error = "a byte order mark (U+FEFF) stands before the value";
        return NGX_PAYMENTS_JSON_INVALID;
    }

    rc = ngx_payments_json_document(&p);

    if (rc == 0) {
        return NGX_PAYMENTS_JSON_OK;
    }

    if (rc == -2) {
        json->error = "a member name occurs twice in one object";
        return NGX_PAYMENTS_JSON_DUPLICATE;
    }

    json->offset = (uint32_t) (p.pos - text);

    return NGX_PAYMENTS_JSON_INVALID;
}


static int
ngx_payments_json_value(ngx_payments_json_parser_t *p)
{
    if (p->pos == p->end) {
        return ngx_payments_json_fail(p, "the text ends before a value");
    }

    switch (*p->pos) {

    case '"':
        return ngx_payments_json_string(p);

    case 't':
        return ngx_payments_json_literal(p, "true", NGX_PAYMENTS_JSON_TRUE);

    case 'f':
        return ngx_payments_json_literal(p, "false", NGX_PAYMENTS_JSON_FALSE);

    case 'n':
        return ngx_payments_json_literal(p, "null", NGX_PAYMENTS_JSON_NULL);

    default:
        return ngx_payments_json_number(p);
    }
}


static int
ngx_payments_json_literal(ngx_payments_json_parser_t *p, const char *word,
    uint8_t type)
{
    size_t                     len;
    ngx_payments_json_node_t  *node;

    len = strlen(word);

    if ((size_t) (p->end - p->pos) < len || memcmp(p->pos, word, len) != 0) {
        return ngx_payments_json_fail(p, "a value is expected");
    }

    node = ngx_payments_json_node(p, type);
    if (node == NULL) {
        return -1;
    }

    node->len = (uint32_t) len;
    p->pos += len;

    return 0;
}


static const uint8_t *
ngx_payments_json_digits(const uint8_t *pos, const uint8_t *end)
{
    while (pos < end && *pos >= '0' && *pos <= '9') {
        pos++;
    }

    return pos;
}


static int
ngx_payments_json_number(ngx_payments_json_parser_t *p)
{
    const uint8_t             *s, *last;
    ngx_payments_json_node_t  *node;

    s = p->pos;

    if (s < p->end && *s == '-') {
        s++;
    }

    last = ngx_payments_json_digits(s, p->end);

    if (last == s) {
        return ngx_payments_json_fail(p, "a value is expected");
    }

    if (*s == '0' && last - s > 1) {
        return ngx_payments_json_fail(p, "a number with a leading zero");
    }

    if (last < p->end && *last == '.') {
        s = last + 1;
        last = ngx_payments_json_digits(s, p->end);

        if (last == s) {
            return ngx_payments_json_fail(p, "a fraction without digits");
        }
    }

    if (last < p->end && (*last == 'e' || *last == 'E')) {
        s = last + 1;

        if (s < p->end && (*s == '+' || *s == '-')) {
            s++;
        }

        last = ngx_payments_json_digits(s, p->end);

        if (last == s) {
            return ngx_payments_json_fail(p, "an exponent without digits");
        }
    }

    node = ngx_payments_json_node(p, NGX_PAYMENTS_JSON_NUMBER);
    if (node == NULL) {
        return -1;
    }

    node->len = (uint32_t) (last - p->pos);
    p->pos = last;

    return 0;
}


static int
ngx_payments_json_string(ngx_payments_json_parser_t *p)
{
    uint8_t                    c;
    ngx_payments_json_node_t  *node;

    p->pos++;

    node = ngx_payments_json_node(p, NGX_PAYMENTS_JSON_STRING);
    if (node == NULL) {
        return -1;
    }

    while (p->pos < p->end) {
        c = *p->pos;

        if (c == '"') {
            node->len = (uint32_t) (p->pos - p->json->text) - node->start;
            p->pos++;
            return 0;
        }

        if (c == '\\') {
            node->escaped = 1;

            if (ngx_payments_json_escape(p) != 0) {
                return -1;
            }

        } else if (c < 0x20) {
            return ngx_payments_json_fail(p, "a control character in a "
                                             "string");

        } else if (c < 0x80) {
            p->pos++;

        } else if (ngx_payments_json_utf8(p) != 0) {
            return ngx_payments_json_fail(p, "invalid UTF-8");
        }
    }

    return ngx_payments_json_fail(p, "a string without its end");
}


static int
ngx_payments_json_escape(ngx_payments_json_parser_t *p)
{
    uint32_t        unit, low;
    const uint8_t  *s;

    s = p->pos + 1;

    if (s < p->end && *s != '\0' && strchr("\"\\/bfnrt", *s) != NULL) {
        p->pos += 2;
        return 0;
    }

    if (p->end - s < 5 || *s != 'u') {
        return ngx_payments_json_fail(p, "an invalid escape in a string");
    }

    unit = ngx_payments_json_hex4(s + 1);

    if (unit > 0xffff) {
        return ngx_payments_json_fail(p, "an invalid escape in a string");
    }

    if (unit == 0) {
        return ngx_payments_json_fail(p, "a NUL in a string");
    }

    if (unit < 0xd800 || unit > 0xdfff) {
        p->pos += 6;
        return 0;
    }

    low = (unit <= 0xdbff && p->end - s >= 11 && s[5] == '\\' && s[6] == 'u')
          ? ngx_payments_json_hex4(s + 7) : 0;

    if (low < 0xdc00 || low > 0xdfff) {
        return ngx_payments_json_fail(p, "half of a surrogate pair");
    }

    p->pos += 12;

    return 0;
}


/* RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF */

static int
ngx_payments_json_utf8(ngx_payments_json_parser_t *p)
{
    int             n, i;
    uint8_t         c, low, high;
    const uint8_t  *s = p->pos;

    c = *s;
    low = 0x80;
    high = 0xbf;

    if (c >= 0xc2 && c <= 0xdf) {
        n = 1;

    } else if (c >= 0xe0 && c <= 0xef) {
        n = 2;
        low = (c == 0xe0) ? 0xa0 : 0x80;
        high = (c == 0xed) ? 0x9f : 0xbf;

    } else if (c >= 0xf0 && c <= 0xf4) {
        n = 3;
        low = (c == 0xf0) ? 0x90 : 0x80;
        high = (c == 0xf4) ? 0x8f : 0xbf;

    } else {
        return -1;
    }

    if (p->end - s <= n || s[1] < low || s[1] > high) {
        return -1;
    }

    for (i = 2; i <= n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return -1;
        }
    }

    p->pos += n + 1;

    return 0;
}


static int
ngx_payments_json_unique(ngx_payments_json_t *json,
    ngx_payments_json_node_t *object)
{
    uint32_t  i, n;

    n = ngx_payments_json_sorted(json, object, 0);

    for (i = 1; i < n; i++) {
        if (ngx_payments_json_name_cmp(json,
                                       &json->nodes[json->scratch[i - 1]],
                                       &json->nodes[json->scratch[i]])
            == 0)
        {
            json->duplicate = json->scratch[i];
            json->offset = json->nodes[json->duplicate].start;
            return 0;
        }
    }

    return 1;
}

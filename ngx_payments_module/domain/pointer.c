
/* JSON pointers (RFC 6901): where in a document something is wrong. */

#include "ngx_payments_pointer.h"


size_t
ngx_payments_pointer(const ngx_payments_json_t *json,
    const ngx_payments_path_t *path, char *dst, size_t size)
{
    size_t               used, i, len;
    uint8_t              name[256], number[12];
    const char          *p;
    ngx_payments_out_t   out;

    if (path->parent == NULL) {
        dst[0] = '\0';
        return 0;
    }

    used = ngx_payments_pointer(json, path->parent, dst, size);

    ngx_payments_out_init(&out, name, sizeof(name));

    if (path->name != NULL) {
        ngx_payments_json_decode(json, path->name, &out);
        p = (const char *) name;

        if (ngx_payments_card_number(name, (size_t) (out.pos - name))) {
            return used;
        }

    } else if (path->field != NULL) {
        ngx_payments_out_str(&out, path->field);
        p = (const char *) name;

    } else {
        ngx_payments_out_init(&out, number, sizeof(number));
        ngx_payments_out_int(&out, path->element);
        p = (const char *) number;
    }

    len = (size_t) (out.pos - out.start);

    /* "~" and "/" take two bytes, "/" itself and the NUL one each */

    if (out.overflow || used + 2 * len + 2 > size) {
        return used;
    }

    dst[used++] = '/';

    for (i = 0; i < len; i++) {
        if (p[i] == '~' || p[i] == '/') {
            dst[used++] = '~';
            dst[used++] = (p[i] == '~') ? '0' : '1';

        } else {
            dst[used++] = p[i];
        }
    }

    dst[used] = '\0';

    return used;
}


/* from a container that the path leads to down to a name within it */

static void
ngx_payments_pointer_walk(const ngx_payments_json_t *json,
    const ngx_payments_path_t *path, uint32_t container, uint32_t name,
    char *dst, size_t size)
{
    uint32_t                         child, value, end;
    ngx_payments_path_t              here;
    const ngx_payments_json_node_t  *node;

    here.parent = path;
    here.field = NULL;
    here.element = 0;

    for (child = container + 1; child < json->nnodes; child = end) {

        value = child;
        here.name = NULL;

        if (json->nodes[container].type == NGX_PAYMENTS_JSON_OBJECT) {
            here.name = &json->nodes[child];
            value++;
        }

        if (child == name) {
            (void) ngx_payments_pointer(json, &here, dst, size);
            return;
        }

        /* one that has not been closed reaches to the last node */

        node = &json->nodes[value];
        end = node->len ? node->next : json->nnodes;

        if (name < end) {
            ngx_payments_pointer_walk(json, &here, value, name, dst, size);
            return;
        }

        here.element++;
    }
}


void
ngx_payments_duplicate_pointer(const ngx_payments_json_t *json, char *dst,
    size_t size)
{
    static const ngx_payments_path_t  root = { NULL, NULL, NULL, 0 };

    dst[0] = '\0';
    ngx_payments_pointer_walk(json, &root, 0, json->duplicate, dst, size);
}

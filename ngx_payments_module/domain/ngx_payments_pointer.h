
/* places in a document, for schema.c and pointer.c */

#ifndef _NGX_PAYMENTS_POINTER_H_INCLUDED_
#define _NGX_PAYMENTS_POINTER_H_INCLUDED_


#include "ngx_payments_domain.h"


/* one path from the document's root; a level is a stack frame */

typedef struct ngx_payments_path_s  ngx_payments_path_t;

struct ngx_payments_path_s {
    const ngx_payments_path_t       *parent;   /* NULL: the root */
    const ngx_payments_json_node_t  *name;     /* of a member, or */
    const char                      *field;    /* of one that is missing, or */
    uint32_t                         element;  /* of an array */
};


/*
 * The path as RFC 6901 says, a C string in dst; returns its length.  What does
 * not fit, and a name that may be a card number, is left out with all behind.
 */
size_t ngx_payments_pointer(const ngx_payments_json_t *json,
    const ngx_payments_path_t *path, char *dst, size_t size);


#endif /* _NGX_PAYMENTS_POINTER_H_INCLUDED_ */

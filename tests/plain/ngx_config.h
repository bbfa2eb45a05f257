
/*
 * The types of nginx's that headers of pure files name, without nginx: for
 * tests/unit and tests/fuzz, which compile such files alone.
 */

#ifndef _NGX_CONFIG_H_INCLUDED_
#define _NGX_CONFIG_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <time.h>


#define NGX_OK        0
#define NGX_ERROR     -1
#define NGX_DECLINED  -5


typedef unsigned char             u_char;
typedef intptr_t                  ngx_int_t;
typedef uintptr_t                 ngx_uint_t;
typedef ngx_uint_t                ngx_msec_t;
typedef struct ngx_pool_s         ngx_pool_t;


typedef struct {
    size_t                        len;
    u_char                       *data;
} ngx_str_t;


#endif /* _NGX_CONFIG_H_INCLUDED_ */

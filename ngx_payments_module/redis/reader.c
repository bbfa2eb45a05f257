
/*
 * hiredis' reader of replies, without trust: a header of some bytes makes it
 * allocate, and walk, as many elements as it names.  The longest array that is
 * asked for here has two (a Sentinel's address), or three (ROLE).
 */

#include "ngx_payments_redis_internal.h"


#define NGX_PAYMENTS_REDIS_ELEMENTS  16

#if (HIREDIS_MAJOR >= 1)
typedef size_t  ngx_payments_redis_elements_t;
#else
typedef int  ngx_payments_redis_elements_t;
#endif


/* this process's */
static redisReplyObjectFunctions  ngx_payments_redis_objects;
static void  *(*ngx_payments_redis_array)(const redisReadTask *task,
                                       ngx_payments_redis_elements_t elements);


/* NULL: the reader reports an error */

static void *
ngx_payments_redis_bounded(const redisReadTask *task,
    ngx_payments_redis_elements_t elements)
{
    return (elements > NGX_PAYMENTS_REDIS_ELEMENTS)
           ? NULL : ngx_payments_redis_array(task, elements);
}


redisReader *
ngx_payments_redis_reader(void)
{
    redisReader  *reader;

    reader = redisReaderCreate();
    if (reader == NULL) {
        return NULL;
    }

    if (ngx_payments_redis_array == NULL) {
        ngx_payments_redis_objects = *reader->fn;
        ngx_payments_redis_array = reader->fn->createArray;
        ngx_payments_redis_objects.createArray = ngx_payments_redis_bounded;
    }

    reader->fn = &ngx_payments_redis_objects;

    return reader;
}


/* What the files of kafka/ share; no other room includes it. */

#ifndef _NGX_PAYMENTS_KAFKA_INTERNAL_H_INCLUDED_
#define _NGX_PAYMENTS_KAFKA_INTERNAL_H_INCLUDED_


#include "ngx_payments_kafka.h"

#if (NGX_PAYMENTS_KAFKA)

#include <librdkafka/rdkafka.h>


#define NGX_PAYMENTS_KAFKA_FILE  "librdkafka.so.1"


/* all that is called of it; a table of these with X */

#define NGX_PAYMENTS_KAFKA_FUNCTIONS(X)                                       \
    X(rd_kafka_conf_new) X(rd_kafka_conf_destroy) X(rd_kafka_conf_set)        \
    X(rd_kafka_conf_set_events) X(rd_kafka_new) X(rd_kafka_destroy_flags)     \
    X(rd_kafka_purge) X(rd_kafka_set_log_queue)           \
    X(rd_kafka_queue_get_main) X(rd_kafka_queue_destroy)                      \
    X(rd_kafka_queue_io_event_enable) X(rd_kafka_queue_poll)                  \
    X(rd_kafka_event_type) X(rd_kafka_event_message_next)                     \
    X(rd_kafka_event_error) X(rd_kafka_event_error_string)                    \
    X(rd_kafka_event_log) X(rd_kafka_event_destroy) X(rd_kafka_fatal_error)   \
    X(rd_kafka_headers_new) X(rd_kafka_header_add) X(rd_kafka_headers_destroy)\
    X(rd_kafka_producev) X(rd_kafka_err2str)

#define ngx_payments_kafka_pointer(name)  __typeof__(name) *name##_p;

typedef struct {
    NGX_PAYMENTS_KAFKA_FUNCTIONS(ngx_payments_kafka_pointer)
} ngx_payments_kafka_library_t;

/* filled once the library was loaded */
extern ngx_payments_kafka_library_t  ngx_payments_kafka_library;

#define rdk(name)  ngx_payments_kafka_library.name##_p


/* a configuration, which is the caller's; NULL: "wrong" says why not */
rd_kafka_conf_t *ngx_payments_kafka_conf(
    const ngx_payments_kafka_option_t *options, ngx_uint_t n,
    const char **wrong);

#endif


#endif /* _NGX_PAYMENTS_KAFKA_INTERNAL_H_INCLUDED_ */


/*
 * kafka/: a producer to Kafka, in the event loop; nothing of payments.
 *
 * librdkafka is loaded when a configuration wants it.  It has threads of its
 * own; whatever they report comes through an eventfd, and nothing here waits
 * for them.
 */

#ifndef _NGX_PAYMENTS_KAFKA_H_INCLUDED_
#define _NGX_PAYMENTS_KAFKA_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* a property of librdkafka's; both with a NUL behind them */

typedef struct {
    ngx_str_t                     name;
    ngx_str_t                     value;
} ngx_payments_kafka_option_t;


/* a message; its bytes are the caller's, and copied */

#define NGX_PAYMENTS_KAFKA_HEADERS  10

typedef struct {
    const char                   *topic;
    ngx_str_t                     key;
    ngx_str_t                     value;
    struct {
        const char               *name;
        ngx_str_t                 value;
    }                             headers[NGX_PAYMENTS_KAFKA_HEADERS];
    ngx_uint_t                    nheaders;
    uintptr_t                     number;      /* comes back with the report */
} ngx_payments_kafka_message_t;


typedef struct ngx_payments_kafka_s  ngx_payments_kafka_t;

/* never called from inside a function of this room */

typedef struct {
    /* "error": NULL: the broker has it, and so have those that it must be on;
       else why nobody knows */
    void                        (*report)(void *data, uintptr_t number,
                                    const char *error);
    /* the producer cannot go on: it has to be closed; called once */
    void                        (*fatal)(void *data, const char *error);
} ngx_payments_kafka_handlers_t;


/* conf time: NULL: the library is there and takes these properties ("n" of
   them), else why not; the text is that of the last call */
const char *ngx_payments_kafka_check(const ngx_payments_kafka_option_t *options,
    ngx_uint_t n);
/* NULL: it was logged; the handlers and "data" live as long as it does */
ngx_payments_kafka_t *ngx_payments_kafka_open(
    const ngx_payments_kafka_option_t *options, ngx_uint_t n,
    const ngx_payments_kafka_handlers_t *handlers, void *data);
/* NGX_OK: it will be reported; NGX_AGAIN: there is no place for it now;
   NGX_ERROR: it cannot be sent, which was logged */
ngx_int_t ngx_payments_kafka_send(ngx_payments_kafka_t *kafka,
    ngx_payments_kafka_message_t *message);
/* what was not reported never is, and what has not left does not leave; it ends
   in a thread of its own, or with the process if "process" is 1 */
void ngx_payments_kafka_close(ngx_payments_kafka_t *kafka, ngx_uint_t process);


#endif /* _NGX_PAYMENTS_KAFKA_H_INCLUDED_ */

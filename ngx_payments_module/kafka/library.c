
/* librdkafka, loaded when it is wanted. */

#include "ngx_payments_kafka_internal.h"

#if (NGX_PAYMENTS_KAFKA)

#include <dlfcn.h>


ngx_payments_kafka_library_t  ngx_payments_kafka_library;

static void  *ngx_payments_kafka_handle;
static char   ngx_payments_kafka_text[512];


#define ngx_payments_kafka_name(name)  #name,

static const char *const  ngx_payments_kafka_names[] = {
    NGX_PAYMENTS_KAFKA_FUNCTIONS(ngx_payments_kafka_name)
    NULL
};


/* the handle and its functions stay as long as the process */

static const char *
ngx_payments_kafka_load(void)
{
    void        *function;
    ngx_uint_t   i;

    if (ngx_payments_kafka_handle != NULL) {
        return NULL;
    }

    ngx_payments_kafka_handle = dlopen(NGX_PAYMENTS_KAFKA_FILE,
                                       RTLD_NOW|RTLD_LOCAL);

    if (ngx_payments_kafka_handle == NULL) {
        return NGX_PAYMENTS_KAFKA_FILE " (Debian: librdkafka1) is not there";
    }

    for (i = 0; ngx_payments_kafka_names[i] != NULL; i++) {
        function = dlsym(ngx_payments_kafka_handle,
                         ngx_payments_kafka_names[i]);

        if (function == NULL) {
            (void) dlclose(ngx_payments_kafka_handle);
            ngx_payments_kafka_handle = NULL;
            return NGX_PAYMENTS_KAFKA_FILE " is too old";
        }

        ngx_memcpy((u_char *) &ngx_payments_kafka_library
                   + i * sizeof(void *), &function, sizeof(void *));
    }

    return NULL;
}


rd_kafka_conf_t *
ngx_payments_kafka_conf(const ngx_payments_kafka_option_t *options,
    ngx_uint_t n, const char **wrong)
{
    ngx_uint_t        i;
    rd_kafka_conf_t  *conf;

    *wrong = ngx_payments_kafka_load();

    if (*wrong != NULL) {
        return NULL;
    }

    conf = rdk(rd_kafka_conf_new)();

    for (i = 0; i < n; i++) {
        if (rdk(rd_kafka_conf_set)(conf, (char *) options[i].name.data,
                                   (char *) options[i].value.data,
                                   ngx_payments_kafka_text,
                                   sizeof(ngx_payments_kafka_text))
            != RD_KAFKA_CONF_OK)
        {
            rdk(rd_kafka_conf_destroy)(conf);
            *wrong = ngx_payments_kafka_text;
            return NULL;
        }
    }

    return conf;
}


const char *
ngx_payments_kafka_check(const ngx_payments_kafka_option_t *options,
    ngx_uint_t n)
{
    const char       *wrong;
    rd_kafka_conf_t  *conf;

    conf = ngx_payments_kafka_conf(options, n, &wrong);

    if (conf != NULL) {
        rdk(rd_kafka_conf_destroy)(conf);
    }

    return wrong;
}


#else /* built without its headers */


const char *
ngx_payments_kafka_check(const ngx_payments_kafka_option_t *options,
    ngx_uint_t n)
{
    return "this module was built without librdkafka (Debian: librdkafka-dev)";
}


ngx_payments_kafka_t *
ngx_payments_kafka_open(const ngx_payments_kafka_option_t *options,
    ngx_uint_t n, const ngx_payments_kafka_handlers_t *handlers, void *data)
{
    return NULL;
}


ngx_int_t
ngx_payments_kafka_send(ngx_payments_kafka_t *kafka,
    ngx_payments_kafka_message_t *message)
{
    return NGX_ERROR;
}


void
ngx_payments_kafka_close(ngx_payments_kafka_t *kafka, ngx_uint_t process)
{
}

#endif


/* payments_kafka{}: brokers, what they want to know, what cannot be set. */

#include "ngx_payments_conf.h"
#include "http/ngx_payments_http.h"
#include "kafka/ngx_payments_kafka.h"


/* what only a block's reading needs */

typedef struct {
    ngx_payments_kafka_conf_t     kafka;
    ngx_str_t                     brokers;     /* with commas between them */
    ngx_uint_t                    security;    /* place in the list below */
    ngx_str_t                     trusted;
    ngx_str_t                     username;
    ngx_str_t                     password_file;
    ngx_str_t                     mechanism;
    ngx_uint_t                    start;
} ngx_payments_kafka_block_t;


static char *ngx_payments_kafka_brokers(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_payments_kafka_option(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#define ngx_payments_of(field)  offsetof(ngx_payments_kafka_block_t, field)


static ngx_conf_enum_t  ngx_payments_kafka_starts[] = {
    { ngx_string("newest"), 0 },
    { ngx_string("oldest"), 1 },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_payments_kafka_keys[] = {
    { ngx_string("object"), 0 },
    { ngx_string("merchant"), 1 },
    { ngx_null_string, 0 }
};


#define NGX_PAYMENTS_KAFKA_TLS   1             /* bits of "security" */
#define NGX_PAYMENTS_KAFKA_SASL  2

static ngx_conf_enum_t  ngx_payments_kafka_security[] = {
    { ngx_string("plaintext"), 0 },
    { ngx_string("ssl"), NGX_PAYMENTS_KAFKA_TLS },
    { ngx_string("sasl_plaintext"), NGX_PAYMENTS_KAFKA_SASL },
    { ngx_string("sasl_ssl"), NGX_PAYMENTS_KAFKA_SASL|NGX_PAYMENTS_KAFKA_TLS },
    { ngx_null_string, 0 }
};


/* of the commands name, type, set, offset and post are used */

static ngx_command_t  ngx_payments_kafka_commands[] = {

    { ngx_string("brokers"), NGX_CONF_1MORE, ngx_payments_kafka_brokers, 0,
      0, NULL },

    { ngx_string("topic"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, 0,
      ngx_payments_of(kafka.topic), NULL },

    { ngx_string("key"), NGX_CONF_TAKE1, ngx_conf_set_enum_slot, 0,
      ngx_payments_of(kafka.by_merchant), &ngx_payments_kafka_keys },

    { ngx_string("security"), NGX_CONF_TAKE1, ngx_conf_set_enum_slot, 0,
      ngx_payments_of(security), &ngx_payments_kafka_security },

    { ngx_string("trusted_certificate"), NGX_CONF_TAKE1, ngx_conf_set_str_slot,
      0, ngx_payments_of(trusted), NULL },

    { ngx_string("username"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, 0,
      ngx_payments_of(username), NULL },

    { ngx_string("password_file"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, 0,
      ngx_payments_of(password_file), NULL },

    { ngx_string("mechanism"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, 0,
      ngx_payments_of(mechanism), NULL },

    { ngx_string("start"), NGX_CONF_TAKE1, ngx_conf_set_enum_slot, 0,
      ngx_payments_of(start), &ngx_payments_kafka_starts },

    { ngx_string("option"), NGX_CONF_TAKE2, ngx_payments_kafka_option, 0,
      0, NULL },

    ngx_null_command
};


/* what carries the promises: order, acknowledgements, nothing given up, and
   that what an earlier producer had on its way ends within 10 s */

static const ngx_payments_kafka_option_t  ngx_payments_kafka_fixed[] = {
    { ngx_string("enable.idempotence"), ngx_string("true") },
    { ngx_string("message.timeout.ms"), ngx_string("0") },
    { ngx_string("socket.timeout.ms"), ngx_string("10000") },
    { ngx_string("partitioner"), ngx_string("murmur2_random") },
    { ngx_string("allow.auto.create.topics"), ngx_string("false") },
    { ngx_string("queue.buffering.max.messages"), ngx_string("20000") },
    { ngx_string("queue.buffering.max.kbytes"), ngx_string("65536") },
    { ngx_string("log.queue"), ngx_string("true") },
    { ngx_string("client.id"), ngx_string("ngx_payments_module") }
};

#define NGX_PAYMENTS_KAFKA_FIXED                                              \
    (sizeof(ngx_payments_kafka_fixed) / sizeof(ngx_payments_kafka_option_t))


/* what else "option" may not set: a part of a property's name */

static const char *const  ngx_payments_kafka_refused[] = {
    "enable.idempotence", "acks", "message.timeout.ms", "delivery.timeout.ms",
    "delivery.report.only.error", "socket.timeout.ms", "partitioner", "retries",
    "in.flight", "gapless", "transaction", "auto.create",
    "queue.buffering.max.m", "queue.buffering.max.kbytes",
    "log", "bootstrap.servers", "broker.list",
    "sasl.", "security.protocol", "ssl.ca", "ssl.certificate.verif",
    "ssl.endpoint", "plugin.", "_cb", "opaque", "enabled_events", NULL
};


static ngx_int_t
ngx_payments_kafka_set(ngx_conf_t *cf, ngx_payments_kafka_block_t *block,
    const char *name, ngx_str_t *value)
{
    ngx_payments_kafka_option_t  *option;

    option = ngx_array_push(&block->kafka.options);
    if (option == NULL) {
        return NGX_ERROR;
    }

    option->name.data = (u_char *) name;
    option->name.len = ngx_strlen(name);
    option->value = *value;

    return NGX_OK;
}


static char *
ngx_payments_kafka_brokers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    u_char                      *p;
    size_t                       len;
    ngx_str_t                   *value = cf->args->elts;
    ngx_uint_t                   i;
    ngx_payments_kafka_block_t  *block = conf;

    if (block->brokers.data != NULL) {
        return "is duplicate";
    }

    for (len = 0, i = 1; i < cf->args->nelts; i++) {
        len += value[i].len + 1;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    block->brokers.data = p;
    block->brokers.len = len - 1;

    for (i = 1; i < cf->args->nelts; i++) {
        p = ngx_cpymem(p, value[i].data, value[i].len);
        *p++ = ',';
    }

    p[-1] = '\0';

    return NGX_CONF_OK;
}


static char *
ngx_payments_kafka_option(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t   *value = cf->args->elts;
    ngx_uint_t   i;

    for (i = 0; ngx_payments_kafka_refused[i] != NULL; i++) {
        if (ngx_strstr(value[1].data, ngx_payments_kafka_refused[i]) != NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"option\" \"%V\" is not for a configuration "
                               "to set", &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    return (ngx_payments_kafka_set(cf, conf, (char *) value[1].data, &value[2])
            == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* NULL, or what is missing, or cannot be together */

static const char *
ngx_payments_kafka_wrong(ngx_payments_kafka_block_t *block)
{
    ngx_uint_t  sasl = block->security & NGX_PAYMENTS_KAFKA_SASL;

    if (block->brokers.data == NULL) {
        return "\"brokers\" are missing";
    }

    if (block->kafka.topic.len == 0 || block->kafka.topic.len > 200) {
        return "\"topic\" is missing, or longer than 200 characters";
    }

    if (block->trusted.data != NULL
        && !(block->security & NGX_PAYMENTS_KAFKA_TLS))
    {
        return "\"trusted_certificate\" needs \"security\" with ssl";
    }

    if (sasl && (block->username.data == NULL
                 || block->password_file.data == NULL
                 || block->mechanism.data == NULL))
    {
        return "\"security\" with sasl needs \"username\", \"password_file\" "
               "and \"mechanism\"";
    }

    if (!sasl && (block->username.data != NULL
                  || block->password_file.data != NULL
                  || block->mechanism.data != NULL))
    {
        return "\"username\", \"password_file\" and \"mechanism\" need "
               "\"security\" with sasl";
    }

    return NULL;
}


/* properties made of parameters */

static ngx_int_t
ngx_payments_kafka_properties(ngx_conf_t *cf, ngx_payments_kafka_block_t *block)
{
    ngx_str_t   password;
    ngx_uint_t  i;

    for (i = 0; i < NGX_PAYMENTS_KAFKA_FIXED; i++) {
        password = ngx_payments_kafka_fixed[i].value;

        if (ngx_payments_kafka_set(cf, block, (char *)
                                   ngx_payments_kafka_fixed[i].name.data,
                                   &password)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_payments_kafka_set(cf, block, "bootstrap.servers", &block->brokers)
        != NGX_OK
        || ngx_payments_kafka_set(cf, block, "security.protocol",
                       &ngx_payments_kafka_security[block->security].name)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (block->trusted.data != NULL
        && (ngx_conf_full_name(cf->cycle, &block->trusted, 1) != NGX_OK
            || ngx_payments_kafka_set(cf, block, "ssl.ca.location",
                                      &block->trusted)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    if (block->username.data == NULL) {
        return NGX_OK;
    }

    if (ngx_payments_conf_read_secret(cf, &block->password_file, &password)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return (ngx_payments_kafka_set(cf, block, "sasl.mechanism",
                                   &block->mechanism)
            == NGX_OK
            && ngx_payments_kafka_set(cf, block, "sasl.username",
                                      &block->username)
               == NGX_OK
            && ngx_payments_kafka_set(cf, block, "sasl.password", &password)
               == NGX_OK)
           ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_payments_kafka_block(ngx_conf_t *cf, ngx_payments_kafka_block_t *block)
{
    const char  *wrong;

    ngx_conf_init_uint_value(block->kafka.by_merchant, 0);
    ngx_conf_init_uint_value(block->security, 0);
    ngx_conf_init_uint_value(block->start, 0);

    wrong = ngx_payments_kafka_wrong(block);

    if (wrong == NULL) {
        if (ngx_payments_kafka_properties(cf, block) != NGX_OK) {
            return NGX_ERROR;
        }

        wrong = ngx_payments_kafka_check(block->kafka.options.elts,
                                         block->kafka.options.nelts);
    }

    if (wrong == NULL) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"payments_kafka\": %s", wrong);

    return NGX_ERROR;
}


char *
ngx_payments_conf_kafka(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                        *rv;
    ngx_payments_sink_t         *sink;
    ngx_payments_main_conf_t    *pmcf = conf;
    ngx_payments_kafka_block_t  *block;

    static ngx_str_t             name = ngx_string("events");

    sink = ngx_payments_sink_add(cf, &pmcf->sinks, "kafka", &name);
    block = ngx_pcalloc(cf->pool, sizeof(ngx_payments_kafka_block_t));

    if (sink == NULL || block == NULL
        || ngx_array_init(&block->kafka.options, cf->pool, 16,
                          sizeof(ngx_payments_kafka_option_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    block->kafka.by_merchant = NGX_CONF_UNSET_UINT;
    block->security = NGX_CONF_UNSET_UINT;
    block->start = NGX_CONF_UNSET_UINT;

    rv = ngx_payments_sink_block(cf, ngx_payments_kafka_commands, block);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (ngx_payments_kafka_block(cf, block) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    sink->kind = &ngx_payments_kafka_kind;
    sink->conf = &block->kafka;
    sink->size = 500;
    sink->oldest = block->start;

    return NGX_CONF_OK;
}

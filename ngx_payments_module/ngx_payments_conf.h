
/* the module's main configuration, and the directives that fill it */

#ifndef _NGX_PAYMENTS_CONF_H_INCLUDED_
#define _NGX_PAYMENTS_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "api/documents/ngx_payments_documents.h"
#include "idempotency/ngx_payments_idempotency.h"
#include "cluster/ngx_payments_cluster.h"
#include "outbound/ngx_payments_outbound.h"
#include "processor/ngx_payments_processor_conf.h"
#include "redis/ngx_payments_redis.h"
#include "sinks/ngx_payments_sinks.h"
#include "domain/ngx_payments_secret.h"
#include "webhooks/ngx_payments_webhooks.h"


/* lives as long as its cycle; read-only once the configuration is read */

typedef struct {
    ngx_payments_cluster_conf_t   pg;          /* none: not configured */
    ngx_payments_redis_conf_t    *redis;       /* NULL: off */
    ngx_flag_t                    redis_off;   /* "payments_redis off" */
    ngx_payments_outbound_conf_t  outbound;
    ngx_flag_t                    proxy_off;   /* "payments_outbound_proxy
                                                  off" */
    ngx_payments_processors_t     processors;
    ngx_payments_webhooks_conf_t  webhooks;
    ngx_payments_sinks_t          sinks;
    ngx_payments_keyring_t       *keyring;     /* of webhook secrets; NULL: no
                                                  secret file */
    ngx_payments_idempotency_conf_t  idempotency;
    ngx_str_t                     signing;     /* of cursors: the secret file's,
                                                  or made at the start */
    ngx_msec_t                    wait;
    time_t                        ttl;         /* seconds a key is kept */
    time_t                        kept;        /* ... and an event */
    size_t                        zone_size;
    ngx_shm_zone_t               *status;      /* of metrics */
    ngx_shm_zone_t               *board;       /* of GET /v1/status */
    ngx_shm_zone_t               *keys;        /* what is known of API keys */
    ngx_shm_zone_t               *executions;  /* and their answers */
    size_t                        executions_size;
    ngx_flag_t                    enabled;     /* "payments on" somewhere */
    ngx_payments_documents_t      documents;   /* built if it is */
} ngx_payments_main_conf_t;


/* handlers of directives of the main configuration, as ngx_command_t wants */
char *ngx_payments_conf_shard(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_payments_conf_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_payments_conf_processor(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
/* of a location; what a 429 says */
char *ngx_payments_conf_policy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_payments_conf_secret_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * The whole configuration, once it is read: what must be there and large
 * enough; then zones, documents and secrets are made.  NGX_ERROR: logged.
 */
ngx_int_t ngx_payments_conf_check(ngx_conf_t *cf,
    ngx_payments_main_conf_t *pmcf);
/* of processors what depends on the whole configuration; NGX_ERROR: logged */
ngx_int_t ngx_payments_conf_processors(ngx_conf_t *cf,
    ngx_payments_main_conf_t *pmcf);
/* whether those that "payments_processors" names are there; likewise */
ngx_int_t ngx_payments_conf_processors_named(ngx_conf_t *cf,
    ngx_payments_main_conf_t *pmcf, ngx_http_complex_value_t *value);
/* whether each worker may have its connections to PostgreSQL, Redis and
   processors, and one more; NGX_ERROR: it was logged */
ngx_int_t ngx_payments_conf_connections(ngx_log_t *log,
    ngx_payments_main_conf_t *pmcf, ngx_uint_t have);
/* of outbound/; and what its configuration lacks, once all of it is read */
char *ngx_payments_conf_outbound_trusted(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_payments_conf_outbound_proxy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
void ngx_payments_conf_outbound(ngx_conf_t *cf,
    ngx_payments_outbound_conf_t *outbound);

/* "payments_webhooks" and "payments_webhooks_allow", and whether what webhooks
   need is there */
char *ngx_payments_conf_webhooks_on(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_payments_conf_webhooks_allow(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
ngx_int_t ngx_payments_conf_webhooks(ngx_conf_t *cf,
    ngx_payments_main_conf_t *pmcf);

/* a sink; and what depends on the whole configuration; NGX_ERROR: logged */
char *ngx_payments_conf_feed(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_payments_conf_kafka(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
/* the same for each kind: a parameter of a block of these commands; a sink of
   this kind and name; NULL: logged */
char *ngx_payments_sink_block(ngx_conf_t *cf, ngx_command_t *commands,
    void *block);
ngx_payments_sink_t *ngx_payments_sink_add(ngx_conf_t *cf,
    ngx_payments_sinks_t *sinks, const char *kind, ngx_str_t *name);
ngx_int_t ngx_payments_conf_sinks(ngx_conf_t *cf,
    ngx_payments_main_conf_t *pmcf);

/* the first line of a file, with a NUL behind it; EMERG says what is wrong */
ngx_int_t ngx_payments_conf_read_secret(ngx_conf_t *cf, ngx_str_t *name,
    ngx_str_t *secret);


#endif /* _NGX_PAYMENTS_CONF_H_INCLUDED_ */

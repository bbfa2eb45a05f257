
/*
 * A processor as it is configured, for what reads the configuration and begins
 * the room; nothing else includes it.
 */

#ifndef _NGX_PAYMENTS_PROCESSOR_CONF_H_INCLUDED_
#define _NGX_PAYMENTS_PROCESSOR_CONF_H_INCLUDED_


#include "ngx_payments_dialect.h"
#include "ngx_payments_processor_metrics.h"


#define NGX_PAYMENTS_PROCESSORS  32


/* when it is not asked, for a while */

typedef struct {
    ngx_uint_t                    fails;       /* at least, in the window */
    ngx_msec_t                    window;
    ngx_uint_t                    ratio;       /* at least, per cent */
    ngx_msec_t                    probe;       /* from one try to the next */
} ngx_payments_breaker_conf_t;


struct ngx_payments_processor_s {
    ngx_str_t                     name;
    const ngx_payments_dialect_t *dialect;
    ngx_str_t                     link;        /* "url", as written */
    ngx_payments_url_t            url;
    ngx_str_t                     prefix;      /* of targets; no slash behind */
    ngx_addr_t                   *addrs;       /* that are fixed: a unix
                                                  socket's, this machine's */
    ngx_uint_t                    naddrs;      /* 0: url's host is asked for */
    ngx_str_t                     key;         /* that signs */
    ngx_str_t                     notification_key;  /* ... what comes from
                                                  there; may be the same */
    void                         *ssl;         /* ngx_ssl_t; NULL: that of
                                                  outbound/ */
    ngx_str_t                     trusted;
    ngx_str_t                     certificate;
    ngx_str_t                     certificate_key;
    ngx_msec_t                    timeout;
    ngx_msec_t                    answer;
    ngx_msec_t                    connect_timeout;
    ngx_uint_t                    keepalive;
    ngx_uint_t                    max_calls;
    ngx_flag_t                    idempotency;
    time_t                        key_lifetime;
    time_t                        not_found_after;
    ngx_payments_breaker_conf_t   breaker;
    ngx_shm_zone_t               *zone;

    ngx_payments_share_t         *calls;       /* of this worker, under way; by
                                                  merchants, of max_calls */
    unsigned                      probe:1;     /* its next authorization is one:
                                                  the worker was allowed it */
};


typedef struct {
    ngx_payments_processor_t     *elts[NGX_PAYMENTS_PROCESSORS];
    ngx_uint_t                    n;
} ngx_payments_processors_t;


/* reserves a processor's shared memory; conf time.  NULL: failed */
ngx_shm_zone_t *ngx_payments_processor_zone(ngx_conf_t *cf,
    ngx_payments_processor_t *processor, void *tag);
/* of these by its name; NULL: there is none */
ngx_payments_processor_t *ngx_payments_processor_named(
    ngx_payments_processors_t *processors, ngx_str_t *name);
/* takes the next of "names", with commas and spaces between them; NGX_DONE:
   there is no more */
ngx_int_t ngx_payments_processor_next(ngx_str_t *names, ngx_str_t *name);
/* init_process and exit_process of a worker */
ngx_int_t ngx_payments_processor_init(ngx_cycle_t *cycle,
    ngx_payments_processors_t *processors);
void ngx_payments_processor_exit(void);


#endif /* _NGX_PAYMENTS_PROCESSOR_CONF_H_INCLUDED_ */

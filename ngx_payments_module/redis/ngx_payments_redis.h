
/*
 * redis/: one connection for each worker; hiredis makes and reads the
 * protocol, nginx has the socket.
 *
 * Redis holds completed answers, and numbers: every function here may fail at
 * any time, and whoever calls goes on without it.
 */

#ifndef _NGX_PAYMENTS_REDIS_H_INCLUDED_
#define _NGX_PAYMENTS_REDIS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* filled at configuration time, then read-only */

typedef struct {
    ngx_addr_t                   *addrs;       /* of the server, or Sentinels:
                                                  numeric, or unix paths */
    ngx_uint_t                    naddrs;
    ngx_str_t                     sentinel;    /* the master's name there, with
                                                  a NUL; empty: no Sentinels */
    void                         *ssl;         /* ngx_ssl_t; NULL: no TLS */
    ngx_str_t                     tls_name;    /* in its certificate, with a
                                                  NUL */
    ngx_str_t                     username;    /* with a NUL; may be empty */
    ngx_str_t                     password;    /* from the file, with a NUL; may
                                                  be empty */
    ngx_int_t                     database;    /* 0: no SELECT */
    ngx_msec_t                    timeout;     /* of a command */
    ngx_msec_t                    connect_timeout;
} ngx_payments_redis_conf_t;


typedef struct ngx_payments_redis_command_s  ngx_payments_redis_command_t;

/*
 * The answer: NGX_OK, of what was asked for with the value, which lives until
 * the handler returns; NGX_DECLINED: no such key; NGX_ERROR: no answer in time,
 * or an error.
 */
typedef void (*ngx_payments_redis_handler_pt)(void *data, ngx_int_t rc,
    ngx_str_t *value);


/* init_process and exit_process of a worker */
ngx_int_t ngx_payments_redis_init(ngx_cycle_t *cycle,
    ngx_payments_redis_conf_t *conf);
void ngx_payments_redis_exit(void);

/*
 * Asks for a key.  Returns the command, whose handler is called later, never
 * from inside; NULL: Redis can not be asked now, and the handler will not be
 * called.
 */
ngx_payments_redis_command_t *ngx_payments_redis_get(ngx_str_t *key,
    ngx_payments_redis_handler_pt handler, void *data);
/* the handler will not be called */
void ngx_payments_redis_cancel(ngx_payments_redis_command_t *command);

/* stores a value for "ttl" seconds, if Redis can be reached now */
void ngx_payments_redis_set(ngx_str_t *key, ngx_str_t *value, time_t ttl);

/*
 * Remembers a number, below 2^52, for "ttl" seconds if it is the highest so far
 * of this key; and asks for that, in decimal.  As _get() otherwise, but that a
 * number which a connection has left behind, or finds none, waits for the next
 * one, see numbers.c.
 */
ngx_payments_redis_command_t *ngx_payments_watermark_raise(ngx_str_t *key,
    int64_t number, time_t ttl, ngx_payments_redis_handler_pt handler,
    void *data);
ngx_payments_redis_command_t *ngx_payments_watermark_get(ngx_str_t *key,
    ngx_payments_redis_handler_pt handler, void *data);

/* 1: commands were refused in the last half minute: for want of rights, memory,
   a master */
ngx_uint_t ngx_payments_redis_refuses(void);

/* for how many milliseconds commands have been taken without a break */
ngx_msec_t ngx_payments_redis_reached(void);
/* 1: configured; and 1: ready for commands */
ngx_uint_t ngx_payments_redis_configured(void);
ngx_uint_t ngx_payments_redis_ready(void);


#endif /* _NGX_PAYMENTS_REDIS_H_INCLUDED_ */

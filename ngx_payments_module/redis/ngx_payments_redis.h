
/*
 * redis/: one connection for each worker; hiredis makes and reads the
 * protocol, nginx has the socket.
 *
 * Every function here may fail at any time, and whoever calls goes on without
 * Redis.
 */

#ifndef _NGX_PAYMENTS_REDIS_H_INCLUDED_
#define _NGX_PAYMENTS_REDIS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_payments_redis_metrics.h"


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

/* values of an answer, at most; those of a longer one are left out */
#define NGX_PAYMENTS_REDIS_VALUES  2

/*
 * The answer: NGX_OK, of what was asked for with the value, or with VALUES of
 * an array, with data NULL where there is none, which live until the handler
 * returns; NGX_DECLINED: no such key, or none of the values; NGX_ERROR: no
 * answer in time, or an error.
 */
typedef void (*ngx_payments_redis_handler_pt)(void *data, ngx_int_t rc,
    ngx_str_t *value);

/*
 * The connection of a command was lost before its answer came.  NGX_OK: the
 * caller takes the command back, and sends it again or lets it fail;
 * NGX_DECLINED: it fails.
 */
typedef ngx_int_t (*ngx_payments_redis_lost_pt)(
    ngx_payments_redis_command_t *command);


/*
 * ngx_payments_redis_ask() makes one.  For ngx_payments_redis_send() the caller
 * does, zeroed, at the beginning of memory from ngx_alloc(), and sets what
 * stands above the line.  redis/ frees it after the handler has returned.
 */

struct ngx_payments_redis_command_s {
    ngx_payments_redis_handler_pt   handler;   /* NULL: nothing waits for it */
    void                           *data;
    ngx_payments_redis_lost_pt      lost;      /* NULL: it then fails */

    /* ---- set by redis/ ---- */

    ngx_queue_t                     queue;     /* while it is sent or has
                                                  failed; else the caller's */
    ngx_msec_t                      deadline;
    unsigned                        get:1;     /* counted as hit or miss */
};


/* what a room with commands that outlive a connection hears; from events */

typedef struct {
    /* a connection takes commands */
    void                          (*on_ready)(void);
    /* ... and takes no more, before "lost" of its commands.  asked: some had no
       answer yet */
    void                          (*on_lost)(ngx_uint_t asked);
} ngx_payments_redis_hooks_t;


/* init_process and exit_process of a worker */
ngx_int_t ngx_payments_redis_init(ngx_cycle_t *cycle,
    ngx_payments_redis_conf_t *conf);
void ngx_payments_redis_exit(void);

/*
 * Asks for a key.  Returns the command, whose handler is called later, never
 * from inside; NULL: Redis cannot be asked now, and the handler will not be
 * called.
 */
ngx_payments_redis_command_t *ngx_payments_redis_get(ngx_str_t *key,
    ngx_payments_redis_handler_pt handler, void *data);
/* the handler will not be called */
void ngx_payments_redis_cancel(ngx_payments_redis_command_t *command);

/* stores a value for "ttl" seconds, if Redis can be reached now */
void ngx_payments_redis_set(ngx_str_t *key, ngx_str_t *value, time_t ttl);

/* the hooks are of one room, and live as long as the process */
void ngx_payments_redis_watch(const ngx_payments_redis_hooks_t *hooks);

/* any command, when ready; NULL: it could not be sent, and the handler, which
   may be NULL, will not be called */
ngx_payments_redis_command_t *ngx_payments_redis_ask(int argc,
    const char **argv, const size_t *lengths,
    ngx_payments_redis_handler_pt handler, void *data);
/* NGX_OK: it is sent, and redis/'s; else it is still the caller's */
ngx_int_t ngx_payments_redis_send(ngx_payments_redis_command_t *command,
    int argc, const char **argv, const size_t *lengths);
/* one that was lost, or never sent, is redis/'s, and its handler called later:
   NGX_ERROR */
void ngx_payments_redis_fail(ngx_payments_redis_command_t *command);

/* 1: commands were refused in the last half minute, for want of rights, memory,
   a master; or the last connection was, with an answer */
ngx_uint_t ngx_payments_redis_refuses(void);

/* for how many milliseconds commands have been taken without a break */
ngx_msec_t ngx_payments_redis_reached(void);
/* 1: configured; and 1: ready for commands */
ngx_uint_t ngx_payments_redis_configured(void);
ngx_uint_t ngx_payments_redis_ready(void);


#endif /* _NGX_PAYMENTS_REDIS_H_INCLUDED_ */


/* what the files of redis/ share; no other room includes it */

#ifndef _NGX_PAYMENTS_REDIS_INTERNAL_H_INCLUDED_
#define _NGX_PAYMENTS_REDIS_INTERNAL_H_INCLUDED_


#include "ngx_payments_redis.h"

#include <ngx_event.h>
#include <ngx_event_connect.h>

#include <hiredis/hiredis.h>


/* the worker's one connection */

typedef struct {
    ngx_payments_redis_conf_t      *conf;
    ngx_peer_connection_t           peer;      /* peer.connection: ours */
    ngx_sockaddr_t                  master;    /* what a Sentinel has said */
    socklen_t                       socklen;
    ngx_str_t                       name;      /* of who is connected, for
                                                  logs */
    u_char                          text[NGX_SOCKADDR_STRLEN];
    ngx_uint_t                      next;      /* of conf->addrs */
    redisReader                    *reader;
    ngx_queue_t                     sent;      /* commands without a reply */
    ngx_queue_t                     failed;    /* handlers are called soon */
    u_char                         *buffer;    /* bytes not yet written */
    size_t                          len;
    size_t                          size;
    ngx_event_t                     flush;     /* posted */
    ngx_event_t                     fail;      /* posted */
    ngx_event_t                     backoff;   /* timer */
    ngx_connection_t                dummy;     /* for the events' log lines */
    ngx_uint_t                      failures;
    ngx_msec_t                      since;     /* when it became ready */
    ngx_uint_t                      greetings; /* replies awaited first */
    ngx_log_t                       log;
    ngx_msec_t                      refused;   /* when a command was, the last
                                                  time; 0: never */
    unsigned                        made:1;    /* connected, TLS as well */
    unsigned                        asking:1;  /* a Sentinel, who is master */
    unsigned                        ready:1;
    unsigned                        unwelcome:1;  /* the last attempt was
                                                     refused, not lost */
} ngx_payments_redis_t;


extern ngx_payments_redis_t              *ngx_payments_redis;
/* NULL: nothing watches the connection */
extern const ngx_payments_redis_hooks_t  *ngx_payments_redis_hooks;


/* reader.c: NULL: no memory */
redisReader *ngx_payments_redis_reader(void);

/* connect.c: a new attempt, with a Sentinel if there are any */
void ngx_payments_redis_connect(ngx_payments_redis_t *redis);
/* the next attempt, later */
void ngx_payments_redis_backoff(ngx_payments_redis_t *redis);
/* a reply to what is said first; NGX_ERROR: the connection is gone */
ngx_int_t ngx_payments_redis_greeted(ngx_payments_redis_t *redis,
    redisReply *reply);
/* closes the socket, and nothing else */
void ngx_payments_redis_shut(ngx_payments_redis_t *redis);

/* client.c: encodes a command behind the bytes that wait, to be written */
ngx_int_t ngx_payments_redis_put(ngx_payments_redis_t *redis, int argc,
    const char **argv, const size_t *lengths);
/* Redis has refused a command, or to be greeted: counted, and said once a
   minute */
void ngx_payments_redis_refused(ngx_payments_redis_t *redis, const char *text);
/* the reason NULL: the worker exits */
void ngx_payments_redis_close(ngx_payments_redis_t *redis, const char *reason);
void ngx_payments_redis_write_handler(ngx_event_t *wev);
void ngx_payments_redis_read_handler(ngx_event_t *rev);


#endif /* _NGX_PAYMENTS_REDIS_INTERNAL_H_INCLUDED_ */

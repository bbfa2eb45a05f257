
/*
 * webhooks/: events are sent to the endpoints of merchants.
 *
 * In each shard one process at a time does that, the one that holds the lease:
 * the first worker of some node.  It asks every so often which endpoints may
 * have something to be sent (webhooks.c), and takes one page of events of each
 * after the other (page.c).  What an endpoint has had is written when all of
 * its page has been answered or given up: what was sent before a crash is sent
 * again, with the same id.
 */

#ifndef _NGX_PAYMENTS_WEBHOOKS_H_INCLUDED_
#define _NGX_PAYMENTS_WEBHOOKS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* lives as long as its cycle */

typedef struct {
    ngx_flag_t                    on;          /* they are sent */
    ngx_array_t                  *allowed;     /* ngx_cidr_t: where they may go
                                                  beside public addresses;
                                                  NULL: nowhere */
    ngx_uint_t                    calls;       /* connections to endpoints that
                                                  a worker has at most */
    ngx_uint_t                    merchant;    /* ... to those of a merchant */
    ngx_msec_t                    timeout;     /* of a call */
} ngx_payments_webhooks_conf_t;

/* calls of an endpoint at once */
#define NGX_PAYMENTS_WEBHOOKS_EACH  8

/* init_process of the first worker; NGX_ERROR: no memory, no random bytes */
ngx_int_t ngx_payments_webhooks_init(ngx_cycle_t *cycle,
    ngx_payments_webhooks_conf_t *conf);
/* exit_process of any worker */
void ngx_payments_webhooks_exit(void);


#endif /* _NGX_PAYMENTS_WEBHOOKS_H_INCLUDED_ */

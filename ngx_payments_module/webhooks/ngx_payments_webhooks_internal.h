
/*
 * What the files of webhooks/ share; no other room includes it.  webhooks.c
 * calls page.c, which gives control back by the handler of a page.
 */

#ifndef _NGX_PAYMENTS_WEBHOOKS_INTERNAL_H_INCLUDED_
#define _NGX_PAYMENTS_WEBHOOKS_INTERNAL_H_INCLUDED_


#include "ngx_payments_webhooks.h"
#include "ngx_payments_webhooks_metrics.h"
#include "../base/ngx_payments_base.h"
#include "../base/ngx_payments_secrets.h"
#include "../cluster/ngx_payments_cluster.h"
#include "../outbound/ngx_payments_outbound.h"
#include "../status/ngx_payments_board.h"


/* events of a page, as pay.deliver_page() has it */
#define NGX_PAYMENTS_PAGE_EVENTS  64


typedef struct ngx_payments_page_s  ngx_payments_page_t;


/* why no answer came: the words are in pay.delivery_error() */

typedef enum {
    NGX_PAYMENTS_DELIVERY_TIMEOUT = 1,
    NGX_PAYMENTS_DELIVERY_CONNECTION,
    NGX_PAYMENTS_DELIVERY_TLS,
    NGX_PAYMENTS_DELIVERY_NAME,
    NGX_PAYMENTS_DELIVERY_ADDRESS,
    NGX_PAYMENTS_DELIVERY_ANSWER,
    NGX_PAYMENTS_DELIVERY_NOT_SENT
} ngx_payments_delivery_error_e;


/* one event on its way to one endpoint */

typedef struct {
    ngx_payments_page_t          *page;
    ngx_payments_outbound_call_t  call;
    ngx_str_t                     body;        /* in the page's pool */
    u_char                        id[NGX_PAYMENTS_ID_LEN];
    int64_t                       sequence;
    ngx_int_t                     answer;      /* its status; below 0: there was
                                                  none, and the error is this
                                                  number's */
    ngx_msec_t                    began;
    ngx_msec_t                    took;        /* ms */
    unsigned                      running:1;
} ngx_payments_delivery_t;


/* how a page ended */

typedef enum {
    NGX_PAYMENTS_PAGE_EMPTY = 0,   /* nothing was to be sent */
    NGX_PAYMENTS_PAGE_AGAIN,       /* there may be more */
    NGX_PAYMENTS_PAGE_LATER,       /* PostgreSQL will say when there is more */
    NGX_PAYMENTS_PAGE_FAILED       /* what was sent could not be noted, or
                                      nothing could be sent */
} ngx_payments_page_result_e;

typedef void (*ngx_payments_page_handler_pt)(ngx_payments_page_t *page,
    ngx_payments_page_result_e result);


/* in its own pool, from _start() until the handler is called, or _cancel() */

struct ngx_payments_page_s {
    ngx_pool_t                   *pool;
    const ngx_payments_webhooks_conf_t  *conf;
    ngx_payments_page_handler_pt  handler;
    void                         *data;

    int64_t                       merchant_id;
    u_char                        endpoint[NGX_PAYMENTS_UUID_LEN];
    const u_char                 *holder;      /* of the lease */

    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       values[10];
    ngx_payments_url_t            url;
    ngx_str_t                     headers;     /* that all of its calls have */
    u_char                        bits[2][NGX_PAYMENTS_MESSAGE_BITS];
    ngx_payments_text_t           keys[2];
    ngx_uint_t                    nkeys;
    int64_t                       cursor;      /* where it was */
    int64_t                       last;        /* where the cursor goes */
    ngx_int_t                     pause;       /* asked for, seconds */

    ngx_payments_delivery_t       deliveries[NGX_PAYMENTS_PAGE_EVENTS];
    ngx_uint_t                    n;           /* of these */
    ngx_uint_t                    next;        /* the first that was not sent */
    ngx_uint_t                    running;
    unsigned                      asked:1;     /* the item is under way */
    unsigned                      ordered:1;
    unsigned                      stopped:1;   /* ordered, and one failed */
    unsigned                      taken:1;     /* at least one of them */
};


/*
 * Asks for the next page of an endpoint and sends it.  The handler is called
 * once, later; the page is gone then.  NULL: no memory.
 */
ngx_payments_page_t *ngx_payments_page_start(
    const ngx_payments_webhooks_conf_t *conf, int64_t merchant_id,
    const u_char endpoint[NGX_PAYMENTS_UUID_LEN], const u_char *holder,
    ngx_payments_page_handler_pt handler, void *data);
/* it is gone, and its handler not called; what was sent was sent */
void ngx_payments_page_cancel(ngx_payments_page_t *page);


#endif /* _NGX_PAYMENTS_WEBHOOKS_INTERNAL_H_INCLUDED_ */

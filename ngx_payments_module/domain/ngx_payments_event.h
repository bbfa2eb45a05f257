
/*
 * Events as everybody gets them who reads them, by whatever way: the same
 * bytes.  Plain C, as all of domain/.
 */

#ifndef _NGX_PAYMENTS_EVENT_H_INCLUDED_
#define _NGX_PAYMENTS_EVENT_H_INCLUDED_


#include "ngx_payments_domain.h"


/* its texts and ids are the caller's */

typedef struct {
    const uint8_t                *id;      /* a UUID, as those below */
    const uint8_t                *object_id;
    const uint8_t                *request_id;  /* NULL: no request made it */
    ngx_payments_text_t           type;    /* <object>.<what happened> */
    ngx_payments_text_t           key;     /* of idempotency; NULL: none */
    ngx_payments_text_t           object;  /* as it is now, JSON */
    ngx_payments_text_t           previous;  /* members as they were, a JSON
                                              object; NULL: it is new */
    int64_t                       sequence;
    int64_t                       created_at;  /* microseconds since 1970 */
    int64_t                       object_version;
    unsigned                      livemode:1;
} ngx_payments_event_t;

/* bytes that its JSON has, at most */
size_t ngx_payments_event_size(const ngx_payments_event_t *event);
/* its JSON: what GET /v1/events/{id} answers */
void ngx_payments_event_json(const ngx_payments_event_t *event,
    ngx_payments_out_t *out);


#endif /* _NGX_PAYMENTS_EVENT_H_INCLUDED_ */

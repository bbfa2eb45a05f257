
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

/* the kind of its object, a name of "len" bytes; and what an id of it begins
   with */
const char *ngx_payments_event_kind(const ngx_payments_event_t *event,
    size_t *len, char prefix[5]);
/* the public id of its object; how many bytes that has */
size_t ngx_payments_event_subject(const ngx_payments_event_t *event,
    uint8_t id[NGX_PAYMENTS_ID_LEN]);

/* bytes by which a CloudEvent is larger than the event's JSON, at most */
#define NGX_PAYMENTS_EVENT_CLOUD  512

/* the event as a CloudEvent 1.0, a JSON object, of a merchant that is given by
   the UUID of its public id */
void ngx_payments_event_cloud(const ngx_payments_event_t *event,
    const uint8_t merchant[NGX_PAYMENTS_UUID_LEN], ngx_payments_out_t *out);


#endif /* _NGX_PAYMENTS_EVENT_H_INCLUDED_ */

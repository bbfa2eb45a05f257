
/*
 * Requests that wait for the next event of a merchant (Prefer: wait).  None of
 * them has a connection to PostgreSQL: those of one merchant and mode are a
 * group, of which one item asks every so often what the last sequence is.  One
 * that is higher than what a request has seen wakes it.
 */

#include "ngx_payments_handlers.h"


#define NGX_PAYMENTS_PATIENT_LOOK   500    /* ms between two looks */
#define NGX_PAYMENTS_PATIENT_MOST   1024   /* requests of a worker */
#define NGX_PAYMENTS_PATIENT_GROUP  64     /* ... of a merchant and mode */


/* columns of pay.last_events() */

#define NGX_PAYMENTS_PATIENT_LAST  1


typedef struct {
    ngx_queue_t                   queue;
    ngx_queue_t                   waiters;
    ngx_uint_t                    n;           /* of these */
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       values[2];
    unsigned                      asked:1;     /* the item is under way */
} ngx_payments_patient_group_t;


static void ngx_payments_patient_timer(ngx_event_t *ev);


static ngx_queue_t       ngx_payments_patient_groups;
static ngx_uint_t        ngx_payments_patient_n;
static ngx_connection_t  ngx_payments_patient_dummy;
static ngx_event_t       ngx_payments_patient_event;


void
ngx_payments_patient_init(ngx_cycle_t *cycle)
{
    ngx_queue_init(&ngx_payments_patient_groups);

    ngx_payments_patient_dummy.fd = (ngx_socket_t) -1;

    ngx_payments_patient_event.data = &ngx_payments_patient_dummy;
    ngx_payments_patient_event.handler = ngx_payments_patient_timer;
    ngx_payments_patient_event.log = cycle->log;
}


/* a group without requests goes once its item is back */

static void
ngx_payments_patient_leave(ngx_payments_patient_t *waiting)
{
    ngx_payments_patient_group_t  *group = waiting->group;

    ngx_queue_remove(&waiting->queue);
    waiting->group = NULL;

    group->n--;
    ngx_payments_patient_n--;

    if (group->n == 0 && !group->asked) {
        ngx_queue_remove(&group->queue);
        ngx_free(group);
    }
}


static void
ngx_payments_patient_cancel(ngx_payments_request_t *request)
{
    ngx_payments_patient_leave(&request->work->patient);
}


static void
ngx_payments_patient_end(ngx_payments_patient_t *waiting, ngx_uint_t more)
{
    ngx_payments_request_t  *request = waiting->request;

    ngx_payments_patient_leave(waiting);
    request->cancel = NULL;

    waiting->handler(request, more);
}


static void
ngx_payments_patient_found(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    int64_t                        last;
    ngx_queue_t                   *q, *next;
    ngx_payments_patient_t        *waiting;
    ngx_payments_patient_group_t  *group = item->data;

    /* where there is no answer the next look gets one */

    last = (outcome == NGX_PAYMENTS_PG_DONE)
           ? ngx_payments_pg_number(row, NGX_PAYMENTS_PATIENT_LAST) : 0;

    /* the group stays until all of it has been looked at */

    for (q = ngx_queue_head(&group->waiters);
         q != ngx_queue_sentinel(&group->waiters);
         q = next)
    {
        next = ngx_queue_next(q);
        waiting = ngx_queue_data(q, ngx_payments_patient_t, queue);

        if (waiting->seen < last) {
            waiting->seen = last;
            ngx_payments_patient_end(waiting, 1);
        }
    }

    group->asked = 0;

    if (group->n == 0) {
        ngx_queue_remove(&group->queue);
        ngx_free(group);
    }
}


static void
ngx_payments_patient_ask(ngx_payments_patient_group_t *group)
{
    if (group->asked || ngx_payments_new_uuid(group->item.tag) != 0) {
        return;
    }

    group->asked = 1;
    ngx_payments_cluster_send(&group->item);
}


/* a worker that quits lets all of them go */

static void
ngx_payments_patient_expire(ngx_payments_patient_group_t *group)
{
    ngx_uint_t               asked = group->asked;
    ngx_queue_t             *q, *next;
    ngx_payments_patient_t  *waiting;

    group->asked = 1;

    for (q = ngx_queue_head(&group->waiters);
         q != ngx_queue_sentinel(&group->waiters);
         q = next)
    {
        next = ngx_queue_next(q);
        waiting = ngx_queue_data(q, ngx_payments_patient_t, queue);

        if (ngx_exiting
            || (ngx_msec_int_t) (waiting->until - ngx_current_msec) <= 0)
        {
            ngx_payments_patient_end(waiting, 0);
        }
    }

    group->asked = asked;
}


static void
ngx_payments_patient_timer(ngx_event_t *ev)
{
    ngx_queue_t                   *q, *next;
    ngx_payments_patient_group_t  *group;

    for (q = ngx_queue_head(&ngx_payments_patient_groups);
         q != ngx_queue_sentinel(&ngx_payments_patient_groups);
         q = next)
    {
        next = ngx_queue_next(q);
        group = ngx_queue_data(q, ngx_payments_patient_group_t, queue);

        ngx_payments_patient_expire(group);

        if (group->n > 0) {
            ngx_payments_patient_ask(group);

        } else if (!group->asked) {
            ngx_queue_remove(&group->queue);
            ngx_free(group);
        }
    }

    if (!ngx_queue_empty(&ngx_payments_patient_groups)) {
        ngx_add_timer(ev, NGX_PAYMENTS_PATIENT_LOOK);
    }
}


static ngx_payments_patient_group_t *
ngx_payments_patient_group(ngx_payments_request_t *request)
{
    ngx_queue_t                   *q;
    ngx_payments_patient_group_t  *group;

    for (q = ngx_queue_head(&ngx_payments_patient_groups);
         q != ngx_queue_sentinel(&ngx_payments_patient_groups);
         q = ngx_queue_next(q))
    {
        group = ngx_queue_data(q, ngx_payments_patient_group_t, queue);

        if (group->values[0].number == request->merchant_id
            && group->values[1].number == request->livemode)
        {
            return group;
        }
    }

    group = ngx_calloc(sizeof(ngx_payments_patient_group_t), ngx_cycle->log);
    if (group == NULL) {
        return NULL;
    }

    group->values[0].number = request->merchant_id;
    group->values[1].number = request->livemode;

    group->item.statement = NGX_PAYMENTS_PG_LAST_EVENTS;
    group->item.values = group->values;
    group->item.read_token = NGX_PAYMENTS_PG_ALL;
    group->item.handler = ngx_payments_patient_found;
    group->item.data = group;
    group->item.once = 1;

    ngx_queue_init(&group->waiters);
    ngx_queue_insert_tail(&ngx_payments_patient_groups, &group->queue);

    return group;
}


ngx_int_t
ngx_payments_patient_start(ngx_payments_request_t *request, ngx_msec_t until,
    int64_t seen, void (*handler)(ngx_payments_request_t *, ngx_uint_t))
{
    ngx_payments_patient_t        *waiting = &request->work->patient;
    ngx_payments_patient_group_t  *group;

    if (ngx_exiting || ngx_payments_patient_n >= NGX_PAYMENTS_PATIENT_MOST
        || (ngx_msec_int_t) (until - ngx_current_msec) <= 0)
    {
        return NGX_DECLINED;
    }

    group = ngx_payments_patient_group(request);

    if (group == NULL || group->n >= NGX_PAYMENTS_PATIENT_GROUP) {
        return NGX_DECLINED;
    }

    waiting->request = request;
    waiting->group = group;
    waiting->until = until;
    waiting->seen = ngx_max(waiting->seen, seen);
    waiting->handler = handler;

    ngx_queue_insert_tail(&group->waiters, &waiting->queue);
    group->n++;
    ngx_payments_patient_n++;

    request->cancel = ngx_payments_patient_cancel;

    if (!ngx_payments_patient_event.timer_set) {
        ngx_add_timer(&ngx_payments_patient_event, NGX_PAYMENTS_PATIENT_LOOK);
    }

    return NGX_OK;
}

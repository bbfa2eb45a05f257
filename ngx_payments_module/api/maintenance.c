
/* What must be done now and then, and by nobody's request. */

#include "ngx_payments_api.h"


#define NGX_PAYMENTS_DAYS_ALARM  3


/* a task: one SQL call, again and again; of the first worker */

typedef struct {
    ngx_payments_pg_statement_e   statement;
    ngx_msec_t                    every;
    ngx_msec_t                    again;       /* where it did not work */
    void                        (*done)(ngx_payments_pg_row_t *row);
    ngx_event_t                   timer;
    ngx_connection_t              dummy;       /* for the timer's log lines */
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       holder;      /* of the lease, if it has one */
} ngx_payments_task_t;


static void ngx_payments_task_timer(ngx_event_t *ev);
static void ngx_payments_task_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static void ngx_payments_maintain_done(ngx_payments_pg_row_t *row);


static ngx_payments_task_t  ngx_payments_tasks[] = {
    { .statement = NGX_PAYMENTS_PG_MAINTAIN, .every = 3600 * 1000,
      .again = 60 * 1000, .done = ngx_payments_maintain_done },
    { .statement = NGX_PAYMENTS_PG_BACKGROUND, .every = 1000,
      .again = 1000 }
};

#define NGX_PAYMENTS_TASKS                                                    \
    (sizeof(ngx_payments_tasks) / sizeof(ngx_payments_task_t))


/* who this process is to the lease; another one after each start */

static u_char  ngx_payments_holder[NGX_PAYMENTS_UUID_LEN];


void
ngx_payments_maintenance_init(ngx_cycle_t *cycle)
{
    ngx_uint_t            i;
    ngx_payments_task_t  *task;

    if (ngx_payments_api_uuid(ngx_payments_holder) != 0) {
        return;
    }

    for (i = 0; i < NGX_PAYMENTS_TASKS; i++) {
        task = &ngx_payments_tasks[i];

        task->dummy.fd = (ngx_socket_t) -1;
        task->dummy.data = task;

        task->timer.data = &task->dummy;
        task->timer.handler = ngx_payments_task_timer;
        task->timer.log = cycle->log;
        task->timer.cancelable = 1;

        task->holder.data = ngx_payments_holder;
        task->holder.len = NGX_PAYMENTS_UUID_LEN;

        task->item.statement = task->statement;
        task->item.values = &task->holder;
        task->item.handler = ngx_payments_task_done;
        task->item.data = task;
        task->item.once = 1;

        ngx_add_timer(&task->timer, 1);
    }
}


void
ngx_payments_maintenance_exit(void)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_PAYMENTS_TASKS; i++) {
        if (ngx_payments_tasks[i].timer.timer_set) {
            ngx_del_timer(&ngx_payments_tasks[i].timer);
        }
    }
}


static void
ngx_payments_task_timer(ngx_event_t *ev)
{
    ngx_connection_t     *c = ev->data;
    ngx_payments_task_t  *task = c->data;

    if (ngx_exiting) {
        return;
    }

    if (ngx_payments_api_uuid(task->item.tag) != 0) {
        ngx_add_timer(ev, task->again);
        return;
    }

    ngx_payments_pg_send(&task->item);
}


static void
ngx_payments_task_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_payments_task_t  *task = item->data;

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "background task %ui was not done; trying again",
                      (ngx_uint_t) task->statement);
        ngx_add_timer(&task->timer, task->again);
        return;
    }

    if (task->done != NULL) {
        task->done(row);
    }

    ngx_add_timer(&task->timer, task->every);
}


static void
ngx_payments_maintain_done(ngx_payments_pg_row_t *row)
{
    int64_t  days;

    days = ngx_payments_pg_number(row, 1);

    if (days <= NGX_PAYMENTS_DAYS_ALARM) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "partitions of pay.journal end in %L days; payments "
                      "stop then", days);
    }
}

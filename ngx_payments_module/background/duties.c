
/* The duties, and the timers that they run by. */

#include "ngx_payments_background.h"
#include "ngx_payments_background_metrics.h"
#include "../base/ngx_payments_base.h"
#include "../cluster/ngx_payments_cluster.h"
#include "../status/ngx_payments_board.h"
#include "../status/ngx_payments_status.h"


#define NGX_PAYMENTS_DAYS_ALARM  3
#define NGX_PAYMENTS_DAYS_AHEAD  15              /* that pay.maintain() makes,
                                                    today among them */
#define NGX_PAYMENTS_DUTY_HOURLY  (3600 * 1000)  /* ms */
#define NGX_PAYMENTS_DUTY_IDLE    1000           /* ms between two calls */
#define NGX_PAYMENTS_DUTY_SLICE   500             /* ms between two parts */
#define NGX_PAYMENTS_DUTY_UNKNOWN 50             /* ms until it is asked again
                                                    which schema there is */
#define NGX_PAYMENTS_DUTY_BUSY    100            /* ... for a second after one
                                                    that had something to do */


/* columns of pay.maintain() */

#define NGX_PAYMENTS_MAINTAIN_DAYS_AHEAD  1
#define NGX_PAYMENTS_MAINTAIN_MORE        2

/* column of pay.background() */

#define NGX_PAYMENTS_BACKGROUND_CHANGED   1


/* columns of pay.check_ledger() */

#define NGX_PAYMENTS_CHECK_LEDGER_UNBALANCED  1
#define NGX_PAYMENTS_CHECK_LEDGER_MORE        2


/* one SQL call, made again and again */

typedef struct {
    ngx_payments_pg_statement_e   statement;
    ngx_msec_t                    retry;       /* after a failure, ms */
    ngx_msec_t                  (*done)(ngx_payments_pg_item_t *item,
                                    ngx_payments_pg_row_t *row);
                                               /* how long until the next */
} ngx_payments_duty_t;


/* a duty in one shard */

typedef struct {
    const ngx_payments_duty_t    *duty;
    ngx_event_t                   timer;
    ngx_connection_t              dummy;       /* for the timer's log lines */
    ngx_payments_pg_item_t        item;
    ngx_payments_pg_value_t       value;       /* the lease's holder, or for how
                                                  long events are kept */
    ngx_uint_t                    hurried;     /* calls left at short
                                                  intervals */
    ngx_int_t                     shown;       /* as the duty's gauge has it */
} ngx_payments_task_t;


static void ngx_payments_task_timer(ngx_event_t *ev);
static void ngx_payments_task_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row);
static ngx_msec_t ngx_payments_partitions_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_row_t *row);
static ngx_msec_t ngx_payments_due_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_row_t *row);
static ngx_msec_t ngx_payments_ledger_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_row_t *row);


static const ngx_payments_duty_t  ngx_payments_duties[] = {
    { NGX_PAYMENTS_PG_MAINTAIN, 60 * 1000, ngx_payments_partitions_done },
    { NGX_PAYMENTS_PG_DUTIES, NGX_PAYMENTS_DUTY_IDLE, ngx_payments_due_done },
    { NGX_PAYMENTS_PG_CHECK_LEDGER, 60 * 1000, ngx_payments_ledger_done }
};

#define NGX_PAYMENTS_DUTIES                                                   \
    (sizeof(ngx_payments_duties) / sizeof(ngx_payments_duty_t))


static ngx_payments_task_t  ngx_payments_tasks
                         [NGX_PAYMENTS_DUTIES * NGX_PAYMENTS_CLUSTER_SHARDS];
static ngx_uint_t           ngx_payments_ntasks;


/* this process, as the lease's holder; another one after each start */

static u_char  ngx_payments_holder[NGX_PAYMENTS_UUID_LEN];


void
ngx_payments_background_init(ngx_cycle_t *cycle, time_t kept)
{
    ngx_uint_t            i;
    ngx_payments_task_t  *task;

    if (ngx_payments_new_uuid(ngx_payments_holder) != 0) {
        return;
    }

    ngx_payments_board_name(NGX_PAYMENTS_BOARD_BACKGROUND,
                            ngx_payments_holder);

    ngx_payments_ntasks = NGX_PAYMENTS_DUTIES * ngx_payments_cluster_nshards();

    for (i = 0; i < ngx_payments_ntasks; i++) {
        task = &ngx_payments_tasks[i];
        task->duty = &ngx_payments_duties[i % NGX_PAYMENTS_DUTIES];

        task->dummy.fd = (ngx_socket_t) -1;
        task->dummy.data = task;

        task->timer.data = &task->dummy;
        task->timer.handler = ngx_payments_task_timer;
        task->timer.log = cycle->log;
        task->timer.cancelable = 1;

        task->value.data = ngx_payments_holder;
        task->value.len = NGX_PAYMENTS_UUID_LEN;
        task->value.number = kept;

        task->item.statement = task->duty->statement;
        task->item.shard = i / NGX_PAYMENTS_DUTIES;
        task->item.values = &task->value;
        task->item.handler = ngx_payments_task_done;
        task->item.data = task;
        task->item.once = 1;

        ngx_add_timer(&task->timer, 1);
    }
}


void
ngx_payments_background_exit(void)
{
    ngx_uint_t  i;

    for (i = 0; i < ngx_payments_ntasks; i++) {
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

    /* without a schema there is nothing to do, and nothing to say */

    switch (ngx_payments_cluster_schema(task->item.shard)) {

    case NGX_PAYMENTS_SCHEMA_UNKNOWN:
        ngx_add_timer(ev, NGX_PAYMENTS_DUTY_UNKNOWN);
        return;

    case NGX_PAYMENTS_SCHEMA_MISSING:
        ngx_add_timer(ev, NGX_PAYMENTS_DUTY_IDLE);
        return;

    default:
        break;
    }

    if (ngx_payments_new_uuid(task->item.tag) != 0) {
        ngx_add_timer(ev, task->duty->retry);
        return;
    }

    ngx_payments_cluster_send(&task->item);
}


static void
ngx_payments_task_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_outcome_e outcome, ngx_payments_pg_row_t *row)
{
    ngx_uint_t            duty;
    ngx_payments_task_t  *task = item->data;

    duty = task->duty - ngx_payments_duties;

    ngx_payments_status_add((outcome == NGX_PAYMENTS_PG_DONE
                             ? NGX_PAYMENTS_M_BACKGROUND_PARTITIONS
                             : NGX_PAYMENTS_M_BACKGROUND_PARTITIONS_FAILED)
                            + duty, 1);

    if (outcome != NGX_PAYMENTS_PG_DONE) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "background task %ui of payments shard \"%V\" was not "
                      "done; trying again", (ngx_uint_t) item->statement,
                      ngx_payments_cluster_shard_name(item->shard));
        ngx_add_timer(&task->timer, task->duty->retry);
        return;
    }

    ngx_add_timer(&task->timer, task->duty->done(item, row));
}


static ngx_msec_t
ngx_payments_partitions_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_row_t *row)
{
    int64_t               days;
    ngx_int_t             missing;
    ngx_payments_task_t  *task = item->data;

    days = ngx_payments_pg_number(row, NGX_PAYMENTS_MAINTAIN_DAYS_AHEAD);

    if (days <= NGX_PAYMENTS_DAYS_ALARM) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "partitions of pay.journal end in %L days in payments "
                      "shard \"%V\"; payments stop then", days,
                      ngx_payments_cluster_shard_name(item->shard));
    }

    missing = ngx_max(NGX_PAYMENTS_DAYS_AHEAD - (ngx_int_t) days, 0);

    ngx_payments_status_add(NGX_PAYMENTS_M_BACKGROUND_MISSING,
                            missing - task->shown);
    task->shown = missing;

    /* old partitions are dropped one at a time */

    return ngx_payments_pg_number(row, NGX_PAYMENTS_MAINTAIN_MORE)
           ? 1000 : NGX_PAYMENTS_DUTY_HOURLY;
}


/*
 * Little and often: the events of a whole second would take the database's
 * processor from payments for as long as a tenth of one.
 */

static ngx_msec_t
ngx_payments_due_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_row_t *row)
{
    int64_t               changed;
    const char           *left_out;
    ngx_payments_task_t  *task = item->data;

    changed = ngx_payments_pg_number(row, NGX_PAYMENTS_BACKGROUND_CHANGED);

    if (changed == -2) {
        left_out = ngx_payments_status_due("restored", "", item->shard, 60000);

        if (left_out != NULL) {
            ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                          "payments shard \"%V\" was restored from a dump of "
                          "another cluster: its events get no sequence until "
                          "sql/apply has been run%s",
                          ngx_payments_cluster_shard_name(item->shard),
                          left_out);
        }
    }

    if (changed > 0) {
        task->hurried = NGX_PAYMENTS_DUTY_IDLE / NGX_PAYMENTS_DUTY_BUSY;
    }

    if (task->hurried == 0) {
        return NGX_PAYMENTS_DUTY_IDLE;
    }

    task->hurried--;

    return NGX_PAYMENTS_DUTY_BUSY;
}


/*
 * Each book is looked at once an hour, by one node.  A finding is said by each
 * of them, as long as it stands.
 */

static ngx_msec_t
ngx_payments_ledger_done(ngx_payments_pg_item_t *item,
    ngx_payments_pg_row_t *row)
{
    int64_t               unbalanced;
    ngx_payments_task_t  *task = item->data;

    if (ngx_payments_pg_number(row, NGX_PAYMENTS_CHECK_LEDGER_MORE)) {
        return NGX_PAYMENTS_DUTY_SLICE;
    }

    unbalanced = ngx_payments_pg_number(row,
                                        NGX_PAYMENTS_CHECK_LEDGER_UNBALANCED);

    ngx_payments_status_add(NGX_PAYMENTS_M_BACKGROUND_BOOKS,
                            (ngx_int_t) unbalanced - task->shown);
    task->shown = (ngx_int_t) unbalanced;

    if (unbalanced > 0) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "%L books of payments shard \"%V\" are not balanced: "
                      "their debits are not their credits", unbalanced,
                      ngx_payments_cluster_shard_name(item->shard));
    }

    return NGX_PAYMENTS_DUTY_HOURLY;
}

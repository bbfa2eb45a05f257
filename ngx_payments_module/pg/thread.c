
/*
 * The worker's connecting thread.  PQconnectPoll derives a key from the
 * password where the server asks for SCRAM (RFC 5802): 4096 iterations take
 * milliseconds, a million some seconds, and a verifier may ask for any
 * number.  So each call of it runs here, one after the other; the event loop
 * waits for the socket in between, as before.
 *
 * A job belongs to the event loop, but from the moment that it is handed over
 * until it comes back; so does its PGconn.  The thread knows nothing of nginx.
 */

#include "ngx_payments_pg_internal.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>


struct ngx_payments_pg_job_s {
    ngx_queue_t                   queue;
    PGconn                       *pg;
    ngx_payments_pg_conn_t       *conn;        /* the event loop's; NULL: it has
                                                  been given up */
    PostgresPollingStatusType     poll;
    uint64_t                      took;        /* microseconds */
};


typedef struct {
    pthread_t                     id;
    pthread_mutex_t               mutex;       /* of the queues */
    pthread_cond_t                some;        /* something has been handed
                                                  over */
    ngx_queue_t                   todo;
    ngx_queue_t                   done;
    int                           fd;          /* readable: something is done */
    ngx_connection_t             *c;           /* of fd */
} ngx_payments_pg_thread_t;


/* of this worker; it lives as long as the process does */
static ngx_payments_pg_thread_t  *ngx_payments_pg_thread;


static void *
ngx_payments_pg_thread_cycle(void *data)
{
    uint64_t                   one = 1;
    ngx_queue_t               *q;
    ngx_payments_pg_job_t     *job;
    ngx_payments_pg_thread_t  *thread = data;

    /* of a core that both want the event loop gets more; of this thread
       alone */

    (void) setpriority(PRIO_PROCESS, (id_t) syscall(SYS_gettid), 10);

    for ( ;; ) {
        (void) pthread_mutex_lock(&thread->mutex);

        while (ngx_queue_empty(&thread->todo)) {
            (void) pthread_cond_wait(&thread->some, &thread->mutex);
        }

        q = ngx_queue_head(&thread->todo);
        ngx_queue_remove(q);

        (void) pthread_mutex_unlock(&thread->mutex);

        job = ngx_queue_data(q, ngx_payments_pg_job_t, queue);

        job->took = ngx_payments_pg_usec();
        job->poll = PQconnectPoll(job->pg);
        job->took = ngx_payments_pg_usec() - job->took;

        (void) pthread_mutex_lock(&thread->mutex);
        ngx_queue_insert_tail(&thread->done, q);
        (void) pthread_mutex_unlock(&thread->mutex);

        while (write(thread->fd, &one, sizeof(one)) == -1
               && ngx_errno == NGX_EINTR)
        {
            /* void */
        }
    }

    return NULL;
}


/* what has been given up ends here, once the thread is done with it */

static void
ngx_payments_pg_thread_handler(ngx_event_t *ev)
{
    uint64_t                    n;
    ngx_queue_t                *q, done;
    ngx_connection_t           *c = ev->data;
    ngx_payments_pg_job_t      *job;
    ngx_payments_pg_conn_t     *conn;
    ngx_payments_pg_thread_t   *thread = c->data;
    PostgresPollingStatusType   poll;
    ngx_msec_t                  took;

    if (read(c->fd, &n, sizeof(n)) == -1) {
        return;
    }

    ngx_queue_init(&done);

    (void) pthread_mutex_lock(&thread->mutex);

    if (!ngx_queue_empty(&thread->done)) {
        ngx_queue_add(&done, &thread->done);
        ngx_queue_init(&thread->done);
    }

    (void) pthread_mutex_unlock(&thread->mutex);

    while (!ngx_queue_empty(&done)) {
        q = ngx_queue_head(&done);
        ngx_queue_remove(q);

        job = ngx_queue_data(q, ngx_payments_pg_job_t, queue);
        conn = job->conn;
        poll = job->poll;
        took = (ngx_msec_t) (job->took / 1000);

        if (conn == NULL) {
            PQfinish(job->pg);
            ngx_free(job);
            continue;
        }

        conn->job = NULL;
        ngx_free(job);

        ngx_payments_pg_polled(conn, poll, took);
    }
}


static ngx_int_t
ngx_payments_pg_thread_watch(ngx_payments_pg_thread_t *thread)
{
    ngx_connection_t  *c;

    thread->fd = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);
    if (thread->fd == -1) {
        return NGX_ERROR;
    }

    c = ngx_get_connection(thread->fd, ngx_cycle->log);

    if (c == NULL) {
        (void) close(thread->fd);
        return NGX_ERROR;
    }

    c->data = thread;
    c->log = ngx_cycle->log;
    c->read->log = c->log;
    c->write->log = c->log;
    c->read->handler = ngx_payments_pg_thread_handler;

    if (ngx_add_event(c->read, NGX_READ_EVENT, NGX_LEVEL_EVENT) != NGX_OK) {
        ngx_close_connection(c);
        return NGX_ERROR;
    }

    thread->c = c;

    return NGX_OK;
}


static ngx_int_t
ngx_payments_pg_thread_start(void)
{
    int                        rc;
    sigset_t                   all, old;
    ngx_payments_pg_thread_t  *thread;

    thread = ngx_calloc(sizeof(ngx_payments_pg_thread_t), ngx_cycle->log);
    if (thread == NULL) {
        return NGX_ERROR;
    }

    ngx_queue_init(&thread->todo);
    ngx_queue_init(&thread->done);

    if (ngx_payments_pg_thread_watch(thread) != NGX_OK) {
        ngx_free(thread);
        return NGX_ERROR;
    }

    (void) pthread_mutex_init(&thread->mutex, NULL);
    (void) pthread_cond_init(&thread->some, NULL);

    /* nginx's signals are for the event loop */

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &old);

    rc = pthread_create(&thread->id, NULL, ngx_payments_pg_thread_cycle,
                        thread);

    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);

    if (rc != 0) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, rc,
                      "pthread_create() failed");
        ngx_close_connection(thread->c);
        ngx_free(thread);
        return NGX_ERROR;
    }

    (void) pthread_detach(thread->id);

    ngx_payments_pg_thread = thread;

    return NGX_OK;
}


ngx_int_t
ngx_payments_pg_thread_poll(ngx_payments_pg_conn_t *conn)
{
    ngx_payments_pg_job_t     *job;
    ngx_payments_pg_thread_t  *thread;

    if (ngx_payments_pg_thread == NULL
        && ngx_payments_pg_thread_start() != NGX_OK)
    {
        return NGX_ERROR;
    }

    thread = ngx_payments_pg_thread;

    job = ngx_calloc(sizeof(ngx_payments_pg_job_t), ngx_cycle->log);
    if (job == NULL) {
        return NGX_ERROR;
    }

    job->pg = conn->pg;
    job->conn = conn;
    conn->job = job;

    (void) pthread_mutex_lock(&thread->mutex);
    ngx_queue_insert_tail(&thread->todo, &job->queue);
    (void) pthread_cond_signal(&thread->some);
    (void) pthread_mutex_unlock(&thread->mutex);

    return NGX_OK;
}


void
ngx_payments_pg_thread_leave(ngx_payments_pg_conn_t *conn)
{
    conn->job->conn = NULL;
    conn->job = NULL;
    conn->pg = NULL;
}


void
ngx_payments_pg_thread_exit(void)
{
    if (ngx_payments_pg_thread != NULL) {
        ngx_close_connection(ngx_payments_pg_thread->c);
        ngx_payments_pg_thread->c = NULL;
    }
}


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

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>


/* how long the end of a process waits for what the thread computes, s */
#define NGX_PAYMENTS_PG_THREAD_EXIT  10


struct ngx_payments_pg_job_s {
    ngx_queue_t                   queue;
    PGconn                       *pg;
    ngx_payments_pg_conn_t       *conn;        /* the event loop's; NULL: it has
                                                  been given up */
    ngx_payments_pg_polled_pt     handler;
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
    ngx_uint_t                    running;     /* it has a job; under the
                                                  mutex, as the next one */
    ngx_uint_t                    stop;        /* it is to end */
    ngx_connection_t             *c;           /* of fd */
} ngx_payments_pg_thread_t;


/* of this worker; from the first attempt to connect to the end of the
   process */
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

        thread->running = 0;
        (void) pthread_cond_broadcast(&thread->some);

        while (ngx_queue_empty(&thread->todo) && !thread->stop) {
            (void) pthread_cond_wait(&thread->some, &thread->mutex);
        }

        if (thread->stop) {
            (void) pthread_mutex_unlock(&thread->mutex);
            return NULL;
        }

        thread->running = 1;

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
    ngx_payments_pg_polled_pt   handler;
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

        handler = job->handler;

        conn->job = NULL;
        ngx_free(job);

        handler(conn, poll, took);
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


/* nginx unloads modules when a worker ends; not while a thread runs in one */

static void
ngx_payments_pg_thread_pin(void)
{
    Dl_info  info;

    if (dladdr(&ngx_payments_pg_thread, &info) != 0
        && info.dli_fname != NULL)
    {
        (void) dlopen(info.dli_fname, RTLD_NOW|RTLD_NOLOAD|RTLD_NODELETE);
    }
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

    ngx_payments_pg_thread_pin();

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

    ngx_payments_pg_thread = thread;

    return NGX_OK;
}


ngx_int_t
ngx_payments_pg_thread_poll(ngx_payments_pg_conn_t *conn,
    ngx_payments_pg_polled_pt handler)
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
    job->handler = handler;
    conn->job = job;

    (void) pthread_mutex_lock(&thread->mutex);
    ngx_queue_insert_tail(&thread->todo, &job->queue);
    (void) pthread_cond_broadcast(&thread->some);
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


/* what was handed over, and has been given up since */

static void
ngx_payments_pg_thread_free(ngx_payments_pg_thread_t *thread)
{
    ngx_queue_t            *q;
    ngx_payments_pg_job_t  *job;

    ngx_queue_add(&thread->todo, &thread->done);

    while (!ngx_queue_empty(&thread->todo)) {
        q = ngx_queue_head(&thread->todo);
        ngx_queue_remove(q);

        job = ngx_queue_data(q, ngx_payments_pg_job_t, queue);

        PQfinish(job->pg);
        ngx_free(job);
    }

    (void) pthread_mutex_destroy(&thread->mutex);
    (void) pthread_cond_destroy(&thread->some);
    ngx_free(thread);
}


/*
 * What exit() cleans up must not be taken from under the thread.  One that
 * still computes after some seconds is left behind together with all that
 * exit() would do: nothing of this process is needed any more.
 */

void
ngx_payments_pg_thread_exit(void)
{
    int                        rc;
    struct timespec            until;
    ngx_payments_pg_thread_t  *thread = ngx_payments_pg_thread;

    if (thread == NULL) {
        return;
    }

    ngx_payments_pg_thread = NULL;
    ngx_close_connection(thread->c);

    (void) clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += NGX_PAYMENTS_PG_THREAD_EXIT;

    (void) pthread_mutex_lock(&thread->mutex);

    thread->stop = 1;
    (void) pthread_cond_broadcast(&thread->some);

    for (rc = 0; thread->running && rc == 0; /* void */ ) {
        rc = pthread_cond_timedwait(&thread->some, &thread->mutex, &until);
    }

    rc = thread->running;
    (void) pthread_mutex_unlock(&thread->mutex);

    if (rc) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "a connection to PostgreSQL is still computed; the "
                      "process ends without it");
        _exit(0);
    }

    (void) pthread_join(thread->id, NULL);
    ngx_payments_pg_thread_free(thread);
}

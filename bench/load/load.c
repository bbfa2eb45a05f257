/*
 * load: a client that sends HTTP requests to a payment API at a given rate, and
 * measures each from the moment at which it was due.  A server that stalls does
 * not make the client wait with it: what was due meanwhile is counted late
 * ("coordinated omission").  With rate 0 it sends as fast as answers come.
 *
 * One thread, epoll, keep-alive connections, one request at a time on each.
 *
 * usage: load --port P --key KEY[,KEY...] [options]; see usage() below.
 * Prints one line of JSON.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "load.h"


options_t          o;
static conn_t     *conns;
static conn_t     *idle_list;               /* connections without a request */
static int         epfd;
static histogram_t all, by_class[CLASSES], refused;
static uint64_t    counts[CLASSES], statuses[600], errors, wrong, replayed;
static uint64_t    sent, lateness_max;
static double      now_, started, next_due;

/* requests that were due while no connection was free */

static double     *backlog;
static size_t      backlog_size, backlog_head, backlog_tail;

/* payments that were made, by the number of their request */

static made_t     *made;
static uint64_t    nmade, ncreates, ncaptured;
static char        run[17];


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


static uint64_t  seed_state;

static uint64_t
rnd(void)
{
    seed_state ^= seed_state << 13;
    seed_state ^= seed_state >> 7;
    seed_state ^= seed_state << 17;
    return seed_state;
}


/* what is asked for: by the mix, where there is something that it fits */

static class_e
choose(void)
{
    unsigned  n = (unsigned) (rnd() % o.weight_sum);
    class_e   c;

    if (o.path != NULL) {
        return OTHER;
    }

    for (c = CREATE; n >= o.weight[c]; c++) {
        n -= o.weight[c];
    }

    if ((c == REPLAY || c == GET || c == REFUND) && nmade < 1) {
        return CREATE;
    }

    /* every other one waits for its capture */

    while (ncaptured < nmade && made[ncaptured % RECENT].n % 2 == 0) {
        ncaptured++;
    }

    if (c == CAPTURE && ncaptured == nmade) {
        return CREATE;
    }

    return c;
}


/* one of those that were made last; with captures every other one is only
   authorized, and cannot be refunded */

static made_t *
some_made(void)
{
    uint64_t  back, max = nmade < RECENT ? nmade : RECENT;

    back = o.hot ? 0 : rnd() % max;
    return &made[(o.hot ? 0 : nmade - 1 - back) % RECENT];
}


static int
head(char *p, const char *method, const char *path, uint64_t key, int body)
{
    int  n;

    n = sprintf(p, "%s %s HTTP/1.1\r\nHost: localhost\r\n"
                "Authorization: Bearer %s\r\n", method, path,
                o.keys[key % o.nkeys]);

    if (body >= 0) {
        n += sprintf(p + n, "Content-Type: application/json\r\n"
                     "Content-Length: %d\r\n", body);
    }

    return n;
}


/* the same number gives the same bytes */

static int
create(char *p, uint64_t n)
{
    char  body[512];
    int   len, at;

    len = sprintf(body, "{\"amount\":%u,\"currency\":\"EUR\","
                  "\"payment_method\":{\"token\":\"tok_visa\"},"
                  "\"description\":\"Order %lu\",\"customer\":\"cus_%lu\",%s"
                  "\"metadata\":{\"order\":\"%lu\",\"channel\":\"web\"}}",
                  (unsigned) (n % 100000 + 1000), (unsigned long) n,
                  (unsigned long) (n % 1000),
                  (o.weight[CAPTURE] && n % 2) ? "\"capture_method\":\"manual\","
                                               : "",
                  (unsigned long) n);
    at = head(p, "POST", "/v1/payments", n, len);

    return at + sprintf(p + at, "Idempotency-Key: %s-%lu\r\n\r\n%s", run,
                        (unsigned long) n, body);
}


static int
act(char *p, made_t *m, const char *what, const char *body)
{
    char  path[96];
    int   at;

    sprintf(path, "/v1/payments/%s/%s", m->id, what);
    at = head(p, "POST", path, m->n, (int) strlen(body));

    return at + sprintf(p + at, "Idempotency-Key: %s-%c%lu\r\n\r\n%s", run,
                        what[0], (unsigned long) ++sent, body);
}


static int
get(char *p, const char *path, uint64_t n)
{
    int  at = head(p, "GET", path, n, -1);

    return at + sprintf(p + at, "\r\n");
}


static void
compose(conn_t *c)
{
    char     path[96];
    made_t  *m;

    switch (c->class = choose()) {

    case CREATE:
        c->n = ncreates++;
        c->out_len = create(c->out, c->n);
        break;

    case REPLAY:
        m = some_made();
        c->n = m->n;
        memcpy(c->expect, m->id, sizeof(c->expect));
        c->out_len = create(c->out, c->n);
        break;

    case GET:
        m = some_made();
        sprintf(path, "/v1/payments/%s", m->id);
        c->out_len = get(c->out, path, m->n);
        break;

    case LIST:
        c->out_len = get(c->out, "/v1/payments?limit=20", rnd());
        break;

    case CAPTURE:
        m = &made[ncaptured++ % RECENT];
        c->out_len = act(c->out, m, "capture", "{}");
        break;

    case REFUND:
        m = some_made();

        /* only authorized, as every other one then is: another time */

        if (o.weight[CAPTURE] && m->n % 2) {
            c->class = GET;
            sprintf(path, "/v1/payments/%s", m->id);
            c->out_len = get(c->out, path, m->n);
            break;
        }

        c->out_len = act(c->out, m, "refunds", "{\"amount\":1}");
        break;

    default:
        c->out_len = get(c->out, o.path, 0);
    }
}


static void
watch(conn_t *c, uint32_t events)
{
    struct epoll_event  ev = { .events = events, .data.ptr = c };

    if (c->events != events) {
        epoll_ctl(epfd, c->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &ev);
        c->events = events;
    }
}


static void
connect_(conn_t *c)
{
    int                 one = 1;
    struct sockaddr_in  addr = { .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t) o.port) };

    inet_pton(AF_INET, o.host, &addr.sin_addr);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    c->events = 0;

    if (c->fd == -1
        || connect(c->fd, (struct sockaddr *) &addr, sizeof(addr)) == -1)
    {
        perror("load: connect");
        exit(1);
    }

    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    watch(c, EPOLLIN);
}


static void
flush(conn_t *c)
{
    ssize_t  n;

    while (c->out_pos < c->out_len) {
        n = send(c->fd, c->out + c->out_pos, (size_t) (c->out_len - c->out_pos),
                 MSG_NOSIGNAL);
        if (n < 0) {
            break;
        }

        c->out_pos += (int) n;
    }

    watch(c, c->out_pos < c->out_len ? EPOLLIN|EPOLLOUT : EPOLLIN);
}


static void
begin(conn_t *c, double due)
{
    c->due = due;
    c->begun = now_;
    c->busy = 1;
    c->in_len = 0;
    c->dropped = 0;
    c->out_pos = 0;
    compose(c);
    flush(c);

    if ((now_ - due) * 1e6 > (double) lateness_max) {
        lateness_max = (uint64_t) ((now_ - due) * 1e6);
    }
}


static void
remember(conn_t *c, const char *id)
{
    made_t  *m = &made[nmade++ % RECENT];

    memcpy(m->id, id, 30);
    m->id[30] = '\0';
    m->n = c->n;

    /* what is overwritten cannot be captured any more */

    if (nmade - ncaptured > RECENT) {
        ncaptured = nmade - RECENT;
    }
}


static void
answered(conn_t *c, int status, const char *head_, const char *body)
{
    double       usec = (now_ - c->due) * 1e6;
    const char  *id = strstr(body, "\"id\":\"pay_");

    if (c->class == CREATE && status == 201 && id != NULL) {
        remember(c, id + 6);
    }

    if (c->class == REPLAY) {
        if (status != 201 || id == NULL || memcmp(id + 6, c->expect, 30) != 0) {
            wrong++;

        } else if (strcasestr(head_, "idempotent-replayed: true") != NULL) {
            replayed++;
        }
    }

    if (c->due >= started) {
        statuses[status < 600 ? status : 0]++;
        counts[c->class]++;
        histogram_add(&all, usec > 0 ? (uint64_t) usec : 0);
        histogram_add(&by_class[c->class], usec > 0 ? (uint64_t) usec : 0);

        if (status == 503) {
            histogram_add(&refused, usec > 0 ? (uint64_t) usec : 0);
        }
    }

    c->busy = 0;
    c->next = idle_list;
    idle_list = c;
}


static void
failed(conn_t *c)
{
    errors++;
    close(c->fd);
    connect_(c);
    c->busy = 0;
    c->next = idle_list;
    idle_list = c;
}


static void
readable(conn_t *c)
{
    int      status, closes;
    char    *end, *length;
    long     body;
    ssize_t  n;

    n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - 1 - (size_t) c->in_len,
             0);

    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        if (c->busy) {
            failed(c);

        } else {
            close(c->fd);
            connect_(c);
        }

        return;
    }

    if (n < 0) {
        return;
    }

    c->in_len += (int) n;
    c->in[c->in_len] = '\0';

    end = strstr(c->in, "\r\n\r\n");
    length = end ? strcasestr(c->in, "\r\nContent-Length:") : NULL;

    if (end == NULL || length == NULL || length > end) {
        return;
    }

    body = strtol(length + 17, NULL, 10);

    if (end + 4 + body > c->in + c->in_len + c->dropped) {

        /* what does not fit is not looked at, only taken */

        if (c->in_len == (int) sizeof(c->in) - 1) {
            c->dropped += c->in_len - (int) sizeof(c->in) / 2;
            c->in_len = (int) sizeof(c->in) / 2;
        }

        return;
    }

    status = atoi(c->in + 9);
    *end = '\0';
    closes = strcasestr(c->in, "\r\nConnection: close") != NULL;
    answered(c, status, c->in, end + 4);

    if (closes) {
        close(c->fd);
        connect_(c);
    }
}


/* requests that are due, on connections that are free */

static void
dispatch(double until)
{
    conn_t  *c;

    while (o.rate > 0 && next_due <= now_ && next_due < until) {
        if (backlog_head - backlog_tail == backlog_size) {
            errors++;

        } else {
            backlog[backlog_head++ % backlog_size] = next_due;
        }

        next_due += o.poisson
                    ? -log(1 - (double) (rnd() >> 11) / 9007199254740992.0)
                      / o.rate
                    : 1 / o.rate;
    }

    while (idle_list != NULL
           && (o.rate > 0 ? backlog_head != backlog_tail : now_ < until))
    {
        c = idle_list;
        idle_list = c->next;
        begin(c, o.rate > 0 ? backlog[backlog_tail++ % backlog_size] : now_);
    }
}


static uint64_t
under_way(void)
{
    uint64_t  n = backlog_head - backlog_tail;

    for (int i = 0; i < o.connections; i++) {
        n += (uint64_t) conns[i].busy;
    }

    return n;
}


static void
loop(double until)
{
    int                 n, i;
    double              wait;
    struct timespec     ts;
    struct epoll_event  events[256];

    while (now_ < until || under_way()) {

        if (now_ > until + 30) {
            errors += under_way();
            return;
        }

        /*
         * Until the next request is due, if there is a connection for it, and
         * not a moment less: who spins has a core that the server lacks.
         */

        wait = (o.rate > 0 && next_due < until && idle_list != NULL)
               ? next_due - now_ : 0.02;
        wait = wait < 0 ? 0 : wait > 0.02 ? 0.02 : wait;
        ts = (struct timespec) { .tv_nsec = (long) (wait * 1e9) };

        n = epoll_pwait2(epfd, events, 256, &ts, NULL);
        now_ = now();

        for (i = 0; i < n; i++) {
            conn_t  *c = events[i].data.ptr;

            if (events[i].events & EPOLLOUT) {
                flush(c);
            }

            if (events[i].events & (EPOLLIN|EPOLLHUP|EPOLLERR)) {
                readable(c);
            }
        }

        dispatch(until);
    }
}


/* a request each, and then nothing more */

static void
open_idle(void)
{
    char     text[1024], answer[4096];
    conn_t   c;
    ssize_t  n;

    for (int i = 0; i < o.idle; i++) {
        memset(&c, 0, offsetof(conn_t, out));
        connect_(&c);
        fcntl(c.fd, F_SETFL, 0);
        n = send(c.fd, text, (size_t) get(text, "/livez", 0), MSG_NOSIGNAL);

        if (n <= 0 || recv(c.fd, answer, sizeof(answer), 0) <= 0) {
            errors++;
        }

        epoll_ctl(epfd, EPOLL_CTL_DEL, c.fd, NULL);
    }
}


static void
report(double seconds)
{
    printf("{\"requests\":%lu,\"per_second\":%.1f,\"seconds\":%.3f,"
           "\"errors\":%lu,\"wrong\":%lu,\"replayed\":%lu,\"created\":%lu,"
           "\"mean\":%.3f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,"
           "\"max\":%.3f,\"late\":%.3f,\"statuses\":{",
           (unsigned long) all.total, (double) all.total / seconds, seconds,
           (unsigned long) errors, (unsigned long) wrong,
           (unsigned long) replayed, (unsigned long) nmade,
           all.total ? all.sum / (double) all.total / 1000 : 0,
           histogram_at(&all, 0.5), histogram_at(&all, 0.9),
           histogram_at(&all, 0.99), histogram_at(&all, 0.999),
           (double) all.max / 1000, (double) lateness_max / 1000);

    for (int i = 0, n = 0; i < 600; i++) {
        if (statuses[i]) {
            printf("%s\"%d\":%lu", n++ ? "," : "", i,
                   (unsigned long) statuses[i]);
        }
    }

    printf("},\"refused\":{\"p50\":%.3f,\"p99\":%.3f},\"classes\":{",
           histogram_at(&refused, 0.5), histogram_at(&refused, 0.99));

    for (int i = 0, n = 0; i < CLASSES; i++) {
        if (counts[i]) {
            printf("%s\"%s\":{\"requests\":%lu,\"p50\":%.3f,\"p99\":%.3f}",
                   n++ ? "," : "", names[i], (unsigned long) counts[i],
                   histogram_at(&by_class[i], 0.5),
                   histogram_at(&by_class[i], 0.99));
        }
    }

    printf("}}\n");
}


int
main(int argc, char **argv)
{
    FILE           *f;
    double          begun;
    struct rlimit   limit = { 65536, 65536 };

    parse(argc, argv);
    setrlimit(RLIMIT_NOFILE, &limit);

    f = fopen("/proc/sys/kernel/random/uuid", "r");

    if (f == NULL || fread(run, 1, 16, f) != 16) {
        return 1;
    }

    fclose(f);

    /* letters only: digits with the number behind them may be a card's */

    for (int i = 0; i < 16; i++) {
        run[i] = (char) (run[i] == '-' ? 'x' : 'a' + (run[i] & 0xf));
    }

    seed_state = o.seed * 0x9e3779b97f4a7c15u + 1;
    epfd = epoll_create1(0);
    conns = calloc((size_t) o.connections, sizeof(conn_t));
    made = calloc(RECENT, sizeof(made_t));
    backlog_size = (size_t) (o.rate * 60) + 1024;
    backlog = calloc(backlog_size, sizeof(double));

    if (epfd == -1 || conns == NULL || made == NULL || backlog == NULL) {
        return 1;
    }

    open_idle();

    for (int i = 0; i < o.connections; i++) {
        connect_(&conns[i]);
        conns[i].next = idle_list;
        idle_list = &conns[i];
    }

    begun = now_ = next_due = now();
    started = begun + o.warmup;
    dispatch(started + o.seconds);
    loop(started + o.seconds);
    report(now_ - started > o.seconds && o.rate > 0 ? now_ - started
                                                    : o.seconds);

    return 0;
}

/* The pieces of load.c that its reader wants to see at one glance. */

#ifndef LOAD_H
#define LOAD_H

#include <stddef.h>
#include <stdint.h>


#define MAX_KEYS  4096
#define RECENT    16384                /* payments that are read, or repeated */


typedef enum {
    CREATE = 0,
    REPLAY,                            /* a create that was sent before */
    GET,
    LIST,
    CAPTURE,
    REFUND,
    OTHER,                             /* --path */
    CLASSES
} class_e;


/* log-linear: 2048 steps, then as many of twice the width, and so on */

#define HISTOGRAM_HALF    1024
#define HISTOGRAM_SHIFTS  20

typedef struct {
    uint64_t  count[HISTOGRAM_SHIFTS][2 * HISTOGRAM_HALF];
    uint64_t  total;
    uint64_t  max;                     /* microseconds */
    double    sum;
} histogram_t;

void histogram_add(histogram_t *h, uint64_t usec);
/* milliseconds, of a part of all values, 0 to 1 */
double histogram_at(const histogram_t *h, double part);


typedef struct {
    const char  *host;
    int          port;
    char        *keys[MAX_KEYS];       /* each request takes one by its number */
    int          nkeys;
    double       rate;                 /* requests a second; 0: closed loop */
    int          poisson;              /* gaps are exponential, not constant */
    int          connections;
    int          idle;
    int          hot;
    double       warmup;               /* seconds that are not counted */
    double       seconds;
    uint64_t     seed;
    const char  *path;
    unsigned     weight[CLASSES];
    unsigned     weight_sum;
} options_t;


extern options_t           o;
extern const char *const   names[CLASSES];

/* fills it; says what is wrong, and exits */
void parse(int argc, char **argv);


typedef struct {
    char         id[31];
    uint64_t     n;                    /* of the request that made it */
} made_t;


typedef struct conn_s  conn_t;

struct conn_s {
    int          fd;
    uint32_t     events;               /* that epoll watches; 0: none */
    int          busy;
    class_e      class;
    uint64_t     n;
    double       due;                  /* seconds; when it should have begun */
    double       begun;
    conn_t      *next;                 /* of those without a request */
    char         expect[31];           /* the id that a replay must have */
    int          out_len;
    int          out_pos;
    int          in_len;
    long         dropped;              /* bytes of the answer that did not fit */
    char         out[2048];
    char         in[65536];
};


#endif

/* A log-linear histogram, as HdrHistogram's: three digits of any value. */

#include <math.h>

#include "load.h"


/* microseconds; three digits are kept of any value */

void
histogram_add(histogram_t *h, uint64_t usec)
{
    unsigned  shift = 0;
    uint64_t  v = usec;

    while (v >= 2 * HISTOGRAM_HALF) {
        v >>= 1;
        shift++;
    }

    if (shift >= HISTOGRAM_SHIFTS) {
        shift = HISTOGRAM_SHIFTS - 1;
        v = 2 * HISTOGRAM_HALF - 1;
    }

    h->count[shift][v]++;
    h->total++;
    h->sum += (double) usec;

    if (usec > h->max) {
        h->max = usec;
    }
}


double
histogram_at(const histogram_t *h, double part)
{
    uint64_t  seen = 0, want = (uint64_t) ceil(part * (double) h->total);

    for (unsigned s = 0; s < HISTOGRAM_SHIFTS; s++) {
        for (unsigned v = 0; v < 2 * HISTOGRAM_HALF; v++) {
            seen += h->count[s][v];

            if (seen >= want && h->count[s][v]) {
                return (double) ((uint64_t) v << s) / 1000;
            }
        }
    }

    return (double) h->max / 1000;
}


/*
 * What merchants hold of something that there is so much of.  Shared out by
 * dynamic thresholds (Choudhury and Hahne 1998): each may hold as much as is
 * left, so that one alone has half of it at most, and something is always left
 * for who comes next.
 */

#include <stdlib.h>

#include "ngx_payments_domain.h"


struct ngx_payments_holder_s {
    ngx_payments_holder_t          *next;      /* of the same bucket */
    int64_t                         merchant;
    uint64_t                        holds;     /* above 0 */
};


static ngx_payments_holder_t **
ngx_payments_share_find(ngx_payments_share_t *share, int64_t merchant)
{
    uint64_t                 hash;
    ngx_payments_holder_t  **place;

    hash = (uint64_t) merchant * UINT64_C(0x9e3779b97f4a7c15);
    place = &share->buckets[hash >> (64 - NGX_PAYMENTS_SHARE_BITS)];

    while (*place != NULL && (*place)->merchant != merchant) {
        place = &(*place)->next;
    }

    return place;
}


int
ngx_payments_share_full(ngx_payments_share_t *share, int64_t merchant)
{
    ngx_payments_holder_t  *holder;

    if (share->held >= share->size) {
        return 1;
    }

    holder = *ngx_payments_share_find(share, merchant);

    return holder != NULL && holder->holds >= share->size - share->held;
}


int
ngx_payments_share_take(ngx_payments_share_t *share, int64_t merchant,
    uint64_t n)
{
    ngx_payments_holder_t  *holder, **place;

    place = ngx_payments_share_find(share, merchant);
    holder = *place;

    if (holder == NULL) {
        holder = calloc(1, sizeof(ngx_payments_holder_t));

        if (holder == NULL) {
            return -1;
        }

        holder->merchant = merchant;
        *place = holder;
    }

    holder->holds += n;
    share->held += n;

    return 0;
}


void
ngx_payments_share_give(ngx_payments_share_t *share, int64_t merchant,
    uint64_t n)
{
    ngx_payments_holder_t  *holder, **place;

    place = ngx_payments_share_find(share, merchant);
    holder = *place;

    if (holder == NULL) {
        return;
    }

    n = (n < holder->holds) ? n : holder->holds;

    holder->holds -= n;
    share->held -= n;

    if (holder->holds == 0) {
        *place = holder->next;
        free(holder);
    }
}

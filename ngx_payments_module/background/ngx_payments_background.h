
/*
 * background/: what has to be done without a request.  The node's first worker
 * runs each duty in each shard, as one SQL call after the other.
 */

#ifndef _NGX_PAYMENTS_BACKGROUND_H_INCLUDED_
#define _NGX_PAYMENTS_BACKGROUND_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * init_process of the first worker.  Partitions are made ahead, and dropped
 * when the events in them are older than "kept" seconds, at the start and once
 * an hour; what is due is done once a second, by whichever node holds the
 * lease of the shard.
 */
void ngx_payments_background_init(ngx_cycle_t *cycle, time_t kept);
/* exit_process of any worker */
void ngx_payments_background_exit(void);


#endif /* _NGX_PAYMENTS_BACKGROUND_H_INCLUDED_ */
